"""Whatever surrounds a render, its frames are the same, and it asks nobody for anything."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
from pathlib import Path

import pytest
from running import COMMAND, PROGRAM, Run, content, frames, one_line, run, temporary_files

from tests.often import some

pytest.importorskip("manim", reason="rendering needs the extra 'video'")
pytestmark = pytest.mark.render

RENDER = ("render", "short", "-q", "l", "--quiet")
#: Modules that the command or its workers import, early and late.
MODULES = (
    *("multiprocessing", "pickle", "random", "struct", "signal", "tempfile", "logging", "queue"),
    *("numpy", "manim", "av", "tqdm", "click", "cairo", "matplotlib", "typst", "convexplain"),
    *("short_lesson", "sitecustomize", "usercustomize"),
)


@pytest.fixture
def hostile(here):
    """A folder full of what a careless program would take for its own."""
    trap = (
        f"open({str(here.parent / 'trapped')!r}, 'a').write(__name__ + '\\n')\nraise SystemExit\n"
    )
    for name in MODULES:
        (here / f"{name}.py").write_text(trap)
    for folder in ("scenes", "lessons"):
        (here / folder).mkdir()
        for name in ("__init__", "short", "sliding_window"):
            (here / folder / f"{name}.py").write_text(trap)
    (here / "manim.cfg").write_text("[CLI]\nbackground_color = RED\nframe_rate = 3\n")
    (here / "matplotlibrc").write_text("axes.unicode_minus: False\nfigure.facecolor: red\n")
    (here / "fonts.conf").write_text("no XML")
    (here / "media").write_text("a file")
    (here / "convexplain.toml").write_text("[")
    return here


@pytest.mark.soak
def test_a_hostile_current_folder_is_ignored(hostile, lone):
    before = content(hostile)
    run(*RENDER, "-o", "../a.mp4", cwd=hostile)
    assert frames(hostile.parent / "a.mp4") == frames(lone / "render" / "a.mp4")
    run("doctor", cwd=hostile, program=COMMAND)
    assert not (hostile.parent / "trapped").exists()
    assert content(hostile) == before


@pytest.mark.soak
def test_a_figure_does_not_ask_the_current_folder_how_it_looks(hostile):
    for name, folder in (("a.svg", hostile), ("b.svg", hostile.parent)):
        drawn = run(
            *("figure", "shift-accuracy", "-o", str(hostile.parent / name)),
            cwd=folder,
            program=COMMAND,
        )
        assert drawn.err == ""
    assert (hostile.parent / "a.svg").read_bytes() == (hostile.parent / "b.svg").read_bytes()


@pytest.mark.soak
def test_a_current_folder_that_was_deleted_does_no_harm(here, lone):
    (here / "gone").mkdir()
    program = ("sh", "-c", 'cd gone && rmdir ../gone && exec "$@"', "sh", *PROGRAM)
    run(*RENDER, "-o", str(here / "a.mp4"), cwd=here, program=program)
    assert frames(here / "a.mp4") == frames(lone / "render" / "a.mp4")
    (here / "gone").mkdir()
    failed = run(*RENDER, "-o", "b.mp4", cwd=here, program=program, code=2)
    assert one_line(failed.err)
    assert temporary_files(here, here.parent / "tmp") == []


SURROUNDINGS = {
    "no home": {"HOME": None, "XDG_CACHE_HOME": None},
    "a home that is not there": {"HOME": "/nonexistent", "XDG_CACHE_HOME": None},
    "ASCII": {"LANG": "C", "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    "a locale that is not there": {"LC_ALL": "zh_CN.GB18030", "LANGUAGE": "zh"},
    "a dumb terminal": {"TERM": "dumb"},
    "no terminal": {"TERM": None, "COLUMNS": "1"},
    "another time zone": {"TZ": "Asia/Kathmandu"},
    "another hash seed": {"PYTHONHASHSEED": "77"},
    "no fonts": {"FONTCONFIG_FILE": "/dev/null", "FONTCONFIG_PATH": "/nonexistent"},
    "settings of libraries": {
        "MPLBACKEND": "tkagg",
        "MATPLOTLIBRC": "/nonexistent",
        "MANIM_CONFIG": "/nonexistent",
        "OMP_NUM_THREADS": "7",
    },
}
ALL = {name: value for each in SURROUNDINGS.values() for name, value in each.items()}


@pytest.mark.parametrize(
    "change",
    [ALL, *(pytest.param(each, marks=pytest.mark.soak) for each in SURROUNDINGS.values())],
    ids=["all at once", *SURROUNDINGS],
)
def test_frames_are_the_same_whatever_the_environment(here, lone, change):
    one_core: tuple[str, ...] = ()
    if change is ALL and shutil.which("taskset"):
        one_core = ("taskset", "-c", str(min(os.sched_getaffinity(0))))
    done = run(*(*RENDER, "-o", "数字.mp4"), cwd=here, program=(*one_core, *PROGRAM), env=change)
    assert "Traceback" not in done.err
    assert sorted(content(here)) == ["数字.mp4", "数字.srt", "数字.vtt"]
    assert frames(here / "数字.mp4") == frames(lone / "render" / "a.mp4")
    told = ("list", "--lang", "zh")
    assert run(*told, cwd=here, program=COMMAND, env=change).out


@pytest.mark.soak
def test_a_picture_in_chinese_is_the_same_whatever_the_environment(here):
    lesson = ("render", "channels", "--lang", "zh", "-q", "l", "--quiet", "--still", "number")
    pictures = []
    for env in (ALL, {}):
        run(*lesson, "-o", "still.png", cwd=here, program=COMMAND, env=env)
        pictures.append((here / "still.png").read_bytes())
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize(
    "commands",
    some([("data", "film --lessons short -o f.mp4"), ("data", "evaluate")], 1),
    ids=["a film", "data"],
)
def test_without_a_home_nothing_is_kept_in_the_current_folder(here, commands):
    """For a user without a home ``~`` is a name like any other."""
    start = ("unshare", "--map-user=54321", "--map-group=54321")
    if not shutil.which("unshare") or subprocess.run([*start, "true"], stderr=-3).returncode:
        pytest.skip("no user without a home can be had here")
    env = {"HOME": None, "XDG_CACHE_HOME": None, "TMPDIR": str(here.parent)}
    program = (*start, *PROGRAM)
    failed = run(
        *RENDER, "--mode", "raise", "-o", "b.mp4", cwd=here, code=1, program=program, env=env
    )
    assert failed.err == "Error: the scene says no\n"
    for command in commands:
        failed = run(
            *command.split(),
            cwd=here,
            code=1,
            program=program,
            env={**env, "CONVEXPLAIN_MNIST": None},
        )
        assert one_line(failed.err), failed.err
        assert "no home folder" in failed.err
    assert content(here) == {}


@pytest.mark.parametrize(
    ("redirection", "code"),
    [
        pytest.param(">&-", 0, marks=pytest.mark.soak),
        pytest.param("2>&-", 0, marks=pytest.mark.soak),
        pytest.param("<&-", 0, marks=pytest.mark.soak),
        pytest.param("<&- >&- 2>&-", 0, marks=pytest.mark.soak),
        ("| :", 1),
        pytest.param(">/dev/full", 1, marks=pytest.mark.soak),
    ],
)
def test_nobody_needs_to_listen(here, lone, redirection, code):
    program = ("bash", "-o", "pipefail", "-c", f'"$@" {redirection}', "bash", *PROGRAM)
    done = run(*RENDER, "-o", "a.mp4", cwd=here, program=program, code=code)
    assert "Traceback" not in done.err
    assert "Exception ignored" not in done.err
    assert done.err.count("\n") <= 1
    assert content(here) == content(lone / "render")


@pytest.mark.parametrize("term", ["dumb", pytest.param("xterm", marks=pytest.mark.soak)])
def test_a_terminal_of_any_kind_sees_no_traceback(here, term):
    parent, child = pty.openpty()
    shown = Run(
        *(*RENDER[:-1], "-o", "a.mp4"),
        cwd=here,
        env={"TERM": term},
        stdin=child,
        stdout=child,
        stderr=child,
    )
    os.close(child)
    text = b""
    while True:
        try:
            text += (got := os.read(parent, 4096))
        except OSError:  # so Linux says that nobody holds the other end any more
            break
        if not got:
            break
    os.close(parent)
    assert shown.wait() == 0
    assert b"wrote a.mp4" in text
    assert b"Traceback" not in text
    assert term == "xterm" or b"\x1b" not in text


@pytest.mark.soak
def test_no_internet_socket_is_opened(here, lone, tmp_path):
    if not shutil.which("strace"):
        pytest.skip("there is no strace to see system calls with")
    trace = tmp_path / "trace"
    strace = ("strace", "-f", "-qq", "-e", "trace=socket,connect,sendto", "-o", str(trace))
    if subprocess.run([*strace, "true"], capture_output=True).returncode:
        pytest.skip("processes may not be traced here")
    script = "set -e\n" + "".join(
        f'"$@" {args} >/dev/null\n'
        for args in (
            *("list", "data", "predict", "step"),
            "figure shift-accuracy -o a.svg",
            "render short -q l --quiet -o a.mp4",
            "film --lessons short -q l --quiet -o f.mp4",
        )
    )
    shutil.copytree(lone / "cache", here.parent / "cache")
    env = {"CONVEXPLAIN_MNIST": None}
    run(cwd=here, program=(*strace, "sh", "-c", script, "sh", *PROGRAM), env=env)
    calls = trace.read_text()
    assert "AF_INET" not in calls
    # The trace sees sockets: those of our own, and an internet socket where there is one.
    probe = "import socket; socket.socket(socket.AF_INET)"
    assert subprocess.run([*strace, PROGRAM[0], "-c", probe]).returncode == 0
    assert "AF_INET" in trace.read_text()


@pytest.mark.soak
def test_without_any_network_only_the_download_fails(here):
    start = ("unshare", "-n", *(() if os.geteuid() == 0 else ("-r",)))
    if not shutil.which("unshare") or subprocess.run([*start, "true"], stderr=-3).returncode:
        pytest.skip("no network can be taken away here")
    program = (*start, *PROGRAM)
    run(*RENDER, "-o", "a.mp4", cwd=here, program=program)
    failed = run(
        *("data", "fetch"), cwd=here, code=1, program=program, env={"CONVEXPLAIN_MNIST": None}
    )
    assert one_line(failed.err)
    assert "try again with a network" in failed.err
    assert list(Path(here.parent / "cache").rglob("*.gz")) == []
