"""The lesson channels: its numbers against SciPy, its options, its layout for other digits."""

from __future__ import annotations

import numpy as np
import pytest
from played import FRAMES, check_events
from scipy.signal import correlate2d

from convexplain.data import digits, photographs
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.channels import LARGE, Channels
from convexplain.lessons.parts.channels_picture import MOST_BLOCKS
from convexplain.lessons.parts.photo import reduced
from convexplain.network import Conv2D, Dense, Flatten, MaxPooling2D, Network, shipped
from convexplain.panels import ASPECTS, Bar, Bars, Diagram, Scale, place, problems
from convexplain.style.format import number
from convexplain.style.theme import Look
from tests.often import covering, later

RNG = np.random.default_rng(21)


@pytest.fixture(scope="module")
def lesson():
    return Channels()


def captions(lesson, lang="en"):
    """What is said, by the name of the event."""
    events = [event for beat in lesson.beats() for event in beat.events]
    return {event.name: event.said.text(lang) for event in events if event.said is not None}


@pytest.fixture
def photo_network():
    if "photo" not in shipped():
        pytest.skip("the network photo was left out of this copy")
    return Network.load("photo")


def photo(height=60, width=40, channels=3, values=None):
    pixels = RNG.uniform(0, 1, (height, width, channels)) if values is None else values
    return Picture(pixels.astype(np.float32), None, "a test")


def test_a_trained_filter_adds_three_correlations_of_bytes_and_its_bias(lesson, photo_network):
    colours = lesson.colours
    bytes_read = photo_network.prepare(photographs.load()).astype(np.float64)
    np.testing.assert_allclose(colours.pixels * 255, bytes_read, atol=1e-4)
    step, weights = colours.stop, photo_network.weights_of("conv1")
    kernel = weights["kernel"][..., step.filter].astype(np.float64)
    sums = [correlate2d(bytes_read[:, :, c], kernel[:, :, c], "valid") for c in range(3)]
    expected = np.maximum(sum(sums) + weights["bias"][step.filter], 0)
    np.testing.assert_allclose(colours.response_map, expected, rtol=1e-5, atol=1e-3)
    assert step.channel_sums == pytest.approx([s[step.row, step.col] for s in sums], abs=1e-6)
    (total,) = (p for p in lesson.photo_diagram().root.panels() if p.name == "sum")
    assert total.activated == pytest.approx(expected[step.row, step.col], rel=1e-6)
    assert [addend.name for addend in total.addends] == ["0", "1", "2", "bias"]
    (products,) = (p for p in lesson.photo_picture.sums().root.panels() if p.name == "products")
    patch = bytes_read[step.row : step.row + 3, step.col : step.col + 3, 0]
    np.testing.assert_allclose(products.values, patch * kernel[:, :, 0], rtol=1e-4, atol=1e-3)


def printed(panels, name):
    """The number that stands in a line of text."""
    words = panels[name].words
    return float((words if isinstance(words, str) else words.text("en")).replace("−", "-"))


@pytest.mark.parametrize("sheet", ["16:9", "9:16"])
def test_what_is_printed_of_the_photograph_can_be_worked_out(lesson, photo_network, sheet):
    picture = lesson.photo_picture.sums()
    placed = place(picture, ASPECTS[sheet])
    panels = {p.name: p for p in picture.root.panels()}
    assert placed.piece("products").decimals == 0
    step, sums = lesson.colours.stop, []
    for channel in range(3):
        kernel = placed.piece(f"kernel-{channel}")
        assert (kernel.decimals, kernel.values.shape) == (3, (3, 3))
        bytes_read = panels[f"patch-{channel}"].values
        np.testing.assert_array_equal(bytes_read, bytes_read.round())
        products = (bytes_read * kernel.values.astype(float).round(3)).round()
        np.testing.assert_array_equal(products, step.products[:, :, channel].round())
        sums.append(printed(panels, f"sum-{channel}"))
        assert products.sum() == sums[-1]
    assert sum(sums) + printed(panels, "sum-bias") == printed(panels, "number")
    assert "rounded" not in captions(lesson)["added"].lower()


