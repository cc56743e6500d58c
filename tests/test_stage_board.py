"""The board: panels on the stage stand where they were placed, and move by name."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("manim", reason="the stage needs the extra 'video'")

from manim import tempconfig

from convexplain import panels
from convexplain.lessons import Beat, Caption, Event, Lesson
from convexplain.panels import (
    Axis,
    Cells,
    Chart,
    Curve,
    Diagram,
    Dot,
    Link,
    Mark,
    Row,
    Scale,
    Sum,
)
from convexplain.stage import Board, Label, LessonScene, Line, PixelGrid, StageScene, WindowFrame
from convexplain.stage.board import DIM
from convexplain.stage.layout import problems
from convexplain.stage.pace import in_turn, together

RNG = np.random.default_rng(5)
PIXELS = RNG.uniform(0, 1, (12, 12))
KERNEL = RNG.uniform(-1, 1, (3, 3))
WORDS = Caption(en="Input", zh="输入"), Caption(en="Map", zh="响应图")


def picture(row=2, col=3, *, map_first=False):
    patch = PIXELS[row : row + 3, col : col + 3]
    total = float((patch * KERNEL).sum())
    computed = np.zeros((10, 10), dtype=bool)
    shown = Cells("map", np.ones((10, 10)), Scale(2.0, WORDS[1]), title=WORDS[1],
                  computed=computed, share="small", marks={"cell": Mark(row, col)})  # fmt: skip
    parts = [
        Cells("input", PIXELS, share="small", title=WORDS[0],
              marks={"window": Mark(row, col, 3, 3)}),
        Cells("patch", patch, numbers=True, share="large"),
        Cells("kernel", KERNEL, Scale(1.0), numbers=True, share="large"),
        Sum("sum", [panels.Addend("total", WORDS[0], total)], total, "ReLU", max(total, 0.0),
            Scale(2.0), widest=9.0),
    ]  # fmt: skip
    parts = [shown, *parts] if map_first else [*parts, shown]
    root = panels.Column(Row(*parts), panels.Legend("legend"))
    links = (Link("input.window", "patch", "zoom"), Link("sum.activated", "map.cell"))
    return Diagram(root, links)


def everything(board):
    """Name all panels of a picture."""
    return dict.fromkeys(piece.panel for piece in board.placed.pieces if piece.panel)


class Played(StageScene):
    """Runs what a test gives it on a small frame."""

    def __init__(self, script, sheet=panels.VIDEO, lang="en", **kwargs):
        self.script = script
        super().__init__(**kwargs)
        self.board = Board(self, sheet, lang)

    def construct(self):
        self.board.lay(picture())
        self.script(self, self.board)


def play(tmp_path, script, *, skip=True, size=(854, 480), **kwargs):
    settings = {"pixel_width": size[0], "pixel_height": size[1], "frame_rate": 10}
    with tempconfig({**settings, "dry_run": True, "media_dir": str(tmp_path)}):
        scene = Played(script, skip_animations=skip, **kwargs)
        scene.render()
    return scene


@pytest.mark.parametrize("aspect", panels.ASPECTS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_everything_stands_where_it_was_placed(tmp_path, aspect, lang):
    sheet = panels.video(aspect)
    kinds = {"Grid": PixelGrid, "Words": Label, "Path": Line, "Frame": WindowFrame}

    def script(scene, board):
        scene.drive(board.show(*everything(board)), 0.2)
        scene.drive(board.show("input.window", "input.window->patch"), 0.2)
        dx, dy = 960 - sheet.width / 2, 540 - sheet.height / 2
        for piece in board.placed.pieces:
            part = board.part(piece.name)
            assert isinstance(part, kinds[type(piece).__name__])
            if isinstance(part, PixelGrid | WindowFrame):
                low, high = part.places.min(axis=0), part.places.max(axis=0)
                expected = piece.box.x + dx, piece.box.y + dy, piece.box.right + dx
                assert (*low, high[0]) == pytest.approx(expected, abs=1e-6)
        frame = (dx, dy, dx + sheet.width, dy + sheet.height)
        assert problems(scene.mobjects, frame) == []

    play(tmp_path, script, sheet=sheet, lang=lang)


def test_a_mark_slides_over_its_grid_and_its_links_follow(tmp_path):
    def script(scene, board):
        scene.drive(board.show("input", "patch", "input.window", "input.window->patch"), 0.2)
        grid, line = board.part("input"), board.part("input.window->patch")
        before = line.places.copy()
        scene.drive(board.move("input.window", 7, 1.5), 0.5)
        assert board.box("input.window")[:2] == pytest.approx(grid.place_of(7, 1.5))
        way = np.array(grid.place_of(7, 1.5)) - grid.place_of(2, 3)
        np.testing.assert_allclose(line.places[0], before[0] + way)
        np.testing.assert_allclose(line.places[1], before[1])

    play(tmp_path, script)


def test_counts_pale_cells_and_bands_are_drawn_as_described(tmp_path):
    counts = np.array([[1032, 7], [0, 988]])
    table = panels.Matrix(
        "counts", counts, Scale(7.0, counts=True), rows=["a", "b"], columns=["0", "1"],
        ends=["1", "2"], end_title=WORDS[0],
    )  # fmt: skip
    pale = Cells("read", np.ones((4, 4)), dim=np.eye(4, dtype=bool))
    line = Curve("line", np.arange(3), np.arange(3), low=[0, 0, 1], high=[1, 2, 3])
    chart = Chart("chart", [line], Axis(WORDS[0]), Axis(WORDS[1]))

    def script(scene, board):
        board.lay(Diagram(Row(table, pale, chart)))
        scene.drive(board.show(*everything(board)), 0.2)
        grid = board.part("counts")
        printed = [number.text for number in grid._numbers(scene.shown_look.tokens)]
        assert [text for text in printed if text] == ["1,032", "7", "988"]
        np.testing.assert_allclose(board.part("read").shares, np.where(np.eye(4), 0.28, 1))
        # In the middle of the band, away from the curve and the axes, the ground is tinted.
        band, scale = board.part("chart.line.band").places, 480 / 1080
        x, y = (band[1] + (band[1] + band[4]) / 2) / 2 * scale
        scene.renderer.update_frame(scene)
        seen = scene.renderer.camera.picture.pixels[int(y), int(x), :3].astype(float)
        ground, ink = (
            np.array(scene.shown_look.tokens.rgb(tone)) for tone in ("background", "ink")
        )
        np.testing.assert_allclose(seen, ground + 0.13 * (ink - ground), atol=2)

    play(tmp_path, script)


def test_a_mark_searches_from_place_to_place(tmp_path):
    way = [(0, 0), (7, 1), (2, 9)]

    def script(scene, board):
        scene.drive(board.show("input", "input.window"), 0.2)
        grid, search = board.part("input"), board.search("input.window", way)
        for alpha, place in ((0.0, (0, 0)), (0.25, (3.5, 0.5)), (0.5, (7, 1)), (1.0, (2, 9))):
            search(alpha)
            assert board.box("input.window")[:2] == pytest.approx(grid.place_of(*place))

    play(tmp_path, script)


@pytest.mark.parametrize("upright", [False, True])
def test_a_bar_grows_from_its_line_and_its_number_comes_at_the_end(tmp_path, upright):
    both = [panels.Bar("up", "up", 3.0), panels.Bar("down", "down", -2.0)]
    how = {"stacked": True, "upright": True} if upright else {}
    bars = panels.Bars("bars", both, Scale(4.0), **how)

    def script(scene, board):
        board.lay(Diagram(panels.Column(bars, panels.Text("told", WORDS[0]), panels.Legend("l"))))
        scene.drive(board.show("bars.zero"), 0.2)
        x, y = board.box("bars.zero")[:2]
        for name in ("up", "down"):
            bar, goal = f"bars.{name}", board.box(f"bars.{name}")
            told = "told" if upright else f"{bar}.value"
            rise = board.rise(bar, told)
            rise(0.0)
            left, top, width, height = board.box(bar)
            foot = (top, top + height, y) if upright else (left, left + width, x)
            assert min(abs(foot[0] - foot[2]), abs(foot[1] - foot[2])) < 0.01
            rise(0.4)
            assert not board.shown(told) or board.part(told).opacity < 1
            size = board.box(bar)[3 if upright else 2]
            assert size == pytest.approx(goal[3 if upright else 2] / 2, abs=1)
            rise(1.0)
            assert board.box(bar) == pytest.approx(goal)
            assert board.part(told).opacity == 1
            board.hide(told)(1.0)

    play(tmp_path, script)


def test_a_patch_grows_out_of_its_window_and_folds_back(tmp_path):
    seen = []

    def script(scene, board):
        scene.drive(board.show("input", "input.window"), 0.2)
        patch, place = board.part("patch"), board.box("patch")
        grow = board.grow("patch", out_of="input.window")
        grow(0.0)
        assert board.box("patch") == pytest.approx(board.box("input.window"))
        assert patch.number_opacity == 0.0
        scene.drive(grow, 0.5, lambda alpha: seen.append(patch.cell) or alpha)
        assert board.box("patch") == pytest.approx(place)
        assert patch.number_opacity == 1.0
        scene.drive(board.fold("patch", into="input.window"), 0.5)
        assert patch not in scene.mobjects
        # It can come again.
        scene.drive(board.show("patch"), 0.2)
        assert board.box("patch") == pytest.approx(place)

    play(tmp_path, script, skip=False)
    assert seen == sorted(seen)


def test_a_scale_of_colours_comes_and_goes_with_what_has_it(tmp_path):
    def script(scene, board):
        board.show("input")(1.0)
        scene.drive(board.explain(), 0.2)
        assert not board.shown("legend")
        assert board.missing_scales() == []
        scene.drive(together(board.show("map"), board.explain()), 0.2)
        assert all(board.shown(name) for name in board.names("legend"))
        assert board.part("legend.0").opacity == 1.0
        board.hide("map")(1.0)
        scene.drive(board.explain(), 0.2)
        assert not board.shown("legend")
        board.show("map")(1.0)
        assert board.missing_scales() == ["legend.0"]

    play(tmp_path, script)


def test_a_value_flies_to_its_cell_and_gives_it_its_colour(tmp_path):
    def script(scene, board):
        scene.drive(board.show(*everything(board)), 0.2)
        assert np.isnan(board.part("map").values).all()
        count = len(scene.mobjects)

        def landed():
            board.fill("map[2, 3]", np.full((10, 10), 0.5))

        send = board.send("sum.activated", "map[2, 3]", landed)
        send(0.0)
        (ghost,) = scene.mobjects[count:]
        send(0.999)
        assert ghost.places[0] == pytest.approx(board.part("map").place_of(2, 3), abs=2)
        assert np.isnan(board.part("map").values).all()  # nothing before it lands
        scene.drive(send, 0.3)
        assert ghost not in scene.mobjects
        values = board.part("map").values
        assert values[2, 3] == 0.5
        assert np.isnan(values).sum() == 99

    play(tmp_path, script)


def test_what_flies_fills_places_on_its_way(tmp_path):
    def script(scene, board):
        count = len(scene.mobjects)
        send = board.send("patch[0, 2]", "map[2, 3]", via=("kernel",))
        send(0.0)
        (ghost,) = scene.mobjects[count:]
        send(0.5)
        np.testing.assert_allclose(ghost.places, board.part("kernel").places, atol=1)
        send(0.999)
        assert ghost.places[0] == pytest.approx(board.part("map").place_of(2, 3), abs=2)

    play(tmp_path, script)


def test_a_framed_copy_goes_along_lines_from_beside_its_grid_to_beside_their_end(tmp_path):
    picture = Diagram(
        panels.Column(Row(Cells("one", PIXELS[:3, :3]), panels.Text("by", "by"), gap=9),
                      Cells("two", PIXELS[:3, :3], weight=2.0), gap=9),
        (Link("one", "by"), Link("by", "two")),
    )  # fmt: skip

    def script(scene, board):
        board.lay(picture)
        count = len(scene.mobjects)
        go = board.follow("one", "one->by", "by->two", small=0.2)
        go(0.0)
        ghost, frame = scene.mobjects[count:]
        np.testing.assert_array_equal(ghost.values, PIXELS[:3, :3])
        way = np.concatenate([board.part(n).places for n in ("one->by", "by->two")])
        boxes = []
        for alpha in np.linspace(0, 0.999, 200):
            go(float(alpha))
            (left, top), right, below = ghost.places[0], ghost.places[1, 0], ghost.places[2, 1]
            boxes.append((left, top, right, below))
            np.testing.assert_allclose(frame.places[0], (left, top), atol=1e-3)
        left, top, right, below = np.array(boxes).T
        middles = np.stack([(left + right) / 2, (top + below) / 2], axis=1)
        for corner in way[1:-1]:  # it passes every corner of the lines
            assert np.hypot(*(middles - corner).T).min() < 12
        np.testing.assert_allclose(right - left, 0.2 * board.box("one")[2], rtol=0.02)
        for name in ("one", "two"):  # it covers neither
            x, y, width, height = board.box(name)
            apart = (right < x) | (left > x + width) | (below < y) | (top > y + height)
            assert apart.all()
        go(1.0)
        assert ghost not in scene.mobjects
        assert frame not in scene.mobjects

    play(tmp_path, script)


def test_a_series_is_called_by_one_name(tmp_path):
    colours = np.stack([PIXELS[n : n + 3, :3] for n in range(3)], axis=2)
    rows = [
        Row(*(Cells(f"{name}-{n}", colours[:, :, n], numbers=True, share="large",
                    marks={"frame": Mark(0, 0, 3, 3)}) for n in range(3)))
        for name in ("patch", "kernel")
    ]  # fmt: skip
    link = Link("patch-0.frame", "kernel-0")
    patches = ["patch-0", "patch-1", "patch-2"]

    def script(scene, board):
        board.lay(Diagram(panels.Column(*rows), (link,)))
        assert board.each("patch[0, 2]", "kernel-1") == [
            *(f"{name}[0, 2]" for name in patches), "kernel-1"
        ]  # fmt: skip
        assert board.each("patch.frame") == [f"{name}.frame" for name in patches]
        assert board.there("patch", "sum", "kernel-2") == ["patch", "kernel-2"]
        board.come("patch", "sum")(1.0)
        before = len(scene.mobjects)
        board.come("sum")(1.0)
        board.show()(1.0)
        assert len(scene.mobjects) == before  # of nothing, nothing comes
        assert [board.shown(name) for name in (*patches, "kernel")] == [True, True, True, False]
        assert board.around("patch") == board.around(*patches)
        board.fill("patch", 0.0)
        board.fill("patch[1]", colours)
        for n, name in enumerate(patches):
            np.testing.assert_array_equal(board.part(name).values[1], colours[1, :, n])
            assert board.part(name).values.sum() == pytest.approx(colours[1, :, n].sum())
        board.pick("patch[0, 2]")(0.5)
        frames = scene.mobjects[-3:]
        assert [tuple(frame.places[0]) for frame in frames] == [
            pytest.approx(board.box(f"{name}[0, 2]")[:2]) for name in patches
        ]
        assert [board.part(name).shares.sum() for name in patches] == [
            pytest.approx(1 + 8 * DIM)] * 3  # fmt: skip
        send = board.send("patch", "kernel")
        send(0.999)
        for n, ghost in enumerate(scene.mobjects[-3:]):
            np.testing.assert_allclose(ghost.places, board.part(f"kernel-{n}").places, atol=1)
        board.leave("patch", "sum")(1.0)
        assert not board.shown("patch")
        with pytest.raises(ValueError, match="nothing is called 'patches'"):
            board.show("patches")(1.0)

    play(tmp_path, script)


def test_cells_are_lit_by_name(tmp_path):
    def script(scene, board):
        board.light("patch[0, 2]", "kernel[1]", rest=0.3)
        np.testing.assert_allclose(
            board.part("patch").shares, [[0.3, 0.3, 1], [0.3] * 3, [0.3] * 3], atol=1e-6
        )
        np.testing.assert_allclose(board.part("kernel").shares[:, 0], [0.3, 1, 0.3], atol=1e-6)
        board.light("patch", "kernel")
        assert (board.part("patch").shares == 1).all()
        assert (board.part("kernel").shares == 1).all()

    play(tmp_path, script)


def test_panels_of_one_name_glide_into_the_next_picture_and_others_fade(tmp_path):
    def script(scene, board):
        scene.drive(board.show("input", "patch", "map", "input.window"), 0.2)
        kept, patch = board.part("input"), board.part("patch")
        before = board.box("input")
        become = board.become(picture(6, 6, map_first=True))
        become(0.0)
        assert board.box("input") == pytest.approx(before)  # it starts from where it was
        scene.drive(become, 0.5)
        expected = board.placed["input"]
        assert board.part("input") is kept
        assert board.box("input") == pytest.approx(
            (expected.x, expected.y, expected.width, expected.height)
        )
        assert board.box("input")[0] > before[0]
        assert board.part("patch") is patch
        np.testing.assert_allclose(patch.values, PIXELS[6:9, 6:9])  # with its new values
        assert not board.shown("kernel")  # what was not shown does not come by itself
        scene.drive(board.become(Diagram(Cells("input", PIXELS))), 0.5)
        assert scene.mobjects == [kept]

    play(tmp_path, script)


@pytest.mark.parametrize("kind", ["bars", "words"])
def test_no_picture_glides_over_bars_or_words_that_stay(tmp_path, kind):
    read = Cells("read", PIXELS)
    told = panels.Text("told", Caption(en="The answer is 4.", zh="答案是 4。"))
    if kind == "bars":
        bars = [panels.Bar("a", "a", 1.0), panels.Bar("b", "b", 0.5)]
        told = panels.Bars("told", bars, Scale(1.0))

    def script(scene, board):
        board.lay(Diagram(panels.Column(told, read)))
        board.show("told", "read")(1.0)
        picture, old = board.part("read"), [board.part(name) for name in board.names("told")]
        before = [part.points.copy() for part in old]
        move = board.become(Diagram(panels.Column(read, told)))
        for alpha in np.linspace(0, 1, 11):
            move(alpha)
            stood = [part.points for part in old]
            assert all(np.array_equal(a, b) for a, b in zip(before, stood, strict=True))
            if 0.45 < alpha < 0.55:
                assert all(part.opacity == 0 for part in old if isinstance(part, Label))
        new = [board.part(name) for name in board.names("told")]
        assert board.part("read") is picture  # it alone went there
        assert not set(map(id, new)) & set(map(id, old))
        assert all(part.opacity == 1 and part in scene.mobjects for part in new)
        assert not any(part in scene.mobjects for part in old)

    play(tmp_path, script)


def test_words_that_nothing_passes_glide(tmp_path):
    told = panels.Text("told", Caption(en="The answer is 4.", zh="答案是 4。"))

    def script(scene, board):
        board.lay(Diagram(Row(told, Cells("read", PIXELS))))
        board.show("told", "read")(1.0)
        words = board.part("told")
        board.become(Diagram(Row(told, Cells("read", PIXELS), gap=3)))(1.0)
        assert board.part("told") is words

    play(tmp_path, script)


def seen(scene):
    """How much of the stage is filled now: each grid's room times how much of it is seen."""
    return sum(
        float(np.ptp(grid.places[:, 0]) * np.ptp(grid.places[:, 1])) * grid.opacity
        for grid in scene.mobjects
        if isinstance(grid, PixelGrid)
    ) / (1920 * 1080)


