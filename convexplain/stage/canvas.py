"""The pixels that mobjects of the stage paint on."""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import cairo
import numpy as np
import numpy.typing as npt

from convexplain.stage.units import Rect, Shot, home_shot
from convexplain.style.theme import RGB, Theme

if TYPE_CHECKING:
    from collections.abc import Iterator

Pixels = npt.NDArray[np.uint8]
_EACH_CHANNEL = np.uint32(0x01010101)  # times a byte: that byte four times
_STRIP = 16_000  # pixels mixed at once: what fits into a core's cache, and needs no new memory


class Marks(NamedTuple):
    """What a mask covers, pixel by pixel, from the top: a line covers little of its box."""

    #: Counted from the mask's corner, (n,).
    rows: npt.NDArray[np.int64]
    cols: npt.NDArray[np.int64]
    #: How much of the pixel is covered, 1 to 255, in each of its four bytes, (n,).
    shares: npt.NDArray[np.uint32]


class Canvas:
    """An RGBA frame, always opaque, of which one rectangle at a time is painted.

    What is painted are places of a picture of the stage, of which the frame may show a part only:
    `paste`, `stencil`, `clip` and `context` count pixels of that picture. `pixels`, (height, width,
    4): painted in place. `theme`: gives tokens their colours. `shot`: which part of the stage is
    seen, and how large. `scale`: pixels of the picture per pixel of the stage. `frame`: all pixels
    of the frame, counted from its own corner. `clip`: what may be painted now. `context`: clipped
    likewise; its unit is one pixel of this picture. Colours go through `source`.
    """

    def __init__(self, pixels: Pixels, theme: Theme) -> None:
        self.pixels = pixels
        self.theme = theme
        height, width = pixels.shape[:2]
        self.shot = home_shot(width, height)
        self.scale = self.shot.scale
        self.frame = Rect(0, 0, width, height)
        # Whole pixels are filled, and rows of bytes mixed, many times faster than channels.
        self._words = pixels.view(np.uint32).squeeze(axis=-1)
        self._pixels = self._words.reshape(-1)
        self._bytes = pixels.reshape(height, 4 * width)
        self._background = _word(theme.rgb("background"))
        self.clip = self.shot.in_picture(self.frame)
        # Cairo keeps B, G, R, A in memory: with red and blue exchanged in `source`, it writes RGBA.
        surface = cairo.ImageSurface.create_for_data(
            pixels.data, cairo.FORMAT_ARGB32, width, height
        )
        self.context = cairo.Context(surface)
        self.context.translate(-self.shot.left, -self.shot.top)

    @contextmanager
    def within(self, rect: Rect, begun: Pixels | None = None) -> Iterator[None]:
        """Restrict painting to a rectangle of the frame, which begins as a `copy` or background."""
        with self.seen(self.shot, rect):
            if begun is None:
                self.clear()
            else:
                self._target(self.clip)[...] = begun
            yield

    @contextmanager
    def seen(self, shot: Shot, rect: Rect | None = None) -> Iterator[None]:
        """See the stage otherwise for a while, in a rectangle of the frame at most."""
        before, clip = self.shot, self.clip
        allowed = before.in_frame(clip)
        if rect is not None:
            allowed = allowed.intersection(rect)
        self.shot, self.scale, self.clip = shot, shot.scale, shot.in_picture(allowed)
        self.context.save()
        self.context.translate(before.left - shot.left, before.top - shot.top)
        left, top, right, bottom = self.clip
        self.context.rectangle(left, top, max(0, right - left), max(0, bottom - top))
        self.context.clip()
        try:
            yield
        finally:
            self.context.restore()
            self.shot, self.scale, self.clip = before, before.scale, clip

    def clear(self) -> None:
        """Fill what may be painted with background."""
        if self.clip.empty:
            return
        left, top, right, bottom = self.shot.in_frame(self.clip)
        self._words[top:bottom, left:right] = self._background

    def copy(self) -> Pixels:
        """Return what is there now of what may be painted, for `fade` and `within`."""
        return self._target(self.clip).copy()

    def fade(self, picture: Pixels, share: float) -> None:
        """Lay a `copy` over what has been painted since, to a share of 0 to 1."""
        for part, rows, _ in strips(self.clip, self.clip.left, self.clip.top):
            self._lay(part, picture[rows], share)

    def colour(self, token: str | RGB) -> RGB:
        """Return the colour of a token of the theme, or the triple that is given."""
        return self.theme.rgb(token) if isinstance(token, str) else token

    def source(self, token: str | RGB, opacity: float = 1.0) -> None:
        """Set the colour that cairo paints with."""
        red, green, blue = (channel / 255 for channel in self.colour(token))
        self.context.set_source_rgba(blue, green, red, opacity)

    def paste(self, picture: Pixels, left: int, top: int, opacity: float = 1.0) -> None:
        """Lay an opaque picture onto the canvas.

        `picture`, (height, width, 4): its fourth channel is 255. `left` and `top`: where its corner
        lies. `opacity`: 0 leaves what is there, 1 covers it.
        """
        place = Rect(left, top, left + picture.shape[1], top + picture.shape[0])
        here = place.intersection(self.clip)
        if here.empty or opacity <= 0:
            return
        if opacity < 1:
            for part, rows, cols in strips(here, left, top):
                over = picture[rows, cols]
                self._lay(part, over.reshape(len(over), -1), opacity)
        else:
            x0, y0, x1, y1 = self.shot.in_frame(here)
            over = picture[here.top - top : here.bottom - top, here.left - left : here.right - left]
            self._words[y0:y1, x0:x1] = over.view(np.uint32).squeeze(axis=-1)

    def fill(self, place: Rect, colour: RGB, opacity: float = 1.0) -> None:
        """Fill a rectangle of the picture with one colour."""
        here = place.intersection(self.clip)
        if here.empty or opacity <= 0:
            return
        if opacity < 1:
            for part, _, _ in strips(here, here.left, here.top):
                self._lay(part, _row(colour, part), opacity)
        else:
            left, top, right, bottom = self.shot.in_frame(here)
            self._words[top:bottom, left:right] = _word(colour)

    def _target(self, place: Rect) -> Pixels:
        """Return the bytes of a part of the picture, (height, 4 * width)."""
        left, top, right, bottom = self.shot.in_frame(place)
        return self._bytes[top:bottom, 4 * left : 4 * right]

    def _lay(self, place: Rect, over: Pixels, share: float) -> None:
        target = self._target(place)
        target[...] = mix(target, over, np.float32(share))

    def stencil(self, mask: Pixels, left: int, top: int, colour: RGB, opacity: float = 1.0) -> None:
        """Paint a colour through a mask, as text is painted.

        `mask`, (height, width): 255 where the colour covers. `left` and `top`: where its corner
        lies. `colour`: sRGB. `opacity`: of the whole, 0 to 1.
        """
        place = Rect(left, top, left + mask.shape[1], top + mask.shape[0])
        here = place.intersection(self.clip)
        if here.empty or opacity <= 0:
            return
        for part, rows, cols in strips(here, left, top):
            self._mix(part, _row(colour, part), mask[rows, cols] * _EACH_CHANNEL, opacity)

    def draw(self, marks: Marks, left: int, top: int, colour: RGB, opacity: float = 1.0) -> None:
        """Paint a colour through a mask of which few pixels cover anything, as `stencil` does.

        `left` and `top`: where the mask's corner lies. `colour`: sRGB. `opacity`: of the whole, 0
        to 1.
        """
        if opacity <= 0:
            return
        first, last = marks.rows.searchsorted((self.clip.top - top, self.clip.bottom - top))
        rows, cols, share = (part[first:last] for part in marks)
        within = (cols >= self.clip.left - left) & (cols < self.clip.right - left)
        if not within.all():
            rows, cols, share = rows[within], cols[within], share[within]
        if len(rows) == 0:
            return
        width = self.frame.right
        where = rows * width
        where += cols
        where += (top - self.shot.top) * width + left - self.shot.left
        under = self._pixels.take(where).view(np.uint8)
        over = np.full(len(where), _word(colour)).view(np.uint8)
        self._pixels[where] = _through(under, over, share.view(np.uint8), opacity).view(np.uint32)

    def glaze(self, glass: cairo.ImageSurface, left: int, top: int, opacity: float = 1.0) -> None:
        """Lay pixels over what is there, each as much as its alpha says.

        `glass`: as `pane` makes it. `left` and `top`: where its corner lies. `opacity`: of the
        whole, 0 to 1.
        """
        self.context.set_source_surface(glass, left, top)
        if opacity < 1:
            self.context.paint_with_alpha(opacity)
        else:
            self.context.paint()

    def _mix(
        self, place: Rect, over: Pixels, share: npt.NDArray[np.uint32], opacity: float
    ) -> None:
        """Lay something over what is there, each of the four bytes of a pixel to its own share."""
        target = self._target(place)
        target[...] = _through(target, over, share.view(np.uint8), opacity)