def test_a_photograph_s_map_is_the_sum_of_three_correlations():
    lesson = Channels(photo=photo())
    colours = lesson.colours
    pixels = colours.pixels.astype(np.float64)
    prewitt = np.array([[1.0, 0, -1]] * 3)
    expected = correlate2d(pixels[:, :, 0], prewitt, "valid") - correlate2d(
        pixels[:, :, 2], prewitt, "valid"
    )
    np.testing.assert_allclose(colours.response_map, expected, atol=1e-5)
    step = colours.stop
    assert step.value == pytest.approx(expected[step.row, step.col], abs=1e-5)
    assert step.value == pytest.approx(step.channel_sums.sum(), abs=1e-6)
    # The kernel's weights are 0 and 1: each product prints as its pixel, and all nine of a
    # channel as their sum.
    printed = np.round(step.products, 2).sum(axis=(0, 1))
    np.testing.assert_allclose(printed, np.round(step.channel_sums, 2), atol=1e-9)
    assert printed.sum() == pytest.approx(round(step.total, 2))
    (total,) = (p for p in lesson.photo_diagram().root.panels() if p.name == "sum")
    assert total.activated == pytest.approx(expected[step.row, step.col], abs=1e-5)
    assert [addend.value for addend in total.addends] == pytest.approx(
        [(pixels[step.row : step.row + 3, step.col : step.col + 3, c] * k).sum()
         for c, k in enumerate((prewitt, 0 * prewitt, -prewitt))], abs=1e-6
    )  # fmt: skip
    assert captions(lesson)["added"].startswith("Added up: one number, ")
    assert expected.max() > 0.01


def test_the_kernel_made_by_hand_gives_gray_nothing():
    gray = RNG.uniform(0, 1, (30, 30, 1)).repeat(3, axis=2)
    lesson = Channels(photo=photo(values=gray))
    assert not lesson.colours.response_map.any()


def test_a_photograph_is_averaged_in_whole_squares():
    pixels = np.arange(113 * 60 * 3, dtype=np.float32).reshape(113, 60, 3)
    small = reduced(pixels)
    # 113 rows need squares of 3 pixels: 37 of them leave 2 rows, one above and one below.
    assert small.shape == (37, 20, 3)
    np.testing.assert_allclose(small[0, 0], pixels[1:4, 0:3].mean(axis=(0, 1)))
    np.testing.assert_array_equal(reduced(pixels[:50, :50]), pixels[:50, :50])


def test_the_number_is_the_sum_over_all_channels(lesson):
    step, weights = lesson.step, lesson.network.weights
    kernel = weights["conv2/kernel"][:, :, :, step.filter].astype(np.float64)
    maps = sum(correlate2d(lesson.inputs[:, :, c], kernel[:, :, c], "valid") for c in range(32))
    expected = maps + float(weights["conv2/bias"][step.filter])
    np.testing.assert_allclose(
        lesson.outputs[:, :, step.filter], np.maximum(expected, 0), atol=1e-5
    )
    addends = [value for _, value in lesson.breakdown.addends]
    whole = sum(addends) + lesson.breakdown.bias
    assert whole == pytest.approx(expected[step.row, step.col], abs=1e-6)
    assert len(addends) == 5 + 1
    assert lesson.breakdown.rest_count == 27
    told = captions(lesson)
    largest = int(np.abs(sums_of(lesson)).argmax())
    assert told["first"] == f"Channel {largest}: nine products, one sum."
    assert told["next"].startswith("Next, the four ")
    assert told["rest"] == "And the other 27, some against."
    assert (np.delete(sums_of(lesson), lesson.top) < -0.005).any()
    assert told["all-maps"] == "64 filters, 64 maps."
    choices = told["predict-maps"].split("\n")[1]
    assert choices == "1 · 32 · 64"
    (right,) = (c for c in lesson._ask_how_many().choices if c.reply is None)
    assert right.text.en == "1"


def sums_of(lesson):
    """What each channel gives at the place that is shown, by NumPy."""
    step, kernel = lesson.step, lesson.network.weights["conv2/kernel"].astype(np.float64)
    patch = lesson.inputs[step.row : step.row + 3, step.col : step.col + 3].astype(np.float64)
    return (patch * kernel[..., step.filter]).sum(axis=(0, 1))


