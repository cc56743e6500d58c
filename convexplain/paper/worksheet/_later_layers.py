"""Exercises about pooling, channels and the shapes of layers."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from convexplain.lessons.parts import mistakes
from convexplain.network import Layer
from convexplain.ops import Window, receptive_field
from convexplain.paper.worksheet import _byhand
from convexplain.paper.worksheet import _words as words
from convexplain.paper.worksheet._blocks import (
    Block,
    Boxes,
    Cell,
    Choices,
    Exercise,
    Grid,
    Line,
    Row,
)
from convexplain.paper.worksheet._first_layer import choices
from convexplain.paper.worksheet._material import Material
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

_SIDE = 2  # windows of a pooling side by side, in either direction
_CLEAR = Fraction(15, 100)


def pool(material: Material) -> Exercise | None:
    """Four windows of a max pooling, side by side."""
    layer = material.pool
    if layer is None:
        return None
    x = material.trace.input_of(layer.name)
    last_row, last_col = material.trace.activations[layer.name].shape[:2]

    def numbers(channel: int, row: int, col: int) -> Exercise | None:
        if row + _SIDE > last_row or col + _SIDE > last_col:
            return None
        cells = x[2 * row : 2 * (row + _SIDE), 2 * col : 2 * (col + _SIDE), channel]
        values = _byhand.exact(cells, _byhand.WEIGHT)
        winners = []
        for i in range(0, 2 * _SIDE, 2):
            for j in range(0, 2 * _SIDE, 2):
                four = {(i + a, j + b): values[i + a, j + b] for a in (0, 1) for b in (0, 1)}
                largest = [place for place, value in four.items() if value == max(four.values())]
                if len(largest) > 1:  # which of them wins cannot be seen
                    return None
                winners.append(largest[0])
        if max(values.flat) < _CLEAR:
            return None
        maxima = [[values[winners[_SIDE * i + j]] for j in range(_SIDE)] for i in range(_SIDE)]
        printed = tuple(tuple(fmt.number(value) for value in line) for line in maxima)
        before = Grid(_byhand.rows(values, _byhand.WEIGHT), every=2, circled=frozenset(winners))
        about = words.ABOUT_CHANNEL.fill(layer=layer.name, filter=channel, row=row, col=col)
        return Exercise(
            "pool",
            words.POOL,
            (Row((before, "→", Grid(printed, answer=True))),),
            about,
            Cell(layer.name, channel, row, col),
            cells,
        )

    return material.cell(layer, numbers)  # type: ignore[no-any-return]


def pick(material: Material) -> Exercise | None:
    """One window of a max pooling, its number among those that mistakes give."""
    layer = material.pool
    if layer is None:
        return None
    x = material.trace.input_of(layer.name)

    def numbers(channel: int, row: int, col: int) -> Exercise | None:
        cells = x[2 * row : 2 * row + 2, 2 * col : 2 * col + 2, channel]
        values = _byhand.exact(cells, _byhand.WEIGHT)
        if len(set(values.flat)) < values.size or max(values.flat) < _CLEAR:
            return None
        ways = mistakes.pooling(values)
        about = words.ABOUT_POOL.fill(layer=layer.name, filter=channel, row=row, col=col)
        return Exercise(
            "pick",
            words.PICK,
            (Row((Grid(_byhand.rows(values, _byhand.WEIGHT)),)), choices(ways)),
            about,
            Cell(layer.name, channel, row, col),
            cells,
        )

    return material.cell(layer, numbers)  # type: ignore[no-any-return]


def channels(material: Material) -> Exercise | None:
    """One cell of a filter that reads many channels."""
    layer = material.deep
    if layer is None:
        return None

    def numbers(filter: int, row: int, col: int) -> Exercise | None:
        step = material.trace.steps(layer.name, filter).at(row, col)
        found = _byhand.Channels(step)  # type: ignore[arg-type]  # a convolution's are ConvSteps
        if not found.agrees or found.value < _CLEAR or not found.bias:
            return None
        return _channels(layer, found)

    return material.cell(layer, numbers)  # type: ignore[no-any-return]


def _channels(layer: Layer, found: _byhand.Channels) -> Exercise:
    step = found.step
    height, width, count = step.patch.shape
    heads = [part.name for part in found.breakdown.parts]
    others = words.OTHERS.fill(n=found.breakdown.rest_count)
    sums = Grid((tuple(fmt.number(value) for value in found.sums),), heads=(*heads, others))
    answers = {
        name: fmt.number(value)
        for name, value in (("sum", found.total), ("z", found.value), ("out", found.output))
    }
    note = words.NETWORK.fill(v=fmt.number(step.activated))
    reads = Line(
        words.READS.fill(kh=height, kw=width, channels=count), {"n": fmt.count(step.patch.size)}
    )
    about = words.ABOUT.fill(layer=layer.name, filter=step.filter, row=step.row, col=step.col)
    return Exercise(
        "channels",
        words.CHANNELS.fill(n=count),
        (
            Row((sums,)),
            Line(words.CHANNELS_LINE.fill(bias=fmt.number(found.bias)), answers, note),
            reads,
        ),
        about,
        Cell(layer.name, step.filter, step.row, step.col),
        step,
    )


def sizes(material: Material) -> Exercise | None:
    """Height and width of all layers, and the row that a pooling leaves out."""
    if not material.is_new("sizes"):
        return None
    network, layers = material.network, material.window_layers
    shapes = [network.input_shape, *(network.shapes[layer.name] for layer in layers)]
    boxes = Boxes(
        (terms.INPUT, *(layer.name for layer in layers)),
        tuple(fmt.shape(shape[:2]) for shape in shapes),
    )
    blocks: list[Block] = [boxes]
    for before, layer in pairwise(layers):
        rows = network.shapes[before.name][0]
        window = layer.window
        assert window is not None
        if window.kernel_size == window.stride == (2, 2) and rows % 2:
            asked = words.DROPPED.fill(layer=before.name, pool=layer.name, last=rows - 1)
            blocks.append(Line(asked, {"does": words.LEAVES_OUT}, wide=True))
            break
    return Exercise("sizes", words.SIZES, tuple(blocks))


def field(material: Material) -> Exercise | None:
    """The receptive field of one cell."""
    layers = material.window_layers[1:]
    if not layers:
        return None
    size = material.network.input_shape[:2]
    for _ in range(len(layers) * 4):
        layer = layers[material.below(len(layers))]
        rows, cols = material.network.shapes[layer.name][:2]
        row, col = material.below(rows), material.below(cols)
        if material.is_new("field", layer.name):
            break
    else:
        return None
    chain = material.network.windows(layer.name)
    fields = [receptive_field(chain[:n], size).size for n in range(len(chain) + 1)]
    seen = material.seen_by(layer.name, row, col)
    height, width = fields[-1]
    note = words.FIELD_NOTE.fill(chain=" → ".join(str(rows) for rows, _ in fields))
    place = {
        "top": str(seen.top),
        "bottom": str(seen.bottom - 1),
        "left": str(seen.left),
        "right": str(seen.right - 1),
    }
    return Exercise(
        "field",
        words.FIELD.fill(layer=layer.name),
        (
            Line(words.FIELD_LINE, {"height": str(height), "width": str(width)}, note),
            Line(words.FIELD_PLACE.fill(row=row, col=col), place),
        ),
        cell=Cell(layer.name, 0, row, col),
    )


def geometry(material: Material) -> Exercise | None:
    """The output size of a window that is not the network's."""
    for _ in range(50):
        size, k = 5 + material.below(28), (3, 5, 7)[material.below(3)]
        padding, stride, dilation = material.below(3), 1 + material.below(2), 1 + material.below(2)
        window = Window(k, stride, padding, dilation)
        span = window.span[0]
        fits = size + 2 * padding >= span + stride and padding < span
        # Stride 1 without dilation and padding is too easy, both at once too long.
        if not fits or (stride, dilation) == (2, 2) or (padding, stride, dilation) == (0, 1, 1):
            continue
        if material.is_new("geometry", size, k, padding, stride, dilation):
            break
    else:
        return None
    height, width = window.output_size((size, size))
    note = words.GEOMETRY_NOTE.fill(span=span, size=size, both=2 * padding, s=stride)
    return Exercise(
        "geometry",
        words.GEOMETRY,
        (
            Line(words.GEOMETRY_GIVEN.fill(size=size, k=k, p=padding, s=stride, d=dilation), {}),
            Line(words.GEOMETRY_LINE, {"height": str(height), "width": str(width)}, note),
        ),
        source=(window, size),
    )


