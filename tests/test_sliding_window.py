"""The honest picture: what a rendered video shows is what the core computes, cell by cell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from convexplain import panels
from convexplain.data import digits
from convexplain.data.pictures import Picture
from convexplain.data.recipe import Recipe
from convexplain.errors import UsageError
from convexplain.lessons.parts.beats import chapters as chapters_of
from convexplain.lessons.sliding_window import SlidingWindow, describe
from convexplain.network import Conv2D, Dense, Flatten, Network
from convexplain.style.theme import THEMES, Look

pytest.importorskip("manim", reason="the scene needs the extra 'video'")

from bt709 import decode
from manim import tempconfig
from played import check_events, of, play, scene_of, unpainted

from convexplain.stage import Label
from convexplain.style import format as fmt
from convexplain.video.job import Job
from convexplain.video.worker import scene_class
from tests.often import covering, later, some

pytestmark = pytest.mark.render
RATE = 5  # what is asked stands at the ends of events: few frames show it as well as many
GRIDS = ("input", "patch", "kernel", "products", "map")
# With which event the number of each stop has reached the map.
DONE = {"strong": "place", "negative": "cut", "blank": "blank"}
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """A whole video of the lesson: its scene, grids and frames at the end of events, chapters.

    It is in Chinese on light ground; `test_drawn` looks at both languages and themes unencoded.
    """
    media = tmp_path_factory.mktemp("video")
    look, lesson, places, ends = Look("zh", "light"), SlidingWindow(), {}, {}

    class Recorded(scene_class(Job(lesson, Path("none.mp4")))):
        def on_event(self, event):
            shown = {name: self.board.part(name) for name in GRIDS if self.board.has(name)}
            ends[round(self.renderer.time * RATE) - 1] = event.name
            places[event.name] = {
                name: (grid.values.copy(), [grid.centre_of(*cell) for cell in cells(grid)])
                for name, grid in shown.items()
                if grid in self.mobjects
            }

    with tempconfig(
        {
            "pixel_width": 854,
            "pixel_height": 480,
            "frame_rate": RATE,
            "media_dir": str(media),
            "progress_bar": "none",
            "verbosity": "ERROR",
            "output_file": "scene",
        }
    ):
        scene = Recorded(lesson, look)
        scene.render()
    path = Path(scene.renderer.file_writer.movie_file_path)
    frames, count = {}, 0
    with av.open(str(path)) as container:
        chapters = container.chapters()
        for number, frame in enumerate(container.decode(video=0)):
            count += 1
            if number in ends:
                frames[ends[number]] = decode(frame)
    assert count == round(lesson.seconds * RATE)
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
    _, centres = places["sweep"]["map"]
    seen = shown(frames["sweep"], centres).reshape(26, 26, 3)
    difference = np.abs(seen - expected)
    # Neighbouring cells bleed a little: colour is stored at half the resolution, lossily.
    assert difference.max() <= 12
    assert np.median(difference) <= 1


def test_every_pixel_of_the_input_is_the_digit_s(rendered):
    scene, places, frames, _ = rendered
    theme = THEMES[scene.shown_look.theme]
    expected = theme.picture(scene.lesson.shown_picture.pixels[:, :, 0])
    _, centres = places["sweep"]["input"]
    seen = shown(frames["sweep"], centres).reshape(28, 28, 3)
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
    frame, there = frames[DONE[name]], places[DONE[name]]
    for grid, colours in expected.items():
        values, centres = there[grid]
        # Beside the number, in the upper left of the cell.
        beside = [(x - 34, y - 30) for x, y in centres]
        np.testing.assert_allclose(shown(frame, beside), colours.reshape(-1, 3), atol=8)
        computed = {"patch": step.patch, "kernel": step.kernel, "products": step.products}[grid]
        np.testing.assert_allclose(values, computed[:, :, 0])
    values, _ = there["map"]
    assert values[step.row, step.col] == step.activated


def test_cells_that_no_window_has_visited_yet_are_empty(rendered):
    scene, places, _, _ = rendered
    stops = [scene.lesson.stops[name].step for name in ("strong", "negative")]
    values, _ = places["cut"]["map"]
    known = {(int(row), int(col)) for row, col in np.argwhere(~np.isnan(values))}
    assert known == {(step.row, step.col) for step in stops}


def test_the_video_lasts_what_the_beats_promise_and_marks_them_as_chapters(rendered):
    scene, _, _, chapters = rendered
    expected = chapters_of(scene.lesson.beats(), scene.shown_look.lang)
    titles = [c["metadata"]["title"] for c in chapters]
    assert titles == [title for _, _, title in expected]
    assert len(set(titles)) == len(titles)
    assert sum(title.startswith("先猜") for title in titles) == 2
    np.testing.assert_allclose(
        [float(c["start"] * c["time_base"]) for c in chapters],
        [start for start, _, _ in expected],
        atol=0.002,
    )


def test_captions_stay_their_reading_time(rendered):
    scene = rendered[0]
    for cue in scene.cues:
        for lang, speed in (("en", 17), ("zh", 6)):
            assert cue.end - cue.start >= len(cue.caption.text(lang)) / speed - 1e-6


@pytest.mark.parametrize("digit", range(10))
def test_where_the_map_is_brightest_ink_lies_on_the_side_that_is_told(digit):
    for number in range(0, 32, 3):
        lesson = SlidingWindow(picture=digits.first(digit), filter=number)
        if lesson.pattern.kind != "edge":
            continue
        row, col = np.unravel_index(np.argmax(lesson.response_map), lesson.response_map.shape)
        ink = lesson.drawn[row : row + 3, col : col + 3]
        angle = np.radians(45 * round(lesson.pattern.angle / 45))
        rightwards, upwards = ink[:, 2].sum() - ink[:, 0].sum(), ink[0].sum() - ink[2].sum()
        assert rightwards * np.cos(angle) + upwards * np.sin(angle) > 0.1


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
    from convexplain.data.kernels import closest_pattern

    above = np.array([[1.0, 1, 1], [0, 0, 0], [-1, -1, -1]])
    assert describe(closest_pattern(above)).text("en") == "an edge with ink above"
    assert describe(closest_pattern(above.T)).text("zh") == "左侧有笔画的边缘"
    line = np.array([[-1.0, 2, -1], [-1, 2, -1], [-1, 2, -1]])
    assert describe(closest_pattern(line)).text("en") == "a vertical line"
    spot = np.array([[-1.0, -1, -1], [-1, 8, -1], [-1, -1, -1]])
    assert describe(closest_pattern(spot)).text("en") == "a spot of ink"


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
        later({"steps": "1"}),
        later({"steps": "9"}),
        {"steps": "all"},
        {"length": 30.0},
        later({"length": 120.0}),
        later({"pause": 9.0}),
        {"picture": digits.first(1), "filter": 9},
    ],
    ids=str,
)
def test_every_option_gives_a_scene_in_which_nothing_overlaps(options):
    lesson = SlidingWindow(**options)
    played = play(lesson, rate=60)
    assert played.problems == {beat.name: [] for beat in lesson.beats()}
    assert played.seconds == pytest.approx(lesson.seconds, abs=0.02)
    assert played.ends["sweep"]["map"].values == pytest.approx(lesson.response_map)


def test_a_kernel_of_one_s_own_is_convolved_as_scipy_does():
    from scipy.signal import correlate2d

    lesson = SlidingWindow(kernel="1,0,-1,0,2;2,0,-2,1,1;1,0,-1,0,0;3,1,0,0,1;0,0,-4,0,0")
    picture = lesson.shown_picture.pixels[:, :, 0].astype(np.float64)
    expected = np.maximum(correlate2d(picture, lesson.weights[:, :, 0], mode="valid"), 0)
    np.testing.assert_allclose(lesson.response_map, expected, atol=1e-5)


@pytest.fixture(scope="module")
def in_colour(tmp_path_factory):
    """A network whose window hops by two over a photograph with a border of zeros."""
    layers = (
        Conv2D("eyes", 2, (3, 5), stride=2, padding=(1, 0, 2, 3), activation="tanh"),
        Flatten("flat"),
        Dense("out", 3),
    )
    random = np.random.default_rng(4)
    network = Network.initialised(layers, seed=2, input_shape=(21, 18, 3))
    weights = dict(network.weights) | {"eyes/bias": np.array([0.25, -0.5], np.float32)}
    path = str(tmp_path_factory.mktemp("colour") / "colour.safetensors")
    Network(layers, weights, input_shape=(21, 18, 3)).save(path)
    picture = Picture(random.random((21, 18, 3)).astype(np.float32), None, "random")
    return SlidingWindow(model=path, picture=picture, filter=1)


def test_a_window_over_three_channels_makes_three_sums_and_the_bias(in_colour):
    from scipy.signal import correlate

    kernel = in_colour.network.weights["eyes/kernel"][..., 1].astype(np.float64)
    padded = np.pad(in_colour.shown_picture.pixels, ((1, 0), (2, 3), (0, 0))).astype(np.float64)
    sums = [correlate(padded[..., n], kernel[..., n], mode="valid")[::2, ::2] for n in range(3)]
    expected = np.tanh(np.add.reduce(sums) - 0.5)
    np.testing.assert_allclose(in_colour.response_map, expected, atol=1e-6)
    step = in_colour.stops["strong"].step
    found = in_colour.diagram(step).panel("sum")
    assert [addend.name for addend in found.addends] == ["part-0", "part-1", "part-2", "bias"]
    said = [addend.value for addend in found.addends]
    np.testing.assert_allclose(said, [*(s[step.row, step.col] for s in sums), -0.5], atol=1e-12)


def test_the_window_lies_where_the_shown_cell_reads(in_colour):
    """Rows and columns of the map are not those of the picture: it hops, and begins outside."""
    played = play(in_colour, watch=True)

    def where(moment, frame, grid):
        """Row and column on a grid at which a frame begins, in cells."""
        corner, step = moment[grid].places[0], moment[grid].cell
        return ((moment[frame].places[0] - corner) / step)[::-1]

    for beat in ("strong", "negative"):
        step = in_colour.stops[beat].step
        at = where(played.ends[beat], "input.window", "input")
        assert at.tolist() == pytest.approx([2 * step.row - 1, 2 * step.col - 2], abs=0.05)
    *_, last = (m for m in played.during("sweep") if "map.cell" in m and "input.window" in m)
    row, col = where(last, "map.cell", "map")
    assert (row, col) == pytest.approx(np.subtract(in_colour.response_map.shape, 1), abs=0.05)
    at = where(last, "input.window", "input")
    assert at.tolist() == pytest.approx([2 * row - 1, 2 * col - 2], abs=0.05)


@pytest.mark.parametrize(
    ("aspect", "look"),
    [
        ("16:9", Look("en")),
        ("9:16", Look("zh", "light")),
        later("4:3", Look("en")),
        later("1:1", Look("en")),
    ],
)
def test_three_channels_have_room_in_every_frame(aspect, look, in_colour):
    check_events(in_colour, look, aspect)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_stop_of_the_photo_network_has_room_in_a_square_frame(lang):
    lesson = SlidingWindow(model="photo")  # whose three scales all need their legend
    placed = panels.place(lesson.diagram(lesson.first, landed=True), panels.ASPECTS["1:1"], lang)
    assert panels.problems(placed) == []


def test_the_number_of_slow_stops_is_as_asked_and_they_lie_apart():
    lesson = SlidingWindow(steps="7")
    places = [(stop.step.row, stop.step.col) for stop in lesson.stops.values()]
    assert len(places) == 7
    assert len(set(places)) == 7
    assert all(stop.adds_up for stop in lesson.stops.values())
    assert not SlidingWindow(steps="0").stops


def test_a_long_video_tells_only_places_that_speak_for_the_pattern_and_calls_few_strong():
    lesson = SlidingWindow(length=120.0)
    most = lesson.response_map.max()
    told = {beat.name: beat.events[0] for beat in lesson.beats()}
    assert len(lesson.further) > 5
    for name, stop in lesson.further.items():
        assert (stop.step.patch * stop.step.kernel).sum() > 0.005
        assert ("strong" in told[name].said.en) == (stop.step.activated >= most / 2)


def test_where_every_stop_is_to_be_read_its_numbers_stand_there(tmp_path):
    """Patch, products and sum are those of the place whose cell is the last one computed."""
    lesson = SlidingWindow(steps="all")
    assert list(lesson.stops) == list(SlidingWindow().stops)
    layer = lesson.network.weights
    kernel = layer["conv1/kernel"][:, :, 0, lesson.shown_filter].astype(float)
    bias = float(layer["conv1/bias"][lesson.shown_filter])
    seen = []

    class Watched(unpainted(scene_of(lesson))):
        def tell_last(self, places):
            super().tell_last(places)
            grids = [self.board.part(name).values.copy() for name in ("patch", "products")]
            value = self.board.part("sum.activated").values[0, 0]
            seen.append((places, *grids, self.board.part("sum.total").text, value))

    sized = {"pixel_width": 1920, "pixel_height": 1080, "frame_rate": 2}
    with tempconfig({**sized, "dry_run": True, "media_dir": tmp_path}):
        Watched(lesson, Look("en")).render()
    assert len(seen) > 100
    for places, patch, products, total, activated in seen:
        if places:
            row, col = divmod(places[-1], 26)
            window = lesson.drawn[row : row + 3, col : col + 3].astype(float)
            np.testing.assert_allclose(patch, window, atol=1e-6)
            np.testing.assert_allclose(products, window * kernel, atol=1e-6)
            assert float(total.replace("−", "-")) == pytest.approx(
                (window * kernel).sum() + bias, abs=0.0051
            )
            assert activated == pytest.approx(max(0.0, (window * kernel).sum() + bias), abs=1e-5)


@pytest.mark.parametrize("length", [30.0, 75.5, 120.0])
def test_a_lesson_fits_the_seconds_that_a_lecture_has(length):
    assert SlidingWindow(length=length).seconds == pytest.approx(length, abs=1e-6)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"length": 5.0}, "captions take .* to read"),
        ({"length": 1e6}, "1e\\+06 s is no length for this lesson: give 30 .* to [0-9]{3}$"),
        ({"pause": 0.0}, "--pause 0 is not possible: give more than 0 to 600 seconds"),
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


LOOKS = {"16:9": Look("en"), "9:16": Look("zh", "light"), "4:3": Look("en"), "1:1": Look("zh")}


@pytest.mark.parametrize("aspect", some(LOOKS))
def test_a_large_kernel_has_room_in_every_frame(aspect):
    check_events(SlidingWindow(kernel=";".join(["1,0,-1,0,1,0,-1"] * 7)), LOOKS[aspect], aspect)


@pytest.mark.parametrize(("side", "aspect"), covering((3, 5, 7), list(LOOKS)))
def test_what_a_question_needs_is_printed_where_it_is_asked(side, aspect, tmp_path):
    ramp = np.round(np.linspace(-1, 1, side * side), 2).reshape(side, side)[::-1]
    lesson = SlidingWindow(kernel=";".join(",".join(map(str, row)) for row in ramp))
    sheet, seen = panels.ASPECTS[aspect], {}

    class Watched(unpainted(scene_of(lesson))):
        def on_event(self, event):
            board, camera = self.board, self.camera
            nearer = camera.shot.scale / camera.home_shot.scale
            seen[event.name] = {
                name: (board.part(name).numbers, nearer * board.placed.piece(name).size)
                for name in ("patch", "kernel", "products") if board.has(name) and board.shown(name)
            }  # fmt: skip

    sized = {"pixel_width": int(sheet.width), "pixel_height": int(sheet.height)}
    with tempconfig({**sized, "frame_rate": RATE, "dry_run": True, "media_dir": tmp_path}):
        Watched(lesson, Look("en"), skip_animations=True).render()
    for event, needed in (("predict-sign", {"patch", "kernel"}), ("products", {"products"}),
                          ("votes", {"products"}), ("predict-gate", {"patch", "kernel"}),
                          ("at-once", {"products"})):  # fmt: skip
        assert needed <= set(seen[event]), event
        assert all(numbers and size >= 26.9 for numbers, size in seen[event].values()), event


def test_no_caption_tells_a_number_before_it_stands_there(tmp_path):
    """A number that a caption tells is on the stage half a second later, or was before."""
    lesson = SlidingWindow()
    early = []

    class Watched(scene_class(Job(lesson, Path("none.mp4")))):
        telling = ()

        def change_words(self, title, caption):
            super().change_words(title, caption)
            said = caption.values.values() if caption is not None else ()
            numbers = [value for value in said if isinstance(value, str) and "." in value]
            self.telling = numbers

        def on_event(self, event):
            texts = {label.text for label in self.mobjects if isinstance(label, Label)}
            for number in self.telling:
                if number not in texts:
                    early.append((event.name, number))
            self.telling = ()

    with tempconfig({"dry_run": True, "media_dir": str(tmp_path), "frame_rate": 30}):
        Watched(lesson, skip_animations=True).render()
    assert early == []


def test_choices_are_what_known_mistakes_give():
    lesson = SlidingWindow()
    asked = {e.name: e.ask for beat in lesson.beats() for e in beat.events if e.ask is not None}
    step = lesson.stops["negative"].step
    products = step.patch.astype(float) * step.kernel
    expected = {
        fmt.number(0.0),
        fmt.number(products.sum() + step.bias),
        fmt.number(max(0.0, np.abs(products).sum() + step.bias)),
    }
    choices = asked["predict-gate"].choices
    assert {choice.text.text("en") for choice in choices} == expected
    (right,) = [choice.text.text("en") for choice in choices if choice.reply is None]
    assert right == "0.00"
    (sign,) = [c.text.text("en") for c in asked["predict-sign"].choices if c.reply is None]
    assert sign == "positive"


@pytest.mark.parametrize(
    ("kernel", "said"),
    [
        (None, "Most ink is under orange."),
        (".1,.1,.1;.1,-1,.1;.1,.1,.1", "All products at once."),
    ],
)
def test_ink_is_said_to_be_under_orange_weights_where_most_of_it_is(kernel, said):
    lesson = SlidingWindow(kernel=kernel)
    step = lesson.stops["negative"].step
    ink = lesson.drawn[step.row : step.row + 3, step.col : step.col + 3]
    share = ink[lesson.weights[:, :, 0] < 0].sum() / ink.sum()
    assert (share > 0.5) == (kernel is None)
    told = {event.name: event.said for beat in lesson.beats() for event in beat.events}
    assert told["at-once"].text("en") == said
    assert told["against"].text("en").endswith("negative.")


def test_the_bars_of_both_sums_have_one_scale():
    lesson = SlidingWindow()
    pixels = []
    for name in ("strong", "negative"):
        step = lesson.stops[name].step
        placed = panels.place(lesson.counting(step), panels.ASPECTS["16:9"], "en")
        cell = placed.piece("products").box.width / 3
        for bar, sign in (("votes.for", 1), ("votes.against", -1)):
            votes = np.maximum(sign * step.products, 0).sum()
            pixels.append(placed.piece(bar).box.width / cell / votes)
    assert pixels == pytest.approx([pixels[0]] * 4, rel=0.02)


def test_a_bar_is_as_long_as_the_products_that_landed_and_its_number_comes_last(tmp_path):
    lesson = SlidingWindow()
    step = lesson.stops["strong"].step
    seen = {}

    class Watched(unpainted(scene_of(lesson))):
        def longer(self, bar, whole, before, after, alpha):
            super().longer(bar, whole, before, after, alpha)
            if alpha == 1 and self.playing.name == "strong":
                (left, *_), (right, *_) = self.board.part(bar).places[:2]
                seen.setdefault(bar, []).append(abs(right - left))
                assert self.board.part(f"{bar}.value").opacity == 0

    sized = {"pixel_width": 854, "pixel_height": 480, "frame_rate": RATE}
    with tempconfig({**sized, "dry_run": True, "media_dir": tmp_path}):
        Watched(lesson, Look("en")).render()
    for bar, sign in (("votes.for", 1), ("votes.against", -1)):
        votes = step.products.ravel()[np.sign(step.products.ravel()) == sign]
        # It grows out of an edge that is thin, not nothing: what it grows by is compared.
        grown = np.diff(seen[bar])
        assert grown / grown.sum() == pytest.approx(votes[1:] / votes[1:].sum(), abs=1e-4)


def test_products_not_weights_fly_from_the_kernel_which_keeps_its_weights(tmp_path):
    lesson = SlidingWindow()
    flown = []

    class Watched(unpainted(scene_of(lesson))):
        def give(self, weight, place, step):
            fly = super().give(weight, place, step)

            def go(alpha):
                before = set(map(id, self.mobjects))
                fly(alpha)
                new = [part for part in self.mobjects if id(part) not in before]
                flown.extend((place, step, part.values.copy()) for part in new)
                kernel = self.board.part("kernel").values
                np.testing.assert_array_equal(kernel, step.kernel[:, :, 0])

            return go

    sized = {"pixel_width": 854, "pixel_height": 480, "frame_rate": RATE}
    with tempconfig({**sized, "dry_run": True, "media_dir": tmp_path}):
        Watched(lesson, Look("en")).render()
    assert len(flown) > 3
    for place, step, values in flown:
        row, _, col = place.removeprefix("products").strip("[]").partition(", ")
        products = step.products[int(row), int(col)] if row else step.products[:, :, 0]
        np.testing.assert_allclose(values.squeeze(), products.squeeze())


def test_relu_s_rule_is_said_before_it_is_asked_what_it_gives():
    parts = [event for beat in SlidingWindow().beats() for event in beat.events]
    names = [event.name for event in parts]
    gate = names.index("gate")
    assert gate < names.index("predict-gate")
    assert parts[gate].said.text("en") == "ReLU: below 0 becomes 0, the rest passes."


def test_only_the_place_where_the_window_stands_is_marked_on_the_map():
    played = of("sliding-window", Look("en"))
    for beat, last in (("negative", "strong"), ("blank", "negative")):
        *_, done = played.during(last)
        assert f"map.{last}" in done
        assert f"map.{last}" not in played.ends[beat]


def test_a_longer_video_walks_more_places_unless_their_number_was_given():
    def stops(**options):
        return [beat.name for beat in SlidingWindow(**options).beats() if "stop" in beat.name]

    assert stops() == []
    short, long = stops(length=75), stops(length=120)
    assert 0 < len(short) < len(long)
    assert long[: len(short)] == short
    assert stops(length=120, steps="2") == []
    walked = [stop.step for stop in SlidingWindow(length=120).further.values()]
    assert min(step.activated for step in walked) > 0
    places = {(step.row, step.col) for step in walked}
    assert len(places) == len(walked)


def test_a_network_that_reads_scaled_pixels_or_bends_with_tanh_is_told_truly(tmp_path):
    weights = {"c/kernel": np.full((3, 3, 1, 1), 0.25, np.float32), "c/bias": np.float32([-0.06])}
    layers = (Conv2D("c", 1, activation="tanh"), Flatten("f"), Dense("d", 2, "softmax"))
    weights |= {"d/kernel": np.zeros((676, 2), np.float32), "d/bias": np.zeros(2, np.float32)}
    plain = Network(layers, weights, input_shape=(28, 28, 1))
    plain.save(tmp_path / "plain.safetensors")
    told = SlidingWindow(model=str(tmp_path / "plain.safetensors"), steps="3")
    said = [e.caption.text("en") for beat in told.beats() for e in beat.events if e.caption]
    # tanh(-0.06) prints as -0.06, too: nothing is cut.
    assert "No ink: the bias alone is left." in said
    assert not any("makes it 0" in text for text in said)

    recipe = Recipe((28, 28), "gray", mean=(0.1307,), std=(0.3081,))
    scaled = Network(layers, weights, input_shape=(28, 28, 1), recipe=recipe)
    scaled.save(tmp_path / "scaled.safetensors")
    told = SlidingWindow(model=str(tmp_path / "scaled.safetensors"))
    step = told.first
    pixels = told.shown_picture.pixels[step.row : step.row + 3, step.col : step.col + 3, 0]
    read = (pixels - 0.1307) / 0.3081
    np.testing.assert_allclose(step.patch[:, :, 0], read, rtol=1e-5)
    assert step.value == pytest.approx(0.25 * read.sum() - 0.06, rel=1e-5)
    said = [e.caption.text("en") for beat in told.beats() for e in beat.events if e.caption]
    assert "These nine pixels, scaled as the network reads them." in said
    # One scale for all places: that of the largest number that is read, of full ink.
    assert told.read_scale.limit == pytest.approx(
        (told.shown_picture.pixels.max() - 0.1307) / 0.3081
    )


def test_a_colour_picture_folds_to_half_a_minute_as_any_other():
    short = SlidingWindow(model="photo", length=30.0)
    assert short.seconds == pytest.approx(30)
    names = {event.name for beat in short.beats() for event in beat.events}
    assert {"patch", "products", "place", "sweep", "answer"} <= names
    assert "cut" not in names
    usual = SlidingWindow(model="photo").beats()
    assert "cut" in {event.name for beat in usual for event in beat.events}
