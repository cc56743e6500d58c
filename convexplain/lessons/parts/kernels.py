"""The kernels of a layer, sorted by what they look for, and those that people gave names to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from convexplain.data import kernels
from convexplain.data.kernels import Kernel, Pattern
from convexplain.errors import UsageError, choose
from convexplain.lessons.parts.checks import check_filter
from convexplain.lessons.parts.lesson import option
from convexplain.lessons.parts.subject import Role, convolutions, load, require
from convexplain.network import Network
from convexplain.style.captions import Caption

#: What a kernel may look for, in the order in which they are shown.
KINDS = ("edge", "line", "spot", "mixed")
#: The cosine with an ideal pattern from which a kernel bears its name.
LEAST = 0.8


@dataclass(frozen=True)
class Kernels:
    """Which kernels are shown."""

    title: ClassVar[Caption] = Caption(en="Kernels and what they look for", zh="卷积核在寻找什么")

    layer: str | None = option(
        None,
        en="the convolution whose kernels are shown, by its name; the first if not given",
        zh="展示哪个卷积层的卷积核，给出层名；默认为第一个",
        metavar="NAME",
    )
    filter: int | None = option(
        None,
        en="of a deeper layer, the filter whose kernels are shown, one for each channel",
        zh="较深的层：展示哪个过滤器的卷积核，每个通道一个",
        metavar="N",
    )
    classic: bool = option(
        False,
        en="the classic kernels that people designed, instead of learned ones",
        zh="展示人工设计的经典卷积核，而不是学到的",
        flags=("--classic",),
    )
    model: str = option(
        "cnn", en="a network that was saved to a file", zh="保存好的网络文件", metavar="FILE"
    )

    needs: ClassVar[tuple[Role, ...]] = ("first convolution",)

    def __post_init__(self) -> None:
        if self.classic and self.filter is not None:
            raise UsageError("--classic and --filter exclude one another: give one of them")
        require(self.network, self.needs[0], self.model)
        names = [layer.name for layer in convolutions(self.network)]
        if self.layer is not None and self.layer not in names:
            raise UsageError(
                "there are no kernels of a layer {layer!r}: {choice}",
                layer=self.layer,
                choice=choose(self.layer, names),
            )
        check_filter(self.filter, self.learned.shape[3], self.shown_layer)
        if self.filter is not None and not self.one_filter:
            raise UsageError(
                "the kernels of {shown_layer}, one for each filter, are shown together: leave "
                "--filter out, or give a deeper --layer",
                shown_layer=self.shown_layer,
            )

    @cached_property
    def network(self) -> Network:
        """The trained network."""
        return load(self.model)

    @property
    def shown_layer(self) -> str:
        """The convolution asked for, or the first."""
        return self.layer or convolutions(self.network)[0].name

    @property
    def learned(self) -> npt.NDArray[np.float32]:
        """All weights of the layer, (height, width, channels, filters)."""
        return self.network.weights_of(self.shown_layer)["kernel"]

    @property
    def one_filter(self) -> bool:
        """Whether the kernels are those of one filter, since a filter has one for each channel."""
        return int(self.learned.shape[2]) > 1

    @cached_property
    def shown_filter(self) -> int:
        """The filter asked for, or the one with the largest weights."""
        if self.filter is not None:
            return self.filter
        return int(np.square(self.learned.astype(np.float64)).sum(axis=(0, 1, 2)).argmax())

    @cached_property
    def weights(self) -> npt.NDArray[np.float32]:
        """The kernels that are shown, (height, width, n): of all filters, or of all channels."""
        if self.one_filter:
            return self.learned[:, :, :, self.shown_filter]
        return self.learned.squeeze(axis=2)

    @property
    def limit(self) -> float:
        """End of the colour scale that they share."""
        return float(np.abs(self.weights).max())

    @cached_property
    def patterns(self) -> tuple[Pattern, ...]:
        """What each of them looks for."""
        return tuple(
            kernels.closest_pattern(self.weights[:, :, n], least=LEAST)
            for n in range(self.weights.shape[2])
        )

    @cached_property
    def groups(self) -> dict[str, tuple[int, ...]]:
        """The numbers of those that look for a kind of pattern, by kind; none is left out."""
        found = {
            kind: tuple(n for n, p in enumerate(self.patterns) if p.kind == kind) for kind in KINDS
        }
        return {kind: numbers for kind, numbers in found.items() if numbers}

    @property
    def classics(self) -> tuple[Kernel, ...]:
        """The kernels that people designed."""
        return tuple(kernels.KERNELS.values())


def whole(weights: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int64], int]:
    """Write weights as whole numbers over one denominator, as people write a classic kernel.

    The denominator is the least, at most 1,000; ValueError if there is none.

    >>> whole(np.full((1, 2), 1 / 9, np.float32))
    (array([[1, 1]]), 9)
    """
    exact = weights.astype(np.float64)
    for denominator in range(1, 1001):
        numbers = np.rint(exact * denominator)
        if np.allclose(numbers, exact * denominator, atol=1e-4, rtol=0):
            return numbers.astype(np.int64), denominator
    raise ValueError("these weights have no common denominator up to 1,000")
