"""The tree and the fields of view: shares and boxes found again by SciPy and by erasing pixels."""

from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner
from figure_artists import forward, one, rectangle, seen, softmax, words
from figure_artists import pictures as figure_pictures
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle
from played import LANGUAGES, about, lesson_of

from convexplain import figures, panels
from convexplain.cli import cli
from convexplain.errors import UsageError
from convexplain.figures import receptive_fields
from convexplain.lessons.parts.receptive import ReceptiveFields
from convexplain.network import Network
from convexplain.style.theme import DARK, LIGHT, Look
from tests.often import covering


@pytest.fixture(scope="module")
def network():
    return Network.load("cnn")


@pytest.fixture(scope="module")
def pixels():
    return lesson_of("hierarchy").shown_picture.pixels[:, :, 0]


@pytest.fixture(scope="module")
def maps(network, pixels):
    return forward(network.weights, pixels)


def of(sample):
    """The lesson on a digit, computed once; None: on its own."""
    return lesson_of("hierarchy") if sample is None else about("hierarchy", sample)


def draw(sample=None, **how):
    return figures.draw_made("hierarchy", of(sample), **how)


@pytest.fixture(scope="module")
def figure():
    return figures.draw("hierarchy")


def strongest(products, count):
    """The cells with the largest products, and their shares of all positive ones."""
    flat = np.argsort(-products, axis=None, kind="stable")[:count]
    places = [np.unravel_index(n, products.shape) for n in flat]
    positive = products[products > 0].sum()
    return [(tuple(map(int, place)), products[place] / positive) for place in places]


def parts_of_the_answer(network, maps):
    answer = int(maps["logits"].argmax())
    kernel = network.weights["dense/kernel"][:, answer].astype(float).reshape(3, 3, 128)
    return strongest(maps["conv3"] * kernel, 3)


def parts_of_a_cell(network, maps, layer, before, cell):
    """The two cells of a pool that raise a cell of a convolution most."""
    row, col, n = cell
    kernel = network.weights[f"{layer}/kernel"][:, :, :, n].astype(float)
    products = maps[before][row : row + 3, col : col + 3] * kernel
    return [((row + i, col + j, c), share) for (i, j, c), share in strongest(products, 2)]


def source(maps, layer, cell):
    """The cell of a convolution that a maximum came from."""
    row, col, channel = cell
    block = maps[layer][2 * row : 2 * row + 2, 2 * col : 2 * col + 2, channel]
    i, j = np.unravel_index(int(block.argmax()), block.shape)
    return 2 * row + int(i), 2 * col + int(j), channel


def test_shares_and_filters_are_those_that_scipy_finds(figure, network, maps):
    for a, (cell, share) in enumerate(parts_of_the_answer(network, maps)):
        assert one(figure, f"share-{a}").get_text() == f"{cell[2]} · {100 * share:.1f}%"
        found = parts_of_a_cell(network, maps, "conv3", "pool2", cell)
        for b, (pooled, below) in enumerate(found):
            above = source(maps, "conv2", pooled)
            assert one(figure, f"share-{a}-{b}").get_text() == f"{above[2]} · {100 * below:.1f}%"
            for c, (_, leaf) in enumerate(parts_of_a_cell(network, maps, "conv2", "pool1", above)):
                assert one(figure, f"share-{a}-{b}-{c}").get_text() == f"{100 * leaf:.1f}%"


def test_the_answer_and_all_others_are_written_at_the_top(figure, network, maps):
    answer = int(maps["logits"].argmax())
    kernel = network.weights["dense/kernel"][:, answer].astype(float).reshape(3, 3, 128)
    for_it = int((maps["conv3"] * kernel > 0).sum())
    rest = 1 - sum(share for _, share in parts_of_the_answer(network, maps))
    said = words(figure)
    assert str(answer) in said
    assert f"logit {maps['logits'][answer]:.2f}" in said
    assert softmax(maps["logits"])[answer] > 0.999
    assert "probability >99.9%" in said
    assert one(figure, "others").get_text() == f"{for_it - 3} others: {100 * rest:.1f}%"


