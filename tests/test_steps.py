"""Steps: each equals its cell of the whole operation, and tells how it came about."""

from __future__ import annotations

import json
import pickle
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from naive import EXAMPLES, Case, PoolCase, conv_cases, pool_cases
from naive import conv2d_transpose as naive_transpose

from convexplain import ops
from convexplain.ops import Box

X = 10 * np.arange(4)[:, None, None] + np.arange(4, dtype=np.float32)[:, None]
ONES = np.ones((2, 2, 1, 1))


def ulp(value: float) -> float:
    """The distance from a float32 to the next."""
    return float(np.spacing(np.float32(abs(value))))


@EXAMPLES
@given(conv_cases(np.float32))
def test_every_step_is_its_cell_of_the_convolution(case: Case) -> None:
    filters = case.kernels.shape[3]
    expected = case.output
    whole = ops.conv2d(case.x, case.kernels, case.bias, **case.options)
    for n in range(filters):
        sequence = ops.conv2d_steps(case.x, case.kernels, case.bias, filter=n, **case.options)
        assert (*sequence.size, filters) == expected.shape
        assert sequence.values == pytest.approx(
            [step.value for step in sequence], rel=1e-6, abs=1e-6
        )
        for step in sequence:
            value = expected[step.row, step.col, n]
            # Rounded once from float64: within half a float32 of the loops, and of the array
            # within what float32 sums lose.
            assert abs(step.value - value) <= 0.51 * ulp(value) + 1e-12
            assert whole[step.row, step.col, n] == pytest.approx(step.value, abs=2e-5)


