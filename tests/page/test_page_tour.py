"""The first minute: what the page opens with, playing, the tour, the glossary."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page

from convexplain import lessons
from convexplain.data import digits
from convexplain.network import Network, Trace
from convexplain.network.layers import KINDS
from convexplain.page.glossary import glossary
from tests.often import some
from tests.page.looking import address, cell, fragment, settled, texts

Open = Callable[..., Page]
PLAIN = "#lang=en&th=light"


def moved(picture: np.ndarray, right: int, down: int) -> np.ndarray:
    """A picture moved pixel by pixel."""
    out = np.zeros_like(picture)
    for row in range(28):
        for col in range(28):
            if 0 <= row - down < 28 and 0 <= col - right < 28:
                out[row, col] = picture[row - down, col - right]
    return out


def says(name: str, picture: np.ndarray) -> int:
    return int(Trace(Network.load(name), picture).prediction)


def test_the_first_screen_offers_a_shift_that_tells_the_networks_apart(visit: Open) -> None:
    page = visit(PLAIN)
    digit, picture = 5, digits.sample(100).pixels
    page.locator('[data-key="compare"]').click()
    settled(page)
    right, down = (int(n) for n in address(page)["s"].split(","))
    assert texts(page, ".verdict b") == [
        str(says("cnn", moved(picture, right, down))),
        str(says("dense", moved(picture, right, down))),
    ]
    assert texts(page, ".verdict b")[0] == str(digit) != texts(page, ".verdict b")[1]
    assert texts(page, ".held") == ["same answer as unshifted", "changed its answer"]


@pytest.mark.parametrize("digit", some(range(10), 1))
def test_the_shift_that_is_offered_tells_for_any_digit(visit: Open, digit: int) -> None:
    page = visit(fragment(d=digit))
    page.locator('[data-key="compare"]').click()
    settled(page)
    if "s" not in address(page):  # none is known: then the page offers other digits
        assert page.locator(".tries .digit").count() > 0
        return
    right, down = (int(n) for n in address(page)["s"].split(","))
    picture = moved(digits.sample(20 * digit).pixels, right, down)
    assert says("cnn", picture) == digit != says("dense", picture)


def test_the_suggested_cell_is_the_largest_of_the_map_on_the_screen(visit: Open) -> None:
    page = visit(PLAIN)
    page.locator('[data-key="tour-start"]').click()
    page.locator('[data-key="tour-next"]').click()
    settled(page)
    where = address(page)
    digit = int(where["d"])
    conv1 = Trace(Network.load("cnn"), digits.sample(20 * digit).pixels).activations["conv1"]
    row, col = (int(n) for n in where["c"].split(","))
    assert conv1[row, col, int(where["m"])] == conv1[:, :, int(where["m"])].max()


def test_play_begins_where_ink_begins_and_hurries_over_blanks(visit: Open) -> None:
    page = visit(fragment(d=5))
    picture = digits.sample(100).pixels[:, :, 0]
    inked = [
        (row, col)
        for row in range(26)
        for col in range(26)
        if len(np.unique(picture[row : row + 3, col : col + 3])) > 1
    ]
    page.locator(".speed").select_option("4")
    page.locator(".play").click()
    settled(page)
    assert address(page)["c"] == "{},{}".format(*inked[0])
    page.locator(".play").click()
    # From the last inked cell of a row it is on the next row's ink in a fraction of a second.
    last = next(at for at, after in itertools.pairwise(inked) if after[0] > at[0])
    first = next(at for at in inked if at[0] > last[0])
    blanks = 26 * (first[0] - last[0]) + first[1] - last[1] - 1
    assert blanks >= 8
    page.evaluate(f"location.hash = '{cell('conv1', 28, *last, d=5)[1:]}'")
    settled(page)
    page.locator(".play").click()
    page.wait_for_function(
        "(at) => location.hash.includes(at)",
        arg=f"c={first[0]},{first[1]}",
        timeout=4000,
        polling=50,
    )
    # Eight jumps at most, where each cell alone would take a quarter of a second.
    assert blanks / 4 > 2
    page.locator(".play").click()


def wait(page: Page, condition: str, arg: str = "") -> None:
    page.wait_for_function(condition, arg=arg, polling=50, timeout=15_000)


@pytest.mark.parametrize("lang", some(["en", "zh"], 1))
def test_the_tour_does_what_it_says_by_keyboard_alone(visit: Open, lang: str) -> None:
    page = visit(f"#lang={lang}&th=light")
    # What the tour waits for passes ten times as fast.
    page.evaluate(
        "() => { window.slow = setInterval; window.setInterval = (f, t) => slow(f, t / 10); }"
    )
    page.locator('[data-key="tour-start"]').focus()
    said = []
    for step in range(6):
        page.keyboard.press("Enter")
        settled(page)
        said.append(texts(page, ".caption-text")[0])
        where = address(page)
        assert page.evaluate("document.activeElement.dataset.key") == "tour-next"
        place = f"{step + 1} of 6" if lang == "en" else f"{step + 1}/6"
        assert texts(page, ".caption .place") == [place]
        if step == 0:
            assert where["v"] == "over"
        elif step == 1:
            assert where["l"] == "conv1"
        elif step == 2:
            before = where["c"]
            wait(page, "(at) => !location.hash.includes(at)", f"c={before}&")
        elif step == 3:
            assert where["l"] == "conv3"
        elif step == 4:
            wait(page, "() => location.hash.includes('l=input')")
        else:
            wait(page, "() => /s=.*3/.test(location.hash)")
    assert len(set(said)) == 6
    right, down = (int(n) for n in address(page)["s"].split(","))
    digit = int(address(page)["d"])
    picture = moved(digits.sample(20 * digit).pixels, right, down)
    told = texts(page, ".caption-text")[0]
    assert str(says("cnn", picture)) in told
    assert str(says("dense", picture)) in told
    page.keyboard.press("Enter")
    settled(page)
    assert address(page)["v"] == "over"
    assert "s" not in address(page)
    assert page.evaluate("document.activeElement.dataset.key") == "tour-start"
    page.evaluate("() => { window.setInterval = slow; }")


def test_the_tour_says_of_each_shift_what_is_so_there(visit: Open) -> None:
    page = visit(PLAIN)
    page.evaluate(
        "() => { window.slow = setInterval; window.setInterval = (f) => { window.tick = f; }; }"
    )
    page.locator('[data-key="tour-start"]').click()
    for _ in range(5):
        page.locator('[data-key="tour-next"]').click()
    settled(page)
    picture = digits.sample(20 * int(address(page)["d"])).pixels
    for distance in range(4):
        right, down = (int(n) for n in address(page).get("s", "0,0").split(","))
        (told,) = texts(page, ".caption-text")
        both = [says(name, moved(picture, right, down)) for name in ("cnn", "dense")]
        assert {int(n) for n in re.findall(r"says? .*?(\d)", told)} == {*both}
        assert max(abs(right), abs(down)) == distance
        assert told.startswith("Shifted" if distance else "In its place")
        assert told.endswith("draw your own.") == (distance == 3)
        if distance < 3:
            page.evaluate("tick()")
            settled(page)
    page.locator('[data-key="tour-next"]').click()
    page.evaluate("() => { window.setInterval = slow; }")


def test_the_tour_can_be_skipped_and_begun_again_from_help(visit: Open) -> None:
    page = visit(cell("conv3", 20, 1, 2, d=5))
    page.keyboard.press("?")
    page.get_by_role("button", name="Take the tour").click()
    settled(page)
    assert texts(page, ".caption .place") == ["1 of 6"]
    page.keyboard.press("Escape")
    settled(page)
    assert texts(page, ".caption .place") == []
    page.locator('[data-key="tour-start"]').click()
    page.locator('[data-key="tour-skip"]').click()
    settled(page)
    assert texts(page, ".caption .place") == []
    assert address(page)["v"] == "over"


def test_a_layer_and_a_word_explain_themselves(visit: Open) -> None:
    page = visit(cell("conv3", 20, 1, 2, d=5))
    page.locator('.column[data-layer="conv3"] .about').click()
    facts = dict(zip(texts(page, ".facts dt"), texts(page, ".facts dd"), strict=True))
    assert facts["Kind"] == "Conv2D"
    assert facts["Parameters"] == "73,856"
    assert texts(page, ".words .chosen dt") == ["Kernel"]
    page.keyboard.press("Escape")
    page.locator('[data-key="term-bias"]').click()
    assert texts(page, ".words .chosen dt") == ["Bias"]
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.key") == "term-bias"


def test_the_glossary_knows_every_kind_of_layer_and_real_lessons() -> None:
    known = {kind for entry in glossary() for kind in entry["kinds"]}
    assert set(KINDS) <= known
    assert {entry["lesson"] for entry in glossary()} <= set(lessons.names())
