"""Lines of text: how wide they are in the bundled font, and where they break."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from convexplain.style import fonts
from convexplain.style.captions import Caption
from convexplain.style.lines import NOT_FIRST, NOT_LAST

#: Share of the width below which a last line looks lost.
_LONELY = 0.25


def say(words: Caption | str | None, lang: str) -> str:
    """Return words in a language; names that are the same in both are texts."""
    return words.text(lang) if isinstance(words, Caption) else words or ""


def text_width(words: str, size: float, weight: str = "regular") -> float:
    """Measure a line, in the unit of `size`."""
    return fonts.advance(words, weight) * size


def leading(size: float) -> float:
    """Return the distance of lines."""
    return 1.45 * size


def wrap(words: str, width: float, size: float, weight: str = "regular") -> list[str]:
    """Break a text into lines: English between words, Chinese between characters.

    No last line is left with a lonely word where shorter lines avoid it. The width is in the unit
    of `size`; a single word that is longer stays whole.
    """
    return list(_wrapped(words, width, size, weight))


@lru_cache(maxsize=1024)
def _wrapped(words: str, width: float, size: float, weight: str) -> tuple[str, ...]:
    found = _broken(words, width, size, weight)
    narrower = width
    while len(found) > 1 and text_width(found[-1], size, weight) < _LONELY * width:
        narrower -= 0.04 * width
        tried = _broken(words, narrower, size, weight)
        if len(tried) > len(found) or narrower < 0.5 * width:
            break
        found = tried
    return tuple(line.replace("\N{NO-BREAK SPACE}", " ") for line in found)


def _broken(words: str, width: float, size: float, weight: str) -> list[str]:
    """Fill lines from the first on."""
    found = [""]
    for piece in _pieces(words):
        line = found[-1] + piece
        if found[-1] and text_width(line.rstrip(), size, weight) > width:
            found.append(piece.lstrip())
        else:
            found[-1] = line
    return [line.rstrip() for line in found]


def _pieces(words: str) -> list[str]:
    """Split a text where a line may end."""
    # A shape is one word: 26 × 26 × 32.
    words = words.replace(" × ", "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}")
    pieces = [words[:1]]
    for before, character in pairwise(words):
        apart = before == " " or (
            (ord(before) > 0x2E80 or ord(character) > 0x2E80) and character != " "
        )
        if apart and character not in NOT_FIRST and before not in NOT_LAST:
            pieces.append(character)
        else:
            pieces[-1] += character
    return pieces
