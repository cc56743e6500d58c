"""The pictures of convolutions along one, two and three axes: strips, maps and stacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.lessons.parts import one_d_words as words
from convexplain.panels import (
    INK,
    Addend,
    Axis,
    Cells,
    Chart,
    Column,
    Curve,
    Diagram,
    Either,
    Legend,
    Maps,
    Mark,
    Part,
    Row,
    Scale,
    Sum,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

Floats = npt.NDArray[Any]
#: Height of the curve over a strip, in its cells.
_HIGH = 5.0
#: Size of the picture's cells beside those of its row.
_ASIDE = 0.3
#: How opaque the frames behind the first are.
_BEHIND = 0.5
#: How much larger the cells of strips are than those of maps, side by side.
_STRIP = 2.5
#: From one frame of a film to the next, right and up, in pixels.
_FAN = (4.0, 3.0)


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
    all : numpy.ndarray, shape (places,)
        The picture as a sequence with its rows as channels, convolved.
    map : numpy.ndarray
        The picture, convolved along both axes.
    film, moving : numpy.ndarray, shape (rows, columns, frames)
        A film and what the kernel makes of it along time.
    upright : bool
        Whether what could stand side by side stands under one another.
    """

    drawn: Floats
    row: int
    kernel: Floats
    out: Floats
    all: Floats
    map: Floats
    film: Floats
    moving: Floats
    upright: bool = False

    # Scales.

    @property
    def weight(self) -> Scale:
        """Of the kernel."""
        return Scale(float(np.abs(self.kernel).max()), terms.WEIGHT)

    def response(self, values: Floats) -> Scale:
        """Of what a window gives that slides along as many axes as there are here."""
        return Scale(float(np.abs(values).max()) or 1.0, words.RESPONSES[values.ndim - 1])

    # A row.

    def opening(self) -> Diagram:
        """Describe the picture alone."""
        return Diagram(Row(self._read()))

    def unrolled(self) -> Diagram:
        """Describe the picture, and one row of it as a curve and as a strip."""
        return Diagram(self._beside(self._read(), Column(self._curve(), self._strip())))

    def window(self, at: int, told: Sequence[Addend], value: float) -> Diagram:
        """Describe a window on the row, and how its number comes about.

        Parameters
        ----------
        at : int
            Its first sample.
        told : sequence of Addend
        value : float
        """
        summed = Sum("sum", told, value, None, value, self.response(self.out))
        below = Row(self._kernel(), summed, gap=2)
        strips = Column(self._curve(), self._strip(at), below, align="middle")
        return Diagram(self._beside(self._read(), strips))

    def slide(self, at: int, known: npt.NDArray[np.bool_] | None = None) -> Diagram:
        """Describe the row, and under it the numbers that windows make of it."""
        strips = Column(
            self._curve(), self._strip(at), self._out(self.out, known=known),
            self._curve_of(self.out), align="middle", gap=0.6,
        )  # fmt: skip
        return Diagram(self._beside(Column(self._read(), Legend("legend")), strips))

    # All rows.

    def sequence(
        self, at: int | None, told: tuple[Sequence[Addend], float] | None = None,
        known: npt.NDArray[np.bool_] | None = None, *, weighed: bool = False,
    ) -> Diagram:  # fmt: skip
        """Describe the whole picture as a sequence, a window on it, and what it makes of it.

        Parameters
        ----------
        at : int, optional
            Where the window begins; one step is marked without it.
        told : (addends, value), optional
            One sum.
        known : numpy.ndarray of bool, optional
            Which cells of the output are computed.
        weighed : bool
            Whether all weights of the window stand beside it, and not the sum.
        """
        height, width = self.drawn.shape
        k = len(self.kernel)
        mark = Mark(0, 0, height, 1) if at is None else Mark(0, at, height, k)
        name = words.STEPS.capital.fill(steps=width, n=height)
        block = Cells(
            "input", self.drawn, INK, share="pixels", title=name, marks={"window": mark}
        )  # fmt: skip
        if told is None:
            return Diagram(Row(block))
        addends, value = told
        summed: Part = Sum("sum", addends, value, None, value, self.response(self.all))
        if weighed:
            summed = Cells(
                "block", np.tile(self.kernel, (height, 1)), self.weight, share="pixels",
                title=terms.KERNEL.capital, note=words.BY_HAND,
            )  # fmt: skip
        strip = self._out(self.all, share="pixels", known=known, title=terms.OUTPUT.capital)
        legend = Legend("legend", row=True)
        both = Column(block, strip, legend, align="middle")
        return Diagram(self._beside(both, summed))

    def two(self, known: npt.NDArray[np.bool_] | None = None) -> Diagram:
        """Describe a window that slides along both axes of a picture, and its map."""
        k = len(self.kernel)
        block = Cells(
            "input", self.drawn, INK, share="pixels", title=terms.INPUT.capital,
            marks={"window": Mark(0, 0, k, k)},
        )  # fmt: skip
        kernel = Cells(
            "kernel", np.tile(self.kernel, (k, 1)), self.weight, numbers=True, share="numbers",
            title=terms.KERNEL.capital, note=words.BY_HAND,
        )  # fmt: skip
        grid = self._map(known)
        if self.upright:
            return Diagram(Column(Row(block, kernel), grid, Legend("legend"), align="middle"))
        side = Column(kernel, Legend("legend"))
        return Diagram(
            Either(Row(block, side, grid, gap=1.5), Column(Row(block, side), grid, align="middle"))
        )

    # A film.

    def three(self, window: int = 0) -> Diagram:
        """Describe a film, a window on some of its frames, and what it makes of them."""
        return Diagram(self._stacks(window))

    def pixel(
        self, at: tuple[int, int], moving: tuple[Floats, Floats], standing: tuple[Floats, Floats]
    ) -> Diagram:
        """Describe the film, and one pixel of it, frame by frame; also if nothing moves."""
        scale = self.response(self.moving)
        pairs = []
        titles = words.PIXEL.fill(r=at[0], c=at[1]), words.STANDS
        for name, (read, made), title in zip(
            ("one", "still"), (moving, standing), titles, strict=True
        ):
            values = Cells(
                name, read[None], INK, numbers=True, share="numbers", title=title.capital
            )
            result = Cells(f"{name}-result", made[None], scale, numbers=True, share="numbers")
            pairs.append(Column(values, result, align="middle", gap=0.4))
        both = Column(*pairs, align="left") if self.upright else Row(*pairs, gap=2)
        return Diagram(Column(self._stacks(0), both, align="middle"))

    def payoff(self, about: Caption | None = None) -> Diagram:
        """Describe the three results under what they are made of."""
        k = len(self.kernel)
        sizes = fmt.shape((k,)), fmt.shape((k, k)), fmt.shape((1, 1, k))
        names = [name.fill(w=size) for name, size in zip(words.NAMES, sizes, strict=True)]
        row = Cells(
            "row", self.drawn[self.row][None], INK, share="strip", title=names[0],
            marks={"window": Mark(0, 0, 1, k)}, weight=_STRIP,
        )  # fmt: skip
        picture = Cells(
            "input", self.drawn, INK, share="pixels", title=names[1], lines=False,
            marks={"window": Mark(0, 0, k, k)},
        )  # fmt: skip
        out = self._out(self.out, counter=_size(self.out))
        two = picture, self._map(None, counter=_size(self.map))
        three = self._film(0, title=names[2]), self._moving(counter=_size(self.moving))
        strips, legend = Column(row, out, align="middle", gap=0.5), Legend("legend", row=True)
        wide = Column(strips, Row(*two, *three, gap=1.2), legend, align="middle")
        high = Column(strips, Row(*two), Row(*three), legend, align="middle")
        return Diagram(high if self.upright else Either(wide, high), (), about)

    # What they consist of.

    def _beside(self, one: Part, other: Part) -> Part:
        if self.upright:
            return Column(one, other, align="middle")
        return Either(Row(one, other, gap=1.5), Column(one, other, align="middle"))

    def _read(self) -> Cells:
        marks = {"row": Mark(self.row, 0, 1, self.drawn.shape[1])}
        return Cells(
            "input", self.drawn, INK, lines=False, share="pixels", title=terms.INPUT.capital,
            marks=marks, weight=_ASIDE,
        )  # fmt: skip

    def _strip(self, at: int | None = None) -> Cells:
        marks = {} if at is None else {"window": Mark(0, at, 1, len(self.kernel))}
        title = terms.ROW.capital.fill(n=self.row)
        return Cells(
            "row", self.drawn[self.row][None], INK, share="strip", title=title, marks=marks
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
            title=title, counter=counter,
        )  # fmt: skip

    def _curve(self) -> Chart:
        return self._chart("sound", self.drawn[self.row], words.PLACE, words.INK)

    def _curve_of(self, values: Floats) -> Chart:
        return self._chart("sums", values, words.PLACE_OUT, terms.RESPONSE)

    def _chart(self, name: str, values: Floats, along: Caption, up: Caption) -> Chart:
        """Draw a curve whose points stand in the middle of a strip's cells."""
        curve = Curve("curve", np.arange(len(values)) + 0.5, values)
        low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
        return Chart(
            name, [curve], Axis(along, 0, len(values), whole=True),
            Axis(up, low, high or 1.0, most=2),
            size=(_HIGH, len(values)), share="strip",
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

    def _film(self, window: int, title: Caption) -> Maps:
        marks = {f"window-{n}": window + n for n in range(len(self.kernel))}
        return Maps(
            "film", self.film, INK, share="pixels", stack=True, fan=_FAN, glass=_BEHIND,
            marks=marks, title=title,
        )  # fmt: skip

    def _moving(self, title: Caption | None = None, counter: Caption | None = None) -> Maps:
        return Maps(
            "moving", self.moving, self.response(self.moving), share="pixels", stack=True, fan=_FAN,
            glass=_BEHIND, title=title, counter=counter,
        )  # fmt: skip

    def _stacks(self, window: int) -> Part:
        film = self._film(window, words.FILM.capital.fill(size=fmt.shape(self.film.shape)))
        moving = self._moving(words.MOVING.capital.fill(size=fmt.shape(self.moving.shape)))
        if self.upright:
            return Column(film, moving, Legend("legend"), align="middle")
        return Row(film, moving, Legend("legend"), gap=2)


def _size(values: Floats) -> Caption:
    said = fmt.shape(values.shape)
    return Caption(en=said, zh=said)
