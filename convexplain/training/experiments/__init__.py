"""The measurements behind what lessons claim, each of which anyone can run again.

`run` does one and gives a `Result`; what the lessons quote is stored in assets/facts.json, and
`comparison` says how a new result differs from that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from convexplain.errors import UsageError, choose
from convexplain.training.experiments._base import Runs, Setting
from convexplain.training.experiments._result import Result, compare, comparison
from convexplain.training.experiments.by_looking import blind, confusion, edges, shift
from convexplain.training.experiments.by_training import permuted, pooling, samples, window

__all__ = ["EXPERIMENTS", "Result", "Runs", "Setting", "compare", "comparison", "run"]

#: Every experiment by its name; the first line of a function's docstring tells what it does.
EXPERIMENTS: Mapping[str, Callable[[Setting], Result]] = MappingProxyType(
    {
        "confusion": confusion,
        "shift": shift,
        "samples": samples,
        "window": window,
        "pooling": pooling,
        "permuted": permuted,
        "edges": edges,
        "blind": blind,
    }
)


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
        raise UsageError(f"there is no experiment {name!r}: {choose(name, EXPERIMENTS)}")
    return EXPERIMENTS[name](setting)
