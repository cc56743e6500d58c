"""Files that no reader should trust: sound ones, damaged ones, and absurd ones."""

from __future__ import annotations

import gzip
import io
import json
import struct
import zlib
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
import safetensors.numpy
from hypothesis import strategies as st
from PIL import Image

from convexplain.data.idx import LIMIT
from convexplain.network import AveragePooling2D, Conv2D, Dense, Flatten, MaxPooling2D
from convexplain.network.modelfile import MAX_BYTES, MAX_HEADER

LAYERS = (
    Conv2D("conv1", 2, 3, stride=2, padding="same"),
    MaxPooling2D("pool1"),
    Conv2D("conv2", 2, 2, padding=(1, 0, 0, 1), groups=2, activation="tanh"),
    AveragePooling2D("pool2"),
    Flatten("flatten"),
    Dense("dense", 3, "softmax"),
)
TENSORS = {
    "conv1/kernel": np.full((3, 3, 1, 2), 0.5, np.float32),
    "conv1/bias": np.zeros(2, np.float32),
    "conv2/kernel": np.full((2, 2, 1, 2), -0.5, np.float16),
    "conv2/bias": np.ones(2, np.float32),
    "dense/kernel": np.full((2, 3), 0.25, np.float32),
    "dense/bias": np.zeros(3, np.float32),
}
DESCRIPTION: dict[str, Any] = {
    "input_shape": [7, 8, 1],
    "layers": [layer.to_dict() for layer in LAYERS],
    "provenance": {"seed": 0},
}
#: What stands where something sound is expected.
ODD: list[Any] = [
    None, True, -1, 0, 1, 2, 7, 10**9, 10**30, 0.5, float("nan"), float("inf"), "", "same",
    "x" * 200, "../x", "1", [], [1], [3, 3], [10**9, 10**9], [0, 0, 0, 0], {}, {"kind": "Dense"},
    [[[[[[]]]]]],
]  # fmt: skip


def model(description: object = DESCRIPTION, tensors: Any = None, **metadata: str) -> bytes:
    """A network's file with this description, sound or not."""
    text = json.dumps(description)
    told = {"convexplain": text, **metadata}
    return safetensors.numpy.save(TENSORS if tensors is None else tensors, metadata=told)


def with_header(header: object, body: bytes = b"") -> bytes:
    """A file with this header, sound or not."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def header_of(file: bytes) -> tuple[dict[str, Any], bytes]:
    length = int.from_bytes(file[:8], "little")
    return json.loads(file[8 : 8 + length]), file[8 + length :]


def picture(mode: str, size: tuple[int, int], kind: str, **options: Any) -> bytes:
    """A sound picture, dark on white in its middle."""
    width, height = size
    image = Image.new("L", size, 255)
    image.paste(20, (width // 3, height // 4, max(width // 3 + 1, width // 2), height))
    file = io.BytesIO()
    image.convert(mode).save(file, kind, **options)
    return file.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG with the right checksum."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, depth: int, colour: int, data: bytes, *more: bytes) -> bytes:
    """A PNG with this header, whatever the data is."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = b"".join([chunk(b"IHDR", header), *more, chunk(b"IDAT", zlib.compress(data))])
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


def idx_file(shape: tuple[int, ...], data: bytes, kind: int = 8) -> bytes:
    head = bytes([0, 0, kind, len(shape)]) + struct.pack(f">{len(shape)}I", *shape)
    return gzip.compress(head + data, mtime=0)


# What hypothesis draws from.


@st.composite
def damaged(draw: st.DrawFn, files: list[bytes], reach: int = 4000) -> bytes:
    """A sound file with a few edits: bytes changed, cut out, put in, or cut off, within `reach`."""
    file = bytearray(draw(st.sampled_from(files)))
    for _ in range(draw(st.integers(1, 4))):
        where = draw(st.integers(0, max(0, min(len(file) - 1, reach))))
        edit = draw(st.sampled_from(["change", "insert", "remove", "end", "number"]))
        if edit == "end":
            del file[where:]
        elif edit == "remove":
            del file[where : where + draw(st.integers(1, 40))]
        elif edit == "insert":
            file[where:where] = draw(st.binary(min_size=1, max_size=20))
        elif edit == "number":
            value = draw(st.sampled_from([0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 10_000]))
            order = draw(st.sampled_from(["<I", ">I"]))
            file[where : where + 4] = struct.pack(order, value)
        else:
            file[where : where + 1] = draw(st.binary(min_size=1, max_size=1))
    return bytes(file)


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON document."""
    found = [path]
    if isinstance(value, dict):
        for key, part in value.items():
            found += places(part, (*path, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            found += places(part, (*path, index))
    return found


@st.composite
def described(draw: st.DrawFn) -> bytes:
    """A network's file in whose description something else stands in one or two places."""
    document = json.loads(json.dumps({"top": DESCRIPTION}))
    for _ in range(draw(st.integers(1, 2))):
        *way, last = ("top", *draw(st.sampled_from(places(document["top"]))))
        spot = document
        for key in way:
            spot = spot[key]
        if draw(st.booleans()):
            spot[last] = deepcopy(draw(st.sampled_from(ODD)))
        elif isinstance(spot, dict):
            del spot[last]
            break
        else:
            spot.insert(last, deepcopy(spot[last]))
    return model(document.get("top"))


