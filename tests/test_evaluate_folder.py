"""A network tested on pictures that lie in folders called by what they show."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from convexplain import digits
from convexplain.cli import cli
from convexplain.data.recipe import Recipe
from convexplain.network import Dense, Flatten, Network
from convexplain.style.captions import Caption


def run(*args: object) -> Result:
    return CliRunner().invoke(cli, ["evaluate", *map(str, args)])


@pytest.fixture
def brightness(tmp_path: Path) -> Path:
    """A network of two classes that compares a gray picture's mean brightness with one half."""
    names = (Caption(en="Dark", zh="暗"), Caption(en="bright", zh="亮"))
    network = Network(
        (Flatten("flatten"), Dense("dense", 2, "softmax")),
        {
            "dense/kernel": np.tile(np.float32([-1, 1]) / 12, (12, 1)).astype(np.float32),
            "dense/bias": np.float32([0.5, -0.5]),
        },
        input_shape=(3, 4, 1),
    )
    path = tmp_path / "brightness.safetensors"
    replace(network, recipe=Recipe((3, 4), "gray", classes=names)).save(path)
    return path


def gray(path: Path, value: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 6), (value,) * 3).save(path)


def test_pictures_are_counted_by_the_folders_that_they_lie_in(
    brightness: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    for name, values in {"dark": (0, 50, 200), "1": (255,), "暗": (90,)}.items():
        for value in values:
            gray(folder / name / f"{value}.png", value)
    (folder / "dark" / "notes.txt").write_text("no picture")
    (folder / "dark" / ".hidden.png").write_text("nor this")
    (folder / "README.md").write_text("beside the folders")
    result = run(brightness, folder, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    # By hand: of the dark ones 200 is brighter than a half; the bright one is.
    assert told["confusion"] == [[3, 1], [0, 1]]
    assert (told["count"], told["correct"]) == (5, 4)
    assert told["left_out"] == [str(folder / "dark" / "notes.txt")]
    assert "notes.txt" in result.stderr
    assert ".hidden" not in result.stderr
    printed = run(folder, brightness, "--quiet").stdout  # either order
    assert "4 of 5 right (80.00%)" in printed
    assert "bright" in printed


def test_digits_of_a_folder_are_prepared_as_digits(tmp_path: Path) -> None:
    for index in (0, 40, 100, 199):
        picture = digits.sample(index)
        paper = np.uint8(255 - np.round(picture.pixels[:, :, 0] * 255))
        path = tmp_path / str(picture.label) / f"{index}.png"
        path.parent.mkdir()
        Image.fromarray(np.pad(paper, 20, constant_values=255)).save(path)
    assert "4 of 4 right" in run(tmp_path).stdout


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: (folder / "cow").mkdir(), ["'cow'", "Dark, bright"]),
        (lambda folder: (folder / "dark").mkdir(), ["holds no pictures", "Dark"]),
        (lambda folder: None, ["holds no pictures"]),
        (lambda folder: gray(folder / "a.png", 3), ["holds no pictures"]),
    ],
)
def test_what_a_folder_lacks_is_said(
    brightness: Path, tmp_path: Path, make: object, said: list[str]
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    make(folder)  # type: ignore[operator]
    result = run(brightness, folder)
    assert result.exit_code == 2
    for text in said:
        assert text in result.stderr


def test_a_folder_of_broken_pictures_names_them_and_fails(brightness: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    (folder / "dark").mkdir(parents=True)
    (folder / "dark" / "a.png").write_bytes(b"\x89PNG")
    result = run(brightness, folder)
    assert result.exit_code != 0
    assert "no picture" in result.stderr


def test_mnist_or_a_folder_but_not_both(tmp_path: Path) -> None:
    result = run(tmp_path, "--directory", tmp_path)
    assert result.exit_code == 2
    assert "leave it out" in result.stderr
