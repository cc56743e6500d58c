"""What of the row of a network's stages is seen from nearby as each of them is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from convexplain.lessons.parts.architecture_picture import ArchitecturePicture
from convexplain.panels import Box, Placed, Sheet
from convexplain.panels.box import around

#: What of the height between title and caption the blocks take from nearby; below is the legend.
NEAR = 0.82
#: What of the width the picture and its first sheets take while all others lie beside them.
_BESIDE = 0.47
#: Together with earlier ones maps are seen at least so large, compared with them and what they are
#: made of alone; vectors, which are small, as large.
_LARGE, _WHOLE = 0.92, 0.98


class Shot(NamedTuple):
    """Which stages are seen from nearby, and what of the width they take at most."""

    numbers: tuple[int, ...] = ()
    share: float = 1.0


@dataclass(frozen=True, eq=False)
class Shots:
    """What is seen of a row from nearby, all measured where it is laid out.

    Parameters
    ----------
    placed : Placed
        The row.
    sheet : Sheet
        Where it is placed.
    picture : ArchitecturePicture
        Whose row it is.
    """

    placed: Placed
    sheet: Sheet
    picture: ArchitecturePicture

    def place(self, *names: str) -> Box:
        """Return where some things stand in the row."""
        return around(self.placed[name] for name in names)

    def span(self, numbers: Sequence[int]) -> Box:
        """Return how much of the row some stages take, with what is said of them."""
        names = [name for number in numbers for name in self._names(number)]
        return self.place(*(name for name in names if name in self.placed))

    def _names(self, number: int) -> list[str]:
        stage = self.picture.stages[number]
        drawn = stage.panel if stage.panel in self.placed else "answer"
        said = [f"{what}-{stage.name}" for what in ("name", "size", "depth", "total")]
        return [drawn, *said, *self.picture.beside(number)]

    @cached_property
    def in_one_line(self) -> bool:
        """Whether all stages stand in one line; the camera stays away from several."""
        names = (f"name-{self.picture.stages[n].name}" for n in self.picture.drawn)
        return len({round(self.place(name).bottom) for name in names}) == 1

    def beginning(self, number: int) -> Shot:
        """Return what is seen while sheets of the first stack lie beside the front one."""
        return Shot(tuple(range(number + 1)), _BESIDE) if self.in_one_line else Shot()

    def making(self, number: int) -> Shot:
        """Return what is seen as a stage is made: it, the one before it, and earlier ones.

        Of these there are as many as leave it large.
        """
        if not self.in_one_line:
            return Shot()
        drawn, maps = self.picture.drawn, self.picture.stages[number].has_maps
        start = 0 if maps else drawn.index(self.picture.compared[-1])  # a vector's maps are enough
        every = drawn[start : drawn.index(number) + 1]
        large = _LARGE if self.picture.stages[number].has_maps else _WHOLE
        least = large * self.zoom(Shot(tuple(every[-2:])))
        shots = (Shot(tuple(every[n:])) for n in range(len(every)))
        return next(shot for shot in shots if self.zoom(shot) >= least)

    def zoom(self, shot: Shot) -> float:
        """Return how many times as large some stages are seen that fill the frame."""
        box, body = self.span(shot.numbers), self.sheet.body_box
        return min(NEAR * body.height / box.height, shot.share * body.width / box.width)

    def view(self, shot: Shot) -> Box:
        """Return how much of the row is seen; what lies beside some stages has room."""
        box, body, zoom = self.span(shot.numbers), self.sheet.body_box, self.zoom(shot)
        wide, high = body.width / zoom, body.height / zoom
        left = box.x if shot.share < 1 else box.middle[0] - wide / 2
        return Box(left, box.middle[1] - NEAR * high / 2, wide, high)

    def seen_at(self, box: Box, shot: Shot) -> Box:
        """Return where in the row that lies which is seen at a place of the frame."""
        if not shot.numbers:
            return box
        view, body = self.view(shot), self.sheet.body_box
        share = view.width / body.width
        return Box(
            view.x + (box.x - body.x) * share, view.y + (box.y - body.y) * share,
            box.width * share, box.height * share,
        )  # fmt: skip

    @property
    def legend(self) -> Box:
        """Where the scale of colours stands in the frame: below blocks seen from nearby."""
        box, body = self.place("legend"), self.sheet.body_box
        if not self.in_one_line:
            return box
        return Box(body.x, body.bottom - box.height, box.width, box.height)
