"""The stored facts: complete, quotable, and in agreement with what can be known otherwise."""

from __future__ import annotations

import numpy as np
import pytest

from convexplain.data import digits, facts
from convexplain.errors import UsageError
from convexplain.network import Network
from convexplain.training.experiments import EXPERIMENTS
from tools import facts_page


def test_every_experiment_has_a_stored_result() -> None:
    assert facts.names() == tuple(EXPERIMENTS)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_stored_result_can_be_quoted(name: str) -> None:
    result = facts.load(name)
    assert result["recipe"]
    assert not result["quick"]
    assert result["versions"]["numpy"]
    keys = [tuple(row[key] for key in result["keys"]) for row in result["rows"]]
    assert len(set(keys)) == len(keys)
    assert len({tuple(row) for row in result["rows"]}) == 1  # the same columns, in the same order


@pytest.mark.parametrize("name", ["samples", "window", "pooling", "permuted", "depth", "kinds"])
def test_what_was_trained_tells_its_seeds_and_their_spread(name: str) -> None:
    for row in facts.rows(name):
        assert row["seeds"] == len(row["by_seed"])
        assert row["seeds"] >= 3
        assert row["accuracy"] == pytest.approx(np.mean(row["by_seed"]))
        assert row["lowest"] == min(row["by_seed"])
        assert row["highest"] == max(row["by_seed"])


def test_equal_trainings_of_two_experiments_came_to_equal_accuracies() -> None:
    assert facts.steps("kinds") == facts.steps("pooling")
    ordinary = facts.row("kinds", separable="none", batch_norm="no")
    assert ordinary["by_seed"] == facts.row("pooling", pooling="max pooling")["by_seed"]


def test_the_steps_of_a_training_are_read_from_its_recipe() -> None:
    assert {name: facts.steps(name) for name in ("samples", "window", "pooling")} == {
        "samples": 600,
        "window": 1000,
        "pooling": 500,
    }
    with pytest.raises(UsageError, match="nothing was trained for shift"):
        facts.steps("shift")


def test_unshifted_digits_are_read_as_well_as_the_networks_say() -> None:
    for name in ("cnn", "dense"):
        stored = facts.row("shift", network=name, pixels=0)["accuracy"]
        assert stored == pytest.approx(Network.load(name).provenance["test_accuracy"], abs=2e-4)


def test_the_advantage_of_the_convnet_rests_on_where_pixels_are() -> None:
    def accuracy(network: str, pixels: str) -> float:
        return float(facts.row("permuted", network=network, pixels=pixels)["accuracy"])

    assert accuracy("cnn", "in place") > accuracy("dense", "in place")
    assert accuracy("cnn", "shuffled") < accuracy("dense", "shuffled")
    assert accuracy("dense", "shuffled") == pytest.approx(accuracy("dense", "in place"), abs=0.01)


def test_the_snapshots_begin_untrained_and_end_with_the_shipped_network() -> None:
    seen = facts.learning()
    network = Network.load("cnn")
    assert seen.steps[0] == 0
    assert (np.diff(seen.steps) > 0).all()
    assert len(seen.steps) == len(seen.test_loss) == len(seen.test_accuracy) == 24
    assert seen.steps[-1] == network.provenance["steps"]
    assert (seen.filters[-1] == network.weights["conv1/kernel"]).all()
    first = Network.initialised(network.layers, seed=network.provenance["seed"])
    assert (seen.bias[-1] == network.weights["conv1/bias"]).all()
    assert (seen.filters[0] == first.weights["conv1/kernel"]).all()
    assert seen.test_accuracy[-1] == pytest.approx(network.provenance["test_accuracy"], abs=2e-4)
    assert seen.test_loss[0] > 2.2  # near log 10: an untrained network knows nothing


def test_the_last_snapshot_reads_the_bundled_digits_as_the_shipped_network_does() -> None:
    seen = facts.learning()
    batch = np.stack([picture.pixels for picture in digits.load()])
    np.testing.assert_allclose(seen.probabilities[-1], Network.load("cnn")(batch), atol=1e-5)
    np.testing.assert_allclose(seen.probabilities.sum(axis=2), 1, atol=1e-5)


def test_snapshots_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        facts.learning().filters[0] = 0


def test_rows_are_found_by_their_columns() -> None:
    found = facts.rows("shift", network="dense")
    assert [row["pixels"] for row in found] == list(range(9))


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: facts.load("nonsense"), "no result of 'nonsense' is stored"),
        (lambda: facts.rows("shift", colour="red"), "has no column 'colour'"),
        (lambda: facts.row("shift", network="cnn"), "name one value for each of its keys"),
        (lambda: facts.row("shift", network="cnn", pixels=77), "0 rows of shift"),
    ],
)
def test_a_question_that_has_no_answer_is_refused(call: object, text: str) -> None:
    with pytest.raises(UsageError, match=text):
        call()  # type: ignore[operator]


def test_the_page_of_facts_is_up_to_date() -> None:
    results = {name: facts.load(name) for name in facts.names()}
    assert facts_page.PAGE.read_text("utf-8") == facts_page.page(results)
