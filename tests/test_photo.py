"""The network that reads photographs, and the photographs: what ships is what its source computes.

``photo_reference.npz`` holds what the package's own file computes in Keras (tf_keras 2.21.0 on
TensorFlow 2.21.0, a CPU): ``input`` as bytes, eight pictures, the first the cat's square, the
fourth the rocket's; ``logits`` after the package's last ReLU; and for the cat each layer
under its name there, of convolutions every eighth filter.
"""

from __future__ import annotations

import hashlib
import sys
from collections import Counter
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from convexplain.cli._doctor import shipped
from convexplain.cli._types import PHOTOGRAPHS as NAMES
from convexplain.data import digits, photographs
from convexplain.data.photographs import PHOTOGRAPHS
from convexplain.data.recipe import Recipe
from convexplain.errors import ConvexplainError, UsageError
from convexplain.lessons.parts.subject import Subject, example
from convexplain.network import (
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    MaxPooling2D,
    Network,
    Trace,
    bundled,
)

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
import make_photo_network

ASSETS = resources.files("convexplain") / "assets"
with np.load(Path(__file__).with_name("photo_reference.npz"), allow_pickle=False) as _stored:
    REFERENCE = dict(_stored)
#: Rounding a weight to float16 moves it by 2**-11 of its size at most; sums of products with
#: values of up to 255 by so much here.
LOOSE = {"conv2d": 0.03, "conv2d_1": 0.05}
CAT, DOG, BIRD = 3, 5, 2


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("conv1", "conv2d"), ("conv2", "conv2d_1"), ("conv3", "conv2d_2"), ("conv4", "conv2d_3"),
        ("conv5", "conv2d_4"), ("conv6", "conv2d_5"), ("dense1", "dense"), ("dense2", "dense_1"),
    ],
)  # fmt: skip
def test_every_layer_computes_what_the_packages_file_computes(
    photo: Network, ours: str, theirs: str
) -> None:
    found = Trace(photo, REFERENCE["input"][0].astype(np.float32)).activations[ours]
    step = 8 if theirs.startswith("conv") else 1
    np.testing.assert_allclose(
        found[..., ::step], REFERENCE[theirs], rtol=0, atol=LOOSE.get(theirs, 0.01)
    )


@pytest.mark.parametrize("number", range(8))
def test_the_logits_are_the_packages_before_its_last_relu(photo: Network, number: int) -> None:
    logits = Trace(photo, REFERENCE["input"][number].astype(np.float32)).logits
    np.testing.assert_allclose(np.maximum(logits, 0), REFERENCE["logits"][number], atol=0.01)


def test_the_network_reads_the_bytes_of_the_chosen_square_and_of_the_rocket(photo: Network) -> None:
    for number, name in ((0, "cat"), (3, "rocket")):
        read = photo.prepare(photographs.load(name))
        np.testing.assert_array_equal(read, REFERENCE["input"][number])
    cat = photo.prepare(photographs.load("cat")).astype(np.uint8).tobytes()
    known = "20fac218229e160ed36897cb82815536d0ea5c32481db6cf33b8152de96ffdcb"
    assert hashlib.sha256(cat).hexdigest() == known


def test_the_cat_is_the_square_that_the_network_is_surest_of_among_84(photo: Network) -> None:
    whole, chosen = photographs.whole("cat"), PHOTOGRAPHS["cat"].square
    every = photographs.squares(whole, chosen.side, 6)
    read = np.stack([photo.prepare(photographs.cut(whole, square)) for square in every])
    answers = photo(read)
    assert Counter(answers.argmax(axis=1).tolist()) == {CAT: 59, DOG: 25}
    assert every[int(answers[:, CAT].argmax())] == chosen


def test_red_and_blue_in_their_places_and_0_to_255_are_what_it_learned(photo: Network) -> None:
    x = REFERENCE["input"][0].astype(np.float32)
    assert Trace(photo, x).prediction == CAT
    assert Trace(photo, x[..., ::-1].copy()).prediction != CAT
    assert photo.reading.scaled(np.float32([[[1, 0.2, 0]]])).tolist() == [[[255, 51, 0]]]


def test_a_network_that_reads_bytes_gets_whole_numbers() -> None:
    recipe = Recipe((1, 2), "gray", 255.0)
    pixels = np.array([[[100.4 / 255], [100.6 / 255]]], np.float32)
    assert recipe.scaled(pixels).ravel().tolist() == [100, 101]
    every = (np.arange(256, dtype=np.float32) / np.float32(255)).reshape(1, 256, 1)
    np.testing.assert_array_equal(recipe.scaled(every).ravel(), np.arange(256))


