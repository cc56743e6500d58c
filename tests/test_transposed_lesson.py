"""Transposed, the lesson: what it shows by SciPy and loops; who can be asked."""

from __future__ import annotations

import numpy as np
import pytest
from played import LOOKS, check_events, of
from scipy.signal import convolve2d

from convexplain import ops
from convexplain.data import digits
from convexplain.errors import UsageError
from convexplain.lessons.transposed import Transposed
from convexplain.network import Conv2D, Dense, Flatten, Network
from convexplain.panels import ASPECTS, COLUMN, PAGE, Mark, place, problems
from convexplain.panels.pieces import READABLE
from convexplain.style import format as fmt
from convexplain.style.theme import THEMES, Look, contrast


@pytest.fixture(scope="module")
def lesson():
    return Transposed()


def told(lesson, event, lang="en"):
    (said,) = (e.said for beat in lesson.beats() for e in beat.events if e.name == event)
    return said.text(lang)


def painted(map, stamp, stride):
    """Zeros between the numbers, then SciPy's full convolution: what stamps paint."""
    spread = np.zeros([(n - 1) * stride + 1 for n in map.shape])
    spread[::stride, ::stride] = map
    return convolve2d(spread, stamp, "full")


def test_the_output_is_scipys_convolution_of_the_map_with_zeros_in_between(lesson):
    map = lesson.trace.activations["pool1"][:, :, lesson.shown_filter].astype(float)
    np.testing.assert_allclose(lesson.output, painted(map, np.ones((3, 3)), 2), atol=1e-12)
    np.testing.assert_allclose(
        lesson.paint(lesson.larger), painted(map, np.ones((4, 4)), 2), atol=1e-12
    )
    enlarged = np.kron(map, np.ones((2, 2)))
    np.testing.assert_allclose(
        lesson.resized, convolve2d(enlarged, np.ones((3, 3)), "same"), atol=1e-12
    )


def test_the_numbers_that_are_told_are_those_of_the_map(lesson):
    map, (row, col) = lesson.map, lesson.place
    assert told(lesson, "paints") == "One number, times the stamp: it paints nine cells."
    four = map[row : row + 2, col : col + 2]
    assert told(lesson, "meet") == "Here four stamps meet, and add up."
    assert lesson.meeting == pytest.approx(four.ravel().tolist())
    assert lesson.output[2 * (row + 1), 2 * (col + 1)] == pytest.approx(four.sum())
    assert told(lesson, "all") == "All numbers paint: 12 × 2 + 3 = 27 rows."
    assert lesson.output.shape == (12 * 2 + 3, 12 * 2 + 3)
    # As printed they add up, by twos and all four.
    assert fmt.adds_up(four.ravel(), four.sum())
    assert fmt.adds_up(four[0], four[0].sum())


def test_equal_cells_become_a_checkerboard_and_none_when_enlarged_first(lesson):
    equal, block = lesson.flat
    assert np.ptp(equal) < 1e-6
    assert equal.min() > 0
    counts = [[1, 2, 1, 2, 1], [2, 4, 2, 4, 2], [1, 2, 1, 2, 1], [2, 4, 2, 4, 2], [1, 2, 1, 2, 1]]
    np.testing.assert_allclose(block.painted, equal[0, 0] * np.array(counts), atol=1e-6)
    top, left = block.top, block.left
    stamped = ops.overlaps(lesson.kernel.shape, lesson.map.shape, stride=lesson.stride)
    assert stamped[top : top + 5, left : left + 5].tolist() == counts
    # Only the equal numbers are printed; the checkerboard is seen, as large in one scale.
    picture = lesson.picture_of.flat(equal, block)
    assert [picture.panel(name).numbers for name in ("equal", "painted")] == [True, False]
    assert picture.panel("equal").scale == picture.panel("painted").scale
    assert np.ptp(lesson.resized[top + 1 : top + 4, left + 1 : left + 4]) < 1e-6
    # Where the larger stamps of these cells alone land.
    top, left = (2 * n + 2 for n in (block.row, block.col))
    assert np.ptp(lesson.paint(lesson.larger)[top : top + 4, left : left + 4]) < 1e-6


