"""What the lesson on local patterns says."""

from __future__ import annotations

from convexplain.style.captions import Caption

TITLE = Caption(
    en="Local patterns: one small question, asked everywhere",
    zh="局部模式：同一个小模板，比对每个位置",
)
APART = Caption(en="Local patterns: the digit, patch by patch", zh="局部模式：把手写数字拆成图块")
CONTROL = Caption(
    en="A control: what if nothing is local any more?", zh="对照实验：如果不再有局部模式？"
)
QUESTION = Caption(
    en="Why does a filter look at only 3 × 3 pixels at a time?",
    zh="过滤器为什么一次只看 3 × 3 个像素？",
)
ANSWER = Caption(
    en="A dense unit compares the whole picture once; a filter compares its 3 × 3 template at "
    "every place.",
    zh="全连接单元拿整幅图比对一次；过滤器拿 3 × 3 小模板，在每个位置各比对一次。",
)
DENSE = Caption(
    en="A dense unit has one weight for each pixel: {n} products and a bias make one number, {v}.",
    zh="全连接单元给每个像素一个权重：{n} 个乘积之和加上偏置，得到一个数：{v}。",
)
NEVER = Caption(
    en="{n} border pixels were never inked in training: their weights are still random, as "
    "initialised.",
    zh="边缘有 {n} 个像素在训练中从未有过笔画，它们的权重仍是初始的随机数。",
)
FILTER = Caption(
    en="A filter has only {w} weights, and asks the same question at all {n} places.",
    zh="一个过滤器只有 {w} 个权重，在全部 {n} 个位置问同一个问题。",
)
#: By how many places it finds: none, one, several.
FOUND = (
    Caption(
        en="On this digit it finds nothing, in others it does: one filter serves all places.",
        zh="这里没有它的模式，其他样本里有：同一个过滤器用于所有位置。",
    ),
    Caption(
        en="Its pattern is here once, and in other digits too: one filter serves all places.",
        zh="它的模式这里有 1 处，其他样本里也有：同一个过滤器用于所有位置。",
    ),
    Caption(
        en="It finds its pattern at places 1 to {n}, and in other digits: one filter serves all.",
        zh="1 到 {n} 处都是它的模式，其他样本里也有：处处用同一个过滤器。",
    ),
)
PATCHES = Caption(
    en="The digit breaks into {n} patches. Each of the {m} with ink flies to the filter that it "
    "excites most.",
    zh="手写数字拆成 {n} 个图块，其中 {m} 个有笔画，各自飞向它最能激活的过滤器。",
)
AGAIN = Caption(
    en="Filter {f} gets {n} of them; in other digits it finds the same small pattern.",
    zh="过滤器 {f} 得到 {n} 个；在其他样本里，它找到同样的小模式。",
)
BELOW = Caption(
    en="Shuffle all pixels by one rule, train again: the convnet loses {a} points and falls "
    "below the dense one, which moves by {b}.",
    zh="按同一规则打乱像素再训练：卷积网络下降 {a} 个百分点，不如全连接网络（{b}）。",
)
ABOVE = Caption(
    en="Shuffle all pixels by one rule, train again: the convnet changes by {a} points, the dense "
    "network by {b}.",
    zh="按同一规则打乱像素再训练：卷积网络变化 {a} 个百分点，全连接网络变化 {b}。",
)
