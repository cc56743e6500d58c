"""What the lesson on the way back says, as templates."""

from __future__ import annotations

from convexplain.style.captions import Caption

TITLE = Caption(en="Backward: how a filter learns", zh="反向传播：过滤器怎样学习")
QUESTION = Caption(
    en="Which way should each weight move?",
    zh="每个权重该往哪边调？",
)
ANSWER = Caption(
    en="Each weight steps against its gradient: pixel × error, added up.",
    zh="每个权重逆着梯度走：像素乘误差，求和。",
)

# What is wrong.
ASKED = Caption(
    en="This {k} is read as {j}. Which way should each weight move?",
    zh="这个 {k} 被认成 {j}。每个权重该往哪边调？",
)
ASKED_RIGHT = Caption(
    en="This {k} is read right: {q}. Which way should each weight move?",
    zh="这个 {k} 认对了：{q}。权重该往哪边调？",
)
MISREAD = Caption(
    en="It reads this {k} as {j}: {p} against {q}.",
    zh="{k} 被判为 {j}：{p} 对 {q}。",
)
READ = Caption(en="The network reads this {k} right, with {q}.", zh="网络认对了这个 {k}：{q}。")
LITTLE = Caption(en="It is sure, and right: little to learn.", zh="又对又有把握：没什么可学的。")
ERRORS = Caption(
    en="Answer {p} − target 1 = error {e}.",
    zh="误差：{p} − 1 = {e}",
)

# The way back.
BACK = Caption(
    en="Errors, how fast the loss (how wrong) grows with a value, go back {back}.",
    zh="误差是值变大时损失（错多少）的增速，往回传 {back}。",
)
WINNER = Caption(
    en="Max pooling kept the largest, {v}: it alone gets the error.",
    zh="最大池化只留最大的 {v}：误差只传给它。",
)
STOPPED = Caption(
    en="All below 0: ReLU gave 0, no error passes.",
    zh="全小于 0：ReLU 给 0，误差过不去。",
)
KEPT = Caption(
    en="{k} of {n} cells keep an error.",
    zh="{n} 格中有 {k} 格有误差。",
)
KEPT_ONE = Caption(
    en="1 of {n} cells keeps an error.",
    zh="{n} 格中有 1 格有误差。",
)

# One weight.
READ_BY = Caption(
    en="For this cell the weight read this pixel. Its effect on the loss: pixel × error.",
    zh="算这格时权重读了这个像素：它对损失的影响是像素 × 误差。",
)
LAY = Caption(
    en="All {k} added up: how fast the loss grows with this weight, its gradient.",
    zh="{k} 格相加：权重增大时损失增大得多快，即梯度。",
)

# All weights.
ASK = Caption(
    en="The next weight read the next pixels: errors move by one. How many places in all?",
    zh="相邻权重读相邻像素，误差移一格：共几处？",
)
ONE = Caption(
    en="They move: by a cell for each further row and column of the kernel.",
    zh="误差会移动：卷积核每多一行、一列，就多移一格。",
)
ERRORS_IN_IT = Caption(
    en="So many cells have the errors, but all of them move together.",
    zh="误差有这么多格，但它们一起移动。",
)
PIXELS = Caption(
    en="So many pixels are there, but errors move only as far as the kernel is large.",
    zh="像素有这么多，但误差只能移动卷积核那么大的范围。",
)
EACH_WEIGHT = Caption(
    en="{n} places, one per weight: the gradient is a sliding window, too.",
    zh="{n} 个位置，每个权重一个：求梯度也是一次滑动。",
)
ONE_WEIGHT = Caption(
    en="One place, for the one weight: its gradient.", zh="一个位置，一个权重：这就是它的梯度。"
)

# A step.
STEP = Caption(
    en="Gradient below 0: weight up; above 0: down.",
    zh="梯度小于 0：权重调大；大于 0：调小。",
)
BETTER = Caption(
    en="After one step of all {n} weights, the {k} gets more; before: {p}.",
    zh="{n} 个权重同走一步后，{k} 的概率变大；之前 {p}。",
)
TOO_FAR = Caption(
    en="After a step of all {n} weights, the {k} gets less; before: {p}. It was too long.",
    zh="{n} 个权重同走一步后，{k} 的概率变小；之前 {p}。太长。",
)

# On the pictures.
FACTORS = Caption(en="pixel × error", zh="像素 × 误差")
OTHERS = Caption(en="{n} more", zh="其余 {n} 个")
FILTER_IN = Caption(en="filter {n} ({layer})", zh="过滤器 {n}（{layer}）")
POOLED = Caption(en="pooled", zh="池化后")
RULE = Caption(en="each: pixel × error, added up", zh="每个：像素 × 误差，求和")
INPUT_NEAR = Caption(en="input, enlarged", zh="输入（放大）")
ERRORS_NEAR = Caption(en="errors, enlarged", zh="误差（放大）")
ERRORS_OF = Caption(en="errors, response map", zh="误差：响应图")
ERRORS_POOLED = Caption(en="errors, pooled", zh="误差：池化后")
COUNTED = Caption(en="{k} of {n} cells", zh="{n} 格中 {k} 格")
WRONG = Caption(en="answer − target = error", zh="预测 − 目标 = 误差")
SUMS = Caption(en="sums before ReLU", zh="ReLU 前的和")
ERRORS_LEFT = Caption(en="their errors", zh="它们的误差")
ARRIVES = Caption(en="error {v}", zh="误差 {v}")
WAYS_OF = Caption(en="filter {n}: {k} of {all} steps", zh="过滤器 {n}：{all} 步中的 {k} 步")
STEPS_OF = Caption(en="{layer}: {n}", zh="{layer}：{n}")
STEPS = Caption(en="{n} weights, with biases", zh="{n} 个权重（含偏置）")
LAYERS = Caption(en="{n} layers", zh="{n} 层")
LAYER = Caption(en="1 layer", zh="1 层")
WAYS = Caption(en="which way", zh="往哪边")
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