def _through(under: Pixels, over: Pixels, share: Pixels, opacity: float) -> Pixels:
    """Blend bytes, each to its own share of 255ths, and all of them to a share of 1."""
    if opacity < 1:
        return mix(under, over, share * np.float32(opacity / 255))
    return cover(under, over, share)


def strips(place: Rect, left: int, top: int) -> Iterator[tuple[Rect, slice, slice]]:
    """Cut a rectangle into strips, each with its rows and columns in what begins at a corner."""
    cols = slice(place.left - left, place.right - left)
    step = max(1, _STRIP // max(1, place.right - place.left))
    for start in range(place.top, place.bottom, step):
        end = min(start + step, place.bottom)
        yield Rect(place.left, start, place.right, end), slice(start - top, end - top), cols


@lru_cache(maxsize=64)
def _word(colour: RGB) -> np.uint32:
    """Return an opaque pixel as one number."""
    return np.uint32(np.array([*colour, 255], np.uint8).view(np.uint32)[0])


def _row(colour: RGB, place: Rect) -> Pixels:
    """Return the bytes of a row of opaque pixels, as wide as a rectangle."""
    return np.full(place.right - place.left, _word(colour)).view(np.uint8)


def mix(
    under: npt.NDArray[np.uint8],
    over: npt.ArrayLike,
    share: float | np.float32 | npt.NDArray[np.float32],
) -> npt.NDArray[np.uint8]:
    """Blend two pictures.

    `under`: what is there. `over`: what is laid on it; broadcasts against `under`. `share`: 0 keeps
    what is there, 1 covers it. Result: rounded to the nearest level.
    """
    below = under.astype(np.float32)
    blended = np.asarray(over, dtype=np.float32) - below
    blended *= share
    blended += below
    blended += np.float32(0.5)
    return blended.astype(np.uint8)


def cover(under: Pixels, over: Pixels, share: Pixels) -> Pixels:
    """Blend two pictures in whole numbers: to the bit what `mix` gives for shares of 255ths.

    `under` and `over`: what is there, and what is laid on it; they broadcast against each other.
    `share`: 0 keeps what is there, 255 covers it. Result: rounded to the nearest level.
    """
    blended = np.multiply(under, 255 - share, dtype=np.uint16)
    blended += np.multiply(over, share, dtype=np.uint16)
    blended += np.uint16(128)
    # Divided by 255: exact for all that two bytes hold here (Blinn, "Three wrongs make a right").
    blended += blended >> 8
    blended >>= 8
    return blended.astype(np.uint8)


def tinted(colours: Pixels, alpha: Pixels) -> npt.NDArray[np.uint32]:
    """Return RGBA pixels whose colours are multiplied with their alpha, for `pane`.

    `colours`, (height, width, 3). `alpha`, (height, width): how much of what is below is covered.
    """
    pixels = np.empty((*alpha.shape, 4), np.uint8)
    pixels[..., :3] = cover(np.zeros_like(colours), colours, alpha[..., None])
    pixels[..., 3] = alpha
    return pixels.view(np.uint32).squeeze(axis=-1)


def pane(glass: npt.NDArray[np.uint32]) -> cairo.ImageSurface:
    """Return pixels, as `tinted` makes them, for `Canvas.glaze`."""
    height, width = glass.shape
    return cairo.ImageSurface.create_for_data(glass.data, cairo.FORMAT_ARGB32, width, height)


def marks(mask: Pixels) -> Marks:
    """Return what a mask, uint8 of shape (height, width), covers."""
    flat = mask.ravel()
    where = (flat != 0).nonzero()[0]
    rows, cols = np.divmod(where, mask.shape[1])
    return Marks(rows, cols, flat.take(where) * _EACH_CHANNEL)


def coverage(surface: cairo.ImageSurface) -> Pixels:
    """Copy what was drawn onto a surface of cairo's format A8.

    `surface`: of format A8. Result, (height, width): 255 where it is covered.
    """
    surface.flush()
    height, width = surface.get_height(), surface.get_width()
    rows = np.frombuffer(surface.get_data(), np.uint8).reshape(height, surface.get_stride())
    return rows[:, :width].copy()
