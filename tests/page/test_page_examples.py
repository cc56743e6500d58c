"""The digits that the page suggests to shift do what it says of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from convexplain.data import digits
from convexplain.network import Network
from convexplain.page.examples import EACH, SURE, find_examples


def moved(picture: np.ndarray, right: int, down: int) -> np.ndarray:
    """A picture moved pixel by pixel."""
    out = np.zeros_like(picture)
    for row in range(28):
        for col in range(28):
            if 0 <= row - down < 28 and 0 <= col - right < 28:
                out[row, col] = picture[row - down, col - right]
    return out


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    return find_examples(Network.load("cnn"), Network.load("dense"))


def test_there_are_digits_of_both_sorts(told: dict[str, Any]) -> None:
    for sort in ("steady", "failing"):
        labels = [digits.sample(found["sample"]).label for found in told[sort]]
        assert len(labels) == EACH
        assert len(set(labels)) == EACH


@pytest.mark.parametrize("sort", ["steady", "failing"])
def test_their_answers_change_as_told(told: dict[str, Any], sort: str) -> None:
    cnn, dense = Network.load("cnn"), Network.load("dense")
    for found in told[sort]:
        digit = digits.sample(found["sample"])
        picture = moved(digit.pixels, *found["shift"])
        assert picture.sum() == pytest.approx(digit.pixels.sum(), rel=1e-6)
        for network in (cnn, dense):
            assert int(network(digit.pixels[np.newaxis]).argmax()) == digit.label
        p = cnn(picture[np.newaxis])[0]
        if sort == "steady":
            assert p[digit.label] >= SURE
            assert int(dense(picture[np.newaxis]).argmax()) != digit.label
        else:
            assert int(p.argmax()) != digit.label


def test_the_page_opens_on_the_digit_whose_shift_tells_most(told: dict[str, Any]) -> None:
    cnn, dense = Network.load("cnn"), Network.load("dense")
    scores = {}
    for label in range(10):
        sample = 20 * label
        picture = digits.sample(sample).pixels
        for right, down in (m for n in (1, 2, 3) for m in ((-n, 0), (n, 0), (0, -n), (0, n))):
            shifted = moved(picture, right, down)
            p, q = cnn(shifted[np.newaxis])[0], dense(shifted[np.newaxis])[0]
            whole = shifted.sum() == pytest.approx(picture.sum(), rel=1e-6)
            if whole and p.argmax() == label != q.argmax():
                scores[sample, right, down] = min(float(p[label]), 1 - float(q[label]))
    sample, right, down = max(scores, key=lambda key: scores[key])
    assert told["opening"] == sample
    assert told["telling"][sample] == [right, down]
    assert all(
        (told["telling"][20 * n] is None) == (20 * n not in {k[0] for k in scores})
        for n in range(10)
    )


def test_of_a_network_that_says_five_to_all_only_fives_are_told() -> None:
    cnn, dense = Network.load("cnn"), Network.load("dense")
    weights = {name: np.zeros_like(values) for name, values in cnn.weights.items()}
    weights["dense/bias"][5] = 9
    told = find_examples(Network(cnn.layers, weights), dense)
    assert told["failing"] == []
    (steady,) = told["steady"]
    shifts = {sample: shift for sample, shift in enumerate(told["telling"]) if shift}
    assert len(shifts) > 5
    for sample, shift in (*shifts.items(), (steady["sample"], steady["shift"])):
        digit = digits.sample(sample)
        assert digit.label == int(dense(digit.pixels[np.newaxis]).argmax()) == 5
        assert int(dense(moved(digit.pixels, *shift)[np.newaxis]).argmax()) != 5
