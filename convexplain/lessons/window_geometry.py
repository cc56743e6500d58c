"""Padding, stride, dilation: how many places there are for a window, and how to count them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from convexplain.data import kernels
from convexplain.errors import UsageError, listed
from convexplain.lessons.parts import mistakes, window_picture
from convexplain.lessons.parts.beats import Beat, Event, Question
from convexplain.lessons.parts.lesson import option
from convexplain.lessons.parts.network_lesson import FilterLesson
from convexplain.lessons.parts.subject import Role
from convexplain.lessons.parts.windows import Geometry, edge_kernel
from convexplain.messages import said
from convexplain.ops import Window
from convexplain.panels import Cells, Column, Diagram, Legend, Row, Scale, Sheet
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

#: Side of the largest padded picture that is drawn, and of the largest hand-made edge kernel.
LARGEST, LARGEST_KERNEL = 256, 11


@dataclass(frozen=True)
class WindowGeometry(FilterLesson):
    """How many places there are for a window, and what padding, stride and dilation change."""

    name: ClassVar[str] = "window-geometry"
    title: ClassVar[Caption] = Caption(
        en="Padding and stride: how many places?", zh="填充与步幅：窗口有几个位置？"
    )
    question: ClassVar[Caption] = Caption(
        en="How large a map does a window make?", zh="窗口得到的图有多大？"
    )
    answer: ClassVar[Caption] = Caption(
        en="Count the hops and add one: that is the size of the map.",
        zh="数一数跳几步，再加一，就是输出的大小。",
    )

    needs: ClassVar[tuple[Role, ...]] = ("convolution over the picture",)
    example: ClassVar[str] = "sliding-window"

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

    def validate(self) -> None:
        """Refuse what cannot be shown."""
        given = [n for n in ("filter", "kernel", "kernel_size") if getattr(self, n) is not None]
        if len(given) > 1:
            flags = listed("--" + name.replace("_", "-") for name in given)
            raise UsageError("{flags} exclude one another: give one of them", flags=flags)
        super().validate()
        if self.kernel_size is not None and not 2 <= self.kernel_size <= LARGEST_KERNEL:
            raise UsageError(
                "--kernel-size {size} is not possible: give 2 to {most}",
                size=self.kernel_size,
                most=LARGEST_KERNEL,
            )

    @property
    def hand_made(self) -> bool:
        """Whether the kernel is not one that the network learned."""
        return self.kernel is not None or self.kernel_size is not None

    @cached_property
    def weights(self) -> npt.NDArray[np.float32]:
        """The kernel, (height, width, channels); one made by hand is the same on each channel."""
        if not self.hand_made:
            return self.network.weights_of(self.shown_layer)["kernel"][..., self.shown_filter]
        try:
            made = (
                kernels.read(self.kernel)
                if self.kernel is not None
                else edge_kernel(self.kernel_size or 3)
            )
        except ValueError as error:
            raise UsageError(said(error)) from None
        return made[:, :, np.newaxis].repeat(self.numbers.shape[2], axis=2)

    @property
    def numbers(self) -> npt.NDArray[np.float32]:
        """What the layer reads of the picture, (height, width, channels)."""
        return self.trace.input_of(self.shown_layer)

    @property
    def activation(self) -> str:
        """What becomes of a sum: the layer's activation, or ReLU for a kernel made by hand."""
        return "relu" if self.hand_made else self.network.layer(self.shown_layer).activation

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
        """What is shown in turn: no padding, then what was asked for or the usual three.

        A window that covers the whole picture has no wider one beside it; a single pixel cannot be
        padded or spread.
        """
        size = self._kernel_size
        plain = self._geometry("valid", Window(size))
        if not self.is_tour:
            return self._distinct(plain, self._geometry("chosen", self._asked()))
        height, width = plain.size
        usual = {
            "same": Window(size, padding="same"),
            "stride": Window(size, stride=2),
            "dilation": Window(size, dilation=2),
        }
        return self._distinct(
            plain,
            *(
                self._geometry(name, window)
                for name, window in usual.items()
                if window.span[0] <= height and window.span[1] <= width
            ),
        )

    @property
    def _kernel_size(self) -> tuple[int, int]:
        return self.weights.shape[0], self.weights.shape[1]

    @staticmethod
    def _distinct(*found: Geometry) -> tuple[Geometry, ...]:
        """Leave out geometries whose windows read the same as those of the first."""
        first, *others = found

        def told(each: Geometry) -> tuple[Any, ...]:
            return each.output, each.window.span, each.margins, each.starts

        return first, *(each for each in others if told(each) != told(first))

    def _asked(self) -> Window:
        try:
            return Window(
                self._kernel_size,
                1 if self.stride is None else self.stride,
                self._padding(),
                1 if self.dilation is None else self.dilation,
            )
        except ValueError as error:
            raise UsageError(said(error)) from None

    def _padding(self) -> Any:
        padding = self.padding or "valid"
        if padding in ("valid", "same"):
            return padding
        if not padding.isdecimal():
            raise UsageError(
                '--padding {padding} is not possible: give "valid", "same" or a number from 0',
                padding=padding,
            )
        return int(padding)

    def _geometry(self, name: str, window: Window) -> Geometry:
        size = self.drawn.shape[0], self.drawn.shape[1]
        try:
            window = window.on(size)
            window.output_size(size)
        except ValueError as error:
            raise UsageError(said(error)) from None
        top, bottom, left, right = window.margins(size)
        padded = max(size[0] + top + bottom, size[1] + left + right)
        if padded > LARGEST:
            raise UsageError(
                "the padded picture has {padded} rows or columns, too many to be drawn: at most "
                "{largest}; give less padding",
                padded=padded,
                largest=LARGEST,
            )
        return Geometry(
            name, window, self.drawn, self.numbers, self.weights, self.bias, self.activation,
            self.subject.zero(self.shown_layer),
        )  # fmt: skip

    @cached_property
    def response(self) -> Scale:
        """The scale of all maps: as far as the layer's largest response, or theirs."""
        maps = [geometry.map for geometry in self.geometries]
        if not self.hand_made:
            maps.append(self.maps)
        limit = max(float(np.abs(m).max()) for m in maps)
        return Scale(limit or 1.0, terms.RESPONSE, signed=any((m < 0).any() for m in maps))

    @cached_property
    def read(self) -> Scale:
        """The scale of how often a pixel is read, the same for all geometries."""
        most = max(int(geometry.counts.max()) for geometry in self.geometries)
        return Scale(float(most), window_picture.TIMES_READ, signed=False, counts=True)

    @cached_property
    def way(self) -> tuple[tuple[int, int], ...]:
        """Places of the window along the ink, from the top down, and then the first of all."""
        seen = self.drawn if self.drawn.ndim == 2 else self.drawn.mean(axis=2)
        ink = np.lib.stride_tricks.sliding_window_view(seen, self._kernel_size).sum(axis=(2, 3))
        rows = np.flatnonzero(ink.max(axis=1) > 0.3 * ink.max())
        if not len(rows):
            rows = np.arange(len(ink))
        chosen = rows[np.linspace(0, len(rows) - 1, min(4, len(rows))).round().astype(int)]
        return (*((int(row), int(ink[row].argmax())) for row in chosen), (0, 0))

    # The pictures: the same panels, laid out for what is spoken of.

    def diagram(self) -> Diagram:
        """Describe all geometries for a page."""
        if self.hand_made:
            notes = _MADE.fill(k=fmt.shape(self._kernel_size))
        else:
            notes = _FILTER.fill(
                n=self.shown_filter, layer=self.shown_layer, b=fmt.number(self.bias, sign=True)
            )
        return window_picture.compared_pictures(
            self.geometries, self.response, self.read,
            about=_ABOUT.fill(k=fmt.shape(self._kernel_size)), notes=notes,
        )  # fmt: skip

    def opening(self, geometry: Geometry) -> Diagram:
        """Describe one geometry's picture alone, with its window."""
        return window_picture.opening_picture(geometry)

    def picture_of(self, geometry: Geometry, sheet: Sheet) -> Diagram:
        """Describe some rows of one geometry, and what counts the places along them."""
        below = sheet.height - sheet.width
        return window_picture.place_picture(geometry, self.inked_row(geometry), below=below)

    def filled(self, geometry: Geometry) -> Diagram:
        """Describe one geometry beside its map, nothing of which is computed yet."""
        return window_picture.filled_picture(geometry, self.response, self.read)

    def all_of_them(self) -> Diagram:
        """Describe all geometries side by side."""
        return window_picture.all_pictures(self.geometries, self.response, self.read)

    def inked_row(self, geometry: Geometry) -> int:
        """Return the first row of a geometry's places nearest to those that see most ink at first.

        So the same rows of the picture are seen as its places are counted again.
        """
        plain = self.geometries[0]
        ink = plain.pixels.reshape(len(plain.pixels), -1).sum(axis=1)
        high = plain.window.span[0]
        most = int(np.argmax([ink[n : n + high].sum() for n in range(len(ink) - high + 1)]))
        starts = np.arange(geometry.output[0]) * geometry.window.stride[0]
        return int(starts[np.abs(starts - geometry.margins[0] - most).argmin()])

    @property
    def last(self) -> Geometry:
        """The geometry whose count has most to tell: one with a stride, or the last."""
        strided = [each for each in self.geometries if each.window.stride != (1, 1)]
        return (strided or list(self.geometries))[-1]

    def flip(self) -> Diagram:
        """Describe the kernel, in colour that of red, and the kernel turned by half a turn."""
        scale = Scale(float(np.abs(self.weights).max()) or 1.0, terms.WEIGHT)
        cells: dict[str, Any] = {"numbers": True, "share": "weights"}
        weights, *_ = np.moveaxis(self.weights, 2, 0)
        title = terms.KERNEL.capital if self.weights.shape[2] == 1 else _KERNEL_OF_RED
        both = Row(
            Cells("kernel", weights, scale, title=title, **cells),
            Cells("turned", weights[::-1, ::-1], scale, title=_TURNED, **cells),
            gap=2,
        )
        return Diagram(Column(both, Legend("legend", row=True)))

    # What is said.

    def make_beats(self) -> Iterator[Beat]:
        """Tell the lesson: one row is counted, then what changes the count."""
        plain = self.geometries[0]
        yield Beat.of("question", self.title, Event("drift", 3.0, self.question, plain))
        corner, _, inside = plain.read_counts
        alike = _READ_ALIKE if corner == inside else _READ
        covers = _COVERS.fill(n=plain.size[1], w=plain.window.span[1], h=plain.hops)
        yield Beat.of(
            "count", self.title,
            Event("row", 2.0, _ONE_ROW, plain, detail=1),
            Event("predict-places", self.pause, data=plain, ask=self._ask(plain)),
            Event("hops", 3.6, _HOPS, plain),
            Event("covers", 3.4, covers, plain, detail=1),
            Event("first", 2.6, self._hopped(plain), plain),
            Event("lattice", 2.8, _EVERY_ROW, plain, "sweep"),
            Event("whole", 1.6, _WHOLE.fill(o=fmt.shape(plain.output)), plain, detail=1),
            Event("reads", 2.6, _OVERLAP, plain, detail=2),
            Event("corners", 2.4, alike.fill(**_used(alike, c=corner, i=inside)), plain, detail=2),
        )  # fmt: skip
        for geometry in self.geometries[1:]:
            title = _TITLE.fill(g=window_picture.named(geometry))
            yield Beat.of(geometry.name, title, *self._tell(geometry))
        yield Beat.of(
            "flipped", _FLIP_TITLE,
            Event("flip", 3.0, _FLIP, detail=2),
            Event("no-flip", 2.4, _MADE_AS_IS if self.hand_made else _LEARNED, detail=2),
        )  # fmt: skip
        if len(self.geometries) > 1:
            yield Beat.of("all", self.title, Event("all", 4.1, _ALL, detail=2))
        yield Beat.of("answer", self.title, Event("law", 6.0, self.answer, self.last))

    def _tell(self, geometry: Geometry) -> Iterator[Event]:
        """What one geometry changes; padding and stride stay in the shortest video."""
        plain, name = self.geometries[0], geometry.name
        window = geometry.window
        if name == "same":
            places = geometry.output[1]
            more = _PADDED.fill(o=places, n=plain.output[1])
            yield Event("ring", 3.2, _RING, geometry, "other")
            yield Event("ring-hops", 2.8, _COUNTED, geometry, "hops")
            yield Event("ring-law", 2.6, self._hopped(geometry), geometry, "first", detail=1)
            yield Event("ring-sweep", 3.4, more, geometry, "sweep")
            return
        if name == "stride":
            yield Event("longer", 1.6, _NOW.fill(s=window.stride[1]), geometry, "other")
            yield Event(
                "predict-stride", self.pause, data=geometry, ask=self._ask(geometry), detail=1
            )
            yield Event("long-hops", 3.4, _COUNTED, geometry, "hops")
            yield Event("last-place", 2.4, self._hopped(geometry), geometry, "first")
            o = fmt.shape(geometry.output)
            yield Event("sink", 3.0, _WHOLE.fill(o=o), geometry, "sweep", detail=1)
            return
        if name == "dilation":
            cells = _SPREAD.fill(n=self._kernel_size[0] * self._kernel_size[1])
            yield Event("spread", 3.0, cells, geometry, detail=2)
            places = geometry.output[1]
            fewer = _SPAN.fill(w=window.span[1], o=places, n=plain.output[1] - places)
            yield Event("spread-hops", 2.6, fewer, geometry, "hops", detail=2)
            return
        said = _CHOSEN.fill(g=window_picture.named(geometry))
        yield Event("chosen", 2.4, said, geometry, "other")
        yield Event("predict-chosen", self.pause, data=geometry, ask=self._ask(geometry), detail=1)
        yield Event("chosen-hops", 3.2, _HOPS, geometry, "hops")
        yield Event("chosen-law", 2.4, self._hopped(geometry), geometry, "first")
        o = fmt.shape(geometry.output)
        yield Event("chosen-sweep", 3.0, _WHOLE.fill(o=o), geometry, "sweep")

    @staticmethod
    def _hopped(geometry: Geometry) -> Caption:
        """Say how many hops there are, and what is left over where something is."""
        said = _LEFT if geometry.left_over else _AND_FIRST
        return said.fill(**_used(said, h=geometry.hops, n=geometry.left_over))

    @staticmethod
    def _ask(geometry: Geometry) -> Question:
        """Ask for the places along a row; wrong numbers come of known mistakes."""
        size, span = geometry.padded.shape[1], geometry.window.span[1]
        stride, places = geometry.window.stride[1], geometry.output[1]
        wrong = {
            "no-first": (places - 1, _REPLY_FIRST),
            "each-pixel": (-(-size // stride), _REPLY_EACH),
            "tiles": (size // span, _REPLY_TILES),
            "rounded-up": (-(-(size - span) // stride) + 1, _REPLY_UP),
        }
        numbers = {mistakes.RIGHT: places, **{name: number for name, (number, _) in wrong.items()}}
        possible = {name: number for name, number in numbers.items() if number > 0}
        asked = _WHICH if stride == 1 else _WHICH_STRIDE
        replies = {name: reply for name, (_, reply) in wrong.items()}
        return Question(asked, mistakes.choices(possible, str, replies))


def _used(caption: Caption, **values: Any) -> dict[str, Any]:
    """Return those values for which a caption has a field."""
    return {name: value for name, value in values.items() if name in caption.fields}


_TITLE = Caption(en="Padding and stride: {g}", zh="填充与步幅：{g}")
_FLIP_TITLE = Caption(en="Cross-correlation: the kernel is not flipped", zh="互相关：卷积核不翻转")
_ONE_ROW = Caption(en="Count one row.", zh="先数一行。")
_WHICH = Caption(en="How many places in a row?", zh="一行有几个位置？")
_WHICH_STRIDE = Caption(en="How many places now?", zh="现在几个位置？")
_REPLY_FIRST = Caption(
    en="The first place is no hop; it counts, too.", zh="第一个位置不用跳，也要算。"
)
_REPLY_EACH = Caption(
    en="At the last pixels the window would hang out.", zh="到了最后几个像素，窗口会伸到外面。"
)
_REPLY_TILES = Caption(en="Windows overlap.", zh="窗口之间有重叠。")
_REPLY_UP = Caption(
    en="The last hop would be too long: round down.", zh="最后一步不够跳：要向下取整。"
)
_HOPS = Caption(en="Each hop an arc, each place a post.", zh="每跳一步一条弧，每停一处一根桩。")
_AND_FIRST = Caption(en="{h} hops, and the first place.", zh="{h} 步，加上第一个位置。")
_COVERS = Caption(
    en="At first it covers {w} of {n} pixels; {h} are left to hop into.",
    zh="起初占 {n} 格中的 {w} 格，还剩 {h} 格可跳。",
)
_LEFT = Caption(en="{h} hops and the first; left over: {n}.", zh="{h} 步加第一个；剩 {n} 像素。")
_EVERY_ROW = Caption(en="Each place fills a cell of the map.", zh="每个位置填响应图的一格。")
_WHOLE = Caption(en="A map of {o}.", zh="响应图为 {o}。")
_OVERLAP = Caption(en="How often is each pixel read?", zh="每个像素读几次？")
_READ = Caption(en="In the corner {c}×, inside {i}×.", zh="角上读 {c} 次，里面读 {i} 次。")
_READ_ALIKE = Caption(en="Every pixel is read {c}×.", zh="每个像素读 {c} 次。")
_RING = Caption(en="Zeros around it, like its margin.", zh="四周补 0，像空白。")
_COUNTED = Caption(en="Count the hops again.", zh="再数一遍。")
_PADDED = Caption(
    en="As many places as pixels: {o}, not {n}.", zh="位置和像素一样多：{o} 个，不是 {n} 个。"
)
_NOW = Caption(en="Without zeros again, hopping by {s}.", zh="去掉 0，每次跳 {s} 格。")
_SPREAD = Caption(en="Dilation: the same {n} cells, spread out.", zh="膨胀：同样 {n} 格，隔开取。")
_SPAN = Caption(
    en="Span {w}: {o} places in a row, {n} fewer than at first.",
    zh="跨度 {w}：一行 {o} 个位置，比最初少 {n} 个。",
)
_CHOSEN = Caption(en="Your choice: {g}.", zh="自选参数：{g}。")
_ALL = Caption(
    en="Same picture, same weights: read differently.", zh="同一张图，同样的权重，读法不同。"
)
_FLIP = Caption(en="Textbooks turn the kernel by half a turn first.", zh="教科书会先把卷积核翻转。")
_LEARNED = Caption(
    en="These weights are learned: it makes no difference.", zh="这里权重是学来的，翻不翻都一样。"
)
_MADE_AS_IS = Caption(en="Networks use it as it is.", zh="网络直接使用，不翻转。")
_KERNEL_OF_RED = Caption(en="Kernel of red", zh="红色通道的卷积核")
_TURNED = Caption(en="Turned by half a turn", zh="翻转后")
_FILTER = Caption(
    en="Filter {n} of {layer}, bias {b}, laid on the same picture in different ways.",
    zh="{layer} 的过滤器 {n}（偏置 {b}），以不同方式放在同一张图上。",
)
_MADE = Caption(
    en="A {k} kernel made by hand, without bias, laid on the same picture in different ways.",
    zh="人工设计的 {k} 卷积核（没有偏置），以不同方式放在同一张图上。",
)
_ABOUT = Caption(
    en="A {k} kernel on one picture in several geometries.",
    zh="同一个 {k} 卷积核以几种方式放在同一张图上。",
)
