"""Choose the bundled digits from the 5,000 that the networks never saw.

    python tools/choose_digits.py WHEEL [--mnist DIR] [--sheet PNG]

Writes assets/digits.npz and assets/examples.json; run it again after every training. Of each
class 20 digits are taken:

- first the most typical one that both networks read right and that suits the hierarchy lesson;
- those that lessons need: misread ones, hesitant ones, ink at the border, a tree whose parts lie
  apart;
- then well-formed ones that differ most from all taken so far.

Well-formed: one connected stroke, as much ink as most digits of its class, read right by both
networks with a probability of at least 99%, and not among the tenth that is least like others of
its class.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import held_out
import numpy as np
from find_examples import find_examples
from numpy.typing import NDArray
from scipy import ndimage

from convexplain.data import digits
from convexplain.data.mnist import load_mnist
from convexplain.network import Network, Node, Trace, hierarchy
from convexplain.training import as_batch

Array = NDArray[Any]
ASSETS = Path(__file__).parents[1] / "convexplain" / "assets"
#: How many digits of each class at most are taken for a lesson's need.
NEEDS = {"hierarchy": 2, "misread": 1, "hesitant": 1, "border": 2}
#: The rows and columns that count as border.
BORDER = (0, 1, 26, 27)


@dataclass(frozen=True, eq=False)
class Candidates:
    """The 5,000 digits, with all that the criteria ask."""

    images: Array
    labels: Array
    cnn: Network
    dense: Network

    @cached_property
    def probabilities(self) -> Array:
        """What the convnet answers, (N, 10)."""
        return np.concatenate([self.cnn(part) for part in self._parts()])

    @cached_property
    def dense_probabilities(self) -> Array:
        """What the dense network answers, (N, 10)."""
        return np.concatenate([self.dense(part) for part in self._parts()])

    def _parts(self) -> list[Array]:
        batch = as_batch(self.images)
        return [batch[start : start + 100] for start in range(0, len(batch), 100)]

    @cached_property
    def right(self) -> Array:
        """Whether the convnet reads it right."""
        return self.probabilities.argmax(axis=1) == self.labels

    @cached_property
    def likeness(self) -> Array:
        """Slightly blurred pictures as unit vectors, whose products compare shapes, (N, 784)."""
        blurred = ndimage.gaussian_filter(self.images.astype(np.float64), (0, 1.2, 1.2))
        flat = blurred.reshape(len(blurred), -1)
        return flat / np.linalg.norm(flat, axis=1, keepdims=True)

    @cached_property
    def neighbours(self) -> Array:
        """Mean cosine with the 10 most similar other digits of its class, (N,)."""
        result = np.zeros(len(self.labels))
        for label in range(10):
            members = np.flatnonzero(self.labels == label)
            cosines = np.sort(self.likeness[members] @ self.likeness[members].T, axis=1)
            result[members] = cosines[:, -11:-1].mean(axis=1)
        return result

    @cached_property
    def legible(self) -> Array:
        """Whether most of the 15 most similar digits are of its class: a person could read it."""
        cosines = self.likeness @ self.likeness.T
        np.fill_diagonal(cosines, -1)
        nearest = np.argpartition(-cosines, 15, axis=1)[:, :15]
        return (self.labels[nearest] == self.labels[:, None]).mean(axis=1) > 0.5

    @cached_property
    def one_stroke(self) -> Array:
        """Whether the ink is connected, with at most 3 stray pixels."""
        touching = np.ones((3, 3))
        result = np.zeros(len(self.images), bool)
        for n, image in enumerate(self.images):
            parts, _ = ndimage.label(image > 60, touching)
            sizes = np.bincount(parts.ravel())[1:]
            result[n] = sizes.sum() - sizes.max() <= 3
        return result

    @cached_property
    def usual_ink(self) -> Array:
        """Whether the amount of ink lies in the middle four fifths of its class."""
        ink = self.images.reshape(len(self.images), -1).sum(axis=1, dtype=np.int64)
        result = np.zeros(len(ink), bool)
        for label in range(10):
            members = self.labels == label
            low, high = np.quantile(ink[members], (0.1, 0.9))
            result[members] = (low <= ink[members]) & (ink[members] <= high)
        return result

    @cached_property
    def well_formed(self) -> Array:
        """Whether it is a digit that nobody would stumble over."""
        rows = np.arange(len(self.labels))
        sure = np.minimum(self.probabilities, self.dense_probabilities)[rows, self.labels] >= 0.99
        usual = np.zeros(len(rows), bool)
        for label in range(10):
            members = self.labels == label
            usual[members] = self.neighbours[members] > np.quantile(self.neighbours[members], 0.1)
        return self.one_stroke & self.usual_ink & sure & usual

    @cached_property
    def border_ink(self) -> Array:
        """How much ink there is in rows and columns `BORDER`, 1 for a full pixel."""
        on = np.zeros((28, 28), bool)
        on[list(BORDER)] = True
        on[:, list(BORDER)] = True
        return self.images[:, on].sum(axis=1, dtype=np.int64) / 255

    @cached_property
    def gap(self) -> Array:
        """Probability of the first answer less that of the second."""
        best = np.sort(self.probabilities, axis=1)
        return best[:, -1] - best[:, -2]

    def suits_hierarchy(self, n: int) -> float:
        """The logit, if the tree of the digit tells its story; else 0.

        That is: read right, a logit above 2, the three strongest cells of conv3 at three places,
        the six of conv2 at six, the twelve of conv1 at twelve.
        """
        if not self.right[n]:
            return 0.0
        trace = Trace(self.cnn, as_batch(self.images[n : n + 1])[0])
        if trace.logits.max() <= 2:
            return 0.0
        level: list[Node] = [hierarchy(trace, parts=3, below=2)]
        for wanted in (3, 6, 12):
            level = [part for node in level for part in node.parts]
            if len({(node.row, node.col) for node in level}) < wanted:
                return 0.0
        return float(trace.logits.max())


def choose(c: Candidates) -> tuple[list[int], dict[str, list[int]]]:
    """Take the digits; return their indices in order, and which of them met which need."""
    trees = np.array([c.suits_hierarchy(n) for n in range(len(c.labels))])
    chosen: list[int] = []
    roles: dict[str, list[int]] = {need: [] for need in NEEDS}
    for label in range(10):
        of_class = c.labels == label
        scores = {
            "hierarchy": np.where(c.well_formed & (trees > 0), trees, 0),
            "misread": np.where(~c.right & c.legible & c.one_stroke, 1 + c.neighbours, 0),
            "hesitant": np.where(c.right & c.legible & c.one_stroke, 0.8 - c.gap, 0),
            "border": np.where(c.right & c.one_stroke & c.legible, c.border_ink - 1, 0),
        }
        good = np.flatnonzero(of_class & c.well_formed)
        taken = [int(good[np.argmax(c.neighbours[good])])]
        for need, most in NEEDS.items():
            score = np.where(of_class, scores[need], 0)
            score[taken] = 0
            best = [int(n) for n in np.argsort(-score, kind="stable")[:most] if score[n] > 0]
            taken += best
            roles[need] += best
        while len(taken) < digits.PER_CLASS:
            # Farthest from all taken: the least of the greatest likenesses.
            closest = (c.likeness[good] @ c.likeness[taken].T).max(axis=1)
            taken.append(int(good[np.argmin(closest)]))
        chosen += taken
    order = {
        "hierarchy": lambda n: -trees[n],
        "misread": lambda n: c.gap[n],
        "hesitant": lambda n: c.gap[n],
        "border": lambda n: -c.border_ink[n],
    }
    return chosen, {need: sorted(found, key=order[need]) for need, found in roles.items()}


def contact_sheet(images: Array, path: Path) -> None:
    """Draw all digits, one class a row, to look at."""
    from PIL import Image

    rows = images.reshape(10, -1, 28, 28)
    framed = np.pad(rows, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=90)
    sheet = framed.transpose(0, 2, 1, 3).reshape(10 * 30, -1)
    Image.fromarray(sheet).resize((sheet.shape[1] * 2, sheet.shape[0] * 2), 0).save(path)


def main() -> None:
    """Choose, write both files, and print how many met each need."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--mnist", type=Path)
    parser.add_argument("--sheet", type=Path)
    options = parser.parse_args()

    images, labels = held_out.read(options.wheel)
    indices = held_out.find(images, labels, load_mnist("train", options.mnist))
    candidates = Candidates(images, labels, Network.load("cnn"), Network.load("dense"))
    chosen, roles = choose(candidates)
    np.savez_compressed(
        ASSETS / "digits.npz",
        images=images[chosen],
        labels=labels[chosen],
        indices=indices[chosen].astype(np.uint16),
    )
    place = {n: at for at, n in enumerate(chosen)}
    told = {need: [place[n] for n in found] for need, found in roles.items()}
    # The search below reads the digits that were just written.
    data = {**find_examples(digits.load(), told), "roles": told}
    path = ASSETS / "examples.json"
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", "utf-8")
    for need, found in told.items():
        print(f"{need}: {found}")
    for lesson, example in data.items():
        print(lesson, {k: v for k, v in example.items() if k != "criterion"})
    if options.sheet:
        contact_sheet(images[chosen], options.sheet)


if __name__ == "__main__":
    main()
