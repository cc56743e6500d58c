"""Digits worth shifting: where only the dense network changes its answer, and where both do."""

from __future__ import annotations

from dataclasses import dataclass
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


def find_examples(network: Network, baseline: Network) -> dict[str, Any]:
    """Search the bundled digits for those that teach most when they are shifted.

    Both networks, the explained one and the dense baseline, read the digit right in its place, and
    no ink leaves the frame. A digit is "steady" if the network's probability for it is at least
    `SURE` at every such shift along one axis, and the baseline reads it wrong at one: the shift at
    which it is wrong most surely is given. It is "failing" if the network reads it wrong at the
    smallest shift of all digits, most surely first.

    Of both there are at most `EACH`, no class twice: ``{"sample": int, "shift": [right, down]}``.
    "telling" has the shift of each bundled digit that `telling_shifts` finds, and "opening" the
    digit to begin with: of the first ones of all classes the one that tells most surely.
    """
    pictures = np.stack([picture.pixels for picture in digits.load()])
    labels = np.array([picture.label for picture in digits.load()])
    # Only these are shifted: of a network that nobody trained, few.
    usable = _usable(network, baseline, pictures, labels)
    kept = labels[usable]
    tried = _try(network, baseline, pictures[usable], kept)
    steady = np.ones(len(kept), dtype=bool)
    worst = np.zeros(len(kept))
    at: list[Shift] = [(0, 0)] * len(kept)
    failing: list[tuple[int, float, int, Shift]] = []
    for one in tried:
        wrong = one.inside & (one.ours != kept)
        steady &= ~one.inside | (one.sure >= SURE)
        sure = np.where(one.inside & (one.theirs != kept), 1 - one.their_share, 0)
        for n in np.flatnonzero(sure > worst):
            worst[n], at[n] = sure[n], one.shift
        for n in np.flatnonzero(wrong):
            distance = abs(one.shift[0]) + abs(one.shift[1])
            failing.append((distance, float(one.sure[n]), int(usable[n]), one.shift))
    order = np.argsort(-worst, kind="stable")
    held = [(int(usable[n]), at[n]) for n in order if steady[n] and worst[n] > 0]
    lost = [(sample, shift) for _, _, sample, shift in sorted(failing)]
    telling, scores = _telling(tried, usable, labels)
    firsts = np.unique(labels, return_index=True)[1]
    return {
        "steady": _first(held, labels),
        "failing": _first(lost, labels),
        "telling": telling,
        "opening": int(firsts[scores[firsts].argmax()]),
    }


def telling_shifts(
    network: Network, baseline: Network, pictures: NDArray[np.float32], labels: NDArray[np.int_]
) -> list[list[int] | None]:
    """Find for each picture the shift at which only the explained network keeps its answer.

    No ink leaves the frame, and what both networks make of it is surest at this shift. None where
    there is no such shift, or where one of the networks reads the picture wrong in its place.
    """
    usable = _usable(network, baseline, pictures, labels)
    tried = _try(network, baseline, pictures[usable], labels[usable])
    return _telling(tried, usable, labels)[0]


@dataclass(frozen=True)
class _Shifted:
    """What both networks make of the usable pictures at one shift."""

    shift: Shift
    inside: NDArray[np.bool_]  # no ink left the frame
    ours: NDArray[np.int_]
    theirs: NDArray[np.int_]
    sure: NDArray[np.float32]  # the network's share for the label
    their_share: NDArray[np.float32]


def _try(
    network: Network, baseline: Network, pictures: NDArray[np.float32], labels: NDArray[np.int_]
) -> list[_Shifted]:
    each = np.arange(len(labels))
    tried = []
    for shift in _shifts() if len(labels) else ():
        moved = _moved(pictures, shift)
        inside = np.isclose(moved.sum(axis=(1, 2, 3)), pictures.sum(axis=(1, 2, 3)))
        # Rounded, since float32 sums differ in their last bits between kinds of CPUs.
        ours, theirs = (net(moved).round(5) for net in (network, baseline))
        tried.append(
            _Shifted(
                shift,
                inside,
                ours.argmax(axis=1),
                theirs.argmax(axis=1),
                ours[each, labels],
                theirs[each, labels],
            )
        )
    return tried


def _usable(
    network: Network, baseline: Network, pictures: NDArray[np.float32], labels: NDArray[np.int_]
) -> NDArray[np.int_]:
    """The numbers of the pictures that both networks read right in their place."""
    ours, theirs = (net(pictures).argmax(axis=1) == labels for net in (network, baseline))
    return np.flatnonzero(ours & theirs)


def _telling(
    tried: list[_Shifted], usable: NDArray[np.int_], labels: NDArray[np.int_]
) -> tuple[list[list[int] | None], NDArray[np.float64]]:
    """The most telling shift of each picture, and how surely it tells: 0 where there is none."""
    best = np.zeros(len(labels))
    at: list[list[int] | None] = [None] * len(labels)
    for one in tried:
        told = one.inside & (one.ours == labels[usable]) & (one.theirs != labels[usable])
        scores = np.where(told, np.minimum(one.sure, 1 - one.their_share), 0)
        for n in np.flatnonzero(scores > best[usable]):
            best[usable[n]], at[usable[n]] = scores[n], list(one.shift)
    return at, best


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
