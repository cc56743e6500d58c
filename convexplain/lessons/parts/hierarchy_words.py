"""What the lesson on the hierarchy says, as templates."""

from __future__ import annotations

from collections.abc import Iterable

from convexplain.style.captions import Caption

FIELDS_TITLE = Caption(
    en="Receptive field: how much of the picture one cell sees",
    zh="感受野：一个单元能看到多大的区域",
)
FIELDS_ONLY = Caption(
    en="Each layer widens the view: {r1}, {r2}, {r3} pixels.",
    zh="感受野逐层扩大：{r1}、{r2}、{r3} 个像素。",
)
FIELDS = Caption(
    en="Each layer widens the view: {r1}, {r2}, {r3} pixels. The last {n} rows and columns change "
    "nothing.",
    zh="感受野逐层扩大：{r1}、{r2}、{r3} 个像素；最后{n}行和最后{n}列不影响输出。",
)
PARTS = Caption(
    en="The answer is {k}. These {m} of the cells of {layer} push most towards it.",
    zh="答案是“{k}”：在 {layer} 的激活值中，这 {m} 个最支持它。",
)
MISREAD = Caption(
    en="The network reads {k}, but this is a {right}. These {m} cells of {layer} push most towards "
    "{k}.",
    zh="网络判为“{k}”，其实是“{right}”。在 {layer} 中，这 {m} 个激活值最支持“{k}”。",
)
CENTRED = Caption(
    en="Its logit is negative, so weights count less their mean over the ten digits.",
    zh="它的 logit 为负，所以权重先减去对十个类别的平均。",
)
CENTRED_ON_CLASSES = Caption(
    en="Its logit is negative, so weights count less their mean over all classes.",
    zh="它的 logit 为负，所以权重先减去对所有类别的平均。",
)
STROKES = Caption(
    en="Under each, the two cells of {layer} that raise it most: {size} pixels.",
    zh="每个之下是 {layer} 中贡献最大的两个：{size} 像素。",
)
EDGES = Caption(
    en="Under these, {layer}: patches of {size} pixels, each with the kernel that found it.",
    zh="再往下是 {layer}：{size} 图块和找到它的卷积核。",
)
SHARES = Caption(
    en="No single pattern decides: the {m} strongest of {n} cells give {top3}% of the push "
    "towards {k}.",
    zh="没有哪个模式能单独决定：{n} 个激活值支持“{k}”，最强的 {m} 个只占支持总量的 {top3}%。",
)
UPWARDS = Caption(
    en="Upwards: {small} helps make a stroke, strokes make parts, parts make the {k}.",
    zh="自下而上：{small}构成笔画，笔画构成部件，部件构成“{k}”。",
)
AN_EDGE = Caption(en="an edge", zh="边缘")
A_PATCH = Caption(en="a small pattern", zh="小模式")
CHECK_TITLE = Caption(en="Check: take cells out and compute again", zh="检验：去掉单元，重新计算")
STILL = Caption(
    en="Set the {m} strongest cells to 0: the logit goes from {a} to {b}; it still reads {j}.",
    zh="最强 {m} 个设为 0：logit {a} → {b}，仍判为“{j}”。",
)
CHANGED = Caption(
    en="Set the {m} strongest cells to 0: the logit goes from {a} to {b}; it now reads {j}.",
    zh="最强 {m} 个设为 0：logit {a} → {b}，改判为“{j}”。",
)
TIPS = Caption(
    en="Strongest first, it takes {m} of the {n} supporting cells until the network reads {j}.",
    zh="从最强的起，{n} 个去掉 {m} 个，网络改判为“{j}”。",
)
NEVER = Caption(
    en="Even without all {n} cells that push towards it, the network still reads {k}.",
    zh="去掉全部 {n} 个支持它的单元，仍判为“{k}”。",
)
# Labels of the scene.
INPUT = Caption(en="Input: {shape} pixels", zh="输入：{shape} 个像素")
SEES = Caption(en="{layer}: one cell sees {n} × {n}", zh="{layer}：一个单元看到 {n} × {n}")
FIELD = Caption(en="field, px", zh="感受野")
HATCHED = (
    Caption(en="hatched: rows and columns {rows}", zh="斜线处：行与列 {rows}"),
    Caption(en="(from 0), dropped by pool2", zh="编号从 0 开始，被 pool2 舍去"),
)
NUMBER = Caption(en="filter", zh="过滤器")
LOGIT = Caption(en="logit {z}", zh="logit {z}")
PROBABILITY = Caption(en="probability {p}", zh="概率 {p}")
OTHERS = Caption(en="{n} others: {share}", zh="其余 {n} 个：{share}")
LEGEND = (
    Caption(en="%: share of all that raises", zh="%：占上一级全部正贡献的比例"),
    Caption(en="the cell above; gray: all others", zh="灰色：其余全部"),
)
ELSEWHERE = Caption(en="{layer}, filter {n} in other digits", zh="其他样本中：{layer} 过滤器 {n}")
PUSH = Caption(en="{n} cells push towards {k}", zh="{n} 个激活值支持“{k}”")
FOR_AGAINST = Caption(en="for {plus}, against {minus}", zh="支持 {plus}，反对 {minus}")
CELLS = Caption(
    en="All {n} cells of conv3: {p} places × {f} filters",
    zh="conv3 的全部 {n} 个单元：{p} 个位置 × {f} 个过滤器",
)
TOWARDS = Caption(en="push towards {k}", zh="对“{k}”的贡献")
SO_MANY = Caption(en="{n} cells", zh="{n} 个")
SET_TO_ZERO = Caption(en="cells set to 0, strongest first", zh="个单元设为 0，从最强的起")
READS = Caption(en="it reads {k}", zh="判为“{k}”")
# The tree in words.
TREE_READ = Caption(
    en="Above a patch: filter · share of all that raises the cell above it. Gray in a bar: all "
    "other cells. Under a patch of {layer}: its kernel and filter.",
    zh="图块上方：过滤器 · 占上一级全部正贡献的比例。横条的灰色部分：其余全部单元。"
    "{layer} 图块下方：卷积核和过滤器。",
)
TREE = Caption(
    en="A tree with the answer {k} at its top: logit {z}, probability {p}. {n} cells of {last} "
    "push towards it; the strongest are {parts}; all others give {rest}. {below} The path that is "
    "marked ends at filter {f} of {first}, row {r}, column {c}, a patch of {size} pixels with the "
    "kernel of {what}; its share is {share}.",
    zh="一棵树，顶端是答案“{k}”：logit {z}，概率 {p}。{last} 中有 {n} 个单元支持它，"
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


def listed(numbers: Iterable[int]) -> Caption:
    """Return numbers as a list."""
    texts = [str(number) for number in numbers]
    return Caption(en=", ".join(texts), zh="、".join(texts))


def joined(*captions: Caption) -> Caption:
    """Return sentences as one caption."""
    english = " ".join(caption.text("en") for caption in captions)
    return Caption(en=english, zh="".join(caption.text("zh") for caption in captions))
