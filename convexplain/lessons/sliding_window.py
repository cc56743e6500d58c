"""One kernel slides over a digit: nine products, one sum, one number at each stop."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from typing import ClassVar, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from convexplain.data import kernels
from convexplain.data.kernels import Pattern
from convexplain.errors import UsageError
from convexplain.lessons.parts import mistakes
from convexplain.lessons.parts.beats import Beat, Choice, Event, Question
from convexplain.lessons.parts.lesson import option
from convexplain.lessons.parts.network_lesson import FilterLesson
from convexplain.lessons.parts.search import TRIED, FoundStop, find_stops
from convexplain.lessons.parts.step_picture import (
    closing_picture,
    counting_picture,
    factors_picture,
    field_picture,
    overlay_picture,
    products_picture,
    read_picture,
    reading_picture,
    scale_of,
    step_picture,
)
from convexplain.lessons.parts.subject import Role
from convexplain.messages import said
from convexplain.ops import ConvStep, ConvSteps, conv2d_steps, relu
from convexplain.panels import INK, Diagram, Mark, Scale
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption, listed, same

#: Stops a second that a viewer can follow number by number.
READABLE_SPEED = 4.0
_SIZES = ((3, 3), (5, 5), (7, 7))
_MOST = 9
_USUAL = "3"
#: A response is called strong that is so large at least, as a share of the map's largest.
_STRONG = 0.5


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
        en="How do a window's pixels become one number?",
        zh="窗口里的像素怎样变成一个数？",
    )
    answer: ClassVar[Caption] = Caption(
        en="{steps}: at {places} places.",
        zh="{steps}：共 {places} 处。",
    )

    needs: ClassVar[tuple[Role, ...]] = ("convolution over the picture",)

    kernel: str | None = option(
        None,
        en="another kernel instead of the filter's: a classic by name (sobel-x), or rows "
        '("1,0,-1;2,0,-2;1,0,-1"), 3x3, 5x5 or 7x7',
        zh="用其他卷积核代替过滤器：经典核的名称（sobel-x），或逐行给出"
        "（“1,0,-1;2,0,-2;1,0,-1”），3x3、5x5 或 7x7",
        metavar="NAME|ROWS",
    )
    steps: str = option(
        _USUAL,
        en='how many stops are shown term by term, 0 to 9; or "all" to let every stop be read',
        zh="逐项展示多少个位置，0 到 9；“all”表示每一步都慢到可以读清",
        metavar="N|all",
    )

    def validate(self) -> None:
        """Refuse what cannot be shown."""
        if self.filter is not None and self.kernel is not None:
            raise UsageError("--filter and --kernel exclude one another: give one of them")
        super().validate()
        if self.kernel is not None and self.weights.shape[:2] not in _SIZES:
            raise UsageError(
                "the kernel {kernel!r:.60} has {shape} weights: give 3x3, 5x5 or 7x7",
                kernel=self.kernel,
                shape=fmt.shape(self.weights.shape[:2]),
            )
        if self.steps != "all" and not (self.steps.isdecimal() and int(self.steps) <= _MOST):
            raise UsageError(
                "--steps {steps} is not possible: give 0 to {most}, or all",
                steps=self.steps,
                most=_MOST,
            )

    @cached_property
    def all_steps(self) -> ConvSteps:
        """Every stop of the window, row by row."""
        if self.kernel is not None:
            weights = self.weights[..., np.newaxis]
            return conv2d_steps(self.read, weights, activation="relu")
        return cast("ConvSteps", self.trace.steps(self.shown_layer, self.shown_filter))

    @property
    def read(self) -> npt.NDArray[np.float32]:
        """What the layer reads of the picture, (height, width, channels)."""
        return self.trace.input_of(self.shown_layer)

    def corner(self, row: int, col: int) -> tuple[int, int]:
        """Return where on the picture the window of a cell of the map begins."""
        box = self.all_steps[row * self.response_map.shape[1] + col].box
        return box.top, box.left

    @cached_property
    def response_map(self) -> npt.NDArray[np.float32]:
        """The map after its activation, (height, width)."""
        if self.kernel is None:
            return self.maps[:, :, self.shown_filter]
        return relu(self.all_steps.values).reshape(self.all_steps.size)

    @cached_property
    def weights(self) -> npt.NDArray[np.float32]:
        """The kernel, (height, width, channels); one made by hand is the same on each channel."""
        if self.kernel is None:
            return self.network.weights_of(self.shown_layer)["kernel"][..., self.shown_filter]
        try:
            made = kernels.read(self.kernel)
        except ValueError as error:
            raise UsageError(said(error)) from None
        return made[:, :, np.newaxis].repeat(self.read.shape[2], axis=2)

    @property
    def map_limit(self) -> float:
        """End of the map's colour scale: the layer's largest response, or this kernel's own."""
        maps = self.maps if self.kernel is None else self.response_map
        return float(np.abs(maps).max())

    @cached_property
    def stops(self) -> dict[str, Stop]:
        """The stops that are shown term by term, by name; one that the digit lacks is left out."""
        wanted = int(_USUAL if self.steps == "all" else self.steps)
        return dict(islice(self._find_stops(), wanted))

    def _find_stops(self) -> Iterator[tuple[str, Stop]]:
        """Yield all stops that can be shown, with their names."""
        for found in chain(self._telling, self._further_stops()):
            yield found.name, Stop(self.all_steps[found.position], found.adds_up)

    @cached_property
    def further(self) -> dict[str, Stop]:
        """More stops, for a video that is to be long and was given no number of stops."""
        if self.length is None or self.steps != _USUAL:
            return {}
        return {name: stop for name, stop in self._find_stops() if name not in self.stops}

    @cached_property
    def _telling(self) -> tuple[FoundStop, ...]:
        return find_stops(self.all_steps)

    def _further_stops(self) -> Iterator[FoundStop]:
        """Find more places that speak for the pattern, whose arithmetic adds up, the best first."""
        taken = [self.all_steps[stop.position] for stop in self._telling]
        for position in np.argsort(-self.response_map.ravel(), kind="stable")[:TRIED]:
            step = self.all_steps[int(position)]
            near = any(max(abs(step.row - t.row), abs(step.col - t.col)) < 3 for t in taken)
            speaks = float(fmt.rounded(step.total)) > 0 and step.activated > 0
            if not near and speaks and step.breakdown().checkable():
                taken.append(step)
                yield FoundStop(f"stop-{len(taken) - 1}", int(position), True)

    @cached_property
    def best(self) -> ConvStep:
        """Where the response is largest; the first such place in a tie."""
        return self.all_steps[int(np.argmax(self.response_map))]

    @property
    def on_paper(self) -> bool:
        """Whether what is read is ink on paper: 0 is blank, and nothing is below it."""
        return self.read_scale is INK

    @cached_property
    def pattern(self) -> Pattern:
        """What the kernel looks for, by rule."""
        return kernels.closest_pattern(self.weights.mean(axis=2))

    @cached_property
    def search(self) -> tuple[tuple[int, int], ...]:
        """Places on a way along the ink, from the top down; it ends at the first stop."""
        height, width, _ = self.weights.shape
        read = self.drawn if self.drawn.ndim == 2 else self.drawn.mean(axis=2)
        ink = np.lib.stride_tricks.sliding_window_view(read, (height, width)).sum(axis=(2, 3))
        rows = np.flatnonzero(ink.max(axis=1) > 0.5 * ink.max())
        chosen = rows[np.linspace(0, len(rows) - 1, min(5, len(rows))).round().astype(int)]
        way = [(int(row), int(ink[row].argmax())) for row in chosen]
        return (*way, self.corner(self.first.row, self.first.col))

    @property
    def first(self) -> ConvStep:
        """The stop that is computed term by term, or the largest response where there is none."""
        return next(iter(self.stops.values())).step if self.stops else self.best

    @property
    def biased(self) -> bool:
        """Whether there is a bias; a kernel made by hand has none."""
        return self.kernel is None and "bias" in self.network.weights_of(self.shown_layer)

    @property
    def stride(self) -> int:
        """How many pixels the window moves on from one row of places to the next."""
        window = self.network.layer(self.shown_layer).window
        return 1 if self.kernel is not None or window is None else window.stride[0]

    @cached_property
    def read_scale(self) -> Scale:
        """The scale of the numbers that the layer reads."""
        return scale_of(self.read)

    # The pictures: the same panels, laid out for what is spoken of.

    @property
    def landed(self) -> dict[str, Mark]:
        """Marks on the cells of all stops that are told, by the names of these."""
        told = {**self.stops, **self.further}
        return {name: Mark(stop.step.row, stop.step.col) for name, stop in told.items()}

    def diagram(self, step: ConvStep, *, landed: bool = False) -> Diagram:
        """Describe the picture of one stop, for a figure and for a scene alike.

        `landed`: whether the cells of all stops are marked on the map.
        """
        at: dict[str, int] = {"r": step.row, "c": step.col}
        place = _OWN_PLACE.fill(**at)
        if self.kernel is None:
            place = _PLACE.fill(layer=self.shown_layer, n=self.shown_filter, **at)
        return step_picture(
            step, self.drawn, self.response_map, self.map_limit, about=_ABOUT.fill(**at),
            place=place, biased=self.biased, read_scale=self.read_scale,
            landed=self.landed if landed else {},
        )  # fmt: skip

    def opening(self) -> Diagram:
        """Describe the picture that is read, with the window at its first place."""
        return read_picture(self.first, self.drawn, self.search[0])

    def reading(self, step: ConvStep) -> Diagram:
        """Describe the picture, and what the window covers."""
        return reading_picture(step, self.drawn, read_scale=self.read_scale)

    def products(self, step: ConvStep) -> Diagram:
        """Describe what is multiplied, and the products beside it."""
        return products_picture(step, read_scale=self.read_scale)

    def factors(self, step: ConvStep, *, multiplied: bool = False) -> Diagram:
        """Describe the same where products have no room: then they stand where the kernel was."""
        return factors_picture(step, read_scale=self.read_scale, multiplied=multiplied)

    def counting(self, step: ConvStep) -> Diagram:
        """Describe how the products add up."""
        told = [stop.step for stop in self.stops.values()] or [step]
        longest = max(abs(vote) for at in told for _, vote in at.votes().addends)
        return counting_picture(
            step, self.map_limit, longest, biased=self.biased, read_scale=self.read_scale
        )

    def field(self, step: ConvStep) -> Diagram:
        """Describe the picture and its map, as large as they can be."""
        return field_picture(
            step, self.drawn, self.response_map, self.map_limit,
            landed=self.landed,
        )  # fmt: skip

    def overlay(self) -> Diagram:
        """Describe the map on the picture, beside the kernel that made it."""
        return overlay_picture(
            self.first, self.drawn, self.response_map, self.map_limit, stride=self.stride,
            read_scale=self.read_scale,
        )  # fmt: skip

    def closing(self) -> Diagram:
        """Describe the picture, the kernel, and the map that it makes."""
        return closing_picture(
            self.first, self.drawn, self.response_map, self.map_limit,
            read_scale=self.read_scale,
        )  # fmt: skip

    # What is said.

    def make_beats(self) -> Iterator[Beat]:
        """Tell the lesson: one number slowly, others faster, then the map and what it means."""
        places = fmt.count(len(self.all_steps))
        yield Beat.of("question", self.title, Event("search", 2.4, self.question))
        if "strong" in self.stops:
            yield Beat.of("strong", self.title, *self._tell_strong(self.stops["strong"]))
        for name, stop in self.stops.items():
            if name == "negative":
                yield Beat.of(name, self.title, *self._tell_negative(stop))
            elif name != "strong":
                yield Beat.of(name, self.title, self._tell_short(name, stop))
        for level, (name, stop) in enumerate(self.further.items(), start=2):
            event = dataclasses.replace(self._tell_short(name, stop), detail=level)
            yield Beat.of(name, self.title, event)
        yield Beat.of(
            "sweep", _SWEEP_TITLE,
            Event(
                "sweep", self._running_time,
                _SWEEP.fill(N=self._many_first, places=fmt.shape(self.response_map.shape)),
            ),
        )  # fmt: skip
        yield Beat.of(
            "map", _MAP_TITLE,
            Event("rise", 4.0, self._meaning()),
        )  # fmt: skip
        steps = [_MANY.fill(N=self._many_first), terms.SUM, *([terms.BIAS] if self.biased else [])]
        if self.first.activation != "linear":
            steps.append(same(_named(self.first)))
        answer = self.answer.fill(steps=listed(steps), places=places)
        yield Beat.of("answer", _MAP_TITLE, Event("answer", 4.0, answer))

    def _tell_strong(self, stop: Stop) -> Iterator[Event]:
        step, n = stop.step, self.many
        patch = _PATCH if self.read_scale.limit is None else _SCALED_PATCH
        if self.read.shape[2] > 1 and patch is _PATCH:
            patch = _COLOUR_PATCH
        pixels = _in_words(int(np.prod(self.weights.shape[:2])))
        yield Event(
            "patch", 2.4, patch.fill(**_used(patch, n=pixels, k=str(self.weights.size))), stop
        )
        about = (_FILTER if self.kernel is None else _HAND_MADE).fill(n=n)
        yield Event("filter", 2.2, about, stop)
        if (self.weights < 0).any() and (self.weights > 0).any():
            yield Event("signs", 2.6, _SIGNS, stop, detail=1)
        yield Event("predict-sign", self.pause, data=stop, ask=self._ask_sign(step), detail=1)
        rows, cols, _ = self.weights.shape
        slow = 0.45 * rows * cols if rows <= 3 else 0.8 * rows
        yield Event("products", slow, _PRODUCTS, stop)
        yield Event("votes", 3.0, self._tell_votes(stop), stop)
        if self.biased:
            yield Event("bias", 2.0, _BIAS, stop)
        if step.activation != "linear":
            # What is asked about ReLU at the next place can then be told from its rule.
            gate = _PASSES if step.activated == step.value else _CHANGES
            gate = _RULE if step.activation == "relu" else gate
            said = gate.fill(activation=_named(step))
            yield Event("gate", 2.0, said, stop, detail=1)
        yield Event("place", 2.0, _ONE_PLACE, stop)

    def _tell_negative(self, stop: Stop) -> Iterator[Event]:
        # Three patches of a colour picture take longer to tell: a short video has one place.
        detail = int(self.read.shape[2] > 1)
        yield Event("travel", 2.0, _ANOTHER.fill(n=self.many), stop, detail=detail)
        if stop.step.activation != "linear":
            yield Event(
                "predict-gate", self.pause, data=stop, ask=self._ask_gate(stop.step), detail=1
            )
        ink = stop.step.patch
        against = self.on_paper and 2 * ink[stop.step.kernel < 0].sum() > ink.sum()
        said = _INK_AGAINST if against else _AT_ONCE
        yield Event("at-once", 1.7, said, stop, "products", detail=detail)
        yield Event("against", 3.0, self._tell_votes(stop), stop, "votes", detail=1)
        cut = _CUT if stop.step.activated == 0 else _CHANGES
        yield Event("cut", 3.6, cut.fill(activation=_named(stop.step)), stop, detail=detail)

    def _tell_votes(self, stop: Stop) -> Caption:
        """Say which sign the sum has, and whether the printed numbers make it."""
        adds_up = stop.adds_up and stop.step.votes().adds_up(total=False)
        # Three grids print one decimal.
        votes = _VOTES if adds_up and self.read.shape[2] == 1 else _VOTES_ROUNDED
        return votes.fill(sign=_SIGN_NAMES[_sign(stop.step)])

    def _tell_short(self, name: str, stop: Stop) -> Event:
        """One stop in a single event: blank paper, or a further place."""
        value = fmt.number(stop.step.activated)
        if name != "blank":
            strong = stop.step.activated >= _STRONG * self.response_map.max()
            said = (_FURTHER if strong else _FAINTER).fill(v=value)
            return Event(name, 3.0, said, stop, "short", detail=1)
        caption = _BLANK if self.biased else _NOTHING
        bias = fmt.number(stop.step.bias)
        if self.biased and value != bias:
            caption = _BLANK_CUT if stop.step.activated == 0 else _BLANK_CHANGED
        where = _PAPER if self.on_paper else _NO_LIGHT
        values = _used(caption, b=bias, v=value, activation=_named(stop.step), where=where)
        return Event(name, 2.8, caption.fill(**values), stop, "short", detail=1)

    def _ask_sign(self, step: ConvStep) -> Question:
        """Ask for the sign of the sum; wrong ones come of counting weights instead of votes."""
        right = _sign(step)
        against = int((self.weights < 0).sum())
        counted, cancel = (
            (_COUNTED, _CANCEL) if self.on_paper else (_COUNTED_VALUES, _CANCEL_VALUES)
        )
        reply = counted.fill(k=against, n=self.weights.size)
        return Question(
            _WHICH_SIGN,
            tuple(
                Choice(said, None if name == right else (cancel if name == "zero" else reply))
                for name, said in _SIGN_NAMES.items()
            ),
        )

    def _ask_gate(self, step: ConvStep) -> Question:
        """Ask what the activation gives; the wrong numbers come of known mistakes."""
        ways = mistakes.convolution(step.patch, step.kernel, step.bias)
        ways = {**ways, mistakes.RIGHT: step.activated, "no-relu": step.value}
        known = {name: ways[name] for name in (mistakes.RIGHT, "no-relu", "lost-sign")}
        return Question(
            _WHICH_RESULT.fill(activation=_named(step)), mistakes.choices(known, fmt.number)
        )

    @property
    def _running_time(self) -> float:
        """Seconds of the run over all places."""
        count = len(self.all_steps)
        return count / READABLE_SPEED if self.steps == "all" else 3.8

    @property
    def many(self) -> Caption:
        """How many weights the kernel has, in words where that reads better."""
        return _in_words(self.weights.size)

    @property
    def _many_first(self) -> Caption:
        """The same at the beginning of a sentence."""
        many = self.many
        return Caption(en=many.en.capitalize(), zh=many.zh)

    def _meaning(self) -> Caption:
        """Say where the map lights up; of a photograph nothing is called ink."""
        nameless = self.shown_picture.label is None or self.read.shape[2] > 1
        if nameless or self.pattern.kind == "mixed":
            return _LIGHTS
        return _LIGHTS_AT.fill(pattern=describe(self.pattern))


