"""What stands beside the pictures of the lesson on local patterns."""

from __future__ import annotations

from convexplain.style.captions import Caption

DENSE = Caption(en="Dense unit {n}", zh="全连接单元 {n}")
ONE_PICTURE = Caption(
    en="one template for the whole picture · {w} weights", zh="整幅图一个模板 · {w} 个权重"
)
EVERY_PLACE = Caption(
    en="one 3 × 3 template for every place · {w} weights",
    zh="每个位置同一个 3 × 3 模板 · {w} 个权重",
)
TEMPLATES_OF = Caption(
    en="{n} of the other {m}, each on its own scale", zh="其余 {m} 个中的 {n} 个，各用各的色标"
)
SAME = Caption(en="the same filter on other digits", zh="同一个过滤器看其他样本")
SUM = Caption(en="then sum", zh="再求和")
PRODUCTS = Caption(en="sum of {n} products: {v}", zh="{n} 个乘积之和：{v}")
NINE = Caption(en="{n} products, bias {v}, ReLU", zh="{n} 个乘积，偏置 {v}，ReLU")
STILL = Caption(en="{n} pixels, as initialised", zh="{n} 个像素，仍是初始值")
KERNELS = Caption(
    en="the {n} kernels of {layer}; beside each, the patch that excites it most",
    zh="{layer} 的 {n} 个卷积核；旁边是最能激活它的图块",
)
COUNTS = Caption(en="number · patches", zh="编号 · 图块数")
RULES = (
    Caption(en="Blank patches are left out. A response is", zh="空白图块不计。响应值除以该过滤器"),
    Caption(en="divided by its filter's largest on {n} digits.", zh="在 {n} 个样本上的最大响应。"),
)
MIDDLES = Caption(en="dots: the middles of its {n} patches", zh="圆点：{n} 个图块的中心")
ELSEWHERE = Caption(en="its strongest patches in other digits", zh="其他样本中响应最强的图块")
IN_PLACE = Caption(en="in place", zh="原位")
SHUFFLED = Caption(en="shuffled", zh="打乱")
ONE_RULE = Caption(en="one rule for all digits", zh="所有样本用同一规则")
RENAMED = (
    Caption(en="A window finds no neighbours any more;", zh="窗口里不再有相邻像素；"),
    Caption(en="a dense unit only has its inputs renamed.", zh="全连接单元只是输入换了顺序。"),
)
CHART = Caption(en="test accuracy, each network trained again", zh="测试准确率，两种网络都重新训练")
FROM = Caption(
    en="the axis starts at {p}; thin lines: lowest and highest of {n} trainings",
    zh="纵轴从 {p} 开始；细线：{n} 次训练的最低与最高",
)
