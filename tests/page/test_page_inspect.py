"""The chain and the panel: what is shown of any cell is what the Python core computes of it."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page

from convexplain.paper import link
from convexplain.style import format as fmt
from convexplain.style import theme
from tests.often import later, some
from tests.page.looking import (
    address,
    cell,
    click_cell,
    fragment,
    numbers,
    point_at,
    settled,
    sparing,
    sums,
    texts,
    trace_of,
)

Open = Callable[..., Page]


def test_every_layer_has_a_column_with_its_name_and_shape(show: Open) -> None:
    page = show(fragment(d=5))
    names = ["input", "conv1", "pool1", "conv2", "pool2", "conv3", "Answer"]
    assert texts(page, ".column h2") == names
    shapes = ["28 × 28"]
    trace = trace_of()
    shapes += [fmt.shape(trace.activations[name].shape) for name in names[1:-1]]
    assert texts(page, ".column .shape")[:-1] == shapes


@pytest.mark.parametrize("digit", some([8, 0, 5], 1))
def test_the_ten_probabilities_are_the_core_s(show: Open, digit: int) -> None:
    page = show(fragment(d=digit))
    expected = [fmt.probability(p) for p in trace_of(digit).probabilities]
    assert texts(page, ".bar .share") == expected


@pytest.mark.parametrize("look", sparing(["light", "dark"], "dark"))
@pytest.mark.parametrize(
    ("layer", "filter"), [("conv3", 20), later("conv1", 28), later("pool2", 3)]
)
def test_the_cells_of_a_map_have_the_theme_s_colours(
    show: Open, look: str, layer: str, filter: int
) -> None:
    page = show(fragment(d=5, f=f"{layer}.{filter}", th=look))
    trace = trace_of()
    conv = layer.replace("pool", "conv")
    limit = float(np.abs(trace.activations[conv]).max())
    values = trace.activations[layer][:, :, filter]
    expected = theme.THEMES[look].signed(values, limit)
    found = page.evaluate(
        """([layer, rows, cols]) => {
          const canvas = document.querySelector(`.map[data-layer="${layer}"] canvas`);
          const { width, height } = canvas;
          const copy = new OffscreenCanvas(width, height);
          const context = copy.getContext("2d", { willReadFrequently: true });
          context.drawImage(canvas, 0, 0);
          const { data } = context.getImageData(0, 0, width, height);
          const dots = width / cols;
          return [...Array(rows * cols).keys()].map((i) => {
            // Above the number, below the grid's line.
            const x = Math.floor((i % cols + 0.8) * dots);
            const y = Math.floor((Math.floor(i / cols) + 0.8) * dots);
            return [...data.slice(4 * (y * width + x), 4 * (y * width + x) + 3)];
          });
        }""",
        [layer, *values.shape],
    )
    np.testing.assert_array_equal(np.array(found).reshape(expected.shape), expected)


def test_one_scale_a_layer_or_one_a_map(show: Open) -> None:
    page = show(fragment(d=5, f="conv2.3"))
    trace = trace_of()
    bar = '.column[data-layer="conv2"] .scale'
    assert texts(page, bar)[0].split("\n")[-1] == fmt.number(trace.activations["conv2"].max())
    page.locator(bar).click()
    settled(page)
    of_map = fmt.number(trace.activations["conv2"][:, :, 3].max())
    assert texts(page, bar)[0].split("\n")[-1] == of_map
    # A pool keeps its convolution's range.
    assert texts(page, '.column[data-layer="pool2"] .scale')[0].split("\n")[-1] == of_map
    assert address(page)["scale"] == "map"


def test_no_number_is_preset_in_two_layers_that_are_not_pooled(show: Open) -> None:
    shown = texts(show(fragment(d=5)), ".column.of-map .which")
    numbers_shown = [text.split()[1] for text in shown]
    assert numbers_shown[0] == numbers_shown[1]
    assert numbers_shown[2] == numbers_shown[3]
    assert len(set(numbers_shown)) == 3


@pytest.mark.parametrize(("filter", "row", "col"), [(28, 17, 12), (0, 10, 15), (5, 0, 0)])
def test_a_cell_of_conv1_shows_its_whole_arithmetic(
    show: Open, filter: int, row: int, col: int
) -> None:
    page = show(cell("conv1", filter, row, col, d=5))
    step = trace_of().steps("conv1", filter).at(row, col)
    assert texts(page, "#panel-title") == [f"conv1, filter {filter}: row {row}, column {col}"]
    assert texts(page, ".operands .patch td") == numbers(step.patch.ravel())
    assert texts(page, ".operands .kernel td") == numbers(step.kernel.ravel())
    assert texts(page, ".operands .products td") == numbers(step.products.ravel())
    assert list(sums(page).values()) == numbers([step.total, step.bias, step.value])
    assert texts(page, ".panel .output-cell") == [fmt.number(step.activated)]


@pytest.mark.parametrize(
    ("layer", "filter", "row", "col"),
    [("conv3", 20, 1, 2), later("conv2", 3, 5, 2), later("conv3", 0, 2, 0)],
)
def test_a_deeper_cell_shows_its_largest_channels_and_the_others(
    show: Open, layer: str, filter: int, row: int, col: int
) -> None:
    page = show(cell(layer, filter, row, col, d=5))
    step = trace_of().steps(layer, filter).at(row, col)
    order = np.argsort(-np.abs(step.channel_sums), kind="stable")
    rows = [text.split("\n") for text in texts(page, ".contributions li")]
    assert [row[0] for row in rows] == [f"channel {c}" for c in order[:5]]
    assert [row[-1] for row in rows] == numbers(step.channel_sums[order[:5]])
    others = step.total - step.channel_sums[order[:5]].sum()
    assert texts(page, ".rest .value") == [fmt.number(others)]
    largest = order[0]
    assert texts(page, ".operands .products td") == numbers(step.products[..., largest].ravel())
    shown = list(sums(page).values())
    rest = step.total - step.channel_sums[largest]
    assert shown == numbers([step.channel_sums[largest], rest, step.bias, step.value])
    assert texts(page, ".panel .output-cell") == [fmt.number(step.activated)]
    # Another channel's products, by its row.
    page.get_by_role("button", name=f"channel {order[3]} ").first.click()
    settled(page)
    assert texts(page, ".operands .products td") == numbers(step.products[..., order[3]].ravel())
    page.locator(".rest").click()
    settled(page)
    assert len(texts(page, ".contributions li")) == step.channel_sums.size


@pytest.mark.parametrize(("filter", "row", "col"), [(3, 4, 2), (28, 1, 3), (0, 0, 0)])
def test_a_pooled_cell_shows_its_four_numbers_and_the_winner(
    show: Open, filter: int, row: int, col: int
) -> None:
    page = show(cell("pool2", filter, row, col, d=5))
    step = trace_of().steps("pool2", filter).at(row, col)
    assert texts(page, ".pooled td") == numbers(step.patch.ravel())
    assert texts(page, ".panel .output-cell") == [fmt.number(step.value)]
    framed = page.locator(".pooled td").evaluate_all(
        "(cells) => cells.findIndex((cell) => cell.classList.contains('framed'))"
    )
    assert step.argmax is not None
    assert framed == (step.argmax[0] - 2 * row) * 2 + step.argmax[1] - 2 * col
    if not step.patch.any():
        assert "All 4 are 0." in texts(page, ".notes li")


@pytest.mark.parametrize("k", [5, 3])
def test_an_answer_shows_its_largest_inputs_its_logit_and_the_softmax(show: Open, k: int) -> None:
    page = show(cell("dense", k, 0, 0, d=5))
    trace = trace_of()
    parts = trace.addends(trace.network.layer("dense"), (0, 0, k))
    order = np.argsort(-np.abs(parts.products), kind="stable")[:5]
    rows = [text.split("\n") for text in texts(page, ".contributions li")]
    assert [row[-1] for row in rows] == numbers(parts.products[order])
    places = [np.unravel_index(i, (3, 3, 128)) for i in order]
    assert [row[0] for row in rows] == [f"conv3[{r}, {col}, {c}]" for r, col, c in places]
    few = parts.products[order].sum()
    shown = [few, parts.products.sum() - few, parts.bias, trace.logits[k]]
    assert list(sums(page).values()) == numbers(shown)
    z = trace.logits.astype(np.float64)
    less = z - z.max()
    table = [text.split("\t") for text in texts(page, ".softmax tbody tr")]
    assert [row[1] for row in table] == numbers(z)
    assert [row[2] for row in table] == numbers(less)
    assert [row[4] for row in table] == [fmt.probability(p) for p in trace.probabilities]
    assert texts(page, ".softmax tfoot td")[2] == fmt.number(np.exp(less).sum())


def test_pointing_shows_a_cell_and_leaving_brings_the_maps_back(show: Open) -> None:
    page = show(fragment(d=5))
    page.mouse.move(**point_at(page, "conv1", 17, 12, 26, 26))
    settled(page)
    step = trace_of().steps("conv1", 28).at(17, 12)
    assert texts(page, ".panel .output-cell") == [fmt.number(step.activated)]
    assert page.locator(".window:not([hidden])").count() == 2
    page.mouse.move(5, 5)
    page.wait_for_selector(".thumbs >> nth=0", state="visible")
    assert not page.locator(".panel").is_visible()


def test_a_click_keeps_the_cell_and_the_address_names_it_from_0(show: Open) -> None:
    page = show(fragment(d=5))
    click_cell(page, "conv1", 17, 12, 26, 26)
    page.mouse.move(5, 5)
    page.wait_for_timeout(150)
    assert texts(page, "#panel-title") == ["conv1, filter 28: row 17, column 12"]
    found = address(page)
    assert (found["l"], found["m"], found["c"], found["v"]) == ("conv1", "28", "17,12", "pin")


def test_the_window_s_outline_lies_on_the_cells_that_are_read(show: Open) -> None:
    page = show(cell("conv3", 20, 1, 2, d=5))
    network = trace_of().network
    boxes = {
        name: page.locator(f'.map[data-layer="{name}"] canvas').bounding_box()
        for name in ("input", "conv1", "pool1", "conv2", "pool2", "conv3")
    }
    outlines = [mark.bounding_box() for mark in page.locator(".window:not([hidden])").all()]
    assert len(outlines) == 6
    field = network.receptive_field("conv3").box(1, 2)
    on_input, box = outlines[0], boxes["input"]
    assert on_input is not None
    assert box is not None
    size = box["width"] / 28
    found = [
        round((on_input["y"] - box["y"]) / size),
        round((on_input["x"] - box["x"]) / size),
        round((on_input["y"] + on_input["height"] - box["y"]) / size),
        round((on_input["x"] + on_input["width"] - box["x"]) / size),
    ]
    assert found == [field.top, field.left, field.bottom, field.right]


def test_the_way_back_leads_from_the_answer_to_a_pixel_and_forwards_again(show: Open) -> None:
    page = show(fragment(d=5))
    page.locator(".bar").nth(5).click()
    settled(page)
    layers = []
    while page.locator(".walk").count():
        layers.append(address(page)["l"])
        page.locator(".walk").click()
        settled(page)
    assert layers == ["dense", "conv3", "pool2", "conv2", "pool1", "conv1"]
    found = address(page)
    assert found["l"] == "input"
    trace = trace_of()
    # The same way in Python: the largest product, the pool's winner.
    at: tuple[str, tuple[int, int, int]] = ("dense", (0, 0, 5))
    way = []
    for name, before in (
        ("dense", "conv3"),
        ("conv3", "pool2"),
        ("pool2", "conv2"),
        ("conv2", "pool1"),
        ("pool1", "conv1"),
        ("conv1", "input"),
    ):
        way.append(at)
        at = (before, stronger(trace, name, at[1]))
    row, col, channel = at[1]
    assert (found["c"], found["m"]) == (f"{row},{col}", str(channel))
    trail = "~".join(f"{name}.{c}.{row}.{col}" for name, (row, col, c) in way)
    assert found["t"] == trail
    value = float(trace.image[row, col, 0])
    assert texts(page, ".panel .output-cell") == [fmt.number(value)]
    # The browser's own Back, then a crumb, then the key.
    page.go_back()
    settled(page)
    assert address(page)["l"] == "conv1"
    page.locator(".crumbs button").last.click()
    settled(page)
    assert address(page)["l"] == "pool1"
    page.keyboard.press("Backspace")
    settled(page)
    assert address(page)["l"] == "conv2"
    # The three dots lead to where one began.
    page.locator(".crumbs button").first.click()
    settled(page)
    assert address(page)["l"] == "dense"


def stronger(trace: object, name: str, at: tuple[int, int, int]) -> tuple[int, int, int]:
    """Where the largest contribution to a cell comes from, as the panel chooses it."""
    layer = trace.network.layer(name)  # type: ignore[attr-defined]
    row, col, channel = at
    if name == "dense":
        parts = trace.addends(layer, (0, 0, channel))  # type: ignore[arg-type]
        best = int(np.argmax(np.abs(parts.products)))
        r, c, k = np.unravel_index(best, (3, 3, 128))
        return int(r), int(c), int(k)
    step = trace.steps(name, channel).at(row, col)  # type: ignore[attr-defined]
    if name.startswith("pool"):
        return (*step.argmax, channel)
    # Of the largest channel the largest product.
    k = int(np.argmax(np.abs(step.channel_sums)))
    i, j = np.unravel_index(int(np.argmax(np.abs(step.products[..., k]))), step.products.shape[:2])
    return step.input_rows[i], step.input_cols[j], k


def test_a_cell_that_nothing_reads_says_so(show: Open) -> None:
    page = show(cell("conv2", 3, 10, 2, d=5))
    assert texts(page, ".caption-text") == [
        "pool2 never reads this cell: it changes nothing in the answer."
    ]
    # pool1 keeps the last columns of conv1 in its own, which only the unread ones of conv2 read.
    page = show(cell("conv1", 3, 10, 25, d=5))
    assert texts(page, ".caption-text") == [
        "What pool1 makes of this cell is read no further: it changes nothing in the answer."
    ]


@pytest.mark.parametrize(
    "bad",
    [
        "#d=77&l=conv9&m=1&c=0,0",
        "#l=conv1&m=32&c=0,0&v=pin",
        "#l=conv1&m=1&c=26,0",
        "#c=%zz&d=%%",
        "#t=<img src=x>&k=conv1.0.99:1,2&p=*",
        "#d=x&p=AAAA",
        "#s=99,0&n=7&e=1.2&z=conv1.99.0.0",
    ],
)
def test_a_broken_address_falls_back_to_the_opening(show: Open, bad: str) -> None:
    page = show(bad)
    assert texts(page, ".column h2")[0] == "input"
    assert not page.locator(".panel").is_visible()
    assert texts(page, ".bar .share") == [fmt.probability(p) for p in trace_of().probabilities]
    assert page.locator("img").count() == 0


def test_the_links_that_worksheets_print_open_their_cell(show: Open) -> None:
    page = show(link.fragment({"d": 5, "i": 3, "l": "pool1", "m": 7, "c": (4, 5)}))
    assert address_of(page) == ("pool1", "7", "4,5")
    step = trace_of(5, 3).steps("pool1", 7).at(4, 5)
    assert texts(page, ".pooled td") == numbers(step.patch.ravel())


def address_of(page: Page) -> tuple[str, str, str]:
    """Layer, map and cell as the panel's title names them."""
    found = re.match(
        r"(\w+)\W+(?:filter|channel|通道|过滤器) (\d+)\D+(\d+)\D+(\d+)",
        texts(page, "#panel-title")[0],
    )
    assert found is not None
    return found[1], found[2], f"{found[3]},{found[4]}"


def test_keys_that_are_not_known_stay_in_the_address(show: Open) -> None:
    page = show(fragment(d=5, lesson="today"))
    click_cell(page, "conv1", 3, 4, 26, 26)
    assert address(page)["lesson"] == "today"
