"""Formulas: set by Typst, found again part by part, drawn where they say they are."""

from __future__ import annotations

import socket

import numpy as np
import pytest

from convexplain.style.theme import DARK, LIGHT

pytest.importorskip("manim", reason="the stage needs the extra 'video'")

from test_stage import painted

from convexplain.stage import Formula, Label, Line, PixelGrid
from convexplain.stage.layout import problems

LAW = "floor(({n} + 2 dot {p} - {w}) / {s}) + 1 = {o}"
PARTS = {"n": "28", "p": "1", "w": "3", "s": "2", "o": "14"}


def law(x=960, y=540, size=64, **kwargs):
    return Formula(LAW, x, y, size, parts=PARTS, **kwargs)


def inked(pixels, theme=DARK):
    """Left, top, right, bottom of what differs from the background."""
    rows, cols = np.nonzero((pixels != theme.rgb("background")).any(axis=2))
    return cols.min(), rows.min(), cols.max() + 1, rows.max() + 1


def test_parts_stand_in_reading_order_and_the_stride_below_the_bar():
    formula = law()
    boxes = {name: formula.box_of(name) for name in PARTS}
    assert sorted(boxes, key=lambda name: boxes[name][0]) == list("nspwo")
    top_row, below = [boxes[name] for name in "npw"], boxes["s"]
    assert all(box[3] < 540 < below[1] for box in top_row)
    # Digits stand on the base line, a quarter of an em below the axis: nearly centred on it.
    assert abs((boxes["o"][1] + boxes["o"][3]) / 2 - 540) < 0.1 * 64


def test_digits_are_as_high_as_the_face_says():
    # Digits of New Computer Modern are about two thirds of an em high, and half an em wide.
    left, top, right, bottom = Formula("8", 100, 300, 90).box_of("")
    assert 0.6 * 90 < bottom - top < 0.72 * 90
    assert 0.38 * 90 < right - left < 0.52 * 90


@pytest.mark.parametrize("anchor", ["left", "centre", "right"])
@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_a_formula_is_painted_where_it_says(anchor, theme):
    formula = law(anchor=anchor)
    left, top, right, bottom = inked(painted(formula, 1920, 1080, theme), theme)
    boxes = formula.glyph_boxes()
    expected = [*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)]
    np.testing.assert_allclose([left, top, right, bottom], expected, atol=2)
    at = {"left": left, "centre": (left + right) / 2, "right": right}[anchor]
    assert abs(at - 960) <= 2


def test_a_fraction_bar_lies_on_the_axis():
    pixels = painted(Formula("1/2", 960, 540, 100, anchor="centre"), 1920, 1080)
    left, _, right, _ = inked(pixels)
    full = (pixels == DARK.rgb("ink")).all(axis=2)[:, left + 2 : right - 2].all(axis=1)
    bars = np.flatnonzero(full)
    assert len(bars) >= 3
    assert abs((bars[0] + bars[-1] + 1) / 2 - 540) <= 1


def test_only_the_part_that_is_lit_keeps_its_colour():
    formula = law().light("p", others=0.0)
    left, top, right, bottom = formula.box_of("p")
    found = inked(painted(formula, 1920, 1080))
    np.testing.assert_allclose(found, [left, top, right, bottom], atol=2)
    np.testing.assert_array_equal(np.array(formula.ink_boxes()).shape, (1, 4))
    assert formula.set_shares(1.0).shares.tolist() == [1.0] * 6


def test_a_dimmed_part_lies_between_ink_and_background():
    formula = Formula("{x}", 960, 540, 200, parts={"x": "0"}).set_shares(0.4, "x")
    pixels = painted(formula, 1920, 1080).astype(int)
    background, ink = (np.array(DARK.rgb(token), int) for token in ("background", "ink"))
    strongest = np.abs(pixels - background).sum(axis=2).argmax()
    seen = pixels.reshape(-1, 3)[strongest]
    np.testing.assert_allclose(seen, background + 0.4 * (ink - background), atol=1)


def test_a_change_of_a_share_is_a_change_of_state():
    formula = law()
    before = formula.state()
    formula.set_shares(0.5, "n")
    assert formula.state() != before


def test_a_formula_is_scaled_and_moved_as_manim_does():
    formula = law(anchor="centre")
    assert formula.drawn_size() == pytest.approx(64)
    formula.scale(0.5)
    assert formula.drawn_size() == pytest.approx(32)
    formula.fly_to(300, 400)
    boxes = formula.glyph_boxes()
    middle = (boxes[:, :2].min(axis=0) + boxes[:, 2:].max(axis=0)) / 2
    np.testing.assert_allclose(middle, [300, 400], atol=0.01)


def test_a_part_that_is_not_given_and_a_formula_that_cannot_be_read_are_refused():
    with pytest.raises(ValueError, match=r"names a part 'q'.*give that part too"):
        Formula("{n} + {q}", 0, 0, parts={"n": "1"})
    with pytest.raises(ValueError, match="Typst cannot read the formula"):
        Formula("floor(", 0, 0)


def test_nothing_is_fetched_to_set_a_formula(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a formula asked for the network")

    monkeypatch.setattr(socket, "socket", refuse)
    assert Formula("sum_(i = 0)^8 x_i w_i + b", 0, 540).names == ("",)


def test_the_layout_check_sees_formulas():
    formula = law(anchor="centre")
    stride = formula.box_of("s")
    beside = Label("stride", stride[2] + 12, (stride[1] + stride[3]) / 2)
    assert problems([formula, beside]) == []
    assert problems([formula, Label("x", stride[0], stride[1] + 20)])
    assert problems([formula, Line([(900, 300), (960, 900)])])
    assert problems([PixelGrid(np.zeros((9, 9)), 600, 300, 50), formula])
    assert problems([law(size=20)]) == [
        "'floor((28 + 2 dot 1 - 3) / 2) + 1 = 14' is 20 px high, less than 24"
    ]


def test_what_a_change_of_a_share_paints_is_all_that_differs():
    formula = law().set_shares(0.5)
    before, state = painted(formula, 1920, 1080), formula.state()
    formula.set_shares(1.0, "w")
    damage = formula.damage(state, 1.0)
    differs = (painted(formula, 1920, 1080) != before).any(axis=2)
    assert differs.any()
    differs[damage.top : damage.bottom, damage.left : damage.right] = False
    assert not differs.any()
    assert damage.area < formula.bounds(1.0).area / 2
    assert formula.damage(formula.state(), 1.0).empty
