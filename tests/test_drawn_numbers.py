"""Numbers, frames and arrows on the stage, lesson by lesson, against SciPy and counts by hand.

What a viewer sees is asked: which cell is lit, on which cells a frame lies, where an arrow ends,
which number stands beside which word. In English on dark ground, and in Chinese on light ground.
"""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy.signal import correlate2d

pytest.importorskip("manim", reason="scenes need the extra 'video'")

import played as plays

from convexplain.lessons.parts import translation_words as words
from convexplain.lessons.parts.unit_picture import PALE
from convexplain.lessons.window_geometry import WindowGeometry
from convexplain.network import Network
from convexplain.stage import Label
from convexplain.style import format as fmt
from convexplain.style.format import probability


@pytest.fixture(scope="module", params=plays.LOOKS, ids=["en-dark", "zh-light"])
def look(request):
    return request.param


@pytest.fixture(scope="module")
def weights():
    return {name: value.astype(np.float64) for name, value in Network.load("cnn").weights.items()}


def conv1(weights, picture, filter):
    """A map of conv1, by SciPy."""
    kernel, bias = weights["conv1/kernel"][:, :, 0, filter], weights["conv1/bias"][filter]
    return np.maximum(correlate2d(picture.astype(np.float64), kernel, "valid") + bias, 0)


def digit(played):
    return played.lesson.shown_picture.pixels[:, :, 0]


def under(frame, grid):
    """Row, column, height and width, in cells of a grid, of what a frame lies on."""
    (left, top), (right, _), (_, bottom) = (frame.places - grid.places[0]) / grid.cell
    found = np.array([top, left, bottom - top, right - left])
    assert np.abs(found - found.round()).max() < 0.02, found
    return tuple(found.round().astype(int).tolist())


def value(label):
    """The number that a label prints."""
    return float(label.text.replace("−", "-").replace("+", "").replace(",", ""))


def beside(stage, label):
    """The text of the label that stands at the same height, next to the right."""
    x, y = label.anchor_place()
    there = [
        (other.anchor_place()[0], other.text)
        for other in stage.of(Label)
        if other is not label and abs(other.anchor_place()[1] - y) < 2 and other.text.strip()
    ]
    return min(item for item in there if item[0] > x)[1]


def saying(stage, text):
    (found,) = [label for label in stage.of(Label) if label.text == text]
    return found


# The sliding window.


def test_the_pair_that_is_lit_is_the_pair_that_is_multiplied(look):
    """One pixel and one weight are lit together, and their product lands."""
    played = plays.of("sliding-window", look)
    step = played.lesson.stops["strong"].step
    kernel = step.kernel[:, :, 0].astype(np.float64)
    products = digit(played)[step.row : step.row + 3, step.col : step.col + 3] * kernel
    lit = []
    for stage in played.during("strong"):
        grids = [stage[name] for name in ("patch", "kernel", "products") if name in stage]
        if len(grids) < 3:
            continue
        patch, weights, found = grids
        known = ~np.isnan(found.values)
        np.testing.assert_allclose(found.values[known], products[known], atol=1e-6)
        if (patch.shares == 1).sum() == 1:
            (cell,) = np.argwhere(patch.shares == 1).tolist()
            assert np.argwhere(weights.shares == 1).tolist() == [cell]
            lit.append(cell)  # whose product lands with the end of this play
            assert np.argwhere(known).tolist() == lit
    assert lit == [[row, col] for row in range(3) for col in range(3)]
    np.testing.assert_allclose(played.ends["strong"]["products"].values, products, atol=1e-6)


def test_the_window_lies_on_what_the_patch_shows_and_feeds_the_cell_of_its_place(look, weights):
    played = plays.of("sliding-window", look)
    expected = conv1(weights, digit(played), played.lesson.shown_filter)
    places = []
    for beat in played.lesson.stops:
        stage = played.ends[beat]
        row, col, height, width = under(stage["input.window"], stage["input"])
        np.testing.assert_array_equal(
            stage["patch"].values, digit(played)[row : row + height, col : col + width]
        )
        assert under(stage["map.cell"], stage["map"]) == (row, col, 1, 1)
        places.append((row, col))
        known = np.argwhere(~np.isnan(stage["map"].values)).tolist()
        assert sorted(map(tuple, known)) == sorted(places)
        for place in places:
            assert stage["map"].values[place] == pytest.approx(expected[place], abs=1e-6)
        assert stage["sum.activated"].values[0, 0] == pytest.approx(expected[row, col], abs=1e-6)
        assert stage["map.counter"].text == f"{len(places)} / 676"
    np.testing.assert_allclose(played.ends["sweep"]["map"].values, expected, atol=1e-6)
    assert played.ends["sweep"]["map.counter"].text == "676 / 676"


