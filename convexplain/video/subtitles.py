"""Subtitles and chapter lists as text: SubRip, WebVTT, and the list that YouTube reads.

A cue is shown from its start up to its end. Times are rounded to milliseconds by one rule, so that
cues which follow each other exactly still do in the file: no gap, no overlap.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol

from convexplain.lessons.parts.beats import Beat, spoken

# YouTube ignores a list with a shorter chapter: "Video chapters" in its help.
YOUTUBE_SECONDS = 10


class Cue(NamedTuple):
    """One subtitle: what is read from `start` up to `end`, both in seconds."""

    start: float
    end: float
    text: str


class HasBeats(Protocol):
    """Anything that consists of beats: a lesson, or several joined."""

    def beats(self) -> Sequence[Beat]:
        """Return the beats, in order."""


def consecutive(timed: Iterable[tuple[float, str]], start: float = 0.0) -> tuple[Cue, ...]:
    """Lay texts of given durations end to end.

    Parameters
    ----------
    timed : iterable of (float, str)
        Seconds and text, in order; an empty text is a pause.
    start : float
        When the first begins, in seconds.

    Returns
    -------
    tuple of Cue
        One for each text that is not empty.

    Examples
    --------
    >>> consecutive([(2.0, "one"), (1.0, ""), (2.5, "two")])
    (Cue(start=0.0, end=2.0, text='one'), Cue(start=3.0, end=5.5, text='two'))
    """
    cues, durations, begin = [], [start], start
    for seconds, text in timed:
        durations.append(seconds)
        end = math.fsum(durations)  # no drift over hundreds of beats
        if text.strip():
            cues.append(Cue(begin, end, text))
        begin = end
    return tuple(cues)


def cues_of(lesson: HasBeats, lang: str, start: float = 0.0) -> tuple[Cue, ...]:
    """Return what a lesson says as cues.

    Parameters
    ----------
    lesson : Lesson
        Its beats follow each other.
    lang : {"en", "zh"}
        The language.
    start : float
        When the lesson begins within the video, in seconds.

    Returns
    -------
    tuple of Cue
        One for each event that says something; it stands until the next one that does.
    """
    said = ((seconds, caption.text(lang)) for seconds, caption in spoken(lesson.beats()))
    return consecutive(said, start)


def srt(cues: Iterable[tuple[float, float, str]]) -> str:
    """Write cues as SubRip.

    Parameters
    ----------
    cues : iterable of (float, float, str)
        Start and end in seconds, and the text, in order.

    Returns
    -------
    str
        The file.

    Raises
    ------
    ValueError
        If a cue ends before it begins, overlaps the one before it, begins before 0, is not
        finite, or says nothing.

    Examples
    --------
    >>> print(srt([(0, 2.5, "Sliding window")]), end="")
    1
    00:00:00,000 --> 00:00:02,500
    Sliding window
    <BLANKLINE>
    """
    return "".join(
        f"{number}\n{_time(start, ',')} --> {_time(end, ',')}\n{text}\n\n"
        for number, (start, end, text) in enumerate(_checked(cues), start=1)
    )


def vtt(cues: Iterable[tuple[float, float, str]]) -> str:
    """Write cues as WebVTT, which is UTF-8 by definition.

    Parameters
    ----------
    cues : iterable of (float, float, str)
        Start and end in seconds, and the text, in order.

    Returns
    -------
    str
        The file, with ``&``, ``<`` and ``>`` escaped.

    Raises
    ------
    ValueError
        As `srt` does.

    Examples
    --------
    >>> print(vtt([(0, 2.5, "0 < 1")]), end="")
    WEBVTT
    <BLANKLINE>
    00:00:00.000 --> 00:00:02.500
    0 &lt; 1
    """
    blocks = ["WEBVTT\n"]
    for start, end, text in _checked(cues):
        escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        blocks.append(f"{_time(start, '.')} --> {_time(end, '.')}\n{escaped}\n")
    return "\n".join(blocks)


def encode(ending: str, cues: Iterable[tuple[float, float, str]]) -> bytes:
    """Return the bytes of a subtitle file, ``".srt"`` or ``".vtt"``.

    SubRip does not say how it is encoded: without the mark of UTF-8 players on Windows read it in
    the system's code page, which for Chinese gives other characters. WebVTT is always UTF-8.
    """
    if ending == ".srt":
        return srt(cues).encode("utf-8-sig")
    return vtt(cues).encode()


def youtube(chapters: Iterable[tuple[float, str]], seconds: float) -> str:
    """Write the chapter list for a video's description.

    YouTube shows it if there are three chapters or more, of at least 10 s each. A chapter that is
    shorter, or follows a shorter first one, therefore joins the one before it.

    Parameters
    ----------
    chapters : iterable of (float, str)
        Start in seconds and title, in order; the first starts at 0.
    seconds : float
        Length of the video.

    Returns
    -------
    str
        A line for each chapter, as "1:05 Channels".

    Raises
    ------
    ValueError
        If the first does not start at 0, the starts do not ascend within the video, or a title
        is empty.

    Examples
    --------
    >>> print(youtube([(0, "Opening"), (12.5, "Sliding window"), (65, "Channels")], 120), end="")
    0:00 Opening
    0:12 Sliding window
    1:05 Channels
    """
    given = list(chapters)
    times = [*(start for start, _ in given), seconds]
    ordered = all(a < b for a, b in pairwise(times))  # False for NaN
    if not given or times[0] != 0 or not ordered or not math.isfinite(seconds):
        raise ValueError(
            f"chapters at {', '.join(f'{s:g}' for s in times[:-1]) or 'no time'} of a video of "
            f"{seconds:g} s: let the first start at 0 and the others ascend within the video"
        )
    listed = [(math.floor(start), " ".join(title.split())) for start, title in given]
    for begin, line in listed:
        if not line:
            raise ValueError(f"the chapter at {begin} s has no title: give it one")
    ends = [begin for begin, _ in listed[1:]] + [math.floor(seconds)]
    kept = listed[:1]
    for (begin, line), end in zip(listed[1:], ends[1:], strict=True):
        if min(begin - kept[-1][0], end - begin) >= YOUTUBE_SECONDS:
            kept.append((begin, line))
    return "".join(f"{_clock(begin)} {line}\n" for begin, line in kept)


def _checked(cues: Iterable[tuple[float, float, str]]) -> Iterable[tuple[int, int, str]]:
    """Yield the cues in milliseconds, without lines that would end a block."""
    free = 0
    for start, end, text in cues:
        if not (math.isfinite(start) and math.isfinite(end)):
            raise ValueError(f"the cue {text!r} runs from {start} to {end}: give finite seconds")
        begin, finish = round(1000 * start), round(1000 * end)
        if begin < free:
            rule = "before the one before it ends" if free else "before the video"
            raise ValueError(f"the cue {text!r} begins at {start:g} s, {rule}: put cues in order")
        if finish <= begin:
            raise ValueError(
                f"the cue {text!r} runs from {start:g} s to {end:g} s: it must last at least 1 ms"
            )
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if not lines:
            raise ValueError(f"the cue at {start:g} s says nothing: leave it out")
        yield begin, finish, "\n".join(lines)
        free = finish


def _time(milliseconds: int, point: str) -> str:
    """Write a time as hours, minutes, seconds and milliseconds."""
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}{point}{rest:03d}"


def _clock(seconds: int) -> str:
    """Write a time as YouTube does: without leading zeros, hours only if there are any."""
    hours, rest = divmod(seconds, 3600)
    head = f"{hours}:{rest // 60:02d}" if hours else f"{rest // 60}"
    return f"{head}:{rest % 60:02d}"
