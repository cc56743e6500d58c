"""What the lesson on channels says, as templates."""

from __future__ import annotations

from convexplain.style.captions import Caption

TITLE = Caption(en="Channels: {c} in, one filter", zh="通道：{c} 个通道，一个过滤器")
TITLE_ALL = Caption(en="Channels: {c} in, {f} filters", zh="通道：{c} 个通道，{f} 个过滤器")
QUESTION = Caption(
    en="Several channels, one filter: what does it make of them?",
    zh="多个通道，一个过滤器：结果是什么？",
)
ANSWER = Caption(
    en="A filter reads all channels and adds: one map for each filter.",
    zh="过滤器读全部通道并相加：一个过滤器，一张图。",
)

# A photograph.
PEEL = Caption(en="A colour picture is three maps.", zh="彩色图是 3 张图。")
WINDOW = Caption(en="One window, three patches.", zh="一个窗口，3 个图块。")
OWN = Caption(
    en="Each channel has its own kernel. ⊙: times it, cell by cell.",
    zh="每个通道有自己的卷积核。⊙：逐格相乘。",
)
PRODUCTS_OF = Caption(en="{name}: products", zh="{name}：乘积")
SUMS = Caption(en="{k} products of each, added up.", zh="每个通道 {k} 个乘积，各自求和。")
ADDED = Caption(
    en="Added up: one number, one cell of the map.", zh="全部相加：一个数，图上的一格。"
)
TRAINED = Caption(
    en="Filter {f} of {layer} of a colour network, as trained; products as whole numbers.",
    zh="彩色图网络 {layer} 的过滤器 {f}（训练得到）；乘积取整数。",
)
BYTES = Caption(en="light of a channel", zh="通道的亮度")
# A layer of a network.
LAYER = Caption(en="Inside the network: {c} maps.", zh="网络内部：{c} 张图。")
LAYER_OF_DIGIT = Caption(
    en="Now inside the digit network, after {layer}: {c} maps of this {k}.",
    zh="再看数字网络，{layer} 之后：这个 {k} 的 {c} 张图。",
)
LAYER_OF_PICTURE = Caption(
    en="Inside a network, after {layer}: {c} maps of this {k}.",
    zh="网络里 {layer} 之后：这个 {k} 的 {c} 张图。",
)
PICTURE = Caption(en="picture", zh="图片")
HOW_MANY = Caption(
    en="The windows go everywhere: how many maps does this filter make?",
    zh="窗口走遍各处：这个过滤器得到几张图？",
)
EACH_CHANNEL = Caption(
    en="The filter adds its {c} sums before they leave.", zh="过滤器先把 {c} 个和相加，再输出。"
)
OF_ALL = Caption(
    en="So many filters the layer has; this is one of them.",
    zh="这是整层的过滤器数；这里只有一个。",
)
FIRST = Caption(
    en="Channel {n}: {k} products, one sum.",
    zh="通道 {n}：{k} 个乘积，一个和。",
)
NEXT = Caption(en="Next, the {m} that count most after it.", zh="接着是作用其次大的 {m} 个。")
NEXT_ONE = Caption(en="The other one follows.", zh="接着是另一个。")
REST = Caption(en="And the other {r}.", zh="还有其余 {r} 个。")
REST_AGAINST = Caption(en="And the other {r}, some against.", zh="其余 {r} 个，有支持也有反对。")
ALL = Caption(en="All {c} make one number.", zh="{c} 个通道合成一个数。")
ONLY = Caption(en="The one channel makes one number.", zh="一个通道，一个数。")
AGAINST = Caption(en="Channel {n} speaks against: {v}.", zh="通道 {n} 反对：{v}。")
ANOTHER = Caption(en="Filter {n} at the same place says {v}.", zh="同一位置，过滤器 {n} 得到 {v}。")
ONE_MAP = Caption(en="One filter, one map.", zh="一个过滤器，一张图。")
ONE_MAP_RELU = Caption(
    en="One filter, one map; sums below 0 become 0 (ReLU).",
    zh="一个过滤器，一张图；负的和变成 0（ReLU）。",
)
ALL_MAPS = Caption(en="{f} filters, {f} maps.", zh="{f} 个过滤器，{f} 张图。")

# Names in the pictures.
COLOURS = (Caption(en="red", zh="红"), Caption(en="green", zh="绿"), Caption(en="blue", zh="蓝"))
PHOTO = Caption(en="photograph", zh="照片")
HAND_MADE = Caption(
    en="Kernel made by hand, {n} weights; green is not asked.",
    zh="人工设计的卷积核，{n} 个权重；绿色不参与。",
)
MANY = Caption(en="{c} maps, {size} each", zh="{c} 张图，每张 {size}")
IN_OUT = Caption(en="{c} maps in, one out", zh="{c} 张进，一张出")
OF_MAPS = Caption(en="{layer}: {shape}", zh="{layer}：{shape}")
SOME = Caption(
    en="{k} of {c}: those that count most here.", zh="{c} 个中的 {k} 个：在这里作用最大的。"
)
MANY_OF = Caption(en="{k} of {f} maps, {size} each", zh="{f} 张图中的 {k} 张，每张 {size}")
MORE = Caption(en="+ {n} more", zh="另有 {n} 张")
KERNEL_OF = Caption(en="Kernel of {name}: {values}.", zh="{name}通道的卷积核：{values}。")
PILE = Caption(
    en="The sums of {c} channels as a pile of blocks: positive up, negative down.",
    zh="{c} 个通道的和叠在一起：正的在上，负的在下。",
)
PLACE = Caption(
    en="Filter {n} of {layer} at row {r}, column {c} (counted from 0).",
    zh="{layer} 的过滤器 {n}，行 {r}、列 {c}（编号从 0 开始）。",
)
BLOCKS = Caption(en="{c} channels", zh="{c} 个通道")
ABOUT = Caption(
    en="Filter {n} of {here} reads all {c} channels of {layer} at row {r}, column {k}. Sums of "
    "the products by channel, largest first: {top}. All others together: {rest}; the bias: "
    "{bias}. In all {z}; after {activation}: {v}.",
    zh="{here} 的过滤器 {n} 在行 {r}、列 {k} 读取 {layer} 的全部 {c} 个通道。"
    "各通道乘积之和，从大到小：{top}。其余通道共 {rest}，偏置 {bias}。"
    "总和 {z}，经过 {activation} 为 {v}。",
)
ABOUT_PHOTO = Caption(
    en="A photograph, {shape}, and a kernel of three channels at row {r}, column {c}. The three "
    "sums are added, not averaged: {v}.",
    zh="一张照片（{shape}），三个通道的卷积核位于行 {r}、列 {c}。3 个和相加，不取平均：{v}。",
)
SAYS = Caption(en="channel {n}: {v}", zh="通道 {n}：{v}")
TILE = Caption(en="Channel {n} gives {v} here.", zh="通道 {n} 在这里给出 {v}。")
