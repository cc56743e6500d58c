"""Keep the Chinese pages in step with the English ones.

    python tools/docs_zh.py            names the sections that changed since somebody looked at both
    python tools/docs_zh.py confirm    says that all Chinese pages are up to date
    python tools/docs_zh.py confirm learn/tutorial    says so of one

Each page of docs/zh stands beside an English one of the same name. docs/zh/seen.json holds a digest
of every section of the English pages, as it was when the Chinese one was last looked at.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
SEEN = DOCS / "zh" / "seen.json"
Sections = dict[str, str]


def pages() -> list[str]:
    """Return the names of the Chinese pages that people write."""
    found = (DOCS / "zh").rglob("*.md")
    names = [path.relative_to(DOCS / "zh").with_suffix("").as_posix() for path in found]
    return sorted(name for name in names if not name.startswith("gallery/lessons/"))


def sections(name: str) -> Sections:
    """Return a digest of each section of an English page, by its heading of level 2."""
    text = (DOCS / f"{name}.md").read_text("utf-8")
    first, *others = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    parts = {"": first, **dict(zip(others[::2], others[1::2], strict=True))}
    return {heading: _digest(part) for heading, part in parts.items()}


def _digest(text: str) -> str:
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:12]


def seen() -> dict[str, Sections]:
    """Return what was last looked at, by page."""
    found: dict[str, Sections] = json.loads(SEEN.read_text("utf-8"))
    return found


def behind() -> list[str]:
    """Say which sections changed, came or went, a line each."""
    known, lines = seen(), []
    for name in pages():
        before, now = known.get(name, {}), sections(name)
        for heading in dict.fromkeys((*before, *now)):
            if before.get(heading) != now.get(heading):
                what = f"{heading!r}" if heading else "the beginning"
                lines.append(
                    f"docs/{name}.md, {what} changed: look at docs/zh/{name}.md, then run "
                    f"python tools/docs_zh.py confirm {name}"
                )
    return lines


def confirm(names: list[str]) -> None:
    """Store that some pages were looked at, all if none is named."""
    known = seen() if SEEN.exists() else {}
    there = pages()
    for name in names or there:
        if name not in there:
            sys.exit(f"there is no docs/zh/{name}.md: the pages are {', '.join(there)}")
        known[name] = sections(name)
    kept = {name: known[name] for name in there if name in known}
    SEEN.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")


def main(arguments: list[str]) -> None:
    """Do what the command line says."""
    if arguments[:1] == ["confirm"]:
        confirm(arguments[1:])
    elif arguments:
        sys.exit(__doc__)
    elif lines := behind():
        sys.exit("\n".join(lines))


if __name__ == "__main__":
    main(sys.argv[1:])
