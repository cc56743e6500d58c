"""Characters that a terminal's encoding lacks, as the nearest that it has."""

from __future__ import annotations

import codecs

#: What stands in for a character, and takes as many cells as it does.
_NEAREST = {
    "−": "-",
    "–": "-",
    "×": "x",
    "÷": "/",
    "⊙": "*",
    "·": ".",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    # Halves of a cell, and its shades.
    "▀": '"',
    "▄": "_",
    "█": "#",
    "▓": "#",
    "▒": "+",
    "░": ".",
    # The end of a bar.
    "▉": "#",
    "▊": "#",
    "▋": "#",
    "▌": "|",
    "▍": "|",
    "▎": "|",
    "▏": "|",
    # A frame.
    "─": "-",
    "│": "|",
    "┌": "+",
    "┐": "+",
    "└": "+",
    "┘": "+",
}
#: The name of the rule, for ``errors`` of a stream.
NEAREST = "convexplain.nearest"


def nearest(error: UnicodeError) -> tuple[str | bytes, int]:
    r"""Write what an encoding lacks as the nearest that it has, else as Python writes it.

    >>> "5 − 3 = 2 ✓".encode("gbk", NEAREST)
    b'5 - 3 = 2 \\u2713'
    """
    assert isinstance(error, UnicodeEncodeError)
    lacking = error.object[error.start : error.end]
    written = "".join(
        _NEAREST.get(one) or one.encode("ascii", "backslashreplace").decode() for one in lacking
    )
    return written, error.end


codecs.register_error(NEAREST, nearest)
