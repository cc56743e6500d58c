"""Text in character cells, and colour where a terminal has it."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convexplain import cli
from convexplain.cli._blocks import framed, half_blocks
from convexplain.cli._ink import Ink
from convexplain.cli._nearest import NEAREST
from convexplain.ops import Box
from convexplain.style import terminal
from convexplain.style.terminal import cells, fold
from convexplain.style.theme import DARK

TRUE_COLOUR = Ink(1 << 24)


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_table_with_chinese_is_aligned_in_cells() -> None:
    lines = terminal.table(["层", "参数"], [["卷积", "1"], ["conv1", "320"]], right={1})
    assert lines == ["层     参数", "-----------", "卷积      1", "conv1   320"]
    assert {terminal.cells(line) for line in lines} == {11}


def test_colour_does_not_move_a_column() -> None:
    rows = [["a", "1"], ["bcd", "22"]]
    plain = terminal.table(["x", "y"], rows, right={1})
    painted = terminal.table(["x", "y"], rows, right={1}, paint=lambda r, c, t: f"<{r}{c}{t}>")
    assert [re.sub(r"<\d\d|>", "", line) for line in painted] == plain


@given(st.floats(0, 1), st.integers(1, 60))
def test_a_bar_is_as_long_as_its_share_to_a_sixteenth_of_a_cell(share: float, width: int) -> None:
    drawn = terminal.bar(share, width)
    length = sum(" ▏▎▍▌▋▊▉█".index(character) / 8 for character in drawn)
    assert abs(length - share * width) <= 1 / 16 + 1e-9
    assert len(drawn) <= width


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_bar_of_more_than_all_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share from 0 to 1"):
        terminal.bar(share, 10)


@pytest.mark.parametrize(
    ("environment", "colours"),
    [
        ({"TERM": "xterm"}, 256),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, 1 << 24),
        ({"TERM": "xterm", "COLORTERM": "truecolor", "NO_COLOR": "1"}, 0),
        ({"TERM": "xterm", "NO_COLOR": ""}, 256),
        ({"TERM": "dumb"}, 0),
        ({}, 0),
    ],
)
def test_colours_are_those_of_the_terminal(environment: dict[str, str], colours: int) -> None:
    assert Ink.of(Screen(), environment).colours == colours
    assert Ink.of(io.StringIO(), environment).colours == 0


def test_the_sign_of_a_number_decides_its_colour() -> None:
    def code(token: str) -> str:
        return "\x1b[38;2;{};{};{}m".format(*DARK.rgb(token))

    assert TRUE_COLOUR.signed("+1", 1.0).startswith(code("positive"))
    assert TRUE_COLOUR.signed("−1", -1.0).startswith(code("negative"))
    assert TRUE_COLOUR.signed("0", 0.0) == "0"
    assert Ink(0).signed("+1", 1.0) == "+1"


@pytest.mark.parametrize(
    ("colour", "index"), [((255, 0, 0), 196), ((0, 0, 0), 16), ((128, 128, 128), 244)]
)
def test_256_colours_are_the_nearest(colour: tuple[int, int, int], index: int) -> None:
    assert Ink(256).paint("x", colour).startswith(f"\x1b[38;5;{index}m")


def test_half_blocks_in_colour_hold_every_gray() -> None:
    pixels = np.array([[0.0, 1.0], [0.5, 0.2], [1.0, 0.0]])
    first, second = half_blocks(pixels, TRUE_COLOUR)
    grays = re.findall(r"38;2;(\d+);\d+;\d+;48;2;(\d+)|38;2;(\d+).*?48;2;(\d+)", first + second)
    found = [tuple(int(part) for part in match if part) for match in grays]
    assert found == [(0, 128), (255, 51), (255, 0), (0, 0)]


def test_a_photograph_is_drawn_in_its_colours_with_two_pixels_to_a_character() -> None:
    pixels = np.zeros((3, 2, 3))
    pixels[0, 0], pixels[1, 0], pixels[2, 1] = (1.0, 0.0, 0.2), (0.0, 1.0, 0.4), (0.6, 0.8, 0.0)
    lines = half_blocks(pixels, TRUE_COLOUR)
    assert len(lines) == 2
    assert lines[0].startswith("\x1b[38;2;255;0;51m\x1b[48;2;0;255;102m▀")
    assert "\x1b[38;2;153;204;0m\x1b[48;2;0;0;0m▀" in lines[1]
    # Where there are no colours, by its brightness: the means are 0.4, 0.47 and 0.47.
    assert half_blocks(pixels, Ink(0)) == ["█ ", " ▀"]


def test_a_frame_on_a_photograph_keeps_its_colours_within_and_halves_them_without() -> None:
    pixels = np.full((2, 2, 3), (0.8, 0.4, 0.0))
    edge, first, second, _ = framed(pixels, Box(0, 1, 2, 2), TRUE_COLOUR)
    assert edge.startswith("  ")
    for line in (first, second):
        within, without = (line.find(f"38;2;{rgb}m██") for rgb in ("204;102;0", "102;51;0"))
        assert 0 <= without < within
    assert framed(pixels, Box(0, 1, 2, 2), Ink(0)) == ["  ┌──┐", "▒▒│▒▒│", "▒▒│▒▒│", "  └──┘"]


def test_a_frame_is_cut_at_the_edge_of_the_picture() -> None:
    lines = framed(np.ones((2, 2)), Box(-1, 1, 1, 5), Ink(0))
    assert lines == ["  ┌──┐", "██│██│", "  └──┘", "██ ██"]


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
@pytest.mark.parametrize("setting", ["", "1"])
def test_on_a_real_terminal_no_color_decides(setting: str) -> None:
    import pty

    leader, follower = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "NO_COLOR": setting}
    program = [sys.executable, "-m", "convexplain", "kernels", "sobel-x"]
    done = subprocess.run(program, stdout=follower, env=environment, check=True, timeout=60)
    os.close(follower)
    text = b""
    try:
        while part := os.read(leader, 4096):
            text += part
    except OSError:  # the other end is closed
        pass
    os.close(leader)
    assert done.returncode == 0
    assert (b"\x1b[38;5;" in text) == (setting == "")
    assert "−2".encode() in text


def test_no_command_imports_numpy_before_it_runs() -> None:
    folder = Path(cli.__file__).parent
    names = ["step", "pixel", "model", "digits", "kernels", "predict"]
    assert all((folder / f"{name}.py").exists() for name in names)
    imports = "; ".join(f"import convexplain.cli.{name}" for name in names)
    program = f"import sys; {imports}; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


def test_prose_is_folded_between_words_and_tables_are_not():
    text = "\x1b[2mA probability is a share, not a certainty; 概率是占比，不是把握。\x1b[0m"
    for width in (12, 20, 30, 46, 60):
        lines = fold(text, width)
        plain = [line.replace("\x1b[2m", "").replace("\x1b[0m", "") for line in lines]
        assert all(cells(line) <= width for line in plain)
        assert not any(line[:1] in "，。 " for line in plain if line)
        words = "".join(plain).replace(" ", "")
        assert words == "Aprobabilityisashare,notacertainty;概率是占比，不是把握。"
    assert fold("conv1    Conv2D  320", 10) == ["conv1    Conv2D  320"]
    assert fold("a" * 30, 10) == ["a" * 30]
    assert fold("", 10) == [""]


def test_sentences_of_the_last_column_fold_where_a_table_is_too_wide() -> None:
    rows = [["emboss", "a relief, lit from the lower right"], ["锐化", "夸大边缘之后的图像本身"]]
    lines = terminal.table(["name", "finds"], rows, width=28)
    assert lines == [
        "name    finds",
        "----------------------------",
        "emboss  a relief, lit from",
        "        the lower right",
        "锐化    夸大边缘之后的图像本",
        "        身",
    ]
    assert all(terminal.cells(line) <= 28 for line in lines)


def test_no_view_begins_a_chinese_line_with_a_mark() -> None:
    from convexplain.panels.text import wrap
    from convexplain.stage.title_and_caption import may_break
    from convexplain.style.lines import NOT_FIRST

    for mark in NOT_FIRST:
        sentence = f"一行中文的句子{mark}后面还有几个字"
        assert not may_break(sentence, sentence.index(mark))
        broken = [line for size in range(5, 9) for line in wrap(sentence, 10.0 * size, 10.0)]
        if not mark.isascii():  # a terminal breaks words of Latin letters at blanks alone
            broken += [line for cells in range(10, 18) for line in fold(sentence, cells)]
        assert not [line for line in broken if line.startswith(mark)]


@pytest.mark.parametrize("encoding", ["gbk", "cp437", "cp1252", "ascii"])
def test_what_is_drawn_and_computed_is_printed_in_every_encoding(encoding: str) -> None:
    drawn = "−0.20 ⊙ 0.01 = −0.00 × ▀▄█▓▒░▊▏ ┌─│┐└┘ · 26–27 “a”"
    written = drawn.encode(encoding, NEAREST).decode(encoding)
    assert "\\" not in written
    assert len(written) == len(drawn)
