"""What the tests of reliability share."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import run


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """An empty folder to run in."""
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def lone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what undisturbed runs make, in ``render`` and ``film``, and their cache."""
    pytest.importorskip("manim", reason="rendering needs the extra 'video'")
    folder = tmp_path_factory.mktemp("lone")
    for name, command in (("render", "render short"), ("film", "film --lessons short -j 1")):
        (folder / name).mkdir()
        run(*command.split(), "-q", "l", "--quiet", "-o", "a.mp4", cwd=folder / name)
    return folder
