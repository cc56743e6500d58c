"""The search for MNIST on disk, and downloads from a server on loopback."""

import gzip
import hashlib
import http.server
import os
import signal
import stat
import struct
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from convexplain.data import download, mnist
from convexplain.data.mnist import load_mnist
from convexplain.errors import ConvexplainError, UsageError

COUNTS = {"train": 7, "test": 3}


def idx_bytes(shape: tuple[int, ...], data: bytes) -> bytes:
    """An IDX file, packed, written from the format's description."""
    header = bytes([0, 0, 8, len(shape)]) + struct.pack(f">{len(shape)}I", *shape)
    return gzip.compress(header + data, mtime=0)


def small_mnist() -> dict[str, bytes]:
    """The four files with 7 and 3 digits: every pixel of digit i is i, its label 9 - i."""
    files = {}
    for split, count in COUNTS.items():
        images, labels = mnist.SPLITS[split]
        pixels = bytes(i for i in range(count) for _ in range(784))
        files[images] = idx_bytes((count, 28, 28), pixels)
        files[labels] = idx_bytes((count,), bytes(9 - i for i in range(count)))
    return files


FILES = small_mnist()
GENUINE = mnist.FILES


def write(folder: Path, names: list[str] | None = None) -> Path:
    folder.mkdir(exist_ok=True)
    for name in FILES if names is None else names:
        (folder / name).write_bytes(FILES[name])
    return folder


class Mirrors(http.server.BaseHTTPRequestHandler):
    """Serves FILES; the first part of the path says how it behaves."""

    release = threading.Event()
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        _, behaviour, name = self.path.split("/")
        self.asked.append(self.path)
        body = FILES[name]
        if behaviour == "missing":
            self.send_error(404)
            return
        if behaviour == "stall":
            self.release.wait(30)
            return
        if behaviour == "wrong":
            body = bytes(len(body))
        if behaviour == "endless":
            body = bytes(4096)
        self.send_response(200)
        if behaviour != "endless":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if behaviour == "halfway":  # stalls in the middle
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            self.release.wait(30)
        elif behaviour == "short":
            self.wfile.write(body[: len(body) // 2])
        else:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    Mirrors.release.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirrors) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_port}/"
        Mirrors.release.set()
        httpd.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def away_from_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own, the small files' checksums, and no mirror at all."""
    cache = tmp_path / "cache"
    monkeypatch.delenv(mnist.VARIABLE, raising=False)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: cache)
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()}
    monkeypatch.setattr(mnist, "FILES", sums)
    monkeypatch.setattr(mnist, "MIRRORS", ())
    Mirrors.asked.clear()
    return cache / "mnist"


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


# --- Finding the data -------------------------------------------------------------------------


@pytest.mark.parametrize("split", ["train", "test"])
def test_loads_either_split_from_a_folder(tmp_path: Path, split: mnist.Split) -> None:
    images, labels = load_mnist(split, write(tmp_path / "data"))
    count = COUNTS[split]
    assert images.shape == (count, 28, 28)
    assert images.dtype == labels.dtype == np.uint8
    np.testing.assert_array_equal(images[:, 5, 17], np.arange(count))
    np.testing.assert_array_equal(labels, 9 - np.arange(count))


def test_looks_in_the_argument_then_the_variable_then_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, away_from_home: Path
) -> None:
    monkeypatch.setenv(mnist.VARIABLE, str(tmp_path / "variable"))
    assert mnist.places(tmp_path / "argument") == (
        tmp_path / "argument",
        tmp_path / "variable",
        away_from_home,
    )
    away_from_home.parent.mkdir()
    write(away_from_home)
    assert len(load_mnist("test")[0]) == 3
    # A folder earlier in the row wins: one that is broken shows that it was taken.
    write(tmp_path / "variable")
    (tmp_path / "variable" / mnist.SPLITS["test"][1]).write_bytes(idx_bytes((2,), bytes(2)))
    with pytest.raises(ConvexplainError, match=r"variable.*3 images.*2 labels"):
        load_mnist("test")
    assert len(load_mnist("test", write(tmp_path / "argument"))[0]) == 3


def test_a_folder_that_lacks_one_file_is_named_with_the_file(tmp_path: Path) -> None:
    names = sorted(FILES)
    folder = write(tmp_path / "data", [n for n in names if n != "t10k-labels-idx1-ubyte.gz"])
    with pytest.raises(ConvexplainError, match=r"data has no t10k-labels-idx1-ubyte\.gz"):
        load_mnist("test", folder)
    assert len(load_mnist("train", folder)[0]) == 7


