"""The honest picture: what a rendered video shows is what the core computes, cell by cell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from convexplain.data import digits
from convexplain.errors import UsageError
from convexplain.lessons.sliding_window import SlidingWindow, describe
from convexplain.style.theme import THEMES, Look

pytest.importorskip("manim", reason="the scene needs the extra 'video'")

from bt709 import decode
from manim import tempconfig
from played import play

from convexplain.video.job import Job
from convexplain.video.worker import scene_class

pytestmark = pytest.mark.render
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """A whole video of the lesson: its scene, grids and frames at the end of beats, chapters.

    It is in Chinese on light ground; `test_drawn` looks at both languages and themes unencoded.
    """
    media = tmp_path_factory.mktemp("video")
    look, lesson, places = Look("zh", "light"), SlidingWindow(), {}

    class Recorded(scene_class(Job(lesson, Path("none.mp4")))):
        def on_beat(self, beat):
            places[beat.name] = {
                name: (grid.values.copy(), [grid.centre_of(*cell) for cell in cells(grid)])
                for name in ("input", "patch", "kernel", "products", "map", "box")
                for grid in [getattr(self, name)]
                if grid in self.mobjects
            }

    with tempconfig(
        {
            "pixel_width": 854,
            "pixel_height": 480,
            "frame_rate": 15,
            "media_dir": str(media),
            "progress_bar": "none",
            "verbosity": "ERROR",
            "output_file": "scene",
        }
    ):
        scene = Recorded(lesson, look)
        scene.render()
    path = Path(scene.renderer.file_writer.movie_file_path)
    ends = {round(cue.end * 15) - 1: cue.beat for cue in scene.cues}
    frames, count = {}, 0
    with av.open(str(path)) as container:
        chapters = container.chapters()
        for number, frame in enumerate(container.decode(video=0)):
            count += 1
            if number in ends:
                frames[ends[number]] = decode(frame)
    assert count == round(lesson.seconds * 15)
    return scene, places, frames, chapters


def cells(grid):
    return list(np.ndindex(*grid.shape_in_cells))


def shown(frame, centres):
    scale = frame.shape[0] / 1080
    return np.array([frame[int(y * scale), int(x * scale)] for x, y in centres]).astype(int)


def test_every_cell_of_the_map_has_the_colour_of_the_core_s_value(rendered):
    scene, places, frames, _ = rendered
    lesson, theme = scene.lesson, THEMES[scene.shown_look.theme]
    expected = theme.signed(
        lesson.trace.activations["conv1"][:, :, lesson.shown_filter],
        float(np.abs(lesson.trace.activations["conv1"]).max()),
    )
    _, centres = places["answer"]["map"]
    seen = shown(frames["answer"], centres).reshape(26, 26, 3)
    difference = np.abs(seen - expected)
    # Neighbouring cells bleed a little: colour is stored at half the resolution, lossily.
    assert difference.max() <= 12
    assert np.median(difference) <= 1


def test_every_pixel_of_the_input_is_the_digit_s(rendered):
    scene, places, frames, _ = rendered
    theme = THEMES[scene.shown_look.theme]
    expected = theme.picture(scene.lesson.shown_picture.pixels[:, :, 0])
    _, centres = places["answer"]["input"]
    seen = shown(frames["answer"], centres).reshape(28, 28, 3)
    assert np.abs(seen - expected).max() <= 12


@pytest.mark.parametrize("name", ["strong", "negative", "blank"])
def test_the_slow_stops_show_the_step(rendered, name):
    scene, places, frames, _ = rendered
    lesson = scene.lesson
    step, theme = lesson.stops[name].step, THEMES[scene.shown_look.theme]
    limit = float(np.abs(step.kernel).max())
    expected = {
        "patch": theme.picture(step.patch[:, :, 0]),
        "kernel": theme.signed(step.kernel[:, :, 0], limit),
        "products": theme.signed(step.products[:, :, 0], limit),
    }
    frame = frames[name]
    for grid, colours in expected.items():
        values, centres = places[name][grid]
        # Beside the number, in the upper left of the cell.
        beside = [(x - 34, y - 30) for x, y in centres]
        np.testing.assert_allclose(shown(frame, beside), colours.reshape(-1, 3), atol=6)
        computed = {"patch": step.patch, "kernel": step.kernel, "products": step.products}[grid]
        np.testing.assert_array_equal(values, computed[:, :, 0])
    values, _ = places[name]["map"]
    assert values[step.row, step.col] == step.activated


def test_cells_that_no_window_has_visited_yet_are_empty(rendered):
    scene, places, _, _ = rendered
    stops = [scene.lesson.stops[name].step for name in ("strong", "negative")]
    values, _ = places["negative"]["map"]
    known = {(int(row), int(col)) for row, col in np.argwhere(~np.isnan(values))}
    assert known == {(step.row, step.col) for step in stops}


def test_the_video_lasts_what_the_beats_promise_and_marks_them_as_chapters(rendered):
    scene, _, _, chapters = rendered
    beats = scene.lesson.beats()
    lang = scene.shown_look.lang
    titles = [c["metadata"]["title"] for c in chapters]
    assert len(set(titles)) == len(titles) == len(beats)
    assert titles[0] == beats[0].title.text(lang)
    kernel = beats[1].caption.text(lang)
    assert kernel.startswith(titles[1].rstrip("…"))
    starts = np.cumsum([0.0, *(beat.seconds for beat in beats[:-1])])
    np.testing.assert_allclose(
        [float(c["start"] * c["time_base"]) for c in chapters], starts, atol=0.002
    )


def test_captions_stay_their_reading_time(rendered):
    scene = rendered[0]
    for cue in scene.cues:
        for lang, speed in (("en", 17), ("zh", 6)):
            assert cue.end - cue.start >= len(cue.caption.text(lang)) / speed - 1e-6


@pytest.mark.parametrize("digit", range(10))
def test_any_digit_and_filter_can_be_shown(digit):
    lesson = SlidingWindow(picture=digits.first(digit), filter=(7 * digit + 3) % 32)
    beats = lesson.beats()
    assert 30 <= lesson.seconds <= 65
    assert len({beat.name for beat in beats}) == len(beats)
    for name, stop in lesson.stops.items():
        rounded = "Rounded" in next(b for b in beats if b.name == name).caption.text("en")
        assert rounded is not stop.adds_up


def test_what_a_kernel_looks_for_is_said_in_words():
    from convexplain.data.kernels import looks_for

    above = np.array([[1.0, 1, 1], [0, 0, 0], [-1, -1, -1]])
    assert describe(looks_for(above)).text("en") == "an edge with ink above"
    assert describe(looks_for(above.T)).text("zh") == "左侧有墨迹的边缘"
    line = np.array([[-1.0, 2, -1], [-1, 2, -1], [-1, 2, -1]])
    assert describe(looks_for(line)).text("en") == "a vertical line"
    spot = np.array([[-1.0, -1, -1], [-1, 8, -1], [-1, -1, -1]])
    assert describe(looks_for(spot)).text("en") == "a spot of ink"


@pytest.mark.parametrize("number", [-1, 32, 99])
def test_a_filter_that_does_not_exist_is_refused(number):
    with pytest.raises(UsageError, match=f"no filter {number}.*0 to 31"):
        SlidingWindow(filter=number)


def test_plain_manim_render_shows_the_lesson_too(tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "manim", "render", "-ql", "-s", "--media_dir", str(tmp_path),
         str(ROOT / "scenes" / "sliding_window.py"), "SlidingWindow"],
        capture_output=True, text=True, timeout=300, check=False, cwd=ROOT,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    pictures = list(tmp_path.rglob("*.png"))
    assert len(pictures) == 1


@pytest.mark.parametrize(
    "options",
    [
        {"kernel": "sobel-x"},
        {"kernel": "gaussian-5"},
        {"kernel": ";".join(["1,0,-1,0,1,0,-1"] * 7)},
        {"steps": "0"},
        {"steps": "1"},
        {"steps": "9"},
        {"steps": "all"},
        {"length": 55.0},
        {"length": 150.0},
        {"picture": digits.first(1), "filter": 9},
    ],
    ids=str,
)
def test_every_option_gives_a_scene_in_which_nothing_overlaps(options):
    lesson = SlidingWindow(**options)
    played = play(lesson, rate=60)
    assert played.problems == {beat.name: [] for beat in lesson.beats()}
    assert played.seconds == pytest.approx(lesson.seconds, abs=0.02)
    np.testing.assert_array_equal(played.ends["answer"]["map"].values, lesson.response_map)


def test_a_kernel_of_one_s_own_is_convolved_as_scipy_does():
    from scipy.signal import correlate2d

    lesson = SlidingWindow(kernel="1,0,-1,0,2;2,0,-2,1,1;1,0,-1,0,0;3,1,0,0,1;0,0,-4,0,0")
    picture = lesson.shown_picture.pixels[:, :, 0].astype(np.float64)
    expected = np.maximum(correlate2d(picture, lesson.weights, mode="valid"), 0)
    np.testing.assert_allclose(lesson.response_map, expected, atol=1e-5)


def test_the_number_of_slow_stops_is_as_asked_and_they_lie_apart():
    lesson = SlidingWindow(steps="7")
    places = [(stop.step.row, stop.step.col) for stop in lesson.stops.values()]
    assert len(places) == 7
    assert len(set(places)) == 7
    assert all(stop.adds_up for stop in lesson.stops.values())
    assert not SlidingWindow(steps="0").stops


@pytest.mark.parametrize("length", [55.0, 75.5, 300.0])
def test_a_lesson_fits_the_seconds_that_a_lecture_has(length):
    assert SlidingWindow(length=length).seconds == pytest.approx(length, abs=1e-6)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"length": 5.0}, "captions take .* to read"),
        ({"length": 1e6}, "1e\\+06 s is no length for this lesson: give 5[0-9] .* to 5[0-9]{2}$"),
        ({"steps": "10"}, "give 0 to 9, or all"),
        ({"steps": "-1"}, "give 0 to 9, or all"),
        ({"kernel": "sobelx"}, "sobel-x"),
        ({"kernel": "1,2;3"}, "rows of 2, 1 numbers"),
        ({"kernel": "1,2;3,4"}, "give 3x3, 5x5 or 7x7"),
        ({"kernel": "sobel-x", "filter": 3}, "exclude one another"),
    ],
)
def test_options_that_cannot_be_are_refused_with_what_can(options, said):
    with pytest.raises(UsageError, match=said):
        SlidingWindow(**options)
