"""What the page computes is what Python computes: layers, steps, contributions, fields."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest

from convexplain import ops
from convexplain.data import digits
from convexplain.network import (
    AveragePooling2D,
    Conv2D,
    Dense,
    Flatten,
    MaxPooling2D,
    Network,
    Trace,
)
from convexplain.network.layers import as_map
from convexplain.page import data
from tests import small_networks

# Two of each class: the most typical one and one from further down the list.
TWENTY = [20 * label + k for label in range(10) for k in (0, 7)]
COMPUTE = """(() => {
  const network = core.network.readNetwork(core.data.fromBase64(argument.network));
  return argument.pictures.map((picture) => {
    const trace = new core.trace.Trace(network, window.unpack(picture));
    return { before: trace.befores, after: trace.outputs, prediction: trace.prediction };
  });
})()"""
# A cell as (layer, filter, row, col), in the form that the page has for it.
CELL = "(([layer, filter, row, col]) => ({ layer, filter, row, col }))"


def in_page(core: Any, net: Network, pictures: list[np.ndarray]) -> list[dict[str, Any]]:
    return core(COMPUTE, {"network": data.weights(net), "pictures": pictures})


def assert_same(found: dict[str, Any], trace: Trace) -> None:
    """Every number of every layer, to a millionth of the layer's largest."""
    for layer in trace.network.layers:
        for what, expected in (
            (found["before"], trace.before(layer.name)),
            (found["after"], trace.activations[layer.name]),
        ):
            numbers = what[layer.name]
            assert numbers.dtype == np.float32
            assert numbers.size == expected.size
            most = float(np.abs(expected).max())
            worst = float(np.abs(numbers.astype(np.float64) - expected.ravel()).max())
            assert worst <= 1e-6 * most, (layer.name, worst, most)
    assert found["prediction"] == trace.prediction


@pytest.mark.parametrize("name", ["cnn", "dense"])
def test_every_activation_of_20_digits_equals_the_python_trace(core: Any, name: str) -> None:
    net = Network.load(name)
    pictures = [digits.sample(sample).pixels for sample in TWENTY]
    for found, picture in zip(in_page(core, net, pictures), pictures, strict=True):
        assert_same(found, Trace(net, picture))


@pytest.mark.parametrize("name", small_networks.STACKS)
@pytest.mark.parametrize("seed", [0, 1])
def test_every_kind_of_layer_equals_the_python_trace(core: Any, name: str, seed: int) -> None:
    net = small_networks.network(name, seed)
    pictures = [small_networks.picture(seed + k) for k in range(3)]
    for found, picture in zip(in_page(core, net, pictures), pictures, strict=True):
        assert_same(found, Trace(net, picture))
        befores, afters = small_networks.forward(net, picture)  # plain loops, no code of ours
        for layer in net.layers:
            np.testing.assert_allclose(
                found["before"][layer.name], befores[layer.name].ravel(), rtol=2e-6, atol=1e-6
            )
            np.testing.assert_allclose(
                found["after"][layer.name], afters[layer.name].ravel(), rtol=2e-6, atol=1e-6
            )


def test_the_page_s_digits_are_the_bundled_digits_to_the_bit(core: Any) -> None:
    found = core("[...Array(200).keys()].map(core.data.bundledDigit)")
    for sample, digit in enumerate(found):
        expected = digits.sample(sample)
        assert digit["label"] == expected.label
        assert digit["pixels"].tobytes() == expected.pixels.tobytes()
    assert core("core.data.samplesOf(7)") == list(range(140, 160))


def test_float16_weights_are_read_exactly(core: Any) -> None:
    # Every float16 there is, but infinities and NaN: subnormal numbers and both zeros among them.
    bits = np.arange(65536, dtype=np.uint16)
    halves = bits.view(np.float16)[np.isfinite(bits.view(np.float16))].astype(np.float32)
    layers = (Flatten("flatten"), Dense("dense", 64))
    kernel = np.resize(halves, (1024, 64))
    net = Network(
        layers,
        {"dense/kernel": kernel, "dense/bias": np.zeros(64, np.float32)},
        input_shape=(32, 32, 1),
    )
    text = data.weights(net)
    assert b'"F16"' in base64.b64decode(text)
    found = core("core.network.readNetwork(core.data.fromBase64(argument)).layers[1].kernels", text)
    assert found.tobytes() == kernel.tobytes()


STEP = f"""(() => {{
  const network = core.network.readNetwork(core.data.fromBase64(argument.network));
  const trace = new core.trace.Trace(network, window.unpack(argument.picture));
  return argument.cells.map({CELL}).map((cell) => trace.step(cell));
}})()"""


def random_cells(trace: Trace, count: int = 12) -> list[tuple[str, int, int, int]]:
    """Cells of convolution and pooling layers, corners among them."""
    random = np.random.default_rng(5)
    cells = []
    for layer in trace.network.layers:
        if layer.window is None:
            continue
        rows, cols, filters = trace.activations[layer.name].shape
        cells += [(layer.name, 0, 0, 0), (layer.name, filters - 1, rows - 1, cols - 1)]
        for _ in range(count):
            filter, row, col = (int(random.integers(n)) for n in (filters, rows, cols))
            cells.append((layer.name, filter, row, col))
    return cells


