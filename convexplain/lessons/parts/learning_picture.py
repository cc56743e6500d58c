"""What there is to see of a training: kernels, losses, one weight's valley, a digit's answers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain.panels import (
    INK,
    Axis,
    Bar,
    Bars,
    Cells,
    Chart,
    Column,
    Curve,
    Diagram,
    Dot,
    Either,
    Legend,
    Maps,
    Mark,
    Row,
    Scale,
    Text,
)
from convexplain.panels.panel import Part
from convexplain.panels.text import text_width
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

Floats = npt.NDArray[Any]
#: Of so many batches the curve of the training loss is the mean: single ones jump.
BATCHES = 8
#: How many cells long what has a wide sheet to itself is, and what stands beside a digit.
_LONG, _SHORT = 60, 16
#: From one bar of ten to the next, in sizes of their text.
_PITCH = 2.2
#: The same of two that are all there is below kernels.
_THICK = 2.1
#: How long the axis of a probability below a digit is, in pixels of this; how small a
#: probability's loss is told to its right.
_UNDER, _LEFT = 22, 0.4
#: Points of a drawn curve; what is free above and below a valley, as a part of its height.
_FINE, _AIR = 121, 0.05
#: Decimals of a weight, and of one that has gone a step; how large a weight's cell is.
_FAR, _NEAR, _WEIGHTS = 3, 4, 6.0
#: Height and width in cells of a chart beside the kernels.
_RUN = (18, 20)
#: The same beside a digit.
_BROAD = (18, 26)
#: How many cells long bars there are.
_BARS = 14


def wall(
    kernels: Floats,
    limit: float,
    layer: str,
    step: int,
    last: int,
    marks: Mapping[str, int] = MappingProxyType({}),
    name: str = "kernels",
) -> Maps:
    """Describe all kernels of a layer after so many steps.

    `kernels`, (height, width, filters). `limit`: end of the scale of weights. `step` and `last`:
    how many steps it is, and how many it will be at most. `marks`: filters that are framed.
    """
    widest = terms.TRAINING_STEP.fill(n=fmt.count(last))
    return Maps(
        name, kernels, Scale(limit, terms.WEIGHT),
        title=KERNELS.fill(n=kernels.shape[2], layer=layer),
        counter=terms.TRAINING_STEP.fill(n=fmt.count(step)),
        widest_counter=max((widest.text(lang) for lang in ("en", "zh")), key=_wide),
        columns=_columns(kernels.shape[2]), marks=marks,
    )  # fmt: skip


def _wide(words: str) -> float:
    return text_width(words, 1.0)


def _columns(count: int, broad: float = 2) -> int | None:
    """Return in how many columns so many grids make a wall that many times as wide as high."""
    whole = [n for n in range(1, count + 1) if count % n == 0 and n * n >= count]
    return min(whole, key=lambda n: abs(n * n - broad * count))


def walls(kernels: Maps) -> Diagram:
    """Describe all kernels alone."""
    return Diagram(Column(kernels, Legend("legend"), align="middle"))


def born(
    pixels: Floats,
    states: Mapping[str, tuple[int, Floats]],
    maps: Mapping[str, Floats],
    limit: float,
    said: Caption,
    *,
    filter: int,
    place: tuple[int, int],
) -> Diagram:
    """Describe a digit, and one kernel before and after training beside what it finds there.

    `pixels`, (height, width). `states`: the step and the kernel, by what this state is called.
    `maps`, (rows, cols): its map in each state. `limit`: end of the scale of weights. `said`: what
    a map is called. `filter`: which kernel it is. `place`: row and column of the weight in it that
    was followed.
    """
    most = max(float(found.max()) for found in maps.values())
    response = Scale(most or 1.0, terms.RESPONSE, signed=False)
    pairs = []
    for name, (step, kernel) in states.items():
        own = Cells(
            f"kernel-{name}", kernel, Scale(limit, terms.WEIGHT), share="maps",
            fine=kernel.shape[0] / maps[name].shape[0], title=of_filter(filter, step),
            marks={"weight": Mark(*place)},
        )  # fmt: skip
        seen = Cells(f"map-{name}", maps[name], response, share="maps", lines=False, title=said)
        pairs.append(Row(own, seen, align="top"))
    digit = unseen(pixels)
    return Diagram(
        Either(
            Row(Column(digit, Legend("legend", row=True)), Column(*pairs), align="middle"),
            Column(digit, *pairs, Legend("legend", row=True), align="middle"),
        )
    )


def of_filter(filter: int, step: int) -> Caption:
    """Say which filter it is, after so many steps."""
    return OF_FILTER.fill(n=filter, step=terms.TRAINING_STEP.fill(n=fmt.count(step)))


def guess(
    pixels: Floats,
    names: Sequence[Caption],
    shares: Floats,
    right: int,
    said: str,
    step: int,
) -> Diagram:
    """Describe a digit, and the probability of each class after so many steps.

    `pixels`, (height, width). `names`: of the classes. `shares`, (classes,). `right`: the digit's
    class. `said`: how its probability is printed.
    """
    decimals = len(said.partition(".")[2])  # all in one form
    bars = [
        Bar(str(n), name, float(share), said if n == right else fmt.number(share, decimals),
            "ink" if n == right else "muted")
        for n, (name, share) in enumerate(zip(names, shares, strict=True))
    ]  # fmt: skip
    title = PROBABILITIES.fill(step=terms.TRAINING_STEP.fill(n=fmt.count(step)))
    most = Scale(float(shares.max()))
    answers = Bars("guess", bars, most, title=title, length=_SHORT, pitch=_PITCH)
    return Diagram(Row(unseen(pixels), answers, align="middle"))


def unseen(pixels: Floats) -> Cells:
    """Describe a digit of which nothing is learned."""
    return Cells("digit", pixels, lines=False, title=UNSEEN)


def surprise(
    pixels: Floats, name: Caption, right: int, said: str, chance: float, highest: float
) -> Diagram:
    """Describe the loss as a curve over the probability of the right class.

    `pixels`, (height, width). `name`: of the right class. `right`: which one it is. `said`: how the
    digit's probability is printed. `chance`: what it is. `highest`: the largest loss of other
    digits that come on the same axes.
    """
    own = -math.log(chance)
    # Right of it there is nothing above the curve, as long as there is room.
    side = "right" if chance < _LEFT else "flag"
    chart = _surprise(max(own, highest))
    lines = [
        Curve("down", np.full(2, chance), np.array([0.0, own]), tone="muted", dashed=True),
        Curve("across", np.array([0.0, chance]), np.full(2, own), tone="muted", dashed=True),
    ]
    told = plain(f"−ln {said} = {fmt.number(own)}")
    dot = Dot("own", chance, own, told, side=side, large=True)
    chart = replace(chart, curves=[*chart.curves, *lines], dots=[dot])
    bar = Bar(str(right), name, chance, said, "ink")
    share = Bars("guess", [bar], Scale(1.0), length=_UNDER, pitch=_PITCH, share="digit")
    digit = replace(unseen(pixels), share="digit")
    beside = Column(digit, share, gap=0.6)
    return Diagram(Row(beside, chart, align="middle"))


def batch(every: Floats, losses: Floats, order: Sequence[int]) -> Diagram:
    """Describe the training digits of one step, and the loss of each as a point on that curve.

    `every`, (height, width, digits): in the order in which they stand. `losses`, (digits,).
    `order`: which of these stands where.
    """
    mean, count = float(losses.mean()), every.shape[2]
    chart = _surprise(float(losses.max()))
    line = Curve(
        "mean", np.array([0.0, 1.0]), np.full(2, mean), MEAN.fill(v=fmt.number(mean)), "accent",
        dashed=True,
    )  # fmt: skip
    dots = [
        Dot(f"digit-{n}", math.exp(-loss), loss, tone="accent")
        for n, loss in enumerate(losses.tolist())
    ]
    chart = replace(chart, curves=[*chart.curves, line], dots=dots)
    wall = Maps("batch", every, INK, columns=_columns(count, 1), title=OF_A_STEP.fill(n=count))
    return Diagram(Row(wall, chart, align="middle"))


def _surprise(highest: float) -> Chart:
    """Describe the loss over the probability of the right class, up to some loss at least."""
    most = float(np.ceil(highest))
    at = np.exp(-np.linspace(most, 0.0, _FINE))
    return Chart(
        "surprise", [Curve("loss", at, -np.log(at), NEGATIVE_LOG, above=True)],
        Axis(OF_THE_RIGHT, 0.0, 1.0, at=(0.0, 0.5, 1.0)), Axis(LOSS, 0.0, most, most=3),
        size=(18, 22),
    )  # fmt: skip


def valley(
    kernel: Floats,
    limit: float,
    place: tuple[int, int],
    weights: Floats,
    losses: Floats,
    slope: float,
    *,
    filter: int,
    step: int,
    own: float,
    near: bool = False,
    gone: tuple[float, str] | None = None,
) -> Diagram:
    """Describe one weight in its kernel, and how the training loss changes with it.

    `kernel`, (height, width). `limit`: end of the scale of weights. `place`: the weight's row and
    column. `weights` and `losses`, (points,): values that it was given, and the training loss with
    each. `slope`: where the weight is. `own`: the weight. `near`: whether weights are seen so near
    that a step is. `gone`: where the weight is if it has gone a step, and by how much the loss
    fell.
    """
    now, fallen = gone or (own, "")
    low, high = float(losses.min()), float(losses.max())
    air = _AIR * (high - low)
    ends, tangent = _tangent(own, weights, losses, slope)
    at = float(np.interp(now, weights, losses))
    # Where the curve is not: above a way down.
    side = "right" if slope < 0 else "left"
    curves = [Curve("loss", weights, losses)]
    if not gone:  # then the curve is seen so near that it is as straight
        told = SLOPE.fill(v=fmt.number(slope, 3, sign=True))
        curves.append(Curve("slope", ends, tangent, told, "accent", dashed=True, above=True))
    if gone:
        # How far it went, and how far the loss fell: from where it was, across, then down.
        before = float(np.interp(own, weights, losses))
        fell = plain(f"−{fallen}")
        curves += [
            Curve("across", np.array([own, now]), np.full(2, before), tone="muted"),
            Curve("fall", np.full(2, now), np.array([before, at]), fell, "accent", above=True),
        ]
        side = "left" if slope < 0 else "right"  # below the curve
    decimals = _NEAR if near else _FAR
    weight = _THIS.fill(v=fmt.number(now, decimals))
    dots = [Dot("ball", now, at, weight, side=side, large=True)]
    shown = kernel.copy()
    shown[place] = now
    numbers = Cells(
        "kernel", shown, Scale(limit, terms.WEIGHT), numbers=True, exactly=decimals, large=True,
        weight=_WEIGHTS, title=terms.FILTER.fill(n=filter).capital, marks={"weight": Mark(*place)},
    )  # fmt: skip
    chart = Chart(
        "valley", curves, Axis(ONE_WEIGHT, most=6), Axis(TRAINING_LOSS, low - air, high + air),
        size=(20, 28), dots=dots, counter=terms.TRAINING_STEP.fill(n=step),
    )  # fmt: skip
    beside = Column(numbers, Legend("legend", every=True), gap=0.6, align="middle")
    return Diagram(Row(beside, chart, align="middle"))


def _tangent(own: float, weights: Floats, losses: Floats, slope: float) -> tuple[Floats, Floats]:
    """Return the ends of a tangent, the upper one first: as far as the curve's box goes."""
    level = float(np.interp(own, weights, losses))
    reach = [float(weights[0]) - own, float(weights[-1]) - own]
    if slope:
        height = sorted((float(end) - level) / slope for end in (losses.min(), losses.max()))
        reach = [max(reach[0], height[0]), min(reach[1], height[1])]
    away = np.array(reach if slope < 0 else reach[::-1])
    return own + away, level + slope * away


