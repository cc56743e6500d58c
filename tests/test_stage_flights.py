"""Patches that fly, bins that they land in, rows of templates, tags, and charts of a change."""

from __future__ import annotations

import numpy as np
import pytest

from convexplain.style.theme import DARK, LIGHT

pytest.importorskip("manim", reason="the stage needs the extra 'video'")

from test_stage import painted

from convexplain.stage import PixelGrid
from convexplain.stage.filter_bins import FilterBins
from convexplain.stage.flights import Flights
from convexplain.stage.layout import problems
from convexplain.stage.slope import Slope
from convexplain.stage.tag import Tag
from convexplain.stage.template_row import TemplateRow

PIECES = np.full((3, 2, 2), 0.5)
STARTS, GOALS = [(0, 0), (40, 0), (80, 0)], [(300, 100), (300, 100), (500, 200)]


def flights(**options):
    return Flights(PIECES, STARTS, GOALS, [0.0, 1.0, 2.0], cell=10, seconds=0.5, **options)


def test_a_piece_leaves_in_its_time_and_stays_where_it_belongs():
    flying = flights()
    flying.at(0.25)
    assert flying.seen() == [0]
    # Halfway in time is halfway on the way, for a flight that starts and ends at rest.
    assert flying.tiles[0].places[0] == pytest.approx((150, 50))
    assert not flying.landed.any()
    flying.at(2.2)
    assert flying.landed.tolist() == [True, True, False]
    assert flying.tiles[1].places[0] == pytest.approx((300, 100))
    assert flying.tiles[1].cell == pytest.approx(10)
    flying.at(3.0)
    assert flying.tiles[2].places[0] == pytest.approx((500, 200))


def test_of_those_that_land_together_the_strongest_stays():
    strong = flights(strengths=[2.0, 1.0, 0.5])
    strong.at(9.0)
    assert strong.seen() == [0, 2]
    later = flights()
    later.at(9.0)
    assert later.seen() == [1, 2]


def test_flights_need_one_goal_for_each_piece():
    with pytest.raises(ValueError, match="3 pieces, but 2, 3 starts, goals, moments"):
        Flights(PIECES, STARTS, GOALS[:2], [0, 1, 2], cell=10, seconds=1)


def test_patches_land_beside_their_kernel_and_one_filter_can_stand_out():
    bins = FilterBins(np.zeros((3, 3, 5)) + 0.1, 100, 200, 18, columns=4, pitch=(150, 160))
    assert bins.landing(0) == pytest.approx((100 + 54 + 8, 200))
    assert bins.landing(4) == pytest.approx((100 + 54 + 8, 360))
    assert [label.text for label in bins.numbers] == list("01234")
    bins.counts[3].say("128")
    assert problems(bins.parts) == []
    bins.light(3, 1.0, others=0.25)
    assert [label.opacity for label in bins.counts] == [0.25, 0.25, 0.25, 1.0, 0.25]
    assert bins.kernels.marks.tolist() == [0, 0, 0, 1, 0]


def test_a_template_stands_level_with_the_middle_of_its_picture():
    row = TemplateRow(
        np.zeros((28, 28)), np.eye(3), 96, 200, cell=10, template_cell=60, result=900,
        name="Filter 3", what="nine weights", then="then sum", numbers=True,
    )  # fmt: skip
    assert problems(row.parts) == []
    (left, top), _, (_, bottom) = row.template.places
    assert left > 96 + 280
    assert (top + bottom) / 2 == pytest.approx(200 + 140)
    assert row.signs[-1].places[-1, 0] < 900


def test_points_of_a_change_lie_at_their_values_and_labels_clear_of_the_lines():
    slope = Slope(100, 200, 600, 400, ("before", "after"), [0.0, 0.5, 1.0], lambda y: f"{y:.1f}")
    series = slope.series((1.0, 0.51), ((0.9, 1.0), (0.4, 0.6)), ("A 1.0", "0.51"))
    np.testing.assert_allclose(series.curve.places, [(300, 200), (500, 396)], atol=1e-6)
    np.testing.assert_allclose(series.after[1].places[:, 1], [440, 360], atol=1e-6)
    series.curve.set_drawn(1.0)
    assert problems([*slope.parts, *series.parts]) == []


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_a_tag_can_be_read_on_ink(theme):
    page = PixelGrid(np.ones((10, 10)), 100, 100, 10, scale="picture", lines=False)
    tag = Tag("3", 150, 150)
    assert problems([page, tag]) == []
    pixels = painted(tag, theme=theme)[125:175, 125:175].reshape(-1, 3)
    background, ink = np.array(theme.rgb("background")), np.array(theme.rgb("ink"))
    assert (pixels == background).all(axis=1).any()
    assert (abs(pixels.astype(int) - ink).max(axis=1) < 8).any()
