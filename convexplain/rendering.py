"""Lessons to files: scenes run in processes of their own, results are put in place whole."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from convexplain import placing
from convexplain.errors import ConvexplainError, UsageError, choose
from convexplain.pool import Pool
from convexplain.theme import Look

if TYPE_CHECKING:
    from convexplain.lessons._base import Lesson

VIDEO_FORMATS = ("mp4", "gif", "webm")
SUBTITLE_FORMATS = ("srt", "vtt")


@dataclass(frozen=True)
class Quality:
    """Size and frame rate of a video.

    Parameters
    ----------
    name : str
        As ``--quality`` takes it.
    width, height : int
        In pixels.
    rate : int
        Frames a second.
    """

    name: str
    width: int
    height: int
    rate: int

    def __str__(self) -> str:
        return f"{self.name}: {self.width} × {self.height} at {self.rate}"


QUALITIES = {
    quality.name: quality
    for quality in (
        Quality("l", 854, 480, 15),
        Quality("m", 1280, 720, 30),
        Quality("h", 1920, 1080, 60),
        Quality("p", 2560, 1440, 60),
        Quality("k", 3840, 2160, 60),
    )
}
# A GIF has one size: larger ones cannot be sent to anyone.
GIF_FRAME = Quality("gif", 640, 360, 10)


@dataclass(frozen=True)
class Job:
    """One lesson to render into one file.

    Parameters
    ----------
    lesson : Lesson
        With its options.
    output : Path
        Its extension is the format: mp4, gif or webm; png for a still.
    look : Look
        Language, theme, captions.
    quality : Quality
        Size and frame rate; a GIF is always `GIF_FRAME`.
    still : str, optional
        Name of a beat: a picture of its end is written instead of a video.
    subtitles : bool
        Whether the .srt and .vtt are written beside an mp4 or webm.
    scene_file : Path, optional
        A scene of the user's own instead of the bundled one with the lesson's name.
    """

    lesson: Lesson
    output: Path
    look: Look = field(default_factory=Look)
    quality: Quality = QUALITIES["m"]
    still: str | None = None
    subtitles: bool = True
    scene_file: Path | None = None

    @property
    def format(self) -> str:
        """The output's extension, without the dot, in lower case."""
        return self.output.suffix[1:].lower()

    @property
    def frame(self) -> Quality:
        """Size and frame rate of what is rendered."""
        return GIF_FRAME if self.format == "gif" else self.quality

    @property
    def module(self) -> str:
        """Name of the lesson's module and scene file, ``sliding_window``."""
        return self.lesson.name.replace("-", "_")

    @property
    def targets(self) -> tuple[Path, ...]:
        """What will be written, the main file first; a link stays and its target is written."""
        main = self.output.resolve() if self.output.is_symlink() else self.output
        if self.still or not self.subtitles or self.format == "gif":
            return (main,)
        return (main, *(main.with_suffix(f".{kind}") for kind in SUBTITLE_FORMATS))


@dataclass(frozen=True)
class Result:
    """What a job wrote.

    Parameters
    ----------
    job : Job
        As it was given.
    seconds : float
        Duration of the video; 0 for a still.
    size : int
        Bytes of the main file.
    notes : tuple of str
        Remarks for the user, such as that a GIF has fewer colours to stay small.
    """

    job: Job
    seconds: float
    size: int
    notes: tuple[str, ...] = ()


def check(job: Job) -> None:
    """Say what is wrong with a job before any work is done; nothing is written.

    Parameters
    ----------
    job : Job
        To be rendered.

    Raises
    ------
    UsageError
        If the extension, the beat, or the place of the output cannot be right.
    """
    if job.output.is_dir():
        raise UsageError(f"{str(job.output)!r} is a folder: name a file in it")
    allowed = ("png",) if job.still else VIDEO_FORMATS
    if job.format not in allowed:
        kind = "a still is a picture" if job.still else "a lesson is a video"
        given = f"{job.output.name!r} has the extension {job.output.suffix or '(none)'}"
        endings = [f".{name}" for name in allowed]
        raise UsageError(f"{given}, but {kind}: {choose(job.output.suffix, endings)}")
    if job.still is not None:
        beats = [beat.name for beat in job.lesson.beats()]
        if job.still not in beats:
            raise UsageError(
                f"{job.lesson.name} has no beat {job.still!r}: {choose(job.still, beats)}"
            )
    folder = job.targets[0].parent
    if not folder.is_dir():
        kind = "is not a folder" if folder.exists() else "does not exist"
        raise UsageError(f"the output folder {str(folder)!r} {kind}: create it, or choose another")
    for target in job.targets:
        if target.is_dir():
            raise UsageError(f"{str(target)!r}, which would be written too, is a folder")
        try:
            placing.discard([placing.reserve(target)])
        except OSError as error:
            raise UsageError(
                f"cannot write to the folder {str(folder)!r}: {error.strerror}; choose another"
            ) from error


def render(
    jobs: Sequence[Job],
    *,
    workers: int = 1,
    progress: Callable[[Job, float], None] | None = None,
    failed: Callable[[Job, ConvexplainError], None] | None = None,
) -> list[Result]:
    """Render lessons in worker processes, the longest first.

    Parameters
    ----------
    jobs : sequence of Job
        With different outputs.
    workers : int
        How many processes render at the same time.
    progress : callable, optional
        Called with a job and the fraction of it that is done, 0 to 1.
    failed : callable, optional
        Called with a job that failed and why; the other jobs go on. Without it the first failure
        is raised, and ends all.

    Returns
    -------
    list of Result
        Of the jobs that succeeded, in the order of `jobs`.

    Raises
    ------
    UsageError
        If a job cannot be right (`check`), or two write the same file. Nothing has been written.
    ConvexplainError
        If manim is not installed, or a job fails. What stood at its output stands there still.
    """
    jobs = list(jobs)
    for job in jobs:
        check(job)
    targets = [target.resolve() for job in jobs for target in job.targets]
    twice = next((target for target in targets if targets.count(target) > 1), None)
    if twice:
        raise UsageError(f"two lessons would write {str(twice)!r}: give each a name of its own")
    if importlib.util.find_spec("manim") is None:
        raise ConvexplainError('videos need manim: pip install "convexplain[video]"')
    for folder in {target.parent for target in targets} | {Path(tempfile.gettempdir())}:
        placing.sweep(folder)
    results: dict[int, Result] = {}
    with Pool(min(workers, len(jobs))) as pool:
        for index, message in pool.run(jobs):
            job = jobs[index]
            if isinstance(message, float):
                if progress:
                    progress(job, message)
            elif isinstance(message, ConvexplainError):
                if failed is None:
                    raise message
                failed(job, message)
            else:
                if progress:
                    progress(job, 1.0)
                size = job.targets[0].stat().st_size
                results[index] = Result(job, message.seconds, size, message.notes)
    return [results[index] for index in sorted(results)]
