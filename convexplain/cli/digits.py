"""``convexplain digits``: the bundled digits as thumbnails, with the numbers --sample takes."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import click

from convexplain.cli import _options
from convexplain.style.captions import Caption

if TYPE_CHECKING:
    from convexplain.cli._ink import Ink
    from convexplain.data.pictures import Picture

#: A thumbnail shows the mean of squares of this many pixels a side.
_SHRINK = 2
_GAP = "  "
_HEADING = Caption(
    en="{label}: --sample {first} to {last}", zh="{label}：--sample {first} 到 {last}"
)
_TITLE = Caption(en="{origin}: {label}", zh="{origin}：{label}")
_ALL = Caption(
    en="{n} digits of MNIST's training set (Yann LeCun and Corinna Cortes, CC BY-SA 3.0); no "
    "bundled network was trained on them.",
    zh="{n} 个手写数字，取自 MNIST 训练集（Yann LeCun 与 Corinna Cortes，CC BY-SA 3.0）；"
    "自带的网络没有用它们训练。",
)
_ROLES = {
    "misread": Caption(en="misread by the convnet: {numbers}", zh="卷积网络认错的：{numbers}"),
    "hesitant": Caption(en="the convnet hesitates: {numbers}", zh="卷积网络把握不大的：{numbers}"),
    "border": Caption(en="ink near the border: {numbers}", zh="笔画靠近边缘的：{numbers}"),
}


@click.command(short_help="Show the bundled digits.")
@click.argument("digit", type=int, required=False, metavar="[DIGIT]")
@click.option("--sample", type=int, metavar="N", help="This one alone, twice as large.")
@_options.language
@_options.as_json
def digits(digit: int | None, sample: int | None, lang: str, as_json: bool) -> None:
    """Show the bundled digits as thumbnails: all of them, or one DIGIT's, 0 to 9.

    Below each stands its number, as --sample takes it.
    """
    from convexplain.cli._blocks import half_blocks
    from convexplain.cli._ink import Ink
    from convexplain.data import digits as bundled
    from convexplain.errors import UsageError

    if digit is not None and sample is not None:
        raise UsageError("a digit and --sample exclude one another: give one of them")
    every = bundled.load()
    if sample is not None:
        bundled.sample(sample)  # refuses what there is not
        numbers = [sample]
    elif digit is not None:
        bundled.first(digit)  # refuses what is no digit
        numbers = [n for n, picture in enumerate(every) if picture.label == digit]
    else:
        numbers = [*range(len(every))]
    if as_json:
        click.echo(json.dumps(_document(numbers), indent=2))
        return
    ink = Ink.of()
    lines: list[str] = []
    if sample is not None:
        lines += [
            _title(every[sample], lang),
            *half_blocks(every[sample].pixels.squeeze(axis=2), ink),
        ]
    else:
        for label in sorted({int(every[n].label or 0) for n in numbers}):
            lines += _class(label, [n for n in numbers if every[n].label == label], ink, lang)
        lines.append(_ALL.fill(n=len(every)).text(lang))
    lines += _roles(numbers, lang)
    ink.echo("\n".join(lines))


def _title(picture: Picture, lang: str) -> str:
    from convexplain.cli._cell import origin

    return _TITLE.fill(origin=origin(picture), label=picture.label or 0).text(lang)


def _class(label: int, numbers: list[int], ink: Ink, lang: str) -> list[str]:
    """Draw the digits of one class, as many side by side as the terminal is wide."""
    from convexplain import ops
    from convexplain.cli._blocks import beside, half_blocks
    from convexplain.data import digits as bundled

    blocks = []
    for n in numbers:
        small = ops.avg_pool2d(bundled.sample(n).pixels, _SHRINK).squeeze(axis=2)
        drawn = half_blocks(small, ink)
        blocks.append([*drawn, str(n).center(small.shape[1])])
    width = small.shape[1]
    across = max(1, (shutil.get_terminal_size().columns + len(_GAP)) // (width + len(_GAP)))
    heading = _HEADING.fill(label=label, first=numbers[0], last=numbers[-1]).text(lang)
    return [ink.strong(heading), *(line.rstrip() for line in beside(blocks, across, _GAP)), ""]


def _roles(numbers: list[int], lang: str) -> list[str]:
    """Name the digits that have a role: misread ones, for instance."""
    from convexplain.data import examples

    lines = []
    for role, caption in _ROLES.items():
        found = [str(n) for n in examples.load()["roles"][role] if n in numbers]
        if found:
            lines.append(
                caption.fill(numbers=Caption(en=", ".join(found), zh="、".join(found))).text(lang)
            )
    return lines


def _document(numbers: list[int]) -> list[dict[str, object]]:
    from convexplain.data import digits as bundled
    from convexplain.data import examples

    roles = examples.load()["roles"]
    places = bundled.training_indices()
    return [
        {
            "sample": n,
            "label": bundled.sample(n).label,
            "training_index": int(places[n]),
            "roles": [role for role in roles if n in roles[role]],
        }
        for n in numbers
    ]
