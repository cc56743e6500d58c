"""Any network on the page: photographs in colour, other sizes, class names, other endings."""

from __future__ import annotations

import base64
import io
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from convexplain.data import photographs
from convexplain.data.pictures import Picture
from convexplain.data.recipe import Recipe
from convexplain.lessons.parts.subject import Subject
from convexplain.network import (
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Network,
    Trace,
)
from convexplain.page import data
from convexplain.style import format as fmt
from convexplain.style.captions import Caption
from tests.page.conftest import Contexts, Visits
from tests.page.handle import app_page
from tests.page.looking import (
    DESK,
    PHONE,
    SCREENS,
    address,
    cell,
    fragment,
    out_of_view,
    settled,
    sparing,
    sums,
    texts,
)

Open = Callable[..., Page]


def saved(path: Path, network: Network) -> Path:
    path.write_text(app_page(network), encoding="utf-8")
    return path


OUTPUTS = """() => Object.fromEntries([...window.app.model.trace.outputs].map(([name, values]) => {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return [name, btoa(text)];
}))"""


def outputs(page: Page) -> dict[str, np.ndarray]:
    found: dict[str, str] = page.evaluate(OUTPUTS)
    return {name: np.frombuffer(base64.b64decode(text), np.float32) for name, text in found.items()}


def assert_equal(found: dict[str, np.ndarray], trace: Trace) -> None:
    np.testing.assert_array_equal(found["input"], trace.image.ravel())
    for name, expected in trace.activations.items():
        limit = float(np.abs(expected).max())
        np.testing.assert_allclose(found[name], expected.ravel(), rtol=0, atol=1e-6 * limit)


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("photo") / "photo.html", Network.load("photo"))


@pytest.fixture(scope="module")
def photos(contexts: Contexts, photo: Path) -> Iterator[Visits]:
    with Visits(contexts, photo) as visits:
        yield visits


@pytest.fixture
def show(photos: Visits) -> Iterator[Open]:
    """Show an address in a page of the network of photographs that stays open."""
    yield photos.to
    photos.done()


def test_a_photograph_is_read_as_the_core_reads_it(show: Open) -> None:
    page = show(fragment())
    network = Network.load("photo")
    subject = Subject(network, photographs.load("cat"), "photo")
    assert_equal(outputs(page), subject.trace)
    best = subject.trace.prediction
    assert network.class_name(best).en == "cat"
    assert texts(page, ".bar.best .class") == ["cat"]
    # The other photograph, shifted: what comes in is black.
    page.locator('.digit[data-digit="1"]').click()
    page.locator(".shift.right").click()
    settled(page)
    pixels = Subject(network, photographs.load("rocket"), "photo").picture.pixels
    moved = np.zeros_like(pixels)
    moved[:, 1:] = pixels[:, :-1]
    assert_equal(outputs(page), Trace(network, network.reading.scaled(moved)))


def test_the_cat_is_shown_in_its_colours(show: Open) -> None:
    page = show(fragment())
    pixels = Subject(Network.load("photo"), photographs.load("cat"), "photo").picture.pixels
    found = page.evaluate(
        """() => {
          const small = Object.assign(document.createElement("canvas"), { width: 32, height: 32 });
          const context = small.getContext("2d", { willReadFrequently: true });
          context.drawImage(window.app.chain.picture.small, 0, 0);
          return [...context.getImageData(0, 0, 32, 32).data];
        }"""
    )
    shown = np.array(found).reshape(32, 32, 4)[:, :, :3]
    np.testing.assert_allclose(shown, 255 * pixels, atol=0.51)


def test_a_cell_of_a_photograph_is_explained_by_channels(show: Open) -> None:
    page = show(cell("conv1", 3, 10, 12, d=0))
    network = Network.load("photo")
    trace = Subject(network, photographs.load("cat"), "photo").trace
    step = trace.steps("conv1", 3).at(10, 12)
    channel = int(np.abs(step.channel_sums).argmax())
    assert texts(page, ".operands .patch td") == [
        fmt.number(n) for n in step.patch[:, :, channel].ravel()
    ]
    values = list(sums(page).values())
    assert values[0] == fmt.number(step.channel_sums[channel])
    assert values[-1] == fmt.number(step.value)
    page.locator(".walk").click()
    settled(page)
    assert address(page)["l"] == "input"
    assert address(page)["m"] == str(channel)
    assert any("of 255" in text for text in texts(page, ".notes li"))