def test_other_images_than_digits_are_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "data")
    images, labels = (folder / name for name in mnist.SPLITS["test"])
    images.write_bytes(idx_bytes((3, 32, 32), bytes(3 * 1024)))
    with pytest.raises(ConvexplainError, match="holds 32x32 images: MNIST's are 28x28"):
        load_mnist("test", folder)
    write(folder)
    labels.write_bytes(idx_bytes((3,), b"\x00\x0a\x01"))
    with pytest.raises(ConvexplainError, match="holds the label 10"):
        load_mnist("test", folder)
    images.write_bytes(idx_bytes((0, 28, 28), b""))
    labels.write_bytes(idx_bytes((0,), b""))
    with pytest.raises(ConvexplainError, match="no images at all"):
        load_mnist("test", folder)


def test_an_unknown_split_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="'train' and 'test'"):
        load_mnist("validation")  # type: ignore[arg-type]


def test_without_a_network_one_line_says_where_it_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, away_from_home: Path
) -> None:
    monkeypatch.setattr(mnist, "MIRRORS", ("http://127.0.0.1:9/mnist/",))  # nobody listens there
    monkeypatch.setenv(mnist.VARIABLE, str(tmp_path / "variable"))
    with pytest.raises(ConvexplainError) as caught:
        load_mnist("test", tmp_path / "argument")
    message = str(caught.value)
    for part in ("argument", "variable", str(away_from_home), "no connection", mnist.VARIABLE):
        assert part in message
    assert "\n" not in message
    assert names_in(tmp_path / "argument") == []


@pytest.mark.mnist
def test_the_original_files_are_read_and_verified(
    mnist_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mnist, "FILES", GENUINE)
    assert mnist.status(mnist_folder).verified
    images, labels = load_mnist("train", mnist_folder)
    assert images.shape == (60_000, 28, 28)
    assert labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]  # as everybody knows them
    images, labels = load_mnist("test", mnist_folder)
    assert images.shape == (10_000, 28, 28)
    assert labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert images[0].sum() == 18_454


# --- Downloading ------------------------------------------------------------------------------


def test_fetch_fills_the_cache_and_load_uses_it(
    server: str, monkeypatch: pytest.MonkeyPatch, away_from_home: Path
) -> None:
    monkeypatch.setattr(mnist, "MIRRORS", (server + "good/",))
    images, _ = load_mnist("test")
    np.testing.assert_array_equal(images[:, 0, 0], [0, 1, 2])
    assert names_in(away_from_home) == sorted(FILES)
    asked = len(Mirrors.asked)
    assert asked == 4
    load_mnist("train")
    mnist.fetch()
    assert len(Mirrors.asked) == asked  # nothing is asked for twice


def patience(behaviour: str) -> float:
    """Seconds that a mirror gets: few where it stalls, and else as many as a busy machine needs."""
    return 0.5 if behaviour in ("stall", "halfway") else download.TIMEOUT


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ("wrong", "other bytes (the SHA-256 differs)"),
        ("stall", "no answer within 0.5 seconds"),
        ("halfway", "no answer within 0.5 seconds"),
        ("missing", "404 Not Found"),
        ("short", "connection closed early"),
        ("endless", "more than 2,048 bytes"),
    ],
)
def test_a_mirror_that_fails_is_named_and_leaves_nothing(
    server: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    behaviour: str,
    reason: str,
) -> None:
    monkeypatch.setattr(download, "LIMIT", 2048)
    with pytest.raises(ConvexplainError) as caught:
        mnist.fetch(
            tmp_path / "data", mirrors=[server + behaviour + "/"], timeout=patience(behaviour)
        )
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)
    assert names_in(tmp_path / "data") == []


@pytest.mark.parametrize("behaviour", ["wrong", "stall", "missing", "short"])
def test_the_second_mirror_steps_in_and_is_asked_first_from_then_on(
    server: str, tmp_path: Path, behaviour: str
) -> None:
    mirrors = [f"{server}{behaviour}/", f"{server}good/"]
    folder = mnist.fetch(tmp_path / "data", mirrors=mirrors, timeout=patience(behaviour))
    assert names_in(folder) == sorted(FILES)
    assert mnist.status(folder).verified
    assert sum(path.startswith(f"/{behaviour}/") for path in Mirrors.asked) == 1


