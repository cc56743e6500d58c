"""What an experiment found: a table of plain values, and how it compares with an earlier one."""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

from convexplain.messages import Message, translated
from convexplain.style import terminal

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

    def table(self, lang: str = "en") -> str:
        """Write the rows as text, columns aligned; lists (one number a seed) are left out."""
        columns = [name for name, value in self.rows[0].items() if not isinstance(value, list)]
        head = [in_table(name, lang) for name in columns]
        rows = [[_cell(row[name], lang) for name in columns] for row in self.rows]
        return "\n".join(terminal.table(head, rows, right=range(len(columns))))


def in_table(word: str, lang: str) -> str:
    """Return a column's name, or a word in it, in a language; names of layers stay.

    >>> in_table("conv1_sees", "zh"), in_table("row 3", "zh"), in_table("cnn", "zh")
    ('conv1 感受野', '行 3', 'cnn')
    """
    whole = _word(word, lang)
    if lang == "en" or whole != word:
        return whole
    return " ".join(_word(part, lang) for part in re.split("[_ ]", word))


def _word(word: str, lang: str) -> str:
    return translated(f"{word} (in a table)", lang).removesuffix(" (in a table)")


def _cell(value: object, lang: str = "en") -> str:
    if isinstance(value, str):
        return in_table(value, lang)
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


def comparison(result: Result, stored: Mapping[str, Any], lang: str = "en") -> str:
    """Return in a few lines how a new result differs from the stored one.

    Parameters
    ----------
    result : Result
    stored : mapping
        What `Result.to_dict` gave.
    lang : {"en", "zh"}

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
        return Message("the stored result has none of these rows").text(lang)
    comma = ", " if lang == "en" else "，"
    told = comma.join(each.text(lang) for each in _told(stored))
    lines = [
        Message("against the stored result ({told}), where they differ most:", told=told).text(lang)
    ]
    for column, row in farthest.items():
        where = comma.join(f"{in_table(key, lang)} {_cell(row[key], lang)}" for key in result.keys)
        compared = Message(
            "{column}: {now} now, {then} stored",
            column=in_table(column, lang),
            now=_cell(row["now"]),
            then=_cell(row["stored"]),
        )
        if where:
            compared = Message("{compared} ({where})", compared=compared, where=where)
        lines.append(f"  {compared.text(lang)}")
    return "\n".join(lines)


def _told(stored: Mapping[str, Any]) -> list[Message]:
    seeds = len(stored["seeds"])
    told = [Message("{count} seeds", count=seeds) if seeds > 1 else Message("1 seed")]
    return [
        *(told if seeds else []),
        Message("{seconds:.0f} s", seconds=stored["seconds"]),
        Message("numpy {version}", version=stored["versions"]["numpy"]),
    ]


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
