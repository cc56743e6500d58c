"""Teacher's card: one, two, three axes to slide along."""

from __future__ import annotations

import numpy as np

from convexplain.lessons.cards._card import Card, Mistake, Pause
from convexplain.lessons.one_d import OneD
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, Value, both


def card(lesson: OneD) -> Card:
    """Write the card."""
    height, width = lesson.drawn.shape
    k = len(lesson.weights)
    values: dict[str, Value] = {
        "n": width,
        "channels": height,
        "k": k,
        "size": fmt.shape((k, k, k)),
        "block": k**3,
        "out": len(lesson.out),
        "weights": k * height,
        "map": fmt.shape(lesson.map.shape),
        "square": k * k,
        "film": fmt.shape(lesson.film.shape),
        "moving": fmt.shape(lesson.moving.shape),
        "zero": fmt.percent(float(np.mean(np.abs(lesson.moving) < 1e-9)), 0),
    }
    return Card(
        lesson,
        aim=Caption(
            en="Tell convolutions of one, two and three dimensions apart by the axes along which "
            "the window slides, and count weights and outputs of each.",
            zh="能按窗口滑动的方向区分一维、二维、三维卷积，并数出各自的权重和输出。",
        ),
        needs=both(
            "How a window computes a map (lesson sliding-window).",
            "窗口怎样算出一张图（课程 sliding-window）。",
            "That a filter reads all channels (lesson channels).",
            "过滤器读取全部通道（课程 channels）。",
        ),
        pauses=(
            Pause.of(
                "slide",
                "{n} pixels, a window of {k}, stride one. How many numbers come out?",
                "{n} 个像素，窗口 {k}，步幅 1。输出几个数？",
                "{out}: {n} less {k}, and one.",
                "{out} 个：{n} 减 {k} 再加 1。",
            ),
            Pause.of(
                "axes",
                "Which D: a photograph, a heartbeat, a brain scan, a film, stereo sound?",
                "分别是几维：照片、心电图、脑部扫描、影片、立体声？",
                "Two, one, three, three, one: stereo has two channels, along which nothing slides.",
                "二、一、三、三、一：立体声有两个通道，但不沿通道滑动。",
            ),
            Pause.of(
                "answer",
                "How many weights has the window on the row, on the picture, on the film?",
                "在一行、一张图、一段影片上，窗口各有几个权重？",
                "{k}, {square} and {block}: {size}. They slide along one, two, three axes.",
                "{k}、{square}、{block} 个（{size}），分别沿一、二、三个方向滑动。",
            ),
        ),
        mistakes=(
            Mistake.of(
                "A colour picture needs a convolution in three dimensions.",
                "彩色图片要用三维卷积。",
                "It has three channels, but the window slides along two axes.",
                "它有三个通道，但窗口只沿两个方向滑动：二维。",
            ),
            Mistake.of(
                "One dimension means one channel.",
                "一维就是只有一个通道。",
                "All {channels} rows of the picture could be the channels of one sequence: "
                "{weights} weights, and still one axis to slide along.",
                "整幅图的 {channels} 行可以当作一个序列的通道：{weights} 个权重，"
                "仍只有一个滑动方向。",
            ),
            Mistake.of(
                "Three dimensions are several times two.",
                "三维卷积就是几个二维卷积。",
                "Those never compare frames. This one answers to change alone: {zero} of "
                "its {moving} numbers are zero.",
                "那样不会比较各帧。这里只对变化有响应：{moving} 个数中 {zero} 是 0。",
            ),
        ),
        tries="render one-d --kernel 1,-2,1 --row 12",
    ).filled(values)
