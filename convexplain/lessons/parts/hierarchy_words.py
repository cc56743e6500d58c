"""What the lesson on the hierarchy says, as templates."""

from __future__ import annotations

from collections.abc import Iterable

from convexplain.style.captions import Caption

READS = Caption(
    en="The network reads {k}. Why?",
    zh="网络判为“{k}”，为什么？",
)
MISREAD = Caption(
    en="The network reads {k}, but this is a {right}.", zh="网络判为“{k}”，其实是“{right}”。"
)
OWN_DIGIT = Caption(
    en="It knows ten digits only: this picture it reads as {k}. Why?",
    zh="网络只认识十个数字，这幅图它判为“{k}”。为什么？",
)
OWN = Caption(
    en="It knows {n} classes only: this picture it reads as {k}. Why?",
    zh="网络只认识 {n} 个类别，这幅图它判为“{k}”。为什么？",
)
MISREAD_CLASS = Caption(
    en="The network reads {k}; the right answer is {right}.",
    zh="网络判为“{k}”，正确答案是“{right}”。",
)
MELTS = Caption(
    en="You see a photograph; the network reads {shape} numbers.",
    zh="人看照片，网络读 {shape} 个数。",
)
CENTRED = Caption(
    en="Its logit is negative, so weights count less their mean over the ten digits.",
    zh="logit 为负，所以先从权重里减去十类的平均权重。",
)
CENTRED_ON_CLASSES = Caption(
    en="Its logit is negative, so weights count less their mean over all classes.",
    zh="logit 为负，所以先从权重里减去所有类别的平均权重。",
)
LESS_THEIR_MEAN = Caption(
    en="A negative logit: weights count less their mean.",
    zh="logit 为负：先减去平均权重。",
)
PARTS = Caption(
    en="The cells of {layer} that add most: each sees {size} pixels.",
    zh="{layer} 加分最多的单元：{size}。",
)
PARTS_AT = Caption(
    en="{where} add most; each sees {size}.",
    zh="{where}，各看 {size}。",
)
QUESTION = Caption(
    en="How do patches of {size} pixels make an answer?", zh="{size} 的图块怎样组成答案？"
)
UNITS = Caption(
    en="The strongest unit of {layer}: it reads the whole picture.",
    zh="{layer} 最强的单元：看整幅图。",
)
UNITS_BELOW = Caption(
    en="Its strongest part in {layer}: it reads the whole picture, too.",
    zh="{layer}：也都看整幅图。",
)
DEEPER = Caption(en="And so on: {n} more levels below.", zh="如此继续：下面还有 {n} 层。")
UPWARDS_LARGER = Caption(
    en="Up again: {small}, larger patterns, {k}.", zh="自下而上：{small}、更大的模式，到“{k}”。"
)
STROKES = Caption(
    en="The cells of {layer} that add most to that cell: {size} pixels.",
    zh="对它贡献最大的，{layer}：{size} 像素。",
)
STROKES_AT = Caption(
    en="{where} add most to {which}.",
    zh="{which}：{where}。",
)
CELLS = Caption(en="{n} cells of {layer}", zh="{layer} 加分最多的{n}个")
AT_PLACES = Caption(en="Cells of {layer} at {n} places", zh="{layer} 加分最多的{n}处")
THE_MIDDLE = Caption(en="the middle one", zh="中间单元")
THAT_CELL = Caption(en="that cell", zh="这个单元")
PARTS_SEEN = Caption(
    en="In {layer}, {size} pixels, we see {parts}.",
    zh="{layer}：{size} 像素，可见{parts}。",
)
EDGES = Caption(
    en="And to that one, in the first layer, {layer}: {size}.",
    zh="再往下，首层 {layer}：{size}。",
)
UPWARDS = Caption(
    en="Each builds the next: {small}, {middle}, a part, the {k}.",
    zh="层层合成：{small}、{middle}、部件，到“{k}”。",
)
SMALLEST = Caption(
    en="The smallest step: patch times the filter's kernel.",
    zh="最小的一步：图块乘过滤器的卷积核。",
)
A_STROKE = Caption(en="a stroke", zh="笔画")
A_PATTERN = Caption(en="a pattern", zh="模式")
A_PART = Caption(en="a part", zh="部件")
AN_EDGE = Caption(en="an edge", zh="边缘")
A_PATCH = Caption(en="a small pattern", zh="小模式")
ELSEWHERE_TITLE = Caption(en="The same filters in other digits", zh="同样的过滤器，其他数字")
ELSEWHERE = Caption(
    en="Where does each filter respond most in other digits?",
    zh="每个过滤器在其他数字的哪里响应最强？",
)
LESS_ALIKE = Caption(
    en="{small} looks alike everywhere; larger patterns vary more.",
    zh="{small}都相像；模式越大，花样越多。",
)
PARTS_UNLIKE = Caption(
    en="{small} looks alike everywhere; the parts do not.", zh="{small}都相像，部件不相像。"
)
FINDS = Caption(en="This is what each of them finds there.", zh="这就是它们各自找到的。")
THE_EDGE = Caption(en="the edge", zh="边缘")
THE_PATCH = Caption(en="the small pattern", zh="小模式")
MADE_IT = Caption(
    en="Each layer combines patterns of the one before; many parts make it read {k}.",
    zh="每一层组合前一层的模式；许多部件使它判为“{k}”。",
)
SHARES = Caption(
    en="The first {m} of {n} cells give {p} of all that is added.",
    zh="{n} 个单元加分，前{m}个占 {p}。",
)
CHECK_TITLE = Caption(en="Check: take cells out and compute again", zh="检验：去掉单元，重新计算")
PREDICT = Caption(
    en="Guess: strongest first, how many until it no longer reads {k}?",
    zh="猜：从最强的去掉，几个后不判为“{k}”？",
)
WITHOUT = Caption(
    en="Without these {m} it still reads {k}.",
    zh="去掉这{m}个，仍判为“{k}”。",
)
LEAD_FALLS = Caption(
    en="It reads {k} while it leads. {m} out: {p} of the lead is left.",
    zh="领先才判为“{k}”。去掉{m}个：还剩 {p}。",
)
AT_THAT_RATE = Caption(
    en="At the rate of the first {m}; those that follow take less of its lead.",
    zh="这是按前{m}个推算的；后面的影响更小。",
)
AT_A_LOWER_RATE = Caption(
    en="At the rate of the first {m}; those that follow take more of its lead.",
    zh="这是按前{m}个推算的；后面的影响更大。",
)
ALL_OF_THEM = Caption(
    en="Other classes get pushes as well: one of them overtakes before.",
    zh="其他类别也有支持，会先超过它。",
)
TAKEN = Caption(en="Taken out, strongest first …", zh="从最强的开始，一个个去掉……")
TIPS = Caption(
    en="… it takes {m} until it reads {j}.",
    zh="……{m} 个后，改判为“{j}”。",
)
RANDOM_ASK = Caption(
    en="And in random orders? Here are {n}.",
    zh="随机顺序呢？试 {n} 种。",
)
RANDOM = Caption(
    en="In random orders it takes {a} to {b}.",
    zh="随机顺序要 {a} 到 {b} 个。",
)
RANDOM_MORE = Caption(
    en="Each takes more cells: the strongest count more.",
    zh="都要去掉更多：最强的更重要。",
)
STRONGEST_FIRST = Caption(en="strongest first", zh="从最强的开始")
RANDOM_ORDERS = Caption(en="{n} random orders", zh="{n} 种随机顺序")
OUT_RANGE = Caption(en="{a} to {b} out", zh="去掉 {a} 到 {b} 个")
LEAD_LEFT = Caption(en="lead of the {k} over the best other score", zh="“{k}”比其他最高分领先多少")
LEAD = Caption(en="lead: {p}", zh="领先：{p}")
CELLS_OUT = Caption(en="cells taken out", zh="去掉的单元")
CHECKED = Caption(
    en="{m} strongest cells out: reads {j}",
    zh="去掉最强的 {m} 个：判为 {j}",
)
CHECKED_RANDOM = Caption(
    en="{a} to {b} out in random orders",
    zh="随机：去掉 {a} 到 {b} 个",
)
NEVER = Caption(
    en="Even without all {n} of them, it still reads {k}.", zh="{n} 个全部去掉，仍判为“{k}”。"
)
PHOTOGRAPH_TITLE = Caption(
    en="Photograph: small patterns build larger ones", zh="照片：小模式组合成大模式"
)
SAME = Caption(
    en="{other} and {k}: small patterns make larger ones, row by row.",
    zh="“{other}”和“{k}”：都由小模式逐层组合而成。",
)
HIDE_TITLE = Caption(en="Cover a square: does the answer hold?", zh="遮住一小块，预测还成立吗？")
HIDE = Caption(
    en="Cover {size} pixels with {fill}, at each of {n} places.",
    zh="用{fill}遮住 {size} 个像素，{n} 个位置各试一次。",
)
MEAN_COLOUR = Caption(en="the mean colour", zh="平均颜色")
PAPER = Caption(en="blank paper", zh="空白纸")
HOLDS = Caption(
    en="The answer holds everywhere; most is lost at {place}.",
    zh="预测处处不变；降得最多的是{place}。",
)
GIVES = Caption(
    en="At {m} of {n} places the answer changes; most is lost at {place}.",
    zh="有 {m} 个位置改判（共 {n} 个）；降得最多的是{place}。",
)
RISES = Caption(
    en="Covering {place} even raises the logit, by {v}.", zh="遮住{place}，logit 反而上升 {v}。"
)
COVERED = Caption(en="{size} pixels covered", zh="遮住 {size} 个像素")
MOST_LOST = Caption(
    en="most lost: {v}, at {place}; {k} {p} → {q}", zh="下降最多：{v}，{place}；“{k}” {p} → {q}"
)
MOST_GAINED = Caption(en="highest: {v}, at {place}", zh="最高：{v}，{place}")
LOSSES = Caption(en="change of the logit of {k}", zh="“{k}”的 logit 如何变化")
CHANGE = Caption(en="change of the logit", zh="logit 的变化")
LIMITS_TITLE = Caption(en="What it gets wrong", zh="它会错在哪里")
CHOSEN = Caption(
    en="This cut was chosen: {m} of {n} read otherwise, most as {j}.",
    zh="这个裁剪是挑选过的：{n} 种里有 {m} 种判为别的，多为“{j}”。",
)
STRANGER = Caption(
    en="It answers one of {n} classes to anything: a rocket is read as {j}, {p}.",
    zh="无论看到什么，它只能判为 {n} 类之一：火箭判为“{j}”，{p}。",
)
CUTS = Caption(
    en="from row {r}, column {c}: {k}, {p}; from row {s}, column {d}: {j}, {q}",
    zh="从行 {r}、列 {c} 起：{k}，{p}；从行 {s}、列 {d} 起：{j}，{q}",
)
READ_AS = Caption(en="a rocket, read as {j}, {p}; {k}, {q}", zh="火箭，判为{j} {p}、{k} {q}")
RESPONSE = Caption(en="response {v}", zh="响应 {v}")
ALONE = Caption(en="{v}", zh="{v}")
# Labels of the scene.
INPUT = Caption(en="Input: {shape} pixels", zh="输入：{shape} 个像素")

