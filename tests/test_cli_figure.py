"""``convexplain figure``: files, widths, alternative texts, and one line for what is wrong."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from PIL import Image

from convexplain import Look, figures
from convexplain.cli import cli
from convexplain.errors import ConvexplainError


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*args):
    return CliRunner().invoke(cli, ["figure", *args])


def test_without_options_a_step_of_the_sliding_window_is_drawn(here):
    result = run()
    assert result.exit_code == 0, result.output
    assert result.output.startswith("wrote sliding-window.svg: ")
    figures.write(figures.draw("sliding-window"), here / "same.svg")
    assert (here / "sliding-window.svg").read_bytes() == (here / "same.svg").read_bytes()
    assert {path.name for path in here.iterdir()} == {"sliding-window.svg", "same.svg"}


def test_options_are_those_of_the_lesson_and_the_figure(here):
    result = run("response-map", "--digit", "7", "--filter", "3", "--lang", "zh", "-o", "a.pdf")
    assert result.exit_code == 0, result.output
    drawn = figures.draw("response-map", Look("zh", "light"), digit=7, filter=3)
    figures.write(drawn, here / "b.pdf")
    assert (here / "a.pdf").read_bytes() == (here / "b.pdf").read_bytes()
    told = run("response-map", "--help").output
    assert "--layer" in told
    assert "--seconds" not in told
    assert "编号从 0 开始" in run("response-map", "--lang", "zh", "--help").output
    assert "--at ROW,COL" in run("sliding-window", "--help").output
    assert "--steps" not in run("sliding-window", "--help").output


@pytest.mark.parametrize(
    ("width", "inches"),
    [("column", 3.1), ("page", 6.3), ("3.5", 3.5), ("16cm", 16 / 2.54), ("90mm", 90 / 25.4),
     ("4in", 4), ("8 cm", 8 / 2.54)],
)  # fmt: skip
def test_a_width_is_a_word_or_a_length(here, width, inches):
    assert run("kernels", "--width", width, "--dpi", "100", "-o", "a.png").exit_code == 0
    with Image.open("a.png") as picture:
        assert picture.width == pytest.approx(100 * inches, abs=1)
        assert picture.info["dpi"] == pytest.approx((100, 100), abs=0.1)


def test_format_theme_and_text_are_as_asked_for(here):
    assert run("kernels", "--format", "png", "--theme", "dark").exit_code == 0
    with Image.open("kernels.png") as picture:
        assert picture.getpixel((0, 0))[:3] == (0x0F, 0x14, 0x19)
    assert run("kernels", "--svg-text").exit_code == 0
    assert "edge: 9 of 32</text>" in (here / "kernels.svg").read_text("utf-8")


def test_alt_prints_the_alternative_text_and_writes_nothing(here):
    result = run("pooling", "--digit", "8", "--lang", "zh", "--alt")
    assert result.output == figures.alternative("pooling", "zh", digit=8) + "\n"
    assert list(here.iterdir()) == []


def test_all_writes_every_figure_in_one_language_and_theme(here, monkeypatch):
    few = ("sliding-window", "kernels", "confusion-matrix")
    monkeypatch.setattr(figures, "names", lambda: few)
    (here / "set").mkdir()
    result = run("--all", "--format", "pdf", "-o", "set", "--lang", "zh")
    assert result.exit_code == 0, result.output
    assert {path.name for path in (here / "set").iterdir()} == {f"{name}.pdf" for name in few}
    assert [line.split("：")[0] for line in result.output.splitlines()] == [
        f"已写出 set/{name}.pdf" for name in few
    ]


def test_one_figure_that_fails_does_not_stop_the_others(here, monkeypatch):
    draw = figures.draw

    def broken(name, *args, **kwargs):
        if name == "kernels":
            raise ConvexplainError("a fact is missing")
        return draw(name, *args, **kwargs)

    monkeypatch.setattr(figures, "names", lambda: ("kernels", "sliding-window"))
    monkeypatch.setattr(figures, "draw", broken)
    result = run("--all")
    assert result.exit_code == 1
    assert result.stderr == "Error: kernels: a fact is missing\n"
    assert [path.name for path in here.iterdir()] == ["sliding-window.svg"]


BAD = [
    (["poling"], ["'poling'", "did you mean pooling?"]),
    (["pooling", "extra"], ["extra"]),
    (["pooling", "--fliter", "3"], ["--fliter", "did you mean --filter?"]),
    (["pooling", "--seconds", "3"], ["--seconds"]),
    (["pooling", "--filter", "99"], ["99", "0 to 31"]),
    (["pooling", "--width", "wide"], ["'wide'", "column or page"]),
    (["pooling", "--width", "-3"], ["-3"]),
    (["pooling", "--width", "1"], ["1 inches wide", "3 to 10"]),
    (["pooling", "--width", "99cm"], ["38.9764 inches wide", "3 to 10"]),
    (["pooling", "--dpi", "5", "-o", "a.png"], ["5 pixels an inch", "30 to 1200"]),
    (["pooling", "--lang", "fr"], ["'fr'", "en or zh"]),
    (["pooling", "--theme", "drak"], ["'drak'", "did you mean dark?"]),
    (["pooling", "--format", "gif"], ["'gif'", "svg, png or pdf"]),
    (["pooling", "--format", "png", "-o", "a.svg"], ["png", "'a.svg'", "a.png"]),
    (["pooling", "-o", "a.gif"], ["'a.gif'", ".svg, .png or .pdf"]),
    (["sliding-window", "--at", "99,0"], ["no row 99", "0 to 25"]),
    (["sliding-window", "--at", "9"], ["'9' is no place"]),
    (["kernels", "--classic", "--filter", "3"], ["--classic", "--filter", "exclude"]),
    (["confusion-matrix", "--model", "cmm"], ["'cmm'", "cnn, dense, blocks or photo"]),
    (["kernels", "--filter", "3"], ["conv1", "leave --filter out"]),
    (["pooling", "--alt", "-o", "a.svg"], ["--alt writes no file"]),
    (["pooling", "--alt", "--format", "png"], ["--alt writes no file"]),
    (["--all", "pooling"], ["--all", "leave figure out"]),
    (["--all", "--digit", "3"], ["--all", "leave --digit out"]),
    (["--all", "--alt"], ["leave --alt out"]),
]


@pytest.mark.parametrize(("args", "said"), BAD, ids=[" ".join(args) for args, _ in BAD])
def test_what_cannot_be_right_is_one_line_and_exit_2(here, args, said):
    (here / "folder.svg").mkdir()
    result = run(*args)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    for word in said:
        assert word in result.stderr
    assert [path.name for path in here.iterdir()] == ["folder.svg"]


def test_a_file_that_was_there_stays_until_the_new_one_is_complete(here, monkeypatch):
    (here / "kernels.svg").write_text("old")
    from convexplain.files import atomic

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic, "_fill", full)
    result = run("kernels")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "No space left" in result.stderr
    assert {path.name: path.read_text() for path in here.iterdir()} == {"kernels.svg": "old"}