def parameters(material: Material) -> Exercise | None:
    """How many numbers a convolution learns, among wrong ways to count."""
    network = material.network
    layers = [
        layer
        for layer in material.window_layers
        if layer.family == "convolution"
        and material.reads_all(layer) > 1  # of one channel two ways agree
        and ("parameters", layer.name) not in material.used
    ]
    if not layers:
        return None
    layer = layers[material.below(len(layers))]
    material.is_new("parameters", layer.name)
    kh, kw, count, filters = network.weights_of(layer.name)["kernel"].shape
    weights = kh * kw * count * filters
    ways: dict[str, tuple[int, Caption | None]] = {}
    for number, note in (
        (layer.parameters(network.input_of(layer.name)), None),
        (weights, words.NO_BIASES),
        (kh * kw * filters + filters, words.ONE_CHANNEL),
        (weights + count * filters, words.BIAS_EACH),
    ):
        ways.setdefault(fmt.count(number), (number, note))
    order = sorted(ways, key=lambda shown: ways[shown][0])
    notes = tuple(ways[shown][1] for shown in order)
    return Exercise(
        "parameters",
        words.PARAMETERS.fill(layer=layer.name, filters=filters, kh=kh, kw=kw, channels=count),
        (Choices(tuple(order), notes.index(None), notes, columns=len(order)),),
    )


def work(material: Material) -> Exercise | None:
    """What another window and another number of filters in the first layer would cost."""
    height, width, channels = material.network.input_shape
    sides = [k for k in (3, 5, 7) if k <= min(height, width)]
    for _ in range(20):
        if not sides:
            return None
        k, filters = sides[material.below(len(sides))], (4, 8, 16)[material.below(3)]
        if material.is_new("work", k, filters):
            break
    else:
        return None
    rows, cols = Window(k).output_size((height, width))
    weights = k * k * channels
    answers = {
        "rows": str(rows), "cols": str(cols), "weights": str(weights),
        "all": fmt.count(rows * cols * weights * filters),
    }  # fmt: skip
    given = words.WORK_GIVEN.fill(
        size=fmt.shape((height, width)), channels=channels, f=filters, k=fmt.shape((k, k))
    )
    note = words.WORK_NOTE.fill(places=fmt.count(rows * cols), w=weights, f=filters)
    return Exercise(
        "work", words.WORK, (Line(given, {}), Line(words.WORK_LINE, answers, note)),
        source=(k, filters),
    )  # fmt: skip
