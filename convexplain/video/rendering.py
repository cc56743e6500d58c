"""Lessons to files: scenes run in processes of their own, results are put in place whole."""

from __future__ import annotations

import dataclasses
import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Executor, as_completed
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from convexplain import extras, lessons
from convexplain.errors import ConvexplainError, UsageError, choose, either
from convexplain.files import atomic, documents
from convexplain.lessons import Lesson
from convexplain.messages import Message
from convexplain.video import memory
from convexplain.video.job import ASPECTS, POSTER, VIDEO_FORMATS, WORDS, Job
from convexplain.video.pool import Pool, borrowed
from convexplain.video.worker import Done

_logger = logging.getLogger(__name__)
_STILLS = {WORDS: "words"}
News = float | Done | ConvexplainError


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
    """Refuse a job that cannot be right before any work is done; nothing is written.

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
            "cannot write {output!r}: {error}; choose another name",
            output=str(job.output),
            error=error,
        ) from error


def _check(job: Job) -> None:
    if job.output.is_dir():
        raise UsageError("{output!r} is a folder: name a file in it", output=str(job.output))
    allowed = VIDEO_FORMATS if job.still is None else (_STILLS.get(job.still, "png"),)
    if job.format not in allowed:
        a_video, a_still = Message("a lesson is a video"), Message("a still is a picture")
        raise UsageError(
            "{name!r} has the extension {suffix}, but {what}: {choice}",
            name=job.output.name,
            suffix=job.output.suffix or Message("(none)"),
            what=a_video if job.still is None else a_still,
            choice=choose(job.output.suffix, [f".{name}" for name in allowed]),
        )
    # A scene of one's own lays itself out, whatever its lesson says.
    check_aspect(job.aspect, [job.lesson] if job.scene_file is None else [])
    if job.still is not None:
        beats = [beat.name for beat in job.lesson.beats()]
        if job.still not in (*beats, POSTER, WORDS):
            raise UsageError(
                "{name} has no beat {still!r}: {choice}",
                name=job.lesson.name,
                still=job.still,
                choice=choose(job.still, (*beats, POSTER)),
            )
    if job.voice and (job.still is not None or job.format == "gif"):
        raise UsageError(
            "a voice is heard in an mp4 or webm: a {format} has no sound; leave --voice out",
            format=job.format,
        )
    if (job.poster or job.transcript) and job.still is not None:
        raise UsageError(
            "{flag} writes what stands beside a video: leave it or --still out",
            flag="--poster" if job.poster else "--transcript",
        )
    if job.sections is not None and job.format not in ("mp4", "webm"):
        raise UsageError(
            "sections are clips of an mp4 or webm: a {format} has none", format=job.format
        )
    documents.check_folder(job.main.parent)
    if job.sections is not None:
        documents.check_folder(job.sections if job.sections.exists() else job.sections.parent)
    for target in job.targets:
        if target.is_dir():
            raise UsageError(
                "{target!r}, which would be written too, is a folder", target=str(target)
            )


def check_aspect(aspect: str, shown: Sequence[Lesson]) -> None:
    """Refuse an aspect for which some lessons are not laid out.

    Parameters
    ----------
    aspect : str
        Width to height.
    shown : sequence of Lesson
        All that are to be rendered.

    Raises
    ------
    UsageError
        Which lessons these are, and which ones can be had.
    """
    if aspect not in ASPECTS:
        raise UsageError(
            "there is no aspect {aspect!r}: {choice}", aspect=aspect, choice=choose(aspect, ASPECTS)
        )
    lacking = [lesson.name for lesson in shown if aspect not in lesson.aspects]
    if lacking:
        able = [name for name in lessons.names() if aspect in lessons.find(name).aspects]
        raise UsageError(
            "laid out for 16:9 alone, not for {aspect}: {lacking}; leave --aspect out, or render "
            "{able}",
            aspect=aspect,
            lacking=", ".join(lacking),
            able=either(able),
        )


def render(
    jobs: Sequence[Job],
    *,
    workers: int = 1,
    executor: Executor | None = None,
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
    executor : concurrent.futures.Executor, optional
        It calls `render_one` for each job, as on other machines; the files are written here.
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
        If the extra "video" is not installed, or a job fails; its output file is left as it was.
        Its text names the log of the job, `convexplain.video.logs`.

    Notes
    -----
    What is done is logged by the logger ``convexplain`` (`logging`), at the levels INFO and DEBUG.
    """
    jobs = list(jobs)
    for job in jobs:
        check(job)
    targets = Counter(target.resolve() for job in jobs for target in job.targets)
    twice = next((target for target, count in targets.items() if count > 1), None)
    if twice:
        raise UsageError(
            "two lessons would write {twice!r}: give each a name of its own", twice=str(twice)
        )
    if executor is None:
        _require_what_renders()
    for folder in {target.parent for target in targets} | {Path(tempfile.gettempdir())}:
        atomic.sweep(folder)
    for job in jobs:
        if job.sections:
            _make_folder(job.sections)
    results: dict[int, Result] = {}
    with closing(_here(jobs, workers) if executor is None else _by(executor, jobs)) as events:
        for index, news in events:
            job = jobs[index]
            if isinstance(news, Done):
                try:
                    results[index] = _write(job, news)
                except ConvexplainError as error:
                    news = error
            if isinstance(news, ConvexplainError):
                if failed is None:
                    raise news
                failed(job, news)
                continue
            if progress:
                progress(job, news if isinstance(news, float) else 1.0)
            if finished and index in results:
                finished(results[index])
    return [results[index] for index in sorted(results)]


