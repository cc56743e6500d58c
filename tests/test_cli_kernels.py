"""`convexplain kernels`: names, what each finds, and weights."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

from convexplain.cli import cli
from convexplain.data.kernels import KERNELS
from convexplain.style.format import MINUS
from tests.refusals import refuses


def ran(*args: str) -> str:
    result = CliRunner().invoke(cli, ["kernels", *args])
    assert result.exit_code == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize(("lang", "finds"), [("en", "finds"), ("zh", "finds_zh")])
def test_every_kernel_is_listed_with_what_it_finds(lang: str, finds: str) -> None:
    rows = ran("--lang", lang).splitlines()[2:-2]
    assert [row.split()[0] for row in rows] == list(KERNELS)
    for row, kernel in zip(rows, KERNELS.values(), strict=True):
        assert row.endswith(getattr(kernel, finds))


def test_the_weights_are_laid_out_as_on_the_picture() -> None:
    lines = ran("sobel-x").splitlines()
    assert lines[2:5] == ["  −1   0   1", "  −2   0   2", "  −1   0   1"]


@pytest.mark.parametrize("name", list(KERNELS))
def test_the_printed_weights_are_the_kernel_s(name: str) -> None:
    lines = ran(name).replace(MINUS, "-").splitlines()
    height = KERNELS[name].weights.shape[0]
    printed = np.array([line.split() for line in lines[2 : 2 + height]], float)
    assert np.abs(printed - KERNELS[name].weights).max() <= 0.00005
    assert len({len(line) for line in lines[2 : 2 + height]}) == 1


def test_json_holds_the_weights() -> None:
    (document,) = json.loads(ran("laplacian", "--json"))
    assert document["weights"] == [[0, 1, 0], [1, -4, 1], [0, 1, 0]]
    assert len(json.loads(ran("--json"))) == len(KERNELS)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["sobel"], ["'sobel'", "sobel-x", "did you mean sobel-"]),
        (["--lang", "fr"], ["'fr'", "en or zh"]),
    ],
)
def test_what_cannot_be_right(args: list[str], words: list[str]) -> None:
    refuses(["kernels", *args], words)
