"""What the lesson on the transposed convolution says, as templates."""

from __future__ import annotations

from convexplain.style.captions import Caption

TITLE = Caption(
    en="Transposed convolution: one number paints a patch", zh="转置卷积：一个数画出一块"
)
QUESTION = Caption(
    en="How does a map get larger, and why the checkerboards?",
    zh="怎样把图变大？棋盘格从哪来？",
)
ANSWER = Caption(
    en="Each number paints a patch; uneven overlaps make the checkerboard.",
    zh="每个数画出一块；重叠不均，就成了棋盘格。",
)

# One number, two numbers, all.
PAINTS = Caption(
    en="One number, times the stamp: it paints {n} cells.", zh="一个数乘以印章：画出 {n} 格。"
)
OVERLAP = Caption(
    en="The next, {s} cells on (stride {s}): overlaps add up.",
    zh="下一个移 {s} 格（步幅 {s}）：重叠处相加。",
)
ASK = Caption(
    en="{n} rows, a stamp {k} high, stride {s}: how many rows?",
    zh="{n} 行，印章高 {k}，步幅 {s}：变成几行？",
)
AS_CONVOLUTION = Caption(
    en="Here the stride moves the stamp on the output, not a window on the input.",
    zh="这里的步幅是印章在输出上移动，不是窗口在输入上移动。",
)
TIMES_STRIDE = Caption(
    en="The last stamp reaches further than its stride.", zh="最后一个印章比步幅伸得更远。"
)
SIDE_BY_SIDE = Caption(
    en="Stamps are not side by side: they start {s} apart, and overlap.",
    zh="印章不是并排放的：每次只移 {s} 格，所以会重叠。",
)
ALL = Caption(
    en="All numbers paint: {moves} × {s} + {k} = {n} rows.",
    zh="都画完：{moves} × {s} + {k} = {n} 行。",
)
MEET = Caption(en="Here {n} stamps meet, and add up.", zh="这里 {n} 个印章重叠，相加。")

# Checkerboards.
FLAT = Caption(
    en="Equal inputs, unequal outputs: a checkerboard.", zh="输入处处相同，输出却成了棋盘格。"
)
EVEN = Caption(
    en="Equal inputs, equal outputs: no checkerboard.", zh="输入相同，输出也相同：没有棋盘格。"
)
LANDS = Caption(
    en="Stamps {k} wide, one every {s} cells: each cell counts its own.",
    zh="印章宽 {k}，每 {s} 格一个：每格数自己的。",
)
COUNTS = Caption(
    en="{s} does not divide {k}, so some cells get more stamps: {n}.",
    zh="{s} 除不尽 {k}，所以有的格更多：{n} 个。",
)
DIVIDES = Caption(
    en="Stamps per cell: {n}, inside. Stride {s} divides {k}.",
    zh="内部每格 {n} 个：步幅 {s} 除得尽 {k}。",
)
LARGER = Caption(
    en="Stamps {k} wide instead: stride {s} divides {k}.",
    zh="印章换成 {k} 宽：步幅 {s} 除得尽 {k}。",
)
SAME = Caption(
    en="{n} on every cell inside: no checkerboard.", zh="内部每格都是 {n} 个：没有棋盘格。"
)
# There and back.
BACK = Caption(
    en="It is no inverse: the same weights, there and back, give another picture.",
    zh="它不是逆运算：用同样的权重去再回，图不一样了。",
)
WEIGHTS = Caption(en="the weights", zh="权重")
CONVOLVED = Caption(en="convolved", zh="卷积后")
RETURNED = Caption(en="transposed, same weights", zh="转置卷积，权重相同")

# On the pictures.
ONES = Caption(en="made by hand: ones", zh="人工设计：全是 1")
GIVEN = Caption(en="given by hand", zh="人工给出")
OWN = Caption(en="weights of filter {n}", zh="过滤器 {n} 的权重")
MAP = Caption(en="map of filter {n}", zh="过滤器 {n} 的响应图")
PAINTED = Caption(en="painted", zh="画出的数")
OF_MAP = Caption(en="in the map", zh="响应图中的数")
INSIDE = Caption(en="output, inside the frame", zh="输出，框内")
HERE = Caption(en="inside the frame", zh="框内的数")
AFTERWARDS = Caption(en="response, enlarged first", zh="响应（先放大）")
COUNT = Caption(en="stamps per cell", zh="每格的印章数")
EQUAL = Caption(en="map, inside the frame", zh="响应图，框内")
SOME = Caption(en="numbers of the map", zh="图中的数")
STAMPED = Caption(en="stamp {stamp}, stride {s}", zh="印章 {stamp}，步幅 {s}")
ENLARGED_FIRST = Caption(en="enlarged first, then convolved", zh="先放大，再卷积")
ABOUT = Caption(
    en="{layer}, filter {n}: each number stamps a {stamp} patch, {s} cells from the next. Where "
    "stamps overlap they add up, and cells get {counts} of them. Beside it the same map enlarged "
    "first, then convolved.",
    zh="{layer} 的过滤器 {n}：每个数印出 {stamp} 的一块，相邻两块相距 {s} 格。"
    "重叠处相加，每格得到 {counts} 个印章。旁边是同一张图先放大、再卷积的结果。",
)
