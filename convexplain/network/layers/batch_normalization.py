"""Batch normalization: each channel brought to one mean and spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from convexplain import ops
from convexplain.messages import Message
from convexplain.network.layers.addends import Addends, Cell
from convexplain.network.layers.backward import Backward, Gradients
from convexplain.network.layers.layer import Array, Fact, Layer, Shape, Weights, place
from convexplain.ops.breakdown import Stage
from convexplain.style import terms
from convexplain.style.captions import Caption


@dataclass(frozen=True)
class BatchNormalization(Layer):
    """Normalise each channel by its running mean and variance, then scale and shift it.

    ``gamma * (x - moving_mean) / sqrt(moving_variance + epsilon) + beta``, channel by channel
    (Ioffe and Szegedy, *Batch normalization*, 2015). While it trains, mean and variance are those
    of the batch, and the running ones follow them.

    Parameters
    ----------
    name : str
    epsilon : float
        Keeps the root away from 0; 1e-3 in Keras, 1e-5 in PyTorch.
    momentum : float
        The share of a running statistic that is kept at each batch of training, 0 to 1.
    center, scale : bool
        Whether there is a beta, and a gamma.
    """

    family = "normalization"
    by_channel = True

    epsilon: float = 1e-3
    momentum: float = 0.99
    center: bool = True
    scale: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        momentum = self._number("momentum", self.momentum)
        if not 0 <= momentum <= 1:
            raise ValueError(
                Message(
                    "{name}: momentum must be from 0 to 1, not {momentum:g}",
                    name=self.name,
                    momentum=momentum,
                )
            )
        self._fill(
            epsilon=self._number("epsilon", self.epsilon, above=0),
            momentum=momentum,
            center=self._flag("center", self.center),
            scale=self._flag("scale", self.scale),
        )

    def output_shape(self, shape: Shape) -> Shape:
        """The same shape."""
        return shape

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        """Gamma, beta, moving_mean and moving_variance, (C,) each, in the order of Keras."""
        parts = [part for part, there in (("gamma", self.scale), ("beta", self.center)) if there]
        return dict.fromkeys([*parts, "moving_mean", "moving_variance"], shape[-1:])

    def initial(self, shape: Shape, random: np.random.Generator) -> dict[str, Array]:
        """Statistics and weights that change nothing: means of 0, variances of 1."""
        ones = ("gamma", "moving_variance")
        zeros = super().initial(shape, random)
        return {part: w + np.float32(part in ones) for part, w in zeros.items()}

    def multiplications(self, shape: Shape) -> int:
        """One a number."""
        return int(np.prod(shape))

    def before(self, x: Array, weights: Weights) -> Array:
        """The normalised numbers."""
        return ops.batch_norm(
            x,
            weights["moving_mean"],
            weights["moving_variance"],
            weights.get("gamma"),
            weights.get("beta"),
            epsilon=self.epsilon,
        )

    def factors(self, weights: Weights) -> tuple[Array, Array]:
        """Return the one factor and the one addend that a channel comes to, float64."""
        w = {part: values.astype(np.float64) for part, values in weights.items()}
        factor = w.get("gamma", 1.0) / np.sqrt(w["moving_variance"] + self.epsilon)
        return factor, w.get("beta", 0.0) - w["moving_mean"] * factor

    def addends(self, x: Array, weights: Weights, cell: Cell) -> Addends:
        """The cell times its channel's factor, and the channel's addend as bias."""
        factor, addend = self.factors(weights)
        return Addends.one(x, cell, float(factor[cell[2]]), float(addend[cell[2]]))

    def constants(self, weights: Weights, channel: int) -> tuple[float, float, float, float]:
        """Return a channel's mean, spread, gamma and beta; without the last two 1 and 0."""
        mean, variance, gamma, beta = (
            float(weights[part][channel]) if part in weights else default
            for part, default in (
                ("moving_mean", 0.0), ("moving_variance", 1.0), ("gamma", 1.0), ("beta", 0.0)
            )
        )  # fmt: skip
        return mean, float(np.sqrt(variance + self.epsilon)), gamma, beta

    def stages(self, x: float, weights: Weights, channel: int) -> tuple[Stage, ...]:
        """Less the mean, over the spread, times gamma, plus beta, as far as the layer has them."""
        mean, spread, gamma, beta = self.constants(weights, channel)
        found = [
            Stage("\N{MINUS SIGN}", terms.MEAN, mean, x - mean),
            Stage("/", terms.SPREAD, spread, (x - mean) / spread),
        ]
        if self.scale:
            found.append(Stage("\N{MIDDLE DOT}", _GAMMA, gamma, found[-1].value * gamma))
        if self.center:
            found.append(Stage("+", _BETA, beta, found[-1].value + beta))
        return tuple(found)

    def backward(self, *, first: bool = False) -> Backward:
        """Through the batch's own mean and variance."""
        return _Backward(self)

    def gradient(self) -> Backward:
        """By the stored statistics, as when the network answers."""
        return _Standing(self)

    def _facts(self, shape: Shape) -> list[Fact]:
        return [Fact("epsilon", _EPSILON, f"{self.epsilon:g}")]

    def _numpy(self, shape: Shape, cell: Cell) -> list[str]:
        parts = {part: f"{self._weight(part)}[{cell[2]}]" for part in self.weight_shapes(shape)}
        lines = [f"{part} = {weight}" for part, weight in parts.items()]
        beta = " + beta" if self.center else ""
        return [
            *lines,
            "",
            f"z = x[{place(cell, shape)}].astype(np.float64) - moving_mean",
            f"z = z / np.sqrt(moving_variance.astype(np.float64) + {self.epsilon!r})",
            f"print(np.float32(z{' * gamma' if self.scale else ''}{beta}))",
        ]

    def _torch(self, shape: Shape) -> list[str]:
        names = {
            "moving_mean": "mean",
            "moving_variance": "variance",
            "gamma": "weight",
            "beta": "bias",
        }
        parts = {names[part]: self._torch_weight(part) for part in self.weight_shapes(shape)}
        given = ["x", "mean", "variance"]
        given += [f"{name}={name}" for name in ("weight", "bias") if name in parts]
        return [
            *(f"{name} = {weight}" for name, weight in parts.items()),
            f"z = functional.batch_norm({', '.join(given)}, eps={self.epsilon!r})",
        ]

    def _keras(self, shape: Shape, cell: Cell) -> list[str]:
        options = [f"epsilon={self.epsilon!r}"]
        options += [f"{part}=False" for part in ("center", "scale") if not getattr(self, part)]
        return self._keras_layer(shape, cell, options)


