"""Networks as files: safetensors, with the architecture as JSON in the metadata.

A file from elsewhere is read as data and nothing else, and is refused with the reason when
anything in it is missing, double, too large or not finite. Nothing is ever unpickled.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from convexplain.data.recipe import Recipe
from convexplain.errors import ConvexplainError
from convexplain.files import atomic
from convexplain.messages import Message
from convexplain.network import check_shapes
from convexplain.network.layers import Layer, layer_from_dict

#: The key of the metadata whose value is the architecture and provenance, as JSON.
METADATA_KEY = "convexplain"

#: Larger files and headers are refused, so that no file takes more than 200 MB to read: the
#: chapter's network takes 0.4 MB, its header 2 kB.
MAX_BYTES = 32_000_000
MAX_HEADER = 1_000_000

DTYPES = {"float32": np.float32, "float16": np.float16}


class Content(NamedTuple):
    """What a network's file holds; whether the parts fit one another is for `Network` to say."""

    layers: tuple[Layer, ...]
    weights: Mapping[str, NDArray[np.float32]]
    input_shape: tuple[int, int, int]
    provenance: Mapping[str, Any]  # JSON data
    recipe: Recipe | None = None  # None where a file leaves it out


def write(path: str | os.PathLike[str], content: Content, *, dtype: str = "float32") -> None:
    """Write a network's file, whole or not at all; an existing one is replaced.

    `dtype` says how the tensors are stored: float16 takes half the space and rounds to 11 bits.
    """
    if dtype not in DTYPES:
        raise ConvexplainError(
            "weights cannot be saved as {dtype!r}: choose float32 or float16", dtype=dtype
        )
    with np.errstate(over="ignore"):
        tensors = {
            name: np.ascontiguousarray(w, DTYPES[dtype]) for name, w in content.weights.items()
        }
    for name, tensor in tensors.items():
        if not np.isfinite(tensor).all():
            raise ConvexplainError(
                "{name} holds weights beyond 65504: save it as float32", name=name
            )
    atomic.write(Path(path), encoded(content, tensors))


def encoded(content: Content, tensors: Mapping[str, NDArray[np.floating]]) -> bytes:
    """Return the bytes of a network's file, with the weights as they are to be stored.

    Each of the tensors is float32 or float16; the content's own weights are not looked at.
    """
    description: dict[str, Any] = {
        "input_shape": content.input_shape,
        "layers": [layer.to_dict() for layer in content.layers],
        "provenance": dict(content.provenance),
    }
    if content.recipe is not None:
        description["recipe"] = content.recipe.to_dict()
    text = json.dumps(description, sort_keys=True, allow_nan=False)
    return safetensors.numpy.save(dict(tensors), metadata={METADATA_KEY: text})


def is_one(path: str | os.PathLike[str]) -> bool:
    """Whether a file is of the format that `write` writes, by its first bytes or its name."""
    if Path(path).suffix.lower() == ".safetensors":
        return True
    if not Path(path).is_file():  # a pipe is not waited for
        return not Path(path).is_dir()
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read(9)[8:] == b"{"
    except OSError:  # `read` says why
        return True


def read(path: str | os.PathLike[str]) -> Content:
    """Read what `write` wrote; an error says whether it is missing, too large or no such file."""
    source = Path(path)
    try:
        if not source.is_file():
            if source.exists():
                raise ConvexplainError(
                    "{path} is not a file: give the path of a .safetensors file", path=source
                )
            raise ConvexplainError(
                "{path} does not exist: give the path of a .safetensors file", path=source
            )
        size = source.stat().st_size
        if size > MAX_BYTES:
            raise ConvexplainError(
                "{source} has {size:,} bytes: a network's file has at most {max_bytes:,}",
                source=source,
                size=size,
                max_bytes=MAX_BYTES,
            )
        file = source.read_bytes()
    except OSError as error:
        raise ConvexplainError(
            "{source} cannot be read: {error}", source=source, error=error
        ) from error
    try:
        header = _header(file)
        weights = _tensors(file, header)
        content = _architecture(header, weights)
    except ValueError as error:
        raise ConvexplainError(
            "{source} is not a network's file: {error}", source=source, error=error
        ) from error
    return content


def _header(file: bytes) -> dict[str, Any]:
    """Parse the header: 8 bytes little-endian length, then JSON; names must not repeat."""
    length = int.from_bytes(file[:8], "little")
    if len(file) < 8 or length > len(file) - 8:
        raise ValueError(Message("its safetensors header is cut off or missing"))
    if length > MAX_HEADER:
        raise ValueError(
            Message(
                "its safetensors header has {length:,} bytes: at most {max_header:,}",
                length=length,
                max_header=MAX_HEADER,
            )
        )
    return _json_object(file[8 : 8 + length], Message("its safetensors header"))


def _tensors(file: bytes, header: dict[str, Any]) -> dict[str, NDArray[np.float32]]:
    """Decode float32 and float16 tensors; the library checks offsets and lengths."""
    for name, entry in header.items():
        dtype = entry.get("dtype") if isinstance(entry, dict) else None
        if name != "__metadata__" and dtype not in ("F32", "F16"):
            raise ValueError(
                Message(
                    "tensor {name!r:.80} has dtype {dtype!r:.80}, not F32 or F16",
                    name=name,
                    dtype=dtype,
                )
            )
    try:
        tensors = safetensors.numpy.load(file)
    except SafetensorError as error:
        raise ValueError(Message("its tensors cannot be decoded ({error})", error=error)) from error
    return {name: tensor.astype(np.float32) for name, tensor in tensors.items()}


def _architecture(header: dict[str, Any], weights: Mapping[str, NDArray[np.float32]]) -> Content:
    """Read layers, input shape, provenance and recipe from the metadata."""
    metadata = header.get("__metadata__")
    text = metadata.get(METADATA_KEY) if isinstance(metadata, dict) else None
    if not isinstance(text, str):
        raise ValueError(
            Message(
                "its metadata has no {metadata_key!r} entry with the architecture",
                metadata_key=METADATA_KEY,
            )
        )
    description = _json_object(text, Message("the {key!r} entry of its metadata", key=METADATA_KEY))
    if lacking := [key for key in ("input_shape", "layers") if key not in description]:
        raise ValueError(Message("its architecture lacks {lacking!r}", lacking=lacking[0]))
    layers, provenance = description["layers"], description.get("provenance", {})
    if not isinstance(layers, list):
        raise ValueError(Message("its layers must be a list, not {layers!r:.80}", layers=layers))
    if not isinstance(provenance, dict):
        raise ValueError(
            Message(
                "its provenance must be a JSON object, not {provenance!r:.80}",
                provenance=provenance,
            )
        )
    input_shape = check_shapes.input_shape(description["input_shape"])
    recipe = Recipe.from_dict(description["recipe"]) if "recipe" in description else None
    made = tuple(layer_from_dict(layer) for layer in layers)
    return Content(made, weights, input_shape, provenance, recipe)


def _json_object(text: str | bytes, what: Message) -> dict[str, Any]:
    """Parse JSON, refusing names that occur twice (parsers differ in which one wins)."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in pairs:
            if name in found:
                raise ValueError(
                    Message("{name!r:.80} occurs twice in {what}", name=name, what=what)
                )
            found[name] = value
        return found

    try:
        value = json.loads(text, object_pairs_hook=unique)
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(Message("{what} is not JSON", what=what)) from error
    if not isinstance(value, dict):
        raise ValueError(Message("{what} is not a JSON object", what=what))
    return value
