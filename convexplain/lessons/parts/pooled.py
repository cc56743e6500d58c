"""What pooling keeps and what it loses: of a digit that moves, at the border of a map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

import numpy as np
import numpy.typing as npt

from convexplain import ops
from convexplain.lessons.parts.subject import POOL
from convexplain.network import Trace
from convexplain.ops import PoolStep, geometry
from convexplain.style import terms
from convexplain.style.captions import Caption

Map = npt.NDArray[np.float32]


class Stage(NamedTuple):
    """A convolution and the max pooling behind it, by their names."""

    conv: str
    pool: str


class Shift(NamedTuple):
    """A digit moved by one pixel: where to, its way through the network, what stays in place."""

    direction: Caption
    trace: Trace
    stays: dict[str, float]


class Moved(NamedTuple):
    """A window with the same largest number before and after the shift, at another place."""

    before: PoolStep
    after: PoolStep


class Odd(NamedTuple):
    """A response map whose last rows and columns are in no window, with responses up to `lost`."""

    stage: Stage
    channel: int
    response_map: Map
    pooled: Map
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


def average(response_map: Map) -> Map:
    """Return the mean of each window of one map, as `POOL` lies on it."""
    return ops.avg_pool2d(response_map[:, :, np.newaxis], POOL.kernel_size).squeeze(axis=2)


def overlap(before: Map, after: Map) -> float:
    """Return how much of a map is still in the same cells of another: min summed over before."""
    total = before.sum(dtype=np.float64)
    return float(np.minimum(before, after).sum(dtype=np.float64) / total) if total > 0 else 1.0


def shifted(trace: Trace, stage: Stage, channel: int) -> Shift:
    """Move the picture by one pixel, towards where it loses the least ink.

    Parameters
    ----------
    trace : Trace
        The picture as it is.
    stage : Stage
        Where its maps are compared.
    channel : int
        Which of the maps.

    Returns
    -------
    Shift
        To the right, if no direction loses less.
    """
    pixels = _pixels(trace)
    moved = {way: _moved(pixels, *way) for way in _WAYS}
    best = max(_WAYS, key=lambda way: float(moved[way].sum(dtype=np.float64)))
    after = Trace(trace.network, trace.network.reading.scaled(moved[best]))
    maps, pooled = (
        [here.activations[layer][:, :, channel] for here in (trace, after)] for layer in stage
    )
    stays = {
        "map": overlap(*maps),
        "max": overlap(*pooled),
        "average": overlap(*(average(one) for one in maps)),
    }
    return Shift(_WAYS[best], after, stays)


def _pixels(trace: Trace) -> Map:
    """Return the picture that was read, (height, width, channels), values from 0 to 1."""
    return np.atleast_3d(trace.network.reading.drawn(trace.image))


def _moved(pixels: Map, down: int, right: int) -> Map:
    """Move a picture by one pixel; paper comes in."""
    height, width = pixels.shape[:2]
    padded = np.pad(pixels, ((1, 1), (1, 1), (0, 0)))
    return padded[1 - down : 1 - down + height, 1 - right : 1 - right + width]


def same_number_elsewhere(trace: Trace, shift: Shift, stage: Stage, channel: int) -> Moved | None:
    """Find the largest number that wins its window before and after, at different places."""
    before, after = (
        cast("Sequence[PoolStep]", here.steps(stage.pool, channel)) for here in (trace, shift.trace)
    )
    same = [
        Moved(*pair)
        for pair in zip(before, after, strict=True)
        if pair[0].value == pair[1].value > 0 and pair[0].argmax != pair[1].argmax
    ]
    return max(same, key=lambda pair: pair.before.value, default=None)


def left_over(trace: Trace, stages: Sequence[Stage]) -> Odd | None:
    """Find the first map whose windows leave cells over; of its channels, the one losing most."""
    for stage in stages:
        maps = trace.activations[stage.conv]
        rows, cols = geometry.unseen([POOL], (maps.shape[0], maps.shape[1]))
        if not rows and not cols:
            continue
        lost = maps[_mask(maps.shape, rows, cols)]
        channel = int(lost.sum(axis=0, dtype=np.float64).argmax())
        return Odd(
            stage,
            channel,
            maps[:, :, channel],
            trace.activations[stage.pool][:, :, channel],
            float(maps.max()),
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
