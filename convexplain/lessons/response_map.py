"""One filter's response map, its best place, and then the maps of all filters of a layer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from convexplain.data import kernels
from convexplain.errors import UsageError, choose
from convexplain.lessons.parts.beats import Beat
from convexplain.lessons.parts.lesson import option
from convexplain.lessons.parts.network_lesson import FilterLesson
from convexplain.lessons.parts.subject import Role, with_maps
from convexplain.lessons.sliding_window import describe
from convexplain.ops import Box, ConvStep, Window
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

Map = npt.NDArray[np.float32]


class Place(NamedTuple):
    """A cell of a response map, its value, and what it sees of the picture."""

    row: int
    col: int
    value: float
    box: Box


class Alike(NamedTuple):
    """The two maps that resemble each other most, their correlation, and those without response."""

    first: int
    second: int
    correlation: float
    blank: tuple[int, ...]


@dataclass(frozen=True)
class ResponseMap(FilterLesson):
    """Where one filter finds its pattern, and where all others find theirs."""

    name: ClassVar[str] = "response-map"
    title: ClassVar[Caption] = Caption(
        en="Response map: where the pattern is", zh="响应图：模式出现在哪里"
    )
    question: ClassVar[Caption] = Caption(
        en="What does one filter find in a picture, and where?",
        zh="一个过滤器在图里找到了什么，在哪里？",
    )
    answer: ClassVar[Caption] = Caption(
        en="A response map says where its filter's pattern was found, and how strongly.",
        zh="响应图说明：过滤器的模式出现在哪里，响应有多强。",
    )

    needs: ClassVar[tuple[Role, ...]] = ("maps",)

    layer: str | None = option(
        None,
        en="the layer whose maps are shown, by its name; the first that has any if not given",
        zh="展示哪一层的响应图，给出层名；默认为第一个有响应图的层",
        metavar="NAME",
    )

    @property
    def shown_layer(self) -> str:
        """The layer asked for, or the first that has maps."""
        names = tuple(layer.name for layer in with_maps(self.network))
        if self.layer is not None and self.layer not in names:
            raise UsageError(
                f"there are no response maps of a layer {self.layer!r}: {choose(self.layer, names)}"
            )
        return self.layer or names[0]

    @cached_property
    def shown_filter(self) -> int:
        """The filter asked for, or the example's; in other layers the one that responds most."""
        if self.filter is None and not self.reads_picture:
            return self.strongest
        return super().shown_filter

    @property
    def limit(self) -> float:
        """End of the colour scale that all maps share; a pooling keeps its convolution's."""
        layer = self.network.layer(self.shown_layer)
        pools = layer.family == "pooling"
        maps = self.trace.input_of(layer.name) if pools else self.maps
        return float(np.abs(maps).max())

    @cached_property
    def reads_picture(self) -> bool:
        """Whether a window of the layer is a patch of the gray picture, as large as the kernel."""
        layer = self.network.layers[0]
        window = layer.window
        return (
            (layer.name, layer.family) == (self.shown_layer, "convolution")
            and window is not None
            and window == Window(window.kernel_size, window.stride)
            and self.subject.recipe.colour == "gray"
            and self.subject.recipe.plain
        )

    @property
    def weights(self) -> Map:
        """All kernels of a layer that reads the picture, (height, width, filters)."""
        return self.subject.kernels(self.shown_layer)

    def sees(self, row: int, col: int) -> Box:
        """Return what one cell of the maps sees of the picture."""
        return self.network.receptive_field(self.shown_layer).box(row, col)

    @cached_property
    def best(self) -> Place:
        """Where the response is largest; the first such place in a tie."""
        row, col = divmod(int(self.response_map.argmax()), self.response_map.shape[1])
        return Place(row, col, float(self.response_map[row, col]), self.sees(row, col))

    @property
    def step(self) -> ConvStep:
        """The arithmetic at the best place, of a layer that reads the picture."""
        steps = self.trace.steps(self.shown_layer, self.shown_filter)
        return cast("ConvStep", steps.at(self.best.row, self.best.col))

    @cached_property
    def alike(self) -> Alike | None:
        """The two maps with the largest correlation; None if fewer than two of them vary."""
        flat = self.maps.reshape(-1, self.maps.shape[2]).astype(np.float64)
        varying = np.flatnonzero(flat.std(axis=0) > 0)
        if len(varying) < 2:
            return None
        blank = tuple(int(n) for n in np.flatnonzero(np.abs(flat).max(axis=0) == 0))
        likeness: npt.NDArray[np.float64] = np.array(np.corrcoef(flat[:, varying].T))
        likeness[np.tril_indices(len(varying))] = -2
        first, second = np.unravel_index(int(likeness.argmax()), likeness.shape)
        return Alike(
            int(varying[first]), int(varying[second]), float(likeness[first, second]), blank
        )

    def make_beats(self) -> tuple[Beat, ...]:
        """Tell the lesson: one filter, its map, its best place; then all maps of the layer."""
        return tuple(self._make_beats())

    def _make_beats(self) -> Iterator[Beat]:
        yield self.beat("question", self.question, 4.5)
        yield self.beat("map", self._looks_for(), 7.5)
        yield self.beat("best", self._best(), 8.0, self.best)
        if self.reads_picture and self.best.value > 0:
            yield self.beat("overlay", self._overlay(), 8.0, self.step)
        count = self.maps.shape[2]
        title = _ALL_TITLE.fill(n=count)
        yield self.beat("all", self._all(), 7.0, title=title)
        name = _NAME.fill(n=self.shown_filter)
        yield self.beat("name", name, 5.5, title=title)
        if self.alike is not None:
            yield self.beat("alike", self._alike(self.alike), 6.5, self.alike, title=title)
        yield self.beat("answer", self.answer, 5.0, title=title)

    def _looks_for(self) -> Caption:
        if not self.reads_picture:
            return _VISITS.fill(layer=self.shown_layer)
        pattern = kernels.closest_pattern(self.weights[:, :, self.shown_filter])
        if pattern.kind == "mixed":
            return _MIXED
        return _LOOKS_FOR.fill(pattern=describe(pattern))

    def _best(self) -> Caption:
        if self.best.value <= 0:
            return _NOTHING.fill(n=self.shown_filter)
        v = fmt.number(self.best.value)
        if self.reads_picture:
            return _BEST.fill(v=v)
        size = self.best.box.height, self.best.box.width
        return _DEEP.fill(layer=self.shown_layer, n=self.shown_filter, v=v, size=fmt.shape(size))

    def _overlay(self) -> Caption:
        step = self.step
        caption = _OVERLAY.fill(
            n=step.products.size,
            s=fmt.number(step.total),
            b=fmt.number(step.bias),
            v=fmt.number(step.activated),
        )
        if step.breakdown().checkable():
            return caption
        return caption.then(terms.ROUNDED_BRIEFLY)

    def _all(self) -> Caption:
        count = self.maps.shape[2]
        if self.reads_picture and self.network.biases(self.shown_layer).max() > 0:
            return _ALL.fill(n=count)
        return _ALL_DEEP.fill(n=count, layer=self.shown_layer)

    def _alike(self, alike: Alike) -> Caption:
        values: dict[str, str | int] = {
            "a": alike.first,
            "b": alike.second,
            "c": fmt.number(alike.correlation),
        }
        if alike.blank:
            return _BLANK.fill(d=len(alike.blank), n=self.maps.shape[2], **values)
        return _ALIKE.fill(n=self.maps.shape[2], **values)


