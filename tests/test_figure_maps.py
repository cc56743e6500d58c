"""Response maps, kernels and pooling: colours and numbers as SciPy and loops compute them."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_cells import (
    LIGHT,
    drawn,
    example,
    framed,
    in_reading_order,
    lines,
    pictures,
    rectangles,
    texts,
    weights,
    words,
)
from scipy.signal import correlate2d

from convexplain import figures
from convexplain.data import kernels
from convexplain.errors import UsageError

WIDTHS = [figures.COLUMN, figures.PAGE]


def conv1(pixels):
    """All maps of the first layer after ReLU, (26, 26, 32), by SciPy."""
    kernel, bias = weights()
    maps = [correlate2d(pixels, kernel[:, :, 0, n], mode="valid") + bias[n] for n in range(32)]
    return np.maximum(np.stack(maps, axis=2), 0)


def close(colours, values, limit):
    """Whether these are the colours of these values, up to the rounding of float32."""
    expected = LIGHT.tokens.signed(np.clip(values, -limit, limit), limit)
    return np.abs(colours.astype(int) - expected.astype(int)).max() <= 1


@pytest.mark.parametrize("width", WIDTHS)
def test_a_response_map_marks_the_windows_whose_votes_it_counts(width):
    pixels, chosen = example("response-map")
    maps, (kernel, bias) = conv1(pixels), weights()
    weight, b = kernel[:, :, 0, chosen["filter"]], bias[chosen["filter"]]
    one = maps[:, :, chosen["filter"]]
    figure = drawn("response-map", width)
    (read,), (filled,) = pictures(figure, 28), pictures(figure, 26)
    assert close(filled.colours, one, maps.max())
    said = words(figure)
    assert f"{maps.max():.2f}" in said  # the end of the colour bar: that of the layer
    assert tuple(chosen["places"]["largest"]) == np.unravel_index(one.argmax(), one.shape)
    for row, col in chosen["places"].values():
        assert framed(figure, read.box(row, col, 3, 3))
        assert framed(figure, filled.box(row, col))
        patch = pixels[row : row + 3, col : col + 3]
        products = patch * weight
        numbers = [*patch.ravel(), products.clip(0).sum(), products.clip(max=0).sum(), b]
        numbers += [products.sum() + b, max(products.sum() + b, 0)]
        for value in numbers:
            assert f"{value:.2f}".replace("-0.00", "0.00").replace("-", "−") in said
    row, col = chosen["places"]["largest"]
    told = figures.alternative("response-map")
    assert f"{one.max():.2f}, stands at row {row}, column {col}" in told
    assert f"{(one > one.max() / 2).sum()} are above" in told


def test_a_cell_of_a_deeper_layer_frames_what_it_sees():
    figure = drawn("response-map", layer="conv2", filter=3)
    made = figures.make("response-map", layer="conv2", filter=3)
    row, col = np.unravel_index(made.response_map.argmax(), made.response_map.shape)
    (read,) = pictures(figure, 28)
    # conv2 sees 8 x 8 pixels, 2 pixels from cell to cell.
    assert framed(figure, read.box(2 * row, 2 * col, 8, 8))
    assert any("8 × 8" in said for said in words(figure))


@pytest.mark.parametrize(("width", "in_row"), [(figures.COLUMN, 4), (figures.PAGE, 8)])
def test_all_maps_of_a_layer_share_one_scale(width, in_row):
    pixels, chosen = example("response-map")
    maps, (kernel, _) = conv1(pixels), weights()
    figure = drawn("response-maps", width)
    shown = in_reading_order(pictures(figure, 26))
    assert len(shown) == 32
    assert len({round(cells.x0, 3) for cells in shown}) == in_row
    for n, cells in enumerate(shown):
        assert close(cells.colours, maps[:, :, n], maps.max())
    for n, cells in enumerate(in_reading_order(pictures(figure, 3))):
        assert close(cells.colours, kernel[:, :, 0, n], np.abs(kernel).max())
    ends = [f"{maps.max():.2f}", f"−{np.abs(kernel).max():.2f}", f"{np.abs(kernel).max():.2f}"]
    assert all(end in words(figure) for end in ends)
    bold = [t.get_text() for t in texts(figure) if t.get_fontproperties().get_weight() == "bold"]
    assert bold == [str(chosen["filter"])]


@pytest.mark.parametrize(("most", "count"), [(None, 16), (3, 3), (64, 64)])
def test_of_a_large_layer_the_maps_with_the_largest_responses_are_shown(most, count):
    options = {"layer": "conv2"} if most is None else {"layer": "conv2", "most": most}
    made = figures.make("response-maps", **options)
    peaks = made.trace.activations["conv2"].reshape(-1, 64).max(axis=0)
    strongest = sorted(np.argsort(-peaks, kind="stable")[:count].tolist())
    figure = drawn("response-maps", **options)
    shown = in_reading_order(pictures(figure, 11))
    for n, cells in zip(strongest, shown, strict=True):
        assert close(cells.colours, made.maps[:, :, n], made.limit)
    assert set(map(str, strongest)) <= set(words(figure))
    told = figures.caption("response-maps", **options)
    assert (f"{count} of 64 maps: those with the largest responses." in told) == (count < 64)
    if count > 3:
        assert {made.alike.first, made.alike.second} <= set(strongest)


def test_the_most_alike_maps_are_framed_and_named():
    pixels, _ = example("response-map")
    flat = conv1(pixels).reshape(-1, 32)
    likeness = np.triu(np.corrcoef(flat.T), k=1)
    first, second = np.unravel_index(likeness.argmax(), likeness.shape)
    told = figures.alternative("response-maps")
    assert f"filters {first} and {second} (correlation {likeness.max():.2f})" in told
    figure = drawn("response-maps")
    shown = in_reading_order(pictures(figure, 26))
    for n in (first, second):
        assert framed(figure, shown[n].box(0, 0, 26, 26), LIGHT.tokens.muted)


def test_every_kernel_is_shown_once_in_the_group_of_what_it_looks_for():
    kernel, _ = weights()
    figure = drawn("kernels")
    shown = in_reading_order(pictures(figure, 3))
    order = [
        n
        for kind in ("edge", "line", "spot", "mixed")
        for n in range(32)
        if kernels.closest_pattern(kernel[:, :, 0, n]).kind == kind
    ]
    assert sorted(order) == list(range(32))
    places = {text.get_position(): text.get_text() for text in texts(figure)}
    for n, cells in zip(order, shown, strict=True):
        assert close(cells.colours, kernel[:, :, 0, n], np.abs(kernel).max())
        (above,) = [
            said for (x, y), said in places.items()
            if abs(x - cells.x0) < 0.01 and cells.y0 - 8 < y < cells.y0
        ]  # fmt: skip
        assert above == str(n)
    edges = [n for n in range(32) if kernels.closest_pattern(kernel[:, :, 0, n]).kind == "edge"]
    assert f"edge: {len(edges)} of 32" in words(figure)
    assert f"({', '.join(map(str, edges))})" in figures.alternative("kernels")


def test_a_filter_of_a_deeper_layer_has_a_kernel_for_each_channel():
    kernel, _ = weights("conv2")
    figure = drawn("kernels", layer="conv2", filter=5)
    assert len(pictures(figure, 3)) == 32
    assert f"{np.abs(kernel[:, :, :, 5]).max():.2f}" in words(figure)


def test_classic_kernels_print_whole_numbers_over_one_denominator():
    figure = drawn("kernels", classic=True)
    said = words(figure)
    assert [name for name in said if name in kernels.KERNELS] == list(kernels.KERNELS)
    start = said.index("36")
    binomial = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1])
    assert said[start - 12 : start + 13] == [str(n) for n in binomial.ravel()]
    assert "/256" in said
    assert "−10" in said
    assert "sobel-x finds vertical edges" in figures.alternative("kernels", classic=True)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"layer": "pool1"}, "no kernels of a layer 'pool1': choose conv1, conv2 or conv3"),
        ({"layer": "conv2", "filter": 64}, "no filter 64 in conv2"),
        ({"classic": True, "filter": 1}, "exclude one another"),
        ({"model": "dense"}, "lacks a convolution"),
    ],
)
def test_kernels_that_there_are_not_are_refused(options, said):
    with pytest.raises(UsageError, match=said):
        figures.draw("kernels", **options)


@pytest.mark.parametrize("width", WIDTHS)
def test_pooling_prints_four_numbers_their_largest_and_their_mean(width):
    pixels, chosen = example("pooling")
    one = conv1(pixels)[:, :, chosen["filter"]]
    limit = conv1(pixels).max()
    row, col = chosen["at"]
    four = one[2 * row : 2 * row + 2, 2 * col : 2 * col + 2]
    figure = drawn("pooling", width)
    said = words(figure)
    for value in four.ravel():
        assert f"{value:.2f}" in said
    assert f"largest {four.max():.2f}, mean {four.mean():.2f}" in said
    (source,) = pictures(figure, 26)
    assert close(source.colours, one, limit)
    assert framed(figure, source.box(2 * row, 2 * col, 2, 2), tolerance=1.5)
    (smaller,) = pictures(figure, 13)
    assert close(smaller.colours, one.reshape(13, 2, 13, 2).max(axis=(1, 3)), limit)
    assert framed(figure, smaller.box(row, col), tolerance=1.5)
    # Of the four numbers the largest alone has a frame of its own.
    frames = rectangles(figure, LIGHT.tokens.accent, edge=True)
    inside = {
        text.get_text(): min(
            x1 - x0
            for x0, y0, x1, y1 in frames
            if x0 < text.get_position()[0] < x1 and y0 < text.get_position()[1] < y1
        )
        for text in texts(figure)
        if text.get_text() in {f"{value:.2f}" for value in four.ravel()}
    }
    assert min(inside, key=inside.get) == f"{four.max():.2f}"
    assert sorted(inside.values())[1] > 1.5 * min(inside.values())
    # The link ends at the new map, level with its cell.
    _, y0, _, y1 = smaller.box(row, col)
    beside = (smaller.x0, smaller.x1)
    ends = [line[-1] for line in lines(figure)]
    assert any(
        abs(y - (y0 + y1) / 2) < 0.5 and min(abs(x - end) for end in beside) < 6 for x, y in ends
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_pooling_frames_what_a_late_cell_sees_with_it_and_without(width):
    figure = drawn("pooling", width)
    (read,) = pictures(figure, 28)
    sizes = {18: LIGHT.tokens.accent, 7: LIGHT.tokens.ink}
    for size, colour in sizes.items():
        places = [(row, col) for row in range(29 - size) for col in range(29 - size)]
        found = [
            place
            for place in places
            if framed(figure, read.box(*place, size, size), colour, tolerance=1.5)
        ]
        assert len(found) == 1
    assert "3,100,032" in words(figure)
    assert "47,115,392" in words(figure)
