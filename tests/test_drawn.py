"""What the stage shows of every lesson, in both languages and both themes.

Each lesson is played twice: in English on dark ground and in Chinese on light ground.
"""

from __future__ import annotations

import re

import numpy as np
import pytest

pytest.importorskip("manim", reason="scenes need the extra 'video'")

import played as plays

from convexplain import lessons
from convexplain.stage import Label, PixelGrid
from convexplain.style.theme import least_opacity

NAMES = lessons.names()
#: How long an old caption takes to go and the new one to come, and a frame for rounding.
CHANGE = 0.3 + 1 / 15
# Of more than one digit: a language may say "four numbers" where the other says 4.
NUMBER = re.compile(r"[−-]?\d(?:\d|,\d{3}|\.\d)+")


@pytest.fixture(scope="module", params=NAMES)
def name(request):
    return request.param


@pytest.fixture(scope="module", params=plays.LOOKS, ids=["en-dark", "zh-light"])
def played(request, name):
    return plays.of(name, request.param)


@pytest.fixture(scope="module")
def both(name):
    return [plays.of(name, look) for look in plays.LOOKS]


def test_nothing_overlaps_at_the_end_of_any_beat(played):
    assert played.problems == {beat.name: [] for beat in played.lesson.beats()}


def test_what_steps_back_can_still_be_read(played):
    tokens = played.look.tokens
    for beat, stage in played.ends.items():
        for label in stage.of(Label):
            if label.text.strip() and label.opacity < 1:
                colours = tokens.rgb(label.colour), tokens.rgb("background")
                assert label.opacity >= least_opacity(*colours, 3.0) - 0.01, (beat, label.text)


def cues(lesson):
    """Beat, caption, start and end of what a lesson says, one after the other."""
    found, end = [], 0.0
    for beat in lesson.beats():
        for event in beat.events:
            start, end = end, end + event.seconds
            if event.said is not None:
                found.append([beat.name, event.said, start, end])
            else:  # what was said before stays
                found[-1][3] = end
    return found


def test_every_beat_lasts_what_it_promises(played):
    expected = cues(played.lesson)
    assert [(cue.beat, cue.caption) for cue in played.cues] == [(c[0], c[1]) for c in expected]
    np.testing.assert_allclose([cue.start for cue in played.cues], [c[2] for c in expected])
    np.testing.assert_allclose([cue.end for cue in played.cues], [c[3] for c in expected])
    assert played.seconds == pytest.approx(played.lesson.seconds, abs=0.04)
    ends = [stage.seconds for stage in played.ends.values()]
    planned = np.cumsum([beat.seconds for beat in played.lesson.beats()])
    np.testing.assert_allclose(ends, planned, atol=0.04)


def test_the_caption_on_the_stage_is_the_one_of_the_moment(played):
    """What is read on the screen, what stands in the subtitles, and what is shown go together."""
    seen = set()
    for number, (_, said, start, end) in enumerate(cues(played.lesson)):
        words = "".join(said.text(played.look.lang).split())
        for stage in played.plays:
            if start + CHANGE <= stage.seconds <= end + 0.04:
                assert "".join(stage.caption.split()) == words, stage.seconds
                seen.add(number)
    assert len(seen) == len(played.cues)


def test_every_cell_has_the_colour_of_its_value(played):
    """At the end of each beat: what no other part covers has its colour in the picture."""
    scale = plays.HEIGHT / 1080
    checked = 0
    for beat, stage in played.ends.items():
        if not stage.at_home:  # places on the stage are not those in the picture
            continue
        frame = played.frames[beat][..., :3].astype(int)
        bounds = [part.bounds(1.0) for part in stage.parts]
        for at, grid in enumerate(stage.parts):
            if not isinstance(grid, PixelGrid) or grid.opacity < 1:
                continue
            # Cells of a few pixels, or lower than a line of them, have no pixel of their own.
            (_, top), (_, below) = grid.place_of(0, 0), grid.place_of(1, 0)
            if min(grid.cell, below - top) * scale < 3:
                continue
            if grid.glass:  # what lies below shines through
                continue
            wanted = colours(grid, played.look.tokens)
            # A number stands in the middle of its cell.
            down = 0.14 if grid.number_opacity else 0.5
            rows, cols = grid.shape_in_cells
            x = np.array([grid.place_of(down, col + 0.5)[0] for col in range(cols)])
            y = np.array([[grid.place_of(row + down, 0.5)[1]] for row in range(rows)])
            looked = ~np.isnan(grid.values.reshape(rows, cols, -1)).any(axis=2)
            for b in (bounds[number] for number in _over(stage.parts, at)):
                across = b.left - 3 <= x[-1] and x[0] < b.right + 3
                if across and b.top - 3 <= y[-1, 0] and y[0, 0] < b.bottom + 3:
                    within = (b.left - 3 <= x) & (x < b.right + 3)
                    looked &= ~(within & (b.top - 3 <= y) & (y < b.bottom + 3))
            seen = frame[(y * scale).astype(int), (x * scale).astype(int)]
            wrong = looked & (np.abs(seen - wanted).max(axis=2) > 2)
            assert not wrong.any(), (beat, np.argwhere(wrong)[0])
            checked += int(looked.sum())
    assert checked > 100 or played.lesson.name == "dense-vs-conv"  # which has bars and curves


def _over(parts, at):
    """The places of what is drawn after a part: what comes later, or lies higher."""
    mine = parts[at].z_index
    return [
        number
        for number, part in enumerate(parts)
        if part.z_index > mine or (part.z_index == mine and number > at)
    ]


def colours(grid, theme):
    """The colours of a grid's cells, int (height, width, 3), from its values alone."""
    values = np.nan_to_num(grid.values)
    full = {
        "rgb": lambda: np.rint(values.clip(0, 1) * 255),
        "light": lambda: np.rint((values / grid.limit).clip(0, 1) * 255)[..., None].repeat(
            3, axis=2
        ),
        "picture": lambda: theme.picture(values / grid.limit),
        "signed": lambda: theme.signed(
            np.where(values, np.copysign(np.fmax(abs(values), grid.floor * grid.limit), values), 0),
            grid.limit,
        ),
    }[grid.scale_name]()
    share = grid.shares[..., None]
    return np.asarray(theme.rgb("background")) * (1 - share) + np.asarray(full, float) * share


def test_both_languages_show_the_same_cells(both):
    english, chinese = both
    assert list(english.ends) == list(chinese.ends)
    for beat, stage in english.ends.items():
        mine, other = (  # whichever was brought up first
            sorted(s.of(PixelGrid), key=lambda grid: grid.values.tobytes())
            for s in (stage, chinese.ends[beat])
        )
        assert len(mine) == len(other), beat
        for one, two in zip(mine, other, strict=True):
            np.testing.assert_array_equal(one.values, two.values)
            np.testing.assert_array_equal(one.shares, two.shares)


def test_both_languages_print_the_same_numbers(both):
    english, chinese = both
    for beat, stage in english.ends.items():
        mine, other = (
            sorted(n for part in s.of(Label) for n in NUMBER.findall(part.text))
            for s in (stage, chinese.ends[beat])
        )
        assert mine == other, beat