def render_one(job: Job) -> Done:
    """Render a job in a process of its own, and return what its files are to hold, as bytes.

    It is what an executor calls, perhaps on another machine; nothing is written to the job's place.
    The process waits for a while, and renders the next job, too.

    Parameters
    ----------
    job : Job
        A scene file of its own must be there on that machine.

    Raises
    ------
    ConvexplainError
        If the job fails.
    """
    _require_what_renders()
    with borrowed() as pool:
        for _, news in pool.run([job]):
            if isinstance(news, ConvexplainError):
                raise news
            if isinstance(news, Done):
                held = [c if isinstance(c, bytes) else c.read_bytes() for c in news.contents]
                return dataclasses.replace(news, contents=tuple(held))
    raise AssertionError("a job ends with its files or an error")


def _here(jobs: Sequence[Job], workers: int) -> Generator[tuple[int, News], None, None]:
    with Pool(min(workers, len(jobs))) as pool:
        yield from pool.run(jobs)


def _by(executor: Executor, jobs: Sequence[Job]) -> Generator[tuple[int, News], None, None]:
    import asyncio  # which a render on this machine does not wait for

    futures = {executor.submit(render_one, job): index for index, job in enumerate(jobs)}
    try:
        for future in as_completed(futures):
            index = futures.pop(future)  # a result that has been handed over is not kept
            try:
                yield index, future.result()
            except ConvexplainError as error:
                yield index, error
            except (Exception, asyncio.CancelledError) as error:  # as dask says it
                name, kind = jobs[index].lesson.name, type(error).__name__
                why = " ".join(f"{kind}: {error}".split())
                yield index, ConvexplainError("{name} was not rendered: {why}", name=name, why=why)
    finally:
        for future in futures:
            future.cancel()


def _write(job: Job, done: Done) -> Result:
    _logger.info(
        Message(
            "{lesson}: handing over {count} files",
            lesson=job.lesson.name,
            count=len(done.contents),
        )
    )
    main, *beside = zip(job.targets, done.contents, strict=True)
    atomic.write(*main, beside=dict(beside))
    _logger.info(Message("{lesson}: in place", lesson=job.lesson.name))
    return Result(job, done.seconds, job.main.stat().st_size, done.notes)


def _require_what_renders() -> None:
    extras.require("video", Message("videos"))
    limit = memory.limit()
    if limit is not None and limit < memory.NEEDED:  # where OpenBLAS would try for ever
        raise ConvexplainError(
            "this process may take {limit:.0f} MB of memory at most (ulimit -v): a lower quality "
            "(-q l) needs less, but {needed:.0f} MB in any case; raise the limit",
            limit=limit / 1e6,
            needed=memory.NEEDED / 1e6,
        )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise ConvexplainError(
            "cannot make the folder {folder!r}: {error}", folder=str(folder), error=error
        ) from error
