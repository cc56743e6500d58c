"""The lesson on the hierarchy tells numbers that NumPy alone finds too."""

from __future__ import annotations

import re

import numpy as np
import pytest
from played import LOOKS, about, check_layout, lesson_of, of
from scipy.linalg import eigvalsh
from scipy.ndimage import correlate1d
from scipy.signal import correlate

from convexplain import panels
from convexplain.data import digits
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.hierarchy import Hierarchy
from convexplain.lessons.parts.elsewhere import LIKE, STRAIGHT, correlation, one_way
from convexplain.lessons.parts.receptive import ReceptiveFields
from convexplain.network import CHAPTER_LAYERS, Network
from convexplain.panels.sheet import SQUARE, TALL, VIDEO, WIDE43
from tests.often import covering, later, some


@pytest.fixture(scope="module")
def lesson():
    return lesson_of("hierarchy")


def captions(lesson):
    return {beat.name: beat.caption.text("en") for beat in lesson.beats()}


def question(lesson):
    (asked,) = [e.ask for beat in lesson.beats() for e in beat.events if e.ask is not None]
    return asked


def dense(lesson, activations):
    """Logits and probabilities of conv3's activations, written out."""
    weights = lesson.network.weights
    kernel = weights["dense/kernel"].astype(np.float64)
    logits = activations.astype(np.float64).ravel() @ kernel + weights["dense/bias"]
    powers = np.exp(logits - logits.max())
    return logits, powers / powers.sum()


def strongest(lesson, centred):
    """What each cell adds to the answer, and the cells by that."""
    kernel = lesson.network.weights["dense/kernel"].astype(np.float64)
    if centred:
        kernel = kernel - kernel.mean(axis=1, keepdims=True)
    adds = lesson.trace.activations["conv3"].astype(np.float64).ravel() * kernel[:, lesson.label]
    return adds, np.argsort(-adds, kind="stable")


def test_the_default_digit_meets_the_criteria_of_its_role(lesson):
    nodes = {"conv3": [], "conv2": [], "conv1": []}
    for part in lesson.tree.parts:
        nodes["conv3"].append(part)
        for below in part.parts:
            nodes["conv2"].append(below)
            nodes["conv1"] += below.parts
    assert lesson.label == lesson.shown_picture.label
    assert lesson.logit > 2
    assert not lesson.centred
    for layer, count in (("conv3", 3), ("conv2", 6), ("conv1", 12)):
        places = {(node.row, node.col) for node in nodes[layer]}
        assert len(places) == len(nodes[layer]) == count


def test_shares_are_of_all_that_pushes_towards_the_answer(lesson):
    adds, order = strongest(lesson, centred=False)
    share = adds[order[:3]].sum() / adds[adds > 0].sum()
    assert lesson.top_share == pytest.approx(share)
    assert captions(lesson)["shares"] == (
        f"The first three of {(adds > 0).sum()} cells give {share:.0%} of all that is added."
    )


def test_the_answer_without_the_strongest_cells_is_computed_again(lesson):
    _, order = strongest(lesson, centred=False)
    activations = lesson.trace.activations["conv3"].copy()
    before, _ = dense(lesson, activations)
    activations.reshape(-1)[order[:3]] = 0
    after, chances = dense(lesson, activations)
    reading = lesson.removal.without(3)
    assert reading.removed == 3
    assert reading.logit == pytest.approx(after[lesson.label], abs=1e-5)
    assert reading.probability == pytest.approx(chances[lesson.label], abs=1e-6)
    assert reading.label == after.argmax()
    others = np.delete(after, lesson.label)
    assert reading.rival_logit == pytest.approx(others.max(), abs=1e-5)
    assert after[reading.rival] == others.max()
    adds, _ = strongest(lesson, centred=False)
    assert reading.logit == pytest.approx(before[lesson.label] - adds[order[:3]].sum(), abs=1e-5)
    (said,) = [e.said.text("en") for b in lesson.beats() for e in b.events if e.name == "first"]
    lead, then = (
        float(z[lesson.label] - np.delete(z, lesson.label).max()) for z in (before, after)
    )
    assert then < lead
    assert said == f"It reads 3 while it leads. Three out: {then / lead:.0%} of the lead is left."


