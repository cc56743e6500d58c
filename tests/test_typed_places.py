"""No scene and no figure types a coordinate: panels lay out what is seen, and scenes move it.

A place or a size is typed where a number stands for a length of the stage or of paper: in a call
that makes or moves something by coordinates, under a keyword that is a place or a size, or added
to a side of a box. A number's name at the top of a module is that number. Nought is no length, nor
is one (the last row is ``height - 1``); a share of a box (``box.x + 0.5 * box.width``) and seconds
are none either, nor are a panel's own words for its layout (``gap``, ``weight``). Where a line
still types one it is listed here, by file; the list may only shrink.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.typed import ROOT, Search

#: How many such places a file has; one that is mended leaves the list.
ALLOWED: dict[str, int] = {}

#: What makes, or moves, something by coordinates.
MAKES = re.compile(
    r"Box|Circle|Dot|Label|Line|PixelGrid|Polygon|Rect|Rectangle|Square|Thumbnail|WindowFrame|"
    r"add_axes|align_to|arrange|ax[hv]line|grown|inset_axes|move_to|moved|next_to|outline|scale|"
    r"set_[xy]|set_[xy]lim|sheet|shift|stretch|text|to_corner|to_edge"
)
#: What a keyword or a side of a box is called that is a place or a size.
LENGTHS = re.compile(
    r"bottom|buff|cell|corner|d[xy]|fontsize|height|left|line|linewidth|margin|middle|out_of|pad|"
    r"right|side|size|text_size|top|width|[xy][01]?"
)


def typed(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of each place or size that is typed in."""
    tree = ast.parse(source)
    nodes = [*ast.walk(tree)]
    names = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and _is_length(node.value, frozenset())
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    panels = {
        alias.asname or alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("convexplain.panels")
        for alias in node.names
    } - {"Box"}
    for node in nodes:
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else _name(node.func)
            if called in panels:
                continue
            given = [*node.args] if MAKES.fullmatch(called) else []
            given += [
                k.value
                for k in node.keywords
                if MAKES.fullmatch(called) or LENGTHS.fullmatch(k.arg or "")
            ]
            if any(_is_length(value, names) for value in given):
                yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            for one, other in ((node.left, node.right), (node.right, node.left)):
                if LENGTHS.fullmatch(_name(one)) and _is_length(other, names):
                    yield node.lineno, ast.unparse(node)


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _is_length(node: ast.AST, names: frozenset[str] | set[str]) -> bool:
    """Tell whether a value is, or holds, a number other than 0 and 1 that is no share."""
    if isinstance(node, ast.Constant):
        return type(node.value) in (int, float) and node.value not in (0, 1)
    if isinstance(node, ast.Name):
        return node.id in names
    if isinstance(node, ast.UnaryOp):
        return _is_length(node.operand, names)
    if isinstance(node, ast.Tuple | ast.List):
        return any(_is_length(part, names) for part in node.elts)
    if isinstance(node, ast.BinOp):
        parts = _is_length(node.left, names), _is_length(node.right, names)
        return all(parts) if isinstance(node.op, ast.Mult | ast.Div) else any(parts)
    return False


def test_no_scene_and_no_figure_types_a_place_or_a_size():
    paths = [
        path
        for folder in ("convexplain/figures", "scenes")
        for path in sorted((ROOT / folder).glob("*.py"))
        # How a piece is drawn on paper is what these three are about.
        if path.name not in ("_base.py", "_draw.py", "_writing.py")
    ]
    assert len(paths) > 40
    Search(typed, paths, ALLOWED).check("describe it by a panel, or take it from a box")


@pytest.mark.parametrize(
    "line",
    [
        "part.shift((40, 0))",
        "part.move_to((960, 540))",
        "label = Label('sum', 96, top, 30)",
        "line = Line([(left, top), (left + 8, top)])",
        "board.grow('map', out_of=(left, top, 4, height))",
        "board.write('sum', size=27)",
        "x = box.right + 12",
        "y = 2 - box.y",
        "_GAP = 40\ny = box.bottom + _GAP",
        "_GAP = 40\nframe = Rectangle(left, top, _GAP, high)",
        "sheet.text(x, y - 7, words)",
        "from convexplain.panels import Box\nplace = Box(0, 0, 120, 40)",
    ],
)
def test_a_place_is_found(line):
    assert list(typed(line))


@pytest.mark.parametrize(
    "line",
    [
        "self.during(1.5, self.board.pulse('map', times=2))",
        "part.shift((0, 0))",
        "middle = box.x + 0.5 * box.width",
        "x = left + (right - left) / 2",
        "share = (alpha - 0.6) / 0.4",
        "n = row + 1",
        "from convexplain.panels import Chart\nx = Chart('c', gap=2, size=(14, 28))",
        "grid = values[:, :, 0]",
    ],
)
def test_other_lines_are_not(line):
    assert list(typed(line)) == []
