"""Lessons, and whatever else has options, made of values by name, as in a call of a function."""

from __future__ import annotations

import os
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from convexplain.data import pictures
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError, choose, either
from convexplain.lessons.parts.lesson import option_fields
from convexplain.lessons.parts.subject import choose_picture, mode_of
from convexplain.messages import Message

T = TypeVar("T")

_CHOOSE = ("digit", "sample", "image", "nth")


def make(cls: type[T], values: Mapping[str, Any], *, of: str, without: tuple[str, ...] = ()) -> T:
    """Make a lesson, or options, of values by name.

    Parameters
    ----------
    cls : type
        A dataclass whose fields were declared with `option`.
    values : mapping
        By the names of the fields, or of their flags. Where there is a field ``picture``,
        "digit", "sample", "image" and "nth" choose it as they do on the command line; a file's name
        stands for the picture in it.
    of : str
        What is made, for the error's line.
    without : tuple of str, optional
        Fields that mean nothing here, as if they were no options.

    Raises
    ------
    UsageError
        There is no such option, or a value is not possible.
    ConvexplainError
        A file is no picture.
    """
    fields = {field.name: field for field in option_fields(cls) if field.name not in without}
    flags = {f.lstrip("-"): n for n, field in fields.items() for f in field.metadata["flags"]}
    pick = [name for name in _CHOOSE if "picture" in fields and name not in flags]
    hints = typing.get_type_hints(cls)
    made: dict[str, Any] = {}
    for given, value in values.items():
        name = flags.get(given, given)
        if name in fields:
            made[name] = _fitting(given, value, hints[name], values.get("model"))
        elif given not in pick:
            there = choose(given, [*pick, *fields]) if fields else Message("it has none")
            raise UsageError(
                "{of} has no option {given!r}: {there}", of=of, given=given, there=there
            )
    chosen = choose_picture({name: values.get(name) for name in pick}, values.get("model"), cls)
    if chosen is not None:
        if made.get("picture") is not None:
            raise UsageError("a picture and another one exclude one another: give one of them")
        made["picture"] = chosen
    return cls(**made)


def _fitting(name: str, value: Any, hint: Any, model: str | None) -> Any:
    """Check the type of a value, and read a file that stands for a picture."""
    union = isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union
    kinds = typing.get_args(hint) if union else (hint,)
    if Picture in kinds and isinstance(value, (str, os.PathLike)):
        mode = mode_of(model) if name == "picture" else "rgb"
        return pictures.load_image(os.fspath(value), mode=mode)
    for kind in kinds:
        if typing.get_origin(kind) is typing.Literal:
            allowed = typing.get_args(kind)
            if value not in allowed:
                raise UsageError(
                    "there is no {name} {value!r}: {choice}",
                    name=name,
                    value=value,
                    choice=choose(str(value), allowed),
                )
            return value
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        plain = typing.get_origin(kind) or kind
        if isinstance(value, plain) and (plain is bool or not isinstance(value, bool)):
            return value
    raise UsageError(
        "{name}={value!r} is not possible: give {allowed}",
        name=name,
        value=value,
        allowed=either(map(_described, kinds)),
    )


def _described(kind: Any) -> str:
    words = {
        int: Message("a whole number"),
        float: Message("a number"),
        str: Message("a text"),
        bool: "True or False",
        tuple[int, int]: Message("a pair (row, column)"),
        type(None): "None",
        Picture: Message("a Picture"),
    }
    return words.get(kind, str(kind))