@pytest.mark.parametrize(
    ("size", "stride", "said", "larger", "same"),
    [
        (
            3,
            2,
            "2 does not divide 3, so some cells get more stamps: 1, 2, 4.",
            "4 wide instead: stride 2 divides 4.",
            "Four",
        ),
        (
            5,
            2,
            "2 does not divide 5, so some cells get more stamps: 4, 6, 9.",
            "6 wide instead: stride 2 divides 6.",
            "Nine",
        ),
        (
            5,
            3,
            "3 does not divide 5, so some cells get more stamps: 1, 2, 4.",
            "6 wide instead: stride 3 divides 6.",
            "Four",
        ),
        (4, 2, "Stamps per cell: 4, inside. Stride 2 divides 4.", None, None),
    ],
)
def test_how_many_stamps_a_cell_gets_is_counted(size, stride, said, larger, same):
    lesson = Transposed(size=size, stride=stride)
    inside = painted(np.ones((13, 13)), np.ones((size, size)), stride)[8:-8, 8:-8]
    assert lesson.repeats == sorted(set(inside.ravel().tolist()))
    assert told(lesson, "counts") == said
    if larger is None:
        assert lesson.larger is None
    else:
        assert told(lesson, "larger") == f"Stamps {larger}"
        assert told(lesson, "same") == f"{same} on every cell inside: no checkerboard."
    assert lesson.even == (size % stride == 0)


@pytest.mark.parametrize("label", range(10))
def test_what_stamps_put_into_the_cell_in_which_they_meet_is_seen(label):
    assert min(Transposed(picture=digits.first(label)).meeting) >= 0.1


@pytest.mark.parametrize("label", range(10))
def test_what_equal_cells_paint_is_a_multiple_of_what_is_printed_in_them(label):
    lesson = Transposed(picture=digits.first(label))
    equal, block = lesson.flat
    cells = lesson.picture_of.flat(equal, block).panel("equal")
    printed = f"{equal[0, 0]:.{2 + cells.finer}f}"
    assert f"{float(printed) * 4:.2f}" == f"{block.painted.max():.2f}"


def test_the_same_weights_there_and_back_give_another_picture(lesson):
    assert lesson.return_trip is not None
    there, through, back, kernel, alike = lesson.return_trip
    filter = lesson.network.weights["conv1/kernel"][:, :, 0, lesson.shown_filter].astype(float)
    np.testing.assert_array_equal(kernel, filter)
    turned = filter[::-1, ::-1]
    np.testing.assert_allclose(through, convolve2d(there, turned, "valid"), atol=1e-12)
    np.testing.assert_allclose(back, convolve2d(through, filter, "full"), atol=1e-12)
    x, y = there - there.mean(), back - back.mean()
    assert alike == pytest.approx((x * y).sum() / np.sqrt((x**2).sum() * (y**2).sum()))
    assert alike < 0.9
    # What is shown of it is that; a kernel that gives the picture itself back is not called so.
    assert "no inverse" in told(lesson, "back")
    picture = lesson.returned(lesson.picture_of)
    shown = {"there": there, "weights": kernel, "through": through, "back": back}
    for name, values in shown.items():
        np.testing.assert_array_equal(picture.panel(name).values, values)
    assert picture.panel("through").scale == picture.panel("back").scale


def test_the_picture_its_convolution_and_the_way_back_stand_beside_one_another():
    trip = Transposed().return_trip
    assert trip is not None
    there, through, back, kernel, _ = trip
    stage = of("transposed", LOOKS[0]).ends["inverse"]
    shown = {"there": there, "weights": kernel, "through": through, "back": back}
    for name, values in shown.items():
        np.testing.assert_allclose(stage[name].values, values, atol=1e-12)


def test_the_question_s_wrong_answers_are_those_of_its_slips(lesson):
    (question,) = (e.ask for beat in lesson.beats() for e in beat.events if e.ask)
    choices = {choice.text.text("en"): choice.reply for choice in question.choices}
    assert choices.pop("27") is None
    wrong = {"6": "moves the stamp", "26": "reaches further", "39": "not side by side"}
    assert set(choices) == set(wrong)
    for text, reply in choices.items():
        assert wrong[text] in reply.text("en")


