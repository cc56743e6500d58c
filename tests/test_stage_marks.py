"""Marks in cells."""

from __future__ import annotations

import numpy as np
import pytest

from convexplain.style.theme import DARK

pytest.importorskip("manim", reason="the stage needs the extra 'video'")

from test_stage import painted

from convexplain.stage import CellMarks, PixelGrid


def grid(rows=4, cols=5):
    return PixelGrid(np.zeros((rows, cols)), 400, 300, 40, scale="picture")


def marked(marks):
    """The cells of the grid, two rows and columns around it included, in which ink is seen."""
    pixels = painted(marks, 1920, 1080)
    ink = (pixels != DARK.rgb("background")).any(axis=2)
    found = set()
    for row in range(-2, 6):
        for col in range(-2, 7):
            y, x = 300 + 40 * row, 400 + 40 * col
            if ink[y : y + 40, x : x + 40].any():
                found.add((row, col))
    assert ink.sum() == sum(
        ink[300 + 40 * r : 340 + 40 * r, 400 + 40 * c : 440 + 40 * c].sum() for r, c in found
    )
    return found


@pytest.mark.parametrize("kind", ["dashed", "outline", "dot"])
def test_marks_lie_in_their_cells_and_nowhere_else(kind):
    cells = {(-1, -1), (0, 3), (4, 2)}
    assert marked(CellMarks(grid(), sorted(cells), kind)) == cells


def test_a_mark_with_share_zero_is_not_there():
    marks = CellMarks(grid(), [(0, 0), (1, 1), (2, 2)], "outline")
    before = marks.state()
    marks.shares[1] = 0.0
    assert marks.state() != before
    assert marked(marks) == {(0, 0), (2, 2)}


def test_marks_move_by_rows_and_columns():
    picture = grid()
    marks = CellMarks(picture, [(0, 0), (0, 2), (2, 0), (2, 2)], "outline").put(picture, 1, -1)
    assert marked(marks) == {(1, -1), (1, 1), (3, -1), (3, 1)}


def test_a_text_stands_in_the_middle_of_every_mark():
    plain = painted(CellMarks(grid(), [(1, 1)], "dashed"), 1920, 1080).astype(int)
    zeros = painted(CellMarks(grid(), [(1, 1)], "dashed", text="0"), 1920, 1080).astype(int)
    rows, cols = np.nonzero((plain != zeros).any(axis=2))
    assert abs((rows.min() + rows.max() + 1) / 2 - 360) <= 1
    assert abs((cols.min() + cols.max() + 1) / 2 - 460) <= 1


def test_marks_without_cells_are_refused():
    with pytest.raises(ValueError, match="no cells are given to mark"):
        CellMarks(grid(), [])


@pytest.mark.parametrize("kind", ["dashed", "outline", "dot"])
def test_what_a_change_of_a_mark_paints_is_all_that_differs(kind):
    marks = CellMarks(grid(), list(np.ndindex(4, 5)), kind)
    before, state = painted(marks, 1280, 720), marks.state()
    marks.shares[[7, 8]] = 0.3
    damage = marks.damage(state, 720 / 1080)
    differs = (painted(marks, 1280, 720) != before).any(axis=2)
    assert differs.any()
    differs[damage.top : damage.bottom, damage.left : damage.right] = False
    assert not differs.any()
    assert damage.area < marks.bounds(720 / 1080).area / 4
    assert marks.damage(marks.state(), 1.0).empty
