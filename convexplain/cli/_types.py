"""Kinds of values that several commands take."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from convexplain.cli._speak import code, say, spoken
from convexplain.errors import ConvexplainError, UsageError, choose, either, listed
from convexplain.messages import Message, recalled

if TYPE_CHECKING:
    from convexplain.data.pictures import Picture

    _TextType = click.ParamType[str, str]
    _CountType = click.ParamType[int, str]
    _PlaceType = click.ParamType[tuple[int, int], str]
    _PhotoType = click.ParamType[Picture, str]
    _ShownType = click.ParamType[tuple[str, int | str], str]
    _NumberType = click.ParamType[float, str]
else:
    # Generic since click 8.4 only.
    _TextType = _CountType = _PlaceType = _PhotoType = click.ParamType
    _ShownType = _NumberType = click.ParamType


#: Of `convexplain.data.photographs`, which takes long to import.
PHOTOGRAPHS = ("cat", "rocket")


class Address(_TextType):
    """Where a page is published, to which a fragment can be added."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the address, or fail with a line that helps."""
        text = str(value)
        if not re.fullmatch(r"https?://[^\s#/]+[^\s#]*", text):
            raise UsageError(
                "{text!r} is no address of a page: give one that begins with https:// or http://, "
                "without a space or a #",
                text=text,
            )
        return text


class Name(_TextType):
    """One of a few names; a wrong one is answered with those that there are, and the nearest.

    `kind` says what it names, such as "lesson". `names` may be a function, asked when they are
    needed; `near` gives the names that a word may mean, by default those that it is a part of;
    `other` has words that are taken as one of the names.
    """

    def __init__(
        self,
        kind: str,
        names: Iterable[str] | Callable[[], Iterable[str]],
        near: Callable[[str], Iterable[str]] | None = None,
        other: Mapping[str, str] | None = None,
    ) -> None:
        self.name = kind
        self.kind = Message(kind)
        self._names = names
        self._near = near
        self._other = other or {}

    @property
    def names(self) -> tuple[str, ...]:
        """The allowed names."""
        return tuple(self._names() if callable(self._names) else self._names)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name, or fail with a line that helps."""
        text, names = str(value), self.names
        meant = self.meant(text)
        if meant not in names:
            parts = [name for name in names if meant and meant in name.split("-")]
            near = [*self._near(text)] if self._near else parts
            if near:
                raise UsageError(
                    "there is no {kind} {text!r}: did you mean {near}?",
                    kind=self.kind,
                    text=text,
                    near=either(near),
                )
            raise UsageError(
                "there is no {kind} {text!r}: {choice}",
                kind=self.kind,
                text=text,
                choice=choose(text, names),
            )
        return meant

    def meant(self, text: str) -> str:
        """Return a name as it is written here: "Sliding window" is ``sliding-window``."""
        names = self.names
        if text in names:
            return text
        text = slug(text) if slug(text) in names else text
        return self._other.get(text.lower(), text)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        """Show the names in the help, if they are few."""
        names = self.names
        if isinstance(param, click.Argument) or len(names) > 6:
            return None
        return "[" + "|".join(names) + "]"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer the names that begin so."""
        return [CompletionItem(name) for name in self.names if name.startswith(incomplete)]


class Language(Name):
    """A language, by its code, by one with a region (zh-CN), or by its name."""

    def __init__(self) -> None:
        super().__init__("language", ("en", "zh"))

    def meant(self, text: str) -> str:
        """Return the code."""
        return code(text) or text


#: Of a video; also by the lines of its picture, and by Manim's words.
QUALITY = Name(
    "quality",
    "lmhpk",
    other={
        word: name
        for name, words in {
            "l": "480 480p low",
            "m": "720 720p medium",
            "h": "1080 1080p high",
            "p": "1440 1440p production",
            "k": "2160 2160p 4k fourk",
        }.items()
        for word in words.split()
    },
)


def theme(*names: str) -> Name:
    """Return the kind of value that --theme has; the first of its names is the default."""
    return Name("theme", names, other={"black": "dark", "white": "light"})


def slug(text: str) -> str:
    """Write a name as the command line does: lower case, words joined by hyphens."""
    return "-".join(text.lower().replace("_", " ").replace("-", " ").split())


class Model(_TextType):
    """A network: the name of a bundled one, or a file, as an absolute path.

    Workers have a current folder of their own, so that a relative name would mean nothing there.
    """

    name = "model"
    bundled = ("cnn", "dense", "blocks", "photo")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name or the path."""
        text = str(value)
        if text in self.bundled:
            return text
        if not text or not _exists(Path(text)):
            raise UsageError(
                "there is no model or file {text!r}: name a file, or {choice}",
                text=text,
                choice=choose(text, self.bundled),
            )
        path = Path(text).absolute()
        _say_about(path)
        return str(path)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer the bundled names and files."""
        names = [CompletionItem(name) for name in self.bundled if name.startswith(incomplete)]
        return [*names, CompletionItem(incomplete, type="file")]


