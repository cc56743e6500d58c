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
#: Points of a drawn curve; what is free above and below a valley, as a part of its height.
_FINE, _AIR = 121, 0.05
#: So many marks of a run have room for their step.
_FLAGS = 3
#: Height and width in cells of a chart beside the kernels.
_RUN = (18, 20)
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

    Parameters
    ----------
    kernels : numpy.ndarray, shape (height, width, filters)
    limit : float
        End of the scale of weights.
    layer : str
    step, last : int
        How many steps it is, and how many it will be at most.
    marks : mapping of str to int
        Filters that are framed.
    name : str
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
    states: Mapping[str, tuple[int, Floats]],
    found: Floats,
    limit: float,
    said: Caption,
    *,
    filter: int,
) -> Diagram:
    """Describe one kernel before and after training, and what it then finds in a digit.

    Parameters
    ----------
    states : mapping of str to (int, numpy.ndarray)
        The step and the kernel, by what this state is called.
    found : numpy.ndarray, shape (rows, cols)
        Its map in the end.
    limit : float
        End of the scale of weights.
    said : Caption
        What the map is called.
    filter : int
        Which kernel it is.
    """
    kernels = [
        Cells(f"kernel-{name}", kernel, Scale(limit, terms.WEIGHT), share="maps",
              fine=kernel.shape[0] / found.shape[0], title=of_filter(filter, step))
        for name, (step, kernel) in states.items()
    ]  # fmt: skip
    response = Scale(float(found.max()) or 1.0, terms.RESPONSE, signed=False)
    seen = Cells("map", found, response, share="maps", lines=False, title=said)
    legend = Legend("legend", row=True)
    return Diagram(
        Either(
            Column(Row(*kernels, seen), legend, align="middle"),
            Column(Row(*kernels), seen, legend, align="middle"),
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

    Parameters
    ----------
    pixels : numpy.ndarray, shape (height, width)
    names : sequence of Caption
        Of the classes.
    shares : numpy.ndarray, shape (classes,)
    right : int
        The digit's class.
    said : str
        How its probability is printed.
    step : int
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


def surprise(pixels: Floats, said: str, chance: float, highest: float) -> Diagram:
    """Describe the loss as a curve over the probability of the right class.

    Parameters
    ----------
    pixels : numpy.ndarray, shape (height, width)
    said : str
        How the digit's probability is printed.
    chance : float
        What it is.
    highest : float
        The largest loss of other digits that come on the same axes.
    """
    own = -math.log(chance)
    chart = _surprise(max(own, highest))
    lines = [
        Curve("down", np.full(2, chance), np.array([0.0, own]), tone="muted", dashed=True),
        Curve("across", np.array([0.0, chance]), np.full(2, own), tone="muted", dashed=True),
    ]
    chart = replace(
        chart, curves=[*chart.curves, *lines], dots=[Dot("own", chance, own, large=True)],
        title=plain(f"−ln {said} = {fmt.number(own)}"),
    )  # fmt: skip
    return Diagram(Row(unseen(pixels), chart, align="middle"))


def batch(every: Floats, losses: Floats, order: Sequence[int]) -> Diagram:
    """Describe the training digits of one step, and the loss of each as a point on that curve.

    Parameters
    ----------
    every : numpy.ndarray, shape (height, width, digits)
        In the order in which they stand.
    losses : numpy.ndarray, shape (digits,)
    order : sequence of int
        Which of these stands where.
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
    now: float | None = None,
) -> Diagram:
    """Describe one weight in its kernel, and how the training loss changes with it.

    Parameters
    ----------
    kernel : numpy.ndarray, shape (height, width)
    limit : float
        End of the scale of weights.
    place : (int, int)
        The weight's row and column.
    weights, losses : numpy.ndarray, shape (points,)
        Values that it was given, and the training loss with each.
    slope : float
        Where the weight is.
    filter, step : int
    own : float
        The weight.
    now : float, optional
        Where the weight is, if it has gone a step.
    """
    now = own if now is None else now
    low, high = float(losses.min()), float(losses.max())
    air = _AIR * (high - low)
    ends, tangent = _tangent(own, weights, losses, slope)
    at = float(np.interp(now, weights, losses))
    # Where the curve is not: above a way down.
    side = "right" if slope < 0 else "left"
    ball = Dot("ball", now, at, _THIS.fill(v=fmt.number(now, 3)), side=side, large=True)
    # With two digits that are not zero.
    height = fmt.number(high - low, 1 - math.floor(math.log10(high - low)))
    shown = kernel.copy()
    shown[place] = now
    numbers = Cells(
        "kernel", shown, Scale(limit, terms.WEIGHT), numbers=True, finer=1,
        title=terms.FILTER.fill(n=filter).capital,
        marks={"weight": Mark(*place)},
    )  # fmt: skip
    chart = Chart(
        "valley",
        [
            Curve("loss", weights, losses),
            Curve("slope", ends, tangent, SLOPE.fill(v=fmt.number(slope, 3, sign=True)), "accent",
                  dashed=True, above=True),
        ],
        Axis(ONE_WEIGHT), Axis(TRAINING_LOSS, low - air, high + air), size=(20, 28), dots=(ball,),
        counter=terms.TRAINING_STEP.fill(n=step), note=ZOOMED.fill(v=height),
    )  # fmt: skip
    return Diagram(Row(numbers, chart))


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
) -> Diagram:
    """Describe the kernels, what a step adds to their weights, and the loss before and after it.

    Parameters
    ----------
    kernels : Maps
    moves : numpy.ndarray, shape (height, width, filters)
    losses : mapping of str to (Caption, float)
        By what they are called.
    digits : int
        Of how many digits it is the mean.
    told : Caption
        How many of all parameters the kernels are.
    """
    step = Maps(
        "moves", moves, Scale(float(np.abs(moves).max()), CHANGE), title=MOVES,
        columns=kernels.columns,
    )  # fmt: skip
    bars = [Bar(name, said, value, tone="accent") for name, (said, value) in losses.items()]
    scale = Scale(max(value for _, value in losses.values()))
    lost = Bars("strides", bars, scale, title=LOSS_OF.fill(n=digits), length=16)
    legend, part = Legend("legend", row=True), Text("part", told)
    beside = Row(legend, part, align="middle")
    under = Column(legend, part, gap=0.5, align="middle")
    long = replace(lost, length=_LONG)
    return Diagram(
        Either(
            Column(Row(kernels, step), beside, long, gap=0.7, align="middle"),
            Column(kernels, step, under, lost, gap=0.7, align="middle"),
        )
    )


class Answers(NamedTuple):
    """What one digit was read as while the network learned.

    Parameters
    ----------
    name : Caption
        Of the digit's class.
    steps, losses : numpy.ndarray, shape (checks,)
        When it was read, and its loss then.
    again : mapping of int to Caption
        What it was misread as when it had been read right before, by which of these it was.
    """

    name: Caption
    steps: Floats
    losses: Floats
    again: Mapping[int, Caption]


def run(
    kernels: Maps, pixels: Floats, said: Caption, way: tuple[Floats, Floats], answers: Answers
) -> Diagram:
    """Describe the kernels, a digit and what it is read as, and the losses step by step.

    Parameters
    ----------
    kernels : Maps
    pixels : numpy.ndarray, shape (height, width)
    said : Caption
        What the digit is read as.
    way : (steps, losses)
        Of the training.
    answers : Answers
        Of the digit.
    """
    loss = _loss(way)
    steps, own = answers.steps, answers.losses
    highest = float(np.ceil(2 * max(own.max(), way[1].max())) / 2)
    both = replace(
        loss,
        # Beside a counter of single steps, a mean of several has no number of its own.
        title=LOSS.capital, counter=None, size=_RUN, y=Axis(
            TRAINING_MEAN_OF.fill(n=BATCHES), 0.0, highest + 0.5, most=4
        ),
        curves=[
            replace(loss.curves[0], label=TRAINING_LOSS),
            Curve("own", steps, own, THIS_ONE.fill(k=answers.name)),
        ],
        dots=[
            Dot(f"again-{n}", float(steps[n]), float(own[n]),
                _named(name, int(steps[n]), len(answers.again)), "ink", side="flag")
            for n, name in answers.again.items()
        ],
    )  # fmt: skip
    return _beside_kernels(kernels, pixels, said, both)


def _named(name: Caption, step: int, marks: int) -> Caption:
    """Say as what it was misread, and when, if so few marks have room for it."""
    return AS_AT.fill(k=name, s=fmt.count(step)) if marks <= _FLAGS else name


def descent(kernels: Maps, way: tuple[Floats, Floats]) -> Diagram:
    """Describe the kernels, and the training loss step by step.

    Parameters
    ----------
    kernels : Maps
    way : (steps, losses)
    """
    loss = replace(_loss(way), counter=None, size=_RUN)
    return _with_kernels(kernels, loss)


def checked(kernels: Maps, checks: Mapping[int, float], tested: int) -> Diagram:
    """Describe the kernels, and the accuracy on unseen digits.

    Parameters
    ----------
    kernels : Maps
    checks : mapping of int to float
        Accuracy after so many steps.
    tested : int
        How many digits are read.
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


def _beside_kernels(kernels: Maps, pixels: Floats, said: Caption, chart: Chart) -> Diagram:
    reads = Text("reads", said, role="heading", weight="bold")
    # As high as half the wall is wide.
    fine = len(pixels) * 2 / (len(kernels.values) * (kernels.columns or 1))
    digit = replace(unseen(pixels), share=kernels.name, fine=fine)
    told = Column(reads, Legend("legend"), gap=1.2)
    broad = Column(kernels, Row(digit, told, align="middle", gap=1.2), gap=0.8)
    flat = Row(kernels, digit, told, align="bottom", gap=0.4)
    return Diagram(
        Either(
            Row(broad, chart, align="middle"),
            Column(broad, chart, align="middle"),
            Column(flat, chart, align="middle"),
        )
    )


def whole(
    walls: Sequence[Maps], way: tuple[Floats, Floats], checks: tuple[Floats, Floats], about: Caption
) -> Diagram:
    """Describe kernels at several steps, and below them both curves of the training.

    Parameters
    ----------
    walls : sequence of Maps
    way : (steps, losses)
    checks : (steps, accuracies)
    about : Caption
        With which the alternative text begins.
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
LOSS_OF = Caption(en="Mean loss of these {n} digits", zh="这 {n} 个样本的平均损失")
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
READS = Caption(en="read as {k}", zh="认成 {k}")
AS_AT = Caption(en="{k} at step {s}", zh="{k}，第 {s} 步")
THIS_ONE = Caption(en="this {k}", zh="这个 {k}")
TRAINING_MEAN_OF = Caption(en="training loss: mean of {n} batches", zh="训练损失：{n} 批的平均")
READ_RIGHT_OF = Caption(en="{n} unseen digits: read right", zh="{n} 个没见过的样本：认对的")
MEAN_OF = Caption(en="mean of {n} batches", zh="{n} 批的平均")
READ_RIGHT = Caption(en="read right", zh="认对的")
ONE_WEIGHT = Caption(en="the weight", zh="这个权重")
_THIS = Caption(en="weight {v}", zh="权重 {v}")
SLOPE = Caption(en="slope {v}", zh="斜率 {v}")
ZOOMED = Caption(en="Not from 0: the curve spans {v}.", zh="纵轴不从 0 开始：曲线高 {v}。")
BEFORE = Caption(en="before", zh="走之前")
ONE_STEP = Caption(en="after one step", zh="走一步后")
