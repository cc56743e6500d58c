"""`convexplain step`: the numbers it prints, the code it prints, and what it refuses."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image
from scipy import signal

from convexplain.cli import cli
from convexplain.data import digits
from convexplain.network import (
    AveragePooling2D,
    Conv2D,
    Flatten,
    MaxPooling2D,
    Network,
)
from convexplain.style.format import MINUS, number
from tests import naive, small_networks
from tests.refusals import refuses


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, ["step", *args])


def ran(*args: str) -> str:
    result = run(*args)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def executed(code: str) -> str:
    """What a program prints."""
    out = io.StringIO()
    with redirect_stdout(out):
        exec(compile(code, "printed.py", "exec"), {})
    return out.getvalue().strip()


def on_screen(text: str) -> str:
    """The exact number at the end of the text, as Python writes it."""
    (line,) = [line for line in text.splitlines() if "] = " in line]
    return line.rpartition(" = ")[2].replace(MINUS, "-")


@pytest.fixture(scope="module")
def cnn() -> Network:
    return Network.load("cnn")


def test_the_number_is_scipy_s(cnn: Network) -> None:
    x = digits.first(4).pixels[..., 0].astype(np.float64)
    kernel, bias = cnn.weights["conv1/kernel"], cnn.weights["conv1/bias"]
    for n, row, col in [(7, 10, 12), (0, 0, 0), (31, 25, 25)]:
        z = signal.correlate2d(x, kernel[:, :, 0, n], "valid")[row, col] + bias[n]
        text = ran("--digit", "4", "--filter", str(n), "--at", f"{row},{col}")
        assert float(on_screen(text)) == np.float32(max(z, 0))
        lines = {line[:-6].strip(): line[-6:].strip() for line in text.splitlines()}
        assert lines["= value"] == number(z)
        assert lines["+ bias"] == number(bias[n])


def test_every_product_stands_in_its_column(cnn: Network) -> None:
    text = ran("--digit", "4", "--filter", "7", "--at", "10,12")
    patch = digits.first(4).pixels[10:13, 12:15, 0]
    kernel = cnn.weights["conv1/kernel"][:, :, 0, 7]
    rows = text.splitlines()[4:7]
    for i, row in enumerate(rows):
        shown = row.replace("⊙", "").replace("=", "").split()
        wanted = [*patch[i], *kernel[i], *patch[i].astype(float) * kernel[i]]
        assert shown == [number(value) for value in wanted]
    assert len({len(row) for row in rows}) == 1


def test_without_a_place_the_largest_value_is_shown(cnn: Network) -> None:
    picture = digits.sample(61).pixels
    maps = cnn.activations(picture)["conv2"]
    text = ran("--sample", "61", "--layer", "conv2")
    assert float(on_screen(text)) == pytest.approx(maps.max(), rel=1e-5)
    assert "The largest value of the layer" in text
    text = ran("--sample", "61", "--layer", "conv2", "--filter", "5")
    assert float(on_screen(text)) == pytest.approx(maps[..., 5].max(), rel=1e-5)
    text = ran("--sample", "61", "--layer", "conv2", "--at", "3,4")
    assert float(on_screen(text)) == pytest.approx(maps[3, 4].max(), rel=1e-5)
    text = ran("--sample", "61", "--layer", "conv2", "--at", "3,4", "--filter", "5")
    assert "largest value" not in text


def test_a_pool_tells_where_its_maximum_is(cnn: Network) -> None:
    text = ran("--digit", "8", "--layer", "pool1", "--filter", "3", "--at", "5,6")
    four = cnn.activations(digits.first(8).pixels)["conv1"][10:12, 12:14, 3]
    assert f"largest of 4  {number(four.max())}" in text
    row, col = np.unravel_index(four.argmax(), (2, 2))
    assert f"at row {10 + row}, column {12 + col}" in text


def rows_of(text: str) -> dict[str, str]:
    """What stands before each number at the end of a line."""
    lines = [line.rsplit("  ", 1) for line in text.splitlines() if "  " in line]
    return {name.strip(): value.strip() for name, value in lines}


def test_a_normalization_tells_its_steps_and_its_two_constants() -> None:
    blocks = Network.load("blocks")
    w = {name: values.astype(float) for name, values in blocks.weights_of("norm1").items()}
    z = float(blocks.activations(digits.sample(160).pixels)["conv1"][7, 20, 4])
    gamma, beta, mean, variance = (
        float(w[part][4]) for part in ("gamma", "beta", "moving_mean", "moving_variance")
    )
    spread = (variance + 0.001) ** 0.5
    text = ran("--model", "blocks", "--sample", "160", "--layer", "norm1", "--at", "7,20",
               "--filter", "4")  # fmt: skip
    numbers = [z, z - mean, (z - mean) / spread, (z - mean) / spread * gamma]
    numbers.append(numbers[-1] + beta)
    given = zip("−/·+", ("mean", "spread", "γ", "β"), (mean, spread, gamma, beta), strict=True)
    names = ["conv1[7, 20, 4]", *(f"{sign} {name} ({number(v)})" for sign, name, v in given)]
    wanted = {name: number(v) for name, v in zip(names, numbers, strict=True)}
    assert wanted.items() <= rows_of(text).items()
    once = number(gamma / spread), number(beta - mean * gamma / spread)
    assert f"All in one: times {once[0]}, plus {once[1]}." in text
    assert float(on_screen(text)) == pytest.approx(numbers[-1], rel=1e-6)


def test_an_addition_names_both_ways_and_a_dense_layer_its_largest_products() -> None:
    blocks = Network.load("blocks")
    maps = blocks.activations(digits.sample(160).pixels)
    args = ("--model", "blocks", "--sample", "160")
    found = json.loads(ran(*args, "--layer", "add", "--at", "11,3", "--filter", "6", "--json"))
    pooled, came = maps["relu1"][22:24, 6:8, 6], maps["pool1"][11, 3, 6]
    row, col = np.unravel_index(pooled.argmax(), (2, 2))
    parts = {f"relu1[{22 + row}, {6 + col}, 6]": came, "norm3[11, 3, 6]": maps["norm3"][11, 3, 6]}
    shown = {part["name"]: part["value"] for part in found["parts"]}
    assert shown == pytest.approx(parts, rel=1e-5)
    assert found["value"] == pytest.approx(sum(shown.values()), abs=1e-6)
    text = ran(*args, "--layer", "dense")
    products = maps["flatten"] * blocks.weights["dense/kernel"][:, 8]
    assert rows_of(text)["sum of 512 products"] == number(products.sum(dtype=float))
    largest = sorted(products.tolist(), key=abs, reverse=True)[:3]
    assert {number(v) for v in largest} == {v for n, v in rows_of(text).items() if "relu4[" in n}


def test_json_holds_the_whole_step(cnn: Network) -> None:
    document = json.loads(
        ran("--digit", "4", "--layer", "conv2", "--filter", "9", "--at", "2,3", "--json")
    )
    assert (document["layer"], document["picture"]["label"]) == ("conv2", 4)
    assert np.shape(document["products"]) == (3, 3, 32)
    products = np.multiply(document["patch"], document["kernel"])
    assert np.allclose(products, document["products"], rtol=0, atol=0)
    assert products.sum() + document["bias"] == pytest.approx(document["value"], abs=1e-6)
    kernel = cnn.weights["conv2/kernel"][..., 9]
    assert np.array_equal(np.float32(document["kernel"]), kernel)


def test_chinese_has_no_english_words() -> None:
    text = ran("--digit", "4", "--layer", "conv2", "--lang", "zh")
    assert "过滤器" in text
    words = {"row", "column", "filter", "sum", "bias", "value", "channel", "digit", "Rounded"}
    assert not words & set(text.replace("、", " ").split())


def test_a_pipe_gets_no_colour_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLORTERM", "truecolor")
    assert "\x1b" not in ran("--digit", "4")


# The code

CASES = [
    ["--digit", "4", "--filter", "7", "--at", "10,12"],
    ["--sample", "160"],
    ["--digit", "2", "--layer", "conv2", "--filter", "9", "--at", "10,10"],
    ["--digit", "9", "--layer", "conv3"],
    ["--digit", "8", "--layer", "pool2", "--filter", "63", "--at", "4,4"],
]
WITHOUT_WINDOW = [["--model", "blocks", "--layer", layer] for layer in ("norm1", "add")]


@pytest.mark.parametrize("case", CASES + WITHOUT_WINDOW, ids=" ".join)
def test_the_numpy_lines_print_the_number_on_the_screen(case: list[str]) -> None:
    code = ran(*case, "--code", "numpy")
    assert executed(code) == on_screen(ran(*case))
    assert len(code.splitlines()) <= 13


def test_all_codes_are_printed_without_a_word() -> None:
    numpy, keras, torch = (
        ran("--digit", "4", "--code", name) for name in ("numpy", "keras", "torch")
    )
    wanted = f"# NumPy\n{numpy}\n# Keras\n{keras}\n# PyTorch\n{torch}"
    assert ran("--digit", "4", "--code") == wanted


@pytest.mark.parametrize("case", CASES, ids=" ".join)
def test_the_lines_of_torch_print_the_number_on_the_screen(case: list[str]) -> None:
    pytest.importorskip("torch")
    printed = executed(ran(*case, "--code", "torch"))
    assert float(printed) == pytest.approx(float(on_screen(ran(*case))), rel=1e-6)


LAYERS = (
    Conv2D("same", 4, 3, stride=2, padding="same", activation="tanh"),
    Conv2D("padded", 6, (4, 2), padding=(1, 2, 0, 1), stride=(1, 2), activation="leaky_relu"),
    Conv2D("dilated", 6, 2, dilation=(2, 3), groups=2, padding=1, activation="sigmoid"),
    AveragePooling2D("average", (2, 3), stride=2, padding="same"),
    AveragePooling2D("average2", 2, stride=1, padding=1),
    MaxPooling2D("largest", 2, stride=1, padding=1),
    Conv2D("last", 3, 2, activation="linear"),
    Flatten("flatten"),
)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network in which every option of every layer occurs, with biases."""
    untrained = Network.initialised(LAYERS)
    random = np.random.default_rng(3)
    weights = {
        key: random.normal(0, 0.5, array.shape).astype(np.float32)
        for key, array in untrained.weights.items()
    }
    path = tmp_path_factory.mktemp("models") / "odd 模型.safetensors"
    Network(LAYERS, weights).save(path)
    return path


