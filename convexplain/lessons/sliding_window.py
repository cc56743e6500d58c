"""One kernel slides over a digit: nine products, one sum, one number at each stop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from convexplain.data import kernels
from convexplain.data.kernels import Pattern
from convexplain.errors import UsageError
from convexplain.lessons.parts.beats import Beat
from convexplain.lessons.parts.lesson import option
from convexplain.lessons.parts.network_lesson import FilterLesson
from convexplain.lessons.parts.search import FoundStop, find_stops
from convexplain.lessons.parts.step_picture import step_picture
from convexplain.lessons.parts.subject import Role
from convexplain.ops import ConvStep, conv2d_steps
from convexplain.panels import Diagram
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

#: Stops a second that a viewer can follow number by number.
READABLE_SPEED = 4.0
_SIZES = ((3, 3), (5, 5), (7, 7))
_MOST = 9


class Stop(NamedTuple):
    """A stop that is shown term by term, and whether its printed numbers add up."""

    step: ConvStep
    adds_up: bool


@dataclass(frozen=True)
class SlidingWindow(FilterLesson):
    """How one filter of the first layer makes a response map, one number at a time."""

    name: ClassVar[str] = "sliding-window"
    title: ClassVar[Caption] = Caption(
        en="Sliding window: one output number", zh="滑动窗口：一个输出值怎么算"
    )
    question: ClassVar[Caption] = Caption(
        en="How does a filter turn a picture into a response map?",
        zh="过滤器怎样把一幅图变成响应图？",
    )
    answer: ClassVar[Caption] = Caption(
        en="It looks at {n} pixels at a time: {n} products, one sum, one number for each place.",
        zh="每次只看 {n} 个像素：{n} 个乘积，求和，每个位置得到一个数。",
    )

    needs: ClassVar[tuple[Role, ...]] = ("convolution of the picture",)

    kernel: str | None = option(
        None,
        en="another kernel instead of the filter's: a classic by name (sobel-x), or rows "
        '("1,0,-1;2,0,-2;1,0,-1"), 3x3, 5x5 or 7x7',
        zh="用其他卷积核代替过滤器：经典核的名称（sobel-x），或逐行给出"
        "（“1,0,-1;2,0,-2;1,0,-1”），3x3、5x5 或 7x7",
        metavar="NAME|ROWS",
    )
    steps: str = option(
        "3",
        en='how many stops are shown term by term, 0 to 9; or "all" to let every stop be read',
        zh="逐项展示多少个位置，0 到 9；“all”表示每一步都慢到可以读清",
        metavar="N|all",
    )

    def __post_init__(self) -> None:
        if self.filter is not None and self.kernel is not None:
            raise UsageError("--filter and --kernel exclude one another: give one of them")
        super().__post_init__()
        if self.kernel is not None and self.weights.shape not in _SIZES:
            raise UsageError(
                f"the kernel {self.kernel!r:.60} has {fmt.shape(self.weights.shape)} weights: "
                "give 3x3, 5x5 or 7x7"
            )
        if self.steps != "all" and not (self.steps.isdecimal() and int(self.steps) <= _MOST):
            raise UsageError(f"--steps {self.steps} is not possible: give 0 to {_MOST}, or all")
        self.beats()  # a length that cannot be is refused at once

    @cached_property
    def all_steps(self) -> Sequence[ConvStep]:
        """Every stop of the window, row by row."""
        if self.kernel is not None:
            weights = self.weights[:, :, np.newaxis, np.newaxis]
            return conv2d_steps(self.trace.image, weights, activation="relu")
        return cast("Sequence[ConvStep]", self.trace.steps(self.shown_layer, self.shown_filter))

    @cached_property
    def response_map(self) -> npt.NDArray[np.float32]:
        """The map after ReLU, (height, width)."""
        if self.kernel is None:
            return self.maps[:, :, self.shown_filter]
        size = self.trace.image.shape[0] - self.weights.shape[0] + 1
        values = [step.activated for step in self.all_steps]
        return np.array(values, dtype=np.float32).reshape(size, -1)

    @cached_property
    def weights(self) -> npt.NDArray[np.float32]:
        """The kernel on the only channel, (height, width)."""
        if self.kernel is None:
            return self.subject.kernels(self.shown_layer)[:, :, self.shown_filter]
        try:
            return kernels.read(self.kernel)
        except ValueError as error:
            raise UsageError(str(error)) from None

    @property
    def map_limit(self) -> float:
        """End of the map's colour scale: the layer's largest response, or this kernel's own."""
        maps = self.maps if self.kernel is None else self.response_map
        return float(np.abs(maps).max())

    @cached_property
    def stops(self) -> dict[str, Stop]:
        """The stops that are shown term by term, by name; one that the digit lacks is left out."""
        wanted = 0 if self.steps == "all" else int(self.steps)
        found = [*find_stops(self.all_steps), *self._further_stops()][:wanted]
        return {name: Stop(self.all_steps[position], adds_up) for name, position, adds_up in found}

    def diagram(self, step: ConvStep) -> Diagram:
        """Describe the picture of one stop, for a figure and for a scene alike."""
        at: dict[str, int] = {"r": step.row, "c": step.col}
        place = _OWN_PLACE.fill(**at)
        if self.kernel is None:
            place = _PLACE.fill(layer=self.shown_layer, n=self.shown_filter, **at)
        return step_picture(
            step, self.trace.image[:, :, 0], self.response_map, self.map_limit,
            about=_ABOUT.fill(**at), place=place, biased=self.kernel is None,
        )  # fmt: skip

    def _further_stops(self) -> Iterator[FoundStop]:
        """Find more strong places whose arithmetic adds up, apart from each other."""
        taken = [self.all_steps[stop.position] for stop in find_stops(self.all_steps)]
        for position in np.argsort(-self.response_map.ravel(), kind="stable"):
            step = self.all_steps[int(position)]
            near = any(max(abs(step.row - t.row), abs(step.col - t.col)) < 3 for t in taken)
            if not near and step.activated > 0 and step.breakdown().checkable():
                taken.append(step)
                yield FoundStop(f"stop-{len(taken) - 1}", int(position), True)

    @cached_property
    def best(self) -> ConvStep:
        """Where the response is largest; the first such place in a tie."""
        return self.all_steps[int(np.argmax(self.response_map))]

    @cached_property
    def pattern(self) -> Pattern:
        """What the kernel looks for, by rule."""
        return kernels.looks_for(self.weights)

    def tell(self) -> Iterator[Beat]:
        """Tell the lesson: some stops slowly, the others faster and faster, then the whole."""
        total = fmt.count(len(self.all_steps))
        yield self.beat("question", self.question, 4.0)
        yield self.beat("kernel", self._kernel_caption(), 5.0)
        for name, stop in self.stops.items():
            yield self._tell_stop(name, stop)
        best = _BEST.fill(v=fmt.number(self.best.activated), n=total)
        before, after = self._running_times()
        swept = _SWEEP_TITLE
        yield self.beat("sweep", _SWEEP.fill(n=self._many), before, title=swept)
        yield self.beat("best", best, 4.5, self.best, title=swept)
        yield self.beat("finish", _FINISH.fill(n=total), after, title=swept)
        yield self.beat("summary", self._summary(), 5.5, self.pattern, title=swept)
        yield self.beat("answer", self.answer.fill(n=self._many), 5.0, title=swept)

    def _tell_stop(self, name: str, stop: Stop) -> Beat:
        caption = _STOPS.get(name, _STOPS["strong"])
        if name == "blank" and stop.step.value < 0:
            caption = _BLANK_CUT
        if not stop.adds_up:
            caption = caption.then(terms.ROUNDED)
        values: dict[str, str | Caption] = {
            "v": fmt.number(stop.step.activated),
            "z": fmt.number(stop.step.value),
            "b": fmt.number(stop.step.bias),
            "n": self._many,
        }
        caption = caption.fill(**{field: values[field] for field in caption.fields})
        seconds = {"strong": 11.5, "blank": 5.0}.get(name, 6.0)
        return self.beat(name, caption, seconds, stop, shown_by="stop")

    def _running_times(self) -> tuple[float, float]:
        """Split the run at the best place; its slow start takes time even if that is near."""
        before = self.best.row * self.response_map.shape[1] + self.best.col
        after = len(self.all_steps) - before
        if self.steps == "all":
            return 1.5 + before / READABLE_SPEED, 1.5 + after / READABLE_SPEED
        seconds = max(round(3.5 + 5.5 * (before / len(self.all_steps)) ** 0.5, 1), 6.0)
        return seconds, 11.3 - seconds

    @property
    def _many(self) -> Caption:
        """How many weights the kernel has, in words where that reads better."""
        size = self.weights.size
        return Caption(en="nine" if size == 9 else str(size), zh=str(size))

    def _kernel_caption(self) -> Caption:
        if self.kernel is not None:
            return _HAND_MADE.fill(n=self._many)
        return _KERNEL.fill(n=self._many)

    def _summary(self) -> Caption:
        if self.pattern.kind == "mixed":
            return _MIXED.fill(c=fmt.number(self.pattern.cosine))
        return _LOOKS_FOR.fill(pattern=describe(self.pattern), c=fmt.number(self.pattern.cosine))


