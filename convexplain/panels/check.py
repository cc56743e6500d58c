"""What a reader would stumble over in a placed picture; a layout has none of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

from convexplain.panels.box import Box
from convexplain.panels.pieces import Fill, Grid, Path, Words
from convexplain.panels.place import Placed
from convexplain.panels.text import text_width


def problems(placed: Placed) -> list[str]:
    """Return what is wrong with a picture: a line for each; empty if all is well.

    Nothing leaves the sheet; words lie neither on words nor on grids nor under lines; no grid
    lies on another panel's, unless their layers were laid on one another; text is large enough.
    """
    words = [piece for piece in placed.pieces if isinstance(piece, Words)]
    grids = [piece for piece in placed.pieces if isinstance(piece, Grid | Fill)]
    lines = [piece for piece in placed.pieces if isinstance(piece, Path)]
    return [
        *_outside(placed),
        *_small(placed, words),
        *(f"{a.text!r} and {b.text!r} overlap" for a, b in combinations(words, 2)
          if ink(a).meets(ink(b))),
        *(f"{word.text!r} lies on {grid.name!r}" for word in words for grid in grids
          if isinstance(grid, Grid) and ink(word).meets(grid.box)),
        *(f"a line of {line.name!r} runs through {word.text!r}" for line in lines for word in words
          if any(ink(word).crossed_by(*ends) for ends in pairwise(line.line))),
        *_on_each_other(placed, grids),
    ]  # fmt: skip


def ink(word: Words) -> Box:
    """Return where a line's glyphs are, capitals in the middle."""
    wide = min(text_width(word.text, word.size, word.weight), word.box.width)
    spare = word.box.width - wide
    left = word.box.x + {"left": 0.0, "middle": 0.5, "right": 1.0}[word.align] * spare
    return Box(left, word.box.middle[1] - 0.5 * word.size, wide, word.size)


def _outside(placed: Placed) -> Iterator[str]:
    room = Box(0, 0, placed.width, placed.height)
    body = placed.sheet.body_box if placed.sheet.fixed else room
    for piece in placed.pieces:
        if not (body if isinstance(piece, Words | Grid) else room).holds(piece.box, 0.01):
            yield f"{piece.name!r} leaves the sheet"


def _small(placed: Placed, words: list[Words]) -> Iterator[str]:
    least = placed.sheet.least - 1e-6
    for word in words:
        if word.size < least:
            yield f"{word.text!r} is smaller than {placed.sheet.missing(least)}"
    for piece in placed.pieces:
        if isinstance(piece, Grid) and piece.decimals is not None:
            if piece.size < least:
                yield f"the numbers of {piece.name!r} are too small"
            widest = max(text_width(text, piece.size) for row in piece.texts() for text in row)
            if widest > piece.side:
                yield f"a number of {piece.name!r} is wider than its cell"


def _on_each_other(placed: Placed, grids: list[Grid | Fill]) -> Iterator[str]:
    laid = set(_overlaid(placed))
    for a, b in combinations(grids, 2):
        pair = frozenset((a.panel, b.panel))
        if a.panel != b.panel and pair not in laid and a.box.meets(b.box):
            yield f"{a.name!r} and {b.name!r} overlap"


def _overlaid(placed: Placed) -> Iterator[frozenset[str]]:
    """Yield the pairs of panels that are meant to lie on one another."""
    from convexplain.panels.arrange import Overlay

    waiting = [placed.diagram.root]
    while waiting:
        part = waiting.pop()
        waiting += part.parts()
        if isinstance(part, Overlay):
            for a, b in combinations(part.layers, 2):
                for one in a.panels():
                    for other in b.panels():
                        yield frozenset((one.name, other.name))
