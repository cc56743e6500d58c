"""Teacher's card: the map moves along, the answer need not."""

from __future__ import annotations

from convexplain.data import facts
from convexplain.lessons.cards._card import Card, Mistake, Pause
from convexplain.lessons.parts.answer_bars import class_label
from convexplain.lessons.translation import Translation, plain
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, Value, both


def card(lesson: Translation) -> Card:
    """Write the card; accuracies are those measured on the test digits."""
    accuracies = {(row["network"], row["pixels"]): row["accuracy"] for row in facts.rows("shift")}
    weighed = lesson.weighed
    _, count, difference = lesson.back
    changes = [change for _, change in lesson.changes]
    values: dict[str, Value] = {
        "s": 3,
        "cells": lesson.cells,
        "px": lesson.pixels(lesson.compared),
        "d": plain(difference),
        "m": count,
        "p": fmt.percent(accuracies["cnn", 3]),
        "q": fmt.percent(accuracies["dense", 3]),
        "here": fmt.percent(accuracies["cnn", 0], 2),
        "label": class_label(lesson.network, lesson.label),
        "a": lesson.pixels(lesson.fails[0]),
        "b": lesson.pixels(lesson.fails[1]),
        "one": fmt.number(changes[0]),
        "two": fmt.number(changes[1]),
        "places": weighed.weights.size if weighed is not None else 1,
    }
    return Card(
        lesson,
        aim=Caption(
            en="Tell equivariance from invariance: the map moves with the digit, but the answer "
            "may change.",
            zh="能区分等变与不变：响应图跟着手写数字移动，预测却可能改变。",
        ),
        needs=both(
            "The same weights at every place (lesson sliding-window).",
            "每个位置用同一组权重（课程 sliding-window）。",
            "Pooling and flatten.",
            "池化和展平。",
        ),
        pauses=(
            Pause.of(
                "guess",
                "The {label} moves on. Which network changes its answer first?",
                "这个“{label}”继续移动，哪个网络先改变预测？",
                "The dense one, at {b} pixels; the convnet at {a}.",
                "全连接网络：到 {b} 像素就错；卷积网络到 {a} 像素才错。",
            ),
            Pause.of(
                "follows",
                "The digit has moved by {px} pixels. What has the map done?",
                "手写数字平移 {px} 个像素，响应图会怎样？",
                "It has moved by {cells} cells: on {m} columns the difference is {d}.",
                "也平移 {cells} 格：{m} 列的差值为 {d}。",
            ),
            Pause.of(
                "why",
                "The maps only moved. Why can the answer change?",
                "响应图只是移动了，预测为什么会变？",
                "The last layer has weights of its own for each of the {places} places.",
                "最后一层对 {places} 个位置各用各的权重。",
            ),
        ),
        mistakes=(
            Mistake.of(
                "Convnets are translation-invariant.",
                "卷积网络具有平移不变性。",
                "Their maps are equivariant. Moved by {s} pixels, {p} of the test digits "
                "are read right; unmoved, {here}.",
                "响应图是平移等变的。测试样本平移 {s} 个像素后，准确率为 {p}；不平移时是 {here}。",
            ),
            Mistake.of(
                "Pooling takes care of every shift.",
                "有了池化，怎么平移都行。",
                "It swallows a part of each: one pixel changes the first maps by {one} of "
                "their size, behind the first pooling by {two}.",
                "每次只抵消一部分：平移一个像素，第一层响应图的相对变化是 {one}，"
                "第一次池化后是 {two}。",
            ),
            Mistake.of(
                "Then the convnet is no better than the dense network.",
                "那卷积网络并不比全连接网络好。",
                "It is: {p} against {q} at {s} pixels. More tolerant, not immune.",
                "好得多：平移 {s} 个像素时，卷积网络 {p}，全连接网络 {q}。"
                "更能容忍平移，但不是不受影响。",
            ),
        ),
        chapter=Caption(
            en="Suppose the convnet has learned a pattern from 3x3 pixels: when the same 3x3 comes "
            "up in other pictures, the pattern serves there, too, and need not be trained again.",
            zh="假设 cnn 从 3x3 学习到了模式,当这个 3x3 又在其他图片重复出现时,"
            "这个模式也通用,不再需要重复训练",
        ),
        tries="figure shift-accuracy -o shift.svg",
    ).filled(values)
