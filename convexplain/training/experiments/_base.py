"""What experiments share: data and seeds, and runs that are not repeated."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from convexplain.data.mnist import load_mnist
from convexplain.errors import ConvexplainError
from convexplain.training.descent import TrainingConfig, train, training_set
from convexplain.training.evaluation import evaluate
from convexplain.training.experiments._result import Row

Array = NDArray[Any]
T = TypeVar("T")

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
            except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
                raise ConvexplainError(
                    "{path} does not hold runs of experiments ({error}): remove it or name another",
                    path=path,
                    error=error,
                ) from error

    def __contains__(self, what: str) -> bool:
        return what in self._done

    def get(self, what: str, measure: Callable[[], float]) -> tuple[float, float]:
        """Give accuracy and seconds of a run, which is done now unless it was before."""
        if what not in self._done:
            start = time.perf_counter()
            accuracy = measure()
            self.add(what, accuracy, time.perf_counter() - start)
        return self._done[what]

    def add(self, what: str, accuracy: float, seconds: float) -> None:
        """Take note of a run, and append it to the file."""
        self._done[what] = accuracy, seconds
        if self._path is None:
            return
        record = {"run": what, "accuracy": accuracy, "seconds": seconds}
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")
        except OSError as error:
            raise ConvexplainError(
                "{path} cannot be written: {error}", path=self._path, error=error
            ) from error


@dataclass(frozen=True)
class Training:
    """One training of an experiment, as `Setting.accuracy` is asked for it."""

    #: What makes it differ from others, as `Runs` knows it.
    what: str
    label: str
    config: TrainingConfig
    seed: int
    steps: int
    count: int | None
    order: tuple[int, ...] | None

    def measure(self, setting: Setting) -> tuple[float, float]:
        """Train and test now: accuracy and seconds."""
        order = None if self.order is None else np.array(self.order)
        return setting.accuracy(
            self.label, self.config, self.seed, self.steps, count=self.count, order=order
        )


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
        Given the fraction that is done, from 0 to 1, and a few words on what is being done.
    """

    train: tuple[Array, Array]
    test: tuple[Array, Array]
    quick: bool = False
    seeds: tuple[int, ...] = (0, 1, 2)
    runs: Runs = field(default_factory=Runs)
    on_progress: Callable[[float, str], None] | None = None
    #: Where trainings are noted instead of being done.
    planned: list[Training] | None = None

    @classmethod
    def load(
        cls,
        directory: str | Path | None = None,
        *,
        quick: bool = False,
        keep: Path | None = None,
        on_progress: Callable[[float, str], None] | None = None,
    ) -> Setting:
        """Read MNIST; the bundled digits are left out of what is trained on.

        Parameters
        ----------
        directory : path, optional
            As in `convexplain.data.mnist.load_mnist`.
        quick : bool
        keep : path, optional
            See `Runs`.
        on_progress : callable, optional
        """
        runs = Runs(keep)  # first: a file that is none is said at once
        images, labels = load_mnist("test", directory)
        count = QUICK_TEST if quick else len(images)
        return cls(
            training_set(directory),
            (images[:count], labels[:count]),
            quick=quick,
            seeds=(0,) if quick else (0, 1, 2),
            runs=runs,
            on_progress=on_progress,
        )

    def steps(self, count: int) -> int:
        """Give the steps to train for: `count`, or a tenth of them in the quick version."""
        return max(1, round(count * QUICK_STEPS)) if self.quick else count

    def report(self, fraction: float, note: str = "") -> None:
        """Return how much is done, from 0 to 1."""
        if self.on_progress is not None:
            self.on_progress(fraction, note)

    def parts(
        self, items: Iterable[T], costs: Sequence[float] | None = None
    ) -> Iterator[tuple[T, Setting]]:
        """Yield what is done one after the other, each with the setting that it reports to.

        Parameters
        ----------
        items : iterable
        costs : sequence of float, optional
            How long each takes, in any unit; by default all take equally long.
        """
        every = tuple(items)
        weights = [1.0] * len(every) if costs is None else costs
        begin, whole = 0.0, sum(weights)
        for item, weight in zip(every, weights, strict=True):
            end = begin + weight / whole
            yield item, replace(self, on_progress=self._between(begin, end))
            self.report(min(end, 1.0))
            begin = end

    def _between(self, begin: float, end: float) -> Callable[[float, str], None] | None:
        if self.on_progress is None:
            return None
        return lambda fraction, note: self.report(begin + fraction * (end - begin), note)

    def accuracy(
        self,
        label: str,
        config: TrainingConfig,
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
        config : TrainingConfig
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
                "layers": [layer.to_dict() for layer in config.layers],
                "recipe": [config.batch_size, config.learning_rate, config.rho, config.epsilon],
                "steps": steps,
                "seed": seed,
                "digits": [len(images), len(self.train[0]), len(self.test[0])],
                "order": None if order is None else [int(n) for n in order[:8]],
            }
        )

        if self.planned is not None:
            if what not in self.runs and what not in {each.what for each in self.planned}:
                taken = None if order is None else tuple(int(n) for n in order)
                self.planned.append(Training(what, label, config, seed, steps, count, taken))
            return 0.0, 0.0
        note = f"{label}, seed {seed}"
        # A digit that is learned from goes through the network about three times.
        learning = 3 * config.batch_size * steps
        share = learning / (learning + len(self.test[0]))

        def measure() -> float:
            result = train(
                config,
                _reordered(images, order),
                labels,
                seed=seed,
                steps=steps,
                on_step=lambda step, _: self.report(share * step.number / steps, note),
            )
            return evaluate(
                result.network,
                _reordered(self.test[0], order),
                self.test[1],
                on_progress=lambda done: self.report(share + (1 - share) * done, note),
            ).accuracy

        return self.runs.get(what, measure)


def _reordered(images: Array, order: Array | None) -> Array:
    if order is None:
        return images
    return images.reshape(len(images), -1)[:, order].reshape(images.shape)


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
