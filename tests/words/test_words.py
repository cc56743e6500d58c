"""The lessons say what they said, word for word, in both languages."""

from __future__ import annotations

from functools import partial

import pytest

from convexplain.lessons.parts import contents
from convexplain.style.captions import Caption
from tests.words import CONTENTS, HERE, current, difference, lesson_of, marked, names, stored


@pytest.mark.parametrize("name", names())
def test_the_words_are_those_that_are_kept(name: str) -> None:
    assert current(name) == stored(name), (
        f"{difference(name)}\n"
        "Does each number still belong to the same thing? Then run python -m tests.words"
    )


def test_the_table_of_contents_is_what_the_lessons_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "find", lambda name: partial(lesson_of, name))
    assert CONTENTS.read_text("utf-8") == contents.document(), "run python -m tests.words"


def test_every_file_belongs_to_a_lesson() -> None:
    assert {path.stem for path in HERE.glob("*.txt")} == set(names())


def test_numbers_bear_their_fields_names() -> None:
    caption = Caption(en="from {b} to {a}: {what}", zh="由 {b} 降到 {a}：{what}")
    filled = caption.fill(b="61%", a="48%", what=Caption(en="less", zh="更少"))
    assert marked(filled, "en") == "from ⟨b=61%⟩ to ⟨a=48%⟩: less"
    assert marked(filled, "zh") == "由 ⟨b=61%⟩ 降到 ⟨a=48%⟩：更少"
