"""How the film ends: the digit's whole way in one picture, and the first question answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from convexplain.data import digits
from convexplain.data.pictures import Picture
from convexplain.lessons._opening import Opening, Score
from convexplain.lessons.parts.answer_bars import answer_bars, class_label
from convexplain.lessons.parts.architecture_picture import SHARE_OF
from convexplain.lessons.parts.beats import Beat, Event
from convexplain.lessons.parts.lesson import Lesson
from convexplain.lessons.parts.subject import convolutions, name_of
from convexplain.network import Network, Trace
from convexplain.panels import (
    Cells,
    Column,
    Diagram,
    Either,
    Legend,
    Maps,
    Mark,
    Part,
    Row,
    Scale,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

#: The stations of the way, in their order; each comes out of the one before it.
STATIONS = ("digit", "patch", "map", "stack", "parts", "answer", "label")
#: How many maps of the first and of the last convolution are drawn.
_SHEETS = 9


@dataclass(frozen=True, kw_only=True)
class Closing(Lesson):
    """The way of the film's digit, from its pixels to the answer."""

    name: ClassVar[str] = "_closing"
    title: ClassVar[Caption] = Caption(en="The whole way", zh="完整的一条路")
    question: ClassVar[Caption] = Opening.question
    answer: ClassVar[Caption] = Caption(
        en="Small patterns, learned once, looked for everywhere, joined step by step: that is why.",
        zh="小模式，学一次，处处去找，层层组合：这就是原因。",
    )

    #: Whom the film is about; a typical four if not given.
    picture: Picture | None = None
    #: The filter that the film followed; the one with the largest response if not given.
    filter: int | None = None

    @cached_property
    def opening(self) -> Opening:
        """The film's opening, whose question is answered here."""
        return Opening(picture=self.picture)

    @cached_property
    def trace(self) -> Trace:
        """The picture on its way through the convnet."""
        picture = self.picture or digits.first(4)
        return Trace(Network.load("cnn"), picture.pixels)

    @property
    def layers(self) -> tuple[str, str]:
        """Names of the first and of the last convolution."""
        found = convolutions(self.trace.network)
        return name_of(self.trace.network, "first convolution"), found[-1].name

    @property
    def shown_filter(self) -> int:
        """The filter whose map is drawn."""
        if self.filter is not None:
            return self.filter
        return int(self.trace.activations[self.layers[0]].max(axis=(0, 1)).argmax())

    @property
    def place(self) -> tuple[int, int]:
        """Row and column of that filter's largest response."""
        response = self.trace.activations[self.layers[0]][:, :, self.shown_filter]
        row, col = divmod(int(response.argmax()), response.shape[1])
        return row, col

    def strongest(self, layer: str) -> tuple[int, ...]:
        """Return the maps of a layer with the largest responses, strongest first."""
        peaks = self.trace.activations[layer].max(axis=(0, 1))
        return tuple(np.argsort(-peaks, kind="stable")[:_SHEETS].tolist())

    def start(self) -> Diagram:
        """Describe the digit alone, with the window where the filter responds most."""
        return Diagram(self._digit())

    def way(self) -> Diagram:
        """Describe the way; each part is one of `STATIONS`, with an arrow such as ``to-map``."""
        parts = [
            Row(Text(f"to-{name}", "→", role="sign"), part, gap=0.4) if number else part
            for number, (name, part) in enumerate(zip(STATIONS, self._parts(), strict=True))
        ]
        scores = [self._score(n) for n in range(len(self.opening.scores))]
        legend = Legend("legend")
        last = Row(*parts[5:], Column(*scores, legend, gap=0.8), gap=1.2)
        three = Column(Row(*parts[:3], gap=0.4), Row(*parts[3:5], gap=0.4), last, align="middle")
        two = Column(
            Row(*parts[:4], legend, gap=0.8),
            Row(*parts[4:], Column(*scores, gap=0.8), gap=0.8),
            gap=1.5,
        )
        return Diagram(Either(two, three))

    def _digit(self, share: str = "") -> Cells:
        row, col = self.place
        high, wide = self.trace.network.weights_of(self.layers[0])["kernel"].shape[:2]
        window = {"window": Mark(row, col, high, wide)}
        pixels = self.trace.image.squeeze(axis=2)
        return Cells("digit", pixels, share=share, lines=False, marks=window)

    def _parts(self) -> list[Part]:
        first, last = self.layers
        pixels = self.trace.image.squeeze(axis=2)
        (row, col), activations = self.place, self.trace.activations
        high, wide = self.trace.network.weights_of(first)["kernel"].shape[:2]
        patch = pixels[row : row + high, col : col + wide]
        maps, parts = activations[first], activations[last]
        maps, parts = maps / maps.max(), parts / max(float(parts.max()), 1e-9)
        response = Scale(1.0, SHARE_OF, signed=False)
        answer = class_label(self.trace.network, self.trace.prediction)
        return [
            self._digit("way"),
            Cells("patch", patch, share="way", fine=0.2),
            Cells("map", maps[:, :, self.shown_filter], response, lines=False, share="way"),
            Maps(
                "stack",
                maps[:, :, self.strongest(first)],
                response,
                share="way",
                stack=True,
                fan=(2.0, 1.0),
                glass=1.0,
            ),
            Maps(
                "parts",
                parts[:, :, self.strongest(last)],
                response,
                columns=3,
                weight=4.0,
            ),
            answer_bars(self.trace, length=16.0, share="way"),
            Text("label", answer, role="display", weight="bold"),
        ]

    def _score(self, number: int) -> Part:
        score: Score = self.opening.scores[number]
        return Column(
            Text(f"network-{number}", score.network, role="heading"),
            Text(f"score-{number}", fmt.percent(score.measured, 2), role="display", weight="bold"),
            gap=0.2,
        )

    def make_beats(self) -> Iterator[Beat]:
        """Tell the way, ask the first question again, and answer it."""
        label = class_label(self.trace.network, self.trace.prediction)
        right = self.picture is None or self.picture.label in (None, self.trace.prediction)
        yield Beat.of(
            "way", self.title,
            Event("begin", 2.0, _BEGIN),
            Event("way", 7.0, _WAY),
            Event("arrived", 2.6, (_ARRIVED if right else _ASTRAY).fill(k=label)),
        )  # fmt: skip
        yield Beat.of(
            "answer",
            self.title,
            Event("again", 4.0, self.question),
            Event("answer", 5.0, self.answer),
        )


_BEGIN = Caption(en="Once more, from the beginning.", zh="从头再看一遍。")
_WAY = Caption(
    en="A window, a map, many maps, parts, ten numbers.", zh="窗口、响应图、许多图、部件、10 个数。"
)
_ARRIVED = Caption(en="And the answer: {k}.", zh="最后的答案：{k}。")
_ASTRAY = Caption(en="And the answer, a wrong one: {k}.", zh="最后的答案是 {k}，认错了。")
