"""The gallery: every lesson with its video, every figure, as the code names them.

A page holds an empty block, ``{lesson-gallery}`` or ``{figure-gallery}``; when it is read the
block becomes a section for each lesson or figure that there is, so that no page lists them by hand.
Small pictures before the sections, ``{lesson-tiles}`` and ``{figure-tiles}``, lead to them.
"""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

from convexplain import figures, lessons

_LESSON = """
(lesson-{name})=

## {title}

{question}

```bash
convexplain render {name}
```

{seconds} seconds; [its options](../reference/lessons.md#convexplain-render-{name}).

```{{convexplain-video}} {name}
```
"""
_FIGURE = """
(figure-{name})=

## {title}

```bash
convexplain figure {name} -o {name}.svg
```

In Python `figures.draw("{name}")`, a figure of matplotlib.

```{{convexplain-figure}} {name}
```
"""
# The figure's content is its caption, and the link in it covers the whole tile.
_TILE = """
```{{convexplain-figure}} {name}
:class: tile
[{title}](#{kind}-{name})
```
"""


def lesson_gallery() -> str:
    """Write a section for each lesson, in Markdown."""
    return "".join(
        _LESSON.format(
            name=name,
            title=_title(name),
            question=lessons.entry(name).question.text("en"),
            seconds=round(lessons.entry(name).seconds),
        )
        for name in lessons.names()
    )


def lesson_tiles() -> str:
    """Write a small picture for each lesson, the figure of its name, that leads to it."""
    return _tiles("lesson", {name: _title(name) for name in lessons.names()})


def figure_gallery() -> str:
    """Write a section for each figure, in Markdown."""
    return "".join(
        _FIGURE.format(name=name, title=figures.about(name).title) for name in figures.names()
    )


def figure_tiles() -> str:
    """Write a small picture of each figure that leads to it."""
    return _tiles("figure", {name: figures.about(name).title for name in figures.names()})


def _title(name: str) -> str:
    first, *_ = lessons.find(name)().beats()
    return first.title.text("en").rstrip("?")


def _tiles(kind: str, titles: dict[str, str]) -> str:
    tiles = (_TILE.format(kind=kind, name=name, title=title) for name, title in titles.items())
    return f"::::{{container}} tiles\n{''.join(tiles)}\n::::"


_BLOCKS = {
    "figure-gallery": figure_gallery,
    "figure-tiles": figure_tiles,
    "lesson-gallery": lesson_gallery,
    "lesson-tiles": lesson_tiles,
}
_BLOCK = re.compile(rf"^```\{{({'|'.join(_BLOCKS)})\}}\n```$", re.MULTILINE)


def _read(app: Sphinx, docname: str, source: list[str]) -> None:
    source[0] = _BLOCK.sub(lambda match: _BLOCKS[match[1]](), source[0])


def setup(app: Sphinx) -> dict[str, Any]:
    """Fill the blocks of what is read, before anything else looks at it."""
    app.connect("source-read", _read, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
