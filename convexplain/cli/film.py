"""``convexplain film``: the whole chapter, or lessons of your choice, as one video."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from convexplain.cli import _log, _options
from convexplain.cli._lesson import lesson_names
from convexplain.cli._progress import Progress
from convexplain.cli._speak import say, tell
from convexplain.cli._types import Count, Shown, is_picture, slug
from convexplain.errors import UsageError, listed
from convexplain.messages import Message, together
from convexplain.style import format

if TYPE_CHECKING:
    from convexplain.video.film import Result

#: More workers than this want more memory than most machines have.
MOST_WORKERS = 8


class Names(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """Names of lessons with commas between them."""

    name = "lessons"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return the names; which there are is for the film to say."""
        if isinstance(value, tuple):
            return value
        return tuple(slug(name) for name in str(value).split(",") if name.strip())

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer the lessons that are not named yet."""
        before, comma, start = incomplete.rpartition(",")
        taken = before.split(",")
        return [
            CompletionItem(before + comma + name)
            for name in lesson_names()
            if name.startswith(start) and name not in taken
        ]


def cores() -> int:
    """Return how many processors this process may use, and no more than `MOST_WORKERS`."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(count or 1, MOST_WORKERS)


@click.command(short_help="Join the lessons into one film.")
@click.argument("named", nargs=-1, metavar="[LESSON]... [PICTURE]")
@click.option(
    "--lessons",
    metavar="A,B,C",
    type=Names(),
    help="These lessons, in this order, each with a card, instead of the whole chapter.",
)
@click.option(
    "--beyond",
    is_flag=True,
    help="All lessons beyond the chapter, each with a card, instead of the chapter.",
)
@_options.choosing_pictures
@click.option(
    "--filter",
    type=int,
    metavar="N",
    help="A filter, counted from 0, for the lessons that have this option.",
)
@click.option(
    "--pause",
    type=float,
    metavar="S",
    help="Seconds for which the film rests at a question.  [default: 4; 3 between cards]",
)
@_options.render_look
@_options.words_beside
@click.option(
    "--embed-subtitles",
    is_flag=True,
    help="Subtitles in both languages as tracks of the film, too.",
)
@click.option(
    "-j",
    "--jobs",
    type=Count(1),
    metavar="N",
    help="How many lessons are rendered at the same time.  [default: one a processor]",
)
@_options.shared_out
@_options.output("FILE", "An mp4; subtitles and a poster stand beside it.  [default: chapter.mp4]")
@click.option("--quiet", is_flag=True, help="No progress and no chapters, only what was written.")
@_log.verbose
def film(
    named: tuple[str, ...],
    lessons: tuple[str, ...] | None,
    beyond: bool,
    filter: int | None,
    pause: float | None,
    quality: str,
    aspect: str,
    lang: str,
    theme: str,
    transcript: bool,
    voice: Path | None,
    no_captions: bool,
    embed_subtitles: bool,
    jobs: int | None,
    shard: str | None,
    cluster: str | None,
    output: str | None,
    quiet: bool,
    verbose: int,
    **chosen: Any,
) -> int:
    """Tell the chapter as one film: one digit, one question.

    The last picture of each lesson becomes the first of the next; --digit is whom it is about.
    Where lessons are named, or with --beyond, a card stands before each. Lessons that are finished
    are kept: a film that was interrupted goes on where it stopped.
    """
    from convexplain.data import digits
    from convexplain.lessons import _story as story
    from convexplain.lessons.parts.finding import beyond_the_chapter
    from convexplain.style.theme import Look
    from convexplain.video import subtitles
    from convexplain.video.film import Film, make, select
    from convexplain.video.job import QUALITIES
    from convexplain.video.shares import Shard
    from convexplain.video.shares import cluster as connected

    if named and slug(named[-1]) not in lesson_names() and is_picture(named[-1]):
        chosen["shown"] = Shown().convert(named[-1], None, None)
        named = named[:-1]
    if named:
        lessons = (*(lessons or ()), *Names().convert(",".join(named), None, None))
    if beyond and lessons is not None:
        raise UsageError("--lessons and --beyond exclude one another: give one of them")
    if beyond:
        lessons = beyond_the_chapter()
    share = Shard.parse(shard) if shard else Shard()
    given = _options.given_picture(chosen)
    picture = digits.choose(given)
    _options.mention_doubts(picture, lang)
    if lessons is not None:
        told = select(lessons, {"picture": picture, "filter": filter, "pause": pause})
    else:
        asked = picture if given["digit"] is None else None
        whom = story.protagonist(given["digit"]) if asked is None else story.Protagonist(asked)
        told = story.tell(whom, lang, filter=filter, pause=story.PAUSE if pause is None else pause)
    wanted = Film(
        told,
        _options.target(output, "beyond.mp4" if beyond else "chapter.mp4"),
        Look(lang=lang, theme=theme, captions=not no_captions),
        QUALITIES[quality],
        embed_subtitles,
        aspect,
        voice,
        transcript,
    )
    with (
        Progress(Message("film"), quiet=quiet) as progress,
        _log.log_lines(verbose, partial(progress.line, err=True)),
        connected(cluster) as executor,
    ):
        made = make(
            wanted,
            workers=jobs or cores(),
            executor=executor,
            shard=share,
            progress=progress,
            say=lambda line: progress.line(line, err=True),
        )
    if made is None:
        say(
            "share {share} of the film is kept; without --shard the film is joined of it",
            share=shard,
        )
        return 0
    click.echo(tell(describe(made)))
    if not quiet:
        click.echo()
        say("chapters, as a video's description on YouTube takes them:")
        click.echo(subtitles.youtube(made.chapters, made.seconds), nl=False)
    return 0


def describe(result: Result) -> str:
    """Say what was written: path, length, size, and what stands beside it."""
    made = result.film
    minutes, seconds = divmod(round(result.seconds), 60)
    told: list[str] = [
        Message(
            "wrote {path}: {minutes} min {seconds} s, {size:.1f} MB",
            path=format.name(made.output),
            minutes=minutes,
            seconds=seconds,
            size=result.size / 1e6,
        ),
        Message("poster {name}", name=format.name(made.poster.name)),
        Message(
            "subtitles {names}",
            names=listed(format.name(path.name) for path in made.subtitle_files),
        ),
    ]
    told += [
        Message("transcript {name} and .txt", name=format.name(path.name))
        for path in made.transcript_files[:1]
    ]
    return together(told)
