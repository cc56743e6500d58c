"""The table of contents: what a list prints of each lesson, without computing any of them.

``assets/contents.json`` holds it for the lessons of the package, with their defaults; a test
compares it with the lessons, and ``python -m tests.words`` writes it anew.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from convexplain.lessons.parts.finding import find, names
from convexplain.style.captions import LANGUAGES, Caption


@dataclass(frozen=True)
class Entry:
    """A lesson's line in the table of contents.

    Attributes
    ----------
    name : str
    seconds : float
        Its length with its defaults.
    title, question : Caption
    """

    name: str
    seconds: float
    title: Caption
    question: Caption

    def to_dict(self) -> dict[str, Any]:
        """Return the entry as it is stored, without its name."""
        texts = {"title": self.title, "question": self.question}
        return {
            "seconds": self.seconds,
            **{key: {lang: text.text(lang) for lang in LANGUAGES} for key, text in texts.items()},
        }


@cache
def _stored() -> dict[str, dict[str, Any]]:
    file = resources.files("convexplain") / "assets" / "contents.json"
    stored: dict[str, dict[str, Any]] = json.loads(file.read_text("utf-8"))
    return stored


def entry(name: str) -> Entry:
    """Return a lesson's entry; that of a lesson which is not stored is computed."""
    row = _stored().get(name)
    if row is None:
        return computed(name)
    return Entry(name, row["seconds"], Caption(**row["title"]), Caption(**row["question"]))


def computed(name: str) -> Entry:
    """Compute a lesson's entry from the lesson itself."""
    lesson = find(name)()
    return Entry(name, lesson.seconds, lesson.title, lesson.question)


def document() -> str:
    """Return the table of all lessons as it is to be stored."""
    table = {name: computed(name).to_dict() for name in names()}
    return json.dumps(table, ensure_ascii=False, indent=1) + "\n"
