"""What a worksheet says, in English and Chinese."""

from __future__ import annotations

from convexplain.style.captions import Caption

TITLE = Caption(en="Worksheet: convolution by hand", zh="练习题：手算卷积")
KEY_TITLE = Caption(en="Answer key: convolution by hand", zh="答案：手算卷积")
NAME = Caption(en="Name:", zh="姓名：")
CLASS = Caption(en="Class:", zh="班级：")
INTRO = Caption(
    en="All numbers are of one {picture} and of a trained network, rounded. Rows, columns, filters "
    "and channels are counted from 0.",
    zh="所有数都来自{picture}和训练好的网络，经过四舍五入。行、列、过滤器和通道的编号从 0 开始。",
)
MARKED = Caption(
    en="Windows on the picture bear the number of their exercise.",
    zh="图上的窗口标有题号。",
)
DIGIT = Caption(en="handwritten {n}", zh="手写数字 {n}")
PICTURE = Caption(en="picture", zh="图片")
ALT = Caption(
    en="The {picture}, {size} pixels; marked windows: {marks}.",
    zh="{picture}，{size} 像素；标出的窗口：{marks}。",
)
MARK = Caption(en="{n} at row {row}, column {col}", zh="{n} 在行 {row}、列 {col}")
CHECK = Caption(en="Check it on the page:", zh="在课堂页面上核对：")
SHEET = Caption(en="Convolution, cell by cell (sheet {n})", zh="逐格看懂卷积（练习题，第 {n} 套）")
NETWORK = Caption(en="(network: {v})", zh="（网络：{v}）")

ABOUT = Caption(
    en="{layer}, filter {filter}, row {row}, column {col}",
    zh="{layer}，过滤器 {filter}，行 {row}、列 {col}",
)
ABOUT_POOL = Caption(
    en="{layer}, channel {filter}, row {row}, column {col}",
    zh="{layer}，通道 {filter}，行 {row}、列 {col}",
)
ABOUT_CHANNEL = Caption(
    en="{layer}, channel {filter}, from row {row}, column {col}",
    zh="{layer}，通道 {filter}，从行 {row}、列 {col} 开始",
)

MULTIPLY = Caption(
    en="Multiply cell by cell, add the {n} products and the bias, apply ReLU.",
    zh="逐元素相乘，把 {n} 个乘积和偏置加起来，再经过 ReLU。",
)
SUM_LINE = Caption(
    en="sum of {n} products {sum} + bias ({bias}) = {z} → after ReLU {out}",
    zh="{n} 个乘积之和 {sum} + 偏置（{bias}）= {z} → ReLU 之后 {out}",
)
NEGATIVE = Caption(
    en="First guess: positive or negative? Then compute.",
    zh="先猜：结果是正还是负？再计算。",
)
GUESS = Caption(en="guess: {guess}", zh="猜：{guess}")
NEGATIVE_ANSWER = Caption(en="negative", zh="负")
CHOOSE = Caption(
    en="Which number does this filter put out here, after ReLU?",
    zh="这个过滤器在这里经过 ReLU 之后输出哪个数？",
)
WITH_BIAS = Caption(en="bias {bias}", zh="偏置 {bias}")
BLANK = Caption(
    en="Blank paper: every pixel is 0. What does the filter put out?",
    zh="空白处：像素全是 0。过滤器输出多少？",
)
BLANK_LINE = Caption(
    en="bias {bias}; before ReLU {z}, after ReLU {out}",
    zh="偏置 {bias}；ReLU 之前 {z}，ReLU 之后 {out}",
)

POOL = Caption(
    en="Max pooling: circle the largest number of each 2 × 2 window and copy it.",
    zh="最大池化：圈出每个 2 × 2 窗口中最大的数，填到右边。",
)
PICK = Caption(
    en="Max pooling reads these four numbers. What does it put out?",
    zh="最大池化读入这 4 个数，输出哪个数？",
)

