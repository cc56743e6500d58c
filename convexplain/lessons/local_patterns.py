"""Local patterns: all weights at once against a small filter that meets every place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain import ops
from convexplain.data import digits, examples, facts, kernels
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.parts import local_picture
from convexplain.lessons.parts import local_words as words
from convexplain.lessons.parts.beats import Beat, Choice, Event, Question
from convexplain.lessons.parts.checks import check_filter
from convexplain.lessons.parts.lesson import Lesson, option
from convexplain.lessons.parts.local_picture import LocalPicture
from convexplain.lessons.parts.subject import name_of
from convexplain.network import Network, Trace
from convexplain.ops import Breakdown, Window
from convexplain.panels import Diagram
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

Floats = npt.NDArray[np.float32]
Place = tuple[int, int]

#: Filters that are shown with what flies to them, and how many of its patches are shown large.
PILES, LARGE = 3, 4
#: How many of the strongest units are looked at.
CANDIDATES = 4


def inked(pixels: Floats) -> npt.NDArray[np.bool_]:
    """Tell which 3 by 3 patches hold ink: bool (..., height, width) of their response maps."""
    patches = ops.patches(pixels, Window((3, 3)))
    return np.asarray(patches.any(axis=(-3, -2, -1)))


class DenseUnit(NamedTuple):
    """One unit of the dense network's first layer, and what it makes of a picture."""

    number: int
    template: Floats
    account: Breakdown


class Change(NamedTuple):
    """Mean accuracies with pixels in place and shuffled, and their ranges over the seeds."""

    in_place: float
    shuffled: float
    ranges: tuple[tuple[float, float], tuple[float, float]]

    @property
    def points(self) -> float:
        """The change, in percentage points of the printed accuracies."""
        return 100 * (round(self.shuffled, 4) - round(self.in_place, 4))


