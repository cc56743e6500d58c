"""The exact line to type: Python packages by pip or uv, the system's by its own manager."""

from __future__ import annotations

import importlib.util
import os
import platform
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

# What builds pycairo and manimpango, which have no wheels for Linux; as in scripts/setup.sh.
_MANAGERS: dict[str, str] = {
    "apt-get": (
        "apt-get install build-essential python3-dev pkg-config libcairo2-dev libpango1.0-dev"
    ),
    "dnf": "dnf install gcc gcc-c++ python3-devel pkgconf-pkg-config cairo-devel pango-devel",
    "pacman": "pacman -S base-devel python pkgconf cairo pango",
    "zypper": "zypper install gcc gcc-c++ python3-devel pkg-config cairo-devel pango-devel",
}
_BREW = "brew install cairo pango pkg-config"
_COMPILERS = ("cc", "gcc", "clang")
_MODULES = ("cairo", "pangocairo >= 1.30.0")


def pip_line(*requirements: str) -> str:
    """Say what to type to install Python packages beside this Python.

    Parameters
    ----------
    *requirements : str
        Such as ``"pillow<13"``.

    Examples
    --------
    >>> pip_line("pillow<13").partition("-m ")[2]
    "pip install 'pillow<13'"
    """
    if importlib.util.find_spec("pip") is None and shutil.which("uv"):
        return shlex.join(["uv", "pip", "install", "--python", sys.executable, *requirements])
    return shlex.join([sys.executable, "-m", "pip", "install", *requirements])


def system_remedy() -> str:
    """Say what to type on this system to get cairo, pango, their headers and a compiler."""
    if platform.system() == "Darwin":
        return f"type: {_BREW}" if _has_compiler() else f"type: xcode-select --install; {_BREW}"
    for manager, line in _MANAGERS.items():
        if shutil.which(manager):
            return f"type: {line}" if os.geteuid() == 0 else f"type: sudo {line}"
    return "install a C compiler, pkg-config, and the headers of Python, cairo and pango"


def missing_headers() -> list[str]:
    """Name what is missing of all that builds pycairo and manimpango; empty if nothing is."""
    missing = [] if _has_compiler() else ["a C compiler"]
    if not (Path(sysconfig.get_path("include")) / "Python.h").is_file():
        missing.append("Python.h")
    if shutil.which("pkg-config") is None:
        return [*missing, "pkg-config"]
    return missing + [module for module in _MODULES if not _knows(module)]


def _has_compiler() -> bool:
    return any(shutil.which(name) for name in (os.environ.get("CC") or "cc", *_COMPILERS))


def _knows(module: str) -> bool:
    done = subprocess.run(
        ["pkg-config", "--exists", module], stdin=subprocess.DEVNULL, capture_output=True
    )
    return done.returncode == 0
