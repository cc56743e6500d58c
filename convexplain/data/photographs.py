"""The bundled photographs, CC0 or in the public domain: a cat, and a rocket."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from convexplain.data.pictures import Mode, Picture, load_image
from convexplain.errors import UsageError, choose
from convexplain.messages import Message
from convexplain.style.captions import Caption

__all__ = [
    "PHOTOGRAPHS",
    "Photograph",
    "Square",
    "cut",
    "find",
    "load",
    "named",
    "part_at",
    "parts_within",
    "squares",
    "whole",
]


class Square(NamedTuple):
    """A square of a photograph: its upper left corner, and its side, in pixels."""

    top: int
    left: int
    side: int

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Top, left, height and width."""
        return self.top, self.left, self.side, self.side


class Photograph(NamedTuple):
    """A photograph that ships."""

    #: Its name among the assets.
    file: str
    #: What is on it, as a class would be called in English.
    shows: str
    #: The part that is shown. Of the cat's squares of 288 pixels it is the one that the bundled
    #: network of photographs is surest of; the rocket's is in the middle.
    square: Square
    #: What a person sees where, in pixels of the whole photograph.
    parts: tuple[tuple[Square, Caption], ...] = ()


PHOTOGRAPHS: Mapping[str, Photograph] = MappingProxyType(
    {
        "cat": Photograph(
            "cat.webp",
            "cat",
            Square(12, 96, 288),
            (
                (Square(124, 186, 60), Caption(en="the corner of an eye", zh="眼角")),
                (Square(72, 128, 74), Caption(en="an eye", zh="眼睛")),
                (Square(102, 288, 62), Caption(en="an eye", zh="眼睛")),
                (Square(220, 232, 66), Caption(en="the nose", zh="鼻子")),
            ),
        ),
        "rocket": Photograph("rocket.jpg", "rocket", Square(5, 112, 416)),
    }
)


@cache
def whole(name: str, mode: Mode = "rgb") -> Picture:
    """Give a whole photograph.

    `name`: one of `PHOTOGRAPHS`. `mode`, "digit", "gray" or "rgb": as in `load_image`. Raises
    UsageError: there is no such photograph.
    """
    if name not in PHOTOGRAPHS:
        raise UsageError(
            "there is no photograph {name!r}: {choice}", name=name, choice=choose(name, PHOTOGRAPHS)
        )
    asset = resources.files("convexplain") / "assets" / "photographs" / PHOTOGRAPHS[name].file
    with resources.as_file(asset) as path:
        found = load_image(path, mode)
    return Picture(found.pixels, None, f"bundled photograph: {name}", found.steps)


def load(name: str = "cat") -> Picture:
    """Give the square of a photograph that is shown, (side, side, 3)."""
    found = whole(name)
    return cut(found, PHOTOGRAPHS[name].square)


def find(name_or_path: str | Path, mode: Mode = "rgb", nth: int | None = None) -> Picture:
    """Read the picture that a user names: a bundled photograph, or else a file as `load_image`."""
    name = str(name_or_path)
    if name not in PHOTOGRAPHS or Path(name).exists():
        return load_image(name_or_path, mode, nth)
    return load(name) if mode == "rgb" else whole(name, mode)


def cut(picture: Picture, square: Square) -> Picture:
    """Cut a square out of a picture."""
    top, left, side = square
    pixels = picture.pixels[top : top + side, left : left + side]
    last = (top + side - 1, left + side - 1)
    step = Message(
        "cut to rows {first[0]} to {last[0]}, columns {first[1]} to {last[1]}",
        first=(top, left),
        last=last,
    )
    return Picture(pixels, picture.label, picture.origin, (*picture.steps, step))


def squares(picture: Picture, side: int, step: int) -> tuple[Square, ...]:
    """Return the squares of one size in a picture, row after row, `step` pixels apart."""
    height, width, _ = picture.shape
    return tuple(
        Square(top, left, side)
        for top in range(0, height - side + 1, step)
        for left in range(0, width - side + 1, step)
    )


def name_of(photograph: Photograph) -> str:
    """Return the name of a photograph that ships."""
    return next(name for name, found in PHOTOGRAPHS.items() if found is photograph)


def named(picture: Picture) -> Photograph | None:
    """Return the photograph that a picture was made of, in whatever size; None if of none."""
    name = picture.origin.removeprefix("bundled photograph: ")
    return PHOTOGRAPHS.get(name) if name != picture.origin else None


def parts_within(picture: Picture, top: float, left: float, side: float) -> tuple[Caption, ...]:
    """Return what a person sees in a square of a photograph's square, all as shares of its sides.

    A part counts if its middle is there; nothing is named if the picture is something else.
    """
    photograph = named(picture)
    if photograph is None:
        return ()
    own = photograph.square
    return tuple(
        name for part, name in photograph.parts
        if 0 <= (part.top + part.side / 2 - own.top) / own.side - top < side
        and 0 <= (part.left + part.side / 2 - own.left) / own.side - left < side
    )  # fmt: skip


def part_at(picture: Picture, row: float, col: float) -> Caption | None:
    """Return what a person sees at a place of a photograph's square, given as shares of its sides.

    None where nothing is named, or if the picture is something else.
    """
    photograph = named(picture)
    if photograph is None or picture.shape != (photograph.square.side, photograph.square.side, 3):
        return None
    top, left, side = photograph.square
    y, x = top + row * side, left + col * side
    for (part_top, part_left, part_side), name in photograph.parts:
        if 0 <= y - part_top < part_side and 0 <= x - part_left < part_side:
            return name
    return None
