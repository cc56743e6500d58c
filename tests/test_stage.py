"""The stage: what is painted, what is encoded, and that drawing only changes changes nothing."""

from __future__ import annotations

from types import SimpleNamespace

import av
import numpy as np
import pytest

from convexplain.errors import ConvexplainError
from convexplain.style.theme import DARK, LIGHT, Look, contrast

pytest.importorskip("manim", reason="the stage needs the extra 'video'")

from bt709 import decode
from manim import Circle, Square, tempconfig

from convexplain.stage import Label, Line, PixelGrid, StageScene, WindowFrame
from convexplain.stage.board import DIM
from convexplain.stage.canvas import Canvas, cover
from convexplain.stage.encoder import Chapter, Encoder, YUVFrame
from convexplain.stage.grid import paint_sheets
from convexplain.stage.rasters import Rasters
from convexplain.stage.text import width_of
from convexplain.stage.title_and_caption import caption_labels, corner_of, title_labels, wrap
from convexplain.stage.units import Rect, from_scene, merge, to_scene

RNG = np.random.default_rng(7)


@pytest.fixture
def small(tmp_path):
    """A small, slow frame, and a private media folder."""
    with tempconfig(
        {
            "pixel_width": 854,
            "pixel_height": 480,
            "frame_rate": 15,
            "media_dir": str(tmp_path / "media"),
            "progress_bar": "none",
            "verbosity": "ERROR",
            "output_file": "scene",
        }
    ):
        yield tmp_path


def painted(mobject, width=1920, height=1080, theme=DARK):
    pixels = np.zeros((height, width, 4), np.uint8)
    pixels[..., 3] = 255
    canvas = Canvas(pixels, theme)
    with canvas.within(canvas.frame):
        mobject.paint(canvas)
    return pixels[..., :3]


def middle(pixels, grid, row, col):
    x, y = grid.centre_of(row, col)
    scale = pixels.shape[0] / 1080
    return pixels[int(y * scale), int(x * scale)]


def test_places_survive_the_way_to_manim_and_back():
    places = [(0.0, 0.0), (1920.0, 1080.0), (96.0, 226.5)]
    np.testing.assert_allclose(from_scene(to_scene(places)), places, atol=1e-9)
    # The corner of Manim's frame: 8 units high, 16:9.
    np.testing.assert_allclose(to_scene([(0, 0)])[0], [-64 / 9, 4, 0], atol=1e-12)


