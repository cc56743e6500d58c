"""Small numbers as words, for sentences."""

from __future__ import annotations

from convexplain.style.captions import Caption, same

_WORDS = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve"),
)


def in_words(number: int, *, capital: bool = False) -> Caption:
    """Return a count as English writes it in a sentence, a word up to twelve; Chinese has digits.

    >>> in_words(9).text("en"), in_words(9).text("zh"), in_words(25).text("en")
    ('nine', '9', '25')
    """
    known = 0 <= number < len(_WORDS)
    english = _WORDS[number] if known else str(number)
    return Caption(en=english.capitalize() if capital else english, zh=str(number))


#: From here on a ratio is no longer written out.
_TOO_MANY = 1e15
_UNITS = {
    "en": ((1e12, " trillion"), (1e9, " billion"), (1e6, " million"), (1e3, " thousand")),
    "zh": ((1e12, " 万亿"), (1e8, " 亿"), (1e4, " 万")),
}


def about(ratio: float) -> Caption:
    """Write a ratio with two significant figures, a large one in words.

    >>> about(2.4197).text("en"), about(9_744_803_446).text("en"), about(9_744_803_446).text("zh")
    ('2.4', 'about 9.7 billion', '约 97 亿')
    """
    if ratio >= _TOO_MANY:
        return Caption(en="more than 1,000 trillion", zh="超过 1,000 万亿")
    figures = float(f"{ratio:.2g}")
    if figures < 1000:
        return same(f"{figures:.1f}" if figures < 10 else f"{figures:.0f}")
    said = {}
    for lang, units in _UNITS.items():
        size, unit = next(((s, u) for s, u in units if figures >= s), (1.0, ""))
        said[lang] = f"{figures / size:,g}{unit}"
    return Caption(en=f"about {said['en']}", zh=f"约 {said['zh']}")
