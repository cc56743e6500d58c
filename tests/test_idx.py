"""The IDX reader: what it gives, what it refuses, and what a gzip bomb costs."""

import gzip
import io
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from convexplain.data import idx
from convexplain.errors import ConvexplainError


def idx_bytes(shape: tuple[int, ...], data: bytes, magic: bytes | None = None) -> bytes:
    """An IDX file, packed, written from the format's description."""
    magic = bytes([0, 0, 8, len(shape)]) if magic is None else magic
    return gzip.compress(magic + struct.pack(f">{len(shape)}I", *shape) + data, mtime=0)


def test_reads_the_shape_and_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "images.gz"
    path.write_bytes(idx_bytes((2, 3, 4), bytes(range(24))))
    read = idx.read_idx(path, axes=3)
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, np.arange(24).reshape(2, 3, 4))
    assert idx.read_count(path) == 2


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "ends early: the gzip data is cut off"),
        (b"\x00\x00\x08", "not a sound gzip file"),
        (b"\x89PNG, say", "not a sound gzip file"),
        (gzip.compress(b"", mtime=0), "holds 0 bytes"),
        (gzip.compress(b"\x00\x00\x08", mtime=0), "holds 3 bytes"),
        (
            idx_bytes((2, 3), bytes(6)),
            "starts with 00000802, an IDX file of this kind",
        ),
        (idx_bytes((2,), bytes(2), magic=b"\x00\x00\x0d\x01"), "starts with 00000d01"),
        (idx_bytes((2,), bytes(2), magic=b"\x01\x00\x08\x01"), "starts with 01000801"),
        (gzip.compress(b"\x00\x00\x08\x01\x00\x00", mtime=0), "ends inside its IDX header"),
        (idx_bytes((6,), bytes(5)), "declares 6 = 6 bytes and holds only 5"),
        (idx_bytes((6,), bytes(7)), "declares 6 = 6 bytes and holds more"),
        (idx_bytes((2**32 - 1,), bytes(5)), "declares 4,294,967,295 bytes, more than"),
        (idx_bytes((600,), bytes(range(200)) * 3)[:-60], "cut off"),
        (idx_bytes((6,), bytes(6))[:-8] + bytes(8), "not a sound gzip file"),
    ],
)
def test_refuses_what_is_no_sound_idx_file(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "labels.gz"
    path.write_bytes(data)
    with pytest.raises(ConvexplainError, match=r"labels\.gz") as caught:
        idx.read_idx(path, axes=1)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_length_of_0_hides_no_others_that_are_too_large(tmp_path: Path) -> None:
    path = tmp_path / "images.gz"
    path.write_bytes(idx_bytes((0, 2**31, 2**31), b""))
    with pytest.raises(ConvexplainError, match="more than the 67,108,864 that are read"):
        idx.read_idx(path, axes=3)


def test_a_gzip_bomb_costs_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9) as file:
        file.write(b"\x00\x00\x08\x01" + struct.pack(">I", 100))
        for _ in range(64):
            file.write(bytes(2**20))
    assert len(packed.getvalue()) < 2**17
    path.write_bytes(packed.getvalue())
    tracemalloc.start()
    try:
        with pytest.raises(ConvexplainError, match="declares 100 = 100 bytes and holds more"):
            idx.read_idx(path, axes=1)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * 2**20


def test_a_missing_idx_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConvexplainError, match="No such file"):
        idx.read_idx(tmp_path / "nothing.gz", axes=1)
    with pytest.raises(ConvexplainError, match="cannot be read"):
        idx.read_count(tmp_path)


def test_what_stands_behind_the_data_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "labels.gz"
    whole = gzip.compress(bytes([0, 0, 8, 1, 0, 0, 0, 1, 7]), mtime=0)
    path.write_bytes(whole)
    assert idx.read_idx(path, axes=1).tolist() == [7]
    for more in (b"\0", whole, b"PK"):
        path.write_bytes(whole + more)
        with pytest.raises(ConvexplainError, match="goes on behind the end of its gzip data"):
            idx.read_idx(path, axes=1)
