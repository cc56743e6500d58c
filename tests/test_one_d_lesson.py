"""One-d, the lesson: what it shows by NumPy and SciPy; who can be asked."""

from __future__ import annotations

import numpy as np
import pytest
from played import LOOKS, check_events, of
from scipy.ndimage import correlate, shift

from convexplain.data import digits
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.one_d import OneD
from convexplain.panels import ASPECTS, COLUMN, PAGE, place, problems
from convexplain.stage.pace import row_by_row
from convexplain.style import format as fmt
from convexplain.style.theme import Look


@pytest.fixture(scope="module")
def lesson():
    return OneD()


def told(lesson, event, lang="en"):
    (said,) = (e.said for beat in lesson.beats() for e in beat.events if e.name == event)
    return said.text(lang)


def test_the_strip_is_numpys_correlation_of_the_row(lesson):
    row = lesson.shown_picture.pixels[lesson.shown_row].ravel().astype(float)
    np.testing.assert_array_equal(lesson.samples, row)
    np.testing.assert_allclose(lesson.out, np.correlate(row, [-1, 0, 1], "valid"), atol=1e-15)
    assert told(lesson, "slide") == "It slides along one axis: 28 − 3 + 1 = 26 numbers."
    # The told window's products add up as printed.
    before, _, after = row[lesson.told : lesson.told + 3]
    assert lesson.out[lesson.told] == pytest.approx(after - before)
    assert fmt.adds_up([-before, 0.0, after], after - before)


def test_the_row_is_the_one_with_the_largest_responses(lesson):
    picture = lesson.shown_picture.pixels.squeeze(axis=2)
    sums = [np.abs(np.correlate(row, [-1, 0, 1], "valid")).sum() for row in picture]
    assert lesson.shown_row == int(np.argmax(sums))


def test_the_map_and_the_film_are_scipys(lesson):
    picture = lesson.shown_picture.pixels.squeeze(axis=2).astype(float)
    kernel = np.tile([-1.0, 0.0, 1.0], (3, 1))
    np.testing.assert_allclose(
        lesson.map, correlate(picture, kernel, mode="constant")[1:-1, 1:-1], atol=1e-12
    )
    begins = lesson.ahead_of_film
    film = np.stack([shift(picture, (0, 2 * n - begins), order=0) for n in range(4)], axis=-1)
    assert "right 2 pixels a frame" in told(lesson, "three")
    assert told(lesson, "reads") == "The window reads 3 frames at once."
    assert told(lesson, "two").endswith("slide along two axes: 26 × 26 numbers.")
    np.testing.assert_allclose(lesson.film, film, atol=1e-12)
    block = np.ones((3, 3, 1)) * [-1.0, 0.0, 1.0]
    through = correlate(film, block, mode="constant")[1:-1, 1:-1, 1:-1]
    np.testing.assert_allclose(lesson.moving, through, atol=1e-12)
    np.testing.assert_array_equal(lesson.picture_of.weights, block)


@pytest.mark.parametrize("digit", range(10))
def test_ink_goes_from_left_to_right_through_the_film_and_does_not_leave_it(digit):
    lesson = OneD(picture=digits.first(digit))
    np.testing.assert_allclose(lesson.film.sum(axis=(0, 1)), lesson.drawn.sum())
    first, last = (np.flatnonzero(lesson.film[..., n].any(axis=0)) for n in (0, -1))
    assert 0 <= first[0] - (27 - last[-1]) <= 1
    assert lesson.pace == 2
    assert last[0] - first[0] == 2 * 3


def test_a_film_moves_slower_where_its_ink_would_leave_it():
    broad = np.zeros((28, 28, 1), np.float32)
    broad[10:14, 2:26] = 1
    lesson = OneD(picture=Picture(broad, None, "mine"))
    assert lesson.pace == 1
    np.testing.assert_allclose(lesson.film.sum(axis=(0, 1)), lesson.drawn.sum())
    assert "right a pixel a frame" in told(lesson, "three")


