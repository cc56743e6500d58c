"""Text on the stage, drawn from the outlines of the bundled fonts: sharp at every size.

No system font, font cache or shaping library of the machine is asked, so a video looks the same
everywhere, and a character that the fonts lack is an error, not a white box.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import cairo
import numpy as np

from convexplain.stage.canvas import Canvas, Pixels, coverage
from convexplain.stage.mobject import StageMobject, State
from convexplain.stage.rasters import kept
from convexplain.stage.units import PER_UNIT, Rect, from_scene
from convexplain.style import fonts
from convexplain.style.theme import RGB

Anchor = Literal["left", "centre", "right"]

# Text lands on quarters of a pixel: finer steps cannot be seen, and coarser ones shake.
_STEPS = 4


@kept
def mask(text: str, size: float, weight: str, fraction: int) -> tuple[Pixels, int, int]:
    """Rasterise one line of text.

    `text`: characters of the bundled fonts. `size`: font size in pixels. `weight`, "regular" or
    "bold": which of the fonts. `fraction`: quarters of a pixel by which the text begins right of a
    whole pixel. `mask`, (height, width): coverage, 0 to 255. `left, top`: of its corner, from the
    start of the baseline.
    """
    vertices, codes, _ = fonts.outline(text, weight)
    if len(vertices) == 0:
        return np.zeros((0, 0), np.uint8), 0, 0
    x = vertices[:, 0] * size + fraction / _STEPS
    y = -vertices[:, 1] * size
    left, top = int(np.floor(x.min())) - 1, int(np.floor(y.min())) - 1
    width, height = int(np.ceil(x.max())) + 1 - left, int(np.ceil(y.max())) + 1 - top
    surface = cairo.ImageSurface(cairo.FORMAT_A8, width, height)
    context = cairo.Context(surface)
    _trace(context, x - left, y - top, codes)
    context.set_source_rgba(1, 1, 1, 1)
    context.fill()
    return coverage(surface), left, top


def _trace(
    context: cairo.Context[cairo.ImageSurface],
    x: np.ndarray[tuple[int], np.dtype[np.float64]],
    y: np.ndarray[tuple[int], np.dtype[np.float64]],
    codes: np.ndarray[tuple[int], np.dtype[np.uint8]],
) -> None:
    """Walk along an outline given in matplotlib's path codes."""
    i, n = 0, len(codes)
    while i < n:
        code = codes[i]
        if code == 1:
            context.move_to(x[i], y[i])
        elif code == 2:
            context.line_to(x[i], y[i])
        elif code == 3:
            # A quadratic curve as the cubic one that runs the same way.
            x0, y0 = context.get_current_point()
            context.curve_to(
                x0 + 2 / 3 * (x[i] - x0),
                y0 + 2 / 3 * (y[i] - y0),
                x[i + 1] + 2 / 3 * (x[i] - x[i + 1]),
                y[i + 1] + 2 / 3 * (y[i] - y[i + 1]),
                x[i + 1],
                y[i + 1],
            )
            i += 1
        elif code == 4:
            context.curve_to(x[i], y[i], x[i + 1], y[i + 1], x[i + 2], y[i + 2])
            i += 2
        else:
            context.close_path()
        i += 1


def width_of(text: str, size: float, weight: str = "regular") -> float:
    """Return how wide a line of text is, in the unit of `size`."""
    return fonts.advance(text, weight) * size


def write(
    canvas: Canvas,
    text: str,
    x: float,
    y: float,
    size: float,
    *,
    colour: str | RGB = "ink",
    weight: str = "regular",
    anchor: Anchor = "left",
    opacity: float = 1.0,
) -> None:
    """Write one line onto a canvas.

    `canvas`: where to. `text`: what. `x` and `y`: anchor, and the middle of the capital letters, in
    pixels of the stage. `size`: font size in pixels of the stage. `colour`: a token of the theme,
    or sRGB. `weight`, "regular" or "bold": which of the fonts. `anchor`, "left", "centre" or
    "right": which point of the line lies at x. `opacity`: 0 to 1.
    """
    if not text:
        return
    start = x - {"left": 0.0, "centre": 0.5, "right": 1.0}[anchor] * width_of(text, size, weight)
    baseline = y + fonts.metrics(weight).cap_height / 2 * size
    quarters = round(start * canvas.scale * _STEPS)
    whole, fraction = divmod(quarters, _STEPS)
    glyphs, left, top = mask(text, size * canvas.scale, weight, fraction)
    canvas.stencil(
        glyphs,
        whole + left,
        round(baseline * canvas.scale) + top,
        canvas.colour(colour),
        opacity,
    )


