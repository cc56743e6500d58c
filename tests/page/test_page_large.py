"""Large kernels, pools and names: what is printed can be read, and the rest is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from convexplain.data import digits
from convexplain.data.recipe import Recipe
from convexplain.network import (
    AveragePooling2D,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Network,
    Trace,
)
from convexplain.page import write
from convexplain.style import format as fmt
from convexplain.style.captions import Caption
from tests.often import covering
from tests.page.conftest import Contexts, Visits
from tests.page.looking import SCREENS, cell, fragment, out_of_view, settled, texts

Open = Callable[..., Page]

LAYERS = (
    Conv2D("conv1", 5, 7, activation="relu"),
    Conv2D("conv2", 4, 5, activation="relu"),
    Conv2D("conv3", 4, 7, 2, padding="same"),
    Conv2D("conv4", 3, 4),
    GlobalAveragePooling2D("global"),
    Dense("dense", 10, "softmax"),
)
CELLS = {
    "7 x 7 on a picture": cell("conv1", 3, 9, 9),
    "5 x 5 on maps": cell("conv2", 1, 5, 5),
    "7 x 7 on maps": cell("conv3", 3, 4, 5),
    "4 x 4 on maps": cell("conv4", 1, 2, 2),
    "an average of 6 x 6": cell("global", 2, 0, 0),
    "7 x 7 to try": fragment(v="windows", pg="conv.7.1.valid.1.all.9.12"),
    "5 x 5 to stamp": fragment(v="windows", pg="transposed.5.2.valid.1.all.9.12"),
    "6 x 6 to pool": fragment(v="windows", pg="max.6.1.valid.1.all.9.12"),
}
#: As wide as a phone, in the window that shows the wide screens, too: to open another costs more.
NARROW = {"viewport": SCREENS["phone"]["viewport"]}
#: Numbers smaller than 11 px, or wider than their cells; and tables that lie over one another.
UNREADABLE = """() => {
  const shown = (all) => [...document.querySelectorAll(all)].filter((e) => e.checkVisibility());
  const printed = (e) => parseFloat(getComputedStyle(e).fontSize) > 0;
  const small = shown(".numbers td, .numbers b").filter(printed).flatMap((e) => {
    const words = document.createRange();
    words.selectNodeContents(e);
    const [inner, outer] = [words, e.closest("td")].map((one) => one.getBoundingClientRect());
    const size = parseFloat(getComputedStyle(e).fontSize);
    return size >= 11 && inner.width <= outer.width ? [] : [`${e.textContent}: ${size}`];
  });
  const boxes = shown(".panel-body .numbers table, .panel-body .sum, .panel-body .contributions ul")
    .map((e) => e.getBoundingClientRect());
  const over = boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => (
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1
  )).map((b) => `${a.x} ${a.y} over ${b.x} ${b.y}`));
  const panel = document.querySelector(".panel").getBoundingClientRect();
  const out = boxes.filter((box) => box.right > panel.right + 1).map((box) => `to ${box.right}`);
  return [...small, ...over, ...out];
}"""


#: What sticks out of the panel to the right, or lies over the note at its foot.
OUT_OF_PANEL = """() => {
  const panel = document.querySelector(".panel").getBoundingClientRect();
  return [...document.querySelectorAll(".panel-head > *, .softmax, .sum")].filter((e) => {
    const box = e.getBoundingClientRect();
    return box.right > panel.right || box.bottom > panel.bottom;
  }).map((e) => e.className);
}"""


@pytest.fixture(scope="module")
def network() -> Network:
    return Network.initialised(LAYERS, input_shape=(28, 28, 1), seed=3)


@pytest.fixture(scope="module")
def show(
    contexts: Contexts, tmp_path_factory: pytest.TempPathFactory, network: Network
) -> Iterator[Open]:
    path = tmp_path_factory.mktemp("large") / "large.html"
    write(path, network=network, model="large")
    with Visits(contexts, path) as visits:
        yield visits.to


@pytest.mark.parametrize(("where", "screen"), covering([*CELLS], [*SCREENS]))
def test_numbers_of_large_windows_can_be_read(show: Open, where: str, screen: str) -> None:
    page = show(CELLS[where], **SCREENS[screen])
    assert page.evaluate(UNREADABLE) == []
    width = SCREENS[screen]["viewport"]["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_of_a_large_kernel_the_product_that_is_pointed_at_is_told(
    show: Open, network: Network
) -> None:
    trace = Trace(network, digits.sample(100).pixels)
    patch = trace.image[9:16, 9:16, 0]
    kernel = network.weights["conv1/kernel"][:, :, 0, 3]
    page = show(cell("conv1", 3, 9, 9, d=5), **SCREENS["1366"])

    def told(row: int, col: int) -> list[str]:
        one, weight = float(patch[row, col]), float(kernel[row, col])
        times = f"{fmt.number(one)} × {fmt.number(weight)} = {fmt.number(one * weight)}"
        return [f"row {9 + row}, column {9 + col} {times}"]

    largest = np.unravel_index(np.abs(patch * kernel).argmax(), patch.shape)
    assert said(page) == told(*map(int, largest))
    for table, row, col in ((".patch", 3, 2), (".kernel", 1, 6), (".products", 5, 0)):
        page.locator(f".operands {table} td").nth(7 * row + col).hover()
        assert said(page) == told(row, col)
        assert page.locator(".operands td.pointed").count() == 3
    page.locator('[data-key="product-11"]').focus()
    assert said(page) == told(1, 4)


def said(page: Page) -> list[str]:
    return [" ".join(text.split()) for text in texts(page, ".told")]


def test_a_hidden_product_is_not_told(show: Open) -> None:
    where = cell("conv3", 3, 4, 5, d=5, h="product").replace("v=pin", "v=predict")
    page = show(where, **SCREENS["1366"])
    (text,) = said(page)
    assert text.endswith("= ?")
    page.keyboard.press("r")
    (text,) = said(settled(page))
    assert not text.endswith("?")


def test_a_weight_without_room_for_its_number_can_be_typed(show: Open) -> None:
    page = show(cell("conv3", 3, 4, 5, d=5), **SCREENS["1366"])
    page.locator('[data-key="weight-8"]').click()
    field = page.locator("input[data-key='weight-8']")
    box: Any = field.bounding_box()
    assert box["width"] >= 30
    assert float(field.evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)")) >= 11
    field.fill("1.5")
    page.keyboard.press("Enter")
    settled(page)
    page.locator(".operands .kernel td").nth(8).hover()
    assert "× 1.50 =" in said(page)[0]


def test_of_a_pool_with_a_great_many_numbers_each_is_told(
    contexts: Contexts, tmp_path: Any
) -> None:
    layers = (AveragePooling2D("pool", 14), Flatten("flatten"), Dense("dense", 10, "softmax"))
    network = Network.initialised(layers, input_shape=(28, 28, 1), seed=3)
    write(tmp_path / "x.html", network=network, model="pool")
    read = digits.sample(100).pixels[14:28, :14, 0]
    row, col = (int(n) for n in np.unravel_index(read.argmax(), read.shape))
    told = f"Pixel, row {14 + row}, column {col}: {fmt.number(float(read[row, col]))}"
    with Visits(contexts, tmp_path / "x.html") as visits:
        for screen in (SCREENS["1366"], NARROW):
            page = visits.to(cell("pool", 0, 1, 0, d=5), **screen)
            assert page.evaluate(UNREADABLE) == []
            page.locator(".pooled td").nth(14 * row + col).hover()
            assert said(page) == [told]


def test_long_names_of_classes_leave_everything_in_its_place(
    contexts: Contexts, tmp_path: Any
) -> None:
    names = tuple(
        Caption(en=f"long-legged wading bird of kind {n}", zh=f"长腿涉禽（第 {n} 种，北方亚种）")
        for n in range(120)
    )
    layers = (
        Conv2D("conv", 4, 3),
        GlobalAveragePooling2D("global"),
        Dense("dense", 120, "softmax"),
    )
    made = Network.initialised(layers, input_shape=(28, 28, 1), seed=3)
    recipe = Recipe((28, 28), "gray", classes=names)
    named = Network(made.layers, dict(made.weights), input_shape=(28, 28, 1), recipe=recipe)
    write(tmp_path / "x.html", network=named, model="names")
    with Visits(contexts, tmp_path / "x.html") as visits:
        for lang in ("en", "zh"):
            where = cell("dense", 7, 0, 0, lang=lang)
            page = visits.to(where, **SCREENS["1366"])
            assert page.evaluate(OUT_OF_PANEL) == []
            assert page.locator(".softmax th[title]").first.get_attribute("title") in {
                getattr(name, lang) for name in names
            }
            page = visits.to(fragment(lang=lang), **NARROW)
            first = page.locator(".caption .step").first.bounding_box()
            assert first is not None
            assert first["width"] > 90  # its words side by side
            assert page.locator(".caption-answer").evaluate("(e) => e.scrollHeight") < 30


def test_a_finger_s_first_tap_tells_a_product_and_its_second_goes_back(show: Open) -> None:
    page = show(cell("conv3", 3, 4, 5, d=5), **SCREENS["phone"])
    before = said(page)
    stays = page.evaluate("location.hash")
    product = page.locator('[data-key="combined-11"]')
    product.tap()
    assert said(settled(page)) != before
    assert page.evaluate("location.hash") == stays
    assert page.evaluate(
        """() => document.querySelector(".told").getBoundingClientRect().bottom
        <= document.querySelector(".combined td").getBoundingClientRect().top"""
    )
    assert out_of_view(page, ".told", ".result .output-cell") == []
    product.tap()
    assert "l=conv2" in settled(page).evaluate("location.hash")
    page = show(cell("conv3", 3, 4, 5, d=5), **SCREENS["phone"])
    page.locator('[data-key="combined-11"]').focus()
    page.keyboard.press("Enter")
    assert "l=conv2" in settled(page).evaluate("location.hash")


#: Names of layers that reach out of their columns, or stand higher than others.
NAMES_OUT = """() => [...document.querySelectorAll(".column")].filter((column) => {
  const [outer, name] = [column, column.querySelector("h2 > .term")]
    .map((e) => e.getBoundingClientRect());
  return outer.width > 0 && name.right > outer.right + 0.5;
}).map((column) => column.dataset.layer)"""
FRAMES = """() => [...document.querySelectorAll(".column:is(.of-map, .of-picture) .frame")]
  .map((e) => Math.round(e.getBoundingClientRect().bottom))"""


def test_long_names_of_layers_leave_everything_in_its_place(
    contexts: Contexts, tmp_path: Any
) -> None:
    layers: list[Any] = []
    for n in range(5):
        layers.append(Conv2D(f"convolution_of_block_{n}", 8, 3, activation="relu"))
        layers.append(AveragePooling2D(f"average_pooling_{n}", 2, 1))
    layers += [GlobalAveragePooling2D("global"), Dense("dense", 10, "softmax")]
    for length in (4, len(layers) - 2):
        made = Network.initialised(
            (*layers[:length], *layers[-2:]), input_shape=(28, 28, 1), seed=3
        )
        write(tmp_path / f"{length}.html", network=made, model="names")
        with Visits(contexts, tmp_path / f"{length}.html") as visits:
            page = visits.to(fragment(d=5), **SCREENS["1366"])
            assert page.evaluate(NAMES_OUT) == []
            assert len(set(page.evaluate(FRAMES))) == 1
            assert out_of_view(page, ".caption-text", '[data-key="tour-start"]') == []
            page = visits.to(cell("convolution_of_block_1", 3, 4, 5, d=5), **SCREENS["1366"])
            assert page.evaluate(OUT_OF_PANEL) == []
            page = visits.to(cell("convolution_of_block_1", 3, 4, 5, d=5), **NARROW)
            walk, back = (page.locator(f'[data-key="{key}"]') for key in ("walk", "back"))
            assert walk.bounding_box()["y"] == back.bounding_box()["y"]  # type: ignore[index]


def test_of_seven_maps_an_upright_tablet_has_the_answer_beside_the_last(
    contexts: Contexts, tmp_path: Any
) -> None:
    layers = (
        *(Conv2D(f"conv{n}", 4, 3, activation="relu") for n in range(5)),
        GlobalAveragePooling2D("global"),
        Dense("dense", 10, "softmax"),
    )
    made = Network.initialised(layers, input_shape=(28, 28, 1), seed=3)
    write(tmp_path / "x.html", network=made, model="seven")
    with Visits(contexts, tmp_path / "x.html") as visits:
        page = visits.to(cell("conv3", 2, 3, 3, d=5), **SCREENS["upright"])
        tops = page.locator(".column").evaluate_all(
            "(all) => all.map((e) => Math.round(e.getBoundingClientRect().top))"
        )
        assert len(set(tops)) == 2
        assert out_of_view(page, ".panel .result", ".contributions") == []
