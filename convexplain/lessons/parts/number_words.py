"""Small numbers as words, for sentences."""

from __future__ import annotations

from convexplain.style.captions import Caption

_WORDS = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve"),
)


def in_words(number: int, *, capital: bool = False) -> Caption:
    """Return a count as English writes it in a sentence, a word up to twelve; Chinese has digits.

    Examples
    --------
    >>> in_words(9).text("en"), in_words(9).text("zh"), in_words(25).text("en")
    ('nine', '9', '25')
    """
    known = 0 <= number < len(_WORDS)
    english = _WORDS[number] if known else str(number)
    return Caption(en=english.capitalize() if capital else english, zh=str(number))
