"""Pages for paper: a template of the package and data, set by Typst with the bundled fonts alone.

A template never changes, and what it shows comes to it as JSON: text stays text, whatever is in it.
No font of the system, no network, no date takes part, so that the bytes are the same on any day.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from convexplain import extras
from convexplain.errors import ConvexplainError
from convexplain.messages import Message
from convexplain.style import fonts

_TEMPLATES = Path(str(files("convexplain") / "assets" / "print"))


def pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """Set a document: a tagged PDF with text as text and fonts embedded.

    `template` names a file in ``assets/print``, without its ending; `data` is ready for JSON.
    Refused if Typst is not installed, or the bundled fonts lack a character.
    """
    (document,) = _compiled(template, data, "pdf")
    return document


def pages(template: str, data: Mapping[str, Any], ppi: float = 96) -> list[bytes]:
    """Set a document as pictures, a PNG a page; parameters and errors are those of `pdf`."""
    return _compiled(template, data, "png", ppi)


def _compiled(
    template: str, data: Mapping[str, Any], kind: Literal["pdf", "png"], ppi: float | None = None
) -> list[bytes]:
    try:
        import typst
    except ImportError as error:
        problem = extras.lacking("print", Message("pages for paper"))
        raise ConvexplainError(problem or f"Typst does not start: {error}") from error
    for text in _texts(data):
        fonts.require(text)
    # The stub says bytes; of several PNGs it is a list.
    compiled: Any = typst.compile(
        _TEMPLATES / f"{template}.typ",
        root=_TEMPLATES,
        font_paths=[fonts.path().parent],
        ignore_system_fonts=True,
        format=kind,
        ppi=ppi,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    return compiled if isinstance(compiled, list) else [compiled]


def _texts(data: Any) -> Iterator[str]:
    """Every text in JSON data but pictures, which are data themselves."""
    if isinstance(data, str):
        yield data.replace("\n", " ")
    elif isinstance(data, Mapping):
        for key, value in data.items():
            if key != "svg":
                yield from _texts(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _texts(value)
