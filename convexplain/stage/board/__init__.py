"""Pictures of panels on the stage: laid out by themselves, moved by the names of their parts."""

from __future__ import annotations

from collections.abc import Iterable

from convexplain.stage.board.drawing import FLYING, corners_of, outline, set_opacity
from convexplain.stage.board.handing import Handing
from convexplain.stage.board.lighting import DIM, Lighting
from convexplain.stage.board.moving import Moving
from convexplain.stage.grid import PixelGrid
from convexplain.stage.pace import Move, eased, in_turn, lazily
from convexplain.stage.units import to_scene

#: When a bar has its length, of the time it takes with its number.
GROWN = 0.8
#: When all that is gathered lies on one place, of the time it takes.
_LANDED = 0.85

__all__ = ["DIM", "GROWN", "Board", "lazily", "outline"]


class Board(Lighting, Moving, Handing):
    """Draws the panels of a picture, and moves what it drew by name.

    Names are those of `convexplain.panels`: a panel (``"patch"``, all of it but its marks), a mark
    (``"input.window"``), a part (``"sum.total"``), a link (``"input.window->patch"``) or a cell
    (``"map[3, 4]"``). What moves something returns a function of the time from 0 to 1, for
    `StageScene.drive` or `LessonScene.during`; several are made one by `pace.together` and
    `pace.in_turn`.

    Parameters
    ----------
    scene : StageScene
        On whose stage it is.
    sheet : Sheet
        That of the frame's aspect.
    lang : {"en", "zh"}
        Language of its words.

    Examples
    --------
    ::

        board = Board(self, panels.VIDEO, "en")
        board.lay(picture)
        self.drive(board.show("input", "input.window"), 0.5)
        self.drive(board.move("input.window", 5, 5), 1.0)
        self.drive(board.grow("patch", out_of="input.window"), 0.8)
    """

    def rise(self, bar: str, number: str = "", *, whole: str = "") -> Move:
        """Let a bar grow from its line; its label and source are there, its number at the end.

        Parameters
        ----------
        bar : str
            Such as ``"votes.bias"``.
        number : str
            What comes when the bar has stopped; ``"votes.bias.value"`` by default.
        whole : str
            What grows with it: its panel.
        """

        def start() -> Move:
            beside = self.there(f"{bar}.label", f"{bar}.source")
            self.show(*beside)(1.0)
            words = [self.part(name) for name in beside]
            grow = self.grow(whole or bar, out_of=self.foot(bar))
            told = self.show(number or f"{bar}.value")

            def go(alpha: float) -> None:
                grow(min(1.0, alpha / GROWN))
                set_opacity(words, 1.0)
                if alpha > GROWN:
                    told((alpha - GROWN) / (1 - GROWN))

            return go

        return lazily(start)

    def gather(self, cells: Iterable[tuple[str, int, int, int, int]], into: str) -> Move:
        """Let copies of some cells fly onto one another, and a grid of the next picture come there.

        Made before `become` brings that picture, played together with it; the copies are there
        at once, so that all else may go first.

        Parameters
        ----------
        cells : iterable of (str, int, int, int, int)
            Of the picture as it is now a grid, a row and a column of it, and how many rows and
            columns.
        into : str
            The panel that comes where they land.
        """
        ghosts = [self.part(name).part(*place) for name, *place in cells]
        for ghost in ghosts:
            ghost.z_index = FLYING
        self.scene.add(*ghosts)

        def start() -> Move:
            goal, lie = to_scene(corners_of(self.box(into))), list[PixelGrid]()

            def flight(ghost: PixelGrid) -> Move:
                origin = ghost.points.copy()

                def go(alpha: float) -> None:
                    ghost.points = origin + (goal - origin) * alpha
                    if alpha >= 1:  # of those that lie there the last alone is seen
                        self.scene.remove(*lie)
                        lie[:] = [ghost]

                return eased(go)

            fly = in_turn(*map(flight, ghosts), overlap=1 - 1 / max(1, len(ghosts) - 1))
            come = self.show(into)

            def go(alpha: float) -> None:
                fly(min(1.0, alpha / _LANDED))
                if alpha > _LANDED:
                    shown = (alpha - _LANDED) / (1 - _LANDED)
                    come(shown)
                    set_opacity(lie, 1 - shown)
                if alpha >= 1:
                    self.scene.remove(*ghosts)

            go(0.0)
            return go

        return lazily(start)
