"""What the lesson on one, two and three axes says, as templates."""

from __future__ import annotations

from convexplain.style.captions import Caption

TITLE = Caption(
    en="1-D, 2-D, 3-D: along how many axes does it slide?", zh="一维、二维、三维：沿几个方向滑动"
)
QUESTION = Caption(
    en="A picture has two axes: can a window slide along one, or three?",
    zh="图片有两个方向：窗口能只沿一个，或沿三个滑动吗？",
)
ANSWER = Caption(
    en="Yes: the same kind of sum, along one, two or three axes.",
    zh="能：同样的乘积和求和，沿一、二、三个方向滑动。",
)

# A row.
ROW = Caption(en="One row of the picture: {n} numbers.", zh="图片的一行：{n} 个数。")
ASK = Caption(
    en="{n} pixels, window {k}, one pixel a step: how many numbers come out?",
    zh="{n} 个像素，窗口 {k}，每步 1 像素：输出多少个数？",
)
AS_MANY = Caption(
    en="The window would stick out at both ends: that needs padding.",
    zh="那样窗口两头会伸出去：需要填充。",
)
ONE_LESS = Caption(en="The first place counts as well.", zh="第一个位置也要算。")
SIDE_BY_SIDE = Caption(
    en="One pixel a step: neighbours share all pixels but one.",
    zh="每步 1 像素，相邻窗口只差一个像素。",
)
WINDOW = Caption(en="{n} pixels, {n} weights, one sum.", zh="{n} 个像素，{n} 个权重，一个和。")
SLIDE = Caption(
    en="It slides along one axis: {n} − {k} + 1 = {out} numbers.",
    zh="只沿一个方向滑动：{n} − {k} + 1 = {out} 个数。",
)
CAUSAL = Caption(
    en="Along one axis; zeros in front: {n} numbers, none looks ahead.",
    zh="只沿一个方向滑动；前面补 0：{n} 个数，都不看后面。",
)
ENDS = Caption(
    en="Blue where a stroke begins, orange where it ends.", zh="笔画开始处为蓝，结束处为橙。"
)

# A map, a film.
TWO = Caption(
    en="In 2-D, {weights} weights slide along two axes: {size} numbers.",
    zh="二维：{weights} 个权重沿两个方向滑动，{size} 个数。",
)
THREE = Caption(
    en="The picture moves right {step}: a film.",
    zh="图片{step}，成为影片。",
)
READS = Caption(en="The window reads {k} frames at once.", zh="窗口一次读 {k} 帧。")
STEP = Caption(en="a pixel a frame", zh="每帧右移 1 像素")
STEPS = Caption(en="{n} pixels a frame", zh="每帧右移 {n} 像素")
COMPARES = Caption(
    en="{size} weights, one sum: the frame after, minus the frame before.",
    zh="{size} 个权重，一个和：后一帧减前一帧。",
)
OF_EACH = Caption(
    en="{size} weights, one sum: a sheet for each of {k} frames.",
    zh="{size} 个权重，一个和：{k} 帧各有一张。",
)
THROUGH = Caption(
    en="Right, down, on through time: {frames} − {k} + 1 = {n} maps.",
    zh="右、下、时间：{frames} − {k} + 1 = {n} 张图。",
)

ARRIVES = Caption(
    en="Blue where the stroke arrives, orange where it leaves.", zh="笔画移来处为蓝，移走处为橙。"
)

# On the pictures.
BY_HAND = Caption(en="made by hand", zh="人工设计")
SHEET = Caption(en="frame {n}", zh="第 {n} 帧")
PART = Caption(en="sum of {n} products: {v}", zh="{n} 个乘积之和：{v}")
AND_PART = Caption(en="+ sum of {n} products: {v}", zh="+ {n} 个乘积之和：{v}")
ONE_ROW = Caption(en="One row", zh="一行")
PIXELS = Caption(en="Pixels", zh="像素")
MADE_OF = Caption(en="output, frames {a} to {b}", zh="输出，第 {a} 到 {b} 帧")
AROUND = (
    Caption(en="frame before", zh="前一帧"),
    Caption(en="frame between", zh="中间一帧"),
    Caption(en="frame after", zh="后一帧"),
)
#: The same briefly, beside one another.
BRIEFLY = (
    Caption(en="before", zh="前"),
    Caption(en="between", zh="中"),
    Caption(en="after", zh="后"),
)
KERNEL = Caption(en="kernel, {size}", zh="卷积核，{size}")
PLAYED = Caption(en="Film: frame {n} of {of}", zh="影片：第 {n} 帧，共 {of} 帧")
NAMES = (
    Caption(en="1-D: one axis →", zh="一维：一个方向 →"),
    Caption(en="2-D: two axes → ↓", zh="二维：两个方向 → ↓"),
    Caption(en="3-D: three axes → ↓ and time", zh="三维：三个方向 → ↓ 和时间"),
)
SIZE = Caption(en="{n} numbers", zh="{n} 个数")
OUTPUTS = (
    Caption(en="output, 1-D", zh="输出，一维"),
    Caption(en="output, 2-D", zh="输出，二维"),
    Caption(en="output, 3-D", zh="输出，三维"),
)
ABOUT = Caption(
    en="One kernel slides along a row of samples, over a picture, and through the frames of a "
    "film: it gives a strip ({one}), a map ({two}) and {n} maps ({three}).",
    zh="同一个卷积核沿一行数、在一张图上、穿过影片的帧滑动，得到一行（{one}）、一张图（{two}）"
    "和 {n} 张图（{three}）。",
)
