"""What a process of `pool` does: scenes run with manim, one after the other."""

from __future__ import annotations

import dataclasses
import importlib.resources
import importlib.util
import inspect
import json
import logging
import os
import shutil
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from convexplain.errors import ConvexplainError
from convexplain.messages import Message
from convexplain.video import child, memory, sound, transcript
from convexplain.video.job import POSTER, WORDS
from convexplain.video.quick_manim import import_manim

if TYPE_CHECKING:
    from convexplain.video.job import Job

_REPORT_EVERY = 0.1  # seconds between two messages about progress


@dataclass(frozen=True)
class Done:
    """A finished job: what its targets are to hold, seconds of video, remarks for the user."""

    contents: tuple[Path | bytes, ...]
    seconds: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failed:
    """A failed job: the error, and where it arose."""

    error: ConvexplainError
    trace: str


@dataclass(frozen=True)
class Note:
    """What is being done: how important it is, as `logging` counts, and the words."""

    level: int
    text: str


Sent = float | Done | Failed | Note
_logger = logging.getLogger(__name__)


class _Teller(logging.Handler):
    """Sends what is logged to the parent."""

    def __init__(self, channel: Connection, level: int) -> None:
        super().__init__(level)
        self.channel = channel

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record; all come from the thread that draws."""
        told = record.msg if isinstance(record.msg, Message) else record.getMessage()
        self.channel.send(Note(record.levelno, told))


def serve(channel: Connection, folder: Path, level: int = logging.WARNING) -> None:
    """Run jobs until the channel closes: the process's main function.

    The channel gives jobs and takes `Sent`. Notes below the level are not sent; the process's
    own log has everything.
    """
    child.enter(folder)
    # tqdm's own lock is a semaphore of the system's, which a process that is ended leaves behind.
    tqdm.set_lock(threading.RLock())
    _log_to(channel, level)
    try:
        while True:
            try:
                job = channel.recv()
            except EOFError:
                break
            except Exception as error:
                channel.send(_failure(Message("the job cannot be read in its process"), error))
                continue
            channel.send(_answer(job, folder / "job", _reporter(channel)))
    except ConnectionError as error:  # only of the channel: those of a job are its answer
        print(f"nobody listens to this process any more: {error}", file=sys.stderr)


def _log_to(channel: Connection, level: int) -> None:
    logger = logging.getLogger("convexplain")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False  # manim has a handler of its own for everything
    log = logging.StreamHandler(sys.stderr)
    log.setFormatter(logging.Formatter("%(asctime)s.%(msecs)03d %(message)s", "%H:%M:%S"))
    logger.addHandler(log)
    logger.addHandler(_Teller(channel, level))


def _answer(job: Job, media: Path, report: Callable[[float], None]) -> Done | Failed:
    """Do a job in a folder of its own, and turn whatever happens into a message."""
    shutil.rmtree(media, ignore_errors=True)  # of the job before, which is done with
    try:
        return _work(job, media, report)
    except ConvexplainError as error:
        return Failed(error, traceback.format_exc())
    except Exception as error:
        return _failure(_in_words(error, job, media), error)


def _in_words(error: Exception, job: Job, media: Path) -> str:
    """Return what went wrong in a job, and what helps."""
    height = job.frame.lines
    if memory.is_lacking(error):
        return Message(
            "out of memory at {height} lines: {advice}", height=height, advice=memory.advice(height)
        )
    if not isinstance(error, OSError) or not error.strerror:
        text = f"{type(error).__name__}: {error}"
        # Encoders do not say that it was memory that they lacked.
        longer = Message(
            "{text}; if memory ran out: {advice}", text=text, advice=memory.advice(height)
        )
        return text if memory.limit() is None else longer
    where = Path(os.fsdecode(error.filename or media))
    if media.parent in (where, *where.parents):
        return Message(
            "cannot write to the temporary folder {folder!r}: {error}; make room there, or name "
            "another in the environment variable TMPDIR",
            folder=str(media.parents[1]),
            error=error,
        )
    return Message("{error}: {path}", error=error, path=where)


def _failure(text: str, error: Exception) -> Failed:
    return Failed(ConvexplainError(text), "".join(traceback.format_exception(error)))


def _reporter(channel: Connection) -> Callable[[float], None]:
    """Return a function that passes fractions of the work on, but not each of them."""
    last = 0.0

    def report(fraction: float) -> None:
        nonlocal last
        now = monotonic()
        if now - last >= _REPORT_EVERY:
            last = now
            channel.send(min(1.0, float(fraction)))

    return report


def scene_class(job: Job) -> type[Any]:
    """Find a job's scene: the class named like its file, ``sliding_window.py: SlidingWindow``."""
    path = job.scene_file
    if path is None:
        found = importlib.resources.files("convexplain.scenes") / f"{job.module}.py"
        path = Path(str(found))
    if not path.is_file():
        raise ConvexplainError(
            "there is no scene file {path}: a lesson's scene has its name", path=path
        )
    spec = importlib.util.spec_from_file_location(f"convexplain_scene_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    name = "".join(word.capitalize() for word in path.stem.split("_"))
    found_class = getattr(module, name, None)
    if not inspect.isclass(found_class):
        raise ConvexplainError(
            "{path} has no class {name}: the scene's class is named as its file",
            path=path,
            name=name,
        )
    return found_class


def _following(job: Job) -> dict[str, Any]:
    """Make the scene whose first picture a part of a film becomes, and let it begin."""
    telling = job.lesson.telling
    if telling is None or telling.following is None:
        return {}
    lesson: Any = telling.following
    scene = scene_class(dataclasses.replace(job, lesson=lesson))(lesson=lesson, look=job.look)
    scene.begin()
    return {"following": scene}


def settings(job: Job, media: Path) -> dict[str, Any]:
    """Return every setting of manim that a user's configuration could have changed."""
    return {
        "pixel_width": job.frame.width,
        "pixel_height": job.frame.height,
        "frame_rate": job.frame.rate,
        "frame_height": 8.0 * job.frame.height / job.frame.lines,
        "frame_width": 8.0 * job.frame.width / job.frame.lines,
        "media_dir": str(media),
        "assets_dir": str(media),
        "log_dir": str(media / "logs"),
        "output_file": "scene",
        "format": job.format if job.still is None else "png",
        "renderer": "cairo",
        "background_opacity": 1.0,
        "disable_caching": True,
        "dry_run": False,
        "enable_gui": False,
        "from_animation_number": 0,
        "upto_animation_number": -1,
        "live_preview": False,
        "log_to_file": False,
        "notify_outdated_version": False,
        "plugins": [],
        "preview": False,
        "progress_bar": "none",
        "save_sections": False,
        "show_in_file_browser": False,
        "verbosity": "ERROR",
        "write_all": False,
    }


def _work(job: Job, media: Path, report: Callable[[float], None]) -> Done:
    """Render one job, and look at what has been made."""
    started, first = monotonic(), "manim" not in sys.modules
    try:
        import_manim()
    except ImportError as error:
        if memory.is_lacking(error):
            raise
        raise ConvexplainError(
            "manim is installed but does not start: {error}; install its libraries (cairo, pango)",
            error=error,
        ) from error
    from manim import tempconfig

    from convexplain.video import measure_video, sections, subtitles
    from convexplain.video.versions import versions

    if first:
        _logger.info(
            Message("manim was there after {seconds:.2f} s", seconds=monotonic() - started)
        )
        _logger.debug(
            Message(
                "made by {versions}",
                versions=", ".join(" ".join(each) for each in versions().items()),
            )
        )
    started = monotonic()
    beats = job.lesson.beats()
    media.mkdir()
    notes: tuple[str, ...] = ()
    with tempconfig(settings(job, media)):
        if job.still == POSTER:
            made = _poster(job, media)
        elif job.still == WORDS:
            made = media / "words.json"
            made.write_text(json.dumps(_moments(job)), "utf-8")
        else:
            scene = scene_class(job)(
                lesson=job.lesson,
                look=job.look,
                stop_after=job.still,
                on_progress=report,
                **_following(job),
            )
            scene.render()
            writer = scene.renderer.file_writer
            made = Path(writer.image_file_path if job.still else writer.movie_file_path)
            notes = tuple(writer.notes)
        posters = [_poster(job, media) for _ in job.poster_files]
        told = _moments(job) if job.transcript else []
    for picture in [made] * (job.still not in (None, WORDS)) + posters:
        measure_video.check_picture(picture, job.frame)
    seconds = 0.0
    if job.still is None:
        seconds = measure_video.check_video(made, job.frame, [beat.seconds for beat in beats])
    if job.voice:
        made = _spoken(job, made)
        measure_video.check_video(made, job.frame, [beat.seconds for beat in beats])
        notes = tuple(filter(None, (*notes, sound.silent(job.lesson, job.voice))))
    _logger.info(
        Message("drawn, encoded and looked at in {seconds:.2f} s", seconds=monotonic() - started)
    )
    ending = made.suffix
    clips = [media / f"clip{number}{ending}" for number in range(len(job.section_files))]
    if clips:
        starts = accumulate((beat.seconds for beat in beats[:-1]), initial=0.0)
        sections.cut(made, [*starts], clips)
    cues = subtitles.cues_of(job.lesson, job.look.lang)
    words: list[bytes] = []
    texts = [subtitles.encode(file.suffix, cues) for file in job.subtitle_files]
    for file in job.transcript_files:
        write = transcript.page if file.suffix == ".html" else transcript.text
        title = beats[0].title.text(job.look.lang)
        texts_of = write(title, job.lesson.question.text(job.look.lang), told, job.look.lang)
        words.append(texts_of.encode())
    return Done((made, *texts, *posters, *words, *clips), seconds, notes)


def _moments(job: Job) -> list[transcript.Moment]:
    """Tell a lesson in words."""
    return [
        transcript.Moment(*each)
        for each in scene_class(job).transcript(job.lesson, job.look, **_following(job))
    ]


def _spoken(job: Job, video: Path) -> Path:
    """Write a video again, its pictures as they are, with what is spoken over its events."""
    from convexplain.lessons.parts.beats import chapters
    from convexplain.video import concatenate

    begins = sound.starts(job.lesson)
    named = chapters(job.lesson.beats(), job.look.lang)
    path = video.with_name(f"voice{video.suffix}")
    concatenate.join(
        [video],
        path,
        chapters=[(start, title) for start, _, title in named],
        voice=[(begins[each.event], each) for each in job.voice],
        lang=job.look.lang,
    )
    return path


def _poster(job: Job, media: Path) -> Path:
    """Write the lesson's fullest picture, without caption: a player's controls lie there."""
    from PIL import Image

    look = dataclasses.replace(job.look, captions=False)
    path = media / "poster.png"
    Image.fromarray(scene_class(job).poster(job.lesson, look, **_following(job))).save(path)
    return path
