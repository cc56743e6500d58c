"""What excites a filter, and which pixels truly move a cell: measured over many digits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convexplain.errors import UsageError
from convexplain.network.blas import one_thread
from convexplain.network.layers import Layer
from convexplain.network.network import FloatArray, Network
from convexplain.ops import Box
from convexplain.ops.patching import cut

Doubles = NDArray[np.float64]

#: Pictures computed at a time: enough for the matrix products, few enough for the cache.
CHUNK = 16

#: How far a pixel is moved to see what that changes; a power of two loses no bits.
STEP = 1 / 16


@dataclass(frozen=True, eq=False)
class TopPatch:
    """A patch that excites a filter.

    Attributes
    ----------
    index : int
        Which of the digits given.
    row, col : int
        The cell of the filter's response map.
    box : Box
        Its receptive field on the digit; may reach into the padding.
    patch : float32 array (box.height, box.width, C)
    value : float
        The filter's response before its activation, which the last layer's may rank otherwise.
    """

    index: int
    row: int
    col: int
    box: Box
    patch: FloatArray
    value: float


@dataclass(frozen=True, eq=False)
class EffectiveField:
    """How much each pixel moves a cell, beside the box that it can see.

    Attributes
    ----------
    layer : str
    row, col : int
        The cell.
    box : Box
        The theoretical receptive field.
    influence : float64 array (H, W)
        How much the cell's value before its activation moves when the pixel does, a unit of
        brightness: the mean over digits (and filters) of the absolute change, summed over the
        picture's channels. 0 outside of the box.
    """

    layer: str
    row: int
    col: int
    box: Box
    influence: Doubles

    @property
    def side(self) -> float:
        """Side of a square as large as the area of noticeable influence.

        The square root of the count of pixels with more than 4.55% of the largest influence, as
        in Luo, Li, Urtasun and Zemel, *Understanding the effective receptive field in deep
        convolutional neural networks* (2016).
        """
        return float(np.sqrt((self.influence > 0.0455 * self.influence.max()).sum()))


def top_patches(
    network: Network, layer: str, filter: int, digits: ArrayLike, n: int = 9
) -> tuple[TopPatch, ...]:
    """Find the patches that excite a filter most, at most one of each digit.

    Parameters
    ----------
    network : Network
    layer : str
        A layer with response maps.
    filter : int
        Counted from 0.
    digits : array (N, H, W, C)
    n : int
        How many patches.

    Returns
    -------
    tuple of TopPatch
        Strongest first; in a tie the earlier digit, and in it the first cell in row-major order.

    Raises
    ------
    UsageError
        No such layer or filter, a layer without maps, n below 1.
    """
    spec = _maps_layer(network, layer)
    filters = network.shapes[layer][2]
    if not 0 <= filter < filters:
        raise UsageError(
            "layer {layer} has no filter {filter}: they go from 0 to {filters}",
            layer=layer,
            filter=filter,
            filters=filters - 1,
        )
    if n < 1:
        raise UsageError("the number of patches must be at least 1, not {n}", n=n)
    pictures = _batch(network, digits)
    field = network.receptive_field(layer)
    best: list[tuple[float, int, int, int]] = []
    for start, maps in _forward(network, spec, pictures):
        responses = maps[..., filter]
        places = responses.reshape(len(maps), -1).argmax(axis=1)
        rows, cols = np.unravel_index(places, responses.shape[1:])
        for i, (row, col) in enumerate(zip(rows.tolist(), cols.tolist(), strict=True)):
            best.append((float(responses[i, row, col]), start + i, row, col))
    best.sort(key=lambda item: (-item[0], item[1]))
    return tuple(
        TopPatch(index, row, col, box := field.box(row, col), cut(pictures[index], box), value)
        for value, index, row, col in best[:n]
    )


def effective_receptive_field(
    network: Network,
    layer: str,
    digits: ArrayLike,
    *,
    filter: int | None = None,
    at: tuple[int, int] | None = None,
) -> EffectiveField:
    """Measure which pixels move a cell of a layer, and how much, over many digits.

    Each pixel in the cell's receptive field is changed by `STEP`, one at a time (towards the
    other end of 0..1), and the cell is computed again.

    Parameters
    ----------
    network : Network
    layer : str
        A convolution or pooling layer.
    digits : array (N, H, W, C)
    filter : int, optional
        One filter; by default the mean over all filters.
    at : (row, col), optional
        The cell; by default the middle one.

    Raises
    ------
    UsageError
        No such layer, filter or cell.
    """
    spec = _maps_layer(network, layer)
    height, width, filters = network.shapes[layer]
    row, col = (height // 2, width // 2) if at is None else at
    chosen = range(filters) if filter is None else (filter,)
    if not (0 <= row < height and 0 <= col < width and 0 <= chosen[0] < filters):
        raise UsageError(
            "layer {layer} has {height} x {width} cells and {filters} filters, counted from 0: "
            "there is no filter {chosen}, row {row}, column {col}",
            layer=layer,
            height=height,
            width=width,
            filters=filters,
            chosen=chosen[0],
            row=row,
            col=col,
        )
    box = network.receptive_field(layer).box(row, col)
    inside = box.clip((network.input_shape[0], network.input_shape[1]))
    influence = np.zeros(network.input_shape[:2])
    pictures = _batch(network, digits)
    for picture in pictures:
        changed = _changed(picture, inside)
        values = np.concatenate(
            [maps[:, row, col, chosen] for _, maps in _forward(network, spec, changed)]
        ).astype(np.float64)
        moved = abs(values[1:] - values[0]).mean(axis=1) / STEP
        shape = (inside.height, inside.width, picture.shape[2])
        influence[inside.rows, inside.cols] += moved.reshape(shape).sum(axis=2)
    return EffectiveField(layer, row, col, box, influence / len(pictures))


def _changed(picture: FloatArray, box: Box) -> FloatArray:
    """The picture, then a copy for each number in the box, in which that one moves by STEP."""
    rows, cols, channels = np.meshgrid(
        np.arange(box.top, box.bottom),
        np.arange(box.left, box.right),
        np.arange(picture.shape[2]),
        indexing="ij",
    )
    copies = np.repeat(picture[None], rows.size + 1, axis=0)
    where = np.arange(1, rows.size + 1), rows.ravel(), cols.ravel(), channels.ravel()
    copies[where] += np.where(copies[where] < 0.5, STEP, -STEP).astype(np.float32)
    return copies


def _maps_layer(network: Network, layer: str) -> Layer:
    spec = network.layer(layer)
    if len(network.shapes[layer]) != 3:
        raise UsageError(
            "layer {layer} ({kind}) has no response maps: choose a convolution or pooling layer",
            layer=layer,
            kind=spec.kind,
        )
    return spec


def _batch(network: Network, digits: ArrayLike) -> FloatArray:
    pictures = network.checked(digits)
    return pictures if pictures.ndim == 4 else pictures[None]


def _forward(
    network: Network, last: Layer, pictures: FloatArray
) -> Iterator[tuple[int, FloatArray]]:
    """Compute `last` before its activation, exactly, for some pictures at a time."""
    path = network.layers[: network.layers.index(last) + 1]
    for start in range(0, len(pictures), CHUNK):
        x = pictures[start : start + CHUNK]
        with one_thread():
            for layer in path:
                before, x = network.exact(layer, x)
        yield start, before
