"""The kernels of a layer in rows, each with room beside it for what is sorted to it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from convexplain.stage.text import Label
from convexplain.stage.thumbnails import Thumbnails

_GAP = 8.0  # between a kernel and what lands beside it
_UNDER = 24.0  # from their lower edge to the middle of number and count
_TEXT = 24.0


class FilterBins:
    """Kernels with their numbers, counted from 0, and a count beside each number.

    Parameters
    ----------
    kernels : array_like of float, shape (height, width, filters)
        On one signed scale.
    left, top : float
        Of the first kernel, in pixels of the stage.
    cell : float
        Side of a cell, in pixels of the stage.
    columns : int
        Kernels in a row.
    pitch : (float, float)
        From one to the next, right and down, in pixels of the stage.

    Attributes
    ----------
    kernels : Thumbnails
    numbers, counts : list of Label
        Below each kernel, and below what has landed beside it; counts begin empty.

    Examples
    --------
    ::

        bins = FilterBins(weights, 690, 232, cell=18, columns=8, pitch=(145, 164))
        self.appear(*bins.parts)
        bins.counts[12].say("20")
        self.drive(lambda alpha: bins.light(12, alpha), 0.5)
    """

    def __init__(
        self,
        kernels: npt.ArrayLike,
        left: float,
        top: float,
        cell: float,
        *,
        columns: int,
        pitch: tuple[float, float],
    ) -> None:
        values = np.asarray(kernels, dtype=np.float64)
        limit = float(np.abs(values).max())
        self.kernels = Thumbnails(
            values, left, top, cell, columns, pitch=pitch, limit=limit, mark=4
        )
        width = values.shape[1] * cell
        self._beside = width + _GAP
        self.numbers: list[Label] = []
        self.counts: list[Label] = []
        for n in range(self.kernels.count):
            x, _, _, bottom = self.kernels.box(n)
            middle, y = x + width / 2, bottom + _UNDER
            self.numbers.append(Label(str(n), middle, y, _TEXT, colour="muted", anchor="centre"))
            self.counts.append(
                Label("", middle + self._beside, y, _TEXT, weight="bold", anchor="centre")
            )

    @property
    def parts(self) -> list[Thumbnails | Label]:
        """All that there is."""
        return [self.kernels, *self.numbers, *self.counts]

    def landing(self, n: int) -> tuple[float, float]:
        """Return left and top of where patches land beside a kernel, in pixels of the stage."""
        left, top, _, _ = self.kernels.box(n)
        return left + self._beside, top

    def light(self, n: int, alpha: float, *, others: float = 0.4) -> None:
        """Mark one filter, and let the others step back; for `StageScene.drive`.

        Parameters
        ----------
        n : int
            The filter that is spoken of.
        alpha : float
            How far this has come, 0 to 1.
        others : float
            Opacity of all others in the end.
        """
        share = 1 + (others - 1) * alpha
        self.kernels.shares[...] = share
        self.kernels.shares[n] = 1
        self.kernels.marks[n] = alpha
        for number, labels in enumerate(zip(self.numbers, self.counts, strict=True)):
            for label in labels:
                label.opacity = 1.0 if number == n else share
