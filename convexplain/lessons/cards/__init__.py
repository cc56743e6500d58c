"""What a teacher's card says of each lesson: where to pause, what to ask, what will go wrong.

A module has its lesson's name, `pooling.py` <-> ``pooling``, and a function ``card`` of the lesson:
captions, and the values that fill them. Numbers are the lesson's, or computed here from what it
shows; none is typed. `convexplain.paper.cards` sets them on a page.
"""

from convexplain.lessons.cards._card import Card, Mistake, Pause
from convexplain.lessons.cards._finding import make, names

__all__ = ["Card", "Mistake", "Pause", "make", "names"]
