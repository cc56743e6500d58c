"""What pooling does beyond its windows: how far later layers see, what is dropped, a shift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from math import ceil
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain.lessons.parts.subject import convolutions
from convexplain.network import Layer, Network, Trace, check_shapes
from convexplain.ops import Box, ReceptiveField, unseen
from convexplain.style import terms
from convexplain.style.captions import Caption

Map = npt.NDArray[np.float32]


class Costs(NamedTuple):
    """Learned numbers, and multiplications for one picture."""

    parameters: int
    multiplications: int


class Reach(NamedTuple):
    """What a cell of a late convolution sees of the picture, after each convolution on its way."""

    #: In the network, and in the same network without its poolings; within the picture.
    pooled: tuple[Box, ...]
    plain: tuple[Box, ...]


class Spread(NamedTuple):
    """What a window on a pooled map spans on the map before."""

    #: The cells of the pooled map that it reads, and one more on each side, where there is one.
    window: Box
    around: Box
    #: What each cell that it reads is pooled from, row by row.
    pools: tuple[Box, ...]
    #: What all of `around` is pooled from.
    under: Box

    @property
    def hull(self) -> Box:
        """All that it spans on the map before."""
        return hull(self.pools)


class Odd(NamedTuple):
    """A map whose last rows and columns are in no window, with responses up to `lost`."""

    layer: str
    channel: int
    response_map: Map
    limit: float
    rows: tuple[int, ...]
    cols: tuple[int, ...]
    lost: float


class Unseen(NamedTuple):
    """What of the picture reaches no output: the picture with it inverted, the logits' change."""

    rows: tuple[int, ...]
    cols: tuple[int, ...]
    inverted: Trace
    change: float


def poolings(network: Network) -> tuple[Layer, ...]:
    """Find all layers that pool windows of a map, whatever they make of them."""
    return tuple(n for n in network.layers if n.family == "pooling" and n.window is not None)


def without_poolings(network: Network) -> tuple[Layer, ...]:
    """Return the layers but those that pool; what read these reads what they read."""
    left_out = {layer.name for layer in poolings(network)}

    def through(name: str) -> str:
        while name in left_out:
            name = network.sources(name)[0]
        return name

    return tuple(
        replace(layer, inputs=tuple(through(name) for name in network.sources(layer.name)))
        for layer in network.layers
        if layer.name not in left_out
    )


def costs_without(network: Network) -> Costs | None:
    """Count what a network would cost without its poolings; None where that cannot be."""
    layers = without_poolings(network)
    try:
        inputs, _ = check_shapes.shapes(layers, network.input_shape)
    except ValueError:  # what is read together no longer fits, or is too large for any machine
        return None
    return Costs(
        sum(layer.parameters(inputs[layer.name]) for layer in layers),
        sum(layer.multiplications(inputs[layer.name]) for layer in layers),
    )


def reach(trace: Trace, drawn: Map) -> Reach | None:
    """Compare what a cell of the last convolution sees with and without the poolings before it.

    The cell is the one that sees most ink; those of other layers lie nearest to its middle.
    `drawn`, (height, width) or (height, width, 3): the picture as it is drawn. Result: None where
    the poolings add nothing to what it sees.
    """
    network = trace.network
    levels = [layer for layer in convolutions(network) if layer.window is not None]
    first = next(iter(poolings(network)), None)
    if first is None or not levels:
        return None
    size = (network.input_shape[0], network.input_shape[1])
    layers = without_poolings(network)
    try:
        plain, _ = check_shapes.fields(layers, size)
        shapes = check_shapes.shapes(layers, network.input_shape)[1]
    except ValueError:
        return None
    last = levels[-1].name
    ink = drawn if drawn.ndim == 2 else drawn.mean(axis=2)
    middle = _centre(_most_ink(network.receptive_field(last), network.shapes[last], ink))
    fields = {n.name: network.receptive_field(n.name) for n in network.layers}
    pooled = _seen(levels, fields, network.shapes, middle)
    alone = _seen(levels, plain, shapes, middle)
    if pooled[-1].clip(size).width <= alone[-1].clip(size).width:
        return None
    return Reach(tuple(box.clip(size) for box in pooled), tuple(box.clip(size) for box in alone))


def law(network: Network, reach: Reach) -> tuple[int, int] | None:
    """Return what a pooling multiplies the width by, and what a convolution then adds.

    None unless that tells all widths, with pooling and without.
    """
    sizes = {layer.window.kernel_size[1] for layer in poolings(network) if layer.window is not None}
    steps = {after.width - before.width for before, after in pairwise(reach.plain)}
    if len(sizes) != 1 or len(steps) != 1:
        return None
    factor, adds = sizes.pop(), steps.pop()
    told = all(b.width == a.width * factor + adds for a, b in pairwise(reach.pooled))
    return (factor, adds) if told else None


def widened(before: Box, after: Box, law: tuple[int, int]) -> Box:
    """Return what pooling makes of a field: the next one, less what its convolution adds around.

    `before` and `after`: what is seen before a pooling and a convolution, and after both. `law`:
    what a pooling multiplies a width by, and a convolution adds.
    """
    factor, adds = law
    top, left = after.top + adds // 2, after.left + adds // 2
    return Box(top, left, top + factor * before.height, left + factor * before.width)


def hull(boxes: Sequence[Box]) -> Box:
    """Return the smallest box that holds all."""
    return Box(
        min(box.top for box in boxes), min(box.left for box in boxes),
        max(box.bottom for box in boxes), max(box.right for box in boxes),
    )  # fmt: skip


