"""Small multiples: each tile shows its own map, in one colour scale, at its place."""

from __future__ import annotations

import numpy as np
import pytest

from convexplain.style.theme import DARK, LIGHT

pytest.importorskip("manim", reason="the stage needs the extra 'video'")

from test_stage import painted

from convexplain.stage import Label
from convexplain.stage.canvas import Canvas
from convexplain.stage.layout import problems
from convexplain.stage.thumbnails import Thumbnails, _sampling

RNG = np.random.default_rng(11)


def canvas(width=1920, height=1080, theme=DARK):
    return Canvas(np.full((height, width, 4), 255, np.uint8), theme)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("height", [480, 1080, 2160])
def test_every_cell_of_every_map_has_the_colour_of_its_value(theme, height):
    maps = RNG.uniform(-2, 2, (5, 4, 7))
    tiles = Thumbnails(maps, 100, 200, 12, columns=3, pitch=(70, 80), limit=2.0)
    pixels = painted(tiles, round(height * 16 / 9) // 2 * 2, height, theme)
    scale = height / 1080
    for n in range(7):
        expected = theme.signed(maps[:, :, n], 2.0)
        for row, col in np.ndindex(5, 4):
            x = 100 + 70 * (n % 3) + 12 * col + 6
            y = 200 + 80 * (n // 3) + 12 * row + 6
            np.testing.assert_array_equal(
                pixels[int(y * scale), int(x * scale)], expected[row, col]
            )


def test_maps_are_numbered_in_reading_order():
    tiles = Thumbnails(np.zeros((11, 11, 64)), 1440, 226, 2, columns=16, pitch=(24.2, 24.2))
    assert tiles.box(0) == pytest.approx((1440, 226, 1462, 248))
    assert tiles.box(16) == pytest.approx((1440, 250.2, 1462, 272.2))
    assert tiles.centre_of(63) == pytest.approx((1440 + 15 * 24.2 + 11, 226 + 3 * 24.2 + 11))
    assert tiles.place_of(1, 3, 5) == pytest.approx((1440 + 24.2 + 10, 232))
    with pytest.raises(IndexError, match="no map 64: they are 0 to 63"):
        tiles.box(64)


def test_tiles_follow_when_manim_scales_and_moves_them():
    tiles = Thumbnails(np.zeros((2, 2, 4)), 100, 100, 50, columns=2, pitch=(120, 120))
    before = np.array(tiles.areas())
    tiles.scale(0.5)
    centre = np.array([210.0, 210.0])
    expected = np.concatenate(
        [(before[:, :2] - centre) / 2 + centre, (before[:, 2:] - centre) / 2 + centre], axis=1
    )
    np.testing.assert_allclose(tiles.areas(), expected, atol=1e-6)


def test_what_is_not_computed_is_background_and_what_is_not_spoken_of_dimmed():
    tiles = Thumbnails(np.ones((1, 1, 3)), 100, 100, 40, columns=3, pitch=(60, 60), frame=0)
    tiles.values[..., 0] = np.nan
    tiles.shares[1] = 0.4
    pixels = painted(tiles)
    background, full = np.array(DARK.rgb("background")), np.array(DARK.rgb("positive"))
    np.testing.assert_array_equal(pixels[120, 120], background)
    np.testing.assert_allclose(pixels[120, 180], background + 0.4 * (full - background), atol=1)
    np.testing.assert_array_equal(pixels[120, 240], full)


def test_a_mark_lies_around_the_tile_and_hides_nothing_of_it():
    tiles = Thumbnails(np.ones((2, 2, 2)), 100, 100, 20, columns=2, pitch=(60, 60), mark=4)
    tiles.marks[1] = 1
    pixels = painted(tiles)
    ink = (pixels == DARK.rgb("ink")).all(axis=2)
    rows, cols = np.nonzero(ink)
    assert (cols.min(), cols.max(), rows.min(), rows.max()) == (156, 203, 96, 143)
    assert (pixels[100:140, 160:200] == DARK.rgb("positive")).all()


def test_cells_smaller_than_a_pixel_are_averaged_and_none_is_lost():
    np.testing.assert_allclose(_sampling(2, 4), [[0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]])
    for pixels, cells in ((9, 11), (10, 11), (22, 11), (69, 26), (156, 26)):
        weights = _sampling(pixels, cells)
        np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-5)
        assert (weights.sum(axis=0) > 0).all()
    # Two pixels a cell or more: no pixel mixes two cells.
    assert set(np.unique(_sampling(69, 26))) == {0.0, 1.0}


@pytest.mark.parametrize("change", ["values", "shares", "marks"])
def test_a_change_repaints_its_tile_alone_and_that_is_enough(change):
    tiles = Thumbnails(RNG.uniform(0, 1, (6, 6, 12)), 97.3, 151.8, 4.7, columns=4, pitch=(40, 36))
    tiles.values[0, 0, 3] = np.nan
    screen = canvas()
    with screen.within(screen.frame):
        tiles.paint(screen)
    before = tiles.state()
    {"values": tiles.values[2, 2], "shares": tiles.shares, "marks": tiles.marks}[change][6] = 0.5
    damage = tiles.damage(before, screen.scale)
    assert damage.area < 40 * 36
    with screen.within(damage):
        tiles.paint(screen)
    anew = canvas()
    with anew.within(anew.frame):
        tiles.paint(anew)
    np.testing.assert_array_equal(screen.pixels, anew.pixels)


def test_nothing_changed_is_no_damage():
    tiles = Thumbnails(np.full((2, 2, 3), np.nan), 0, 0, 10, columns=3)
    assert tiles.damage(tiles.state(), 1.0).empty


def test_labels_find_room_between_tiles_but_not_on_them():
    tiles = Thumbnails(np.zeros((13, 13, 2)), 100, 100, 5, columns=2, pitch=(130, 90))
    assert problems([tiles, Label("7", 172, 132, 24)]) == []
    assert problems([tiles, Label("7", 150, 132, 24)]) == ["'7' lies on a grid"]
