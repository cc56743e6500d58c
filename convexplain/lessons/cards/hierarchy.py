"""Teacher's card: one answer traced back to its edges."""

from __future__ import annotations

from convexplain.lessons.cards._card import Card, Mistake, Pause, told
from convexplain.lessons.hierarchy import STRONGEST, Hierarchy
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, both


def card(lesson: Hierarchy) -> Card:
    """Write the card."""
    root = lesson.tree
    values = {
        "r1": lesson.path[0].box.height,
        "r3": lesson.path[-1].box.height,
        **told(lesson, "shares"),
        "a": fmt.number(lesson.logit),
        "b": fmt.number(lesson.removal.without(STRONGEST).logit),
        "k": lesson.answer_name,
        "top3": fmt.number(100 * lesson.top_share, 1),
        "all": told(lesson, "check")["m"],
        "positive": fmt.number(root.positive),
        "negative": fmt.number(root.negative),
        "logit": fmt.number(root.before),
        "readings": fmt.count(root.readings),
    }
    return Card(
        lesson,
        aim=Caption(
            en="Follow one answer back to parts, strokes and edges, and see that many small "
            "contributions carry it.",
            zh="能把一个预测回溯到部件、笔画和边缘，并看到它由许多微小的贡献合成。",
        ),
        needs=both(
            "A filter reads all channels (lesson channels).",
            "过滤器读取全部通道（课程 channels）。",
            "The dense layer weights all it reads and adds it up.",
            "全连接层把读到的数加权求和。",
        ),
        pauses=(
            Pause.of(
                "parts",
                "How much of the picture does one cell of conv3 see?",
                "conv3 的一格能看到图中多大的区域？",
                "{r3} × {r3} pixels; a cell of conv1 only {r1} × {r1}.",
                "{r3} × {r3} 像素；conv1 的一格只有 {r1} × {r1}。",
            ),
            Pause.of(
                "shares",
                "How much of the push comes from the {m} strongest cells?",
                "最强的 {m} 个激活值占支持总量的多少？",
                "{top3}%: {n} cells push.",
                "{top3}%：支持的共有 {n} 个。",
            ),
            Pause.of(
                "check",
                "We set these {m} to zero. Does it still read {k}?",
                "把这 {m} 个设为 0，还会判为 {k} 吗？",
                "Yes: the logit falls from {a} to {b}. It takes {all} cells.",
                "会：logit 从 {a} 降到 {b}。要从最强的开始去掉 {all} 个，才会改判。",
            ),
        ),
        mistakes=(
            Mistake.of(
                "This cell is the detector of the {k}.",
                "这一格就是“{k}”的检测器。",
                "It is one of {n} cells that push towards {k}; the {m} strongest "
                "together give {top3}%.",
                "支持“{k}”的共有 {n} 个激活值，它只是其中之一；最强的 {m} 个合起来占 {top3}%。",
            ),
            Mistake.of(
                "Multiply the shares down the tree, and you have an edge's share of the answer.",
                "沿着树把比例相乘，就得到一条边缘对预测的贡献。",
                "Each share is of its own parent's positive contributions. ReLU and maximum "
                "lie between: never multiply.",
                "每个比例只针对自己的上一级的正贡献，中间隔着 ReLU 和取最大值，不能相乘。",
            ),
            Mistake.of(
                "All cells speak for the answer that wins.",
                "所有激活值都支持最后的预测。",
                "Of {readings} contributions {n} push by {positive}, the others pull by "
                "{negative}; with the bias {logit} is left.",
                "{readings} 项贡献中，{n} 项支持，合计 {positive}；其余反对，"
                "合计 {negative}；"
                "加上偏置得 {logit}。",
            ),
        ),
        chapter=Caption(
            en="In the example above the convnet stacks layer on layer and keeps taking local "
            "features apart. This is much like the way people recognise things.",
            zh="前面的例子中 cnn 一层一层的堆叠,不停的拆解局部特征.这个过程和人识别物体很像",
        ),
        tries=f"pixel --sample {lesson.shown_picture.origin.rpartition(' ')[2]} --layer dense "
        f"--filter {lesson.label}",
    ).filled(values)
