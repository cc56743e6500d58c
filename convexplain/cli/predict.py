"""``convexplain predict``: what a network makes of a picture, as bars."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from convexplain.cli import _options
from convexplain.style.captions import Caption
from convexplain.style.format import number, percent

if TYPE_CHECKING:
    from convexplain.cli._ink import Ink
    from convexplain.data.pictures import Picture
    from convexplain.lessons.parts.subject import Subject

#: Cells of a bar that stands for certainty.
_WIDTH = 40
_READ = Caption(en="{model} reads {answer}: {p}", zh="{model} 的预测是 {answer}：{p}")
_KNOWN = Caption(en="{read}; it is {label}", zh="{read}；正确答案是 {label}")
_PREPARED = Caption(en="{origin}, prepared: {steps}", zh="{origin}，预处理步骤：{steps}")
_AS_IS = Caption(en="{origin}", zh="{origin}")
_CAUTION = Caption(
    en="A probability is the softmax of the logits: a share, not a certainty. A picture of "
    "anything else gets one, too.",
    zh="概率由 logit 经 softmax 得出：它是占比，不是把握。即使图中不是手写数字，也会得到一个概率。",
)

_CAUTION_OF_CLASSES = Caption(
    en=_CAUTION.en,
    zh="概率由 logit 经 softmax 得出：它是占比，不是把握。任何其他图片也会得到一个概率。",
)


@click.command(short_help="Read a picture: the probabilities as bars.")
@_options.picture
@_options.model
@_options.language
@_options.as_json
def predict(picture: Picture, model: str, lang: str, as_json: bool) -> None:
    """Let a network read a picture, and show what it was given and the probabilities.

    By default the digit of the first lesson.
    """
    from convexplain.cli._blocks import half_blocks
    from convexplain.cli._cell import brightness, origin
    from convexplain.cli._ink import Ink
    from convexplain.lessons.parts.subject import Subject
    from convexplain.network import Network

    about = Subject(Network.load(model), picture, model)
    trace, picture = about.trace, about.picture
    probabilities = trace.probabilities  # refuses a network without softmax
    if as_json:
        document = {
            "model": model,
            "picture": {
                "origin": picture.origin,
                "label": about.label,
                "steps": picture.steps,
            },
            "prediction": trace.prediction,
            "logits": trace.logits.tolist(),
            "probabilities": probabilities.tolist(),
        }
        if about.recipe.classes:
            document["classes"] = [name.text(lang) for name in about.recipe.classes]
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    ink = Ink.of()
    prepared = _PREPARED if picture.steps else _AS_IS
    fields = {"origin": origin(picture)}
    if picture.steps:
        fields["steps"] = "; ".join(picture.steps)
    lines = [prepared.fill(**fields).text(lang), *half_blocks(brightness(about), ink)]
    lines += ["", *_bars(about, ink, lang), "", _answer(about, lang)]
    lines.append((_CAUTION if about.reads_digits else _CAUTION_OF_CLASSES).text(lang))
    ink.echo("\n".join(lines))


def _bars(about: Subject, ink: Ink, lang: str) -> list[str]:
    """Draw a bar for each class: its name, its logit, its probability."""
    from convexplain.style.terminal import bar, cells, ljust, rjust

    trace = about.trace
    logits = [number(value, sign=True) for value in trace.logits]
    logits = [""] * (trace.network.classes - len(logits)) + logits  # one logit for two classes
    width = max(map(len, logits))
    names = [about.network.class_name(n).text(lang) for n in range(len(logits))]
    widest = max(map(cells, names))
    justified = ljust if about.recipe.classes else rjust
    names = [justified(name, widest) for name in names]
    lines = []
    for label, (logit, p) in enumerate(zip(logits, trace.shares, strict=True)):
        line = f"{names[label]}  {logit:>{width}}  {percent(p):>6}  "
        drawn = ink.token(bar(p, _WIDTH), "positive")
        lines.append((ink.strong(line) if label == trace.prediction else line) + drawn)
    return [line.rstrip() for line in lines]


def _answer(about: Subject, lang: str) -> str:
    best, name = about.trace.prediction, about.network.class_name
    p = percent(about.trace.shares[best])
    told = _READ.fill(model=about.model, answer=name(best), p=p)
    if about.label is not None:
        told = _KNOWN.fill(read=told, label=name(about.label))
    return told.text(lang) + ("。" if lang == "zh" else ".")
