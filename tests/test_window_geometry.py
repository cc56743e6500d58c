"""Places of a window: counted by loops, maps by SciPy, what is asked by known mistakes."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from played import LANGUAGES, check_layout
from scipy.signal import correlate2d

from convexplain.data import digits
from convexplain.data.pictures import Picture
from convexplain.data.recipe import Recipe
from convexplain.errors import UsageError
from convexplain.lessons.parts.windows import edge_kernel
from convexplain.lessons.window_geometry import WindowGeometry
from convexplain.network import Conv2D, Dense, Flatten, Network
from convexplain.panels import ASPECTS, PAGE, place, problems
from tests.often import covering


@pytest.fixture(scope="module")
def lesson():
    return WindowGeometry()


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Files of networks that read small pictures, with windows of any shape."""
    folder = tmp_path_factory.mktemp("small")

    def file(shape, kernel):
        layers = (Conv2D("first", 2, kernel), Flatten("flat"), Dense("out", 3, "softmax"))
        path = folder / f"{shape}-{kernel}.safetensors"
        Network.initialised(layers, input_shape=(*shape, 1)).save(path)
        return str(path)

    return file


def ingredients(lesson):
    weights = lesson.network.weights
    picture = lesson.shown_picture.pixels[:, :, 0].astype(np.float64)
    kernel = weights["conv1/kernel"][:, :, 0, lesson.shown_filter].astype(np.float64)
    return picture, kernel, float(weights["conv1/bias"][lesson.shown_filter])


def hop(size, span, stride):
    """Walk along a row as a pupil does: the first columns of all places."""
    starts, at = [], 0
    while at + span <= size:
        starts.append(at)
        at += stride
    return starts


def read_by_hand(geometry):
    """How often each cell of the padded picture is read, window by window."""
    (rows, cols), dilation = geometry.padded.shape, geometry.window.dilation
    counts = np.zeros((rows, cols), dtype=int)
    span, stride = geometry.window.span, geometry.window.stride
    for top, left in product(hop(rows, span[0], stride[0]), hop(cols, span[1], stride[1])):
        for down, along in np.ndindex(*geometry.window.kernel_size):
            counts[top + down * dilation[0], left + along * dilation[1]] += 1
    return counts


def test_the_tour_s_maps_are_those_of_scipy(lesson):
    picture, kernel, bias = ingredients(lesson)
    spread = np.zeros((5, 5))
    spread[::2, ::2] = kernel
    valid = correlate2d(picture, kernel, "valid")
    expected = {
        "valid": valid,
        "same": correlate2d(picture, kernel, "same"),
        "stride": valid[::2, ::2],
        "dilation": correlate2d(picture, spread, "valid"),
    }
    assert [geometry.name for geometry in lesson.geometries] == list(expected)
    for geometry in lesson.geometries:
        wanted = np.maximum(expected[geometry.name] + bias, 0)
        np.testing.assert_allclose(geometry.map, wanted, atol=1e-6)
        assert geometry.output == wanted.shape


CASES = [
    {},
    {"kernel_size": 4},
    {"kernel_size": 2, "stride": 3},
    {"padding": "2"},
    {"padding": "same", "stride": 2},
    {"stride": 28},
    {"kernel_size": 5, "dilation": 3, "padding": "1"},
    {"kernel": "1,2,3"},
    {"kernel": "1;-1", "stride": 5},
    {"kernel": "1"},
]


@pytest.mark.parametrize("options", CASES, ids=str)
def test_places_are_those_that_hopping_along_a_row_finds(options):
    for geometry in WindowGeometry(**options).geometries:
        rows, cols = geometry.padded.shape
        span, stride = geometry.window.span, geometry.window.stride
        starts = hop(cols, span[1], stride[1])
        assert list(geometry.starts) == starts
        assert geometry.output == (len(hop(rows, span[0], stride[0])), len(starts))
        assert geometry.hops == len(starts) - 1
        assert geometry.left_over == cols - (starts[-1] + span[1])
        assert geometry.map.shape == geometry.output


