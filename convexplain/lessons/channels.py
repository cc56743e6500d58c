"""A filter reads all channels and makes one number of them: a photograph, then a network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from convexplain.data import facts
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.parts import channel_words as words
from convexplain.lessons.parts import photo
from convexplain.lessons.parts.beats import Beat
from convexplain.lessons.parts.lesson import option
from convexplain.lessons.parts.network_lesson import DEFAULT, FilterLesson
from convexplain.lessons.parts.photo import Colours
from convexplain.lessons.parts.search import find_channel_stop
from convexplain.lessons.parts.subject import Role
from convexplain.ops import Breakdown, ConvStep, ConvSteps
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

#: So many channels are shown one by one, the others as one sum.
SHOWN = 5
#: So many filters with strong responses are searched for arithmetic that adds up.
_TRIED = 8


class Variant(NamedTuple):
    """What the chapter's network reached and cost with another number of filters at first."""

    filters: int
    error: float  # share of the test digits that is misread: mean, lowest and highest of all runs
    lowest: float
    highest: float
    runs: int
    multiplications: int


@dataclass(frozen=True)
class Channels(FilterLesson):
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

    needs: ClassVar[tuple[Role, ...]] = ("convolution of many channels",)

    photo: Picture | None = option(
        None,
        en="a photograph of your own, in colour, for the first part",
        zh="自己的彩色照片，用于第一部分",
        flags=("--image",),
    )
    at: tuple[int, int] | None = option(
        None,
        en="row and column of the filter's map, counted from 0",
        zh="响应图的行和列，编号从 0 开始",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        height, width, _ = self.network.shapes[self.shown_layer]
        if self.at is not None and not (0 <= self.at[0] < height and 0 <= self.at[1] < width):
            raise UsageError(
                f"there is no row {self.at[0]}, column {self.at[1]} in {self.shown_layer}: rows "
                f"are 0 to {height - 1}, columns 0 to {width - 1}"
            )
        if self.photo is not None:
            Colours(self.photo)

    # The photograph.

    @cached_property
    def colours(self) -> Colours:
        """The photograph and the kernel made by hand."""
        return Colours(self.photo or photo.grace_hopper())

    # The network.

    @property
    def inputs(self) -> npt.NDArray[np.float32]:
        """What the layer reads, (height, width, channels)."""
        return self.trace.input_of(self.shown_layer)

    @property
    def outputs(self) -> npt.NDArray[np.float32]:
        """What the layer puts out, (height, width, filters)."""
        return self.maps

    @property
    def input_name(self) -> str:
        """Name of the layer before."""
        before = self.trace.layer_before(self.network.layer(self.shown_layer))
        return before.name if before is not None else "input"

    @property
    def input_limit(self) -> float:
        """End of the inputs' colour scale: a pool keeps its convolution's."""
        before = self.trace.layer_before(self.network.layer(self.shown_layer))
        while before is not None and before.hands_on:
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
        if self.picture is None and self.model == DEFAULT and self.at is None:
            return int(self.chosen["filter"])
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
        steps = cast("ConvSteps", self.trace.steps(self.shown_layer, filter))
        if self.at is not None:
            return steps.at(*self.at)
        if self.picture is None and self.filter is None and self.model == DEFAULT:
            return steps.at(*self.chosen["at"])
        stop = find_channel_stop(steps, SHOWN)
        return steps[stop.position if stop else int(np.argmax(self.outputs[:, :, filter]))]

    @cached_property
    def breakdown(self) -> Breakdown:
        """What makes the value: the largest channels, the first of them cell by cell."""
        return replace(self.step.breakdown(SHOWN, grids=1), rest_name=terms.OTHER_CHANNELS)

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

    def make_beats(self) -> tuple[Beat, ...]:
        """Tell the lesson: three channels of colour, then many of a network."""
        return (*self._tell_colours(), *self._tell_network())

    def _tell_colours(self) -> Iterator[Beat]:
        title, colours = words.TITLE.fill(c=3), self.colours
        yield self.beat("question", self.question, 4.5, title=title)
        yield self._said("kernel", title, 5.0, colours.kernel, n=colours.kernel.size)
        yield self._said(
            "sum",
            title,
            6.0,
            colours.stop,
            honest=colours.stop.breakdown().adds_up(),
            k=_NINE,
            v=fmt.number(colours.stop.value),
        )
        yield self._said("map", title, 4.0, colours.response_map)

    def _tell_network(self) -> Iterator[Beat]:
        step, top = self.step, self.top
        channels, filters = self.inputs.shape[2], self.outputs.shape[2]
        title, size = words.TITLE.fill(c=channels), step.kernel.size
        yield self._said("layer", title, 4.5)
        yield self._said("open", title, 5.0, step, w=fmt.count(size), c=top[0])
        yield self._said(
            "channels",
            title,
            6.0,
            step,
            honest=self.breakdown.checkable(),
            m=len(top),
            r=self.breakdown.rest_count,
            v=fmt.number(step.activated),
        )
        yield self._said("deep", title, 4.5, step, f=filters, r=step.row, k=step.col)
        yield self._said("sweep", title, 5.0, f=filters, c=channels)
        told = self._cost()
        yield self.beat("filters", told, 5.0, self.variants, title=words.FILTERS_TITLE)
        yield self.beat("answer", self.answer.fill(c=channels, f=filters), 6.0, title=title)

    def _said(
        self,
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
            caption = caption.then(terms.rounded())
        return self.beat(name, caption.fill(**values), seconds, data, title=title)

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
