"""HDF5 files of Keras, read with care: what points elsewhere is refused before any is read.

A link in an HDF5 file may lead to other files, and a dataset may say that its numbers lie elsewhere
or are more than any machine holds (CVE-2026-1669). So the whole tree is walked first.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from convexplain import extras
from convexplain.messages import Message
from convexplain.network.readers.imported import MAX_WEIGHTS, Array, UnreadableError

MAX_OBJECTS = 20_000
#: Keras packs nothing. What somebody packed, and is larger than this when it is unpacked, may be
#: packed so tightly.
ROOM, MOST_PACKED = 10_000_000, 20
#: Seconds of a processor that the texts of a file may take.
PATIENCE = 2
_READ_TEXTS = """
import io, sys
import h5py
try:
    import resource
except ImportError:  # the clock alone ends it on Windows
    pass
else:
    seconds = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
with h5py.File(io.BytesIO(sys.stdin.buffer.read())) as file:
    groups = [file]
    file.visititems(lambda _, found: groups.append(found))
    for group in groups:
        for name in group.attrs:
            group.attrs[name]
"""
#: What h5py raises of a file that is damaged.
DAMAGE = (
    OSError, LookupError, RuntimeError, TypeError, AttributeError, ValueError, ArithmeticError,
    MemoryError,
)  # fmt: skip


class File:
    """A file whose tree has been walked: its groups, datasets and attributes by path."""

    def __init__(self, file: Any, groups: set[str], datasets: dict[str, Any]) -> None:
        self._file = file
        self._groups = groups
        self._datasets = datasets

    def arrays(self, folder: str) -> dict[str, Array]:
        """Return the arrays that lie right in a group, by name."""
        prefix = f"{folder}/" if folder else ""
        names = [
            path.removeprefix(prefix)
            for path in self._datasets
            if path.startswith(prefix) and "/" not in path.removeprefix(prefix)
        ]
        return {name: self.array(prefix + name) for name in names}

    def array(self, path: str) -> Array:
        """Return an array; UnreadableError if there is none, or it cannot be decoded."""
        if path not in self._datasets:
            raise UnreadableError("the weights {path!r:.100} are missing", path=path)
        with _damage_named(Message("the weights {path!r:.100} are damaged", path=path)):
            return np.asarray(self._datasets[path][()])

    def has(self, folder: str) -> bool:
        """Whether there is a group of that path."""
        return folder in self._groups

    def attribute(self, folder: str, name: str) -> Any:
        """Return an attribute, or None."""
        with _damage_named(Message("its attribute {name!r:.60} is damaged", name=name)):
            group = self._file[folder] if folder else self._file
            if name not in group.attrs:
                return None
            if np.prod(group.attrs.get_id(name).shape, dtype=object) > MAX_OBJECTS:
                raise UnreadableError("its attribute {name!r:.60} is too large", name=name)
            return group.attrs[name]

    def texts(self, folder: str, name: str) -> list[str]:
        """Return a list of texts, which Keras splits into name0, name1, ... where it is long."""
        whole = self.attribute(folder, name)
        if whole is None:
            parts: list[Any] = []
            while (part := self.attribute(folder, f"{name}{len(parts)}")) is not None:
                parts.append(part)
            whole = [text for part in parts for text in part]
        return [_text(value) for value in whole]

    def text(self, folder: str, name: str) -> str | None:
        """Return a text, or None."""
        value = self.attribute(folder, name)
        return None if value is None else _text(value)


def _text(value: object) -> str:
    if isinstance(value, str):  # h5py lets bytes that are no UTF-8 through as surrogates
        value = value.encode("utf-8", "surrogateescape")
    if isinstance(value, bytes):
        with _damage_named(Message("a text of it is damaged")):
            return value.decode("utf-8")
    raise UnreadableError("{value!r:.60} stands where a text is wanted", value=value)


@contextmanager
def opened(content: bytes, what: str) -> Iterator[File]:
    """Open HDF5 content and walk it; refused if it is damaged, or holds what is not read here."""
    extras.require("keras", Message("networks that Keras saved"))
    import h5py

    with _damage_named(Message("{what} is damaged: it is no HDF5 file, or cut off", what=what)):
        file = h5py.File(_in_memory(content, h5py))
    with file:
        with _damage_named(Message("{what} is damaged", what=what)):
            groups, datasets = _walk(file, h5py)
        yield File(file, groups, datasets)


def _in_memory(content: bytes, h5py: Any) -> Any:
    """Open content as a file in memory; an address beyond its end hangs other ways of reading."""
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_fapl_core(backing_store=False)
    access.set_file_image(content)
    return h5py.h5f.open(b"memory", h5py.h5f.ACC_RDONLY, fapl=access)


def check_texts(content: bytes, what: str) -> None:
    """Refuse a file whose texts the HDF5 library never finishes reading.

    A text of changing length lies in a heap, and a damaged heap sends the library round for ever
    (HDF5 2.0). Nothing in this process could end that, so another one reads the texts first.
    """
    try:
        subprocess.run(
            [sys.executable, "-P", "-c", _READ_TEXTS, str(PATIENCE)],
            input=content,
            timeout=10 * PATIENCE,  # of a clock: a machine may have much else to do
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
    except subprocess.SubprocessError as error:
        raise UnreadableError("{what} is damaged: its texts cannot be read", what=what) from error


@contextmanager
def _damage_named(text: str) -> Iterator[None]:
    """Raise this error for whatever h5py cannot read."""
    try:
        yield
    except UnreadableError:
        raise
    except DAMAGE as error:
        raise UnreadableError(text) from error


def _walk(file: Any, h5py: Any) -> tuple[set[str], dict[str, Any]]:
    """Return the groups' paths, and datasets by path, once all are known to be harmless."""
    groups: set[str] = set()
    datasets: dict[str, Any] = {}
    seen: set[Any] = set()
    numbers = 0
    waiting: list[tuple[str, Any]] = [("", file)]
    while waiting:
        path, group = waiting.pop()
        for name in group:
            if len(seen) > MAX_OBJECTS:
                raise UnreadableError(
                    "it holds more than {max_objects:,} objects", max_objects=MAX_OBJECTS
                )
            inner = f"{path}/{name}" if path else name
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise UnreadableError(
                    "{inner!r:.100} leads elsewhere: links are not followed", inner=inner
                )
            found = group[name]
            address = h5py.h5o.get_info(found.id).addr
            if address in seen:
                raise UnreadableError("{inner!r:.100} stands at two places", inner=inner)
            seen.add(address)
            if isinstance(found, h5py.Group):
                groups.add(inner)
                waiting.append((inner, found))
            elif isinstance(found, h5py.Dataset):
                numbers += _checked(found, inner, h5py)
                if numbers > MAX_WEIGHTS * 4:  # an optimiser's state is three times the weights
                    raise UnreadableError(
                        "it declares {numbers:,} numbers: more than can be shown", numbers=numbers
                    )
                datasets[inner] = found
    return groups, datasets


def _checked(found: Any, path: str, h5py: Any) -> int:
    """Return how many numbers a dataset declares, if they lie in this file."""
    plan = found.id.get_create_plist()
    if plan.get_layout() == h5py.h5d.VIRTUAL or plan.get_external_count():
        raise UnreadableError(
            "the numbers of {path!r:.100} lie in another file: not read", path=path
        )
    size = int(np.prod(found.shape, dtype=object)) if found.shape else 1
    if size > MAX_WEIGHTS or size * found.dtype.itemsize > 8 * MAX_WEIGHTS:
        raise UnreadableError(
            "{path!r:.100} declares {size:,} numbers, of shape {shape}: too many",
            path=path,
            size=size,
            shape=found.shape,
        )
    declared, there = size * found.dtype.itemsize, found.id.get_storage_size()
    if declared > ROOM and declared > MOST_PACKED * there:
        raise UnreadableError(
            "{path!r:.100} declares {declared:,} bytes and holds {there:,}: not unpacked",
            path=path,
            declared=declared,
            there=there,
        )
    return size
