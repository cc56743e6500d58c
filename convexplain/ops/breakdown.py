"""A number as what it is made of: named addends, the rest, the bias, the activation.

Everything that shows how a number comes about (terminal, notebook, figures, scenes, worksheets)
takes its addends from here, so that the same ones are named everywhere, in the same order.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convexplain.ops._arrays import Floats
from convexplain.style import terms
from convexplain.style.captions import Caption
from convexplain.style.format import adds_up, number, rounded
from convexplain.style.terminal import cells, ljust

SHOWN = 3
"""So many addends are named by default; the others are one sum."""
NOTHING = "\N{MIDDLE DOT}"
"""Stands for a cell of padding: nothing is read there."""

Paint: TypeAlias = Callable[[str, float], str]
"""Gives the text of a number, already aligned, a colour."""
Rule: TypeAlias = Literal["sum", "total", "mean", "max"]
Sign: TypeAlias = Literal["\N{MINUS SIGN}", "/", "\N{MIDDLE DOT}", "+"]

OTHERS = Caption(en="the other {n}", zh="其余 {n} 项")
PRODUCTS = Caption(en="sum of {n} products", zh="{n} 个乘积之和")
NUMBERS = Caption(en="sum of {n} numbers", zh="{n} 个数之和")
_BIAS = Caption(en="+ bias", zh="+ 偏置")
_VALUE = Caption(en="= value", zh="= 值")
_LARGEST = Caption(en="largest of {n}", zh="{n} 个数中的最大值")
_NAME = Caption(en="{n}", zh="{n}")
_MEAN = Caption(en="/ {n} = average", zh="/ {n} = 平均值")
_STAGE = Caption(en="{sign} {name} ({v})", zh="{sign} {name}（{v}）")
_IN_ONE = Caption(
    en="All in one: times {factor}, plus {shift}.", zh="合成一步：乘 {factor}，再加 {shift}。"
)
_OPERATIONS: dict[Sign, Callable[[Any, Any], Any]] = {
    "\N{MINUS SIGN}": operator.sub,
    "/": operator.truediv,
    "\N{MIDDLE DOT}": operator.mul,
    "+": operator.add,
}


def unpainted(text: str, value: float) -> str:
    """Return the text of a number as it is."""
    return text


def largest(addends: ArrayLike, shown: int = SHOWN) -> tuple[int, ...]:
    """Choose which addends are named one by one; the others become one sum.

    Their places are returned, the largest by absolute value first; of equal ones the earlier first.

    >>> largest([0.1, -0.5, 0.3, 0.0], 2)
    (1, 2)
    """
    order = np.argsort(-np.abs(np.asarray(addends)), kind="stable")
    return tuple(int(place) for place in order[:shown])


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells that an addend is the sum of.

    Attributes
    ----------
    patch : ndarray, (rows, columns)
        What is read.
    padding : ndarray of bool, (rows, columns)
        True where the patch holds padding.
    products : ndarray, (rows, columns)
        What is added or compared: ``patch * kernel``, cell by cell, or the patch itself.
    kernel : ndarray, (rows, columns), or None
        The weights; None where nothing is multiplied.
    """

    patch: Floats
    padding: NDArray[np.bool_]
    products: Floats
    kernel: Floats | None = None


@dataclass(frozen=True, eq=False)
class Part:
    """One named addend.

    Attributes
    ----------
    name : Caption
        As "channel 3".
    value : float
    place : int
        Its place among all addends, counted from 0.
    cells : Cells or None
        What it is the sum of, where that is shown.
    """

    name: Caption
    value: float
    place: int
    cells: Cells | None = None


@dataclass(frozen=True)
class Stage:
    """What is done to a number on its way, and what it then is."""

    #: "−", "/", "·" or "+".
    sign: Sign
    #: What it is subtracted, divided, multiplied or added: as "mean".
    name: Caption
    operand: float
    #: The number after it.
    value: float

    def follows(self, before: float, decimals: int) -> bool:
        """Return whether its printed number is what the printed numbers before it give."""
        operand = rounded(self.operand, decimals)
        if self.sign == "/" and not operand:
            return False
        found = _OPERATIONS[self.sign](rounded(before, decimals), operand)
        return rounded(found, decimals) == rounded(self.value, decimals)


