"""Pictures that walk out of their frame, and what networks read of them on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain import ops
from convexplain.network import Network

Floats = npt.NDArray[np.float32]

#: Rows and columns by which one pixel in a direction moves a picture.
STEP: dict[str, tuple[int, int]] = {
    "left": (0, -1),
    "right": (0, 1),
    "up": (-1, 0),
    "down": (1, 0),
}
OPPOSITE = {"left": "right", "right": "left", "up": "down", "down": "up"}
#: How many steps the picture walks; beyond this little of a digit is left in the frame.
FAR = 6
#: How sure both networks are of a digit that is to be an example.
SURE = 0.99


def moved(picture: Floats, direction: str, pixels: int, blank: npt.ArrayLike = 0.0) -> Floats:
    """Move a picture or a map, or several with a leading axis; what is `blank` comes in.

    `picture`, (..., height, width, channels). `direction`, "left", "right", "up" or "down".
    `pixels`: at least 0. `blank`, (channels,) or ().
    """
    down, right = (pixels * part for part in STEP[direction])
    height, width = picture.shape[-3:-1]
    out = np.empty_like(picture)
    out[:] = blank
    rows = slice(max(down, 0), height + min(down, 0)), slice(max(-down, 0), height - max(down, 0))
    cols = slice(max(right, 0), width + min(right, 0)), slice(max(-right, 0), width - max(right, 0))
    out[..., rows[0], cols[0], :] = picture[..., rows[1], cols[1], :]
    return out


class Walk(NamedTuple):
    """When a digit's answers change as it walks in one direction."""

    #: Which of the pictures.
    sample: int
    direction: str
    #: After how many steps each network gives another answer for good; FAR + 1: not so far.
    fails: tuple[int, ...]
    #: How many answers there are in all.
    different: int


def blank_of(network: Network) -> Floats:
    """Return what a network reads where a picture is blank, (channels,)."""
    nothing = np.zeros((1, 1, network.input_shape[2]), np.float32)
    blank: Floats = network.reading.scaled(nothing)[0, 0]
    return blank


def find_walks(
    pictures: Sequence[Floats],
    labels: Sequence[int],
    networks: Sequence[Network],
    step: int = 1,
    least: float | Sequence[float] = SURE,
    lead: int = 2,
) -> list[Walk]:
    """Find pictures that walk out of their answers, all networks sure at first, the best first.

    All ink stays in the frame until the last network fails; none comes back to the right answer.
    The later the first network fails after the others, the better; then the later it fails; then
    the fewer different answers there are. `labels`: their classes. `networks`: the first is the one
    that holds longer. `step`: pixels of a step. `least`: how sure all networks are at first, or
    each of them. `lead`: by how many steps the first network holds longer than the others, at
    least.
    """
    every, found = np.stack(pictures), []
    classes = np.asarray(labels)
    still = [_shares(network, every)[np.arange(len(every)), classes] for network in networks]
    sure = np.all(np.transpose(still) >= np.asarray(least), axis=1)
    blank = blank_of(networks[0])
    ink = _ink(every, blank)
    for direction in STEP:
        walk = [moved(every, direction, step * n, blank) for n in range(FAR + 1)]
        inside = np.stack([np.isclose(_ink(x, blank), ink) for x in walk])
        answers = np.stack([[network.chosen(network(x)) for x in walk] for network in networks])
        for n in np.flatnonzero(sure):
            right = answers[:, :, n] == classes[n]
            fails = tuple(int(r.argmin()) if not r.all() else FAR + 1 for r in right)
            last = max(fails)
            gone = all(not r[at:].any() for r, at in zip(right, fails, strict=True))
            if last > FAR or not gone or not inside[: last + 1, n].all():
                continue
            if len(networks) > 1 and fails[0] - max(fails[1:]) < lead:
                continue
            different = len(np.unique(answers[:, :, n]))
            found.append(Walk(int(n), direction, fails, different))
    return sorted(found, key=lambda w: (min(w.fails) - w.fails[0], -w.fails[0], w.different))


def _ink(pictures: Floats, blank: Floats) -> Floats:
    """Return how much is drawn on each picture."""
    return np.asarray((pictures - blank).reshape(len(pictures), -1).sum(axis=1))


def _shares(network: Network, pictures: Floats) -> npt.NDArray[np.float64]:
    """Return the probabilities of several pictures' classes, as `Trace.shares` gives one's."""
    outputs = network(pictures).astype(np.float64)
    if network.outputs == 1:
        yes = ops.sigmoid(outputs) if network.ending == "linear" else outputs
        return np.concatenate([1 - yes, yes], axis=1)
    return outputs if network.ending == "softmax" else ops.softmax(outputs)
