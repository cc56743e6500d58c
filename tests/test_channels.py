"""The lesson channels: its numbers against SciPy, its options, its layout for other digits."""

from __future__ import annotations

import numpy as np
import pytest
from played import check_layout
from scipy.signal import correlate2d

from convexplain.data import digits, facts
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.channels import Channels
from convexplain.lessons.parts.photo import reduced

RNG = np.random.default_rng(21)


@pytest.fixture(scope="module")
def lesson():
    return Channels()


def captions(lesson, lang="en"):
    return {beat.name: beat.caption.text(lang) for beat in lesson.beats()}


def photo(height=60, width=40, channels=3, values=None):
    pixels = RNG.uniform(0, 1, (height, width, channels)) if values is None else values
    return Picture(pixels.astype(np.float32), None, "a test")


def test_the_photograph_s_map_is_the_sum_of_three_correlations(lesson):
    colours = lesson.colours
    pixels = colours.pixels.astype(np.float64)
    prewitt = np.array([[1.0, 0, -1]] * 3)
    expected = correlate2d(pixels[:, :, 0], prewitt, "valid") - correlate2d(
        pixels[:, :, 2], prewitt, "valid"
    )
    np.testing.assert_allclose(colours.response_map, expected, atol=1e-5)
    step = colours.stop
    assert step.value == pytest.approx(expected[step.row, step.col], abs=1e-5)
    assert step.value == pytest.approx(step.channel_sums.sum(), abs=1e-6)
    # The kernel's weights are 0 and 1: each product prints as its pixel, and all nine of a
    # channel as their sum.
    printed = np.round(step.products, 2).sum(axis=(0, 1))
    np.testing.assert_allclose(printed, np.round(step.channel_sums, 2), atol=1e-9)
    assert printed.sum() == pytest.approx(round(step.total, 2))
    assert f"{expected[step.row, step.col]:.2f}" in captions(lesson)["sum"]


def test_the_kernel_made_by_hand_gives_gray_nothing():
    gray = RNG.uniform(0, 1, (30, 30, 1)).repeat(3, axis=2)
    assert not Channels(photo=photo(values=gray)).colours.response_map.any()


def test_a_photograph_is_averaged_in_whole_squares():
    pixels = np.arange(113 * 60 * 3, dtype=np.float32).reshape(113, 60, 3)
    small = reduced(pixels)
    # 113 rows need squares of 3 pixels: 37 of them leave 2 rows, one above and one below.
    assert small.shape == (37, 20, 3)
    np.testing.assert_allclose(small[0, 0], pixels[1:4, 0:3].mean(axis=(0, 1)))
    np.testing.assert_array_equal(reduced(pixels[:50, :50]), pixels[:50, :50])


def test_the_number_is_the_sum_over_all_channels(lesson):
    step, weights = lesson.step, lesson.network.weights
    kernel = weights["conv2/kernel"][:, :, :, step.filter].astype(np.float64)
    maps = sum(correlate2d(lesson.inputs[:, :, c], kernel[:, :, c], "valid") for c in range(32))
    expected = maps + float(weights["conv2/bias"][step.filter])
    np.testing.assert_allclose(
        lesson.outputs[:, :, step.filter], np.maximum(expected, 0), atol=1e-5
    )
    addends = [value for _, value in lesson.breakdown.addends]
    whole = sum(addends) + lesson.breakdown.bias
    assert whole == pytest.approx(expected[step.row, step.col], abs=1e-6)
    assert len(addends) == 5 + 1
    assert lesson.breakdown.rest_count == 27
    told = captions(lesson)
    assert f"{expected[step.row, step.col]:.2f}" in told["channels"]
    assert "288 weights" in told["open"]
    assert f"output[{step.row}, {step.col}, :]" in told["deep"]
    assert "64 × 32" in told["sweep"]


def test_the_channels_shown_are_the_largest_either_way(lesson):
    sums = np.abs(lesson.step.channel_sums)
    assert sums[list(lesson.top)].min() >= np.delete(sums, lesson.top).max()


def test_the_printed_addends_add_up(lesson):
    addends = [*(value for _, value in lesson.breakdown.addends), lesson.breakdown.bias]
    printed = [round(float(f"{addend:.2f}") * 100) for addend in addends]
    assert sum(printed) == round(lesson.step.value * 100)
    assert "Rounded" not in " ".join(captions(lesson).values())


