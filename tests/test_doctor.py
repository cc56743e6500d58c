"""Each check of `convexplain doctor`, broken on purpose; and the whole of it on this machine."""

from __future__ import annotations

import hashlib
import json
import os
import re
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from click.testing import CliRunner
from test_cli_data import write

from convexplain import extras
from convexplain.cli import _doctor as doctor
from convexplain.cli import cli
from convexplain.cli._doctor import libraries, machine, shipped, trial
from convexplain.cli._doctor.finding import Finding, guarded
from convexplain.cli._doctor.trial import Answer
from convexplain.data import mnist
from convexplain.errors import ConvexplainError
from convexplain.network import Network, bundled
from convexplain.style import fonts
from convexplain.video import memory

ROOT = Path(__file__).parents[1]
COMMAND = (sys.executable, "-m", "convexplain", "doctor")
WORKS = Answer()


def broken(folder: Path, module: str, code: str) -> Path:
    """A folder that holds a module of a library's name which does something else."""
    folder.mkdir(exist_ok=True)
    (folder / f"{module}.py").write_text(code)
    return folder


# Python and the packages


def test_an_old_python_is_failed() -> None:
    finding = libraries.check_python((3, 10, 4))
    assert (finding.state, finding.found) == ("failed", "3.10.4 is too old")
    assert "3.11" in finding.remedy
    assert libraries.check_python((3, 11, 0)).state == "ok"


def test_what_is_needed_is_read_from_the_metadata(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "demo-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nRequires-Dist: pillow>=11\n"
        'Requires-Dist: pillow<13; extra == "video"\nRequires-Dist: sphinx; extra == "docs"\n'
        'Requires-Dist: colorama; sys_platform == "nowhere"\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    (pillow,) = extras.requirements("video", "demo").values()
    assert pillow.specifier.contains("12.3.0")
    assert not pillow.specifier.contains("13.0.0")
    assert not pillow.specifier.contains("10.4.0")


@pytest.fixture
def versions(monkeypatch: pytest.MonkeyPatch) -> dict[str, str | None]:
    """Other versions than those that are installed; None is not installed."""
    changed: dict[str, str | None] = {}
    real = metadata.version

    def version(name: str) -> str:
        found = changed.get(name, "")
        if found is None:
            raise metadata.PackageNotFoundError(name)
        return found or real(name)

    monkeypatch.setattr(metadata, "version", version)
    return changed


def test_pillow_13_is_failed_with_the_line_to_type(versions: dict[str, str | None]) -> None:
    assert libraries.check_pillow(WORKS).state == "ok"
    versions["pillow"] = "13.0.0"
    finding = libraries.check_pillow(WORKS)
    assert finding.state == "failed"
    assert "13.0.0 is installed" in finding.found
    typed = shlex.split(finding.remedy.removeprefix("type: "))
    assert typed[:-1] == [sys.executable, "-m", "pip", "install"]
    assert typed[-1].startswith("pillow")
    assert "<13" in typed[-1]


@pytest.mark.parametrize("name", ["numpy", "matplotlib", "safetensors", "click"])
def test_a_package_that_is_missing_is_failed(name: str, versions: dict[str, str | None]) -> None:
    assert libraries.check_packages({}).state == "ok"
    versions[name] = None
    finding = libraries.check_packages({})
    assert (finding.state, finding.found) == ("failed", f"{name} is not installed")
    assert name in finding.remedy


def test_a_package_that_is_too_old_or_does_not_start_is_failed(
    versions: dict[str, str | None],
) -> None:
    versions["numpy"] = "1.26.4"
    finding = libraries.check_packages({"safetensors": Answer(problem="ImportError: no symbol")})
    assert finding.state == "failed"
    assert "numpy 1.26.4 is installed, but " in finding.found
    assert "safetensors does not start: ImportError: no symbol" in finding.found
    assert f"safetensors=={metadata.version('safetensors')}" in finding.remedy


@pytest.mark.parametrize(
    ("check", "package"),
    [
        (libraries.check_manim, "manim"),
        (libraries.check_encoders, "av"),
        (libraries.check_typst, "typst"),  # needed for paper, not for videos
        (libraries.check_pillow, "pillow"),
    ],
)
def test_what_rendering_needs_and_is_missing_or_broken_is_failed(
    check: Callable[[Answer], Finding], package: str, versions: dict[str, str | None]
) -> None:
    state, less = ("failed", "")
    if package == "typst":
        state, less = "warning", ": no worksheet, no card as PDF"
    version = metadata.version(package)
    assert check(WORKS).state == "ok"
    finding = check(Answer(problem="OSError: torn"))
    assert finding.state == state
    torn = f"{package} {version} is installed but does not work: OSError: torn"
    assert finding.found == torn + less
    assert f"{package}=={version}" in finding.remedy
    versions[package] = None
    finding = check(WORKS)
    assert (finding.state, finding.found) == (state, f"{package} is not installed{less}")
    assert f"install '{package}" in finding.remedy or f"install {package}" in finding.remedy


def test_without_an_installed_convexplain_the_check_fails_and_not_the_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        metadata, "requires", lambda name: metadata.distribution("no-such").requires
    )
    finding = guarded("manim", lambda: libraries.check_manim(WORKS))
    assert (finding.name, finding.state) == ("manim", "failed")
    assert "no-such" in finding.found


