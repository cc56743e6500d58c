"""The exact words of the lessons, kept in a file for each of them beside this one.

Every number bears the name of its field, as in ``from ⟨before=61%⟩ to ⟨after=48%⟩``: two numbers
that were exchanged in one language are seen at once.
"""

from __future__ import annotations

import difflib
import re
from functools import cache
from pathlib import Path

from convexplain import lessons
from convexplain.lessons import Lesson
from convexplain.lessons._closing import Closing
from convexplain.lessons._opening import Opening
from convexplain.style.captions import LANGUAGES, Caption

HERE = Path(__file__).parent
#: The table of contents, as `convexplain list` prints it.
CONTENTS = HERE.parents[1] / "convexplain" / "assets" / "contents.json"
# A layer's name, as "conv1", is no number; it may be typed in one language or stand in a field.
_NAME = re.compile(r"[a-z]\w*")
_FIELD = re.compile(r"\{(\w+)\}")


def names() -> tuple[str, ...]:
    """Return the names of all that says something: the lessons, and the film's two ends."""
    return (*lessons.names(), "opening", "closing")


def file_of(name: str) -> Path:
    """Return where the words of a lesson are kept."""
    return HERE / f"{name}.txt"


def stored(name: str) -> str:
    """Return the words that are kept; none if there is no file."""
    path = file_of(name)
    return path.read_text("utf-8") if path.exists() else ""


@cache
def lesson_of(name: str) -> Lesson:
    """Return a lesson, or one of the film's two ends, with its defaults, made once."""
    ends: dict[str, type[Lesson]] = {"opening": Opening, "closing": Closing}
    return (ends.get(name) or lessons.find(name))()


def current(name: str) -> str:
    """Return what a lesson says today, with its defaults."""
    lesson = lesson_of(name)
    parts = []
    for beat in lesson.beats():
        said = [event.said for event in beat.events if event.said is not None]
        said = said if beat.title == lesson.title else [beat.title, *said]
        lines = [f"  {lang}  {marked(caption, lang)}" for caption in said for lang in LANGUAGES]
        parts.append("\n".join([beat.name, *lines]) + "\n")
    return "\n".join(parts)


def marked(caption: Caption, lang: str) -> str:
    """Return a caption's text in which every number bears its field's name."""

    def mark(match: re.Match[str]) -> str:
        value = caption.values[match[1]]
        text = marked(value, lang) if isinstance(value, Caption) else str(value)
        told = any(map(str.isdigit, text)) and not _NAME.fullmatch(text)
        return f"⟨{match[1]}={text}⟩" if told else text

    return _FIELD.sub(mark, caption.template(lang))


def difference(name: str) -> str:
    """Return how the words of a lesson differ from those that are kept, line by line."""
    lines = (text.splitlines(keepends=True) for text in (stored(name), current(name)))
    return "".join(difflib.unified_diff(*lines, f"{name}, as kept", f"{name}, as said"))
