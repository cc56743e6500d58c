"""`convexplain pixel`: the receptive field in its frame, and the sums on the way back."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from convexplain.cli import cli
from convexplain.data import digits
from convexplain.network import Network
from convexplain.style.format import MINUS, number
from tests import small_networks
from tests.refusals import refuses


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, ["pixel", *args])


def ran(*args: str) -> str:
    result = run(*args)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def table(text: str) -> list[tuple[int, float, str]]:
    """The way back as depth, contribution, name."""
    lines = text.splitlines()
    rule = next(i for i, line in enumerate(lines) if line.startswith("-----"))
    start = lines[rule - 1].index("cell [")
    rows = []
    for line in lines[rule + 1 :]:
        if not line:
            break
        name = line[start:]
        depth = (len(name) - len(name.lstrip())) // 2
        rows.append((depth, float(line.split()[0].replace(MINUS, "-")), name.strip()))
    return rows


@pytest.fixture(scope="module")
def befores_and_afters() -> Any:
    """The example of the issue, by plain loops in float64."""
    return small_networks.forward(Network.load("cnn"), digits.first(4).pixels)


def test_the_largest_contributions_are_numpy_s(befores_and_afters: Any) -> None:
    network = Network.load("cnn")
    z, after = befores_and_afters
    kernel = network.weights["conv3/kernel"][..., 17].astype(float)
    products = after["pool2"][1:4, 2:5] * kernel
    largest = sorted(products.ravel(), key=abs, reverse=True)
    rows = table(ran("--digit", "4", "--layer", "conv3", "--filter", "17", "--at", "1,2"))
    top = [row for row in rows if row[0] == 0]
    assert [number(row[1], sign=True) for row in top[:2]] == [
        number(value, sign=True) for value in largest[:2]
    ]
    assert top[2][2] == "the other 574"
    assert top[2][1] == pytest.approx(sum(largest[2:]), abs=0.006)
    assert top[3][1] == pytest.approx(network.weights["conv3/bias"][17], abs=0.006)
    assert sum(row[1] for row in top) == pytest.approx(z["conv3"][1, 2, 17], abs=0.03)


def test_every_level_adds_up_to_the_value_above_it(befores_and_afters: Any) -> None:
    befores, _ = befores_and_afters
    args = ("--digit", "4", "--layer", "conv3", "--filter", "17", "--at", "1,2", "--json")
    document = json.loads(ran(*args, "--parts", "3"))
    seen = set()

    def check(node: dict[str, Any]) -> None:
        seen.add(node["layer"])
        if node["layer"] == "input":
            assert node["before"] == digits.first(4).pixels[node["row"], node["col"], 0]
            return
        cell = node["row"], node["col"], node["filter"]
        assert node["before"] == pytest.approx(befores[node["layer"]][cell], rel=1e-5, abs=1e-6)
        total = node["bias"] + node["rest"] + sum(p["contribution"] for p in node["parts"])
        assert total == pytest.approx(node["before"], abs=1e-9)
        assert len(node["parts"]) == 3
        for part in node["parts"]:
            assert part["contribution"] == pytest.approx(part["activated"] * part["weight"])
            check(part)

    check(document["way_back"])
    assert seen == {"conv3", "conv2", "conv1", "input"}
    assert document["sees"] == [4, 8, 22, 26]


def test_the_frame_is_the_receptive_field_and_covers_no_pixel() -> None:
    text = ran("--digit", "4", "--layer", "conv3", "--filter", "17", "--at", "1,2")
    assert "rows 4 to 21 and columns 8 to 25" in text
    lines = text.splitlines()
    top = next(i for i, line in enumerate(lines) if "┌" in line)
    bottom = next(i for i, line in enumerate(lines) if "└" in line)
    assert bottom - top - 1 == 18
    assert lines[top].index("┐") - lines[top].index("┌") - 1 == 2 * 18
    assert lines[top].index("┌") == 2 * 8
    picture = [line.ljust(60) for line in lines[top - 4 : bottom + 7] if "─" not in line]
    shown = [row[:16] + row[17:53] + row[54:] for row in picture]
    pixels = digits.first(4).pixels[..., 0]
    for shades, values in zip(shown, pixels, strict=True):
        levels = [" ░▒▓█".index(shade) for shade in shades[0:56:2]]
        assert levels == [int(np.ceil(4 * value)) for value in values]


def test_what_lies_outside_of_the_frame_changes_nothing() -> None:
    network, picture = Network.load("cnn"), digits.first(4).pixels
    noise = np.random.default_rng(0).random(picture.shape, np.float32)
    noise[4:22, 8:26] = picture[4:22, 8:26]
    cells = [network.activations(x)["conv3"][1, 2] for x in (picture, noise)]
    assert np.array_equal(*cells)


def test_a_pool_names_the_cell_whose_value_it_hands_on(befores_and_afters: Any) -> None:
    _, after = befores_and_afters
    four = after["conv1"][10:12, 12:14, 3]
    row, col = np.unravel_index(four.argmax(), (2, 2))
    text = ran("--digit", "4", "--layer", "pool1", "--filter", "3", "--at", "5,6")
    assert f"pool1[5, 6, 3] hands on conv1[{10 + row}, {12 + col}, 3]" in text
    assert "rows 10 to 13 and columns 12 to 15" in text


def test_every_layer_has_a_way_back(befores_and_afters: Any) -> None:
    _, after = befores_and_afters
    for layer in ("conv1", "pool2", "flatten", "dense"):
        first = ran("--digit", "4", "--layer", layer).splitlines()[1]
        assert float(first.rpartition(" = ")[2]) == pytest.approx(after[layer].max(), rel=1e-5)
    text = ran("--digit", "4", "--model", "dense", "--layer", "dense")
    assert "hidden[0, 0, " in text
    assert "rows 0 to 27 and columns 0 to 27" in text


def test_padding_is_named(tmp_path: Any) -> None:
    from convexplain.network import Conv2D

    path = tmp_path / "padded.safetensors"
    Network.initialised((Conv2D("conv1", 2, 3, padding=5),)).save(path)
    near = ran("--model", str(path), "--at", "4,4")
    assert "rows 0 to 1 and columns 0 to 1 of the picture, and padding" in near
    assert "sees nothing but padding" in ran("--model", str(path), "--at", "0,0")


def test_chinese_has_no_english_sentences() -> None:
    text = ran("--digit", "4", "--lang", "zh")
    assert "贡献" in text
    assert not {"row", "rows", "the", "other", "bias", "weight", "pixel"} & set(text.split())


BAD = [
    (["--parts", "0"], ["0", "1 to 9"]),
    (["--layer", "conv9"], ["'conv9'", "conv1, pool1"]),
    (["--layer", "conv3", "--at", "3,0"], ["row 3", "0 to 2"]),
    (["--layer", "dense", "--filter", "10"], ["unit 10", "0 to 9"]),
    (["--layer", "dense", "--at", "1,0"], ["row 1", "0 to 0"]),
    (["--digit", "10"], ["10", "0 to 9"]),
    (["--at", "a,b"], ["'a,b'", "row and column"]),
    (["--code"], ["--code", "convexplain pixel --help"]),
]


@pytest.mark.parametrize(("args", "words"), BAD, ids=[" ".join(args) for args, _ in BAD])
def test_what_cannot_be_right_is_one_line_and_exit_2(args: list[str], words: list[str]) -> None:
    refuses(["pixel", *args], words)
