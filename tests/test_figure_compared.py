"""Local patterns and translation: sums, maps and answers found again by SciPy and plain loops."""

from __future__ import annotations

import json
from importlib.resources import files

import numpy as np
import pytest
from click.testing import CliRunner
from figure_artists import (
    forward,
    named,
    one,
    overlapping,
    pictures,
    rectangle,
    seen,
    softmax,
    words,
)

from convexplain import figures
from convexplain.cli import cli
from convexplain.data import digits
from convexplain.errors import UsageError
from convexplain.network import Network
from convexplain.style.theme import DARK, LIGHT, Look

FACTS = json.loads((files("convexplain") / "assets" / "facts.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def weights():
    return Network.load("cnn").weights


@pytest.fixture(scope="module")
def dense():
    return Network.load("dense").weights


# Local patterns.


@pytest.fixture(scope="module")
def local():
    return figures.draw("local-patterns")


@pytest.fixture(scope="module")
def digit():
    return figures.make("local-patterns").shown_picture.pixels[:, :, 0]


def test_the_units_number_is_the_sum_of_its_products_and_its_bias(local, digit, dense):
    said, unit = words(local), figures.make("local-patterns").shown_unit.number
    assert f"Dense unit {unit}: 784 weights" in said
    total = 0.0
    template = dense["hidden/kernel"][:, unit].reshape(28, 28)
    for row in range(28):
        for col in range(28):
            total += float(digit[row, col]) * float(template[row, col])
    bias = float(dense["hidden/bias"][unit])
    for number in (total, bias, total + bias):
        printed = f"{number:.2f}".replace("-", "−")
        assert printed in said
        assert printed in figures.alternative("local-patterns")


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_weights_kernel_and_map_have_the_colours_of_their_numbers(theme, digit, weights, dense):
    drawn, made = (
        figures.draw("local-patterns", Look(theme=theme.name)),
        figures.make("local-patterns"),
    )
    said, n = words(drawn), made.shown_filter
    template = dense["hidden/kernel"][:, made.shown_unit.number].reshape(28, 28)
    assert len(seen(drawn, theme.signed(template, np.abs(template).max()))) == 1
    answers = forward(weights, digit)["conv1"][:, :, n].astype(np.float32)
    assert len(seen(drawn, theme.signed(answers, answers.max()))) == 1
    assert len(seen(drawn, theme.picture(digit))) == 2
    for weight in weights["conv1/kernel"][:, :, 0, n].ravel():
        assert f"{weight:.2f}".replace("-", "−") in said
    assert f"{answers.max():.2f}" in said


@pytest.mark.parametrize("values", [{"sample": 101}, {"sample": 145}, {"filter": 0}])
def test_texts_of_the_comparison_stay_apart(values):
    for width in (3.0, 6.3):
        assert overlapping(figures.draw("local-patterns", width=width, **values)) == []


# Translation.


def shifted(picture, direction, by):
    """A picture moved, by plain loops; zeros come in."""
    down, right = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0)}[direction]
    out = np.zeros_like(picture)
    for row in range(picture.shape[0]):
        for col in range(picture.shape[1]):
            r, c = row - by * down, col - by * right
            if 0 <= r < picture.shape[0] and 0 <= c < picture.shape[1]:
                out[row, col] = picture[r, c]
    return out


def answers(weights, dense, picture):
    """Probabilities by both networks."""
    hidden = picture.astype(float).ravel() @ dense["hidden/kernel"] + dense["hidden/bias"]
    logits = np.maximum(hidden, 0) @ dense["dense/kernel"] + dense["dense/bias"]
    return softmax(forward(weights, picture)["logits"]), softmax(logits)


@pytest.mark.parametrize(
    ("direction", "width"),
    [("left", 3.1), *(pytest.param(d, 6.3, marks=pytest.mark.soak) for d in ("right", "down"))],
)
def test_every_step_stands_with_what_both_networks_read(weights, dense, direction, width):
    figure = figures.draw("translation", width=width, sample=157, direction=direction)
    picture = digits.sample(157).pixels[:, :, 0]
    first = [int(chances.argmax()) for chances in answers(weights, dense, picture)]
    for by in range(7):
        there = shifted(picture, direction, by)
        assert len(seen(figure, LIGHT.picture(there))) == 1
        for number, chances in enumerate(answers(weights, dense, there)):
            tile = one(figure, f"tile-{number}-{by}")
            assert tile.get_text() == str(int(chances.argmax()))
            same = int(chances.argmax()) == first[number]
            assert tile.get_color() == (LIGHT.ink if same else LIGHT.accent)


def test_what_cannot_be_moved_is_refused_in_one_line():
    with pytest.raises(UsageError, match="shift by 7 pixels is not shown: give 1 to 6"):
        figures.draw("translation", shift=7)
    result = CliRunner().invoke(cli, ["figure", "local-patterns", "--filter", "32"])
    assert result.exit_code == 2
    assert "no filter 32" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("name", ["local-patterns", "translation"])
def test_frames_and_pictures_stay_on_the_sheet(name):
    for width in (3.0, 4.0, 5.1, 5.2):
        figure = figures.draw(name, width=width)
        right, bottom = width * 72, figure.get_figheight() * 72
        for (x0, x1, y1, y0), _ in pictures(figure):
            assert 0 <= x0 < x1 <= right
            assert 0 <= y0 < y1 <= bottom
        for patch in named(figure, "shared-0"):
            x, y, wide, high = rectangle(patch)
            assert x + wide <= right
            assert y + high <= bottom
