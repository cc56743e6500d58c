"""What the lesson channels says: titles, captions, and the labels of its pictures."""

from __future__ import annotations

from convexplain.style.captions import Caption

# Titles and captions, by beat.

TITLE = Caption(en="Channels: {c} in, one number out", zh="通道：{c} 个通道，求和得到一个数")
FILTERS_TITLE = Caption(en="How many filters?", zh="用多少个过滤器？")
CAPTIONS = {
    "kernel": Caption(
        en="A kernel made by hand: {n} weights that look for red on the left, blue on the right.",
        zh="人工设计的卷积核：{n} 个权重，寻找左红右蓝的地方。",
    ),
    "sum": Caption(
        en="In each channel {k} products make one sum. The sums are added, not averaged: {v}.",
        zh="每个通道 {k} 个乘积，各得一个和；3 个和相加，不取平均：{v}。",
    ),
    "map": Caption(
        en="Place after place: three channels in, one map out.",
        zh="逐个位置算下去：输入 3 个通道，输出 1 张图。",
    ),
    "layer": Caption(
        en="After a layer, a channel is no colour any more: it is one filter's response.",
        zh="经过一层之后，通道不再是颜色，而是过滤器的响应。",
    ),
    "open": Caption(
        en="A learned filter: {w} weights and one bias. First channel {c}, cell by cell.",
        zh="学到的过滤器：{w} 个权重，1 个偏置。先看通道 {c}。",
    ),
    "channels": Caption(
        en="The {m} largest channels, the {r} others together, and one bias make one number: {v}.",
        zh="贡献最大的 {m} 个通道、其余 {r} 个通道、偏置，合成一个数：{v}。",
    ),
    "deep": Caption(
        en="At this place each of the {f} filters gives one number: output[{r}, {k}, :].",
        zh="在这个位置，{f} 个过滤器各得一个数：output[{r}, {k}, :]。",
    ),
    "sweep": Caption(
        en="Place after place: the depth is {f}, the number of filters, not {f} × {c} maps.",
        zh="逐处算完：深度就是过滤器数 {f}，不是 {f} × {c} 张图。",
    ),
}
#: For the number of filters: where the runs differ more than the numbers do, and where not.
WITHIN = Caption(
    en="From {a} to {b} filters: {m} times the work; the mistakes differ less than the runs do.",
    zh="从 {a} 个到 {b} 个：乘法 {m} 倍，错误率的差别在波动之内。",
)
BEYOND = Caption(
    en="From {a} to {b} filters: {m} times the work; mistakes go from {x} to {y}.",
    zh="从 {a} 个到 {b} 个：乘法 {m} 倍，错误率从 {x} 到 {y}。",
)

# Labels of the photograph's part.

COLOURS = (Caption(en="red", zh="红"), Caption(en="green", zh="绿"), Caption(en="blue", zh="蓝"))
PHOTO = Caption(en="Input: a photograph", zh="输入：一张照片")
SHAPE = Caption(en="{shape}: height, width, channels", zh="{shape}：高、宽、通道")
SUMS = Caption(en="Sums", zh="求和")
HAND_MADE = Caption(
    en="made by hand: {shape} = {n} weights, no bias", zh="人工设计：{shape} = {n} 个权重，无偏置"
)

# Labels of the network's part.

INPUT = Caption(en="Input: {layer} output", zh="输入：{layer} 的输出")
FILTER = Caption(
    en="Filter {n}: {shape} = {w} weights + 1 bias",
    zh="过滤器 {n}：{shape} = {w} 个权重 + 1 个偏置",
)
TOTAL = Caption(en="sum {z}, then ReLU", zh="求和 {z}，再经过 ReLU")
OUTPUT = Caption(en="Output: {n} channels", zh="输出：{n} 个通道")
ONE_EACH = Caption(en="one channel for each filter", zh="一个过滤器对应一个通道")
WHOLE = Caption(en="{shape}: height, width, filters", zh="{shape}：高、宽、过滤器")
DEEP = Caption(en="output[{r}, {k}, :]: {n} numbers", zh="output[{r}, {k}, :]：{n} 个数")
FILTER_SAYS = Caption(en="filter {n}: {v}", zh="过滤器 {n}：{v}")

# The table of what was measured.

IN_CONV1 = Caption(en="filters in conv1", zh="conv1 过滤器")
MISREAD = Caption(en="digits misread", zh="错误率")
MEASURED = Caption(
    en="Trained briefly; mean of {n} runs, and their range.",
    zh="短时间训练；{n} 次的平均值和范围。",
)
