"""Name what the program says and has no Chinese for.

    python tools/messages.py

What it says is found in its source, and in the help of its commands. The Chinese stands in
convexplain/messages/zh.py, by the English sentence.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import click

ROOT = Path(__file__).parents[1]
#: What takes a message, or its template, as its first argument.
TAKERS = {
    "Finding",
    "Message",
    "Name",
    "Topics",
    "at_least_one",
    "guarded",
    "joined",
    "say",
    "tell",
}
#: What is called so in every language.
NAMES = {"MNIST", "Pillow", "Python", "Typst", "manim"}
#: What of click's own words a person can see here.
CLICK = re.compile(
    r"Options|Commands|Positional arguments|required|default: \{default\}|Usage:|"
    r"Show (this message|the version) and exit\.|Missing|Invalid value|Got unexpected|No such|"
    r"Option \{name!r\}|Argument \{name|\(?Did you mean|\{value!r\} is not a valid \{number|"
    r"\{name\} \{filename!r\}|\{value\} is not in the range|file$|directory$|path$"
)


def of_source() -> Iterator[tuple[str, str]]:
    """Yield where the source says something, and what; "" for one that is no template."""
    for place, call in _calls():
        first = call.args[0]
        if isinstance(first, ast.JoinedStr):
            yield place, ""
        elif isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield place, first.value


@cache
def _calls() -> tuple[tuple[str, ast.Call], ...]:
    """Return all calls that take a message, and where they stand."""
    paths = sorted((ROOT / "convexplain").rglob("*.py"))
    trees = {path: [*ast.walk(ast.parse(path.read_text("utf-8")))] for path in paths}
    takers = TAKERS | _errors([node for nodes in trees.values() for node in nodes])
    return tuple(
        (f"{path.relative_to(ROOT)}:{node.lineno}", node)
        for path, nodes in trees.items()
        for node in nodes
        if isinstance(node, ast.Call) and node.args and _name(node.func) in takers
    )


def _errors(nodes: list[ast.AST]) -> set[str]:
    """Name the errors that say a message: `Told` and what is made of it."""
    bases = {
        node.name: {_name(base) for base in node.bases}
        for node in nodes
        if isinstance(node, ast.ClassDef)
    }
    found, before = {"Told"}, set[str]()
    while found != before:
        before = found
        found = found | {name for name, those in bases.items() if those & found}
    return found


def _name(node: ast.expr) -> str:
    name: str = getattr(node, "id", getattr(node, "attr", ""))
    return name


def of_system() -> Iterator[tuple[str, str]]:
    """Yield what systems say of a file, as POSIX has it, whatever this one says."""
    for text in (
        "Permission denied",
        "No such file or directory",
        "File exists",
        "Not a directory",
        "Is a directory",
        "No space left on device",
        "Read-only file system",
        "File name too long",
        "Too many levels of symbolic links",
        "Operation not permitted",
        "Invalid argument",
        "Input/output error",
    ):
        yield "a system", text


def of_help() -> Iterator[tuple[str, str]]:
    """Yield what the help says: of the commands, of their options, and what click itself says."""
    from convexplain.cli import cli

    yield from _of_command(cli, "convexplain")
    for name in cli.list_commands(click.Context(cli)):
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        yield from _of_command(command, f"convexplain {name}")
    for module in ("core", "decorators", "exceptions", "formatting", "parser", "types"):
        for node in ast.walk(ast.parse(inspect.getsource(sys.modules[f"click.{module}"]))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "ngettext"):
                for each in node.args:
                    if isinstance(each, ast.Constant) and CLICK.match(each.value):
                        yield f"click.{module}", each.value
    # What click puts into its sentences, or asks for by a variable.
    yield from (("click", word) for word in ("required", "integer", "float"))


def _of_command(command: click.Command, name: str) -> Iterator[tuple[str, str]]:
    from convexplain.cli import _help
    from convexplain.cli._types import Name

    context = click.Context(command)
    words = [command.options_metavar or "", getattr(command, "subcommand_metavar", "")]
    words += [
        param.make_metavar(context)
        for param in (*command.params, *_of_topics(command))
        if not (getattr(param, "is_flag", False) or getattr(param, "count", False))
    ]
    for text in (
        *_help.sentences(command.help or ""),
        _help.short(command),
        *re.findall("[A-Z]{2,}", " ".join(words)),
        *(
            param.type.kind
            for param in (*command.params, *_of_topics(command))
            if isinstance(param.type, Name)
        ),
    ):
        yield f"{name} --help", text
    for param in command.params:
        if isinstance(param, click.Option):
            for text in (param.help, param.show_default):
                if isinstance(text, str):
                    yield f"{name} --help", text
    if isinstance(command, click.Group) and command.name != "convexplain":
        for inner in command.commands.values():
            yield from _of_command(inner, f"{name} {inner.name}")


def of_experiments() -> Iterator[tuple[str, str]]:
    """Yield the words of experiments' tables: columns, and what stands in them."""
    from convexplain.data import facts
    from convexplain.network import CHAPTER_LAYERS
    from convexplain.training.experiments import EXPERIMENTS

    names = {layer.name for layer in CHAPTER_LAYERS} | {"cnn", "dense", ""}
    for name in EXPERIMENTS:
        for row in facts.load(name)["rows"]:
            columns = [column for column, value in row.items() if not isinstance(value, list)]
            for text in (*columns, *(value for value in row.values() if isinstance(value, str))):
                layer, _, rest = text.partition("_")
                kind, _, number = text.partition(" ")
                word = rest if layer in names else kind if number.isdecimal() else text
                if not names.issuperset(word.split(", ")):
                    yield f"experiment {name}", f"{word} (in a table)"


def _of_topics(command: click.Command) -> Iterator[click.Parameter]:
    """Yield the options of all lessons, or figures, that a command is about."""
    from convexplain.cli import _lesson

    if isinstance(command, _lesson.LessonCommand):
        for name in command.topics.names():
            found = command.topics.find(name)
            yield from _lesson._options(found, command.topics.fields(found))


@cache
def everything() -> tuple[tuple[str, str], ...]:
    """Return all that is said."""
    return (*of_source(), *of_help(), *of_experiments(), *of_system())


def misfits() -> list[str]:
    """Return where a template has other fields than the values that it is given."""
    lines = []
    for place, call in _calls():
        template = getattr(call.args[0], "value", None)
        given = {keyword.arg for keyword in call.keywords} - {"err"}
        if isinstance(template, str) and _name(call.func) not in TAKERS - {"Message", "say"}:
            named = {name for _, name, _, _ in Formatter().parse(template) if name}
            fields = {re.split(r"[.\[]", name)[0] for name in named}
            if fields != given and (given or fields):
                lines.append(f"{place}: {template!r} is given {sorted(map(str, given))}")
    return lines


def missing() -> list[str]:
    """Return what has no Chinese, a line each."""
    from convexplain.messages.zh import SENTENCES

    lines = []
    for place, text in everything():
        if not text:
            lines.append(f"{place}: write the message as a template, its values by name")
        elif (
            text not in SENTENCES
            and text not in NAMES
            and re.search("[A-Za-z]", re.sub(r"\{[^{}]*\}", "", text))
        ):
            lines.append(f"{place}: no Chinese for {text!r}: add it to convexplain/messages/zh.py")
    return list(dict.fromkeys(lines))


if __name__ == "__main__":
    sys.exit("\n".join([*missing(), *misfits()]))
