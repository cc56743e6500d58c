"""What the lesson on a shift says, as templates."""

from __future__ import annotations

from convexplain.style.captions import Caption

TITLE = Caption(
    en="Shift the picture: the map follows. Does the answer hold?",
    zh="平移图片：响应图跟着移动，预测还对吗？",
)
NETWORK = Caption(en="network", zh="网络")
LINES = (Caption(en="rows", zh="行"), Caption(en="columns", zh="列"))
FOLLOWS = Caption(en="Shift it: its response map moves along.", zh="图片移动，响应图跟着移动。")
SLID_BACK = Caption(
    en="Convnet: its map has moved along by {n} px. Slide it back.",
    zh="卷积：响应图也移了 {n} 像素。移回去看。",
)
SAME = Caption(
    en="Only moved, not changed: that is equivariance.", zh="只移动，没改变：这就是平移等变。"
)
NEARLY = Caption(en="They differ by {d} at most, on {n} {l}.", zh="{n} {l}最多相差 {d}。")
WHICH = Caption(
    en="Further: which fails first?",
    zh="再移，谁先错？",
)
DENSE_FIRST = Caption(en="the dense network", zh="全连接网络")
CNN_FIRST = Caption(en="the convnet", zh="卷积网络")
NEITHER = Caption(en="neither will", zh="都不会")
HOLDS = Caption(
    en="Moved by 3 pixels it still reads {p} of the digits, the dense network {q}.",
    zh="平移 3 个像素，它还认得 {p} 的样本，全连接网络 {q}。",
)
INVARIANT = Caption(
    en="It is tolerant, not invariant: at {n} pixels it reads {p} of the digits.",
    zh="有容忍度，但并非不变：平移 {n} 个像素，只认得 {p} 的样本。",
)
UNUSUAL = Caption(en="Mostly so, but not this time.", zh="多半如此，这次不是。")
ON = Caption(en="On it goes, step by step.", zh="继续移动，一步一步。")
ONE_MORE = Caption(en="One step more: {n} px.", zh="再移一步：{n} 像素。")
FURTHER = Caption(en="Further: {n} px.", zh="再移：{n} 像素。")
DENSE_WRONG = Caption(
    en="The convnet reads {k}, the dense network {j}: wrong.",
    zh="卷积判 {k}，全连接错判 {j}。",
)
BOTH = Caption(
    en="The convnet reads {k}, the dense network {j}.", zh="卷积网络判 {k}，全连接判 {j}。"
)
ALIKE = Caption(en="At {n} px both read {k}.", zh="移 {n} 像素：两个都判为 {k}。")
BOTH_WRONG = Caption(en="At {n} px both read {k}: wrong.", zh="移 {n} 像素：都错判 {k}。")
READS = Caption(en="{n} px: it reads {k}.", zh="移 {n} 像素：判为 {k}。")
HOLDS_ALONE = Caption(en="{n} px, and it still reads {k}.", zh="移 {n} 像素，仍判为 {k}。")
INSIDE = Caption(
    en="Pooling forgives a little: moved by {n} px, this window keeps its largest.",
    zh="池化容得下一点：移 {n} 像素，这四格里最大值不变。",
)
EACH_PLACE = Caption(
    en="The last layer is dense: a weight for each cell, and cells are {n} px apart.",
    zh="最后一层是全连接：每格一个权重，相邻两格差 {n} 像素。",
)
WHY_THEN = Caption(
    en="Why then {j}? The last layer is dense: a weight for each cell, {n} px apart.",
    zh="为何判 {j}？最后一层是全连接：每格一个权重，格距 {n} 像素。",
)
POOLED = Caption(
    en="Pooling leaves the last map's cells {n} px apart.", zh="池化后，格距变成 {n} 像素。"
)
WEIGHT_EACH = Caption(
    en="The last layer is dense: a weight for each cell.", zh="最后一层是全连接：每格一个权重。"
)
WHY_EACH = Caption(
    en="Why {j} in the end? The last layer is dense: a weight for each cell.",
    zh="最终为何判 {j}？最后一层全连接：每格一个权重。",
)
OTHER_PIXELS = Caption(en="Dense: a weight for each pixel.", zh="全连接：每个像素一个权重。")
OTHER_SUM = Caption(
    en="Moved, the same ink sums to {v}, not {w}.",
    zh="笔画没变，{w} 变成 {v}。",
)
STILL_THERE = Caption(
    en="{n} px aside, the cell still answers {v}: same weight.",
    zh="移 {n} 像素，剩 {v}：权重没变。",
)
ONE_CELL_ON = Caption(
    en="{n} px aside, the same {v} is one cell {way}: another weight.",
    zh="移 {n} 像素，{v} {way}移一格：换了权重。",
)
OTHER_CELL = Caption(
    en="{n} px aside, the largest response is in another cell: it meets another weight.",
    zh="移 {n} 像素，最大响应到了别的格，遇到别的权重。",
)
OTHER_RESPONSES = Caption(
    en="{n} px aside, each cell has another response.", zh="移 {n} 像素，每格的响应都变了。"
)
ADDED = Caption(
    en="All weighed and added: above 0 it reads {k}, below 0 it reads {j}.",
    zh="加权相加：大于 0 判 {k}，小于 0 判 {j}。",
)
NOT_ONE_CELL = Caption(
    en="That was one cell. All added: above 0 it reads {k}, below 0 it reads {j}.",
    zh="不止一格，全部相加：大于 0 判 {k}，小于 0 判 {j}。",
)
STEPS = Caption(
    en="All weighed and added: how much speaks for {k}, step by step.",
    zh="加权相加：有多支持 {k}，逐步看。",
)
EVERY_STEP = Caption(en="All steps, and what is read.", zh="每一步判为什么。")
NOTHING_LEFT = Caption(
    en="Dense: a weight for each pixel. At {n} px nothing is left.",
    zh="全连接：每像素一个权重，移 {n} 像素丢光。",
)
MORE_THAN_BEFORE = Caption(
    en="Convnet: a weight every {p} px. At {n} px, its sum is {v}: still {k}.",
    zh="卷积：{p} 像素一个权重，移 {n} 像素有 {v}，仍是 {k}。",
)
FORGETS = Caption(
    en="A mean over all places at the end forgets where things were.",
    zh="最后对所有位置取平均，就忘了位置。",
)
GIVE_UP = Caption(
    en="This {k}: the convnet gives up at {a} px, the dense network at {b}.",
    zh="这个 {k}：卷积网络到 {a} 像素才认错，全连接网络到 {b} 像素就错。",
)
BEGINS = Caption(
    en="It begins with a mistake: read as {k}, the label is {label}.",
    zh="一开始就判错：判为 {k}，标签是 {label}。",
)
HAVE_PLACES = Caption(
    en="The dense network weighs pixels, the convnet's last layer cells: all have places.",
    zh="全连接网络认像素，卷积网络最后一层认格子：都认位置。",
)
PLACES_ALONE = Caption(
    en="Maps move along; the last layer weighs cells, {p} px apart: each has its place.",
    zh="响应图跟着走；最后一层认格子，格距 {p} 像素：各认各的位置。",
)
END = Caption(
    en="Maps move along with the picture; the answer need not hold.",
    zh="响应图跟着图片移动；预测却不一定不变。",
)

