"""How a picture becomes the first one of another scene, part by part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from convexplain.stage.board.drawing import crossed, room, set_opacity
from convexplain.stage.board.picture import Picture
from convexplain.stage.grid import PixelGrid
from convexplain.stage.pace import Move, lazily
from convexplain.stage.shapes import WindowFrame
from convexplain.stage.text import Label

#: Words that are the same in both pictures go over; others fade and come up.
_GOES = (PixelGrid, WindowFrame)


class Handing(Picture):
    """A picture that hands what it shows on to another board."""

    def become_first(self, other: Picture, carried: Mapping[str, str], aside: Any = None) -> Move:
        """Let all that stands here become what another board shows, to the last pixel.

        What comes out of something here goes from its place to its own; everything else here fades,
        and what is new comes up. `other`: of a scene that has not begun. `carried`: names there,
        and here; a panel's name stands for its parts. `aside`: something here that has no name on
        this board and stays, found as ``"hero"``.
        """

        def start() -> Move:
            here = {k: part for k, part in self._parts.items() if part in self.scene.mobjects}
            names = {id(part): key for key, part in other.parts.items()}
            there = {
                names[id(part)]: part for part in other.scene.mobjects if id(part) in names
            }  # fmt: skip
            if aside is not None:
                here["hero"] = aside
            moves: list[Move] = []
            pairs: list[tuple[Any, Any]] = []
            coming: list[Any] = []
            gone = [part for part in here.values() if part is not aside]
            before = [part.opacity for part in gone]
            for key, part in there.items():
                found = (here[name] for name in _sources(key, carried) if name in here)
                source = next((each for each in found if _can_become(each, part)), None)
                if source is None:
                    coming.append((part, part.opacity))
                    continue
                same = _same(source, part)
                pairs.append((source, part))
                moves.append(_travel(source, part, fades=not same and source is not aside))
                if same and source in gone:
                    at = gone.index(source)
                    del gone[at], before[at]
                    self.scene.remove(source)
            fade = crossed(list(zip(gone, before, strict=True)), coming, room(pairs))
            self.scene.add(*there.values())

            def go(alpha: float) -> None:
                for move in moves:
                    move(alpha)
                fade(alpha)
                if alpha >= 1:
                    self.scene.remove(*gone)
                    set_opacity(gone, 1.0)

            go(0.0)
            return go

        return lazily(start)


def _sources(key: str, carried: Mapping[str, str]) -> Iterator[str]:
    """Yield what something may be called here, by its name there: the same part, or the panel."""
    for there, here in carried.items():
        if key == there or key.startswith((f"{there}.", f"{there}[")):
            yield here + key[len(there) :]
            yield here
            return
    yield key


def _can_become(old: Any, new: Any) -> bool:
    if isinstance(old, Label) and isinstance(new, Label):
        return bool(old.text == new.text and old.weight == new.weight)
    return isinstance(old, _GOES) and type(old) is type(new)


def _same(old: Any, new: Any) -> bool:
    """Tell whether nothing but its place changes, so that the old one need not be seen."""
    if not isinstance(old, PixelGrid):
        return True
    return bool(
        old.scale_name == new.scale_name
        and np.array_equal(old.values, new.values, equal_nan=True)
    )  # fmt: skip


def _travel(old: Any, new: Any, *, fades: bool) -> Move:
    """Return the move of a new part from an old one's place, and of the old one with it."""
    start, goal, opacity = old.points.copy(), new.points.copy(), new.opacity
    first = 0.0 if fades else old.opacity

    def go(alpha: float) -> None:
        new.points = start + (goal - start) * alpha
        new.opacity = first + (opacity - first) * min(1.0, 2 * alpha)
        if fades:
            old.points = new.points.copy()

    return go
