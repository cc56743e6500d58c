"""Readers of files meet what is damaged, absurd or malicious: a right answer or a named error.

No input takes more than 200 MB or two seconds of a processor. What once broke a reader is kept: as
a file in ``crashes``, named ``KIND-WHAT``, or in `odd_files.ABSURD`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odd_files import (
    ABSURD,
    IMAGES,
    MODELS,
    PICTURES,
    damaged,
    described,
    headed,
    idx_file,
    idxs,
    pngs,
)
from odd_networks import (
    H5,
    KERAS,
    TFJS,
    beside,
    h5_files,
    keras_files,
    onnx_files,
    onnx_model,
    tfjs_files,
)
from running import HERE

from tests.often import later

if not Path("/proc/self/clear_refs").exists():
    pytest.skip("memory is measured in /proc", allow_module_level=True)

MEGABYTES, SECONDS = 200, 2
CRASHES = sorted((HERE / "crashes").glob("*-*"))
FILES = {
    "model": st.one_of(damaged(MODELS), described(), headed(), st.binary(max_size=300)),
    "picture": st.one_of(damaged(PICTURES), pngs, st.binary(max_size=300)),
    "images": st.one_of(damaged(IMAGES), idxs, st.binary(max_size=300)),
    "labels": st.one_of(damaged(IMAGES), idxs),
    "keras": keras_files(),
    "h5": h5_files,
    "tfjs": tfjs_files(),
    "onnx": onnx_files(),
}
#: One undamaged file of each kind.
SOUND = {
    "model": MODELS[0],
    "picture": PICTURES[0],
    "images": IMAGES[0],
    "labels": idx_file((3,), b"\0\1\2"),
    "keras": KERAS,
    "h5": H5,
    "tfjs": json.dumps(TFJS).encode(),
    "onnx": onnx_model().SerializeToString(),
}
# The same every time the same tests run, in the tests; new ones in the soak.
USUAL = settings(
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
LONG = settings(USUAL, max_examples=5_000, derandomize=False)


class Reader:
    """A process that reads files, one after another; a new one where one of them ended it."""

    def __init__(self) -> None:
        self.process = self.start()

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(HERE / "reading.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def read(self, kind: str, path: Path) -> dict[str, Any]:
        if self.process.poll() is not None:
            self.process = self.start()
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{kind} {path}\n")
        self.process.stdin.flush()
        told = self.process.stdout.readline()
        if not told:
            return {"named": False, "outcome": f"the reader ended with {self.process.wait()}"}
        return dict(json.loads(told))

    def close(self) -> None:
        self.process.communicate()


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    made = Reader()
    yield made
    made.close()


def check(told: dict[str, Any]) -> None:
    assert told["named"], told
    assert told["megabytes"] <= MEGABYTES, told
    assert told["seconds"] <= SECONDS, told


def fuzz(reader: Reader, folder: Path, kind: str, how: settings) -> list[str]:
    outcomes = []
    if kind == "tfjs":
        beside(folder)

    def outcome(data: bytes) -> str:
        path = folder / kind
        path.write_bytes(data)
        told = reader.read(kind, path)
        check(told)
        return str(told["outcome"])

    @how
    @given(FILES[kind])
    def try_one(data: bytes) -> None:
        outcomes.append(outcome(data))

    # What is refused below is refused for its damage.
    assert "sound" in outcome(SOUND[kind])
    try_one()
    return outcomes


@pytest.mark.parametrize("kind", FILES)
def test_a_damaged_file_is_an_error_by_name_or_read_right(
    reader: Reader, tmp_path: Path, kind: str
) -> None:
    outcomes = fuzz(reader, tmp_path, kind, USUAL)
    assert len(set(outcomes)) > 3  # they fail in many ways; how many the examples decide


@pytest.mark.soak
@pytest.mark.parametrize("kind", FILES)
def test_many_damaged_files_are_errors_by_name_or_read_right(
    reader: Reader, tmp_path: Path, kind: str
) -> None:
    fuzz(reader, tmp_path, kind, LONG)


#: The costliest of each kind; the others are left to the soak tests.
COSTLIEST = (
    "model, as large as is read",
    "model, a nested header",
    "picture, RGBA as large as is read",
    "picture, a bomb of text",
    "images, a bomb",
)
assert set(COSTLIEST) <= set(ABSURD)


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=() if n in COSTLIEST else pytest.mark.soak) for n in ABSURD],
)
def test_what_asks_for_too_much_gets_little(tmp_path: Path, name: str) -> None:
    kind, make = ABSURD[name]
    path = tmp_path / "file"
    path.write_bytes(make())
    reader = Reader()  # a new one: memory that was given back would not be counted
    try:
        check(reader.read(kind, path))
    finally:
        reader.close()


#: What makes HDF5 read without an end costs the seconds that it is given: one of them each time.
ENDLESS = ("h5-a-heap-without-an-end", "h5-a-text-beyond-the-end")


@pytest.mark.parametrize(
    "path",
    [later(path) if path.name in ENDLESS else path for path in CRASHES],
    ids=[path.name for path in CRASHES],
)
def test_what_once_broke_a_reader_does_not_any_more(reader: Reader, path: Path) -> None:
    check(reader.read(path.name.partition("-")[0], path))
