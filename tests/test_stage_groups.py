"""Groups of the stage that tell of channels: products, planes, sums, fibres, a layer's maps."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("manim", reason="the stage needs the extra 'video'")

from convexplain.stage import (
    Bracket,
    CellByCell,
    Fibre,
    LayerMaps,
    NamedMap,
    Planes,
    Thumbnails,
    ThumbnailWindows,
    Waterfall,
    spotlight,
)

RNG = np.random.default_rng(5)


def test_products_come_row_by_row_and_only_when_computed():
    patch, kernel = RNG.uniform(0, 1, (2, 3, 3))
    row = CellByCell((patch, kernel, patch * kernel), 100, 200, 50, gap=40)
    assert np.isnan(row.products.values).all()
    row.multiply(4 / 9)
    np.testing.assert_array_equal(row.products.values.ravel()[:4], (patch * kernel).ravel()[:4])
    assert np.isnan(row.products.values.ravel()[4:]).all()
    row.multiply(1.0)
    np.testing.assert_array_equal(row.products.values, patch * kernel)
    # Patch, kernel and products begin 150 + 40 pixels apart; the sign stands between.
    assert [grid.places[0, 0] for grid in (row.patch, row.kernel, row.products)] == pytest.approx(
        [100, 290, 480]
    )
    assert row.dot.anchor_place() == pytest.approx((270, 275))


def test_a_photograph_comes_apart_into_its_own_channels():
    pixels = RNG.uniform(0, 1, (20, 10, 3))
    planes = Planes(
        pixels,
        ["red", "green", "blue"],
        box=(96, 200, 500, 400),
        small=(96, 500),
        left=300,
        middles=(300, 500, 700),
        tile=(80, 100),
    )
    for n, channel in enumerate(planes.channels):
        np.testing.assert_array_equal(channel.values, pixels[:, :, n])
    assert planes.photo.places.tolist() == pytest.approx(
        np.array([(96, 200), (296, 200), (96, 600)])
    )
    planes.part(0.0)
    for channel in planes.channels:
        np.testing.assert_allclose(channel.places, planes.photo.places)
    planes.part(1.0)
    # 5 pixels a cell: 50 wide and 100 high, around the middles.
    np.testing.assert_allclose(planes.photo.places[0], (96, 450))
    np.testing.assert_allclose(
        [channel.places[0] for channel in planes.channels], [(300, 250), (300, 450), (300, 650)]
    )
    frames = planes.windows(2, 3, 3, 3)
    np.testing.assert_allclose(frames[1].places[0], (300 + 3 * 5, 450 + 2 * 5))


def test_a_waterfall_shows_each_row_when_asked_and_ends_with_the_sum():
    fall = Waterfall(
        ["a", "b"], [0.5, -0.2], "sum", [300, 370, 470], left=100, begin=300, end=800, right=900
    )
    assert not fall.bars.drawn.any()
    assert [label.opacity for label in (*fall.names, *fall.numbers)] == [0.0] * 5
    fall.row(1)(1.0)
    assert fall.bars.drawn.tolist() == [0, 1, 0]
    assert [label.opacity for label in fall.names] == [0, 1, 0]
    assert [label.text for label in fall.numbers] == ["+0.50", "−0.20"]
    assert fall.rule.opacity == 0
    fall.row(2)(1.0)
    assert fall.rule.opacity == 1
    assert (fall.bars.starts[2], fall.bars.ends[2]) == pytest.approx((0, 0.3))
    # The axis reaches from 0 to the largest running sum, 0.5.
    assert fall.bars.box(1)[::2] == pytest.approx((600, 800))


def test_a_waterfall_of_zeros_has_an_axis():
    fall = Waterfall(["a"], [0.0], "sum", [300, 400], left=100, begin=300, end=800, right=900)
    assert fall.bars.place_of(0) == 300


def test_a_fibre_shows_one_number_for_each_filter():
    values = RNG.uniform(0, 2, 8).astype(np.float32)
    fibre = Fibre(8, 2.0, left=100, right=900, top=200, base=600, chosen=3)
    fibre.tell(values, 5)
    np.testing.assert_array_equal(fibre.strip.values[0, :5], values[:5])
    assert np.isnan(fibre.strip.values[0, 5:]).all()
    assert not fibre.bars.ends[5:].any()
    fibre.tell(values)
    # 400 pixels are the limit, 2.
    for n, value in enumerate(values):
        assert fibre.bars.box(n)[1] == pytest.approx(600 - 200 * value)
        left, _, right, _ = fibre.bars.box(n)
        assert (left + right) / 2 == pytest.approx(fibre.strip.centre_of(0, n)[0])
    np.testing.assert_allclose(fibre.frame.places[0], fibre.strip.place_of(0, 3))


def test_a_place_is_computed_in_all_maps_of_a_layer_at_once():
    outputs = RNG.uniform(0, 1, (4, 5, 20)).astype(np.float32)
    maps = LayerMaps((4, 5, 20), 1.0, left=1440, top=226, width=385, map_top=446, bar=906, chosen=7)
    maps.fill(outputs, 2, 3)
    known = ~np.isnan(maps.thumbnails.values)
    assert known.sum() == 20
    np.testing.assert_array_equal(maps.thumbnails.values[2, 3], outputs[2, 3])
    assert maps.map.values[2, 3] == outputs[2, 3, 7]
    assert (~np.isnan(maps.map.values)).sum() == 1
    assert np.flatnonzero(maps.thumbnails.marks).tolist() == [7]


def test_a_row_shrinks_onto_another():
    grids = tuple(RNG.uniform(0, 1, (3, 3, 3)))
    large, small = CellByCell(grids, 100, 200, 80), CellByCell(grids, 600, 300, 20, text_size=0)
    move = large.shrink(small)
    move(1.0)
    np.testing.assert_allclose(large.patch.places, small.patch.places)
    np.testing.assert_allclose(large.kernel.places, small.kernel.places)
    assert large.kernel.number_opacity == 0


def test_a_spotlight_marks_what_is_spoken_of_and_dims_the_rest():
    tiles = Thumbnails(np.zeros((5, 5, 6)), 0, 0, 4, columns=3)
    windows = ThumbnailWindows(tiles, 0, 0, 3, 3)
    spotlight(tiles, windows, [1, 4], 0.4)(1.0)
    for shares in (tiles.shares, windows.shares):
        np.testing.assert_allclose(shares, [0.4, 1, 0.4, 0.4, 1, 0.4])
    np.testing.assert_array_equal(tiles.marks, [0, 1, 0, 0, 1, 0])


def test_a_named_map_ends_at_the_right_and_is_empty():
    named = NamedMap("map", "20 × 10", (20, 10), 2.0, 1824, 500, (300, 400))
    # 20 pixels a cell: 200 wide and 400 high.
    np.testing.assert_allclose(named.map.places, [(1624, 300), (1824, 300), (1624, 700)])
    assert np.isnan(named.map.values).all()


def test_a_bracket_spans_its_numbers():
    bracket = Bracket([0.5, -0.25], [300, 500], 1000, 1100)
    assert [label.text for label in bracket.numbers] == ["+0.50", "−0.25"]
    assert bracket.lines[0].places[:, 1].min() == pytest.approx(280)
    assert bracket.lines[0].places[:, 1].max() == pytest.approx(520)
    np.testing.assert_allclose(bracket.lines[1].places[-1], (1100, 400))
