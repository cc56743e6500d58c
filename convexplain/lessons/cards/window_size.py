"""Teacher's card: the chapter's two parameters."""

from __future__ import annotations

from convexplain.lessons.cards._card import Card, Mistake, Pause
from convexplain.lessons.parts.number_words import in_words
from convexplain.lessons.parts.size_picture import millions
from convexplain.lessons.window_size import WindowSize
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, Value


def card(lesson: WindowSize) -> Card:
    """Write the card; all numbers are of what was measured."""
    small, large = lesson.by_size[0], lesson.by_size[-1]
    few, many = lesson.by_filters[0], lesson.by_filters[-1]
    values: dict[str, Value] = {
        "a": fmt.shape((small.size, small.size)),
        "b": fmt.shape((large.size, large.size)),
        "wa": small.size**2,
        "wb": large.size**2,
        "ma": fmt.shape(small.map_size),
        "mb": fmt.shape(large.map_size),
        "ta": millions(small.multiplications),
        "tb": millions(large.multiplications),
        "times": fmt.number(large.size**2 / small.size**2, 1),
        "alone": fmt.number(large.first_layer / small.first_layer, 1),
        "few": few.filters,
        "many": many.filters,
        "low": fmt.percent(many.spread[0], 2),
        "high": fmt.percent(many.spread[1], 2),
        "fl": fmt.percent(few.spread[0], 2),
        "fh": fmt.percent(few.spread[1], 2),
        "k": in_words(len(small.accuracies), capital=True),
    }
    return Card(
        lesson,
        aim=Caption(
            en="Say what window size and number of filters decide, count what they cost, and judge "
            "what a few trainings prove.",
            zh="能说出窗口尺寸和过滤器数量各决定什么，会算它们的代价，并能判断几次训练说明了什么。",
        ),
        needs=(
            Caption(
                en="How many places a window has (lesson window-geometry).",
                zh="窗口有几个位置（课程 window-geometry）。",
            ),
            Caption(en="A filter makes one map.", zh="一个过滤器得到一张图。"),
        ),
        pauses=(
            Pause(
                "sizes",
                Caption(
                    en="What does a window of {b} see that one of {a} does not, and what does it "
                    "cost?",
                    zh="{b} 的窗口能看到哪些 {a} 看不到的东西？代价是什么？",
                ),
                Caption(
                    en="A larger piece of a stroke; {wb} weights in place of {wa}.",
                    zh="更大一段笔画；权重从 {wa} 个变成 {wb} 个。",
                ),
            ),
            Pause(
                "work",
                Caption(
                    en="{b} in the first layer: does the whole network multiply more, or less?",
                    zh="第一层改用 {b}，整个网络的乘法更多还是更少？",
                ),
                Caption(
                    en="Less, {tb} after {ta}: the map shrinks from {ma} to {mb}.",
                    zh="更少，从 {ta} 降到 {tb}：图从 {ma} 缩小到 {mb}。",
                ),
            ),
            Pause(
                "filters",
                Caption(
                    en="{many} filters instead of {few}: will it read better?",
                    zh="过滤器从 {few} 个增加到 {many} 个，会认得更准吗？",
                ),
                Caption(
                    en="Not surely: {fl} to {fh} with {few}, {low} to {high} with {many}.",
                    zh="不一定：{few} 个时 {fl} 到 {fh}，{many} 个时 {low} 到 {high}。",
                ),
            ),
        ),
        mistakes=(
            Mistake(
                Caption(en="{b} takes {times} times the work.", zh="{b} 的计算量是 {times} 倍。"),
                Caption(
                    en="That forgets the places: the first layer alone takes {alone} times, and "
                    "all others less.",
                    zh="忘了位置变少：仅第一层是 {alone} 倍，其余各层反而变少。",
                ),
            ),
            Mistake(
                Caption(en="{a} is the best size.", zh="{a} 是最好的尺寸。"),
                Caption(
                    en="{k} trainings of each do not rank them: look how far the dots of one size "
                    "spread.",
                    zh="每种只训练 {k} 次，排不出名次：看看同一尺寸的点散得多开。",
                ),
            ),
            Mistake(
                Caption(
                    en="To see {b} pixels one needs a window of {b}.",
                    zh="要看到 {b} 的范围，就得用 {b} 的窗口。",
                ),
                Caption(
                    en="Layers of small windows, one after another, see as far.",
                    zh="几层小窗口叠起来，也能看得一样远。",
                ),
            ),
        ),
        chapter=Caption(
            en="The depth of the extracted feature map: the number of the layer's filters. In this "
            "example there are 32 and 64.",
            zh="提取特征图的深度,卷积层的过滤器数量.这个例子中有 32 64.",
        ),
        tries="experiment window",
    ).filled(values)
