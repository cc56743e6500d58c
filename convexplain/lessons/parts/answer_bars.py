"""The answer of a classifier as bars: all classes, or the most probable and the others together."""

from __future__ import annotations

import numpy as np

from convexplain.errors import ConvexplainError
from convexplain.network import Network, Trace
from convexplain.panels import Bar, Bars, Scale
from convexplain.style import fonts
from convexplain.style import format as fmt
from convexplain.style.captions import LANGUAGES, Caption

#: So many classes have bars of their own.
MOST = 10
OTHERS = Caption(en="{n} others", zh="其余 {n} 个")


def many(classes: int) -> bool:
    """Tell whether there are so many classes that several have no bar of their own."""
    return classes > MOST + 1


def class_label(network: Network, index: int) -> Caption:
    """Return what a class is called, or its number where the font lacks its characters."""
    name, number = network.class_name(index), str(index)
    said = {lang: name.text(lang) if _written(name.text(lang)) else number for lang in LANGUAGES}
    return Caption(en=said["en"], zh=said["zh"])


def unwritten(network: Network) -> tuple[str, ...]:
    """Return the names of classes that pictures cannot write: the font lacks characters."""
    names = () if network.recipe is None else network.recipe.classes
    said = dict.fromkeys(name.text(lang) for name in names for lang in LANGUAGES)
    return tuple(name for name in said if not _written(name))


def _written(words: str) -> bool:
    try:
        fonts.require(words)
    except ConvexplainError:
        return False
    return True


def shown_classes(trace: Trace) -> tuple[int, ...]:
    """Return the classes that have bars: all in their order, or the most probable if many."""
    shares = trace.shares
    if not many(len(shares)):
        return tuple(range(len(shares)))
    return tuple(int(n) for n in np.argsort(-shares, kind="stable")[:MOST])


def answer_bars(
    trace: Trace,
    name: str = "answer",
    *,
    title: Caption | None = None,
    length: float = 10.0,
    share: str = "",
) -> Bars:
    """Describe the probabilities of a picture's classes.

    `name`: of the panel; a class's bar is called by its number, that of the rest ``"others"``.
    `length`: of the whole, in cells. `share`: of whose cells.
    """
    shares, network, shown = trace.shares, trace.network, shown_classes(trace)
    bars = [
        Bar(
            str(k), class_label(network, k), float(shares[k]), fmt.probability(shares[k]),
            "accent" if k == trace.prediction else "ink",
        )
        for k in shown
    ]  # fmt: skip
    left = len(shares) - len(shown)
    if left:
        rest = float(1 - sum(shares[k] for k in shown))
        label = OTHERS.fill(n=fmt.count(left))
        bars.append(Bar("others", label, max(0.0, rest), fmt.probability(rest), "muted"))
    return Bars(name, bars, Scale(1.0), length=length, title=title, share=share)
