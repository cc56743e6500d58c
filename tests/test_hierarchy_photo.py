"""The hierarchy on a photograph: levels are skipped, biases told, checks made, limits said.

The numbers are those of an independent computation: the package's float32 weights in TensorFlow.
Ours come from the stored float16, so that they may differ by a few thousandths of their size.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from played import check_events, lasting, lesson_of

from convexplain.data import digits, photographs
from convexplain.errors import UsageError
from convexplain.lessons.hierarchy import Hierarchy
from convexplain.lessons.parts.subject import chosen_levels
from convexplain.network import (
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    MaxPooling2D,
    Network,
    Node,
    Trace,
    contributions,
    hierarchy,
    is_piecewise_linear,
    occlusion,
)
from convexplain.style.theme import Look

CAT, FROG = 3, 6

#: Layer, supporting cells, what is for the cat, what is against it.
PUSHES = [
    ("conv6", 17, 12.5, 4.5), ("conv5", 105, 19.15, 12.98), ("conv4", 797, 37.5, 33.3),
    ("conv3", 2026, 43.4, 42.8), ("conv2", 3639, 57.0, 59.9), ("conv1", 12539, 77.8, 78.7),
]  # fmt: skip
#: Layer, row, column, filter, box, activation, contribution, share in percent.
TREE = """
conv5  0  2  12   0  8 24 32  11.313 1.9030 9.94
conv3  4  5  74   8 10 18 20  11.328 0.6156 1.68
conv1  9 12  30   9 12 12 15  14.814 0.4720 1.89
conv1 12 11  43  12 11 15 14  35.759 0.3960 1.59
conv3  5  9  13  10 18 20 28   4.752 0.5068 1.38
conv1 15 23  16  15 23 18 26  41.235 0.4678 1.65
conv1 11 22  34  11 22 14 25  34.586 0.3506 1.24
conv5  1  2  54   4  8 28 32   9.904 1.1102 5.80
conv3  4  9  11   8 18 18 28   7.041 0.4249 1.28
conv1 11 22  49  11 22 14 25  35.109 0.4263 1.63
conv1 13 23   5  13 23 16 26  37.838 0.1898 0.73
conv3  5  5  74  10 10 20 20   6.658 0.3240 0.98
conv1 12 11  43  12 11 15 14  35.759 0.4948 2.51
conv1 14 12  43  14 12 17 15  22.210 0.2272 1.15
conv5  2  1  12   8  4 32 28   7.898 0.8929 4.66
conv3 11  4 101  22  8 32 18   6.991 0.5329 1.37
conv1 24 15  28  24 15 27 18  22.416 0.5433 2.42
conv1 24 13  18  24 13 27 16  28.625 0.2136 0.95
conv3 10  7 111  20 14 30 24  10.492 0.3085 0.79
conv1 25 18  42  25 18 28 21  17.321 0.7759 2.77
conv1 24 15  28  24 15 27 18  22.416 0.5835 2.08
"""


@pytest.fixture(scope="module")
def lesson(photo: Network) -> Hierarchy:
    return Hierarchy(model="photo")


def below(node: Node) -> list[Node]:
    return [found for part in node.parts for found in (part, *below(part))]


def said(lesson: Hierarchy) -> str:
    return " ".join(beat.caption.text("en") for beat in lesson.beats())


def test_levels_are_chosen_by_what_cells_see(
    lesson: Hierarchy, photo: Network, cnn: Network
) -> None:
    assert [layer.name for layer in chosen_levels(photo)] == ["conv1", "conv3", "conv5"]
    assert [layer.name for layer in chosen_levels(cnn)] == ["conv1", "conv2", "conv3"]
    two = Network.initialised(
        (Conv2D("a", 4), Conv2D("b", 4), Flatten("f"), Dense("d", 3)), input_shape=(12, 12, 3)
    )
    assert [layer.name for layer in chosen_levels(two)] == ["a", "b"]
    assert lesson.rows == ("conv1", "conv3", "conv5")
    assert not lesson_of("hierarchy").skips


def test_levels_are_skipped_only_where_contributions_through_them_add_up() -> None:
    bent = Network.initialised(
        (Conv2D("a", 4, activation="tanh"), Conv2D("b", 4), Flatten("f"), Dense("d", 3)),
        input_shape=(12, 12, 3),
    )
    assert not is_piecewise_linear(bent)
    trace = Trace(bent, np.full((12, 12, 3), 0.5, np.float32))
    with pytest.raises(UsageError, match="has ReLU or no activation"):
        hierarchy(trace, levels=("a",))


@pytest.mark.parametrize(("layer", "cells", "plus", "minus"), PUSHES)
def test_each_layer_pushes_as_much_as_the_reference_says(
    lesson: Hierarchy, layer: str, cells: int, plus: float, minus: float
) -> None:
    found = contributions(lesson.trace, layer, CAT)
    assert (found > 0).sum() == pytest.approx(cells, abs=max(0, 0.001 * cells))
    assert found[found > 0].sum() == pytest.approx(plus, rel=0.005)
    assert -found[found < 0].sum() == pytest.approx(minus, rel=0.005)


def test_the_tree_is_that_of_the_reference(lesson: Hierarchy) -> None:
    rows = [line.split() for line in TREE.strip().splitlines()]
    nodes = below(lesson.tree)
    assert len(nodes) == len(rows)
    for node, (layer, *numbers) in zip(nodes, rows, strict=True):
        row, col, filter_, top, left, bottom, right = (int(n) for n in numbers[:7])
        activated, contribution, share = (float(n) for n in numbers[7:])
        assert (node.layer, node.row, node.col, node.filter) == (layer, row, col, filter_)
        box = node.box
        assert (box.top, box.left, box.bottom, box.right) == (top, left, bottom, right)
        assert node.activated == pytest.approx(activated, rel=0.002)
        assert node.contribution == pytest.approx(contribution, rel=0.004)
        assert 100 * (node.share or 0) == pytest.approx(share, abs=0.012)


def test_contributions_and_the_biases_on_the_way_add_up(lesson: Hierarchy) -> None:
    for node in (lesson.tree, *lesson.tree.parts):
        assert node.positive + node.negative + node.bias == pytest.approx(node.before, abs=1e-5)
    assert lesson.tree.bias == pytest.approx(4.84, abs=0.02)
    first = lesson.tree.parts[0]
    assert first.bias == pytest.approx(6.900, abs=0.01)
    assert (first.positive, first.negative) == pytest.approx((36.6, -32.2), abs=0.05)
    words = lesson.diagram().alternative_text("en")
    assert "logit 11.01 = 19.15 − 12.98 + 4.84" in words


LAYERS = (
    Conv2D("a", 3), BatchNormalization("n"), MaxPooling2D("p"), Conv2D("b", 4),
    Conv2D("c", 3, activation="leaky_relu(0.2)"), Flatten("f"), Dense("h", 6, "relu"),
    Dense("d", 3),
)  # fmt: skip


def test_a_contribution_is_the_activation_times_the_slope_of_the_answer() -> None:
    network = Network.initialised(LAYERS, seed=2, input_shape=(14, 14, 2))
    random = np.random.default_rng(3)
    weights = {
        name: w + random.uniform(0.1, 0.4, w.shape).astype(np.float32)
        if "kernel" not in name
        else w
        for name, w in network.weights.items()
    }
    network = Network(LAYERS, weights, input_shape=(14, 14, 2))
    trace = Trace(network, random.uniform(0, 1, (14, 14, 2)).astype(np.float32))

    def above(maps: Any, first: int) -> float:
        x = maps
        for layer in LAYERS[first:]:
            x = layer.before(x, network.weights_of(layer.name))
            if not layer.hands_on and layer.name != "d":
                x = layer.activate(x)
        return float(x[1])

    for name in ("a", "b"):
        maps = trace.activations[name].astype(np.float64)
        found = contributions(trace, name, 1)
        first = [layer.name for layer in LAYERS].index(name) + 1
        for cell in zip(*np.nonzero(maps), strict=True):
            more, less = maps.copy(), maps.copy()
            more[cell] += 1e-7
            less[cell] -= 1e-7
            slope = (above(more, first) - above(less, first)) / 2e-7
            assert found[cell] == pytest.approx(maps[cell] * slope, abs=2e-4)


def test_without_a_skipped_layer_the_tree_is_that_of_single_steps(cnn: Network) -> None:
    trace = Trace(cnn, digits.sample(61).pixels)
    plain, told = hierarchy(trace), hierarchy(trace, levels=("conv1", "conv2", "conv3"))
    for one, other in zip(below(plain), below(told), strict=True):
        assert (one.layer, one.row, one.col, one.filter) == (
            other.layer, other.row, other.col, other.filter,
        )  # fmt: skip
        assert one.share == pytest.approx(other.share)
        assert one.bias == pytest.approx(other.bias, abs=1e-5)


def test_eight_cells_change_the_answer_and_in_random_order_it_takes_more(lesson: Hierarchy) -> None:
    assert lesson.removal.tipping is not None
    assert (lesson.removal.tipping.removed, lesson.removal.tipping.label) == (8, FROG)
    logits = [reading.logit for reading in lesson.removal.readings[:9]]
    known = [11.01, 9.05, 8.00, 7.30, 6.57, 6.02, 5.74, 5.21, 4.84]
    np.testing.assert_allclose(logits, known, atol=0.02)
    assert lesson.removal.random_tips
    assert min(lesson.removal.random_tips) > 8


def test_hiding_the_eyes_corner_costs_most_and_hiding_the_nose_helps(lesson: Hierarchy) -> None:
    found = lesson.hiding.found
    assert (found.side, found.change.shape) == (6, (27, 27))
    assert found.worst == (13, 10)
    assert found.change.min() == pytest.approx(-5.96, abs=0.01)
    assert found.change.max() == pytest.approx(3.34, abs=0.01)
    assert found.probability.min() == pytest.approx(0.693, abs=0.002)
    assert set(found.answers.ravel().tolist()) == {CAT}
    assert "holds everywhere; most is lost at the corner of an eye" in said(lesson)


def test_every_square_is_covered_and_read_again(cnn: Network) -> None:
    image = digits.sample(122).pixels
    trace = Trace(cnn, image)
    found = occlusion(cnn, image, trace.prediction, side=5, fill=0.25)
    random = np.random.default_rng(4)
    for row, col in random.integers(0, 24, (12, 2)).tolist():
        covered = image.copy()
        for y in range(row, row + 5):
            for x in range(col, col + 5):
                covered[y, x, 0] = 0.25
        after = Trace(cnn, covered)
        change = float(after.logits[trace.prediction] - trace.logits[trace.prediction])
        assert found.change[row, col] == pytest.approx(change, abs=1e-4)
        assert found.answers[row, col] == after.prediction
        np.testing.assert_array_equal(found.cover(image, row, col), covered)


@pytest.mark.parametrize("label", [0, 1])
def test_of_one_logit_for_two_classes_the_half_that_is_followed_is_covered(label: int) -> None:
    layers = Conv2D("conv", 3, 3), Flatten("flatten"), Dense("dense", 1, "sigmoid")
    network = Network.initialised(layers, seed=2, input_shape=(7, 7, 1))
    image = np.random.default_rng(5).random((7, 7, 1), dtype=np.float32)
    found = occlusion(network, image, label, side=3, fill=0.5)
    before = Trace(network, image)
    for row, col in ((0, 0), (2, 4), (4, 1)):
        after = Trace(network, found.cover(image, row, col))
        change = float(after.logits[0] - before.logits[0]) * (1 if label else -1)
        assert found.change[row, col] == pytest.approx(change, abs=1e-6)
        assert change == pytest.approx(after.logit_of(label) - before.logit_of(label))
        assert found.probability[row, col] == pytest.approx(float(after.shares[label]), abs=1e-6)
        assert found.answers[row, col] == after.prediction
    with pytest.raises(UsageError, match="they go from 0 to 1"):
        occlusion(network, image, 2, side=3, fill=0.5)


def test_what_the_network_gets_wrong_is_said(lesson: Hierarchy) -> None:
    answers = [cut.subject.trace.prediction for cut in lesson.cuts.every]
    assert (len(answers), answers.count(CAT)) == (84, 59)
    assert "This cut was chosen: 25 of 84 read otherwise, most as dog" in said(lesson)
    longer = said(lasting(lesson, 120.0))
    assert "a rocket is read as bird, 64%" in longer
    assert "Covering the nose even raises the logit, by 3.34" in longer


def test_the_figure_says_what_the_video_has_no_time_for(lesson: Hierarchy) -> None:
    from convexplain.figures import hierarchy as figure

    assert "upwards" not in [beat.name for beat in lesson.beats()]
    for lang in ("en", "zh"):
        assert figure.caption(lesson).text(lang).endswith(lesson.upwards.text(lang))


def test_it_takes_less_than_a_minute_unless_asked_for_more(lesson: Hierarchy) -> None:
    assert lesson.seconds <= 60


def test_what_is_seen_in_the_patches_is_named_where_its_middle_lies(lesson: Hierarchy) -> None:
    # The eyes' inner corner at row 154 of the photograph, column 216, and so on: by eye.
    middles = {"the corner of an eye": (154, 216), "an eye": (133, 319), "the nose": (253, 265)}
    boxes = [node.box for node in lesson.path[-1].parts]  # those that are drawn
    for name, (row, col) in middles.items():
        y, x = (row - 12) / 9, (col - 96) / 9
        within = any(b.top <= y < b.bottom and b.left <= x < b.right for b in boxes)
        assert (name in said(lesson).partition("we see ")[2].partition(".")[0]) == within


def test_of_a_strange_picture_it_says_how_few_classes_there_are(photo: Network) -> None:
    rocket = Hierarchy(model="photo", picture=photographs.load("rocket"))
    assert "we see" not in said(rocket)
    assert "It knows 10 classes only: this picture it reads as bird." in said(rocket)
    assert rocket.cuts is None
    assert "limits" not in [beat.name for beat in rocket.beats()]


def test_the_photograph_stands_alone_until_the_stranger_comes(lesson: Hierarchy) -> None:
    for stranger, names in ((False, ["whole"]), (True, ["whole", "stranger"])):
        laid = lesson.limits_diagram(stranger=stranger)
        assert [*dict.fromkeys(panel.name for panel in laid.root.panels())] == names


OTHERS = (("en", "16:9"), ("en", "9:16"), ("zh", "16:9"))
FRAMES = [("zh", "9:16"), *(pytest.param(*frame, marks=pytest.mark.soak) for frame in OTHERS)]


@pytest.mark.parametrize(("lang", "aspect"), FRAMES)
def test_the_photograph_is_laid_out_in_all_frames(
    lesson: Hierarchy, aspect: str, lang: str
) -> None:
    check_events(lesson, Look(lang), aspect)
