"""One kernel along a row, over a picture, and through the frames of a film."""

from convexplain.lessons.one_d import OneD

Options = OneD
QUOTES = ("count", "two", "three", "answer")
