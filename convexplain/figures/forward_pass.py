"""Logits that become shares by softmax: the last steps of one picture through a network."""

from __future__ import annotations

from convexplain.lessons.forward_pass import ForwardPass
from convexplain.style.captions import Caption

Options = ForwardPass


def caption(options: ForwardPass) -> Caption:
    """Say what the figure shows, as the lesson does."""
    return options.verdict.then(options.ratio)
