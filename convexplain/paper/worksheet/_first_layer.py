"""Exercises about one window of the first layer."""

from __future__ import annotations

import numpy as np

from convexplain.lessons.parts import mistakes
from convexplain.paper.worksheet import _byhand
from convexplain.paper.worksheet import _words as words
from convexplain.paper.worksheet._blocks import Cell, Choices, Exercise, Grid, Line, Row, Text
from convexplain.paper.worksheet._material import Mask, Material
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

# A result nearer to zero is dull, and its sign hangs on rounding.
_CLEAR = 0.15
_FEWEST_INKED = 3
# Of the pixels that print as neither 0.0 nor 1.0: with more of them the sums get tedious.
_MOST_GRAY = 0.5


def multiply(material: Material) -> Exercise | None:
    """A window to be multiplied, added up and put through ReLU."""
    mask = _telling(material) & (material.by_hand >= _CLEAR)
    found = material.window(mask, lambda window: True)
    if found is None:
        return None
    return Exercise(
        "multiply",
        words.MULTIPLY.fill(n=found.patch.size),
        (_to_fill(found), _sum_line(found)),
        _about(material, found),
        _cell(material, found),
        found.step,
    )


def negative(material: Material) -> Exercise | None:
    """A window whose result ReLU cuts to zero, with a guess first."""
    mask = _telling(material) & (material.by_hand <= -_CLEAR)
    found = material.window(mask, lambda window: True)
    if found is None:
        return None
    guess = Line(words.GUESS, {"guess": words.NEGATIVE_ANSWER}, wide=True)
    return Exercise(
        "negative",
        words.NEGATIVE,
        (guess, _to_fill(found), _sum_line(found)),
        _about(material, found),
        _cell(material, found),
        found.step,
    )


def choose(material: Material) -> Exercise | None:
    """A window's number among those that mistakes give."""
    mask = _telling(material) & np.greater_equal(np.abs(material.by_hand), _CLEAR)
    found = material.window(
        mask, lambda window: len(mistakes.distinct(window.ways, text)) >= mistakes.FEWEST_CHOICES
    )
    if found is None:
        return None
    return Exercise(
        "choose",
        words.CHOOSE,
        (_given(found), choices(found.ways)),
        _about(material, found),
        _cell(material, found),
        found.step,
    )


def mistake(material: Material) -> Exercise | None:
    """A wrong number, whose mistake is to be found."""
    mask = _telling(material) & np.greater_equal(np.abs(material.by_hand), _CLEAR)
    found = material.window(
        mask, lambda window: len(mistakes.distinct(window.ways, text)) > mistakes.FEWEST_CHOICES
    )
    if found is None:
        return None
    shown = mistakes.distinct(found.ways, text)
    names = [name for name in shown if name != mistakes.RIGHT]
    made = names[material.below(len(names))]
    note = words.MISTAKE_NOTE.fill(right=shown[mistakes.RIGHT], reply=mistakes.MISTAKES[made].reply)
    options = Choices(
        tuple(mistakes.MISTAKES[name].did for name in names),
        names.index(made),
        tuple(note if name == made else None for name in names),
        columns=1,
    )
    return Exercise(
        "slip",
        words.MISTAKE.fill(wrong=shown[made]),
        (_given(found), options),
        _about(material, found),
        _cell(material, found),
        found.step,
    )


def blank(material: Material) -> Exercise | None:
    """A window on blank paper, where the bias alone is left."""
    paper = np.asarray(material.pixels.max(axis=(2, 3)) == 0)
    found = material.window(paper[..., np.newaxis] & _has_bias(material), lambda window: True)
    if found is None:
        return None
    answers = {"z": text(found.value), "out": text(found.output)}
    bias = fmt.number(found.bias)
    line = Line(words.BLANK_LINE.fill(bias=bias), answers, _network(found.step.activated))
    return Exercise(
        "blank",
        words.BLANK,
        (_given(found, bias=False), line),
        _about(material, found),
        _cell(material, found),
        found.step,
    )


def text(value: object) -> str:
    """Print a number that a person computes."""
    return fmt.number(value, _byhand.PRODUCT)  # type: ignore[arg-type]  # Fraction has __float__


def choices(ways: dict[str, object]) -> Choices:
    """Letter the right number and those of mistakes, the smallest first."""
    shown = mistakes.distinct(ways, text)
    order = sorted(shown, key=lambda name: ways[name])  # type: ignore[arg-type,return-value]
    notes = tuple(None if name == mistakes.RIGHT else mistakes.MISTAKES[name].did for name in order)
    options: tuple[Text, ...] = tuple(shown[name] for name in order)
    return Choices(options, order.index(mistakes.RIGHT), notes, columns=len(options))


def _telling(material: Material) -> Mask:
    """Where a person finds something to multiply and to add, and not too much of it."""
    patch = material.pixels[0, 0].size
    inked = (material.pixels > 0).sum(axis=(2, 3))
    gray = inked - (material.pixels == 1).sum(axis=(2, 3))
    telling = np.logical_and(inked >= _FEWEST_INKED, gray < _MOST_GRAY * patch)
    return np.asarray(telling)[..., np.newaxis] & _has_bias(material)


def _has_bias(material: Material) -> Mask:
    """Which filters have a bias that does not print as zero; all, if none has."""
    biases = material.network.biases(material.first.name)
    found = np.array([bool(_byhand.printed(bias, _byhand.WEIGHT)) for bias in biases])
    return found if found.any() else ~found


def _to_fill(found: _byhand.Window) -> Row:
    products = Grid(
        _byhand.rows(found.products.squeeze(axis=2), _byhand.PRODUCT), terms.PRODUCTS, answer=True
    )
    return Row((_patch(found), "⊙", _kernel(found), "=", products))


def _given(found: _byhand.Window, *, bias: bool = True) -> Row:
    if not bias:
        return Row((_patch(found), "⊙", _kernel(found)))
    said = words.WITH_BIAS.fill(bias=fmt.number(found.bias))
    return Row((_patch(found), "⊙", _kernel(found), said))


def _patch(found: _byhand.Window) -> Grid:
    return Grid(_byhand.rows(found.patch.squeeze(axis=2), _byhand.PIXEL), terms.PATCH)


def _kernel(found: _byhand.Window) -> Grid:
    return Grid(_byhand.rows(found.kernel.squeeze(axis=2), _byhand.WEIGHT), terms.KERNEL)


def _sum_line(found: _byhand.Window) -> Line:
    filled = words.SUM_LINE.fill(n=found.patch.size, bias=fmt.number(found.bias))
    answers = {"sum": text(found.total), "z": text(found.value), "out": text(found.output)}
    return Line(filled, answers, _network(found.step.activated))


def _network(value: float) -> Caption:
    return words.NETWORK.fill(v=fmt.number(value))


def _about(material: Material, found: _byhand.Window) -> Caption:
    step = found.step
    return words.ABOUT.fill(
        layer=material.first.name, filter=step.filter, row=step.row, col=step.col
    )


def _cell(material: Material, found: _byhand.Window) -> Cell:
    step = found.step
    return Cell(material.first.name, step.filter, step.row, step.col, step.box)
