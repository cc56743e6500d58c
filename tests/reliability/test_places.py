"""Where files go: odd names, links, full disks, folders that take nothing or vanish."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from running import HERE, PROGRAM, Run, content, frames, job, one_line, run, temporary_files

from convexplain.cli import cli
from convexplain.video import rendering
from tests.often import some

pytest.importorskip("manim", reason="rendering needs the extra 'video'")
pytestmark = pytest.mark.render

RENDER = ("render", "short", "-q", "l", "--quiet")
FILM = ("film", "--lessons", "short", "-q", "l", "--quiet", "-j", "1")
STILL = ("render", "short", "-q", "l", "--quiet", "--still", "first")


def nothing_is_left(here: Path) -> bool:
    """Whether a run has left nothing unfinished, wherever."""
    return temporary_files(here, here.parent / "tmp") == []


NAMES = (
    "two words.png",
    """it's "quoted".png""",
    "two\nlines.png",
    "数 字 四.png",
    "\N{SNOWMAN}\N{ROCKET}.png",
    "-q.png",
    "--help.png",
    "%d $HOME `ls` \\ *?.png",
    "e" * 251 + ".png",
    os.fsdecode(b"no \xff utf-8.png"),
)


def test_a_name_like_an_option_and_longer_than_a_line_is_a_file_s(here, monkeypatch):
    monkeypatch.chdir(here)
    done = CliRunner().invoke(cli, ["card", "pooling", "-o", "-q two\nlines.html"])
    assert (done.exit_code, done.stdout.count("\n")) == (0, 1), done.stderr
    assert list(content(here)) == ["-q two\nlines.html"]


@pytest.mark.soak
@pytest.mark.parametrize("name", ["-q two\nlines.png", *NAMES], ids=ascii)
def test_any_name_that_the_system_takes_is_a_file_s(here, name):
    done = run(*STILL, "-o", name, cwd=here)
    assert done.out.startswith("wrote ")
    assert done.out.count("\n") == 1
    assert list(content(here)) == [name]


@pytest.mark.usefixtures("one_process")
def test_all_these_names_at_once(here, monkeypatch):
    monkeypatch.chdir(here)
    rendering.render([job(name, still="first") for name in NAMES])
    made = content(here)
    assert sorted(made) == sorted(NAMES)
    assert len(set(made.values())) == 1


@pytest.mark.soak
def test_a_path_of_300_characters_works_and_a_name_of_300_is_one_line(here, lone):
    folder = here / ("d" * 100) / ("e" * 100) / ("f" * 96)
    folder.mkdir(parents=True)
    run(*RENDER, "-o", str(folder.relative_to(here) / "a.mp4"), cwd=here)
    assert len(str(folder.relative_to(here))) > 296
    assert content(folder) == content(lone / "render")
    for command in (RENDER, FILM):
        failed = run(*command, "-o", "n" * 296 + ".mp4", cwd=here, code=2)
        assert one_line(failed.err)
        assert "File name too long" in failed.err


def refused(*args: str) -> str:
    """Run a command line that is refused in this process; return its line."""
    failed = CliRunner().invoke(cli, args)
    assert (failed.exit_code, failed.stdout) == (2, "")
    assert one_line(failed.stderr)
    return failed.stderr


@pytest.mark.usefixtures("one_process")
def test_links_are_followed_where_they_lead_somewhere(here, lone, monkeypatch):
    (here / "folder").mkdir()
    (here / "link.mp4").symlink_to("folder/new.mp4")  # which is not there yet
    (here / "loop.mp4").symlink_to("loop.mp4")
    (here / "nowhere.mp4").symlink_to(here / "absent" / "a.mp4")
    monkeypatch.chdir(here)
    rendering.render([job("link.mp4")])
    assert (here / "link.mp4").is_symlink()
    assert frames(here / "folder" / "new.mp4") == frames(lone / "render" / "a.mp4")
    before = content(here)
    for command in (("render", "pooling"), ("film", "--lessons", "pooling")):
        for name, words in (
            ("loop.mp4", "Too many levels of symbolic links"),
            ("nowhere.mp4", f"the output folder '{here / 'absent'}' does not exist"),
        ):
            assert words in refused(*command, "-o", name)
    assert content(here) == before
    assert nothing_is_left(here)


