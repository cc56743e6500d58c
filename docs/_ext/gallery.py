"""The gallery: every lesson with its video, every figure, as the code names them.

A page holds an empty block, ``{lesson-gallery}`` or ``{figure-gallery}``; when it is read the
block becomes a section for each lesson or figure that there is, so that no page lists them by hand.
"""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

from convexplain import figures, lessons

_LESSON = """
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
## {title}

```bash
convexplain figure {name} -o {name}.svg
```

In Python `figures.draw("{name}")`, a figure of matplotlib.

```{{convexplain-figure}} {name}
```
"""


def lesson_gallery() -> str:
    """Write a section for each lesson, in Markdown."""
    parts = []
    for name in lessons.names():
        lesson = lessons.find(name)()
        first, *_ = lesson.beats()
        parts.append(
            _LESSON.format(
                name=name,
                title=first.title.text("en").rstrip("?"),
                question=lesson.question.text("en"),
                seconds=round(lesson.seconds),
            )
        )
    return "".join(parts)


def figure_gallery() -> str:
    """Write a section for each figure, in Markdown."""
    parts = []
    for name in figures.names():
        parts.append(_FIGURE.format(name=name, title=figures.about(name).title))
    return "".join(parts)


_BLOCKS = {"lesson-gallery": lesson_gallery, "figure-gallery": figure_gallery}
_BLOCK = re.compile(r"^```\{(lesson-gallery|figure-gallery)\}\n```$", re.MULTILINE)


def _read(app: Sphinx, docname: str, source: list[str]) -> None:
    source[0] = _BLOCK.sub(lambda match: _BLOCKS[match[1]](), source[0])


def setup(app: Sphinx) -> dict[str, Any]:
    """Fill the blocks of what is read, before anything else looks at it."""
    app.connect("source-read", _read, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
