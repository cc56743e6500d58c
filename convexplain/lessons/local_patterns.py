"""Local patterns: a template for the whole picture against a small one that meets every place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain import ops
from convexplain.data import digits, facts, kernels
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.parts import local_words as words
from convexplain.lessons.parts.beats import Beat
from convexplain.lessons.parts.lesson import Lesson, option
from convexplain.lessons.parts.subject import name_of, require
from convexplain.network import Network, TopPatch, Trace, top_patches
from convexplain.ops import Breakdown, Window
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

Floats = npt.NDArray[np.float32]
Place = tuple[int, int]

#: A place counts as found if the response reaches this share of the largest on that digit ...
LEAST = 0.82
#: ... and lies at least so many cells, down or across, from all stronger ones.
APART = 6
#: Places that are numbered on the digit, and digits that are shown beside it.
MOST, OTHERS = 3, 3
#: Templates of the dense network that are shown beside the first.
TEMPLATES = 3
#: Patches of other digits that are shown at the end.
STRONGEST = 6
_BATCH = 16


def found_places(response_map: Floats, most: int = MOST) -> tuple[Place, ...]:
    """Find where a filter's pattern is: the strongest places that lie apart.

    Parameters
    ----------
    response_map : numpy.ndarray of float32, shape (height, width)
        After its activation.
    most : int
        At most so many places.

    Returns
    -------
    tuple of (row, column)
        Strongest first, each with at least `LEAST` of the largest response and `APART` cells from
        every stronger one; none if nothing responds.
    """
    largest = float(response_map.max())
    found: list[Place] = []
    for index in np.argsort(-response_map, axis=None, kind="stable"):
        row, col = (int(part) for part in np.unravel_index(index, response_map.shape))
        if len(found) == most or response_map[row, col] <= 0:
            break
        if response_map[row, col] < LEAST * largest:
            break
        if all(max(abs(row - r), abs(col - c)) >= APART for r, c in found):
            found.append((row, col))
    return tuple(found)


def inked(pixels: Floats) -> npt.NDArray[np.bool_]:
    """Tell which 3 by 3 patches hold ink: bool (..., height, width) of their response maps."""
    patches = ops.patches(pixels, Window((3, 3)))
    return np.asarray(patches.any(axis=(-3, -2, -1)))


class DenseUnit(NamedTuple):
    """One unit of the dense network's first layer, and what it makes of the picture."""

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
    """Dense against convolution: what one unit and one filter compare a picture with."""

    name: ClassVar[str] = "local-patterns"
    title: ClassVar[Caption] = words.TITLE
    question: ClassVar[Caption] = words.QUESTION
    answer: ClassVar[Caption] = words.ANSWER

    picture: Picture | None = option(
        None, en="the digit or picture that is compared", zh="要比对的手写数字或图片"
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

    def __post_init__(self) -> None:
        for number, count, what in (
            (self.filter, self.filters, "filter"),
            (self.unit, self.units, "unit"),
        ):
            if number is not None and not 0 <= number < count:
                layer = self.layer if what == "filter" else "the dense network's hidden layer"
                raise UsageError(
                    f"there is no {what} {number} in {layer}: its {what}s are 0 to {count - 1}"
                )
        if self.picture is not None:
            if self.picture.pixels.shape != self.cnn.input_shape:
                raise UsageError(
                    f"the picture has the shape {fmt.shape(self.picture.pixels.shape)}, but the "
                    f"networks read {fmt.shape(self.cnn.input_shape)}: prepare it as a digit"
                )
            if not self.picture.pixels.any():
                raise UsageError(f"{self.picture.origin} is blank: give a picture with ink")
        self.beats()  # a length that cannot be is refused at once

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

    # The example.

    @cached_property
    def _example(self) -> tuple[Picture, int]:
        """The digit and the filter that are followed.

        Of the oriented edges (cosine at least 0.8): the purest that finds exactly `MOST` places,
        being the filter which the patch excites most at each of them; among the digits where it
        does, the one that sends it most patches. Where a digit or a filter is asked for that
        cannot have this, the pair that comes nearest.
        """
        bundled = digits.load()
        looks = [kernels.closest_pattern(self.kernels[:, :, n]) for n in range(self.filters)]
        edges = [n for n, look in enumerate(looks) if look.kind == "edge"] or list(
            range(len(looks))
        )
        candidates = edges if self.filter is None else [self.filter]
        pictures = bundled if self.picture is None else (self.picture,)
        maps = _bundled_maps() if self.picture is None else self._maps_of(self.picture)[np.newaxis]
        winners = self._winners(np.stack([picture.pixels for picture in pictures]), maps)
        best: tuple[tuple[float, ...], Picture, int] | None = None
        for n in sorted(candidates, key=lambda n: -looks[n].cosine):
            for picture, own, winner in zip(pictures, maps[..., n], winners, strict=True):
                places = found_places(own, MOST + 1)
                won = sum(int(winner[place] == n) for place in places)
                exact = len(places) == won == MOST
                count = int((winner == n).sum())
                score = (float(exact), min(won, MOST), looks[n].cosine, count)
                if best is None or score > best[0]:
                    best = score, picture, n
            if best is not None and best[0][0]:
                break
        assert best is not None
        return best[1], best[2]

    @property
    def shown_picture(self) -> Picture:
        """The picture that is compared."""
        return self._example[0]

    @property
    def shown_filter(self) -> int:
        """The filter that is followed."""
        return self._example[1]

    @cached_property
    def trace(self) -> Trace:
        """The picture on its way through the convnet."""
        return Trace(self.cnn, self.shown_picture.pixels)

    # One unit of the dense network.

    @cached_property
    def shown_units(self) -> tuple[DenseUnit, ...]:
        """The units that push most towards the dense network's answer; the first is explained.

        That is the strongest, unless only a weaker one of these has a sum and a bias that add up
        as printed; or the one asked for.
        """
        seen = Trace(self.dense, self.shown_picture.pixels)
        classifier = name_of(self.dense, "classifier")
        weights = self.dense.weights_of(classifier)["kernel"][:, seen.prediction]
        order = np.argsort(-seen.activations[self._hidden] * weights, kind="stable").tolist()
        if self.unit is not None:
            rest = [n for n in order if n != self.unit]
            return tuple(self._unit(seen, n) for n in (self.unit, *rest[:TEMPLATES]))
        found = [self._unit(seen, n) for n in order[: TEMPLATES + 1]]
        found.sort(key=lambda unit: not unit.account.adds_up())
        return tuple(found)

    def _unit(self, seen: Trace, number: int) -> DenseUnit:
        kernel = self.dense.weights_of(self._hidden)["kernel"]
        template = kernel[:, number].reshape(self.shown_picture.pixels.shape[:2])
        return DenseUnit(number, template, seen.breakdown(self._hidden, (0, 0, number), shown=0))

    @cached_property
    def never_inked(self) -> npt.NDArray[np.bool_]:
        """The pixels whose weights are still those that training began with, bool (height, width).

        A pixel without ink in any training digit gives its weights no gradient. The beginning is
        computed again from the seed, and rounded as the network's file rounds.
        """
        start = Network.initialised(
            self.dense.layers, self.dense.provenance["seed"], input_shape=self.dense.input_shape
        ).weights_of(self._hidden)["kernel"]
        stored = start.astype(np.float16).astype(np.float32)
        now = self.dense.weights_of(self._hidden)["kernel"]
        same = (now == stored).all(axis=1) | (now == start).all(axis=1)
        return np.asarray(same.reshape(self.dense.input_shape[:2]))

    # One filter, at every place.

    @property
    def kernel(self) -> Floats:
        """Weights of the filter, (3, 3)."""
        return self.kernels[:, :, self.shown_filter]

    @property
    def bias(self) -> float:
        """Its bias."""
        return float(self.cnn.biases(self.layer)[self.shown_filter])

    @property
    def response_map(self) -> Floats:
        """What it answers at every place, (height, width)."""
        return self.maps[:, :, self.shown_filter]

    @property
    def maps(self) -> Floats:
        """What all filters answer, (height, width, filters)."""
        return self.trace.activations[self.layer]

    @property
    def places(self) -> tuple[Place, ...]:
        """Where it finds its pattern on the digit."""
        return found_places(self.response_map)

    @cached_property
    def top(self) -> tuple[TopPatch, ...]:
        """The filter's strongest patch in every other bundled digit, strongest first."""
        bundled = digits.load()
        pixels = np.stack([picture.pixels for picture in bundled])
        every = top_patches(self.cnn, self.layer, self.shown_filter, pixels, len(bundled))
        mine = self.shown_picture.pixels
        return tuple(p for p in every if not np.array_equal(pixels[p.index], mine))

    @cached_property
    def others(self) -> tuple[tuple[Picture, tuple[Place, ...]], ...]:
        """The digits of other classes that hold the strongest patches, and all places there."""
        taken = {self.shown_picture.label}
        found: list[tuple[Picture, tuple[Place, ...]]] = []
        for patch in self.top:
            picture = digits.sample(patch.index)
            if picture.label not in taken and len(found) < OTHERS:
                taken.add(picture.label)
                own = _bundled_maps()[patch.index, :, :, self.shown_filter]
                found.append((picture, found_places(own)))
        return tuple(found)

    # All patches, and all filters.

    @property
    def bundled(self) -> int:
        """How many digits the filters' largest responses are taken from."""
        return len(digits.load())

    def _maps_of(self, picture: Picture) -> Floats:
        return np.asarray(Trace(self.cnn, picture.pixels).activations[self.layer])

    @staticmethod
    def _winners(pixels: Floats, maps: Floats) -> npt.NDArray[np.intp]:
        """Which filter each patch excites most, (N, height, width); -1 for no ink or response."""
        largest = _bundled_maps().max(axis=(0, 1, 2))
        shares = maps / np.where(largest > 0, largest, np.inf)
        excites = inked(pixels) & (shares.max(axis=-1) > 0)
        return np.where(excites, shares.argmax(axis=-1), -1)

    @cached_property
    def winners(self) -> npt.NDArray[np.intp]:
        """Which filter each patch of the digit excites most, (height, width); -1 for blank patches.

        Responses are divided by the filter's largest to any bundled digit, since filters differ in
        how loud they are. A patch to which no filter responds goes nowhere, too.
        """
        pixels = self.shown_picture.pixels[np.newaxis]
        return np.asarray(self._winners(pixels, self.trace.activations[self.layer][np.newaxis])[0])

    @property
    def sent(self) -> tuple[Place, ...]:
        """The patches that fly to a filter, row by row."""
        return tuple((int(row), int(col)) for row, col in np.argwhere(self.winners >= 0))

    def count_of(self, number: int) -> int:
        """Return how many patches a filter gets."""
        return int((self.winners == number).sum())

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
        return facts.shuffled_pixels(self.shown_picture.pixels.size)

    def make_beats(self) -> Iterator[Beat]:
        """Tell the lesson: a unit, a filter, where it finds its pattern, all patches, a control."""
        unit, places = self.shown_units[0], len(self.places)
        yield self.beat("question", self.question, 4.0)
        pixels = fmt.count(unit.template.size)
        yield self.beat("dense", words.DENSE.fill(n=pixels, v=fmt.number(unit.account.value)), 7.0)
        yield self.beat("never-inked", words.NEVER.fill(n=int(self.never_inked.sum())), 6.5)
        n = self.response_map.size
        yield self.beat("filter", words.FILTER.fill(w=self.kernel.size, n=fmt.count(n)), 6.5)
        found = words.FOUND[min(places, 2)]
        yield self.beat("found", found.fill(**({"n": places} if places > 1 else {})), 5.5)
        sent = words.PATCHES.fill(n=fmt.count(n), m=fmt.count(len(self.sent)))
        yield self.beat("patches", sent, 9.5, title=words.APART)
        again = words.AGAIN.fill(f=self.shown_filter, n=self.count_of(self.shown_filter))
        yield self.beat("again", again, 6.0, title=words.APART)
        cnn, dense = self.change("cnn"), self.change("dense")
        falls = cnn.points < 0 and cnn.shuffled < dense.shuffled
        caption = words.BELOW if falls else words.ABOVE
        a = fmt.number(-cnn.points) if falls else fmt.number(cnn.points, sign=True)
        said = {"a": a, "b": fmt.number(dense.points, sign=True)}
        yield self.beat("shuffled", caption.fill(**said), 8.0, title=words.CONTROL)
        yield self.beat("answer", self.answer, 7.0)


@cache
def _bundled_maps() -> Floats:
    """Maps of the first convolution on all bundled digits, exact: (N, height, width, filters)."""
    network = Network.load("cnn")
    layer = require(network, "convolution of the picture", "cnn")
    pixels = np.stack([picture.pixels for picture in digits.load()])
    parts = [pixels[start : start + _BATCH] for start in range(0, len(pixels), _BATCH)]
    return np.concatenate([network.exact(layer, part)[1] for part in parts])
