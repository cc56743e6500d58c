"""The account of a number, against cases made by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from convexplain.errors import UsageError
from convexplain.network import Conv2D, Dense, Flatten, Layer, MaxPooling2D, Network, Trace
from convexplain.ops import ConvStep, avg_pool2d_steps, conv2d_steps, max_pool2d_steps
from convexplain.ops.breakdown import largest


def one_step(pixels: list[float], weights: list[float], bias: float) -> ConvStep:
    """The only stop of a kernel that is as wide as its picture."""
    x = np.array(pixels, np.float64).reshape(1, -1, 1)
    kernel = np.array(weights, np.float64).reshape(1, -1, 1, 1)
    return conv2d_steps(x, kernel, np.array([bias]))[0]


def many_channels(values: list[float], bias: float) -> list[ConvStep]:
    """The only stop of a 1x1 kernel of ones: its channel sums are the picture's channels."""
    x = np.array(values, np.float64).reshape(1, 1, -1)
    return list(conv2d_steps(x, np.ones((1, 1, len(values), 1)), np.array([bias])))


@pytest.mark.parametrize(
    ("addends", "shown", "wanted"),
    [
        ([0.1, -0.5, 0.3, 0.0], 3, (1, 2, 0)),
        ([1.0, -1.0, 1.0], 2, (0, 1)),  # of equal ones the first
        ([0.1], 3, (0,)),
        ([2.0, 3.0], 0, ()),
    ],
)
def test_the_largest_are_chosen_by_absolute_value(addends, shown, wanted) -> None:
    assert largest(addends, shown) == wanted


def test_many_channels_are_some_parts_and_a_rest() -> None:
    (step,) = many_channels([1.0, -30.0, 2.0, 0.25, 20.0, 10.0], 0.5)
    account = step.breakdown(shown=2)
    assert [(part.name.text("en"), part.value) for part in account.parts] == [
        ("channel 1", -30.0),
        ("channel 4", 20.0),
    ]
    assert (account.rest, account.rest_count) == (13.25, 4)
    assert (account.total, account.bias, account.value) == (3.25, 0.5, 3.75)
    assert [name.text("zh") for name, _ in account.addends] == [
        "通道 1",
        "通道 4",
        "其余 4 个通道",
    ]
    # Parts are the largest first, and printed in the order of the channels.
    (step,) = many_channels([1.0, 20.0, -30.0], 0.0)
    account = step.breakdown(shown=2)
    assert [part.place for part in account.parts] == [2, 1]
    assert account.rows() == tuple(
        (row, number)
        for (row, _), number in zip(
            account.rows(), ("20.00", "−30.00", "1.00", "−9.00", "0.00", "−9.00"), strict=True
        )
    )
    assert [row.text("en") for row, _ in account.rows()][:3] == [
        "channel 1",
        "channel 2",
        "the other 1 channels",
    ]


def test_parts_rest_and_bias_are_the_value_and_the_cells_are_the_part() -> None:
    rng = np.random.default_rng(4)
    x, kernels = rng.normal(size=(5, 6, 7)), rng.normal(size=(3, 3, 7, 2))
    steps = conv2d_steps(x, kernels, [0.3, -0.4], filter=1, padding="same", activation="tanh")
    for row, col in [(0, 0), (2, 3), (4, 5)]:
        account = steps.at(row, col).breakdown()
        added = sum(value for _, value in account.addends) + account.bias
        patch = np.pad(x, ((1, 1), (1, 1), (0, 0)))[row : row + 3, col : col + 3]
        assert added == pytest.approx((patch * kernels[..., 1]).sum() - 0.4)
        assert account.activated == pytest.approx(np.tanh(added))
        sizes = [abs(part.value) for part in account.parts]
        assert all(one >= other for one, other in pairwise(sizes))
        for part in account.parts:
            assert part.cells is not None
            np.testing.assert_array_equal(part.cells.patch, patch[..., part.place])
            np.testing.assert_array_equal(part.cells.kernel, kernels[..., part.place, 1])
            assert part.cells.products.sum() == pytest.approx(part.value)


def test_a_later_group_names_the_channels_of_the_picture() -> None:
    x = np.array([1.0, 2.0, 3.0, 4.0]).reshape(1, 1, 4)
    (step,) = conv2d_steps(x, np.ones((1, 1, 2, 2)), groups=2, filter=1)
    assert [part.name.text("en") for part in step.breakdown().parts] == ["channel 3", "channel 2"]


def test_cells_are_kept_for_as_many_parts_as_are_shown_in_full() -> None:
    (step,) = many_channels([0.5, 0.75, 0.25], 0.0)
    assert [part.cells is None for part in step.breakdown(grids=1).parts] == [False, True, True]
    assert all(part.cells is None for part in step.breakdown(grids=0).parts)


