"""The chapter's two parameters: how large a window is, and how many filters there are."""

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
from convexplain.network import Network, Trace
from convexplain.ops.geometry import Pair
from convexplain.panels import Diagram
from convexplain.style import format as fmt
from convexplain.style.captions import Caption


@dataclass(frozen=True)
class WindowSize(Lesson):
    """What window size and number of filters decide, cost, and bring."""

    name: ClassVar[str] = "window-size"
    title: ClassVar[Caption] = Caption(
        en="Two parameters: window size and number of filters",
        zh="两个参数：窗口尺寸与过滤器数量",
    )
    question: ClassVar[Caption] = Caption(
        en="How large a window, and how many filters?", zh="窗口该多大？过滤器要几个？"
    )
    answer: ClassVar[Caption] = Caption(
        en="Size: how far one looks. Number: how much one asks.",
        zh="尺寸决定看多远，数量决定问多少。",
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

    def blank(self, size: int) -> npt.NDArray[np.bool_]:
        """Tell for each place of a window whether it sees no ink at all."""
        return np.asarray(self._ink(size) == 0)

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

    def tiles(self, *, upright: bool = False) -> Diagram:
        """Describe what each window sees, and its weights."""
        shares = [self.share(k) for k in self.sizes]
        return size_picture.tiles_picture(
            self.pixels, self.centre, self.sizes, shares, upright=upright
        )

    def blanks(self, *, upright: bool = False) -> Diagram:
        """Describe where windows of each size see nothing."""
        blanks = [self.blank(k) for k in self.sizes]
        return size_picture.blank_picture(self.pixels, blanks, upright=upright)

    def layers(self, *, upright: bool = False) -> Diagram:
        """Describe two layers of the smallest window."""
        return size_picture.layers_picture(self.pixels, self.centre, self.sizes[0], upright=upright)

    def towers(self, *, filters: bool = False, upright: bool = False) -> Diagram:
        """Describe networks as towers: one for each size, or for each number of filters."""
        shown = self.by_filters if filters else self.by_size
        return size_picture.towers_picture(shown, filters=filters, upright=upright)

    def accuracies(self) -> Diagram:
        """Describe the accuracies by size."""
        return Diagram(size_picture.sizes_chart(self.by_size))

    def everything(self) -> Diagram:
        """Describe work and accuracy of all networks."""
        return Diagram(size_picture.work_chart(self.variants))

    @cached_property
    def maps(self) -> npt.NDArray[np.float32]:
        """What the first layer of the chapter's network answers, (rows, cols, filters)."""
        network = Network.load("cnn")
        return Trace(network, self.shown_picture.pixels).activations[network.layers[0].name]

    def closing(self, *, upright: bool = False) -> Diagram:
        """Describe the chapter's choice: its window on the picture, and what all filters find."""
        return size_picture.closing_picture(
            self.pixels, self.centre, self.sizes, self.maps, upright=upright
        )

    # What is said.

    def make_beats(self) -> Iterator[Beat]:
        """Tell the lesson: what windows see and cost, what training gave, then filters."""
        small, *larger = self.by_size
        yield Beat.of("question", self.title, Event("breathe", 3.0, self.question))
        last = self.sizes[-1]
        sees = _SEES.fill(k=fmt.shape((last, last)), p=fmt.percent(self.share(last)))
        yield Beat.of(
            "sizes", _SIZE_TITLE,
            Event("tiles", 3.0, _TILES),
            Event("ink", 2.4, sees, detail=1),
            Event("weights", 3.0, _WEIGHTS),
            Event("blank", 3.6, _BLANK, detail=1),
            Event("two-layers", 4.0, self._two_layers(), detail=1),
        )  # fmt: skip
        yield Beat.of(
            "work", _WORK_TITLE,
            Event("first-layer", 2.6, _FIRST),
            Event("predict", self.pause, ask=self._ask()),
            Event("sink", 3.4, self._whole()),
        )  # fmt: skip
        n = in_words(len(small.accuracies))
        yield Beat.of(
            "accuracy", _ACCURACY_TITLE,
            Event("once", 2.4, _ONCE, detail=1),
            Event("again", 2.6, _AGAIN.fill(n=n)),
            *(
                Event(
                    f"compare-{each.size}", 2.8, self.compared(each, small), each, "compare",
                    detail=int(each is not larger[-1]),
                )
                for each in larger
            ),
        )  # fmt: skip
        few, many = self.by_filters[0], self.by_filters[-1]
        times = fmt.number(many.filters / few.filters, 0)
        all_of_them = _OVERLAP if few.overlaps(many) else _APART
        yield Beat.of(
            "filters", _FILTERS_TITLE,
            Event("filters", 3.2, _HOW_MANY),
            Event("chart", 4.6, all_of_them.fill(t=times)),
        )  # fmt: skip
        yield Beat.of("answer", self.title, Event("choice", 5.0, self.answer))

    def compared(self, one: Variant, other: Variant) -> Caption:
        """Say how the accuracies of two sizes lie to one another, as they were measured."""
        names = {
            "a": fmt.shape((one.size, one.size)), "b": fmt.shape((other.size, other.size)),
        }  # fmt: skip
        if one.overlaps(other):
            return _UNSURE.fill(a=names["a"])
        said = _BELOW if one.spread[1] < other.spread[0] else _ABOVE
        return said.fill(**names, n=in_words(len(one.accuracies)))

    def _two_layers(self) -> Caption:
        size = self.sizes[0]
        both = self.sizes[0] * 2 - 1
        return _TWO.fill(k=fmt.shape((size, size)), w=fmt.shape((both, both)))

    def _whole(self) -> Caption:
        """Say what becomes of the whole network's work, from the smallest window to the largest."""
        first, last = self.by_size[0], self.by_size[-1]
        fewer = last.multiplications < first.multiplications
        return _SHRINKS if fewer else _GROWS

    def _ask(self) -> Question:
        """Ask for the whole network's work; wrong ones forget the map, or look at the picture."""
        small, *larger = self.by_size
        fewer = larger[-1].multiplications < small.multiplications
        area = [fmt.number(v.size**2 / small.size**2, 1) for v in larger]
        alone = [fmt.number(v.first_layer / small.first_layer, 1) for v in larger]
        reply = _PLACES.fill(t=_list(alone))
        return Question(
            _MORE_OR_FEWER,
            (
                Choice(_FEWER, None if fewer else _NOT_SO),
                Choice(_TIMES.fill(t=_list(area)), reply),
                Choice(_MORE, _SMALLER if fewer else None),
            ),
        )


def _list(values: list[str]) -> Caption:
    return Caption(en=" and ".join(values), zh="、".join(values))


_SIZE_TITLE = Caption(en="Two parameters: the size of the window", zh="两个参数：窗口尺寸")
_WORK_TITLE = Caption(en="Window size: what it costs", zh="窗口尺寸：代价多大")
_ACCURACY_TITLE = Caption(en="Window size: what it brings", zh="窗口尺寸：效果如何")
_FILTERS_TITLE = Caption(en="Two parameters: the number of filters", zh="两个参数：过滤器数量")
_TILES = Caption(en="Three windows round one place.", zh="同一处，三种窗口。")
_SEES = Caption(en="{k} sees {p} of the digit's ink.", zh="{k} 能看到 {p} 的墨。")
_WEIGHTS = Caption(en="Each pixel seen needs a weight.", zh="每看一个像素，就要一个权重。")
_BLANK = Caption(en="Small windows often see nothing.", zh="小窗口常常什么也看不到。")
_TWO = Caption(en="Two layers of {k} also see {w}.", zh="两层 {k}，也能看到 {w}。")
_FIRST = Caption(en="The first layer multiplies more.", zh="第一层的乘法变多。")
_MORE_OR_FEWER = Caption(en="And the whole network?", zh="整个网络呢？")
_FEWER = Caption(en="fewer", zh="更少")
_MORE = Caption(en="a little more", zh="多一点")
_TIMES = Caption(en="{t} times", zh="{t} 倍")
_PLACES = Caption(
    en="Fewer places: the first layer alone grows {t} times.", zh="位置变少：仅第一层就是 {t} 倍。"
)
_NOT_SO = Caption(en="The first layer grows by more.", zh="第一层增加得更多。")
_SMALLER = Caption(
    en="The map is smaller, and all that follows reads it.", zh="图变小了，后面各层读的都是它。"
)
_SHRINKS = Caption(en="The map shrinks, and all that follows.", zh="图变小，后面也跟着变小。")
_GROWS = Caption(en="In all there is more.", zh="总数变大。")
_ONCE = Caption(en="One training each.", zh="各训练一次。")
_AGAIN = Caption(en="Trained {n} times: the dots spread.", zh="各训练 {n} 次：结果有起伏。")
_UNSURE = Caption(en="{a}: could be better or worse.", zh="{a}：好坏难定。")
_BELOW = Caption(en="{a} was below {b} in all {n}.", zh="{n} 次里 {a} 都低于 {b}。")
_ABOVE = Caption(en="{a} was above {b} in all {n}.", zh="{n} 次里 {a} 都高于 {b}。")
_HOW_MANY = Caption(en="Second parameter: how many filters.", zh="第二个参数：过滤器数量。")
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
