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

from languages import language_of
from sphinx.application import Sphinx

from convexplain import page
from convexplain.style.captions import Caption

#: The file of the classroom page in the site.
NAME = "classroom.html"
#: Where the site has the lessons' pages, seen from there.
LESSONS = "gallery/lessons"
#: The folder of a release's files in the site.
FOLDER = "release"
#: What a file of a release is, by how its name ends.
KINDS = (
    ("-page-en.html", Caption(en="the classroom page, in English", zh="课堂页面，英文")),
    ("-page-zh.html", Caption(en="the classroom page, in Chinese", zh="课堂页面，中文")),
    ("film-en.mp4", Caption(en="the whole chapter as one film, in English", zh="整章的长片，英文")),
    ("film-zh.mp4", Caption(en="the whole chapter as one film, in Chinese", zh="整章的长片，中文")),
    (
        "lessons-en.zip",
        Caption(
            en="the lessons as videos, with subtitles and posters, in English",
            zh="各课视频，带字幕和封面，英文",
        ),
    ),
    (
        "lessons-zh.zip",
        Caption(
            en="the lessons as videos, with subtitles and posters, in Chinese",
            zh="各课视频，带字幕和封面，中文",
        ),
    ),
    (".whl", Caption(en="the program, to be installed by pip", zh="程序，用 pip 安装")),
    (".tar.gz", Caption(en="its source", zh="程序的源代码")),
)
_FRAME = """
```{{raw}} html
<div class="classroom">
<iframe src="{url}" title="{name}" loading="lazy"></iframe>
<p><a class="take" href="{file}" download="convexplain.html">{take}</a>
{told}<a href="{url}">{alone}</a></p>
</div>
```
"""
_NAME = Caption(en="The classroom page", zh="课堂页面")
_TAKE = Caption(en="Download this one file", zh="只想看看：下载这一个文件")
_TOLD = Caption(
    en="({size}; it runs in any browser, without a network), or ",
    zh="（{size}，任何浏览器都能打开，不需要网络），或者",
)
_ALONE = Caption(en="open it by itself", zh="单独打开")
_NONE = Caption(
    en="This site was built without them: `bash scripts/release.sh` builds one that has them.",
    zh="这个站点生成时没有带上它们：`bash scripts/release.sh` 会生成带有它们的站点。",
)


def classroom_page(app: Sphinx, docname: str) -> str:
    """Write the frame around the classroom page, in the language of the page that has it."""
    lang = language_of(docname)
    file = "../" * docname.count("/") + NAME
    size = _size(len(page.html(lessons=LESSONS, url=_address(app)).encode("utf-8")))
    return _FRAME.format(
        url=file if lang == "en" else f"{file}#lang={lang}",
        file=file,
        name=_NAME.text(lang),
        take=_TAKE.text(lang),
        told=_TOLD.fill(size=size).text(lang),
        alone=_ALONE.text(lang),
    )


def release_files(app: Sphinx, docname: str) -> str:
    """Write a table of a release's files, with what each of them is."""
    lang = language_of(docname)
    rows = [(path, what) for path in _files(app) for end, what in KINDS if path.name.endswith(end)]
    if not rows:
        return _NONE.text(lang)
    up = "../" * docname.count("/")
    cells = "".join(
        f'<tr><td><a href="{up}{FOLDER}/{path.name}" download>{path.name}</a></td>'
        f"<td>{what.text(lang)}</td><td>{_size(path.stat().st_size)}</td></tr>\n"
        for path, what in rows
    )
    return f'```{{raw}} html\n<table class="docutils">\n{cells}</table>\n```'


def _address(app: Sphinx) -> str | None:
    """Where everyone finds the classroom page, if the site knows: copies of it lead back there."""
    base: str = app.config.html_baseurl
    return f"{base.rstrip('/')}/{NAME}" if base else None


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
    page.write(Path(app.outdir) / NAME, lessons=LESSONS, url=_address(app))
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