def test_sum_bias_and_value_stand_beside_their_names(look, weights):
    played = plays.of("sliding-window", look)
    filter = played.lesson.shown_filter
    names = ("sum.products", "sum.bias", "sum.total")
    for beat, stop in played.lesson.stops.items():
        stage = played.ends[beat]
        row, col = stop.step.row, stop.step.col
        patch = digit(played)[row : row + 3, col : col + 3].astype(np.float64)
        total = (patch * weights["conv1/kernel"][:, :, 0, filter]).sum()
        bias = weights["conv1/bias"][filter]
        printed = [value(stage[name]) for name in names]
        assert printed == pytest.approx([total, bias, total + bias], abs=0.00501)
        for name in names:
            heights = [stage[n].anchor_place()[1] for n in (name, f"{name}.label")]
            assert heights[0] == pytest.approx(heights[1])


# The response map.


def votes(weights, played, place):
    """The products of a window, and what speaks for and against, by the weights alone."""
    row, col = place.step.row, place.step.col
    patch = digit(played)[row : row + 3, col : col + 3].astype(np.float64)
    products = patch * weights["conv1/kernel"][:, :, 0, played.lesson.shown_filter]
    return patch, products, products.clip(0).sum(), products.clip(max=0).sum()


def test_windows_are_framed_where_their_patches_come_from(look, weights):
    played = plays.of("response-map", look)
    stage = played.ends["weigh"]
    for place in played.lesson.places.values():
        letter = place.letter
        patch, products, pros, cons = votes(weights, played, place)
        at = (place.step.row, place.step.col, 3, 3)
        assert under(stage[f"input.{letter}"], stage["input"]) == at
        np.testing.assert_allclose(stage[f"patch-{letter}"].values, patch, atol=1e-6)
        np.testing.assert_allclose(stage[f"products-{letter}"].values, products, atol=1e-6)
        bias = weights["conv1/bias"][played.lesson.shown_filter]
        values = pros, cons, bias
        names = [f"votes-{letter}.{part}" for part in ("for", "against", "bias")]
        assert [value(stage[name]) for name in names] == pytest.approx(values, abs=0.00501)
        rows = [stage[f"{n}-{letter}"].places[0, 1] for n in ("patch", "products", "value")]
        assert rows[0] < rows[1] < stage[names[0]].anchor_place()[1] < rows[2] + 1
        found = stage[f"value-{letter}"].values[0, 0]
        assert found == pytest.approx(max(sum(values), 0), abs=1e-6)


def test_the_map_fills_behind_its_window(look, weights):
    played = plays.of("response-map", look)
    expected = conv1(weights, digit(played), played.lesson.shown_filter)
    mark = f"input.{played.lesson.places['largest'].letter}"
    filled = []
    for stage in played.during("map"):
        if not {"map", mark} <= set(stage.names) or "shown" in stage:
            continue
        if not stage["map"].values.any():  # the window has not left yet
            continue
        row, col, _, _ = under(stage[mark], stage["input"])
        known = np.arange(expected.size).reshape(expected.shape) <= row * 26 + col
        np.testing.assert_allclose(stage["map"].values, np.where(known, expected, 0), atol=1e-6)
        filled.append(known.sum())
    assert filled
    assert filled == sorted(filled)


def test_the_number_that_is_shown_is_that_of_the_window_that_is_framed(look, weights):
    played = plays.of("response-map", look)
    expected = conv1(weights, digit(played), played.lesson.shown_filter)
    stage = played.ends["answer"]
    letter = played.lesson.places["largest"].letter
    row, col, _, _ = under(stage[f"input.{letter}"], stage["input"])
    assert (row, col) == np.unravel_index(expected.argmax(), expected.shape)
    assert stage["shown"].values[0, 0] == pytest.approx(expected.max(), abs=1e-6)
    np.testing.assert_allclose(stage["map"].values, expected, atol=1e-6)


# Local patterns.


def test_of_the_dense_units_weights_stays_what_pixels_leave(look):
    played = plays.of("local-patterns", look)
    stage, kernel = played.ends["dense"], Network.load("dense").weights["hidden/kernel"]
    unit = kernel[:, played.lesson.shown_unit.number].reshape(28, 28)
    seen = stage["weights"].values * stage["weights"].shares
    np.testing.assert_allclose(seen, unit * digit(played), atol=1e-6)


def test_patches_stand_beside_the_filter_that_responds_most(look, weights):
    played = plays.of("local-patterns", look)
    stage = played.ends["piles"]
    maps = np.stack([conv1(weights, digit(played), n) for n in range(32)], axis=2)
    pixels, wanted = digit(played), {}
    for row, col in np.ndindex(26, 26):
        patch = pixels[row : row + 3, col : col + 3]
        if patch.any():
            wanted.setdefault(int(maps[row, col].argmax()), []).append(patch)
    for n in sorted(wanted, key=lambda n: (-len(wanted[n]), n))[:3]:
        assert stage[f"count-{n}"].text == str(len(wanted[n]))
        tiles = [stage[f"pile-{n}[{k}]"] for k in range(4)]
        for tile in tiles:
            assert any(np.array_equal(tile.values, patch) for patch in wanted[n])
        kernel = stage[f"kernel-{n}"]
        np.testing.assert_allclose(kernel.values, weights["conv1/kernel"][:, :, 0, n], atol=1e-6)
        rows = [part.places[0, 1] for part in (kernel, *tiles)]
        assert rows == pytest.approx([rows[0]] * 5, abs=1)
        assert kernel.places[0, 0] < min(tile.places[0, 0] for tile in tiles)


