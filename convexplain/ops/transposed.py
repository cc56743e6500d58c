"""The transposed convolution: the way back through a convolution's window, from small to large."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from convexplain.messages import Message
from convexplain.ops._arrays import Floats, convolution_weights, pictures
from convexplain.ops.geometry import PaddingLike, Pair, PairLike, Window, pair


def conv2d_transpose(
    x: ArrayLike,
    kernels: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    stride: PairLike = 1,
    padding: PaddingLike = "valid",
    output_padding: PairLike = 0,
    output_size: PairLike | None = None,
    dilation: PairLike = 1,
    groups: int = 1,
) -> Floats:
    """Stamp kernels onto a larger picture: each input cell adds the kernel times its value.

    Input cell ``(a, b)`` adds ``x[a, b, c] * kernels[i, j, n, c]`` to the output cell
    ``(a * stride + i * dilation - top, b * stride + j * dilation - left, n)``; what falls outside
    of the output is lost. These are the weights that `conv2d` uses, read in the other direction:
    an input cell reaches the output cells that `conv2d`'s window would have read.

    Parameters
    ----------
    x : array_like
        Picture (H, W, C_in) or batch (N, H, W, C_in).
    kernels : array_like
        (kH, kW, C_out / groups, C_in), as Keras has them.
    bias : array_like, optional
        (C_out,)
    stride, padding, dilation, groups
        As for `conv2d`. Padding takes cells away here: an output of
        ``(H - 1) * stride + span - top - bottom`` rows, PyTorch's convention. (For "valid" with a
        stride above the span, Keras adds empty cells behind: `output_padding` does.) "same" and
        "same_lower" give ``H * stride`` rows, as in Keras.
    output_padding : int or pair of int
        Rows and columns more at the bottom right, fewer than the stride or the dilation. Not with
        "same", nor with `output_size`.
    output_size : int or pair of int, optional
        Rows and columns of the output. `conv2d` with this window must lead from it to (H, W).

    Returns
    -------
    ndarray
        (..., H_out, W_out, C_out)

    Raises
    ------
    TypeError, ValueError
        As for `conv2d`, and for an output padding or size that the window cannot give.

    Examples
    --------
    >>> x = np.array([[[1], [10]]])
    >>> conv2d_transpose(x, np.array([[1, 2, 3]]).reshape(1, 3, 1, 1), stride=2)[..., 0]
    array([[ 1.,  2., 13., 20., 30.]], dtype=float32)
    """
    x = pictures("x", x)
    weights, biases = convolution_weights(x, kernels, bias, groups, transposed=True)
    window = Window(weights.shape[:2], stride, padding, dilation)
    size = x.shape[-3], x.shape[-2]
    window, (height, width) = landing(window, size, output_padding, output_size)
    top, _, left, _ = window.margins()
    last_row, last_col = (size[0] - 1) * window.stride[0], (size[1] - 1) * window.stride[1]
    # Large enough for all stamps and for the part of it that is the output.
    canvas = np.zeros(
        (
            *x.shape[:-3],
            max(last_row + window.span[0], top + height),
            max(last_col + window.span[1], left + width),
            weights.shape[2] * groups,
        ),
        x.dtype,
    )
    # What the same window would read of the canvas, at as many places, is stamped on there.
    for (i, j), places in zip(np.ndindex(*window.kernel_size), window.slices(size), strict=True):
        canvas[..., *places, :] += _through(x, weights[i, j], groups)
    output: Floats = canvas[..., top : top + height, left : left + width, :]
    return output.copy() if biases is None else output + biases


def _through(x: Floats, weights: Floats, groups: int) -> Floats:
    """Multiply pictures (..., C_in) with one cell of the kernels, (C_out / groups, C_in)."""
    channels = weights.shape[1] // groups
    parts = [slice(group * channels, (group + 1) * channels) for group in range(groups)]
    return np.concatenate(
        [np.tensordot(x[..., part], weights[:, part], axes=(-1, 1)) for part in parts], axis=-1
    )


def landing(
    window: Window,
    input_size: Pair,
    output_padding: PairLike = 0,
    output_size: PairLike | None = None,
) -> tuple[Window, Pair]:
    """Return where a transposed convolution stamps, its padding in numbers, and its output's size.

    ValueError if no output of this padding or size exists.
    """
    (height, width), (sh, sw), (dh, dw) = input_size, window.stride, window.dilation
    more = pair("output_padding", output_padding, least=0)
    named = isinstance(window.padding, str) and window.padding != "valid"
    if more != (0, 0) and (named or output_size is not None):
        raise ValueError(
            Message(
                "output_padding {output_padding!r} has no place beside output_size or padding "
                '"same", which fix the size of the output: leave it out',
                output_padding=output_padding,
            )
        )
    if more[0] >= max(sh, dh) or more[1] >= max(sw, dw):
        raise ValueError(
            Message(
                "output_padding {output_padding!r} must be smaller than the stride {stride} or the "
                "dilation {dilation}: lower it",
                output_padding=output_padding,
                stride=window.stride,
                dilation=window.dilation,
            )
        )
    if named:
        # Every size that "same" leads from to the input's; Keras takes the largest.
        smallest = (height - 1) * sh + 1, (width - 1) * sw + 1
        size = height * sh, width * sw
    else:
        top, bottom, left, right = window.margins()
        smallest = (
            (height - 1) * sh + window.span[0] - top - bottom,
            (width - 1) * sw + window.span[1] - left - right,
        )
        size = smallest[0] + more[0], smallest[1] + more[1]
    if output_size is not None:
        size = pair("output_size", output_size)
        largest = smallest[0] + sh - 1, smallest[1] + sw - 1
        if not (smallest[0] <= size[0] <= largest[0] and smallest[1] <= size[1] <= largest[1]):
            raise ValueError(
                Message(
                    "output_size {output_size!r} does not lead back to the {height}x{width} "
                    "input: give rows from {smallest[0]} to {largest[0]} and columns from "
                    "{smallest[1]} to {largest[1]}",
                    output_size=output_size,
                    height=height,
                    width=width,
                    smallest=smallest,
                    largest=largest,
                )
            )
    if min(size) < 1:
        raise ValueError(
            Message(
                "padding {margins} (top, bottom, left, right) takes away all of the output, which "
                "would be {size[0]}x{size[1]}: lower it",
                margins=window.margins(),
                size=size,
            )
        )
    return window.on(size), size
