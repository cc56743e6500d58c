"""Pieces of HTML for notebooks: cards with colours of their own, readable on any theme.

Notebooks have light and dark themes and styles for tables, and may strip style sheets, so that a
card brings its own background and ink, and every style stands at its element. All text is escaped.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from convexplain.style import format as fmt
from convexplain.style.theme import Look

_FONT = "system-ui,-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',sans-serif"
TABLE = "border-collapse:collapse;margin:0;font-size:13px;width:auto"
_CELL = "padding:3px 8px;text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap"


def text(words: object) -> str:
    """Escape a text for an element or an attribute in double quotes."""
    return html.escape(str(words), quote=True)


def card(look: Look, *parts: str) -> str:
    """Lay parts below one another on the theme's background."""
    theme = look.tokens
    style = (
        f"display:inline-block;max-width:100%;box-sizing:border-box;overflow-x:auto;"
        f"padding:12px 16px;border:1px solid {theme.line};border-radius:6px;"
        f"background:{theme.background};color:{theme.ink};font:14px/1.5 {_FONT}"
    )
    return f'<div lang="{look.lang}" style="{style}">{"".join(parts)}</div>'


def heading(words: str) -> str:
    """Write the first line of a card."""
    return f'<div style="font-weight:600;font-size:15px">{text(words)}</div>'


def line(look: Look, words: str, *, weak: bool = False) -> str:
    """Write a line of text; `weak` for what is secondary."""
    colour = look.tokens.muted if weak else look.tokens.ink
    return f'<div style="color:{colour};margin-top:4px">{text(words)}</div>'


def beside(*parts: str) -> str:
    """Put parts side by side; they wrap where the notebook is narrow."""
    style = "display:flex;flex-wrap:wrap;align-items:center;gap:12px;margin-top:8px"
    return f'<div style="{style}">{"".join(parts)}</div>'


def sign(look: Look, words: str) -> str:
    """Write the sign between two grids."""
    return f'<span style="color:{look.tokens.ink};font-size:20px">{text(words)}</span>'


def numbers(
    look: Look,
    caption: str,
    values: npt.ArrayLike,
    *,
    limit: float | None = None,
    marked: tuple[int, int] | None = None,
    texts: Sequence[Sequence[str]] | None = None,
) -> str:
    """Write a grid of numbers (H, W) as a table, with their colours where there is a `limit`.

    `marked` is a cell with a frame; `texts` are written in place of the numbers with two decimals.
    """
    theme = look.tokens
    array = np.asarray(values, np.float64)
    colours = None if limit is None else theme.signed(array, limit)
    rows = []
    for i, row in enumerate(array):
        cells = []
        for j, value in enumerate(row):
            words = fmt.number(value) if texts is None else texts[i][j]
            ground, ink = theme.surface, theme.ink
            if colours is not None:
                ground, ink = _hex(colours[i, j]), theme.text_on(colours[i, j])
            frame = f"2px solid {theme.ink}" if (i, j) == marked else f"1px solid {theme.line}"
            style = f"{_CELL};background:{ground};color:{ink};border:{frame}"
            cells.append(f'<td style="{style}">{text(words)}</td>')
        rows.append(f'<tr style="background:none">{"".join(cells)}</tr>')
    return _table(caption, look, "".join(rows))


def listing(
    look: Look,
    caption: str,
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    left: int = 1,
) -> str:
    """Write a table of texts; `left` columns are aligned to the left, the others to the right."""
    theme = look.tokens

    def cells(row: Sequence[str], tag: str, more: str) -> str:
        written = []
        for n, words in enumerate(row):
            side = "left" if n < left else "right"
            space = "normal" if n < left else "nowrap"
            style = (
                f"padding:3px 10px 3px 0;text-align:{side};vertical-align:top;white-space:{space};"
                f"border:0;border-bottom:1px solid {theme.line};background:none;"
                f"font-variant-numeric:tabular-nums;{more}"
            )
            scope = ' scope="col"' if tag == "th" else ""
            written.append(f'<{tag}{scope} style="{style}">{text(words)}</{tag}>')
        return f'<tr style="background:none">{"".join(written)}</tr>'

    body = "".join(cells(row, "td", f"color:{theme.ink}") for row in rows)
    first = cells(head, "th", f"color:{theme.muted};font-weight:400") if any(head) else ""
    return _table(caption, look, first + body)


def picture(rgb: npt.NDArray[np.uint8], alternative: str, *, scale: int) -> str:
    """Show colours, uint8 (H, W, 3), as a picture of sharp cells, `scale` CSS pixels each."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(rgb)).save(buffer, "PNG")
    height, width, _ = rgb.shape
    return image(buffer.getvalue(), alternative, width * scale, height * scale, sharp=True)


def image(png: bytes, alternative: str, width: int, height: int, *, sharp: bool = False) -> str:
    """Embed a PNG."""
    style = f"width:{width}px;height:{height}px;max-width:none;margin:0"
    if sharp:
        style += ";image-rendering:pixelated"
    data = base64.b64encode(png).decode()
    return f'<img alt="{text(alternative)}" style="{style}" src="data:image/png;base64,{data}">'


def bar(look: Look, share: float, *, width: int = 180) -> str:
    """Draw a share of 0 to 1 as a bar; its number stands beside it, so it has no text."""
    theme = look.tokens
    outer = f"display:inline-block;width:{width}px;height:12px;background:{theme.surface}"
    inner = f"display:block;width:{100 * share:.2f}%;height:12px;background:{theme.positive}"
    return f'<span aria-hidden="true" style="{outer}"><span style="{inner}"></span></span>'


def colour_bar(look: Look, limit: float, *, signed: bool) -> str:
    """Return which colour stands for which number."""
    low = -limit if signed else 0.0
    colours = look.tokens.signed(np.linspace(low, limit, 64)[np.newaxis], limit)
    ends = fmt.number(low), fmt.number(limit)
    strip = picture(np.repeat(colours, 4, axis=0), f"{ends[0]} … {ends[1]}", scale=2)
    return beside(f"<span>{ends[0]}</span>", strip, f"<span>{ends[1]}</span>")


def _table(caption: str, look: Look, rows: str) -> str:
    style = (
        f"caption-side:top;text-align:left;white-space:nowrap;color:{look.tokens.muted};"
        "padding:0 0 4px"
    )
    named = f'<caption style="{style}">{text(caption)}</caption>' if caption else ""
    return f'<table style="{TABLE}">{named}<tbody>{rows}</tbody></table>'


def _hex(colour: npt.NDArray[np.uint8]) -> str:
    return "#{:02X}{:02X}{:02X}".format(*(int(part) for part in colour))