# What stands in the pictures.
BEFORE = Caption(en="Before", zh="平移前")
AFTER = Caption(en="After {n} px", zh="移 {n} 像素后")
BACK = Caption(en="Moved by {n} px, slid back", zh="移 {n} 像素，再移回")
NO_DIFFERENCE = Caption(en="Difference: 0", zh="差值：0")
DIFFERENCE = Caption(en="Largest difference: {d}", zh="最大差值：{d}")
UNIT = Caption(en="Weights of one sum", zh="一个总和的权重")
INK = Caption(en="Ink at {n} px, on the weights", zh="移 {n} 像素的笔画，在权重上")
PRODUCTS_BEFORE = Caption(en="Before: pixel × weight", zh="平移前：像素 × 权重")
PRODUCTS_AFTER = Caption(en="After {n} px: pixel × weight", zh="移 {n} 像素后：像素 × 权重")
ONE_SUM = (
    Caption(
        en="One of {m} sums: a large one speaks for {k}.", zh="{m} 个总和之一：越大越支持 {k}。"
    ),
    Caption(
        en="One of {m} sums: a small one speaks for {k}.", zh="{m} 个总和之一：越小越支持 {k}。"
    ),
)
#: What is framed of both products, by whether their sum has become more.
SUM_CHANGES = (
    Caption(
        en="Framed: the ink where the sum falls most.",
        zh="框内：同样的笔画，这里总和下降最多。",
    ),
    Caption(
        en="Framed: the ink where the sum rises most.",
        zh="框内：同样的笔画，这里总和上升最多。",
    ),
)
READ_AS = Caption(en="read as", zh="判为")
ADDED_UNITS = Caption(en="{name}: {m} sums, weighed", zh="{name}：{m} 个总和加权")
ADDED_FILTERS = Caption(en="{name}: {m} filters, weighed", zh="{name}：{m} 个过滤器加权")
SIGNS = Caption(en="above 0 for {k}, below 0 for {j}", zh="大于 0 是 {k}，小于 0 是 {j}")
CELL_READS = Caption(en="The cell reads {r} × {c} px", zh="这一格读 {r} × {c} 像素")
OF_CONVNET = Caption(en="Convnet: response map", zh="卷积网络：响应图")
MAP_IS = Caption(en="Map: {r} × {c}", zh="响应图：{r} × {c}")
POOLED_IS = Caption(en="Pooled: {r} × {c}", zh="池化：{r} × {c}")
CONVOLVED_POOLED = Caption(en="Convolved, pooled: {r} × {c}", zh="卷积、池化：{r} × {c}")
LAST_IS = Caption(en="Last map: {r} × {c}", zh="最后响应图：{r} × {c}")
FILTER_LAST = Caption(en="Last, filter {n}: {r} × {c}", zh="最后，过滤器 {n}：{r} × {c}")
FRAMED = Caption(
    en="Framed: what one cell of the last map reads", zh="框内：最后响应图中一格读到的部分"
)
CELLS_APART = Caption(en="cells {p} px apart", zh="格距 {p} 像素")
PIXELS_ON = Caption(en="frame: {p} px {way}", zh="框{way}移 {p} 像素")
CELL_ON = Caption(en="frame: 1 cell {way}", zh="框{way}移一格")
FILTER = Caption(en="Filter {n}: {r} × {c} cells", zh="过滤器 {n}：{r} × {c} 格")
WEIGHTS_OF = Caption(en="Weights: for {k} minus for {j}", zh="权重：{k} 的减 {j} 的")
ONE_FILTER = Caption(
    en="One cell of one of {n} filters: response × weight, above 0 for {k}, below 0 for {j}",
    zh="{n} 个过滤器之一的一格，响应 × 权重：大于 0 支持 {k}，小于 0 支持 {j}",
)
PRODUCT = Caption(en="weight, pixel × weight", zh="权重，像素 × 权重")
SUM_IS = Caption(en="sum {v}", zh="总和 {v}")
PX = Caption(en="{n} px", zh="{n} 像素")
MOVED = Caption(en="moved by {n} px", zh="移 {n} 像素")
