"""The Chinese pages: none falls behind its English twin, and both show and type the same."""

from __future__ import annotations

import importlib
import json
import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import documented
import pytest
from played import lesson_of

from convexplain.style import fonts
from tools import docs_zh

DOCS = docs_zh.DOCS
PAGES = docs_zh.pages()
#: English pages for people who read code; Chinese pages link to them and say that they are English.
ENGLISH_ONLY = ("cli", "facts", "notebook", "stage", "howto/diagram", "howto/layer", "howto/lesson",
                "howto/sphinx")  # fmt: skip
_CODE = re.compile(r"^```+\S*( .*)?\n.*?^```+$", re.MULTILINE | re.DOTALL)
_WORD = re.compile(r"[A-Za-z]+")


def read(name: str, lang: str) -> str:
    return (DOCS / ("" if lang == "en" else lang) / f"{name}.md").read_text("utf-8")


def test_no_chinese_page_is_behind_its_english_twin() -> None:
    assert docs_zh.behind() == []


def test_a_changed_section_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = docs_zh.seen()
    known["cards"] = {**known["cards"], "What is on a card": "another"}
    monkeypatch.setattr(docs_zh, "seen", lambda: known)
    (line,) = docs_zh.behind()
    assert line.startswith("docs/cards.md, 'What is on a card' changed: look at docs/zh/cards.md")


def test_every_page_for_teachers_and_pupils_is_there_in_chinese() -> None:
    written = {
        path.relative_to(DOCS).with_suffix("").as_posix()
        for path in DOCS.rglob("*.md")
        if path.relative_to(DOCS).parts[0]
        not in ("zh", "_build", "reference", "trust", "project", "images")
        and path.parent.name != "lessons"
    }
    assert written - set(PAGES) == set(ENGLISH_ONLY)


def blocks(name: str, lang: str) -> list[str]:
    """The code of a page, without what chooses the language and without comments."""
    path = DOCS / ("" if lang == "en" else lang) / f"{name}.md"
    found = [block for block in documented.blocks(path) if block.language != "html"]
    return [_plain(block.code) for block in found if block.language in ("python", "bash", "text")]


def _plain(code: str) -> str:
    lines = [re.sub(r"\s*#.*$", "", line) for line in code.splitlines()]
    text = "\n".join(line.rstrip() for line in lines)
    text = re.sub(r" --lang (zh|en)\b", "", text)
    return re.sub(r"text\('(zh|en)'\)|text\(\"(zh|en)\"\)", "text()", text)


@pytest.mark.parametrize("name", PAGES)
def test_both_pages_type_the_same_commands_and_run_the_same_code(name: str) -> None:
    assert blocks(name, "zh") == blocks(name, "en")


def figures_of(text: str) -> list[tuple[str, str]]:
    return re.findall(r"^```\{(convexplain-\w+|[\w-]+)\}(?: (.+))?$", text, re.MULTILINE)


@pytest.mark.parametrize("name", PAGES)
def test_both_pages_show_the_same_pictures_the_chinese_one_in_chinese(name: str) -> None:
    english, chinese = (
        [each for each in figures_of(read(name, lang)) if each[0] != "toctree"]
        for lang in ("en", "zh")
    )
    assert chinese == english
    for kind, options in re.findall(
        r"^```\{convexplain-(\w+)\} [\w-]+\n((?::.*\n)*)", read(name, "zh"), re.MULTILINE
    ):
        assert ":lang: zh\n" in options, kind


def quoted(text: str) -> list[tuple[str, str, str]]:
    """Lesson, beat and sentence of every quotation, in the chapter and in the table of claims."""
    told = re.findall(r"^> (.+)\\\n> — `([\w -]+)`[、,] ?`([\w-]+)`$", text, re.MULTILINE)
    rows = re.findall(
        r"^\|[^|]*\|[^|]*\| `([\w -]+)` \| `([\w-]+)` \| (.+) \|$", text, re.MULTILINE
    )
    return [(lesson, beat, said) for said, lesson, beat in told] + rows


