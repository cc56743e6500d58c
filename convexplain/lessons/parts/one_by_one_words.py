"""What the lesson on the 1 x 1 convolution says, as templates."""

from __future__ import annotations

from convexplain.style.captions import Caption

TITLE = Caption(en="1 × 1 convolution: mix the channels", zh="1×1 卷积：只混合通道")
QUESTION = Caption(
    en="A window of one pixel sees no neighbours. What is it for?",
    zh="窗口只有一个像素，看不到邻居，有什么用？",
)
ANSWER = Caption(
    en="It mixes the channels of each place, often into fewer.",
    zh="它混合每一处的通道，往往变得更少。",
)

PLANES = Caption(
    en="A colour picture: three channels, three numbers per pixel.",
    zh="彩色图：三个通道，每个像素三个数。",
)
PIXEL = Caption(
    en="Weigh each colour by how bright we see it, add up: gray. That is a 1 × 1 filter.",
    zh="三色按人眼看到的亮度加权，再求和：灰度。这就是 1×1 过滤器。",
)
EVERYWHERE = Caption(
    en="Every pixel by itself, with the same three weights.",
    zh="每个像素各算各的，都用这三个权重。",
)
PLACE = Caption(
    en="Each place has one number per map: {c} numbers, {c} weights.",
    zh="每张图一个数：一处 {c} 个数，就有 {c} 个权重。",
)
MIXES = Caption(
    en="Number times weight, added up, as for gray: one filter, one sum.",
    zh="数乘权重再求和，和灰度一样：一个过滤器，一个和。",
)
MIXES_BIASED = Caption(
    en="Number times weight, added up, plus a bias: one filter, one sum.",
    zh="数乘权重再求和，加偏置：一个过滤器，一个和。",
)
FILLS = Caption(en="So at all {n} places: one map.", zh="{n} 个位置都这样：一张图。")
PLACES = Caption(
    en="{k} such filters: {c} maps become {k}.", zh="{k} 个过滤器：{c} 张图变 {k} 张。"
)
CHOSEN = Caption(
    en="{k} such filters, chosen to lose least: {c} maps become {k}.",
    zh="{k} 个过滤器，选得损失最小：{c} 张图变 {k} 张。",
)
HOW_MANY = Caption(
    en="{c} maps are {c} channels: how many weights has a 1 × 1 filter?",
    zh="{c} 张图即 {c} 个通道：1×1 过滤器有几个权重？",
)
WORK = Caption(
    en="1 × 1, then {size} on {k} maps: {p} of the multiplications.",
    zh="先 1×1，再用 {size} 读 {k} 张图：乘法是原来的 {p}。",
)
READ_RIGHT = Caption(
    en="{r} of {n} digits are read right from {k} maps, {q} from all {c}.",
    zh="{n} 个中认对：{k} 张 {r} 个，{c} 张 {q} 个。",
)
AS_MANY = Caption(
    en="About as many are read right: {r} of {n}, with all {c} maps {q}.",
    zh="认对的差不多：{n} 个中 {r} 个，用 {c} 张 {q} 个。",
)
ABOUT = Caption(
    en="A 1 × 1 convolution of {source}: the {c} numbers at row {r}, column {q} are "
    "multiplied with the weights of each of {k} filters and added up.",
    zh="对 {source} 做 1×1 卷积：行 {r}、列 {q} 处的 {c} 个数，"
    "分别与 {k} 个过滤器的权重相乘再求和。",
)

# On the pictures.
COLOURS = (Caption(en="red", zh="红"), Caption(en="green", zh="绿"), Caption(en="blue", zh="蓝"))
GRAY = Caption(en="gray", zh="灰度")
ONE_PIXEL = Caption(en="one pixel", zh="一个像素")
OF_ONE = Caption(en="{c} weights of one filter", zh="一个过滤器的 {c} 个权重")
FULLY = Caption(
    en="{w} weights × {f} filters × {n} places", zh="{w} 个权重 × {f} 个过滤器 × {n} 处"
)
NUMBERS = Caption(en="{n} numbers at one place", zh="同一处的 {n} 个数")
WEIGHTS = Caption(en="{n} filters, {c} weights each", zh="{n} 个过滤器，各 {c} 个权重")
SUMS = Caption(en="{n} sums", zh="{n} 个和")
BEST = Caption(en="chosen so that least is lost", zh="所选权重使损失最小")
LEARNED = Caption(en="As trained, layer {layer}.", zh="训练所得，层 {layer}。")
READ = Caption(en="{c} maps of a network", zh="网络里的 {c} 张图")
MIXED = Caption(en="1 × 1: {k} maps", zh="1×1：{k} 张图")
AND_BIAS = Caption(en="{n} other channels, bias", zh="其余 {n} 个通道，偏置")
ALONE = Caption(en="{size} on {c} maps", zh="{size} 读 {c} 张图")
BEFORE_IT = Caption(en="1 × 1 + {size} on {k} maps", zh="1×1 + {size} 读 {k} 张图")
SHARE = Caption(en="{n} ({p})", zh="{n}（{p}）")
MULTIPLICATIONS = Caption(en="{way}: multiplications", zh="{way}：乘法次数")
RIGHT = Caption(en="{r} of {n} digits read right", zh="{n} 个数字认对 {r} 个")
COUNTED = Caption(en="weights", zh="权重")

#: To wrong counts of the weights of one filter.
REPLIES = {
    "window": Caption(
        en="One pixel wide, but as deep as there are channels.",
        zh="宽只有一个像素，深却等于通道数。",
    ),
    "neighbours": Caption(
        en="That is a 3 × 3 filter: it reads eight neighbours, too.",
        zh="那是 3×3 过滤器：它还读八个邻居。",
    ),
    "places": Caption(
        en="Weights are shared: the same ones at all places.", zh="权重共享：每个位置用同样的权重。"
    ),
}
