"""Protocol buffers as they lie in a file: numbered fields of four kinds, read without a schema.

https://protobuf.dev/programming-guides/encoding/ is the format. Every length is checked against the
bytes that there are, so that a damaged file ends in a line and not in a crash.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TypeAlias

from convexplain.network.readers.imported import UnreadableError

Value: TypeAlias = int | memoryview

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


def varint(buffer: memoryview, start: int) -> tuple[int, int]:
    """Read a whole number of 7 bits a byte; return it and where the next field begins."""
    number = shift = 0
    for position in range(start, min(start + 10, len(buffer))):
        byte = buffer[position]
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, position + 1
        shift += 7
    raise UnreadableError("it is damaged: a number is cut off")


def fields(buffer: memoryview) -> Iterator[tuple[int, int, Value]]:
    """Go through a message: the number of each field, its kind, and its value."""
    position = 0
    while position < len(buffer):
        tag, position = varint(buffer, position)
        number, kind = tag >> 3, tag & 7
        if number == 0:
            raise UnreadableError("it is damaged: a field has the number 0")
        if kind == VARINT:
            value, position = varint(buffer, position)
            yield number, kind, value
            continue
        if kind == BYTES:
            length, position = varint(buffer, position)
        elif kind in (FIXED32, FIXED64):
            length = 4 if kind == FIXED32 else 8
        else:
            raise UnreadableError("it is damaged: a field is of the unknown kind {kind}", kind=kind)
        if length > len(buffer) - position:
            raise UnreadableError(
                "it is damaged: {length:,} bytes are promised and not there", length=length
            )
        yield number, kind, buffer[position : position + length]
        position += length


class Fields:
    """One message: its fields by number, in the order in which they came; errors call it `what`."""

    def __init__(self, buffer: memoryview, what: str) -> None:
        self.what = what
        self._found: dict[int, list[tuple[int, Value]]] = {}
        for number, kind, value in fields(buffer):
            self._found.setdefault(number, []).append((kind, value))

    def __contains__(self, number: int) -> bool:
        return number in self._found

    def buffers(self, number: int) -> list[memoryview]:
        """Return the values of a field that holds bytes, texts or messages."""
        return [self._bytes(kind, value) for kind, value in self._found.get(number, [])]

    def messages(self, number: int, what: str) -> list[Fields]:
        """Return the messages of a field."""
        return [Fields(buffer, what) for buffer in self.buffers(number)]

    def message(self, number: int, what: str) -> Fields | None:
        """Return the message of a field that occurs once."""
        found = self.messages(number, what)
        return found[-1] if found else None

    def texts(self, number: int) -> list[str]:
        """Return the texts of a field."""
        try:
            return [str(buffer, "utf-8") for buffer in self.buffers(number)]
        except UnicodeDecodeError as error:
            raise UnreadableError("it is damaged: {what} holds no text", what=self.what) from error

    def text(self, number: int) -> str:
        """Return the text of a field that occurs once, or none."""
        return (self.texts(number) or [""])[-1]

    def integers(self, number: int) -> list[int]:
        """Return whole numbers with a sign, one a field or packed."""
        found: list[int] = []
        for kind, value in self._found.get(number, []):
            if isinstance(value, int):
                found.append(signed(value))
                continue
            position = 0
            while position < len(self._bytes(kind, value)):
                number_, position = varint(value, position)
                found.append(signed(number_))
        return found

    def integer(self, number: int, default: int = 0) -> int:
        """Return a whole number that occurs once."""
        return (self.integers(number) or [default])[-1]

    def floats(self, number: int) -> list[float]:
        """Return float32 numbers, one a field or packed."""
        found: list[float] = []
        for kind, value in self._found.get(number, []):
            if isinstance(value, int) or len(value) % 4:
                raise UnreadableError(
                    "it is damaged: {what} holds no float numbers", what=self.what
                )
            assert kind in (BYTES, FIXED32, FIXED64)
            found += struct.unpack(f"<{len(value) // 4}f", value)
        return found

    def _bytes(self, kind: int, value: Value) -> memoryview:
        if kind != BYTES or isinstance(value, int):
            raise UnreadableError(
                "it is damaged: {what} holds a number in place of a text", what=self.what
            )
        return value


def signed(number: int) -> int:
    """Return a 64-bit number as it counts with a sign."""
    number &= (1 << 64) - 1
    return number - (1 << 64) if number >> 63 else number
