"""How large a window: what it sees, what it costs, and what layers of small ones do instead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from convexplain.data import digits, examples, facts
from convexplain.data.pictures import Picture
from convexplain.lessons.parts import size_picture
from convexplain.lessons.parts.beats import Beat, Choice, Event, Question
from convexplain.lessons.parts.checks import check_picture
from convexplain.lessons.parts.lesson import Lesson, option
from convexplain.lessons.parts.number_words import in_words
from convexplain.lessons.parts.size_picture import Pixels, Variant
from convexplain.network import Network
from convexplain.ops.geometry import Pair
from convexplain.panels import Diagram
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, joined, same


@dataclass(frozen=True)
class WindowSize(Lesson):
    """What a large window sees and costs, and that layers of small ones see as far for less."""

    name: ClassVar[str] = "window-size"
    title: ClassVar[Caption] = Caption(en="The size of the window", zh="窗口的尺寸")
    question: ClassVar[Caption] = Caption(en="How large should a window be?", zh="窗口该多大？")
    answer: ClassVar[Caption] = Caption(
        en="Small windows in layers: just as far, with fewer weights.",
        zh="小窗口层层相叠：看得同样远，权重更少。",
    )

    alone: ClassVar[Caption] = Caption(
        en="it tells what was measured when networks of many windows were trained",
        zh="它讲的是训练多个不同窗口的网络时测得的结果",
    )

    picture: Picture | None = option(
        None, en="the digit that windows lie on", zh="窗口所在的手写数字"
    )

    def validate(self) -> None:
        """Refuse what cannot be shown."""
        super().validate()
        check_picture(self.picture, Network.load("cnn"))

    @cached_property
    def shown_picture(self) -> Picture:
        """The picture asked for, or that of the lesson hierarchy."""
        return self.picture or digits.sample(examples.load()["hierarchy"]["sample"])

    @cached_property
    def pixels(self) -> Pixels:
        """The picture, (height, width)."""
        return self.shown_picture.pixels.squeeze(axis=2)

    # What was measured.

    @cached_property
    def variants(self) -> tuple[Variant, ...]:
        """All first layers that were tried."""
        return size_picture.variants()

    @cached_property
    def chosen(self) -> Variant:
        """The chapter's own."""
        size, filters = size_picture.chosen_one()
        return next(v for v in self.variants if (v.size, v.filters) == (size, filters))

    @cached_property
    def by_size(self) -> tuple[Variant, ...]:
        """Those with as many filters as the chapter's, from the smallest window on."""
        same = [v for v in self.variants if v.filters == self.chosen.filters]
        return tuple(sorted(same, key=lambda v: v.size))

    @cached_property
    def by_filters(self) -> tuple[Variant, ...]:
        """Those with the chapter's window, from the fewest filters on."""
        same = [v for v in self.variants if v.size == self.chosen.size]
        return tuple(sorted(same, key=lambda v: v.filters))

    @property
    def sizes(self) -> tuple[int, ...]:
        """Sides of the windows."""
        return tuple(v.size for v in self.by_size)

    # What windows see of the picture.

    def _ink(self, size: int) -> npt.NDArray[np.float64]:
        windows = np.lib.stride_tricks.sliding_window_view(self.pixels, (size, size))
        return np.asarray(windows.astype(np.float64).sum(axis=(2, 3)))

    @cached_property
    def centre(self) -> Pair:
        """The pixel in the middle of all windows.

        That of the largest window with most ink; of the smallest one with most ink, if it saw none
        there. All windows lie inside the picture.
        """
        least, most = self.sizes[0], self.sizes[-1]
        ink = self._ink(most)
        row, col = np.unravel_index(int(ink.argmax()), ink.shape)
        centre = int(row) + most // 2, int(col) + most // 2
        if self.share(least, centre) == 0:
            rim = (most - least) // 2
            small = self._ink(least)[rim:-rim, rim:-rim]
            row, col = np.unravel_index(int(small.argmax()), small.shape)
            centre = int(row) + most // 2, int(col) + most // 2
        return centre

    def share(self, size: int, centre: Pair | None = None) -> float:
        """Return how much of the ink one window sees; 0 where there is none."""
        row, col = self.centre if centre is None else centre
        all_ink = float(self.pixels.sum(dtype=np.float64))
        return float(self._ink(size)[row - size // 2, col - size // 2]) / (all_ink or 1.0)

    # The pictures: the same panels, laid out for what is spoken of.

    def diagram(self) -> Diagram:
        """Describe for a page what was measured."""
        return size_picture.compared_picture(
            self.variants, about=_ABOUT,
            note=_NOTE.fill(n=in_words(len(self.chosen.accuracies)), s=self.steps),
        )  # fmt: skip

    @property
    def steps(self) -> str:
        """How long each network was trained, in words."""
        return fmt.count(facts.steps("window"))

    def opening(self) -> Diagram:
        """Describe the picture alone, with a window of each size."""
        return size_picture.windows_picture(self.pixels, self.centre, self.sizes)

    @property
    def layers(self) -> int:
        """How many layers of the smallest window see as far as the largest."""
        return next(n for n in range(1, 9) if self.reach(n) >= self.sizes[-1])

    def reach(self, layers: int) -> int:
        """Return how many pixels a side layers of the smallest window see together."""
        return size_picture.reach(self.sizes[0], layers)

    def tiles(self) -> Diagram:
        """Describe what each window sees, and how many weights it takes."""
        return size_picture.tiles_picture(self.pixels, self.centre, self.sizes)

    def stack(self) -> Diagram:
        """Describe layers of the smallest window."""
        return size_picture.stack_picture(self.pixels, self.centre, self.sizes[0], self.layers)

    def cost(self) -> Diagram:
        """Describe the weights of the largest window, and of layers that see as far."""
        return size_picture.cost_picture(self.pixels, self.centre, self.sizes[0], self.layers)

    # What is said.

    def make_beats(self) -> Iterator[Beat]:
        """Tell the lesson: what windows see and take, how far layers see, what those take."""
        k, most = fmt.shape((self.sizes[0],) * 2), self.layers
        yield Beat.of("question", self.title, Event("breathe", 4.0, self.question))
        yield Beat.of(
            "sizes", _SIZE_TITLE,
            Event("tiles", 4.0, _TILES),
            Event("weights", 5.0, _WEIGHTS),
        )  # fmt: skip
        yield Beat.of(
            "layers", _LAYERS_TITLE,
            Event("stack", 4.4, _STACK.fill(k=k)),
            Event("predict", self.pause, ask=self._ask()),
            Event("reads", 5.2, _READS.fill(k=k)),
            Event("field", 2.6, _FIELD.fill(w=self._seen(2), n=self.reach(2) ** 2), 2, "field"),
            Event("third", self.pause, ask=self._ask_third(), detail=1),
            Event("reads-3", 3.8, _READS.fill(k=self._seen(most - 1)), detail=1),
            Event("field-3", 2.6, _FARTHER.fill(w=self._seen(most)), most, "field", detail=1),
        )  # fmt: skip
        yield Beat.of(
            "cost", _COST_TITLE,
            Event("cost", 4.4, _COUNT),
            Event("three", self.pause, ask=self._ask_cost(), detail=1),
            Event("told", 5.4, self.compared_weights(most)),
        )  # fmt: skip
        yield Beat.of("answer", self.title, Event("choice", 4.0, self.answer))

    def _seen(self, layers: int) -> str:
        return fmt.shape((self.reach(layers),) * 2)

    def compared_weights(self, layers: int) -> Caption:
        """Say how many weights one window takes, and how many layers of small ones."""
        small, large = layers * self.sizes[0] ** 2, self.reach(layers) ** 2
        return _COMPARED.fill(
            w=self._seen(layers), a=large, n=in_words(layers), b=small
        )  # fmt: skip

    def _ask(self) -> Question:
        """Ask how far two layers see; wrong ones look at one layer, or forget the overlap."""
        size = self.sizes[0]
        return Question(
            _HOW_FAR,
            (
                Choice(_count(size), _ONE_ONLY),
                Choice(_count(self.reach(2))),
                Choice(_count(size**2), _OVERLAPPING),
            ),
        )

    def _ask_third(self) -> Question:
        """Ask how far the last layer sees; the wrong answer forgets the overlap."""
        side, apart = self.reach(self.layers), self.sizes[0] * self.reach(self.layers - 1)
        choices = Choice(_count(side)), Choice(_count(apart), _OVERLAPPING)
        return Question(_THIRD, choices)

    def _ask_cost(self) -> Question:
        """Ask what the layers take; wrong ones count one layer, or the pixels that are seen."""
        size, n = self.sizes[0], self.layers
        right = same(fmt.count(n * size**2))
        return Question(
            _AS_FAR.fill(n=in_words(n, capital=True), k=fmt.shape((size, size))),
            (
                Choice(_count(size), _OWN),
                Choice(right),
                Choice(_count(self.reach(n)), _SMALL.fill(a=size**2)),
            ),
        )

    # What was measured, told on paper.

    def measured(self) -> Caption:
        """Say what the trainings showed: sizes against the smallest, most filters and fewest."""
        small, *larger = self.by_size
        few, many = self.by_filters[0], self.by_filters[-1]
        said = _OVERLAP if few.overlaps(many) else _APART
        sizes = [self.compared(each, small) for each in larger]
        times = fmt.number(many.filters / few.filters, 0)
        return joined([*sizes, said.fill(t=times)])

    def compared(self, one: Variant, other: Variant) -> Caption:
        """Say how the accuracies of two sizes lie to one another, as they were measured."""
        names = {
            "a": fmt.shape((one.size, one.size)), "b": fmt.shape((other.size, other.size)),
        }  # fmt: skip
        if one.overlaps(other):
            return _UNSURE.fill(a=names["a"])
        said = _BELOW if one.spread[1] < other.spread[0] else _ABOVE
        return said.fill(**names, n=in_words(len(one.accuracies)))


def _count(side: int) -> Caption:
    return same(fmt.count(side**2))


_SIZE_TITLE = Caption(
    en="One window: what it sees, what it takes", zh="一个窗口：看到什么，要多少权重"
)
_LAYERS_TITLE = Caption(en="Layers of small windows: how far they see", zh="小窗口叠起来：看得多远")
_COST_TITLE = Caption(en="As far, two ways: how many weights?", zh="看得一样远：各要多少权重？")
_TILES = Caption(en="A larger window sees more of the shape.", zh="窗口越大，看到的形状越多。")
_WEIGHTS = Caption(en="But each pixel it sees takes a weight.", zh="但每看一个像素，就要一个权重。")
_STACK = Caption(
    en="A cell of the second layer reads {k} of the first.",
    zh="第二层一格，读第一层 {k} 格。",
)
_HOW_FAR = Caption(en="How many pixels does that cell see?", zh="这一格能看到多少像素？")
_ONE_ONLY = Caption(
    en="So many cells of the first layer; each of them sees pixels of its own.",
    zh="这是第一层的格数；每一格还各看一块像素。",
)
_OVERLAPPING = Caption(
    en="Neighbouring windows lie one pixel apart: they overlap.",
    zh="相邻窗口只差一个像素：它们重叠。",
)
_READS = Caption(
    en="Each of these sees {k} pixels; they overlap.",
    zh="每一格看 {k} 像素，互相重叠。",
)
_FIELD = Caption(en="Together: {w} = {n} pixels.", zh="合起来：{w} = {n} 像素。")
_THIRD = Caption(
    en="One more layer: how many pixels does its cell see?", zh="再加一层：它的一格看到多少像素？"
)
_FARTHER = Caption(en="It sees {w} pixels.", zh="它看到 {w} 像素。")
_COUNT = Caption(en="One square is one weight.", zh="一格是一个权重。")
_AS_FAR = Caption(
    en="{n} layers of {k} see as far. How many weights?", zh="{n} 层 {k} 看得同样远，要几个权重？"
)
_OWN = Caption(en="Each layer has weights of its own.", zh="每一层各有自己的权重。")
_SMALL = Caption(en="Each layer has only {a}, used everywhere.", zh="每一层只有 {a} 个，处处共用。")
_COMPARED = Caption(
    en="{w} as one: {a} weights; as {n} layers: {b}.", zh="{w}：一次 {a} 个权重，{n} 层 {b} 个。"
)
_UNSURE = Caption(en="{a}: could be better or worse.", zh="{a}：好坏难定。")
_BELOW = Caption(en="{a} was below {b} in all {n}.", zh="{n} 次里 {a} 都低于 {b}。")
_ABOVE = Caption(en="{a} was above {b} in all {n}.", zh="{n} 次里 {a} 都高于 {b}。")
_OVERLAP = Caption(
    en="{t} times the filters: the ranges overlap.", zh="过滤器 {t} 倍：范围仍重叠。"
)
_APART = Caption(
    en="{t} times the filters: the ranges do not touch.", zh="过滤器 {t} 倍：范围不相接。"
)
_ABOUT = Caption(
    en="Work and accuracy of networks with other first layers.",
    zh="第一层不同的网络：计算量与准确率。",
)
_NOTE = Caption(
    en="The chapter's network with another first layer, trained {n} times each for {s} steps on "
    "MNIST: a dot for each training, a line from the lowest to the highest. So few trainings do "
    "not rank sizes.",
    zh="只换第一层，每种在 MNIST 上训练 {n} 次，每次 {s} 步：一点一次训练，线从最低到最高。"
    "训练次数太少，排不出名次。",
)
