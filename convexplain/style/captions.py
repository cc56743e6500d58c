"""What a lesson says, in English and Chinese at once: templates with named fields."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from string import Formatter
from typing import SupportsIndex, TypeAlias

from convexplain.messages import Message

LANGUAGES = ("en", "zh")
CHARACTERS_A_SECOND = {"en": 17.0, "zh": 6.0}

Value: TypeAlias = "str | int | Caption"


@dataclass(frozen=True)
class Caption:
    """One sentence in both languages, with the same named fields in each.

    Parameters
    ----------
    en, zh : str
        Templates: a field is a name in braces, ``{v}``; a brace that is meant is doubled.
    filled : tuple of (str, str or int or Caption), optional
        What the fields stand for; `fill` sets it.

    Raises
    ------
    ValueError
        If a language is empty, the fields of the two languages differ, or a field is not a
        plain name: numbers become text in `convexplain.style.format`, not by format specifications.

    Examples
    --------
    >>> best = Caption(en="The largest response is {v}.", zh="最大响应为 {v}。")
    >>> best.fill(v="2.35").text("zh")
    '最大响应为 2.35。'
    """

    en: str
    zh: str
    filled: tuple[tuple[str, Value], ...] = ()

    def __post_init__(self) -> None:
        for lang in LANGUAGES:
            if not self.template(lang).strip():
                raise ValueError(
                    f"the caption en={self.en!r}, zh={self.zh!r} says nothing in {lang!r}: "
                    "write both languages"
                )
        en, zh = _fields(self.en), _fields(self.zh)
        if set(en) != set(zh):
            raise ValueError(
                f"the caption {self.en!r} has the fields {sorted(en)} in English and "
                f"{sorted(zh)} in Chinese: name the same fields in both"
            )

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the template's fields, in the order of the English text."""
        return _fields(self.en)

    @property
    def values(self) -> dict[str, Value]:
        """What has been filled in so far, by field."""
        return dict(self.filled)

    @property
    def capital(self) -> Caption:
        """The same with a capital first letter in English, as a label of its own has it."""
        return replace(self, en=self.en[:1].upper() + self.en[1:])

    def then(self, more: Caption) -> Caption:
        """Return this sentence followed by another, with the values of both."""
        return Caption(f"{self.en} {more.en}", f"{self.zh}{more.zh}", (*self.filled, *more.filled))

    def template(self, lang: str) -> str:
        """Return the unfilled text of one language, ``"en"`` or ``"zh"``."""
        if lang not in LANGUAGES:
            raise ValueError(f"{lang!r} is not a language of captions: use 'en' or 'zh'")
        return self.en if lang == "en" else self.zh

    def fill(self, **values: str | SupportsIndex | Caption) -> Caption:
        """Give fields their values; template and earlier values are kept.

        Parameters
        ----------
        **values : str or int or Caption
            Text made by `convexplain.style.format`, a whole number, or a caption where the
            languages need different words.

        Returns
        -------
        Caption
            A new one.

        Raises
        ------
        ValueError
            If the template has no such field.
        TypeError
            If a value is a float or anything else that has no exact text.
        """
        unknown = sorted(set(values) - set(self.fields))
        if unknown:
            raise ValueError(
                f"the caption {self.en!r} has no field {', '.join(unknown)}: its fields are "
                f"{', '.join(self.fields) or 'none'}"
            )
        merged = self.values | {name: _plain(name, value) for name, value in values.items()}
        return replace(self, filled=tuple(merged.items()))

    def text(self, lang: str) -> str:
        """Return the sentence as it is read.

        Parameters
        ----------
        lang : {"en", "zh"}
            The language.

        Returns
        -------
        str
            With every field filled in.

        Raises
        ------
        ValueError
            If the language is another one, or a field has no value yet.
        """
        template = self.template(lang)
        values = self.values
        missing = [name for name in self.fields if name not in values]
        if missing:
            raise ValueError(
                f"the caption {self.en!r} still lacks {', '.join(missing)}: fill() it first"
            )
        told = template.format(**{name: _said(value, lang) for name, value in values.items()})
        return _HOLE.sub("", told)

    def reading_time(self, lang: str | None = None) -> float:
        """Seconds that a viewer needs to read it.

        Parameters
        ----------
        lang : {"en", "zh"}, optional
            In this language; in the slower of the two if not given.

        Returns
        -------
        float
            At 17 characters a second in English and 6 in Chinese.

        Raises
        ------
        ValueError
            If a field has no value yet: its length is unknown.
        """
        read = LANGUAGES if lang is None else (lang,)
        return max(len(self.text(each)) / CHARACTERS_A_SECOND[each] for each in read)


def same(text: str) -> Caption:
    """Return what reads alike in both languages: a number, a size, a name."""
    return Caption(text, text)


def both(*texts: str) -> tuple[Caption, ...]:
    """Make captions of texts that are in English and in Chinese by turns.

    >>> [caption.zh for caption in both("weight", "权重", "bias", "偏置")]
    ['权重', '偏置']
    """
    pairs = zip(texts[::2], texts[1::2], strict=True)
    return tuple(Caption(en, zh) for en, zh in pairs)


def listed(parts: Iterable[str | int | Caption], gap: Caption | None = None) -> Caption:
    """Return parts as a list, separated by commas or, if given, by `gap`.

    >>> listed([1, "2"]).text("zh")
    '1、2'
    """
    found = [part if isinstance(part, Caption) else same(str(part)) for part in parts]
    between = gap or Caption(en=", ", zh="、")
    en, zh = (between.text(lang).join(part.text(lang) for part in found) for lang in LANGUAGES)
    return Caption(en, zh)


def joined(captions: Sequence[Caption]) -> Caption:
    """Return captions one after the other, as one."""
    if len(captions) == 1:
        return captions[0]
    names = [f"c{number}" for number in range(len(captions))]
    fields = [f"{{{name}}}" for name in names]
    whole = Caption(en=" ".join(fields), zh="".join(fields))
    return whole.fill(**dict(zip(names, captions, strict=True)))


#: A blank that stood beside a number, where a Chinese word has taken the number's place.
_HOLE = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")


@cache
def _fields(template: str) -> tuple[str, ...]:
    """Names of the fields of a template, each once, in order."""
    names: list[str] = []
    for _, name, spec, conversion in Formatter().parse(template):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(
                f"the caption {template!r} has a field that is not a plain name: write {{v}}, "
                "and make its text with convexplain.style.format"
            )
        if name not in names:
            names.append(name)
    return tuple(names)


def _plain(name: str, value: object) -> Value:
    """Check a value and turn integers of any library into Python's own."""
    if isinstance(value, str | Caption):
        return value
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        raise TypeError(
            f"the field {name} was given {value!r}: give text made by convexplain.style.format, "
            "an integer or a Caption"
        )
    return operator.index(value)


def _said(value: Value, lang: str) -> str:
    if isinstance(value, (Caption, Message)):
        return value.text(lang)
    return str(value).replace("-", "\N{MINUS SIGN}") if isinstance(value, int) else value
