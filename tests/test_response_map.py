"""The lesson on response maps tells numbers that SciPy and NumPy alone find too."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from played import check_layout
from scipy.signal import correlate2d
from scipy.spatial.distance import cosine

from convexplain import panels
from convexplain.data import digits
from convexplain.data.kernels import KERNELS, closest_pattern
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.parts.response_words import pattern
from convexplain.lessons.response_map import ResponseMap
from convexplain.network import AveragePooling2D, Conv2D, Dense, Flatten, Network
from tests.often import some

LAYERS = {"conv1": 32, "pool1": 32, "conv2": 64, "pool2": 64, "conv3": 128}


@pytest.fixture(scope="module")
def lesson():
    return ResponseMap()


def captions(lesson):
    """What is said by each event, in English, with plain minus signs."""
    events = [event for beat in lesson.beats() for event in beat.events if event.said is not None]
    return {event.name: event.said.text("en").replace("−", "-") for event in events}


def all_maps(lesson):
    """All maps of conv1, by SciPy, (26, 26, 32)."""
    picture = lesson.shown_picture.pixels[:, :, 0].astype(np.float64)
    weights = lesson.network.weights
    return np.stack(
        [
            np.maximum(correlate2d(picture, kernel.astype(np.float64), "valid") + bias, 0)
            for kernel, bias in zip(
                np.moveaxis(weights["conv1/kernel"][:, :, 0], -1, 0),
                weights["conv1/bias"].astype(np.float64),
                strict=True,
            )
        ],
        axis=-1,
    )


def test_the_map_is_one_channel_of_the_output(lesson):
    expected = all_maps(lesson)
    np.testing.assert_allclose(lesson.maps, expected, atol=1e-6)
    np.testing.assert_allclose(lesson.response_map, expected[:, :, lesson.shown_filter], atol=1e-6)
    assert lesson.limit == pytest.approx(expected.max(), abs=1e-6)


def windows(lesson):
    """By a loop over the places of a 3 x 3 filter: sum, match and ink of each, (26, 26)."""
    picture = lesson.shown_picture.pixels[:, :, 0].astype(np.float64)
    kernel = lesson.network.weights["conv1/kernel"][:, :, 0, lesson.shown_filter].astype(np.float64)
    sums, match, ink = np.zeros((26, 26)), np.zeros((26, 26)), np.zeros((26, 26))
    for row in range(26):
        for col in range(26):
            patch = picture[row : row + 3, col : col + 3].ravel()
            sums[row, col] = patch @ kernel.ravel()
            ink[row, col] = np.sqrt(patch @ patch)
            if ink[row, col]:
                match[row, col] = 1 - cosine(patch, kernel.ravel())
    return sums, match, ink


def at(place):
    return place.step.row, place.step.col


def test_the_windows_are_found_as_their_names_say(lesson):
    sums, match, ink = windows(lesson)
    places = lesson.places
    assert set(places) == {"largest", "full", "faint"}
    best = at(places["largest"])
    assert best == np.unravel_index(sums.argmax(), sums.shape)
    # More ink than at the largest response, and a quarter of the votes for it is left at most.
    full = at(places["full"])
    assert ink[full] > ink[best]
    assert abs(sums[full]) <= places["full"].step.products.clip(0).sum() / 4
    # It fits at least as well, and holds half of the ink at most.
    faint = at(places["faint"])
    assert match[faint] >= match[best]
    assert ink[faint] <= ink[best] / 2
    letters = {place.letter: at(place) for place in places.values()}
    assert [letters[letter] for letter in "ABC"] == sorted(letters.values())


def test_votes_for_and_against_and_the_bias_give_the_response(lesson):
    picture = lesson.shown_picture.pixels[:, :, 0].astype(np.float64)
    kernel = lesson.network.weights["conv1/kernel"][:, :, 0, lesson.shown_filter]
    bias = float(lesson.network.weights["conv1/bias"][lesson.shown_filter])
    for place in lesson.places.values():
        row, col = at(place)
        products = (picture[row : row + 3, col : col + 3] * kernel).ravel()
        pros = sum(x for x in products if x > 0)
        cons = sum(x for x in products if x < 0)
        account = place.step.votes()
        assert [value for _, value in account.addends] == pytest.approx([pros, cons])
        assert account.value == pytest.approx(pros + cons + bias, abs=1e-6)
        assert account.activated == pytest.approx(max(pros + cons + bias, 0), abs=1e-6)
        # As printed, too.
        printed = round(pros, 2) + round(cons, 2) + round(bias, 2)
        assert round(printed, 2) == round(pros + cons + bias, 2)


def test_captions_compare_what_is_so(lesson):
    said, found = captions(lesson), all_maps(lesson)[:, :, lesson.shown_filter]
    v = {name: f"{found[at(place)]:.2f}" for name, place in lesson.places.items()}
    assert said["full"] == f"B: much ink, but for and against nearly cancel: {v['full']}."
    assert said["faint"] == f"C: it fits, but has less ink than A: {v['faint']}."
    assert said["largest"] == f"A: it fits, and has ink: {v['largest']}."


@pytest.mark.parametrize("digit", range(10))
def test_sentences_hold_for_every_class(digit):
    lesson = ResponseMap(picture=digits.first(digit))
    said, (sums, match, ink), places = captions(lesson), windows(lesson), lesson.places
    best = at(places["largest"])
    assert sums[best] == sums.max()
    if "full" in said:
        assert ink[at(places["full"])] > ink[best]
        assert abs(sums[at(places["full"])]) <= places["full"].step.products.clip(0).sum() / 4
    if "faint" in said:
        assert match[at(places["faint"])] >= 0.9 * match[best]
        assert ink[at(places["faint"])] < ink[best]
        assert sums[at(places["faint"])] < sums[best]
    flat = all_maps(lesson).reshape(-1, 32)
    if lesson.other is not None:
        assert np.corrcoef(flat[:, lesson.shown_filter], flat[:, lesson.other])[0, 1] < 0.5


def test_the_question_is_answered_by_the_largest_response(lesson):
    (asked,) = [event.ask for beat in lesson.beats() for event in beat.events if event.ask]
    right = {choice.text.en for choice in asked.choices if choice.reply is None}
    assert right == {lesson.places["largest"].letter}
    wrong = {choice.text.en: choice.reply.text("en") for choice in asked.choices if choice.reply}
    assert wrong["B"] == "B holds more ink than A, but 0.65 for and 0.62 against nearly cancel."
    assert wrong["C"] == captions(lesson)["faint"]


def test_the_other_filter_is_the_one_least_like_the_shown(lesson):
    flat = all_maps(lesson).reshape(-1, 32)
    likeness = np.corrcoef(flat.T)[lesson.shown_filter]
    strong = flat.max(axis=0) >= flat.max() / 4
    left = [n for n in range(32) if n != lesson.shown_filter and strong[n]]
    assert lesson.other == min(left, key=lambda n: likeness[n])


def test_what_a_filter_looks_for_is_told_from_where_its_weights_are(lesson):
    kernel = lesson.network.weights["conv1/kernel"][:, :, 0, lesson.shown_filter]
    above, below = kernel[0].sum(), kernel[2].sum()
    assert below > 0 > above
    told = captions(lesson)
    assert told["pattern"] == f"Filter {lesson.shown_filter} looks for ink below, none above."
    kernel = lesson.network.weights["conv1/kernel"][:, :, 0, lesson.other]
    assert kernel[0].sum() > 0 > kernel[2].sum()
    assert told["another"].startswith(f"Filter {lesson.other} looks for ink above, none below:")
    for number in range(32):
        kernel = lesson.network.weights["conv1/kernel"][:, :, 0, number]
        said = lesson.pattern(number)
        sides = {"above": kernel[0], "below": kernel[2]}
        sides |= {"on the left": kernel[:, 0], "on the right": kernel[:, 2]}
        for side, weights in sides.items():
            if said is not None and said.text("en").startswith(f"ink {side}, none"):
                assert weights.sum() == max(each.sum() for each in sides.values())


@pytest.mark.parametrize(
    ("name", "en", "zh"),
    [
        ("sobel-x", "ink on the right, none on the left", "右侧有笔画，左侧没有"),
        ("line-horizontal", "a level line", "水平的线"),
        ("line-vertical", "an upright line", "竖直的线"),
    ],
)
def test_classic_kernels_are_told_as_what_they_find(name, en, zh):
    said = pattern(closest_pattern(KERNELS[name].weights), ink=True)
    assert (said.text("en"), said.text("zh")) == (en, zh)
    rising = pattern(closest_pattern([[-1, -1, 2], [-1, 2, -1], [2, -1, -1]]), ink=False)
    assert rising.text("en") == "a rising line"
    edge = pattern(closest_pattern([[0, 1, 2], [-1, 0, 1], [-2, -1, 0]]), ink=False)
    assert edge.text("en") == "bright at the upper right, dark at the lower left"
    assert pattern(closest_pattern(KERNELS["emboss"].weights, least=1.0), ink=True) is None


def test_the_two_most_alike_are_found_among_all_pairs(lesson):
    flat = all_maps(lesson).reshape(-1, 32)
    pairs = {(a, b): np.corrcoef(flat[:, a], flat[:, b])[0, 1] for a in range(32) for b in range(a)}
    (second, first), largest = max(pairs.items(), key=lambda item: item[1])
    alike = lesson.alike
    assert (alike.first, alike.second) == (first, second)
    assert alike.correlation == pytest.approx(largest, abs=1e-5)
    assert alike.blank == ()


@pytest.mark.parametrize("layer", LAYERS)
def test_a_map_lies_on_the_middles_of_what_its_cells_see(layer):
    lesson = ResponseMap(layer=layer)
    laid, field = lesson.laid, lesson.network.receptive_field(layer)
    cut = (28 - laid.pixels.shape[0]) // 2  # as much at each side
    np.testing.assert_array_equal(laid.pixels, lesson.drawn[cut : 28 - cut, cut : 28 - cut])
    rows, cols, _ = lesson.maps.shape
    for row in range(rows):
        for col in range(cols):
            top, left, height, width = (int(n) for n in laid.cells(row, col))
            box = field.box(row, col)
            middle = (box.top + box.bottom - 1) / 2 - cut, (box.left + box.right - 1) / 2 - cut
            assert top + (height - 1) / 2 == pytest.approx(middle[0], abs=0.51)
            assert left + (width - 1) / 2 == pytest.approx(middle[1], abs=0.51)
            cells = laid.maps[top : top + height, left : left + width]
            np.testing.assert_array_equal(
                cells, np.broadcast_to(lesson.maps[row, col], cells.shape)
            )


@pytest.mark.parametrize("layer", LAYERS)
def test_blank_maps_are_counted_not_hidden(layer):
    lesson = ResponseMap(layer=layer)
    flat = lesson.maps.reshape(-1, LAYERS[layer])
    assert lesson.maps.shape[2] == LAYERS[layer]
    assert lesson.blank == tuple(np.flatnonzero(~flat.any(axis=0)))
    assert 30 <= lesson.seconds <= 65


@pytest.mark.parametrize(
    ("layer", "size"), [("pool1", 4), ("conv2", 8), ("pool2", 10), ("conv3", 18)]
)
def test_a_cell_of_a_later_layer_sees_its_receptive_field(layer, size):
    lesson = ResponseMap(layer=layer)
    box = lesson.sees(*lesson.best)
    assert (box.height, box.width) == (size, size)
    assert f"sees {size} × {size} pixels" in captions(lesson)["sees"]
    assert f"{lesson.response_map.max():.2f}" in captions(lesson)["sees"]
    # Ink outside of it does not reach the cell; blank paper in its place does.
    pixels = lesson.shown_picture.pixels.copy()
    outside = np.ones((28, 28), bool)
    outside[box.rows, box.cols] = False
    pixels[outside] = 1 - pixels[outside]
    cell = (*lesson.best, lesson.shown_filter)
    again = ResponseMap(layer=layer, picture=Picture(pixels, None, "inverted outside"))
    assert again.maps[cell] == lesson.maps[cell]
    blank = ResponseMap(layer=layer, picture=Picture(np.zeros_like(pixels), None, "blank"))
    assert blank.maps[cell] < lesson.maps[cell]


@pytest.mark.parametrize("layer", ["conv2", "conv3"])
def test_a_later_layer_weighs_all_its_channels(layer):
    lesson = ResponseMap(layer=layer)
    below = lesson.trace.input_of(layer).astype(np.float64)
    kernel = lesson.network.weights[f"{layer}/kernel"][..., lesson.shown_filter]
    row, col = lesson.best
    patch = below[row : row + 3, col : col + 3]
    place = lesson.places["largest"]
    assert at(place) == (row, col)
    assert place.ink == pytest.approx(np.linalg.norm(patch), abs=1e-5)
    assert place.match == pytest.approx(1 - cosine(patch.ravel(), kernel.ravel()), abs=1e-5)
    assert captions(lesson)["weighs"].endswith(f"a window of {kernel.shape[2]} channels.")
    assert captions(lesson)["law"].startswith("Signal")  # no ink any more


def test_in_later_layers_the_filter_that_responds_most_is_shown():
    lesson = ResponseMap(layer="conv2")
    assert lesson.response_map.max() == lesson.maps.max()


@pytest.mark.parametrize(("pool", "conv"), [("pool1", "conv1"), ("pool2", "conv2")])
def test_a_pooling_keeps_the_scale_of_its_convolution(pool, conv):
    assert ResponseMap(layer=pool).limit == ResponseMap(layer=conv).limit


def test_average_pooling_keeps_the_scale_of_its_convolution_too(tmp_path):
    layers = (Conv2D("a", 4), AveragePooling2D("mean"), Flatten("flat"), Dense("out", 10))
    path = tmp_path / "small.safetensors"
    Network.initialised(layers, seed=1).save(path)
    lesson = ResponseMap(layer="mean", model=str(path))
    assert lesson.limit == lesson.trace.activations["a"].max()
    assert lesson.limit > lesson.maps.max()


def test_a_filter_that_finds_nothing_is_shown_as_such():
    blank = ResponseMap(layer="conv2").blank[0]
    lesson = ResponseMap(layer="conv2", filter=blank)
    assert lesson.largest == 0
    assert lesson.places == {}
    assert captions(lesson)["nothing"] == f"Filter {blank} finds nothing: its map is blank."


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"filter": 32}, "no filter 32 in conv1: its filters are 0 to 31"),
        ({"layer": "conv2", "filter": 64}, "no filter 64 in conv2: its filters are 0 to 63"),
        ({"layer": "dense"}, "choose conv1, pool1, conv2, pool2 or conv3"),
        ({"layer": "conv9"}, "no response maps of a layer 'conv9'"),
        ({"model": "dense"}, "lacks response maps"),
        ({"picture": Picture(np.zeros((9, 9, 3)), None, "small")}, "9 × 9 × 3"),
        ({"pause": 0.0}, "--pause 0 is not possible"),
        ({"length": 9.0}, "9 s is no length for this lesson"),
    ],
)
def test_what_cannot_be_shown_is_refused(options, text):
    with pytest.raises(UsageError, match=text):
        ResponseMap(**options)


@pytest.mark.parametrize(
    ("digit", "layer", "channel", "lang"),
    [
        (1, "conv1", 18, "zh"),
        (4, "pool1", None, "en"),
        (7, "conv2", 8, "zh"),
        (0, "conv3", None, "en"),
    ],
)
def test_other_digits_layers_and_filters_keep_the_layout(digit, layer, channel, lang):
    pytest.importorskip("manim", reason="scenes need the extra 'video'")
    check_layout(ResponseMap(picture=digits.first(digit), layer=layer, filter=channel), lang)


@pytest.mark.parametrize("length", [30.0, 120.0])
@pytest.mark.parametrize("layer", [None, "conv2", "conv3"])
def test_it_folds_and_stretches(layer, length):
    lesson = ResponseMap(layer=layer, length=length)
    assert lesson.seconds == pytest.approx(length)
    said = captions(lesson)
    assert {"law", "largest", "answer"} <= set(said)


@pytest.mark.parametrize("sheet", some(["16:9", "9:16", "4:3", "1:1"]))
@pytest.mark.parametrize("layer", LAYERS)
def test_every_picture_has_a_layout_in_which_nothing_overlaps(layer, sheet):
    lesson = ResponseMap(layer=layer)
    picture = lesson.picture_of
    shown = [picture.opened(), picture.overlay(0)]
    if lesson.places:
        shown += [picture.windows(), picture.tiles()]
    for diagram in shown:
        for lang in ("en", "zh"):
            assert panels.problems(panels.place(diagram, panels.video(sheet), lang)) == []


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("sheet", panels.ASPECTS)
def test_while_numbers_are_multiplied_they_are_printed_and_accounts_stand_apart(
    lesson, sheet, lang
):
    """In every frame; the two decimals of which a note speaks are there."""
    for picture in (lesson.picture_of.windows(), lesson.picture_of.tiles()):
        placed = panels.place(picture, panels.ASPECTS[sheet], lang)
        assert placed.decimals == 2
    accounts = [placed[f"votes-{place.letter}.all"] for place in lesson.places.values()]
    for one, other in pairwise(accounts):
        beside, below = other.x - one.right, other.y - one.bottom
        assert max(beside, below) > placed.sheet.text  # a number of the next is not one of this


def test_products_that_do_not_add_up_as_printed_are_said_to_be_rounded(lesson):
    cells = lesson.picture_of.tiles()
    exact = True
    for place in lesson.places.values():
        shown = cells.panel(f"products-{place.letter}").values
        terms = {
            term.over.text("en"): term.text for term in cells.panel(f"votes-{place.letter}").terms
        }
        for part, side in (("for", shown > 0), ("against", shown < 0)):
            added = round(sum(round(float(n), 2) for n in shown[side]), 2)
            exact = exact and added == float(terms[part].replace("−", "-"))
    assert not exact
    assert "rounded" in {panel.name for panel in cells.root.panels()}


@pytest.mark.parametrize("number", [None, 0])
def test_letters_stand_left_of_the_picture_from_the_highest_window_down(number):
    lesson = ResponseMap(picture=None if number is None else digits.sample(number))
    placed = panels.place(lesson.picture_of.windows(), panels.ASPECTS["16:9"])
    pieces = {piece.name: piece for piece in placed.pieces}
    windows = sorted(lesson.places.values(), key=lambda one: one.box.top)
    heights = []
    for one in windows:
        letter, window = pieces[f"input.letter-{one.letter}"], pieces[f"input.{one.letter}"].box
        assert letter.text == one.letter
        assert letter.box.right < pieces["input"].box.x
        heights.append(letter.box.middle[1])
        assert heights[-1] > window.y
        # Level with it, unless the one above needs that place.
        assert heights[-1] < window.bottom or heights[-2] > window.y - window.height
    assert heights == sorted(heights)
