"""MNIST from files that somebody has: raw, packed, torchvision's folders, Keras' archive."""

from __future__ import annotations

import gzip
import hashlib
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from convexplain.cli import cli
from convexplain.data import mnist, mnist_copy
from convexplain.errors import ConvexplainError

ARRAYS = {
    "x_train": np.arange(3 * 28 * 28, dtype=np.uint32).astype(np.uint8).reshape(3, 28, 28),
    "y_train": np.array([7, 2, 1], np.uint8),
    "x_test": np.full((2, 28, 28), 9, np.uint8),
    "y_test": np.array([0, 4], np.uint8),
}
NAMES = dict(zip(ARRAYS, mnist.FILES, strict=True))


def idx(array: np.ndarray) -> bytes:
    """As the format is described: two zeros, 8 for bytes, the number of axes, their lengths."""
    lengths = b"".join(struct.pack(">I", length) for length in array.shape)
    return bytes([0, 0, 8, array.ndim]) + lengths + array.tobytes()


CONTENTS = {NAMES[key]: idx(array) for key, array in ARRAYS.items()}


@pytest.fixture(autouse=True)
def small_mnist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A data set of five digits stands for MNIST."""
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in CONTENTS.items()}
    monkeypatch.setattr(mnist, "CONTENTS", digests)
    monkeypatch.setenv(mnist.VARIABLE, str(tmp_path / "mine"))


def raw(folder: Path) -> Path:
    for name, content in CONTENTS.items():
        (folder / name.removesuffix(".gz").replace("-idx", ".idx")).write_bytes(content)
    return folder


def packed(folder: Path) -> Path:
    for name, content in CONTENTS.items():
        (folder / name).write_bytes(gzip.compress(content, 1))
    return folder


def torchvision(folder: Path) -> Path:
    inner = folder / "MNIST" / "raw"
    inner.mkdir(parents=True)
    raw(inner)
    packed(inner)
    return folder


def keras(folder: Path) -> Path:
    np.savez(folder / "mnist.npz", **ARRAYS)
    return folder / "mnist.npz"


@pytest.mark.parametrize("layout", [raw, packed, torchvision, keras])
def test_what_somebody_has_is_taken_whatever_its_layout(
    layout: Callable[[Path], Path], tmp_path: Path
) -> None:
    (tmp_path / "theirs").mkdir()
    folder = mnist_copy.add(layout(tmp_path / "theirs"))
    assert folder == tmp_path / "mine"
    for split, (images, labels) in {
        "train": ("x_train", "y_train"),
        "test": ("x_test", "y_test"),
    }.items():
        found = mnist.load_mnist(split)
        assert np.array_equal(found[0], ARRAYS[images])
        assert np.array_equal(found[1], ARRAYS[labels])
    assert mnist.status().verified


def test_a_folder_that_lacks_one_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    packed(theirs)
    changed = ARRAYS["y_test"][::-1].copy()
    (theirs / NAMES["y_test"]).write_bytes(gzip.compress(idx(changed)))
    with pytest.raises(ConvexplainError, match=f"does not hold {NAMES['y_test']}"):
        mnist_copy.add(theirs)
    assert not (tmp_path / "mine").exists()


def test_a_file_of_another_data_set_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "mine").mkdir()
    other = tmp_path / "mine" / NAMES["y_test"]
    other.write_bytes(gzip.compress(idx(np.zeros(2, np.uint8))))
    before = other.read_bytes()
    with pytest.raises(ConvexplainError, match="delete it"):
        mnist_copy.add(keras(tmp_path / "theirs"))
    assert other.read_bytes() == before
    assert [path.name for path in (tmp_path / "mine").iterdir()] == [other.name]


def test_the_command_line_takes_it_too(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    path = keras(tmp_path / "theirs")
    done = CliRunner().invoke(cli, ["data", "add", str(path), "--directory", str(tmp_path / "d")])
    assert done.exit_code == 0, done.output
    assert done.output == f"{tmp_path / 'd'}: the four MNIST files are there and verified\n"


def test_what_unpacks_to_more_than_any_of_mnist_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    bomb = tmp_path / "theirs" / "a-ubyte.gz"
    bomb.write_bytes(gzip.compress(bytes(100 * 2**20)))
    packed(tmp_path / "theirs")
    assert mnist_copy.add(tmp_path / "theirs") == tmp_path / "mine"
