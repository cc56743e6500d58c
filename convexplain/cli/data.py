"""``convexplain data``: where the MNIST files are; ``convexplain data fetch`` downloads them."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from convexplain.cli import _options
from convexplain.cli._progress import Progress
from convexplain.cli._speak import say, tell
from convexplain.errors import UsageError, choose, listed
from convexplain.messages import Message

if TYPE_CHECKING:
    from convexplain.data.mnist import FileStatus, Status


#: What other programs call `fetch`.
_ELSEWHERE = {"download": "fetch", "get": "fetch", "install": "fetch"}


class _Group(click.Group):
    """Knows what other programs call its commands."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; for an unknown one name those that there are."""
        meant = _ELSEWHERE.get(args[0], args[0])
        if meant not in self.commands and not ctx.resilient_parsing:
            raise UsageError(
                "data has no command {word!r}: {choice}",
                word=args[0],
                choice=choose(args[0], self.commands),
            )
        return super().resolve_command(ctx, [meant, *args[1:]])


@click.group(cls=_Group, invoke_without_command=True)
@_options.directory
@_options.as_json
@click.pass_context
def data(ctx: click.Context, directory: Path | None, as_json: bool) -> None:
    """Say where the complete MNIST data is, how much of it, and whether it is genuine."""
    ctx.obj = directory
    if ctx.invoked_subcommand is not None:
        return
    from convexplain.data.mnist import status

    found = status(directory)
    if as_json:
        click.echo(_as_json(found))
    else:
        _tell(found)


@data.command()
@_options.directory
@click.option("--quiet", is_flag=True, help="No progress, only the result.")
@click.pass_context
def fetch(ctx: click.Context, directory: Path | None, quiet: bool) -> None:
    """Download what is missing (12 MB in all), and verify what is there."""
    from convexplain.data import mnist

    with ExitStack() as shown:
        latest: list[Progress] = []

        def show(name: str, fraction: float) -> None:
            if not latest or latest[-1].name != name:
                shown.close()  # the file before is there
                latest.append(shown.enter_context(Progress(name, quiet=quiet)))
            latest[-1](fraction)

        folder = mnist.fetch(directory or ctx.obj, on_progress=show)
    say("{folder}: the four MNIST files are there and verified", folder=folder)


@data.command()
@click.argument("source", type=click.Path(path_type=Path))
@_options.directory
@click.pass_context
def add(ctx: click.Context, source: Path, directory: Path | None) -> None:
    """Take MNIST from a file or folder that you have, without a download, and verify it.

    SOURCE holds the four files, packed or not, as torchvision has them in MNIST/raw, too; or it is
    Keras' mnist.npz. What they hold decides, not their names.
    """
    from convexplain.data import mnist_copy

    folder = mnist_copy.add(source, directory or ctx.obj)
    say("{folder}: the four MNIST files are there and verified", folder=folder)


def _as_json(found: Status) -> str:
    content = {
        "directory": str(found.directory),
        "looked": [str(folder) for folder in found.looked],
        "complete": found.complete,
        "verified": found.verified,
        "files": [asdict(file) for file in found.files],
    }
    return json.dumps(content, indent=2)


def _tell(found: Status) -> None:
    if all(file.size is None for file in found.files):
        looked = listed(str(folder) for folder in found.looked)
        say("MNIST is not on this machine; looked in {folders}", folders=looked)
        say("convexplain data fetch downloads it (12 MB) to {folder}", folder=found.directory)
        return
    say("MNIST in {folder}", folder=found.directory)
    width = max(len(file.name) for file in found.files)
    for file in found.files:
        click.echo(f"  {file.name:{width}}  {tell(_in_words(file))}")


def _in_words(file: FileStatus) -> Message:
    if file.size is None:
        return Message("missing: convexplain data fetch downloads it")
    if file.count is None:
        return Message("{size:>9,} bytes, damaged: delete it and fetch it again", size=file.size)
    kind = Message("images") if "images" in file.name else Message("labels")
    genuine = Message("not MNIST's own (the SHA-256 differs)")
    if file.verified:
        genuine = Message("verified")
    return Message(
        "{size:>9,} bytes, {count:>6,} {kind}, {genuine}",
        size=file.size,
        count=file.count,
        kind=kind,
        genuine=genuine,
    )