def test_the_pile_has_a_block_for_every_channel_and_one_for_the_bias(lesson):
    blocks = dict(lesson.picture_of.blocks)
    bias = float(lesson.network.weights["conv2/bias"][lesson.step.filter])
    assert blocks.pop("bias") == pytest.approx(bias)
    assert {int(name): pytest.approx(value, abs=1e-6) for name, value in blocks.items()} == dict(
        enumerate(sums_of(lesson))
    )
    assert sum(blocks.values()) + bias == pytest.approx(lesson.step.value, abs=1e-6)


def test_maps_and_filters_that_are_shown_are_those_that_are_told(lesson):
    sums = np.abs(sums_of(lesson))
    shown = list(lesson.shown_channels)
    assert len(shown) == LARGE
    assert sums[shown].min() >= np.delete(sums, shown).max()
    figure = {p.name: p for p in lesson.diagram().root.panels()}
    assert {f"map-{n}" for n in shown} == {n for n in figure if n.startswith("map-")}
    assert figure["told"].words.text("en") == "6 of 32: those that count most here."
    # A video has room for all that are read, and in the end for few of what is made of them.
    panels = {p.name: p for p in lesson.picture_of.all_maps().root.panels()}
    for n in range(32):
        np.testing.assert_array_equal(panels[f"map-{n}"].values, lesson.inputs[:, :, n])
    assert not [name for name in panels if name.startswith("told")]
    filters = list(lesson.shown_filters)
    np.testing.assert_array_equal(panels["maps"].values, lesson.outputs[:, :, filters])
    here = lesson.outputs[lesson.step.row, lesson.step.col]
    assert {*np.argsort(-here)[:5]} <= {*filters}
    assert panels["made"].words.text("en") == "6 of 64 maps, 11 × 11 each"
    assert panels["more"].words.text("en") == "+ 58 more"
    panels = {p.name: p for p in lesson.picture_of.piled().root.panels()}
    assert [f"map-{n}" for n in np.argsort(-sums, kind="stable")[:5]] == [
        name for name in panels if name.startswith("map-")
    ]
    assert panels["others"].words.text("en") == "27 other channels"


def test_what_is_said_below_the_maps_adds_up_to_the_total_as_printed(lesson):
    sums = sums_of(lesson)
    top = np.argsort(-np.abs(sums), kind="stable")[:5]
    panels = {p.name: p for p in lesson.picture_of.piled().root.panels()}
    said = [panels[f"says-{n}"].words for n in (*top, "others")]
    numbers = [float(words.replace("−", "-")) for words in said]
    np.testing.assert_allclose(numbers[:5], sums[top], atol=0.00501)
    assert numbers[5] == pytest.approx(np.delete(sums, top).sum(), abs=0.00501)
    bias = next(bar.label.text("en") for bar in panels["pile"].bars if bar.name == "bias")
    printed = float(bias.removeprefix("bias ").replace("−", "-"))
    assert f"= {sum(numbers) + printed:.2f}" == panels["pile"].total


def test_of_very_many_maps_the_strongest_are_shown_and_told(tmp_path):
    layers = Conv2D("a", 65), Conv2D("b", 66)
    lesson = other(tmp_path, *layers, *END, shape=(28, 28, 1))
    here = np.abs(lesson.outputs[lesson.step.row, lesson.step.col])
    filters = list(lesson.shown_filters)
    assert lesson.step.filter in filters
    assert np.sort(here[filters])[1] >= np.delete(here, filters).max()
    panels = {p.name: p for p in lesson.picture_of.all_maps().root.panels()}
    assert panels["told"].words.text("en") == "6 of 65: those that count most here."
    assert panels["made"].words.text("en") == "6 of 66 maps, 24 × 24 each"
    assert panels["more"].words.text("en") == "+ 60 more"


@pytest.mark.parametrize(("channels", "named"), [(4, 4), (5, 5), (6, 6), (7, 5)])
def test_a_single_channel_is_never_the_others(tmp_path, channels, named):
    path = tmp_path / "small.safetensors"
    layers = Conv2D("a", channels), Conv2D("b", 3), Flatten("f"), Dense("d", 10, "softmax")
    Network.initialised(layers, seed=4).save(path)
    found = Channels(model=str(path)).breakdown
    assert len(found.parts) == named
    assert found.rest_count == channels - named


