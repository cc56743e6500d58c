"""How parts of a picture come and go, light up and step back."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.stage.board.drawing import CELL, FLYING, Region, cells_named, outline, set_opacity
from convexplain.stage.board.picture import Picture
from convexplain.stage.pace import Move, lazily
from convexplain.stage.text import Label

#: How much is left of what is not spoken of.
DIM = 0.4
#: How much of some cells is to be seen for their scale to come.
_SEEN = 0.05


class Lighting(Picture):
    """A picture whose parts come up, fade, step back, and are pointed at."""

    def show(self, *names: str, dim: float = 1.0) -> Move:
        """Let parts come up; those that are there already stay as they are.

        `dim`: how much of them is seen in the end.
        """

        def start() -> Move:
            new = [part for part in self._all(names) if part not in self.scene.mobjects]
            fades = self.scene.fades_in
            set_opacity(new, 0.0 if fades else dim)
            self.scene.add(*new)
            return lambda alpha: set_opacity(new, dim * (alpha if fades else 1.0))

        return lazily(start)

    def hide(self, *names: str) -> Move:
        """Let parts fade away."""

        def start() -> Move:
            parts = [part for part in self._all(names) if part in self.scene.mobjects]
            before = [part.opacity for part in parts]

            def go(alpha: float) -> None:
                for part, opacity in zip(parts, before, strict=True):
                    part.opacity = opacity * (1 - alpha)
                if alpha >= 1:
                    self.scene.remove(*parts)
                    set_opacity(parts, 1.0)

            return go

        return lazily(start)

    def come(self, *names: str) -> Move:
        """Let those parts come up that the picture has by then: not every arrangement has all."""
        return lazily(lambda: self.show(*self.there(*names)))

    def leave(self, *names: str) -> Move:
        """Let those parts fade away that the picture has by then."""
        return lazily(lambda: self.hide(*self.there(*names)))

    def explain(self) -> Move:
        """Let each scale of colours be seen while something on the stage has it."""
        coming: dict[str, tuple[float, Move]] = {}

        def start() -> Move:
            here = self.scales(lambda name: self._parts[name] in self.scene.mobjects)
            away = [part for name, used in here.items() if not used for part in self.scale(name)]
            fade = self.hide(*away)

            def go(alpha: float) -> None:
                fade(alpha)
                follow(alpha)

            return go

        def follow(alpha: float) -> None:
            for name in self.missing_scales():
                coming.setdefault(name, (alpha, self.show(*self.scale(name))))
            for begun, move in coming.values():
                move((alpha - begun) / (1 - begun) if begun < 1 else 1.0)

        return lazily(start)

    def missing_scales(self) -> list[str]:
        """Return the legend's scales that are not shown, and that something on the stage has."""
        shown = self.scene.mobjects
        if all(self._parts[name] in shown for name in self.scales(lambda _: False)):
            return []
        found = self.scales(
            lambda name: self._parts[name] in shown and self._parts[name].opacity > _SEEN
        )
        return [name for name, used in found.items() if used and self._parts[name] not in shown]

    def dim(self, *names: str, to: float = DIM) -> Move:
        """Bring parts to another opacity: 1 for what is spoken of again."""

        def start() -> Move:
            parts = self._all(names)
            before = [part.opacity for part in parts]

            def go(alpha: float) -> None:
                for part, opacity in zip(parts, before, strict=True):
                    part.opacity = opacity + (to - opacity) * alpha

            return go

        return lazily(start)

    def walk(self, *names: str) -> Move:
        """Draw lines from their starts to their ends, without their names."""

        def start() -> Move:
            lines = [part for part in self._all(names) if not isinstance(part, Label)]
            for line in lines:
                line.drawn, line.opacity = 0.0, 1.0
            self.scene.add(*lines)

            def go(alpha: float) -> None:
                for line in lines:
                    line.drawn = alpha

            return go

        return lazily(start)

    def trace(self, name: str, start: float = 0.0, end: float = 1.0) -> Move:
        """Draw a chart's curve from left to right, as evenly as its axis goes.

        `start` and `end`: how much of its way across is there before and after.
        """

        def begin() -> Move:
            line = self.part(name)
            line.opacity = 1.0
            self.scene.add(line)

            def go(alpha: float) -> None:
                line.drawn = _length_at(line.places, start + (end - start) * alpha)

            go(0.0)
            return go

        return lazily(begin)

    def light(self, *cells: str, rest: float = DIM) -> None:
        """Light up some cells or rows, and dim the others of their grids.

        `cells`: ``"patch[0, 2]"``, a row ``"patch[1]"``, or ``"patch"`` for all of its cells.
        `rest`: how much is seen of the others.
        """
        seen: set[int] = set()
        for name in self.each(*cells):
            found = CELL.fullmatch(name)
            grid = self.part(found["panel"] if found else name)
            if id(grid) not in seen:
                grid.shares[...] = rest if found else 1.0
                seen.add(id(grid))
            if found:
                row, col, rows, cols = cells_named(grid, found["places"])
                grid.shares[row : row + rows, col : col + cols] = 1.0

    def pulse(self, *names: str, colour: str = "accent", times: int = 1) -> Move:
        """Lead the eye: a frame comes round something, and goes."""

        def start() -> Move:
            boxes = map(self.box, self.each(*names))
            return self.pulse_at(*boxes, colour=colour, times=times)

        return lazily(start)

    def pick(self, *cells: str) -> Move:
        """Lead the eye to some cells; the others of their grids are dimmed."""

        def start() -> Move:
            self.light(*cells)
            return self.pulse(*cells, colour="muted")

        return lazily(start)

    def pulse_at(self, *boxes: Region, colour: str = "accent", times: int = 1) -> Move:
        """Lead the eye to places of the stage, as `pulse` does."""

        def start() -> Move:
            frames = [outline(box, colour=colour, line=4.0) for box in boxes]
            for frame in frames:
                frame.z_index = FLYING
            self.scene.add(*frames)

            def go(alpha: float) -> None:
                set_opacity(frames, float(np.sin(np.pi * times * alpha) ** 2))
                if alpha >= 1:
                    self.scene.remove(*frames)

            return go

        return lazily(start)

    def carry(self, start: str | Region, end: str) -> Move:
        """Lead the eye from a place of the stage to a part that comes up where the frame lands.

        `start`: a name, or left, top, width and height of something that may be gone by then.
        `end`: what comes.
        """

        def begin() -> Move:
            frame = outline(self.box(start) if isinstance(start, str) else start, line=4.0)
            frame.z_index = FLYING
            origin, goal = frame.places.copy(), outline(self.box(end)).places
            self.scene.add(frame)

            def go(alpha: float) -> None:
                places: Any = origin + (goal - origin) * alpha
                frame.places = places
                if alpha >= 1:
                    self.scene.remove(frame)
                    self.show(end)(1.0)

            return go

        return lazily(begin)


def _length_at(places: npt.NDArray[np.float64], share: float) -> float:
    """Return how much of a curve's length lies before a share of its way across."""
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(places, axis=0).T))])
    x = places[0, 0] + share * (places[-1, 0] - places[0, 0])
    return float(np.interp(x, places[:, 0], lengths) / lengths[-1])
