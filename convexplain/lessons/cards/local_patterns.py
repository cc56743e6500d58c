"""Teacher's card: the whole picture once, or a small template everywhere."""

from __future__ import annotations

from convexplain.lessons.cards._card import Card, Mistake, Pause, told
from convexplain.lessons.local_patterns import LocalPatterns
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, both


def card(lesson: LocalPatterns) -> Card:
    """Write the card."""
    values = {
        "a": fmt.number(lesson.change("cnn").points, sign=True),
        "b": fmt.number(lesson.change("dense").points, sign=True),
        "pixels": told(lesson, "dense")["n"],
        "w": told(lesson, "filter")["w"],
        "places": told(lesson, "filter")["n"],
        "f": lesson.shown_filter,
        "k": lesson.largest_piles[lesson.shown_filter],
        "dense": fmt.count(lesson.dense.parameters),
        "cnn": fmt.count(lesson.cnn.parameters),
    }
    return Card(
        lesson,
        aim=Caption(
            en="Say what a dense unit compares and what a filter compares, and why a small window "
            "that goes everywhere needs so few weights.",
            zh="能说出全连接单元和过滤器各在比对什么，以及小窗口扫遍全图为什么只要很少的权重。",
        ),
        needs=both(
            "How one cell is computed, and what a response map says.",
            "一格怎样算出来，响应图说明什么。",
            "A dense unit: one weight for each pixel.",
            "全连接单元：每个像素一个权重。",
        ),
        pauses=(
            Pause.of(
                "dense",
                "How many weights has one dense unit for this picture?",
                "对这幅图，一个全连接单元有多少个权重？",
                "{pixels}, one for each pixel; a filter has {w}.",
                "{pixels} 个，每个像素一个；一个过滤器只有 {w} 个。",
            ),
            Pause.of(
                "piles",
                "Which patches of the digit will filter {f} get?",
                "过滤器 {f} 会得到图中的哪些图块？",
                "{k} of them, from many places: those to which it responds most.",
                "得到 {k} 个，来自多处：都是它响应最强的图块。",
            ),
            Pause.of(
                "control",
                "All pixels change places by one fixed rule. Who suffers?",
                "按同一规则打乱所有像素，哪个网络会变差？",
                "The convnet moves by {a} points, the dense one by {b}.",
                "卷积网络变化 {a} 个百分点，全连接网络变化 {b}。",
            ),
        ),
        mistakes=(
            Mistake.of(
                "A filter sees so little that it must know less than a dense unit.",
                "过滤器看到的太少，肯定不如全连接单元。",
                "It asks its question at {places} places: together they cover the picture, "
                "and later layers combine the answers.",
                "它在 {places} 个位置做同样的检测，合起来覆盖全图，后面的层再把结果组合起来。",
            ),
            Mistake.of(
                "Shuffled pixels hold the same information, so nothing is lost.",
                "打乱后信息还在，所以什么也没丢。",
                "It is there, but not where a small window looks: {a} points.",
                "信息还在，但小窗口看不到：{a} 个百分点。",
            ),
            Mistake.of(
                "The dense network is worse because it has fewer weights.",
                "全连接网络差，是因为权重太少。",
                "It has {dense} parameters, the convnet {cnn}. What it lacks is that "
                "neighbours belong together.",
                "它有 {dense} 个参数，卷积网络只有 {cnn} 个。它缺的是“相邻像素有关系”这一点。",
            ),
        ),
        chapter=Caption(
            en="A dense layer learns global patterns from its input; a convolution layer learns "
            "local ones.",
            zh="全连接层从输入数据的学习到的是全局模式,而卷积层学到的是局部模式.",
        ),
        tries="figure local-patterns -o local-patterns.svg",
    ).filled(values)
