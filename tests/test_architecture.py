"""The architecture: shapes, parameters and maps are the network's own, counted by hand here."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from played import LOOKS, of
from scipy.special import softmax

from convexplain import panels
from convexplain.data import digits
from convexplain.data.pictures import Picture
from convexplain.data.recipe import Recipe
from convexplain.errors import UsageError
from convexplain.lessons.architecture import Architecture
from convexplain.lessons.parts.answer_bars import answer_bars
from convexplain.lessons.parts.stages import folded, stages
from convexplain.network import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Network,
    Trace,
)
from convexplain.style.captions import Caption
from tests.often import covering, some


@pytest.fixture(scope="module")
def lesson():
    return Architecture()


def saved(tmp_path, *layers, input_shape=(28, 28, 1), recipe=None):
    path = tmp_path / "model.safetensors"
    untrained = Network.initialised(layers, input_shape=input_shape)
    Network(layers, untrained.weights, input_shape=input_shape, recipe=recipe).save(path)
    return str(path)


def told(lesson):
    """What each event says, by its name."""
    return {
        event.name: event.said.text("en")
        for beat in lesson.make_beats()
        for event in beat.events
        if event.said is not None
    }


def test_stages_have_the_chapter_s_shapes_and_parameters(lesson):
    found = [(stage.name, stage.size, stage.parameters) for stage in lesson.stages]
    assert found == [
        ("input", "28 × 28 × 1", 0),
        ("conv1", "26 × 26 × 32", 3 * 3 * 1 * 32 + 32),
        ("pool1", "13 × 13 × 32", 0),
        ("conv2", "11 × 11 × 64", 3 * 3 * 32 * 64 + 64),
        ("pool2", "5 × 5 × 64", 0),
        ("conv3", "3 × 3 × 128", 3 * 3 * 64 * 128 + 128),
        ("flatten", "1,152", 0),
        ("dense", "10", 1152 * 10 + 10),
    ]
    assert lesson.total == 104_202


def test_the_sentences_hold_what_is_counted_by_hand(lesson):
    said = told(lesson)
    assert round(100 * 73_856 / 104_202) == 71
    assert lesson.costs.text("en") == (
        "104,202 parameters: 71% of them in the third convolution, none in pooling."
    )
    assert "第三个卷积层" in lesson.costs.text("zh")
    assert said["trade"] == "To one scale: places fall from 784 to 9, channels grow from 1 to 128."
    assert said["ends"] == "Fewer places, more channels: more patterns looked for at each."
    assert "26 × 26 to 13 × 13" in said["pooling"]
    assert said["places"] == f"Flattened: 9 places, 128 numbers each: {9 * 128:,} in a row."
    assert said["next"] == "64: each filter reads all 32 channels and makes one."
    assert said["numbers"] == "Ten numbers, each from all 1,152: the answer is 3."


def test_more_sheets_and_smaller_ones_is_said_of_what_is_so(lesson):
    shapes = [(26, 32), (13, 32), (11, 64), (5, 64), (3, 128)]
    assert all(a >= b and n <= m for (a, n), (b, m) in pairwise(shapes))
    assert (13 - 3 + 1, 11 - 2 * (11 // 2)) == (11, 1)
    said = told(lesson)
    assert said["again"] == "11 is odd: pooling leaves the last row and column out."
    assert said["deeper"] == "Convolution: 128 filters, 128 channels."
    assert told(lesson)["filters"] == (
        "32 filters make 32 channels: 26 × 26, as the 3 × 3 window stays inside."
    )


def test_no_rim_is_trimmed_where_windows_stick_out(tmp_path):
    layers = (
        Conv2D("a", 4, padding="same"), MaxPooling2D("b"), Conv2D("c", 8, padding="same"),
        Flatten("d"), Dense("e", units=3, activation="softmax"),
    )  # fmt: skip
    said = told(Architecture(model=saved(tmp_path, *layers)))
    assert said["filters"] == "4 filters make 4 channels: one each."
    assert "rim" not in said["again"]


def test_nothing_is_said_to_be_left_over_where_pooling_halves_evenly(tmp_path):
    layers = (
        Conv2D("a", 4, 3), MaxPooling2D("b"), Conv2D("c", 8, 4), MaxPooling2D("d"),
        Conv2D("e", 9, 3), Flatten("f"), Dense("g", units=3, activation="softmax"),
    )  # fmt: skip
    lesson = Architecture(model=saved(tmp_path, *layers))
    maps = [lesson.stages[n].sides for n in lesson.with_maps]
    assert maps == [(26, 26), (13, 13), (10, 10), (5, 5), (3, 3)]
    assert lesson.left_over is None
    assert "odd" not in told(lesson)["again"]
    assert "deeper" not in told(lesson)


@pytest.mark.render
def test_all_that_a_number_is_made_of_is_framed_as_it_comes(lesson):
    bars = [f"answer.{bar.name}" for bar in answer_bars(lesson.trace).bars]
    moments = of("architecture", LOOKS[0]).during("vector")
    framed = [stage for stage in moments if "layer-flatten.whole" in stage]
    assert framed
    assert all(bar in framed[-1] for bar in bars)
    assert "layer-flatten.whole" not in moments[-1]


@pytest.mark.render
def test_ever_more_channels_are_looked_at_at_one_place_of_each_block():
    last = of("architecture", LOOKS[0]).ends["answer"]
    shapes = {"conv1": 32, "pool1": 32, "conv2": 64, "pool2": 64, "conv3": 128}
    assert "layer-input.place" in last
    found = {}
    for name, channels in shapes.items():
        front, block = last[f"layer-{name}[0]"], last[f"layer-{name}.box"]
        shaft = last[f"layer-{name}.place-depth"]
        high = np.ptp(shaft.places[:, 1]) - front.cell
        assert high == pytest.approx(np.ptp(block.places[:, 1]) - np.ptp(front.places[:, 1]))
        found[name] = high / (channels - 1)
    assert max(found.values()) == pytest.approx(min(found.values()))
    assert not [name for name in last.names if name.startswith("legend")]


def test_the_question_has_one_right_answer_and_the_picture_does_not_tell(lesson):
    (question,) = [e.ask for b in lesson.make_beats() for e in b.events if e.ask is not None]
    replies = {choice.text.text("en"): choice.reply for choice in question.choices}
    assert list(replies) == ["32", "64", f"{32 * 64:,}"]
    assert replies["64"] is None


@pytest.mark.render
def test_no_number_of_sheets_is_seen_while_it_is_asked_for():
    from convexplain.stage import Label

    moments = of("architecture", LOOKS[0]).during("maps")
    asked = [stage for stage in moments if "How many" in stage.caption]
    assert asked
    for stage in asked:
        assert "× 64" not in {part.text for part in stage.of(Label)}
    assert asked[-1]["depth-conv2"].text == "× ?"
    # What each filter reads is seen: its window goes through all sheets.
    assert {"layer-pool1.window", "layer-pool1.window-depth"} <= set(asked[-1].names)


@pytest.mark.render
def test_one_place_is_framed_through_all_sheets_of_the_stack(lesson):
    moments = [s for s in of("architecture", LOOKS[0]).during("maps") if "Stacked" in s.caption]
    framed = [
        s for s in moments if {"layer-conv1.place", "layer-conv1.place-depth"} <= set(s.names)
    ]
    front, frame = framed[-1]["layer-conv1[0]"], framed[-1]["layer-conv1.place"].places
    col, row = np.rint((frame[0] - front.places[0]) / front.cell).astype(int)
    maps = lesson.trace.activations["conv1"]
    assert maps[row, col].max() == maps.max()
    assert (
        told(lesson)["stack"] == "Stacked: at each place 32 numbers, one for each filter's pattern."
    )


def test_each_class_has_a_number_that_is_not_known_yet(lesson):
    bars = lesson.picture_of.opening().panel("answer").bars
    assert [(bar.value, bar.text) for bar in bars] == [(0.0, "? %")] * 10


@pytest.mark.render
def test_no_number_of_the_answer_is_seen_before_its_bar():
    moments = of("architecture", LOOKS[0])
    asked = moments.during("question")[-1]
    assert {asked[f"answer.{k}.value"].text for k in range(10)} == {"? %"}
    assert "answer.3.value" not in moments.ends["maps"]
    assert moments.ends["vector"]["answer.3.value"].text == ">99.9%"


def test_the_channel_with_most_strong_cells_is_in_front_in_all_layers_alike(lesson):
    """Strong is at least half of the layer's maximum; a pooling keeps what it reads in order."""
    expected = lesson.network.activations(lesson.shown_picture.pixels)
    diagram = lesson.diagram()
    for name in ("conv1", "pool1", "conv2", "pool2", "conv3"):
        of = expected[name if name[0] == "c" else f"conv{name[-1]}"]
        strong = [(of[:, :, n] >= of.max() / 2).sum() for n in range(of.shape[2])]
        order = sorted(range(of.shape[2]), key=lambda n: (-strong[n], -of[:, :, n].sum()))
        panel = diagram.panel(f"layer-{name}")
        np.testing.assert_allclose(
            panel.values, expected[name][:, :, order] / of.max(), rtol=1e-3, atol=1e-4
        )