def test_a_number_of_the_film_is_what_its_frames_add_and_adds_up_as_printed(lesson):
    row, col = lesson.spot
    patches = [lesson.film[row : row + 3, col : col + 3, n] for n in range(3)]
    parts = [weight * patch.sum() for weight, patch in zip((-1, 0, 1), patches, strict=True)]
    np.testing.assert_allclose(lesson.parts, parts)
    value = lesson.moving[row, col, 0]
    assert value == pytest.approx(sum(parts))
    assert value > 0.8 * lesson.moving[..., 0].max()
    block = block_of(lesson)
    said = [block.panel(f"part-{n}").words.text("en") for n in range(3)]
    # They are added: a sign stands before each but the first, and their sum after the last.
    assert said == [
        f"{'+ ' if n else ''}sum of 9 products: {fmt.number(part)}" for n, part in enumerate(parts)
    ]
    assert block.panel("total").words == f"= {fmt.number(value)}"
    assert fmt.adds_up(parts, value)
    # So do the products of the pixels that stand there; what comes before takes something away.
    for n, (weight, part) in enumerate(zip((-1, 0, 1), parts, strict=True)):
        cut = block.panel(f"cut-{n}").values
        np.testing.assert_array_equal(cut, patches[n])
        assert fmt.adds_up(weight * cut.ravel(), part)
    assert fmt.rounded(parts[0]) < 0 < fmt.rounded(parts[2])


def block_of(lesson):
    row, col = lesson.spot
    return lesson.picture_of.block(lesson.spot, lesson.parts, float(lesson.moving[row, col, 0]))


def test_the_pixels_that_are_read_stand_over_the_weights(lesson):
    window = lesson.picture_of.window(lesson.told, lesson.read, lesson.addends, 0.0)
    at = lesson.told
    np.testing.assert_array_equal(window.panel("patch").values, lesson.samples[None, at : at + 3])
    placed = place(window, ASPECTS["16:9"])
    assert placed["patch"].width == pytest.approx(placed["kernel"].width)
    assert placed["patch"].x == pytest.approx(placed["kernel"].x)
    assert placed["patch"].bottom < placed["kernel"].y


def test_the_block_of_weights_answers_nothing_where_nothing_moves(lesson):
    frames = np.repeat(lesson.film[..., :1], 4, axis=2)
    still = correlate(frames, lesson.picture_of.weights, mode="constant")
    np.testing.assert_allclose(still[1:-1, 1:-1, 1:-1], 0, atol=1e-12)
    assert np.abs(lesson.moving).max() > 1


def test_a_causal_row_has_zeros_in_front(lesson):
    causal = OneD(causal=True)
    assert len(causal.out) == 28
    np.testing.assert_array_equal(causal.out[2:], lesson.out)
    assert told(causal, "slide") == "Along one axis; zeros in front: 28 numbers, none looks ahead."
    assert "predict" not in {e.name for beat in causal.beats() for e in beat.events}
    check_events(causal, Look("zh", "light"))


@pytest.mark.parametrize(("kernel", "difference"), [("1,2,1", False), ("-1,-1,1,1", True)])
def test_other_kernels_are_told_as_they_are(kernel, difference):
    lesson = OneD(kernel=kernel, picture=digits.first(4), row=14)
    weights = [float(word) for word in kernel.split(",")]
    np.testing.assert_allclose(lesson.out, np.correlate(lesson.samples, weights, "valid"))
    names = {e.name for beat in lesson.beats() for e in beat.events}
    assert ("ends" in names) == ("arrives" in names) == difference
    assert lesson.film.shape[2] - len(weights) + 1 == lesson.moving.shape[2] == 2