def test_stamps_of_ones_own_are_taken(lesson):
    own = Transposed(stamp="filter")
    np.testing.assert_array_equal(own.kernel, lesson.own_kernel)
    assert problems(place(own.picture_of.flat(*own.flat), ASPECTS["16:9"], "en")) == []
    rows = Transposed(stamp="1,2,1;2,4,2;1,2,1", stride=2)
    np.testing.assert_allclose(
        rows.output, painted(rows.map, np.outer([1, 2, 1], [1, 2, 1]), 2), atol=1e-12
    )
    assert rows.larger is None
    assert rows.even  # a triangle's stamps add up to the same everywhere


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"stride": 1}, "give 2 to 4, with which a map gets larger"),
        ({"size": 2}, "do not overlap at stride 2"),
        ({"size": 9}, "give sides of 2 to 7"),
        ({"size": 3, "stamp": "box-3"}, "exclude one another"),
        ({"stamp": "1,2;3"}, "give every row the same number"),
        ({"stamp": "sobell"}, "no kernel is named"),
        ({"pause": 0.0}, "--pause 0 is not possible"),
        ({"filter": 32}, "no filter 32"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(options, said):
    with pytest.raises(UsageError, match=said):
        Transposed(**options)


def pictures(lesson):
    picture = lesson.picture_of
    yield picture.promised(lesson.block())
    yield picture.near(lesson.block(), [value for _, value in lesson.pair], Mark(0, 0))
    yield picture.near(lesson.block(*lesson.near), lesson.meeting, Mark(0, 0))
    yield picture.painting(lesson.output)
    yield picture.painting(lesson.output, counted=True, block=lesson.field)
    yield picture.painting(lesson.output, counted=True, told="12 × 2 + 3 = 27")
    yield lesson.returned(picture)
    if lesson.flat is not None:
        yield picture.flat(*lesson.flat)
    yield lesson.counting(picture)
    if lesson.larger is not None:
        yield lesson.stamping(picture)
        yield lesson.comparing(picture)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="3-2"),
        pytest.param({"stamp": "filter"}, id="filter", marks=pytest.mark.soak),
        pytest.param({"size": 5, "stride": 3}, id="5-3", marks=pytest.mark.soak),
    ],
)
@pytest.mark.parametrize("aspect", ASPECTS)
def test_every_picture_has_its_place_on_every_sheet(options, aspect):
    lesson, sheet = Transposed(**options), ASPECTS[aspect]
    for lang in ("en", "zh"):
        for diagram in pictures(lesson):
            assert problems(place(diagram, sheet, lang)) == []


def test_a_video_is_as_long_as_asked():
    assert 40 <= Transposed().seconds <= 60.01
    assert Transposed(length=120.0).seconds == pytest.approx(120)
    short = Transposed(length=30.0)
    assert "predict" not in {e.name for beat in short.beats() for e in beat.events}


def test_a_map_without_equal_numbers_has_no_flat_place(tmp_path):
    layers = Conv2D("a", 4, 5, activation="silu"), Flatten("f"), Dense("d", 10)
    path = tmp_path / "other.safetensors"
    Network.initialised(layers, 3).save(path)
    lesson = Transposed(picture=digits.first(3), model=str(path), stride=3, size=4)
    assert lesson.shown_layer == "a"
    assert lesson.flat is None  # without a bias blank paper answers 0
    check_events(lesson, Look("zh", "light"), "9:16")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_figure_shows_both_ways(lesson, lang):
    diagram = lesson.diagram()
    for sheet in (PAGE, COLUMN):
        assert problems(place(diagram, sheet, lang)) == []
    np.testing.assert_array_equal(diagram.panel("output").values, lesson.output)
    np.testing.assert_array_equal(diagram.panel("resized").values, lesson.resized)


def test_the_patch_stands_where_its_number_s_stamp_lands_in_the_end():
    stage = of("transposed", LOOKS[0]).ends["answer"]
    lesson = Transposed()
    row, col = lesson.place
    for grid, frame, at in (("map", "map.cell", 1), ("output", "output.landing", 2)):
        corner = stage[grid].places[0] + np.array([col, row]) * at * stage[grid].cell
        np.testing.assert_allclose(stage[frame].places[0], corner, atol=1e-6)
    np.testing.assert_allclose(stage["output"].values, lesson.output)


def test_what_is_painted_nearby_is_what_the_stamps_before_it_give():
    lesson, stages = Transposed(), of("transposed", LOOKS[0]).during("question")
    row, col = lesson.place
    cells = [(row, col), (row, col + 1), (row + 1, col), (row + 1, col + 1)]
    known = []
    for many in range(5):
        canvas = np.full((5, 5), np.nan)
        for r, c in cells[:many]:
            top, left = 2 * (r - row), 2 * (c - col)
            there = canvas[top : top + 3, left : left + 3]
            canvas[top : top + 3, left : left + 3] = np.nan_to_num(there) + lesson.map[r, c]
        known.append(canvas)
    seen = set()
    for stage in (each for each in stages if "painted" in each):
        values = stage["painted"].values
        found = [n for n, each in enumerate(known) if np.allclose(values, each, equal_nan=True)]
        assert found, values
        seen.update(found)
        if "sum.total" in stage:  # it is told once the stamps have met
            told = float(stage["sum.total"].text)
            mark, grid = stage["painted.cell"], stage["painted"]
            left, top = np.rint((mark.places[0] - grid.places[0]) / grid.cell).astype(int)
            assert told == pytest.approx(values[top, left], abs=0.005)
    assert seen == set(range(5))