def test_the_vector_has_a_column_for_each_place(lesson):
    *_, last, flat, _ = lesson.stages
    vector = lesson.trace.activations["flatten"]
    expected = np.stack([vector[128 * place : 128 * (place + 1)] for place in range(9)], axis=1)
    np.testing.assert_array_equal(folded(flat, last), expected)


def test_the_answer_s_bars_are_a_softmax_that_claims_no_certainty(lesson):
    bars = lesson.diagram().panel("answer").bars
    expected = softmax(lesson.trace.logits.astype(np.float64))
    np.testing.assert_allclose([bar.value for bar in bars], expected, rtol=1e-9)
    assert [bar.name for bar in bars if bar.value > 0.5] == ["3"]
    # Pink is of marks and windows.
    assert "accent" not in {bar.tone for bar in bars}
    assert bars[3].text == ">99.9%"


def test_piles_compare_by_their_heights(lesson):
    placed = panels.place(lesson.diagram(), panels.VIDEO)
    heights = {n: placed[f"pile-{n}.parameters"].height for n in ("conv2", "conv3", "dense")}
    assert heights["conv3"] / heights["conv2"] == pytest.approx(73_856 / 18_496)
    assert heights["conv3"] / heights["dense"] == pytest.approx(73_856 / 11_530)
    texts = {piece.name: piece.text for piece in placed.pieces if hasattr(piece, "text")}
    assert [texts[f"count-{n}"] for n in heights] == ["18,496", "73,856", "11,530"]
    widths = {placed[f"pile-{n}.parameters"].width for n in heights}
    assert len(widths) == 1