def test_the_neighbours_of_the_shuffled_window_are_marked_where_they_were(look):
    played = plays.of("local-patterns", look)
    (stage,) = [s for s in played.during("control") if "place.from-8" in s][-1:]
    pixels = digit(played)
    order = np.random.default_rng(pixels.size).permutation(pixels.size)
    np.testing.assert_array_equal(stage["place"].values, pixels)
    np.testing.assert_array_equal(stage["input"].values, pixels.ravel()[order].reshape(28, 28))
    top, left, rows, cols = under(stage["input.window"], stage["input"])
    assert (rows, cols) == (3, 3)
    for n, (row, col) in enumerate(np.ndindex(3, 3)):
        from_row, from_col = under(stage[f"place.from-{n}"], stage["place"])[:2]
        assert order[(top + row) * 28 + left + col] == from_row * 28 + from_col


# Channels.


def test_every_channel_of_the_photograph_has_its_own_kernel_and_sum(look):
    played = plays.of("channels", look)
    stage = [s for s in played.during("photograph") if "number" in s][-1]
    kernels = Network.load("photo").weights["conv1/kernel"].astype(np.float64)
    total = 0.0
    for n in range(3):  # red, green, blue
        patch, kernel = stage[f"patch-{n}"].values, stage[f"kernel-{n}"].values
        assert (patch == patch.round()).all()  # bytes
        own = [f for f in range(kernels.shape[3]) if np.allclose(kernels[:, :, n, f], kernel)]
        assert len(own) == 1
        assert value(stage[f"sum-{n}"]) == pytest.approx((patch * kernel).sum(), abs=0.501)
        total += (patch * kernel).sum()
    bias = Network.load("photo").weights["conv1/bias"][own[0]]
    assert value(stage["sum-bias"]) == pytest.approx(bias, abs=0.501)
    assert value(stage["number"]) == pytest.approx(total + bias, abs=0.501)
    # As they are printed, the four make the one below them.
    printed = [value(stage[f"sum-{name}"]) for name in (0, 1, 2, "bias")]
    assert sum(printed) == value(stage["number"])


def test_channels_are_named_by_what_their_patches_show(look):
    played = plays.of("channels", look)
    step, inputs = played.lesson.step, played.lesson.inputs
    rows, cols = slice(step.row, step.row + 3), slice(step.col, step.col + 3)
    seen = set()
    for stage in played.during("number"):
        if not {"patch", "kernel", "products"} <= set(stage.names):
            continue
        channel = int(stage["patch.title"].text.split()[-1])
        patch = inputs[rows, cols, channel]
        kernel = played.lesson.network.weights["conv2/kernel"][:, :, channel, step.filter]
        np.testing.assert_allclose(stage["patch"].values, patch, atol=1e-6)
        np.testing.assert_allclose(stage["kernel"].values, kernel, atol=1e-6)
        assert under(stage[f"map-{channel}.window"], stage[f"map-{channel}"])[:2] == (
            step.row, step.col,
        )  # fmt: skip
        products = stage["products"].values
        if np.isfinite(products).all():
            np.testing.assert_allclose(products, patch * kernel, atol=1e-6)
            seen.add(channel)
    sums = (inputs[rows, cols] * played.lesson.network.weights["conv2/kernel"][
        ..., step.filter]).sum(axis=(0, 1))  # fmt: skip
    assert seen == {int(np.abs(sums).argmax())}


def test_blocks_of_the_pile_are_as_long_as_what_the_channels_give(look):
    played = plays.of("channels", look)
    stage, step = played.ends["number"], played.lesson.step
    patch = played.lesson.inputs[step.row : step.row + 3, step.col : step.col + 3]
    kernel = played.lesson.network.weights["conv2/kernel"][..., step.filter]
    sums = (patch.astype(np.float64) * kernel).sum(axis=(0, 1))
    blocks = {n: stage[f"pile.{n}"] for n in range(len(sums)) if f"pile.{n}" in stage}
    zero = stage["pile.zero"].places[0][0]
    for_it = [block for n, block in blocks.items() if sums[n] > 0]
    below = for_it[0].places[:, 1].mean()
    level = stage["pile.total"].places[0][0]
    long = sum(max(np.ptp(block.places[:, 0]), 0) for block in for_it) / sums[sums > 0].sum()
    assert level - zero == pytest.approx((sums.sum() + step.bias) * long, rel=0.1)
    assert stage["pile.total.value"].text == f"= {sums.sum() + step.bias:.2f}"
    for n, block in blocks.items():
        long = np.ptp(block.places[:, 0])
        # A small part is left free to the neighbour.
        scale = np.ptp(blocks[int(np.abs(sums).argmax())].places[:, 0]) / np.abs(sums).max()
        assert long == pytest.approx(abs(sums[n]) * scale, rel=0.3, abs=4)
        assert block.places[:, 0].min() >= zero - 1
        # What speaks against lies below, back from where what speaks for ends.
        assert (block.places[:, 1].min() > below) == (sums[n] < 0)
    # Names come when all blocks lie there: before, they would stand beside nothing.
    first = next(s for s in played.during("number") if "pile.zero" in s and "pile.bias" not in s)
    assert not [name for name in first.names if name.endswith(".label")]
    last = played.ends["answer"]
    strongest = np.argsort(-np.abs(sums))[:5]
    assert {f"map-{n}" for n in strongest} <= set(last.names)
    own = played.lesson.shown_filters.index(step.filter)
    assert last[f"maps[{own}]"].values[step.row, step.col] == pytest.approx(
        max(sums.sum() + step.bias, 0), abs=1e-5
    )


