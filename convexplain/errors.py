"""The errors that a user can cause and the command line turns into one line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from convexplain.messages import Message, Told, joined


class ConvexplainError(Told):
    """What was given, the rule, and the remedy, as one readable line.

    Parameters
    ----------
    template : str
        The line in English, with fields as `str.format` has them: ``str(error)`` is this line, and
        its Chinese stands in ``convexplain/messages/zh.py``.
    **values : object
        What the fields stand for.

    Attributes
    ----------
    exit_code : int
        Exit status of the command line: 1, something failed.

    Examples
    --------
    >>> print(ConvexplainError("{path} is empty: save the picture again", path="a.png"))
    a.png is empty: save the picture again
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


def choose(given: str, allowed: Iterable[str]) -> Message:
    """Return what is allowed, and the name nearest to what was given if one is near.

    Parameters
    ----------
    given : str
        What the user asked for.
    allowed : iterable of str
        What there is, in the order in which to name it.

    Returns
    -------
    Message
        The end of an error's line.

    Examples
    --------
    >>> print(choose("poling", ["channels", "pooling"]))
    choose channels or pooling; did you mean pooling?
    >>> print(choose("poling", ["pooling"]))
    choose pooling
    """
    names = list(allowed)
    near = difflib.get_close_matches(given.lower(), names, n=1) if len(names) > 1 else []
    if not near:
        return Message("choose {names}", names=either(names))
    return Message("choose {names}; did you mean {near}?", names=either(names), near=near[0])


def either(names: Iterable[str]) -> str:
    """Join names as a choice.

    Parameters
    ----------
    names : iterable of str
        In the order in which to name them.

    Returns
    -------
    str
        A `Message` if there are several.

    Examples
    --------
    >>> print(either(["a", "b", "c"]))
    a, b or c
    """
    *most, last = [*names] or [""]
    return Message("{names} or {last}", names=listed(most), last=last) if most else last


def shortened(names: Sequence[str]) -> str:
    """Join names with commas, and count those behind the first three.

    Parameters
    ----------
    names : sequence of str
        In the order in which to name them.

    Returns
    -------
    str
        A `Message` if there are several.

    Examples
    --------
    >>> print(shortened(["a", "b", "c", "d", "e"]))
    a, b, c and 2 more
    """
    first = listed(names[:3])
    more = len(names) - 3
    return Message("{names} and {count} more", names=first, count=more) if more > 0 else first


def listed(names: Iterable[str]) -> str:
    """Join names with commas.

    Parameters
    ----------
    names : iterable of str
        In the order in which to name them.

    Returns
    -------
    str
        A `Message` if there are several.

    Examples
    --------
    >>> print(listed(["a", "b"]))
    a, b
    """
    return joined("{first}, {others}", names)