def test_a_lead_is_said_to_fall_only_if_it_does(lesson, monkeypatch):
    readings = [*lesson.removal.readings]
    readings[3] = readings[0]._replace(logit=readings[0].logit + 1)
    monkeypatch.setitem(vars(lesson.removal), "readings", tuple(readings))
    assert lesson._said_without(3).text("en") == "Without these three it still reads 3."


@pytest.mark.parametrize("label", [None, *some(range(10), 2)])
def test_a_wrong_answer_is_what_the_rate_of_the_first_ones_gives(lesson, label):
    if label is not None:
        lesson = about("hierarchy", 20 * label)
    _, order = strongest(lesson, centred=lesson.logit <= 0)
    activations = lesson.trace.activations["conv3"].copy()
    leads = []
    for cells in ((), order[:3]):
        activations.reshape(-1)[list(cells)] = 0
        logits, _ = dense(lesson, activations)
        leads.append(logits[lesson.label] - np.delete(logits, lesson.label).max())
    guess = str(round(3 * leads[0] / (leads[0] - leads[1])))
    replies = {choice.text.en: choice.reply for choice in question(lesson).choices}
    (right,) = [text for text, reply in replies.items() if reply is None]
    assert set(replies) == {guess, right, str(len(lesson.removal.order))}
    change = "less" if int(guess) < int(right) else "more"
    assert f"take {change} of its lead" in replies[guess].text("en")


@pytest.mark.parametrize("sample", [61, 0, 122], ids=["chosen", "negative logit", "misread"])
def test_the_answer_tips_when_so_many_cells_are_gone_and_not_before(sample):
    lesson = about("hierarchy", sample)
    _, order = strongest(lesson, centred=lesson.logit <= 0)
    activations = lesson.trace.activations["conv3"].copy()
    removed = 0
    while dense(lesson, activations)[0].argmax() == lesson.label:
        activations.reshape(-1)[order[removed]] = 0
        removed += 1
    assert lesson.removal.tipping is not None
    assert (lesson.removal.tipping.removed, lesson.removal.tipping.label) == (
        removed,
        dense(lesson, activations)[0].argmax(),
    )
    assert f"takes {removed} until it" in captions(lesson)["check"]
    (right,) = [c.text.en for c in question(lesson).choices if c.reply is None]
    assert right == str(removed)


def test_a_negative_logit_is_told_with_centred_weights():
    lesson = about("hierarchy", 0)
    adds, order = strongest(lesson, centred=True)
    assert lesson.logit < 0
    assert "A negative logit: weights count less their mean." in captions(lesson)["parts"]
    np.testing.assert_allclose(lesson.removal.pushes.ravel(), adds, atol=1e-9)
    cells = [(part.row * 3 + part.col) * 128 + part.filter for part in lesson.tree.parts]
    assert cells == order[:3].tolist()


def test_a_misread_digit_is_called_so():
    picture, lesson = digits.sample(122), about("hierarchy", 122)
    assert lesson.label != picture.label
    said = captions(lesson)["parts"]
    assert said.startswith(f"The network reads {lesson.label}, but this is a {picture.label}.")


def test_the_views_are_nested_and_what_lies_outside_of_them_changes_nothing():
    lesson = ReceptiveFields()
    assert [view.side for view in lesson.views] == [3, 4, 8, 10, 18]
    for inner, outer in zip(lesson.views, lesson.views[1:], strict=False):
        assert outer.box.top <= inner.box.top
        assert inner.box.bottom <= outer.box.bottom
        assert outer.box.left <= inner.box.left
        assert inner.box.right <= outer.box.right
    noisy = lesson.shown_picture.pixels.copy()
    noisy[lesson.read.bottom :] = noisy[:, lesson.read.right :] = 0.7
    outputs = [lesson.network.activations(x)["conv3"] for x in (lesson.trace.image, noisy)]
    np.testing.assert_array_equal(*outputs)
    noisy[lesson.read.bottom - 1] = 0.7
    assert (lesson.network.activations(noisy)["conv3"] != outputs[0]).any()


def test_the_way_up_goes_through_the_strongest_parts(lesson):
    leaf, stroke, part = lesson.path
    assert part is lesson.tree.parts[0]
    assert stroke is part.parts[0]
    assert leaf in stroke.parts
    what = "a stroke" if way(stroke.patch) >= STRAIGHT else "a pattern"
    assert captions(lesson)["upwards"] == f"Each builds the next: an edge, {what}, a part, the 3."
    assert lesson.is_edge(leaf)