@pytest.mark.parametrize(("sheet", "lang"), covering([*panels.SHEETS], ["en", "zh"]))
def test_every_picture_fits_every_sheet(lesson, sheet, lang):
    picture = lesson.picture_of
    pairs = [picture.pair(n) for n in range(2, 6)]
    for diagram in (
        picture.opening(), picture.filters(1), picture.stacked(1), *pairs, picture.vector(6),
        picture.answered(6), picture.ends(), lesson.diagram(),
    ):  # fmt: skip
        assert panels.problems(panels.place(diagram, panels.SHEETS[sheet], lang)) == []


@pytest.mark.parametrize("label", some(range(10)))
def test_any_digit_fills_the_stacks(label):
    lesson = Architecture(picture=digits.first(label))
    assert lesson.trace.prediction == label
    assert told(lesson)["numbers"] == f"Ten numbers, each from all 1,152: the answer is {label}."
    assert 40 <= lesson.seconds <= 60


def test_a_misread_digit_is_told_with_its_label():
    lesson = Architecture(picture=digits.sample(122))
    assert lesson.trace.prediction == 1
    assert told(lesson)["numbers"] == "Ten numbers: the answer is 1, the label 6."


@pytest.mark.parametrize("length", some([30, 120, 45]))
def test_it_can_be_short_or_long(length):
    assert Architecture(length=length).seconds == pytest.approx(length)


