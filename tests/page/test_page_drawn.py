"""A drawn digit is prepared like an MNIST digit when one asks for it, by the core's definition."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from convexplain.data import digits, ink
from convexplain.page.words import WORDS
from tests import photographs
from tests.page.looking import address, fragment, settled, sparing


def packed(levels: np.ndarray[Any, Any]) -> str:
    """28 x 28 levels of 0 to 15 as the address has them: two in a byte."""
    pairs = levels.ravel().reshape(-1, 2).astype(np.uint8)
    content = (pairs[:, 0] << 4 | pairs[:, 1]).tobytes()
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def unpacked(text: str) -> np.ndarray[Any, Any]:
    content = np.frombuffer(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), np.uint8)
    return np.stack([content >> 4, content & 15], axis=1).reshape(28, 28)


def small_and_aside() -> np.ndarray[Any, Any]:
    """A 3 at half its size, in a corner, as people draw."""
    digit = digits.first(3).pixels[..., 0].reshape(14, 2, 14, 2).mean(axis=(1, 3))
    page = np.zeros((28, 28))
    page[1:15, 12:26] = digit
    return np.rint(15 * page)


@pytest.mark.parametrize("lang", sparing(["en", "zh"], "en"))
def test_a_small_digit_in_a_corner_is_scaled_and_centred(
    show: Callable[..., Page], lang: str
) -> None:
    levels = small_and_aside()
    page = show(fragment(d="x", p=packed(levels), lang=lang))
    button = page.get_by_role("button", name=WORDS["pictureCentre"].text(lang))
    button.click()
    settled(page)
    (digit,) = ink.read((levels / 15).astype(np.float32)).digits
    pixels, steps = digit.pixels, digit.steps
    expected = np.floor(15 * pixels.astype(np.float64) + 0.5)
    assert np.abs(unpacked(address(page)["p"]) - expected).max() <= 1
    assert len(steps) == 3
    expect(page.locator(".caption-text")).to_contain_text(WORDS["pictureCentred"].text(lang))


@pytest.mark.parametrize("lang", sparing(["en", "zh"], "zh"))
def test_a_doubt_is_said_below_the_maps(
    show: Callable[..., Page], tmp_path: Path, lang: str
) -> None:
    (tmp_path / "two.jpg").write_bytes(photographs.photo("two_digits", 1).file())
    page = show(fragment(lang=lang))
    page.set_input_files("input[type=file]", tmp_path / "two.jpg")
    expected = ink.DOUBTS["several digits"].text(lang)
    expect(page.locator(".caption-text")).to_have_text(expected, timeout=60_000)


def test_where_nothing_is_drawn_it_says_so(show: Callable[..., Page]) -> None:
    page = show(fragment(d="x", p=packed(np.zeros((28, 28)))))
    page.locator(".centre").click()
    expect(page.locator(".caption-text")).to_have_text(WORDS["pictureNoInk"].text("en"))


def test_a_shifted_drawing_goes_back_to_its_place_first(show: Callable[..., Page]) -> None:
    drawn = packed(small_and_aside())
    page = show(fragment(d="x", p=drawn, s="2,-1"))
    page.get_by_role("button", name="Back to its place").click()
    settled(page)
    assert address(page)["p"] == drawn
    assert "s" not in address(page)


def test_a_bundled_digit_needs_no_preparation(show: Callable[..., Page]) -> None:
    expect(show(fragment(d=3)).locator(".centre")).to_be_disabled()