@pytest.mark.parametrize("within", [True, False], ids=["one scene", "two scenes"])
@pytest.mark.parametrize("carried", ["nothing", "small", "large"])
def test_the_stage_is_never_empty_while_a_picture_becomes_another(tmp_path, within, carried):
    """What carries enough over to look at shows it alone for a moment; all else is cross-faded."""
    kept = Cells("kept", PIXELS) if carried == "large" else Cells("kept", PIXELS[:1, :1])
    goal = Row(Cells("other", PIXELS), *([] if carried == "nothing" else [kept]))

    def script(scene, board):
        board.lay(Diagram(Row(Cells("gone", PIXELS), kept)))
        board.show("gone", "kept")(1.0)
        gone = board.part("gone")
        if within:
            move = board.become(Diagram(goal), show=("other",))
        else:
            other = Played(lambda scene, board: None, skip_animations=True)
            other.board.lay(Diagram(goal))
            other.board.show(*other.board.parts)(1.0)
            move = board.become_first(other.board, {})
        whole = seen(scene)
        filled = []
        for alpha in np.linspace(0, 1, 21)[:-1]:
            move(alpha)
            filled.append(seen(scene))
        assert min(filled) > 0.35 * whole
        move(0.5)
        assert (gone.opacity > 0.2) == (carried != "large")

    play(tmp_path, script)


