"""Kernels from random numbers to edges, at several steps of training; loss and accuracy."""

from __future__ import annotations

import numpy as np

from convexplain.figures import _words
from convexplain.lessons.learning import Learning
from convexplain.panels import Diagram
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, listed

Options = Learning

_ALT = Caption(
    en="The {n} kernels of {layer} at training steps {steps}: random at first, at the end {e} are "
    "oriented edges, {l} lines or spots, {m} mixed. Below, two curves over the steps (in "
    "parentheses): the training loss; accuracy on the test set {accuracy}.",
    zh="{layer} 的 {n} 个卷积核在训练 {steps} 步时的样子：起初是随机数，最后 {e} 个是有方向的边缘，"
    "{l} 个是线条或斑点，{m} 个是混合模式。下方两条曲线（括号内为步数）：训练损失；"
    "测试集准确率 {accuracy}。",
)
_CAPTION = Caption(
    en="In {n} steps the training loss falls from {a} to {b}; the accuracy on the test set, of "
    "which nothing is learned, rises from {c} to {d}. {e} of the {f} kernels became oriented "
    "edges, {l} lines (framed); nobody designed them.",
    zh="经过 {n} 步训练，训练损失从 {a} 降到 {b}；不参与训练的测试集上，准确率从 {c} 升到 {d}。"
    "{f} 个卷积核中有 {e} 个成为有方向的边缘，{l} 个成为线条（加框），它们不是人设计的。",
)
#: About which steps the kernels are shown; the nearest snapshots are taken.
SHOWN = (0, 64, 860, 10**9)


def shown(options: Learning) -> tuple[int, ...]:
    """Return which snapshots are shown: the first, the last, and some between."""
    steps = options.history.steps
    return tuple(dict.fromkeys(int(np.abs(steps - step).argmin()) for step in SHOWN))


def diagram(options: Learning) -> Diagram:
    """Describe the kernels step by step, and the curves of loss and accuracy."""
    snapshots = shown(options)
    about = _ALT.fill(
        layer=options.layer,
        n=options.history.filters.shape[-1],
        steps=listed([fmt.count(int(options.history.steps[k])) for k in snapshots]),
        e=len(options.filters_of("edge")),
        l=len(options.filters_of("line", "spot")),
        m=len(options.filters_of("mixed")),
        accuracy=_words.paired(
            [fmt.percent(options.history.test_accuracy[k], 2) for k in snapshots],
            [fmt.count(int(options.history.steps[k])) for k in snapshots],
        ),
    )
    return options.whole(snapshots, about)


def caption(options: Learning) -> Caption:
    """Say what the figure shows."""
    history, (_, losses) = options.history, options.way
    return _CAPTION.fill(
        n=fmt.count(int(history.steps[-1])),
        a=fmt.number(losses[0]),
        b=fmt.number(losses[-1]),
        c=fmt.percent(history.test_accuracy[0], 2),
        d=fmt.percent(history.test_accuracy[-1], 2),
        e=len(options.filters_of("edge")),
        l=len(options.filters_of("line", "spot")),
        f=history.filters.shape[-1],
    )
