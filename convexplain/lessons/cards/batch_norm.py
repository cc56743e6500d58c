"""Teacher's card: batch normalization when a network answers."""

from __future__ import annotations

import numpy as np

from convexplain.data import digits
from convexplain.lessons.batch_norm import BatchNorm
from convexplain.lessons.cards._card import Card, Mistake, Pause
from convexplain.network import folded
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, Value, both


def card(lesson: BatchNorm) -> Card:
    """Write the card."""
    four = lesson.constants
    assert lesson.right is not None
    stored, own = lesson.right
    without = folded(lesson.network)
    values: dict[str, Value] = {
        "mean": fmt.number(four.mean, lesson.decimals),
        "spread": fmt.number(four.spread, lesson.decimals),
        "z": fmt.number(lesson.number),
        "centred": fmt.number(lesson.steps[0]),
        "v": fmt.number(lesson.steps[-1]),
        "factor": fmt.number(four.factor),
        "shift": fmt.number(four.addend),
        "bound": lesson.bound,
        "most": fmt.number(float(np.abs(lesson.maps).max())),
        "stored": fmt.count(stored),
        "own": fmt.count(own),
        "n": fmt.count(len(digits.load())),
        "layers": len(lesson.network.layers) - len(without.layers),
        "all": len(lesson.network.layers),
    }
    return Card(
        lesson,
        aim=Caption(
            en="Say what batch normalization does in training and what it does when the network "
            "answers, and why it can then be left out.",
            zh="能说出批归一化在训练时和推理时各做什么，以及推理时为什么可以省去。",
        ),
        needs=both(
            "What a kernel and a bias are (lesson sliding-window).",
            "什么是卷积核和偏置（课程 sliding-window）。",
            "Mean and standard deviation.",
            "平均值和标准差。",
        ),
        pauses=(
            Pause.of(
                "training",
                "What could be measured of a batch that one picture alone does not have?",
                "一批图有什么统计量，是单张图没有的？",
                "Mean and spread of each channel over all pictures: {mean} and {spread} on "
                "average.",
                "每个通道在所有图上的平均值和标准差：滑动平均为 {mean} 和 {spread}。",
            ),
            Pause.of(
                "one",
                "Now there is one picture. Whose mean is subtracted from {z}?",
                "现在只有一张图。{z} 要减去谁的平均值？",
                "The stored one: {z} less {mean} is {centred}; in the end it is {v}.",
                "保存的那个：{z} 减 {mean} 得 {centred}，最后是 {v}。",
            ),
            Pause.of(
                "fold",
                "Four constants: with how many do you get by?",
                "四个常数，其实几个就够？",
                "Two: times {factor}, and {shift} added.",
                "两个：乘 {factor}，再加 {shift}。",
            ),
        ),
        mistakes=(
            Mistake.of(
                "It normalizes each picture by itself.",
                "它对每张图单独做归一化。",
                "Try it: each of the {n} digits with its own numbers gives {own} right "
                "answers, the stored numbers {stored}.",
                "试试看：{n} 个手写数字各用各的数，只认对 {own} 个；用保存的数，认对 {stored} 个。",
            ),
            Mistake.of(
                "It makes all values lie between zero and one.",
                "它把值都变到 0 和 1 之间。",
                "No: about mean zero and spread one, then γ and β come. Here values reach {most}.",
                "不对：先变成平均值约为 0、标准差约为 1，再乘 γ 加 β。这里的值可达 {most}。",
            ),
            Mistake.of(
                "It costs time in every answer.",
                "每次推理都要为它花时间。",
                "Folded into the kernels, {layers} of {all} layers are gone; the maps "
                "differ by less than {bound}.",
                "并入卷积核后，{all} 层少了 {layers} 层；响应图相差不到 {bound}。",
            ),
        ),
        tries=f"render {lesson.name} --filter {lesson.shown_filter}",
    ).filled(values)
