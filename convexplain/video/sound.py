"""Sounds that are spoken over a lesson: files named after its events, read with PyAV."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from convexplain import extras
from convexplain.errors import UsageError, choose, shortened
from convexplain.lessons.parts.voice import lines
from convexplain.messages import Message

if TYPE_CHECKING:
    from av.packet import Packet

    from convexplain.lessons import Lesson

Samples = npt.NDArray[np.float32]

#: Samples a second, and channels, of the track that all sounds are mixed into.
RATE, CHANNELS = 48000, 2
#: No event lasts longer than a minute, in seconds.
LONGEST = 60.0
#: What a lesson's title card in a film is called: a file of its folder, but of none of its events.
CARD = "card"
#: How the track is encoded, by the container's extension.
CODECS = {".mp4": "aac", ".webm": "libopus"}
_BITS_A_SECOND = 128_000
#: A minute takes less than so many bytes in any format.
_LARGEST = 200_000_000


@dataclass(frozen=True)
class Sound:
    """A file that is spoken over an event."""

    #: Its name.
    event: str
    #: How long it lasts.
    seconds: float
    #: The file, of any format that FFmpeg reads.
    content: bytes = field(repr=False)


def read(
    folder: Path, lesson: Lesson, name: str | None = None, others: Iterable[str] = ()
) -> tuple[Sound, ...]:
    """Read the sounds of a lesson: ``FOLDER/LESSON/EVENT.wav``, or any other extension.

    `folder`: of all sounds. `lesson`: at the pace that it has without them. `name`: of the folder
    within; the lesson's if not given. `others`: what else files in it may be named after, as the
    lesson's title card and those of its events that are left out now: these sounds are not heard.
    Result: in the order of the events. Raises UsageError if the folder is missing or empty, a file
    is named after no event or cannot be read, or a sound lasts longer than `LONGEST`.
    """
    extras.require("video", Message("sounds"))
    name = name or lesson.name
    events = [event.name for beat in lesson.beats() for event in beat.events]
    place = folder / name
    if not place.is_dir():
        raise UsageError(
            "there is no folder {place!r}: sounds are files named after events, such as "
            "{name}/{event}.wav in the folder of --voice; convexplain script {name} lists them",
            place=str(place),
            name=name,
            event=events[0],
        )
    found: dict[str, Path] = {}
    known = {CARD, *others, *all_events(lesson)}
    for path in sorted(place.iterdir()):
        if path.name.startswith(".") or path.is_dir():
            continue
        event = path.stem.casefold()
        if event not in known:
            raise UsageError(
                "{path!r} is named after no event of {name}: {choice}",
                path=str(path),
                name=name,
                choice=choose(event, events),
            )
        if event in found:
            raise UsageError(
                "two sounds for the event {event!r}, {first} and {second}: keep one",
                event=event,
                first=found[event].name,
                second=path.name,
            )
        found[event] = path
    if not found:
        raise UsageError(
            "the folder {place!r} holds no sounds: name them after events, such as {event}.wav; "
            "convexplain script {name} lists them",
            place=str(place),
            event=events[0],
            name=name,
        )
    return tuple(_read(found[event], event) for event in events if event in found)


def all_events(lesson: Lesson) -> Iterator[str]:
    """Yield the names of a lesson's events, also of those that are left out now."""
    yield from (event.name for beat in lesson.make_beats() for event in beat.events)


def speak(
    lesson: Lesson, folder: Path, name: str | None = None, others: Iterable[str] = ()
) -> tuple[Lesson, tuple[Sound, ...]]:
    """Return a lesson at the pace of its sounds in a folder, and the sounds, as `read` does."""
    sounds = read(folder, lesson, name, others)
    return lesson.with_sounds({each.event: each.seconds for each in sounds}), sounds


def folders(folder: Path, known: Iterable[str]) -> tuple[str, ...]:
    """Return the folders of sounds within one, each named as a lesson.

    Raises UsageError if there is no such folder, none within it, or one that is named otherwise.
    """
    names = list(known)
    if not folder.is_dir():
        raise UsageError(
            "there is no folder {folder!r}: --voice names the folder of sounds", folder=str(folder)
        )
    found = sorted(path.name for path in folder.iterdir() if path.is_dir())
    found = [name for name in found if not name.startswith(".")]
    for name in found:
        if name not in names:
            raise UsageError(
                "the folder {folder!r} is named after no lesson: {choice}",
                folder=str(folder / name),
                choice=choose(name, names),
            )
    if not found:
        raise UsageError(
            "the folder {folder!r} holds no folder of a lesson's sounds, such as {example}",
            folder=str(folder),
            example=names[0],
        )
    return tuple(found)