@pytest.mark.parametrize(
    ("pixels", "weights", "bias", "adds_up", "checkable"),
    [
        ([0.5, 1.0], [0.2, -0.3], 0.1, True, True),  # 0.10 - 0.30 = -0.20, + 0.10 = -0.10
        ([0.0, 0.0], [0.27, -0.31], 0.04, True, True),  # blank paper
        ([0.5, 0.5], [0.01, 0.01], 0.0, False, False),  # prints 0.01 + 0.01 = 0.01
        ([1.0, 1.0], [0.304, 0.304], 0.0, False, False),  # prints 0.30 + 0.30 = 0.61
        ([1.0, 1.0], [0.3, 0.104], 0.004, False, False),  # 0.30 + 0.10 = 0.40, but + 0.00 = 0.41
        ([0.994, 0.0], [0.504, 0.0], 0.0, True, True),  # 0.99 x 0.50 = 0.495, printed 0.50
        ([0.986, 0.0], [0.486, 0.0], 0.0, True, False),  # prints 0.99 x 0.49 = 0.48
    ],
)
def test_what_is_printed_of_a_convolution_adds_up(
    pixels: list[float], weights: list[float], bias: float, adds_up: bool, checkable: bool
) -> None:
    account = one_step(pixels, weights, bias).breakdown()
    assert account.adds_up() is adds_up
    assert account.checkable() is checkable


def test_channels_add_up_with_the_rest_in_one() -> None:
    # shown 0.50 and 0.30, the rest 0.10: together 0.90; + 0.05 = 0.95
    (step,) = many_channels([0.5, 0.3, 0.06, 0.04], 0.05)
    assert step.breakdown(2).adds_up()
    # shown 0.504 and 0.304, the rest 0.004: prints 0.50 + 0.30 + 0.00, but the sum is 0.81
    (step,) = many_channels([0.504, 0.304, 0.004], 0.0)
    assert not step.breakdown(2).adds_up()
    assert step.breakdown(2).adds_up(3)
    # without parts only 0.81 + 0.00 = 0.81 is printed
    assert step.breakdown(0).adds_up()


@pytest.mark.parametrize(
    ("numbers", "adds_up"),
    [
        ([0.1, 0.2, 0.3, 0.4], True),  # 0.25
        ([0.104, 0.104, 0.104, 0.104], True),  # 0.10
        ([0.004, 0.004, 0.004, 0.014], False),  # prints 0.01 / 4 = 0.00, the mean is 0.0065
        ([-0.1, -0.2, 0.0, 0.1], True),  # -0.05
    ],
)
def test_means_add_up_as_they_are_printed(numbers: list[float], adds_up: bool) -> None:
    x = np.reshape(numbers, (2, 2, 1))
    assert avg_pool2d_steps(x)[0].breakdown().adds_up() is adds_up
    largest_of_them = max_pool2d_steps(x)[0]
    assert largest_of_them.mean().adds_up() is adds_up
    assert largest_of_them.mean().value == pytest.approx(np.mean(numbers))
    assert largest_of_them.breakdown().adds_up()


def test_a_maximum_is_its_winner_and_where_it_stands() -> None:
    x = np.array([[0.5, -1.0], [2.0, 0.25]])[..., None]
    account = max_pool2d_steps(x)[0].breakdown()
    assert [(part.name.text("en"), part.value) for part in account.parts] == [
        ("at row 1, column 0", 2.0)
    ]
    assert [(name.text("zh"), text) for name, text in account.rows(3)] == [
        ("4 个数中的最大值", "2.000")
    ]


def test_a_mean_is_a_sum_and_its_share() -> None:
    x = np.array([[0.5, -1.0], [2.0, 0.25]])[..., None]
    padded = avg_pool2d_steps(x, padding=(1, 1), count_include_pad=False).at(1, 0).breakdown()
    assert [(name.text("en"), text) for name, text in padded.rows()] == [
        ("sum", "2.00"),
        ("/ 1 = average", "2.00"),
    ]


def test_text_is_the_same_account_in_chinese() -> None:
    (step,) = many_channels([1.0, 20.0, -30.0, 4.0], 0.5)
    assert step.breakdown().text("zh").splitlines()[-10:] == [
        "  4.00  ⊙  1.00  =  4.00",
        "",
        "通道 1          20.00",
        "通道 2         −30.00",
        "通道 3           4.00",
        "其余 1 个通道    1.00",
        "4 个乘积之和    −5.00",
        "+ 偏置           0.50",
        "= 值            −4.50",
        "四舍五入到两位小数，求和按完整精度。",
    ]


# Of a network


