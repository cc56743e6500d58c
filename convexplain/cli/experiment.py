"""``convexplain experiment``: measure again what the lessons quote."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import click

from convexplain.cli import _options
from convexplain.cli._progress import Progress
from convexplain.cli._speak import say, spoken, tell
from convexplain.cli._types import Count, Name
from convexplain.cli.film import cores
from convexplain.errors import UsageError
from convexplain.messages import Message, together


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
@click.option(
    "-j",
    "--jobs",
    type=Count(1),
    metavar="N",
    help="How many networks are trained at the same time.  [default: one a processor]",
)
@_options.shared_out
@click.option("--quiet", is_flag=True, help="No progress, only the result.")
def experiment(
    name: str,
    quick: bool,
    as_json: bool,
    directory: Path | None,
    keep: Path | None,
    jobs: int | None,
    shard: str | None,
    cluster: str | None,
    quiet: bool,
) -> None:
    """Run an experiment again.

    Their names: confusion, shift, samples, window, pooling, permuted, depth, kinds, edges,
    blind.
    """
    from convexplain.data import facts
    from convexplain.files.documents import check_folder
    from convexplain.training import experiments
    from convexplain.video.shares import Shard
    from convexplain.video.shares import cluster as connected

    share = Shard.parse(shard) if shard else Shard()
    if not share.whole and keep is None:
        raise UsageError("a share of the trainings is for the others: --keep FILE says where it is")
    if not (share.whole and cluster is None) and name not in experiments.TRAIN:
        raise UsageError(
            "the experiment {name} trains nothing that could be shared: leave --shard and "
            "--cluster out",
            name=name,
        )
    if keep is not None:
        check_folder(keep.parent)
    with Progress(name, quiet=quiet) as progress, connected(cluster) as executor:
        setting = experiments.Setting.load(directory, quick=quick, keep=keep, on_progress=progress)
        trainings = share.of(experiments.plan(name, setting))
        experiments.train(
            trainings, setting, workers=jobs or cores(), executor=executor, directory=directory
        )
        if not share.whole:
            say(
                "share {share} of {name} is kept in {path}: {count} trainings",
                share=shard,
                name=name,
                path=keep,
                count=len(trainings),
            )
            return
        result = experiments.run(name, setting)
    if as_json:
        click.echo(json.dumps({"name": name, **result.to_dict()}, indent=2))
        return
    click.echo(result.table(spoken()))
    click.echo(f"\n{tell(result.recipe)}")
    told: str = Message("{seconds:.0f} s of computing", seconds=result.seconds)
    if quick:
        told = together([told, Message("quick, not to be quoted")])
    click.echo(tell(told))
    if name in facts.names():
        click.echo(f"\n{experiments.comparison(result, facts.load(name), spoken())}")
