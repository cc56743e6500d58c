"""What every lesson is: a frozen dataclass of options that tells itself in beats."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from convexplain.data.ink import DOUBTS
from convexplain.errors import UsageError
from convexplain.lessons.parts.beats import Beat, Event, paced, require_plain, shortest
from convexplain.lessons.parts.checks import check_pause
from convexplain.lessons.parts.telling import Telling
from convexplain.lessons.parts.voice import voiced
from convexplain.panels import ASPECTS
from convexplain.style.captions import Caption

if TYPE_CHECKING:
    from convexplain.data.pictures import Picture

T = TypeVar("T")


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
    alone : Caption, optional
        Why it shows no network of the user's, for one that does not.
    """

    name: ClassVar[str]
    title: ClassVar[Caption]
    question: ClassVar[Caption]
    answer: ClassVar[Caption]
    aspects: ClassVar[tuple[str, ...]] = tuple(ASPECTS)
    alone: ClassVar[Caption | None] = None

    def __init_subclass__(cls) -> None:
        if "name" in vars(cls):
            require_plain(cls.name, "lesson")

    length: float | None = option(
        None,
        en="how long the video lasts, in seconds; every lesson takes 30 to 120",
        zh="视频时长，单位为秒；每一课都可取 30 到 120",
        metavar="S",
        flags=("--seconds",),
        kw_only=True,
    )

    pause: float = option(
        3.0,
        en="seconds for which the video rests at a question",
        zh="视频在每个提问处停留的秒数",
        metavar="S",
        kw_only=True,
    )

    #: How a film tells it; None: on its own.
    telling: Telling | None = field(default=None, kw_only=True, repr=False)

    #: Events that have a sound, each with its seconds.
    sounds: tuple[tuple[str, float], ...] = field(default=(), kw_only=True, repr=False)

    def __post_init__(self) -> None:
        self.validate()
        self.beats()  # a length that cannot be is refused at once

    def validate(self) -> None:
        """Refuse what cannot be shown; a lesson adds its own rules behind these."""
        check_pause(self.pause)

    @property
    def shown_title(self) -> Caption:
        """The title as this lesson's beats bear it."""
        return self.title

    @property
    def shortest(self) -> float:
        """The least `length` in seconds: what the captions take to be read."""
        return shortest(self.designed)

    def make_beats(self) -> Iterable[Beat]:
        """Tell the lesson at the pace for which it is designed; every lesson says how.

        Returns
        -------
        iterable of Beat
            In the order in which they are shown; their names are distinct.
        """
        raise NotImplementedError(f"{type(self).__name__} does not make its beats")

    def beats(self) -> tuple[Beat, ...]:
        """Return the beats at the length that was asked for.

        Raises
        ------
        UsageError
            If the captions alone take longer than `length`.
        """
        return self._at_pace

    @cached_property
    def _at_pace(self) -> tuple[Beat, ...]:
        if self.telling is not None:
            told = self.telling.beats(self.designed)
        else:
            told = paced(self.designed, self.length)
        if not self.sounds:
            return told
        designed = (event for beat in self.designed for event in beat.events)
        rests = {event.name: event.seconds for event in designed if event.ask is not None}
        return voiced(told, dict(self.sounds), rests)

    def with_sounds(self, seconds: Mapping[str, float]) -> Self:
        """Return the lesson at the pace of sounds, given in seconds by the names of their events.

        Raises
        ------
        UsageError
            If its length was given, too.
        """
        if self.length is not None and seconds:
            raise UsageError(
                "sounds set how long the video lasts: leave --seconds out, or the voice"
            )
        return dataclasses.replace(self, sounds=tuple(seconds.items()))

    @cached_property
    def designed(self) -> tuple[Beat, ...]:
        """The beats at the pace for which they are designed, made once."""
        return tuple(self._with_doubts())

    def _with_doubts(self) -> Iterable[Beat]:
        """Say behind the question what may be wrong with a digit that was read off a picture."""
        picture: Picture | None = getattr(self, "picture", None)
        first, *others = self.make_beats()
        yield first
        if picture is not None and picture.doubts:
            events = (
                Event(name.replace(" ", "-"), 1.0, DOUBTS[name], shown_by="doubt")
                for name in picture.doubts
            )
            yield Beat.of("doubt", first.title, *events)
        yield from others

    def retold(self, telling: Telling) -> Self:
        """Return the same lesson as a film tells it; what was computed is not computed again."""
        same = object.__new__(type(self))
        vars(same).update(vars(self), telling=telling)
        vars(same).pop("_at_pace", None)
        return same

    def bare(self) -> Self:
        """Return the same lesson without what has been computed: it is computed when asked for."""
        same = object.__new__(type(self))
        for each in dataclasses.fields(self):
            object.__setattr__(same, each.name, getattr(self, each.name))
        return same

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
        return tuple(sorted(option_fields(cls), key=lambda f: (f.kw_only, f.name == "length")))


def option_fields(cls: type[Any]) -> tuple[dataclasses.Field[Any], ...]:
    """Return the fields of a dataclass that were declared with `option`, in their order."""
    return tuple(f for f in dataclasses.fields(cls) if "en" in f.metadata)


def _rebuild(cls: Callable[..., Lesson], values: dict[str, Any]) -> Lesson:
    return cls(**values)
