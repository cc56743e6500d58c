"""Backward, the lesson: what it shows by SciPy, loops and nudged weights; who can be asked."""

from __future__ import annotations

import re

import numpy as np
import pytest
from played import (
    LANGUAGES,
    LOOKS,
    Stage,
    check_events,
    lasting,
    lesson_of,
    of,
    play_dry,
    scene_of,
)
from scipy.ndimage import map_coordinates
from scipy.signal import correlate2d

from convexplain.data import digits
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.backward import STAGES, Backward
from convexplain.network import (
    AveragePooling2D,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Network,
    Trace,
)
from convexplain.panels import ASPECTS, COLUMN, PAGE, place, problems
from convexplain.style import format as fmt
from convexplain.style.theme import DARK, LIGHT, Look
from tests.often import covering, some


@pytest.fixture(scope="module")
def lesson():
    return lesson_of("backward")


def told(lesson, event, lang="en"):
    (said,) = (e.said for beat in lesson.beats() for e in beat.events if e.name == event)
    return said.text(lang)


def loss(network, lesson):
    """The cross-entropy of a network's answer, by its probabilities."""
    return -np.log(Trace(network, lesson.trace.image).shares[lesson.right])


def test_the_gradient_is_the_input_slid_over_with_the_errors(lesson):
    slid = correlate2d(lesson.drawn.astype(float), lesson.before, "valid")
    np.testing.assert_allclose(lesson.gradient, slid, atol=1e-12)
    # Where the frame stands, the errors lie on what the weight meets.
    row, col = lesson.told.row, lesson.told.col
    height, width = lesson.before.shape
    met = lesson.drawn[row : row + height, col : col + width]
    assert float((met * lesson.before).sum()) == pytest.approx(slid[row, col])


def test_the_gradient_is_the_slope_of_the_loss_of_a_nudged_weight(lesson):
    key, losses = "conv1/kernel", []
    for nudge in (0.01, -0.01):
        weights = {name: w.astype(np.float64) for name, w in lesson.network.weights.items()}
        weights[key][(*lesson.followed, 0, lesson.shown_filter)] += nudge
        losses.append(loss(Network(lesson.network.layers, weights), lesson))
    slope = (losses[0] - losses[1]) / 0.02
    assert lesson.gradient[lesson.followed] == pytest.approx(slope, rel=0.05)


def test_the_followed_weight_is_one_from_which_much_is_learned_and_whose_step_holds(lesson):
    weight = round(float(lesson.kernel[lesson.followed]), 4)
    gradient = round(float(lesson.gradient[lesson.followed]), 2)
    after = round(float(lesson.picture_of().stepped[lesson.followed]), 4)
    assert round(weight - 0.001 * gradient, 4) == after
    assert abs(gradient) > 0.9 * np.abs(lesson.gradient).max()


def test_the_layers_on_the_way_back_are_all_behind_the_filter(lesson):
    names = [layer.name for layer in lesson.network.layers]
    assert [*lesson.behind] == names[:1:-1]  # but the pooling, which is shown number by number
    reached = lesson.picture_of().back(lesson.outcomes[0].mistaken(), len(lesson.behind))
    assert reached.panel("layers").words.text("en") == f"{len(names) - 2} layers"
    assert f"{len(names) - 2} layers carry it back" in told(lesson, "back")
    # The last row and column are not read by the next pooling: no error comes there.
    pooled = lesson.back.errors["pool1"][:, :, lesson.shown_filter]
    assert not pooled[12].any()
    assert not pooled[:, 12].any()
    np.testing.assert_array_equal(reached.panel("arriving").values, pooled[:12, :12])


def test_the_error_of_the_right_class_is_right_as_it_is_printed(lesson):
    told_at_length = told(lasting(lesson, 120.0), "looks")
    assert told_at_length == "It reads this 4 as 9: 0.72 against 0.28."
    assert told(lesson, "errors") == "That rate is the error of the score: answer − target."
    # No raised score's number stands beside both errors.
    assert lesson.outcomes[0].mistaken()[1].bars[0].printed("en") == "1.27"
    bars = {bar.name: bar for bar in lesson.outcomes[0].errors()}
    assert (bars["4"].printed("en"), bars["9"].printed("en")) == ("−0.72", "0.72")
    assert (bars["4"].source, bars["9"].source) == ("0.28 − 1 =", "0.72 − 0 =")
    for bar in bars.values():
        share, target = bar.source.rstrip(" =").split(" − ")
        assert round(float(share) - float(target), 2) == printed(bar.printed("en"))
    assert told(lesson, "reads") == "This 4 is read as 9. Which way should each weight move?"


