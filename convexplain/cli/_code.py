"""One cell as a few lines to run, in NumPy, Keras or PyTorch: they print the screen's number."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from convexplain.lessons.parts.subject import mode_for

if TYPE_CHECKING:
    from convexplain.cli._cell import Cell
    from convexplain.network.layers.layer import Dialect


def code(cell: Cell, dialect: Dialect, file: str | None = None) -> str:
    """Write the lines that compute a cell of a convolution or pooling layer.

    In Keras and PyTorch the whole layer is computed in float64: in float32 its last digits depend
    on the machine. `file` is where the picture was read from, if it is not a bundled one.
    """
    imports = {
        "numpy": ["import numpy as np"],
        "keras": ["import keras", "import numpy as np"],
        "torch": ["import numpy as np", "import torch", "from torch.nn import functional"],
    }
    shape = cell.trace.network.input_of(cell.layer.name)
    lines = cell.layer.code(dialect, shape, (cell.row, cell.col, cell.filter))
    return "\n".join([*imports[dialect], *_beginning(cell, file), *lines])


def _beginning(cell: Cell, file: str | None) -> list[str]:
    """Load the network, and what the layer reads of the picture."""
    origin = cell.about.picture.origin
    name, _, number = origin.rpartition(" ")
    if name == "bundled digit":
        imports, picture = "Network, Trace, digits", f"digits.sample({number})"
    else:
        mode = mode_for(cell.trace.network)
        how = "" if mode == "digit" else f', mode="{mode}"'
        imports, picture = "Network, Trace, load_image", f"load_image({_quoted(file)}{how})"
    shape = cell.trace.input_of(cell.layer.name).shape
    as_it_is = cell.about.picture is cell.about.given and cell.about.recipe.plain
    read = f"{picture}.pixels" if as_it_is else f"network.prepare({picture})"
    return [
        f"from convexplain import {imports}",
        "",
        f"network = Network.load({_quoted(cell.about.model)})",
        f'x = Trace(network, {read}).input_of("{cell.layer.name}")  # {shape}',
    ]


def _quoted(text: str | None) -> str:
    """Write a text as JSON does, which Python reads alike."""
    return json.dumps(text, ensure_ascii=False)
