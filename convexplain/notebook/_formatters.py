"""Formatters for what the package computes, registered with IPython and taken away again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from convexplain import lessons
from convexplain.data.pictures import Picture
from convexplain.errors import ConvexplainError
from convexplain.lessons import Lesson
from convexplain.network import Network, Trace
from convexplain.notebook import _draw, _html, _maps, _state, _steps, _views
from convexplain.ops import Breakdown, ConvStep, ConvSteps, PoolStep, PoolSteps, TransposedSteps
from convexplain.panels import Diagram
from convexplain.style.theme import Look

_FIGURE = "matplotlib.figure.Figure"
_DPI = 144


class View(NamedTuple):
    """How a type is shown: `html` of the object and a look, `text` of the object and a language."""

    html: Callable[[Any, Look], str]
    text: Callable[[Any, str], str]


VIEWS: dict[type, View] = {
    ConvStep: View(_steps.convolution, lambda step, lang: step.breakdown().text(lang)),
    PoolStep: View(_steps.pooling, lambda step, lang: step.breakdown().text(lang)),
    Breakdown: View(_steps.breakdown, lambda account, lang: account.text(lang)),
    ConvSteps: View(_steps.steps, _steps.steps_text),
    TransposedSteps: View(_steps.steps, _steps.steps_text),
    PoolSteps: View(_steps.steps, _steps.steps_text),
    _maps.FeatureMaps: View(lambda maps, look: maps.html(look), lambda maps, lang: maps.text(lang)),
    Trace: View(_views.trace, _views.trace_text),
    Network: View(_views.network, _views.network_text),
    Lesson: View(_views.lesson, _views.lesson_text),
    Picture: View(_views.picture, _views.picture_text),
    Diagram: View(_draw.diagram, _draw.diagram_text),
}


class Formatters:
    """What was registered with an IPython shell, and what stood there before."""

    def __init__(self, shell: Any) -> None:
        self._html = shell.display_formatter.formatters["text/html"]
        self._plain = shell.display_formatter.formatters["text/plain"]
        self._before: list[tuple[Any, Any, Any]] = []

    def register(self) -> None:
        """Show all types of `VIEWS`, and matplotlib's figures that the package drew."""
        for kind, view in VIEWS.items():
            self._add(self._html, kind, _html_of(view))
            self._add(self._plain, kind, _plain_of(view))
        # A class that writes its own repr, as a dataclass does, hides what its base class shows as
        # plain text. By name: a lesson is loaded when it is asked for.
        for name in lessons.names():
            module = f"convexplain.lessons.{name.replace('-', '_')}"
            full = f"{module}.{name.title().replace('-', '')}"
            self._add(self._plain, full, _plain_of(VIEWS[Lesson]))
        # By name: matplotlib is not loaded until somebody draws.
        self._add(self._html, _FIGURE, figure_html)

    def unregister(self) -> None:
        """Put back what was there before."""
        for formatter, kind, before in reversed(self._before):
            formatter.pop(kind, None)
            if before is not None:
                formatter.for_type(kind, before)
        self._before = []

    def _add(self, formatter: Any, kind: Any, function: Callable[..., Any]) -> None:
        # Not what for_type() returns, which may be that of a base class.
        if isinstance(kind, str):
            before = formatter.deferred_printers.get(tuple(kind.rsplit(".", 1)))
        else:
            before = formatter.type_printers.get(kind)
        formatter.for_type(kind, function)
        self._before.append((formatter, kind, before))


def figure_html(figure: Any) -> str | None:
    """Show a figure that the package drew, with its alternative text; others as they are shown."""
    from convexplain.figures import _base, _writing

    if not _base.described(figure):
        return None
    width, height = (round(float(inches) * 96) for inches in figure.get_size_inches())
    png = _writing.content(figure, "png", dpi=_DPI)
    return _html.image(png, figure.get_label(), width, height)


def one_line(
    shell: Any, kind: type, error: ConvexplainError, traceback: Any, tb_offset: Any = None
) -> None:
    """Print an error that a user can cause as its one line; IPython calls this."""
    shell._showtraceback(kind, error, [f"Error: {error}"])


def _html_of(view: View) -> Callable[[Any], str]:
    return lambda shown: view.html(shown, _state.look)


def _plain_of(view: View) -> Callable[[Any, Any, bool], None]:
    def write(shown: Any, printer: Any, cycle: bool) -> None:
        told = view.text(shown, _state.look.lang)
        if len(printer.stack) > 1:  # in a list or a dict one line is enough
            told = f"<{type(shown).__name__}: {told.splitlines()[0]}>"
        printer.text(told)

    return write
