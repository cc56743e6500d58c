"""Pictures that lay themselves out: what is to be seen, in words of the subject.

A `Diagram` holds panels (`Cells`, `Maps`, `Sum`, `Chart`, ...) in rows and columns, and links
between them; it knows no coordinate. `place` lays it out on a `Sheet`: a frame of a video, a page,
a column. What comes out consists of five kinds of pieces (`Words`, `Grid`, `Fill`, `Path`,
`Frame`), which are all that a backend draws, and of a box for every name, by which scenes move
things. A lesson describes its pictures (its method `picture`); figure, scene and notebook show
the same description.
"""

from __future__ import annotations

from convexplain.panels.arrange import Aligned, Column, Either, Overlay, Row, Rows, Space
from convexplain.panels.bars import Bar, Bars
from convexplain.panels.box import Box
from convexplain.panels.cells import Cells, Maps, Mark
from convexplain.panels.charts import Axis, Chart, Curve, Dot, Runs
from convexplain.panels.check import problems
from convexplain.panels.hops import Hops
from convexplain.panels.links import Link
from convexplain.panels.matrix import Matrix
from convexplain.panels.panel import Panel, Part
from convexplain.panels.pieces import Fill, Frame, Grid, Path, Piece, Words
from convexplain.panels.place import Diagram, Placed, place
from convexplain.panels.scale import INK, LIGHT, Scale
from convexplain.panels.sheet import (
    ASPECTS,
    COLUMN,
    PAGE,
    SHEETS,
    SQUARE,
    TALL,
    VIDEO,
    WIDE43,
    Sheet,
    paper,
    video,
)
from convexplain.panels.tree import Branch, Tree
from convexplain.panels.words import (
    Addend,
    Formula,
    Legend,
    Number,
    Rim,
    Role,
    Sum,
    Table,
    Term,
    Text,
)

__all__ = [
    "ASPECTS",
    "COLUMN",
    "INK",
    "LIGHT",
    "PAGE",
    "SHEETS",
    "SQUARE",
    "TALL",
    "VIDEO",
    "WIDE43",
    "Addend",
    "Aligned",
    "Axis",
    "Bar",
    "Bars",
    "Box",
    "Branch",
    "Cells",
    "Chart",
    "Column",
    "Curve",
    "Diagram",
    "Dot",
    "Either",
    "Fill",
    "Formula",
    "Frame",
    "Grid",
    "Hops",
    "Legend",
    "Link",
    "Maps",
    "Mark",
    "Matrix",
    "Number",
    "Overlay",
    "Panel",
    "Part",
    "Path",
    "Piece",
    "Placed",
    "Rim",
    "Role",
    "Row",
    "Rows",
    "Runs",
    "Scale",
    "Sheet",
    "Space",
    "Sum",
    "Table",
    "Term",
    "Text",
    "Tree",
    "Words",
    "paper",
    "place",
    "problems",
    "video",
]
