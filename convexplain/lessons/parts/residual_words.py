"""What the lesson on the residual block says, and what stands beside its pictures."""

from __future__ import annotations

from convexplain.lessons.parts.beats import Choice
from convexplain.style.captions import Caption

TITLE = Caption(en="Residual block: an arrow round the layers", zh="残差块：绕过各层的箭头")
QUESTION = Caption(
    en="An arrow goes round the layers. What is added to what?",
    zh="有一条箭头绕过各层。什么和什么相加？",
)
ANSWER = Caption(
    en="Responses and gradient get through: deep networks learn better.",
    zh="响应和梯度都能通过，深层网络学得更好。",
)
ADDED = Caption(en="A change is added to what came in.", zh="改动加到输入上。")
CAME = Caption(en="came in", zh="输入")
CAME_ONE = Caption(en="came in: one of {n} maps", zh="输入：{n} 张响应图之一")
PICTURE = Caption(en="picture", zh="图片")
CHANGE = Caption(en="change", zh="改动")
RESIDUAL = Caption(en="change (residual)", zh="改动（残差）")
SUM = Caption(en="goes on", zh="传下去")
LAYERS = Caption(en="{n} layers", zh="{n} 层")
ROUND = Caption(en="shortcut", zh="捷径")
ALL_ZERO = Caption(en="{n} layers: all 0", zh="{n} 层：全为 0")
BLOCK = Caption(en="block {n}", zh="块 {n}")
BLOCKS = Caption(en="{n} blocks in a row", zh="{n} 块相连")
SHORTCUTS = {
    "yes": Caption(en="with shortcuts", zh="有捷径"),
    "no": Caption(en="without shortcuts", zh="没有捷径"),
}
READ_RIGHT = Caption(
    en="test digits read right after {n} steps of training",
    zh="训练 {n} 步后测试手写数字认对的比例",
)
MEAN = Caption(
    en="mean of {s} networks of such blocks, maps {m}", zh="{s} 个同样网络的平均，图 {m}"
)
GRADIENT = Caption(en="size of the gradient", zh="梯度大小")
ARROWS = Caption(
    en="Each block: conv, relu, conv; relu at its end. No norm.",
    zh="每块：conv、relu、conv，末尾 relu，没有 norm。",
)
WAYS = Caption(
    en="Two ways lead to the plus: through {n} layers, and by the shortcut.",
    zh="两条路通向加号：一条穿过 {n} 层，一条走捷径。",
)
ARRIVE = Caption(
    en="The layers make a change, the residual; the shortcut brings what came in.",
    zh="各层给出改动，即残差；捷径带来输入。",
)
MEET = Caption(en="At one place {a} came in; the change is {b}.", zh="同一处：输入 {a}，改动 {b}。")
ADDS = Caption(
    en="They are added, as are all {n} numbers, each at its own place.",
    zh="相加；{n} 个数都这样，各加同一位置的数。",
)
STACK = Caption(
    en="{n} untrained blocks in a row: what is left of the responses?",
    zh="{n} 个未训练的块相连：响应还剩多少？",
)
LEFT = Caption(
    en="With shortcuts responses leave block {n}; without, almost none leave block {k}.",
    zh="有捷径，块 {n} 仍送出响应；没有，块 {k} 几乎送不出。",
)
BACK = Caption(
    en="Layers learn from the gradient. It comes back by the shortcuts, too.",
    zh="各层靠梯度学习，它从末端往回传，也走捷径。",
)
ARRIVING = Caption(
    en="Back at the first map: {yes} with shortcuts; without, it shrinks to {no}.",
    zh="回到输入：有捷径 {yes}；没有，缩到 {no}。",
)
MANY = Caption(
    en="{n} blocks, trained: {yes} right with, {no} without.",
    zh="{n} 块训练后：有捷径 {yes}，没有 {no}。",
)
FEW = Caption(
    en="{n} blocks: {yes} with, {no} without. Hardly a difference.",
    zh="{n} 块：{yes} 和 {no}，几乎一样。",
)
ASKED = Caption(
    en="All weights and biases set to 0: what leaves the plus?",
    zh="权重和偏置全设为 0：加号送出什么？",
)
SILENT = Caption(en="The layers give 0.", zh="各层给出 0。")
UNCHANGED = Caption(en="So what came in goes on, unchanged.", zh="所以输入原样传下去。")
#: What may go on if all weights of a block are 0.
ZEROS = (
    Choice(Caption(en="what came in", zh="输入")),
    Choice(
        Caption(en="0 everywhere", zh="处处为 0"),
        Caption(
            en="Only the change is 0; the shortcut does not pass through the layers.",
            zh="只有改动为 0；捷径不经过这些层。",
        ),
    ),
    Choice(
        Caption(en="the sum from before", zh="之前的和"),
        Caption(en="The change is gone from the sum.", zh="和里面少了改动。"),
    ),
)
