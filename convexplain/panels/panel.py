"""What all parts of a picture share: how much room they take, and of which pieces they consist."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain.panels.box import Box
from convexplain.panels.pieces import Align, Piece, Words
from convexplain.panels.scale import Scale
from convexplain.panels.sheet import Sheet
from convexplain.panels.text import leading, text_width, wrap
from convexplain.style.captions import Caption

# A title, and what is between a body and the words above and below it, in sizes of their text.
_TITLE, _ABOVE, _BELOW = 1.3, 0.3, 0.35
#: Where a note below a panel breaks, in sizes of its text.
_NOTE_MEASURE = 18.0


class Extent(NamedTuple):
    """The size of a body, and what stands around it: its titles, notes and labels.

    Neighbours are aligned by their bodies, so that grids stand level whatever their titles are.
    """

    width: float
    height: float
    left: float = 0.0
    up: float = 0.0
    right: float = 0.0
    down: float = 0.0

    @property
    def across(self) -> float:
        """Width with all that stands around."""
        return self.left + self.width + self.right

    @property
    def high(self) -> float:
        """Height with all that stands around."""
        return self.up + self.height + self.down

    def around(self, x: float, y: float) -> Box:
        """Return the box of all, if the body's corner is at x, y."""
        return Box(x - self.left, y - self.up, self.across, self.high)


@dataclass(frozen=True)
class Bounds:
    """How large the cells of a panel can be.

    `least`, `good` and `most` are the sides at which a cell can be read, is comfortable, and needs
    no more room.
    """

    weight: float  # relative to the cells of other panels
    least: float
    good: float
    most: float
    widest: float = 0.0  # of the numbers in it: their width in sizes of the text, 0 without
    number: float = 0.0  # the largest size of these; 0: that of all numbers


@dataclass(frozen=True)
class Setting:
    """How a picture is being laid out: on what, in which language, with cells how large."""

    sheet: Sheet
    lang: str
    decimals: int | None  # with how many decimals numbers in cells are printed; None: they are not
    sides: Mapping[str, float]  # side of a cell by `Panel.group`
    sizes: Mapping[str, float]  # size of the numbers in cells by `Panel.group`
    #: By how much gaps between columns, and between rows, are widened.
    spread: tuple[float, float] = (1.0, 1.0)
    #: What the legend has to explain, and how it calls that.
    scales: tuple[tuple[Scale, Caption | str], ...] = ()
    #: What was measured in all settings but for cells and gaps, part by part.
    known: dict[Part, _Known] = field(default_factory=dict, repr=False)
    #: How wide words around a panel are, and how high above and below it.
    words: dict[Part, tuple[float, float, float]] = field(default_factory=dict, repr=False)

    def gap(self, many: float) -> float:
        """Return so many gaps."""
        return many * self.sheet.gap

    def say(self, words: Caption | str) -> str:
        """Return words in the language of the picture."""
        return words if isinstance(words, str) else words.text(self.lang)


class _Known(NamedTuple):
    """What is known of a part: its extents by the sides of the cells in it, and by the gaps."""

    groups: tuple[str, ...]
    spreads: bool  # whether gaps are in it
    extents: dict[object, Extent]


