"""The directives ``convexplain-figure`` and ``convexplain-video``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from convexplain import extras
from convexplain.errors import ConvexplainError
from convexplain.messages import Message
from convexplain.sphinxext import build, requests
from convexplain.sphinxext.requests import FigureRequest, VideoRequest
from convexplain.sphinxext.writers import convexplain_picture
from convexplain.video import subtitles
from convexplain.video.job import QUALITIES

_LOG = logging.getLogger(__name__)
# What is a file beside the document, not a value.
_FILES = ("image", "model")


class _AnyOption(dict[str, Callable[[str | None], str | None]]):
    """Accepts every option: which there are depends on the figure or lesson."""

    def __bool__(self) -> bool:
        return True

    def __getitem__(self, name: str) -> Callable[[str | None], str | None]:
        return lambda value: value


class _Directive(SphinxDirective):
    """What both directives share: reading the options, and the figure around the picture."""

    kind: ClassVar[str]
    required_arguments = 1
    has_content = True
    final_argument_whitespace = False
    option_spec: ClassVar[Any] = _AnyOption()

    def run(self) -> list[nodes.Node]:
        """Make a figure with its caption; of what cannot be right, a warning."""
        own = {
            name: self.options.pop(name, None)
            for name in ("alt", "align", "class", "name", "no-caption")
            if name in self.options
        }
        try:
            arguments = [self.arguments[0], *self._arguments()]
            request = requests.parse(self.kind, arguments)
            figure = self._figure(request, own)
        except (ConvexplainError, OSError, ValueError) as error:
            _LOG.warning(
                "convexplain-%s: %s", self.kind, error,
                location=self.get_location(), type="convexplain", subtype="option",
            )  # fmt: skip
            return []
        build.need(self.env, request, self.get_location())
        return [figure]

    def _arguments(self) -> list[str]:
        """Write the options as on a command line."""
        found = []
        given = {"lang": self._language(), **self._defaults(), **self.options}
        for name, value in given.items():
            if name in _FILES and value:
                _, path = self.env.relfn2path(value)
                if Path(path).is_file():
                    self.env.note_dependency(path)
                    value = path
            found.append(f"--{name}" if value is None or value == "" else f"--{name}={value}")
        return found

    def _defaults(self) -> dict[str, str]:
        raise NotImplementedError

    def _language(self) -> str:
        return "zh" if (self.config.language or "").lower().startswith("zh") else "en"

    def _figure(
        self, request: FigureRequest | VideoRequest, own: dict[str, str | None]
    ) -> nodes.figure:
        picture = self._picture(request)
        picture["alt"] = own.get("alt") or request.alternative
        picture["lang"] = request.lang if isinstance(request, FigureRequest) else request.look.lang
        figure = nodes.figure("", picture, classes=["convexplain"])
        figure["align"] = directives.choice(own.get("align") or "center", _ALIGN)
        if own.get("class"):
            figure["classes"] += directives.class_option(own["class"])
        self.set_source_info(figure)
        self.set_source_info(picture)
        if own.get("name"):
            self.options["name"] = own["name"]
            self.add_name(figure)
        figure += self._caption(request.caption, "no-caption" in own)
        return figure

    def _caption(self, default: str, without: bool) -> list[nodes.Node]:
        """Return the caption, and the legend below it: the directive's content, or the default."""
        if self.content:
            parsed = self.parse_content_to_nodes()
            if not isinstance(parsed[0], nodes.paragraph):
                raise ValueError("its content is the caption: begin it with a paragraph")
            first, *rest = parsed
            caption = nodes.caption(first.rawsource, "", *first.children)
            caption.source, caption.line = first.source, first.line
            return [caption, *([nodes.legend("", *rest)] if rest else [])]
        if without:
            return []
        caption = nodes.caption(default, default)
        self.set_source_info(caption)
        return [caption]

    def _picture(self, request: Any) -> convexplain_picture:
        raise NotImplementedError


_ALIGN = ("left", "center", "right")


class FigureDirective(_Directive):
    """``convexplain-figure:: NAME``, with the options of ``convexplain figure NAME``."""

    kind = "figure"

    def _defaults(self) -> dict[str, str]:
        return {"theme": self.config.convexplain_theme}

    def _picture(self, request: FigureRequest) -> convexplain_picture:
        return _pictures(request)


class VideoDirective(_Directive):
    """``convexplain-video:: LESSON``, with the options of ``convexplain render LESSON``."""

    kind = "video"

    def _defaults(self) -> dict[str, str]:
        return {"quality": self.config.convexplain_quality}

    def _picture(self, request: VideoRequest) -> convexplain_picture:
        still = request.still(self.config.convexplain_theme)
        picture = convexplain_picture() if still is None else _pictures(still)
        if request.transcript:
            cues = subtitles.cues_of(request.lesson, request.look.lang)
            picture["cues"] = [(cue.start, cue.text) for cue in cues]
        if not build.wants_videos(self.config):
            return picture
        if not build.can_render():
            problem = extras.lacking("video", Message("videos"))
            _LOG.warning(
                f"convexplain-video: {problem}; a figure is shown instead",
                location=self.get_location(), type="convexplain", subtype="video",
            )  # fmt: skip
            return picture
        video, poster = build.film(request, build.folder(self.env))
        quality = QUALITIES[request.quality]
        picture["video"], picture["poster"] = video.name, poster.name
        if request.transcript:
            picture["words"] = build.words(request, build.folder(self.env)).name
        picture["size"] = (quality.width, quality.height)
        # The picture itself shows what is said, unless it was asked not to.
        picture["said"] = request.look.captions
        return picture


def _pictures(request: FigureRequest) -> convexplain_picture:
    """Make the node of a figure: how its files begin, and in which themes there are."""
    return convexplain_picture(stem=build.stem(request), themes=request.themes)
