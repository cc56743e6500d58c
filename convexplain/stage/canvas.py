"""The pixels that mobjects of the stage paint on."""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

import cairo
import numpy as np
import numpy.typing as npt

from convexplain.stage.units import Rect, Shot, home_shot
from convexplain.style.theme import RGB, Theme

if TYPE_CHECKING:
    from collections.abc import Iterator

Pixels = npt.NDArray[np.uint8]
#: Four numbers of float32 for each pixel, kept as one, so that whole pixels are taken at once.
Quads = npt.NDArray[np.complex128]
_EACH_CHANNEL = np.uint32(0x01010101)  # times a byte: that byte four times


class Canvas:
    """An RGBA frame, always opaque, of which one rectangle at a time is painted.

    What is painted are places of a picture of the stage, of which the frame may show a part only:
    `paste`, `stencil`, `clip` and `context` count pixels of that picture.

    Parameters
    ----------
    pixels : numpy.ndarray of uint8, shape (height, width, 4)
        Painted in place.
    theme : Theme
        Gives tokens their colours.

    Attributes
    ----------
    shot : Shot
        Which part of the stage is seen, and how large.
    frame : Rect
        All pixels of the frame, counted from its own corner.
    clip : Rect
        What may be painted now.
    context : cairo.Context
        Clipped likewise; its unit is one pixel of this picture. Colours go through `source`.
    """

    def __init__(self, pixels: Pixels, theme: Theme) -> None:
        self.pixels = pixels
        self.theme = theme
        height, width = pixels.shape[:2]
        self.shot = home_shot(width, height)
        self.frame = Rect(0, 0, width, height)
        # Whole pixels are filled, and rows of bytes mixed, many times faster than channels.
        self._words = pixels.view(np.uint32).squeeze(axis=-1)
        self._bytes = pixels.reshape(height, 4 * width)
        self._background = _word(theme.rgb("background"))
        self.clip = self.shot.in_picture(self.frame)
        # Cairo keeps B, G, R, A in memory: with red and blue exchanged in `source`, it writes RGBA.
        surface = cairo.ImageSurface.create_for_data(
            pixels.data, cairo.FORMAT_ARGB32, width, height
        )
        self.context = cairo.Context(surface)
        self.context.translate(-self.shot.left, -self.shot.top)

    @property
    def scale(self) -> float:
        """Pixels of the picture per pixel of the stage."""
        return self.shot.scale

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
        self.shot, self.clip = shot, shot.in_picture(allowed)
        self.context.save()
        self.context.translate(before.left - shot.left, before.top - shot.top)
        left, top, right, bottom = self.clip
        self.context.rectangle(left, top, max(0, right - left), max(0, bottom - top))
        self.context.clip()
        try:
            yield
        finally:
            self.context.restore()
            self.shot, self.clip = before, clip

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
        target = self._target(self.clip)
        target[...] = mix(target, picture, np.float32(share))

    def colour(self, token: str | RGB) -> RGB:
        """Return the colour of a token of the theme, or the triple that is given."""
        return self.theme.rgb(token) if isinstance(token, str) else token

    def source(self, token: str | RGB, opacity: float = 1.0) -> None:
        """Set the colour that cairo paints with."""
        red, green, blue = (channel / 255 for channel in self.colour(token))
        self.context.set_source_rgba(blue, green, red, opacity)

    def paste(self, picture: Pixels, left: int, top: int, opacity: float = 1.0) -> None:
        """Lay an opaque picture onto the canvas.

        Parameters
        ----------
        picture : numpy.ndarray of uint8, shape (height, width, 4)
            Its fourth channel is 255.
        left, top : int
            Where its corner lies.
        opacity : float
            0 leaves what is there, 1 covers it.
        """
        place = Rect(left, top, left + picture.shape[1], top + picture.shape[0])
        here = place.intersection(self.clip)
        if here.empty or opacity <= 0:
            return
        part = picture[here.top - top : here.bottom - top, here.left - left : here.right - left]
        if opacity < 1:
            target = self._target(here)
            target[...] = mix(target, part.reshape(target.shape), np.float32(opacity))
        else:
            x0, y0, x1, y1 = self.shot.in_frame(here)
            self._words[y0:y1, x0:x1] = part.view(np.uint32).squeeze(axis=-1)

    def fill(self, place: Rect, colour: RGB, opacity: float = 1.0) -> None:
        """Fill a rectangle of the picture with one colour."""
        here = place.intersection(self.clip)
        if here.empty or opacity <= 0:
            return
        if opacity < 1:
            target = self._target(here)
            target[...] = mix(target, _row(colour, here), np.float32(opacity))
        else:
            left, top, right, bottom = self.shot.in_frame(here)
            self._words[top:bottom, left:right] = _word(colour)

    def _target(self, place: Rect) -> Pixels:
        """Return the bytes of a part of the picture, (height, 4 * width)."""
        left, top, right, bottom = self.shot.in_frame(place)
        return self._bytes[top:bottom, 4 * left : 4 * right]

    def stencil(self, mask: Pixels, left: int, top: int, colour: RGB, opacity: float = 1.0) -> None:
        """Paint a colour through a mask, as text is painted.

        Parameters
        ----------
        mask : numpy.ndarray of uint8, shape (height, width)
            255 where the colour covers.
        left, top : int
            Where its corner lies.
        colour : (int, int, int)
            sRGB.
        opacity : float
            Of the whole, 0 to 1.
        """
        place = Rect(left, top, left + mask.shape[1], top + mask.shape[0])
        here = place.intersection(self.clip)
        if here.empty or opacity <= 0:
            return
        target = self._target(here)
        part = mask[here.top - top : here.bottom - top, here.left - left : here.right - left]
        # A share for each byte, so that all of a row is mixed at once.
        share = (part * _EACH_CHANNEL).view(np.uint8).astype(np.float32)
        share *= np.float32(opacity / 255)
        target[...] = mix(target, _row(colour, here), share)

    def glaze(self, over: Quads, share: Quads, place: Rect) -> None:
        """Lay a picture over a rectangle within the clip, each pixel to a share of its own."""
        target = self._target(place)
        target[...] = mix(target, over.view(np.float32), share.view(np.float32))