def test_the_classes_have_names_in_both_languages(photo: Network) -> None:
    assert [photo.class_name(n).en for n in (0, 3, 9)] == ["airplane", "cat", "truck"]
    assert [photo.class_name(n).zh for n in (0, 3, 9)] == ["飞机", "猫", "卡车"]


def test_notice_and_both_licences_lie_beside_the_network() -> None:
    folder = ASSETS / "photo"
    if not (folder / "photo.safetensors").is_file():
        pytest.skip("the network photo was left out of this copy")
    notice = (folder / "NOTICE").read_text("utf-8")
    for said in (make_photo_network.FILE, make_photo_network.WHEEL, "Siddharth Gudiduri"):
        assert said in notice
    assert "License: BSD-3" in notice
    assert "License :: OSI Approved :: MIT License" in notice
    assert "Neither the name" in (folder / "LICENSE-BSD-3-Clause.txt").read_text("utf-8")
    assert "sublicense" in (folder / "LICENSE-MIT.txt").read_text("utf-8")


# The tool.


def unfolded(padding: str = "valid", sign: float = 1.0) -> Network:
    layers = (
        Conv2D("a", filters=3),
        BatchNormalization("n"),
        MaxPooling2D("p"),
        Conv2D("b", filters=4, padding=padding),
        BatchNormalization("m"),
        Flatten("f"),
        Dense("d", units=5),
    )
    made = Network.initialised(layers, seed=3, input_shape=(8, 8, 3))
    random = np.random.default_rng(5)
    weights = dict(made.weights)
    for name in ("n", "m"):
        for part in ("gamma", "beta", "moving_mean", "moving_variance"):
            value = random.uniform(0.5, 2, weights[f"{name}/{part}"].shape)
            weights[f"{name}/{part}"] = (value * sign if part == "gamma" else value).astype("f4")
    return Network(layers, weights, input_shape=(8, 8, 3))


def test_folding_changes_no_answer() -> None:
    layers = unfolded().layers
    x = np.random.default_rng(1).uniform(0, 1, (4, 8, 8, 3)).astype(np.float32)
    folded = make_photo_network.fold(unfolded())
    assert [layer.name for layer in folded.layers] == [n.name for n in layers if n.name not in "nm"]
    np.testing.assert_allclose(folded(x), unfolded()(x), rtol=0, atol=1e-4)


@pytest.mark.parametrize(
    ("network", "why"),
    [(unfolded("same"), "pads its input"), (unfolded(sign=-1), "not positive")],
)
def test_what_folding_would_change_is_refused(network: Network, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        make_photo_network.fold(network)


def test_another_wheel_is_refused(tmp_path: Path) -> None:
    import zipfile

    wheel = tmp_path / "other.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(make_photo_network.MEMBER, b"no network")
    with pytest.raises(SystemExit, match="SHA-256 differs"):
        make_photo_network.read(wheel)


# Without the network.


def test_a_copy_without_the_network_says_so_and_all_else_works(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    missing = {**bundled.BUNDLED, "photo": str(tmp_path / "photo.safetensors")}
    monkeypatch.setattr(bundled, "BUNDLED", missing)
    with pytest.raises(ConvexplainError, match="'photo' was left out of this copy of convexplain"):
        Network.load("photo")
    with pytest.raises(ConvexplainError, match="cnn, dense or blocks for a network that ships"):
        Network.load("nothing")
    finding = shipped.check_networks()
    assert finding.state == "ok"
    assert "photo was left out of this copy" in finding.found
    assert Network.load("cnn").parameters == 104_202


# Photographs.


def test_a_photograph_is_found_by_its_name_and_knows_what_it_shows(photo: Network) -> None:
    assert tuple(PHOTOGRAPHS) == NAMES
    cat = Subject(photo, photographs.find("cat"), "photo")
    assert (cat.given.shape, cat.label, cat.trace.prediction) == ((288, 288, 3), CAT, CAT)
    rocket = Subject(photo, photographs.find("rocket"), "photo")
    assert (rocket.label, rocket.trace.prediction) == (None, BIRD)


def test_a_file_of_that_name_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import Image

    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (5, 4), "red").save("cat", format="PNG")
    assert photographs.find("cat").shape == (4, 5, 3)


def test_an_unknown_photograph_is_refused() -> None:
    with pytest.raises(UsageError, match="no photograph 'dog': choose cat or rocket"):
        photographs.whole("dog")


def test_networks_in_colour_read_the_cat_unless_told_otherwise(
    photo: Network, cnn: Network
) -> None:
    assert photographs.named(example(photo, 0)) is PHOTOGRAPHS["cat"]
    assert digits.is_bundled(example(cnn, 0))
