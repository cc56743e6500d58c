"""The pictures of a shift: the picture with its map and its answers, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from convexplain.lessons.parts import translation_words as words
from convexplain.lessons.parts.cells_picture import CellsPicture
from convexplain.lessons.parts.shifted import Floats, Inside, Reader, largest_cell, printed
from convexplain.lessons.parts.unit_picture import UnitPicture
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
    Mark,
    Part,
    Row,
    Scale,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

#: Numbers that print as nothing are drawn on the scale of 1.
_FAINT = 1e-4
#: Where what stands over a network's sums breaks, in sizes of its text.
_OVER = 20.0, 10.0, 8.0, 6.0
#: In smaller letters below it more of them have room.
_SMALLER = 1.25
#: How far it is from bar to bar, likewise, and how long a bar to the end of the scale is.
_PITCHES, _LONG = (2.2, 1.7), 57
#: Between sums and what is read, for them not to be one number; a narrow frame and a figure
#: have less room.
_GAPS = 1.5, 1.2, 0.7
#: So many times as long is that bar as a picture beside it in a figure.
_SHORTER = 4


@dataclass(frozen=True, eq=False)
class TranslationPicture:
    """What the pictures of a shift are made of."""

    #: The picture, and the shown filter's map, after each number of steps.
    drawn: tuple[Floats, ...]
    maps: tuple[Floats, ...]
    #: Whose maps they are, and the end of their scale.
    layer: str
    limit: float
    #: Pixels of a step.
    step: int
    readers: tuple[Reader, ...]
    #: The map after `shift` steps, moved back.
    back: Floats
    #: The largest difference between it and the map in place, as it is printed.
    apart: str
    shift: int
    inside: Inside | None
    of_unit: UnitPicture | None
    of_cells: CellsPicture | None
    #: The class that is asked for.
    label: Caption

    def walk(self, steps: int) -> Diagram:
        """Describe the picture, its map and all answers after so many steps: all of one moment."""
        shown = self._cells("input", self.drawn[steps])
        alone = len(self.readers) < 2
        owned = terms.RESPONSE_MAP.capital if alone else words.OF_CONVNET
        response = self._map("map", self.maps[steps], owned)
        pixels, legend = self._pixels(steps), Legend("legend")
        pair = Aligned([[shown, response], [pixels, legend]], row_gap=0.4)
        answers = [self._answer(n, steps) for n in range(len(self.readers))]
        low = Column(pair, Row(*answers, gap=1.5)), Column(pair, *answers, gap=0.6)
        wide = Row(pair, Column(*answers, gap=1.4), gap=1.5)
        return Diagram(Either(wide, *low))

    def compare(self) -> Diagram:
        """Describe the map before, and that of the moved picture moved back."""
        maps = [
            self._map("map", self.maps[0], words.BEFORE),
            self._map("back", self.back, self.title_of_back),
        ]
        told = words.NO_DIFFERENCE if self.apart == "0" else words.DIFFERENCE.fill(d=self.apart)
        apart = Text("difference", told, role="display", weight="bold")
        legend = Legend("legend")
        return Diagram(
            Either(
                Column(Row(maps[0], legend, maps[1], gap=0.6, align="middle"), apart, gap=0.4,
                       align="middle"),
                Column(*maps, apart, legend, gap=0.4, align="middle"),
            )
        )  # fmt: skip

    @property
    def title_of_moved(self) -> Caption:
        """Name the map of the moved picture, where it lies."""
        return words.MOVED.capital.fill(n=self.shift * self.step)

    @property
    def title_of_back(self) -> Caption:
        """Name it moved back."""
        return words.BACK.fill(n=self.shift * self.step)

    def window(self) -> Diagram:
        """Describe a pooling window before a step, and after it."""
        assert self.inside is not None
        inside, scale = self.inside, self._scale
        place = Mark(2 * inside.row, 2 * inside.col, 2, 2, tone="ink")
        whole = Cells(
            "map", inside.whole, scale, share="pixels", lines=False, marks={"pool": place},
            title=terms.MAP_OF.fill(layer=self.layer, n=inside.filter),
        )  # fmt: skip
        four = [
            Cells(name, values, scale, numbers=True, share="numbers", title=title,
                  marks={"largest": _largest(values)})
            for name, values, title in (
                ("before", inside.before, words.BEFORE),
                ("after", inside.after, words.AFTER.fill(n=self.step)),
            )
        ]  # fmt: skip
        kept = [
            Cells(f"kept-{name}", np.array([[values.max()]]), scale, numbers=True,
                  share="numbers", small=True)
            for name, values in (("before", inside.before), ("after", inside.after))
        ]  # fmt: skip
        down = [Text(f"down-{n}", "↓", role="sign", tone="muted") for n in range(2)]
        becomes = Text("becomes", "→", role="sign", tone="muted")
        pools = Aligned(
            [[four[0], becomes, four[1]], [down[0], None, down[1]], [kept[0], None, kept[1]]],
            gap=0.5, row_gap=0.1, across="middle", down="middle",
        )  # fmt: skip
        legend = Legend("legend")
        return Diagram(
            Either(
                Row(whole, Column(pools, legend)),
                Column(whole, pools, legend, align="middle"),
            ),
            (Link("map.pool", "before", "zoom"),),
        )

    def table(self, about: Caption | None = None) -> Diagram:
        """Describe a row for each step: the picture, then each network's sum and what it reads.

        All sums have one scale. For a figure it is told what it is about, and the pictures are
        small beside the bars: on paper they would take a page.
        """
        small = {} if about is None else {"share": "sums", "fine": self._fine}
        sizes = [(pitch, measure) for pitch in _PITCHES for measure in _OVER]
        ways = [
            self._table(measure, pitch, small, heads=heads)
            for heads in (True, False)  # a narrow frame has no room for them
            for pitch, measure in sizes
            if heads or measure == min(_OVER)
        ]
        return Diagram(Either(*ways), about=about)

    def _table(
        self, measure: float, pitch: float, small: Mapping[str, Any], *, heads: bool
    ) -> Part:
        every = [*enumerate(self.readers)][::-1]  # the dense network has been told of first
        rows: list[list[Part | None]] = [[None, None]]
        for number, reader in every:
            rows[0] += [self._over(number, reader, measure, signs=bool(small))]
            said = Text(f"reads-{number}", words.READ_AS, tone="muted")
            rows[0].append(said if heads else None)
        for n, picture in enumerate(self.drawn):
            moved = Text(f"px-{n}", words.PX.fill(n=n * self.step), tone="muted")
            how = {"share": "steps", "lines": False, **small}
            row: list[Part | None] = [moved, Cells(f"step-{n}", picture, **how)]
            for number, reader in every:
                tone = "ink" if reader.right[n] else "accent"
                name, answer = f"tile-{number}-{n}", reader.answers[n]
                tile = Text(name, answer, role="heading", weight="bold", tone=tone)
                row += [self._sum(number, n, pitch), tile]
            rows.append(row)
        gap = min(_GAPS) if small else _GAPS[not heads]
        return Aligned(rows, gap=gap, row_gap=0.1, down="middle")

    @property
    def _fine(self) -> float:
        """How many cells of a picture make one of the bars, for it to be a part of the longest."""
        return float(max(self.drawn[0].shape[:2]) * _SHORTER / _LONG)

    def _over(self, number: int, reader: Reader, measure: float, *, signs: bool) -> Part:
        """Name what is added up, and, where no caption says it, what its sign tells."""
        name = Text(
            f"over-{number}", reader.added, role="heading", weight="bold", measure=measure
        )  # fmt: skip
        if not (reader.leads and signs):
            return name
        told = words.SIGNS.fill(k=self.label, j=reader.rival)
        below = Text(f"signs-{number}", told, tone="muted", measure=_SMALLER * measure)
        return Column(name, below, gap=0.0)

    def _sum(self, number: int, steps: int, pitch: float) -> Part | None:
        """Describe what a network's sums come to after so many steps."""
        leads = self.readers[number].leads
        if not leads:
            return None
        most = max(abs(lead) for reader in self.readers for lead in reader.leads)
        lead, texts = leads[steps], [printed(each) for each in leads]
        bar = Bar("lead", "", lead, texts[steps], "positive" if lead >= 0 else "negative")
        return Bars(
            f"sum-{number}-{steps}", [bar], Scale(most if most > _FAINT else 1.0), length=_LONG,
            share="sums", role="heading", pitch=pitch, lowest=min(0.0, *leads),
            highest=max(0.0, *leads), widest=max(texts, key=len),
        )  # fmt: skip

    # Parts.

    @property
    def _scale(self) -> Scale:
        signed = any(bool((values < 0).any()) for values in (*self.maps, self.back))
        return Scale(self.limit if self.limit > _FAINT else 1.0, terms.RESPONSE, signed=signed)

    def _cells(self, name: str, values: Floats, title: Caption | None = None) -> Cells:
        return Cells(name, values, share="pixels", lines=False, title=title)

    def _map(self, name: str, values: Floats, title: Caption) -> Cells:
        scale = self._scale
        if (values < 0).any() and not scale.signed:
            scale = Scale(scale.limit, scale.name)
        return Cells(name, values, scale, share="pixels", lines=False, title=title)

    def moved_by(self, steps: int) -> Caption:
        """Tell by how many pixels the picture is moved after so many steps."""
        return words.MOVED.fill(n=steps * self.step)

    def _pixels(self, steps: int) -> Text:
        return Text("pixels", self.moved_by(steps), role="heading", weight="bold")

    def _answer(self, number: int, steps: int) -> Part:
        """Tell what a network reads after so many steps, large, and how sure it is."""
        reader = self.readers[number]
        tone = "ink" if reader.right[steps] else "accent"
        name = Text(f"reader-{number}", reader.name, role="heading", tone="muted")
        read = Text(
            f"read-{number}", reader.answers[steps], role="display", weight="bold", tone=tone
        )
        shares = [fmt.probability(share) for share in reader.shares]
        bar = Bar("share", "", reader.shares[steps], shares[steps], tone)
        sure = Bars(
            f"sure-{number}", [bar], Scale(1.0), length=10, share="sure", role="heading",
            widest=max(shares, key=len),
        )  # fmt: skip
        return Column(name, read, sure, gap=0.1)


def _largest(values: Floats) -> Mark:
    return Mark(*largest_cell(values), tone="ink")
