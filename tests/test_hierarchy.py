"""What a cell is made of: the way back from an activation to the picture."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from convexplain.errors import UsageError
from convexplain.network import Conv2D, Flatten, Network, Node, Trace, hierarchy
from convexplain.ops import Box
from tests import small_networks
from tests.small_networks import STACKS, picture


@pytest.fixture(scope="module")
def trace(cnn: Network) -> Trace:
    """A ring of ink through the trained network."""
    rows, cols = np.mgrid[:28, :28]
    ring = np.exp(-(((np.hypot(rows - 13.3, (cols - 13.8) * 1.3) - 8) / 1.5) ** 2))
    return Trace(cnn, ring[..., None].astype(np.float32))


def nodes(node: Node) -> Iterator[Node]:
    yield node
    for part in node.parts:
        yield from nodes(part)


# The hierarchy, against the algorithm written out once more for the chapter's network


def test_the_tree_is_the_one_that_the_written_algorithm_gives(trace: Trace) -> None:
    a = {name: x.astype(np.float64) for name, x in trace.activations.items()}
    weights = {name: w.astype(np.float64) for name, w in trace.network.weights.items()}
    label = trace.prediction
    tree = hierarchy(trace, label)

    column = weights["dense/kernel"][:, label]
    pushes = a["conv3"].reshape(-1) * column
    logit = pushes.sum() + weights["dense/bias"][label]
    assert tree.before == pytest.approx(logit, abs=1e-4)
    assert tree.before == trace.logits[label]
    assert tree.supporters == (pushes > 0).sum()
    assert tree.readings == 1152
    assert tree.positive == pytest.approx(pushes[pushes > 0].sum(), rel=1e-9)
    assert tree.negative == pytest.approx(pushes[pushes < 0].sum(), rel=1e-9)
    for part, index in zip(tree.parts, np.argsort(-pushes)[:3], strict=True):
        i, j, f = index // 128 // 3, index // 128 % 3, index % 128
        assert (part.layer, part.row, part.col, part.filter) == ("conv3", i, j, f)
        assert part.box == Box(4 * i, 4 * j, 4 * i + 18, 4 * j + 18)
        assert part.contribution == pushes[index]
        assert part.share == pytest.approx(pushes[index] / pushes[pushes > 0].sum())
        _check_below(part, a, weights)


def _check_below(node: Node, a: dict[str, Any], weights: dict[str, Any]) -> None:
    """The two strongest parts of a convolution's cell, each at the argmax of its pool."""
    below = {"conv3": ("pool2", "conv2", 2, 8), "conv2": ("pool1", "conv1", 1, 3)}
    if node.layer not in below:
        assert node.parts == ()
        return
    pool, layer, step, side = below[node.layer]
    kernel = weights[f"{node.layer}/kernel"][..., node.filter]
    patch = a[pool][node.row : node.row + 3, node.col : node.col + 3]
    products = patch * kernel
    total = products.sum() + weights[f"{node.layer}/bias"][node.filter]
    assert node.before == pytest.approx(total, abs=1e-4)
    assert len(node.parts) == 2
    for part, index in zip(node.parts, np.argsort(-products.reshape(-1))[:2], strict=True):
        u, v, m = np.unravel_index(index, products.shape)
        row, col = 2 * (node.row + u), 2 * (node.col + v)
        block = a[layer][row : row + 2, col : col + 2, m]
        r, s = np.unravel_index(block.argmax(), (2, 2))
        assert (part.layer, part.row, part.col, part.filter) == (layer, row + r, col + s, m)
        top, left = step * (row + r), step * (col + s)
        assert part.box == Box(top, left, top + side, left + side)
        assert part.contribution == products[u, v, m]
        assert part.share == pytest.approx(products[u, v, m] / products[products > 0].sum())
        _check_below(part, a, weights)


def test_leaves_are_the_patches_that_the_first_layer_read(trace: Trace) -> None:
    kernel = trace.network.weights["conv1/kernel"].astype(np.float64)
    leaves = [node for node in nodes(hierarchy(trace)) if node.layer == "conv1"]
    assert len(leaves) == 12
    for leaf in leaves:
        assert leaf.patch.shape == (3, 3, 1)
        value = (leaf.patch * kernel[..., leaf.filter]).sum() + leaf.bias
        assert leaf.before == pytest.approx(value, abs=1e-6)
        assert leaf.activated == max(leaf.before, 0)


