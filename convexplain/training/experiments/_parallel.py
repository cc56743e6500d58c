"""Trainings of an experiment at the same time: in processes of this machine, or by an executor."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from functools import cache
from multiprocessing import connection, parent_process
from pathlib import Path

from convexplain.errors import ConvexplainError
from convexplain.training.experiments._base import Array, Setting, Training

Data = tuple[Array, Array]
#: In a process that trains: the data that it was started with.
_given: list[Setting] = []
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def measure_all(
    trainings: Sequence[Training],
    setting: Setting,
    *,
    workers: int,
    executor: Executor | None = None,
    directory: Path | None = None,
) -> None:
    """Do trainings, several at the same time, and let the setting's runs know them.

    `workers`: how many processes train at the same time. `executor`: what trains instead; it finds
    MNIST by itself, in `directory` or where it is looked for. Raises ConvexplainError if a training
    fails. The others that are finished are known.
    """
    if executor is not None:
        _collect(trainings, setting, executor, lambda each: (each, directory, setting.quick))
        return
    with _processes(min(workers, len(trainings)), setting) as pool:
        _collect(trainings, setting, pool, lambda each: (each, None, setting.quick))


def measure(training: Training, directory: Path | None, quick: bool) -> tuple[float, float]:
    """Do one training in a process that was started for it, or wherever MNIST is."""
    return training.measure(_given[0] if _given else _load(directory, quick))


@cache
def _load(directory: Path | None, quick: bool) -> Setting:
    return Setting.load(directory, quick=quick)


def _collect(
    trainings: Sequence[Training],
    setting: Setting,
    executor: Executor,
    arguments: Callable[[Training], tuple[Training, Path | None, bool]],
) -> None:
    futures = {executor.submit(measure, *arguments(each)): each for each in trainings}
    try:
        for number, future in enumerate(as_completed(futures), start=1):
            training = futures[future]
            try:
                accuracy, seconds = future.result()
            except ConvexplainError:
                raise
            except Exception as error:
                why = " ".join(f"{type(error).__name__}: {error}".split())
                raise ConvexplainError(
                    "the training {label!r}, seed {seed}, failed: {why}",
                    label=training.label,
                    seed=training.seed,
                    why=why,
                ) from error
            setting.runs.add(training.what, accuracy, seconds)
            setting.report(number / len(trainings), f"{training.label}, seed {training.seed}")
    finally:
        for future in futures:
            future.cancel()


@contextmanager
def _processes(count: int, setting: Setting) -> Iterator[Executor]:
    """Start processes that train with one thread each, and leave none behind."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        pool = ProcessPoolExecutor(
            count,
            multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(setting.train, setting.test, setting.quick),
        )
        try:
            yield pool
        finally:
            processes = [*pool._processes.values()]
            pool.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.kill()
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _begin(train: Data, test: Data, quick: bool) -> None:
    """Keep the data; Ctrl-C is for the parent, and with it this process ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    assert parent is not None

    def leave() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=leave, daemon=True).start()
    _given[:] = [Setting(train, test, quick=quick)]
