"""What experiments share: data and seeds, runs that are not repeated, results as tables."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convexplain import training
from convexplain.errors import ConvexplainError
from convexplain.mnist import load_mnist
from convexplain.training import Recipe

Array = NDArray[Any]
Row = dict[str, Any]

#: Digits that the quick version is tested on, and the part of all steps that it trains.
QUICK_TEST, QUICK_STEPS = 2000, 0.1


class Runs:
    """Trainings that are done, by what they were: kept in a file, an experiment can go on later.

    Parameters
    ----------
    path : path, optional
        A file of one JSON object a line, read at the start and appended to after each run;
        None keeps them in memory.

    Raises
    ------
    ConvexplainError
        The file cannot be read or is something else.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._done: dict[str, tuple[float, float]] = {}
        if path is not None and path.exists():
            try:
                for line in path.read_text("utf-8").splitlines():
                    record = json.loads(line)
                    self._done[record["run"]] = record["accuracy"], record["seconds"]
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise ConvexplainError(
                    f"{path} does not hold runs of experiments ({error}): remove it or name another"
                ) from error

    def get(self, what: str, measure: Callable[[], float]) -> tuple[float, float]:
        """Give accuracy and seconds of a run, which is done now unless it was before."""
        if what not in self._done:
            start = time.perf_counter()
            accuracy = measure()
            self._done[what] = accuracy, time.perf_counter() - start
            if self._path is not None:
                record = {"run": what, "accuracy": accuracy, "seconds": self._done[what][1]}
                try:
                    with self._path.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(record) + "\n")
                except OSError as error:
                    raise ConvexplainError(
                        f"{self._path} cannot be written: {error.strerror}"
                    ) from error
        return self._done[what]


@dataclass(frozen=True, eq=False)
class Setting:
    """What an experiment is run on.

    Parameters
    ----------
    train, test : (images, labels)
        Bytes (N, 28, 28) and (N,).
    quick : bool
        Fewer test digits, a tenth of the steps, one seed: to see that it works, not to quote.
    seeds : tuple of int
    runs : Runs
    on_progress : callable, optional
        Given a line of text before each training.
    """

    train: tuple[Array, Array]
    test: tuple[Array, Array]
    quick: bool = False
    seeds: tuple[int, ...] = (0, 1, 2)
    runs: Runs = field(default_factory=Runs)
    on_progress: Callable[[str], None] | None = None

    @classmethod
    def load(
        cls,
        directory: str | Path | None = None,
        *,
        quick: bool = False,
        keep: Path | None = None,
        on_progress: Callable[[str], None] | None = None,
    ) -> Setting:
        """Read MNIST; the bundled digits are left out of what is trained on.

        Parameters
        ----------
        directory : path, optional
            As in `convexplain.mnist.load_mnist`.
        quick : bool
        keep : path, optional
            See `Runs`.
        on_progress : callable, optional
        """
        images, labels = load_mnist("test", directory)
        count = QUICK_TEST if quick else len(images)
        return cls(
            training.training_set(directory),
            (images[:count], labels[:count]),
            quick=quick,
            seeds=(0,) if quick else (0, 1, 2),
            runs=Runs(keep),
            on_progress=on_progress,
        )

    def steps(self, count: int) -> int:
        """Give the steps to train for: `count`, or a tenth of them in the quick version."""
        return max(1, round(count * QUICK_STEPS)) if self.quick else count

    def accuracy(
        self,
        label: str,
        recipe: Recipe,
        seed: int,
        steps: int,
        *,
        count: int | None = None,
        order: Array | None = None,
    ) -> tuple[float, float]:
        """Train once and test.

        Parameters
        ----------
        label : str
            Names the run for people.
        recipe : Recipe
        seed : int
        steps : int
        count : int, optional
            Train on so many digits, drawn by the seed; by default on all.
        order : array of int, shape (784,), optional
            Where each pixel is taken from, in training and test pictures alike.

        Returns
        -------
        accuracy, seconds : float
        """
        images, labels = self.train
        if count is not None and count < len(images):
            chosen = np.random.default_rng([seed, count]).permutation(len(images))[:count]
            images, labels = images[chosen], labels[chosen]
        # All that makes one run differ from another, in words: equal words, equal run.
        what = json.dumps(
            {
                "layers": [layer.to_dict() for layer in recipe.layers],
                "recipe": [recipe.batch_size, recipe.learning_rate, recipe.rho, recipe.epsilon],
                "steps": steps,
                "seed": seed,
                "digits": [len(images), len(self.train[0]), len(self.test[0])],
                "order": None if order is None else [int(n) for n in order[:8]],
            }
        )

        def measure() -> float:
            if self.on_progress:
                self.on_progress(f"{label}, seed {seed}: {steps} steps")
            result = training.train(
                recipe, _reordered(images, order), labels, seed=seed, steps=steps
            )
            test = _reordered(self.test[0], order)
            return training.evaluate(result.network, test, self.test[1]).accuracy

        return self.runs.get(what, measure)