def strides(
    kernels: Maps,
    moves: Floats,
    losses: Mapping[str, tuple[Caption, float]],
    digits: int,
    told: Caption,
    *,
    filter: int,
    place: tuple[int, int],
) -> Diagram:
    """Describe the kernels, what a step adds to their weights, and the loss before and after it.

    `moves`, (height, width, filters). `losses`: by what they are called. `digits`: of how many
    digits it is the mean. `told`: how many of all parameters the kernels are. `place`: the weight
    that was followed: in which filter, its row and column.
    """
    followed = {"weight": Mark(*place)}
    step = Maps(
        "moves", moves, Scale(float(np.abs(moves).max()), CHANGE), title=MOVES,
        columns=kernels.columns, share="both", windows=followed, windowed=filter,
    )  # fmt: skip
    bars = [Bar(name, said, value, tone="accent") for name, (said, value) in losses.items()]
    scale = Scale(max(value for _, value in losses.values()))
    lost = Bars("strides", bars, scale, title=LOSS_OF.fill(n=digits), length=16, pitch=_THICK)
    kernels, legend = (
        replace(kernels, note=told, share="both", windows=followed, windowed=filter),
        Legend("legend", row=True),
    )
    long = replace(lost, length=_LONG)
    return Diagram(
        Either(
            Column(Row(kernels, step, align="top"), legend, long, gap=0.7, align="middle"),
            Column(kernels, step, legend, lost, gap=0.7, align="middle"),
        )
    )


