"""How figures and videos are written: HTML, LaTeX, and what knows text alone."""

from __future__ import annotations

import posixpath
import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes

from convexplain.files import atomic
from convexplain.sphinxext import build
from convexplain.style.captions import LANGUAGES
from convexplain.video import transcript

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_LABELS = {"en": "English", "zh": "中文"}
_DOWNLOAD = {"en": "Download the video", "zh": "下载视频"}
_TOLD = {"en": "What it says and shows", "zh": "解说与画面内容"}
# CSS pixels of the lengths that matplotlib writes.
_POINT = 96 / 72


class convexplain_picture(nodes.General, nodes.Element):  # type: ignore[misc]
    """A figure or a video within a ``figure`` node.

    Its attributes are plain, since doctrees are kept: ``alt`` and ``lang``; of a figure ``stem``,
    how the names of its files begin, and ``themes``; of a video ``video``, ``poster`` (file names),
    ``size`` and ``said``, whether its captions are in the picture; ``cues`` and ``words``, what is
    said and the file of what is seen, too, if a transcript is to stand below it.
    """


def register(app: Sphinx) -> None:
    """Register the node with what writes it."""
    app.add_node(
        convexplain_picture,
        html=(_html, None),
        latex=(_latex, None),
        text=(_text, None),
        man=(_man, None),
        texinfo=(_texinfo, None),
    )


def _html(writer: Any, node: convexplain_picture) -> None:
    builder = writer.builder
    video = "video" in node and builder.name != "epub"
    if not (video and _video(writer, node)) and not _figure(writer, node):
        writer.body.append(f"<p><em>{escape(node['alt'])}</em></p>\n")
    _transcript(writer, node)
    raise nodes.SkipNode


def _figure(writer: Any, node: convexplain_picture) -> bool:
    """Write the pictures of all themes; False if one is missing, as after a failure."""
    themes = build.themes(node.get("themes", ()), writer.builder)
    names = [f"{node['stem']}-{theme}.svg" for theme in themes]
    if not names or not all(_take(writer.builder, name) for name in names):
        return False
    for theme, name in zip(themes, names, strict=True):
        width, height = _size(build.folder(writer.builder) / name)
        classes = "convexplain-picture"
        if len(themes) > 1:
            classes += f" convexplain-{theme}"
        writer.body.append(
            f'<img class="{classes}" src="{_url(writer, name)}" alt="{escape(node["alt"])}" '
            f'width="{width}" height="{height}" loading="lazy" lang="{node["lang"]}" />\n'
        )
    return True


def _video(writer: Any, node: convexplain_picture) -> bool:
    """Write the video with poster and subtitles; False if it is missing, as after a failure."""
    names = {lang: build.track(node["video"], lang) for lang in LANGUAGES}
    if not _take(writer.builder, node["video"]):
        return False
    width, height = node["size"]
    poster = ""
    if _take(writer.builder, node["poster"]):
        poster = f' poster="{_url(writer, node["poster"])}"'
    source = _url(writer, node["video"])
    writer.body.append(
        f'<video class="convexplain-video" controls="controls" preload="none" playsinline="" '
        f'width="{width}" height="{height}"{poster} aria-label="{escape(node["alt"])}">\n'
        f'<source src="{source}" type="video/mp4" />\n'
    )
    for lang, name in names.items():
        if _take(writer.builder, name):
            shown = "" if node["said"] or lang != node["lang"] else ' default="default"'
            writer.body.append(
                f'<track kind="captions" srclang="{lang}" label="{_LABELS[lang]}" '
                f'src="{_url(writer, name)}"{shown} />\n'
            )
    writer.body.append(f'<a href="{source}">{_DOWNLOAD[node["lang"]]}</a>\n</video>\n')
    return True


def _transcript(writer: Any, node: convexplain_picture) -> None:
    """Write what is said and seen; what is said alone where the video was not played."""
    if "cues" not in node:
        return
    kept = build.folder(writer.builder) / node.get("words", "none")
    if kept.is_file():
        moments = transcript.read(kept)
    else:
        moments = [transcript.Moment(start, said, ()) for start, said in node["cues"]]
    lang = node["lang"]
    writer.body.append(
        f'<details class="convexplain-transcript" lang="{lang}"><summary>{_TOLD[lang]}</summary>\n'
        f"{transcript.fragment(moments)}</details>\n"
    )


def _latex(writer: Any, node: convexplain_picture) -> None:
    name = f"{node['stem']}-{node['themes'][0]}.pdf" if "stem" in node else ""
    if name and _take(writer.builder, name):
        writer.body.append(f"\n\\noindent\\sphinxincludegraphics[]{{{name}}}\n")
    else:
        writer.body.append(writer.encode(node["alt"]))
    raise nodes.SkipNode


def _text(writer: Any, node: convexplain_picture) -> None:
    writer.add_text(f"[image: {node['alt']}]")
    raise nodes.SkipNode


def _man(writer: Any, node: convexplain_picture) -> None:
    writer.body.append(writer.deunicode(node["alt"]))
    raise nodes.SkipNode


def _texinfo(writer: Any, node: convexplain_picture) -> None:
    writer.body.append(writer.escape(node["alt"]))
    raise nodes.SkipNode


def _take(builder: Any, name: str) -> bool:
    """Copy a file from the cache beside the pages, whole; False if there is none."""
    source = build.folder(builder) / name
    target = Path(builder.outdir, builder.imagedir if builder.format == "html" else "", name)
    if not source.is_file():
        return False
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(target, source)
    return True


def _url(writer: Any, name: str) -> str:
    return escape(posixpath.join(writer.builder.imgpath, name))


def _size(path: Path) -> tuple[int, int]:
    """Return width and height of an SVG in CSS pixels."""
    with path.open(encoding="utf-8") as file:
        head = file.read(2000)
    found = [re.search(rf'\b{side}="([\d.]+)pt"', head) for side in ("width", "height")]
    width, height = (round(float(match[1]) * _POINT) for match in found if match)
    return width, height