def _say_about(path: Path) -> None:
    """Say on standard error what is assumed of another program's network, and what is not drawn."""
    from convexplain.lessons.parts.answer_bars import unwritten
    from convexplain.network import Network, modelfile

    found = Network.load(path)
    if not modelfile.is_one(path):
        origin = found.provenance["origin"]
        click.echo(f"{path.name}: {origin['format']} ({origin['framework']})", err=True)
        for note in found.provenance["notes"]:
            click.echo(f"  {recalled(note, spoken())}", err=True)
    if names := unwritten(found):
        say(
            "pictures show {count} of the classes by number, since the font lacks characters of "
            "{names}: give names in Latin or Chinese characters, with convexplain model import "
            "--classes",
            count=len(names),
            names=listed(names[:3]),
            err=True,
        )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # such as a name that is too long for the system
        return False


class Count(_CountType):
    """A whole number with a least value, and perhaps a largest."""

    name = "integer"

    def __init__(self, least: int, most: int | None = None) -> None:
        self.least = least
        self.most = most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number, or fail with a line that helps."""
        try:
            number = int(value)
        except ValueError:
            number = self.least - 1
        if number < self.least or (self.most is not None and number > self.most):
            allowed = Message("{least} or more", least=self.least)
            if self.most is not None:
                allowed = Message("{least} to {most}", least=self.least, most=self.most)
            raise UsageError(
                "{flag} {value} is not possible: give {allowed}",
                flag=max(param.opts, key=len) if param else Message("a whole number"),
                value=value,
                allowed=allowed,
            )
        return number


class Number(_NumberType):
    """A number with a decimal point, if need be."""

    name = "float"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number, or fail with a line that helps."""
        try:
            return float(value)
        except ValueError:
            flag = max(param.opts, key=len) if param else Message("a number")
            wanted = Message("give one, as 1.5")
            if flag == "--seconds":
                wanted = Message("give one in seconds, as 60")
            raise UsageError(
                "{flag} {value!r} is no number: {wanted}", flag=flag, value=value, wanted=wanted
            ) from None


def is_picture(text: str) -> bool:
    """Whether an argument is the class of a digit, a bundled photograph, or a file."""
    is_named = (text.isdecimal() and len(text) == 1) or text in PHOTOGRAPHS
    return is_named or _exists(Path(text))


class Shown(_ShownType):
    """A picture as an argument: the class of a bundled digit, a photograph's name, or a file.

    `names` gives the names of lessons, since one may stand where a picture is expected.
    """

    name = "picture"

    def __init__(self, names: Callable[[], Iterable[str]] | None = None) -> None:
        self._names = names

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int | str]:
        """Return which option the argument stands for, and its value."""
        if isinstance(value, tuple):
            return value
        text = str(value)
        if is_picture(text):
            return ("digit", int(text)) if text.isdecimal() else ("image", text)
        if self._names is not None and slug(text) in self._names():
            raise UsageError(
                "{text!r} is a second name, and one is shown at a time: film --lessons A,B joins "
                "several lessons, --all renders or draws all",
                text=text,
            )
        told = Message(
            "{text!r} is neither a digit, 0 to 9, nor a file: give one of them, as in --digit 5 "
            "or --image FILE",
            text=text,
        )
        if ctx is not None and any(each.name == "layer" for each in ctx.command.params):
            raise UsageError("{told}; a layer is --layer NAME", told=told)
        raise UsageError(told)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer files."""
        return [CompletionItem(incomplete, type="file")]


class Place(_PlaceType):
    """A cell of a map, as ``ROW,COL``, both counted from 0."""

    name = "place"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Return row and column, or fail with a line that helps."""
        if isinstance(value, tuple):
            row, col = value
            return int(row), int(col)
        numbers = [part.strip() for part in str(value).split(",")]
        if len(numbers) != 2 or not all(part.isdecimal() for part in numbers):
            raise UsageError(
                "{value!r} is no place: give row and column, counted from 0, such as 9,4",
                value=str(value),
            )
        return int(numbers[0]), int(numbers[1])

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Show what is expected."""
        return "ROW,COL"


class Photo(_PhotoType):
    """A picture file that keeps its colours."""

    name = "photo"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Picture:
        """Read the file."""
        from convexplain.data import pictures

        if isinstance(value, pictures.Picture):
            return value
        return pictures.load_image(value, mode="rgb")

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Show what is expected."""
        return "FILE"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer files."""
        return [CompletionItem(incomplete, type="file")]


def kernels(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Offer the classic kernels; rows of your own are not known beforehand."""
    from convexplain.data.kernels import KERNELS

    return [name for name in KERNELS if name.startswith(incomplete)]


def layers(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Offer the layers that have maps, of the network that was named before."""
    from convexplain.lessons.parts.subject import with_maps
    from convexplain.network import Network

    try:
        network = Network.load(ctx.params.get("model") or Model.bundled[0])
    except ConvexplainError:
        return []
    names = [layer.name for layer in with_maps(network)]
    return [name for name in names if name.startswith(incomplete)]