def test_a_pool_keeps_the_limit_of_its_convolution(lesson):
    assert lesson.input_name == "pool1"
    assert lesson.input_limit == lesson.trace.activations["conv1"].max()


def test_filter_counts_are_told_as_they_were_measured(lesson):
    rows = {row["filters"]: row for row in facts.rows("window", window=3)}
    assert [variant.filters for variant in lesson.variants] == sorted(rows)
    for variant in lesson.variants:
        row = rows[variant.filters]
        assert variant.error == pytest.approx(1 - row["accuracy"])
        assert variant.lowest <= variant.error <= variant.highest
        assert variant.multiplications == row["multiplications"]


def test_a_gain_beyond_the_spread_of_the_runs_is_told(monkeypatch):
    few = {"filters": 8, "accuracy": 0.96, "lowest": 0.959, "highest": 0.961}
    many = {"filters": 64, "accuracy": 0.98, "lowest": 0.979, "highest": 0.981}
    cost = {"seeds": 3, "multiplications": 1000}
    rows = ({**few, **cost}, {**many, **cost, "multiplications": 4300})
    monkeypatch.setattr(facts, "rows", lambda name, **where: rows)
    told = captions(Channels())["filters"]
    assert told.endswith("4.3 times the work; mistakes go from 4.0% to 2.0%.")
    near = ({**few, **cost}, {**many, **cost, "lowest": 0.94})
    monkeypatch.setattr(facts, "rows", lambda name, **where: near)
    assert "differ less than the runs do" in captions(Channels())["filters"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"filter": 64}, "no filter 64 in conv2: its filters are 0 to 63"),
        ({"at": (11, 0)}, "no row 11, column 0 in conv2: rows are 0 to 10, columns 0 to 10"),
        ({"model": "dense"}, "the network 'dense' lacks a convolution of all channels"),
        ({"photo": photo(channels=1)}, "a photograph in colour has 3 channels"),
        ({"photo": photo(400, 20)}, "too small or too narrow"),
        ({"picture": photo(28, 28)}, "prepare it as a digit"),
    ],
)
def test_what_cannot_be_shown_is_refused(options, message):
    with pytest.raises(UsageError, match=message):
        Channels(**options)


def test_a_place_and_a_filter_can_be_chosen():
    lesson = Channels(filter=3, at=(0, 10))
    assert (lesson.step.filter, lesson.step.row, lesson.step.col) == (3, 0, 10)
    assert lesson.step.activated == lesson.outputs[0, 10, 3]
    strongest = Channels(at=(5, 5))
    assert strongest.step.value > 0


@pytest.mark.parametrize("digit", range(10))
def test_any_digit_has_a_place_that_adds_up(digit):
    lesson = Channels(picture=digits.first(digit))
    assert lesson.step.value > 0
    assert 30 <= lesson.seconds <= 65


def test_its_options_on_the_command_line(tmp_path):
    from PIL import Image

    from convexplain.cli._lesson import LessonCommand

    path = tmp_path / "red.png"
    Image.fromarray(np.full((20, 20, 3), (255, 0, 0), np.uint8)).save(path)
    made = []
    command = LessonCommand("show", callback=lambda lesson: made.append(lesson))
    args = ["channels", "--image", str(path), "--digit", "4", "--at", "9, 4"]
    command.main(args, standalone_mode=False)
    assert made[0].photo.pixels[0, 0].tolist() == [1, 0, 0]
    assert made[0].picture.label == 4
    assert made[0].at == (9, 4)
    with pytest.raises(UsageError, match="'9' is no place: give row and column"):
        command.main(["channels", "--at", "9"], standalone_mode=False)


@pytest.mark.parametrize(
    "options",
    [
        {"picture": digits.first(4)},
        {"picture": digits.first(7), "filter": 2},
        {"filter": 0, "at": (0, 0)},
        {"photo": photo(30, 90)},
        {"photo": photo(values=np.zeros((8, 8, 3)))},
    ],
    ids=["digit", "digit-filter", "corner", "wide-photo", "black-photo"],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_overlaps_with_other_options(options, lang):
    pytest.importorskip("manim", reason="scenes need the extra 'video'")
    check_layout(Channels(**options), lang)
