"""What there is to see of a training: kernels, losses, one weight's valley, a digit's answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.panels import (
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
    Part,
    Row,
    Scale,
)
from convexplain.panels.text import text_width
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

Floats = npt.NDArray[Any]
#: Of so many batches the curve of the training loss is the mean: single ones jump.
BATCHES = 8
#: How many times as many steps a point is farther on whose name has room of its own.
_NEAR = 2.2
#: How many cells long what has a wide sheet to itself is.
_LONG = 40
#: Of a curve that is a formula, so many points are drawn.
_POINTS = 120


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


def _columns(count: int) -> int | None:
    """Return in how many columns so many kernels make a wall twice as wide as high."""
    whole = [n for n in range(1, count + 1) if count % n == 0 and n * n >= count]
    return min(whole, key=lambda n: abs(n * n - 2 * count))


def walls(kernels: Maps, moves: Floats | None = None) -> Diagram:
    """Describe all kernels, and beside them what a step adds to each of their weights."""
    if moves is None:
        return Diagram(Column(kernels, Legend("legend"), align="middle"))
    step = Maps(
        "moves", moves, Scale(float(np.abs(moves).max()), CHANGE), title=MOVES,
        columns=kernels.columns,
    )  # fmt: skip
    return Diagram(
        Either(
            Column(Row(kernels, step), Legend("legend", row=True), align="middle"),
            Column(kernels, step, Legend("legend", row=True), align="middle"),
        )
    )


def read(kernels: Maps, pixels: Floats, chances: Floats, label: int) -> Diagram:
    """Describe the kernels, and the digit with what it is taken for."""
    digit, answer = _digit(pixels), _answer(chances, label)
    whole = Column(kernels, Legend("legend"), gap=0.6)
    return Diagram(
        Either(Row(whole, digit, answer), Column(whole, Row(digit, answer), align="middle"))
    )


def surprise(pixels: Floats, chances: Floats, label: int, highest: float) -> Diagram:
    """Describe the digit, what it is taken for, and its loss on the curve of −ln p.

    Parameters
    ----------
    pixels : numpy.ndarray, shape (height, width)
    chances : numpy.ndarray, shape (classes,)
        Their probabilities.
    label : int
        The right class.
    highest : float
        The largest loss that is to be shown.
    """
    chance = float(chances[label])
    loss = fmt.number(-np.log(chance))
    dot = Dot("own", chance, -np.log(chance), LOSS_IS.fill(v=loss))
    curve = loss_curve(highest, (dot,))
    digit, answer = _digit(pixels), _answer(chances, label)
    return Diagram(
        Either(Row(digit, answer, curve), Column(Row(digit, answer), curve, align="middle"))
    )


def batch(losses: Floats, highest: float) -> Diagram:
    """Describe the loss of each digit of a batch on the curve of −ln p, and their mean."""
    dots = [Dot(f"digit-{n}", float(np.exp(-v)), float(v)) for n, v in enumerate(losses)]
    curve = loss_curve(highest, dots, float(losses.mean()))
    return Diagram(Either(replace(curve, size=(16, _LONG), wide=True), curve))


def loss_curve(highest: float, dots: Sequence[Dot], mean: float | None = None) -> Chart:
    """Describe −ln p, with points on it and the level of their mean."""
    chances = np.geomspace(np.exp(-highest), 1, _POINTS)
    curves = [Curve("curve", chances, -np.log(chances), tone="muted")]
    if mean is not None:
        label = MEAN.fill(v=fmt.number(mean))
        level = np.array([0.0, 1.0]), np.full(2, mean)
        curves.append(Curve("mean", *level, label, "positive"))
    return Chart(
        "surprise", curves, Axis(CHANCE, 0.0, 1.0, percent=True), Axis(LOSS, 0.0, highest),
        size=(16, 28), dots=dots,
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
    now: float | None = None,
    named: bool = True,
    upright: bool = False,
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
        Values that it was given, its own in the middle; the training loss with each.
    slope : float
        Where the weight is.
    filter, step : int
    now : float, optional
        Where the weight is, if it has gone a step.
    named : bool
        Whether its value stands beside it.
    upright : bool
        Whether the curve is below the kernel, not beside it.
    """
    middle = len(weights) // 2
    own = float(weights[middle])
    now = own if now is None else now
    low, high = float(losses.min()), float(losses.max())
    ends = _tangent(weights, losses, slope)
    tangent = losses[middle] + slope * (ends - own)
    at = float(np.interp(now, weights, losses))
    side = "right" if slope > 0 else "left"
    ball = Dot("ball", now, at, fmt.number(now, 3) if named else "", side=side)
    shown = kernel.copy()
    shown[place] = now
    arrange = Column if upright else Row
    numbers = Cells(
        "kernel", shown, Scale(limit, terms.WEIGHT), numbers=True,
        title=terms.FILTER.fill(n=filter).capital,
        marks={"weight": Mark(*place)},
    )  # fmt: skip
    chart = Chart(
        "valley",
        [
            Curve("loss", weights, losses),
            Curve("slope", ends, tangent, SLOPE.fill(v=fmt.number(slope, 3, sign=True)), "accent",
                  dashed=True),
        ],
        Axis(ONE_WEIGHT), Axis(TRAINING_LOSS, low, high), size=(16, 24), dots=(ball,),
        counter=terms.TRAINING_STEP.fill(n=step), note=ZOOMED.fill(v=fmt.number(high - low)),
    )  # fmt: skip
    return Diagram(arrange(numbers, chart))