@dataclass(frozen=True, eq=False, kw_only=True)
class Breakdown:
    """A number as named addends: parts + rest + bias = value, which becomes `activated`.

    Attributes
    ----------
    parts : tuple of Part
        The addends that are named, largest by absolute value first. Of a mean the one part is the
        sum of its cells, of a maximum it is the winner.
    rest : float
        All other addends together.
    rest_count : int
        How many these are.
    total : float
        Parts and rest together, before the bias.
    count : int
        How many numbers are added, or compared.
    bias : float
    value : float
        Before the activation.
    activation : str
        The activation's name; "linear" if there is none.
    activated : float
    rule : {"sum", "total", "mean", "max"}
        How the numbers become one; a total has no bias, a mean is the total divided by `count`.
    title : Caption or None
        Which number it is, and what is read for it.
    rest_name : Caption
        What the other addends are called.
    total_name : Caption
        What parts and rest together are called.
    padding : Caption or None
        What a cell of padding counts as; None where there is none.
    stages : tuple of Stage, or None
        How the one number that is read becomes the value, where that is told in steps of its own
        instead of a product and a bias; empty: it stays as it is.
    read, factor : float
        That number, and what it is multiplied by, all in one.
    """

    parts: tuple[Part, ...]
    total: float
    count: int
    value: float
    activated: float
    rest: float = 0.0
    rest_count: int = 0
    bias: float = 0.0
    activation: str = "linear"
    rule: Rule = "sum"
    title: Caption | None = None
    rest_name: Caption = OTHERS
    total_name: Caption = PRODUCTS
    padding: Caption | None = None
    stages: tuple[Stage, ...] | None = None
    read: float = 0.0
    factor: float = 1.0

    @property
    def addends(self) -> tuple[tuple[Caption, float], ...]:
        """The parts and, if there are others, their sum; largest part first."""
        named = tuple((part.name, part.value) for part in self.parts)
        if not self.rest_count:
            return named
        return (*named, (self.rest_name.fill(n=self.rest_count), self.rest))

    @property
    def in_order(self) -> tuple[Part, ...]:
        """The parts in the order of their places, as `rows` and `text` have them."""
        return tuple(sorted(self.parts, key=lambda part: part.place))

    def adds_up(self, decimals: int = 2, *, total: bool = True) -> bool:
        """Return whether the printed numbers add up, digit for digit.

        The printed products of a part must sum to its printed value, the printed parts and rest
        to the printed total, and that and the printed bias to the printed value. Of a mean, the
        printed numbers must have the printed mean; of stages, each must follow from the one before.

        Parameters
        ----------
        decimals : int
            Digits after the point with which everything is printed.
        total : bool
            Whether the total is printed, too; else parts, rest and bias must sum to the value.

        Examples
        --------
        >>> from convexplain.ops import conv2d_steps
        >>> step = conv2d_steps(np.ones((1, 2, 1)), np.full((1, 2, 1, 1), 0.304))[0]
        >>> step.breakdown().adds_up(), step.breakdown().adds_up(3)  # 0.30 + 0.30 = 0.61
        (False, True)
        """
        grids = [(part.value, part.cells.products) for part in self.parts if part.cells]
        if self.rule == "max":
            return True
        if self.stages is not None:
            numbers = (self.read, *(stage.value for stage in self.stages))
            return all(
                stage.follows(before, decimals)
                for stage, before in zip(self.stages, numbers, strict=False)
            )
        if self.rule == "mean":
            return all(
                adds_up(cells.ravel(), self.value, decimals, share=self.count) for _, cells in grids
            )
        if not all(adds_up(products.ravel(), value, decimals) for value, products in grids):
            return False
        addends = [value for _, value in self.addends]
        if not total:
            return adds_up([*addends, self.bias], self.value, decimals)
        return adds_up(addends, self.total, decimals) and adds_up(
            (self.total, self.bias), self.value, decimals
        )

    def checkable(self, decimals: int = 2) -> bool:
        """Return whether a person finds every printed number with the printed ones alone.

        It must add up, and each printed product must be that of its printed factors, rounded.
        """
        grids = [part.cells for part in self.parts if part.cells]
        return self.adds_up(decimals) and all(
            _is_product(*factors, decimals)
            for cells in grids
            if cells.kernel is not None
            for factors in zip(
                cells.patch.flat, cells.kernel.flat, cells.products.flat, strict=True
            )
        )

    def rows(self, decimals: int = 2) -> tuple[tuple[Caption, str], ...]:
        """Name and print the addends, in the order of their places, and what they come to."""
        return tuple((name, number(value, decimals)) for name, value in self._values())

    def text(self, lang: str = "en", decimals: int = 2, paint: Paint = unpainted) -> str:
        """Return all of it as aligned plain text.

        Parameters
        ----------
        lang : {"en", "zh"}
        decimals : int
            Digits after the point.
        paint : callable
            Colours the numbers of kernels, of products and of sums.

        Examples
        --------
        >>> from convexplain.ops import conv2d_steps
        >>> x = [[[0.0], [0.5]], [[1.0], [0.25]]]
        >>> edge = [[[[1.0]], [[-1.0]]], [[[1.0]], [[-1.0]]]]
        >>> step = conv2d_steps(x, edge, [-0.5], activation="relu").at(0, 0)
        >>> print(step.breakdown().text())
        row 0, column 0, filter 0: reads input rows 0 to 1, columns 0 to 1
        <BLANKLINE>
        channel 0
          0.00  0.50  ⊙  1.00  −1.00  =  0.00  −0.50
          1.00  0.25     1.00  −1.00     1.00  −0.25
        <BLANKLINE>
        sum of 4 products   0.25
        + bias             −0.50
        = value            −0.25
        relu                0.00
        """
        lines = [] if self.title is None else [self.title.text(lang), ""]
        for part in self.in_order:
            if part.cells is not None:
                lines += [*_grids(part.name.text(lang), part.cells, decimals, paint), ""]
        lines += _column(
            [(name.text(lang), value) for name, value in self._values()], decimals, paint
        )
        if self.rule == "max":
            lines[-1] += f"  {self.parts[0].name.text(lang)}"
        if self.padding is not None:
            lines.append(f"{NOTHING} {self.padding.text(lang)}")
        if self.stages:
            both = number(self.factor, decimals), number(self.bias, decimals)
            lines.append(_IN_ONE.fill(factor=both[0], shift=both[1]).text(lang))
        if self.rest_count or not self.adds_up(decimals):
            lines.append(terms.rounded(decimals).text(lang))
        return "\n".join(lines)

    def _values(self) -> list[tuple[Caption, float]]:
        if self.rule == "max":
            return [(_LARGEST.fill(n=self.count), self.value)]
        if self.rule == "mean":
            return [(terms.SUM, self.total), (_MEAN.fill(n=self.count), self.value)]
        if self.stages is not None:
            return [(self.parts[0].name, self.read), *self._stages(self.stages)]
        rows = [(part.name, part.value) for part in self.in_order]
        rows += self.addends[len(self.parts) :]
        if len(rows) == 1:
            rows = []  # the one addend is the total
        rows += [(self.total_name.fill(n=self.count), self.total)]
        if self.rule == "total":
            return rows
        return [*rows, (_BIAS, self.bias), (_VALUE, self.value), *self._activated()]

    def _stages(self, stages: tuple[Stage, ...]) -> list[tuple[Caption, float]]:
        rows = []
        for stage in stages:
            said = _STAGE.fill(sign=stage.sign, name=stage.name, v=number(stage.operand))
            rows.append((said, stage.value))
        return [*rows, *self._activated()]

    def _activated(self) -> list[tuple[Caption, float]]:
        if self.activation == "linear":
            return []
        return [(_NAME.fill(n=self.activation), self.activated)]

    def to_dict(self) -> dict[str, Any]:
        """Return names and numbers, in English, ready for JSON."""
        stages = [
            {"sign": s.sign, "name": s.name.text("en"), "operand": s.operand, "value": s.value}
            for s in self.stages or ()
        ]
        return {
            "parts": [{"name": p.name.text("en"), "value": p.value} for p in self.in_order],
            "rest": self.rest,
            "rest_count": self.rest_count,
            "stages": stages,
            "total": self.total,
            "bias": self.bias,
            "value": self.value,
            "activation": self.activation,
            "activated": self.activated,
        }


