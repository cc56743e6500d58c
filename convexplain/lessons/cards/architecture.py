"""Teacher's card: shapes and parameters of the whole network."""

from __future__ import annotations

from convexplain.lessons.architecture import Architecture
from convexplain.lessons.cards._card import Card, Mistake, Pause
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, both


def card(lesson: Architecture) -> Card:
    """Write the card."""
    rows = {row.name: row for row in lesson.network.rows}
    weights = lesson.network.weights["conv2/kernel"]
    shapes, traded = lesson.network.shapes, lesson.traded.values
    values = {
        "c": shapes["pool1"][2],
        "n": weights.shape[3],
        "a": fmt.shape(shapes["conv2"][:2]),
        "b": fmt.shape(shapes["pool2"][:2]),
        "p": traded["p"],
        "q": traded["q"],
        "d": traded["d"],
        "k": fmt.shape(weights.shape[:2]),
        "w": fmt.count(weights.size),
        "p2": fmt.count(rows["conv2"].parameters),
        "m2": fmt.count(rows["conv2"].multiplications),
        "p3": fmt.count(rows["conv3"].parameters),
        "m3": fmt.count(rows["conv3"].multiplications),
        "dense": fmt.count(rows["dense"].parameters),
        "f1": rows["conv1"].output_shape[-1],
        "f2": rows["conv2"].output_shape[-1],
        "f3": rows["conv3"].output_shape[-1],
    }
    return Card(
        lesson,
        aim=Caption(
            en="Follow the shape of a picture through all layers, and count the parameters of "
            "each.",
            zh="能逐层说出数据的形状，并算出每一层的参数个数。",
        ),
        needs=both(
            "Channels, pooling and output sizes (lessons channels, pooling, window-geometry).",
            "通道、池化和输出大小（课程 channels、pooling、window-geometry）。",
        ),
        pauses=(
            Pause.of(
                "maps",
                "{c} channels in, {n} filters, windows of {k}: how many weights?",
                "输入 {c} 个通道，{n} 个过滤器，窗口 {k}：多少个权重？",
                "{w}, and {n} biases: {p2} parameters.",
                "{w} 个，加上 {n} 个偏置：{p2} 个参数。",
            ),
            Pause.of(
                "vector",
                "What is half of {a}?",
                "{a} 的一半是多少？",
                "{b}: rounded down. One row and one column are left out.",
                "{b}：向下取整，舍去一行一列。",
            ),
            Pause.of(
                "shape",
                "How many places had the picture, and how many are left?",
                "图片有多少个位置？最后剩下多少？",
                "{p}; {q} are left, each with {d} numbers.",
                "{p} 个；剩下 {q} 个，每处 {d} 个数。",
            ),
        ),
        mistakes=(
            Mistake.of(
                "Maps must get more because they get smaller.",
                "图变小了，张数自然要变多。",
                "The depth is a choice: {f1}, {f2}, {f3} are the numbers of filters that "
                "the designer wrote. Pooling leaves it alone.",
                "深度由设计者选定：{f1}、{f2}、{f3} 就是写下的过滤器个数；池化不改变深度。",
            ),
            Mistake.of(
                "Most parameters are in the dense layer.",
                "大部分参数都在全连接层。",
                "Here it has {dense}, conv3 {p3}: pooling left few numbers to connect.",
                "这里它有 {dense} 个，conv3 有 {p3} 个：池化之后要连接的数已经不多。",
            ),
            Mistake.of(
                "More parameters mean more computations.",
                "参数多，计算就多。",
                "conv2 has {p2} parameters and {m2} multiplications, conv3 {p3} and {m3}: "
                "each weight is used at every place.",
                "conv2 有 {p2} 个参数、{m2} 次乘法；conv3 有 {p3} 个参数、{m3} 次乘法："
                "权重在每个位置都要用一次。",
            ),
        ),
        chapter=Caption(
            en="The last output of the convnet is 3x3x128; the Flatten behind it turns the 3D "
            "tensor into a 1D tensor.",
            zh="cnn 最后的输出是 3x3x128 ,后面接了 Flatten 将 3d 张量变成了 1d 张量.",
        ),
        tries="model",
    ).filled(values)
