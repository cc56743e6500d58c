"""``convexplain page``: the classroom page, one HTML file."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convexplain.cli import _options
from convexplain.cli._lesson import lesson_names
from convexplain.cli._progress import Progress
from convexplain.cli._speak import say
from convexplain.cli._types import QUALITY, Address, Language, Name, theme
from convexplain.messages import Message
from convexplain.style.format import name as shown_name

if TYPE_CHECKING:
    from convexplain.lessons import Lesson
    from convexplain.page.lesson import Slides


def _with_pictures(command: click.Command) -> click.Command:
    """Give a command --digit, --sample and --image before its other options."""
    command.params[:0] = [_options.picture_argument(), *_options.picture_options()]
    return command


@_with_pictures
@click.command(short_help="Write the classroom page: one HTML file to explore the network in.")
@_options.model
@click.option(
    "--lang",
    type=Language(),
    help="The language it opens in; the browser's if none is given.",
)
@click.option(
    "--theme",
    type=theme("dark", "light"),
    help="The colours it opens in; the system's if none are given.",
)
@click.option(
    "--lesson",
    type=Name("lesson", lesson_names),
    metavar="NAME",
    help="Put this lesson's video into the page: slides that pause at each chapter.",
)
@click.option(
    "-q",
    "--quality",
    type=QUALITY,
    default="m",
    show_default=True,
    help="Size and frame rate of that video, as render has them.",
)
@click.option(
    "--lessons",
    metavar="URL",
    help="Where each lesson has a page, NAME.html: the words in the page link there.",
)
@click.option(
    "--embed",
    is_flag=True,
    help="For a frame of another document: without a title, margins as narrow as can be.",
)
@click.option(
    "--url",
    type=Address(),
    metavar="URL",
    help="Where everyone can open this page: links to a cell lead there.",
)
@_options.output("FILE", "An HTML file.  [default: lesson.html]")
@click.option("--quiet", is_flag=True, help="No progress, only what was written.")
def page(
    model: str,
    lang: str | None,
    theme: str | None,
    lesson: str | None,
    quality: str,
    lessons: str | None,
    embed: bool,
    url: str | None,
    output: str | None,
    quiet: bool,
    **chosen: Any,
) -> None:
    """Write one HTML file in which a class explores the network, cell by cell.

    It opens in any browser, without a network or a server. --digit, --sample or --image choose
    what it opens with.
    """
    from convexplain import page as classroom
    from convexplain.data import digits
    from convexplain.files import documents
    from convexplain.lessons.parts.subject import mode_of
    from convexplain.network import BUNDLED, Network
    from convexplain.page import data

    chosen = _options.given_picture(chosen)
    network = Network.load(model)
    # What is wrong is said before a video is rendered.
    path = _options.target(output, "lesson.html")
    documents.check(path, classroom.ENDINGS, Message("a page"))
    data.check_network(network)
    picture = digits.choose(chosen, mode=mode_of(model))
    _options.mention_doubts(picture, lang)
    if picture is not None:
        data.fitted(network, picture)
    slides = None
    if lesson is not None:
        told = _made(lesson, chosen, model)
        # After the slides the class explores what it has just seen.
        picture = picture or getattr(told, "shown_picture", None)
        slides = _slides(told, quality, lang or "en", theme or "dark", quiet)
    size = classroom.write(
        path,
        picture,
        network=network,
        model=model if model in BUNDLED else Path(model).name,
        lang=lang,
        theme=theme,
        slides=slides,
        lessons=lessons,
        embed=embed,
        url=url,
    )
    say("wrote {path}: {size:.1f} MB", path=shown_name(path), size=size / 1e6)


def _made(name: str, chosen: Mapping[str, Any], model: str) -> Lesson:
    """Make a lesson, with the picture and the network that were chosen if it has these options."""
    from convexplain import lessons

    cls = lessons.find(name)
    known = {field.name for field in cls.options()}
    given = {key: value for key, value in chosen.items() if value is not None}
    values = given if "picture" in known else {}
    if "model" in known and model != "cnn":
        values["model"] = model
    return lessons.make(cls, values, of=name)


def _slides(lesson: Lesson, quality: str, lang: str, theme: str, quiet: bool) -> Slides:
    """Render a lesson where nobody sees it, and take its video."""
    from convexplain.page.lesson import Slides
    from convexplain.style.theme import Look
    from convexplain.video import rendering
    from convexplain.video.job import QUALITIES, Job

    look = Look(lang=lang, theme=theme)
    with tempfile.TemporaryDirectory(prefix="convexplain-") as folder:
        job = Job(
            lesson,
            Path(folder) / "lesson.mp4",
            look=look,
            quality=QUALITIES[quality],
            subtitles=False,
        )
        with Progress(lesson.name, quiet=quiet) as progress:
            rendering.render([job], progress=lambda _, done: progress(done))
        return Slides.of(lesson, job.main, look)
