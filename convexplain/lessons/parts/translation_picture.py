"""The pictures of a shift: the picture with its map and its answers, step by step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from convexplain.lessons.parts import translation_words as words
from convexplain.lessons.parts.shifted import (
    Filter,
    Floats,
    Inside,
    Reader,
    Shrunk,
    Unit,
    largest_cell,
)
from convexplain.panels import (
    Aligned,
    Axis,
    Bar,
    Bars,
    Cells,
    Chart,
    Column,
    Curve,
    Diagram,
    Dot,
    Either,
    Legend,
    Link,
    Mark,
    Part,
    Rim,
    Row,
    Scale,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

#: Numbers that print as nothing are drawn on the scale of 1.
_FAINT = 1e-4
#: Where names of networks beside many small pictures break, in sizes of their text.
_NARROW = 5.2
#: Where a heading over bars beside two grids breaks, likewise.
_BESIDE = 13.0
#: How much is seen of weights where no ink lies.
PALE = 0.3
#: Decimals of a response and of its weight, as few as make their product come out.
_FINER = ((2, 2), (2, 3), (3, 3), (3, 4), (4, 4))


@dataclass(frozen=True, eq=False)
class TranslationPicture:
    """What the pictures of a shift are made of.

    Parameters
    ----------
    drawn, maps : tuple of numpy.ndarray
        The picture, and the shown filter's map, after each number of steps.
    layer : str
        Whose maps they are.
    limit : float
        End of its scale.
    step : int
        Pixels of a step.
    readers : tuple of Reader
    back : numpy.ndarray
        The map after `shift` steps, moved back.
    apart : str
        The largest difference between it and the map in place, as it is printed.
    shift : int
    inside : Inside, optional
    changes : tuple of (str, float)
        Of each layer, by one step.
    places : tuple of numpy.ndarray, optional
        What each place adds to the label's lead over `rival`, after each number of steps.
    weighed : Filter, optional
        Whose weights are shown before those of all are added up.
    shrunk : tuple of Shrunk
        Maps on the way from the first convolution to the last map, where poolings lie between.
    fields : tuple of Mark
        What of the picture the place that is looked at reads, before and after.
    whole_step : int
        After how many steps places are compared.
    label, rival : Caption
    unit : Unit, optional
    accuracy : tuple of (tuple of float), optional
        Of both networks that ship, by pixels.
    told_at : int
        At how many pixels it is marked.
    many : int
        Of how many pictures `changes` is the mean.
    """

    drawn: tuple[Floats, ...]
    maps: tuple[Floats, ...]
    layer: str
    limit: float
    step: int
    readers: tuple[Reader, ...]
    back: Floats
    apart: str
    shift: int
    inside: Inside | None
    changes: tuple[tuple[str, float], ...]
    places: tuple[npt.NDArray[np.float64], ...] | None
    weighed: Filter | None
    shrunk: tuple[Shrunk, ...]
    fields: tuple[Mark, ...]
    whole_step: int
    label: Caption
    rival: Caption
    unit: Unit | None
    accuracy: tuple[tuple[float, ...], ...] | None
    told_at: int
    many: int

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
        ways = (
            Column(pair, apart, legend, gap=0.4, align="middle")
            for pair in (Row(*maps), Column(*maps))
        )
        return Diagram(Either(*ways))

    @property
    def title_of_moved(self) -> Caption:
        """Name the map of the moved picture, where it lies."""
        return words.MOVED.capital.fill(n=self.shift * self.step)

    @property
    def title_of_back(self) -> Caption:
        """Name it moved back."""
        return words.BACK.fill(n=self.shift * self.step)

    def dense(self) -> Diagram:
        """Describe a dense unit's weights, and its products with the picture before and after."""
        assert self.unit is not None
        unit, products = self.unit, self.unit.products
        # One scale: where ink is full, a product is its weight.
        largest = max(float(np.abs(values).max()) for values in (unit.weights, *products))
        scale = Scale(largest if largest > _FAINT else 1.0, words.PRODUCT)
        both = (
            ("unit-before", products[0], words.PRODUCTS_BEFORE),
            ("unit-after", products[-1], self.title_of_products(unit.steps)),
        )
        maps = [
            Cells(name, values, scale, share="pixels", lines=False, title=title)
            for name, values, title in both
        ]
        sums = [
            Text(f"{name}-sum", words.SUM_IS.fill(v=fmt.number(values.sum())), role="heading",
                 weight="bold")
            for name, values, _ in both
        ]  # fmt: skip
        said = words.ONE_SUM[unit.weight < 0].fill(m=unit.many, k=unit.said)
        head, legend = Text("unit", said, role="heading", weight="bold"), Legend("legend")
        most = max(map(abs, unit.leads))
        bars = [
            Bar(str(n), words.PX.fill(n=n * self.step), value, _lead(value),
                "positive" if value >= 0 else "negative")
            for n, value in zip((0, unit.steps), unit.leads, strict=True)
        ]  # fmt: skip
        lead = Bars(
            "dense-lead", bars, Scale(most if most > _FAINT else 1.0), length=7, role="heading",
            pitch=1.8,
        )  # fmt: skip
        small = replace(lead, role="text", pitch=1.4)
        every = Text(
            "dense-sums", words.ALL_SUMS.fill(m=unit.many, k=unit.said, j=unit.instead),
            role="heading", weight="bold", measure=_BESIDE,
        )  # fmt: skip
        long = replace(every, measure=math.inf)
        grids = Aligned([maps, sums], row_gap=0.3, across="middle")
        high = Column(*(part for pair in zip(maps, sums, strict=True) for part in pair), gap=0.3)
        return Diagram(
            Either(
                Column(head, Row(grids, Column(every, lead, legend), gap=1.0), gap=0.6),
                Column(head, grids, long, lead, legend, gap=0.5),
                Column(grids, long, small, legend, gap=0.5),
                Column(high, long, small, legend, gap=0.5),
            )
        )

    @property
    def title_of_weights(self) -> Caption:
        """Name the dense unit's weights, before they are multiplied."""
        assert self.unit is not None
        return words.UNIT.fill(n=self.unit.number, m=self.unit.many)

    def ink_on_weights(self, steps: int, pale: float) -> npt.NDArray[np.float64]:
        """Return the dense unit's weights, those where no ink lies as pale as asked.

        At 1 they are the weights, at 0 the products.
        """
        assert self.unit is not None
        products = self.unit.products[steps]
        return products + pale * (self.unit.weights - products)

    def shrinking(self) -> Diagram:
        """Describe the maps from the first to the last, and how far apart their cells are."""
        maps: list[Part | None] = []
        told: list[Part | None] = []
        legends: list[Part | None] = []
        widest = max(max(shown.values.shape) for shown in self.shrunk)
        scales = self._scales_of_filters()
        for n, shown in enumerate(self.shrunk):
            high, wide = shown.values.shape
            kind = words.LAST_IS if n == len(self.shrunk) - 1 else words.MAP_IS
            title = (words.POOLED_IS if shown.pooled else kind).fill(r=high, c=wide)
            scale = scales[n]
            new = n == 0 or scale != scales[n - 1]
            legends.append(Legend(f"legend-{n}", of=scale) if new else None)
            maps.append(
                Cells(shown.name, shown.values, scale, share="shrunk", lines=high < widest,
                      fine=max(high, wide) / widest, large=True, title=title,
                      marks={"reads": replace(shown.marks[0], tone="ink")})
            )  # fmt: skip
            told.append(
                Text(f"apart-{n}", words.CELLS_APART.fill(p=shown.apart), role="heading",
                     weight="bold")
            )  # fmt: skip
        half = (len(maps) + 1) // 2
        rows = maps, told, legends
        turned = [row[:half] for row in rows] + [
            row[half:] + [None] * (2 * half - len(row)) for row in rows
        ]
        head = Text("framed", words.FRAMED, role="heading", weight="bold")
        ways = [Aligned(way, gap=0.8, row_gap=0.4, across="middle") for way in (rows, turned)]
        return Diagram(Either(*(Column(head, way, gap=0.8) for way in ways)))

    def title_of_products(self, steps: int) -> Caption:
        """Name the products of the moved picture."""
        return words.PRODUCTS_AFTER.fill(n=steps * self.step)

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

    def layers(self) -> Diagram:
        """Describe how much a step changes each layer, beside the picture before and after it."""
        bars = [
            Bar(str(n), name, change, fmt.number(change), "ink")
            for n, (name, change) in enumerate(self.changes)
        ]
        title = words.MEAN.fill(n=fmt.count(self.many)) if self.many > 1 else words.OF_THIS
        most = max((change for _, change in self.changes), default=1.0) or 1.0
        changes = Bars("changes", bars, Scale(most), length=16, title=title)
        step = [
            self._cells("input", self.drawn[0], words.BEFORE),
            self._cells("shifted", self.drawn[1], words.AFTER.fill(n=self.step)),
        ]
        return Diagram(
            Either(
                Row(Column(*step), changes, gap=1.5, align="middle"),
                Column(Row(*step), changes, gap=1.0, align="middle"),
            )
        )

    def one_place(self) -> Diagram:
        """Describe the picture, one filter's responses to it, and the weights that they meet.

        Multiplied are the place that speaks most for the class before, and where its response, or
        the largest, is at the end. All grids are as large.
        """
        assert self.weighed is not None
        number, many, weights, responses, _ = self.weighed
        scale = self._scale_of_weighed
        most = float(np.abs(weights).max())
        half = self.weighed.halfway
        states = [
            ("before", 0, self.weighed.before),
            *([] if half is None else [("part", half, self.weighed.before)]),
            ("after", self.weighed.steps, self.weighed.after),
        ]
        factors = [
            (float(responses[steps][place]), float(weights[place])) for _, steps, place in states
        ]
        fine = _decimals(factors)
        row, col = self.weighed.before
        ring = {"place": Mark(row, col, tone="ink")}
        rows, cols = weights.shape
        last = Cells(
            "last", responses[0], scale, numbers=True, large=True, share="places", marks=ring,
            title=words.FILTER.fill(n=number, r=rows, c=cols), finer=fine[0] - 2,
        )  # fmt: skip
        weighing = Cells(
            "weighing", weights, Scale(most if most > _FAINT else 1.0, terms.WEIGHT), numbers=True,
            large=True, share="places", title=words.WEIGHTS_OF.fill(k=self.label, j=self.rival),
            marks=ring, finer=fine[1] - 2,
        )  # fmt: skip
        said = words.ONE_FILTER.fill(n=many, k=self.label, j=self.rival)
        head = Text("weighed", said, role="heading", weight="bold")
        low, legend = replace(head, role="text"), Legend("legend")
        lines = [
            [
                Text(f"at-{name}", words.PX.fill(n=steps * self.step), role="heading",
                     tone="muted"),
                Text(f"factors-{name}", _factors(*pair, fine), role="heading"),
                Text(f"product-{name}", f"= {fmt.number(pair[0] * pair[1])}", role="heading",
                     weight="bold"),
            ]
            for (name, steps, _), pair in zip(states, factors, strict=True)
        ]  # fmt: skip
        products = Aligned(lines, gap=0.5, row_gap=0.3)
        field = replace(self.fields[0], tone="ink")
        seen = self._seen(words.CELL_READS.fill(r=int(field.rows), c=int(field.cols)), field)
        grids = Row(last, weighing, gap=1.0, align="top")
        wide = Row(seen, Column(grids, products, gap=0.4), gap=1.0, align="top")
        pair = Row(seen, last, gap=1.0, align="top")
        return Diagram(
            Either(
                Column(head, wide, legend, gap=0.6),
                Column(low, wide, legend, gap=0.6),
                Column(low, pair, Row(weighing, products, gap=1.0), legend, gap=0.6),
                Column(low, seen, grids, products, legend, gap=0.6),
                Column(seen, grids, products, legend, gap=0.6),
            )
        )

    def _seen(self, title: Caption, field: Mark | None = None) -> Part:
        """Describe the picture, as high as the last map, and what a cell of that reads of it."""
        assert self.places is not None
        fine = max(self.drawn[0].shape[:2]) / max(self.places[0].shape)
        picture = Cells(
            "input", self.drawn[0], share="places", lines=False, fine=fine, title=title,
            marks={"place": field} if field is not None else {},
        )  # fmt: skip
        return Column(picture, self._pixels(0), gap=0.4, align="middle")

    def by_place(self) -> Diagram:
        """Describe what each place adds to the lead, and how large the lead is after every step."""
        assert self.places is not None
        assert self.weighed is not None
        largest = max(float(np.abs(places).max()) for places in self.places)
        scale = Scale(
            largest if largest > _FAINT else 1.0, words.ADDS.fill(k=self.label, j=self.rival)
        )
        rows, cols = self.places[0].shape
        many = self.weighed.many
        grid = Cells("speak", self.places[0], scale, large=True, share="places",
                     title=words.FILTERS.fill(n=many, r=rows, c=cols))  # fmt: skip
        pictures = self._seen(terms.INPUT.capital)
        sums = [float(places.sum()) for places in self.places[: self.whole_step + 1]]
        most = max(abs(value) for value in sums)
        bars = [
            Bar(str(n), words.PX.fill(n=n * self.step), value, fmt.number(value, 1),
                "positive" if value >= 0 else "negative")
            for n, value in enumerate(sums)
        ]  # fmt: skip
        lead = Bars(
            "lead", bars, Scale(most if most > _FAINT else 1.0), length=7, role="heading",
            pitch=1.8, title=words.LEAD,
        )  # fmt: skip
        low = replace(lead, role="text", pitch=1.6)
        said = words.PLACES.fill(n=many, k=self.label, j=self.rival)
        head = Text("places", said, role="heading", weight="bold")
        legend = Legend("legend")
        pair = Row(pictures, grid, gap=1.0, align="top")
        return Diagram(
            Either(
                Column(head, Row(pictures, grid, lead, gap=1.0, align="top"), legend, gap=0.6),
                Column(head, pair, lead, legend, gap=0.8),
                Column(head, pair, low, legend, gap=0.8),
                Column(pair, low, legend, gap=0.6),
                Column(pictures, grid, low, legend, gap=0.6),
            )
        )

    @property
    def _scale_of_weighed(self) -> Scale:
        """The one scale of the weighed filter's responses, wherever they are shown."""
        assert self.weighed is not None
        every = self.weighed.responses
        largest = max(float(np.abs(values).max()) for values in every)
        signed = any(bool((values < 0).any()) for values in every)
        return Scale(largest if largest > _FAINT else 1.0, terms.RESPONSE, signed)

    def _scales_of_filters(self) -> list[Scale]:
        """Return the scale of each map on the way: a filter's maps have one."""
        found: list[Scale] = []
        for shown in self.shrunk[:-1]:
            own = [each for each in self.shrunk[:-1] if each.filter == shown.filter]
            most = max(float(np.abs(each.values).max()) for each in own)
            signed = any(bool((each.values < 0).any()) for each in own)
            found.append(Scale(most if most > _FAINT else 1.0, terms.RESPONSE, signed=signed))
        return [*found, self._scale_of_weighed]

    def curve(self) -> Diagram:
        """Describe the accuracy on the test digits, by pixels."""
        assert self.accuracy is not None
        both = list(zip(
            ("cnn", "dense"), self.accuracy, (terms.CNN, terms.DENSE_NETWORK), ("accent", "ink"),
            ("right", "left"), strict=True,
        ))  # fmt: skip
        curves = [
            Curve(name, np.arange(len(values)), np.array(values), label, tone)
            for name, values, label, tone, _ in both
        ]
        at = self.told_at
        dots = [
            Dot(f"{name}-at", at, values[at], fmt.percent(values[at]), tone, side=side)
            for name, values, _, tone, side in both
        ]
        y = Axis(terms.ACCURACY, 0.0, 1.0, percent=True)
        return Diagram(
            Chart("chart", curves, Axis(words.SHIFT, 0.0, whole=True), y, dots=dots).broad()
        )

    def staircase(self, about: Caption) -> Diagram:
        """Describe the picture after every step, with what each network reads below it."""
        count = len(self.drawn)
        pictures = [
            self._cells(f"step-{n}", picture, words.PX.fill(n=n * self.step))
            for n, picture in enumerate(self.drawn)
        ]
        every = list(range(count))
        blocks = [
            (every,), (every[: (count + 1) // 2], every[(count + 1) // 2 :]),
            (every[:3], every[3:5], every[5:]),
        ]  # fmt: skip
        rims: tuple[Rim | None, ...] = ("box", None)
        ways = [self._blocks(pictures, block, rim) for rim in rims for block in blocks]
        return Diagram(Either(*ways), about=about)

    def _blocks(
        self, pictures: Sequence[Part], blocks: tuple[list[int], ...], rim: Rim | None
    ) -> Part:
        return Column(*(self._block(pictures, block, rim) for block in blocks), gap=1.0)

    def _block(self, pictures: Sequence[Part], block: list[int], rim: Rim | None) -> Part:
        rows: list[list[Part | None]] = [[None, *(pictures[n] for n in block)]]
        for number, reader in enumerate(self.readers):
            name = Text(f"reader-{number}-{block[0]}", reader.name, measure=_NARROW)
            tiles = [
                Text(
                    f"tile-{number}-{n}", reader.answers[n], role="display", weight="bold",
                    tone="ink" if reader.right[n] else "accent", rim=rim,
                )
                for n in block
            ]  # fmt: skip
            rows.append([name, *tiles])
        return Aligned(rows, gap=0.3, row_gap=0.3, across="middle", down="middle")

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


def _lead(value: float) -> str:
    """Print a lead; a small one keeps its sign."""
    return fmt.number(value, 1 if abs(value) >= 0.05 else 2)


def _largest(values: Floats) -> Mark:
    return Mark(*largest_cell(values), tone="ink")


def _comes_out(value: float, weight: float, decimals: tuple[int, int]) -> bool:
    """Tell whether a viewer who multiplies two printed numbers finds the printed product."""
    one, other = (fmt.rounded(n, d) for n, d in zip((value, weight), decimals, strict=True))
    return fmt.rounded(one * other) == fmt.rounded(value * weight)


def _decimals(pairs: Sequence[tuple[float, float]]) -> tuple[int, int]:
    """Return how many decimals responses and weights have, the fewest with which all come out."""
    found = (d for d in _FINER if all(_comes_out(*pair, d) for pair in pairs))
    return next(found, _FINER[-1])


def _factors(value: float, weight: float, decimals: tuple[int, int]) -> str:
    """Write what is multiplied."""
    return f"{fmt.number(value, decimals[0])} × {fmt.bracketed(weight, decimals[1])}"
