"""Veils, hatching and views: what is seen of a picture, and what is not."""

from __future__ import annotations

import numpy as np
import pytest

from convexplain.style.theme import DARK, LIGHT

pytest.importorskip("manim", reason="the stage needs the extra 'video'")

from convexplain.stage import PixelGrid
from convexplain.stage.branch import Branch
from convexplain.stage.canvas import Canvas
from convexplain.stage.layout import problems
from convexplain.stage.shade import Hatching, Shade, between, corners
from convexplain.stage.view import View, arrow, slide_out, to_scale


def painted(theme, *mobjects):
    canvas = Canvas(np.full((1080, 1920, 4), 255, np.uint8), theme)
    with canvas.within(canvas.frame):
        for mobject in mobjects:
            mobject.paint(canvas)
    return canvas.pixels[..., :3].astype(int)


@pytest.fixture
def picture():
    return PixelGrid(np.ones((10, 10)), 100, 200, 20, scale="picture", lines=False)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_a_shade_veils_all_but_its_window(picture, theme):
    alone, veiled = painted(theme, picture), painted(theme, picture, Shade(picture, (2, 3, 6, 8)))
    changed = (alone != veiled).any(axis=2)[200:400, 100:300]
    expected = np.ones((10, 10), bool)
    expected[2:6, 3:8] = False
    np.testing.assert_array_equal(changed, expected.repeat(20, axis=0).repeat(20, axis=1))
    line, pen = np.array(theme.rgb("line")), np.array(theme.rgb("pen"))
    np.testing.assert_allclose(veiled[205, 105], 0.72 * line + 0.28 * pen, atol=1)


def test_a_shade_reaches_no_further_than_its_picture(picture):
    bare, veiled = painted(DARK), painted(DARK, Shade(picture, (0, 0, 10, 10)))
    np.testing.assert_array_equal(bare, veiled)
    veiled = painted(DARK, Shade(picture, (0, 0, 10, 9)))
    changed = np.argwhere((bare != veiled).any(axis=2))
    assert changed.min(axis=0).tolist() == [200, 280]
    assert changed.max(axis=0).tolist() == [399, 299]


def test_hatching_leaves_what_is_read_as_it_is(picture):
    picture.values[...] = 0
    alone = painted(LIGHT, picture)
    hatched = painted(LIGHT, picture, Hatching(picture, (0, 0, 8, 8)))
    changed = (alone != hatched).any(axis=2)[200:400, 100:300]
    assert not changed[:160, :160].any()
    for strip in (changed[160:, :160], changed[:160, 160:], changed[160:, 160:]):
        assert 0.05 < strip.mean() < 0.5
    assert changed[160:163, :160].all()
    assert changed[:160, 160:163].all()


def test_a_view_moves_window_and_frame_together(picture):
    view = View(picture, (0, 0, 3, 3), before=True)
    go = view.to((4, 4, 8, 8))
    go(0.5)
    assert view.cells == (2, 2, 5.5, 5.5)
    np.testing.assert_allclose(view.frame.places, corners(picture, (2, 2, 5.5, 5.5)))
    np.testing.assert_allclose(view.shade.places[3:], view.frame.places)
    go(1.0)
    assert view.cells == (4, 4, 8, 8)
    np.testing.assert_allclose(view.veil[2].places, corners(picture, (0, 0, 3, 3)))


def test_a_view_can_rest_at_its_end(picture):
    view = View(picture, (0, 0, 3, 3))
    view.to((2, 0, 5, 3), rest=0.5)(0.5)
    assert view.cells == (2, 0, 5, 3)


def test_between_is_straight():
    assert between((0, 0, 2, 2), (4, 8, 6, 12), 0.25) == (1, 2, 3, 4.5)


def test_squares_to_scale_are_told_apart_without_overlap():
    squares = to_scale(["a", "b"], [3, 18], left=300, base=838, pitch=180, scale=4.5)
    for n, (outline, number, _) in enumerate(squares):
        low, high = outline.places.min(axis=0), outline.places.max(axis=0)
        side = (3, 18)[n] * 4.5
        np.testing.assert_allclose([low, high], [(300 + 180 * n, 838 - side), low + side])
        assert number.text == str((3, 18)[n])
    assert problems([part for square in squares for part in square]) == []
    assert problems(arrow(640, 400, "pool1", "conv2")) == []


def test_a_copy_slides_from_its_source_to_its_place(picture):
    copy = PixelGrid(np.ones((10, 10)), 700, 300, 20)
    slide = slide_out(picture, copy)
    slide(0.0)
    np.testing.assert_allclose(copy.places, picture.places)
    assert copy.opacity == 0
    slide(1.0)
    np.testing.assert_allclose(copy.places[0], (700, 300))
    assert copy.opacity == 1


def test_a_branch_leaves_and_arrives_upright():
    branch = Branch((100.0, 50.0), (300.0, 150.0))
    places = branch.places
    np.testing.assert_allclose(places[[0, 12, 24]], [(100, 50), (200, 100), (300, 150)])
    steps = np.diff(places, axis=0)
    assert (steps >= 0).all()
    assert steps[0, 0] < 0.2 * steps[12, 0]
    assert steps[-1, 0] < 0.2 * steps[12, 0]
