"""Libraries tried as a render uses them, in a process of its own.

Whatever a broken library does there, raise, crash or hang, is an answer here. The process is
isolated like one that renders, so that what works here works there.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic

from convexplain.errors import ConvexplainError
from convexplain.messages import Message, said
from convexplain.video.child import Child, enter

#: Seconds after which a library that has not answered counts as one that hangs.
PATIENCE = 30.0


@dataclass(frozen=True)
class Answer:
    """What one library said: versions or missing encoders, and why it does not work, if so."""

    found: tuple[str, ...] = ()
    problem: str = ""


def _import(name: str) -> Callable[[], tuple[str, ...]]:
    def attempt() -> tuple[str, ...]:
        importlib.import_module(name)
        return ()

    return attempt


def _manim() -> tuple[str, ...]:
    """Import manim; give the versions of cairo and pango that it runs on."""
    import cairo
    import manim
    import manimpango

    assert manim.Scene is not None
    return f"cairo {cairo.cairo_version_string()}", f"pango {manimpango.pango_version()}"


def _encoders() -> tuple[str, ...]:
    """Name the encoders that PyAV lacks."""
    from av.codec import Codec
    from av.codec.codec import UnknownCodecError

    lacking = []
    for name in ENCODERS:
        try:
            Codec(name, "w")
        except UnknownCodecError:
            lacking.append(name)
    return tuple(lacking)


def _fonts() -> tuple[str, ...]:
    """Count the characters of the lessons, and the Chinese ones; both weights have them all."""
    from convexplain.style import fonts

    text = "".join(sorted(set("".join(_texts()))))
    for weight in fonts.WEIGHTS:
        fonts.require(text, fonts.path(weight))
    return str(len(text)), str(sum(0x3400 <= ord(character) <= 0x9FFF for character in text))


def _texts() -> Iterator[str]:
    """Yield the strings of the lessons that are not docstrings; none of them is run."""
    for file in _modules(resources.files("convexplain.lessons")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        nodes = [*ast.walk(tree)]
        documentation = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        for node in nodes:
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in documentation
            ):
                yield from node.value.splitlines()


def _modules(folder: Traversable) -> Iterator[Traversable]:
    """Yield the Python files of a package and of those in it."""
    for file in folder.iterdir():
        if file.is_dir():
            yield from _modules(file)
        elif file.name.endswith(".py"):
            yield file


#: What each encoder is for.
ENCODERS: dict[str, str] = {
    "libx264": "mp4",
    "libx264rgb": "gif",
    "gif": "gif",
    "libvpx-vp9": "webm",
    "mov_text": "the film's subtitles",
}
#: What is tried, in this order; each attempt returns what it found, or raises.
ATTEMPTS: dict[str, Callable[[], tuple[str, ...]]] = {
    "numpy": _import("numpy"),
    "matplotlib": _import("matplotlib.ft2font"),
    "safetensors": _import("safetensors.numpy"),
    "pillow": _import("PIL.Image"),
    "av": _encoders,
    "typst": _import("typst"),
    "manim": _manim,
    "fonts": _fonts,
}


class Trial:
    """The process at work, until it is closed; a `ConvexplainError` says why it did not start."""

    def __init__(self) -> None:
        self.child = Child(_serve)

    def answers(self, patience: float = PATIENCE) -> dict[str, Answer]:
        """Collect an answer for each of `ATTEMPTS`, for at most so many seconds."""
        got: dict[str, Answer] = {}
        deadline = monotonic() + patience
        problem: str = Message("no answer within {seconds:g} seconds", seconds=patience)
        channel = self.child.channel
        while len(got) < len(ATTEMPTS) and channel.poll(max(0.0, deadline - monotonic())):
            try:
                name, answer = channel.recv()
            except (EOFError, ConnectionError):
                problem = Message("its process {ending}", ending=self.child.ending())
                break
            got[name] = answer
        for name in ATTEMPTS:
            if name not in got:  # the first that is missing is the one that did it
                got[name] = Answer(problem=problem)
                problem = Message("not tried: its process had ended")
        return got

    def close(self) -> None:
        """End the process, and remove its folder."""
        self.child.close()


def _in_words(error: Exception) -> str:
    """Return an error as one line."""
    if isinstance(error, ConvexplainError):
        return said(error)
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else repr(error)


def _serve(channel: Connection, folder: Path) -> None:
    """Try everything, and send an answer for each: the process's main function."""
    enter(folder)
    for name, attempt in ATTEMPTS.items():
        try:
            answer = Answer(attempt())
        except Exception as error:
            answer = Answer(problem=_in_words(error))
        channel.send((name, answer))
