"""What the lesson on batch normalization says, as templates."""

from __future__ import annotations

from convexplain.style import terms
from convexplain.style.captions import Caption

TITLE = Caption(
    en="Batch normalization: shift and scale each channel",
    zh="批归一化：逐通道平移和缩放",
)
QUESTION = Caption(
    en="It is named after batches. What does it do to one picture?",
    zh="名字里有“批”。只有一张图时，它做什么？",
)
ANSWER = Caption(
    en="To one picture: its sums times a factor, plus a shift. The convolution can do it itself.",
    zh="对一张图：和乘一个倍数，再平移。卷积自己就能做。",
)
END = Caption(
    en="After training: a scale and a shift, folded into the convolution.",
    zh="训练后只是缩放加平移，并入卷积。",
)

# What training stores.
UNEVEN = Caption(
    en="Large sums here, small ones there: up to {a}, up to {b}.",
    zh="和有大有小：到 {a}，到 {b}。",
)
BATCHES = Caption(
    en="In training: mean and spread over all cells of a batch, at each step.",
    zh="训练时：每一步求一批所有格的平均值和标准差。",
)
OWN_BATCHES = Caption(
    en="Each batch has its own mean, and spread: how far its sums scatter.",
    zh="每一批都有自己的平均值和标准差。",
)
AVERAGES = Caption(en="A running average of each is stored.", zh="保存两者的滑动平均。")

# One number.
TWO_STORED = Caption(
    en="One picture takes the stored mean and spread.",
    zh="一张图用保存的平均值和标准差。",
)
AND_LEARNED = Caption(
    en="One picture takes the stored two; γ and β were learned.",
    zh="一张图用保存的两个数；γ、β 是学来的。",
)
STEPS = Caption(en="Subtract, divide, multiply, add.", zh="减、除、乘、加。")
TOGETHER = Caption(
    en="The four steps in two: a factor, then a shift.",
    zh="四步合成两步：乘一个倍数，再平移。",
)
EVERYWHERE = Caption(
    en="Times {f}, plus {s}, place after place.",
    zh="乘 {f}，加 {s}，逐个位置算。",
)
ASK = Caption(
    en="Where the sum is {z}: what comes out?",
    zh="和为 {z} 的地方：结果是多少？",
)
UNSHIFTED = Caption(en="The shift is still to be added.", zh="还要加上平移。")
UNSCALED = Caption(en="First the factor: {z} × {f} is {p}.", zh="先乘倍数：{z} × {f} 得 {p}。")
FAINT = Caption(en="{z} × {f} is {p}; the shift makes it {v}.", zh="{z} × {f} = {p}，平移后 {v}。")
ALIKE = Caption(
    en="Each filter by its own four numbers: sizes come closer.",
    zh="各用自己的四个数：大小更接近。",
)
CLOSER = Caption(
    en="The largest was {a} times the smallest; now {b} times.",
    zh="最大的原来是最小的 {a} 倍，现在 {b} 倍。",
)

# Folded.
FOLD = Caption(
    en="Fixed after training: factor into the kernel, shift into the bias.",
    zh="训练后都固定：倍数并入卷积核，平移并入偏置。",
)
SAME = Caption(en="Same map, one layer less.", zh="少了一层，响应图一样。")

# What stands in the pictures.
SUMS = Caption(en="sums of the convolution", zh="卷积的和")
NORMALISED = Caption(en="normalized", zh="归一化之后")
BATCH = Caption(en="batch of {n} bundled digits", zh="每批 {n} 个内置手写数字")
OF_SUMS = Caption(en="mean and spread of the sums", zh="和的平均值与标准差")
STEP = Caption(en="steps of training", zh="训练步数")
STORED = Caption(en="average: {v}", zh="平均：{v}")
CONVOLVED = Caption(en="convolution, filter {n}", zh="卷积，过滤器 {n}")
ALONE = Caption(en="convolution", zh="卷积")
NORMAL = Caption(en="normalized, filter {n}", zh="归一化之后，过滤器 {n}")
TWO_LAYERS = Caption(en="two layers", zh="两层")
ONE_LAYER = Caption(en="one layer, folded", zh="合并成一层")
OTHERS = Caption(en="filter {n} on {k} pictures of a batch", zh="一批中 {k} 张图，过滤器 {n}")
CALLED = (
    terms.MEAN, terms.SPREAD, Caption(en="γ, learned", zh="γ，学来的"),
    Caption(en="β, learned", zh="β，学来的"),
)  # fmt: skip
LARGEST = Caption(en="filter {n}: largest {v}", zh="过滤器 {n}：最大 {v}")
LOWEST = Caption(en="filter {n}: lowest {v}", zh="过滤器 {n}：最小 {v}")
SIZES = Caption(en="sums: farthest from 0", zh="和：离 0 最远")
SIZES_NOW = Caption(en="normalized: farthest from 0", zh="归一化之后：离 0 最远")
FOLDED = Caption(en="folded", zh="合并后")
DIFFERENCE = Caption(en="difference: less than {d}", zh="差值：小于 {d}")
RATIO = Caption(en="γ / spread", zh="γ / 标准差")
SHIFT = Caption(en="β − mean × factor", zh="β − 平均值 × 倍数")
RINGED = Caption(en="framed weight", zh="框出的权重")
OLD_BIAS = Caption(en="bias, before: {b}", zh="偏置，原来：{b}")
ABOUT = Caption(
    en="How the batch normalization {norm} goes into the convolution {host}: kernel and "
    "bias of filter {n} before and after, and the map of both ways.",
    zh="批归一化 {norm} 怎样并入卷积 {host}：过滤器 {n} 的卷积核和偏置的前后，"
    "以及两种算法的响应图。",
)
