"""The residual block, the lesson: by single layers, and by networks rebuilt."""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from played import LOOKS, check_events, lesson_of, of, play
from scipy.signal import correlate2d

from convexplain.data import digits, facts
from convexplain.errors import UsageError
from convexplain.lessons.parts.residual_stack import Stack, trained
from convexplain.lessons.residual import Residual
from convexplain.network import Add, Conv2D, Dense, Flatten, Network, Trace
from convexplain.panels import ASPECTS, COLUMN, PAGE, TALL, VIDEO, place, problems
from convexplain.style import format as fmt
from convexplain.style.theme import Look

MODELS = Path(os.environ.get("CONVEXPLAIN_MODELS", "none"))


@pytest.fixture(scope="module")
def lesson():
    return lesson_of("residual")


def told(lesson, event, lang="en"):
    (said,) = (e.said for beat in lesson.beats() for e in beat.events if e.name == event)
    return said.text(lang)


def test_the_sum_is_what_came_in_and_what_the_layers_make_of_it(lesson):
    network = lesson.network
    assert lesson.ways == ("pool1", "norm3")
    x = lesson.trace.activations["pool1"]
    for name in ("conv2", "norm2", "relu2", "conv3", "norm3"):
        layer = network.layer(name)
        x = layer.activate(layer.before(x.astype(np.float64), network.weights_of(name)))
    _, change, total = lesson.three
    np.testing.assert_allclose(change, x, atol=1e-4)
    np.testing.assert_allclose(total, lesson.trace.activations["pool1"] + x, atol=1e-4)
    assert lesson.between == ("conv2", "norm2", "relu2", "conv3", "norm3")
    assert told(lesson, "ways").startswith("Two ways lead to the plus: through 5 layers")
    assert told(lesson, "adds").startswith("They are added, as are all 169 numbers")
    assert total.shape[:2] == (13, 13)


def test_the_followed_sum_is_right_as_it_is_printed(lesson):
    came, change, total = (round(number, 2) for number in lesson.numbers)
    assert round(came + change, 2) == total
    assert min(abs(came), abs(change)) >= 0.2
    came, change = map(fmt.number, (came, change))
    assert told(lesson, "meet") == f"At one place {came} came in; the change is {change}."


def test_a_block_of_zeros_hands_on_what_came_in(lesson):
    weights = {
        name: 0 * w if name.split("/")[0] in ("conv2", "norm2", "conv3", "norm3")
        and "variance" not in name else w
        for name, w in lesson.network.weights.items()
    }  # fmt: skip
    trace = Trace(replace(lesson.network, weights=weights), lesson.trace.image)
    np.testing.assert_array_equal(trace.before("add"), lesson.three[0])
    assert lesson.lets_all_through


def test_each_way_alone_is_counted_in_a_network_that_has_only_that(lesson):
    labels = [picture.label for picture in digits.load()]
    pictures = np.stack([picture.pixels for picture in digits.load()])
    network = lesson.network
    silenced = {name: 0 * w if name.startswith("norm3/") and "variance" not in name else w
                for name, w in network.weights.items()}  # fmt: skip
    round_alone = replace(network, weights=silenced)(pictures).argmax(axis=1)
    layers = [
        replace(layer, inputs=("norm3",)) if layer.name == "relu3" else layer
        for layer in network.layers if layer.name != "add"
    ]  # fmt: skip
    through_alone = Network(tuple(layers), network.weights)(pictures).argmax(axis=1)
    assert lesson.right["round"] == (round_alone == labels).sum()
    assert lesson.right["through"] == (through_alone == labels).sum()
    assert lesson.right["block"] == (network(pictures).argmax(axis=1) == labels).sum()


@pytest.mark.skipif(not MODELS.is_dir(), reason="CONVEXPLAIN_MODELS names no folder of networks")
@pytest.mark.parametrize("kind", ["dynamo", "legacy"])
def test_a_network_of_pytorch_adds_the_same_two(kind):
    lesson = Residual(model=str(MODELS / f"g07_torch_residual.{kind}.onnx"))
    came, change, total = lesson.three
    np.testing.assert_allclose(total, came + change, atol=1e-5)
    one, other = lesson.network.sources("add")
    assert lesson.ways == (other, one)  # the second input is what went round


