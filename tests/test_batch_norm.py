"""Batch normalization, the lesson and the fold: by SciPy, loops, and a network of Keras."""

from __future__ import annotations

import os
import re
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from played import LOOKS, check_events, lesson_of, of
from scipy.signal import correlate2d

from convexplain.data import digits, facts
from convexplain.errors import UsageError
from convexplain.lessons.batch_norm import STEPS, BatchNorm
from convexplain.lessons.parts.carrying import carried
from convexplain.lessons.parts.normalized_filter import BATCHES
from convexplain.lessons.parts.normalizing import by_its_own
from convexplain.network import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    Network,
    folded,
)
from convexplain.panels import ASPECTS, COLUMN, PAGE, place, problems
from convexplain.style import format as fmt
from convexplain.style.theme import Look
from tests.often import some

NUMBER = re.compile(r"-?\d+\.\d+")
MODELS = Path(os.environ.get("CONVEXPLAIN_MODELS", "none"))
KERAS = MODELS / "g03_keras_bn_gap_same"


@pytest.fixture(scope="module")
def lesson():
    return lesson_of("batch-norm")


def told(lesson, event, lang="en"):
    (said,) = (e.said for beat in lesson.beats() for e in beat.events if e.name == event)
    return said.text(lang)


def numbers(lesson):
    """Mean, variance, gamma, beta and epsilon of the channel, from the network's weights."""
    n, weights = lesson.shown_filter, lesson.network.weights
    found = [
        float(weights[f"norm1/{part}"][n])
        for part in ("moving_mean", "moving_variance", "gamma", "beta")
    ]
    return (*found, lesson.network.layer("norm1").epsilon)


def test_the_map_is_a_convolution_then_four_steps(lesson):
    mean, variance, gamma, beta, epsilon = numbers(lesson)
    kernel = lesson.network.weights["conv1/kernel"][:, :, 0, lesson.shown_filter].astype(float)
    sums = correlate2d(lesson.drawn.astype(float), kernel, "valid")
    spread = np.sqrt(variance + epsilon)
    np.testing.assert_allclose(lesson.sums[..., lesson.shown_filter], sums, atol=1e-5)
    expected = (sums - mean) / spread * gamma + beta
    np.testing.assert_allclose(lesson.response_map, expected, atol=1e-5)
    z = sums[lesson.place]
    steps = z - mean, (z - mean) / spread, (z - mean) / spread * gamma, expected[lesson.place]
    np.testing.assert_allclose(lesson.steps, steps, atol=1e-5)


def test_each_step_is_right_as_it_is_printed(lesson):
    curves = {curve.name: curve for curve in lesson.training().panel("batches").curves}
    for name in ("mean", "spread"):
        stored = f"average: {lesson.printed(name)}"
        assert curves[f"{name}-kept"].label.text("en") == stored
    shown = [float(lesson.printed(name).strip("()").replace("−", "-"))
             for name in ("mean", "spread", "gamma", "beta")]  # fmt: skip
    numbers_ = [round(value + 1e-9, 2) for value in (lesson.number, *lesson.steps)]
    assert round(numbers_[0] - shown[0], 2) == numbers_[1]
    assert round(numbers_[1] / shown[1], 2) == numbers_[2]
    assert round(numbers_[2] * shown[2], 2) == numbers_[3]
    assert round(numbers_[3] + shown[3], 2) == numbers_[4]
    # All four have as many decimals, the fewest with which factor and shift come out, too.
    assert len({len(lesson.printed(name).strip("()").split(".")[1]) for name in STEPS}) == 1
    assert fmt.rounded(shown[2] / shown[1]) == fmt.rounded(lesson.constants.factor)
    factor = round(lesson.constants.factor, 2)
    assert fmt.rounded(shown[3] - shown[0] * factor) == fmt.rounded(lesson.constants.addend)


@pytest.mark.parametrize("digit", some(range(10)))
def test_each_digit_has_a_place_whose_printed_steps_come_out(digit):
    lesson = BatchNorm(picture=digits.first(digit))
    z = Decimal(fmt.number(lesson.number).replace("−", "-"))
    mean, spread, gamma, beta = (Decimal(lesson.printed(name).strip("()").replace("−", "-"))
                                 for name in STEPS)  # fmt: skip
    results = [fmt.rounded(step) for step in lesson.steps]
    assert fmt.rounded(z - mean) == results[0]
    assert fmt.rounded(results[0] / spread) == results[1]
    assert fmt.rounded(results[1] * gamma) == results[2]
    assert fmt.rounded(results[2] + beta) == results[3]
    # Of most pictures a large sum is followed.
    sums = lesson.sums[:, :, lesson.shown_filter]
    assert lesson.number >= 0.5 * sums.max() or digit == 1


