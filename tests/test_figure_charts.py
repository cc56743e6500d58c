"""Charts: their points are the stored facts, their bars to scale, their words the same numbers."""

from __future__ import annotations

import json
from importlib.resources import files
from itertools import pairwise

import numpy as np
import pytest
from click.testing import CliRunner
from figure_artists import named, overlapping, pictures, words
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from convexplain import figures
from convexplain.cli import cli
from convexplain.errors import UsageError
from convexplain.figures import dense_vs_conv as figure_compared
from convexplain.figures import learning as figure_learning
from convexplain.figures import samples_accuracy as figure_samples
from convexplain.figures import shift_accuracy as figure_shift
from convexplain.lessons.dense_vs_conv import DenseVsConv
from convexplain.lessons.learning import Learning
from convexplain.network import Network
from convexplain.panels import Box, Chart, paper, place
from convexplain.style.theme import DARK, LIGHT, Look
from tests.often import covering

FACTS = json.loads((files("convexplain") / "assets" / "facts.json").read_text("utf-8"))
CHARTS = ("shift-accuracy", "samples-accuracy", "dense-vs-conv", "learning")
NETWORKS = ("cnn", "dense")


def rows(experiment, **where):
    """The stored rows that have these values."""
    every = FACTS[experiment]["rows"]
    return [row for row in every if all(row[key] == value for key, value in where.items())]


@pytest.mark.parametrize(("name", "lang"), covering(CHARTS, ["zh", "en"]))
def test_no_word_of_a_chart_leaves_it_or_lies_upon_another(name, lang):
    for width in (3.0, 5.1, 5.2, 6.3):
        figure = figures.draw(name, Look(lang, "light"), width=width)
        assert overlapping(figure) == [], width


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_made_smaller_as_a_whole_where_there_is_little_room(name):
    whole = Figure(figsize=(6, 1.6))
    FigureCanvasAgg(whole)
    figures.draw(name, figure=whole)
    assert overlapping(whole) == []


def shifted(**options):
    """The chart of shifted digits, and where it stands on a page."""
    picture = figure_shift.diagram(figures.make("shift-accuracy", **options))
    return picture.panel("chart"), place(picture, paper(6.3))


def test_the_curves_of_shifted_digits_are_the_facts():
    chart, placed = shifted()
    frame = placed["chart.axes"]
    for network, line in zip(NETWORKS, chart.curves, strict=True):
        stored = rows("shift", network=network)
        assert line.name == network
        np.testing.assert_array_equal(line.x, [row["pixels"] for row in stored])
        np.testing.assert_array_equal(line.y, [row["accuracy"] for row in stored])
        np.testing.assert_array_equal(line.low, [min(row["by_direction"]) for row in stored])
        np.testing.assert_array_equal(line.high, [max(row["by_direction"]) for row in stored])
        rim = np.array(placed.piece(f"chart.{network}.band").points)
        for n, row in enumerate(stored):
            x = frame.x + n / 8 * frame.width
            there = rim[np.isclose(rim[:, 0], x)][:, 1]
            ends = (frame.bottom - there) / frame.height * chart.y.high
            assert (ends.min(), ends.max()) == pytest.approx((row["lowest"], row["highest"]))


def test_the_networks_differ_by_more_than_colour():
    chart, placed = shifted()
    cnn, dense = (placed.piece(f"chart.{network}") for network in NETWORKS)
    assert (cnn.tone, cnn.dashed) == ("ink", False)
    assert (dense.tone, dense.dashed) == ("muted", True)
    assert chart.y.low == 0


@pytest.mark.parametrize("shift", range(9))
def test_the_marked_accuracy_stands_beside_its_point_and_not_on_its_curve(shift):
    _, placed = shifted(shift=shift)
    for network in NETWORKS:
        (measured,) = rows("shift", network=network, pixels=shift)
        label = placed.piece(f"chart.mark-{network}.label")
        assert label.text == f"{100 * measured['accuracy'] + 1e-9:.1f}%"
        point, curve = placed[f"chart.mark-{network}"].middle, placed.piece(f"chart.{network}")
        assert curve.points[shift] == pytest.approx(point)
        ink = Box(label.box.x, label.box.middle[1] - 2, label.box.width, 4)
        assert not any(ink.crossed_by(*ends) for ends in pairwise(curve.points))