def test_an_addition_of_two_separate_ways_is_none(tmp_path):
    layers = (
        Conv2D("a", 4), Conv2D("b", 4, inputs=("input",)), Add("plus", inputs=("a", "b")),
        Flatten("f"), Dense("d", 3, "softmax"),
    )  # fmt: skip
    Network.initialised(layers, input_shape=(9, 9, 1)).save(tmp_path / "two.safetensors")
    with pytest.raises(UsageError, match="lacks an addition"):
        Residual(model=str(tmp_path / "two.safetensors"))
    for name in ("cnn", "photo", "dense"):
        with pytest.raises(UsageError, match=r"lacks an addition .* such as blocks"):
            Residual(model=name)


def test_it_is_asked_what_a_block_of_zeros_hands_on(lesson):
    (question,) = (e.ask for beat in lesson.beats() for e in beat.events if e.ask)
    (right,) = (choice for choice in question.choices if choice.reply is None)
    assert right.text.text("en") == "what came in"
    change, total = lesson.silent()
    assert not change.any()
    np.testing.assert_array_equal(total, lesson.three[0][:, :, lesson.shown_filter])


def test_the_layers_are_named_where_their_names_are_short(lesson):
    placed = place(lesson.both_ways(end="plus"), ASPECTS["16:9"])
    before = ["conv1", "norm1", "relu1", "pool1"]
    for panel, names in {"first": before, "layers": list(lesson.between)}.items():
        named = [p.text for p in placed.pieces if p.panel == panel and hasattr(p, "text")]
        assert " ".join(named).split() == names


@pytest.mark.parametrize("aspect", ASPECTS)
def test_every_picture_has_its_place_on_every_sheet(lesson, aspect):
    sheet = ASPECTS[aspect]
    shown = [
        *(lesson.both_ways(end=end) for end in ("plus", "change", "sum")),
        lesson.both_ways(end="sum", zero=("layers", "maps")),
        lesson.adding(),
        lesson.row(),
        trained(8),
        trained(8, 2),
    ]
    for diagram in shown:
        for lang in ("en", "zh"):
            assert problems(place(diagram, sheet, lang)) == []


def by_hand(weights, x, arrows, first=1):
    """Follow maps through blocks from one on, up to the logits: what each hands on, and these."""
    w = {name: value.astype(np.float64) for name, value in weights.items()}

    def conv(x, name):
        kernel, bias = w[f"{name}/kernel"], w[f"{name}/bias"]
        maps = [
            sum(
                correlate2d(x[:, :, c], kernel[:, :, c, n], "same") for c in range(x.shape[2])
            ) + bias[n]
            for n in range(kernel.shape[3])
        ]  # fmt: skip
        return np.stack(maps, axis=2)

    found = [x.astype(np.float64)]
    for n in range(first, 9):
        change = conv(np.maximum(conv(found[-1], f"conv{n}a"), 0), f"conv{n}b")
        found.append(np.maximum(change + found[-1] * (arrows == "yes"), 0))
    return found, found[-1].ravel() @ w["dense/kernel"] + w["dense/bias"]


@pytest.mark.parametrize("arrows", ["yes", "no"])
def test_blocks_in_a_row_hand_on_what_their_convolutions_make_of_it(lesson, arrows):
    stack = lesson.stack
    trace = stack.traces[arrows]
    # The row begins with the maps that the block before was seen to read.
    np.testing.assert_array_equal(trace.image, lesson.three[0])
    assert stack.channel == lesson.shown_filter
    made, logits = by_hand(trace.network.weights, lesson.three[0], arrows)
    assert len(made) == len(stack.maps[arrows]) == len(stack.places) == 9
    for shown, whole in zip(stack.maps[arrows], made, strict=True):
        np.testing.assert_allclose(shown, whole[:, :, stack.channel], atol=1e-4)
    for n, name in enumerate(stack.places[1:], 1):
        np.testing.assert_allclose(trace.activations[name], made[n], atol=1e-4)
    np.testing.assert_allclose(trace.logits, logits, atol=1e-4)
    row = lesson.row()
    assert stack.most > lesson.scale.limit
    for name, values in stack.known.items():
        np.testing.assert_array_equal(row.panel(name).values, values)
        assert row.panel(name).scale == lesson.adding().panel("sum").scale  # colours stay
    assert lesson.told_scale.limit >= max(np.abs(each).max() for each in stack.known.values())


