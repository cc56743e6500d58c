"""What the lesson on learning says of a training, computed again in other ways."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import correlate

from convexplain.data import digits
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
    assert f"wrong the network is on {len(history.batch_losses)} digits" in said(lesson)["loss"]
    assert said(lesson)["now"] == f"After 16 steps it is {mean:.2f}."


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
    near = lesson.history.near_weights.astype(np.float64)
    after = np.interp(lesson.next_weight, near, lesson.history.near_losses)
    assert f"falls by {valley.loss - after:.5f}." in said(lesson)["step"]
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
    near = lesson.valley_picture(valley, near=1.0, gone=True).panel("valley")
    (ball,) = near.dots
    assert ball.x == lesson.next_weight
    assert ball.y < valley.loss


def test_on_the_way_near_it_is_the_same_curve_of_ever_fewer_weights(lesson):
    valley, history = lesson.valley, lesson.history
    widths = []
    for near in (0.0, 0.25, 0.5, 0.75, 1.0):
        weights, losses = lesson.seen(valley, near)
        assert len(weights) == len(valley.weights)  # so that it is one curve that changes
        assert weights[valley.now] == pytest.approx(valley.weight, abs=1e-8)
        np.testing.assert_allclose(
            losses, np.interp(weights, valley.weights, valley.losses), atol=1e-5
        )
        widths.append(float(np.ptp(weights)))
    assert widths[-1] == pytest.approx(np.ptp(history.near_weights))
    np.testing.assert_allclose(np.diff(np.log(widths)), np.log(widths[-1] / widths[0]) / 4)


def test_its_kernel_became_an_edge(lesson):
    assert lesson.filter in lesson.filters_of("edge")


def test_alone_a_weight_hardly_helps_and_all_together_do(lesson):
    alone = lesson.valley.loss - lesson.valley.losses.min()
    together = lesson.loss_after(0.0) - lesson.loss_after(1.0)
    assert 0 < alone < together / 25
    assert "hardly helps" in said(lesson)["slopes"]
    parameters = sum(weight.size for weight in Network.load("cnn").weights.values())
    own = Network.load("cnn").weights["conv1/kernel"].size
    assert f"All {parameters:,} parameters, these {own} too" in said(lesson)["downhill"]


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


def test_the_digit_is_the_first_that_is_surely_read_right(lesson):
    chances = lesson.history.probabilities[-1]
    labels = [digit.label for digit in digits.load()]
    sure = [n for n, label in enumerate(labels) if chances[n, label] > 0.99]
    assert lesson.sample == sure[0]
    for label in range(10):
        chosen = Learning(picture=Learning.digit_of(label, Network.load("cnn"))).sample
        assert chosen == next(n for n in sure if labels[n] == label)


@pytest.mark.parametrize("sample", some([61, 122, *range(0, 200, 20)]))
def test_a_filter_is_seen_at_work_on_any_bundled_digit(sample):
    lesson = Learning(picture=digits.sample(sample))
    assert lesson.sample == sample
    picture, history, n = lesson.born_picture(), lesson.history, lesson.filter
    for name, at in (("before", 0), ("after", -1)):
        kernel = history.filters[at][:, :, 0, n].astype(float)
        found = correlate(lesson.pixels.astype(float), kernel, "valid") + history.bias[at][n]
        np.testing.assert_array_equal(picture.panel(f"kernel-{name}").values, kernel)
        np.testing.assert_allclose(
            picture.panel(f"map-{name}").values, np.maximum(found, 0), atol=1e-6
        )
    # Both maps are on one scale: the trained filter responds more.
    scales = {picture.panel(f"map-{name}").scale.limit for name in ("before", "after")}
    assert scales == {picture.panel("map-after").values.max()}
    told = f"Filter {n}, random at first, has come to find edges, here of a {lesson.label}."
    assert said(lesson)["born"] == told


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
            born = lesson.born_picture()
            for picture in (lesson.run_picture(), lesson.strides(), valley, born):
                assert panels.problems(panels.place(picture, sheet, lang)) == []