def test_a_folder_in_the_place_of_a_subtitle_is_said_before_any_work(here, monkeypatch):
    (here / "a.vtt").mkdir()
    monkeypatch.chdir(here)
    assert "'a.vtt'" in refused("render", "pooling", "-o", "a.mp4")
    assert list(here.iterdir()) == [here / "a.vtt"]


# What vanishes or appears while a render is under way: at a moment, by a program of the test's.


def meanwhile(here: Path, command: str, *args: str, moment: str) -> Run:
    """Run, and let a shell command happen at a moment."""
    env = {"MOMENT": f"{moment}|{command}", "PYTHONPATH": str(HERE / "moments")}
    return run(*args, cwd=here, code=1, env=env)


@pytest.mark.parametrize("args", some([RENDER, FILM], 1), ids=["render", "film"])
def test_a_folder_that_is_deleted_meanwhile_is_one_line(here, args):
    (here / "out").mkdir()
    moment = "worker|short.drawing|second|1"
    if args is FILM:
        moment = "parent|os.rename|.mp4.json|3"
    failed = meanwhile(here, "rm -r out", *args, "-o", "out/a.mp4", moment=moment)
    assert one_line(failed.err), failed.err
    assert "cannot write 'out/a.mp4': No such file or directory" in failed.err
    assert content(here) == {}
    assert nothing_is_left(here)


@pytest.mark.soak
def test_a_folder_that_appears_in_the_place_of_a_subtitle_changes_nothing_else(here):
    for name in ("a.mp4", "a.srt"):
        (here / name).write_text("old")
    moment = "worker|short.drawing|second|1"
    failed = meanwhile(here, "mkdir a.vtt", *RENDER, "-o", "a.mp4", moment=moment)
    assert one_line(failed.err)
    assert "cannot write 'a.mp4': Is a directory" in failed.err
    assert content(here) == {"a.mp4": b"old", "a.srt": b"old"}
    assert nothing_is_left(here)


@pytest.mark.soak
def test_a_temporary_folder_that_is_deleted_meanwhile_is_one_line(here):
    failed = meanwhile(
        here,
        "rm -r ../tmp/.convexplain-*",
        *RENDER,
        *("-o", "a.mp4"),
        moment="worker|import|manim.|1",
    )
    assert one_line(failed.err), failed.err
    assert "No such file or directory" in failed.err
    assert content(here) == {}


# Folders that take nothing.


@pytest.fixture
def obedient() -> tuple[str, ...]:
    """What starts a program for whom permissions count: root may do anything otherwise."""
    if os.geteuid():
        return ()
    if not shutil.which("setpriv"):
        pytest.skip("root ignores permissions, and there is no setpriv to give that up")
    return ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all")


@pytest.fixture
def locked(here):
    """A folder with an old video that takes no files."""
    folder = here / "locked"
    folder.mkdir()
    (folder / "a.mp4").write_text("old video")
    folder.chmod(0o500)
    yield folder
    folder.chmod(0o700)


@pytest.mark.parametrize(
    "args",
    some(
        [
            (*RENDER, "-o", "a.mp4", "--sections", "locked/clips"),
            ("figure", "shift-accuracy", "-o", "locked/a.svg"),
            (*FILM, "-o", "locked/a.mp4"),
            (*RENDER, "-o", "locked/a.mp4"),
            (*RENDER, "-o", "a.mp4", "--sections", "locked"),
            ("train", "dense", "--steps", "1", "-o", "locked/a.safetensors"),
        ],
        3,
    ),
    ids=lambda args: " ".join(args[:1] + args[-2:]),
)
def test_a_folder_that_takes_nothing_is_one_line(here, locked, obedient, args):
    failed = run(*args, cwd=here, code=2, program=(*obedient, *PROGRAM))
    assert one_line(failed.err), failed.err
    assert "locked" in failed.err
    assert content(here) == {"locked/a.mp4": b"old video"}


