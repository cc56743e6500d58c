"""``convexplain kernels``: the classic kernels by name, and what each finds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from convexplain.cli import _options
from convexplain.cli._types import Name
from convexplain.style.captions import Caption
from convexplain.style.format import number, shape

if TYPE_CHECKING:
    from convexplain.data.kernels import Kernel

_HEAD = (
    Caption(en="name", zh="名称"),
    Caption(en="size", zh="尺寸"),
    Caption(en="finds", zh="作用"),
)
_USE = Caption(
    en="convexplain render --kernel NAME shows one at work; convexplain kernels NAME its weights.",
    zh="convexplain render --kernel sobel-x 演示其中一个；"
    "convexplain kernels sobel-x 列出它的权重。",
)
_SOURCE = Caption(en="Source: {source}", zh="出处：{source}")
_FINDS = Caption(en="Finds: {finds}", zh="作用：{finds}")
#: Of weights that are not all whole numbers.
_DECIMALS = 4


def _names() -> Iterable[str]:
    from convexplain.data.kernels import KERNELS

    return KERNELS


def _near(word: str) -> Iterable[str]:
    from convexplain.data.kernels import matching

    return matching(word)


@click.command(short_help="Name the classic kernels, and what each finds.")
@click.argument("name", type=Name("kernel", _names, _near), required=False, metavar="[NAME]")
@_options.language
@_options.as_json
def kernels(name: str | None, lang: str, as_json: bool) -> None:
    """List the classic kernels; of the one called NAME show the weights and where it comes from.

    Weights are written as they are laid on the picture, unflipped.
    """
    from convexplain.cli._ink import Ink
    from convexplain.data.kernels import KERNELS
    from convexplain.style.terminal import table

    chosen = [KERNELS[name]] if name else [*KERNELS.values()]
    if as_json:
        click.echo(json.dumps([_plain(each) for each in chosen], ensure_ascii=False, indent=2))
        return
    if name:
        Ink.of().echo("\n".join(_one(chosen[0], lang)))
        return
    rows = [(each.name, shape(each.weights.shape), _finds(each, lang)) for each in chosen]
    ink = Ink.of()
    lines = table([head.text(lang) for head in _HEAD], rows, width=ink.width)
    ink.echo("\n".join([*lines, "", _USE.text(lang)]))


def _finds(kernel: Kernel, lang: str) -> str:
    return kernel.finds_zh if lang == "zh" else kernel.finds


def _one(kernel: Kernel, lang: str) -> list[str]:
    """Show a kernel's weights in aligned columns; whole numbers without decimals."""
    from convexplain.cli._ink import Ink

    ink = Ink.of()
    weights = kernel.weights.tolist()
    whole = all(value == round(value) for row in weights for value in row)
    texts = [[number(value, 0 if whole else _DECIMALS) for value in row] for row in weights]
    width = max(len(text) for row in texts for text in row)
    lines = [f"{kernel.name}  {shape(kernel.weights.shape)}", ""]
    for row, values in zip(texts, weights, strict=True):
        pairs = zip(row, values, strict=True)
        lines.append("  " + "  ".join(ink.signed(text.rjust(width), v) for text, v in pairs))
    finds, source = _FINDS.fill(finds=_finds(kernel, lang)), _SOURCE.fill(source=kernel.source)
    return [*lines, "", finds.text(lang), source.text(lang)]


def _plain(kernel: Kernel) -> dict[str, object]:
    return {
        "name": kernel.name,
        "weights": kernel.weights.tolist(),
        "finds": {"en": kernel.finds, "zh": kernel.finds_zh},
        "source": kernel.source,
    }
