"""Windows over a picture, each with all that tells how large its map is and why."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain.data import facts
from convexplain.lessons.parts import window_words as words
from convexplain.lessons.parts.search import find_border_stop, find_stops
from convexplain.ops import ConvStep, ConvSteps, Window, conv2d, relu
from convexplain.ops.geometry import Margins, Pair
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

#: Windows of the first layer that the experiment compares, each with so many filters.
SIZES, FILTERS = (3, 5, 7), 32


class Stop(NamedTuple):
    """A stop that is shown in numbers."""

    step: ConvStep
    adds_up: bool
    in_padding: bool


@dataclass(frozen=True, eq=False)
class Geometry:
    """One window over the picture, and the map that it fills.

    Parameters
    ----------
    name : str
        Of the beat that shows it.
    window : Window
        Its padding in numbers.
    steps : ConvSteps
        Every stop, row by row.
    size : pair of int
        Rows and columns of the picture; as many of both.
    """

    name: str
    window: Window
    steps: ConvSteps
    size: Pair

    @property
    def margins(self) -> Margins:
        """Zeros added: (top, bottom, left, right)."""
        return self.window.margins(self.size)

    @property
    def output(self) -> Pair:
        """Rows and columns of the map."""
        return self.window.output_size(self.size)

    @property
    def span(self) -> int:
        """Cells from the first row of the window to the last."""
        return self.window.span[0]

    @property
    def travel(self) -> int:
        """How far the window can move: the numerator of the law."""
        return self.size[0] + sum(self.margins[:2]) - self.span

    @property
    def law(self) -> dict[str, str]:
        """The numbers of the law in Typst's words: n, p (on both sides), w, s, o."""
        top, bottom, _, _ = self.margins
        return {
            "n": str(self.size[0]),
            "p": f"2 dot {top}" if top == bottom else f"{top} + {bottom}",
            "w": str(self.span),
            "s": str(self.window.stride[0]),
            "o": str(self.output[0]),
        }

    @property
    def letters(self) -> dict[str, str]:
        """The letters of the law, by the names of `law`."""
        top, bottom, _, _ = self.margins
        both = "2 p" if top == bottom else "p_0 + p_1"
        return {"n": "n", "p": both, "w": "w", "s": "s", "o": "o"}

    @property
    def unread(self) -> int:
        """Rows at the bottom, and columns at the right, that no window reaches."""
        return self.travel % self.window.stride[0]

    @property
    def left_unread(self) -> Caption:
        """What to say of them: zeros of the padding, or the edges of the picture."""
        _, bottom, _, right = self.margins
        return words.UNREAD_ZEROS if self.unread <= min(bottom, right) else words.UNREAD

    @property
    def offset(self) -> float:
        """Rows from the picture's corner to the map's, at which cells are level with windows."""
        return ((self.span - 1) / 2 - self.margins[0]) / self.window.stride[0]

    def say(self, caption: Caption) -> Caption:
        """Fill in what a caption tells of this geometry."""
        window, (top, bottom, left, right) = self.window, self.margins
        stride = window.stride[0]
        exact = self.travel * 10 % stride == 0
        values = {
            "n": fmt.shape(self.size),
            "padded": fmt.shape((self.size[0] + top + bottom, self.size[1] + left + right)),
            "p": fmt.count(top) if top == bottom else f"{top} + {bottom}",
            "k": fmt.shape(window.kernel_size),
            "weights": fmt.count(self.steps.kernel.size),
            "w": fmt.shape(window.span),
            "s": fmt.count(stride),
            "d": fmt.count(window.dilation[0]),
            "o": fmt.shape(self.output),
            "travel": fmt.count(self.travel),
            "sign": "=" if exact else "≈",
            "quotient": fmt.number(self.travel / stride, 1 if exact else 2),
            "floor": fmt.count(self.travel // stride),
        }
        return caption.fill(**{name: values[name] for name in caption.fields})

    @cached_property
    def map(self) -> npt.NDArray[np.float32]:
        """The responses after ReLU, (height, width)."""
        kernel = self.steps.kernel[:, :, :, np.newaxis]
        window = self.window
        before = conv2d(
            self.steps.x.astype(np.float64),
            kernel.astype(np.float64),
            np.array([self.steps.bias]),
            stride=window.stride,
            padding=self.margins,
            dilation=window.dilation,
        )
        return relu(before.astype(np.float32)).squeeze(axis=2)

    @cached_property
    def stop(self) -> Stop:
        """The stop shown in numbers: at the border with its zeros, else where the map is strong."""
        border = find_border_stop(self.steps)
        if border is not None:
            return Stop(self.steps[border.position], border.adds_up, True)
        strong = next((s for s in find_stops(self.steps) if s.name == "strong"), None)
        if strong is not None:
            return Stop(self.steps[strong.position], strong.adds_up, False)
        step = self.steps[int(self.map.argmax())]
        return Stop(step, step.breakdown().checkable(), bool(step.padding.any()))


class Training(NamedTuple):
    """What the experiment measured for one window of the first layer."""

    size: int
    accuracy: float
    lowest: float
    highest: float
    seeds: int
    parameters: int
    multiplications: int

    def map_size(self, input_size: Pair) -> Pair:
        """Rows and columns of the first layer's maps."""
        return Window(self.size).output_size(input_size)

    def first_layer(self, input_size: Pair) -> int:
        """Count the multiplications of the first layer alone, on one channel."""
        rows, cols = self.map_size(input_size)
        return rows * cols * self.size**2 * FILTERS

    def table(self, input_size: Pair) -> tuple[tuple[Caption, Caption], ...]:
        """Name and print what was measured, and what it costs."""
        mean, low, high = (fmt.percent(a, 2) for a in (self.accuracy, self.lowest, self.highest))
        return (
            (words.ACCURACY, words.SPREAD.fill(mean=mean, low=low, high=high)),
            (words.FIRST_LAYER, _plain(fmt.count(self.first_layer(input_size)))),
            (words.MULTIPLICATIONS, _plain(fmt.count(self.multiplications))),
            (terms.PARAMETERS, _plain(fmt.count(self.parameters))),
        )


def _plain(text: str) -> Caption:
    return Caption(en=text, zh=text)


def trainings() -> tuple[Training, ...]:
    """Read what 3x3, 5x5 and 7x7 windows in the first layer gave, as measured."""
    return tuple(
        Training(size, *(row[name] for name in Training._fields[1:]))
        for size in SIZES
        for row in [facts.row("window", window=size, filters=FILTERS)]
    )


def edge_kernel(size: int) -> npt.NDArray[np.float32]:
    """Make a horizontal edge: bright above, dark below, smoothed along the edge.

    Sobel's construction for any size: binomial weights across, and down the difference of two
    neighbouring sums of binomial weights. The absolute weights sum to 4.

    Parameters
    ----------
    size : int
        Side of the kernel, at least 2.

    Returns
    -------
    numpy.ndarray of float32, shape (size, size)

    Examples
    --------
    >>> edge_kernel(3) * 2
    array([[ 1.,  2.,  1.],
           [ 0.,  0.,  0.],
           [-1., -2., -1.]], dtype=float32)
    """
    smooth = np.array([1.0])
    for _ in range(size - 2):
        smooth = np.convolve(smooth, [1.0, 1.0])
    difference = np.convolve(smooth, [1.0, -1.0])
    weights = np.outer(difference, np.convolve(smooth, [1.0, 1.0]))
    return np.asarray(weights * (4 / np.abs(weights).sum()), dtype=np.float32)
