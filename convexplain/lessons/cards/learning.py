"""Teacher's card: nobody designs the filters."""

from __future__ import annotations

from convexplain.data import facts
from convexplain.lessons.cards._card import Card, Mistake, Pause, told
from convexplain.lessons.learning import Learning
from convexplain.style import format as fmt
from convexplain.style.captions import Caption


def card(lesson: Learning) -> Card:
    """Write the card."""
    loss, end, patterns = (told(lesson, beat) for beat in ("loss", "end", "patterns"))
    accuracy = facts.row("shift", pixels=0, network="cnn")["accuracy"]
    values = {
        **patterns,
        "k": loss["k"],
        "p": loss["p"],
        "first": loss["v"],
        "last": end["v"],
        "steps": told(lesson, "run")["n"],
        "batch": told(lesson, "run")["m"],
        "kernels": len(lesson.patterns),
        "accuracy": fmt.percent(accuracy, 2),
        "train": told(lesson, "data")["n"],
    }
    return Card(
        lesson,
        aim=Caption(
            en="Explain how random kernels become detectors: one number, the loss, is lowered in "
            "many small steps.",
            zh="能解释随机的卷积核怎样变成检测器：一步一步地降低一个数，即损失。",
        ),
        needs=(
            Caption(
                en="How a picture becomes ten probabilities (lesson forward-pass).",
                zh="一幅图怎样变成十个概率（课程 forward-pass）。",
            ),
            Caption(en="−ln p is small where p is near one.", zh="p 接近一时，−ln p 很小。"),
        ),
        pauses=(
            Pause(
                "loss",
                Caption(
                    en="Ten classes, nothing learned yet: how probable is the right one?",
                    zh="十个类别，什么都还没学：正确类别的概率是多少？",
                ),
                Caption(
                    en="About a tenth: {p}, a loss of {first}.",
                    zh="大约十分之一：{p}，损失为 {first}。",
                ),
            ),
            Pause(
                "run",
                Caption(
                    en="Who says what each filter is to look for?",
                    zh="每个过滤器找什么，由谁决定？",
                ),
                Caption(
                    en="Nobody: {steps} steps, each made to lower the loss.",
                    zh="没有人决定：{steps} 步，每一步都朝着降低损失的方向走。",
                ),
            ),
            Pause(
                "patterns",
                Caption(
                    en="What have the {kernels} kernels become?",
                    zh="{kernels} 个卷积核变成了什么？",
                ),
                Caption(
                    en="{e} edges, {l} lines or spots, {m} mixed patterns.",
                    zh="{e} 个边缘，{l} 个线条或斑点，{m} 个混合模式。",
                ),
            ),
        ),
        mistakes=(
            Mistake(
                Caption(
                    en="The filters were designed to find edges.",
                    zh="过滤器是为找边缘而设计的。",
                ),
                Caption(
                    en="They began as random numbers. {e} of {kernels} became edges, {m} fit no "
                    "simple name.",
                    zh="它们一开始是随机数。{kernels} 个中 {e} 个变成边缘，{m} 个说不上是什么。",
                ),
            ),
            Mistake(
                Caption(en="Each step learns one digit.", zh="每一步学会一个样本。"),
                Caption(
                    en="Each step looks at {batch} digits and moves every weight a little; all "
                    "{train} are seen several times.",
                    zh="每一步看 {batch} 个样本，把每个权重稍微调一点；{train} 个样本会看好几遍。",
                ),
            ),
            Mistake(
                Caption(
                    en="A loss of {last} means that it makes no mistakes.",
                    zh="损失只有 {last}，说明不会出错了。",
                ),
                Caption(
                    en="That is the loss of this {k} alone. Of digits that it never "
                    "saw, it reads {accuracy} right.",
                    zh="那只是这个“{k}”的损失。在没见过的样本上，准确率是 {accuracy}。",
                ),
            ),
        ),
        chapter=Caption(
            en="A single filter stands for a feature (a pattern) extracted from the picture.",
            zh="单个过滤器代表的是从图像提取的特征(模式).",
        ),
        tries="figure learning -o learning.svg",
    ).filled(values)
