"""Manim in half its time: what its import takes from other libraries comes when it is first used.

`import manim` loads 900 modules of SciPy, NetworkX, Beautiful Soup, Pygments and IPython, for turns
in space, graphs, program code, and notebooks. Few videos ask for any of them.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

#: What manim's modules take functions and classes from, to call them or to look for instances.
_LATER = (
    "bs4",
    "networkx",
    "pygments.formatters.html",
    "pygments.lexers",
    "pygments.styles",
    "scipy.spatial.transform",
)


class _Later:
    """A name of a module that is imported when it is called, or when an instance is looked for."""

    def __init__(self, module: str, *names: str) -> None:
        self._module = module
        self._names = names

    def _found(self) -> Any:
        found: Any = import_module(self._module)
        for name in self._names:
            found = getattr(found, name)
        return found

    def __getattr__(self, name: str) -> _Later:
        if name.startswith("_"):
            raise AttributeError(name)
        return _Later(self._module, *self._names, name)

    def __call__(self, *args: Any, **options: Any) -> Any:
        return self._found()(*args, **options)

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, self._found())


class _Stand(ModuleType):
    """Stands where a module will, until manim has been imported."""

    def __getattr__(self, name: str) -> _Later:
        return getattr(_Later(self.__name__), name)  # type: ignore[no-any-return]


def import_manim() -> None:
    """Import manim, in a process where there is no notebook; where it is imported, do nothing."""
    if "manim" in sys.modules:
        return
    stands = {name: _Stand(name) for name in _LATER if name not in sys.modules}
    sys.modules.update(stands)
    shell = sys.modules.get("IPython")
    sys.modules["IPython"] = shell  # type: ignore[assignment]  # None: as if it were not installed
    try:
        import_module("manim")
    finally:
        for name in stands:
            del sys.modules[name]
        if shell is None:
            del sys.modules["IPython"]
