"""``convexplain figure``: a figure for a document, as SVG, PNG or PDF."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import click
from click.shell_completion import CompletionItem

from convexplain.cli import _options
from convexplain.cli._lesson import NAME, LessonCommand, Topics, only_defaults, output_path
from convexplain.cli._progress import Progress
from convexplain.cli._speak import tell
from convexplain.cli._types import Name, theme
from convexplain.errors import ConvexplainError, UsageError
from convexplain.messages import Message
from convexplain.style.format import name as shown_name

if TYPE_CHECKING:
    from convexplain.style.theme import Look

    _WidthType = click.ParamType[float, str]
else:
    # Generic since click 8.4 only.
    _WidthType = click.ParamType


def figure_names() -> tuple[str, ...]:
    """Return the names of the figures; a module of this name exists for each."""
    from convexplain import figures

    return figures.names()


def _figure(name: str) -> type[Any]:
    from convexplain import figures

    return figures.options(name)


# As `figures.NOT_OPTIONS`, which is not imported before it is needed.
FIGURES = Topics("figure", figure_names, _figure, without=("length", "pause"))


class Width(_WidthType):
    """A width in inches (3.1), centimetres (16cm) or millimetres (80mm), or column or page."""

    name = "width"
    _UNITS: ClassVar[dict[str, float]] = {"": 1.0, "in": 1.0, "cm": 1 / 2.54, "mm": 1 / 25.4}

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return inches, or fail with a line that helps."""
        from convexplain import figures

        if isinstance(value, float):
            return value
        text = str(value).strip().lower()
        if text in ("column", "page"):
            return figures.COLUMN if text == "column" else figures.PAGE
        match = re.fullmatch(r"(\d+\.?\d*|\.\d+)\s*(in|cm|mm|)", text)
        if match is None:
            raise UsageError(
                "{value!r} is no width: give inches such as 3.1, or 16cm, or column or page",
                value=value,
            )
        return float(match[1]) * self._UNITS[match[2]]

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Show what is expected."""
        return "W|column|page"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer the words."""
        words = [word for word in ("column", "page") if word.startswith(incomplete)]
        return [CompletionItem(word) for word in words]


@click.command(
    cls=LessonCommand, topics=FIGURES, short_help="Draw a figure for a document: SVG, PNG, PDF."
)
@_options.language
@click.option(
    "--theme",
    type=theme("light", "dark"),
    default="light",
    show_default=True,
    help="Colours.",
)
@click.option(
    "--width",
    type=Width(),
    default="page",
    show_default=True,
    help="In inches, or with a unit (16cm); column is 3.1, page 6.3. The height follows.",
)
@click.option(
    "--dpi",
    type=float,
    default=200,
    show_default=True,
    metavar="N",
    help="Pixels an inch, of a PNG.",
)
@click.option(
    "--svg-text",
    is_flag=True,
    help="Keep the text of an SVG as text, to be selected; by default it is outlines.",
)
@click.option("--alt", is_flag=True, help="Print the alternative text instead of a file.")
@click.option(
    "--format",
    "kind",
    type=Name("format", ("svg", "png", "pdf")),
    help="Default: the extension of --output, or svg.",
)
@click.option(
    "--all",
    "every",
    is_flag=True,
    help="Draw all figures, with their defaults; -o names the folder.",
)
@_options.output("FILE", "Default: FIGURE.svg in the current folder.")
@click.option("--quiet", is_flag=True, help="No progress, only what was written.")
def figure(
    figure: Any,
    lang: str,
    theme: str,
    width: float,
    dpi: float,
    svg_text: bool,
    alt: bool,
    kind: str | None,
    every: bool,
    output: str | None,
    quiet: bool,
) -> int:
    """Draw a figure for a document, by default one step of the sliding window.

    The same options give the same bytes on any day. What a person needs who cannot see it is
    written into the file.
    """
    from convexplain import figures
    from convexplain.style.theme import Look

    look = Look(lang=lang, theme=theme)
    figures.check_width(width)
    context = click.get_current_context()
    if every:
        only_defaults(context, Message("--all draws every figure with its defaults"))
        if alt:
            raise UsageError("--all writes files: leave --alt out")
        folder = _options.made_folder(_options.expanded(output or "."))
        how = {"width": width, "dpi": dpi, "svg_text": svg_text}
        with Progress(Message("figures"), quiet=quiet) as progress:
            return _draw_all(folder, kind or "svg", look, progress, **how)
    name = context.meta[NAME]
    if alt:
        if output is not None or kind is not None:
            raise UsageError("--alt writes no file: leave --output and --format out")
        click.echo(figures.about_made(name, figure, lang).alternative)
        return 0
    path = output_path(_options.target(output, f"{name}.{kind or 'svg'}"), kind)
    figures.check_path(path)
    drawn = figures.draw_made(name, figure, look, width=width)
    figures.write(drawn, path, dpi=dpi, svg_text=svg_text)
    click.echo(tell(_describe(path)))
    return 0


def _draw_all(
    folder: Path, kind: str, look: Look, progress: Progress, *, width: float, **how: Any
) -> int:
    """Draw all figures, with a line for each; one that fails does not stop the others."""
    from convexplain import figures
    from convexplain.files import documents

    documents.check_folder(folder)
    failed = False
    names = figures.names()
    for number, name in enumerate(names):
        progress(number / len(names), name)
        path = folder / f"{name}.{kind}"
        try:
            figures.write(figures.draw(name, look, width=width), path, **how)
        except ConvexplainError as error:  # such as a fact that is not stored
            failed = True
            told = Message("Error: {name}: {error}", name=name, error=error)
            progress.line(told, err=True)
        else:
            progress.line(_describe(path))
    return 1 if failed else 0


def _describe(path: Path) -> Message:
    size = path.stat().st_size
    told = f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.1f} kB"
    return Message("wrote {path}: {parts}", path=shown_name(path), parts=told)
