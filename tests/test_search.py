"""The search for stops that can be checked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from convexplain.lessons.parts.search import (
    find_channel_stop,
    find_pool_stop,
    find_stops,
)
from convexplain.ops import ConvSteps, conv2d_steps, max_pool2d_steps


def steps_of(row: list[float], weights: list[float], bias: float = 0.0) -> ConvSteps:
    """Stops of a 1-row kernel along a 1-row picture."""
    x = np.array(row, np.float64).reshape(1, -1, 1)
    kernel = np.array(weights, np.float64).reshape(1, -1, 1, 1)
    return conv2d_steps(x, kernel, np.array([bias]))


def test_each_kind_of_stop_is_found() -> None:
    steps = steps_of([0, 0, 0, 1, 1, 0, 0, 0], [-0.5, 0.5], 0.1)
    # values: .1 .1 .6 .1 -.4 .1 .1
    found = {stop.name: stop for stop in find_stops(steps)}
    assert found["strong"].position == 2
    assert found["negative"].position == 4
    assert found["blank"].position == 1  # the blank one next to the strong one
    assert all(stop.adds_up for stop in found.values())


def test_a_stop_that_adds_up_goes_before_a_stronger_one_that_does_not() -> None:
    # 0.304 + 0.304 prints 0.30 + 0.30 = 0.61; next to it, half of that adds up: 0.30 + 0 = 0.30
    steps = steps_of([0, 1, 1, 0], [0.304, 0.304])
    strong = find_stops(steps)[0]
    assert steps[strong.position].value == pytest.approx(0.304)
    assert strong.adds_up


def test_telling_stops_go_before_dull_ones() -> None:
    row = [1, 0, 0, 0, 0, 0, 0.5, 0.5, 0.5, 0.5]
    steps = steps_of(row, [0.6, 0.2, 0.2, 0.2])
    # The single bright pixel gives 0.60, four half bright ones 0.30 + 3 * 0.10 = 0.60 with more
    # to see; the order of equal values must not decide.
    assert find_stops(steps)[0].position == 6


def test_where_nothing_adds_up_the_strongest_is_given_and_marked() -> None:
    steps = steps_of([1, 1], [0.304, 0.304])
    (strong,) = find_stops(steps)
    assert (strong.name, strong.position, strong.adds_up) == ("strong", 0, False)


def test_stops_that_do_not_exist_are_left_out() -> None:
    assert [stop.name for stop in find_stops(steps_of([0, 0, 0], [0.5, -0.5]))] == ["blank"]
    assert [stop.name for stop in find_stops(steps_of([1, 1, 1], [-0.5, -0.5]))] == ["negative"]


def many_channels(values: list[float], bias: float) -> ConvSteps:
    """The only stop of a 1x1 kernel of ones: its channel sums are the picture's channels."""
    x = np.array(values, np.float64).reshape(1, 1, -1)
    return conv2d_steps(x, np.ones((1, 1, len(values), 1)), np.array([bias]))


def test_a_place_is_marked_where_the_channels_shown_do_not_add_up_with_the_rest() -> None:
    assert find_channel_stop(many_channels([0.5, 0.3, 0.06, 0.04], 0.05), shown=2) == (
        "channels", 0, True
    )  # fmt: skip
    # shown 0.504 and 0.304, the rest 0.004: prints 0.50 + 0.30 + 0.00, but the sum is 0.81
    steps = many_channels([0.504, 0.304, 0.004], 0.0)
    assert find_channel_stop(steps, shown=2) == ("channels", 0, False)
    assert find_channel_stop(many_channels([-0.5, 0.1], 0.0)) is None


def test_a_pool_stop_has_four_different_numbers_and_a_winner_that_moves() -> None:
    blocks = [
        [[0.9, 0.1], [0.2, 0.3]],  # the largest, but in the first cell
        [[0.1, 0.5], [0.5, 0.2]],  # a tie
        [[0.1, 0.2], [0.4, 0.3]],  # as wanted
        [[0.0, 0.0], [0.0, 0.0]],
    ]
    x = np.concatenate([np.array(block) for block in blocks], axis=1)[..., np.newaxis]
    found = find_pool_stop(max_pool2d_steps(x, 2))
    assert found == ("pool", 2, True)
    assert find_pool_stop(max_pool2d_steps(x[:, 6:], 2)) is None
