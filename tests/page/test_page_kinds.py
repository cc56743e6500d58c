"""Every kind of layer that Python has is on the page, with the same numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from convexplain import page
from convexplain.data import digits
from convexplain.network import KINDS, Layer, Network, Trace
from convexplain.network.layers import (
    Activation,
    Add,
    AveragePooling2D,
    Concatenate,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Rescaling,
    SeparableConv2D,
    ZeroPadding2D,
    as_map,
)
from convexplain.network.layers.batch_normalization import BatchNormalization
from convexplain.page import data
from convexplain.style import format as fmt
from tests import test_layers
from tests.page.conftest import Contexts, Visits
from tests.page.looking import (
    SMALL_DESK,
    address,
    cell,
    half_a_second_later,
    numbers,
    on_paper,
    settled,
    texts,
)
from tests.page.test_page_core import CELL, assert_same, in_page
from tests.page.test_page_modes import GIVEN
from tests.test_layers import FORMULAS, words

#: These read several layers.
BRANCHING = {"Add", "Concatenate"}

#: Layers that `tests.test_layers` has a reference for.
CASES = test_layers.CASES


def test_every_kind_is_on_the_page_and_in_these_tests(core: Any) -> None:
    assert set(core("Object.keys(core.layer.KINDS)")) == KINDS.keys()
    assert all(core("Object.entries(core.layer.KINDS).map(([name, kind]) => name === kind.name)"))
    assert {layer.kind for layer, _ in CASES} | {"Dense"} == KINDS.keys() - BRANCHING


@pytest.mark.parametrize(("layer", "reference"), CASES, ids=map(words, CASES))
def test_numbers_are_those_of_python_and_of_loops(core: Any, layer: Layer, reference: Any) -> None:
    net, x = test_layers.network(layer), test_layers.picture()
    (found,) = in_page(core, net, [x])
    trace = Trace(net, x)
    assert_same(found, trace)
    before = reference(layer, x.astype(np.float64), test_layers.weights_of(net))
    np.testing.assert_allclose(found["before"]["x"], before.ravel(), rtol=1e-6, atol=1e-6)
    after = FORMULAS[layer.activation](before).ravel()
    np.testing.assert_allclose(found["after"]["x"], after, rtol=1e-6, atol=1e-6)


ASK = f"""(() => {{
  const network = core.network.readNetwork(core.data.fromBase64(argument.network));
  const trace = new core.trace.Trace(network, window.unpack(argument.picture));
  const {{ step, addends, origin }} = network.layers.at(-1).kind;
  return argument.cells.map({CELL}).map((cell) => ({{
    step: step ? trace.step(cell) : null,
    addends: addends ? trace.addends(cell) : null,
    origin: origin ? trace.ask("origin", cell) : null,
    box: trace.receptiveField(cell).get("input"),
  }}));
}})()"""


@pytest.mark.parametrize(("layer", "_"), CASES, ids=map(words, CASES))
def test_a_cell_is_told_as_in_python(core: Any, layer: Layer, _: Any) -> None:
    net, x = test_layers.network(layer), test_layers.picture()
    weights = net.weights_of("x")
    cells = test_layers.cells(net)
    found = core(
        ASK,
        {
            "network": data.weights(net),
            "picture": x,
            "cells": [("x", channel, row, col) for row, col, channel in cells],
        },
    )
    for answer, (row, col, channel) in zip(found, cells, strict=True):
        cell = (row, col, channel)
        expected = layer.addends(x, weights, cell)
        assert (answer["addends"] is None) == (expected is None)
        if expected is not None:
            for key in ("rows", "cols", "channels"):
                assert answer["addends"][key].tolist() == getattr(expected, key).tolist()
            for key in ("weights", "products"):
                np.testing.assert_allclose(answer["addends"][key], getattr(expected, key), 1e-12)
            assert answer["addends"]["bias"] == pytest.approx(expected.bias)
        else:
            origin = layer.origin(x, cell)
            place = answer["origin"]
            assert (place and (place["row"], place["col"], place["filter"])) == origin
        steps = layer.steps(x, weights, channel)
        assert (answer["step"] is None) == (steps is None)
        if steps is not None:
            step = steps.at(row, col)
            assert answer["step"]["box"] == vars(step.box)
            assert answer["step"]["padding"] == step.padding.ravel().tolist()
            assert answer["step"]["patch"].tobytes() == step.patch.tobytes()
            assert answer["step"]["value"] == pytest.approx(step.value, rel=1e-6, abs=1e-6)
        if layer.kind != "Flatten":
            assert answer["box"] == vars(net.receptive_field("x").box(row, col))


def test_layers_behind_a_vector_count_its_numbers_as_channels(core: Any) -> None:
    layers = (
        Conv2D("conv", 2, 3, activation="linear"),
        Flatten("flatten"),
        Dropout("dropout", 0.5),
        Rescaling("rescaling", 0.5, 1.0),
        Dense("dense", 4, use_bias=False),
        Activation("answer", "softmax"),
    )
    net, x = small(layers), np.random.default_rng(0).random((5, 6, 1), np.float32)
    (found,) = in_page(core, net, [x])
    assert_same(found, Trace(net, x))
    numbers = found["after"]["conv"].astype(np.float64) * 0.5 + 1
    logits = numbers @ net.weights["dense/kernel"].astype(np.float64)
    np.testing.assert_allclose(found["before"]["answer"], logits, rtol=1e-5)
    powers = np.exp(logits)
    np.testing.assert_allclose(found["after"]["answer"], powers / powers.sum(), rtol=1e-5)


def small(layers: tuple[Layer, ...], shape: tuple[int, int, int] = (5, 6, 1)) -> Network:
    """A network of these layers, with random weights."""
    untrained = Network.initialised(layers, input_shape=shape)
    random = np.random.default_rng(3)
    weights = {name: test_layers.drawn(random, name, w) for name, w in untrained.weights.items()}
    return Network(layers, weights, input_shape=shape)


#: Two ways round a block, three maps put together, two sums of classes.
GRAPH = (
    Conv2D("a", 4, padding="same", activation="linear"),
    Conv2D("b", 4, padding="same"),
    Add("sum", inputs=("b", "a")),
    Conv2D("c", 2, (1, 7), padding="same"),
    AveragePooling2D("d", 3, 1, "same", inputs=("sum",)),
    Concatenate("joined", inputs=("c", "d", "input")),
    Conv2D("e", 3, 1, inputs=("joined",)),
    MaxPooling2D("pool", (3, 2), inputs=("joined",)),
    Flatten("flatten"),
    Dropout("dropout"),
    Dense("f", 4),
    Dense("g", 4, inputs=("dropout",)),
    Add("scores", inputs=("f", "g")),
    Activation("answer", "softmax"),
)
TELL = f"""(() => {{
  const network = core.network.readNetwork(core.data.fromBase64(argument.network));
  const trace = new core.trace.Trace(network, window.unpack(argument.picture));
  return {{
    unread: core.network.unread(network),
    cells: argument.cells.map({CELL}).map((cell) => ({{
      source: trace.source(cell), boxes: trace.receptiveField(cell),
      addends: network.layers.find(({{ name }}) => name === cell.layer).kind.addends
        ? trace.addends(cell) : null,
    }})),
  }};
}})()"""


def test_layers_that_read_several_compute_tell_and_see_what_python_says(core: Any) -> None:
    net, x = small(GRAPH), np.random.default_rng(0).normal(0, 1, (5, 6, 1)).astype(np.float32)
    trace = Trace(net, x)
    (found,) = in_page(core, net, [x])
    assert_same(found, trace)
    sums = (trace.activations[name].astype(np.float64) for name in ("a", "b"))
    assert found["after"]["sum"].tobytes() == sum(sums).astype(np.float32).tobytes()  # type: ignore[union-attr]
    joined = np.concatenate([trace.activations["c"], trace.activations["d"], x], axis=-1)
    assert found["after"]["joined"].tobytes() == joined.tobytes()
    random = np.random.default_rng(1)
    cells = [
        (layer.name, *(int(random.integers(n)) for n in (channels, rows, cols)))
        for layer in GRAPH
        for rows, cols, channels in (as_map(trace.activations[layer.name]).shape,)
        for _ in range(3)
    ]
    told = core(TELL, {"network": data.weights(net), "picture": x, "cells": cells})
    for answer, (name, filter, row, col) in zip(told["cells"], cells, strict=True):
        layer, cell = net.layer(name), (row, col, filter)
        origin, place = trace.origin(layer, cell)
        source = answer["source"]
        assert source["layer"] == ("input" if origin is None else origin.name)
        assert (source["row"], source["col"], source["filter"]) == place
        if answer["addends"] is not None:
            expected = trace.addends(layer, cell)
            for key in ("rows", "cols", "channels", "weights", "products"):
                assert answer["addends"][key].tolist() == getattr(expected, key).tolist()
        if len(net.shapes[name]) == 3 and name not in ("joined", "pool"):
            assert answer["boxes"]["input"] == vars(net.receptive_field(name).box(row, col))
        if name == "joined":  # each channel has a way of its own, and no other's
            way = {"input": set()}.get(source["layer"], {source["layer"], "sum", "a", "b"})
            assert set(answer["boxes"]) == {"joined", "input"} | way
    rows, cols = net.unseen()
    assert told["unread"]["input"] == {"rows": list(rows), "cols": list(cols)}
    assert told["unread"]["joined"] == {"rows": [3, 4], "cols": []}  # none reads e


@pytest.fixture(scope="module")
def blocks(
    contexts: Contexts, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Visits, Trace]]:
    """A page of the bundled network with a block, and what Python computes for its digit."""
    path = tmp_path_factory.mktemp("kinds") / "blocks.html"
    net = Network.load("blocks")
    page.write(path, network=net, model="blocks", lang="en", theme="light")
    with Visits(contexts, path) as shown:
        yield shown, Trace(net, digits.sample(100).pixels)


def test_a_layer_that_reads_several_is_shown_with_all_of_them(blocks: tuple[Visits, Trace]) -> None:
    opened, trace = blocks
    shown = opened.to(cell("add", 3, 4, 5, d=5))
    read = [trace.activations[name][4, 5, 3] for name in ("norm3", "pool1")]
    assert texts(shown, ".panel .numbers caption") == ["norm3, channel 3", "pool1, channel 3"]
    assert texts(shown, ".panel .numbers td") == numbers(read)
    assert texts(shown, ".panel .output-cell") == numbers([trace.activations["add"][4, 5, 3]])
    assert texts(shown, ".column.source h2") == ["pool1", "norm3"]
    assert shown.locator(".links path").count() == 1  # round the block
    larger = max(("norm3", "pool1"), key=lambda name: abs(trace.activations[name][4, 5, 3]))
    shown.locator('[data-key="walk"]').click()
    assert address(settled(shown))["l"] == larger


def test_predict_hides_the_sum_of_an_addition(blocks: tuple[Visits, Trace]) -> None:
    opened, trace = blocks
    read = [float(trace.activations[name][4, 5, 3]) for name in ("norm3", "pool1")]
    right = float(trace.activations["add"][4, 5, 3])
    where = cell("add", 3, 4, 5, d=5).replace("v=pin", "v=predict")
    shown = opened.to(where)
    assert texts(shown, ".panel .output-cell") == ["?"]
    told = [fmt.number(right, decimals) for decimals in (2, 6)]
    asked = {"hidden": told, "operands": ".patch"}
    assert shown.evaluate(GIVEN, asked) == []
    wrong = (max(read, key=abs), sum(read) / 2, read[0] * read[1])
    found = [text.split()[1] for text in texts(shown, ".choice")]
    assert told[0] in found
    assert len(found) == 3
    assert set(found) <= set(numbers([right, *wrong]))
    shown.keyboard.press("r")
    assert settled(shown).evaluate(GIVEN, asked) != []
    assert texts(shown, ".panel .output-cell") == told[:1]
    # A zero of ReLU is asked for where the number before it is below zero.
    before = as_map(trace.activations["norm4"])
    row, col, filter = (int(n) for n in np.unravel_index(int(before.argmin()), before.shape))
    where = cell("relu4", filter, row, col, d=5).replace("v=pin", "v=predict")
    shown.evaluate("(hash) => { location.hash = hash; }", where)
    settled(shown)
    wrong = float(before[row, col, filter])
    found = [text.split()[1] for text in texts(shown, ".choice")]
    assert found == numbers([wrong, 0.0, -wrong])


def test_a_chosen_cell_s_column_and_what_it_reads_are_brought_in(
    blocks: tuple[Visits, Trace],
) -> None:
    shown = blocks[0].to(cell("relu4", 3, 1, 1, d=5), **SMALL_DESK)
    for layer, before in (("relu4", "norm4"), ("conv1", "input"), ("add", "norm3")):
        shown.evaluate("(hash) => { location.hash = hash; }", cell(layer, 3, 1, 1, d=5))
        settled(shown)
        for name in (layer, before):
            box = shown.locator(f'.map[data-layer="{name}"]').bounding_box()
            assert box is not None
            assert 0 <= box["x"] <= box["x"] + box["width"] <= 1024, (layer, name)


def test_paper_has_all_layers_of_a_long_chain(blocks: tuple[Visits, Trace]) -> None:
    shown = blocks[0].to(cell("add", 3, 4, 5, d=5))
    for landscape in (False, True):
        paper = shown.pdf(format="A4", landscape=landscape, print_background=True)
        assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
        with on_paper(shown, landscape) as width:
            boxes = [part.bounding_box() for part in shown.locator(".column, .panel").all()]
            assert all(box and 0 <= box["x"] <= box["x"] + box["width"] <= width for box in boxes)


MANY = (
    ZeroPadding2D("padding", (2, 1)),
    Rescaling("rescaling", 2.0, -1.0),
    Conv2D("conv", 4, 5, 2, activation="linear", use_bias=False),
    BatchNormalization("norm"),
    Activation("silu", "silu"),
    DepthwiseConv2D("depthwise", 3, padding="same", depth_multiplier=2, activation="relu"),
    SeparableConv2D("separable", 6, 3, activation="gelu"),
    Dropout("dropout", 0.25),
    MaxPooling2D("maximum", 2, ceil_mode=True),
    AveragePooling2D("average", 2, 1, 1, count_include_pad=True),
    GlobalAveragePooling2D("global"),
    Rescaling("offsets", 0.5, (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)),
    Dense("dense", 10),
    Activation("answer", "softmax"),
)


@pytest.fixture(scope="module")
def many(
    contexts: Contexts, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Visits, Trace]]:
    """A page of a network of all these layers, and what Python computes for its digit."""
    path = tmp_path_factory.mktemp("kinds") / "many.html"
    net = small(MANY, (28, 28, 1))
    page.write(path, network=net, model="many", lang="en", theme="light")
    with Visits(contexts, path) as shown:
        yield shown, Trace(net, digits.sample(100).pixels)


def test_every_column_s_numbers_are_explained(many: tuple[Visits, Trace]) -> None:
    opened, trace = many
    shown = opened.to("#d=5&lang=en")
    names = [layer.name for layer in MANY if layer.name != "dropout"]
    assert texts(shown, ".column h2")[1:] == [*names[:-1], "Answer"]
    for name in names:
        values = as_map(trace.activations[name])
        row, col, filter = (n // 2 for n in values.shape)
        shown = opened.to(cell(name, filter, row, col, d=5))
        assert shown.locator(".panel h3").inner_text() != ""
        assert shown.locator(".caption-text").inner_text() != ""
        if name == "answer":
            probability = fmt.probability(float(values[row, col, filter]))
            assert probability in shown.locator(".softmax tr.chosen").inner_text()
            continue
        assert texts(shown, ".output-cell") == numbers([values[row, col, filter]])
        if (total := shown.locator("dl.sum .total dd")).count():
            before = float(as_map(trace.before(name))[row, col, filter])
            assert total.inner_text() in numbers([before, before + 1e-6, before - 1e-6])


def slips(trace: Trace, name: str, at: tuple[int, int, int]) -> tuple[float, list[float]]:
    """A cell's number and what real slips make of it, from what the layer reads and its weights."""
    layer = trace.network.layer(name)
    weights = {
        key.split("/")[1]: w
        for key, w in trace.network.weights.items()
        if key.startswith(f"{name}/")
    }
    (before,) = layer.inputs or (MANY[MANY.index(layer) - 1].name,)
    x = as_map(trace.activations[before]).astype(np.float64)
    row, col, k = at
    if name == "norm":
        gamma, beta, mean = (float(weights[key][k]) for key in ("gamma", "beta", "moving_mean"))
        spread = float(np.sqrt(weights["moving_variance"][k] + layer.epsilon))
        v = float(x[at])
        right = (v - mean) / spread * gamma + beta
        return right, [
            v / spread * gamma + beta,
            (v + mean) / spread * gamma + beta,
            (v - mean) * spread * gamma + beta,
            (v - mean) / spread + beta,
            right - beta,
        ]
    if name == "offsets":
        v, offset = float(x[at]), float(k)
        return v * 0.5 + offset, [(v + offset) * 0.5, v * 0.5, v + offset]
    if name == "dense":
        products = x.ravel() * weights["kernel"][:, k]
        bias = float(weights["bias"][k])
        order = np.argsort(-np.abs(products), kind="stable")
        few, rest = products[order[:5]], products[order[5:]].sum()
        wrong = [products.sum(), rest + bias, np.abs(few).sum() + rest + bias, few.sum() + bias]
        return float(products.sum() + bias), [float(n) for n in wrong]
    window = (
        x[:, :, k]
        if name == "global"
        else x[max(row - 1, 0) : row + 1, max(col - 1, 0) : col + 1, k]
    )
    count = window.size if name == "global" else 4
    ends = (window.min() + window.max()) / 2
    wrong = [window.max(), window.sum(), ends, window.mean()]
    return float(window.sum() / count), [float(n) for n in wrong]


