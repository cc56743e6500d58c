"""Lessons about a network and a picture of the user's choice, and those about one filter of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from convexplain.data import examples
from convexplain.data.pictures import Picture
from convexplain.lessons.parts.checks import check_filter
from convexplain.lessons.parts.lesson import Lesson, option, option_fields
from convexplain.lessons.parts.subject import Role, Subject, example, load
from convexplain.network import Network, Trace

#: The network for which the examples were chosen.
DEFAULT = "cnn"


def model_option(default: str = DEFAULT) -> str:
    """Declare which network is shown, as an option of a lesson."""
    return option(
        default,
        en="a network that was saved to a file",
        zh="保存好的网络文件",
        metavar="FILE",
        kw_only=True,
    )


@dataclass(frozen=True)
class NetworkLesson(Lesson):
    """What lessons share that follow a picture through a network.

    Attributes
    ----------
    needs : tuple of Role
        What a network must have to be shown; another is refused.
    example : str
        Whose example is shown, by the lesson's name; the lesson's own if empty.
    """

    needs: ClassVar[tuple[Role, ...]] = ()
    example: ClassVar[str] = ""

    picture: Picture | None = option(
        None, en="the digit or picture that is read", zh="要处理的手写数字或图片"
    )
    model: str = model_option()

    def validate(self) -> None:
        """Refuse a network that lacks what is needed, and a picture that it cannot read."""
        super().validate()
        for role in self.needs:
            self.subject.role(role)
        _ = self.shown_picture

    @property
    def chosen(self) -> dict[str, Any]:
        """The example that the lesson was chosen for, as stored."""
        found: dict[str, Any] = examples.load()[self.example or self.name]
        return found

    @cached_property
    def subject(self) -> Subject:
        """The network, and the picture asked for or the example."""
        network = load(self.model)
        picture = self.picture or example(network, self.chosen["sample"])
        return Subject(network, picture, self.model)

    @property
    def network(self) -> Network:
        """The network that is shown."""
        return self.subject.network

    @property
    def shown_picture(self) -> Picture:
        """The picture as the network reads it."""
        return self.subject.picture

    @property
    def drawn(self) -> npt.NDArray[np.float32]:
        """The picture as it is drawn: (height, width), or (height, width, 3) in colour."""
        return self.subject.drawn

    @property
    def trace(self) -> Trace:
        """The picture on its way through the network."""
        return self.subject.trace


@dataclass(frozen=True)
class FilterLesson(NetworkLesson):
    """What lessons share that look at one filter of one layer."""

    filter: int | None = option(
        None,
        en="the filter that is shown, counted from 0",
        zh="展示哪个过滤器，编号从 0 开始",
        metavar="N",
    )

    def validate(self) -> None:
        """Refuse a filter that there is not."""
        super().validate()
        check_filter(self.filter, self.filters, self.shown_layer)

    @property
    def shown_layer(self) -> str:
        """Name of the layer whose filter is shown: the first that the lesson needs."""
        return self.subject.role(self.needs[0]).name

    @property
    def filters(self) -> int:
        """How many filters the layer has."""
        return self.network.shapes[self.shown_layer][-1]

    @property
    def shown_filter(self) -> int:
        """The filter asked for, the example's, or in other networks the `clearest`."""
        if self.filter is not None:
            return self.filter
        if self.model == type(self).model:
            return int(self.chosen["filter"])
        return self.clearest

    @property
    def clearest(self) -> int:
        """The filter that shows best what the lesson tells."""
        return self.strongest

    @property
    def maps(self) -> npt.NDArray[np.float32]:
        """All maps of the layer, (height, width, filters)."""
        return self.trace.activations[self.shown_layer]

    @property
    def response_map(self) -> npt.NDArray[np.float32]:
        """The shown filter's map, (height, width)."""
        return self.maps[:, :, self.shown_filter]

    @cached_property
    def strongest(self) -> int:
        """The filter of the layer with the largest response."""
        return int(self.maps.max(axis=(0, 1)).argmax())


def shows_networks(options: type[Any]) -> bool:
    """Return whether a lesson, or a figure, can be about any network that has its needs."""
    taken = {field.name for field in option_fields(options)}
    return hasattr(options, "needs") and "model" in taken
