"""Walk, then run: how fast things move on the stage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


def smoothly(alpha: float) -> float:
    """Ease in and out: a cubic that starts and ends at rest.

    Parameters
    ----------
    alpha : float
        How much of the time has passed, 0 to 1.

    Returns
    -------
    float
        How much of the way has been covered, 0 to 1.

    Examples
    --------
    >>> smoothly(0.0), smoothly(0.5), smoothly(1.0)
    (0.0, 0.5, 1.0)
    """
    return alpha * alpha * (3 - 2 * alpha)


@dataclass(frozen=True, eq=False)
class Path:
    """A way through stops, at a speed that changes.

    Parameters
    ----------
    times : numpy.ndarray of float64
        Moments in seconds.
    stops : numpy.ndarray of float64
        How many stops have been passed by then.
    """

    times: npt.NDArray[np.float64]
    stops: npt.NDArray[np.float64]

    def position(self, seconds: float) -> float:
        """Return how many stops have been passed."""
        return float(np.interp(seconds, self.times, self.stops))

    def speed(self, seconds: float) -> float:
        """Return the speed in stops a second."""
        speeds = np.diff(self.stops) / np.diff(self.times)
        index = int(np.searchsorted(self.times, seconds, side="right")) - 1
        return float(speeds[min(max(index, 0), len(speeds) - 1)])


def accelerating(
    stops: int, seconds: float, begin: float, end: float | None = None, steps: int = 400
) -> Path:
    """Plan a run that grows faster by a constant factor a second, and may slow down at its end.

    Parameters
    ----------
    stops : int
        How many stops to pass, at least 0.
    seconds : float
        How long it takes, more than 0.
    begin : float
        Speed at the start, in stops a second; less if there are too few stops for it.
    end : float, optional
        Speed at the end; the run then slows down over its last fifth. It keeps its speed if
        not given.

    Returns
    -------
    Path
        Passes exactly so many stops in so many seconds.

    Examples
    --------
    >>> path = accelerating(100, 10.0, begin=6.0)
    >>> path.position(0.0), path.position(10.0)
    (0.0, 100.0)
    >>> path.speed(9.0) > path.speed(1.0)
    True
    """
    times = np.linspace(0.0, seconds, steps + 1)
    middle = (times[1:] + times[:-1]) / 2
    slowing = np.clip((middle / seconds - 0.8) / 0.2, 0, 1) if end is not None else 0 * middle

    def speeds(rate: float) -> npt.NDArray[np.float64]:
        running = begin * np.exp(rate * np.minimum(middle, 0.8 * seconds if end else seconds))
        return np.asarray(running ** (1 - slowing) * (end or 1.0) ** slowing)

    low, high = -20.0 / seconds, 20.0 / seconds
    for _ in range(80):
        rate = (low + high) / 2
        if speeds(rate).mean() * seconds < stops:
            low = rate
        else:
            high = rate
    covered = np.concatenate([[0.0], np.cumsum(speeds(high))])
    return Path(times, covered / covered[-1] * stops)
