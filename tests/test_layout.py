"""What a viewer would stumble over is found: each kind of fault, and no other, in a scene."""

from __future__ import annotations

import pytest

pytest.importorskip("manim", reason="the stage needs the extra 'video'")

from convexplain.stage import Label, Line, PixelGrid
from convexplain.stage.layout import problems


def label(text="sum", x=400.0, y=300.0, size=40.0):
    return Label(text, x, y, size)


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ([label("bias", 420.0)], "'sum' and 'bias' overlap"),
        ([Line([(300, 250), (500, 350)])], "a line runs through 'sum'"),
        ([Line([(0, 500), (300, 300), (900, 300)])], "a line runs through 'sum'"),
        ([label("tiny", 900.0, 300.0, 12.0)], "'tiny' is 12 px high, less than 27"),
        ([label("out", 1915.0)], "'out' leaves the frame"),
        ([PixelGrid([[0.5]], 1900.0, 600.0, 40.0)], "a PixelGrid leaves the frame"),
    ],
    ids=["words", "line", "bent line", "small", "edge", "grid at the edge"],
)
def test_a_fault_is_named(others, said):
    (found,) = problems([label(), *others])
    assert found.startswith(said)


def test_words_below_a_grid_are_hidden_by_it_and_those_above_are_not():
    below, grid = label(), PixelGrid([[0.5]], 380.0, 250.0, 100.0)
    grid.z_index = 1
    assert problems([below, grid]) == ["'sum' lies on a grid"]
    below.z_index = 2
    assert problems([below, grid]) == []


def test_what_is_apart_invisible_or_no_line_yet_is_no_fault():
    through = [(300, 250), (500, 350)]
    assert problems([label(), label("bias", 700.0), Line([(300, 100), (500, 200)])]) == []
    assert problems([label(), Line(through, opacity=0.0), Line(through, drawn=0.0)]) == []
    assert problems([label(), Line(through, filled=True)]) == []
    # A line that would meet the words only where it does not reach.
    assert problems([label(), Line([(100, 150), (200, 200)]), Line([(300, 0), (300, 900)])]) == []