def _reordered(images: Array, order: Array | None) -> Array:
    if order is None:
        return images
    return images.reshape(len(images), -1)[:, order].reshape(images.shape)


@dataclass(frozen=True, eq=False)
class Result:
    """What an experiment found, as a table, with how it was found.

    Parameters
    ----------
    name : str
    recipe : str
        What was done, for people.
    keys : tuple of str
        The columns that tell the rows apart.
    rows : tuple of dict
        Plain JSON values; all rows have the same columns, in the same order.
    seeds : tuple of int
        Empty where nothing was trained.
    seconds : float
        Computing time, all trainings together.
    quick : bool
        Whether it is the quick version, not to be quoted.
    versions : mapping of str to str
        Of Python and numpy, and the type of machine.
    """

    name: str
    recipe: str
    keys: tuple[str, ...]
    rows: tuple[Row, ...]
    seeds: tuple[int, ...]
    seconds: float
    quick: bool
    versions: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Give plain JSON data, as it stands in facts.json under the experiment's name."""
        return {
            "recipe": self.recipe,
            "seeds": list(self.seeds),
            "seconds": round(self.seconds, 1),
            "quick": self.quick,
            "versions": dict(self.versions),
            "keys": list(self.keys),
            "rows": list(self.rows),
        }

    def table(self) -> str:
        """Write the rows as text, columns aligned; lists (one number a seed) are left out."""
        columns = [name for name, value in self.rows[0].items() if not isinstance(value, list)]
        cells = [columns, *([_cell(row[name]) for name in columns] for row in self.rows)]
        widths = [max(len(line[n]) for line in cells) for n in range(len(columns))]
        lines = [
            "  ".join(text.rjust(width) for text, width in zip(line, widths, strict=True)).rstrip()
            for line in cells
        ]
        return "\n".join([lines[0], "-" * (sum(widths) + 2 * len(widths) - 2), *lines[1:]])


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) >= 10 or value == 0 else f"{value:.4f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def compare(result: Result, stored: Mapping[str, Any]) -> list[Row]:
    """Set a new result against the stored one.

    Parameters
    ----------
    result : Result
    stored : mapping
        What `Result.to_dict` gave.

    Returns
    -------
    list of dict
        For each number of each row that both have: the row's keys, "column", "now", "stored",
        "difference". Rows that only one of them has are left out.
    """
    known = {tuple(row[key] for key in result.keys): row for row in stored["rows"]}
    found: list[Row] = []
    for row in result.rows:
        before = known.get(tuple(row[key] for key in result.keys), {})
        for column, now in row.items():
            then = before.get(column)
            if column in result.keys or not (_is_number(now) and _is_number(then)):
                continue
            keys = {key: row[key] for key in result.keys}
            found.append(
                {**keys, "column": column, "now": now, "stored": then, "difference": now - then}
            )
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def versions() -> dict[str, str]:
    """Tell what computed a result."""
    return {
        "convexplain": version("convexplain"),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "machine": platform.machine(),
    }


def spread(accuracies: Sequence[float]) -> Row:
    """Sum up one accuracy a seed: mean, lowest, highest, number, and all of them."""
    return {
        "accuracy": float(np.mean(accuracies)),
        "lowest": min(accuracies),
        "highest": max(accuracies),
        "seeds": len(accuracies),
        "by_seed": list(accuracies),
    }


@contextmanager
def stopwatch() -> Iterator[Callable[[], float]]:
    """Give a function that tells the seconds since the beginning of the block."""
    start = time.perf_counter()
    yield lambda: time.perf_counter() - start
