"""The tree of patches, and cells taken out: places, shares, flights."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("manim", reason="the stage needs the extra 'video'")

from convexplain.ops import Box
from convexplain.stage import PixelGrid
from convexplain.stage.layout import problems
from convexplain.stage.patch_tree import Flight, PatchTree, Row, others, place_in
from convexplain.stage.removal import Removal

IMAGE = np.arange(100.0).reshape(10, 10, 1) / 100
ROWS = {"upper": Row(282, 20, 350, "beside", others=104), "lower": Row(560, 22, 88, "below")}


def node(layer, number, box, share=None, parts=()):
    patch = IMAGE[box.top : box.bottom, box.left : box.right]
    return SimpleNamespace(
        layer=layer, filter=number, box=box, patch=patch, share=share, parts=parts
    )


@pytest.fixture
def tree():
    leaves = (node("lower", 5, Box(3, 2, 6, 5), 0.3), node("lower", 6, Box(5, 4, 8, 7), 0.2))
    parts = (
        node("upper", 1, Box(2, 1, 8, 7), 0.1, leaves),
        node("upper", 2, Box(4, 4, 10, 10), 0.05, leaves[:1]),
    )
    root = node("root", 0, Box(0, 0, 10, 10), None, parts)
    return PatchTree(
        root, 900, 200, ROWS, name=lambda part: f"{part.filter}", kernel=lambda part: np.eye(3)
    )


def test_parts_stand_around_the_middle_of_their_parent(tree):
    assert [twig.x for twig in tree.twigs] == [900 - 175, 900 + 175]
    assert [twig.x for twig in tree.row("lower")] == [725 - 44, 725 + 44, 1075]
    for twig in tree.every():
        np.testing.assert_allclose(twig.link.places[-1][0], twig.x)
        parent = (900, 200) if twig.parent is None else (twig.parent.x, twig.parent.bottom + 6)
        np.testing.assert_allclose(twig.link.places[0], parent)
        np.testing.assert_array_equal(twig.grid.values, twig.node.patch[:, :, 0])


def test_what_is_not_followed_is_told_in_gray(tree):
    first, second = tree.twigs
    assert others(first.node) == pytest.approx(0.5)
    assert [twig.more[1].text for twig in (first, second)] == ["50.0%", "70.0%"]
    assert first.more[1].colour == "muted"
    for leaf in tree.row("lower"):
        np.testing.assert_array_equal(leaf.more[0].values, np.eye(3))


def test_a_tree_is_laid_out_without_overlap(tree):
    for twig in tree.every():
        twig.link.drawn = 1.0
        twig.share.say("12.3%")
    assert problems([part for twig in tree.every() for part in twig.mobjects]) == []


def test_a_patch_lifts_off_the_cells_that_it_shows(tree):
    first = tree.twigs[0]
    picture = PixelGrid(IMAGE[:, :, 0], 96, 190, 30, scale="picture")
    assert place_in(first) == (2, 1, 8, 7)
    goal = first.grid.places
    flight = Flight([first], picture, dip=100)
    start = (96 + 30, 190 + 60)
    np.testing.assert_allclose(first.grid.places[0], start)
    flight.fly(0.5)
    np.testing.assert_allclose(first.grid.places[0], (goal[0] + start) / 2 + (0, 100))
    np.testing.assert_allclose(flight.frames[0].places, first.grid.places)
    assert first.share.text == "5.0%"
    flight.fly(1.0)
    np.testing.assert_allclose(first.grid.places, goal)
    np.testing.assert_allclose(flight.marks[0].places[0], start)
    assert (first.share.text, first.link.drawn) == ("10.0%", 1.0)


def test_parts_lift_off_their_parents_patch(tree):
    first = tree.twigs[0]
    assert place_in(first.parts[0]) == (1, 1, 4, 4)
    Flight(first.parts, first.grid)
    np.testing.assert_allclose(first.parts[0].grid.places[0], first.grid.place_of(1, 1))


def test_cells_go_one_after_another_and_the_curve_follows():
    addends = np.array([[3.0, -1.0], [0.5, 2.0]])
    removal = Removal(
        addends,
        [0, 3, 2],
        [1.0, 0.9, 0.5, 0.2],
        strip=(600, 522, 20),
        chart=(700, 722, 600, 126),
        counter=(1450, 744),
        count_text=lambda n: f"{n} cells",
    )
    assert removal.limit == 3.0
    assert removal.tell(1.25) == 1
    np.testing.assert_array_equal(removal.strip.values, [[0, -1], [0.5, 1.5]])
    assert removal.curve.drawn == pytest.approx(1.25 / 3)
    assert removal.tell(3) == 3
    np.testing.assert_array_equal(removal.strip.values, [[0, -1], [0, 0]])
    assert removal.counter.text == "3"
    assert removal.tell(0) == 0
    np.testing.assert_array_equal(removal.strip.values, addends)
    np.testing.assert_allclose(removal.curve.places[:, 0], [700, 900, 1100, 1300])
    np.testing.assert_allclose(removal.curve.places[:, 1], 848 - 126 * np.array([1, 0.9, 0.5, 0.2]))
    np.testing.assert_allclose(removal.at(2).places, [(1100, 722), (1100, 848)])
    np.testing.assert_allclose(removal.marked(3).places[0], (620, 542))
    assert problems([removal.strip, *removal.chart]) == []
