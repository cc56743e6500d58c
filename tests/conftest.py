"""What several test files share."""

from __future__ import annotations

import os
import signal
from importlib import metadata
from pathlib import Path

import pytest

from convexplain.data.mnist import FILES, VARIABLE
from convexplain.network import Network
from convexplain.network.network import shipped

# What a shell or nohup starts in the background ignores these signals, and children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Whoever runs the tests, what is printed is English unless a test asks for more.
os.environ["CONVEXPLAIN_LANG"] = "en"

# Read before any test can change the environment.
_MNIST = os.environ.get(VARIABLE)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("mnist") and not _MNIST:
        pytest.skip(f"needs MNIST: set {VARIABLE} to the folder of its four .gz files")


@pytest.fixture(scope="session")
def mnist_folder() -> Path:
    """The folder with the four MNIST files; the test is skipped where it is not named."""
    if not _MNIST:
        pytest.skip(f"needs MNIST: set {VARIABLE} to the folder of its four .gz files")
    folder = Path(_MNIST)
    missing = [name for name in FILES if not (folder / name).is_file()]
    assert not missing, f"{VARIABLE} names {folder}, which lacks {', '.join(missing)}"
    return folder


@pytest.fixture(scope="session")
def photos_folder() -> Path:
    """The folder with photographs of handwriting and their labels, where one is named."""
    folder = os.environ.get("CONVEXPLAIN_PHOTOS")
    if not folder:
        pytest.skip("CONVEXPLAIN_PHOTOS names no folder of photographs with their labels.csv")
    return Path(folder)


@pytest.fixture(scope="session")
def cnn() -> Network:
    """The chapter's convnet, as it ships."""
    return Network.load("cnn")


@pytest.fixture(scope="session")
def dense() -> Network:
    """The chapter's dense baseline, as it ships."""
    return Network.load("dense")


@pytest.fixture(scope="session")
def photo() -> Network:
    """The network of photographs; the test is skipped where a copy leaves it out."""
    if "photo" not in shipped():
        pytest.skip("the network photo was left out of this copy")
    return Network.load("photo")


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Names of packages that count as not installed."""
    names: set[str] = set()
    version = metadata.version

    def look(name: str) -> str:
        if name in names:
            raise metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(metadata, "version", look)
    return names