class Read(NamedTuple):
    """What a digit is read as on the way."""

    #: When.
    step: int
    #: Of the class.
    name: Caption
    #: Whether it is another class: then the step is marked on the curve of the loss.
    wrong: bool


def run(pixels: Floats, reads: Sequence[Read], way: tuple[Floats, Floats]) -> Diagram:
    """Describe a digit and what it is read as on the way, and the training loss step by step.

    `pixels`, (height, width). `way`: of the training.
    """
    dots = [
        Dot(f"read-{n}", read.step, float(np.interp(read.step, *way)), tone="ink", large=True)
        for n, read in enumerate(reads)
        if read.wrong
    ]  # fmt: skip
    chart = replace(_loss(way), counter=None, size=_BROAD, dots=dots)
    told = [
        Text(f"read-{n}", READ_AT.fill(s=fmt.count(read.step), k=read.name), role="heading",
             weight="bold" if read.wrong else "regular")
        for n, read in enumerate(reads)
    ]  # fmt: skip
    # Right ones in a first column, misread ones in a second: in time row by row.
    right, wrong = (
        [text for text, read in zip(told, reads, strict=True) if read.wrong == kind]
        for kind in (False, True)
    )
    columns = [_below(kind) for kind in (right, wrong) if kind]
    both = Row(*columns, gap=0.6, align="top", turns=False)
    # Where there is no room for all: when it was misread, and the end.
    few = _below([*wrong, told[-1]])
    digit = unseen(pixels)
    return Diagram(
        Either(
            *(
                arranged
                for rows in (both, _below(told), few)
                for under in [Column(digit, rows, gap=0.6)]
                for beside in [Row(digit, rows, align="middle")]
                for arranged in (
                    Row(under, chart, align="middle"), Row(beside, chart, align="middle"),
                    Column(beside, chart, align="middle"), Column(under, chart, align="middle"),
                )
            )
        )
    )  # fmt: skip


