"""The IDX format of the MNIST files: gzip around a header and unsigned bytes.

The header is four bytes (0, 0, the element type, the number of axes), then the length of every
axis as a big-endian 32-bit integer. Format: the MNIST page of Y. LeCun, C. Cortes, C. Burges.
"""

from __future__ import annotations

import math
import struct
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from convexplain.errors import ConvexplainError
from convexplain.messages import Message

UNSIGNED_BYTE = 0x08
#: No file may declare more data than this: MNIST's largest, unpacked, is 47 MB.
LIMIT = 64 * 2**20


def read_idx(path: str | Path, axes: int) -> npt.NDArray[np.uint8]:
    """Read a gzip-compressed IDX file of unsigned bytes with so many axes, (N, H, W) or (N,).

    Only what the header declares is unpacked, plus one byte to see whether more follows: a file
    that would unpack to gigabytes costs no more memory than an honest one.
    """
    path = Path(path)
    try:
        with path.open("rb") as packed:
            file = _Member(packed)
            shape = _header(file, path, axes)
            declared = math.prod(shape)
            data = file.read(declared + 1)
            more = file.goes_on()
    except EOFError:
        raise ConvexplainError(
            "{path} ends early: the gzip data is cut off; {remedy}", path=path, remedy=_REMEDY
        ) from None
    except zlib.error as error:
        raise ConvexplainError(
            "{path} is not a sound gzip file ({error}); {remedy}",
            path=path,
            error=error,
            remedy=_REMEDY,
        ) from None
    except OSError as error:
        raise ConvexplainError("{path} cannot be read: {error}", path=path, error=error) from None
    if more:
        raise ConvexplainError(
            "{path} goes on behind the end of its gzip data; {remedy}", path=path, remedy=_REMEDY
        )
    if len(data) != declared:
        few = len(data) < declared
        found = Message("only {count:,}", count=len(data)) if few else Message("more")
        raise ConvexplainError(
            "{path} declares {shape} = {declared:,} bytes and holds {found}; {remedy}",
            path=path,
            shape=_times(shape),
            declared=declared,
            found=found,
            remedy=_REMEDY,
        )
    return np.frombuffer(data, dtype=np.uint8).reshape(shape)


def read_count(path: str | Path) -> int:
    """Return how many items an IDX file declares, without unpacking them."""
    path = Path(path)
    try:
        with path.open("rb") as packed:
            return _header(_Member(packed), path, None)[0]
    except (EOFError, OSError, zlib.error) as error:
        raise ConvexplainError(
            "{path} cannot be read: {error}; {remedy}", path=path, error=error, remedy=_REMEDY
        ) from None


_REMEDY = Message("delete it and run `convexplain data fetch`")


class _Member:
    """A gzip file of one part, unpacked as it is read.

    Python's own reader goes on through any number of parts, empty ones too, which takes a file of
    megabytes many seconds.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._unpacker = zlib.decompressobj(wbits=31)  # with gzip's header and checksum

    def read(self, count: int) -> bytes:
        """Return so many bytes, fewer only at the end.

        Damaged data raises EOFError or zlib.error.
        """
        parts = []
        while count > 0 and not self._unpacker.eof:
            packed = self._unpacker.unconsumed_tail or self._file.read(1 << 16)
            part = self._unpacker.decompress(packed, count)
            if not packed and not part:
                raise EOFError
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def goes_on(self) -> bool:
        """Whether something stands behind the end of the data."""
        return self._unpacker.eof and bool(self._unpacker.unused_data or self._file.read(1))


def _header(file: _Member, path: Path, axes: int | None) -> tuple[int, ...]:
    """Read the header and return the declared shape."""
    magic = file.read(4)
    if len(magic) < 4:
        raise ConvexplainError(
            "{path} holds {count} bytes: too few for IDX; {remedy}",
            path=path,
            count=len(magic),
            remedy=_REMEDY,
        )
    expected = magic[3] if axes is None else axes
    if magic != bytes([0, 0, UNSIGNED_BYTE, expected]) or expected == 0:
        rule = bytes([0, 0, UNSIGNED_BYTE, expected or 1]).hex()
        raise ConvexplainError(
            "{path} starts with {hex}, an IDX file of this kind with {rule}; {remedy}",
            path=path,
            hex=magic.hex(),
            rule=rule,
            remedy=_REMEDY,
        )
    lengths = file.read(4 * expected)
    if len(lengths) < 4 * expected:
        raise ConvexplainError(
            "{path} ends inside its IDX header; {remedy}", path=path, remedy=_REMEDY
        )
    shape = struct.unpack(f">{expected}I", lengths)
    # A length of 0 makes no array small: numpy multiplies the others all the same.
    if math.prod(length or 1 for length in shape) > LIMIT:
        raise ConvexplainError(
            "{path} declares {shape} bytes, more than the {limit:,} that are read; {remedy}",
            path=path,
            shape=_times(shape),
            limit=LIMIT,
            remedy=_REMEDY,
        )
    return shape


def _times(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{length:,}" for length in shape)
