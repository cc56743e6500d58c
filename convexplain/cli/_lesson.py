"""A command that takes a lesson, and with it the options that the lesson's fields declare."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from convexplain.cli._help import param_in_language
from convexplain.cli._options import (
    given_picture,
    mention_doubts,
    picture_argument,
    picture_options,
)
from convexplain.cli._speak import spoken
from convexplain.cli._types import (
    Model,
    Name,
    Number,
    Photo,
    Place,
    is_picture,
    kernels,
    layers,
)
from convexplain.errors import UsageError
from convexplain.messages import Message
from convexplain.style.captions import Caption

if TYPE_CHECKING:
    from dataclasses import Field

DEFAULT = "sliding-window"
#: Where the context keeps the name that was given, and the class that was found.
NAME, FOUND = "convexplain.name", "convexplain.found"


def lesson_names() -> tuple[str, ...]:
    """Return the names of the lessons; a module of this name exists for each."""
    from convexplain import lessons

    return lessons.names()


def _lesson(name: str) -> type[Any]:
    from convexplain import lessons

    return lessons.find(name)


@dataclasses.dataclass(frozen=True)
class Topics:
    """What a command is about: lessons, or figures."""

    word: str  # name of the argument, and of the function's parameter
    names: Callable[[], tuple[str, ...]]
    #: Gives the class of a name's options, fields declared by `convexplain.lessons.option`.
    find: Callable[[str], type[Any]]
    without: tuple[str, ...] = ()  # fields that mean nothing here

    def fields(self, found: type[Any]) -> tuple[Field[Any], ...]:
        """Return the fields that are options."""
        from convexplain import lessons

        every = getattr(found, "options", lambda: lessons.option_fields(found))()
        return tuple(field for field in every if field.name not in self.without)


LESSONS = Topics("lesson", lesson_names, _lesson)


class LessonCommand(click.Command):
    """Finds the lesson among the arguments, and calls its function with the lesson made.

    The function's parameter ``lesson`` is a `Lesson`; the lesson's options are gone from the
    others. The help of the options is in the language that is spoken. Other `topics` are found and
    made in the same way.
    """

    def __init__(self, *args: Any, topics: Topics = LESSONS, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.topics = topics
        kind = Name(topics.word, topics.names)
        self.params.insert(
            0,
            click.Argument(
                [topics.word],
                type=kind,
                default=DEFAULT,
                metavar=f"[{topics.word.upper()}]",
            ),
        )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Learn the lesson, which decides what options there are, and parse."""
        kind = Name(self.topics.word, self.topics.names)
        name = kind.meant(self._name_among(args))
        if name not in kind.names and is_picture(name):  # the first lesson, with this picture
            name = DEFAULT
            args = [name, *args]
        if name in kind.names:
            ctx.meta[NAME], ctx.meta[FOUND] = name, self.topics.find(name)
        elif not ctx.resilient_parsing:
            kind.convert(name, None, ctx)
        return super().parse_args(ctx, args)

    def _name_among(self, args: list[str]) -> str:
        """Return the first argument that is not an option or an option's value."""
        flags: dict[str, bool] = {
            flag: isinstance(param, click.Option) and (param.is_flag or param.count)
            for param in self.params
            for flag in [*param.opts, *param.secondary_opts]
        }
        flags |= {"-h": True, "--help": True}
        rest = list(args)
        while rest:
            arg = rest.pop(0)
            if arg == "--":
                return rest[0] if rest else DEFAULT
            if not arg.startswith("-") or arg == "-":
                return arg
            long = arg.startswith("--")
            has_value = "=" in arg if long else len(arg) > 2
            # Of the lesson's own options nothing is known yet; most take a value.
            if not has_value and not flags.get(arg, rest[:1] != [] and rest[0].startswith("--")):
                rest = rest[1:]
        return next((arg for arg in args if arg in self.topics.names()), DEFAULT)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the command's parameters and the lesson's."""
        params = super().get_params(ctx)
        found = ctx.meta.get(FOUND)
        if found is None:
            return params
        fields = self.topics.fields(found)
        made = [*_options(found, fields), *params]
        if any(field.name == "picture" for field in fields):
            made.append(param_in_language(picture_argument(self.topics.names)))
        return made

    def having(self, flag: str) -> list[str]:
        """Return the names of the topics that have this option of their own."""
        return [
            name
            for name in self.topics.names()
            for found in [self.topics.find(name)]
            if any(flag in made.opts for made in _options(found, self.topics.fields(found)))
        ]

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Return what another network must have."""
        super().format_epilog(ctx, formatter)
        if needs := getattr(ctx.meta.get(FOUND), "needs", ()):
            from convexplain.lessons.parts.subject import ROLES

            for role in needs:
                formatter.write_paragraph()
                formatter.write_text(_NEEDS.fill(what=ROLES[role].words).text(spoken()))

    def invoke(self, ctx: click.Context) -> Any:
        """Make the lesson of its options, and call the function."""
        from convexplain.lessons.parts.subject import choose_picture

        found: type[Any] = ctx.meta[FOUND]
        values: dict[str, Any] = {}
        for field in self.topics.fields(found):
            if field.name == "picture":
                given = given_picture(ctx.params)
                values["picture"] = choose_picture(given, ctx.params.get("model"), found)
                mention_doubts(values["picture"], ctx.params.get("lang"))
            else:
                values[field.name] = ctx.params.pop(field.name)
        ctx.params[self.topics.word] = found(**values)
        return super().invoke(ctx)


