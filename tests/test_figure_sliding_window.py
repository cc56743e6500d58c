"""One step and a strip of steps: numbers as loops compute them, marks where the numbers are."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_cells import (
    LIGHT,
    drawn,
    example,
    framed,
    lines,
    pictures,
    rectangles,
    weights,
    where,
    words,
)
from played import LANGUAGES
from scipy.signal import correlate2d

from convexplain import figures, panels
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from tests.often import covering

NAME = "sliding-window"


def printed(value):
    return f"{value + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "−")


def by_hand():
    """The example's map before and after ReLU, from the files, by SciPy."""
    pixels, chosen = example(NAME)
    kernels, biases = weights()
    kernel, bias = kernels[:, :, 0, chosen["filter"]], biases[chosen["filter"]]
    before = correlate2d(pixels, kernel, mode="valid") + bias
    return pixels, kernel, bias, before, np.maximum(before, 0)


@pytest.mark.parametrize("width", [figures.COLUMN, figures.PAGE])
def test_a_step_prints_patch_kernel_products_and_what_they_add_up_to(width):
    pixels, kernel, bias, before, _ = by_hand()
    row, col = example(NAME)[1]["stops"]["strong"]
    patch = pixels[row : row + 3, col : col + 3]
    said = words(drawn(NAME, width))
    for grid in (patch, kernel, patch * kernel):
        run = [printed(value) for value in grid.ravel()]
        # Row by row, one after the other.
        assert any(said[n : n + 9] == run for n in range(len(said)))
    assert printed((patch * kernel).sum()) in said
    assert f"+{printed(bias)}" in said
    assert said.count(printed(before[row, col])) >= 2
    assert f"{row * 26 + col + 1} / 676" in said


@pytest.mark.parametrize("width", [figures.COLUMN, figures.PAGE])
def test_the_window_lies_on_the_patch_and_the_map_is_filled_as_far_as_the_step(width):
    pixels, _, _, _, after = by_hand()
    figure = drawn(NAME, width, at=(9, 14))
    (read,) = pictures(figure, 28)
    (filled,) = pictures(figure, 26)
    np.testing.assert_array_equal(read.colours, LIGHT.tokens.picture(pixels))
    limit = figures.make(NAME).map_limit
    expected = LIGHT.tokens.signed(after.clip(0, limit), limit).astype(int)
    assert np.abs(filled.colours.astype(int) - expected).max() <= 1
    assert framed(figure, read.box(9, 14, 3, 3))
    assert framed(figure, filled.box(9, 14))
    # What is not computed yet is covered, row by row.
    covers = rectangles(figure, LIGHT.tokens.background)
    part = filled.box(9, 15, 1, 11)
    assert any(np.allclose(cover, part, atol=1e-6) for cover in covers)
    assert any(np.allclose(cover, filled.box(10, 0, 1, 26), atol=1e-6) for cover in covers)
    assert not any(np.allclose(cover, filled.box(8, 0, 1, 26), atol=1e-6) for cover in covers)


@pytest.mark.parametrize(("width", "side"), [(figures.COLUMN, "x1"), (figures.PAGE, "x0")])
def test_the_link_ends_at_the_edge_of_the_map_level_with_the_cell(width, side):
    figure = drawn(NAME, width, at=(20, 3))
    (filled,) = pictures(figure, 26)
    _, y0, _, y1 = filled.box(20, 3)
    ends = [line[-1] for line in lines(figure) if len(line) == 4]
    (end,) = ends
    assert end[1] == pytest.approx((y0 + y1) / 2)
    assert end[0] == pytest.approx(getattr(filled, side), abs=5)


@pytest.mark.parametrize(
    ("kernel", "sheet", "lang"),
    covering(
        {"own": None, "5 x 5": "log-5", "7 x 7": ";".join(["0,1,0,-1,0,2,1"] * 7)},
        [*panels.SHEETS],
        LANGUAGES,
    ),
)
def test_a_step_lays_itself_out_on_pages_and_frames_of_every_shape(kernel, sheet, lang):
    lesson = figures.make(NAME, kernel=kernel)
    for at in ((0, 0), (10, 21)):
        diagram = lesson.diagram(lesson.all_steps.at(*at))
        assert panels.problems(panels.place(diagram, panels.SHEETS[sheet], lang)) == []


def test_the_alternative_text_tells_every_number():
    pixels, kernel, bias, before, _ = by_hand()
    row, col = example(NAME)[1]["stops"]["negative"]
    patch = pixels[row : row + 3, col : col + 3]
    told = figures.alternative(NAME, at=(row, col))
    for value in (*patch.ravel(), *kernel.ravel(), *(patch * kernel).ravel()):
        assert printed(value) in told
    total = printed((patch * kernel).sum())
    result = f"bias +{printed(bias)}, = {printed(before[row, col])}, ReLU → 0.00."
    assert f"sum {total}, {result}" in told
    assert f"行 {row}、列 {col}" in figures.alternative(NAME, "zh", at=(row, col))
    assert "of which ReLU makes 0.00" in figures.caption(NAME, at=(row, col))


