"""``convexplain render``: a lesson as a video, a GIF, or a still."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from convexplain.cli import _log, _options
from convexplain.cli._lesson import FOUND, LessonCommand, only_defaults, output_path
from convexplain.cli._progress import Progress
from convexplain.cli._speak import say, tell
from convexplain.cli._types import Count, Name
from convexplain.errors import ConvexplainError, UsageError, listed
from convexplain.messages import Message, together
from convexplain.style import format

if TYPE_CHECKING:
    from convexplain.lessons import Lesson
    from convexplain.video.job import Job
    from convexplain.video.rendering import Result
    from convexplain.video.shares import Shard

_NEXT = Message(
    "Next: convexplain list names the lessons, convexplain render pooling 5 shows another of "
    "another digit, convexplain demo opens the classroom page, convexplain film joins all."
)


def _beats(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the beats of the lesson with its defaults."""
    lesson = ctx.meta.get(FOUND)
    names = [*(beat.name for beat in lesson().beats()), "poster"] if lesson else []
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


@click.command(cls=LessonCommand, short_help="Render a lesson as a video.")
@_options.render_look
@click.option(
    "--format",
    "kind",
    type=Name("format", ("mp4", "gif", "webm")),
    help="Default: the extension of --output, or mp4.",
)
@click.option(
    "--still",
    metavar="BEAT",
    shell_complete=_beats,
    help="Write a picture (PNG) of the end of this beat instead, or the poster.",
)
@click.option(
    "--poster", is_flag=True, help="A poster beside the video: a PNG of its fullest picture."
)
@_options.words_beside
@click.option("--no-subtitles", is_flag=True, help="No .srt and .vtt beside the video.")
@click.option(
    "--sections",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Write a clip of each beat into this folder, too.",
)
@click.option(
    "--all",
    "every",
    is_flag=True,
    help="Render all lessons, with their defaults; -o names the folder.",
)
@click.option(
    "-j",
    "--jobs",
    type=Count(1),
    metavar="N",
    help="With --all: how many lessons are rendered at the same time.  [default: 1]",
)
@_options.shared_out
@_options.output("FILE", "Default: LESSON.mp4 in the current folder.")
@click.option("--quiet", is_flag=True, help="No progress, only what was written.")
@_log.verbose
def render(
    lesson: Lesson,
    quality: str,
    aspect: str,
    lang: str,
    theme: str,
    kind: str | None,
    still: str | None,
    poster: bool,
    transcript: bool,
    voice: Path | None,
    no_captions: bool,
    no_subtitles: bool,
    sections: Path | None,
    every: bool,
    jobs: int | None,
    shard: str | None,
    cluster: str | None,
    output: str | None,
    quiet: bool,
    verbose: int,
) -> int:
    """Render a lesson as a video, by default the sliding window.

    Writes the video, with its beats as chapters, and its subtitles beside it.
    """
    from convexplain import lessons
    from convexplain.style.theme import Look
    from convexplain.video import rendering, sound
    from convexplain.video.job import QUALITIES, Job
    from convexplain.video.shares import Shard
    from convexplain.video.shares import cluster as connected

    make = partial(
        Job,
        look=Look(lang=lang, theme=theme, captions=not no_captions),
        quality=QUALITIES[quality],
        still=still,
        subtitles=not no_subtitles,
        poster=poster,
        transcript=transcript,
        sections=sections,
        aspect=aspect,
    )
    if every:
        only_defaults(
            click.get_current_context(), Message("--all renders every lesson with its defaults")
        )
        if still is not None:
            raise UsageError("--all renders videos: leave --still out")
        folder = _options.made_folder(_options.expanded(output or "."))
        spoken = sound.folders(voice, lessons.names()) if voice else ()

        def job_of(each: Lesson) -> Job:
            heard: tuple[sound.Sound, ...] = ()
            if voice and each.name in spoken:
                each, heard = sound.speak(each, voice)
            return make(each, folder / f"{each.name}.{kind or 'mp4'}", voice=heard)

        share = Shard.parse(shard) if shard else Shard()
        return _render_all(job_of, jobs or 1, quiet, verbose, share, cluster)
    if shard is not None:
        raise UsageError("--shard shares lessons out: give --all too, or no --shard")
    if jobs is not None:
        raise UsageError("-j counts lessons rendered at the same time: give --all too, or no -j")
    heard: tuple[sound.Sound, ...] = ()
    if voice is not None:
        lesson, heard = sound.speak(lesson, voice)
    job = make(lesson, _output(lesson.name, output, kind, still), voice=heard)
    with (
        Progress(lesson.name, quiet=quiet) as progress,
        _log.log_lines(verbose, partial(progress.line, err=True)),
        connected(cluster) as executor,
    ):
        (result,) = rendering.render(
            [job], executor=executor, progress=lambda _, done: progress(done)
        )
    click.echo(tell(describe(result)))
    if not quiet and _is_first_try():
        click.echo(tell(_NEXT), err=True)
    return 0


