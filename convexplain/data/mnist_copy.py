"""MNIST taken from files that somebody has: the four of MNIST, torchvision's, or Keras' mnist.npz.

What a file holds decides, and not its name: its unpacked bytes must be MNIST's own.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from convexplain.data import mnist
from convexplain.data.idx import LIMIT
from convexplain.errors import ConvexplainError, UsageError, listed
from convexplain.files import atomic

#: The arrays of Keras' mnist.npz.
_ARRAYS = ("x_train", "y_train", "x_test", "y_test")
#: Folders within one another that are looked in: MNIST/raw of torchvision is two deep.
_DEPTH = 4
_GZIP = b"\x1f\x8b"


def add(source: str | Path, directory: str | Path | None = None) -> Path:
    """Make a folder hold MNIST's four files, of what is on this machine; nothing is downloaded.

    `source`: a file or a folder: IDX files, packed by gzip or not, such as torchvision keeps in
    ``MNIST/raw``, or Keras' ``mnist.npz``. `directory`: the folder to fill; by default as for
    `mnist.fetch`. Result: that folder. Raises UsageError if there is no such file or folder. Raises
    ConvexplainError if one of the four is nowhere, or the folder holds another file of that name.
    """
    source, folder = Path(source), mnist.places(directory)[0]
    if not source.exists():
        raise UsageError("there is no file or folder {path!r}", path=str(source))
    if folder.exists() and not folder.is_dir():
        raise ConvexplainError(
            "{folder} is a file: name the folder that is to hold MNIST", folder=folder
        )
    there = {name for name in mnist.FILES if (folder / name).exists()}
    for name in there:
        mnist.check(folder / name)
    wanted = {digest: name for name, digest in mnist.CONTENTS.items() if name not in there}
    found: dict[Path, bytes] = {}
    for content in _contents(source):
        known = wanted.pop(hashlib.sha256(content).hexdigest(), None)
        if known is not None:
            found[folder / known] = gzip.compress(content, mtime=0)
        if not wanted:
            break
    if wanted:
        raise ConvexplainError(
            "{path} does not hold {names} of MNIST: give the folder of the four files, of "
            "torchvision (MNIST/raw), or Keras' mnist.npz",
            path=source,
            names=listed(wanted.values()),
        )
    if found:
        _write(found, folder)
    return folder


def _write(found: dict[Path, bytes], folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConvexplainError(
            "cannot make the folder {folder!r}: {error}", folder=str(folder), error=error
        ) from error
    first, *others = found
    atomic.write(first, found[first], beside={path: found[path] for path in others})


def _contents(source: Path) -> Iterator[bytes]:
    """Yield what files hold, unpacked; what cannot be read or is too large is passed over."""
    for path in _files(source):
        try:
            if path.stat().st_size > LIMIT:
                continue
            content = path.read_bytes()
            if content.startswith(_GZIP):
                yield zlib.decompressobj(wbits=31).decompress(content, LIMIT)
            elif zipfile.is_zipfile(path):
                yield from _arrays(path)
            else:
                yield content
        except (OSError, ValueError, zlib.error, zipfile.BadZipFile):
            continue


def _files(source: Path) -> Iterator[Path]:
    """Yield a file, or those of a folder that may hold MNIST, none through a link."""
    if source.is_file():
        yield source
        return
    for place, folders, names in os.walk(source):
        depth = len(Path(place).relative_to(source).parts)
        folders[:] = sorted(folders) if depth < _DEPTH else []
        yield from (
            Path(place, name)
            for name in sorted(names)
            if "ubyte" in name.lower() or name.lower().endswith(".npz")
        )


def _arrays(path: Path) -> Iterator[bytes]:
    """Yield the arrays of an .npz as IDX files; they are read as data, nothing is run."""
    with zipfile.ZipFile(path) as archive:
        sizes = {info.filename: info.file_size for info in archive.infolist()}
    with np.load(path) as arrays:
        for key in _ARRAYS:
            if not 0 < sizes.get(f"{key}.npy", 0) <= LIMIT:
                continue
            array = arrays[key]
            if array.dtype == np.uint8 and 1 <= array.ndim <= 3:
                header = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
                yield header + np.ascontiguousarray(array).tobytes()
