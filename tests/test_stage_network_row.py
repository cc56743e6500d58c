"""A network in a row: volumes to scale, in order, and a vector that is the flattened maps."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("manim", reason="the stage needs the extra 'video'")

from convexplain import ops
from convexplain.stage.layout import problems
from convexplain.stage.network_row import LayerLook, NetworkRow

RANDOM = np.random.default_rng(5)
SHAPES = ((28, 28, 1), (26, 26, 32), (13, 13, 32), (3, 3, 128))


def layers(shapes=SHAPES, outputs=10):
    maps = [RANDOM.uniform(0, 1, shape) for shape in shapes]
    vector = ops.flatten(maps[-1])
    looks = [LayerLook(f"layer{n}", str(m.shape), m, 1.0, n > 1) for n, m in enumerate(maps)]
    looks.append(LayerLook("flatten", str(len(vector)), vector, 1.0, False))
    looks.append(LayerLook("dense", str(outputs), np.linspace(0, 1, outputs), 1.0, True))
    return looks


@pytest.fixture
def row():
    return NetworkRow(layers())


def test_all_volumes_have_the_same_scales(row):
    cells = {round(volume.cell, 6) for volume in row.volumes}
    sheets = {round(volume.back[0] / volume.values.shape[2], 6) for volume in row.volumes}
    assert cells == {round(row.picture.cell, 6)}
    assert len(sheets) == 1


def test_columns_stand_apart_from_left_to_right(row):
    ends = [row.picture.places[:, 0].max(), *(v.places[:, 0].max() for v in row.volumes)]
    ends += [row.strip.places[:, 0].max()]
    for end, left, arrow in zip(ends, row.lefts[1:], row.arrows, strict=True):
        assert end < arrow.places[0, 0] < arrow.places[1, 0] < left


def test_nothing_overlaps(row):
    everything = [row.body(n) + row.texts(n) for n in range(len(row.layers))]
    assert not problems([part for column in everything for part in column] + row.arrows)


def test_the_folded_vector_has_a_column_for_each_place(row):
    maps = row.volumes[-1].values
    for place in range(9):
        np.testing.assert_array_equal(row.strip.values[:, place], maps[place // 3, place % 3])
    np.testing.assert_array_equal(row.strip.values.T.ravel(), ops.flatten(maps))


def test_rods_leave_their_places_and_end_as_the_columns_of_the_vector(row):
    rods = row.rods()
    starts = [rod.points.copy() for rod in rods]
    row.unroll(rods, starts, 0.0)
    for place, rod in enumerate(rods):
        left, top = row.volumes[-1].place_of(place // 3, place % 3)
        np.testing.assert_allclose(rod.places[0], (left, top))
    row.unroll(rods, starts, 1.0)
    for place, rod in enumerate(rods):
        left, top = row.strip.place_of(0, place)
        np.testing.assert_allclose(rod.places[0], (left, top))
        assert rod.cell == pytest.approx(row.strip.cell)
        assert rod.places[2, 1] == pytest.approx(row.strip.places[2, 1])


def test_a_volume_sprouts_from_the_front_of_the_one_before(row):
    start, goal = row.sprout(1)
    np.testing.assert_allclose(start[:3], row.volumes[0].points[:3])
    np.testing.assert_allclose(start[3], start[1])
    np.testing.assert_array_equal(goal, row.volumes[1].points)


@pytest.mark.parametrize(
    "shapes",
    [
        ((28, 28, 1), (24, 24, 4)),
        ((28, 28, 1), (26, 26, 256), (24, 24, 256), (12, 12, 256), (10, 10, 256), (5, 5, 512)),
    ],
    ids=["one layer", "very deep ones"],
)
def test_other_networks_fit_too(shapes):
    row = NetworkRow(layers(shapes))
    everything = [row.body(n) + row.texts(n) for n in range(len(row.layers))]
    assert not problems([part for column in everything for part in column])


def test_too_many_columns_are_refused():
    with pytest.raises(ValueError, match="do not fit side by side"):
        NetworkRow(layers(((28, 28, 1), *[(10, 10, 100)] * 9)))