# Windows and their sizes.


def test_posts_and_arcs_stand_where_the_window_has_been(look):
    played = plays.of("window-geometry", look)
    seen = asked = 0
    for stage in played.during("count"):
        if "input.window" not in stage or "hops.post-1" not in stage or "map" in stage:
            continue
        row, col = under(stage["input.window"], stage["input"])[:2]
        posts = [name for name in stage.names if name.startswith("hops.post-")]
        counter = stage["hops.counter"].text if "hops.counter" in stage else ""
        numbers = [int(word) for word in re.findall(r"\d+", counter)]
        if "25 · 26" in stage.caption:  # nothing answers what is asked
            asked += 1
            assert numbers in ([], [28])
        if len(numbers) < 2:
            continue
        arcs = [name for name in stage.names if name.startswith("hops.arc-")]
        assert row == 0
        assert (len(posts), len(arcs)) == (col + 1, col)
        assert numbers == [col, col + 1]
        left = stage["input"].places[0, 0] + (col + 0.5) * stage["input"].cell
        assert stage[f"hops.post-{col}"].places[0, 0] == pytest.approx(left)
        seen += 1
    assert seen >= 2
    assert asked


def test_the_colours_of_a_pixel_tell_how_often_it_is_read():
    played = plays.play(WindowGeometry(length=120.0), watch=True)
    pixels = np.pad(np.ones((26, 26)), 2)
    reads = sum(pixels[2 - r : 30 - r, 2 - c : 30 - c] for r in range(3) for c in range(3))
    np.testing.assert_array_equal(played.ends["count"]["reads"].values, reads)
    stage = played.ends["all"]
    np.testing.assert_array_equal(stage["reads-valid"].values, reads)
    assert [stage["reads-stride"].values[at] for at in ((0, 0), (2, 2), (27, 27))] == [1, 4, 0]
    assert stage["reads-same"].values[1, 1] == 4  # the corner of the picture, in its ring


def test_layers_light_up_the_pixels_that_they_see(look):
    """What a cell of the second and of the third layer sees, found cell by cell."""
    played = plays.of("window-size", look)
    layers = [s for s in played.during("layers") if "layer-0" in s]
    ends = {}
    for layer, side in ((2, 5), (3, 7)):
        cells = {(0, 0)}
        for _ in range(layer):
            cells = {(r + i, c + j) for r, c in cells for i in range(3) for j in range(3)}
        seen = np.zeros((7, 7), dtype=bool)
        first = (7 - side) // 2
        seen[tuple(np.array(sorted(cells)).T + first)] = True
        assert seen.sum() == side**2
        ends[layer] = seen
    lit = [s["layer-0"].shares == 1 for s in layers]
    assert any(np.array_equal(now, ends[2]) for now in lit)
    np.testing.assert_array_equal(lit[-1], ends[3])
    read = [np.isfinite(layers[-1][f"layer-{n}"].values).sum() for n in (1, 2, 3)]
    assert read == [25, 9, 1]


def test_as_many_squares_are_filled_as_weights_are_told(look):
    played = plays.of("window-size", look)
    stages = [s for s in played.during("cost") if "count-one" in s]
    for stage in stages:
        told = int(re.findall(r"\d+", stage["count-one"].text)[0])
        assert np.isfinite(stage["one"].values).sum() == told
        if "count-layers" in stage:
            kernels = [stage[f"kernel-{n}"].values for n in (1, 2, 3)]
            sums = re.findall(r"\d+", stage["count-layers"].text)
            assert np.isfinite(kernels).sum() == int(sums[-1])
    assert told == 49
    assert "9 + 9 + 9 = 27" in stage["count-layers"].text
    # All that the large window sees is lit by the layers, too, whose frames grow to it.
    grid = stage["seen"]
    assert (grid.shares == 1).all()
    wide = [np.ptp(stage[f"seen.reach-{n}"].places[:, 0]) / grid.cell for n in (1, 2, 3)]
    np.testing.assert_allclose(wide, [3, 5, 7], atol=1e-6)


# Pooling.


