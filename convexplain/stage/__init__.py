"""What scenes are made of: a small vocabulary of mobjects, and a fast renderer below them.

A scene of your own derives from `StageScene` and uses real arrays::

    from convexplain.stage import Label, PixelGrid, StageScene

    class Mine(StageScene):
        def construct(self):
            grid = PixelGrid(values, left=100, top=200, cell=40, scale="signed", limit=1.0)
            self.appear(grid, Label("my values", 100, 170))
            self.wait(2)

Places are pixels of a 1920 by 1080 frame, counted from the top left corner, at every quality.
"""

import manimpango

from convexplain.stage.board import Board
from convexplain.stage.grid import PixelGrid
from convexplain.stage.inset import Inset
from convexplain.stage.lesson_scene import LessonScene
from convexplain.stage.mobject import StageMobject
from convexplain.stage.scene import StageScene
from convexplain.stage.shapes import Line, WindowFrame
from convexplain.stage.text import Label
from convexplain.style import fonts

for _weight in ("regular", "bold"):
    # For Manim's own Text; the stage's labels read the files themselves.
    manimpango.register_font(str(fonts.path(_weight)))

__all__ = [
    "Board",
    "Inset",
    "Label",
    "LessonScene",
    "Line",
    "PixelGrid",
    "StageMobject",
    "StageScene",
    "WindowFrame",
]
