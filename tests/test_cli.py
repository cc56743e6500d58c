"""The command line: what it offers, how fast, and one line for everything that is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import click
import pytest
from click.testing import CliRunner
from played import lesson_of

from convexplain import __version__, figures, lessons
from convexplain.cli import cli
from convexplain.cli._lesson import LessonCommand
from convexplain.cli._progress import Progress
from convexplain.cli._types import Name
from convexplain.errors import ConvexplainError
from convexplain.video import rendering

COMMAND = (sys.executable, "-m", "convexplain")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty current folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def run(*args):
    return CliRunner().invoke(cli, args)


def test_help_imports_nothing_heavy_and_names_every_command():
    program = (
        "import sys; from convexplain.cli import cli; cli(['--help'], standalone_mode=False);"
        "heavy = {'numpy', 'matplotlib', 'manim', 'tqdm', 'av', 'PIL'} & set(sys.modules);"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for command in ("list", "render", "train", "evaluate", "experiment"):
        assert f"\n  {command} " in done.stdout


def test_help_answers_in_under_0_3_seconds():
    def measure():
        # Processor time: what the clock would show on a machine that does nothing else.
        process = subprocess.Popen([*COMMAND, "--help"], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        return usage.ru_utime + usage.ru_stime

    assert min(measure() for _ in range(5)) < 0.3


def test_version():
    assert run("--version").output == f"convexplain {__version__}\n"


def test_every_command_has_help_of_its_own():
    context = click.Context(cli)
    for name in cli.list_commands(context):
        result = run(name, "--help")
        assert result.exit_code == 0
        assert result.output.startswith(f"Usage: convexplain {name}")


def test_without_a_command_the_help_is_shown():
    assert run().exit_code == 0
    assert run().output == run("--help").output


# What is typed, and the words that the one line must have: given, allowed, nearest.
BAD = [
    (["rendr", "7"], ["'rendr'", "did you mean convexplain render 7?"]),
    (["render", "slidin-window"], ["'slidin-window'", "did you mean sliding-window?"]),
    (["render", "nothing"], ["'nothing'", "sliding-window"]),
    (["render", "--digit", "12"], ["12", "0 to 9"]),
    (["render", "--digit", "-1"], ["-1", "0 to 9"]),
    (["render", "--digit", "four"], ["--digit", "'four'", "integer"]),
    (["render", "--filter", "99"], ["99", "0 to 31"]),
    (["render", "--filter", "-1"], ["-1", "0 to 31"]),
    (["render", "--sample", "4000"], ["4000", "0 to 199"]),
    (["render", "--sample", "-1"], ["-1", "0 to 199"]),
    (["render", "--digit", "3", "--sample", "4"], ["--digit", "--sample", "exclude"]),
    (["render", "--sample", "3", "--image", "x.png"], ["--sample", "--image", "exclude"]),
    (["render", "--lang", "fr"], ["'fr'", "en or zh"]),
    (["render", "--theme", "drak"], ["'drak'", "dark or light", "did you mean dark?"]),
    (["render", "-q", "x"], ["'x'", "l, m, h, p or k"]),
    (["render", "--format", "mp3"], ["'mp3'", "mp4, gif or webm", "did you mean mp4?"]),
    (["render", "--still", "strog"], ["'strog'", "question", "did you mean strong?"]),
    (["render", "--still", "strong", "--format", "gif"], ["--still", "--format gif"]),
    (["render", "--still", "strong", "-o", "a.mp4"], [".mp4", ".png"]),
    (["render", "--format", "gif", "-o", "a.mp4"], ["gif", "'a.mp4'", "a.gif"]),
    (["render", "-o", "a.avi"], ["'a.avi'", ".mp4, .gif or .webm"]),
    (["render", "-o", "a"], ["'a'", "(none)", ".mp4"]),
    (["render", "-o", "/proc/none/a.mp4"], ["/proc/none", "choose another"]),
    (["render", "-o", "old.mp4/a.mp4"], ["'old.mp4'", "not a folder"]),
    (["render", "-o", "/proc/a.mp4"], ["cannot write", "'/proc'"]),
    (["render", "--model", "cnnn"], ["'cnnn'", "cnn, dense, blocks or photo", "did you mean cnn?"]),
    (["render", "--fliter", "3"], ["--fliter", "did you mean --filter?"]),
    (["render", "--zzzz"], ["--zzzz", "convexplain render --help"]),
    (["render", "sliding-window", "extra"], ["extra"]),
    (["render", "--all", "-j", "0"], ["0", "1 or more"]),
    (["render", "-j", "2"], ["-j", "give --all"]),
    (["render", "--still", ""], ["''", "question"]),
    (["render", "--all", "pooling"], ["--all", "leave lesson out"]),
    (["render", "--all", "--digit", "3"], ["--all", "leave --digit out"]),
    (["render", "--all", "--still", "kernel"], ["--all", "leave --still out"]),
    (["render", "--all", "-o", "/proc/none"], ["/proc/none", "choose another"]),
    (["render", "--sections", "none/clips"], ["'none'", "does not exist"]),
    (["render", "--sections", "clips", "--format", "gif"], ["sections", "gif"]),
    (["train"], ["cnn|dense|blocks"]),
    (["train", "dens"], ["'dens'", "cnn, dense or blocks", "did you mean dense?"]),
    (["train", "cnn", "--seed", "-3"], ["-3", "0 or more"]),
    (["train", "cnn", "--steps", "0"], ["0", "1 or more"]),
    (["train", "cnn", "-o", "none/a.safetensors"], ["'none'", "does not exist"]),
    (["evaluate", "dens"], ["'dens'", "cnn, dense, blocks or photo", "did you mean dense?"]),
    (["experiment", "shft"], ["'shft'", "did you mean shift?"]),
    (["list", "--lang", "xx"], ["'xx'", "en or zh"]),
]


@pytest.mark.parametrize(("args", "words"), BAD, ids=[" ".join(args) for args, _ in BAD])
def test_what_cannot_be_right_is_one_line_and_exit_2(here, args, words):
    (here / "old.mp4").write_text("old")
    (here / "sliding-window.mp4").write_text("old")
    result = run(*args)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    for word in words:
        assert word in result.stderr
    assert {path.name: path.read_text() for path in here.iterdir()} == {
        "old.mp4": "old",
        "sliding-window.mp4": "old",
    }


def test_what_fails_is_one_line_and_exit_1(here):
    (here / "a.png").write_text("no picture")
    for args in (["--image", "a.png"], ["--image", "none.png"], ["--model", "a.png"]):
        result = run("render", *args)
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
        assert args[1] in result.stderr
    assert [path.name for path in here.iterdir()] == ["a.png"]


def test_debug_shows_the_traceback_before_the_line():
    for args in (["--debug", "render", "--digit", "12"], ["render", "--digit", "12", "--debug"]):
        result = run(*args)
        assert result.exit_code == 2
        assert "Traceback" in result.stderr
        assert result.stderr.splitlines()[-1].startswith("Error: there is no digit 12")


def test_with_json_an_error_is_json_on_stderr_and_stdout_is_empty():
    result = run("step", "--json", "--digit", "12")
    assert (result.exit_code, result.stdout) == (2, "")
    told = {"message": "there is no digit 12: digits are 0 to 9", "exit_code": 2}
    assert json.loads(result.stderr) == {"error": told}
    assert result.stderr.count("\n") == 1
    debugged = json.loads(run("step", "--json", "--digit", "12", "--debug").stderr)
    assert debugged["error"].pop("traceback").startswith("Traceback")
    assert debugged == {"error": told}


def test_json_behind_two_dashes_is_no_option():
    result = run("digits", "--", "--json")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: ")


def test_an_unexpected_error_is_one_line_too(monkeypatch):
    def broken():
        raise ZeroDivisionError("one\nby zero")

    monkeypatch.setattr(lessons, "names", broken)
    result = run("list")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: unexpected ZeroDivisionError: one by zero;")
    assert "--debug" in result.stderr


def test_list_names_each_lesson_with_its_question():
    result = run("list")
    told = json.loads(run("list", "--lang", "zh", "--json").output)["lessons"]
    assert [lesson["name"] for lesson in told] == list(lessons.names())
    assert all(f"\n  {name}\n" in result.output for name in figures.names())
    groups = [lesson["group"] for lesson in told]
    assert groups == ["chapter"] * len(lessons.CHAPTER) + ["beyond"] * groups.count("beyond")
    assert result.output.count("beyond the chapter\n") == bool(groups.count("beyond"))
    for name, zh in zip(lessons.names(), told, strict=True):
        lesson = lesson_of(name)
        assert name in result.output
        assert lesson.title.text("en") in result.output
        assert lesson.question.text("en") in result.output
        assert zh["question"] == lesson.question.text("zh")
        assert zh["seconds"] == sum(beat.seconds for beat in lesson.beats())


def test_a_lessons_fields_are_its_options():
    help_text = run("render", "sliding-window", "--help").output
    for option in ("--digit D", "--sample N", "--image FILE", "--filter N", "--model FILE"):
        assert option in help_text
    assert "编号从 0 开始" in run("render", "--lang", "zh", "--help").output


@pytest.fixture
def made():
    """A command that keeps the lesson which was made of its arguments."""
    caught = []

    @click.command(cls=LessonCommand)
    @click.option("-q", "--quality", type=Name("quality", "lm"), default="m")
    @click.option("--quiet", is_flag=True)
    def command(lesson, quality, quiet):
        caught.append((lesson, quality, quiet))

    def make(*args):
        command(list(args), standalone_mode=False)
        return caught.pop()

    return make


@pytest.mark.parametrize(
    "args",
    [
        ["--filter", "7", "--sample", "83", "-q", "l", "--quiet"],
        ["sliding-window", "--filter", "7", "--sample", "83", "-ql", "--quiet"],
        ["--filter", "7", "--quiet", "sliding-window", "--sample=83", "--quality=l"],
        ["-q", "l", "--quiet", "--sample", "83", "--filter=7", "--", "sliding-window"],
    ],
)
def test_the_lesson_may_stand_anywhere_among_the_options(made, args):
    lesson, quality, quiet = made(*args)
    assert type(lesson) is lessons.find("sliding-window")
    assert (lesson.filter, quality, quiet) == (7, "l", True)
    assert lesson.picture.origin == "bundled digit 83"


def test_no_options_are_the_lessons_own_defaults(made):
    assert made()[0] == lessons.find("sliding-window")()
    assert made("--digit", "4")[0].picture.label == 4


def test_a_model_file_is_found_from_another_folder(made, here, cnn):
    cnn.save("mine.safetensors")
    lesson, *_ = made("--model", "mine.safetensors")
    assert lesson.model == str(here / "mine.safetensors")


def complete(words):
    """What bash would offer for the last word."""
    env = {
        **os.environ,
        "_CONVEXPLAIN_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(["convexplain", *words]),
        "COMP_CWORD": str(len(words)),
    }
    done = subprocess.run(
        [sys.executable, "-c", "from convexplain.cli import main; main()"],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    return [line.split(",")[1] for line in done.stdout.splitlines()]


def test_shells_complete_commands_lessons_options_and_beats():
    assert complete(["ren"]) == ["render"]
    assert complete(["render", "sli"]) == ["sliding-window"]
    assert complete(["render", "sliding-window", "--fi"]) == ["--filter"]
    assert complete(["render", "--theme", "l"]) == ["light"]
    assert complete(["render", "--still", "sw"]) == ["sweep"]


def test_progress_in_a_pipe_is_a_line_every_few_seconds(capsys, monkeypatch):
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    with Progress("pooling") as progress:
        for step in range(101):
            now = 2.0 + 0.2 * step  # two seconds to start up, twenty to work
            progress(step / 100)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "pooling: 15%, 17 s left",
        "pooling: 40%, 12 s left",
        "pooling: 65%, 7 s left",
        "pooling: 90%, 2 s left",
    ]


def test_quiet_progress_says_nothing(capsys):
    with Progress("pooling", quiet=True) as progress:
        progress(0.5)
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("one_process")
@pytest.mark.render
def test_render_says_what_it_wrote(here):
    result = run("render", "--still", "strong", "-q", "l", "-o", "kernel.png", "--quiet")
    assert result.exit_code == 0, result.stderr
    size = (here / "kernel.png").stat().st_size
    text = f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB"
    assert result.stdout == f"wrote kernel.png: {text}\n"
    assert [path.name for path in here.iterdir()] == ["kernel.png"]


@pytest.mark.parametrize("broken", [(), ("sliding-window",)])
def test_all_lessons_are_rendered_and_the_exit_code_says_if_one_failed(here, monkeypatch, broken):
    asked = []

    def render(jobs, *, workers, progress, finished, failed, **more):
        asked.append((jobs, workers))
        done = []
        for job in jobs:
            progress(job, 0.5)
            if job.lesson.name in broken:
                failed(job, ConvexplainError("the scene says no"))
            else:
                done.append(rendering.Result(job, 60.0, 1_500_000))
                finished(done[-1])
        return done

    monkeypatch.setattr(rendering, "render", render)
    names = ("sliding-window", "pooling")
    monkeypatch.setattr(lessons, "names", lambda: names)
    result = run("render", "--all", "-j", "2", "--format", "webm", "-q", "l", "--lang", "zh")
    assert result.exit_code == bool(broken)
    ((jobs, workers),) = asked
    assert workers == 2
    assert [str(job.output) for job in jobs] == [f"{name}.webm" for name in names]
    assert all(job.look.lang == "zh" and job.quality.name == "l" for job in jobs)
    errors = [f"错误：{name}：the scene says no" for name in broken]
    assert result.stderr.splitlines() == errors
    for name in set(names) - set(broken):
        line = f"已写出 {name}.webm：60.0 秒、1.5 MB；字幕 {name}.srt 和 .vtt\n"
        assert line in result.stdout


def test_errors_carry_the_exit_codes_of_the_command_line(monkeypatch):
    class StrangeError(ConvexplainError):
        exit_code = 5

    def broken():
        raise StrangeError("strange")

    monkeypatch.setattr(lessons, "names", broken)
    assert (run("list").exit_code, run("list").stderr) == (5, "Error: strange\n")


@pytest.mark.parametrize(
    ("environment", "lang"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_GB.UTF-8"}, "zh"),
        ({"CONVEXPLAIN_LANG": "zh", "LC_ALL": "en_GB.UTF-8"}, "zh"),
        ({"CONVEXPLAIN_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"),
    ],
)
def test_the_language_is_that_of_the_reader_s_system(monkeypatch, environment, lang):
    for name in ("CONVEXPLAIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert run("kernels").output == run("kernels", "--lang", lang).output
    assert run("list").output == run("list", "--lang", lang).output
    pooling = run("render", "pooling", "--help").output
    assert pooling == run("render", "pooling", "--help", "--lang", lang).output
    # What is asked for wins.
    assert run("list", "--lang", "en").output.startswith("lessons, for convexplain render")