@pytest.mark.parametrize("options", CASES, ids=str)
def test_what_is_read_how_often_is_counted_window_by_window(options):
    for geometry in WindowGeometry(**options).geometries:
        by_hand = read_by_hand(geometry)
        np.testing.assert_array_equal(geometry.counts, by_hand)
        # Each place reads each of its weights' cells once.
        assert by_hand.sum() == np.prod(geometry.output) * geometry.kernel.size
        one_by_one = np.zeros_like(by_hand)
        for at in np.ndindex(*geometry.output):
            one_by_one[geometry.reads(*at)] += 1
        np.testing.assert_array_equal(one_by_one, by_hand)


def test_the_corner_the_edge_and_the_inside_are_told_as_they_are_read(lesson):
    counts = {geometry.name: geometry.read_counts for geometry in lesson.geometries}
    assert counts["valid"] == (1, 3, 9)
    assert counts["same"] == (4, 6, 9)
    said = told(WindowGeometry(length=120.0), "count", "corners")
    assert said == "In the corner 1×, inside 9×."
    alone = WindowGeometry(kernel="1", length=100.0)
    assert told(alone, "count", "corners") == "Every pixel is read 1×."


def told(lesson, beat, event, lang="en"):
    (found,) = (b for b in lesson.beats() if b.name == beat)
    (said,) = (e.said for e in found.events if e.name == event)
    return said.text(lang)


def test_the_sentences_tell_the_counted_hops_and_what_is_left(lesson):
    assert told(lesson, "count", "first") == "25 hops, and the first place."
    assert told(lesson, "count", "covers") == (
        "At first it covers 3 of 28 pixels; 25 are left to hop into."
    )
    assert told(lesson, "same", "ring-sweep") == "As many places as pixels: 28, not 26."
    assert told(lesson, "same", "ring-law") == "27 hops, and the first place."
    # Windows begin at 0, 2 to 24 of 28 columns: column 27 is read by none.
    assert told(lesson, "stride", "last-place") == "12 hops and the first; left over: 1."
    long = WindowGeometry(length=120.0)
    said = told(long, "dilation", "spread-hops")
    assert said == "Span 5: 24 places in a row, 2 fewer than at first."
    exact = WindowGeometry(kernel_size=2, stride=2)
    assert told(exact, "chosen", "chosen-law") == "13 hops, and the first place."


def choices(question):
    return {choice.text.en: choice.reply for choice in question.choices}


def asked(lesson):
    return [event.ask for beat in lesson.beats() for event in beat.events if event.ask]