def printed(text):
    return float(text.strip("()").replace("−", "-"))


def test_the_told_sum_and_its_products_are_right_as_they_are_printed(lesson):
    step = lesson.told
    reading = lesson.picture_of().reading(step)
    given = [
        [printed(reading.panel(f"{factor}-{n}").printed[0][0]) for n in range(2)]
        for factor in ("pixel", "error")
    ]
    products = [a * b for a, b in zip(*given, strict=True)]
    assert all(round(product, 2) for product in products)
    rest, value = (printed(reading.panel(name).words) for name in ("rest", "total"))
    assert round(sum(products) + rest, 2) == value == round(step.value, 2)
    # To a person who multiplies first, too.
    assert round(sum(round(each, 2) for each in products) + rest, 2) == value
    met = lesson.drawn[step.row : step.row + 26, step.col : step.col + 26] * lesson.before
    largest = sorted(met.flat, key=abs)[-2:]
    assert sorted(round(each, 2) for each in products) == sorted(round(n, 2) for n in largest)


@pytest.mark.parametrize("number", some([None, *range(10)], 3))
def test_as_many_products_are_told_as_places_got_an_error(number):
    lesson = lesson_of("backward")
    if number is not None:
        lesson = Backward(picture=Backward.digit_of(number, Network.load("cnn")))
    counter = lesson.picture_of().scattered(2).panel("alone").counter.text("en")
    counted = re.fullmatch(r"(\d+) of 676 cells", counter)
    panels = [*lesson.picture_of().products(lesson.told).panels()]
    names = [panel.name for panel in panels if re.fullmatch(r"pixel-\d", panel.name)]
    (more,) = (p.words.text("en") for p in panels if p.name == "rest-note")
    assert more == f"{int(counted[1]) - len(names)} more"
    assert f"All {counted[1]} added up" in told(lesson, "lay")
    assert told(lesson, "scatter") == f"{counted[1]} of 676 cells keep an error."


def test_the_marked_weight_reads_the_ringed_pixel_where_the_error_was_made(lesson):
    picture, step = lesson.picture_of(), lesson.told
    reading = picture.reading(step)
    shown, errors = reading.panel("input"), reading.panel("errors")
    window, pixel, error = shown.marks["read"], shown.marks["met"], errors.marks["met"]
    assert (window.rows, window.cols) == lesson.kernel.shape == (3, 3)
    rows, cols = picture.near
    np.testing.assert_array_equal(shown.values, lesson.drawn[rows, cols])
    # Around the cells, not over what is read in them.
    for ring in (pixel, error):
        assert ring.rows == ring.cols > 1
    (r, c), (er, ec) = (
        np.rint((ring.row + ring.rows / 2 - 0.5, ring.col + ring.cols / 2 - 0.5)).astype(int)
        for ring in (pixel, error)
    )
    assert (window.row + step.row, window.col + step.col) == (r, c)
    weight = reading.panel("kernel").marks["steep"]
    assert (weight.row, weight.col) == lesson.followed
    # There the convolution makes the number whose error it is.
    row, col = int(window.row) + rows.start, int(window.col) + cols.start
    forward = correlate2d(lesson.drawn, lesson.kernel, "valid")
    forward += lesson.network.weights["conv1/bias"][lesson.shown_filter]
    assert forward[row, col] == pytest.approx(
        lesson.trace.activations["conv1"][row, col, lesson.shown_filter], abs=1e-5
    )
    assert errors.values[er, ec] == lesson.before[row, col] != 0
    assert reading.panel("error-0").values[0, 0] == lesson.before[row, col]
    assert reading.panel("pixel-0").values[0, 0] == shown.values[r, c]