def test_the_questions_wrong_answers_are_those_of_their_slips():
    lesson = OneD(length=70.0)
    (first,) = (e.ask for beat in lesson.beats() for e in beat.events if e.ask)
    replies = {c.text.text("en"): c.reply and c.reply.text("en") for c in first.choices}
    assert set(replies) == {"26", "28", "25", "9"}
    assert replies["26"] is None
    assert "padding" in replies["28"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"row": 28}, "no row 28: the picture's are 0 to 27"),
        ({"kernel": "1"}, "has 1 weights: give 2 to 5"),
        ({"kernel": "1,0;0,1"}, "has 2 rows: give one"),
        ({"kernel": "0,0"}, "zeros answers nothing"),
        ({"kernel": "a,b"}, "a"),
        ({"pause": 0.0}, "--pause 0 is not possible"),
        ({"picture": Picture(np.zeros((28, 28, 3), np.float32), None, "mine")}, "3 channels"),
        ({"picture": Picture(np.zeros((5, 28, 1), np.float32), None, "mine")}, "larger than 5"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(options, said):
    with pytest.raises(UsageError, match=said):
        OneD(**options)


def pictures(lesson):
    picture = lesson.picture_of
    yield picture.opening()
    yield picture.unrolled()
    yield picture.first()
    value = float(lesson.out[lesson.told])
    yield picture.window(lesson.told, lesson.read, lesson.addends, value)
    yield picture.slide(0)
    yield picture.two()
    yield picture.playing(0)
    yield picture.frames()
    yield picture.block(lesson.spot, lesson.parts, float(lesson.moving[(*lesson.spot, 0)]))
    yield picture.through()
    yield picture.ending()
    yield lesson.diagram()


@pytest.mark.parametrize("aspect", ASPECTS)
def test_every_picture_has_its_place_on_every_sheet(aspect):
    sheet, label = ASPECTS[aspect], list(ASPECTS).index(aspect)
    lesson = OneD(picture=digits.first(2 * label + 1))
    for lang in ("en", "zh"):
        for diagram in pictures(lesson):
            assert problems(place(diagram, sheet, lang)) == []


def test_a_video_is_as_long_as_asked(lesson):
    assert 40 <= lesson.seconds <= 60.01
    assert OneD(length=120.0).seconds == pytest.approx(120)
    short = OneD(length=30.0)
    assert "predict" not in {e.name for beat in short.beats() for e in beat.events}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_figure_shows_all_three(lesson, lang):
    diagram = lesson.diagram()
    for sheet in (PAGE, COLUMN):
        assert problems(place(diagram, sheet, lang)) == []
    np.testing.assert_array_equal(diagram.panel("out").values, lesson.out[None])
    np.testing.assert_array_equal(diagram.panel("map").values, lesson.map)
    for n in range(2):
        shown = diagram.panel(f"moving-{n}").values
        np.testing.assert_array_equal(shown, lesson.moving[..., n])


def test_a_row_s_cells_are_higher_than_broad_and_its_window_as_high(lesson):
    for diagram in (lesson.picture_of.slide(0), lesson.picture_of.first()):
        placed = place(diagram, ASPECTS["16:9"])
        row, cells = placed["row"], 28
        assert row.height > 3.5 * row.width / cells
        window = placed.piece("row.window").box
        assert (window.width, window.height) == pytest.approx((3 * row.width / cells, row.height))
    stage = of("one-d", LOOKS[0]).ends["slide"]  # it has moved, and is as high as before
    height = np.ptp(stage["row"].places[:, 1])
    assert np.ptp(stage["row.window"].places[:, 1]) == pytest.approx(height)


def test_at_the_end_each_window_has_gone_to_the_end_of_its_axes(lesson):
    stage = of("one-d", LOOKS[0]).ends["answer"]
    for name, row, col in (
        ("row", 0, 25),
        ("input", 25, 25),
        *((f"film-{n}", 25, 25) for n in (1, 2, 3)),
    ):
        cells = stage[name]
        corner = cells.places[0] + np.array([col, row]) * cells.cell
        np.testing.assert_allclose(stage[f"{name}.window"].places[0], corner, atol=1e-6)
    assert "film-0.window" not in stage
    sizes = [stage[f"axes-{n}"].text for n in range(3)]
    assert sizes == ["26 numbers", "26 × 26 numbers", "26 × 26 × 2 numbers"]
    made = (lesson.out[None], lesson.map, lesson.moving[..., 0], lesson.moving[..., 1])
    for name, values in zip(("out", "map", "moving-0", "moving-1"), made, strict=True):
        largest = np.abs(lesson.moving if name.startswith("moving") else values).max()
        np.testing.assert_allclose(stage[name].values, values / largest)


def test_at_the_end_all_pictures_and_what_comes_of_them_have_one_scale(lesson):
    placed = place(lesson.picture_of.ending(), ASPECTS["16:9"])
    cell = placed["input"].width / 28
    for name, cells in (
        ("row", 28), ("film-0", 28), ("out", 26), ("map", 26), ("moving-0", 26), ("moving-1", 26),
    ):  # fmt: skip
        assert placed[name].width == pytest.approx(cells * cell), name
    assert placed["input"].width > 0.13 * ASPECTS["16:9"].width


def test_at_the_end_time_goes_to_the_right_as_in_the_pictures_before(lesson):
    for picture in (lesson.picture_of.through(), lesson.picture_of.ending()):
        placed = place(picture, ASPECTS["16:9"])
        frames = [placed[f"film-{n}"] for n in range(4)]
        assert len({round(frame.y, 6) for frame in frames}) == 1
        steps = np.diff([frame.x for frame in frames])
        assert (steps > frames[0].width).all()
        np.testing.assert_allclose(steps, steps[0], rtol=1e-6)
        for n in range(2):
            assert placed[f"moving-{n}"].y > frames[0].bottom
            assert placed[f"moving-{n}"].middle[0] == pytest.approx(frames[n + 1].middle[0])


def test_a_row_keeps_its_width_and_its_place_while_it_is_spoken_of(lesson):
    picture, value = lesson.picture_of, float(lesson.out[lesson.told])
    window = picture.window(lesson.told, lesson.read, lesson.addends, value)
    rows = [
        place(each, ASPECTS["16:9"])["row"] for each in (window, picture.first(), picture.slide(0))
    ]
    assert {(round(row.x), round(row.width)) for row in rows} == {(96, 1728)}
    assert rows[0].y == pytest.approx(rows[2].y, abs=10)


def test_the_window_is_a_frame_further_for_every_map_of_the_result():
    lesson, found = OneD(), set()
    for stage in of("one-d", LOOKS[0]).during("axes"):
        if "moving-0" not in stage:
            continue
        made = [stage[f"moving-{n}"].values for n in range(2) if f"moving-{n}" in stage]
        known = [n for n in range(len(made)) if np.isfinite(made[n]).any()]
        for n in known:
            np.testing.assert_allclose(made[n], lesson.moving[..., n], atol=1e-12)
        if known and len(known) not in found:  # at last it goes back to look
            there = [n for n in range(4) if f"film-{n}.window" in stage]
            assert there == [known[-1] + n for n in range(3)]
            frame = stage[f"film-{there[0]}"]
            corner = frame.places[0] + 25 * frame.cell
            np.testing.assert_allclose(stage[f"film-{there[0]}.window"].places[0], corner, atol=3)
        found.add(len(known))
    assert found >= {1, 2}


def test_maps_are_named_by_the_frames_they_are_made_of(lesson):
    through = lesson.picture_of.through()
    said = [through.panel(f"moving-{n}").title.text("en") for n in range(2)]
    assert said == ["Output, frames 1 to 3", "Output, frames 2 to 4"]
    assert told(lesson, "through").endswith("4 − 3 + 1 = 2 maps.")
    # The weights stay beside them, with their numbers and names.
    for n, weight in enumerate((-1, 0, 1)):
        assert (through.panel(f"weights-{n}").values == weight).all()
    placed = place(through, ASPECTS["16:9"])
    said = {piece.name: piece.text for piece in placed.pieces if hasattr(piece, "text")}
    assert [said[f"weights-{n}.title"] for n in range(3)] == ["before", "between", "after"]
    assert placed.decimals is not None
    assert [said[name] for name in said if name.endswith(".name")] == ["output, 3-D"]


def test_a_map_of_the_result_stands_below_the_middle_of_the_frames_it_is_made_of(lesson):
    placed = place(lesson.picture_of.through(), ASPECTS["16:9"])
    for n in range(2):
        assert placed[f"moving-{n}"].middle[0] == pytest.approx(placed[f"film-{n + 1}"].middle[0])


def test_a_sheet_of_weights_stands_for_each_frame_and_the_film_is_played_first(lesson):
    played, block = [], block_of(lesson)
    for n, weight in enumerate((-1, 0, 1)):
        sheet = block.panel(f"weights-{n}")
        assert (sheet.values == weight).all()
        assert sheet.values.shape == (3, 3)
    assert told(lesson, "block").endswith("one sum: the frame after, minus the frame before.")
    assert (
        told(OneD(kernel="-2,0,2"), "block")
        == "3 × 3 × 3 weights, one sum: a sheet for each of 3 frames."
    )
    for stage in of("one-d", LOOKS[0]).during("axes"):
        if "input" in stage and "map" not in stage and "film-3" not in stage:
            values = stage["input"].values
            if "input.title" in stage and (values != lesson.film[..., 0]).any():
                (frame,) = (n for n in range(4) if np.array_equal(values, lesson.film[..., n]))
                assert stage["input.title"].text == f"Film: frame {frame + 1} of 4"
            played += [n for n in range(4) if np.array_equal(values, lesson.film[..., n])]
    assert played == sorted(played)
    assert {0, 3} <= set(played)


def test_ink_arrives_where_the_result_is_largest_and_leaves_where_it_is_least(lesson):
    for (row, col, frame), sign in zip(lesson.changes, (1, -1), strict=True):
        read = lesson.film[row : row + 3, col : col + 3, frame : frame + 3].sum(axis=(0, 1))
        assert sign * (read[2] - read[0]) == pytest.approx(np.abs(lesson.moving).max(), rel=0.1)
        assert lesson.moving[row, col, frame] == pytest.approx(read[2] - read[0])


def test_a_window_visits_the_rows_of_a_map_in_turn_and_leaves_none_out():
    at = row_by_row(26, 26, 4.0, 12.0)
    places = [at(n / 400) for n in range(401)]
    numbers = [row * 26 + col for row, col in places]
    assert (places[0], places[-1]) == ((0, 0), (25, 25))
    assert (np.diff(numbers) >= 0).all()
    assert {row for row, _ in places} == {col for _, col in places} == set(range(26))
    # It walks along the first row, so that each place is seen.
    assert set(numbers[:100]) >= set(range(12))


def test_the_sheets_of_three_frames_are_named_by_their_order():
    for kernel, names in (
        ("-1,0,1", ["Frame before", "Frame between", "Frame after"]),
        ("-1,1", ["Frame 1", "Frame 2"]),
    ):
        block = block_of(OneD(kernel=kernel))
        assert [block.panel(f"weights-{n}").title.text("en") for n in range(len(names))] == names


def test_pixels_come_out_of_the_window_and_stand_beside_their_weights(lesson):
    stage = next(m for m in reversed(of("one-d", LOOKS[0]).during("axes")) if "cut-2" in m)
    for n in range(3):
        cut, sheet = stage[f"cut-{n}"], stage[f"weights-{n}"]
        assert cut.cell == pytest.approx(sheet.cell)
        assert cut.places[0, 1] == pytest.approx(sheet.places[0, 1])
        assert cut.places[1, 0] < sheet.places[0, 0]
        grid, window = stage[f"film-{n}"], stage[f"film-{n}.window"]
        left, top = ((window.places[0] - grid.places[0]) / grid.cell).round().astype(int)
        np.testing.assert_array_equal(cut.values, grid.values[top : top + 3, left : left + 3])


def test_the_window_stands_on_ink_that_arrives_as_its_sheets_come(lesson):
    row, col = lesson.spot
    told = [stage for stage in of("one-d", LOOKS[0]).during("axes") if "weights-2.title" in stage]
    assert told
    for n in range(3):
        frame, window = told[0][f"film-{n}"], told[0][f"film-{n}.window"]
        corner = frame.places[0] + np.array([col, row]) * frame.cell
        np.testing.assert_allclose(window.places[0], corner, atol=1.0)