ANSWER = Caption(en="reads {k}", zh="判为 {k}")
BARS = Caption(
    en="What each of {n} cells of {layer} adds to the {k}",
    zh="{layer} 的 {n} 个单元各给“{k}”加多少分",
)
BARS_OF_ALL = Caption(
    en="What each of {n} cells of {layer} adds to the {k} (others subtract)",
    zh="{layer} 的 {n} 个单元各给“{k}”加多少分（其余为减）",
)
PASSES_ON = Caption(
    en="{a} × weight {w} = {v}",
    zh="{a} × 权重 {w} = {v}",
)
PASSING = Caption(
    en="Times its weight: what it adds to {layer}.",
    zh="乘权重，就是加到 {layer} 的数。",
)
LEVEL = Caption(en="{layer} sees {size}", zh="{layer} 看到 {size}")
LEVEL_SHORT = Caption(en="{layer}: {size}", zh="{layer}：{size}")
ADD_TO = Caption(en="{m} of {n} that add to {above}", zh="加到{above}：{n} 个中 {m} 个")
STRONGEST_ADD_TO = Caption(
    en="strongest {m} of {n} that add to {above}", zh="加到{above}：{n} 个中最强 {m} 个"
)
FIRST_BAR = Caption(en="first: +{v}; all {n}: +{s}", zh="第一个：+{v}；{n} 个共 +{s}")
ONE_ORDER = Caption(en="faded: out in one of these orders", zh="淡色：其中一种顺序去掉的")
ADDS_SHORT = Caption(en="+{v}", zh="+{v}")
ADDS = Caption(en="+{v} to {above}", zh="给{above}加 {v}")
ADDS_AS = Caption(en="{kind}: +{v}", zh="{kind}：+{v}")
THE_SCORE = Caption(en="the score", zh="得分")
OUT = Caption(en="{m} out", zh="去掉 {m} 个")
PHOTOGRAPH = Caption(en="Photograph: {shape} pixels", zh="照片：{shape} 个像素")
READ_OF_PHOTOGRAPH = Caption(en="What the network reads: {shape}", zh="网络读到的：{shape}")
PHOTOGRAPH_SHORT = Caption(en="seen: {shape}", zh="看到：{shape}")
READ_SHORT = Caption(en="read: {shape}", zh="读到：{shape}")
LOGIT = Caption(en="logit {z}", zh="logit {z}")
SCORE = Caption(en="score (logit): {z}", zh="得分（logit）：{z}")
PROBABILITY = Caption(en="probability {p}", zh="概率 {p}")
OTHERS = Caption(en="{n} others: {share}", zh="其余 {n} 个：{share}")
# Labels of the figure of receptive fields.
FIELDS_TITLE = Caption(
    en="Receptive field: how much of the picture one cell sees",
    zh="感受野：一个单元能看到多大的区域",
)
FIELDS_ONLY = Caption(
    en="Each layer widens the view: {sizes} pixels.",
    zh="感受野逐层扩大：{sizes} 个像素。",
)
FIELDS = Caption(
    en="Each layer widens the view: {sizes} pixels. The last {n} rows and columns change nothing.",
    zh="感受野逐层扩大：{sizes} 个像素；最后{n}行和最后{n}列不影响输出。",
)
# The tree in words.
TREE_READ = Caption(
    en="Above a patch: filter · share of all that raises the cell above it. Gray in a bar: all "
    "other cells.",
    zh="图块上方：过滤器 · 占上一级全部正贡献的比例。横条的灰色部分：其余全部单元。",
)
TREE_KERNELS = Caption(
    en="Under a patch of {layer}: its kernel and filter.", zh="{layer} 图块下方：卷积核和过滤器。"
)
PLANES_READ = Caption(
    en="A kernel has a plane each for red, green and blue.", zh="卷积核各层依次对应红、绿、蓝。"
)
BIASES_READ = Caption(
    en="Thin bars: biases on the way; logit = for − against + biases.",
    zh="细条：途中各层的偏置；logit = 支持 − 反对 + 偏置。",
)
TREE = Caption(
    en="A tree with the answer {k} at its top: logit {z}, probability {p}. {n} cells of {last} "
    "push towards it; the strongest are {parts}; all others give {rest}. {below} The path that is "
    "marked ends at filter {f} of {first}, row {r}, column {c}, a patch of {size} pixels with the "
    "kernel of {what}; its share is {share}.",
    zh="一棵树，顶端是预测“{k}”：logit {z}，概率 {p}。{last} 中有 {n} 个单元支持它，"
    "最强的是{parts}；其余全部占 {rest}。{below}标出的路径终点是 {first} 的过滤器 {f}，"
    "行 {r}、列 {c}：{size} 像素的图块，卷积核是{what}，占 {share}。",
)
TREE_PART = Caption(
    en="filter {f} at row {r}, column {c} ({share})", zh="行 {r}、列 {c} 的过滤器 {f}（{share}）"
)
TREE_UNDER = Caption(
    en="Under filter {f}, {layer} gives {parts}.", zh="过滤器 {f} 之下，{layer} 有{parts}。"
)
ORIENTED_EDGE = Caption(en="an oriented edge", zh="有方向的边缘")
OTHER_PATTERN = Caption(en="another pattern", zh="其他模式")

_MANY = ("no", "one", "two", "three", "four")
_MANY_ZH = ("零", "一", "两", "三", "四")


def how_many(n: int) -> Caption:
    """Return a small number as a word, from 0 to 4; larger ones in digits."""
    if n < len(_MANY):
        return Caption(en=_MANY[n], zh=_MANY_ZH[n])
    return Caption(en=str(n), zh=f" {n} ")


def listed(things: Iterable[int | str | Caption]) -> Caption:
    """Return numbers or names as a list."""
    named = [
        each if isinstance(each, Caption) else Caption(str(each), str(each)) for each in things
    ]
    return Caption(
        en=", ".join(name.text("en") for name in named), zh="、".join(n.text("zh") for n in named)
    )


def joined(*captions: Caption) -> Caption:
    """Return sentences as one caption."""
    english = " ".join(caption.text("en") for caption in captions)
    return Caption(en=english, zh="".join(caption.text("zh") for caption in captions))
