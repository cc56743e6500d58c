"""The running line: numbers that stay in their columns."""

from __future__ import annotations

import pytest

pytest.importorskip("manim", reason="the stage needs the extra 'video'")

from convexplain.ops import conv2d_steps
from convexplain.stage import Label
from convexplain.stage.layout import problems
from convexplain.stage.running_line import RunningLine


def test_numbers_change_and_their_columns_do_not():
    line = RunningLine(672, 708, ("sum", "bias", "ReLU"))
    seen = []
    for pixel, bias in ((0.614, 0.021), (-2.5, -0.3)):
        line.show(conv2d_steps([[[pixel]]], [[[[1.0]]]], [bias])[0].breakdown())
        labels = [part for part in line.parts if isinstance(part, Label)]
        seen.append(([label.text for label in labels], [label.anchor_place() for label in labels]))
        assert problems(line.parts) == []
    assert seen[0][0][:4] == ["0.61", "0.02", "0.64", "+"]
    assert seen[1][0][:4] == ["−2.50", "0.30", "−2.80", "−"]
    for first, second in zip(seen[0][1], seen[1][1], strict=True):
        assert first == pytest.approx(second)
