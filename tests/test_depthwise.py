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
from convexplain.lessons.parts.separating import closest, of_shapes, split
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
    (said,) = (e.said for beat in lesson.designed for e in beat.events if e.name == event)
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
    assert lesson.pictures.values[0] == pytest.approx(float(z), abs=1e-5)
    # There both layers differ most.
    far = lesson.trace.before("conv2") - lesson.separable.sums
    most = np.abs(far[:, :, lesson.shown_filter]).max()
    assert abs(lesson.pictures.values[1] - z) == pytest.approx(most, abs=1e-5)
    assert most > 0.1
    # Channel after channel the shown filter's map becomes what both steps give.
    sums = list(lesson.separable.growing(lesson.shown_filter, lesson.channels))
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


def test_a_kernel_is_turned_towards_the_shown_filter_s(lesson):
    found, n = lesson.separable, lesson.shown_filter
    made = closest(lesson.network, lesson.trace, lesson.network.layer("conv2"))
    turned = (made.shapes != found.shapes).any(axis=(0, 1))
    assert 0 < turned.sum() < 32
    # Both signs are turned, or none: what they make up together stays the same.
    np.testing.assert_array_equal(turned, (made.scales != found.scales).any(axis=1))
    np.testing.assert_allclose(found.kernels, of_shapes(found.ordinary, 1), atol=1e-12)
    assert (found.scales[:, n] > 0).all()
    for c in lesson.channels:  # so it looks like that kernel
        assert (found.shapes[:, :, c] * found.ordinary[:, :, c, n]).sum() > 0


def test_a_kernel_is_as_large_as_those_it_stands_for(lesson):
    found = lesson.separable
    largest = np.abs(found.ordinary).max(axis=(0, 1, 3))
    np.testing.assert_allclose(np.abs(found.shapes).max(axis=(0, 1)), largest)
    # A channel that no filter reads has no size, and stays without.
    kernels = found.ordinary.astype(np.float32)
    kernels[:, :, 7] = 0
    weights = {**lesson.network.weights, "conv2/kernel": kernels}
    deaf = Network(lesson.network.layers, weights)
    made = closest(deaf, lesson.trace, deaf.layer("conv2"))
    assert np.isfinite(made.shapes).all()
    np.testing.assert_allclose(made.scales[7], 0, atol=1e-12)


def test_products_of_the_price_come_out_as_printed(lesson):
    found, channel = lesson.separable, lesson.channel
    assert channel in lesson.channels
    assert lesson.shown_filter in lesson.priced
    names = [panel.name for panel in lesson.pictures.sharing().root.panels()]
    assert "rounded" not in names
    for n in lesson.priced:
        share = fmt.rounded(found.scales[channel, n])
        assert str(share) in lesson.pictures.sharing().panel(f"scaled-{n}").title.text("en")
        for row, col in np.ndindex(3, 3):
            weight, product = (
                fmt.rounded(values[row, col])
                for values in (found.shapes[:, :, channel], found.kernels[:, :, channel, n])
            )
            assert 2 * abs(weight * share - product) <= Decimal("0.01")


def test_both_maps_of_a_filter_have_one_scale_and_the_numbers_of_one_place(lesson):
    picture, n = lesson.pictures.both_maps(), lesson.shown_filter
    ordinary, separable = (picture.panel(f"sums-{name}") for name in ("ordinary", "separable"))
    assert ordinary.scale == separable.scale
    kernel = lesson.network.weights["conv2/kernel"][..., n].astype(float)
    sums = sum(
        correlate2d(lesson.separable.maps[:, :, c].astype(float), kernel[:, :, c], "valid")
        for c in range(32)
    )
    np.testing.assert_allclose(ordinary.values, sums + lesson.separable.biases[n], atol=1e-9)
    np.testing.assert_array_equal(separable.values, lesson.separable.sums[:, :, n])
    place = np.unravel_index(np.abs(ordinary.values - separable.values).argmax(), (11, 11))
    assert place == lesson.place
    numbers = [fmt.number(panel.values[place]) for panel in (ordinary, separable)]
    # Nothing was trained: biases and what is read are the network's own.
    np.testing.assert_array_equal(lesson.separable.biases, lesson.network.biases("conv2"))
    assert [picture.panel(f"at-{name}").words for name in ("ordinary", "separable")] == numbers