class _Backward:
    def __init__(self, layer: BatchNormalization) -> None:
        self._layer = layer

    def forward(self, x: Array, weights: Weights) -> Array:
        # Channels are the first axis here.
        rows = x.reshape(len(x), -1)
        mean, variance = rows.mean(axis=1), rows.var(axis=1)
        for part, found in (("moving_mean", mean), ("moving_variance", variance)):
            weights[part][:] += (1 - self._layer.momentum) * (found - weights[part])
        self._spread = np.sqrt(variance + self._layer.epsilon)[:, None]
        self._normalised = (rows - mean[:, None]) / self._spread
        y: Array = self._normalised
        if self._layer.scale:
            y = y * weights["gamma"][:, None]
        if self._layer.center:
            y = y + weights["beta"][:, None]
        return y.reshape(x.shape).astype(x.dtype, copy=False)

    def backward(self, dy: Array, weights: Weights) -> tuple[Array, Gradients]:
        rows = dy.reshape(len(dy), -1)
        gradients = {}
        if self._layer.scale:
            gradients["gamma"] = (rows * self._normalised).sum(axis=1)
        if self._layer.center:
            gradients["beta"] = rows.sum(axis=1)
        if self._layer.scale:
            rows = rows * weights["gamma"][:, None]
        # Mean and variance move with every number of the batch.
        along = (rows * self._normalised).mean(axis=1, keepdims=True)
        dx = (rows - rows.mean(axis=1, keepdims=True) - self._normalised * along) / self._spread
        return dx.reshape(dy.shape).astype(dy.dtype, copy=False), gradients


class _Standing:
    """Statistics that no picture changes: a factor and an addend for each channel."""

    def __init__(self, layer: BatchNormalization) -> None:
        self._layer = layer

    def forward(self, x: Array, weights: Weights) -> Array:
        self._factor, addend = (
            np.reshape(each, (-1, *[1] * (x.ndim - 1))) for each in self._layer.factors(weights)
        )
        mean, variance = (
            weights[part].reshape(self._factor.shape) for part in ("moving_mean", "moving_variance")
        )
        self._normalised = (x - mean) / np.sqrt(variance + self._layer.epsilon)
        y: Array = x * self._factor + addend
        return y

    def backward(self, dy: Array, weights: Weights) -> tuple[Array, Gradients]:
        others = tuple(range(1, dy.ndim))
        found = {"gamma": (dy * self._normalised).sum(axis=others), "beta": dy.sum(axis=others)}
        return dy * self._factor, {part: each for part, each in found.items() if part in weights}


_GAMMA, _BETA = Caption(en="γ", zh="γ"), Caption(en="β", zh="β")
_EPSILON = Caption(en="epsilon (added to the variance)", zh="ε（加在方差上）")
