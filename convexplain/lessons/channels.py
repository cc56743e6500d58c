"""A filter reads all channels and makes one number of them: a photograph, then a network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, cast

import numpy as np
import numpy.typing as npt

from convexplain.data import digits
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.parts import channel_words as words
from convexplain.lessons.parts import photo
from convexplain.lessons.parts.answer_bars import class_label
from convexplain.lessons.parts.beats import Beat, Choice, Event, Question
from convexplain.lessons.parts.channels_picture import ChannelsPicture, names
from convexplain.lessons.parts.lesson import option
from convexplain.lessons.parts.network_lesson import DEFAULT, FilterLesson
from convexplain.lessons.parts.number_words import in_words
from convexplain.lessons.parts.photo import Colours
from convexplain.lessons.parts.photo_picture import PhotoPicture
from convexplain.lessons.parts.search import find_channel_stop
from convexplain.lessons.parts.subject import Role, Subject, load, reads_all_channels
from convexplain.ops import Breakdown, ConvStep, ConvSteps
from convexplain.panels import Diagram
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption, same

#: So many channels are shown one by one, the others as one sum if they are several.
SHOWN = 5
#: So many maps are large enough to be looked at side by side.
LARGE = 6
#: So many filters' maps are shown, each as large as what is read.
FEW = 6
#: So many filters with strong responses are searched for arithmetic that adds up.
_TRIED = 8


@dataclass(frozen=True)
class Channels(FilterLesson):
    """A feature map is a 3D tensor: each filter adds up all channels, and makes one of its own."""

    name: ClassVar[str] = "channels"
    title: ClassVar[Caption] = Caption(
        en="Channels: many in, one filter", zh="通道：许多通道，一个过滤器"
    )
    question: ClassVar[Caption] = words.QUESTION
    answer: ClassVar[Caption] = words.ANSWER

    needs: ClassVar[tuple[Role, ...]] = ("convolution of many channels",)

    photo: Picture | None = option(
        None,
        en="a photograph of your own, in colour; a network that reads colours reads it, too",
        zh="自己的彩色照片；读取彩色图的网络也处理它",
        flags=("--image",),
    )
    layer: str | None = option(
        None,
        en="the convolution that is shown; by default the first that reads many channels",
        zh="展示哪个卷积层；默认为第一个读取多个通道的卷积层",
        metavar="NAME",
    )
    at: tuple[int, int] | None = option(
        None,
        en="row and column of the filter's map, counted from 0",
        zh="响应图的行和列，编号从 0 开始",
    )

    def validate(self) -> None:
        """Refuse what cannot be shown."""
        if self.layer is not None and not reads_all_channels(self.network, self.layer):
            raise UsageError(
                "{layer} is no convolution of all channels of the layer before it: give another "
                "--layer, or none",
                layer=self.layer,
            )
        super().validate()
        height, width, _ = self.network.shapes[self.shown_layer]
        if self.at is not None and not (0 <= self.at[0] < height and 0 <= self.at[1] < width):
            raise UsageError(
                "there is no row {at[0]}, column {at[1]} in {layer}: rows are 0 to {last_row}, "
                "columns 0 to {last_col}",
                at=self.at,
                layer=self.shown_layer,
                last_row=height - 1,
                last_col=width - 1,
            )
        if self.photo is not None:
            Colours(self.photo)

    @cached_property
    def subject(self) -> Subject:
        """The network, and the picture that it reads: in colour the photograph."""
        network = load(self.model)
        picture = self.picture
        if picture is None and network.input_shape[2] == 3:
            picture = self.colours.picture
        return Subject(network, picture or digits.sample(self.chosen["sample"]), self.model)

    @property
    def shown_layer(self) -> str:
        """The layer asked for, or the first that reads many channels."""
        return self.layer or super().shown_layer

    # The photograph.

    @cached_property
    def colours(self) -> Colours:
        """The bundled photograph and a trained kernel, or another one and a kernel made by hand."""
        return photo.bundled() if self.photo is None else Colours(self.photo)

    # The network.

    @property
    def inputs(self) -> npt.NDArray[np.float32]:
        """What the layer reads, (height, width, channels)."""
        return self.trace.input_of(self.shown_layer)

    @property
    def outputs(self) -> npt.NDArray[np.float32]:
        """What the layer puts out, (height, width, filters)."""
        return self.maps

    @property
    def input_name(self) -> str:
        """Name of the layer before."""
        before = self.trace.layer_before(self.network.layer(self.shown_layer))
        return before.name if before is not None else "input"

    @property
    def input_limit(self) -> float:
        """End of the inputs' colour scale: a pool keeps its convolution's."""
        before = self.trace.layer_before(self.network.layer(self.shown_layer))
        while before is not None and before.hands_on and before.family != "concatenation":
            before = self.trace.layer_before(before)
        maps = self.trace.image if before is None else self.trace.activations[before.name]
        return float(np.abs(maps).max())

    @property
    def output_limit(self) -> float:
        """The largest response of the layer: all its maps share one colour scale."""
        return float(np.abs(self.outputs).max())

    @property
    def _is_example(self) -> bool:
        """Whether layer and picture are those for which an example is stored."""
        chosen = self.layer in (None, self.chosen["layer"])
        return chosen and self.picture is None and self.model == DEFAULT

    @cached_property
    def shown_filter(self) -> int:
        """The filter asked for, the example's, or one that responds strongly to this digit.

        Of the filters with the largest responses, the one with the largest that adds up.
        """
        if self.filter is not None:
            return self.filter
        if self._is_example and self.at is None:
            return int(self.chosen["filter"])
        maps = self.outputs if self.at is None else self.outputs[self.at[0], self.at[1]][None, None]
        strongest = [int(n) for n in np.argsort(-maps.max(axis=(0, 1)), kind="stable")[:_TRIED]]
        steps = {n: self._chosen(n) for n in strongest}
        honest = [n for n in strongest if steps[n].breakdown(self.named, grids=1).checkable()]
        return max(honest or strongest[:1], key=lambda n: steps[n].value)

    @property
    def named(self) -> int:
        """How many channels are shown one by one."""
        count = int(self.inputs.shape[2])
        return count if count == SHOWN + 1 else SHOWN

    @cached_property
    def step(self) -> ConvStep:
        """How the filter makes one number at the place that is shown."""
        return self._chosen(self.shown_filter)

    def _chosen(self, filter: int) -> ConvStep:
        """Take the place asked for, the example's, or the strongest that adds up."""
        steps = cast("ConvSteps", self.trace.steps(self.shown_layer, filter))
        if self.at is not None:
            return steps.at(*self.at)
        if self._is_example and self.filter is None:
            return steps.at(*self.chosen["at"])
        stop = find_channel_stop(steps, self.named)
        return steps[stop.position if stop else int(np.argmax(self.outputs[:, :, filter]))]

    @cached_property
    def breakdown(self) -> Breakdown:
        """What makes the value: the largest channels, the first of them cell by cell."""
        return replace(self.step.breakdown(self.named, grids=1), rest_name=terms.OTHER_CHANNELS)

    @property
    def top(self) -> tuple[int, ...]:
        """The channels that contribute most, largest first."""
        return tuple(part.place for part in self.breakdown.parts)

    @property
    def shown_channels(self) -> tuple[int, ...]:
        """The channels that a figure shows as maps, or a video of very many: the largest here."""
        order = np.argsort(-np.abs(self.step.channel_sums), kind="stable")[:LARGE]
        return tuple(sorted(int(n) for n in order))

    @property
    def shown_filters(self) -> tuple[int, ...]:
        """The filters that are shown: all, or of many this one and the strongest here."""
        if self.outputs.shape[2] <= FEW:
            return tuple(range(self.outputs.shape[2]))
        here = np.abs(self.outputs[self.step.row, self.step.col])
        order = [int(n) for n in np.argsort(-here, kind="stable") if n != self.step.filter]
        return tuple(sorted([self.step.filter, *order[: FEW - 1]]))

    @property
    def others(self) -> npt.NDArray[np.float64]:
        """What the channels give that are not shown one by one."""
        sums: npt.NDArray[np.float64] = np.delete(self.step.channel_sums, self.top)
        return sums

    @property
    def against(self) -> int | None:
        """The channel that speaks most against the value, if its number prints below zero."""
        least = int(self.step.channel_sums.argmin())
        return least if fmt.rounded(self.step.channel_sums[least]) < 0 else None

    @cached_property
    def another(self) -> ConvStep | None:
        """Another filter at the same place: the one that differs most, if there is one."""
        if self.outputs.shape[2] == 1:
            return None
        here = self.outputs[self.step.row, self.step.col].astype(np.float64)
        other = int(np.abs(here - here[self.step.filter]).argmax())
        steps = cast("ConvSteps", self.trace.steps(self.shown_layer, other))
        return steps.at(self.step.row, self.step.col)

    # The pictures.

    @cached_property
    def photo_picture(self) -> PhotoPicture:
        """What all pictures of the photograph are made of."""
        return PhotoPicture(self.colours)

    @cached_property
    def picture_of(self) -> ChannelsPicture:
        """What all pictures of the layer are made of."""
        before = self.trace.layer_before(self.network.layer(self.shown_layer))
        gray = before is None and self.inputs.shape[2] == 1
        return ChannelsPicture(
            step=self.step, account=self.breakdown, inputs=self.inputs, outputs=self.outputs,
            ink=gray, input_limit=self.input_limit, output_limit=self.output_limit,
            input_name=self.input_name, layer=self.shown_layer, shown=self.shown_channels,
            filters=self.shown_filters, given=self._given,
        )  # fmt: skip

    @property
    def _given(self) -> npt.NDArray[np.float32] | None:
        """The picture whose maps are read, unless it was seen as the photograph, or is read."""
        seen = self.subject.given is self.colours.picture
        return None if seen or self.input_name == "input" else self.drawn

    def photo_diagram(self) -> Diagram:
        """Describe the photograph's part in one picture, for a figure."""
        return self.photo_picture.diagram()

    def diagram(self) -> Diagram:
        """Describe the layer's part in one picture, for a figure."""
        step, account = self.step, self.breakdown
        about = words.ABOUT.fill(
            here=self.shown_layer, n=step.filter, c=self.inputs.shape[2], layer=self.input_name,
            r=step.row, k=step.col, top=names([(p.place, p.value) for p in account.parts]),
            rest=fmt.number(account.rest, sign=True), bias=fmt.number(account.bias, sign=True),
            z=fmt.number(step.value), activation=self._activation,
            v=fmt.number(step.activated),
        )  # fmt: skip
        return self.picture_of.diagram(about)

    @property
    def _activation(self) -> str:
        return terms.activation(self.step.activation)

    # What is said.

    def make_beats(self) -> Iterator[Beat]:
        """Tell the lesson: three channels of colour, then many of a network."""
        channels = self.inputs.shape[2]
        title = words.TITLE.fill(c=channels)
        question = words.QUESTION
        yield Beat.of("question", self.title, Event("question", 2.8, question))
        yield Beat.of("photograph", words.TITLE.fill(c=3), *self._tell_photograph())
        yield Beat.of("layer", title, *self._tell_layer())
        yield Beat.of("number", title, *self._tell_number())
        yield Beat.of("one-map", title, *self._tell_one_map())
        filters = self.outputs.shape[2]
        if filters > 1:
            title = words.TITLE_ALL.fill(c=channels, f=filters)
            yield Beat.of("map", title, *self._tell_all())
        yield Beat.of("answer", title, Event("answer", 4.0, self.answer))

    def _tell_photograph(self) -> Iterator[Event]:
        added = words.ADDED
        if not self.colours.checkable:
            added = added.then(terms.ROUNDED_BRIEFLY)
        yield Event("peel", 2.8, words.PEEL, detail=1)
        yield Event("window", 2.6, words.WINDOW, detail=1)
        yield Event("kernels", 3.6, words.OWN, detail=1)
        rows, cols, _ = self.colours.kernel.shape
        size = rows * cols
        k = Caption(en=in_words(size, capital=True).en, zh=str(size))
        yield Event("sums", 8.6, words.SUMS.fill(k=k), detail=1)
        yield Event("added", 3.8, added, detail=1)

    def _tell_layer(self) -> Iterator[Event]:
        channels = self.inputs.shape[2]
        label = self.subject.label
        said = words.LAYER.fill(c=channels)
        if self._given is not None:
            k = words.PICTURE if label is None else class_label(self.network, label)
            digit = label is not None and k.text("en").isdigit()
            told = words.LAYER_OF_DIGIT if digit else words.LAYER_OF_PICTURE
            said = told.fill(layer=self.input_name, c=channels, k=k)
        yield Event("layer", 3.0, said)

    def _ask_how_many(self) -> Question:
        """Ask how many maps one filter makes; the wrong numbers come of known mistakes."""
        channels, filters = self.inputs.shape[2], self.outputs.shape[2]
        replies: dict[int, Caption | None] = {1: None}
        replies.setdefault(channels, words.EACH_CHANNEL.fill(c=channels))
        replies.setdefault(filters, words.OF_ALL)
        return Question(
            words.HOW_MANY,
            tuple(Choice(same(fmt.count(n)), reply) for n, reply in sorted(replies.items())),
        )

    def _tell_number(self) -> Iterator[Event]:
        step, first, count = self.step, self.top[0], self.inputs.shape[2]
        size = int(step.kernel[:, :, first].size)
        k = Caption(en=in_words(size).en, zh=str(size))
        yield Event("first", 5.2, words.FIRST.fill(n=first, k=k), first)
        if len(self.top) > 1:
            following = words.NEXT_ONE if len(self.top) == 2 else words.NEXT
            said = following.fill(m=in_words(len(self.top) - 1)) if following.fields else following
            yield Event("next", 3.4, said)
        if self.others.size:
            negative = any(fmt.rounded(value) < 0 for value in self.others)
            rest = words.REST_AGAINST if negative else words.REST
            yield Event("rest", 2.8, rest.fill(r=self.others.size))
        made = words.ALL.fill(c=count) if count > 1 else words.ONLY
        if not self.breakdown.checkable():
            made = made.then(terms.ROUNDED_BRIEFLY)
        yield Event("one", 3.0, made)
        if self.against is not None:
            value = fmt.number(step.channel_sums[self.against])
            said = words.AGAINST.fill(n=self.against, v=value)
            yield Event("against", 3.4, said, self.against, detail=2)

    def _tell_one_map(self) -> Iterator[Event]:
        if max(self.inputs.shape[2], self.outputs.shape[2]) > 1:
            yield Event("predict-maps", self.pause, ask=self._ask_how_many(), detail=1)
        zeros = (self.maps[:, :, self.shown_filter] == 0).any()
        relu = bool(self.step.activation == "relu" and zeros)
        yield Event("one-map", 3.8, words.ONE_MAP_RELU if relu else words.ONE_MAP)

    def _tell_all(self) -> Iterator[Event]:
        filters = self.outputs.shape[2]
        if self.another is not None:
            value = fmt.number(self.another.activated)
            said = words.ANOTHER.fill(n=self.another.filter, v=value)
            yield Event("another", 3.4, said, self.another, detail=2)
        yield Event("all-maps", 3.0, words.ALL_MAPS.fill(f=filters))