@pytest.mark.parametrize("height", [480, 720, 1080, 2160])
@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_every_cell_has_the_colour_of_its_value(theme, height):
    values = RNG.uniform(-2, 2, (9, 7))
    grid = PixelGrid(values, 100.3, 50.7, 37.0, limit=2.0, frame=2)
    pixels = painted(grid, round(height * 16 / 9) // 2 * 2, height, theme)
    expected = theme.signed(values, 2.0)
    for row, col in np.ndindex(9, 7):
        np.testing.assert_array_equal(middle(pixels, grid, row, col), expected[row, col])


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_light_is_black_to_white_in_every_theme(theme):
    pixels = painted(PixelGrid([[0.0, 0.2, 1.0]], 100, 100, 100, scale="light"), theme=theme)
    assert [pixels[150, x].tolist() for x in (150, 250, 350)] == [[0] * 3, [51] * 3, [255] * 3]


def test_a_cell_not_computed_is_background_with_a_dot_and_no_lines():
    grid = PixelGrid(np.full((2, 2), np.nan), 100, 100, 100)
    pixels = painted(grid)
    background = DARK.rgb("background")
    np.testing.assert_array_equal(middle(pixels, grid, 0, 0), DARK.rgb("line"))
    for y, x in ((110, 110), (150, 200), (200, 150), (180, 120)):
        np.testing.assert_array_equal(pixels[y, x], background)


def test_hatched_cells_are_striped_until_they_are_computed():
    grid = PixelGrid([[np.nan, 0.0]], 100, 100, 100, lines=False)
    grid.hatched = True
    bare, known = (painted(grid)[100:200, left : left + 100] for left in (100, 200))
    line = (bare == DARK.rgb("line")).all(axis=2)
    ground = (bare == DARK.rgb("background")).all(axis=2)
    assert (line | ground).all()
    assert 0.3 < line.mean() < 0.4  # a third of the cell
    assert len(np.unique(known.reshape(-1, 3), axis=0)) == 1


def test_dimmed_cells_lie_between_their_colour_and_the_background():
    grid = PixelGrid([[1.0, 1.0]], 100, 100, 100)
    grid.shares[0, 0] = 0.4
    pixels = painted(grid)
    background, full = np.array(DARK.rgb("background")), np.array(DARK.rgb("positive"))
    np.testing.assert_array_equal(middle(pixels, grid, 0, 1), full)
    expected = background + 0.4 * (full - background)
    np.testing.assert_allclose(middle(pixels, grid, 0, 0), expected, atol=1)


def test_cells_of_glass_are_as_opaque_as_their_values_are_large():
    grid = PixelGrid([[1.0, 0.5, -0.25, 0.0, np.nan]], 100, 100, 40, glass=0.8, lines=False)
    pixels = painted(grid)
    background = np.array(DARK.rgb("background"), dtype=float)
    for col, (token, share) in enumerate(
        [("positive", 0.8), ("positive", 0.4), ("negative", 0.2), ("ink", 0), ("ink", 0)]
    ):
        over = np.array(DARK.rgb(token), dtype=float)
        expected = background + share * (over - background)
        assert np.abs(middle(pixels, grid, 0, col) - expected).max() <= 1.5


def test_a_stack_of_glass_is_what_its_values_let_through():
    """Sheets of two shapes, apart by parts of a pixel: one by one, and by the formula."""
    values = (
        np.random.default_rng(3).uniform(-1, 1, (60, 12, 12))
        * (np.arange(60) % 7 > 0)[:, None, None]
    )
    sheets = [
        PixelGrid(each[: 12 - n % 2], 100 + 0.3 * n, 300 - 0.7 * n, 8.37, glass=0.3, lines=False)
        for n, each in enumerate(values)
    ]
    stack = painted(SimpleNamespace(paint=lambda canvas: paint_sheets(canvas, sheets)))
    single = painted(SimpleNamespace(paint=lambda canvas: [s.paint(canvas) for s in sheets]))
    np.testing.assert_array_equal(stack, single)

    expected = np.full((1080, 1920, 3), DARK.rgb("background"), dtype=float)
    for sheet in sheets:
        for row, col in np.ndindex(*sheet.shape_in_cells):
            (left, top), (right, bottom) = (
                sheet.place_of(row, col),
                sheet.place_of(row + 1, col + 1),
            )
            over = DARK.rgb("positive" if sheet.values[row, col] > 0 else "negative")
            here = expected[round(top) : round(bottom), round(left) : round(right)]
            here += 0.3 * abs(sheet.values[row, col]) * (over - here)
    off = np.abs(stack - expected)
    assert off.max() <= 8  # of 255, where sixty roundings add up
    assert off[off > 0].mean() < 0.75


def inked_columns(values):
    """The columns of pixels around the first cell in which its number has ink."""
    grid = PixelGrid(values, 100, 100, 90, limit=1000, numbers=True)
    plain = PixelGrid(values, 100, 100, 90, limit=1000)
    differs = (painted(grid) != painted(plain)).any(axis=2)
    return np.flatnonzero(differs[100:190, :190].any(axis=0))


def test_a_long_number_stays_in_its_cell_and_shrinks_those_beside_it():
    usual, beside = inked_columns([[-0.25, 0.5]]), inked_columns([[-0.25, -999.25]])
    long = inked_columns([[-999.25, 0.5]])
    assert 100 <= long.min() < long.max() < 190
    assert np.ptp(beside) < np.ptp(usual)


def test_a_number_that_becomes_long_repaints_the_whole_grid():
    grid = PixelGrid(np.zeros((3, 3)), 100, 100, 90, numbers=True)
    for value, whole in ((9.5, False), (100.0, True), (0.0, True), (1.0, False)):
        before = grid.state()
        grid.values[0, 0] = value
        assert (grid.damage(before, 1.0).right > 300) == whole


def test_numbers_are_painted_anew_where_they_are_printed_otherwise():
    grid = PixelGrid([[0.148, 0.25]], 100, 100, 90, numbers=True)
    pictures = [painted(grid)]
    for change in ({"decimals": 1}, {"printed": [["a", "b"]]}):
        state = grid.state()
        vars(grid).update(change)
        assert grid.state() != state
        pictures.append(painted(grid))
        fresh = PixelGrid([[0.148, 0.25]], 100, 100, 90, numbers=True, decimals=grid.decimals)
        fresh.printed = grid.printed
        np.testing.assert_array_equal(pictures[-1], painted(fresh))
    assert (pictures[0] != pictures[1]).any()
    assert (pictures[1] != pictures[2]).any()


def test_the_window_hides_no_cell():
    values = RNG.uniform(-1, 1, (6, 6))
    grid = PixelGrid(values, 100, 100, 18)
    before = painted(grid)
    frame = WindowFrame(grid, 1, 1, 3, 3)
    pixels = np.zeros((1080, 1920, 4), np.uint8)
    canvas = Canvas(pixels, DARK)
    with canvas.within(canvas.frame):
        grid.paint(canvas)
        frame.paint(canvas)
    inside = (slice(100 + 18, 100 + 4 * 18), slice(100 + 18, 100 + 4 * 18))
    np.testing.assert_array_equal(pixels[inside][..., :3], before[inside])
    accent = (pixels[..., :3] == DARK.rgb("accent")).all(axis=2)
    assert accent.any()
    rows, cols = np.nonzero(accent)
    assert rows.min() >= 100 + 18 - 8
    assert cols.max() < 100 + 4 * 18 + 8


def test_a_label_keeps_its_anchor_when_its_text_changes():
    label = Label("0.5", 500, 300, 40, anchor="right")
    label.say("1234.5")
    x, y = label.anchor_place()
    assert (x, y) == pytest.approx((500, 300))
    pixels = painted(label)
    rows, cols = np.nonzero((pixels != DARK.rgb("background")).any(axis=2))
    assert 480 < cols.max() <= 500
    assert cols.min() > 500 - width_of("1234.5", 40) - 2
    # Digits are as high as capitals: their middle is the label's.
    assert (rows.min() + rows.max()) / 2 == pytest.approx(300, abs=1.5)


def test_a_character_that_the_font_lacks_is_named():
    with pytest.raises(ConvexplainError, match="U\\+1F600"):
        Label("\N{GRINNING FACE}", 0, 0)


def test_merged_rectangles_cover_the_same_pixels_and_do_not_meet():
    for _ in range(50):
        corners = RNG.integers(0, 40, (6, 2))
        sizes = RNG.integers(1, 12, (6, 2))
        rects = [
            Rect(*map(int, (*corner, *(corner + size))))
            for corner, size in zip(corners, sizes, strict=True)
        ]
        apart = merge(rects)
        assert not any(a.meets(b) for i, a in enumerate(apart) for b in apart[:i])
        assert all(any(a.intersection(rect) == rect for a in apart) for rect in rects)


class Busy(StageScene):
    """Everything moves: grids, numbers, windows, lines, labels, and Manim's own shapes."""

    compared = 0

    def construct(self):
        values = np.random.default_rng(3).uniform(-1, 1, (12, 12))
        values[6:] = np.nan
        grid = PixelGrid(values, 100, 200, 30, frame=2)
        patch = PixelGrid(np.zeros((3, 3)), 700, 200, 88, scale="picture", numbers=True)
        window = WindowFrame(grid, 0, 0, 3, 3)
        label = Label("0.00", 900, 700, 40, anchor="right")
        circle, square = Circle(color="#FF0000"), Square(color="#00FF00", fill_opacity=0.5)
        self.appear(grid, patch, window, label, seconds=0.4)
        self.add(circle, square, Line([(200, 200), (700, 200)]), Line([(200, 290), (700, 464)]))

        def move(alpha):
            row = int(alpha * 8)
            window.put(grid, alpha * 8, alpha * 5)
            grid.values[6 + row // 2, : row + 1] = alpha
            patch.values[...] = alpha
            patch.shares[0, 1] = 1 - alpha / 2
            label.say(f"{alpha:.2f}")

        self.drive(move, 1.0)
        self.play(circle.animate.shift([2, 1, 0]), grid.animate.set_opacity(0.4), run_time=0.6)
        self.play(square.animate.rotate(0.5), window.animate.put(grid, 2, 2), run_time=0.4)
        self.vanish(patch, label, seconds=0.4)
        self.bring_to_back(square)
        self.wait(0.2)

    def on_frame(self, seconds):
        camera = self.renderer.camera
        incremental = camera.picture.pixels.copy()
        camera._blank = True
        self.renderer.update_frame(self)
        difference = np.abs(incremental.astype(int) - camera.picture.pixels)
        # Cairo smooths slanted edges of Manim's shapes by other amounts under another clip.
        assert difference.max() <= 8
        assert (difference > 0).mean() < 1e-4
        self.compared += 1


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_drawing_only_what_changed_gives_the_picture_of_drawing_all(small, theme):
    scene = Busy(look=Look(theme=theme))
    scene.render()
    assert scene.compared > 40


class Pulse(StageScene):
    """A frame pulses on the spot over sheets of glass, of which one dims on the way."""

    anew = False  # whether each frame is painted as if it were the first

    def construct(self):
        values = np.random.default_rng(5).uniform(-1, 1, (6, 6))
        self.sheets = [Counted(values * n, 200 + 40 * n, 200, 50, glass=0.8) for n in (1, 2, 3)]
        frame = WindowFrame(self.sheets[0], 0, 0, 6, 6)
        frame.z_index = 1
        self.pictures = []
        self.add(*self.sheets, frame)

        def move(alpha):
            frame.opacity = np.sin(3 * alpha) ** 2
            if alpha > 0.5:
                self.sheets[1].shares[2, 2] = 0.5

        self.drive(move, 2.0)

    def on_frame(self, seconds):
        self.pictures.append(self.camera.picture.pixels.copy())
        self.camera._blank = self.anew


class Reordered(Pulse):
    """On its way one of two grids comes to the front, and then the other gets a part."""

    def construct(self):
        self.pictures = []
        back, front = (PixelGrid([[n]], 200 + 40 * n, 200, 150) for n in (1.0, -1.0))
        self.add(back, front)

        def move(alpha):
            if alpha > 0.3:
                back.z_index = 1
            if alpha > 0.6 and not front.submobjects:
                front.add(WindowFrame(back, 0, 0, 1, 1))
            front.opacity = 1 - alpha / 2

        self.drive(move, 1.0)


def test_what_comes_to_the_front_or_gets_a_part_on_its_way_is_painted_so(small):
    now, anew = Reordered(), Reordered()
    anew.anew = True
    for scene in (now, anew):
        scene.render()
    np.testing.assert_array_equal(now.pictures, anew.pictures)
    middle = [picture[122, 122, :3].tolist() for picture in now.pictures]
    assert middle[0] != middle[-1] == list(DARK.rgb("positive"))


class Counted(PixelGrid):
    """A grid that counts how often it is painted."""

    painted = 0

    def glazed(self, theme):
        self.painted += 1
        return super().glazed(theme)


def test_what_lies_below_something_that_moves_on_the_spot_is_painted_twice(small):
    scene, anew = Pulse(), Pulse()
    anew.anew = True
    scene.render()
    anew.render()
    for picture, expected in zip(scene.pictures, anew.pictures, strict=True):
        np.testing.assert_array_equal(picture, expected)
    assert [sheet.painted for sheet in anew.sheets] == [30, 30, 30]
    # Once at first, twice below the frame; three times more as one of them changes.
    assert [sheet.painted for sheet in scene.sheets] == [6, 6, 6]


def test_a_play_lasts_whole_frames_and_ends_with_its_end(small):
    reached = []

    class Timed(StageScene):
        def construct(self):
            label = Label("1.00", 900, 700)
            self.add(label)
            for seconds in (0.1, 0.35, 1 / 3, 0.01):
                self.drive(reached.append, seconds)

    scene = Timed()
    scene.render()
    # At 15 frames a second: 0.1 s is 1.5 frames, printed as 2; the shortest play is one frame.
    assert round(scene.renderer.time * 15) == 2 + 5 + 5 + 1
    assert reached[-1] == 1.0
    assert max(reached) == 1.0


def test_colours_are_converted_as_bt709_says():
    # Code values of ITU-R BT.709 for the primaries, black and white, in studio range.
    cases = {
        (255, 0, 0): (63, 102, 240),
        (0, 255, 0): (173, 42, 26),
        (0, 0, 255): (32, 240, 118),
        (0, 0, 0): (16, 128, 128),
        (255, 255, 255): (235, 128, 128),
    }
    for colour, expected in cases.items():
        frame = YUVFrame(4, 4)
        pixels = np.zeros((4, 4, 4), np.uint8)
        pixels[..., :3] = colour
        frame.update(pixels, [Rect(0, 0, 4, 4)])
        assert (frame.luma[0, 0], frame.blue[0, 0], frame.red[0, 0]) == expected


def test_the_frame_keeps_what_did_not_change():
    frame = YUVFrame(8, 8)
    pixels = RNG.integers(0, 256, (8, 8, 4), dtype=np.uint8)
    frame.update(pixels, [Rect(0, 0, 8, 8)])
    pixels[3, 5, :3] = 255 - pixels[3, 5, :3]
    whole = YUVFrame(8, 8)
    whole.update(pixels, [Rect(0, 0, 8, 8)])
    frame.update(pixels, [Rect(5, 3, 6, 4)])
    np.testing.assert_array_equal(frame.planes, whole.planes)


def test_the_encoder_writes_frames_tags_and_chapters(tmp_path):
    path = tmp_path / "a.mp4"
    pixels = np.zeros((64, 96, 4), np.uint8)
    pixels[..., :3] = (0x4D, 0xA8, 0xFF)
    encoder = Encoder(path, 96, 64, 15, [Chapter(0, 1, "eins"), Chapter(1, 2, "二")])
    encoder.write(pixels, [Rect(0, 0, 96, 64)], repeat=30)
    encoder.close()
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1)
        assert [chapter["metadata"]["title"] for chapter in container.chapters()] == ["eins", "二"]
        frames = list(container.decode(video=0))
    assert len(frames) == 30
    assert [frame.key_frame for frame in frames].count(True) == 2
    assert frames[15].key_frame
    np.testing.assert_allclose(decode(frames[20])[32, 48], (0x4D, 0xA8, 0xFF), atol=2)


def test_blending_in_whole_numbers_rounds_every_case_as_the_formula_does():
    over, share = np.meshgrid(*[np.arange(256, dtype=np.uint8)] * 2)
    for under in range(256):
        exact = under + (over.astype(np.float64) - under) * share / 255
        blended = cover(np.full_like(over, under), over, share)
        np.testing.assert_array_equal(blended, np.floor(exact + 0.5))


@pytest.mark.parametrize("size", [(96, 64), (94, 62)])
def test_every_frame_is_encoded_as_it_was_when_it_was_written(size, tmp_path):
    path = tmp_path / "a.mkv"
    encoder = Encoder(path, *size, 15)
    rng = np.random.default_rng(2)
    written = []
    for repeat in rng.integers(1, 4, 60).tolist():
        pixels = rng.integers(0, 256, (size[1], size[0], 4), np.uint8)
        encoder.write(pixels, [Rect(0, 0, *size)], repeat)
        written += [pixels[..., :3].copy()] * repeat
        pixels[:] = 0
    encoder.close()
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    np.testing.assert_array_equal(frames, written)


def test_the_stage_keeps_what_was_used_last_and_no_more_bytes_than_it_may():
    kept = Rasters(1000)
    for name in "abc":
        kept.put(name, (np.zeros(300, np.uint8), 0))
    assert kept.get("a") is not None
    kept.put("d", np.zeros(200, np.uint8))
    assert kept.get("b") is None
    assert [kept.get(name) is not None for name in "acd"] == [True, True, True]
    assert kept.size == 800
    kept.put("a", np.zeros(100, np.uint8))
    assert kept.size == 600
    kept.put("e", np.zeros(2000, np.uint8))
    assert kept.size == 0


def test_an_abandoned_video_leaves_no_file(tmp_path):
    path = tmp_path / "a.mp4"
    encoder = Encoder(path, 96, 64, 15)
    encoder.write(np.zeros((64, 96, 4), np.uint8), [Rect(0, 0, 96, 64)], repeat=5)
    encoder.abandon()
    assert list(tmp_path.iterdir()) == []


def test_long_captions_take_two_balanced_lines_and_longer_ones_are_refused():
    english = " ".join(["window"] * 20)
    lines = wrap(english, "en")
    assert len(lines) == 2
    assert " ".join(lines) == english
    assert abs(len(lines[0]) - len(lines[1])) <= len("window ")
    chinese = wrap("窗口扫过每个位置，" * 7 + "得到 26 × 26 个数。", "zh")
    assert len(chinese) == 2
    assert chinese[1][0] not in "，。"
    with pytest.raises(ValueError, match="more than two lines"):
        wrap(" ".join(["window"] * 60), "en")
    assert len(caption_labels(english, "en")) == 2


def test_a_caption_in_a_narrow_frame_breaks_at_its_clause():
    from convexplain.panels import ASPECTS

    said = "共 104,202 个参数，71% 在第三个卷积层；池化层没有参数。"
    lines = [label.text for label in caption_labels(said, "zh", ASPECTS["1:1"])]
    assert lines == ["共 104,202 个参数，", "71% 在第三个卷积层；池化层没有参数。"]
    long = "One sentence after the other, " * 5
    assert len(caption_labels(long, "en", ASPECTS["9:16"])) > 2


@pytest.mark.parametrize("aspect", ["4:3", "1:1", "9:16"])
def test_a_title_of_any_lines_keeps_clear_of_the_picture(aspect):
    from convexplain.panels import ASPECTS

    for text in ("Short", "Transposed convolution: one number paints a patch"):
        *_, last = title_labels(text, ASPECTS[aspect])
        body = corner_of(ASPECTS[aspect])[1] + ASPECTS[aspect].body_box.y
        assert last.ink_box().bottom < body


def test_an_arrow_ends_where_it_points():
    pixels = painted(Line([(100, 100), (300, 100)], arrow=True))
    _, cols = np.nonzero((pixels != DARK.rgb("background")).any(axis=2))
    assert cols.max() == pytest.approx(299, abs=1)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("scale", ["picture", "signed"])
def test_numbers_in_dimmed_cells_can_still_be_read(theme, scale):
    values = np.linspace(-1 if scale == "signed" else 0, 1, 21)[None]
    grid = PixelGrid(values, 0, 0, 60, scale=scale, numbers=True)
    grid.shares[...] = DIM
    grounds = grid._dimmed(theme)[0].astype(int)
    full = [contrast(number.colour, grounds[number.col]) for number in grid._numbers(theme)]
    seen = []
    for number, ground in zip(grid._numbers(theme), grounds, strict=True):
        mixed = np.rint(ground + number.seen * (np.array(number.colour) - ground))
        seen.append(contrast(mixed.astype(int), ground))
    assert min(seen) >= 2.98
    assert max(seen) < min(full)  # they step back all the same