def _tangent(weights: Floats, losses: Floats, slope: float) -> Floats:
    """Return between which weights a tangent is drawn: as far as the curve's box goes."""
    middle = len(weights) // 2
    own, level = float(weights[middle]), float(losses[middle])
    reach = [float(weights[0]) - own, float(weights[-1]) - own]
    if slope:
        height = sorted((float(end) - level) / slope for end in (losses.min(), losses.max()))
        reach = [max(reach[0], height[0]), min(reach[1], height[1])]
    return own + np.array(reach)


def strides(kernels: Maps, losses: Mapping[str, tuple[Caption, float]], guess: float) -> Diagram:
    """Describe the kernels, and the training loss before and after steps of all weights.

    Parameters
    ----------
    kernels : Maps
    losses : mapping of str to (Caption, float)
        By what they are called.
    guess : float
        The loss of one who guesses.
    """
    named = {**losses, "guess": (GUESSING, guess)}
    bars = [
        Bar(name, said, value, tone="muted" if name == "guess" else "accent")
        for name, (said, value) in named.items()
    ]  # fmt: skip
    most = max(value for _, value in named.values())
    scale, whole = Scale(most), Column(kernels, Legend("legend"), gap=0.6)
    lost = Bars("strides", bars, scale, title=TRAINING_LOSS.capital, length=16)
    long = replace(lost, length=_LONG)
    return Diagram(
        Either(
            Column(Row(kernels, Legend("legend")), long),
            Column(whole, lost, align="middle"),
            Row(whole, lost),
        )
    )


