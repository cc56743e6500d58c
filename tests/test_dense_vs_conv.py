"""The comparison's numbers against ones counted by hand and against the stored measurements."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from convexplain.errors import UsageError
from convexplain.lessons.dense_vs_conv import DenseVsConv


@pytest.fixture(scope="module")
def lesson():
    return DenseVsConv()


def test_costs_are_those_counted_by_hand(lesson):
    assert lesson.parameters == (
        (9 * 1 + 1) * 32 + (9 * 32 + 1) * 64 + (9 * 64 + 1) * 128 + (1152 + 1) * 10,
        (784 + 1) * 512 + (512 + 1) * 10,
    )
    assert lesson.multiplications == (
        26 * 26 * 32 * 9 + 11 * 11 * 64 * 9 * 32 + 3 * 3 * 128 * 9 * 64 + 1152 * 10,
        784 * 512 + 512 * 10,
    )


def test_captions_say_the_measured_numbers(lesson):
    said = {beat.name: beat.caption.text("en") for beat in lesson.beats()}
    assert "104,202" in said["parameters"]
    assert "26% as many" in said["parameters"]
    assert "7.6 times" in said["multiplications"]
    facts = json.loads((files("convexplain") / "assets" / "facts.json").read_text("utf-8"))
    rows = {
        (row["network"], row["pixels"], row["digits"]): row["accuracy"]
        for row in facts["samples"]["rows"]
    }
    assert f"{rows['cnn', 'in place', 100]:.0%}" in said["samples"]
    assert f"{rows['dense', 'in place', 100]:.0%}" in said["samples"]
    most = max(digits for _, _, digits in rows)
    assert f"{rows['cnn', 'shuffled', most]:.1%}" in said["shuffled"]
    assert f"{most:,}" in said["shuffled"]


def test_the_curves_come_from_shorter_trainings_than_the_shipped_networks(lesson):
    assert lesson.steps == 600
    assert lesson.curve("cnn", "in place").accuracy[-1] < lesson.accuracy.cnn


def test_mistakes_follow_from_the_accuracy_of_the_shipped_networks(lesson):
    for network, accuracy, mistakes in zip(
        lesson.networks, lesson.accuracy, lesson.mistakes, strict=True
    ):
        assert network.provenance["test_accuracy"] == accuracy
        assert mistakes == pytest.approx(10_000 * (1 - accuracy), abs=0.5)


def test_the_order_of_the_networks_is_claimed_only_where_the_ranges_lie_apart(lesson):
    low, high = lesson.spread
    said = next(beat for beat in lesson.beats() if beat.name == "spread").caption.text("en")
    assert ("Every convnet beats" in said) == (low.cnn > high.dense)


def test_a_length_that_cannot_be_is_refused():
    with pytest.raises(UsageError, match="captions take"):
        DenseVsConv(length=3.0)
