"""Feature maps as small pictures with one colour scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from convexplain.errors import UsageError, choose
from convexplain.network import Trace
from convexplain.notebook import _html
from convexplain.notebook import _words as words
from convexplain.style import format as fmt
from convexplain.style.theme import Look

# Widths in CSS pixels of one map among many, and alone.
_SMALL, _LARGE = 78, 280


@dataclass(frozen=True, eq=False)
class FeatureMaps:
    """Maps of one layer for one picture; a notebook shows them in colours.

    Parameters
    ----------
    layer : str
        The layer's name.
    values : ndarray, (H, W, N)
        The maps.
    filters : tuple of int
        Which filter, or channel, each of the N is; counted from 0.
    limit : float
        End of the colour scale: the largest ``|value|`` of the layer; of a pooling, that of the
        layer it reads, so that a number keeps its colour.
    """

    layer: str
    values: npt.NDArray[np.float32]
    filters: tuple[int, ...]
    limit: float

    def text(self, lang: str = "en") -> str:
        """Return what they are and where the largest value is."""
        height, width, count = self.values.shape
        place = np.unravel_index(np.argmax(self.values), self.values.shape)
        row, col, index = (int(n) for n in place)
        if count == 1:
            head = words.MAP.fill(
                layer=self.layer, filter=self.filters[0], height=height, width=width
            )
        else:
            head = words.MAPS.fill(layer=self.layer, n=count, height=height, width=width)
        largest = words.LARGEST.fill(
            v=fmt.number(self.values[row, col, index]),
            filter=self.filters[index],
            row=row,
            col=col,
        )
        return f"{head.text(lang)}\n{largest.text(lang)}"

    def html(self, look: Look) -> str:
        """Show every map, with its number, and the colour scale."""
        height, width, count = self.values.shape
        scale = max((_LARGE if count == 1 else _SMALL) // max(height, width), 1)
        colours = look.tokens.signed(self.values, self.limit)
        shown = []
        for index, number in enumerate(self.filters):
            values = self.values[..., index]
            row, col = (int(n) for n in np.unravel_index(np.argmax(values), values.shape))
            alternative = words.MAP_ALT.fill(
                filter=number,
                low=fmt.number(values.min()),
                high=fmt.number(values.max()),
                row=row,
                col=col,
            ).text(look.lang)
            drawn = _html.picture(colours[:, :, index], alternative, scale=scale)
            label = f'<div style="color:{look.tokens.muted};font-size:12px">{number}</div>'
            shown.append(f'<div style="text-align:center">{drawn}{label}</div>')
        first, second = self.text(look.lang).splitlines()
        return _html.card(
            look,
            _html.heading(first),
            _html.line(look, second, weak=True),
            _html.beside(*shown),
            _html.colour_bar(look, self.limit, signed=bool((self.values < 0).any())),
        )


def maps(
    trace: Trace, layer: str, filter: int | None = None, *, before: bool = False
) -> FeatureMaps:
    """Take the maps of a layer, to be shown.

    Parameters
    ----------
    trace : Trace
    layer : str
        Such as "conv1".
    filter : int, optional
        One map alone, counted from 0; all if None.
    before : bool
        Before the activation.

    Raises
    ------
    UsageError
        There is no such layer or filter, or the layer has no maps.
    """
    spec = trace.network.layer(layer)
    values = trace.before(layer) if before else trace.activations[layer]
    if values.ndim != 3:
        names = [name for name, array in trace.activations.items() if array.ndim == 3]
        raise UsageError(
            "layer {layer} is a vector and has no maps: {choice}",
            layer=layer,
            choice=choose(layer, names),
        )
    trace.check(spec, filter or 0)
    scaled = values
    source = trace.layer_before(spec)
    if spec.family == "pooling" and source is not None:
        scaled = trace.activations[source.name]
    filters = tuple(range(values.shape[2])) if filter is None else (filter,)
    return FeatureMaps(layer, values[..., filters], filters, float(np.abs(scaled).max()))
