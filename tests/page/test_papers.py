"""What is printed, in a browser: links of worksheets open their cells, cards are for everyone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from convexplain.data import digits
from convexplain.network import Network, Trace
from convexplain.paper import cards, worksheet
from convexplain.style.format import number
from tests.often import later
from tests.page.looking import DESK, PHONE, sparing, texts, violations

Open = Callable[..., Page]


@pytest.mark.parametrize(("digit", "sample"), [(3, 0), later(5, 4)])
def test_the_link_of_an_exercise_opens_its_cell(show: Open, digit: int, sample: int) -> None:
    picture = digits.sample(digit * digits.PER_CLASS + sample)
    network = Network.load("cnn")
    sheet = worksheet.make(picture, network, count=12, seed=1)
    # One exercise of each layer: to open the page takes its time.
    cells = {exercise.cell.layer: exercise.cell for exercise in sheet.exercises if exercise.cell}
    assert len(cells) >= 3
    for layer, cell in cells.items():
        page = show(f"{sheet.link(cell)}&lang=en")
        (title,) = texts(page, "#panel-title")
        numbers = [int(found) for found in re.findall(r"\d+", title.partition(",")[2])]
        assert title.startswith(layer)
        assert numbers == [cell.map, cell.row, cell.col]
        value = Trace(network, picture.pixels).activations[layer][cell.row, cell.col, cell.map]
        assert number(value) in page.locator(".panel").inner_text()


@pytest.mark.parametrize(
    ("lang", "theme", "screen"),
    [
        ("zh", "dark", PHONE),
        later("en", "light", DESK),
        later("en", "light", PHONE),
        later("zh", "dark", DESK),
    ],
)
def test_axe_finds_nothing_on_a_card(
    open_page: Open, tmp_path: Path, lang: str, theme: str, screen: dict[str, object]
) -> None:
    path = tmp_path / "card.html"
    path.write_text(cards.page(cards.make("pooling"), lang), encoding="utf-8")
    page = open_page(path, color_scheme=theme, **screen)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("lang", sparing(["zh", "en"], "en"))
@pytest.mark.parametrize(
    "name", sparing(["learning", "window-geometry", "channels"], "window-geometry")
)
def test_a_card_prints_on_one_page(open_page: Open, tmp_path: Path, name: str, lang: str) -> None:
    path = tmp_path / "card.html"
    path.write_text(cards.page(cards.make(name), lang), encoding="utf-8")
    printed = open_page(path).pdf(prefer_css_page_size=True)
    assert re.findall(rb"/Type\s*/Pages\s.*?/Count\s+(\d+)", printed, re.DOTALL) == [b"1"]
