"""What the lesson on response maps says."""

from __future__ import annotations

from convexplain.data.kernels import Pattern
from convexplain.style.captions import Caption

WEIGH_TITLE = Caption(en="Response map: what makes a response large", zh="响应图：响应怎样才会大")
SIGNS = Caption(
    en="{ink} under blue votes for the pattern, under orange against.",
    zh="{ink}在蓝色权重下支持，在橙色下反对。",
)
WEIGHS = Caption(
    en="A cell of {layer} weighs a window of {n} channels.",
    zh="{layer} 的一格对 {n} 个通道的窗口加权求和。",
)
WEIGHS_ONE = Caption(
    en="A cell of {layer} weighs a window.", zh="{layer} 的一格对一个窗口加权求和。"
)
WINDOWS = Caption(en="{n} windows, one filter.", zh="{n} 个窗口，一个过滤器。")
WHICH = Caption(en="Which one gets the largest response?", zh="哪个窗口的响应最大？")
MORE_INK = Caption(
    en="{x} holds more {ink} than {best}, but {a} for and {b} against nearly cancel.",
    zh="{x} 的{ink}比 {best} 多，但支持 {a} 与反对 {b} 几乎抵消。",
)
WEIGHING = Caption(en="Each number times its weight.", zh="每个数乘以它的权重。")
ADDING = Caption(
    en="For and against are added, and the bias, a learned constant.",
    zh="支持与反对相加，再加偏置：一个学到的常数。",
)
FULL = Caption(
    en="{x}: much {ink}, but for and against nearly cancel: {v}.",
    zh="{x}：{ink}多，但支持与反对几乎抵消：{v}。",
)
FAINT = Caption(
    en="{x}: it fits, but has less {ink} than {best}: {v}.",
    zh="{x}：吻合，但{ink}比 {best} 少：{v}。",
)
BOTH = Caption(en="{x}: it fits, and has {ink}: {v}.", zh="{x}：吻合，{ink}也多：{v}。")
MOST = Caption(en="{x}: here for wins over against by most.", zh="{x}：支持超出反对最多。")
LAW = Caption(
    en="{ink} where it fits counts: the more, the larger the response.",
    zh="吻合处的{ink}越多，响应越大。",
)
NOTHING = Caption(
    en="Filter {n} finds nothing: its map is blank.", zh="过滤器 {n} 没有响应：图是空白。"
)
SWEPT = Caption(en="The same at every place: a map.", zh="每一处都这样算：一张图。")
LAID = Caption(en="So the map says: where, and how much.", zh="所以响应图说明：在哪里，有多强。")
RESPONSE_OF = Caption(en="{x}: response", zh="{x}：响应")
SEES = Caption(
    en="Largest: {v}. This cell sees {size} pixels.", zh="最大值 {v}，这一格看到 {size} 个像素。"
)
PATTERN = Caption(en="Filter {n} looks for {pattern}.", zh="过滤器 {n} 寻找：{pattern}。")
ANOTHER_PATTERN = Caption(
    en="Filter {n} looks for {pattern}: other places light up.",
    zh="过滤器 {n} 寻找：{pattern}。亮起的是别处。",
)
ANOTHER = Caption(en="Filter {n}: other places light up.", zh="过滤器 {n}：亮起的是别处。")
ABOUT = Caption(
    en="The response map of filter {n} of {layer}, {shape} numbers. The largest, {v}, stands at "
    "row {r}, column {c}; {strong} are above {half}, half of it.",
    zh="{layer} 的过滤器 {n} 的响应图，共 {shape} 个数。最大值 {v} 位于行 {r}、列 {c}；"
    "超过一半（{half}）的有 {strong} 个。",
)

# From the right, against the clock: the angles of patterns.
_SIDES = (
    Caption(en="on the right", zh="右侧"),
    Caption(en="at the upper right", zh="右上"),
    Caption(en="above", zh="上方"),
    Caption(en="at the upper left", zh="左上"),
    Caption(en="on the left", zh="左侧"),
    Caption(en="at the lower left", zh="左下"),
    Caption(en="below", zh="下方"),
    Caption(en="at the lower right", zh="右下"),
)
_EDGE = Caption(en="ink {side}, none {other}", zh="{side}有笔画，{other}没有")
_EDGE_OF_LIGHT = Caption(en="bright {side}, dark {other}", zh="{side}亮，{other}暗")
_LINES = (
    Caption(en="a level line", zh="水平的线"),
    Caption(en="a rising line", zh="右上斜的线"),
    Caption(en="an upright line", zh="竖直的线"),
    Caption(en="a falling line", zh="右下斜的线"),
)
_SPOT = Caption(en="a spot", zh="一个点")


def pattern(found: Pattern, *, ink: bool) -> Caption | None:
    """Say what a kernel looks for; None if it is like no ideal kernel.

    `ink`: whether what it looks at is drawn.
    """
    sector = round(found.angle / 45)
    if found.kind == "edge":
        edge = _EDGE if ink else _EDGE_OF_LIGHT
        return edge.fill(side=_SIDES[sector % 8], other=_SIDES[(sector + 4) % 8])
    if found.kind == "line":
        return _LINES[sector % 4]
    return _SPOT if found.kind == "spot" else None
