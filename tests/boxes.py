"""The boxes of an mp4, read as ISO/IEC 14496-12 lays them out."""

from __future__ import annotations

import struct
from pathlib import Path


def names(path: Path | str) -> list[str]:
    """Return the names of a file's outermost boxes, in order."""
    content, found, place = Path(path).read_bytes(), [], 0
    while place < len(content):
        size, name = struct.unpack_from(">I4s", content, place)
        if size == 1:  # the size follows, in eight bytes
            (size,) = struct.unpack_from(">Q", content, place + 8)
        assert size >= 8, "a box of no size"
        found.append(name.decode("ascii"))
        place += size
    assert place == len(content), "the last box is cut off"
    return found


def plays_while_it_loads(path: Path | str) -> bool:
    """Whether the index comes before the pictures that it lists."""
    found = names(path)
    return found.index("moov") < found.index("mdat")
