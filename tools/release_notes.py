"""Print the notes of a release: what is new in it, and what each of its files is.

``python tools/release_notes.py dist``
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from convexplain import __version__

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "docs" / "_ext"))

from front import KINDS  # noqa: E402


def news(changelog: str, version: str) -> str:
    """Return what a changelog says of a version; what is unreleased if it does not name it."""
    sections = dict(re.findall(r"^## (\S+)[^\n]*\n(.*?)(?=^## |\Z)", changelog, re.DOTALL | re.M))
    found: str = sections.get(version) or sections.get("Unreleased") or ""
    # A link of the repository leads nowhere from here.
    return re.sub(r"\[([^]]*)\]\((?!https?:)[^)]*\)", r"\1", found).strip()


def notes(folder: Path) -> str:
    """Return the notes of the release whose files are in a folder, in Markdown."""
    rows = [
        f"- `{path.name}`: {what.text('en')}"
        for path in sorted(folder.iterdir())
        for end, what in KINDS
        if path.name.endswith(end)
    ]
    said = news((ROOT / "CHANGELOG.md").read_text("utf-8"), __version__)
    files = "\n".join(rows)
    return (
        f"# convexplain {__version__}\n\n{files}\n\n"
        "To look at a network, open the page's file in a browser: nothing is installed. "
        "`sha256sum -c SHA256SUMS` checks what was downloaded.\n\n"
        f"## What is new\n\n{said}\n"
    )


if __name__ == "__main__":
    sys.stdout.write(notes(Path(sys.argv[1])))
