"""``-v`` and ``-vv``: what is being done, on the standard error."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from convexplain.cli._speak import tell
from convexplain.messages import Message

verbose = click.option(
    "-v",
    "--verbose",
    count=True,
    help="Say what is done and how long it takes; -vv: each beat, versions, and folders.",
)


@contextmanager
def log_lines(verbosity: int, line: Callable[[str], None]) -> Iterator[None]:
    """Show what the program logs, line by line; `verbosity` counts how often -v was given."""
    logger = logging.getLogger("convexplain")
    handler = _Lines(line)
    before = logger.level
    if verbosity:
        logger.setLevel(logging.INFO if verbosity == 1 else logging.DEBUG)
        logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)


class _Lines(logging.Handler):
    """Shows each record on a line, with the seconds since the program began."""

    def __init__(self, line: Callable[[str], None]) -> None:
        super().__init__()
        self.line = line

    def emit(self, record: logging.LogRecord) -> None:
        told = tell(record.msg) if isinstance(record.msg, Message) else record.getMessage()
        text = " ".join(told.split())
        self.line(f"{record.relativeCreated / 1000:7.2f} s  {text}")
