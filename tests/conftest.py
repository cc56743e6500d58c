"""What several test files share."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from convexplain.data.mnist import FILES, VARIABLE
from convexplain.network import Network, shipped
from convexplain.page import data, examples

# What a shell or nohup starts in the background ignores these signals, and children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# What is collected stays to the end: looking through it for garbage, again and again, finds none.
gc.disable()

# Whoever runs the tests, what is printed is English unless a test asks for more.
os.environ["CONVEXPLAIN_LANG"] = "en"

#: Files that ask of the same played lessons, or of the same film: one worker makes each once.
PLAYED = (
    "architecture", "backward_lesson", "batch_norm", "class", "depthwise", "drawn",
    "drawn_numbers", "figure_hierarchy", "film", "film_cards", "film_story", "hierarchy_lesson",
    "lessons", "lessons_played", "one_by_one", "one_d_lesson", "poster", "residual",
    "sliding_window", "transcript", "transposed_lesson", "voice",
)  # fmt: skip


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give a file's tests to one worker, which makes once what they share."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    together = {f"tests/test_{name}.py" for name in PLAYED}

    class Together(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = str(super()._split_scope(nodeid))
            if file.startswith("tests/reliability/"):  # what undisturbed runs make
                return "reliability"
            if file.startswith("tests/page/"):
                return "page"  # one browser, and pages that stay open
            return "played" if file in together else file

    return Together(config, log)


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


@pytest.fixture(scope="session", autouse=True)
def _searched_once() -> Iterator[None]:
    """The digits that pages suggest are searched once for the same two networks."""
    found: dict[tuple[str, str], dict[str, Any]] = {}

    def find(network: Network, baseline: Network) -> dict[str, Any]:
        both = data.weights(network), data.weights(baseline)
        if both not in found:
            found[both] = examples.find_examples(network, baseline)
        return found[both]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "find_examples", find)
        yield


@pytest.fixture
def one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is rendered, one process renders it, and waits for the next test that renders.

    To start one and import manim takes longer than most of what tests render.
    """
    from convexplain.video import pool, rendering

    monkeypatch.setattr(pool, "PATIENCE", 300.0)
    monkeypatch.setattr(rendering, "Pool", lambda size: pool.borrowed())


def pytest_collection_finish() -> None:
    """Look for garbage in what the tests make, and seldom."""
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
    gc.enable()
    if "manim" in sys.modules:
        _keep_the_renderer()


def _keep_the_renderer() -> None:
    """Let manim set its renderer where it is another, not each time that settings come and go.

    It then gives every class of its own its bases again, which takes 8 ms.
    """
    from manim._config.utils import ManimConfig
    from manim.constants import RendererType

    known = ManimConfig.renderer

    def change(config: Any, value: Any) -> None:
        wanted = RendererType(value.lower() if isinstance(value, str) else value)
        if config.renderer != wanted:
            known.fset(config, wanted)

    ManimConfig.renderer = known.setter(change)


def pytest_sessionfinish() -> None:
    """End the process that waits for a test that renders."""
    if "convexplain.video.pool" in sys.modules:
        sys.modules["convexplain.video.pool"]._end()


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
