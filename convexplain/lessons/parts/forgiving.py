"""Why a small shift changes little: a pooling's window, and how much of a change layers let by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from convexplain.lessons.parts.shifted import Inside
from convexplain.lessons.parts.stages import Stage

Maps = npt.NDArray[np.float32]
#: Of more layers with maps than so many, the first and the last are told.
_LAYERS = 12


def inside_of(before: Maps, after: Maps, pooled: tuple[int, int], shown: int) -> Inside | None:
    """Return a pooling window in which the largest number moves with the picture, and stays inside.

    `before` and `after`, (height, width, filters): what a max pooling by two reads of a picture,
    and of it moved by a step. `pooled`: rows and columns that it gives. `shown`: the filter whose
    window is taken if it has a strong one.
    """
    rows, cols = pooled
    found: list[tuple[float, Inside]] = []
    for filter in range(before.shape[2]):
        cut = [
            maps[: 2 * rows, : 2 * cols, filter].reshape(rows, 2, cols, 2).swapaxes(1, 2)
            for maps in (before, after)
        ]
        flat = [windows.reshape(rows, cols, 4) for windows in cut]
        same = flat[0].max(axis=2) == flat[1].max(axis=2)
        other = flat[0].argmax(axis=2) != flat[1].argmax(axis=2)
        top = np.where(same & other, flat[0].max(axis=2), 0.0)
        row, col = (int(n) for n in np.unravel_index(int(top.argmax()), top.shape))
        if top[row, col] > 0:
            four = cut[0][row, col], cut[1][row, col]
            found.append(
                (float(top[row, col]), Inside(filter, row, col, *four, before[:, :, filter]))
            )
    best = max((f for f, _ in found), default=0.0)
    own = [i for f, i in found if i.filter == shown and f > 0.5 * best]
    return own[0] if own else max(found, key=lambda f: f[0])[1] if found else None


def changes_of(
    stages: Sequence[Stage], before: Mapping[str, Maps], after: Mapping[str, Maps]
) -> tuple[tuple[str, float], ...]:
    """Return how much a step changes each layer's maps, relative to what they were.

    `stages`: the picture and all layers that do something. `before` and `after`, (pictures, ...):
    activations by layer; the changes are means over the pictures.
    """
    told = [stage for stage in stages[1:] if stage.has_maps]
    if len(told) > _LAYERS:
        told = [*told[: _LAYERS // 2], *told[-_LAYERS // 2 :]]
    found = []
    for stage in told:
        name = stage.layers[-1].name
        a, b = (maps[name].reshape(len(maps[name]), -1) for maps in (before, after))
        size = np.linalg.norm(a, axis=1)
        share = np.linalg.norm(a - b, axis=1)[size > 0] / size[size > 0]
        found.append((stage.name, float(share.mean()) if share.size else 0.0))
    return tuple(found)
