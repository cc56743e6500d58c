"""What every command does with a request that cannot be right."""

from __future__ import annotations

from collections.abc import Iterable

from click.testing import CliRunner

from convexplain.cli import cli


def refuses(arguments: list[str], words: Iterable[str]) -> None:
    """Assert that a command line ends with exit code 2 and one line that has these words."""
    result = CliRunner().invoke(cli, arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    for word in words:
        assert word in result.stderr
