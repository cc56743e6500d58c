"""The colour bar: its colours are those of the values between the numbers at its ends."""

from __future__ import annotations

import numpy as np
import pytest

from convexplain.style.theme import DARK, LIGHT

pytest.importorskip("manim", reason="the stage needs the extra 'video'")

from convexplain.stage import ColourBar
from convexplain.stage.canvas import Canvas
from convexplain.stage.layout import problems


def painted(mobject, theme, height=1080):
    pixels = np.full((height, height * 16 // 9, 4), 255, np.uint8)
    canvas = Canvas(pixels, theme)
    with canvas.within(canvas.frame):
        for part in mobject.get_family():
            part.paint(canvas)
    return pixels[..., :3]


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("low", [0.0, -0.8, 0.2])
def test_colours_run_evenly_from_the_low_end_to_the_high_end(theme, low):
    bar = ColourBar(0.8, 100, 500, 600, low=low)
    row = painted(bar, theme)[500]
    (left, _), right = bar.places[0], bar.places[1, 0]
    for share in (0.0, 0.25, 0.5, 1.0):
        x = round(left) + round(share * (round(right) - round(left) - 1))
        expected = theme.signed(low + share * (0.8 - low), 0.8)
        np.testing.assert_allclose(row[x].astype(int), expected, atol=2)


def test_a_gray_bar_runs_from_paper_to_pen():
    bar = ColourBar(1.0, 100, 500, 600, scale="picture")
    row = painted(bar, LIGHT)[500]
    np.testing.assert_array_equal(row[round(bar.places[0, 0])], LIGHT.rgb("paper"))
    np.testing.assert_array_equal(row[round(bar.places[1, 0]) - 1], LIGHT.rgb("pen"))
    assert [end.text for end in bar.ends] == ["0", "1"]


def test_title_numbers_and_colours_fill_the_width_without_overlap():
    bar = ColourBar(0.36, 100, 500, 640, low=-0.36, title="filter weights")
    assert [end.text for end in bar.ends] == ["−0.36", "0.36"]
    boxes = [bar.title.ink_box(), bar.ends[0].ink_box()]
    colours = bar.places
    assert boxes[0].left >= 99
    assert boxes[0].right < boxes[1].left
    assert boxes[1].right < colours[0, 0] - 4
    assert colours[1, 0] + 4 < bar.ends[1].ink_box().left
    assert 735 <= bar.ends[1].ink_box().right <= 741
    assert not problems([bar])


def test_it_fades_as_one():
    bar = ColourBar(1.0, 100, 500, 600, title="response")
    bar.set_opacity(0.0)
    background = np.array(DARK.rgb("background"))
    assert (painted(bar, DARK) == background).all()


@pytest.mark.parametrize("height", [480, 720, 2160])
def test_it_is_as_long_at_every_quality(height):
    bar = ColourBar(1.0, 96, 540, 600)
    pixels = painted(bar, DARK, height)
    full = (pixels == DARK.signed(1.0, 1.0)).all(axis=2)
    scale = height / 1080
    x = np.flatnonzero(full.any(axis=0)).max()
    assert x == pytest.approx(bar.places[1, 0] * scale, abs=2)
    y = np.flatnonzero(full.any(axis=1))
    assert len(y) == pytest.approx(20 * scale, abs=2)


def test_maps_without_any_response_still_have_a_bar():
    bar = ColourBar(0.0, 96, 540, 600)
    x, y = bar.places[0]
    np.testing.assert_array_equal(painted(bar, DARK)[round(y) + 10, round(x) + 9], DARK.rgb("zero"))


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"low": 1.0}, "cannot run from 1 to 1"),
        ({"low": -1.5}, "begins at -1"),
        ({"low": -0.5, "scale": "picture"}, "begins at 0"),
        ({"width": 90}, "no room"),
    ],
)
def test_a_bar_that_shows_nothing_is_refused(options, text):
    with pytest.raises(ValueError, match=text):
        ColourBar(1.0, 96, 540, **{"width": 600, **options})