def test_larger_stamps_stand_beside_the_others(lesson):
    stage = of("transposed", LOOKS[0]).ends["remedy"]
    np.testing.assert_allclose(stage["larger"].values, painted(lesson.map, np.ones((4, 4)), 2))
    np.testing.assert_allclose(stage["output"].values, painted(lesson.map, np.ones((3, 3)), 2))
    titles = [stage[f"{name}.title"].text for name in ("output", "larger")]
    assert titles == ["Stamp 3 × 3, stride 2", "Stamp 4 × 4, stride 2"]
    assert Transposed(size=4).larger is None
    assert "remedy" not in {beat.name for beat in Transposed(size=4).beats()}


@pytest.mark.parametrize(("size", "stride", "many"), [(3, 2, 4), (5, 3, 4), (5, 2, 9)])
def test_a_stamp_whose_side_the_stride_divides_lands_equally_often_inside(size, stride, many):
    lesson = Transposed(size=size, stride=stride)
    picture = lesson.stamping(lesson.picture_of)
    rows, cols = lesson.field.rows, lesson.field.cols
    for name, kernel in (("counts", lesson.kernel), ("even", lesson.larger)):
        landed = painted(np.ones((rows, cols)), np.ones(kernel.shape), stride)
        grid = picture.panel(name)
        np.testing.assert_array_equal(grid.values, landed)
        # Cells that stamps of neighbours would reach, too, step back.
        alone = painted(np.pad(np.ones((rows, cols)), 1), np.ones(kernel.shape), stride)
        all_ = painted(np.ones((rows + 2, cols + 2)), np.ones(kernel.shape), stride)
        reached = (alone != all_)[stride:-stride, stride:-stride]
        np.testing.assert_array_equal(grid.dim, reached)
        inside = set(grid.values[~grid.dim].tolist())
        assert inside == ({many} if name == "even" else set(lesson.repeats))


@pytest.mark.parametrize(("beat", "grid", "side"), [("checkerboard", "counts", 3),
                                                    ("remedy", "even", 4)])  # fmt: skip
def test_stamps_land_one_after_the_other_and_are_counted(beat, grid, side):
    stages = [m for m in of("transposed", LOOKS[0]).during(beat) if f"{grid}.stamp" in m]
    known = [np.zeros((4 + side, 4 + side))]
    for row, col in np.ndindex(3, 3):
        known.append(known[-1].copy())
        known[-1][2 * row : 2 * row + side, 2 * col : 2 * col + side] += 1
    seen = {
        next(n for n, each in enumerate(known) if (stage[grid].values == each).all())
        for stage in stages
    }
    assert seen == set(range(10))


def test_the_map_has_a_scale_of_its_own_where_sums_of_stamps_would_make_it_dark(lesson):
    picture = lesson.picture_of.painting(lesson.output)
    map, output = picture.panel("map"), picture.panel("output")
    assert map.scale.limit == pytest.approx(lesson.map.max())
    most = max(lesson.output.max(), painted(lesson.map, np.ones((4, 4)), 2).max())
    assert output.scale.limit == pytest.approx(most)
    assert map.scale.name != output.scale.name
    # Beside what they paint, the same number has the same colour.
    near = lesson.picture_of.near(lesson.block(lesson.place), [1.0, 1.0])
    assert near.panel("here").scale == near.panel("painted").scale == output.scale


def test_no_frame_is_nearly_empty_as_equal_cells_come_near(lesson):
    pytest.importorskip("manim", reason="scenes need the extra 'video'")
    stages = of("transposed", LOOKS[0]).during("checkerboard")
    for stage in stages:
        assert any(name.startswith(("output", "painted")) for name in stage.names)


def test_both_outputs_say_how_large_they_are(lesson):
    picture = lesson.comparing(lesson.picture_of)
    sizes = [picture.panel(name).counter.text("en") for name in ("output", "larger")]
    assert sizes == ["27 × 27", "28 × 28"]


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_more_stamps_stand_out_more_and_every_count_can_be_read(lesson, theme):
    placed = place(lesson.stamping(lesson.picture_of), ASPECTS["16:9"])
    for name in ("counts", "even"):
        grid = placed.piece(name)
        ground = [
            contrast(colour, theme.background)
            for colour in grid.scale.colours([range(int(grid.scale.most) + 1)], theme)[0]
        ]
        assert ground[1:] == sorted(ground[1:])
        assert ground[-1] > 10 > 1.5 > ground[0]
        # Those that step back, too, on their own cells.
        for inks, colours in zip(grid.inks(theme), grid.colours(theme), strict=True):
            assert all(contrast(*pair) >= READABLE for pair in zip(inks, colours, strict=True))
