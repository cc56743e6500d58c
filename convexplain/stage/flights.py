"""Pieces of a picture that leave it and fly to where they belong, each in its own time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from manim.mobject.mobject import Mobject

from convexplain.stage.grid import PixelGrid, Scale
from convexplain.stage.pace import smoothly

Floats = npt.NDArray[np.float64]


class Flights(Mobject):
    """Small grids of one size, each with a start, a goal, and a moment at which it leaves.

    A piece is not there before it leaves: it still is part of the picture below. Of the pieces that
    have landed at one goal only the strongest stays. `pieces`, (n, height, width): their values.
    `starts` and `goals`, (n, 2): left and top of each, in pixels of the stage. `leaves`, (n,): when
    each leaves, in seconds. `cell`: side of a cell, in pixels of the stage. `seconds`: how long a
    flight takes. `strengths`, (n,): which of those with the same goal stays on top; the last to
    land if not given. `scale`, "picture", "light" or "signed": as that of `PixelGrid`. `frame`:
    width of the line around each piece, without which blank cells would vanish on paper. `tiles`:
    all pieces; those that are seen now are the submobjects, so that a frame costs no more than what
    flies in it. `gone` and `landed`, (n,): which have left, and which have arrived. Raises
    ValueError if there is not one start, goal and moment for each piece.

    ::

        flights = Flights(patches, starts, goals, leaves, cell=18, seconds=0.9)
        self.add(flights)
        self.drive(lambda alpha: flights.at(6.0 * alpha), 6.0)
    """

    def __init__(
        self,
        pieces: npt.ArrayLike,
        starts: npt.ArrayLike,
        goals: npt.ArrayLike,
        leaves: npt.ArrayLike,
        *,
        cell: float,
        seconds: float,
        strengths: npt.ArrayLike | None = None,
        scale: Scale = "picture",
        frame: float = 0.0,
    ) -> None:
        super().__init__()
        values = np.asarray(pieces, dtype=np.float64)
        count = len(values)
        self.starts = np.asarray(starts, dtype=np.float64).reshape(-1, 2)
        self.goals = np.asarray(goals, dtype=np.float64).reshape(-1, 2)
        self.leaves = np.asarray(leaves, dtype=np.float64)
        self.seconds = seconds
        self.strengths = (
            np.array(self.leaves) if strengths is None else np.asarray(strengths, np.float64)
        )
        sizes = {len(a) for a in (self.starts, self.goals, self.leaves, self.strengths)}
        if sizes != {count}:
            raise ValueError(
                f"{count} pieces, but {', '.join(map(str, sorted(sizes)))} starts, goals, moments "
                "or strengths: give one of each for every piece"
            )
        self.tiles = [
            PixelGrid(value, x, y, cell, scale=scale, lines=False, frame=frame)
            for value, (x, y) in zip(values, self.starts.tolist(), strict=True)
        ]
        self.gone = np.zeros(count, dtype=bool)
        self.landed = np.zeros(count, dtype=bool)

    def at(self, now: float) -> None:
        """Bring all pieces to a moment, in seconds; for `StageScene.drive`.

        Time does not run backwards: a piece that has landed stays.
        """
        shares = np.clip((now - self.leaves) / self.seconds, 0, 1)
        self.gone = now >= self.leaves
        for n in np.flatnonzero(self.gone & ~self.landed).tolist():
            place = self.starts[n] + (self.goals[n] - self.starts[n]) * smoothly(float(shares[n]))
            corners = self.tiles[n].places
            self.tiles[n].places = [(x, y) for x, y in (corners - corners[0] + place).tolist()]
        self.landed = shares >= 1
        seen = (self.gone & ~self.landed) | self._on_top()
        self.submobjects = [self.tiles[n] for n in np.flatnonzero(seen).tolist()]

    def seen(self) -> list[int]:
        """Return which pieces are there now."""
        return [n for n, tile in enumerate(self.tiles) if tile in self.submobjects]

    def _on_top(self) -> npt.NDArray[np.bool_]:
        """Return which of the landed pieces are seen: bool (n,)."""
        top: dict[tuple[float, float], int] = {}
        for n in np.flatnonzero(self.landed).tolist():
            goal = (float(self.goals[n, 0]), float(self.goals[n, 1]))
            if goal not in top or self.strengths[n] >= self.strengths[top[goal]]:
                top[goal] = n
        seen = np.zeros(len(self.tiles), dtype=bool)
        seen[list(top.values())] = True
        return seen
