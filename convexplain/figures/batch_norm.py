"""A batch normalization that goes into the convolution before it: kernel, bias, same map."""

from __future__ import annotations

from convexplain.figures import _words
from convexplain.lessons.batch_norm import BatchNorm

Options = BatchNorm


def caption(options: BatchNorm, lang: str = "en") -> str:
    """Say what the figure shows, in the words of the lesson."""
    return _words.events(options, lang, "fold", "same")
