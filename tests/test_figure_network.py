"""Architecture and forward pass: shapes, counts and numbers found by hand and by SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner
from figure_artists import forward, named, one, rectangle, seen, softmax, words

from convexplain import figures
from convexplain.cli import cli
from convexplain.network import Network
from convexplain.style.theme import DARK, LIGHT, Look
from tests.often import covering

COUNTED = {"conv1": 320, "conv2": 18_496, "conv3": 73_856, "dense": 11_530}


@pytest.fixture(scope="module")
def weights():
    return Network.load("cnn").weights


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


@pytest.mark.parametrize(
    ("width", "theme"), covering([3.1, 6.3], {theme.name: theme for theme in (LIGHT, DARK)})
)
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
        # The map with the most strong responses is in front; a pooling keeps the order.
        made = maps[layer if layer[0] == "c" else f"conv{layer[-1]}"]
        limit = made.max()
        strong = (made >= limit / 2).sum(axis=(0, 1))
        order = sorted(range(channels), key=lambda n: (-strong[n], -made[:, :, n].sum()))
        sheets = [one(figure, f"layer-{layer}[{n}]") for n in range(channels)]
        x0, x1 = sheets[0].get_extent()[:2]
        assert (x1 - x0) / cell == pytest.approx(size)
        steps.append((sheets[-1].get_extent()[0] - x0) / cell / (channels - 1))
        # All are opaque: each covers those behind it, which were drawn before.
        for n in (0, 2, channels - 1):
            share = maps[layer][:, :, order[n]] / limit
            colours = np.asarray(sheets[n].get_array())
            fine = len(colours) // size
            expected = theme.signed(share, 1.0).astype(int)
            np.testing.assert_allclose(colours[::fine, ::fine].astype(int), expected, atol=1)
        depths = [sheet.get_zorder() for sheet in sheets]
        assert len(set(depths)) == 1
        painted = figure.axes[0].get_children()
        assert painted.index(sheets[1]) < painted.index(sheets[0])
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


def minus(value):
    return f"{value:.2f}".replace("-", "−")


@pytest.mark.parametrize("width", [3.1, 6.3])
def test_logits_are_points_and_shares_bars_of_their_numbers(width, weights):
    figure = figures.draw("forward-pass", width=width)
    pixels = figures.make("forward-pass").shown_picture.pixels[:, :, 0]
    logits = forward(weights, pixels)["logits"]
    shares = softmax(logits)
    long = np.array([rectangle(one(figure, f"shares.{k}"))[2] for k in range(10)])
    np.testing.assert_allclose(long / long.max(), shares / shares.max(), atol=1e-4)
    at = np.array([rectangle(one(figure, f"logits.{k}"))[0] for k in range(10)])
    np.testing.assert_allclose(
        (at - at.min()) / np.ptp(at), (logits - logits.min()) / np.ptp(logits), atol=1e-3
    )
    stack = [rectangle(one(figure, f"stack.{k}"))[2] for k in np.argsort(-shares)[:2]]
    assert stack[0] / stack[1] == pytest.approx(np.sort(shares)[-1] / np.sort(shares)[-2], rel=1e-3)
    said = words(figure)
    for value in logits:
        assert minus(value) in said


def test_the_alternative_text_tells_all_logits_and_shares(weights):
    pixels = figures.make("forward-pass").shown_picture.pixels[:, :, 0]
    logits = forward(weights, pixels)["logits"]
    for lang in ("en", "zh"):
        said = figures.alternative("forward-pass", lang)
        assert all(minus(value) in said for value in logits)
        assert f"{100 * softmax(logits).max():.1f}%" in said


def test_a_misread_digit_is_told_with_its_label_in_the_caption():
    assert "the label is 6" in figures.caption("forward-pass", sample=122)
    assert "标签是“6”" in figures.caption("forward-pass", "zh", sample=122)


def test_a_network_that_is_no_chain_is_refused_in_one_line():
    for name, lacks in (("architecture", "a convolution"), ("forward-pass", "a convolution")):
        result = CliRunner().invoke(cli, ["figure", name, "--model", "dense"])
        assert result.exit_code == 2
        assert f"lacks {lacks}" in result.output
        assert "Traceback" not in result.output
