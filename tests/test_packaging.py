from __future__ import annotations

import email
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from convexplain import __version__
from convexplain.lessons.pooling import Pooling
from convexplain.lessons.sliding_window import SlidingWindow
from tests.often import some

ROOT = Path(__file__).parents[1]
PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-build.lock"]


def run(*command: str | Path, cwd: Path = ROOT, **variables: str) -> str:
    """What a command prints, run without the environment of this process."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(cwd), "LANG": "C.UTF-8", **variables}
    result = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, f"{result.stdout}\n{result.stderr}"
    return result.stdout


def project_files() -> list[str]:
    """All files of the project but what git ignores."""
    if not (ROOT / ".git").exists():
        pytest.skip("needs a git checkout: git says which files are the project's")
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return sorted(name for name in listed.split("\0") if name and (ROOT / name).is_file())


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project without anything that was built or cached."""
    folder = tmp_path_factory.mktemp("tree")
    for name in project_files():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    return folder


def build(tree: Path, kind: str) -> Path:
    """Build a "wheel" or an "sdist" with the backend that pip would call."""
    code = f"import setuptools.build_meta as b; print(b.build_{kind}('dist'))"
    return tree / "dist" / run(sys.executable, "-c", code, cwd=tree).splitlines()[-1]


@pytest.fixture(scope="module")
def sdist(tree: Path) -> Path:
    return build(tree, "sdist")


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the sdist: what that lacks, the wheel lacks too."""
    folder = tmp_path_factory.mktemp("unpacked")
    run("tar", "-xzf", sdist, cwd=folder)
    return build(folder / sdist.name.removesuffix(".tar.gz"), "wheel")


def clean_environment(folder: Path) -> Path:
    """Make an environment with this one's packages but not this one's convexplain."""
    venv.create(folder / "venv", symlinks=True)
    packages = Path(sysconfig.get_path("purelib"))
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site = folder / "venv" / "lib" / version / "site-packages"
    for entry in packages.iterdir():
        if "convexplain" not in entry.name:
            (site / entry.name).symlink_to(entry)
    return folder / "venv" / "bin" / "python"


def install(python: Path, *what: str | Path) -> None:
    arguments = ["--no-index", "--no-deps", "--no-build-isolation", "--no-compile", *what]
    run(*PIP, "--python", python, "install", *arguments, cwd=python.parent)


def wheel_members(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_the_wheel_holds_the_package_and_the_scenes_and_nothing_else(wheel: Path) -> None:
    inside = [name for name in project_files() if name.startswith(("convexplain/", "scenes/"))]
    expected = {f"convexplain/{name}" if name.startswith("scenes/") else name for name in inside}
    assert wheel_members(wheel) == expected


def test_the_sdist_holds_every_file_of_the_project(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        members = {member.name.partition("/")[2] for member in archive if member.isfile()}
    made = {"PKG-INFO", "setup.cfg"}
    assert {name for name in members - made if ".egg-info/" not in name} == set(project_files())


@pytest.mark.soak  # the sdist holds every file of the tree, which another test asks
def test_the_wheel_from_the_tree_is_the_wheel_from_the_sdist(tree: Path, wheel: Path) -> None:
    assert wheel_members(build(tree, "wheel")) == wheel_members(wheel)


def test_the_metadata_say_what_the_project_needs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        info = f"convexplain-{__version__}.dist-info"
        metadata = email.message_from_bytes(archive.read(f"{info}/METADATA"))
        entry_points = archive.read(f"{info}/entry_points.txt").decode()
    assert metadata["Version"] == __version__
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"
    needed = [Requirement(line) for line in metadata.get_all("Requires-Dist", [])]
    core = {r.name: r.specifier for r in needed if r.marker is None}
    assert "numpy" in core
    assert core.keys().isdisjoint({"manim", "av", "typst", "torch", "scipy"})
    video = {r.name for r in needed if r.marker and "video" in str(r.marker)}
    assert {"manim", "av"} <= video
    assert not core["pillow"].contains("13.0")  # which manim does not work with
    assert "convexplain = convexplain.__main__:main" in entry_points


@pytest.mark.render
@pytest.mark.parametrize("kind", some(["a still", "a video"], 1))
def test_an_installed_wheel_lists_and_renders(wheel: Path, tmp_path: Path, kind: str) -> None:
    python = clean_environment(tmp_path)
    install(python, wheel)
    work = tmp_path / "work"
    work.mkdir()
    where = run(python, "-c", "import convexplain; print(convexplain.__file__)", cwd=work)
    assert Path(where.strip()).is_relative_to(tmp_path / "venv")
    command = python.with_name("convexplain")
    assert "sliding-window" in run(command, "list", cwd=work)
    assert run(python, "-m", "convexplain", "--version", cwd=work).strip().endswith(__version__)
    beat = Pooling().beats()[0].name
    still = ("--still", beat, "-o", "still.png")
    video = ("--seconds", "30", "-o", "video.mp4")
    how = still if kind == "a still" else video
    run(command, "render", "pooling", "-q", "l", *how, cwd=work)
    made = {"still.png"} if kind == "a still" else {"video.mp4", "video.srt", "video.vtt"}
    assert {path.name for path in work.iterdir()} == made
    assert (work / how[-1]).stat().st_size > 10_000


@pytest.mark.soak  # the tests themselves run in such an install
@pytest.mark.render
def test_an_editable_install_renders_from_the_tree(tree: Path, tmp_path: Path) -> None:
    python = clean_environment(tmp_path)
    install(python, "--editable", tree)
    work = tmp_path / "work"
    work.mkdir()
    where = run(python, "-c", "import convexplain; print(convexplain.__file__)", cwd=work)
    assert Path(where.strip()).is_relative_to(tree)
    command = python.with_name("convexplain")
    beat = SlidingWindow().beats()[0].name
    run(command, "render", "-q", "l", "--still", beat, "-o", "still.png", cwd=work)
    assert (work / "still.png").read_bytes().startswith(b"\x89PNG")


def locked(name: str) -> dict[str, Requirement]:
    """The pinned requirements of a lock file by name."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    pins = [line.removesuffix("\\") for line in lines if line[:1].isalnum()]
    requirements = [Requirement(pin) for pin in pins]
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_names_no_host_and_hashes_everything(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    blocks = text.split("\n")
    pins = [n for n, line in enumerate(blocks) if line[:1].isalnum()]
    assert pins
    assert all(blocks[n + 1].strip().startswith("--hash=sha256:") for n in pins)


def test_the_lock_file_meets_what_the_project_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    declared = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["video"],
        *(entry for group in groups.values() for entry in group if isinstance(entry, str)),
    ]
    pins = locked("requirements-dev.lock")
    for wanted in map(Requirement, declared):
        (pin,) = pins[canonicalize_name(wanted.name)].specifier
        assert wanted.specifier.contains(pin.version), f"{wanted}: locked {pin.version}"


@pytest.mark.parametrize("lock", LOCKS)
def test_all_lock_files_pin_the_same_versions(lock: str) -> None:
    everything = locked("requirements-dev.lock")
    for name, pin in locked(lock).items():
        assert str(everything[name].specifier) == str(pin.specifier)


def test_what_runs_the_program_is_no_developers_tool() -> None:
    pins = locked("requirements.lock")
    assert {"manim", "av", "numpy", "matplotlib", "typst"} <= set(pins)
    tools = {"pytest", "sphinx", "mypy", "playwright", "babel", "jedi", "meson", "ruff"}
    assert not tools & set(pins)


@pytest.mark.parametrize("script", sorted((ROOT / "scripts").glob("*.sh")), ids=lambda p: p.name)
def test_a_script_parses_and_may_be_executed(script: Path) -> None:
    run("bash", "-n", script)
    assert os.access(script, os.X_OK)
