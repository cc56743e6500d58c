"""The measurements behind what lessons claim, each of which anyone can run again.

`run` does one and gives a `Result`; what the lessons quote is stored in assets/facts.json, and
`comparison` says how a new result differs from that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from convexplain.errors import UsageError, choose
from convexplain.training.experiments._base import Runs, Setting, Training
from convexplain.training.experiments._parallel import measure_all
from convexplain.training.experiments._result import Result, compare, comparison
from convexplain.training.experiments.by_looking import blind, confusion, edges, shift
from convexplain.training.experiments.by_training import (
    depth,
    kinds,
    permuted,
    pooling,
    samples,
    window,
)

__all__ = [
    "EXPERIMENTS",
    "TRAIN",
    "Result",
    "Runs",
    "Setting",
    "compare",
    "comparison",
    "plan",
    "run",
    "train",
]

#: Every experiment by its name; the first line of a function's docstring tells what it does.
EXPERIMENTS: Mapping[str, Callable[[Setting], Result]] = MappingProxyType(
    {
        "confusion": confusion,
        "shift": shift,
        "samples": samples,
        "window": window,
        "pooling": pooling,
        "permuted": permuted,
        "depth": depth,
        "kinds": kinds,
        "edges": edges,
        "blind": blind,
    }
)
#: Those that train networks; the others look at what the shipped ones make of many digits.
TRAIN = frozenset({"samples", "window", "pooling", "permuted", "depth", "kinds"})


def plan(name: str, setting: Setting) -> list[Training]:
    """Return the trainings of an experiment that are not done yet, which do not need each other."""
    if name not in TRAIN:
        return []
    planned: list[Training] = []
    EXPERIMENTS[name](replace(setting, planned=planned, on_progress=None))
    return planned


def train(
    trainings: Sequence[Training],
    setting: Setting,
    *,
    workers: int = 1,
    executor: Executor | None = None,
    directory: Path | None = None,
) -> None:
    """Do planned trainings, several at the same time; `run` then finds them done.

    Parameters
    ----------
    trainings : sequence of Training
        As `plan` gives them, or a part of them.
    setting : Setting
    workers : int
        How many processes train at the same time.
    executor : concurrent.futures.Executor, optional
        What trains instead, as on other machines, which have MNIST themselves.
    directory : Path, optional
        Where MNIST is there.
    """
    if workers == 1 and executor is None:
        for each in trainings:
            each.measure(setting)
    elif trainings:
        measure_all(trainings, setting, workers=workers, executor=executor, directory=directory)


def run(name: str, setting: Setting) -> Result:
    """Run one experiment.

    Parameters
    ----------
    name : str
        A key of `EXPERIMENTS`.
    setting : Setting
        Data, seeds, and how thorough to be; `Setting.load` makes one.

    Returns
    -------
    Result

    Raises
    ------
    UsageError
        There is no such experiment.
    """
    if name not in EXPERIMENTS:
        raise UsageError(
            "there is no experiment {name!r}: {choice}", name=name, choice=choose(name, EXPERIMENTS)
        )
    return EXPERIMENTS[name](setting)
