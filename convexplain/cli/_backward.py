"""``convexplain step --backward``: how a weight of a kernel gets its gradient."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
import numpy as np

from convexplain.errors import UsageError
from convexplain.style.captions import Caption
from convexplain.style.format import number, percent

if TYPE_CHECKING:
    from convexplain.lessons.parts.subject import Subject
    from convexplain.network import BackwardTrace, Layer
    from convexplain.ops import GradientStep


@dataclass(frozen=True)
class Weight:
    """A weight of a convolution's kernel, and what the loss has to do with it."""

    about: Subject
    back: BackwardTrace
    layer: Layer
    step: GradientStep
    chosen: bool  # whether it is the steepest of what was left open

    def to_dict(self) -> dict[str, object]:
        """Return the step with what it is about, for programs."""
        about = {
            "model": self.about.model,
            "picture": {"origin": self.about.picture.origin, "label": self.about.label},
            "layer": self.layer.name,
            "label": self.back.label,
            "loss": self.back.loss,
        }
        return {**about, **self.step.to_dict()}

    def lines(self, lang: str, text: str) -> list[str]:
        """Say what the picture costs, then how the gradient comes about, then what it means."""
        network = self.about.network
        right = self.about.trace.shares[self.back.label]
        told = _LOSS.fill(
            name=network.class_name(self.back.label),
            share=percent(float(right), 2),
            loss=number(self.back.loss),
        )
        step, name = self.step, self.layer.name
        reads = self.layer.channels(self.about.trace.input_of(name).shape, step.filter)
        kernel = network.weights_of(name)["kernel"]
        weight = kernel[step.row, step.col, step.channel - reads.start, step.filter]
        means = _MEANS[step.value > 0] if step.value else _FLAT
        colon = ": " if lang == "en" else "："
        lines = [f"{name}{colon}{told.text(lang)}", text, ""]
        lines.append(means.fill(weight=number(float(weight), 4)).text(lang))
        return [*lines, _CHOSEN.text(lang)] if self.chosen else lines


def find(
    about: Subject,
    layer: str | None,
    filter: int | None,
    channel: int | None,
    at: tuple[int, int] | None,
    label: int | None,
) -> Weight:
    """Find the weight asked for; what was left open is settled by the steepest gradient."""
    from convexplain.cli import _cell

    if label is None:
        label = about.label
    if label is None:
        raise UsageError(
            "it is not known what this picture is, so there is no error to carry back: give its "
            "class with --label K"
        )
    back = about.trace.backward(label)
    spec = _cell.layer_of(about.trace, layer)
    back.steps(spec.name, filter or 0, channel or 0)  # refuses what does not exist
    gradient = back.gradients[f"{spec.name}/kernel"]
    height, width = gradient.shape[:2]
    if at is not None and not (at[0] < height and at[1] < width):
        raise UsageError(
            "--at {at[0]},{at[1]} is no weight: the kernel has rows 0 to {last_row} and columns 0 "
            "to {last_col}",
            at=at,
            last_row=height - 1,
            last_col=width - 1,
        )
    fixed = (*(at or (None, None)), channel, filter)
    open_to = tuple(slice(None) if n is None else slice(n, n + 1) for n in fixed)
    steepest = np.unravel_index(np.argmax(abs(gradient[open_to])), gradient[open_to].shape)
    row, col, among, number = (
        int(n) + (part.start or 0) for n, part in zip(steepest, open_to, strict=True)
    )
    step = back.steps(spec.name, number, among).at(row, col)
    return Weight(about, back, spec, step, chosen=None in fixed)


def show(weight: Weight, lang: str, *, as_json: bool) -> None:
    """Print the weight's gradient."""
    from convexplain.cli._ink import Ink

    if as_json:
        click.echo(json.dumps(weight.to_dict(), ensure_ascii=False, indent=2))
        return
    ink = Ink.of()
    ink.echo("\n".join(weight.lines(lang, weight.step.breakdown().text(lang, paint=ink.signed))))


_LOSS = Caption(
    en="class {name} has probability {share}, loss {loss}",
    zh="类别 {name} 的概率是 {share}，损失 {loss}",
)
#: By whether the gradient is above 0.
_MEANS = (
    Caption(
        en="The weight is {weight}: the loss falls as it grows, so a step raises it.",
        zh="这个权重是 {weight}：它增大时损失下降，所以一步更新会把它调大。",
    ),
    Caption(
        en="The weight is {weight}: the loss rises as it grows, so a step lowers it.",
        zh="这个权重是 {weight}：它增大时损失上升，所以一步更新会把它调小。",
    ),
)
_FLAT = Caption(
    en="The weight is {weight}: the loss does not change with it here.",
    zh="这个权重是 {weight}：损失在这里不随它变化。",
)
_CHOSEN = Caption(
    en="The steepest of what was left open: --filter, --channel and --at choose another.",
    zh="这是未指定部分中最陡的一个：用 --filter、--channel 和 --at 另选。",
)
