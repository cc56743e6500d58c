"""Links to files outside docs/, such as ``../CONTRIBUTING.md``, in the built site.

Pages link as they do where the repository is read. Files that the site includes as pages
(`PAGES`) become links to these; any other file is offered for download, so that the site is whole
without the repository.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

#: Files of the repository, and the pages of the site that show them.
PAGES = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "trust/security.md",
    "CHANGELOG.md": "project/changelog.md",
}
_LINK = re.compile(r"(\]\()([^)\s#:]+)([)#])")


def rewrite(text: str, origin: Path, page: Path, docs: Path) -> str:
    """Point the relative links of a Markdown file to where they lead from a page of the site."""
    shown = {(docs.parent / name).resolve(): docs / target for name, target in PAGES.items()}

    def point(match: re.Match[str]) -> str:
        target = (origin.parent / match[2]).resolve()
        if not target.exists():
            return match[0]  # the builder says what is wrong with it
        leads_to = os.path.relpath(shown.get(target, target), page.parent)
        return f"{match[1]}{leads_to}{match[3]}"

    return _LINK.sub(point, text)


def _read(app: Sphinx, docname: str, source: list[str]) -> None:
    page = Path(app.env.doc2path(docname))
    if page.suffix == ".md":
        source[0] = rewrite(source[0], page, page, Path(app.srcdir))


def _include(app: Sphinx, file: Path, parent: str, source: list[str]) -> None:
    page = Path(app.env.doc2path(app.env.docname))  # MyST's `parent` lacks the folder
    source[0] = rewrite(source[0], Path(app.srcdir) / file, page, Path(app.srcdir))


def setup(app: Sphinx) -> dict[str, Any]:
    """Rewrite what is read."""
    app.connect("source-read", _read)
    app.connect("include-read", _include)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
