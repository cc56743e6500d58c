"""Networks that stand in a notebook: of Keras and PyTorch, without a file in between."""

from __future__ import annotations

import io
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from convexplain.errors import UsageError
from convexplain.messages import Message
from convexplain.network.network import Network
from convexplain.network.readers import keras, onnx
from convexplain.network.readers.imported import Array, Imported, UnreadableError


def from_keras(model: Any) -> Network:
    """Make a network of a Keras model, by its `get_config` and `get_weights`.

    Parameters
    ----------
    model : keras.Model
        Sequential or Functional, built.

    Returns
    -------
    Network
        Which takes what the model takes, and answers as it does.

    Raises
    ------
    UsageError
        It holds a layer that cannot be shown, or is no such model.
    """
    if not all(hasattr(model, name) for name in ("get_config", "layers")):
        raise UsageError(
            "{kind} is no Keras model: give one with layers", kind=type(model).__name__
        )
    kinds = {cls.__name__ for cls in type(model).__mro__}
    kind = next((kind for kind in keras.MODELS if kind in kinds), type(model).__name__)
    config: dict[str, Any] = {"class_name": kind, "config": model.get_config()}
    if kind == "Sequential" and getattr(model, "input_shape", None):
        config["config"] = {**config["config"], "build_input_shape": list(model.input_shape)}

    def source(place: keras.Place) -> list[Array]:
        holder = model
        for name in place.names:
            holder = holder.get_layer(name)
        return [np.asarray(array) for array in holder.get_weights()]

    def read() -> Imported:
        return keras.read(config, source, {"format": "Keras model", "framework": "Keras"})

    return _made(read, Message("the Keras model"))


def from_torch(model: Any, example: Any) -> Network:
    """Make a network of a PyTorch module: it is exported to ONNX in memory and read from there.

    Parameters
    ----------
    model : torch.nn.Module
        In whatever mode it is: it is exported as it answers when it is used.
    example : torch.Tensor, shape (1, C, H, W)
        One picture as a batch; only its shape matters.

    Returns
    -------
    Network
        Which takes (H, W, C), channels last.

    Raises
    ------
    UsageError
        It holds an operation that cannot be shown.
    """
    import torch

    training = model.training
    model.eval()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # both exporters warn of their own insides
            content = _exported(torch, model, example)
    finally:
        model.train(training)
    return _made(lambda: onnx.read(content, Path("model.onnx")), Message("the PyTorch model"))


def _exported(torch: Any, model: Any, example: Any) -> bytes:
    """Export to ONNX as today, or as PyTorch did before where onnxscript is not installed."""
    if find_spec("onnxscript") is not None:
        program = torch.onnx.export(model, (example,), dynamo=True, verbose=False)
        return bytes(program.model_proto.SerializeToString())
    content = io.BytesIO()
    torch.onnx.export(model, (example,), content, dynamo=False)
    return content.getvalue()


def _made(read: Any, what: Message) -> Network:
    try:
        return Network.of(read(), what)
    except UnreadableError as error:
        raise UsageError("{what} is refused: {error}", what=what, error=error) from error
