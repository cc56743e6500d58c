"""A tree of patches: an answer, the cells that made it, those that made them, each at its field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from convexplain.stage.branch import Branch
from convexplain.stage.grid import PixelGrid
from convexplain.stage.shade import corners
from convexplain.stage.shapes import Line, WindowFrame
from convexplain.stage.text import Label
from convexplain.stage.units import PER_UNIT
from convexplain.style import format as fmt

_GAP = 6.0  # between a patch and the links below it, in pixels of the stage
_TEXT = 28.0  # height of a line of text, likewise


class Part(Protocol):
    """What a node of the tree tells, as `convexplain.network.trace.Node` does."""

    @property
    def layer(self) -> str:
        """The layer that computed the cell."""

    @property
    def filter(self) -> int:
        """Its filter."""

    @property
    def box(self) -> Any:
        """Where it lies on the picture: top, left, bottom, right."""

    @property
    def patch(self) -> npt.NDArray[np.float32]:
        """The pixels that it sees, (height, width, 1)."""

    @property
    def share(self) -> float | None:
        """What it gives of all that raises its parent."""

    @property
    def parts(self) -> Sequence[Part]:
        """What is below it."""


class Row(NamedTuple):
    """How the nodes of one layer are drawn.

    Attributes
    ----------
    top : float
        Of the patches, in pixels of the stage.
    cell : float
        Side of a pixel of the picture, likewise.
    pitch : float
        From one patch to the next one of the same parent.
    name : {"beside", "above", "below"}
        Where the filter's name stands: beside the share, above it, or below patch and kernel.
    others : float
        How far right of a parent stands what all its other parts give.
    """

    top: float
    cell: float
    pitch: float
    name: str
    others: float = 0.0


class Twig:
    """One node on the stage: patch, share, filter, the link up, the link to all other parts.

    Attributes
    ----------
    node : Part
    x, bottom : float
        The middle and the lower edge of its patch, in pixels of the stage.
    grid : PixelGrid
        The patch.
    share, number : Label
    link : Branch
        From its parent; not drawn yet.
    parent : Twig or None
    parts : list of Twig
    more : list of StageMobject
        What all parts that are not followed give, and a link there; or the kernel, at the end.
    """

    def __init__(self, node: Part, x: float, start: tuple[float, float], row: Row, name: str):
        self.node, self.x = node, x
        self.parent: Twig | None = None
        side = node.patch.shape[0] * row.cell
        self.bottom = row.top + side
        self.grid = PixelGrid(
            node.patch.squeeze(axis=2),
            x - side / 2,
            row.top,
            row.cell,
            scale="picture",
            lines=False,
            frame=2,
        )
        y = row.top - 18
        look: dict[str, Any] = {"colour": "muted", "anchor": "centre"}
        self.share = Label("", x, y, 24 if row.name == "below" else 26, anchor="centre")
        if row.name == "beside":
            self.share = Label("", x + 10, y, 26)
            self.number = Label(name, x, y, 26, colour="muted", anchor="right")
        elif row.name == "above":
            self.number = Label(name, x, y - _TEXT, 24, **look)
            y -= _TEXT
        else:
            self.number = Label(name, x, self.bottom + side + _TEXT, 24, **look)
        self.link = Branch(start, (x, y - 18), drawn=0.0)
        self.parts: list[Twig] = []
        self.more: list[Any] = []

    @property
    def mobjects(self) -> list[Any]:
        """Everything that belongs to it."""
        return [self.link, self.grid, self.share, self.number, *self.more]

    @property
    def quiet(self) -> list[Any]:
        """What steps back when other cells are spoken of: a dimmed patch could not be read."""
        return [part for part in self.mobjects if not isinstance(part, PixelGrid)]

    def family(self) -> Iterator[Twig]:
        """Itself and all below it."""
        yield self
        for part in self.parts:
            yield from part.family()


class PatchTree:
    """The parts of a root, placed row by row.

    Parameters
    ----------
    root : Part
        Its own patch is not drawn.
    x, y : float
        Where the links to its parts begin, in pixels of the stage.
    rows : mapping of str to Row
        How each layer is drawn; the last one has kernels below its patches.
    name : callable
        Makes the text for a node's filter.
    kernel : callable
        Gives the weights of a node of the last layer, (height, width).

    Attributes
    ----------
    twigs : list of Twig
        The parts of the root.
    """

    def __init__(
        self,
        root: Part,
        x: float,
        y: float,
        rows: Mapping[str, Row],
        *,
        name: Callable[[Part], str],
        kernel: Callable[[Any], npt.NDArray[np.float32]],
    ) -> None:
        self.rows, self._name, self._kernel = rows, name, kernel
        self.twigs = self._grow(root, x, y)

    def _grow(self, node: Part, x: float, y: float, parent: Twig | None = None) -> list[Twig]:
        twigs = []
        for n, part in enumerate(node.parts):
            row = self.rows[part.layer]
            middle = x + (n - (len(node.parts) - 1) / 2) * row.pitch
            twig = Twig(part, middle, (x, y), row, self._name(part))
            twig.parent = parent
            start = middle, twig.bottom + _GAP
            twig.parts = self._grow(part, *start, twig)
            if twig.parts:
                right, y_others = middle + row.others, start[1] + 18
                share = Label(fmt.percent(others(part)), right, y_others, 24, colour="muted")
                twig.more = [stub(start, (right - 10, y_others)), share]
            elif part.layer == list(self.rows)[-1]:
                twig.more = [self._below(twig, row)]
            twigs.append(twig)
        return twigs

    def _below(self, twig: Twig, row: Row) -> PixelGrid:
        """Make the kernel below a patch, as large as this."""
        weights = self._kernel(twig.node)
        side = twig.bottom - row.top
        return PixelGrid(
            weights,
            twig.x - side / 2,
            twig.bottom + 8,
            side / weights.shape[0],
            limit=float(np.abs(weights).max()) or 1.0,
            lines=False,
            frame=2,
        )

    def every(self) -> list[Twig]:
        """All twigs, each before those below it."""
        return [twig for top in self.twigs for twig in top.family()]

    def row(self, layer: str) -> list[Twig]:
        """The twigs of one layer, from left to right."""
        return [twig for twig in self.every() if twig.node.layer == layer]


class Flight:
    """Patches lift off the picture in which they lie, and their shares count up.

    Parameters
    ----------
    twigs : sequence of Twig
        Parts of one parent.
    source : PixelGrid
        What they are cut from: the parent's patch, or the whole picture.
    dip : float
        How far below the straight way they pass, in pixels of the stage.

    Attributes
    ----------
    mobjects : list of StageMobject
        To be added to the scene, in this order.
    marks : list of WindowFrame
        Where the patches lie in the source.
    frames : list of WindowFrame
        Around the patches on their way.

    Examples
    --------
    ::

        flight = Flight(twig.parts, twig.grid)
        self.add(*flight.mobjects)
        self.drive(flight.fly, 0.6, smoothly)
        self.remove(*flight.marks, *flight.frames)
    """

    def __init__(self, twigs: Sequence[Twig], source: PixelGrid, *, dip: float = 0.0) -> None:
        self.twigs, self._dip = twigs, dip / PER_UNIT
        self.marks: list[WindowFrame] = []
        self.frames: list[WindowFrame] = []
        self._ways = []
        for twig in twigs:
            goal = twig.grid.points.copy()
            twig.grid.places = corners(source, place_in(twig))
            self._ways.append((twig.grid.points.copy(), goal))
            self.marks.append(around(twig.grid))
            self.frames.append(around(twig.grid))

    @property
    def mobjects(self) -> list[Any]:
        """Marks below, patches above."""
        texts = [part for twig in self.twigs for part in (twig.link, twig.share, twig.number)]
        return [*self.marks, *texts, *(twig.grid for twig in self.twigs), *self.frames]

    def fly(self, alpha: float) -> None:
        """Bring the patches part of their way, 0 to 1."""
        for n, (twig, (start, goal)) in enumerate(zip(self.twigs, self._ways, strict=True)):
            twig.grid.points = start + (goal - start) * alpha
            twig.grid.points[:, 1] -= self._dip * 4 * alpha * (1 - alpha)
            self.frames[n].points = twig.grid.points.copy()
            self.marks[n].opacity = 1 - 0.5 * alpha
            twig.link.drawn = twig.number.opacity = twig.share.opacity = alpha
            twig.share.say(fmt.percent((twig.node.share or 0.0) * alpha))


def place_in(twig: Twig) -> tuple[float, float, float, float]:
    """Return the cells of its parent's patch, or of the picture, that a twig shows."""
    box = twig.node.box
    above = twig.parent.node.box if twig.parent else None
    top, left = (above.top, above.left) if above is not None else (0, 0)
    return box.top - top, box.left - left, box.bottom - top, box.right - left


def around(grid: PixelGrid, *, line: float = 3.0) -> WindowFrame:
    """Make a window around a whole grid."""
    return WindowFrame(grid, 0, 0, *grid.shape_in_cells, line=line)


def others(node: Part) -> float:
    """Return the share of all positive contributions that is not followed."""
    return 1.0 - float(sum(part.share or 0.0 for part in node.parts))


def stub(start: tuple[float, float], end: tuple[float, float]) -> Line:
    """Make the link to all parts that are not followed: faint, and level at its end."""
    places = [
        (start[0] + t * (end[0] - start[0]), start[1] + t * (2 - t) * (end[1] - start[1]))
        for t in np.linspace(0.0, 1.0, 13).tolist()
    ]
    return Line(places, opacity=0.5)
