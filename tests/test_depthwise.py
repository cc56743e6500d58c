"""The depthwise separable convolution, the lesson: by loops, SciPy, and networks rebuilt."""

from __future__ import annotations

import math
import re
from decimal import Decimal

import numpy as np
import pytest
from played import LOOKS, check_events, lasting, lesson_of, of
from scipy.signal import correlate2d

from convexplain.data import digits
from convexplain.errors import UsageError
from convexplain.lessons.depthwise import Depthwise
from convexplain.lessons.parts.separating import facing, kept, of_shapes, split
from convexplain.network import Conv2D, DepthwiseConv2D, Flatten, Network
from convexplain.panels import ASPECTS, COLUMN, PAGE, Cells, Legend, place, problems
from convexplain.style import format as fmt
from convexplain.style.theme import Look
from tests.often import covering


@pytest.fixture(scope="module")
def lesson():
    return lesson_of("depthwise")


@pytest.fixture(scope="module")
def learned():
    """A network that has such a layer of its own."""
    return Depthwise(model="blocks")


def told(lesson, event, lang="en"):
    (said,) = (e.said for beat in lesson.designed for e in beat.parts if e.name == event)
    return said.text(lang)


def test_both_steps_are_sums_of_single_correlations(lesson):
    found = lesson.separable
    for n in (0, 7, 31):
        slid = correlate2d(found.maps[:, :, n].astype(float), found.shapes[:, :, n], "valid")
        np.testing.assert_allclose(found.between[:, :, n], slid, atol=1e-9)
    k = lesson.shown_filter
    total = sum(found.between[:, :, n] * found.scales[n, k] for n in range(32)) + found.biases[k]
    np.testing.assert_allclose(found.sums[:, :, k], total, atol=1e-9)
    # One ordinary convolution of rank one does the same.
    whole = sum(
        correlate2d(found.maps[:, :, n].astype(float), found.kernels[:, :, n, k], "valid")
        for n in range(32)
    )
    np.testing.assert_allclose(found.sums[:, :, k], whole + found.biases[k], atol=1e-9)


def test_the_ordinary_value_is_the_network_s(lesson):
    row, col = lesson.place
    z = lesson.trace.before("conv2")[row, col, lesson.shown_filter]
    assert lesson.values[0] == pytest.approx(float(z), abs=1e-5)
    assert lesson.values[1] != pytest.approx(lesson.values[0], abs=0.1)
    # Channel after channel the shown filter's map becomes what both steps give.
    sums = list(lesson.growing())
    assert len(sums) == 33
    np.testing.assert_allclose(sums[-1], lesson.separable.sums[:, :, lesson.shown_filter])
    first = lesson.channels[0]
    own = (
        lesson.separable.between[:, :, first] * lesson.separable.scales[first, lesson.shown_filter]
    )
    np.testing.assert_allclose(sums[1] - sums[0], own, atol=1e-12)


def test_all_shapes_together_are_the_kernels_and_fewer_are_closest(lesson):
    kernels = lesson.separable.ordinary
    np.testing.assert_allclose(of_shapes(kernels, 9), kernels, atol=1e-12)
    shapes, scales = split(kernels)
    np.testing.assert_allclose((shapes**2).sum(axis=(0, 1)), 1)
    flat = shapes.transpose(2, 3, 0, 1).reshape(32, 9, 9)
    largest = np.take_along_axis(flat, np.abs(flat).argmax(axis=2)[..., None], axis=2)
    assert (largest > 0).all()
    assert scales.shape == (32, 9, 64)
    # The least that can be lost is the sum of squares of the other singular values.
    for n in (0, 24):
        sizes = np.linalg.svd(kernels[:, :, n].reshape(9, 64), compute_uv=False)
        for count in (1, 2, 4):
            lost = ((kernels - of_shapes(kernels, count))[:, :, n] ** 2).sum()
            assert lost == pytest.approx((sizes[count:] ** 2).sum())
            share = (sizes[:count] ** 2).sum() / (sizes**2).sum()
            assert kept(kernels, count)[n] == pytest.approx(share)