def test_what_the_storyboard_counts_is_counted(lesson):
    assert lesson.separable.weights == (9 * 32 * 64, 9 * 32 + 32 * 64)
    assert lesson.separable.work == (121 * 18_432, 121 * 2_336)
    assert told(lesson, "wall").endswith("9 × 32 × 64 = 18,432 weights.")
    assert told(lesson, "areas") == "Slide 9 × 32, mix 32 × 64: 2,336 weights, 13% of before."
    assert told(lesson, "work").startswith("Each weight, mixing too, is used at 121 places")
    picture = lesson.pictures.cost()
    assert picture.panel("ordinary").values.size == 18_432
    assert (picture.panel("slide").values.size, picture.panel("mix").values.size) == (288, 2_048)
    said = [picture.panel(name).title.text("en") for name in ("ordinary", "slide", "mix")]
    said.append(picture.panel("both").words)
    bars = lesson.pictures.sliding().panel("work").bars
    for words in (*said, *(bar.text for bar in bars)):
        words = words.split(" (")[0]
        terms, total = re.sub("[^0-9×+= ]", "", words).split("=")
        factors = [re.findall(r"\d+", term) for term in terms.split("+")]
        assert sum(math.prod(map(int, each)) for each in factors) == int(total)
    assert [bar.value for bar in bars] == [121 * 18_432, 121 * 2_336]
    assert [bar.text.split(" = ")[1] for bar in bars] == ["2,230,272", "282,656 (13%)"]
    assert picture.panel("saved").words.text("en") == "13% of the 18,432"
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
    assert lesson.read_right == (lesson.right[-1], lesson.right[0]) == (192, 151)
    assert told(lesson, "maps") == "Not retrained, 151 of 200 digits are read right; before, 192."
    bars = lesson.pictures.both_maps(lesson.read_right).panel("right").bars
    assert [(bar.name, bar.text) for bar in bars] == [("ordinary", "192"), ("separable", "151")]


def test_a_trained_separable_layer_is_shown_as_it_is(learned):
    found = learned.separable
    assert found.names == ("depthwise", "pointwise")
    np.testing.assert_allclose(found.between, learned.trace.before("depthwise"), atol=1e-5)
    np.testing.assert_allclose(found.sums, learned.trace.before("pointwise"), atol=1e-4)
    names, own = (
        {event.name for beat in each.beats() for event in beat.events}
        for each in (lesson_of("depthwise"), learned)
    )
    assert names - own == {"maps"}  # a trained layer stands for no ordinary one
    assert own < names
    np.testing.assert_array_equal(learned.ordinary_sums, found.sums)  # so there is nothing to tell
    assert told(learned, "areas").endswith("656 weights, 14% of before.")
    assert told(learned, "windows") == "Step one, slide: each channel has a kernel of its own."


#: All pictures of the lesson; of a trained separable layer those but the first.
PICTURES = ("one_for_all", "at_once", "wall", "by_channel", "mixing", "shares", "cost", "sliding",
            "sharing", "both_maps")  # fmt: skip


def pictures_of(lesson):
    """Return the lesson's pictures, by name."""
    names = PICTURES[0 if lesson.pictures.stands_for_others else 1 :]
    found = {name: getattr(lesson.pictures, name) for name in names}
    made = {name: make() for name, make in found.items()}
    if lesson.read_right is not None:
        made["both_maps, counted"] = lesson.pictures.both_maps(lesson.read_right)
    return made


#: What has the same colours, by how panels are called.
KINDS = {
    "kernels": ("kernel-", "many-", "shape", "scaled-", "ordinary", "slide"),
    "mixing weights": ("share-", "shares-", "mix"),
    "what a filter gives": ("whole", "out", "sums-"),
    "what is read": ("map-",),
    "filtered maps": ("between-", "taken"),
}


@pytest.mark.parametrize("which", ["lesson", "learned"])
def test_the_same_thing_has_the_same_colours_from_first_to_last(which, request):
    pictures, found = pictures_of(request.getfixturevalue(which)), {}
    for name, picture in pictures.items():
        for panel in picture.root.panels():
            if isinstance(panel, Cells):
                (kind,) = (k for k, names in KINDS.items() if panel.name.startswith(names))
                found.setdefault(kind, set()).add(panel.scale)
        # Each picture says what its colours mean, those of cells with numbers as well.
        (legend,) = [panel for panel in picture.root.panels() if isinstance(panel, Legend)]
        assert legend.every, name
    assert {kind: len(scales) for kind, scales in found.items()} == dict.fromkeys(KINDS, 1)
    names = {scale.name.text("en") for scales in found.values() for scale in scales}
    limits = {scale.limit for scales in found.values() for scale in scales}
    assert len(names) == len(limits)  # no word means two scales


