"""`convexplain digits`: thumbnails, numbers, roles."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

from convexplain.cli import cli
from convexplain.data import digits
from convexplain.network import Network
from tests.refusals import refuses


def ran(*args: str, columns: int = 80) -> str:
    result = CliRunner(env={"COLUMNS": str(columns)}).invoke(cli, ["digits", *args])
    assert result.exit_code == 0, result.stderr
    return result.stdout


def pixels(lines: list[str]) -> np.ndarray:
    """Half blocks as a picture again, 0 and 1."""
    above = [[c in "▀█" for c in line] for line in lines]
    below = [[c in "▄█" for c in line] for line in lines]
    return np.stack([above, below], axis=1).reshape(2 * len(lines), -1)


def test_a_large_digit_is_drawn_pixel_by_pixel() -> None:
    title, *lines = ran("--sample", "83").splitlines()
    assert title == "bundled digit 83: 4"
    drawn = pixels([line.ljust(28) for line in lines[:14]])
    picture = digits.sample(83).pixels[..., 0]
    assert np.array_equal(drawn, picture >= picture.max() / 2)


def test_a_thumbnail_is_the_digit_at_half_its_size() -> None:
    heading, *lines = ran("4").splitlines()
    assert heading == "4: --sample 80 to 99"
    for place in range(5):  # five fit into 80 columns
        drawn = pixels([line.ljust(80)[16 * place :][:14] for line in lines[:7]])
        picture = digits.sample(80 + place).pixels[..., 0]
        small = picture.reshape(14, 2, 14, 2).mean(axis=(1, 3))
        assert np.array_equal(drawn, small >= small.max() / 2)
    assert lines[7].split() == ["80", "81", "82", "83", "84"]


@pytest.mark.parametrize(("columns", "across"), [(10, 1), (80, 5), (200, 12)])
def test_as_many_stand_side_by_side_as_the_terminal_is_wide(columns: int, across: int) -> None:
    lines = ran("0", columns=columns).splitlines()
    assert lines[8].split() == [str(n) for n in range(across)]
    assert all(len(line) <= max(columns, 14) for line in lines[1:-4])


def test_all_two_hundred_are_numbered_once() -> None:
    lines = [line.split() for line in ran().splitlines()]
    numbers = [int(word) for words in lines for word in words if all(w.isdigit() for w in words)]
    assert numbers == list(range(200))


def test_the_misread_are_misread_and_the_hesitant_hesitate() -> None:
    network = Network.load("cnn")
    documents = json.loads(ran("--json"))
    assert [document["label"] for document in documents] == [n // 20 for n in range(200)]
    for document in documents:
        p = network(digits.sample(document["sample"]).pixels)
        if "misread" in document["roles"]:
            assert p.argmax() != document["label"]
        if "hesitant" in document["roles"]:
            assert p.max() < 0.9
    misread = [str(d["sample"]) for d in documents if "misread" in d["roles"]]
    (line,) = [line for line in ran().splitlines() if line.startswith("misread")]
    assert sorted(line.rpartition(": ")[2].split(", ")) == sorted(misread)


def test_chinese() -> None:
    assert ran("7", "--lang", "zh").startswith("7：--sample 140 到 159\n")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["10"], ["10", "0 to 9"]),
        (["--", "-1"], ["-1", "0 to 9"]),
        (["four"], ["'four'", "integer"]),
        (["--sample", "200"], ["200", "0 to 199"]),
        (["4", "--sample", "3"], ["--sample", "exclude"]),
        (["--lang", "de"], ["'de'", "en or zh"]),
    ],
)
def test_what_cannot_be_right(args: list[str], words: list[str]) -> None:
    refuses(["digits", *args], words)
