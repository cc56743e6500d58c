"""Teacher's card: how a map is painted larger, and where checkerboards come from."""

from __future__ import annotations

import numpy as np

from convexplain.lessons.cards._card import Card, Mistake, Pause
from convexplain.lessons.transposed import Transposed
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, Value, both, listed


def card(lesson: Transposed) -> Card:
    """Write the card."""
    assert lesson.flat is not None
    assert lesson.larger is not None
    equal, block = lesson.flat
    assert lesson.return_trip is not None
    there, _, back, _, alike = lesson.return_trip
    printed = sorted({fmt.number(value) for value in block.painted.flat})
    values: dict[str, Value] = {
        "rows": lesson.map.shape[0],
        "out": lesson.output.shape[0],
        "last": lesson.map.shape[0] - 1,
        "side": lesson.kernel.shape[0],
        "s": lesson.stride,
        "v": fmt.number(equal.flat[0]),
        "painted": listed(printed),
        "counts": listed(lesson.repeats),
        "larger": lesson.larger.shape[0],
        "r": fmt.number(alike),
        "far": fmt.number(np.abs(there - back).max()),
    }
    return Card(
        lesson,
        aim=Caption(
            en="Say what a transposed convolution adds up in one cell, how large its output is, "
            "and why a stride that does not divide the kernel makes checkerboards.",
            zh="能说出转置卷积在一格里加了什么、输出有多大，以及步幅除不尽卷积核时为什么会出现棋盘格。",
        ),
        needs=both(
            "How a window computes a map (lesson sliding-window).",
            "窗口怎样算出一张图（课程 sliding-window）。",
            "What stride does to the size of a map (lesson window-geometry).",
            "步幅怎样改变图的大小（课程 window-geometry）。",
        ),
        pauses=(
            Pause.of(
                "all",
                "{rows} rows of numbers, a stamp {side} high, moved {s} cells each time. "
                "How many rows come out?",
                "{rows} 行数，印章高 {side}，每次移 {s} 格。结果有几行？",
                "{out}: {last} moves of {s}, and {side} for the last stamp.",
                "{out} 行：移 {last} 次，每次 {s} 格，最后一个印章再占 {side} 格。",
            ),
            Pause.of(
                "checkerboard",
                "Blank paper is {v} everywhere. Will all cells painted from it be equal?",
                "空白处都是 {v}。由它画出的格子会都相同吗？",
                "No: {painted}, since cells get {counts} stamps.",
                "不会：得到 {painted}，因为各格的印章数是 {counts}。",
            ),
            Pause.of(
                "remedy",
                "How could every cell get the same number of stamps?",
                "怎样才能让每格得到同样多的印章？",
                "A side that {s} divides, such as {larger}; or enlarge first, then convolve "
                "as usual.",
                "边长取 {s} 的倍数，例如 {larger}；或先放大，再做普通的卷积。",
            ),
        ),
        mistakes=(
            Mistake.of(
                "Deconvolution: it undoes the convolution.",
                "反卷积就是还原卷积。",
                "What comes back by the same weights has a correlation of {r} with the "
                "picture that went; the largest difference is {far}.",
                "用同样的权重去再回来，与原图的相关系数是 {r}，最大差值是 {far}。",
            ),
            Mistake.of(
                "The checkerboard is in the data.",
                "棋盘格是数据里就有的。",
                "The paper is {v} everywhere; only the number of stamps differs.",
                "空白处都是 {v}，不同的只是印章数。",
            ),
            Mistake.of(
                "It puts zeros between the numbers, so it knows less.",
                "它在数之间补 0，所以信息变少了。",
                "That is the same arithmetic told from the output: zeros in between and a "
                "turned kernel give the same sums as stamps.",
                "这是从输出的角度说同一件事：补 0 之后用翻转的核滑动，得到同样的和。",
            ),
        ),
        tries="render transposed --stride 3 --size 5",
    ).filled(values)
