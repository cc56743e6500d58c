"""Convolutions along one axis and three, against NumPy, SciPy and loops."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import correlate

from convexplain import ops

RNG = np.random.default_rng(3)
ROW = RNG.normal(size=28)


@pytest.mark.parametrize("length", [1, 3, 4])
def test_one_channel_along_one_axis_is_numpys_correlation(length: int) -> None:
    kernel = RNG.normal(size=length)
    for mode in ("valid", "same"):
        output = ops.conv1d(ROW[:, None], kernel[:, None, None], padding=mode).ravel()
        # Of an even kernel NumPy's "same" has its extra zero before, Keras's behind.
        found = output[:-1] if mode == "same" and length % 2 == 0 else output
        expected = np.correlate(ROW, kernel, mode)
        if mode == "same" and length % 2 == 0:
            expected = expected[1:]
        np.testing.assert_allclose(found, expected, atol=1e-14)


def test_a_causal_output_never_reads_a_later_sample() -> None:
    kernel = RNG.normal(size=3)
    causal = ops.conv1d(ROW[:, None], kernel[:, None, None], padding="causal", dilation=2).ravel()
    for t in range(len(ROW)):
        past = [ROW[t - back] if t >= back else 0.0 for back in (4, 2, 0)]
        assert causal[t] == pytest.approx(np.dot(past, kernel), abs=1e-14)


def test_every_window_reads_all_channels_of_its_group() -> None:
    x, kernels, bias = RNG.normal(size=(2, 9, 4)), RNG.normal(size=(3, 2, 6)), RNG.normal(size=6)
    output = ops.conv1d(x, kernels, bias, stride=2, padding=(1, 0), groups=2)
    padded = np.pad(x, ((0, 0), (1, 0), (0, 0)))
    assert output.shape == (2, 4, 6)
    for picture, t, n in np.ndindex(2, 4, 6):
        read = padded[picture, 2 * t : 2 * t + 3, 2 * (n // 3) : 2 * (n // 3) + 2]
        expected = (read * kernels[:, :, n]).sum() + bias[n]
        assert output[picture, t, n] == pytest.approx(expected, abs=1e-13)


def test_a_row_with_many_channels_is_a_picture_with_a_window_of_its_height() -> None:
    picture, kernel = RNG.normal(size=(28, 20)), RNG.normal(size=(28, 3))
    steps = picture.T  # columns as time, rows as channels
    along = ops.conv1d(steps, kernel.T[:, :, None]).ravel()
    np.testing.assert_allclose(
        along, ops.conv2d(picture[..., None], kernel[..., None, None]).ravel(), atol=1e-13
    )


def test_a_step_of_one_axis_is_its_number() -> None:
    x, kernels = RNG.normal(size=(9, 2)), RNG.normal(size=(3, 2, 5))
    output = ops.conv1d(x, kernels, padding="same")
    steps = ops.conv1d_steps(x, kernels, padding="same", filter=4, activation="relu")
    assert len(steps) == 9
    for step in steps:
        assert step.value == pytest.approx(output[step.col, 4], abs=1e-13)
        assert step.activated == max(0.0, step.value)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_three_axes_are_scipys_correlation(depth: int) -> None:
    film, kernel = RNG.normal(size=(6, 7, 8)), RNG.normal(size=(depth, 3, 2))
    found = ops.conv3d(film[..., None], kernel[..., None, None])[..., 0]
    whole = correlate(film, kernel, mode="constant")
    starts = [n // 2 for n in kernel.shape]
    valid = whole[
        tuple(slice(s, s + n - k + 1) for s, n, k in zip(starts, film.shape, kernel.shape,
                                                         strict=True))
    ]  # fmt: skip
    np.testing.assert_allclose(found, valid, atol=1e-13)


def test_three_axes_with_every_option_are_the_sum_that_loops_make() -> None:
    x, kernels = RNG.normal(size=(5, 6, 7, 2)), RNG.normal(size=(2, 3, 2, 2, 3))
    bias = RNG.normal(size=3)
    options: dict[str, Any] = {"stride": (2, 1, 2), "padding": (1, 0, 1), "dilation": (2, 1, 3)}
    output = ops.conv3d(x, kernels, bias, **options)
    padded = np.pad(x, ((1, 1), (0, 0), (1, 1), (0, 0)))
    assert output.shape == (3, 4, 3, 3)
    for d, r, c, n in np.ndindex(*output.shape):
        total = bias[n]
        for i, j, k, m in np.ndindex(2, 3, 2, 2):
            total += padded[2 * d + 2 * i, r + j, 2 * c + 3 * k, m] * kernels[i, j, k, m, n]
        assert output[d, r, c, n] == pytest.approx(total, abs=1e-12)
    for frame in range(3):
        steps = ops.conv3d_steps(x, kernels, bias, frame=frame, filter=2, **options)
        for step in steps:
            assert step.value == pytest.approx(output[frame, step.row, step.col, 2], abs=1e-12)
    assert ops.conv3d(x, kernels, padding="same").shape == (5, 6, 7, 3)


#: What layers of Keras put out: eight kinds, stored with their inputs and weights.
REFERENCE = json.loads(Path(__file__).with_name("keras_reference.json").read_text("utf-8"))


@pytest.mark.parametrize("case", REFERENCE["cases"], ids=lambda case: case["name"])
def test_other_kinds_of_convolution_are_those_of_keras(case: dict[str, Any]) -> None:
    operation = getattr(ops, case["op"])
    kernels, bias = (np.array(weights, np.float64) for weights in case["weights"])
    output = operation(np.array(case["x"], np.float64), kernels, bias, **case["options"])
    assert output.tolist() == case["y"]


def test_a_transposed_convolution_is_that_of_onnx_which_pytorch_exports() -> None:
    onnx = pytest.importorskip("onnx")
    from onnx.reference import ReferenceEvaluator

    node = onnx.helper.make_node(
        "ConvTranspose", ["x", "w"], ["y"], strides=[2, 3], pads=[1, 0, 1, 0],
        output_padding=[1, 2], kernel_shape=[3, 2],
    )  # fmt: skip
    kind = onnx.TensorProto.FLOAT
    names = {name: onnx.helper.make_tensor_value_info(name, kind, None) for name in "xwy"}
    graph = onnx.helper.make_graph([node], "one", [names["x"], names["w"]], [names["y"]])
    x = RNG.normal(size=(1, 3, 4, 5)).astype(np.float32)  # channels first
    weights = RNG.normal(size=(3, 2, 3, 2)).astype(np.float32)  # (C_in, C_out, kH, kW)
    (theirs,) = ReferenceEvaluator(onnx.helper.make_model(graph)).run(None, {"x": x, "w": weights})
    ours = ops.conv2d_transpose(
        x[0].transpose(1, 2, 0), weights.transpose(2, 3, 1, 0), stride=(2, 3), padding=(1, 0),
        output_padding=(1, 2),
    )  # fmt: skip
    np.testing.assert_allclose(ours.transpose(2, 0, 1), theirs[0], atol=1e-5)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: ops.conv1d(np.ones(4), np.ones((1, 1, 1))), r"x\[:, None\]"),
        (lambda: ops.conv1d(np.ones((4, 1)), np.ones((1, 1))), "give three axes"),
        (lambda: ops.conv1d(np.ones((4, 1)), np.ones((1, 1, 1)), padding="full"), "causal"),
        (lambda: ops.conv1d(np.ones((4, 1)), np.ones((1, 1, 1)), padding=(1, 2, 3)), "3 numbers"),
        (lambda: ops.conv1d(np.ones((2, 1)), np.ones((3, 1, 1))), "larger than"),
        (lambda: ops.conv3d(np.ones((2, 2, 2)), np.ones((1, 1, 1, 1, 1))), r"\(D, H, W, C\)"),
        (lambda: ops.conv3d(np.ones((2, 2, 2, 3)), np.ones((1, 1, 1, 1, 1))), "kW, 3, C_out"),
        (lambda: ops.conv3d(np.ones((2, 2, 2, 1)), np.ones((1, 1, 1, 1, 1)), stride=(1, 2)),
         "three for"),
        (lambda: ops.conv3d_steps(np.ones((2, 2, 2, 1)), np.ones((2, 1, 1, 1, 1)), frame=1),
         "frame 1 does not exist"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_what_can(call: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call()
