"""The pictures of convolutions along one, two and three axes: strips, maps and stacks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from convexplain.style.captions import Caption

Floats = npt.NDArray[Any]
#: How much larger the cells of weights are than those of maps, side by side.
_STRIP = 2.5
#: How many times as high as broad a row's cells are, which would be a line: with others, and alone.
_TALL, _ALONE = 4.5, 8.0
#: The same beside a picture of as many columns; and how large pictures of the three kinds are.
_HIGH, _SIDE = 12.0, 4.0


@dataclass(frozen=True, eq=False)
class OneDPicture:
    """What pictures of the lesson are made of.

    Parameters
    ----------
    drawn : numpy.ndarray, shape (rows, columns)
        The picture.
    row : int
        Which of its rows is the row of samples.
    kernel : numpy.ndarray, shape (k,)
        Along one axis.
    out : numpy.ndarray, shape (places,)
        The row, convolved.
    map : numpy.ndarray
        The picture, convolved along both axes.
    film, moving : numpy.ndarray, shape (rows, columns, frames)
        A film, and what becomes of it along three axes.
    upright : bool
        Whether what could stand side by side stands under one another.
    """

    drawn: Floats
    row: int
    kernel: Floats
    out: Floats
    map: Floats
    film: Floats
    moving: Floats
    upright: bool = False

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
        return Scale(float(np.abs(values).max()) or 1.0, words.RESPONSES[values.ndim - 1])

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

    def window(self, at: int, told: Mapping[str, str], value: float) -> Diagram:
        """Describe a window on the row, and how its number comes about.

        Parameters
        ----------
        at : int
            Its first sample.
        told : mapping of str to str
            Its products, by the name of their panel.
        value : float
        """
        said = {name: _added(product) if n else product
                for n, (name, product) in enumerate(told.items())}  # fmt: skip
        said["total"] = f"= {fmt.number(value)}"

        def lines(*, large: bool) -> Part:
            role: Literal["display", "heading"] = "display" if large else "heading"
            return Column(*(Text(name, text, role=role) for name, text in said.items()), gap=0)

        sums = [Row(self._kernel(), lines(large=large), gap=2) for large in (True, False)]
        return Diagram(self._under_one_another(self._strip(at), Either(*sums)))

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
        if self.upright:
            return Diagram(Column(Row(block, kernel), grid, Legend("legend"), align="middle"))
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

    def three(self) -> Diagram:
        """Describe a film, frame beside frame, and a window on some of them."""
        return Diagram(self._strip_of(self._film()))

    def block(self, first: int) -> Diagram:
        """Describe the same, and the window's weights, a sheet for each frame that it reads.

        Parameters
        ----------
        first : int
            The first of these frames.
        """
        sheets = [
            Cells(
                f"weights-{n}", self.weights[:, :, n], self.weight, numbers=True, share="numbers",
                title=title.capital,
            )
            for n, title in enumerate(self._sheets())
        ]  # fmt: skip
        strip = self._strip_of(self._film(), sheets, first)
        return Diagram(Column(strip, Legend("legend", row=True), align="middle"))

    def through(self) -> Diagram:
        """Describe the film, and what the window makes of it: each map by its window's middle."""
        if self.upright:
            strip = self._strip_of(self._film(), self._moving(), len(self.kernel) // 2)
            return Diagram(Column(strip, Legend("legend", row=True), align="middle"))
        below = self._moving(), len(self.kernel) // 2, Legend("legend")
        return Diagram(self._strip_of(self._film(), *below))

    def _strip_of(
        self,
        frames: Sequence[Part],
        below: Sequence[Part] = (),
        first: int = 0,
        corner: Part | None = None,
    ) -> Part:
        """Stand frames in a line, and something beside each from one on; the corner is free."""
        left = len(frames) - first - len(below)
        beside = (*(None,) * first, *below, *(None,) * left)
        if first:
            beside = (corner, *beside[1:])
        down = tuple(zip(frames, beside, strict=True)) if below else tuple((f,) for f in frames)
        upright = Aligned(down, across="middle", down="middle", row_gap=0.6)
        if self.upright:
            return upright
        rows = (tuple(frames), beside) if below else (tuple(frames),)
        return Either(Aligned(rows, across="middle", gap=0.6), upright)

    def ending(self) -> Diagram:
        """Describe a window along one axis, two and three, and how many numbers that gives."""
        row, picture = self._read_by()
        frames = self._film(words.NAMES[2])
        columns = math.ceil(len(frames) ** 0.5)
        small = [
            replace(frame, weight=_SIDE / columns, share="film", marks=each.marks)
            for frame, each in zip(frames, self._film(), strict=True)
        ]
        lines = [small[n : n + columns] for n in range(0, len(small), columns)]
        tiles = (
            replace(row, weight=_SIDE, share="pixels", tall=_HIGH),
            replace(picture, weight=_SIDE),
            Aligned(lines, gap=0.3, row_gap=0.3),
        )
        said = [
            Text(f"axes-{n}", words.AXES[n].fill(n=fmt.shape(values.shape)), role="heading",
                 weight="bold")
            for n, values in enumerate((self.out, self.map, self.moving))
        ]  # fmt: skip
        if self.upright:
            pairs = (Column(*pair, gap=0.4, align="middle")
                     for pair in zip(tiles, said, strict=True))  # fmt: skip
            return Diagram(Column(*pairs, align="middle", gap=0.6))
        grid = Aligned([list(tiles), list(said)], gap=1.2, across="middle", down="middle")
        one_by_one = Column(*(part for pair in zip(tiles, said, strict=True) for part in pair))
        return Diagram(Either(grid, one_by_one))

    def payoff(self, about: Caption) -> Diagram:
        """Describe the three results under what they are made of."""
        row, picture = self._read_by()
        out, grid = (_size(values) for values in (self.out, self.map))
        strips = Column(row, self._out(self.out, counter=out), align="middle", gap=0.5)
        two = Row(picture, self._map(None, counter=grid), gap=1.2)
        k = len(self.kernel)
        three = self._strip_of(self._film(words.NAMES[2]), self._moving(), k // 2)
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
        title = terms.ROW.capital.fill(n=self.row)
        return Cells(
            "row", self.drawn[self.row][None], INK, share="strip", title=title, marks=marks,
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
            title=terms.RESPONSE_MAP.capital if counter is None else None, counter=counter,
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

    def _moving(self) -> list[Cells]:
        scale = self.response(self.moving)
        return [
            Cells(f"moving-{n}", self.moving[..., n], scale, share="pixels", lines=False)
            for n in range(self.moving.shape[2])
        ]


def _added(product: str) -> str:
    """Write a product behind others."""
    return f"− {product[1:]}" if product.startswith("−") else f"+ {product}"


def _size(values: Floats) -> Caption:
    said = fmt.shape(values.shape)
    return Caption(en=said, zh=said)
