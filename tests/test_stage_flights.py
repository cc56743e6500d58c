"""Pieces of a picture that fly."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("manim", reason="the stage needs the extra 'video'")

from convexplain.stage.flights import Flights

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