def test_all_places_with_an_error_are_gone_through_those_of_the_largest_products_first(lesson):
    step = lesson.told
    places = lesson.picture_of().places(step)
    assert sorted(places) == [*map(tuple, np.argwhere(lesson.before))]
    products = np.abs([step.products[place] for place in places])
    assert products[:2].min() > products[2:].max()
    assert list(places[:2]) == sorted(places[:2])


def test_the_errors_are_added_up_place_by_place_under_their_rings():
    lesson, played = lesson_of("backward"), of("backward", LOOKS[0])
    said, step = told(lesson, "lay"), lesson.told
    places = lesson.picture_of().places(step)
    (rows, cols), seen = lesson.picture_of().reach, set()
    for stage in played.plays:
        if stage.caption != said or "rest-note" not in stage or "errors.met" not in stage:
            continue
        count = int(stage["rest-note"].text.split()[0])
        row, col = places[2 + count - 1]
        if stage["errors.met"].opacity == 1:
            ring, grid = stage["errors.met"], stage["errors"]
            middle = (ring.places[0] + ring.places[1] + ring.places[2] - ring.places[0]) / 2
            corner = (middle - grid.places[0]) / grid.cell
            assert tuple(np.floor(corner).astype(int)) == (col - cols.start, row - rows.start)
        total = sum(step.products[place] for place in places[2 : 2 + count])
        assert stage["rest"].text == fmt.bracketed(total)
        seen.add(count)
    assert max(seen) == len(places) - 2
    end = last_while(played, said)
    assert end["total"].text == fmt.number(lesson.gradient[lesson.followed])


def test_only_winners_of_the_pooling_that_relu_let_through_have_an_error(lesson):
    numbers = lesson.trace.activations["conv1"][:, :, lesson.shown_filter]
    for row, col in np.argwhere(lesson.before):
        top, left = row // 2 * 2, col // 2 * 2
        assert numbers[row, col] == numbers[top : top + 2, left : left + 2].max() > 0


def test_the_error_of_a_pooled_cell_goes_to_the_largest_sum_and_stops_where_relu_gave_zero(lesson):
    through, stopped = lesson.gates
    maps = lesson.trace.before("conv1")[:, :, lesson.shown_filter]
    pooled = lesson.back.errors["pool1"][:, :, lesson.shown_filter]
    for gate in (through, stopped):
        window = np.s_[2 * gate.row : 2 * gate.row + 2, 2 * gate.col : 2 * gate.col + 2]
        np.testing.assert_allclose(gate.sums, maps[window])
        # The pooling's way back by hand: what arrives goes to the largest, if ReLU let it through.
        passed = np.where((gate.sums == gate.sums.max()) & (gate.sums > 0), gate.error, 0.0)
        np.testing.assert_allclose(gate.left, passed)
        assert gate.error == pytest.approx(pooled[gate.row, gate.col])
    assert (through.sums > 0).all()
    assert (stopped.sums < 0).all()
    assert f"the largest, {through.sums.max():.2f}:" in told(lesson, "winner")


def last_while(played, said):
    """What stood there last while something was said."""
    return [stage for stage in played.plays if stage.caption == said][-1]


def test_each_error_is_seen_in_its_own_cell_of_the_window():
    lesson, played = lesson_of("backward"), of("backward", LOOKS[0])
    for event, gate in zip(("winner", "stopped"), lesson.gates, strict=True):
        said = told(lesson, event)
        stage = [
            s for s in played.plays if s.caption == said and "sums" in s and "arriving.cell" in s
        ][-1]
        assert [[*row] for row in stage["sums"].printed] == [
            [fmt.number(value) for value in row] for row in gate.sums
        ]
        # One legend speaks of one kind of colour: sums are gray.
        assert (stage["sums"].scale_name, len({*stage["sums"].values.flat})) == ("picture", 1)
        np.testing.assert_allclose(stage["left"].values, gate.left)
        grid, frame = stage["arriving"], stage["arriving.cell"]
        corner = grid.places[0] + np.array([gate.col, gate.row]) * grid.cell
        np.testing.assert_allclose(frame.places[0], corner, atol=1e-6)
    stage = played.ends["back"]
    np.testing.assert_allclose(stage["alone"].values, lesson.before)
    count = np.count_nonzero(lesson.before)
    assert stage["alone.counter"].text == f"{count} of 676 cells"


