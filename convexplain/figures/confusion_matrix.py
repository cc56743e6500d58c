"""Which digits a network takes for which: the mistakes of a test, counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from convexplain.data import facts
from convexplain.errors import UsageError
from convexplain.figures import _base, _cells
from convexplain.figures._base import AnyFigure, Sheet
from convexplain.lessons import option
from convexplain.style import format as fmt
from convexplain.style.captions import Caption
from convexplain.style.theme import Look

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ConfusionMatrix:
    """Whose mistakes are shown.

    Parameters
    ----------
    model : {"cnn", "dense"}
        A bundled network; what it takes for what was measured on MNIST's 10,000 test digits.
    measured : array of int, shape (classes, classes), optional
        What was measured otherwise. Row: what the digit is. Column: what the network reads.
    names : tuple of Caption, optional
        What the classes are called, if not by their numbers.

    Raises
    ------
    UsageError
        Nothing was measured of this network.
    """

    title: ClassVar[Caption] = Caption(en="What is taken for what", zh="哪个数字被认成了哪个")

    model: Literal["cnn", "dense"] = option(
        "cnn", en="whose mistakes: the convnet's or the dense network's", zh="哪个网络的错误"
    )
    measured: Counts | None = field(default=None, kw_only=True)
    names: tuple[Caption, ...] = field(default=(), kw_only=True)

    def __post_init__(self) -> None:
        if self.measured is None and not facts.rows("confusion", network=self.model):
            raise UsageError(
                f"the mistakes of {self.model!r} were not measured: convexplain evaluate "
                "MODEL --figure FILE counts and draws them; or give cnn or dense"
            )

    def name(self, index: int) -> Caption:
        """Return what a class is called, its number if it has no name."""
        return self.names[index] if self.names else Caption(str(index), str(index))

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


def draw(
    options: ConfusionMatrix,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw a confusion matrix.

    Mistakes have the colour of their count; what is right lies on the diagonal, in gray, since on
    one scale with it no mistake could be seen.
    """
    counts, mistakes = options.counts, options.mistakes
    classes = len(counts)
    left, right, top = 26.0, 34.0, 28.0
    cell = (width * _base.POINTS - left - right) / classes
    high = min(cell, 22.0)
    sheet = _base.sheet(look, width, top + high * classes + 16, figure)
    theme = look.tokens
    colours = theme.signed(mistakes, float(max(mistakes.max(), 1)))
    colours[np.eye(classes, dtype=bool)] = theme.rgb("surface")
    texts = [[fmt.count(int(n)) if n else "" for n in row] for row in counts]
    size = min(_base.LABEL, cell / 3)
    _cells.grid(
        sheet, left, top, colours, (cell, high), texts=texts, size=size,
        quiet=np.eye(classes, dtype=bool),
    )  # fmt: skip
    _margins(sheet, options, (left, top), (cell, high), size)
    return sheet.figure


def _margins(
    sheet: Sheet,
    options: ConfusionMatrix,
    corner: tuple[float, float],
    cell: tuple[float, float],
    size: float,
) -> None:
    """Write the classes, the shares read right, and what rows and columns mean."""
    counts, lang, muted = options.counts, sheet.look.lang, sheet.theme.muted
    (left, top), (wide, high), classes = corner, cell, len(counts)
    middle_x, middle_y = left + classes * wide / 2, top + classes * high / 2
    edge = left + classes * wide + 5
    totals = np.maximum(counts.sum(axis=1), 1)
    for n, share in enumerate(np.diag(counts) / totals):
        sheet.text(left - 7, top + (n + 0.5) * high, options.name(n).text(lang))
        sheet.text(left + (n + 0.5) * wide, top - 7, options.name(n).text(lang))
        sheet.text(edge, top + (n + 0.5) * high, fmt.percent(share), size, ha="left")
    sheet.text(middle_x, 8, _READ.text(lang), colour=muted)
    sheet.text(7, middle_y, _IS.text(lang), colour=muted, rotation=90)
    sheet.text(edge, top - 7, _RIGHT.text(lang), colour=muted, ha="left")
    words = _TOTAL.fill(
        wrong=fmt.count(int(options.mistakes.sum())),
        n=fmt.count(int(counts.sum())),
        p=fmt.percent(options.share, 2),
    )
    sheet.text(left, top + classes * high + 9, words.text(lang), colour=muted, ha="left")


def alternative(options: ConfusionMatrix, lang: str = "en") -> str:
    """Say what a person who cannot see the figure needs."""
    counts, mistakes = options.counts, options.mistakes
    known: dict[str, str | int | Caption] = {"k": len(counts), "n": fmt.count(int(counts.sum()))}
    if not mistakes.any():
        return _NO_MISTAKE.fill(**known).text(lang)
    row, column = np.unravel_index(int(mistakes.argmax()), mistakes.shape)
    return _ALT.fill(
        **known,
        p=fmt.percent(options.share, 2),
        a=options.name(int(row)),
        b=options.name(int(column)),
        m=int(mistakes.max()),
    ).text(lang)


def caption(options: ConfusionMatrix, lang: str = "en") -> str:
    """Say what the figure shows."""
    counts = options.counts
    words = _OWN_CAPTION if options.measured is not None else _CAPTIONS[options.model]
    return words.fill(n=fmt.count(int(counts.sum())), p=fmt.percent(options.share, 2)).text(lang)


_IS = Caption(en="what it is", zh="真实类别")
_READ = Caption(en="what is read", zh="预测类别")
_RIGHT = Caption(en="right", zh="准确率")
_TOTAL = Caption(
    en="{wrong} mistakes on {n} digits: {p} right", zh="{n} 个样本中有 {wrong} 个错误：准确率 {p}"
)
_ALT = Caption(
    en="A table of {k} classes: rows are what a digit is, columns what the network reads. {p} of "
    "{n} digits are read right. The most frequent mistake: {a} read as {b}, {m} times.",
    zh="{k} 个类别的表格：行是真实类别，列是网络的预测。{n} 个样本的准确率为 {p}。"
    "最常见的错误：把 {a} 判为 {b}，共 {m} 次。",
)
_NO_MISTAKE = Caption(
    en="A table of {k} classes: all of {n} digits are read right.",
    zh="{k} 个类别的表格：{n} 个样本全部判断正确。",
)
_CAPTIONS = {
    "cnn": Caption(
        en="What the convnet takes for what on {n} test digits: {p} are read right. Only mistakes "
        "are coloured, by their number.",
        zh="CNN 在 {n} 个测试样本上的混淆矩阵：准确率 {p}。只有错误着色，颜色表示次数。",
    ),
    "dense": Caption(
        en="What the dense network takes for what on {n} test digits: {p} are read right. Only "
        "mistakes are coloured, by their number.",
        zh="全连接网络在 {n} 个测试样本上的混淆矩阵：准确率 {p}。只有错误着色，颜色表示次数。",
    ),
}
_OWN_CAPTION = Caption(
    en="What the network takes for what on {n} digits: {p} are read right. Only mistakes are "
    "coloured, by their number.",
    zh="网络在 {n} 个样本上的混淆矩阵：准确率 {p}。只有错误着色，颜色表示次数。",
)
