"""Teacher's card: how large the output is."""

from __future__ import annotations

from convexplain.lessons.cards._card import Card, Mistake, Pause
from convexplain.lessons.window_geometry import WindowGeometry
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, Value, both


def card(lesson: WindowGeometry) -> Card:
    """Write the card."""
    shown = {geometry.name: geometry for geometry in lesson.geometries}
    valid, same, stride = shown["valid"], shown["same"], shown["stride"]
    cols, side = valid.size[1], valid.window.kernel_size[1]
    values: dict[str, Value] = {
        "i": cols,
        "k": side,
        "o": valid.output[1],
        "wrong": cols - side,
        "s": stride.window.stride[1],
        "strided": fmt.shape(stride.output),
        "hops": stride.hops,
        "padded": same.output[1],
        "kept": fmt.shape(same.output),
        "ring": same.margins[0],
        "d": shown["dilation"].window.dilation[1],
        "span": fmt.shape(shown["dilation"].window.span),
        "weights": lesson.weights.size,
    }
    return Card(
        lesson,
        aim=Caption(
            en="Work out the size of the output from window, padding, stride and dilation, and "
            "say what each of them does.",
            zh="会根据窗口、填充、步幅和膨胀率算出输出的大小，并说出它们各起什么作用。",
        ),
        needs=both(
            "How one cell is computed (lesson sliding-window).",
            "一格是怎样算出来的（课程 sliding-window）。",
            "Division, rounded down.",
            "除法，向下取整。",
        ),
        pauses=(
            Pause.of(
                "count",
                "{i} pixels in a row, a window of {k}: how many places?",
                "一行 {i} 个像素，窗口宽 {k}：有几个位置？",
                "{o}: the first place counts, too.",
                "{o} 个：起始位置也要算。",
            ),
            Pause.of(
                "same",
                "{ring} zero on each side: how many places in a row now?",
                "两边各补 {ring} 个 0：一行有几个位置？",
                "{padded}: as many as pixels, so that the map keeps their size.",
                "{padded} 个：和像素一样多，响应图大小不变。",
            ),
            Pause.of(
                "stride",
                "It hops by {s}: how large does the map become?",
                "每次跳 {s} 格，响应图会变成多大？",
                "{strided}: {hops} hops and the first place, in rows and in columns.",
                "{strided}：行和列都是 {hops} 步加上第一个位置。",
            ),
        ),
        mistakes=(
            Mistake.of(
                "{i} − {k} = {wrong}.",
                "{i} − {k} = {wrong}。",
                "Fence posts: {wrong} moves, and the place before the first: {o}.",
                "植树问题：移动 {wrong} 次，加上起始位置，共 {o} 个。",
            ),
            Mistake.of(
                "With dilation {d} the kernel is {span}, so it has more weights.",
                "膨胀率为 {d} 时，卷积核变成 {span}，权重更多了。",
                "It is spread over {span} but still has {weights} weights, with gaps.",
                "它铺开到 {span} 的范围，权重仍是 {weights} 个，中间留有空隙。",
            ),
            Mistake.of(
                "Padding brings new information in at the rim.",
                "填充给边缘增加了新信息。",
                "It brings zeros ({ring} on each side), so that the window centres on every "
                "pixel and the map stays {kept}.",
                "填进来的是 0（每边 {ring} 圈），让窗口中心能落到每个像素上，响应图保持 {kept}。",
            ),
        ),
        chapter=Caption(
            en="The size of the patches taken from the input: one usually chooses 3x3, 5x5 or 7x7.",
            zh="从输入中提取的图块的尺寸.一般选择有 3x3 5x5 或者 7x7.",
        ),
        tries="worksheet --level 3 --count 6",
    ).filled(values)
