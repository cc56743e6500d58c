"""``convexplain list``: the lessons and figures that there are."""

from __future__ import annotations

import json

import click

from convexplain.cli import _options, report
from convexplain.cli._speak import tell
from convexplain.cli._types import Model
from convexplain.errors import ConvexplainError
from convexplain.messages import Message
from convexplain.style.captions import Caption


@click.command(short_help="Name the lessons, with length and question, and the figures.")
@click.option(
    "--model",
    type=Model(),
    metavar="cnn|dense|blocks|photo|FILE",
    help="Only what shows this network, and what it lacks for the others.",
)
@_options.language
@_options.as_json
def list(model: str | None, lang: str, as_json: bool) -> int:
    """List the lessons (name, length, title, the question that each answers) and the figures."""
    from convexplain import figures, lessons

    if model is not None:
        return _list_for(model, lang, as_json)

    every = []
    for name in lessons.names():
        try:
            every.append(lessons.entry(name))
        except ConvexplainError as error:  # such as a fact that is not stored
            report(tell(Message("{name}: {error}", name=name, error=error)), 1, as_json=as_json)
    code = 0 if len(every) == len(lessons.names()) else 1
    if as_json:
        rows = [
            {
                "name": lesson.name,
                "group": "chapter" if lesson.name in lessons.CHAPTER else "beyond",
                "seconds": lesson.seconds,
                "title": lesson.title.text(lang),
                "question": lesson.question.text(lang),
            }
            for lesson in every
        ]
        document = {"lessons": rows, "figures": figures.names()}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return code
    click.echo(_FOR.fill(what=_LESSONS, command="render").text(lang))
    width = max(len(name) for name in lessons.names())
    beyond = next((each.name for each in every if each.name not in lessons.CHAPTER), None)
    for lesson in every:
        if lesson.name == beyond:
            click.echo(_BEYOND.text(lang))
        click.echo(f"  {lesson.name:{width}}  {lesson.seconds:3.0f} s  {lesson.title.text(lang)}")
        click.echo(f"  {'':{width}}         {lesson.question.text(lang)}")
    click.echo(_FOR.fill(what=_FIGURES, command="figure").text(lang))
    for name in figures.names():
        click.echo(f"  {name}")
    return code


def _list_for(model: str, lang: str, as_json: bool) -> int:
    """List what can be shown of a network, and for the rest what it lacks."""
    from convexplain import figures, lessons
    from convexplain.lessons.parts.network_lesson import shows_networks
    from convexplain.lessons.parts.subject import ROLES, lacking, load

    network = load(model)
    kinds = {
        "lessons": {name: lessons.find(name) for name in lessons.names()},
        "figures": {name: figures.options(name) for name in figures.names()},
    }
    document: dict[str, dict[str, str | None]] = {}
    for word, found in kinds.items():
        document[word] = {}
        for name, options in found.items():
            if shows_networks(options):
                lacks = lacking(network, options.needs)
                told = [_LACKS.fill(what=ROLES[role].words).text(lang) for role in lacks]
                document[word][name] = told[0] if told else None
            else:
                alone = getattr(options, "alone", None) or _BUNDLED
                document[word][name] = _NOT.fill(why=alone).text(lang)
    if as_json:
        click.echo(json.dumps({"model": model, **document}, ensure_ascii=False, indent=2))
        return 0
    for word, rows in document.items():
        command = f"{_COMMANDS[word]} NAME --model {model}"
        click.echo(_FOR.fill(what=_WORDS[word], command=command).text(lang))
        width = max(map(len, rows))
        for name, why in rows.items():
            click.echo(f"  {name:{width}}  {'' if why is None else why}".rstrip())
    return 0


_COMMANDS = {"lessons": "render", "figures": "figure"}
_FOR = Caption(en="{what}, for convexplain {command}", zh="{what}（convexplain {command}）")
_LESSONS, _FIGURES = Caption(en="lessons", zh="课"), Caption(en="figures", zh="插图")
_WORDS = {"lessons": _LESSONS, "figures": _FIGURES}
_BEYOND = Caption(en="beyond the chapter", zh="本章之外")
_LACKS = Caption(en="no: the network lacks {what}", zh="不能：网络缺少{what}")
_NOT = Caption(en="no: {why}", zh="不能：{why}")
_BUNDLED = Caption(
    en="it is about the networks that ship with the package", zh="它只演示自带的网络"
)
