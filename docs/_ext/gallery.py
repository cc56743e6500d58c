"""The gallery: a page for every lesson, a section for every figure, as the code names them.

``docs/gallery/lessons/NAME.md`` are written when a build begins: video, what is said, how it is
taught, figure, commands. Pages hold empty blocks, which are filled when they are read, so that no
page lists lessons or figures by hand: ``{lesson-tiles}`` and ``{figure-tiles}``, small pictures
that lead to them; ``{lesson-pages}``, the contents of the lessons' pages; ``{figure-gallery}``.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from languages import language_of
from sphinx.application import Sphinx

from convexplain import cards, figures, lessons
from convexplain.lessons import Lesson
from convexplain.style.captions import LANGUAGES

_LESSON = {
    "en": """(lesson-{name})=

# {title}

{question}

```{{convexplain-video}} {name}
:transcript:
```

{seconds} seconds, of which every number is computed.

```{{code-block}} bash
convexplain render {name}
convexplain render {name} --lang zh --theme light
```

[Its options](../../reference/lessons.md#convexplain-render-{name}): digit, length, language.

## To teach with it

**Aim.** {aim}

| at | before | ask | listen for |
|---|---|---|---|
{pauses}

Wrong answers to expect:

{mistakes}

On one page to print: the teacher's card <a href="../../cards/{name}-en.html">in English</a>,
<a href="../../cards/{name}-zh.html">in Chinese</a>;
`convexplain card {name}` writes it as a PDF. [Worksheets](../../worksheets.md) have exercises.

## The same, standing still

```{{convexplain-figure}} {name}
```

```{{code-block}} bash
convexplain figure {name} -o {name}.svg
```
""",
    "zh": """(lesson-zh-{name})=

# {title}

{question}

```{{convexplain-video}} {name}
:lang: zh
:transcript:
```

{seconds} 秒，每个数都是算出来的。

```{{code-block}} bash
convexplain render {name} --lang zh
convexplain render {name} --lang zh --theme light
```

`convexplain render {name} --lang zh --help` 列出它的选项：手写数字、时长、语言。

## 怎样用它上课

**目标** {aim}

| 时间 | 在哪一段之前 | 问什么 | 期待的回答 |
|---|---|---|---|
{pauses}

学生常会怎样答错：

{mistakes}

印成一页的教学卡：<a href="../../../cards/{name}-zh.html">中文</a>、
<a href="../../../cards/{name}-en.html">英文</a>；
`convexplain card {name} --lang zh` 把它写成 PDF。[练习题](../../worksheets.md)另有习题。

## 静止的版本

```{{convexplain-figure}} {name}
:lang: zh
```

```{{code-block}} bash
convexplain figure {name} --lang zh -o {name}.svg
```
""",
}
_FIGURE = {
    "en": """
(figure-{name})=

## {title}

```bash
convexplain figure {name} -o {name}.svg
```

In Python `figures.draw("{name}")`, a figure of matplotlib.

```{{convexplain-figure}} {name}
```
""",
    "zh": """
(figure-zh-{name})=

## {title}

```bash
convexplain figure {name} --lang zh -o {name}.svg
```

```{{convexplain-figure}} {name}
:lang: zh
```
""",
}
# The figure's content is its caption, and the link in it covers the whole tile.
_TILE = """
```{{convexplain-figure}} {name}
:lang: {lang}
:class: tile
[{title}](#{kind}{name})

{more}
```
"""
_CONTENTS = """
```{{toctree}}
:hidden:

{pages}
```
"""
#: Where the lessons' pages are written, below the folder of the sources.
FOLDER = Path("gallery") / "lessons"


def lesson_page(name: str, lang: str = "en") -> str:
    """Write the page of a lesson, in Markdown."""
    lesson = _card(name).lesson
    card = cards.document(_card(name), lang)
    return _LESSON[lang].format(
        name=name,
        title=_title(lesson, lang),
        question=lesson.question.text(lang),
        seconds=round(lesson.seconds),
        aim=_plain(card["aim"]),
        pauses="\n".join(
            "| " + " | ".join(_plain(cell).replace("|", "\\|") for cell in row) + " |"
            for row in card["pauses"]
        ),
        mistakes="\n".join(f"- {_plain(said)} {_plain(reply)}" for said, reply in card["mistakes"]),
    )


def lesson_pages(lang: str) -> str:
    """Write the table of contents of the lessons' pages."""
    pages = "\n".join(f"{FOLDER.name}/{name}" for name in lessons.names())
    return _CONTENTS.format(pages=pages)


def lesson_tiles(lang: str) -> str:
    """Write a small picture for each lesson, the figure of its name, that leads to it."""
    rows = [
        (lesson.name, _title(lesson, lang), lesson.question.text(lang)) for lesson in _lessons()
    ]
    return _tiles("lesson", rows, lang)


def figure_gallery(lang: str) -> str:
    """Write a section for each figure, in Markdown."""
    return "".join(
        _FIGURE[lang].format(name=name, title=_heading(name, lang)) for name in figures.names()
    )


def figure_tiles(lang: str) -> str:
    """Write a small picture of each figure that leads to it."""
    rows = [(name, _heading(name, lang), "") for name in figures.names()]
    return _tiles("figure", rows, lang)


def _lessons() -> list[Lesson]:
    return [_card(name).lesson for name in lessons.names()]


@cache
def _card(name: str) -> cards.Card:
    """Make a lesson's card, with the lesson, once for all pages."""
    return cards.make(name)


@cache
def _figure(name: str) -> Any:
    """Make what a figure shows, once for all pages."""
    return figures.make(name)


def _heading(name: str, lang: str) -> str:
    return figures.about_made(name, _figure(name), lang).title


def _title(lesson: Lesson, lang: str) -> str:
    first, *_ = lesson.beats()
    return first.title.text(lang).rstrip("?？")


def _plain(text: str) -> str:
    """Keep Markdown from reading signs of a text, and from ending a line where the text does."""
    return re.sub(r"([\\*_`$<\[\]])", r"\\\1", " ".join(text.split()))


def _tiles(kind: str, rows: list[tuple[str, str, str]], lang: str) -> str:
    goal = f"{kind}-" if lang == "en" else f"{kind}-{lang}-"
    tiles = (
        _TILE.format(kind=goal, name=name, title=title, more=more, lang=lang)
        for name, title, more in rows
    )
    return f"::::{{container}} tiles\n{''.join(tiles)}\n::::"


_BLOCKS = {
    "figure-gallery": figure_gallery,
    "figure-tiles": figure_tiles,
    "lesson-pages": lesson_pages,
    "lesson-tiles": lesson_tiles,
}
_BLOCK = re.compile(rf"^```\{{({'|'.join(_BLOCKS)})\}}\n```$", re.MULTILINE)


def _read(app: Sphinx, docname: str, source: list[str]) -> None:
    lang = language_of(docname)
    source[0] = _BLOCK.sub(lambda match: _BLOCKS[match[1]](lang), source[0])


def _begin(app: Sphinx) -> None:
    """Write the lessons' pages; one that is what it was stays, so that it is not read again."""
    for name in figures.names():  # before processes begin to read
        _figure(name)
    for lang in LANGUAGES:
        folder = Path(app.srcdir) / ("" if lang == "en" else lang) / FOLDER
        if not folder.with_suffix(".md").exists():
            continue
        folder.mkdir(exist_ok=True)
        pages = {folder / f"{name}.md": lesson_page(name, lang) for name in lessons.names()}
        for path in set(folder.iterdir()) - set(pages):
            path.unlink()
        for path, text in pages.items():
            if not path.exists() or path.read_text("utf-8") != text:
                path.write_text(text, "utf-8")


def _finish(app: Sphinx, exception: Exception | None) -> None:
    if exception or app.builder.format != "html":
        return
    folder = Path(app.outdir) / "cards"
    folder.mkdir(exist_ok=True)
    for name in lessons.names():
        for lang in LANGUAGES:
            text = cards.page(_card(name), lang)
            (folder / f"{name}-{lang}.html").write_text(text, "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the lessons' pages, fill the blocks that are read, put the cards beside them."""
    app.connect("builder-inited", _begin)
    app.connect("source-read", _read, priority=400)
    app.connect("build-finished", _finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
