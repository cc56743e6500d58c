"""The residual block, the lesson: by single layers, and by networks rebuilt."""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from played import LOOKS, check_events, lesson_of, of, play

from convexplain.data import digits, facts
from convexplain.errors import UsageError
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
    assert told(lesson, "all") == "So for all 169 numbers of this map."
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
    upright = sheet.height > sheet.width
    shown = [
        *(lesson.both_ways(upright=upright, end=end) for end in ("plus", "change", "sum")),
        lesson.both_ways(upright=upright, end="sum", zero=("layers", "maps")),
        lesson.adding(upright=upright),
        lesson.row(upright=upright),
        lesson.deep(),
    ]
    for diagram in shown:
        for lang in ("en", "zh"):
            assert problems(place(diagram, sheet, lang)) == []


def test_blocks_of_zeros_in_a_row_hand_on_the_map_only_with_shortcuts(lesson):
    came = lesson.three[0]
    for arrows, maps in lesson.silent_row.items():
        assert len(maps) == 3
        np.testing.assert_array_equal(maps[0], came)
        for each in maps[1:]:
            np.testing.assert_array_equal(each, came if arrows == "yes" else 0 * came)
    assert told(lesson, "row").startswith("Two blocks of zeros in a row: with shortcut the map")
    for name, values in lesson.silent_maps.items():
        drawn = lesson.row().panel(name).values
        np.testing.assert_array_equal(drawn, values)
    # A map of zeros says so, and none else.
    panels = {panel.name: panel for panel in lesson.row().root.panels()}
    zeros = {name.removesuffix("-zero") for name in panels if name.endswith("-zero")}
    assert zeros == {name for name, values in lesson.silent_maps.items() if not values.any()}
    assert zeros == {"no-1", "no-2"}
    assert panels["no-1-zero"].printed == [["0"]]


def test_a_row_of_blocks_is_what_the_layers_make_of_it_one_after_the_other(lesson):
    learned = Residual()
    learned.__dict__["silenced"] = learned.trace  # with weights, zeros prove little
    network, (came, change, total) = learned.network, learned.three
    np.testing.assert_allclose(learned.silent_row["yes"][1], total, atol=1e-4)
    np.testing.assert_allclose(learned.silent_row["no"][1], change, atol=1e-4)
    x = change
    for name in ("conv2", "norm2", "relu2", "conv3", "norm3"):
        layer = network.layer(name)
        x = layer.activate(layer.before(x.astype(np.float64), network.weights_of(name)))
    np.testing.assert_allclose(learned.silent_row["no"][2], x, atol=1e-3)
    np.testing.assert_array_equal(learned.silent_row["no"][0], came)


def test_it_tells_what_shortcuts_do_for_many_layers_as_it_was_measured(lesson):
    shares = {
        (row["blocks"], row["arrows"]): np.mean(row["by_seed"]) for row in facts.rows("depth")
    }
    plain, short = (fmt.percent(shares[8, arrows]) for arrows in ("no", "yes"))
    assert told(lesson, "many") == (
        f"17 convolutions, trained: {plain} right without, {short} with."
    )
    plain, short = (fmt.percent(shares[2, arrows]) for arrows in ("no", "yes"))
    assert told(lesson, "few") == (
        f"5 convolutions: {plain} without, {short} with. Hardly a difference."
    )
    assert "after 300 steps" in lesson.deep().panel("said-deep").words.text("en")
    assert "3 networks" in lesson.deep().panel("said-means").words.text("en")
    assert {len(row["by_seed"]) for row in facts.rows("depth")} == {3}
    # Many layers read more than few with shortcuts, without them fewer: that is what pays.
    assert shares[8, "yes"] > max(shares[2, "yes"], shares[2, "no"]) > shares[8, "no"]
    # So it is for each of the networks; few layers need no shortcut.
    plain, short = (facts.row("depth", blocks=8, arrows=a)["by_seed"] for a in ("no", "yes"))
    assert max(plain) < min(short)
    assert abs(shares[2, "no"] - shares[2, "yes"]) < 0.01
    bars = {(p.name, bar.name): bar for p in lesson.deep().root.panels()
            if p.name in ("deep-17", "deep-5") for bar in p.bars}  # fmt: skip
    for (blocks, named), share in shares.items():
        bar = bars[f"deep-{2 * blocks + 1}", named]
        assert bar.value == pytest.approx(share)
        assert bar.text == fmt.percent(share)