def test_legends_stand_below_in_one_order(lesson):
    names = {}
    order = ["response", "weight", "mixing weight", "sum"]
    for name in ("at_once", "by_channel", "mixing", "shares", "sliding"):
        placed = place(getattr(lesson.pictures, name)(), ASPECTS["16:9"])
        pieces = [p for p in placed.pieces if p.panel == "legend" and hasattr(p, "text")]
        words = [p.text for p in sorted(pieces, key=lambda p: p.box.x)]
        names[name] = [word for word in words if word[0].isalpha()]
        grids = [p.box.bottom for p in placed.pieces if p.panel not in ("legend", "work")]
        assert min(p.box.y for p in pieces) > max(grids)
    for said in names.values():
        assert said == [word for word in order if word in said]
    assert names["shares"] == order[:3]


def test_one_shape_a_channel_is_the_closest_of_all_directions(lesson):
    """What is left of all kernels is least for it: no other direction that is near does better."""
    found, rng = lesson.separable, np.random.default_rng(0)
    for n in lesson.channels:
        flat = found.ordinary[:, :, n].reshape(9, 64)

        def left(shape, flat=flat):
            unit = shape / np.linalg.norm(shape)
            return ((flat - np.outer(unit, unit @ flat)) ** 2).sum()

        shape = found.shapes[:, :, n].ravel()
        np.testing.assert_allclose(shape @ flat / (shape @ shape), found.scales[n], atol=1e-12)
        others = shape / np.linalg.norm(shape) + rng.normal(scale=0.1, size=(50, 9))
        assert left(shape) < min(map(left, others))


def test_what_two_channels_add_is_seen_and_counted(lesson):
    sums = list(lesson.separable.growing(lesson.shown_filter, lesson.channels))
    scale = lesson.pictures.mixing().panel("out").scale
    assert scale.limit >= max(np.abs(values).max() for values in sums) > 0.5 * scale.limit
    # Both layers' maps of the filter are strong: it is the one whose weaker map is strongest.
    weaker = np.minimum(*(each.max(axis=(0, 1)) for each in
                          (lesson.ordinary_sums, lesson.separable.sums)))  # fmt: skip
    assert lesson.shown_filter == weaker.argmax()
    assert np.abs(sums[2]).max() > 0.3 * scale.limit
    assert (
        lesson.pictures.so_far(2).text("en")
        == f"Separable, filter {lesson.shown_filter}: 2 of 32 channels"
    )
    assert lesson.pictures.so_far(32).text("en") == lesson.pictures.mixing().panel(
        "out"
    ).title.text("en")
    # No other channel adds as much anywhere.
    found, n = lesson.separable, lesson.shown_filter
    parts = np.abs(found.between * found.scales[:, n]).max(axis=(0, 1))
    assert set(np.argsort(-parts)[:2]) == set(lesson.channels)


def test_all_kernels_stand_on_the_wall_a_row_a_channel_a_column_a_filter(lesson):
    wall = lesson.pictures.wall().panel("ordinary")
    for c, n in ((0, 0), (5, 2), (31, 63)):
        own = wall.values[3 * c : 3 * c + 3, 3 * n : 3 * n + 3]
        np.testing.assert_array_equal(own, lesson.separable.ordinary[:, :, c, n])
    assert (wall.blocks, wall.shape) == ((3, 3), (96, 192))
    marks = wall.marks
    assert (marks["filter"].col, marks["filter"].rows) == (3 * lesson.shown_filter, 96)
    assert (marks["channel"].row, marks["channel"].cols) == (3 * lesson.channel, 192)
    # Beside it, kernel by kernel, those of the separable layer, in cells as large.
    cost = lesson.pictures.cost()
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
    scales, rows = lesson.pictures.scales, list(lesson.channels)
    assert scales.read == scales.slid
    assert lesson.separable.maps[:, :, rows].max() > 0.5 * scales.read.limit
    assert scales.sums.limit > 2 * scales.slid.limit