@pytest.mark.parametrize("within", [True, False], ids=["one scene", "two scenes"])
def test_words_never_show_through_those_that_come(tmp_path, within):
    def script(scene, board):
        board.lay(Diagram(Cells("gone", PIXELS, title=Caption(en="Before", zh="前"))))
        board.show("gone")(1.0)
        goal = Diagram(Cells("other", PIXELS, title=Caption(en="After", zh="后")))
        if within:
            move = board.become(goal, show=("other",))
        else:
            other = Played(lambda scene, board: None, skip_animations=True)
            other.board.lay(goal)
            other.board.show(*other.board.parts)(1.0)
            move = board.become_first(other.board, {})
        most = []
        for alpha in np.linspace(0, 1, 21):
            move(alpha)
            words = [part for part in scene.mobjects if isinstance(part, Label) and part.opacity]
            assert len({label.text for label in words}) <= 1
            most += [label.text for label in words if label.opacity > 0.9]
        assert {"Before", "After"} <= set(most)

    play(tmp_path, script)


def test_the_same_name_with_another_shape_is_another_panel(tmp_path):
    def script(scene, board):
        scene.drive(board.show("input"), 0.2)
        old = board.part("input")
        scene.drive(board.become(Diagram(Cells("input", PIXELS[:5, :5]))), 0.5)
        assert board.part("input") is not old
        assert scene.mobjects == [board.part("input")]
        assert board.part("input").opacity == 1.0

    play(tmp_path, script)


