"""One step of a convolution or a pooling as HTML: its grids, its sums, its number."""

from __future__ import annotations

import numpy as np

from convexplain.notebook import _html
from convexplain.notebook import _words as words
from convexplain.ops import Breakdown, ConvStep, PoolStep, Steps
from convexplain.ops.breakdown import NOTHING, grid_texts
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.theme import Look


def convolution(step: ConvStep, look: Look) -> str:
    """Show how a convolution makes one number; of many channels those with the largest sums."""
    title = words.CONVOLUTION.fill(
        filter=step.filter, row=step.row, col=step.col, v=fmt.number(step.activated)
    )
    return _account(step.breakdown(), look, _html.heading(title.text(look.lang)))


def breakdown(account: Breakdown, look: Look) -> str:
    """Show what a number is made of."""
    return _account(account, look)


def _account(account: Breakdown, look: Look, *above: str) -> str:
    lang = look.lang
    grids = [(part.name, part.cells) for part in account.in_order if part.cells is not None]
    weights = [cells.kernel for _, cells in grids if cells.kernel is not None]
    kernel_limit = max((float(np.abs(kernel).max()) for kernel in weights), default=0.0)
    product_limit = max((float(np.abs(cells.products).max()) for _, cells in grids), default=0.0)
    parts = [*above, *_reads(account, look)]
    for name, cells in grids:
        texts = grid_texts(cells.patch, cells.padding)
        shown = [
            _html.numbers(look, words.PATCH_OF.fill(name=name).text(lang), cells.patch, texts=texts)
        ]
        if cells.kernel is not None:
            kernel, products = terms.KERNEL.text(lang), terms.PRODUCTS.text(lang)
            shown += [
                _html.sign(look, "⊙"),
                _html.numbers(look, kernel, cells.kernel, limit=kernel_limit),
                _html.sign(look, "="),
                _html.numbers(look, products, cells.products, limit=product_limit),
            ]
        parts.append(_html.beside(*shown))
    rows = [(name.text(lang), number) for name, number in account.rows()]
    parts.append(_html.beside(_html.listing(look, "", ("", ""), rows)))
    rounded = terms.rounded().text(lang)
    return _html.card(look, *parts, *_padding(account, look), _html.line(look, rounded, weak=True))


def pooling(step: PoolStep, look: Look) -> str:
    """Show how a pooling makes one number; the winner of a maximum has a frame."""
    lang, account = look.lang, step.breakdown()
    (part,) = account.parts
    title = words.POOLING.fill(
        filter=step.channel, row=step.row, col=step.col, v=fmt.number(step.value)
    )
    marked, result = None, words.MEAN_OF.fill(n=step.count)
    if step.argmax is not None:
        row, col = step.argmax
        marked = step.input_rows.index(row), step.input_cols.index(col)
        result = words.LARGEST_OF.fill(n=step.count, place=part.name)
    limit = float(np.abs(step.patch).max())
    texts = grid_texts(step.patch, step.padding)
    grids = _html.beside(
        _html.numbers(
            look, terms.WINDOW.text(lang), step.patch, limit=limit, marked=marked, texts=texts
        ),
        _html.sign(look, "→"),
        _html.numbers(look, result.text(lang), [[step.value]], limit=max(limit, abs(step.value))),
    )
    head = _html.heading(title.text(lang)), *_reads(account, look)
    return _html.card(look, *head, grids, *_padding(account, look))


def _reads(account: Breakdown, look: Look) -> list[str]:
    """Name the number and what is read for it."""
    if account.title is None:
        return []
    return [_html.line(look, account.title.text(look.lang), weak=True)]


def _padding(account: Breakdown, look: Look) -> list[str]:
    """Return what a cell of padding counts as, if there is one."""
    if account.padding is None:
        return []
    return [_html.line(look, f"{NOTHING} {account.padding.text(look.lang)}", weak=True)]


def steps_text(steps: Steps[ConvStep] | Steps[PoolStep], lang: str) -> str:
    """Return how many steps there are and how to see one."""
    counted = words.STEPS.fill(n=fmt.count(len(steps)), shape=fmt.shape(steps.size))
    return f"{counted.text(lang)}\n{words.STEPS_HOW.text(lang)}"


def steps(steps: Steps[ConvStep] | Steps[PoolStep], look: Look) -> str:
    """Return the same on a card."""
    first, second = steps_text(steps, look.lang).splitlines()
    return _html.card(look, _html.heading(first), _html.line(look, second, weak=True))
