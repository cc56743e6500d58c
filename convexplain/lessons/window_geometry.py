"""Padding, stride, dilation: where windows lie, and how large the map is that they fill."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from convexplain.data import facts, kernels
from convexplain.errors import UsageError
from convexplain.lessons.parts import window_words as words
from convexplain.lessons.parts.beats import Beat
from convexplain.lessons.parts.lesson import option
from convexplain.lessons.parts.network_lesson import FilterLesson
from convexplain.lessons.parts.subject import Role
from convexplain.lessons.parts.windows import SIZES, Geometry, Training, edge_kernel, trainings
from convexplain.ops import Window, conv2d, conv2d_steps, relu
from convexplain.ops.geometry import Pair
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

#: Side of the largest padded picture that is drawn, and of the largest kernel.
LARGEST, LARGEST_KERNEL = 60, 11
#: Side of the smallest picture whose map leaves room for what is written below it.
SMALLEST = 14


@dataclass(frozen=True)
class WindowGeometry(FilterLesson):
    """How padding, stride, dilation and the window's size decide how large the map is."""

    name: ClassVar[str] = "window-geometry"
    title: ClassVar[Caption] = Caption(
        en="Padding and stride: how large is the output?", zh="填充与步幅：输出有多大"
    )
    question: ClassVar[Caption] = Caption(
        en="A window slides over a picture: how large is the map that it fills?",
        zh="窗口在图上滑动，填出的响应图有多大？",
    )
    answer: ClassVar[Caption] = Caption(
        en="Add the padding, take away the window, divide by the stride, round down, add 1.",
        zh="加上填充，减去窗口，除以步幅，向下取整，再加 1。",
    )

    needs: ClassVar[tuple[Role, ...]] = ("convolution of the picture",)

    kernel: str | None = option(
        None,
        en="another kernel instead of the filter's: a classic by name (sobel-x), or rows "
        '("1,0,-1;2,0,-2;1,0,-1")',
        zh="用其他卷积核代替过滤器：经典核的名称（sobel-x），或逐行给出（“1,0,-1;2,0,-2;1,0,-1”）",
        metavar="NAME|ROWS",
    )
    kernel_size: int | None = option(
        None,
        en="side of a hand-made edge kernel, 2 to 11, instead of the filter's 3",
        zh="人工设计的边缘卷积核的边长，2 到 11，代替边长为 3 的过滤器",
        metavar="K",
    )
    padding: str | None = option(
        None,
        en='zeros around the picture: "valid" (none), "same", or their number on each side',
        zh="图片四周补几圈 0：“valid”（不补）、“same”或圈数",
        metavar="valid|same|N",
    )
    stride: int | None = option(
        None, en="pixels from one stop to the next", zh="窗口每次移动的像素数", metavar="N"
    )
    dilation: int | None = option(
        None,
        en="distance between the pixels that a window reads, 1 without gaps",
        zh="窗口读取的相邻像素的间距，1 表示没有间隔",
        metavar="N",
    )

    def __post_init__(self) -> None:
        given = [n for n in ("filter", "kernel", "kernel_size") if getattr(self, n) is not None]
        if len(given) > 1:
            flags = " and ".join("--" + name.replace("_", "-") for name in given)
            raise UsageError(f"{flags} exclude one another: give one of them")
        super().__post_init__()
        side = min(self.network.input_shape[:2])
        if side < SMALLEST:
            raise UsageError(
                f"the network reads {fmt.shape(self.network.input_shape[:2])} pixels, too few for "
                f"the windows that this lesson compares: give one that reads at least {SMALLEST} "
                "rows and columns"
            )
        if self.kernel_size is not None and not 2 <= self.kernel_size <= LARGEST_KERNEL:
            raise UsageError(
                f"--kernel-size {self.kernel_size} is not possible: give 2 to {LARGEST_KERNEL}"
            )
        height, width = self.weights.shape
        if height != width or height > LARGEST_KERNEL:
            raise UsageError(
                f"the kernel has {fmt.shape(self.weights.shape)} weights: give a square one, at "
                f"most {fmt.shape((LARGEST_KERNEL, LARGEST_KERNEL))}"
            )
        self.beats()  # a geometry or a length that cannot be is refused at once

    @property
    def hand_made(self) -> bool:
        """Whether the kernel is not one that the network learned."""
        return self.kernel is not None or self.kernel_size is not None

    @cached_property
    def weights(self) -> npt.NDArray[np.float32]:
        """The kernel on the only channel, (height, width)."""
        if self.kernel_size is not None:
            return edge_kernel(self.kernel_size)
        if self.kernel is None:
            return self.subject.kernels(self.shown_layer)[:, :, self.shown_filter]
        try:
            return kernels.read(self.kernel)
        except ValueError as error:
            raise UsageError(str(error)) from None

    @property
    def bias(self) -> float:
        """The filter's bias; a kernel made by hand has none."""
        if self.hand_made:
            return 0.0
        return float(self.network.biases(self.shown_layer)[self.shown_filter])

    @property
    def is_tour(self) -> bool:
        """Whether the usual four geometries are shown, since no other was asked for."""
        return self.padding is None and self.stride is None and self.dilation is None

    @cached_property
    def geometries(self) -> tuple[Geometry, ...]:
        """What is shown in turn: the usual four, or no padding and then what was asked for."""
        size = self.weights.shape[0]
        if self.is_tour:
            return (
                self._geometry("valid", Window(size)),
                self._geometry("same", Window(size, padding="same")),
                self._geometry("stride", Window(size, stride=2, padding=size // 2)),
                self._geometry("dilation", Window(size, dilation=2)),
            )
        try:
            chosen = Window(
                size,
                1 if self.stride is None else self.stride,
                self._padding(),
                1 if self.dilation is None else self.dilation,
            )
        except ValueError as error:
            raise UsageError(str(error)) from None
        plain = self._geometry("valid", Window(size))
        found = self._geometry("chosen", chosen)
        return (found,) if found.window == plain.window else (plain, found)

    def _padding(self) -> Any:
        padding = self.padding or "valid"
        if padding in ("valid", "same"):
            return padding
        if not padding.isdecimal():
            raise UsageError(
                f'--padding {padding} is not possible: give "valid", "same" or a number from 0'
            )
        return int(padding)

    def _geometry(self, name: str, window: Window) -> Geometry:
        picture = self.trace.image
        size = picture.shape[0], picture.shape[1]
        try:
            window = window.on(size)
            window.output_size(size)
        except ValueError as error:
            raise UsageError(str(error)) from None
        padded = size[0] + sum(window.margins(size)[:2])
        if padded > LARGEST:
            raise UsageError(
                f"the padded picture has {padded} rows, too many to be drawn: at most {LARGEST}; "
                "give less padding"
            )
        steps = conv2d_steps(
            picture,
            self.weights[:, :, np.newaxis, np.newaxis],
            [self.bias],
            stride=window.stride,
            padding=window.margins(size),
            dilation=window.dilation,
            activation="relu",
        )
        return Geometry(name, window, steps, size)

    @cached_property
    def upright(self) -> Geometry:
        """The plain window with the kernel as it is."""
        return self._geometry("valid", Window(self.weights.shape[0]))

    @cached_property
    def flipped_map(self) -> npt.NDArray[np.float32]:
        """The map of the same kernel turned by half, (height, width)."""
        turned = self.weights[::-1, ::-1, np.newaxis, np.newaxis].astype(np.float64)
        before = conv2d(self.trace.image.astype(np.float64), turned, np.array([self.bias]))
        return relu(before.astype(np.float32)).squeeze(axis=2)

    @property
    def differing(self) -> int:
        """How many cells of the flipped kernel's map print another number."""
        pairs = zip(self.upright.map.flat, self.flipped_map.flat, strict=True)
        return sum(fmt.number(a) != fmt.number(b) for a, b in pairs)

    @cached_property
    def map_limit(self) -> float:
        """End of the colour scale of all maps: the layer's largest response, or theirs."""
        maps = [*(geometry.map for geometry in self.geometries), self.upright.map, self.flipped_map]
        if not self.hand_made:
            maps.append(self.maps)
        return max(float(np.abs(m).max()) for m in maps)

    @cached_property
    def trainings(self) -> tuple[Training, ...]:
        """What 3x3, 5x5 and 7x7 windows in the first layer gave, as measured."""
        return trainings()

    @property
    def steps(self) -> str:
        """How long each of them was trained, in words."""
        return fmt.count(facts.steps("window"))

    @property
    def seeds_outweigh_sizes(self) -> bool:
        """Whether trainings differ more from seed to seed than from window to window."""
        means = [training.accuracy for training in self.trainings]
        spread = max(training.highest - training.lowest for training in self.trainings)
        return spread > max(means) - min(means)

    @property
    def looked_at(self) -> Pair:
        """Row and column of the pixel in the middle of the three windows that are compared."""
        step = max(self.upright.steps, key=lambda s: s.value if s.patch.any() else -np.inf)
        half = self.weights.shape[0] // 2
        # The largest of the three windows stays inside the picture.
        rim = SIZES[-1] // 2
        rows, cols = self.upright.size
        return (
            min(max(step.row + half, rim), rows - 1 - rim),
            min(max(step.col + half, rim), cols - 1 - rim),
        )

    def make_beats(self) -> tuple[Beat, ...]:
        """Tell the lesson: one geometry after another, three sizes, a flipped kernel."""
        told = [self.beat("question", self.question, 4.0)]
        seconds = {"valid": 9.0, "same": 9.5, "stride": 9.5, "dilation": 9.0, "chosen": 13.0}
        for geometry in self.geometries:
            title, caption = self._say(geometry)
            name, length = geometry.name, seconds[geometry.name]
            told.append(
                self.beat(name, caption, length, geometry, title=title, shown_by="geometry")
            )
        sizes = words.SAME_ACCURACY if self.seeds_outweigh_sizes else words.OTHER_ACCURACY
        told += [
            self.beat("sizes", sizes, 8.0, self.trainings, title=words.SIZES_TITLE),
            self.beat("flipped", words.FLIPPED, 6.0, title=words.FLIPPED_TITLE),
            self.beat("answer", self.answer, 5.0),
        ]
        return tuple(told)

    def _say(self, geometry: Geometry) -> tuple[Caption, Caption]:
        """Fill in a geometry's title and caption."""
        title, caption = words.TITLES[geometry.name], words.CAPTIONS[geometry.name]
        if geometry.name == "stride" and geometry.margins[0] != 1:
            caption = words.MORE_ZEROS
        if geometry.name == "same" and not geometry.stop.in_padding:
            caption = caption.then(words.NO_INK)
        if geometry.name != "valid" and not geometry.stop.adds_up and self.weights.size <= 9:
            caption = caption.then(terms.rounded())
        return geometry.say(title), geometry.say(caption)
