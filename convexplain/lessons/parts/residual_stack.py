"""Blocks in a row: what becomes of a map and of the gradient with shortcuts, and without."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from convexplain.data import facts
from convexplain.lessons.parts import residual_words as words
from convexplain.network import Network, Trace, stacked
from convexplain.panels import (
    Aligned,
    Bar,
    Bars,
    Cells,
    Column,
    Diagram,
    Either,
    Legend,
    Link,
    Part,
    Row,
    Scale,
    Space,
    Text,
)
from convexplain.panels.panel import Extent, Setting
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

Floats = npt.NDArray[Any]
#: As the experiment names networks with shortcuts, and those without; how they are drawn.
TONES = {"yes": "ink", "no": "muted"}
#: Gradients are printed with so many decimals: the least of them is then none of 0.
_FINE = 3
#: Lines over bars are at most so many sizes of text long.
_BROAD = 22.0
#: How high the highest gradient is drawn, in heights of a map.
_HIGH = 0.5
#: Room for the ways round the blocks, in gaps of the sheet.
_AROUND = 0.4
#: A map that is nowhere above so much of the first one is as good as gone.
_GONE = 0.15
#: So alike is a map to the first one that this is still seen in it, from 0 to 1.
_SEEN = 0.3
#: So many numbers of maps are followed through a row of blocks, for each kernel's cell.
_MOST = 2**16


@dataclass(frozen=True)
class Stack:
    """Maps in two untrained networks of blocks in a row, with the same weights."""

    #: What the first block reads, (height, width, channels).
    came: Floats = field(repr=False, compare=False)
    #: The channel that is shown.
    channel: int
    #: The right class; if it is unknown, the one that is read with shortcuts.
    label: int | None = None

    @property
    def blocks(self) -> int:
        """How many blocks stand in a row: as many as the deepest of the trained networks has."""
        return int(max(row["blocks"] for row in facts.rows("depth")))

    @property
    def places(self) -> tuple[str, ...]:
        """What the first block reads, and the layers that hand on what each block gives."""
        return ("input", *(f"relu{n}" for n in range(1, self.blocks + 1)))

    @property
    def small(self) -> bool:
        """Whether the maps are followed through all blocks in a moment."""
        return bool(self.came.size * self.came.shape[2] <= _MOST)

    @cached_property
    def traces(self) -> Mapping[str, Trace]:
        """The maps on their way through both, with shortcuts and without."""
        height, width, channels = self.came.shape
        return {
            arrows: Trace(
                Network.initialised(
                    stacked(self.blocks, shortcuts=arrows == "yes", maps=channels),
                    input_shape=(height, width, channels),
                ),
                self.came,
            )
            for arrows in TONES
        }

    @cached_property
    def maps(self) -> Mapping[str, tuple[Floats, ...]]:
        """The shown channel of what the first block reads, and of what each block gives."""
        return {
            arrows: tuple(
                made[:, :, self.channel]
                for made in (self.came, *(trace.activations[name] for name in self.places[1:]))
            )
            for arrows, trace in self.traces.items()
        }

    @property
    def most(self) -> float:
        """The largest number of all these maps."""
        return max(float(np.abs(each).max()) for maps in self.maps.values() for each in maps)

    @property
    def known(self) -> dict[str, Floats]:
        """All these maps, by the names of their panels."""
        return {
            panel(arrows, n): values
            for arrows, maps in self.maps.items()
            for n, values in enumerate(maps)
        }

    @property
    def gone(self) -> int | None:
        """The first block from which on almost nothing comes without shortcuts; None if it does."""
        first, *others = (float(np.abs(each).max()) for each in self.maps["no"])
        seen = [n for n, each in enumerate(others, 1) if each > _GONE * first]
        after = max(seen, default=0) + 1
        return after if after <= self.blocks else None

    @property
    def stays(self) -> bool:
        """Whether with shortcuts what came in is seen in the last map."""
        first, *_, last = (each.astype(np.float64) for each in self.maps["yes"])
        if not (first.std() and last.std()):
            return False
        alike = np.corrcoef(first.ravel(), last.ravel())[0, 1]
        return bool(alike > _SEEN and np.abs(last).max() > 0.5 * np.abs(first).max())

    @cached_property
    def gradients(self) -> Mapping[str, tuple[float, ...]]:
        """How long the loss's gradient is there: the root of the sum of its squares."""
        shares = self.traces["yes"].shares
        known = self.label is not None and self.label < len(shares)
        right = self.label if known and self.label is not None else int(np.argmax(shares))
        backs = {arrows: trace.backward(right) for arrows, trace in self.traces.items()}
        return {
            arrows: tuple(float(np.linalg.norm(back.errors[name])) for name in self.places)
            for arrows, back in backs.items()
        }

    @property
    def tells(self) -> bool:
        """Whether responses and gradient get through with shortcuts, and only with them."""
        if not self.stays or self.gone is None:
            return False
        (front, *_, end), (lost, *_, behind) = (self.gradients[arrows] for arrows in TONES)
        return front > 0.5 * end and lost < 0.1 * behind

    def printed(self, arrows: str, place: int) -> str:
        """Return a gradient as it is read."""
        return fmt.number(self.gradients[arrows][place], _FINE)

    @property
    def numbered(self) -> tuple[int, ...]:
        """The places whose gradients are printed, too: the first alone, where they are compared."""
        return (0,)

    def row(self, scale: Scale | None = None) -> Diagram:
        """Describe the maps of both, and below each how much of the gradient comes to it.

        `scale`: of the maps' colours; up to the largest of their numbers by default.
        """
        places = range(1, len(self.places))

        def heads(*said: Caption) -> list[Part]:
            """Say what the first maps are; the others are numbered."""
            texts: list[Caption | str] = [
                *said,
                *map(fmt.count, range(len(said), len(self.places))),
            ]
            return [
                Text(f"head-{n}", text, role="text", tone="muted") for n, text in enumerate(texts)
            ]

        drawn = scale or Scale(self.most or 1.0, terms.RESPONSE)

        def lay(gap: float, rim: Literal["circle"] | None, heads: Sequence[Part]) -> Part:
            parts: list[Part] = []
            signs = [Text(f"plus-{n}", "+", role="small", rim=rim) for n in places]
            for arrows in TONES:
                maps, bars, numbers = self._rows(arrows, drawn)
                with_ = arrows == "yes"
                rows: list[Sequence[Part | None]] = [
                    _between(maps, signs if with_ else [_Room(like=sign) for sign in signs]),
                    [Space(height=_AROUND if with_ else 0.1)],
                    _between(bars),
                    _between(numbers),
                ]
                over = heads if with_ else [_Room(like=head) for head in heads]
                rows = [_between(over), *rows]
                said = Text(
                    f"said-{arrows}",
                    words.SHORTCUTS[arrows].capital,
                    role="text",
                    weight="bold",
                    tone=TONES[arrows],
                    # What is said beside it begins at one place in both rows.
                    widest=words.SHORTCUTS["no"].capital,
                )
                back = Text(
                    f"said-back-{arrows}",
                    words.GRADIENT.capital,
                    role="text",
                    tone="accent",
                )
                seen = Aligned(rows, gap=gap, row_gap=0.15, across="middle", down="middle")
                parts.append(Column(Row(said, back, gap=1.5, turns=False), seen, gap=0.2))
            legend = Legend("legend", row=True)
            note, broken = (
                Text("note", words.ARROWS, role="text", tone="muted", measure=measure)
                for measure in (math.inf, _BROAD)
            )
            below = Row(note, legend, gap=1.5, align="middle", turns=False)
            stacks = Column(*parts, gap=0.7)
            return Either(
                Column(stacks, below, align="middle", gap=0.4),
                Column(stacks, broken, legend, align="middle", gap=0.4),
            )

        links = [Link(panel("yes", n - 1), f"plus-{n}", tone="muted") for n in places]
        links += [Link(f"plus-{n}", panel("yes", n), tone="muted") for n in places]
        links += [Link(panel("no", n - 1), panel("no", n), tone="muted") for n in places]
        links += [Link(panel("yes", n - 1), f"plus-{n}", "round", "ink") for n in places]
        first = words.BLOCK.capital.fill(n=fmt.count(1))
        body = Either(
            lay(0.25, "circle", heads(words.CAME.capital, first)), lay(0.2, None, heads()),
        )  # fmt: skip
        return Diagram(body, tuple(links))

    def _rows(self, arrows: str, scale: Scale) -> tuple[list[Part], list[Part], list[Part | None]]:
        """Describe maps, bars of the gradient on one line, and the first one's number."""
        high = _HIGH * len(self.came)
        highest = max(max(each) for each in self.gradients.values())
        places = range(len(self.places))
        maps: list[Part] = [
            Cells(panel(arrows, n), self.maps[arrows][n], scale, lines=False, share="maps")
            for n in places
        ]
        bars: list[Part] = [
            Bars(
                f"{arrows}-back-{n}", [Bar("bar", terms.GRADIENT, length, tone="accent")],
                Scale(highest), share="maps", stacked=True, upright=True, length=high, thick=1.5,
                highest=highest, ground=self.came.shape[1],
            )
            for n, length in enumerate(self.gradients[arrows])
        ]  # fmt: skip
        every = [self.printed(each, n) for each in TONES for n in self.numbered]
        numbers: list[Part | None] = [
            Text(
                f"{arrows}-long-{n}", self.printed(arrows, n), role="text", tone="accent",
                widest=max(every, key=len),
            )
            if n in self.numbered else None
            for n in places
        ]  # fmt: skip
        return maps, bars, numbers


