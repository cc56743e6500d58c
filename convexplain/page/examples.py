"""Digits worth shifting: where only the dense network changes its answer, and where both do."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convexplain.data import digits
from convexplain.network import Network

#: How far digits are shifted, in pixels; beyond it, ink soon leaves the frame.
FAR = 3
#: How many digits of each sort are told, no class twice.
EACH = 3
#: What a steady digit's probability never falls below.
SURE = 0.9

Shift = tuple[int, int]


def find_examples(network: Network, baseline: Network) -> dict[str, list[dict[str, Any]]]:
    """Search the bundled digits for those that teach most when they are shifted.

    Both networks, the explained one and the dense baseline, read the digit right in its place, and
    no ink leaves the frame. A digit is "steady" if the network's probability for it is at least
    `SURE` at every such shift along one axis, and the baseline reads it wrong at one: the shift at
    which it is wrong most surely is given. It is "failing" if the network reads it wrong at the
    smallest shift of all digits, most surely first.

    Of both there are at most `EACH`, no class twice: ``{"sample": int, "shift": [right, down]}``.
    """
    pictures = np.stack([picture.pixels for picture in digits.load()])
    labels = np.array([picture.label for picture in digits.load()])
    each = np.arange(len(labels))
    right = [net(pictures).argmax(axis=1) == labels for net in (network, baseline)]
    usable = right[0] & right[1]
    steady = usable.copy()
    worst = np.zeros(len(labels))
    at: list[Shift] = [(0, 0)] * len(labels)
    failing: list[tuple[int, float, int, Shift]] = []
    for shift in _shifts():
        moved = _moved(pictures, shift)
        inside = np.isclose(moved.sum(axis=(1, 2, 3)), pictures.sum(axis=(1, 2, 3)))
        # Rounded, since float32 sums differ in their last bits between kinds of CPUs.
        ours, theirs = (net(moved).round(5) for net in (network, baseline))
        wrong = inside & (ours.argmax(axis=1) != labels)
        steady &= ~inside | (ours[each, labels] >= SURE)
        sure = np.where(inside & (theirs.argmax(axis=1) != labels), 1 - theirs[each, labels], 0)
        for sample in np.flatnonzero(sure > worst):
            worst[sample], at[sample] = sure[sample], shift
        for sample in np.flatnonzero(wrong & usable):
            distance = abs(shift[0]) + abs(shift[1])
            failing.append((distance, float(ours[sample, labels[sample]]), int(sample), shift))
    order = [int(sample) for sample in np.argsort(-worst, kind="stable")]
    held = [(sample, at[sample]) for sample in order if steady[sample] and worst[sample] > 0]
    lost = [(sample, shift) for _, _, sample, shift in sorted(failing)]
    return {"steady": _first(held, labels), "failing": _first(lost, labels)}


def _shifts() -> list[Shift]:
    """Along one axis, the nearest first."""
    return [shift for n in range(1, FAR + 1) for shift in ((-n, 0), (n, 0), (0, -n), (0, n))]


def _moved(pictures: NDArray[np.float32], shift: Shift) -> NDArray[np.float32]:
    """Pictures moved to the right and downwards; paper comes in."""
    right, down = shift
    out = np.zeros_like(pictures)
    height, width = pictures.shape[1:3]
    out[:, max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)] = pictures[
        :, max(-down, 0) : height - max(down, 0), max(-right, 0) : width - max(right, 0)
    ]
    return out


def _first(found: list[tuple[int, Shift]], labels: NDArray[np.int_]) -> list[dict[str, Any]]:
    """The first of each class, as JSON data."""
    told: dict[int, dict[str, Any]] = {}
    for sample, shift in found:
        told.setdefault(int(labels[sample]), {"sample": sample, "shift": list(shift)})
    return list(told.values())[:EACH]
