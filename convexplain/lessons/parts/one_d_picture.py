"""The pictures of convolutions along one, two and three axes: strips, maps and stacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from math import inf
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from convexplain.lessons.parts import one_d_words as words
from convexplain.panels import (
    INK,
    Aligned,
    Cells,
    Column,
    Diagram,
    Either,
    Legend,
    Mark,
    Part,
    Row,
    Scale,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption, same

Across = Literal["middle", "right"]
Floats = npt.NDArray[Any]
#: How much larger the cells of weights are than those of maps, side by side.
_STRIP = 2.5
#: How many times as high as broad a row's cells are, which would be a line: with others, and alone.
_TALL, _ALONE = 3.8, 8.0
#: Where a line breaks beside pixels and weights, in sizes of its text.
_LINE = 7.0
#: How large the cells of weights are that stand beside maps, and those of pixels under a row.
_SMALL, _READ = 2.0, 2.2


@dataclass(frozen=True, eq=False)
class OneDPicture:
    """What pictures of the lesson are made of."""

    #: The picture, (rows, columns).
    drawn: Floats
    #: Which of its rows is the row of samples.
    row: int
    #: Along one axis, (k,).
    kernel: Floats
    #: The row, convolved, (places,).
    out: Floats
    #: The picture, convolved along both axes.
    map: Floats
    #: A film, and what becomes of it along three axes, (rows, columns, frames).
    film: Floats
    moving: Floats

    # Scales.

    @property
    def weights(self) -> Floats:
        """The kernel along time, the same at every place of a window, (k, k, k)."""
        k = len(self.kernel)
        return np.tile(self.kernel, (k, k, 1))

    @property
    def weight(self) -> Scale:
        """Of the kernel; whole numbers have no decimals."""
        whole = bool((self.kernel == np.round(self.kernel)).all())
        return Scale(float(np.abs(self.kernel).max()), terms.WEIGHT, counts=whole)

    def response(self, values: Floats) -> Scale:
        """Of what a window gives that slides along as many axes as there are here."""
        return Scale(float(np.abs(values).max()) or 1.0, words.OUTPUTS[values.ndim - 1])

    # A row.

    def opening(self) -> Diagram:
        """Describe the picture alone."""
        return Diagram(Row(self._read()))

    def unrolled(self) -> Diagram:
        """Describe the picture, and one row of it as a strip."""
        return Diagram(self._under_one_another(self._read(), self._strip()))

    def first(self) -> Diagram:
        """Describe a window at the beginning of the row, which is all that is seen."""
        return Diagram(Row(replace(self._strip(0), tall=_ALONE)))

    def window(
        self, at: int, read: Sequence[float], told: Mapping[str, str], value: float
    ) -> Diagram:
        """Describe a window on the row, and how its number comes about.

        `at`: its first sample. `read`: what it reads. `told`: its products, by the name of their
        panel.
        """
        said = {name: _added(product) if n else product
                for n, (name, product) in enumerate(told.items())}  # fmt: skip
        said["total"] = f"= {fmt.number(value)}"

        lines = Column(*(Text(name, text, role="heading") for name, text in said.items()), gap=0)

        patch = Cells(
            "patch", np.array([read], dtype=np.float64), INK, numbers=True, share="numbers",
            title=words.PIXELS, weight=_READ,
            # A pixel without ink is as white as the paper.
            marks={"edge": Mark(0, 0, 1, len(read), "line", strong=False)},
        )  # fmt: skip
        kernel = replace(self._kernel(), weight=_READ)
        both = Column(patch, kernel, gap=0.6, turns=False)
        return Diagram(self._under_one_another(self._strip(at), Row(both, lines, gap=3)))

    def slide(self, at: int, known: npt.NDArray[np.bool_] | None = None) -> Diagram:
        """Describe the row, and under it the numbers that windows make of it."""
        out = self._out(self.out, known=known, title=terms.OUTPUT.capital)
        legend = Legend("legend", row=True)
        return Diagram(self._under_one_another(self._strip(at), out, legend))

    @staticmethod
    def _under_one_another(*parts: Part) -> Part:
        return Column(*parts, align="middle")

    # A picture.

    def two(self, known: npt.NDArray[np.bool_] | None = None) -> Diagram:
        """Describe a window that slides along both axes of a picture, and its map."""
        k = len(self.kernel)
        block = Cells(
            "input", self.drawn, INK, share="pixels", title=terms.INPUT.capital,
            marks={"window": Mark(0, 0, k, k)},
        )  # fmt: skip
        kernel = Cells(
            "kernel", np.tile(self.kernel, (k, 1)), self.weight, numbers=True, share="numbers",
            title=terms.KERNEL.capital,
        )  # fmt: skip
        grid = self._map(known)
        side = Column(kernel, Legend("legend"))
        return Diagram(
            Either(Row(block, side, grid, gap=1.5), Column(Row(block, side), grid, align="middle"))
        )

    # A film.

    def playing(self, frame: int) -> Diagram:
        """Describe one frame of the film alone, as it is played."""
        shown = Cells(
            "input", self.film[..., frame], INK, lines=False, share="pixels",
            title=self.played(frame),
        )  # fmt: skip
        return Diagram(Row(shown))

    def played(self, frame: int) -> Caption:
        """Tell which frame of the film is seen."""
        return words.PLAYED.fill(n=frame + 1, of=self.film.shape[2])

    def frames(self) -> Diagram:
        """Describe the film's frames beside one another."""
        return Diagram(self._strip_of(self._film()))

    def block(self, at: tuple[int, int], parts: Sequence[float], value: float) -> Diagram:
        """Describe a film, frame beside frame, and how a number of its result comes about.

        Below each frame that is read stand the pixels that the window reads of it, their weights,
        and what that adds. `at`: row and column at which the window begins. `parts`: the sum of the
        products on each frame. `value`: their sum.
        """
        (row, col), k = at, len(self.kernel)
        pairs = []
        for n, title in enumerate(self._sheets()):
            cut = Cells(
                f"cut-{n}", self.film[row : row + k, col : col + k, n], INK, numbers=True,
                share="numbers",
                # Pixels without ink are as white as the paper.
                marks={"edge": Mark(0, 0, k, k, "line", strong=False)},
            )  # fmt: skip
            sheet = Cells(
                f"weights-{n}", self.weights[:, :, n], self.weight, numbers=True, share="numbers",
                title=title.capital,
            )  # fmt: skip
            pairs.append(Row(cut, sheet, gap=0.4, turns=False))
        total = Text("total", f"= {fmt.number(value)}", role="heading", weight="bold")

        def sums(measure: float) -> list[Text]:
            said = [words.AND_PART if n else words.PART for n in range(len(parts))]
            told = [s.fill(n=k**2, v=fmt.number(p)) for s, p in zip(said, parts, strict=True)]
            return [*(Text(f"part-{n}", t, measure=measure) for n, t in enumerate(told)), total]

        film = self._film()
        strip = Either(self._strip_of(film, pairs, sums(inf)), _standing(film, pairs, sums(_LINE)))
        return Diagram(Column(strip, Legend("legend", row=True), align="middle", turns=False))

    def through(self) -> Diagram:
        """Describe the film, and what the window makes of it: each map by its window's middle."""
        k = len(self.kernel)
        briefly = words.BRIEFLY if k == len(words.BRIEFLY) else self._sheets()
        small = [
            Cells(
                f"weights-{n}", self.weights[:, :, n], self.weight, numbers=True, share="sheets",
                title=title, weight=_SMALL,
            )
            for n, title in enumerate(briefly)
        ]  # fmt: skip
        named = Text("kernel", words.KERNEL.capital.fill(size=fmt.shape((k, k, k))))
        kernel = Column(named, Row(*small, gap=0.4, turns=False), gap=0.4, turns=False)
        # As large as frames, so that each has one column, and the kernel goes out of the first.
        large = self.film.shape[1] / self.moving.shape[1]
        maps = [replace(each, share="maps", weight=large) for each in self._moving(named=True)]
        below = [*self._below(maps, kernel), Legend("legend")]
        return Diagram(self._strip_of(self._film(), below, across="right"))

    def _below(self, maps: Sequence[Part], corner: Part | None = None) -> list[Part | None]:
        """Stand maps below the middles of the frames that they are made of; a corner is free."""
        return [corner, *(None,) * (len(self.kernel) // 2 - 1), *maps]

    def _strip_of(
        self, frames: Sequence[Part], *below: Sequence[Part | None], across: Across = "middle"
    ) -> Part:
        """Stand frames in a line, and something below each, or beside it."""
        lying = Aligned([frames, *below], across=across, down="middle", row_gap=0.6)
        return Either(lying, _standing(frames, *below))

    def ending(self) -> Diagram:
        """Describe a window along one axis, two and three, and how many numbers that gives.

        Time goes to the right: a frame beside a frame, each map under its window's middle.
        """
        row, picture = (replace(each, title=None) for each in self._read_by())
        # As high as what is read, and what becomes of it, beside them.
        row = replace(row, share="pixels", weight=None, tall=self.drawn.shape[0])
        scale = Scale(1.0, terms.OUTPUT, ends=("−", "+"))
        strip, grid, *maps = (
            Cells(name, _relative(values), scale, share="pixels", lines=False, tall=tall)
            for name, values, tall in (
                ("out", self.out[None], self.map.shape[0]), ("map", self.map, 1.0),
                *((f"moving-{n}", each, 1.0)
                  for n, each in enumerate(np.moveaxis(self.moving, 2, 0))),
            )
        )  # fmt: skip
        legend = Legend("legend", row=True)
        pictures = (
            Column(row, strip, gap=0.4, align="middle"),
            Column(picture, grid, gap=0.4, align="middle"),
            Aligned([self._film(), self._below(maps)], gap=0.3, row_gap=0.4, across="middle"),
        )

        def named(role: Literal["text", "note"]) -> list[Text]:
            return [Text(f"name-{n}", name, role=role) for n, name in enumerate(words.NAMES)]

        def counted(role: Literal["heading", "text"]) -> list[Text]:
            sizes = (fmt.shape(values.shape) for values in (self.out, self.map, self.moving))
            return [Text(f"axes-{n}", words.SIZE.fill(n=size), role=role, weight="bold")
                    for n, size in enumerate(sizes)]  # fmt: skip

        def beside(names: Sequence[Text], said: Sequence[Text]) -> Part:
            three = Aligned([names, pictures, said], gap=1.2, row_gap=0.4, across="middle")
            return Column(three, legend, gap=0.6, align="middle", turns=False)

        parts = zip(named("text"), pictures, counted("heading"), strict=True)
        three = [Column(*each, align="middle", gap=0.4, turns=False) for each in parts]
        flat = Row(*three[:2], align="middle", turns=False)
        upright = Column(flat, three[2], legend, align="middle", turns=False)
        large, small = (named("text"), counted("heading")), (named("note"), counted("text"))
        return Diagram(Either(beside(*large), beside(*small), upright))

    def payoff(self, about: Caption) -> Diagram:
        """Describe the three results under what they are made of."""
        row, picture = self._read_by()
        out, grid = (_size(values) for values in (self.out, self.map))
        strips = Column(row, self._out(self.out, counter=out), align="middle", gap=0.5)
        two = Row(picture, self._map(None, counter=grid), gap=1.2)
        three = self._strip_of(self._film(words.NAMES[2]), self._below(self._moving()))
        legend = Legend("legend", row=True)
        return Diagram(Column(strips, two, three, legend, align="middle"), (), about)

    def _read_by(self) -> tuple[Cells, Cells]:
        """Describe row and picture, each with its window."""
        k = len(self.kernel)
        row = Cells(
            "row", self.drawn[self.row][None], INK, share="strip", title=words.NAMES[0],
            marks={"window": Mark(0, 0, 1, k)}, weight=_STRIP, tall=_TALL,
        )  # fmt: skip
        picture = Cells(
            "input", self.drawn, INK, share="pixels", title=words.NAMES[1], lines=False,
            marks={"window": Mark(0, 0, k, k)},
        )  # fmt: skip
        return row, picture

    # What they consist of.

    def _sheets(self) -> tuple[Caption, ...]:
        """Name the frames that a window reads: of three, as those about the middle one."""
        count = len(self.kernel)
        if count == len(words.AROUND):
            return words.AROUND
        return tuple(words.SHEET.fill(n=n + 1) for n in range(count))

    def _read(self) -> Cells:
        marks = {"row": Mark(self.row, 0, 1, self.drawn.shape[1])}
        return Cells(
            "input", self.drawn, INK, lines=False, share="pixels", title=terms.INPUT.capital,
            marks=marks,
        )  # fmt: skip

    def _strip(self, at: int | None = None) -> Cells:
        marks = {} if at is None else {"window": Mark(0, at, 1, len(self.kernel))}
        return Cells(
            "row", self.drawn[self.row][None], INK, share="strip", title=words.ONE_ROW, marks=marks,
            broad=True, tall=_TALL,
        )  # fmt: skip

    def _out(
        self,
        values: Floats,
        *,
        share: str = "strip",
        known: npt.NDArray[np.bool_] | None = None,
        title: Caption | None = None,
        counter: Caption | None = None,
    ) -> Cells:
        computed = None if known is None else known[None]
        return Cells(
            "out", values[None], self.response(values), share=share, computed=computed,
            title=title, counter=counter, broad=title is not None, tall=_TALL,
        )  # fmt: skip

    def _kernel(self) -> Cells:
        return Cells(
            "kernel", self.kernel[None], self.weight, numbers=True, share="numbers",
            title=terms.KERNEL.capital, note=words.BY_HAND,
        )  # fmt: skip

    def _map(
        self, known: npt.NDArray[np.bool_] | None = None, counter: Caption | None = None
    ) -> Cells:
        return Cells(
            "map", self.map, self.response(self.map), share="pixels", computed=known, lines=False,
            title=terms.OUTPUT.capital if counter is None else None, counter=counter,
        )  # fmt: skip

    def _film(self, title: Caption | None = None) -> list[Cells]:
        """Describe the frames; the first ones have a window."""
        k, mark = len(self.kernel), Mark(0, 0, len(self.kernel), len(self.kernel))
        frames = [
            Cells(
                f"film-{n}", self.film[..., n], INK, share="pixels", lines=False,
                marks={"window": mark}, title=words.SHEET.capital.fill(n=n + 1),
            )
            for n in range(self.film.shape[2])
        ]  # fmt: skip
        if title is None:
            return frames
        named = [replace(frame, title=None, marks=frame.marks if n < k else {})
                 for n, frame in enumerate(frames)]  # fmt: skip
        return [replace(named[0], title=title), *named[1:]]

    def _moving(self, *, named: bool = False) -> list[Cells]:
        """Describe the maps of the film; named by the frames that they are made of."""
        scale, k = self.response(self.moving), len(self.kernel)
        marks = {"around": Mark(0, 0, 3, 3)} if named else {}
        return [
            Cells(
                f"moving-{n}", self.moving[..., n], scale, share="pixels", lines=False, marks=marks,
                title=words.MADE_OF.capital.fill(a=n + 1, b=n + k) if named else None,
            )
            for n in range(self.moving.shape[2])
        ]  # fmt: skip


def _relative(values: Floats) -> Floats:
    """Return numbers of which the largest is 1."""
    largest = float(np.abs(values).max()) or 1.0
    return np.asarray(values / largest)


def _added(product: str) -> str:
    """Write a product behind others."""
    return f"− {product[1:]}" if product.startswith("−") else f"+ {product}"


def _size(values: Floats) -> Caption:
    return same(fmt.shape(values.shape))


def _standing(frames: Sequence[Part], *beside: Sequence[Part | None]) -> Part:
    """Stand frames under one another, and something beside each."""
    rows = [*zip_longest(frames, *beside)]
    return Aligned(rows, across="middle", down="middle", row_gap=0.6)