@dataclass(frozen=True)
class LocalPatterns(Lesson):
    """Dense against convolution: what one unit and one filter make of a picture."""

    name: ClassVar[str] = "local-patterns"
    title: ClassVar[Caption] = words.TITLE
    question: ClassVar[Caption] = words.QUESTION
    answer: ClassVar[Caption] = words.ANSWER

    alone: ClassVar[Caption] = Caption(
        en="it needs a dense network that learned from the same digits, as the package has",
        zh="它需要一个用同样手写数字训练的全连接网络，只有自带的网络有",
    )

    picture: Picture | None = option(
        None, en="the digit or picture that is looked at", zh="要处理的手写数字或图片"
    )
    filter: int | None = option(
        None,
        en="filter of the first convolution that is followed, counted from 0",
        zh="跟踪第一个卷积层的哪个过滤器，编号从 0 开始",
        metavar="N",
    )
    unit: int | None = option(
        None,
        en="unit of the dense network's hidden layer, counted from 0",
        zh="全连接网络隐藏层的哪个单元，编号从 0 开始",
        metavar="N",
    )

    def validate(self) -> None:
        """Refuse what cannot be shown."""
        super().validate()
        check_filter(self.filter, self.filters, self.layer)
        if self.unit is not None and not 0 <= self.unit < self.units:
            raise UsageError(
                "there is no unit {number} in the dense network's hidden layer: its units are 0 to "
                "{last}",
                number=self.unit,
                last=self.units - 1,
            )
        if self.picture is not None:
            if self.picture.pixels.shape != self.cnn.input_shape:
                raise UsageError(
                    "the picture has the shape {shape}, but the networks read {wanted}: prepare it "
                    "as a digit",
                    shape=fmt.shape(self.picture.pixels.shape),
                    wanted=fmt.shape(self.cnn.input_shape),
                )
            if not self.picture.pixels.any():
                raise UsageError(
                    "{origin} is blank: give a picture with ink", origin=self.picture.origin
                )

    @cached_property
    def cnn(self) -> Network:
        """The convnet that ships."""
        return Network.load("cnn")

    @cached_property
    def dense(self) -> Network:
        """The dense baseline that ships."""
        return Network.load("dense")

    @property
    def filters(self) -> int:
        """How many filters the first convolution has."""
        return self.cnn.shapes[self.layer][-1]

    @property
    def units(self) -> int:
        """How many units the dense network's hidden layer has."""
        return self.dense.shapes[self._hidden][-1]

    @cached_property
    def layer(self) -> str:
        """Name of the convnet's first convolution."""
        return name_of(self.cnn, "convolution of the picture")

    @cached_property
    def _hidden(self) -> str:
        return name_of(self.dense, "hidden")

    @cached_property
    def kernels(self) -> Floats:
        """The kernels of the first convolution, (height, width, filters)."""
        return self.cnn.weights_of(self.layer)["kernel"].squeeze(axis=2)

    # What is shown.

    @cached_property
    def shown_picture(self) -> Picture:
        """The picture asked for, or the digit whose tree tells its story."""
        return self.picture or digits.sample(examples.load()["hierarchy"]["sample"])

    @property
    def pixels(self) -> Floats:
        """The picture, (height, width)."""
        return self.shown_picture.pixels.squeeze(axis=2)

    @property
    def shown_filter(self) -> int:
        """The filter asked for, or of those with a pile of their own the first oriented edge.

        Where there is none, that with the largest pile.
        """
        if self.filter is not None:
            return self.filter
        looks = {n: kernels.closest_pattern(self.kernels[:, :, n]) for n in self.largest_piles}
        edges = (n for n, look in looks.items() if look.kind == "edge")
        return next(edges, next(iter(self.largest_piles)))

    @cached_property
    def trace(self) -> Trace:
        """The picture on its way through the convnet."""
        return Trace(self.cnn, self.shown_picture.pixels)

    # One unit of the dense network.

    @cached_property
    def shown_unit(self) -> DenseUnit:
        """The unit asked for, or the first of the strongest that adds up as printed."""
        seen = Trace(self.dense, self.shown_picture.pixels)
        if self.unit is not None:
            return self._unit(seen, self.unit)
        order = np.argsort(-seen.activations[self._hidden], kind="stable").tolist()
        found = [self._unit(seen, n) for n in order[:CANDIDATES]]
        return min(found, key=lambda unit: not unit.account.adds_up())

    def _unit(self, seen: Trace, number: int) -> DenseUnit:
        kernel = self.dense.weights_of(self._hidden)["kernel"]
        template = kernel[:, number].reshape(self.pixels.shape)
        return DenseUnit(number, template, seen.breakdown(self._hidden, (0, 0, number), shown=0))

    # One filter, at every place; all patches, and all filters.

    @cached_property
    def kernel(self) -> Floats:
        """Weights of the filter, (3, 3)."""
        return self.kernels[:, :, self.shown_filter]

    @property
    def maps(self) -> Floats:
        """What all filters answer, (height, width, filters)."""
        return self.trace.activations[self.layer]

    @property
    def response_map(self) -> Floats:
        """What the filter answers at every place, (height, width)."""
        return self.maps[:, :, self.shown_filter]

    @cached_property
    def winners(self) -> npt.NDArray[np.intp]:
        """Which filter responds most to each patch, (height, width); -1 where none does.

        Patches without ink fly nowhere: there the bias alone responds.
        """
        excites = inked(self.shown_picture.pixels) & (self.maps.max(axis=2) > 0)
        return np.where(excites, self.maps.argmax(axis=2), -1)

    @property
    def sent(self) -> tuple[Place, ...]:
        """The patches that fly to a filter, row by row."""
        return tuple((int(row), int(col)) for row, col in np.argwhere(self.winners >= 0))

    @cached_property
    def largest_piles(self) -> dict[int, int]:
        """The filters that get most patches, and how many these are, largest first."""
        counts = np.bincount(self.winners[self.winners >= 0], minlength=self.filters)
        order = np.argsort(-counts, kind="stable")[:PILES]
        return {int(n): int(counts[n]) for n in order if counts[n] or not n}

    @cached_property
    def piles(self) -> dict[int | None, list[Place]]:
        """The patches by the filter to which they fly, None for all others, row by row."""
        shown = list(self.largest_piles)
        if self.shown_filter not in shown:
            shown[PILES - 1 :] = [self.shown_filter]
        found: dict[int | None, list[Place]] = {n: [] for n in shown}
        for place in self.sent:
            number = int(self.winners[place])
            found.setdefault(number if number in shown else None, []).append(place)
        return {number: places for number, places in found.items() if places}

    @cached_property
    def strongest(self) -> dict[int, list[Place]]:
        """Of each filter that is shown, the patches that excite it most, row by row.

        Windows that overlap no other's are taken first: a pattern is found in many places.
        """
        return {n: self._apart(n, places) for n, places in self.piles.items() if n is not None}

    def _apart(self, number: int, places: list[Place]) -> list[Place]:
        height, width = self.kernel.shape
        order = sorted(places, key=lambda place: -float(self.maps[(*place, number)]))
        chosen: list[Place] = []
        for row, col in order:
            if all(abs(row - r) >= height or abs(col - c) >= width for r, c in chosen):
                chosen.append((row, col))
        chosen += [place for place in order if place not in chosen]
        return sorted(chosen[:LARGE])

    def patch(self, place: Place) -> Floats:
        """Return the 3 by 3 pixels under the window."""
        row, col = place
        height, width = self.kernel.shape
        return self.pixels[row : row + height, col : col + width]

    # The control.

    def change(self, network: str) -> Change:
        """Return what shuffling all pixels did to a network, measured by training it again."""
        rows = [facts.row("permuted", network=network, pixels=p) for p in ("in place", "shuffled")]
        first, second = ((row["lowest"], row["highest"]) for row in rows)
        return Change(rows[0]["accuracy"], rows[1]["accuracy"], (first, second))

    @property
    def trainings(self) -> int:
        """How often each network was trained for it."""
        return len(facts.load("permuted")["seeds"])

    @property
    def shuffled_from(self) -> npt.NDArray[np.int64]:
        """Which pixel comes to each place: the permutation of the stored experiments."""
        return facts.shuffled_pixels(self.pixels.size)

    def shuffle(self, values: Floats) -> Floats:
        """Move all cells by the one permutation, (height, width)."""
        return values.reshape(-1)[self.shuffled_from].reshape(values.shape)

    @cached_property
    def scattered(self) -> Place:
        """Where the window lies on most ink of the shuffled picture, the first of such places."""
        patches = ops.patches(self.shuffle(self.pixels)[:, :, np.newaxis], Window((3, 3)))
        ink = np.count_nonzero(patches, axis=(-3, -2, -1))
        row, col = np.unravel_index(int(ink.argmax()), ink.shape)
        return int(row), int(col)

    @property
    def came_from(self) -> tuple[Place, ...]:
        """Where the pixels under that window are in the picture in place, row by row."""
        row, col = self.scattered
        height, width = self.kernel.shape
        origins = self.shuffled_from.reshape(self.pixels.shape)
        found = origins[row : row + height, col : col + width].reshape(-1)
        return tuple((int(n // self.pixels.shape[1]), int(n % self.pixels.shape[1])) for n in found)

    # The pictures.

    def picture_of(self, *, shuffled: bool = False) -> LocalPicture:
        """Return what the pictures are made of: the digit in place, or its pixels shuffled."""
        unit = self.shown_unit
        return LocalPicture(
            pixels=self.shuffle(self.pixels) if shuffled else self.pixels,
            unit=unit.number,
            weights=unit.template,
            account=unit.account,
            filter=self.shown_filter,
            kernel=self.kernel,
            responses=self.response_map,
            limit=float(self.response_map.max()) or 1.0,
        )

    def diagram(self) -> Diagram:
        """Describe the unit and the filter, for a figure."""
        return self.picture_of().diagram(words.ABOUT.fill(f=self.shown_filter))

    def pile_picture(self) -> Diagram:
        """Describe filters, how many patches fly to each and to all others, and the strongest."""
        patches = {n: [self.patch(p) for p in places] for n, places in self.strongest.items()}
        counts = {n: len(places) for n, places in self.piles.items()}
        return self.picture_of().piles(patches, counts, self.kernels)

    def apart(self) -> Diagram:
        """Describe a window on the picture, and one on its pixels shuffled: what is near there."""
        shuffled = replace(self.picture_of(shuffled=True), at=self.scattered)
        return replace(self.picture_of(), at=self.sent[0]).apart(shuffled, self.came_from)

    def control(self) -> Diagram:
        """Describe both networks' errors, with pixels in place and shuffled."""
        errors = {
            (network, pixels): 1 - accuracy
            for network in ("cnn", "dense")
            for change in [self.change(network)]
            for pixels, accuracy in (("in place", change.in_place), ("shuffled", change.shuffled))
        }
        shuffled = self.shuffle(self.pixels)
        return local_picture.control(self.pixels, shuffled, errors, self.trainings)

    # What is said.

    def make_beats(self) -> Iterator[Beat]:
        """Tell the lesson: a unit, a filter, patches in piles, a control and its reason."""
        yield Beat.of("question", self.title, Event("ask", 3.4, self.question))
        yield Beat.of("dense", self.title, *self._beat_dense())
        n = fmt.count(self.response_map.size)
        said = words.FILTER.fill(w=self.kernel.size, n=n)
        yield Beat.of("filter", self.title, Event("filter", 4.6, said))
        yield Beat.of(
            "piles", self.title,
            Event("fly", 9.0, words.FLY),
            *self._beat_fan(),
        )  # fmt: skip
        yield Beat.of("control", self.title, *self._beat_control())
        yield Beat.of("answer", self.title, Event("answer", 3.4, self.answer))

    def _beat_dense(self) -> Iterator[Event]:
        yield Event("dense", 4.4, words.DENSE.fill(n=fmt.count(self.pixels.size)))

    def _beat_fan(self) -> Iterator[Event]:
        count = len(self.piles.get(self.shown_filter, []))
        if count:
            said = words.FAN if count > 1 else words.FAN_ONE
            yield Event("fan", 3.2, said.fill(f=self.shown_filter, k=count), detail=1)

    def _beat_control(self) -> Iterator[Event]:
        cnn, dense = self.change("cnn"), self.change("dense")
        a, b = (fmt.number(change.points, sign=True) for change in (cnn, dense))
        yield Event("shuffle", 3.2, words.SHUFFLE)
        yield Event("predict", self.pause, ask=self._ask(a, b), detail=1)
        wrong = [
            fmt.percent(1 - share, 2)
            for change in (cnn, dense)
            for share in (change.in_place, change.shuffled)
        ]
        yield Event("train", 2.4, words.TRAINED_ANEW)
        yield Event("trained", 2.0, words.TRAINED.fill(**dict(zip("abcd", wrong, strict=True))))
        if cnn.points < dense.points:
            yield Event("neighbours", 2.6, words.NEIGHBOURS, shown_by="trained", detail=1)
        said = words.SCATTERED.fill(n=self.kernel.size)
        yield Event("scattered", 5.0, said, detail=1)

    def _ask(self, a: str, b: str) -> Question:
        """Ask who suffers; wrong is what those suppose who think of what they see themselves."""
        suffers = self.change("cnn").points < self.change("dense").points
        cnn, dense = words.SUFFERS.fill(a=a), words.NOTHING_CHANGES.fill(b=b)
        return Question(
            words.PREDICT,
            (
                Choice(words.CNN, None if suffers else cnn),
                Choice(words.DENSE_NET, dense if suffers else None),
                Choice(words.BOTH, dense if suffers else cnn),
            ),
        )
