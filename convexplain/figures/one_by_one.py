"""A 1 x 1 convolution: the numbers at one place, the filters' weights, the sums, and the cost."""

from convexplain.lessons.one_by_one import OneByOne

Options = OneByOne
QUOTES = ("numbers", "mixes", "work")
