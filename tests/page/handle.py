"""Pages of the same making as the real one, whose scripts hand out what they are made of."""

from __future__ import annotations

import re

from convexplain.network import Network
from convexplain.page import data, document
from convexplain.page.bundle import read

_EXPORTED = re.compile(r"^export (?:async )?(?:function\*?|class|const) (\w+)", re.MULTILINE)
#: What a test calls a module: its name, or what follows the folder.
CORE = (
    "activations",
    "as_text",
    "breakdown",
    "choices",
    "colours",
    "data",
    "geometry",
    "kernels",
    "layers/layer",
    "network",
    "ops",
    "picture",
    "prepare",
    "stamps",
    "trace",
    "words",
    "writing",
)
MARKUP = (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>core</title>\n'
    '<link rel="stylesheet" href="style.css"></head>\n'
    '<body><script type="module" src="app.js"></script></body></html>\n'
)


def core_page() -> str:
    """A page that hands out its computing modules as ``window.core``."""
    sources = read(document.FOLDER)
    imports, modules = [], []
    for module in CORE:
        names = _EXPORTED.findall(sources[module])
        called = module.rpartition("/")[2]
        aliases = ", ".join(f"{name} as {called}_{name}" for name in names)
        imports.append(f'import {{ {aliases} }} from "./{module}.js";\n')
        modules.append(f"{called}: {{ {', '.join(f'{n}: {called}_{n}' for n in names)} }}")
    handle = "".join(imports) + _HANDLE + f"window.core = {{ packed, {', '.join(modules)} }};\n"
    return document.document(
        data.collect(), markup=MARKUP, sources={**sources, "handle": handle}, entry="handle"
    )


def app_page(network: Network) -> str:
    """The page itself, with its application in ``window.app``, to ask for every number."""
    sources = read(document.FOLDER)
    assert "\nnew App(" in sources["app"]
    sources["app"] = sources["app"].replace("\nnew App(", "\nwindow.app = new App(")
    content = data.collect(network=network, lang="en", theme="light")
    return document.document(content, sources=sources)


# Numbers go through the wire as bytes: quick, and exact to the bit.
_HANDLE = """
const KINDS = { Float32Array, Float64Array, Int32Array, Uint8Array, Uint8ClampedArray };
function packed(value) {
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    let binary = "";
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return { kind: value.constructor.name, bytes: btoa(binary) };
  }
  if (value instanceof Map) return packed(Object.fromEntries(value));
  if (Array.isArray(value)) return value.map(packed);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, packed(part)]));
}
window.unpack = ({ kind, bytes }) => new KINDS[kind](
  Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0)).buffer,
);
"""
