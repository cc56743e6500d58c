"""Figures ask their artists: the right numbers in the right cells, the same bytes every time."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from convexplain.cli import cli
from convexplain.errors import UsageError
from convexplain.figures import _base, confusion_matrix
from convexplain.theme import DARK, LIGHT, Look

COUNTS = np.diag(np.arange(90, 100)).astype(np.int64)
COUNTS[5, 3], COUNTS[4, 9], COUNTS[2, 7] = 10, 6, 1


def texts(figure):
    return {t.get_text(): t.get_position() for t in figure.axes[0].texts}


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_every_count_stands_in_its_cell_and_mistakes_have_the_colour_of_their_count(theme):
    figure = confusion_matrix.draw(COUNTS, Look(theme=theme.name))
    assert texts(figure)["10"] == (3.5, 5.5)
    assert texts(figure)["99"] == (9.5, 9.5)
    faces = {
        (int(p.get_y()), int(p.get_x())): p.get_facecolor()[:3] for p in figure.axes[0].patches
    }
    strongest = theme.signed(10, 10) / 255
    np.testing.assert_allclose(faces[5, 3], strongest, atol=1e-6)
    np.testing.assert_allclose(faces[4, 9], theme.signed(6, 10) / 255, atol=1e-6)
    np.testing.assert_allclose(faces[0, 1], theme.signed(0, 10) / 255, atol=1e-6)


def test_nothing_leaves_the_figure_and_no_two_texts_overlap():
    for lang in ("en", "zh"):
        figure = confusion_matrix.draw(COUNTS, Look(lang=lang, theme="light"))
        figure.draw_without_rendering()
        renderer = figure.canvas.get_renderer()
        boxes = [t.get_window_extent(renderer) for t in figure.axes[0].texts]
        frame = figure.bbox
        assert all(b.x0 >= 0 and b.y0 >= 0 for b in boxes)
        assert all(b.x1 <= frame.x1 and b.y1 <= frame.y1 for b in boxes)
        assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_the_alternative_text_names_the_most_frequent_mistake():
    said = confusion_matrix.alternative(COUNTS)
    assert "5 read as 3, 10 times" in said
    assert f"{np.trace(COUNTS) / COUNTS.sum():.2%}" in said
    assert "把 5 判为 3，共 10 次" in confusion_matrix.alternative(COUNTS, "zh")
    assert "all of 945 digits" in confusion_matrix.alternative(np.diag(np.arange(90, 100)))


@pytest.mark.parametrize("kind", _base.FORMATS)
def test_the_same_figure_is_the_same_bytes(kind, tmp_path):
    for name in ("a", "b"):
        _base.write(confusion_matrix.draw(COUNTS), tmp_path / f"{name}.{kind}")
    first, second = ((tmp_path / f"{name}.{kind}").read_bytes() for name in ("a", "b"))
    assert first == second
    assert len(first) > 5_000


def test_pyplot_is_not_touched():
    script = (
        "import sys, numpy as np; from convexplain.figures import confusion_matrix as c;"
        "c.draw(np.eye(10, dtype=np.int64)); print('matplotlib.pyplot' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("name", "said"), [("a.jpeg", ".svg, .png or .pdf"), ("none/a.svg", "no folder")]
)
def test_a_figure_that_cannot_be_written_is_refused(name, said, tmp_path):
    with pytest.raises(UsageError, match=said):
        _base.write(confusion_matrix.draw(COUNTS), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.mnist
def test_evaluate_draws_its_confusion_matrix(tmp_path, mnist_folder):
    path = tmp_path / "confusion.svg"
    arguments = ["evaluate", "cnn", "--directory", str(mnist_folder), "--figure", str(path)]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    assert f"wrote {path}" in result.output
    assert path.read_text("utf-8").startswith("<?xml")
