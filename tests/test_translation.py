"""What moves exactly and what does not, computed again without the lesson's own helpers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from scipy.ndimage import shift as scipy_shift
from scipy.signal import correlate2d

from convexplain import panels
from convexplain.data import digits, examples, facts
from convexplain.data.recipe import Recipe
from convexplain.errors import UsageError
from convexplain.lessons.parts.subject import choose_picture
from convexplain.lessons.parts.walking import FAR, find_walks, moved
from convexplain.lessons.translation import Translation
from convexplain.network import (
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Network,
)
from convexplain.style.format import bracketed, number, percent, rounded
from tests.often import some

WAYS = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0)}


@pytest.fixture(scope="module")
def lesson():
    return Translation()


def told(lesson):
    return {
        event.name: event.said.text("en")
        for beat in lesson.make_beats()
        for event in beat.events
        if event.said is not None
    }


def question(lesson):
    found = [e.ask for b in lesson.make_beats() for e in b.events if e.ask is not None]
    return found[0] if found else None


def shifted(picture, direction, by):
    """Move by SciPy; zeros come in."""
    way = [by * part for part in WAYS[direction]]
    return scipy_shift(picture[:, :, 0], way, order=0, cval=0)[:, :, np.newaxis]


def read(name, picture):
    return int(Network.load(name)(picture[np.newaxis])[0].argmax())


@pytest.mark.parametrize("direction", WAYS)
def test_a_picture_moves_as_scipy_moves_it(direction):
    picture = np.arange(30, dtype=np.float32).reshape(5, 6, 1)
    expected = shifted(picture, direction, 2)
    np.testing.assert_array_equal(moved(picture, direction, 2), expected)
    np.testing.assert_array_equal(moved(np.stack([picture] * 2), direction, 2)[1], expected)


@pytest.mark.parametrize("steps", [1, 3])
def test_the_map_of_the_moved_digit_is_the_moved_map(steps):
    lesson = Translation(shift=steps)
    picture = shifted(lesson.shown_picture.pixels, lesson.shown_direction, steps)[:, :, 0]
    weights = Network.load("cnn").weights
    kernel = weights["conv1/kernel"][:, :, 0, lesson.shown_filter].astype(np.float64)
    bias = float(weights["conv1/bias"][lesson.shown_filter])
    expected = np.maximum(correlate2d(picture.astype(np.float64), kernel, "valid") + bias, 0)
    np.testing.assert_allclose(lesson.map_at(steps), expected, atol=1e-6)
    _, count, difference = lesson.back
    assert count == 26 - steps
    assert difference == 0.0
    assert told(lesson)["same"] == "Only moved, not changed: that is equivariance."
    compared = lesson.picture_of.compare()
    assert compared.panel("difference").words.text("en") == "Difference: 0"
    first, back = (compared.panel(name).values for name in ("map", "back"))
    shared = first[lesson.shared]
    assert shared.shape == (26, 26 - steps)  # what came in has no partner
    np.testing.assert_array_equal(shared, back[lesson.shared])


def test_maps_are_compared_where_the_convnet_gives_up(lesson):
    assert lesson.compared == lesson.fails[0] == 6
    assert "moved along by 6 px" in told(lesson)["back"]


def test_a_place_of_the_last_map_is_as_wide_as_all_strides_make_it(lesson):
    wide = 1
    for layer in lesson.network.layers:
        if layer.window is not None:
            wide *= layer.window.stride[1]
    assert lesson.place == wide == 4
    assert told(lesson)["cells"] == "Pooling leaves the last map's cells 4 px apart."
    assert told(lesson)["weights"] == (
        "Why 7 in the end? The last layer is dense: a weight for each cell."
    )
    # Moved so far, the last map moves by one place, wherever what it sees is all in the picture.
    before, after = (lesson.traces[n].activations["conv3"] for n in (0, wide))
    seen = lesson.network.receptive_field("conv3").box(0, 1)
    assert (seen.left, seen.left + seen.width) == (4, 22)
    np.testing.assert_allclose(after[:, 0], before[:, 1], atol=1e-5)


def test_frames_are_round_what_a_place_of_the_last_map_reads(lesson):
    # Which pixels change a place of the last map: each one's are moved, by plain means.
    network = lesson.network
    still = network.activations(np.full((28, 28, 1), 0.5, np.float32))["conv3"]
    edges = {}
    for line in range(28):
        for axis in (0, 1):
            picture = np.full((28, 28, 1), 0.5, np.float32)
            np.moveaxis(picture, axis, 0)[line] = 0.0
            changed = (network.activations(picture)["conv3"] != still).any(axis=2)
            for cell in np.ndindex(3, 3):
                if changed[cell]:
                    edges.setdefault((cell, axis), []).append(line)
    shown = lesson.weighed
    for cell, field in zip(
        (shown.before, shown.after), lesson.picture_of.of_cells.fields, strict=True
    ):
        (top, *_, low), (left, *_, right) = (edges[cell, axis] for axis in (0, 1))
        assert (field.row, field.col) == (top, left)
        assert (field.rows, field.cols) == (low + 1 - top, right + 1 - left) == (18, 18)
    seen = lesson.picture_of.of_cells.one_place().panel("input")
    frame, field = seen.marks["place"], lesson.picture_of.of_cells.fields[0]
    assert (frame.row, frame.col, frame.rows, frame.cols) == (field.row, field.col, 18, 18)
    assert seen.title.text("en") == "The cell reads 18 × 18 px"


def test_maps_on_the_way_shrink_and_a_cell_reads_the_framed_part_of_each(lesson):
    shrunk = lesson.picture_of.of_cells.shrunk
    names = "conv1", "pool1", "pool2", "conv3"
    picture = lesson.picture_of.of_cells.shrinking()
    number = lesson.weighed.number
    done = "Map", "Pooled", "Convolved, pooled", f"Last, filter {number}"
    for n, (name, one) in enumerate(zip(names, shrunk, strict=True)):
        whole = lesson.trace.activations[name]
        np.testing.assert_array_equal(one.values, whole[:, :, one.filter])
        size = f"{whole.shape[0]} × {whole.shape[1]}"
        assert picture.panel(one.name).title.text("en") == f"{done[n]}: {size}"
        assert picture.panel(f"apart-{n}").words.text("en") == f"cells {one.apart} px apart"
    assert [one.filter for one in shrunk] == [28, 28, shrunk[2].filter, lesson.weighed.number]
    assert [one.pooled for one in shrunk] == [False, True, True, False]
    assert [one.apart for one in shrunk] == [1, 2, 4, 4]
    # A cell on, the frame is as many pixels on in each map: left, as the picture goes.
    on = [picture.panel(f"on-{n}").words.text("en") for n in (0, 3)]
    assert on == ["frame: 4 px left", "frame: 1 cell left"]
    for one in shrunk:
        before, after = one.marks
        assert (before.col - after.col) * one.apart == 4  # to the right
        assert before.row == after.row
    # By windows, backwards from the last map: 3 of it, then pooled by 2 and convolved by 3.
    assert [one.marks[0].rows for one in shrunk] == [16, 8, 3, 1]
    assert [one.marks[0].row for one in shrunk] == [4, 2, 1, 1]


def test_the_example_is_the_best_walk_and_stays_inside(lesson):
    stored = examples.load()["translation"]
    every = digits.load()
    networks = [Network.load("cnn"), Network.load("dense")]
    best = find_walks([d.pixels for d in every], [d.label for d in every], networks)[0]
    assert (best.sample, best.direction) == (stored["sample"], stored["direction"])
    picture, way = every[best.sample].pixels, best.direction
    for n, name in enumerate(("cnn", "dense")):
        said = [read(name, shifted(picture, way, by)) for by in range(FAR + 1)]
        assert [answer == every[best.sample].label for answer in said] == [
            by < best.fails[n] for by in range(FAR + 1)
        ]
        assert lesson.answers[n] == tuple(said)
    assert shifted(picture, way, FAR).sum() == pytest.approx(picture.sum(), rel=1e-6)
    assert lesson.fails == best.fails == (6, 2)


@pytest.mark.parametrize("label", some(range(10)))
def test_a_digit_of_each_class_walks_out_of_its_answers(label):
    picture = choose_picture({"digit": label}, None, Translation)
    lesson = Translation(picture=picture)
    assert picture.label == label == lesson.answers[0][0] == lesson.answers[1][0]
    assert lesson.fails[0] - lesson.fails[1] >= 2
    assert lesson.fails[0] <= FAR
    assert 40 <= lesson.seconds <= 66
    product = lesson.picture_of.of_cells.one_place().panel("product-before").words
    assert float(product.removeprefix("= ")) > 0
    said = told(lesson)
    # Where nothing is left of the dense network's sum, the convnet still has some of its own.
    at = lesson.fails[1]
    (first, now), (dense, none) = sums_at(lesson, 0, at)
    assert dense > 0 > none
    assert said["lost"] == f"Dense: a weight for each pixel. At {at} px nothing is left."
    assert now > 0 < first
    left = f"At {at} px, {number(now, 1)} is left"
    grown = f"At {at} px, its sum is {number(now, 1)}"
    assert said["whole"] == (
        f"Convnet: a weight every 4 px. {left if now < first else grown}: still {label}."
    )
    own = lesson.leads[0]
    assert min(own[: lesson.fails[0]]) > 0 > own[lesson.fails[0]]
    rivals = {answer for answers in lesson.answers for answer in answers} - {label}
    j = lesson.rival
    assert said["added"] == (
        f"That was one cell. All added: above 0 it reads {label}, below 0 it reads {j}."
        if rivals == {j}
        else f"All weighed and added: how much speaks for {label}, step by step."
    )
    for answers, fails in zip(lesson.answers, lesson.fails, strict=True):
        assert set(answers[:fails]) == {label}
        assert label not in answers[fails:]
    one = "One step more: 2 px.", "On it goes, step by step."
    assert sum(text in one for text in said.values()) == 1
    assert said["on-0"] == one[min(lesson.fails) > 2]
    assert lesson.gives_up.text("en") == (
        f"This {label}: the convnet gives up at {lesson.fails[0]} px, "
        f"the dense network at {lesson.fails[1]}."
    )


def sums_at(lesson, *steps):
    """What speaks for the label less what speaks for each rival, by each network, in NumPy."""
    pictures = [
        shifted(lesson.shown_picture.pixels, lesson.shown_direction, n).astype(float) for n in steps
    ]
    networks = [Network.load(name) for name in ("cnn", "dense")]
    k, rivals = lesson.label, lesson.rivals
    found = []
    for network, j, name in zip(networks, rivals, ("conv3", "hidden"), strict=True):
        kernel, bias = (
            network.weights[f"dense/{part}"].astype(float) for part in ("kernel", "bias")
        )
        read = [network.activations(p.astype(np.float32))[name].ravel() for p in pictures]
        found.append([float(x @ (kernel[:, k] - kernel[:, j]) + bias[k] - bias[j]) for x in read])
    return found


def test_what_grows_is_not_said_to_be_left():
    lesson = Translation()
    own, dense = lesson.leads
    assert "At 2 px, 14.7 is left" in told(lesson)["whole"]
    lesson = Translation()
    lesson.__dict__["leads"] = ((own[0], own[1], own[0] + 1, *own[3:]), dense)
    assert lesson.ending.text("en") == (
        f"Convnet: a weight every 4 px. At 2 px, its sum is {number(own[0] + 1, 1)}: still 5."
    )
    lesson.__dict__["leads"] = ((own[0], own[1], own[0], *own[3:]), dense)
    assert "left" not in lesson.ending.text("en")


def test_the_question_s_replies_are_measured(lesson):
    replies = {c.text.text("en"): c.reply for c in question(lesson).choices}
    assert [*replies] == ["the convnet", "the dense network", "neither will"]  # as they stand
    assert replies["the dense network"] is None
    rates = {
        name: facts.row("shift", pixels=3, network=name)["accuracy"] for name in ("cnn", "dense")
    }
    assert percent(rates["cnn"]) in replies["the convnet"].text("en")
    assert percent(rates["dense"]) in replies["the convnet"].text("en")
    far = facts.row("shift", pixels=6, network="cnn")["accuracy"]
    assert percent(far) in replies["neither will"].text("en")


def test_the_largest_of_four_moves_inside_its_window_and_stays(lesson):
    inside = lesson.inside
    maps = [lesson.traces[n].activations["conv1"][:, :, inside.filter] for n in (0, 1)]
    rows, cols = 2 * inside.row, 2 * inside.col
    for found, whole in zip((inside.before, inside.after), maps, strict=True):
        np.testing.assert_array_equal(found, whole[rows : rows + 2, cols : cols + 2])
    assert inside.before.max() == inside.after.max() > 0
    assert inside.before.argmax() != inside.after.argmax()
    assert "this window keeps its largest" in told(lesson)["inside"]


def test_changes_are_the_mean_of_relative_norms_and_poolings_take_from_them(lesson):
    network, found = lesson.network, dict(lesson.changes)
    assert list(found) == ["conv1", "pool1", "conv2", "pool2", "conv3"]
    ratios = {name: [] for name in found}
    for digit in digits.load():
        before = network.activations(digit.pixels)
        after = network.activations(shifted(digit.pixels, lesson.shown_direction, 1))
        for name, values in ratios.items():
            apart = np.linalg.norm((after[name] - before[name]).ravel())
            values.append(apart / np.linalg.norm(before[name].ravel()))
    for name, values in ratios.items():
        assert found[name] == pytest.approx(np.mean(values), rel=1e-3)
    assert found["pool1"] < found["conv1"]
    assert found["pool2"] < found["conv2"]


def test_both_networks_sums_are_compared_step_by_step_with_what_is_read(lesson):
    assert (lesson.label, *lesson.rivals) == (5, 7, 7)
    assert lesson.whole_step == lesson.fails[0] == 6  # when its answer changes
    still = lesson.shown_picture.pixels
    cnn, dense = (Network.load(name) for name in ("cnn", "dense"))
    table = lesson.diagram()
    for steps in range(FAR + 1):
        picture = shifted(still, lesson.shown_direction, steps)
        np.testing.assert_array_equal(table.panel(f"step-{steps}").values, picture[:, :, 0])
        # Of the convnet: all responses of the last map times their weights, and both biases.
        cells = cnn.activations(picture)["conv3"].astype(float).ravel()
        kernel, bias = (cnn.weights[f"dense/{name}"].astype(float) for name in ("kernel", "bias"))
        first = cells @ (kernel[:, 5] - kernel[:, 7]) + bias[5] - bias[7]
        # Of the dense network: all units times theirs.
        weights = dense.weights
        units = np.maximum(picture.ravel() @ weights["hidden/kernel"] + weights["hidden/bias"], 0)
        logits = units @ weights["dense/kernel"] + weights["dense/bias"]
        for n, wanted in enumerate((first, float(logits[5] - logits[7]))):
            (bar,) = table.panel(f"sum-{n}-{steps}").bars
            assert bar.value == pytest.approx(wanted, abs=1e-4)
            assert bar.text == number(wanted, 1)
            answer = table.panel(f"tile-{n}-{steps}").words.text("en")
            assert answer == ("5" if wanted > 0 else "7")
            assert bar.tone == ("positive" if wanted > 0 else "negative")
    ends = {(p.lowest, p.highest, p.scale.most) for p in table.root.panels() if "sum-" in p.name}
    assert len({most for _, _, most in ends}) == 1  # one scale
    assert len(ends) == 2  # each column's zero stands still
    assert told(lesson)["added"] == (
        "That was one cell. All added: above 0 it reads 5, below 0 it reads 7."
    )
    over = [table.panel(f"over-{n}").words.text("en") for n in (0, 1)]
    assert over == ["Convnet: 128 filters, weighed", "Dense network: 512 sums, weighed"]
    heads = {table.panel(f"reads-{n}").words.text("en") for n in (0, 1)}
    assert heads == {"read as"}


def test_the_filter_whose_weights_are_shown_costs_the_lead_most(lesson):
    weights = lesson.network.weights["dense/kernel"].astype(float).reshape(3, 3, 128, 10)
    shown, falls = lesson.weighed, []
    for n in range(128):
        at = [lesson.traces[steps].activations["conv3"][:, :, n] for steps in (0, 6)]
        own = weights[:, :, n, 5] - weights[:, :, n, 7]
        falls.append(sum((at[0] - at[1])[cell] * own[cell] for cell in np.ndindex(3, 3)))
        if n == shown.number:
            np.testing.assert_allclose(shown.weights, own)
            for steps in range(5):
                wanted = lesson.traces[steps].activations["conv3"][:, :, n]
                np.testing.assert_allclose(shown.responses[steps], wanted)
    assert (np.argmax(falls), shown.many) == (shown.number, 128)
    # Of each, one place is multiplied: what speaks most for 5, then where its response is now.
    picture = lesson.picture_of.of_cells.one_place()
    first, last = shown.responses[0], shown.responses[-1]
    assert len(shown.responses) == 4 + 1  # moved by one cell
    cells = [np.unravel_index(values.argmax(), (3, 3)) for values in (first * shown.weights, last)]
    assert cells == [shown.before, shown.after] == [(1, 1), (1, 0)]
    assert first[cells[0]] == pytest.approx(last[cells[1]])
    said = told(lesson)["next"]
    assert said == "4 px aside, the same 2.50 is one cell left: another weight."
    assert shown.after == (shown.before[0], shown.before[1] - 1)
    # Halfway a part of it is still where it was, under the same weight.
    assert shown.halfway == 2
    held = float(shown.responses[2][cells[0]])
    assert told(lesson)["part"] == f"2 px aside, the cell still answers {held:.2f}: same weight."
    assert 0 < held < first[cells[0]]
    assert shown._replace(on=None).halfway is None
    gone = (first, last, np.where(np.arange(9).reshape(3, 3) == 4, 0, last), last, last)
    assert shown._replace(responses=gone).halfway is None
    more = (first, last, np.where(first > 0, first + 1, last), last, last)
    assert shown._replace(responses=more).halfway is None  # no part of it is more than it
    weighing = picture.panel("weighing")
    np.testing.assert_array_equal(weighing.values, shown.weights)
    np.testing.assert_array_equal(picture.panel("last").values, first)
    for name in ("last", "weighing"):
        mark = picture.panel(name).marks["place"]
        assert (mark.row, mark.col) == cells[0]
    states = (first, shown.responses[2], last)
    places = (cells[0], *cells)
    for name, values, cell in zip(("before", "part", "after"), states, places, strict=True):
        one, other = float(values[cell]), float(shown.weights[cell])
        decimals = 2 + weighing.finer
        assert picture.panel(f"factors-{name}").words == f"{number(one)} × " + bracketed(
            other, decimals
        )
        assert picture.panel(f"product-{name}").words == f"= {number(one * other)}"


@pytest.mark.parametrize("label", some(range(10)))
def test_a_viewer_who_multiplies_finds_the_printed_product(label):
    picture = Translation(picture=digits.first(label)).picture_of.of_cells.one_place()
    names = {panel.name for panel in picture.root.panels()}
    for name in ("before", "part", "after"):
        if f"product-{name}" not in names:
            continue
        said = [picture.panel(f"{part}-{name}").words for part in ("factors", "product")]
        factors, product = (text.replace("−", "-") for text in said)
        one, other = (Decimal(factor.strip("()")) for factor in factors.split(" × "))
        assert rounded(one * other) == Decimal(product.removeprefix("= "))


def test_a_unit_of_the_dense_network_meets_its_ink_with_other_weights(lesson):
    weights, unit = Network.load("dense").weights, lesson.unit
    own = weights["hidden/kernel"][:, unit.number].astype(float)
    picture = lesson.shown_picture.pixels
    assert unit.steps == lesson.fails[1] == 2
    assert len(unit.products) == 3
    for steps, products in enumerate(unit.products):
        pixels = shifted(picture, lesson.shown_direction, steps).astype(float)
        np.testing.assert_allclose(products.ravel(), pixels.ravel() * own, atol=1e-6)
    # No other unit's change takes as much of the lead.
    sums = [
        shifted(picture, lesson.shown_direction, n).astype(float).ravel() @ weights["hidden/kernel"]
        + weights["hidden/bias"]
        for n in (0, 2)
    ]
    fall = np.maximum(sums[0], 0) - np.maximum(sums[1], 0)
    lead = weights["dense/kernel"][:, 5] - weights["dense/kernel"][:, 7]
    assert (fall * lead).argmax() == unit.number
    assert unit.weight == pytest.approx(lead[unit.number])
    shown = lesson.picture_of.of_unit
    assert lead[unit.number] > 0
    head = shown.diagram().panel("unit").words.text("en")
    assert head == "One of 512 sums: a large one speaks for 5."
    totals = [number(float(unit.products[n].sum())) for n in (0, 2)]
    sums = [shown.diagram().panel(f"unit-{when}-sum").words for when in ("before", "after")]
    assert [text.text("en") for text in sums] == [f"sum {total}" for total in totals]
    assert told(lesson)["sums"] == (f"Moved, the same ink sums to {totals[1]}, not {totals[0]}.")
    np.testing.assert_array_equal(shown.ink_on_weights(2, 0.0), unit.products[2])
    blank = unit.products[2] == 0
    np.testing.assert_allclose(shown.ink_on_weights(2, 0.25)[blank], 0.25 * unit.weights[blank])
    # The same ink is framed in both: it makes most of what the sum loses.
    before, after = shown.same_ink
    assert (before.row, before.col) == (after.row, after.col + 2)
    lost = {
        (row, col): (
            unit.products[0][row : row + 5, col : col + 5]
            - unit.products[2][row : row + 5, col - 2 : col + 3]
        ).sum()
        for row in range(24)
        for col in range(2, 24)
    }
    assert lost[before.row, before.col] == max(lost.values()) > 0
    assert shown.framed.text("en") == "Framed: the ink where the sum falls most."
    turned = unit._replace(products=unit.products[::-1])
    assert "rises most" in replace(shown, unit=turned).framed.text("en")
    assert (before.rows, before.cols) == (after.rows, after.cols) == (5, 5)
    other = replace(shown, unit=unit._replace(weight=-1.0))
    assert "a small one speaks for 5" in other.diagram().panel("unit").words.text("en")
    assert Translation(picture=digits.sample(122)).unit is None  # it knew nothing to lose


@pytest.mark.parametrize(
    "answers",
    [
        ((5, 5, 7, 7, 7, 7, 7), (5, 5, 5, 5, 7, 7, 7)),  # the convnet fails first
        ((5, 5, 5, 5, 5, 7, 7), (5, 5, 7, 5, 7, 7, 7)),  # the dense network finds back
        ((5, 5, 5, 7, 7, 7, 7), (5, 5, 5, 7, 7, 7, 7)),
    ],
)
def test_the_ending_tells_who_holds_longer_only_where_it_is_so(answers):
    lesson = Translation()
    assert "is left: still 5" in lesson.ending.text("en")
    lesson = Translation()
    lesson.__dict__["answers"] = answers
    assert lesson.ending.text("en").endswith("all have places.")
    assert "lost" not in told(lesson)


def test_what_is_kept_is_the_largest_of_four(lesson):
    window = lesson.picture_of.window()
    for name in ("before", "after"):
        assert window.panel(f"kept-{name}").values.item() == window.panel(name).values.max()


def test_a_misread_digit_is_told_from_the_start():
    lesson = Translation(picture=digits.sample(122))
    said = told(lesson)
    assert list(said)[1] == "misread"
    assert said["misread"] == "It begins with a mistake: read as 1, the label is 6."
    # Nobody gives up what it never knew.
    assert "predict" not in said
    assert "lost" not in said
    assert "gives up" not in lesson.gives_up.text("en")
    assert said["whole"].endswith("all have places.")


def test_the_colour_tells_what_is_right_where_the_label_is_known():
    label = digits.sample(21).label
    lesson = Translation(picture=digits.sample(21))
    for reader, answers in zip(lesson.picture_of.readers, lesson.answers, strict=True):
        assert reader.right == tuple(k == label for k in answers)
    assert not lesson.picture_of.readers[0].right[0]
    assert any(lesson.picture_of.readers[0].right)


@pytest.mark.parametrize("length", [30, 60, 120])
def test_it_can_be_short_or_long(length):
    assert Translation(length=length).seconds == pytest.approx(length)


@pytest.mark.parametrize("sheet", panels.ASPECTS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_picture_fits_every_frame(lesson, sheet, lang):
    picture = lesson.picture_of
    for diagram in (
        picture.walk(0), picture.compare(), picture.window(), picture.of_cells.shrinking(),
        picture.of_cells.one_place(), picture.of_unit.diagram(), picture.table(),
    ):  # fmt: skip
        assert panels.problems(panels.place(diagram, panels.ASPECTS[sheet], lang)) == []


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("inches", [3.0, 3.1, 4.0, 6.3])
def test_its_figure_has_pictures_that_are_seen_on_paper_of_any_width(lesson, inches, lang):
    placed = panels.place(lesson.diagram(), panels.paper(inches), lang)
    assert panels.problems(placed) == []
    assert all(placed[f"step-{n}"].width > 5 for n in range(FAR + 1))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"shift": 0}, "give 1 to 6"),
        ({"shift": 7}, "give 1 to 6"),
        ({"filter": 32}, "0 to 31"),
        ({"direction": "sideways"}, "left, right, up, down"),
    ],
)
def test_what_cannot_be_is_refused(options, said):
    with pytest.raises(UsageError, match=said):
        Translation(**options)


# Other networks.


def saved(tmp_path, *layers, input_shape, recipe=None):
    path = tmp_path / "model.safetensors"
    untrained = Network.initialised(layers, input_shape=input_shape)
    Network(layers, untrained.weights, input_shape=input_shape, recipe=recipe).save(path)
    return str(path)


def test_another_network_stands_alone_with_its_own_steps(tmp_path):
    model = saved(
        tmp_path, Conv2D("c", 4, stride=2), MaxPooling2D("p"), Flatten("f"),
        Dense("d", 3, "softmax"), input_shape=(56, 56, 3), recipe=Recipe((56, 56), "rgb"),
    )  # fmt: skip
    lesson = Translation(model=model)
    assert lesson.step == 2  # a 28th of the width, and whole cells of the first map
    assert len(lesson.answers) == 1
    assert lesson.back[2] == 0.0
    said = told(lesson)
    assert "predict" not in said
    assert said["whole"] == (
        f"Maps move along; the last layer weighs cells, {lesson.place} px apart: "
        "each has its place."
    )
    for sheet in panels.ASPECTS.values():
        assert panels.problems(panels.place(lesson.diagram(), sheet, "zh")) == []


def test_blank_paper_comes_in_whatever_numbers_the_network_takes(tmp_path):
    recipe = Recipe((28, 28), "gray", mean=(0.1307,), std=(0.3081,))
    model = saved(
        tmp_path, Conv2D("c", 3), Flatten("f"), Dense("d", 10, "softmax"),
        input_shape=(28, 28, 1), recipe=recipe,
    )  # fmt: skip
    lesson = Translation(model=model)
    way, paper = lesson.shown_direction, -0.1307 / 0.3081
    for steps in (1, FAR):
        pixels = (lesson.traces[0].image - paper) * 0.3081
        wanted = shifted(pixels, way, lesson.pixels(steps)) / 0.3081 + paper
        np.testing.assert_allclose(lesson.traces[steps].image, wanted, atol=1e-5)


def test_a_mean_at_the_end_forgets_the_place(tmp_path):
    model = saved(
        tmp_path, Conv2D("c", 4, padding="same"), GlobalAveragePooling2D("g"),
        Dense("d", 1, "sigmoid"), input_shape=(28, 28, 1),
    )  # fmt: skip
    lesson = Translation(model=model)
    said = told(lesson)
    assert "forgets where things were" in said["forgets"]
    assert lesson.leads == ((),)  # one output has no rival
    assert said["added"] == "All steps, and what is read."
    assert said["whole"].startswith("Maps move along")


def test_a_network_without_a_convolution_is_refused():
    with pytest.raises(UsageError, match="lacks a convolution"):
        Translation(model="dense")
