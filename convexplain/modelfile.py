"""Networks as files: safetensors, with the architecture as JSON in the metadata.

A file from elsewhere is read as data and nothing else, and is refused with the reason when
anything in it is missing, double, too large or not finite. Nothing is ever unpickled.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from convexplain.errors import ConvexplainError

#: The key of the metadata whose value is the architecture and provenance, as JSON.
METADATA_KEY = "convexplain"

#: Larger files are refused: the chapter's network takes 0.4 MB.
MAX_BYTES = 256_000_000

DTYPES = {"float32": np.float32, "float16": np.float16}


def write(
    path: str | os.PathLike[str],
    weights: Mapping[str, NDArray[np.float32]],
    description: Mapping[str, Any],
    *,
    dtype: str = "float32",
) -> Path:
    """Write weights and their description; the file appears whole or not at all.

    Parameters
    ----------
    path : path
        Replaced when it exists.
    weights : mapping of tensor name to float32 array
    description : mapping
        JSON data.
    dtype : {"float32", "float16"}
        How the tensors are stored; float16 takes half the space and rounds to 11 bits.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ConvexplainError
        An unknown dtype, weights that float16 cannot hold, or a folder that cannot be written.
    """
    target = Path(path)
    if dtype not in DTYPES:
        raise ConvexplainError(f"weights cannot be saved as {dtype!r}: choose float32 or float16")
    with np.errstate(over="ignore"):
        tensors = {name: np.ascontiguousarray(w, DTYPES[dtype]) for name, w in weights.items()}
    for name, tensor in tensors.items():
        if not np.isfinite(tensor).all():
            raise ConvexplainError(f"{name} holds weights beyond 65504: save it as float32")
    text = json.dumps(dict(description), sort_keys=True, allow_nan=False)
    _replace(target, safetensors.numpy.save(tensors, metadata={METADATA_KEY: text}))
    return target


def read(path: str | os.PathLike[str]) -> tuple[dict[str, NDArray[np.float32]], dict[str, Any]]:
    """Read what `write` wrote.

    Parameters
    ----------
    path : path

    Returns
    -------
    weights : dict of tensor name to float32 array
    description : dict
        JSON data, not yet checked beyond being a JSON object.

    Raises
    ------
    ConvexplainError
        No such file, too large, or not a network's file; the text says which.
    """
    source = Path(path)
    try:
        if not source.is_file():
            what = "is not a file" if source.exists() else "does not exist"
            raise ConvexplainError(f"{source} {what}: give the path of a .safetensors file")
        size = source.stat().st_size
        if size > MAX_BYTES:
            raise ConvexplainError(
                f"{source} has {size:,} bytes: a network's file has at most {MAX_BYTES:,}"
            )
        content = source.read_bytes()
    except OSError as error:
        raise ConvexplainError(f"{source} cannot be read: {error.strerror}") from error
    try:
        header = _header(content)
        weights = _tensors(content, header)
        description = _description(header)
    except ValueError as error:
        raise ConvexplainError(f"{source} is not a network's file: {error}") from error
    return weights, description


def _header(content: bytes) -> dict[str, Any]:
    """Parse the header: 8 bytes little-endian length, then JSON; names must not repeat."""
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or length > len(content) - 8:
        raise ValueError("its safetensors header is cut off or missing")
    return _json_object(content[8 : 8 + length], "its safetensors header")


def _tensors(content: bytes, header: dict[str, Any]) -> dict[str, NDArray[np.float32]]:
    """Decode float32 and float16 tensors; the library checks offsets and lengths."""
    for name, entry in header.items():
        dtype = entry.get("dtype") if isinstance(entry, dict) else None
        if name != "__metadata__" and dtype not in ("F32", "F16"):
            raise ValueError(f"tensor {name!r:.80} has dtype {dtype!r:.80}, not F32 or F16")
    try:
        tensors = safetensors.numpy.load(content)
    except SafetensorError as error:
        raise ValueError(f"its tensors cannot be decoded ({error})") from error
    return {name: tensor.astype(np.float32) for name, tensor in tensors.items()}


def _description(header: dict[str, Any]) -> dict[str, Any]:
    metadata = header.get("__metadata__")
    text = metadata.get(METADATA_KEY) if isinstance(metadata, dict) else None
    if not isinstance(text, str):
        raise ValueError(f"its metadata has no {METADATA_KEY!r} entry with the architecture")
    return _json_object(text, f"the {METADATA_KEY!r} entry of its metadata")


def _json_object(text: str | bytes, what: str) -> dict[str, Any]:
    """Parse JSON, refusing names that occur twice (parsers differ in which one wins)."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        if double := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"{double[0]!r:.80} occurs twice in {what}")
        return dict(pairs)

    try:
        value = json.loads(text, object_pairs_hook=unique)
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"{what} is not JSON") from error
    if not isinstance(value, dict):
        raise ValueError(f"{what} is not a JSON object")
    return value


def _replace(target: Path, content: bytes) -> None:
    """Write beside the target, bring to disk, then take its place in one step."""
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(
            dir=target.parent, prefix=f".{target.name}.", delete=False
        ) as file:
            temporary = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)  # temporary files are private; the result need not be
        temporary.replace(target)
    except OSError as error:
        raise ConvexplainError(f"{target} cannot be written: {error.strerror}") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
