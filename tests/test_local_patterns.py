"""What a unit and a filter see, and where patches fly, computed again by other means."""

from __future__ import annotations

import json
from importlib.resources import files

import numpy as np
import pytest
from scipy.signal import correlate2d

from convexplain.data import digits
from convexplain.data.kernels import closest_pattern
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.local_patterns import LocalPatterns, found_places, inked
from convexplain.network import Network


@pytest.fixture(scope="module")
def lesson():
    return LocalPatterns()


def said(lesson):
    return {beat.name: beat.caption.text("en") for beat in lesson.beats()}


def responses(pixels):
    """Response maps of conv1 by SciPy, (26, 26, 32)."""
    weights = Network.load("cnn").weights
    kernels = weights["conv1/kernel"][:, :, 0, :].astype(np.float64)
    picture = pixels[:, :, 0].astype(np.float64)
    maps = [correlate2d(picture, kernels[:, :, n], "valid") for n in range(kernels.shape[2])]
    return np.maximum(np.stack(maps, axis=2) + weights["conv1/bias"], 0)


def test_places_are_the_largest_that_lie_apart():
    values = np.zeros((20, 20), np.float32)
    values[3, 3], values[3, 8], values[9, 3], values[15, 15], values[19, 0] = 1.0, 0.99, 0.9, 0.8, 1
    # (3, 8) is 5 cells from (3, 3); 0.8 is less than 82%; in a tie the first row goes first.
    assert found_places(values) == ((3, 3), (19, 0), (9, 3))
    assert found_places(values, most=1) == ((3, 3),)
    assert found_places(np.zeros((4, 4), np.float32)) == ()


def test_a_patch_holds_ink_if_any_of_its_nine_pixels_does():
    pixels = np.zeros((6, 6, 1), np.float32)
    pixels[2, 3] = 0.01
    rows, cols = np.nonzero(inked(pixels))
    assert set(zip(rows.tolist(), cols.tolist(), strict=True)) == {
        (r, c) for r in (0, 1, 2) for c in (1, 2, 3)
    }


def test_the_example_meets_its_criterion(lesson):
    kernel = Network.load("cnn").weights["conv1/kernel"][:, :, 0, lesson.shown_filter]
    look = closest_pattern(kernel)
    assert look.kind == "edge"
    assert look.cosine >= 0.8
    assert len(lesson.places) == 3
    assert all(lesson.winners[place] == lesson.shown_filter for place in lesson.places)


def test_the_unit_adds_784_products_and_its_bias(lesson):
    weights = Network.load("dense").weights
    flat = lesson.shown_picture.pixels.reshape(-1).astype(np.float64)
    z = flat @ weights["hidden/kernel"].astype(np.float64) + weights["hidden/bias"]
    for unit in lesson.shown_units:
        assert unit.account.value == pytest.approx(z[unit.number], abs=1e-5)
        assert unit.account.total + unit.account.bias == pytest.approx(unit.account.value, abs=1e-5)
    first = lesson.shown_units[0].account
    assert round(first.total, 2) + round(first.bias, 2) == pytest.approx(round(first.value, 2))
    assert f"{z[lesson.shown_units[0].number]:.2f}" in said(lesson)["dense"]


def test_units_are_those_that_push_most_towards_the_answer(lesson):
    dense = Network.load("dense")
    weights = dense.weights
    flat = lesson.shown_picture.pixels.reshape(-1)
    hidden = np.maximum(flat @ weights["hidden/kernel"] + weights["hidden/bias"], 0)
    answer = int(dense(lesson.shown_picture.pixels[np.newaxis])[0].argmax())
    pushes = hidden * weights["dense/kernel"][:, answer]
    strongest = set(np.argsort(-pushes)[:4].tolist())
    assert {unit.number for unit in lesson.shown_units} == strongest


def test_weights_that_training_left_alone_lie_where_no_bundled_digit_has_ink(lesson):
    never = lesson.never_inked
    ink = np.stack([picture.pixels[:, :, 0] for picture in digits.load()]).any(axis=0)
    assert never.any()
    assert not (never & ink).any()
    # What has been trained has left the range of the beginning for at least some units, ...
    weights = np.abs(Network.load("dense").weights["hidden/kernel"]).reshape(28, 28, -1)
    limit = np.sqrt(6 / (784 + 512))
    assert weights[~never].max(axis=1).mean() > limit
    # ... what has not fills it evenly.
    assert weights[never].max() <= np.float32(np.float16(limit))
    assert weights[never].mean() == pytest.approx(limit / 2, rel=0.01)
    assert said(lesson)["never-inked"].startswith(f"{never.sum()} border pixels")


