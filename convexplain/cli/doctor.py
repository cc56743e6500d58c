"""``convexplain doctor``: whether this machine can render, and what to do where it cannot."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict

import click

from convexplain.cli import _options
from convexplain.cli._speak import say, tell
from convexplain.errors import listed
from convexplain.messages import Message, together
from convexplain.style import terminal

_TYPE = "type: "


@click.command(short_help="Check whether this machine can render.")
@_options.as_json
def doctor(as_json: bool) -> int:
    """Check Python, the libraries, fonts, networks, folders, memory and data, a line each.

    A line that begins with "failed" means that a render would fail, and the exit code is 1;
    "warning" means that something else would, and says what. The last line is what mends it.
    """
    from convexplain.cli._doctor import diagnose

    findings = diagnose()
    failed = [finding for finding in findings if finding.state == "failed"]
    if as_json:
        checks = [asdict(finding) for finding in findings]
        click.echo(json.dumps({"ok": not failed, "checks": checks}, indent=2))
        return 1 if failed else 0
    states = {"ok": Message("ok"), "warning": Message("warning"), "failed": Message("failed")}
    width = max(terminal.cells(tell(state)) for state in states.values())
    for finding in findings:
        state = terminal.ljust(tell(states[finding.state]), width)
        told: str = Message("{name}: {found}", name=Message(finding.name), found=finding.found)
        # What is typed to mend a failure comes last, once for all that it mends.
        is_typed = finding.state == "failed" and finding.remedy.startswith(_TYPE)
        if finding.remedy and not is_typed:
            told = together([told, finding.remedy])
        click.echo(f"{state}  {' '.join(tell(told).split())}")
    if not failed:
        say("this machine can render")
        return 0
    say("a render would fail: {names}", names=listed(Message(each.name) for each in failed))
    lines = _typed(finding.remedy for finding in failed)
    if lines:
        say("to mend it, type: {line}", line=" && ".join(lines))
    return 1


def _typed(remedies: Iterable[str]) -> list[str]:
    """Return the lines to type, without those that are a part of another."""
    lines = list(dict.fromkeys(r.removeprefix(_TYPE) for r in remedies if r.startswith(_TYPE)))
    return [line for line in lines if not any(line != each and line in each for each in lines)]
