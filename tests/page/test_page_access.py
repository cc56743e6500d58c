"""The page for everyone: no violation that axe-core finds, and all of it by the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from convexplain.style import format as fmt
from tests.often import covering
from tests.page.looking import (
    DESK,
    PHONE,
    SMALL_DESK,
    address,
    cell,
    fragment,
    half_a_second_later,
    settled,
    sparing,
    texts,
    trace_of,
    violations,
)

Open = Callable[..., Page]

STATES = {
    "overview": fragment(d=5),
    "conv": cell("conv1", 28, 17, 12, d=5),
    "deep": cell("conv3", 20, 1, 2, d=5, t="dense.5"),
    "pool": cell("pool2", 3, 4, 2, d=5),
    "answer": cell("dense", 5, 0, 0, d=5),
    "pixel": cell("input", 0, 12, 14, d=5),
    "predict": cell("conv1", 28, 8, 20, d=5).replace("v=pin", "v=predict"),
    "guess": fragment(d=5, v="predict"),
    "compare": fragment(d=5, v="compare", s="-3,0"),
    "erase": fragment(d=5, v="erase", e="5.15.7.7", z="conv3.20.1.2"),
    "windows": fragment(d=5, v="windows", pg="conv.5.1.2.2.all.9.12"),
    "changed": cell("conv1", 28, 17, 12, d=5, k="conv1.0.28:1,0,0,0,0,0,0,0,0"),
}


#: What a person sees of the language and theme; how wide the page is, and texts that are cut.
SEEN = """() => {
  const { lang, dataset, scrollWidth } = document.documentElement;
  return {
    look: [lang.slice(0, 2), dataset.theme], width: scrollWidth,
    cut: [...document.querySelectorAll("button, h1, h2, h3, dt, dd, td, th")]
      .filter((e) => e.offsetWidth && e.clientWidth && e.scrollWidth > e.clientWidth + 1)
      .map((e) => [e.className, e.textContent]),
  };
}"""


LOOKS = {"light": ("en", "light"), "dark": ("zh", "dark")}


@pytest.mark.parametrize(
    ("state", "screen", "look"),
    covering(STATES, {"desk": DESK, "phone": PHONE, "small": SMALL_DESK}, LOOKS),
)
def test_axe_finds_nothing_and_no_text_is_cut(
    visit: Open, state: str, screen: dict[str, Any], look: tuple[str, str]
) -> None:
    lang, theme = look
    page = visit(state.replace("lang=en&th=light", f"lang={lang}&th={theme}"), **screen)
    found = page.evaluate(SEEN)
    assert found["look"] == [lang, theme]
    assert violations(page) == []
    # Not innerWidth: a phone's browser widens it for what does not fit.
    assert found["width"] <= page.viewport_size["width"]  # type: ignore[index]
    assert found["cut"] == []


def test_buttons_change_language_and_theme(show: Open) -> None:
    page = show(fragment(d=5))
    page.locator(".language").click()
    page.locator(".theme").click()
    assert settled(page).evaluate(SEEN)["look"] == ["zh", "dark"]


@pytest.mark.parametrize("lang", sparing(["en", "zh"], "en"))
def test_axe_finds_nothing_in_the_help(show: Open, lang: str) -> None:
    page = show(fragment(d=5, lang=lang))
    page.keyboard.press("?")
    settled(page)
    assert page.locator("dialog[open]").count() == 1
    assert violations(page) == []
    page.keyboard.press("Escape")
    settled(page)
    assert page.locator("dialog[open]").count() == 0


@pytest.mark.parametrize("lang", sparing(["en", "zh"], "zh"))
def test_axe_finds_nothing_in_the_tour_the_glossary_and_while_drawing(
    show: Open, lang: str
) -> None:
    page = show(fragment(d=5, lang=lang))
    page.locator('[data-key="tour-start"]').click()
    settled(page)
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator(".about").nth(1).click()
    settled(page)
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator(".draw").click()
    settled(page)
    assert violations(page) == []


def focused(page: Page) -> str:
    return page.evaluate(
        """() => {
          const { ariaLabel, className, dataset, id } = document.activeElement;
          return [className || id, dataset.layer ?? dataset.key ?? "", ariaLabel].join("|");
        }"""
    )


#: What Tab can reach, in the order of the document.
REACHED = """() => [...document.querySelectorAll("a[href], button, input, select, [tabindex]")]
  .filter((part) => part.tabIndex >= 0 && !part.disabled && part.checkVisibility())
  .map((part) => part.className)"""


def test_tab_reaches_everything_in_the_order_of_the_page(show: Open) -> None:
    page = show(fragment(d=5))
    assert page.evaluate(REACHED)[0] == "skip"
    page.locator(".skip").focus()  # in a page that was used, Tab goes on where somebody was
    stops = [focused(page)]
    for _ in range(60):
        page.keyboard.press("Tab")
        stops.append(focused(page))
        if stops[-1].startswith("map|"):
            settled(page)
        else:  # the maps come back when a map has lost the focus
            page.wait_for_selector('.chain[data-bench="overview"]')
        if stops.count(stops[-1]) > 1:
            break
    order = [
        "skip", "step-back", "play", "step-on", "speed", "mode explore", "language", "theme",
        "help", "digit", "draw", "another", "open", "rubber", "shift up", "shift left",
        "shift down", "shift right",
    ]  # fmt: skip
    assert [stop.split("|")[0] for stop in stops[: len(order)]] == order
    maps = [stop.split("|")[1] for stop in stops if stop.startswith("map|")]
    assert maps == ["input", "conv1", "pool1", "conv2", "pool2", "conv3"]
    thumbs = [stop.split("|")[1] for stop in stops if stop.startswith("thumbs|")]
    assert thumbs == ["conv1", "pool1", "conv2", "pool2", "conv3"]
    # Each map and each set of thumbnails is one stop, each followed by its thumbnails.
    at = [i for i, stop in enumerate(stops) if stop.startswith(("map|conv1", "thumbs|conv1"))]
    assert len(at) == 2
    assert sum(stop.startswith("bar") for stop in stops) == 1
    assert any("compare" in stop for stop in stops)


def test_the_whole_way_back_by_keyboard_alone(show: Open) -> None:
    page = show(fragment(d=5))
    page.locator('.map[data-layer="conv3"]').focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    settled(page)
    assert address(page)["l"] == "conv3"
    for expected in ("pool2", "conv2", "pool1", "conv1", "input"):
        page.locator(".walk").focus()
        page.keyboard.press("Enter")
        settled(page)
        assert address(page)["l"] == expected
        # The new cell's map has the focus.
        assert focused(page).split("|")[:2] == ["map", expected]
    page.keyboard.press("Backspace")
    settled(page)
    assert focused(page).split("|")[:2] == ["map", "conv1"]
    page.keyboard.press("Escape")
    settled(page)
    assert not page.locator(".panel").is_visible()
    assert focused(page).split("|")[:2] == ["map", "conv1"]


def test_arrows_home_end_and_page_keys_move_the_cell(show: Open) -> None:
    page = show(cell("conv1", 28, 10, 10, d=5))
    page.locator('.map[data-layer="conv1"]').focus()
    for key, at, filter in (
        ("ArrowDown", "11,10", "28"),
        ("ArrowLeft", "11,9", "28"),
        ("Home", "11,0", "28"),
        ("ArrowLeft", "11,0", "28"),
        ("End", "11,25", "28"),
        ("Control+Home", "0,0", "28"),
        ("Control+End", "25,25", "28"),
        ("PageUp", "25,25", "27"),
        ("PageDown", "25,25", "28"),
        ("Comma", "25,24", "28"),
        (".", "25,25", "28"),
    ):
        page.keyboard.press(key)
        settled(page)
        found = address(page)
        assert (found["c"], found["m"]) == (at, filter), key


def test_letters_are_shortcuts_that_can_be_switched_off(show: Open) -> None:
    page = show(fragment(d=5))
    page.keyboard.press("7")
    settled(page)
    assert address(page)["d"] == "7"
    page.keyboard.press("t")
    page.keyboard.press("l")
    settled(page)
    assert (address(page)["th"], address(page)["lang"]) == ("dark", "zh")
    page.keyboard.press("c")
    settled(page)
    assert address(page)["v"] == "compare"
    page.keyboard.press("?")
    page.locator("#letters").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    settled(page)
    assert address(page)["d"] == "7"
    page.locator(".help").click()
    page.locator("#letters").check()
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    settled(page)
    assert address(page)["d"] == "3"


def test_what_is_shown_is_told_to_screen_readers(show: Open) -> None:
    page = show(cell("conv1", 28, 17, 12, d=5))
    half_a_second_later(page)  # the live region speaks at most twice a second
    told = page.locator("[role=status]").first.inner_text()
    name = page.locator("#cell-conv1").inner_text()
    assert name.startswith("conv1, filter 28, row 17, column 12: ")
    assert told.startswith(name)
    assert texts(page, ".panel .output-cell") == [name.split(": ")[1]]
    bar = page.locator(".bar").nth(5).get_attribute("aria-label")
    assert bar == "5: over 99.9 percent"


def test_a_page_without_motion_does_not_glide(show: Open) -> None:
    page = show(cell("conv1", 28, 10, 10, d=5))
    page.locator(".play").click()
    settled(page)
    for motion, expected in (("no-preference", "0.14s"), ("reduce", "0s")):
        page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]
        found = page.locator(".window:not([hidden])").first.evaluate(
            "(e) => getComputedStyle(e).transitionDuration.split(', ')[0]"
        )
        assert found == expected
    page.emulate_media(reduced_motion="null")
    page.keyboard.press("Escape")


def spoken(page: Page, region: str) -> list[str]:
    """What the accessibility tree holds in a region, line by line, without the tree's marks."""
    tree = page.get_by_role("region", name=region).aria_snapshot()
    return [line.strip(" -:'") for line in tree.splitlines()]


