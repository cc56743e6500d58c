"""What people type by nature is done, or answered with the line that does it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from convexplain.cli import cli


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    Image.new("L", (28, 28), 0).save(tmp_path / "mine.png")
    return tmp_path


def run(line: list[str]) -> Result:
    return CliRunner().invoke(cli, line)


def error(line: list[str]) -> str:
    result = run(line)
    assert result.exit_code != 0
    return result.output if result.exception is None else f"{result.output}{result.exception}"


@pytest.mark.parametrize("name", ["sliding_window", "Sliding-Window", "sliding window"])
def test_a_name_is_known_however_its_words_are_joined(here: Path, name: str) -> None:
    said = run(["figure", name, "--alt"])
    assert said.exit_code == 0
    assert said.output == run(["figure", "sliding-window", "--alt"]).output


@pytest.mark.parametrize(
    ("word", "option"), [("5", ["--digit", "5"]), ("mine.png", ["--image", "mine.png"])]
)
@pytest.mark.parametrize(
    "command", [["figure", "sliding-window", "--alt"], ["predict", "--json"], ["step"]]
)
def test_a_digit_or_a_file_alone_chooses_the_picture(
    here: Path, command: list[str], word: str, option: list[str]
) -> None:
    image = Image.new("L", (28, 28), 0)
    image.paste(255, (10, 4, 14, 24))
    image.save(here / "mine.png")
    said = run([*command, word])
    assert said.exit_code == 0, said.output
    assert said.output == run([*command, *option]).output
    if command[0] == "figure":  # and without a lesson's name it is the first lesson's
        assert run(["figure", word, "--alt"]).output == said.output


def test_two_pictures_or_two_lessons_at_once_are_refused(here: Path) -> None:
    assert "both choose a picture" in error(["predict", "7", "--digit", "3"])
    assert "film --lessons A,B joins several" in error(["render", "pooling", "hierarchy"])
    assert "neither a digit, 0 to 9, nor a file" in error(["predict", "nothing.png"])


def test_a_lesson_alone_is_rendered(here: Path) -> None:
    assert run(["pooling", "--help"]).output == run(["render", "pooling", "--help"]).output


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        (["poling", "3"], "render pooling 3"),
        (["cards"], "card"),
        (["lessons"], "list"),
        (["figures", "pooling", "-o", "a b.svg"], "figure pooling -o 'a b.svg'"),
        (["pooling", "figure"], "figure pooling"),
        (["5", "predict"], "predict 5"),
    ],
)
def test_what_is_no_command_is_answered_with_the_line_to_type(
    here: Path, line: list[str], meant: str
) -> None:
    assert f"did you mean convexplain {meant}?" in error(line)


def test_a_film_is_of_the_lessons_that_are_named_and_of_the_picture_behind_them(
    here: Path,
) -> None:
    wrong = ["--filter", "99", "-q", "720p"]
    named = error(["film", "Pooling", "sliding_window", "3", *wrong])
    assert "pooling: there is no filter 99" in named
    assert named == error(["film", "--lessons", "pooling,sliding-window", "--digit", "3", *wrong])
    assert "5 and --digit both choose a picture" in error(["film", "5", "--digit", "3"])
    assert "there is no lesson 'poling'" in error(["film", "pooling", "poling"])


def test_a_command_is_known_in_capitals(here: Path) -> None:
    assert run(["List", "--json"]).output == run(["list", "--json"]).output


def test_qualities_and_themes_have_several_names(here: Path) -> None:
    for name in ("medium", "720p", "720", "m"):
        assert "has no beat 'x'" in error(["render", "-q", name, "--still", "x"])
    white = run(["figure", "pooling", "--theme", "White", "-o", "white.svg"])
    assert white.exit_code == 0
    run(["figure", "pooling", "--theme", "light", "-o", "light.svg"])
    assert (here / "white.svg").read_bytes() == (here / "light.svg").read_bytes()


def test_help_and_version_are_words_too(here: Path) -> None:
    assert run(["help"]).output == run(["--help"]).output
    assert run(["help", "model"]).output == run(["model", "--help"]).output
    assert run(["version"]).output == run(["-V"]).output == run(["--version"]).output


@pytest.mark.parametrize("name", ["zh", "zh-CN", "zh_CN", "cn", "Chinese", "中文"])
def test_a_language_has_several_names(here: Path, name: str) -> None:
    assert "行 21" in run(["step", "--lang", name]).output
    assert "编号从 0 开始" in run(["figure", "response-map", "--lang", name, "--help"]).output


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["render", "--seconds", "1m"], "--seconds '1m' is no number: give one in seconds, as 60"),
        (["kernels", "sobel"], "did you mean sobel-x or sobel-y?"),
        (["render", "--kernel", "sobel"], "did you mean sobel-x or sobel-y?"),
        (["kernels", "edge"], "prewitt-y, scharr-x, scharr-y or laplacian?"),
        (["data", "down"], "data has no command 'down': choose fetch"),
        (["figure", "-o", "a.mov"], "let it end in .svg, .png or .pdf"),
        (["step", "conv2"], "a layer is --layer NAME"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_names_what_can(here: Path, line: list[str], told: str) -> None:
    assert told in error(line)


@pytest.mark.parametrize("option", ["--fps", "--resolution", "--size"])
def test_options_of_other_programs_lead_to_those_here(
    here: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        cli(["render", option, "30"])
    assert "did you mean --quality?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["render", "--lesson", "pooling"], "convexplain render [OPTIONS] [LESSON] [PICTURE]"),
        (["evaluate", "--model", "mine.onnx"], "convexplain evaluate [OPTIONS] [MODEL] [FOLDER]"),
        (["model", "--model", "mine.onnx"], "convexplain model [OPTIONS] [MODEL]"),
        (["figure", "pooling", "--kernel", "blur"], "has no option --kernel: sliding-window, "),
        (["data", "fetch", "--to", "here"], "did you mean --directory?"),
    ],
)
def test_an_option_that_there_is_not_leads_to_what_takes_its_value(
    here: Path, line: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        cli(line)
    assert told in capsys.readouterr().err


def test_the_kernels_of_a_network_are_a_figure(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        cli(["kernels", "--model", "mine.onnx"])
    assert "convexplain figure kernels --model FILE" in capsys.readouterr().err


def test_downloading_data_is_fetching_it(here: Path) -> None:
    assert run(["data", "download", "--help"]).output == run(["data", "fetch", "--help"]).output


def test_missing_folders_are_made_and_a_folder_takes_the_file_by_its_own_name(here: Path) -> None:
    said = run(["figure", "pooling", "-o", "new/deep/"])
    assert said.exit_code == 0
    assert "made the folder new/deep" in said.output
    assert (here / "new/deep/pooling.svg").exists()
    run(["figure", "pooling", "-o", "new"])
    assert (here / "new/pooling.svg").exists()
    assert run(["figure", "pooling", "-o", "~/drawn/p.svg"]).exit_code == 0
    assert (here / "home/drawn/p.svg").exists()
    assert run(["card", "pooling", "--format", "html", "-o", "cards/"]).exit_code == 0
    assert (here / "cards/pooling-card.html").exists()


def test_a_folder_that_cannot_be_made_is_told_in_a_line(here: Path) -> None:
    (here / "file").write_text("")
    assert "cannot make the folder 'file/inner'" in error(
        ["figure", "pooling", "-o", "file/inner/"]
    )


def test_no_share_is_printed_as_all(here: Path) -> None:
    for digit in "38":
        assert "100.0%" not in run(["predict", digit]).output


def test_demo_opens_the_page(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: not opened.append(url))
    said = run(["demo", "3", "-o", "page.html"])
    assert said.exit_code == 0
    assert opened == [(here / "page.html").as_uri()]
    assert said.output == f"opened {here / 'page.html'}\n"
