"""The camera comes near and goes back: pixels stay sharp, and only what changes is painted."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("manim", reason="the stage needs the extra 'video'")

from manim import Circle, tempconfig

from convexplain.stage import Inset, Label, Line, PixelGrid, StageScene, WindowFrame
from convexplain.stage.camera import between
from convexplain.stage.units import Rect, Shot, home_shot
from convexplain.style.theme import DARK

RNG = np.random.default_rng(11)


@pytest.fixture
def small(tmp_path):
    """A small, slow frame, and a private media folder."""
    with tempconfig(
        {
            "pixel_width": 854,
            "pixel_height": 480,
            "frame_rate": 15,
            "media_dir": str(tmp_path / "media"),
            "verbosity": "ERROR",
            "output_file": "scene",
        }
    ):
        yield tmp_path


class Near(StageScene):
    """A grid of noise, looked at from nearby and from afar, with a label that is pinned."""

    box = (180.0, 280.0, 120.0, 120.0)

    def construct(self):
        self.grid = PixelGrid(RNG.uniform(0, 1, (28, 28)), 100, 200, 20, scale="picture")
        self.window = WindowFrame(self.grid, 5, 5, 3, 3)
        self.title = Label("Sliding window", 96, 65, 40)
        self.title.pinned = True
        self.far = Line([(700, 500), (1800, 900)], arrow=True)
        self.circle = Circle(color="#FF0000")
        self.lens = Inset([self.grid, self.window], (200, 300, 60, 60), (1300, 300, 300, 300))
        self.add(self.grid, self.window, self.title, self.far, self.circle, self.lens)
        self.shots, self.pictures = [], []
        self.wait(0.1, frozen_frame=False)
        self.start = self.frame_now()
        self.drive(self.camera.to(self.box, share=0.8), 0.8)
        self.near, self.near_shot = self.frame_now(), self.camera.shot

        def move(alpha):
            self.window.put(self.grid, 5 + alpha, 5 + 3 * alpha)
            self.grid.values[6, 6] = alpha

        self.drive(move, 0.4)
        move(0)
        self.grid.values[6, 6] = 0.5
        self.drive(self.camera.home(), 0.8)
        self.drive(self.lens.to((300, 400, 40, 40)), 0.4)

    def frame_now(self):
        return self.renderer.camera.picture.pixels[..., :3].copy()

    def on_frame(self, seconds):
        camera = self.renderer.camera
        incremental = camera.picture.pixels.copy()
        self.shots.append(camera.shot)
        camera._blank = True
        self.renderer.update_frame(self)
        difference = np.abs(incremental.astype(int) - camera.picture.pixels)
        assert difference.max() <= 8  # cairo smooths Manim's circle by other amounts
        assert (difference > 0).mean() < 1e-3


@pytest.fixture
def played(small):
    scene = Near()
    scene.render()
    return scene


def test_painting_only_what_changed_gives_the_picture_of_painting_all(played):
    assert len(set(played.shots)) > 12


def test_the_camera_comes_back_to_the_pixel(played):
    assert played.shots[-1] == played.shots[0] == home_shot(854, 480)


def test_what_it_looks_at_fills_its_share_and_stands_in_the_middle(played):
    shot = played.near_shot
    left, top, width, height = (side * shot.scale for side in played.box)
    assert max(width / 854, height / 480) == pytest.approx(0.8, abs=0.01)
    assert left - shot.left + width / 2 == pytest.approx(854 / 2, abs=1)
    assert top - shot.top + height / 2 == pytest.approx(480 / 2, abs=1)


def test_cells_are_sharp_from_nearby(played):
    # A cell seen six times as large is one colour up to its last pixel, not a blur.
    shot, grid = played.near_shot, played.grid
    for row, col in ((6, 5), (7, 7)):
        left, top = grid.place_of(row, col)
        x0, y0 = left * shot.scale - shot.left, top * shot.scale - shot.top
        side = grid.cell * shot.scale
        assert side > 50
        cell = played.near[int(y0) + 12 : int(y0 + side) - 12, int(x0) + 12 : int(x0 + side) - 12]
        assert (cell == DARK.picture(grid.values)[row, col]).all()


def test_what_is_pinned_stays_where_it_is(played):
    ink = (played.start[10:50, 30:400] == DARK.rgb("ink")).all(axis=2)
    assert ink.sum() > 100
    assert (played.near[10:50, 30:400][ink] == DARK.rgb("ink")).all()


def test_a_share_of_the_frame_is_kept_free(small):
    class Banded(StageScene):
        def construct(self):
            self.add(PixelGrid(np.ones((28, 28)), 100, 200, 20, scale="picture"))
            self.camera.stage_area = Rect(0, 100, 854, 400)
            self.drive(self.camera.to((200, 300, 100, 100)), 0.4)

    scene = Banded()
    scene.render()
    pixels = scene.renderer.camera.picture.pixels[..., :3]
    inked = np.flatnonzero((pixels != DARK.rgb("background")).any(axis=(1, 2)))
    assert (inked.min(), inked.max()) == (100, 399)


def test_what_is_looked_at_keeps_the_margins_of_the_frame(small):
    scene = StageScene()
    scene.camera.side, wide = 60.0, (760, 500, 400, 10)
    scene.camera.to(wide, share=0.95)(1.0)
    scale, left, _ = scene.camera.shot
    assert [760 * scale - left, 1160 * scale - left] == pytest.approx([60, 794], abs=1)


def test_it_comes_no_nearer_than_it_may(small):
    class Close(StageScene):
        def construct(self):
            self.add(PixelGrid(np.ones((2, 2)), 100, 200, 20))
            self.drive(self.camera.to((100, 200, 1, 1), most=3.0), 0.2)

    scene = Close()
    scene.render()
    assert scene.camera.shot.scale == pytest.approx(3 * 480 / 1080)


def test_the_way_is_one_movement_from_end_to_end():
    start, goal = Shot(0.5, 0, 0), Shot(2.0, 900, 300)
    assert between(start, goal, 0.0) == start
    assert between(start, goal, 1.0) == goal
    half = between(start, goal, 0.5)
    assert half.scale == pytest.approx(1.0)  # as many times nearer in each half
    # One point of the stage keeps its place in the frame on the whole way.
    fixed = (np.array(goal[1:]) - start[1:]) / (goal.scale - start.scale)
    for alpha in np.linspace(0, 1, 9):
        shot = between(start, goal, alpha)
        place = fixed * shot.scale - shot[1:]
        np.testing.assert_allclose(place, fixed * start.scale - start[1:], atol=1)
    assert between(start, Shot(0.5, 100, 50), 0.5) == Shot(0.5, 50, 25)


def test_an_inset_shows_the_stage_in_the_size_in_which_it_is_seen(small):
    values = RNG.uniform(0, 1, (28, 28))
    grid = PixelGrid(values, 96, 216, 18, scale="picture", lines=False)
    lens = Inset([grid], (96 + 5 * 18, 216 + 5 * 18, 54, 54), (1080, 216, 540, 540))

    class Magnified(StageScene):
        def construct(self):
            self.add(grid, lens)
            self.drive(lambda alpha: None, 0.1)

    scene = Magnified()
    scene.render()
    pixels = scene.renderer.camera.picture.pixels[..., :3]
    scale = 480 / 1080
    for row, col in np.ndindex(3, 3):
        x, y = (1080 + (col + 0.5) * 180) * scale, (216 + (row + 0.5) * 180) * scale
        patch = pixels[int(y) - 35 : int(y) + 35, int(x) - 35 : int(x) + 35]
        assert (patch == DARK.picture(grid.values)[5 + row, 5 + col]).all()


@pytest.mark.parametrize(
    ("size", "corner"),
    [
        ((1280, 720), (0, 0)),
        ((720, 1280), (420, -420)),
        ((720, 720), (420, 0)),
        ((960, 720), (240, 0)),
        ((854, 480), (0, 0)),
        ((640, 360), (0, 0)),
    ],
)
def test_every_frame_has_the_middle_of_the_stage_in_its_middle(size, corner):
    shot = home_shot(*size)
    assert shot.scale == min(size) / 1080
    assert (shot.left / shot.scale, shot.top / shot.scale) == pytest.approx(corner, abs=1)


class Cropped(StageScene):
    """Three grids beside one another; the camera looks at the middle one."""

    def construct(self):
        made = {}
        for name, left in (("left", 60), ("middle", 760), ("right", 1460)):
            grid = PixelGrid(np.ones((4, 4)), left, 300, 100, scale="picture")
            title = Label(name, left, 270, 30)
            grid.group = title.group = name
            made[name] = (grid, title)
        grid = made["left"][0]
        window = WindowFrame(grid, 1, 1, 2, 2)
        link = Line([(360, 450), (760, 450)])
        inside = Label("inside", 800, 650, 30)
        self.add(*made["left"], *made["middle"], *made["right"], window, link, inside)
        self.wait(0.1, frozen_frame=False)
        self.before = self.frame_now()
        self.drive(self.camera.to((760, 300, 400, 400), share=0.7), 0.5)
        self.hidden = dict(self.camera.veils)
        self.parts = {"window": window, "link": link, "inside": inside}
        for name, (grid, title) in made.items():
            self.parts |= {name: grid, f"{name}.title": title}
        self.near = self.frame_now()
        self.drive(self.camera.home(), 0.5)
        self.after = self.frame_now()

    def frame_now(self):
        return self.camera.picture.pixels.copy()


def test_what_the_frame_would_cut_is_not_drawn_but_what_is_looked_at_is(small):
    scene = Cropped()
    scene.render()
    hidden = {name for name, part in scene.parts.items() if scene.hidden.get(id(part)) == 1.0}
    # A window on a hidden grid, a title of one, and a line that leads there go with it.
    assert hidden == {"left", "left.title", "right", "right.title", "window", "link"}
    # Seen from there the grids beside it would reach into the frame: their ink is not there.
    background = np.array(DARK.rgb("background"))
    assert (scene.near[:, :60, :3] == background).all()
    assert (scene.near[:, -60:, :3] == background).all()
    np.testing.assert_array_equal(scene.after, scene.before)


def test_the_camera_stays_at_home_where_coming_near_is_not_worth_it(small):
    scene = StageScene()
    frame = scene.camera.to((100, 60, 1700, 900))
    frame(1.0)
    assert scene.camera.shot == scene.camera.home_shot
    scene.camera.to((500, 300, 700, 500))(1.0)
    assert scene.camera.shot.scale > 1.25 * scene.camera.home_shot.scale
