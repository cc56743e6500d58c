"""Predict, compare, take away: each shows and hides exactly what it says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page

from convexplain import page as classroom
from convexplain.data import digits, facts
from convexplain.lessons.parts import mistakes
from convexplain.network import (
    AveragePooling2D,
    Conv2D,
    Dense,
    Flatten,
    Layer,
    MaxPooling2D,
    Network,
    Trace,
)
from convexplain.style import format as fmt
from tests.often import covering, later
from tests.page.conftest import Contexts, Visits
from tests.page.looking import (
    address,
    cell,
    click_cell,
    fragment,
    half_a_second_later,
    point_at,
    settled,
    sparing,
    sums,
    texts,
    trace_of,
)

Open = Callable[..., Page]


def predicted(layer: str, filter: int, row: int, col: int, **keys: object) -> str:
    return cell(layer, filter, row, col, d=5, **keys).replace("v=pin", "v=predict")


@pytest.mark.parametrize(("filter", "row", "col"), [(28, 8, 20), later(5, 11, 14), later(0, 8, 18)])
def test_the_output_is_nowhere_to_be_seen_until_it_is_revealed(
    show: Open, filter: int, row: int, col: int
) -> None:
    page = show(predicted("conv1", filter, row, col))
    step = trace_of().steps("conv1", filter).at(row, col)
    hidden = fmt.number(step.activated)
    choices = [text.split() for text in texts(page, ".choice")]
    assert [choice[0] for choice in choices] == ["A", "B", "C"][: len(choices)]
    values = [choice[1] for choice in choices]
    possible = mistakes.convolution(step.patch, step.kernel, step.bias)
    assert set(values) <= {fmt.number(value) for value in possible.values()}
    assert len(set(values)) == len(values)
    assert len(values) >= 2
    assert hidden in values
    assert texts(page, ".panel .output-cell") == ["?"]
    assert list(sums(page).values())[-1] == "?"
    half_a_second_later(page)
    name = page.locator("#cell-conv1").inner_text()
    told = page.locator("[role=status]").first.inner_text()
    assert name.endswith(": hidden")
    exact = fmt.number(step.activated, 6)
    assert exact not in page.content()
    assert not any(hidden in text.replace("0.00", "") for text in (name, told) if hidden != "0.00")
    assert "revealed" not in page.evaluate("location.hash")
    right = values.index(hidden)
    page.keyboard.press("ABC"[right].lower() if right < 2 else "b")
    page.keyboard.press("r")
    settled(page)
    assert texts(page, ".panel .output-cell") == [hidden]
    said = texts(page, ".caption-text")[0]
    if right < 2:
        assert said == f"{'ABC'[right]} it is."
    else:
        assert said.startswith("It is C, not B.")


def test_a_wrong_choice_is_answered_by_what_went_wrong(show: Open) -> None:
    # A cell whose sum is negative: who forgets ReLU chooses z.
    trace = trace_of()
    z = trace.before("conv1")
    row, col = (int(i) for i in np.unravel_index(int(z[:, :, 28].argmin()), (26, 26)))
    page = show(predicted("conv1", 28, row, col))
    forgotten = fmt.number(z[row, col, 28])
    texts_of = [text.split()[1] for text in texts(page, ".choice")]
    page.locator(".choice").nth(texts_of.index(forgotten)).click()
    page.locator('[data-key="reveal"]').click()
    settled(page)
    assert mistakes.MISTAKES["no-relu"].reply.text("en") in texts(page, ".caption-text")[0]


def test_a_pool_s_winner_and_the_answer_can_be_hidden_too(show: Open) -> None:
    page = show(predicted("pool2", 3, 4, 2))
    step = trace_of().steps("pool2", 3).at(4, 2)
    assert texts(page, ".panel .output-cell") == ["?"]
    assert page.locator(".pooled .framed").count() == 0
    assert fmt.number(step.value) in [text.split()[1] for text in texts(page, ".choice")]
    page = show(fragment(d=5, v="predict"))
    assert set(texts(page, ".bar .share")) == {"?"}
    best = np.argsort(-trace_of().probabilities)[:3]
    assert [text.split()[1] for text in texts(page, ".choice")] == [str(k) for k in sorted(best)]
    page.keyboard.press("r")
    settled(page)
    assert texts(page, ".bar.best .class") == ["5"]


@pytest.mark.parametrize("what", ["product", "sum"])
def test_a_product_or_the_sum_can_be_hidden(show: Open, what: str) -> None:
    page = show(predicted("conv1", 28, 8, 20, h=what))
    step = trace_of().steps("conv1", 28).at(8, 20)
    right = step.products.flat[np.abs(step.products).argmax()] if what == "product" else step.value
    assert fmt.number(right) in [text.split()[1] for text in texts(page, ".choice")]
    if what == "product":
        assert texts(page, ".products td").count("?") == 1
    else:
        assert list(sums(page).values())[::2] == ["?", "?"]
    page.keyboard.press("r")
    settled(page)
    assert "?" not in texts(page, ".products td") + list(sums(page).values())


GIVEN = """({ hidden, operands }) => {
  const found = [];
  const choices = document.querySelector(".choices");
  for (const element of document.querySelectorAll("body *")) {
    if (choices?.contains(element) || element.closest(`script, dialog, ${operands}`)) continue;
    const text = element.children.length ? "" : element.textContent.trim();
    if (hidden.includes(text)) found.push(element.className);
    for (const { name, value } of element.attributes) {
      if (value.split(/[\\s:]+/).some((part) => hidden.includes(part))) found.push(name, value);
    }
  }
  return [...found, ...hidden.filter((text) => location.href.includes(text))];
}"""
# conv3's largest cell is the end of its scale; pool1 hands conv1's on; pool2 is asked itself.
TOLD = {
    "the largest of its layer": ("conv3", 20, 1, 2),
    "handed on by a pool": ("conv1", 28, 8, 20),
    "a pool": ("pool2", 3, 4, 3),
}


@pytest.mark.parametrize(("what", "asked"), covering(["output", "sum", "product"], TOLD.keys()))
def test_nothing_on_the_screen_gives_a_hidden_number_away(
    show: Open, asked: str, what: str
) -> None:
    layer, filter, row, col = TOLD[asked]
    page = show(predicted(layer, filter, row, col, h=what))
    half_a_second_later(page)
    trace = trace_of()
    value = float(trace.activations[layer][row, col, filter])
    secrets = [value]
    if layer != "pool2":
        step = trace.steps(layer, filter).at(row, col)
        channel = int(np.abs(step.channel_sums).argmax())
        secrets += [float(step.value), float(step.channel_sums[channel])]
        # What is left is not one addition away: of one channel even the sum is hidden.
        values = list(sums(page).values())
        assert values[0] == values[-1] == "?"
        if what == "product":
            products = step.products[:, :, channel]
            secrets.append(float(products.flat[np.abs(products).argmax()]))
    told = [fmt.number(n, d) for n in secrets for d in (2, 6) if fmt.number(n, d) != "0.00"]
    # What the class computes with stays: a number among it may print like the hidden one.
    operands = ".kernel, .patch" if what == "product" else ".kernel, .patch, .products, .combined"
    asked_with = {"hidden": told, "operands": operands}
    assert page.evaluate(GIVEN, asked_with) == []
    page.keyboard.press("r")
    settled(page)
    assert page.evaluate(GIVEN, asked_with) != []


def test_a_scale_ends_at_the_largest_number_that_is_seen(show: Open) -> None:
    conv3 = trace_of().activations["conv3"]
    row, col, filter = (int(i) for i in np.unravel_index(int(conv3.argmax()), conv3.shape))
    page = show(predicted("conv3", filter, row, col))
    ends = texts(page, '.column[data-layer="conv3"] .scale')[0].split()
    assert ends == ["0", fmt.number(np.sort(conv3, axis=None)[-2])]
    page.keyboard.press("r")
    settled(page)
    ends = texts(page, '.column[data-layer="conv3"] .scale')[0].split()
    assert ends == ["0", fmt.number(conv3.max())]


COLOUR = """({ layer, row, col, rows, cols }) => {
  const canvas = document.querySelector(`.map[data-layer="${layer}"] canvas`);
  const dot = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const context = dot.getContext("2d", { willReadFrequently: true });
  const [x, y] = [(col + 0.2) / cols * canvas.width, (row + 0.2) / rows * canvas.height];
  context.drawImage(canvas, x, y, 1, 1, 0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data];
}"""


def test_a_pool_that_reads_a_hidden_cell_hides_its_own(show: Open) -> None:
    page = show(predicted("conv1", 28, 8, 20))
    pooled = {"layer": "pool1", "row": 4, "col": 10, "rows": 13, "cols": 13}
    beside = {**pooled, "col": 8}
    paper = [255, 255, 255, 255]
    assert page.evaluate(COLOUR, pooled) == paper
    assert page.evaluate(COLOUR, beside) != paper
    page.keyboard.press("r")
    settled(page)
    assert page.evaluate(COLOUR, pooled) != paper


@pytest.mark.parametrize("where", [("conv3", 20, 1, 2), ("conv1", 28, 8, 20), ("conv2", 3, 9, 3)])
def test_the_wrong_choices_are_near_the_right_one_but_not_within_rounding(
    show: Open, where: tuple[str, int, int, int]
) -> None:
    layer, filter, row, col = where
    page = show(predicted(layer, filter, row, col))
    right = float(trace_of().activations[layer][row, col, filter])
    values = [float(text.split()[1].replace("−", "-")) for text in texts(page, ".choice")]
    apart = sorted(abs(value - right) for value in values)
    assert len(values) == 3
    assert apart[0] < 0.006 < 0.05 <= apart[1] + 0.005
    assert apart[1] < max(0.75, 0.5 * right)


def moved(picture: np.ndarray, right: int, down: int) -> np.ndarray:
    out = np.zeros_like(picture)
    for row in range(28):
        for col in range(28):
            if 0 <= row - down < 28 and 0 <= col - right < 28:
                out[row, col] = picture[row - down, col - right]
    return out


def test_compare_shows_both_networks_at_every_shift(show: Open) -> None:
    page = show(fragment(d=9, i=7, v="compare", s="0,-3", ax="y"))
    picture = digits.sample(187).pixels
    table = [text.split("\t") for text in page.locator(".curves table tbody tr").all_inner_texts()]
    assert [row[0] for row in table] == [fmt.number(by, 0, sign=True) for by in range(-6, 7)]
    for by, (_, ours, theirs) in zip(range(-6, 7), table, strict=True):
        for name, shown in (("cnn", ours), ("dense", theirs)):
            trace = Trace(Network.load(name), moved(picture, 0, by))
            assert shown == fmt.probability(trace.probabilities[9]), (by, name)
    says = {}
    for name in ("cnn", "dense"):
        says[name] = Trace(Network.load(name), moved(picture, 0, -3)).prediction
    assert says["cnn"] != says["dense"]
    assert texts(page, ".caption-text") == [
        f"Shifted up 3: this convnet says {says['cnn']}, the dense network says {says['dense']}."
    ]
    rows = {row["network"]: row["accuracy"] for row in facts.rows("shift") if row["pixels"] == 3}
    note = texts(page, ".note")[0]
    assert f"convnet {fmt.percent(rows['cnn'])} right" in note
    assert f"dense network {fmt.percent(rows['dense'])}" in note


def test_compare_offers_digits_where_the_cnn_fails_too(show: Open) -> None:
    page = show(fragment(d=5, v="compare"))
    tries = page.locator(".try").nth(1).locator("button")
    assert tries.count() >= 2
    for i in range(2):
        tries.nth(i).click()
        settled(page)
        label = int(address(page)["d"])
        assert f"this convnet says {label}" not in texts(page, ".caption-text")[0]
        assert f"both networks say {label}" not in texts(page, ".caption-text")[0]


def test_erasing_a_patch_and_setting_cells_to_zero(show: Open) -> None:
    page = show(fragment(d=5, v="erase"))
    page.locator('[data-key="patch"]').select_option("7")
    click_cell(page, "input", 8, 18, 28, 28)
    assert address(page)["e"] == "5.15.7.7"
    picture = digits.first(5).pixels.copy()
    picture[5:12, 15:22] = 0
    trace = Trace(Network.load("cnn"), picture)
    now = [text.split("\t")[-1] for text in texts(page, ".shares tbody tr")]
    assert now == [fmt.probability(p) for p in trace.probabilities]
    before = [text.split("\t")[2] for text in texts(page, ".shares tbody tr")]
    assert before == [fmt.probability(p) for p in trace_of().probabilities]
    # Cells of the last maps to zero: the dense layer reads what is left.
    maps = trace.activations["conv3"].copy()
    filter = int(page.locator('.column[data-layer="conv3"] .which').inner_text().split()[1])
    for row, col in ((1, 1), (1, 2), (2, 2)):
        click_cell(page, "conv3", row, col, 3, 3)
        maps[row, col, filter] = 0
    weights = Network.load("cnn").weights
    z = maps.reshape(-1).astype(np.float64) @ weights["dense/kernel"] + weights["dense/bias"]
    p = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
    now = [text.split("\t")[-1] for text in texts(page, ".shares tbody tr")]
    assert now == [fmt.probability(share) for share in p]
    click_cell(page, "conv3", 1, 1, 3, 3)  # again: gives it back
    assert address(page)["z"].count("conv3") == 2
    page.locator('[data-key="give"]').click()
    settled(page)
    assert texts(page, ".bar .share") == [fmt.probability(q) for q in trace_of().probabilities]


def test_of_a_sure_answer_its_logit_is_told(show: Open) -> None:
    page = show(fragment(d=9, v="erase", e="8.13.5.5"))
    picture = digits.first(9).pixels.copy()
    picture[8:13, 13:18] = 0
    leads = []
    for shown in (digits.first(9).pixels, picture):
        second, first = np.sort(Trace(Network.load("cnn"), shown).before("dense"))[-2:]
        leads.append(fmt.number(float(first - second)))
    told = texts(page, ".caption-text")[0]
    assert told.endswith(f"How far its logit is ahead: {leads[0]} before, {leads[1]} now.")
    assert leads[0] != leads[1]


OTHERS: dict[str, tuple[Layer, ...]] = {
    "padded, with a stride, and a hidden layer": (
        Conv2D("first", 4, 5, stride=2, padding="same", activation="tanh"),
        Conv2D("second", 6, (3, 2), padding=(1, 2, 0, 1), activation="linear"),
        MaxPooling2D("pool", 3, stride=2),
        Flatten("flatten"),
        Dense("hidden", 17, "relu"),
        Dense("out", 10, "softmax"),
    ),
    "dilated, in groups, averaged": (
        Conv2D("conv1", 4, 3, dilation=(2, 3)),
        AveragePooling2D("pool", (2, 3), stride=2, padding="same"),
        Conv2D("conv2", 6, 3, groups=2, padding=1, activation="leaky_relu"),
        Flatten("flatten"),
        Dense("out", 10, "softmax"),
    ),
    "a pool at first": (
        MaxPooling2D("pool", 4),
        Flatten("flatten"),
        Dense("out", 10, "softmax"),
    ),
}


def other(name: str) -> Network:
    """The dense baseline, or a network of `OTHERS` with random weights, biases too."""
    if name == "dense":
        return Network.load("dense")
    untrained = Network.initialised(OTHERS[name], input_shape=(28, 28, 1))
    random = np.random.default_rng(1)
    weights = {
        key: random.normal(0, 0.4, w.shape).astype(np.float32)
        for key, w in untrained.weights.items()
    }
    return Network(untrained.layers, weights, input_shape=(28, 28, 1))


@pytest.mark.parametrize("name", sparing(["dense", *OTHERS], next(iter(OTHERS))))
def test_other_networks_are_shown_layer_by_layer(
    contexts: Contexts, tmp_path: Path, name: str
) -> None:
    network = other(name)
    path = tmp_path / "other.html"
    classroom.write(path, network=network, model=name, lang="en", theme="light")
    trace = Trace(network, digits.first(5).pixels)
    shown = [layer.name for layer in network.layers if layer.kind != "Flatten"]
    with Visits(contexts, path) as visits:
        page = visits.to(fragment(d=5))
        assert texts(page, ".column h2") == ["input", *shown[:-1], "Answer"]
        assert texts(page, ".bar .share") == [fmt.probability(p) for p in trace.probabilities]
        assert page.locator(".mode.compare").is_visible() == (name != "dense")
        for layer in shown:
            output = trace.activations[layer]
            at = (0, 0, output.shape[-1] - 1)
            page = visits.to(cell(layer, at[2], 0, 0, d=5))
            value = float(output[at] if output.ndim == 3 else output[at[2]])
            if layer == shown[-1]:
                row = texts(page, ".softmax tbody tr")[at[2]]
                assert row.split("\t")[-1] == fmt.probability(value)
            else:
                assert texts(page, ".panel .output-cell") == [fmt.number(value)], layer
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_pointing_does_not_betray_what_is_hidden(show: Open) -> None:
    page = show(fragment(d=5, v="predict"))
    page.mouse.move(**point_at(page, "conv1", 17, 12, 26, 26))
    settled(page)
    assert set(texts(page, ".bar .share")) == {"?"}
    page = show(predicted("conv1", 28, 8, 20))
    page.mouse.move(**point_at(page, "conv1", 8, 21, 26, 26))
    settled(page)
    assert texts(page, ".panel .output-cell") == ["?"]
