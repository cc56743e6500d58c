"""What the lesson on separable convolutions says, as templates."""

from __future__ import annotations

from convexplain.style.captions import Caption

TITLE = Caption(
    en="Depthwise separable: one kernel a channel, then mix",
    zh="深度可分离卷积：逐通道滑动，再混合",
)
QUESTION = Caption(
    en="Can filters do with far fewer weights?",
    zh="过滤器能用少得多的权重吗？",
)
ANSWER = Caption(
    en="First slide, then mix: far fewer weights, but filters share their kernels.",
    zh="先滑动，再混合：权重少得多，但过滤器共用卷积核。",
)

# An ordinary layer.
AT_ONCE = Caption(
    en="An ordinary filter slides and mixes at once: {k} weights for each of {c} channels.",
    zh="普通过滤器同时滑动和混合：{c} 个通道各有 {k} 个权重。",
)
EVERY_FILTER = Caption(
    en="{f} filters, each with its own: {k} × {c} × {f} = {n} weights.",
    zh="{f} 套：{k} × {c} × {f} = {n} 个权重。",
)

# Both steps.
OWN_KERNEL = Caption(
    en="Step one, slide: each channel has a kernel of its own.",
    zh="第一步，滑动：每个通道只用自己的卷积核。",
)
OWN_KERNELS = Caption(
    en="Step one, slide: each channel has {n} kernels of its own; here the first.",
    zh="第一步，滑动：每个通道只用自己的 {n} 个卷积核，这里是其中第一个。",
)
ONE_FOR_ALL = Caption(
    en="Step one, slide: each channel has one kernel for all {f} filters.",
    zh="第一步，滑动：每个通道只用一个卷积核，{f} 个过滤器共用。",
)
MIXES = Caption(
    en="Step two, mix: a filter adds up the channels, each times one weight.",
    zh="第二步，混合：过滤器把每个通道乘以一个权重，再相加。",
)
SHARES = Caption(
    en="All {f} filters mix these same maps: a weight for each.",
    zh="{f} 个过滤器混合的都是这些图：各用一个权重。",
)

# What is saved.
ASK = Caption(
    en="{c} channels, {f} filters: how many weights now?",
    zh="{c} 个通道、{f} 个过滤器：现在多少个权重？",
)
NO_MIXING = Caption(
    en="Without the mixing weights no channel has met another.",
    zh="没有混合用的权重，各通道就从未相遇。",
)
ORDINARY_STILL = Caption(
    en="There every filter has its own kernel for each channel.",
    zh="那是普通卷积：每个过滤器对每个通道都有自己的卷积核。",
)
AREAS = Caption(
    en="Slide {k} × {c}, mix {m} × {f}: {b} weights, {p} of before.",
    zh="滑动 {k} × {c}，混合 {m} × {f}：共 {b}，原来的 {p}。",
)
WORK = Caption(
    en="Each weight, mixing too, is used at {n} places: {p} of the multiplications.",
    zh="每个权重（混合的也是）用在 {n} 处：乘法也降到 {p}。",
)

# The price.
ONE_EACH = Caption(
    en="On channel {n} all filters have one kernel, each times its weight.",
    zh="在通道 {n} 上，所有过滤器共用一个卷积核，各乘自己的权重。",
)
PRICE = Caption(
    en="The price: on each channel, filters can differ only by a factor.",
    zh="代价：在每个通道上，过滤器之间只能差一个倍数。",
)
READ_RIGHT = Caption(
    en="Not retrained, {a} of {n} digits are read right; before, {b}.",
    zh="未重新训练：{n} 个手写数字认对 {a} 个，原来 {b} 个。",
)
NOT_RETRAINED = Caption(
    en="With the closest kernels, not retrained, {a} becomes {b}.",
    zh="换成最接近的卷积核，未重新训练：{a} 变为 {b}。",
)

# In the pictures.
ORDINARY = Caption(en="ordinary", zh="普通")
SEPARABLE = Caption(en="separable", zh="可分离")
MIXING_WEIGHT = Caption(en="mixing weight", zh="混合权重")
FILTERED = Caption(en="filtered", zh="滑动后")
SIZED = Caption(en="{map}, {size}", zh="{map}，{size}")
PLUS = Caption(en="+ {name}", zh="+ {name}")
MORE = Caption(en="… and {n} more channels", zh="……另有 {n} 个通道")
PLUS_MORE = Caption(en="+ {n} more channels", zh="+ 另外 {n} 个通道")
KERNELS = Caption(en="{n} kernels", zh="{n} 个卷积核")
ONE_KERNEL = Caption(en="one kernel", zh="一个卷积核")
CLOSEST = Caption(en="one kernel, closest to the {n}", zh="一个卷积核，最接近这 {n} 个")
MIXING_WEIGHTS = Caption(en="{n} mixing weights", zh="{n} 个混合权重")
FILTERED_TIMES = Caption(en="filtered × {v}", zh="滑动后 × {v}")
KERNEL_TIMES = Caption(en="kernel × {v}", zh="卷积核 × {v}")
WALL = Caption(
    en="{way}: {k} of {f} filters (columns), {n} weights",
    zh="{way}：{f} 个过滤器（列）中的 {k} 个，{n} 个权重",
)
PART = Caption(
    en="Channels 0 to {c} and filters 0 to {f}, to scale.",
    zh="通道 0 到 {c}、过滤器 0 到 {f}，按比例绘制。",
)
#: Of the map of a filter, after the name of its layer.
SO_FAR = Caption(
    en="{layer}, filter {n}: {k} of {c} channels", zh="{layer}，过滤器 {n}：{c} 个通道中的 {k} 个"
)
ALL_ADDED = Caption(en="{layer}, filter {n}: all channels", zh="{layer}，过滤器 {n}：所有通道相加")
#: How weights are counted.
COUNTED = Caption(en="ordinary: {way} = {n} weights", zh="普通：{way} = {n} 个权重")
SLIDE = Caption(en="slide: {way} = {n}", zh="滑动：{way} = {n}")
MIX = Caption(en="mix: {way} = {n}", zh="混合：{way} = {n}")
SHARE_OF = Caption(en="{p} of the {n}", zh="{n} 的 {p}")
ABOUT = Caption(
    en="The weights of {layer} to scale: {k} for each of {c} channels and {f} filters, "
    "or as a separable layer {k} for each channel and one for each channel and filter.",
    zh="{layer} 的权重，按比例绘制：普通卷积中 {c} 个通道、{f} 个过滤器，每对各 {k} 个；"
    "可分离卷积中每个通道 {k} 个，每对通道和过滤器再各一个。",
)