@pytest.mark.parametrize("name", ["norm", "average", "global", "offsets", "dense"])
def test_predict_asks_of_normalizations_averages_and_dense_cells(
    many: tuple[Visits, Trace], name: str
) -> None:
    opened, trace = many
    values = as_map(trace.activations[name])
    # The largest number is at the end of its layer's scale.
    at = tuple(int(n) for n in np.unravel_index(int(np.abs(values).argmax()), values.shape))
    right, wrong = slips(trace, name, (at[0], at[1], at[2]))
    assert right == pytest.approx(float(values[at]), abs=1e-5)
    where = cell(name, at[2], at[0], at[1], d=5).replace("v=pin", "v=predict")
    shown = opened.to(where)
    half_a_second_later(shown)  # until it was said, too
    assert texts(shown, ".panel .output-cell") == ["?"]
    told = [fmt.number(float(values[at]), decimals) for decimals in (2, 6)]
    asked = {"hidden": told, "operands": ".patch, .contributions"}
    assert shown.evaluate(GIVEN, asked) == []
    found = [text.split()[1] for text in texts(shown, ".choice")]
    assert told[0] in found
    assert 2 <= len(found) == len(set(found))
    assert set(found) <= set(numbers([right, *wrong]))
    if name in ("norm", "offsets"):  # what is given stands there, what is computed does not
        assert texts(shown, "dl.sum dd").count("?") == (4 if name == "norm" else 2)
    shown.keyboard.press("r")
    assert settled(shown).evaluate(GIVEN, asked) != []
    assert texts(shown, ".panel .output-cell") == told[:1]


def test_one_walks_back_from_the_answer_to_a_pixel(many: tuple[Visits, Trace]) -> None:
    shown = many[0].to(cell("answer", 3, 0, 0, d=5))
    passed = ["answer"]
    while shown.locator('[data-key="walk"]').count():
        shown.locator('[data-key="walk"]').click()
        passed.append(address(settled(shown))["l"])
    names = [layer.name for layer in MANY if layer.name != "dropout"]
    assert passed == [*reversed(names), "input"][: len(passed)]
    # A zero of the padding has nothing behind it.
    assert passed[-1] in ("input", "padding")


def test_one_scrolls_along_a_chain_of_many_layers_while_the_panel_stays(
    many: tuple[Visits, Trace],
) -> None:
    shown = many[0].to(cell("dense", 3, 0, 0, d=5))
    heading = shown.locator("#name-answer")
    assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for column in shown.locator(".column h2").all():
        assert column.evaluate("(name) => name.clientWidth >= 90")
    heading.scroll_into_view_if_needed()
    for part in (heading, shown.locator(".panel .output-cell")):
        box = part.bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= box["x"] + box["width"] <= 1920
