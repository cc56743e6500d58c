"""The cards by the names of their lessons."""

from __future__ import annotations

import importlib

from convexplain.errors import UsageError, choose
from convexplain.lessons.cards._card import Card
from convexplain.lessons.parts import finding


def names() -> tuple[str, ...]:
    """Return the names of all lessons that have a card, in the order of the lessons."""
    found = finding.modules(str(__package__))
    return tuple(name for name in finding.names() if name in found)


def make(name: str) -> Card:
    """Make the card of a lesson with its defaults.

    Parameters
    ----------
    name : str
        One of `names`.

    Raises
    ------
    UsageError
        There is no such card.
    """
    if name not in names():
        raise UsageError(
            "there is no card {name!r}: {choice}", name=name, choice=choose(name, names())
        )
    module = importlib.import_module(f"{__package__}.{name.replace('-', '_')}")
    card: Card = module.card(finding.find(name)())
    return card