def test_a_kernel_is_turned_to_look_like_most_of_those_it_stands_for(lesson):
    every, shares = split(lesson.separable.ordinary)
    first, taken = every[..., 0], shares[:, 0]
    shapes, scales = facing(first, taken)
    np.testing.assert_array_equal(shapes, lesson.separable.shapes)
    np.testing.assert_array_equal(scales, lesson.separable.scales)
    assert ((scales > 0).sum(axis=1) >= 32).all()
    turned = (shapes != first).any(axis=(0, 1))
    assert 0 < turned.sum() < 32
    # Both signs are turned, or none: what they make up together stays the same.
    np.testing.assert_array_equal(turned, (scales != taken).any(axis=1))
    for one, other, sign in zip(first.T, shapes.T, np.where(turned, -1, 1), strict=True):
        np.testing.assert_array_equal(one * sign, other)
    np.testing.assert_allclose(lesson.separable.kernels, of_shapes(lesson.separable.ordinary, 1))
    # On the channels that are shown every filter that is shown takes a share above zero.
    assert (scales[list(lesson.channels)][:, list(lesson.compared)] > 0).all()


def test_products_of_the_price_come_out_as_printed(lesson):
    found, channel = lesson.separable, lesson.channel
    assert channel == lesson.channels[0]
    assert lesson.shown_filter in lesson.priced
    for n in lesson.priced:
        share = fmt.rounded(found.scales[channel, n])
        assert str(share) in lesson.sharing().panel(f"scaled-{n}").title.text("en")
        for row, col in np.ndindex(3, 3):
            weight, product = (
                fmt.rounded(values[row, col])
                for values in (found.shapes[:, :, channel], found.kernels[:, :, channel, n])
            )
            assert 2 * abs(weight * share - product) <= Decimal("0.01")


def test_both_maps_of_a_filter_have_one_scale_and_the_numbers_of_one_place(lesson):
    picture, n = lesson.both_maps(), lesson.shown_filter
    ordinary, separable = (picture.panel(f"sums-{name}") for name in ("ordinary", "separable"))
    assert ordinary.scale == separable.scale
    kernel = lesson.network.weights["conv2/kernel"][..., n].astype(float)
    sums = sum(
        correlate2d(lesson.separable.maps[:, :, c].astype(float), kernel[:, :, c], "valid")
        for c in range(32)
    )
    np.testing.assert_allclose(ordinary.values, sums + lesson.separable.biases[n], atol=1e-9)
    np.testing.assert_array_equal(separable.values, lesson.separable.sums[:, :, n])
    place = np.unravel_index(ordinary.values.argmax(), (11, 11))
    assert place == lesson.place
    numbers = [fmt.number(panel.values[place]) for panel in (ordinary, separable)]
    said = "Closest kernels, not retrained: filter 2's map changes, {} becomes {}."
    assert told(lesson, "maps") == said.format(*numbers)
    # Nothing was trained: biases and what is read are the network's own.
    np.testing.assert_array_equal(lesson.separable.biases, lesson.network.biases("conv2"))
    assert [picture.panel(f"at-{name}").words for name in ("ordinary", "separable")] == numbers