def number_in(text: str) -> float:
    return float(text.split()[-1].strip("\"'").replace("\N{MINUS SIGN}", "-"))


def test_who_sees_nothing_finds_out_why_a_cell_has_its_value(visit: Open) -> None:
    """Main task by ear: only what the accessibility tree says is read, only keys are pressed."""
    page = visit(fragment(d=5, v="over"))
    # Tab until a map of conv3 is named, then arrows to the cell: each says its number.
    for _ in range(60):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.ariaLabel") or ""
        if name.startswith("conv3, filter"):
            break
    filter = int(name.split()[-1])
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    settled(page)
    step = trace_of().steps("conv3", filter).at(1, 2)
    cell_name = f"conv3, filter {filter}, row 1, column 2: {fmt.number(step.activated)}"
    assert page.get_by_role("gridcell", name=cell_name, exact=True).count() == 1
    page.keyboard.press("Enter")
    settled(page)
    # The panel says of what parts the number is the sum.
    said = spoken(page, f"conv3, filter {filter}: row 1, column 2")
    channels = [line for line in said if line.startswith('button "channel ')]
    assert len(channels) == 5
    (others,) = [line for line in said if " others " in line and line.startswith("button")]
    parts = [number_in(line.removesuffix(" [pressed]")) for line in [*channels, others]]
    assert sum(parts) == pytest.approx(float(step.total), abs=0.005 * len(parts) + 0.005)
    channel = int(np.abs(step.channel_sums).argmax())
    assert f'button "channel {channel} {fmt.number(step.channel_sums[channel])}" [pressed]' in said
    # Down to the picture by one button, each time named, with the focus on the map that was found.
    seen = []
    while (walk := page.get_by_role("button", name="Walk back to")).count():
        seen.append(walk.inner_text())
        walk.focus()
        page.keyboard.press("Enter")
        settled(page)
        focus = page.evaluate("document.activeElement.ariaLabel") or ""
        assert focus.startswith(walk_to(seen[-1]))
    assert [walk_to(text) for text in seen] == ["pool2", "conv2", "pool1", "conv1", "input"]
    (pixel,) = [line for line in spoken(page, "Input: row") if "of 255" in line]
    row, col = map(int, address(page)["c"].split(","))
    value = float(trace_of().image[row, col, 0])
    assert f"{round(255 * value)} of 255" in pixel


def walk_to(text: str) -> str:
    """The layer that "Walk back to the input" and the like lead to."""
    return text.split()[-1]