@pytest.mark.parametrize("aspect", ASPECTS)
def test_shortcut_and_layers_meet_in_a_plus_before_each_next_map(lesson, aspect):
    row, came = lesson.row(), ["came", *(f"yes-{n}" for n in range(1, 9))]
    ways = [f"{came[n]}~>plus-{n + 1}" for n in range(8)]
    assert [link.name for link in row.links if "~>" in link.name] == ways
    placed = place(row, ASPECTS[aspect])
    lines = {
        piece.name: piece for piece in placed.pieces if "->" in piece.name or "~>" in piece.name
    }
    for n, way in enumerate(ways, 1):
        start, plus, end = placed[came[n - 1]], placed[f"plus-{n}"], placed[came[n]]
        (x0, y0), *low, (x1, y1) = lines[way].points
        assert start.x < x0 < start.right < plus.x < x1 < plus.right < end.x
        assert (y0, y1) == pytest.approx((start.bottom, plus.bottom))
        assert all(y > start.bottom for _, y in low)
        for name in (way, f"{came[n - 1]}->plus-{n}", f"plus-{n}->{came[n]}"):
            assert lines[name].head
        below = placed[f"no-{n}"]  # both rows stand in the same columns
        assert (below.x, below.width) == pytest.approx((end.x, end.width))


@pytest.mark.parametrize("at", [0, 5, 8])
@pytest.mark.parametrize("arrows", ["yes", "no"])
def test_a_gradient_is_as_long_as_the_loss_is_steep_there(lesson, arrows, at):
    stack = lesson.stack
    trace, label = stack.traces[arrows], lesson.shown_picture.label
    assert label == 3
    error = trace.backward(label).errors[stack.places[at]]
    length = stack.gradients[arrows][at]
    start = by_hand(trace.network.weights, lesson.three[0], arrows)[0][at]
    losses = []
    for side in (1, -1):
        moved = start + side * 1e-6 * error / np.linalg.norm(error)
        logits = by_hand(trace.network.weights, moved, arrows, first=at + 1)[1]
        losses.append(np.logaddexp.reduce(logits) - logits[label])
    # Some sums are exactly 0, where ReLU has two slopes.
    assert (losses[0] - losses[1]) / 2e-6 == pytest.approx(length, rel=5e-3)
    row = lesson.row()
    assert row.panel(f"{arrows}-back-{at}").bars[0].value == length
    numbered = {p.name: p for p in row.root.panels() if "-long-" in p.name}
    assert set(numbered) == {"yes-long-0", "no-long-0"}  # where they are compared
    if at == 0:
        assert numbered[f"{arrows}-long-{at}"].words == fmt.number(length, 3)


@pytest.mark.parametrize("aspect", ASPECTS)
def test_the_bars_of_a_row_stand_on_one_line(lesson, aspect):
    placed = place(lesson.row(), ASPECTS[aspect])
    pieces = {piece.name: piece for piece in placed.pieces}
    for arrows in ("yes", "no"):
        feet = {pieces[f"{arrows}-back-{n}.zero"].points[0][1] for n in range(9)}
        assert len(feet) == 1
        bars = [pieces[f"{arrows}-back-{n}.bar"].box for n in range(9)]
        assert {round(bar.bottom, 6) for bar in bars} == {round(*feet, 6)}
        below = placed["came" if arrows == "yes" else "no-0"]  # the line is as broad as its map
        ground = pieces[f"{arrows}-back-0.zero"].box
        assert (ground.x, ground.width) == pytest.approx((below.x, below.width))
        assert bars[0].middle[0] == pytest.approx(ground.middle[0])
    assert placed["said-back-yes"].x == placed["said-back-no"].x


@pytest.mark.parametrize("digit", range(10))
def test_responses_and_gradient_get_through_with_shortcuts_and_fade_without(digit):
    lesson = Residual(picture=digits.first(digit))
    stack = lesson.stack
    assert stack.label == digit
    assert lesson.goes_on
    first, *_, last = stack.maps["yes"]
    assert np.corrcoef(first.ravel(), last.ravel())[0, 1] > 0.3
    assert last.max() > 0.5 * first.max()
    left = [float(np.abs(each).max() / first.max()) for each in stack.maps["no"]]
    gone = stack.gone
    assert gone is not None
    assert max(left[gone:]) <= 0.15 < left[gone - 1]
    assert gone <= 3
    arriving, *_, end = stack.gradients["yes"]
    assert arriving > 0.9 * end
    arriving, *_, end = stack.gradients["no"]
    assert arriving < 0.01 * end
    assert all(a < b for a, b in pairwise(stack.gradients["no"]))  # block by block
    printed = {arrows: stack.printed(arrows, 0) for arrows in ("yes", "no")}
    assert 0 < float(printed["no"]) < 0.01 * float(stack.printed("no", -1))  # it shrinks
    assert told(lesson, "arriving") == (
        f"Back at the first map: {printed['yes']} with shortcuts; "
        f"without, it shrinks to {printed['no']}."
    )
    assert told(lesson, "stack") == "8 untrained blocks in a row: what is left of the responses?"
    assert told(lesson, "left") == (
        f"With shortcuts responses leave block 8; without, almost none leave block {gone}."
    )


