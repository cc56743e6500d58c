"""What kind of file it is, by its first bytes, and the reader for it."""

from __future__ import annotations

import os
from pathlib import Path

from convexplain.errors import ConvexplainError
from convexplain.messages import Message
from convexplain.network.readers.imported import MAX_BYTES, Imported, UnreadableError

ONNX = (
    "import torch; net.eval()",
    'torch.onnx.export(net, example, "m.onnx")',
)
PICKLE = Message(
    "it is a pickle, which could run anything when it is opened, and no ONNX file: where the "
    "network is defined, export it with {lines}",
    lines="; ".join(ONNX),
)


def read(path: str | os.PathLike[str], size: tuple[int, int] | None = None) -> Imported:
    """Read a .keras, .h5 or .onnx file, or TensorFlow.js' model.json.

    `size` gives rows and columns of the input where the file leaves them open. An error names the
    file, the reason and the next step.
    """
    source = Path(path)
    if source.is_dir():
        if (source / "saved_model.pb").exists():
            raise ConvexplainError(
                '{path} is a SavedModel, a folder: give a file; in Keras, model.save("x.keras") '
                "writes one",
                path=source,
            )
        raise ConvexplainError(
            '{path} is a folder: give a file; in Keras, model.save("x.keras") writes one',
            path=source,
        )
    if source.exists() and not source.is_file():
        raise ConvexplainError("{source} is not a file: give the path of one", source=source)
    try:
        count = source.stat().st_size
        if count > MAX_BYTES:
            raise ConvexplainError(
                "{source} has {count:,} bytes: at most {max_bytes:,} are read",
                source=source,
                count=count,
                max_bytes=MAX_BYTES,
            )
        content = source.read_bytes()
    except OSError as error:
        raise ConvexplainError(
            "{source} cannot be read: {error}", source=source, error=error
        ) from error
    try:
        return _by_content(content, source, size)
    except UnreadableError as error:
        raise ConvexplainError(
            "{source} is refused: {error}", source=source, error=error
        ) from error


def _by_content(content: bytes, source: Path, size: tuple[int, int] | None) -> Imported:
    from convexplain.network.readers import files, onnx, tfjs

    if content.startswith(b"PK\x03\x04"):
        if b"/data.pkl" in content[:4096] or source.suffix in (".pt", ".pth"):
            raise UnreadableError(PICKLE)
        return files.read_keras(content)
    if content.startswith(b"\x89HDF\r\n\x1a\n"):
        return files.read_h5(content)
    if content.lstrip()[:1] == b"{":
        return tfjs.read(content, source)
    if content.startswith(b"\x80") or source.suffix in (".pt", ".pth", ".pkl", ".pickle"):
        raise UnreadableError(PICKLE)
    if not content:
        raise UnreadableError("it is empty")
    return onnx.read(content, source, size)
