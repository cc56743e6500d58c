"""Python and the libraries: there, in the right versions, and working."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib import metadata

from convexplain import extras
from convexplain.cli._doctor import trial
from convexplain.cli._doctor.finding import Finding
from convexplain.cli._doctor.trial import Answer
from convexplain.errors import ConvexplainError, listed
from convexplain.messages import Message, together

PYTHON = (3, 11)
# What manim's pictures are made with, and what it is tried with.
_WITH_MANIM = ("manim", "manimpango", "pycairo")


@contextmanager
def tried() -> Iterator[Callable[[], Mapping[str, Answer]]]:
    """Try the libraries in a process of their own; what is yielded waits for the answers.

    Where no process could be started, that is every answer's problem.
    """
    try:
        started = trial.Trial()
    except ConvexplainError as error:
        problem = Message("not tried: {error}", error=error)
        yield lambda: dict.fromkeys(trial.ATTEMPTS, Answer(problem=problem))
        return
    try:
        yield started.answers
    finally:
        started.close()


def check_python(version: tuple[int, int, int] = sys.version_info[:3]) -> Finding:
    """Check Python's version."""
    text = ".".join(map(str, version))
    if version[:2] < PYTHON:
        wanted = ".".join(map(str, PYTHON))
        remedy = Message(
            "install Python {version} or newer, and convexplain with it", version=wanted
        )
        return Finding("Python", "failed", Message("{version} is too old", version=text), remedy)
    return Finding("Python", "ok", f"{text}, {sys.executable}")


def check_packages(answers: Mapping[str, Answer]) -> Finding:
    """Check the packages that all of convexplain needs: versions, and whether they start."""
    needed = {k: each for k, each in extras.requirements("").items() if k != "pillow"}
    unmet = {name: reason for name, each in needed.items() if (reason := extras.unmet(each))}
    versions = {name: metadata.version(name) for name in needed if name not in unmet}
    problems = {name: answers.get(name, Answer()).problem for name in versions}
    broken = {name: problem for name, problem in problems.items() if problem}
    if not unmet and not broken:
        return Finding("packages", "ok", ", ".join(" ".join(each) for each in versions.items()))
    does_not = [
        Message("{name} does not start: {problem}", name=name, problem=problem)
        for name, problem in broken.items()
    ]
    found = together([*unmet.values(), *does_not])
    if not broken:
        return Finding("packages", "failed", found, _install())
    wanted = [str(needed[name]) for name in unmet] + [f"{n}=={versions[n]}" for n in broken]
    line = extras.pip_line("--force-reinstall", *wanted)
    return Finding("packages", "failed", found, _typing(line))


def check_pillow(answer: Answer) -> Finding:
    """Check Pillow: 13 breaks manim's pictures ("Invalid mode for data type")."""
    return _package("Pillow", "pillow", answer)


def check_manim(answer: Answer) -> Finding:
    """Check manim and what it draws with: there, in the right versions, and it starts."""
    wanted = [extras.requirements("video").get(name) for name in _WITH_MANIM]
    unmet = [reason for each in wanted if each and (reason := extras.unmet(each))]
    if unmet:
        return Finding("manim", "failed", together(unmet), _install())
    return _package("manim", "manim", answer)


def check_cairo(answer: Answer) -> Finding:
    """Check the libraries that manim draws with, or, while it is missing, what builds them."""
    name = "cairo and pango"
    if not answer.problem:
        return Finding(name, "ok", ", ".join(answer.found))
    missing = extras.missing_headers()
    if missing:
        found = Message("missing: {names}", names=listed(missing))
        line = extras.system_line()
        remedy = Message(
            "install a C compiler, pkg-config, and the headers of Python, cairo and pango"
        )
        return Finding(name, "failed", found, _typing(line) if line else remedy)
    headers = Message("their headers are there, so that manim can be installed")
    return Finding(name, "ok", headers)


def check_encoders(answer: Answer) -> Finding:
    """Check that PyAV writes every format; mp4, the default, must work."""
    finding = _package("encoders", "av", answer)
    if finding.state != "ok":
        return finding
    if not answer.found:
        return Finding("encoders", "ok", f"{finding.found}: {', '.join(trial.ENCODERS)}")
    lost = dict.fromkeys(trial.ENCODERS[encoder] for encoder in answer.found)
    found = Message(
        "{package} lacks {encoders}: no {formats}",
        package=finding.found,
        encoders=listed(answer.found),
        formats=listed(lost),
    )
    wanted = str(extras.requirements("video")["av"])
    line = extras.pip_line("--force-reinstall", "--only-binary", "av", wanted)
    return Finding("encoders", "failed" if "mp4" in lost else "warning", found, _typing(line))


def check_typst(answer: Answer) -> Finding:
    """Check that Typst sets pages, which worksheets and cards are printed as."""
    finding = _package("Typst", "typst", answer, "print")
    if finding.state == "ok":
        return finding
    found = Message("{found}: no worksheet, no card as PDF", found=finding.found)
    return replace(finding, state="warning", found=found)


def _package(name: str, package: str, answer: Answer, extra: str = "video") -> Finding:
    """Check one package that rendering, or another extra, needs."""
    wanted = extras.requirements(extra).get(package)
    if wanted is None:
        raise LookupError(f"the installed convexplain does not say which {package} it needs")
    reason = extras.unmet(wanted)
    if reason:
        return Finding(name, "failed", reason, _install())
    version = metadata.version(package)
    if answer.problem:
        line = extras.pip_line("--force-reinstall", "--no-deps", f"{package}=={version}")
        found = Message(
            "{package} {version} is installed but does not work: {problem}",
            package=package,
            version=version,
            problem=answer.problem,
        )
        return Finding(name, "failed", found, _typing(line))
    return Finding(name, "ok", f"{package} {version}")


def _install() -> Message:
    """Return what installs everything that rendering and printing lack, whichever check asks."""
    return _typing(extras.install_line("video", "print"))


def _typing(line: str) -> Message:
    return Message("type: {line}", line=line)
