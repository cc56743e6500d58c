"""Figures in documents, in a browser: the picture that is seen has the theme of the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from convexplain import sphinxext

PICTURES = """<img class="convexplain-picture convexplain-light" alt="light">
<img class="convexplain-picture convexplain-dark" alt="dark">"""

# What the page says of itself, in the ways of Sphinx's themes, and what its system asks for.
CASES = [
    ("html", {}, "light", "light"),
    ("html", {}, "dark", "dark"),
    ("body", {"data-theme": "auto"}, "light", "light"),
    ("body", {"data-theme": "auto"}, "dark", "dark"),
    ("body", {"data-theme": "light"}, "dark", "light"),
    ("body", {"data-theme": "dark"}, "light", "dark"),
    ("body", {"data-theme": "dark"}, "dark", "dark"),
    ("html", {"data-theme": "light", "data-mode": "auto"}, "dark", "light"),
    ("html", {"data-theme": "dark", "data-mode": "auto"}, "light", "dark"),
    ("html", {"class": "dark"}, "light", "dark"),
    ("html", {"class": "light"}, "dark", "light"),
    ("body", {"data-md-color-scheme": "slate"}, "light", "dark"),
    ("body", {"data-md-color-scheme": "default"}, "dark", "light"),
]

# The alternative texts of the pictures that are not hidden, for each way in which a page may speak.
DISPLAYED = """(ways) => ways.map(([tag, attributes]) => {
  const part = document.querySelector(tag);
  for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
  const shown = [...document.querySelectorAll("img")].filter(
    (it) => getComputedStyle(it).display !== "none");
  for (const name of Object.keys(attributes)) part.removeAttribute(name);
  return shown.map((it) => it.alt);
})"""


def test_the_picture_in_the_theme_of_the_page_is_seen(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    style = (sphinxext.STATIC / "convexplain.css").read_text(encoding="utf-8")
    path = tmp_path / "page.html"
    path.write_text(f"<!doctype html><html><body><style>{style}</style>{PICTURES}", "utf-8")
    page = open_page(path)
    for system in ("light", "dark"):
        cases = [(tag, said, seen) for tag, said, asked, seen in CASES if asked == system]
        ways = [[tag, said] for tag, said, _ in cases]
        page.emulate_media(media="screen", color_scheme=system)
        assert page.evaluate(DISPLAYED, ways) == [[seen] for _, _, seen in cases], system
        page.emulate_media(media="print")
        assert page.evaluate(DISPLAYED, ways) == [["light"]] * len(ways), system
