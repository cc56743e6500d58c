"""What a release says and holds."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from convexplain import __version__
from tools import release_notes

ROOT = Path(__file__).parents[1]
CHANGELOG = """# Changelog

## Unreleased

- To come, see [how](docs/cli.md).

## 1.1.0 (2026-05-01)

- Then, at [a host](https://example.org).

## 1.0.0

- First.
"""


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("1.1.0", "- Then, at [a host](https://example.org)."),
        ("1.0.0", "- First."),
        ("1.2.0", "- To come, see how."),
    ],
)
def test_the_notes_say_what_is_new_in_this_version(version: str, said: str) -> None:
    assert release_notes.news(CHANGELOG, version) == said


def test_the_notes_say_what_each_file_is(tmp_path: Path) -> None:
    names = [
        "convexplain-1.0-page-zh.html",
        "convexplain-1.0-film-en.mp4",
        "convexplain-1.0.tar.gz",
    ]
    for name in names:
        (tmp_path / name).touch()
    said = release_notes.notes(tmp_path)
    assert said.startswith(f"# convexplain {__version__}\n")
    assert "- `convexplain-1.0-page-zh.html`: the classroom page, in Chinese\n" in said
    assert "- `convexplain-1.0.tar.gz`: its source\n" in said
    assert said.count("\n- `convexplain-1.0") == 3
    assert "\n## What is new\n\n### Lessons\n\n- " in said


@pytest.mark.parametrize("arguments", [["--quality"], ["--video"], ["-q", "l", "more"]])
def test_arguments_that_mean_nothing_are_refused_before_anything_is_made(
    arguments: list[str], tmp_path: Path
) -> None:
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "release.sh", tmp_path / "scripts")
    command = ["bash", tmp_path / "scripts" / "release.sh", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode != 0
    assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["scripts"]


PYTHON = """#!/bin/bash
case "$*" in
    *names*) echo a,b ;;
    *__version__*) echo 1.0 ;;
    *build_sdist*)
        mkdir convexplain-1.0
        tar -czf .release/dist/convexplain-1.0.tar.gz convexplain-1.0 && rmdir convexplain-1.0 ;;
    *zipfile*) touch "$4" ;;
esac
"""
CONVEXPLAIN = """#!/bin/bash
echo "$1 ${2/--*}" >>log
[ "$1 $2" != "render b" ] || [ ! -e broken ] || exit 1
touch "${@: -1}"
[ "$1" != film ] || touch "${@: -1}.srt"
"""


def test_a_release_that_was_interrupted_goes_on_where_it_stopped(tmp_path: Path) -> None:
    for folder in ("convexplain", "scenes", "scripts", ".venv/bin", "docs/_build/html"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("pyproject.toml", "requirements.lock", "broken", "docs/_build/html/index.html"):
        (tmp_path / name).touch()
    shutil.copy(ROOT / "scripts" / "release.sh", tmp_path / "scripts")
    for name in ("setup.sh", "docs.sh"):
        (tmp_path / "scripts" / name).touch()
    for name, text in (("python", PYTHON), ("convexplain", CONVEXPLAIN)):
        (tmp_path / ".venv/bin" / name).write_text(text)
        (tmp_path / ".venv/bin" / name).chmod(0o755)

    def release() -> tuple[int, list[str]]:
        """Return the exit code, and what was made of films and lessons."""
        (tmp_path / "log").write_text("")
        done = subprocess.run(["bash", "scripts/release.sh"], cwd=tmp_path, capture_output=True)
        lines = (tmp_path / "log").read_text().splitlines()
        return done.returncode, [line.strip() for line in lines if line[:4] != "page"]

    assert release() == (1, ["film", "render a", "render b"])
    assert not (tmp_path / "dist").exists()
    assert release() == (1, ["render b"])
    (tmp_path / "scenes" / "a.py").write_text("# Moves otherwise now.")
    assert release() == (1, ["film", "render a", "render b"])
    (tmp_path / "broken").unlink()
    assert release() == (0, ["render b", "film", "render a", "render b"])
    assert not (tmp_path / ".release").exists()
    names = {path.name for path in (tmp_path / "dist").iterdir()}
    assert {"convexplain-1.0-film-en.mp4", "convexplain-1.0-film-zh.mp4.srt"} <= names


@pytest.mark.soak
def test_a_release_holds_everything_whole(tmp_path: Path) -> None:
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tmp_path / name)
    command = ["bash", "scripts/release.sh", "-q", "l", "--lessons", "pooling"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    dist = tmp_path / "dist"
    start = f"convexplain-{__version__}"
    films = [f"{start}-film-{lang}{end}" for lang in ("en", "zh") for end in (".mp4",)]
    assert {*films, "NOTES.md", "SHA256SUMS", f"{start}-site.zip"} <= {
        path.name for path in dist.iterdir()
    }
    sums = dict(
        reversed(line.split("  ")) for line in (dist / "SHA256SUMS").read_text().splitlines()
    )
    for path in dist.iterdir():
        if path.name not in ("NOTES.md", "SHA256SUMS"):
            assert sums[path.name] == hashlib.sha256(path.read_bytes()).hexdigest()
    with zipfile.ZipFile(dist / f"{start}-lessons-zh.zip") as archive:
        assert "pooling.mp4" in {Path(name).name for name in archive.namelist()}
    with zipfile.ZipFile(dist / f"{start}-site.zip") as archive:
        front = archive.read("index.html").decode()
        assert '<iframe src="classroom.html"' in front
        inside = set(archive.namelist())
    assert {f"release/{name}" for name in films} <= inside
    assert len([name for name in inside if re.search(r"_images/pooling-.*\.mp4", name)]) >= 1