@pytest.mark.parametrize("screen", ["phone", "upright"])
def test_of_a_long_chain_a_cell_is_in_view_with_its_maps_and_its_tab(
    show: Open, screen: str
) -> None:
    page = show(cell("dense1", 5, 0, 0), **SCREENS[screen])
    page = show(cell("conv4", 84, 3, 4), **SCREENS[screen])
    parts = (
        '.tab[aria-current="true"]', '[data-layer="conv3"] canvas', '[data-layer="conv4"] canvas',
        ".panel .output-cell", ".kernel .over select",
    )  # fmt: skip
    assert out_of_view(page, *parts) == []
    assert page.locator(".kernel .over select").bounding_box()["width"] > 80  # type: ignore[index]
    # No name of a layer lies over the next one's.
    boxes = [tab.bounding_box() for tab in page.locator(".tab").all()]
    ends = [(box["x"], box["x"] + box["width"], box["y"]) for box in boxes if box]
    for (_, end, row), (start, _, below) in itertools.pairwise(ends):
        assert end <= start + 1 or below > row
    width = SCREENS[screen]["viewport"]["width"]  # type: ignore[index]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_photograph_of_one_s_own_is_framed_as_the_recipe_says(show: Open) -> None:
    page = show(fragment())
    pixels = np.random.default_rng(3).integers(0, 256, (48, 80, 3)).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    page.evaluate(
        """async (text) => {
          const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
          await window.app.controls.opened(new File([bytes], "mine.png", { type: "image/png" }));
        }""",
        base64.b64encode(file.getvalue()).decode(),
    )
    settled(page)
    network = Network.load("photo")
    fitted = network.reading.fit(Picture(pixels / np.float32(255), None, "mine")).pixels
    # The page keeps one's own pictures in bytes, as its address does.
    kept = np.rint(fitted * 255) / np.float32(255)
    np.testing.assert_allclose(
        outputs(page)["input"], network.reading.scaled(kept.astype(np.float32)).ravel(), atol=1.01
    )
    link, seen = page.evaluate("location.hash"), texts(page, ".bar .share")
    assert texts(show(link), ".bar .share") == seen


def named(names: int, colour: str, **recipe: Any) -> Recipe:
    classes = tuple(Caption(en=f"thing {n}", zh=f"东西 {n}") for n in range(names))
    size = recipe.pop("size", (20, 24))
    return Recipe(size, colour, classes=classes, **recipe)  # type: ignore[arg-type]


CASES: dict[str, tuple[Any, Recipe]] = {
    "three classes of a wide picture in colour, scaled by channel": (
        (Conv2D("c", 4, 3), MaxPooling2D("p", 2), Flatten("f"), Dense("d", 3, "softmax")),
        named(3, "rgb", mean=(0.4, 0.5, 0.3), std=(0.2, 0.3, 0.25)),
    ),
    "logits of many classes": (
        (Conv2D("c", 3, 5), GlobalAveragePooling2D("g"), Dense("d", 40)),
        named(40, "gray", scale=255.0),
    ),
    "one sigmoid for two classes": (
        (Conv2D("c", 3, 3), Flatten("f"), Dense("d", 1, "sigmoid")),
        named(2, "gray"),
    ),
    "digits of another size": (
        (Conv2D("c", 3, 5), MaxPooling2D("p", 2), Flatten("f"), Dense("d", 10, "log_softmax")),
        Recipe((32, 32), "gray", mean=(0.13,), std=(0.31,)),
    ),
}


@pytest.mark.parametrize("case", sparing(CASES, next(iter(CASES))))
def test_other_sizes_names_and_endings_are_shown_with_the_core_s_numbers(
    contexts: Contexts, tmp_path: Path, case: str
) -> None:
    layers, recipe = CASES[case]
    made = Network.initialised(layers, input_shape=recipe.shape, seed=5)
    network = Network(made.layers, dict(made.weights), input_shape=recipe.shape, recipe=recipe)
    with Visits(contexts, saved(tmp_path / "x.html", network)) as visits:
        shows(visits, network, recipe)


def shows(visits: Visits, network: Network, recipe: Recipe) -> None:
    """Ask whether a page shows what the core computes, everything on both screens."""
    offered = data.pictures(network).pixels[0]
    page = visits.to(fragment())
    trace = Trace(network, recipe.scaled(offered))
    assert_equal(outputs(page), trace)
    shares = trace.probabilities
    best = np.argsort(-shares, kind="stable")[:10]
    shown = sorted(best) if len(shares) <= 10 else best
    assert texts(page, ".bar .class") == [network.class_name(int(k)).en for k in shown]
    assert texts(page, ".bar .share") == [fmt.probability(float(shares[k])) for k in shown]
    # Every part can be asked for, on a wide and on a narrow screen, in both languages.
    narrow = {"viewport": PHONE["viewport"]}
    for options in (DESK, narrow):
        for where in (cell("c", 1, 3, 4), cell("d", 0, 0, 0), fragment(v="erase", lang="zh")):
            seen = visits.to(where, **options)
            width = seen.viewport_size["width"]  # type: ignore[index]
            assert seen.evaluate("document.documentElement.scrollWidth") <= width
            assert texts(seen, ".caption-text")[0]


@pytest.mark.soak
def test_the_tour_goes_through_a_photograph(show: Open) -> None:
    page = show(fragment())
    page.locator('[data-key="tour-start"]').click()
    said = []
    while page.locator('[data-key="tour-next"]').count():
        said.append(texts(page, ".caption-text")[0])
        page.locator('[data-key="tour-next"]').click()
        settled(page)
    assert len(said) == len(set(said)) == 6
    assert "cat" in said[-1]
