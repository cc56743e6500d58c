"""What the documents tell in words: they quote lessons to the letter, and name tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from played import lesson_of

from convexplain import __version__, lessons

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def quotations() -> list[tuple[str, str, str]]:
    """Sentence, lesson and beat of every quotation in the chapter."""
    page = (DOCS / "learn" / "chapter.md").read_text(encoding="utf-8")
    return re.findall(r"^> (.+)\\\n> — `([\w -]+)`, `([\w-]+)`$", page, re.MULTILINE)


@pytest.mark.parametrize(("sentence", "lesson", "beat"), quotations())
def test_the_chapter_quotes_lessons_word_for_word(sentence: str, lesson: str, beat: str) -> None:
    (told,) = (each for each in lesson_of(lesson).beats() if each.name == beat)
    said = [event.said.text("en") for event in told.events if event.said is not None]
    assert sentence in (told.caption.text("en"), *said)


def test_the_chapter_quotes_every_lesson_and_nothing_unnamed() -> None:
    page = (DOCS / "learn" / "chapter.md").read_text(encoding="utf-8")
    quoted = quotations()
    assert {lesson for _, lesson, _ in quoted} >= set(lessons.CHAPTER) - {
        "sliding-window",
        "forward-pass",
    }
    assert page.count("\n> — ") == len(quoted) == len(re.findall(r"^> [^—]", page, re.MULTILINE))
    assert re.findall(r"^## (\d)", page, re.MULTILINE) == list("12345678")


def test_the_page_on_trust_names_tests_that_exist() -> None:
    named = re.findall(
        r"`(tests/[\w/]+\.py)::(\w+)`", (DOCS / "trust" / "numbers.md").read_text("utf-8")
    )
    assert len(named) > 20
    missing = [
        f"{file}::{test}"
        for file, test in named
        if f"def {test}(" not in (ROOT / file).read_text(encoding="utf-8")
    ]
    assert missing == []


def test_the_changelog_has_one_entry_for_each_lesson() -> None:
    """What there is now: whoever changes a lesson mends its entry, and adds none."""
    entries = re.findall(r"^- (.+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    begun = [re.match(r"(?:Lessons? )?`?([\w-]+)", entry) for entry in entries]
    named = [found[1] for found in begun if found]
    assert [name for name in named if name in lessons.names()] == list(lessons.names())


@pytest.mark.parametrize(("name", "lang"), [("README.md", "en"), ("README.zh.md", "zh")])
def test_each_readme_names_every_lesson_with_its_question(name: str, lang: str) -> None:
    readme = (ROOT / name).read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \| (.+) \|$", readme, re.MULTILINE)
    assert rows == [(each, lessons.find(each).question.text(lang)) for each in lessons.names()]


def test_both_readmes_have_the_same_parts_and_give_the_same_commands() -> None:
    english, chinese = (
        (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md")
    )
    # Without what is said in the language itself: comments, and the option that chooses it.
    parts = [
        (
            len(re.findall("^## ", text, re.MULTILINE)),
            [
                re.sub(r" --lang zh| *#.*", "", line).rstrip()
                for code in re.findall(r"```\w+\n(.*?)```", text, re.DOTALL)
                for line in code.splitlines()
            ],
            [line.count("|") for line in text.splitlines() if line.startswith("|")],
            sorted(
                {
                    # A Chinese page or picture stands for its English twin.
                    link.replace("docs/zh/", "docs/").replace(".zh.", ".")
                    for link in re.findall(r"\]\(((?:docs/|[A-Z]+\.)[^)]*)\)", text)
                }
                - {"README.md", "README.zh.md"}
            ),
        )
        for text in (english, chinese)
    ]
    assert parts[0][:3] == parts[1][:3]
    assert set(parts[0][3]) - set(parts[1][3]) <= {"docs/index.md"}


def test_the_version_to_cite_is_this_one() -> None:
    for name in ("README.md", "README.zh.md", "CITATION.cff"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert re.findall(r"^(?:> V|v)ersion:? ([\d.]+?)\.?$", text, re.MULTILINE) == [__version__]
