"""What the lesson on learning says, as templates."""

from __future__ import annotations

from convexplain.style.captions import Caption

#: What a map is called that answers to a digit.
RESPONDS = Caption(en="Its response to this {k}", zh="它对这个 {k} 的响应")
LOSS_TITLE = Caption(en="Learning: what is lowered", zh="学习：要降低的是什么")
WEIGHT_TITLE = Caption(en="Learning: one weight", zh="学习：一个权重")
ALL_TITLE = Caption(en="Learning: all weights at once", zh="学习：所有权重一起")
RUN_TITLE = Caption(en="Learning: step by step", zh="学习：一步一步")
GUESS = Caption(
    en="After {s} steps the network reads this {k} as {a}.",
    zh="训练 {s} 步后，网络把这个 {k} 认成 {a}。",
)
SURE_OF = Caption(
    en="After {s} steps the network gives this {k} a probability of {p}.",
    zh="训练 {s} 步后，网络给这个 {k} 的概率是 {p}。",
)
BEST = Caption(en="Sure and right, p = 1: the loss is 0.", zh="有把握又对，p = 1：损失为 0。")
LOSS = Caption(
    en="Here p = {p}. The smaller p, the larger the loss.",
    zh="这里 p = {p}。p 越小，损失越大。",
)
MEAN = Caption(
    en="The mean loss of {n} training digits is to fall.",
    zh="要降低的，是 {n} 个训练样本的平均损失。",
)
VALLEY = Caption(
    en="One weight, smaller or larger: the loss draws a valley.",
    zh="把一个权重调小调大，损失画出山谷。",
)
SLOPE = Caption(en="The slope says which way is down: {way}.", zh="斜率告诉它哪边是下坡：{way}。")
SMALLER = Caption(en="a smaller weight", zh="权重要变小")
LARGER = Caption(en="a larger weight", zh="权重要变大")
WHICH_WAY = Caption(en="Which way should this weight go?", zh="这个权重该往哪边走？")
UPHILL = Caption(en="That way the loss grows: uphill.", zh="那边损失变大，是上坡。")
STEP = Caption(
    en="Close up: one step down the slope, and the loss falls a little.",
    zh="放大看：下坡走一步，损失降了一点点。",
)
ALL = Caption(
    en="Alone it hardly helps. But every weight has such a step.",
    zh="单个权重帮助很小，但个个都能走一步。",
)
DOWNHILL = Caption(
    en="All {n} parameters take their step at once.", zh="全部 {n} 个参数，同时各走一步。"
)
RUN = Caption(
    en="So on for {n} steps: the loss falls, the filters take shape.",
    zh="这样走 {n} 步：损失下降，过滤器成形。",
)
AGAIN = Caption(en="The {k} is misread again at steps {s}.", zh="第 {s} 步，{k} 又认错了。")
ONCE = Caption(en="The {k} is misread again at step {s}.", zh="第 {s} 步，{k} 又认错了。")
JUMP = Caption(
    en="The mean falls, yet this {k} is misread again at step {s}.",
    zh="平均在降，可第 {s} 步，这个 {k} 又认错了。",
)
JUMPS = Caption(
    en="The mean falls, yet this {k} is misread again at {s}.",
    zh="平均在降，可第 {s} 步，这个 {k} 又认错了。",
)
RIGHT = Caption(en="From step {s} on the {k} is read right.", zh="从第 {s} 步起，{k} 一直认对。")
WRONG = Caption(
    en="The loss falls; yet in the end the {k} is read as {a}.",
    zh="损失在降，但最后 {k} 认成 {a}。",
)
CHECK = Caption(
    en="Unseen digits are the check: ever more are read right.",
    zh="用没见过的样本检验：认对的越来越多。",
)
