"""Teacher's card: all channels in, one number out."""

from __future__ import annotations

from convexplain.lessons.cards._card import Card, Mistake, Pause, told
from convexplain.lessons.channels import Channels
from convexplain.lessons.parts import mistakes
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, both


def card(lesson: Channels) -> Card:
    """Write the card; the wrong average is that of the learned filter's place."""
    step = lesson.step
    ways = mistakes.convolution(step.patch, step.kernel, step.bias)
    layer, colours = lesson.shown_layer, lesson.colours.stop
    count, filters = step.patch.shape[2], lesson.network.shapes[layer][-1]
    values = {
        "c": count,
        "f": filters,
        "rgb": colours.patch.shape[2],
        "k": colours.kernel[:, :, 0].size,
        "s": fmt.number(colours.value, lesson.colours.decimals[1]),
        "n": told(lesson, "number")["n"],
        "first": fmt.number(lesson.breakdown.parts[0].value),
        "v": fmt.number(step.activated),
        "average": fmt.number(ways["averaged-channels"]),
        "w": fmt.count(step.kernel.size),
        "kernels": fmt.count(count * filters),
        "each": fmt.count(step.kernel.size + 1),
        "total": fmt.count(next(r.parameters for r in lesson.network.rows if r.name == layer)),
    }
    return Card(
        lesson,
        aim=Caption(
            en="Explain why a filter of conv2 has weights for every channel and yet gives one "
            "number a place, and where the depth of the output comes from.",
            zh="能解释 conv2 的过滤器为什么对每个通道都有权重，却在每处只得一个数，"
            "以及输出的深度从何而来。",
        ),
        needs=both(
            "One cell with one channel (lesson sliding-window).",
            "单通道时一格的算法（课程 sliding-window）。",
            "A colour picture has height, width and channels.",
            "彩色图有高、宽和通道。",
        ),
        pauses=(
            Pause.of(
                "photograph",
                "{rgb} channels, {k} products each: how many numbers come out here?",
                "{rgb} 个通道，每个通道 {k} 个乘积：这里得到几个数？",
                "One: the channels' sums are added to {s}.",
                "一个：各通道的和相加，得到 {s}。",
            ),
            Pause.of(
                "number",
                "Channel {n} gives {first}. Is that what goes on?",
                "通道 {n} 给出 {first}，这就是输出吗？",
                "No: all {c} channels and the bias are added first, to {v}.",
                "不是：先把 {c} 个通道和偏置相加，得到 {v}。",
            ),
            Pause.of(
                "map",
                "{c} maps go in, {f} filters read them. How many come out?",
                "输入 {c} 张图，由 {f} 个过滤器读取，输出几张？",
                "{f}: every filter reads all {c} maps.",
                "{f} 张：每个过滤器都读取全部 {c} 张。",
            ),
        ),
        mistakes=(
            Mistake.of(
                "The sums of the channels are averaged.",
                "各通道的和要取平均。",
                "They are added: {v} at the place shown. The average, with bias and ReLU, "
                "would be {average}.",
                "是相加：图中这一处得 {v}；若取平均，加偏置、经过 ReLU 之后是 {average}。",
            ),
            Mistake.of(
                "{f} filters on {c} channels make {kernels} maps.",
                "{f} 个过滤器乘以 {c} 个通道，得到 {kernels} 张图。",
                "{kernels} is the number of small kernels. Each filter adds its {c} up to "
                "one map: {f} maps.",
                "{kernels} 是小卷积核的个数。每个过滤器把自己的 {c} 个结果加成一张图：共 {f} 张。",
            ),
            Mistake.of(
                "Each channel of a filter has a bias.",
                "过滤器的每个通道都有偏置。",
                "One bias a filter: {w} weights and one bias are {each} parameters, times "
                "{f} filters {total}.",
                "每个过滤器一个偏置：{w} 个权重加一个偏置是 {each} 个参数，"
                "{f} 个过滤器共 {total} 个。",
            ),
        ),
        chapter=Caption(
            en="After a convolution layer the depth axis no longer stands for the picture's own "
            "information, but for what the layer filtered from it: its filters.",
            zh="经过一层卷积层,深度轴不再代表原始的图像信息,而是卷积层对图像的过滤结果-过滤器.",
        ),
        tries=f"step --layer {layer} --filter {step.filter} --at {step.row},{step.col}",
    ).filled(values)