def describe(pattern: Pattern) -> Caption:
    """Say what a kernel looks for.

    Parameters
    ----------
    pattern : Pattern
        As `kernels.looks_for` finds it.

    Returns
    -------
    Caption
        Such as "an edge, ink above it".
    """
    if pattern.kind == "spot":
        return Caption(en="a spot of ink", zh="一个墨点")
    eighth = round(pattern.angle / 45)
    if pattern.kind == "line":
        return _LINES[eighth % 4]
    return _EDGES[eighth % 8]


_ABOUT = Caption(
    en="One step of a convolution, at row {r}, column {c} of the response map.",
    zh="卷积的一步，位于响应图的行 {r}、列 {c}。",
)
_PLACE = Caption(
    en="Filter {n} of {layer} at row {r}, column {c} (counted from 0).",
    zh="{layer} 的过滤器 {n}，行 {r}、列 {c}（编号从 0 开始）。",
)
_OWN_PLACE = Caption(
    en="A kernel made by hand at row {r}, column {c} (counted from 0).",
    zh="人工设计的卷积核，行 {r}、列 {c}（编号从 0 开始）。",
)
_SWEEP_TITLE = Caption(en="Sliding window: the whole picture", zh="滑动窗口：扫过整幅图")
_KERNEL = Caption(
    en="A filter is {n} weights and one bias, found by training, not by design.",
    zh="一个过滤器就是 {n} 个权重加 1 个偏置：由训练得来，不是人工设计。",
)
_HAND_MADE = Caption(
    en="This kernel is made by hand, not learned: {n} weights, and no bias.",
    zh="这个卷积核是人工设计的，不是学出来的：{n} 个权重，没有偏置。",
)
_STOPS = {
    "strong": Caption(
        en="Multiply each pixel by its weight, add the {n} products and the bias, apply ReLU: {v}.",
        zh="{n} 个像素分别乘以对应的权重，求和，加上偏置，再经过 ReLU，得到 {v}。",
    ),
    "negative": Caption(
        en="Here the result is {z}. ReLU turns every negative number into 0.",
        zh="这里的结果是 {z}，ReLU 把负数一律变成 0。",
    ),
    "blank": Caption(
        en="Blank paper: all {n} products are 0, and only the bias is left, {b}.",
        zh="空白处：{n} 个乘积都是 0，只剩下偏置 {b}。",
    ),
}
_BLANK_CUT = Caption(
    en="Blank paper: only the bias is left, {b}, and ReLU makes it 0.",
    zh="空白处：只剩下偏置 {b}，再经过 ReLU 就是 0。",
)
_SWEEP = Caption(
    en="The same {n} weights visit every position (weight sharing): each stop fills one cell of "
    "the map.",
    zh="同一组 {n} 个权重扫过每个位置（权重共享），每停一处，算出响应图的一格。",
)
_BEST = Caption(
    en="Here the kernel fits best: {v} is the largest of the {n} responses.",
    zh="这里与卷积核最吻合：{v} 是 {n} 个响应中最大的。",
)
_FINISH = Caption(
    en="{n} positions, {n} numbers: the response map is complete.",
    zh="{n} 个位置，{n} 个数：响应图完成了。",
)
_LOOKS_FOR = Caption(
    en="This kernel looks for {pattern} (cosine {c} with the ideal kernel).",
    zh="这个卷积核寻找{pattern}（与理想卷积核的余弦相似度 {c}）。",
)
_MIXED = Caption(
    en="This kernel looks for a mixed pattern (cosine at most {c} with an edge, line or spot).",
    zh="这个卷积核寻找混合模式（与边缘、线条、斑点的余弦相似度最高 {c}）。",
)
# In steps of 45 degrees, counterclockwise from the right: where the ink is.
_EDGES = tuple(
    Caption(en=f"an edge with ink {en}", zh=f"{zh}有墨迹的边缘")
    for en, zh in (
        ("on the right", "右侧"),
        ("at the upper right", "右上方"),
        ("above", "上方"),
        ("at the upper left", "左上方"),
        ("on the left", "左侧"),
        ("at the lower left", "左下方"),
        ("below", "下方"),
        ("at the lower right", "右下方"),
    )
)
# In steps of 45 degrees, counterclockwise from horizontal: how the line runs.
_LINES = tuple(
    Caption(en=en, zh=zh)
    for en, zh in (
        ("a horizontal line", "水平线条"),
        ("a line that rises to the right", "向右上方倾斜的线条"),
        ("a vertical line", "竖直线条"),
        ("a line that falls to the right", "向右下方倾斜的线条"),
    )
)
