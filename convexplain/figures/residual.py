"""A residual block: what came in, the change, and their sum, at one place and in one channel."""

from convexplain.lessons.residual import Residual

Options = Residual
QUOTES = ("ways", "arrive", "meet", "adds")
