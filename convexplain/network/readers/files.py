"""Keras' own files: .keras is an archive of JSON and HDF5, .h5 is HDF5 with the JSON in it."""

from __future__ import annotations

import json
from typing import Any

from convexplain.messages import Message
from convexplain.network.readers import archive, hdf5, keras
from convexplain.network.readers.imported import MAX_BYTES, Array, Imported, UnreadableError
from convexplain.network.readers.keras import Place

SAVE = Message('save the whole model with model.save("x.keras")')


def read_keras(content: bytes) -> Imported:
    """Read a .keras file."""
    found = archive.members(
        content,
        {
            "config.json": archive.MAX_CONFIG,
            "metadata.json": archive.MAX_CONFIG,
            "model.weights.h5": MAX_BYTES,
        },
    )
    for name in ("config.json", "model.weights.h5"):
        if name not in found:
            raise UnreadableError(
                "it holds no {name}: it is no .keras file; {save}", name=name, save=SAVE
            )
    config = _json(found["config.json"], "its config.json")
    metadata = _json(found.get("metadata.json", b"{}"), "its metadata.json")
    # A model that cannot be shown is refused by its layers before its weights are decoded.
    with hdf5.opened(found["model.weights.h5"], "its model.weights.h5") as file:

        def source(place: Place) -> list[Array]:
            return _variables(file, place)

        origin = {"format": "Keras", "framework": f"Keras {metadata.get('keras_version', '')}"}
        return keras.read(config, source, origin)


def _variables(file: hdf5.File, place: Place) -> list[Array]:
    """Return a layer's arrays as Keras 3, or 2.12 and later, numbers them: vars/0, vars/1, ..."""
    for folder in ("layers", "_layer_checkpoint_dependencies"):
        path = "/".join(part for key in place.path for part in (folder, key)) + "/vars"
        if file.has(path):
            arrays = file.arrays(path)
            if place.kind == "SeparableConv2D" and not arrays:
                break
            return [arrays[name] for name in sorted(arrays, key=_number)]
    return []


def _number(name: str) -> tuple[int, str]:
    return (int(name), "") if name.isdecimal() else (1_000_000, name)


def read_h5(content: bytes) -> Imported:
    """Read an .h5 file of Keras 2 or 3."""
    with hdf5.opened(content, "it") as file:
        hdf5.check_texts(content, "it")
        text = file.text("", "model_config")
        if text is None:
            raise UnreadableError("it holds weights without an architecture: {save}", save=SAVE)
        config = _json(text.encode(), "its model_config")

        def source(place: Place) -> list[Array]:
            return _listed(file, place)

        version = file.text("", "keras_version") or ""
        origin = {"format": "HDF5 of Keras", "framework": f"Keras {version}".strip()}
        return keras.read(config, source, origin)


def _listed(file: hdf5.File, place: Place) -> list[Array]:
    """Return a layer's arrays as .h5 lists them: under the outermost model's or layer's name."""
    group = f"model_weights/{place.names[0]}"
    if not file.has(group):
        return []
    names = file.texts(group, "weight_names")
    if len(place.names) > 1:  # of a model in the model: all its layers' weights stand in one list
        own = place.names[-1]
        names = [name for name in names if own in name.split("/")[:-1]]
    return [file.array(f"{group}/{name}") for name in names]


def _json(text: bytes, what: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("{what} is damaged: no JSON", what=what) from error
