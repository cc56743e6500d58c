"""One filter reads all channels of its input, and makes one number of them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from convexplain.figures import _words
from convexplain.lessons.channels import Channels
from convexplain.style.captions import Caption


@dataclass(frozen=True)
class OneNumber(Channels):
    """Which number of a convolution is shown, and by which digit."""

    photo: Any = dataclasses.field(default=None)  # no option: this is the network


Options = OneNumber


def caption(options: OneNumber) -> Caption:
    """Say what the figure shows, in the words of the lesson."""
    return _words.sentences(options, "answer")
