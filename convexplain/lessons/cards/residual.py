"""Teacher's card: the residual block."""

from __future__ import annotations

from convexplain.data import digits, facts
from convexplain.lessons.cards._card import Card, Mistake, Pause
from convexplain.lessons.residual import Residual
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, Value, both


def card(lesson: Residual) -> Card:
    """Write the card."""
    came, change, total = map(fmt.number, lesson.numbers)
    assert lesson.right is not None
    channels = lesson.three[0].shape[2]
    values: dict[str, Value] = {
        "a": came,
        "b": change,
        "c": total,
        "shape": fmt.shape(lesson.three[0].shape),
        "channels": fmt.count(channels),
        "twice": fmt.count(2 * channels),
        "all": fmt.count(lesson.three[0].size),
        "n": fmt.count(len(digits.load())),
        **{name: fmt.count(count) for name, count in lesson.right.items()},
        "one": fmt.shape((1, 1)),
        "steps": fmt.count(facts.steps("depth")),
    }
    for size, row in zip(("few", "few", "many", "many"), facts.rows("depth"), strict=True):
        values[size] = fmt.count(row["blocks"])
        values[f"{size}_{row['arrows']}"] = fmt.percent(row["accuracy"])
    return Card(
        lesson,
        aim=Caption(
            en="Say what is added to what in a residual block, which shapes fit, and what is "
            "left for the layers to learn.",
            zh="能说出残差块里什么和什么相加、形状要怎样才配得上，以及留给各层学的是什么。",
        ),
        needs=both(
            "What channels and maps are (lesson channels).",
            "什么是通道和响应图（课程 channels）。",
            "What a gradient is (lesson learning).",
            "什么是梯度（课程 learning）。",
        ),
        pauses=(
            Pause.of(
                "add",
                "Came in: {a}. Through comes {b}. What goes on?",
                "输入 {a}，穿过来的是 {b}。传下去的是多少？",
                "{c}. So for all {all} numbers, each with the one at its own place.",
                "{c}。{all} 个数都这样，各加同一位置的数。",
            ),
            Pause.of(
                "arrow",
                "All weights of the block are zero. What goes on?",
                "块的权重全为 0。传下去的是什么？",
                "What came in, unchanged. A plain stack would hand on nothing.",
                "输入原样传下去；普通堆叠则什么都传不下去。",
            ),
            Pause.of(
                "answer",
                "Which of the two ways could the network do without?",
                "两条路中，网络缺了哪条还行？",
                "This one without neither: round alone {round} of {n} digits are right, "
                "through alone {through}, with both {block}.",
                "这个网络两条都要：只绕过，{n} 个手写数字认对 {round} 个；"
                "只穿过，认对 {through} 个；两条都有，认对 {block} 个。",
            ),
        ),
        mistakes=(
            Mistake.of(
                "The shortcut is another convolution.",
                "捷径是另一个卷积。",
                "It has no weights. Only where shapes differ a {one} convolution is put on "
                "it, so that the channels fit.",
                "它没有权重。只有形状不同时，才在上面放一个 {one} 卷积，让通道配得上。",
            ),
            Mistake.of(
                "The channels are put one behind the other.",
                "把通道一个接一个排在一起。",
                "That would make {twice}. Here {shape} and {shape} give {shape}.",
                "那样会有 {twice} 个通道。这里 {shape} 加 {shape}，仍是 {shape}。",
            ),
            Mistake.of(
                "A shortcut makes every network better.",
                "有了捷径，任何网络都会变好。",
                "Measured, {steps} steps: of {few} blocks {few_yes} are right with "
                "shortcuts, {few_no} without; of {many} blocks {many_yes} and {many_no}.",
                "实测训练 {steps} 步：{few} 个块时，有捷径认对 {few_yes}，"
                "没有捷径 {few_no}；{many} 个块时，分别为 {many_yes} 和 {many_no}。",
            ),
        ),
        tries=f"render {lesson.name} --filter {lesson.shown_filter}",
    ).filled(values)