@pytest.mark.parametrize("label", range(10))
def test_parts_and_the_rest_add_up_at_every_node(trace: Trace, label: int) -> None:
    for tree in (hierarchy(trace, label), hierarchy(trace, label, centred=True)):
        for node in nodes(tree):
            followed = sum(part.contribution or 0 for part in node.parts)
            assert followed + node.rest + node.bias == pytest.approx(node.before, abs=1e-12)
            assert node.positive + node.negative + node.bias == pytest.approx(
                node.before, rel=1e-6, abs=1e-6
            )
            shares = [part.share or 0 for part in node.parts]
            assert all(0 < share <= 1 for share in shares)
            assert sum(shares) <= 1 + 1e-12
            assert shares == sorted(shares, reverse=True)


def test_centring_changes_the_logit_by_the_mean_of_all(trace: Trace) -> None:
    plain = [hierarchy(trace, label).before for label in range(10)]
    centred = [hierarchy(trace, label, centred=True).before for label in range(10)]
    np.testing.assert_allclose(np.array(plain) - np.mean(plain), centred, atol=1e-6)
    assert sum(centred) == pytest.approx(0, abs=1e-5)
    # Only differences of logits count, and these are the same.
    np.testing.assert_allclose(np.diff(plain), np.diff(centred), atol=1e-5)
    # Below the class nothing is centred.
    part = hierarchy(trace, centred=True).parts[0]
    assert part.before == trace.before("conv3")[part.row, part.col, part.filter]


def test_the_predicted_class_is_the_default(trace: Trace) -> None:
    assert hierarchy(trace).filter == trace.prediction


def test_parts_below_and_depth_say_how_large_the_tree_is(trace: Trace) -> None:
    def counts(tree: Node) -> dict[str, int]:
        found = [node.layer for node in nodes(tree)]
        return {layer: found.count(layer) for layer in dict.fromkeys(found)}

    assert counts(hierarchy(trace)) == {"dense": 1, "conv3": 3, "conv2": 6, "conv1": 12}
    assert counts(hierarchy(trace, parts=5, below=1, depth=2)) == {
        "dense": 1,
        "conv3": 5,
        "conv2": 5,
    }
    assert counts(hierarchy(trace, depth=1)) == {"dense": 1, "conv3": 3}


def test_a_blank_picture_has_no_parts_in_the_ink(cnn: Network) -> None:
    trace = Trace(cnn, np.zeros((28, 28, 1)))
    for node in nodes(hierarchy(trace)):
        assert not node.patch.any()
        if node.layer == "conv1":
            assert node.before == node.bias


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"label": 10}, "there is no class 10: they go from 0 to 9"),
        ({"label": -1}, "there is no class -1"),
        ({"parts": 0}, "parts must be at least 1, not 0"),
        ({"below": 0}, "below must be at least 1, not 0"),
        ({"depth": 0}, "depth must be at least 1, not 0"),
    ],
)
def test_a_tree_that_cannot_be_is_refused(trace: Trace, options: dict[str, Any], text: str) -> None:
    with pytest.raises(UsageError, match=text):
        hierarchy(trace, **options)


def test_a_network_without_classes_is_refused() -> None:
    net = Network.initialised([Conv2D("c", 2), Flatten("f")], input_shape=(5, 5, 1))
    with pytest.raises(UsageError, match="the last layer, f, is not dense: there are no classes"):
        hierarchy(Trace(net, np.ones((5, 5, 1))))


# The way back from any cell of any network