def blocks(values):
    """Each 2 by 2 block of a map of even size: (rows, cols, 4)."""
    rows, cols = (size // 2 for size in values.shape)
    return values.reshape(rows, 2, cols, 2).transpose(0, 2, 1, 3).reshape(rows, cols, 4)


def test_pooling_fills_the_new_map_with_the_largest_of_four(look, weights):
    played = plays.of("pooling", look)
    values = conv1(weights, digit(played), played.lesson.shown_filter)
    four = blocks(values)
    winner = played.ends["winner"]
    row, col = (cell // 2 for cell in under(winner["map.window"], winner["map"])[:2])
    np.testing.assert_allclose(winner["patch"].values.ravel(), four[row, col], atol=1e-6)
    best = divmod(int(four[row, col].argmax()), 2)
    assert under(winner["patch.winner"], winner["patch"])[:2] == best
    known = np.isfinite(winner["pooled"].values)
    assert known.sum() == 1
    assert known[row, col]
    assert under(winner["pooled.cell"], winner["pooled"]) == (row, col, 1, 1)
    after = [stage for stage in played.during("sweep") if "map" in stage][-1]
    np.testing.assert_allclose(after["pooled"].values, four.max(axis=2), atol=1e-6)
    # What no window keeps is dimmer than what one keeps.
    shares = blocks(after["map"].shares)
    assert (shares.argmax(axis=2) == four.argmax(axis=2))[four.max(axis=2) > 0].all()
    assert (np.sort(shares, axis=2)[:, :, :3] < 1).all()


def test_frames_of_pooling_are_as_wide_as_is_counted_beside_them(look):
    played = plays.of("pooling", look)
    spread = next(s for s in reversed(played.during("reach")) if "under.hull" in s)
    window = under(spread["around.window"], spread["around"])
    top, left, rows, cols = under(spread["under.hull"], spread["under"])
    assert (window[2:], (rows, cols)) == ((3, 3), (6, 6))
    for n, (row, col) in enumerate(np.ndindex(3, 3)):
        pool = under(spread[f"under.pool-{n}"], spread["under"])
        assert pool == (top + 2 * row, left + 2 * col, 2, 2)
        # A cell of the window holds the largest of what is framed for it.
        four = spread["under"].values[pool[0] : pool[0] + 2, pool[1] : pool[1] + 2]
        assert spread["around"].values[window[0] + row, window[1] + col] == four.max()
    large = plays.of("pooling", look).ends["answer"]
    assert under(large["digit.with"], large["digit"])[2:] == (18, 18)
    assert under(large["digit.without"], large["digit"])[2:] == (7, 7)
    assert (large["wide-with"].text, large["wide-without"].text) == ("18", "7")
    assert large["sum-with-1"].text == "8 × 2 + 2 = 18"
    assert large["sum-without-1"].text == "5 + 2 = 7"


# A digit that moves.


def test_map_answers_and_pixels_are_those_of_the_digit_in_every_frame(look, weights):
    played = plays.of("translation", look)
    lesson = played.lesson
    still = lesson.shown_picture.pixels[:, :, 0]
    seen, sure = set(), set()
    for stage in played.plays:
        if "pixels" not in stage or "map" not in stage or "read-0" not in stage:
            continue
        digit = stage["input"].values
        (steps,) = [n for n in range(7) if np.array_equal(digit, shifted(still, -n))]
        seen.add(steps)
        assert str(steps) in stage["pixels"].text
        expected = conv1(weights, digit, lesson.shown_filter)
        np.testing.assert_allclose(stage["map"].values, expected, atol=1e-5)
        for n, name in enumerate(("cnn", "dense")):
            chances = Network.load(name)(digit[None, :, :, None].astype(np.float32))[0]
            best = int(chances.argmax())
            assert stage[f"read-{n}"].text == str(best)
            long = np.ptp(stage[f"sure-{n}.share"].places[:, 0])
            assert long == pytest.approx(chances[best] * _whole(stage, lesson), rel=5e-3)
            if f"sure-{n}.share.value" in stage:
                sure.add(steps)
                assert stage[f"sure-{n}.share.value"].text == probability(chances[best])
    assert seen == set(range(7))
    assert sure == {0, 1, 2, 6}  # where the picture stays long enough to read it


def test_two_sums_of_each_network_are_bright_while_they_are_compared(look):
    played = plays.of("translation", look)
    at = played.lesson.fails[1]
    *compared, last = played.during("answer")
    bright = {"dense": set(), "both": set()}
    for stage in compared:
        lit = {
            (n, steps)
            for n, steps in np.ndindex(2, 7)
            if f"sum-{n}-{steps}.lead" in stage and stage[f"sum-{n}-{steps}.lead"].opacity > 0.9
        }
        if lit == {(1, 0), (1, at)}:
            bright["dense"].add(stage.caption)
        if lit == {(n, steps) for n in (0, 1) for steps in (0, at)}:
            bright["both"].add(stage.caption)
    said = [event.said.text(look.lang) for event in played.lesson.beats()[-1].events]
    assert [plain(text) for text in said[1:]] == [
        plain(text) for found in bright.values() for text in found
    ]
    assert all(last[f"sum-{n}-{steps}.lead"].opacity == 1 for n, steps in np.ndindex(2, 7))


def plain(text):
    """A caption without its breaks."""
    return text.replace(" ", "")


def test_the_ring_ends_where_the_response_has_gone_and_on_its_weight(look, weights):
    played = plays.of("translation", look)
    stage = next(
        s for s in reversed(played.during("why")) if "product-after" in s and "last.place" in s
    )
    picture = shifted(played.lesson.shown_picture.pixels[:, :, 0], -4)
    np.testing.assert_array_equal(stage["input"].values, picture)
    number = played.lesson.weighed.number
    whole = Network.load("cnn").activations(picture[:, :, None].astype(np.float32))["conv3"]
    np.testing.assert_allclose(stage["last"].values, whole[:, :, number], atol=1e-5)
    cell = divmod(int(whole[:, :, number].argmax()), 3)
    for name in ("last", "weighing"):
        assert under(stage[f"{name}.place"], stage[name]) == (*cell, 1, 1)
    lead = weights["dense/kernel"].reshape(3, 3, 128, 10)[..., number, :]
    np.testing.assert_allclose(stage["weighing"].values, lead[..., 5] - lead[..., 7], atol=1e-6)
    # Round what that cell reads of the picture.
    assert under(stage["input.place"], stage["input"]) == (4 * cell[0], 4 * cell[1], 18, 18)


def test_a_frame_is_named_when_it_comes_and_begins_on_what_the_lesson_goes_on_with(look):
    played = plays.of("translation", look)
    shown = played.lesson.weighed
    framed = [s for s in played.during("why") if "last.reads" in s]
    assert all("framed" in s for s in framed)
    at = [under(s["last.reads"], s["last"])[:2] for s in framed]
    assert at[0] == shown.before  # the bright one
    assert at[-1] == shown.after  # it goes the way in which the digit moves
    assert framed[0]["last"].values[shown.before] > 0


def test_bars_of_both_networks_grow_beside_the_picture_that_they_read(look):
    played = plays.of("translation", look)
    still = played.lesson.shown_picture.pixels[:, :, 0]
    wanted = {}
    for steps in range(7):
        picture = shifted(still, -steps)[None, :, :, None].astype(np.float32)
        for n, name in enumerate(("cnn", "dense")):
            chances = Network.load(name)(picture)[0].astype(np.float64)
            wanted[n, steps] = float(np.log(chances[5] / chances[7]))  # as logits differ
    seen = set()
    for stage in played.during("answer"):
        for (n, steps), lead in wanted.items():
            bar, tile = f"sum-{n}-{steps}.lead", f"tile-{n}-{steps}"
            if f"{bar}.value" not in stage or tile not in stage:
                continue
            np.testing.assert_array_equal(stage[f"step-{steps}"].values, shifted(still, -steps))
            assert stage[f"{bar}.value"].text == fmt.number(lead, 1)
            assert stage[tile].text == ("5" if lead > 0 else "7")
            long, first = (np.ptp(stage[b].places[:, 0]) for b in (bar, "sum-0-0.lead"))
            assert long / first == pytest.approx(abs(lead) / wanted[0, 0], rel=1e-3)
            seen.add((n, steps))
    assert seen == set(wanted)


def test_what_a_dense_unit_shows_is_called_what_it_is(look):
    played = plays.of("translation", look)
    unit, picture = played.lesson.unit, played.lesson.picture_of.of_unit
    # How much is seen of weights without ink: all, then a part, then nothing, as it is called.
    called = {
        picture.title_of_weights.text(look.lang): (PALE, 1.0),
        words.INK.fill(n=0).text(look.lang): (PALE, 1.0),
        words.PRODUCTS_BEFORE.text(look.lang): (0.0, PALE),
    }
    stages = [s for s in played.during("dense") if "unit-before.title" in s]
    both = [s for s in stages if "unit-after.title" in s]
    told = [s["unit-before.title"].text for s in stages]
    assert set(told) == set(called)
    start = unit.products[0]
    bare = start == 0
    for name, stage in zip(told, stages, strict=True):
        values = stage["unit-before"].values
        pale = float((values[bare] @ unit.weights[bare]) / (unit.weights[bare] ** 2).sum())
        np.testing.assert_allclose(values, start + pale * (unit.weights - start), atol=1e-6)
        least, most = called[name]
        assert least - 1e-6 <= pale <= most + 1e-6
    # Beside it the ink moves over the same weights.
    moved = set()
    for stage in both:
        for n in range(unit.steps + 1):
            if stage["unit-after.title"].text == words.INK.fill(n=n).text(look.lang):
                seen = picture.ink_on_weights(n, PALE)
                np.testing.assert_allclose(stage["unit-after"].values, seen, atol=1e-6)
                moved.add(n)
    assert moved == set(range(unit.steps + 1))


def shifted(picture, right):
    """A picture moved to the left by so many pixels, by plain loops."""
    out = np.zeros_like(picture)
    for row, col in np.ndindex(picture.shape):
        if 0 <= col + right < picture.shape[1]:
            out[row, col + right] = picture[row, col]
    return out


def _whole(stage, lesson):
    """How long the bar of a certain answer would be, from that of the dense network."""
    pixels = stage["input"].values[None, :, :, None].astype(np.float32)
    return np.ptp(stage["sure-1.share"].places[:, 0]) / Network.load("dense")(pixels).max()


# Networks.


def test_places_and_channels_are_those_of_the_shapes(look):
    stage = plays.of("architecture", look).ends["answer"]
    shapes = {
        "input": (28 * 28, 1), "conv1": (26 * 26, 32), "pool1": (13 * 13, 32),
        "conv2": (11 * 11, 64), "pool2": (5 * 5, 64), "conv3": (3 * 3, 128),
    }  # fmt: skip
    cells = set()
    for name, (places, channels) in shapes.items():
        assert stage[f"places-{name}"].text.split()[0] == f"{places:,}"
        assert stage[f"channels-{name}"].text.split()[0] == f"{channels:,}"
        front = stage["layer-input" if name == "input" else f"layer-{name}[0]"]
        assert front.values.size == places
        cells.add(round(front.cell, 3))
    assert len(cells) == 1  # all to one scale


def test_the_forward_pass_fills_its_first_map_as_its_window_goes(look, weights):
    played = plays.of("forward-pass", look)
    x = played.lesson.trace.image.astype(np.float64)[:, :, 0]
    conv1 = played.lesson.stages[1]
    channel = conv1.strongest[0]
    kernel, bias = weights["conv1/kernel"][:, :, 0, channel], weights["conv1/bias"][channel]
    maps = (s for s in played.during("layers") if "layer-conv1" in s)
    stage = next(s for s in maps if np.isfinite(s["layer-conv1"].values).all())
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3))
    told = np.maximum((windows * kernel).sum(axis=(2, 3)) + bias, 0) / conv1.limit
    found = stage["layer-conv1"].values
    np.testing.assert_allclose(found, told, atol=1e-5)
    grid, frame = stage["input"], stage["input.window"].places
    place = (frame[0] - grid.places[0]) / grid.cell
    assert tuple(np.rint(place).astype(int)) == (25, 25)  # it has come to the last one