def quads(channels: npt.ArrayLike, alpha: float | None = None) -> Quads:
    """Return the channels of pixels, float32 of shape (..., 4) or (..., 3) and an alpha, as one."""
    values = np.array(channels, np.float32)
    if alpha is not None:
        values = np.concatenate([values, np.full_like(values[..., :1], alpha)], axis=-1)
    return values.view(np.complex128).squeeze(axis=-1)


@lru_cache(maxsize=64)
def _word(colour: RGB) -> np.uint32:
    """Return an opaque pixel as one number."""
    return np.uint32(np.array([*colour, 255], np.uint8).view(np.uint32)[0])


def _row(colour: RGB, place: Rect) -> npt.NDArray[np.float32]:
    """Return the bytes of a row of opaque pixels, as wide as a rectangle."""
    return np.tile(np.array([*colour, 255], np.float32), place.right - place.left)


def mix(
    under: npt.NDArray[np.uint8],
    over: npt.ArrayLike,
    share: float | np.float32 | npt.NDArray[np.float32],
) -> npt.NDArray[np.uint8]:
    """Blend two pictures.

    Parameters
    ----------
    under : numpy.ndarray of uint8
        What is there.
    over : array_like
        What is laid on it; broadcasts against `under`.
    share : float or numpy.ndarray of float32
        0 keeps what is there, 1 covers it.

    Returns
    -------
    numpy.ndarray of uint8
        Rounded to the nearest level.
    """
    below = under.astype(np.float32)
    blended = np.asarray(over, dtype=np.float32) - below
    blended *= share
    blended += below
    blended += np.float32(0.5)
    return blended.astype(np.uint8)


def coverage(surface: cairo.ImageSurface) -> Pixels:
    """Copy what was drawn onto a surface of cairo's format A8.

    Parameters
    ----------
    surface : cairo.ImageSurface
        Of format A8.

    Returns
    -------
    numpy.ndarray of uint8, shape (height, width)
        255 where it is covered.
    """
    surface.flush()
    height, width = surface.get_height(), surface.get_width()
    rows = np.frombuffer(surface.get_data(), np.uint8).reshape(height, surface.get_stride())
    return rows[:, :width].copy()