def test_the_untouched_pixels_lie_at_the_border(lesson):
    rows, cols = np.nonzero(lesson.never_inked)
    from_edge = np.minimum.reduce([rows, cols, 27 - rows, 27 - cols])
    assert from_edge.max() <= 3


def test_the_map_and_its_places_are_those_of_a_correlation(lesson):
    expected = responses(lesson.shown_picture.pixels)[:, :, lesson.shown_filter]
    np.testing.assert_allclose(lesson.response_map, expected, atol=1e-6)
    assert expected[lesson.places[0]] == expected.max()
    assert all(expected[place] >= 0.82 * expected.max() for place in lesson.places)


@pytest.mark.parametrize("sample", [97, 0, 42, 160])
def test_each_patch_with_ink_goes_to_the_filter_that_it_excites_most(sample):
    lesson = LocalPatterns(picture=digits.sample(sample))
    every = np.stack([responses(p.pixels) for p in digits.load()]).max(axis=(0, 1, 2))
    shares = responses(lesson.shown_picture.pixels) / every
    picture = lesson.shown_picture.pixels[:, :, 0]
    for row, col in np.ndindex(26, 26):
        if picture[row : row + 3, col : col + 3].any():
            ranked = np.sort(shares[row, col])
            if ranked[-1] - ranked[-2] > 1e-6:
                assert lesson.winners[row, col] == shares[row, col].argmax()
        else:
            assert lesson.winners[row, col] == -1
    assert f"Each of the {len(lesson.sent)} with ink" in said(lesson)["patches"]
    assert len(lesson.sent) == inked(lesson.shown_picture.pixels).sum()
    assert sum(lesson.count_of(n) for n in range(32)) == len(lesson.sent)


def test_the_strongest_patches_come_from_other_digits(lesson):
    bundled = digits.load()
    for patch in lesson.top[:6]:
        other = bundled[patch.index]
        assert not np.array_equal(other.pixels, lesson.shown_picture.pixels)
        own = responses(other.pixels)[:, :, lesson.shown_filter]
        assert own.max() == pytest.approx(patch.value, abs=1e-6)
        window = other.pixels[patch.row : patch.row + 3, patch.col : patch.col + 3]
        np.testing.assert_array_equal(patch.patch, window)
    labels = [picture.label for picture, _ in lesson.others]
    assert len({*labels, lesson.shown_picture.label}) == 4
    assert all(places for _, places in lesson.others)


def test_the_control_says_what_was_measured(lesson):
    stored = json.loads((files("convexplain") / "assets" / "facts.json").read_text("utf-8"))
    rows = {(r["network"], r["pixels"]): r["accuracy"] for r in stored["permuted"]["rows"]}
    for network in ("cnn", "dense"):
        change = lesson.change(network)
        printed = [round(100 * rows[network, p], 2) for p in ("in place", "shuffled")]
        assert change.points == pytest.approx(printed[1] - printed[0], abs=1e-9)
    cnn = round(100 * rows["cnn", "in place"], 2) - round(100 * rows["cnn", "shuffled"], 2)
    assert f"loses {cnn:.2f} points" in said(lesson)["shuffled"]
    below = rows["cnn", "shuffled"] < rows["dense", "shuffled"]
    assert ("below the dense one" in said(lesson)["shuffled"]) is below
    np.testing.assert_array_equal(lesson.shuffled_from, np.random.default_rng(784).permutation(784))


@pytest.mark.parametrize("digit", range(10))
def test_any_digit_can_be_compared(digit):
    lesson = LocalPatterns(picture=digits.first(digit))
    assert lesson.shown_picture.label == digit
    assert lesson.seconds <= 60.5


@pytest.mark.parametrize("number", [3, 9, 27])
def test_a_filter_that_finds_little_is_told_as_it_is(number):
    lesson = LocalPatterns(filter=number, unit=0)
    assert lesson.shown_units[0].number == 0
    places = len(lesson.places)
    words = {0: "finds nothing", 1: "here once"}.get(places, f"places 1 to {places}")
    assert words in said(lesson)["found"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"filter": 32}, r"no filter 32 in conv1: its filters are 0 to 31"),
        ({"unit": 512}, r"no unit 512 .* 0 to 511"),
        ({"picture": Picture(np.zeros((28, 28, 1), np.float32), None, "empty.png")}, "is blank"),
        ({"picture": Picture(np.ones((30, 28, 1), np.float32), None, "tall.png")}, "30 × 28"),
    ],
)
def test_what_cannot_be_is_refused(options, told):
    with pytest.raises(UsageError, match=told):
        LocalPatterns(**options)
