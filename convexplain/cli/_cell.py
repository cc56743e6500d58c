"""One cell of a layer's output, as ``step`` and ``pixel`` are asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from convexplain.style.captions import Caption
from convexplain.style.format import MINUS

if TYPE_CHECKING:
    from convexplain.data.pictures import Picture
    from convexplain.lessons.parts.subject import Subject
    from convexplain.network import Layer, Trace

_CHOSEN = Caption(
    en="The largest value of {what}: --filter and --at choose another.",
    zh="这是{what}的最大值：用 --filter 和 --at 另选。",
)
_OF_LAYER = Caption(en="the layer", zh="该层")
_OF_FILTER = Caption(en="filter {n}", zh="过滤器 {n} ")
_OF_PLACE = Caption(en="row {row}, column {col}", zh="行 {row}、列 {col} ")


@dataclass(frozen=True)
class Cell:
    """A cell, and what it was computed from; in a vector, row and column are 0."""

    about: Subject
    layer: Layer
    filter: int
    row: int
    col: int
    chosen: Caption | None  # how it was chosen, if it was not asked for completely

    @property
    def trace(self) -> Trace:
        """The picture on its way through the network."""
        return self.about.trace

    @property
    def place(self) -> str:
        """The cell as numpy would index it: "conv1[10, 12, 7]"."""
        return f"{self.layer.name}[{self.row}, {self.col}, {self.filter}]"

    def subject(self, lang: str) -> str:
        """Return whose cell it is: picture, network and layer."""
        about = Caption(
            en="{picture}{label} in {model}, {layer}", zh="{picture}{label}，{model}，{layer}"
        )
        label: Caption | str = ""
        if self.about.label is not None:
            name = self.about.network.class_name(self.about.label)
            label = Caption(en=" ({n})", zh="（{n}）").fill(n=name)
        filled = about.fill(
            picture=origin(self.about.picture),
            label=label,
            model=self.about.model,
            layer=self.layer.name,
        )
        return filled.text(lang)

    def to_dict(self) -> dict[str, Any]:
        """Return the same for programs."""
        return {
            "model": self.about.model,
            "picture": {"origin": self.about.picture.origin, "label": self.about.label},
            "layer": self.layer.name,
        }


def exact(value: float) -> str:
    """Write a float32 with as many digits as tell it from its neighbours."""
    return str(np.float32(value)).replace("-", MINUS)


def origin(picture: Picture) -> Caption | str:
    """Where a picture came from, in both languages if it is a bundled digit."""
    text = picture.origin
    name, _, number = text.rpartition(" ")
    if name != "bundled digit":
        return text
    return Caption(en="bundled digit {n}", zh="内置手写数字 {n}").fill(n=number)


def find(
    about: Subject,
    layer: Layer,
    filter: int | None,
    at: tuple[int, int] | None,
) -> Cell:
    """Find the cell asked for; what was left open is settled by the largest activation."""
    from convexplain.network.layers import as_map

    row, col = at or (0, 0)
    trace = about.trace
    trace.check(layer, filter or 0, row, col)
    values = as_map(trace.activations[layer.name])
    rows, cols, filters = (
        slice(None) if fixed is None else slice(fixed, fixed + 1)
        for fixed in (at and row, at and col, filter)
    )
    open_to = values[rows, cols, filters]
    place = np.unravel_index(np.argmax(open_to), open_to.shape)
    found = [
        int(i) + (part.start or 0) for i, part in zip(place, (rows, cols, filters), strict=True)
    ]
    chosen = None
    if filter is None or at is None:
        what = _OF_LAYER
        if filter is not None:
            what = _OF_FILTER.fill(n=filter)
        elif at is not None:
            what = _OF_PLACE.fill(row=row, col=col)
        chosen = _CHOSEN.fill(what=what)
    return Cell(about, layer, found[2], found[0], found[1], chosen)


def layer_of(trace: Trace, name: str | None, *, last: bool = False) -> Layer:
    """Find a layer by its name; without one the first (or the last) convolution layer.

    Of a network without convolutions it is the first (or the last) layer.
    """
    if name is not None:
        return trace.network.layer(name)
    layers = trace.network.layers
    convolutions = [layer for layer in layers if layer.family == "convolution"] or layers
    return convolutions[-1 if last else 0]
