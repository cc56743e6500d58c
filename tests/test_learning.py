"""What the lesson on learning says of a training, computed again in other ways."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from scipy.signal import correlate

from convexplain import panels
from convexplain.data import digits
from convexplain.data.mnist import load_mnist
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
        for event in beat.events
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
    assert said(lesson)["mean"] == "The mean loss of 64 training digits is to fall."
    chart = lesson.batch_picture().panel("surprise")
    np.testing.assert_allclose([-np.log(dot.x) for dot in chart.dots], history.batch_losses)
    np.testing.assert_allclose([dot.y for dot in chart.dots], history.batch_losses)
    (own,) = lesson.surprise_picture().panel("surprise").dots
    assert own.y == lesson.loss_of(lesson.snapshot)
    (line,) = [curve for curve in chart.curves if curve.name == "mean"]
    assert line.label.text("en") == f"mean {mean:.2f}"
    np.testing.assert_allclose(line.y, mean)


def test_the_step_s_training_digits_stand_the_best_first(lesson):
    history, wall = lesson.history, lesson.batch_picture().panel("batch")
    ranked = sorted(range(64), key=history.batch_losses.tolist().__getitem__)
    for place in (0, 7, 40, 63):
        np.testing.assert_allclose(
            255 * wall.values[..., place], history.batch_pixels[ranked[place]], atol=1e-4
        )
    assert wall.title.text("en") == "64 training digits, least loss first"
    # They are no digits that lessons are about: of those nothing was learned.
    bundled = {np.round(255 * digit.pixels).astype(np.uint8).tobytes() for digit in digits.load()}
    assert not bundled & {each.tobytes() for each in history.batch_pixels}


@pytest.mark.mnist
def test_they_are_of_mnist_s_training_set(lesson, mnist_folder):
    images, _ = load_mnist("train", mnist_folder)
    known = {image.tobytes() for image in images}
    assert {each.tobytes() for each in lesson.history.batch_pixels} <= known


@pytest.mark.parametrize("label", range(10))
def test_a_digit_s_printed_loss_is_the_logarithm_of_its_printed_probability(label):
    lesson = Learning(picture=Learning.digit_of(label, Network.load("cnn")))
    stored = lesson.history.probabilities[4, lesson.sample].astype(float)
    told = said(lesson)
    (own,) = lesson.surprise_picture().panel("surprise").dots
    p, loss = re.search(r"−ln ([\d.]+) = ([\d.]+)$", own.label.text("en")).groups()
    assert told["loss"] == f"Here p = {p}. The smaller p, the larger the loss."
    assert f"{-math.log(float(p)):.2f}" == loss == f"{-math.log(stored[label]):.2f}"
    wrong = stored.argmax() != label
    claim = f"reads this {label} as {stored.argmax()}" if wrong else (
        f"gives this {label} a probability of {p}"
    )  # fmt: skip
    assert told["guess"] == f"After 16 steps the network {claim}."
    bars = {bar.name: bar for bar in lesson.guess_picture().panel("guess").bars}
    assert bars[str(label)].text == p
    np.testing.assert_allclose([bars[str(n)].value for n in range(10)], stored)


def relapses(sample, label):
    """Steps at which a digit was misread, though read right at the check before."""
    history, before, found = Learning().history, None, []
    for n in range(4, len(history.steps)):
        right = history.probabilities[n, sample].argmax() == label
        if before and not right:
            found.append(int(history.steps[n]))
        before = right
    return found


def test_it_is_told_when_the_digit_was_misread_again(lesson):
    assert lesson.label == 4
    assert relapses(lesson.sample, 4) == [96, 384, 640]
    told = "The mean falls, yet this 4 is misread again at 96, 384, 640."
    assert said(lesson)["again"] == told
    picture = lesson.run_picture()
    rows = [picture.panel(f"read-{n}").words.text("en") for n in range(7)]
    assert rows == [  # right at the check before
        "step 64: read as 4", "step 96: read as 9", "step 256: read as 4", "step 384: read as 9",
        "step 512: read as 4", "step 640: read as 9", "step 4,300: read as 4",
    ]  # fmt: skip
    # They are read in time, row by row, in whatever frame.
    for sheet in (panels.VIDEO, panels.TALL, panels.SQUARE):
        placed = panels.place(picture, sheet, "en")
        boxes = [placed[f"read-{n}"] for n in range(7)]
        assert boxes == sorted(boxes, key=lambda box: (round(box.y), box.x))
    # Each is marked where the curve of the mean then is.
    chart, (steps, losses) = picture.panel("loss"), lesson.way
    assert [dot.x for dot in chart.dots] == [96, 384, 640]
    for dot in chart.dots:
        assert dot.y == pytest.approx(np.interp(dot.x, steps, losses))
        (at,) = np.flatnonzero(lesson.history.steps == dot.x)
        assert lesson.history.probabilities[at, 83].argmax() == 9


def test_a_mean_is_said_to_fall_only_where_it_does(lesson, monkeypatch):
    steps, losses = lesson.way
    at = [np.interp(step, steps, losses) for step in (16, 96, 384, 640)]
    assert at == sorted(at, reverse=True)
    monkeypatch.setattr(Learning, "way", (steps, losses[::-1]))
    assert said(Learning())["again"] == "The 4 is misread again at steps 96, 384, 640."


def test_bars_of_one_step_are_named_by_their_digits_and_weights_counted(lesson):
    placed = panels.place(lesson.strides(), panels.VIDEO)
    texts = [piece.text for piece in placed.pieces if hasattr(piece, "text")]
    assert f"Mean loss of the {len(lesson.history.batch_losses)} training digits" in texts
    assert lesson.loss_after(0) == pytest.approx(lesson.history.batch_losses.mean())
    assert f"{3 * 3 * 32} of 104,202" in " ".join(texts)


def test_probabilities_stand_in_one_form(lesson):
    bars = lesson.guess_picture().panel("guess").bars
    assert len({len(bar.text.partition(".")[2]) for bar in bars}) == 1


@pytest.mark.parametrize(
    ("sample", "told"),
    [
        (180, "The mean falls, yet this 9 is misread again at step {again}."),
        (3 * 20 + 3, "The loss falls; yet in the end the 3 is read as {a}."),
        (None, "From step {s} on the {k} is read right."),
    ],
)
def test_a_digit_that_was_not_misread_again_is_told_of_otherwise(sample, told):
    history = Learning().history
    if sample is None:  # the first that is never misread again
        labels = [digit.label for digit in digits.load()]
        right = history.probabilities.argmax(axis=2) == labels
        sample = next(
            n for n, label in enumerate(labels) if not relapses(n, label) and right[-1, n]
        )
        wrong = np.flatnonzero(~right[4:, sample])
        step = history.steps[4 + (wrong[-1] + 1 if len(wrong) else 0)]
        told = told.format(s=step, k=labels[sample])
    steps = relapses(sample, digits.sample(sample).label)
    told = told.replace("{again}", ", ".join(f"{step:,}" for step in steps))
    told = told.replace("{a}", str(history.probabilities[-1, sample].argmax()))
    assert said(Learning(picture=digits.sample(sample)))["again"] == told


def test_unseen_digits_are_the_check(lesson):
    shares = dict(
        zip(lesson.history.steps.tolist(), lesson.history.test_accuracy.tolist(), strict=True)
    )
    bars = lesson.check_picture().panel("checks").bars
    assert [bar.name for bar in bars] == [f"step-{n}" for n in (0, 16, 64, 256, 4300)]
    for bar in bars:
        assert bar.value == shares[int(bar.name.removeprefix("step-"))]
    assert said(lesson)["check"] == "Unseen digits are the check: ever more are read right."
    assert [bar.value for bar in bars] == sorted({bar.value for bar in bars})
    assert (bars[0].text, bars[-1].text) == ("11%", "99%")


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
    assert lesson.fallen == f"{valley.loss - after:.5f}"
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
    (question,) = [e.ask for beat in lesson.beats() for e in beat.events if e.ask is not None]
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
    fell = next(curve for curve in near.curves if curve.name == "fall")
    np.testing.assert_allclose(fell.x, lesson.next_weight)
    np.testing.assert_allclose(fell.y, [valley.loss, ball.y])
    # The step is a large part of what is seen.
    assert abs(step) > 0.25 * np.ptp(near.curves[0].x)
    # The printed slope times the printed way is the printed fall.
    row, col = lesson.place
    shown = [picture.panel("kernel").values[row, col] for picture in (
        lesson.valley_picture(valley, near=1.0), lesson.valley_picture(valley, near=1.0, gone=True)
    )]  # fmt: skip
    way = round(float(shown[1]), 4) - round(float(shown[0]), 4)
    assert f"−{-way * round(valley.slope, 3):.5f}" == fell.label.text("en")


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
    assert widths[-1] < np.ptp(history.near_weights) / 2  # inside of what was measured
    np.testing.assert_allclose(np.diff(np.log(widths)), np.log(widths[-1] / widths[0]) / 4)


def test_its_kernel_became_an_edge(lesson):
    assert lesson.filter in lesson.filters_of("edge")


def test_alone_a_weight_hardly_helps_and_all_together_do(lesson):
    alone = lesson.valley.loss - lesson.valley.losses.min()
    together = lesson.loss_after(0.0) - lesson.loss_after(1.0)
    assert 0 < alone < together / 25
    assert "hardly helps" in said(lesson)["slopes"]
    parameters = sum(weight.size for weight in Network.load("cnn").weights.values())
    assert f"All {parameters:,} parameters take" in said(lesson)["downhill"]


def test_the_curve_is_a_mean_of_batches_and_falls(lesson):
    steps, losses = lesson.way
    stored = lesson.history.losses.astype(np.float64)
    for n in (3, 40, 100):
        around = stored[max(0, steps[n] - 4) : steps[n] + 4]
        assert losses[n] == pytest.approx(sum(around) / len(around), rel=1e-5)
    assert steps[-1] == len(stored) == lesson.history.steps[-1]
    assert losses[-1] < losses[0] / 50
    told = "So on for 4,300 steps: the loss falls, the filters take shape."
    assert said(lesson)["run"] == told
    assert lesson.checks[1][-1] == 0.9915


def test_the_digit_is_that_which_was_misread_again_most_often(lesson):
    chances = lesson.history.probabilities[-1]
    labels = [digit.label for digit in digits.load()]
    sure = [n for n, label in enumerate(labels) if chances[n, label] > 0.99]
    counts = {n: len(relapses(n, labels[n])) for n in sure}
    assert lesson.sample == max(sure, key=counts.get)
    for label in range(10):
        chosen = Learning(picture=Learning.digit_of(label, Network.load("cnn"))).sample
        assert chosen == max((n for n in sure if labels[n] == label), key=counts.get)


@pytest.mark.parametrize("sample", some([61, 122, *range(0, 200, 20)]))
def test_a_filter_is_seen_at_work_on_any_bundled_digit(sample):
    lesson = Learning(picture=digits.sample(sample))
    assert lesson.sample == sample
    picture, history, n = lesson.born_picture(), lesson.history, lesson.filter
    for name, at in (("before", 0), ("after", -1)):
        kernel = history.filters[at][:, :, 0, n].astype(float)
        np.testing.assert_array_equal(picture.panel(f"kernel-{name}").values, kernel)
        found = correlate(lesson.pixels.astype(float), kernel, "valid") + history.bias[at][n]
        np.testing.assert_allclose(lesson.map_at(at), np.maximum(found, 0), atol=1e-6)
        seen = picture.panel(f"map-{name}")
        np.testing.assert_array_equal(seen.values, lesson.map_at(at))
        assert seen.title.text("en") == f"Its response to this {lesson.label}"
        # Both in one scale: the trained filter responds more than it did at first.
        assert seen.scale.limit == lesson.map_at(-1).max() > lesson.map_at(0).max()


def test_a_picture_that_was_not_watched_is_refused():
    mine = Picture(np.zeros((28, 28, 1), np.float32), None, "mine.png")
    with pytest.raises(UsageError, match=r"mine.png was not watched.*0 to 199"):
        Learning(picture=mine)


def test_it_folds_and_stretches():
    assert Learning(length=30).seconds == pytest.approx(30)
    assert Learning(length=120).seconds == pytest.approx(120)


@pytest.mark.render
def test_nothing_overlaps_in_any_frame(lesson):
    for sheet in (panels.VIDEO, panels.TALL):
        for lang in ("en", "zh"):
            valley = lesson.valley_picture(lesson.valley)
            born = lesson.born_picture()
            read = lesson.run_picture(), lesson.descent_picture(), lesson.check_picture()
            loss = lesson.surprise_picture(), lesson.batch_picture()
            for picture in (*read, *loss, lesson.guess_picture(), lesson.strides(), valley, born):
                assert panels.problems(panels.place(picture, sheet, lang)) == []


@pytest.mark.parametrize("sample", some([102, 180, 21, 41, 109, 195]))
def test_what_a_digit_was_misread_as_stands_clear_of_the_lines(sample):
    lesson = Learning(picture=digits.sample(sample))
    for sheet in panels.ASPECTS.values():
        placed = panels.place(lesson.run_picture(), sheet, "en")
        assert panels.problems(placed) == []
    marks = lesson.run_picture().panel("loss").dots
    right = lesson.history.probabilities[-1, sample].argmax() == lesson.label
    assert len(marks) == (len(relapses(sample, lesson.label)) if right else 0)