def made_of(lesson, node):
    """What each cell before adds to one, and its upper left pixel, by loops; the most first."""
    below, step = {"conv3": ("conv2", 2), "conv2": ("conv1", 1)}[node.layer]
    values = lesson.trace.activations[below].astype(np.float64)
    kernel, found = lesson.network.weights[f"{node.layer}/kernel"], []
    for i, j, c in np.ndindex(*kernel.shape[:3]):
        top, left = 2 * (node.row + i), 2 * (node.col + j)
        pooled = values[top : top + 2, left : left + 2, c]
        row, col = divmod(int(pooled.argmax()), 2)
        adds = pooled.max() * float(kernel[i, j, c, node.filter])
        found.append((adds, step * (top + row), step * (left + col), c))
    return sorted(found, reverse=True)


@pytest.mark.parametrize("label", [None, 7])
def test_what_adds_most_is_followed_where_it_lies_half_a_window_apart(lesson, label):
    if label is not None:
        lesson = about("hierarchy", 20 * label)
    leaf, stroke, part = lesson.path
    picture = lesson.branch()
    rows = lesson.picture_of.rows
    for node, own, row in ((part, stroke, rows[1]), (stroke, leaf, rows[2])):
        side, kept = own.box.height, [(own.box.top, own.box.left)]
        every = made_of(lesson, node)
        for adds, top, left, _ in every:
            away = [max(abs(top - row), abs(left - col)) for row, col in kept]
            if adds > 0 and len(kept) < 3 and 2 * min(away) >= side:
                kept.append((top, left))
        assert {(each.box.top, each.box.left) for each in row.values()} == set(kept)
        assert len(kept) == 3
        above = next(iter(row)).rpartition("-")[0]
        best = {(top, left): adds for adds, top, left, _ in reversed(every)}
        for place, each in row.items():
            mark = picture.panel(f"patch-{above}").marks[place]
            at = (mark.row + node.box.top, mark.col + node.box.left)
            assert at == (each.box.top, each.box.left)
            told = [p for p in picture.root.panels() if p.name == f"adds-{place}"]
            assert told[0].words.text("en") == f"+{each.contribution:.2f}"
            head = next(p for p in picture.root.panels() if p.name == f"to-{each.layer}")
            many = sum(made[0] > 0 for made in every)
            most = {made[1:] for made in every[:3]} == {
                (n.box.top, n.box.left, n.filter) for n in row.values()
            }
            few = "strongest 3" if most else "3"
            assert head.words.text("en") == f"{few} of {many} that add to {node.layer}"
            if each is not own:
                assert each.contribution == pytest.approx(best[at], abs=1e-5)


