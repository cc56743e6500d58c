"""What the lesson on learning says of a training, computed again in other ways."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from convexplain.data import digits, kernels
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.learning import Learning
from convexplain.network import Network
from tests.often import some


@pytest.fixture(scope="module")
def lesson():
    return Learning()


def said(lesson):
    """What each event says, in English."""
    return {
        event.name: event.said.text("en")
        for beat in lesson.beats()
        for event in beat.parts
        if event.said is not None
    }


def test_the_last_snapshot_is_the_network_that_ships(lesson):
    weights = Network.load("cnn").weights
    np.testing.assert_array_equal(lesson.history.filters[-1], weights["conv1/kernel"])
    np.testing.assert_array_equal(lesson.history.bias[-1], weights["conv1/bias"])
    shipped = Network.load("cnn")(lesson.digit.pixels[np.newaxis])[0]
    assert lesson.chances[-1] == pytest.approx(shipped[lesson.label], abs=2e-6)


def test_the_training_loss_is_the_mean_of_the_batch_it_is_shown_for(lesson):
    history = lesson.history
    mean = sum(history.batch_losses.tolist()) / 64
    assert len(history.batch_losses) == 64
    assert lesson.valley.loss == pytest.approx(mean, rel=1e-12)
    assert lesson.loss_after(0.0) == pytest.approx(mean, rel=1e-12)
    # The step that follows learned from it, and the training kept what it saw.
    assert history.losses[lesson.step] == pytest.approx(mean, rel=1e-5)
    assert f"wrong it is on {len(history.batch_losses)} training digits" in said(lesson)["loss"]


def test_the_slope_is_that_of_the_curve(lesson):
    valley, now = lesson.valley, lesson.valley.now
    run = float(valley.weights[now + 1]) - float(valley.weights[now - 1])
    rise = valley.losses[now + 1] - valley.losses[now - 1]
    assert valley.slope == pytest.approx(rise / run, abs=2e-3)
    down = "smaller" if lesson.valley.slope > 0 else "larger"
    assert f"a {down} weight" in said(lesson)["slope"]


def test_the_weight_goes_down_its_valley_and_ends_on_the_side_of_its_lowest_point(lesson):
    valley, at = lesson.valley, tuple(lesson.history.weight.tolist())
    assert valley.weight == lesson.history.filters[lesson.snapshot][at]
    step = lesson.next_weight - valley.weight
    assert step * valley.slope < 0
    lowest = valley.weights[valley.losses.argmin()] - valley.weight
    end = lesson.history.filters[-1][at] - valley.weight
    assert lowest * end > 0
    assert lowest * step > 0
    assert abs(step) < 0.01 * np.ptp(valley.weights)
    told = f"{valley.weight:.3f} to {lesson.next_weight:.3f}".replace("-", "−")
    near = lesson.history.near_weights.astype(np.float64)
    after = np.interp(lesson.next_weight, near, lesson.history.near_losses)
    assert f"falls by {valley.loss - after:.5f}." in said(lesson)["step"]
    assert told in said(lesson)["step"]
    np.testing.assert_array_equal(
        lesson.moves[:, :, lesson.filter][lesson.place], np.float32(lesson.next_weight)
        - np.float32(valley.weight),
    )  # fmt: skip


def test_both_sides_of_the_valley_are_seen_and_the_way_down_is_the_answer(lesson):
    losses, now = lesson.valley.losses, lesson.valley.now
    low = int(losses.argmin())
    left, right = losses[: low + 1].max() - losses[low], losses[low:].max() - losses[low]
    assert min(left, right) > max(left, right) / 3
    assert losses[now] - losses[low] > max(left, right) / 3
    (question,) = [e.ask for beat in lesson.beats() for e in beat.parts if e.ask is not None]
    replies = {choice.text.en: choice.reply for choice in question.choices}
    (right_way,) = [text for text, reply in replies.items() if reply is None]
    assert right_way == ("a larger weight" if low > now else "a smaller weight")
    assert right_way in said(lesson)["slope"]


def test_from_nearby_the_same_loss_is_nearly_straight(lesson):
    history, valley = lesson.history, lesson.valley
    middle = len(history.near_weights) // 2
    assert history.near_losses[middle] == pytest.approx(valley.loss, abs=2e-7)
    step = lesson.next_weight - valley.weight
    assert np.ptp(history.near_weights) == pytest.approx(10 * abs(step), rel=1e-3)
    line = valley.loss + valley.slope * (history.near_weights.astype(float) - valley.weight)
    off = np.abs(line - history.near_losses).max()
    assert off < 0.05 * np.ptp(history.near_losses)
    near = lesson.valley_picture(valley, near=True, gone=True).panel("valley")
    (ball,) = near.dots
    assert ball.x == lesson.next_weight
    assert ball.y < valley.loss


def test_its_kernel_became_an_edge(lesson):
    assert lesson.filter in lesson.filters_of("edge")


def test_alone_a_weight_hardly_helps_and_all_together_do(lesson):
    alone = lesson.valley.loss - lesson.valley.losses.min()
    together = lesson.loss_after(0.0) - lesson.loss_after(1.0)
    assert 0 < alone < together / 25
    assert "hardly helps" in said(lesson)["slopes"]
    parameters = sum(weight.size for weight in Network.load("cnn").weights.values())
    assert f"All {parameters:,} parameters" in said(lesson)["downhill"]


def test_the_curve_is_a_mean_of_batches_and_falls(lesson):
    steps, losses = lesson.way
    stored = lesson.history.losses.astype(np.float64)
    for n in (3, 40, 100):
        around = stored[max(0, steps[n] - 4) : steps[n] + 4]
        assert losses[n] == pytest.approx(sum(around) / len(around), rel=1e-5)
    assert steps[-1] == len(stored) == lesson.history.steps[-1]
    assert losses[-1] < losses[0] / 50
    assert "4,300 steps, each downhill for 64 digits." in said(lesson)["run"]
    assert lesson.checks[1][-1] == 0.9915


def test_the_digit_is_the_one_that_was_misread_again_most_often(lesson):
    labels = np.array([digit.label for digit in digits.load()])
    chances = lesson.history.probabilities
    relapses = []
    for number, label in enumerate(labels):
        right = [int(row[number].argmax()) == label for row in chances]
        again = sum(a and not b for a, b in pairwise(right))
        relapses.append(again if chances[-1, number, label] > 0.99 else -1)
    assert lesson.sample == relapses.index(max(relapses))


def test_of_each_class_the_digit_with_most_relapses_is_followed(lesson):
    chosen = [Learning.digit_of(label, Network.load("cnn")) for label in range(10)]
    numbers = [Learning(picture=picture).sample for picture in chosen]
    assert [digits.sample(number).label for number in numbers] == list(range(10))
    chances = lesson.history.probabilities
    for label, number in enumerate(numbers):
        own = [n for n, digit in enumerate(digits.load()) if digit.label == label]
        surely = [n for n in own if chances[-1, n, label] > 0.99]
        again = {
            n: sum(
                a and not b for a, b in pairwise(int(row[n].argmax()) == label for row in chances)
            )
            for n in surely
        }
        assert again[number] == max(again.values())
        assert number == next(n for n in surely if again[n] == again[number])
    assert numbers == [3, 27, 50, 67, 83, 111, 124, 145, 173, 180]


@pytest.mark.parametrize("sample", some([61, 122, *range(0, 200, 20)]))
def test_any_bundled_digit_can_be_followed(sample):
    lesson = Learning(picture=digits.sample(sample))
    assert lesson.sample == sample
    answers = [int(row[sample].argmax()) for row in lesson.history.probabilities]
    told, k = said(lesson)["reads"], lesson.label
    if answers[-1] != k:
        assert told == f"In the end it still reads this {k} as {answers[-1]}."
    elif answers[0] == k:
        assert told == f"This {k}, at first right by luck, is read right now, too."
    else:
        assert told == f"This {k}, at first read as {answers[0]}, is now read right."


def test_every_kernel_is_counted_once(lesson):
    kinds = [lesson.filters_of(kind) for kind in ("edge", "line", "spot", "mixed")]
    assert sorted(n for found in kinds for n in found) == list(range(32))
    edges, lines, spots, mixed = map(len, kinds)
    assert spots == 0
    assert (
        f"{edges} became edge detectors, {lines} line detectors, {mixed} neither"
        in (said(lesson)["patterns"])
    )


def test_each_trained_kernel_stands_in_the_group_of_what_it_became(lesson):
    picture, last = lesson.groups_picture(), lesson.kernels_at(-1)
    names = {"edge": "9 edge detectors", "line": "2 line detectors", "mixed": "21 neither"}
    for kind, title in names.items():
        panel = picture.panel(f"kernels-{kind}")
        assert panel.title.text("en") == title
        own = [n for n in range(32) if kernels.closest_pattern(last[:, :, n]).kind == kind]
        np.testing.assert_array_equal(panel.values, last[:, :, own])


def test_a_picture_that_was_not_watched_is_refused():
    mine = Picture(np.zeros((28, 28, 1), np.float32), None, "mine.png")
    with pytest.raises(UsageError, match=r"mine.png was not watched.*0 to 199"):
        Learning(picture=mine)


def test_it_folds_and_stretches():
    assert Learning(length=30).seconds == pytest.approx(30)
    assert Learning(length=120).seconds == pytest.approx(120)


@pytest.mark.render
def test_nothing_overlaps_in_any_frame(lesson):
    from convexplain import panels

    for sheet in (panels.VIDEO, panels.TALL):
        for lang in ("en", "zh"):
            valley = lesson.valley_picture(lesson.valley, upright=sheet is panels.TALL)
            groups = lesson.groups_picture()
            for picture in (lesson.run_picture(), lesson.strides(), valley, groups):
                assert panels.problems(panels.place(picture, sheet, lang)) == []
