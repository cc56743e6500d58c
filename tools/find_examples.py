"""Search the bundled digits for what each lesson shows by default.

The docstring of each function below is the criterion, and goes into assets/examples.json.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from convexplain.data.digits import PER_CLASS
from convexplain.data.kernels import closest_pattern
from convexplain.data.pictures import Picture
from convexplain.lessons._story import best
from convexplain.lessons.parts.normalizing import Normalizing
from convexplain.lessons.parts.response_picture import Place
from convexplain.lessons.parts.search import (
    find_channel_stop,
    find_pool_stop,
    find_stops,
)
from convexplain.lessons.parts.subject import find
from convexplain.lessons.parts.walking import find_walks
from convexplain.lessons.residual import followed
from convexplain.lessons.response_map import ResponseMap
from convexplain.lessons.transposed import Transposed
from convexplain.network import Network, Trace
from convexplain.ops.breakdown import largest
from convexplain.style import format as fmt

Pictures = Sequence[Picture]
Roles = Mapping[str, Sequence[int]]
Example = dict[str, Any]


def find_examples(pictures: Pictures, roles: Roles) -> dict[str, Example]:
    """Find the examples of all lessons that need one, among digits that meet a need, best first."""
    cnn, dense = Network.load("cnn"), Network.load("dense")
    examples = {
        "sliding-window": (sliding_window, sliding_window(cnn, pictures)),
        "response-map": (response_map, response_map(cnn, pictures, roles)),
        "channels": (channels, channels(cnn, pictures)),
        "pooling": (pooling, pooling(cnn, pictures)),
        "forward-pass": (forward_pass, forward_pass(cnn, pictures, roles)),
        "translation": (translation, translation(cnn, dense, pictures)),
        "hierarchy": (hierarchy, hierarchy(cnn, pictures, roles)),
        "film": (film, film(pictures)),
        "backward": (backward, backward(cnn, pictures, roles)),
        "transposed": (transposed, transposed(cnn, pictures)),
        "residual": (residual, residual(Network.load("blocks"), pictures)),
        "batch-norm": (batch_norm, batch_norm(Network.load("blocks"), pictures)),
    }
    return {
        name: {**found, "criterion": " ".join((search.__doc__ or "").split())}
        for name, (search, found) in examples.items()
    }


def sliding_window(network: Network, pictures: Pictures) -> Example:
    """Find a digit and a filter whose three slow stops can be checked by hand.

    The filter is an oriented edge (cosine at least 0.8) whose bias prints as something above
    zero, so that blank paper leaves a visible number. All three stops exist and add up; the
    strong one reaches 60% of the map's largest value, at least 4 cells away from it; the negative
    one is at least half as far below zero. Among what is left: the largest sum of twice the
    filter's cosine and of both stops' shares of the largest response (at most 1 each).
    """
    kernels, biases = network.weights["conv1/kernel"], network.weights["conv1/bias"]
    found: list[tuple[float, Example]] = []
    for number in _typical(pictures):
        trace = Trace(network, pictures[number].pixels)
        for n in _edges(network):
            if biases[n] < 0.005:
                continue
            pattern = closest_pattern(kernels[:, :, 0, n])
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
            example = {
                "sample": number,
                "label": pictures[number].label,
                "filter": n,
                "pattern": pattern.kind,
                "cosine": round(pattern.cosine, 4),
                "angle": pattern.angle,
                "bias": round(float(biases[n]), 6),
                "stops": {name: divmod(stop.position, columns) for name, stop in stops.items()},
                "best": divmod(best, columns),
            }
            found.append((2 * pattern.cosine + strong + min(negative, 1.0), example))
    return _best(found, "sliding window")


def response_map(network: Network, pictures: Pictures, roles: Roles) -> Example:
    """Find a digit and a filter whose windows show what makes a response large.

    The digit is one of those whose tree tells its story, the filter an oriented edge (cosine at
    least 0.8) whose bias prints above zero. There is a window with more ink than that of the
    largest response, whose votes cancel; and one that matches at least as well, with at most half
    of its ink. What is printed for each adds up; match, ink and filter multiply to the sum as
    printed. Among these: the largest match.
    """
    found: list[tuple[float, Example]] = []
    for number in roles["hierarchy"]:
        for n in _edges(network):
            if network.biases("conv1")[n] < 0.005:
                continue
            lesson = ResponseMap(picture=pictures[number], filter=n)
            places = lesson.places
            exact = all(place.step.votes().adds_up(total=False) for place in places.values())
            if (
                len(places) < 3
                or not exact
                or places["faint"].match < places["largest"].match
                or not all(map(_is_law, places.values()))
            ):
                continue
            example = {
                "sample": number,
                "label": pictures[number].label,
                "filter": n,
                "places": {name: (p.step.row, p.step.col) for name, p in places.items()},
            }
            found.append((places["faint"].match, example))
    return _best(found, "response map")


def _is_law(place: Place) -> bool:
    """Return whether the printed match, ink and filter multiply to the printed sum."""
    printed = [float(fmt.rounded(x)) for x in (place.match, place.ink, place.length)]
    return fmt.rounded(math.prod(printed)) == fmt.rounded(place.step.total)


def channels(network: Network, pictures: Pictures) -> Example:
    """Find a cell of conv2 whose 32 channels can be followed.

    Its five largest channels, the rest, the bias and the value add up as printed, and so do the
    nine products of the first channel; the cell is one that pool2 reads. Among the typical
    digits and all filters: the largest share of the five in all that the channels contribute, by
    absolute value, of the cells that reach half of the layer's largest response.
    """
    found: list[tuple[float, Example]] = []
    for number in _typical(pictures):
        trace = Trace(network, pictures[number].pixels)
        least = float(trace.activations["conv2"].max()) / 2
        for n in range(network.shapes["conv2"][-1]):
            if trace.activations["conv2"][:, :, n].max() < least:
                continue
            steps = trace.steps("conv2", n)
            stop = find_channel_stop(steps)
            if stop is None or not stop.adds_up or steps[stop.position].value < least:
                continue
            step = steps[stop.position]
            if max(step.row, step.col) >= 10:  # of 11, the last has no partner to be pooled with
                continue
            top = list(largest(step.channel_sums, 5))
            share = float(np.abs(step.channel_sums[top]).sum() / np.abs(step.channel_sums).sum())
            example = {
                "sample": number,
                "label": pictures[number].label,
                "layer": "conv2",
                "filter": n,
                "at": (step.row, step.col),
                "channels": top,
            }
            found.append((share, example))
    return _best(found, "channels")


def pooling(network: Network, pictures: Pictures) -> Example:
    """Find a pooling window of pool1 that can be checked by hand.

    Four numbers that print differently, the winner not in the first cell, and a mean that agrees
    with the printed numbers. Among the typical digits and the oriented edges: the largest
    difference between the maximum and the mean.
    """
    found: list[tuple[float, Example]] = []
    for number in _typical(pictures):
        trace = Trace(network, pictures[number].pixels)
        for n in _edges(network):
            steps = trace.steps("pool1", n)
            stop = find_pool_stop(steps)
            if stop is None or not stop.adds_up:
                continue
            step = steps[stop.position]
            printed = {f"{value:.2f}" for value in step.patch.flat}
            if len(printed) < 4 or int(step.patch.argmax()) == 0:
                continue
            example = {
                "sample": number,
                "label": pictures[number].label,
                "filter": n,
                "at": (step.row, step.col),
            }
            found.append((step.value - float(step.patch.mean()), example))
    return _best(found, "pooling")


def forward_pass(network: Network, pictures: Pictures, roles: Roles) -> Example:
    """Find a digit that is read right after hesitating between two classes.

    Both together have at least 99%, the second at least 20%. Among these: the one whose amount of
    ink is nearest to the median of its class. Beside it a misread digit, of the same class where
    there is one.
    """
    ink = np.array([picture.pixels.sum() for picture in pictures])
    found: list[tuple[float, Example]] = []
    for number in roles["hesitant"]:
        picture = pictures[number]
        order = np.argsort(-network(picture.pixels))
        first, second = network(picture.pixels)[order[:2]]
        if first + second < 0.99 or second < 0.2:
            continue
        label = picture.label
        same = [n for n, other in enumerate(pictures) if other.label == label]
        wrong = sorted(roles["misread"], key=lambda n: pictures[n].label != label)[0]
        example = {
            "sample": number,
            "label": label,
            "second": int(order[1]),
            "misread": wrong,
            "misread_label": pictures[wrong].label,
            "misread_as": int(network(pictures[wrong].pixels).argmax()),
        }
        found.append((-float(abs(ink[number] / np.median(ink[same]) - 1)), example))
    return _best(found, "forward pass")


def translation(cnn: Network, dense: Network, pictures: Pictures) -> Example:
    """Find a digit and a direction in which the networks give up one after the other.

    Both read the digit right with at least 99%. Shifted pixel by pixel, up to 6, with all ink
    inside, both come to another answer and do not come back, the convnet at least two pixels
    later. Among these: the one whose networks are furthest apart, then the convnet that holds
    longest, then the fewest different answers.
    """
    labels = [picture.label or 0 for picture in pictures]
    best = find_walks([picture.pixels for picture in pictures], labels, [cnn, dense])[0]
    return {
        "sample": best.sample,
        "label": labels[best.sample],
        "direction": best.direction,
        "cnn_fails": best.fails[0],
        "dense_fails": best.fails[1],
    }


def hierarchy(network: Network, pictures: Pictures, roles: Roles) -> Example:
    """Find a digit whose tree tells its story.

    Read right, logit above 2, the three strongest cells of conv3 at three places, the six of
    conv2 at six, the twelve of conv1 at twelve. Among these: the largest logit.
    """
    number = roles["hierarchy"][0]
    logit = float(Trace(network, pictures[number].pixels).logits.max())
    return {"sample": number, "label": pictures[number].label, "logit": round(logit, 4)}


def film(pictures: Pictures) -> Example:
    """Find the digit that the film is about.

    Read right by both networks, surely; shifted pixel by pixel with all ink inside, it walks out
    of both answers, out of the convnet's at least two pixels later. Among these: the one that was
    read right and then wrong again most often during training, then the largest lead.
    """
    found = best(list(range(len(pictures))))
    assert found is not None
    sample, direction = found
    return {"sample": sample, "label": pictures[sample].label, "direction": direction}


def backward(network: Network, pictures: Pictures, roles: Roles) -> Example:
    """Find a misread digit and a filter whose gradient can be followed by hand.

    The filter is an oriented edge. The gradient of one of its weights has two or three terms that
    add up as printed, to more than 0. Among these: the most weights whose printed terms, the
    largest three and all others, add up; then the fewest places with an error.
    """
    found: list[tuple[tuple[int, int], Example]] = []
    for number in roles["misread"]:
        label = pictures[number].label
        assert label is not None
        back = Trace(network, pictures[number].pixels).backward(label)
        for filter in _edges(network):
            accounts = [step.breakdown() for step in back.steps("conv1", filter)]
            short = [
                each for each in accounts
                if each.adds_up() and not each.rest_count and len(each.parts) in (2, 3)
                and fmt.rounded(each.value)
            ]  # fmt: skip
            if short:
                places = int(np.count_nonzero(back.before("conv1")[:, :, filter]))
                example = {"sample": number, "label": label, "filter": filter}
                found.append(((sum(each.adds_up() for each in accounts), -places), example))
    return _best(found, "backward")


def transposed(network: Network, pictures: Pictures) -> Example:
    """Find a digit and a filter whose stamps can be added by hand, also those of blank paper.

    The filter is the one that answers most to blank paper, so that a checkerboard is seen there.
    Four neighbours in its pooled map differ as printed, and add up as printed, by twos and all
    four. Among these: the largest sum.
    """
    biases = network.weights["conv1/bias"]
    found: list[tuple[float, Example]] = []
    for number in _typical(pictures):
        lesson = Transposed(picture=pictures[number], filter=int(biases.argmax()))
        values = [value for _, value in lesson.meeting]
        if len({fmt.number(value) for value in values}) == len(values) and fmt.adds_up(
            values, sum(values)
        ):
            example = {"sample": number, "label": pictures[number].label, "filter": lesson.filter}
            found.append((sum(values), example))
    return _best(found, "transposed")


def batch_norm(network: Network, pictures: Pictures) -> Example:
    """Find a digit and a channel, one of whose numbers can be normalised by hand.

    Each printed step adds up; gamma prints as something else than 1, mean and beta as something
    else than 0; four wrong ways print other results, each its own. Among these: the largest result.
    """
    layer = find(network, "normalization")
    assert layer is not None
    found: list[tuple[float, Example]] = []
    for number in _typical(pictures):
        trace = Trace(network, pictures[number].pixels)
        sums = trace.activations[network.sources(layer.name)[0]]
        for n in range(sums.shape[2]):
            four = Normalizing.of(network, layer.name, n)
            cell = four.followed(sums[:, :, n])
            plain = [fmt.rounded(four.mean), fmt.rounded(four.beta), fmt.rounded(four.gamma) - 1]
            if cell is None or not all(plain):
                continue
            value, own = float(sums[(*cell, n)]), sums[:, :, n].astype(np.float64)
            there = replace(four, mean=float(own.mean()), spread=float(own.std()))
            ways = four.mistakes(value, there).values()
            if len({fmt.number(each) for each in (four.steps(value)[-1], *ways)}) == 5:
                example = {"sample": number, "label": pictures[number].label, "filter": n}
                found.append((four.steps(value)[-1], example))
    return _best(found, "batch-norm")


def residual(network: Network, pictures: Pictures) -> Example:
    """Find a digit and a channel in which a residual block's sum can be followed by hand.

    The network gives the right class less than half, so that there are errors to carry back. What
    came in and its change print as 0.2 or more, and add up as they are printed; most of what came
    in prints as 0, so that the digit is seen. Among these: where what came in and the change are
    seen best in the scale of their sum.
    """
    layer = find(network, "addition")
    assert layer is not None
    change_of, came_of = network.sources(layer.name)
    found: list[tuple[float, Example]] = []
    for number, picture in enumerate(pictures):
        trace = Trace(network, picture.pixels)
        if trace.shares[picture.label] >= 0.5:
            continue
        maps = (trace.activations[came_of], trace.activations[change_of], trace.before(layer.name))
        for n in range(maps[0].shape[2]):
            at = (*followed(*(each[:, :, n] for each in maps)), n)
            came, change, total = (float(each[at]) for each in maps)
            if fmt.rounded(float(np.median(maps[0][:, :, n]))):
                continue
            if fmt.adds_up((came, change), total) and min(abs(came), abs(change)) >= 0.2:
                example = {"sample": number, "label": picture.label, "filter": n}
                sizes = [float(np.abs(each[:, :, n]).max()) for each in maps]
                found.append((min(sizes[:2]) / max(sizes), example))
    return _best(found, "residual")


def _typical(pictures: Pictures) -> Iterable[int]:
    """The first digit of each class."""
    return range(0, len(pictures), PER_CLASS)


def _edges(network: Network) -> list[int]:
    """The filters of conv1 that are an oriented edge."""
    kernels = network.weights["conv1/kernel"]
    return [
        n for n in range(kernels.shape[-1]) if closest_pattern(kernels[:, :, 0, n]).kind == "edge"
    ]


def _best(found: Sequence[tuple[Any, Example]], lesson: str) -> Example:
    if not found:
        raise SystemExit(f"no bundled digit meets the criteria of the {lesson} lesson")
    return max(found, key=lambda pair: pair[0])[1]
