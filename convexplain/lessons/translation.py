"""The picture moves: its response map moves along, exactly; the answer does not always hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import ClassVar, Literal, get_args

import numpy as np
import numpy.typing as npt

from convexplain.data import digits, facts
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.parts import forgiving
from convexplain.lessons.parts import translation_words as words
from convexplain.lessons.parts.answer_bars import class_label
from convexplain.lessons.parts.beats import Beat, Choice, Event, Question
from convexplain.lessons.parts.lesson import option
from convexplain.lessons.parts.network_lesson import DEFAULT, FilterLesson
from convexplain.lessons.parts.shifted import Filter, Inside, Reader, Shrunk, Unit
from convexplain.lessons.parts.stages import Stage, stages
from convexplain.lessons.parts.subject import Role, Subject, digits_of, find, max_pools
from convexplain.lessons.parts.translation_picture import TranslationPicture
from convexplain.lessons.parts.walking import FAR, OPPOSITE, STEP, SURE, blank_of, find_walks, moved
from convexplain.network import Layer, Network, Trace
from convexplain.panels import Diagram, Mark
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

Direction = Literal["left", "right", "up", "down"]
Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

#: At how many pixels both networks' accuracies are told.
AT = 3
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
class Translation(FilterLesson):
    """Equivariance of the maps, and how far the answer is from being invariant.

    The default digit and its direction are the best that `find_walks` knows; of a class, the best
    of its class.
    """

    name: ClassVar[str] = "translation"
    title: ClassVar[Caption] = Caption(
        en="Shift the digit: the map follows. Does the answer hold?",
        zh="平移数字：响应图跟着移动，预测还对吗？",
    )
    question: ClassVar[Caption] = Caption(
        en="Slide a picture aside: which network still knows it, and why?",
        zh="图片移到一边，哪个网络还认得？为什么？",
    )
    answer: ClassVar[Caption] = Caption(
        en="This {k}: dense weighs pixels, wrong from {n} px; "
        "the convnet, cells {p} px apart, right up to {m} px.",
        zh="这个“{k}”：全连接认像素，移 {n} 即错；卷积格距 {p} 像素，到 {m} 仍对。",
    )

    needs: ClassVar[tuple[Role, ...]] = ("first convolution", "probabilities")

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

    @classmethod
    def digit_of(cls, label: int, network: Network) -> Picture:
        """Give the bundled digit of a class that walks out of its answers best."""
        subjects = digits_of(label, network)
        if not subjects:
            return digits.first(label)
        dense = Network.load("dense")
        partners = [dense] if network.input_shape == dense.input_shape else []
        pictures = [subject.trace.image for subject in subjects]
        both = [network, *partners]
        for networks, least in ((both, SURE), (both, 0.5), ([network], SURE)):
            walks = find_walks(pictures, [label] * len(subjects), networks, least=least)
            if walks:
                return subjects[walks[0].sample].given
        return digits.first(label)

    @property
    def shown_filter(self) -> int:
        """The filter asked for, or the one with the largest response to the picture."""
        return self.strongest if self.filter is None else self.filter

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
    def shares(self) -> tuple[npt.NDArray[np.float64], ...]:
        """Probabilities by each network, (steps, classes)."""
        pictures = [trace.image for trace in self.traces]
        own = np.stack([trace.shares for trace in self.traces])
        others = [
            np.stack([Trace(network, picture).shares for picture in pictures])
            for _, network in self.networks[1:]
        ]
        return (own, *others)

    @cached_property
    def fails(self) -> tuple[int, ...]:
        """After how many steps each network first gives another answer; FAR + 1: never."""
        return tuple(
            next((n for n, answer in enumerate(said) if answer != said[0]), FAR + 1)
            for said in self.answers
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

    @property
    def swallows(self) -> bool:
        """Whether each pooling makes the change smaller, and there is one."""
        return forgiving.swallows(self.stages, self.changes)

    @cached_property
    def by_place(self) -> tuple[npt.NDArray[np.float64], ...] | None:
        """What each place of the last map adds to the class's lead, after 0 to FAR steps.

        The lead is over `rival`: the difference of two logits tells which of them is larger.

        None where the last layer does not read the places of a map.
        """
        if self._lead is None:
            return None
        kernel, values = self._lead
        return tuple(np.asarray((v * kernel).sum(axis=2)) for v in values)

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
        """Maps from the first convolution to the last map; none where no pooling lies between."""
        maps, weighed = self.last, self.weighed
        if maps is None or weighed is None:
            return ()
        kinds = {s.layers[-1].name: s.kind for s in self.stages[1:] if s.has_maps}
        names = [*kinds]
        if self.shown_layer not in names or maps.name not in names:
            return ()
        between = names[names.index(self.shown_layer) + 1 : names.index(maps.name) + 1]
        way = [self.shown_layer, *(n for n in between if kinds[n] == "pooling" or n == maps.name)]
        if not 2 < len(way) <= _MAPS:
            return ()
        found: list[Shrunk] = []
        first = self.network.shapes[self.shown_layer][2]
        for name in way:
            values = self.trace.activations[name]
            if name == maps.name:
                number = weighed.number
            elif values.shape[2] == first:
                number = self.shown_filter
            else:
                number = int(values.max(axis=(0, 1)).argmax())
            marks = (self.reads(weighed.before, name), self.reads(weighed.after, name))
            apart = max(self.network.receptive_field(name).stride)
            # The first one stands there already, the last one stays.
            called = {0: "map", len(way) - 1: "last"}.get(len(found), f"map-{len(found)}")
            found.append(
                Shrunk(called, number, kinds[name] == "pooling", values[:, :, number], apart, marks)
            )
        return tuple(found)

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
    def rival(self) -> int:
        """What is read instead after `whole_step` steps, or would be before any other class."""
        shares = self.shares[0][self.whole_step].copy()
        shares[self.label] = -1.0
        return int(shares.argmax())

    @cached_property
    def unit(self) -> Unit | None:
        """The unit of the dense network beside it whose change costs its answer most."""
        if len(self.networks) < 2 or self.misread is not None or self.fails[1] > FAR:
            return None
        network, steps = self.networks[1][1], self.fails[1]
        hidden, last = (layer for layer in network.layers if layer.family == "dense")
        first, out = network.weights_of(hidden.name), network.weights_of(last.name)
        pictures = [self.traces[n].image.reshape(-1).astype(np.float64) for n in range(steps + 1)]
        sums = [pictures[n] @ first["kernel"] + first["bias"] for n in (0, steps)]
        fall = np.maximum(sums[0], 0) - np.maximum(sums[1], 0)
        said, instead = self.answers[1][0], self.answers[1][steps]
        chosen = int((fall * (out["kernel"][:, said] - out["kernel"][:, instead])).argmax())
        weights = first["kernel"][:, chosen].astype(np.float64)
        logits = [Trace(network, self.traces[n].image).logits for n in (0, steps)]
        leads = [float(each[said]) - float(each[instead]) for each in logits]
        shape = self.network.input_shape[:2]
        return Unit(
            chosen,
            out["kernel"].shape[0],
            steps,
            weights.reshape(shape),
            tuple((pixels * weights).reshape(shape) for pixels in pictures),
            float(out["kernel"][chosen, said] - out["kernel"][chosen, instead]),
            (leads[0], leads[1]),
            class_label(self.network, said),
            class_label(self.network, instead),
        )

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

    def accuracy(self, network: str) -> tuple[float, ...]:
        """Return the stored accuracy on the test digits after shifts by 0 to 8 pixels."""
        rows = [row for row in facts.rows("shift") if row["network"] == network]
        return tuple(row["accuracy"] for row in sorted(rows, key=lambda row: row["pixels"]))

    @cached_property
    def picture_of(self) -> TranslationPicture:
        """What all of its pictures are made of."""
        curves = (self.accuracy("cnn"), self.accuracy("dense")) if self.model == DEFAULT else None
        known = self.subject.label
        drawn = [np.asarray(self.subject.recipe.drawn(trace.image)) for trace in self.traces]
        readers = tuple(
            Reader(
                name,
                tuple(class_label(self.network, k) for k in said),
                tuple(float(p[k]) for p, k in zip(shares, said, strict=True)),
                tuple(k == (said[0] if known is None else known) for k in said),
            )
            for (name, _), said, shares in zip(
                self.networks, self.answers, self.shares, strict=True
            )
        )
        return TranslationPicture(
            drawn=tuple(drawn),
            maps=tuple(self.map_at(n) for n in range(FAR + 1)),
            layer=self.shown_layer,
            limit=self.limit,
            step=self.step,
            readers=readers,
            back=self.back[0],
            apart=plain(self.back[2]),
            shift=self.compared,
            inside=self.inside,
            changes=self.changes,
            places=self.by_place,
            weighed=self.weighed,
            shrunk=self.shrunk,
            fields=()
            if self.weighed is None
            else tuple(self.reads(cell) for cell in (self.weighed.before, self.weighed.after)),
            whole_step=self.whole_step,
            label=class_label(self.network, self.label),
            rival=class_label(self.network, self.rival),
            unit=self.unit,
            accuracy=curves,
            told_at=AT,
            many=len(digits.load()) if self.subject.reads_digits else 1,
        )

    def diagram(self) -> Diagram:
        """Describe the staircase of answers, for a figure."""
        return self.picture_of.staircase(self.gives_up)

    # What is said.

    def make_beats(self) -> tuple[Beat, ...]:
        """Tell the lesson: what follows exactly, what holds a little, and what does not."""
        title = self.title if self.subject.reads_digits else words.TITLE
        return tuple(
            Beat.of(name, title, *events)
            for name, events in (
                ("question", list(self._asks())),
                ("guess", list(self._guess())),
                ("dense", list(self._dense())),
                ("follows", list(self._follows())),
                ("layers", list(self._layers())),
                ("why", list(self._why())),
                ("curve", list(self._curve())),
                ("staircase", [Event("staircase", 4.2, self.gives_up, detail=2)]),
                ("answer", [Event("whole", 5.7, self.ending)]),
            )
            if events
        )

    def _asks(self) -> Iterator[Event]:
        yield Event("ask", 3.4, self.question)
        if self.misread is not None:
            yield Event("misread", 2.8, self.misread, data=0, shown_by="reads")

    def _follows(self) -> Iterator[Event]:
        _, count, worst = self.back
        d = plain(worst)
        told = (
            words.SAME.fill(d=d) if worst == 0 else words.NEARLY.fill(d=d, n=count, l=self._lines)
        )
        yield Event("back", 3.4, words.SLID_BACK.fill(n=self.pixels(self.compared)), detail=1)
        yield Event("same", 2.4, told)

    @property
    def _lines(self) -> Caption:
        return words.LINES[self.shown_direction in ("left", "right")]

    def _guess(self) -> Iterator[Event]:
        yield Event("walk", 2.5, words.FOLLOWS)
        question = self._question()
        if question is not None:
            yield Event("predict", self.pause, ask=question, detail=1)
        at = 1
        stops = [n for n in sorted(set(self.fails)) if at < n <= FAR] or [FAR]
        for number, stop in enumerate(stops):
            # What is read is said once it is read.
            further = words.ON if number == 0 else words.FURTHER.fill(n=self._each(at + 1, stop))
            one = stop == at + 1
            yield Event(
                f"on-{number}",
                0.7 + 0.4 * max(1, stop - at),
                words.ONE_MORE.fill(n=self.pixels(stop)) if one else further,
                data=(at, stop),
                shown_by="on",
                detail=1,
            )
            yield Event(f"at-{number}", 2.8, self._reads(stop), data=stop, shown_by="reads")
            at = stop

    def _each(self, first: int, last: int) -> Caption:
        """List the pixels of some steps."""
        every = [fmt.count(self.pixels(n)) for n in range(first, last + 1)]
        return Caption(en=", ".join(every), zh="、".join(every))

    def _reads(self, steps: int) -> Caption:
        """Say what is read after so many steps."""
        px = self.pixels(steps)
        said = [class_label(self.network, answers[steps]) for answers in self.answers]
        if len(said) == 1:
            told = words.HOLDS_ALONE if self.fails[0] > FAR else words.READS
            return told.fill(n=px, k=said[0])
        if said[0] == said[1]:
            wrong = self.subject.label not in (None, self.answers[0][steps])
            return (words.BOTH_WRONG if wrong else words.ALIKE).fill(n=px, k=said[0])
        return words.BOTH.fill(k=said[0], j=said[1])

    def _question(self) -> Question | None:
        """Ask which network gives up first; wrong answers are what people say of convnets."""
        if len(self.networks) < 2 or self.fails[0] == self.fails[1] or self.misread is not None:
            return None
        if not 1 < min(self.fails) <= FAR:  # it has been seen, or never will be
            return None
        rates = self.accuracy("cnn")[AT], self.accuracy("dense")[AT]
        far = fmt.percent(self.accuracy("cnn")[FAR])
        replies: list[tuple[Caption, Caption | None]] = [
            (words.DENSE_FIRST, None),
            (words.CNN_FIRST, words.HOLDS.fill(p=fmt.percent(rates[0]), q=fmt.percent(rates[1]))),
            (words.NEITHER, words.INVARIANT.fill(p=far, n=FAR)),
        ]
        if self.fails[1] > self.fails[0]:
            replies = [
                (words.CNN_FIRST, None),
                (words.DENSE_FIRST, words.UNUSUAL),
                (words.NEITHER, replies[2][1]),
            ]
        choices = tuple(Choice(text, reply) for text, reply in replies)
        return Question(words.WHICH, choices)

    def _dense(self) -> Iterator[Event]:
        if self.unit is None:
            return
        n = self.pixels(self.unit.steps)
        yield Event("unit", 5.0, words.OTHER_PIXELS.fill(n=n), detail=1)
        unit = self.unit
        told = words.TOGETHER.fill(m=unit.many, k=unit.said, j=unit.instead)
        yield Event("sums", 2.6, told, detail=1)

    def _layers(self) -> Iterator[Event]:
        if self.inside is not None:
            yield Event("inside", 4.6, words.INSIDE.fill(n=self.pixels(1)), detail=2)
        told = words.SWALLOWS if self.swallows else words.CHANGES
        yield Event("changes", 3.9, told.fill(n=self.pixels(1)), detail=2)

    def _why(self) -> Iterator[Event]:
        places = self.by_place
        if places is None:
            mean = next((s for s in self.stages if s.kind == "pooling" and not s.has_maps), None)
            if mean is not None:
                yield Event("forgets", 3.6, words.FORGETS, detail=1)
            return
        steps = self.whole_step
        before, after = (float(places[n].sum()) for n in (0, steps))
        label, rival = (class_label(self.network, k) for k in (self.label, self.rival))
        told = self.answers[0][0] == self.label and self.answers[0][steps] == self.rival
        assert self.weighed is not None
        if self.shrunk:
            pooled = words.WHY_POOLED.fill(j=rival) if told else words.POOLED
            yield Event("cells", 3.7, pooled.fill(n=self.place), detail=1)
            yield Event("weights", 2.9, words.WEIGHT_EACH, detail=1)
        else:
            bridge = words.WHY_THEN.fill(j=rival) if told else words.EACH_PLACE
            yield Event("weights", 4.4, bridge.fill(n=self.place), detail=1)
        before_at, after_at = self.weighed.before, self.weighed.after
        half = self.weighed.halfway
        if half is not None:
            still = fmt.number(float(self.weighed.responses[half][before_at]))
            told_half = words.STILL_THERE.fill(n=self.pixels(half), v=still)
            yield Event("part", 3.0, told_half, detail=1)
        if self.weighed.on is not None:
            same = fmt.number(float(self.weighed.responses[0][before_at]))
            moves = words.ONE_CELL_ON.fill(v=same)
        else:
            moves = words.OTHER_CELL if before_at != after_at else words.OTHER_RESPONSES
        yield Event("next", 4.0, moves.fill(n=self.pixels(self.weighed.steps)), detail=1)
        turns = before > 0 > after
        yield Event("places", 4.4, (words.TURNS if turns else words.WHY).fill(k=label, j=rival))

    def _curve(self) -> Iterator[Event]:
        if self.model != DEFAULT:
            return
        cnn, dense = (fmt.percent(self.accuracy(name)[AT]) for name in ("cnn", "dense"))
        yield Event("digits", 2.2, words.MANY, detail=2)
        yield Event("curve", 2.6, words.CURVE.fill(n=AT, p=cnn, q=dense), detail=2)

    @property
    def misread(self) -> Caption | None:
        """What the network takes the picture for, if that is wrong before anything moves."""
        known, first = self.subject.label, self.answers[0][0]
        if known is None or first == known:
            return None
        return words.BEGINS.fill(
            k=class_label(self.network, first), label=class_label(self.network, known)
        )

    @property
    def gives_up(self) -> Caption:
        """When the networks give other answers."""
        if self.misread is not None:
            return words.STAIRS
        ends = [fmt.count(self.pixels(n)) if n <= FAR else None for n in self.fails]
        if len(ends) == 1 or None in ends:
            return words.STAIRS
        label = class_label(self.network, self.label)
        return words.GIVE_UP.fill(k=label, a=ends[0] or "", b=ends[1] or "")

    @property
    def ending(self) -> Caption:
        """What is to be remembered, as far as it holds for this network and this picture."""
        if self.by_place is None:
            return words.END
        if len(self.networks) < 2:
            return words.PLACES_ALONE.fill(p=self.place)
        if self.misread is not None or max(self.fails) > FAR or not self.holds_longer:
            return words.HAVE_PLACES
        wrong, held = self.pixels(self.fails[1]), self.pixels(self.fails[0] - 1)
        label = class_label(self.network, self.label)
        return self.answer.fill(k=label, n=wrong, p=self.place, m=held)

    @property
    def holds_longer(self) -> bool:
        """Whether the first network holds after the second fails, which never finds back."""
        own, other = self.fails
        return own > other and self.answers[1][0] not in self.answers[1][other:]


def plain(value: float) -> str:
    """Print an exact zero as 0, anything else with two decimals or the power of ten it has."""
    if value == 0:
        return "0"
    return fmt.number(value) if value >= 0.005 else f"{value:.0e}".replace("-", fmt.MINUS)