def _below(words: Sequence[Text]) -> Part:
    """Stand words under one another, in time in whatever arrangement."""
    return Column(*words, gap=0.3, turns=False)


def descent(kernels: Maps, way: tuple[Floats, Floats]) -> Diagram:
    """Describe the kernels, and the training loss step by step."""
    loss = replace(_loss(way), counter=None, size=_RUN)
    return _with_kernels(kernels, loss)


def checked(kernels: Maps, checks: Mapping[int, float], tested: int) -> Diagram:
    """Describe the kernels, and the accuracy on unseen digits.

    `checks`: accuracy after so many steps. `tested`: how many digits are read.
    """
    bars = [
        Bar(f"step-{step}", terms.TRAINING_STEP.fill(n=fmt.count(step)), share,
            fmt.percent(share, 0), "ink")
        for step, share in checks.items()
    ]  # fmt: skip
    title = READ_RIGHT_OF.fill(n=fmt.count(tested))
    right = Bars("checks", bars, Scale(1.0), title=title, length=_BARS, pitch=1.4 * _PITCH)
    return _with_kernels(kernels, right)


def _with_kernels(kernels: Maps, chart: Chart | Bars) -> Diagram:
    wall = Column(kernels, Legend("legend"), align="middle")
    return Diagram(Either(Row(wall, chart), Column(wall, chart, align="middle")))


