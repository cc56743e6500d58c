"""Architecture and forward pass: shapes, counts and numbers found by hand and by SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from click.testing import CliRunner
from figure_artists import forward, named, one, pictures, rectangle, seen, softmax, words

from convexplain import figures
from convexplain.cli import cli
from convexplain.network import Network
from convexplain.style.map_stack import sheet_opacities, stacked, strength_of
from convexplain.style.theme import DARK, LIGHT, Look

COUNTED = {"conv1": 320, "conv2": 18_496, "conv3": 73_856, "dense": 11_530}


@pytest.fixture(scope="module")
def weights():
    return Network.load("cnn").weights


# Sheets.


def test_sheets_cover_what_lies_behind_them_pixel_by_pixel():
    rng = np.random.default_rng(5)
    values = rng.uniform(-1, 1, (2, 3, 4))
    opacities = sheet_opacities(values, 1.0, 0.5)
    front, back = (4, 6), (-4, 8)
    positive, negative = stacked(opacities, front, back)
    for row in range(8):
        for col in range(14):
            blue = orange = 0.0
            for channel in (3, 2, 1, 0):  # the last lies at the back
                y, x = row - 4 + channel, col - 2 * channel
                if not (0 <= y < 4 and 0 <= x < 6):
                    continue
                share = values[y // 2, x // 2, channel] * (1.0 if channel == 0 else 0.5)
                blue, orange = blue * (1 - abs(share)), orange * (1 - abs(share))
                if share > 0:
                    blue += share
                else:
                    orange -= share
            assert positive[row, col] == pytest.approx(blue, abs=1e-6)
            if blue < 0.999:
                assert negative[row, col] == pytest.approx(orange / (1 - blue), abs=1e-5)


def test_cells_that_are_not_computed_show_nothing_and_deep_stacks_more():
    assert not sheet_opacities(np.full((2, 2, 2), np.nan), 1.0, 1.0).any()
    assert strength_of(32) < strength_of(64) < strength_of(128) < strength_of(10_000) == 1


# Architecture.


@pytest.mark.parametrize("width", [3.1, 6.3])
def test_parameters_are_counted_and_drawn_to_scale(width):
    figure = figures.draw("architecture", width=width)
    said = words(figure)
    heights = {}
    for layer, count in COUNTED.items():
        assert one(figure, f"count-{layer}").get_text() == f"{count:,}"
        heights[layer] = rectangle(one(figure, f"pile-{layer}.parameters"))[3]
    for layer, count in COUNTED.items():
        assert heights[layer] / heights["conv3"] == pytest.approx(count / COUNTED["conv3"])
    assert not named(figure, "pile-pool1.parameters")
    for size in ("28 × 28 × 1", "26 × 26 × 32", "13 × 13 × 32", "11 × 11 × 64", "5 × 5 × 64"):
        assert size in said


@pytest.mark.parametrize("width", [3.1, 6.3])
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_stacks_are_to_scale_and_each_sheet_is_a_map(width, theme, weights):
    figure = figures.draw("architecture", Look(theme=theme.name), width=width)
    pixels = figures.make("architecture").shown_picture.pixels[:, :, 0]
    ((left, right, _, _),) = seen(figure, theme.picture(pixels))
    cell = (right - left) / 28
    maps = forward(weights, pixels)
    steps = []
    for layer, size, channels in (
        ("conv1", 26, 32), ("pool1", 13, 32), ("conv2", 11, 64), ("pool2", 5, 64),
        ("conv3", 3, 128),
    ):  # fmt: skip
        limit = maps[layer if layer[0] == "c" else f"conv{layer[-1]}"].max()
        order = np.argsort(-maps[layer].max(axis=(0, 1)), kind="stable")
        sheets = [one(figure, f"layer-{layer}[{n}]") for n in range(channels)]
        x0, x1 = sheets[0].get_extent()[:2]
        assert (x1 - x0) / cell == pytest.approx(size)
        steps.append((sheets[-1].get_extent()[0] - x0) / cell / (channels - 1))
        front = np.asarray(sheets[0].get_array())
        assert {tuple(colour) for colour in front[..., :3].reshape(-1, 3)} == {
            theme.rgb("positive")
        }
        share = maps[layer][:, :, order[0]] / limit
        np.testing.assert_allclose(front[..., 3] / 255, share, atol=0.005)
        third = np.asarray(sheets[2].get_array())[..., 3]
        behind = maps[layer][:, :, order[2]] / limit
        # The sheets behind let through; all cells of one by the same share.
        strength = third.max() / 255 / behind.max()
        np.testing.assert_allclose(third / 255, strength * behind, atol=0.005)
    np.testing.assert_allclose(steps, steps[0], rtol=1e-6)


def test_the_vector_is_folded_place_by_place_and_the_answer_is_a_bar(weights):
    figure = figures.draw("architecture")
    pixels = figures.make("architecture").shown_picture.pixels[:, :, 0]
    maps = forward(weights, pixels)
    vector = maps["conv3"].ravel().astype(np.float32)
    folded = np.stack([vector[128 * place : 128 * (place + 1)] for place in range(9)], axis=1)
    assert len(seen(figure, LIGHT.signed(folded, float(vector.max())))) == 1
    chances = softmax(maps["logits"])
    bars = [rectangle(one(figure, f"answer.{k}"))[2] for k in range(10)]
    np.testing.assert_allclose(np.array(bars) / max(bars), chances / chances.max(), atol=1e-4)


def test_the_alternative_text_of_the_stacks_holds_every_shape_and_count():
    for lang in ("en", "zh"):
        said = figures.alternative("architecture", lang)
        for text in ("3 × 3 × 128", "73,856", "104,202", ">99.9%"):
            assert text in said
    assert "71%" in figures.caption("architecture")


# Forward pass.


@pytest.fixture(scope="module")
def passed():
    return figures.draw("forward-pass")


@pytest.fixture(scope="module")
def computed(weights):
    return forward(weights, figures.make("forward-pass").shown_picture.pixels[:, :, 0])


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_all_maps_of_all_layers_are_there_in_order_on_their_layers_scale(theme, computed):
    figure = figures.draw("forward-pass", Look(theme=theme.name), width=3.1)
    drawn = [cells for _, cells in pictures(figure)][1:]
    for layer, channels in (
        ("conv1", 32), ("pool1", 32), ("conv2", 64), ("pool2", 64), ("conv3", 128),
    ):  # fmt: skip
        limit = float(np.float32(computed[f"conv{layer[-1]}"].max()))
        expected = theme.signed(computed[layer].astype(np.float32), limit)
        for n in range(channels):
            np.testing.assert_array_equal(drawn.pop(0), expected[:, :, n], err_msg=f"{layer} {n}")
    assert drawn == []


def test_the_numbers_below_a_layer_are_those_of_one_cell(passed, computed, weights):
    pixels = figures.make("forward-pass").shown_picture.pixels[:, :, :1].astype(float)
    for layer, before in (("conv1", None), ("conv2", "pool1"), ("conv3", "pool2")):
        place, products, bias, after = (
            one(passed, f"work-{layer}-{n}").get_text() for n in range(4)
        )
        n, at = place.removeprefix("filter ").split(" at ")
        row, col = map(int, at.split(","))
        patch = (pixels if before is None else computed[before])[row : row + 3, col : col + 3]
        kernel = weights[f"{layer}/kernel"][:, :, :, int(n)].astype(float)
        total = math.fsum((patch * kernel).ravel())
        own = float(weights[f"{layer}/bias"][int(n)])
        assert products == f"{kernel.size} products: {total:.2f}"
        assert bias == f"bias: {own:.2f}".replace("-", "−")
        assert after == f"after ReLU: {max(total + own, 0):.2f}"
    for layer, before in (("pool1", "conv1"), ("pool2", "conv2")):
        place, largest = (one(passed, f"work-{layer}-{n}").get_text() for n in range(2))
        n, at = place.removeprefix("channel ").split(" at ")
        row, col = map(int, at.split(","))
        block = computed[before][2 * row : 2 * row + 2, 2 * col : 2 * col + 2, int(n)]
        assert largest == f"largest of 4: {block.max():.2f}"


def minus(value, decimals=2):
    return f"{value:.{decimals}f}".replace("-", "−")


def test_the_table_is_the_softmax_of_the_logits(passed, computed):
    logits = computed["logits"]
    largest = logits.max()
    chances = [math.exp(z) / math.fsum(math.exp(x) for x in logits) for z in logits]
    whole = None
    for k, (z, p) in enumerate(zip(logits, chances, strict=True)):
        assert one(passed, f"z-{k}").get_text() == minus(z)
        assert one(passed, f"shifted-{k}").get_text() == minus(z - largest)
        power = math.exp(z - largest)
        said = one(passed, f"power-{k}").get_text()
        assert said == (f"{power:.3f}" if power >= 0.0005 else "<0.001")
        said = one(passed, f"p-{k}").get_text()
        assert said == (f"{100 * p:.1f}%" if p >= 0.0005 else "<0.1%")
        wide = rectangle(one(passed, f"bar-{k}"))[2]
        whole = whole or wide / p
        assert wide == pytest.approx(p * whole, rel=1e-4)
    total = math.fsum(math.exp(z - largest) for z in logits)
    assert one(passed, "sum").get_text() == f"sum {total:.3f}"


def test_the_logit_is_written_as_a_sum(passed, computed, weights):
    best = int(computed["logits"].argmax())
    products = computed["conv3"].ravel() * weights["dense/kernel"][:, best].astype(float)
    plus, below = products[products > 0].sum(), products[products < 0].sum()
    (said,) = [text for text in words(passed) if text.startswith("dense, logit of")]
    assert f"logit of {best}: +{plus:.2f} (products above 0) − {-below:.2f} (below 0)" in said
    assert said.endswith(f"= {minus(computed['logits'][best])}")


def test_a_misread_digit_is_called_wrong_in_the_caption():
    assert "Wrong, the label is 6" in figures.caption("forward-pass", sample=122)
    assert "错了，标签是 6" in figures.caption("forward-pass", "zh", sample=122)


def test_a_network_that_is_no_chain_is_refused_in_one_line():
    for name, lacks in (("architecture", "a convolution"), ("forward-pass", "a row of 1 to 5")):
        result = CliRunner().invoke(cli, ["figure", name, "--model", "dense"])
        assert result.exit_code == 2
        assert f"lacks {lacks}" in result.output
        assert "Traceback" not in result.output
