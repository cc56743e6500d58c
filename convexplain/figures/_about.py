"""What a figure says of itself, how wide it may be, and where it is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from convexplain.errors import UsageError
from convexplain.files import documents
from convexplain.messages import Message
from convexplain.style.theme import Look

#: What a file's name may end in.
FORMATS = ("svg", "png", "pdf")
#: Width of a column and of a page of text, in inches.
COLUMN, PAGE = 3.1, 6.3
#: The least and the largest width, in inches, at which all can be read.
WIDTHS = (3.0, 10.0)
#: Light, as documents are; videos are dark by default.
DEFAULT = Look(theme="light")


@dataclass(frozen=True)
class About:
    """What a figure says of itself.

    Parameters
    ----------
    title : str
        In a few words, as a heading.
    alternative : str
        What a person needs who cannot see it, with its numbers.
    caption : str
        One or two sentences, as the line under it in a document.
    lang : {"en", "zh"}
    """

    title: str
    alternative: str
    caption: str
    lang: str


def check_width(width: float) -> None:
    """Refuse a width at which a figure cannot be read.

    Raises
    ------
    UsageError
    """
    low, high = WIDTHS
    if not low <= width <= high:
        raise UsageError(
            "a figure cannot be {width:g} inches wide: give {low:g} to {high:g}",
            width=width,
            low=low,
            high=high,
        )


def check_path(path: Path) -> str:
    """Return the format that a file's name asks for.

    Raises
    ------
    UsageError
        If there is none, the name is a folder's, or its folder is missing.
    """
    return documents.check(path, tuple(f".{kind}" for kind in FORMATS), Message("a figure"))[1:]
