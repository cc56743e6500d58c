"""Bars: their lengths are the numbers, their colours the signs, and nothing is lost by rounding."""

from __future__ import annotations

import numpy as np
import pytest

from convexplain.style.theme import DARK, LIGHT

pytest.importorskip("manim", reason="the stage needs the extra 'video'")

from test_stage import painted

from convexplain.stage import Label
from convexplain.stage.bars import Bars, running
from convexplain.stage.layout import problems


def extent(pixels, token, theme=DARK):
    """First and last row and column of a colour, half open."""
    rows, cols = np.nonzero((pixels == theme.rgb(token)).all(axis=2))
    return cols.min(), rows.min(), cols.max() + 1, rows.max() + 1


def test_a_waterfall_s_bars_begin_where_the_one_before_ends():
    addends = [0.29, 0.22, -0.15, -0.4]
    starts, ends = running(addends)
    np.testing.assert_allclose(ends - starts, addends)
    assert starts[0] == 0
    np.testing.assert_array_equal(starts[1:], ends[:-1])
    assert ends[-1] == pytest.approx(sum(addends))


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_lengths_are_numbers_and_colours_are_signs(theme):
    bars = Bars(
        [0, 3], [3, 2], [300, 380], low=-1, high=4, begin=100, end=600, thickness=30, rest=-1
    )
    pixels = painted(bars, theme=theme)
    # 100 pixels for each 1; zero lies at 200.
    assert extent(pixels, "positive", theme) == (200, 285, 500, 315)
    assert extent(pixels, "negative", theme) == (400, 365, 500, 395)


def test_upright_bars_stand_on_zero():
    bars = Bars(
        [0, 0], [2, -1], [300, 340], low=-1, high=2, begin=800, end=500, thickness=20,
        upright=True, rest=-1,
    )  # fmt: skip
    pixels = painted(bars)
    assert extent(pixels, "positive") == (290, 500, 310, 700)
    assert extent(pixels, "negative") == (330, 700, 350, 800)


def test_bars_grow_from_their_start():
    bars = Bars([1], [3], [300], low=0, high=4, begin=100, end=500, rest=-1)
    bars.drawn[0] = 0.25
    assert extent(painted(bars), "positive")[::2] == (200, 250)
    bars.drawn[0] = 0
    assert (painted(bars) == DARK.rgb("background")).all()


def test_a_bar_too_short_for_a_pixel_still_shows():
    bars = Bars([0], [1e-6], [300], low=0, high=4, begin=100, end=500, rest=-1)
    assert extent(painted(bars), "positive")[::2] == (100, 101)
    upright = Bars([0], [1e-6], [300], low=0, high=4, begin=500, end=100, upright=True, rest=-1)
    left, top, right, bottom = extent(painted(upright), "positive")
    assert (left, right, bottom - top) == (285, 315, 1)


def test_a_bar_from_0_to_0_shows_nothing():
    bars = Bars([0], [0], [300], low=0, high=4, begin=100, end=500, rest=-1)
    assert (painted(bars) == DARK.rgb("background")).all()


def test_joined_bars_are_linked_at_the_end_of_each():
    starts, ends = running([2.0, 1.0])
    bars = Bars(
        starts, ends, [300, 400], low=0, high=4, begin=100, end=500, thickness=40, joined=True
    )
    pixels = painted(bars)
    left, top, right, bottom = extent(pixels, "muted")
    assert (top, bottom) == (320, 380)
    assert left <= 300 <= right
    # The line at zero reaches beyond the bars.
    assert extent(pixels, "line")[1::2] == (272, 428)


def test_bars_follow_when_manim_moves_and_scales_them():
    bars = Bars([0], [2], [300], low=0, high=4, begin=100, end=500, thickness=40)
    bars.scale(0.5)
    # Around the middle of the whole, (300, 300).
    assert bars.box(0) == pytest.approx((200, 290, 300, 310))
    bars.fly_to(800, 300)
    assert bars.box(0) == pytest.approx((700, 290, 800, 310))


def test_labels_may_stand_beside_bars_but_not_on_them():
    bars = Bars([0], [2], [300], low=0, high=4, begin=100, end=500)
    assert problems([bars, Label("+2.00", 320, 300)]) == []
    assert problems([bars, Label("+2.00", 280, 300)]) == ["'+2.00' lies on a grid"]


def test_a_wrong_axis_and_missing_places_are_refused():
    with pytest.raises(ValueError, match="from 1 to 1 has no length"):
        Bars([0], [1], [300], low=1, high=1, begin=0, end=9)
    with pytest.raises(ValueError, match="2 starts, 1 ends and 2 places"):
        Bars([0, 0], [1], [300, 400], low=0, high=1, begin=0, end=9)
