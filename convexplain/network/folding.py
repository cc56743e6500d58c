"""A network without batch normalization: the layer before it does the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.network.compact import linked, readers, take_out
from convexplain.network.layers import BatchNormalization
from convexplain.network.network import Network


def folded(network: Network) -> Network:
    """Let convolutions and dense layers do what a batch normalization behind them does.

    With its running statistics it is one factor and one addend for each channel, which go into
    kernel and bias: ``kernel * factor`` and ``bias * factor + addend``.

    Parameters
    ----------
    network : Network

    Returns
    -------
    Network
        The same one where nothing can be folded: a normalization that reads anything but the sums
        of one layer, or sums that others read, too, stays.

    Examples
    --------
    >>> len(Network.load("blocks").layers), len(folded(Network.load("blocks")).layers)
    (18, 14)
    """
    layers = {layer.name: layer for layer in network.layers}
    sources = {name: network.sources(name) for name in layers}
    weights = dict(network.weights)
    for norm in network.layers:
        host = host_of(network, norm.name)
        if host is None:
            continue
        assert isinstance(norm, BatchNormalization)
        kernel, bias = fold(network, norm.name)
        for name in (host, norm.name):
            for part in network.weights_of(name):
                del weights[f"{name}/{part}"]
        weights[f"{host}/kernel"] = kernel.astype(np.float32)
        weights[f"{host}/bias"] = bias.astype(np.float32)
        biased: Any = {"use_bias": True}
        layers[host] = replace(layers[host], **biased)
        take_out(norm.name, layers, sources)
    if len(layers) == len(network.layers):
        return network
    return replace(network, layers=linked(layers, sources), weights=weights)


def host_of(network: Network, norm: str) -> str | None:
    """Return the layer into which a batch normalization can be folded, None if there is none."""
    before, *others = network.sources(norm)
    if others or not isinstance(network.layer(norm), BatchNormalization):
        return None
    all_sources = {layer.name: network.sources(layer.name) for layer in network.layers}
    if before not in all_sources or readers(all_sources, before) != [norm]:
        return None
    host = network.layer(before)
    sums = host.family in ("convolution", "dense") and host.activation == "linear"
    return before if sums and "kernel" in network.weights_of(before) else None


def fold(network: Network, norm: str) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return kernel and bias, float64, of the layer before a normalization that does both.

    Raises ValueError: the normalization cannot be folded.
    """
    host, layer = host_of(network, norm), network.layer(norm)
    if host is None or not isinstance(layer, BatchNormalization):
        raise ValueError(f"{norm} has no layer before it into which it could be folded")
    factor, addend = layer.factors(network.weights_of(norm))
    kernel = network.weights_of(host)["kernel"].astype(np.float64)
    bias: npt.NDArray[np.float64] = network.biases(host).astype(np.float64)
    # The last axis of every kernel is that of the filters, in a dense layer that of the units.
    return kernel * factor, np.asarray(bias * factor + addend, np.float64)
