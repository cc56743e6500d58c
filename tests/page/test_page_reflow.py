"""Every width of a window, and colours that the system forces."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.often import covering
from tests.page.looking import cell, fragment, settled, sparing

Open = Callable[..., Page]


STATES = {
    "overview": fragment(d=5),
    "deep": cell("conv3", 20, 1, 2, d=5, t="dense.5"),
    "answer": cell("dense", 5, 0, 0, d=5),
    "predict": cell("conv3", 20, 1, 2, d=5).replace("v=pin", "v=predict"),
    "compare": fragment(d=5, v="compare", s="-3,0"),
    "erase": fragment(d=5, v="erase", e="5.15.7.7", z="conv3.20.1.2"),
}
# Beside 320, which is a page zoomed to 400% on 1280 pixels: both sides of each change of layout.
WIDTHS = (599, 600, 683, 1023, 1024, 1279, 1280)
OUTSIDE = """() => [...document.querySelectorAll("#page *")]
  .filter((e) => !e.closest(".aside, .skip") && e.getClientRects().length)
  .map((e) => [e, e.getBoundingClientRect()])
  .filter(([, { left, right }]) => left < -1 || right > innerWidth + 1)
  .map(([e]) => `${e.tagName} ${e.className.baseVal ?? e.className}`)"""


@pytest.mark.parametrize("lang", sparing(["en", "zh"], "en"))
@pytest.mark.parametrize(
    ("state", "width"), [*((state, 320) for state in STATES), *covering([*STATES], WIDTHS)]
)
def test_nothing_reaches_out_of_a_window_of_any_width(
    show: Open, state: str, width: int, lang: str
) -> None:
    where = STATES[state].replace("lang=en", f"lang={lang}")
    page = show(where, viewport={"width": width, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(OUTSIDE) == []


def test_maps_that_come_back_have_the_size_of_their_new_place(show: Open) -> None:
    for state in ("predict", "compare", "erase"):  # beside what is compared there are no maps
        page = show(STATES[state], viewport={"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate(OUTSIDE) == []


def colours(page: Page, *selectors: str) -> list[str]:
    style = "(e) => getComputedStyle(e).backgroundColor"
    return [page.locator(selector).first.evaluate(style) for selector in selectors]


@pytest.mark.parametrize("scheme", sparing(["light", "dark"], "dark"))
def test_forced_colours_leave_bars_and_what_is_chosen_to_be_seen(show: Open, scheme: str) -> None:
    page = show(STATES["deep"].replace("th=light", f"th={scheme}"))
    page.emulate_media(forced_colors="active", color_scheme=scheme)  # type: ignore[arg-type]
    try:
        forced(page)
    finally:
        page.emulate_media(forced_colors="null", color_scheme="null")


def forced(page: Page) -> None:
    """Ask whether all is to be seen in the system's colours."""
    paper, full, track, bar = colours(page, "html", ".bar .fill", ".bar .track", ".bar-fill")
    assert len({paper, full, track}) == 3
    assert bar != paper
    chosen, other = colours(page, ".mode.explore", ".mode.compare")
    assert chosen != other
    largest, zero = page.locator(".products td").evaluate_all(
        "(all) => all.map((e) => getComputedStyle(e).backgroundColor)"
    )[1:3]
    assert largest != zero
    outline = page.locator('.digit[aria-checked="true"]').evaluate(
        "(e) => getComputedStyle(e).outlineStyle"
    )
    assert outline == "solid"


def test_the_choice_of_a_scale_has_room_for_its_words(show: Open) -> None:
    page = show(fragment(d=5), viewport={"width": 1024, "height": 768})
    for lang in ("en", "zh"):
        page.evaluate(f"location.hash = '{fragment(d=5, lang=lang)}'")
        settled(page)
        room = page.locator(".scales button").evaluate_all(
            """(all) => all.map((button) => {
              const words = document.createRange();
              words.selectNodeContents(button);
              const [inner, outer] = [words, button].map((one) => one.getBoundingClientRect());
              return Math.min(inner.left - outer.left, outer.right - inner.right);
            })"""
        )
        assert min(room) >= 5, (lang, room)