def test_bars_show_shares_to_scale_and_the_rest_fills_them(figure, network, maps):
    found = parts_of_the_answer(network, maps)
    parts = [rectangle(one(figure, f"bar.{n}")) for n in range(3)]
    rest = rectangle(one(figure, "bar.rest"))
    begin, wide = parts[0][0], rest[0] + rest[2] - parts[0][0]
    for (_, share), (x, _, long, _) in zip(found, parts, strict=True):
        assert x == pytest.approx(begin)
        assert long == pytest.approx(share * wide, rel=1e-5)
        begin += long
    assert rest[0] == pytest.approx(begin)
    bars = [artist.get_gid() for artist in figure.findobj(Rectangle) if artist.get_gid()]
    parts = [gid for gid in bars if gid.startswith("bar") and not gid.endswith("rest")]
    assert len(parts) == 3 + 6 + 12
    assert sum(gid.endswith(".rest") for gid in bars) == 1 + 3 + 6


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_patches_are_pieces_of_the_digit_and_kernels_have_one_scale(theme, network, maps, pixels):
    for width in (3.1, 6.3):
        drawn = draw(look=Look(theme=theme.name), width=width)
        assert len(seen(drawn, theme.picture(pixels))) == 1
        kernels = network.weights["conv1/kernel"]
        limit = np.abs(kernels).max()
        leaves = 0
        for row, col, n in (cell for cell, _ in parts_of_the_answer(network, maps)):
            piece = theme.picture(pixels[4 * row : 4 * row + 18, 4 * col : 4 * col + 18])
            assert seen(drawn, piece)
            for pooled, _ in parts_of_a_cell(network, maps, "conv3", "pool2", (row, col, n)):
                r, c, m = source(maps, "conv2", pooled)
                assert seen(drawn, theme.picture(pixels[2 * r : 2 * r + 8, 2 * c : 2 * c + 8]))
                for low, _ in parts_of_a_cell(network, maps, "conv2", "pool1", (r, c, m)):
                    i, j, k = source(maps, "conv1", low)
                    patches = seen(drawn, theme.picture(pixels[i : i + 3, j : j + 3]))
                    under = seen(drawn, theme.signed(kernels[:, :, 0, k], limit))
                    assert any(a[:2] == b[:2] and a[2] < b[3] for a in patches for b in under)
                    leaves += 1
        assert leaves == 12


def test_the_fields_of_the_marked_path_lie_within_each_other_on_the_digit(figure, pixels):
    ((left, right, _, top),) = seen(figure, LIGHT.picture(pixels))
    cell = (right - left) / 28
    boxes = {}
    for layer, side in (("conv1", 3), ("conv2", 8), ("conv3", 18)):
        patch = one(figure, f"input.{layer}")
        x, y, wide, high = rectangle(patch)
        # The line lies outside of the cells.
        line = patch.get_linewidth()
        x, y, wide, high = x + line / 2, y + line / 2, wide - line, high - line
        assert (wide / cell, high / cell) == pytest.approx((side, side))
        assert to_hex(patch.get_edgecolor()).upper() == LIGHT.accent
        boxes[layer] = (x - left) / cell, (y - top) / cell, side
    for small, large in (("conv1", "conv2"), ("conv2", "conv3")):
        for n in (0, 1):
            assert boxes[large][n] <= boxes[small][n] + 1e-9
            assert boxes[small][n] + boxes[small][2] <= boxes[large][n] + boxes[large][2] + 1e-9


def test_the_alternative_text_tells_the_tree(network, maps):
    for lang in ("en", "zh"):
        said = figures.about_made("hierarchy", of(None), lang).alternative
        for (row, col, n), share in parts_of_the_answer(network, maps):
            assert f"{100 * share:.1f}%" in said
            place = f"filter {n} at row {row}, column {col}"
            assert (place if lang == "en" else f"行 {row}、列 {col} 的过滤器 {n}") in said


def test_another_digit_and_a_misread_one_are_drawn():
    for sample in (61, 122):
        assert str(of(sample).label) in words(draw(sample, width=3.1))


def test_a_negative_logit_and_a_misread_digit_are_explained():
    plain, centred = words(draw(width=3.1)), words(draw(0, width=3.1))
    assert any(text.startswith("logit −") for text in centred)
    assert "mean over" in " ".join(centred)
    assert "mean over" not in " ".join(plain)
    assert "less their mean" in figures.about_made("hierarchy", of(0), "en").alternative
    assert "but this is a 6" in figures.about_made("hierarchy", of(122), "en").caption
    assert "其实是“6”" in figures.about_made("hierarchy", of(122), "zh").caption


#: The example's tree, and one of a negative logit, which has more to explain.
TREES = {"example": None, "negative": 0}


