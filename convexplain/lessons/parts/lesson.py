"""What every lesson is: a frozen dataclass of options that tells itself in beats."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from convexplain.errors import UsageError
from convexplain.style.captions import Caption

T = TypeVar("T")


# A leading underscore marks the lessons that only a film shows.
_PLAIN = re.compile(r"_?[a-z0-9]+(-[a-z0-9]+)*")


def require_plain(name: str, what: str) -> None:
    """Refuse a name that would lead elsewhere in a file's name.

    Raises
    ------
    ValueError
        If it is longer than 40 characters, or other than words of small letters and digits with
        dashes between them.
    """
    if len(name) > 40 or not _PLAIN.fullmatch(name):
        raise ValueError(
            f"{name!r:.60} cannot be the name of a {what}: use words of small letters and digits "
            "with dashes between them, at most 40 characters"
        )


@dataclass(frozen=True)
class Beat:
    """One sentence of a lesson: what is shown, what is said, and for how long.

    Parameters
    ----------
    name : str
        Identifier within the lesson, as ``--still NAME`` takes it.
    title : Caption
        Heading on the screen, and the chapter marker in the file.
    caption : Caption
        The sentence under the picture, the subtitle, the alternative text.
    seconds : float
        How long the beat lasts; at least the caption's reading time.
    data : Any
        What the views draw: steps, arrays, positions. Never text that is typed in.
    stretch : float
        How many times as slow as designed everything in it moves; `paced` sets it.
    shown_by : str
        Which of the scene's methods shows it, where several beats share one; its name if empty.

    Raises
    ------
    ValueError
        If the beat is shorter than its caption takes to read, or its name, which becomes part of
        a file's, is other than words of letters and digits with dashes between them.
    """

    name: str
    title: Caption
    caption: Caption
    seconds: float
    data: Any = None
    stretch: float = 1.0
    shown_by: str = ""

    def __post_init__(self) -> None:
        require_plain(self.name, "beat")
        needed = self.caption.reading_time()
        if self.seconds < needed - 1e-9:
            raise ValueError(
                f"beat {self.name!r} lasts {self.seconds:.1f} s, but its caption takes "
                f"{needed:.1f} s to read: lengthen the beat or shorten the caption"
            )


def option(
    default: T,
    *,
    en: str,
    zh: str,
    type: Callable[[], Any] | None = None,
    metavar: str | None = None,
    flags: tuple[str, ...] = (),
    kw_only: bool = False,
) -> T:
    """Declare a lesson's field as an option of the command line.

    Parameters
    ----------
    default : T
        The value that gives a good video with no options at all.
    en, zh : str
        Help text in English and Chinese.
    type : callable, optional
        Makes the click type when the command line needs it, so that lessons do not import click.
    metavar : str, optional
        What the help shows for the value.
    flags : tuple of str, optional
        Names on the command line; the field's name with dashes if empty.
    kw_only : bool
        Whether the field is given by name alone, as what all lessons share is.

    Returns
    -------
    T
        A dataclass field (typed as its default, as `dataclasses.field` is).
    """
    metadata = {"en": en, "zh": zh, "type": type, "metavar": metavar, "flags": flags}
    return field(default=default, metadata=metadata, kw_only=kw_only)


@dataclass(frozen=True)
class Lesson:
    """Base of all lessons: options as fields, computed data as cached properties.

    Attributes
    ----------
    name : str
        As the command line takes it, ``sliding-window``.
    title, question, answer : Caption
        The heading, what the lesson asks at the start, and its answer in one sentence.
    aspects : tuple of str
        Width to height of the videos for which its scene lays itself out.
    """

    name: ClassVar[str]
    title: ClassVar[Caption]
    question: ClassVar[Caption]
    answer: ClassVar[Caption]
    aspects: ClassVar[tuple[str, ...]] = ("16:9",)

    def __init_subclass__(cls) -> None:
        if "name" in vars(cls):
            require_plain(cls.name, "lesson")

    length: float | None = option(
        None,
        en="how long the video lasts, in seconds",
        zh="视频时长，单位为秒",
        metavar="S",
        flags=("--seconds",),
        kw_only=True,
    )

    @property
    def shortest(self) -> float:
        """The least `length` in seconds: what the captions take to be read."""
        return sum(lasting(0.0, beat.caption) for beat in self.tell())

    def tell(self) -> Iterable[Beat]:
        """Tell the lesson at the pace for which it is designed; every lesson says how.

        Returns
        -------
        iterable of Beat
            In the order in which they are shown; their names are distinct.
        """
        raise NotImplementedError(f"{type(self).__name__} does not tell its beats")

    def beats(self) -> tuple[Beat, ...]:
        """Return the beats at the length that was asked for.

        Raises
        ------
        UsageError
            If the captions alone take longer than `length`.
        """
        return paced(self.tell(), self.length)

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to other processes as options alone; what is computed is computed there."""
        values = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return _rebuild, (type(self), values)

    @property
    def seconds(self) -> float:
        """Length of the lesson in seconds: the sum of its beats."""
        return sum(beat.seconds for beat in self.beats())

    @classmethod
    def options(cls) -> tuple[dataclasses.Field[Any], ...]:
        """Return the fields that are options of the command line, its own before the common."""
        return tuple(sorted(option_fields(cls), key=lambda f: f.name == "length"))


