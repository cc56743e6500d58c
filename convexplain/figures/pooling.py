"""Max pooling keeps the largest of a window; and how much further later layers see."""

from convexplain.lessons.pooling import Pooling

Options = Pooling
QUOTES = ("largest", "closes", "both")
