"""A Sphinx extension: figures, videos and the classroom page in reST and MyST documents.

In ``conf.py``: ``extensions = ["convexplain.sphinxext"]``. Then ``convexplain-figure``,
``convexplain-video`` and ``convexplain-page`` are directives; docs/howto/sphinx.md tells their
options. What they show is made when documents are written, once, and kept in a cache of the build.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from convexplain import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

STATIC = Path(__file__).parent / "static"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register directives, nodes, settings and events; Sphinx calls it."""
    from convexplain.sphinxext import build, writers
    from convexplain.sphinxext.directives import FigureDirective, VideoDirective
    from convexplain.sphinxext.pages import PageDirective, convexplain_page, visitors

    app.add_config_value("convexplain_cache", "", "env", str)
    app.add_config_value("convexplain_theme", "auto", "env", str)
    app.add_config_value("convexplain_videos", True, "env", (bool, int, str))
    app.add_config_value("convexplain_quality", "m", "env", str)
    app.add_directive("convexplain-figure", FigureDirective)
    app.add_directive("convexplain-video", VideoDirective)
    app.add_directive("convexplain-page", PageDirective)
    app.add_node(convexplain_page, **visitors())
    writers.register(app)
    build.register(app)
    app.connect("config-inited", _check)
    app.connect("builder-inited", _add_style)
    return {
        "version": __version__,
        "env_version": 1,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }


def _check(app: Sphinx, config: Config) -> None:
    """Refuse settings that cannot be right, before any document is read."""
    from sphinx.errors import ConfigError

    from convexplain.errors import choose
    from convexplain.video.job import QUALITIES

    allowed = {"theme": ("auto", "light", "dark"), "quality": tuple(QUALITIES)}
    for name, values in allowed.items():
        given = config[f"convexplain_{name}"]
        if given not in values:
            raise ConfigError(f"convexplain_{name} = {given!r}: {choose(given, values)}")


def _add_style(app: Sphinx) -> None:
    if app.builder.format == "html":
        app.config.html_static_path.append(str(STATIC))
        app.add_css_file("convexplain.css")
