"""Experiments: what they vary, what they measure, and that a run is never done twice."""

from __future__ import annotations

import json
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convexplain import training
from convexplain.data import digits, facts
from convexplain.errors import ConvexplainError, UsageError
from convexplain.network import Network, stacked
from convexplain.training import TrainingConfig, experiments
from convexplain.training.experiments import (
    Result,
    Runs,
    Setting,
    _base,
    by_looking,
    by_training,
    compare,
)
from convexplain.training.gradients import Backpropagation


@pytest.fixture(scope="module")
def bundled() -> tuple[Any, Any]:
    """The bundled digits as bytes: data enough to see what an experiment does."""
    pixels = np.stack([picture.pixels[:, :, 0] for picture in digits.load()])
    labels = np.array([picture.label for picture in digits.load()], np.uint8)
    return np.rint(pixels * 255).astype(np.uint8), labels


@pytest.fixture
def setting(bundled: tuple[Any, Any]) -> Setting:
    return Setting(bundled, bundled, quick=True, seeds=(0, 1))


def test_pictures_are_shifted_and_zeros_come_in() -> None:
    images = np.arange(1, 10, dtype=np.uint8).reshape(1, 3, 3)
    down = by_looking.shifted(images, 1, 1, 0)[0]
    left = by_looking.shifted(images, 2, 0, -1)[0]
    assert down.tolist() == [[0, 0, 0], [1, 2, 3], [4, 5, 6]]
    assert left.tolist() == [[3, 0, 0], [6, 0, 0], [9, 0, 0]]
    assert (by_looking.shifted(images, 0, 1, 0) == images).all()


@pytest.fixture(scope="module")
def shift_rows(bundled: tuple[Any, Any]) -> list[dict[str, Any]]:
    few = bundled[0][::20], bundled[1][::20]
    return list(by_looking.shift(Setting(few, few)).rows)


def test_maps_move_with_the_digit_exactly_at_multiples_of_the_layers_step(
    shift_rows: list[dict[str, Any]],
) -> None:
    steps = {"conv1": 1, "pool1": 2, "conv2": 2, "pool2": 4, "conv3": 4}
    for row in shift_rows:
        if row["network"] == "cnn":
            for layer, step in steps.items():
                assert (row[f"{layer}_differs"] == 0) == (row["pixels"] % step == 0)


def test_accuracy_of_shifted_digits_agrees_with_a_naive_shift(
    shift_rows: list[dict[str, Any]], cnn: Network
) -> None:
    right = []
    for down, across in ((-3, 0), (3, 0), (0, -3), (0, 3)):
        for picture in digits.load()[::20]:
            moved = np.zeros((28, 28, 1), np.float32)
            for r in range(28):
                for c in range(28):
                    if 0 <= r - down < 28 and 0 <= c - across < 28:
                        moved[r, c] = picture.pixels[r - down, c - across]
            right.append(int(cnn(moved).argmax()) == picture.label)
    (row,) = [r for r in shift_rows if r["pixels"] == 3 and r["network"] == "cnn"]
    assert row["accuracy"] == pytest.approx(np.mean(right))


def test_the_unread_rows_and_columns_are_the_last_two(setting: Setting) -> None:
    # conv3 reads pool2's 5 rows, these conv2's rows 0 to 9, so pool1's 0 to 11, so conv1's 0 to
    # 23, so the picture's 0 to 25.
    rows = {row["where"]: row for row in experiments.run("blind", setting).rows}
    unread = {where for where, row in rows.items() if row["largest_change"] == 0}
    assert unread == {"row 26", "row 27", "column 26", "column 27", "all unread"}
    images = setting.test[0]
    outside = images[:, 26:].any(axis=(1, 2)) | images[:, :, 26:].any(axis=(1, 2))
    assert rows["all unread"]["inked"] == outside.mean()
    assert rows["all unread"]["digits"] == 200


def test_kernels_are_counted_by_what_they_look_like(setting: Setting, cnn: Network) -> None:
    rows = experiments.run("edges", setting).rows
    assert [(r["layer"], r["weights"], r["kernels"]) for r in rows] == [
        (layer, state, count)
        for layer, count in (("conv1", 20), ("conv2", 400), ("conv3", 400))
        for state in ("trained", "untrained")
    ]
    for row in rows:
        assert row["edge"] + row["line"] + row["spot"] + row["mixed"] == pytest.approx(1)
    # By hand: the share of conv1's kernels that come near a ramp in any of 24 directions.
    y, x = np.mgrid[1:-2:-1, -1:2]
    ramps = [np.cos(a) * x + np.sin(a) * y for a in np.radians(np.arange(0, 360, 15))]
    kernels = cnn.weights["conv1/kernel"][:, :, 0, :20].reshape(9, 20)
    flat = np.stack([ramp.ravel() / np.linalg.norm(ramp) for ramp in ramps])
    best = (flat @ (kernels / np.linalg.norm(kernels, axis=0))).max(axis=0)
    assert abs(rows[0]["edge"] - (best >= 0.8).mean()) <= 2 / 20
    assert rows[0]["edge"] > 3 * rows[1]["edge"]


