"""The glossary of the page: each term in a sentence or two, and the lesson that shows it."""

from __future__ import annotations

from typing import Any, NamedTuple

from convexplain.network import Network, check_shapes
from convexplain.style import terms
from convexplain.style.captions import LANGUAGES, Caption


class Entry(NamedTuple):
    """One term."""

    key: str  # what the page calls it
    name: Caption
    text: Caption
    lesson: str
    kinds: tuple[str, ...] = ()  # of layers that do this


_ENTRIES = (
    Entry(
        "input",
        terms.INPUT,
        Caption(
            en="The picture as the network gets it: one number a pixel, or three where it has "
            "colours. Nothing else is known of it.",
            zh="网络读到的图片：每个像素一个数，彩色图片每个像素三个数。除此之外网络什么也不知道。",
        ),
        "channels",
    ),
    Entry(
        "window",
        terms.WINDOW,
        Caption(
            en="The place where a kernel lies. It reads one number for each weight, then moves on "
            "by the stride; padding puts zeros around the map, so that it fits at the border.",
            zh="卷积核所在的位置。每个权重读取一个数，然后按步幅移动；"
            "填充在图的四周补 0，边缘处也放得下。",
        ),
        "window-geometry",
        ("ZeroPadding2D",),
    ),
    Entry(
        "kernel",
        terms.KERNEL,
        Caption(
            en="The weights of a filter for one channel that it reads. They are found in training, "
            "and are the same at every place.",
            zh="一个过滤器对应一个通道的权重。权重由训练得到，在每个位置都一样。",
        ),
        "sliding-window",
        ("Conv2D", "DepthwiseConv2D", "SeparableConv2D"),
    ),
    Entry(
        "products",
        terms.PRODUCTS,
        Caption(
            en="Each number in the window times the weight at its place, written ⊙: cell by cell, "
            "no matrix product.",
            zh="窗口里的每个数乘以同一位置的权重，记作 ⊙：逐元素相乘，不是矩阵乘法。",
        ),
        "sliding-window",
    ),
    Entry(
        "bias",
        terms.BIAS,
        Caption(
            en="One number of a filter, added to the sum at every place. If it is positive, even "
            "blank paper gets a response.",
            zh="每个过滤器一个数，在每个位置都加到和上。偏置为正时，空白处也有响应。",
        ),
        "sliding-window",
    ),
    Entry(
        "activation",
        Caption(en="activation", zh="激活函数"),
        Caption(
            en="What becomes of the sum at the end. ReLU leaves positive numbers as they are and "
            "makes negative ones 0.",
            zh="最后作用在和上的函数。ReLU 保留正数，把负数变成 0。",
        ),
        "sliding-window",
        ("Activation",),
    ),
    Entry(
        "responseMap",
        terms.RESPONSE_MAP,
        Caption(
            en="All numbers of one filter, at their places: large where its pattern was found. A "
            "response is no probability.",
            zh="一个过滤器在所有位置的输出：模式出现处数值大。响应不是概率。",
        ),
        "response-map",
    ),
    Entry(
        "channels",
        Caption(en="channels", zh="通道"),
        Caption(
            en="Maps that lie over one another. A filter reads all of them, adds them up, and "
            "makes one new map.",
            zh="叠在一起的多张图。一个过滤器读取全部通道，相加，得到一张新的图。",
        ),
        "channels",
        ("Concatenate",),
    ),
    Entry(
        "pooling",
        Caption(en="pooling", zh="池化"),
        Caption(
            en="Of each window only the largest number goes on, or the mean. Each channel is "
            "pooled alone; there is nothing to learn.",
            zh="每个窗口只留最大值或平均值。各通道分别池化，没有要学习的参数。",
        ),
        "pooling",
        (
            "MaxPooling2D",
            "AveragePooling2D",
            "GlobalMaxPooling2D",
            "GlobalAveragePooling2D",
        ),
    ),
    Entry(
        "field",
        terms.RECEPTIVE_FIELD,
        Caption(
            en="All pixels that a cell depends on, through every layer before it: the frames on "
            "the maps. It grows from layer to layer.",
            zh="一个单元通过前面各层依赖的全部像素，也就是各图上的框。感受野逐层扩大。",
        ),
        "hierarchy",
    ),
    Entry(
        "normalization",
        Caption(en="normalization", zh="归一化"),
        Caption(
            en="Each channel less its mean, over its spread, both known from training; then scaled "
            "and moved.",
            zh="每个通道减去平均值，除以标准差，两者都来自训练；然后再缩放、平移。",
        ),
        "learning",
        ("BatchNormalization", "Rescaling"),
    ),
    Entry(
        "addition",
        Caption(en="addition", zh="相加"),
        Caption(
            en="The numbers of several layers at one place, added up: what a block made, and what "
            "went round it. There is nothing to learn.",
            zh="把几层在同一位置的数相加：一边是模块算出的，一边是绕过模块的。没有要学习的参数。",
        ),
        "residual",
        ("Add",),
    ),
    Entry(
        "flatten",
        Caption(en="flatten", zh="展平"),
        Caption(
            en="The numbers of the last maps in one row: from here on each place has weights of "
            "its own.",
            zh="把最后的特征图排成一行：从这里起，每个位置都有自己的权重。",
        ),
        "forward-pass",
        ("Flatten", "Dropout"),
    ),
    Entry(
        "dense",
        Caption(en="dense layer", zh="全连接层"),
        Caption(
            en="Each unit reads every number, each with a weight of its own.",
            zh="每个单元读取全部的数，各有自己的权重。",
        ),
        "local-patterns",
        ("Dense",),
    ),
    Entry(
        "logit",
        terms.LOGIT,
        Caption(
            en="The sum of a class before softmax. Only differences between logits count.",
            zh="一个类别在 softmax 之前的得分。只有 logit 之差起作用。",
        ),
        "forward-pass",
    ),
    Entry(
        "softmax",
        Caption(en="softmax", zh="softmax"),
        Caption(
            en="Makes shares of the logits that add up to 100%. A share of 99.9% is no certainty.",
            zh="把 logit 变成总和为 100% 的概率。概率 99.9% 不等于一定正确。",
        ),
        "forward-pass",
    ),
    Entry(
        "shift",
        Caption(en="shift", zh="平移"),
        Caption(
            en="Moved pictures give moved maps, but the dense layer at the end then meets other "
            "weights: the answer may change.",
            zh="图片移动，特征图也跟着移动；但最后的全连接层会用到另一组权重，预测可能改变。",
        ),
        "translation",
    ),
)


def glossary() -> list[dict[str, Any]]:
    """All terms, as JSON data."""
    return [
        {
            "key": entry.key,
            "name": _said(entry.name.capital),
            "text": _said(entry.text),
            "lesson": entry.lesson,
            "kinds": list(entry.kinds),
        }
        for entry in _ENTRIES
    ]


def layer_facts(network: Network) -> dict[str, list[tuple[dict[str, str], str]]]:
    """What there is to know of each layer: names in both languages, and values."""
    inputs, _ = check_shapes.shapes(network.layers, network.input_shape)
    facts = {}
    for layer in network.layers:
        facts[layer.name] = [
            (_said(fact.name.capital), fact.value) for fact in layer.describe(inputs[layer.name])
        ]
    return facts


def _said(caption: Caption) -> dict[str, str]:
    return {lang: caption.template(lang) for lang in LANGUAGES}
