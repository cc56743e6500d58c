"""Lessons to files: scenes run in processes of their own, results are put in place whole."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from convexplain.errors import ConvexplainError, UsageError, choose
from convexplain.files import documents, placing
from convexplain.style.theme import Look
from convexplain.video import memory
from convexplain.video.pool import Pool

if TYPE_CHECKING:
    from convexplain.lessons.parts.lesson import Lesson

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
    sections : Path, optional
        A folder, made if it is missing, for a clip of each beat of an mp4 or webm.
    scene_file : Path, optional
        A scene of the user's own instead of the bundled one with the lesson's name.
    """

    lesson: Lesson
    output: Path
    look: Look = field(default_factory=Look)
    quality: Quality = QUALITIES["m"]
    still: str | None = None
    subtitles: bool = True
    sections: Path | None = None
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
    def main(self) -> Path:
        """The video or still; where the output is a link, what it points to."""
        return placing.followed(self.output)

    @property
    def subtitle_files(self) -> tuple[Path, ...]:
        """The subtitles, beside the video."""
        if self.still is not None or not self.subtitles or self.format == "gif":
            return ()
        return tuple(self.main.with_suffix(f".{kind}") for kind in SUBTITLE_FORMATS)

    @property
    def section_files(self) -> tuple[Path, ...]:
        """A clip for each beat, in order."""
        if self.sections is None:
            return ()
        name, ending = self.lesson.name, self.output.suffix.lower()
        return tuple(
            self.sections / f"{name}-{number:02d}-{beat.name}{ending}"
            for number, beat in enumerate(self.lesson.beats())
        )

    @property
    def targets(self) -> tuple[Path, ...]:
        """All that will be written, the main file first."""
        return (self.main, *self.subtitle_files, *self.section_files)


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
    try:
        _check(job)
    except OSError as error:  # a name that is too long, a link that leads to itself
        raise UsageError(
            f"cannot write {str(job.output)!r}: {error.strerror}; choose another name"
        ) from error


def _check(job: Job) -> None:
    if job.output.is_dir():
        raise UsageError(f"{str(job.output)!r} is a folder: name a file in it")
    allowed = ("png",) if job.still is not None else VIDEO_FORMATS
    if job.format not in allowed:
        kind = "a still is a picture" if job.still is not None else "a lesson is a video"
        given = f"{job.output.name!r} has the extension {job.output.suffix or '(none)'}"
        endings = [f".{name}" for name in allowed]
        raise UsageError(f"{given}, but {kind}: {choose(job.output.suffix, endings)}")
    if job.still is not None:
        beats = [beat.name for beat in job.lesson.beats()]
        if job.still not in beats:
            raise UsageError(
                f"{job.lesson.name} has no beat {job.still!r}: {choose(job.still, beats)}"
            )
    if job.sections is not None and job.format not in ("mp4", "webm"):
        raise UsageError(f"sections are clips of an mp4 or webm: a {job.format} has none")
    documents.check_folder(job.main.parent)
    if job.sections is not None:
        documents.check_folder(job.sections if job.sections.exists() else job.sections.parent)
    for target in job.targets:
        if target.is_dir():
            raise UsageError(f"{str(target)!r}, which would be written too, is a folder")


def render(
    jobs: Sequence[Job],
    *,
    workers: int = 1,
    progress: Callable[[Job, float], None] | None = None,
    finished: Callable[[Result], None] | None = None,
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
    finished : callable, optional
        Called with each result as soon as its files stand in their places.
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
        If manim is not installed, or a job fails. What stood at its output stands there still. Its
        text names the log of the job, `convexplain.video.logs`.

    Notes
    -----
    What is done is told to the logger ``convexplain`` (`logging`), at the levels INFO and DEBUG.
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
    limit = memory.limit()
    if limit is not None and limit < memory.NEEDED:  # where OpenBLAS would try for ever
        raise ConvexplainError(
            f"this process may take {limit / 1e6:.0f} MB of memory at most (ulimit -v): a lower "
            f"quality (-q l) needs less, but {memory.NEEDED / 1e6:.0f} MB in any case; raise the "
            "limit"
        )
    for folder in {target.parent for target in targets} | {Path(tempfile.gettempdir())}:
        placing.sweep(folder)
    for job in jobs:
        if job.sections:
            _make_folder(job.sections)
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
                size = job.main.stat().st_size
                results[index] = Result(job, message.seconds, size, message.notes)
                if finished:
                    finished(results[index])
    return [results[index] for index in sorted(results)]


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise ConvexplainError(
            f"cannot make the folder {str(folder)!r}: {error.strerror}"
        ) from error
