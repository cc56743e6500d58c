"""Teacher's card: how large a window."""

from __future__ import annotations

from convexplain.lessons.cards._card import Card, Mistake, Pause
from convexplain.lessons.parts.number_words import in_words
from convexplain.lessons.window_size import WindowSize
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, Value, both


def card(lesson: WindowSize) -> Card:
    """Write the card; all numbers are of what was measured."""
    small, large = lesson.by_size[0], lesson.by_size[-1]
    k = small.size
    values: dict[str, Value] = {
        "a": fmt.shape((k, k)),
        "b": fmt.shape((large.size, large.size)),
        "two": fmt.shape((lesson.reach(2),) * 2),
        "wa": k**2,
        "wb": large.size**2,
        "wtwo": lesson.reach(2) ** 2,
        "both": 2 * k**2,
        "n": in_words(lesson.layers),
        "all": lesson.layers * k**2,
        "ma": fmt.shape(small.map_size),
        "mb": fmt.shape(large.map_size),
        "times": fmt.number(large.size**2 / k**2, 1),
        "alone": fmt.number(large.first_layer / small.first_layer, 1),
        "k": in_words(len(small.accuracies), capital=True),
    }
    return Card(
        lesson,
        aim=Caption(
            en="Say what a larger window sees and what it takes, and count what layers of small "
            "windows see and take.",
            zh="能说出大窗口看到什么、要多少权重，并会算几层小窗口看到多少、要多少权重。",
        ),
        needs=both(
            "How many places a window has (lesson window-geometry).",
            "窗口有几个位置（课程 window-geometry）。",
            "A filter makes one map.",
            "一个过滤器得到一张图。",
        ),
        pauses=(
            Pause.of(
                "sizes",
                "What does a window of {b} see that one of {a} does not, and what does it cost?",
                "{b} 的窗口能看到哪些 {a} 看不到的东西？代价是什么？",
                "A larger piece of a stroke; {wb} weights in place of {wa}.",
                "更大一段笔画；权重从 {wa} 个变成 {wb} 个。",
            ),
            Pause.of(
                "layers",
                "A cell of a second layer reads {a} cells of the first. How many pixels "
                "does it see?",
                "第二层的一格读第一层的 {a} 格，它能看到多少像素？",
                "{two}: the windows of neighbours overlap.",
                "{two}：相邻的窗口互相重叠。",
            ),
            Pause.of(
                "cost",
                "To see {b}: one window, or {n} layers of {a}. How many weights each?",
                "要看到 {b}：一个大窗口，或 {n} 层 {a}。各要多少权重？",
                "{wb} and {all}; for {two} it is {wtwo} and {both}.",
                "{wb} 个和 {all} 个；看 {two} 时是 {wtwo} 个和 {both} 个。",
            ),
        ),
        mistakes=(
            Mistake.of(
                "{b} takes {times} times the work.",
                "{b} 的计算量是 {times} 倍。",
                "That forgets the places: the first layer alone takes {alone} times, and "
                "all others less.",
                "忘了位置变少：仅第一层是 {alone} 倍，其余各层反而变少。",
            ),
            Mistake.of(
                "{a} is the best size.",
                "{a} 是最好的尺寸。",
                "{k} trainings of each do not rank them: look how far the dots of one size "
                "spread in the figure window-size.",
                "每种只训练 {k} 次，排不出名次：看看图 window-size 里同一尺寸的点散得多开。",
            ),
            Mistake.of(
                "To see {b} pixels one needs a window of {b}.",
                "要看到 {b} 的范围，就得用 {b} 的窗口。",
                "Layers of small windows, one after another, see as far.",
                "几层小窗口叠起来，也能看得一样远。",
            ),
        ),
        chapter=Caption(
            en="The depth of the extracted feature map: the number of the layer's filters. In this "
            "example there are 32 and 64.",
            zh="提取特征图的深度,卷积层的过滤器数量.这个例子中有 32 64.",
        ),
        tries="experiment window",
    ).filled(values)
