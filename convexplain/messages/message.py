"""A sentence that keeps its template and values, so that it can be said in another language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from string import Formatter
from typing import Self


class Message(str):
    """The English sentence; its ``text("zh")`` is the Chinese one.

    >>> Message("there is no {kind} {text!r}: {choice}", kind="row", text="x", choice="give one")
    "there is no row 'x': give one"
    """

    #: English, with fields as `str.format` has them. A finished message is returned as it is.
    template: str
    #: What the fields stand for. What has a ``text(lang)`` of its own, such as another message, a
    #: caption or an error, is said in the same language.
    values: dict[str, object]

    def __new__(cls, template: str, /, **values: object) -> Self:
        """Fill the template in."""
        if isinstance(template, cls) and not values:
            return template
        # An error is kept as what it says: not every one can be sent to another process.
        kept = {k: said(v) if isinstance(v, BaseException) else v for k, v in values.items()}
        self = super().__new__(cls, _filled(template, kept, "en"))
        self.template = template
        self.values = kept
        return self

    def __reduce__(self) -> tuple[object, ...]:
        return _made, (type(self), self.template, self.values)

    def text(self, lang: str) -> str:
        """Return the sentence in a language, ``"en"`` or ``"zh"``."""
        if lang == "en":
            return str(self)
        return _filled(translated(self.template, lang), self.values, lang)


def translated(sentence: str, lang: str) -> str:
    """Return a sentence or template in a language; one that the table lacks stays English."""
    if lang == "en":
        return sentence
    from convexplain.messages.zh import SENTENCES

    return SENTENCES.get(sentence, sentence)


def recalled(sentence: str, lang: str) -> str:
    """Return in a language what a message said when it was stored: its values are read back.

    >>> recalled("cannot write 'a.mp4': No space left on device", "zh")
    "不能写 'a.mp4'：No space left on device"
    """
    from convexplain.messages.zh import SENTENCES

    if lang == "en" or sentence in SENTENCES:
        return translated(sentence, lang)
    # A template of a few letters, such as "{name}: {error}", may be anything.
    best, told = 12, sentence
    for template, chinese in SENTENCES.items():
        parts = [(text, name) for text, name, _, _ in Formatter().parse(template)]
        fixed = sum(len(text) for text, _ in parts)
        pattern = "".join(re.escape(text) + "(.+)" * bool(name) for text, name in parts)
        if fixed > best and (found := re.fullmatch(pattern, sentence)):
            values = dict(zip([name for _, name in parts if name], found.groups(), strict=True))
            # What was stored is text already: no field is written as Python writes a value.
            best, told = fixed, re.sub(r"(\{\w+)[^{}]*\}", r"\1}", chinese).format(**values)
    return told


def in_language(value: object, lang: str) -> object:
    """Return a value as it is said in a language; what is the same in all is returned as it is."""
    text = getattr(value, "text", None)
    return text(lang) if callable(text) else value


def said(error: BaseException) -> str:
    """Return what an error says: its message, if it has one, what the system says, or its text."""
    if isinstance(error, OSError) and error.strerror:
        return Message(error.strerror)
    given = error.args[0] if len(error.args) == 1 else None
    return given if isinstance(given, Message) else str(error)


def together(parts: Iterable[str]) -> str:
    """Return sentences, or parts of one, with semicolons between them."""
    return joined("{first}; {others}", parts)


def joined(pair: str, parts: Iterable[str]) -> str:
    """Return parts as a template for two joins them, the first with all others."""
    first, *others = [*parts] or [""]
    return Message(pair, first=first, others=joined(pair, others)) if others else first


class Told(Exception):
    """An error that says a message: ``Told(template, **values)``."""

    def __init__(self, template: str = "", /, **values: object) -> None:
        super().__init__(Message(template, **values))

    def text(self, lang: str) -> str:
        """Return what it says in a language.

        `lang`: the language. Result: what ``str(error)`` says in English.
        """
        message: Message = self.args[0]
        return message.text(lang)


def _filled(template: str, values: dict[str, object], lang: str) -> str:
    if not values:
        return template
    return template.format(**{name: in_language(value, lang) for name, value in values.items()})


def _made(cls: type[Message], template: str, values: dict[str, object]) -> Message:
    return cls(template, **values)