def test_few_digits_are_drawn_by_the_seed_and_shared_by_all_runs(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[Any, Any, int]] = []

    def train(
        config: TrainingConfig, images: Any, labels: Any, *, seed: int, steps: int, on_step: Any
    ) -> Any:
        seen.append((images, labels, seed))
        return training.Training(Network.initialised(config.layers), (), interrupted=False)

    monkeypatch.setattr(_base, "train", train)
    result = experiments.run("samples", setting)
    assert len(result.rows) == 8  # 2 numbers of digits, 2 networks, 2 kinds of pixels
    assert {len(images) for images, _, _ in seen} == {100, 200}
    assert all(len(row["by_seed"]) == row["seeds"] == 2 for row in result.rows)
    plain, shuffled = seen[0][0], seen[8][0]
    assert seen[0][2] == seen[8][2] == 0
    assert (seen[0][1] == seen[8][1]).all()
    order = facts.shuffled_pixels(784)
    assert sorted(order) == list(range(784))
    assert (shuffled.reshape(-1, 784) == plain.reshape(-1, 784)[:, order]).all()
    assert (seen[1][0] != plain).any()  # another seed, other digits


def test_architectures_cost_what_the_chapter_says(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Setting, "accuracy", lambda *args, **kw: (0.5, 1.0))
    chapter, without = experiments.run("pooling", setting).rows
    assert (chapter["parameters"], chapter["multiplications"]) == (104_202, 3_100_032)
    assert [chapter[f"conv{n}_sees"] for n in (1, 2, 3)] == [3, 8, 18]
    assert without["parameters"] == 712_202
    assert [without[f"conv{n}_sees"] for n in (1, 2, 3)] == [3, 5, 7]
    # 26² · 9 · 32, 24² · 288 · 64, 22² · 576 · 128, 22² · 128 · 10
    assert without["multiplications"] == 194_688 + 10_616_832 + 35_684_352 + 619_520
    rows = {(r["window"], r["filters"]): r for r in experiments.run("window", setting).rows}
    assert rows[3, 32]["parameters"] == 104_202
    # a 7x7 window leaves 22 -> 11 -> 9 -> 4 -> 2: 7·7·32 + 32, 18,496, 73,856, 2·2·128·10 + 10
    assert rows[7, 32]["parameters"] == 1_600 + 18_496 + 73_856 + 5_130
    assert rows[3, 8]["parameters"] == 80 + (3 * 3 * 8 * 64 + 64) + 73_856 + 11_530


def test_arrows_add_sums_and_no_weight() -> None:
    plain, arrows = (stacked(2, shortcuts=arrow) for arrow in (False, True))
    added = [layer for layer in arrows if layer not in plain]
    assert [(layer.name, layer.inputs) for layer in added] == [
        ("add1", ("pool", "conv1b")),
        ("add2", ("relu1", "conv2b")),
    ]
    one, other = (Network.initialised(layers, 1).weights for layers in (plain, arrows))
    assert one.keys() == other.keys()
    assert all((one[name] == other[name]).all() for name in one)


def test_kinds_differ_from_the_chapter_s_network_by_their_layers_alone(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Setting, "accuracy", lambda *args, **kw: (0.5, 1.0))
    rows = {(r["separable"], r["batch_norm"]): r for r in experiments.run("kinds", setting).rows}
    plain = rows["none", "no"]
    assert (plain["parameters"], plain["multiplications"]) == (104_202, 3_100_032)
    # 9 · 32 · 64 weights become 9 · 32 + 32 · 64, at 11 · 11 places; in conv3 likewise.
    one, two = rows["conv2", "no"], rows["conv2, conv3", "no"]
    assert plain["parameters"] - one["parameters"] == 18_432 - 2_336
    assert plain["multiplications"] - one["multiplications"] == 121 * (18_432 - 2_336)
    assert one["parameters"] - two["parameters"] == 73_728 - 8_768
    # Gamma and beta, mean and variance of 32 + 64 + 128 channels.
    for names in ("none", "conv2", "conv2, conv3"):
        assert rows[names, "yes"]["parameters"] - rows[names, "no"]["parameters"] == 4 * 224
    layers = by_training.of_kinds(("conv2",), normalised=True)
    kinds = [f"{type(layer).__name__} {layer.activation}" for layer in layers[4:7]]
    assert kinds == ["SeparableConv2D linear", "BatchNormalization linear", "Activation relu"]