@pytest.mark.parametrize("label", [None, 7])
def test_it_says_where_cells_lie_only_if_they_are_the_strongest_there(lesson, label):
    if label is not None:
        lesson = about("hierarchy", 20 * label)
    said = [e.said.text("en") for b in lesson.beats() for e in b.events if e.name == "parts"]
    _, order = strongest(lesson, centred=False)
    top = [(*divmod(index // 128, 3), index % 128) for index in order[:3].tolist()]
    exact = [(n.row, n.col, n.filter) for n in lesson.branches[0]] == top
    named = "Three cells of {}" if exact else "Cells of {} at three places"
    assert said[0] == f"{named.format('conv3')} add most; each sees 18 × 18."
    # Places first named by a stronger cell are left out, and nearer than half a window none is.
    part = lesson.path[-1]
    kept = []
    for adds, top, left, _ in made_of(lesson, part):
        apart = [2 * max(abs(top - r), abs(left - c)) >= 8 for r, c in kept]
        if adds > 0 and all(apart) and len(kept) < 3:
            kept.append((top, left))
    shown = {(node.box.top, node.box.left) for node in lesson.branches[1]}
    said = [e.said.text("en") for b in lesson.beats() for e in b.events if e.name == "row-2"]
    most = {made[1:] for made in made_of(lesson, part)[:3]}
    exact = {(n.box.top, n.box.left, n.filter) for n in lesson.branches[1]} == most
    named = "Three cells of {}" if exact else "Cells of {} at three places"
    found = f"{named.format('conv2')} add most to the middle one."
    assert (said[0] == found) == (exact or shown == set(kept))


def test_of_a_misread_digit_it_ends_with_what_it_is_read_as():
    lesson = about("hierarchy", 122)
    assert captions(lesson)["answer"].endswith(f"many parts make it read {lesson.label}.")


def test_the_parts_of_the_answer_are_the_strongest_of_their_places(lesson):
    _, order = strongest(lesson, centred=False)
    shown = [(n.row, n.col, n.filter) for n in lesson.branches[0]]
    places, expected = set(), []
    for index in order.tolist():
        place = divmod(index // 128, 3)
        if place not in places and len(expected) < 3:
            places.add(place)
            expected.append((*place, index % 128))
    assert shown == expected


@pytest.mark.parametrize("label", [None, *some(range(10), 2)])
def test_what_filters_find_in_other_digits_and_how_alike_that_is(lesson, label):
    """The path's filters in four other classes: by loops over the bundled digits."""
    if label is not None:
        lesson = about("hierarchy", 20 * label)
    every, own = digits.load(), lesson.subject.label
    maps = lesson.network.activations(np.stack([digit.pixels for digit in every]))
    step, alike = {"conv1": 1, "conv2": 2, "conv3": 4}, []
    assert [found.node for found in lesson.elsewhere] == list(lesson.path)
    labels = [each.picture.label for each in lesson.elsewhere[0].found]
    order = [(own + n) % 10 for n in (2, 4, 6, 8, 1, 3, 5, 7, 9)]
    peaks = [
        min(maps[node.layer][[d.label == other for d in every], ..., node.filter].max()
            for node in lesson.path)
        for other in order
    ]  # fmt: skip
    found = [other for other, peak in zip(order, peaks, strict=True) if peak > 0]
    assert labels == sorted(found[:4])
    for row, found in enumerate(lesson.elsewhere):
        node, side = found.node, found.node.box.height
        alike.append([])
        for other, each in zip(labels, found.found, strict=True):
            # One drawing of a class for all rows: that which excites the part's filter most.
            of_class = [n for n, digit in enumerate(every) if digit.label == other]
            part = lesson.path[-1]
            excited = maps[part.layer][of_class, ..., part.filter].max(axis=(1, 2))
            best = of_class[excited.argmax()]
            digit, responses = every[best], maps[node.layer][best, ..., node.filter]
            top, left = np.unravel_index(responses.argmax(), responses.shape)
            told = lesson.elsewhere_diagram().panel(f"response-{row}-{other}").words.text("en")
            assert told == f"{responses.max():.2f}"
            top, left = step[node.layer] * int(top), step[node.layer] * int(left)
            patch = digit.pixels[top : top + side, left : left + side, 0]
            shown = lesson.elsewhere_diagram().panel(f"found-{row}-{other}")
            np.testing.assert_array_equal(shown.values, patch)
            assert each.picture.origin == digit.origin
            alike[-1].append(np.corrcoef(patch.ravel(), node.patch.ravel())[0, 1])
    (said,) = [e.said.text("en") for b in lesson.beats() for e in b.events if e.name == "crops"]
    means = [np.mean(row) for row in alike]
    # An edge is found in each of them, and the part in none: what is said is so.
    assert min(alike[0]) >= LIKE
    assert means[2] < LIKE
    small = "edge" if lesson.is_edge(lesson.path[0]) else "small pattern"
    falls = means[0] > means[1] > means[2]
    rest = "larger patterns vary more" if falls else "the parts do not"
    assert said == f"The {small} looks alike everywhere; {rest}."


def test_it_calls_nothing_alike_that_is_not(lesson, monkeypatch):
    backwards = lesson.elsewhere[::-1]
    monkeypatch.setitem(vars(lesson), "elsewhere", backwards)
    assert lesson._alike.text("en") == "This is what each of them finds there."


def way(patch):
    """How much edges lie one way, 0 to 1, by SciPy: the two sides of the structure tensor."""
    down, across = (gradient(np.squeeze(patch).astype(float), axis) for axis in (0, 1))
    tensor = [[(a * b).sum() for a in (down, across)] for b in (down, across)]
    low, high = eigvalsh(tensor)
    return (high - low) / (high + low)


def gradient(patch, axis):
    """Half the difference of the neighbours, at the edge the whole one of the last two."""
    found = correlate1d(patch, [-0.5, 0, 0.5], axis=axis)
    ends = np.diff(patch, axis=axis)
    first, last = [slice(None)] * 2, [slice(None)] * 2
    first[axis], last[axis] = 0, -1
    found[tuple(first)], found[tuple(last)] = ends[tuple(first)], ends[tuple(last)]
    return found


def test_a_stroke_is_what_has_edges_one_way():
    """Lines are, whatever their angle; blobs, rings, crossings, bends and noise are none."""
    y, x = np.indices((8, 8)) - 3.5
    for angle in np.deg2rad(range(0, 180, 15)):
        line = np.clip(1.8 - abs(np.cos(angle) * y - np.sin(angle) * x), 0, 1)
        assert one_way(line), angle
    upright, level = np.clip(1.8 - abs(x), 0, 1), np.clip(1.8 - abs(y), 0, 1)
    ring = np.clip(1.5 - abs(np.hypot(x, y) - 2.5), 0, 1)
    bend = np.maximum(upright * (y < 1), level * (x > -1))
    blob = np.clip(3 - np.hypot(x, y), 0, 1)
    noise = np.random.default_rng(0).random((8, 8))
    for other in (np.maximum(upright, level), ring, bend, blob, noise, np.zeros((8, 8))):
        assert not one_way(other)


@pytest.mark.parametrize("label", [None, *some(range(10), 2)])
def test_the_smallest_step_is_a_convolution_that_can_be_done_by_hand(lesson, label):
    if label is not None:
        lesson = about("hierarchy", 20 * label)
    leaf, picture = lesson.path[0], lesson.smallest_step()
    patch, kernel = picture.panel(lesson.picture_of.leaf), picture.panel("kernel")
    pixels = lesson.shown_picture.pixels[leaf.row : leaf.row + 3, leaf.col : leaf.col + 3, 0]
    weights = lesson.network.weights["conv1/kernel"][:, :, 0, leaf.filter]
    np.testing.assert_array_equal(patch.values, pixels)
    np.testing.assert_array_equal(kernel.values, weights)
    total = correlate(pixels.astype(float), weights.astype(float), mode="valid").item()
    bias = float(lesson.network.weights["conv1/bias"][leaf.filter])
    made = picture.panel("sum")
    assert made.addends[0].value == pytest.approx(total, abs=1e-6)
    assert made.activated == pytest.approx(max(0.0, total + bias), abs=1e-6)
    # As a person does it, with the numbers that are printed.
    digits_shown = 2 + patch.finer
    factors = [np.round(panel.values.astype(float), digits_shown) for panel in (patch, kernel)]
    named = [panel.name for panel in picture.root.panels()]
    if "rounded" not in named:
        assert f"{(factors[0] * factors[1]).sum():.2f}" == f"{total:.2f}"
        assert round(round(total, 2) + round(bias, 2), 2) == round(total + bias, 2)
    else:  # it says to how many decimals all is rounded
        assert (
            patch.finer == 0 or f"{total + bias:.2f}" != f"{round(total, 2) + round(bias, 2):.2f}"
        )
    if "passes-on" in named:
        said = picture.panel("passes-on").words.text("en")
        response, weight, adds = (float(n) for n in re.findall(r"\d\.\d+", said))
        assert f"{response * weight:.2f}" == f"{adds:.2f}" == f"{leaf.contribution:.2f}"
        assert f"{response:.2f}" == f"{leaf.activated:.2f}"
        taps = lesson.network.weights["conv2/kernel"][:, :, leaf.filter, lesson.path[1].filter]
        assert np.isclose(taps, weight, atol=5.1e-3).any()


def test_the_default_digit_s_smallest_step_comes_out_with_its_numbers(lesson):
    named = [panel.name for panel in lesson.smallest_step().root.panels()]
    assert "passes-on" in named
    assert "rounded" not in named


def test_patches_cut_at_random_are_not_called_alike():
    random, pictures = np.random.default_rng(0), digits.load()

    def patch():
        row, col = random.integers(0, 21, 2)
        return pictures[random.integers(len(pictures))].pixels[row : row + 8, col : col + 8]

    pairs = ((patch(), patch()) for _ in range(2000))
    alike = [correlation(a, b) for a, b in pairs if min(a.std(), b.std()) > 0.2]
    assert len(alike) > 200
    assert np.quantile(alike, 0.95) < LIKE


def test_what_cannot_be_followed_is_refused(tmp_path):
    with pytest.raises(UsageError, match="'dense' lacks two convolutions"):
        Hierarchy(model="dense")
    with pytest.raises(UsageError, match="28 × 28 × 1"):
        Hierarchy(picture=Picture(np.zeros((8, 8, 3)), None, "small"))
    untrained = {name: np.zeros_like(w) for name, w in Network.load("cnn").weights.items()}
    Network(CHAPTER_LAYERS, untrained).save(tmp_path / "zeros.safetensors")
    with pytest.raises(UsageError, match="there is no tree"):
        Hierarchy(model=str(tmp_path / "zeros.safetensors"))
    path = tmp_path / "again.safetensors"
    Network.load("cnn").save(path)
    assert captions(Hierarchy(model=str(path))) == captions(lesson_of("hierarchy"))


@pytest.mark.parametrize(
    "sample", some([122, 0, None], 1), ids=["misread", "negative logit", "blank"]
)
def test_other_digits_are_laid_out_as_well(sample):
    pytest.importorskip("manim", reason="scenes need the extra 'video'")
    blank = Picture(np.zeros((28, 28, 1)), None, "blank")
    check_layout(Hierarchy(picture=blank) if sample is None else about("hierarchy", sample))


def test_random_orders_are_drawn_anew_for_each_seed_and_need_more(lesson):
    """A second way to the same numbers: cells are taken out of the sum one by one."""
    kernel = lesson.network.weights["dense/kernel"].astype(np.float64)
    cells = lesson.trace.activations["conv3"].astype(np.float64).ravel()
    logits = cells @ kernel + lesson.network.weights["dense/bias"]
    firsts = []
    for seed in range(20):
        order = np.random.default_rng(seed).permutation(np.sort(lesson.removal.order))
        left = logits - np.cumsum(cells[order, np.newaxis] * kernel[order], axis=0)
        firsts.append(1 + int(np.flatnonzero(left.argmax(axis=1) != lesson.label)[0]))
    assert lesson.removal.random_tips == tuple(firsts)
    assert lesson.removal.tipping.removed < min(firsts)
    # One of them is shown: a number of cells that half of the orders need at most.
    middle = sorted(firsts)[(len(firsts) - 1) // 2]
    assert lesson.removal.random_tips[lesson.removal.typical] == middle
    (said,) = [
        e.said.text("en") for beat in lesson.beats() for e in beat.events if e.name == "random"
    ]
    assert said == "And in random orders? Here are 20."
    assert captions(lesson)["check"].endswith("Each takes more cells: the strongest count more.")
    picture = lesson.check.diagram()
    said = [picture.panel(f"{name}-out").words.text("en") for name in ("strongest", "random")]
    assert said == [f"{lesson.removal.tipping.removed} out", f"{min(firsts)} to {max(firsts)} out"]
    # A curve for each order: what is left of the lead, which is gone with the last cell.
    curves = {curve.name: curve for curve in picture.panel("lead").curves}
    assert len(curves) == 21
    for seed, first in enumerate(firsts):
        curve = curves[f"random-{seed}"]
        np.testing.assert_array_equal(curve.x, np.arange(first + 1))
        assert curve.y[0] == 1
        assert (curve.y[:-1] > 0).all()
        assert curve.y[-1] == 0
    order = np.random.default_rng(0).permutation(np.sort(lesson.removal.order))
    left = logits - cells[order[:9]] @ kernel[order[:9]]
    leads = [z[lesson.label] - np.delete(z, lesson.label).max() for z in (left, logits)]
    assert curves["random-0"].y[9] == pytest.approx(leads[0] / leads[1], abs=1e-5)
    # What was found stands below the digit in the end.
    found = [lesson.branch().panel(f"checked-{n}").words.text("en") for n in (0, 1)]
    tipping = lesson.removal.tipping
    assert found == [
        f"{tipping.removed} strongest cells out: reads {tipping.label}",
        f"{min(firsts)} to {max(firsts)} out in random orders",
    ]
    # The curves run under as many of the bars above as they count: they have one scale.
    chart, bars = picture.panel("lead"), picture.panel("pushes").values
    assert (chart.size[1], chart.x.low, chart.x.high) == (bars.shape[1], 0, len(order))
    # Asked is how many of the strongest: what another order needs would be right as well.
    assert str(middle) not in {choice.text.en for choice in question(lesson).choices}
    order = np.random.default_rng(firsts.index(middle)).permutation(np.sort(lesson.removal.order))
    _, by_push = strongest(lesson, centred=False)
    feet = lesson.check.bars(9, at_random=True)[-1, :: bars.shape[1] // len(order)]
    gone = np.isin(by_push[: len(order)], order[:9])
    np.testing.assert_array_equal(feet < 1, gone)


def test_random_orders_that_take_no_more_are_not_said_to(lesson, monkeypatch):
    monkeypatch.setitem(vars(lesson.removal), "random_tips", (12, 90, 80))
    said = [event.said.text("en") for event in lesson._tell_check() if event.name == "orders"]
    assert said == ["In random orders it takes 12 to 90."]


SHEETS = {sheet.name: sheet for sheet in (VIDEO, WIDE43, SQUARE, TALL)}


@pytest.mark.parametrize(
    ("label", "sheet"),
    [
        *covering([None, 0], SHEETS),
        *(later(label, sheet) for label in range(1, 10) for sheet in SHEETS.values()),
    ],
)
def test_every_frame_has_room_for_its_pictures(lesson, label, sheet):
    if label is not None:
        lesson = about("hierarchy", 20 * label)
    upright = sheet.height > sheet.width
    tree, check = lesson.branch(upright=upright), lesson.check.diagram()
    level, others = lesson.last_level(upright=upright), lesson.elsewhere_diagram()
    found = f"found-0-{others.panel('head-1').words.text('en')}"
    for lang in ("en", "zh"):
        for picture, large in (
            (tree, "patch-0"),
            (level, "patch-1"),
            (check, "pushes"),
            (others, found),
        ):
            sides = [
                p.box.width for p in panels.place(picture, sheet, lang).pieces if p.name == large
            ]
            assert all(side >= 40 * 1080 / 480 for side in sides), large


@pytest.mark.parametrize("label", some(range(10)))
def test_every_digit_takes_less_than_a_minute(label):
    assert 40 <= about("hierarchy", 20 * label).seconds <= 60


def test_of_a_picture_that_is_no_digit_it_says_that_the_network_knows_only_digits():
    photo = Picture(digits.first(3).pixels[::-1].copy(), None, "a file")
    said = [e.said.text("en") for b in Hierarchy(picture=photo).beats() for e in b.events if e.said]
    assert any("ten digits only" in text for text in said)
    said = [
        e.said.text("en") for beat in lesson_of("hierarchy").beats() for e in beat.events if e.said
    ]
    assert not any("ten digits only" in text for text in said)


@pytest.mark.parametrize("out", [0, 7])
def test_bars_are_what_cells_add_strongest_first_in_one_scale(lesson, out):
    adds, order = strongest(lesson, centred=False)
    many = int((adds > 0).sum())
    bars = lesson.check.bars(out)
    wide = bars.shape[1] // many
    assert bars.shape[1] == many * wide
    heights = (bars[:, ::wide] > 0).sum(axis=0)
    exact = bars.shape[0] * adds[order[:many]] / adds.max()
    np.testing.assert_array_equal(heights, np.maximum(2, np.ceil(exact - 1e-9)))
    assert (bars[-1, : out * wide] < 1).all()
    assert (bars[-1, out * wide :: wide] == 1).all()
    assert not lesson.check.bars(out, risen=0.0).any()
    picture = lesson.check.diagram()
    said = picture.panel("adding").words.text("en")
    assert said.endswith("(others subtract)") == bool((adds < 0).any())
    summed = f"all {many}: +{adds[adds > 0].sum():.2f}"
    assert picture.panel("first").words.text("en") == f"first: +{adds.max():.2f}; {summed}"
    # Where the first three are spoken of, all others step back.
    feet = lesson.check.bars(0, back=0.5)[-1, ::wide]
    assert set(feet[:3]) == {1.0}
    assert set(feet[3:]) == {0.5}


def test_the_tree_is_drawn_large_and_each_window_is_what_is_enlarged(lesson):
    picture, pixels = lesson.branch(), lesson.shown_picture.pixels[..., 0]
    patches = {panel.name for panel in picture.root.panels() if panel.name.startswith("patch-")}
    assert len(patches) == len(picture.links) == 9
    spread = {piece.name: piece for piece in panels.place(picture, VIDEO, "en").pieces}
    for link in (link for link in picture.links if link.kind == "aside"):
        # A line begins at its window, and lines to cells that are lower begin lower.
        place, begin = spread[link.start].box, spread[link.name].points[0]
        assert begin == pytest.approx((place.x + place.width, place.y + place.height / 2))
    for row in lesson.picture_of.rows:
        others = [name for name, node in row.items() if node not in lesson.path]
        others.sort(key=lambda name: spread[f"patch-{name}"].box.y)
        assert row[others[0]].box.top <= row[others[-1]].box.top
    for link in picture.links:
        source, _, mark = link.start.partition(".")
        window = picture.panel(source).marks[mark]
        values = picture.panel(source).values
        rows, cols = (slice(int(n), int(n + m)) for n, m in
                      ((window.row, window.rows), (window.col, window.cols)))  # fmt: skip
        np.testing.assert_array_equal(values[rows, cols], picture.panel(link.end).values)
    np.testing.assert_array_equal(picture.panel("input").values, pixels)
    adds, _ = strongest(lesson, centred=False)
    told = next(part for part in picture.root.panels() if part.name == "adds-0")
    assert told.words.text("en") == f"+{adds.max():.2f}"
    head = next(part for part in picture.root.panels() if part.name == "to-conv3")
    top = np.sort([node.contribution for node in lesson.branches[0]])
    few = "strongest 3" if np.allclose(top, np.sort(adds)[-3:]) else "3"
    assert head.words.text("en") == f"{few} of {(adds > 0).sum()} that add to the score"


def test_what_is_read_comes_once_the_digit_that_would_pass_over_it_has_arrived():
    pytest.importorskip("manim", reason="scenes need the extra 'video'")
    played = of("hierarchy", LOOKS[0])
    for beat, words in (("shares", "reads"), ("answer", "logit")):
        stages = played.during(beat)
        first = next(n for n, stage in enumerate(stages) if words in stage)
        assert first > 0
        here, before = (stages[n]["input"].centre_of(14, 14) for n in (first, first - 1))
        assert here == pytest.approx(before, abs=1e-6)


def test_on_the_way_up_each_pattern_of_the_path_is_named_with_what_it_adds():
    pytest.importorskip("manim", reason="scenes need the extra 'video'")
    played = of("hierarchy", LOOKS[0])
    stage = played.ends["upwards"]
    told = [stage[f"adds-{'-'.join('0' * n)}"].text for n in (1, 2, 3)]
    adds = [node.contribution for node in reversed(played.lesson.path)]
    strokes = way(played.lesson.path[1].patch) >= STRAIGHT
    kinds = ("a part", "a stroke" if strokes else "a pattern", "an edge")
    assert told == [f"{kind}: +{v:.2f}" for kind, v in zip(kinds, adds, strict=True)]


def test_it_says_that_the_bars_show_one_of_the_random_orders_and_what_each_cell_adds():
    pytest.importorskip("manim", reason="scenes need the extra 'video'")
    played = of("hierarchy", LOOKS[0])
    assert played.ends["shares"]["first"].text.startswith("first: +")
    assert played.ends["check"]["first"].text == "faded: out in one of these orders"
    # Once the first order is done, the number is no longer that of all.
    check, tips = played.lesson.check, played.lesson.removal.random_tips
    low, high = min(tips), max(tips)
    told = [check.out_at_random(out).text("en") for out in (5, low, low + 1, high)]
    assert told == ["5 out", f"{low} out", f"{low} to {low + 1} out", f"{low} to {high} out"]
    assert 0 < played.ends["check"]["lead.random-0"].opacity < 1
    # Cells that are not followed keep their numbers, and faint lines from their windows.
    stage = played.ends["upwards"]
    for n in range(3):
        assert stage[f"adds-0-{n}"].text.endswith(
            f"+{played.lesson.branches[1][n].contribution:.2f}"
        )
    assert 0 < stage["patch-0.0-1"].opacity < 1
