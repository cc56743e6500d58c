"""A photograph has three channels: one kernel reads all of them and makes one number."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar

from convexplain.figures import _base, _draw
from convexplain.figures._base import AnyFigure
from convexplain.lessons.channels import Channels
from convexplain.style.captions import Caption
from convexplain.style.theme import Look


@dataclass(frozen=True)
class Photograph(Channels):
    """Which photograph is shown."""

    title: ClassVar[Caption] = Caption(
        en="Channels of a photograph: three in, one number out",
        zh="照片的通道：3 个通道，求和得到一个数",
    )

    # No options here: they concern the network.
    picture: Any = dataclasses.field(default=None)
    filter: Any = dataclasses.field(default=None)
    layer: Any = dataclasses.field(default=None)
    at: Any = dataclasses.field(default=None)
    model: str = dataclasses.field(default="cnn")


Options = Photograph


def draw(
    options: Photograph,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw the photograph, each channel's patch ⊙ kernel with its sum, and the map."""
    return _draw.diagram(options.photo_diagram(), look, width=width, figure=figure)


def alternative(options: Photograph, lang: str = "en") -> str:
    """Say what each channel adds, and where."""
    return options.photo_diagram().alternative_text(lang)


def caption(options: Photograph, lang: str = "en") -> str:
    """Say what the figure shows, in the words of the lesson."""
    shown = ("kernels", "added", "where")
    events = [event for beat in options.beats() for event in beat.parts if event.name in shown]
    said = [event.said.text(lang) for event in events if event.said is not None]
    return ("" if lang == "zh" else " ").join(said)