def some_traces() -> list[Trace]:
    small = [
        Trace(small_networks.network(name), small_networks.picture(3))
        for name in small_networks.STACKS
    ]
    return [Trace(Network.load("cnn"), digits.first(5).pixels), *small]


@pytest.mark.parametrize("trace", some_traces(), ids=lambda trace: "-".join(trace.activations))
def test_a_step_equals_the_python_step(core: Any, trace: Trace) -> None:
    cells = random_cells(trace)
    found = core(
        STEP,
        {"network": data.weights(trace.network), "picture": trace.image, "cells": cells},
    )
    for step, (layer, filter, row, col) in zip(found, cells, strict=True):
        expected = trace.steps(layer, filter).at(row, col)
        box = expected.box
        assert step["box"] == {
            "top": box.top, "left": box.left, "bottom": box.bottom, "right": box.right
        }  # fmt: skip
        assert (step["row"], step["col"]) == (row, col)
        assert tuple(step["inputRows"]) == expected.input_rows
        assert tuple(step["inputCols"]) == expected.input_cols
        assert step["padding"] == expected.padding.ravel().tolist()
        assert step["patch"].tobytes() == expected.patch.tobytes()
        if isinstance(trace.network.layer(layer), Conv2D):
            assert step["shape"] == list(expected.patch.shape)
            assert step["firstChannel"] == expected.first_channel
            assert step["kernel"].tobytes() == expected.kernel.tobytes()
            assert step["products"].tobytes() == expected.products.tobytes()
            np.testing.assert_allclose(step["channelSums"], expected.channel_sums, atol=1e-12)
            assert step["total"] == pytest.approx(expected.total, abs=1e-12)
            assert step["bias"] == expected.bias
            assert step["value"] == pytest.approx(expected.value, rel=1e-7)
            assert step["activated"] == pytest.approx(expected.activated, rel=2e-7)
            assert step["activation"] == expected.activation
        else:
            assert step["kind"] == expected.kind
            assert step["count"] == expected.count
            assert step["value"] == expected.value
            assert step["total"] == pytest.approx(expected.total)
            winner = step["winner"]
            assert (winner and (winner["row"], winner["col"])) == expected.argmax


def test_a_tie_is_won_by_the_first_in_reading_order(core: Any) -> None:
    found = core(
        """core.layer.KINDS.MaxPooling2D.step({
          inShape: [2, 2, 1], window: new core.geometry.Window([2, 2], [2, 2]),
        }, Float32Array.of(0, 3, 3, 1), { filter: 0, row: 0, col: 0 })"""
    )
    assert found["winner"] == {"row": 0, "col": 1}


CONTRIBUTIONS = f"""(() => {{
  const network = core.network.readNetwork(core.data.fromBase64(argument.network));
  const trace = new core.trace.Trace(network, window.unpack(argument.picture));
  return argument.cells.map({CELL}).map((cell) => (
    {{ sum: trace.addends(cell), before: trace.before(cell.layer) }}
  ));
}})()"""


@pytest.mark.parametrize("trace", some_traces(), ids=lambda trace: "-".join(trace.activations))
def test_contributions_equal_python_s_and_add_up(core: Any, trace: Trace) -> None:
    sums = (Conv2D, AveragePooling2D)
    cells = [
        cell for cell in random_cells(trace, 5) if isinstance(trace.network.layer(cell[0]), sums)
    ]
    cells += [(x.name, 1, 0, 0) for x in trace.network.layers if isinstance(x, Dense)]
    found = core(
        CONTRIBUTIONS,
        {"network": data.weights(trace.network), "picture": trace.image, "cells": cells},
    )
    for part, (name, filter, row, col) in zip(found, cells, strict=True):
        expected = trace.addends(trace.network.layer(name), (row, col, filter))
        for key in ("rows", "cols", "channels"):
            assert part["sum"][key].tolist() == getattr(expected, key).tolist()
        assert part["sum"]["weights"].tobytes() == expected.weights.tobytes()
        assert part["sum"]["products"].tobytes() == expected.products.tobytes()
        assert part["sum"]["bias"] == expected.bias
        before = part["before"].reshape(as_map(trace.before(name)).shape)[row, col, filter]
        total = part["sum"]["products"].sum() + part["sum"]["bias"]
        assert total == pytest.approx(float(before), rel=1e-6, abs=1e-6)