def test_it_is_asked_at_how_many_places_the_errors_can_stand(lesson):
    (question,) = (e.ask for beat in lesson.beats() for e in beat.events if e.ask)
    choices = {choice.text.text("en"): choice.reply for choice in question.choices}
    (height, width), (rows, cols) = lesson.drawn.shape[:2], lesson.before.shape
    places = (height - rows + 1) * (width - cols + 1)
    assert choices.pop(str(places)) is None
    assert places == lesson.gradient.size
    assert set(choices) == {"1", "676", "784"}
    # As far as there are errors, they lie as they do on all of the picture.
    sliding = lesson.picture_of().sliding(lesson.followed, np.ones(lesson.kernel.shape, bool))
    edge, place = (sliding.panel("input").marks[name] for name in ("edge", "place"))
    # A pixel more is seen at each side.
    assert (edge.rows - place.rows, edge.cols - place.cols) == (height - rows + 2, width - cols + 2)


def lying(stage):
    """Whether the errors lie on the picture, and a weight is ringed."""
    return all(name in stage for name in ("input", "input.place", "errors", "kernel.steep"))


def lies(stage):
    """Where the errors and their frame lie, in cells of the picture; and the ringed weight."""
    cell, first = stage["input"].cell, stage["input"].places[0]
    corners = [(stage[name].places[0] - first) / cell - 1 for name in ("input.place", "errors")]
    np.testing.assert_allclose(*corners, atol=1e-6)
    # Neither of them ends with what is seen of the picture.
    ends = [stage[name].places[1:].max(axis=0) for name in ("input.place", "errors")]
    shown = stage["input"].places[1:].max(axis=0)
    assert all((end < shown - cell / 2).all() for end in ends)
    ring, grid = stage["kernel.steep"], stage["kernel"]
    return corners[0][::-1], ((ring.places[0] - grid.places[0]) / grid.cell)[::-1]


def below(stage):
    """Whether a pixel but 0 lies under each error: between cells, a share of each of them."""
    corner, _ = lies(stage)
    rows, cols = (
        np.arange(n) + first + 1
        for n, first in zip(stage["errors"].values.shape, corner, strict=True)
    )
    where = np.meshgrid(rows, cols, indexing="ij")
    lit = (stage["input"].values != 0).astype(float)
    return map_coordinates(lit, where, order=1, mode="nearest")


def test_an_error_is_faint_where_the_pixel_below_it_is_0_on_the_way_to_the_next_too(lesson):
    half_way = []

    class Watched(scene_of(lesson)):
        def on_event(self, event):
            if event.name == "lie":
                move = self.stand(1, 1)
                for alpha in (0.3, 0.5, 0.9):
                    move(alpha)
                    half_way.append(Stage(self))

    play_dry(Watched, lesson, LOOKS[0])
    for stage in half_way:
        np.testing.assert_allclose(stage["errors"].shares, 0.4 + 0.6 * below(stage))
    assert len({tuple(lies(stage)[0]) for stage in half_way}) == 3


def test_the_errors_move_by_one_to_the_next_weight_before_it_is_asked_how_often():
    lesson, played = lesson_of("backward"), of("backward", LOOKS[0])
    asked = [told(lesson, name).replace("\n", "") for name in ("lie", "predict")]
    moments = [stage for stage in played.plays if stage.caption in asked]
    there = [lies(s) for s in moments if lying(s)]
    for corner, weight in (there[0], there[-1]):
        np.testing.assert_allclose(corner, weight, atol=1e-6)
    np.testing.assert_allclose(there[0][0], lesson.followed, atol=1e-6)
    assert np.abs(there[-1][0] - there[0][0]).sum() == pytest.approx(1)