def test_lines_are_walked_and_parts_dimmed_and_hidden(tmp_path):
    def script(scene, board):
        scene.drive(board.show("input", "patch"), 0.2)
        walk = board.walk("input.window->patch")
        walk(0.25)
        assert board.part("input.window->patch").drawn == 0.25
        scene.drive(together(walk, board.dim("input", to=0.4)), 0.2)
        assert board.part("input").opacity == pytest.approx(0.4)
        scene.drive(board.dim("input", to=1.0), 0.2)
        pulse = board.pulse("patch", "input[2, 3]")
        count = len(scene.mobjects)
        pulse(0.5)
        assert len(scene.mobjects) == count + 2
        scene.drive(pulse, 0.2)
        assert len(scene.mobjects) == count
        scene.drive(board.hide(*board.parts), 0.2)
        assert scene.mobjects == []

    play(tmp_path, script)


def test_cells_fly_onto_one_another_and_a_panel_comes_where_they_land(tmp_path):
    def script(scene, board):
        board.show("input")(1.0)
        before = board.part("input").values.copy()
        cells = [("input", 0, 2 * n, 2, 2) for n in range(4)]
        gather = board.gather(cells, "patch")
        ghosts = scene.mobjects[-4:]
        for n, ghost in enumerate(ghosts):  # they are there at once, and look like their cells
            np.testing.assert_array_equal(ghost.values, before[0:2, 2 * n : 2 * n + 2])
        board.hide("input")(1.0)
        gather(0.0)
        gather(0.43)
        lefts = [ghost.places[0][0] for ghost in ghosts]
        goal = board.box("patch")
        assert lefts[0] == pytest.approx(goal[0])
        assert lefts[-1] == pytest.approx(board.part("input").place_of(0, 6)[0], abs=1)
        assert not board.shown("patch")
        gather(0.9)
        assert [ghost in scene.mobjects for ghost in ghosts] == [False, False, False, True]
        assert board.shown("patch")
        gather(1.0)
        assert not any(ghost in scene.mobjects for ghost in ghosts)
        assert board.part("patch").opacity == 1.0

    play(tmp_path, script)


