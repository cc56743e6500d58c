"""``convexplain render``: a lesson as a video, a GIF, or a still."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from convexplain.cli._lesson import _FOUND, LessonCommand
from convexplain.cli._progress import Progress
from convexplain.cli._types import Name
from convexplain.errors import UsageError

if TYPE_CHECKING:
    from convexplain.lessons import Lesson
    from convexplain.rendering import Result

_QUALITY = (
    "l 854x480 at 15 frames a second, m 1280x720 at 30, h 1920x1080 at 60, p 2560x1440 at 60, "
    "k 3840x2160 at 60. A GIF is always 640x360 at 10."
)


def _beats(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the beats of the lesson with its defaults."""
    lesson = ctx.meta.get(_FOUND)
    names = [beat.name for beat in lesson().beats()] if lesson else []
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


@click.command(cls=LessonCommand, short_help="Render a lesson as a video.")
@click.option(
    "-q",
    "--quality",
    type=Name("quality", "lmhpk"),
    default="m",
    show_default=True,
    help=_QUALITY,
)
@click.option(
    "--lang",
    type=Name("language", ("en", "zh")),
    default="en",
    show_default=True,
    help="English or Chinese.",
)
@click.option(
    "--theme",
    type=Name("theme", ("dark", "light")),
    default="dark",
    show_default=True,
    help="Colours.",
)
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
    help="Write a picture (PNG) of the end of this beat instead.",
)
@click.option("--no-captions", is_flag=True, help="No sentence at the bottom of the picture.")
@click.option("--no-subtitles", is_flag=True, help="No .srt and .vtt beside the video.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Default: LESSON.mp4 in the current folder.",
)
@click.option("--quiet", is_flag=True, help="No progress, only what was written.")
def render(
    lesson: Lesson,
    quality: str,
    lang: str,
    theme: str,
    kind: str | None,
    still: str | None,
    no_captions: bool,
    no_subtitles: bool,
    output: Path | None,
    quiet: bool,
) -> None:
    """Render a lesson as a video, by default the sliding window.

    Writes the video, with its beats as chapters, and its subtitles beside it.
    """
    from convexplain import rendering
    from convexplain.theme import Look

    job = rendering.Job(
        lesson,
        _output(lesson.name, output, kind, still),
        look=Look(lang=lang, theme=theme, captions=not no_captions),
        quality=rendering.QUALITIES[quality],
        still=still,
        subtitles=not no_subtitles,
    )
    with Progress(lesson.name, quiet=quiet) as progress:
        (result,) = rendering.render([job], progress=lambda job, fraction: progress(fraction))
    click.echo(describe(result))


def _output(name: str, output: Path | None, kind: str | None, still: str | None) -> Path:
    """Return the file to write, whose extension is the format."""
    if still is not None:
        if kind is not None:
            raise UsageError(f"--still writes a PNG: leave --format {kind} out")
        return output or Path(f"{name}-{still}.png")
    if output is None:
        return Path(f"{name}.{kind or 'mp4'}")
    if kind is not None and output.suffix.lower() != f".{kind}":
        raise UsageError(
            f"--format {kind} and the output {output.name!r} contradict one another: "
            f"name it {output.stem}.{kind}, or leave --format out"
        )
    return output


def describe(result: Result) -> str:
    """Say what was written: path, duration, size, what stands beside it, and remarks."""
    main, *beside = result.job.targets
    parts = [f"{result.seconds:.1f} s"] if result.seconds else []
    size = result.size
    parts.append(f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB")
    line = f"wrote {result.job.output}: {', '.join(parts)}"
    if beside:
        line += f"; subtitles {main.stem}" + " and ".join(path.suffix for path in beside)
    return line + "".join(f"; {note}" for note in result.notes)