def test_what_pushes_for_the_answer_and_against_it_stands_with_its_bars(look, weights):
    played = plays.of("forward-pass", look)
    stage = next(s for s in played.during("logits") if "push.logit.source" in s)
    lesson = played.lesson
    flat = lesson.trace.activations["flatten"].astype(np.float64)
    products = flat * weights["dense/kernel"][:, int(lesson.trace.logits.argmax())]
    plus, minus = products[products > 0].sum(), products[products < 0].sum()
    assert stage["push.above.source"].text == f"{plus:.2f}"
    assert stage["push.below.source"].text == f"−{-minus:.2f}"
    long = [np.ptp(stage[f"push.{bar}"].places[:, 0]) for bar in ("above", "below")]
    assert long[0] / long[1] == pytest.approx(plus / -minus, rel=1e-3)
    # While a bar grows, those products alone are seen of which it is made.
    grown = [s for s in played.during("logits") if "push.above" in s and "push.bias" not in s]
    first = next(s for s in grown if "push.below" not in s)
    last = next(s for s in reversed(grown) if "push.below" in s)
    for stage, kept in ((first, products > 0), (last, products < 0)):
        found = stage["products"].values
        assert np.nansum(found) == pytest.approx(products[kept].sum(), rel=1e-4)


def test_exponents_stay_in_their_rows_while_their_powers_come(look):
    played = plays.of("forward-pass", look)
    seen = [s for s in played.during("softmax") if "classes.7.source" in s]
    printed = {bar.name: bar.source for bar in played.lesson.picture_of.bars("powers").bars}
    powers = [s for s in seen if s["classes.7.source"].text == printed["7"]]
    rising = [s for s in powers if "classes.7" in s and "classes.7.value" in s]
    assert powers
    assert rising
    for stage in (powers[0], rising[0]):
        assert {k: stage[f"classes.{k}.source"].text for k in printed} == printed