def test_a_channel_against_and_another_filter_come_where_there_is_time():
    lesson = Channels(length=120)
    sums = sums_of(lesson)
    told = captions(lesson)
    against = f"{sums.min():.2f}".replace("-", "−")
    assert told["against"] == f"Channel {sums.argmin()} speaks against: {against}."
    here = lesson.outputs[lesson.step.row, lesson.step.col]
    other = int(np.abs(here - here[lesson.step.filter]).argmax())
    assert told["another"] == f"Filter {other} at the same place says {here[other]:.2f}."


def test_the_channels_shown_are_the_largest_either_way(lesson):
    sums = np.abs(lesson.step.channel_sums)
    assert sums[list(lesson.top)].min() >= np.delete(sums, lesson.top).max()


def test_the_printed_addends_add_up(lesson):
    addends = [*(value for _, value in lesson.breakdown.addends), lesson.breakdown.bias]
    printed = [round(float(f"{addend:.2f}") * 100) for addend in addends]
    assert sum(printed) == round(lesson.step.value * 100)
    assert "Rounded" not in " ".join(captions(lesson).values())


def test_a_pool_keeps_the_limit_of_its_convolution(lesson):
    assert lesson.input_name == "pool1"
    assert lesson.input_limit == lesson.trace.activations["conv1"].max()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"filter": 64}, "no filter 64 in conv2: its filters are 0 to 63"),
        ({"at": (11, 0)}, "no row 11, column 0 in conv2: rows are 0 to 10, columns 0 to 10"),
        ({"model": "dense"}, "the network 'dense' lacks a convolution of all channels"),
        ({"photo": photo(channels=1)}, "a photograph in colour has 3 channels"),
        ({"photo": photo(400, 20)}, "too small or too narrow"),
        ({"picture": photo(28, 28)}, "prepare it as a digit"),
        ({"layer": "pool1"}, "pool1 is no convolution of all channels"),
        ({"layer": "conv9"}, "conv9"),
        ({"pause": 0.0}, "--pause 0 is not possible"),
        ({"length": 5.0}, "captions take .* to read"),
    ],
)
def test_what_cannot_be_shown_is_refused(options, message):
    with pytest.raises(UsageError, match=message):
        Channels(**options)


def test_a_place_and_a_filter_can_be_chosen():
    lesson = Channels(filter=3, at=(0, 10))
    assert (lesson.step.filter, lesson.step.row, lesson.step.col) == (3, 0, 10)
    assert lesson.step.activated == lesson.outputs[0, 10, 3]
    strongest = Channels(at=(5, 5))
    assert strongest.step.value > 0


@pytest.mark.parametrize("digit", range(10))
def test_any_digit_has_a_place_that_adds_up(digit):
    lesson = Channels(picture=digits.first(digit))
    assert lesson.step.value > 0
    assert 30 <= lesson.seconds <= 65


def test_its_options_on_the_command_line(tmp_path):
    from PIL import Image

    from convexplain.cli._lesson import LessonCommand

    path = tmp_path / "red.png"
    Image.fromarray(np.full((20, 20, 3), (255, 0, 0), np.uint8)).save(path)
    made = []
    command = LessonCommand("show", callback=lambda lesson: made.append(lesson))
    args = ["channels", "--image", str(path), "--digit", "4", "--at", "9, 4"]
    command.main(args, standalone_mode=False)
    assert made[0].photo.pixels[0, 0].tolist() == [1, 0, 0]
    assert made[0].picture.label == 4
    assert made[0].at == (9, 4)
    with pytest.raises(UsageError, match="'9' is no place: give row and column"):
        command.main(["channels", "--at", "9"], standalone_mode=False)


def test_another_layer_can_be_shown():
    last = Channels(layer="conv3")
    assert last.inputs.shape[2] == 64
    assert "32" not in captions(last)["question"]
    assert captions(last)["one"].startswith("All 64 make one number.")
    first = Channels(layer="conv1")
    told = captions(first)
    assert told["one"].startswith("The one channel makes one number.")
    assert {"next", "rest"}.isdisjoint(told)
    assert told["predict-maps"].endswith("1 · 32")