def test_a_batch_s_mean_and_spread_are_those_of_all_its_pictures(lesson):
    kernel = lesson.network.weights["conv1/kernel"][:, :, 0, lesson.shown_filter].astype(float)
    batch = digits.load()[3::BATCHES]
    assert {picture.label for picture in batch} == set(range(10))
    sums = [correlate2d(p.pixels[..., 0].astype(float), kernel, "valid") for p in batch]
    means, spreads = lesson.batches
    assert means[3] == pytest.approx(np.mean(sums), abs=1e-6)
    # The stored one has epsilon in it, too.
    assert spreads[3] == pytest.approx(np.sqrt(np.var(sums) + 0.001), abs=1e-6)


@pytest.mark.parametrize("digit", [0, 3, 7])
def test_where_the_sum_is_zero_the_shift_alone_comes_out(digit):
    lesson = BatchNorm(picture=digits.first(digit))
    (question,) = (e.ask for beat in lesson.beats() for e in beat.events if e.ask)
    (right,) = (choice for choice in question.choices if choice.reply is None)
    assert len(question.choices) == 3
    row, col = lesson.faintest
    assert not lesson.drawn[row : row + 3, col : col + 3].any()  # blank paper
    mean, variance, gamma, beta, epsilon = numbers(lesson)
    shift = beta - mean * gamma / np.sqrt(variance + epsilon)
    assert lesson.response_map[row, col] == pytest.approx(shift, abs=1e-5)
    assert right.text.en == fmt.number(shift)
    assert "0.00" in question.text.text("en")


def test_factor_shift_and_folded_weights_are_right_as_they_are_printed(lesson):
    four = lesson.constants
    factor, shift = fmt.rounded(four.factor), fmt.rounded(four.addend)
    value = fmt.rounded(lesson.number) * factor + shift
    assert fmt.rounded(value) == fmt.rounded(lesson.steps[-1])
    assert fmt.rounded(fmt.rounded(four.gamma) / fmt.rounded(four.spread)) == factor
    old, new = lesson.kernel
    cell, decimals = lesson.weight
    assert cell == np.unravel_index(np.abs(old).argmax(), old.shape)
    assert decimals == 2
    mean, beta = (Decimal(lesson.printed(name).strip("()").replace("−", "-"))
                  for name in ("mean", "beta"))  # fmt: skip
    assert fmt.rounded(beta - mean * factor) == shift
    placed = place(lesson.folding(), ASPECTS["16:9"])

    def printed(name):
        return [Decimal(n) for n in NUMBER.findall(placed.piece(name).text.replace("−", "-"))]

    assert printed("times") == [factor]
    assert printed("plus") == [shift]
    one, times = printed("weight")
    assert times == factor
    assert one == fmt.rounded(old[cell])
    assert [fmt.rounded(one * times)] == printed("weight-gives") == [fmt.rounded(new[cell])]
    one, times, add = printed("bias")
    assert (times, add) == (factor, shift)
    assert [fmt.rounded(one * times + add)] == printed("bias-gives")
    assert fmt.rounded(one * times + add) == fmt.rounded(lesson.bias[1])
    for name in ("kernel", "after"):  # the weight that is told of is framed
        mark = lesson.folding().panel(name).marks["cell"]
        assert (mark.row, mark.col) == cell


@pytest.mark.parametrize("digit", [None, 0, 8])
def test_channels_differ_in_size_before_and_less_when_normalized(digit):
    lesson = BatchNorm(picture=None if digit is None else digits.first(digit))
    assert len(lesson.compared) == 4
    assert lesson.shown_filter in lesson.compared
    before, after = (
        [np.abs(each[:, :, n]).max() for n in lesson.compared]
        for each in (lesson.sums, lesson.maps)
    )
    assert before == sorted(before, reverse=True)
    assert before[0] == np.abs(lesson.sums).max()
    assert before[-1] == np.abs(lesson.sums).max(axis=(0, 1)).min()
    assert before[0] >= 2 * before[-1]
    assert 1.5 * max(after) / min(after) < before[0] / before[-1]
    assert told(lesson, "uneven").endswith(f": up to {before[0]:.2f}, up to {before[-1]:.2f}.")
    opening = lesson.opening(told=True)
    first, last = lesson.alike(0), lesson.alike(4)
    for place_, (n, *sizes) in enumerate(zip(lesson.compared, before, after, strict=True)):
        panel = opening.panel(f"seen-{n}")
        there = panel.values.max() == pytest.approx(sizes[0])
        shown = f"largest {sizes[0]:.2f}" if there else f"lowest −{sizes[0]:.2f}"
        assert panel.title.text("en") == f"Filter {n}: {shown}"
        for name, size, picture in zip(("seen", "even"), sizes, (first, last), strict=True):
            panel = picture.panel(f"{name}-{n}")
            assert np.abs(panel.values).max() == pytest.approx(size)
            bar = picture.panel(f"{name}-sizes").bars[place_]
            assert (bar.name, bar.text) == (str(n), f"{size:.2f}")
            assert bar.value == pytest.approx(size)
            # Its legend is by its bars.
            assert picture.panel(f"legend-{name}").of == panel.scale
    ratios = [
        max(shown) / min(shown)
        for shown in ([round(v, 2) for v in each] for each in (before, after))
    ]
    said = f"was {ratios[0]:.1f} times the smallest; now {ratios[1]:.1f} times."
    assert told(lesson, "closer").endswith(said)


