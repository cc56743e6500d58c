"""Teacher's card: a fair comparison of two networks."""

from __future__ import annotations

from convexplain.lessons.cards._card import Card, Mistake, Pause
from convexplain.lessons.dense_vs_conv import CNN, DENSE, IN_PLACE, DenseVsConv
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, both


def card(lesson: DenseVsConv) -> Card:
    """Write the card."""
    cnn, dense = (lesson.curve(network, IN_PLACE) for network in (CNN, DENSE))
    convnet, other = lesson.wrong
    most, need = max(other), lesson.enough or max(convnet)
    low, high = lesson.spread
    ranges = [f"{fmt.number(100 * a)}–{fmt.percent(b, 2)}" for a, b in zip(low, high, strict=True)]
    values: dict[str, str | int | Caption] = {
        "a": fmt.count(int(lesson.parameters.cnn)),
        "b": fmt.count(int(lesson.parameters.dense)),
        "w": fmt.number(100 * lesson.parameters.ratio, 0),
        "e": fmt.number(100 * lesson.mistakes.ratio, 0),
        "wrong": int(lesson.mistakes.cnn),
        "more": int(lesson.mistakes.dense),
        "few": fmt.count(cnn.digits[0]),
        "cnn": fmt.percent(cnn.accuracy[0], 0),
        "dense": fmt.percent(dense.accuracy[0], 0),
        "all": fmt.count(most),
        "need": fmt.count(need),
        "less": fmt.percent(convnet[need]),
        "rest": fmt.percent(other[most]),
        "stops": fmt.count(lesson.stops),
        "runs": len(lesson.networks[0].provenance["test_accuracy_by_seed"]),
        "best": ranges[0],
        "other": ranges[1],
    }
    return Card(
        lesson,
        aim=Caption(
            en="Compare two networks fairly: parameters, multiplications, mistakes, and the "
            "condition under which one of them wins.",
            zh="能公平地比较两个网络：参数、乘法次数、错误数，以及谁胜出的前提。",
        ),
        needs=both(
            "How parameters are counted (lesson architecture).",
            "参数怎么数（课程 architecture）。",
            "Local and global patterns (lesson local-patterns).",
            "局部模式与全局模式（课程 local-patterns）。",
        ),
        pauses=(
            Pause.of(
                "question",
                "Which of the two learns more numbers?",
                "哪个网络要学的参数更多？",
                "The dense one: {b} against {a}.",
                "全连接网络：{b} 个，卷积网络 {a} 个。",
            ),
            Pause.of(
                "mistakes",
                "Which of the two misreads fewer test digits?",
                "哪个网络认错的测试样本更少？",
                "The convnet: {wrong}, the dense network {more}.",
                "卷积网络：{wrong} 个，全连接网络 {more} 个。",
            ),
            Pause(
                "why",
                Caption(
                    en="The dense network learns from {all} digits. How many does the convnet need "
                    "to do better, trained as long?",
                    zh="全连接网络学 {all} 个样本。同样训练，卷积网络要多少样本才更好？",
                ),
                Caption(
                    en="{need}: it misreads {less}, the dense network {rest}. A kernel sees each "
                    "digit at {stops} places.",
                    zh="{need} 个：认错 {less}，全连接网络 {rest}。每个样本让卷积核看 {stops} 处。",
                )
                if lesson.enough is not None
                else Caption(
                    en="More: even from {need} it misreads {less}, the dense network {rest}.",
                    zh="更多：学 {need} 个也认错 {less}，全连接网络 {rest}。",
                ),
            ),
        ),
        mistakes=(
            Mistake.of(
                "The network with more parameters is the better one.",
                "参数越多，网络越好。",
                "With {w}% of the parameters the convnet makes {wrong} mistakes, not {more}: {e}%.",
                "卷积网络只有 {w}% 的参数，错误是 {wrong} 个而不是 {more} 个：{e}%。",
            ),
            Mistake.of(
                "The difference could be luck of the training.",
                "差别也许只是训练的运气。",
                "Trained {runs} times each: {best} against {other}. All convnets beat "
                "all dense networks.",
                "各训练 {runs} 次：卷积网络 {best}，全连接网络 {other}。"
                "最差的卷积网络也好于最好的全连接网络。",
            ),
            Mistake.of(
                "Convnets are better at everything.",
                "卷积网络什么都更强。",
                "Where neighbours belong together, with few digits, too ({few}: {cnn} "
                "against {dense}). With pixels shuffled it falls behind.",
                "相邻像素有关系时确实如此，样本少时也是（{few} 个时：卷积网络 {cnn}，"
                "全连接网络 {dense}）；"
                "像素一打乱，它就落后了。",
            ),
        ),
        chapter=Caption(
            en="Replacing nothing but the layers by a convnet gave 99.1% at once, which still "
            "surprises me.",
            zh="只将 layer 替换成 cnn 效果一次就到了 99.1%,还是让我有些惊讶.",
        ),
        tries="evaluate",
    ).filled(values)
