"""Convolutions that slide along one axis or along three: the same products, the same sum.

A row of samples is a picture one row high. Along three axes, the frames that a window covers are
read as if they were channels, and the window slides through the frames as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import index
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from convexplain.ops._arrays import Floats, floats, like, numbered
from convexplain.ops.convolution import conv2d
from convexplain.ops.convolution_steps import Activation, ConvSteps, conv2d_steps
from convexplain.ops.geometry import PADDING_NAMES, Window

#: An axis, or as many as a film has, each with its own number.
TripleLike = int | Sequence[int]


def conv1d(
    x: ArrayLike,
    kernels: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    stride: int = 1,
    padding: str | int | Sequence[int] = "valid",
    dilation: int = 1,
    groups: int = 1,
) -> Floats:
    """Slide kernels along a row of samples; every window reads all channels.

    For filter ``n``, with the samples that its window reads at output place ``t``::

        output[t, n] = (samples * kernels[:, :, n]).sum() + bias[n]

    Parameters
    ----------
    x : array_like
        Samples (L, C_in) or a batch (N, L, C_in).
    kernels : array_like
        (k, C_in / groups, C_out)
    bias : array_like, optional
        (C_out,)
    stride, dilation, groups : int
        As for `conv2d`.
    padding : {"valid", "same", "same_lower", "causal"}, int or pair of int
        Zeros before and behind. "causal" puts all that keep the length before the first sample,
        so that no output reads a later one.

    Returns
    -------
    ndarray
        (..., L_out, C_out)

    Raises
    ------
    TypeError, ValueError
        As for `conv2d`.

    Examples
    --------
    >>> x = np.array([[0.0], [1.0], [3.0], [2.0]])
    >>> difference = np.array([-1.0, 0.0, 1.0]).reshape(3, 1, 1)
    >>> conv1d(x, difference).ravel().tolist()
    [3.0, 1.0]
    >>> conv1d(x, difference, padding="causal").ravel().tolist()
    [0.0, 1.0, 3.0, 1.0]
    """
    row, weights, options = _as_a_row(x, kernels, stride, padding, dilation)
    return conv2d(row, weights, bias, groups=groups, **options).squeeze(axis=-3)


def conv1d_steps(
    x: ArrayLike,
    kernels: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    stride: int = 1,
    padding: str | int | Sequence[int] = "valid",
    dilation: int = 1,
    groups: int = 1,
    filter: int = 0,
    activation: Activation = None,
) -> ConvSteps:
    """Give the steps of one filter of `conv1d`: those of `conv2d_steps` on a picture one row high.

    Parameters and errors are those of both; a step's place is ``.at(0, t)``.

    Examples
    --------
    >>> x = np.array([[0.0], [1.0], [3.0], [2.0]])
    >>> step = conv1d_steps(x, np.array([-1.0, 0.0, 1.0]).reshape(3, 1, 1)).at(0, 1)
    >>> step.input_cols, step.products.ravel().tolist(), step.value
    ((1, 2, 3), [-1.0, 0.0, 2.0], 1.0)
    """
    row, weights, options = _as_a_row(x, kernels, stride, padding, dilation)
    return conv2d_steps(
        row, weights, bias, groups=groups, filter=filter, activation=activation, **options
    )


def _as_a_row(
    x: ArrayLike, kernels: ArrayLike, stride: int, padding: Any, dilation: int
) -> tuple[Floats, Floats, dict[str, Any]]:
    """Give samples and kernels one more axis, and say the same of the window."""
    samples = floats("x", x)
    if samples.ndim not in (2, 3):
        remedy = "add the channel axis, x[:, None]" if samples.ndim == 1 else "reshape it"
        raise ValueError(
            f"x has shape {samples.shape}: give samples (L, C) or a batch (N, L, C); {remedy}"
        )
    weights = like(samples, "kernels", kernels)
    if weights.ndim != 3:
        raise ValueError(
            f"kernels have shape {weights.shape}: give three axes, (k, C_in / groups, C_out)"
        )
    window = Window((1, weights.shape[0]), (1, index(stride)), 0, (1, index(dilation)))
    around = padding
    if padding == "causal":
        around = (0, 0, window.span[1] - 1, 0)
    elif not isinstance(padding, str):
        sides = (padding,) * 2 if isinstance(padding, int | np.integer) else tuple(padding)
        if len(sides) != 2:
            raise ValueError(
                f"padding {padding!r} has {len(sides)} numbers: give one, or two for (before, "
                "behind)"
            )
        around = (0, 0, *sides)
    elif padding not in PADDING_NAMES:
        names = ", ".join(f'"{name}"' for name in (*PADDING_NAMES, "causal"))
        raise ValueError(f'padding "{padding}" is unknown: give one of {names}, or ints')
    options = {"stride": window.stride, "padding": around, "dilation": window.dilation}
    return samples[..., None, :, :], weights[None], options


def conv3d(
    x: ArrayLike,
    kernels: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    stride: TripleLike = 1,
    padding: str | TripleLike = "valid",
    dilation: TripleLike = 1,
) -> Floats:
    """Slide kernels through a stack of pictures: along its frames, rows and columns.

    Parameters
    ----------
    x : array_like
        A film or a volume, (D, H, W, C_in).
    kernels : array_like
        (kD, kH, kW, C_in, C_out)
    bias : array_like, optional
        (C_out,)
    stride, dilation : int or three ints
        As for `conv2d`; three are for frames, rows and columns.
    padding : {"valid", "same", "same_lower"}, int or three ints
        Zeros on both sides of each axis.

    Returns
    -------
    ndarray
        (D_out, H_out, W_out, C_out)

    Raises
    ------
    TypeError, ValueError
        As for `conv2d`.

    Examples
    --------
    >>> film = np.zeros((3, 1, 2, 1))
    >>> film[1, 0, 0], film[2, 0, 1] = 1, 1  # a dot comes, and moves on
    >>> later_minus_earlier = np.array([-1.0, 1.0]).reshape(2, 1, 1, 1, 1)
    >>> conv3d(film, later_minus_earlier)[:, 0, :, 0].tolist()
    [[1.0, 0.0], [-1.0, 1.0]]
    """
    reads = _Reads(x, kernels, stride, padding, dilation)
    return np.stack([conv2d(frame, reads.weights, bias, **reads.options) for frame in reads])


def conv3d_steps(
    x: ArrayLike,
    kernels: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    frame: int = 0,
    stride: TripleLike = 1,
    padding: str | TripleLike = "valid",
    dilation: TripleLike = 1,
    filter: int = 0,
    activation: Activation = None,
) -> ConvSteps:
    """Give the steps of one filter of `conv3d` in one frame of the output.

    A step's channels are those of the first frame that the window covers, then those of the next:
    channel ``c`` of its frame ``i`` is channel ``i * C_in + c``.

    Parameters
    ----------
    x, kernels, bias, stride, padding, dilation
        As for `conv3d`.
    frame : int
        Of the output, counted from 0.
    filter, activation
        As for `conv2d_steps`.

    Raises
    ------
    TypeError, ValueError
        As for `conv3d` and `conv2d_steps`, and for a frame that does not exist.

    Examples
    --------
    >>> film = np.arange(4.0).reshape(4, 1, 1, 1)
    >>> steps = conv3d_steps(film, np.array([-1.0, 0.0, 1.0]).reshape(3, 1, 1, 1, 1), frame=1)
    >>> steps.at(0, 0).products.ravel().tolist(), steps.at(0, 0).value
    ([-1.0, 0.0, 3.0], 2.0)
    """
    reads = _Reads(x, kernels, stride, padding, dilation)
    return conv2d_steps(
        reads[numbered("frame", frame, len(reads))], reads.weights, bias, filter=filter,
        activation=activation, **reads.options,
    )  # fmt: skip


class _Reads(Sequence[Floats]):
    """What a window reads at each of its stops along the frames, (H, W, kD * C_in)."""

    def __init__(
        self, x: ArrayLike, kernels: ArrayLike, stride: Any, padding: Any, dilation: Any
    ) -> None:
        self.film = floats("x", x)
        if self.film.ndim != 4:
            raise ValueError(f"x has shape {self.film.shape}: give one film or volume (D, H, W, C)")
        weights = like(self.film, "kernels", kernels)
        if weights.ndim != 5 or weights.shape[3] != self.film.shape[3]:
            raise ValueError(
                f"kernels of shape {weights.shape} do not fit x of shape {self.film.shape}: give "
                f"five axes, (kD, kH, kW, {self.film.shape[3]}, C_out)"
            )
        (steps, *strides), (gaps, *gaps2) = _triple("stride", stride), _triple("dilation", dilation)
        around, around2 = padding, padding
        if not isinstance(padding, str):
            frames, rows, cols = _triple("padding", padding)
            around, around2 = (frames, 0), (rows, cols)
        depth = weights.shape[0]
        self.window = Window((depth, 1), (steps, 1), around, (gaps, 1))
        self.weights = weights.transpose(1, 2, 0, 3, 4).reshape(
            *weights.shape[1:3], depth * weights.shape[3], weights.shape[4]
        )
        self.options = {"stride": strides, "padding": around2, "dilation": gaps2}
        self.stops = self.window.output_size((len(self.film), 1))[0]

    def __len__(self) -> int:
        return self.stops

    def __getitem__(self, stop: Any) -> Any:
        taps = self.window.taps(0, stop, len(self.film))
        nothing = np.zeros_like(self.film[0])
        return np.concatenate([nothing if n is None else self.film[n] for n in taps], axis=-1)

    def __iter__(self) -> Iterator[Floats]:
        return (self[stop] for stop in range(self.stops))


def _triple(name: str, value: TripleLike) -> tuple[int, int, int]:
    numbers = (value,) * 3 if isinstance(value, int | np.integer) else tuple(value)
    if len(numbers) != 3:
        raise ValueError(
            f"{name} {value!r} has {len(numbers)} numbers: give one, or three for (frames, rows, "
            "columns)"
        )
    frames, rows, cols = (index(number) for number in numbers)
    return frames, rows, cols
