"""A figure by its name: found, made of options, drawn, written."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convexplain import lessons, panels
from convexplain.errors import UsageError, choose
from convexplain.figures import _words
from convexplain.figures._about import DEFAULT, PAGE, WIDTHS, About, check_width
from convexplain.figures._finding import PACKAGE, names
from convexplain.style.theme import Look

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

    from convexplain.panels import Diagram

#: Fields of a lesson that mean nothing to a figure: it has no length.
NOT_OPTIONS = ("length", "pause")


def options(name: str) -> type[Any]:
    """Return the class of a figure's options: a frozen dataclass, often that of a lesson.

    Parameters
    ----------
    name : str
        One of `names`.

    Raises
    ------
    UsageError
        If there is no such figure.
    """
    found: type[Any] = _module(name).Options
    return found


def make(name: str, **values: Any) -> Any:
    """Make the options of a figure.

    Parameters
    ----------
    name : str
        One of `names`.
    **values
        Its options by name, as the command line has them; ``digit``, ``sample`` or ``image``
        choose a picture.

    Raises
    ------
    UsageError
        If there is no such figure or option, or a value is not possible.
    """
    return lessons.make(options(name), values, of=f"the figure {name}", without=NOT_OPTIONS)


def draw(
    name: str,
    look: Look = DEFAULT,
    *,
    width: float = PAGE,
    height: float | None = None,
    figure: Figure | SubFigure | None = None,
    **values: Any,
) -> Figure | SubFigure:
    """Draw a figure.

    Parameters
    ----------
    name : str
        One of `names`.
    look : Look
        Language and theme.
    width : float
        In inches, 3 to 10; the height follows. 6.3 fills a page, 3.1 a column.
    height : float, optional
        The most that it may be high, in inches: cells become smaller, text does not. By default
        about a page.
    figure : matplotlib Figure or SubFigure, optional
        What to draw into, as large as it is: `width` is not used then, and what would be too high
        is made smaller, text included.
    **values
        The figure's options, as in `make`.

    Returns
    -------
    matplotlib.figure.Figure or SubFigure
        `figure`, or a new one that no window of pyplot knows.

    Raises
    ------
    UsageError
        If there is no such figure or option, a value is not possible, or the figure does not fit.
    """
    made = make(name, **values)
    return draw_made(name, made, look, width=width, height=height, figure=figure)


def draw_made(
    name: str,
    made: Any,
    look: Look = DEFAULT,
    *,
    width: float = PAGE,
    height: float | None = None,
    figure: Figure | SubFigure | None = None,
) -> Figure | SubFigure:
    """Draw a figure of options that `make` has made; see `draw`."""
    from convexplain.figures import _base, _draw

    if figure is not None:
        width = min(max(figure.bbox.width / figure.dpi, WIDTHS[0]), WIDTHS[1])
    check_width(width)
    sheet = panels.paper(width, height)
    own = getattr(_module(name), "draw", None)
    drawn: Figure | SubFigure
    with _base.settings():
        if own is None:
            drawn = _draw.diagram(_diagram(name, made), look, on=sheet, figure=figure)
        else:
            drawn = own(made, look, on=sheet, figure=figure)
    _base.describe(drawn, about_made(name, made, look.lang))
    return drawn


def draw_diagram(
    diagram: Diagram,
    title: str,
    look: Look = DEFAULT,
    *,
    width: float = PAGE,
    figure: Figure | SubFigure | None = None,
) -> Figure | SubFigure:
    """Draw a picture of `convexplain.panels`, of a lesson or of one's own.

    Parameters
    ----------
    diagram : convexplain.panels.Diagram
    title : str
        What the file is called by those who read it out.
    look : Look
        Language and theme.
    width : float
        In inches, 3 to 10; the height follows.
    figure : matplotlib Figure or SubFigure, optional
        As of `draw`.

    Returns
    -------
    matplotlib.figure.Figure or SubFigure
        `figure`, or a new one that no window of pyplot knows; its label is the alternative text.

    Raises
    ------
    UsageError
        If the picture does not fit the width.
    """
    from convexplain.figures import _base, _draw

    check_width(width)
    with _base.settings():
        drawn = _draw.diagram(diagram, look, on=panels.paper(width), figure=figure)
    _base.describe(drawn, About(title, diagram.alternative_text(look.lang), title, look.lang))
    return drawn


def about(name: str, lang: str = "en", **values: Any) -> About:
    """Return what a figure is about.

    Parameters
    ----------
    name : str
        One of `names`.
    lang : {"en", "zh"}
    **values
        The figure's options, as in `make`.

    Raises
    ------
    UsageError
        As `draw`.
    """
    return about_made(name, make(name, **values), lang)


def about_made(name: str, made: Any, lang: str = "en") -> About:
    """Return what a figure of options that `make` has made is about; see `about`."""
    Look(lang)  # a language that there is not is refused
    module = _module(name)
    own = getattr(module, "alternative", None)
    told = _diagram(name, made).alternative_text(lang) if own is None else own(made).text(lang)
    quoted = getattr(module, "QUOTES", None)
    said = module.caption(made) if quoted is None else _words.events(made, quoted)
    return About(made.title.text(lang), told, said.text(lang), lang)


def alternative(name: str, lang: str = "en", **values: Any) -> str:
    """Return what a person who cannot see a figure needs, with its numbers; see `about`."""
    return about(name, lang, **values).alternative


def caption(name: str, lang: str = "en", **values: Any) -> str:
    """Return in one or two sentences what a figure shows; see `about`."""
    return about(name, lang, **values).caption


def write(
    figure: Figure | SubFigure, path: str | Path, *, dpi: float = 200, svg_text: bool = False
) -> None:
    """Write a figure to a file: the same bytes on any day and any number of cores.

    Parameters
    ----------
    figure : matplotlib.figure.Figure or SubFigure
        Of a SubFigure, the whole figure is written.
    path : path
        Ends in .svg, .png or .pdf. A file of that name is replaced once the new one is complete.
    dpi : float
        Pixels an inch, of a PNG; 30 to 1200.
    svg_text : bool
        Keep the text of an SVG as text, which can be selected and searched, but looks like this
        only where the font is installed; by default it is outlines.

    Raises
    ------
    UsageError
        If the ending is another one, or the file cannot be written.
    """
    from convexplain.figures import _writing

    _writing.write(figure, Path(path), dpi=dpi, svg_text=svg_text)


def _diagram(name: str, made: Any) -> Diagram:
    """Return what a figure shows: its module describes it, or its lesson does."""
    describe = getattr(_module(name), "diagram", None)
    found: Diagram = made.diagram() if describe is None else describe(made)
    return found


def _module(name: str) -> Any:
    if name not in names():
        raise UsageError(
            "there is no figure {name!r}: {choice}", name=name, choice=choose(name, names())
        )
    return importlib.import_module(f"{PACKAGE}.{name.replace('-', '_')}")
