"""What the lesson window-geometry says: titles, captions, and the labels of its pictures."""

from __future__ import annotations

from convexplain.style import terms
from convexplain.style.captions import Caption

# Titles and captions, by beat.

TITLES = {
    "valid": Caption(
        en="Padding and stride: no padding (“valid”)", zh="填充与步幅：不填充（valid）"
    ),
    "same": Caption(
        en="Padding and stride: padding {p} (“same”)", zh="填充与步幅：填充 {p}（same）"
    ),
    "stride": Caption(
        en="Padding and stride: padding {p}, stride {s}", zh="填充与步幅：填充 {p}，步幅 {s}"
    ),
    "dilation": Caption(en="Padding and stride: dilation {d}", zh="填充与步幅：膨胀率 {d}"),
    "chosen": Caption(
        en="Padding and stride: padding {p}, stride {s}, dilation {d}",
        zh="填充与步幅：填充 {p}，步幅 {s}，膨胀率 {d}",
    ),
}
CAPTIONS = {
    "valid": Caption(
        en="Without padding a {k} window must stay inside: the map shrinks to {o}.",
        zh="不填充时，{k} 的窗口不能越出图外：响应图缩小为 {o}。",
    ),
    "same": Caption(
        en="Zeros around the picture let the window centre on every pixel: the map is {o}, too.",
        zh="四周补 0，窗口中心就能落到每个像素上：响应图为 {o}，和原图一样大。",
    ),
    "stride": Caption(
        en="A ring of zeros lets the window sit on the edge; stride {s} moves it {s} pixels at a "
        "time.",
        zh="四周补一圈 0，窗口中心就能落到边缘；步幅为 {s}，窗口每次移动 {s} 个像素。",
    ),
    "dilation": Caption(
        en="Dilation {d}: the same {weights} weights, spread over {w} pixels; the map shrinks to "
        "{o}.",
        zh="膨胀率为 {d}：同样 {weights} 个权重，铺开到 {w} 的范围，响应图缩小为 {o}。",
    ),
    "chosen": Caption(
        en="A {k} window, padding {p}, stride {s}, dilation {d}: the map has {o} numbers.",
        zh="{k} 的窗口，填充 {p}，步幅 {s}，膨胀率 {d}：响应图有 {o} 个数。",
    ),
}
MORE_ZEROS = Caption(
    en="Zeros around the picture let the window sit on the edge; stride {s} moves it {s} pixels.",
    zh="四周补 0，窗口中心就能落到边缘；步幅为 {s}，窗口每次移动 {s} 个像素。",
)
NO_INK = Caption(en="This digit has no ink at the border.", zh="这个手写数字的边缘没有墨迹。")
SIZES_TITLE = Caption(
    en="Window size: what each sees, and what it costs", zh="窗口大小：能看到多少，代价多大"
)
SAME_ACCURACY = Caption(
    en="A larger window sees more and leaves a smaller map; accuracy varies more between "
    "trainings than between sizes.",
    zh="窗口越大，看到的越多，剩下的图越小；准确率的差别小于各次训练之间的波动。",
)
OTHER_ACCURACY = Caption(
    en="A larger window sees more and leaves a smaller map; here the accuracy changes, too.",
    zh="窗口越大，看到的越多，剩下的图越小；这里的准确率也有变化。",
)
FLIPPED_TITLE = Caption(
    en="Cross-correlation: the kernel is not flipped", zh="互相关：卷积核不翻转"
)
FLIPPED = Caption(
    en="The same kernel flipped gives another map. Networks do not flip: a cross-correlation.",
    zh="同一个卷积核翻转后，得到另一张图。网络并不翻转：这其实是互相关。",
)

# Labels.

PIXELS = Caption(en="{n} pixels", zh="{n} 个像素")
PADDED = Caption(en="{n} pixels, padded to {padded}", zh="{n} 个像素，填充到 {padded}")
CENTRES = Caption(en="• window centres, {s} pixels apart", zh="• 窗口中心，相距 {s} 个像素")
FILTER = Caption(en="filter {n} of {layer}", zh="{layer} 的过滤器 {n}")
HAND_MADE = Caption(en="made by hand", zh="人工设计")
ZEROS = Caption(en="0: from padding", zh="0：来自填充")
NUMBERS = Caption(en="{o} numbers", zh="{o} 个数")
OUTLINE = Caption(en="outline: size of the input", zh="外框：输入的大小")
TERMS = {
    "n": terms.INPUT,
    "p": terms.PADDING,
    "w": terms.WINDOW,
    "s": Caption(en="stride", zh="步幅"),
    "o": terms.OUTPUT,
}
UNREAD = Caption(
    en="{travel} / {s} {sign} {quotient}, rounded down to {floor}: the right and bottom edges stay "
    "unread",
    zh="{travel} / {s} {sign} {quotient}，向下取整为 {floor}：最右和最下的边缘没有读到",
)
UNREAD_ZEROS = Caption(
    en="{travel} / {s} {sign} {quotient}, rounded down to {floor}: the zeros at the right and "
    "bottom stay unread",
    zh="{travel} / {s} {sign} {quotient}，向下取整为 {floor}：最右和最下补的 0 没有读到",
)
SIZE = Caption(en="{k} window", zh="{k} 的窗口")
SEES = Caption(en="sees {n} pixels", zh="看到 {n} 个像素")
LEAVES = Caption(en="leaves {shape}", zh="剩下 {shape}")
ACCURACY = Caption(en="accuracy", zh="准确率")
SPREAD = Caption(en="{mean} ({low} to {high})", zh="{mean}（{low} 到 {high}）")
FIRST_LAYER = Caption(en="multiplications, conv1", zh="conv1 的乘法次数")
MULTIPLICATIONS = Caption(en="multiplications, all layers", zh="所有层的乘法次数")
EXPERIMENT = Caption(
    en="Whole network, {n} trainings of {steps} steps for each size; test accuracy: mean (lowest "
    "to highest)",
    zh="整个网络，每种大小训练 {n} 次，每次 {steps} 步；测试准确率：平均值（最低到最高）",
)
FLIPPED_KERNEL = Caption(en="Flipped kernel", zh="翻转的卷积核")
AS_IS = Caption(en="cross-correlation: what networks compute", zh="互相关：网络实际的计算")
TURNED = Caption(en="convolution as mathematics defines it", zh="数学定义的卷积")
DIFFERENT = Caption(en="{n} of {total} numbers differ", zh="{total} 个数中有 {n} 个不同")
NAMES = {
    "valid": Caption(en="no padding", zh="不填充"),
    "same": Caption(en="padding {p}", zh="填充 {p}"),
    "stride": Caption(en="padding {p}, stride {s}", zh="填充 {p}，步幅 {s}"),
    "dilation": Caption(en="dilation {d}", zh="膨胀率 {d}"),
    "chosen": Caption(en="your choice", zh="自选参数"),
}
