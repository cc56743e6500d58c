"""The volume: what it paints is each sheet's value, laid over the sheets behind it."""

from __future__ import annotations

import numpy as np
import pytest

from convexplain.style.theme import DARK, LIGHT

pytest.importorskip("manim", reason="the stage needs the extra 'video'")

from convexplain.stage import Volume, VolumeWindow
from convexplain.stage.canvas import Canvas
from convexplain.stage.layout import problems


def painted(mobject, theme=DARK, height=1080):
    pixels = np.full((height, height * 16 // 9, 4), 255, np.uint8)
    canvas = Canvas(pixels, theme)
    with canvas.within(canvas.frame):
        mobject.paint(canvas)
    return pixels[..., :3]


def over(theme, layers):
    """Lay colours over the background one after another: (token, opacity), the last in front."""
    colour = np.array(theme.rgb("background"), dtype=float)
    for token, opacity in layers:
        colour += (np.array(theme.rgb(token)) - colour) * opacity
    return colour


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_a_pixel_shows_every_sheet_that_lies_over_it(theme):
    values = np.random.default_rng(3).uniform(-2, 2, (4, 5, 6))
    volume = Volume(values, 200, 300, 30, sheet=(12, 7), limit=2.0, strength=0.5, edges=False)
    frame = painted(volume, theme)
    for x, y in ((215, 315), (290, 390), (260, 342), (345, 330), (395, 268)):
        layers = []
        for channel in reversed(range(6)):
            col, row = (x - 200 - 12 * channel) / 30, (y - 300 + 7 * channel) / 30
            if 0 <= row < 4 and 0 <= col < 5:
                value = values[int(row), int(col), channel] / 2
                share = abs(value) * (0.5 if channel else 1.0)
                layers.append(("positive" if value > 0 else "negative", share))
        assert layers
        np.testing.assert_allclose(frame[y, x].astype(float), over(theme, layers), atol=3)


def test_the_first_sheet_is_in_front_and_undimmed():
    values = np.zeros((2, 2, 3))
    values[0, 0, 0] = values[1, 1, 2] = 4.0
    volume = Volume(values, 100, 200, 40, sheet=(30, 10), limit=4.0, strength=0.3, edges=False)
    frame = painted(volume)
    np.testing.assert_array_equal(frame[220, 120], DARK.rgb("positive"))
    x, y = (round(side) for side in volume.centre_of(1, 1, 2))
    assert (x, y) == (100 + 60 + 60, 200 - 20 + 60)
    np.testing.assert_allclose(frame[y, x], over(DARK, [("positive", 0.3)]), atol=1)


def test_cells_not_computed_and_zeros_show_nothing():
    volume = Volume(np.full((3, 3, 8), np.nan), 100, 200, 20, edges=False)
    assert (painted(volume) == DARK.rgb("background")).all()
    volume.values[...] = 0
    volume.limit = 0.0
    assert (painted(volume) == DARK.rgb("background")).all()
    volume.edges = True
    assert (painted(volume) == DARK.rgb("muted")).all(axis=2).any()


def test_changed_values_are_painted_anew():
    volume = Volume(np.zeros((3, 3, 4)), 100, 200, 20, edges=False)
    painted(volume)
    before = volume.state()
    volume.values[1, 1, 0] = 1.0
    assert volume.state() != before
    np.testing.assert_array_equal(painted(volume)[230, 130], DARK.rgb("positive"))
    volume.shares[0] = 0.5
    np.testing.assert_allclose(painted(volume)[230, 130], over(DARK, [("positive", 0.5)]), atol=1)


@pytest.mark.parametrize("height", [480, 1080])
def test_what_a_changed_cell_paints_anew_lies_within_the_damage(height):
    values = np.full((9, 7, 12), np.nan)
    values[2] = 0.4
    volume = Volume(values, 300, 400, 16.3, sheet=(3.3, 1.7), strength=0.8)
    scale = height / 1080
    earlier, state = painted(volume, height=height), volume.state()
    assert volume.damage(state, scale).empty
    for cell in ((0, 0), (4, 3), (8, 6)):
        volume.values[cell] = 0.9
        later = painted(volume, height=height)
        left, top, right, bottom = volume.damage(state, scale)
        assert (right - left) * (bottom - top) < volume.bounds(scale).area / 2
        differs = (earlier != later).any(axis=2)
        assert differs.any()
        differs[top:bottom, left:right] = False
        assert not differs.any()
        earlier, state = later, volume.state()
    volume.shares[0] = 0.5
    assert volume.damage(state, scale) == volume.bounds(scale)


def test_it_paints_only_within_its_bounds():
    volume = Volume(np.ones((5, 5, 20)), 300, 400, 16, sheet=(3.3, 1.7), strength=1.0)
    for height in (480, 1080):
        frame = painted(volume, height=height)
        left, top, right, bottom = volume.bounds(height / 1080)
        frame[top:bottom, left:right] = DARK.rgb("background")
        assert (frame == DARK.rgb("background")).all()


def test_fanning_spreads_the_sheets_wherever_manim_has_put_it():
    volume = Volume(np.ones((4, 4, 10)), 300, 400, 16, sheet=(6, 2))
    assert volume.back == pytest.approx((60, -20))
    volume.fan(0)
    assert volume.back == pytest.approx((0, 0))
    volume.scale(0.5)
    volume.fan(0.5)
    assert volume.back == pytest.approx((15, -5))
    assert volume.cell == pytest.approx(8)


def test_deeper_stacks_have_stronger_sheets():
    strengths = [Volume(np.ones((3, 3, c)), 0, 100, 8).strength for c in (32, 64, 128, 4096)]
    assert strengths == sorted(strengths)
    assert strengths[0] == pytest.approx(0.21)
    assert strengths[-1] == 1.0


def test_a_window_goes_through_all_sheets():
    volume = Volume(np.zeros((8, 8, 10)), 300, 400, 16, sheet=(6, 2), edges=False)
    window = VolumeWindow(volume, 2, 3, 3, 3)
    corners = [volume.place_of(2, 3), volume.place_of(2, 6), volume.place_of(5, 3)]
    np.testing.assert_allclose(window.places[:3], corners)
    np.testing.assert_allclose(window.places[3], volume.place_of(2, 6, channel=10))
    frame = painted(window)
    for x, y in (volume.place_of(2, 4.5), volume.place_of(5, 4.5), volume.place_of(2, 4.5, 10)):
        np.testing.assert_array_equal(frame[round(y), round(x)], DARK.rgb("accent"))
    moved = window.put(volume, 0, 0)
    np.testing.assert_allclose(moved.places[0], (300, 400))


def test_a_volume_outside_the_frame_is_found():
    assert not problems([Volume(np.ones((10, 10, 32)), 100, 100, 8)])
    assert problems([Volume(np.ones((10, 10, 32)), 100, 10, 8)])


@pytest.mark.parametrize(
    ("values", "options", "text"),
    [
        (np.ones((3, 3)), {}, "not the shape"),
        (np.ones((3, 0, 3)), {}, "not the shape"),
        (np.ones((3, 3, 3)), {"limit": -1.0}, "negative"),
        (np.ones((3, 3, 3)), {"limit": float("nan")}, "negative"),
        (np.ones((3, 3, 3)), {"sheet": (-1, 1)}, "negative"),
    ],
)
def test_what_is_no_volume_is_refused(values, options, text):
    with pytest.raises(ValueError, match=text):
        Volume(values, 100, 100, 8, **options)


def test_a_picture_is_made_once_for_all_frames_that_show_it():
    volume = Volume(np.ones((26, 26, 32)), 300, 400, 8)
    kept = []
    for opacity in (1.0, 0.4):
        volume.set_opacity(opacity)
        painted(volume)
        kept.append(volume._drawn[1])
    assert kept[0] is kept[1]
    volume.fan(0.5)
    painted(volume)
    assert volume._drawn[1] is not kept[0]