def test_it_tells_which_gradient_the_first_convolution_gets_as_it_was_measured(lesson):
    lengths = {
        (row["convolutions"], row["arrows"]): row["first_gradient"] for row in facts.rows("depth")
    }
    plain, short = (fmt.number(lengths[17, arrows], 4) for arrows in ("no", "yes"))
    assert told(lesson, "back") == (
        "Backwards the same: the gradient arrives by the shortcut, without it none."
    )
    assert told(lesson, "first") == (
        f"Gradient at the first of 17 untrained convolutions: {short}; without shortcut {plain}."
    )
    assert float(plain) > 0
    # Without shortcuts many layers let far less through than few, with them no less.
    assert lengths[17, "no"] < lengths[5, "no"] / 100
    assert lengths[17, "yes"] > lengths[5, "yes"]
    bars = {(p.name, bar.name): bar for p in lesson.deep().root.panels()
            if p.name in ("back-17", "back-5") for bar in p.bars}  # fmt: skip
    assert len(bars) == 4
    for (count, arrows), length in lengths.items():
        assert bars[f"back-{count}", arrows].value == length
        assert bars[f"back-{count}", arrows].text == fmt.number(length, 4)


def test_the_gradient_runs_back_along_the_shortcuts_of_zeros(lesson):
    # With all weights 0 a block with a shortcut hands each gradient on as it is, one without, 0.
    step = 1e-3 * np.ones_like(lesson.three[0])
    changed = Residual()
    changed.__dict__["silenced"] = lesson.silenced
    changed.__dict__["three"] = (lesson.three[0] + step, *lesson.three[1:])
    for arrows, slope in {"yes": 1.0, "no": 0.0}.items():
        ends = (each.silent_row[arrows][-1] for each in (lesson, changed))
        before, after = ends
        np.testing.assert_allclose((after - before) / step, slope, atol=1e-3)


def test_the_gradient_stops_at_zeros_without_a_shortcut():
    """Its line is seen from the word to both ends; the arrows that it passes make way."""
    stages = of("residual", LOOKS[0]).during("arrow")
    last = [m for m in stages if "gradient" in m][-1]
    for arrows, passed in {
        "yes": ("yes-plus-2->yes-2", "came->round-1"),
        "no": ("no-box-2->no-2",),
    }.items():
        assert f"gradient->{arrows}-2" in last
        assert not any(name in last for name in passed)
    # In front of the layers without a shortcut nothing runs back.
    assert "no-1->no-box-2" in last
    assert "no-box-1->no-1" in last


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
    still = [m["sum"].values for m in played.during("answer") if "change" in m]
    assert np.isnan(still[0]).all()  # both are still on their way to the plus
    stage = played.ends["answer"]
    for name, maps in zip(("came", "change", "sum"), lesson.three, strict=True):
        np.testing.assert_allclose(stage[name].values, maps[:, :, n])
    moments = of("residual", LOOKS[0]).during("arrow")
    silent = [m for m in moments if "change" in m and not m["change"].values.any()]
    assert "conv2: 0" in silent[0].texts
    assert "relu2" in silent[0].texts
    empty, *_, last = [m["sum"].values for m in silent]
    assert np.isnan(empty).all()  # what came in is still on its way round
    np.testing.assert_allclose(last, silent[-1]["came"].values)
    # Blocks in a row hand on one after the other, those with shortcuts first.
    row = [m for m in moments if "no-1" in m]
    known = [
        [np.isfinite(m[n].values).all() for n in ("yes-1", "yes-2", "no-1", "no-2")] for m in row
    ]
    assert known[0] == [False] * 4
    assert known[-1] == [True] * 4
    for before, after in pairwise(known[-1:0:-1]):
        assert all(a >= b for a, b in zip(before, after, strict=True))
    assert all(sorted(each, reverse=True) == each for each in known)
    for name, values in lesson.silent_maps.items():
        np.testing.assert_allclose(row[-1][name].values, values)


def test_the_box_of_the_layers_is_as_wide_before_their_weights_are_0(lesson):
    for upright, sheet in ((False, VIDEO), (True, TALL)):
        before, after = (
            place(lesson.both_ways(upright=upright, end="sum", zero=zero), sheet, "en")
            for zero in ((), ("layers",))
        )
        assert before["layers"] == after["layers"]
        assert before["came"] == after["came"]
