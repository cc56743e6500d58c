"""What the lesson on response maps says."""

from __future__ import annotations

from convexplain.style.captions import Caption

WEIGH_TITLE = Caption(en="Response map: what makes a response large", zh="响应图：响应怎样才会大")
ALL_TITLE = Caption(
    en="One picture, {n} filters, {n} maps", zh="一幅图，{n} 个过滤器，{n} 张响应图"
)
SIGNS = Caption(
    en="{ink} under blue votes for it, under orange against.",
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
AGAINST = Caption(
    en="In {x} the {ink} lies under the negative weights: {v}.",
    zh="{x} 的{ink}落在负权重下：{v}。",
)
FULL = Caption(
    en="{x}: more {ink} than {best}; votes nearly cancel.",
    zh="{x}：{ink}比 {best} 多，但支持与反对几乎抵消。",
)
NEGATIVE = Caption(en="{x}: the votes against win, {v}.", zh="{x}：反对的更多，{v}。")
CUT = Caption(
    en="{x}: the votes against win; {activation} makes it {v}.",
    zh="{x}：反对的更多，{activation} 把它变成 {v}。",
)
FITS = Caption(
    en="{x}: {ink} under blue weights, little under orange.",
    zh="{x}：{ink}落在蓝色权重下，橙色下很少。",
)
MOST = Caption(en="{x}: here the votes for it win by most.", zh="{x}：支持超出反对最多。")
CLOSEST = Caption(
    en="{x} matches better, but has less {ink}: {v}.", zh="{x} 更吻合，但{ink}更少：{v}。"
)
LAW = Caption(
    en="A response is match times {ink}, not a probability.", zh="响应 = 吻合度 × {ink}，不是概率。"
)
NOTHING = Caption(
    en="Filter {n} finds nothing: its map is blank.", zh="过滤器 {n} 没有响应：图是空白。"
)
LAID = Caption(en="So the map says: where, and how much.", zh="所以响应图说明：在哪里，有多强。")
VISITS = Caption(en="Each number lies where its window was.", zh="每个数都在它的窗口所在处。")
SEES = Caption(
    en="Largest: {v}. This cell sees {size} pixels.", zh="最大值 {v}，这一格看到 {size} 个像素。"
)
ANOTHER = Caption(en="Filter {n}: other places light up.", zh="过滤器 {n}：亮起的是别处。")
FURTHER = Caption(en="Filter {a}: others again.", zh="过滤器 {a}：又是别处。")
FURTHER_TWO = Caption(en="Filters {a} and {b}: others again.", zh="过滤器 {a} 和 {b}：又是别处。")
ALL = Caption(
    en="{n} filters, {n} maps, one colour scale.", zh="{n} 个过滤器，{n} 张响应图，同一色标。"
)
ABOVE_ZERO = Caption(
    en="At this place {k} of {n} are above zero.", zh="这个位置上，{n} 个中有 {k} 个大于零。"
)
BLANK = Caption(en="{d} of {n} filters find nothing here.", zh="{n} 个过滤器中有 {d} 个没有响应。")
TINT = Caption(
    en="Filter {n} tints blank paper: its bias is {b}.", zh="过滤器 {n} 给空白处上色：偏置是 {b}。"
)
NAME = Caption(
    en="output[:, :, {n}] is this map: all rows, all columns.",
    zh="output[:, :, {n}] 就是这张图：所有行、所有列。",
)
ABOUT = Caption(
    en="The response map of filter {n} of {layer}, {shape} numbers. The largest, {v}, stands at "
    "row {r}, column {c}; {strong} are above {half}, half of it.",
    zh="{layer} 的过滤器 {n} 的响应图，共 {shape} 个数。最大值 {v} 位于行 {r}、列 {c}；"
    "超过一半（{half}）的有 {strong} 个。",
)
