"""Where exercises take their numbers from: a picture in a network, searched by seeded chance."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cached_property
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from convexplain import ops
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.parts.subject import Subject, find
from convexplain.network import Layer, Network, Trace
from convexplain.network.check_shapes import INPUT
from convexplain.ops import Box, ConvStep
from convexplain.paper.worksheet import _byhand

Mask = NDArray[np.bool_]

# A larger patch does not fit beside its kernel and its products on A4.
_WIDEST = 5
_FEWEST_CHANNELS = _byhand.SHOWN_CHANNELS + 2
_TRIES = 300
# Cells of paper between two windows on the picture, so that their numbers can be told apart.
_APART = 2


class Material:
    """A picture on its way through a network, and what a sheet has already used of it.

    The same seed gives the same choices, on any machine and with any version of Python. A network
    is refused that does not begin with a convolution that a person can compute.
    """

    def __init__(self, picture: Picture, network: Network, seed: int) -> None:
        first = find(network, "convolution of the picture")
        if first is None or first.window is None or max(first.window.kernel_size) > _WIDEST:
            raise UsageError(
                "layer {name} cannot be computed by hand: a worksheet needs a network that begins "
                "with a convolution with ReLU over one channel, from 0 to 1, at most {widest} × "
                "{widest}",
                name=network.layers[0].name,
                widest=_WIDEST,
            )
        subject = Subject(network, picture, "of the worksheet")
        self.picture, self.trace = subject.picture, subject.trace
        self.network, self.first = network, first
        self.first_window = first.window
        # Of all its methods, Random promises to keep only random() from version to version.
        self._random = random.Random(seed)
        self.used: set[Any] = set()
        self._windows: list[tuple[Box, int]] = []

    def below(self, count: int) -> int:
        """Choose a whole number from 0 to count - 1."""
        return int(self._random.random() * count)

    def is_new(self, *what: Any) -> bool:
        """Return whether something was not on this sheet yet, and remember it."""
        if what in self.used:
            return False
        self.used.add(what)
        return True

    # The layers that exercises are about

    @property
    def window_layers(self) -> list[Layer]:
        """The layers whose windows slide, as far as each reads what is before it alone."""
        found: list[Layer] = []
        before = INPUT
        for layer in self.network.layers:
            if self.network.sources(layer.name) != (before,):
                break
            if layer.window is not None:
                found.append(layer)
            before = layer.name
        return found

    @cached_property
    def pool(self) -> Layer | None:
        """The first max pooling of 2 × 2 cells side by side."""
        for layer in self.window_layers:
            window = layer.window
            if (
                (layer.family, layer.hands_on) == ("pooling", True)
                and window is not None
                and window.kernel_size == window.stride == (2, 2)
                and not any(window.margins(self.trace.input_of(layer.name).shape[:2]))
            ):
                return layer
        return None

    @cached_property
    def deep(self) -> Layer | None:
        """The first convolution with ReLU that reads many channels."""
        for layer in self.window_layers:
            relu = (layer.family, layer.activation) == ("convolution", "relu")
            if relu and self.reads_all(layer) >= _FEWEST_CHANNELS:
                return layer
        return None

    @cached_property
    def newer(self) -> Trace | None:
        """The same picture in the bundled network of newer layers; None if it cannot read it."""
        network = Network.load("blocks")
        image = self.trace.image
        return Trace(network, image) if network.input_shape == image.shape else None

    def reads_all(self, layer: Layer) -> int:
        """How many channels each filter reads; 0 if these are not all channels."""
        shape = self.network.input_of(layer.name)
        return shape[2] if len(layer.channels(shape, 0)) == shape[2] else 0

    def seen_by(self, layer: str, row: int, col: int) -> Box:
        """What a cell sees of the picture."""
        field = self.network.receptive_field(layer)
        return field.box(row, col).clip(self._size)

    # Windows of the first layer

    @cached_property
    def pixels(self) -> NDArray[Any]:
        """The pixels of every window as they are printed, (H, W, kH, kW)."""
        patches = ops.patches(self.trace.image, self.first_window).squeeze(axis=-1)
        return np.round(patches.astype(np.float64), _byhand.PIXEL)

    @cached_property
    def by_hand(self) -> NDArray[Any]:
        """What the printed numbers come to before ReLU, (H, W, filters), for searching."""
        weights = self.network.weights_of(self.first.name)
        kernels = np.round(weights["kernel"].squeeze(axis=2).astype(np.float64), _byhand.WEIGHT)
        biases = np.round(self.network.biases(self.first.name).astype(np.float64), _byhand.WEIGHT)
        return np.tensordot(self.pixels, kernels, 2) + biases

    def window(self, mask: Mask, fits: Callable[[_byhand.Window], bool]) -> _byhand.Window | None:
        """Choose a window of the first layer by chance.

        The mask (H, W, filters) says where to look. Windows apart from those on the sheet and
        filters that are not yet on it come first.
        """
        steps: dict[int, Any] = {}
        for strict in (True, False):
            places = np.argwhere(mask & self._free() if strict else mask)
            for _ in range(min(_TRIES, 4 * len(places))):
                row, col, filter = (int(n) for n in places[self.below(len(places))])
                if filter not in steps:
                    steps[filter] = self.trace.steps(self.first.name, filter)
                found = _byhand.Window(cast("ConvStep", steps[filter].at(row, col)))
                if found.agrees and fits(found) and self.is_new("window", row, col, filter):
                    self._windows.append((found.step.box, filter))
                    return found
        return None

    def _free(self) -> Mask:
        """Where a window would lie apart from the others and belong to another filter."""
        free = np.ones(self.by_hand.shape, np.bool_)
        rows, cols = len(free), len(free[0])
        for box, filter in self._windows:
            free[..., filter] = False
            at_row = [self.first_window.box(row, 0, self._size) for row in range(rows)]
            at_col = [self.first_window.box(0, col, self._size) for col in range(cols)]
            near_row = [_near(one.top, one.bottom, box.top, box.bottom) for one in at_row]
            near_col = [_near(one.left, one.right, box.left, box.right) for one in at_col]
            free[np.ix_(near_row, near_col)] = False
        return free

    @property
    def _size(self) -> tuple[int, int]:
        return self.network.input_shape[:2]

    # Cells of later layers

    def cell(self, layer: Layer, fits: Callable[[int, int, int], Any]) -> Any:
        """Choose a cell by chance: what `fits(filter, row, col)` gives, if that is not None."""
        rows, cols, filters = self.trace.activations[layer.name].shape
        for _ in range(_TRIES):
            place = self.below(filters), self.below(rows), self.below(cols)
            found = fits(*place)
            if found is not None and self.is_new(layer.name, *place):
                return found
        return None


def _near(start: int, stop: int, other_start: int, other_stop: int) -> bool:
    return start < other_stop + _APART and other_start < stop + _APART