def run(
    kernels: Maps,
    way: tuple[Floats, Floats],
    checks: tuple[Floats, Floats],
) -> Diagram:
    """Describe the kernels, the training loss step by step, and the accuracy at the checks.

    Parameters
    ----------
    kernels : Maps
    way : (steps, losses)
    checks : (steps, accuracies)
    """
    legend, curves = Legend("legend"), _curves(way, checks)
    left = Column(kernels, legend, gap=0.6)
    return Diagram(
        Either(
            Row(left, Column(*curves, gap=1.2)),
            Column(left, Column(*curves, gap=1.2), align="middle"),
            Column(kernels, Row(*curves, align="top"), legend, align="middle"),
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
    loss, accuracy = _curves(way, checks)
    pairs = [Row(*walls[n : n + 2], align="top") for n in range(0, len(walls), 2)]
    legend = Legend("legend")
    return Diagram(
        Either(
            Column(*pairs, legend, Row(loss, accuracy, align="top")),
            Column(*walls, legend, loss, accuracy),
        ),
        about=about,
    )


def _curves(way: tuple[Floats, Floats], checks: tuple[Floats, Floats]) -> tuple[Chart, Chart]:
    steps, losses = way
    last = float(steps[-1])
    loss = Chart(
        "loss",
        [Curve("way", steps, losses, tone="accent")],
        Axis(terms.TRAINING_STEPS, 1.0, last, log=True),
        Axis(MEAN_OF.fill(n=BATCHES), 0.0, float(np.ceil(2 * losses.max()) / 2), most=3),
        size=(10, 20), share="curves", title=TRAINING_LOSS.capital,
        counter=plain(fmt.number(losses[-1])),
    )  # fmt: skip
    accuracy = Chart(
        "accuracy",
        [Curve("checks", *checks, tone="positive")],
        Axis(terms.TRAINING_STEPS, 1.0, last, log=True),
        Axis(READ_RIGHT, 0.0, 1.0, percent=True, most=2), size=(7, 20), share="curves",
        title=terms.ACCURACY.capital, counter=plain(fmt.percent(checks[1][-1], 2)),
    )  # fmt: skip
    return loss, accuracy


def story(
    pixels: Floats,
    chances: Floats,
    label: int,
    way: tuple[Floats, Floats],
    stops: Sequence[tuple[int, float]],
    last: int,
    *,
    upright: bool = False,
) -> Diagram:
    """Describe how one digit was read on the way: its answer, and the right class's probability.

    Parameters
    ----------
    pixels : numpy.ndarray, shape (height, width)
    chances : numpy.ndarray, shape (classes,)
        At the moment that is shown.
    label : int
        The right class.
    way : (steps, probabilities)
        Of the right class.
    stops : sequence of (int, float)
        Steps and probabilities that are told.
    last : int
        All steps of the training.
    upright : bool
        Whether the frame is narrow.
    """
    steps, right = way
    told = [step for step, _ in stops]
    near = _NEAR if upright else 1.0
    dots = [
        # A narrow frame has no room for names that are nearly at one place.
        Dot(f"stop-{n}", step, chance,
            "" if n and step < near * told[n - 1] else fmt.count(step),
            side="above" if chance > 0.5 else "below")
        for n, (step, chance) in enumerate(stops)
    ]  # fmt: skip
    chart = Chart(
        "story", [Curve("chance", steps, right)],
        Axis(terms.TRAINING_STEPS, 1.0, float(last), log=True),
        # Beyond 0% and 100% there is room for the names of points.
        Axis(terms.PROBABILITY_OF.fill(k=label), -0.4, 1.25, percent=True), size=(16, 32),
        dots=dots,
    )  # fmt: skip
    digit, answer = _digit(pixels), _answer(chances, label)
    return Diagram(
        Either(
            Row(digit, answer, chart),
            Row(Column(digit, answer, align="middle"), chart),
            Column(Row(digit, answer), chart, align="middle"),
        )
    )


def payoff(
    before: Floats,
    after: Floats,
    limit: float,
    place: tuple[int, int],
    way: tuple[Floats, Floats],
    *,
    filter: int,
    told: Sequence[int],
) -> Diagram:
    """Describe one kernel before and after, and the way of one of its weights between.

    Parameters
    ----------
    before, after : numpy.ndarray, shape (height, width)
    limit : float
        End of the scale of weights.
    place : (int, int)
        The weight's row and column.
    way : (steps, weights)
        The weight at each of them.
    filter : int
    told : sequence of int
        Which of the steps are dotted.
    """
    scale, (steps, weights) = Scale(limit, terms.WEIGHT), way
    mark = {"weight": Mark(*place)}
    first, end = (
        Cells(name, values, scale, numbers=True, share="numbers", marks=mark,
              title=terms.TRAINING_STEP.fill(n=fmt.count(int(step))).capital)
        for name, values, step in (("before", before, 0), ("after", after, steps[-1]))
    )  # fmt: skip
    dots = [
        Dot(f"at-{n}", float(steps[n]), float(weights[n]), fmt.number(weights[n], 3),
            side="below" if n == told[0] else "left")
        for n in told
    ]  # fmt: skip
    room = 0.1 * float(np.ptp(weights))
    chart = Chart(
        "path", [Curve("weight", steps, weights, plain(fmt.number(weights[-1], 3)))],
        Axis(terms.TRAINING_STEPS, float(steps[0]), float(steps[-1]), log=True),
        Axis(RINGED.fill(n=filter), float(weights.min()) - room, float(weights.max()) + room),
        size=(14, 22), dots=dots,
    )  # fmt: skip
    return Diagram(Either(Row(first, chart, end), Column(Row(first, end), chart, align="middle")))


def plain(text: str) -> Caption:
    """Return a number that is read alike in both languages."""
    return Caption(en=text, zh=text)


def _digit(pixels: Floats) -> Part:
    return Cells("digit", pixels, weight=0.6, lines=False)


def _answer(chances: Floats, label: int) -> Bars:
    bars = [
        Bar(
            str(k), str(k), float(p), fmt.probability(float(p)),
            "accent" if k == label else "muted",
        )
        for k, p in enumerate(chances)
    ]  # fmt: skip
    return Bars("answer", bars, Scale(1.0), title=terms.PROBABILITY.capital, length=10)


KERNELS = Caption(en="The {n} kernels of {layer}", zh="{layer} 的 {n} 个卷积核")
MOVES = Caption(en="One step of each weight", zh="每个权重走的一步")
CHANGE = Caption(en="change of a weight", zh="权重的变化")
CHANCE = Caption(en="probability of the right class, p", zh="正确类别的概率 p")
LOSS = Caption(en="loss, −ln p", zh="损失 −ln p")
LOSS_IS = Caption(en="loss {v}", zh="损失 {v}")
MEAN = Caption(en="mean {v}", zh="平均 {v}")
TRAINING_LOSS = Caption(en="training loss", zh="训练损失")
MEAN_OF = Caption(en="mean of {n} batches", zh="{n} 批的平均")
READ_RIGHT = Caption(en="read right", zh="认对的")
ONE_WEIGHT = Caption(en="the weight", zh="这个权重")
SLOPE = Caption(en="slope {v}", zh="斜率 {v}")
ZOOMED = Caption(en="The axis is cut: the curve is {v} high.", zh="纵轴不从 0 开始：曲线高 {v}。")
BEFORE = Caption(en="before", zh="走之前")
ONE_STEP = Caption(en="one step", zh="走一步")
FAR = Caption(en="3 times as far", zh="三倍步长")
GUESSING = Caption(en="guessing", zh="瞎猜")
RINGED = Caption(en="the framed weight of filter {n}", zh="过滤器 {n} 中加框的权重")