# Other networks.


def test_another_network_is_told_with_its_own_numbers(tmp_path):
    model = saved(
        tmp_path,
        Conv2D("a", filters=4, kernel_size=5, stride=2),
        AveragePooling2D("b", pool_size=3),
        Flatten("c"),
        Dense("d", units=3, activation="softmax"),
    )
    lesson = Architecture(model=model)
    assert [stage.parameters for stage in lesson.stages] == [0, 104, 0, 0, 195]
    said = told(lesson)
    assert (
        said["pooling"] == "Pooling shrinks the sides and keeps all 4 channels: 12 × 12 to 4 × 4."
    )
    assert "65% of them in the dense layer" in lesson.costs.text("en")
    assert round(100 * 195 / (195 + 104)) == 65
    assert said["numbers"].startswith("Three numbers")


def test_layers_that_keep_the_shape_are_folded_and_one_place_is_no_flatten(tmp_path):
    model = saved(
        tmp_path,
        Conv2D("stem", 6, padding="same", activation="linear"),
        BatchNormalization("norm"),
        Activation("relu", "relu"),
        Conv2D("again", 6, padding="same", activation="linear"),
        Add("sum", inputs=("relu", "again")),
        GlobalAveragePooling2D("mean", keepdims=True),
        Flatten("flat"),
        Dense("out", 10),
        input_shape=(16, 16, 3),
        recipe=Recipe((16, 16), "rgb"),
    )
    lesson = Architecture(model=model)
    assert [stage.name for stage in lesson.stages] == ["input", "stem", "again", "mean", "out"]
    trace = lesson.trace
    np.testing.assert_array_equal(lesson.stages[1].values, trace.activations["relu"])
    np.testing.assert_array_equal(lesson.stages[2].values, trace.activations["sum"])
    said = told(lesson)
    assert "pooling" not in said
    assert said["places"] == "Of each channel one number is left: 6."
    assert said["trade"] == "Places: from 256 to 256. Channels: from 3 to 6."
    assert said["ends"] == "From 256 places of 3 channels to 256 places of 6 channels."
    assert not lesson.picture_of.trades
    ends = lesson.picture_of.ends()
    said = [ends.panel(f"{what}-input").words.text("en") for what in ("places", "channels")]
    assert said == ["256 places", "3 channels"]
    for sheet in panels.SHEETS.values():
        assert panels.problems(panels.place(lesson.diagram(), sheet, "zh")) == []


def test_many_layers_take_several_lines(tmp_path):
    layers = [Conv2D(f"convolution_{n}", 3, padding="same") for n in range(14)]
    layers += [MaxPooling2D("pool"), Flatten("f"), Dense("d", units=25, activation="softmax")]
    lesson = Architecture(model=saved(tmp_path, *layers))
    for sheet in panels.ASPECTS.values():
        placed = panels.place(lesson.diagram(), sheet, "en")
        assert panels.problems(placed) == []
        drawn = [s.name for s in lesson.stages if f"name-{s.name}" in placed]
        assert drawn == [
            *[s.name for s in lesson.stages[:6]],
            *[s.name for s in lesson.stages[-6:]],
        ]
        assert len({round(placed[f"name-{name}"].y) for name in drawn}) > 1
        said = lesson.diagram().panel("explained").words.text("en")
        assert "Left out before convolution_11: 6." in said
    assert told(lesson)["again"] == "14 more stages; the last one is 14 × 14 × 3."


def test_of_many_classes_the_ten_most_probable_have_bars(tmp_path):
    names = tuple(Caption(en=f"class {n}", zh=f"第 {n} 类") for n in range(25))
    layers = (Conv2D("c", filters=2), Flatten("f"), Dense("d", units=25, activation="softmax"))
    recipe = Recipe((28, 28), "gray", classes=names)
    network = Network.load(saved(tmp_path, *layers, recipe=recipe))
    trace = Trace(network, digits.first(5).pixels)
    bars = answer_bars(trace).bars
    expected = softmax(trace.logits.astype(np.float64))
    order = np.argsort(-expected, kind="stable")
    assert [bar.label.text("en") for bar in bars[:10]] == [f"class {n}" for n in order[:10]]
    assert bars[10].label.text("en") == "15 others"
    assert bars[10].value == pytest.approx(expected[order[10:]].sum())


