"""One English label has one Chinese word, in every view."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
HOME, PAGE = "convexplain/style/terms.py", "convexplain/page/words.js"

HOMONYMS = {
    "before": "of a card: the part that follows; on the page: before cells are taken away",
    "ink": "what a digit is drawn with, or how much of it",
    "layer": "a layer, or a colour scale for each layer",
    "patch": "what a window reads, or the size of what is wiped out",
    "right": "correct, a share of correct answers, or a direction",
    "left": "a direction, or a button that moves the digit",
    "up": "a direction, or a button that moves the digit",
    "down": "a direction, or a button that moves the digit",
    "this convnet": "at the beginning and within a sentence",
}
"""English words with more than one meaning; each meaning has its own Chinese."""


@cache
def written() -> tuple[tuple[str, str, str], ...]:
    """English, Chinese and place of every caption that stands in the code, and of the page's."""
    return tuple(_written())


def _written() -> Iterator[tuple[str, str, str]]:
    for folder in ("convexplain", "scenes"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            if not re.search(r"\bCaption\b|\bboth\b|\.\s*of\b", source):
                continue  # none of the calls that are looked for
            for node in ast.walk(ast.parse(source)):
                for texts in _pairs(node):
                    try:
                        en, zh = (ast.literal_eval(text) for text in texts)
                    except ValueError:
                        continue  # made while the program runs
                    yield en, zh, f"{path.relative_to(ROOT).as_posix()}:{node.lineno}"
    text = r'"((?:[^"\\]|\\.)*)"'
    for name, en, zh in re.findall(rf"(\w+): \[{text}, {text}\]", (ROOT / PAGE).read_text("utf-8")):
        yield en, zh, f"{PAGE}: {name}"


def _pairs(node: ast.AST) -> Iterator[list[ast.expr]]:
    """English and Chinese in a call of Caption, or by turns in one of `both` or what calls it."""
    if not isinstance(node, ast.Call):
        return
    if getattr(node.func, "id", "") == "Caption":
        yield [*node.args, *(keyword.value for keyword in node.keywords)][:2]
        return
    if ast.unparse(node.func) in ("both", "Mistake.of", "Pause.of"):
        texts = node.args[len(node.args) % 2 :]  # behind a name
        yield from ([*pair] for pair in zip(texts[::2], texts[1::2], strict=False))


def alike(en: str, zh: str) -> tuple[str, str]:
    """A label in small letters, its fields numbered in the order of the English text."""
    numbers: dict[str, str] = {}
    for field in re.findall(r"\{(\w+)\}", en):
        numbers.setdefault(field, str(len(numbers)))
    here = re.compile(r"\{(\w+)\}")
    return (
        here.sub(lambda found: f"{{{numbers[found[1]]}}}", en).lower().strip(),
        here.sub(lambda found: f"{{{numbers.get(found[1], found[1])}}}", zh).strip(),
    )


@cache
def labels() -> dict[str, dict[str, list[str]]]:
    """Each English label that has a word: its Chinese, and where that is written."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for en, zh, place in written():
        label, chinese = alike(en, zh)
        if re.search(r"[a-z]", re.sub(r"\{\w+\}", "", label)):
            found[label][chinese].append(place)
    return found


WRONG = {
    "拿走": "去掉",
    "按阅读顺序": "从左到右、从上到下",
    "判成": "判为",
    "对方": "另一类、全连接网络",
    "人为设计": "人工设计",
    "学认": "学习识别",
    "图案": "模式",
    "滤波核": "卷积核",
    "特征映射": "特征图",
    "最吻合处": "响应最强处",
}
"""Words that read translated or stand for another term, and what to write in their place."""


def chinese() -> Iterator[tuple[str, str]]:
    """Everything in Chinese: captions, the page, the command line, documents; and where it is."""
    from convexplain.messages.zh import SENTENCES

    yield from ((place, zh) for _, zh, place in written())
    yield from (("convexplain/messages/zh.py", sentence) for sentence in SENTENCES.values())
    for path in (ROOT / "README.zh.md", *sorted((ROOT / "docs" / "zh").rglob("*.md"))):
        yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def test_no_chinese_text_has_a_word_that_another_view_calls_otherwise() -> None:
    found = {
        (place, word): WRONG[word] for place, text in chinese() for word in WRONG if word in text
    }
    assert found == {}


def test_a_label_has_one_chinese_word_in_all_views() -> None:
    several = {
        label: dict(chinese)
        for label, chinese in labels().items()
        if len(chinese) > 1 and label not in HOMONYMS
    }
    assert several == {}


def test_only_words_with_two_chinese_ones_are_listed_as_such() -> None:
    found = labels()
    assert [label for label in HOMONYMS if len(found[label]) < 2] == []


def test_a_term_stands_in_the_vocabulary_alone() -> None:
    vocabulary = [alike(en, zh) for en, zh, place in written() if place.startswith(HOME)]
    again = [
        (en, place)
        for en, zh, place in written()
        # A Chinese space at the end makes it a part of a sentence.
        if alike(en, zh) in vocabulary and zh == zh.strip() and not place.startswith((HOME, PAGE))
    ]
    assert len(vocabulary) > 40
    assert again == []


def test_the_network_of_convolutions_is_called_a_convnet_everywhere() -> None:
    said = [(place, en, zh) for en, zh, place in written() if "CNN" in en + zh]
    documents = [
        path.relative_to(ROOT).as_posix()
        for path in (*ROOT.glob("README*.md"), *(ROOT / "docs").rglob("*.md"))
        if "CNN" in path.read_text(encoding="utf-8").replace("CNN Explainer", "")
    ]
    assert said + documents == []


def test_the_captions_are_found() -> None:
    found = {en: zh for en, zh, _ in written()}
    assert found["kernel"] == "卷积核"  # of the vocabulary
    assert found["Explore"] == "探索"  # of the page
    assert len(found) > 900
    assert alike("Row {row}, {n}", "第 {n} 列 {row}") == ("row {0}, {1}", "第 {1} 列 {0}")


def test_nothing_that_a_lesson_keeps_to_say_is_never_said() -> None:
    kept, said = set(), set()
    for folder in ("convexplain", "scenes"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            module, words = ".".join(path.relative_to(ROOT).with_suffix("").parts), {}
            if path.stem.endswith("_words"):
                kept |= {
                    (module, name) for name in re.findall(r"(?m)^([A-Z]\w*)\b[^=\n]*=", source)
                }
            elif "_words" not in source:
                continue
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.ImportFrom):
                    said |= {(node.module, each.name) for each in node.names}
                    words |= {
                        each.asname or each.name: f"{node.module}.{each.name}"
                        for each in node.names
                    }
                elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                    said.add((words.get(node.value.id), node.attr))
                elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                    said.add((module, node.id))
    assert len(kept) > 500
    assert not kept - said
