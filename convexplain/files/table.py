"""Tables of text as people's programs write them: separators and encodings found out."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from pathlib import Path
from typing import NamedTuple

from convexplain.errors import UsageError

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_SEPARATORS = ",;\t"
#: No list of people is larger, in bytes.
_LARGEST = 10_000_000


class Row(NamedTuple):
    """A row: its number in the file, the header's being 1, and its cells by their columns."""

    number: int
    cells: dict[str, str]
    surplus: int  # how many cells stand beyond the last column


class Table(NamedTuple):
    """What a file holds: its columns as they are written, its rows, and how it was read."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    encoding: str


def read(path: Path, encoding: str | None = None) -> Table:
    """Read a table whose first row names its columns.

    Commas, semicolons or tabs separate cells. Without a mark and without an encoding it is UTF-8,
    else GBK if its bytes are pairs, else Windows' Western European. Raises UsageError if it cannot
    be read, or is empty.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise UsageError(
                "{path!r} is larger than {largest} MB: is it a list?",
                path=str(path),
                largest=_LARGEST // 10**6,
            )
        content = path.read_bytes()
    except OSError as error:
        raise UsageError("cannot read {path!r}: {error}", path=str(path), error=error) from error
    encoding = encoding or _encoding(content)
    try:
        text = content.decode(encoding)
    except (LookupError, UnicodeError) as error:
        raise UsageError(
            "{path!r} is not written in {encoding}: {error}; name its --encoding, or save it as "
            "UTF-8",
            path=str(path),
            encoding=encoding,
            error=error,
        ) from error
    if "\0" in text:
        raise UsageError("{path!r} is no text: save the list as CSV", path=str(path))
    lines = io.StringIO(text, newline="")
    first = next((line for line in lines if line.strip()), "")
    told = re.fullmatch(r"sep=(.)\s*", first)  # as Excel writes and reads it
    head = next((line for line in lines if line.strip()), "") if told else first
    separator = told[1] if told else max(_SEPARATORS, key=head.count)
    reader = csv.reader(itertools.chain([head], lines), delimiter=separator)
    try:
        found = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise UsageError(
            "{path!r} is no table: {error}; save the list as CSV", path=str(path), error=error
        ) from error
    skipped = text[: text.index(head)].count("\n") if head else 0
    rows = [(number + skipped, cells) for number, cells in found if any(cells)]
    if not rows:
        raise UsageError("{path!r} is empty: its first row names the columns", path=str(path))
    (_, columns), *others = rows
    return Table(
        tuple(columns),
        tuple(
            Row(number, dict(zip(columns, cells, strict=False)), len(cells) - len(columns))
            for number, cells in others
        ),
        encoding,
    )


def _encoding(content: bytes) -> str:
    """Find out how a text is written."""
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            return encoding
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        # In GBK nearly all characters are pairs of high bytes; accents stand alone.
        pairs = all(len(run) % 2 == 0 for run in re.findall(rb"[\x80-\xff]+", content))
        return "gb18030" if pairs else "cp1252"
    return "utf-8"
