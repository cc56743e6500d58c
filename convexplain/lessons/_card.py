"""A lesson's title card within the film: its number, its name, its question."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain.data import digits
from convexplain.data.pictures import Picture
from convexplain.lessons.parts.beats import Beat, Event
from convexplain.lessons.parts.lesson import Lesson
from convexplain.lessons.parts.subject import name_of
from convexplain.network import Network, Trace
from convexplain.panels import Cells, Column, Diagram, Either, Mark, Row, Text
from convexplain.style.captions import Caption

#: Places that a card marks, and how far they are apart, in cells.
PLACES, APART = 3, 4


class Place(NamedTuple):
    """A cell of a response map; with a 3 × 3 kernel it is also its window's first pixel."""

    row: int
    col: int


@dataclass(frozen=True, kw_only=True)
class Card(Lesson):
    """What stands before a lesson of the film."""

    name: ClassVar[str] = "_card"
    title: ClassVar[Caption] = Caption(en="Lesson {n} of {count}", zh="第 {n} 课，共 {count} 课")

    #: The lesson's number, from 1, and how many there are.
    number: int
    count: int
    #: Its name in a few words.
    heading: Caption
    #: Its question.
    asked: Caption
    #: The film's; a typical four if not given.
    picture: Picture | None = None

    @property
    def numbered(self) -> Caption:
        """The card's first line."""
        return self.title.fill(n=self.number, count=self.count)

    @cached_property
    def shown_picture(self) -> Picture:
        """The picture under the windows."""
        return self.picture or digits.first(4)

    @cached_property
    def maps(self) -> npt.NDArray[np.float32]:
        """The response maps of the first layer, (height, width, filters)."""
        return self._trace.activations[self.layer]

    @cached_property
    def _trace(self) -> Trace:
        return Trace(Network.load("cnn"), self.shown_picture.pixels)

    @property
    def layer(self) -> str:
        """Name of the first convolution."""
        return name_of(self._trace.network, "first convolution")

    @property
    def filter(self) -> int:
        """Whose places are marked: each card takes the next filter, the strongest response first.

        Filters that respond to nothing here are left out.
        """
        strongest = self.maps.max(axis=(0, 1))
        order = np.argsort(-strongest, kind="stable")
        responding = order[: max(1, int((strongest > 0).sum()))]
        return int(responding[(self.number - 1) % len(responding)])

    @property
    def places(self) -> tuple[Place, ...]:
        """Where this filter responds most, the strongest first, apart from each other."""
        response = self.maps[:, :, self.filter]
        found: list[Place] = []
        for cell in np.argsort(-response.ravel(), kind="stable"):
            row, col = divmod(int(cell), response.shape[1])
            near = any(max(abs(row - r), abs(col - c)) < APART for r, c in found)
            if response[row, col] <= 0 or len(found) == PLACES:
                break
            if not near:
                found.append(Place(row, col))
        return tuple(found)

    @property
    def legend(self) -> Caption:
        """What the windows mark."""
        return _LEGEND.fill(layer=self.layer, n=self.filter, k=len(self.places))

    def diagram(self) -> Diagram:
        """Describe the card: ``number``, ``name``, ``asked``, ``place`` in the film, ``digit``.

        The digit's windows are ``digit.0``, ``digit.1``, ...
        """
        kernel = self._trace.network.weights_of(self.layer)["kernel"].shape
        over = np.arange(self.count)[None] < self.number
        words = Column(
            Text("number", self.numbered, role="heading", tone="muted"),
            Text("name", self.heading, role="display", weight="bold", measure=9.5),
            Text("asked", self.asked, role="heading", tone="muted", measure=20),
            Cells("place", over.astype(float), marks={"now": Mark(0, self.number - 1)}, weight=1.5),
        )
        marks = {
            str(n): Mark(*place, kernel[0], kernel[1], "ink" if n else "accent")
            for n, place in enumerate(self.places)
        }
        pixels = self.shown_picture.pixels
        digit = Cells(
            "digit", pixels.squeeze(axis=2) if pixels.shape[2] == 1 else pixels, note=self.legend,
            marks=marks,
        )  # fmt: skip
        return Diagram(Either(Row(words, digit, gap=2), Column(words, digit, gap=1.5)))

    def make_beats(self) -> tuple[Beat, ...]:
        """One beat: the question can be read. It is not told twice: the lesson begins with it."""
        told = _TOLD.fill(number=self.numbered, name=self.heading)
        seconds = max(_lasting(4.0, self.asked), _lasting(4.0, told))
        return (Beat.of("card", self.numbered, Event("card", seconds, told)),)


def _lasting(seconds: float, caption: Caption) -> float:
    """Return so many seconds, or the caption's reading time in half seconds if that is longer."""
    return max(seconds, math.ceil(caption.reading_time() * 2) / 2)


def heading(title: Caption) -> Caption:
    """Return the name that a title begins with.

    `title`: such as "Pooling: keep the largest". Result: what stands before the colon, "Pooling";
    the whole where there is no colon in one of the languages.

    >>> heading(Caption(en="Pooling: keep the largest", zh="池化：只留最大值")).text("en")
    'Pooling'
    """
    en, _, more = title.text("en").partition(":")
    zh, _, rest = title.text("zh").partition("：")
    return Caption(en=en, zh=zh) if more and rest else title


_TOLD = Caption(en="{number}. {name}.", zh="{number}：{name}。")
_LEGEND = Caption(
    en="Where filter {n} of {layer} responds most: {k} places",
    zh="{layer} 的过滤器 {n} 响应最强的 {k} 处",
)
