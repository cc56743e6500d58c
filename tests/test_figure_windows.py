"""Window geometry and channels: sizes by the law, maps and sums by SciPy and loops."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_cells import LIGHT, drawn, example, framed, pictures, rectangles, weights, words
from matplotlib.collections import EllipseCollection, LineCollection
from PIL import Image
from scipy.signal import correlate2d

from convexplain import figures
from convexplain.errors import UsageError
from convexplain.network import Network

WIDTHS = [figures.COLUMN, figures.PAGE]
GEOMETRY, CHANNELS = "window-geometry", "channels"


def spread(kernel, dilation):
    """The kernel with zeros between its weights."""
    side = (len(kernel) - 1) * dilation + 1
    wide = np.zeros((side, side))
    wide[::dilation, ::dilation] = kernel
    return wide


def by_hand(pixels, kernel, bias, padding=0, stride=1, dilation=1):
    padded = np.pad(pixels, padding)
    full = correlate2d(padded, spread(kernel, dilation), mode="valid") + bias
    return np.maximum(full[::stride, ::stride], 0)


def the_example():
    pixels, chosen = example(GEOMETRY)
    kernel, bias = weights()
    return pixels, kernel[:, :, 0, chosen["filter"]], bias[chosen["filter"]]


#: Padding, stride, dilation of the usual four, and what the law says of 28.
TOUR = [
    ({}, 26, "28 − 3 + 1 = 26"),
    ({"padding": 1}, 28, "28 + 2 × 1 − 3 + 1 = 28"),
    ({"padding": 1, "stride": 2}, 14, "(28 + 2 × 1 − 3) / 2"),
    ({"dilation": 2}, 24, "28 − 5 + 1 = 24"),
]


@pytest.mark.parametrize("width", WIDTHS)
def test_every_geometry_fills_the_map_that_scipy_computes(width):
    pixels, kernel, bias = the_example()
    figure = drawn(GEOMETRY, width)
    shown = [cells for cells in pictures(figure) if len(cells.colours) > 3]
    inputs, maps = shown[::2], shown[1::2]
    limit = figures.make(GEOMETRY).map_limit
    cell = {round(cells.wide, 6) for cells in shown}
    assert len(cell) == 1  # so that sizes can be compared
    for read, filled, (geometry, size, law) in zip(inputs, maps, TOUR, strict=True):
        expected = by_hand(pixels, kernel, bias, **geometry)
        assert expected.shape == (size, size) == filled.colours.shape[:2]
        colours = LIGHT.tokens.signed(expected.clip(0, limit), limit).astype(int)
        assert np.abs(filled.colours.astype(int) - colours).max() <= 1
        np.testing.assert_array_equal(read.colours, LIGHT.tokens.picture(pixels))
        assert law in words(figure)
    assert " + 1 = 14" in words(figure)
    assert any(said.startswith("27 / 2 = 13.5, rounded down to 13") for said in words(figure))


@pytest.mark.parametrize("width", WIDTHS)
def test_the_window_of_each_geometry_is_where_its_cell_reads(width):
    figure = drawn(GEOMETRY, width)
    shown = [cells for cells in pictures(figure) if len(cells.colours) > 3]
    made = figures.make(GEOMETRY)
    for geometry, read, filled in zip(made.geometries, shown[::2], shown[1::2], strict=True):
        step, stride = geometry.stop.step, geometry.window.stride[0]
        top, _, left, _ = geometry.margins
        row, col = step.row * stride - top, step.col * stride - left
        assert framed(figure, read.box(row, col, geometry.span, geometry.span))
        assert framed(figure, filled.box(step.row, step.col))
        assert f"{step.activated:.2f}" in words(figure)
    dilated, read = made.geometries[3], shown[6]
    step = dilated.stop.step
    for down in (0, 2, 4):
        for along in (0, 2, 4):
            assert framed(figure, read.box(step.row + down, step.col + along), tolerance=0.7)


def test_padding_is_a_dashed_ring_and_stride_a_lattice_of_centres():
    figure = drawn(GEOMETRY, padding="2", stride=3)
    (axes,) = figure.axes
    dashed = [len(c.get_segments()) for c in axes.collections if isinstance(c, LineCollection)]
    assert 32 * 32 - 28 * 28 in dashed
    centres = [c for c in axes.collections if isinstance(c, EllipseCollection)]
    lattice = max(centres, key=lambda c: len(c.get_offsets())).get_offsets()
    assert len(lattice) == 10 * 10
    xs = np.unique(lattice[:, 0].round(6))
    read = next(cells for cells in pictures(figure) if len(cells.colours) == 28)
    np.testing.assert_allclose(np.diff(xs), 3 * pictures(figure, 28)[0].wide, rtol=1e-4)
    # The first window begins in the corner of the padding: its centre is the pixel before.
    assert xs[0] == pytest.approx(pictures(figure, 28)[1].x0 - 0.5 * read.wide, abs=1e-3)


def test_the_alternative_text_tells_every_size():
    told = figures.alternative(GEOMETRY)
    for _, size, _ in TOUR:
        assert f"a map of {size} × {size}" in told
    assert "reads 3 zeros of padding among 9 numbers" in told


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"padding": "many"}, "--padding many is not possible"),
        ({"stride": 0}, "stride"),
        ({"kernel_size": 1}, "give 2 to 11"),
        ({"kernel_size": 9, "dilation": 4}, "spans 33x33"),
        ({"padding": "40"}, "too many to be drawn"),
    ],
)
def test_a_geometry_that_cannot_be_is_refused(options, said):
    with pytest.raises(UsageError, match=said):
        figures.draw(GEOMETRY, **options)


def channel_sums():
    """Each channel's products, added up by loops, of the example's cell; and the bias."""
    pixels, chosen = example(CHANNELS)
    inputs = Network.load("cnn").activations(pixels[:, :, None].astype(np.float32))["pool1"]
    kernel, bias = weights("conv2")
    row, col = chosen["at"]
    sums = np.zeros(32)
    for channel in range(32):
        for i in range(3):
            for j in range(3):
                weight = kernel[i, j, channel, chosen["filter"]]
                sums[channel] += float(inputs[row + i, col + j, channel]) * weight
    return sums, bias[chosen["filter"]], (row, col)


def signed(value):
    return f"{value:+.2f}".replace("-", "−")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_filters_number_is_the_sum_over_all_channels(width):
    sums, bias, (row, col) = channel_sums()
    top = np.argsort(-np.abs(sums), kind="stable")[:5]
    figure = drawn(CHANNELS, width)
    said = words(figure)
    start = said.index(f"channel {top[0]}")
    for channel in top:
        at = said.index(f"channel {channel}")
        assert signed(sums[channel]) in said[at : at + 4]
        assert at >= start
    assert signed(sums.sum() - sums[top].sum()) in said
    assert signed(bias) in said
    assert f"sum {sums.sum() + bias:.2f}, then ReLU" in said
    (filled,) = pictures(figure, 11)
    assert framed(figure, filled.box(row, col))
    tiles = pictures(figure, 13)
    assert len(tiles) == 32
    for channel, tile in enumerate(tiles):
        assert framed(figure, tile.box(row, col, 3, 3), tolerance=0.6)
        ink = LIGHT.tokens.ink
        assert framed(figure, tile.box(0, 0, 13, 13), ink) == (channel in top)


def test_the_bars_of_the_waterfall_follow_one_another_on_one_scale():
    sums, bias, _ = channel_sums()
    top = np.argsort(-np.abs(sums), kind="stable")[:5]
    addends = [*sums[top], sums.sum() - sums[top].sum(), bias]
    figure = drawn(CHANNELS)
    rises = rectangles(figure, LIGHT.tokens.positive)
    falls = rectangles(figure, LIGHT.tokens.negative)
    bars = sorted([*rises, *falls], key=lambda box: box[1])
    assert len(bars) == 7
    assert len(falls) == sum(value < 0 for value in addends)
    scale = (bars[0][2] - bars[0][0]) / abs(addends[0])
    running = bars[0][0]
    for (x0, _, x1, _), value in zip(bars, addends, strict=True):
        start, end = (x0, x1) if value >= 0 else (x1, x0)
        assert start == pytest.approx(running, abs=1e-3)
        assert end - start == pytest.approx(value * scale, abs=1e-3)
        running = end


def test_the_alternative_text_of_channels_tells_what_each_adds():
    sums, bias, _ = channel_sums()
    told = figures.alternative(CHANNELS)
    for channel in np.argsort(-np.abs(sums))[:5]:
        assert f"channel {channel}: {signed(sums[channel])}" in told
    assert f"after ReLU: {sums.sum() + bias:.2f}" in told


PHOTO = "channels-photo"


@pytest.mark.parametrize("width", WIDTHS)
def test_the_three_channels_of_a_photograph_make_one_number(width):
    made = figures.make(PHOTO)
    pixels, kernel = made.colours.pixels.astype(np.float64), made.colours.kernel
    result = sum(correlate2d(pixels[:, :, c], kernel[:, :, c], mode="valid") for c in range(3))
    figure = drawn(PHOTO, width)
    said = words(figure)
    (filled,) = pictures(figure, pixels.shape[0] - 2)
    limit = np.abs(result).max()
    colours = LIGHT.tokens.signed(result, limit).astype(int)
    assert np.abs(filled.colours.astype(int) - colours).max() <= 1
    (read,) = pictures(figure, pixels.shape[0])
    np.testing.assert_array_equal(read.colours, np.rint(255 * pixels).astype(np.uint8))
    row, col = made.colours.stop.row, made.colours.stop.col
    assert framed(figure, read.box(row, col, 3, 3))
    assert framed(figure, filled.box(row, col))
    assert f"{result[row, col]:.2f}" in said
    for channel in range(3):
        patch = pixels[row : row + 3, col : col + 3, channel]
        total = (patch * kernel[:, :, channel]).sum()
        assert (signed(total) if abs(total) > 0.005 else "0.00") in said
        for value in patch.ravel():
            assert f"{value:.2f}" in said
            assert f"{value:.2f}" in figures.alternative(PHOTO)


def test_a_photograph_of_ones_own_can_be_shown(tmp_path):
    colours = np.zeros((40, 40, 3), np.uint8)
    colours[:, :20, 0], colours[:, 20:, 2] = 200, 250
    Image.fromarray(colours).save(tmp_path / "own.png")
    figure = drawn(PHOTO, image=tmp_path / "own.png")
    (read,) = pictures(figure, 40)
    np.testing.assert_array_equal(read.colours, colours)
    assert "5.29" in words(figure)  # 3 x 200 + 3 x 250 of 255


def test_a_gray_picture_has_no_three_channels_to_show():
    with pytest.raises(UsageError, match="no option 'digit'"):
        figures.draw(PHOTO, digit=3)
