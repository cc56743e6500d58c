"""The comparison's numbers against ones counted by hand and against the stored measurements."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import correlate2d

from convexplain import panels
from convexplain.data import digits
from convexplain.data.mnist import load_mnist
from convexplain.errors import UsageError
from convexplain.lessons.dense_vs_conv import DenseVsConv
from convexplain.network import Network
from convexplain.panels import Chart


@pytest.fixture(scope="module")
def lesson():
    return DenseVsConv()


@pytest.fixture(scope="module")
def long():
    return DenseVsConv(length=120)


@pytest.fixture(scope="module")
def facts():
    return json.loads((files("convexplain") / "assets" / "facts.json").read_text("utf-8"))


def said(lesson):
    """What each event says, in English."""
    return {
        event.name: event.said.text("en")
        for beat in lesson.beats()
        for event in beat.events
        if event.said is not None
    }


def test_costs_are_those_counted_by_hand(lesson, long):
    assert lesson.parameters == (
        (9 * 1 + 1) * 32 + (9 * 32 + 1) * 64 + (9 * 64 + 1) * 128 + (1152 + 1) * 10,
        (784 + 1) * 512 + (512 + 1) * 10,
    )
    assert lesson.multiplications == (
        26 * 26 * 32 * 9 + 11 * 11 * 64 * 9 * 32 + 3 * 3 * 128 * 9 * 64 + 1152 * 10,
        784 * 512 + 512 * 10,
    )
    assert 0.2 < lesson.parameters.ratio < 0.3  # the question calls it a quarter
    assert "26% of the parameters" in said(lesson)["parameters"]
    assert "7.6 times" in said(long)["price"]
    work = lesson.costs().panel("work")
    assert work.counter.text("en") == "× 7.6"
    assert [bar.value for bar in work.bars] == [*lesson.multiplications]
    assert "9 pixels everywhere, one at all 784" in said(lesson)["whole"]


def test_mistakes_follow_from_the_accuracy_of_the_shipped_networks(lesson):
    for network, accuracy, mistakes in zip(
        lesson.networks, lesson.accuracy, lesson.mistakes, strict=True
    ):
        assert network.provenance["test_accuracy"] == accuracy
        assert mistakes == pytest.approx(10_000 * (1 - accuracy), abs=0.5)


def test_mistakes_are_counted_digit_by_digit(lesson, facts):
    wrong = {"cnn": set(), "dense": set()}
    for row in facts["confusion"]["rows"]:
        assert len(row["misread"]) == row["wrong"]
        wrong[row["network"]].update(row["misread"])
    cnn, dense = wrong["cnn"], wrong["dense"]
    assert (len(cnn), len(dense)) == lesson.mistakes == (85, 182)
    told = said(lesson)
    assert told["counted"] == "Fully trained, the convnet misreads 0.85%, the dense network 1.82%."


def test_all_convnets_beat_all_dense_networks_as_the_chapter_s_page_says(lesson):
    cnn, dense = (
        [*network.provenance["test_accuracy_by_seed"].values()] for network in lesson.networks
    )
    assert min(cnn) > max(dense)
    ranges = [f"{100 * min(n):.2f}–{100 * max(n):.2f}%" for n in (cnn, dense)]
    page = Path(__file__).parents[1] / "docs" / "learn" / "chapter.md"
    assert f"{ranges[0]} against {ranges[1]}. All three convnets" in page.read_text("utf-8")


@pytest.mark.mnist
def test_the_networks_misread_these_digits_and_no_others(lesson, mnist_folder):
    images, labels = load_mnist("test", mnist_folder)
    for name in ("cnn", "dense"):
        wrong = lesson.misread[name]
        tried = np.union1d(wrong, np.arange(0, 10_000, 97))
        read = Network.load(name)((images[tried] / 255).astype(np.float32)[..., None]).argmax(1)
        np.testing.assert_array_equal(read != labels[tried], np.isin(tried, wrong))


def test_a_wall_has_a_cell_for_each_digit_that_was_read(lesson):
    wall = lesson.wall("dense")
    assert wall.size == 10_000
    lit = np.flatnonzero(wall.reshape(-1))
    np.testing.assert_array_equal(lit, lesson.misread["dense"])
    half = lesson.wall("dense", 5_000)
    assert half.sum() == sum(n < 5_000 for n in lesson.misread["dense"].tolist())


def test_only_the_convnet_suffers_from_shuffled_pixels(long, facts):
    wrong = {
        (row["network"], row["pixels"]): 1 - np.mean(row["by_seed"])
        for row in facts["permuted"]["rows"]
    }
    assert wrong["cnn", "shuffled"] - wrong["cnn", "in place"] > 0.04
    assert abs(wrong["dense", "shuffled"] - wrong["dense", "in place"]) < 0.001
    (question,) = [
        e.ask for beat in long.beats() for e in beat.events if e.name.endswith("shuffled")
    ]
    (right,) = [choice for choice in question.choices if choice.reply is None]
    assert right.text.en == "the convnet alone"
    assert said(long)["worse"].startswith("The convnet alone: 6.1% instead of 1.7%.")
    assert f"{100 * wrong['cnn', 'in place'] + 1e-9:.1f}" == "1.7"
    assert f"{100 * wrong['cnn', 'shuffled']:.1f}" == "6.1"


def test_the_same_pixels_are_shuffled_as_in_the_experiment(lesson):
    order = np.random.default_rng(784).permutation(784)
    pixels = digits.first(4).pixels.reshape(-1)
    np.testing.assert_array_equal(lesson.shuffled.reshape(-1), pixels[order])


def test_no_point_tells_of_digits_that_were_not_read(lesson, facts):
    steps, batch = 600, 64
    assert f"{steps} steps of {batch} digits each" in facts["samples"]["recipe"]
    for row in facts["samples"]["rows"]:
        assert row["read"] == min(row["digits"], steps * batch)
    assert lesson.curve("cnn", "in place").digits == (100, 300, 1_000, 3_000, 10_000, 38_400)
    (chart,) = [p for p in lesson.samples().root.panels() if isinstance(p, Chart)]
    assert max(curve.x.max() for curve in chart.curves) == 38_400
    assert "600 steps of 64 digits each" in chart.note.text("en")


def test_the_lead_grows_wherever_digits_become_fewer(lesson, long, facts):
    mean = {
        (row["network"], row["digits"]): sum(row["by_seed"]) / 3
        for row in facts["samples"]["rows"] if row["pixels"] == "in place"
    }  # fmt: skip
    counts = sorted({count for _, count in mean})
    leads = [mean["cnn", count] - mean["dense", count] for count in counts]
    assert leads == sorted(leads, reverse=True)
    told = said(long)["few"]
    assert "The fewer digits, the larger the lead" in told
    assert (
        f"{100 - 100 * mean['cnn', 100]:.0f}% misread against "
        f"{100 - 100 * mean['dense', 100]:.0f}% with 100" in told
    )


def test_the_curves_come_from_shorter_trainings_than_the_shipped_networks(lesson):
    assert lesson.steps == 600
    assert lesson.curve("cnn", "in place").accuracy[-1] < lesson.accuracy.cnn


def test_templates_are_rows_of_the_dense_layer_s_weights(lesson):
    weights = Network.load("dense").weights["hidden/kernel"]
    norms = (weights.astype(np.float64) ** 2).sum(axis=0)
    chosen = sorted(np.argsort(-norms, kind="stable")[:4].tolist())
    for n, unit in enumerate(chosen):
        np.testing.assert_array_equal(lesson.templates[:, :, n].reshape(-1), weights[:, unit])


@pytest.mark.parametrize("digit", [4, 7])
def test_how_often_one_digit_s_ink_meets_a_weight_is_counted(digit):
    lesson = DenseVsConv(picture=digits.first(digit))
    ink = lesson.pixels > 0
    # A kernel's weight: the convolution of ink with one pixel, at all places and up to one.
    for row, col in np.ndindex(3, 3):
        one = np.zeros((3, 3))
        one[row, col] = 1
        found = correlate2d(ink.astype(float), one, "valid").reshape(-1)
        assert lesson.met[0, row, col] == 0
        assert lesson.met[300, row, col] == found[:300].sum()
        assert lesson.met[-1, row, col] == found.sum()
    assert lesson.stops == 26 * 26
    picture, told = lesson.counted(), said(lesson)["once"]
    shown = picture.panel("kernel").values
    np.testing.assert_array_equal(shown, lesson.met[-1])
    counts = sorted({*shown.reshape(-1).tolist()})
    assert f"{'–'.join(map(str, counts))} examples for each kernel weight" in told
    assert counts == {4: [169], 7: [137, 141]}[digit]
    # A template's: where its only place is, there is ink or not; both are seen.
    mark = picture.panel("digit").marks["part"]
    window = np.s_[mark.row : mark.row + mark.rows, mark.col : mark.col + mark.cols]
    np.testing.assert_array_equal(picture.panel("template").values, ink[window])
    assert {*lesson.met_once.reshape(-1).tolist()} == {0, 1}
    # Both in one scale, which ends at the most.
    scales = {picture.panel(name).scale for name in ("kernel", "template")}
    (scale,) = scales
    assert scale.limit == counts[-1]
    assert scale.counts
    for sheet in panels.ASPECTS.values():
        for diagram in (picture, lesson.trained()):
            assert panels.problems(panels.place(diagram, sheet, "zh")) == []


def test_the_trained_template_is_one_of_those_seen_before(lesson):
    shown = np.moveaxis(lesson.templates, 2, 0)
    (at,) = [n for n, one in enumerate(shown) if np.array_equal(one, lesson.template)]
    responses = [float((one * lesson.pixels).sum()) for one in shown]
    assert responses[at] == max(responses)


def test_counts_are_as_large_as_the_digit_that_they_are_of(lesson):
    placed = panels.place(lesson.counted(), panels.VIDEO, "en")
    sides = {placed[name].width for name in ("kernel", "digit", "template")}
    assert max(sides) == pytest.approx(min(sides))
    assert min(sides) > 500  # of 1920
    told = [lesson.counted().panel(f"{name}-places").words for name in ("kernel", "template")]
    assert [each.text("en") for each in told] == ["676 places", "1 place"]


def test_a_length_that_cannot_be_is_refused():
    with pytest.raises(UsageError, match="captions take"):
        DenseVsConv(length=3.0)


def test_from_how_few_digits_the_convnet_beats_the_dense_network_is_measured(lesson, facts):
    wrong = {
        (row["network"], row["read"]): 1 - sum(row["by_seed"]) / 3
        for row in facts["samples"]["rows"] if row["pixels"] == "in place"
    }  # fmt: skip
    counts = sorted({read for _, read in wrong})
    most, enough = counts[-1], counts[0]
    while wrong["cnn", enough] >= wrong["dense", most]:
        enough = counts[counts.index(enough) + 1]
    assert (most, enough) == (38_400, 3_000)
    assert said(lesson)["enough"] == "3,000 digits beat the dense network's 38,400."
    # Not by luck: the worst of these trainings is better than the best of those.
    worst, best = (
        pick(row["by_seed"] for row in facts["samples"]["rows"]
             if (row["network"], row["read"], row["pixels"]) == (network, read, "in place"))
        for pick, network, read in ((lambda rows: min(*rows), "cnn", 3_000),
                                    (lambda rows: max(*rows), "dense", 38_400))
    )  # fmt: skip
    assert worst > best
    bars = lesson.needed().panel("needed").bars
    assert [bar.name for bar in bars] == [f"dense-{most}", *(f"cnn-{n}" for n in counts[1:])]
    assert wrong["cnn", counts[0]] > 3 * wrong["dense", most] > wrong["cnn", counts[1]]
    for bar in bars:
        network, _, read = bar.name.partition("-")
        assert bar.value == pytest.approx(wrong[network, int(read)])
        assert bar.text == f"{100 * wrong[network, int(read)] + 1e-9:.1f}%"
        assert f"{int(read):,} digits" in bar.label.text("en")
    note = lesson.needed().panel("trained").words.text("en")
    assert note.startswith("600 steps of 64 digits each (small sets are reused)")
    assert max(lesson.wrong[1]) == 600 * 64  # so fewer digits are read several times
    # What is to beat goes down from the end of the dense network's bar past all others.
    placed = panels.place(lesson.needed(), panels.VIDEO, "en")
    level, dense = placed["needed.level"], placed["needed.dense-38400"]
    assert level.x == pytest.approx(dense.right)
    assert level.y < placed["needed.cnn-300"].y
    assert level.bottom > placed["needed.cnn-38400"].bottom
    assert placed["needed.cnn-3000"].right < level.x < placed["needed.cnn-1000"].right
    # Numbers stand at their bars, on this side of it; beyond it where it would run through them.
    assert placed["needed.cnn-3000.value"].right < level.x
    upright = panels.place(lesson.needed(), panels.TALL, "en")
    assert upright["needed.cnn-3000.value"].x > upright["needed.level"].x
    assert panels.problems(placed) == panels.problems(upright) == []


def test_how_many_digits_are_needed_is_asked_before_it_is_seen(lesson):
    (question,) = [e.ask for beat in lesson.beats() for e in beat.events if e.ask is not None]
    assert question.text.text("en").startswith("300 digits are too few.")
    assert [choice.text.en for choice in question.choices] == ["1,000", "3,000", "38,400"]
    assert [choice.reply is None for choice in question.choices] == [False, True, False]
    assert question.choices[0].reply.text("en") == "Too few: it misreads 4.8%."
    assert "676 windows" in question.choices[2].reply.text("en")
    assert lesson.stops == (28 - 3 + 1) ** 2


@pytest.mark.parametrize("enough", [100, 300, 10_000, 38_400, None])
def test_other_measurements_are_told_as_they_are(lesson, monkeypatch, enough):
    convnet, other = lesson.wrong
    shares = {n: 0.01 if enough and n >= enough else 0.9 for n in convnet}
    monkeypatch.setattr(DenseVsConv, "wrong", property(lambda _: (shares, other)))
    changed = DenseVsConv()
    told = said(changed)["enough"]
    asked = [e.ask for beat in changed.beats() for e in beat.events if e.ask is not None]
    if enough is None:
        assert told == "Not even 38,400 digits beat the dense network's 38,400."
        assert asked == []
        return
    assert told == f"{enough:,} digits beat the dense network's 38,400."
    (right,) = [choice.text.en for choice in asked[0].choices if choice.reply is None]
    assert right == f"{enough:,}"
    assert len({choice.text.en for choice in asked[0].choices}) == 3


def test_the_control_is_told_where_there_is_time(lesson, long):
    assert [*said(lesson)][-2:] == ["enough", "answer"]
    assert "control" not in said(lesson)
    assert [*said(long)][-3:] == ["worse", "price", "answer"]
    assert lesson.seconds >= 40


def test_it_folds_and_stretches():
    assert DenseVsConv(length=30).seconds == pytest.approx(30)
    assert DenseVsConv(length=120).seconds == pytest.approx(120)


def test_the_small_window_is_seen_at_one_place_of_both_pictures(lesson):
    picture, (row, col, high, wide) = lesson.shuffling(), lesson.place
    kernel, responses = lesson.strongest
    assert responses[row, col] == responses.max()
    assert (high, wide) == kernel.shape
    for name, pixels in (("before", lesson.pixels), ("after", lesson.shuffled)):
        seen = pixels[row : row + high, col : col + wide]
        np.testing.assert_array_equal(picture.panel(f"{name}-cut").values, seen)
        mark = picture.panel(name).marks["window"]
        assert (mark.row, mark.col, mark.rows, mark.cols) == lesson.place


def test_few_kernels_are_shown_those_with_most_weight_and_told_of_how_many(lesson):
    every = np.moveaxis(Network.load("cnn").weights["conv1/kernel"][:, :, 0], 2, 0)
    by_weight = sorted(range(32), key=lambda n: -float((every[n].astype(float) ** 2).sum()))
    wall = lesson.learned().panel("kernels")
    np.testing.assert_array_equal(np.moveaxis(wall.values, 2, 0), every[sorted(by_weight[:12])])
    assert wall.title.text("en") == "First layer: 12 of 32 kernels, 3 × 3"
    # Between two kernels there is more than half a cell of them.
    layout = panels.place(lesson.learned(), panels.ASPECTS["16:9"], "en")
    first, second = layout["kernels[0]"], layout["kernels[1]"]
    assert second.x - first.right > first.width / 3 / 2


def test_the_sets_that_are_asked_about_are_those_that_can_be_chosen():
    lesson = DenseVsConv()
    assert (lesson.too_few, lesson.asked) == (300, [1_000, 3_000, 38_400])
    question = lesson._ask_how_many(lesson.enough)
    assert [choice.text.text("en") for choice in question.choices] == ["1,000", "3,000", "38,400"]


def test_the_end_tells_the_mistakes_of_both_networks(lesson):
    said = {name: lesson.trained().panel(f"{name}-wrong").words for name in ("cnn", "dense")}
    assert said["cnn"].text("en") == "Convnet, 676 places: 85 misread"
    assert said["dense"].text("en") == "Dense, 1 place: 182 misread"
    assert lesson.trained().panel("map").counter.text("en") == "676 places"