@pytest.mark.parametrize(("sheet", "lang", "sample"), covering([*panels.SHEETS], LANGUAGES, TREES))
def test_the_tree_lays_itself_out_on_pages_and_frames_of_every_shape(sheet, lang, sample):
    placed = panels.place(of(sample).diagram(), panels.SHEETS[sheet], lang)
    assert panels.problems(placed) == []
    tops = [placed[name].y for name in ("patch-0", "patch-0-0", "patch-0-0-0", "kernel-0-0-0")]
    assert tops == sorted(tops)


def test_bad_input_is_refused_in_one_line():
    with pytest.raises(UsageError, match="no bundled digit"):
        figures.draw("hierarchy", sample=1000)
    result = CliRunner().invoke(cli, ["figure", "receptive-fields", "--model", "dense"])
    assert result.exit_code == 2
    assert "Traceback" not in result.output


# Receptive fields.


def reach(network, layer, row, col):
    """Rows and columns of the pixels that change a cell, found by changing one at a time."""
    rng = np.random.default_rng(7)
    pictures = np.repeat(rng.random((1, 28, 28, 1), dtype=np.float32), 57, axis=0)
    for n in range(28):
        pictures[1 + n, n] = rng.random((28, 1))
        pictures[29 + n, :, n] = rng.random((28, 1))
    cells = network.activations(pictures)[layer][:, row, col]
    changed = ~np.isclose(cells, cells[0], rtol=1e-5, atol=1e-6).all(axis=1)
    return np.flatnonzero(changed[1:29]), np.flatnonzero(changed[29:])


def test_fields_are_the_pixels_that_change_a_cell(network):
    options = figures.make("receptive-fields")
    for view in options.views:
        if view.layer in ("pool1", "pool2"):
            continue
        field = network.receptive_field(view.layer)
        row = (view.box.top - field.start[0]) // field.stride[0]
        col = (view.box.left - field.start[1]) // field.stride[1]
        rows, cols = reach(network, view.layer, row, col)
        assert (min(rows), max(rows) + 1) == (view.box.top, view.box.bottom)
        assert (min(cols), max(cols) + 1) == (view.box.left, view.box.right)


def test_sizes_follow_from_windows_and_strides():
    size, step = 1, 1
    placed = panels.place(receptive_fields.diagram(ReceptiveFields()), panels.PAGE)
    unit = placed["fields.layer-0"].width / 3
    for n, (layer, window, stride) in enumerate(
        (("conv1", 3, 1), ("pool1", 2, 2), ("conv2", 3, 1), ("pool2", 2, 2), ("conv3", 3, 1))
    ):
        size, step = size + (window - 1) * step, step * stride
        assert placed.piece(f"fields.layer-{n}.label").text == layer
        assert placed.piece(f"fields.layer-{n}.value").text == f"{size}, step {step}"
        assert placed[f"fields.layer-{n}"].width == pytest.approx(size * unit)
    for lang in ("en", "zh"):
        said = figures.alternative("receptive-fields", lang)
        assert "3 × 3" in said
        assert "18 × 18" in said
        assert "26, 27" in said or "26、27" in said


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_what_is_pale_changes_no_logit_and_its_neighbour_does(theme, network, pixels):
    drawn = figures.draw("receptive-fields", Look(theme=theme.name))
    line, own = np.array(theme.rgb("line")), theme.picture(pixels).astype(float)
    pale = np.rint(0.28 * own + 0.72 * line)
    for layer, size in (("conv1", 3), ("conv2", 8), ("conv3", 18), ("dense", 26)):
        (shown,) = [
            cells for _, cells in figure_pictures(drawn)
            if (np.abs(cells - own).max(axis=2) == 0).sum() == size**2
        ]  # fmt: skip
        rows, cols = np.nonzero(np.abs(shown - own).max(axis=2) == 0)
        assert (np.ptp(rows) + 1, np.ptp(cols) + 1) == (size, size), layer
        outside = np.ones((28, 28), dtype=bool)
        outside[rows, cols] = False
        assert np.abs(shown - pale)[outside].max() <= 1
    first = int(rows.max()) + 1
    assert (int(rows.min()), int(cols.min())) == (0, 0)
    rng = np.random.default_rng(3)
    before = forward(network.weights, pixels)["logits"]
    noisy = pixels.copy()
    noisy[first:] = rng.random((28 - first, 28))
    noisy[:, first:] = rng.random((28, 28 - first))
    np.testing.assert_array_equal(forward(network.weights, noisy)["logits"], before)
    noisy[first - 1] = rng.random(28)
    assert not np.array_equal(forward(network.weights, noisy)["logits"], before)
