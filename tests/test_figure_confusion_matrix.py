"""The confusion matrix asks its artists: the right numbers in the right cells."""

from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner

from convexplain import figures
from convexplain.cli import cli
from convexplain.data import facts
from convexplain.errors import UsageError
from convexplain.figures.confusion_matrix import ConfusionMatrix, alternative, diagram
from convexplain.network import Network
from convexplain.panels import paper, place
from convexplain.style import format as fmt
from convexplain.style.captions import Caption
from convexplain.style.theme import DARK, LIGHT, Look

COUNTS = np.diag(np.arange(90, 100)).astype(np.int64)
COUNTS[5, 3], COUNTS[4, 9], COUNTS[2, 7] = 10, 6, 1


def draw(made, look=Look("en", "light"), **how):  # noqa: B008
    return figures.draw_made("confusion-matrix", made, look, **how)


def cells(figure):
    """Face colours and texts of the cells by row and column."""
    patches = figure.axes[0].patches
    left = min(p.get_x() for p in patches)
    top = min(p.get_y() for p in patches)
    wide, high = patches[0].get_width(), patches[0].get_height()
    faces = {
        (round((p.get_y() - top) / high), round((p.get_x() - left) / wide)): p.get_facecolor()[:3]
        for p in patches
    }
    words = {}
    for text in figure.axes[0].texts:
        x, y = text.get_position()
        words[int((y - top) // high), int((x - left) // wide)] = text.get_text()
    return faces, words


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_every_count_stands_in_its_cell_and_mistakes_have_the_colour_of_their_count(theme):
    for width in (3.1, 6.3):
        figure = draw(ConfusionMatrix(measured=COUNTS), Look(theme=theme.name), width=width)
        faces, words = cells(figure)
        assert (words[5, 3], words[4, 9], words[2, 7], words[9, 9]) == ("10", "6", "1", "99")
        assert (0, 1) not in words
        np.testing.assert_allclose(faces[5, 3], theme.signed(10, 10) / 255, atol=1e-6)
        np.testing.assert_allclose(faces[4, 9], theme.signed(6, 10) / 255, atol=1e-6)
        np.testing.assert_allclose(faces[0, 1], theme.signed(0, 10) / 255, atol=1e-6)
        np.testing.assert_allclose(faces[9, 9], theme.signed(0, 10) / 255, atol=1e-6)


def test_classes_with_names_stand_before_their_rows_under_the_number_of_their_column():
    names = tuple(Caption(f"thing {n}", f"物 {n}") for n in "abcdefghij")
    placed = place(diagram(ConfusionMatrix(measured=COUNTS, names=names)), paper(3.1))
    for n, name in enumerate(names):
        row, column = (placed.piece(f"counts.{what}[{n}]") for what in ("row", "column"))
        assert row.text == f"{name.en}  {n}"
        assert column.text == str(n)
        cell = placed[f"counts[{n}, {n}]"]
        assert row.box.middle[1] == pytest.approx(cell.middle[1])
        assert column.box.middle[0] == pytest.approx(cell.middle[0])
        share = COUNTS[n, n] / COUNTS[n].sum()
        assert placed.piece(f"counts.end[{n}]").text == fmt.percent(share)


def test_a_table_whose_counts_cannot_be_read_is_refused_in_one_line():
    many = np.diag(np.full(32, 1000))
    assert draw(ConfusionMatrix(measured=many), width=10)
    with pytest.raises(UsageError, match=r"does not fit 3\.1 in.*give more width"):
        draw(ConfusionMatrix(measured=many), width=3.1)


def test_the_alternative_text_names_the_most_frequent_mistake():
    said = alternative(ConfusionMatrix(measured=COUNTS)).text("en")
    assert "5 read as 3, 10 times" in said
    assert f"{np.trace(COUNTS) / COUNTS.sum():.2%}" in said
    assert "把 5 判为 3，共 10 次" in alternative(ConfusionMatrix(measured=COUNTS)).text("zh")


def test_without_mnist_the_stored_counts_are_drawn():
    for model in ("cnn", "dense"):
        counts = ConfusionMatrix(model).counts
        assert counts.sum() == 10_000
        stored = Network.load(model).provenance["test_accuracy"]
        assert np.trace(counts) / 10_000 == pytest.approx(stored, abs=2e-4)
        _, words = cells(figures.draw("confusion-matrix", model=model))
        assert words[5, 3] == str(counts[5, 3])


@pytest.mark.mnist
def test_evaluate_draws_its_confusion_matrix(tmp_path, mnist_folder):
    path = tmp_path / "confusion.svg"
    arguments = ["evaluate", "cnn", "--directory", str(mnist_folder), "--figure", str(path)]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    assert f"wrote {path}" in result.output
    # What was measured now is what was stored.
    figures.write(figures.draw("confusion-matrix"), tmp_path / "stored.svg")
    assert path.read_bytes() == (tmp_path / "stored.svg").read_bytes()
    counted = facts.rows("confusion", network="cnn")
    assert sum(row["wrong"] for row in counted) == 85