@pytest.mark.parametrize("place", ["0,0", "1,1", "6,2"])
@pytest.mark.parametrize("layer", [layer.name for layer in LAYERS[:-1]])
def test_the_numpy_lines_know_every_option_of_a_layer(odd: Path, layer: str, place: str) -> None:
    network = Network.load(odd)
    case = ["--model", str(odd), "--digit", "3", "--layer", layer, "--filter", "2", "--at", place]
    printed = executed(ran(*case, "--code", "numpy"))
    assert printed == on_screen(ran(*case))
    row, col = map(int, place.split(","))
    independent = small_networks.forward(network, digits.first(3).pixels)[1][layer]
    assert float(printed) == pytest.approx(independent[row, col, 2], rel=1e-4, abs=1e-5)


def test_the_numpy_lines_read_a_picture_of_one_s_own(tmp_path: Path) -> None:
    file = tmp_path / "four.png"
    Image.fromarray((255 - 255 * digits.first(4).pixels[..., 0]).astype(np.uint8)).save(file)
    case = ["--image", str(file), "--filter", "7"]
    assert executed(ran(*case, "--code", "numpy")) == on_screen(ran(*case))


class Recorder:
    """Stands for Keras: takes the printed calls, and computes one layer by plain loops."""

    def __init__(self) -> None:
        self.layers = self.ops = self

    def Conv2D(self, filters: int, kernel_size: tuple[int, int], **options: object) -> Recorder:
        self.kind, self.filters, self.kernel_size, self.options = (
            "conv",
            filters,
            kernel_size,
            options,
        )
        return self

    def MaxPooling2D(self, pool_size: tuple[int, int], **options: object) -> Recorder:
        self.kind, self.kernel_size, self.options = "max", pool_size, options
        return self

    def build(self, shape: tuple[int | None, ...]) -> None:
        depth = shape[-1]
        assert isinstance(depth, int)
        groups = self.options.get("groups", 1)
        assert isinstance(groups, int)
        self.shapes = [(*self.kernel_size, depth // groups, self.filters), (self.filters,)]

    def set_weights(self, weights: tuple[np.ndarray, np.ndarray]) -> None:
        assert [array.shape for array in weights] == self.shapes
        self.weights = weights

    def convert_to_numpy(self, output: np.ndarray) -> np.ndarray:
        return output

    def leaky_relu(self, z: np.ndarray, slope: float) -> np.ndarray:
        return np.where(z < 0, z * slope, z)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        (picture,) = x
        options = dict(self.options)
        assert options.pop("dtype") == "float64"
        stride = options.pop("strides", (1, 1) if self.kind == "conv" else self.kernel_size)
        dilation = options.pop("dilation_rate", (1, 1))
        padding, groups = options.pop("padding", "valid"), options.pop("groups", 1)
        activation = options.pop("activation", None)
        assert not options
        if self.kind == "max":
            assert padding == "valid"
            rows, cols = ((n - 2) // s + 1 for n, s in zip(picture.shape[:2], stride, strict=True))
            out = np.empty((rows, cols, picture.shape[2]))
            for r, c in np.ndindex(rows, cols):
                top, left = r * stride[0], c * stride[1]
                out[r, c] = picture[top : top + 2, left : left + 2].max(axis=(0, 1))
            return out[np.newaxis]
        kernel, bias = (array.astype(np.float64) for array in self.weights)
        span = tuple(d * (k - 1) + 1 for k, d in zip(self.kernel_size, dilation, strict=True))
        around = naive.four(padding, picture.shape[:2], span, stride)
        z = naive.conv2d(picture.astype(float), kernel, bias, stride, around, dilation, groups)
        by_name = {
            None: lambda z: z,
            "relu": lambda z: np.maximum(z, 0),
            "tanh": np.tanh,
            "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        }
        return (activation if callable(activation) else by_name[activation])(z)[np.newaxis]


def with_recorder(code: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(__import__("sys").modules, "keras", Recorder())  # type: ignore[arg-type]
    return executed(code)


@pytest.mark.parametrize("case", CASES, ids=" ".join)
def test_the_keras_lines_name_the_layer_its_weights_and_the_cell(
    case: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = with_recorder(ran(*case, "--code", "keras"), monkeypatch)
    assert float(printed) == pytest.approx(float(on_screen(ran(*case))), rel=1e-6)


@pytest.mark.parametrize("layer", ["same", "padded", "dilated", "largest", "last"])
def test_the_keras_lines_know_every_option_of_a_layer(
    odd: Path, layer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = ["--model", str(odd), "--digit", "3", "--layer", layer, "--filter", "2", "--at", "0,1"]
    printed = with_recorder(ran(*case, "--code", "keras"), monkeypatch)
    assert float(printed) == pytest.approx(float(on_screen(ran(*case))), rel=1e-5)


def test_keras_is_not_said_to_do_what_it_cannot(odd: Path) -> None:
    code = ran("--model", str(odd), "--layer", "average2", "--code", "keras")
    assert code.splitlines()[-1].startswith("# Keras's average pooling pads")


BAD = [
    (["--digit", "12"], ["12", "0 to 9"]),
    (["--sample", "200"], ["200", "0 to 199"]),
    (["--digit", "1", "--sample", "2"], ["--digit", "--sample", "exclude"]),
    (["--layer", "conv4"], ["'conv4'", "conv1, pool1, conv2"]),
    (["--layer", "flatten"], ["flatten", "hands values on", "choose a convolution or dense layer"]),
    (["--filter", "32"], ["32", "0 to 31"]),
    (["--filter", "-1"], ["-1", "0 to 31"]),
    (["--at", "26,0"], ["row 26", "0 to 25"]),
    (["--at", "0,26"], ["column 26", "0 to 25"]),
    (["--at", "3"], ["'3'", "row and column"]),
    (["--at", "-1,2"], ["'-1,2'", "counted from 0"]),
    (["--model", "cnnn"], ["'cnnn'", "did you mean cnn?"]),
    (["--lang", "fr"], ["'fr'", "en or zh"]),
    (["--code", "jax"], ["'jax'", "numpy, keras, torch or all"]),
    (["--code", "numpy", "--code", "jax"], ["'jax'"]),
    (["extra"], ["extra"]),
]


@pytest.mark.parametrize(("args", "words"), BAD, ids=[" ".join(args) for args, _ in BAD])
def test_what_cannot_be_right_is_one_line_and_exit_2(args: list[str], words: list[str]) -> None:
    refuses(["step", *args], words)


def test_a_network_for_other_pictures_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "small.safetensors"
    small_networks.network("like the chapter's").save(path)
    result = run("--model", str(path))
    assert result.exit_code == 2
    assert "which is no picture" in result.stderr
