"""No lesson, view or command is written for the chapter's network alone.

Names of its layers, the size and number of its classes, and "the first channel" belong to what is
given: data, the stored experiments, the tests. Where a line still has one of them it is listed
here, by file; the list may only shrink.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.typed import ROOT, Search

#: What is given, and what was measured of it.
GIVEN = ("convexplain/data/", "convexplain/training/experiments/", "convexplain/network/bundled.py")
LAYER = re.compile(r"\b(conv|pool)[1-9]\b|^(dense|hidden|flatten)/|\b28 × 28\b")
#: How many such places a file has; one that is mended leaves the list.
ALLOWED: dict[str, int] = {
    # Cards of the chapter, told of its network.
    "convexplain/lessons/cards/architecture.py": 16,
    "convexplain/lessons/cards/channels.py": 3,
    "convexplain/lessons/cards/hierarchy.py": 4,
    "convexplain/lessons/cards/response_map.py": 3,
    # How a digit is prepared, on the page.
    "convexplain/page/words.py": 2,
    # No channels of pictures: the only output, bytes of a word, the last of several axes.
    "convexplain/network/network.py": 1,
    "convexplain/network/layers/pooling.py": 1,
    "convexplain/ops/pooling_steps.py": 1,
    "convexplain/stage/encoder.py": 1,
}


def typed(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of each place where the chapter's network is typed in."""
    nodes = [*ast.walk(ast.parse(source))]
    documents = {
        id(node.body[0].value)
        for node in nodes
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in nodes:
        if id(node) in documents or not _is_typed(node):
            continue
        yield getattr(node, "lineno", 0), ast.unparse(node)


def _is_typed(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return LAYER.search(node.value) is not None
    if isinstance(node, ast.Subscript):
        return _is_first_channel(node.slice) or _is(node.slice, "dense", "hidden", "flatten")
    if isinstance(node, ast.Tuple):
        values = tuple(getattr(part, "value", None) for part in node.elts)
        return values in ((28, 28), (28, 28, 1), (10,))
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Mult | ast.Div | ast.FloorDiv) and (
            _is(node.left, 28, 784) or _is(node.right, 28, 784)
        )
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        counted = name in ("range", "arange", "zeros", "ones", "full", "default_rng")
        return counted and any(_is(part, 10, 784) for part in node.args)
    return False


def _is(node: ast.AST, *values: object) -> bool:
    return isinstance(node, ast.Constant) and node.value in values


def _is_first_channel(index: ast.AST) -> bool:
    """Tell ``[:, :, 0]`` and ``[..., 0]``, and the same with more axes behind."""
    if not isinstance(index, ast.Tuple):
        return False
    whole = [isinstance(p, ast.Slice) and p.lower is p.upper is p.step is None for p in index.elts]
    if any(_is(part, Ellipsis) for part in index.elts):
        return _is(index.elts[-1], 0)
    return len(whole) > 2 and whole[0] and whole[1] and _is(index.elts[2], 0)


def test_the_chapters_network_is_typed_in_nowhere_else():
    paths = [
        path
        for folder in ("convexplain", "scenes")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if not path.relative_to(ROOT).as_posix().startswith(GIVEN)
    ]
    assert len(paths) > 300
    Search(typed, paths, ALLOWED).check("ask for a role, a recipe or a shape")


@pytest.mark.parametrize(
    "line",
    [
        'x = network.weights["conv1/kernel"]',
        'x = weights["dense/kernel"]',
        'x = rows["dense"]',
        "x = f'{n} cells of conv3'",
        "x = image[:, :, 0]",
        "x = weights[:, :, 0, :]",
        "x = patch[..., 0]",
        "x = side / 28",
        "x = np.zeros(10)",
        "x = shape == (28, 28, 1)",
        "x = np.random.default_rng(784)",
    ],
)
def test_a_place_is_found(line):
    assert len(list(typed(line))) == 1


@pytest.mark.parametrize(
    "line",
    [
        '"""Such as conv1."""',
        "x = image[:, :, n]",
        "x = conv2d(x, kernels)",
        "x = box[0]",
        "size = 28",
        'x = "conv2d_1"',
        "x = map[:, 0]",
    ],
)
def test_other_lines_are_not(line):
    assert list(typed(line)) == []