def test_a_mirror_that_trickles_is_given_up(server: str, tmp_path: Path) -> None:
    path = tmp_path / mnist.SPLITS["test"][0]
    with pytest.raises(ConvexplainError, match=r"not complete after -1 seconds"):
        download.retrieve(path, "0", [server + "good/"], patience=-1)
    assert names_in(tmp_path) == []


def test_fetch_completes_a_folder_that_was_interrupted(server: str, tmp_path: Path) -> None:
    present = sorted(FILES)[:2]
    folder = write(tmp_path / "data", present)
    mnist.fetch(folder, mirrors=[server + "good/"])
    assert names_in(folder) == sorted(FILES)
    assert len(Mirrors.asked) == 2


def test_a_half_filled_cache_is_completed(
    server: str, monkeypatch: pytest.MonkeyPatch, away_from_home: Path
) -> None:
    monkeypatch.setattr(mnist, "MIRRORS", (server + "good/",))
    away_from_home.parent.mkdir()
    write(away_from_home, ["t10k-images-idx3-ubyte.gz"])
    assert len(load_mnist("test")[1]) == 3


def test_fetch_leaves_a_file_of_other_content_alone(server: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "data")
    (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(b"mine")
    with pytest.raises(ConvexplainError, match="is not MNIST's"):
        mnist.fetch(folder, mirrors=[server + "good/"])
    assert (folder / "t10k-labels-idx1-ubyte.gz").read_bytes() == b"mine"


def test_two_fetches_at_once_end_with_four_whole_files(server: str, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(mnist.fetch, folder, mirrors=[server + "good/"]) for _ in range(8)]
        assert {job.result() for job in jobs} == {folder}
    assert names_in(folder) == sorted(FILES)
    assert mnist.status(folder).verified


def test_fetch_into_a_file_or_below_one_is_refused(server: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConvexplainError, match="is a file"):
        mnist.fetch(tmp_path / "file", mirrors=[server + "good/"])
    with pytest.raises(ConvexplainError, match="cannot be written"):
        mnist.fetch(tmp_path / "file" / "below", mirrors=[server + "good/"])


def test_a_folder_that_nobody_may_write_to_is_told_without_the_file_that_was_tried(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**_: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path / "tmpx1y2z3"))

    monkeypatch.setattr("tempfile.NamedTemporaryFile", refused)
    with pytest.raises(ConvexplainError, match=r"gz cannot be written: Permission denied; make"):
        mnist.fetch(tmp_path, mirrors=[server + "good/"])


def test_a_full_disk_leaves_neither_the_file_nor_a_part(server: str, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="this system has no limits")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # then it is an error like any other
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, hard))
    try:
        with pytest.raises(ConvexplainError, match=r"cannot be written: File too large; make room"):
            mnist.fetch(tmp_path / "data", mirrors=[server + "good/"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert names_in(tmp_path / "data") == []


def test_what_is_fetched_is_for_all_whom_the_umask_lets(server: str, tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        folder = mnist.fetch(tmp_path / "data", mirrors=[server + "good/"])
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o640}


# --- Status -----------------------------------------------------------------------------------


def test_status_counts_and_verifies(tmp_path: Path) -> None:
    folder = write(tmp_path / "data")
    status = mnist.status(folder)
    assert status.directory == folder
    assert status.complete
    assert status.verified
    counts = {file.name: file.count for file in status.files}
    assert counts == {name: COUNTS["train" if name[0:2] == "tr" else "test"] for name in FILES}
    assert all(file.size == len(FILES[file.name]) for file in status.files)


def test_status_tells_missing_unreadable_and_foreign_files_apart(tmp_path: Path) -> None:
    folder = write(tmp_path / "data")
    missing, unreadable, foreign, right = sorted(FILES)
    (folder / missing).unlink()
    (folder / unreadable).write_bytes(b"no gzip")
    (folder / foreign).write_bytes(idx_bytes((5, 28, 28), bytes(5 * 784)))
    found = {file.name: file for file in mnist.status(folder).files}
    assert found[missing].size is None
    assert (found[unreadable].size, found[unreadable].count) == (7, None)
    assert (found[foreign].count, found[foreign].verified) == (5, False)
    assert found[right].verified
    assert not mnist.status(folder).complete
    assert not mnist.status(folder).verified


def test_status_without_data_names_where_fetch_would_put_it(away_from_home: Path) -> None:
    status = mnist.status()
    assert status.directory == away_from_home
    assert not status.complete
    assert not away_from_home.exists()