def test_printed_numbers_that_do_not_add_up_are_said_to_be_rounded():
    notes = {
        at: any("Rounded" in said for said in words(drawn(NAME, at=at)))
        for at in [(10, 15), (7, 12), (8, 13), (6, 11), (9, 9)]
    }
    assert notes[10, 15] is False
    assert any(notes.values())


def test_a_kernel_of_ones_own_is_drawn_with_its_weights():
    figure = drawn(NAME, kernel="sobel-x")
    said = words(figure)
    assert said.count("−2.00") == 1
    assert any(text.startswith("A kernel made by hand") for text in said)
    assert len(pictures(drawn(NAME, kernel="log-5"), 24)) == 1


@pytest.mark.parametrize("width", [figures.COLUMN, figures.PAGE])
@pytest.mark.parametrize("kernel", ["log-5", ";".join(["0,1,0,-1,0,2,1"] * 7)])
def test_larger_kernels_print_all_their_numbers(kernel, width):
    step = figures.make(NAME, kernel=kernel).step
    said, many = words(drawn(NAME, width, kernel=kernel)), step.kernel.size
    runs = [said[n : n + many] for n in range(len(said))]
    for values in (step.patch, step.kernel, step.products):
        # With two decimals where there is room, else with one.
        texts = [[f"{v + 0.0:.{n}f}" for v in values.ravel()] for n in (2, 1)]
        plain = [[t.replace("-", "") if float(t) == 0 else t for t in run] for run in texts]
        assert any([t.replace("-", "−") for t in run] in runs for run in plain)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"at": (26, 0)}, "no row 26, column 0 in the map: rows are 0 to 25"),
        ({"at": (0, 24), "kernel": "log-5"}, "columns 0 to 23"),
        ({"at": (-1, 0)}, "no row -1"),
        ({"at": "9,9"}, "at='9,9' is not possible: give a pair"),
        ({"filter": 32}, "there is no filter 32"),
        ({"filter": 3, "kernel": "sobel-x"}, "exclude one another"),
        ({"filter": "3"}, "filter='3' is not possible: give a whole number or None"),
        ({"filter": True}, "filter=True is not possible"),
        ({"digit": 3, "sample": 4}, "--digit and --sample exclude one another"),
        ({"digit": 12}, "no digit 12"),
        ({"steps": "3"}, "no option 'steps'"),
    ],
)
def test_what_cannot_be_shown_is_refused(options, said):
    with pytest.raises(UsageError, match=said):
        figures.draw(NAME, **options)


STRIP = "sliding-window-steps"


@pytest.mark.parametrize(("width", "in_row"), [(figures.COLUMN, 3), (figures.PAGE, 6)])
def test_a_strip_visits_its_places_in_the_order_of_the_sweep(width, in_row):
    pixels, kernel, _, before, after = by_hand()
    shown = figures.make(STRIP).shown
    order = [(step.row, step.col) for step in shown]
    assert order == sorted(order)
    assert len(order) == 6
    assert set(map(tuple, example(NAME)[1]["stops"].values())) <= set(order)
    figure = drawn(STRIP, width)
    said = words(figure)
    inputs, maps = pictures(figure, 28), pictures(figure, 26)
    assert len(inputs) == len(maps) == 6
    assert len({round(read.y0) for read in inputs}) == 6 // in_row
    for (row, col), read, filled in zip(order, inputs, maps, strict=True):
        assert f"row {row}, column {col}" in said
        assert printed(before[row, col]) in said
        assert printed(after[row, col]) in said
        assert framed(figure, read.box(row, col, 3, 3))
        assert framed(figure, filled.box(row, col))
        for value in pixels[row : row + 3, col : col + 3].ravel():
            assert printed(value) in said
    for value in kernel.ravel():
        assert printed(value) in said


@pytest.mark.parametrize("steps", ["4", "5", "7", "8"])
def test_a_strip_has_as_many_places_as_are_asked_for(steps):
    assert len(pictures(drawn(STRIP, steps=steps), 28)) == int(steps)
    told = figures.alternative(STRIP, steps=steps)
    assert told.startswith(f"{steps} positions")
    assert told.count(", ReLU ") == int(steps)


def test_a_strip_of_a_blank_picture_has_places_all_the_same():
    blank = Picture(np.zeros((28, 28, 1), np.float32), None, "blank paper")
    shown = figures.make(STRIP, picture=blank, steps="5").shown
    assert len({(step.row, step.col) for step in shown}) == 5


@pytest.mark.parametrize("steps", ["3", "9", "all", "many"])
def test_too_few_or_too_many_places_are_refused(steps):
    with pytest.raises(UsageError, match="give 4 to 8"):
        figures.draw(STRIP, steps=steps)


def test_titles_of_grids_stand_above_them():
    figure = drawn(NAME)
    (read,) = pictures(figure, 28)
    x, y = where(figure, "Input")
    assert x == pytest.approx(read.x0)
    assert read.y0 - 12 < y < read.y0