def _read(path: Path, event: str) -> Sound:
    try:
        if path.stat().st_size > _LARGEST:
            raise UsageError(
                "{path!r} is larger than {largest} MB: a sound lasts {longest:g} s at most; "
                "shorten it",
                path=str(path),
                largest=_LARGEST // 10**6,
                longest=LONGEST,
            )
        content = path.read_bytes()
    except OSError as error:
        raise UsageError("{path!r} cannot be read: {error}", path=str(path), error=error) from error
    try:
        seconds = len(samples(content, LONGEST)) / RATE
    except ValueError as error:
        raise UsageError("{path!r} {error}", path=str(path), error=error) from error
    return Sound(event, seconds, content)


def silent(lesson: Lesson, sounds: Iterable[Sound]) -> str:
    """Return a remark on what is said in captions alone, "" if nothing is."""
    spoken = {sound.event for sound in sounds}
    said = [line.event for line in lines(lesson.beats())]
    without = [event for event in said if event not in spoken]
    if not without:
        return ""
    return Message(
        "no sound for {count} of {total} events: {names}",
        count=len(without),
        total=len(said),
        names=shortened(without),
    )


def starts(lesson: Lesson) -> dict[str, float]:
    """Return when each event of a lesson begins, in seconds."""
    found, start = {}, 0.0
    for event in (event for beat in lesson.beats() for event in beat.events):
        found[event.name] = start
        start += event.seconds
    return found


def samples(content: bytes, longest: float = float("inf")) -> Samples:
    """Decode a sound.

    `content`: a file. `longest`: in seconds. Result, (samples, 2): `RATE` a second, from -1 to 1.
    Raises ValueError if it cannot be read, is empty, or lasts longer: the end of a sentence about
    the file.
    """
    import av

    parts: list[Samples] = []
    count = 0
    try:
        with av.open(io.BytesIO(content)) as container:
            if not container.streams.audio:
                raise ValueError(Message("has no sound in it: give a sound file, such as a .wav"))
            resampler = av.AudioResampler(format="flt", layout="stereo", rate=RATE)
            for frame in _frames(container):
                for made in resampler.resample(frame):
                    heard = np.asarray(made.to_ndarray(), dtype=np.float32)
                    parts.append(heard.reshape(-1, CHANNELS))
                    count += len(parts[-1])
                if count > longest * RATE:
                    raise ValueError(
                        Message(
                            "lasts longer than the {longest:g} s that an event can last: shorten "
                            "it",
                            longest=longest,
                        )
                    )
    except (av.FFmpegError, OSError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise ValueError(
            Message("cannot be read as a sound: {why}; give a .wav, .mp3 or .m4a", why=why)
        ) from error
    if not count:
        raise ValueError(Message("holds no sound: record it again"))
    return np.concatenate(parts)


def _frames(container: Any) -> Iterator[Any]:
    """Yield the frames of a file's first sound, and None for its end."""
    yield from container.decode(audio=0)
    yield None


def mixed(placed: Sequence[tuple[float, Sound]], seconds: float) -> Samples:
    """Lay sounds on one track.

    `placed`: when each begins, in seconds. `seconds`: least length of the track. Result, (samples,
    2): silent where nothing is placed.
    """
    # A video lasts whole frames: its last sound may end a moment later.
    end = max((seconds, *(start + sound.seconds for start, sound in placed)))
    track = np.zeros((math.ceil(end * RATE) + 1, CHANNELS), dtype=np.float32)
    for start, sound in placed:
        first = round(start * RATE)
        heard = samples(sound.content)
        track[first : first + len(heard)] += heard
    return track


def encoded(track: Samples, stream: Any) -> Iterator[Packet[Any]]:
    """Yield the packets of a track for a stream that `add_stream` made."""
    import av

    for first in range(0, len(track), RATE):
        part = np.ascontiguousarray(track[first : first + RATE]).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(part, format="flt", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, first, Fraction(1, RATE)
        yield from stream.encode(frame)
    yield from stream.encode(None)


def add_stream(container: Any, suffix: str, language: str) -> Any:
    """Give a file that is being written a track for `encoded`."""
    stream = container.add_stream(CODECS[suffix], rate=RATE, layout="stereo")
    stream.bit_rate = _BITS_A_SECOND
    stream.metadata["language"] = language
    return stream
