"""The forward pass: its arithmetic is checked against SciPy, and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.signal import correlate
from scipy.special import softmax

from convexplain import panels
from convexplain.data import digits
from convexplain.data.pictures import Picture
from convexplain.data.recipe import Recipe
from convexplain.errors import UsageError
from convexplain.lessons.forward_pass import ForwardPass
from convexplain.lessons.parts.answer_bars import answer_bars
from convexplain.lessons.parts.number_words import about
from convexplain.lessons.parts.subject import choose_picture
from convexplain.network import (
    AveragePooling2D,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Network,
    Trace,
)
from convexplain.style.captions import Caption
from convexplain.style.format import adds_up, number


@pytest.fixture(scope="module")
def lesson():
    return ForwardPass()


@pytest.fixture(scope="module")
def computed(lesson):
    """All layers by SciPy, in float64."""
    weights = lesson.network.weights
    x, found = lesson.trace.image[:, :, 0].astype(float)[:, :, None], {}
    for n in (1, 2, 3):
        kernel = weights[f"conv{n}/kernel"].astype(float)
        maps = [correlate(x, kernel[..., k], "valid")[..., 0] for k in range(kernel.shape[3])]
        x = found[f"conv{n}"] = np.maximum(np.stack(maps, axis=2) + weights[f"conv{n}/bias"], 0)
        if n < 3:
            rows, cols = (side // 2 for side in x.shape[:2])
            x = x[: 2 * rows, : 2 * cols].reshape(rows, 2, cols, 2, -1).max(axis=(1, 3))
            found[f"pool{n}"] = x
    found["logits"] = x.ravel() @ weights["dense/kernel"].astype(float) + weights["dense/bias"]
    return found


def told(lesson):
    return {
        event.name: event.said.text("en")
        for beat in lesson.make_beats()
        for event in beat.events
        if event.said is not None
    }


def question(lesson):
    found = [e.ask for b in lesson.make_beats() for e in b.events if e.ask is not None]
    return found[0] if found else None


def saved(tmp_path, *layers, input_shape=(28, 28, 1), recipe=None, seed=0):
    path = tmp_path / "model.safetensors"
    untrained = Network.initialised(layers, seed, input_shape=input_shape)
    Network(layers, untrained.weights, input_shape=input_shape, recipe=recipe).save(path)
    return str(path)


def test_the_default_digit_is_read_right_after_hesitating(lesson):
    first, second = (lesson.softmax.shares[n] for n in lesson.softmax.order[:2])
    assert lesson.right
    assert first + second > 0.99
    assert second > 0.2


def test_the_softmax_is_scipy_s_step_by_step(lesson, computed):
    found, logits = lesson.softmax, computed["logits"]
    np.testing.assert_allclose(found.logits, logits, atol=1e-4)
    np.testing.assert_allclose(found.distances, logits - logits.max(), atol=1e-4)
    np.testing.assert_allclose(found.powers, np.exp(logits - logits.max()), rtol=1e-3)
    np.testing.assert_allclose(found.shares, softmax(logits), rtol=1e-3)
    assert found.total == pytest.approx(1 / softmax(logits).max(), rel=1e-3)


def test_the_pooled_window_is_the_one_of_the_largest_response(lesson, computed):
    channel = computed["conv1"].max(axis=(0, 1)).argmax()
    step, pooled = lesson.pooled, computed["pool1"][:, :, channel]
    assert (step.row, step.col) == np.unravel_index(pooled.argmax(), pooled.shape)
    block = computed["conv1"][step.box.top : step.box.bottom, step.box.left : step.box.right]
    assert block[:, :, channel].max() == pytest.approx(step.value, abs=1e-5)


def test_every_layer_with_maps_is_seen_by_its_strongest_map(lesson, computed):
    picture = lesson.picture_of.layers()
    names = [panel.name for panel in picture.root.panels() if isinstance(panel, panels.Cells)]
    # From the pooling on, which was seen large beside the first convolution.
    layers = ["pool1", "conv2", "pool2", "conv3"]
    assert names == [f"layer-{name}" for name in layers]
    begun = lesson.picture_of.begun(pooled=True)
    assert [panel.name for panel in begun.root.panels()][:2] == ["layer-conv1", "layer-pool1"]
    for name in layers:
        values = computed[name]
        # A pooling is drawn on the scale of what it reads.
        limit = computed[name.replace("pool", "conv")].max()
        channel = values.max(axis=(0, 1)).argmax()
        if name == "conv3":  # the one whose number is multiplied next
            channel = lesson.products.channel
            read = picture.panel("layer-conv3").values * limit
            np.testing.assert_allclose(read, lesson.products.read, atol=1e-4)
            assert lesson.picture_of.read_map.scale.limit == pytest.approx(limit, abs=1e-4)
        np.testing.assert_allclose(
            picture.panel(f"layer-{name}").values, values[:, :, channel] / limit, atol=1e-4
        )


def test_the_logit_is_what_pushes_for_it_and_against_it(lesson, computed):
    best = int(computed["logits"].argmax())
    weights = lesson.network.weights["dense/kernel"][:, best].astype(float)
    products = computed["conv3"].ravel() * weights
    above, below = lesson.vote.parts
    assert above.value == pytest.approx(products[products > 0].sum(), abs=1e-4)
    assert below.value == pytest.approx(products[products < 0].sum(), abs=1e-4)
    *_, logit = lesson.picture_of.push().panel("push").bars
    assert logit.value == pytest.approx(computed["logits"][best], abs=1e-4)
    assert told(lesson)["push"].endswith(f"the logit of {best}.")
    # All of them are seen, in a block for each of nine places.
    seen = lesson.products
    assert (seen.many, seen.numbers) == (1152, 128)
    by_place = products.reshape(3, 3, 128)
    for n, block in enumerate(seen.blocks):
        rows = slice(block.row, block.row + block.rows)
        found = seen.values[rows, block.col : block.col + block.cols]
        np.testing.assert_allclose(found.ravel(), by_place[n // 3, n % 3], atol=1e-5)
    assert adds_up([above.value, below.value, lesson.vote.bias], lesson.vote.value)


def test_the_product_that_is_written_out_can_be_checked(lesson, computed):
    number_, weight, product = (float(n.replace("−", "-")) for n in lesson.products.written)
    weights = lesson.network.weights["dense/kernel"][:, lesson.trace.prediction]
    assert f"{number_ * weight:.2f}" == f"{product:.2f}"
    place = np.flatnonzero(
        (computed["conv3"].ravel().round(2) == number_) & (weights.round(2) == np.float32(weight))
    )
    row, col = lesson.products.place
    told = (row * 3 + col) * 128 + lesson.products.channel
    assert told in place
    # Its ring does not lie on the lines of blocks.
    block, (row, col) = lesson.products.blocks[0], lesson.products.telling
    assert 0 < row % block.rows < block.rows - 1
    assert 0 < col % block.cols < block.cols - 1
    marked = lesson.products.values[lesson.products.telling]
    assert marked == pytest.approx(computed["conv3"].flat[told] * weights[told], abs=1e-5)


def test_a_vector_without_places_is_one_block(tmp_path):
    model = saved(tmp_path, Conv2D("c", 5), GlobalAveragePooling2D("g"), Dense("d", 3, "softmax"))
    lesson = ForwardPass(model=model)
    assert len(lesson.products.blocks) == 1
    assert (lesson.products.many, lesson.products.values.size) == (5, 8)  # two rows of four
    total = lesson.products.values[lesson.products.there].sum()
    assert total + lesson.vote.bias == pytest.approx(lesson.vote.value, abs=1e-5)
    for sheet in panels.ASPECTS.values():
        for picture in (lesson.picture_of.push(), lesson.picture_of.every()):
            assert panels.problems(panels.place(picture, sheet, "zh")) == []


def test_powers_are_printed_as_finely_as_their_sum(lesson, computed):
    powers = np.exp(computed["logits"] - computed["logits"].max())
    texts = {bar.name: bar.text for bar in lesson.picture_of.bars("powers").bars}
    assert texts == {
        str(k): f"{p:.4f}" if p >= 0.00005 else "<0.0001" for k, p in enumerate(powers)
    }
    added = sum(float(text) for text in texts.values() if text[0] != "<")
    assert f"{added:.4f}" == lesson.softmax.printed_total


@pytest.mark.parametrize("label", range(10))
def test_printed_powers_divided_by_their_printed_sum_are_the_printed_shares(label):
    lesson = ForwardPass(picture=choose_picture({"digit": label}, None, ForwardPass))
    total = float(lesson.softmax.printed_total)
    powers = {bar.name: bar.text for bar in lesson.picture_of.bars("powers").bars}
    shares = {bar.name: bar.text for bar in lesson.picture_of.bars("shares").bars}
    large = [str(k) for k in np.flatnonzero(lesson.softmax.shares >= 0.001)]
    assert large
    assert {shares[name] for name in shares if name not in large} <= {"<0.1%"}
    told = [bar.text for bar in lesson.picture_of.stack.bars]
    assert sum(float(text.strip("%")) for text in told if text[0] != "<") == pytest.approx(100)
    for name in large:
        share = 100 * float(powers[name]) / total
        assert shares[name] in (f"{share:.1f}%", f">{min(share, 99.9):.1f}%")


def test_what_is_left_of_the_shares_is_told_so_that_they_make_a_whole(lesson, computed):
    shares = softmax(computed["logits"])
    bars = lesson.picture_of.stack.bars
    assert [bar.name for bar in bars] == ["9", "7", "others"]
    assert bars[-1].value == pytest.approx(np.sort(shares)[:-2].sum(), abs=1e-5)
    assert sum(float(bar.text.strip("%")) for bar in bars) == pytest.approx(100)
    placed = panels.place(lesson.picture_of.verdict(), panels.VIDEO, "en")
    (told,) = (p for p in placed.pieces if p.name == "stack.others.label")
    assert told.text == "8 others 0.3%"
    assert told.box.right == pytest.approx(placed["stack.others"].right, abs=1)


def test_one_scale_of_maps_ends_at_their_layer_s_largest_response(lesson, computed):
    first = lesson.picture_of.begun(pooled=True).panel("layer-pool1").scale
    assert computed["pool1"].max() == computed["conv1"].max()
    assert first.ends == ("0", f"{computed['conv1'].max():.2f}")
    # Of several layers each is a share of its own.
    for picture in (lesson.picture_of.layers(), lesson.picture_of.whole()):
        scale = picture.panel("layer-conv3").scale
        assert (scale.name.text("en"), scale.most) == ("share of the layer's maximum", 1.0)


def test_the_kernel_by_which_the_window_multiplies_makes_the_map_beside_it(lesson, computed):
    picture = lesson.picture_of.begun(pooled=False)
    kernel, channel = picture.panel("kernel").values, lesson.stages[1].strongest[0]
    image = lesson.trace.image[:, :, 0].astype(float)
    bias = lesson.network.weights["conv1/bias"][channel]
    found = np.maximum(correlate(image, kernel.astype(float), "valid") + bias, 0)
    shown = picture.panel("layer-conv1").values * computed["conv1"].max()
    np.testing.assert_allclose(found, shown, atol=1e-4)
    assert picture.panel("then").words.text("en") == (
        f"+ bias {number(bias)}, then\N{NO-BREAK SPACE}ReLU"
    )
    assert told(lesson)["respond"].endswith("multiply by the kernel, add; below 0 becomes 0.")


def test_the_last_picture_has_all_stations_of_the_way(lesson):
    picture = lesson.picture_of.whole()
    for sheet in panels.ASPECTS.values():
        placed = panels.place(picture, sheet, "zh")
        maps = ("layer-conv1", "layer-pool1", "layer-conv3")
        for name in ("input", *maps, "to-sums", "ladder", "to-shares", "read"):
            assert name in {piece.panel for piece in placed.pieces}
    # What the caption says is what stands at the arrows.
    assert {bar.printed("en").strip() for bar in picture.panel("ladder").bars} == {""}
    said = [picture.panel(f"to-{name}-said").words.text("en") for name in maps]
    assert said == ["multiply, add, ReLU", "keep the largest", "and so on"]


def test_powers_are_added_as_they_are_printed(lesson):
    rows, picture = lesson.picture_of.bars("powers").bars, lesson.picture_of
    assert picture.added(0) == "0.0000"
    total = 0.0
    for count, bar in enumerate(rows, 1):
        total += 0.0 if bar.text.startswith("<") else float(bar.text)
        assert picture.added(count) == f"{total:.4f}"
    assert f"{total:.4f}" == lesson.softmax.printed_total
    # They stand under one another, above the line below which their sum stands and stays.
    forms = [picture.bars(form) for form in ("added", "shares")]
    assert [[bar.source for bar in form.bars] for form in forms] == 2 * [[b.text for b in rows]]
    assert {form.total for form in forms} == {lesson.softmax.printed_total}
    placed = panels.place(picture.sums("added"), panels.VIDEO, "en")
    under, last = (
        next(piece.box for piece in placed.pieces if piece.name == f"classes.{name}")
        for name in ("total.value", "9.source")
    )
    assert under.y > last.bottom > placed["classes.8.source"].bottom
    assert under.right == pytest.approx(last.right, abs=1)


@pytest.mark.parametrize("sheet", panels.ASPECTS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_classes_keep_their_size_from_powers_to_shares(lesson, sheet, lang):
    forms = [
        panels.place(lesson.picture_of.sums(form), panels.ASPECTS[sheet], lang)
        for form in ("powers", "added", "shares")
    ]
    sizes = [(placed["input"].width, placed["classes.9"].y - placed["classes.0"].y)
             for placed in forms]  # fmt: skip
    assert sizes[1:] == [pytest.approx(sizes[0], abs=1)] * 2


def test_one_divided_by_the_printed_sum_is_the_printed_share(lesson, computed):
    total = float(lesson.softmax.printed_total)
    assert total == pytest.approx(
        np.exp(computed["logits"] - computed["logits"].max()).sum(), abs=5e-3
    )
    said = lesson.picture_of.sums("shares").panel("said").words.text("en")
    said = said.replace("\N{NO-BREAK SPACE}", " ")
    assert said == f"9: 1.0000 / {total} = {100 / total:.1f}%"
    assert {bar.name: bar.text for bar in lesson.picture_of.stack.bars}[
        "9"
    ] == f"{100 / total:.1f}%"
    # The caption leaves the number to the picture, where it comes about.
    assert told(lesson)["total"] == "First their sum: one after the other is added."
    sure = ForwardPass(picture=digits.first(3)).picture_of.sums("shares").panel("said")
    told_ = sure.words.text("en").replace("\N{NO-BREAK SPACE}", " ")
    assert told_ == "3: 1.00 / 1.00 > 99.9%"


def test_the_prediction_s_choices_are_what_people_do_with_two_logits(lesson, computed):
    one, two = np.sort(computed["logits"])[::-1][:2]
    replies = {c.text.text("en"): c.reply for c in question(lesson).choices}
    assert [text for text, reply in replies.items() if reply is None] == ["70.5%"]
    assert f"{100 * softmax(computed['logits']).max():.1f}%" == "70.5%"
    assert f"{100 * two / (one + two):.1f}%" in replies
    assert "88.4%" in replies
    seen = {bar.name: bar.text for bar in lesson.picture_of.bars("distances").bars}
    assert seen["7"] == "\N{MINUS SIGN}0.8837"
    assert "29.2%" in replies["100%"].text("en")
    assert question(lesson).text.text("en").endswith("How sure is it of 9?")
    lead = lesson.picture_of.sums("logits").panel("said").words.text("en")
    assert lead == f"9 leads 7 by {number(one - two)}"


def test_the_ratio_that_is_said_stands_with_the_shares(lesson, computed):
    one, two = np.sort(softmax(computed["logits"]))[::-1][:2]
    said = lesson.picture_of.stack.counter.text("en")
    assert said == f"9 has {one / two:.1f} times the share of 7"


def test_points_stand_where_their_numbers_are_and_the_leader_farthest_right(lesson):
    placed = panels.place(lesson.picture_of.sums("logits"), panels.VIDEO)
    logits = lesson.softmax.logits
    at = np.array([placed[f"classes.{k}"].middle[0] for k in range(10)])
    zero = placed["classes.zero"].x
    np.testing.assert_allclose((zero - at) / (zero - at).max(), logits / logits.min(), rtol=1e-6)
    assert at.argmax() == logits.argmax()


def test_distances_are_the_logits_drawn_in_one_scale_and_moved_together(lesson):
    placed = [
        panels.place(lesson.picture_of.sums(form), panels.VIDEO) for form in ("logits", "distances")
    ]
    went = [placed[1][f"classes.{k}"].x - placed[0][f"classes.{k}"].x for k in range(10)]
    unit = (placed[0]["classes.9"].x - placed[0]["classes.1"].x) / np.ptp(
        lesson.softmax.logits[[1, 9]]
    )
    np.testing.assert_allclose(went, -lesson.softmax.logits.max() * unit, atol=0.1)
    assert placed[0]["classes.zero"].x == pytest.approx(placed[1]["classes.zero"].x)


@pytest.mark.parametrize("label", range(10))
def test_e_to_a_printed_distance_is_the_printed_power(label):
    lesson = ForwardPass(picture=choose_picture({"digit": label}, None, ForwardPass))
    # A distance is printed once for all, as finely as its own power needs.
    before = [bar.text for bar in lesson.picture_of.bars("distances").bars]
    assert before == [bar.source for bar in lesson.picture_of.bars("powers").bars]
    assert len({len(text.split(".")[1]) for text in before}) == 1
    logits = [
        float(number(logit).replace("\N{MINUS SIGN}", "-")) for logit in lesson.softmax.logits
    ]
    for text, logit in zip(before, logits, strict=True):
        if len(text.split(".")[1]) == 2:  # it is the difference of the printed logits
            assert text == number(logit - max(logits))
    for bar in lesson.picture_of.bars("powers").bars:
        power = math.exp(float(bar.source.replace("\N{MINUS SIGN}", "-")))
        places = lesson.softmax.places
        least = f"{10.0**-places:.{places}f}"
        text = bar.text if bar.text[0] != "<" else f"{0:.{places}f}"
        assert f"{power:.{places}f}" == text or bar.text == f"<{least}", bar


def test_the_number_that_is_written_out_stands_ringed_on_its_map(lesson, computed):
    read = lesson.picture_of.read_map
    (ring,) = read.marks.values()
    row, col = int(ring.row), int(ring.col)
    assert f"{read.values[row, col]:.2f}" == lesson.products.written[0]
    channels = [
        n for n in range(128) if np.allclose(computed["conv3"][..., n], read.values, atol=1e-4)
    ]
    assert len(channels) == 1
    # Its product lies in the block of the same place.
    block = lesson.products.blocks[3 * row + col]
    at = np.array(lesson.products.telling) - (block.row, block.col)
    assert at[0] * block.cols + at[1] == channels[0]


@pytest.mark.parametrize(
    ("ratio", "en", "zh"),
    [
        (1.118, "1.1", "1.1"),
        (2.0, "2.0", "2.0"),
        (242.0, "240", "240"),
        (999.9, "about 1 thousand", "约 1,000"),
        (12_345.0, "about 12 thousand", "约 1.2 万"),
        (math.exp(23.0), "about 9.7 billion", "约 97 亿"),
        (1e20, "more than 1,000 trillion", "超过 1,000 万亿"),
    ],
)
def test_large_ratios_have_two_figures(ratio, en, zh):
    assert (about(ratio).text("en"), about(ratio).text("zh")) == (en, zh)


@pytest.mark.parametrize("label", range(10))
def test_the_digit_of_a_class_is_the_one_it_is_least_sure_of(lesson, label):
    chosen = choose_picture({"digit": label}, None, ForwardPass)
    found = ForwardPass(picture=chosen)
    assert found.trace.prediction == label
    sure = float(found.trace.shares[label])
    for digit in digits.load():
        if digit.label == label:
            trace = Trace(lesson.network, digit.pixels)
            assert trace.prediction != label or float(trace.shares[label]) >= sure
    assert 40 <= found.seconds <= 64
    first, second = np.sort(found.softmax.shares)[::-1][:2]
    printed = found.ratio.values["r"].text("en")
    # Two figures of what the printed difference gives.
    assert math.exp(found.less) == pytest.approx(first / second, rel=0.011)
    assert printed == about(math.exp(found.less)).text("en")


def test_a_misread_digit_is_told_with_its_label():
    lesson = ForwardPass(picture=digits.sample(122))
    assert lesson.right is False
    assert told(lesson)["verdict"].endswith("the label is 6.")


def test_a_picture_without_a_label_is_neither_right_nor_wrong():
    lesson = ForwardPass(picture=Picture(digits.first(4).pixels, None, "four.png"))
    assert told(lesson)["verdict"].startswith("The network answers 4")
    assert "right" not in told(lesson)["verdict"]


def test_it_can_be_folded_and_stretched(lesson):
    assert lesson.shortest <= 30
    for length in (30, 120):
        assert ForwardPass(length=length).seconds == pytest.approx(length)


def test_products_keep_their_size_and_their_sums_are_as_broad_as_the_frame(lesson):
    every, push = (
        panels.place(picture, panels.VIDEO, "en")
        for picture in (lesson.picture_of.every(), lesson.picture_of.push())
    )
    assert every["products"].width == pytest.approx(push["products"].width, rel=0.02)
    assert every["products"].width > 0.4 * panels.VIDEO.width
    assert "numbers" not in push  # the map is no longer spoken of
    bars = push["push.below"].width + push["push.above"].width
    assert bars > 0.75 * panels.VIDEO.body_box.width
    above, below = (abs(part.value) for part in lesson.vote.parts)
    assert push["push.above"].width / push["push.below"].width == pytest.approx(above / below)


@pytest.mark.parametrize("sheet", panels.ASPECTS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_picture_fits_every_frame(lesson, sheet, lang):
    picture = lesson.picture_of
    for diagram in (
        picture.opening(), picture.begun(pooled=False), picture.begun(pooled=True),
        picture.layers(), picture.whole(), picture.verdict(), picture.push(),
        picture.sums("logits"), picture.sums("powers"), picture.every(), lesson.diagram(),
    ):  # fmt: skip
        assert panels.problems(panels.place(diagram, panels.ASPECTS[sheet], lang)) == []


# Other networks.


def test_another_network_is_told_by_what_it_has(tmp_path):
    model = saved(
        tmp_path,
        Conv2D("look", filters=4, kernel_size=5, activation="tanh"),
        AveragePooling2D("mean", pool_size=3),
        Conv2D("again", 3, activation="tanh"),
        Flatten("line"),
        Dense("out", units=3),
        input_shape=(20, 20, 1),
        recipe=Recipe((20, 20), "gray", classes=(
            Caption(en="ant", zh="蚂蚁"), Caption(en="bee", zh="蜜蜂"), Caption(en="cat", zh="猫"),
        )),
    )  # fmt: skip
    lesson = ForwardPass(model=model)
    said = told(lesson)
    assert "the mean is kept" in said["keep"]
    assert any(name in said["verdict"] for name in ("ant", "bee", "cat"))
    assert "keep the largest" not in said["whole"]
    # It has no ReLU.
    assert "below 0" not in said["respond"]
    assert "ReLU" not in said["whole"]
    stations = [p for p in lesson.picture_of.whole().root.panels() if p.name.endswith("-said")]
    assert stations[0].words.text("en") == "multiply, add"
    np.testing.assert_allclose(
        lesson.softmax.shares, softmax(lesson.trace.logits.astype(float)), rtol=1e-9
    )


def test_of_many_layers_eight_are_drawn_evenly_the_first_and_the_last_too(tmp_path):
    deep = [Conv2D(f"c{n}", 2) for n in range(12)]
    model = saved(
        tmp_path, *deep, Flatten("f"), Dense("e", 5, "softmax"),
        input_shape=(40, 40, 1), recipe=Recipe((40, 40), "gray"),
    )  # fmt: skip
    lesson = ForwardPass(model=model)
    names = [stage.name for stage in lesson.picture_of.with_maps]
    assert len(names) == 8
    assert (names[0], names[-1]) == ("input", "c11")
    for sheet in panels.ASPECTS.values():
        for picture in (lesson.picture_of.layers(), lesson.picture_of.whole()):
            assert panels.problems(panels.place(picture, sheet, "zh")) == []


def test_a_picture_in_colour_is_drawn_with_its_map(tmp_path):
    model = saved(
        tmp_path, Conv2D("c", 4), GlobalAveragePooling2D("g"), Dense("d", 5, "softmax"),
        input_shape=(12, 12, 3), recipe=Recipe((12, 12), "rgb"),
    )  # fmt: skip
    lesson = ForwardPass(model=model)
    assert "keep" not in told(lesson)
    for sheet in panels.ASPECTS.values():
        assert panels.problems(panels.place(lesson.picture_of.begun(pooled=False), sheet)) == []


@pytest.mark.parametrize(("classes", "bars"), [(10, 10), (11, 11), (12, 11)])
def test_a_single_class_is_never_the_others(tmp_path, classes, bars):
    model = saved(tmp_path, Conv2D("c", 2), Flatten("f"), Dense("d", classes, "softmax"))
    lesson = ForwardPass(model=model)
    assert len(answer_bars(lesson.trace).bars) == bars
    assert len(lesson.picture_of.bars("shares").bars) == bars


def test_of_many_classes_the_others_are_one_bar_in_every_form(tmp_path):
    model = saved(tmp_path, Conv2D("c", 2), Flatten("f"), Dense("d", 40, "softmax"))
    lesson = ForwardPass(model=model)
    logits = lesson.trace.logits.astype(float)
    order = np.argsort(-logits, kind="stable")
    expected = softmax(logits)
    shares, scores = (lesson.picture_of.bars(form).bars[-1] for form in ("shares", "logits"))
    assert shares.value == pytest.approx(expected[order[10:]].sum())
    assert scores.value == pytest.approx(logits[order[10]])
    placed = panels.place(lesson.picture_of.sums("powers"), panels.VIDEO)
    sheet = panels.VIDEO.body_box
    assert all(sheet.x - 1 <= box.x <= box.right <= sheet.right + 1 for box in placed.values())
    assert scores.text == f"≤ {number(logits[order[10]])}"
    for sheet in panels.ASPECTS.values():
        assert panels.problems(panels.place(lesson.picture_of.verdict(), sheet, "zh")) == []


def test_one_sigmoid_is_a_softmax_beside_zero(tmp_path):
    model = saved(tmp_path, Conv2D("c", 2), Flatten("f"), Dense("d", 1, "sigmoid"))
    lesson = ForwardPass(model=model)
    z = float(lesson.trace.logits[0])
    yes = 1 / (1 + math.exp(-z))
    np.testing.assert_allclose(lesson.softmax.shares, [1 - yes, yes], rtol=1e-6)
    assert told(lesson)["scores"] == f"One logit, {number(z)}, against 0."
    assert told(lesson)["powers"].startswith("Sigmoid")


@pytest.mark.parametrize(
    "layers",
    [
        (Flatten("f"), Dense("d", units=10, activation="softmax")),
        (Conv2D("c", filters=2), Flatten("f"), Dense("d", units=10, activation="tanh")),
    ],
    ids=["no convolution", "no probabilities"],
)
def test_a_network_that_does_not_fit_is_refused(tmp_path, layers):
    with pytest.raises(UsageError, match=r"lacks (a convolution|logits or a softmax)"):
        ForwardPass(model=saved(tmp_path, *layers))