@dataclass(frozen=True)
class _Room(Space):
    """Nothing, as broad as another part: columns are then as far apart as with it."""

    like: Part = field(default_factory=Space)

    def room(self, at: Setting) -> Extent:
        """Return its room."""
        return Extent(self.like.extent(at).across, 0.0)


def panel(arrows: str, place: int) -> str:
    """Return a map's name: what comes into the upper row is what came into the block before."""
    return "came" if (arrows, place) == ("yes", 0) else f"{arrows}-{place}"


def _between(
    parts: Sequence[Part | None], signs: Sequence[Part] | None = None
) -> list[Part | None]:
    """Lay parts out in columns that have others between them, for the signs."""
    first, *others = parts
    between: Sequence[Part | None] = signs or [None] * len(others)
    return [first, *chain.from_iterable(zip(between, others, strict=True))]


def trained(*counts: int) -> Diagram:
    """Describe how well networks of so many blocks read once they are trained.

    They are trained to compare them, the same beside every network. Those of one number alone have
    thicker bars.
    """
    rows = facts.rows("depth")
    pitch = 2.4 if len(counts) > 1 else 4.0
    said = words.READ_RIGHT.capital.fill(n=fmt.count(facts.steps("depth")))
    read = Network.initialised(stacked(counts[0], shortcuts=True)).shapes["pool"][:2]
    mean = words.MEAN.capital.fill(s=fmt.count(rows[0]["seeds"]), m=fmt.shape(read))

    def bars(length: float, role: Literal["heading", "text"], measure: float = _BROAD) -> Part:
        parts: list[Part] = [
            Column(
                Text("said-right", said, role=role, measure=measure),
                Text("said-mean", mean, role="text", tone="muted", measure=measure),
                gap=0.2,
            )
        ]
        for count in counts:
            blocks = words.BLOCKS.fill(n=fmt.count(count))
            parts.append(Text(f"said-{count}", blocks, role=role, weight="bold"))
            found = {row["arrows"]: row["accuracy"] for row in rows if row["blocks"] == count}
            each = [
                Bar(
                    arrows, words.SHORTCUTS[arrows], found[arrows], fmt.percent(found[arrows]), tone
                )
                for arrows, tone in TONES.items()
            ]
            parts.append(
                Bars(
                    f"right-{count}", each, Scale(1.0), share="right", pitch=pitch, length=length,
                    role=role,
                )
            )  # fmt: skip
        return Column(*parts, gap=0.7)

    return Diagram(Either(bars(24, "heading"), bars(12, "heading"), bars(10, "text", 15.0)))
