"""The table of a softmax: a row for each class, its numbers as printed, bars as long as p."""

from __future__ import annotations

import math

import pytest

pytest.importorskip("manim", reason="the stage needs the extra 'video'")

from convexplain.stage import Label
from convexplain.stage.layout import problems
from convexplain.stage.softmax_table import SoftmaxTable, power_text

WORDS = {
    "class": "digit",
    "z": "logit",
    "shifted": "minus m",
    "power": "power of e",
    "share": "probability",
    "m": "= 1.00",
}


@pytest.fixture
def table():
    logits = [1.0 - n for n in range(10)]
    powers = [math.exp(-n) for n in range(10)]
    rows = [(z, z - 1, p, p / sum(powers)) for z, p in zip(logits, powers, strict=True)]
    return SoftmaxTable(rows, WORDS)


def everything(table):
    columns = [*table.shifted, *table.powers, *table.shares, table.bars, *table.frame, *table.m]
    heads = [part for head in table.heads.values() for part in head]
    return [*columns, *heads, *table.sum, table.total]


def test_columns_print_the_numbers(table):
    assert table.best == 0
    assert [label.text for label in table.shifted[:3]] == ["0.00", "−1.00", "−2.00"]
    assert [label.text for label in table.powers[:3]] == ["1.000", "0.368", "0.135"]
    assert table.powers[9].text == "<0.001"
    assert table.total.text == "1.582"  # (1 - e^-10) / (1 - 1/e)
    assert table.shares[0].text == "63.2%"
    assert table.shares[0].weight == "bold"
    assert [label.colour for label in table.powers] == ["ink"] * 5 + ["muted"] * 5


def test_bars_are_as_long_as_the_probabilities(table):
    left, _, right, _ = table.bars.box(0)
    assert (right - left) / (1824 - 1331) == pytest.approx(0.63215, abs=1e-4)


def test_nothing_overlaps(table):
    assert not problems(everything(table))


def test_labels_from_elsewhere_find_their_rows(table):
    z, digit = Label("−26.73", 1824, 300, anchor="right"), Label("3", 1686, 300)
    z.points, digit.points = table.goal(3, z, "z"), table.goal(3, digit, "class")
    assert z.places[1, 0] == pytest.approx(660)
    assert z.anchor_place()[1] == digit.anchor_place()[1] == pytest.approx(table.ys[3])
    assert digit.places[:2, 0].mean() == pytest.approx(480)


def test_powers_fall_into_the_sum(table):
    falling = table.falling()
    table.fall(falling, 0.0)
    assert [label.anchor_place()[1] for label in falling] == pytest.approx(table.ys)
    table.fall(falling, 1.0)
    for label in falling:
        assert label.anchor_place() == pytest.approx(table.total.anchor_place())
        assert label.opacity == 0


def test_rows_not_spoken_of_step_back(table):
    table.light({0, 1}, [table.shares])(1.0)
    assert [label.opacity for label in table.shares] == pytest.approx([1, 1] + [0.4] * 8)
    assert table.bars.shares.tolist() == pytest.approx([1, 1] + [0.4] * 8)
    table.light(None, [table.shares])(1.0)
    assert all(label.opacity == 1 for label in table.shares)


def test_small_powers_say_so():
    assert power_text(0.0005) == "0.001"
    assert power_text(0.00049) == "<0.001"
