"""The directive ``convexplain-page``: the classroom page in a frame of the document."""

from __future__ import annotations

import hashlib
import posixpath
import re
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from convexplain.errors import ConvexplainError, UsageError, choose
from convexplain.files import atomic
from convexplain.network import BUNDLED
from convexplain.page import frame
from convexplain.style.captions import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable

_LOG = logging.getLogger(__name__)
_THEMES = ("auto", "light", "dark")
# What an address's fragment is made of.
_FRAGMENT = re.compile(r"#?[\w.,~:=&%+-]*")


class convexplain_page(nodes.General, nodes.Element):  # type: ignore[misc]
    """The page in a frame. Its attributes are plain, since doctrees are kept."""


class PageDirective(SphinxDirective):
    """``convexplain-page::``, with the picture, the network and the cell that it opens with."""

    has_content = False
    option_spec: ClassVar[dict[str, Callable[[str], Any]] | None] = {
        "digit": directives.nonnegative_int,
        "model": directives.unchanged_required,
        "lang": directives.unchanged_required,
        "theme": directives.unchanged_required,
        "height": directives.nonnegative_int,
        "at": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """Make the node; of options that cannot be, a warning."""
        language = "zh" if (self.config.language or "").lower().startswith("zh") else "en"
        given = {
            "digit": None,
            "model": "cnn",
            "lang": language,
            "theme": self.config.convexplain_theme,
            "height": 620,
            "at": "",
            **self.options,
        }
        try:
            _check(given)
            if given["model"] not in BUNDLED:
                _, given["model"] = self.env.relfn2path(given["model"])
                self.env.note_dependency(given["model"])
        except ConvexplainError as error:
            _LOG.warning(
                "convexplain-page: %s", error,
                location=self.get_location(), type="convexplain", subtype="option",
            )  # fmt: skip
            return []
        node = convexplain_page("", **given)
        self.set_source_info(node)
        return [node]


def _check(given: dict[str, Any]) -> None:
    for name, known in (("lang", LANGUAGES), ("theme", _THEMES)):
        if given[name] not in known:
            raise UsageError(
                "there is no {name} {given!r}: {choice}",
                name=name,
                given=given[name],
                choice=choose(given[name], known),
            )
    if given["digit"] is not None and given["digit"] > 9:
        raise UsageError("digit {given}: give 0 to 9", given=given["digit"])
    if not frame.LEAST <= given["height"] <= frame.MOST:
        raise UsageError(
            "height {given}: give {least} to {most} CSS pixels",
            given=given["height"],
            least=frame.LEAST,
            most=frame.MOST,
        )
    if not _FRAGMENT.fullmatch(given["at"]):
        raise UsageError(
            "at {given!r}: give what follows # in the page's address", given=given["at"]
        )


def visitors() -> dict[str, Any]:
    """Return what writes the node in each format."""
    return {
        "html": (_html, None),
        "latex": (_plain("body", "encode"), None),
        "text": (_text, None),
        "man": (_plain("body", "deunicode"), None),
        "texinfo": (_plain("body", "escape"), None),
    }


@lru_cache(maxsize=8)
def _document(digit: int | None, model: str, lang: str, theme: str) -> str:
    from convexplain.data import digits
    from convexplain.network import Network
    from convexplain.page import html

    return html(
        None if digit is None else digits.first(digit),
        network=Network.load(model),
        model=Path(model).name,
        lang=lang,
        theme=None if theme == "auto" else theme,
        embed=True,
    )


def _html(writer: Any, node: convexplain_page) -> None:
    """Write the page's file beside the pictures, once for all places, and its frame."""
    builder = writer.builder
    alternative = frame.TITLE.text(node["lang"])
    if builder.name == "epub":
        writer.body.append(f"<p><em>{escape(alternative)}</em></p>\n")
        raise nodes.SkipNode
    try:
        text = _document(node["digit"], node["model"], node["lang"], node["theme"])
    except ConvexplainError as error:
        _LOG.warning("convexplain-page: %s", error, location=node, type="convexplain")
        raise nodes.SkipNode from None
    name = f"convexplain-page-{hashlib.sha256(text.encode()).hexdigest()[:16]}.html"
    target = Path(builder.outdir, builder.imagedir, name)
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(target, text)
    address = posixpath.join(builder.imgpath, name)
    at = node["at"].removeprefix("#")
    source = f"{address}#{at}" if at else address
    shown = frame.frame(source, inside=False, height=node["height"], lang=node["lang"])
    writer.body.append(f'<div class="convexplain-page">{shown}</div>\n')
    raise nodes.SkipNode


def _text(writer: Any, node: convexplain_page) -> None:
    writer.add_text(f"[{frame.TITLE.text(node['lang'])}]")
    raise nodes.SkipNode


def _plain(body: str, encode: str) -> Callable[[Any, convexplain_page], None]:
    """Write the page's name, for formats that show no frame."""

    def visit(writer: Any, node: convexplain_page) -> None:
        getattr(writer, body).append(getattr(writer, encode)(frame.TITLE.text(node["lang"])))
        raise nodes.SkipNode

    return visit
