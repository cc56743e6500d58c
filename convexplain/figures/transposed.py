"""A map, the stamp, what it paints, and the same map enlarged first and then convolved."""

from convexplain.lessons.transposed import Transposed

Options = Transposed
QUOTES = ("paints", "lands", "counts", "resize")