@pytest.mark.parametrize("kind", ["slide", "mix"])
def test_each_row_of_the_wall_becomes_one_kernel_and_one_weight_a_filter(kind):
    lesson, stages = lesson_of("depthwise"), of("depthwise", LOOKS[0]).during("cost")
    whole = lesson.pictures.cost().panel(kind).values
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
        list(lesson.separable.growing(lesson.shown_filter, ()))[-1],
        lesson.separable.sums[:, :, lesson.shown_filter],
    )
    for diagram in (
        lesson.pictures.by_channel(),
        lesson.pictures.shares(),
        lesson.pictures.sharing(),
    ):
        assert problems(place(diagram, ASPECTS["16:9"], "en")) == []


def test_the_question_s_wrong_answers_are_counts_of_other_things(lesson):
    (question,) = (e.ask for beat in lesson.beats() for e in beat.events if e.ask)
    choices = {choice.text.text("en"): choice.reply for choice in question.choices}
    assert choices.pop("2,336") is None
    assert set(choices) == {"288", "18,432"}


@pytest.mark.parametrize(("which", "aspect"), covering(["lesson", "learned"], [*ASPECTS]))
def test_every_picture_has_its_place_on_every_sheet(which, aspect, request):
    lesson, sheet = request.getfixturevalue(which), ASPECTS[aspect]
    for diagram in pictures_of(lesson).values():
        for lang in ("en", "zh"):
            assert problems(place(diagram, sheet, lang)) == []


@pytest.mark.parametrize("aspect", [*ASPECTS])
def test_the_longest_rows_have_their_place(lesson, aspect):
    for lang in ("en", "zh"):
        assert problems(place(lesson.pictures.one_for_all(), ASPECTS[aspect], lang)) == []


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
        own = first[f"kernel-{channel}"].values
        grid, row, col, rows, cols = lesson.pictures.on_the_wall(channel)
        wall = lesson.pictures.wall().panel(grid).values
        np.testing.assert_array_equal(wall[row : row + rows, col : col + cols], own)
    stage = played.ends["question"]
    assert "ordinary" in stage
    assert not any(name.startswith("kernel-") for name in stage.names)


def test_an_ordinary_filter_reads_all_channels_at_one_place_for_one_cell():
    lesson = lesson_of("depthwise")
    whole, seen = lesson.pictures.sums, 0
    for stage in of("depthwise", LOOKS[0]).during("question"):
        if "whole" not in stage or "whole.cell" not in stage:
            continue
        known = np.isfinite(stage["whole"].values)
        np.testing.assert_allclose(stage["whole"].values[known], whole[known])
        places = [(stage["whole.cell"].places[0] - stage["whole"].places[0]) / stage["whole"].cell]
        for channel in lesson.channels:
            grid = stage[f"map-{channel}"]
            places.append((stage[f"map-{channel}.window"].places[0] - grid.places[0]) / grid.cell)
        np.testing.assert_allclose(places[1:], [places[0]] * 2, atol=0.01)
        seen += 1
    assert seen > 1
    assert known.all()


def test_a_kernel_then_a_mixing_weight_is_used_at_each_place():
    lesson, seen = lesson_of("depthwise"), []
    found, channel = lesson.separable, lesson.channel
    share = found.scales[channel, lesson.shown_filter]
    slide = found.size * found.channels / found.weights[0]
    for stage in of("depthwise", LOOKS[0]).during("cost"):
        if "taken" not in stage or "work.separable" not in stage:
            continue
        taken = stage["taken"].values
        known = np.isfinite(taken)
        slid = stage[f"between-{channel}"].values
        np.testing.assert_allclose(taken[known], (slid * share)[known])
        wide = [np.ptp(stage[f"work.{n}"].places[:, 0]) for n in ("separable", "ordinary")]
        if not known.any() and np.isfinite(slid).all():
            assert wide[0] / wide[1] == pytest.approx(slide, rel=0.3)
        seen.append(known.mean())
    assert (seen[0], seen[-1]) == (0, 1)


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
    assert (huge.pictures.scales.wall.limit, lesson.pictures.scales.wall) == (
        50,
        lesson.pictures.scales.weight,
    )
    shown = [huge.pictures.at_once().panel(f"kernel-{c}") for c in huge.channels]
    assert huge.pictures.scales.weight.limit < 1
    assert {panel.scale for panel in shown} == {huge.pictures.scales.weight}