@st.composite
def headed(draw: st.DrawFn) -> bytes:
    """A network's file in whose header something else stands in one place."""
    header, body = header_of(model())
    *way, last = draw(st.sampled_from(places(header)[1:]))
    spot: Any = header
    for key in way:
        spot = spot[key]
    spot[last] = deepcopy(
        draw(st.sampled_from([*ODD, "F16", "F32", "F64", "BF16", "I8", [0, 8], [8, 0]]))
    )
    return with_header(header, body)


PICTURES = [
    *(picture(mode, (30, 41), "PNG") for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
    *(picture(mode, (30, 41), "TIFF") for mode in ("L", "RGB", "CMYK", "I", "F")),
    *(picture(mode, (30, 41), "JPEG") for mode in ("L", "RGB", "CMYK")),
    picture("RGB", (30, 41), "JPEG", progressive=True),
    picture("RGB", (41, 30), "TIFF", compression="tiff_lzw"),
    picture("P", (41, 30), "GIF"),
    picture("RGB", (41, 30), "BMP"),
    picture("RGB", (41, 30), "WEBP"),
    picture("RGB", (41, 30), "PPM"),
]
IMAGES = [
    idx_file((3, 28, 28), bytes(range(252)) + bytes(3 * 784 - 252)),
    idx_file((2, 4, 5), bytes(40)),
]
MODELS = [model()]

pngs = st.builds(
    png,
    st.sampled_from([0, 1, 28, 3999, 70_000, 0x7FFFFFFF]),
    st.sampled_from([0, 1, 28, 3999, 70_000, 0x7FFFFFFF]),
    st.sampled_from([1, 2, 4, 8, 16, 3]),
    st.sampled_from([0, 2, 3, 4, 6, 1]),
    st.binary(max_size=200),
)
sizes = st.sampled_from([0, 1, 2, 28, 60_000, 2**26, 2**31, 2**32 - 1])
idxs = st.builds(
    idx_file,
    st.lists(sizes, max_size=4).map(tuple),
    st.binary(max_size=200),
    st.sampled_from([8, 9, 13, 0]),
)


# Single files that ask for too much.


def bomb() -> bytes:
    """A little that grows to a hundred megabytes."""
    return b"a\0\0" + zlib.compress(bytes(10**8))


FULL = bytes(LIMIT // 784 * 784)


def tensor_of(*shape: int) -> dict[str, Any]:
    return {"dtype": "F32", "shape": shape, "data_offsets": [0, 4]}


def big_model() -> bytes:
    """As large as is read, and sound, in half precision, which takes twice the room."""
    count = (MAX_BYTES - 3000) // 2 // 1000
    layers = (Flatten("flatten"), Dense("dense", 1000))
    tensors = {
        "dense/kernel": np.ones((count, 1000), np.float16),
        "dense/bias": np.zeros(1000, np.float16),
    }
    told = {"input_shape": [count, 1, 1], "layers": [layer.to_dict() for layer in layers]}
    return model(told, tensors)


def conv(**options: Any) -> bytes:
    """A network of one convolution with this option."""
    layer = {**DESCRIPTION["layers"][0], "activation": "relu", **options}
    tensors = {name: TENSORS[name] for name in ("conv1/kernel", "conv1/bias")}
    return model({**DESCRIPTION, "layers": [layer]}, tensors)


def many_layers() -> bytes:
    layers = [MaxPooling2D(f"p{n}", 1).to_dict() for n in range(5000)]
    return model({"input_shape": [9, 9, 1], "layers": layers}, {})


ABSURD: dict[str, tuple[str, Callable[[], bytes]]] = {
    "model, as large as is read": ("model", big_model),
    "model, too large": ("model", lambda: bytes(MAX_BYTES + 1)),
    "model, a header of 2**63": ("model", lambda: struct.pack("<Q", 2**63) + b"{}"),
    "model, a nested header": ("model", lambda: with_header(b"[" * MAX_HEADER)),
    "model, nested objects": ("model", lambda: with_header(b'{"a":' * (MAX_HEADER // 5))),
    "model, 70,000 names": (
        "model",
        lambda: with_header({f"n{n}": 0 for n in range(70_000)}),
    ),
    "model, a nested description": (
        "model",
        lambda: with_header({"__metadata__": {"convexplain": "[" * 500_000}}),
    ),
    "model, a tensor of 10**18": (
        "model",
        lambda: with_header({"x": tensor_of(10**9, 10**9)}),
    ),
    "model, numbers that are too long": (
        "model",
        lambda: with_header(b'{"x": ' + b"9" * 900_000 + b"}"),
    ),
    "model, 5,000 layers": ("model", many_layers),
    "model, a huge input": ("model", lambda: model({**DESCRIPTION, "input_shape": [10**9] * 3})),
    "model, huge padding": ("model", lambda: conv(padding=[10**9] * 4, stride=[10**9] * 2)),
    "model, huge dilation": ("model", lambda: conv(padding=[10**6] * 4, dilation=[10**6] * 2)),
    "model, a huge kernel": ("model", lambda: conv(kernel_size=[10**9] * 2, padding="same")),
    "picture, RGBA as large as is read": (
        "picture",
        lambda: png(4000, 4000, 8, 6, bytes(4000 * 16_001)),
    ),
    "picture, 16 bits as large as is read": (
        "picture",
        lambda: png(4000, 4000, 16, 0, bytes(4000 * 8001)),
    ),
    "picture, a palette with transparency": (
        "picture",
        lambda: png(
            4000, 4000, 8, 3, bytes(4000 * 4001), chunk(b"PLTE", bytes(768)), chunk(b"tRNS", b"\0")
        ),
    ),
    "picture, a bomb of text": (
        "picture",
        lambda: png(28, 28, 8, 0, bytes(28 * 29), chunk(b"zTXt", bomb())),
    ),
    "picture, a bomb of a profile": (
        "picture",
        lambda: png(28, 28, 8, 0, bytes(28 * 29), chunk(b"iCCP", bomb())),
    ),
    "picture, more data than pixels": ("picture", lambda: png(28, 28, 8, 0, bytes(10**8))),
    "picture, a GIF": ("picture", lambda: picture("P", (4000, 4000), "GIF")),
    "picture, a WebP": ("picture", lambda: picture("RGBA", (3162, 3162), "WEBP")),
    "picture, a JPEG in colour": (
        "picture",
        lambda: picture("RGB", (5000, 5000), "JPEG", progressive=True, subsampling=0),
    ),
    "picture, a JPEG in CMYK": (
        "picture",
        lambda: picture("CMYK", (4000, 4000), "JPEG", progressive=True),
    ),
    "picture, a TIFF in CMYK": (
        "picture",
        lambda: picture("CMYK", (4000, 4000), "TIFF", compression="tiff_deflate"),
    ),
    "picture, a TIFF of 32 bits": (
        "picture",
        lambda: picture("I", (4000, 4000), "TIFF", compression="tiff_deflate"),
    ),
    "picture, a PPM of nothing": ("picture", lambda: b"P6 99999999 99999999 255\n"),
    "picture, one row": ("picture", lambda: png(15_999_999, 1, 8, 0, bytes(16_000_000))),
    "images, as many as are read": ("images", lambda: idx_file((LIMIT // 784, 28, 28), FULL)),
    "images, a bomb": ("images", lambda: idx_file((1, 28, 28), bytes(3 * 10**8))),
    "images, more than is read": ("images", lambda: idx_file((2**31, 2, 2), b"")),
    "images, none of them large": ("images", lambda: idx_file((0, 2**31, 2**31), b"")),
    "images, empty parts": ("images", lambda: gzip.compress(b"") * (15_000_000 // 20)),
    "images, zeros behind": ("images", lambda: idx_file((1, 1, 1), b"x") + bytes(15_000_000)),
    "images, without an end": ("images", lambda: gzip.compress(bytes(10**8))[:-9]),
    "labels, as many as are read": ("labels", lambda: idx_file((LIMIT,), bytes(LIMIT))),
}  # fmt: skip
