"""What a unit and a filter make of a digit, and where patches fly, computed by other means."""

from __future__ import annotations

import json
from importlib.resources import files

import numpy as np
import pytest
from scipy.signal import correlate2d

from convexplain import panels
from convexplain.data import digits
from convexplain.data.kernels import closest_pattern
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.local_patterns import LocalPatterns, inked
from convexplain.network import Network
from tests.often import some


@pytest.fixture(scope="module")
def lesson():
    return LocalPatterns()


def said(lesson):
    """What is said by each event, in English, with plain minus signs."""
    events = [event for beat in lesson.beats() for event in beat.events if event.said is not None]
    return {event.name: event.said.text("en").replace("−", "-") for event in events}


def responses(pixels):
    """Response maps of conv1 by SciPy, (26, 26, 32)."""
    weights = Network.load("cnn").weights
    kernels = weights["conv1/kernel"][:, :, 0, :].astype(np.float64)
    picture = pixels.astype(np.float64)
    maps = [correlate2d(picture, kernels[:, :, n], "valid") for n in range(kernels.shape[2])]
    return np.maximum(np.stack(maps, axis=2) + weights["conv1/bias"], 0)


def kernel_of(filter):
    return Network.load("cnn").weights["conv1/kernel"][:, :, 0, filter]


def unit_value(pixels, unit):
    """What a unit of the dense network makes of a picture, before ReLU, by a plain loop."""
    weights = Network.load("dense").weights
    column, total = weights["hidden/kernel"][:, unit].astype(np.float64), 0.0
    for pixel, weight in zip(pixels.reshape(-1).tolist(), column.tolist(), strict=True):
        total += pixel * weight
    return total, total + float(weights["hidden/bias"][unit])


def test_a_patch_holds_ink_if_any_of_its_nine_pixels_does():
    pixels = np.zeros((6, 6, 1), np.float32)
    pixels[2, 3] = 0.01
    rows, cols = np.nonzero(inked(pixels))
    assert set(zip(rows.tolist(), cols.tolist(), strict=True)) == {
        (r, c) for r in (0, 1, 2) for c in (1, 2, 3)
    }


def test_the_unit_adds_784_products_and_its_bias(lesson):
    unit = lesson.shown_unit
    total, value = unit_value(lesson.pixels, unit.number)
    assert unit.account.total == pytest.approx(total, abs=1e-4)
    assert unit.account.value == pytest.approx(value, abs=1e-4)
    assert round(total, 2) + round(unit.account.bias, 2) == pytest.approx(round(value, 2))
    weights = Network.load("dense").weights
    hidden = lesson.pixels.reshape(-1) @ weights["hidden/kernel"] + weights["hidden/bias"]
    assert unit.number in np.argsort(-hidden)[:4]
    assert said(lesson)["dense"] == "A dense unit weighs all 784 pixels, once."


def test_pixels_change_places_by_the_rule_of_the_stored_experiments(lesson):
    order = np.random.default_rng(784).permutation(784)
    np.testing.assert_array_equal(lesson.shuffled_from, order)
    shuffled = lesson.picture_of(shuffled=True)
    np.testing.assert_array_equal(shuffled.pixels.ravel(), lesson.pixels.ravel()[order])


@pytest.mark.parametrize("digit", [None, 1, 8])
def test_neighbours_of_the_shuffled_picture_lay_where_the_rule_took_them_from(digit):
    lesson = LocalPatterns(picture=None if digit is None else digits.first(digit))
    order = np.random.default_rng(784).permutation(784)
    shuffled = lesson.pixels.ravel()[order].reshape(28, 28)
    inked = {
        (row, col): np.count_nonzero(shuffled[row : row + 3, col : col + 3])
        for row, col in np.ndindex(26, 26)
    }
    row, col = lesson.scattered
    assert inked[row, col] == max(inked.values())
    places = order.reshape(28, 28)[row : row + 3, col : col + 3].ravel()
    assert lesson.came_from == tuple(divmod(int(place), 28) for place in places)
    # They come from all over: no window of nine times nine pixels holds all of them.
    assert min(np.ptp(lesson.came_from, axis=0)) > 9
    assert said(lesson)["scattered"].endswith("in the digit these 9 lay scattered.")


