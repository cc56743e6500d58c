"""A filter reads all channels and makes one number of them: a photograph, then a network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from convexplain.data import digits, examples, facts
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.parts import channel_words as words
from convexplain.lessons.parts import photo
from convexplain.lessons.parts.beats import Beat, lasting
from convexplain.lessons.parts.checks import check_filter, check_picture
from convexplain.lessons.parts.lesson import Lesson, option
from convexplain.lessons.parts.photo import Colours
from convexplain.lessons.parts.search import find_channel_stop
from convexplain.network import Conv2D, MaxPooling2D, Network, Trace
from convexplain.ops import Breakdown, ConvStep, ConvSteps
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

LAYER = "conv2"
#: So many channels are shown one by one, the others as one sum.
SHOWN = 5
#: So many filters with strong responses are searched for arithmetic that adds up.
_TRIED = 8


class Variant(NamedTuple):
    """What the chapter's network reached and cost with another number of filters in conv1."""

    filters: int
    error: float  # share of the test digits that is misread: mean, lowest and highest of all runs
    lowest: float
    highest: float
    runs: int
    multiplications: int


@dataclass(frozen=True)
class Channels(Lesson):
    """A feature map is a 3D tensor: each filter adds up all channels, and makes one of its own."""

    name: ClassVar[str] = "channels"
    title: ClassVar[Caption] = Caption(
        en="Channels: many in, one number out", zh="通道：许多通道，求和得到一个数"
    )
    question: ClassVar[Caption] = Caption(
        en="A picture is a 3D tensor. How does one filter read all its channels at once?",
        zh="图像是 3D 张量：一个过滤器怎样同时读取所有通道？",
    )
    answer: ClassVar[Caption] = Caption(
        en="One filter reads all {c} channels and adds them into one number; {f} filters give {f} "
        "channels.",
        zh="一个过滤器读取全部 {c} 个通道，相乘求和，得到一个数；{f} 个过滤器输出 {f} 个通道。",
    )

    photo: Picture | None = option(
        None,
        en="a photograph of your own, in colour, for the first part",
        zh="自己的彩色照片，用于第一部分",
        flags=("--image",),
    )
    picture: Picture | None = option(
        None, en="the digit that the network reads", zh="网络读取的手写数字"
    )
    filter: int | None = option(
        None,
        en="filter of conv2, counted from 0 (0 to 63)",
        zh="conv2 的过滤器，编号从 0 开始（0 到 63）",
        metavar="N",
    )
    at: tuple[int, int] | None = option(
        None,
        en="row and column of conv2, counted from 0 (0 to 10)",
        zh="conv2 的行和列，编号从 0 开始（0 到 10）",
    )
    model: str = option(
        "cnn", en="a network that was saved to a file", zh="保存好的网络文件", metavar="FILE"
    )

    def __post_init__(self) -> None:
        check_picture(self.picture, self.network)
        layer = next((each for each in self.network.layers if each.name == LAYER), None)
        if not (isinstance(layer, Conv2D) and layer.groups == 1 and layer.activation == "relu"):
            raise UsageError(
                f"the network {self.model!r} has no convolution {LAYER} of all channels with ReLU: "
                "give one that has, such as cnn"
            )
        height, width, filters = self.network.shapes[LAYER]
        check_filter(self.filter, filters, LAYER)
        if self.at is not None and not (0 <= self.at[0] < height and 0 <= self.at[1] < width):
            raise UsageError(
                f"there is no row {self.at[0]}, column {self.at[1]} in {LAYER}: rows are 0 to "
                f"{height - 1}, columns 0 to {width - 1}"
            )
        if self.photo is not None:
            Colours(self.photo)

    # The photograph.

    @cached_property
    def colours(self) -> Colours:
        """The photograph and the kernel made by hand."""
        return Colours(self.photo or photo.grace_hopper())

    # The network.

    @cached_property
    def network(self) -> Network:
        """The trained network."""
        return Network.load(self.model)

    @cached_property
    def shown_picture(self) -> Picture:
        """The digit asked for, or the example that the lesson was chosen for."""
        return self.picture or digits.sample(examples.load()[self.name]["sample"])

    @cached_property
    def trace(self) -> Trace:
        """The digit on its way through the network."""
        return Trace(self.network, self.shown_picture.pixels)

    @property
    def inputs(self) -> npt.NDArray[np.float32]:
        """What the layer reads, (height, width, channels)."""
        return self.trace.input_of(LAYER)

    @property
    def outputs(self) -> npt.NDArray[np.float32]:
        """What the layer puts out, (height, width, filters)."""
        return self.trace.activations[LAYER]

    @property
    def input_name(self) -> str:
        """Name of the layer before."""
        before = self.trace.layer_before(self.network.layer(LAYER))
        return before.name if before is not None else "input"

    @property
    def input_limit(self) -> float:
        """End of the inputs' colour scale: a pool keeps its convolution's."""
        before = self.trace.layer_before(self.network.layer(LAYER))
        while isinstance(before, MaxPooling2D):
            before = self.trace.layer_before(before)
        maps = self.trace.image if before is None else self.trace.activations[before.name]
        return float(np.abs(maps).max())

    @property
    def output_limit(self) -> float:
        """The largest response of the layer: all its maps share one colour scale."""
        return float(np.abs(self.outputs).max())

    @cached_property
    def shown_filter(self) -> int:
        """The filter asked for, the example's, or one that responds strongly to this digit.

        Of the filters with the largest responses, the one with the largest that adds up.
        """
        if self.filter is not None:
            return self.filter
        if self.picture is None and self.model == "cnn" and self.at is None:
            return int(examples.load()[self.name]["filter"])
        maps = self.outputs if self.at is None else self.outputs[self.at[0], self.at[1]][None, None]
        strongest = [int(n) for n in np.argsort(-maps.max(axis=(0, 1)), kind="stable")[:_TRIED]]
        steps = {n: self._chosen(n) for n in strongest}
        honest = [n for n in strongest if steps[n].breakdown(SHOWN, grids=1).checkable()]
        return max(honest or strongest[:1], key=lambda n: steps[n].value)

    @cached_property
    def step(self) -> ConvStep:
        """How the filter makes one number at the place that is shown."""
        return self._chosen(self.shown_filter)

    def _chosen(self, filter: int) -> ConvStep:
        """Take the place asked for, the example's, or the strongest that adds up."""
        steps = cast("ConvSteps", self.trace.steps(LAYER, filter))
        if self.at is not None:
            return steps.at(*self.at)
        if self.picture is None and self.filter is None and self.model == "cnn":
            return steps.at(*examples.load()[self.name]["at"])
        stop = find_channel_stop(steps, SHOWN)
        return steps[stop.position if stop else int(np.argmax(self.outputs[:, :, filter]))]

    @cached_property
    def breakdown(self) -> Breakdown:
        """What makes the value: the largest channels, the first of them cell by cell."""
        return replace(self.step.breakdown(SHOWN, grids=1), rest_name=words.OTHERS)

    @property
    def top(self) -> tuple[int, ...]:
        """The channels that contribute most, largest first."""
        return tuple(part.place for part in self.breakdown.parts)

    @cached_property
    def variants(self) -> tuple[Variant, ...]:
        """What was measured with other numbers of filters, fewest first."""
        found = facts.rows("window", window=3)
        return tuple(
            Variant(
                row["filters"],
                1 - row["accuracy"],
                1 - row["highest"],
                1 - row["lowest"],
                row["seeds"],
                row["multiplications"],
            )
            for row in sorted(found, key=lambda row: int(row["filters"]))
        )

    # The lesson.

    def tell(self) -> tuple[Beat, ...]:
        """Tell the lesson: three channels of colour, then many of a network."""
        return (*self._tell_colours(), *self._tell_network())

    def _tell_colours(self) -> Iterator[Beat]:
        title, colours = words.TITLE.fill(c=3), self.colours
        yield _beat("question", title, self.question, 4.5)
        yield _said("kernel", title, 5.0, colours.kernel, n=colours.kernel.size)
        yield _said(
            "sum",
            title,
            6.0,
            colours.stop,
            honest=colours.stop.breakdown().adds_up(),
            k=_NINE,
            v=fmt.number(colours.stop.value),
        )
        yield _said("map", title, 4.0, colours.response_map)

    def _tell_network(self) -> Iterator[Beat]:
        step, top = self.step, self.top
        channels, filters = self.inputs.shape[2], self.outputs.shape[2]
        title, size = words.TITLE.fill(c=channels), step.kernel.size
        yield _said("layer", title, 4.5)
        yield _said("open", title, 5.0, step, w=fmt.count(size), c=top[0])
        yield _said(
            "channels",
            title,
            6.0,
            step,
            honest=self.breakdown.checkable(),
            m=len(top),
            r=self.breakdown.rest_count,
            v=fmt.number(step.activated),
        )
        yield _said("deep", title, 4.5, step, f=filters, r=step.row, k=step.col)
        yield _said("sweep", title, 5.0, f=filters, c=channels)
        yield _beat("filters", words.FILTERS_TITLE, self._cost(), 5.0, self.variants)
        yield _beat("answer", title, self.answer.fill(c=channels, f=filters), 6.0)

    def _cost(self) -> Caption:
        """Say what more filters gain and cost; a gain within the runs' spread is none."""
        fewest, most = self.variants[0], self.variants[-1]
        spread = max(variant.highest - variant.lowest for variant in self.variants)
        caption = words.WITHIN if abs(fewest.error - most.error) < spread else words.BEYOND
        values: dict[str, str | int] = {
            "a": fewest.filters,
            "b": most.filters,
            "x": fmt.percent(fewest.error),
            "y": fmt.percent(most.error),
            "m": fmt.number(most.multiplications / fewest.multiplications, 1),
        }
        return caption.fill(**{field: values[field] for field in caption.fields})


_NINE = Caption(en="nine", zh="9")


def _said(
    name: str,
    title: Caption,
    seconds: float,
    data: Any = None,
    *,
    honest: bool = True,
    **values: str | int | Caption,
) -> Beat:
    """Make the beat of a caption; say so where the printed numbers do not add up."""
    caption = words.CAPTIONS[name]
    if not honest:
        caption = Caption(f"{caption.en} {words.ROUNDED.en}", f"{caption.zh}{words.ROUNDED.zh}")
    return _beat(name, title, caption.fill(**values), seconds, data)


def _beat(name: str, title: Caption, caption: Caption, seconds: float, data: Any = None) -> Beat:
    return Beat(name, title, caption, lasting(seconds, caption), data)
