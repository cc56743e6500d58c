"""What the lesson on the way back says, as templates."""

from __future__ import annotations

from convexplain.style.captions import Caption

TITLE = Caption(en="Backward: how a filter learns", zh="反向传播：过滤器怎样学习")
QUESTION = Caption(
    en="Which way should each weight move?",
    zh="每个权重该往哪边调？",
)
ANSWER = Caption(
    en="Each weight steps against its gradient: input × error, added up.",
    zh="每个权重逆着梯度走：输入乘误差，求和。",
)

# What is wrong.
ASKED = Caption(
    en="This {k} is read as {j}. Which way should each weight move?",
    zh="这个 {k} 被认成 {j}。每个权重该往哪边调？",
)
ASKED_RIGHT = Caption(
    en="This {k} is read right, with {q}. Which way should each weight move?",
    zh="这个 {k} 认对了：{q}。每个权重该往哪边调？",
)
MISREAD = Caption(
    en="It reads this {k} as {j}: {p} against {q}.",
    zh="{k} 被判为 {j}：{p} 对 {q}。",
)
READ = Caption(en="The network reads this {k} right, with {q}.", zh="网络认对了这个 {k}：{q}。")
LITTLE = Caption(
    en="It is sure, and right: there is little to learn.", zh="认得又对又有把握：没什么可学的。"
)
ERRORS = Caption(
    en="Answer {p} − target 1 = error {e}.",
    zh="误差：{p} − 1 = {e}",
)

# The way back.
BACK = Caption(
    en="{back} back: if a cell grew, how fast would the loss (how wrong)?",
    zh="往回 {back}：一格变大时，损失（错多少）增大得多快？",
)
WINNER = Caption(
    en="Max pooling kept the largest, {v}: the error goes there, the others get 0.",
    zh="最大池化只留最大的 {v}：误差传给它，其余得 0。",
)
STOPPED = Caption(
    en="Here all are below 0, ReLU gave 0: no error passes.",
    zh="都小于 0，ReLU 给 0：误差过不去。",
)
EVERYWHERE = Caption(
    en="So everywhere: {k} of {n} places get an error.",
    zh="处处如此：{n} 处中 {k} 处有误差。",
)

# The errors as a window.
STAND = Caption(
    en="Laid on the input, they fit at several places.",
    zh="把误差放到输入上：有几个位置放得下。",
)
ASK = Caption(en="At how many places can the errors lie?", zh="这些误差能放在几个位置？")
ONE = Caption(
    en="It moves: by a cell for each further row and column of the kernel.",
    zh="它会移动：卷积核每多一行、一列，就多移一格。",
)
ERRORS_IN_IT = Caption(
    en="So many numbers are in it, but they move together.",
    zh="窗口里有这么多个数，但它们一起移动。",
)
PIXELS = Caption(
    en="So many pixels are there, but it moves only as far as the kernel is large.",
    zh="像素有这么多，但窗口只能移动卷积核那么大的范围。",
)

EACH_WEIGHT = Caption(en="{n} places: one for each weight.", zh="{n} 个位置：每个权重一个。")

# Input times error.
READ_BY = Caption(
    en="Forward, this weight read the pixel under each error.",
    zh="前向时，这个权重读的正是误差下面的像素。",
)
LAY = Caption(
    en="A larger input counts more: input times error, added up.",
    zh="输入越大影响越大：输入乘误差，求和。",
)
PLACES = Caption(
    en="The gradient: how fast the loss grows with the weight.",
    zh="梯度：权重增大时，损失增大得多快。",
)
STEP = Caption(
    en="Each steps against that: below 0 up, above 0 down.",
    zh="逆着它走：小于 0 调大，大于 0 调小。",
)
MOVED = Caption(
    en="A small step: {r} times the gradient.",
    zh="走一小步，梯度的 {r} 倍。",
)
AGAIN = Caption(en="All {n} parameters take such a step.", zh="{n} 个参数都这样走。")
BETTER = Caption(en="Now the {k} gets {q}, not {p}.", zh="{k} 从 {p} 变成 {q}。")
TOO_FAR = Caption(
    en="Now the {k} gets {q}, not {p}: that step was too long.",
    zh="这下 {k} 只得到 {q}，原来是 {p}：这一步太长了。",
)

# On the pictures.
FACTORS = Caption(en="input × error", zh="输入 × 误差")
OTHERS = Caption(en="{n} more", zh="其余 {n} 个")
FROM_TO = Caption(en="{first} to {last}", zh="{first} 到 {last}")
RULE = Caption(en="each: input × error, added up", zh="每个：输入 × 误差，求和")
ADDED = Caption(en="added up", zh="求和")
READ_SIZE = Caption(en="input {n}", zh="输入 {n}")
NOT_ZERO = Caption(en="error (0 stays dark)", zh="误差（0 不上色）")
ENLARGED = Caption(en="input, enlarged", zh="输入（放大）")
ERRORS_SIZE = Caption(en="errors {n}", zh="误差 {n}")
ERRORS_OF = Caption(en="errors, filter {n}'s map", zh="误差：过滤器 {n} 的响应图")
ERRORS_POOLED = Caption(en="errors, filter {n} pooled", zh="误差：过滤器 {n}，池化后")
SUMS_OF = Caption(en="filter {n}'s sums", zh="过滤器 {n} 的和")
ERRORS_LEFT = Caption(en="their errors", zh="它们的误差")
ARRIVES = Caption(en="error {v}", zh="误差 {v}")
WAYS_OF = Caption(en="filter {n}: {k} of {all} steps", zh="过滤器 {n}：{all} 步中的 {k} 步")
PARAMETERS_OF = Caption(en="{layer}: {n} parameters", zh="{layer}：{n} 个参数")
LAYERS = Caption(en="{n} layers", zh="{n} 层")
LAYER = Caption(en="1 layer", zh="1 层")
WAYS = Caption(en="which way", zh="往哪边")
BEFORE = Caption(en="filter {n}, before", zh="过滤器 {n}，之前")
AFTER = Caption(en="filter {n}, after", zh="过滤器 {n}，之后")
AFTER_ROUNDED = Caption(en="filter {n}, after (rounded)", zh="过滤器 {n}，之后（已舍入）")
NEW = Caption(en="new weight", zh="新权重")
RATE_OF_LEARNING = Caption(en="learning rate", zh="学习率")
ABOUT = Caption(
    en="How filter {n} of {layer} gets its gradient: the errors of its map, laid on the input, "
    "multiplied and added up, one sum for each weight.",
    zh="{layer} 的过滤器 {n} 怎样得到梯度：把响应图上的误差叠在输入上，相乘再求和，"
    "每个权重一个和。",
)


def layers(count: int) -> Caption:
    """Say how many layers there are."""
    return LAYER if count == 1 else LAYERS.fill(n=count)