def small(*layers: Layer, shape: tuple[int, int, int]) -> Network:
    """A network with weights that are 1, 2, 3, ... and biases of 0.5."""
    network = Network.initialised(layers, 0, input_shape=shape)
    weights = {
        name: np.full(array.shape, 0.5, np.float32)
        if name.endswith("bias")
        else np.arange(1, array.size + 1, dtype=np.float32).reshape(array.shape)
        for name, array in network.weights.items()
    }
    return Network(layers, weights, input_shape=shape)


@pytest.fixture(scope="module")
def trace() -> Trace:
    """Four pixels, flattened, into two units: unit 0 has the weights 1, 3, 5, 7."""
    layers = Flatten("flatten"), Dense("dense", 2, activation="relu")
    return Trace(small(*layers, shape=(2, 2, 1)), np.array([[0.5, 0.25], [0.0, 1.0]])[..., None])


def test_a_dense_cell_names_the_largest_inputs_where_they_come_from(trace: Trace) -> None:
    account = trace.breakdown("dense", (0, 0, 0), shown=2)
    # 0.5 * 1 + 0.25 * 3 + 0 * 5 + 1 * 7 = 8.25, and the bias is 0.5
    assert [(part.name.text("en"), part.value) for part in account.parts] == [
        ("pixel[1, 1, 0]", 7.0),
        ("pixel[0, 1, 0]", 0.75),
    ]
    assert (account.rest, account.rest_count, account.total) == (0.5, 2, 8.25)
    assert (account.bias, account.value, account.activated) == (0.5, 8.75, 8.75)
    assert account.text("zh").splitlines() == [
        "dense[0, 0, 0]",
        "",
        "像素[0, 1, 0]  0.75",
        "像素[1, 1, 0]  7.00",
        "其余 2 项      0.50",
        "4 个乘积之和   8.25",
        "+ 偏置         0.50",
        "= 值           8.75",
        "relu           8.75",
        "四舍五入到两位小数，求和按完整精度。",
    ]


def test_a_dense_cell_by_sign_is_the_products_above_and_below_zero() -> None:
    layers = Flatten("flatten"), Dense("dense", 1)
    network = small(*layers, shape=(1, 3, 1))
    kernel = np.array([[2.0], [-3.0], [-1.0]], np.float32)
    network = Network(layers, {**network.weights, "dense/kernel": kernel}, input_shape=(1, 3, 1))
    x = np.array([0.5, 0.25, 1.0]).reshape(1, 3, 1)
    account = Trace(network, x).breakdown("dense", (0, 0, 0), by="sign")
    assert [(part.name.text("en"), part.value) for part in account.in_order] == [
        ("products above 0", 1.0),
        ("products below 0", -1.75),
    ]
    assert (account.total, account.bias, account.value) == (-0.75, 0.5, -0.25)
    assert account.adds_up(total=False)
    # 1.004 - 0.503 + 0.5 = 1.001 prints 1.00 - 0.50 + 0.50 = 1.00, but through 0.501: the same
    kernel = np.array([[2.008], [-1.996], [-0.004]], np.float32)
    network = Network(layers, {**network.weights, "dense/kernel": kernel}, input_shape=(1, 3, 1))
    account = Trace(network, x).breakdown("dense", (0, 0, 0), by="sign")
    assert account.adds_up(total=False)


def test_a_cell_with_a_window_is_the_account_of_its_step() -> None:
    layers = Conv2D("conv", 2, (2, 2)), MaxPooling2D("pool", (2, 2))
    network = small(*layers, shape=(3, 3, 1))
    trace = Trace(network, np.arange(9).reshape(3, 3, 1) / 8)
    convolution = trace.breakdown("conv", (1, 0, 1))
    # The window holds 3, 4, 6, 7 eighths; filter 1 has the weights 2, 4, 6, 8.
    assert convolution.total == (3 * 2 + 4 * 4 + 6 * 6 + 7 * 8) / 8
    assert trace.breakdown("pool", (0, 0, 1)).parts[0].name.text("en") == "at row 1, column 1"
    with pytest.raises(UsageError, match="hands values on"):
        trace.breakdown("pool", (0, 0, 1), by="sign")
    with pytest.raises(UsageError, match="no row 2"):
        trace.breakdown("conv", (2, 0, 1))


def test_a_node_is_its_parts_the_rest_and_the_bias(trace: Trace) -> None:
    account = trace.pixel("dense", 0, 0, 0, parts=3).breakdown()
    assert [(name.text("en"), value) for name, value in account.addends] == [
        ("pixel[1, 1, 0]", 7.0),
        ("pixel[0, 1, 0]", 0.75),
        ("pixel[0, 0, 0]", 0.5),
        ("the other 1", 0.0),
    ]
    assert (account.bias, account.value, account.activation) == (0.5, 8.75, "relu")
