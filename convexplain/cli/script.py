"""``convexplain script``: what to say over a lesson, event by event."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import click

from convexplain.cli import _options
from convexplain.cli._lesson import LessonCommand
from convexplain.cli._types import Name

if TYPE_CHECKING:
    from convexplain.lessons import Lesson


@click.command(cls=LessonCommand, short_help="What to say over a lesson, event by event.")
@_options.language
@click.option(
    "--format",
    "kind",
    type=Name("format", ("text", "csv", "json")),
    default="text",
    show_default=True,
    help="For people, for spreadsheets, for programs.",
)
def script(lesson: Lesson, lang: str, kind: str) -> None:
    """Print what to say over a lesson, with the seconds that each event has.

    And the name of the file that render --voice looks for: FILE.wav, or any other extension.
    """
    from convexplain.lessons.parts.voice import lines

    rows: list[dict[str, Any]] = [
        {
            "file": f"{lesson.name}/{line.event}.wav",
            "start": round(line.start, 2),
            "seconds": round(line.seconds, 2),
            "text": line.text(lang),
        }
        for line in lines(lesson.beats())
    ]
    if kind == "json":
        head = {
            "lesson": lesson.name,
            "title": lesson.beats()[0].title.text(lang),
            "language": lang,
        }
        told = {**head, "seconds": round(lesson.seconds, 2), "lines": rows}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    elif kind == "csv":
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        click.echo(text.getvalue(), nl=False)
    else:
        width = max(len(row["file"]) for row in rows)
        for row in rows:
            minutes, seconds = divmod(row["start"], 60)
            at = f"{int(minutes)}:{seconds:04.1f}"
            click.echo(f"{at}  {row['file']:<{width}}  {row['seconds']:4.1f} s  {row['text']}")