def next_window(network: Network, pool: str) -> tuple[int, int] | None:
    """Return how many cells of a pooling the window of the next layer spans, down and across.

    None if no window lies on its map, or one that is no wider than a cell or has holes.
    """
    size = network.shapes[pool][:2]
    for layer in convolutions(network):
        source = network.sources(layer.name)[0]
        while source not in ("input", pool) and network.layer(source).window is None:
            source = network.sources(source)[0]
        window = layer.window
        if source == pool and window is not None and window.dilation == (1, 1):
            rows, cols = window.span
            fits = 1 < cols <= size[1] and rows <= size[0]
            return (rows, cols) if fits else None
    return None


def _most_ink(field: ReceptiveField, shape: Sequence[int], ink: Map) -> Box:
    """Return what that cell sees which sees most ink; of equals the one nearest to the middle."""
    size = (ink.shape[0], ink.shape[1])
    middle = _centre(Box(0, 0, *size))

    def rank(box: Box) -> tuple[float, float]:
        inside, (y, x) = box.clip(size), _centre(box)
        seen = ink[inside.rows, inside.cols].sum(dtype=np.float64)
        return round(float(seen), 3), -((y - middle[0]) ** 2 + (x - middle[1]) ** 2)

    return max((field.box(row, col) for row, col in np.ndindex(*shape[:2])), key=rank)


def _seen(
    levels: Sequence[Layer],
    fields: Mapping[str, ReceptiveField],
    shapes: Mapping[str, Sequence[int]],
    middle: tuple[float, float],
) -> list[Box]:
    """Return what the cell of each layer sees that lies nearest to a place."""
    names = [layer.name for layer in levels]
    return [fields[n].box(*_nearest(fields[n], shapes[n], middle)) for n in names]


def _centre(box: Box) -> tuple[float, float]:
    return (box.top + box.bottom) / 2, (box.left + box.right) / 2


def _nearest(
    field: ReceptiveField, shape: Sequence[int], middle: tuple[float, float]
) -> tuple[int, int]:
    """Return that cell whose field lies nearest to a place."""
    row, col = (
        # Of two that lie as near the first, in all layers: so that frames lie within one another.
        min(max(ceil((at - begin - size / 2) / step - 0.5), 0), count - 1)
        for at, begin, size, step, count in zip(
            middle, field.start, field.size, field.stride, shape[:2], strict=True
        )
    )
    return row, col


def moved(trace: Trace) -> tuple[Caption, Trace]:
    """Move the picture by one pixel, towards where it loses the least ink.

    Result: which way: to the right, if no direction loses less. Then: the moved picture on its way
    through the network.
    """
    pixels = _pixels(trace)
    found = {way: _moved(pixels, *way) for way in _WAYS}
    best = max(_WAYS, key=lambda way: float(found[way].sum(dtype=np.float64)))
    return _WAYS[best], Trace(trace.network, trace.network.reading.scaled(found[best]))


def _pixels(trace: Trace) -> Map:
    """Return the picture that was read, (height, width, channels), values from 0 to 1."""
    return np.atleast_3d(trace.network.reading.drawn(trace.image))


def _moved(pixels: Map, down: int, right: int) -> Map:
    """Move a picture by one pixel; paper comes in."""
    height, width = pixels.shape[:2]
    padded = np.pad(pixels, ((1, 1), (1, 1), (0, 0)))
    return padded[1 - down : 1 - down + height, 1 - right : 1 - right + width]


def left_over(trace: Trace) -> Odd | None:
    """Find the first map whose windows leave cells over; of its channels, the one losing most."""
    for pool in poolings(trace.network):
        source = trace.network.sources(pool.name)[0]
        maps = trace.activations.get(source)
        if maps is None or pool.window is None:
            continue
        rows, cols = unseen([pool.window], (maps.shape[0], maps.shape[1]))
        if not rows and not cols:
            continue
        lost = maps[_mask(maps.shape, rows, cols)]
        channel = int(lost.sum(axis=0, dtype=np.float64).argmax())
        return Odd(
            source,
            channel,
            maps[:, :, channel],
            float(np.abs(maps).max()),
            rows,
            cols,
            float(lost[:, channel].max()),
        )
    return None


def never_seen(trace: Trace) -> Unseen | None:
    """Invert the rows and columns that no output reads, and compare the logits; None if all are."""
    size = trace.network.input_shape[:2]
    rows, cols = trace.network.unseen()
    if not (rows or cols) or trace.logits.ndim != 1:
        return None
    pixels = _pixels(trace).copy()
    here = _mask(size, rows, cols)
    pixels[here] = 1 - pixels[here]
    inverted = Trace(trace.network, trace.network.reading.scaled(pixels))
    return Unseen(rows, cols, inverted, float(np.abs(inverted.logits - trace.logits).max()))


def _mask(
    shape: tuple[int, ...], rows: tuple[int, ...], cols: tuple[int, ...]
) -> npt.NDArray[np.bool_]:
    mask = np.zeros(shape[:2], dtype=bool)
    mask[list(rows)] = True
    mask[:, list(cols)] = True
    return mask


# Rows down and columns to the right.
_WAYS = {
    (0, 1): Caption(en="to the right", zh="右"),
    (0, -1): Caption(en="to the left", zh="左"),
    (1, 0): terms.DIRECTIONS["down"],
    (-1, 0): terms.DIRECTIONS["up"],
}