@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize("corner", [0, -1])
def test_the_way_back_adds_up_from_every_layer(name: str, corner: int) -> None:
    net, x = small_networks.network(name), picture(3)
    trace = Trace(net, x)
    before, _ = small_networks.forward(net, x)
    for layer in net.layers:
        shape = net.shapes[layer.name]
        row, col = (0, 0) if len(shape) == 1 else (range(shape[0])[corner], range(shape[1])[corner])
        filter = range(shape[-1])[corner]
        tree = trace.pixel(layer.name, filter, row, col, parts=4)
        found = list(nodes(tree))
        for node in found:
            cell = node.row, node.col, node.filter
            if node.layer == "input":
                assert node.before == x[cell]
                assert node.parts == ()
                assert node.box == Box(node.row, node.col, node.row + 1, node.col + 1)
                continue
            maps = before[node.layer]
            expected = maps[node.filter] if maps.ndim == 1 else maps[cell]
            assert node.before == pytest.approx(expected, rel=1e-5, abs=1e-5)
            followed = sum(part.contribution or 0 for part in node.parts)
            assert followed + node.rest + node.bias == pytest.approx(node.before, abs=1e-12)
            sizes = [abs(part.contribution or 0) for part in node.parts]
            assert sizes == sorted(sizes, reverse=True)
            for part in node.parts:
                assert part.contribution == pytest.approx(part.activated * (part.weight or 0))
        assert any(node.layer == "input" for node in found)


def test_the_rest_is_nothing_when_all_is_followed() -> None:
    net = small_networks.network("padded, with a stride")
    trace = Trace(net, picture(4))
    tree = trace.pixel("conv1", 2, 3, 3, parts=1000)
    # 3 x 3 pixels of 2 channels, each with a product of its own.
    assert len(tree.parts) == 18
    assert tree.rest == pytest.approx(0, abs=1e-6)
    assert {part.layer for part in tree.parts} == {"input"}


def test_padding_contributes_nothing_and_is_not_counted() -> None:
    net = small_networks.network("padded, with a stride")
    tree = Trace(net, picture(4) + 1).pixel("conv1", 0, 0, 0, parts=1000)
    assert tree.box == Box(-1, 0, 2, 3)
    assert tree.readings == 2 * 3 * 2
    assert all(part.row >= 0 for part in tree.parts)
    assert not tree.patch[0].any()
    assert tree.patch[1:].all()


def test_the_way_back_goes_through_the_pool_to_the_first_maximum() -> None:
    # All equal: of equal maxima the first in row-major order is followed.
    layers = small_networks.STACKS["like the chapter's"]
    untrained = Network.initialised(layers, input_shape=small_networks.INPUT_SHAPE)
    weights = {n: np.full(w.shape, 0.1, np.float32) for n, w in untrained.weights.items()}
    net = Network(layers, weights, input_shape=small_networks.INPUT_SHAPE)
    trace = Trace(net, np.ones(small_networks.INPUT_SHAPE))
    pooled = trace.pixel("pool1", 1, 2, 3)
    assert (pooled.layer, pooled.filter, pooled.row, pooled.col) == ("conv1", 1, 4, 6)
    assert pooled.activated == trace.activations["pool1"][2, 3, 1]


def test_a_flattened_number_is_followed_to_its_place() -> None:
    net = small_networks.network("like the chapter's")
    trace = Trace(net, picture(5))
    rows, cols, filters = net.shapes["conv2"]
    node = trace.pixel("flatten", (1 * cols + 2) * filters + 3, 0, 0)
    assert (node.layer, node.row, node.col, node.filter) == ("conv2", 1, 2, 3)
    assert rows > 1


def test_a_part_can_speak_against(trace: Trace) -> None:
    tree = trace.pixel("conv2", 5, 4, 4, parts=288)
    assert {np.sign(part.contribution or 0) for part in tree.parts} == {-1, 1}
    for part in tree.parts:
        assert part.share == pytest.approx((part.contribution or 0) / tree.positive)


def test_a_tree_is_plain_data_for_the_page(trace: Trace) -> None:
    tree = hierarchy(trace)
    data = json.loads(json.dumps(tree.to_dict()))
    assert data["layer"] == "dense"
    assert data["box"] == [0, 0, 26, 26]
    leaf = data["parts"][0]["parts"][0]["parts"][0]
    assert np.array(leaf["patch"]).shape == (3, 3, 1)
    assert leaf["share"] == tree.parts[0].parts[0].parts[0].share


def test_parts_must_be_a_count(trace: Trace) -> None:
    with pytest.raises(UsageError, match="parts must be at least 1, not 0"):
        trace.pixel("conv1", 0, 0, 0, parts=0)
