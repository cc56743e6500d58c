"""Small networks in the formats of other programs, written here, for tests of the readers."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Spec = tuple[str, dict[str, Any], list[Array]]


def keras_config(layers: Sequence[Spec], shape: Sequence[int | None]) -> dict[str, Any]:
    """The configuration of a Sequential model as Keras 3 writes it."""
    listed: list[dict[str, Any]] = [
        {
            "module": "keras.layers",
            "class_name": "InputLayer",
            "config": {"batch_shape": [None, *shape], "name": "input_layer"},
            "registered_name": None,
        }
    ]
    for number, (kind, config, _) in enumerate(layers):
        named = {"name": f"layer_{number}", **config}
        listed.append({"module": "keras.layers", "class_name": kind, "config": named})
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "sequential", "layers": listed},
    }


def write_keras(
    path: Path,
    layers: Sequence[Spec],
    shape: Sequence[int | None],
    *,
    touch: Callable[[Any], None] | None = None,
    config: Mapping[str, Any] | None = None,
) -> Path:
    """Write a .keras file; `touch` may change the HDF5 file before it is closed."""
    from convexplain.network.readers.keras import keys

    config = config or keras_config(layers, shape)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.15.1"}))
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", _weights(layers, keys, touch))
    return path


def _weights(
    layers: Sequence[Spec], keys: Callable[..., list[str]], touch: Callable[[Any], None] | None
) -> bytes:
    import h5py

    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        # Keras numbers the layers of each class in their order.
        named = keys([{"class_name": kind} for kind, _, _ in layers])
        for key, (_, _, arrays) in zip(named, layers, strict=True):
            group = file.create_group(f"layers/{key}/vars")
            for number, array in enumerate(arrays):
                group.create_dataset(str(number), data=array)
        file.create_group("optimizer/vars").create_dataset("0", data=np.zeros(3))
        if touch:
            touch(file)
    return content.getvalue()


def write_h5(path: Path, layers: Sequence[Spec], shape: Sequence[int | None]) -> Path:
    """Write an .h5 file as Keras 2 does."""
    import h5py

    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(keras_config(layers, shape))
        file.attrs["keras_version"] = "2.15.0"
        for number, (_, _, arrays) in enumerate(layers):
            group = file.create_group(f"model_weights/layer_{number}")
            names = [f"layer_{number}/array_{i}:0" for i in range(len(arrays))]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, array in zip(names, arrays, strict=True):
                group.create_dataset(name, data=array)
    return path


def write_tfjs(folder: Path, layers: Sequence[Spec], shape: Sequence[int | None]) -> Path:
    """Write a model.json of TensorFlow.js, with its weights in two files."""
    arrays = [
        (f"sequential/layer_{number}/array_{i}", np.asarray(array, "<f4"))
        for number, (_, _, found) in enumerate(layers)
        for i, array in enumerate(found)
    ]
    content = b"".join(array.tobytes() for _, array in arrays)
    (folder / "shard1.bin").write_bytes(content[: len(content) // 2])
    (folder / "shard2.bin").write_bytes(content[len(content) // 2 :])
    model = {
        "format": "layers-model",
        "generatedBy": "keras v2.15.0",
        "modelTopology": {"model_config": keras_config(layers, shape)},
        "weightsManifest": [
            {
                "paths": ["shard1.bin", "shard2.bin"],
                "weights": [
                    {"name": name, "shape": list(array.shape), "dtype": "float32"}
                    for name, array in arrays
                ],
            }
        ],
    }
    path = folder / "model.json"
    path.write_text(json.dumps(model))
    return path