def test_what_the_storyboard_counts_is_counted(lesson):
    assert lesson.separable.weights == (9 * 32 * 64, 9 * 32 + 32 * 64)
    assert lesson.separable.work == (121 * 18_432, 121 * 2_336)
    assert told(lesson, "wall").endswith("9 × 32 × 64 = 18,432 weights.")
    assert told(lesson, "areas") == "Slide 9 × 32, mix 32 × 64: 2,336 weights, 13% of before."
    assert told(lesson, "work").startswith("Each weight, mixing too, is used at 121 places")
    picture = lesson.cost()
    assert picture.panel("ordinary").values.size == 18_432
    assert (picture.panel("slide").values.size, picture.panel("mix").values.size) == (288, 2_048)
    said = [picture.panel(name).title.text("en") for name in ("ordinary", "slide", "mix")]
    said.append(picture.panel("both").words)
    bars = lesson.sliding().panel("work").bars
    for words in (*said, *(bar.text for bar in bars)):
        terms, total = re.sub("[^0-9×+= ]", "", words).split("=")
        factors = [re.findall(r"\d+", term) for term in terms.split("+")]
        assert sum(math.prod(map(int, each)) for each in factors) == int(total)
    assert [bar.value for bar in bars] == [121 * 18_432, 121 * 2_336]
    assert [bar.text[-9:] for bar in bars] == ["2,230,272", "= 282,656"]
    names = ("conv1", "pool1"), ("pool2", "conv3", "flatten", "dense")
    before, after = ([lesson.network.layer(n) for n in part] for part in names)
    middle = [DepthwiseConv2D("window"), Conv2D("mix", 64, (1, 1))]
    rebuilt = Network.initialised((*before, *middle, *after))
    less = rebuilt.multiplications - lesson.network.multiplications
    assert less == lesson.separable.work[1] - lesson.separable.work[0]
    assert rebuilt.parameters == 88_138


def test_digits_are_counted_in_networks_that_were_really_cut(lesson):
    labels = [picture.label for picture in digits.load()]
    pictures = np.stack([picture.pixels for picture in digits.load()])
    cnn = lesson.network
    for count, right in zip(lesson.counts, lesson.right, strict=True):
        kernels = of_shapes(cnn.weights["conv2/kernel"].astype(float), count)
        weights = {**cnn.weights, "conv2/kernel": kernels.astype(np.float32)}
        answers = Network(cnn.layers, weights)(pictures).argmax(axis=1)
        assert right == (answers == labels).sum()
    assert lesson.counts == (1, 2, 4, 9)


def test_a_trained_separable_layer_is_shown_as_it_is(learned):
    found = learned.separable
    assert found.names == ("depthwise", "pointwise")
    np.testing.assert_allclose(found.between, learned.trace.before("depthwise"), atol=1e-5)
    np.testing.assert_allclose(found.sums, learned.trace.before("pointwise"), atol=1e-4)
    names, own = (
        {event.name for beat in each.beats() for event in beat.parts}
        for each in (lesson_of("depthwise"), learned)
    )
    assert names - own == {"maps"}  # a trained layer stands for no ordinary one
    assert own < names
    np.testing.assert_array_equal(learned.ordinary_sums, found.sums)  # so there is nothing to tell
    assert told(learned, "areas").endswith("656 weights, 14% of before.")
    assert told(learned, "windows") == "Step one, slide: each channel has a kernel of its own."


def test_the_weights_of_either_layer_have_one_scale(lesson):
    def scales(picture, *names):
        return {picture.panel(name).scale for name in names}

    c, n = lesson.channels[0], lesson.shown_filter
    rows = list(lesson.channels)
    own = scales(lesson.shares(), *(f"shape-{c}" for c in rows), f"share-{c}-{n}")
    (limit,) = {scale.limit for scale in own}
    assert limit == max(
        np.abs(lesson.separable.shapes).max(), np.abs(lesson.separable.scales).max()
    )
    assert own == scales(lesson.cost(), "slide", "mix")
    kernels = scales(lesson.kernels(), *(f"kernel-{c}-{n}" for c in rows))
    assert lesson.kernels().panel(f"kernel-{c}-{n}").numbers
    assert kernels == scales(lesson.wall(), "ordinary")
    # Each picture says what its colours mean, those of cells with numbers as well.
    for diagram in (lesson.kernels(), lesson.by_channel(), lesson.mixing(), lesson.shares()):
        legend = [p for p in place(diagram, ASPECTS["16:9"]).pieces if p.panel == "legend"]
        assert any("weight" in getattr(piece, "text", "") for piece in legend)


def test_all_kernels_of_the_price_have_one_scale_and_one_legend(lesson, learned):
    for each, tables in ((lesson, 7), (learned, 4)):
        picture = each.sharing()
        cells = [panel for panel in picture.root.panels() if isinstance(panel, Cells)]
        assert len(cells) == tables
        (scale,) = {panel.scale for panel in cells}
        assert scale.limit == max(np.abs(panel.values).max() for panel in cells)
        (legend,) = [panel for panel in picture.root.panels() if isinstance(panel, Legend)]
        assert legend.every


