"""`convexplain predict`: probabilities as bars."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from scipy import special

from convexplain.cli import cli
from convexplain.data import digits
from convexplain.network import Network
from convexplain.style.format import MINUS, percent
from tests import small_networks
from tests.refusals import refuses


def ran(*args: str) -> str:
    result = CliRunner().invoke(cli, ["predict", *args])
    assert result.exit_code == 0, result.stderr
    return result.stdout


def bars(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if "%" in line and line[0].isdigit()]


@pytest.mark.parametrize("model", ["cnn", "dense"])
def test_the_probabilities_are_scipy_s_softmax_of_independent_logits(model: str) -> None:
    logits, _ = small_networks.forward(Network.load(model), digits.sample(122).pixels)
    wanted = special.softmax(logits["dense"])
    rows = bars(ran("--sample", "122", "--model", model))
    assert [row[2] for row in rows] == [percent(p) for p in wanted]
    shown = [float(row[1].replace(MINUS, "-")) for row in rows]
    assert shown == pytest.approx(logits["dense"], abs=0.006)
    for row, p in zip(rows, wanted, strict=True):
        drawn = row[3] if len(row) > 3 else ""
        cells = sum((" ▏▎▍▌▋▊▉█".index(c)) / 8 for c in drawn)
        assert cells == pytest.approx(40 * p, abs=0.07)


def test_the_answer_and_the_truth_are_told() -> None:
    text = ran("--sample", "122")
    wanted = int(Network.load("cnn")(digits.sample(122).pixels).argmax())
    assert f"cnn reads {wanted}: " in text
    assert "; it is 6." in text
    assert "正确答案是 6" in ran("--sample", "122", "--lang", "zh")


def test_a_file_is_prepared_and_read(tmp_path: Path) -> None:
    file = tmp_path / "seven.png"
    white = np.pad(255 - 255 * digits.first(7).pixels[..., 0], 30, constant_values=255)
    Image.fromarray(white.astype(np.uint8)).save(file)
    text = ran("--image", str(file))
    assert text.startswith("seven.png, prepared: ")
    assert "cnn reads 7: " in text
    assert "it is" not in text
    document = json.loads(ran("--image", str(file), "--json"))
    assert document["prediction"] == 7
    assert document["picture"]["steps"]
    assert sum(document["probabilities"]) == pytest.approx(1)


def test_a_picture_without_ink_is_one_line_and_exit_1(tmp_path: Path) -> None:
    file = tmp_path / "blank.png"
    Image.new("L", (40, 40), 255).save(file)
    result = CliRunner().invoke(cli, ["predict", "--image", str(file)])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1
    assert str(file) in result.stderr


def test_a_network_without_probabilities_is_refused(tmp_path: Path) -> None:
    from convexplain.network import Dense, Flatten

    path = tmp_path / "linear.safetensors"
    Network.initialised((Flatten("flatten"), Dense("dense", 3, "tanh"))).save(path)
    refuses(["predict", "--model", str(path)], ["dense", "no softmax"])


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--digit", "11"], ["11", "0 to 9"]),
        (["--sample", "-2"], ["-2", "0 to 199"]),
        (["--sample", "3", "--image", "x.png"], ["--sample", "--image", "exclude"]),
        (["--model", "nn"], ["'nn'", "cnn, dense, blocks or photo"]),
        (["--layer", "conv1"], ["--layer", "predict --help"]),
        (["four.png"], ["four.png"]),
    ],
)
def test_what_cannot_be_right(args: list[str], words: list[str]) -> None:
    refuses(["predict", *args], words)
