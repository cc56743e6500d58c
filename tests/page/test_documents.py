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
    ("<html><body>", "light", "light"),
    ("<html><body>", "dark", "dark"),
    ('<html><body data-theme="auto">', "light", "light"),
    ('<html><body data-theme="auto">', "dark", "dark"),
    ('<html><body data-theme="light">', "dark", "light"),
    ('<html><body data-theme="dark">', "light", "dark"),
    ('<html><body data-theme="dark">', "dark", "dark"),
    ('<html data-theme="light" data-mode="auto"><body>', "dark", "light"),
    ('<html data-theme="dark" data-mode="auto"><body>', "light", "dark"),
    ('<html class="dark"><body>', "light", "dark"),
    ('<html class="light"><body>', "dark", "light"),
    ('<html><body data-md-color-scheme="slate">', "light", "dark"),
    ('<html><body data-md-color-scheme="default">', "dark", "light"),
]


def test_the_picture_in_the_theme_of_the_page_is_seen(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    style = (sphinxext.STATIC / "convexplain.css").read_text(encoding="utf-8")
    path = tmp_path / "page.html"
    path.touch()
    page = open_page(path)
    for start, system, seen in CASES:
        path.write_text(f"<!doctype html>{start}<style>{style}</style>{PICTURES}", "utf-8")
        page.emulate_media(media="screen", color_scheme=system)
        page.goto(path.as_uri())
        assert displayed(page) == [seen], (start, system)
        page.emulate_media(media="print")
        assert displayed(page) == ["light"], (start, system)


def displayed(page: Page) -> list[str]:
    """The alternative texts of the pictures that are not hidden."""
    found: list[str] = page.locator("img").evaluate_all(
        "(all) => all.filter((it) => getComputedStyle(it).display !== 'none').map((it) => it.alt)"
    )
    return found
