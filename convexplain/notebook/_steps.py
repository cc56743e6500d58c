"""One step of a convolution or a pooling as HTML: its grids, its sums, its number."""

from __future__ import annotations

import numpy as np

from convexplain.notebook import _html
from convexplain.notebook import _words as words
from convexplain.ops import ConvStep, PoolStep, Steps
from convexplain.ops.step_text import (
    NOTHING,
    SHOWN_CHANNELS,
    WORDS,
    convolution_text,
    pooling_text,
)
from convexplain.style import format as fmt
from convexplain.style.theme import Look


def convolution(step: ConvStep, look: Look) -> str:
    """Show how a convolution makes one number; of many channels those with the largest sums."""
    lang, said = look.lang, WORDS[look.lang]
    title = words.CONVOLUTION.fill(
        filter=step.filter, row=step.row, col=step.col, v=fmt.number(step.activated)
    )
    order = np.argsort(-np.abs(step.channel_sums), kind="stable")
    shown = sorted(int(channel) for channel in order[:SHOWN_CHANNELS])
    kernel_limit = float(np.abs(step.kernel[..., shown]).max())
    product_limit = float(np.abs(step.products[..., shown]).max())
    where = convolution_text(step, lang=lang).splitlines()[0]
    parts = [_html.heading(title.text(lang)), _html.line(look, where, weak=True)]
    for channel in shown:
        name = words.PATCH_OF.fill(n=step.first_channel + channel).text(lang)
        patch = step.patch[..., channel]
        texts = [
            [NOTHING if nothing else fmt.number(value) for value, nothing in zip(*row, strict=True)]
            for row in zip(patch, step.padding, strict=True)
        ]
        parts.append(
            _html.beside(
                _html.numbers(look, name, patch, texts=texts),
                _html.sign(look, "⊙"),
                _html.numbers(
                    look, words.KERNEL.text(lang), step.kernel[..., channel], limit=kernel_limit
                ),
                _html.sign(look, "="),
                _html.numbers(
                    look,
                    words.PRODUCTS.text(lang),
                    step.products[..., channel],
                    limit=product_limit,
                ),
            )
        )
    parts.append(_html.beside(_html.listing(look, "", ("", ""), _sums(step, shown, look))))
    if step.padding.any():
        parts.append(_html.line(look, f"{NOTHING} {said.nothing}", weak=True))
    parts.append(_html.line(look, said.rounded.format(n=2), weak=True))
    return _html.card(look, *parts)


def _sums(step: ConvStep, shown: list[int], look: Look) -> list[tuple[str, str]]:
    """Name all that is added, and what it comes to."""
    said = WORDS[look.lang]
    rows: list[tuple[str, float]] = []
    if len(step.channel_sums) > 1:
        rows = [
            (said.channel.format(n=step.first_channel + c), float(step.channel_sums[c]))
            for c in shown
        ]
    rest = np.delete(step.channel_sums, shown)
    if rest.size:
        rows.append((said.others.format(n=rest.size), float(rest.sum())))
    rows += [
        (said.products.format(n=step.products.size), step.total),
        (said.bias, step.bias),
        (said.value, step.value),
    ]
    if step.activation != "linear":
        rows.append((step.activation, step.activated))
    return [(name, fmt.number(value)) for name, value in rows]


def pooling(step: PoolStep, look: Look) -> str:
    """Show how a pooling makes one number; the winner of a maximum has a frame."""
    lang, said = look.lang, WORDS[look.lang]
    title = words.POOLING.fill(
        filter=step.channel, row=step.row, col=step.col, v=fmt.number(step.value)
    )
    marked = None
    if step.argmax is not None:
        row, col = step.argmax
        marked = step.input_rows.index(row), step.input_cols.index(col)
        result = f"{said.largest.format(n=step.count)}, {said.place.format(row=row, col=col)}"
    else:
        result = said.average.format(n=step.count).lstrip("/ ")
    texts = [
        [NOTHING if nothing else fmt.number(value) for value, nothing in zip(*row, strict=True)]
        for row in zip(step.patch, step.padding, strict=True)
    ]
    limit = float(np.abs(step.patch).max())
    parts = [
        _html.heading(title.text(lang)),
        _html.line(look, pooling_text(step, lang=lang).splitlines()[0], weak=True),
        _html.beside(
            _html.numbers(
                look, words.WINDOW.text(lang), step.patch, limit=limit, marked=marked, texts=texts
            ),
            _html.sign(look, "→"),
            _html.numbers(look, result, [[step.value]], limit=max(limit, abs(step.value))),
        ),
    ]
    if step.padding.any():
        note = said.padding[step.count == step.padding.size]
        parts.append(_html.line(look, f"{NOTHING} {note}", weak=True))
    return _html.card(look, *parts)


def steps_text(steps: Steps[ConvStep] | Steps[PoolStep], lang: str) -> str:
    """Say how many steps there are and how to see one."""
    counted = words.STEPS.fill(n=fmt.count(len(steps)), shape=fmt.shape(steps.size))
    return f"{counted.text(lang)}\n{words.STEPS_HOW.text(lang)}"


def steps(steps: Steps[ConvStep] | Steps[PoolStep], look: Look) -> str:
    """Say the same on a card."""
    first, second = steps_text(steps, look.lang).splitlines()
    return _html.card(look, _html.heading(first), _html.line(look, second, weak=True))
