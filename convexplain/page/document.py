"""The page's file: markup, style, script and data, and a policy that allows nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from convexplain.page import font
from convexplain.page.bundle import bundle, read

FOLDER = Path(__file__).parent
ENTRY = "app"

# What the markup names, and is put inside the file in its place.
_CHARSET = '<meta charset="utf-8">'
_STYLE = '<link rel="stylesheet" href="style.css">'
_SCRIPT = '<script type="module" src="app.js"></script>'
# What a user's file or classes are called is not ours: the bundled fonts need not have it.
_THEIRS = ("origin", "model", "classes")
# "<" could end the block, and U+2028 and U+2029 end lines where a script is read as one.
_ESCAPES = {c: f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def document(
    data: Mapping[str, Any],
    *,
    markup: str | None = None,
    sources: Mapping[str, str] | None = None,
    entry: str = ENTRY,
) -> str:
    """Join everything into one HTML text.

    `data` is what ``data.js`` reads. By default the markup is ``index.html`` and the modules are
    those of this folder, of which `entry` is run. Parts that are not as expected raise ValueError,
    characters that the bundled fonts lack an error for the user.
    """
    markup = (FOLDER / "index.html").read_text("utf-8") if markup is None else markup
    script = bundle(read(FOLDER) if sources is None else sources, entry)
    styles = [path.read_text("utf-8") for path in sorted(FOLDER.glob("*.css"))]
    written = "".join((markup, script, *styles, _texts(data)))
    style = "\n".join((font.faces(written, _texts(data.get("classes"))), *styles))
    if "</style" in style.lower():
        raise ValueError("the style holds </style, which would end it")
    block = f'<script type="application/json" id="data">{escaped(data)}</script>'
    return _replaced(
        markup,
        {
            _CHARSET: f'{_CHARSET}\n<meta http-equiv="Content-Security-Policy" content="'
            f'{policy(script, style)}">',
            _STYLE: f"<style>{style}</style>",
            _SCRIPT: f"{block}\n<script>{script}</script>",
        },
    )


def policy(script: str, style: str) -> str:
    """Write the Content-Security-Policy: this script, this style, what is inside the file.

    Both are exactly what stands between the tags.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_hash(script)}'",
            f"style-src '{_hash(style)}'",
            "img-src data: blob:",
            "font-src data:",
            "media-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def escaped(data: Mapping[str, Any]) -> str:
    r"""Write data as JSON that cannot end the block in which it stands.

    >>> escaped({"origin": "</script>"})
    '{"origin":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(
        data, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return text


def _texts(value: Any) -> str:
    """Join all texts in data that this project wrote."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return "".join(_texts(v) for key, v in value.items() if key not in _THEIRS)
    if isinstance(value, (list, tuple)):
        return "".join(map(_texts, value))
    return ""


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _replaced(markup: str, parts: Mapping[str, str]) -> str:
    """Put parts into the markup; each place must be there exactly once."""
    for place in parts:
        if markup.count(place) != 1:
            raise ValueError(f"the markup must hold {place} once, not {markup.count(place)} times")
    for place, part in parts.items():
        markup = markup.replace(place, part)
    return markup
