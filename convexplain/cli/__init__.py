"""The command line: ``convexplain COMMAND``. A command is a file here, loaded when it is needed."""

from __future__ import annotations

import difflib
import importlib
import io
import json
import keyword
import os
import pkgutil
import re
import shlex
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from types import FrameType
from typing import Any, NoReturn

import click

from convexplain import __version__
from convexplain.cli._help import Command, in_language, param_in_language
from convexplain.cli._nearest import NEAREST
from convexplain.cli._speak import asked, speaking, spoken, tell
from convexplain.errors import ConvexplainError, UsageError, choose, either
from convexplain.messages import Message, together
from convexplain.video import memory

INTERRUPTED = 128 + signal.SIGINT
_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Root(click.Group):
    """Finds commands by file, and turns every error into one line and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands, without importing any."""
        found = (module.name for module in pkgutil.iter_modules(__path__))
        # A command that Python has a word of its own for is in a file with an underscore behind it.
        names = (name.rstrip("_").replace("_", "-") for name in found if not name.startswith("_"))
        return sorted(names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command's module and take the object of the same name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        name = cmd_name.replace("-", "_") + "_" * keyword.iskeyword(cmd_name)
        command: click.Command = getattr(importlib.import_module(f"{__name__}.{name}"), name)
        return _completed(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; for an unknown one name those that there are."""
        commands = self.list_commands(ctx)
        if args[:2] == ["model", "import"]:
            args = ["model-import", *args[2:]]
        if not ctx.resilient_parsing and not args[0].startswith("-") and args[0] not in commands:
            if args == ["help"]:
                click.echo(ctx.get_help())
                ctx.exit()
            if args == ["version"]:
                click.echo(f"convexplain {__version__}")
                ctx.exit()
            args = _meant(args, commands)
        return super().resolve_command(ctx, args)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command line, and exit unless told otherwise.

        A command may return its exit code; None is 0.
        """
        # Not list(...): a command of that name is a module of this package.
        args = [*(sys.argv[1:] if args is None else args)]
        name = prog_name or "convexplain"
        with speaking(asked(args)):
            # What click runs is a copy of this group in the language.
            run: Callable[..., Any] = partial(
                click.Group.main, _completed(self), args, name, complete_var
            )
            if not standalone_mode:
                return run(standalone_mode=False, **extra)
            try:
                code = run(standalone_mode=False, **extra)
            except Exception as error:
                code, text = _explain(error)
                flags = {*args[: args.index("--") if "--" in args else None]}
                story = "".join(traceback.format_exception(error)) if "--debug" in flags else ""
                report(text, code, as_json="--json" in flags, story=story)
        sys.exit(code if isinstance(code, int) else 0)


def _completed(command: Command) -> Command:
    """Return a copy of a command in the language that is spoken, with what every command has."""
    known = in_language(command)
    known.context_settings = {**_CONTEXT, **command.context_settings}
    if not any(param.name == "debug" for param in known.params):
        known.params.append(param_in_language(_debug_option()))
    return known


def _meant(args: list[str], commands: Sequence[str]) -> list[str]:
    """Return the command line that is plainly meant, or refuse one that means no command."""
    from convexplain import lessons
    from convexplain.cli._types import slug

    word, *rest = args
    name = slug(word)
    if name == "help" and rest:
        return [rest[0], "--help"]
    if name in commands:
        return [name, *rest]
    if rest and slug(rest[0]) in commands:
        line = [slug(rest[0]), word, *rest[1:]]
    elif name in lessons.names():
        return ["render", name, *rest]
    else:
        near = _NEAR.get(name) or next(
            iter(difflib.get_close_matches(name, [*commands, *lessons.names()], n=1)), None
        )
        if near is None:
            raise UsageError(
                "there is no command {word!r}: {choice}", word=word, choice=choose(word, commands)
            )
        line = [near, *rest] if near in commands else ["render", near, *rest]
    raise UsageError(
        "there is no command {word!r}: did you mean {line}?",
        word=word,
        line=shlex.join(["convexplain", *line]),
    )


#: Words for what a command does, by which it may be looked for.
_NEAR = {
    "check": "doctor",
    "classify": "predict",
    "draw": "figure",
    "html": "page",
    "lessons": "list",
    "ls": "list",
    "movie": "film",
    "open": "demo",
    "plot": "figure",
    "video": "render",
    "videos": "render",
    "web": "page",
}


def report(text: str, code: int, *, as_json: bool = False, story: str = "") -> None:
    """Write an error to standard error: a line for people, a line of JSON for programs.

    `story` is the traceback, if it was asked for.
    """
    if as_json:
        told: dict[str, object] = {"message": text, "exit_code": code}
        if story:
            told["traceback"] = story
        click.echo(json.dumps({"error": told}), err=True)
        return
    line = text if code == INTERRUPTED else tell(Message("Error: {message}", message=text))
    click.echo(story + line, err=True)


def _explain(error: Exception) -> tuple[int, str]:
    """Return the exit code and the one line for an error."""
    if isinstance(error, click.Abort):  # click makes this of Ctrl-C, and ends the line
        return INTERRUPTED, tell(Message("interrupted"))
    if isinstance(error, ConvexplainError):
        code, text = error.exit_code, error.text(spoken())
    elif isinstance(error, click.ClickException):
        code, text = error.exit_code, _of_click(error)
    elif isinstance(error, OSError):
        code = 1
        text = error.strerror or str(error)
        text = f"{error.filename}: {text}" if error.filename else text
    elif memory.is_lacking(error):
        code, text = 1, tell(Message("out of memory: {advice}", advice=memory.advice()))
    else:
        code = 1
        kind = type(error).__name__
        text = tell(
            Message(
                "unexpected {kind}: {error}; run again with --debug, and report it",
                kind=kind,
                error=error,
            )
        )
    return code, " ".join(text.split())


def _of_click(error: click.ClickException) -> str:
    """Return what click says of an error, and where to read more."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is None:
        return error.format_message()
    if isinstance(error, click.NoSuchOption):
        return tell(_no_such_option(error.option_name, context))
    told = error.format_message().rstrip(".。")
    more = Message("see {command} --help", command=context.command_path)
    return f"{told} {tell(more)}" if told.endswith(("?", "？")) else tell(together([told, more]))


#: Options that other programs have, and what does the same here.
_ELSEWHERE = {
    "--fps": "--quality",
    "--framerate": "--quality",
    "--resolution": "--quality",
    "--size": "--quality",
    "--duration": "--seconds",
    "--length": "--seconds",
    "--language": "--lang",
    "--out": "--output",
    "--to": "--directory",
    "--dark": "--theme",
    "--light": "--theme",
    "--white": "--theme",
    "--file": "--image",
    "--picture": "--image",
}


def _no_such_option(name: str, ctx: click.Context) -> Message:
    from convexplain.cli._lesson import NAME, LessonCommand

    alone = getattr(ctx.meta.get("convexplain.found"), "alone", None)
    if name == "--model" and alone is not None:
        return Message("--model is no option here: {why}", why=alone)
    command = ctx.command_path
    if (ctx.command.name, name) == ("kernels", "--model"):
        return Message(
            "there is no option --model: convexplain figure kernels --model FILE draws a network's"
        )
    usage = " ".join([command, *ctx.command.collect_usage_pieces(ctx)])
    if tell(name[2:].upper()) in re.findall(r"\w+", usage.removeprefix(command)):
        return Message("{name} is named without an option: {usage}", name=name[2:], usage=usage)
    options = [opt for param in ctx.command.get_params(ctx) for opt in param.opts if "--" in opt]
    known = _ELSEWHERE.get(name)
    near = [known] if known in options else difflib.get_close_matches(name, options, n=1)
    if near:
        return Message(
            "there is no option {name}: did you mean {near}? All: {command} --help",
            name=name,
            near=near[0],
            command=command,
        )
    if isinstance(ctx.command, LessonCommand) and (others := ctx.command.having(name)):
        return Message(
            "{lesson} has no option {name}: {others} can take it",
            lesson=ctx.meta[NAME],
            name=name,
            others=either(others),
        )
    return Message("there is no option {name}: see {command} --help", name=name, command=command)


def _debug_option() -> click.Option:
    return click.Option(
        ["--debug"], is_flag=True, expose_value=False, help="Show the traceback of an error."
    )


@click.group("convexplain", cls=Root, invoke_without_command=True, context_settings=_CONTEXT)
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Show how a convolution works: videos whose every number is computed.

    The first thing to try: convexplain render
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def _mend_streams() -> None:
    """Open what was closed, and let no character that a terminal does not know stop us.

    Where a standard stream is closed, the next file that is opened gets its number, and whatever a
    library prints.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: SIM115, PTH123
            os.set_inheritable(stream.fileno(), True)  # processes that we start need it, too
            setattr(sys, name, stream)
        elif mode == "w" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=NEAREST)


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    """Leave through every ``finally``, with the exit code that shells expect."""
    sys.exit(128 + number)


def main() -> None:
    """Run the command line of this process."""
    _mend_streams()
    # Other Pythons that we start search no current folder for modules.
    os.environ["PYTHONSAFEPATH"] = "1"
    handlers = {
        getattr(signal, name): signal.default_int_handler if name == "SIGINT" else _terminate
        for name in ("SIGINT", "SIGTERM", "SIGHUP")
        if hasattr(signal, name)
    }
    # Who started us with nohup wants us to go on.
    ours = [number for number in handlers if signal.getsignal(number) != signal.SIG_IGN]
    for number in ours:
        signal.signal(number, handlers[number])
    try:
        cli()
    except KeyboardInterrupt:  # another one, while the first was being told
        sys.exit(INTERRUPTED)
    finally:
        # Nothing is left to be cleaned: who is still impatient ends us at once, without a word.
        for number in ours:
            signal.signal(number, signal.SIG_DFL)
