"""The 1 x 1 convolution, the lesson: by loops, dense layers, and a rebuilt network."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from played import LOOKS, check_events, lesson_of, of

from convexplain.data import digits
from convexplain.errors import UsageError
from convexplain.lessons.one_by_one import GRAY, OneByOne
from convexplain.lessons.parts.mixing import best, simple
from convexplain.network import Conv2D, Network
from convexplain.panels import ASPECTS, COLUMN, PAGE, place, problems
from convexplain.style import format as fmt
from convexplain.style.theme import Look


@pytest.fixture(scope="module")
def lesson():
    return lesson_of("one-by-one")


@pytest.fixture(scope="module")
def learned():
    """A network that has such a layer of its own."""
    return OneByOne(model="blocks")


def told(lesson, event, lang="en"):
    (said,) = (e.said for beat in lesson.beats() for e in beat.events if e.name == event)
    return said.text(lang)


def test_gray_is_three_products_at_every_pixel(lesson):
    for row, col in np.ndindex(lesson.gray.shape):
        red, green, blue = lesson.photograph[row, col]
        expected = 0.299 * red + 0.587 * green + 0.114 * blue
        assert lesson.gray[row, col] == pytest.approx(expected)
    for pixel in lesson.pixels:
        products = [round(float(p), 2) for p in GRAY * lesson.photograph[pixel]]
        assert round(sum(products), 2) == round(float(lesson.gray[pixel]), 2)
        # Multiplied as they are printed, they give the printed gray.
        printed = GRAY @ np.round(lesson.photograph[pixel], 2)
        assert round(float(printed), 2) == round(float(lesson.gray[pixel]), 2)
    assert len(set(lesson.pixels)) == 3


@pytest.mark.parametrize("which", ["lesson", "learned"])
def test_each_place_goes_through_one_dense_layer(which, request):
    mixing = request.getfixturevalue(which).mixing
    for row, col in np.ndindex(mixing.maps.shape[:2]):
        dense = mixing.maps[row, col].astype(float) @ mixing.weights + mixing.biases
        np.testing.assert_allclose(mixing.mixed[row, col], dense, atol=1e-12)


def test_a_trained_layer_is_shown_as_it_is(learned):
    assert learned.mixing.layer == "pointwise"
    z = learned.trace.before("pointwise")
    np.testing.assert_allclose(learned.mixing.mixed, z, atol=1e-5)
    assert "As trained" in learned.diagram().panel("weights").note.text("en")
    names = {event.name for beat in learned.beats() for event in beat.events}
    assert not names & {"weights", "work", "right"}


def test_mixtures_keep_more_variance_than_any_others_of_as_many():
    random = np.random.default_rng(0)
    maps = random.normal(size=(9, 7, 6)) @ random.normal(size=(6, 6))
    weights, mean = best(maps, 2)
    places = maps.reshape(-1, 6) - mean
    np.testing.assert_allclose(weights.T @ weights, np.eye(2), atol=1e-12)
    # The same by singular values of the places themselves.
    _, sizes, directions = np.linalg.svd(places, full_matrices=False)
    np.testing.assert_allclose(np.abs(directions[:2] @ weights), np.eye(2), atol=1e-9)
    assert (places @ weights).var(axis=0).sum() == pytest.approx((sizes[:2] ** 2).sum() / 63)


def test_digits_are_counted_in_a_network_that_really_has_both_layers(lesson):
    mixing, cnn = lesson.mixing, lesson.network
    maps = np.stack([
        cnn.activations(picture.pixels)["pool1"].astype(float) for picture in digits.load()
    ])  # fmt: skip
    mean = maps.mean(axis=(0, 1, 2))
    kernel = cnn.weights["conv2/kernel"].astype(float)
    # conv2 reads the mixtures: its kernels are mixed, and its bias takes in what they lack of the
    # mean.
    lacks = mean - mixing.weights @ (mixing.weights.T @ mean)
    weights = {**cnn.weights, "mix/kernel": mixing.weights[None, None], "mix/bias": mixing.biases,
               "conv2/kernel": np.einsum("ijcf,ck->ijkf", kernel, mixing.weights),
               "conv2/bias": cnn.weights["conv2/bias"] + lacks @ kernel.sum((0, 1))}  # fmt: skip
    before, after = cnn.layers[:2], cnn.layers[2:]
    layers = (*before, Conv2D("mix", mixing.filters, (1, 1), activation="linear"), *after)
    rebuilt = Network(layers, {k: np.asarray(w, np.float32) for k, w in weights.items()})
    labels = [picture.label for picture in digits.load()]
    right = (rebuilt(lesson.digits).argmax(axis=1) == labels).sum()
    shipped = (cnn(lesson.digits).argmax(axis=1) == labels).sum()
    assert lesson.right == (shipped, right)
    # Weights without biases, and multiplications: as the rebuilt network counts them.
    rows = {row.name: row for row in rebuilt.rows}
    own, then = rows["mix"], rows["conv2"]
    (alone, both), (work, less) = lesson.costs
    assert both == own.parameters - mixing.filters + then.parameters - 64
    assert less == own.multiplications + then.multiplications
    counted = {row.name: row for row in cnn.rows}["conv2"]
    assert (alone, work) == (counted.parameters - 64, counted.multiplications)


def test_the_question_s_wrong_answers_are_counts_of_other_things(lesson):
    (question,) = (e.ask for beat in lesson.beats() for e in beat.events if e.ask)
    choices = {choice.text.text("en"): choice.reply for choice in question.choices}
    assert choices.pop("32") is None
    assert set(choices) == {"1", "288", fmt.count(13 * 13 * 32)}


@pytest.mark.parametrize("which", ["lesson", "learned"])
@pytest.mark.parametrize("aspect", ASPECTS)
def test_every_picture_has_its_place_on_every_sheet(which, aspect, request):
    lesson, sheet = request.getfixturevalue(which), ASPECTS[aspect]
    shown = [
        lesson.opening(), lesson.colours(), lesson.to_gray(),
        lesson.reading(), lesson.volume(), lesson.mixes(), lesson.places(),
    ]  # fmt: skip
    if lesson.costs is not None:
        shown.append(lesson.cost())
    for diagram in shown:
        assert problems(place(diagram, sheet, "en")) == []


@pytest.mark.parametrize("aspect", ASPECTS)
def test_pictures_that_are_added_are_large_enough_to_be_seen(lesson, aspect):
    for picture, name in ((lesson.to_gray(), "plane-0"), (lesson.mixes(), "map-0")):
        for lang in ("en", "zh"):
            placed = place(picture, ASPECTS[aspect], lang)
            assert placed[name].width > 0.15 * min(placed.width, placed.height)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_figure_has_its_place_on_page_and_column(lesson, lang):
    for sheet in (PAGE, COLUMN):
        assert problems(place(lesson.diagram(), sheet, lang)) == []


def test_a_video_is_as_long_as_asked():
    assert 40 <= lesson_of("one-by-one").seconds <= 60.01
    assert OneByOne(length=120.0).seconds == pytest.approx(120)
    assert OneByOne(length=30.0).seconds == pytest.approx(30)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"channels": 0}, "give 1 to 32"),
        ({"channels": 33}, "give 1 to 32, the channels of pool1"),
        ({"channels": 4, "model": "blocks"}, "pointwise of the network has 32"),
        ({"model": "dense"}, "lacks a convolution of all channels"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(options, said):
    with pytest.raises(UsageError, match=said):
        OneByOne(**options)


@pytest.mark.soak
@pytest.mark.parametrize("aspect", ["16:9", "9:16"])
@pytest.mark.parametrize("model", ["blocks", "photo"])
def test_other_networks_are_played(model, aspect):
    check_events(OneByOne(model=model), Look("zh", "light"), aspect)


def test_the_numbers_land_in_the_order_of_their_maps():
    moments = of("one-by-one", LOOKS[0]).during("mix")
    landed = [m["numbers"].values for m in moments if "numbers" in m and "wall[0]" in m]
    mixing = lesson_of("one-by-one").mixing
    np.testing.assert_allclose(landed[-1].ravel(), mixing.maps[mixing.place])


def test_what_is_told_of_a_sum_adds_up_as_it_is_printed(lesson):
    def number(text):
        return float(text.strip("+×() ").replace("−", "-"))

    mixing, filter, picture = lesson.mixing, lesson.told, lesson.mixes()
    shown, (row, col) = lesson.largest(filter), mixing.place
    factors = [
        (number(picture.panel(f"number-{n}").words), number(picture.panel(f"weight-{n}").words))
        for n in range(3)
    ]
    for (read, weight), channel in zip(factors, shown, strict=True):
        assert read == round(float(mixing.maps[row, col, channel]), 2)
        assert weight == round(float(mixing.weights[channel, filter]), 2)
    rest = number(picture.panel("rest").words)
    total = number(picture.panel("number-3").words.strip("= "))
    assert round(sum(a * b for a, b in factors) + rest, 2) == total
    assert total == round(float(mixing.maps[row, col] @ mixing.weights[:, filter]), 2)
    products = np.abs(mixing.maps[row, col] * mixing.weights[:, filter])
    assert set(shown) == set(products.argsort()[-3:])
    assert f"{mixing.channels - 3} other channels" in picture.panel("others").words.text("en")


def test_the_filter_s_map_is_filled_with_its_sums():
    lesson = lesson_of("one-by-one")
    moments = [m for m in of("one-by-one", LOOKS[0]).during("mix") if "one" in m]
    mixed = lesson.mixing.mixed[:, :, lesson.told]
    for stage in moments:
        known = np.isfinite(stage["one"].values)
        np.testing.assert_allclose(stage["one"].values[known], mixed[known])
    assert {1, mixed.size} <= {int(np.isfinite(m["one"].values).sum()) for m in moments}


def test_simple_mixtures_keep_the_same_and_no_turn_makes_them_simpler(lesson):
    random = np.random.default_rng(1)
    given, _ = best(random.normal(size=(200, 7)) @ random.normal(size=(7, 7)), 3)
    weights = simple(given)
    np.testing.assert_allclose(weights.T @ weights, np.eye(3), atol=1e-9)
    np.testing.assert_allclose(weights @ weights.T, given @ given.T, atol=1e-9)
    assert (weights[np.abs(weights).argmax(axis=0), range(3)] > 0).all()

    def simplicity(of):
        return (of**2).var(axis=0).sum()

    assert simplicity(weights) > simplicity(given)
    for one, other in ((0, 1), (0, 2), (1, 2)):
        for angle in np.linspace(-0.7, 0.7, 29):
            turn, (c, s) = np.eye(3), (np.cos(angle), np.sin(angle))
            turn[[one, one, other, other], [one, other, one, other]] = c, -s, s, c
            assert simplicity(weights @ turn) <= simplicity(weights) + 1e-9


@pytest.mark.parametrize(("count", "shape"), [(3, (1, 3)), (8, (1, 8)), (11, (2, 8))])
def test_numbers_stand_as_their_maps_do_on_a_wall(lesson, count, shape):
    values = np.arange(1.0, count + 1)
    grid = lesson.as_wall(values)
    assert grid.shape == shape
    np.testing.assert_array_equal(grid.ravel()[:count], values)
    assert np.isnan(grid.ravel()[count:]).all()


def test_numbers_beside_the_pictures_are_those_of_the_framed_pixel():
    lesson, seen = lesson_of("one-by-one"), set()
    for stage in of("one-by-one", LOOKS[0]).during("colour"):
        numbers = [stage[f"value-{n}"].values[0, 0] for n in range(4) if f"value-{n}" in stage]
        if len(numbers) == 4 and np.isfinite(numbers).all() and "gray.pixel" in stage:
            grid, mark = stage["plane-0"], stage["plane-0.pixel"]
            col, row = np.rint((mark.places[0] - grid.places[0]) / grid.cell).astype(int)
            np.testing.assert_allclose(numbers[:3], lesson.photograph[row, col])
            assert numbers[3] == pytest.approx(lesson.gray[row, col])
            seen.add((row, col))
    assert seen == set(lesson.pixels)


def test_bars_of_both_ways_are_as_long_as_their_numbers():
    stage, lesson = of("one-by-one", LOOKS[0]).ends["cost"], lesson_of("one-by-one")
    long = [np.ptp(stage[f"{way}.work"].places[:, 0]) for way in ("alone", "both")]
    (_, (work, less)) = lesson.costs
    assert long[1] / long[0] == pytest.approx(less / work, rel=0.01)
    assert [stage[f"{way}.work.value"].text for way in ("alone", "both")] == [
        f"{fmt.count(work)} (100%)", f"{fmt.count(less)} ({100 * less / work:.0f}%)"
    ]  # fmt: skip
    assert f"{100 * less / work:.0f}% of the multiplications" in told(lesson, "work")
    before, after = lesson.right
    said = f"About as many are read right: {after} of 200, with all 32 maps {before}."
    assert told(lesson, "right") == said
    assert abs(after - before) <= 0.02 * 200
    for way, count in zip(("alone", "both"), lesson.right, strict=True):
        assert stage[f"{way}-right"].text == f"{count} of 200 digits read right"


def test_counts_that_differ_are_not_called_about_the_same(monkeypatch):
    monkeypatch.setattr(OneByOne, "right", (192, 150))
    assert (
        told(OneByOne(), "right")
        == "150 of 200 digits are read right from 8 maps, 192 from all 32."
    )


def test_the_factors_below_a_bar_give_its_number(lesson):
    """Each is written as a product of counts, or as a sum of two."""
    picture, (_, work) = lesson.cost(), lesson.costs
    for way, count in zip(("alone", "both"), work, strict=True):
        words = picture.panel(f"{way}-counted").words
        said = words if isinstance(words, str) else words.text("en")
        products = (re.findall(r"[\d,]+", product) for product in said.split("+"))
        factors = ([int(number.replace(",", "")) for number in each] for each in products)
        assert sum(map(math.prod, factors)) == count


def test_numbers_at_a_place_stand_over_the_weights_of_the_filter_that_is_told(lesson):
    picture, mixing = lesson.volume(), lesson.mixing
    numbers, weights = picture.panel("numbers").values, picture.panel("weights").values
    assert numbers.shape == weights.shape
    np.testing.assert_allclose(weights.ravel(), mixing.weights[:, lesson.told])
    sums = float((numbers * weights).sum())
    assert sums == pytest.approx(float(mixing.mixed[mixing.place][lesson.told]), abs=1e-5)


def test_the_pixel_that_is_held_large_is_the_one_that_is_framed(lesson):
    picture = lesson.opening()
    mark = picture.panel("photograph").marks["pixel"]
    np.testing.assert_array_equal(
        picture.panel("pixel").values[0, 0], lesson.photograph[mark.row, mark.col]
    )