@EXAMPLES
@given(conv_cases())
def test_what_a_step_tells_belongs_together(case: Case) -> None:
    n = case.kernels.shape[3] - 1
    sequence = ops.conv2d_steps(
        case.x, case.kernels, case.bias, filter=n, activation="relu", **case.options
    )
    step = sequence[len(sequence) // 2]
    assert (step.row, step.col) == divmod(len(sequence) // 2, sequence.size[1])
    assert step.first_channel == case.x.shape[2] - step.patch.shape[2]  # of the last group
    assert step.products.tolist() == (step.patch * step.kernel).tolist()
    assert step.kernel.tolist() == case.kernels[..., n].tolist()
    assert step.channel_sums == pytest.approx(step.products.sum(axis=(0, 1)), abs=1e-12)
    assert step.channel_sums.sum() == pytest.approx(step.total, abs=1e-12)
    assert step.products.sum() + step.bias == step.value
    assert step.bias == case.bias[n]
    assert step.activated == max(step.value, 0)
    top, left = step.box.top, step.box.left
    for i, j in np.ndindex(*step.padding.shape):
        row, col = top + i * case.dilation[0], left + j * case.dilation[1]
        inside = 0 <= row < case.x.shape[0] and 0 <= col < case.x.shape[1]
        assert step.padding[i, j] == (not inside)
        if inside:
            assert (step.input_rows[i], step.input_cols[j]) == (row, col)
            assert step.patch[i, j].tolist() == case.x[row, col, step.first_channel :].tolist()
        else:
            assert None in (step.input_rows[i], step.input_cols[j])
            assert not step.patch[i, j].any()


@EXAMPLES
@given(conv_cases(np.float32))
def test_every_transposed_step_gathers_what_lands_on_its_cell(case: Case) -> None:
    y = np.random.default_rng(0).normal(size=case.output.shape).astype(np.float32)
    size, filters = (case.x.shape[0], case.x.shape[1]), case.kernels.shape[2] * case.groups
    bias = np.linspace(-1, 1, filters, dtype=np.float32)
    expected = naive_transpose(
        y, case.kernels, bias, case.stride, case.around, case.dilation, case.groups, size
    )
    for n in range(filters):
        sequence = ops.conv2d_transpose_steps(
            y, case.kernels, bias, output_size=size, filter=n, **case.options
        )
        assert sequence.size == size
        every = [step.value for step in sequence]
        assert sequence.values == pytest.approx(every, rel=1e-6, abs=1e-6)
        assert (sequence[1:].values == sequence.values[1:]).all()
        for step in sequence:
            value = expected[step.row, step.col, n]
            assert abs(step.value - value) <= 0.51 * ulp(value) + 1e-12
            assert step.products.sum() + step.bias == pytest.approx(step.value, abs=1e-6)
            rows = [row for row in step.input_rows if row is not None]
            cols = [col for col in step.input_cols if col is not None]
            inside = step.box.clip((y.shape[0], y.shape[1]))
            assert set(rows) <= set(range(inside.top, inside.bottom))
            assert set(cols) <= set(range(inside.left, inside.right))


def test_a_transposed_step_names_the_input_cells_that_reach_it() -> None:
    x = np.array([[1.0, 10.0]])[..., None]
    kernel = np.array([[1.0, 2.0, 3.0]])[..., None, None]
    sequence = ops.conv2d_transpose_steps(x, kernel, [0.5], stride=(1, 2))
    step = sequence.at(0, 2)
    assert step.input_cols == (1, None, 0)
    assert step.patch[0, :, 0].tolist() == [10, 0, 1]
    assert step.padding.tolist() == [[False, True, False]]
    assert step.box == Box(0, 0, 1, 2)
    assert (step.total, step.value) == (13, 13.5)
    gap = ops.conv2d_transpose_steps(x, kernel[:, :1], stride=(1, 3)).at(0, 1)
    assert gap.input_cols == (None,)
    assert gap.box.width == 0
    assert gap.value == 0


@EXAMPLES
@given(pool_cases())
def test_every_pool_step_is_its_cell_of_the_pooling(case: PoolCase) -> None:
    if not all(inside for _, inside, _ in case.windows()):
        return
    x = case.x.astype(np.float32)
    largest, indices = ops.max_pool2d(x, case.pool_size, return_indices=True, **case.options)
    for step in ops.max_pool2d_steps(x, case.pool_size, channel=1, **case.options):
        assert step.value == largest[step.row, step.col, 1]
        assert step.argmax == divmod(indices[step.row, step.col, 1], x.shape[1])
        assert step.total is None
        row, col = step.argmax
        assert step.box.top <= row < step.box.bottom
        assert step.box.left <= col < step.box.right
    for include in (True, False):
        options: dict[str, Any] = {**case.options, "count_include_pad": include}
        mean = ops.avg_pool2d(x, case.pool_size, **options)
        windows = case.windows()
        for step in ops.avg_pool2d_steps(x, case.pool_size, channel=1, **options):
            _, inside, padded = next(windows)
            assert step.value == mean[step.row, step.col, 1]
            assert step.count == len(padded if include else inside)
            assert step.total == sum(x[at][1] for at in inside)
            assert step.argmax is None
            assert int((~step.padding).sum()) == len(inside)


def test_steps_are_a_sequence() -> None:
    sequence = ops.conv2d_steps(X, ONES)
    assert len(sequence) == 9
    assert [(step.row, step.col) for step in sequence][:4] == [(0, 0), (0, 1), (0, 2), (1, 0)]
    assert sequence[-1].patch[..., 0].tolist() == [[22, 23], [32, 33]]
    assert sequence.at(1, 2).patch[..., 0].tolist() == [[12, 13], [22, 23]]
    assert next(step.value for step in reversed(sequence)) == sequence[8].value
    assert bool(sequence)
    for index in (9, -10):
        with pytest.raises(IndexError):
            sequence[index]


def test_a_slice_of_steps_is_lazy_too() -> None:
    part = ops.conv2d_steps(X, ONES)[1:8:3]
    assert isinstance(part, ops.ConvSteps)
    assert [(step.row, step.col) for step in part] == [(0, 1), (1, 1), (2, 1)]
    assert [(step.row, step.col) for step in part[::-1][:2]] == [(2, 1), (1, 1)]
    assert part.size == (3, 3)
    assert part.at(2, 2).value == 110
    assert len(part[5:]) == 0


def test_a_step_is_computed_when_it_is_asked_for() -> None:
    calls: list[float] = []

    def spy(value: Any) -> Any:
        calls.append(float(value))
        return value

    sequence = ops.conv2d_steps(X, ONES, activation=spy)
    assert calls == []
    assert sequence[4].activation == "spy"
    assert calls == [66]


def test_steps_of_a_large_picture_take_constant_memory() -> None:
    x = np.zeros((2000, 2000, 1), np.float32)
    tracemalloc.start()
    try:
        sequence = ops.conv2d_steps(x, np.ones((3, 3, 1, 1)), padding="same")
        pooled = ops.max_pool2d_steps(x, 3, stride=1, padding=1)
        assert len(sequence) == len(pooled) == 4_000_000
        for index in range(0, 4_000_000, 100_000):
            assert sequence[index].value == pooled[index].value == 0
        assert sum(1 for _ in sequence[:500]) == 500
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 200_000


def test_float32_sums_are_made_in_float64_and_rounded_once() -> None:
    x = np.array([2.0**24, 1.0, 1.0], np.float32).reshape(1, 3, 1)
    step = ops.conv2d_steps(x, np.ones((1, 3, 1, 1)))[0]
    assert step.total == 2**24 + 2  # float32 alone would lose both ones
    assert step.value == 2**24 + 2
    third = ops.conv2d_steps(np.full((1, 1, 1), 1 / 3, np.float32), np.ones((1, 1, 1, 1)), [1])[0]
    assert third.value == float(np.float32(float(np.float32(1 / 3)) + 1))
    assert third.products.dtype == np.float64


@pytest.mark.parametrize(
    ("activation", "name", "expected"),
    [
        (None, "linear", -2),
        ("linear", "linear", -2),
        ("relu", "relu", 0),
        ("leaky_relu", "leaky_relu", float(np.float32(-2) * np.float32(0.01))),
        ("tanh", "tanh", float(np.tanh(np.float32(-2)))),
        (np.abs, "absolute", 2),
    ],
)
def test_an_activation_is_a_name_or_a_function(activation: Any, name: str, expected: float) -> None:
    step = ops.conv2d_steps(
        np.full((1, 1, 1), -2, np.float32), np.ones((1, 1, 1, 1)), activation=activation
    )[0]
    assert (step.value, step.activated, step.activation) == (-2, expected, name)


def test_what_a_step_tells_cannot_be_changed() -> None:
    step = ops.conv2d_steps(X, ONES, padding=1)[0]
    for array in (step.patch, step.kernel, step.products, step.channel_sums, step.padding):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    with pytest.raises(AttributeError):
        step.value = 1.0  # type: ignore[misc]


def test_a_step_leaves_the_arrays_given_alone() -> None:
    x, kernels = X.copy(), ONES.copy()
    step = ops.conv2d_steps(x, kernels)[0]
    assert not np.shares_memory(step.kernel, kernels)
    x += 1
    kernels += 1
    assert step.patch[0, 0, 0] == 0
    assert x.flags.writeable
    assert kernels.flags.writeable


def test_steps_can_be_pickled() -> None:
    sequence = pickle.loads(pickle.dumps(ops.conv2d_steps(X, ONES, activation="relu")))
    assert sequence.at(1, 2).value == 70


def test_a_convolution_step_as_plain_data() -> None:
    step = ops.conv2d_steps(X[:2, :2], ONES, [-0.5], padding=(1, 0, 0, 0), activation="relu").at(
        0, 0
    )
    assert json.loads(json.dumps(step.to_dict())) == {
        "row": 0,
        "col": 0,
        "filter": 0,
        "box": {"top": -1, "left": 0, "bottom": 1, "right": 2},
        "input_rows": [None, 0],
        "input_cols": [0, 1],
        "padding": [[True, True], [False, False]],
        "first_channel": 0,
        "patch": [[[0.0], [0.0]], [[0.0], [1.0]]],
        "kernel": [[[1.0], [1.0]], [[1.0], [1.0]]],
        "products": [[[0.0], [0.0]], [[0.0], [1.0]]],
        "channel_sums": [1.0],
        "total": 1.0,
        "bias": -0.5,
        "value": 0.5,
        "activated": 0.5,
        "activation": "relu",
    }


def test_pool_steps_as_plain_data() -> None:
    step = ops.max_pool2d_steps(X).at(0, 1)
    assert json.loads(json.dumps(step.to_dict())) == {
        "kind": "max",
        "row": 0,
        "col": 1,
        "channel": 0,
        "box": {"top": 0, "left": 2, "bottom": 2, "right": 4},
        "input_rows": [0, 1],
        "input_cols": [2, 3],
        "padding": [[False, False], [False, False]],
        "patch": [[2.0, 3.0], [12.0, 13.0]],
        "count": 4,
        "total": None,
        "value": 13.0,
        "argmax": [1, 3],
    }
    average = ops.avg_pool2d_steps(X).at(0, 1).to_dict()
    assert (average["total"], average["value"], average["argmax"]) == (30, 7.5, None)


def test_a_convolution_step_as_text() -> None:
    x = np.array([[[0.25, 1.0], [0.5, 0.0]], [[1.0, -0.5], [0.0, 2.0]]])
    kernel = np.array([[[1.0, 0.5], [-1.0, 10.0]], [[0.5, 1.0], [2.0, -1.0]]])[..., None]
    step = ops.conv2d_steps(x, kernel, [0.25], padding=(0, 1), activation="relu").at(0, 0)
    assert step.text().splitlines() == [
        "row 0, column 0, filter 0: reads input rows 0 to 1, column 0",
        "",
        "channel 0",
        "     ·  0.25  ⊙   1.00  −1.00  =      ·  −0.25",
        "     ·  1.00      0.50   2.00         ·   2.00",
        "",
        "channel 1",
        "      ·   1.00  ⊙   0.50  10.00  =      ·  10.00",
        "      ·  −0.50      1.00  −1.00         ·   0.50",
        "",
        "channel 0           1.75",
        "channel 1          10.50",
        "sum of 8 products  12.25",
        "+ bias              0.25",
        "= value            12.50",
        "relu               12.50",
        "· no input cell: counts as 0",
    ]


def test_of_many_channels_the_text_shows_the_strongest_and_the_rest_as_one_sum() -> None:
    x = np.ones((1, 1, 6))
    kernel = np.array([1.0, -30.0, 2.0, 0.004, 20.0, 10.0]).reshape(1, 1, 6, 1)
    text = ops.conv2d_steps(x, kernel)[0].text()
    assert text.splitlines()[-8:] == [
        "channel 1             −30.00",
        "channel 4              20.00",
        "channel 5              10.00",
        "the other 3 channels    3.00",
        "sum of 6 products       3.00",
        "+ bias                  0.00",
        "= value                 3.00",
        "Rounded to 2 decimals; sums use full precision.",
    ]
    assert [line for line in text.splitlines() if line.startswith("channel ")][:3] == [
        "channel 1",
        "channel 4",
        "channel 5",
    ]


def test_text_says_so_where_printed_numbers_do_not_add_up() -> None:
    rounding = "Rounded to 2 decimals; sums use full precision."
    x = np.full((1, 2, 1), 0.004)
    assert rounding in ops.conv2d_steps(x, np.ones((1, 2, 1, 1)))[0].text()
    assert rounding not in ops.conv2d_steps(x, np.ones((1, 2, 1, 1)))[0].text(decimals=3)


def test_pool_steps_as_text() -> None:
    x = np.array([[0.5, -1.0], [2.0, 0.25]])[..., None]
    assert ops.max_pool2d_steps(x, 2, stride=1, padding=(1, 0)).at(0, 0).text().splitlines() == [
        "row 0, column 0, channel 0: reads input row 0, columns 0 to 1",
        "",
        "      ·      ·",
        "   0.50  −1.00",
        "",
        "largest of 2  0.50  at row 0, column 0",
        "· padding: does not count",
    ]
    average = ops.avg_pool2d_steps(x, 2, stride=1, padding=(1, 0)).at(0, 0)
    assert average.text().splitlines()[-3:] == [
        "sum            −0.50",
        "/ 4 = average  −0.13",
        "· padding: counts as 0",
    ]


def test_a_dilated_window_reads_columns_apart() -> None:
    step = ops.conv2d_steps(X, np.ones((1, 2, 1, 1)), dilation=(1, 3)).at(2, 0)
    assert step.text().startswith("row 2, column 0, filter 0: reads input row 2, columns 0, 3\n")
