"""Names that a package hands on, imported when they are first used (PEP 562).

So a command that prints a list waits for no network, and ``import convexplain`` for nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module


def handing_on(
    package: str, homes: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return the ``__getattr__`` and ``__dir__`` of a package.

    `package`: its ``__name__``. `homes`: modules of the package, and the names in each that are
    handed on, parted by spaces.
    """
    home_of = {name: home for home, names in homes.items() for name in names.split()}
    namespace = vars(sys.modules[package])

    def find(name: str) -> object:
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        home = f"{package}.{home_of[name]}"
        if not hasattr(module := import_module(home), name):  # a module in it, nobody's yet
            import_module(f"{home}.{name}")
        value: object = getattr(module, name)
        namespace[name] = value
        return value

    def listed() -> list[str]:
        return sorted({*namespace, *home_of})

    return find, listed
