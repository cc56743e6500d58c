"""The picture moves: its response map moves along, exactly; the answer does not always hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from convexplain.data import digits, facts
from convexplain.data.pictures import Picture
from convexplain.lessons.parts import translation_words as words
from convexplain.lessons.parts.answer_bars import class_label
from convexplain.lessons.parts.beats import Beat, Choice, Event, Question
from convexplain.lessons.parts.cells_picture import CellsPicture
from convexplain.lessons.parts.shift_lesson import ShiftLesson
from convexplain.lessons.parts.shifted import Reader, printed
from convexplain.lessons.parts.subject import Role, digits_of
from convexplain.lessons.parts.translation_picture import TranslationPicture
from convexplain.lessons.parts.unit_picture import UnitPicture
from convexplain.lessons.parts.walking import FAR, SURE, find_walks
from convexplain.network import Network
from convexplain.panels import Diagram
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

#: At how many pixels both networks' accuracies are told.
AT = 3


@dataclass(frozen=True)
class Translation(ShiftLesson):
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
        en="Convnet: a weight every {p} px. At {n} px, {v} is left: still {k}.",
        zh="卷积：{p} 像素一个权重，移 {n} 像素剩 {v}，仍是 {k}。",
    )

    needs: ClassVar[tuple[Role, ...]] = ("first convolution", "probabilities")

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

    def accuracy(self, network: str) -> tuple[float, ...]:
        """Return the stored accuracy on the test digits after shifts by 0 to 8 pixels."""
        rows = [row for row in facts.rows("shift") if row["network"] == network]
        return tuple(row["accuracy"] for row in sorted(rows, key=lambda row: row["pixels"]))

    @cached_property
    def picture_of(self) -> TranslationPicture:
        """What all of its pictures are made of."""
        drawn = tuple(np.asarray(self.subject.recipe.drawn(t.image)) for t in self.traces)
        label = class_label(self.network, self.label)
        weighed = self.weighed
        return TranslationPicture(
            drawn=drawn,
            maps=tuple(self.map_at(n) for n in range(FAR + 1)),
            layer=self.shown_layer,
            limit=self.limit,
            step=self.step,
            readers=tuple(map(self._reader, range(len(self.networks)))),
            back=self.back[0],
            apart=plain(self.back[2]),
            shift=self.compared,
            inside=self.inside,
            of_unit=None if self.unit is None else UnitPicture(self.unit, self.step),
            of_cells=None
            if weighed is None
            else CellsPicture(
                drawn=drawn,
                step=self.step,
                weighed=weighed,
                shrunk=self.shrunk,
                fields=(self.reads(weighed.before), self.reads(weighed.after)),
                label=label,
                rival=class_label(self.network, self.rival),
            ),
            label=label,
        )

    def _reader(self, number: int) -> Reader:
        """Tell what one of the networks reads after each step, and what its sums come to."""
        known, (name, _) = self.subject.label, self.networks[number]
        said, shares = self.answers[number], self.shares[number]
        added = name.capital
        if number and self.unit is not None:
            added = words.ADDED_UNITS.fill(name=added, m=self.unit.many)
        elif not number and self.weighed is not None:
            added = words.ADDED_FILTERS.fill(name=added, m=self.weighed.many)
        return Reader(
            name,
            tuple(class_label(self.network, k) for k in said),
            tuple(float(p[k]) for p, k in zip(shares, said, strict=True)),
            tuple(k == (said[0] if known is None else known) for k in said),
            self.leads[number],
            added,
            class_label(self.network, self.rivals[number]),
        )

    def diagram(self) -> Diagram:
        """Describe all steps with what both networks make of them, for a figure."""
        return self.picture_of.table(self.gives_up)

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
                ("answer", list(self._answer())),
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
        told = words.SAME if worst == 0 else words.NEARLY.fill(d=d, n=count, l=self._lines)
        yield Event("back", 3.4, words.SLID_BACK.fill(n=self.pixels(self.compared)), detail=1)
        yield Event("same", 2.35, told)

    @property
    def _lines(self) -> Caption:
        return words.LINES[self.shown_direction in ("left", "right")]

    def _guess(self) -> Iterator[Event]:
        yield Event("walk", 2.4, words.FOLLOWS)
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
                1.1 if one else 0.9 + 0.5 * (stop - at),
                words.ONE_MORE.fill(n=self.pixels(stop)) if one else further,
                data=(at, stop),
                shown_by="on",
                detail=1,
            )
            yield Event(f"at-{number}", 2.1, self._reads(stop), data=stop, shown_by="reads")
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
        if [answers[steps] == self.subject.label for answers in self.answers] == [True, False]:
            return words.DENSE_WRONG.fill(k=said[0], j=said[1])
        return words.BOTH.fill(k=said[0], j=said[1])

    def _question(self) -> Question | None:
        """Ask which network gives up first; wrong answers are what people say of convnets."""
        if len(self.networks) < 2 or self.fails[0] == self.fails[1] or self.misread is not None:
            return None
        if not 1 < min(self.fails) <= FAR:  # it has been seen, or never will be
            return None
        # In the order in which the answers stand.
        rates = self.accuracy("cnn")[AT], self.accuracy("dense")[AT]
        far = fmt.percent(self.accuracy("cnn")[FAR])
        replies: list[tuple[Caption, Caption | None]] = [
            (words.CNN_FIRST, words.HOLDS.fill(p=fmt.percent(rates[0]), q=fmt.percent(rates[1]))),
            (words.DENSE_FIRST, None),
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
        before, after = self.unit.sums
        yield Event("unit", 3.1, words.OTHER_PIXELS, detail=1)
        yield Event("sums", 3.0, words.OTHER_SUM.fill(v=after, w=before), detail=1)

    def _layers(self) -> Iterator[Event]:
        if self.inside is not None:
            yield Event("inside", 4.6, words.INSIDE.fill(n=self.pixels(1)), detail=2)

    def _why(self) -> Iterator[Event]:
        if self.weighed is None:
            mean = next((s for s in self.stages if s.kind == "pooling" and not s.has_maps), None)
            if mean is not None:
                yield Event("forgets", 3.6, words.FORGETS, detail=1)
            return
        steps, rival = self.whole_step, class_label(self.network, self.rival)
        told = self.answers[0][0] == self.label and self.answers[0][steps] == self.rival
        if self.shrunk:
            yield Event("cells", 3.3, words.POOLED.fill(n=self.place), detail=1)
            each = words.WHY_EACH.fill(j=rival) if told else words.WEIGHT_EACH
            yield Event("weights", 2.8, each, detail=1)
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
            moves = words.ONE_CELL_ON.fill(v=same, way=terms.DIRECTIONS[self.shown_direction])
        else:
            moves = words.OTHER_CELL if before_at != after_at else words.OTHER_RESPONSES
        yield Event("next", 3.7, moves.fill(n=self.pixels(self.weighed.steps)), detail=1)

    def _answer(self) -> Iterator[Event]:
        """Put the sums of both networks side by side, and say what is left of each, and why."""
        label, rival = (class_label(self.network, k) for k in (self.label, self.rival))
        signs = words.ADDED if self.weighed is None else words.NOT_ONE_CELL
        told = signs.fill(k=label, j=rival) if self.signs_tell else words.STEPS.fill(k=label)
        yield Event("added", 3.6, told if any(self.leads) else words.EVERY_STEP)
        if self.both_told:
            yield Event("lost", 3.7, self.lost)
        yield Event("whole", 4.4, self.ending)

    @property
    def lost(self) -> Caption:
        """What is left of the dense network's sum where it first gives another answer: nothing."""
        return words.NOTHING_LEFT.fill(n=self.pixels(self.fails[1]))

    @property
    def kept(self) -> Caption:
        """What is left there of the convnet's."""
        at = self.fails[1]
        first, now = self.leads[0][0], self.leads[0][at]
        told = self.answer if now < first else words.MORE_THAN_BEFORE
        label = class_label(self.network, self.label)
        return told.fill(p=self.place, n=self.pixels(at), v=printed(now), k=label)

    @property
    def gives_up(self) -> Caption:
        """When the networks give other answers."""
        if self.misread is not None:
            return words.EVERY_STEP
        ends = [fmt.count(self.pixels(n)) if n <= FAR else None for n in self.fails]
        if len(ends) == 1 or None in ends:
            return words.EVERY_STEP
        label = class_label(self.network, self.label)
        return words.GIVE_UP.fill(k=label, a=ends[0] or "", b=ends[1] or "")

    @property
    def ending(self) -> Caption:
        """What is to be remembered, as far as it holds for this network and this picture."""
        if self.weighed is None:
            return words.END
        if len(self.networks) < 2:
            return words.PLACES_ALONE.fill(p=self.place)
        if not self.both_told:
            return words.HAVE_PLACES
        return self.kept

    @property
    def both_told(self) -> bool:
        """Whether the dense network's sum turns first, and the convnet's later, for good."""
        return self.weighed is not None and self.unit is not None and self.holds_longer

    @property
    def holds_longer(self) -> bool:
        """Whether the first network holds after the second fails, which never finds back."""
        own, other = self.fails
        return FAR >= own > other and self.answers[1][0] not in self.answers[1][other:]


def plain(value: float) -> str:
    """Print an exact zero as 0, anything else with two decimals or the power of ten it has."""
    if value == 0:
        return "0"
    return fmt.number(value) if value >= 0.005 else f"{value:.0e}".replace("-", fmt.MINUS)
