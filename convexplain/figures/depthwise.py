"""The weights of an ordinary and a separable convolution, to scale, and their multiplications."""

from convexplain.lessons.depthwise import Depthwise

Options = Depthwise
QUOTES = ("areas", "work")
