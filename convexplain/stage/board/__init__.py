"""Pictures of panels on the stage: laid out by themselves, moved by the names of their parts."""

from __future__ import annotations

from convexplain.stage.board.drawing import outline, set_opacity
from convexplain.stage.board.handing import Handing
from convexplain.stage.board.lighting import DIM, Lighting
from convexplain.stage.board.moving import Moving
from convexplain.stage.pace import Move, lazily

#: When a bar has its length, of the time it takes with its number.
GROWN = 0.8

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
        """Let a bar grow from its line; its label is there at once, its number at the end.

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
            if self.has(f"{bar}.label"):
                self.show(f"{bar}.label")(1.0)
            label = [self.part(f"{bar}.label")] if self.has(f"{bar}.label") else []
            grow = self.grow(whole or bar, out_of=self.foot(bar))
            told = self.show(number or f"{bar}.value")

            def go(alpha: float) -> None:
                grow(min(1.0, alpha / GROWN))
                set_opacity(label, 1.0)
                if alpha > GROWN:
                    told((alpha - GROWN) / (1 - GROWN))

            return go

        return lazily(start)