@pytest.mark.parametrize("name", ["learn/chapter", "claims"])
def test_what_is_quoted_of_lessons_are_their_chinese_words(name: str) -> None:
    english, chinese = (quoted(read(name, lang)) for lang in ("en", "zh"))
    assert len(chinese) > 15
    assert [each[:2] for each in chinese] == [each[:2] for each in english]
    for (lesson, beat, said), (_, _, original) in zip(chinese, english, strict=True):
        (told,) = (each for each in lesson_of(lesson).beats() if each.name == beat)
        captions = [told.caption, *(e.said for e in told.events if e.said is not None)]
        assert (original, said) in [(c.text("en"), c.text("zh")) for c in captions]


@pytest.mark.parametrize("name", PAGES)
def test_chinese_pages_are_set_as_chinese_is(name: str) -> None:
    text = _CODE.sub("x", read(name, "zh"))
    text = re.sub(r"`[^`]*`|\$+[^$]*\$+|\]\([^)]*\)|<[^>]*>", "x", text)
    # A half-width mark between two Chinese characters is a slip of the keyboard.
    assert re.findall(r"[一-鿿][,;:?!][一-鿿]", text) == []
    # No line begins with a mark that belongs to the line before.
    assert [line for line in text.splitlines() if re.match(r"[，。；：？！、）」』”]", line)] == []
    # Whole sentences are Chinese: no run of English words but names and titles.
    for line in text.splitlines():
        runs = re.findall(r"(?:[a-z]+ ){5,}", line)
        assert runs == [] or "Computing receptive fields" in line, line


def test_terms_are_those_of_the_lessons() -> None:
    for name in PAGES:
        text = read(name, "zh")
        for wrong in ("图案", "滤波核", "第 22 行", "人为设计"):
            assert wrong not in text, (name, wrong)


def test_sections_are_told_apart_by_their_headings() -> None:
    found = docs_zh.sections("learn/tutorial")
    assert len(found) == 7
    assert all(one != other for one, other in pairwise(found.values()))
    fonts.require("逐格看懂卷积")


def test_the_search_of_the_site_splits_chinese_alike_in_index_and_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("furo", reason="the site needs the group 'docs'")
    monkeypatch.syspath_prepend(str(DOCS / "_ext"))
    search = importlib.import_module("languages").Search
    index = set(search({}).split("过滤器的响应图（response map），conv1：核。"))
    assert {"response", "map", "conv1", "响应", "应图", "核"} <= index
    assert "器的响" not in index
    if (node := shutil.which("node")) is None:
        pytest.skip("there is no node here")
    asked = ["响应图", "核", "response map", "conv1的响应", "……"]
    shown = f"console.log(JSON.stringify({json.dumps(asked)}.map(splitQuery)))"
    code = f"{search.js_splitter_code}\n{shown}"
    done = subprocess.run([node, "-e", code], capture_output=True, text=True, check=True)
    words = json.loads(done.stdout)
    assert words == [["响应", "应图"], ["核"], ["response", "map"], ["conv1", "的响", "响应"], []]
    assert {word for each in words for word in each} <= index


def test_a_chinese_page_has_the_theme_s_words_in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    furo = pytest.importorskip("furo", reason="the site needs the group 'docs'")
    monkeypatch.syspath_prepend(str(DOCS / "_ext"))
    words = importlib.import_module("languages").WORDS
    pages = (Path(furo.__file__).parent / "theme" / "furo").rglob("*.html")
    said = re.compile(r"""_\((["'])(.+?)\1\)|\{% ?trans ?%\}(.+?)\{% ?endtrans""")
    shown = {
        match[2] or match[3]
        for page in pages
        if page.name in ("page.html", "base.html", "search.html") or page.parent.name == "sidebar"
        for match in said.finditer(page.read_text("utf-8"))
        if not page.stem.startswith(("rtd", "variant"))
    }
    spread = re.compile(r"\{%-? ?trans[^%]*-%\}\s*(.+?)\s*\{%- ?endtrans", re.DOTALL)
    page = (Path(furo.__file__).parent / "theme" / "furo" / "page.html").read_text("utf-8")
    shown |= {re.sub(r"\{\{ (\w+) \}\}", r"%(\1)s", text) for text in spread.findall(page)}
    unseen = {
        # Pages that this site lacks, and a date that it does not show.
        "About these documents",
        "Copyright",
        '<a href="%(path)s">Copyright</a> &#169; %(copyright)s',
        "Last updated on %(last_updated)s",
    }
    assert shown - unseen == set(words)
