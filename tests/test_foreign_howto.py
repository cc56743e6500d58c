"""The how-to on one's own network, followed with stored files and with the frameworks."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from convexplain.cli import cli

FOLDER = Path(os.environ.get("CONVEXPLAIN_MODELS", "none"))
#: What the page takes each way: from Keras, from PyTorch, and of CNN Explainer.
STORED = {
    "g01_keras_chollet_mnist": ("g01_keras_chollet_mnist.keras",),
    "g06_torch_tinyvgg_rgb64": ("g06_torch_tinyvgg_rgb64.default.onnx", "--fit", "pad"),
    "g10_cnn_explainer_tinyvgg": ("g10_cnn_explainer_tinyvgg.h5",),
}  # fmt: skip

pytestmark = pytest.mark.soak


def run(*args: str) -> str:
    result = CliRunner().invoke(cli, args)
    assert result.exit_code == 0, result.output
    return result.output


def follow(file: Path, x: Any, y: Any, folder: Path, *options: str) -> None:
    """Import a file as the page says, prove its numbers, and look into it."""
    np.save(folder / "x.npy", x)
    np.save(folder / "y.npy", y)
    mine = str(folder / "mine.safetensors")
    check = str(folder / "x.npy"), str(folder / "y.npy")
    said = run("model", "import", str(file), "-o", mine, *options, "--check", *check)
    assert "the answers differ" in said
    assert "wrote" in said
    shown = json.loads(run("list", "--json", "--model", mine))
    assert shown["lessons"]["sliding-window"] is None
    run("model", mine)
    run("predict", "--model", mine)
    run("step", "--model", mine)


@pytest.mark.skipif(not FOLDER.is_dir(), reason="CONVEXPLAIN_MODELS names no folder of networks")
@pytest.mark.parametrize("name", STORED)
def test_the_page_is_followed_with_a_stored_file(name: str, tmp_path: Path) -> None:
    file, *options = STORED[name]
    with np.load(FOLDER / f"{name}.ref.npz", allow_pickle=False) as stored:
        arrays = dict(stored)
    last = json.loads((FOLDER / f"{name}.ref.json").read_text("utf-8"))["layers"][-1]
    follow(FOLDER / file, arrays["x"], arrays[last["key"]], tmp_path, *options)


@pytest.mark.filterwarnings("ignore")  # those of the frameworks
def test_the_page_is_followed_from_keras(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", os.environ.get("KERAS_BACKEND", "torch"))
    keras: Any = pytest.importorskip("keras")
    pytest.importorskip("h5py")
    layers = keras.layers
    model = keras.Sequential([
        keras.Input((20, 24, 3)), layers.Rescaling(1 / 255), layers.ZeroPadding2D(1),
        layers.Conv2D(6, 3, strides=2, activation="relu"), layers.DepthwiseConv2D(3),
        layers.BatchNormalization(), layers.LeakyReLU(negative_slope=0.2),
        layers.SeparableConv2D(8, 3, padding="same", activation="relu"), layers.MaxPooling2D(),
        layers.GlobalAveragePooling2D(), layers.Dense(3, activation="softmax"),
    ])  # fmt: skip
    model.save(tmp_path / "mine.keras")
    x = np.random.default_rng(0).uniform(0, 255, (2, 20, 24, 3)).astype(np.float32)
    y = keras.ops.convert_to_numpy(model(x, training=False))
    follow(tmp_path / "mine.keras", x, y, tmp_path, "--classes", "cat,dog,bird")


@pytest.mark.filterwarnings("ignore")
def test_the_page_is_followed_from_pytorch(tmp_path: Path) -> None:
    torch: Any = pytest.importorskip("torch")
    pytest.importorskip("onnxscript")
    nn = torch.nn
    net = nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 8, 3, stride=2), nn.SiLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(8, 10),
    ).eval()  # fmt: skip
    x = torch.tensor(np.random.default_rng(0).normal(size=(2, 1, 28, 28)).astype(np.float32))
    torch.onnx.export(net, torch.zeros(1, 1, 28, 28), str(tmp_path / "mine.onnx"))
    with torch.no_grad():
        y = net(x).numpy()
    options = ("--mean", "0.1307", "--std", "0.3081")
    follow(tmp_path / "mine.onnx", x.numpy(), y, tmp_path, *options)
