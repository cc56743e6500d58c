"""Work that is shared: among machines that know nothing of each other, or by a cluster of dask."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple, TypeVar

from convexplain import extras
from convexplain.errors import ConvexplainError, UsageError
from convexplain.messages import Message
from convexplain.video import clip_cache

T = TypeVar("T")
#: How long a scheduler may take to answer, and to have a worker, in seconds.
PATIENCE = 15
#: How long a connection may stand still, in seconds: then dask gives up all that was asked there.
STANDSTILL = 300


class Shard(NamedTuple):
    """One of several equal parts of the work, counted from 1."""

    number: int = 1
    total: int = 1

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read ``"2/5"``.

        Raises UsageError if it is none.
        """
        number, _, total = text.partition("/")
        if not (number.strip().isdecimal() and total.strip().isdecimal()):
            raise UsageError("{text!r} is no share of the work: give K/N, such as 2/5", text=text)
        shard = cls(int(number), int(total))
        if not 1 <= shard.number <= shard.total:
            raise UsageError(
                "there is no share {text}: give 1/{total} to {total}/{total}",
                text=text,
                total=total,
            )
        return shard

    def of(self, work: Sequence[T]) -> list[T]:
        """Return this part of some work: every so manieth, so that the long ones spread.

        >>> Shard(2, 3).of("abcdefg")
        ['b', 'e']
        """
        return [*work[self.number - 1 :: self.total]]

    @property
    def whole(self) -> bool:
        """Whether it is all of the work."""
        return self.total == 1


@contextmanager
def cluster(address: str | None) -> Iterator[Executor | None]:
    """Give what runs work on the workers of a scheduler of dask.distributed; None: here.

    A worker that dies loses nothing: its work is done by another one. What a worker runs is this
    program, the same to the byte. `address`: such as ``tcp://10.0.0.1:8786``. Raises UsageError if
    nothing answers there. Raises ConvexplainError if the extra "cluster" is not installed, no
    worker is there, or one has another program.
    """
    if address is None:
        yield None
        return
    extras.require("cluster", Message("clusters"))
    import dask
    import distributed  # noqa: F401  # its settings have to be there before one is changed

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    patience = {"distributed.comm.timeouts.tcp": f"{STANDSTILL}s"}
    with dask.config.set(patience), _connected(address) as client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as error:
            raise ConvexplainError(
                "the scheduler at {address} has no workers: start some with dask worker {address}",
                address=address,
            ) from error
        _check(client)
        yield client.get_executor()


@cache
def _event_loop() -> Any:
    """Return an event loop that a thread runs as long as the program lasts.

    Dask would start one, wait 10 seconds for it, and fail by an ``AssertionError`` on a machine so
    busy that it takes longer; this one is waited for.
    """
    import asyncio

    from distributed.utils import LoopRunner

    begun: Future[Any] = Future()

    async def stay() -> None:
        begun.set_result(LoopRunner(asynchronous=True).loop)
        await asyncio.Event().wait()

    def run() -> None:
        try:
            asyncio.run(stay())
        except OSError as error:  # no file can be opened for it
            begun.set_exception(error)

    threading.Thread(target=run, name="event loop for dask", daemon=True).start()
    return begun.result()


def _connected(address: str) -> Any:
    """Return a client of dask, or refuse an address where no scheduler answers."""
    from distributed import Client

    class Begun(Client):
        """Closed at once where it cannot begin; as the program ends it would wait for that."""

        def start(self, **settings: Any) -> None:
            try:
                super().start(**settings)  # type: ignore[no-untyped-call]
            except BaseException:
                self.close()  # type: ignore[no-untyped-call]
                raise

    loop = _event_loop()
    try:
        return Begun(  # type: ignore[no-untyped-call]
            address, loop=loop, timeout=PATIENCE, set_as_default=False
        )
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(
            "no scheduler of dask answers at {address!r}: give the address that it printed when "
            "it was started, such as tcp://10.0.0.1:8786",
            address=address,
        ) from error


def _check(client: Any) -> None:
    """Refuse workers that would render other pictures than this program does."""
    try:
        programs = client.run(clip_cache.program_hash)
    except Exception as error:
        raise ConvexplainError(
            "a worker cannot load this program ({kind}: {error}): install the same there, with "
            "the extras video and cluster",
            kind=type(error).__name__,
            error=error,
        ) from error
    here = clip_cache.program_hash()
    for address, there in programs.items():
        if there != here:
            raise ConvexplainError(
                "the worker at {address} has another version of this program: install the same",
                address=address,
            )