def _is_product(x: float, w: float, product: float, decimals: int) -> bool:
    printed = rounded(x, decimals) * rounded(w, decimals)  # exact up to 28 digits
    return rounded(printed, decimals) == rounded(product, decimals)


def grid_texts(
    values: Floats, padding: NDArray[np.bool_] | None = None, decimals: int = 2
) -> list[list[str]]:
    """Print the cells of a grid (rows, columns), with `NOTHING` where they are padding."""
    texts = [[number(value, decimals) for value in row] for row in values.tolist()]
    if padding is None:
        return texts
    return [
        [NOTHING if nothing else text for text, nothing in zip(*pair, strict=True)]
        for pair in zip(texts, padding.tolist(), strict=True)
    ]


def _grids(name: str, shown: Cells, decimals: int, paint: Paint) -> list[str]:
    """Print patch ⊙ kernel = products under their name, or the patch alone."""
    patch = _aligned(grid_texts(shown.patch, shown.padding, decimals), shown.patch)
    if shown.kernel is None:
        return [f"  {line}" for line in patch]
    kernel = _aligned(grid_texts(shown.kernel, None, decimals), shown.kernel, paint)
    products = grid_texts(shown.products, shown.padding, decimals)
    return [name, *_beside((patch, kernel, _aligned(products, shown.products, paint)), "⊙=")]


def _aligned(texts: Sequence[Sequence[str]], values: Floats, paint: Paint = unpainted) -> list[str]:
    """Align the texts of a grid's cells (rows, columns) in columns of one width."""
    width = max(len(text) for row in texts for text in row)
    return [
        "  ".join(paint(text.rjust(width), value) for text, value in zip(*pair, strict=True))
        for pair in zip(texts, values.tolist(), strict=True)
    ]


def _beside(blocks: Sequence[list[str]], signs: Iterable[str]) -> list[str]:
    """Put grids of the same height side by side, with a sign between two of them half way."""
    height = len(blocks[0])
    columns = [blocks[0]]
    for sign, block in zip(signs, blocks[1:], strict=True):
        columns += [[sign if row == (height - 1) // 2 else " " for row in range(height)], block]
    return ["  " + "  ".join(cells) for cells in zip(*columns, strict=True)]


def _column(rows: Sequence[tuple[str, float]], decimals: int, paint: Paint) -> list[str]:
    """Print names and their numbers in two aligned columns."""
    texts = [number(value, decimals) for _, value in rows]
    names = max(cells(name) for name, _ in rows)
    width = max(map(len, texts))
    return [
        f"{ljust(name, names)}  {paint(text.rjust(width), value)}"
        for (name, value), text in zip(rows, texts, strict=True)
    ]
