"""Transposed convolution: each number of a map stamps a patch; overlaps make the checkerboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from convexplain import ops
from convexplain.data import kernels
from convexplain.errors import UsageError
from convexplain.lessons.parts import mistakes
from convexplain.lessons.parts import transposed_words as words
from convexplain.lessons.parts.beats import Beat, Event, Question
from convexplain.lessons.parts.lesson import option
from convexplain.lessons.parts.mistakes import FEWEST_CHOICES, RIGHT
from convexplain.lessons.parts.network_lesson import DEFAULT, FilterLesson
from convexplain.lessons.parts.number_words import in_words
from convexplain.lessons.parts.subject import Role, find
from convexplain.lessons.parts.transposed_picture import Block, TransposedPicture
from convexplain.messages import said
from convexplain.ops import StampStep, StampSteps
from convexplain.ops.breakdown import largest
from convexplain.panels import Cells, Diagram
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption, listed

Floats = npt.NDArray[np.float64]
#: So many stamps that meet in a cell are named one by one.
MOST_NAMED = 4
#: Sides that a stamp may have, and strides.
SIZES, STRIDES = (2, 7), (2, 4)
#: The least side of what is shown of equal cells.
_FIELD = 5
#: What a stamp puts into a cell is seen from here on.
_SEEN = 0.1
#: From this correlation on, what comes back is the same to the eye.
_SAME = 0.99


@dataclass(frozen=True)
class Transposed(FilterLesson):
    """How a map is painted larger, and why some cells get more paint than others."""

    name: ClassVar[str] = "transposed"
    title: ClassVar[Caption] = words.TITLE
    question: ClassVar[Caption] = words.QUESTION
    answer: ClassVar[Caption] = words.ANSWER
    needs: ClassVar[tuple[Role, ...]] = ("maps",)

    stamp: str | None = option(
        None,
        en="a stamp instead of ones: a classic kernel by name (gaussian-3), rows "
        '("1,2,1;2,4,2;1,2,1"), or "filter" for the weights of the filter',
        zh="用其他印章代替全 1：经典核的名称（gaussian-3）、逐行给出（“1,2,1;2,4,2;1,2,1”），"
        "或 filter 表示过滤器自己的权重",
        metavar="NAME|ROWS",
    )
    size: int | None = option(
        None, en="side of the stamp of ones, 3 if not given", zh="全 1 印章的边长，默认 3",
        metavar="K",
    )  # fmt: skip
    stride: int = option(
        2, en="cells from one stamp to the next", zh="相邻两个印章相距的格数", metavar="N"
    )

    def validate(self) -> None:
        """Refuse what cannot be shown."""
        super().validate()
        if self.stamp is not None and self.size is not None:
            raise UsageError("--stamp and --size exclude one another: give one of them")
        if not STRIDES[0] <= self.stride <= STRIDES[1]:
            raise UsageError(
                "--stride {stride} is not possible: give {least} to {most}, with which a map "
                "gets larger",
                stride=self.stride,
                least=STRIDES[0],
                most=STRIDES[1],
            )
        height, width = self.kernel.shape
        if not all(SIZES[0] <= side <= SIZES[1] for side in (height, width)):
            raise UsageError(
                "a stamp of {size} is not possible: give sides of {least} to {most}",
                size=fmt.shape((height, width)),
                least=SIZES[0],
                most=SIZES[1],
            )
        if min(height, width) <= self.stride:
            raise UsageError(
                "stamps of {size} do not overlap at stride {stride}: give larger ones, or a "
                "smaller stride",
                size=fmt.shape((height, width)),
                stride=self.stride,
            )
        if min(self.response_map.shape) < 2:
            raise UsageError(
                "{layer} has maps of {shape}, too small for stamps to overlap: give a network "
                "with larger ones",
                layer=self.shown_layer,
                shape=fmt.shape(self.response_map.shape),
            )

    @property
    def shown_layer(self) -> str:
        """The first pooling whose maps are small, or else the first layer that has maps."""
        pool = find(self.network, "max pool")
        return pool.name if pool is not None else super().shown_layer

    @property
    def shown_filter(self) -> int:
        """The filter asked for, the example's, or in other networks the one that responds most."""
        if self.filter is not None or self.model == DEFAULT:
            return super().shown_filter
        return self.strongest

    # What is stamped.

    @cached_property
    def map(self) -> Floats:
        """What is enlarged, (rows, columns)."""
        return self.response_map.astype(np.float64)

    @cached_property
    def kernel(self) -> Floats:
        """The stamp, (height, width)."""
        if self.stamp is None:
            side = 3 if self.size is None else self.size
            return np.ones((min(side, SIZES[1] + 1), min(side, SIZES[1] + 1)))
        if self.stamp == "filter":
            own = self.own_kernel
            if own is None:
                raise UsageError(
                    "the filters of {layer} read more than one channel: give a stamp by name or in "
                    "rows",
                    layer=self.shown_layer,
                )
            return own
        try:
            return kernels.read(self.stamp).astype(np.float64)
        except ValueError as error:
            raise UsageError(said(error)) from None

    @cached_property
    def own_kernel(self) -> Floats | None:
        """The weights that made the map, if they read a gray picture."""
        layer = find(self.network, "convolution over a gray picture")
        if layer is None or layer.name not in (
            self.shown_layer, *self.network.sources(self.shown_layer)
        ):  # fmt: skip
            return None
        return self.subject.kernels(layer.name)[:, :, self.shown_filter].astype(np.float64)

    @property
    def made(self) -> Caption:
        """Where the stamp is from."""
        if self.stamp is None:
            return words.ONES
        return words.OWN.fill(n=self.shown_filter) if self.stamp == "filter" else words.GIVEN

    @cached_property
    def stamps(self) -> StampSteps:
        """What each number of the map paints."""
        return ops.stamp_steps(
            self.map[..., None], self.kernel[..., None, None], stride=self.stride
        )

    def paint(self, kernel: Floats) -> Floats:
        """Return the map as a stamp paints it."""
        return ops.conv2d_transpose(
            self.map[..., None], kernel[..., None, None], stride=self.stride
        ).squeeze(axis=-1)

    @cached_property
    def output(self) -> Floats:
        """The map as the stamp paints it."""
        return self.paint(self.kernel)

    def lands(self, row: int, col: int) -> StampStep:
        """Return what a cell of the map paints."""
        return self.stamps.at(row, col)

    # Where it is shown number by number.

    @cached_property
    def place(self) -> tuple[int, int]:
        """The upper left of four cells of the map whose stamps meet.

        Those with the largest sum that add up as printed and can all be seen, or else the largest.
        """
        numbers, best = self.map, ((False, False, -np.inf), (0, 0))
        for row, col in np.ndindex(numbers.shape[0] - 1, numbers.shape[1] - 1):
            parts = [value for _, value in self._meeting(row, col)]
            pair = [value for _, value in self._pair(row, col)]
            checked = (
                len({fmt.number(value) for value in parts}) == len(parts)
                and fmt.adds_up(parts, sum(parts))
                and fmt.adds_up(pair, sum(pair))
            )
            seen = min(map(abs, parts)) >= _SEEN
            best = max(best, ((checked, seen, abs(sum(parts))), (row, col)), key=lambda one: one[0])
        return best[1]

    def _pair(self, row: int, col: int) -> list[tuple[tuple[int, int], float]]:
        """Return what a cell and its right neighbour put where their stamps first overlap."""
        return [
            ((row, col), float(self.map[row, col] * self.kernel[0, self.stride])),
            ((row, col + 1), float(self.map[row, col + 1] * self.kernel[0, 0])),
        ]

    def _meeting(self, row: int, col: int) -> list[tuple[tuple[int, int], float]]:
        """Return the cells whose stamps meet where the last of four begins, and what they put."""
        (height, width), stride = self.kernel.shape, self.stride
        found = []
        for a in range(max(0, row + 1 - (height - 1) // stride), row + 2):
            for b in range(max(0, col + 1 - (width - 1) // stride), col + 2):
                at = (row + 1 - a) * stride, (col + 1 - b) * stride
                found.append(((a, b), float(self.map[a, b] * self.kernel[at])))
        return found

    @property
    def near(self) -> list[tuple[int, int]]:
        """The cells of the map that are shown number by number: all whose stamps meet."""
        return [cell for cell, _ in self._meeting(*self.place)]

    @cached_property
    def pair(self) -> list[tuple[tuple[int, int], float]]:
        """The two cells whose stamps overlap first, and what they put into the shared cell."""
        return self._pair(*self.place)

    @cached_property
    def meeting(self) -> list[float]:
        """What each stamp that meets there puts into the cell; many are told as few."""
        parts = [value for _, value in self._meeting(*self.place)]
        if len(parts) <= MOST_NAMED:
            return parts
        named = largest(parts, MOST_NAMED - 1)
        rest = [value for n, value in enumerate(parts) if n not in named]
        return [*(parts[n] for n in named), sum(rest)]

    def canvas(self, *cells: tuple[int, int]) -> Floats:
        """Return what some cells of the map paint alone; NaN where they do not."""
        painted = np.full(self.output.shape, np.nan)
        for cell in cells:
            self.add(painted, self.lands(*cell))
        return painted

    @staticmethod
    def add(canvas: Floats, step: StampStep) -> None:
        """Stamp what a cell paints onto a canvas."""
        under = canvas[step.box.rows, step.box.cols]
        canvas[step.box.rows, step.box.cols] = np.nan_to_num(under) + step.stamp

    def block(self, *painting: tuple[int, int]) -> Block:
        """Return the cells that are shown number by number, and what some of them paint."""
        first, last = self.near[0], self.near[-1]
        rows, cols = last[0] - first[0] + 1, last[1] - first[1] + 1
        start, end = self.lands(*first).box, self.lands(*last).box
        painted = self.canvas(*painting)[start.top : end.bottom, start.left : end.right]
        return Block(*first, rows, cols, start.top, start.left, painted)

    # Checkerboards.

    @property
    def repeats(self) -> list[int]:
        """The numbers of stamps that cells away from the border get, each once."""
        return _repeats(self.kernel.shape, self.stride)

    @property
    def divides(self) -> bool:
        """Whether the stride divides the stamp's sides, so that all get equally many."""
        return all(side % self.stride == 0 for side in self.kernel.shape)

    @cached_property
    def flat(self) -> tuple[Floats, Block] | None:
        """Cells of the map that are equal and not 0, and what only their stamps paint.

        The largest of these values, the first in a tie; None if there is none.
        """
        many = [-(-(_FIELD + side) // self.stride) - 1 for side in self.kernel.shape]
        rows, cols = (min(n, size) for n, size in zip(many, self.map.shape, strict=True))
        best: tuple[float, int, int] | None = None
        for row in range(self.map.shape[0] - rows + 1):
            for col in range(self.map.shape[1] - cols + 1):
                cells = self.map[row : row + rows, col : col + cols]
                value = abs(float(cells.flat[0]))
                if (
                    fmt.rounded(value)
                    and np.ptp(cells) < 1e-6
                    and (best is None or value > best[0])
                ):
                    best = value, row, col
        if best is None:
            return None
        _, row, col = best
        top, bottom = self._own(row, rows, 0)
        left, right = self._own(col, cols, 1)
        if bottom <= top or right <= left:
            return None
        painted = self.output[top:bottom, left:right]
        equal = self.map[row : row + rows, col : col + cols]
        return equal, Block(row, col, rows, cols, top, left, painted)

    def _own(self, first: int, many: int, axis: int) -> tuple[int, int]:
        """Return where on the output only stamps of some rows, or columns, land."""
        side = self.kernel.shape[axis]
        return (first - 1) * self.stride + side, (first + many) * self.stride

    @property
    def even(self) -> bool:
        """Whether the cells that equal ones paint are equal, too."""
        return self.flat is None or np.ptp(self.flat[1].painted) < 1e-6

    # What avoids it.

    @cached_property
    def larger(self) -> Floats | None:
        """The next stamp of ones whose side the stride divides; None if it is one already."""
        if self.stamp is not None or self.divides:
            return None
        side = -(-self.kernel.shape[0] // self.stride) * self.stride
        return np.ones((side, side))

    @cached_property
    def resized(self) -> Floats:
        """The map with each number as often as the stride says, convolved with the stamp."""
        enlarged = self.map.repeat(self.stride, axis=0).repeat(self.stride, axis=1)
        return ops.conv2d(
            enlarged[..., None], self.kernel[..., None, None], padding="same"
        ).squeeze(axis=-1)  # fmt: skip

    # There and back.

    @cached_property
    def return_trip(self) -> tuple[Floats, Floats, Floats, Floats, float] | None:
        """A picture, its convolution, what the same weights make of that, and the weights.

        The picture and its filter, if that reads it; else the map and the stamp. Last, how alike
        the first and the third are, as a correlation. None if the weights reach over the picture.
        """
        there, kernel = self.map, self.kernel
        if self.own_kernel is not None:
            there, kernel = self.trace.image[:, :, -1].astype(np.float64), self.own_kernel
        if any(side > size for side, size in zip(kernel.shape, there.shape, strict=True)):
            return None
        weights, pixels = kernel[..., None, None], there[..., None]
        through = ops.conv2d(pixels, weights)
        back = ops.conv2d_transpose(through, weights).squeeze(axis=-1)
        with np.errstate(invalid="ignore", divide="ignore"):  # of a picture of one gray: NaN
            alike = float(np.corrcoef(there.ravel(), back.ravel())[0, 1])
        return there, through.squeeze(axis=-1), back, kernel, alike

    # The pictures.

    @cached_property
    def picture_of(self) -> TransposedPicture:
        """What all of its pictures are made of."""
        painted = [self.map, self.output]
        if self.larger is not None:
            painted.append(self.paint(self.larger))
        return TransposedPicture(
            map=self.map, called=words.MAP.capital.fill(n=self.shown_filter),
            stamp=self.kernel, made=self.made, output=self.output,
            most=max(float(np.abs(values).max()) for values in painted),
        )  # fmt: skip

    def stamped_by(self, kernel: Floats) -> Caption:
        """Name a stamp and its stride, for a title."""
        return words.STAMPED.capital.fill(stamp=fmt.shape(kernel.shape), s=self.stride)

    def starts(self) -> list[tuple[int, int]]:
        """Return where the stamps of a few cells begin, from the first one on."""
        return [
            (row * self.stride, col * self.stride)
            for row in range(self.field.rows)
            for col in range(self.field.cols)
        ]

    @property
    def field(self) -> Block:
        """The cells whose stamps are counted: those that equal ones paint, or from `place` on."""
        if self.flat is not None:
            return self.flat[1]
        rows, cols = (min(self.stride + 2, n - 1) for n in self.map.shape)
        row, col = (
            min(max(n, 1), size - many - 1) if size > many + 1 else 0
            for n, size, many in zip(self.place, self.map.shape, (rows, cols), strict=True)
        )
        top, left = row * self.stride, col * self.stride
        painted = self.output[top : top + _FIELD, left : left + _FIELD]
        return Block(row, col, rows, cols, top, left, painted)

    def counting(self, picture: TransposedPicture) -> Diagram:
        """Describe how many stamps of a few cells land on each of the cells that they reach."""
        field = self.field
        equal = self.map[field.row : field.row + field.rows, field.col : field.col + field.cols]
        counted = self._counted(picture, "counts", self.kernel, words.COUNT.capital)
        return picture.flat(equal, field, counted)

    def _counted(
        self, picture: TransposedPicture, name: str, kernel: Floats, title: Caption
    ) -> Cells:
        """Describe how many stamps cells get; those that others reach, too, step back."""
        field, stride = self.field, self.stride
        counts = ops.overlaps(kernel.shape, (field.rows, field.cols), stride=stride)
        rim = np.ones(counts.shape, dtype=bool)
        rows, cols = (
            slice(side - stride, many * stride)
            for side, many in zip(kernel.shape, (field.rows, field.cols), strict=True)
        )
        rim[rows, cols] = False
        kernels = [self.kernel] if self.larger is None else [self.kernel, self.larger]
        most = max(max(_repeats(each.shape, stride)) for each in kernels)
        return picture.counted(name, counts.astype(np.float64), most, kernel.shape, title, rim)

    def stamping(self, picture: TransposedPicture) -> Diagram:
        """Describe how many stamps cells get, and how many of one whose side the stride divides."""
        assert self.larger is not None
        grids = (
            self._counted(picture, name, kernel, self.stamped_by(kernel))
            for name, kernel in (("counts", self.kernel), ("even", self.larger))
        )
        return picture.beside(*grids)

    def comparing(self, picture: TransposedPicture) -> Diagram:
        """Describe what the stamp paints beside what one paints whose side the stride divides."""
        assert self.larger is not None
        titles = self.stamped_by(self.kernel), self.stamped_by(self.larger)
        return picture.compared(self.paint(self.larger), titles)

    def returned(self, picture: TransposedPicture) -> Diagram:
        """Describe a picture, its convolution, and what the same weights make of that."""
        assert self.return_trip is not None
        there, through, back, kernel, _ = self.return_trip
        called = picture.called if there is self.map else terms.INPUT.capital
        return picture.returned((there, called), kernel, through, back)

    def diagram(self) -> Diagram:
        """Describe the picture of it, for a figure."""
        about = words.ABOUT.fill(
            layer=self.shown_layer, n=self.shown_filter, s=self.stride,
            stamp=fmt.shape(self.kernel.shape), counts=listed(self.repeats),
        )  # fmt: skip
        return self.picture_of.payoff(self.resized, words.ENLARGED_FIRST.capital, about)

    # What is said.

    def make_beats(self) -> Iterator[Beat]:
        """Tell the lesson: a few stamps, all stamps, checkerboards, and what avoids them."""
        yield Beat.of("question", self.title, *self._tell_stamps())
        yield Beat.of("all", self.title, *self._tell_all())
        yield Beat.of("checkerboard", self.title, *self._tell_checkerboard())
        if self.larger is not None:
            yield Beat.of("remedy", self.title, *self._tell_larger(self.larger))
        if self.return_trip is not None and self.return_trip[-1] < _SAME:
            yield Beat.of("inverse", self.title, Event("back", 5.0, words.BACK, detail=1))
        yield Beat.of("answer", self.title, Event("answer", 4.0, self.answer))

    def _tell_stamps(self) -> Iterator[Event]:
        yield Event("small", 3.4, self.question)
        yield Event("paints", 5.8, words.PAINTS.fill(n=in_words(self.kernel.size)))
        yield Event("overlap", 4.6, words.OVERLAP.fill(s=self.stride))
        count = in_words(len(self.near))
        yield Event("meet", 4.4, words.MEET.fill(n=count), detail=1)

    def _tell_all(self) -> Iterator[Event]:
        question = self.ask()
        if question is not None:
            yield Event("predict", self.pause, ask=question, detail=1)
        said = words.ALL.fill(
            n=self.output.shape[0], moves=self.map.shape[0] - 1, s=self.stride,
            k=self.kernel.shape[0],
        )  # fmt: skip
        yield Event("all", 5.2, said)

    def ask(self) -> Question | None:
        """Ask how many rows the output has; None if too many other ways give the same."""
        rows, side, s = self.map.shape[0], self.kernel.shape[0], self.stride
        ways = {
            RIGHT: self.output.shape[0],
            "convolution": max(0, (rows - side) // s + 1),
            "stride": rows * s,
            "side-by-side": rows * side,
        }
        replies = {
            "convolution": words.AS_CONVOLUTION,
            "stride": words.TIMES_STRIDE,
            "side-by-side": words.SIDE_BY_SIDE.fill(s=s),
        }
        choices = mistakes.choices(ways, str, replies)
        if len(choices) < FEWEST_CHOICES:
            return None
        return Question(words.ASK.fill(n=rows, k=side, s=s), choices)

    def _tell_checkerboard(self) -> Iterator[Event]:
        if self.flat is not None:
            yield Event("flat", 4.0, words.EVEN if self.even else words.FLAT)
        counts, sides = listed(self.repeats), self.kernel.shape
        side = str(sides[0]) if sides[0] == sides[1] else fmt.shape(sides)
        yield Event("lands", 4.2, words.LANDS.fill(s=self.stride, k=side), detail=1)
        said = words.DIVIDES if self.divides else words.COUNTS
        yield Event("counts", 3.0, said.fill(n=counts, s=self.stride, k=side))

    def _tell_larger(self, larger: Floats) -> Iterator[Event]:
        (same,) = _repeats(larger.shape, self.stride)
        yield Event("larger", 4.4, words.LARGER.fill(k=larger.shape[0], s=self.stride))
        yield Event("same", 4.6, words.SAME.fill(n=in_words(same, capital=True)))


def _repeats(sides: tuple[int, ...], stride: int) -> list[int]:
    """Return how many stamps cells away from the border get, each number once, ascending."""
    along = [{-(-(side - start) // stride) for start in range(stride)} for side in sides]
    return sorted({a * b for a in along[0] for b in along[1]})
