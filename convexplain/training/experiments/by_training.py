"""Experiments that train networks: on fewer digits, shuffled pixels, and other architectures."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from convexplain.data import digits, facts
from convexplain.messages import Message
from convexplain.network import (
    BASELINE_LAYERS,
    CHAPTER_LAYERS,
    Activation,
    BatchNormalization,
    Conv2D,
    Layer,
    Network,
    SeparableConv2D,
    stacked,
)
from convexplain.training.descent import TrainingConfig
from convexplain.training.evaluation import as_batch
from convexplain.training.experiments._base import Array, Setting, spread
from convexplain.training.experiments._result import Result, Row, versions
from convexplain.training.gradients import Backpropagation

NETWORKS = {"cnn": CHAPTER_LAYERS, "dense": BASELINE_LAYERS}
#: Digits trained on in `samples`, besides all of them.
COUNTS = (100, 300, 1000, 3000, 10000)
#: Steps of each training; the shipped convnet had 4,300.
SAMPLES_STEPS, PERMUTED_STEPS, WINDOW_STEPS, POOLING_STEPS = 600, 1000, 1000, 500
DEPTH_STEPS, KINDS_STEPS = 300, 500
BATCH = 64
#: Blocks in `depth`, and whether an arrow goes round each.
DEPTHS = (2, 8)
ARROWS = {"no": False, "yes": True}
#: Which convolutions are separable in `kinds`, and whether each is normalised.
SEPARABLE = ((), ("conv2",), ("conv2", "conv3"))
NORMALISED = {"no": False, "yes": True}
#: Of its batch normalizations. Keras's 0.99 would keep a part of what a short training began with.
MOMENTUM = 0.9


def samples(setting: Setting) -> Result:
    """Train both networks on few digits, with pixels in place and shuffled.

    Every training takes equally many steps. The digits are drawn by the seed, the same ones for
    both networks and both kinds of pixels. Shuffling is the control: if the convnet's advantage
    rested on anything but neighbouring pixels, it would survive it.
    """
    steps = setting.steps(SAMPLES_STEPS)
    every = len(setting.train[0])
    counts = (100, 1000) if setting.quick else (*COUNTS, every)
    rows, seconds = [], 0.0
    orders = {"in place": None, "shuffled": facts.shuffled_pixels(math.prod(digits.SHAPE))}
    variants = list(product(orders, counts, NETWORKS))
    costs = [_cost(NETWORKS[name]) for *_, name in variants]
    for (pixels, count, name), part in setting.parts(variants, costs):
        label = f"{name}, {count} digits, pixels {pixels}"
        config = TrainingConfig(NETWORKS[name], batch_size=BATCH)
        runs = [
            each.accuracy(label, config, seed, steps, count=count, order=orders[pixels])
            for seed, each in part.parts(setting.seeds)
        ]
        seconds += sum(run[1] for run in runs)
        key = {"digits": count, "network": name, "pixels": pixels}
        # A training that ends before all of its digits came has read no more than these.
        key["read"] = min(count, steps * BATCH)
        rows.append({**key, **spread([run[0] for run in runs])})
    recipe = Message(
        "{steps} steps of {batch} digits each, whatever their number, which read no more than "
        "{most} different ones (read); digits drawn by the seed; "
        "pixels in place, or shuffled by one fixed permutation; RMSprop as in `train`",
        steps=steps,
        batch=BATCH,
        most=steps * BATCH,
    )
    return _result("samples", recipe, ("digits", "network", "pixels"), rows, setting, seconds)


def permuted(setting: Setting) -> Result:
    """Train both networks on digits whose pixels are all moved elsewhere.

    One fixed permutation for all digits, in training and test alike. To a dense layer that is a
    renaming of its inputs; to a 3x3 window it takes the neighbours away.
    """
    steps = setting.steps(PERMUTED_STEPS)
    rows, seconds = [], 0.0
    orders = {"in place": None, "shuffled": facts.shuffled_pixels(math.prod(digits.SHAPE))}
    variants = list(product(NETWORKS, orders))
    costs = [_cost(NETWORKS[name]) for name, _ in variants]
    for (name, pixels), part in setting.parts(variants, costs):
        config = TrainingConfig(NETWORKS[name], batch_size=BATCH)
        runs = [
            each.accuracy(f"{name}, pixels {pixels}", config, seed, steps, order=orders[pixels])
            for seed, each in part.parts(setting.seeds)
        ]
        seconds += sum(run[1] for run in runs)
        key = {"network": name, "pixels": pixels}
        rows.append({**key, **spread([run[0] for run in runs])})
    recipe = Message(
        "all training digits, {steps} steps of {batch}; pixels in place, or shuffled by one "
        "fixed permutation; RMSprop as in `train`",
        steps=steps,
        batch=BATCH,
    )
    return _result("permuted", recipe, ("network", "pixels"), rows, setting, seconds)


def window(setting: Setting) -> Result:
    """Change the first layer's window and its number of filters.

    The deeper layers keep their windows and filters; larger windows leave smaller maps to them.
    """
    variants = [(size, 32) for size in (3, 5, 7)] + [(3, filters) for filters in (8, 16, 64)]
    recipe = Message(
        "the chapter's network with another first layer, {steps} steps of "
        "{batch} digits (the shipped network: 4,300); RMSprop as in `train`",
        steps=setting.steps(WINDOW_STEPS),
        batch=BATCH,
    )
    networks = [
        _Variant(
            {"window": size, "filters": filters},
            f"{size}x{size}, {filters} filters",
            (Conv2D("conv1", filters, (size, size)), *CHAPTER_LAYERS[1:]),
        )
        for size, filters in variants
    ]
    return _architectures("window", recipe, networks, WINDOW_STEPS, setting)


def pooling(setting: Setting) -> Result:
    """Leave out the pooling layers.

    Without it every layer keeps nearly the whole map: fifteen times the multiplications, seven
    times the parameters, and windows that see little.
    """
    without = tuple(layer for layer in CHAPTER_LAYERS if not layer.name.startswith("pool"))
    recipe = Message(
        "the chapter's network with and without its pooling layers, "
        "{steps} steps of {batch} digits (the shipped network: 4,300); "
        "RMSprop as in `train`",
        steps=setting.steps(POOLING_STEPS),
        batch=BATCH,
    )
    variants = {"max pooling": CHAPTER_LAYERS, "none": without}
    networks = [
        _Variant({"pooling": name}, name, tuple(layers)) for name, layers in variants.items()
    ]

    def sees(layers: Sequence[Layer]) -> Row:
        network = Network.initialised(layers)
        names = ("conv1", "conv2", "conv3")
        return {f"{name}_sees": network.receptive_field(name).size[0] for name in names}

    return _architectures("pooling", recipe, networks, POOLING_STEPS, setting, also=sees)


def kinds(setting: Setting) -> Result:
    """Train separable convolutions in place of ordinary ones, with and without batch normalization.

    A separable layer has the window and the filters of the one that it stands for. conv1 stays: a
    picture of one channel has nothing to mix.
    """
    recipe = Message(
        "the chapter's network; separable: which of its convolutions are a depthwise one without "
        "bias and behind it one of 1x1; batch_norm: a batch normalization between each convolution "
        "and its ReLU (momentum {momentum}: the share of a running statistic that is kept at each "
        "step); {steps} steps of {batch} digits, RMSprop as in `train`",
        momentum=MOMENTUM,
        steps=setting.steps(KINDS_STEPS),
        batch=BATCH,
    )
    networks = [
        _Variant(
            {"separable": ", ".join(names) or "none", "batch_norm": normalised},
            f"separable {', '.join(names) or 'none'}, batch norm {normalised}",
            of_kinds(names, normalised=NORMALISED[normalised]),
        )
        for names, normalised in product(SEPARABLE, NORMALISED)
    ]
    return _architectures("kinds", recipe, networks, KINDS_STEPS, setting)


def depth(setting: Setting) -> Result:
    """Put 2 or 8 blocks of two convolutions in a row, with and without an arrow round each.

    The networks with arrows have the same layers and begin with the same weights; only the sums are
    added. Of each the gradients before the first step are measured, too.
    """
    recipe = Message(
        "a 3x3 convolution with stride 2 to 16 maps, max pooling to 7x7, blocks of two 3x3 "
        "convolutions (ReLU behind the first and behind the block), a dense layer; with "
        "arrows, what comes into a block is added before its last ReLU; {steps} steps of "
        "{batch} digits, RMSprop as in `train`; first_gradient: the length (root of the sum of "
        "squares) of the first kernel's gradient before the first step, on the first {batch} "
        "training digits, mean over the seeds",
        steps=setting.steps(DEPTH_STEPS),
        batch=BATCH,
    )
    networks = [
        _Variant(
            {"blocks": count, "arrows": arrow},
            f"{count} blocks, arrows {arrow}",
            stacked(count, shortcuts=ARROWS[arrow]),
        )
        for count, arrow in product(DEPTHS, ARROWS)
    ]

    def first(layers: Sequence[Layer]) -> Row:
        found = [gradients(layers, seed, setting.train) for seed in setting.seeds]
        return {
            "convolutions": len(found[0]),
            "first_gradient": float(np.mean([each[0] for each in found])),
            "gradients": found[0],
        }

    return _architectures("depth", recipe, networks, DEPTH_STEPS, setting, also=first)


def of_kinds(separable: Collection[str], *, normalised: bool) -> tuple[Layer, ...]:
    """Make the chapter's network with other kinds of layers.

    `separable`: the convolutions that are separable. `normalised`: whether each is normalised
    before its ReLU.
    """
    layers: list[Layer] = []
    for layer in CHAPTER_LAYERS:
        if not isinstance(layer, Conv2D):
            layers.append(layer)
            continue
        activation = "linear" if normalised else layer.activation
        kind = SeparableConv2D if layer.name in separable else Conv2D
        layers.append(kind(layer.name, layer.filters, layer.kernel_size, activation=activation))
        if normalised:
            layers += [
                BatchNormalization(f"norm_{layer.name}", momentum=MOMENTUM),
                Activation(f"relu_{layer.name}"),
            ]
    return tuple(layers)


def gradients(layers: Sequence[Layer], seed: int, train: tuple[Array, Array]) -> list[float]:
    """Measure how long the gradient of each convolution's kernel is before the first step."""
    network = Network.initialised(layers, seed)
    images, labels = (each[:BATCH] for each in train)
    _, _, found = Backpropagation(layers, network.weights)(as_batch(images), labels)
    names = [layer.name for layer in layers if layer.family == "convolution"]
    return [float(np.linalg.norm(found[f"{name}/kernel"].astype(np.float64))) for name in names]