@pytest.mark.parametrize("sample", [None, 97, 0, 42, 160])
def test_each_patch_with_ink_goes_to_the_filter_that_responds_most(sample):
    lesson = LocalPatterns(picture=None if sample is None else digits.sample(sample))
    maps, count = responses(lesson.pixels), 0
    piles = np.zeros(32, int)
    for row, col in np.ndindex(26, 26):
        if lesson.pixels[row : row + 3, col : col + 3].any():
            count += 1
            ranked = np.sort(maps[row, col])
            if ranked[-1] - ranked[-2] > 1e-6:
                assert lesson.winners[row, col] == maps[row, col].argmax()
            piles[lesson.winners[row, col]] += 1
        else:
            assert lesson.winners[row, col] == -1
    assert len(lesson.sent) == count
    shown = {number: len(places) for number, places in lesson.piles.items()}
    assert sum(shown.values()) == count
    told = {
        piece.name: piece.text
        for piece in panels.place(lesson.pile_picture(), panels.VIDEO, "en").pieces
        if hasattr(piece, "text")
    }
    others = 32 - sum(n is not None for n in shown)
    assert told["others"] == f"{others} other filters"
    assert told["count-others"] == str(shown[None])
    assert told["input.note"] == f"{count} patches with ink"
    assert all(told[f"count-{n}"] == str(shown[n]) for n in shown if n is not None)
    largest = sorted(piles, reverse=True)[:3]
    assert [shown[number] for number in shown if number is not None] == [n for n in largest if n]
    assert all(piles[number] == n for number, n in shown.items() if number is not None)
    edges = [n for n in shown if n is not None and closest_pattern(kernel_of(n)).kind == "edge"]
    assert lesson.shown_filter == edges[0]
    assert f"Filter {lesson.shown_filter} gets {piles[edges[0]]}" in said(lesson)["fan"]
    for number, places in lesson.piles.items():
        for row, col in places:
            np.testing.assert_array_equal(
                lesson.patch((row, col)), lesson.pixels[row : row + 3, col : col + 3]
            )
            assert number is None or lesson.winners[row, col] == number


@pytest.mark.parametrize("sample", [None, 97, 0, 42, 160])
def test_the_patches_that_are_shown_excite_their_filter_most_and_lie_apart(sample):
    lesson = LocalPatterns(picture=None if sample is None else digits.sample(sample))
    maps = responses(lesson.pixels)
    for number, places in lesson.strongest.items():
        pile = lesson.piles[number]
        assert len(places) == min(4, len(pile))
        assert set(places) <= set(pile)
        # The very strongest is among them, and what is stronger and left out overlaps one of them.
        values = {place: maps[(*place, number)] for place in pile}
        assert max(values.values()) == pytest.approx(max(values[place] for place in places))
        least = min(values[place] for place in places)
        for row, col in (place for place in pile if values[place] > least + 1e-6):
            assert any(abs(row - r) < 3 and abs(col - c) < 3 for r, c in places)


