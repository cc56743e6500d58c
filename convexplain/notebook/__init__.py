"""In Jupyter: ``%load_ext convexplain.notebook``, and all that is computed shows itself.

Steps, traces, networks, feature maps, lessons, pictures and figures appear as tables and pictures,
with plain text beside it where no HTML is shown. `video` renders a lesson and plays it in the
notebook, `page` puts the classroom page into it. The formatters are registered from outside: what
is computed knows nothing of notebooks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from convexplain.notebook._state import show

if TYPE_CHECKING:
    from convexplain.notebook._maps import FeatureMaps, maps
    from convexplain.notebook._page import PageFrame, page
    from convexplain.notebook._video import Video, video

__all__ = ["FeatureMaps", "PageFrame", "Video", "maps", "page", "show", "video"]

_HOMES = {
    "FeatureMaps": "_maps",
    "maps": "_maps",
    "PageFrame": "_page",
    "page": "_page",
    "Video": "_video",
    "video": "_video",
}


def __getattr__(name: str) -> Any:
    """Load what is asked for."""
    if name in _HOMES:
        import importlib

        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class _Extension:
    """What loading has changed in a shell."""

    def __init__(self, shell: Any) -> None:
        from convexplain.errors import ConvexplainError
        from convexplain.notebook._formatters import Formatters, one_line
        from convexplain.notebook._maps import maps
        from convexplain.notebook._page import page
        from convexplain.notebook._video import video

        self._formatters = Formatters(shell)
        self._formatters.register()
        names = {"maps": maps, "page": page, "video": video}
        self._names = {name: f for name, f in names.items() if name not in shell.user_ns}
        shell.push(self._names)
        # A handler of the user's own is left alone.
        self._handles_errors = not shell.custom_exceptions
        if self._handles_errors:
            shell.set_custom_exc((ConvexplainError,), one_line)

    def undo(self, shell: Any) -> None:
        """Leave the shell as it was."""
        self._formatters.unregister()
        shell.drop_by_id(self._names)
        if self._handles_errors:
            shell.custom_exceptions = ()


_extensions: WeakKeyDictionary[Any, _Extension] = WeakKeyDictionary()


def load_ipython_extension(shell: Any) -> None:
    """Show what the package computes; IPython calls this for ``%load_ext convexplain.notebook``.

    `maps` and `video` can be called at once, where the user has no such names.
    """
    if shell not in _extensions:
        _extensions[shell] = _Extension(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Put everything back; IPython calls this for ``%unload_ext convexplain.notebook``."""
    extension = _extensions.pop(shell, None)
    if extension is not None:
        extension.undo(shell)
