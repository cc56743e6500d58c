"""TensorFlow.js: a Keras configuration in model.json, weights as raw numbers in files beside it.

The format is that of `tf.LayersModel.save`; a model.json of `tf.GraphModel` holds operations and no
layers, and is refused.
"""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import numpy as np

from convexplain.messages import Message
from convexplain.network.readers import keras
from convexplain.network.readers.imported import (
    MAX_WEIGHTS,
    Array,
    Imported,
    UnreadableError,
    product,
    whole,
)
from convexplain.network.readers.keras import Place

DTYPES = {"float32": "<f4", "int32": "<i4", "uint8": "u1", "uint16": "<u2", "float16": "<f2"}


def read(text: bytes, path: Path) -> Imported:
    """Read the content of a model.json, and the weights that lie beside it."""
    model = _json(text)
    if not isinstance(model, dict) or "weightsManifest" not in model:
        raise UnreadableError("it is no model of TensorFlow.js: its weights are not listed")
    topology = model.get("modelTopology")
    if model.get("format") == "graph-model" or not isinstance(topology, dict):
        raise UnreadableError(
            "it is a graph model of TensorFlow.js, which holds no layers: convert the Keras model "
            "as layers (tensorflowjs_converter --output_format tfjs_layers_model), or give the "
            ".keras file"
        )
    config = topology.get("model_config", topology)
    if isinstance(config, str):
        config = _json(config)
    arrays = _weights(model["weightsManifest"], path.parent)

    def source(place: Place) -> list[Array]:
        own = place.names[-1]
        return [array for name, array in arrays.items() if _layer(name) == own]

    origin = {
        "format": "TensorFlow.js",
        "framework": str(model.get("generatedBy") or topology.get("keras_version") or "Keras"),
    }
    return keras.read(config, source, origin)


def _json(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("it is damaged: no JSON") from error


def _layer(name: str) -> str:
    """Return the layer that a weight's name names: "model/conv2d/kernel" -> "conv2d"."""
    parts = name.split("/")
    return parts[-2] if len(parts) > 1 else ""


def _weights(manifest: object, folder: Path) -> dict[str, Array]:
    if not isinstance(manifest, list):
        raise UnreadableError("it does not list its weights")
    found: dict[str, Array] = {}
    total = 0
    for group in manifest:
        if not isinstance(group, dict) or not isinstance(group.get("paths"), list):
            raise UnreadableError("it lists its weights wrongly")
        content = b"".join(_beside(folder, name) for name in group["paths"])
        at = 0
        if not isinstance(group.get("weights"), list):
            raise UnreadableError("it lists its weights wrongly")
        for entry in group["weights"]:
            name, array, at = _weight(entry, content, at)
            total += array.size
            if total > MAX_WEIGHTS:
                raise UnreadableError(
                    "it has more than {max_weights:,} weights", max_weights=MAX_WEIGHTS
                )
            if name in found:
                raise UnreadableError("two weights are named {name!r:.60}", name=name)
            found[name] = array
        if at != len(content):
            raise UnreadableError(
                "its files hold {count:,} bytes where its weights need {at:,}",
                count=len(content),
                at=at,
            )
    return found


def _weight(entry: Any, content: bytes, at: int) -> tuple[str, Array, int]:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise UnreadableError("a weight has no name")
    name, shape = entry["name"], entry.get("shape")
    stored = entry.get("quantization")
    dtype = stored.get("dtype") if isinstance(stored, dict) else entry.get("dtype")
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise UnreadableError(
            "the weight {name!r:.60} is of the unknown type {dtype!r:.40}", name=name, dtype=dtype
        )
    if not isinstance(shape, list):
        raise UnreadableError(
            "the weight {name!r:.60} has the shape {shape!r:.60}", name=name, shape=shape
        )
    shape = [
        whole(n, Message("a size of the weight {name!r:.60}", name=name), most=MAX_WEIGHTS)
        for n in shape
    ]
    size = product(shape) * np.dtype(DTYPES[dtype]).itemsize
    if at + size > len(content):
        raise UnreadableError("the weight {name!r:.60} is cut off: a file is damaged", name=name)
    array = np.frombuffer(content, DTYPES[dtype], product(shape), at).reshape(shape)
    if isinstance(stored, dict) and dtype != "float16":
        scale, least = stored.get("scale"), stored.get("min")
        if not all(isinstance(n, (int, float)) for n in (scale, least)):
            raise UnreadableError(
                "the weight {name!r:.60} does not say how it is quantised", name=name
            )
        array = array.astype(np.float32) * np.float32(scale) + np.float32(least)
    return name, array, at + size


def _beside(folder: Path, name: object) -> bytes:
    """Read a file that stands beside model.json, and no other."""
    if not isinstance(name, str) or not name or name in (".", "..") or set(name) & set("/\\:\0"):
        raise UnreadableError(
            "its weights are said to lie in {name!r:.60}: only a file in its own folder is read",
            name=name,
        )
    path = folder / name
    try:
        found = os.lstat(path)
        if not stat.S_ISREG(found.st_mode) or found.st_size > 4 * MAX_WEIGHTS:
            raise UnreadableError("{name!r:.60}, which holds weights, is no plain file", name=name)
        return path.read_bytes()
    except OSError as error:
        raise UnreadableError(
            "{name!r:.60}, which holds weights, cannot be read ({error}): put it beside model.json",
            name=name,
            error=error,
        ) from error