def test_wrong_answers_come_of_known_mistakes(lesson):
    first, second = map(choices, asked(lesson))
    assert set(first) == {"26", str(28 - 3), "28", str(28 // 3)}
    assert set(second) == {"13", "12", str(28 // 2), str(28 // 3)}
    assert first["26"] is None
    assert second["13"] is None
    assert "counts, too" in first["25"].en
    assert "hang out" in first["28"].en
    assert "overlap" in first["9"].en
    up = WindowGeometry(padding="2", stride=4)
    # 29 / 4 hops are 7.25: rounded up there would be 9 places.
    assert "round down" in choices(asked(up)[-1])["9"].en


def test_an_edge_kernel_is_sobel_s_at_any_size():
    np.testing.assert_array_equal(edge_kernel(3) * 2, [[1, 2, 1], [0, 0, 0], [-1, -2, -1]])
    five = np.outer([1, 2, 0, -2, -1], [1, 4, 6, 4, 1])
    np.testing.assert_allclose(edge_kernel(5), five * 4 / np.abs(five).sum(), rtol=1e-6)
    for size in range(2, 12):
        kernel = edge_kernel(size)
        assert kernel.shape == (size, size)
        assert np.abs(kernel).sum() == pytest.approx(4)
        np.testing.assert_allclose(kernel, -kernel[::-1], atol=1e-7)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"padding": "wide"}, 'give "valid", "same" or a number'),
        ({"padding": "-1"}, 'give "valid", "same" or a number'),
        ({"padding": "120"}, "give less padding"),
        ({"stride": 0}, "too small"),
        ({"dilation": 14}, "lower the dilation or add padding"),
        ({"kernel_size": 1}, "give 2 to 11"),
        ({"kernel": "sobel"}, "no kernel is named"),
        ({"kernel": "sobel-x", "filter": 1}, "exclude one another"),
        ({"filter": 32}, "0 to 31"),
        ({"pause": 0.0}, "--pause 0 is not possible"),
        ({"length": 5.0}, "5 s is no length for this lesson: give"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(options, said):
    with pytest.raises(UsageError, match=said):
        WindowGeometry(**options)


@pytest.mark.parametrize(
    ("shape", "kernel", "names"),
    [
        ((3, 3), 3, ["valid", "same"]),
        ((5, 4), 2, ["valid", "same", "stride", "dilation"]),
        ((4, 7), (3, 2), ["valid", "same", "stride"]),
        ((1, 1), 1, ["valid"]),
        ((40, 30), 5, ["valid", "same", "stride", "dilation"]),
    ],
)
def test_pictures_of_any_size_are_counted_on_every_sheet(small, shape, kernel, names):
    lesson = WindowGeometry(model=small(shape, kernel))
    assert [geometry.name for geometry in lesson.geometries] == names
    for sheet in ASPECTS.values():
        for geometry in lesson.geometries:
            for picture in (
                lesson.picture_of(geometry, sheet),
                lesson.filled(geometry),
            ):
                assert problems(place(picture, sheet)) == []
        for picture in (lesson.all_of_them(), lesson.opening(lesson.last), lesson.flip()):
            assert problems(place(picture, sheet)) == []
    assert problems(place(lesson.diagram(), PAGE)) == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_where_a_row_leaves_room_the_count_is_large_and_all_rows_are_seen(lang):
    lesson = WindowGeometry()
    for aspect, role in (("16:9", "number"), ("1:1", "display"), ("9:16", "display")):
        sheet = ASPECTS[aspect]
        for geometry in lesson.geometries[:3]:
            row = lesson.inked_row(geometry)
            placed = place(lesson.picture_of(geometry, sheet), sheet, lang)
            shown = placed.panels["input"]
            assert placed.piece("law.places").size == getattr(sheet, role)
            if aspect != "9:16":
                assert shown.values.shape[0] == 3
                continue
            assert shown.values.shape == geometry.padded.shape
            assert np.flatnonzero(~shown.dim.all(axis=1)).tolist() == [row, row + 1, row + 2]
            assert placed["input.window"].y == pytest.approx(placed[f"input[{row}, 0]"].y)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("aspect", ASPECTS)
def test_picture_and_map_fill_the_frame_with_padding_and_with_a_stride(lang, aspect):
    lesson, sheet = WindowGeometry(), ASPECTS[aspect]
    for geometry in lesson.geometries[:3]:
        placed = place(lesson.filled(geometry), sheet, lang)
        # Cells of both are of one size, so that a map with fewer places is smaller.
        assert placed["map"].width / geometry.output[1] == pytest.approx(
            placed["input"].width / geometry.padded.shape[1]
        )
        boxes = [placed[name] for name in ("hops.all", "input", "map", "legend.all")]
        right, bottom = max(b.right for b in boxes), max(b.bottom for b in boxes)
        wide = right - min(b.x for b in boxes)
        high = bottom - min(b.y for b in boxes)
        shares = wide / sheet.body_box.width, high / sheet.body_box.height
        assert max(shares) > 0.85
        assert min(shares) > 0.65
        least = {"16:9": 0.58, "4:3": 0.44, "1:1": 0.36, "9:16": 0.5}[aspect]
        assert placed["input"].width > least * min(sheet.width, sheet.height)


def test_a_video_is_as_long_as_asked_and_only_a_long_one_tells_of_reads_and_dilation():
    short, usual = WindowGeometry(length=30.0), WindowGeometry()
    assert short.seconds == pytest.approx(30)
    for each in (short, usual):
        assert not {"dilation", "all"} & {beat.name for beat in each.beats()}
    assert {"same", "stride", "answer"} <= {beat.name for beat in short.beats()}
    for each in (usual, WindowGeometry(model="photo")):
        assert 40 <= each.seconds <= 60.01
    long = WindowGeometry(length=120.0)
    assert long.seconds == pytest.approx(120)
    assert {"dilation", "all"} <= {beat.name for beat in long.beats()}
    assert "learned" in told(long, "flipped", "no-flip")
    made = WindowGeometry(kernel="sobel-x", length=120.0)
    assert "learned" not in told(made, "flipped", "no-flip")


@pytest.mark.parametrize("number", range(10))
def test_every_digit_is_counted_alike(number):
    lesson = WindowGeometry(picture=digits.first(number))
    assert [g.output for g in lesson.geometries] == [(26, 26), (28, 28), (13, 13), (24, 24)]
    assert lesson.way[-1] == (0, 0)


OPTIONS = {
    "same-stride": {"padding": "same", "stride": 3},
    "even": {"kernel_size": 4},
    "dilated": {"kernel_size": 5, "dilation": 3, "padding": "6"},
    "wide": {"padding": "16", "length": 70.0},
    "short": {"length": 30.0},
    "flat": {"kernel": "1,2,3"},
}


@pytest.mark.parametrize(("options", "lang"), covering(OPTIONS, LANGUAGES))
def test_nothing_overlaps_whatever_the_options(options, lang):
    pytest.importorskip("manim", reason="scenes need the extra 'video'")
    check_layout(WindowGeometry(**options), lang)


def test_maps_of_a_colour_picture_are_those_of_scipy_and_zeros_have_their_colour(tmp_path):
    """Zeros around the numbers that are read: the mean's colour, where a recipe subtracts one."""
    mean, std = (0.25, 0.5, 0.75), (0.5, 0.5, 0.25)
    recipe = Recipe((12, 14), "rgb", 1.0, mean, std)
    layers = (Conv2D("eyes", 2, 3, activation="tanh"), Flatten("flat"), Dense("out", 3))
    network = Network.initialised(layers, seed=2, input_shape=(12, 14, 3))
    weights = dict(network.weights) | {"eyes/bias": np.array([0.5, -0.25], np.float32)}
    path = str(tmp_path / "colour.safetensors")
    Network(layers, weights, input_shape=(12, 14, 3), recipe=recipe).save(path)
    pixels = np.random.default_rng(3).random((12, 14, 3)).astype(np.float32)
    lesson = WindowGeometry(model=path, picture=Picture(pixels, None, "random"), filter=1)
    numbers = (pixels.astype(np.float64) - mean) / std
    kernel = weights["eyes/kernel"][..., 1].astype(np.float64)
    for name, around in (("valid", 0), ("same", 1)):
        (geometry,) = (each for each in lesson.geometries if each.name == name)
        padded = np.pad(numbers, ((around, around), (around, around), (0, 0)))
        wanted = sum(correlate2d(padded[..., n], kernel[..., n], "valid") for n in range(3))
        np.testing.assert_allclose(geometry.map, np.tanh(wanted - 0.25), atol=1e-6)
    np.testing.assert_allclose(geometry.padded[0, 3], mean, atol=1e-6)
    np.testing.assert_allclose(geometry.padded[1:-1, 1:-1], pixels, atol=1e-6)
    assert lesson.response.signed
    check_layout(lesson)


@pytest.mark.parametrize("label", [8, 1])
def test_the_places_are_counted_again_on_the_same_rows_of_the_picture(label):
    lesson = WindowGeometry(picture=digits.first(label))
    plain, *others = lesson.geometries
    first = lesson.inked_row(plain)
    rows = [plain.pixels[n : n + 3].sum() for n in range(26)]
    assert rows[first] == max(rows)
    for other in others:
        row, hop = lesson.inked_row(other) - other.margins[0], other.window.stride[0]
        assert abs(row - first) <= hop // 2