@pytest.mark.parametrize("digit", [0, 5, 8])
def test_no_map_is_pale_for_others_and_none_leaves_its_scale(digit):
    lesson = Residual(picture=digits.first(digit))
    row, three = lesson.row(), lesson.adding()
    assert three.panel("sum").scale.limit < 1.6 * lesson.scale.limit
    for name, values in lesson.stack.known.items():
        assert np.abs(values).max() <= row.panel(name).scale.limit
    one = row.panel("came").scale == three.panel("sum").scale
    assert one == (lesson.stack.most < 1.6 * lesson.scale.limit)
    assert one == (digit != 8)
    # The plus stands in its circle for each of them.
    placed = place(row, ASPECTS["16:9"])
    assert placed["plus-1"].width == pytest.approx(placed["plus-1"].height)


def test_maps_that_show_nothing_tell_nothing(lesson):
    empty = Stack(np.zeros_like(lesson.three[0]), 0, 3)
    assert not empty.stays
    assert not empty.tells
    assert lesson.stack.tells
    large = Stack(np.zeros((64, 64, 8), np.float32), 0)
    assert not large.small
    assert lesson.stack.small


def test_a_network_whose_maps_fade_leaves_the_row_to_the_bundled_one(tmp_path):
    layers = (
        Conv2D("a", 4, padding="same"), Conv2D("b", 4, padding="same"),
        Add("plus", inputs=("a", "b")), Flatten("f"), Dense("d", 3, "softmax"),
    )  # fmt: skip
    Network.initialised(layers, input_shape=(9, 9, 1)).save(tmp_path / "small.safetensors")
    lesson = Residual(model=str(tmp_path / "small.safetensors"))
    assert not lesson.goes_on
    np.testing.assert_array_equal(lesson.stack.came, Residual().three[0])
    assert lesson.row().panel("came").scale.limit == pytest.approx(lesson.stack.most)


def test_it_tells_what_shortcuts_do_for_many_layers_as_it_was_measured(lesson):
    shares = {
        (row["blocks"], row["arrows"]): np.mean(row["by_seed"]) for row in facts.rows("depth")
    }
    short, plain = (fmt.percent(shares[8, arrows]) for arrows in ("yes", "no"))
    assert told(lesson, "many") == (f"8 blocks, trained: {short} right with, {plain} without.")
    short, plain = (fmt.percent(shares[2, arrows]) for arrows in ("yes", "no"))
    assert told(lesson, "few") == f"2 blocks: {short} with, {plain} without. Hardly a difference."
    assert "after 300 steps" in trained(8, 2).panel("said-right").words.text("en")
    mean = trained(8, 2).panel("said-mean").words.text("en")
    assert mean == "Mean of 3 networks of such blocks, maps 7 × 7"
    assert {len(row["by_seed"]) for row in facts.rows("depth")} == {3}
    # Many layers read more than few with shortcuts, without them fewer: that is what pays.
    assert shares[8, "yes"] > max(shares[2, "yes"], shares[2, "no"]) > shares[8, "no"]
    # So it is for each of the networks; few layers need no shortcut.
    plain, short = (facts.row("depth", blocks=8, arrows=a)["by_seed"] for a in ("no", "yes"))
    assert max(plain) < min(short)
    assert abs(shares[2, "no"] - shares[2, "yes"]) < 0.01
    bars = {(p.name, bar.name): bar for p in trained(8, 2).root.panels()
            if p.name in ("right-8", "right-2") for bar in p.bars}  # fmt: skip
    for (blocks, named), share in shares.items():
        bar = bars[f"right-{blocks}", named]
        assert bar.value == pytest.approx(share)
        assert bar.text == fmt.percent(share)


def test_the_gradient_comes_from_the_end_in_both_rows_at_once():
    stages = of("residual", LOOKS[0]).during("arrow")
    rows = [m for m in stages if "yes-8" in m]
    came = [[n for n in range(9) if f"{a}-back-{n}.bar" in m] for a in ("yes", "no") for m in rows]
    assert came[: len(rows)] == came[len(rows) :]
    assert all(each == list(range(each[0], 9)) for each in came if each)
    assert came[-1] == list(range(9))


