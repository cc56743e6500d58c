"""Python and the libraries: there, in the right versions, and working."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import metadata
from typing import TYPE_CHECKING

from convexplain.cli._doctor import advice, trial
from convexplain.cli._doctor.finding import Finding
from convexplain.cli._doctor.trial import Answer

if TYPE_CHECKING:
    from packaging.requirements import Requirement

PYTHON = (3, 11)
# Each has a check of its own.
_VIDEO = ("av", "manim", "pillow", "typst")


@contextmanager
def tried() -> Iterator[Callable[[], Mapping[str, Answer]]]:
    """Try the libraries in a process of their own.

    Yields
    ------
    callable
        Waits for the answers. Where no process could be started, that is every answer's problem.
    """
    try:
        started = trial.Trial()
    except OSError as error:
        problem = f"not tried: no process could be started for it ({error.strerror or error})"
        yield lambda: dict.fromkeys(trial.ATTEMPTS, Answer(problem=problem))
        return
    try:
        yield started.answers
    finally:
        started.close()


def requirements(package: str = "convexplain") -> dict[str, Requirement]:
    """Return what this package needs to render, by name, as its metadata says.

    Parameters
    ----------
    package : str
        Whose metadata.

    Raises
    ------
    importlib.metadata.PackageNotFoundError
        If it is not installed.
    """
    from packaging.requirements import Requirement

    needed: dict[str, Requirement] = {}
    for line in metadata.requires(package) or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": "video"}):
            same = needed.get(requirement.name)
            if same:
                requirement.specifier &= same.specifier
            requirement.marker = None
            needed[requirement.name] = requirement
    return needed


def unmet(requirement: Requirement) -> str:
    """Say what of a requirement is not met: absent, or another version; empty if it is met."""
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return f"{requirement.name} is not installed"
    if requirement.specifier.contains(version, prereleases=True):
        return ""
    return f"{requirement.name} {version} is installed, but {requirement.specifier} is needed"


def check_python(version: tuple[int, int, int] = sys.version_info[:3]) -> Finding:
    """Check Python's version."""
    text = ".".join(map(str, version))
    if version[:2] < PYTHON:
        remedy = f"install Python {'.'.join(map(str, PYTHON))} or newer, and convexplain with it"
        return Finding("Python", "failed", f"{text} is too old", remedy)
    return Finding("Python", "ok", f"{text}, {sys.executable}")


def check_packages(answers: Mapping[str, Answer]) -> Finding:
    """Check the packages that all of convexplain needs: versions, and whether they start."""
    needed = [each for name, each in requirements().items() if name not in _VIDEO]
    wrong = {each.name: (str(each), reason) for each in needed if (reason := unmet(each))}
    for each in needed:
        answer = answers.get(each.name, Answer())
        if answer.problem and each.name not in wrong:
            reason = f"{each.name} does not start: {answer.problem}"
            wrong[each.name] = (f"{each.name}=={metadata.version(each.name)}", reason)
    if wrong:
        found = "; ".join(reason for _, reason in wrong.values())
        line = advice.pip_line("--force-reinstall", *(wanted for wanted, _ in wrong.values()))
        return Finding("packages", "failed", found, f"type: {line}")
    versions = ", ".join(f"{each.name} {metadata.version(each.name)}" for each in needed)
    return Finding("packages", "ok", versions)


def check_pillow(answer: Answer) -> Finding:
    """Check Pillow: 13 breaks manim's pictures ("Invalid mode for data type")."""
    return _package("Pillow", "pillow", answer)


def check_manim(answer: Answer) -> Finding:
    """Check manim: there, in the right version, and it starts."""
    return _package("manim", "manim", answer)


def check_cairo(answer: Answer) -> Finding:
    """Check the libraries that manim draws with, or, while it is missing, what builds them."""
    name = "cairo and pango"
    if not answer.problem:
        return Finding(name, "ok", ", ".join(answer.found))
    missing = advice.missing_headers()
    if missing:
        found = f"missing: {', '.join(missing)}"
        return Finding(name, "failed", found, advice.system_remedy())
    return Finding(name, "ok", "their headers are there, so that manim can be installed")


def check_encoders(answer: Answer) -> Finding:
    """Check that PyAV writes every format; mp4, the default, must work."""
    finding = _package("encoders", "av", answer)
    if finding.state != "ok":
        return finding
    if not answer.found:
        return Finding("encoders", "ok", f"{finding.found}: {', '.join(trial.ENCODERS)}")
    lost = dict.fromkeys(trial.ENCODERS[encoder] for encoder in answer.found)
    found = f"{finding.found} lacks {', '.join(answer.found)}: no {' and no '.join(lost)}"
    line = advice.pip_line("--force-reinstall", "--only-binary", "av", str(requirements()["av"]))
    return Finding("encoders", "failed" if "mp4" in lost else "warning", found, f"type: {line}")


def check_typst(answer: Answer) -> Finding:
    """Check that Typst sets formulas."""
    return _package("Typst", "typst", answer)


def _package(name: str, package: str, answer: Answer) -> Finding:
    """Check one package that rendering needs."""
    wanted = requirements().get(package)
    if wanted is None:
        raise LookupError(f"the installed convexplain does not say which {package} it needs")
    reason = unmet(wanted)
    if reason:
        return Finding(name, "failed", reason, f"type: {advice.pip_line(str(wanted))}")
    version = metadata.version(package)
    if answer.problem:
        line = advice.pip_line("--force-reinstall", "--no-deps", f"{package}=={version}")
        found = f"{package} {version} is installed but does not work: {answer.problem}"
        return Finding(name, "failed", found, f"type: {line}")
    return Finding(name, "ok", f"{package} {version}")
