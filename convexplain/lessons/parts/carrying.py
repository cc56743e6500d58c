"""Many pictures on their way through a network, one of whose layers may do something else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.data import digits
from convexplain.network import Layer, Network
from convexplain.panels import Bar, Bars, Diagram, Row, Scale
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

Array = npt.NDArray[Any]
#: What a layer computes of what it reads, before its activation; None: what it always does.
Instead = Callable[[Layer, Array], Array | None]
_RIGHT = Caption(en="right of {n} digits", zh="{n} 个手写数字中认对的")


def carried(
    network: Network, pictures: Array, *, until: str = "", instead: Instead | None = None
) -> Array:
    """Carry pictures to a layer, or to the end.

    `pictures`, (N, height, width, channels). `until`: the layer whose output is returned; the last
    one's if empty.
    """
    found: dict[str, Array] = {"input": pictures}
    for layer in network.layers:
        x = network.gather(layer, found)
        before = instead(layer, x) if instead is not None else None
        if before is None:
            before = layer.before(x, network.weights_of(layer.name))
        found[layer.name] = layer.activate(before).astype(np.float32)
        if layer.name == until:
            break
    return found[layer.name]


def bundled(network: Network) -> Array | None:
    """Return all bundled digits as a network reads them; None if it reads no digits."""
    if not network.reads_digits:
        return None
    return np.stack([network.prepare(each) for each in digits.load()])


def right(network: Network, outputs: Array) -> int:
    """Count the bundled digits whose answers are right."""
    labels = np.array([each.label for each in digits.load()])
    return int((network.chosen(outputs) == labels).sum())


def right_of_all() -> Caption:
    """Name what `right` counts, and of how many."""
    return _RIGHT.fill(n=fmt.count(len(digits.load())))


def compared(counted: Mapping[str, tuple[Caption, int]]) -> Diagram:
    """Describe how many digits are read right in each of some ways, the first in colour."""
    first = next(iter(counted))
    bars = [
        Bar(name, label, n, fmt.count(n), "accent" if name == first else "ink")
        for name, (label, n) in counted.items()
    ]
    scale, title = Scale(len(digits.load())), right_of_all().capital
    return Diagram(Row(Bars("answers", bars, scale, length=20, title=title)))
