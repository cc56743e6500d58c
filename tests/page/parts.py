"""A page taken apart as a browser's parser does it."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any


class Parts(HTMLParser):
    """Tags with their attributes and texts, as a browser's parser sees them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), ""))

    def handle_data(self, text: str) -> None:
        if self.found:
            tag, attributes, before = self.found[-1]
            self.found[-1] = tag, attributes, before + text

    def of(self, tag: str) -> list[tuple[dict[str, str | None], str]]:
        return [(attributes, text) for name, attributes, text in self.found if name == tag]


def data_of(file: Path) -> Any:
    """The data block of a page."""
    (block,) = [text for a, text in Parts(file.read_text("utf-8")).of("script") if a]
    return json.loads(block)
