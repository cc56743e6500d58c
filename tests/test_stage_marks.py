"""Marks in cells, windows of any geometry, the column of sums."""

from __future__ import annotations

import numpy as np
import pytest

from convexplain.ops import Window
from convexplain.style.theme import DARK

pytest.importorskip("manim", reason="the stage needs the extra 'video'")

from test_stage import painted

from convexplain.ops import conv2d_steps
from convexplain.stage import CellMarks, PixelGrid, PlacedWindow, SumColumn
from convexplain.stage.layout import problems


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


def cells_of(marks):
    return {tuple(cell) for cell in (marks.first + marks.offsets).tolist()}


def test_the_ring_is_all_of_the_padding():
    placed = PlacedWindow(grid(), Window(3, padding=(1, 2, 0, 1)))
    ring = {(r, c) for r in range(-1, 6) for c in range(6)} - set(np.ndindex(4, 5))
    assert cells_of(placed.ring) == ring
    assert PlacedWindow(grid(), Window(3)).ring is None


@pytest.mark.parametrize("size", [7, 8])
def test_centres_are_the_middles_of_all_boxes(size):
    window = Window(3, stride=2, padding=1)
    placed = PlacedWindow(grid(size, size), window)
    rows, cols = window.output_size((size, size))
    boxes = [window.box(r, c) for r in range(rows) for c in range(cols)]
    middles = [((b.top + b.bottom - 1) / 2, (b.left + b.right - 1) / 2) for b in boxes]
    assert [tuple(c) for c in (placed.centres.first + placed.centres.offsets)] == middles


def test_centres_between_cells_and_at_every_cell_are_not_marked():
    assert PlacedWindow(grid(), Window(2, stride=2)).centres is None
    assert PlacedWindow(grid(), Window(3)).centres is None


def test_taps_are_the_cells_that_a_dilated_window_reads():
    placed = PlacedWindow(grid(9, 9), Window(3, dilation=2))
    assert cells_of(placed.taps) == {(r, c) for r in (0, 2, 4) for c in (0, 2, 4)}


def test_a_placed_window_lies_on_the_box_of_its_output_cell():
    picture, window = grid(9, 9), Window(3, stride=2, padding=1, dilation=2)
    placed = PlacedWindow(picture, window).put(2, 1)
    box = window.box(2, 1)
    corners = [picture.place_of(box.top, box.left), picture.place_of(box.bottom, box.right)]
    np.testing.assert_allclose(placed.frame.places[0], corners[0], atol=1e-6)
    np.testing.assert_allclose(
        [placed.frame.places[1, 0], placed.frame.places[2, 1]], corners[1], atol=1e-6
    )


@pytest.mark.parametrize(("stride", "size"), [(2, 28), (2, 29), (3, 28), (1, 28)])
def test_zeros_that_no_box_covers_are_unread(stride, size):
    window = Window(3, stride=stride, padding=1)
    placed = PlacedWindow(grid(size, size), window)
    rows, cols = window.output_size((size, size))
    covered = set()
    for row in range(rows):
        for col in range(cols):
            box = window.box(row, col)
            covered |= {(r, c) for r in range(box.top, box.bottom)
                        for c in range(box.left, box.right)}  # fmt: skip
    cells = (placed.ring.first + placed.ring.offsets).tolist()
    # Between windows that lie further apart than they are wide nothing is at the edge alone.
    expected = [tuple(cell) not in covered for cell in cells]
    np.testing.assert_array_equal(placed.unread(), expected)


def test_the_column_tells_numbers_that_add_up():
    (step,) = conv2d_steps([[[0.5]]], [[[[1.0]]]], [-0.75], activation="relu")
    column = SumColumn(1176, 1336, 226, ("sum", "bias"), limit=1.0).tell(step.breakdown())
    assert [label.text for label in column.numbers] == ["0.50", "−0.75", "−0.25"]
    assert column.box.values.tolist() == [[0.0]]
    assert problems([column]) == []


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