@pytest.mark.parametrize(
    ("lacking", "state", "words"),
    [
        ((), "ok", "libx264, libx264rgb, gif, libvpx-vp9, mov_text"),
        (("libvpx-vp9",), "warning", "lacks libvpx-vp9: no webm"),
        (("libx264rgb", "gif"), "warning", "lacks libx264rgb, gif: no gif"),
        (("mov_text",), "warning", "no the film's subtitles"),
        (("libx264", "libx264rgb"), "failed", "no mp4, gif"),
    ],
)
def test_without_the_encoder_of_mp4_a_render_would_fail(
    lacking: tuple[str, ...], state: str, words: str
) -> None:
    finding = libraries.check_encoders(Answer(lacking))
    assert finding.state == state
    assert words in finding.found
    assert bool(finding.remedy) == bool(lacking)


def test_an_encoder_that_pyav_does_not_have_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("av", reason="encoders need the extra 'video'")
    assert trial._encoders() == ()
    monkeypatch.setitem(trial.ENCODERS, "libx999", "mp4")
    assert trial._encoders() == ("libx999",)


# Libraries that are broken, in the process that tries them


def test_a_library_that_raises_is_an_answer_and_the_others_are_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(
        broken(tmp_path, "typst", "raise ImportError('libtypst.so:\\ncannot open')")
    )
    started = trial.Trial()
    try:
        answers = started.answers()
    finally:
        started.close()
    assert set(answers) == set(trial.ATTEMPTS)
    assert answers["typst"].problem == "ImportError: libtypst.so: cannot open"
    assert {name for name, answer in answers.items() if answer.problem} == {"typst"}
    assert [text.split()[0] for text in answers["manim"].found] == ["cairo", "pango"]


@pytest.mark.parametrize(
    ("code", "patience", "problem"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", 30.0, "ended by SIGSEGV"),
        ("import os; os._exit(3)", 30.0, "exit code 3"),
        ("import time; time.sleep(60)", 0.5, "no answer within 0.5 seconds"),
    ],
    ids=["crashes", "exits", "hangs"],
)
def test_a_library_that_takes_its_process_down_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, patience: float, problem: str
) -> None:
    monkeypatch.syspath_prepend(broken(tmp_path, "numpy", code))
    started = trial.Trial()
    try:
        answers = started.answers(patience)
    finally:
        started.close()
    assert problem in answers.pop("numpy").problem
    assert {answer.problem for answer in answers.values()} == {"not tried: its process had ended"}
    assert not started.child.folder.exists()
    assert not started.child.process.is_alive()


def test_without_a_temporary_folder_nothing_is_tried_and_all_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path / "none"))
    with libraries.tried() as answers:
        problems = {answer.problem for answer in answers().values()}
    (problem,) = problems
    assert problem.startswith("not tried: cannot write to the temporary folder ")
    assert "none': No such file or directory; name another in " in problem


# What to type


class System(NamedTuple):
    manager: str
    kind: str
    root: bool
    line: str


