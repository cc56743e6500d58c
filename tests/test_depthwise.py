"""The depthwise separable convolution, the lesson: by loops, SciPy, and networks rebuilt."""

from __future__ import annotations

import numpy as np
import pytest
from played import LOOKS, check_events, lasting, lesson_of, of
from scipy.signal import correlate2d

from convexplain.data import digits, facts
from convexplain.errors import UsageError
from convexplain.lessons.depthwise import Depthwise
from convexplain.lessons.parts.separating import kept, of_shapes, split
from convexplain.network import Conv2D, DepthwiseConv2D, Flatten, Network
from convexplain.panels import ASPECTS, COLUMN, PAGE, place, problems
from convexplain.style import format as fmt
from convexplain.style.theme import Look
from tests.often import covering


@pytest.fixture(scope="module")
def lesson():
    return lesson_of("depthwise")


@pytest.fixture(scope="module")
def learned():
    """A network that has such a layer of its own."""
    return Depthwise(model="blocks")


def told(lesson, event, lang="en"):
    (said,) = (e.said for beat in lesson.beats() for e in beat.parts if e.name == event)
    return said.text(lang)


def test_both_steps_are_sums_of_single_correlations(lesson):
    found = lesson.separable
    for n in (0, 7, 31):
        slid = correlate2d(found.maps[:, :, n].astype(float), found.shapes[:, :, n], "valid")
        np.testing.assert_allclose(found.between[:, :, n], slid, atol=1e-9)
    k = lesson.shown_filter
    total = sum(found.between[:, :, n] * found.scales[n, k] for n in range(32)) + found.biases[k]
    np.testing.assert_allclose(found.sums[:, :, k], total, atol=1e-9)
    # One ordinary convolution of rank one does the same.
    whole = sum(
        correlate2d(found.maps[:, :, n].astype(float), found.kernels[:, :, n, k], "valid")
        for n in range(32)
    )
    np.testing.assert_allclose(found.sums[:, :, k], whole + found.biases[k], atol=1e-9)


def test_the_ordinary_value_is_the_network_s(lesson):
    row, col = lesson.place
    z = lesson.trace.before("conv2")[row, col, lesson.shown_filter]
    assert lesson.values[0] == pytest.approx(float(z), abs=1e-5)
    assert lesson.values[1] != pytest.approx(lesson.values[0], abs=0.1)
    assert told(lesson, "value").endswith(
        f"{fmt.number(lesson.values[0])} becomes {fmt.number(lesson.values[1])}."
    )


def test_all_shapes_together_are_the_kernels_and_fewer_are_closest(lesson):
    kernels = lesson.separable.ordinary
    np.testing.assert_allclose(of_shapes(kernels, 9), kernels, atol=1e-12)
    shapes, scales = split(kernels)
    np.testing.assert_allclose((shapes**2).sum(axis=(0, 1)), 1)
    flat = shapes.transpose(2, 3, 0, 1).reshape(32, 9, 9)
    largest = np.take_along_axis(flat, np.abs(flat).argmax(axis=2)[..., None], axis=2)
    assert (largest > 0).all()
    assert scales.shape == (32, 9, 64)
    # The least that can be lost is the sum of squares of the other singular values.
    for n in (0, 24):
        sizes = np.linalg.svd(kernels[:, :, n].reshape(9, 64), compute_uv=False)
        for count in (1, 2, 4):
            lost = ((kernels - of_shapes(kernels, count))[:, :, n] ** 2).sum()
            assert lost == pytest.approx((sizes[count:] ** 2).sum())
            share = (sizes[:count] ** 2).sum() / (sizes**2).sum()
            assert kept(kernels, count)[n] == pytest.approx(share)


def test_what_the_storyboard_counts_is_counted(lesson):
    assert lesson.separable.weights == (9 * 32 * 64, 9 * 32 + 32 * 64)
    assert lesson.separable.work == (121 * 18_432, 121 * 2_336)
    assert told(lesson, "areas") == "2,336 weights instead of 18,432: 13%."
    names = ("conv1", "pool1"), ("pool2", "conv3", "flatten", "dense")
    before, after = ([lesson.network.layer(n) for n in part] for part in names)
    middle = [DepthwiseConv2D("window"), Conv2D("mix", 64, (1, 1))]
    rebuilt = Network.initialised((*before, *middle, *after))
    less = rebuilt.multiplications - lesson.network.multiplications
    assert less == lesson.separable.work[1] - lesson.separable.work[0]
    assert rebuilt.parameters == 88_138


def test_digits_are_counted_in_networks_that_were_really_cut(lesson):
    labels = [picture.label for picture in digits.load()]
    pictures = np.stack([picture.pixels for picture in digits.load()])
    cnn = lesson.network
    for count, right in zip(lesson.counts, lesson.right, strict=True):
        kernels = of_shapes(cnn.weights["conv2/kernel"].astype(float), count)
        weights = {**cnn.weights, "conv2/kernel": kernels.astype(np.float32)}
        answers = Network(cnn.layers, weights)(pictures).argmax(axis=1)
        assert right == (answers == labels).sum()
    assert lesson.counts == (1, 2, 4, 9)
    assert told(lesson, "cut") == (
        f"Cut after training: {lesson.right[0]} right with 1 shape, {lesson.right[2]} with 4."
    )


