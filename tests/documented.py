"""The code blocks of the documents, found and run.

A ``python`` block is executed, with what the page's earlier blocks defined; the ``ipython`` blocks
of a page are a session of their own; a ``bash`` block is run line by line, an ``sh`` block as a
whole. A ``text`` block right after one of them is what it prints. A page runs in a fresh folder, in
which any picture that an example names exists. A comment before a block says what is different:
``<!-- not run: REASON -->``, or ``<!-- slow -->``, for blocks that ``scripts/soak.sh`` runs alone.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import click
from markdown_it import MarkdownIt
from PIL import Image

from convexplain.cli import cli
from convexplain.data import digits

ROOT = Path(__file__).parents[1]
PAGES = [
    *sorted(ROOT.glob("*.md")),
    # Neither what is built, nor the lessons' pages, which code writes.
    *sorted(
        page
        for page in (ROOT / "docs").rglob("*.md")
        # A Chinese page has the code of its English twin, and a test that says so.
        if not {"_build", "zh"} & {*page.parts} and page.parent.name != "lessons"
    ),
]
#: Languages whose blocks are run, and those that are only shown.
RUN = {"python", "ipython", "bash", "sh"}
SHOWN = {"text", "json", "html", "markdown", "rst", "zsh"}
#: Commands that take long, and those that need the complete data.
SLOW = {"render", "film", "train"}
MNIST = {"evaluate", "experiment", "train"}
# What stands for a file of the reader's own.
_FILES = {"--image": "picture"}
_SESSION = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
for cell in json.loads(sys.argv[1]):
    InteractiveShell.instance().run_cell(cell).raise_error()
"""
_COMMENT = re.compile(r"<!--\s*(not run: (?P<reason>.+?)|(?P<slow>slow))\s*-->\s*$", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A code block."""

    page: Path
    line: int  # of its first line of code, counted from 1 as editors do
    language: str
    code: str
    shown: str | None = None  # what it prints, as the document says
    reason: str = ""  # why it is not run; "" if it is
    slow: bool = False  # whether it is said to take long

    @property
    def place(self) -> str:
        """Where it stands, as a terminal can open it."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield the commands of a shell block with their lines, continued ones joined."""
        waiting, first = "", self.line
        for number, line in enumerate(self.code.splitlines(), self.line):
            first = number if not waiting else first
            waiting += line
            if waiting.endswith("\\"):
                waiting = waiting[:-1]
                continue
            if shlex.split(waiting, comments=True):
                yield first, waiting.strip()
            waiting = ""


def name(page: Path) -> str:
    """A page's name from the root of the project."""
    return str(page.relative_to(ROOT))


@cache
def blocks(page: Path) -> list[Block]:
    """The code blocks of a page, in order."""
    tokens = MarkdownIt().parse(page.read_text(encoding="utf-8"))
    found: list[Block] = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type != "fence" or token.map is None:
            continue
        language = token.info.split(" ")[0]
        follows = before is not None and before.type == "fence" and bool(found)
        if language == "text" and follows and found[-1].language in RUN:
            found[-1] = replace(found[-1], shown=token.content)
            continue
        comment = before.content if before is not None and before.type == "html_block" else ""
        match = _COMMENT.search(comment)
        reason = " ".join((match["reason"] or "").split()) if match else ""
        slow = bool(match and match["slow"])
        found.append(
            Block(page, token.map[0] + 2, language, token.content, reason=reason, slow=slow)
        )
    return found


def commands(page: Path) -> Iterator[tuple[str, list[str]]]:
    """Every ``convexplain ...`` of a page: where it stands, and its arguments."""
    for block in blocks(page):
        if block.language == "bash":
            for line, command in block.lines():
                words = shlex.split(command, comments=True)
                if words[0] == "convexplain":
                    yield f"{name(page)}:{line}", words[1:]


class Runner:
    """Runs the blocks of one page in an empty folder, which is the current one meanwhile."""

    def __init__(self, folder: Path, slow: bool) -> None:
        self.folder, self.slow = folder, slow
        self.mnist = "CONVEXPLAIN_MNIST" in os.environ
        self.module = types.ModuleType("documented_page")
        self._cells: list[Block] = []
        (folder / "scenes").symlink_to(ROOT / "scenes")

    def run(self, block: Block) -> None:
        """Run a block, and compare what it prints; AssertionError says where it goes wrong."""
        if block.reason or (block.slow and not self.slow):
            return
        printed = self.output(block)
        if block.shown is not None and printed is not None:
            assert printed.split() == block.shown.split(), f"{block.place} prints:\n{printed}"

    def output(self, block: Block) -> str | None:
        """Run a block and return what it prints; None if a line of it was left to another time."""
        kinds = {
            "python": self._python,
            "ipython": self._ipython,
            "bash": self._bash,
            "sh": self._shell,
        }
        with contextlib.chdir(self.folder):
            return kinds[block.language](block)

    def _python(self, block: Block) -> str:
        code = compile("\n" * (block.line - 1) + block.code, str(block.page), "exec")
        sys.modules[self.module.__name__] = self.module
        try:
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(code, vars(self.module))
        finally:
            del sys.modules[self.module.__name__]
        return out.getvalue()

    def _ipython(self, block: Block) -> None:
        self._cells.append(block)

    def finish(self) -> None:
        """Run the page's cells of IPython, together, in a process of their own."""
        if not self._cells:
            return
        cells = [block.code for block in self._cells]
        # Not a file, but as in a notebook: workers that are started cannot run the cells again.
        command = [sys.executable, "-c", _SESSION, json.dumps(cells)]
        with contextlib.chdir(self.folder):
            self._process(shlex.join(command), self._cells[0].place)

    def _bash(self, block: Block) -> str | None:
        printed, whole = "", True
        for line, command in block.lines():
            words = shlex.split(command, comments=True)
            if left_out(words, self.slow, self.mnist):
                whole = False
                continue
            self._provide(words)
            place = f"{name(block.page)}:{line}"
            if words[0] == "convexplain" and not set(words) & {"|", ">", "&&"}:
                printed += _call(words[1:], place)
            else:
                printed += self._process(command, place)
        return printed if whole else None

    def _shell(self, block: Block) -> str:
        return self._process(block.code, block.place)

    def _provide(self, words: list[str]) -> None:
        """Make the picture that an example names."""
        for flag, value in pairwise(words):
            if flag in _FILES and not Path(value).exists():
                pixels = digits.first(5).pixels[:, :, 0]
                Image.fromarray((255 * pixels).astype("uint8")).save(value, format="PNG")

    def _process(self, script: str, place: str) -> str:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            env={
                **os.environ,
                "PATH": path,
                "HOME": str(self.folder),
                "IPYTHONDIR": str(self.folder),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{place}: {script}\n{done.stderr}"
        return done.stdout


def understood(arguments: list[str]) -> click.Context:
    """Parse a command line as the command itself would, without running it."""
    parent = click.Context(cli, info_name="convexplain")
    command = cli.get_command(parent, arguments[0])
    assert command is not None
    return command.make_context(arguments[0], arguments[1:], parent=parent)


def left_out(words: list[str], slow: bool, mnist: bool) -> bool:
    """Say whether a command is for another time: it takes long, needs data, has its own tests."""
    if words[0] == "bash" and words[1].startswith("scripts/"):
        assert (ROOT / words[1]).is_file(), f"there is no {words[1]}"
        return True  # they run these tests
    if words[:2] == ["pip", "install"]:
        return True  # tests/test_packaging.py does
    if words[0] == "manim":
        return not slow
    if words[0] != "convexplain":
        return False
    whole_set = "--all" in words  # tests of cards and figures ask for all of them, too
    long = words[1] in SLOW or (words[1] == "page" and "--lesson" in words) or whole_set
    return (long and not slow) or (words[1] in MNIST and not mnist)


def _call(arguments: list[str], place: str) -> str:
    """Run the command line in this process, as its program does, and return what it prints."""
    with (
        contextlib.redirect_stdout(io.StringIO()) as out,
        contextlib.redirect_stderr(io.StringIO()) as err,
    ):
        try:
            cli.main(arguments)
            code: object = 0
        except SystemExit as stop:
            code = stop.code
    assert code in (0, None), f"{place}: convexplain {shlex.join(arguments)}\n{err.getvalue()}"
    return out.getvalue()