class Part(ABC):
    """A panel, or an arrangement of them.

    Attributes
    ----------
    one_way : bool
        Whether a row or a column that holds it is read in one direction.
    """

    one_way: ClassVar[bool] = False

    @property
    def titled(self) -> bool:
        """Whether a title is above it."""
        return all(part.titled for part in self.parts()[:1]) if self.parts() else False

    def parts(self) -> tuple[Part, ...]:
        """Return what it consists of."""
        return ()

    def arrangements(self) -> Iterator[Part]:
        """Yield the ways in which it can be arranged, the best first."""
        yield self

    def turned(self, which: Mapping[Part, str]) -> Part:
        """Return it with some rows and columns in it turned (rows become columns) or folded."""
        return self

    def panels(self) -> Iterator[Panel]:
        """Yield all panels in it, in reading order."""
        for part in self.parts():
            yield from part.panels()

    def descriptions(self, lang: str) -> Iterator[str]:
        """Yield what is told of it to a person who cannot see it, panel by panel."""
        for part in self.parts():
            yield from part.descriptions(lang)

    def extent(self, at: Setting) -> Extent:
        """Return how much room it takes, measured once for the same cells and gaps."""
        known, sides = at.known.get(self), at.sides
        if known is None:
            every = (panel.group for panel in self.panels())
            groups = tuple({name: 0 for name in every if name in sides})
            known = at.known[self] = _Known(groups, self._spreads(), {})
        groups, spreads, extents = known
        own: object = sides[groups[0]] if len(groups) == 1 else tuple([sides[n] for n in groups])
        if spreads:
            own = own, at.spread
        found = extents.get(own)
        if found is None:
            found = extents[own] = self.room(at)
        return found

    def _spreads(self) -> bool:
        """Tell whether gaps that may be widened are in it."""
        return True

    @abstractmethod
    def room(self, at: Setting) -> Extent:
        """Work out how much room it takes."""

    @abstractmethod
    def pieces(self, at: Setting, x: float, y: float) -> Iterator[Piece]:
        """Yield its pieces; the top left corner of its body is at x, y."""


@dataclass(frozen=True, eq=False)
class Panel(Part):
    """One thing to look at.

    Parameters
    ----------
    name : str
        By which a scene, a link and a caption find it.
    title : Caption, optional
        Above it, at the left.
    counter : Caption, optional
        Above it, at the right, muted: how far something is.
    widest_counter : str
        The longest counter that will come; room is kept for it.
    note : Caption, optional
        Below it, muted.
    alternative : Caption, optional
        What is told to a person who cannot see it and all in it; made of the numbers if none.
    """

    name: str
    _: KW_ONLY
    title: Caption | None = None
    counter: Caption | None = None
    widest_counter: str = ""
    note: Caption | None = None
    alternative: Caption | None = None

    @property
    def titled(self) -> bool:
        """Whether it has a title."""
        return self.title is not None

    def panels(self) -> Iterator[Panel]:
        """Yield itself, and what it holds."""
        yield self
        yield from super().panels()

    @property
    def group(self) -> str:
        """Panels of one group have cells of one size."""
        return self.name

    def bounds(self, at: Setting) -> Bounds | None:
        """Return how large its cells can be; None: it has none."""
        return None

    def _spreads(self) -> bool:
        return bool(self.parts())

    def numbered(self) -> bool:
        """Tell whether numbers are printed in its cells where there is room."""
        return False

    def scales_shown(self) -> tuple[Scale, ...]:
        """Return the scales of its colours that a legend has to explain."""
        return ()

    @abstractmethod
    def body(self, at: Setting) -> Extent:
        """Return its room without title, counter and note."""

    @abstractmethod
    def draw(self, at: Setting, box: Box) -> Iterator[Piece]:
        """Yield its pieces without title, counter and note."""

    @abstractmethod
    def describe(self, lang: str) -> str:
        """Return what it shows, with its numbers, as a sentence."""

    def descriptions(self, lang: str) -> Iterator[str]:
        """Yield the alternative text, or what it shows and what is in it."""
        if self.alternative:
            yield self.alternative.text(lang)
            return
        yield self.describe(lang)
        yield from super().descriptions(lang)

    def headed(self, at: Setting, x: float) -> float:
        """Return where the title of a body that is at ``x`` begins."""
        return x

    def called(self, lang: str) -> str:
        """Return its title, or else its name."""
        return self.title.text(lang) if self.title else self.name

    def room(self, at: Setting) -> Extent:
        """Return the room of its body, with title, counter and note."""
        inner = self.body(at)
        wide, up, down = self._words_around(at)
        right = max(inner.width + inner.right, wide) - inner.width
        around = inner.left, inner.up + up, right, inner.down + down
        return Extent(inner.width, inner.height, *around)

    def _words_around(self, at: Setting) -> tuple[float, float, float]:
        """Return how wide title, counter and note are, and how high above and below the body.

        They are measured once: they have their sizes whatever cells have.
        """
        found = at.words.get(self)
        if found is None:
            sheet, lines = at.sheet, self._note_lines(at)
            headed = self.title or self.counter
            wide = [self._heading_width(at)] if headed else []
            wide += [text_width(line, sheet.note) for line in lines]
            up = (_TITLE + _ABOVE) * sheet.text if headed else 0.0
            down = _BELOW * sheet.note + leading(sheet.note) * len(lines) if lines else 0.0
            found = at.words[self] = max(wide, default=0.0), up, down
        return found

    def _heading_width(self, at: Setting) -> float:
        parts = [text_width(at.say(self.title), at.sheet.text)] if self.title else []
        if self.counter:
            parts.append(self._counter_width(at))
        return sum(parts) + 0.8 * at.sheet.text * (len(parts) - 1)

    def _counter_width(self, at: Setting) -> float:
        said = at.say(self.counter) if self.counter else ""
        return max(text_width(words, at.sheet.note) for words in (said, self.widest_counter))

    def _note_lines(self, at: Setting) -> list[str]:
        if self.note is None:
            return []
        return wrap(at.say(self.note), _NOTE_MEASURE * at.sheet.note, at.sheet.note)

    def pieces(self, at: Setting, x: float, y: float) -> Iterator[Piece]:
        """Yield title, counter, note and what it shows."""
        inner, sheet = self.body(at), at.sheet
        box = Box(x, y, inner.width, inner.height)
        high = _TITLE * sheet.text
        top = y - inner.up - _ABOVE * sheet.text - high
        if self.title:
            said = at.say(self.title)
            place = Box(self.headed(at, x), top, text_width(said, sheet.text), high)
            yield Words(f"{self.name}.title", self.name, place, said, sheet.text)
        if self.counter:
            wide = self._counter_width(at)
            right = max(box.right, x + self._heading_width(at))
            place = Box(right - wide, top, wide, high)
            said = at.say(self.counter)
            yield Words(
                f"{self.name}.counter", self.name, place, said, sheet.note, "regular", "muted",
                "right",
            )  # fmt: skip
        below = box.bottom + inner.down + _BELOW * sheet.note
        for n, line in enumerate(self._note_lines(at)):
            place = Box(
                x, below + n * leading(sheet.note), text_width(line, sheet.note),
                leading(sheet.note),
            )  # fmt: skip
            name = f"{self.name}.note" + (f"-{n}" if n else "")
            yield Words(name, self.name, place, line, sheet.note, "regular", "muted")
        yield from self.draw(at, box)