def test_the_control_says_what_was_measured(lesson):
    stored = json.loads((files("convexplain") / "assets" / "facts.json").read_text("utf-8"))
    rows = {(r["network"], r["pixels"]): r["accuracy"] for r in stored["permuted"]["rows"]}
    points = {}
    for network in ("cnn", "dense"):
        printed = [round(100 * rows[network, p], 2) for p in ("in place", "shuffled")]
        points[network] = printed[1] - printed[0]
        assert lesson.change(network).points == pytest.approx(points[network], abs=1e-9)
    before, after = (f"{100 * (1 - rows['cnn', p]):.2f}%" for p in ("in place", "shuffled"))
    first, second = (f"{100 * (1 - rows['dense', p]):.2f}%" for p in ("in place", "shuffled"))
    errors = f"convnet {before} → {after}, dense {first} → {second}"
    assert said(lesson)["trained"] == f"Errors: {errors}."
    assert ("neighbours" in said(lesson)) == (points["cnn"] < points["dense"])
    placed = panels.place(lesson.control(), panels.VIDEO)
    lengths = {
        (network, pixels): placed[f"errors-{row}.{network}"].width / (1 - rows[network, pixels])
        for network in ("cnn", "dense")
        for row, pixels in (("place", "in place"), ("input", "shuffled"))
    }
    # All four bars have one scale, and begin at zero.
    assert max(lengths.values()) == pytest.approx(min(lengths.values()))
    texts = {getattr(piece, "text", "") for piece in placed.pieces}
    assert {f"{100 * (1 - accuracy):.2f}%" for accuracy in rows.values()} <= texts


def test_the_question_is_answered_by_what_was_measured(lesson):
    (asked,) = [event.ask for beat in lesson.beats() for event in beat.events if event.ask]
    right = [choice.text.en for choice in asked.choices if choice.reply is None]
    assert right == ["the convnet"]
    replies = [choice.reply.text("en") for choice in asked.choices if choice.reply]
    assert replies == ["To a dense unit order means nothing: +0.07 points."] * 2


@pytest.mark.parametrize("digit", some(range(10)))
def test_any_digit_can_be_looked_at(digit):
    lesson = LocalPatterns(picture=digits.first(digit))
    assert lesson.shown_picture.label == digit
    assert lesson.seconds <= 60.5


@pytest.mark.parametrize("number", range(0, 32, 5))
def test_a_filter_that_gets_no_patch_is_told_as_it_is(number):
    lesson = LocalPatterns(filter=number, unit=0)
    assert lesson.shown_unit.number == 0
    count = int((lesson.winners == number).sum())
    assert said(lesson).get("fan", "").startswith(f"Filter {number} gets {count}") == (count > 0)
    assert ("fan" in said(lesson)) == (count > 0)


@pytest.mark.parametrize("length", [30.0, 120.0])
def test_it_folds_and_stretches(length):
    lesson = LocalPatterns(length=length)
    assert lesson.seconds == pytest.approx(length)
    assert {"dense", "filter", "fly", "trained", "answer"} <= set(said(lesson))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"filter": 32}, r"no filter 32 in conv1: its filters are 0 to 31"),
        ({"unit": 512}, r"no unit 512 .* 0 to 511"),
        ({"picture": Picture(np.zeros((28, 28, 1), np.float32), None, "empty.png")}, "is blank"),
        ({"picture": Picture(np.ones((30, 28, 1), np.float32), None, "tall.png")}, "30 × 28"),
        ({"pause": 0.0}, "--pause 0 is not possible"),
        ({"length": 9.0}, "9 s is no length for this lesson"),
    ],
)
def test_what_cannot_be_is_refused(options, told):
    with pytest.raises(UsageError, match=told):
        LocalPatterns(**options)


@pytest.mark.parametrize("sheet", some(["16:9", "9:16", "4:3", "1:1"]))
@pytest.mark.parametrize("digit", [None, 1, 8])
def test_every_picture_has_a_layout_in_which_nothing_overlaps(digit, sheet):
    lesson = LocalPatterns(picture=None if digit is None else digits.first(digit))
    picture = lesson.picture_of()
    piles, dense = lesson.pile_picture(), picture.dense()
    shown = [picture.opening(), dense, picture.sweep(), piles, picture.asked()]
    shown += [lesson.control(), lesson.apart()]
    for diagram in shown:
        for lang in ("en", "zh"):
            assert panels.problems(panels.place(diagram, panels.video(sheet), lang)) == []