SYSTEMS = [
    System("apt-get", "Linux", True, "apt-get install g++ python3-dev pkg-config "),
    System("apt-get", "Linux", False, "sudo apt-get install g++ python3-dev "),
    System("dnf", "Linux", False, "sudo dnf install gcc gcc-c++ python3-devel "),
    System("pacman", "Linux", False, "sudo pacman -S base-devel "),
    System("zypper", "Linux", False, "sudo zypper install gcc "),
    System("brew", "Darwin", False, "xcode-select --install; brew install cairo pango pkg-config"),
    System("pkgin", "SunOS", True, ""),
]


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """A PATH with nothing on it but what is put there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("CC", raising=False)

    def put(name: str, script: str = "exit 0") -> None:
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)

    return put


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda s: f"{s.manager}{'-root' * s.root}")
def test_the_line_is_that_of_the_system(
    system: System, bare: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    bare(system.manager)
    monkeypatch.setattr("platform.system", lambda: system.kind)
    monkeypatch.setattr("os.geteuid", lambda: 0 if system.root else 1000)
    assert extras.system_line().startswith(system.line)


def test_the_packages_are_those_that_set_up_installs() -> None:
    script = (ROOT / "scripts" / "setup.sh").read_text(encoding="utf-8")
    named = set(re.findall(r"[\w.+-]+", script))
    for line in [*extras._MANAGERS.values(), extras._BREW]:
        _, _, *packages = line.split()
        assert set(packages) <= named


def test_each_missing_header_is_named(
    bare: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))
    assert extras.missing_headers() == ["a C compiler", "Python.h", "pkg-config"]
    (tmp_path / "Python.h").touch()
    bare("gcc")
    bare("pkg-config", '[ "$2" = cairo ]')
    assert extras.missing_headers() == ["pangocairo >= 1.30.0"]
    bare("pkg-config")
    assert extras.missing_headers() == []


def test_missing_headers_matter_only_while_manim_does_not_start(
    bare: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = Answer(problem="ModuleNotFoundError: No module named 'manim'")
    bare("apt-get")
    bare("cc")
    monkeypatch.setattr("platform.system", lambda: "Linux")
    bare("pkg-config", "exit 1")
    finding = libraries.check_cairo(missing)
    assert finding.state == "failed"
    assert "cairo, pangocairo >= 1.30.0" in finding.found
    assert finding.remedy.endswith("libcairo2-dev libpango1.0-dev")
    bare("pkg-config")
    assert libraries.check_cairo(Answer(("cairo 1.18.0", "pango 1.52.1"))).state == "ok"


def test_without_pip_the_line_is_that_of_uv(
    bare: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert extras.pip_line("a<2").endswith("-m pip install 'a<2'")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with_pip = f"{sys.executable} -m pip install 'a<2'"
    assert extras.pip_line("a<2") == f"{sys.executable} -m ensurepip && {with_pip}"
    bare("uv")
    assert extras.pip_line("a<2") == f"uv pip install --python {sys.executable} 'a<2'"


# The machine


def test_a_folder_that_takes_no_files_is_failed_where_it_is_needed(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (Path("/proc/none"), tmp_path / "file"):
        finding = machine.check_folder("cache folder", folder, "name another")
        assert (finding.state, finding.remedy) == ("warning", "name another")
        assert f"{folder} cannot be written to (" in finding.found
        assert machine.check_folder("x", folder, "name another", needed=True).state == "failed"


def test_a_folder_need_not_exist_and_is_not_made(tmp_path: Path) -> None:
    finding = machine.check_folder("x", tmp_path / "a" / "b", "name another")
    assert (finding.state, finding.remedy) == ("ok", "")
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("free", "state"),
    [(5_000_000, "failed"), (100_000_000, "warning"), (600_000_000, "ok")],
)
def test_a_folder_without_room_is_said(
    free: int, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    finding = machine.check_folder("x", tmp_path, "name another", needed=True)
    assert finding.state == state
    assert ("make room" in finding.remedy) == (state != "ok")


def test_no_temporary_folder_at_all_is_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")

    assert machine.check_temporary().state == "ok"
    monkeypatch.setattr(tempfile, "gettempdir", refuse)
    finding = machine.check_temporary()
    assert finding.state == "failed"
    assert "No usable temporary directory" in finding.found
    assert "TMPDIR" in finding.remedy


def test_the_cache_folder_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: Path("/proc/cache"))
    finding = machine.check_cache()
    assert finding.state == "warning"
    assert "/proc/cache" in finding.found


GB = 10**9


@pytest.mark.parametrize(
    ("available", "addresses", "state", "words"),
    [
        (8 * GB, None, "ok", "8.0 GB free"),
        (GB * 6 // 10, None, "warning", "0.6 GB free"),
        (GB * 2 // 10, None, "failed", "0.2 GB free"),
        (8 * GB, GB * 15 // 10, "warning", "1.5 GB of addresses"),
        (8 * GB, GB // 2, "failed", "0.5 GB of addresses"),
    ],
)
def test_little_memory_is_said(
    available: int,
    addresses: int | None,
    state: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(machine, "available_memory", lambda: available)
    monkeypatch.setattr(memory, "limit", lambda: addresses)
    finding = machine.check_memory()
    assert finding.state == state
    assert words in finding.found
    assert bool(finding.remedy) == (state != "ok")


def test_the_limit_on_addresses_is_the_one_that_a_render_sees() -> None:
    code = (
        "import resource; from convexplain.cli._doctor import machine; "
        "from convexplain.video import memory; "
        "resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, resource.RLIM_INFINITY)); "
        "print(memory.limit(), machine.check_memory(8 * 10**9).found)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    told = "this process may take 1.5 GB of addresses at most (ulimit -v)"
    assert done.stdout == f"1500000000 {told}\n"


@pytest.mark.soak
def test_in_a_deleted_folder_only_that_is_said(tmp_path: Path) -> None:
    pytest.importorskip("manim", reason="the extra 'video' is not installed")
    gone = tmp_path / "gone"
    gone.mkdir()
    command = 'rmdir "$PWD" && exec "$@"'
    args = ["sh", "-c", command, "sh", *COMMAND, "--json"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(args, cwd=gone, env=env, capture_output=True, text=True, check=False)
    assert not gone.exists()
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert done.returncode == 0, done.stdout
    assert checks["current folder"]["state"] == "warning"
    assert checks["current folder"]["found"] == "it does not exist any more"
    for name in ("packages", "manim", "cairo and pango", "encoders", "Typst"):
        assert checks[name]["state"] == "ok", checks[name]


def test_a_system_that_does_not_tell_its_memory_is_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "available_memory", lambda: None)
    monkeypatch.setattr(memory, "limit", lambda: None)
    assert machine.check_memory().state == "ok"


def test_the_memory_is_the_least_that_machine_and_container_have(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    assert machine.available_memory(meminfo, tmp_path) is None
    meminfo.write_text("MemTotal:  16000000 kB\nMemAvailable:    8000000 kB\n")
    assert machine.available_memory(meminfo, tmp_path) == 8_000_000 * 1024
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("900000000\n")
    assert machine.available_memory(meminfo, tmp_path) == 8_000_000 * 1024
    (tmp_path / "memory.max").write_text("1000000000\n")
    assert machine.available_memory(meminfo, tmp_path) == 100_000_000


# What ships, and MNIST


@pytest.mark.parametrize("content", [None, b"not a font"], ids=["missing", "damaged"])
def test_a_font_that_cannot_be_read_is_failed(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.otf"
    if content:
        other.write_bytes(content)
    monkeypatch.setattr(trial, "_texts", lambda: iter(["a window"]))
    real = fonts.path
    monkeypatch.setattr(fonts, "path", lambda w="regular": other if w == "bold" else real(w))
    with pytest.raises(ConvexplainError, match=r"other\.otf") as error:
        trial._fonts()
    finding = shipped.check_fonts(Answer(problem=trial._in_words(error.value)))
    assert finding.state == "failed"
    assert finding.found == str(error.value)
    assert "install convexplain again" in finding.remedy


def test_a_caption_that_the_font_cannot_write_is_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "_texts", lambda: iter(["a window", "窗口龘"]))
    with pytest.raises(ConvexplainError, match=r"U\+9F98"):
        trial._fonts()
    monkeypatch.setattr(trial, "_texts", lambda: iter(["a window", "窗口"]))
    assert trial._fonts() == ("9", "2")
    assert shipped.check_fonts(Answer(trial._fonts())).state == "ok"


def test_the_texts_are_those_of_the_lessons_in_both_languages() -> None:
    from convexplain.lessons.sliding_window import SlidingWindow

    texts = "".join(trial._texts())
    assert set(SlidingWindow.title.zh + SlidingWindow.title.en) <= set(texts)
    assert "\n" not in texts


@pytest.mark.parametrize("name", ["cnn", "dense"])
def test_a_damaged_network_is_failed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shipped.check_networks().state == "ok"
    whole = ROOT / "convexplain" / "assets" / bundled.BUNDLED[name]
    torn = tmp_path / "torn.safetensors"
    torn.write_bytes(whole.read_bytes()[:-1000])
    monkeypatch.setattr(bundled, "BUNDLED", {**bundled.BUNDLED, name: str(torn)})
    finding = shipped.check_networks()
    assert finding.state == "failed"
    assert "torn.safetensors is not a network's file" in finding.found


def test_a_network_that_misreads_a_digit_is_failed(
    cnn: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = dict(cnn.weights) | {"dense/bias": np.array([99] + [0] * 9, np.float32)}
    Network(cnn.layers, weights).save(tmp_path / "zero.safetensors")
    monkeypatch.setattr(bundled, "BUNDLED", {"cnn": str(tmp_path / "zero.safetensors")})
    finding = shipped.check_networks()
    assert (finding.state, finding.found) == ("failed", "cnn reads the bundled 1 as 0")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four small files that count as MNIST's, in the folder that the variable names."""
    folder = write(tmp_path / "mnist")
    sums = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in mnist.FILES}
    monkeypatch.setattr(mnist, "FILES", sums)
    monkeypatch.setenv(mnist.VARIABLE, str(folder))
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: tmp_path / "cache")
    return folder