def test_what_was_asked_is_answered_at_once_by_going_to_all_places():
    played = of("backward", LOOKS[0])
    parts = [event for beat in played.lesson.beats() for event in beat.events]
    after = parts[[event.name for event in parts].index("predict") + 1]
    said = after.said.text("en")
    assert said == "Nine places, one per weight: a sliding window gives the gradient, too."
    visited = set()
    for stage in played.plays:
        if stage.caption == said and lying(stage):
            place, weight = (tuple(np.round(each, 6)) for each in lies(stage))
            visited.add((place, weight))
            if place == weight and place in np.ndindex(3, 3):
                # At each place its weight is ringed, and what lies there gives its slope.
                row, col = map(int, place)
                errors, read = stage["errors"].values, stage["input"].values
                under = read[
                    row + 1 : row + 1 + errors.shape[0], col + 1 : col + 1 + errors.shape[1]
                ]
                slope = played.lesson.gradient[row, col]
                assert float((under * errors).sum()) == pytest.approx(slope)
            np.testing.assert_allclose(stage["errors"].shares, 0.4 + 0.6 * below(stage))
    assert visited >= {(place, place) for place in np.ndindex(3, 3)}
    np.testing.assert_allclose(last_while(played, said)["gradient"].values, played.lesson.gradient)


def test_a_digit_of_a_class_is_the_one_from_which_most_is_learned():
    network = Network.load("cnn")
    picture = Backward.digit_of(7, network)
    losses = [
        -np.log(Trace(network, each.pixels).shares[7]) for each in digits.load() if each.label == 7
    ]
    assert -np.log(Trace(network, picture.pixels).shares[7]) == pytest.approx(max(losses))


def test_a_sure_and_right_answer_teaches_little():
    sure = max(digits.load(), key=lambda p: Trace(Network.load("cnn"), p.pixels).shares[p.label])
    lesson = Backward(picture=sure)
    assert lesson.little
    assert told(lesson, "little") == "It is sure, and right: little to learn."
    check_events(lesson)


def pictures(lesson):
    picture, (first, last) = lesson.picture_of(), lesson.outcomes
    yield picture.way(first.seen(), 5)
    yield from (picture.way(first.seen(raised=k), 5) for k in lesson.classes)
    yield from (picture.way(first.nudged(k).seen(first=first, raised=k), 5) for k in lesson.classes)
    yield picture.way(first.mistaken(), 5)
    yield picture.back(first.mistaken(), 5)
    yield from map(picture.gate, lesson.gates)
    yield picture.scattered(2)
    yield lesson.diagram()
    yield picture.reading(lesson.told)
    yield picture.sliding(lesson.followed, np.ones(lesson.kernel.shape, bool))
    yield picture.ways(lesson.followed)
    for outcome in (first, last):
        became = first.became(outcome, lesson.most)
        yield picture.learning(became, lesson.stages, 18_816)
    yield picture.closing(first.became(last, lesson.most))


@pytest.mark.parametrize("number", some([None, 0, 5], 1))
@pytest.mark.parametrize(("aspect", "lang"), covering([*ASPECTS], LANGUAGES))
def test_every_picture_has_its_place_on_every_sheet(number, aspect, lang):
    lesson, sheet = lesson_of("backward"), ASPECTS[aspect]
    if number is not None:
        lesson = Backward(picture=Backward.digit_of(number, Network.load("cnn")))
    for diagram in pictures(lesson):
        assert problems(place(diagram, sheet, lang)) == []


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_as_many_layers_as_step_one_by_one_have_their_place(lesson, aspect, lang):
    became = lesson.outcomes[0].became(lesson.outcomes[1], lesson.most)
    for many in (4, STAGES):
        stages = [(f"conv{n}", 73_856) for n in range(many)]
        picture = lesson.picture_of().learning(became, stages, 73_856)
        assert problems(place(picture, ASPECTS[aspect], lang)) == []


