"""What a directive asks for, read by the command line's own parser: same options, same errors."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import pickle
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convexplain import figures, lessons
from convexplain.cli import _options
from convexplain.cli._lesson import LESSONS, NAME, LessonCommand
from convexplain.cli._types import Name
from convexplain.cli.figure import FIGURES, Width
from convexplain.errors import ConvexplainError, UsageError, choose
from convexplain.network import BUNDLED
from convexplain.style.captions import Caption
from convexplain.style.theme import Look
from convexplain.video.job import POSTER, QUALITIES

if TYPE_CHECKING:
    from convexplain.lessons import Lesson

_VIDEO = Caption(
    en="A video of {s} seconds, “{title}”. {answer}", zh="视频“{title}”，{s} 秒。{answer}"
)
_OPTION = re.compile(r"(?<![\w-])--([a-z][a-z-]*)")
_CAPTION = Caption(en="{question} {answer}", zh="{question}{answer}")


@dataclass(frozen=True)
class FigureRequest:
    """A figure with its options."""

    name: str
    options: Any  # as `convexplain.figures.make` makes them
    lang: str
    theme: str  # one picture, or with "auto" one for each theme of the page
    width: float  # in inches

    @property
    def themes(self) -> tuple[str, ...]:
        """The themes in which it is drawn."""
        return ("light", "dark") if self.theme == "auto" else (self.theme,)

    @property
    def alternative(self) -> str:
        """What a person who cannot see it needs."""
        return figures.about_made(self.name, self.options, self.lang).alternative

    @property
    def caption(self) -> str:
        """The line under it."""
        return figures.about_made(self.name, self.options, self.lang).caption

    @property
    def digest(self) -> str:
        """A hash of all that was asked for, but the theme."""
        return _digest(self.name, self.lang, self.width, *_values(self.options))


@dataclass(frozen=True)
class VideoRequest:
    """A lesson as a video."""

    lesson: Lesson
    look: Look
    quality: str  # a name in `convexplain.video.job.QUALITIES`
    poster: str  # the still that is shown before it plays
    transcript: bool = False  # whether what is said and seen is told below it

    @property
    def alternative(self) -> str:
        """What it is, and what it answers."""
        first, *_, last = self.lesson.beats()
        return _VIDEO.fill(
            s=round(self.lesson.seconds), title=first.title, answer=last.caption
        ).text(self.look.lang)

    @property
    def caption(self) -> str:
        """The line under it: question and answer."""
        *_, last = self.lesson.beats()
        caption = _CAPTION.fill(question=self.lesson.question, answer=last.caption)
        return caption.text(self.look.lang)

    @property
    def digest(self) -> str:
        """A hash of all that was asked for."""
        return _digest(
            self.lesson.name, repr(self.look), self.quality, self.poster, *_values(self.lesson)
        )

    def still(self, theme: str) -> FigureRequest | None:
        """Return the figure that stands for the video on paper, None if the lesson has none.

        It has the lesson's name, and takes from the lesson the options that both have.
        """
        name = self.lesson.name
        if name not in figures.names():
            return None
        kind = figures.options(name)
        both = {field.name for field in lessons.option_fields(kind)}
        fields = (field.name for field in self.lesson.options() if field.name in both)
        options = kind(**{field: getattr(self.lesson, field) for field in fields})
        return FigureRequest(name, options, self.look.lang, theme, figures.PAGE)


def parse(kind: str, arguments: Sequence[str]) -> FigureRequest | VideoRequest:
    """Read a directive's arguments as on the command line: the name, then ``--option=value``.

    An error says what was given, the rule and the remedy in the words of a directive.
    """
    command = {"figure": _figure, "video": _video}[kind]
    try:
        request: FigureRequest | VideoRequest = command.main(
            list(arguments), f"convexplain-{kind}", standalone_mode=False
        )
    except click.NoSuchOption as error:
        raise ConvexplainError(_no_such_option(error)) from error
    except click.ClickException as error:
        raise ConvexplainError(_as_directive(error.format_message())) from error
    except ConvexplainError as error:
        raise ConvexplainError(_as_directive(str(error))) from error
    return request


@click.command(cls=LessonCommand, topics=FIGURES, add_help_option=False)
@_options.language
@click.option("--theme", type=Name("theme", ("auto", "light", "dark")), default="auto")
@click.option("--width", type=Width(), default="page")
def _figure(figure: Any, lang: str, theme: str, width: float) -> FigureRequest:
    figures.check_width(width)
    name = click.get_current_context().meta[NAME]
    request = FigureRequest(name, figure, lang, theme, width)
    assert request.alternative  # computed now: what cannot be shown is said where it stands
    return request


@click.command(cls=LessonCommand, topics=LESSONS, add_help_option=False)
@_options.language
@click.option("--theme", type=Name("theme", ("dark", "light")), default="dark")
@click.option("-q", "--quality", type=Name("quality", tuple(QUALITIES)), default="m")
@click.option("--no-captions", is_flag=True)
@click.option("--poster", metavar="BEAT", default=POSTER)
@click.option("--transcript", is_flag=True)
def _video(
    lesson: Lesson,
    lang: str,
    theme: str,
    quality: str,
    no_captions: bool,
    poster: str,
    transcript: bool,
) -> VideoRequest:
    beats = [beat.name for beat in lesson.beats()]
    if poster not in (*beats, POSTER):
        raise UsageError(
            "{name} has no beat {poster!r}: {choice}",
            name=lesson.name,
            poster=poster,
            choice=choose(poster, beats),
        )
    look = Look(lang=lang, theme=theme, captions=not no_captions)
    return VideoRequest(lesson, look, quality, poster, transcript)


def _as_directive(message: str) -> str:
    """Write ``--option`` as ``:option:``."""
    return _OPTION.sub(r":\1:", " ".join(message.split()))


def _no_such_option(error: click.NoSuchOption) -> str:
    assert error.ctx is not None
    options = [
        flag.removeprefix("--")
        for param in error.ctx.command.get_params(error.ctx)
        for flag in param.opts
        if flag.startswith("--")
    ]
    given = error.option_name.removeprefix("--")
    near = difflib.get_close_matches(given, options, n=1)
    meant = f"; did you mean :{near[0]}:?" if near else ""
    listed = ", ".join(f":{name}:" for name in options)
    return f"there is no option :{given}:, there are {listed}{meant}"


def _values(options: Any) -> list[object]:
    """Return what identifies options: class and fields, and what a model file holds."""
    values: list[object] = [type(options).__qualname__]
    for field in dataclasses.fields(options):
        value = getattr(options, field.name)
        values.append((field.name, pickle.dumps(value, protocol=4)))
        if field.name == "model" and isinstance(value, str) and value not in BUNDLED:
            with Path(value).open("rb") as file:
                values.append(hashlib.file_digest(file, "sha256").hexdigest())
    return values


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