def test_a_gradient_is_as_long_as_the_loss_is_steep_along_it(bundled: tuple[Any, Any]) -> None:
    layers = stacked(2, shortcuts=True)
    batch = bundled[0][::8], bundled[1][::8]
    lengths = by_training.gradients(layers, 0, batch)
    assert len(lengths) == 5
    weights = {n: w.astype(np.float64) for n, w in Network.initialised(layers, 0).weights.items()}
    x = batch[0][..., np.newaxis].astype(np.float64) / 255
    _, _, found = Backpropagation(layers, weights)(x, batch[1])
    for name, length in zip(("conv0", "conv2b"), (lengths[0], lengths[4]), strict=True):
        kernel, way = f"{name}/kernel", found[f"{name}/kernel"]
        ends = []
        for side in (1, -1):
            moved = weights[kernel] + side * 1e-5 * way / length
            logits = Backpropagation(layers, {**weights, kernel: moved}).logits(x)
            shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
            ends.append(-np.log(shares[np.arange(len(x)), batch[1]]).mean())
        assert (ends[0] - ends[1]) / 2e-5 == pytest.approx(length, rel=1e-3)


def test_progress_follows_what_parts_cost(bundled: tuple[Any, Any]) -> None:
    told: list[tuple[float, str]] = []
    setting = Setting(bundled, bundled, on_progress=lambda *each: told.append(each))
    for name, part in setting.parts(["short", "long"], [1, 3]):
        for half, each in part.parts([1, 2]):
            each.report(0.5, f"{name} {half}")
    half = [each for each in told if each[1]]
    assert half == [
        (0.0625, "short 1"),
        (0.1875, "short 2"),
        (0.4375, "long 1"),
        (0.8125, "long 2"),
    ]
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1


@pytest.mark.parametrize("name", ["confusion", "shift", "edges", "blind", "training"])
def test_every_experiment_tells_how_far_it_is(bundled: tuple[Any, Any], name: str) -> None:
    few = bundled[0][::20], bundled[1][::20]
    told: list[float] = []
    setting = Setting(few, few, quick=True, on_progress=lambda done, _: told.append(done))
    if name == "training":
        setting.accuracy("dense", TrainingConfig(training.CONFIGS["dense"].layers), 0, 3)
    else:
        experiments.run(name, setting)
    assert len(told) > 3
    assert np.diff(told).min() > -1e-9  # but for the rounding of sums
    assert told[-1] == pytest.approx(1)


