"""What the documents tell in words: they quote lessons to the letter, and name tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from convexplain import lessons

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def quotations() -> list[tuple[str, str, str]]:
    """Sentence, lesson and beat of every quotation in the chapter."""
    page = (DOCS / "chapter.md").read_text(encoding="utf-8")
    return re.findall(r"^> (.+)\n> — `([\w-]+)`, `([\w-]+)`$", page, re.MULTILINE)


@pytest.mark.parametrize(("sentence", "lesson", "beat"), quotations())
def test_the_chapter_quotes_lessons_word_for_word(sentence: str, lesson: str, beat: str) -> None:
    told = {each.name: each.caption.text("en") for each in lessons.find(lesson)().beats()}
    assert told[beat] == sentence


def test_the_chapter_quotes_every_lesson_and_nothing_unnamed() -> None:
    page = (DOCS / "chapter.md").read_text(encoding="utf-8")
    quoted = quotations()
    assert {lesson for _, lesson, _ in quoted} >= set(lessons.CHAPTER) - {
        "sliding-window",
        "forward-pass",
    }
    assert page.count("\n> — ") == len(quoted) == len(re.findall(r"^> [^—]", page, re.MULTILINE))
    assert re.findall(r"^## (\d)", page, re.MULTILINE) == list("12345678")


def test_the_page_on_trust_names_tests_that_exist() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (DOCS / "trust.md").read_text("utf-8"))
    assert len(named) > 20
    missing = [
        f"{file}::{test}"
        for file, test in named
        if f"def {test}(" not in (ROOT / file).read_text(encoding="utf-8")
    ]
    assert missing == []
