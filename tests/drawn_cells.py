"""What figures have drawn, asked of their artists: texts, pictures of cells, rectangles, lines."""

from __future__ import annotations

import matplotlib
import numpy as np
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from convexplain import figures
from convexplain.data import digits, examples
from convexplain.figures import _draw
from convexplain.network import Network
from convexplain.style.theme import Look

LIGHT = Look("en", "light")


def texts(figure):
    """All texts in the order in which they were written."""
    return [text for axes in figure.axes for text in axes.texts if text.get_text()]


def words(figure):
    """What they say."""
    return [text.get_text() for text in texts(figure)]


def where(figure, said):
    """The place of the only text that says this, in points: at its baseline."""
    (found,) = [text for text in texts(figure) if text.get_text() == said]
    return found.get_position()


class Cells:
    """A picture of cells: its colours, (rows, cols, 3), and where it lies in points."""

    def __init__(self, image: AxesImage) -> None:
        fine = np.asarray(image.get_array())
        self.colours = fine[:: _draw.FINE, :: _draw.FINE]
        # Every pixel of a cell has the cell's colour.
        assert (self.colours.repeat(8, 0).repeat(8, 1) == fine).all()
        self.x0, self.x1, self.y1, self.y0 = image.get_extent()
        rows, cols = self.colours.shape[:2]
        self.wide, self.high = (self.x1 - self.x0) / cols, (self.y1 - self.y0) / rows

    def box(self, row, col, rows=1, cols=1):
        """The rectangle (x0, y0, x1, y1) of some cells."""
        x, y = self.x0 + col * self.wide, self.y0 + row * self.high
        return x, y, x + cols * self.wide, y + rows * self.high


def pictures(figure, rows=None):
    """All pictures of cells, or those with so many rows; colour bars are left out."""
    images = [image for axes in figure.axes for image in axes.images]
    found = [Cells(image) for image in images if np.asarray(image.get_array()).shape[0] > 1]
    return [cells for cells in found if rows in (None, len(cells.colours))]


def in_reading_order(cells):
    """Maps of a wall, row by row."""
    return sorted(cells, key=lambda each: (round(each.y0, 2), each.x0))


def rectangles(figure, colour, *, edge=False):
    """The rectangles (x0, y0, x1, y1) of this face or edge colour."""
    wanted = np.array(matplotlib.colors.to_rgb(colour))
    found = []
    for axes in figure.axes:
        for patch in axes.patches:
            if isinstance(patch, Rectangle):
                painted = patch.get_edgecolor() if edge else patch.get_facecolor()
                if painted[3] > 0 and np.abs(np.array(painted[:3]) - wanted).max() < 1e-3:
                    x, y = patch.get_xy()
                    found.append((x, y, x + patch.get_width(), y + patch.get_height()))
    return found


def framed(figure, box, colour=None, tolerance=1.0):
    """Whether an outline of this colour, by default the accent, runs just outside a box."""
    drawn = rectangles(figure, colour or LIGHT.tokens.accent, edge=True)
    return any(all(abs(a - b) <= tolerance for a, b in zip(one, box, strict=True)) for one in drawn)


def lines(figure, colour=None):
    """The points of every line of a colour, by default the accent."""
    wanted = colour or LIGHT.tokens.accent
    return [
        line.get_xydata()
        for axes in figure.axes
        for line in axes.lines
        if matplotlib.colors.to_hex(line.get_color()).upper() == wanted.upper()
    ]


def example(name):
    """Picture (28, 28) and filter of a lesson's example, from the files themselves."""
    chosen = examples.load()[name]
    return digits.sample(chosen["sample"]).pixels[:, :, 0].astype(np.float64), chosen


def weights(layer="conv1"):
    """Kernels and biases of the shipped network, in float64."""
    stored = Network.load("cnn").weights
    return stored[f"{layer}/kernel"].astype(np.float64), stored[f"{layer}/bias"].astype(np.float64)


def drawn(name, width=figures.PAGE, lang="en", **options):
    """A figure in the light theme."""
    return figures.draw(name, Look(lang, "light"), width=width, **options)