def option_fields(cls: type[Any]) -> tuple[dataclasses.Field[Any], ...]:
    """Return the fields of a dataclass that were declared with `option`, in their order."""
    return tuple(f for f in dataclasses.fields(cls) if "en" in f.metadata)


def lasting(seconds: float, caption: Caption) -> float:
    """Return so many seconds, or the caption's reading time in half seconds if that is longer."""
    return max(seconds, math.ceil(caption.reading_time() * 2) / 2)


def chapters(beats: Iterable[Beat], lang: str) -> list[tuple[float, float, str]]:
    """Name the beats as chapters of a video.

    Parameters
    ----------
    beats : iterable of Beat
    lang : {"en", "zh"}

    Returns
    -------
    list of (float, float, str)
        Start and end in seconds, and a name: the title where it is new, or else how the caption
        begins, so that neighbours differ.
    """
    named: list[tuple[float, float, str]] = []
    start, heading = 0.0, ""
    for beat in beats:
        title = beat.title.text(lang)
        name = title if title != heading else _beginning(beat.caption.text(lang), lang)
        named.append((start, start + beat.seconds, name))
        start, heading = start + beat.seconds, title
    return named


def _beginning(text: str, lang: str) -> str:
    """Cut a sentence at the end of a word, or of a clause in Chinese, where it is long."""
    most, gaps = (48, " ") if lang == "en" else (22, "，；：")
    if len(text) <= most:
        return text.rstrip(".。")
    cut = max(text.rfind(gap, 0, most) for gap in gaps)
    return text[: cut if cut > 0 else most].rstrip(" ,;:，；：") + "…"


def paced(beats: Iterable[Beat], length: float | None) -> tuple[Beat, ...]:
    """Stretch or squeeze a lesson to a given length; no caption goes before it can be read.

    Parameters
    ----------
    beats : iterable of Beat
        As designed.
    length : float, optional
        In seconds; the beats stay as they are if it is None.

    Returns
    -------
    tuple of Beat
        All moved by one factor, except those that their captions hold longer.

    Raises
    ------
    UsageError
        If the captions alone take longer, or it is more than ten times the designed length.
    """
    designed = tuple(beats)
    if length is None:
        return designed
    least = [lasting(0.0, beat.caption) for beat in designed]
    most = 10 * sum(beat.seconds for beat in designed)
    if not sum(least) <= length <= most:
        raise UsageError(
            f"{length:g} s is no length for this lesson: give {math.ceil(sum(least))} (its "
            f"captions take that long to read) to {math.floor(most)}"
        )
    low, high = 0.0, 10.0
    for _ in range(60):
        factor = (low + high) / 2
        total = sum(max(factor * b.seconds, s) for b, s in zip(designed, least, strict=True))
        low, high = (factor, high) if total < length else (low, factor)
    return tuple(
        _stretched(beat, max(high * beat.seconds, short))
        for beat, short in zip(designed, least, strict=True)
    )


def _stretched(beat: Beat, seconds: float) -> Beat:
    """Give a beat another length, and let it move accordingly."""
    factor = seconds / beat.seconds
    # Squeezed, it moves a little faster than it must: plays are rounded to whole frames. Long
    # beats rest at their end rather than crawl.
    stretch = 0.85 * factor if factor < 1 else min(factor, 1.5)
    return dataclasses.replace(beat, seconds=seconds, stretch=stretch)


def _rebuild(cls: Callable[..., Lesson], values: dict[str, Any]) -> Lesson:
    return cls(**values)