def test_a_frame_carries_the_eye_to_what_comes(tmp_path):
    seen = {}

    def script(scene, board):
        carry = board.carry((100.0, 200.0, 50.0, 60.0), "patch")
        carry(0.0)
        (frame,) = (m for m in scene.mobjects if isinstance(m, WindowFrame))
        seen["start"] = frame.places.copy()
        carry(0.5)
        seen["middle"] = frame.places.copy()
        seen["hidden"] = board.shown("patch")
        carry(1.0)
        seen["shown"] = board.shown("patch")
        seen["gone"] = frame not in scene.mobjects
        seen["box"] = board.box("patch")

    play(tmp_path, script)
    np.testing.assert_allclose(seen["start"][0], [100, 200])
    np.testing.assert_allclose(seen["middle"][0], (np.array([100, 200]) + seen["box"][:2]) / 2)
    assert (seen["hidden"], seen["shown"], seen["gone"]) == (False, True, True)


def test_moves_in_turn_begin_from_what_the_one_before_left(tmp_path):
    def script(scene, board):
        scene.drive(board.show("input", "input.window"), 0.2)
        first, second = board.move("input.window", 8, 8), board.move("input.window", 0, 0)
        scene.drive(in_turn(first, second), 1.0)
        assert board.box("input.window")[:2] == pytest.approx(board.part("input").place_of(0, 0))

    play(tmp_path, script, skip=False)


