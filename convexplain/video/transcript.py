"""A transcript beside a video: what is said, what comes and changes, every number that is shown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from convexplain.style.captions import Caption

_WHAT = Caption(en="What is said, and what is seen.", zh="以下是解说和画面内容。")
_PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 44rem }}
body {{ padding: 0 1rem }}
ol {{ list-style: none; padding: 0 }} ol > li {{ margin: 1rem 0 }} p {{ margin: 0 }}
time {{ opacity: .7 }}
</style></head><body>
<h1>{title}</h1>
<p>{what}</p>
{moments}</body></html>
"""


class Moment(NamedTuple):
    """An event of a lesson: when it begins, what is said, and what is new to be seen at its end."""

    start: float
    said: str
    seen: tuple[str, ...]


def joined(moments: Iterable[Moment]) -> list[Moment]:
    """Return the moments of a film's parts; what goes on being said at a seam is told once."""
    found: list[Moment] = []
    for moment in moments:
        if found and moment.said and moment.said == found[-1].said:
            found[-1] = found[-1]._replace(seen=found[-1].seen + moment.seen)
        else:
            found.append(moment)
    return found


def text(title: str, about: str, moments: Sequence[Moment], lang: str) -> str:
    """Write a transcript as plain text, below a title and what the video is about."""
    lines = [title, f"{about} {_WHAT.text(lang)}" if lang == "en" else about + _WHAT.text(lang), ""]
    for moment in moments:
        lines.append(f"{_clock(moment.start)}  {moment.said}".rstrip())
        lines += [f"      {line}" for line in moment.seen]
    return "\n".join(lines) + "\n"


def page(title: str, about: str, moments: Sequence[Moment], lang: str) -> str:
    """Write a transcript as a page of HTML, as `text` does."""
    what = escape(f"{about} {_WHAT.text(lang)}" if lang == "en" else about + _WHAT.text(lang))
    return _PAGE.format(lang=lang, title=escape(title), what=what, moments=fragment(moments))


def fragment(moments: Sequence[Moment]) -> str:
    """Write a transcript as a list of HTML, for a page that has its own head."""
    items = []
    for moment in moments:
        told = "".join(f"<li>{escape(line)}</li>" for line in moment.seen)
        seen = f"<ul>{told}</ul>" if told else ""
        clock = _clock(moment.start)
        items.append(f"<li><p><time>{clock}</time> {escape(moment.said)}</p>{seen}</li>\n")
    return f'<ol class="transcript">\n{"".join(items)}</ol>\n'


def read(path: Path) -> list[Moment]:
    """Read what a job of `WORDS` has written."""
    return [
        Moment(start, said, tuple(seen))
        for start, said, seen in json.loads(path.read_text("utf-8"))
    ]


def _clock(seconds: float) -> str:
    # A moment that was added up of parts may be a hair before its second.
    whole = int(seconds + 1e-6)
    return f"{whole // 60}:{whole % 60:02d}"
