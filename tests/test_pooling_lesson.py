"""The lesson on pooling tells numbers that NumPy and SciPy alone find too."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from played import FRAMES, check_events
from scipy.signal import correlate2d

from convexplain.data import digits, facts
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.parts.pooled import widened
from convexplain.lessons.parts.pooling_picture import sums
from convexplain.lessons.parts.pooling_words import places
from convexplain.lessons.pooling import Pooling
from convexplain.network import (
    Activation,
    Conv2D,
    Dense,
    Flatten,
    MaxPooling2D,
    Network,
)
from convexplain.style.theme import Look
from tests.often import covering


@pytest.fixture(scope="module")
def lesson():
    return Pooling()


def conv1(lesson, pixels):
    """The shown map of conv1, by SciPy."""
    weights = lesson.network.weights
    kernel = weights["conv1/kernel"][:, :, 0, lesson.shown_filter].astype(np.float64)
    bias = float(weights["conv1/bias"][lesson.shown_filter])
    return np.maximum(correlate2d(pixels[:, :, 0].astype(np.float64), kernel, "valid") + bias, 0)


def pooled(values, how):
    """Each 2 by 2 block of a map of even size, by reshaping."""
    height, width = (size // 2 * 2 for size in values.shape)
    blocks = values[:height, :width].reshape(height // 2, 2, width // 2, 2)
    return how(blocks, axis=(1, 3))


def said(lesson, lang="en"):
    """What is said, by the name of the event."""
    events = [event for beat in lesson.beats() for event in beat.events]
    return {event.name: event.said.text(lang) for event in events if event.said is not None}


def test_the_pooled_map_is_that_of_the_map(lesson):
    expected = conv1(lesson, lesson.shown_picture.pixels)
    np.testing.assert_allclose(lesson.response_map, expected, atol=1e-6)
    np.testing.assert_allclose(lesson.pooled, pooled(expected, np.max), atol=1e-6)
    assert said(lesson)["closes"] == "Half as high, half as wide: 676 numbers become 169."


def test_the_winner_is_the_largest_of_four_and_the_mean_is_that_of_the_four(lesson):
    expected = conv1(lesson, lesson.shown_picture.pixels)
    step = lesson.step
    block = expected[2 * step.row : 2 * step.row + 2, 2 * step.col : 2 * step.col + 2]
    assert expected[step.argmax] == block.max()
    assert divmod(int(block.argmax()), 2) == lesson.picture_of.winner
    assert f"been {block.mean():.2f}" in said(Pooling(length=100))["mean"]


def test_kept_are_the_cells_that_win_a_window(lesson):
    expected = conv1(lesson, lesson.shown_picture.pixels)
    for row in range(0, 26, 2):
        for col in range(0, 26, 2):
            block = lesson.kept[row : row + 2, col : col + 2]
            assert block.sum() == 1
            values = expected[row : row + 2, col : col + 2]
            assert values[block] == pytest.approx(values.max(), abs=1e-6)


def seen_rows(cell, layers):
    """The rows of the picture that a cell reads: from the last layer down, each row by row."""
    rows = {cell}
    for kind in reversed(layers):
        if kind == "conv":
            rows = {row + k for row in rows for k in range(3)}
        else:
            rows = {2 * row + k for row in rows for k in range(2)}
    return rows


def test_a_late_cell_sees_as_much_as_following_its_rows_down_gives(lesson):
    def widths(layers):
        ends = [n for n, kind in enumerate(layers, 1) if kind == "conv"]
        return [len(seen_rows(0, layers[:end])) for end in ends]

    chapter = ["conv", "pool", "conv", "pool", "conv"]
    reach = lesson.reach
    assert [box.width for box in reach.pooled] == widths(chapter) == [3, 8, 18]
    assert [box.width for box in reach.plain] == widths(["conv"] * 3) == [3, 5, 7]
    last = reach.pooled[-1]
    assert any(seen_rows(cell, chapter) == set(range(last.top, last.bottom)) for cell in range(3))
    told = said(lesson)
    assert told["answer"] == "Three of four go, so later layers see 18 pixels wide, not 7."
    assert told["alone"] == ("Three convolutions in a row. Without pooling, each adds 2 pixels.")
    assert told["layers"] == "With pooling, the width doubles first each time."
    # The sums are those that the widths keep to.
    assert [line.text("en") for line in sums(reach.pooled, lesson.law)] == [
        "3 × 2 + 2 = 8",
        "8 × 2 + 2 = 18",
    ]
    assert [line.text("en") for line in sums(reach.plain, (1, 2))] == ["3 + 2 = 5", "5 + 2 = 7"]
    assert sums(reach.pooled, None)[0].text("en") == "3 → 8 → 18"


def test_the_next_window_spans_what_following_its_cells_down_gives(lesson):
    spread = lesson.spread
    for axis, at in (("rows", lesson.step.row), ("cols", lesson.step.col)):
        read = range(at - 1, at + 2)
        span = getattr(spread.window, axis)
        assert range(span.start, span.stop) == read
        hull = getattr(spread.hull, axis)
        assert set(range(hull.start, hull.stop)) == {2 * cell + k for cell in read for k in (0, 1)}
    tops = [(2 * row, 2 * col) for row in range(spread.window.top, spread.window.bottom)
            for col in range(spread.window.left, spread.window.right)]  # fmt: skip
    assert [(box.top, box.left) for box in spread.pools] == tops
    told = said(lesson)
    assert told["predict-reach"].endswith("3 · 6 · 9")
    (right,) = (c for c in lesson._ask_how_far(spread).choices if c.reply is None)
    assert right.text.en == "6"
    assert told["with"] == "Each stands for 2 × 2 cells: the same window spans 6, not 3."


def test_a_field_is_doubled_before_a_convolution_adds_a_pixel_on_all_sides(lesson):
    boxes = lesson.reach.pooled
    for (before, after), width in zip(pairwise(boxes), (6, 16), strict=True):
        box = widened(before, after, lesson.law)
        assert (box.height, box.width) == (width, width)
        assert (box.top, box.left) == (after.top + 1, after.left + 1)
        assert (box.bottom, box.right) == (after.bottom - 1, after.right - 1)


def test_each_field_lies_in_the_one_of_the_layer_behind_it(lesson):
    for boxes in (lesson.reach.pooled, lesson.reach.plain):
        for inner, outer in pairwise(boxes):
            assert outer.top <= inner.top
            assert inner.bottom <= outer.bottom
            assert outer.left <= inner.left
            assert inner.right <= outer.right


def test_without_pooling_each_layer_adds_as_much_on_all_sides(lesson):
    for inner, outer in pairwise(lesson.reach.plain):
        assert (outer.top, outer.left) == (inner.top - 1, inner.left - 1)
        assert (outer.bottom, outer.right) == (inner.bottom + 1, inner.right + 1)


def test_the_large_field_is_the_inkiest_and_all_others_lie_in_its_middle(lesson):
    ink, large = lesson.shown_picture.pixels[:, :, 0], lesson.reach.pooled[-1]
    sums = [ink[r : r + 18, c : c + 18].sum() for r in (0, 4, 8) for c in (0, 4, 8)]
    assert ink[large.rows, large.cols].sum() == pytest.approx(max(sums), abs=1e-2)
    for box in (*lesson.reach.pooled, *lesson.reach.plain):
        # Places are whole, and those of the second layer lie 2 pixels apart.
        assert abs(box.top + box.bottom - large.top - large.bottom) <= 2
        assert abs(box.left + box.right - large.left - large.right) <= 2


def test_the_work_is_counted_layer_by_layer(lesson):
    def work(sizes):
        channels = (1, 32, 64, 128)
        convolved = [
            side * side * 9 * channels[n] * channels[n + 1] for n, side in enumerate(sizes)
        ]
        return sum(convolved) + sizes[-1] ** 2 * 128 * 10

    expected = work((26, 11, 3)), work((26, 24, 22))
    assert lesson.costs == expected


def test_accuracies_are_those_measured_and_they_overlap(lesson):
    with_pooling, without = facts.rows("pooling")
    assert with_pooling["lowest"] < without["highest"]
    assert without["lowest"] < with_pooling["highest"]
    for text, row in zip(lesson.accuracies, (with_pooling, without), strict=True):
        low, high = min(row["by_seed"]), max(row["by_seed"])
        assert text == f"{100 * low:.1f}–{100 * high:.1f}%"


def test_the_moved_window_reads_the_moved_digit():
    lesson = Pooling(length=120)
    pixels = lesson.shown_picture.pixels
    moved = np.zeros_like(pixels)
    moved[:, 1:] = pixels[:, :-1]
    np.testing.assert_array_equal(lesson.moved[1].image, moved)
    after = pooled(conv1(lesson, moved), np.max)[lesson.step.row, lesson.step.col]
    assert lesson.moved_step.value == pytest.approx(after, abs=1e-6)
    before = pooled(conv1(lesson, pixels), np.max)[lesson.step.row, lesson.step.col]
    assert f"keeps {after:.2f}, not {before:.2f}" in said(lesson)["stays"]


def test_ink_that_touches_the_right_border_moves_the_other_way():
    pixels = np.zeros((28, 28, 1), np.float32)
    pixels[5:20, 20:, 0] = 1
    lesson = Pooling(picture=Picture(pixels, None, "drawn in the test"))
    assert lesson.moved[0].text("en") == "to the left"
    np.testing.assert_array_equal(lesson.moved[1].image[:, :-1], pixels[:, 1:])


def test_an_odd_map_loses_its_last_row_and_column():
    lesson = Pooling(length=120)
    odd = lesson.odd
    maps = lesson.trace.activations["conv2"]
    assert (odd.layer, odd.rows, odd.cols) == ("conv2", (10,), (10,))
    lost = maps[10].sum(axis=0) + maps[:10, 10].sum(axis=0)
    assert odd.channel == int(lost.argmax())
    assert said(lesson)["odd"] == "No window reaches row 10 and column 10 of conv2."


def test_rows_and_columns_26_and_27_are_never_seen():
    lesson = Pooling(length=120)
    unseen = lesson.unseen
    assert (unseen.rows, unseen.cols) == ((26, 27), (26, 27))
    inside = lesson.shown_picture.pixels[:26, :26]
    np.testing.assert_array_equal(unseen.inverted.image[:26, :26], inside)
    border = np.ones((28, 28), bool)
    border[:26, :26] = False
    before = lesson.shown_picture.pixels[border]
    np.testing.assert_allclose(unseen.inverted.image[border], 1 - before)
    assert unseen.change == 0
    assert "rows 26, 27 and columns 26, 27" in said(lesson)["unseen"]
    assert said(lesson)["inverted"].endswith("changes the logits by 0.")
    # One pixel further in, ink does count.
    pixels = lesson.shown_picture.pixels.copy()
    pixels[25, :26] = 1
    assert np.abs(lesson.network(pixels) - lesson.network(lesson.shown_picture.pixels)).max() > 0


def test_places_are_named_in_both_languages():
    assert places((26, 27), (3,)).text("en") == "rows 26, 27 and column 3"
    assert places((26, 27), (3,)).text("zh") == "行 26、27 和列 3"
    assert places((), (3,)).text("en") == "column 3"


def test_a_picture_without_ink_says_that_all_are_equal():
    lesson = Pooling(picture=Picture(np.zeros((28, 28, 1), np.float32), None, "blank"))
    assert lesson.equal
    assert said(lesson)["largest"] == "All are equal: the first counts."
    assert "mean" not in said(lesson)


def other(tmp_path, *layers, shape=(12, 12, 1), **options):
    """The lesson of a network of its own; the picture is a part of a digit."""
    path = str(tmp_path / "own.safetensors")
    Network.initialised(layers, seed=0, input_shape=shape).save(path)
    pixels = digits.sample(0).pixels[8 : 8 + shape[0], 8 : 8 + shape[1]]
    pixels = np.repeat(pixels, shape[2], axis=2)
    return Pooling(picture=Picture(pixels, None, "cut out of a digit"), model=path, **options)


END = (Flatten("flatten"), Dense("dense", 10))


def test_without_a_convolution_behind_it_fewer_numbers_are_the_gain(tmp_path):
    lesson = other(tmp_path, Conv2D("first", 4), MaxPooling2D("half"), *END, length=100)
    assert lesson.reach is None
    assert lesson.odd is None
    assert said(lesson)["answer"] == "One of four is kept: 25 numbers go on, not 100."
    # Ten sums of the dense layer over 4 maps of 5 x 5 numbers, or of 10 x 10.
    kernel = 10 * 10 * 9 * 4
    assert lesson.costs == (kernel + 10 * 4 * 25, kernel + 10 * 4 * 100)
    assert {"odd", "unseen", "layers", "with"}.isdisjoint(said(lesson))


@pytest.mark.parametrize(
    ("pool", "sweep", "title"),
    [
        (MaxPooling2D("p", 3, stride=2), "Window after window; neighbours overlap.", "nine"),
        (MaxPooling2D("p", 3), "Window after window, without overlap.", "nine"),
        (
            MaxPooling2D("p", 2, stride=3),
            "Window after window; what lies between is dropped.",
            "four",
        ),
    ],
)
def test_windows_of_other_sizes_are_told_as_what_they_are(tmp_path, pool, sweep, title):
    lesson = other(tmp_path, Conv2D("c", 4, 2), pool, Conv2D("last", 3, 2), *END)
    told = said(lesson)
    size, stride = pool.window.kernel_size[0], pool.window.stride[0]
    values = lesson.response_map
    count = (len(values) - size) // stride + 1
    expected = [
        [values[r : r + size, c : c + size].max() for c in range(0, count * stride, stride)]
        for r in range(0, count * stride, stride)
    ]
    np.testing.assert_array_equal(lesson.pooled, expected)
    assert told["sweep"] == sweep
    assert told["closes"] == f"{values.size} numbers become {count * count}."
    assert title in lesson.beats()[0].title.text("en")
    assert f"One cell for {title}." == told["one"]
    # What the last layer sees: its two rows lie a stride apart, and read a window of two more.
    assert lesson.reach.pooled[-1].width == 2 + size - 1 + stride
    assert lesson.reach.plain[-1].width == 3


def test_an_activation_of_its_own_is_shown_with_the_layer_that_it_bends(tmp_path):
    layers = Conv2D("c", 3, activation="linear"), Activation("act"), MaxPooling2D("p"), *END
    lesson = other(tmp_path, *layers)
    assert lesson.shown_layer == "c"
    assert (lesson.response_map >= 0).all()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"filter": 32}, "no filter 32 in conv1: its filters are 0 to 31"),
        ({"filter": -1}, "no filter -1"),
        ({"model": "dense"}, "lacks a max pooling of response maps"),
        ({"length": 5.0}, "captions take .* to read"),
        ({"pause": 0.0}, "--pause 0 is not possible"),
    ],
)
def test_what_cannot_be_shown_is_refused(options, text):
    with pytest.raises(UsageError, match=text):
        Pooling(**options)


def test_thirty_seconds_keep_what_the_answer_needs():
    short = Pooling(length=30)
    assert short.seconds == pytest.approx(30)
    assert {"largest", "sweep", "with", "layers", "answer"} <= set(said(short))
    assert {"mean", "predict-reach", "odd"}.isdisjoint(said(short))


# What a viewer sees.


@pytest.mark.parametrize(
    ("digit", "channel", "lang"), [(1, 18, "en"), (4, 24, "zh"), (7, 29, "en")]
)
def test_other_digits_and_filters_keep_the_layout(digit, channel, lang):
    lesson = Pooling(picture=digits.first(digit), filter=channel)
    check_events(lesson, Look(lang))


OTHERS = [
    ((Conv2D("c", 20, 2), MaxPooling2D("p", 3, stride=2), Conv2D("d", 3), *END), (20, 20, 3)),
    ((Conv2D("c", 1, 2), MaxPooling2D("p", (3, 2)), *END), (12, 12, 1)),
    ((Conv2D("c", 5), MaxPooling2D("p", 2, padding="same"), *END), (15, 15, 1)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("other_one", "frame"), covering({str(n): o for n, o in enumerate(OTHERS)}, FRAMES)
)
def test_other_networks_keep_the_layout(other_one, frame, tmp_path):
    layers, shape = other_one
    check_events(other(tmp_path, *layers, shape=shape, length=100), *frame)
