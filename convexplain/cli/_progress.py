"""Progress on a terminal, in a pipe, or not at all; always on stderr."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from typing import Any, Self

import click

from convexplain.cli._speak import tell
from convexplain.messages import Message

LINE_EVERY = 5.0  # seconds between two lines where there is no terminal


def _size() -> dict[str, int]:
    """Give the size of a terminal that does not know its own: a bar of no width is nothing."""
    told = os.get_terminal_size(sys.stderr.fileno())
    return {} if told.columns and told.lines else {"ncols": 80, "nrows": 24}


class Progress:
    """How far the work called `name` has come, with the time that is left; a context manager."""

    def __init__(self, name: str, *, quiet: bool = False) -> None:
        self.name = tell(name)
        self.quiet = quiet
        self._bar: Any = None
        self._last = time.monotonic()
        self._first: tuple[float, float] | None = None
        self._bars = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def __enter__(self) -> Self:
        if self._bars and not self.quiet:
            from tqdm import tqdm

            tqdm.monitor_interval = 0  # no thread of its own: it would take our signals
            self._bar = tqdm(
                total=100,
                desc=self.name,
                leave=False,
                **_size(),
                bar_format="{desc} {percentage:3.0f}% |{bar}| " + tell("{remaining} left"),
                file=sys.stderr,
            )
        return self

    def __exit__(self, *exception: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def line(self, text: str, *, err: bool = False) -> None:
        """Print a line, to stay, above the bar."""
        if self._bar is not None:
            self._bar.clear()
        click.echo(tell(text), err=err)
        if self._bar is not None:
            self._bar.refresh()

    def __call__(self, fraction: float, note: str = "") -> None:
        """Show how much is done, from 0 to 1, and a few words on how it goes."""
        if self.quiet:
            return
        told = f"{self.name}, {tell(note)}" if note else self.name
        if self._bar is not None:
            self._bar.set_description_str(told, refresh=False)
            self._bar.update(100 * fraction - self._bar.n)
            return
        now = time.monotonic()
        if self._first is None:
            self._first = (now, fraction)  # starting up says nothing about the pace
        begin, base = self._first
        if now - self._last >= LINE_EVERY and base < fraction < 1:
            self._last = now
            left = (now - begin) * (1 - fraction) / (fraction - base)
            with suppress(BrokenPipeError):  # nobody reads it: no reason to stop
                line = Message(
                    "{what}: {share:.0%}, {seconds:.0f} s left",
                    what=told,
                    share=fraction,
                    seconds=left,
                )
                print(tell(line), file=sys.stderr, flush=True)
