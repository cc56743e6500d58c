"""The versions of everything that has a part in a picture."""

from __future__ import annotations

import platform
from importlib import metadata

LIBRARIES = ("manim", "av", "numpy", "pycairo", "manimpango", "matplotlib", "pillow")


def versions() -> dict[str, str]:
    """Return the versions of libraries, of what they are made with and run on; imports no manim."""
    import cairo
    import manimpango
    from matplotlib import ft2font

    return {
        **{name: metadata.version(name) for name in LIBRARIES},
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cairo": cairo.cairo_version_string(),
        "pango": str(manimpango.pango_version()),
        "freetype": str(ft2font.__freetype_version__),
    }