def test_a_name_that_is_none_is_refused_with_those_there_are(tmp_path):
    def script(scene, board):
        with pytest.raises(ValueError, match=r"nothing is called 'pacth'.*patch"):
            board.show("pacth")(0.5)
        with pytest.raises(ValueError, match="nothing is called 'kernal'"):
            board.fill("kernal", KERNEL)

    play(tmp_path, script)


def test_the_camera_goes_to_what_is_named(tmp_path):
    def script(scene, board):
        scene.drive(board.show(*everything(board)), 0.2)
        scene.drive(scene.camera.to(board.around("patch", "kernel"), share=0.9), 0.5)
        *_, width, height = board.around("patch", "kernel")
        shot = scene.camera.shot
        assert max(width * shot.scale / 854, height * shot.scale / 480) == pytest.approx(0.9)

    play(tmp_path, script)


def curve():
    x = np.array([0.0, 1.0, 2.0, 4.0])
    chart = Chart(
        "chart", [Curve("line", x, np.array([0.0, 4.0, 4.0, 0.0]))], Axis(WORDS[0]), Axis(WORDS[1]),
        dots=(Dot("ball", 4.0, 0.0),),
    )  # fmt: skip
    return Diagram(chart)


def test_a_curve_is_drawn_as_evenly_as_its_axis_goes(tmp_path):
    def script(scene, board):
        board.lay(curve())
        scene.drive(board.trace("chart.line", 0.0, 0.25), 0.2)
        line = board.part("chart.line")
        steps = np.hypot(*np.diff(line.places, axis=0).T)
        # A quarter of the way across is the first of its three pieces, which is steep.
        assert line.drawn == pytest.approx(steps[0] / steps.sum())
        scene.drive(board.trace("chart.line", 0.25, 1.0), 0.2)
        assert line.drawn == pytest.approx(1.0)
        assert line in scene.mobjects

    play(tmp_path, script)


