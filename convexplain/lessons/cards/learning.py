"""Teacher's card: nobody designs the filters."""

from __future__ import annotations

from convexplain.data import facts
from convexplain.lessons.cards._card import Card, Mistake, Pause
from convexplain.lessons.learning import FAR, Learning
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, both


def card(lesson: Learning) -> Card:
    """Write the card."""
    accuracy = facts.row("shift", pixels=0, network="cnn")["accuracy"]
    values: dict[str, str | int | Caption] = {
        "e": len(lesson.filters_of("edge")),
        "l": len(lesson.filters_of("line", "spot")),
        "m": len(lesson.filters_of("mixed")),
        "k": lesson.label,
        "p": fmt.probability(lesson.chances[0]),
        "first": fmt.number(lesson.loss_of(0)),
        "last": fmt.number(lesson.loss_of(-1), 4),
        "kernels": len(lesson.patterns),
        "accuracy": fmt.percent(accuracy, 2),
        "s": fmt.number(lesson.valley.slope, 3),
        "before": fmt.number(lesson.loss_after(0.0)),
        "after": fmt.number(lesson.loss_after(1.0)),
        "far": fmt.number(lesson.loss_after(FAR)),
    }
    return Card(
        lesson,
        aim=Caption(
            en="Explain how random kernels become detectors: one number, the loss, is lowered in "
            "many small steps.",
            zh="能解释随机的卷积核怎样变成检测器：训练让损失一步步下降。",
        ),
        needs=both(
            "How a picture becomes ten probabilities (lesson forward-pass).",
            "一幅图怎样变成十个概率（课程 forward-pass）。",
            "−ln p is small where p is near one.",
            "p 接近 1 时，−ln p 很小。",
        ),
        pauses=(
            Pause.of(
                "loss",
                "Ten classes, nothing learned yet: how probable is the right one?",
                "十个类别，什么都还没学：正确类别的概率是多少？",
                "About a tenth: {p}, a loss of {first}.",
                "大约十分之一：{p}，损失为 {first}。",
            ),
            Pause(
                "weight",
                Caption(
                    en="Is this weight to become larger or smaller? How can one tell?",
                    zh="这个权重该变大还是变小？怎样看得出来？",
                ),
                Caption(
                    en="The slope of the training loss tells: it is {s}, so down is where the "
                    "weight becomes smaller.",
                    zh="看训练损失的斜率：斜率是 {s}，下坡就是让权重变小。",
                )
                if lesson.valley.slope > 0
                else Caption(
                    en="The slope of the training loss tells: it is {s}, so down is where the "
                    "weight becomes larger.",
                    zh="看训练损失的斜率：斜率是 {s}，下坡就是让权重变大。",
                ),
            ),
            Pause.of(
                "answer",
                "What have the {kernels} kernels become?",
                "{kernels} 个卷积核变成了什么？",
                "{e} edges, {l} lines or spots, {m} mixed patterns.",
                "{e} 个边缘，{l} 个线条或斑点，{m} 个混合模式。",
            ),
        ),
        mistakes=(
            Mistake.of(
                "The filters were designed to find edges.",
                "过滤器是为找边缘而设计的。",
                "They began as random numbers. {e} of {kernels} became edges, {m} fit no "
                "simple name.",
                "它们一开始是随机数。{kernels} 个中 {e} 个变成边缘，{m} 个说不上是什么。",
            ),
            Mistake.of(
                "Three steps at once reach the goal three times as fast.",
                "步子大三倍，学得就快三倍。",
                "One step takes the loss from {before} to {after}, three times as far to "
                "{far}: the valley bends. RMSprop scales each weight's step by how large its "
                "slope was lately.",
                "走一步，损失从 {before} 降到 {after}；三倍步长则变成 {far}：山谷是弯的。"
                "RMSprop 按每个权重近来斜率的大小调整步长。",
            ),
            Mistake.of(
                "A loss of {last} means that it makes no mistakes.",
                "损失只有 {last}，说明不会出错了。",
                "That is the loss of this {k} alone. Of digits that it never "
                "saw, it reads {accuracy} right.",
                "那只是这个“{k}”的损失。在没见过的样本上，准确率是 {accuracy}。",
            ),
        ),
        chapter=Caption(
            en="A single filter stands for a feature (a pattern) extracted from the picture.",
            zh="单个过滤器代表的是从图像提取的特征(模式).",
        ),
        tries="figure learning -o learning.svg",
    ).filled(values)
