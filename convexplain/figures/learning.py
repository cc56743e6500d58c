"""Kernels from random numbers to edges, at several steps of training; loss and accuracy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from convexplain.figures import _base, _cells, _charts, _shapes, _words
from convexplain.figures._base import HEADING, LABEL, NOTE, POINTS, AnyFigure, Sheet
from convexplain.lessons.dense_vs_conv import CNN
from convexplain.lessons.learning import Learning
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption
from convexplain.style.theme import Look

Options = Learning

_KERNELS = Caption(en="the {n} kernels of {layer}", zh="{layer} 的 {n} 个卷积核")
_FRAMED = Caption(en="framed: {e} that became oriented edges", zh="加框：{e} 个成为有方向的边缘")
_ALT = Caption(
    en="The {n} kernels of {layer} at training steps {steps}: random at first, at the end {e} are "
    "oriented edges, {l} lines or spots, {m} mixed. Below, two curves over the steps (in "
    "parentheses): loss on the test set {loss}; accuracy on the test set {accuracy}.",
    zh="{layer} 的 {n} 个卷积核在训练 {steps} 步时的样子：起初是随机数，最后 {e} 个是有方向的边缘，"
    "{l} 个是线条或斑点，{m} 个是混合模式。下方两条曲线（括号内为步数）：测试集损失 {loss}；"
    "测试集准确率 {accuracy}。",
)
_CAPTION = Caption(
    en="In {n} steps the loss on the test set falls from {a} to {b}, and the accuracy rises from "
    "{c} to {d}. {e} of the {f} kernels became oriented edges; nobody designed them.",
    zh="经过 {n} 步训练，测试集损失从 {a} 降到 {b}，准确率从 {c} 升到 {d}。"
    "{f} 个卷积核中有 {e} 个成为有方向的边缘，它们不是人设计的。",
)
#: About which steps the kernels are shown; the nearest snapshots are taken.
SHOWN = (0, 16, 64, 256, 1100, 10**9)
# Kernels side by side in one block, and gaps between kernels as a share of their side.
_ACROSS, _GAP = 8, 0.3


def shown(options: Learning) -> tuple[int, ...]:
    """Return which snapshots are shown: the first, the last, and some between."""
    steps = options.history.steps
    return tuple(dict.fromkeys(int(np.abs(steps - step).argmin()) for step in SHOWN))


def draw(
    options: Learning,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw the kernels block by block, and the curves of loss and accuracy.

    Parameters
    ----------
    options : Learning
    look : Look
        Language and theme.
    width : float
        In inches; 6.3 fills a page of A4, 3.1 a column.
    figure : Figure or SubFigure, optional
        What is drawn into.

    Returns
    -------
    matplotlib.figure.Figure or SubFigure
    """
    page, snapshots = width >= _shapes.BROAD, shown(options)
    count = options.history.filters.shape[-1]
    blocks = 3 if page else 2
    lines = -(-len(snapshots) // blocks)
    gap = 14.0
    block = (width * POINTS - 9 - (blocks - 1) * gap) / blocks
    pitch = block / (_ACROSS - _GAP / (1 + _GAP))
    high = pitch * -(-count // _ACROSS)
    top, chart, row = 20.0, 92.0, high + 20
    bar = top + lines * row
    below = bar + 44
    height = below + (1 if page else 2) * (chart + 20) + (14 if page else 30)
    sheet = _base.sheet(look, width, height, figure)
    sheet.text(
        4,
        9,
        _KERNELS.fill(n=count, layer=options.layer).text(look.lang),
        HEADING,
        ha="left",
        weight="bold",
    )
    for n, snapshot in enumerate(snapshots):
        x, y = 4 + n % blocks * (block + gap), top + n // blocks * row
        _block(sheet, options, snapshot, x, y, pitch)
    limit = float(np.abs(options.history.filters).max())
    _cells.colour_bar(sheet, 4, bar, 88, limit, label=terms.WEIGHT.text(look.lang))
    edges = _FRAMED.fill(e=len(options.filters_of("edge"))).text(look.lang)
    sheet.text(sheet.width - 4, bar + 3.5, edges, NOTE, ha="right", colour=sheet.theme.muted)
    _curves(sheet, options, below + 8, chart, page)
    return sheet.figure


def _block(
    sheet: Sheet, options: Learning, snapshot: int, x: float, y: float, pitch: float
) -> None:
    """Draw all kernels at one step, and which step it is."""
    history = options.history
    limit = float(np.abs(history.filters).max())
    cell = pitch / (1 + _GAP) / 3
    edges = options.filters_of("edge") if snapshot == len(history.steps) - 1 else ()
    for n in range(history.filters.shape[-1]):
        left, top = x + n % _ACROSS * pitch, y + 12 + n // _ACROSS * pitch
        placed = _cells.signed(sheet, left, top, options.kernels_at(snapshot)[:, :, n], limit, cell)
        if n in edges:
            box = placed.box
            _shapes.box(
                sheet, box.x0 - 0.5, box.y0 - 0.5, 3 * cell + 1, 3 * cell + 1, "ink", 1.0,
                zorder=4, gid=f"edge-{n}",
            )  # fmt: skip
    step = terms.TRAINING_STEP.fill(n=fmt.count(int(history.steps[snapshot]))).text(sheet.look.lang)
    sheet.text(x, y + 4, step, LABEL, ha="left", colour=sheet.theme.muted)


def _curves(sheet: Sheet, options: Learning, y: float, high: float, page: bool) -> None:
    """Draw loss and accuracy over the same steps, with dots where kernels are shown."""
    history, lang = options.history, sheet.look.lang
    top = int(np.ceil(history.test_loss.max()))
    charts: Sequence[
        tuple[str, Caption, Sequence[float], Sequence[float], Callable[[float], str]]
    ] = (
        ("loss", terms.LOSS, history.test_loss.tolist(), range(top + 1), lambda v: str(int(v))),
        (
            "accuracy", terms.ACCURACY, history.test_accuracy.tolist(), (0, 0.25, 0.5, 0.75, 1),
            lambda v: fmt.percent(v, 0),
        ),
    )  # fmt: skip
    steps = history.steps[1:].tolist()
    ticks = [steps[0], *(10**k for k in range(1, 9) if steps[0] < 10**k < steps[-1]), steps[-1]]
    for n, (gid, head, values, marks, said) in enumerate(charts):
        half = sheet.width / 2
        x, at = (n * half, y) if page else (0.0, y + n * (high + 34))
        place = (x + 30, at + 13, (half if page else sheet.width) - 30 - 14, high - 13)
        sheet.text(x + 4, at, head.text(lang), HEADING, ha="left", weight="bold")
        chart = _charts.axes(
            sheet, place, ticks, list(marks), x_text=lambda v: fmt.count(int(v)), y_text=said,
            log_x=True,
        )  # fmt: skip
        chart.set_gid(f"chart-{gid}")
        _charts.curve(sheet, chart, steps, values[1:], CNN, gid=f"curve-{gid}", markers=False)
        dotted = [k for k in shown(options) if k > 0]
        chart.plot(
            [steps[k - 1] for k in dotted], [values[k] for k in dotted], "o",
            ms=3.4 * sheet.scale, color=sheet.theme.ink, zorder=4, clip_on=False,
        )  # fmt: skip
    sheet.text(
        30,
        sheet.height - 8,
        terms.TRAINING_STEPS.text(lang),
        NOTE,
        ha="left",
        colour=sheet.theme.muted,
    )


def alternative(options: Learning, lang: str = "en") -> str:
    """Say what became of the kernels, and points of both curves.

    Parameters
    ----------
    options : Learning
    lang : {"en", "zh"}
    """
    history, snapshots = options.history, shown(options)
    steps = [fmt.count(int(history.steps[k])) for k in snapshots]
    losses = [fmt.number(history.test_loss[k], 3) for k in snapshots]
    shares = [fmt.percent(history.test_accuracy[k], 2) for k in snapshots]
    return _ALT.fill(
        layer=options.layer,
        n=history.filters.shape[-1],
        steps=_words.listed(steps),
        e=len(options.filters_of("edge")),
        l=len(options.filters_of("line", "spot")),
        m=len(options.filters_of("mixed")),
        loss=_words.paired(losses, steps),
        accuracy=_words.paired(shares, steps),
    ).text(lang)


def caption(options: Learning, lang: str = "en") -> str:
    """Say what the figure shows.

    Parameters
    ----------
    options : Learning
    lang : {"en", "zh"}
    """
    history = options.history
    return _CAPTION.fill(
        n=fmt.count(int(history.steps[-1])),
        a=fmt.number(history.test_loss[0]),
        b=fmt.number(history.test_loss[-1]),
        c=fmt.percent(history.test_accuracy[0], 2),
        d=fmt.percent(history.test_accuracy[-1], 2),
        e=len(options.filters_of("edge")),
        f=history.filters.shape[-1],
    ).text(lang)
