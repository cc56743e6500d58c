"""A photograph has three channels: one kernel reads all of them and makes one number."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar

from convexplain.lessons.channels import Channels
from convexplain.panels import Diagram
from convexplain.style.captions import Caption


@dataclass(frozen=True)
class Photograph(Channels):
    """Which photograph is shown."""

    title: ClassVar[Caption] = Caption(
        en="Channels of a photograph: three in, one number out",
        zh="照片的通道：3 个通道，求和得到一个数",
    )
    alone: ClassVar[Caption] = Caption(
        en="its kernel is made by hand: no network is in it",
        zh="它的卷积核是人工设计的，没有用到网络",
    )

    # No options here: they concern the network.
    picture: Any = dataclasses.field(default=None)
    filter: Any = dataclasses.field(default=None)
    layer: Any = dataclasses.field(default=None)
    at: Any = dataclasses.field(default=None)
    model: str = dataclasses.field(default="cnn")


Options = Photograph
QUOTES = ("kernels", "added", "where")


def diagram(options: Photograph) -> Diagram:
    """Describe the photograph, each channel's patch ⊙ kernel with its sum, and the map."""
    return options.photo_diagram()
