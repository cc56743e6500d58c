"""Draws any placed picture as SVG inside of HTML: one function for each kind of piece."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from functools import singledispatch

import numpy as np
import numpy.typing as npt

from convexplain import panels
from convexplain.errors import UsageError
from convexplain.notebook import _html
from convexplain.panels import Box, Diagram, Fill, Frame, Grid, Path, Piece, Placed, Words
from convexplain.panels.pieces import PALE
from convexplain.panels.scale import Colours
from convexplain.panels.text import text_width
from convexplain.style import fonts
from convexplain.style.theme import Look, Theme

#: CSS pixels of a point: labels are as large as the text of a notebook.
_ZOOM = 1.8
#: In a notebook of fewer CSS pixels a picture for a page would shrink until its text is too small.
_NARROW = 620
#: Up to so many cells are drawn one by one, more as a picture whose cells stay sharp.
_FEW = 100
_SHARE = {"left": 0.0, "middle": 0.5, "right": 1.0}
_STYLE = "max-width:100%;height:auto;display:block"
# Widths of lines in points, as on paper.
_HAIR, _LINE, _STRONG = 0.3, 0.7, 1.4


def diagram_text(diagram: Diagram, lang: str) -> str:
    """Return a picture in words, as plain text."""
    return diagram.alternative_text(lang)


def diagram(picture: Diagram, look: Look) -> str:
    """Show a picture on a card: as it is laid out for a page, or a column in a narrow notebook.

    Style sheets may be stripped, so that each of both has a width that is 0 where the other one is
    seen, by the width of the element around, whose hundredth part is ``cqi``.
    """
    page = panels.place(picture, panels.PAGE, look.lang)
    try:
        column = panels.place(picture, panels.COLUMN, look.lang)
    except UsageError:  # nothing of it can be left out, and it is too broad for one
        return _html.card(look, svg(page, look))
    told = _html.text(picture.alternative_text(look.lang))
    # What does not know ``cqi`` shows the first.
    drawn = (
        _drawn(page, look, f"(100cqi - {_NARROW}px)*9999"),
        _drawn(column, look, f"({_NARROW}px - 100cqi)*9999", shown=False),
    )
    return (
        f'<div role="img" aria-label="{told}" style="container-type:inline-size">'
        f"{_html.card(look, *drawn)}</div>"
    )


def _drawn(placed: Placed, look: Look, much: str, *, shown: bool = True) -> str:
    """Draw one of both sheets, so broad if its condition holds, which is a length beyond all."""
    wide, high = _size(placed) if shown else (0.0, 0.0)
    style = f"width:clamp(0px,{much},{_size(placed)[0]:.0f}px);{_STYLE}"
    return _svg(placed, look, 'aria-hidden="true"', (wide, high), style)


def svg(placed: Placed, look: Look) -> str:
    """Draw a placed picture as an ``svg`` element whose texts have the measured widths in any font.

    The look's language is that in which the picture was placed.
    """
    told = _html.text(placed.diagram.alternative_text(look.lang))
    return _svg(placed, look, f'role="img" aria-label="{told}"', _size(placed), _STYLE)


def _size(placed: Placed) -> tuple[float, float]:
    """Return width and height in CSS pixels."""
    zoom = _ZOOM if placed.sheet.unit == "pt" else 1.0
    return zoom * placed.width, zoom * placed.height


def _svg(placed: Placed, look: Look, attributes: str, size: tuple[float, float], style: str) -> str:
    drawn = "".join(line for piece in placed.pieces for line in paint(piece, look.tokens))
    return (
        f'<svg {attributes} viewBox="0 0 {placed.width:.2f} {placed.height:.2f}" '
        f'width="{size[0]:.0f}" height="{size[1]:.0f}" style="{style}">{drawn}</svg>'
    )


@singledispatch
def paint(piece: Piece, theme: Theme) -> Iterator[str]:
    """Yield the elements of one piece."""
    raise TypeError(f"{type(piece).__name__} is no kind of piece")


@paint.register
def _words(piece: Words, theme: Theme) -> Iterator[str]:
    wide = min(text_width(piece.text, piece.size, piece.weight), piece.box.width)
    left = piece.box.x + _SHARE[piece.align] * (piece.box.width - wide)
    colour = getattr(theme, piece.tone)
    yield _text(piece.text, left, piece.box.middle[1], piece.size, colour, piece.weight)


def _text(
    words: str, left: float, middle: float, size: float, colour: str, weight: str = "regular"
) -> str:
    base = middle + fonts.metrics(weight).cap_height * size / 2
    bold = ' font-weight="700"' if weight == "bold" else ""
    wide = text_width(words, size, weight)
    return (
        f'<text x="{left:.2f}" y="{base:.2f}" font-size="{size:g}" fill="{colour}"{bold} '
        f'textLength="{wide:.2f}" lengthAdjust="spacingAndGlyphs">{_html.text(words)}</text>'
    )


@paint.register
def _grid(piece: Grid, theme: Theme) -> Iterator[str]:
    rows, cols = piece.shape
    if piece.glass:
        yield _picture(piece.painted(theme), piece.box)
        return
    colours = piece.colours(theme)
    if rows * cols <= _FEW:
        line = f'stroke="{theme.line}" stroke-width="{_HAIR}"' if piece.lines else ""
        for row, col in np.ndindex(rows, cols):
            yield _rectangle(piece.cell(row, col), f'fill="{_hex(colours[row, col])}" {line}')
    else:
        yield _picture(colours, piece.box)
    yield _rectangle(piece.box, f'fill="none" stroke="{theme.line}" stroke-width="{_LINE}"')
    if piece.computed is not None:
        yield from _dots(piece, theme)
    if piece.decimals is not None:
        inks = piece.inks(theme)
        for row, texts in enumerate(piece.texts()):
            for col, words in enumerate(texts):
                if words:
                    x, y = piece.cell(row, col).middle
                    left = x - text_width(words, piece.size) / 2
                    yield _text(words, left, y, piece.size, inks[row][col])


def _picture(colours: Colours, box: Box) -> str:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(colours)).save(buffer, "PNG")
    data = base64.b64encode(buffer.getvalue()).decode()
    return (
        f'<image {_place(box)} preserveAspectRatio="none" style="image-rendering:pixelated" '
        f'href="data:image/png;base64,{data}"></image>'
    )


def _dots(piece: Grid, theme: Theme) -> Iterator[str]:
    """Clear the cells that are not computed yet, a run at a time: a dot on the background."""
    there = ~np.asarray(piece.computed)
    for row, cells in enumerate(there):
        edges = np.flatnonzero(np.diff(cells, prepend=False, append=False))
        for start, end in edges.reshape(-1, 2).tolist():
            run = piece.cell(row, start, 1, end - start)
            yield _rectangle(run, f'fill="{theme.background}"')
    dots = "".join(
        "M{:.2f} {:.2f}h0".format(*piece.cell(int(row), int(col)).middle)
        for row, col in np.argwhere(there)
    )
    if dots:
        yield (
            f'<path d="{dots}" stroke="{theme.muted}" stroke-width="{0.16 * piece.side:.2f}" '
            'stroke-linecap="round"></path>'
        )


@paint.register
def _fill(piece: Fill, theme: Theme) -> Iterator[str]:
    yield _rectangle(piece.box, f'fill="{piece.colour(theme)}"')


@paint.register
def _path(piece: Path, theme: Theme) -> Iterator[str]:
    colour, width = getattr(theme, piece.tone), 1.1 if piece.strong else _LINE
    points = np.array(piece.line, dtype=np.float64)
    if piece.filled:
        yield f'<path d="{_through(points)}z" fill="{colour}" fill-opacity="{PALE}"></path>'
        return
    if piece.head:
        tip, along = points[-1], points[-1] - points[-2]
        along /= np.hypot(*along)
        across, back = np.array([-along[1], along[0]]), tip - (3.2 + width) * along
        corners = (tip, back + (1.5 + width / 2) * across, back - (1.5 + width / 2) * across)
        yield f'<path d="{_through(np.array(corners))}z" fill="{colour}"></path>'
        points[-1] = tip - 2.2 * along
    dashes = ' stroke-dasharray="2.5 2"' if piece.dashed else ""
    yield (
        f'<path d="{_through(points)}" fill="none" stroke="{colour}" '
        f'stroke-width="{width}"{dashes}></path>'
    )


@paint.register
def _frame(piece: Frame, theme: Theme) -> Iterator[str]:
    colour = getattr(theme, piece.tone)
    if piece.dashed:
        yield _rectangle(
            piece.box,
            f'fill="none" stroke="{colour}" stroke-width="0.9" stroke-dasharray="0.9 1.4"',
        )
        return
    width = _STRONG if piece.strong else 1.1
    around = piece.box.grown(width / 2)
    for line, edge in ((2.4 * width, theme.background), (width, colour)):
        yield _rectangle(around, f'fill="none" stroke="{edge}" stroke-width="{line:.2f}"')


def _rectangle(box: Box, style: str) -> str:
    return f"<rect {_place(box)} {style}></rect>"


def _place(box: Box) -> str:
    return f'x="{box.x:.2f}" y="{box.y:.2f}" width="{box.width:.2f}" height="{box.height:.2f}"'


def _through(points: npt.NDArray[np.float64]) -> str:
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points)


def _hex(colour: Colours) -> str:
    return "#{:02X}{:02X}{:02X}".format(*(int(part) for part in colour))
