"""``lesson-options``: the options that each lesson adds to a command, as ``--help`` tells them."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import click
from docutils import nodes
from sphinx.application import Sphinx
from sphinx_click.ext import ClickDirective

from convexplain import lessons
from convexplain.cli._lesson import LESSONS, _options


class LessonOptions(ClickDirective):  # type: ignore[misc]  # sphinx-click is untyped
    """A section for each lesson of the chapter."""

    required_arguments = 0
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[nodes.Node]:
        """Describe each lesson as the command line knows it."""
        self.env = self.state.document.settings.env
        found: list[nodes.Node] = []
        for name in lessons.names():
            lesson = lessons.find(name)
            options = _options(lesson, LESSONS.fields(lesson))
            command = click.Command(name, params=options, help=_about(lesson))
            found += self._generate_nodes(f"convexplain render {name}", command, None, "none")
        return found


def _about(lesson: type[lessons.Lesson]) -> str:
    return f"{lesson.title.text('en')}. {lesson.question.text('en')}"


def _plain(app: Sphinx, ctx: click.Context, lines: list[str]) -> None:
    """Write defaults as they are typed, without the quotes of Python."""
    lines[:] = [re.sub(r"(:default: ``)'(.*)'(``)$", r"\1\2\3", line) for line in lines]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.setup_extension("sphinx_click")
    app.add_directive("lesson-options", LessonOptions)
    app.connect("sphinx-click-process-options", _plain)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