def test_it_ends_with_the_block_that_adds_and_then_with_the_whole_row(lesson):
    moments = of("residual", LOOKS[0]).during("answer")
    block = [m for m in moments if "plus->sum" in m and "conv2" in " ".join(m.texts)]
    came, change, total = (block[-1][name].values for name in ("came", "change", "sum"))
    np.testing.assert_allclose(total, came + change, atol=1e-5)
    assert change.any()
    last = moments[-1]
    assert moments.index(last) > moments.index(block[-1])
    for name, values in lesson.stack.known.items():
        np.testing.assert_allclose(last[name].values, values)
    assert {f"{a}-back-{n}.bar" for a in ("yes", "no") for n in range(9)} <= set(last.names)
    assert {link.name for link in lesson.row().links} <= set(last.names)


def test_what_the_layers_give_is_open_while_it_is_asked():
    asked = [m for m in of("residual", LOOKS[0]).during("arrow") if "conv2: 0" in m.texts]
    assert np.isnan(asked[0]["change"].values).all()
    assert np.isnan(asked[0]["sum"].values).all()


def test_layers_of_zeros_say_which_have_weights(lesson):
    said = lesson.both_ways(zero=("layers",)).panel("layers").words
    words = said.replace("\N{NO-BREAK SPACE}", "").split()
    for name in lesson.between:
        weighted = any(key.startswith(f"{name}/") for key in lesson.network.weights)
        assert (f"{name}:0" if weighted else name) in words


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_figure_has_its_place_on_page_and_column(lesson, lang):
    for sheet in (PAGE, COLUMN):
        assert problems(place(lesson.diagram(), sheet, lang)) == []


def test_a_video_is_as_long_as_asked():
    assert 40 <= lesson_of("residual").seconds <= 60.01
    assert Residual(length=120.0).seconds == pytest.approx(120)
    assert Residual(length=30.0).seconds == pytest.approx(30)


@pytest.mark.soak
@pytest.mark.skipif(not MODELS.is_dir(), reason="CONVEXPLAIN_MODELS names no folder of networks")
@pytest.mark.parametrize("aspect", ["16:9", "9:16"])
def test_an_imported_network_is_played(aspect):
    model = str(MODELS / "g07_torch_residual.dynamo.onnx")
    check_events(Residual(model=model), Look("zh", "light"), aspect)


def test_the_sum_comes_into_its_own_cell(lesson):
    moments = play(lesson, LOOKS[0], watch=True).during("add")
    row, col = lesson.place
    n = lesson.shown_filter
    # Shown whole before, its cells come anew: the first of them is alone.
    first = next(m for m in moments if "sum" in m and np.isfinite(m["sum"].values).sum() == 1)
    assert first["sum"].values[row, col] == pytest.approx(lesson.numbers[2])
    played = of("residual", LOOKS[0])
    stage = played.ends["add"]
    for name, maps in zip(("came", "change", "sum"), lesson.three, strict=True):
        np.testing.assert_allclose(stage[name].values, maps[:, :, n])
    moments = of("residual", LOOKS[0]).during("arrow")
    silent = [m for m in moments if "change" in m and not m["change"].values.any()]
    assert "conv2: 0" in silent[0].texts
    assert "relu2" in silent[0].texts
    empty, *_, last = [m["sum"].values for m in silent]
    assert np.isnan(empty).all()  # what came in is still on its way round
    np.testing.assert_allclose(last, silent[-1]["came"].values)
    # Blocks in a row hand on one after the other, with shortcuts and without.
    row = [m for m in moments if "no-1" in m]
    places = range(1, 9)
    for arrows in ("yes", "no"):
        known = [[np.isfinite(m[f"{arrows}-{n}"].values).all() for n in places] for m in row]
        assert known[0] == [False] * 8
        assert known[-1] == [True] * 8
        assert all(sorted(each, reverse=True) == each for each in known)
    for name, values in lesson.stack.known.items():
        np.testing.assert_allclose(row[-1][name].values, values)


def test_the_box_of_the_layers_is_as_wide_before_their_weights_are_0(lesson):
    for sheet in (VIDEO, TALL):
        before, after = (
            place(lesson.both_ways(end="sum", zero=zero), sheet, "en") for zero in ((), ("layers",))
        )
        assert before["layers"] == after["layers"]
        assert before["came"] == after["came"]
