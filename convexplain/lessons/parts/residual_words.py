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
    en="What came in, as it is, plus a change: the sum goes on.",
    zh="输入原样，加上改动：传下去的是两者的和。",
)
CAME = Caption(en="came in", zh="输入")
CAME_ONE = Caption(en="came in: one of {n} maps", zh="输入：{n} 张响应图之一")
PICTURE = Caption(en="picture", zh="图片")
CHANGE = Caption(en="change", zh="改动")
SUM = Caption(en="goes on", zh="传下去")
LAYERS = Caption(en="{n} layers", zh="{n} 层")
ROUND = Caption(en="shortcut", zh="捷径")
ALL_ZERO = Caption(en="{n} layers: all 0", zh="{n} 层：全为 0")
ZERO = Caption(en="all 0", zh="全为 0")
CONVOLUTIONS = Caption(en="{n} convolutions", zh="{n} 个卷积")
SHORTCUTS = {
    "no": Caption(en="without shortcut", zh="没有捷径"),
    "yes": Caption(en="with shortcut", zh="有捷径"),
}
FIRST_GRADIENT = Caption(
    en="gradient length at the first convolution, before training",
    zh="训练前首层卷积的梯度长度",
)
READ_RIGHT = Caption(
    en="test digits read right, after {n} steps",
    zh="训练 {n} 步后测试手写数字认对的比例",
)
MEANS = Caption(en="each a mean of {s} networks", zh="均为 {s} 个网络的平均")
WAYS = Caption(
    en="Two ways lead to the plus: through {n} layers, and by the shortcut.",
    zh="两条路通向加号：穿过 {n} 层，或者走捷径。",
)
ARRIVE = Caption(
    en="The shortcut brings what came in; the layers give a change, the residual.",
    zh="捷径带来输入，各层给出改动，即残差。",
)
MEET = Caption(en="At one place {a} came in; the change is {b}.", zh="同一处：输入 {a}，改动 {b}。")
ADDS = Caption(
    en="They are added, each number to the one at its own place.",
    zh="两者相加，每个数各加同一位置的数。",
)
ALL = Caption(
    en="So for all {n} numbers of this map.",
    zh="这张图的 {n} 个数都这样。",
)
BACK = Caption(
    en="Backwards the same: by the shortcut the gradient arrives.",
    zh="反过来也一样：沿着捷径，梯度到达。",
)
#: Through layers of zeros.
BACK_ZEROS = Caption(
    en="Backwards the same: the gradient arrives by the shortcut, without it none.",
    zh="反过来也一样：梯度沿捷径到达，没有则为 0。",
)
FIRST = Caption(
    en="Gradient at the first of {n} untrained convolutions: {b}; without shortcut {a}.",
    zh="{n} 个卷积首层梯度 {b}；没有捷径 {a}。",
)
MANY = Caption(
    en="{n} convolutions, trained: {a} right without, {b} with.",
    zh="{n} 个：没有 {a}，有捷径 {b}。",
)
FEW = Caption(
    en="{n} convolutions: {a} without, {b} with. Hardly a difference.",
    zh="{n} 个：{a} 和 {b}，几乎一样。",
)
ASKED = Caption(
    en="All weights and biases set to 0: what leaves the plus?",
    zh="权重和偏置全设为 0：加号送出什么？",
)
SILENT = Caption(en="The layers give 0.", zh="各层给出 0。")
UNCHANGED = Caption(en="So what came in goes on, unchanged.", zh="所以输入原样传下去。")
ROW = Caption(
    en="{n} blocks of zeros in a row: with shortcut the map still arrives, without it 0.",
    zh="{n} 个全为 0 的块相连：有捷径，图到达；没有，得到 0。",
)
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
        Caption(en="the same as before", zh="和之前一样"),
        Caption(en="The change is gone from the sum.", zh="和里面少了改动。"),
    ),
)
