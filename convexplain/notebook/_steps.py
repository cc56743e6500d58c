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
    lang, account = look.lang, step.breakdown()
    title = words.CONVOLUTION.fill(
        filter=step.filter, row=step.row, col=step.col, v=fmt.number(step.activated)
    )
    shown = [part.place - step.first_channel for part in account.parts]
    kernel_limit = float(np.abs(step.kernel[..., shown]).max())
    product_limit = float(np.abs(step.products[..., shown]).max())
    parts = _head(title.text(lang), account, look)
    for part in account.in_order:
        channel = part.place - step.first_channel
        patch, texts = step.patch[..., channel], grid_texts(step.patch[..., channel], step.padding)
        kernel, products = step.kernel[..., channel], step.products[..., channel]
        name = words.PATCH_OF.fill(n=part.place).text(lang)
        parts.append(
            _html.beside(
                _html.numbers(look, name, patch, texts=texts),
                _html.sign(look, "⊙"),
                _html.numbers(look, terms.KERNEL.text(lang), kernel, limit=kernel_limit),
                _html.sign(look, "="),
                _html.numbers(look, terms.PRODUCTS.text(lang), products, limit=product_limit),
            )
        )
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
    return _html.card(
        look, *_head(title.text(lang), account, look), grids, *_padding(account, look)
    )


def _head(title: str, account: Breakdown, look: Look) -> list[str]:
    """Write the number's name, and what is read for it."""
    reads = [] if account.title is None else [account.title.text(look.lang)]
    return [_html.heading(title), *(_html.line(look, words, weak=True) for words in reads)]


def _padding(account: Breakdown, look: Look) -> list[str]:
    """Say what a cell of padding counts as, if there is one."""
    if account.padding is None:
        return []
    return [_html.line(look, f"{NOTHING} {account.padding.text(look.lang)}", weak=True)]


def steps_text(steps: Steps[ConvStep] | Steps[PoolStep], lang: str) -> str:
    """Say how many steps there are and how to see one."""
    counted = words.STEPS.fill(n=fmt.count(len(steps)), shape=fmt.shape(steps.size))
    return f"{counted.text(lang)}\n{words.STEPS_HOW.text(lang)}"


def steps(steps: Steps[ConvStep] | Steps[PoolStep], look: Look) -> str:
    """Say the same on a card."""
    first, second = steps_text(steps, look.lang).splitlines()
    return _html.card(look, _html.heading(first), _html.line(look, second, weak=True))
