"""What is installed and what is not: lines that work when typed, and imports that are declared."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from convexplain import extras
from tests.often import some

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
#: What whoever has a model of it has installed.
BROUGHT = ("torch",)
#: Rooms that need an extra, and which; a file's own stands before its room's.
ROOMS = {
    "convexplain/video/shares.py": "cluster",
    "convexplain/stage": "video",
    "convexplain/video": "video",
    "scenes": "video",
    "convexplain/paper": "print",
    "convexplain/sphinxext": "sphinx",
    "convexplain/page/lesson.py": "video",
    "convexplain/notebook": "notebook",
    "convexplain/network/readers": "keras",
    # It tries all that rendering needs.
    "convexplain/cli/_doctor": "video",
}


# What is imported is declared


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in requirements}


def distributions(folder: str) -> Iterator[tuple[str, str]]:
    """Yield each file below a folder with the distributions that it imports."""
    providers = metadata.packages_distributions()
    for file in sorted((ROOT / folder).rglob("*.py")):
        modules: set[str] = set()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                modules.add(str(node.module))
        for top in {module.partition(".")[0] for module in modules}:
            if top in sys.stdlib_module_names or top in ("convexplain", "scenes", *BROUGHT):
                continue
            assert top in providers, f"{file}: {top} is of no distribution that is installed"
            for name in providers[top]:
                yield str(file.relative_to(ROOT)), canonicalize_name(name)


def test_what_is_imported_is_declared_and_nothing_else() -> None:
    core = names(PROJECT["project"]["dependencies"])
    optional = {
        extra: names(lines) for extra, lines in PROJECT["project"]["optional-dependencies"].items()
    }
    used: dict[str, set[str]] = {extra: set() for extra in ("", *optional)}
    for file, name in [*distributions("convexplain"), *distributions("scenes")]:
        room = next((room for room in ROOMS if f"{file}/".startswith(f"{room}/")), "")
        extra = ROOMS.get(room, "")
        allowed = core | optional.get(extra, set())
        assert name in allowed, f"{file} imports {name}, which is not declared"
        used["" if name in core else extra].add(name)
    assert used[""] == core
    assert {extra: used[extra] for extra in optional} == optional


# Lines that are typed

ALL = {**extras.requirements("video"), **extras.requirements("print")}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of small wheels, named and numbered as the packages of this environment."""
    folder = tmp_path_factory.mktemp("shelf")
    for requirement in ALL.values():
        name, version = requirement.name.replace("-", "_"), metadata.version(requirement.name)
        info = f"{name}-{version}.dist-info"
        with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}_is_here.py", "")
            head = f"Metadata-Version: 2.1\nName: {requirement.name}\nVersion: {version}\n"
            wheel.writestr(f"{info}/METADATA", head)
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
    return folder


@pytest.fixture
def core(tmp_path: Path) -> Path:
    """The Python of an environment with the core alone, as `pip install .` makes it."""
    if os.name == "nt":
        pytest.skip("links need permission on this system")
    venv.create(tmp_path / "the core", symlinks=True)
    site = Path(
        sysconfig.get_path(
            "purelib",
            vars={"base": str(tmp_path / "the core"), "platbase": str(tmp_path / "the core")},
        )
    )
    without = {
        canonicalize_name(each.name)
        for each in ALL.values()
        if each.name not in extras.requirements("")
    }
    files = {
        str(file).partition("/")[0]
        for name in without
        for file in metadata.files(name) or ()
        if not str(file).startswith(("..", "__pycache__"))
    }
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if entry.name not in files:
            (site / entry.name).symlink_to(entry)
    return tmp_path / "the core" / "bin" / "python"