def test_one_sigmoid_stands_for_two_classes(tmp_path):
    layers = (Conv2D("c", filters=2), Flatten("f"), Dense("d", units=1, activation="sigmoid"))
    lesson = Architecture(model=saved(tmp_path, *layers))
    said = told(lesson)
    assert said["ask"].startswith("A picture goes in, one number comes out.")
    yes = 1 / (1 + np.exp(-float(lesson.trace.logits[0])))
    bars = lesson.diagram().panel("answer").bars
    np.testing.assert_allclose([bar.value for bar in bars], [1 - yes, yes], rtol=1e-6)


def test_deep_stacks_show_their_fullest_maps_and_say_so(tmp_path):
    layers = (Conv2D("c", 200), Conv2D("e", 700), Flatten("f"), Dense("d", 10, "softmax"))
    lesson = Architecture(model=saved(tmp_path, *layers, input_shape=(6, 6, 1)))
    deep = lesson.stages[2]
    panel = lesson.diagram().panel("layer-e")
    assert panel.channels == 128
    strong = sorted((deep.values >= deep.limit / 2).sum(axis=(0, 1)), reverse=True)[:128]
    np.testing.assert_array_equal((panel.values >= 0.5).sum(axis=(0, 1)), strong)
    assert "of 200 maps" in lesson.diagram().panel("explained").words.text("en")
    # A block of the video has the depth of all its channels.
    block = lesson.picture_of.pair(2).panel("layer-e")
    assert (block.deep, block.channels) == (700, 1)


@pytest.mark.parametrize(
    "layers",
    [
        (Flatten("f"), Dense("d", units=10, activation="softmax")),
        (Conv2D("c", filters=2), Conv2D("d", filters=10, activation="softmax")),
    ],
    ids=["no convolution", "no vector"],
)
def test_a_network_that_does_not_fit_is_refused(tmp_path, layers):
    with pytest.raises(UsageError, match=r"lacks a (convolution|vector at its end)"):
        Architecture(model=saved(tmp_path, *layers))


def test_pictures_of_another_size_are_scaled():
    small = Picture(np.ones((14, 14, 1), np.float32), None, "small.png")
    assert (Architecture(picture=small).trace.image == np.ones((28, 28, 1))).all()


def test_colours_for_a_gray_network_are_refused():
    with pytest.raises(UsageError, match="prepare it as a digit"):
        Architecture(picture=Picture(np.zeros((28, 28, 3), np.float32), None, "cat.png"))


# As a video.


def test_an_activation_behind_a_pooling_has_colours_of_its_own():
    """A pooling keeps the scale of what it reads, unless logarithms follow that lie beyond."""
    layers = (
        Conv2D("conv", 4, 3),
        GlobalAveragePooling2D("mean"),
        Activation("shares", "log_softmax"),
    )
    network = Network.initialised(layers, seed=1, input_shape=(8, 8, 1))
    *_, last = stages(Trace(network, np.full((8, 8, 1), 0.2, np.float32)))
    assert last.name == "mean"
    assert last.limit == pytest.approx(float(np.abs(last.values).max()))


@pytest.mark.render
def test_the_first_block_has_closed_up_before_pooling_is_named():
    moments = of("architecture", LOOKS[0]).during("maps")
    stacked = [stage for stage in moments if "Stacked" in stage.caption][-1]
    front, back = stacked["layer-conv1[0]"], stacked["layer-conv1[31]"]
    assert 0 < back.places[0][0] - front.places[0][0] < front.cell * 10
    assert {"layer-conv1.box", "layer-conv1.sides"} <= set(stacked.names)


