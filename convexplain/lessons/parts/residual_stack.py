"""Blocks in a row: what becomes of a map and of the gradient with shortcuts, and without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from convexplain.data import facts
from convexplain.data.pictures import Picture
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
    Scale,
    Space,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms

Floats = npt.NDArray[Any]
#: As the experiment names networks with shortcuts, and those without; how they are drawn.
TONES = {"yes": "ink", "no": "muted"}
#: Gradients are printed with so many decimals: the least of them is then none of 0.
_FINE = 3
#: Lines beside maps, and over bars, are at most so many sizes of text long.
_NARROW, _BROAD = 5.0, 22.0
#: How high the highest gradient is drawn, in cells of a map.
_HIGH = 4.0
#: Room for the ways round the blocks where they are not named, in gaps of the sheet.
_AROUND = 0.4
#: How large it is said what the rows are, and how far apart maps stand, in gaps of the sheet.
_TIGHT: tuple[tuple[Literal["heading", "text"], float], ...] = ("heading", 0.7), ("text", 0.35)


@dataclass(frozen=True)
class Stack:
    """A picture in two untrained networks of blocks in a row, with the same weights."""

    #: A digit.
    picture: Picture = field(repr=False)

    @property
    def blocks(self) -> int:
        """How many blocks stand in a row: as many as the deepest of the trained networks has."""
        return int(max(row["blocks"] for row in facts.rows("depth")))

    @property
    def places(self) -> tuple[str, ...]:
        """The layers that hand on what the first block reads, and what each block gives."""
        return ("pool", *(f"relu{n}" for n in range(1, self.blocks + 1)))

    @cached_property
    def traces(self) -> Mapping[str, Trace]:
        """The picture on its way through both, with shortcuts and without."""
        return {
            arrows: Trace(
                Network.initialised(stacked(self.blocks, shortcuts=arrows == "yes")),
                self.picture.pixels,
            )
            for arrows in TONES
        }

    @cached_property
    def channel(self) -> int:
        """The channel in which, with shortcuts, what came in is seen best at the end."""
        made = self.traces["yes"].activations
        first, last = (made[self.places[n]].astype(np.float64) for n in (0, -1))
        alike: Floats = (first * last).sum(axis=(0, 1))
        long: Floats = np.sqrt((first**2).sum(axis=(0, 1)) * (last**2).sum(axis=(0, 1)))
        return int(np.argmax(alike / np.where(long, long, 1.0)))

    @cached_property
    def maps(self) -> Mapping[str, tuple[Floats, ...]]:
        """That channel of what the first block reads, and of what each block gives."""
        return {
            arrows: tuple(trace.activations[name][:, :, self.channel] for name in self.places)
            for arrows, trace in self.traces.items()
        }

    @property
    def known(self) -> dict[str, Floats]:
        """All these maps, by the names of their panels."""
        return {
            f"{arrows}-{n}": maps[n] for arrows, maps in self.maps.items() for n in range(len(maps))
        }

    @cached_property
    def gradients(self) -> Mapping[str, tuple[float, ...]]:
        """How long the loss's gradient is there: the root of the sum of its squares.

        The right class is the picture's, or if that is unknown the one that is read.
        """
        label, shares = self.picture.label, self.traces["yes"].shares
        right = int(np.argmax(shares)) if label is None or label >= len(shares) else label
        backs = {arrows: trace.backward(right) for arrows, trace in self.traces.items()}
        return {
            arrows: tuple(float(np.linalg.norm(back.errors[name])) for name in self.places)
            for arrows, back in backs.items()
        }

    def printed(self, arrows: str, place: int) -> str:
        """Return a gradient as it is read."""
        return fmt.number(self.gradients[arrows][place], _FINE)

    def row(self) -> Diagram:
        """Describe the maps of both, and below each how much of the gradient comes to it."""
        back = {
            arrows: Text(
                f"said-back-{arrows}", terms.GRADIENT.capital, role="text", tone="accent",
                weight="bold",
            )
            for arrows in TONES
        }  # fmt: skip

        places = range(1, len(self.places))
        heads: list[Part | None] = [
            Text("head", words.BLOCK.capital, role="text", tone="muted"),
            Text("head-0", words.CAME.capital, role="text", tone="muted"),
            *(Text(f"head-{n}", fmt.count(n), role="text", tone="muted") for n in places),
        ]

        # Named where there is room for the ways round the blocks.
        around = Text("round", words.ROUND.capital, role="text")

        def named(arrows: str, role: Literal["heading", "text"], measure: float) -> Part:
            return Text(
                f"said-{arrows}", words.SHORTCUTS[arrows].capital, role=role, weight="bold",
                tone=TONES[arrows], measure=measure,
            )  # fmt: skip

        def beside(role: Literal["heading", "text"], gap: float) -> Part:
            rows: list[Sequence[Part | None]] = [heads]
            for arrows in TONES:
                maps, bars, numbers = self._rows(arrows)
                rows += [
                    [named(arrows, role, _NARROW), *maps],
                    [around if arrows == "yes" else None],
                ]
                rows += [[back[arrows], *bars], [None, *numbers]]
            return Aligned(rows, gap=gap, row_gap=0.3, across="middle", down="bottom")

        def below(role: Literal["heading", "text"], gap: float) -> Part:
            parts: list[Part] = []
            for arrows in TONES:
                maps, bars, numbers = self._rows(arrows)
                rows: list[Sequence[Part | None]] = [maps, bars, numbers]
                if arrows == "yes":
                    rows = [heads[1:], maps, [Space(height=_AROUND)], bars, numbers]
                seen = Aligned(rows, gap=gap, row_gap=0.3, across="middle", down="bottom")
                parts += [named(arrows, role, _BROAD), seen, back[arrows]]
            return Column(*parts, gap=0.6)

        body = Either(*(way(*how) for way in (beside, below) for how in _TIGHT))
        links = [
            Link(f"{arrows}-{n - 1}", f"{arrows}-{n}", tone="muted")
            for arrows in TONES
            for n in places
        ]
        links += [Link(f"yes-{n - 1}", f"yes-{n}", "round", "ink") for n in places]
        return Diagram(
            Column(body, Legend("legend", row=True), align="middle", gap=0.8), tuple(links)
        )

    def _rows(self, arrows: str) -> tuple[list[Part], list[Part], list[Part]]:
        """Describe maps, bars of the gradient, and their numbers."""
        most = max(float(np.abs(each).max()) for maps in self.maps.values() for each in maps)
        highest = max(max(each) for each in self.gradients.values())
        places = range(len(self.places))
        every = [self.printed(each, n) for each in TONES for n in places]
        maps: list[Part] = [
            Cells(
                f"{arrows}-{n}", self.maps[arrows][n], Scale(most or 1.0, terms.RESPONSE),
                lines=False, share="maps",
            )
            for n in places
        ]  # fmt: skip
        bars: list[Part] = [
            Bars(
                f"{arrows}-back-{n}", [Bar("bar", terms.GRADIENT, length, tone="accent")],
                Scale(highest), share="maps", stacked=True, upright=True, length=_HIGH, thick=2.4,
            )
            for n, length in enumerate(self.gradients[arrows])
        ]  # fmt: skip
        numbers: list[Part] = [
            Text(
                f"{arrows}-long-{n}", self.printed(arrows, n), role="text", tone="accent",
                widest=max(every, key=len),
            )
            for n in places
        ]  # fmt: skip
        return maps, bars, numbers


def trained(*counts: int) -> Diagram:
    """Describe how well networks of so many blocks read once they are trained.

    They are trained to compare them, the same beside every network. Those of one number alone have
    thicker bars.
    """
    rows = facts.rows("depth")
    pitch = 2.4 if len(counts) > 1 else 4.0
    said = words.READ_RIGHT.capital.fill(
        n=fmt.count(facts.steps("depth")), s=fmt.count(rows[0]["seeds"])
    )

    def bars(length: float, role: Literal["heading", "text"], measure: float = _BROAD) -> Part:
        parts: list[Part] = [Text("said-right", said, role=role, measure=measure)]
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
