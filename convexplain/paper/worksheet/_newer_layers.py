"""Exercises about newer layers: 1 x 1, depthwise separable, batch normalization, additions.

The chapter's network has none of the last two; their numbers are the same picture's in `blocks`.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from convexplain.lessons.parts.normalizing import Normalizing
from convexplain.network import Add, BatchNormalization
from convexplain.network.folding import host_of
from convexplain.ops import Window
from convexplain.paper.worksheet import _byhand
from convexplain.paper.worksheet import _words as words
from convexplain.paper.worksheet._blocks import Cell, Exercise, Grid, Line, Row
from convexplain.paper.worksheet._material import Material
from convexplain.style import format as fmt
from convexplain.style import terms

# Cells a side of a piece of a map, and channels that are mixed.
_SIDE, _CHANNELS = 2, 3
_FEWEST_VALUES = 3
_CLEAR = Fraction(15, 100)
_TRIES = 2000


def mix(material: Material) -> Exercise | None:
    """Three channels of a map, mixed by two 1 x 1 filters of whole numbers."""
    if not material.window_layers:
        return None
    layer = material.pool or material.window_layers[-1]
    maps = material.trace.activations[layer.name]

    def numbers(channel: int, row: int, col: int) -> Exercise | None:
        cells = maps[row : row + _SIDE, col : col + _SIDE, channel : channel + _CHANNELS]
        if cells.shape != (_SIDE, _SIDE, _CHANNELS):
            return None
        values = _byhand.exact(cells, _byhand.WEIGHT)
        if len({*values.flat}) <= 2 * _FEWEST_VALUES or max(values.flat) < _CLEAR:
            return None
        filters = np.array([_weights(material), _weights(material)])
        if (filters[0] == filters[1]).all():
            return None
        sums = np.dot(values, filters.T)
        read = [
            Grid(_byhand.rows(values[..., n], _byhand.WEIGHT),
                 terms.CHANNEL.capital.fill(n=channel + n))
            for n in range(_CHANNELS)
        ]  # fmt: skip
        kernels = Grid(_byhand.rows(filters, 0), words.FILTERS)
        found = [
            Grid(_byhand.rows(sums[..., n], _byhand.WEIGHT), terms.FILTER.capital.fill(n=n),
                 answer=True)
            for n in range(len(filters))
        ]  # fmt: skip
        counts = {"single": str(_CHANNELS), "nine": str(9 * _CHANNELS)}
        return Exercise(
            "mix",
            words.MIX.fill(one=fmt.shape((1, 1)), c=_CHANNELS),
            (Row((*read, kernels)), Row(tuple(found)), Line(words.MIX_LINE.fill(
                one=fmt.shape((1, 1)), three=fmt.shape((3, 3))), counts)),
            words.ABOUT_CHANNELS.fill(
                layer=layer.name, first=channel, last=channel + _CHANNELS - 1, row=row, col=col
            ),
            Cell(layer.name, channel, row, col),
        )  # fmt: skip

    return material.cell(layer, numbers)  # type: ignore[no-any-return]


def _weights(material: Material) -> list[int]:
    """Choose whole numbers, not all of them 0."""
    chosen = [material.below(4) - 1 for _ in range(_CHANNELS)]
    return chosen if any(chosen) else [1] * _CHANNELS


def separable(material: Material) -> Exercise | None:
    """Weights and multiplications of an ordinary layer, and of a separable one in its place."""
    for _ in range(40):
        k, channels = (3, 5)[material.below(2)], (8, 16, 32)[material.below(3)]
        filters, side = (16, 32, 64)[material.below(3)], 7 + 2 * material.below(4)
        if material.is_new("separable", k, channels, filters, side):
            break
    else:
        return None
    rows, cols = Window(k).output_size((side, side))
    ordinary, windows, mixing = k * k * channels * filters, k * k * channels, channels * filters
    places = rows * cols
    given = words.SEPARABLE_GIVEN.fill(
        size=fmt.shape((side, side)), channels=channels, f=filters, k=fmt.shape((k, k))
    )
    weights = {
        name: fmt.count(n)
        for name, n in (("all", ordinary), ("windows", windows), ("mixing", mixing),
                        ("both", windows + mixing))
    }  # fmt: skip
    work = {"all": fmt.count(places * ordinary), "both": fmt.count(places * (windows + mixing))}
    one = fmt.shape((1, 1))
    return Exercise(
        "separable",
        words.SEPARABLE,
        (
            Line(given, {}),
            Line(words.SEPARABLE_LINE.fill(one=one), weights),
            Line(words.SEPARABLE_WORK.fill(places=places), work),
        ),
        source=(k, channels, filters, side),
    )


def normalize(material: Material) -> Exercise | None:
    """One number through a batch normalization, step by step, and by one factor and one shift."""
    trace = material.newer
    if trace is None:
        return None
    layer = next(n for n in trace.network.layers if isinstance(n, BatchNormalization))
    host = host_of(trace.network, layer.name)
    assert host is not None
    sums = trace.before(host)

    def numbers(channel: int, row: int, col: int) -> Exercise | None:
        four, z = Normalizing.of(trace.network, layer.name, channel), float(sums[row, col, channel])
        steps = four.steps(z)
        given = [four.mean, four.spread, four.gamma, four.beta]
        mean, spread, gamma, beta = (_byhand.printed(v, _byhand.WEIGHT) for v in given)
        if not four.adds_up(z) or abs(z) < _CLEAR:
            return None
        factor = _byhand.printed(gamma / spread, _byhand.WEIGHT)
        shift = _byhand.printed(beta - mean * factor, _byhand.WEIGHT)
        start = _byhand.printed(z, _byhand.WEIGHT)
        once = [factor, shift, _byhand.printed(start * factor + shift, _byhand.WEIGHT)]
        if abs(float(once[-1]) - steps[-1]) >= _byhand.NEAR:
            return None
        constants = Grid(
            (tuple(fmt.number(v) for v in given),), heads=(terms.MEAN, terms.SPREAD, "γ", "β")
        )
        answers = {name: fmt.number(v) for name, v in zip("abcd", steps, strict=True)}
        other = {name: fmt.number(v) for name, v in zip(("f", "s", "v"), once, strict=True)}
        note = words.NETWORK.fill(v=fmt.number(steps[-1]))
        return Exercise(
            "normalize",
            words.NORMALIZE,
            (
                Row((constants,)),
                Line(words.NORMALIZE_LINE.fill(z=fmt.number(start)), answers),
                Line(words.NORMALIZE_ONCE.fill(z=fmt.number(start)), other, note),
            ),
            words.ABOUT_OTHER.fill(
                network=words.BLOCKS, layer=layer.name, filter=channel, row=row, col=col
            ),
            source=(layer.name, channel, row, col),
        )

    return _place(material, "normalize", sums.shape, numbers)


def add(material: Material) -> Exercise | None:
    """A piece of what came into a residual block, and of the change: their sum."""
    trace = material.newer
    if trace is None:
        return None
    layer = next(n for n in trace.network.layers if isinstance(n, Add))
    change, came = (trace.activations[name] for name in trace.network.sources(layer.name))
    total = trace.before(layer.name)

    def numbers(channel: int, row: int, col: int) -> Exercise | None:
        here = np.s_[row : row + _SIDE, col : col + _SIDE, channel]
        values = [_byhand.exact(maps[here], _byhand.WEIGHT) for maps in (came, change, total)]
        whole = values[0].shape == (_SIDE, _SIDE)
        if not whole or len({*values[0].flat}) < _FEWEST_VALUES or not min(values[1].flat) < 0:
            return None
        if not (values[0] + values[1] == values[2]).all():
            return None  # printed, they do not add up
        printed = [_byhand.rows(each, _byhand.WEIGHT) for each in values]
        same = {"shape": fmt.shape(total.shape), "weights": "0", "kept": printed[0][0][0]}
        return Exercise(
            "add",
            words.ADD,
            (
                Row((Grid(printed[0], words.CAME), "+", Grid(printed[1], words.CHANGE), "=",
                     Grid(printed[2], words.GOES_ON, answer=True))),
                Line(words.ADD_LINE.fill(a=fmt.shape(total.shape)), same),
            ),
            words.ABOUT_OTHER.fill(
                network=words.BLOCKS, layer=layer.name, filter=channel, row=row, col=col
            ),
            source=(layer.name, channel, row, col),
        )  # fmt: skip

    return _place(material, "add", total.shape, numbers)


def _place(
    material: Material,
    kind: str,
    shape: tuple[int, ...],
    fits: Callable[[int, int, int], Exercise | None],
) -> Exercise | None:
    """Choose a cell by chance: what `fits(channel, row, col)` gives, if that is not None."""
    rows, cols, channels = shape
    for _ in range(_TRIES):
        place = material.below(channels), material.below(rows), material.below(cols)
        found = fits(*place)
        if found is not None and material.is_new(kind, *place):
            return found
    return None
