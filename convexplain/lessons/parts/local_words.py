"""What the lesson on local patterns says, and what stands beside its pictures."""

from __future__ import annotations

from convexplain.style import terms
from convexplain.style.captions import Caption

TITLE = Caption(
    en="Local patterns: one small question, asked everywhere",
    zh="局部模式：同一个小模板，比对每个位置",
)
QUESTION = Caption(
    en="Why does a filter look at only 3 × 3 pixels at a time?",
    zh="过滤器为什么一次只看 3 × 3 个像素？",
)
ANSWER = Caption(
    en="Near pixels belong together: a small window uses that.",
    zh="相邻像素彼此相关，小窗口正好用上这一点。",
)
DENSE = Caption(
    en="A dense unit weighs all {n} pixels, once.", zh="全连接单元给 {n} 个像素加权，只看一次。"
)
FILTER = Caption(
    en="A filter: {w} weights, the same at all {n} places.",
    zh="过滤器：{w} 个权重，{n} 个位置都一样。",
)
FLY = Caption(
    en="Each patch goes to the filter that responds most to it.",
    zh="每个图块归响应最强的过滤器。",
)
FAN = Caption(
    en="Filter {f} gets {k}, from many places: its strongest look alike.",
    zh="过滤器 {f} 得到 {k} 个，来自多处：最强的几个很像。",
)
FAN_ONE = Caption(en="Filter {f} gets {k} of them.", zh="过滤器 {f} 得到 {k} 个。")
SHUFFLE = Caption(en="All digits are shuffled, by the same rule.", zh="按同一规则打乱所有图。")
PREDICT = Caption(
    en="Both networks are trained on them: which gets worse?",
    zh="两个网络都用它们重新训练：哪个会变差？",
)
CNN, DENSE_NET = (
    Caption(en="the convnet", zh="卷积网络"),
    Caption(en="the dense one", zh="全连接网络"),
)
BOTH = Caption(en="both", zh="两个都会")
NOTHING_CHANGES = Caption(
    en="To a dense unit order means nothing: {b} points.",
    zh="顺序对全连接单元没有意义：{b} 个百分点。",
)
SUFFERS = Caption(
    en="A small window finds no neighbours any more: {a} points.",
    zh="小窗口里不再有相邻像素：{a} 个百分点。",
)
SCATTERED = Caption(
    en="Neighbours when shuffled: in the digit these {n} lay scattered.",
    zh="打乱后相邻的 {n} 个像素，原来散在各处。",
)
TRAINED_ANEW = Caption(en="Both networks are trained anew.", zh="两个网络都重新训练。")
TRAINED = Caption(
    en="Errors: convnet {a} → {b}, dense {c} → {d}.",
    zh="错误率：卷积 {a} → {b}，全连接 {c} → {d}。",
)
NEIGHBOURS = Caption(
    en="It was the neighbours that helped the convnet.", zh="帮助卷积网络的是相邻关系。"
)
ABOUT = Caption(
    en="A dense unit weighs the whole digit once; filter {f} weighs every window of it.",
    zh="全连接单元给整幅图加权一次；过滤器 {f} 给每个窗口加权。",
)
UNIT = Caption(en="Dense unit {n}: {w} weights", zh="全连接单元 {n}：{w} 个权重")
PRODUCTS = Caption(en="Pixel × weight", zh="像素 × 权重")
KERNEL = Caption(en="Filter {n}: {w} weights", zh="过滤器 {n}：{w} 个权重")
UNIT_WEIGHTS = Caption(en="weight of the unit", zh="单元的权重")
FILTER_HEAD = Caption(en="Filter", zh="过滤器")
STRONGEST = Caption(en="its strongest patches", zh="响应最强的图块")
IN_ALL = Caption(en="in all", zh="总数")
OTHERS = Caption(en="{n} other filters", zh="其他 {n} 个过滤器")
INKED = Caption(en="{n} patches with ink", zh="有笔画的图块：{n} 个")
UNITS = Caption(en="Dense network: units of {w} weights", zh="全连接网络：每个单元 {w} 个权重")
FILTERS = Caption(en="Convnet: filters of {w} weights", zh="卷积网络：每个过滤器 {w} 个权重")
ERRORS = Caption(en="errors on the test set", zh="测试集错误率")
RUN = {
    "cnn": terms.CNN,
    "dense": terms.DENSE,
    "in place": Caption(en="in place", zh="原位"),
    "shuffled": Caption(en="shuffled", zh="打乱"),
}
RUNS = Caption(
    en="Mean of {n} short trainings each, one rule of shuffling for all digits.",
    zh="每种各训练 {n} 次取平均，训练较短；所有图按同一规则打乱。",
)