def test_a_video_is_as_long_as_asked():
    assert 40 <= lesson_of("backward").seconds <= 60.01
    assert lasting(lesson_of("backward"), 120.0).seconds == pytest.approx(120)
    # The surest digit, too, of which there is little to say.
    for picture in (None, digits.first(4)):
        short = Backward(picture=picture, length=30.0)
        assert short.seconds == pytest.approx(30)
        names = {e.name for beat in short.beats() for e in beat.events}
        assert not {"errors", "predict", "moved", "again"} & names
        assert {"nudge", "back", "lay", "places", "step", "answer"} <= names
    check_events(short)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"picture": Picture(np.zeros((28, 28, 1), np.float32), None, "mine")}, "--label K"),
        ({"label": 10}, "class 10 does not exist"),
        ({"rate": 0.0}, "--rate 0 is not possible"),
        ({"pause": 0.0}, "--pause 0 is not possible"),
        ({"filter": 32}, "no filter 32"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(options, said):
    with pytest.raises(UsageError, match=said):
        Backward(**options)


OTHERS = {
    "nothing behind it": (Conv2D("a", 4), Flatten("f"), Dense("d", 10, "softmax")),
    "stride, padding, average": (
        Conv2D("a", 4, 5, stride=2, padding="same", activation="silu"),
        AveragePooling2D("p"), Conv2D("b", 6), Flatten("f"), Dense("d", 10),
    ),
    "overlapping pools": (
        Conv2D("a", 6, padding="same"), MaxPooling2D("p", 3, stride=2),
        GlobalAveragePooling2D("g"), Dense("d", 10, "softmax"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("layers", "aspect"), covering(OTHERS, ["16:9", "9:16"]))
def test_other_networks_are_gone_back_through(layers, aspect, tmp_path):
    path = tmp_path / "other.safetensors"
    Network.initialised(layers, 3).save(path)
    lesson = Backward(picture=digits.first(3), model=str(path))
    check_events(lesson, Look("zh", "light"), aspect)
    # No window of theirs is a ReLU and a pooling side by side with the next.
    assert lesson.gates is None


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_figure_lays_the_errors_where_the_told_weight_meets_them(lesson, lang):
    diagram = lesson.diagram()
    for sheet in (PAGE, COLUMN):
        assert problems(place(diagram, sheet, lang)) == []
    lying, told = diagram.panel("errors").values, lesson.told
    assert float((lying * lesson.drawn).sum()) == pytest.approx(told.value)
    mark = diagram.panel("gradient").marks["steep"]
    assert (mark.row, mark.col) == (told.row, told.col)


def test_the_end_shows_which_way_each_weight_moves_and_what_came_of_it():
    stage = of("backward", LOOKS[0]).ends["answer"]
    lesson = lesson_of("backward")
    assert stage["gradient.title"].text == "Filter 29: gradient; arrow: step"
    assert [*map(list, stage["gradient"].printed)] == [
        [f" {fmt.number(slope)} {'↑' if slope < 0 else '↓'} " for slope in row]
        for row in lesson.gradient
    ]
    for k in (4, 9):
        for bar, trace in ((f"{k}-was", lesson.trace), (str(k), lesson.stepped.trace)):
            assert stage[f"answer.{bar}.value"].text == fmt.number(trace.shares[k])
    assert (stage["loss.was.value"].text, stage["loss.now.value"].text) == ("1.27", "0.13")


def test_each_weight_moves_against_its_slope_and_its_new_number_is_shown():
    lesson = lesson_of("backward")
    played = of("backward", LOOKS[0])
    moments = played.during("step")
    ways = next(m for m in reversed(moments) if "gradient" in m)["ways"]
    slopes = np.round(lesson.gradient, 2)
    shown = {-1: "↑", 0: "0", 1: "↓"}
    assert [[*row] for row in ways.printed] == [[shown[n] for n in row] for row in np.sign(slopes)]
    assert (ways.scale_name, len({*ways.values.flat})) == ("picture", 1)
    stage = next(m for m in reversed(moments) if "one.after" in m)
    weights = lesson.network.weights["conv1/kernel"][:, :, 0, lesson.shown_filter]
    told = lesson.followed
    after = weights[told] - 0.001 * lesson.gradient[told]
    # The filter keeps its numbers and their form; where the step is worked out, they are finer.
    np.testing.assert_allclose(stage["kernel"].values, weights)
    assert (stage["kernel"].printed, stage["one.weight.over"].text) == (None, "weight (4 decimals)")
    # So fine that the step is seen in the numbers, and against the slope.
    assert np.sign(round(after, 4) - round(float(weights[told]), 4)) == -np.sign(slopes[told])
    texts = [stage[f"one.{name}"].text for name in ("weight", "slope", "after")]
    slope = fmt.bracketed(lesson.gradient[told])
    assert texts == [fmt.number(weights[told], 4), slope, fmt.number(after, 4)]
    # The bars have the changed network's answers, and so have their numbers.
    stage = moments[-1]
    assert stage["answer.4.value"].text == fmt.number(lesson.stepped.trace.shares[4])


def test_what_the_network_gives_now_is_not_seen_before_all_weights_have_stepped():
    lesson, played = lesson_of("backward"), of("backward", LOOKS[0])
    moments = [s for s in played.plays if s.caption == told(lesson, "again") and "done" in s]
    every = sum(lesson.stepping.values())
    now = ("answer.4", "answer.4.value", "answer.9.label", "loss.now", "loss.now.value")
    counted = [stage["done"].text.startswith(f"{every:,} ") for stage in moments]
    assert counted == sorted(counted)
    assert {True, False} == set(counted)
    for stage, all_done in zip(moments, counted, strict=True):
        assert "answer.4-was" in stage
        assert all_done or not any(name in stage for name in now)
        # A layer that is lit has stepped.
        lit = [stage[f"layer-{n}"].opacity > 0.5 for n in range(len(lesson.stages))]
        done = sum(size for (_, size), bright in zip(lesson.stages, lit, strict=True) if bright)
        assert stage["done"].text.startswith(f"{done:,} of ")
    assert all(name in moments[-1] for name in now)


def test_what_flies_passes_below_the_numbers_that_are_read(lesson):
    found = set()

    class Watched(scene_of(lesson)):
        def on_event(self, event):
            if event.name == "lay":
                first, second = (self.board.part(f"pixel-{n}").z_index for n in range(2))
                assert second < first
                found.add(event.name)
            if event.name == "predict":
                depth = {name: self.board.part(name).z_index for name in ("kernel", "errors")}
                assert depth["errors"] < depth["kernel"] < self.board.part("kernel.steep").z_index
                found.add(event.name)

    play_dry(Watched, lesson, LOOKS[0])
    assert found == {"lay", "predict"}


def test_no_arrow_leads_from_the_layers_to_the_errors_of_the_answer():
    lesson, played = lesson_of("backward"), of("backward", LOOKS[0])
    moments = [s for s in played.plays if s.caption == told(lesson, "errors")]
    found = [s for s in moments if s["answer.title"].text == "Answer − target = error"]
    assert found
    assert not any("layers->answer.title" in stage for stage in found)


def test_a_new_weight_follows_from_what_is_printed_where_it_is_calculated(lesson):
    picture = lesson.picture_of()
    hold = [
        round(round(float(old), 4) - 0.001 * round(slope, 2), 4) == round(float(new), 4)
        for old, slope, new in zip(
            lesson.kernel.flat, lesson.gradient.flat, picture.stepped.flat, strict=True
        )
    ]
    assert [picture.follows(*place) for place in np.ndindex(*lesson.kernel.shape)] == hold
    assert picture.follows(*lesson.followed)


def test_each_gradient_and_the_weights_have_their_scale_under_them(lesson):
    picture = lesson.picture_of()
    every = [
        picture.ways(lesson.followed),
        picture.closing(lesson.outcomes[0].seen()),
    ]
    for diagram in every:
        placed = place(diagram, ASPECTS["16:9"], "en")
        for name in ("kernel", "gradient"):
            if f"legend-{name}.0" not in placed:
                assert name not in placed
                continue
            grid, legend = placed[name], placed[f"legend-{name}.0"]
            assert grid.bottom < legend.y < grid.bottom + grid.height
            assert grid.x <= legend.middle[0] <= grid.right


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_all_places_that_got_an_error_are_seen(lesson, theme):
    scale = lesson.picture_of().raised
    shares = np.abs(lesson.before[lesson.before != 0]) / scale.limit
    assert shares.min() < 0.01  # without a floor it is as good as 0
    zero = scale.colours(np.zeros((1, 1)), theme)[0, 0].astype(int)
    colours = scale.colours(lesson.before, theme).astype(int)
    differs = np.abs(colours - zero).max(axis=-1)
    assert ((differs > 25) == (lesson.before != 0)).all()
    # Larger errors than the floor are as coloured as on any scale, and the legend says so.
    large = [[0.7 * scale.limit]]
    plain = lesson.picture_of().error.colours(large, theme)
    np.testing.assert_array_equal(scale.colours(large, theme), plain)
    assert scale.name.text("en") == "error (small ones strengthened)"


def test_all_errors_are_gathered_on_their_way_back(lesson):
    diagram = lesson.picture_of().back(lesson.outcomes[0].mistaken(), 5)
    placed = place(diagram, ASPECTS["16:9"], "en")
    boxes = {piece.name: piece.box for piece in placed.pieces}
    bracket = boxes["answer->layers"]
    for k in lesson.classes:
        row = boxes[f"answer.{k}.label"]
        assert bracket.y <= row.middle[1] <= bracket.bottom
        assert bracket.right < row.x
    assert boxes["layers->arriving"].right <= bracket.x


def test_the_way_forward_is_seen_before_errors_come_back_along_it(lesson):
    picture, filter = lesson.picture_of(), lesson.shown_filter
    way = picture.way(lesson.outcomes[0].seen(), 5)
    pooled = lesson.trace.activations["pool1"][:12, :12, filter]
    np.testing.assert_allclose(way.panel("map").values, pooled)
    assert way.panel("kernel").title.text("en") == "Filter 29 (conv1)"
    back = picture.back(lesson.outcomes[0].mistaken(), 5)
    # Forward to the heading, which stands while rows grow; back from all of the rows.
    assert (way.links[-1].start, way.links[-1].end) == ("layers", "answer.title")
    assert (back.links[0].start, back.links[0].end) == ("answer", "layers")


def test_maps_of_errors_have_one_scale_and_where_they_are_few_are_brightened(lesson):
    picture, found = lesson.picture_of(), []
    full, few = {"arriving", "left"}, {"alone", "errors", "error-0"}
    for diagram in (
        picture.back(lesson.outcomes[0].mistaken(), 5),
        *map(picture.gate, lesson.gates), picture.scattered(2), picture.reading(lesson.told),
        picture.sliding(lesson.followed, np.ones(lesson.kernel.shape, bool)),
    ):  # fmt: skip
        panels = diagram.root.panels()
        found += [(p.name, p.scale) for p in panels if p.name in {*full, *few}]
    assert len(found) > 5
    assert all(scale == (picture.raised if name in few else picture.error) for name, scale in found)
    assert picture.raised.limit == picture.error.limit


def test_an_error_on_a_pixel_has_its_own_colour_whatever_lies_below(lesson):
    stage, picture = of("backward", LOOKS[0]).ends["places"], lesson.picture_of()
    errors, met = stage["errors"], picture.met(2, 2)
    assert (errors.glass, 0.5 < errors.inlaid < 0.9) == (1.0, True)
    there = errors.values != 0
    # What lies on a pixel of 0 steps back: it adds nothing. All others are seen in full.
    top, left = (round(each) + 1 for each in lies(stage)[0])
    rows, cols = errors.values.shape
    under = stage["input"].values[top : top + rows, left : left + cols]
    assert float((under * errors.values).sum()) == pytest.approx(lesson.gradient[2, 2])
    np.testing.assert_array_equal(met, under != 0)
    np.testing.assert_allclose(errors.shares, np.where(under != 0, 1.0, 0.4))
    glazed = errors.glazed(DARK).view(np.uint8).reshape(*errors.values.shape, 4)
    np.testing.assert_array_equal(glazed[..., 3], np.rint(255 * there * errors.shares))
    colours = picture.raised.colours(errors.values, DARK) * errors.shares[..., None]
    np.testing.assert_allclose(glazed[there][:, :3], colours[there], atol=1)


@pytest.mark.parametrize("aspect", ["16:9", "9:16"])
def test_weights_have_numbers_and_arrows_in_any_frame(lesson, aspect):
    picture = lesson.picture_of().ways(lesson.followed)
    assert place(picture, ASPECTS[aspect], "en").decimals is not None
