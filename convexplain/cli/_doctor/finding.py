"""What a check found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from convexplain.messages import Message

State = Literal["ok", "warning", "failed"]


@dataclass(frozen=True)
class Finding:
    """What one check found, on one line, and what to type or do about it.

    "failed" means that a render would fail; "warning", something else, such as one format.
    """

    name: str
    state: State
    found: str
    remedy: str = ""


def guarded(name: str, check: Callable[[], Finding]) -> Finding:
    """Make a check; one that itself goes wrong is a failed finding, not an error."""
    try:
        return check()
    except Exception as error:
        remedy = Message("put right what is failed above; if nothing is, report this")
        return Finding(
            name,
            "failed",
            Message(
                "{kind}: {error}", kind=type(error).__name__, error=" ".join(str(error).split())
            ),
            remedy,
        )
