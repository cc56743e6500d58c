"""`convexplain model`: the table of a network, and what it never sees."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from convexplain.cli import cli
from convexplain.data import digits
from convexplain.data.recipe import Recipe
from convexplain.lessons.parts import answer_bars
from convexplain.network import Conv2D, Dense, Flatten, MaxPooling2D, Network
from convexplain.style.captions import Caption
from tests.refusals import refuses


def ran(*args: str) -> str:
    result = CliRunner().invoke(cli, ["model", *args])
    assert result.exit_code == 0, result.stderr
    return result.stdout


# The chapter's own table, and the step on the input.
CHAPTER = """
conv1    Conv2D        26 × 26 × 32  320     194,688    3 × 3    1
pool1    MaxPooling2D  13 × 13 × 32  0       0          4 × 4    2
conv2    Conv2D        11 × 11 × 64  18,496  2,230,272  8 × 8    2
pool2    MaxPooling2D  5 × 5 × 64    0       0          10 × 10  4
conv3    Conv2D        3 × 3 × 128   73,856  663,552    18 × 18  4
flatten  Flatten       1,152         0       0          18 × 18
dense    Dense         10            11,530  11,520     26 × 26
"""


def test_the_chapter_s_network() -> None:
    lines = ran().splitlines()
    rows = [line.split() for line in lines]
    for line in CHAPTER.strip().splitlines():
        assert line.split() in rows
    assert ["total", "104,202", "3,100,032"] in rows
    assert "rows 26–27 and columns 26–27 of the picture" in ran()


def test_the_columns_are_aligned() -> None:
    head, rule, *rows = ran().splitlines()[:10]
    for name in ("parameters", "multiplications", "sees"):
        end = head.index(name) + len(name)
        for row in rows[1:8]:
            assert row[end - 1].isdigit()
            assert row[end : end + 2].strip() == ""
    assert set(rule) == {"-"}


def test_what_is_never_seen_changes_nothing() -> None:
    network = Network.load("cnn")
    picture = digits.first(3).pixels.copy()
    logits = network(picture)
    picture[26:], picture[:, 26:] = 1, 1
    assert np.array_equal(network(picture), logits)
    picture[25, 25] = 1
    assert not np.array_equal(network(picture), logits)


def test_the_baseline_sees_everything() -> None:
    text = ran("dense")
    assert ["total", "407,050", "406,528"] in [line.split() for line in text.splitlines()]
    assert "Every row and column of the picture is seen." in text
    assert "图片的每一行" in ran("dense", "--lang", "zh")


def test_gaps_that_a_stride_leaves_are_named(tmp_path: Path) -> None:
    path = tmp_path / "gaps.safetensors"
    layers = (Conv2D("conv1", 2, (1, 3), stride=(3, 1)), MaxPooling2D("pool1"), Flatten("flatten"))
    Network.initialised(layers, input_shape=(12, 8, 1)).save(path)
    text = ran(str(path))
    assert "rows 1–2, 4–5, 7–8, 10–11 and columns none of the picture" in text
    assert next(x for x in text.splitlines() if "conv1" in x).split()[-3:] == ["3", "×", "1"]


def test_json_says_the_same() -> None:
    document = json.loads(ran("--json"))
    assert document["unseen"] == {"rows": [26, 27], "columns": [26, 27]}
    sizes = [layer["receptive_field"]["size"] for layer in document["layers"]]
    assert sizes == [[n, n] for n in (3, 4, 8, 10, 18, 18, 26)]
    assert document["parameters"] == 104_202


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["dens"], ["'dens'", "cnn, dense, blocks or photo", "did you mean dense?"]),
        (["--lang", "xx"], ["'xx'", "en or zh"]),
        (["cnn", "dense"], ["dense"]),
    ],
)
def test_what_cannot_be_right(args: list[str], words: list[str]) -> None:
    refuses(["model", *args], words)


@pytest.mark.parametrize("told", ["7.5", "-1.0"])
def test_an_accuracy_that_cannot_be_is_not_repeated(tmp_path: Path, told: str) -> None:
    path = tmp_path / "a.safetensors"
    network = Network.load("dense")
    provenance = {"test_accuracy": float(told)}
    Network(network.layers, network.weights, provenance=provenance).save(path)
    result = CliRunner().invoke(cli, ["model", str(path)])
    assert (result.exit_code, result.stderr) == (0, "")
    assert "test digits right" not in result.stdout


def test_one_layer_is_told_with_all_that_it_is() -> None:
    facts = dict(line.split("  ", 1) for line in ran("--layer", "conv2").splitlines())
    told = {name: value.strip() for name, value in facts.items()}
    assert told == {
        "kind": "Conv2D",
        "reads": "pool1: 13 × 13 × 32",
        "output": "11 × 11 × 64",
        "filters": "64",
        "window": "3 × 3",
        "stride": "1 × 1",
        "activation": "relu",
        "parameters": "18,496",
        "multiplications": "2,230,272",
        "sees of the picture": "8 × 8",
    }
    assert json.loads(ran("--layer", "conv2", "--json"))["reads"] == "pool1: 13 × 13 × 32"
    assert "过滤器" in ran("--layer", "conv2", "--lang", "zh")


def test_a_layer_that_is_not_there_is_refused() -> None:
    refuses(["model", "--layer", "conv9"], ["conv9", "conv1"])


def test_classes_that_the_font_cannot_write_are_told_once(tmp_path: Path) -> None:
    recipe = Recipe(
        (5, 5), "gray", classes=tuple(Caption(n, n) for n in ("猫", "ねこ", "кот", "قط"))
    )
    layers = (Flatten("flatten"), Dense("dense", 4, "softmax"))
    made = Network.initialised(layers, input_shape=(5, 5, 1))
    path = tmp_path / "cats.safetensors"
    Network(layers, dict(made.weights), input_shape=(5, 5, 1), recipe=recipe).save(path)
    for lang, words in (
        ("en", "pictures show {} of the classes by number"),
        ("zh", "有 {} 个类别"),
    ):
        result = CliRunner().invoke(cli, ["--lang", lang, "model", str(path)])
        assert result.exit_code == 0, result.output
        count = len(answer_bars.unwritten(Network.load(path)))
        assert result.stderr.count(words.format(count)) == 1
        assert "ねこ" in result.stderr
        assert "猫" not in result.stderr
        assert "--classes" in result.stderr
