"""What stops an error on its way back to a filter's map: the pooling's losers, and ReLU's zeros."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from convexplain.network import BackwardTrace, Layer, MaxPooling2D
from convexplain.style import format as fmt

Numbers = npt.NDArray[np.float64]
#: At most so many numbers of a window are printed.
_PRINTED = 9


@dataclass(frozen=True, eq=False)
class Gate:
    """One window of a max pooling, and what becomes of the error that arrives at it."""

    #: Of the pooled cell.
    row: int
    col: int
    #: What the filter gave in the window, before ReLU, (height, width).
    sums: Numbers
    #: The errors of these sums, (height, width).
    left: Numbers
    #: The pooled cell's.
    error: float

    @property
    def winner(self) -> tuple[int, int]:
        """Row and column of the largest sum."""
        row, col = divmod(int(self.sums.argmax()), self.sums.shape[1])
        return row, col


def gates_of(
    back: BackwardTrace, layer: Layer, reader: Layer | None, filter: int
) -> tuple[Gate, Gate] | None:
    """Return a window whose largest sum gets the error, and one in which ReLU gave 0 alone.

    Of both kinds that with the largest error whose sums are all of one sign, and differ as they
    are printed. None where the layers are no ReLU and a pooling whose windows lie side by side, or
    where an error is printed as 0.
    """
    if not isinstance(reader, MaxPooling2D) or getattr(layer, "activation", "") != "relu":
        return None
    sums = back.trace.before(layer.name)[:, :, filter].astype(np.float64)
    window = reader.window.on((sums.shape[0], sums.shape[1]))
    side, _ = window.kernel_size
    if (window.kernel_size, window.dilation) != ((side, side), (1, 1)) or side**2 > _PRINTED:
        return None
    if window.stride != window.kernel_size or any(window.margins()):
        return None
    arriving, left = back.errors[reader.name], back.before(layer.name)
    gates = _gates(arriving[:, :, filter], sums, left[:, :, filter], side)
    found = sorted(gates, key=lambda gate: -abs(gate.error))
    through = next((gate for gate in found if (gate.sums > 0).all()), None)
    stopped = next((gate for gate in found if (gate.sums < 0).all()), None)
    return None if through is None or stopped is None else (through, stopped)


def _gates(arriving: Numbers, sums: Numbers, left: Numbers, side: int) -> Iterator[Gate]:
    """Yield all windows that can be followed as they are printed."""
    for row, col in np.ndindex(*arriving.shape):
        cells = np.s_[row * side : (row + 1) * side, col * side : (col + 1) * side]
        printed = {fmt.number(value) for value in sums[cells].flat}
        if len(printed) == side**2 and fmt.rounded(arriving[row, col]):
            # A zero of the way back may be below 0.
            yield Gate(row, col, sums[cells], left[cells] + 0.0, float(arriving[row, col]))
