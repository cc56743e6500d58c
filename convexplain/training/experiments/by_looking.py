"""Experiments on the networks as they ship: mistakes, shifts, kinds of filters, unread pixels."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from convexplain.data.kernels import closest_pattern
from convexplain.messages import Message
from convexplain.network import Network, Trace
from convexplain.training.evaluation import as_batch, evaluate
from convexplain.training.experiments._base import Array, Setting, stopwatch
from convexplain.training.experiments._result import Result, Row, versions

#: Largest shift, in pixels.
FARTHEST = 8
#: Digits that the maps of all layers are compared on, and that single rows of noise are tried on.
COMPARED = 20
#: Which way a shift goes: rows down, columns to the right.
DIRECTIONS = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}
KINDS = ("edge", "line", "spot", "mixed")
#: The cosine with an ideal pattern from which a kernel bears its name.
LEAST_COSINE = 0.8


def confusion(setting: Setting) -> Result:
    """Count which digits the shipped networks take for which."""
    rows: list[Row] = []
    with stopwatch() as seconds:
        networks = {name: Network.load(name) for name in ("cnn", "dense")}
        costs = [network.multiplications for network in networks.values()]
        for (name, network), part in setting.parts(networks.items(), costs):
            found = evaluate(network, *setting.test, on_progress=part.report)
            labels = setting.test[1]
            wrong = found.predictions != labels
            for digit, read in enumerate(found.confusion):
                count, right = int(read.sum()), int(read[digit])
                key = {"network": name, "digit": digit, "count": count}
                places = np.flatnonzero(wrong & (labels == digit)).tolist()
                rows.append(
                    {
                        **key, "right": right, "wrong": count - right, "read_as": read.tolist(),
                        "misread": places,
                    }
                )  # fmt: skip
        return _result(
            "confusion",
            Message(
                "shipped networks; for each class, how many of its test digits are read right and "
                "wrong; stored, not shown here: read_as, how many are read as each class, and "
                "misread, which of the test digits are read wrong, counted from 0"
            ),
            ("network", "digit"),
            rows,
            setting,
            seconds,
        )


def shift(setting: Setting) -> Result:
    """Move test digits by 0 to 8 pixels in four directions, and compare the maps of each layer.

    Accuracies are those of the shipped networks; what is moved out of the picture is lost, and
    zeros come in. Maps are compared where both exist, in the convnet: the map of a digit shifted
    by s against the map of the digit, shifted by s divided by the layer's step. Where that is not
    a whole number, both neighbours are tried, and the smaller difference counts.
    """
    networks = {"cnn": Network.load("cnn"), "dense": Network.load("dense")}
    costs = [network.multiplications for network in networks.values()]
    rows: list[Row] = []
    with stopwatch() as seconds:
        images, labels = setting.test
        every = range(0, FARTHEST + 1, 4 if setting.quick else 1)
        for pixels, part in setting.parts(every, [len(DIRECTIONS) if s else 1 for s in every]):
            maps = _largest_differences(networks["cnn"], images[:COMPARED], pixels)
            for (name, network), each in part.parts(networks.items(), costs):
                found = [
                    evaluate(
                        network, shifted(images, pixels, *way), labels, on_progress=one.report
                    ).accuracy
                    for way, one in each.parts(DIRECTIONS.values() if pixels else [(0, 0)])
                ]
                rows.append(
                    {
                        "pixels": pixels,
                        "network": name,
                        "accuracy": float(np.mean(found)),
                        "lowest": min(found),
                        "highest": max(found),
                        "by_direction": found,
                        **{f"{layer}_differs": d for layer, d in maps.items() if name == "cnn"},
                        **{f"{layer}_differs": "" for layer in maps if name == "dense"},
                    }
                )
        return _result(
            "shift",
            Message(
                "shipped networks; digits shifted by whole pixels in 4 directions, zeros coming "
                "in: mean, lowest and highest accuracy of the directions; LAYER_differs: the "
                "largest difference between map(shifted) and shifted(map) on {compared} test "
                "digits, down and to the right, every sum in float64 and rounded to float32",
                compared=COMPARED,
            ),
            ("pixels", "network"),
            rows,
            setting,
            seconds,
        )


def shifted(images: Array, pixels: int, down: int, right: int) -> Array:
    """Move pictures (N, H, W) by some pixels one way; zeros come in on the other side."""
    moved = np.zeros_like(images)
    moved[:, *_overlap(pixels * down, pixels * right)] = images[
        :, *_overlap(-pixels * down, -pixels * right)
    ]
    return moved


def _overlap(down: int, right: int) -> tuple[slice, slice]:
    """Where, in a picture moved so far, the part lies that is still there."""
    rows = slice(down, None) if down >= 0 else slice(None, down)
    columns = slice(right, None) if right >= 0 else slice(None, right)
    return rows, columns


def _largest_differences(network: Network, images: Array, pixels: int) -> dict[str, float]:
    """For each layer with a map: how far the shifted map is from the map of the shifted."""
    differences: dict[str, float] = {}
    for image in images:
        still = Trace(network, as_batch(image[np.newaxis])[0])
        for way in ((1, 0), (0, 1)):
            moving = shifted(image[np.newaxis], pixels, *way)
            moved = Trace(network, as_batch(moving)[0])
            for layer in network.layers:
                if layer.window is None:
                    continue
                step = network.receptive_field(layer.name).stride[0]
                tried = [
                    _difference(still, moved, layer.name, cells, way, -(-pixels // step))
                    for cells in {pixels // step, -(-pixels // step)}
                ]
                differences[layer.name] = max(differences.get(layer.name, 0.0), min(tried))
    return differences


def _difference(
    still: Trace, moved: Trace, layer: str, cells: int, way: tuple[int, int], margin: int
) -> float:
    """Compare maps, the first one shifted by some cells, without the margin that saw zeros."""
    before, after = still.activations[layer], moved.activations[layer]
    if way == (0, 1):
        before, after = before.swapaxes(0, 1), after.swapaxes(0, 1)
    kept = after[margin:]
    return float(np.abs(kept - before[margin - cells : len(before) - cells]).max())


def edges(setting: Setting) -> Result:
    """Count what the kernels of each layer look like: edge, line, spot, or something else.

    A kernel is what one filter does with one channel, a window of 3x3 weights; it bears the name
    of the ideal pattern that it has the largest cosine with, if that is at least 0.8. The same
    count for untrained kernels tells how often chance makes such a pattern. The quick version
    counts the first `COMPARED` filters and channels.
    """
    trained = Network.load("cnn")
    networks = {"trained": trained, "untrained": Network.initialised(trained.layers, seed=0)}
    rows: list[Row] = []
    with stopwatch() as seconds:
        layers = [layer for layer in trained.layers if layer.family == "convolution"]
        sizes = [trained.weights[f"{layer.name}/kernel"].size for layer in layers]
        for layer, part in setting.parts(layers, sizes):
            for (state, network), each in part.parts(networks.items()):
                kernels = network.weights[f"{layer.name}/kernel"]
                if setting.quick:
                    kernels = kernels[:, :, :COMPARED, :COMPARED]
                flat = kernels.reshape(*kernels.shape[:2], -1)
                found: list[str] = [
                    closest_pattern(flat[:, :, n], least=LEAST_COSINE).kind
                    for n, _ in each.parts(range(flat.shape[2]))
                ]
                shares = {kind: found.count(kind) / len(found) for kind in KINDS}
                key = {"layer": layer.name, "weights": state, "kernels": len(found)}
                rows.append({**key, **shares})
        return _result(
            "edges",
            Message(
                "shares of all kernels (one filter's weights on one channel) whose cosine with an "
                "ideal pattern is at least {least}, by the nearest pattern: a straight edge or "
                "line turned in steps of 15 degrees, or a spot; the rest is mixed",
                least=LEAST_COSINE,
            ),
            ("layer", "weights"),
            rows,
            setting,
            seconds,
        )


def blind(setting: Setting) -> Result:
    """Put noise into single rows and columns, and see what the convnet notices.

    The last row and column of conv2 have no partner to be pooled with, and with them goes all
    that only they saw. On all test digits at once noise replaces the unread rows and columns.
    """
    network = Network.load("cnn")
    rows: list[Row] = []
    with stopwatch() as seconds:
        images, _ = setting.test
        few = images[:COMPARED]
        bands = [(axis, at) for axis in ("row", "column") for at in range(28)]
        costs = [len(bands) * len(few), len(images)]
        for places, part in setting.parts(("single", "unread"), costs):
            if places == "single":
                rows += [
                    _blinded(network, f"{axis} {at}", few, [(axis, at)], each)
                    for (axis, at), each in part.parts(bands)
                ]
                continue
            unread = [
                band for band, row in zip(bands, rows, strict=True) if row["largest_change"] == 0
            ]
            rows.append(_blinded(network, "all unread", images, unread, part))
        return _result(
            "blind",
            Message(
                "uniform noise (seed 0) instead of one row or column of {compared} test digits, "
                "and instead of all rows and columns that this leaves without effect on all test "
                "digits; largest_change: of any probability; inked: the share of digits with ink "
                "there",
                compared=COMPARED,
            ),
            ("where",),
            rows,
            setting,
            seconds,
        )


def _bands(places: list[tuple[str, int]]) -> Iterator[tuple[slice | int, ...]]:
    for axis, at in places:
        yield (slice(None), at) if axis == "row" else (slice(None), slice(None), at)


def _inked(images: Array, places: list[tuple[str, int]]) -> float:
    inked = np.zeros(len(images), bool)
    for band in _bands(places):
        inked |= images[band].any(axis=1)
    return float(inked.mean())


def _blinded(
    network: Network, where: str, images: Array, places: list[tuple[str, int]], setting: Setting
) -> Row:
    changed, flips = _noise(network, images, places, setting)
    return {
        "where": where,
        "digits": len(images),
        "inked": _inked(images, places),
        "largest_change": changed,
        "answers_changed": flips,
    }


def _noise(
    network: Network, images: Array, places: list[tuple[str, int]], setting: Setting
) -> tuple[float, int]:
    """Replace bands by noise: the largest change of a probability, and the answers changed."""
    noise = np.random.default_rng(0).integers(0, 256, images.shape).astype(np.uint8)
    noisy = images.copy()
    for band in _bands(places):
        noisy[band] = noise[band]
    changed, flips = 0.0, 0
    for start in range(0, len(images), 100):
        part = slice(start, start + 100)
        before = network(as_batch(images[part]))
        after = network(as_batch(noisy[part]))
        changed = max(changed, float(np.abs(after - before).max()))
        flips += int((after.argmax(axis=1) != before.argmax(axis=1)).sum())
        setting.report(min(1.0, (start + 100) / len(images)))
    return changed, flips


def _result(
    name: str,
    recipe: str,
    keys: tuple[str, ...],
    rows: list[Row],
    setting: Setting,
    seconds: Callable[[], float],
) -> Result:
    return Result(name, recipe, keys, tuple(rows), (), seconds(), setting.quick, versions())
