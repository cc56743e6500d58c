"""Worker processes: started when there is work, reused, ended with all that is temporary."""

from __future__ import annotations

import dataclasses
import logging
import multiprocessing
import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import connection as mp_connection
from pathlib import Path
from typing import TYPE_CHECKING, Self

from convexplain.errors import ConvexplainError
from convexplain.files import atomic
from convexplain.video import logs, memory, worker

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from convexplain.video.job import Job


_logger = logging.getLogger(__name__)


class Pool:
    """Worker processes that render jobs; a context manager that leaves none behind.

    Parameters
    ----------
    size : int
        How many processes work at the same time.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        with atomic.signals_held():
            for each in self._workers:
                each.close()

    def run(
        self, jobs: Sequence[Job]
    ) -> Iterator[tuple[int, float | worker.Done | ConvexplainError]]:
        """Render jobs, the longest first, and put their files in place.

        Parameters
        ----------
        jobs : sequence of Job
            That have been checked.

        Yields
        ------
        tuple
            A job's index, and what is new: the fraction that is done, that its files stand in
            their places, or the error that it ended with.
        """
        waiting = list(range(len(jobs)))[::-1]
        if len(jobs) > self.size:
            waiting.sort(key=lambda index: jobs[index].lesson.seconds)  # the last comes first
        running: dict[Connection, int] = {}
        while waiting or running:
            while waiting and len(running) < self.size:
                index = waiting.pop()
                each = self._idle()
                try:
                    each.take(jobs[index])
                except ConvexplainError as error:
                    self._dismiss(each)
                    yield index, error
                else:
                    running[each.channel] = index
            for ready in mp_connection.wait(list(running)):
                each = next(item for item in self._workers if item.channel is ready)
                index = running[each.channel]
                news = each.news()
                if isinstance(news, worker.Note):
                    _logger.log(news.level, "process %d: %s", each.process.pid, news.text)
                    continue
                if not isinstance(news, float):
                    del running[each.channel]
                if isinstance(news, ConvexplainError):
                    self._dismiss(each)
                yield index, news

    def _idle(self) -> _Worker:
        for each in self._workers:
            if each.job is None:
                return each
        with atomic.signals_held():  # no process is started that is not known
            each = _Worker.start()
            self._workers.append(each)
        return each

    def _dismiss(self, each: _Worker) -> None:
        """End a worker whose state after a failure is not to be trusted."""
        with atomic.signals_held():
            each.close()
            self._workers.remove(each)


@dataclass
class _Worker:
    """A process, the channel to it, its folder, and the job that it has."""

    process: multiprocessing.process.BaseProcess
    channel: Connection
    folder: Path
    job: Job | None = None
    reserved: dict[Path, Path] = field(default_factory=dict)

    @classmethod
    def start(cls) -> _Worker:
        folder = Path(tempfile.gettempdir()) / atomic.temporary_name()
        try:
            folder.mkdir(mode=0o700)
        except OSError as error:
            raise ConvexplainError(
                f"cannot write to the temporary folder {str(folder.parent)!r}: {error.strerror}; "
                "name another in the environment variable TMPDIR"
            ) from error
        try:
            context = multiprocessing.get_context("spawn")
            channel, remote = context.Pipe()
            level = _logger.getEffectiveLevel()
            process = context.Process(target=worker.serve, args=(remote, folder, level))
            process.daemon = True
            with atomic.standing_in(folder), _interrupts_are_for_the_parent():
                process.start()
            remote.close()
        except (OSError, MemoryError) as error:
            atomic.remove([folder])
            why = getattr(error, "strerror", None) or f"out of memory: {memory.advice()}"
            raise ConvexplainError(f"cannot start a process to render in: {why}") from error
        _logger.debug("process %d works in %s", process.pid, folder)
        return cls(process, channel, folder)

    def take(self, job: Job) -> None:
        """Reserve the job's files and send it to the process."""
        self.job = job
        frame = job.frame
        _logger.info(
            "process %d: %s, %d × %d at %d frames a second, to %s",
            *(self.process.pid, job.lesson.name, frame.width, frame.height, frame.rate, job.main),
        )
        try:
            for target in job.targets:
                self.reserved[target] = atomic.temporary(target)
        except OSError as error:
            raise atomic.refused(job.main, error) from error
        # Names relative to the user's folder mean nothing in the process's own.
        files = [file.resolve() for file in self.reserved.values()]
        scene_file = job.scene_file.resolve() if job.scene_file else None
        try:
            self.channel.send((dataclasses.replace(job, scene_file=scene_file), files))
        except ConnectionError as error:
            raise self.death() from error

    def news(self) -> float | worker.Note | worker.Done | ConvexplainError:
        """Receive the next message; put a finished job's files in place."""
        assert self.job is not None
        try:
            message: worker.Message = self.channel.recv()
        except (EOFError, ConnectionError):
            return self.death()
        if isinstance(message, worker.Failed):
            error = self._logged(message.error, message.trace)
            error.__cause__ = RuntimeError(f"in the worker:\n{message.trace}")
            return error
        if isinstance(message, worker.Done):
            try:
                atomic.replace(self.reserved)
            except OSError as error:
                return self._logged(atomic.refused(self.job.main, error), repr(error))
            _logger.info("process %d: in place", self.process.pid)
            self.job, self.reserved = None, {}
        return message

    def death(self) -> ConvexplainError:
        """Say how the process ended, with the last thing that it printed."""
        assert self.job is not None
        self.process.join(timeout=5)
        code = self.process.exitcode or 0
        log = self._log()
        if -code == signal.SIGKILL:
            text = "was killed"
        elif code < 0:
            text = f"ended by {signal.Signals(-code).name}"
        else:
            text = f"ended with exit code {code}"
        if -code == signal.SIGKILL or memory.limit() is not None or memory.is_told(log):
            text += f"; if memory ran out: {memory.advice(self.job.frame.lines)}"
        lines = [line.strip() for line in log.splitlines() if line.strip()]
        last = f" ({lines[-1]})" if lines else ""
        told = f"the process that rendered {self.job.lesson.name} {text}{last}"
        return self._logged(ConvexplainError(told), f"exit code {code}")

    def _log(self) -> str:
        """Return what the process wrote to its log, the last of it."""
        try:
            return (self.folder / worker.LOG).read_text(errors="replace")[-logs.LENGTH :]
        except OSError:
            return ""

    def _logged(self, error: ConvexplainError, trace: str) -> ConvexplainError:
        """Keep the log of a job that failed, and say where it is."""
        assert self.job is not None
        file = logs.keep(self.job.lesson.name, [repr(self.job), str(error), trace, self._log()])
        return type(error)(f"{error} (log: {file})") if file else error

    def close(self) -> None:
        """End the process and remove everything temporary that is its own."""
        self.process.kill()
        self.process.join()
        self.channel.close()
        atomic.remove([self.folder, *self.reserved.values()])
        self.reserved = {}


@contextmanager
def _interrupts_are_for_the_parent() -> Iterator[None]:
    """Start processes that do not see the terminal's Ctrl-C: the parent ends them.

    A signal that is blocked while a process is started stays blocked in it.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