def test_legends_stand_below_in_one_order(lesson):
    names = {}
    for picture in (lesson.by_channel, lesson.mixing, lesson.shares, lesson.sliding):
        placed = place(picture(), ASPECTS["16:9"])
        pieces = [p for p in placed.pieces if p.panel == "legend" and hasattr(p, "text")]
        words = [p.text for p in sorted(pieces, key=lambda p: p.box.x)]
        names[picture.__name__] = [word for word in words if word[0].isalpha()]
        grids = [p.box.bottom for p in placed.pieces if p.panel not in ("legend", "work")]
        assert min(p.box.y for p in pieces) > max(grids)
    assert {*map(tuple, names.values())} == {("response", "weight, separable")}, names


def test_one_shape_a_channel_is_the_closest_of_all_directions(lesson):
    """What is left of all kernels is least for it: no other direction that is near does better."""
    found, rng = lesson.separable, np.random.default_rng(0)
    for n in lesson.channels:
        flat = found.ordinary[:, :, n].reshape(9, 64)

        def left(shape, flat=flat):
            unit = shape / np.linalg.norm(shape)
            return ((flat - np.outer(unit, unit @ flat)) ** 2).sum()

        shape = found.shapes[:, :, n].ravel()
        np.testing.assert_allclose(shape @ flat, found.scales[n], atol=1e-12)
        others = shape + rng.normal(scale=0.1, size=(50, 9))
        assert left(shape) < min(map(left, others))
        # Close in shape alone: it is larger than every weight that it stands for.
        assert np.abs(shape).max() > np.abs(flat).max()


def test_what_two_channels_add_is_seen_and_counted(lesson):
    sums, scale = list(lesson.growing()), lesson.mixing().panel("out").scale
    assert scale.limit >= max(np.abs(values).max() for values in sums) > 0.5 * scale.limit
    assert np.abs(sums[2]).max() > 0.3 * scale.limit
    assert lesson.so_far(2).text("en") == "Separable, filter 2: 2 of 32 channels"
    assert lesson.so_far(32).text("en") == lesson.mixing().panel("out").title.text("en")
    # No other channel adds as much anywhere.
    found, n = lesson.separable, lesson.shown_filter
    parts = np.abs(found.between * found.scales[:, n]).max(axis=(0, 1))
    assert set(np.argsort(-parts)[:2]) == set(lesson.channels)


def test_all_kernels_stand_on_the_wall_a_row_a_channel_a_column_a_filter(lesson):
    wall = lesson.wall().panel("ordinary")
    for c, n in ((0, 0), (5, 2), (31, 63)):
        own = wall.values[3 * c : 3 * c + 3, 3 * n : 3 * n + 3]
        np.testing.assert_array_equal(own, lesson.separable.ordinary[:, :, c, n])
    assert (wall.blocks, wall.shape) == ((3, 3), (96, 192))
    marks = wall.marks
    assert (marks["filter"].col, marks["filter"].rows) == (3 * lesson.shown_filter, 96)
    assert (marks["channel"].row, marks["channel"].cols) == (3 * lesson.channel, 192)
    # Beside it, kernel by kernel, those of the separable layer, in cells as large.
    cost = lesson.cost()
    slide = cost.panel("slide")
    for c in (0, 9, 31):
        row, col = divmod(c, 8)
        own = slide.values[3 * row : 3 * row + 3, 3 * col : 3 * col + 3]
        np.testing.assert_array_equal(own, lesson.separable.shapes[:, :, c])
    np.testing.assert_array_equal(cost.panel("mix").values, lesson.separable.scales)
    placed = place(cost, ASPECTS["16:9"])
    cells = {name: placed[name].width / cost.panel(name).shape[1]
             for name in ("ordinary", "slide", "mix")}  # fmt: skip
    assert len({round(cell, 6) for cell in cells.values()}) == 1
    assert told(lesson, "windows").endswith("one kernel for all 64 filters.")