CHANNELS = Caption(
    en="One filter, {n} channels: add the sums of the channels, then the bias.",
    zh="一个过滤器，{n} 个通道：把各通道的和加起来，再加偏置。",
)
OTHERS = Caption(en="{n} others", zh="其余 {n} 个")
CHANNELS_LINE = Caption(
    en="together {sum} + bias ({bias}) = {z} → after ReLU {out}",
    zh="合计 {sum} + 偏置（{bias}）= {z} → ReLU 之后 {out}",
)
READS = Caption(
    en="For this one cell the filter reads {kh} × {kw} × {channels} = {n} numbers.",
    zh="为了这一格，过滤器要读 {kh} × {kw} × {channels} = {n} 个数。",
)
SIZES = Caption(en="Write the height and width of every layer.", zh="写出每一层的高和宽。")
DROPPED = Caption(
    en="{layer} has rows 0 to {last}. What does {pool} do with row {last}? {does}",
    zh="{layer} 的行号是 0 到 {last}。{pool} 怎样处理行 {last}？{does}",
)
LEAVES_OUT = Caption(en="leaves it out", zh="舍去")
FIELD = Caption(
    en="How much of the picture does one cell of {layer} see?",
    zh="{layer} 的一格能看到图中多大的区域？",
)
FIELD_LINE = Caption(en="{height} × {width} pixels", zh="{height} × {width} 像素")
FIELD_NOTE = Caption(en="layer by layer: {chain}", zh="逐层：{chain}")
FIELD_PLACE = Caption(
    en="The cell at row {row}, column {col}: rows {top} to {bottom}, columns {left} to {right}.",
    zh="行 {row}、列 {col} 的一格：看到行 {top} 到 {bottom}、列 {left} 到 {right}。",
)
GEOMETRY = Caption(en="How large is the output?", zh="输出有多大？")
GEOMETRY_GIVEN = Caption(
    en="Input {size} × {size}, window {k} × {k}, padding {p} on every side, stride {s}, dilation "
    "{d}.",
    zh="输入 {size} × {size}，窗口 {k} × {k}，四周填充 {p}，步幅 {s}，膨胀率 {d}。",
)
GEOMETRY_LINE = Caption(en="{height} × {width}", zh="{height} × {width}")
GEOMETRY_NOTE = Caption(
    en="the window spans {span}: ({size} + {both} − {span}) / {s} + 1, rounded down",
    zh="窗口覆盖 {span}：（{size} + {both} − {span}）/ {s} + 1，向下取整",
)
WORK = Caption(en="How often does the layer multiply?", zh="这一层要做多少次乘法？")
WORK_GIVEN = Caption(
    en="Input {size}, depth {channels}; {f} filters, window {k}, no padding, stride 1.",
    zh="输入 {size}，深度 {channels}；{f} 个过滤器，窗口 {k}，不填充，步幅 1。",
)
WORK_LINE = Caption(
    en="Places {rows} × {cols}; weights of a filter {weights}; multiplications {all}",
    zh="位置 {rows} × {cols}；每个过滤器的权重 {weights}；乘法 {all}",
)
WORK_NOTE = Caption(en="{places} × {w} × {f}", zh="{places} × {w} × {f}")
PARAMETERS = Caption(
    en="{layer}: {filters} filters, window {kh} × {kw}, input depth {channels}. How many "
    "parameters?",
    zh="{layer}：{filters} 个过滤器，窗口 {kh} × {kw}，输入深度 {channels}。共多少个参数？",
)
NO_BIASES = Caption(en="forgot the biases", zh="忘了偏置")
ONE_CHANNEL = Caption(en="as if it read one channel", zh="只算了一个通道")
BIAS_EACH = Caption(en="one bias for each channel", zh="每通道一个偏置")
MISTAKE = Caption(
    en="Someone finds {wrong} here, after ReLU. Which slip was made?",
    zh="有人在这里算出 ReLU 之后是 {wrong}。错在哪里？",
)
MISTAKE_NOTE = Caption(en="Right: {right}. {reply}", zh="正确：{right}。{reply}")
STAMP = Caption(
    en="Each number stamps {k} cells of its own value, {s} cells from the next; where stamps "
    "overlap, add.",
    zh="每个数印出 {k} 格自己的值，相邻两个印章相距 {s} 格；重叠处相加。",
)
STAMPS = Caption(
    en="Stamps that meet in the middle: {n}; cells with one stamp: {one}",
    zh="正中一格的印章数：{n}；只有一个印章的格数：{one}",
)
STRIP = Caption(
    en="{k} weights slide along a row of pixels: multiply, add up, write one number a place.",
    zh="{k} 个权重沿一行像素滑动：相乘、求和，每个位置写一个数。",
)
CAUSAL = Caption(
    en="With two zeros in front, two more numbers come first: {a} and {b}",
    zh="前面补两个 0，开头多出两个数：{a} 和 {b}",
)
ABOUT_ROW = Caption(
    en="row {row} of the picture, columns {first} to {last}",
    zh="图片的行 {row}、列 {first} 到 {last}",
)
ABOUT_CHANNELS = Caption(
    en="{layer}, channels {first} to {last}, from row {row}, column {col}; the filters are made by "
    "hand",
    zh="{layer}，通道 {first} 到 {last}，从行 {row}、列 {col} 开始；过滤器是人工设计的",
)
ABOUT_OTHER = Caption(
    en="{network}, {layer}, channel {filter}, row {row}, column {col}",
    zh="{network}，{layer}，通道 {filter}，行 {row}、列 {col}",
)
BLOCKS = Caption(en="network blocks", zh="网络 blocks")
MIX = Caption(
    en="Two {one} filters read {c} channels: at each place multiply each channel by its weight, "
    "add up.",
    zh="两个 {one} 过滤器读 {c} 个通道：在每个位置，各通道的数乘以它的权重，再相加。",
)
FILTERS = Caption(en="A row a filter", zh="每行一个过滤器")
MIX_LINE = Caption(
    en="Weights of one {one} filter: {single}; of a {three} filter on the same channels: {nine}",
    zh="一个 {one} 过滤器的权重：{single}；同样通道上一个 {three} 过滤器的权重：{nine}",
)
SEPARABLE = Caption(
    en="How much does a depthwise separable layer save?", zh="深度可分离层能省下多少？"
)
SEPARABLE_GIVEN = Caption(
    en="Input {size}, depth {channels}; {f} filters, window {k}, no padding, stride 1, no biases.",
    zh="输入 {size}，深度 {channels}；{f} 个过滤器，窗口 {k}，不填充，步幅 1，无偏置。",
)
SEPARABLE_LINE = Caption(
    en="Weights of the ordinary layer {all}; one window a channel {windows}, then {one} {mixing}: "
    "together {both}",
    zh="普通层的权重 {all}；每个通道一个窗口 {windows}，再用 {one} {mixing}：共 {both}",
)
SEPARABLE_WORK = Caption(
    en="Multiplications at {places} places: {all}, and {both}",
    zh="{places} 个位置的乘法：{all}，以及 {both}",
)
NORMALIZE = Caption(
    en="Batch normalization when the network answers, two decimals each: step by step, then "
    "in one.",
    zh="推理时的批归一化，各取两位小数：先一步一步算，再一步算完。",
)
NORMALIZE_LINE = Caption(
    en="{z} minus mean {a}, over spread {b}, times γ {c}, plus β {d}",
    zh="{z} 减平均值 {a}，除以标准差 {b}，乘 γ {c}，加 β {d}",
)
NORMALIZE_ONCE = Caption(
    en="γ over spread: factor {f}; β minus mean times factor: shift {s}; {z} times factor plus "
    "shift {v}",
    zh="γ 除以标准差：倍数 {f}；β 减去平均值乘倍数：平移 {s}；{z} 乘倍数加平移 {v}",
)
ADD = Caption(
    en="A residual block adds what came in and the change. What goes on?",
    zh="残差块把输入和改动相加。传下去的是什么？",
)
CAME = Caption(en="Came in", zh="输入")
CHANGE = Caption(en="Change", zh="改动")
GOES_ON = Caption(en="Goes on", zh="传下去")
ADD_LINE = Caption(
    en="{a} and {a} give {shape}; weights of the plus: {weights}; with all weights of the block 0 "
    "the first cell would be {kept}",
    zh="{a} 加 {a} 得 {shape}；加号的权重：{weights}；若块的权重全为 0，第一格会是 {kept}",
)
