"""``convexplain predict``: what a network makes of a picture, as bars."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convexplain.cli import _options
from convexplain.messages import Message, together
from convexplain.style.captions import Caption
from convexplain.style.format import number, percent

if TYPE_CHECKING:
    from convexplain.cli._ink import Ink
    from convexplain.data.pictures import Handwriting, Picture
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
    zh="概率由 logit 经 softmax 得出：它只是各类别之间的占比，不代表网络有多大把握。"
    "即使图中不是手写数字，也会得到一个概率。",
)

_CAUTION_OF_CLASSES = Caption(
    en=_CAUTION.en,
    zh="概率由 logit 经 softmax 得出：它只是各类别之间的占比，不代表网络有多大把握。"
    "任何其他图片也会得到一个概率。",
)


#: A probability below which the network itself is in doubt.
_DECIDED = 0.6
_DOUBT = Caption(en="In doubt: {why}", zh="存疑：{why}")
_UNDECIDED = Caption(en="No class reaches a probability of {p}.", zh="没有哪个类别的概率达到 {p}。")
_SEVERAL = Caption(
    en="{n} digits from left to right: {answers}; --nth 0 to {last} chooses one.",
    zh="从左到右共 {n} 个数字：{answers}；用 --nth 0 到 {last} 选择其中一个。",
)


@click.command(short_help="Read a picture: the probabilities as bars.")
@_options.handwriting
@_options.model
@click.option(
    "--show",
    metavar="FILE.png",
    type=click.Path(),
    help="Write what was read, with a frame around each digit.",
)
@_options.language
@_options.as_json
def predict(
    picture: Picture,
    written: Handwriting | None,
    nth: int | None,
    model: str,
    show: str | None,
    lang: str,
    as_json: bool,
) -> None:
    """Let a network read a picture, and show what it was given and the probabilities.

    By default the digit of the first lesson. Of a picture with several digits each is read.
    """
    from convexplain.cli import _reading
    from convexplain.cli._ink import Ink
    from convexplain.data import pictures
    from convexplain.files import documents
    from convexplain.lessons.parts.subject import Subject
    from convexplain.network import Network

    if show is not None:
        documents.check(Path(show), (".png",), Message("a picture"))
    network = Network.load(model)
    about = Subject(network, picture, model)
    alone = [pictures.without_others(digit) for digit in written.digits] if written else [picture]
    every = [Subject(network, digit, model) for digit in alone]
    if as_json:
        document = _document(about, lang)
        document["doubts"] = _doubts(about)
        if written is not None:
            document["digits"] = [
                {
                    "prediction": digit.trace.prediction,
                    "probabilities": digit.trace.probabilities.tolist(),
                    "doubts": _doubts(digit),
                    "box": dict(zip(("top", "left", "bottom", "right"), box, strict=True)),
                }
                for digit, box in zip(every, written.boxes, strict=True)
            ]
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        ink = Ink.of()
        read = every if nth is None else [about]
        lines = [line for digit in read for line in [*_told(digit, ink, lang), ""]][:-1]
        if len(read) > 1:
            answers = " ".join(network.class_name(n.trace.prediction).text(lang) for n in read)
            last = len(read) - 1
            lines += ["", _SEVERAL.fill(n=len(read), answers=answers, last=last).text(lang)]
        lines.append((_CAUTION if about.reads_digits else _CAUTION_OF_CLASSES).text(lang))
        ink.echo("\n".join(lines))
    if show is not None:
        _reading.write(Path(show), [digit.drawn for digit in every], written)


def _document(about: Subject, lang: str) -> dict[str, Any]:
    trace, picture = about.trace, about.picture
    probabilities = trace.probabilities  # refuses a network without softmax
    document = {
        "model": about.model,
        "picture": {"origin": picture.origin, "label": about.label, "steps": picture.steps},
        "prediction": trace.prediction,
        "logits": trace.logits.tolist(),
        "probabilities": probabilities.tolist(),
    }
    if about.recipe.classes:
        document["classes"] = [name.text(lang) for name in about.recipe.classes]
    return document


def _told(about: Subject, ink: Ink, lang: str) -> list[str]:
    """Tell of one picture: what was done to it, how it looks, the bars, the answer, doubts."""
    from convexplain.cli._blocks import half_blocks
    from convexplain.cli._cell import origin

    picture = about.picture
    prepared = _PREPARED if picture.steps else _AS_IS
    fields = {"origin": origin(picture)}
    if picture.steps:
        fields["steps"] = together(picture.steps)
    lines = [prepared.fill(**fields).text(lang), *half_blocks(about.drawn, ink)]
    lines += ["", *_bars(about, ink, lang), "", _answer(about, lang)]
    return lines + [_DOUBT.fill(why=_why(name)).text(lang) for name in _doubts(about)]


def _doubts(about: Subject) -> list[str]:
    """Name what may be wrong: with what was read off a file, and whether the network wavers."""
    named = list(about.picture.doubts)
    if about.picture.steps and max(about.trace.shares) < _DECIDED:
        named.append("undecided")
    return named


def _why(name: str) -> Caption:
    from convexplain.data.ink import DOUBTS

    return _UNDECIDED.fill(p=percent(_DECIDED)) if name == "undecided" else DOUBTS[name]


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
