"""What SECURITY.md promises: no code from files, no network unless asked."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from convexplain.cli import cli
from convexplain.data import digits, mnist
from tests.often import later

ROOT = Path(__file__).parents[1]
COMMAND = Path(sys.executable).with_name("convexplain")
SOURCES = [
    file for folder in ("convexplain", "scenes") for file in sorted((ROOT / folder).rglob("*.py"))
]
# Refuses internet sockets in a process and its children, as early as Python lets anyone.
GUARD = """\
import socket, sys
def refuse(event, args):
    if event == "socket.__new__" and args[1] in (socket.AF_INET, socket.AF_INET6):
        raise RuntimeError("an internet socket was opened")
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        raise RuntimeError("a host was looked up")
sys.addaudithook(refuse)
"""


def test_this_page_names_tests_that_exist() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "SECURITY.md").read_text("utf-8"))
    assert len(named) > 15
    missing = [
        f"{file}::{test}"
        for file, test in named
        if not (ROOT / file).is_file()
        or f"def {test}(" not in (ROOT / file).read_text(encoding="utf-8")
    ]
    assert missing == []


def called(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call with its function as it is written, ``np.load``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


FORBIDDEN = re.compile(
    r"eval|exec|__import__|compile|(\w+\.)*(pickle|marshal|shelve|dill|joblib|torch)\.(loads?|open"
    r"|Unpickler)|(\w+\.)?Unpickler|os\.(system|popen|exec\w+|spawn\w+)|yaml\.\w*load\w*"
)


def risks(source: str) -> list[str]:
    """What a module does that could run what it reads."""
    found: list[str] = []
    if not re.search(r"eval|exec|__import__|compile\(|[Pp]ickle|marshal|shelve|dill|joblib|torch"
                     r"|system|popen|spawn|yaml|shell", source):  # fmt: skip
        return found
    for name, call in called(ast.parse(source)):
        pickles = [key for key in call.keywords if key.arg == "allow_pickle"]
        shell = [key for key in call.keywords if key.arg == "shell"]
        if FORBIDDEN.fullmatch(name) or pickles or shell:
            found.append(ast.unparse(call))
    return found


@pytest.mark.parametrize(
    "source",
    [
        "import pickle; pickle.load(f)",
        "import pickle; pickle.Unpickler(f).load()",
        "import numpy as np; np.load(f, allow_pickle=True)",
        "eval(text)",
        "exec(compile(text, 'x', 'exec'))",
        "import os; os.system(text)",
        "import subprocess; subprocess.run(text, shell=True)",
    ],
)
def test_the_search_finds_what_it_looks_for(source: str) -> None:
    assert risks(source)


def test_nothing_in_the_package_runs_what_it_reads() -> None:
    assert len(SOURCES) > 50
    found = {str(file): risks(file.read_text(encoding="utf-8")) for file in SOURCES}
    assert {file: calls for file, calls in found.items() if calls} == {}


def test_an_archive_with_a_pickle_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assets = tmp_path / "assets"
    assets.mkdir()
    bomb = np.array([{"an": "object"}], dtype=object)
    np.savez(assets / "digits.npz", images=bomb, labels=bomb, indices=bomb)
    monkeypatch.setattr("importlib.resources.files", lambda package: tmp_path)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        digits._arrays.__wrapped__()


NETWORK = {"socket", "requests", "urllib.request", "http", "ftplib", "pooch", "httpx", "aiohttp"}


def imported(source: str) -> set[str]:
    """The modules that a source imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(str(node.module))
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_one_module_alone_can_reach_the_network() -> None:
    reach = {
        str(file.relative_to(ROOT))
        for file in SOURCES
        # What is imported is named: a source that names none of them need not be taken apart.
        if any(module in file.read_text(encoding="utf-8") for module in {"urllib", *NETWORK})
        and any(
            name == module or name.startswith(f"{module}.")
            for name in imported(file.read_text(encoding="utf-8"))
            for module in NETWORK
        )
    }
    assert reach == {"convexplain/data/download.py"}
    users = {
        file.stem
        for file in SOURCES
        if "download" in (source := file.read_text(encoding="utf-8"))
        and "convexplain.data.download" in imported(source)
    }
    assert users == {"mnist"}


def test_mirrors_are_asked_over_https() -> None:
    assert len(mnist.MIRRORS) == 2
    assert all(mirror.startswith("https://") for mirror in mnist.MIRRORS)
    assert all(re.fullmatch("[0-9a-f]{64}", sha256) for sha256 in mnist.FILES.values())


@pytest.fixture
def guarded(tmp_path: Path) -> dict[str, str]:
    """An environment in which no Python process can open an internet socket."""
    folder = tmp_path / "guard"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(GUARD)
    env = {**os.environ, "PYTHONPATH": str(folder), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    env.pop(mnist.VARIABLE, None)
    code = "import socket; socket.create_connection(('127.0.0.1', 9))"
    tried = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert "a host was looked up" in tried.stderr or "an internet socket" in tried.stderr
    return env


@pytest.mark.parametrize(
    "args",
    [
        later(["list"]),
        ["data"],
        later(["doctor"]),
        later(["render", "--help"]),
        later(["card", "pooling", "--format", "html"]),
        pytest.param(
            ["worksheet"],
            marks=pytest.mark.skipif(find_spec("typst") is None, reason="needs the extra 'print'"),
        ),
    ],
    ids=" ".join,
)
def test_commands_need_no_network(args: list[str], guarded: dict[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        [str(COMMAND), *args], env=guarded, cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_what_does_need_the_network_is_refused_by_the_guard(
    guarded: dict[str, str], tmp_path: Path
) -> None:
    done = subprocess.run(
        [str(COMMAND), "data", "fetch"], env=guarded, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert not any(path.is_file() for path in (tmp_path / "cache").rglob("*"))


@pytest.mark.render
@pytest.mark.usefixtures("one_process")
def test_a_still_needs_no_network_and_reads_nothing_beside_it(
    guarded: dict[str, str], tmp_path: Path
) -> None:
    pytest.importorskip("manim", reason="rendering needs the extra 'video'")
    still = ["render", "-ql", "--still", "strong", "--quiet", "-o"]
    plain = CliRunner().invoke(cli, [*still, str(tmp_path / "plain.png")])
    assert plain.exit_code == 0, plain.stderr
    hostile = tmp_path / "hostile"
    hostile.mkdir()
    trap = "raise SystemExit('code of the current folder has run')"
    (hostile / "manim.cfg").write_text("[CLI]\nbackground_color = RED\nframe_rate = 3\n")
    for name in ("numpy", "manim", "av", "tqdm", "sitecustomize", "convexplain"):
        (hostile / f"{name}.py").write_text(trap)
    done = subprocess.run(
        [str(COMMAND), *still, "kernel.png"],
        env=guarded,
        cwd=hostile,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (hostile / "kernel.png").read_bytes() == (tmp_path / "plain.png").read_bytes()
