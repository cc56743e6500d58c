"""The digits that the page suggests to shift do what it says of them."""

from __future__ import annotations

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
def told() -> dict[str, list[dict[str, object]]]:
    return find_examples(Network.load("cnn"), Network.load("dense"))


def test_there_are_digits_of_both_sorts(told: dict[str, list[dict[str, object]]]) -> None:
    for sort in ("steady", "failing"):
        labels = [digits.sample(found["sample"]).label for found in told[sort]]  # type: ignore[arg-type]
        assert len(labels) == EACH
        assert len(set(labels)) == EACH


@pytest.mark.parametrize("sort", ["steady", "failing"])
def test_their_answers_change_as_told(told: dict[str, list[dict[str, object]]], sort: str) -> None:
    cnn, dense = Network.load("cnn"), Network.load("dense")
    for found in told[sort]:
        digit = digits.sample(found["sample"])  # type: ignore[arg-type]
        picture = moved(digit.pixels, *found["shift"])  # type: ignore[misc]
        assert picture.sum() == pytest.approx(digit.pixels.sum(), rel=1e-6)
        for network in (cnn, dense):
            assert int(network(digit.pixels[np.newaxis]).argmax()) == digit.label
        p = cnn(picture[np.newaxis])[0]
        if sort == "steady":
            assert p[digit.label] >= SURE
            assert int(dense(picture[np.newaxis]).argmax()) != digit.label
        else:
            assert int(p.argmax()) != digit.label
