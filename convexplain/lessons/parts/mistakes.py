"""Wrong ways to compute one number of a layer that people really take, and what comes of them.

Choices on a worksheet, on the classroom page and in a teacher's hand are made of these, so that a
wrong answer tells what went wrong. Arrays of floats give floats; arrays of exact numbers
(`fractions.Fraction`, dtype object) give exact ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convexplain.lessons.parts.beats import Choice
from convexplain.style.captions import Caption, both, same

__all__ = [
    "FEWEST_CHOICES",
    "MISTAKES",
    "RIGHT",
    "Mistake",
    "choices",
    "convolution",
    "distinct",
    "pooling",
    "sum_of_channels",
]

#: With fewer, a question is no question.
FEWEST_CHOICES = 3

#: The name under which the right number stands among the wrong ones.
RIGHT = "right"

Values = dict[str, Any]


@dataclass(frozen=True)
class Mistake:
    """One wrong way.

    Parameters
    ----------
    name : str
        As the results name it.
    did : Caption
        What was done, without a subject: "forgot the bias".
    reply : Caption
        What to say to it, as a whole sentence.
    """

    name: str
    did: Caption
    reply: Caption

    @classmethod
    def of(cls, name: str, *texts: str) -> Mistake:
        """Make one of what was done and the reply, each in English and in Chinese."""
        return cls(name, *both(*texts))


MISTAKES: Mapping[str, Mistake] = MappingProxyType(
    {
        mistake.name: mistake
        for mistake in (
            Mistake.of(
                "matrix-product",
                "took the matrix product, then added up",
                "当成矩阵乘法，再求和",
                "Each number meets only the one at the same place: cell by cell, ⊙.",
                "每个数只和同一位置的数相乘：逐元素相乘，⊙。",
            ),
            Mistake.of(
                "no-bias",
                "forgot the bias",
                "忘了加偏置",
                "Each filter has one bias, added once, after all products.",
                "每个过滤器有一个偏置，在所有乘积相加之后加一次。",
            ),
            Mistake.of(
                "averaged-channels",
                "averaged the channels instead of adding them",
                "把各通道取了平均，没有求和",
                "The sums of the channels are added: no division anywhere.",
                "各通道的和直接相加，不做除法。",
            ),
            Mistake.of(
                "no-relu",
                "forgot ReLU",
                "忘了 ReLU",
                "ReLU turns every negative number into 0.",
                "ReLU 把负数一律变成 0。",
            ),
            Mistake.of(
                "lost-sign",
                "lost the minus signs",
                "漏掉了负号",
                "A negative weight counts against the pattern: its sign stays.",
                "负权重表示“这里不该有笔画”，负号不能丢。",
            ),
            Mistake.of(
                "average",
                "took the average",
                "取了平均值",
                "Max pooling keeps one number and drops the others.",
                "最大池化只留一个数，其余都丢掉。",
            ),
            Mistake.of(
                "sum",
                "added the numbers",
                "把几个数加起来了",
                "Pooling has no weights and adds nothing up here: it picks.",
                "最大池化没有权重，也不求和，只做挑选。",
            ),
        )
    }
)
"""By name, in the order in which the functions below give them."""


def convolution(patch: ArrayLike, kernel: ArrayLike, bias: Any) -> Values:
    """Compute one cell of a convolution with ReLU, rightly and wrongly.

    Parameters
    ----------
    patch, kernel : array_like, (kH, kW, C)
        What the window covers, and the filter's weights.
    bias : number
        The filter's.

    Returns
    -------
    dict of str to number
        `RIGHT` first, then by mistake, those that this case allows:

        - "matrix-product" (square windows): all cells of the matrix products ``patch[:, :, c] @
          kernel[:, :, c]``, added up, plus the bias, through ReLU;
        - "no-bias": the products alone, through ReLU;
        - "averaged-channels" (more than one): the sum divided by C, plus the bias, through ReLU;
        - "no-relu": the sum plus the bias as it is;
        - "lost-sign": the products' absolute values, plus the bias, through ReLU.

        Different ways may give the same number: see `distinct`.

    Raises
    ------
    ValueError
        The shapes differ, or are not (kH, kW, C).

    Examples
    --------
    >>> convolution([[[1], [2]], [[3], [4]]], [[[1], [0]], [[0], [-1]]], 5)
    {'right': 2, 'matrix-product': 3, 'no-bias': 0, 'no-relu': 2, 'lost-sign': 10}
    """
    x, w = np.asarray(patch), np.asarray(kernel)
    if x.shape != w.shape or x.ndim != 3:
        raise ValueError(
            f"a patch of shape {x.shape} and a kernel of shape {w.shape}: both must have one "
            "shape (height, width, channels)"
        )
    products = x * w
    total, channels = _number(products.sum()), x.shape[2]
    found = {RIGHT: _relu(total + bias)}
    if x.shape[0] == x.shape[1]:
        found["matrix-product"] = _relu(_number(_matrix_products(x, w).sum()) + bias)
    found["no-bias"] = _relu(total)
    if channels > 1:
        found["averaged-channels"] = _relu(total / channels + bias)
    found["no-relu"] = total + bias
    found["lost-sign"] = _relu(_number(abs(products).sum()) + bias)
    return found


def sum_of_channels(sums: ArrayLike, bias: Any, channels: int | None = None) -> Values:
    """Add up a cell's channel sums, rightly and wrongly.

    Parameters
    ----------
    sums : array_like, (n,)
        The sum of products of each channel; several channels may stand together as one.
    bias : number
        The filter's.
    channels : int, optional
        How many channels there are; n if every sum is one channel's.

    Returns
    -------
    dict of str to number
        As `convolution`, of the mistakes "no-bias", "averaged-channels", "no-relu", "lost-sign".

    Examples
    --------
    >>> sum_of_channels([3.0, -1.0], 0.5)
    {'right': 2.5, 'no-bias': 2.0, 'averaged-channels': 1.5, 'no-relu': 2.5, 'lost-sign': 4.5}
    """
    parts = np.asarray(sums)
    total = _number(parts.sum())
    return {
        RIGHT: _relu(total + bias),
        "no-bias": _relu(total),
        "averaged-channels": _relu(total / (channels or len(parts)) + bias),
        "no-relu": total + bias,
        "lost-sign": _relu(_number(abs(parts).sum()) + bias),
    }


def pooling(patch: ArrayLike) -> Values:
    """Compute one cell of a max pooling, rightly and wrongly.

    Parameters
    ----------
    patch : array_like, (kH, kW)

    Returns
    -------
    dict of str to number
        `RIGHT`, "average", "sum".

    Examples
    --------
    >>> pooling([[1.0, 3.0], [0.0, 2.0]])
    {'right': 3.0, 'average': 1.5, 'sum': 6.0}
    """
    cells = np.asarray(patch)
    total = _number(cells.sum())
    return {RIGHT: _number(cells.max()), "average": total / cells.size, "sum": total}


def distinct(values: Mapping[str, Any], text: Callable[[Any], str]) -> dict[str, str]:
    """Print values, and drop every mistake that looks like the right number or an earlier mistake.

    Parameters
    ----------
    values : mapping of str to number
        As the functions above give it.
    text : callable
        Prints one number, as `format.number` does.

    Returns
    -------
    dict of str to str
        `RIGHT` first; no two texts are the same.

    Examples
    --------
    >>> distinct({"right": 0.5, "no-relu": 0.5, "no-bias": 0.25}, str)
    {'right': '0.5', 'no-bias': '0.25'}
    """
    shown: dict[str, str] = {}
    for name in sorted(values, key=lambda name: name != RIGHT):  # stable: the others keep order
        printed = text(values[name])
        if printed not in shown.values():
            shown[name] = printed
    return shown


def _relu(value: Any) -> Any:
    return max(value, type(value)(0))


def _matrix_products(x: NDArray[Any], w: NDArray[Any]) -> NDArray[Any]:
    return np.stack([x[:, :, c] @ w[:, :, c] for c in range(x.shape[2])])


def _number(value: Any) -> Any:
    """Make a plain number of numpy's scalars."""
    return value.item() if isinstance(value, np.generic) else value


def choices(
    ways: Mapping[str, Any],
    text: Callable[[Any], str],
    replies: Mapping[str, Caption] = MappingProxyType({}),
) -> tuple[Choice, ...]:
    """Give what a question offers: the right number and what known mistakes make of it.

    Parameters
    ----------
    ways : mapping of str to number
        As the functions above give it.
    text : callable
        Prints one number, as `format.number` does.
    replies : mapping of str to Caption
        What is answered to a mistake; by default as `MISTAKES` has it.

    Returns
    -------
    tuple of Choice
        From the smallest number to the largest, without those that look like another.
    """
    return tuple(
        Choice(
            same(printed),
            None if name == RIGHT else replies.get(name) or MISTAKES[name].reply,
        )
        for name, printed in sorted(distinct(ways, text).items(), key=lambda each: ways[each[0]])
    )
