"""The classroom page: one HTML file in which a class explores a trained network.

`html` makes its text, `write` its file. What runs in it are the ``.js`` files beside this one. They
compute in a browser what `convexplain.network` computes here, with the same names and numbers.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from convexplain.messages import Message

if TYPE_CHECKING:
    from convexplain.data.pictures import Picture
    from convexplain.network import Network
    from convexplain.page.lesson import Slides

__all__ = ["ENDINGS", "html", "write"]

#: What a page's name may end in.
ENDINGS = (".html", ".htm")


def html(
    picture: Picture | None = None,
    *,
    network: Network | None = None,
    model: str = "cnn",
    lang: str | None = None,
    theme: str | None = None,
    slides: Slides | None = None,
    lessons: str | None = None,
    embed: bool = False,
    url: str | None = None,
) -> str:
    """Make the page.

    Parameters
    ----------
    picture : Picture, optional
        What it opens with, (28, 28, 1); the page's own choice if None.
    network : Network, optional
        The network that is explained; the bundled convnet if None.
    model : str
        What that network is called on the page.
    lang : {"en", "zh"}, optional
        The browser's language if None.
    theme : {"dark", "light"}, optional
        The system's if None.
    slides : Slides, optional
        A lesson's video, which pauses at its chapters.
    lessons : str, optional
        The address under which each lesson has a page, ``NAME.html``: the glossary links there.
    embed : bool
        Whether it stands in a frame of another document: without a title and margins.
    url : str, optional
        The address under which this page can be opened by everyone: links to a cell lead there.

    Returns
    -------
    str
        The same for the same call.

    Raises
    ------
    UsageError
        A picture, network, language or theme that the page cannot show; the text says why.
    """
    from convexplain.page import data, document

    content = data.collect(
        picture,
        network=network,
        model=model,
        lang=lang,
        theme=theme,
        slides=slides,
        lessons=lessons,
        embed=embed,
        url=url,
    )
    return document.document(content)


def write(
    path: str | Path,
    picture: Picture | None = None,
    *,
    network: Network | None = None,
    model: str = "cnn",
    lang: str | None = None,
    theme: str | None = None,
    slides: Slides | None = None,
    lessons: str | None = None,
    embed: bool = False,
    url: str | None = None,
) -> int:
    """Write the page to a file, whole or not at all.

    Parameters
    ----------
    path : path
        Replaced when it exists.
    picture, network, model, lang, theme, slides, lessons, embed, url
        As for `html`.

    Returns
    -------
    int
        The file's size in bytes.

    Raises
    ------
    UsageError
        As for `html`, and for a path that cannot be a page's.
    ConvexplainError
        The file cannot be written.
    """
    from convexplain.files import atomic, documents

    target = Path(path)
    documents.check(target, ENDINGS, Message("a page"))
    text = html(
        picture,
        network=network,
        model=model,
        lang=lang,
        theme=theme,
        slides=slides,
        lessons=lessons,
        embed=embed,
        url=url,
    )
    atomic.write(target, text)
    return len(text.encode())
