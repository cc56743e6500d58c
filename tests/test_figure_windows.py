"""Window geometry and channels: sizes by the law, maps and sums by SciPy and loops."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_cells import LIGHT, drawn, example, framed, pictures, rectangles, weights, words
from PIL import Image
from scipy.signal import correlate2d

from convexplain import figures
from convexplain.data import photographs
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


#: Padding, stride and dilation of the usual four, and what the count says of 28.
TOUR = [
    ({}, ["28", "−", "3", "+ 1", "=", "26"]),
    ({"padding": 1}, ["28", "+", "2 × 1", "−", "3", "+ 1", "=", "28"]),
    ({"stride": 2}, ["(28", "−", "3)", "/ 2", "+ 1", "=", "13"]),
    ({"dilation": 2}, ["28", "−", "5", "+ 1", "=", "24"]),
]


def read_by_hand(padding=0, stride=1, dilation=1):
    """How often each of 28 by 28 pixels is read with its padding, window by window."""
    side = 28 + 2 * padding
    counts = np.zeros((side, side))
    for top in range(0, side - 2 * dilation, stride):
        for left in range(0, side - 2 * dilation, stride):
            for down in range(0, 3 * dilation, dilation):
                for along in range(0, 3 * dilation, dilation):
                    counts[top + down, left + along] += 1
    return counts


def panels(figure):
    """What is read how often, and the map, of each geometry in turn."""
    shown = [cells for cells in pictures(figure) if len(cells.colours) > 3]
    return list(zip(shown[::2], shown[1::2], strict=True))


@pytest.mark.parametrize("width", WIDTHS)
def test_every_geometry_fills_the_map_that_scipy_computes(width):
    made = figures.make(GEOMETRY)
    pixels, kernel = made.shown_picture.pixels[:, :, 0].astype(float), weights()
    kernel, bias = kernel[0][:, :, 0, made.shown_filter], kernel[1][made.shown_filter]
    figure = drawn(GEOMETRY, width)
    limit = made.response.limit
    shown = panels(figure)
    assert len({round(cells.wide, 6) for pair in shown for cells in pair}) == 1  # to compare sizes
    said = words(figure)
    for (read, filled), (geometry, law) in zip(shown, TOUR, strict=True):
        expected = by_hand(pixels, kernel, bias, **geometry)
        assert expected.shape == filled.colours.shape[:2]
        colours = LIGHT.tokens.signed(expected.clip(0, limit), limit).astype(int)
        assert np.abs(filled.colours.astype(int) - colours).max() <= 1
        counts = read_by_hand(**geometry)
        np.testing.assert_array_equal(read.colours, LIGHT.tokens.signed(counts, 9.0))
        assert any(
            [text for text in said[n : n + 2 * len(law)] if text in law][: len(law)] == law
            for n in range(len(said))
        )
    assert "stride, rounded down" in said


@pytest.mark.parametrize("width", WIDTHS)
def test_the_first_window_and_what_no_window_reads_are_framed(width):
    figure = drawn(GEOMETRY, width)
    for (read, _), span in zip(panels(figure), (3, 3, 3, 5), strict=True):
        assert framed(figure, read.box(0, 0, span, span))
    assert framed(figure, panels(figure)[2][0].box(0, 27, 3, 1), LIGHT.tokens.muted)


def test_the_alternative_text_tells_every_size():
    told = figures.alternative(GEOMETRY)
    for geometry, size in zip(("no padding", "padding 1", "stride 2", "dilation 2"),
                              (26, 28, 13, 24), strict=True):  # fmt: skip
        start = told.index(f"With {geometry}: {size - 1} hops along a row, {size} places.")
        assert f"The map: {size} × {size} numbers" in told[start:]
    assert "How often a pixel is read: 4 in the corner, 6 at the edge, 9 inside." in told


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"padding": "many"}, "--padding many is not possible"),
        ({"stride": 0}, "stride"),
        ({"kernel_size": 1}, "give 2 to 11"),
        ({"kernel_size": 9, "dilation": 4}, "spans 33x33"),
        ({"padding": "200"}, "too many to be drawn"),
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
    for place, channel in enumerate(top):
        at = said.index(f"channel {channel}")
        assert said[at + 1] == (signed(sums[channel]) if place else f"{sums[channel]:.2f}")
    others = said.index("27 other channels")
    assert said[others + 1] == signed(sums.sum() - sums[top].sum())
    assert signed(bias) in said
    # The sum, where the bars end, and what ReLU leaves of it.
    assert said.count(f"{sums.sum() + bias:.2f}") == 3
    (filled,) = pictures(figure, 11)
    assert framed(figure, filled.box(row, col), tolerance=1.5)
    tiles = pictures(figure, 13)
    assert len(tiles) == 6
    for tile in tiles:
        assert framed(figure, tile.box(row, col, 3, 3), tolerance=1.5)


def test_blocks_of_the_pile_are_as_high_as_what_the_channels_give():
    sums = channel_sums()[0]
    figure = drawn(CHANNELS)
    rises = rectangles(figure, LIGHT.tokens.positive)
    falls = rectangles(figure, LIGHT.tokens.negative)
    # What is exactly nothing is no block.
    assert len(rises) == (sums > 0).sum()
    assert len(falls) == (sums < 0).sum()
    highest = max(y1 - y0 for _, y0, _, y1 in rises)
    wanted = sorted(sums[sums > 0] / sums.max())[-5:]
    found = sorted((y1 - y0) / highest for _, y0, _, y1 in rises)[-5:]
    np.testing.assert_allclose(found, wanted, atol=0.03)  # less what parts neighbours


def test_the_alternative_text_of_channels_tells_what_each_adds():
    sums, bias, _ = channel_sums()
    told = figures.alternative(CHANNELS)
    for channel in np.argsort(-np.abs(sums))[:5]:
        assert f"channel {channel}: {signed(sums[channel])}" in told
    for channel in np.argsort(-np.abs(sums))[:6]:
        assert f"Channel {channel} gives {signed(sums[channel])} here" in told
    assert f"after ReLU: {sums.sum() + bias:.2f}" in told


PHOTO = "channels-photo"


@pytest.mark.parametrize("width", WIDTHS)
def test_the_three_channels_of_a_photograph_make_one_number(width, photo):
    made = figures.make(PHOTO)
    pixels = photo.prepare(photographs.load()).astype(np.float64)
    stop, weights = made.colours.stop, photo.weights_of("conv1")
    kernel = weights["kernel"][..., stop.filter].astype(np.float64)
    sums = [correlate2d(pixels[:, :, c], kernel[:, :, c], mode="valid") for c in range(3)]
    bias = float(weights["bias"][stop.filter])
    result = np.maximum(sum(sums) + bias, 0)
    figure = drawn(PHOTO, width)
    said = words(figure)
    (filled,) = pictures(figure, pixels.shape[0] - 2)
    colours = LIGHT.tokens.signed(result, result.max()).astype(int)
    assert np.abs(filled.colours.astype(int) - colours).max() <= 1
    (read,) = pictures(figure, pixels.shape[0])
    np.testing.assert_array_equal(read.colours, pixels.astype(np.uint8))
    assert framed(figure, read.box(stop.row, stop.col, 3, 3))
    assert framed(figure, filled.box(stop.row, stop.col))
    assert f"{result[stop.row, stop.col]:.0f}" in said
    for channel in range(3):
        total = sums[channel][stop.row, stop.col]
        label = said.index(("red", "green", "blue")[channel])
        assert said[label + 1].removeprefix("+") == f"{total:.0f}"
        patch = pixels[stop.row : stop.row + 3, stop.col : stop.col + 3, channel]
        for value in patch.ravel():
            assert f"{value:.0f}" in said
    assert said[said.index("bias") + 1].removeprefix("+") == f"{bias:.0f}"


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
