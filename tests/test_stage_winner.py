"""The winning cell: its value's colour, with a frame that can be seen inside it."""

from __future__ import annotations

import numpy as np
import pytest

from convexplain.style.theme import DARK, LIGHT, contrast

pytest.importorskip("manim", reason="the stage needs the extra 'video'")

from convexplain.stage.canvas import Canvas
from convexplain.stage.grid import PixelGrid
from convexplain.stage.winner import Winner


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("largest", [0.05, 0.4, 1.0])
@pytest.mark.parametrize("height", [480, 1080])
def test_the_frame_lies_inside_the_largest_cell_and_stands_out(theme, largest, height):
    grid = PixelGrid([[0.0, -0.4], [largest, 0.02]], 300, 200, 132, limit=1.0)
    pixels = np.full((height, height * 16 // 9, 4), 255, np.uint8)
    canvas = Canvas(pixels, theme)
    with canvas.within(canvas.frame):
        Winner(grid, text_size=44).paint(canvas)
    scale = height / 1080
    left, top = 300 * scale, (200 + 132) * scale
    colour = theme.signed(largest, 1.0)
    # Between the edge and the frame, and between the frame and the number.
    for away in (3, 16):
        x, y = int(left + away * scale), int(top + away * scale)
        np.testing.assert_array_equal(pixels[y, x, :3], colour)
    frame = pixels[int(top + 60 * scale), int(left + 8.5 * scale), :3]
    assert contrast(frame, colour) >= 4.5
    outside = pixels[int(top + 60 * scale), int(left - 4 * scale), :3]
    np.testing.assert_array_equal(outside, theme.rgb("background"))


def test_it_shows_the_largest_number_where_it_stands_the_first_in_a_tie():
    grid = PixelGrid([[0.1, 0.9], [0.9, 0.2]], 300, 200, 132, limit=1.0)
    winner = Winner(grid, text_size=44)
    assert winner.values.tolist() == [[0.9]]
    assert winner.place_of(0, 0) == pytest.approx(grid.place_of(0, 1))
    assert winner.cell == pytest.approx(grid.cell)
