"""Options that several commands take: which picture, which network, which language."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from convexplain.cli._speak import say, spoken
from convexplain.cli._types import QUALITY, Language, Model, Name, Place, Shown, layers, theme
from convexplain.errors import UsageError

if TYPE_CHECKING:
    from convexplain.data.pictures import Picture

Function = TypeVar("Function", bound=Callable[..., Any])

#: The options that each choose a picture, with their help.
PICTURE_HELP = {
    "digit": "The first bundled digit of this class, 0 to 9.",
    "sample": "A bundled digit by its number, from 0.",
    "image": "A picture file of your own, or cat or rocket, the bundled photographs.",
    "nth": "Which of the digits on that picture, from left to right, from 0.",
}

_QUALITY = (
    "l 854x480 at 15 frames a second, m 1280x720 at 30, h 1920x1080 at 60, p 2560x1440 at 60, "
    "k 3840x2160 at 60. A GIF is always 640x360 at 10."
)
language = click.option(
    "--lang",
    type=Language(),
    default=spoken,
    show_default="$CONVEXPLAIN_LANG, else the system's, else en",
    help="English or Chinese.",
)
aspect = click.option(
    "--aspect",
    type=Name("aspect", ("16:9", "4:3", "1:1", "9:16")),
    default="16:9",
    show_default=True,
    help="Width to height; the quality counts the shorter side.",
)
_transcript = click.option(
    "--transcript",
    is_flag=True,
    help="What is said and seen, every number of it, beside the video as HTML and as text.",
)
_voice = click.option(
    "--voice",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Sounds to be heard, named after events (DIR/LESSON/EVENT.wav): they set the pace. "
    "convexplain script tells the names.",
)
model = click.option(
    "--model",
    type=Model(),
    default="cnn",
    show_default=True,
    metavar="cnn|dense|blocks|photo|FILE",
    help="Another network.",
)
directory = click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="The folder with MNIST's four files; else $CONVEXPLAIN_MNIST, else the cache folder.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="For programs.")


def output(metavar: str, help: str) -> Callable[[Function], Function]:
    """Give a command --output; `target` says which file that is."""
    return click.option("-o", "--output", metavar=metavar, type=click.Path(), help=help)


def target(output: str | None, name: str) -> Path:
    """Return the file that is to be written, and make its folder if it is missing.

    `output` is a file, or a folder if there is one or a slash stands at the end, in which the file
    is called `name`; None is the current folder.
    """
    if output is None:
        return Path(name)
    path = expanded(output)
    try:
        is_folder = path.is_dir()
    except OSError as error:  # a name that is too long
        raise UsageError(
            "cannot write {output!r}: {error}; choose another name",
            output=output,
            error=error,
        ) from error
    if is_folder or output.endswith(("/", os.sep)):
        return made_folder(path) / name
    made_folder(path.parent)
    return path


def expanded(path: str) -> Path:
    """Return a path, ``~`` as the home folder."""
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise UsageError("there is no home folder for {path!r}: write it out", path=path) from error


def made_folder(folder: Path) -> Path:
    """Make a folder for results, with those around it, and say so."""
    try:
        if not folder.exists():
            folder.mkdir(parents=True)
            say("made the folder {folder}", folder=folder, err=True)
    except OSError as error:
        raise UsageError(
            "cannot make the folder {folder!r}: {error}; choose another",
            folder=str(folder),
            error=error,
        ) from error
    return folder


def picture_options() -> list[click.Option]:
    """Make --digit, --sample, --image and --nth."""
    kinds: dict[str, tuple[Any, str]] = {
        "digit": (int, "D"),
        "sample": (int, "N"),
        "image": (click.Path(), "FILE"),
        "nth": (int, "N"),
    }
    return [
        click.Option([f"--{name}"], type=kind, metavar=metavar, help=PICTURE_HELP[name])
        for name, (kind, metavar) in kinds.items()
    ]


def picture_argument(names: Callable[[], Iterable[str]] | None = None) -> click.Argument:
    """Make the argument that says the same in a word: 5, or drawing.png."""
    return click.Argument(["shown"], type=Shown(names), required=False, metavar="[PICTURE]")


def given_picture(params: dict[str, Any]) -> dict[str, Any]:
    """Take out of a command's parameters which picture was chosen, for `digits.choose`.

    An argument and an option that both choose one are refused.
    """
    given = {name: params.pop(name, None) for name in PICTURE_HELP}
    shown = params.pop("shown", None)
    if shown is not None:
        name, value = shown
        others = (key for key, chosen in given.items() if key != "nth" and chosen is not None)
        other = next(others, None)
        if other is not None:
            raise UsageError(
                "{value} and --{other} both choose a picture: give one of them",
                value=value,
                other=other,
            )
        given[name] = value
    return given


def picture(function: Function) -> Function:
    """Give a command --digit, --sample, --image, --nth, and its function the `picture` they choose.

    Without any of them it is the example of the first lesson, or the cat for a network in colour.
    """

    @functools.wraps(function)
    def wrapper(**params: Any) -> Any:
        from convexplain.lessons.parts.subject import choose_picture

        chosen = choose_picture(given_picture(params), params.get("model"))
        mention_doubts(chosen, params.get("lang"))
        return function(picture=chosen or _example(params.get("model") or "cnn"), **params)

    return _taking_pictures(wrapper)  # type: ignore[no-any-return]


def handwriting(function: Function) -> Function:
    """Do as `picture`, and give the function all digits of a file, too, as `written`."""

    @functools.wraps(function)
    def wrapper(**params: Any) -> Any:
        from convexplain.data import pictures
        from convexplain.lessons.parts.subject import choose_picture, mode_of

        given, model = given_picture(params), params.get("model")
        written = None
        image, alone = given["image"], given["digit"] is None and given["sample"] is None
        if image is not None and alone and Path(image).exists() and mode_of(model) == "digit":
            written = pictures.load_handwriting(image)
        if written is not None:
            chosen = pictures.choose_digit(written, image, given["nth"])
        else:
            chosen = choose_picture(given, model) or _example(model or "cnn")
        nth = given["nth"]
        return function(picture=chosen, written=written, nth=nth, **params)

    return _taking_pictures(wrapper)  # type: ignore[no-any-return]


def mention_doubts(picture: Picture | None, lang: str | None) -> None:
    """Say on standard error what may be wrong with a digit that was read off a picture."""
    if picture is None or not picture.doubts:
        return
    from convexplain.data.ink import DOUBTS

    for name in picture.doubts:
        click.echo(f"{picture.origin}: {DOUBTS[name].text(lang or 'en')}", err=True)


def choosing_pictures(function: Any) -> Any:
    """Give a command --digit, --sample, --image and --nth, for `given_picture`."""
    for option in reversed(picture_options()):
        function = click.option(
            *option.opts, type=option.type, metavar=option.metavar, help=option.help
        )(function)
    return function


def _taking_pictures(function: Any) -> Any:
    shown = picture_argument()
    argument = click.argument(
        str(shown.name), type=shown.type, required=False, metavar=shown.metavar
    )
    return argument(choosing_pictures(function))


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
            "--layer",
            metavar="NAME",
            shell_complete=layers,
            help="By its name, as convexplain model lists them.",
        ),
        picture,
    ):
        function = add(function)
    return function


def _example(model: str) -> Any:
    from convexplain.data import examples
    from convexplain.lessons.parts.subject import example
    from convexplain.network import Network

    return example(Network.load(model), examples.load()["sliding-window"]["sample"])


def render_look(function: Function) -> Function:
    """Give a command what a video looks like: quality, aspect, language, theme, captions."""
    for add in (
        click.option(
            "--no-captions", is_flag=True, help="No sentence at the bottom of the picture."
        ),
        click.option(
            "--theme",
            type=theme("dark", "light"),
            default="dark",
            show_default=True,
            help="Colours.",
        ),
        language,
        aspect,
        click.option(
            "-q",
            "--quality",
            type=QUALITY,
            default="m",
            show_default=True,
            help=_QUALITY,
        ),
    ):
        function = add(function)
    return function


def words_beside(function: Function) -> Function:
    """Give a command what is said as a text, and as sounds: --transcript, --voice."""
    return _transcript(_voice(function))


def shared_out(function: Function) -> Function:
    """Give a command what shares its work out to other machines: --shard, --cluster."""
    return _shard(_cluster(function))


_shard = click.option(
    "--shard",
    metavar="K/N",
    help="Only the K-th of N equal parts of the work, K from 1: for other machines, one each.",
)
_cluster = click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Work on the workers of this scheduler of dask.distributed, not here.",
)
