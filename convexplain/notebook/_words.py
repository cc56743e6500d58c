"""What notebooks say, in English and Chinese."""

from __future__ import annotations

from convexplain.style import terms
from convexplain.style.captions import Caption

CONVOLUTION = Caption(
    en="filter {filter}, row {row}, column {col}: {v}",
    zh="过滤器 {filter}、行 {row}、列 {col}：{v}",
)
POOLING = Caption(
    en="channel {filter}, row {row}, column {col}: {v}", zh="通道 {filter}、行 {row}、列 {col}：{v}"
)
STEPS = Caption(en="{n} steps, one for each cell of {shape}", zh="{n} 步，{shape} 的每一格各一步")
STEPS_HOW = Caption(
    en="steps.at(row, col) shows one; rows and columns are counted from 0.",
    zh="用 steps.at(row, col) 查看其中一步；行和列的编号从 0 开始。",
)
PATCH_OF = Caption(en="patch, {name}", zh="图块，{name}")
LARGEST_OF = Caption(en="largest of {n}, {place}", zh="{n} 个数中的最大值, {place}")
MEAN_OF = Caption(en="average of {n}", zh="{n} 个数的平均值")
READS_PICTURE = Caption(en="The network reads {answer}: {p}.", zh="网络的预测是 {answer}：{p}。")
ANSWERS = Caption(en="output {answer} is the largest: {v}", zh="最大的输出是 {answer}：{v}")
INPUT_ALT = Caption(
    en="The picture that the network reads, {shape}; {ink} of {all} pixels are not blank.",
    zh="网络读入的图片，{shape}；{all} 个像素中有 {ink} 个不是空白。",
)
LAYERS_HOW = Caption(
    en='maps(trace, "{layer}") shows a layer; trace.steps("{layer}", filter) its arithmetic.',
    zh='用 maps(trace, "{layer}") 查看一层；trace.steps("{layer}", filter) 给出它的计算。',
)
NETWORK = Caption(
    en="{parameters} parameters, {multiplications} multiplications a picture",
    zh="{parameters} 个参数，每幅图 {multiplications} 次乘法",
)
HEAD = (
    terms.LAYER,
    terms.KIND,
    terms.OUTPUT,
    terms.RECEPTIVE_FIELD,
    terms.PARAMETERS,
    terms.MULTIPLICATIONS,
)
MAPS = Caption(
    en="{layer}: {n} maps of {height} × {width}, one scale for all",
    zh="{layer}：{n} 张图，{height} × {width}，共用一个色标",
)
MAP = Caption(
    en="{layer}, filter {filter}: {height} × {width}",
    zh="{layer}，过滤器 {filter}：{height} × {width}",
)
LARGEST = Caption(
    en="largest: {v}, filter {filter}, row {row}, column {col}",
    zh="最大值：{v}，过滤器 {filter}、行 {row}、列 {col}",
)
MAP_ALT = Caption(
    en="filter {filter}: from {low} to {high}, largest at row {row}, column {col}",
    zh="过滤器 {filter}：从 {low} 到 {high}，最大值在行 {row}、列 {col}",
)
SECONDS = Caption(en="{n} s", zh="{n} 秒")
BEATS = (
    Caption(en="at", zh="时间"),
    Caption(en="beat", zh="段落"),
    Caption(en="what is said", zh="解说"),
)
VIDEO_HOW = Caption(
    en='video("{name}") renders it here; figures.draw("{name}") draws it.',
    zh='用 video("{name}") 在这里渲染视频；用 figures.draw("{name}") 画图。',
)
RENDERING = Caption(en="Rendering {name}: {percent}", zh="正在渲染 {name}：{percent}")
