"""``convexplain experiment``: measure again what the lessons quote."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import click

from convexplain.cli import _options
from convexplain.cli._progress import Progress
from convexplain.cli._types import Name


def _names() -> Iterable[str]:
    from convexplain.training.experiments import EXPERIMENTS

    return EXPERIMENTS


@click.command(short_help="Measure again what the lessons quote.")
@click.argument("name", type=Name("experiment", _names))
@click.option(
    "--quick",
    is_flag=True,
    help="Fewer digits, a tenth of the training, one seed: to see that it works, not to quote.",
)
@_options.as_json
@_options.directory
@click.option(
    "--keep",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep finished trainings in this file, to go on later.",
)
@click.option("--quiet", is_flag=True, help="No progress, only the result.")
def experiment(
    name: str,
    quick: bool,
    as_json: bool,
    directory: Path | None,
    keep: Path | None,
    quiet: bool,
) -> None:
    """Run an experiment again.

    Their names: confusion, shift, samples, window, pooling, permuted, edges, blind.
    """
    from convexplain.data import facts
    from convexplain.files.documents import check_folder
    from convexplain.training import experiments

    if keep is not None:
        check_folder(keep.parent)
    with Progress(name, quiet=quiet) as progress:
        setting = experiments.Setting.load(directory, quick=quick, keep=keep, on_progress=progress)
        result = experiments.run(name, setting)
    if as_json:
        click.echo(json.dumps({"name": name, **result.to_dict()}, indent=2))
        return
    click.echo(result.table())
    click.echo(f"\n{result.recipe}")
    warning = "; quick, not to be quoted" if quick else ""
    click.echo(f"{result.seconds:.0f} s of computing{warning}")
    if name in facts.names():
        click.echo(f"\n{experiments.comparison(result, facts.load(name))}")