def other(folder, *layers, shape, **options):
    """The lesson of a network with random weights."""
    path = str(folder / "own.safetensors")
    Network.initialised(layers, seed=3, input_shape=shape).save(path)
    return Channels(model=path, **options)


END = (Flatten("flatten"), Dense("dense", 10))


def test_a_network_of_colours_reads_the_photograph(tmp_path):
    lesson = other(tmp_path, Conv2D("a", 4), Conv2D("b", 3, 5), *END, shape=(32, 32, 3),
                   photo=photo(64, 64))  # fmt: skip
    assert lesson.shown_layer == "b"
    np.testing.assert_allclose(lesson.drawn.mean(), lesson.colours.picture.pixels.mean(), atol=0.02)
    told = captions(lesson)
    assert told["layer"] == "Inside the network: 4 maps."
    assert told["first"].split(": ")[1] == "25 products, one sum."


def test_of_more_channels_than_blocks_the_smallest_stand_together(tmp_path):
    lesson = other(tmp_path, Conv2D("a", 100), Conv2D("b", 2), *END, shape=(28, 28, 1))
    blocks = lesson.picture_of.blocks
    named = [name for name, _ in blocks if name.isdigit()]
    assert len(named) == MOST_BLOCKS - 2
    sums = lesson.step.channel_sums
    assert sum(value for _, value in blocks) == pytest.approx(lesson.step.value, abs=1e-6)
    left = np.delete(sums, [int(name) for name in named])
    assert dict(blocks)["rest-for"] == pytest.approx(left[left > 0].sum())
    assert dict(blocks)["rest-against"] == pytest.approx(left[left < 0].sum())


def test_names_beside_the_pile_stand_at_the_blocks_that_they_name(lesson):
    placed = place(lesson.picture_of.piled(), ASPECTS["16:9"])
    boxes = {p.name: p.box for p in placed.pieces if p.name.startswith("pile.")}
    kinds = {"for": [], "against": []}
    for name, value in lesson.picture_of.blocks:
        kinds["for" if value > 0 else "against"].append(boxes[f"pile.{name}"])
    words = {p.text: p.box for p in placed.pieces if p.name.endswith(".label")}
    for kind, blocks in kinds.items():
        middles = [block.middle[1] for block in blocks]
        assert middles == pytest.approx([words[kind].middle[1]] * len(blocks), abs=0.01)
        assert words[kind].right < min(block.x for block in blocks)
    (bias,) = (box for text, box in words.items() if text.startswith("bias"))
    assert bias.right < boxes["pile.bias"].x
    assert bias.middle[1] == pytest.approx(boxes["pile.bias"].middle[1])
    # Those against go back from where those for it end; where they end is the total.
    ends = max(b.right for b in kinds["for"]), max(b.right for b in kinds["against"])
    assert ends[0] == pytest.approx(ends[1], abs=2)
    assert boxes["pile.total"].x == pytest.approx(min(b.x for b in kinds["against"]), abs=2)


@pytest.mark.parametrize("values", [(1.0, 0.5), (-1.0, -0.5), (0.5, -2.0), (2.0, -0.5, 0.25)])
def test_a_lying_pile_ends_at_its_total_and_stays_in_the_frame(values):
    bars = [Bar(str(n), "a" if v > 0 else "b", v) for n, v in enumerate(values)]
    longest = max(sum(v for v in values if v > 0), -sum(v for v in values if v < 0))
    pile = Bars("pile", bars, Scale(longest), stacked=True, thick=2.0, total="= x", labelled=True)
    placed = place(Diagram(pile), ASPECTS["16:9"])
    assert problems(placed) == []
    unit = placed["pile.0"].width / abs(values[0])
    zero, total = placed["pile.zero"].x, placed["pile.total"].x
    assert total - zero == pytest.approx(sum(values) * unit, abs=0.01)


# What a viewer sees.


@pytest.mark.parametrize(
    "options",
    [
        later({"picture": digits.first(4)}),
        later({"picture": digits.first(7), "filter": 2}),
        {"filter": 0, "at": (0, 0)},
        {"photo": photo(30, 90)},
        later({"photo": photo(values=np.zeros((8, 8, 3)))}),
        later({"layer": "conv3"}),
        {"layer": "conv1", "length": 30.0},
    ],
    ids=["digit", "digit-filter", "corner", "wide-photo", "black-photo", "deeper", "one-channel"],
)
def test_nothing_overlaps_with_other_options(options):
    check_events(Channels(**options), Look("en"))


