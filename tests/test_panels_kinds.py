"""Bars, charts, trees, stacks and formulas: each where its numbers put it, on every sheet."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from convexplain import panels
from convexplain.errors import UsageError
from convexplain.ops import conv2d_steps
from convexplain.panels import (
    SHEETS,
    Axis,
    Bar,
    Bars,
    Branch,
    Cells,
    Chart,
    Column,
    Curve,
    Diagram,
    Fill,
    Formula,
    Grid,
    Hops,
    Legend,
    Link,
    Maps,
    Number,
    Overlay,
    Path,
    Row,
    Runs,
    Scale,
    Table,
    Term,
    Text,
    Tree,
    Words,
    place,
    problems,
)
from convexplain.panels.charts import ticks
from convexplain.style.captions import Caption
from convexplain.style.theme import DARK, LIGHT
from tests.often import later

LANGS = ["en", "zh"]
RESPONSE = Scale(2.5, Caption(en="response", zh="响应"), signed=False)
WEIGHTS = Scale(0.5, Caption(en="weights", zh="权重"))


def said(en, zh=None):
    return Caption(en=en, zh=zh or en)


def patch(name, side=5, **how):
    return Cells(name, np.linspace(0, 1, side * side).reshape(side, side), **how)


def bars():
    return Bars(
        "bars",
        [
            Bar("three", said("3", "3"), 0.8),
            Bar("two", said("two", "二"), -0.4),
            Bar("none", "none", 0),
        ],
        Scale(1.0),
        title=said("Logits", "输出"),
    )  # fmt: skip


def chart():
    x = np.arange(154)
    y = 8 - 0.13 * x
    return Chart(
        "chart",
        [
            Curve("three", x, y, said("logit of 3", "3 的输出"), "accent"),
            Curve("two", x, y / 2, said("of 2")),
            Curve("flat", x, y / 2 + 0.01, said("of 1"), dashed=True),
        ],
        Axis(said("cells set to 0", "设为 0 的单元")),
        Axis(said("logit")),
    )


def tree(rows=2):
    def branch(name, level):
        parts = [branch(f"{name}{n}", level - 1) for n in range(2)] if level else []
        title = said("3.2%") if level < rows else None
        side = (3, 8, 18)[level]
        return Branch(
            f"to-{name}", patch(f"p{name}", side, title=title, share=f"level{level}"), parts,
            lit=name.endswith("0"),
        )  # fmt: skip

    names = [None, *(Text(f"row{n}", f"conv{n}") for n in range(rows))]
    return Tree("tree", branch("r", rows), rows=names)


COUNTS = np.array([[1032, 7, 0], [0, 988, 12], [1, 2, 1001]])


def matrix():
    names = ["bird", "cat", "deer"]
    return panels.Matrix(
        "counts", COUNTS, Scale(12.0, signed=False, counts=True), rows=names,
        columns=["0", "1", "2"], ends=["99.3%", "98.8%", "99.7%"],
        end_title=said("right", "准确率"),
    )  # fmt: skip


PICTURES = {
    "bars": lambda: bars(),
    "chart": lambda: chart(),
    "tree": lambda: tree(),
    "stack": lambda: Column(
        Maps("maps", np.ones((13, 13, 32)), RESPONSE, stack=True), Legend("legend")
    ),
    "wall": lambda: Row(
        Maps("wall", np.ones((13, 13, 7)), RESPONSE, under=np.ones((13, 13)),
             kernels=np.ones((3, 3, 7))), Legend("legend"),
    ),
    "labelled": lambda: Column(
        Maps("maps", np.ones((9, 9, 6)), RESPONSE, labels=list("012345"), columns=3, lines=True,
             kernels=np.ones((3, 3, 6)), kernel_scale=Scale(1.0, said("weights", "权重")),
             marks={"shown": 2, "other": 4}, quiet=("other",)), Legend("legend"),
    ),
    "matrix": lambda: matrix(),
    "band": lambda: Chart(
        "chart", [Curve("line", np.arange(4), np.arange(4), said("mean"), low=[0, 0, 1, 2],
                        high=[1, 2, 3, 4])], panels.Axis(said("shift")), panels.Axis(said("share")),
    ),
    "pale": lambda: Cells("read", np.eye(9), dim=np.tri(9, dtype=bool)),
    "number": lambda: Number("found", 0.57, RESPONSE, title=said("response", "响应")),
    "formula": lambda: Formula(
        "law",
        [Term("a", "0.55", said("sum", "求和")), Term("op", "+"), Term("b", "0.02", said("bias"))],
    ),
    "listed": lambda: Formula(
        "law",
        [Term("a", "0.55", said("sum", "求和")), Term("b", "+0.02", said("bias"))], listed=True,
    ),
    "broken": lambda: Formula(
        "law",
        [Term("a", "0.55", said("sum", "求和")), Term("b", "= 0.6"), Term("c", "1")], large=True,
        broken="c",
    ),
    "hops": lambda: Column(
        Hops("hops", [0, 2, 4, 6], 9, share="row", counter=said("3 hops")),
        Cells("row", np.zeros((3, 9)), share="row"),
    ),
    "table": lambda: Table(
        "table",
        [("conv1", "26 × 26 × 32"), (said("dense", "全连接"), "10")],
        header=("layer", "shape"),
    ),
    "both": lambda: Column(Row(patch("read", 28, share="a"), chart()), bars()),
}  # fmt: skip


#: Each kind on each sheet, in languages by turns; in the others as soak.
LAID_OUT = [
    value if sum(at) % 2 == 0 else later(*value)
    for at, value in zip(
        product(*(range(len(each)) for each in (PICTURES, SHEETS, LANGS))),
        product(PICTURES, SHEETS, LANGS),
        strict=True,
    )
]


@pytest.mark.parametrize(("kind", "sheet", "lang"), LAID_OUT)
def test_every_kind_lays_itself_out_on_every_sheet(kind, sheet, lang):
    assert problems(place(Diagram(PICTURES[kind]()), SHEETS[sheet], lang)) == []


def test_bars_are_as_long_as_their_values():
    placed = place(Diagram(bars()), panels.PAGE)
    three, two = placed["bars.three"], placed["bars.two"]
    assert three.width == pytest.approx(2 * two.width)
    assert three.x == pytest.approx(two.right)
    assert placed["bars.none"].width == 0
    texts = [piece.text for piece in placed.of("bars") if isinstance(piece, Words)]
    assert texts == ["Logits", "3", "0.80", "two", "−0.40", "none", "0.00"]
    assert placed["bars.two.label"].right < two.x


def test_a_post_stands_over_the_first_cell_of_each_place_and_arcs_lead_from_one_to_the_next():
    placed = place(Diagram(PICTURES["hops"]()), panels.VIDEO)
    for n, start in enumerate((0, 2, 4, 6)):
        assert placed[f"hops.post-{n}"].x == pytest.approx(placed[f"row[0, {start}]"].middle[0])
    arcs = [placed.piece(f"hops.arc-{n}") for n in range(3)]
    for n, arc in enumerate(arcs):
        assert arc.points[0][0] == pytest.approx(placed[f"hops.post-{n}"].x)
        assert arc.points[-1][0] == pytest.approx(placed[f"hops.post-{n + 1}"].x)
    assert not [piece for piece in placed.pieces if piece.name == "hops.arc-3"]


def runs(size=(16, 28)):
    measured = [
        Runs("a", 1.0, [0.98, 0.98, 0.985], said("a")),
        Runs("b", 1.1, [0.97, 0.99], said("b"), "accent", corners=3),
        Runs("c", 3.0, [0.975], said("c")),
    ]
    return Chart(
        "runs", (), Axis(said("work"), 0, 4), Axis(said("accuracy"), 0.96, 1.0, percent=True),
        runs=measured, size=size,
    )  # fmt: skip


def test_dots_of_repeated_measurements_stand_at_their_values_and_apart():
    placed = place(Diagram(runs()), panels.VIDEO)
    box = placed["runs.axes"]
    for name, values in (("a", [0.98, 0.98, 0.985]), ("b", [0.97, 0.99]), ("c", [0.975])):
        for n, value in enumerate(values):
            wanted = box.bottom - (value - 0.96) / 0.04 * box.height
            assert placed[f"runs.{name}-{n}"].middle[1] == pytest.approx(wanted)
        # The band is as high as the range, and no higher.
        band = placed[f"runs.{name}.band"]
        edges = [box.bottom - (v - 0.96) / 0.04 * box.height for v in (max(values), min(values))]
        assert (band.y, band.bottom) == pytest.approx(tuple(edges))
    lines = [placed[f"runs.line{n}"].y for n in range(1, 3)]
    ticks = [placed[f"runs.y{n}"].middle[1] for n in range(1, 3)]
    assert lines == pytest.approx(ticks)
    first, second = placed["runs.a-0"], placed["runs.a-1"]
    assert not first.meets(second)
    assert placed["runs.a"].x == pytest.approx(box.x + box.width / 4)
    assert "a 98.00% / 98.00% / 98.50%" in runs().describe("en")
    assert problems(placed) == []


def test_ticks_stand_where_they_are_asked_for():
    assert Axis(said("side"), 2, 8, at=(3, 5, 7)).ticks(2, 8) == [3, 5, 7]
    assert Axis(said("side"), at=(3, 5, 7)).ticks(4, 8) == [5, 7]


def test_a_map_of_one_cell_lets_the_cells_stay_small_that_it_shares():
    big = Cells("big", np.zeros((60, 60)), share="cells")
    placed = place(Diagram(Row(big, Cells("one", np.ones((1, 1)), share="cells", small=True))),
                   panels.VIDEO)  # fmt: skip
    assert placed["one"].width == pytest.approx(placed["big"].width / 60)
    with pytest.raises(UsageError, match="does not fit"):
        place(Diagram(Row(big, Cells("one", np.ones((1, 1)), share="cells"))), panels.VIDEO)


def test_a_scale_of_whole_numbers_prints_whole_numbers():
    counts = Scale(9.0, said("times read"), signed=False, counts=True)
    cells = Cells("reads", np.arange(10).reshape(2, 5), counts)
    placed = place(Diagram(Column(cells, Legend("legend"))), panels.VIDEO)
    texts = [piece.text for piece in placed.of("legend") if isinstance(piece, Words)]
    assert texts == ["times read", "0", "9"]
    assert "from 0 to 9" in cells.describe("en")


def test_a_name_that_all_bars_share_is_told_once():
    same = [Bar(str(n), "product", value) for n, value in enumerate([0.2, -0.1])]
    assert Bars("votes", same, WEIGHTS).describe("en") == "product: 0.20, −0.10."
    assert Bars("votes", same[:1], WEIGHTS).describe("en") == "product 0.20."
    assert (
        Bars("votes", [*same, Bar("b", "bias", 0.5)], WEIGHTS)
        .describe("zh")
        .startswith("product 0.20，product −0.10，bias 0.50")
    )


def test_shares_lie_end_to_end_and_the_rest_fills_up():
    shares = [Bar("a", "a", 0.2, tone="accent"), Bar("b", "b", 0.1, tone="positive")]
    stack = Bars("bar", shares, Scale(1.0), stacked=True, rest=0.7, length=10)
    placed = place(Diagram(stack), panels.PAGE)
    whole = placed["bar"]
    assert placed["bar.a"].x == pytest.approx(whole.x)
    assert placed["bar.b"].x == pytest.approx(placed["bar.a"].right)
    assert placed["bar.b"].right == pytest.approx(placed["bar.rest"].x)
    assert placed["bar.rest"].right == pytest.approx(whole.right)
    assert placed["bar.a"].width == pytest.approx(0.2 * whole.width)


def test_votes_for_and_against_hang_on_two_sides():
    votes = Bars("votes", [Bar(str(n), "", v) for n, v in enumerate([0.2, -0.1, 0.3])], WEIGHTS,
                 stacked=True)  # fmt: skip
    placed = place(Diagram(votes), panels.VIDEO)
    assert placed["votes.2"].x == pytest.approx(placed["votes.0"].right)
    assert placed["votes.1"].y == pytest.approx(placed["votes.0"].bottom)
    assert placed["votes.1"].x == pytest.approx(placed["votes.0"].x)
    colours = {p.name: p.colour(DARK) for p in placed.of("votes") if isinstance(p, Fill)}
    assert colours["votes.1"] != colours["votes.0"]


def test_upright_votes_stand_on_zero_and_hang_from_it():
    votes = [Bar(str(n), str(n), v) for n, v in enumerate([0.2, -0.1, 0.3, -0.3])]
    column = Bars("votes", votes, WEIGHTS, stacked=True, upright=True, thick=2)
    placed = place(Diagram(column), panels.VIDEO)
    zero, box = placed["votes.zero"].y, placed["votes"]
    assert placed["votes.0"].bottom == pytest.approx(zero)
    assert placed["votes.2"].bottom == pytest.approx(placed["votes.0"].y)
    assert placed["votes.2"].height == pytest.approx(1.5 * placed["votes.0"].height)
    assert placed["votes.1"].y == pytest.approx(zero)
    assert placed["votes.3"].bottom == pytest.approx(box.bottom)


def test_votes_with_a_total_are_taken_back_beside_those_that_stand():
    votes = [Bar(str(n), str(n), v) for n, v in enumerate([0.2, -0.1, 0.3, -0.3])]
    column = Bars("votes", votes, WEIGHTS, stacked=True, upright=True, thick=2, total="0.10")
    placed = place(Diagram(column), panels.VIDEO)
    zero, box = placed["votes.zero"].y, placed["votes"]
    assert zero == pytest.approx(box.bottom)
    assert placed["votes.0"].bottom == pytest.approx(zero)
    assert placed["votes.1"].y == pytest.approx(placed["votes.2"].y) == pytest.approx(box.y)
    assert placed["votes.1"].x == pytest.approx(placed["votes.0"].right)
    assert placed["votes.3"].bottom == pytest.approx(placed["votes.total"].y)
    assert zero - placed["votes.total"].y == pytest.approx(placed["votes.0"].height / 2)
    assert placed.piece("votes.total.value").text == "0.10"
    assert panels.problems(placed) == []


def test_blocks_leave_free_what_parts_them_and_a_quarter_at_most():
    blocks = [Bar("high", "", 0.4), Bar("low", "", 0.001)]
    plain, parted = (
        place(
            Diagram(Bars("pile", blocks, WEIGHTS, stacked=True, upright=True, apart=apart)),
            panels.VIDEO,
        )
        for apart in (0.0, 0.1)
    )
    text = panels.VIDEO.text
    assert parted["pile.high"].height == pytest.approx(plain["pile.high"].height - 0.1 * text)
    assert parted["pile.low"].height == pytest.approx(0.75 * plain["pile.low"].height)
    for name in ("pile.high", "pile.low"):
        assert parted[name].middle == pytest.approx(plain[name].middle)


def test_one_channel_of_a_photograph_is_light_in_every_theme():
    for theme in (LIGHT, DARK):
        colours = panels.LIGHT.colours([[0.0, 0.5, 1.0]], theme)
        assert colours.tolist() == [[[0, 0, 0], [128, 128, 128], [255, 255, 255]]]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 153, [0, 50, 100, 150]),
        (-10.9, 7.96, [-10, -5, 0, 5]),
        (0.7, 1.0, [0.7, 0.8, 0.9, 1.0]),
        (0, 1, [0, 0.25, 0.5, 0.75, 1]),
    ],
)
def test_ticks_are_round(low, high, expected):
    assert ticks(low, high) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("axis", "low", "high", "printed"),
    [
        ({}, 0, 10, ["0.0", "2.5", "5.0", "7.5", "10.0"]),
        ({"whole": True}, 0, 10, ["0", "5", "10"]),
        ({"whole": True}, 0, 3, ["0", "1", "2", "3"]),
        ({"whole": True}, 0.2, 0.9, []),
        ({}, -0.4, 0.6, ["−0.25", "0.00", "0.25", "0.50"]),
        ({"percent": True}, 0, 0.1, ["0.0%", "2.5%", "5.0%", "7.5%", "10.0%"]),
        ({"percent": True}, 0, 1, ["0%", "25%", "50%", "75%", "100%"]),
    ],
)
def test_a_tick_stands_where_its_number_says(axis, low, high, printed):
    shown = Axis(said("n"), low, high, **axis)
    found = shown.ticks(low, high)
    assert [shown.text(value, found[1] - found[0]) for value in found] == printed
    for value, text in zip(found, printed, strict=True):
        number = float(text.replace("−", "-").rstrip("%"))
        assert number == pytest.approx(100 * value if "percent" in axis else value)


def test_a_curve_runs_through_its_points():
    placed = place(Diagram(chart()), panels.PAGE)
    curve, frame = placed.piece("chart.three"), placed.piece("chart.axes").box
    assert isinstance(curve, Path)
    assert curve.points[0] == pytest.approx((frame.x, frame.y))
    assert curve.points[77][0] == pytest.approx(frame.x + frame.width * 77 / 153)
    # Names at the ends keep their distance, in the order of the curves.
    heights = {name: placed[f"chart.{name}.label"].middle[1] for name in ("three", "two", "flat")}
    assert heights["flat"] < heights["two"] < heights["three"]
    assert heights["two"] - heights["flat"] >= placed.sheet.note


def test_a_tree_stands_in_rows_each_parent_above_the_middle_of_its_parts():
    placed = place(Diagram(tree()), panels.VIDEO)
    assert placed["pr0"].y == pytest.approx(placed["pr1"].y)
    assert placed["pr00"].y == pytest.approx(placed["pr11"].y)
    middle = (placed["pr0"].middle[0] + placed["pr1"].middle[0]) / 2
    assert placed["pr"].middle[0] == pytest.approx(middle)
    link = placed.piece("tree.to-r0")
    assert link.points[0][1] >= placed["pr"].bottom
    assert link.points[1][1] <= placed["pr0.title"].y
    assert placed.piece("tree.to-r0").strong
    assert not placed.piece("tree.to-r1").strong
    assert placed["row0"].right < placed["pr0"].x


def test_a_stack_shows_its_first_map_whole():
    placed = place(Diagram(PICTURES["stack"]()), panels.PAGE)
    grids = [p for p in placed.pieces if isinstance(p, Grid) and p.panel == "maps"]
    assert [p.name for p in grids][-1] == "maps[0]"
    first, last = placed["maps[0]"], placed["maps[31]"]
    assert last.x > first.x
    assert last.y < first.y


def test_a_matrix_prints_its_counts_and_colours_what_is_off_the_diagonal():
    placed = place(Diagram(matrix()), panels.PAGE)
    grid = placed.piece("counts")
    assert grid.texts() == [["1,032", "7", ""], ["", "988", "12"], ["1", "2", "1,001"]]
    expected = Scale(12.0).colours(np.where(np.eye(3), 0, COUNTS), LIGHT)
    np.testing.assert_array_equal(grid.colours(LIGHT), expected)
    told = Diagram(matrix()).alternative_text("en")
    assert "cat 98.8%" in told


def test_maps_of_a_wall_have_their_names_above_them_and_their_kernels_beside_these():
    placed = place(Diagram(PICTURES["labelled"]()), panels.PAGE)
    for n in range(6):
        label, own = placed.piece(f"maps.label[{n}]"), placed[f"maps[{n}]"]
        kernel = placed[f"maps.kernel[{n}]"]
        assert label.text == str(n)
        assert label.weight == ("bold" if n == 2 else "regular")
        assert label.box.x == pytest.approx(own.x)
        assert kernel.right == pytest.approx(own.right)
        assert max(label.box.bottom, kernel.bottom) <= own.y + 0.5
        assert kernel.x > label.box.right
    assert placed.piece("maps.shown").tone == "accent"
    assert placed.piece("maps.other").tone == "muted"


def test_cells_that_step_back_are_pale():
    grid = place(Diagram(PICTURES["pale"]()), panels.PAGE).piece("read")
    own, line = LIGHT.picture(np.eye(9)).astype(float), np.array(LIGHT.rgb("line"))
    pale = np.where(np.tri(9, dtype=bool)[..., None], 0.28 * own + 0.72 * line, own)
    assert np.abs(grid.colours(LIGHT) - pale).max() <= 0.5


def test_errors_name_the_panel_in_the_way():
    with pytest.raises(UsageError, match="'tree' takes"):
        place(Diagram(tree(2)), panels.paper(0.5))


def test_every_kind_tells_its_numbers():
    assert Diagram(bars()).alternative_text("en") == "Logits: 3 0.80, two −0.40, none 0.00."
    told = Diagram(chart()).alternative_text("en")
    assert told.startswith("logit of 3 8.0 (cells set to 0 0) to −11.9 (cells set to 0 153)")
    assert Diagram(PICTURES["formula"]()).alternative_text("zh") == "求和 0.55 + bias 0.02。"


def test_sheets_of_a_fan_are_glass_and_so_far_apart_as_is_said():
    values = np.zeros((4, 6, 3))
    values[0, 0] = 2.0, 1.0, -2.0
    maps = Maps("maps", values, Scale(2.0), stack=True, fan=(0.5, 1.5))
    placed = place(Diagram(Row(maps, Legend("legend"))), SHEETS["16:9"])
    assert problems(placed) == []
    front, middle, back = (placed[f"maps[{n}]"] for n in range(3))
    side = front.width / 6
    assert (middle.x - front.x, front.y - middle.y) == pytest.approx((0.5 * side, 1.5 * side))
    assert (back.x - front.x, front.y - back.y) == pytest.approx((side, 3 * side))
    sheets = [piece for piece in placed.pieces if isinstance(piece, Grid) and piece.glass]
    assert [piece.name for piece in sheets] == ["maps[2]", "maps[1]", "maps[0]"]
    painted = [piece.painted(DARK)[0, 0].tolist() for piece in sheets]
    assert painted[2] == [*DARK.rgb("positive"), 255]
    assert painted[1] == [*DARK.rgb("positive"), round(255 * sheets[1].glass / 2)]
    assert painted[0] == [*DARK.rgb("negative"), round(255 * sheets[0].glass)]


def test_a_broad_strip_is_as_long_as_the_frame_is_wide():
    for aspect, sheet in panels.ASPECTS.items():
        strips = [Cells("strip", np.zeros((1, 28)), broad=broad) for broad in (False, True)]
        one, broad = (place(Diagram(Row(strip)), sheet)["strip"].width for strip in strips)
        assert one <= sheet.room, aspect
        assert broad == pytest.approx(sheet.body_box.width), aspect


def test_fine_cells_are_a_part_of_those_of_their_share():
    coarse = Cells("coarse", np.zeros((4, 4)), share="one")
    fine = Cells("fine", np.zeros((20, 5)), share="one", fine=10)
    placed = place(Diagram(Row(coarse, fine)), SHEETS["page"])
    assert placed["fine"].height / 20 == pytest.approx(placed["coarse"].height / 4 / 10)


def test_silent_words_are_told_by_another():
    said = Text("said", "aloud")
    assert Diagram(Row(said, Text("quiet", "twice", silent=True))).alternative_text("en") == "aloud"


def log_chart(**how):
    steps = np.array([2.0, 16.0, 64.0, 640.0, 5000.0])
    return Chart(
        "runs", [Curve("loss", steps, 3 - np.log10(steps) / 2)],
        Axis(said("steps"), log=True), Axis(said("loss"), 0.0, 3.0, most=3),
        dots=(panels.Dot("seen", 64.0, 1.0, said("here", "此处"), side="above"),), **how,
    )  # fmt: skip


def test_ten_times_as_much_is_as_far_everywhere_on_a_logarithmic_axis():
    placed = place(Diagram(log_chart()), panels.VIDEO)
    frame = placed.piece("runs.axes").box
    for (x, _), step in zip(placed.piece("runs.loss").points, (2, 16, 64, 640, 5000), strict=True):
        share = (math.log10(step) - math.log10(2)) / (math.log10(5000) - math.log10(2))
        assert x == pytest.approx(frame.x + share * frame.width)
    words = [p.text for p in placed.of("runs") if p.name in ("runs.x0", "runs.x1", "runs.x2")]
    assert words == ["10", "100", "1,000"]
    assert Axis(said("n"), log=True).ticks(100, 59_800) == [100, 1000, 10_000, 59_800]
    assert Axis(said("n"), log=True).ticks(1, 4300) == [1, 10, 100, 1000]
    assert Axis(said("y"), most=3).ticks(0, 1) == [0, 0.5, 1]
    small = Axis(said("n"), 1e-3, 10, log=True)
    printed = [small.text(value, 0.009) for value in small.ticks(1e-3, 10)]
    assert printed == ["0.001", "0.01", "0.1", "1", "10"]


def test_a_chart_has_room_for_what_its_axes_are_called():
    long = said("what is counted, in which unit")
    for axes in ((Axis(long), Axis(said("y"))), (Axis(said("x")), Axis(long))):
        rising = [Curve("a", np.arange(3.0), np.arange(3.0))]
        charts = [Chart(name, rising, *axes, size=(9, 8)) for name in ("one", "other")]
        both = panels.Either(Row(*charts), Column(*charts))
        assert problems(place(Diagram(both), panels.COLUMN)) == []


@pytest.mark.parametrize("sheet", [panels.VIDEO, panels.PAGE, panels.COLUMN], ids=lambda s: s.name)
def test_a_dot_lies_on_its_point_with_its_name_beside_it(sheet):
    placed = place(Diagram(log_chart()), sheet)
    frame, dot = placed.piece("runs.axes").box, placed["runs.seen"].middle
    share = math.log(64 / 2) / math.log(5000 / 2)
    assert dot == pytest.approx((frame.x + share * frame.width, frame.bottom - frame.height / 3))
    label = placed["runs.seen.label"]
    assert label.middle[0] == pytest.approx(dot[0])
    assert label.bottom < placed["runs.seen"].y
    assert panels.problems(placed) == []
    assert "here (64, 1.0)" in Diagram(log_chart()).alternative_text("en")


def test_flags_stand_above_the_curves_and_one_another():
    steps = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 10.0])
    losses = np.array([1.0, 3.0, 1.0, 5.0, 1.0, 0.0])
    own = panels.Dot("own", 2.0, 3.0, said("a much longer name", "名字"), side="flag")
    other = panels.Dot("other", 4.0, 5.0, said("another", "另一个"), side="flag")
    chart = panels.Chart(
        "chart", [panels.Curve("loss", steps, losses)], panels.Axis(said("steps", "步")),
        panels.Axis(said("loss", "损失"), 0.0, 9.0), size=(18, 20), dots=(own, other),
    )  # fmt: skip
    placed = place(Diagram(chart), panels.VIDEO)
    low, high = placed["chart.own.label"], placed["chart.other.label"]
    assert placed["chart.other"].middle[1] == pytest.approx(high.middle[1])
    assert "chart.other.stem" not in placed
    (x, foot), (_, top) = placed.piece("chart.own.stem").points
    assert (x, foot) == placed["chart.own"].middle
    assert top == pytest.approx(low.middle[1])
    # As high as it is, the longer name would run through the second peak and its name.
    assert high.x < low.right
    assert low.bottom < high.y < foot
    assert problems(placed) == []


def test_a_small_scale_s_ends_have_two_digits_that_are_not_zero():
    small = Maps("moves", np.full((3, 3, 4), 0.001), Scale(0.0025, said("change", "变化")))
    placed = place(Diagram(Column(small, Legend("legend"))), panels.VIDEO)
    assert {"−0.0025", "0", "0.0025"} <= {getattr(p, "text", "") for p in placed.of("legend")}


def test_maps_lie_on_their_picture_with_a_kernel_in_the_corner():
    values, under = np.arange(4 * 5 * 3.0).reshape(4, 5, 3), np.ones((4, 5)) / 2
    kernels = np.linspace(-1, 1, 12).reshape(2, 2, 3)
    wall = Maps("wall", values, Scale(60.0), columns=2, under=under, kernels=kernels)
    placed = place(Diagram(Column(wall, Legend("legend"))), panels.VIDEO)
    for channel in range(3):
        shown, below = placed.piece(f"wall[{channel}]"), placed.piece(f"wall.under[{channel}]")
        kernel = placed.piece(f"wall.kernel[{channel}]")
        assert shown.box == below.box
        np.testing.assert_array_equal(below.values, under)
        np.testing.assert_array_equal(kernel.values, kernels[:, :, channel])
        assert kernel.scale.limit == 1.0
        assert (kernel.box.x, kernel.box.y) == (shown.box.x, shown.box.y)
        assert kernel.box.width == pytest.approx(shown.box.height / 4)
        order = [piece.name for piece in placed.pieces]
        assert order.index(below.name) < order.index(shown.name) < order.index(kernel.name)


def test_glass_on_a_picture_is_as_opaque_as_its_values():
    map_ = Cells("map", np.array([[0.0, -0.6, 2.4]]), Scale(2.4), glass=1.0)
    picture = Overlay(Cells("read", np.ones((1, 3)), share="map"), map_)
    placed = place(Diagram(Row(picture, Legend("legend"))), panels.VIDEO)
    np.testing.assert_array_equal(placed.piece("map").painted(DARK)[0, :, 3], [0, 64, 255])
    assert placed.piece("read").glass == 0


def test_bars_of_a_number_are_its_votes_its_bias_and_what_they_come_to():
    x, kernel = np.array([[[2.0], [1.0], [3.0]]]), np.array([[[[0.5]], [[-1.0]], [[-0.25]]]])
    step = conv2d_steps(x, kernel, [0.1])[0]
    votes = Bars.of("votes", step.votes(), Scale(2.0), lowest=-2.0)
    assert [bar.value for bar in votes.bars] == pytest.approx([1.0, -1.75, 0.1, -0.65])
    other = Bars("other", [Bar("only", "only", 2.0)], Scale(2.0), lowest=-2.0, share="votes")
    placed = place(Diagram(Column(votes, other, align="left")), panels.VIDEO)
    zero, unit = placed["votes.zero"].x, placed["other.only"].width / 2.0
    for bar in votes.bars:
        box = placed[f"votes.{bar.name}"]
        end = box.right if bar.value > 0 else box.x
        # All are as long as their values, to the side of their sign.
        assert end - zero == pytest.approx(bar.value * unit)
    # The same room is kept below zero where no bar goes there.
    assert placed["other.zero"].x == pytest.approx(zero)


def test_a_link_ends_at_the_rim_and_words_stand_in_the_middle_of_it():
    box, ring = Text("layers", "5 layers", rim="box"), Text("plus", "+", rim="circle")
    placed = place(Diagram(Row(box, ring, gap=3), (Link("layers", "plus"),)), SHEETS["16:9"], "en")
    assert problems(placed) == []
    for name in ("layers", "plus"):
        rim, words = placed.of(name)
        assert words.box.middle == pytest.approx(rim.box.middle)
        assert words.box.grown(-1).width < rim.box.width
        assert rim.points[0] == pytest.approx(rim.points[-1])
    (link,) = (piece for piece in placed.pieces if piece.name == "layers->plus")
    assert link.points[0][0] == pytest.approx(placed["layers"].right)
    assert link.points[-1][0] == pytest.approx(placed["plus"].x)
    assert placed["plus"].width == placed["plus"].height


# What is no number.

GAP = np.array([[0.5, np.nan], [1.0, 0.25]])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Cells("map", GAP),
         r"'map' holds nan at \[0, 1\]: .* computed=np.isfinite\(values\)"),
        (lambda: Cells("map", GAP, computed=np.array([[True, True], [False, False]])),
         r"'map' holds nan at \[0, 1\]"),
        (lambda: Maps("wall", np.full((2, 2, 3), -np.inf), Scale(1.0)),
         r"'wall' holds -inf at \[0, 0, 0\]: give numbers"),
        (lambda: Bars("bars", [Bar("a", "a", 1.0), Bar("b", "b", np.nan)], Scale(1.0)),
         r"'bars' holds nan at \[1\]"),
        (lambda: Chart("chart", [Curve("c", np.arange(2), np.array([np.inf, 1]))],
                       Axis("x"), Axis("y")),
         r"'chart' holds inf at \[0\]"),
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_with_its_panel_and_what_helps(make, said):
    with pytest.raises(ValueError, match=said):
        make()


def test_where_nothing_is_computed_yet_any_value_may_stand():
    for numbers, told in ((True, "0.50, ·; 1.00, 0.25."), (False, "from 0.25 to 1.00, 3 of 4")):
        cells = Cells("map", GAP, computed=np.isfinite(GAP), numbers=numbers)
        assert told in cells.describe("en")
        grid = place(Diagram(cells), panels.PAGE).piece("map")
        assert np.isfinite(grid.values).all()
        assert grid.texts()[0][1] == ""
