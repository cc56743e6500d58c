"""Teacher's cards: one page a lesson, with where to pause, what to ask, what will go wrong.

A card's module has its lesson's name, `pooling.py` <-> ``pooling``, and a function ``card`` of the
lesson. Numbers are the lesson's, or computed here from what it shows; none is typed.
"""

from __future__ import annotations

import importlib
from importlib.resources import files

from convexplain import lessons
from convexplain.errors import UsageError, choose
from convexplain.paper.cards._base import Card, Mistake, Pause
from convexplain.paper.cards._document import document, page, pdf

__all__ = ["Card", "Mistake", "Pause", "document", "make", "names", "page", "pdf"]


def names() -> tuple[str, ...]:
    """Return the names of all lessons that have a card, in the order of the lessons."""
    found = {
        entry.name.removesuffix(".py").replace("_", "-")
        for entry in files(__name__).iterdir()
        if entry.name.endswith(".py") and not entry.name.startswith("_")
    }
    return tuple(name for name in lessons.names() if name in found)


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
        raise UsageError(f"there is no card {name!r}: {choose(name, names())}")
    module = importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
    card: Card = module.card(lessons.find(name)())
    return card
