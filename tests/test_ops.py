"""Convolutions and what goes with them, against SciPy, plain loops and numbers made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from naive import EXAMPLES, Array, Case, conv_cases
from naive import conv2d_transpose as naive_transpose
from scipy.signal import convolve2d, correlate2d

from convexplain import ops
from convexplain.ops import Window, convolution

X = np.arange(16, dtype=np.float32).reshape(4, 4, 1)
ONES = np.ones((2, 2, 1, 1), np.float32)


def by_scipy(case: Case) -> Array:
    """The same convolution, channel by channel, with zeros put into dilated kernels."""
    top, bottom, left, right = case.around
    padded = np.pad(case.x, ((top, bottom), (left, right), (0, 0)))
    kh, kw, channels, filters = case.kernels.shape
    (dh, dw), (sh, sw) = case.dilation, case.stride
    maps = []
    for n in range(filters):
        first = n // (filters // case.groups) * channels
        total = case.bias[n]
        for k in range(channels):
            spread = np.zeros((dh * (kh - 1) + 1, dw * (kw - 1) + 1))
            spread[::dh, ::dw] = case.kernels[:, :, k, n]
            full = correlate2d(padded[:, :, first + k], spread, "full")
            valid = full[spread.shape[0] - 1 :, spread.shape[1] - 1 :]
            rows, cols = (
                padded.shape[0] - spread.shape[0] + 1,
                padded.shape[1] - spread.shape[1] + 1,
            )
            total = total + valid[:rows:sh, :cols:sw]
        maps.append(total)
    return np.stack(maps, axis=-1)


@EXAMPLES
@given(conv_cases())
def test_conv2d_is_scipys_correlation_with_every_option(case: Case) -> None:
    output = ops.conv2d(case.x, case.kernels, case.bias, **case.options)
    np.testing.assert_allclose(output, by_scipy(case), rtol=0, atol=1e-12)


@EXAMPLES
@given(conv_cases())
def test_conv2d_is_the_sum_that_loops_make(case: Case) -> None:
    output = ops.conv2d(case.x, case.kernels, case.bias, **case.options)
    np.testing.assert_allclose(output, case.output, rtol=0, atol=1e-12)


def test_conv2d_by_hand() -> None:
    x = [[[1], [2], [0]], [[0], [1], [3]], [[2], [0], [1]]]
    kernel = [[[[1]], [[0]]], [[[-1]], [[2]]]]
    # 1·1 + 2·0 − 0·1 + 1·2 + 0.5, and so on.
    expected = [[1 + 2 + 0.5, 2 - 1 + 6 + 0.5], [0 - 2 + 0 + 0.5, 1 - 0 + 2 + 0.5]]
    assert ops.conv2d(x, kernel, [0.5])[..., 0].tolist() == expected


def test_the_kernel_is_not_flipped() -> None:
    right = np.zeros((3, 3, 1, 1))
    right[1, 2] = 1
    assert ops.conv2d(X, right)[..., 0].tolist() == [[6, 7], [10, 11]]


def test_channels_are_summed_not_averaged() -> None:
    x = np.array([[[1.0, 20.0, 300.0]]])
    assert ops.conv2d(x, np.ones((1, 1, 3, 1))).item() == 321


def test_depthwise_kernels_see_one_channel_each() -> None:
    x = np.array([[[1.0, 10.0, 100.0]]])
    kernels = np.array([2.0, 3.0, 4.0]).reshape(1, 1, 1, 3)
    assert ops.conv2d(x, kernels, groups=3)[0, 0].tolist() == [2, 30, 400]


def test_same_puts_the_extra_pixel_at_the_bottom_right() -> None:
    x = np.array([[1.0, 2.0], [3.0, 4.0]])[..., None]
    assert ops.conv2d(x, ONES, padding="same")[..., 0].tolist() == [[10, 6], [7, 4]]
    assert ops.conv2d(x, ONES, padding="same_lower")[..., 0].tolist() == [[1, 3], [4, 10]]


def test_same_with_stride_2_is_tensorflows() -> None:
    # 4 rows, kernel 3, stride 2: nothing before, one zero after.
    output = ops.conv2d(X, np.ones((3, 3, 1, 1)), stride=2, padding="same")
    assert output[..., 0].tolist() == [[45, 39], [66, 50]]


@pytest.mark.parametrize(
    ("given_dtype", "expected"),
    [
        (np.float32, np.float32),
        (np.float64, np.float64),
        (np.float16, np.float32),
        (np.uint8, np.float32),
        (np.int64, np.float32),
    ],
)
def test_the_dtype_of_the_picture_decides(given_dtype: Any, expected: Any) -> None:
    x = np.ones((4, 4, 1), given_dtype)
    kernels, bias = np.ones((2, 2, 1, 1), np.float64), np.ones(1, np.float32)
    window = Window(2)
    assert ops.conv2d(x, kernels, bias).dtype == expected
    assert ops.conv2d_transpose(x, kernels, bias).dtype == expected
    assert ops.max_pool2d(x).dtype == ops.avg_pool2d(x).dtype == expected
    assert ops.global_avg_pool2d(x).dtype == ops.global_max_pool2d(x).dtype == expected
    assert ops.patches(x, window).dtype == ops.pad(x, 1).dtype == ops.flatten(x).dtype == expected
    assert ops.dense(x.ravel(), np.ones((16, 2))).dtype == expected
    assert ops.batch_norm(x, [0.0], [1.0], [1.0], [0.0]).dtype == expected
    for activation in (ops.relu, ops.leaky_relu, ops.sigmoid, ops.tanh, ops.softmax):
        assert activation(x).dtype == expected
    assert ops.log_softmax(x).dtype == expected


@pytest.mark.parametrize("chunk", [1, 1000, convolution.CHUNK])
def test_a_batch_is_its_pictures_one_by_one(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convolution, "CHUNK", chunk)
    random = np.random.default_rng(3)
    batch = random.normal(size=(5, 6, 7, 4))
    kernels, bias = random.normal(size=(3, 2, 2, 6)), random.normal(size=6)
    options: dict[str, Any] = {"stride": (1, 2), "padding": "same", "groups": 2}
    output = ops.conv2d(batch, kernels, bias, **options)
    single = [ops.conv2d(x, kernels, bias, **options) for x in batch]
    np.testing.assert_allclose(output, single, rtol=0, atol=1e-13)
    back = ops.conv2d_transpose(output, kernels, **options)
    np.testing.assert_allclose(
        back, [ops.conv2d_transpose(y, kernels, **options) for y in output], rtol=0, atol=1e-12
    )


def test_a_new_axis_of_stride_0_gives_the_same_numbers() -> None:
    picture = np.random.default_rng(5).normal(size=(2, 6, 6))
    kernels = np.random.default_rng(6).normal(size=(3, 3, 1, 2))
    for x in (
        picture[..., None],
        np.lib.stride_tricks.as_strided(picture, (2, 6, 6, 1), (*picture.strides, 0)),
    ):
        assert ops.conv2d(x, kernels).tobytes() == ops.conv2d(x.copy(), kernels).tobytes()
        assert ops.max_pool2d(x).tobytes() == ops.max_pool2d(x.copy()).tobytes()
    constant = np.broadcast_to(np.float64(2), (5, 5, 3))
    assert (ops.conv2d(constant, np.ones((3, 3, 3, 1))) == 54).all()


def test_inputs_may_be_views_in_any_order() -> None:
    random = np.random.default_rng(7)
    x, kernels = random.normal(size=(3, 8, 9)), random.normal(size=(4, 3, 3, 2))
    planes, flipped = x.transpose(1, 2, 0)[::-1, ::2], kernels.transpose(1, 2, 3, 0)[::-1]
    output = ops.conv2d(planes, flipped[:, :, [0, 1, 0]])
    again = ops.conv2d(planes.copy(), flipped[:, :, [0, 1, 0]].copy())
    np.testing.assert_allclose(output, again, rtol=0, atol=1e-13)


def test_nothing_given_is_ever_modified() -> None:
    x = np.linspace(-1, 1, 2 * 6 * 6 * 4).reshape(2, 6, 6, 4)
    kernels, bias = np.linspace(-1, 1, 72).reshape(3, 3, 2, 4), np.ones(4)
    weights, four = np.ones((144, 3)), np.ones(4)
    given_arrays = (x, kernels, bias, weights, four)
    before = [array.tobytes() for array in given_arrays]
    for array in given_arrays:
        array.flags.writeable = False
    results = [
        ops.conv2d(x, kernels, bias, groups=2),
        ops.conv2d_transpose(x, kernels, bias, groups=2),
        ops.max_pool2d(x, 3, padding=1),
        ops.avg_pool2d(x),
        ops.global_avg_pool2d(x),
        ops.global_max_pool2d(x),
        ops.relu(x),
        ops.leaky_relu(x),
        ops.sigmoid(x),
        ops.tanh(x),
        ops.softmax(x),
        ops.log_softmax(x),
        ops.dense(ops.flatten(x), weights, [0.0, 1.0, 2.0]),
        ops.batch_norm(x, four, four, four, four),
        ops.pad(x, 0),
    ]
    for result in results:
        result += 1  # what is returned belongs to the caller
    assert [array.tobytes() for array in given_arrays] == before


@EXAMPLES
@given(conv_cases())
def test_conv2d_transpose_stamps_the_kernel_for_every_input_cell(case: Case) -> None:
    # Kernels (kH, kW, C_out / groups, C_in): what conv2d reads, read the other way.
    small = case.output
    groups, x = case.groups, np.random.default_rng(0).normal(size=small.shape)
    bias = np.linspace(-1, 1, case.kernels.shape[2] * groups)
    size = case.x.shape[0], case.x.shape[1]
    options: dict[str, Any] = {**case.options, "output_size": size}
    output = ops.conv2d_transpose(x, case.kernels, bias, **options)
    expected = naive_transpose(
        x, case.kernels, bias, case.stride, case.around, case.dilation, groups, size
    )
    np.testing.assert_allclose(output, expected, rtol=0, atol=1e-12)


@EXAMPLES
@given(conv_cases())
def test_conv2d_transpose_is_the_adjoint_of_conv2d(case: Case) -> None:
    forward = ops.conv2d(case.x, case.kernels, **case.options)
    y = np.random.default_rng(1).normal(size=forward.shape)
    size = case.x.shape[0], case.x.shape[1]
    back = ops.conv2d_transpose(y, case.kernels, output_size=size, **case.options)
    assert (forward * y).sum() == pytest.approx((case.x * back).sum(), abs=1e-10)


def test_conv2d_transpose_at_stride_1_is_scipys_full_convolution() -> None:
    random = np.random.default_rng(2)
    x, kernel = random.normal(size=(5, 6)), random.normal(size=(3, 2))
    output = ops.conv2d_transpose(x[..., None], kernel[..., None, None])
    np.testing.assert_allclose(output[..., 0], convolve2d(x, kernel, "full"), rtol=0, atol=1e-13)


def test_conv2d_transpose_by_hand() -> None:
    x = np.array([[1.0, 10.0]])[..., None]
    kernel = np.array([[1.0, 2.0, 3.0]])[..., None, None]

    def row(**options: Any) -> list[float]:
        row: list[float] = ops.conv2d_transpose(x, kernel, **options)[0, :, 0].tolist()
        return row

    assert row() == [1, 12, 23, 30]
    assert row(stride=2) == [1, 2, 13, 20, 30]
    assert row(stride=2, output_padding=(0, 1)) == [1, 2, 13, 20, 30, 0]
    assert row(stride=2, padding=(0, 1)) == [2, 13, 20]
    assert row(stride=2, padding=(0, 1), output_padding=(0, 1)) == [2, 13, 20, 30]
    assert row(stride=2, output_size=(1, 6)) == [1, 2, 13, 20, 30, 0]
    assert row(dilation=(1, 2)) == [1, 10, 2, 20, 3, 30]


def test_conv2d_transpose_leaves_gaps_to_output_padding_as_pytorch_does() -> None:
    # Stride 3 with a kernel of 1: Keras's "valid" would give 6 columns, PyTorch gives 4.
    x = np.array([[1.0, 2.0]])[..., None]
    kernel = np.ones((1, 1, 1, 1))
    assert ops.conv2d_transpose(x, kernel, stride=(1, 3))[0, :, 0].tolist() == [1, 0, 0, 2]
    padded = ops.conv2d_transpose(x, kernel, stride=(1, 3), output_padding=(0, 2))
    assert padded[0, :, 0].tolist() == [1, 0, 0, 2, 0, 0]


@pytest.mark.parametrize(
    ("name", "expected"), [("same", [1, 2, 13, 20]), ("same_lower", [2, 13, 20, 30])]
)
def test_conv2d_transpose_with_same_is_stride_times_as_large(
    name: Any, expected: list[float]
) -> None:
    x = np.array([[1.0, 10.0]])[..., None]
    kernel = np.array([[1.0, 2.0, 3.0]])[..., None, None]
    output = ops.conv2d_transpose(x, kernel, stride=(1, 2), padding=name)
    assert output[0, :, 0].tolist() == expected


def test_dense_by_hand_and_batched() -> None:
    weights = [[1.0, -1.0], [2.0, 0.0], [3.0, 0.5]]
    assert ops.dense([1.0, 10.0, 100.0], weights, [0.25, 0.0]).tolist() == [321.25, 49.0]
    batch = ops.dense([[1.0, 10.0, 100.0], [0.0, 0.0, 2.0]], weights)
    assert batch.tolist() == [[321.0, 49.0], [6.0, 1.0]]


def test_flatten_reads_row_by_row_then_columns_then_channels() -> None:
    x = np.arange(12).reshape(2, 3, 2)
    assert ops.flatten(x).tolist() == list(range(12))
    assert ops.flatten(np.stack([x, x + 12])).tolist() == [list(range(12)), list(range(12, 24))]


def test_batch_norm_by_hand() -> None:
    x = np.array([[[1.0, 5.0]]])
    output = ops.batch_norm(x, [3.0, 1.0], [4.0, 0.25], [10.0, 1.0], [0.5, 0.0], epsilon=0)
    assert output[0, 0].tolist() == [-9.5, 8.0]
    assert ops.batch_norm(x, [3.0, 1.0], [4.0, 0.25], epsilon=0)[0, 0].tolist() == [-1.0, 8.0]


def test_batch_norms_epsilon_is_pytorchs() -> None:
    output = ops.batch_norm(np.ones((1, 1, 1)), [0.0], [0.0])
    assert output.item() == pytest.approx(1e5**0.5, rel=1e-12)


@pytest.mark.parametrize("mode", ["constant", "edge", "reflect"])
def test_pad_is_numpys(mode: Any) -> None:
    x = np.random.default_rng(4).normal(size=(2, 4, 5, 3))
    expected = np.pad(x, ((0, 0), (1, 2), (3, 0), (0, 0)), mode=mode)
    assert (ops.pad(x, (1, 2, 3, 0), mode) == expected).all()
    assert (ops.pad(x[0], (1, 2, 3, 0), mode) == expected[0]).all()


def test_pad_takes_one_number_or_two_and_a_value() -> None:
    x = np.ones((1, 1, 1))
    assert ops.pad(x, 1, value=-2)[..., 0].tolist() == [[-2, -2, -2], [-2, 1, -2], [-2, -2, -2]]
    assert ops.pad(x, (1, 0))[..., 0].tolist() == [[0], [1], [0]]


@EXAMPLES
@given(conv_cases())
def test_patches_obey_the_law_of_their_shape(case: Case) -> None:
    window = Window(case.kernels.shape[:2], case.stride, case.padding, case.dilation)
    size = case.x.shape[0], case.x.shape[1]
    view = ops.patches(np.stack([case.x, 2 * case.x]), window)
    assert view.shape == (2, *window.output_size(size), *window.kernel_size, case.x.shape[2])
    for r, c, i, j in np.ndindex(*view.shape[1:5]):
        row = r * case.stride[0] + i * case.dilation[0] - case.around[0]
        col = c * case.stride[1] + j * case.dilation[1] - case.around[2]
        inside = 0 <= row < size[0] and 0 <= col < size[1]
        expected = case.x[row, col] if inside else np.zeros(case.x.shape[2])
        assert (view[0, r, c, i, j] == expected).all()
        assert (view[1, r, c, i, j] == 2 * expected).all()


def test_patches_are_a_view_that_cannot_be_written() -> None:
    view = ops.patches(X, Window(2))
    assert np.shares_memory(view, X)
    assert view.shape == (3, 3, 2, 2, 1)
    with pytest.raises(ValueError, match="read-only"):
        view[0, 0, 0, 0, 0] = 1
    padded = ops.patches(X, Window(2, padding=1))
    with pytest.raises(ValueError, match="read-only"):
        padded[0, 0, 0, 0, 0] = 1


def test_padded_patches_take_no_more_memory_than_the_padded_picture() -> None:
    view = ops.patches(X, Window(3, padding=1))
    low, high = np.lib.array_utils.byte_bounds(view)
    assert view.nbytes == 4 * 4 * 9 * 4
    assert high - low == 6 * 6 * 4