def test_a_dot_rides_along_its_curve(tmp_path):
    def script(scene, board):
        board.lay(curve())
        scene.drive(board.show("chart.ball"), 0.2)
        places = board.part("chart.line").places
        for share, expected in ((0.25, places[1]), (0.75, (places[2] + places[3]) / 2)):
            scene.drive(board.ride("chart.ball", "chart.line", 0.0, share), 0.2)
            left, top, width, height = board.box("chart.ball")
            assert (left + width / 2, top + height / 2) == pytest.approx(tuple(expected))

    play(tmp_path, script)


def test_what_is_held_waits_though_its_panel_is_shown(tmp_path):
    def script(scene, board):
        scene.drive(board.show("sum"), 0.2)
        later = replace_sum(("bias", "total"))
        scene.drive(board.become(later, hold=("sum.bias",)), 0.2)
        assert not board.shown("sum.bias")
        assert board.shown("sum.total")

    def replace_sum(names):
        addends = [panels.Addend(name, WORDS[0], 0.25) for name in names]
        return Diagram(Sum("sum", addends, 0.5, "ReLU", 0.5, Scale(2.0), widest=9.0))


@pytest.mark.parametrize("crosses", [True, False], ids=["crosses", "passes by"])
def test_a_panel_that_would_pass_over_another_fades_and_comes_up_again(tmp_path, crosses):
    def line(*names):
        return Diagram(Row(*(Cells(name, PIXELS[:4, :4], share="all") for name in names)))

    def script(scene, board):
        board.lay(line("a", "b", "c"))
        scene.drive(board.show("a", "b", "c"), 0.2)
        starts = {name: board.box(name) for name in "abc"}
        move = board.become(line(*("cba" if crosses else "abc")))
        for alpha in np.linspace(0, 0.99, 12).tolist():
            move(alpha)
            grids = [part for part in scene.mobjects if part.opacity > 0.02]
            boxes = [part.extent() for part in grids]
            for n, (left, _, right, _) in enumerate(boxes):
                for other_left, _, other_right, _ in boxes[:n]:
                    assert left >= other_right - 1 or other_left >= right - 1
        move(1.0)
        ends = {name: board.box(name) for name in "abc"}
        assert (ends["a"] == pytest.approx(starts["c"])) == crosses
        assert all(board.part(name).opacity == 1 for name in "abc")
        assert len(scene.mobjects) == 3

    play(tmp_path, script)


