"""The errors of a map, laid on the input: one sum for each weight, its gradient."""

from convexplain.lessons.backward import Backward

Options = Backward
QUOTES = ("lay", "places", "step")
