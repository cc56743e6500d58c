"""What the lesson on the way back says, as templates."""

from __future__ import annotations

from convexplain.style.captions import Caption

TITLE = Caption(en="Backward: how a filter learns", zh="反向传播：过滤器怎样学习")
QUESTION = Caption(
    en="A wrong answer. Which way should each weight move?",
    zh="答错了。每个权重该往哪边调？",
)
ANSWER = Caption(
    en="A filter learns by sliding, too: input times error, added up.",
    zh="学习也靠滑动：输入乘以误差，再求和。",
)

# What is wrong.
MISREAD = Caption(
    en="It reads this {k} as {j}: {p} against {q}.",
    zh="{k} 被判为 {j}：{p} 对 {q}。",
)
READ = Caption(en="The network reads this {k} right, with {q}.", zh="网络认对了这个 {k}：{q}。")
LOSS = Caption(en="How wrong, the loss: −ln {q} = {v}.", zh="损失：−ln {q} = {v}。")
LITTLE = Caption(
    en="It is sure, and right: there is little to learn.", zh="认得又对又有把握：没什么可学的。"
)
ERRORS = Caption(
    en="Error: the probability; for the right class, minus 1.",
    zh="误差：概率；正确的那一类再减 1。",
)

# The way back.
BACK = Caption(
    en="The errors run back, layer by layer, to filter {n}.", zh="误差逐层传回，到达过滤器 {n}。"
)
ARRIVED = Caption(
    en="Here {a} of its {b} numbers get an error.", zh="这里 {b} 个数中有 {a} 个得到误差。"
)
WINNER = Caption(
    en="Max pooling: only the winner gets the error.", zh="最大池化：误差只给最大的那个。"
)
SHARES = Caption(
    en="Average pooling: each number gets an equal share.", zh="平均池化：误差平分给每个数。"
)
GATE = Caption(
    en="Where {f} gave 0, nothing passes: {a} of {b} are left.",
    zh="{f} 为 0 处过不去：{b} 个剩 {a} 个。",
)
SLOPES = Caption(
    en="{f}: each error is multiplied by its slope there.", zh="{f}：每个误差乘以该处的斜率。"
)

# The question.
ASK = Caption(
    en="A weight, used at {n} places: how steep?",
    zh="权重用在 {n} 处：损失有多陡？",
)
MEAN = Caption(
    en="A weight that is used everywhere answers for all of it: add, don't average.",
    zh="处处都用到的权重，要为所有位置负责：求和，不取平均。",
)
STRONGEST = Caption(
    en="Every place counts, not only the strongest.", zh="每个位置都算数，不只最强的那个。"
)
EVERY_CELL = Caption(
    en="Those that did not win the pooling did not reach the output: they get nothing.",
    zh="池化中没胜出的数没有传到输出，所以得不到误差。",
)
FLIPPED = Caption(
    en="Nothing is flipped: a weight is blamed for the pixels that it met.",
    zh="没有翻转：权重碰到哪些像素，就对哪些像素负责。",
)

# Input times error.
LAY = Caption(
    en="Lay the errors on the input: multiply, add up.", zh="把误差叠在输入上：相乘，再求和。"
)
PLACES = Caption(
    en="{n} places to stand: {m} sums, one for each weight.",
    zh="能放 {n} 个位置，得 {m} 个和，每个权重一个。",
)
SLOPE = Caption(
    en="Gradient: how the loss changes as the weight grows.", zh="梯度：权重变大时，损失怎样变化。"
)
STEP = Caption(
    en="Every weight takes a small step against its gradient.",
    zh="每个权重都逆着自己的梯度走一小步。",
)
BETTER = Caption(en="Now the {k} gets {q}; the loss is {v}.", zh="这下 {k} 得到 {q}，损失 {v}。")
TOO_FAR = Caption(
    en="Now the {k} gets {q}: that step was too long.", zh="这下 {k} 只得到 {q}：这一步太长了。"
)

# On the pictures.
SHARE_OF_LAYER = Caption(en="error, of the layer's largest", zh="误差，以该层最大值为 1")
AT_LOSS = Caption(en="loss {v}", zh="损失 {v}")
THE_WEIGHT = Caption(en="weight, row {r}, column {c}", zh="权重，行 {r}、列 {c}")
TANGENT = Caption(en="slope {v}", zh="斜率 {v}")
OF_THIS = Caption(en="loss on this picture", zh="这张图的损失")
BEFORE_ACTIVATION = Caption(en="before {f}", zh="{f} 之前")
SENT_BACK = Caption(en="its error goes", zh="误差传给")
BEFORE, AFTER = Caption(en="before", zh="之前"), Caption(en="after", zh="之后")
RATE_OF_LEARNING = Caption(en="learning rate", zh="学习率")
RATE = Caption(
    en="Plain gradient descent on this one picture, rate {r}; training averages over many.",
    zh="只对这一张图做梯度下降，学习率 {r}；真正训练时对许多图取平均。",
)
ABOUT = Caption(
    en="How filter {n} of {layer} gets its gradient: the errors of its map, laid on the input, "
    "multiplied and added up, one sum for each weight.",
    zh="{layer} 的过滤器 {n} 怎样得到梯度：把响应图上的误差叠在输入上，相乘再求和，"
    "每个权重一个和。",
)
