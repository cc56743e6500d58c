"""`convexplain data` and `convexplain data fetch`, as a user runs them."""

import gzip
import hashlib
import http.server
import json
import math
import re
import struct
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from convexplain.cli import _progress, cli
from convexplain.data import mnist

COUNTS = {
    "train-images-idx3-ubyte.gz": (5, 28, 28),
    "train-labels-idx1-ubyte.gz": (5,),
    "t10k-images-idx3-ubyte.gz": (2, 28, 28),
    "t10k-labels-idx1-ubyte.gz": (2,),
}


def write(folder: Path) -> Path:
    """Four small files of MNIST's form."""
    folder.mkdir()
    for name, shape in COUNTS.items():
        header = bytes([0, 0, 8, len(shape)]) + struct.pack(f">{len(shape)}I", *shape)
        size = 1
        for length in shape:
            size *= length
        (folder / name).write_bytes(gzip.compress(header + bytes(size), mtime=0))
    return folder


@pytest.fixture
def original(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files that count as genuine, in a folder that the program does not know."""
    folder = write(tmp_path / "original")
    sums = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in COUNTS}
    monkeypatch.setattr(mnist, "FILES", sums)
    monkeypatch.setattr(mnist, "MIRRORS", ("http://127.0.0.1:9/",))  # nobody listens there
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: tmp_path / "cache")
    monkeypatch.delenv(mnist.VARIABLE, raising=False)
    return folder


@pytest.fixture
def mirror(original: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server on loopback that gives the original files."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output clean."""

    handler = partial(Quiet, directory=str(original))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, args=(0.01,))
        thread.start()
        monkeypatch.setattr(mnist, "MIRRORS", (f"http://127.0.0.1:{httpd.server_port}/",))
        yield
        httpd.shutdown()
        thread.join()


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, ["data", *args])


def test_status_lists_four_verified_files(original: Path) -> None:
    result = run("--directory", str(original))
    assert result.exit_code == 0
    first, *lines = result.output.splitlines()
    assert first == f"MNIST in {original}"
    assert len(lines) == 4
    assert all(line.endswith("verified") for line in lines)
    assert "5 images" in lines[0]
    assert "2 labels" in lines[3]


def test_status_finds_the_folder_that_the_variable_names(
    original: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(mnist.VARIABLE, str(original))
    assert run().output.startswith(f"MNIST in {original}\n")


def test_status_tells_missing_damaged_and_foreign_files_apart(original: Path) -> None:
    foreign, damaged, missing, genuine = COUNTS
    (original / foreign).write_bytes((original / "t10k-images-idx3-ubyte.gz").read_bytes())
    (original / damaged).write_bytes(b"no gzip")
    (original / missing).unlink()
    lines = dict(
        line.split(maxsplit=1) for line in run("--directory", str(original)).output.splitlines()
    )
    assert lines[foreign].endswith("2 images, not MNIST's own (the SHA-256 differs)")
    assert lines[damaged] == "7 bytes, damaged: delete it and fetch it again"
    assert lines[missing].startswith("missing")
    assert lines[genuine].endswith("verified")


def test_status_as_json(original: Path, tmp_path: Path) -> None:
    found = json.loads(run("--json", "--directory", str(original)).output)
    assert found["directory"] == str(original)
    assert found["looked"] == [str(original), str(tmp_path / "cache" / "mnist")]
    assert found["complete"] is found["verified"] is True
    assert [file["count"] for file in found["files"]] == [5, 5, 2, 2]
    (original / "t10k-labels-idx1-ubyte.gz").unlink()
    found = json.loads(run("--json", "--directory", str(original)).output)
    assert found["complete"] is found["verified"] is False
    assert found["files"][3]["size"] is None


@pytest.mark.usefixtures("original")
def test_without_data_the_status_says_where_it_looked_and_what_to_do(tmp_path: Path) -> None:
    result = run()
    assert result.exit_code == 0
    cache = tmp_path / "cache" / "mnist"
    assert result.output.splitlines() == [
        f"MNIST is not on this machine; looked in {cache}",
        f"convexplain data fetch downloads it (12 MB) to {cache}",
    ]
    assert not cache.exists()


@pytest.mark.usefixtures("mirror")
@pytest.mark.parametrize("order", ["before", "after", "neither"])
def test_fetch_fills_the_folder(tmp_path: Path, order: str) -> None:
    option = ["--directory", str(tmp_path / "mine")]
    args = {"before": [*option, "fetch"], "after": ["fetch", *option], "neither": ["fetch"]}[order]
    result = run(*args)
    folder = tmp_path / "cache" / "mnist" if order == "neither" else tmp_path / "mine"
    assert result.exit_code == 0
    assert result.output == f"{folder}: the four MNIST files are there and verified\n"
    assert sorted(path.name for path in folder.iterdir()) == sorted(COUNTS)


@pytest.mark.usefixtures("mirror")
@pytest.mark.parametrize("more", [[], ["--quiet"]])
def test_in_a_pipe_a_download_tells_how_far_it_is(
    more: list[str], original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "train-images-idx3-ubyte.gz"
    large = bytes(range(256)) * 200  # 50 pieces of 1,024 bytes
    (original / name).write_bytes(large)
    monkeypatch.setitem(mnist.FILES, name, hashlib.sha256(large).hexdigest())
    monkeypatch.setattr(_progress, "LINE_EVERY", 0)
    result = run("fetch", *more)
    folder = tmp_path / "cache" / "mnist"
    assert result.stdout == f"{folder}: the four MNIST files are there and verified\n"
    lines = result.stderr.splitlines()
    if more:
        assert lines == []
        return
    assert len(lines) > 20
    for line in lines:
        assert re.fullmatch(rf"{re.escape(name)}: \d+%, \d+ s left", line)


@pytest.mark.parametrize("more", [[], ["--quiet"]])
def test_in_a_pipe_a_test_of_a_network_tells_how_far_it_is(
    more: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "digits"
    folder.mkdir()
    for name, shape in (
        ("t10k-images-idx3-ubyte.gz", (400, 28, 28)),
        ("t10k-labels-idx1-ubyte.gz", (400,)),
    ):
        header = bytes([0, 0, 8, len(shape)]) + struct.pack(f">{len(shape)}I", *shape)
        (folder / name).write_bytes(gzip.compress(header + bytes(math.prod(shape)), mtime=0))
    monkeypatch.setattr(_progress, "LINE_EVERY", 0)
    args = ["evaluate", "dense", "--directory", str(folder), *more]
    result = CliRunner().invoke(cli, args)
    assert result.exit_code == 0
    assert "of 400 right" in result.stdout
    told = re.findall(r"^testing dense: (\d+)%, \d+ s left$", result.stderr, re.M)
    assert told == ([] if more else ["50", "75"])
    assert bool(result.stderr) == (not more)


@pytest.mark.usefixtures("original")
def test_fetch_without_a_network_is_one_line_and_fails(tmp_path: Path) -> None:
    result = run("fetch")
    assert result.exit_code == 1
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: MNIST is not in ")
    assert str(tmp_path / "cache") in line
    assert "127.0.0.1:9: no connection" in line
    assert not any(path.is_file() for path in (tmp_path / "cache").rglob("*"))


def test_an_unknown_subcommand_or_option_is_a_usage_error() -> None:
    assert run("fetsch").exit_code == 2
    assert run("--nothing").exit_code == 2
