"""Options that several commands take: which picture, which network, which language."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from convexplain.cli._types import Model, Name, Place, layers

Function = TypeVar("Function", bound=Callable[..., Any])

#: The options that each choose a picture, with their help in English and in Chinese.
PICTURE_HELP = {
    "digit": (
        "The first bundled digit of this class, 0 to 9.",
        "该类别的第一个内置手写数字，0 到 9。",
    ),
    "sample": ("A bundled digit by its number, from 0.", "按编号选内置手写数字，编号从 0 开始。"),
    "image": ("A picture file of your own.", "自己的图片文件。"),
}

language = click.option(
    "--lang",
    type=Name("language", ("en", "zh")),
    default="en",
    show_default=True,
    help="English or Chinese.",
)
model = click.option(
    "--model",
    type=Model(),
    default="cnn",
    show_default=True,
    metavar="cnn|dense|FILE",
    help="Another network.",
)
directory = click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="The folder with MNIST's four files; else $CONVEXPLAIN_MNIST, else the cache folder.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="For programs.")


def picture_options(lang: str = "en") -> list[click.Option]:
    """Make --digit, --sample and --image."""
    kinds: dict[str, tuple[Any, str]] = {
        "digit": (int, "D"),
        "sample": (int, "N"),
        "image": (click.Path(), "FILE"),
    }
    return [
        click.Option(
            [f"--{name}"], type=kind, metavar=metavar, help=PICTURE_HELP[name][lang == "zh"]
        )
        for name, (kind, metavar) in kinds.items()
    ]


def picture(function: Function) -> Function:
    """Give a command --digit, --sample and --image, and its function the `picture` they choose.

    Without any of them it is the example of the first lesson.
    """

    @functools.wraps(function)
    def wrapper(**params: Any) -> Any:
        from convexplain.data import digits

        given = {name: params.pop(name) for name in PICTURE_HELP}
        return function(picture=digits.choose(given) or _example(), **params)

    for option in reversed(picture_options()):
        wrapper = click.option(
            *option.opts, type=option.type, metavar=option.metavar, help=option.help
        )(wrapper)
    return wrapper  # type: ignore[return-value]


def cell(function: Function) -> Function:
    """Give a command what names one cell: --layer, --filter, --at; picture, network, language."""
    for add in (
        as_json,
        language,
        model,
        click.option("--at", type=Place(), help="The cell. Default: where the value is largest."),
        click.option(
            "--filter",
            type=int,
            metavar="N",
            help="The response map, from 0. Default: that of the largest value.",
        ),
        click.option(
            "--layer", metavar="NAME", shell_complete=layers, help="Such as conv1, pool1, conv2."
        ),
        picture,
    ):
        function = add(function)
    return function


def _example() -> Any:
    from convexplain.data import digits, examples

    return digits.sample(examples.load()["sliding-window"]["sample"])