_LOOKS_FOR = Caption(
    en="It looks for {pattern}: each place gives one response.",
    zh="它寻找{pattern}：每个位置得到一个响应。",
)
_MIXED = Caption(
    en="It looks for a mixed pattern: each place gives one response.",
    zh="它寻找一种混合模式：每个位置得到一个响应。",
)
_VISITS = Caption(
    en="Each cell of {layer} sees its part of the picture: each place gives one response.",
    zh="{layer} 的每一格各看图的一部分：每个位置得到一个响应。",
)
_BEST = Caption(
    en="The better patch and filter match, the stronger the response; the largest here is {v}.",
    zh="图块与过滤器越吻合，响应越强；这里最大响应为 {v}。",
)
_DEEP = Caption(
    en="Filter {n} of {layer} responds most strongly here, {v}: this cell sees {size} pixels.",
    zh="{layer} 的过滤器 {n} 在这里响应最强：{v}；这一格看到 {size} 个像素。",
)
_NOTHING = Caption(
    en="Filter {n} finds nothing here: its map is blank, and it is shown all the same.",
    zh="过滤器 {n} 在这里什么也没找到：它的响应图是空白，照样显示。",
)
_OVERLAY = Caption(
    en="Laid over each other: the {n} products sum to {s}; with the bias {b}, that is {v}.",
    zh="叠在一起：{n} 个乘积之和为 {s}，加上偏置 {b}，得到 {v}。",
)
_ALL_TITLE = Caption(
    en="One digit, {n} filters, {n} response maps", zh="一个手写数字，{n} 个过滤器，{n} 张响应图"
)
_ALL = Caption(
    en="Strong colour: the pattern is here. A tint on blank paper is positive bias. "
    "One scale for all {n} maps.",
    zh="模式出现处响应强；空白处的底色来自正偏置。{n} 张图共用一个色标。",
)
_ALL_DEEP = Caption(
    en="Strong colour: the filter's pattern is here. One scale for all {n} maps of {layer}.",
    zh="模式出现处响应强；{layer} 的 {n} 张图共用一个色标。",
)
_NAME = Caption(
    en="output[:, :, {n}] is the map of filter {n}: all rows, all columns, one channel.",
    zh="output[:, :, {n}] 就是过滤器 {n} 的响应图：所有行、所有列、一个通道。",
)
_ALIKE = Caption(
    en="All {n} filters respond here; the most alike are {a} and {b} (correlation {c}).",
    zh="{n} 个过滤器都有响应；最相似的两张是 {a} 和 {b}（相关系数 {c}）。",
)
_BLANK = Caption(
    en="{d} of {n} filters find nothing; the most alike are {a} and {b} (correlation {c}).",
    zh="{n} 个中有 {d} 个没有响应；最相似的两张是 {a} 和 {b}（相关系数 {c}）。",
)
