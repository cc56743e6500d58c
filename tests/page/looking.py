"""What tests of the page ask: what is written in it, and what Python says should be there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from convexplain.data import digits
from convexplain.network import Network, Trace
from convexplain.style import format as fmt

DESK = {"viewport": {"width": 1920, "height": 1080}}
SMALL_DESK = {"viewport": {"width": 1024, "height": 768}}
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
#: A projector, two laptops, a frame of JupyterLab, tablets, a frame of a course, 200%,
#: a phone whose browser shows its bars, and one without.
SCREENS = {
    "1920": {"viewport": {"width": 1920, "height": 1080}},
    "1366": {"viewport": {"width": 1366, "height": 768}},
    "1280": {"viewport": {"width": 1280, "height": 720}},
    "1024": {"viewport": {"width": 1024, "height": 768}},
    "frame": {"viewport": {"width": 1000, "height": 600}},
    "tablet": {"viewport": {"width": 760, "height": 1024}},
    "upright": {"viewport": {"width": 820, "height": 1180}, "has_touch": True, "is_mobile": True},
    "760": {"viewport": {"width": 760, "height": 600}},
    "zoom": {"viewport": {"width": 683, "height": 384}},
    "short": {"viewport": {"width": 390, "height": 664}, "has_touch": True, "is_mobile": True},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
LOOK = "lang=en&th=light"


def sparing(values: Iterable[Any], *now: Any) -> list[Any]:
    """Parameters of a test, of which only those named here run now, and the others as soak."""
    return [v if v in now else pytest.param(v, marks=pytest.mark.soak) for v in values]


def trace_of(digit: int = 5, sample: int = 0) -> Trace:
    """The bundled convnet's trace of a bundled digit."""
    return Trace(Network.load("cnn"), digits.sample(20 * digit + sample).pixels)


def fragment(**keys: Any) -> str:
    """An address's fragment in English and light, unless something else is said."""
    keys = {"lang": "en", "th": "light", **keys}
    return "#" + "&".join(f"{key}={value}" for key, value in keys.items())


def cell(layer: str, filter: int, row: int, col: int, **keys: Any) -> str:
    """The fragment of a pinned cell."""
    return fragment(l=layer, m=filter, c=f"{row},{col}", v="pin", **keys)


#: Keeps the frames that a page has asked for, and that have not come; and what it does later.
COUNTING = """() => {
  const ask = window.requestAnimationFrame.bind(window);
  const forget = window.cancelAnimationFrame.bind(window);
  const awaited = new Set();
  window.requestAnimationFrame = (draw) => {
    const frame = ask((now) => { awaited.delete(frame); draw(now); });
    awaited.add(frame);
    return frame;
  };
  window.cancelAnimationFrame = (frame) => { awaited.delete(frame); forget(frame); };
  window.awaited = awaited;
  const begin = window.setTimeout.bind(window);
  const end = window.clearTimeout.bind(window);
  const waiting = new Map();
  window.setTimeout = (act, delay = 0, ...given) => {
    const timer = begin(() => { waiting.delete(timer); act(...given); }, delay);
    waiting.set(timer, { act: () => act(...given), delay });
    return timer;
  };
  window.clearTimeout = (timer) => { waiting.delete(timer); end(timer); };
  window.letPass = (time) => {
    for (const [timer, { act, delay }] of [...waiting]) {
      if (delay <= time && waiting.has(timer)) { window.clearTimeout(timer); act(); }
    }
  };
}"""
#: Waits for a frame; for another where the page asked for one, or nobody counts.
SHOWN = """() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => (
  window.awaited?.size === 0 ? done() : requestAnimationFrame(done)
))))"""


def settled(page: Page) -> Page:
    """Wait until everything that was done is shown."""
    page.evaluate(SHOWN)
    return page


def half_a_second_later(page: Page) -> Page:
    """Let happen at once what the page does within half a second, as what it reads aloud."""
    page.evaluate("letPass(500)")
    return settled(page)


@contextmanager
def on_paper(page: Page, landscape: bool) -> Iterator[int]:
    """The page laid out as on A4, which leaves so many pixels between its margins."""
    width = 1047 if landscape else 718
    page.emulate_media(media="print")
    page.set_viewport_size({"width": width, "height": 700})
    try:
        settled(page)
        yield width
    finally:
        page.emulate_media(media="null")  # "screen" would hold for what is printed later, too


def texts(page: Page, selector: str) -> list[str]:
    """The texts of all elements that a selector finds and that are shown."""
    # One question for all of them: each question costs more than its answer.
    found: list[str] = page.locator(selector).evaluate_all(
        """(all) => all.filter((part) => {
          const { width, height } = part.getBoundingClientRect();
          return width > 0 && height > 0 && part.checkVisibility({ visibilityProperty: true });
        }).map((part) => part.innerText)"""
    )
    return found


_VIOLATIONS = """() => axe.run({ resultTypes: ["violations"] }).then(({ violations }) => (
  violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(
    ({ target, failureSummary }) => `${id}: ${target} ${failureSummary ?? ""}`,
  ))
))"""


def violations(page: Page) -> list[str]:
    """What axe-core finds on a page; it comes into a page once."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(_VIOLATIONS)
    return found


def sums(page: Page) -> dict[str, str]:
    """The lines of the panel's sum."""
    names, values = texts(page, ".panel dl.sum dt"), texts(page, ".panel dl.sum dd")
    return dict(zip(names, values, strict=True))


def numbers(values: Any) -> list[str]:
    """Numbers as the page prints them."""
    return [fmt.number(value) for value in values]


def point_at(page: Page, layer: str, row: int, col: int, rows: int, cols: int) -> dict[str, float]:
    """Where the middle of a cell lies on the screen."""
    box = page.locator(f'.map[data-layer="{layer}"] canvas').bounding_box()
    assert box is not None
    return {
        "x": box["x"] + (col + 0.5) / cols * box["width"],
        "y": box["y"] + (row + 0.5) / rows * box["height"],
    }


def click_cell(page: Page, layer: str, row: int, col: int, rows: int, cols: int) -> None:
    page.mouse.click(**point_at(page, layer, row, col, rows, cols))
    settled(page)


def address(page: Page) -> dict[str, str]:
    """The address's fragment by key."""
    parts = page.evaluate("location.hash").removeprefix("#").split("&")
    return dict(part.split("=", 1) for part in parts if part)


# Whether a part lies in the window, and nothing over it.
IN_VIEW = """(part) => {
  const { left, top, right, bottom } = part.getBoundingClientRect();
  if (left < -1 || right > innerWidth + 1) return false;
  if (top < -1 || bottom > innerHeight + 1) return false;
  const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  return part.contains(over) || over.contains(part);
}"""
OUT_OF_VIEW = f"""(selectors) => selectors.filter((selector) => {{
  const part = [...document.querySelectorAll(selector)].find((one) => one.checkVisibility());
  return !part || !({IN_VIEW})(part);
}})"""


def out_of_view(page: Page, *selectors: str) -> list[str]:
    """Those of which nothing is shown, or whose first part is not whole in the window."""
    found: list[str] = page.evaluate(OUT_OF_VIEW, list(selectors))
    return found