def test_mnist_files_are_verified_and_never_decide_about_a_render(data: Path) -> None:
    first, second, *_ = sorted(mnist.FILES)
    assert shipped.check_mnist() == Finding("MNIST", "ok", f"four files in {data}, verified")
    (data / first).write_bytes(b"damaged")
    (data / second).unlink()
    finding = shipped.check_mnist()
    assert finding.state == "warning"
    assert f"lacks {second}; " in finding.found
    assert f"has another {first}" in finding.found
    assert "delete" in finding.remedy
    for name in mnist.FILES:
        (data / name).unlink(missing_ok=True)
    finding = shipped.check_mnist()
    assert (finding.state, finding.found) == ("warning", "not on this machine")
    assert finding.remedy.endswith("type: convexplain data fetch")


# All together


def test_a_check_that_goes_wrong_itself_is_failed() -> None:
    def check() -> Finding:
        raise ZeroDivisionError("one\nby zero")

    finding = guarded("fonts", check)
    assert (finding.name, finding.state) == ("fonts", "failed")
    assert finding.found == "ZeroDivisionError: one by zero"


@pytest.mark.parametrize("state", ["ok", "warning", "failed"])
def test_the_exit_code_says_whether_a_render_would_fail(
    state: doctor.State, monkeypatch: pytest.MonkeyPatch
) -> None:
    findings = (Finding("Python", "ok", "3.11.2"), Finding("fonts", state, "gone", "buy some"))
    monkeypatch.setattr(doctor, "diagnose", lambda: findings)
    code = 1 if state == "failed" else 0
    told, text = (CliRunner().invoke(cli, ["doctor", *args]) for args in (["--json"], []))
    assert (told.exit_code, text.exit_code) == (code, code)
    assert json.loads(told.output) == {
        "ok": state != "failed",
        "checks": [
            {"name": "Python", "state": "ok", "found": "3.11.2", "remedy": ""},
            {"name": "fonts", "state": state, "found": "gone", "remedy": "buy some"},
        ],
    }
    verdict = "a render would fail: fonts" if code else "this machine can render"
    assert text.output.splitlines() == [
        "ok       Python: 3.11.2",
        f"{state:7}  fonts: gone; buy some",
        verdict,
    ]


