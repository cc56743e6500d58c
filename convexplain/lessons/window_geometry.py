"""Padding, stride, dilation: where windows lie, and how large the map is that they fill."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from convexplain.data import digits, examples, facts, kernels
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.parts import window_words as words
from convexplain.lessons.parts.beats import Beat, lasting
from convexplain.lessons.parts.checks import check_filter, check_first_convolution, check_picture
from convexplain.lessons.parts.lesson import Lesson, option
from convexplain.lessons.parts.windows import SIZES, Geometry, Training, edge_kernel, trainings
from convexplain.network import Network, Trace
from convexplain.ops import Window, conv2d, conv2d_steps, relu
from convexplain.ops.geometry import Pair
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

LAYER = "conv1"
#: Side of the largest padded picture that is drawn, and of the largest kernel.
LARGEST, LARGEST_KERNEL = 60, 11


@dataclass(frozen=True)
class WindowGeometry(Lesson):
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

    picture: Picture | None = option(
        None, en="the digit or picture that is read", zh="要处理的手写数字或图片"
    )
    filter: int | None = option(
        None,
        en="filter of conv1, counted from 0 (0 to 31)",
        zh="conv1 的过滤器，编号从 0 开始（0 到 31）",
        metavar="N",
    )
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
    model: str = option(
        "cnn", en="a network that was saved to a file", zh="保存好的网络文件", metavar="FILE"
    )

    def __post_init__(self) -> None:
        given = [n for n in ("filter", "kernel", "kernel_size") if getattr(self, n) is not None]
        if len(given) > 1:
            flags = " and ".join("--" + name.replace("_", "-") for name in given)
            raise UsageError(f"{flags} exclude one another: give one of them")
        check_first_convolution(self.network, LAYER, self.model)
        filters = int(self.network.weights[f"{LAYER}/kernel"].shape[-1])
        check_filter(self.filter, filters, LAYER)
        if self.kernel_size is not None and not 2 <= self.kernel_size <= LARGEST_KERNEL:
            raise UsageError(
                f"--kernel-size {self.kernel_size} is not possible: give 2 to {LARGEST_KERNEL}"
            )
        check_picture(self.picture, self.network)
        height, width = self.weights.shape
        if height != width or height > LARGEST_KERNEL:
            raise UsageError(
                f"the kernel has {fmt.shape(self.weights.shape)} weights: give a square one, at "
                f"most {fmt.shape((LARGEST_KERNEL, LARGEST_KERNEL))}"
            )
        self.beats()  # a geometry or a length that cannot be is refused at once

    @cached_property
    def network(self) -> Network:
        """The trained network."""
        return Network.load(self.model)

    @cached_property
    def shown_picture(self) -> Picture:
        """The picture asked for, or the example that the lesson was chosen for."""
        return self.picture or digits.sample(examples.load()[self.name]["sample"])

    @property
    def hand_made(self) -> bool:
        """Whether the kernel is not one that the network learned."""
        return self.kernel is not None or self.kernel_size is not None

    @property
    def shown_filter(self) -> int:
        """The filter asked for, or the example's."""
        return int(examples.load()[self.name]["filter"]) if self.filter is None else self.filter

    @cached_property
    def trace(self) -> Trace:
        """The picture on its way through the network."""
        return Trace(self.network, self.shown_picture.pixels)

    @cached_property
    def weights(self) -> npt.NDArray[np.float32]:
        """The kernel on the only channel, (height, width)."""
        if self.kernel_size is not None:
            return edge_kernel(self.kernel_size)
        if self.kernel is None:
            return self.network.weights[f"{LAYER}/kernel"][:, :, 0, self.shown_filter]
        try:
            return kernels.read(self.kernel)
        except ValueError as error:
            raise UsageError(str(error)) from None

    @property
    def bias(self) -> float:
        """The filter's bias; a kernel made by hand has none."""
        if self.hand_made:
            return 0.0
        return float(self.network.weights[f"{LAYER}/bias"][self.shown_filter])

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
        return relu(before.astype(np.float32))[:, :, 0]

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
            maps.append(self.trace.activations[LAYER])
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

    def tell(self) -> tuple[Beat, ...]:
        """Tell the lesson: one geometry after another, three sizes, a flipped kernel."""
        told = [_beat("question", self.title, self.question, 4.0)]
        seconds = {"valid": 9.0, "same": 9.5, "stride": 9.5, "dilation": 9.0, "chosen": 13.0}
        for geometry in self.geometries:
            title, caption = self._say(geometry)
            length = lasting(seconds[geometry.name], caption)
            told.append(Beat(geometry.name, title, caption, length, geometry, shown_by="geometry"))
        sizes = words.SAME_ACCURACY if self.seeds_outweigh_sizes else words.OTHER_ACCURACY
        told += [
            _beat("sizes", words.SIZES_TITLE, sizes, 8.0, self.trainings),
            _beat("flipped", words.FLIPPED_TITLE, words.FLIPPED, 6.0),
            _beat("answer", self.title, self.answer, 5.0),
        ]
        return tuple(told)

    def _say(self, geometry: Geometry) -> tuple[Caption, Caption]:
        """Fill in a geometry's title and caption."""
        title, caption = words.TITLES[geometry.name], words.CAPTIONS[geometry.name]
        if geometry.name == "stride" and geometry.margins[0] != 1:
            caption = words.MORE_ZEROS
        if geometry.name == "same" and not geometry.stop.in_padding:
            caption = _joined(caption, words.NO_INK)
        if geometry.name != "valid" and not geometry.stop.adds_up and self.weights.size <= 9:
            caption = _joined(caption, words.ROUNDED)
        return geometry.say(title), geometry.say(caption)


def _joined(first: Caption, second: Caption) -> Caption:
    return Caption(en=f"{first.en} {second.en}", zh=f"{first.zh}{second.zh}")


def _beat(name: str, title: Caption, caption: Caption, seconds: float, data: object = None) -> Beat:
    return Beat(name, title, caption, lasting(seconds, caption), data)