class Label(StageMobject):
    """One line of text.

    Parameters
    ----------
    text : str
        May be changed at any time.
    x, y : float
        Anchor, and the middle of the capital letters, in pixels of the stage.
    size : float
        Font size in pixels of the stage; 24 is the smallest that can be read.
    colour : str
        Token of the theme.
    weight : {"regular", "bold"}
        Which of the fonts.
    anchor : {"left", "centre", "right"}
        Which point of the line stays at x when the text changes.
    """

    animated: ClassVar[tuple[str, ...]] = ("opacity",)

    def __init__(
        self,
        text: str,
        x: float,
        y: float,
        size: float = 28,
        *,
        colour: str = "ink",
        weight: str = "regular",
        anchor: Anchor = "left",
        opacity: float = 1.0,
    ) -> None:
        fonts.require(text)
        self.text = text
        self.size = size
        self.colour = colour
        self.weight = weight
        self.anchor = anchor
        width = width_of(text, size, weight)
        start = x - {"left": 0.0, "centre": 0.5, "right": 1.0}[anchor] * width
        half = size / 2
        super().__init__(
            [(start, y - half), (start + width, y - half), (start, y + half)], opacity=opacity
        )
        self._width = width

    def say(self, text: str) -> Label:
        """Change the text; the anchor stays where it is."""
        if text != self.text:
            x, y = self.anchor_place()
            share = {"left": 0.0, "centre": 0.5, "right": 1.0}[self.anchor]
            width, half = width_of(text, self.drawn_size(), self.weight), self.drawn_size() / 2
            start = x - share * width
            self.text = text
            self._width = width_of(text, self.size, self.weight)
            self.places = [(start, y - half), (start + width, y - half), (start, y + half)]
        return self

    def drawn_size(self) -> float:
        """Return the font size in pixels of the stage, after Manim may have scaled it."""
        return float(self.points[0, 1] - self.points[2, 1]) * PER_UNIT

    def anchor_place(self) -> tuple[float, float]:
        """Return where the anchor lies, in pixels of the stage."""
        corners = from_scene(self.points)
        left, right = corners[0, 0], corners[1, 0]
        share = {"left": 0.0, "centre": 0.5, "right": 1.0}[self.anchor]
        return float(left + share * (right - left)), float((corners[0, 1] + corners[2, 1]) / 2)

    def state(self) -> State:
        """Return all that its looks depend on."""
        return (*super().state(), self.text, self.colour)

    def reach(self) -> float:
        """Accents and overhanging strokes stay within a quarter of the font size."""
        return self.size / 4

    def paint(self, canvas: Canvas) -> None:
        """Write the line."""
        x, y = self.anchor_place()
        write(
            canvas,
            self.text,
            x,
            y,
            self.drawn_size(),
            colour=self.colour,
            weight=self.weight,
            anchor=self.anchor,
            opacity=self.opacity,
        )

    def ink_box(self, scale: float = 1.0) -> Rect:
        """Return the pixels that the glyphs themselves cover, for layout tests."""
        x, y = self.anchor_place()
        share = {"left": 0.0, "centre": 0.5, "right": 1.0}[self.anchor]
        size = self.drawn_size()
        glyphs, left, top = mask(self.text, size * scale, self.weight, 0)
        start = (x - share * width_of(self.text, size, self.weight)) * scale
        baseline = (y + fonts.metrics(self.weight).cap_height / 2 * size) * scale
        return Rect(
            int(start) + left,
            int(baseline) + top,
            int(start) + left + glyphs.shape[1],
            int(baseline) + top + glyphs.shape[0],
        )
