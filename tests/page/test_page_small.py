"""On every screen, and on paper: what belongs together is in view together."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.often import covering
from tests.page.looking import (
    IN_VIEW,
    SCREENS,
    address,
    cell,
    click_cell,
    fragment,
    on_paper,
    out_of_view,
    point_at,
    settled,
    sparing,
    texts,
)

Open = Callable[..., Page]

#: The largest, the lowest, and those whose layout is another.
OFTEN = ("1920", "frame", "upright", "zoom", "phone")


@pytest.mark.parametrize("lang", sparing(["en", "zh"], "en"))
@pytest.mark.parametrize("screen", sparing(SCREENS, *OFTEN))
@pytest.mark.parametrize(
    "where", sparing([("conv1", 28, 8, 20), ("conv3", 20, 1, 2)], ("conv3", 20, 1, 2))
)
def test_question_choices_map_and_arithmetic_are_in_view_together(
    visit: Open, where: tuple[str, int, int, int], screen: str, lang: str
) -> None:
    page = visit(cell(*where, d=5, lang=lang).replace("v=pin", "v=predict"), **SCREENS[screen])
    parts = (
        ".caption-text", ".choices", '[data-key="reveal"]', f'.map[data-layer="{where[0]}"] canvas',
        '.panel .sum div:has([data-key="term-bias"])', ".panel .sum .total",
        ".products table, .combined table",
    )  # fmt: skip
    assert out_of_view(page, *parts) == []
    page.locator('[data-key="reveal"]').click()
    settled(page)
    assert out_of_view(page, ".caption-text") == []
    width = SCREENS[screen]["viewport"]["width"]  # type: ignore[index]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("lang", sparing(["en", "zh"], "zh"))
@pytest.mark.parametrize(
    ("play", "screen"),
    covering(
        [
            "conv.3.1.valid.1.all.9.12", "conv.7.1.3.1.all.9.12",
            "transposed.4.2.1.1.all.0.12", "max.2.2.valid.1.all.5.5",
        ],
        [screen for screen in SCREENS if screen != "short"],  # 49 numbers that can be read: a swipe
    ),
)  # fmt: skip
def test_a_window_its_map_and_its_arithmetic_are_in_view_together(
    visit: Open, play: str, screen: str, lang: str
) -> None:
    page = visit(fragment(d=5, v="windows", pg=play, lang=lang), **SCREENS[screen])
    parts = (
        ".caption-text", ".formula", '[data-layer="play-input"] canvas',
        '[data-layer="play-output"] canvas', ".play-sum .result .output-cell",
        *([".counts"] if play.startswith("transposed") else []),
    )  # fmt: skip
    assert out_of_view(page, *parts) == []
    assert page.locator(".play-sum .numbers").last.evaluate(IN_VIEW)


@pytest.mark.parametrize("screen", sparing(SCREENS, *OFTEN))
def test_a_click_on_a_cell_brings_its_arithmetic_into_view(visit: Open, screen: str) -> None:
    page = visit(fragment(d=5, v="over"), **SCREENS[screen])
    if screen in ("short", "phone"):
        page.locator(".tab").nth(1).tap()
    else:
        click_cell(page, "conv1", 8, 20, 26, 26)
    settled(page)
    assert address(page)["l"] == "conv1"
    assert out_of_view(page, ".panel h3", ".panel .output-cell") == []


#: A cell with the longest of titles and a way that led to it, and one of many channels.
LONG = (
    cell("conv1", 31, 17, 16, d=5, t="dense.5~conv3.20.1.2~pool2.31.2.4~conv2.31.4.8~pool1.31.8.8"),
    cell("conv2", 31, 4, 8, d=5, t="conv3.20.1.2~pool2.31.2.4"),
)


RIGHTS = """(selectors) => selectors.map(
  (selector) => document.querySelector(selector).getBoundingClientRect().right)"""


@pytest.mark.parametrize("screen", ["1366", "tablet", "phone"])
def test_a_long_title_and_a_trail_leave_room_for_the_result(visit: Open, screen: str) -> None:
    for where in LONG:
        page = visit(where, **SCREENS[screen])
        parts = (".panel h3", ".panel .walk", ".panel .back", ".panel .output-cell")
        assert out_of_view(page, *parts) == []
        rights = page.evaluate(RIGHTS, [".panel", *parts])
        assert max(rights) <= rights[0] + 1
    # The result is seen in the tour, too.
    page = visit(fragment(d=5, v="over"), **SCREENS[screen])
    page.locator('[data-key="tour-start"]').click()
    page.locator('[data-key="tour-next"]').click()
    settled(page)
    assert out_of_view(page, ".panel .output-cell") == []
    page.locator('[data-key="tour-skip"]').click()


def test_a_phone_s_first_screen_has_the_digits_and_speaks_of_taps(visit: Open) -> None:
    page = visit(fragment(d=5, v="over"), **SCREENS["phone"])
    parts = (
        '.digit[data-digit="9"]', ".pair button", '[data-key="tour-start"]',
        *(f".shift-keys .{way}" for way in ("up", "left", "centre", "right", "down")), "#noise",
    )  # fmt: skip
    assert out_of_view(page, *parts) == []
    assert texts(page, ".step")[1].split("\n")[-1].strip().endswith("Tap any cell.")
    page.locator(".help").click()
    settled(page)
    shown = texts(page, ".help-dialog button")
    assert shown == ["Take the tour", "Words", "Copy the link to this cell", "Close"]
    assert texts(page, ".help-dialog kbd") == []
    page.keyboard.press("Escape")


def test_a_phone_has_a_kernel_beside_the_sum_that_it_makes(visit: Open) -> None:
    for where in (cell("conv1", 28, 8, 20, d=5), cell("conv3", 20, 1, 2, d=5)):
        page = visit(where, **SCREENS["phone"])
        parts = (".kernel select", *(f'[data-key="weight-{at}"]' for at in range(9)))
        assert out_of_view(page, *parts, ".panel .output-cell", ".combined table") == []


# How much of the window's height is blank over its caption, or under it.
BLANK = """() => {
  const ends = [...document.querySelectorAll(".column, .controls, .card, .panel, .caption")]
    .filter((part) => part.checkVisibility()).map((part) => part.getBoundingClientRect())
    .flatMap(({ top, bottom }) => [top, bottom]).sort((a, b) => a - b);
  const { top, bottom } = document.querySelector(".caption").getBoundingClientRect();
  const over = Math.max(...ends.filter((end) => end <= top && end < top));
  return Math.max(top - Math.max(over, 0), innerHeight - bottom) / innerHeight;
}"""


@pytest.mark.parametrize("screen", ["1024", "upright"])
def test_a_screen_of_another_shape_is_filled(visit: Open, screen: str) -> None:
    deep = cell("conv3", 20, 1, 2, d=5)
    for where in (
        fragment(d=5, v="over"), deep, deep.replace("v=pin", "v=predict"),
        fragment(d=5, v="compare"), fragment(d=5, v="erase"), fragment(d=5, v="windows"),
    ):  # fmt: skip
        page = visit(where, **SCREENS[screen])
        assert page.evaluate(BLANK) < 0.1, where
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), where


@pytest.mark.parametrize("screen", ["760", "zoom"])
def test_a_map_stays_under_a_pointer_until_it_is_clicked(visit: Open, screen: str) -> None:
    page = visit(fragment(d=5, v="over"), **SCREENS[screen])
    at = point_at(page, "conv1", 8, 20, 26, 26)
    page.mouse.move(**at)
    settled(page)
    assert point_at(page, "conv1", 8, 20, 26, 26) == at
    page.mouse.down()
    page.mouse.up()
    settled(page)
    assert address(page)["c"] == "8,20"


CHANGED = {"d": 5, "k": "conv1.0.28:1,0,0,0,0,0,0,0,0", "z": "conv3.20.1.2~conv2.3.0.0"}
CHANGED_STATES = {
    "over": fragment(v="over", **CHANGED),
    "cell": cell("conv1", 3, 5, 5, **CHANGED),
    "compare": fragment(v="compare", **CHANGED),
    "erase": fragment(v="erase", **CHANGED),
    "predict": cell("conv1", 3, 5, 5, **CHANGED).replace("v=pin", "v=predict"),
}


@pytest.mark.parametrize(
    ("where", "screen"), covering(CHANGED_STATES, ["1920", "1366", "760", "phone"])
)
def test_what_is_changed_is_said_in_every_mode(visit: Open, where: str, screen: str) -> None:
    page = visit(where, **SCREENS[screen])
    assert texts(page, ".changes span") == ["Changed: 1 kernel, 2 cells"]
    assert out_of_view(page, ".changes", ".caption-text") == []


def test_what_is_changed_is_said_of_another_digit_and_taken_back_at_once(visit: Open) -> None:
    page = visit(CHANGED_STATES["over"], **SCREENS["1366"])
    page.locator('.digit[data-digit="7"]').click()
    settled(page)
    assert texts(page, ".changes span") == ["Changed: 1 kernel, 2 cells"]
    page.locator(".changes button").click()
    settled(page)
    assert page.locator(".changes").count() == 0
    assert {"k", "z"}.isdisjoint(address(page))
    page = visit(fragment(v="over", e="5.5.3.3", d=5, lang="zh"), **SCREENS["1366"])
    assert texts(page, ".changes span") == ["已改：1 处擦除"]


PLACES = """() => [...document.querySelectorAll(".map")].map((map) => {
  const [canvas, frame] = ["canvas", ".window"]
    .map((part) => map.querySelector(part).getBoundingClientRect());
  return [
    map.dataset.layer, (frame.left - canvas.left) / canvas.width,
    (frame.top - canvas.top) / canvas.height,
    frame.width / canvas.width, frame.height / canvas.height,
  ];
})"""


BOXES = """() => [".column", ".map"].map((selector) => (
  [...document.querySelectorAll(selector)].map((part) => {
    const { x, y, width, height } = part.getBoundingClientRect();
    return [x, y, width, height];
  })
))"""


@pytest.mark.parametrize("landscape", sparing([False, True], False))
def test_paper_shows_the_windows_on_their_cells(visit: Open, landscape: bool) -> None:
    page = visit(cell("conv1", 28, 10, 12, d=5), **SCREENS["1366"])
    with on_paper(page, landscape) as width:
        found = {name: numbers for name, *numbers in page.evaluate(PLACES)}
        shares = [pytest.approx(n, abs=0.02) for n in (12 / 28, 10 / 28, 3 / 28, 3 / 28)]
        assert found["input"] == shares
        shares = [pytest.approx(n, abs=0.02) for n in (12 / 26, 10 / 26, 1 / 26, 1 / 26)]
        assert found["conv1"] == shares
        boxes, maps = page.evaluate(BOXES)
        for n, (x, _, width_, height) in enumerate(maps):
            assert width_ == pytest.approx(height, abs=1.5)
            assert x + width_ <= boxes[n + 1][0]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator(".play").is_hidden()
        assert page.locator(".caption-text").is_visible()


#: What a class may print, and what must then stand on the paper.
PRINTED = {
    "cell": (cell("conv3", 20, 1, 2, d=5, t="dense.5.0.0"), [".crumbs button", ".panel .total"]),
    "answer": (cell("dense", 5, 0, 0, d=5), [".softmax", ".contributions li:last-child"]),
    "overview": (fragment(d=5, v="over"), [".thumbs canvas"]),
    "predict": (
        cell("conv3", 20, 1, 2, d=5).replace("v=pin", "v=predict"),
        [".caption-text", ".choices"],
    ),
    "compare": (fragment(d=5, v="compare", s="0,-3"), [".chart", ".verdict"]),
    "erase": (fragment(d=3, v="erase", e="5.5.7.7"), [".shares", ".changes"]),
    "windows": (
        fragment(d=5, v="windows", pg="transposed.7.2.1.2.all.9.12"),
        [".formula", '[data-layer="play-output"]', ".play-sum .result"],
    ),
}
#: What nobody can click on paper.
CLICKED = (
    ".play, .toolbar, .reset, .back, .share-link, .tries, .walk, [data-key=reveal], "
    "[data-key=tour-start], [data-key=compare], [data-key=scale-map], .changes button, "
    ".play-controls button:not(.term, [aria-pressed=true]), .invites, "
    ".panel-head [role=radio]:not([aria-checked=true])"
)


#: Where the maps lie, and where if they were drawn for a screen of other dots.
OTHER_DOTS = """() => {
  const maps = [...document.querySelectorAll(".map canvas, .thumbs canvas")];
  const boxes = () => maps.map((map) => {
    const { left, top, width, height } = map.getBoundingClientRect();
    return [left, top, width, height].map(Math.round);
  });
  const before = boxes();
  for (const map of maps) {
    [map.width, map.height] = [3 * map.width, 3 * map.height];
    map.style.width = map.style.height = "3px";
  }
  return [before, boxes()];
}"""


def test_a_click_is_offered_on_the_screen_and_not_on_paper(visit: Open) -> None:
    for where, part, text in (
        (cell("conv3", 20, 1, 2, d=5), ".caption-text", "Click a product: one layer back."),
        (cell("pool2", 3, 1, 3, d=5, lang="zh"), ".notes li:last-child", "点击它回溯一层。"),
    ):
        page = visit(where, **SCREENS["1366"])
        said = page.locator(part).inner_text()
        assert said.endswith(text)
        with on_paper(page, False):
            assert page.locator(part).inner_text() == said.removesuffix(text).rstrip()


def test_a_finger_is_told_to_tap(visit: Open) -> None:
    for where, text in (
        (cell("conv3", 20, 1, 2, d=5), "Tap a product: one layer back."),
        (fragment(v="erase"), "Tap on the input to erase a patch"),
    ):
        assert text in visit(where, **SCREENS["phone"]).locator(".caption-text").inner_text()


@pytest.mark.parametrize("landscape", sparing([False, True], False))
@pytest.mark.parametrize("state", sparing(PRINTED, "cell", "windows"))
def test_paper_is_one_page(visit: Open, landscape: bool, state: str) -> None:
    where, shown = PRINTED[state]
    page = visit(where, **SCREENS["1366"])
    paper = page.pdf(format="A4", landscape=landscape, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
    with on_paper(page, landscape):
        assert [part for part in shown if not page.locator(part).first.is_visible()] == []
        assert texts(page, CLICKED) == []
        before, after = page.evaluate(OTHER_DOTS)
        assert after == before


#: Of each canvas whether it has dots, and its height and width.
DRAWN = """() => [...document.querySelectorAll(".map canvas, .thumbs canvas")].map((map) => {
  const { width, height } = map;
  const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(map, 0, 0);
  const { data } = copy.getImageData(0, 0, width, height);
  return [data.some(Boolean), height, width];
})"""


def test_paper_has_the_maps_that_a_phone_has_no_room_for(visit: Open) -> None:
    page = visit(fragment(d=5, v="over", th="dark"), **SCREENS["phone"])
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    maps = page.evaluate(DRAWN)
    # Dark on light, and a result where the screen says what to click.
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert page.locator(".caption-text").inner_text() == "This convnet says 5: >99.9%."
    page.evaluate("location.hash = '#d=5&v=erase&lang=en&th=dark'")
    assert page.locator(".caption-text").inner_text() == "This convnet says 5: >99.9%."
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert len(maps) == 6 + 5
    assert all(drawn for drawn, _, _ in maps)
    assert sum(height == width for _, height, width in maps) == 6
    assert {(height, width) for _, height, width in maps}.isdisjoint({(150, 300)})


BEHIND_BARS = """() => {
  const { top } = document.querySelector(".caption").getBoundingClientRect();
  const seen = [];
  for (let y = Math.ceil(top) + 1; y < innerHeight; y += 2) {
    const part = document.elementFromPoint(innerWidth / 2, y);
    if (!part.closest(".caption, .head")) seen.push([y, part.className]);
  }
  return seen;
}"""


@pytest.mark.parametrize("mode", ["over", "predict", "compare", "erase", "windows"])
def test_nothing_shows_between_the_bars_of_a_phone(visit: Open, mode: str) -> None:
    page = visit(fragment(d=9, v=mode), **SCREENS["phone"])
    page.mouse.wheel(0, 300)  # something lies behind them
    settled(page)
    assert page.evaluate(BEHIND_BARS) == []