def _named(step: ConvStep) -> str:
    return terms.activation(step.activation)


def _sign(step: ConvStep) -> str:
    """Return which sign the printed sum of the products has."""
    return ("zero", "positive", "negative")[int(np.sign(float(fmt.rounded(step.total))))]


def _in_words(count: int) -> Caption:
    """Return how many there are, in words where that reads better."""
    return Caption(en="nine" if count == 9 else str(count), zh=str(count))


def _used(caption: Caption, **values: str | Caption) -> dict[str, str | Caption]:
    """Return those values for which a caption has a field."""
    return {name: value for name, value in values.items() if name in caption.fields}


def describe(pattern: Pattern) -> Caption:
    """Say what a kernel looks for.

    `pattern`: as `kernels.closest_pattern` finds it. Result: such as "an edge, ink above it".
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
_MAP_TITLE = Caption(en="Sliding window: the response map", zh="滑动窗口：响应图")
_PATCH = Caption(en="These {n} pixels are a patch.", zh="这 {n} 个像素叫图块。")
_COLOUR_PATCH = Caption(
    en="These {n} colour pixels are a patch: {k} numbers.",
    zh="这 {n} 个彩色像素是一个图块：{k} 个数。",
)
_SCALED_PATCH = Caption(
    en="These {n} pixels, scaled as the network reads them.", zh="这 {n} 个像素，按网络的读法缩放。"
)
_FILTER = Caption(en="A kernel: {n} learned weights.", zh="卷积核：学到的 {n} 个权重。")
_HAND_MADE = Caption(
    en="A kernel made by hand: {n} weights, no bias.", zh="人工设计的卷积核：{n} 个权重，没有偏置。"
)
_SIGNS = Caption(
    en="Blue weights vote for, orange (−) ones against.",
    zh="蓝色权重支持，橙色（−）反对。",
)
_WHICH_SIGN = Caption(
    en="Pixel times weight, added up: what is the sum?", zh="逐格相乘再求和：和是什么？"
)
_SIGN_NAMES = {
    "positive": Caption(en="positive", zh="正"),
    "zero": Caption(en="zero", zh="零"),
    "negative": Caption(en="negative", zh="负"),
}
_CANCEL = Caption(
    en="Weights cancel only where ink lies under both.", zh="只有两种权重下面都有墨，和才会是零。"
)
_COUNTED = Caption(
    en="{k} of {n} weights are negative, but weight times ink counts, not how many.",
    zh="{n} 个权重中有 {k} 个为负，但要看权重乘以墨，而不是个数。",
)
_CANCEL_VALUES = Caption(en="The products rarely cancel exactly.", zh="各项很少正好抵消。")
_COUNTED_VALUES = Caption(
    en="{k} of {n} weights are negative, but weight times value counts, not how many.",
    zh="{n} 个权重中有 {k} 个为负，但要看权重乘以数值，而不是个数。",
)
_MANY = Caption(en="{N} products", zh="{N} 个乘积")
_PAPER = Caption(en="No ink", zh="无墨")
_NO_LIGHT = Caption(en="All zeros", zh="全是 0")
_PRODUCTS = Caption(en="Each pixel times its weight.", zh="每个像素乘以它的权重。")
_VOTES = Caption(en="The votes add up: {sign}.", zh="支持加反对：{sign}。")
_VOTES_ROUNDED = Caption(en="Votes add up (rounded): {sign}.", zh="舍入后相加：{sign}。")
_INK_AGAINST = Caption(en="Most ink is under orange.", zh="墨多在橙色下。")
_BIAS = Caption(en="Plus a bias, also learned.", zh="加上偏置，也是学到的。")
_PASSES = Caption(en="{activation} lets it pass as it is.", zh="{activation} 让它原样通过。")
_RULE = Caption(
    en="{activation}: below 0 becomes 0, the rest passes.", zh="{activation}：负数变 0，其余通过。"
)
_CHANGES = Caption(en="{activation} turns it into the response.", zh="{activation} 把它变成响应。")
_ONE_PLACE = Caption(en="One place, one number.", zh="一个位置，一个数。")
_ANOTHER = Caption(en="The same {n} weights, another place.", zh="同样 {n} 个权重，换个位置。")
_WHICH_RESULT = Caption(en="What will {activation} give here?", zh="{activation} 会输出多少？")
_AT_ONCE = Caption(en="All products at once.", zh="一次算完。")
_CUT = Caption(en="Negative: {activation} gives 0.", zh="负数：{activation} 输出 0。")
_BLANK = Caption(en="{where}: the bias alone is left.", zh="{where}：只剩偏置。")
_NOTHING = Caption(en="{where}: every product is 0.", zh="{where}：每个乘积都是 0。")
_BLANK_CHANGED = Caption(
    en="{where}: the bias alone, {b}; {activation} gives {v}.",
    zh="{where}：只剩偏置 {b}，{activation} 得 {v}。",
)
_BLANK_CUT = Caption(
    en="{where}: the bias alone, {b}; {activation} makes it 0.",
    zh="{where}：只剩偏置 {b}，{activation} 得 0。",
)
_FURTHER = Caption(en="Another strong place: {v}.", zh="另一个强响应：{v}。")
_FAINTER = Caption(en="Another place, a weaker response: {v}.", zh="另一处，响应较弱：{v}。")
_SWEEP = Caption(en="{N} weights, {places} places.", zh="{N} 个权重，{places} 处。")
_LIGHTS = Caption(
    en="Where the pattern is, the map lights up.", zh="哪里有这种模式，响应图就在哪里亮起。"
)
_LIGHTS_AT = Caption(en="The map lights up most at {pattern}.", zh="响应图最亮处：{pattern}。")
# In steps of 45 degrees, counterclockwise from the right: where the ink is.
_EDGES = tuple(
    Caption(en=f"an edge with ink {en}", zh=f"{zh}有笔画的边缘")
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