def test_the_frame_of_a_chart_has_no_curve_and_no_dot(tmp_path):
    def script(scene, board):
        board.lay(curve())
        names = set(board.frame("chart"))
        assert {"chart.axes", "chart.x", "chart.y", "chart.x0", "chart.y0"} <= names
        assert not names & {"chart.line", "chart.ball"}
        assert names < set(board.names("chart"))

    play(tmp_path, script)


@pytest.mark.parametrize(
    ("panel", "said"),
    [
        (Cells("kernel", 3 * KERNEL / KERNEL.max(), Scale(1.0, WORDS[0]), numbers=True),
         r"the panel 'kernel' holds 3, .* -1 to 1: give Scale\(3\)"),
        (Cells("input", np.full((2, 2), -2.0)),
         r"the panel 'input' holds -2, .* 0 to 1: give values of 0 to 1"),
    ],
)  # fmt: skip
def test_a_value_beyond_its_scale_is_refused_with_its_panel(tmp_path, panel, said):
    with pytest.raises(ValueError, match=said):
        play(tmp_path, lambda scene, board: board.lay(Diagram(Row(panel))))


def test_a_scene_says_which_method_it_lacks(tmp_path):
    class Lacks(Fills):
        show_all = None

    refused = pytest.raises(AttributeError, match=r"Lacks has no method show_all .* 'all'")
    with tempconfig({"dry_run": True, "media_dir": str(tmp_path)}), refused:
        Lacks(skip_animations=True).render()


class Filling(Lesson):
    """One number flies into its map; then a window of stride 2 visits all places."""

    name, title = "filling", WORDS[1]

    def make_beats(self):
        yield Beat.of("filling", self.title, Event("one", 1.0, WORDS[1]), Event("all", 2.0))


class Fills(LessonScene):
    """Plays it on a map of 3 x 4, and notes what is seen of it as the window goes."""

    lesson_type = Filling
    values = np.arange(1.0, 13.0).reshape(3, 4)

    def prepare(self):
        self.seen = []
        self.computed["map"] = np.full((3, 4), np.nan)
        shown = Cells("map", self.values, Scale(12.0, WORDS[1]), marks={"cell": Mark(0, 0)})
        read = Cells("input", PIXELS, marks={"window": Mark(0, 0, 3, 3)})
        self.board.lay(Diagram(Row(read, shown, panels.Legend("legend"))))
        self.board.show("input", "map", "input.window")(1.0)
        self.refill()

    def show_one(self, event):
        self.deliver("input[0, 0]", "map", (1, 2), 7.0)
        self.landed = self.board.part("map").values.copy()

    def show_all(self, event):
        def note(new):
            box = self.board.box("input.window")[:2], self.board.box("map.cell")[:2]
            self.seen.append((new, *box, self.board.part("map").values.copy()))

        def corner(row, col):
            return 2 * row, 2 * col

        self.visit_all({"map": self.values}, ["input.window"], begin=2.0, corner=corner, then=note)


def test_numbers_fly_into_a_map_and_a_window_fills_the_rest_in_order(tmp_path):
    settings = {"pixel_width": 854, "pixel_height": 480, "frame_rate": 10, "dry_run": True}
    with tempconfig({**settings, "media_dir": str(tmp_path)}):
        scene = Fills()
        scene.render()
    assert np.isfinite(scene.landed).sum() == 1
    assert scene.landed[1, 2] == 7.0
    assert [place for new, *_ in scene.seen for place in new] == list(range(12))
    ways = [len(new) for new, *_ in scene.seen[1:]]
    assert sum(ways[: len(ways) // 2]) < sum(ways[len(ways) // 2 :])  # faster and faster
    read, filled = scene.board.part("input"), scene.board.part("map")
    for new, window, cell, values in scene.seen:
        row, col = divmod(new.stop - 1, 4)
        assert window == pytest.approx(read.place_of(2 * row, 2 * col))
        assert cell == pytest.approx(filled.place_of(row, col))
        known = np.arange(12) < new.stop
        known[6] = True
        np.testing.assert_array_equal(values.ravel(), np.where(known, np.arange(1.0, 13.0), np.nan))