def whole(
    walls: Sequence[Maps], way: tuple[Floats, Floats], checks: tuple[Floats, Floats], about: Caption
) -> Diagram:
    """Describe kernels at several steps, and below them both curves of the training.

    `about`: with which the alternative text begins.
    """
    loss, accuracy = _loss(way), _accuracy(checks, float(way[0][-1]))
    pairs = [Row(*walls[n : n + 2], align="top") for n in range(0, len(walls), 2)]
    legend = Legend("legend")
    return Diagram(
        Either(
            Column(*pairs, legend, Row(loss, accuracy, align="top")),
            Column(*walls, legend, loss, accuracy),
        ),
        about=about,
    )


def _loss(way: tuple[Floats, Floats]) -> Chart:
    steps, losses = way
    return Chart(
        "loss",
        [Curve("way", steps, losses, tone="accent")],
        Axis(terms.TRAINING_STEPS, 1.0, float(steps[-1]), log=True),
        Axis(MEAN_OF.fill(n=BATCHES), 0.0, float(np.ceil(2 * losses.max()) / 2), most=3),
        size=(10, 20), share="curves", title=TRAINING_LOSS.capital,
        counter=plain(fmt.number(losses[-1])),
    )  # fmt: skip


def _accuracy(checks: tuple[Floats, Floats], last: float) -> Chart:
    return Chart(
        "accuracy",
        [Curve("checks", *checks, tone="positive")],
        Axis(terms.TRAINING_STEPS, 1.0, last, log=True),
        Axis(READ_RIGHT, 0.0, 1.0, percent=True, most=2), size=(7, 20), share="curves",
        title=terms.ACCURACY.capital, counter=plain(fmt.percent(checks[1][-1], 2)),
    )  # fmt: skip


def plain(text: str) -> Caption:
    """Return a number that is read alike in both languages."""
    return Caption(en=text, zh=text)


KERNELS = Caption(en="The {n} filters of {layer}", zh="{layer} 的 {n} 个过滤器")
MOVES = Caption(en="Change in one step (finer scale)", zh="一步的变化（刻度更细）")
CHANGE = Caption(en="change of a weight", zh="权重的变化")
LOSS_OF = Caption(en="Mean loss of the {n} training digits", zh="{n} 个训练样本的平均损失")
PART_OF = Caption(en="{n} of {all} parameters", zh="{all} 个参数中的 {n} 个")
TRAINING_LOSS = Caption(en="training loss", zh="训练损失")
LOSS = Caption(en="loss", zh="损失")
NEGATIVE_LOG = Caption(en="loss = −ln p", zh="损失 = −ln p")
OF_A_STEP = Caption(en="{n} training digits, least loss first", zh="{n} 个训练样本，损失小的在前")
MEAN = Caption(en="mean {v}", zh="平均 {v}")
OF_THE_RIGHT = Caption(en="p: probability of the right class", zh="p：正确类别的概率")
PROBABILITIES = Caption(en="Probabilities, {step}", zh="概率，{step}")
UNSEEN = Caption(en="An unseen digit", zh="没见过的样本")
OF_FILTER = Caption(en="Filter {n}, {step}", zh="过滤器 {n}，{step}")
READ_AT = Caption(en="step {s}: read as {k}", zh="第 {s} 步：认成 {k}")
READ_RIGHT_OF = Caption(en="{n} unseen digits: read right", zh="{n} 个没见过的样本：认对的")
MEAN_OF = Caption(en="mean of {n} steps", zh="{n} 步的平均")
READ_RIGHT = Caption(en="read right", zh="认对的")
ONE_WEIGHT = Caption(en="the weight", zh="这个权重")
_THIS = Caption(en="weight {v}", zh="权重 {v}")
SLOPE = Caption(en="slope {v}", zh="斜率 {v}")
BEFORE = Caption(en="before", zh="走之前")
ONE_STEP = Caption(en="after one step", zh="走一步后")