def _is_first_try() -> bool:
    """Whether `convexplain render` was typed and no lesson was named."""
    context = click.get_current_context()
    return context.get_parameter_source("lesson") is ParameterSource.DEFAULT


def _render_all(
    make: Callable[[Lesson], Job],
    jobs: int,
    quiet: bool,
    verbose: int,
    share: Shard,
    cluster: str | None,
) -> int:
    """Render lessons, with a line for each as it ends; one that fails does not stop the others."""
    from convexplain import lessons
    from convexplain.video import rendering
    from convexplain.video.shares import cluster as connected

    work: list[Job] = []
    lengths: dict[str, float] = {}
    names = share.of(lessons.names())
    if not names:
        raise UsageError(
            "share {number} of {total} lessons is empty: give fewer",
            number=share.number,
            total=share.total,
        )
    for name in names:
        try:
            work.append(make(lessons.find(name)()))
            lengths[name] = work[-1].lesson.seconds
        except ConvexplainError as error:  # such as a fact that is not stored
            say("Error: {name}: {error}", name=name, error=error, err=True)
    rendering.check_aspect(work[0].aspect, [job.lesson for job in work])
    done: dict[str, float] = {}
    with (
        Progress(Message("{count} lessons", count=len(work)), quiet=quiet) as progress,
        _log.log_lines(verbose, partial(progress.line, err=True)),
        connected(cluster) as executor,
    ):

        def advance(job: Job, fraction: float) -> None:
            done[job.lesson.name] = fraction * lengths[job.lesson.name]
            progress(sum(done.values()) / sum(lengths.values()))

        def fail(job: Job, error: ConvexplainError) -> None:
            told = Message("Error: {name}: {error}", name=job.lesson.name, error=error)
            progress.line(told, err=True)

        written = rendering.render(
            work,
            workers=jobs,
            executor=executor,
            progress=advance,
            finished=lambda result: progress.line(describe(result)),
            failed=fail,
        )
    return 0 if len(written) == len(names) else 1


def _output(name: str, output: str | None, kind: str | None, still: str | None) -> Path:
    """Return the file to write, whose extension is the format."""
    if still is not None:
        if kind is not None:
            raise UsageError("--still writes a PNG: leave --format {kind} out", kind=kind)
        return _options.target(output, f"{name}-{still}.png")
    return output_path(_options.target(output, f"{name}.{kind or 'mp4'}"), kind)


def describe(result: Result) -> str:
    """Say what was written: path, duration, size, what stands beside it, and remarks."""
    job, size = result.job, result.size
    parts: list[str] = []
    if result.seconds:
        parts.append(Message("{seconds:.1f} s", seconds=result.seconds))
    parts.append(f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB")
    told: list[str] = [
        Message("wrote {path}: {parts}", path=format.name(job.output), parts=listed(parts))
    ]
    if job.subtitle_files:
        told.append(
            Message("subtitles {name} and .vtt", name=format.name(job.subtitle_files[0].name))
        )
    if job.poster_files:
        told.append(Message("poster {name}", name=format.name(job.poster_files[0].name)))
    if job.transcript_files:
        told.append(
            Message("transcript {name} and .txt", name=format.name(job.transcript_files[0].name))
        )
    if job.section_files:
        told.append(
            Message(
                "{count} clips in {folder}",
                count=len(job.section_files),
                folder=format.name(job.sections),
            )
        )
    return together([*told, *result.notes])
