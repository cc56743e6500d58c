"""The same network in fewer layers: what exporters write as layers of their own joins others."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from convexplain.network.check_shapes import INPUT
from convexplain.network.layers import Layer, ZeroPadding2D
from convexplain.network.network import Network
from convexplain.ops import activations


def compact(network: Network) -> Network:
    """Let activations and zeros around a map be parts of the layers that they belong to.

    An activation joins the convolution or dense layer whose output it alone reads, zeros the
    convolution that alone reads them; dropout, which changes nothing in a trained network, goes.
    All numbers of the layers that are left are the same.

    Parameters
    ----------
    network : Network

    Returns
    -------
    Network
        The same one where nothing joins; layers that others joined keep their names.
    """
    layers = {layer.name: layer for layer in network.layers}
    sources = {name: network.sources(name) for name in layers}
    for layer in network.layers:
        (before, *others), reading = sources[layer.name], readers(sources, layer.name)
        if others:
            continue
        if layer.family == "dropout":
            take_out(layer.name, layers, sources)
        elif layer.family == "activation" and before != INPUT:
            host = layers[before]
            alone = readers(sources, before) == [layer.name]
            if alone and _takes(host, layer.activation):
                layers[before] = _with(host, activation=layer.activation)
                take_out(layer.name, layers, sources)
        elif isinstance(layer, ZeroPadding2D) and len(reading) == 1:
            host = layers[reading[0]]
            if host.family == "convolution":
                layers[host.name] = _with(host, padding=_both(network, layer, host))
                take_out(layer.name, layers, sources)
    if len(layers) == len(network.layers):
        return network
    return Network(
        linked(layers, sources),
        network.weights,
        input_shape=network.input_shape,
        provenance=network.provenance,
        recipe=network.recipe,
    )


def readers(sources: dict[str, tuple[str, ...]], name: str) -> list[str]:
    """Return the names of the layers that read one."""
    return [reader for reader, read in sources.items() if name in read]


def _takes(host: Layer, activation: str) -> bool:
    """Tell whether a layer can apply an activation to what it puts out."""
    of_its_own = any(field.name == "activation" for field in fields(host))
    fits = host.family == "dense" or activations.find(activation).by_cell
    return of_its_own and host.activation == "linear" and fits


def _with(layer: Layer, **changes: Any) -> Layer:
    return replace(layer, **changes)


def take_out(name: str, layers: dict[str, Layer], sources: dict[str, tuple[str, ...]]) -> None:
    """Let those that read a layer read what it reads."""
    del layers[name]
    (before,) = sources.pop(name)
    for reader in readers(sources, name):
        sources[reader] = tuple(before if each == name else each for each in sources[reader])


def _both(network: Network, zeros: ZeroPadding2D, host: Layer) -> tuple[int, ...]:
    """Return all zeros around a map: those of a layer, and those that the next one adds."""
    assert host.window is not None
    rows, cols, _ = network.input_of(host.name)
    own, first = host.window.margins((rows, cols)), zeros.window.margins()
    return tuple(one + other for one, other in zip(own, first, strict=True))


def linked(layers: dict[str, Layer], sources: dict[str, tuple[str, ...]]) -> tuple[Layer, ...]:
    """Name what each layer reads, where that is not the layer before it."""
    found: list[Layer] = []
    before = INPUT
    for name, layer in layers.items():
        read = sources[name]
        found.append(_with(layer, inputs=() if read == (before,) else read))
        before = name
    return tuple(found)
