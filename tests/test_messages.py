"""What the program says, in English and Chinese: help, errors, and what commands print."""

from __future__ import annotations

import ast
import inspect
import logging
import pickle
import re
from collections import Counter
from string import Formatter

import click
import pytest
from click.testing import CliRunner

from convexplain.cli import _help, _log, _speak, cli
from convexplain.errors import ConvexplainError, choose
from convexplain.messages import Message, recalled, zh
from convexplain.style import terminal
from tools import messages

LATIN_SENTENCE = re.compile(r"\b[a-z]+ [a-z]+ [a-z]+ [a-z]+\b")


def test_all_that_the_program_says_has_its_chinese() -> None:
    assert messages.missing() == []


def test_no_chinese_is_kept_of_what_nothing_says() -> None:
    said = {text for _, text in messages.everything()}
    assert sorted(set(zh.SENTENCES) - said) == []


def test_no_sentence_has_two_chinese_ones() -> None:
    (table,) = (
        node for node in ast.walk(ast.parse(inspect.getsource(zh))) if isinstance(node, ast.Dict)
    )
    keys = Counter(key.value for key in table.keys if isinstance(key, ast.Constant))
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_template_is_given_what_its_fields_ask_for() -> None:
    assert messages.misfits() == []


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def test_both_languages_have_the_same_fields() -> None:
    table = zh.SENTENCES.items()
    assert [english for english, chinese in table if fields(english) != fields(chinese)] == []


def test_a_message_is_its_english_text_and_knows_its_chinese() -> None:
    error = ConvexplainError(
        "there is no {kind} {text!r}: {choice}",
        kind=Message("lesson"),
        text="x",
        choice=choose("x", ["a", "b"]),
    )
    assert str(error) == "there is no lesson 'x': choose a or b"
    assert error.text("zh") == "没有课 'x'：可选 a 或 b"
    assert Message("{why}", why=error).text("zh") == error.text("zh")


def test_an_error_is_the_same_behind_a_process() -> None:
    error = ConvexplainError("{path} is empty: {error}", path="a", error=ValueError("why"))
    back = pickle.loads(pickle.dumps(error))
    assert (str(back), back.text("zh")) == (str(error), error.text("zh"))


@pytest.mark.parametrize(
    ("args", "environment", "lang"),
    [
        (["--lang", "zh"], {"LANG": "en_US.UTF-8"}, "zh"),
        (["--lang=en"], {"CONVEXPLAIN_LANG": "zh"}, "en"),
        (["--lang", "xx"], {"LANG": "zh_CN.UTF-8"}, "zh"),
        (["--", "--lang", "zh"], {}, "en"),
        ([], {"CONVEXPLAIN_LANG": "zh", "LC_ALL": "C"}, "zh"),
        ([], {"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        ([], {"LC_ALL": "", "LC_MESSAGES": "zh_TW.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ([], {}, "en"),
    ],
)
def test_the_language_is_asked_of_option_variable_and_locale_in_this_order(
    args: list[str], environment: dict[str, str], lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.environ", environment)
    assert _speak.asked(args) == lang


def every_command() -> list[str]:
    return cli.list_commands(click.Context(cli))


@pytest.mark.parametrize("command", ["", *every_command(), "data fetch"])
def test_chinese_help_is_chinese_and_fits_the_terminal(command: str) -> None:
    asked = [*command.split(), "--lang", "zh", "--help"]
    shown = CliRunner().invoke(cli, asked, terminal_width=60)
    assert shown.exit_code == 0
    assert "选项：" in shown.output
    for line in shown.output.splitlines():
        assert terminal.cells(line) <= 60 or " " not in line.strip(), line
        assert not LATIN_SENTENCE.search(line), line
        assert line.lstrip()[:1] not in tuple("，。、；：！？）」』》”’]"), line
        assert line.rstrip()[-1:] not in tuple("（「『《“‘["), line
        # What stands for a value: --image FILE.
        assert not re.search(r"(--\w[\w-]*|convexplain \S+) \[?[A-Z]{2,}", line), line


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["step", "--digit", "x"], "'--digit' 的值不对：'x' 不是整数"),
        (["experiment"], "缺少参数 '名称'"),
        (["evaluate", "--model", "cnn"], "convexplain evaluate [选项] [网络] [文件夹]"),
        (["figure", "translation", "--direction", "x"], "没有方向 'x'"),
    ],
)
def test_what_click_says_of_a_value_is_chinese(args: list[str], said: str) -> None:
    assert said in CliRunner().invoke(cli, [*args, "--lang", "zh"]).output


def test_what_is_logged_is_said_in_the_language() -> None:
    lines: list[str] = []
    logger = logging.getLogger("convexplain.test")
    with _speak.speaking("zh"), _log.log_lines(1, lines.append):
        logger.info(Message("{lesson}: in place", lesson="pooling"))
    assert lines[0].endswith("s  pooling：已就位")


def test_what_was_assumed_of_a_file_is_read_back_from_what_it_stored() -> None:
    note = "Dropout 'dropout_1' is skipped: it acts in training alone"
    assert recalled(note, "zh") == "略过 Dropout 'dropout_1'：它只在训练时起作用"
    assert recalled(note, "en") == note
    assert recalled("nothing like it", "zh") == "nothing like it"


def test_help_in_one_language_leaves_the_other_as_it_was() -> None:
    run = CliRunner().invoke
    english = run(cli, ["render", "--lang", "en", "--help"]).output
    run(cli, ["render", "--lang", "zh", "--help"])
    assert run(cli, ["render", "--lang", "en", "--help"]).output == english


def test_chinese_terms_and_their_meaning_stand_in_two_columns() -> None:
    formatter = _help.Formatter(width=30)
    formatter.write_dl([("层", "它的名称"), ("filter", "过滤器的编号，从零开始，不超过")])
    assert formatter.getvalue().splitlines() == [
        "层      它的名称",
        "filter  过滤器的编号，从零开",
        "        始，不超过",
    ]
