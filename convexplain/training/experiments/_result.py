"""What an experiment found: a table of plain values, and how it compares with an earlier one."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Result:
    """What an experiment found, as a table, with how it was found.

    Parameters
    ----------
    name : str
    recipe : str
        What was done, for people.
    keys : tuple of str
        The columns that tell the rows apart.
    rows : tuple of dict
        Plain JSON values; all rows have the same columns, in the same order.
    seeds : tuple of int
        Empty where nothing was trained.
    seconds : float
        Computing time, all trainings together.
    quick : bool
        Whether it is the quick version, not to be quoted.
    versions : mapping of str to str
        Of Python and numpy, and the type of machine.
    """

    name: str
    recipe: str
    keys: tuple[str, ...]
    rows: tuple[Row, ...]
    seeds: tuple[int, ...]
    seconds: float
    quick: bool
    versions: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Give plain JSON data, as it stands in facts.json under the experiment's name."""
        return {
            "recipe": self.recipe,
            "seeds": list(self.seeds),
            "seconds": round(self.seconds, 1),
            "quick": self.quick,
            "versions": dict(self.versions),
            "keys": list(self.keys),
            "rows": list(self.rows),
        }

    def table(self) -> str:
        """Write the rows as text, columns aligned; lists (one number a seed) are left out."""
        columns = [name for name, value in self.rows[0].items() if not isinstance(value, list)]
        cells = [columns, *([_cell(row[name]) for name in columns] for row in self.rows)]
        widths = [max(len(line[n]) for line in cells) for n in range(len(columns))]
        lines = [
            "  ".join(text.rjust(width) for text, width in zip(line, widths, strict=True)).rstrip()
            for line in cells
        ]
        return "\n".join([lines[0], "-" * (sum(widths) + 2 * len(widths) - 2), *lines[1:]])


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) >= 10 or value == 0 else f"{value:.4f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def compare(result: Result, stored: Mapping[str, Any]) -> list[Row]:
    """Set a new result against the stored one.

    Parameters
    ----------
    result : Result
    stored : mapping
        What `Result.to_dict` gave.

    Returns
    -------
    list of dict
        For each number of each row that both have: the row's keys, "column", "now", "stored",
        "difference". Rows that only one of them has are left out.
    """
    known = {tuple(row[key] for key in result.keys): row for row in stored["rows"]}
    found: list[Row] = []
    for row in result.rows:
        before = known.get(tuple(row[key] for key in result.keys), {})
        for column, now in row.items():
            then = before.get(column)
            if column in result.keys or not (_is_number(now) and _is_number(then)):
                continue
            keys = {key: row[key] for key in result.keys}
            found.append(
                {**keys, "column": column, "now": now, "stored": then, "difference": now - then}
            )
    return found


def comparison(result: Result, stored: Mapping[str, Any]) -> str:
    """Return in a few lines how a new result differs from the stored one.

    Parameters
    ----------
    result : Result
    stored : mapping
        What `Result.to_dict` gave.

    Returns
    -------
    str
        For each column of numbers, the row in which the two differ most.
    """
    farthest: dict[str, Row] = {}
    for row in compare(result, stored):
        known = farthest.setdefault(row["column"], row)
        if abs(row["difference"]) > abs(known["difference"]):
            farthest[row["column"]] = row
    if not farthest:
        return "the stored result has none of these rows"
    lines = [f"against the stored result ({', '.join(_told(stored))}), where they differ most:"]
    for column, row in farthest.items():
        where = ", ".join(f"{key} {row[key]}" for key in result.keys)
        now, then = _cell(row["now"]), _cell(row["stored"])
        lines.append(f"  {column}: {now} now, {then} stored" + (f" ({where})" if where else ""))
    return "\n".join(lines)


def _told(stored: Mapping[str, Any]) -> list[str]:
    seeds = len(stored["seeds"])
    told = [f"{seeds} seed{'s' if seeds > 1 else ''}"] if seeds else []
    return [*told, f"{stored['seconds']:.0f} s", f"numpy {stored['versions']['numpy']}"]


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def versions() -> dict[str, str]:
    """Return what computed a result."""
    return {
        "convexplain": version("convexplain"),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "machine": platform.machine(),
    }