def test_a_shift_that_was_not_measured_is_refused_in_one_line():
    with pytest.raises(UsageError, match="shift by 9 pixels: give 0 to 8"):
        figures.draw("shift-accuracy", shift=9)
    result = CliRunner().invoke(cli, ["figure", "shift-accuracy", "--shift", "-1"])
    assert result.exit_code == 2
    assert "shift by -1 pixels: give 0 to 8" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("pixels", ["in place", "shuffled"])
@pytest.mark.parametrize("network", NETWORKS)
def test_the_curves_of_few_digits_are_the_facts(network, pixels):
    stored = rows("samples", network=network, pixels=pixels)
    picture = figure_samples.diagram(DenseVsConv())
    name = pixels.replace(" ", "-")
    (chart,) = [panel for panel in picture.root.panels() if panel.name == name]
    curves = {each.name: each for each in chart.curves}
    # No training of 600 steps of 64 has read more different digits than that.
    digits = [min(row["digits"], 600 * 64) for row in stored]
    for own, column in (("", "accuracy"), ("-lowest", "lowest"), ("-highest", "highest")):
        np.testing.assert_array_equal(curves[network + own].x, digits)
        np.testing.assert_array_equal(curves[network + own].y, [row[column] for row in stored])
    assert curves["dense"].dashed
    assert not curves["cnn"].dashed
    (first,) = [dot for dot in chart.dots if dot.name == f"{network}-0"]
    assert first.label == f"{100 * stored[0]['accuracy']:.1f}%"
    assert curves[network].label.text("en").endswith(f"{100 * stored[-1]['accuracy']:.1f}%")
    assert chart.x.log
    assert chart.y.low <= min(row["lowest"] for row in FACTS["samples"]["rows"])
    assert chart.y.high == 1


def test_an_axis_that_does_not_begin_at_zero_is_numbered_from_its_start():
    for lang in ("en", "zh"):
        figure = figures.draw("samples-accuracy", Look(lang, "light"))
        shares = {text for text in words(figure) if text.endswith("%") and "." not in text}
        assert {"70%", "80%", "90%", "100%"} <= shares
        assert "0%" not in shares


def by_hand():
    """Parameters and multiplications of both networks, counted with a pencil."""
    cnn = 3 * 3 * 1 * 32 + 32, 3 * 3 * 32 * 64 + 64, 3 * 3 * 64 * 128 + 128, 1152 * 10 + 10
    work = 26 * 26 * 32 * 9, 11 * 11 * 64 * 288, 3 * 3 * 128 * 576, 1152 * 10
    dense = 784 * 512 + 512 + 512 * 10 + 10
    return {
        "parameters": (sum(cnn), dense),
        "multiplications": (sum(work), 784 * 512 + 512 * 10),
        "mistakes": tuple(
            round(10_000 * (1 - row["accuracy"]))
            for network in NETWORKS
            for row in rows("shift", network=network, pixels=0)
        ),
    }


@pytest.mark.parametrize("what", ["parameters", "multiplications", "mistakes"])
def test_bars_are_to_scale_from_zero_and_carry_their_numbers(what):
    counted = by_hand()[what]
    for width in (3.1, 6.3):
        placed = place(figure_compared.diagram(DenseVsConv()), paper(width))
        bars = [placed[f"{what}.{network}"] for network in NETWORKS]
        assert bars[0].x == pytest.approx(bars[1].x)
        assert bars[0].width / bars[1].width == pytest.approx(counted[0] / counted[1])
        for network, value, bar in zip(NETWORKS, counted, bars, strict=True):
            number = placed.piece(f"{what}.{network}.value")
            assert number.text.split()[0] == f"{value:,}"
            assert number.box.x > bar.right