def _cost(layers: Sequence[Layer]) -> int:
    """Say about how long a network takes, in multiplications."""
    return Network.initialised(layers).multiplications


@dataclass(frozen=True)
class _Variant:
    """One of the networks that an experiment compares: its columns, its name, its layers."""

    key: Row
    label: str
    layers: tuple[Layer, ...]


def _architectures(
    name: str,
    recipe: Message,
    variants: Sequence[_Variant],
    count: int,
    setting: Setting,
    *,
    also: Callable[[Sequence[Layer]], Row] = lambda layers: {},
) -> Result:
    """Train several architectures equally long; `also` gives further columns of each."""
    rows, seconds = [], 0.0
    costs = [_cost(variant.layers) for variant in variants]
    for variant, part in setting.parts(variants, costs):
        row, time = _architecture(part, variant.label, variant.layers, count)
        rows.append({**variant.key, **also(variant.layers), **row})
        seconds += time
    return _result(name, recipe, tuple(variants[0].key), rows, setting, seconds)


def _architecture(
    setting: Setting, label: str, layers: Sequence[Layer], count: int
) -> tuple[Row, float]:
    """Train one architecture briefly: a row of what it reaches and costs, and the seconds."""
    steps = setting.steps(count)
    config = TrainingConfig(tuple(layers), batch_size=BATCH)
    runs = [
        each.accuracy(label, config, seed, steps) for seed, each in setting.parts(setting.seeds)
    ]
    network = Network.initialised(layers)
    row = {
        **spread([run[0] for run in runs]),
        "parameters": network.parameters,
        "multiplications": network.multiplications,
    }
    return row, sum(run[1] for run in runs)


def _result(
    name: str,
    recipe: Message,
    keys: tuple[str, ...],
    rows: Sequence[Row],
    setting: Setting,
    seconds: float,
) -> Result:
    """Close an experiment: its rows, and how they were measured."""
    return Result(
        name, recipe, keys, tuple(rows), setting.seeds, seconds, setting.quick, versions()
    )