@pytest.mark.render
def test_all_numbers_of_one_place_come_out_of_the_stack(lesson):
    stage = [s for s in of("architecture", LOOKS[0]).during("maps") if "Stacked" in s.caption][-1]
    conv1 = lesson.trace.activations["conv1"]
    front, frame = stage["layer-conv1[0]"], stage["layer-conv1.place"].places
    col, row = np.rint((frame[0] - front.places[0]) / front.cell).astype(int)
    found = stage["numbers"].values
    assert found.shape == (8, 4)
    np.testing.assert_allclose(
        np.sort(found.ravel()), np.sort(conv1[row, col]) / conv1.max(), atol=1e-6
    )


@pytest.mark.render
def test_two_blocks_have_cells_of_one_size_and_the_last_picture_has_one_for_all():
    moments = of("architecture", LOOKS[0])
    pairs = ("conv1", "pool1"), ("pool1", "conv2"), ("conv2", "pool2"), ("pool2", "conv3")
    for before, after in pairs:
        one, other = f"layer-{before}[0]", f"layer-{after}[0]"
        stage = [s for s in moments.during("maps") if {one, other} <= set(s.names)][-1]
        assert stage[one].cell == pytest.approx(stage[other].cell)
        # What is spoken of is large: a third of the frame's height, or all of its cells can be
        # counted.
        assert min(np.ptp(stage[one].places[:, 1]) / 1080, stage[other].cell / 24) > 0.3
    last = moments.ends["answer"]
    names = ["layer-input", *(f"layer-{name}[0]" for name in ("conv1", "pool2", "conv3"))]
    assert len({round(last[name].cell, 3) for name in names}) == 1


@pytest.mark.render
def test_a_block_is_laid_in_one_row_place_by_place(lesson):
    vector = lesson.trace.activations["flatten"]
    moments = [s for s in of("architecture", LOOKS[0]).during("vector") if "layer-conv3.place" in s]
    found = set()
    for stage in moments:
        front, frame = stage["layer-conv3[0]"], stage["layer-conv3.place"].places
        col, row = np.rint((frame[0] - front.places[0]) / front.cell).astype(int)
        values = stage["layer-flatten"].values
        assert values.shape == (1, 9 * 128)
        known = np.isfinite(values[0])
        assert known.sum() == 128 * (3 * row + col + 1)
        np.testing.assert_allclose(
            values[0, known], vector[: known.sum()] / lesson.stages[5].limit, rtol=1e-5
        )
        assert stage["size-flatten"].text == str(3 * row + col + 1)
        assert stage["depth-flatten"].text == "× 128"
        assert "total-flatten" not in stage
        found.add(3 * row + col)
    assert 8 in found
    assert of("architecture", LOOKS[0]).ends["vector"]["total-flatten"].text == "= 1,152"


@pytest.mark.render
def test_what_a_pooling_leaves_over_is_dimmed():
    moments = [s for s in of("architecture", LOOKS[0]).during("maps") if "is odd" in s.caption]
    last = moments[-1]
    dimmed = last["layer-conv2[0]"].shares < 1
    expected = np.zeros((11, 11), bool)
    expected[10, :] = expected[:, 10] = True
    np.testing.assert_array_equal(dimmed, expected)


def test_blocks_have_the_areas_and_the_depths_of_their_places_and_channels(lesson):
    placed = panels.place(lesson.picture_of.ends(), panels.VIDEO)
    shapes = {"conv1": (676, 32), "pool1": (169, 32), "conv2": (121, 64), "pool2": (25, 64),
              "conv3": (9, 128)}  # fmt: skip
    area = placed["layer-input"].width * placed["layer-input"].height / 784
    deep = placed["layer-conv3.box"].height - placed["layer-conv3[0]"].height
    for name, (places, channels) in shapes.items():
        front, block = placed[f"layer-{name}[0]"], placed[f"layer-{name}.box"]
        assert front.width * front.height == pytest.approx(places * area)
        assert (block.height - front.height) / deep == pytest.approx((channels - 1) / 127)
    texts = {piece.name: piece.text for piece in placed.pieces if hasattr(piece, "text")}
    assert (texts["places-input"], texts["channels-conv3"]) == ("784 places", "128")
    sides = {name: texts[f"size-{name}"] for name in ("input", "conv1", "conv3")}
    assert sides == {"input": "28 × 28", "conv1": "26 × 26", "conv3": "3 × 3"}


