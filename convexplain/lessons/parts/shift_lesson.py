"""What two networks make of a picture that moves: what follows it, and what their sums become."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from convexplain.data import digits
from convexplain.errors import UsageError
from convexplain.lessons.parts import forgiving
from convexplain.lessons.parts import translation_words as words
from convexplain.lessons.parts.answer_bars import class_label
from convexplain.lessons.parts.lesson import option
from convexplain.lessons.parts.network_lesson import DEFAULT, FilterLesson
from convexplain.lessons.parts.shifted import Filter, Inside, Shrunk, Unit
from convexplain.lessons.parts.stages import Stage, stages
from convexplain.lessons.parts.subject import Subject, find, max_pools
from convexplain.lessons.parts.walking import FAR, OPPOSITE, STEP, blank_of, find_walks, moved
from convexplain.network import Layer, Network, Trace
from convexplain.panels import Mark
from convexplain.style import terms
from convexplain.style.captions import Caption

Direction = Literal["left", "right", "up", "down"]
Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

#: A step of larger pictures is such a part of their width.
_WIDTH = 28
#: So many maps at most are seen beside one another on the way to the last one.
_MAPS = 4
#: Of a filter that speaks for a class one product is at least so large, and prints as more than 0.
_SPEAKS = 0.1


@lru_cache(maxsize=8)
def _changes_of_digits(
    network: Network, model: str, direction: str, step: int
) -> tuple[tuple[str, float], ...]:
    """Return how much a step changes maps of all bundled digits: the same whichever is shown."""
    subjects = [Subject(network, digit, model) for digit in digits.load()]
    numbers = [subject.recipe.numbers(subject.picture) for subject in subjects]
    return _changes(network, network.checked(np.stack(numbers)), direction, step)


def _changes(
    network: Network, pictures: Floats, direction: str, step: int
) -> tuple[tuple[str, float], ...]:
    shifted = moved(pictures, direction, step, blank_of(network))
    before, after = map(network.activations, (pictures, shifted))
    return forgiving.changes_of(stages(Trace(network, pictures[0])), before, after)


@dataclass(frozen=True)
class ShiftLesson(FilterLesson):
    """A picture that is moved step by step, and the networks that read it."""

    direction: Direction | None = option(
        None, en="where it moves: left, right, up or down", zh="平移方向：left、right、up 或 down"
    )
    shift: int | None = option(
        None,
        en=f"by how many steps the maps are compared, 1 to {FAR}; as many as change the answer",
        zh=f"响应图比较时平移几步，1 到 {FAR}；默认到预测改变为止",
        metavar="STEPS",
    )

    def validate(self) -> None:
        """Refuse what cannot be shown."""
        if self.shift is not None and not 1 <= self.shift <= FAR:
            raise UsageError(
                "a shift by {shift} pixels is not shown: give 1 to {far}", shift=self.shift, far=FAR
            )
        if self.direction is not None and self.direction not in STEP:
            raise UsageError(
                "there is no direction {direction!r}: give {get_args}",
                direction=self.direction,
                get_args=", ".join(get_args(Direction)),
            )
        super().validate()

    # Who reads, and what.

    @cached_property
    def networks(self) -> tuple[tuple[Caption, Network], ...]:
        """The network, and beside the default one the dense baseline."""
        if self.model != DEFAULT:
            return ((words.NETWORK, self.network),)
        return ((terms.CNN, self.network), (terms.DENSE_NETWORK, Network.load("dense")))

    @property
    def step(self) -> int:
        """Pixels of a step: one in a digit; by whole cells of the first map."""
        layer = self.subject.role("first convolution")
        stride = 1 if layer.window is None else max(layer.window.stride)
        return stride * max(1, round(self.network.input_shape[1] / _WIDTH / stride))

    def pixels(self, steps: int) -> int:
        """Return how many pixels so many steps are."""
        return steps * self.step

    @cached_property
    def label(self) -> int:
        """The class that is asked for: the picture's, or what the network takes it for."""
        known = self.subject.label
        return self.subject.trace.prediction if known is None else known

    @cached_property
    def shown_direction(self) -> str:
        """Where it is moved to: as asked, as stored, or the best way out of its answers."""
        if self.direction is not None:
            return self.direction
        if self.picture is None and self.model == DEFAULT:
            return str(self.chosen["direction"])
        networks = [network for _, network in self.networks]
        for some, least in ((networks, 0.5), (networks[:1], 0.5)):
            walks = find_walks([self.trace.image], [self.label], some, self.step, least)
            if walks:
                return walks[0].direction
        return self._roomiest

    @property
    def _roomiest(self) -> str:
        """The direction in which most ink stays in the frame."""
        kept = {d: float((self.moved(FAR, d) - self.blank).sum()) for d in STEP}
        return max(kept, key=lambda direction: kept[direction])

    @cached_property
    def traces(self) -> tuple[Trace, ...]:
        """The picture, moved by 0 to FAR steps, on its way through the network."""
        way = self.shown_direction
        return tuple(Trace(self.network, self.moved(n, way)) for n in range(FAR + 1))

    @cached_property
    def blank(self) -> Floats:
        """What comes in where the picture has moved away, as the network reads it."""
        return blank_of(self.network)

    def moved(self, steps: int, direction: str) -> Floats:
        """Return what the network reads of the picture, moved by so many steps."""
        return moved(self.trace.image, direction, self.pixels(steps), self.blank)

    @cached_property
    def answers(self) -> tuple[tuple[int, ...], ...]:
        """What each network reads after 0 to FAR steps."""
        return tuple(tuple(int(p.argmax()) for p in shares) for shares in self.shares)

    @cached_property
    def read_by(self) -> tuple[tuple[Trace, ...], ...]:
        """The same pictures on their way through each of the networks."""
        pictures = [trace.image for trace in self.traces]
        others = [
            tuple(Trace(network, picture) for picture in pictures)
            for _, network in self.networks[1:]
        ]
        return (self.traces, *others)

    @cached_property
    def shares(self) -> tuple[Doubles, ...]:
        """Probabilities by each network, (steps, classes)."""
        return tuple(np.stack([trace.shares for trace in traces]) for traces in self.read_by)

    @cached_property
    def fails(self) -> tuple[int, ...]:
        """After how many steps each network first gives another answer; FAR + 1: never."""
        return tuple(
            next((n for n, answer in enumerate(said) if answer != said[0]), FAR + 1)
            for said in self.answers
        )

    @property
    def misread(self) -> Caption | None:
        """What the network takes the picture for, if that is wrong before anything moves."""
        known, first = self.subject.label, self.answers[0][0]
        if known is None or first == known:
            return None
        return words.BEGINS.fill(
            k=class_label(self.network, first), label=class_label(self.network, known)
        )

    # What stays.

    def map_at(self, steps: int) -> Floats:
        """Return the shown filter's response map after so many steps."""
        return np.asarray(self.traces[steps].activations[self.shown_layer][:, :, self.shown_filter])

    @property
    def limit(self) -> float:
        """The largest response of the first convolution wherever the picture is moved to."""
        return max(float(np.abs(t.activations[self.shown_layer]).max()) for t in self.traces)

    @property
    def compared(self) -> int:
        """After how many steps the map is compared: as asked, or when the answer has changed."""
        return self.shift or min(self.fails[0], FAR)

    @property
    def cells(self) -> int:
        """By how many cells the map moves in `compared` steps."""
        window = self.subject.role("first convolution").window
        return self.pixels(self.compared) // (1 if window is None else max(window.stride))

    @cached_property
    def back(self) -> tuple[Floats, int, float]:
        """The later map moved back; how many lines both share; all filters' largest difference."""
        first, second = (self.traces[n].activations[self.shown_layer] for n in (0, self.compared))
        again = moved(second, OPPOSITE[self.shown_direction], self.cells)
        count = first.shape[1 if STEP[self.shown_direction][1] else 0] - self.cells
        worst = float(np.abs(first - again)[self.shared].max())
        return again[:, :, self.shown_filter], count, worst

    @property
    def shared(self) -> tuple[slice, slice]:
        """Rows and columns of a map that are still in the frame when it has moved."""
        height, width = self.network.shapes[self.shown_layer][:2]
        down, right = (self.cells * part for part in STEP[self.shown_direction])
        rows = slice(max(-down, 0), height - max(down, 0))
        return rows, slice(max(-right, 0), width - max(right, 0))

    # Why it holds a little, and then fails.

    @cached_property
    def inside(self) -> Inside | None:
        """A pooling window in which the largest number moves with the picture, and stays inside."""
        pools = [pool for conv, pool in max_pools(self.network) if conv.name == self.shown_layer]
        if not pools:
            return None
        before, after = (self.traces[n].activations[self.shown_layer] for n in (0, 1))
        rows, cols = self.network.shapes[pools[0].name][:2]
        return forgiving.inside_of(before, after, (rows, cols), self.shown_filter)

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The picture and all layers that do something."""
        return stages(self.trace)

    @cached_property
    def changes(self) -> tuple[tuple[str, float], ...]:
        """How much one step changes each layer's maps, relative to them, as a mean.

        Over all bundled digits, if the network reads digits; else of the picture alone.
        """
        if self.subject.reads_digits:
            return _changes_of_digits(self.network, self.model, self.shown_direction, self.step)
        return _changes(self.network, self.trace.image[np.newaxis], self.shown_direction, self.step)

    @cached_property
    def weighed(self) -> Filter | None:
        """The filter of the last map whose share of the lead falls most as the picture moves.

        Of those that speak for the class at first, if there are any.
        """
        if self._lead is None:
            return None
        kernel, values = self._lead
        before, after = values[0], values[self.whole_step]
        falls = ((before - after) * kernel).sum(axis=(0, 1))
        speaks = (before * kernel).max(axis=(0, 1)) >= _SPEAKS
        number = int(np.where(speaks, falls, falls.min() - 1).argmax())
        every = tuple(v[:, :, number] for v in values)
        weights, many = kernel[:, :, number], kernel.shape[2]
        found = Filter(number, many, weights, every[: self.whole_step + 1])
        down, right = STEP[self.shown_direction]
        cell, steps = found.before, self.cell_steps
        on = cell[0] + down, cell[1] + right
        if steps is not None and self._stays(every[0], every[steps], cell, on):
            return found._replace(responses=every[: steps + 1], on=on)
        return found

    @staticmethod
    def _stays(first: Doubles, last: Doubles, cell: tuple[int, int], on: tuple[int, int]) -> bool:
        """Tell whether the next cell has the same response when the map has moved by one."""
        inside = all(0 <= at < size for at, size in zip(on, last.shape, strict=True))
        return inside and bool(np.isclose(first[cell], last[on], rtol=1e-4, atol=1e-6))

    @property
    def cell_steps(self) -> int | None:
        """The steps that move the last map by one cell, if so few are shown."""
        fits = [n for n in range(1, FAR + 1) if self.pixels(n) == self.place]
        return fits[0] if fits else None

    @cached_property
    def shrunk(self) -> tuple[Shrunk, ...]:
        """Maps from the first convolution to the last map; none where no pooling lies between.

        None either where the last map has but one cell.
        """
        maps, weighed = self.last, self.weighed
        if maps is None or weighed is None:
            return ()
        kinds = {s.layers[-1].name: s.kind for s in self.stages[1:] if s.has_maps}
        names = [*kinds]
        if self.shown_layer not in names or maps.name not in names:
            return ()
        between = names[names.index(self.shown_layer) + 1 : names.index(maps.name) + 1]
        way = [self.shown_layer, *(n for n in between if kinds[n] == "pooling" or n == maps.name)]
        if not 2 < len(way) <= _MAPS or self.beside == weighed.before:
            return ()
        found: list[Shrunk] = []
        first = self.network.shapes[self.shown_layer][2]
        for before, name in zip([None, *way], way, strict=False):
            # What is skipped on the way is no pooling.
            skipped = before is not None and names.index(name) - names.index(before) > 1
            convolved = skipped or (before is not None and kinds[name] != "pooling")
            values = self.trace.activations[name]
            if name == maps.name:
                number = weighed.number
            elif values.shape[2] == first:
                number = self.shown_filter
            else:
                number = int(values.max(axis=(0, 1)).argmax())
            marks = self.reads(weighed.before, name), self.reads(self.beside, name)
            apart = max(self.network.receptive_field(name).stride)
            # The first one stands there already, the last one stays.
            called = {0: "map", len(way) - 1: "last"}.get(len(found), f"map-{len(found)}")
            found.append(
                Shrunk(
                    called, number, convolved, kinds[name] == "pooling",
                    values[:, :, number], apart, marks,
                )
            )  # fmt: skip
        return tuple(found)

    @property
    def beside(self) -> tuple[int, int]:
        """The cell next to the one that is looked at, if there is one; where its response goes."""
        assert self.weighed is not None
        cell, way = self.weighed.before, STEP[self.shown_direction]
        for sign in (1, -1):
            row, col = (at + sign * by for at, by in zip(cell, way, strict=True))
            rows, cols = self.weighed.weights.shape
            if 0 <= row < rows and 0 <= col < cols:
                return row, col
        return cell

    def reads(self, cell: tuple[int, int], name: str | None = None) -> Mark:
        """Mark what a cell of the last map reads of the picture, or of a layer's map."""
        maps = self.last
        assert maps is not None
        field = self.network.receptive_field(maps.name)
        box = field.box(*cell)
        if name is None:
            return Mark.over(box)
        own = self.network.receptive_field(name)
        row, col = (
            (at - start) / stride
            for at, start, stride in zip((box.top, box.left), own.start, own.stride, strict=True)
        )
        rows, cols = (
            (size - less) / stride + 1
            for size, less, stride in zip(field.size, own.size, own.stride, strict=True)
        )
        return Mark(row, col, rows, cols)

    @cached_property
    def _lead(self) -> tuple[Doubles, tuple[Doubles, ...]] | None:
        """Weights for the label less those for `rival`, a map's places each, and the last maps."""
        flatten, last = find(self.network, "flatten"), self.network.classifier
        maps = self.last
        reads = flatten is not None and self.network.sources(last.name) == (flatten.name,)
        if not reads or maps is None or last.family != "dense" or self.network.outputs == 1:
            return None
        weights = self.network.weights_of(last.name)["kernel"].astype(np.float64)
        kernel = weights[:, self.label] - weights[:, self.rival]
        values = tuple(trace.activations[maps.name].astype(np.float64) for trace in self.traces)
        return kernel.reshape(values[0].shape), values

    @cached_property
    def rivals(self) -> tuple[int, ...]:
        """What each network reads once its answer changes, or would read before any other class."""
        ends = self.whole_step, *(min(n, FAR) for n in self.fails[1:])
        found = []
        for shares, end in zip(self.shares, ends, strict=True):
            others = shares[end].copy()
            others[self.label] = -1.0
            found.append(int(others.argmax()))
        return tuple(found)

    @property
    def rival(self) -> int:
        """That of the network itself."""
        return self.rivals[0]

    @cached_property
    def leads(self) -> tuple[tuple[float, ...], ...]:
        """The logit of the label less that of the rival, of each network after 0 to FAR steps.

        None of a network that has but one output.
        """
        return tuple(
            tuple(t.logit_of(self.label) - t.logit_of(rival) for t in traces)
            if traces[0].logits.size > 1 else ()
            for traces, rival in zip(self.read_by, self.rivals, strict=True)
        )  # fmt: skip

    @property
    def signs_tell(self) -> bool:
        """Whether all networks read the label where their lead is above 0, else one rival."""
        told = [
            (self.rival, self.label)[lead > 0] == answer
            for leads, answers in zip(self.leads, self.answers, strict=True)
            for lead, answer in zip(leads, answers, strict=False)
        ]
        return bool(told) and all(told)

    @cached_property
    def unit(self) -> Unit | None:
        """The unit of the dense network beside it whose change costs its answer most."""
        if len(self.networks) < 2 or self.misread is not None or self.fails[1] > FAR:
            return None
        if self.answers[1][0] != self.label:
            return None
        network, steps = self.networks[1][1], self.fails[1]
        hidden, last = (layer for layer in network.layers if layer.family == "dense")
        first, out = network.weights_of(hidden.name), network.weights_of(last.name)
        pictures = [self.traces[n].image.reshape(-1).astype(np.float64) for n in range(steps + 1)]
        sums = [pictures[n] @ first["kernel"] + first["bias"] for n in (0, steps)]
        fall = np.maximum(sums[0], 0) - np.maximum(sums[1], 0)
        speaks = out["kernel"][:, self.label] - out["kernel"][:, self.rivals[1]]
        chosen = int((fall * speaks).argmax())
        weights = first["kernel"][:, chosen].astype(np.float64)
        shape = self.network.input_shape[:2]
        products = tuple((pixels * weights).reshape(shape) for pixels in pictures)
        down, right = (self.pixels(steps) * part for part in STEP[self.shown_direction])
        label = class_label(self.network, self.label)
        return Unit(
            chosen, speaks.size, steps, weights.reshape(shape), products, (down, right),
            float(speaks[chosen]), label,
        )  # fmt: skip

    @property
    def last(self) -> Layer | None:
        """The layer with the last map."""
        return find(self.network, "last map")

    @property
    def place(self) -> int:
        """How many pixels of the picture lie between two places of the last map."""
        maps = self.last
        assert maps is not None
        return max(self.network.receptive_field(maps.name).stride)

    @property
    def whole_step(self) -> int:
        """The steps after which places are compared: when the answer changes.

        Where it holds, those after which the last map moves by one place, or all that are shown.
        """
        if self.fails[0] <= FAR:
            return self.fails[0]
        fits = [n for n in range(1, FAR + 1) if self.pixels(n) % self.place == 0]
        return fits[0] if fits else FAR