def test_where_the_chart_of_training_begins_is_told(lesson):
    axis = lesson.training().panel("batches").x
    first, *others = axis.ticks(axis.low, axis.high)
    assert first == axis.low == lesson.training().panel("batches").curves[0].x[0]
    assert first > 0
    assert all(round(step) % 500 == 0 for step in others)


def test_channels_of_one_size_are_not_compared(lesson, tmp_path):
    weights = dict(lesson.network.weights)
    size = np.abs(lesson.sums).max(axis=(0, 1))
    weights["conv1/kernel"] = weights["conv1/kernel"] / size
    path = tmp_path / "even.safetensors"
    Network(lesson.network.layers, weights).save(path)
    even = BatchNorm(model=str(path))
    assert even.compared == ()
    names = {event.name for beat in even.beats() for event in beat.events}
    assert not {"uneven", "alike", "closer"} & names


def test_digits_are_counted_with_stored_and_with_their_own_numbers(lesson):
    network, labels = lesson.network, [picture.label for picture in digits.load()]
    assert lesson.right[0] == (network(lesson.digits).argmax(axis=1) == labels).sum()
    # Each by itself: a batch normalization that trains, on a batch of one.
    right = 0
    for picture, label in zip(digits.load()[::8], labels[::8], strict=True):
        found = {"input": picture.pixels.astype(float)}
        for layer in network.layers:
            x = np.concatenate([found[name] for name in network.sources(layer.name)], axis=-1)
            weights = network.weights_of(layer.name)
            if isinstance(layer, BatchNormalization):
                x = (x - x.mean((0, 1))) / np.sqrt(x.var((0, 1)) + layer.epsilon)
                found[layer.name] = x * weights["gamma"] + weights["beta"]
            else:
                found[layer.name] = layer.activate(layer.before(x, weights))
        right += found["dense"].argmax() == label

    def own(layer, x):
        return by_its_own(layer, x, network.weights_of(layer.name))

    some = carried(network, lesson.digits[::8], instead=own)
    assert (some.argmax(axis=1) == labels[::8]).sum() == right
    assert lesson.right[1] < lesson.right[0]


def test_the_folded_convolution_gives_the_normalized_map(lesson):
    network, n = folded(lesson.network), lesson.shown_filter
    kernel, bias = network.weights["conv1/kernel"], network.weights["conv1/bias"]
    slid = correlate2d(lesson.drawn.astype(float), kernel[:, :, 0, n].astype(float), "valid")
    np.testing.assert_allclose(slid + bias[n], lesson.response_map, atol=1e-5)
    assert lesson.apart < float(lesson.bound)
    assert float(lesson.bound) <= 10 * lesson.apart
    factor = lesson.kernel[1] / lesson.kernel[0]
    np.testing.assert_allclose(factor, lesson.constants.factor)
    assert lesson.bias == (0.0, pytest.approx(lesson.constants.addend))


def test_a_network_without_its_normalizations_answers_alike(lesson):
    less = folded(lesson.network)
    assert not [layer for layer in less.layers if isinstance(layer, BatchNormalization)]
    np.testing.assert_allclose(less(lesson.digits), lesson.network(lesson.digits), atol=1e-5)
    assert folded(less) is less


@pytest.mark.skipif(not MODELS.is_dir(), reason="CONVEXPLAIN_MODELS names no folder of networks")
def test_a_folded_network_of_keras_answers_as_keras_does():
    with np.load(KERAS.with_suffix(".ref.npz"), allow_pickle=False) as stored:
        known = dict(stored)
    network = folded(Network.load(KERAS.with_suffix(".keras")))
    assert "batch_normalization" not in [layer.name for layer in network.layers]
    np.testing.assert_allclose(network(known["x"]), known["probabilities"], atol=1e-5)