@pytest.mark.render
def test_what_was_asked_for_stands_at_both_ends_of_the_last_picture(lesson):
    last = of("architecture", LOOKS[0]).ends["answer"]
    picture, end = last["layer-input"], last["layer-dense"]
    shares = softmax(lesson.trace.logits.astype(np.float64))
    np.testing.assert_allclose(end.values.ravel(), shares, atol=1e-6)
    assert (last["name-dense"].text, last["size-dense"].text) == ("dense", "10")
    assert np.ptp(end.places[:, 1]) == pytest.approx(np.ptp(picture.places[:, 1]))
    assert end.places[:, 0].min() > last["layer-conv3.box"].places[:, 0].max()


def test_the_figure_has_the_fronts_of_the_video(lesson):
    figure = lesson.diagram()
    for number in range(2, 6):
        for name in (lesson.stages[n].panel for n in (number - 1, number)):
            shown = lesson.picture_of.pair(number).panel(name).values
            np.testing.assert_array_equal(figure.panel(name).values[:, :, :1], shown)


@pytest.mark.render
def test_a_sheet_fills_as_its_window_goes(lesson):
    """What stands on it is what the network computes, up to where the window is."""
    found = 0
    for stage in of("architecture", LOOKS[0]).during("maps"):
        if "How many" in stage.caption:  # one row, as an example
            continue
        for name, window, stride in (("conv2", "layer-pool1", 1), ("pool1", "layer-conv1", 2)):
            if f"layer-{name}[0]" not in stage or f"{window}.window" not in stage:
                continue
            front, frame = stage[f"layer-{name}[0]"], stage[f"{window}.window"].places
            known = np.isfinite(front.values)
            if known.all() and "filter" in stage:  # another filter is at work
                assert stage["filter"].text == f"filter {stage['depth-conv2'].text[2:]} of 64"
                continue
            made = next(s for s in lesson.stages if s.name == name)
            values = (
                made.values[:, :, lesson.picture_of.channels(lesson.stages.index(made))[0]]
                / made.limit
            )
            np.testing.assert_allclose(front.values[known], values[known], atol=1e-6)
            grid = stage[f"{window}[0]"]
            col, row = np.rint((frame[0] - grid.places[0]) / grid.cell / stride).astype(int)
            assert known.sum() == row * known.shape[1] + col + 1
            found += 1
    assert found


@pytest.mark.render
def test_what_pooling_leaves_over_is_framed_as_its_window_runs():
    moments = [s for s in of("architecture", LOOKS[0]).during("maps") if "is odd" in s.caption]
    runs = [stage for stage in moments if "layer-conv2.window" in stage]
    assert runs
    assert all({"layer-conv2.over-0", "layer-conv2.over-1"} <= set(s.names) for s in runs)
    front = runs[-1]["layer-conv2[0]"]
    for name, first in (("over-0", (0, 10)), ("over-1", (10, 0))):  # on its cells, not outside
        frame = runs[-1][f"layer-conv2.{name}"]
        corner = (frame.places[0] - front.places[0] - 1.5 * frame.line) / front.cell
        np.testing.assert_allclose(corner, first, atol=1e-5)


@pytest.mark.render
def test_a_window_lies_on_its_cells_and_never_crosses_the_border():
    moments = [s for s in of("architecture", LOOKS[0]).plays if "layer-input.window" in s]
    assert moments
    for stage in moments:
        picture, frame = stage["layer-input"], stage["layer-input.window"]
        out = 1.5 * frame.line  # its line lies so far outside its places
        (left, top), (right, _), (_, bottom) = frame.places - picture.places[0]
        ends = np.array([left - out, right + out, top - out, bottom + out]) / picture.cell
        np.testing.assert_allclose(ends, np.rint(ends), atol=1e-5)
        assert (ends[1] - ends[0], ends[3] - ends[2]) == pytest.approx((3, 3))
        assert ends.min() > -1e-5
        assert ends.max() < 28 + 1e-5
