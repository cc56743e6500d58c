"""Window size: what is seen and what it costs by loops and summaries, sentences by the facts."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from drawn_cells import words
from matplotlib import pyplot as plt
from played import LANGUAGES, check_layout

from convexplain import figures
from convexplain.data import digits, facts
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.window_size import WindowSize
from convexplain.panels import ASPECTS, COLUMN, PAGE, VIDEO, place, problems
from convexplain.panels.box import around
from tests.often import covering, some


@pytest.fixture(scope="module")
def lesson():
    return WindowSize()


def told(lesson, beat, event, lang="en"):
    (found,) = (b for b in lesson.beats() if b.name == beat)
    (said,) = (e.said for e in found.events if e.name == event)
    return said.text(lang)


def ink_of_windows(pixels, size):
    """The ink in each window, cell by cell."""
    side = len(pixels) - size + 1
    return np.array(
        [
            [float(pixels[r : r + size, c : c + size].sum(dtype=float)) for c in range(side)]
            for r in range(side)
        ]
    )


def test_the_windows_lie_round_one_pixel_and_see_so_much_of_the_ink(lesson):
    row, col = lesson.centre
    whole = float(lesson.pixels.sum(dtype=float))
    for size, shown in ((3, "2.4%"), (5, "12.4%"), (7, "24.5%")):
        half = size // 2
        part = lesson.pixels[row - half : row + half + 1, col - half : col + half + 1]
        assert part.shape == (size, size)
        share = float(part.sum(dtype=float)) / whole
        assert lesson.share(size) == pytest.approx(share)
        assert f"{100 * share:.1f}%" == shown
    # No window of the largest size sees more.
    assert ink_of_windows(lesson.pixels, 7).max() / whole == pytest.approx(lesson.share(7))


def test_a_centre_without_ink_is_moved_to_where_the_smallest_window_sees_most():
    # A ring: the largest window that sees most of it has nothing in its middle.
    pixels = np.zeros((28, 28, 1), np.float32)
    pixels[10:17, 10:17] = 1
    pixels[11:16, 11:16] = 0
    lesson = WindowSize(picture=Picture(pixels, None, "ring"))
    assert lesson.share(3) > 0
    blank = WindowSize(picture=Picture(np.zeros((28, 28, 1), np.float32), None, "blank"))
    assert blank.share(7) == 0


def naive_work(size, filters):
    """Multiplications by layer: places times window times channels times filters."""
    first = 28 - size + 1
    second = first // 2 - 2
    third = second // 2 - 2
    return {
        "conv1": first**2 * size**2 * 1 * filters,
        "conv2": second**2 * 9 * filters * 64,
        "conv3": third**2 * 9 * 64 * 128,
        "dense": third**2 * 128 * 10,
    }


def test_the_work_of_all_layers_is_counted(lesson):
    assert len(lesson.variants) == 6
    for each in lesson.variants:
        assert each.work == naive_work(each.size, each.filters)
        assert sum(each.work.values()) == each.multiplications
        assert each.network.parameters == each.parameters
        assert each.map_size == (29 - each.size, 29 - each.size)
    assert [v.first_layer for v in lesson.by_size] == [194_688, 460_800, 758_912]
    assert [v.multiplications for v in lesson.by_size] == [3_100_032, 2_979_072, 2_551_936]
    assert [v.filters for v in lesson.by_filters] == [8, 16, 32, 64]


def seen_through(layers):
    """How many pixels a side one cell sees, found by going back from layer to layer."""
    cells = {0}
    for _ in range(layers):
        cells = {cell + step for cell in cells for step in range(3)}
    return len(cells)


def test_layers_of_small_windows_see_as_far_as_the_large_ones(lesson):
    assert [lesson.reach(n) for n in (1, 2, 3)] == [seen_through(n) for n in (1, 2, 3)]
    assert lesson.layers == 3
    assert tuple(lesson.reach(n) for n in (1, 2, 3)) == lesson.sizes


def test_fewer_weights_are_told_where_there_are_fewer(lesson):
    for layers, large, small in ((2, 25, 18), (3, 49, 27)):
        assert (seen_through(layers) ** 2, 9 * layers) == (large, small)
        numbers = re.findall(r"\d+", lesson.compared_weights(layers).text("en"))
        assert [int(n) for n in numbers[2:]] == [large, small]
        assert small < large
    assert told(lesson, "answer", "choice").endswith("with fewer weights.")


def test_the_questions_wrong_answers_are_known_mistakes(lesson):
    asked = [
        {choice.text.text("en"): choice.reply for choice in e.ask.choices}
        for beat in lesson.beats() for e in beat.events if e.ask
    ]  # fmt: skip
    assert [list(choices) for choices in asked] == [["9", "25", "81"], ["49", "225"],
                                                    ["9", "27", "49"]]  # fmt: skip
    right = [seen_through(2) ** 2, seen_through(3) ** 2, 3 * 9]
    assert [choices[str(n)] for choices, n in zip(asked, right, strict=True)] == [None] * 3


def test_nothing_answers_while_a_question_stands(lesson):
    events = [e for beat in lesson.beats() for e in beat.events]
    asked = [n for n, event in enumerate(events) if event.ask]
    for at, answer in zip(asked, ("5 × 5", "7 × 7", "27"), strict=True):
        said = " ".join(
            f"{beat.title.text(lang)} {event.said.text(lang) if event.said else ''}"
            for lang in LANGUAGES for beat in lesson.beats() for event in beat.events
            if event in events[:at]
        )  # fmt: skip
        assert answer not in said


def test_the_figure_s_sentences_are_those_of_the_measured_ranges(lesson):
    by_seed = {n: facts.row("window", window=n, filters=32)["by_seed"] for n in (3, 5, 7)}
    said = figures.caption("window-size")
    for n in (5, 7):
        apart = max(by_seed[n]) < min(by_seed[3])
        assert (f"{n} × {n} was below 3 × 3 in all three." in said) is apart
        assert (f"{n} × {n}: could be better or worse." in said) is not apart
    few, many = (facts.row("window", window=3, filters=f)["by_seed"] for f in (8, 64))
    overlap = min(many) <= max(few) and min(few) <= max(many)
    assert said.endswith("8 times the filters: the ranges overlap.") is overlap


def test_other_measurements_would_be_told_otherwise(lesson):
    small, large = lesson.by_size[0], lesson.by_size[-1]
    above = replace(large, accuracies=(0.99, 0.991, 0.992))
    assert lesson.compared(above, small).text("en") == "7 × 7 was above 3 × 3 in all three."
    meeting = replace(large, accuracies=(0.97, small.spread[0], 0.972))
    assert lesson.compared(meeting, small).text("en") == "7 × 7: could be better or worse."


@pytest.mark.parametrize("number", some(range(10)))
@pytest.mark.parametrize("aspect", ASPECTS)
def test_every_digit_has_its_place_on_every_sheet(number, aspect):
    lesson, sheet = WindowSize(picture=digits.first(number)), ASPECTS[aspect]
    assert lesson.share(3) > 0
    pictures = [
        lesson.opening(), lesson.tiles(), lesson.stack(),
        lesson.cost(),
    ]  # fmt: skip
    for lang in ("en", "zh"):
        for picture in pictures:
            assert problems(place(picture, sheet, lang)) == []


def test_the_pictures_fill_the_frame_and_show_the_digit_s_pixels(lesson):
    room = VIDEO.body_box
    for picture, high in ((lesson.tiles(), 0.9), (lesson.stack(), 0.9), (lesson.cost(), 0.7)):
        filled = around([piece.box for piece in place(picture, VIDEO, "en").pieces])
        assert filled.width > 0.8 * room.width
        assert filled.height > high * room.height
    row, col = lesson.centre
    whole = lesson.pixels[row - 3 : row + 4, col - 3 : col + 4]
    np.testing.assert_array_equal(lesson.tiles().panel("tile-7").values, whole)
    np.testing.assert_array_equal(lesson.stack().panel("layer-0").values, whole)


@pytest.mark.parametrize("aspect", ASPECTS)
def test_a_square_is_one_weight_as_large_as_a_pixel(lesson, aspect):
    placed = place(lesson.cost(), ASPECTS[aspect], "en")
    squares = {"seen": 7, "one": 7, "kernel-1": 3, "kernel-3": 3}
    sides = [placed[name].width / many for name, many in squares.items()]
    np.testing.assert_allclose(sides, sides[0], rtol=1e-3)
    # What is compared takes a good part of the frame, whatever its shape.
    assert placed["seen"].width > 0.3 * min(placed.width, placed.height)


def test_a_video_is_as_long_as_asked_and_folds_what_storyboards_leave_out():
    short, usual = WindowSize(length=30.0), WindowSize()
    assert short.seconds == pytest.approx(30)
    names = {event.name for beat in short.beats() for event in beat.events}
    assert not {"third", "three"} & names
    assert {"tiles", "reads", "field", "cost"} <= names
    assert 40 <= usual.seconds <= 60
    assert WindowSize(length=120.0).seconds == pytest.approx(120)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"pause": 0.0}, "--pause 0 is not possible"),
        ({"length": 5.0}, "5 s is no length for this lesson: give"),
        ({"picture": Picture(np.zeros((9, 9, 1), np.float32), None, "small")}, "has the shape"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(options, said):
    with pytest.raises(UsageError, match=said):
        WindowSize(**options)


OPTIONS = {"short": {"length": 30.0}, "digit": {"picture": digits.first(1)}}


@pytest.mark.parametrize(("options", "lang"), covering(OPTIONS, LANGUAGES))
def test_nothing_overlaps_whatever_the_options(options, lang):
    pytest.importorskip("manim", reason="scenes need the extra 'video'")
    check_layout(WindowSize(**options), lang)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_figure_prints_all_costs_and_draws_every_training(lang):
    diagram = WindowSize().diagram()
    for sheet in (PAGE, COLUMN):
        placed = place(diagram, sheet, lang)
        assert problems(placed) == []
        rows = facts.rows("window")
        dots = [
            (accuracy, placed[f"chart.{row['window']}-{row['filters']}-{n}"].middle[1])
            for row in rows
            for n, accuracy in enumerate(row["by_seed"])
        ]
        accuracies, heights = np.array(dots).T
        slope, start = np.polyfit(accuracies, heights, 1)
        # A higher accuracy stands higher up, in proportion.
        assert slope < 0
        np.testing.assert_allclose(heights, slope * accuracies + start, atol=1e-6)
    figure = figures.draw("window-size")
    said = words(figure)
    assert {"194,688", "460,800", "758,912", "2,551,936", "99,082"} <= set(said)
    assert "98.28% / 98.33% / 98.44%" in figures.alternative("window-size")
    plt.close("all")
