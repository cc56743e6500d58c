"""The errors that a user can cause and the command line turns into one line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ConvexplainError(Exception):
    """What was given, the rule, and the remedy, as one readable line.

    Attributes
    ----------
    exit_code : int
        Exit status of the command line: 1, something failed.
    """

    exit_code = 1


class UsageError(ConvexplainError):
    """The request itself cannot be right, whatever the state of the machine.

    Attributes
    ----------
    exit_code : int
        Exit status of the command line: 2, as for any wrong option.
    """

    exit_code = 2


def choose(given: str, allowed: Iterable[str]) -> str:
    """Return what is allowed, and the name nearest to what was given if one is near.

    Parameters
    ----------
    given : str
        What the user asked for.
    allowed : iterable of str
        What there is, in the order in which to name it.

    Returns
    -------
    str
        The end of an error's line.

    Examples
    --------
    >>> choose("poling", ["channels", "pooling"])
    'choose channels or pooling; did you mean pooling?'
    >>> choose("poling", ["pooling"])
    'choose pooling'
    """
    names = list(allowed)
    listed = " or ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
    near = difflib.get_close_matches(given.lower(), names, n=1) if len(names) > 1 else []
    return f"choose {listed}" + (f"; did you mean {near[0]}?" if near else "")