def test_maps_of_like_numbers_have_one_scale_others_their_own(lesson):
    read, slid, mixed = (getattr(lesson.scales, name) for name in ("read", "slid", "mixed"))
    assert read == slid == mixed
    assert lesson.separable.maps[:, :, [5, 24]].max() > 0.5 * read.limit


@pytest.mark.parametrize("kind", ["slide", "mix"])
def test_each_row_of_the_wall_becomes_one_kernel_and_one_weight_a_filter(kind):
    lesson, stages = lesson_of("depthwise"), of("depthwise", LOOKS[0]).during("cost")
    whole = lesson.cost().panel(kind).values
    seen = [stage for stage in stages if kind in stage]
    for stage in seen:
        known = np.isfinite(stage[kind].values)
        np.testing.assert_allclose(stage[kind].values[known], whole[known])
    np.testing.assert_allclose(seen[-1][kind].values, whole)


def test_several_windows_a_channel_are_counted(tmp_path):
    layers = (
        Conv2D("a", 3), DepthwiseConv2D("b", depth_multiplier=2), Conv2D("c", 5, (1, 1)),
        Flatten("f"),
    )  # fmt: skip
    Network.initialised(layers, input_shape=(9, 9, 1)).save(tmp_path / "two.safetensors")
    lesson = Depthwise(model=str(tmp_path / "two.safetensors"))
    assert lesson.separable.weights == (9 * 3 * 5, 9 * 6 + 6 * 5)
    np.testing.assert_allclose(lesson.separable.sums, lesson.trace.before("c"), atol=1e-5)
    assert "has 2 kernels" in told(lesson, "windows")
    np.testing.assert_allclose(
        list(lesson.growing())[-1], lesson.separable.sums[:, :, lesson.shown_filter]
    )
    for diagram in (lesson.by_channel(), lesson.shares(), lesson.sharing()):
        assert problems(place(diagram, ASPECTS["16:9"], "en")) == []


def test_the_question_s_wrong_answers_are_counts_of_other_things(lesson):
    (question,) = (e.ask for beat in lesson.beats() for e in beat.parts if e.ask)
    choices = {choice.text.text("en"): choice.reply for choice in question.choices}
    assert choices.pop("2,336") is None
    assert set(choices) == {"288", "18,432"}


@pytest.mark.parametrize(("which", "aspect"), covering(["lesson", "learned"], [*ASPECTS]))
def test_every_picture_has_its_place_on_every_sheet(which, aspect, request):
    lesson, sheet = request.getfixturevalue(which), ASPECTS[aspect]
    shown = [lesson.wall(), lesson.kernels(), lesson.by_channel(),
             lesson.mixing(), lesson.shares(), lesson.cost(),
             lesson.sliding(), lesson.sharing(), lesson.both_maps()]  # fmt: skip
    for diagram in shown:
        for lang in ("en", "zh"):
            assert problems(place(diagram, sheet, lang)) == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_figure_has_its_place_on_page_and_column(lesson, lang):
    for sheet in (PAGE, COLUMN):
        assert problems(place(lesson.diagram(), sheet, lang)) == []


def test_a_video_is_as_long_as_asked():
    lesson = lesson_of("depthwise")
    assert 40 <= lesson.seconds <= 60.01
    assert lasting(lesson, 120.0).seconds == pytest.approx(120)
    assert lasting(lesson, 30.0).seconds == pytest.approx(30)


def test_what_cannot_be_is_refused_with_what_can():
    with pytest.raises(UsageError, match="no filter 64 in conv2"):
        Depthwise(filter=64)
    with pytest.raises(UsageError, match="lacks a depthwise convolution"):
        Depthwise(model="dense")


@pytest.mark.soak
@pytest.mark.parametrize("aspect", ["16:9", "9:16"])
@pytest.mark.parametrize("model", ["blocks", "photo"])
def test_other_networks_are_played(model, aspect):
    check_events(Depthwise(model=model), Look("zh", "light"), aspect)


