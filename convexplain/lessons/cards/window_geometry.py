"""Teacher's card: how large the output is."""

from __future__ import annotations

from convexplain.lessons.cards._card import Card, Mistake, Pause, told
from convexplain.lessons.window_geometry import WindowGeometry
from convexplain.style import format as fmt
from convexplain.style.captions import Caption


def card(lesson: WindowGeometry) -> Card:
    """Write the card."""
    shown = {geometry.name: geometry for geometry in lesson.geometries}
    valid, same = shown["valid"], shown["same"]
    rows, side = valid.size[0], valid.window.kernel_size[0]
    values = {
        **told(lesson, "dilation"),
        "i": rows,
        "k": side,
        "o": valid.output[0],
        "wrong": rows - side,
        "s": told(lesson, "stride")["s"],
        "strided": fmt.shape(shown["stride"].output),
        "kept": fmt.shape(same.output),
        "ring": same.margins[0],
        "differ": fmt.count(lesson.differing),
    }
    return Card(
        lesson,
        aim=Caption(
            en="Work out the size of the output from window, padding, stride and dilation, and "
            "say what each of them does.",
            zh="会根据窗口、填充、步幅和膨胀率算出输出的大小，并说出它们各起什么作用。",
        ),
        needs=(
            Caption(
                en="How one cell is computed (lesson sliding-window).",
                zh="一格是怎样算出来的（课程 sliding-window）。",
            ),
            Caption(en="Division, rounded down.", zh="除法，向下取整。"),
        ),
        pauses=(
            Pause(
                "valid",
                Caption(
                    en="{i} rows, a window of {k}: how many places from top to bottom?",
                    zh="图有 {i} 行，窗口高 {k}：从上到下有几个位置？",
                ),
                Caption(en="{o}: the first place counts, too.", zh="{o} 个：起始位置也要算。"),
            ),
            Pause(
                "stride",
                Caption(
                    en="Stride {s}: how large does the map become?",
                    zh="步幅为 {s}，响应图会变成多大？",
                ),
                Caption(en="{strided}.", zh="{strided}。"),
            ),
            Pause(
                "flipped",
                Caption(
                    en="Turn the kernel round by half a turn. The same map?",
                    zh="把卷积核旋转半圈，响应图还一样吗？",
                ),
                Caption(
                    en="No: {differ} cells differ. Networks do not turn it.",
                    zh="不一样：有 {differ} 格不同。网络并不翻转卷积核。",
                ),
            ),
        ),
        mistakes=(
            Mistake(
                Caption(en="{i} − {k} = {wrong}.", zh="{i} − {k} = {wrong}。"),
                Caption(
                    en="Fence posts: {wrong} moves, and the place before the first: {o}.",
                    zh="植树问题：移动 {wrong} 次，加上起始位置，共 {o} 个。",
                ),
            ),
            Mistake(
                Caption(
                    en="With dilation {d} the kernel is {w}, so it has more weights.",
                    zh="膨胀率为 {d} 时，卷积核变成 {w}，权重更多了。",
                ),
                Caption(
                    en="It is spread over {w} but still has {weights} weights, with gaps between.",
                    zh="它铺开到 {w} 的范围，权重仍是 {weights} 个，中间留有空隙。",
                ),
            ),
            Mistake(
                Caption(
                    en="Padding brings new information in at the rim.",
                    zh="填充给边缘增加了新信息。",
                ),
                Caption(
                    en="It brings zeros ({ring} on each side), so that the window centres on every "
                    "pixel and the map stays {kept}.",
                    zh="填进来的是零（每边 {ring} 圈），让窗口中心能落到每个像素上，"
                    "响应图保持 {kept}。",
                ),
            ),
        ),
        chapter=Caption(
            en="The size of the patches taken from the input: one usually chooses 3x3, 5x5 or 7x7.",
            zh="从输入中提取的图块的尺寸.一般选择有 3x3 5x5 或者 7x7.",
        ),
        tries="worksheet --level 3 --count 6",
    ).filled(values)