OTHERS = [
    ((Conv2D("a", 4), Conv2D("b", 3, 5, stride=2, padding="same"), *END), (32, 32, 3)),
    ((Conv2D("a", 2), MaxPooling2D("p", 3), Conv2D("b", 1, 2, activation="tanh"), *END),
     (28, 28, 1)),
    ((Conv2D("a", 100), Conv2D("b", 20, 7, use_bias=False), *END), (28, 28, 1)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("other_one", "frame"), covering({str(n): o for n, o in enumerate(OTHERS)}, FRAMES)
)
def test_other_networks_keep_the_layout(other_one, frame, tmp_path):
    layers, shape = other_one
    check_events(other(tmp_path, *layers, shape=shape, length=100), *frame)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_upright_frame_prints_the_numbers_of_the_channel_that_is_taken_apart(lesson, lang):
    picture = lesson.picture_of
    placed = place(picture.making(picture.first), ASPECTS["9:16"], lang)
    for name in ("patch", "kernel", "products"):
        grid = placed.piece(name)
        assert grid.decimals is not None
        assert grid.size >= placed.sheet.least


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("aspect", ASPECTS)
def test_every_picture_of_a_number_fits_every_frame(lesson, aspect, lang):
    sheet = ASPECTS[aspect]
    picture = lesson.picture_of
    diagrams = (picture.wall(), picture.making(picture.first), picture.piled(), picture.field(),
                picture.all_maps())  # fmt: skip
    for diagram in diagrams:
        assert problems(place(diagram, sheet, lang)) == []


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("aspect", ASPECTS)
def test_every_picture_of_the_photograph_fits_every_frame(aspect, lang):
    sheet = ASPECTS[aspect]
    photo = Channels().photo_picture
    for diagram in (
        photo.photograph(), photo.sheets(), photo.patches(), photo.kernels(), photo.sums(),
        photo.summed(),
        photo.delivered(),
    ):  # fmt: skip
        assert place(diagram, sheet, lang).pieces


@pytest.mark.parametrize("aspect", ["16:9", "9:16"])
def test_rows_of_maps_begin_with_the_number_of_their_first_channel(lesson, aspect):
    placed = place(lesson.picture_of.wall(), ASPECTS[aspect], "en")
    lefts = {round(placed[f"map-{n}"].y): n for n in reversed(range(32))}
    firsts = sorted(lefts.values())
    for n in firsts:
        said = placed[f"order-{n}"]
        assert said.right < placed[f"map-{n}"].x
        assert placed[f"map-{n}"].y < said.middle[1] < placed[f"map-{n}"].bottom
    last = placed["map-31"]
    assert placed["order-31"].x > last.right
    assert {p.name for p in placed.pieces if p.name.startswith("order-")} == {
        f"order-{n}" for n in (*firsts, 31)
    }


def test_a_row_of_one_map_bears_its_number_once(tmp_path):
    lesson = other(tmp_path, Conv2D("a", 3), Conv2D("b", 2), *END, shape=(28, 28, 1))
    placed = place(lesson.picture_of.wall(), ASPECTS["16:9"], "en")
    named = sorted(p.name for p in placed.pieces if p.name.startswith("order-"))
    assert named == ["order-0", "order-2"]


def test_the_number_of_the_place_stands_beside_its_cell_until_the_map_fills(lesson):
    (mark,) = lesson.picture_of.field().panel("map").marks.values()
    low = place(lesson.picture_of.field(), ASPECTS["16:9"], "en")
    (letter,) = (p for p in low.pieces if p.name == "map.letter-cell")
    assert letter.text == number(lesson.step.activated)
    assert (mark.row, mark.col) == (lesson.step.row, lesson.step.col)


def test_relu_is_named_only_where_it_makes_zeros(lesson):
    maps = lesson.outputs[:, :, lesson.shown_filter]
    assert (maps == 0).any()
    assert "ReLU" in captions(lesson)["one-map"]
