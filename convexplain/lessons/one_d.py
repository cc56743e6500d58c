"""One, two, three dimensions: the same sum, slid along a row, over a picture, through a film."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from convexplain import ops
from convexplain.data import digits, examples, kernels
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.parts import mistakes
from convexplain.lessons.parts import one_d_words as words
from convexplain.lessons.parts.beats import Beat, Event, Question
from convexplain.lessons.parts.lesson import Lesson, option
from convexplain.lessons.parts.mistakes import FEWEST_CHOICES, RIGHT
from convexplain.lessons.parts.one_d_picture import OneDPicture
from convexplain.messages import said
from convexplain.panels import Diagram
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

Floats = npt.NDArray[np.float64]
#: A window may read so many samples.
SIZES = (2, 5)
#: A film has so many frames more than its window.
_MORE = 1
#: By so many pixels a frame the film moves, where that leaves all ink in it.
_PACE = 2


@dataclass(frozen=True)
class OneD(Lesson):
    """How a window slides along one axis, two, and three."""

    name: ClassVar[str] = "one-d"
    title: ClassVar[Caption] = words.TITLE
    question: ClassVar[Caption] = words.QUESTION
    answer: ClassVar[Caption] = words.ANSWER
    alone: ClassVar[Caption] = Caption(
        en="it tells of one kernel made by hand, which slides in three ways",
        zh="它讲的是一个人工设计的卷积核怎样沿三种方式滑动",
    )

    picture: Picture | None = option(
        None, en="the digit whose row is read", zh="取其中一行来读的手写数字"
    )
    row: int | None = option(
        None,
        en="which of its rows; the one with the sharpest ends of strokes if not given",
        zh="取第几行；默认为笔画边缘最清晰的一行",
        metavar="R",
    )
    kernel: str = option(
        "-1,0,1",
        en="the weights along one axis, 2 to 5 numbers",
        zh="沿一个方向的权重，2 到 5 个数",
        metavar="ROW",
    )
    causal: bool = option(
        False,
        en="zeros in front of the row, so that no number looks ahead",
        zh="在一行的前面补 0，使每个数都不看后面",
        flags=("--causal",),
    )

    def validate(self) -> None:
        """Refuse what cannot be shown."""
        super().validate()
        channels = self.shown_picture.pixels.shape[2]
        if channels != 1:
            raise UsageError(
                "the picture has {channels} channels: give a gray one, whose rows are numbers",
                channels=channels,
            )
        if not SIZES[0] <= len(self.weights) <= SIZES[1]:
            raise UsageError(
                "--kernel {kernel!r:.40} has {count} weights: give {least} to {most}",
                kernel=self.kernel,
                count=len(self.weights),
                least=SIZES[0],
                most=SIZES[1],
            )
        if not self.weights.any():
            raise UsageError("--kernel of zeros answers nothing: give a number other than 0")
        height, width = self.drawn.shape
        if min(height, width) <= SIZES[1]:
            raise UsageError(
                "the picture has {size} pixels: give one larger than {least} a side",
                size=fmt.shape((height, width)),
                least=SIZES[1],
            )
        if self.row is not None and not 0 <= self.row < height:
            raise UsageError(
                "there is no row {row}: the picture's are 0 to {last}",
                row=self.row,
                last=height - 1,
            )

    @cached_property
    def shown_picture(self) -> Picture:
        """The picture asked for, or that of the lesson sliding-window."""
        return self.picture or digits.sample(examples.load()["sliding-window"]["sample"])

    @cached_property
    def drawn(self) -> Floats:
        """The picture, (rows, columns)."""
        return self.shown_picture.pixels.squeeze(axis=2).astype(np.float64)

    @cached_property
    def weights(self) -> Floats:
        """The kernel along one axis, (k,)."""
        try:
            rows = kernels.parse(self.kernel)
        except ValueError as error:
            raise UsageError(said(error)) from None
        if len(rows) != 1:
            raise UsageError(
                "--kernel {kernel!r:.40} has {count} rows: give one, such as -1,0,1",
                kernel=self.kernel,
                count=len(rows),
            )
        (weights,) = rows.astype(np.float64)
        found: Floats = weights
        return found

    @property
    def padding(self) -> str:
        """That of the row and of the sequence."""
        return "causal" if self.causal else "valid"

    @property
    def ahead(self) -> int:
        """How many samples before its place a window begins."""
        return len(self.weights) - 1 if self.causal else 0

    def _along(self, samples: Floats) -> Floats:
        """Slide the kernel, alike on every channel, along samples (steps, channels)."""
        spread = np.repeat(self.weights[:, None, None], samples.shape[1], axis=1)
        along: Floats = ops.conv1d(samples, spread, padding=self.padding).ravel()
        return along

    # A row.

    @cached_property
    def shown_row(self) -> int:
        """The row asked for, or the one with the largest responses, all together."""
        if self.row is not None:
            return self.row
        sums = [np.abs(self._along(row[:, None])).sum() for row in self.drawn]
        return int(np.argmax(sums))

    @cached_property
    def samples(self) -> Floats:
        """The row's numbers."""
        row: Floats = self.drawn[self.shown_row]
        return row

    @cached_property
    def out(self) -> Floats:
        """What the kernel makes of the row."""
        return self._along(self.samples[:, None])

    @cached_property
    def told(self) -> int:
        """The place whose sum is told: the largest whose products add up as printed."""
        order = np.argsort(-np.abs(self.out), kind="stable")
        parts = {int(place): self._products(int(place)) for place in order}
        fits = (p for p in parts if fmt.adds_up([v for _, _, v in parts[p]], self.out[p]))
        return next(fits, int(order[0]))

    def _products(self, place: int) -> list[tuple[float, float, float]]:
        """Return weight, sample and product of each cell of a window; what is not there is 0."""
        first = place - self.ahead
        read = [
            float(self.samples[first + n]) if 0 <= first + n < len(self.samples) else 0.0
            for n in range(len(self.weights))
        ]
        return [(float(w), x, float(w) * x) for w, x in zip(self.weights, read, strict=True)]

    @property
    def read(self) -> list[float]:
        """The numbers that the told window reads."""
        return [sample for _, sample, _ in self._products(self.told)]

    @property
    def addends(self) -> dict[str, str]:
        """The told sum, product by product, as they are written."""
        return {
            f"part-{number}": f"{_short(weight)} × {fmt.number(sample)}"
            for number, (weight, sample, _) in enumerate(self._products(self.told))
        }

    @property
    def ends(self) -> tuple[int, int]:
        """The places with the largest and the least number."""
        return int(self.out.argmax()), int(self.out.argmin())

    @property
    def is_difference(self) -> bool:
        """Whether the kernel weighs what comes later up, and what came before down."""
        half = len(self.weights) // 2
        return bool(
            abs(self.weights.sum()) < 1e-9
            and (self.weights[:half] <= 0).all()
            and (self.weights[-half:] >= 0).all()
        )

    # Two axes, and three.

    @cached_property
    def map(self) -> Floats:
        """The picture, convolved with as many rows of the kernel as it is long."""
        square = np.tile(self.weights, (len(self.weights), 1))
        return ops.conv2d(self.drawn[..., None], square[..., None, None]).squeeze(axis=-1)

    @cached_property
    def film(self) -> Floats:
        """The picture as it moves right, by `pace` pixels a frame, (rows, columns, frames)."""
        frames, width = len(self.weights) + _MORE, self.drawn.shape[1]
        padded = np.pad(self.drawn, ((0, 0), (width, width)))
        starts = width + self.ahead_of_film - self.pace * np.arange(frames)
        return np.stack([padded[:, at : at + width] for at in starts], axis=-1)

    @property
    def pace(self) -> int:
        """By how many pixels a frame the film moves."""
        left, right = self._free
        return max(1, min(_PACE, (left + right) // (len(self.weights) + _MORE - 1)))

    @property
    def ahead_of_film(self) -> int:
        """By how many pixels the film begins left of the picture.

        So that its ink is at first as far from the left edge as at last from the right one.
        """
        left, right = self._free
        return (left - right + self.pace * (len(self.weights) + _MORE - 1)) // 2

    @property
    def _free(self) -> tuple[int, int]:
        """How many columns are left and right of all ink; of a picture without it half of them."""
        inked, width = np.flatnonzero(self.drawn.any(axis=0)), self.drawn.shape[1]
        if not inked.size:
            return width // 2, width // 2
        return int(inked[0]), width - 1 - int(inked[-1])

    @cached_property
    def moving(self) -> Floats:
        """What a block of weights makes of the film, (rows, columns, frames).

        It compares frames: each place of the window has the kernel's weights along time.
        """
        frames, k = self.film.transpose(2, 0, 1)[..., None], len(self.weights)
        block = np.tile(self.weights[:, None, None, None, None], (1, k, k, 1, 1))
        return ops.conv3d(frames, block).squeeze(axis=-1).transpose(1, 2, 0)

    @cached_property
    def spot(self) -> tuple[int, int]:
        """Where in the film's first map the told sum stands: row, column.

        The largest of those where a person who multiplies and adds the printed pixels finds each
        frame's part and the sum, and where each frame that has a weight takes part; or else of
        those of which the most of this holds.
        """
        first, *_ = np.moveaxis(self.moving, -1, 0)
        order = np.argsort(-first, axis=None, kind="stable")
        places = [divmod(int(n), int(first.shape[1])) for n in order]
        # The first of the best: what comes before is larger.
        return max(places, key=lambda place: self._told_well(*place))

    def _told_well(self, row: int, col: int) -> int:
        """Return how much of a number of the film's first map can be followed as it is printed."""
        parts, k = self._parts(row, col), len(self.weights)
        if not fmt.adds_up(parts, self.moving[row, col, 0]):
            return 0
        patch = self.film[row : row + k, col : col + k, :k] * self.weights
        if not all(fmt.adds_up(patch[..., n].ravel(), part) for n, part in enumerate(parts)):
            return 1
        said = [fmt.rounded(part) != 0 for part, w in zip(parts, self.weights, strict=True) if w]
        return 3 if all(said) else 2

    def _parts(self, row: int, col: int) -> list[float]:
        """Return what each frame adds to a number of the film's first map."""
        k = len(self.weights)
        patch = self.film[row : row + k, col : col + k, :k].sum(axis=(0, 1))
        return [float(part) for part in patch * self.weights]

    @property
    def parts(self) -> list[float]:
        """What each frame adds to the told sum."""
        return self._parts(*self.spot)

    @property
    def changes(self) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
        """Where the film's result is largest, and where it is least: row, column, frame."""
        most, least = (
            tuple(int(n) for n in np.unravel_index(int(found), self.moving.shape))
            for found in (self.moving.argmax(), self.moving.argmin())
        )
        return (most[0], most[1], most[2]), (least[0], least[1], least[2])

    # The pictures.

    @cached_property
    def picture_of(self) -> OneDPicture:
        """What all of its pictures are made of."""
        return OneDPicture(
            drawn=self.drawn, row=self.shown_row, kernel=self.weights, out=self.out,
            map=self.map, film=self.film, moving=self.moving,
        )  # fmt: skip

    def diagram(self) -> Diagram:
        """Describe the picture of it, for a figure."""
        sizes = (fmt.shape(values.shape) for values in (self.out, self.map, self.moving))
        named = dict(zip(("one", "two", "three"), sizes, strict=True))
        about = words.ABOUT.fill(**named, n=self.moving.shape[2])
        return self.picture_of.payoff(about)

    # What is said.

    def make_beats(self) -> Iterator[Beat]:
        """Tell the lesson: a row, a map, a film, and what they share."""
        yield Beat.of("question", self.title, *self._tell_row())
        yield Beat.of("slide", self.title, *self._tell_slide())
        yield Beat.of("axes", self.title, *self._tell_axes())
        yield Beat.of("answer", self.title, Event("answer", 6.0, self.answer))

    def _tell_row(self) -> Iterator[Event]:
        yield Event("picture", 3.4, self.question)
        yield Event("row", 3.4, words.ROW.fill(n=len(self.samples)))
        yield Event("window", 4.6, words.WINDOW.fill(n=len(self.weights)))
        question = self.ask()
        if question is not None:
            yield Event("predict", self.pause, ask=question, detail=1)

    def _tell_slide(self) -> Iterator[Event]:
        k, n, out = len(self.weights), len(self.samples), len(self.out)
        count = words.CAUSAL.fill(n=out) if self.causal else words.SLIDE.fill(out=out, n=n, k=k)
        yield Event("slide", 4.4, count)
        if self.is_difference and self.out.max() > 0 > self.out.min():
            yield Event("ends", 3.2, words.ENDS, detail=1)

    def _tell_axes(self) -> Iterator[Event]:
        k, (*_, frames) = len(self.weights), self.film.shape
        size = fmt.shape(self.map.shape)
        yield Event("two", 5.6, words.TWO.fill(weights=fmt.shape((k, k)), size=size))
        step = words.STEP if self.pace == 1 else words.STEPS.fill(n=self.pace)
        yield Event("three", 3.2, words.THREE.fill(step=step))
        yield Event("reads", 2.8, words.READS.fill(k=k), detail=1)
        said = words.OF_EACH.fill(k=k)
        if self.weights.tolist() == [-1, 0, 1]:
            said = words.COMPARES
        yield Event("block", 5.2, said.fill(size=fmt.shape((k, k, k))), detail=1)
        counted = words.THROUGH.fill(frames=frames, k=k, n=self.moving.shape[2])
        yield Event("through", 6.2, counted)
        if self.is_difference and self.moving.max() > 0 > self.moving.min():
            yield Event("arrives", 3.8, words.ARRIVES, detail=1)

    def ask(self) -> Question | None:
        """Ask how many numbers come out; None where zeros stand in front."""
        if self.causal:
            return None
        samples, k = len(self.samples), len(self.weights)
        ways = {
            RIGHT: samples - k + 1, "as-many": samples, "one-less": samples - k,
            "side-by-side": samples // k,
        }  # fmt: skip
        replies = {
            "as-many": words.AS_MANY, "one-less": words.ONE_LESS,
            "side-by-side": words.SIDE_BY_SIDE,
        }  # fmt: skip
        choices = mistakes.choices(ways, fmt.count, replies)
        if len(choices) < FEWEST_CHOICES:
            return None
        return Question(words.ASK.fill(n=samples, k=k), choices)


def _short(weight: float) -> str:
    """Print a weight without decimals where it has none."""
    return fmt.number(weight, 0 if weight == round(weight) else 2)