@pytest.mark.soak
def test_a_current_folder_and_a_home_that_take_nothing_do_no_harm(here, locked, obedient, lone):
    env = {"HOME": str(locked), "XDG_CACHE_HOME": None, "TMPDIR": str(here.parent)}
    run(*RENDER, "-o", "../a.mp4", cwd=locked, program=(*obedient, *PROGRAM), env=env)
    assert frames(here / "a.mp4") == frames(lone / "render" / "a.mp4")
    assert content(locked) == {"a.mp4": b"old video"}


def test_a_cache_that_takes_nothing_costs_the_log_and_not_the_error(here, locked, obedient):
    env = {"XDG_CACHE_HOME": str(locked)}
    program = (*obedient, *PROGRAM)
    failed = run(
        *RENDER, "--mode", "raise", "-o", "a.mp4", cwd=here, code=1, program=program, env=env
    )
    assert failed.err == "Error: the scene says no\n"
    failed = run(*FILM, "-o", "a.mp4", cwd=here, code=1, program=program, env=env)
    assert one_line(failed.err)
    assert "name another cache folder in the environment variable XDG_CACHE_HOME" in failed.err


# Disks that are full.


@pytest.fixture
def small_disk(here) -> tuple[str, ...]:
    """What starts a program that sees a small disk at ``disk``, in the current folder."""
    start = ("unshare", "-m", *(() if os.geteuid() == 0 else ("-r",)), "sh", "-c")
    mount = "mount -t tmpfs -o size=${SIZE:-1m} none disk"
    probe = [*start, f"mkdir -p disk && {mount}"]
    if (
        not shutil.which("unshare")
        or subprocess.run(probe, cwd=here, capture_output=True).returncode
    ):
        pytest.skip("no disk can be mounted here, not even for one process")
    return (*start, f'{mount} && exec "$@"', "sh")


@pytest.mark.parametrize(
    "kind",
    [
        *some(["render", "figure", "film", "sections", "tmp"], 1),
        pytest.param("train", marks=(pytest.mark.mnist, pytest.mark.soak)),
    ],
)
def test_a_full_disk_is_one_line_and_leaves_no_part(here, lone, small_disk, kind):
    env = {"SIZE": "8k"}
    args = {
        "render": (*RENDER, "--half", "9", "-o", "disk/a.mp4"),
        "film": (*FILM, "-o", "disk/a.mp4"),
        "sections": (*RENDER, "--half", "9", "-o", "a.mp4", "--sections", "disk/clips"),
        "tmp": (*RENDER, "-o", "a.mp4"),
        "figure": ("figure", "shift-accuracy", "-o", "disk/a.png"),
        "train": ("train", "dense", "--steps", "1", "--quiet", "-o", "disk/a.safetensors"),
    }[kind]
    if kind == "film":
        shutil.copytree(lone / "cache", here.parent / "cache")
    if kind == "tmp":
        env["TMPDIR"] = str(here / "disk")
    # The disk is gone with the program that sees it: it says what is on it.
    program = (*small_disk, "sh", "-c", '"$@"; code=$?; ls -A disk > names; exit $code', "sh")
    failed = run(*PROGRAM, *args, cwd=here, code=1, program=program, env=env)
    assert one_line(failed.err), failed.err
    assert "No space left on device" in failed.err
    assert (here / "names").read_text() == ("clips\n" if kind == "sections" else "")
    assert not (here / "a.mp4").exists()
    assert nothing_is_left(here)
