"""What the colour of a cell means: a value between the ends of a named scale."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from convexplain.style import format as fmt
from convexplain.style.captions import Caption
from convexplain.style.theme import Theme

Colours = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Scale:
    """How values become colours.

    Parameters
    ----------
    limit : float, optional
        The end of the diverging scale, ``max |x|``. None: values are a picture's, 0 to 1, gray
        or, with three channels, red, green and blue.
    name : Caption, optional
        What the scale measures; a legend shows it.
    signed : bool
        Whether it begins at ``-limit``; at 0 otherwise, as a map after ReLU does.
    counts : bool
        Whether it measures whole numbers, which are printed so.
    light : bool
        Whether a picture's 1, or the limit, is light in every theme, as in one channel of a
        photograph.
    pen : bool
        Whether it runs from the theme's paper to its pen, as a picture's ink does, up to the limit.
    ends : (Caption or str, Caption or str), optional
        What a legend says at its ends, where that is not their numbers.
    floor : float
        Any number but 0 is coloured at least as this share of the limit is, so that it is told
        from 0: a legend shows the step.

    Examples
    --------
    >>> from convexplain.style.theme import DARK
    >>> Scale(2.0).colours([[2.0]], DARK).tolist() == [[list(DARK.rgb("positive"))]]
    True
    """

    limit: float | None = None
    name: Caption | None = None
    signed: bool = True
    counts: bool = False
    light: bool = False
    pen: bool = False
    ends: tuple[Caption | str, Caption | str] | None = None
    floor: float = 0.0

    def text(self, value: float) -> str:
        """Print a value as it is read on the scale."""
        if self.counts:
            return fmt.count(round(value))
        # The end of a small scale shows two digits that are not zero.
        least = 1 - math.floor(math.log10(self.limit)) if self.limit else 2
        return fmt.number(value, max(2, least))

    @property
    def least(self) -> float:
        """The value at which it begins."""
        return -self.limit if self.limit is not None and self.signed else 0.0

    @property
    def most(self) -> float:
        """The value at which it ends."""
        return 1.0 if self.limit is None else self.limit

    def colours(self, values: npt.ArrayLike, theme: Theme) -> Colours:
        """Colour values.

        Parameters
        ----------
        values : array_like of float, shape (rows, cols) or (rows, cols, 3)
        theme : Theme

        Returns
        -------
        numpy.ndarray of uint8, shape (rows, cols, 3)
            sRGB.
        """
        data = np.asarray(values, dtype=np.float64)
        if data.ndim == 3:
            # A photograph's colours are its own: no theme turns them.
            return np.asarray(np.floor(255 * data.clip(0, 1) + 0.5), dtype=np.uint8)
        if self.light:
            return self.colours(np.repeat(data[..., np.newaxis], 3, axis=-1) / self.most, theme)
        if self.limit is None or self.pen:
            return theme.picture(data / self.most)
        return theme.signed(data.clip(-self.limit, self.limit), self.limit, self.floor)


#: Pixels: 0 is paper, 1 is ink, or light in a photograph.
INK = Scale()
#: One channel of a photograph.
LIGHT = Scale(light=True)
