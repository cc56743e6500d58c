"""What the optional parts of this program need, and the line to type that installs what lacks.

The line names requirements and this Python, and neither this package nor an index: it works
wherever the program came from, a checkout, a wheel, or a folder that is gone.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from convexplain.errors import ConvexplainError
from convexplain.messages import Message

if TYPE_CHECKING:
    from packaging.requirements import Requirement

# What builds pycairo and manimpango, which have no wheels for Linux; as in scripts/setup.sh.
_MANAGERS: dict[str, str] = {
    "apt-get": ("apt-get install g++ python3-dev pkg-config libcairo2-dev libpango1.0-dev"),
    "dnf": "dnf install gcc gcc-c++ python3-devel pkgconf-pkg-config cairo-devel pango-devel",
    "pacman": "pacman -S base-devel python pkgconf cairo pango",
    "zypper": "zypper install gcc gcc-c++ python3-devel pkg-config cairo-devel pango-devel",
}
_BREW = "brew install cairo pango pkg-config"
_COMPILERS = ("cc", "gcc", "clang")
_MODULES = ("cairo", "pangocairo >= 1.30.0")
_BUILT = ("pycairo", "manimpango")


def requirements(extra: str, package: str = "convexplain") -> dict[str, Requirement]:
    """Return what a package needs for an extra, the core included, by name, as its metadata says.

    `importlib.metadata.PackageNotFoundError` means that it is not installed.
    """
    from packaging.requirements import Requirement

    needed: dict[str, Requirement] = {}
    for line in metadata.requires(package) or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            same = needed.get(requirement.name)
            if same:
                requirement.specifier &= same.specifier
            requirement.marker = None
            needed[requirement.name] = requirement
    return needed


def unmet(requirement: Requirement) -> str:
    """Return what of a requirement is not met: absent, or another version; empty if it is met."""
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return Message("{name} is not installed", name=requirement.name)
    if requirement.specifier.contains(version, prereleases=True):
        return ""
    return Message(
        "{name} {version} is installed, but {wanted} is needed",
        name=requirement.name,
        version=version,
        wanted=requirement.specifier,
    )


def lacking(extra: str, what: Message) -> str:
    """Return what videos, for one, need that is not installed, and what to type; "" if nothing."""
    try:
        needed = requirements(extra).values()
    except metadata.PackageNotFoundError:
        return ""  # run from its folder without being installed: an import will fail
    absent = [each.name for each in needed if not _is_installed(each.name)]
    if not absent:
        return ""
    return Message(
        "{what} need {packages}, not installed yet; type: {line}",
        what=what,
        packages=", ".join(absent),
        line=install_line(extra),
    )


def require(extra: str, what: Message) -> None:
    """Raise a `ConvexplainError` with what `lacking` says, if anything."""
    problem = lacking(extra, what)
    if problem:
        raise ConvexplainError(problem)


def install_line(*extras: str) -> str:
    """Return the one line that installs all that extras and the core lack, system's first."""
    needed = {name: each for extra in extras for name, each in requirements(extra).items()}
    wrong = [each for each in needed.values() if unmet(each)]
    line = pip_line(*map(str, wrong))
    is_built = any(each.name in _BUILT and not _is_installed(each.name) for each in wrong)
    system = system_line() if is_built and missing_headers() else ""
    return f"{system} && {line}" if system else line


def pip_line(*arguments: str) -> str:
    """Return what to type to install Python packages beside this Python.

    >>> pip_line("pillow<13").partition("install ")[2].endswith("pillow<13'")
    True
    """
    if _is_made_by_uv() or (not _has_pip() and shutil.which("uv")):
        return _typed("uv", "pip", "install", "--python", sys.executable, *arguments)
    line = _typed(sys.executable, "-m", "pip", "install", *arguments)
    return line if _has_pip() else f"{_typed(sys.executable, '-m', 'ensurepip')} && {line}"


def system_line() -> str:
    """Return what installs cairo, pango, their headers and a compiler here; empty if unknown."""
    if platform.system() == "Darwin":
        return _BREW if _has_compiler() else f"xcode-select --install; {_BREW}"
    for manager, line in _MANAGERS.items():
        if shutil.which(manager):
            return line if _is_root() else f"sudo {line}"
    return ""


def missing_headers() -> list[str]:
    """Name what is missing of all that builds pycairo and manimpango; empty if nothing is."""
    if platform.system() == "Windows":
        return []  # both have wheels
    missing: list[str] = [] if _has_compiler() else [Message("a C compiler")]
    if not (Path(sysconfig.get_path("include")) / "Python.h").is_file():
        missing.append("Python.h")
    if shutil.which("pkg-config") is None:
        return [*missing, "pkg-config"]
    return missing + [module for module in _MODULES if not _knows(module)]


def _typed(*words: str) -> str:
    """Quote words for the shell that people type into here."""
    if platform.system() != "Windows":
        return shlex.join(words)
    # Both of its shells take double quotes, and neither takes shlex's single ones.
    return " ".join(f'"{word}"' if re.search(r"[^\w.:\\/=-]", word) else word for word in words)


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _is_made_by_uv() -> bool:
    """Whether uv is here and made this environment, as the environment's own file says."""
    file = Path(sys.prefix) / "pyvenv.cfg"
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    return any(line.split("=")[0].strip() == "uv" for line in lines) and bool(shutil.which("uv"))


def _has_pip() -> bool:
    return importlib.util.find_spec("pip") is not None


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _has_compiler() -> bool:
    return any(shutil.which(name) for name in (os.environ.get("CC") or "cc", *_COMPILERS))


def _knows(module: str) -> bool:
    done = subprocess.run(
        ["pkg-config", "--exists", module], stdin=subprocess.DEVNULL, capture_output=True
    )
    return done.returncode == 0
