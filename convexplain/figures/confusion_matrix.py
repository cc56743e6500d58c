"""Which digits a network takes for which: the mistakes of a test, counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from convexplain.data import facts
from convexplain.errors import UsageError
from convexplain.lessons import option
from convexplain.panels import Column, Diagram, Matrix, Scale, Text
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

#: Cells of more classes would be too small for their numbers.
MOST = 32
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ConfusionMatrix:
    """Whose mistakes are shown.

    Raises UsageError: nothing was measured of this network.
    """

    title: ClassVar[Caption] = Caption(en="What is taken for what", zh="哪一类被判为了哪一类")
    alone: ClassVar[Caption] = Caption(
        en="convexplain evaluate MODEL FOLDER --figure FILE counts the mistakes of yours",
        zh="convexplain evaluate mine.onnx photos --figure m.svg 会统计你的网络的错误",
    )

    #: A bundled network; what it takes for what was measured on MNIST's 10,000 test digits, "cnn"
    #: or "dense".
    model: Literal["cnn", "dense"] = option(
        "cnn", en="whose mistakes: the convnet's or the dense network's", zh="哪个网络的错误"
    )
    #: (classes, classes): what was measured otherwise. Row: what the digit is. Column: what the
    #: network reads.
    measured: Counts | None = field(default=None, kw_only=True)
    #: What the classes are called, if not by their numbers.
    names: tuple[Caption, ...] = field(default=(), kw_only=True)

    def __post_init__(self) -> None:
        if self.measured is None and not facts.rows("confusion", network=self.model):
            raise UsageError(
                "the mistakes of {model!r} were not measured: convexplain evaluate MODEL --figure "
                "FILE counts and draws them; or give cnn or dense",
                model=self.model,
            )
        if len(self.counts) > MOST:
            raise UsageError(
                "a table of {count} classes cannot be read: at most {most} are drawn; leave "
                "--figure out, or take --json",
                count=len(self.counts),
                most=MOST,
            )

    def name(self, index: int) -> Caption:
        """Return what a class is called, its number if it has no name."""
        return self.names[index] if self.names else Caption(str(index), str(index))

    @property
    def what(self) -> Caption:
        """What the pictures are called."""
        return _PICTURES if any(not name.en.isdecimal() for name in self.names) else _DIGITS

    @property
    def counts(self) -> Counts:
        """How often each class was taken for each, (what it is, what is read)."""
        if self.measured is not None:
            return self.measured
        rows = facts.rows("confusion", network=self.model)
        return np.array([row["read_as"] for row in rows], dtype=np.int64)

    @property
    def mistakes(self) -> Counts:
        """The counts off the diagonal, 0 on it."""
        return np.where(np.eye(len(self.counts), dtype=bool), 0, self.counts)

    @property
    def share(self) -> float:
        """Share of the digits that are read right."""
        return float(np.trace(self.counts) / self.counts.sum())


Options = ConfusionMatrix


def diagram(options: ConfusionMatrix) -> Diagram:
    """Describe the counts; what is right has no colour, since on one scale with it no mistake had.

    Where classes have names, each stands before its row with the number that its column bears.
    """
    counts, mistakes = options.counts, options.mistakes
    shares = np.diag(counts) / np.maximum(counts.sum(axis=1), 1)
    numbers = [str(n) for n in range(len(counts))]
    names = [options.name(n) for n in range(len(counts))]
    rows = [
        name if name.en == number else _NUMBERED.fill(n=number, name=name)
        for number, name in zip(numbers, names, strict=True)
    ]
    words = _TOTAL.fill(
        wrong=fmt.count(int(mistakes.sum())),
        what=options.what,
        n=fmt.count(int(counts.sum())),
        p=fmt.percent(options.share, 2),
    )
    scale = Scale(float(max(mistakes.max(), 1)), signed=False, counts=True)
    ends = [fmt.percent(share) for share in shares]
    table = Matrix("counts", counts, scale, rows=rows, columns=numbers, ends=ends, end_title=_RIGHT)
    return Diagram(
        Column(
            Text("axes", _AXES, role="note", tone="muted"), table,
            Text("total", words, role="note", tone="muted"), align="middle", gap=0.6,
        )
    )  # fmt: skip


def alternative(options: ConfusionMatrix) -> Caption:
    """Say what a person who cannot see the figure needs."""
    counts, mistakes = options.counts, options.mistakes
    known: dict[str, str | int | Caption] = {
        "k": len(counts), "n": fmt.count(int(counts.sum())), "what": options.what,
    }  # fmt: skip
    if not mistakes.any():
        return _NO_MISTAKE.fill(**known)
    row, column = np.unravel_index(int(mistakes.argmax()), mistakes.shape)
    return _ALT.fill(
        **known,
        p=fmt.percent(options.share, 2),
        a=options.name(int(row)),
        b=options.name(int(column)),
        m=int(mistakes.max()),
    )


def caption(options: ConfusionMatrix) -> Caption:
    """Say what the figure shows."""
    counts = options.counts
    words = _OWN_CAPTION if options.measured is not None else _CAPTIONS[options.model]
    known: dict[str, str | Caption] = {
        "n": fmt.count(int(counts.sum())), "p": fmt.percent(options.share, 2),
    }  # fmt: skip
    if options.measured is not None:
        known["what"] = options.what
    return words.fill(**known)


_DIGITS = Caption(en="digits", zh="样本")
_PICTURES = Caption(en="pictures", zh="样本")
_AXES = Caption(en="rows: what it is; columns: what is read", zh="行：真实类别；列：预测类别")
_NUMBERED = Caption(en="{name}  {n}", zh="{name}  {n}")
_RIGHT = Caption(en="right", zh="准确率")
_TOTAL = Caption(
    en="{wrong} mistakes on {n} {what}: {p} right", zh="{n} 个{what}中有 {wrong} 个错误：准确率 {p}"
)
_ALT = Caption(
    en="A table of {k} classes: rows are what a picture shows, columns what is read in it. {p} of "
    "{n} {what} are read right. The most frequent mistake: {a} read as {b}, {m} times.",
    zh="{k} 个类别的表格：行是真实类别，列是网络的预测。{n} 个{what}的准确率为 {p}。"
    "最常见的错误：把 {a} 判为 {b}，共 {m} 次。",
)
_NO_MISTAKE = Caption(
    en="A table of {k} classes: all of {n} {what} are read right.",
    zh="{k} 个类别的表格：{n} 个{what}全部判断正确。",
)
_CAPTIONS = {
    "cnn": Caption(
        en="What the convnet takes for what on {n} test digits: {p} are read right. Only mistakes "
        "are coloured, by their number.",
        zh="卷积网络在 {n} 个测试样本上的混淆矩阵：准确率 {p}。只有错误着色，颜色表示次数。",
    ),
    "dense": Caption(
        en="What the dense network takes for what on {n} test digits: {p} are read right. Only "
        "mistakes are coloured, by their number.",
        zh="全连接网络在 {n} 个测试样本上的混淆矩阵：准确率 {p}。只有错误着色，颜色表示次数。",
    ),
}
_OWN_CAPTION = Caption(
    en="What the network takes for what on {n} {what}: {p} are read right. Only mistakes are "
    "coloured, by their number.",
    zh="网络在 {n} 个{what}上的混淆矩阵：准确率 {p}。只有错误着色，颜色表示次数。",
)