def test_how_far_trainings_differ_stands_behind_the_mistakes():
    said = words(figures.draw("dense-vs-conv"))
    for network in NETWORKS:
        shares = Network.load(network).provenance["test_accuracy_by_seed"].values()
        wrong = sorted(round(10_000 * (1 - share)) for share in shares)
        assert any(f"({wrong[0]}–{wrong[-1]})" in text for text in said)


@pytest.fixture(scope="module")
def snapshots():
    with (files("convexplain") / "assets" / "training_cnn.npz").open("rb") as file:
        archive = np.load(file)
        return {name: archive[name] for name in archive.files}


def test_the_curves_of_training_are_what_was_seen(snapshots):
    charts = {
        panel.name: panel
        for panel in figure_learning.diagram(Learning()).root.panels()
        if isinstance(panel, Chart)
    }
    (accuracy,) = charts["accuracy"].curves
    np.testing.assert_array_equal(accuracy.x, snapshots["steps"][1:])
    np.testing.assert_array_equal(accuracy.y, snapshots["test_accuracy"][1:])
    (loss,) = charts["loss"].curves
    for n in (20, 80, 120):
        step = int(loss.x[n])
        batches = snapshots["losses"][max(0, step - 4) : step + 4].astype(np.float64)
        assert loss.y[n] == pytest.approx(batches.sum() / len(batches), rel=1e-5)
    for chart in charts.values():
        assert chart.x.log
        assert chart.y.low == 0


def test_kernels_have_one_scale_at_all_steps_and_stand_in_order(snapshots):
    filters = snapshots["filters"]
    limit = np.abs(filters).max()
    for theme in (LIGHT, DARK):
        figure = figures.draw("learning", Look(theme=theme.name))
        grids = [(extent, cells) for extent, cells in pictures(figure) if cells.shape[:2] == (3, 3)]
        steps = [int(text.split()[1].replace(",", "")) for text in words(figure) if "step " in text]
        assert (steps[0], steps[-1]) == (0, snapshots["steps"][-1])
        assert len(grids) == 32 * len(steps)
        for n, step in enumerate(steps):
            snapshot = filters[list(snapshots["steps"]).index(step)]
            # A wall is drawn from its last kernel to its first.
            wall = grids[32 * n : 32 * (n + 1)][::-1]
            for k, (extent, cells) in enumerate(wall):
                expected = theme.signed(snapshot[:, :, 0, k], limit)
                np.testing.assert_array_equal(cells, expected)
                assert (k % 8 == 0) == (extent[0] == wall[0][0][0])


def test_the_kernels_that_are_framed_are_as_many_as_were_measured():
    figure = figures.draw("learning")
    (stored,) = rows("edges", layer="conv1", weights="trained")
    framed = [n for n in range(32) if named(figure, f"kernels-23.filter-{n}")]
    edges, lines = (round(stored[kind] * stored["kernels"]) for kind in ("edge", "line"))
    assert len(framed) == edges + lines
    said = figures.caption("learning")
    assert f"{edges} of the 32 kernels became oriented edges, {lines} lines (framed)" in said


def test_a_digit_whose_training_was_not_watched_is_refused():
    with pytest.raises(UsageError, match="no bundled digit 999"):
        figures.draw("learning", sample=999)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_is_said_instead_of_a_chart_holds_its_numbers(lang):
    for network in NETWORKS:
        for row in rows("shift", network=network):
            assert f"{100 * row['accuracy'] + 1e-9:.1f}%" in figures.alternative(
                "shift-accuracy", lang
            )
    for row in FACTS["samples"]["rows"]:
        said = figures.alternative("samples-accuracy", lang)
        assert f"{100 * row['accuracy']:.1f}%" in said
        assert f"{min(row['digits'], 600 * 64):,}" in said
        assert "59,800" not in said
    for pair in by_hand().values():
        for number in pair:
            assert f"{number:,}" in figures.alternative("dense-vs-conv", lang)
    said = figures.alternative("learning", lang)
    assert "99.15%" in said
    assert "2.2" in said
