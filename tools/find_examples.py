"""Search the bundled digits for what each lesson shows by default."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from convexplain.digits import PER_CLASS
from convexplain.kernels import looks_for
from convexplain.lessons._search import find_stops
from convexplain.network import Network
from convexplain.pictures import Picture
from convexplain.trace import Trace


def find_examples(pictures: Sequence[Picture]) -> dict[str, Any]:
    """Find the examples of all lessons.

    Parameters
    ----------
    pictures : sequence of Picture
        The bundled digits.
    """
    return {"sliding-window": sliding_window(Network.load("cnn"), pictures)}


def sliding_window(network: Network, pictures: Sequence[Picture]) -> dict[str, Any]:
    """Find a digit and a filter whose three slow stops can be checked by hand.

    The filter is an oriented edge (cosine at least 0.8) whose bias prints as something above
    zero, so that blank paper leaves a visible number. All three stops exist and add up; the
    strong one reaches 60% of the map's largest value, at least 4 cells away from it; the negative
    one is at least half as far below zero. Among what is left: the largest sum of twice the
    filter's cosine and of both stops' shares of the largest response (at most 1 each).
    """
    kernels, biases = network.weights["conv1/kernel"], network.weights["conv1/bias"]
    patterns = [looks_for(kernels[:, :, 0, n]) for n in range(kernels.shape[-1])]
    edges = [
        n
        for n, pattern in enumerate(patterns)
        if pattern.kind == "edge" and pattern.cosine >= 0.8 and biases[n] >= 0.005
    ]
    found: list[tuple[float, dict[str, Any]]] = []
    for number in _typical(pictures):
        trace = Trace(network, pictures[number].pixels)
        for n in edges:
            steps = trace.steps("conv1", n)
            stops = {stop.name: stop for stop in find_stops(steps)}
            if len(stops) < 3 or not all(stop.adds_up for stop in stops.values()):
                continue
            values = trace.before("conv1")[:, :, n]
            columns = values.shape[1]
            largest, best = float(values.max()), int(values.argmax())
            strong = steps[stops["strong"].position].value / largest
            negative = -steps[stops["negative"].position].value / largest
            apart = np.subtract(divmod(stops["strong"].position, columns), divmod(best, columns))
            if strong < 0.6 or negative < 0.5 or np.abs(apart).max() < 4:
                continue
            score = 2 * patterns[n].cosine + strong + min(negative, 1.0)
            found.append(
                (
                    score,
                    {
                        "sample": number,
                        "label": pictures[number].label,
                        "filter": n,
                        "pattern": patterns[n].kind,
                        "cosine": round(patterns[n].cosine, 4),
                        "angle": patterns[n].angle,
                        "bias": round(float(biases[n]), 6),
                        "stops": {
                            name: divmod(stop.position, columns) for name, stop in stops.items()
                        },
                        "best": divmod(best, columns),
                        "criterion": " ".join((sliding_window.__doc__ or "").split()),
                    },
                )
            )
    if not found:
        raise SystemExit("no bundled digit and filter meet the sliding window's criteria")
    return max(found, key=lambda pair: pair[0])[1]


def _typical(pictures: Sequence[Picture]) -> list[int]:
    """The first digit of each class."""
    return list(range(0, len(pictures), PER_CLASS))
