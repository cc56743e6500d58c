"""A convnet from left to right: picture, volumes to scale, the folded vector, the outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain.stage.grid import PixelGrid
from convexplain.stage.pace import smoothly
from convexplain.stage.shapes import Line
from convexplain.stage.text import Label, width_of
from convexplain.stage.thumbnails import Thumbnails
from convexplain.stage.units import Points, to_scene
from convexplain.stage.volume import Volume

Floats = npt.NDArray[Any]

# In pixels of the stage: a cell and the way from sheet to sheet, the same for all volumes.
_CELL, _SHEET = 7.5, (1.6, 0.42)
_GAP, _LABEL_GAP = 40.0, 18.0
_LEFT, _RIGHT = 96.0, 1824.0
_AXIS, _NAME_Y, _SHAPE_Y = 416.0, 712.0, 750.0
# Room for what an output is called, beside a number of two digits and two decimals.
_CLASS_ROOM = 36.0
_OUTPUT_LEFT, _OUTPUT, _OUTPUT_HEIGHT = 1624.0, 44.0, 51.2
_STRIP_TOP, _STRIP_HEIGHT, _STRIP_CELL, _STRIP_WIDEST = 160.0, 512.0, 4.0, 160.0


class LayerLook(NamedTuple):
    """What is drawn of one layer.

    Parameters
    ----------
    name, shape : str
        The two texts below it.
    values : numpy.ndarray
        (height, width, channels), or (n,) for the vector and the outputs.
    limit : float
        End of its colour scale.
    strong : bool
        Whether its name is bold: it has weights.
    """

    name: str
    shape: str
    values: Floats
    limit: float
    strong: bool


def room_for(text: str) -> bool:
    """Tell whether there is room for what an output is called beside its cell."""
    return width_of(text, 32) <= _CLASS_ROOM


class NetworkRow:
    """The mobjects of a convnet, at their places; a scene shows them when it likes.

    Heights and widths have one scale in all volumes, depths another one.

    Parameters
    ----------
    layers : sequence of LayerLook
        The picture (height, width, 1), one or more maps, the vector, the outputs (at most 10).
    widths : sequence of float, optional
        What a scene's own texts below each column need, in pixels of the stage.
    classes : sequence of str, optional
        What stands beside the outputs, those that have `room_for`; their numbers if not given.

    Attributes
    ----------
    picture : PixelGrid
    volumes : list of Volume
    strip : PixelGrid
        The vector, folded: a column for each place of the last maps, a row for each channel.
    outputs : Thumbnails
        One cell for each output.
    digits : list of Label
        What the outputs are called, or their numbers, counted from 0.
    arrows : list of Line
        The one at n leads to column n + 1.
    names, shapes : list of Label
        Below each column.
    lefts : list of float
        Where each column begins, in pixels of the stage.

    Raises
    ------
    ValueError
        If the columns do not fit side by side.

    Examples
    --------
    ::

        row = NetworkRow([LayerLook("input", "28 × 28 × 1", picture, 1.0, False), ...])
        self.appear(row.picture, *row.volumes, *row.names, *row.shapes)
    """

    def __init__(
        self,
        layers: Sequence[LayerLook],
        widths: Sequence[float] = (),
        classes: Sequence[str] = (),
    ) -> None:
        self.layers = tuple(layers)
        *maps, vector, outputs = self.layers
        places = maps[-1].values.shape[0] * maps[-1].values.shape[1]
        channels = maps[-1].values.shape[2]
        side = min(_STRIP_CELL, _STRIP_WIDEST / places)
        strip_left = _OUTPUT_LEFT - 74 - places * side
        self.lefts, scale = _placed(maps, strip_left - _GAP, widths)
        cell, sheet = _CELL * scale, (_SHEET[0] * scale, _SHEET[1] * scale)

        height = maps[0].values.shape[0]
        self.picture = PixelGrid(
            maps[0].values.squeeze(axis=2),
            _LEFT,
            _AXIS - height * cell / 2,
            cell,
            scale="picture",
            lines=False,
            frame=2,
        )
        self.volumes = [
            Volume(
                layer.values,
                left,
                _AXIS + (layer.values.shape[2] * sheet[1] - layer.values.shape[0] * cell) / 2,
                cell,
                sheet=sheet,
                limit=layer.limit,
            )
            for layer, left in zip(maps[1:], self.lefts[1:], strict=True)
        ]
        self.strip = PixelGrid(
            vector.values.reshape(places, channels).T,
            strip_left,
            _STRIP_TOP,
            side,
            limit=vector.limit,
            lines=False,
            frame=1,
        )
        # Its cells need not be square: it has its height for any number of channels.
        left, right = strip_left, strip_left + places * side
        bottom = _STRIP_TOP + _STRIP_HEIGHT
        self.strip.places = [(left, _STRIP_TOP), (right, _STRIP_TOP), (left, bottom)]
        count = len(outputs.values)
        top = _STRIP_TOP + (_STRIP_HEIGHT - (count - 1) * _OUTPUT_HEIGHT - _OUTPUT) / 2
        self.outputs = Thumbnails(
            outputs.values.reshape(1, 1, count),
            _OUTPUT_LEFT,
            top,
            _OUTPUT,
            1,
            pitch=(_OUTPUT_HEIGHT, _OUTPUT_HEIGHT),
            limit=outputs.limit,
        )
        self.digits = [
            Label(text, _OUTPUT_LEFT + 62, self.outputs.centre_of(n)[1], colour="muted")
            for n, text in enumerate(classes or map(str, range(count)))
        ]
        self.lefts += [strip_left, _OUTPUT_LEFT]
        texts = list(zip(self.layers, self.lefts, strict=True))
        self.names = [
            Label(
                layer.name,
                left,
                _NAME_Y,
                weight="bold" if layer.strong else "regular",
                colour="ink" if layer.strong else "muted",
            )
            for layer, left in texts
        ]
        self.shapes = [Label(layer.shape, left, _SHAPE_Y, colour="muted") for layer, left in texts]
        self.arrows = self._arrows()

    def _arrows(self) -> list[Line]:
        """Lead from each column to the next, level with where the one before ends."""
        arrows = []
        ends = [(self.picture.places[1, 0], _AXIS)]
        for volume in self.volumes:
            right, top = volume.places[3]
            low = top + volume.values.shape[0] * volume.cell
            ends.append((right, _AXIS if low > _AXIS + 2 else (top + low) / 2))
        ends.append((self.strip.places[1, 0], ends[-1][1]))
        for (right, y), left in zip(ends, self.lefts[1:], strict=True):
            middle, half = (right + left) / 2, min(left - right - 16, 48) / 2
            arrows.append(Line([(middle - half, y), (middle + half, y)], arrow=True))
        return arrows

    def body(self, column: int) -> list[Any]:
        """Return what is drawn of a column itself; the outputs with their numbers."""
        if column == len(self.layers) - 1:
            return [self.outputs, *self.digits]
        return [[self.picture, *self.volumes, self.strip][column]]

    def texts(self, column: int) -> list[Label]:
        """Return a column's name and shape."""
        return [self.names[column], self.shapes[column]]

    def sprout(self, n: int) -> tuple[Points, Points]:
        """Return from where to where a volume's points go as it grows out of the one before.

        It begins flat on that one's front, and ends at its own place and depth.
        """
        before: PixelGrid | Volume = self.volumes[n - 1] if n else self.picture
        corners = before.places[:3]
        start = [*corners, corners[1]]
        return to_scene([(float(x), float(y)) for x, y in start]), self.volumes[n].points.copy()

    def rods(self) -> list[PixelGrid]:
        """Return the columns of the vector, each at its place of the last maps, to be unrolled."""
        rods = []
        last = self.volumes[-1]
        for place in range(self.strip.values.shape[1]):
            row, col = divmod(place, last.values.shape[1])
            rod = PixelGrid(
                self.strip.values[:, place : place + 1],
                0,
                0,
                self.strip.cell,
                limit=self.strip.limit,
                lines=False,
            )
            (left, top), cell = last.place_of(row, col), last.cell
            rod.points = to_scene([(left, top), (left + cell, top), (left, top + cell)])
            rods.append(rod)
        return rods

    def unroll(self, rods: list[PixelGrid], starts: list[Points], share: float) -> None:
        """Bring the rods to the vector, one after another.

        Parameters
        ----------
        rods : list of PixelGrid
            As `rods` made them.
        starts : list of numpy.ndarray
            Copies of their points before they moved.
        share : float
            How far they have come, 0 to 1.
        """
        side = self.strip.cell
        top, bottom = self.strip.places[0, 1], self.strip.places[2, 1]
        for place, (rod, start) in enumerate(zip(rods, starts, strict=True)):
            late = 0.6 * place / max(len(rods) - 1, 1)
            own = smoothly(min(max((1.6 * share - late), 0.0), 1.0))
            left = self.strip.places[0, 0] + place * side
            goal = to_scene([(left, top), (left + side, top), (left, bottom)])
            rod.points = start + (goal - start) * own


def _placed(
    maps: Sequence[LayerLook], right: float, texts: Sequence[float]
) -> tuple[list[float], float]:
    """Choose the scale at which picture and volumes fit side by side, and where each begins."""
    for scale in np.arange(1.0, 0.2, -0.02):
        widths = []
        for n, layer in enumerate(maps):
            _, width, channels = layer.values.shape
            own = width * _CELL + (channels * _SHEET[0] if n else 0.0)
            text = max(
                width_of(layer.name, 28, "bold"), width_of(layer.shape, 28), *texts[n : n + 1]
            )
            widths.append(max(own * scale + _GAP, text + _LABEL_GAP))
        if _LEFT + sum(widths) - _GAP <= right:
            spare = (right - _LEFT - sum(widths) + _GAP) / max(len(maps) - 1, 1)
            steps = np.cumsum([0.0, *(width + min(spare, 12.0) for width in widths[:-1])])
            return [float(_LEFT + step) for step in steps], float(scale)
    raise ValueError(f"{len(maps)} columns do not fit side by side: leave some out")