def trained(layers):
    """Make a small network with statistics as training leaves them."""
    network = Network.initialised(layers, input_shape=(8, 8, 2))
    random = np.random.default_rng(0)
    weights = {
        name: random.uniform(0.2, 1.5, w.shape).astype(np.float32) if w.ndim == 1 else w
        for name, w in network.weights.items()
    }
    return Network(layers, weights, input_shape=(8, 8, 2))


@pytest.mark.parametrize(
    ("layers", "left"),
    [
        ((DepthwiseConv2D("a"), BatchNormalization("n"), Flatten("f"), Dense("d", 3)), 0),
        ((Flatten("f"), Dense("d", 3), BatchNormalization("n", scale=False)), 0),
        ((Conv2D("a", 3, groups=1, activation="linear"), BatchNormalization("n", center=False)), 0),
        ((Conv2D("a", 3), BatchNormalization("n")), 1),  # ReLU stands between
        ((BatchNormalization("n"), Conv2D("a", 3)), 1),
        (
            (
                Conv2D("a", 2, activation="linear"), BatchNormalization("n"), Activation("r"),
                Conv2D("b", 2, activation="linear", inputs=("a",)), BatchNormalization("m"),
            ),
            1,  # others read the sums, too
        ),
    ],
)  # fmt: skip
def test_what_can_be_folded_is_folded_and_all_else_stays(layers, left):
    network = trained(layers)
    less = folded(network)
    assert sum(isinstance(layer, BatchNormalization) for layer in less.layers) == left
    x = np.random.default_rng(1).random((3, 8, 8, 2), np.float32)
    np.testing.assert_allclose(less(x), network(x), atol=1e-5)


def pictures(lesson):
    yield lesson.opening()
    for told in (False, True):
        yield lesson.opening(told=told)
    yield from (lesson.alike(n) for n in (0, 2, 4))
    if lesson.batches is not None:
        yield lesson.training()
    yield lesson.one()
    yield from (lesson.everywhere(faint=faint) for faint in (False, True))
    yield lesson.folding()


@pytest.mark.parametrize("aspect", ASPECTS)
def test_every_picture_has_its_place_on_every_sheet(lesson, aspect):
    sheet = ASPECTS[aspect]
    for lang in ("en", "zh"):
        for diagram in pictures(lesson):
            assert problems(place(diagram, sheet, lang)) == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_figure_has_both_maps_and_their_difference(lesson, lang):
    diagram = lesson.diagram()
    for sheet in (PAGE, COLUMN):
        assert problems(place(diagram, sheet, lang)) == []
    one, other = (diagram.panel(name).values for name in ("normal", "joined"))
    assert lesson.bound in diagram.panel("apart").words.text(lang)
    assert 0 < np.abs(one - other).max() < float(lesson.bound)


def test_a_video_is_as_long_as_asked():
    assert 40 <= lesson_of("batch-norm").seconds <= 60.01
    assert BatchNorm(length=120.0).seconds == pytest.approx(120)
    assert BatchNorm(length=30.0).seconds == pytest.approx(30)


def test_training_ends_with_what_is_shipped_and_its_batches_are_plausible(lesson):
    found, weights = facts.normalizing(), lesson.network.weights
    assert found.steps[-1] == lesson.network.provenance["steps"]
    for part in ("moving_mean", "moving_variance"):
        assert (getattr(found, part)[-1] == weights[f"norm1/{part}"]).all()
    # Twenty steps of 0.99 lie between: as far as these, the running ones follow the batches.
    kept = 0.99 ** np.diff(found.steps)[:, None]
    aimed = (found.moving_mean[1:] - kept * found.moving_mean[:-1]) / (1 - kept)
    assert np.abs(aimed - found.mean[1:]).max() < 0.25 * found.variance.max() ** 0.5
    assert found.moving_variance[0] == pytest.approx(0.99**20, abs=0.02)  # it begins at 1
    curves = {curve.name: curve for curve in lesson.training().panel("batches").curves}
    spread = np.sqrt(found.variance[:, lesson.shown_filter] + 0.001)
    seen = len(curves["spread"].y)
    np.testing.assert_allclose(curves["spread"].y, spread[-seen:], rtol=1e-6)
    # All four begin at one step, and the first batch is marked.
    assert {curve.x[0] for curve in curves.values()} == {found.steps[-seen]}
    for dot in lesson.training().panel("batches").dots:
        first = curves[dot.name.removesuffix("-first")]
        assert (dot.x, dot.y) == (first.x[0], pytest.approx(first.y[0]))
    # What is stored follows the batches, and ends at what is shipped.
    for name, ends in (("mean", lesson.constants.mean), ("spread", lesson.constants.spread)):
        kept, each = curves[f"{name}-kept"], curves[name]
        assert kept.y[-1] == pytest.approx(ends, rel=1e-6)
        assert np.abs(kept.y[-50:] - each.y[-50:]).max() < 0.02
    # It is drawn from where it has joined them, among those of the 200 steps around it.
    for name in ("mean", "spread"):
        kept = curves[f"{name}-kept"].y
        each = found.mean[:, lesson.shown_filter] if name == "mean" else spread
        for n, value in enumerate(kept, len(each) - len(kept)):
            near = each[max(n - 10, 0) : n + 11]
            assert near.min() <= value <= near.max()
    shown = curves["mean-kept"]
    assert 50 < len(shown.x) < len(found.steps) - 5
    np.testing.assert_allclose(
        shown.y, found.moving_mean[-len(shown.x) :, lesson.shown_filter], rtol=1e-6
    )
    assert curves["spread-kept"].label.text("en") == "average: 0.179"