def test_each_kernel_stands_over_the_one_that_all_share():
    lesson = lesson_of("depthwise")
    moments = of("depthwise", LOOKS[0]).during("shared")
    stage = next(m for m in reversed(moments) if f"scaled-{lesson.priced[-1]}" in m)
    found, channel = lesson.separable, lesson.channel
    for n in lesson.priced:
        real, scaled = stage[f"kernel-{channel}-{n}"], stage[f"scaled-{n}"]
        np.testing.assert_array_equal(real.values, found.ordinary[:, :, channel, n])
        one = found.shapes[:, :, channel] * found.scales[channel, n]
        np.testing.assert_allclose(scaled.values, one, atol=1e-12)
        assert real.places[0, 0] == pytest.approx(scaled.places[0, 0])
        assert real.places[0, 1] < scaled.places[0, 1]


def test_windows_slide_over_their_own_channels_alone():
    lesson = lesson_of("depthwise")
    moments = of("depthwise", LOOKS[0]).during("steps")
    names = [f"between-{c}" for c in lesson.channels]
    frames = [f"map-{channel}.window" for channel in lesson.channels]
    stage = next(m for m in reversed(moments) if frames[0] in m)
    for channel, name, frame in zip(lesson.channels, names, frames, strict=True):
        slid = correlate2d(
            lesson.separable.maps[:, :, channel].astype(float),
            lesson.separable.shapes[:, :, channel], "valid",
        )  # fmt: skip
        np.testing.assert_allclose(stage[name].values, slid, atol=1e-9)
        # The frame lies on what the last of these numbers is made of.
        grid = stage[f"map-{channel}"]
        left, top = (stage[frame].places[0] - grid.places[0]) / grid.cell
        assert (top, left) == pytest.approx((10, 10), abs=0.01)


def test_the_first_kernels_go_to_their_places_among_all_others():
    lesson, played = lesson_of("depthwise"), of("depthwise", LOOKS[0])
    first = played.plays[0]
    for channel in lesson.channels:
        for filter in lesson.compared:
            own = first[f"kernel-{channel}-{filter}"].values
            grid, row, col, rows, cols = lesson.on_the_wall(channel, filter)
            wall = lesson.wall().panel(grid).values
            np.testing.assert_array_equal(wall[row : row + rows, col : col + cols], own)
    stage = played.ends["question"]
    assert "ordinary" in stage
    assert not any(name.startswith("kernel-") for name in stage.names)


def test_multiplications_add_up_as_places_are_visited():
    lesson, shares = lesson_of("depthwise"), []
    for stage in of("depthwise", LOOKS[0]).during("cost"):
        if "work.separable" in stage and "work.ordinary" in stage:
            wide = [np.ptp(stage[f"work.{n}"].places[:, 0]) for n in ("separable", "ordinary")]
            shares.append(wide[0] / wide[1])
    whole, less = lesson.separable.work
    # The ordinary bar is as long as it will be before the other has grown.
    assert max(shares) == shares[-1] == pytest.approx(less / whole, rel=0.1)


def test_one_huge_weight_does_not_darken_the_kernels_that_are_shown(lesson, tmp_path):
    kernel = lesson.network.weights["conv2/kernel"].copy()
    kernel[0, 0, 9, 9] = 50
    weights = {**lesson.network.weights, "conv2/kernel": kernel}
    Network(lesson.network.layers, weights).save(tmp_path / "huge.safetensors")
    huge = Depthwise(model=str(tmp_path / "huge.safetensors"), filter=2)
    assert 9 not in huge.channels
    assert (huge.scales.wall.limit, lesson.scales.wall) == (50, lesson.scales.weight)
    shown = [huge.kernels().panel(f"kernel-{c}-{n}") for c in huge.channels for n in huge.compared]
    assert huge.scales.weight.limit < 1
    assert {panel.scale for panel in shown} == {huge.scales.weight}
    assert huge.scales.own.limit < huge.scales.parts.limit