def test_a_run_is_done_once_and_kept_in_the_file(
    bundled: tuple[Any, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = tmp_path / "runs.jsonl"
    config = TrainingConfig(training.CONFIGS["dense"].layers)
    first = Setting(bundled, bundled, runs=Runs(keep)).accuracy("dense", config, 0, 3)
    assert len(keep.read_text().splitlines()) == 1
    monkeypatch.setattr(_base, "train", lambda *a, **k: pytest.fail("trained again"))
    again = Setting(bundled, bundled, runs=Runs(keep))
    assert again.accuracy("dense", config, 0, 3) == first
    with pytest.raises(pytest.fail.Exception):
        again.accuracy("dense", config, 1, 3)


@pytest.mark.parametrize("content", ["not json", '{"run": "x"}', "[1]"])
def test_a_file_that_does_not_hold_runs_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "runs.jsonl"
    path.write_text(content)
    with pytest.raises(ConvexplainError, match="does not hold runs"):
        Runs(path)


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    runs = Runs(tmp_path / "missing" / "runs.jsonl")
    with pytest.raises(ConvexplainError, match=r"runs\.jsonl cannot be written"):
        runs.get("x", lambda: 0.5)


def result_of(*rows: dict[str, Any]) -> Result:
    return Result("test", "as told", ("n",), rows, (0,), 1.0, False, {})


def test_results_are_compared_row_by_row() -> None:
    stored = result_of({"n": 1, "accuracy": 0.5}, {"n": 2, "accuracy": 0.6}).to_dict()
    now = result_of({"n": 2, "accuracy": 0.75, "note": "a"}, {"n": 3, "accuracy": 0.1})
    (row,) = compare(now, stored)
    assert (row["n"], row["column"], row["now"], row["stored"]) == (2, "accuracy", 0.75, 0.6)
    assert row["difference"] == pytest.approx(0.15)


def test_the_comparison_names_the_row_that_differs_most() -> None:
    rows = [{"n": 1, "accuracy": 0.5, "parameters": 7}, {"n": 2, "accuracy": 0.6, "parameters": 7}]
    stored = {**result_of(*rows).to_dict(), "versions": {"numpy": "2.4.0"}}
    now = result_of({**rows[0], "accuracy": 0.49}, {**rows[1], "accuracy": 0.75})
    assert experiments.comparison(now, stored).splitlines() == [
        "against the stored result (1 seed, 1 s, numpy 2.4.0), where they differ most:",
        "  accuracy: 0.7500 now, 0.6000 stored (n 2)",
        "  parameters: 7 now, 7 stored (n 1)",
    ]
    assert "none of these rows" in experiments.comparison(result_of({"n": 9}), stored)


def test_a_table_is_written_in_chinese_too() -> None:
    found = result_of({"n": 3, "pooling": "max pooling", "conv1_sees": 3}, {"n": 10} | {
        "pooling": "none", "conv1_sees": 5
    })  # fmt: skip
    assert found.table("zh").splitlines() == [
        " n      池化  conv1 感受野",
        "--------------------------",
        " 3  最大池化             3",
        "10        无             5",
    ]
    stored = {**found.to_dict(), "versions": {"numpy": "2.4.0"}}
    told = experiments.comparison(found, stored, "zh")
    assert "  conv1 感受野：这次 3，保存的 3（n 3）" in told.splitlines()


def test_a_table_is_aligned_and_leaves_out_the_lists() -> None:
    table = result_of(
        {"n": 100, "accuracy": 0.5, "by_seed": [0.4, 0.6], "parameters": 104202},
        {"n": 3, "accuracy": 0.98765, "by_seed": [1, 1], "parameters": 7},
    ).table()
    assert table.splitlines() == [
        "  n  accuracy  parameters",
        "-------------------------",
        "100    0.5000     104,202",
        "  3    0.9877           7",
    ]


def test_a_result_is_plain_json() -> None:
    result = result_of({"n": 1, "accuracy": 0.5})
    assert json.loads(json.dumps(result.to_dict()))["rows"] == [{"n": 1, "accuracy": 0.5}]


def test_an_unknown_experiment_names_those_there_are(setting: Setting) -> None:
    with pytest.raises(UsageError, match="choose confusion, shift, samples, window"):
        experiments.run("shifts", setting)


def test_the_confusion_of_a_network_counts_every_digit_once(setting: Setting) -> None:
    result = experiments.run("confusion", setting)
    assert [(row["network"], row["digit"]) for row in result.rows] == [
        (name, digit) for name in ("cnn", "dense") for digit in range(10)
    ]
    images, labels = setting.test
    network = Network.load("dense")
    read = network(images[..., None].astype(np.float32) / np.float32(255)).argmax(axis=1)
    for row in result.rows[10:]:
        mine = labels == row["digit"]
        assert row["count"] == sum(row["read_as"]) == mine.sum()
        assert row["read_as"] == [int((mine & (read == k)).sum()) for k in range(10)]
        assert row["right"] == row["read_as"][row["digit"]] == row["count"] - row["wrong"]
        assert row["misread"] == [n for n in range(len(labels)) if mine[n] and read[n] != labels[n]]


def test_trainings_at_the_same_time_give_what_one_after_the_other_gives(
    bundled: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    few = bundled[0][::20], bundled[1][::20]
    monkeypatch.setattr(by_training, "POOLING_STEPS", 40)  # of which the quick version does 4
    setting = Setting(few, few, quick=True, seeds=(0, 1))
    planned = experiments.plan("pooling", setting)
    assert [each.seed for each in planned] == [0, 1, 0, 1]
    two = planned[:2]
    seen: list[float] = []
    at_once = replace(setting, runs=Runs(), on_progress=lambda done, _: seen.append(done))
    experiments.train(two, at_once, workers=2)
    assert seen == [0.5, 1.0]
    experiments.train(two, setting, workers=1)
    for each in two:
        assert each.measure(at_once)[0] == each.measure(setting)[0]
    # What is done is not planned again, and an experiment that trains nothing plans nothing.
    assert [each.what for each in experiments.plan("pooling", setting)] == [
        planned[2].what, planned[3].what,
    ]  # fmt: skip
    assert experiments.plan("confusion", setting) == []


def test_a_training_that_fails_elsewhere_is_named(setting: Setting) -> None:
    planned = experiments.plan("window", setting)[:1]

    class Broken(Executor):
        def submit(self, *_: Any, **__: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_exception(RuntimeError("two\nlines"))
            return future

    with pytest.raises(ConvexplainError, match="the training '3x3, 32 filters', seed 0, failed"):
        experiments.train(planned, setting, executor=Broken())
