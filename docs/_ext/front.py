"""What the site offers to open and to take: the running classroom page, and a release's files.

A page holds an empty block. ``{classroom-page}`` becomes the page in a frame, with links that open
it by itself and save it; ``{release-files}`` becomes a table of the files in the folder that the
setting ``convexplain_release`` names, as scripts/release.sh sets it.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from convexplain import page

#: The file of the classroom page in the site.
NAME = "classroom.html"
#: Where the site has the lessons' pages, seen from there.
LESSONS = "gallery/lessons"
#: The folder of a release's files in the site.
FOLDER = "release"
#: What a file of a release is, by how its name ends.
KINDS = (
    ("-page-en.html", "the classroom page, in English"),
    ("-page-zh.html", "the classroom page, in Chinese"),
    ("film-en.mp4", "the whole chapter as one film, in English"),
    ("film-zh.mp4", "the whole chapter as one film, in Chinese"),
    ("lessons-en.zip", "the lessons as videos, with subtitles and posters, in English"),
    ("lessons-zh.zip", "the lessons as videos, with subtitles and posters, in Chinese"),
    (".whl", "the program, to be installed by pip"),
    (".tar.gz", "its source"),
)
_FRAME = """
```{{raw}} html
<div class="classroom">
<iframe src="{url}" title="The classroom page" loading="lazy"></iframe>
<p><a class="take" href="{url}" download="convexplain.html">Download this one file</a>
({size}; it runs in any browser, without a network), or
<a href="{url}">open it by itself</a></p>
</div>
```
"""
_NONE = "This site was built without them: `bash scripts/release.sh` builds one that has them."


def classroom_page(app: Sphinx, docname: str) -> str:
    """Write the frame around the classroom page."""
    url = "../" * docname.count("/") + NAME
    return _FRAME.format(url=url, size=_size(len(page.html(lessons=LESSONS).encode("utf-8"))))


def release_files(app: Sphinx, docname: str) -> str:
    """Write a table of a release's files, with what each of them is."""
    rows = [(path, what) for path in _files(app) for end, what in KINDS if path.name.endswith(end)]
    if not rows:
        return _NONE
    up = "../" * docname.count("/")
    cells = "".join(
        f'<tr><td><a href="{up}{FOLDER}/{path.name}" download>{path.name}</a></td>'
        f"<td>{what}</td><td>{_size(path.stat().st_size)}</td></tr>\n"
        for path, what in rows
    )
    return f'```{{raw}} html\n<table class="docutils">\n{cells}</table>\n```'


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.0f} kB"


def _files(app: Sphinx) -> list[Path]:
    folder = app.config.convexplain_release
    return sorted(Path(folder).iterdir()) if folder else []


_BLOCKS = {"classroom-page": classroom_page, "release-files": release_files}
_BLOCK = re.compile(r"^```\{(classroom-page|release-files)\}\n```$", re.MULTILINE)


def _read(app: Sphinx, docname: str, source: list[str]) -> None:
    source[0] = _BLOCK.sub(lambda match: _BLOCKS[match[1]](app, docname), source[0])


def _finish(app: Sphinx, exception: Exception | None) -> None:
    if exception or app.builder.format != "html":
        return
    page.write(Path(app.outdir) / NAME, lessons=LESSONS)
    target = Path(app.outdir) / FOLDER
    shutil.rmtree(target, ignore_errors=True)
    if files := _files(app):
        target.mkdir()
        for path in files:
            shutil.copy2(path, target)


def setup(app: Sphinx) -> dict[str, Any]:
    """Fill the blocks of what is read, and put beside the pages what they lead to."""
    app.add_config_value("convexplain_release", "", "env", str)
    app.connect("source-read", _read, priority=400)
    app.connect("build-finished", _finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
