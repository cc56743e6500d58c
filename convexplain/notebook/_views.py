"""Traces, networks, lessons and pictures as HTML and as plain text."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons import Lesson
from convexplain.network import Network, Trace
from convexplain.notebook import _html
from convexplain.notebook import _words as words
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.theme import Look

_SCALE = 6  # CSS pixels of one pixel of a digit
_MOST = 280  # and of a whole picture


def trace_text(trace: Trace, lang: str) -> str:
    """Return what the network answers, and each class's number."""
    head, rows = _answer(trace, lang)
    width = max(len(row[0]) for row in rows)
    lines = [f"{name:>{width}}  {shown:>8}" for name, shown, _ in rows]
    return "\n".join([head, *lines])


def trace(trace: Trace, look: Look) -> str:
    """Show the picture and, as bars, what the network makes of it."""
    head, rows = _answer(trace, look.lang)
    ink = look.tokens.ink
    style = f"padding:1px 10px 1px 0;border:0;background:none;color:{ink};text-align:right"
    cells = "".join(
        f'<tr style="background:none"><th scope="row" style="{style}">{_html.text(name)}</th>'
        f'<td style="{style};text-align:left">{_html.bar(look, share)}</td>'
        f'<td style="{style}">{_html.text(shown)}</td></tr>'
        for name, shown, share in rows
    )
    table = f'<table style="{_html.TABLE}"><tbody>{cells}</tbody></table>'
    first = trace.network.layers[0].name
    return _html.card(
        look,
        _html.heading(head),
        _html.beside(_drawn(_read(trace), look), table),
        _html.line(look, words.LAYERS_HOW.fill(layer=first).text(look.lang), weak=True),
    )


def _read(trace: Trace) -> NDArray[np.float32]:
    """The picture that was read, (height, width, channels), values from 0 to 1."""
    recipe = trace.network.recipe
    return trace.image if recipe is None else np.atleast_3d(recipe.drawn(trace.image))


def _answer(trace: Trace, lang: str) -> tuple[str, list[tuple[str, str, float]]]:
    """The answer, and of each class its name, its number and its share of the longest bar."""

    def name(index: int) -> str:
        return trace.network.class_name(index).text(lang)

    try:
        shares = trace.probabilities
    except UsageError:  # a network without softmax gives no probabilities
        outputs = trace.activations[trace.network.layers[-1].name].ravel()
        best = int(outputs.argmax())
        head = words.ANSWERS.fill(answer=name(best), v=fmt.number(outputs[best])).text(lang)
        largest = max(float(outputs.max()), 1e-30)
        return head, [
            (name(n), fmt.number(value), max(float(value), 0.0) / largest)
            for n, value in enumerate(outputs)
        ]
    best = trace.prediction
    shown = fmt.probability(shares[best])
    head = words.READS_PICTURE.fill(answer=name(best), p=shown).text(lang)
    return head, [(name(n), fmt.probability(p), float(p)) for n, p in enumerate(shares)]


def network_text(network: Network, lang: str) -> str:
    """Write the summary table."""
    return network.summary()


def network(network: Network, look: Look) -> str:
    """Show the layers: shapes, receptive fields, parameters, multiplications."""
    lang = look.lang
    rows = [(terms.INPUT.text(lang), "", fmt.shape(network.input_shape), "", "", "")]
    for row in network.rows:
        field = network.receptive_field(row.name).size
        rows.append(
            (
                row.name,
                row.kind,
                fmt.shape(row.output_shape),
                fmt.shape(field),
                fmt.count(row.parameters),
                fmt.count(row.multiplications),
            )
        )
    total = words.NETWORK.fill(
        parameters=fmt.count(network.parameters),
        multiplications=fmt.count(network.multiplications),
    )
    head = tuple(name.text(lang) for name in words.HEAD)
    table = _html.listing(look, "", head, rows, left=2)
    return _html.card(look, _html.heading(total.text(lang)), _html.beside(table))


def lesson_text(lesson: Lesson, lang: str) -> str:
    """Write title, question and what is said when."""
    head, rows = _told(lesson, lang)
    return "\n".join([head, lesson.question.text(lang), *("  ".join(row) for row in rows)])


def lesson(lesson: Lesson, look: Look) -> str:
    """Show title, question, what is said when, and how to see it."""
    lang = look.lang
    head, rows = _told(lesson, lang)
    return _html.card(
        look,
        _html.heading(head),
        _html.line(look, lesson.question.text(lang)),
        _html.beside(
            _html.listing(look, "", [name.text(lang) for name in words.BEATS], rows, left=3)
        ),
        _html.line(look, words.VIDEO_HOW.fill(name=lesson.name).text(lang), weak=True),
    )


def _told(lesson: Lesson, lang: str) -> tuple[str, list[tuple[str, str, str]]]:
    """Title and length; of each beat its start, its name, and what is said."""
    rows, start = [], 0.0
    for beat in lesson.beats():
        rows.append((f"{start:5.1f} s", beat.name, beat.caption.text(lang)))
        start += beat.seconds
    length = words.SECONDS.fill(n=fmt.number(start, 0)).text(lang)
    return f"{lesson.title.text(lang)} ({lesson.name}, {length})", rows


def picture_text(picture: Picture, lang: str) -> str:
    """Return where it came from and how large it is."""
    label = "" if picture.label is None else f", {picture.label}"
    steps = "".join(f"\n{step}" for step in picture.steps)
    return f"{picture.origin}{label}: {fmt.shape(picture.shape)}{steps}"


def picture(picture: Picture, look: Look) -> str:
    """Show it, gray as on the screen of the lessons, or in its own colours."""
    head, *steps = picture_text(picture, look.lang).splitlines()
    return _html.card(
        look,
        _html.heading(head),
        *(_html.line(look, step, weak=True) for step in steps),
        _html.beside(_drawn(picture.pixels, look)),
    )


def _drawn(pixels: np.ndarray[tuple[int, ...], np.dtype[np.float32]], look: Look) -> str:
    height, width, channels = pixels.shape
    if channels not in (1, 3):  # neither gray nor colours: maps show it, not a picture
        return ""
    if channels == 3:
        rgb = np.rint(pixels * 255).astype(np.uint8)
    else:
        rgb = look.tokens.picture(pixels.squeeze(axis=2))
    inked = int((pixels > 0).any(axis=2).sum())
    alternative = words.INPUT_ALT.fill(
        shape=fmt.shape(pixels.shape), ink=fmt.count(inked), all=fmt.count(height * width)
    )
    scale = max(min(_SCALE, _MOST // max(height, width)), 1)
    return _html.picture(rgb, alternative.text(look.lang), scale=scale)
