"""Processes that render: started when there is work, reused, replaced when one fails.

`concurrent.futures` does not do: one process that dies takes the whole of its pool with it, and
does not say how it ended; and a pool cannot be ended at once before Python 3.14.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import connection as mp_connection
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Self

from convexplain.errors import ConvexplainError
from convexplain.files import atomic
from convexplain.messages import Message
from convexplain.video import logs, memory, worker
from convexplain.video.child import Child

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from convexplain.video.job import Job


_logger = logging.getLogger(__name__)
#: Of so many jobs a process the longest come first; of more of them their order costs more to find
#: than the last ones could cost.
_SORTED = 20
#: How many seconds a process waits for its next job, where jobs come one by one.
PATIENCE = 20.0


class Pool:
    """So many processes, or fewer, that render jobs; a context manager that leaves none behind."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes."""
        with atomic.signals_held():
            for each in self._workers:
                each.child.close()
            self._workers.clear()

    def run(
        self, jobs: Sequence[Job]
    ) -> Iterator[tuple[int, float | worker.Done | ConvexplainError]]:
        """Render jobs that have been checked, the longest first.

        What comes out is a job's index, and what is new: the fraction that is done, what its files
        hold, or the error that it ended with. Files that are named there are gone afterwards.
        """
        waiting = list(range(len(jobs)))[::-1]
        if self.size < len(jobs) <= _SORTED * self.size:
            waiting.sort(key=lambda index: jobs[index].lesson.seconds)  # the last comes first
        running: dict[Connection, tuple[int, _Worker]] = {}
        while waiting or running:
            while waiting and len(running) < self.size:
                index = waiting.pop()
                idle = self._idle()
                try:
                    idle.take(jobs[index])
                except ConvexplainError as error:
                    self._dismiss(idle)
                    yield index, error
                else:
                    running[idle.child.channel] = index, idle
            for ready in mp_connection.wait(list(running)):
                index, busy = running[ready]  # type: ignore[index]
                news = busy.news()
                if isinstance(news, worker.Note):
                    number = busy.child.process.pid
                    _logger.log(
                        news.level,
                        Message("process {number}: {text}", number=number, text=news.text),
                    )
                    continue
                if not isinstance(news, float):
                    del running[busy.child.channel]
                if isinstance(news, ConvexplainError):
                    self._dismiss(busy)
                yield index, news

    def _idle(self) -> _Worker:
        for each in self._workers:
            if each.job is None:
                return each
        with atomic.signals_held():  # no process is started that is not known
            each = _Worker()
            self._workers.append(each)
        return each

    def _dismiss(self, each: _Worker) -> None:
        """End a worker whose state after a failure is not to be trusted."""
        with atomic.signals_held():
            each.child.close()
            self._workers.remove(each)


_waiting: dict[Pool, threading.Timer] = {}
_lock = threading.Lock()


@contextmanager
def borrowed() -> Iterator[Pool]:
    """Give a pool of one process; it then waits for a while, for who borrows one next.

    To start a process and import manim takes as long as a short video does.
    """
    with _lock:
        pool = next(iter(_waiting), None) or Pool(1)
        if pool in _waiting:
            _waiting.pop(pool).cancel()
    try:
        yield pool
    except BaseException:
        pool.close()
        raise
    timer = threading.Timer(PATIENCE, _end, [pool])
    timer.daemon = True
    with _lock:
        _waiting[pool] = timer
    timer.start()


def _end(*pools: Pool) -> None:
    """End pools that wait: these, or all."""
    with _lock:
        ended = [pool for pool in pools or (*_waiting,) if _waiting.pop(pool, None)]
    for pool in ended:
        pool.close()


# Before the processes of this one are ended, which would leave their folders behind.
Finalize(None, _end, exitpriority=100)


class _Worker:
    """A process, and the job that it has."""

    def __init__(self) -> None:
        self.child = Child(worker.serve, _logger.getEffectiveLevel())
        self.job: Job | None = None
        _logger.debug(
            Message(
                "process {number} works in {folder}",
                number=self.child.process.pid,
                folder=self.child.folder,
            )
        )

    def take(self, job: Job) -> None:
        """Send a job to the process."""
        self.job = job
        frame = job.frame
        _logger.info(
            Message(
                "process {number}: {lesson}, {width} × {height} at {rate} frames a second, "
                "to {path}",
                number=self.child.process.pid,
                lesson=job.lesson.name,
                width=frame.width,
                height=frame.height,
                rate=frame.rate,
                path=job.main,
            )
        )
        # A name relative to the user's folder means nothing in the process's own.
        scene_file = job.scene_file.resolve() if job.scene_file else None
        try:
            self.child.channel.send(dataclasses.replace(job, scene_file=scene_file))
        except ConnectionError as error:
            raise self._death() from error

    def news(self) -> float | worker.Note | worker.Done | ConvexplainError:
        """Receive the next message."""
        assert self.job is not None
        try:
            message: worker.Sent = self.child.channel.recv()
        except (EOFError, ConnectionError):
            return self._death()
        if isinstance(message, worker.Failed):
            error = self._logged(message.error, message.trace)
            error.__cause__ = RuntimeError(f"in the worker:\n{message.trace}")
            return error
        if isinstance(message, worker.Done):
            self.job = None
        return message

    def _death(self) -> ConvexplainError:
        """Return how the process ended, with the last thing that it printed."""
        assert self.job is not None
        text, log = self.child.ending(), self.child.log()
        if text == "was killed" or memory.limit() is not None or memory.is_told(log):
            advice = memory.advice(self.job.frame.lines)
            text = Message("{text}; if memory ran out: {advice}", text=text, advice=advice)
        lines = [line.strip() for line in log.splitlines() if line.strip()]
        if lines:
            text = Message("{text} ({line})", text=text, line=lines[-1])
        error = ConvexplainError(
            "the process that rendered {lesson} {ending}", lesson=self.job.lesson.name, ending=text
        )
        return self._logged(error, repr(self.child.process.exitcode))

    def _logged(self, error: ConvexplainError, trace: str) -> ConvexplainError:
        """Keep the log of a job that failed, and say where it is."""
        assert self.job is not None
        parts = [repr(self.job), str(error), trace, self.child.log()[-logs.LENGTH :]]
        file = logs.keep(self.job.lesson.name, parts)
        return type(error)("{error} (log: {file})", error=error, file=file) if file else error