def run(tmp_path: Path, *args: str, limit: int | None = None, **env: str) -> tuple[int, str, str]:
    """The command in a process of its own, with a temporary folder of its own."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    done = subprocess.run(
        [*COMMAND, *args],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(ROOT), **env},
        preexec_fn=None
        if limit is None
        else lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )
    assert [*temporary.iterdir()] == []
    return done.returncode, done.stdout, done.stderr


def test_this_machine_can_render_and_the_parent_never_imports_manim(tmp_path: Path) -> None:
    pytest.importorskip("manim", reason="rendering needs the extra 'video'")
    program = (
        "import sys; from convexplain.cli import cli\n"
        "if __name__ == '__main__':\n"
        "    code = cli(['doctor', '--json'], standalone_mode=False)\n"
        "    sys.exit({'manim', 'matplotlib'} & set(sys.modules) or code)\n"
    )
    script = tmp_path / "program.py"
    script.write_text(program)

    def seconds() -> float:
        """Processor time of both processes: what a clock shows on a core that is idle."""
        process = subprocess.Popen(
            [sys.executable, str(script)],
            stdout=subprocess.PIPE,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert process.stdout is not None
        told = json.loads(process.stdout.read())
        process.stdout.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, told
        assert {check["state"] for check in told["checks"]} <= {"ok", "warning"}
        names = [check["name"] for check in told["checks"]]
        assert " ".join(names) == (
            "Python packages Pillow manim cairo and pango encoders Typst memory fonts networks "
            "temporary folder current folder cache folder MNIST"
        )
        return usage.ru_utime + usage.ru_stime

    assert any(seconds() < 3 for _ in range(3))


def test_a_broken_manim_is_one_line_and_exit_1(tmp_path: Path) -> None:
    code = "raise ImportError('libpango-1.0.so.0: cannot open shared object file')"
    path = f"{broken(tmp_path / 'path', 'manim', code)}{os.pathsep}{ROOT}"
    status, told, errors = run(tmp_path, PYTHONPATH=path)
    assert (status, errors) == (1, "")
    (line,) = [line for line in told.splitlines() if line.startswith("failed")]
    assert "does not work: ImportError: libpango-1.0.so.0: cannot open" in line
    *_, verdict, remedy = told.splitlines()
    assert verdict == "a render would fail: manim"
    assert remedy.startswith(f"to mend it, type: {sys.executable} -m pip install ")


def test_all_that_is_typed_stands_once_in_the_last_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = (
        Finding("manim", "failed", "absent", "type: sudo apt-get install x && pip install m"),
        Finding("cairo", "failed", "absent", "type: sudo apt-get install x"),
        Finding("Typst", "failed", "torn", "type: pip install t"),
        Finding("folder", "failed", "full", "make room there"),
        Finding("MNIST", "warning", "absent", "type: convexplain data fetch"),
    )
    monkeypatch.setattr(doctor, "diagnose", lambda: found)
    result = CliRunner().invoke(cli, ["doctor"])
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "failed   manim: absent",
        "failed   cairo: absent",
        "failed   Typst: torn",
        "failed   folder: full; make room there",
        "warning  MNIST: absent; type: convexplain data fetch",
        "a render would fail: manim, cairo, Typst, folder",
        "to mend it, type: sudo apt-get install x && pip install m && pip install t",
    ]


@pytest.mark.parametrize("limit", [250_000_000, 600_000_000])
def test_a_limit_on_memory_is_said_before_libraries_hang_on_it(tmp_path: Path, limit: int) -> None:
    status, told, errors = run(tmp_path, "--json", limit=limit)
    assert (status, errors) == (1, "")
    (failed,) = [check for check in json.loads(told)["checks"] if check["state"] == "failed"]
    assert failed["name"] == "memory"
    assert "ulimit -v" in failed["remedy"]


@pytest.mark.soak
def test_a_folder_that_takes_nothing_is_failed_end_to_end(tmp_path: Path) -> None:
    status, told, errors = run(tmp_path, "--json", TMPDIR="/proc", HOME="/proc/none")
    # Python itself turns from an unusable TMPDIR to /tmp; only the cache has no other place.
    assert (status, errors) == (0, "")
    (cache,) = [check for check in json.loads(told)["checks"] if check["name"] == "cache folder"]
    assert cache["state"] == "warning"
    assert "XDG_CACHE_HOME" in cache["remedy"]