def test_what_was_trained_is_told_as_it_is_stored(lesson, learned):
    rows = {(r["separable"], r["batch_norm"]): r["accuracy"] for r in facts.rows("kinds")}
    less, more = (f"{100 * (1 - rows[name, 'no']):.1f}%" for name in ("none", "conv2"))
    assert told(lesson, "trained") == f"Misread: separable {more}, ordinary {less}."
    bars = lesson.trained().panel("trained").bars
    assert [bar.value for bar in bars] == pytest.approx([1 - value for value in rows.values()])
    assert [bar.label.text("en") for bar in bars][::5] == [
        "ordinary", "conv2, conv3 separable, batch norm"
    ]  # fmt: skip
    assert not learned.measured  # those were made for digits, not for a network of one's own


def test_a_trained_separable_layer_is_shown_as_it_is(learned):
    found = learned.separable
    assert found.names == ("depthwise", "pointwise")
    np.testing.assert_allclose(found.between, learned.trace.before("depthwise"), atol=1e-5)
    np.testing.assert_allclose(found.sums, learned.trace.before("pointwise"), atol=1e-4)
    names = {event.name for beat in learned.beats() for event in beat.parts}
    assert not names & {"value", "cut", "trained"}
    assert told(learned, "areas") == "656 weights instead of 4,608: 14%."


def test_several_windows_a_channel_are_counted(tmp_path):
    layers = (
        Conv2D("a", 3), DepthwiseConv2D("b", depth_multiplier=2), Conv2D("c", 5, (1, 1)),
        Flatten("f"),
    )  # fmt: skip
    Network.initialised(layers, input_shape=(9, 9, 1)).save(tmp_path / "two.safetensors")
    lesson = Depthwise(model=str(tmp_path / "two.safetensors"))
    assert lesson.separable.weights == (9 * 3 * 5, 9 * 6 + 6 * 5)
    np.testing.assert_allclose(lesson.separable.sums, lesson.trace.before("c"), atol=1e-5)
    for diagram in (lesson.by_channel(), lesson.areas(), lesson.sharing()):
        assert problems(place(diagram, ASPECTS["16:9"], "en")) == []


def test_the_question_s_wrong_answers_are_counts_of_other_things(lesson):
    (question,) = (e.ask for beat in lesson.beats() for e in beat.parts if e.ask)
    choices = {choice.text.text("en"): choice.reply for choice in question.choices}
    assert choices.pop("2,336") is None
    assert set(choices) == {"288", "18,432", "20,480"}


@pytest.mark.parametrize(("which", "aspect"), covering(["lesson", "learned"], [*ASPECTS]))
def test_every_picture_has_its_place_on_every_sheet(which, aspect, request):
    lesson, sheet = request.getfixturevalue(which), ASPECTS[aspect]
    shown = [lesson.reading(), lesson.by_channel(), lesson.mixing(), lesson.areas(),
             lesson.work(), lesson.sharing()]  # fmt: skip
    if lesson.right is not None:
        shown += [lesson.maps_compared(), lesson.chart(), lesson.trained()]
    for diagram in shown:
        assert problems(place(diagram, sheet, "zh")) == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_figure_has_its_place_on_page_and_column(lesson, lang):
    for sheet in (PAGE, COLUMN):
        assert problems(place(lesson.diagram(), sheet, lang)) == []


def test_a_video_is_as_long_as_asked():
    lesson = lesson_of("depthwise")
    assert 40 <= lesson.seconds <= 60.01
    assert lasting(lesson, 120.0).seconds == pytest.approx(120)
    assert lasting(lesson, 30.0).seconds == pytest.approx(30)


def test_what_cannot_be_is_refused_with_what_can():
    with pytest.raises(UsageError, match="no filter 64 in conv2"):
        Depthwise(filter=64)
    with pytest.raises(UsageError, match="lacks a depthwise convolution"):
        Depthwise(model="dense")


@pytest.mark.soak
@pytest.mark.parametrize("aspect", ["16:9", "9:16"])
@pytest.mark.parametrize("model", ["blocks", "photo"])
def test_other_networks_are_played(model, aspect):
    check_events(Depthwise(model=model), Look("zh", "light"), aspect)


def test_each_kernel_stands_over_its_shape_and_what_is_lost():
    lesson = lesson_of("depthwise")
    moments = of("depthwise", LOOKS[0]).during("shared")
    stage = next(m for m in reversed(moments) if f"lost-{lesson.compared[-1]}" in m)
    for n in lesson.compared:
        real, times, lost = (stage[f"{kind}-{n}"] for kind in ("real", "times", "lost"))
        np.testing.assert_allclose(real.values - times.values, lost.values, atol=1e-12)
        assert real.places[0, 0] == pytest.approx(lost.places[0, 0])
        assert real.places[0, 1] < times.places[0, 1] < lost.places[0, 1]
