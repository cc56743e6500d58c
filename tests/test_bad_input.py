"""What operations and steps refuse, and the text that says why and what to do."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from convexplain import ops
from convexplain.ops import Window

X = np.zeros((5, 5, 4))
K = np.zeros((3, 3, 4, 2))
T = np.zeros((3, 3, 2, 4))
NAN = np.zeros((2, 2, 1))
NAN[1, 0, 0] = np.nan


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        # rank
        (
            lambda: ops.conv2d(np.zeros((28, 28)), K),
            ValueError,
            "x has shape (28, 28): give one picture (H, W, C) or a batch (N, H, W, C); "
            "add the channel axis, x[..., None]",
        ),
        (
            lambda: ops.max_pool2d(np.zeros(7)),
            ValueError,
            "x has shape (7,): give one picture (H, W, C) or a batch (N, H, W, C); reshape it",
        ),
        (
            lambda: ops.patches(np.zeros((1, 1, 5, 5, 1)), Window(3)),
            ValueError,
            "x has shape (1, 1, 5, 5, 1): give one picture (H, W, C) or a batch (N, H, W, C); "
            "reshape it",
        ),
        (
            lambda: ops.conv2d(X, np.zeros((3, 3))),
            ValueError,
            "kernels have shape (3, 3): give four axes, (kH, kW, C_in / groups, C_out); "
            "one kernel alone is kernel[:, :, None, None]",
        ),
        (
            lambda: ops.conv2d_transpose(X, np.zeros((3, 3, 4))),
            ValueError,
            "kernels have shape (3, 3, 4): give four axes, (kH, kW, C_out / groups, C_in)",
        ),
        (
            lambda: ops.dense(X, np.zeros((100, 2))),
            ValueError,
            "x has shape (5, 5, 4): give one vector (inputs,) or a batch (N, inputs); "
            "flatten(x) makes them of pictures",
        ),
        # shapes that do not fit each other
        (
            lambda: ops.conv2d(X, np.zeros((3, 3, 3, 2))),
            ValueError,
            "kernels of shape (3, 3, 3, 2) read 3 channels, but x of shape "
            "(5, 5, 4) has 4: give kernels (kH, kW, C_in / groups, C_out) of shape (3, 3, 4, 2)",
        ),
        (
            lambda: ops.conv2d(X, K, groups=2),
            ValueError,
            "kernels of shape (3, 3, 4, 2) in 2 groups read 8 channels, but x of shape "
            "(5, 5, 4) has 4: give kernels (kH, kW, C_in / groups, C_out) of shape (3, 3, 2, 2)",
        ),
        (
            lambda: ops.conv2d_transpose(X, K),
            ValueError,
            "kernels of shape (3, 3, 4, 2) read 2 channels, but x of shape "
            "(5, 5, 4) has 4: give kernels (kH, kW, C_out / groups, C_in) of shape (3, 3, 4, 4)",
        ),
        (
            lambda: ops.conv2d(X, K, np.zeros(3)),
            ValueError,
            "bias has shape (3,): give one number for each of the 2 filters, shape (2,)",
        ),
        (
            lambda: ops.dense(np.zeros(4), np.zeros((5, 2))),
            ValueError,
            "weights of shape (5, 2) do not fit x of shape (4,): give weights of shape (4, units)",
        ),
        (
            lambda: ops.dense(np.zeros(4), np.zeros((4, 2)), [1.0]),
            ValueError,
            "bias has shape (1,): give one number for each of the 2 units, shape (2,)",
        ),
        (
            lambda: ops.batch_norm(X, np.zeros(3), np.ones(4)),
            ValueError,
            "mean has shape (3,): give one number for each of the 4 channels, shape (4,)",
        ),
        # windows
        (
            lambda: ops.conv2d(X, np.zeros((6, 3, 4, 2))),
            ValueError,
            "a 6x3 kernel is larger than the padded 5x5 input: "
            "take a smaller kernel or add padding",
        ),
        (
            lambda: ops.conv2d(X, K, dilation=3, padding=(0, 1)),
            ValueError,
            "a 3x3 kernel with dilation 3 spans 7x7, more than the padded 5x7 input: "
            "lower the dilation or add padding",
        ),
        (
            lambda: ops.conv2d(X, K, stride=0),
            ValueError,
            "stride 0 is too small: give at least 1 for rows and for columns",
        ),
        (
            lambda: ops.avg_pool2d(X, stride=(2, -1)),
            ValueError,
            "stride (2, -1) is too small: give at least 1 for rows and for columns",
        ),
        (
            lambda: ops.conv2d_transpose(X, T, dilation=0),
            ValueError,
            "dilation 0 is too small: give at least 1 for rows and for columns",
        ),
        # groups
        (
            lambda: ops.conv2d(X, K, groups=3),
            ValueError,
            "3 groups do not divide the 4 channels of x (5, 5, 4) and the 2 filters of kernels "
            "(3, 3, 4, 2): give a number that divides both",
        ),
        (
            lambda: ops.conv2d(X, np.zeros((3, 3, 1, 2)), groups=4),
            ValueError,
            "4 groups do not divide the 4 channels of x (5, 5, 4) and the 2 filters of kernels "
            "(3, 3, 1, 2): give a number that divides both",
        ),
        (
            lambda: ops.conv2d(X, K, groups=0),
            ValueError,
            "groups 0 is too small: give at least 1, with which every filter reads all channels",
        ),
        (
            lambda: ops.conv2d(X, K, groups=1.0),  # type: ignore[arg-type]
            TypeError,
            "groups 1.0 is not a whole number: give an int",
        ),
        # what arrays are made of
        (
            lambda: ops.relu(np.ones((2, 2), bool)),
            TypeError,
            "x of shape (2, 2) has dtype bool: give real numbers, for example x.astype(np.float32)",
        ),
        (
            lambda: ops.conv2d(X, K.astype(object)),
            TypeError,
            "kernels of shape (3, 3, 4, 2) has dtype object: give real numbers, for example "
            "kernels.astype(np.float32)",
        ),
        (
            lambda: ops.softmax(np.ones(3, complex)),
            TypeError,
            "x of shape (3,) has dtype complex128: give real numbers, for example "
            "x.astype(np.float32)",
        ),
        (
            lambda: ops.flatten("picture"),
            TypeError,
            "x of shape () has dtype <U7: give real numbers, for example x.astype(np.float32)",
        ),
        (
            lambda: ops.max_pool2d(np.zeros((0, 28, 28, 1))),
            ValueError,
            "x of shape (0, 28, 28, 1) is empty: every axis needs at least one cell",
        ),
        (
            lambda: ops.conv2d(X, np.zeros((3, 3, 4, 0))),
            ValueError,
            "kernels of shape (3, 3, 4, 0) is empty: every axis needs at least one cell",
        ),
        (
            lambda: ops.relu(NAN),
            ValueError,
            "x of shape (2, 2, 1) holds NaN, first at index (1, 0, 0): "
            "replace it, for example with np.nan_to_num",
        ),
        (
            lambda: ops.conv2d(X, K, [0.0, np.nan]),
            ValueError,
            "bias of shape (2,) holds NaN, first at index (1,): "
            "replace it, for example with np.nan_to_num",
        ),
        # transposed
        (
            lambda: ops.conv2d_transpose(X, T, stride=2, output_padding=2),
            ValueError,
            "output_padding 2 must be smaller than the stride (2, 2) or the dilation (1, 1): "
            "lower it",
        ),
        (
            lambda: ops.conv2d_transpose(X, T, output_padding=-1),
            ValueError,
            "output_padding -1 is too small: give at least 0 for rows and for columns",
        ),
        (
            lambda: ops.conv2d_transpose(X, T, stride=2, output_size=13),
            ValueError,
            "output_size 13 does not lead back to the 5x5 input: "
            "give rows from 11 to 12 and columns from 11 to 12",
        ),
        (
            lambda: ops.conv2d_transpose(X, T, stride=2, padding="same", output_size=8),
            ValueError,
            "output_size 8 does not lead back to the 5x5 input: "
            "give rows from 9 to 10 and columns from 9 to 10",
        ),
        (
            lambda: ops.conv2d_transpose(X, T, stride=2, padding="same", output_padding=1),
            ValueError,
            'output_padding 1 has no place beside output_size or padding "same", which fix the '
            "size of the output: leave it out",
        ),
        (
            lambda: ops.conv2d_transpose(X, T, padding=4),
            ValueError,
            "padding (4, 4, 4, 4) (top, bottom, left, right) takes away all of the output, "
            "which would be -1x-1: lower it",
        ),
        # the rest
        (
            lambda: ops.pad(X, 1, "wrap"),  # type: ignore[arg-type]
            ValueError,
            'mode "wrap" is unknown: give "constant", "edge" or "reflect"',
        ),
        (
            lambda: ops.pad(X, (0, 5), "reflect"),
            ValueError,
            "reflecting (0, 0, 5, 5) (top, bottom, left, right) cells of a 5x5 input needs more "
            "than it has: pad fewer cells than there are rows and columns",
        ),
        (
            lambda: ops.softmax(X, axis=3),
            ValueError,
            "axis 3 does not exist in x of shape (5, 5, 4): give one from -3 to 2",
        ),
        (
            lambda: ops.batch_norm(X, np.zeros(4), np.full(4, -1.0)),
            ValueError,
            "the smallest variance plus epsilon 1e-05 is -0.99999: give variances of at least 0 "
            "and an epsilon above 0",
        ),
        # steps
        (
            lambda: ops.conv2d_steps(X[None], K),
            ValueError,
            "x has shape (1, 5, 5, 4), a batch: steps are those of one picture (H, W, C); "
            "take one, x[0]",
        ),
        (
            lambda: ops.conv2d_steps(X, K, filter=2),
            ValueError,
            "filter 2 does not exist: give one from 0 to 1",
        ),
        (
            lambda: ops.conv2d_steps(X, K, filter=-1),
            ValueError,
            "filter -1 does not exist: give one from 0 to 1",
        ),
        (
            lambda: ops.conv2d_transpose_steps(X, T, filter=2),
            ValueError,
            "filter 2 does not exist: give one from 0 to 1",
        ),
        (
            lambda: ops.conv2d_steps(X, K, filter=1.5),  # type: ignore[arg-type]
            TypeError,
            "filter 1.5 is not a whole number: give an int",
        ),
        (
            lambda: ops.conv2d_steps(X, K, activation="softmax"),
            ValueError,
            "activation 'softmax' is not applied cell by cell: give one of linear, relu, "
            "leaky_relu, sigmoid, tanh, relu6, elu, silu, gelu, gelu_tanh, hard_swish, or a "
            "function of an array",
        ),
        (
            lambda: ops.max_pool2d_steps(X, channel=4),
            ValueError,
            "channel 4 does not exist: give one from 0 to 3",
        ),
        (
            lambda: ops.avg_pool2d_steps(X, 2, padding=3),
            ValueError,
            "padding (3, 3, 3, 3) (top, bottom, left, right) is too much for a 2x2 pool on a 5x5 "
            "input: a window would read nothing but padding; pad by at most half of the pool's "
            "size",
        ),
        (
            lambda: ops.conv2d_steps(X, K).at(3, 0),
            IndexError,
            "cell (3, 0) does not exist: the output is 3x3, rows 0 to 2 and columns 0 to 2",
        ),
        (
            lambda: ops.conv2d_steps(X, K)[9],
            IndexError,
            "step 9 does not exist: there are 9, 0 to 8",
        ),
    ],
)
def test_bad_input_is_refused_with_shapes_rule_and_remedy(
    call: Callable[[], object], error: type[Exception], text: str
) -> None:
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == text
