"""Terms that several views print as labels: one English word, one Chinese word each.

A term stands in lower case, as within a sentence; `Caption.capital` is the label of its own.
A test asks every caption of the program, and the page, to call these things by the same words.
"""

from __future__ import annotations

from convexplain.style.captions import Caption

# What a convolution is made of.
INPUT = Caption(en="input", zh="输入")
OUTPUT = Caption(en="output", zh="输出")
WINDOW = Caption(en="window", zh="窗口")
PATCH = Caption(en="patch", zh="图块")
KERNEL = Caption(en="kernel", zh="卷积核")
STAMP = Caption(en="stamp", zh="印章")
PRODUCTS = Caption(en="products", zh="逐元素乘积")
CELL_BY_CELL = Caption(en="products, cell by cell", zh="逐元素乘积")
SUM = Caption(en="sum", zh="求和")
FOR = Caption(en="for", zh="支持")
AGAINST = Caption(en="against", zh="反对")
BIAS = Caption(en="bias", zh="偏置")
VALUE = Caption(en="value", zh="值")
WEIGHT = Caption(en="weight", zh="权重")
PADDING = Caption(en="padding", zh="填充")
RESPONSE = Caption(en="response", zh="响应")
RESPONSE_MAP = Caption(en="response map", zh="响应图")
LARGEST = Caption(en="largest", zh="最大值")
MEAN = Caption(en="mean", zh="平均值")
SPREAD = Caption(en="spread", zh="标准差")

# Where something is; counted from 0.
CHANNEL = Caption(en="channel {n}", zh="通道 {n}")
FILTER = Caption(en="filter {n}", zh="过滤器 {n}")
UNIT = Caption(en="unit {n}", zh="单元 {n}")
ROW = Caption(en="row {n}", zh="行 {n}")
ROWS = Caption(en="rows {n}", zh="行 {n}")
COLUMN = Caption(en="column {n}", zh="列 {n}")
COLUMNS = Caption(en="columns {n}", zh="列 {n}")
CELL = Caption(en="row {r}, column {c}", zh="行 {r}、列 {c}")
MAP_OF = Caption(en="{layer}, filter {n}", zh="{layer}，过滤器 {n}")
OTHER_CHANNELS = Caption(en="{n} other channels", zh="其余 {n} 个通道")

# Which way something is moved; in Chinese behind it stands 移.
DIRECTIONS = {
    "left": Caption(en="left", zh="左"),
    "right": Caption(en="right", zh="右"),
    "up": Caption(en="up", zh="上"),
    "down": Caption(en="down", zh="下"),
}

# Networks and their layers.
LAYER = Caption(en="layer", zh="层")
KIND = Caption(en="kind", zh="类型")
RECEPTIVE_FIELD = Caption(en="receptive field", zh="感受野")
PARAMETERS = Caption(en="parameters", zh="参数")
MULTIPLICATIONS = Caption(en="multiplications", zh="乘法次数")
NONE = Caption(en="none", zh="无")
CNN = Caption(en="convnet", zh="卷积网络")
DENSE = Caption(en="dense", zh="全连接")
DENSE_NETWORK = Caption(en="dense network", zh="全连接网络")

# What a network says.
ANSWER = Caption(en="answer", zh="网络的预测")
LOGIT = Caption(en="logit", zh="logit")
PROBABILITY = Caption(en="probability", zh="概率")
TRAINING_STEP = Caption(en="step {n}", zh="训练 {n} 步")
TRAINING_STEPS = Caption(en="training steps (logarithmic)", zh="训练步数（对数刻度）")
ACCURACY = Caption(en="accuracy on the test set", zh="测试集准确率")
ERROR = Caption(en="error", zh="误差")
GRADIENT = Caption(en="gradient", zh="梯度")

# Of numbers.
ROUNDED_TO = Caption(
    en="Rounded to {n} decimals; sums use full precision.",
    zh="四舍五入到{n}位小数，求和按完整精度。",
)
ROUNDED_BRIEFLY = Caption(en="(Rounded to 2 decimals.)", zh="（四舍五入到两位小数。）")


def activation(name: str) -> str:
    """Return an activation function's name as people write it."""
    return {"relu": "ReLU", "relu6": "ReLU6", "elu": "ELU", "silu": "SiLU", "gelu": "GELU"}.get(
        name, name
    )


def rounded(decimals: int = 2) -> Caption:
    """Return how numbers are rounded that do not add up as they are printed."""
    digits = f" {decimals} "
    return ROUNDED_TO.fill(n=Caption(en=str(decimals), zh="两" if decimals == 2 else digits))
