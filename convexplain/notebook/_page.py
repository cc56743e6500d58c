"""The classroom page inside the notebook, all of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from convexplain.data import digits
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError, choose
from convexplain.network import Network
from convexplain.page import data, document, frame
from convexplain.style.captions import LANGUAGES, Caption

_REMEDY = Caption(
    en="Here the page runs once the notebook is trusted: in JupyterLab choose File > Trust "
    "Notebook, in VS Code trust the workspace; or run the cell.",
    zh="信任这个笔记本后，页面就能在这里运行：JupyterLab 中选择 File > Trust Notebook，"
    "VS Code 中信任工作区；或者运行这一格。",
)


@dataclass(frozen=True, eq=False)
class PageFrame:
    """The classroom page in a frame; a notebook shows it.

    Parameters
    ----------
    document : str
        The page's text.
    height : int
        Of the frame, in CSS pixels.
    lang : str
    still : bytes
        A PNG of the picture, for where no scripts run.
    """

    document: str
    height: int
    lang: str
    still: bytes

    def text(self) -> str:
        """Name the page and its size."""
        size = len(self.document.encode()) / 1e6
        return f"{frame.TITLE.text(self.lang)} ({size:.1f} MB)"

    def _repr_html_(self) -> str:
        """Put the whole page into the notebook, over a still picture and what to do without it."""
        return frame.frame(
            self.document,
            inside=True,
            height=self.height,
            lang=self.lang,
            still=self.still,
            remedy=_REMEDY.text(self.lang),
        )

    def __repr__(self) -> str:
        """As `text`."""
        return self.text()


def page(
    picture: Picture | int | None = None,
    *,
    model: str | Path | Network = "cnn",
    lang: str | None = None,
    theme: str | None = None,
    height: int = 620,
) -> PageFrame:
    """Show the classroom page in the notebook.

    Parameters
    ----------
    picture : Picture or int, optional
        What it opens with: a picture, or the class of a bundled digit; the page's own choice if
        None.
    model : str, path or Network
        The network that is explained, as `Network.load` takes it.
    lang : {"en", "zh"}, optional
        The browser's language if None.
    theme : {"dark", "light"}, optional
        The system's if None.
    height : int
        Of the frame, 320 to 4000 CSS pixels; it is as wide as the notebook.

    Returns
    -------
    PageFrame
        The notebook holds all of it, 2.5 MB with the bundled network, and runs it without a
        server. Where the notebook is not trusted, a still picture and the remedy are shown.

    Raises
    ------
    UsageError
        A picture, network, language, theme or height that cannot be.

    Examples
    --------
    >>> page(7, lang="en")
    Convolution, cell by cell (2.6 MB)
    """
    if lang is not None and lang not in LANGUAGES:
        raise UsageError(
            "there is no language {lang!r}: {choice}", lang=lang, choice=choose(lang, LANGUAGES)
        )
    if not frame.LEAST <= height <= frame.MOST:
        raise UsageError(
            "height {height}: give {least} to {most} CSS pixels",
            height=height,
            least=frame.LEAST,
            most=frame.MOST,
        )
    network = model if isinstance(model, Network) else Network.load(model)
    if isinstance(picture, int):
        picture = digits.first(picture)
    content = data.collect(
        picture,
        network=network,
        model=model if isinstance(model, str) else "network",
        lang=lang,
        theme=theme,
        embed=True,
    )
    offered = data.pictures(network).pixels
    fitted = None if picture is None else data.fitted(network, picture)
    return PageFrame(
        document.document(content),
        height,
        lang or "en",
        frame.opening(fitted, offered, content["examples"]["opening"]),
    )
