"""``convexplain list``: the lessons and figures that there are."""

from __future__ import annotations

import json

import click

from convexplain.cli import _options, report
from convexplain.errors import ConvexplainError


@click.command(short_help="Name the lessons, with length and question, and the figures.")
@_options.language
@_options.as_json
def list(lang: str, as_json: bool) -> int:
    """List the lessons (name, length, title, the question that each answers) and the figures."""
    from convexplain import figures, lessons

    every = []
    for name in lessons.names():
        try:
            lesson = lessons.find(name)()
            lesson.beats()
        except ConvexplainError as error:  # such as a fact that is not stored
            report(f"{name}: {error}", 1, as_json=as_json)
        else:
            every.append(lesson)
    code = 0 if len(every) == len(lessons.names()) else 1
    if as_json:
        rows = [
            {
                "name": lesson.name,
                "seconds": lesson.seconds,
                "title": lesson.title.text(lang),
                "question": lesson.question.text(lang),
            }
            for lesson in every
        ]
        document = {"lessons": rows, "figures": figures.names()}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return code
    click.echo("lessons, for convexplain render")
    width = max(len(name) for name in lessons.names())
    for lesson in every:
        click.echo(f"  {lesson.name:{width}}  {lesson.seconds:3.0f} s  {lesson.title.text(lang)}")
        click.echo(f"  {'':{width}}         {lesson.question.text(lang)}")
    click.echo("figures, for convexplain figure")
    for name in figures.names():
        click.echo(f"  {name}")
    return code
