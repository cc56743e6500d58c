"""The language in which a person is spoken to: help, errors, progress, results.

It is that of ``--lang``, else of $CONVEXPLAIN_LANG, else of the locale, else English.
"""

from __future__ import annotations

import locale
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import click

from convexplain.messages import Message, translated

#: Where a reader says which language to take, in this order; the first that is not empty counts.
_ASKED = ("CONVEXPLAIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
#: What people call the languages, and what Windows does.
_CALLED = {"en": "en", "english": "en", "zh": "zh", "cn": "zh", "chinese": "zh", "中文": "zh"}
_spoken: ContextVar[str] = ContextVar("spoken", default="en")


def code(text: str) -> str | None:
    """Return the code of a language, by its code, by one with a region, or by its name.

    >>> code("zh_CN.UTF-8"), code("English"), code("de")
    ('zh', 'en', None)
    """
    return _CALLED.get(re.split(r"[-_. (]", text.strip().lower())[0])


def preferred(environment: Mapping[str, str] | None = None) -> str:
    """Return the language of who asks: that of $CONVEXPLAIN_LANG, else the locale's, else English.

    >>> preferred({"LANG": "zh_CN.UTF-8"}), preferred({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"})
    ('zh', 'en')
    """
    environment = os.environ if environment is None else environment
    found = next((environment[name] for name in _ASKED if environment.get(name)), "")
    if not found and sys.platform == "win32":
        found = locale.getlocale()[0] or ""
    return code(found) or "en"


def asked(args: Sequence[str]) -> str:
    """Return the language that a command line asks for."""
    options = args[: args.index("--")] if "--" in args else args
    pairs = zip(options, [*options[1:], ""], strict=False)
    given = [
        after if option == "--lang" else option.removeprefix("--lang=")
        for option, after in pairs
        if option == "--lang" or option.startswith("--lang=")
    ]
    return (code(given[-1]) if given else None) or preferred()


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Speak a language for a while."""
    token = _spoken.set(lang)
    try:
        yield
    finally:
        _spoken.reset(token)


def spoken() -> str:
    """Return the language that is spoken now."""
    return _spoken.get()


def tell(text: str) -> str:
    """Return a message, or a sentence that the table knows, in the language that is spoken."""
    return text.text(spoken()) if isinstance(text, Message) else translated(text, spoken())


def say(template: str, /, *, err: bool = False, **values: object) -> None:
    """Print a message, a line or more, in the language that is spoken."""
    click.echo(tell(Message(template, **values)), err=err)


class _Sentence(str):
    """A sentence of click's; the kind of number that it asks for is a word of the language."""

    def format(self, *args: object, **values: object) -> str:
        if "number_type" in values:
            values["number_type"] = tell(str(values["number_type"]))
        return super().format(*args, **values)


# What click itself says goes through the same table.
def _told(sentence: str) -> str:
    return _Sentence(tell(sentence))


def _plural(one: str, several: str, count: int) -> str:
    return tell(one if count == 1 else several)


for _module in ("core", "decorators", "exceptions", "formatting", "parser", "types"):
    for _name, _does in (("_", _told), ("ngettext", _plural)):
        setattr(sys.modules[f"click.{_module}"], _name, _does)
