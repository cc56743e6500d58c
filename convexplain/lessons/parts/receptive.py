"""What cells see of the picture, layer by layer, each within the view of the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np

from convexplain.lessons.parts import hierarchy_words as words
from convexplain.lessons.parts.network_lesson import NetworkLesson
from convexplain.lessons.parts.subject import Role, find
from convexplain.network import Layer, Network, hierarchy, level_layers
from convexplain.network.check_shapes import INPUT
from convexplain.ops import Box, Window
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

#: So many layers are shown, at most, evenly chosen, the first and the last of them.
MOST = 7


def sides(pair: tuple[int, int]) -> str:
    """Write two numbers of pixels, down and across, as one if they are equal."""
    return str(pair[0]) if pair[0] == pair[1] else fmt.shape(pair)


class View(NamedTuple):
    """What one cell of a layer sees of the picture."""

    layer: str
    box: Box

    @property
    def side(self) -> int:
        """Its longer side."""
        return max(self.box.height, self.box.width)

    @property
    def size(self) -> str:
        """How wide it is, or both its sides if they differ."""
        return sides((self.box.height, self.box.width))


@dataclass(frozen=True)
class ReceptiveFields(NetworkLesson):
    """How much of the picture one cell of each layer sees."""

    title: ClassVar[Caption] = words.FIELDS_TITLE
    needs: ClassVar[tuple[Role, ...]] = ("maps",)
    example: ClassVar[str] = "hierarchy"

    def __post_init__(self) -> None:
        self.validate()  # it is a figure's alone, and has no beats

    @cached_property
    def views(self) -> tuple[View, ...]:
        """What a cell of each layer with windows sees, up to the last map, each within the next."""
        found: list[View] = []
        row = col = 0
        for layer in _chain(self.network):
            window, (rows, cols, _) = layer.window, self.network.shapes[layer.name]
            assert window is not None
            size = self.network.input_of(layer.name)[:2]
            # The window that reads the cell below it.
            row, col = _over(window, (row, col), (size[0], size[1]))
            row, col = self._cells.get(layer.name, (min(row, rows - 1), min(col, cols - 1)))
            found.append(View(layer.name, self.network.receptive_field(layer.name).box(row, col)))
        return tuple(found)

    @cached_property
    def _cells(self) -> Mapping[str, tuple[int, int]]:
        """A cell of the first layer, in the middle; or those of the strongest way to the answer."""
        first = _chain(self.network)[0].name
        rows, cols, _ = self.network.shapes[first]
        middle = {first: ((rows - 1) // 2, (cols - 1) // 2)}
        if find(self.network, "levels") is None:
            return middle
        levels, way = level_layers(self.network), {}
        node = hierarchy(self.trace, below=1, parts=1)
        while node.parts:
            node = node.parts[0]
            way[node.layer] = node.row, node.col
        complete = all(layer.name in way for layer in levels)
        return way if complete else middle

    @property
    def shown(self) -> tuple[View, ...]:
        """The views that are drawn: those of layers with weights, evenly chosen if many."""
        own = [view for view in self.views if self.network.weights_of(view.layer)] or self.views
        return evenly(tuple(own))

    @property
    def unseen(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Rows and columns of the picture that change no answer."""
        return self.network.unseen()

    @property
    def read(self) -> Box:
        """The pixels that the answer depends on; rows and columns between may be left out."""
        rows, cols = (
            [n for n in range(count) if n not in without]
            for count, without in zip(self.network.input_shape[:2], self.unseen, strict=True)
        )
        return Box(rows[0], cols[0], rows[-1] + 1, cols[-1] + 1)

    @property
    def fields(self) -> Caption:
        """What cells see, layer by layer, and what none of them sees."""
        sizes = words.listed(view.size for view in self.shown)
        rows, cols = self.unseen
        height = self.network.input_shape[0]
        if rows == cols == tuple(range(height - len(rows), height)) and rows:
            return words.FIELDS.fill(sizes=sizes, n=words.how_many(len(rows)))
        return words.FIELDS_ONLY.fill(sizes=sizes)


def evenly(found: tuple[View, ...]) -> tuple[View, ...]:
    """Choose so many as can be shown, the first and the last among them."""
    if len(found) <= MOST:
        return found
    places = np.linspace(0, len(found) - 1, MOST).round().astype(int)
    return tuple(found[place] for place in places)


def _chain(network: Network) -> list[Layer]:
    """Find the layers whose windows lead from the picture to the last map, the widest way."""
    last = next(n for n in reversed(network.layers) if len(network.shapes[n.name]) == 3)
    found, name = [], last.name
    while name != INPUT:
        layer = network.layer(name)
        if layer.window is not None and layer.family != "padding":
            found.append(layer)
        name = max(network.sources(name), key=lambda each: _side(network, each))
    return found[::-1]


def _side(network: Network, name: str) -> int:
    return 0 if name == INPUT else max(network.receptive_field(name).size)


def _over(window: Window, cell: tuple[int, int], size: tuple[int, int]) -> tuple[int, int]:
    """Return the first place of a window that reads a cell, or the last there is."""
    found = []
    for axis in (0, 1):
        places = range(window.output_size(size)[axis])
        reads = (n for n in places if cell[axis] in window.taps(axis, n, size[axis]))
        found.append(next(reads, len(places) - 1))
    return found[0], found[1]
