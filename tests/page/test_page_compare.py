"""The chart of compare mode: its words never lie over its curves, on no screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from convexplain.data import digits
from convexplain.network import Network, Trace
from tests.often import some
from tests.page.looking import DESK, PHONE, SMALL_DESK, address, fragment, settled

Open = Callable[..., Page]


TABLET = {"viewport": {"width": 800, "height": 1100}}

# Labels of the chart that lie over each other or over a curve, or reach out of the chart.
OVERLAPS = """() => {
  const chart = document.querySelector(".chart");
  const frame = chart.getBoundingClientRect();
  const toScreen = chart.getScreenCTM();
  const labels = [...chart.querySelectorAll("text")].map((e) => ({
    text: e.textContent, box: e.getBoundingClientRect(),
  }));
  const found = [];
  for (const { text, box } of labels) {
    if (box.left < frame.left - 1 || box.right > frame.right + 1) found.push(`${text} is cut`);
    if (box.top < frame.top - 1 || box.bottom > frame.bottom + 1) found.push(`${text} is cut`);
    for (const other of labels) {
      const apart = other.box.right <= box.left || box.right <= other.box.left
        || other.box.bottom <= box.top || box.bottom <= other.box.top;
      if (other.box !== box && !apart) found.push(`${text} lies over ${other.text}`);
    }
  }
  for (const curve of chart.querySelectorAll(".curve")) {
    const length = curve.getTotalLength();
    for (let i = 0; i <= 400; i++) {
      const { x, y } = curve.getPointAtLength((length * i) / 400).matrixTransform(toScreen);
      for (const { text, box } of labels) {
        if (x > box.left && x < box.right && y > box.top && y < box.bottom) {
          found.push(`${text} lies over a curve`);
        }
      }
    }
  }
  return [...new Set(found)];
}"""


@pytest.mark.parametrize(
    "screen",
    some([PHONE, DESK, SMALL_DESK, TABLET], 1),
    ids=["phone", "desk", "small", "tablet"],
)
def test_no_label_of_the_chart_is_cut_or_lies_over_a_curve(
    show: Open, screen: dict[str, Any]
) -> None:
    page = show(fragment(d=5, v="compare", s="-3,0"), **screen)
    for digit, lang in ((5, "en"), (1, "en"), (0, "zh")):
        page.evaluate(f"location.hash = '{fragment(d=digit, v='compare', lang=lang)}'")
        settled(page)
        assert page.evaluate(OVERLAPS) == []
        size, body = page.evaluate(
            """() => [".chart text", ".panel"].map((one) => {
              const e = document.querySelector(one);
              const scale = e.getScreenCTM?.().a ?? 1;
              return scale * parseFloat(getComputedStyle(e).fontSize);
            })"""
        )
        assert size == pytest.approx(body, rel=0.02)
    page.set_viewport_size({"width": 700, "height": 900})
    settled(page)
    settled(page)
    assert page.evaluate(OVERLAPS) == []


@pytest.mark.parametrize("down", [0, 6])
def test_bands_show_where_ink_leaves_the_frame(show: Open, down: int) -> None:
    page = show(fragment(d=7, v="compare", s=f"0,{down}"))
    picture = digits.first(7).pixels
    whole, moved = picture.sum(), {}
    for by in range(-6, 7):
        kept = picture[: 28 - down, max(0, -by) : 28 - max(0, by)]
        moved[by] = kept.sum() < whole - 0.5
    assert moved[0] == (down == 6)  # at 6 down there is one band over everything, zero included
    starts = sum(moved[by] and not moved.get(by - 1, False) for by in moved)
    assert page.locator(".chart .cut").count() == starts
    assert page.locator(".chart text", has_text="ink leaves the frame").count() == starts


def test_an_answer_is_held_against_that_of_the_digit_in_its_place(show: Open) -> None:
    right, down, picture = -2, 6, digits.first(0).pixels
    page = show(fragment(d=0, v="compare", s=f"{right},{down}"))
    lower, shifted = np.zeros_like(picture), np.zeros_like(picture)
    lower[down:] = picture[:-down]
    shifted[down:, :right] = picture[:-down, -right:]
    for name in ("cnn", "dense"):
        net = Network.load(name)
        first, now, along = (Trace(net, p).prediction for p in (picture, shifted, lower))
        assert first != now == along  # the digit that is only lower would say that nothing changed
        assert page.locator(f".network.{name} .held").inner_text() == "changed its answer"


def test_a_digit_in_its_place_is_offered_the_shift_that_tells(show: Open) -> None:
    page = show(fragment(d=9, v="compare"), **PHONE)
    page.locator('[data-key="compare-shift"]').click()
    settled(page)
    right, down = map(int, address(page)["s"].split(","))
    pixels = np.zeros((28, 28, 1), np.float32)
    pixels[max(down, 0) : 28 + min(down, 0), max(right, 0) : 28 + min(right, 0)] = digits.first(
        9
    ).pixels[max(-down, 0) : 28 - max(down, 0), max(-right, 0) : 28 - max(right, 0)]
    assert Trace(Network.load("cnn"), pixels).prediction == 9
    assert Trace(Network.load("dense"), pixels).prediction != 9
    assert page.locator('[data-key="compare-shift"]').count() == 0
