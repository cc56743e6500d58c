"""Charts: numbers land where their scale says, and curves grow to the right."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("manim", reason="the stage needs the extra 'video'")

from test_stage import painted

from convexplain.stage.chart import Axes, Curve
from convexplain.stage.layout import problems
from convexplain.style.format import count, percent
from convexplain.style.theme import DARK


def axes(**options):
    return Axes(
        400,
        200,
        600,
        300,
        [100, 1000, 10000],
        [0.7, 0.8, 0.9, 1.0],
        x_text=lambda x: count(int(x)),
        y_text=lambda y: percent(y, 0),
        **options,
    )


def test_points_lie_where_the_scales_say():
    log = axes(log_x=True)
    assert log.place(100, 0.7) == pytest.approx((400, 500))
    assert log.place(1000, 0.85) == pytest.approx((700, 350))
    assert log.place(10000, 1.0) == pytest.approx((1000, 200))
    # On a straight scale 1,000 lies 900 of 9,900 to the right.
    assert axes().place(1000, 1.0)[0] == pytest.approx(400 + 600 * 900 / 9900)
    assert [part.text for part in log.parts if hasattr(part, "text")] == [
        "70%", "80%", "90%", "100%", "100", "1,000", "10,000",
    ]  # fmt: skip
    assert problems(log.parts) == []


def test_scales_without_length_are_refused():
    with pytest.raises(ValueError, match="two different ends"):
        Axes(0, 0, 1, 1, [1, 1], [0, 1], x_text=str, y_text=str)
    with pytest.raises(ValueError, match="cannot begin at 0"):
        Axes(0, 0, 1, 1, [0, 1], [0, 1], x_text=str, y_text=str, log_x=True)


@pytest.mark.parametrize("marker", ["dot", "ring", "square", "none"])
def test_a_curve_ends_where_it_is_drawn_to(marker):
    curve = Curve([(200, 400), (400, 300), (600, 350)], marker=marker, dashed=marker == "ring")
    background = DARK.rgb("background")
    for drawn, end in ((0.25, 300), (0.5, 400), (1.0, 600)):
        curve.set_drawn(drawn)
        _, cols = np.nonzero((painted(curve) != background).any(axis=2))
        assert cols.min() >= 190
        assert end - 25 <= cols.max() <= end + 12
    ring = painted(Curve([(200, 400), (600, 400)], marker="ring"))
    np.testing.assert_array_equal(ring[400, 200], background)
    dot = painted(Curve([(200, 400), (600, 400)], marker="dot"))
    np.testing.assert_array_equal(dot[400, 200], DARK.rgb("ink"))
