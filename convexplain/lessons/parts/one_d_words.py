"""What the lesson on one, two and three axes says, as templates."""

from __future__ import annotations

from convexplain.style.captions import Caption

TITLE = Caption(
    en="1-D, 2-D, 3-D: along how many axes does it slide?", zh="一维、二维、三维：沿几个方向滑动"
)
QUESTION = Caption(
    en="A sound is a row, a film a stack: can it read them, too?",
    zh="声音是一行数，影片是一叠图。卷积也能读吗？",
)
ANSWER = Caption(
    en="Same products, same sum; only the sliding axes differ.",
    zh="乘积和求和都不变，只是滑动的方向数不同。",
)

# A row.
ROW = Caption(
    en="One row of the picture: {n} numbers, like a short sound.",
    zh="图片的一行：{n} 个数，像一小段声音。",
)
ASK = Caption(
    en="{n} pixels, window {k}, stride 1: how many numbers?",
    zh="{n} 个像素，窗口 {k}，步幅 1：几个数？",
)
AS_MANY = Caption(
    en="The window would stick out at both ends: that needs padding.",
    zh="那样窗口两头会伸出去：需要填充。",
)
ONE_LESS = Caption(en="The first place counts as well.", zh="第一个位置也要算。")
SIDE_BY_SIDE = Caption(
    en="At stride 1 neighbours share all pixels but one.", zh="步幅为 1 时，相邻窗口只差一个像素。"
)
WINDOW = Caption(en="{n} pixels, {n} weights, one sum.", zh="{n} 个像素，{n} 个权重，一个和。")
SLIDE = Caption(en="It slides along one axis only.", zh="只沿一个方向滑动。")
COUNT = Caption(en="{out} numbers: {n} − {k} + 1.", zh="{out} 个数：{n} − {k} + 1。")
CAUSAL = Caption(
    en="Zeros in front: {n} numbers, none looks ahead.", zh="前面补 0：{n} 个数，都不看后面。"
)
ENDS = Caption(en="Up where ink begins, down where it ends.", zh="笔画开始处为正，结束处为负。")

# All rows.
SEQUENCE = Caption(
    en="The whole picture as a sequence: {steps} steps, {n} channels.",
    zh="整幅图当作序列：{steps} 步，{n} 个通道。",
)
CHANNELS = Caption(
    en="The window reads all channels, and slides along time.",
    zh="窗口读全部通道，只沿时间滑动。",
)
ASK_WEIGHTS = Caption(
    en="A window of {k} on {n} channels: how many weights?", zh="窗口 {k}，{n} 个通道：几个权重？"
)
NO_CHANNELS = Caption(
    en="That forgets the channels: each has weights of its own.",
    zh="忘了通道：每个通道都有自己的权重。",
)
SQUARE = Caption(en="That is a window of a picture, {k} × {k}.", zh="那是图片上 {k} × {k} 的窗口。")
ALL_PIXELS = Caption(
    en="That is a weight for every pixel: nothing would slide.",
    zh="那是每个像素一个权重：就不用滑动了。",
)
WEIGHTS = Caption(en="{w} weights, one strip of {n} numbers.", zh="{w} 个权重，输出一行 {n} 个数。")

# A map, a film.
TWO = Caption(
    en="In 2-D it slides along two axes, and fills a map.", zh="二维：沿两个方向滑动，填满一张图。"
)
THREE = Caption(
    en="In 3-D along three: here through the frames of a film.",
    zh="三维：沿三个方向，这里穿过影片的帧。",
)
MOVES = Caption(en="It answers where something moves.", zh="有东西在动的地方才有响应。")

# On the pictures.
BY_HAND = Caption(en="made by hand", zh="人工设计")
INK = Caption(en="ink", zh="笔画")
PLACE = Caption(en="column", zh="列")
PLACE_OUT = Caption(en="place", zh="位置")
STEPS = Caption(en="{steps} steps, {n} channels", zh="{steps} 步，{n} 个通道")
FILM = Caption(en="film: {size}", zh="影片：{size}")
MOVING = Caption(en="result: {size}", zh="结果：{size}")
TIMES = Caption(en="{w} · ink of column {c}", zh="{w} · 列 {c} 的笔画")
PIXEL = Caption(en="row {r}, column {c}, frame by frame", zh="行 {r}、列 {c}，逐帧")
STANDS = Caption(en="the same, if nothing moves", zh="画面不动时")
NAMES = (
    Caption(en="1-D: window {w}", zh="一维：窗口 {w}"),
    Caption(en="2-D: window {w}", zh="二维：窗口 {w}"),
    Caption(en="3-D: window {w}", zh="三维：窗口 {w}"),
)
RESPONSES = (
    Caption(en="response, 1-D", zh="响应，一维"),
    Caption(en="response, 2-D", zh="响应，二维"),
    Caption(en="response, 3-D", zh="响应，三维"),
)
ABOUT = Caption(
    en="One kernel slides along a row of samples, over a picture, and through the frames of a "
    "film: it gives a strip ({one}), a map ({two}) and a stack ({three}).",
    zh="同一个卷积核沿一行数、在一张图上、穿过影片的帧滑动，得到一行（{one}）、一张图（{two}）和一叠图（{three}）。",
)