def refuse_unknown(
    panel: str,
    values: npt.ArrayLike,
    computed: npt.NDArray[np.bool_] | None = None,
    *,
    remedy: str = "leave out what is not computed",
) -> None:
    """Refuse what is no number, for which there is neither a colour nor a place.

    `computed`: where it is False, any value may stand: it is not shown. `remedy`: what helps.
    """
    data = np.asarray(values, dtype=np.float64)
    bad = ~np.isfinite(data)
    if computed is not None:
        bad[~computed] = False
    if bad.any():
        place = np.argwhere(bad)[0].tolist()
        raise ValueError(
            f"the panel {panel!r} holds {data[tuple(place)]:g} at {place}: "
            f"give numbers, and {remedy}"
        )


def line(
    at: Setting,
    panel: str,
    name: str,
    words: str,
    x: float,
    y: float,
    size: float,
    *,
    align: Align = "left",
    tone: str = "ink",
    weight: str = "regular",
    room: float = 0.0,
) -> Words:
    """Make a line of text whose capitals are centred at y.

    `x` is its left end, middle or right end, as `align` says; `room` is how wide it may become.
    """
    wide = max(text_width(words, size, weight), room)
    left = x - {"left": 0.0, "middle": 0.5, "right": 1.0}[align] * wide
    box = Box(left, y - _TITLE * size / 2, wide, _TITLE * size)
    return Words(name, panel, box, words, size, weight, tone, align)
