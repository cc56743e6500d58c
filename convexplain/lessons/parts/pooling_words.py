"""What the lesson on pooling says, as templates."""

from __future__ import annotations

from collections.abc import Sequence

from convexplain.style import terms
from convexplain.style.captions import Caption, listed

TITLE = Caption(en="Pooling: one number for {n}", zh="池化：{n} 个数变成一个")
QUESTION = Caption(en="Why throw {m} of {n} numbers away?", zh="为什么 {n} 个数里要丢掉 {m} 个？")
ANSWER = Caption(
    en="{m} of {n} go, so later layers see {a} pixels wide, not {b}.",
    zh="{n} 个丢掉 {m} 个，后面的层看到 {a} 个像素宽，不是 {b} 个。",
)
ANSWER_FEWER = Caption(
    en="One of {n} is kept: {b} numbers go on, not {a}.",
    zh="{n} 个留一个：往后传的是 {b} 个数，而不是 {a} 个。",
)

# One window.
FOUR = Caption(en="{n} responses, side by side.", zh="相邻的 {n} 个响应。")
LARGEST = Caption(
    en="Max pooling: the largest stays, where the filter finds most.",
    zh="最大池化：响应最强的留下。",
)
EQUAL = Caption(en="All are equal: the first counts.", zh="都相等：算第一个。")
MEAN = Caption(en="An average would have been {m}.", zh="若取平均：{m}。")
ONE = Caption(en="One cell for {n}.", zh="{n} 格变一格。")
ANOTHER = Caption(en="Another window, the same rule: {v}.", zh="换个窗口，规则不变：{v}。")

# The whole map.
SWEEP = Caption(en="Window after window, without overlap.", zh="窗口一个接一个，互不重叠。")
SWEEP_OVER = Caption(
    en="Window after window; neighbours overlap.", zh="窗口一个接一个，相邻的有重叠。"
)
SWEEP_GAPS = Caption(
    en="Window after window; what lies between is dropped.", zh="窗口一个接一个，中间的被丢掉。"
)
HALF = Caption(
    en="Half as high, half as wide: {a} numbers become {b}.",
    zh="高和宽各减半：{a} 个数变成 {b} 个。",
)
FEWER = Caption(en="{a} numbers become {b}.", zh="{a} 个数变成 {b} 个。")

# What it does to a shift, and at the border.
MOVED = Caption(en="The digit moves one pixel {direction}.", zh="手写数字{direction}移 1 个像素。")
MOVED_PICTURE = Caption(
    en="The picture moves one pixel {direction}.", zh="图片{direction}移 1 个像素。"
)
KEEPS = Caption(
    en="The same window still keeps {v}: here the shift does not show.",
    zh="同一个窗口仍然留下 {v}：这里看不出平移。",
)
CHANGES = Caption(
    en="The same window now keeps {v}, not {u}: the shift still shows.",
    zh="同一个窗口现在留下 {v}，不是 {u}：仍然看得出平移。",
)
ODD = Caption(en="No window reaches {places} of {layer}.", zh="{layer} 的{places} 不在任何窗口里。")
UNSEEN = Caption(en="So the network never sees {places}.", zh="所以网络从不看输入的{places}。")
UNCHANGED = Caption(
    en="Inverting them changes the logits by {d}.", zh="把它们反色，logit 的变化为 {d}。"
)

# How far later layers see.
READS = Caption(
    en="The next layer's window reads {shape} of these cells.",
    zh="下一层的窗口读其中的 {shape} 格。",
)
HOW_FAR = Caption(
    en="How many cells wide is that on the map before?", zh="在前一张图上，这有几格宽？"
)
AS_MANY = Caption(
    en="So many pooled cells: each stands for several.", zh="这是池化后的格数：每格代表好几格。"
)
ALL_CELLS = Caption(en="That is how many cells it reads.", zh="这是它一共读的格数。")
SPANS = Caption(
    en="Each stands for {shape} cells: the same window spans {a}, not {b}.",
    zh="每格代表 {shape} 格：同一个窗口跨 {a} 格，不是 {b} 格。",
)
ALONE = Caption(
    en="{k} convolutions in a row. Without pooling, each adds {n} pixels.",
    zh="{k} 个卷积层。没有池化，每层只多看 {n} 个像素。",
)
DOUBLES = Caption(
    en="With pooling, the width doubles first each time.", zh="有池化，每次先把宽度乘 2。"
)
WIDENS = Caption(
    en="With pooling, the width is taken {f} times first.", zh="有池化，每次先把宽度乘 {f}。"
)
POOLED = Caption(
    en="Layer after layer, pooling widens what is seen.", zh="逐层看：池化把视野变宽。"
)

# Names in the pictures.
WITH = Caption(en="with pooling", zh="有池化")
WITHOUT = Caption(en="without pooling", zh="没有池化")
WINDOW = Caption(en="window of {shape}", zh="{shape} 窗口")
BOTH_MADE = Caption(en="largest {v}, mean {m}", zh="最大值 {v}，平均值 {m}")
ACCURACIES = Caption(en="accuracy, 3 runs", zh="准确率，3 次")
ABOUT = Caption(
    en="Max pooling with windows of {shape}. The window at row {r}, column {c} of filter {n}'s map "
    "reads {values}; {v} goes on, the mean would be {m}. {before} numbers become {after}.",
    zh="{shape} 窗口的最大池化。过滤器 {n} 的响应图上，行 {r}、列 {c} 的窗口读到 {values}，"
    "留下 {v}；平均值为 {m}。{before} 个数变成 {after} 个。",
)
SEEN = Caption(
    en="One cell of {layer} sees {a} pixels; without pooling it would see {b}.",
    zh="{layer} 的一格看到 {a} 个像素；没有池化则是 {b} 个。",
)


def places(rows: Sequence[int], cols: Sequence[int]) -> Caption:
    """Name rows and columns; at least one of either is given."""
    parts = [
        words.fill(n=listed(numbers))
        for numbers, words in (
            (rows, (terms.ROW, terms.ROWS)[len(rows) > 1]),
            (cols, (terms.COLUMN, terms.COLUMNS)[len(cols) > 1]),
        )
        if numbers
    ]
    return parts[0] if len(parts) == 1 else _AND.fill(a=parts[0], b=parts[1])


_AND = Caption(en="{a} and {b}", zh="{a} 和{b}")
