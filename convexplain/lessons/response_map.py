"""What a response map means: where windows match a filter and hold ink."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from convexplain.data import kernels
from convexplain.errors import UsageError, choose
from convexplain.lessons.parts import response_words as words
from convexplain.lessons.parts.beats import Beat, Choice, Event, Question
from convexplain.lessons.parts.lesson import option
from convexplain.lessons.parts.network_lesson import FilterLesson
from convexplain.lessons.parts.number_words import in_words
from convexplain.lessons.parts.response_picture import (
    INK,
    INK_AMOUNT,
    SIGNAL,
    Laid,
    Place,
    ResponsePicture,
    lay,
)
from convexplain.lessons.parts.subject import Role, with_maps
from convexplain.ops import Box, ConvStep, Window
from convexplain.panels import Diagram, Scale
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

Map = npt.NDArray[np.float32]
#: What cancels leaves less than this share of what is for it; as much is hardly any.
LITTLE = 0.25
#: A window that fits has this share of the best window's match; a faint one, this of its ink.
FITS, FAINT = 0.9, 0.5
#: Maps that correlate less light up elsewhere.
ALIKE = 0.5
#: How long a window is looked at, in seconds.
LOOK = 0.7


class Alike(NamedTuple):
    """The two maps that resemble each other most, their correlation, and those without response."""

    first: int
    second: int
    correlation: float
    blank: tuple[int, ...]


@dataclass(frozen=True)
class ResponseMap(FilterLesson):
    """What one filter's map means, weighed at some windows, and what other filters find."""

    name: ClassVar[str] = "response-map"
    title: ClassVar[Caption] = Caption(
        en="Response map: where the pattern is", zh="响应图：模式出现在哪里"
    )
    question: ClassVar[Caption] = Caption(
        en="What does one filter find in a picture, and where?",
        zh="一个过滤器在图里找到了什么，在哪里？",
    )
    answer: ClassVar[Caption] = Caption(
        en="A response map says where a pattern is, and how strongly.",
        zh="响应图说明：模式出现在哪里，响应有多强。",
    )

    needs: ClassVar[tuple[Role, ...]] = ("maps",)

    layer: str | None = option(
        None,
        en="the layer whose maps are shown, by its name; the first that has any if not given",
        zh="展示哪一层的响应图，给出层名；默认为第一个有响应图的层",
        metavar="NAME",
    )

    @property
    def shown_layer(self) -> str:
        """The layer asked for, or the first that has maps."""
        names = tuple(layer.name for layer in with_maps(self.network))
        if self.layer is not None and self.layer not in names:
            raise UsageError(
                "there are no response maps of a layer {layer!r}: {choice}",
                layer=self.layer,
                choice=choose(self.layer, names),
            )
        return self.layer or names[0]

    @cached_property
    def shown_filter(self) -> int:
        """The filter asked for, or the example's; in other layers the one that responds most."""
        if self.filter is None and not self.reads_picture:
            return self.strongest
        return super().shown_filter

    @property
    def limit(self) -> float:
        """End of the colour scale that all maps share; a pooling keeps its convolution's."""
        layer = self.network.layer(self.shown_layer)
        pools = layer.family == "pooling"
        maps = self.trace.input_of(layer.name) if pools else self.maps
        return float(np.abs(maps).max())

    @cached_property
    def reads_picture(self) -> bool:
        """Whether a window of the layer is a patch of the gray picture, as large as the kernel."""
        layer = self.network.layers[0]
        window = layer.window
        return (
            (layer.name, layer.family) == (self.shown_layer, "convolution")
            and window is not None
            and window == Window(window.kernel_size, window.stride)
            and self.subject.recipe.colour == "gray"
            and self.subject.recipe.plain
        )

    @property
    def weights(self) -> Map:
        """All kernels of a layer that reads the picture, (height, width, filters)."""
        return self.subject.kernels(self.shown_layer)

    @property
    def signal(self) -> Caption:
        """What the windows hold: ink, unless it is no drawing, or no picture any more."""
        return INK if self._draws else SIGNAL

    @property
    def amount(self) -> Caption:
        """How it is called where it is measured."""
        return INK_AMOUNT if self._draws else SIGNAL

    @property
    def _draws(self) -> bool:
        return self.reads_picture and self.shown_picture.label is not None

    @cached_property
    def laid(self) -> Laid:
        """All maps on the picture."""
        return lay(self.maps, self.drawn, self.network.receptive_field(self.shown_layer))

    # Windows that are weighed.

    @cached_property
    def steps(self) -> tuple[ConvStep, ...]:
        """Every stop of the shown filter, row by row; none of a layer that does not weigh."""
        if self.network.layer(self.shown_layer).family != "convolution":
            return ()
        return tuple(
            cast("ConvStep", step) for step in self.trace.steps(self.shown_layer, self.shown_filter)
        )

    @property
    def best(self) -> tuple[int, int]:
        """Row and column of the largest response; the first such place in a tie."""
        row, col = divmod(int(self.response_map.argmax()), self.response_map.shape[1])
        return row, col

    @property
    def largest(self) -> float:
        """The largest response."""
        return float(self.response_map.max())

    def sees(self, row: int, col: int) -> Box:
        """Return what one cell of the maps sees of the picture."""
        return self.network.receptive_field(self.shown_layer).box(row, col)

    @cached_property
    def places(self) -> dict[str, Place]:
        """The windows that are weighed, lettered by their place on the map.

        "largest": the largest response. "full": of those with more ink than that, whose votes
        cancel, the one with the most ink. "faint": of those that fit, have less ink and respond
        less, the best match, of at most half the ink if there is any. Windows that overlap no
        other's are taken first.
        """
        if not self.steps or self.largest <= 0:
            return {}
        best = self._at(self.steps[int(self.response_map.argmax())])
        found, every = {"largest": best}, [self._at(step) for step in self.steps]
        full = [p for p in every if p.ink > best.ink and _cancels(p.step)]
        self._take(found, "full", sorted(full, key=lambda place: -place.ink))
        faint = [
            p for p in every
            if p.match >= FITS * best.match
            and _printed(p.ink) < _printed(best.ink)
            and _printed(p.step.value) < _printed(best.step.value)
        ]  # fmt: skip
        faint.sort(key=lambda place: (place.ink > FAINT * best.ink, -place.match))
        self._take(found, "faint", faint)
        order = sorted(found, key=lambda name: (found[name].step.row, found[name].step.col))
        return {
            name: found[name]._replace(letter=letter)
            for name, letter in zip(order, "ABC", strict=False)
        }

    def _at(self, step: ConvStep) -> Place:
        return Place("", step, self.sees(step.row, step.col))

    @staticmethod
    def _take(found: dict[str, Place], name: str, candidates: list[Place]) -> None:
        apart = (
            place for place in candidates
            if not any(_overlap(place.step.box, other.step.box) for other in found.values())
        )  # fmt: skip
        for place in [next(apart, None), *candidates[:1]]:
            if place is not None:
                found[name] = place
                return

    # All maps.

    @cached_property
    def correlations(self) -> npt.NDArray[np.float64]:
        """Of all maps with each other, (filters, filters); NaN for those that do not vary."""
        flat = self.maps.reshape(-1, self.maps.shape[2]).astype(np.float64)
        varies = flat.max(axis=0) > flat.min(axis=0)
        flat = flat - flat.mean(axis=0)
        unit = flat / np.where(varies, np.linalg.norm(flat, axis=0), np.nan)
        return np.asarray(unit.T @ unit)

    @property
    def blank(self) -> tuple[int, ...]:
        """The filters that respond nowhere."""
        found = np.flatnonzero(np.abs(self.maps).max(axis=(0, 1)) == 0)
        return tuple(int(n) for n in found)

    @cached_property
    def alike(self) -> Alike | None:
        """The two maps with the largest correlation; None if fewer than two of them vary."""
        likeness = self.correlations.copy()
        likeness[np.tril_indices(len(likeness))] = np.nan
        if np.isnan(likeness).all():
            return None
        first, second = np.unravel_index(int(np.nanargmax(likeness)), likeness.shape)
        return Alike(int(first), int(second), float(likeness[first, second]), self.blank)

    @cached_property
    def other(self) -> int | None:
        """The filter that lights up elsewhere: whose map is least like the shown; None if all are.

        What lights up reaches a share of the scale that is more than a little.
        """
        likeness = self.correlations[self.shown_filter].copy()
        likeness[self.maps.max(axis=(0, 1)) < LITTLE * self.limit] = np.nan
        likeness[self.shown_filter] = np.nan
        if np.isnan(likeness).all() or np.nanmin(likeness) >= ALIKE:
            return None
        return int(np.nanargmin(likeness))

    @property
    def tinted(self) -> int | None:
        """The filter whose bias tints blank paper most; None if none prints above zero."""
        if not self.reads_picture:
            return None
        bias = self.network.biases(self.shown_layer)
        return int(bias.argmax()) if _printed(bias.max()) > 0 else None

    def pattern(self, channel: int) -> Caption | None:
        """Say what a filter that reads the picture looks for, by rule; None if that is mixed."""
        if not self.reads_picture:
            return None
        found = kernels.closest_pattern(self.weights[:, :, channel])
        return words.pattern(found, ink=self._draws)

    # The pictures: the same panels, laid out for what is spoken of.

    @cached_property
    def picture_of(self) -> ResponsePicture:
        """What all of its pictures are made of."""
        name = terms.RESPONSE_MAP.capital
        if not self.reads_picture:
            name = terms.MAP_OF.fill(layer=self.shown_layer, n=self.shown_filter)
        seen = {place.letter: place.box for place in self.places.values()}
        return ResponsePicture(
            pixels=self.drawn,
            maps=self.maps,
            laid=self.laid,
            scale=Scale(self.limit or 1.0, terms.RESPONSE, signed=bool(self.maps.min() < 0)),
            kernels=self.weights if self.reads_picture else None,
            shown=self.shown_filter,
            name=name,
            places=self.places,
            seen=seen or {"best": self.sees(*self.best)},
            amount=self.amount,
        )

    def diagram(self) -> Diagram:
        """Describe picture, map, and the windows that are weighed, for a figure."""
        row, col = self.best
        about = words.ABOUT.fill(
            layer=self.shown_layer,
            n=self.shown_filter,
            shape=fmt.shape(self.response_map.shape),
            v=fmt.number(self.largest),
            r=row,
            c=col,
            strong=fmt.count(int((self.response_map > self.largest / 2).sum())),
            half=fmt.number(self.largest / 2),
        )
        return self.picture_of.diagram(about)

    # What is said.

    def make_beats(self) -> Iterator[Beat]:
        """Tell the lesson: windows are weighed, and the map is read."""
        yield Beat.of("question", self.title, Event("ask", 3.2 * self._slow, self.question))
        yield from self._beat_filter()
        if self.places:
            yield Beat.of("weigh", words.WEIGH_TITLE, *self._beat_windows())
        if self.places:
            said = words.LAW.fill(ink=self.amount.capital)
            yield Beat.of("match", words.WEIGH_TITLE, Event("law", 4.0, said))
        yield Beat.of("map", self.title, *self._beat_map())
        if self.other is not None:
            said = words.ANOTHER.fill(n=self.other)
            if (pattern := self.pattern(self.other)) is not None:
                said = words.ANOTHER_PATTERN.fill(n=self.other, pattern=pattern)
            other = Event("another", 4.0 * self._slow, said, self.other)
            yield Beat.of("others", self.title, other)
        yield Beat.of("answer", self.title, Event("answer", 4.0 * self._slow, self.answer))

    @property
    def _slow(self) -> float:
        """How much longer all lasts where nothing is weighed, and there is less to tell."""
        return 1.0 if self.places else 1.9

    def _beat_filter(self) -> Iterator[Beat]:
        if not self.steps:
            return
        if not self.reads_picture:
            channels = self.steps[0].kernel.shape[2]
            said = words.WEIGHS if channels > 1 else words.WEIGHS_ONE
            values = {"layer": self.shown_layer, "n": channels}
            filled = said.fill(**{name: values[name] for name in said.fields})
            yield Beat.of("filter", self.title, Event("weighs", 2.6 * self._slow, filled, detail=1))
        elif (self.steps[0].kernel < 0).any() and (self.steps[0].kernel > 0).any():
            said = words.SIGNS.fill(ink=self.signal.capital)
            events = [Event("signs", 3.4, said)]
            if (pattern := self.pattern(self.shown_filter)) is not None:
                said = words.PATTERN.fill(n=self.shown_filter, pattern=pattern)
                events.append(Event("pattern", 3.0, said, detail=1))
            yield Beat.of("filter", self.title, *events)

    def _beat_windows(self) -> Iterator[Event]:
        many = in_words(len(self.places), capital=True)
        if len(self.places) > 1:
            yield Event("windows", 2.6, words.WINDOWS.fill(n=many))
            # Each window is looked at before there is an answer.
            seconds = self.pause + LOOK * len(self.places)
            yield Event("predict", seconds, ask=self._ask(), detail=1)
        told = {"full": self._full, "faint": self._faint, "largest": self._largest}
        yield Event("weigh", 3.0, words.WEIGHING, detail=1)
        # What is said of a window is said once its response is there.
        yield Event("add", 4.0, words.ADDING)
        for name in (name for name in told if name in self.places):
            place, detail = self.places[name], int(name != "largest")
            yield Event(name, 1.8, told[name](place), place, "weighed", detail)

    def _full(self, place: Place) -> Caption:
        return words.FULL.fill(x=place.letter, ink=self.amount, v=fmt.number(place.step.activated))

    def _faint(self, place: Place) -> Caption:
        return words.FAINT.fill(
            x=place.letter,
            best=self.places["largest"].letter,
            ink=self.amount,
            v=fmt.number(place.step.activated),
        )

    def _largest(self, place: Place) -> Caption:
        if len(self.places) == 1:
            return words.MOST.fill(x=place.letter)
        return words.BOTH.fill(x=place.letter, ink=self.amount, v=fmt.number(self.largest))

    def _ask(self) -> Question:
        """Ask for the largest response; wrong is what ink alone, or the pattern alone, suggests."""
        best = self.places["largest"].letter
        replies: dict[str, Caption | None] = {"largest": None}
        if "full" in self.places:
            place = self.places["full"]
            (_, pros), (_, cons) = place.step.votes().addends
            replies["full"] = words.MORE_INK.fill(
                x=place.letter, best=best, ink=self.amount, a=fmt.number(pros), b=fmt.number(-cons)
            )
        if "faint" in self.places:
            replies["faint"] = self._faint(self.places["faint"])
        return Question(
            words.WHICH,
            tuple(
                Choice(Caption(en=place.letter, zh=place.letter), replies[name])
                for name, place in self.places.items()
            ),
        )

    def _beat_map(self) -> Iterator[Event]:
        if self.largest <= 0:
            yield Event(
                "nothing", 3.0 * self._slow, words.NOTHING.fill(n=self.shown_filter), shown_by="lay"
            )
            return
        if self.reads_picture and self.places:
            yield Event("sweep", 4.4, words.SWEPT)
            yield Event("visits", 3.4, words.LAID, detail=1)
            return
        yield Event("lay", 2.8 * self._slow, words.LAID)
        if not self.reads_picture:
            box = self.sees(*self.best)
            size = fmt.shape((box.height, box.width))
            said = words.SEES.fill(v=fmt.number(self.largest), size=size)
            yield Event("sees", 2.8 * self._slow, said, detail=1)


def _cancels(step: ConvStep) -> bool:
    """Tell whether there are votes on both sides, of which little is left."""
    pros = float(step.products.clip(0).sum())
    return pros > 0 and abs(step.total) <= LITTLE * pros


def _overlap(a: Box, b: Box) -> bool:
    return a.top < b.bottom and b.top < a.bottom and a.left < b.right and b.left < a.right


def _printed(value: float) -> float:
    return float(fmt.rounded(value))