def test_constants_of_many_characters_find_their_place_upright(lesson, tmp_path):
    weights = dict(lesson.network.weights)
    for part in ("moving_mean", "gamma", "beta"):
        weights[f"norm1/{part}"] = np.full(16, -0.25, np.float32)
    path = tmp_path / "long.safetensors"
    Network(lesson.network.layers, weights).save(path)
    long = BatchNorm(model=str(path))
    assert problems(place(long.one(), ASPECTS["9:16"])) == []


def test_a_network_without_it_is_refused_and_told_of_one_that_has_it():
    for name in ("cnn", "photo"):
        with pytest.raises(UsageError, match=r"lacks a batch normalization .* such as blocks"):
            BatchNorm(model=name)


@pytest.mark.soak
def test_a_network_that_reads_no_digits_tells_of_its_picture_alone(tmp_path):
    layers = (
        Conv2D("a", 3, activation="linear"), BatchNormalization("n", scale=False), Activation("r"),
        Flatten("f"), Dense("d", 4, "softmax"),
    )  # fmt: skip
    network = Network.initialised(layers, 1, input_shape=(12, 16, 3))
    network.save(tmp_path / "colour.safetensors")
    lesson = BatchNorm(model=str(tmp_path / "colour.safetensors"))
    names = {event.name for beat in lesson.beats() for event in beat.events}
    assert not names & {"batches", "averages"}
    check_events(lesson, Look("zh", "light"), "9:16")


def test_the_steps_stand_row_by_row_and_both_ways_differ_by_nothing():
    played, names = of("batch-norm", LOOKS[0]), ("mean", "spread", "gamma", "beta")
    lesson = BatchNorm()
    came: list[str] = []  # in which order the results appear
    for moment in played.during("one"):
        for name in names:
            if f"{name}.result" in moment:
                came.append(f"{name}.result")
        # A step begins with what the step before gave.
        for before, after in pairwise(names):
            if f"{after}.value" in moment:
                assert moment[f"{after}.value"].text == moment[f"{before}.result"].text
    assert list(dict.fromkeys(came)) == [f"{name}.result" for name in names]
    kernel = played.ends["answer"]["after"].values
    np.testing.assert_allclose(kernel, lesson.kernel[1])


def test_what_stands_between_the_maps_makes_one_of_the_other(lesson):
    played = of("batch-norm", LOOKS[0])
    said = told(lesson, "faint")
    stage = [m for m in played.plays if m.caption == said][-1]
    before, after = (stage[name].values for name in ("sums", "normal"))
    factor = float(stage["times"].text.strip("× ").replace("−", "-"))
    shift = float(stage["plus"].text.strip("+ ()").replace("−", "-"))
    np.testing.assert_allclose(before * factor + shift, after, atol=0.01)
    assert told(lesson, "everywhere").startswith(
        f"Times {fmt.number(factor)}, plus {fmt.number(shift)},"
    )
    assert stage["faint-number"].text == fmt.number(lesson.sums[..., lesson.shown_filter].flat[0])
    assert stage["faint-gives"].text == f"= {fmt.number(after[0, 0])}"
    assert stage["normal"].hatched  # bare cells could be taken for zeros
    # While it is asked, nothing is known where the sum is printed as the one that is asked for.
    asking = [m for m in played.plays if "faint-number" in m and "faint-gives" not in m]
    for moment in asking:
        known = np.isfinite(moment["normal"].values)
        assert (known == (np.abs(before.round(2)) > 0)).all()
    assert asking