def typed(line: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **variables}
    return subprocess.run(line, shell=True, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize(
    "command",
    some(
        [
            ("render", "pooling"),
            ("worksheet", "-o", "sheet.pdf"),
            ("film",),
            ("card", "pooling"),
            ("doctor",),
        ],
        1,
    ),
    ids=lambda command: command[0],
)
def test_without_extras_a_command_says_a_line_that_works_when_typed(
    command: tuple[str, ...], core: Path, shelf: Path, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    asked = [str(core), "-m", "convexplain", *command]
    done = subprocess.run(asked, cwd=work, capture_output=True, text=True)
    assert done.returncode == 1
    said = done.stderr if command[0] != "doctor" else done.stdout
    lines = {line.partition("type: ")[2] for line in said.splitlines() if "type: " in line}
    lines = {line for line in lines if " install " in line}
    assert len(lines) == 1, said
    (line,) = lines
    assert "convexplain" not in line.replace(str(core), "")
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(shelf)}
    installed = typed(line, **offline)
    assert installed.returncode == 0, installed.stderr
    extra = "print" if command[0] in ("worksheet", "card") else "video"
    code = f"from convexplain import extras; print(repr(extras.lacking({extra!r}, 'videos')))"
    asked = [str(core), "-c", code]
    left = subprocess.run(asked, cwd=work, capture_output=True, text=True, check=True)
    assert left.stdout == "''\n"


@pytest.mark.skipif(shutil.which("uv") is None, reason="there is no uv here")
def test_the_line_of_uv_works_when_typed(core: Path, shelf: Path) -> None:
    made = core.parents[1] / "pyvenv.cfg"
    made.write_text(made.read_text() + "uv = 0.0\n")
    code = "from convexplain import extras; print(extras.install_line('video'))"
    line = subprocess.run([str(core), "-c", code], capture_output=True, text=True, check=True)
    assert line.stdout.startswith("uv pip install --python ")
    installed = typed(line.stdout, UV_NO_INDEX="1", UV_FIND_LINKS=str(shelf), UV_LINK_MODE="copy")
    assert installed.returncode == 0, installed.stderr


def test_nothing_says_to_install_a_package_that_is_not_published() -> None:
    """Whoever registers the name of this project would be installed by its users."""
    texts = [
        ROOT / name for name in ("README.md", "README.zh.md", "CHANGELOG.md", "CONTRIBUTING.md")
    ]
    for folder, kind in (("docs", "md"), ("convexplain", "py"), ("scripts", "sh"), ("tools", "py")):
        texts += [path for path in (ROOT / folder).rglob(f"*.{kind}") if "_build" not in path.parts]
    asks = re.compile(r"install\b[^\n]*[\s'\"]convexplain(\[|==|\b(?![-/. ]))")
    assert asks.search('pip install "convexplain[video]"')
    assert not asks.search('pip install ".[video]"')
    said = {path: asks.search(path.read_text(encoding="utf-8")) for path in texts}
    assert {str(path): found[0] for path, found in said.items() if found} == {}


def test_the_line_asks_for_all_that_is_missing_or_too_new(
    absent: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    absent |= {"manim", "av"}
    version = metadata.version
    newer = {"pillow": "13.0.0"}
    monkeypatch.setattr(metadata, "version", lambda name: newer.get(name) or version(name))
    told = extras.lacking("video", "videos")
    assert told.startswith("videos need av, manim, not installed yet; type: ")
    line = told.partition("type: ")[2]
    assert [part.split("<")[0].split(">")[0] for part in line.split("'")[1::2]] == [
        "pillow",
        "av",
        "manim",
    ]
    absent.clear()
    assert extras.lacking("video", "videos") == ""


def test_where_packages_must_be_built_the_system_s_line_comes_first(
    absent: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    absent |= {"manim", "pycairo"}
    monkeypatch.setattr(extras, "missing_headers", lambda: ["pkg-config"])
    monkeypatch.setattr(extras, "system_line", lambda: "sudo apt-get install pkg-config")
    assert extras.install_line("video").startswith("sudo apt-get install pkg-config && ")
    absent.discard("pycairo")
    assert not extras.install_line("video").startswith("sudo")


def test_on_windows_the_line_has_double_quotes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Windows")
    monkeypatch.setattr(sys, "executable", r"C:\Program Files\Python\python.exe")
    assert extras.pip_line("pillow<13", "av>=16.1") == (
        r'"C:\Program Files\Python\python.exe" -m pip install "pillow<13" "av>=16.1"'
    )
    assert extras.missing_headers() == []