_NEEDS = Caption(
    en="The network of --model must have {what}.", zh="--model 给出的网络必须有：{what}。"
)


def only_defaults(ctx: click.Context, rule: Message) -> None:
    """Refuse what concerns one lesson alone, where all are asked for; `rule` begins the error."""
    command = ctx.command
    assert isinstance(command, LessonCommand)
    shared = {param.name for param in command.params} - {command.topics.word}
    for param in command.get_params(ctx):
        if param.name is not None and param.name not in shared:
            source = ctx.get_parameter_source(param.name)
            if source is not None and source is not ParameterSource.DEFAULT:
                raise UsageError("{rule}: leave {flag} out", rule=rule, flag=param.opts[0])


def output_path(output: Path, kind: str | None) -> Path:
    """Return the output, unless --format contradicts its extension."""
    if kind is not None and output.suffix.lower() != f".{kind}":
        raise UsageError(
            "--format {kind} and the output {name!r} contradict one another: name it "
            "{stem}.{kind}, or leave --format out",
            kind=kind,
            name=output.name,
            stem=output.stem,
        )
    return output


def _options(found: type[Any], fields: tuple[Field[Any], ...]) -> list[click.Parameter]:
    """Make the options of a lesson's fields."""
    hints = typing.get_type_hints(found)
    made: list[click.Parameter] = []
    # A lesson may have another use for one of them, such as a photograph for --image.
    taken = {flag for field in fields for flag in field.metadata["flags"]}
    for field in fields:
        if field.name == "picture":
            parts = (part for part in picture_options() if not taken & set(part.opts))
            made += map(param_in_language, parts)
        else:
            made.append(_option(field, hints[field.name]))
    return made


def _option(field: dataclasses.Field[Any], hint: Any) -> click.Parameter:
    """Make the option of one field; its type comes from the metadata or from the annotation."""
    meta: Mapping[str, Any] = field.metadata
    kind: Any = meta["type"]() if meta["type"] else _kind(field.name, hint)
    flag = "--" + field.name.replace("_", "-")
    flags = meta["flags"] or ((f"{flag}/--no-{flag[2:]}",) if kind is bool else (flag,))
    made = click.Option(
        [*flags, field.name],
        type=kind,
        is_flag=kind is bool,
        default=field.default,
        metavar=meta["metavar"],
        shell_complete={"kernel": kernels, "layer": layers}.get(field.name),
        show_default=field.default not in (None, ""),
        help=_sentence(meta[spoken()]),
    )
    return param_in_language(made)


def _kind(name: str, hint: Any) -> Any:
    """Return the click type for an annotation such as ``int | None``."""
    from convexplain.data.pictures import Picture

    if name == "model":
        return Model()
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        hint = next(part for part in typing.get_args(hint) if part is not type(None))
    if hint is Picture:
        return Photo()
    if hint == tuple[int, int]:
        return Place()
    if typing.get_origin(hint) is typing.Literal:
        return Name(name.replace("_", " "), typing.get_args(hint))
    return Number() if hint is float else hint


def _sentence(text: str) -> str:
    """Begin with a capital and end with a full stop, as click's own help does."""
    if not text.isascii():
        return text.rstrip("。") + "。"
    return text[:1].upper() + text[1:].rstrip(".") + "."
