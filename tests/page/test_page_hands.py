"""What hands do on the page: choose, draw, shift, play, edit; the numbers follow the core."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from convexplain.data import digits, kernels
from convexplain.network import Network, Trace
from convexplain.paper import worksheet
from convexplain.style import format as fmt
from convexplain.style import theme
from tests.often import later
from tests.page.looking import (
    PHONE,
    address,
    cell,
    click_cell,
    fragment,
    numbers,
    point_at,
    settled,
    sums,
    texts,
    trace_of,
)

Open = Callable[..., Page]


def shares(page: Page) -> list[str]:
    return texts(page, ".bar .share")


def expected_shares(trace: Trace) -> list[str]:
    return [fmt.probability(p) for p in trace.probabilities]


def drawn_pixels(page: Page) -> np.ndarray:
    """The picture that the address holds: 4 bits a pixel."""
    packed = address(page)["p"]
    content = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
    levels = np.frombuffer(content, np.uint8)
    levels = np.stack([levels >> 4, levels & 15], axis=1).reshape(28, 28, 1)
    return (levels / 15).astype(np.float32)


def test_choosing_a_digit_and_another_of_its_class(show: Open) -> None:
    page = show(fragment(d=5))
    page.locator('.digit[data-digit="3"]').click()
    settled(page)
    assert shares(page) == expected_shares(trace_of(3))
    page.locator(".another").click()
    settled(page)
    assert (address(page)["d"], address(page)["i"]) == ("3", "1")
    assert shares(page) == expected_shares(trace_of(3, 1))


def test_shifting_moves_the_digit_under_the_kept_cell(show: Open) -> None:
    page = show(cell("conv1", 28, 17, 12, d=5))
    page.locator(".shift.left").click()
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Shift+ArrowUp")
    settled(page)
    assert address(page)["s"] == "-1,-2"
    picture = np.zeros((28, 28, 1), np.float32)
    picture[:26, :27] = digits.first(5).pixels[2:, 1:]
    trace = Trace(Network.load("cnn"), picture)
    step = trace.steps("conv1", 28).at(17, 12)
    assert texts(page, ".operands .patch td") == numbers(step.patch.ravel())
    assert shares(page) == expected_shares(trace)
    page.locator(".centre").click()
    settled(page)
    assert "s" not in address(page)
    assert shares(page) == expected_shares(trace_of())


def test_drawing_with_the_mouse_makes_a_picture_of_16_levels(show: Open) -> None:
    page = show(fragment(d=5))
    page.locator(".draw").click()
    settled(page)
    assert drawn_pixels(page).sum() == 0
    start = point_at(page, "input", 5, 14, 28, 28)
    page.mouse.move(**start)
    page.mouse.down()
    for row in range(6, 23):
        page.mouse.move(**point_at(page, "input", row, 14, 28, 28))
    page.mouse.up()
    settled(page)
    picture = drawn_pixels(page)
    assert (picture[5:23, 14] == 1).all()
    assert picture[:, :11].sum() == 0
    assert shares(page) == expected_shares(Trace(Network.load("cnn"), picture))
    # The rubber takes ink away; a link gives the same numbers.
    page.locator(".rubber").click()
    page.mouse.move(**start)
    page.mouse.down()
    page.mouse.up()
    settled(page)
    assert drawn_pixels(page)[5, 14] == 0
    link, seen = page.evaluate("location.hash"), shares(page)
    assert shares(show(link)) == seen


def test_drawing_with_the_keyboard(show: Open) -> None:
    page = show(fragment(d=5))
    page.locator(".draw").focus()
    page.keyboard.press("Enter")
    page.locator('.map[data-layer="input"]').focus()
    page.keyboard.press("Control+Home")
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    settled(page)
    picture = drawn_pixels(page)
    assert picture[2, 1] == 1
    assert picture.sum() < 12
    assert page.locator(".of-picture .window:not([hidden])").is_visible()
    assert page.locator(".window:not([hidden])").count() == 1
    page.keyboard.press("Escape")
    settled(page)
    assert page.locator('[data-key="done"]').count() == 0


def test_drawing_with_a_finger_on_a_phone(show: Open) -> None:
    page = show(fragment(d=1), **PHONE)
    page.locator(".draw").tap()
    settled(page)
    at = point_at(page, "input", 10, 10, 28, 28)
    page.touchscreen.tap(at["x"], at["y"])
    settled(page)
    picture = drawn_pixels(page)
    assert picture[10, 10] == 1
    assert picture.sum() < 12


@pytest.mark.parametrize(
    ("width", "height", "least"),
    [(683, 384, 8), (390, 844, 11), later(1366, 768, 12), later(760, 600, 12)],
)
def test_a_sheet_is_blank_and_large_and_steps_lead_back_to_the_digit(
    show: Open, width: int, height: int, least: int
) -> None:
    page = show(fragment(d=5), viewport={"width": width, "height": height})
    page.locator(".draw").click()
    settled(page)
    assert drawn_pixels(page).sum() == 0
    box = page.locator(".of-picture canvas").bounding_box()
    assert box is not None
    assert box["width"] >= 28 * least
    assert box["y"] + box["height"] <= height
    for row in (8, 14):
        page.mouse.click(**point_at(page, "input", row, 14, 28, 28))
        settled(page)
    assert drawn_pixels(page)[[8, 14], 14].ravel().tolist() == [1, 1]
    # What the network says of it stays in view.
    said = page.locator(".caption-answer, .bar.best").filter(visible=True).first
    where = said.bounding_box()
    assert where is not None
    assert where["y"] + where["height"] <= height
    page.locator('[data-key="undo"]').click()
    settled(page)
    assert drawn_pixels(page)[[8, 14], 14].ravel().tolist() == [1, 0]
    page.locator('[data-key="undo"]').click()
    page.locator('[data-key="undo"]').click()
    settled(page)
    assert address(page)["d"] == "5"
    assert page.locator('[data-key="undo"]').is_disabled()
    page.locator('[data-key="done"]').click()
    settled(page)


def test_noise_is_added_the_same_each_time(show: Open) -> None:
    page = show(cell("conv1", 28, 17, 12, d=5))
    still = texts(page, ".operands .patch td")
    page.locator("#noise").fill("0.3")
    settled(page)
    assert address(page)["n"] == "0.3"
    noisy = texts(page, ".operands .patch td")
    assert noisy != still
    assert texts(show(page.evaluate("location.hash")), ".operands .patch td") == noisy


def test_a_picture_that_is_dropped_is_read_like_a_digit(show: Open, tmp_path: Path) -> None:
    page = show(fragment(d=5))
    ink = np.kron(1 - digits.first(7).pixels[..., 0], np.ones((6, 6)))
    file = io.BytesIO()
    Image.fromarray((255 * ink).astype(np.uint8)).save(file, "PNG")
    page.evaluate(
        """(text) => {
          const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
          const carried = new DataTransfer();
          carried.items.add(new File([bytes], "seven.png", { type: "image/png" }));
          document.body.dispatchEvent(
            new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true }));
        }""",
        base64.b64encode(file.getvalue()).decode(),
    )
    page.wait_for_timeout(400)
    assert address(page)["d"] == "x"
    assert texts(page, ".bar.best .class") == ["7"]
    assert "28 × 28" in texts(page, ".caption-text")[0]
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    page.locator("input[type=file]").set_input_files(broken)
    page.wait_for_timeout(300)
    assert texts(page, ".caption-text")[0].startswith("This is no picture")


def test_playing_visits_cell_after_cell_and_pauses(show: Open) -> None:
    page = show(cell("conv3", 20, 0, 0, d=5))
    page.locator(".speed").select_option("12")
    page.locator(".play").click()
    settled(page)
    assert page.locator(".play").inner_text().strip() == "Pause"
    page.wait_for_timeout(400)
    page.keyboard.press("Escape")
    settled(page)
    row, col = map(int, address(page)["c"].split(","))
    assert 3 * row + col > 0
    step = trace_of().steps("conv3", 20).at(row, col)
    assert texts(page, ".panel .output-cell") == [fmt.number(step.activated)]
    # What the window has not reached is not shown yet.
    colour = """([row, col]) => {
      const canvas = document.querySelector('.map[data-layer="conv3"] canvas');
      const copy = new OffscreenCanvas(canvas.width, canvas.height);
      const context = copy.getContext("2d", { willReadFrequently: true });
      context.drawImage(canvas, 0, 0);
      const size = canvas.width / 3;
      const { data } = context.getImageData((col + 0.8) * size, (row + 0.8) * size, 1, 1);
      return [...data].slice(0, 3);
    }"""
    assert page.evaluate(colour, [2, 2]) == list(theme.LIGHT.rgb("background"))
    assert page.evaluate(colour, [0, 0]) == list(theme.LIGHT.rgb("zero"))
    page.locator(".play").click()
    page.wait_for_timeout(1400)
    assert address(page)["c"] == "2,2"  # it stops at the last cell
    assert page.evaluate(colour, [2, 2]) != list(theme.LIGHT.rgb("background"))
    assert page.locator(".play").inner_text().strip() == "Play"
    page.locator(".step-back").click()
    settled(page)
    assert address(page)["c"] == "2,1"


def with_weights(filter: int, weights: np.ndarray) -> Network:
    network = Network.load("cnn")
    changed = {name: array.copy() for name, array in network.weights.items()}
    changed["conv1/kernel"][:, :, 0, filter] = weights
    return Network(network.layers, changed, input_shape=network.input_shape)


def test_a_weight_that_is_typed_changes_every_layer(show: Open) -> None:
    page = show(cell("conv1", 28, 17, 12, d=5))
    page.locator('[data-key="weight-4"]').click()
    page.keyboard.type("-0.5")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")  # a step of 0.05
    settled(page)
    weights = Network.load("cnn").weights["conv1/kernel"][:, :, 0, 28].copy()
    weights[1, 1] = np.float32(np.float32(-0.5) + 0.05)
    trace = Trace(with_weights(28, weights), digits.first(5).pixels)
    step = trace.steps("conv1", 28).at(17, 12)
    assert texts(page, ".operands .kernel td") == numbers(step.kernel.ravel())
    assert list(sums(page).values()) == numbers([step.total, step.bias, step.value])
    assert shares(page) == expected_shares(trace)
    # A link has the same kernel; reset gives the trained one back.
    again = show(page.evaluate("location.hash"))
    assert shares(again) == shares(page)
    page.locator('[data-key="kernel-reset"]').click()
    settled(page)
    assert "k" not in address(page)
    assert shares(page) == expected_shares(trace_of())


def test_a_classic_kernel_takes_the_trained_one_s_place(show: Open) -> None:
    page = show(cell("conv1", 28, 17, 12, d=5))
    page.locator('[data-key="classic"]').select_option("sobel-x")
    settled(page)
    sobel = kernels.KERNELS["sobel-x"].weights
    trace = Trace(with_weights(28, sobel), digits.first(5).pixels)
    assert texts(page, ".operands .kernel td") == numbers(sobel.ravel())
    assert shares(page) == expected_shares(trace)


def test_the_dots_of_a_click_on_a_thumbnail_choose_its_map(show: Open) -> None:
    page = show(fragment(d=5))
    page.locator('.thumbs[data-layer="conv1"]').click(position={"x": 5, "y": 5})
    settled(page)
    assert texts(page, '.column[data-layer="pool1"] .which') == ["channel 0 (0–31)"]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    settled(page)
    assert texts(page, '.column[data-layer="conv1"] .which') == ["filter 5 (0–31)"]


def test_the_file_s_own_picture_is_shown_to_the_last_bit(open_page: Open, tmp_path: Path) -> None:
    from convexplain import page as classroom

    pixels = digits.first(2).pixels.copy()
    pixels[3, 3] = np.float32(7) / np.float32(255)
    picture = replace(digits.first(2), pixels=pixels, label=None, origin="mine.png")
    classroom.write(tmp_path / "mine.html", picture, lang="zh", theme="dark")
    page = settled(open_page(tmp_path / "mine.html", viewport={"width": 1920, "height": 1080}))
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    assert page.locator("html").get_attribute("data-theme") == "dark"
    click_cell(page, "conv1", 2, 2, 26, 26)
    step = Trace(Network.load("cnn"), pixels).steps("conv1", int(address(page)["m"])).at(2, 2)
    assert texts(page, ".operands .patch td") == numbers(step.patch.ravel())
    assert address(page)["d"] == "own"
    # A worksheet of that picture links to its cells.
    sheet = worksheet.make(picture, Network.load("cnn"), count=1)
    asked = sheet.exercises[0].cell
    assert asked is not None
    page.evaluate("(hash) => { location.hash = hash; }", sheet.link(asked))
    (title,) = texts(settled(page), "#panel-title")
    assert re.findall(r"\d+", title) == [*map(str, (1, asked.map, asked.row, asked.col))]
    assert address(page)["d"] == "own"


def test_a_phone_shows_the_map_that_is_read_beside_the_one_that_is_written(show: Open) -> None:
    page = show(fragment(d=5), **PHONE)
    assert texts(page, ".column h2") == ["input"]
    page.locator(".tab").nth(3).tap()
    settled(page)
    assert texts(page, ".column h2") == ["pool1", "conv2"]
    at = point_at(page, "conv2", 5, 2, 11, 11)
    page.touchscreen.tap(at["x"], at["y"])
    settled(page)
    found = address(page)
    assert (found["l"], found["c"]) == ("conv2", "5,2")
    step = trace_of().steps("conv2", int(found["m"])).at(5, 2)
    channel = int(np.abs(step.channel_sums).argmax())
    shown = [text.split("\n") for text in texts(page, ".combined td")]
    assert [lines[-1] for lines in shown] == numbers(step.products[..., channel].ravel())
    for lines, x, w in zip(
        shown, step.patch[..., channel].ravel(), step.kernel[..., channel].ravel(), strict=True
    ):
        assert lines[0] == f"{fmt.number(x)} × {fmt.number(w)}"
    page.locator(".combined button").first.tap()
    settled(page)
    assert address(page)["l"] == "pool1"
    page.locator(".tile").nth(5).tap()
    settled(page)
    assert texts(page, ".column h2") == ["conv3", "Answer"]


def test_six_decimals_for_mouse_and_keyboard(show: Open) -> None:
    page = show(cell("conv1", 28, 17, 12, d=5))
    step = trace_of().steps("conv1", 28).at(17, 12)
    exact = [fmt.number(value, 6) for value in step.products.ravel()]
    titles = page.locator(".products td").evaluate_all("(all) => all.map((td) => td.title)")
    assert titles == exact
    page.locator(".walk").focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.key") == "product-0":
            break
    shown = page.locator(".products td").first.evaluate(
        "(td) => getComputedStyle(td, '::after').content"
    )
    assert shown == f'"{exact[0]}"'


def test_leaving_a_cell_shows_all_maps_although_its_map_keeps_the_focus(show: Open) -> None:
    page = show(fragment(d=5))
    bench = page.locator(".chain")
    page.locator('.map[data-layer="conv1"]').focus()
    page.keyboard.press("Enter")
    settled(page)
    assert bench.get_attribute("data-bench") == "panel"
    page.keyboard.press("Escape")
    settled(page)
    assert bench.get_attribute("data-bench") == "overview"
    assert page.evaluate("document.activeElement.dataset.layer") == "conv1"
    page.keyboard.press("ArrowRight")
    settled(page)
    assert bench.get_attribute("data-bench") == "panel"
    page.keyboard.press("Enter")
    settled(page)
    page.go_back()
    page.wait_for_function("location.hash.includes('v=over')")
    settled(page)
    settled(page)
    assert bench.get_attribute("data-bench") == "overview"
