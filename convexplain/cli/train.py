"""``convexplain train``: one of the networks for digits that ship, from scratch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from convexplain.cli import _options
from convexplain.cli._progress import Progress
from convexplain.cli._speak import say
from convexplain.cli._types import Count, Name
from convexplain.errors import listed
from convexplain.messages import Message
from convexplain.style.format import name as shown_name

if TYPE_CHECKING:
    from convexplain.training import Step


@click.command(short_help="Train one of the networks from scratch.")
@click.argument(
    "which", type=Name("network", ("cnn", "dense", "blocks")), metavar="cnn|dense|blocks"
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Default: NETWORK.safetensors in the current folder.",
)
@click.option("--seed", type=Count(0), default=0, show_default=True, metavar="N", help="Of chance.")
@click.option(
    "--steps",
    type=Count(1),
    metavar="N",
    help="Stop after so many batches. Default: 5 epochs (blocks: 3), about two minutes.",
)
@_options.directory
@click.option("--quiet", is_flag=True, help="No progress, only what was written.")
def train(
    which: str,
    output: Path | None,
    seed: int,
    steps: int | None,
    directory: Path | None,
    quiet: bool,
) -> int:
    """Train the chapter's convnet (cnn), its dense baseline (dense), or newer layers (blocks).

    On MNIST's training set without the bundled digits; the same seed gives the same weights on
    the same machine. Ctrl-C after the first epoch keeps the epochs that are finished.
    """
    from convexplain import training
    from convexplain.cli import INTERRUPTED
    from convexplain.data.mnist import load_mnist
    from convexplain.files.documents import check_folder

    output = output or Path(f"{which}.safetensors")
    check_folder(output.parent)  # now, not after minutes of training
    config = training.CONFIGS[which]
    images, labels = training.training_set(directory)
    with Progress(Message("training {network}", network=which), quiet=quiet) as progress:

        def show(step: Step, weights: object) -> None:
            note: str = ""
            if step.epoch_step:
                note = Message(
                    "loss {loss:.3f}, {accuracy:.1%} right", loss=step.loss, accuracy=step.accuracy
                )
            progress(step.number / (steps or config.epochs * step.epoch_steps), note)

        done = training.train(config, images, labels, seed=seed, steps=steps, on_step=show)
    done.network.save(output)
    accuracy = training.evaluate(done.network, *load_mnist("test", directory)).accuracy
    by_epoch = done.interrupted or not steps
    parts = [
        Message("{count:,} parameters", count=done.network.parameters),
        Message("{count} epochs", count=len(done.epochs))
        if by_epoch
        else Message("{count} steps", count=steps),
        Message("{accuracy:.2%} of the test digits right", accuracy=accuracy),
    ]
    if done.interrupted:
        parts.append(Message("interrupted"))
    say("wrote {path}: {parts}", path=shown_name(output), parts=listed(parts))
    return INTERRUPTED if done.interrupted else 0
