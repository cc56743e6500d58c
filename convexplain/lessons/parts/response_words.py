"""What the lesson on response maps says."""

from __future__ import annotations

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
ADDING = Caption(en="{x}: all added up.", zh="{x}：全部相加。")
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
MEASURED = Caption(
    en="How well does each fit, and how strong is its {ink}?",
    zh="每个有多吻合，{ink}有多强？",
)
LAW = Caption(en="A response grows with match and with strength.", zh="越吻合、越强，响应就越大。")
NOTHING = Caption(
    en="Filter {n} finds nothing: its map is blank.", zh="过滤器 {n} 没有响应：图是空白。"
)
LAID = Caption(en="So the map says: where, and how much.", zh="所以响应图说明：在哪里，有多强。")
VISITS = Caption(en="Each number lies where its window was.", zh="每个数都在它的窗口所在处。")
SEES = Caption(
    en="Largest: {v}. This cell sees {size} pixels.", zh="最大值 {v}，这一格看到 {size} 个像素。"
)
ANOTHER = Caption(en="Filter {n}: other places light up.", zh="过滤器 {n}：亮起的是别处。")
ABOUT = Caption(
    en="The response map of filter {n} of {layer}, {shape} numbers. The largest, {v}, stands at "
    "row {r}, column {c}; {strong} are above {half}, half of it.",
    zh="{layer} 的过滤器 {n} 的响应图，共 {shape} 个数。最大值 {v} 位于行 {r}、列 {c}；"
    "超过一半（{half}）的有 {strong} 个。",
)