def test_the_strongest_cell_s_patch_is_cut_where_it_lies(look, weights):
    played = plays.of("hierarchy", look)
    lesson, kernel = played.lesson, weights["dense/kernel"]
    stage, cells = played.ends["answer"], lesson.trace.activations["conv3"].astype(np.float64)
    pushes = cells.ravel() * kernel[:, lesson.label]
    assert stage["answer"].text.endswith(f" {lesson.label}")
    row, col = divmod(int(pushes.argmax()) // 128, 3)  # conv3 sees 18 pixels, in steps of 4
    seen = lesson.shown_picture.pixels[4 * row : 4 * row + 18, 4 * col : 4 * col + 18, 0]
    np.testing.assert_array_equal(stage["patch-0"].values, seen)


def test_cells_go_out_until_another_class_is_read(look, weights):
    played = plays.of("hierarchy", look)
    lesson, kernel = played.lesson, weights["dense/kernel"].astype(np.float64)
    cells = lesson.trace.activations["conv3"].astype(np.float64).ravel()
    adds = cells * kernel[:, lesson.label]
    order, many = np.argsort(-adds, kind="stable"), int((adds > 0).sum())
    first = cells @ kernel + weights["dense/bias"]
    stages = [s for s in played.during("check") if "strongest-out" in s]
    counts, ends = set(), [stages[0]["lead.strongest"].places[n] for n in (0, -1)]
    last = [stage for stage in stages if "reads" in stage][-1]
    for stage in (*stages[::8], last, stages[-1]):
        feet = stage["pushes"].values[-1]
        gone = feet[:: feet.size // many] < 0.3  # others step back less far
        left = cells.copy()
        left[order[:many][gone]] = 0
        scores = left @ kernel + weights["dense/bias"]
        read, at_random = int(scores.argmax()), "reads" not in stage
        counts.add((int(gone.sum()), at_random, read == lesson.label))
        if at_random:
            continue
        assert stage["reads"].text.endswith(f" {read}")
        assert re.findall(r"\d+", stage["strongest-out"].text) == [str(gone.sum())]
        assert gone[: gone.sum()].all()
        # The point is as far down as the lead is gone, and as far right as cells are.
        middle = stage["lead.now"].places.mean(axis=0)
        leads = [z[lesson.label] - np.delete(z, lesson.label).max() for z in (first, scores)]
        left = re.findall(r"[<>]?\d+%", stage["lead-left"].text)
        assert left == [fmt.percent(max(0.0, leads[1] / leads[0]), 0)]
        across, down = (middle - ends[0]) / (ends[1] - ends[0])
        assert across == pytest.approx(gone.sum() / lesson.removal.tipping.removed, abs=0.01)
        assert down == pytest.approx(min(1.0, 1 - leads[1] / leads[0]), abs=0.02)
    assert {still for _, at_random, still in counts if not at_random} == {True, False}
    # The strongest go first; then a random order needs more.
    most = max(out for out, at_random, _ in counts if not at_random)
    assert most == lesson.removal.tipping.removed < max(counts)[0]
    told, tips = stages[-1]["random-out"].text, lesson.removal.random_tips
    assert re.findall(r"\d+", told) == [str(min(tips)), str(max(tips))]


def test_the_branch_that_is_lit_leads_from_the_answer_to_an_edge(look):
    stage = plays.of("hierarchy", look).ends["answer"]
    lit = [name for name in stage.names if name.startswith("patch-") and name.endswith(".lit")]
    places = sorted(name.removeprefix("patch-").removesuffix(".lit") for name in lit)
    assert [place.count("-") for place in places] == [0, 1, 2]
    assert places[1].startswith(places[0])
    assert places[2].startswith(places[1])


def test_the_snapshot_s_numbers_are_those_of_its_step(look):
    played = plays.of("learning", look)
    history, lesson = played.lesson.history, played.lesson
    for n in (0, 13, 31):
        shown = played.ends["question"][f"kernels[{n}]"].values
        np.testing.assert_array_equal(shown, history.filters[0][:, :, 0, n])
    stage = played.ends["loss"]
    mean = history.batch_losses.mean()
    assert stage["surprise.mean.label"].text.split()[-1] == f"{mean:.2f}"
    stage = played.ends["weight"]
    weight = stage["valley.ball.label"].text.split()[-1].replace("−", "-")
    assert float(weight) == pytest.approx(lesson.next_weight, abs=5e-4)
    stage = played.ends["all"]
    for name, stride in (("before", 0.0), ("step", 1.0)):
        loss = history.stride_losses[history.strides.tolist().index(stride)]
        assert stage[f"strides.{name}.value"].text == f"{loss:.2f}"
    for n in (0, 13, 31):
        shown = stage[f"kernels[{n}]"].values
        np.testing.assert_array_equal(shown, history.next_filters[:, :, 0, n])


def test_while_it_runs_the_training_s_numbers_are_those_of_the_step(look):
    played = plays.of("learning", look)
    history, lesson = played.lesson.history, played.lesson
    seen = [stage for stage in played.during("run") if "kernels.counter" in stage]
    for stage in seen:
        step = int("".join(c for c in stage["kernels.counter"].text if c.isdigit()))
        at = int((history.steps <= step).sum()) - 1
        np.testing.assert_array_equal(stage["kernels[7]"].values, history.filters[at][:, :, 0, 7])
    assert len(seen) > 1
    born = played.ends["answer"]
    for name, at in (("before", 0), ("after", -1)):
        np.testing.assert_array_equal(
            born[f"kernel-{name}"].values, history.filters[at][:, :, 0, lesson.filter]
        )


def test_the_networks_bars_have_their_own_names_and_numbers(look):
    played = plays.of("dense-vs-conv", look)
    names = {
        "en": {"cnn": "convnet", "dense": "dense"},
        "zh": {"cnn": "卷积网络", "dense": "全连接"},
    }[look.lang]
    counted = {"cnn": 104_202, "dense": 407_050}
    stage = [each for each in played.during("question") if "parameters.dense.value" in each][-1]
    wide = {}
    for network, number in counted.items():
        assert stage[f"parameters.{network}.label"].text == names[network]
        assert stage[f"parameters.{network}.value"].text == f"{number:,}"
        places = stage[f"parameters.{network}"].places
        wide[network] = places[1, 0] - places[0, 0]
    assert wide["cnn"] / wide["dense"] == pytest.approx(counted["cnn"] / counted["dense"])


def test_what_is_lit_is_what_was_misread(look):
    played = plays.of("dense-vs-conv", look)
    stage = [each for each in played.during("mistakes") if "cnn-count" in each][-1]
    for network, count in (("cnn", 85), ("dense", 182)):
        cells = stage[network].values.reshape(-1)
        assert (cells > 0).sum() == count
        np.testing.assert_array_equal(np.flatnonzero(cells), played.lesson.misread[network])
        assert str(count) in stage[f"{network}-count"].text
