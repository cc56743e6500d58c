"""A network's file: what is written, and what is refused when it is read."""

from __future__ import annotations

import json
import os
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors
import safetensors.numpy

from convexplain.errors import ConvexplainError
from convexplain.network import CHAPTER_LAYERS, Network, modelfile
from tests import small_networks
from tests.small_networks import STACKS, picture

NAME = "like the chapter's"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A sound file of a small network."""
    path = tmp_path / "small.safetensors"
    small_networks.network(NAME).save(path)
    return path


def take_apart(path: Path) -> tuple[dict[str, Any], bytes]:
    """Header and data of a safetensors file, by the format's definition."""
    file = path.read_bytes()
    length = int.from_bytes(file[:8], "little")
    return json.loads(file[8 : 8 + length]), file[8 + length :]


def put_together(path: Path, header: dict[str, Any] | str, data: bytes) -> None:
    text = header if isinstance(header, str) else json.dumps(header)
    path.write_bytes(len(text.encode()).to_bytes(8, "little") + text.encode() + data)


def change_description(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    header, data = take_apart(path)
    description = json.loads(header["__metadata__"]["convexplain"])
    change(description)
    header["__metadata__"]["convexplain"] = json.dumps(description)
    put_together(path, header, data)


def names(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


@pytest.mark.parametrize("name", STACKS)
def test_a_saved_network_comes_back_bit_for_bit(name: str, tmp_path: Path) -> None:
    net = small_networks.network(name)
    told = Network(
        net.layers, net.weights, input_shape=net.input_shape, provenance={"seed": 1, "a": [None]}
    )
    told.save(tmp_path / "n.safetensors")
    back = Network.load(tmp_path / "n.safetensors")
    assert back.layers == told.layers
    assert back.input_shape == told.input_shape
    assert back.provenance == {"seed": 1, "a": [None]}
    assert set(back.weights) == set(told.weights)
    for key, weights in told.weights.items():
        np.testing.assert_array_equal(back.weights[key], weights)
    np.testing.assert_array_equal(back(picture()), told(picture()))


def test_the_file_is_plain_safetensors(path: Path) -> None:
    tensors = safetensors.numpy.load_file(path)
    net = small_networks.network(NAME)
    assert set(tensors) == set(net.weights)
    np.testing.assert_array_equal(tensors["conv1/kernel"], net.weights["conv1/kernel"])
    with safetensors.safe_open(path, "np") as file:
        description = json.loads(file.metadata()["convexplain"])
    assert description["layers"][0]["kind"] == "Conv2D"
    assert description["input_shape"] == list(small_networks.INPUT_SHAPE)


def test_the_same_network_gives_the_same_bytes(path: Path, tmp_path: Path) -> None:
    Network.load(path).save(tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == path.read_bytes()


def test_float16_halves_the_file_and_is_read_as_float32(tmp_path: Path) -> None:
    net = Network.initialised(seed=1)
    net.save(tmp_path / "whole.safetensors")
    net.save(tmp_path / "half.safetensors", dtype="float16")
    sizes = [(tmp_path / f"{n}.safetensors").stat().st_size for n in ("whole", "half")]
    # The header's offsets have fewer digits too.
    assert sizes[0] - sizes[1] == pytest.approx(2 * 104_202, abs=64)
    back = Network.load(tmp_path / "half.safetensors")
    for name, weights in back.weights.items():
        assert weights.dtype == np.float32
        np.testing.assert_array_equal(weights, net.weights[name].astype(np.float16))


@pytest.mark.parametrize("name", ["cnn", "dense"])
def test_bundled_networks_load_and_say_where_they_come_from(name: str) -> None:
    net = Network.load(name)
    assert net.parameters == {"cnn": 104_202, "dense": 407_050}[name]
    assert "MNIST" in net.provenance["data"]
    assert net.provenance["test_accuracy"] > 0.97


# Writing


def test_saving_replaces_the_file_and_leaves_nothing_beside_it(path: Path) -> None:
    Network.load(path).save(path)
    assert names(path.parent) == [path.name]


def test_a_failed_write_keeps_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConvexplainError, match=r"^cannot write .*: No space left on device$"):
        small_networks.network(NAME, seed=9).save(path)
    assert path.read_bytes() == old
    assert names(path.parent) == [path.name]


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    target = tmp_path / "no" / "n.safetensors"
    with pytest.raises(ConvexplainError, match=re.escape(f"cannot write {str(target)!r}: No such")):
        small_networks.network(NAME).save(target)


def test_a_saved_file_has_the_permissions_of_any_new_file(path: Path) -> None:
    other = path.with_name("other")
    other.touch()
    assert path.stat().st_mode == other.stat().st_mode


def test_what_float16_cannot_hold_is_refused(tmp_path: Path) -> None:
    weights = {name: w.copy() for name, w in Network.initialised().weights.items()}
    weights["conv2/bias"][3] = 70_000
    with pytest.raises(ConvexplainError, match="conv2/bias holds weights beyond 65504: save it as"):
        Network(CHAPTER_LAYERS, weights).save(tmp_path / "n.safetensors", dtype="float16")
    with pytest.raises(ConvexplainError, match="saved as 'int8': choose float32 or float16"):
        Network(CHAPTER_LAYERS, weights).save(tmp_path / "n.safetensors", dtype="int8")
    assert not names(tmp_path)


# Reading: every refusal is one line that names the file and the reason


def refused(path: Path) -> str:
    with pytest.raises(ConvexplainError) as caught:
        Network.load(path)
    text = str(caught.value)
    assert str(path) in text
    assert "\n" not in text
    assert caught.value.exit_code == 1
    return text


def test_a_missing_file_is_refused_with_the_bundled_names(tmp_path: Path) -> None:
    text = refused(tmp_path / "cnm")
    assert "there is no model" in text
    assert "cnn, dense, blocks or photo for a network that ships" in text


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "is a folder: give a file" in refused(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "is not a file" in refused(tmp_path / "pipe")


def test_a_file_over_32_mb_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.safetensors"
    with path.open("wb") as file:
        file.truncate(32_000_001)
    assert "has 32,000,001 bytes: a network's file has at most 32,000,000" in refused(path)


@pytest.mark.parametrize("length", [0, 7, 8, 100, 1000, -1])
def test_a_file_that_is_cut_off_is_refused(path: Path, length: int) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:length])
    assert "is not a network's file" in refused(path)


def test_another_kind_of_file_is_refused(path: Path) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    assert "header is cut off or missing" in refused(path)
    path.write_bytes((10).to_bytes(8, "little") + b"not a JSON")
    assert "its safetensors header is not JSON" in refused(path)
    put_together(path, "[1, 2]", b"")
    assert "header is not a JSON object" in refused(path)
    put_together(path, '{"a":' * 20_000 + "1" + "}" * 20_000, b"")
    assert "is not a network's file" in refused(path)


class Unpickled(Exception):
    """Raised when somebody unpickles the file of the test below."""


def _explode() -> None:
    raise Unpickled


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return _explode, ()


def test_a_pickle_is_never_unpickled(path: Path) -> None:
    content = pickle.dumps(Bomb())
    with pytest.raises(Unpickled):
        pickle.loads(content)
    path.write_bytes(content)
    assert "is not a network's file" in refused(path)


def test_a_safetensors_file_of_another_program_is_refused(path: Path) -> None:
    safetensors.numpy.save_file({"w": np.ones(3, np.float32)}, path, {"format": "pt"})
    assert "metadata has no 'convexplain' entry with the architecture" in refused(path)
    safetensors.numpy.save_file({"w": np.ones(3, np.float32)}, path)
    assert "metadata has no 'convexplain' entry" in refused(path)


def save_tensors(path: Path, tensors: dict[str, Any]) -> None:
    """Write other tensors under the architecture of the file."""
    header, _ = take_apart(path)
    safetensors.numpy.save_file(tensors, path, header["__metadata__"])


def test_a_missing_tensor_is_refused(path: Path) -> None:
    tensors = safetensors.numpy.load_file(path)
    del tensors["conv2/bias"]
    save_tensors(path, tensors)
    assert "is refused: weight 'conv2/bias' is missing" in refused(path)


def test_an_extra_tensor_is_refused(path: Path) -> None:
    save_tensors(path, {**safetensors.numpy.load_file(path), "x": np.ones(1, np.float32)})
    assert "is refused: weight 'x' belongs to no layer" in refused(path)


def test_a_misshaped_tensor_is_refused(path: Path) -> None:
    tensors = safetensors.numpy.load_file(path)
    save_tensors(path, {**tensors, "conv1/kernel": tensors["conv1/kernel"].swapaxes(2, 3).copy()})
    assert "'conv1/kernel' has shape (3, 3, 4, 2): the layer needs (3, 3, 2, 4)" in refused(path)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_weights_that_are_not_finite_are_refused(path: Path, value: float, dtype: Any) -> None:
    tensors = safetensors.numpy.load_file(path)
    tensors["conv1/bias"] = tensors["conv1/bias"].astype(dtype)
    tensors["conv1/bias"][2] = value
    save_tensors(path, tensors)
    assert "'conv1/bias' holds NaN or infinity" in refused(path)


@pytest.mark.parametrize(("dtype", "name"), [(np.float64, "F64"), (np.int32, "I32")])
def test_tensors_of_another_dtype_are_refused(path: Path, dtype: Any, name: str) -> None:
    tensors = safetensors.numpy.load_file(path)
    save_tensors(path, {**tensors, "conv1/bias": tensors["conv1/bias"].astype(dtype)})
    assert f"tensor 'conv1/bias' has dtype '{name}', not F32 or F16" in refused(path)


def test_a_tensor_that_occurs_twice_is_refused(path: Path) -> None:
    header, data = take_apart(path)
    text = json.dumps(header)
    entry = f'"conv1/bias": {json.dumps(header["conv1/bias"])}'
    assert entry in text
    put_together(path, text.replace(entry, f"{entry}, {entry}"), data)
    assert "'conv1/bias' occurs twice in its safetensors header" in refused(path)


def test_tensors_that_overlap_are_refused(path: Path) -> None:
    header, data = take_apart(path)
    header["conv2/bias"]["data_offsets"] = [0, 20]
    put_together(path, header, data)
    assert "its tensors cannot be decoded" in refused(path)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda d: d.pop("layers"), "its architecture lacks 'layers'"),
        (lambda d: d.pop("input_shape"), "its architecture lacks 'input_shape'"),
        (lambda d: d.update(layers={}), "its layers must be a list"),
        (lambda d: d.update(layers=[]), "a network needs at least one layer"),
        (lambda d: d.update(provenance=[]), "its provenance must be a JSON object"),
        (lambda d: d.update(input_shape=[11, 12]), "give three whole numbers above 0"),
        (lambda d: d["layers"][0].update(kind="Attention"), "unknown layer kind 'Attention'"),
        (lambda d: d["layers"][0].update(kind=["Conv2D"]), "unknown layer kind"),
        (lambda d: d["layers"][0].update(name="../conv1"), "layer name '../conv1'"),
        (lambda d: d["layers"][0].update(name="conv2"), "two layers are named 'conv2'"),
        (lambda d: d["layers"][0].update(filters=10**12), "conv1 would put out"),
        (lambda d: d["layers"][0].update(colour=1), "a Conv2D layer has no field 'colour'"),
        (lambda d: d["layers"].pop(3), "dense: a Dense layer reads a vector"),
    ],
)
def test_an_architecture_that_cannot_be_right_is_refused(
    path: Path, change: Callable[[dict[str, Any]], object], text: str
) -> None:
    change_description(path, change)
    assert re.search(text, refused(path))


def test_an_architecture_with_a_name_twice_is_refused(path: Path) -> None:
    header, data = take_apart(path)
    text = header["__metadata__"]["convexplain"]
    header["__metadata__"]["convexplain"] = '{"layers": [],' + text[1:]
    put_together(path, header, data)
    assert "'layers' occurs twice in the 'convexplain' entry" in refused(path)


def test_a_file_that_may_not_be_read_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)
    assert "cannot be read: Permission denied" in refused(path)


def test_the_limit_is_the_one_that_the_message_gives() -> None:
    assert modelfile.MAX_BYTES == 32_000_000
