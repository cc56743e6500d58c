"""What one cell sees: a picture, veiled but for a window that can grow and move."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convexplain.stage.grid import PixelGrid
from convexplain.stage.pace import smoothly
from convexplain.stage.shade import Cells, Shade, between, corners
from convexplain.stage.shapes import Line, WindowFrame
from convexplain.stage.text import Label


class View:
    """A picture of which only one window is seen.

    Parameters
    ----------
    picture : PixelGrid
    cells : (float, float, float, float)
        Top, left, bottom and right of the window.
    before : bool
        Whether an outline stays where the window is now, when it grows.

    Attributes
    ----------
    shade : Shade
    frame : WindowFrame
        Around what is seen.
    veil : list of StageMobject
        All but the picture.
    cells : (float, float, float, float)
        What is seen now.

    Examples
    --------
    ::

        view = View(picture, (4, 6, 7, 9))
        self.appear(picture, *view.veil)
        self.drive(view.to((4, 6, 12, 14)), 0.6)
    """

    def __init__(self, picture: PixelGrid, cells: Cells, *, before: bool = False) -> None:
        self.picture, self.cells = picture, cells
        self.shade, self.frame = Shade(picture, cells), WindowFrame(picture, 0, 0)
        self.frame.places = corners(picture, cells)
        self.veil: list[Any] = [self.shade, self.frame]
        if before:
            outline = WindowFrame(picture, 0, 0, colour="muted", line=2)
            outline.places = corners(picture, cells)
            self.veil.append(outline)

    def show(self, cells: Cells) -> None:
        """Let other cells be seen."""
        self.cells = cells
        self.shade.put(self.picture, cells)
        self.frame.places = corners(self.picture, cells)

    def to(self, cells: Cells, *, rest: float = 0.0) -> Callable[[float], None]:
        """Return what brings the window to other cells, for `StageScene.drive`.

        Parameters
        ----------
        cells : (float, float, float, float)
            Where it ends.
        rest : float
            For which share of the time it then stands there.
        """
        start = self.cells

        def go(alpha: float) -> None:
            self.show(between(start, cells, smoothly(min(1.0, alpha / (1 - rest)))))

        return go


def to_scale(
    names: Sequence[str],
    sides: Sequence[int],
    *,
    left: float,
    base: float,
    pitch: float,
    scale: float,
) -> list[list[Any]]:
    """Make squares side by side, each with its side as a number and its name below.

    Parameters
    ----------
    names : sequence of str
    sides : sequence of int
    left, base : float
        Where the first begins, and all stand, in pixels of the stage.
    pitch : float
        From one to the next.
    scale : float
        Pixels of the stage for a side of 1.

    Returns
    -------
    list of list of StageMobject
        For each name its square, number and name.
    """
    squares: list[list[Any]] = []
    for n, (name, side) in enumerate(zip(names, sides, strict=True)):
        x, long = left + pitch * n, scale * side
        square = [(x, base), (x, base - long), (x + long, base - long), (x + long, base)]
        number = Label(str(side), x + long + 14, base - 14, weight="bold")
        outline = Line([*square, *square[:2]])
        squares.append([outline, number, Label(name, x, base + 30, colour="muted")])
    return squares


def slide_out(source: PixelGrid, copy: PixelGrid) -> Callable[[float], None]:
    """Return what lets a second picture slide out of another, for `StageScene.drive`.

    Parameters
    ----------
    source : PixelGrid
        Where it begins.
    copy : PixelGrid
        It ends where it stands now.
    """
    start, goal = source.points.copy(), copy.points.copy()

    def slide(alpha: float) -> None:
        copy.points = start + (goal - start) * alpha
        copy.opacity = alpha

    return slide


def arrow(x: float, y: float, above: str, below: str) -> list[Any]:
    """Make an arrow to the right with a word above and one below, centred at a place."""
    return [
        Line([(x - 62, y), (x + 62, y)], arrow=True),
        Label(above, x, y - 28, colour="muted", anchor="centre"),
        Label(below, x, y + 28, colour="muted", anchor="centre"),
    ]
