"""The page's words: both languages, the same fields, all of them used."""

from __future__ import annotations

import re

from convexplain.page.bundle import read
from convexplain.page.document import FOLDER
from convexplain.style.captions import Caption

SOURCES = read(FOLDER)
ENTRY = re.compile(
    r'^  (\w+): \[\s*"((?:[^"\\]|\\.)*)",\s*"((?:[^"\\]|\\.)*)",?\s*\],(?: // .*)?$', re.MULTILINE
)


def entries() -> dict[str, tuple[str, str]]:
    text = SOURCES["words"]
    body = text[text.index("export const WORDS") : text.index("let chosen")]
    found = {key: (en, zh) for key, en, zh in ENTRY.findall(body)}
    assert len(found) == len(re.findall(r"^  \w+: \[", body, re.MULTILINE))
    return found


def test_both_languages_say_the_same_fields() -> None:
    for en, zh in entries().values():
        Caption(en=en, zh=zh)  # refuses other fields in one language than in the other


def test_chinese_has_full_width_punctuation() -> None:
    for key, (_, zh) in entries().items():
        assert not re.search(r"[一-鿿][,;:!?()]|[,;:!?(][一-鿿]", zh), (key, zh)


def test_every_word_is_used_somewhere() -> None:
    code = "".join(text for name, text in SOURCES.items() if name != "words")
    quoted = set(re.findall(r"""(?<=["'])\w+(?=["'])""", code))
    assert entries().keys() - quoted == set()
