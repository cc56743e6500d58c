"""Walk, then run: how fast things move on the stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

#: Takes a number from 0 to 1, how far a movement has come, and changes mobjects accordingly.
Move = Callable[[float], None]
#: What share of the stage is enough to look at while all else changes.
_ENOUGH = 0.12
#: Of so many a run is made, each at one speed.
_STEPS = 400


def together(*moves: Move) -> Move:
    """Return a move that makes several at once."""

    def go(alpha: float) -> None:
        for move in moves:
            move(alpha)

    return go


def in_turn(*moves: Move, overlap: float = 0.0) -> Move:
    """Return a move that makes several one after the other, each in the same time.

    `moves`: None is called before its turn; each is called with 1 once it is over. `overlap`: what
    share of a move's time the next one has in common with it: 0 for one after the other, 1 for all
    moves at once.

    >>> seen = []
    >>> move = in_turn(lambda a: seen.append(("a", a)), lambda a: seen.append(("b", a)))
    >>> move(0.25); move(0.75); move(1.0)
    >>> seen
    [('a', 0.5), ('a', 1.0), ('b', 0.5), ('b', 1.0)]
    """
    own = 1 / (1 + (len(moves) - 1) * (1 - overlap)) if moves else 1.0
    over = [False] * len(moves)

    def go(alpha: float) -> None:
        for number, move in enumerate(moves):
            share = (alpha - number * own * (1 - overlap)) / own
            if share < 0:
                break
            if over[number]:
                continue
            over[number] = share >= 1 - 1e-9
            move(1.0 if over[number] else share)

    return go


def eased(move: Move) -> Move:
    """Return a move that starts and ends at rest, for one among others in `in_turn`."""
    return lambda alpha: move(smoothly(alpha))


def smoothly(alpha: float) -> float:
    """Ease in and out: a cubic that starts and ends at rest.

    `alpha`: how much of the time has passed, 0 to 1. Result: how much of the way has been covered,
    0 to 1.

    >>> smoothly(0.0), smoothly(0.5), smoothly(1.0)
    (0.0, 0.5, 1.0)
    """
    return alpha * alpha * (3 - 2 * alpha)


def lazily(start: Callable[[], Move]) -> Move:
    """Return a move that begins from what there is at its first moment."""
    move: Move | None = None

    def go(alpha: float) -> None:
        nonlocal move
        if move is None:
            move = start()
        move(alpha)

    return go


def late(alpha: float) -> float:
    """Return what comes in the last part of a movement."""
    return min(1.0, max(0.0, 2.5 * alpha - 1.5))


def crossing(alpha: float, carried: float) -> tuple[float, float]:
    """Return how much is seen of what goes, and of what comes, as one picture becomes another.

    `alpha`: how far the movement has come, 0 to 1. `carried`: share of the stage that what goes
    over fills half-way. If that is enough to look at, all else makes way for it; if not, what goes
    is still seen as the rest comes, so that the stage is never empty.

    >>> crossing(0.5, carried=0.3)
    (0.0, 0.0)
    >>> crossing(0.5, carried=0.0)
    (0.25, 0.25)
    """
    if carried > _ENOUGH:
        return max(0.0, 1 - 2.5 * alpha), late(alpha)
    return max(0.0, 1 - 1.5 * alpha), max(0.0, 1.5 * alpha - 0.5)


@dataclass(frozen=True, eq=False)
class Path:
    """A way through stops, at a speed that changes."""

    #: Moments in seconds.
    times: npt.NDArray[np.float64]
    #: How many stops have been passed by then.
    stops: npt.NDArray[np.float64]

    def position(self, seconds: float) -> float:
        """Return how many stops have been passed."""
        return float(np.interp(seconds, self.times, self.stops))


def accelerating(stops: int, seconds: float, begin: float) -> Path:
    """Plan a run that grows faster by a constant factor a second.

    `stops`: how many stops to pass, at least 0. `seconds`: how long it takes, more than 0. `begin`:
    speed at the start, in stops a second; less if there are too few stops for it. Result: passes
    exactly so many stops in so many seconds.

    >>> path = accelerating(100, 10.0, begin=6.0)
    >>> path.position(0.0), path.position(10.0)
    (0.0, 100.0)
    >>> path.position(10.0) - path.position(9.0) > path.position(1.0)
    True
    """
    times = np.linspace(0.0, seconds, _STEPS + 1)
    middle = (times[1:] + times[:-1]) / 2

    def speeds(rate: float) -> npt.NDArray[np.float64]:
        return np.asarray(begin * np.exp(rate * middle))

    low, high = -20.0 / seconds, 20.0 / seconds
    for _ in range(80):
        rate = (low + high) / 2
        if speeds(rate).mean() * seconds < stops:
            low = rate
        else:
            high = rate
    covered = np.concatenate([[0.0], np.cumsum(speeds(high))])
    return Path(times, covered / covered[-1] * stops)


def row_by_row(
    height: int, width: int, seconds: float, begin: float
) -> Callable[[float], tuple[int, int]]:
    """Plan a visit to all places, first slowly, then faster: row and column at each moment.

    `height` and `width`: of the map whose places they are. `seconds`: how long it takes. `begin`:
    how many places a second are visited at first.

    >>> at = row_by_row(3, 4, 2.0, begin=1.0)
    >>> at(0.0), at(1.0)
    ((0, 0), (2, 3))
    """
    path = accelerating(height * width - 1, seconds, begin)

    def at(alpha: float) -> tuple[int, int]:
        row, col = divmod(min(round(path.position(alpha * seconds)), height * width - 1), width)
        return row, col

    return at