def test_behind_what_pools_and_flatten_hand_on_stands_the_cell_that_computed_it(core: Any) -> None:
    trace = Trace(Network.load("cnn"), digits.first(3).pixels)
    cells = [("flatten", (0, 0, k)) for k in (0, 1, 127, 128, 500, 1151)]
    cells += [("pool1", (r, c, 9)) for r in (0, 5, 12) for c in (0, 7, 12)]
    cells += [("pool2", (2, 3, 40)), ("conv3", (1, 1, 5)), ("input", (4, 5, 0))]
    found = core(
        """(() => {
          const network = core.network.readNetwork(core.data.fromBase64(argument.network));
          const trace = new core.trace.Trace(network, window.unpack(argument.picture));
          return argument.cells.map(([layer, [row, col, filter]]) => (
            trace.source({ layer, row, col, filter })
          ));
        })()""",
        {"network": data.weights(trace.network), "picture": trace.image, "cells": cells},
    )
    for at, (name, cell) in zip(found, cells, strict=True):
        layer = None if name == "input" else trace.network.layer(name)
        origin, place = trace.origin(layer, cell)
        layer_name = "input" if origin is None else origin.name
        assert (at["layer"], (at["row"], at["col"], at["filter"])) == (layer_name, place)


FIELDS = f"""(() => {{
  const network = core.network.readNetwork(core.data.fromBase64(argument.network));
  const trace = new core.trace.Trace(network, window.unpack(argument.picture));
  return argument.cells.map({CELL}).map((cell) => trace.receptiveField(cell));
}})()"""


@pytest.mark.parametrize("trace", some_traces(), ids=lambda trace: "-".join(trace.activations))
def test_receptive_fields_equal_python_s(core: Any, trace: Trace) -> None:
    net = trace.network
    cells = random_cells(trace, 4) + [(x.name, 0, 0, 0) for x in net.layers if isinstance(x, Dense)]
    found = core(FIELDS, {"network": data.weights(net), "picture": trace.image, "cells": cells})
    names = [layer.name for layer in net.layers]
    for boxes, (name, _, row, col) in zip(found, cells, strict=True):
        if not isinstance(net.layer(name), Dense):
            assert boxes["input"] == vars(net.receptive_field(name).box(row, col))
        assert list(boxes) == [*names[names.index(name) :: -1], "input"]


def test_the_class_depends_on_the_pixels_that_changing_them_shows(core: Any) -> None:
    net = Network.load("cnn")
    (boxes,) = core(
        FIELDS,
        {
            "network": data.weights(net),
            "picture": digits.first(0).pixels,
            "cells": [("dense", 4, 0, 0)],
        },
    )
    assert boxes["input"] == {"top": 0, "left": 0, "bottom": 26, "right": 26}
    assert boxes["conv3"] == {"top": 0, "left": 0, "bottom": 3, "right": 3}
    # The cells that the text calls unread really change nothing.
    rows, cols = ops.unseen(net.windows("conv3"), (28, 28))
    unread = core(
        """core.network.unread(core.network.readNetwork(core.data.fromBase64(argument)))
          .get("input")""",
        data.weights(net),
    )
    assert unread == {"rows": list(rows), "cols": list(cols)}


def test_an_edited_kernel_computes_what_that_network_computes_in_python(core: Any) -> None:
    net = Network.load("cnn")
    weights = np.linspace(-1, 1, 9).astype(np.float32)
    edited = {name: w.copy() for name, w in net.weights.items()}
    edited["conv2/kernel"][:, :, 5, 40] = weights.reshape(3, 3)
    other = Network(net.layers, edited)
    picture = digits.first(4).pixels
    found = core(
        """(() => {
          const network = core.network.readNetwork(core.data.fromBase64(argument.network));
          const weights = window.unpack(argument.weights);
          const other = core.network.edited(network, "conv2", 40, 5, weights);
          const picture = window.unpack(argument.picture);
          const [before, after, again] = [network, other, network].map((n) => (
            new core.trace.Trace(n, picture)
          ));
          return {
            edited: { before: after.befores, after: after.outputs, prediction: after.prediction },
            untouched: String(before.logits) === String(again.logits),
          };
        })()""",
        {"network": data.weights(net), "weights": weights, "picture": picture},
    )
    assert_same(found["edited"], Trace(other, picture))
    assert found["untouched"]


def test_a_layer_keeps_its_scale_through_its_pool(core: Any) -> None:
    trace = Trace(Network.load("cnn"), digits.first(5).pixels)
    found = core(
        """(() => {
          const network = core.network.readNetwork(core.data.fromBase64(argument.network));
          const trace = new core.trace.Trace(network, window.unpack(argument.picture));
          return ["conv2", "pool2"].map((name) => trace.limit(name));
        })()""",
        {"network": data.weights(trace.network), "picture": trace.image},
    )
    assert found == [float(abs(trace.activations["conv2"]).max())] * 2


def test_max_pooling_layers_are_in_the_small_networks() -> None:
    kinds = {type(x) for stack in small_networks.STACKS.values() for x in stack}
    assert kinds == {Conv2D, MaxPooling2D, AveragePooling2D, Flatten, Dense}


def test_the_softmax_of_large_logits_is_scipys(core: Any) -> None:
    from scipy.special import softmax

    logits = np.array([1000.0, 998.0, 999.5, -5.0], np.float32)
    found = core("core.activations.activate('softmax', unpack(argument), 4)", logits)
    np.testing.assert_allclose(found, softmax(logits.astype(np.float64)), rtol=1e-6)
