"""``convexplain doctor``: whether this machine can render, and what to do where it cannot."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from convexplain.cli import _options

if TYPE_CHECKING:
    from convexplain.cli._doctor import Finding


@click.command(short_help="Check whether this machine can render.")
@_options.as_json
def doctor(as_json: bool) -> int:
    """Check Python, the libraries, fonts, networks, folders, memory and data, a line each.

    A line that begins with "failed" means that a render would fail, and the exit code is 1;
    "warning" means that something else would, and says what. Both say what to do.
    """
    from convexplain.cli._doctor import diagnose

    findings = diagnose()
    failed = [finding for finding in findings if finding.state == "failed"]
    if as_json:
        checks = [asdict(finding) for finding in findings]
        click.echo(json.dumps({"ok": not failed, "checks": checks}, indent=2))
        return 1 if failed else 0
    said: set[str] = set()
    for finding in findings:
        click.echo(_line(finding, repeats=finding.remedy in said))
        said.add(finding.remedy)
    if failed:
        click.echo(f"a render would fail: {', '.join(finding.name for finding in failed)}")
        return 1
    click.echo("this machine can render")
    return 0


def _line(finding: Finding, *, repeats: bool) -> str:
    line = f"{finding.state:7}  {finding.name}: {finding.found}"
    if not finding.remedy:
        return line
    return f"{line}; {'the same line mends it' if repeats else finding.remedy}"
