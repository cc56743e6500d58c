"""Colours, numbers as text and mistakes on the page are those of Python."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from convexplain.lessons.parts import mistakes
from convexplain.ops import conv2d_steps
from convexplain.page.words import WORDS
from convexplain.style import format, theme
from convexplain.style.captions import Caption


@pytest.mark.parametrize("name", ["dark", "light"])
def test_every_entry_of_the_colour_tables_is_python_s(core: Any, name: str) -> None:
    look = theme.THEMES[name]
    values = np.linspace(-2, 2, 8193)
    found = core(
        """(() => {
          const values = window.unpack(argument.values);
          const rgba = new Uint8ClampedArray(4 * values.length);
          core.colours.paint(rgba, values, 2, argument.name);
          return { rgba, one: core.colours.signedColour(values[100], 2, argument.name) };
        })()""",
        {"values": values, "name": name},
    )
    assert found["rgba"].reshape(-1, 4)[:, :3].tolist() == look.signed(values, 2).tolist()
    assert found["one"] == look.signed(values[100], 2).tolist()
    assert core("core.colours.signedColour(0, 0, argument)", name) == look.signed(0, 0).tolist()


@pytest.mark.parametrize("name", ["dark", "light"])
def test_pixels_have_python_s_grays_and_text_on_them_its_colour(core: Any, name: str) -> None:
    look = theme.THEMES[name]
    values = (np.arange(256) / 255).astype(np.float32)
    found = core(
        "Array.from(window.unpack(argument.values),"
        " (v) => core.colours.pictureColour(v, argument.name))",
        {"values": values, "name": name},
    )
    assert found == look.picture(values).tolist()
    colours = np.random.default_rng(1).integers(0, 256, (500, 3)).tolist()
    assert core("argument.map(core.colours.textOn)", colours) == [look.text_on(c) for c in colours]


def test_numbers_print_as_in_python(core: Any) -> None:
    random = np.random.default_rng(2)
    values = [0.0, -0.0, 0.005, -0.005, 0.125, -0.125, 1.005, 2.675, -0.534, 1e-9, -1e-9, 1234.5]
    values += random.normal(0, 3, 500).tolist() + (random.integers(-400, 400, 200) / 8).tolist()
    for decimals in (0, 1, 2, 6):
        found = core(f"argument.map((v) => core.as_text.number(v, {decimals}))", values)
        assert found == [format.number(v, decimals) for v in values]
    assert core("argument.map((v) => core.as_text.number(v, 2, true))", values) == [
        format.number(v, sign=True) for v in values
    ]


def test_shares_counts_and_shapes_print_as_in_python(core: Any) -> None:
    random = np.random.default_rng(3)
    shares = [0.0, 1.0, 1e-9, 1 - 1e-9, 0.0005, 0.00049, 0.9995, 0.99949, 0.5, 0.0625, 2.5, -0.25]
    shares += random.random(500).tolist() + (random.integers(0, 2000, 300) / 2000).tolist()
    for decimals in (0, 1, 2):
        found = core(f"argument.map((v) => core.as_text.percent(v, {decimals}))", shares)
        assert found == [format.percent(v, decimals) for v in shares]
    likely = [p for p in shares if 0 <= p <= 1]
    assert core("argument.map((p) => core.as_text.probability(p))", likely) == [
        format.probability(p) for p in likely
    ]
    counts = [0, 7, 999, 1000, 104202, 3100032, -1200]
    assert core("argument.map(core.as_text.count)", counts) == [format.count(n) for n in counts]
    assert core("core.as_text.shape([26, 26, 32])") == format.shape((26, 26, 32))


def test_a_breakdown_is_python_s(core: Any) -> None:
    random = np.random.default_rng(5)
    for channels, shown in ((1, 5), (4, 5), (12, 5), (12, 3), (12, 12)):
        x = random.normal(0, 1, (3, 3, channels))
        kernel = random.normal(0, 1, (3, 3, channels, 1))
        x[..., -1], kernel[..., -1, :] = x[..., 0], kernel[..., 0, :]  # a tie: the first one wins
        (step,) = conv2d_steps(x, kernel, [float(random.normal())])
        account = step.breakdown(shown)
        found = core(
            "core.breakdown.breakdown(argument.sums, "
            "core.breakdown.largestPlaces(argument.sums, argument.shown), argument)",
            {
                "sums": step.channel_sums.tolist(),
                "shown": shown,
                "bias": step.bias,
                "value": step.value,
            },
        )
        assert [part["place"] for part in found["parts"]] == [part.place for part in account.parts]
        assert [part["value"] for part in found["parts"]] == [part.value for part in account.parts]
        assert found["restCount"] == account.rest_count
        assert found["rest"] == pytest.approx(account.rest, abs=1e-12)
        assert found["named"] + found["rest"] == pytest.approx(account.total)
        assert (found["bias"], found["value"]) == (account.bias, account.value)


def test_a_sum_s_lines_hide_what_is_to_be_guessed(core: Any) -> None:
    made = {"parts": [], "named": 3.0, "rest": -1.0, "restCount": 2, "bias": 0.5, "value": 2.5}
    lines = """core.breakdown.rows(
        argument, { named: "few", rest: "others", value: "z" }, { sum: true, value: false })
        .map((line) => [line.name, line.value, line.secret ?? false])"""
    assert core(lines, made) == [
        ["few", 3.0, True],
        ["+ others", -1.0, False],
        ["+ bias", 0.5, False],
        ["z", 2.5, False],
    ]
    assert core(lines, {**made, "rest": 0.0, "restCount": 0}) == [
        ["few", 3.0, True],
        ["+ bias", 0.5, False],
        ["z", 2.5, False],
    ]


def test_mistakes_equal_python_s(core: Any) -> None:
    random = np.random.default_rng(4)
    for shape in ((3, 3, 1), (3, 3, 5), (2, 3, 2)):
        patch, kernel = random.normal(0, 1, (2, *shape))
        bias = float(random.normal())
        found = core(
            "core.choices.convolutionMistakes(...argument.arrays.map(window.unpack), "
            "argument.shape, argument.bias)",
            {"arrays": [patch.ravel(), kernel.ravel()], "shape": shape, "bias": bias},
        )
        expected = mistakes.convolution(patch, kernel, bias)
        assert list(found) == list(expected)
        assert found == pytest.approx(expected)
    pooled = core("core.choices.poolingMistakes([1, 3, 0, 2])")
    assert pooled == mistakes.pooling([[1.0, 3.0], [0.0, 2.0]])
    shown = core(
        "core.choices.distinct(new Map(argument), (v) => core.as_text.number(v))",
        [["right", 0.5], ["no-relu", 0.501], ["no-bias", 0.25]],
    )
    assert shown == {"right": "0.50", "no-bias": "0.25"}


def test_every_word_is_there_in_both_languages_with_the_same_fields(core: Any) -> None:
    words = core("core.words.WORDS")
    assert len(words) > 100
    for key, (en, zh) in words.items():
        Caption(en=en, zh=zh)  # refuses a language that is empty, or other fields
        # Full-width punctuation beside Chinese characters.
        assert not re.search(r"[\u4e00-\u9fff][,;:!?.()]|[,;:!?()][\u4e00-\u9fff]", zh), key
    assert not set(words) & set(WORDS), "a key of words.js hides one of words.py"
