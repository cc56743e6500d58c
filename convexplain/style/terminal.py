"""Text laid out in the character cells of a terminal: widths, columns, tables, bars.

A Chinese character takes two cells where a Latin letter takes one, so that `len` and `str.ljust`
do not align what is printed; these functions do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence

from convexplain.style.lines import NOT_FIRST, NOT_LAST

GAP = "  "
# A column of sentences narrower than this cannot be read.
_LEAST = 16
# An eighth of a cell more each time; the full block is the last.
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def cells(text: str) -> int:
    """Count the cells that a line of text without tabs or colour codes takes.

    >>> cells("kernel"), cells("卷积核")
    (6, 6)
    """
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def ljust(text: str, width: int) -> str:
    """Fill a text with blanks on its right, to `width` cells."""
    return text + " " * (width - cells(text))


def rjust(text: str, width: int) -> str:
    """Fill a text with blanks on its left, to `width` cells."""
    return " " * (width - cells(text)) + text


_OPENING, _CLOSING = map(re.escape, (NOT_LAST, NOT_FIRST))
_MARKS = re.sub(r"[\x00-\x7f]", "", NOT_LAST + NOT_FIRST)
_CHINESE = rf"\u2e80-\u9fff\uff00-\uffef{_MARKS}"
# A colour code; a word or a Chinese character with the marks that no line may part from it; blanks.
_PIECES = re.compile(
    r"(?:\x1b\[[0-9;]*m)+|"
    rf"[{_OPENING}]*(?:[^\s\x1b{_CHINESE}]+|[{_CHINESE}])[{_CLOSING}]* *| +"
)
_CODE = re.compile("\x1b\\[[0-9;]*m")


def fold(line: str, width: int) -> list[str]:
    """Break a line of prose between words, or Chinese characters, so that it fits a width in cells.

    It may hold colour codes. What has two blanks side by side is laid out already, such as the row
    of a table, and is left as it is.

    >>> fold("a share, not a certainty", 12)
    ['a share, not', 'a certainty']
    >>> fold("这是该层的最大值。", 12)
    ['这是该层的最', '大值。']
    """
    if cells(_CODE.sub("", line)) <= width or "  " in line:
        return [line]
    lines = [""]
    for piece in _PIECES.findall(line):
        together = _CODE.sub("", lines[-1] + piece).rstrip()
        if cells(together) > width and _CODE.sub("", lines[-1]).strip():
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += piece
    return lines


def _unpainted(row: int, column: int, text: str) -> str:
    return text


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Collection[int] = (),
    paint: Callable[[int, int, str], str] = _unpainted,
    width: int | None = None,
) -> list[str]:
    r"""Lay out a table: the head, a rule, and the rows in columns two blanks apart.

    Columns named by `right` are aligned at their right end, as numbers are. `paint` is given row
    and column, counted from 0 below the head, and a text filled to its column's width, and returns
    it in colour. Sentences of the last column fold where the table would be wider than `width`
    cells.

    >>> print("\n".join(table(["layer", "weights"], [["conv1", "320"]], right={1})))
    layer  weights
    --------------
    conv1      320
    """
    columns = list(zip(head, *rows, strict=True))
    widths = [max(map(cells, column)) for column in columns]
    if width is not None:
        before = sum(widths[:-1]) + len(GAP) * (len(widths) - 1)
        widths[-1] = min(widths[-1], max(width - before, _LEAST))

    def filled(texts: Sequence[str]) -> list[str]:
        return [
            (rjust if column in right else ljust)(text, size)
            for column, (text, size) in enumerate(zip(texts, widths, strict=True))
        ]

    rule = "-" * (sum(widths) + len(GAP) * (len(widths) - 1))
    lines = [GAP.join(filled(head)).rstrip(), rule]
    for number, row in enumerate(rows):
        for part, last in enumerate(fold(row[-1], widths[-1])):
            texts = [*(row[:-1] if part == 0 else [""] * (len(row) - 1)), last]
            painted = (paint(number, column, text) for column, text in enumerate(filled(texts)))
            lines.append(GAP.join(painted).rstrip())
    return lines


def bar(share: float, width: int) -> str:
    """Draw a share of 1 as a bar, to the nearest eighth of a cell; 1 takes `width` cells.

    >>> bar(0.5, 4), bar(0.28125, 4)
    ('██', '█▏')
    """
    if not 0 <= share <= 1:
        raise ValueError(f"{share} cannot be drawn as a bar: give a share from 0 to 1")
    full, eighths = divmod(round(share * width * 8), 8)
    return _EIGHTHS[8] * full + _EIGHTHS[eighths].strip()
