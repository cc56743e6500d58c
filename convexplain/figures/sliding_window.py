"""One step of the sliding window in full arithmetic, from the patch to its cell of the map."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from convexplain import lessons
from convexplain.errors import UsageError
from convexplain.lessons.sliding_window import SlidingWindow
from convexplain.panels import Diagram
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

if TYPE_CHECKING:
    from convexplain.ops import ConvStep


@dataclass(frozen=True)
class OneStep(SlidingWindow):
    """Which step is shown: by default the lesson's first, whose printed numbers add up."""

    steps: str = "1"  # no option here: this is one step
    at: tuple[int, int] | None = lessons.option(
        None,
        en="row and column of the map, counted from 0; by default a telling one",
        zh="响应图的行和列，编号从 0 开始；默认选有代表性的位置",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        height, width = self.response_map.shape
        if self.at is not None and not (0 <= self.at[0] < height and 0 <= self.at[1] < width):
            raise UsageError(
                "there is no row {at[0]}, column {at[1]} in the map: rows are 0 to {last_row}, "
                "columns 0 to {last_col}",
                at=self.at,
                last_row=height - 1,
                last_col=width - 1,
            )

    @cached_property
    def step(self) -> ConvStep:
        """The step asked for, the lesson's first, or that of the largest response."""
        return self.first if self.at is None else self.all_steps.at(*self.at)


Options = OneStep


def diagram(options: OneStep) -> Diagram:
    """Describe a step: input, patch ⊙ kernel = products, sum, bias, ReLU, and the map so far."""
    return options.diagram(options.step)


def caption(options: OneStep) -> Caption:
    """Say what the figure shows, as the lesson does."""
    step, end = options.step, _LINEAR
    if step.activation != "linear":
        name = terms.activation(step.activation)
        end = _GATE.fill(activation=name, v=fmt.number(step.activated))
    added = (_AND_BIAS if options.biased else _PRODUCTS).fill(n=options.many)
    return _SUM.fill(added=added, z=fmt.number(step.value), end=end)


_SUM = Caption(
    en="One step of a convolution: each pixel is multiplied by its weight; {added} add up to "
    "{z}{end}",
    zh="卷积的一步：每个像素乘以对应的权重，{added}，得到 {z}{end}",
)
_PRODUCTS = Caption(en="the {n} products", zh="{n} 个乘积求和")
_AND_BIAS = Caption(en="the {n} products and the bias", zh="{n} 个乘积求和，加上偏置")
_GATE = Caption(en=", of which {activation} makes {v}.", zh="；经过 {activation} 变成 {v}。")
_LINEAR = Caption(en=".", zh="。")
