"""Which digits a network takes for which: the mistakes of a test, counted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from convexplain import format as fmt
from convexplain.captions import Caption
from convexplain.figures import _base
from convexplain.theme import Look

_IS = Caption(en="what it is", zh="真实类别")
_READ = Caption(en="what is read", zh="预测类别")
_RIGHT = Caption(en="right", zh="准确率")
_TITLE = Caption(
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


def draw(
    confusion: npt.NDArray[np.int64], look: Look = _base.DEFAULT, *, width: float = 6.3
) -> Figure:
    """Draw a confusion matrix.

    Mistakes have the colour of their count; what is right lies on the diagonal, in gray, since on
    one scale with it no mistake could be seen.

    Parameters
    ----------
    confusion : numpy.ndarray of int, shape (classes, classes)
        Row: what the digit is. Column: what the network reads.
    look : Look
        Language and theme.
    width : float
        In inches; 6.3 fills a page of A4, 3.1 a column.

    Returns
    -------
    matplotlib.figure.Figure
        Its label is the alternative text.
    """
    theme, count = look.tokens, len(confusion)
    scale = width / 6.3
    figure = _base.new(width, width * (count + 2.1) / (count + 2.6), look)
    figure.set_label(alternative(confusion, look.lang))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    axes.set_xlim(-1.3, count + 1.3)
    axes.set_ylim(count + 0.2, -1.9)
    mistakes = np.where(np.eye(count, dtype=bool), 0, confusion)
    colours = theme.signed(mistakes, float(max(mistakes.max(), 1)))
    for row, column in np.ndindex(count, count):
        right = row == column
        face = theme.surface if right else _hex(colours[row, column])
        axes.add_patch(
            Rectangle((column, row), 1, 1, facecolor=face, edgecolor=theme.line, linewidth=0.5)
        )
        number = int(confusion[row, column])
        if number:
            ink = theme.muted if right else theme.text_on(colours[row, column])
            _base.text(
                axes, column + 0.5, row + 0.5, fmt.count(number), 8.5 * scale,
                color=ink, ha="center", va="center_baseline",
            )  # fmt: skip
    totals = np.maximum(confusion.sum(axis=1), 1)
    for n, share in enumerate(np.diag(confusion) / totals):
        middle = {"va": "center_baseline", "color": theme.ink}
        _base.text(axes, -0.35, n + 0.5, str(n), 10 * scale, ha="center", **middle)
        _base.text(axes, n + 0.5, -0.35, str(n), 10 * scale, ha="center", **middle)
        _base.text(
            axes, count + 0.15, n + 0.5, fmt.percent(share), 8.5 * scale, ha="left", **middle
        )
    quiet = {"color": theme.muted, "va": "center_baseline"}
    _base.text(axes, count / 2, -0.9, _READ.text(look.lang), 9 * scale, ha="center", **quiet)
    _base.text(axes, count + 0.15, -0.35, _RIGHT.text(look.lang), 8.5 * scale, ha="left", **quiet)
    _base.text(
        axes, -0.95, count / 2, _IS.text(look.lang), 9 * scale, ha="center", rotation=90, **quiet
    )
    title = _TITLE.fill(
        wrong=fmt.count(int(mistakes.sum())), n=fmt.count(int(confusion.sum())), p=_share(confusion)
    )
    _base.text(
        axes, 0, -1.5, title.text(look.lang), 11 * scale,
        weight="bold", color=theme.ink, ha="left", va="center_baseline",
    )  # fmt: skip
    return figure


def alternative(confusion: npt.NDArray[np.int64], lang: str = "en") -> str:
    """Say what a person who cannot see the figure needs.

    Parameters
    ----------
    confusion : numpy.ndarray of int, shape (classes, classes)
    lang : {"en", "zh"}
    """
    count, total = len(confusion), fmt.count(int(confusion.sum()))
    mistakes = np.where(np.eye(count, dtype=bool), 0, confusion)
    if not mistakes.any():
        return _NO_MISTAKE.fill(k=count, n=total).text(lang)
    row, column = np.unravel_index(int(mistakes.argmax()), mistakes.shape)
    return _ALT.fill(
        k=count, n=total, p=_share(confusion), a=row, b=column, m=int(mistakes.max())
    ).text(lang)


def _share(confusion: npt.NDArray[np.int64]) -> str:
    return fmt.percent(np.trace(confusion) / confusion.sum(), 2)


def _hex(colour: npt.NDArray[np.uint8]) -> str:
    return "#" + "".join(f"{channel:02X}" for channel in colour.tolist())
