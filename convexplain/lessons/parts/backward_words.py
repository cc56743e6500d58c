"""What the lesson on the way back says, as templates."""

from __future__ import annotations

from convexplain.style.captions import Caption

TITLE = Caption(en="Backward: how a filter learns", zh="反向传播：过滤器怎样学习")
QUESTION = Caption(
    en="Which way should each weight move?",
    zh="每个权重该往哪边调？",
)
ANSWER = Caption(
    en="Each weight steps against its gradient, so the loss falls.",
    zh="每个权重都逆着梯度走，所以损失下降。",
)
TOO_FAR = Caption(
    en="Each weight stepped against its gradient, but too far: the loss grew.",
    zh="每个权重都逆着梯度走，但走得太远：损失变大。",
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
NUDGE = Caption(
    en="Error: how fast the loss grows with a value, such as a class's score.",
    zh="误差：值（如得分）变大时损失增大得多快。",
)
ERRORS = Caption(
    en="That rate is the error of the score: answer − target.",
    zh="这快慢就是得分的误差：预测 − 目标。",
)

# The way back.
BACK = Caption(
    en="{n} layers carry it back: how fast the loss grows with each cell.",
    zh="{n} 层把它传回：每格变大时损失增大得多快。",
)
BACK_ONE = Caption(
    en="1 layer carries it back: how fast the loss grows with each cell.",
    zh="1 层把它传回：每格变大时损失增大得多快。",
)
WINNER = Caption(
    en="Max pooling kept the largest, {v}: it alone gets the error.",
    zh="最大池化只留最大的 {v}：误差只传给它。",
)
STOPPED = Caption(
    en="All below 0: ReLU gave 0, no error passes.",
    zh="全小于 0：ReLU 给 0，误差不传。",
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
    en="Weight up by 1: the sum grows by the pixel, the loss at rate pixel × error.",
    zh="权重加 1：和增加像素值，损失按像素 × 误差增大。",
)
LAY = Caption(
    en="All {k} added up: how fast the loss grows with this weight, its gradient.",
    zh="{k} 格相加：权重增大时损失增大得多快，即梯度。",
)

# All weights.
LYING = Caption(
    en="Each error lies on the pixel the weight read.",
    zh="误差各在该权重读过的像素上。",
)
ASK = Caption(
    en="For the next weight the errors move one pixel. How many places?",
    zh="换下一权重，误差移一格：共几个位置？",
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
    en="{n} places, one per weight: a sliding window gives the gradient, too.",
    zh="{n} 个位置，每个权重一个：求梯度也是一次滑动。",
)
ONE_WEIGHT = Caption(
    en="One place, for the one weight: its gradient.", zh="一个位置，一个权重：这就是它的梯度。"
)

# A step.
STEP = Caption(
    en="Gradient below 0: a larger weight lowers the loss, so up. Above 0: down.",
    zh="梯度小于 0：权重大损失小，调大；大于 0：调小。",
)
EVERY = Caption(
    en="Now all {n} weights take their step.",
    zh="全部 {n} 个权重各走一步。",
)

# On the pictures.
FACTORS = Caption(en="pixel × error", zh="像素 × 误差")
OTHERS = Caption(en="{n} more", zh="其余 {n} 个")
FILTER_IN = Caption(en="filter {n} ({layer})", zh="过滤器 {n}（{layer}）")
SCORE = Caption(en="score + {d}", zh="得分 + {d}")
CHANGE = Caption(en="{p} ({c} for +{d})", zh="{p}（每 +{d}：{c}）")
LOSS = Caption(en="loss: how wrong", zh="损失：错多少")
TWO = Caption(en="answer: softmax of {n} scores", zh="预测：{n} 个得分的 softmax")
BEFORE = Caption(en="before", zh="之前")
NOW = Caption(en="now", zh="现在")
ONE_BEFORE = Caption(en="{k} before", zh="{k}：之前")
ONE_NOW = Caption(en="{k} now", zh="{k}：现在")
POOLED = Caption(en="response map, pooled", zh="响应图（池化后）")
RULE = Caption(
    en="each: pixel × error, added up (faint: pixel 0)", zh="每个：像素 × 误差，求和（淡：像素 0）"
)
INPUT_NEAR = Caption(en="input, enlarged", zh="输入（放大）")
ERRORS_NEAR = Caption(en="errors, enlarged", zh="误差（放大）")
ERRORS_OF = Caption(en="errors, response map", zh="误差：响应图")
ERRORS_POOLED = Caption(en="errors, pooled map", zh="误差：池化后的图")
RAISED = Caption(en="error (small ones strengthened)", zh="误差（小的加强）")
COUNTED = Caption(en="{k} of {n} cells", zh="{n} 格中 {k} 格")
WRONG = Caption(en="answer − target = error", zh="预测 − 目标 = 误差")
SUMS = Caption(en="sums before ReLU", zh="ReLU 前的和")
ERRORS_LEFT = Caption(en="their errors", zh="它们的误差")
ARRIVES = Caption(en="error {v}", zh="误差 {v}")
WAYS_OF = Caption(en="filter {n}: gradient; arrow: step", zh="过滤器 {n}：梯度；箭头：权重往哪边")
STEPS_OF = Caption(en="{layer}: {n} weights", zh="{layer}：{n} 个权重")
STEPPING = Caption(en="layers with weights and biases", zh="有权重和偏置的层")
STEPPED = Caption(en="{n} of {all} have stepped", zh="{all} 个中 {n} 个已走一步")
LAYERS = Caption(en="{n} layers", zh="{n} 层")
LAYER = Caption(en="1 layer", zh="1 层")
WAYS = Caption(en="which way", zh="往哪边")
FINER = Caption(en="weight ({n} decimals)", zh="权重（{n} 位小数）")
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
