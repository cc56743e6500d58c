"""Pictures lay themselves out: nothing overlaps or leaves a sheet, whatever they hold."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convexplain import panels
from convexplain.errors import UsageError
from convexplain.panels import (
    SHEETS,
    Addend,
    Aligned,
    Box,
    Cells,
    Column,
    Diagram,
    Either,
    Formula,
    Grid,
    Legend,
    Link,
    Maps,
    Mark,
    Overlay,
    Path,
    Row,
    Scale,
    Sum,
    Table,
    Term,
    Text,
    Words,
    place,
    problems,
)
from convexplain.panels.box import around
from convexplain.panels.pieces import Piece
from convexplain.panels.place import _Fit
from convexplain.style.captions import Caption
from convexplain.style.theme import DARK, LIGHT, contrast, least_opacity
from tests.often import covering

RANDOM = np.random.default_rng(5)
WEIGHTS = Scale(0.42, Caption(en="weights", zh="权重"))
RESPONSE = Scale(2.5, Caption(en="response", zh="响应"), signed=False)


def said(en, zh=None):
    return Caption(en=en, zh=zh or en)


def step(size=28, kernel=3, colour=False):
    """One step of a convolution: every kind of panel that its picture needs."""
    out = size - kernel + 1
    shape = (size, size, 3) if colour else (size, size)
    pixels = RANDOM.random(shape)
    weights = RANDOM.uniform(-0.42, 0.42, (kernel, kernel))
    patch = RANDOM.random((kernel, kernel))
    done = np.arange(out * out).reshape(out, out) < out * out // 3
    row, col = size // 3, size // 2
    read = Cells(
        "input", pixels, title=said("Input", "输入"), note=said(f"{size} × {size}"), share="pixels",
        marks={"window": Mark(row, col, kernel, kernel)},
    )  # fmt: skip
    shown = Cells("patch", patch, title=said("Patch", "图块"), numbers=True, share="numbers")
    filter_ = Cells(
        "kernel", weights, WEIGHTS, title=said("Kernel", "卷积核"), numbers=True, share="numbers"
    )
    products = Cells(
        "products", patch * weights, WEIGHTS, numbers=True, share="numbers",
        title=said("Products, cell by cell", "逐元素乘积"),
    )  # fmt: skip
    total = Sum(
        "sum",
        (Addend("all", said("sum", "求和"), 0.62), Addend("bias", said("bias", "偏置"), 0.02)),
        0.64, "ReLU", 0.64, RESPONSE, widest=2.5,
    )  # fmt: skip
    responses = Cells(
        "map", RANDOM.random((out, out)) * 2.5, RESPONSE, title=said("Response map", "响应图"),
        counter=said("12 / 676"), share="pixels", computed=done, marks={"cell": Mark(row, col)},
    )  # fmt: skip
    filled = Column(responses, Legend("legend"), gap=0.5)
    sign = Text("times", "⊙", role="sign", tone="muted")
    block = Aligned(((shown, sign, filter_), (products, None, total)), gap=0.5, down="middle")
    both = Row(read, filled, align="top")
    root = Either(
        Row(read, block, filled),
        Column(both, block, align="middle"),
        Column(both, Row(shown, sign, filter_, products, total), align="middle"),
        Column(both, Row(shown, sign, filter_, gap=0.5), Row(products, total), align="middle"),
        Column(read, filled, Row(shown, sign, filter_, gap=0.5), Row(products, total)),
    )
    links = (
        Link("input.window", "patch", "zoom"),
        Link("products", "sum", "gather", "muted"),
        Link("sum.activated", "map.cell"),
    )
    return Diagram(root, links)


@pytest.mark.parametrize(
    ("sizes", "sheet", "lang"),
    covering(
        [
            (28, 3, False),
            (28, 5, False),
            (28, 7, False),
            (32, 3, True),
            (96, 5, True),
            (224, 7, True),
        ],
        [*SHEETS],
        ["en", "zh"],
        pairs=True,
    ),
)
def test_a_step_lays_itself_out_on_every_sheet(sizes, sheet, lang):
    size, kernel, colour = sizes
    assert problems(place(step(size, kernel, colour), SHEETS[sheet], lang)) == []


def test_numbers_in_cells_stay_as_long_as_there_is_room():
    assert place(step(), panels.VIDEO).decimals == 2
    assert place(step(), panels.PAGE).decimals == 2
    assert place(step(kernel=5), panels.PAGE).decimals == 2
    assert place(step(kernel=7), panels.SQUARE).decimals is None


def test_a_legend_explains_the_colours_that_have_no_numbers():
    def explained(kernel, sheet):
        placed = place(step(kernel=kernel), sheet)
        return [piece.text for piece in placed.of("legend") if piece.name.endswith(".name")]

    assert explained(3, panels.VIDEO) == ["response"]
    assert explained(7, panels.SQUARE) == ["response", "weights"] or explained(
        7, panels.SQUARE
    ) == ["weights", "response"]


def test_a_colour_without_a_number_or_a_legend_is_refused():
    alone = Diagram(Cells("map", np.ones((9, 9)), RESPONSE))
    with pytest.raises(ValueError, match="the colours of response have no numbers"):
        place(alone, panels.PAGE)
    place(Diagram(Cells("digit", np.ones((9, 9)))), panels.PAGE)


def test_panels_that_share_a_size_have_cells_of_one_size():
    for sheet in SHEETS.values():
        placed = place(step(kernel=5), sheet)
        one, two = placed.piece("input"), placed.piece("map")
        assert one.side == pytest.approx(two.side)
        sides = {placed.piece(name).side for name in ("patch", "kernel", "products")}
        assert max(sides) == pytest.approx(min(sides))
        assert len({placed.piece(name).size for name in ("patch", "kernel", "products")}) == 1


def test_products_stand_under_the_patch():
    placed = place(step(), panels.VIDEO)
    assert placed["products"].x == pytest.approx(placed["patch"].x)
    assert placed["products"].y > placed["patch"].bottom
    assert placed["patch"].y == pytest.approx(placed["kernel"].y)


def test_a_cell_a_row_a_mark_and_all_of_a_panel_have_boxes():
    placed = place(step(), panels.PAGE)
    whole, side = placed["input"], placed["input"].width / 28
    cell = placed["input[9, 14]"]
    assert (cell.x, cell.y) == pytest.approx((whole.x + 14 * side, whole.y + 9 * side))
    assert placed["input.window"].width == pytest.approx(3 * side)
    assert placed["input.window"].x == pytest.approx(cell.x)
    assert placed["input[9]"].width == pytest.approx(whole.width)
    assert placed["input.all"].holds(placed["input.title"])
    assert placed["input.all"].holds(placed["input.note"])
    for name in ("nothing", "input[28, 0]", "input[0, 28]", "input[1, 2, 3]"):
        with pytest.raises(KeyError):
            placed[name]


def test_maps_are_found_by_channel():
    maps = Maps("maps", RANDOM.random((13, 13, 32)) * 2.5, RESPONSE, marks={"chosen": 7})
    placed = place(Diagram(Column(maps, Legend("legend"))), panels.PAGE)
    assert placed["maps.chosen"] == placed["maps[7]"]
    assert placed["maps"].holds(placed["maps[31]"])
    cell = placed["maps[7, 3, 4]"]
    assert placed["maps[7]"].holds(cell)
    assert cell.width == pytest.approx(placed["maps[7]"].width / 13)
    wall = [piece for piece in placed.of("maps") if isinstance(piece, Grid)]
    assert len(wall) == 32
    assert problems(placed) == []


def test_layers_lie_middle_on_middle():
    read, map_ = Cells("read", np.ones((28, 28)), share="a"), Cells(
        "map", np.ones((26, 26)), RESPONSE, share="a"
    )  # fmt: skip
    placed = place(Diagram(Column(Overlay(read, map_), Legend("legend"))), panels.VIDEO)
    assert placed["map[0, 0]"].middle == pytest.approx(placed["read[1, 1]"].middle)
    assert problems(placed) == []


def test_what_does_not_fit_is_refused_with_the_panel_and_what_is_missing():
    long = Formula("law", [Term(str(n), "0.1234567") for n in range(30)])
    with pytest.raises(UsageError) as refused:
        place(Diagram(Column(Cells("digit", np.ones((9, 9))), long)), panels.COLUMN)
    words = str(refused.value)
    assert "'law'" in words
    assert "pt of width are missing" in words
    missing = float(words.split(" pt of width")[0].split()[-1])
    wide = place(Diagram(long), panels.paper(16))["law.all"].width
    assert missing == pytest.approx(wide - panels.COLUMN.body_box.width, abs=0.6)


def test_two_panels_of_one_name_and_a_link_to_nothing_are_refused():
    cells = Cells("a", np.ones((3, 3)))
    with pytest.raises(ValueError, match="two panels are called 'a'"):
        Diagram(Row(cells, cells))
    with pytest.raises(ValueError, match="leads to 'b'"):
        place(Diagram(cells, (Link("a", "b"),)), panels.PAGE)
    with pytest.raises(ValueError, match=r"shape \(2, 3, 4\)"):
        Cells("a", np.ones((2, 3, 4)))


def test_an_arrow_to_words_ends_before_them():
    picture = Diagram(Row(Text("from", "5"), Text("to", "6"), gap=3), (Link("from", "to"),))
    placed = place(picture, panels.PAGE)
    arrow = placed.piece("from->to")
    assert placed["from"].right < arrow.points[0][0]
    assert arrow.points[-1][0] < placed["to"].x


def test_a_line_that_goes_on_behind_words_has_no_arrowhead_before_them():
    row = Row(Text("from", "5"), Text("by", "round"), Text("to", "6"), gap=3)
    links = Link("from", "by", headless=True), Link("by", "to")
    placed = place(Diagram(row, links), panels.PAGE)
    assert [placed.piece(link.name).head for link in links] == [False, True]


def test_a_link_runs_through_lanes():
    for sheet in SHEETS.values():
        placed = place(step(), sheet)
        way = placed.piece("sum.activated->map.cell")
        assert isinstance(way, Path)
        grids = [piece.box for piece in placed.pieces if isinstance(piece, Grid)]
        for start, end in zip(way.points, way.points[1:], strict=False):
            assert start[0] == pytest.approx(end[0]) or start[1] == pytest.approx(end[1])
            assert not any(box.grown(-0.01).crossed_by(start, end) for box in grids)


def test_words_are_not_given_up_for_a_little_more_room():
    cells = Cells("cells", np.full((5, 9), -0.25), WEIGHTS, numbers=True)
    told = Row(cells, Text("sum", "the sum of all"))
    placed = place(Diagram(Either(told, Row(cells))), panels.ASPECTS["1:1"])
    assert "sum" in placed
    alone = place(Diagram(Row(cells)), panels.ASPECTS["1:1"])
    assert alone["cells"].width > placed["cells"].width


def test_a_row_may_be_empty():
    column = Column(
        Text("name", "a"), Row(), Row(Cells("cells", np.ones((3, 3)))), Legend("legend")
    )
    assert problems(place(Diagram(column), panels.VIDEO)) == []


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "1:1"])
def test_a_scale_stands_under_the_panel_that_alone_has_its_colours(aspect):
    def laid(*scales):
        maps = [Cells(f"map-{n}", np.ones((8, 8)), scale, lines=False, share="maps")
                for n, scale in enumerate(scales)]  # fmt: skip
        row = Row(*maps, gap=3, turns=False)
        legend = Legend("legend", row=True)
        column = Column(row, legend, align="middle", turns=False)
        return place(Diagram(column), panels.ASPECTS[aspect])

    other = Scale(0.5, said("other", "另一"), signed=False)
    placed = laid(panels.INK, RESPONSE, other)
    assert placed["legend.0"].x == placed["map-1"].x
    assert placed["legend.1"].x == placed["map-2"].x
    assert problems(placed) == []
    shared = laid(RESPONSE, RESPONSE)
    both = around([shared["map-0"], shared["map-1"]])
    assert shared["legend.0"].middle[0] == pytest.approx(both.middle[0])


def test_a_row_of_four_stands_in_two_rows_before_its_numbers_are_given_up():
    grids = (
        Cells(name, np.full((4, 4), -0.25), WEIGHTS, numbers=True, share="numbers")
        for name in "abcd"
    )
    placed = place(Diagram(Column(Row(*grids), Legend("legend"))), panels.ASPECTS["1:1"])
    assert placed.decimals == 2
    assert placed["a"].y == placed["b"].y < placed["c"].y == placed["d"].y


@pytest.mark.parametrize("sheet", panels.ASPECTS.values(), ids=panels.ASPECTS)
def test_titles_in_a_row_stand_level_where_panels_are_nearly_as_high(sheet):
    def row(titled):
        return Row(*(
            Cells(name, np.ones((high, high)), share="cells", lines=False,
                  title="Title" if titled else None, note="a note" if name == "input" else None)
            for name, high in (("input", 28), ("map", 26), ("patch", 9))
        ), Legend("legend"), turns=False)  # fmt: skip

    placed = place(Diagram(row(True)), sheet)
    assert placed["input"].y == placed["map"].y
    assert placed["input.title"].y == placed["map.title"].y
    placed_without = place(Diagram(row(False)), sheet)
    for laid, names in ((placed, ["patch"]), (placed_without, ["map", "patch"])):
        for name in names:
            assert laid[name].middle[1] == pytest.approx(laid["input"].middle[1])


@pytest.mark.parametrize(("wide", "at"), [(80, 150), (140, 194), (300, None)])
def test_a_link_to_a_panel_straight_below_runs_beside_its_title(wide, at):
    """Its middle lies over 150; only where no room is left beside the title it goes round."""
    places = {"upper": Box(50, 0, 200, 100), "lower": Box(50, 200, 200, 100)}
    grids = [Grid(name, name, box, np.zeros((3, 3)), Scale()) for name, box in places.items()]
    title = Words("lower.title", "lower", Box(40, 150, wide, 40), "Change", 30)
    link, room = Link("upper", "lower"), Box(0, -50, 400, 500)
    (way,) = link.pieces(places.__getitem__, [*grids, title], room, 50)
    assert way.points == ((at, 100), (at, 200)) if at else len(way.points) > 2


def test_a_window_over_a_note_is_linked_by_one_straight_line():
    cells = Cells("input", np.ones((28, 28)), lines=False, share="pixels", note="28 × 28 pixels",
                  marks={"window": Mark(24, 9, 3, 3)})  # fmt: skip
    patch = Cells("patch", np.ones((3, 3)), share="numbers", numbers=True, title="Patch")
    links = (Link("input.window", "patch", "zoom"),)
    column = Column(cells, patch, Legend("legend"), turns=False)
    placed = place(Diagram(column, links), panels.ASPECTS["9:16"])
    (line,) = [piece for piece in placed.pieces if "->" in piece.name]
    start, end = line.points
    window, goal = placed["input.window"], placed["patch"]
    assert window.y <= start[1] <= window.bottom < goal.y <= end[1]
    assert problems(placed) == []


def test_a_way_round_comes_to_words_as_it_leaves_them():
    """It turns once before them and once behind, though their side is a little nearer."""
    places = {"came": Box(0, 0, 100, 100), "layers": Box(-50, 130, 200, 140),
              "plus": Box(0, 300, 100, 100), "round": Box(300, 180, 100, 50)}  # fmt: skip
    pieces: list[Piece] = [
        Grid(name, name, box, np.zeros((3, 3)), Scale())
        for name, box in places.items() if name != "round"
    ]  # fmt: skip
    pieces.append(Words("round", "round", places["round"], "round", 40))
    for link in (Link("came", "round", headless=True), Link("round", "plus")):
        pieces += link.pieces(places.__getitem__, pieces, Box(-100, -100, 600, 600), 40)
    comes, leaves = pieces[-2:]
    assert isinstance(comes, Path)
    assert isinstance(leaves, Path)
    assert len(comes.points) == len(leaves.points) == 3
    assert comes.points[-1][0] == leaves.points[0][0] == places["round"].middle[0]


def test_where_lanes_are_too_wide_for_the_gaps_a_link_takes_narrower_ones():
    window = {"window": Mark(8, 0, 2, 2)}
    upper, lower = (
        [Cells(n, np.ones((10, 10)), share="maps", lines=False, marks=window) for n in names]
        for names in ("abc", "def")
    )
    patch = Cells("patch", np.ones((2, 2)), share="patch", title="a title", weight=3.0)
    rows = (Row(*maps, gap=0.3) for maps in (upper, lower))
    picture = Diagram(
        Column(*rows, patch, Legend("legend"), gap=0.2, align="middle"),
        (Link("e.window", "patch", "zoom"),),
    )
    assert problems(place(picture, panels.ASPECTS["9:16"])) == []


def test_the_checker_sees_what_is_wrong():
    placed = place(step(), panels.PAGE)
    here = placed.piece("input.title").box
    wrong = Words("new", "new", here.moved(3, 1), "Input", 3.0)
    line = Path("stroke", "", here, ((here.x - 5, here.middle[1]), (here.right, here.middle[1])))
    away = Words("away", "away", here.moved(1000, 0), "x", 9)
    found = problems(replace(placed, pieces=(*placed.pieces, wrong, line, away)))
    assert any("overlap" in problem for problem in found)
    assert any("smaller than 5 pt" in problem for problem in found)
    assert any("runs through 'Input'" in problem for problem in found)
    assert any("'away' leaves the sheet" in problem for problem in found)
    moved = replace(placed.piece("patch"), box=placed["input"])
    found = problems(replace(placed, pieces=(*placed.pieces, moved)))
    assert "'input' and 'patch' overlap" in found


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_numbers_can_be_read_on_every_cell(theme):
    for scale in (WEIGHTS, panels.INK, RESPONSE):
        values = np.linspace(scale.least, scale.most, 200).reshape(10, 20)
        grid = Grid("a", "a", Box(0, 0, 200, 100), values, scale, 2, 5.0)
        colours = grid.colours(theme)
        for row, inks in enumerate(grid.inks(theme)):
            for col, ink in enumerate(inks):
                assert contrast(ink, colours[row, col]) >= 4.5


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_dimmed_text_keeps_its_contrast(theme):
    ground, ink = (np.array(theme.rgb(token)) for token in ("background", "ink"))
    opacity = float(least_opacity(ink, ground))
    mixed = np.rint(ground + opacity * (ink - ground)).astype(int)
    assert 3.0 <= contrast(mixed, ground) < 3.2


def test_alternative_text_tells_every_number_in_both_languages():
    patch = np.array([[0.11, 0.34], [0.67, 1.0]])
    cells = Cells("patch", patch, numbers=True, title=said("Patch", "图块"))
    large = Cells("input", np.eye(28), title=said("Input", "输入"), marks={"w": Mark(5, 5, 3, 3)})
    table = Table("t", [["a", "1"], ["b", "2"]], header=["name", "n"])
    diagram = Diagram(Column(cells, large, table))
    english, chinese = diagram.alternative_text("en"), diagram.alternative_text("zh")
    assert english.startswith("Patch: 0.11, 0.34; 0.67, 1.00. Input: 28 × 28, from 0.00 to 1.00")
    assert "rows 5 to 7, columns 5 to 7" in english
    assert "name, n; a, 1; b, 2." in english
    assert chinese.startswith("图块：0.11，0.34；0.67，1.00。输入：28 × 28，0.00 到 1.00")
    told = step().alternative_text("en")
    assert "sum 0.62, bias +0.02, = 0.64, ReLU → 0.64." in told


sizes = st.integers(1, 40)
names = st.text("abcdefgh", min_size=3, max_size=3)


@st.composite
def trees(draw, depth=2):
    """Arrangements of panels of any kind and size."""
    count = 0

    def leaf():
        nonlocal count
        count += 1
        name = f"p{count}"
        title = draw(st.sampled_from([None, said("Title"), said("A longer title", "长一些的标题")]))
        kind = draw(st.sampled_from(["picture", "kernel", "text", "formula", "maps"]))
        share = draw(st.sampled_from(["", "s", "t"]))
        if kind == "picture":
            values = np.full((draw(sizes), draw(sizes)), 0.5)
            return Cells(name, values, share=share, title=title)
        if kind == "kernel":
            values = np.full((draw(st.integers(1, 4)), draw(st.integers(1, 4))), -0.4)
            return Cells(name, values, WEIGHTS, numbers=True, share=f"k{share}", title=title)
        if kind == "text":
            return Text(name, draw(st.sampled_from(["sum", "a longer text, of some words"])))
        if kind == "maps":
            return Maps(name, np.full((5, 6, draw(st.integers(1, 9))), 0.1), RESPONSE, title=title)
        return Formula(name, [Term("a", "0.55", said("sum")), Term("b", "= 0.62")], title=title)

    def part(level):
        if level == 0 or draw(st.booleans()):
            return leaf()
        parts = [part(level - 1) for _ in range(draw(st.integers(1, 3)))]
        if draw(st.booleans()):
            return Row(*parts, align=draw(st.sampled_from(["top", "middle", "bottom"])))
        return Column(*parts, align=draw(st.sampled_from(["left", "middle", "right"])))

    return Diagram(Column(part(depth), Legend("legend")))


#: How much room is left: bends one way, as extents do, and such as no picture has.
ROOM = {
    "a line": lambda x: 10 - 3 * x,
    "flat, then steep": lambda x: min(2.0, 40 - 9 * x),
    "many bends": lambda x: min(5 - x / 7, 20 - 4 * x, 90 - 31 * x),
    "nothing to spare": lambda x: 1e-9 - x,
    "steps": lambda x: 3.0 - np.floor(x),
    "a jump": lambda x: 1.0 if x < 2.3 else -1.0,
    "never enough": lambda x: -1.0 - x,
    "always enough": lambda x: 7.0,
}


@pytest.mark.parametrize("room", ROOM.values(), ids=ROOM)
@pytest.mark.parametrize(("low", "high"), [(0.0, 8.0), (0.1, 3.3), (1.0, 2.4), (2.0, 2.0)])
def test_the_largest_that_fits_is_the_one_that_plain_halving_finds(room, low, high):
    from convexplain.panels.place import _HALVINGS, _largest

    asked = []

    def spare(value):
        asked.append(value)
        return room(value)

    below, above = low, high
    if room(high) >= 0:
        below = high
    else:
        for _ in range(_HALVINGS):
            middle = (below + above) / 2
            below, above = (middle, above) if room(middle) >= 0 else (below, middle)
    assert _largest(low, high, spare) == below
    if room is ROOM["many bends"]:
        assert len(asked) <= _HALVINGS / 2


@settings(max_examples=60, deadline=None)
@given(trees(), st.sampled_from(sorted(SHEETS)), st.sampled_from(["en", "zh"]))
def test_whatever_is_described_is_refused_or_has_no_problem(diagram, sheet, lang):
    try:
        placed = place(diagram, SHEETS[sheet], lang)
    except UsageError:
        return
    assert problems(placed) == []
    shares = {}
    for panel in diagram.root.panels():
        if isinstance(panel, Cells):
            shares.setdefault(panel.group, []).append(placed.piece(panel.name).side)
    for sides in shares.values():
        assert max(sides) == pytest.approx(min(sides))
    with pytest.MonkeyPatch.context() as patch:
        # No arrangement that would win is passed over.
        patch.setattr(_Fit, "rivals", lambda self, *_: self.possible)
        again = place(diagram, SHEETS[sheet], lang)
    assert dict(again) == dict(placed)


@pytest.mark.parametrize(("width", "long"), [(30, 5), (16, 3), (10, 2)])
def test_panels_stand_in_the_longest_rows_for_which_there_is_room(width, long):
    sheet = replace(panels.PAGE, width=width * panels.PAGE.text)
    words = [Text(f"word-{n}", said("wwww")) for n in range(5)]
    placed = panels.place(Diagram(panels.Rows(*words, lengths=(5, 3, 2))), sheet)
    tops = [round(placed[f"word-{n}"].y) for n in range(5)]
    assert [tops.count(top) for top in dict.fromkeys(tops)] == (
        {5: [5], 3: [3, 2], 2: [2, 2, 1]}[long]
    )


def grids(many, size=9, **how):
    return [Cells(f"grid-{n}", RANDOM.random((size, size)), numbers=False, **how)
            for n in range(many)]  # fmt: skip


def lies(placed, *names):
    """Tell how some panels stand: beside one another, or under one another."""
    boxes = [placed[name] for name in names]
    beside = all(one.right <= other.x for one, other in pairwise(boxes))
    under = all(one.bottom <= other.y for one, other in pairwise(boxes))
    assert beside != under
    return "beside" if beside else "under"


@pytest.mark.parametrize("arrange", [Row, Column])
@pytest.mark.parametrize(("sheet", "how"), [("16:9", "beside"), ("9:16", "under")])
def test_a_row_becomes_a_column_where_cells_are_then_clearly_larger(sheet, how, arrange):
    root = Column(arrange(*grids(2, share="cells")), Legend("legend", row=True))
    placed = place(Diagram(root), SHEETS[sheet])
    assert lies(placed, "grid-0", "grid-1") == how
    names = [piece.name for piece in placed.pieces]
    assert names.index("grid-0") < names.index("grid-1")


def test_what_is_little_larger_the_other_way_round_stays():
    # In a square frame without title and caption, neither way is better than the other.
    sheet = replace(panels.SQUARE, title=0, caption=0)
    for arrange, how in ((Row, "beside"), (Column, "under")):
        placed = place(Diagram(arrange(*grids(2, share="cells"), Legend("legend"))), sheet)
        assert lies(placed, "grid-0", "grid-1") == how


@pytest.mark.parametrize(("sheet", "rows"), [("16:9", 1), ("4:3", 1), ("1:1", 2)])
def test_a_row_of_four_stands_in_two_rows_where_cells_are_then_much_larger(sheet, rows):
    row = Row(*grids(4, share="cells", title=said("one of four")))
    placed = place(Diagram(Column(row, Legend("legend"))), SHEETS[sheet])
    boxes = [placed[f"grid-{n}"] for n in range(4)]
    assert len({round(box.y) for box in boxes}) == rows
    assert boxes == sorted(boxes, key=lambda box: (round(box.y), box.x))  # in reading order
    assert panels.problems(placed) == []


def test_the_third_of_a_row_goes_below_where_that_leaves_the_others_much_more_room():
    three = Row(*grids(3, share="cells", title=said("one of three")))
    in_row = place(Diagram(Column(three, Legend("legend", row=True))), panels.SQUARE)
    assert lies(in_row, "grid-0", "grid-1", "grid-2") == "beside"  # two rows gain a fifth at most
    bare = grids(2, share="cells", scale=Scale(1.0), title=said("one of two"))
    scale = Row(*bare, Legend("legend"))
    for sheet, below in ((panels.VIDEO, False), (panels.SQUARE, True)):
        placed = place(Diagram(scale), sheet)
        assert lies(placed, "grid-0", "grid-1") == "beside"
        bottom = max(placed["grid-0"].bottom, placed["grid-1"].bottom)
        assert (placed["legend.all"].y >= bottom) == below


@pytest.mark.parametrize("arrange", [Row, Column])
def test_what_must_not_turn_does_not(arrange):
    how = "beside" if arrange is Row else "under"
    sheet = panels.TALL if arrange is Row else panels.VIDEO
    legend = Legend("legend")
    for inner in (
        arrange(*grids(2, share="cells"), turns=False),
        arrange(*grids(2, share="cells"), Text("plus", "+", role="sign")),
    ):
        placed = place(Diagram(Overlay(inner, legend)), sheet)
        assert lies(placed, "grid-0", "grid-1") == how


def test_a_table_turns_if_it_may():
    cells = grids(6, share="cells")
    rows = (cells[:3], cells[3:])
    for turns, how in ((False, "beside"), (True, "under")):
        root = Column(Aligned(rows, turns=turns, gap=0.5, row_gap=2.0), Legend("legend"))
        placed = place(Diagram(root), panels.TALL)
        assert lies(placed, "grid-0", "grid-1", "grid-2") == how
    between = (
        placed["grid-3"].x - placed["grid-0"].right,
        placed["grid-1"].y - placed["grid-0"].bottom,
    )
    assert between[0] > between[1]  # the gap between rows is now that between columns


def test_on_paper_comfortable_cells_stand_as_they_were_told():
    wide, narrow = (replace(panels.PAGE, width=width) for width in (75.0, 55.0))
    diagram = Diagram(Row(*grids(2, share="cells"), Legend("legend")))
    assert lies(place(diagram, wide), "grid-0", "grid-1") == "beside"
    assert lies(place(diagram, narrow), "grid-0", "grid-1") == "under"


@pytest.mark.parametrize(("left", "lines"), [(146, 1), (166, 2)])
def test_the_lines_of_a_zoom_do_not_graze_the_title_of_what_they_lead_to(left, lines):
    """A steep line that ends at the corner where the title begins would run along its edge."""
    window, patch = Box(99, 378, 34, 34), Box(146, 655, 235, 235)
    title = Words("patch.title", "patch", Box(left, 607, 83, 39), "Channel 1", 30)
    places = {"input": window, "input.window": window, "patch": patch}
    link = Link("input.window", "patch", "zoom")
    grids = [Grid(name, name, box, np.zeros((3, 3)), Scale())
             for name, box in (("input", window), ("patch", patch))]  # fmt: skip
    drawn = list(link.pieces(places.__getitem__, [*grids, title], Box(0, 0, 1080, 1080), 32))
    assert len(drawn) == lines
    near = title.box.grown(3)
    for path in drawn:
        assert not any(near.crossed_by(*ends) for ends in pairwise(path.points))
