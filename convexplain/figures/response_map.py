"""One filter's response map, and the windows in which it is weighed what makes a response large."""

from convexplain.lessons.response_map import ResponseMap

Options = ResponseMap
QUOTES = ("full", "faint", "largest", "law", "sees", "nothing")
