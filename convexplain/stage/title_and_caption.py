"""What stands at the edges of a lesson's frame: title, caption, the digit whom a film is about."""

from __future__ import annotations

import math

from convexplain.data.pictures import Picture
from convexplain.panels import text as words
from convexplain.panels.sheet import ASPECTS, VIDEO, Sheet
from convexplain.stage.grid import PixelGrid
from convexplain.stage.text import Label, width_of
from convexplain.stage.units import HEIGHT, WIDTH
from convexplain.style.lines import NOT_FIRST, NOT_LAST

TITLE_SIZE, CAPTION_SIZE = 40.0, 38.0
_TITLE_Y, _CAPTION_Y, _LINE = 0.060 * HEIGHT, 0.915 * HEIGHT, 46.0
_CAPTION_WIDTH = 0.90 * WIDTH
#: How much of the title's height the digit at the frame's edge takes.
_HERO = 0.62


def hero_of(picture: Picture, sheet: Sheet) -> PixelGrid:
    """Set the digit whom a film is about small at the top right."""
    left, top = corner_of(sheet)
    box, side = sheet.title_box, _HERO * sheet.title_box.height
    values = picture.pixels.squeeze(axis=2) if picture.pixels.shape[2] == 1 else picture.pixels
    hero = PixelGrid(
        values, left + box.right - side, top + (box.height - side) / 2 + 0.06 * box.height,
        side / values.shape[1], scale="picture" if values.ndim == 2 else "rgb", lines=False,
        frame=2.0,
    )  # fmt: skip
    hero.pinned = True
    return hero


def title_labels(text: str, sheet: Sheet, beside: PixelGrid | None = None) -> list[Label]:
    """Set a title at the top left, in as many lines as it takes beside what stands at the right."""
    left, top = corner_of(sheet)
    if sheet is VIDEO:
        lines, middle = [text], _TITLE_Y
    else:
        box = sheet.title_box
        right = left + box.right if beside is None else beside.extent()[0] - sheet.margin / 2
        lines = words.wrap(text, right - left - box.x, TITLE_SIZE, "bold")
        # The last line keeps clear of what stands below.
        lowest = box.bottom - (len(lines) - 1) / 2 * _LINE * 1.1 - 0.75 * TITLE_SIZE
        middle = top + min(box.middle[1] + 0.12 * box.height, lowest)
    labels = [
        Label(
            line,
            left + sheet.margin,
            middle + (number - (len(lines) - 1) / 2) * _LINE * 1.1,
            TITLE_SIZE,
            weight="bold",
        )
        for number, line in enumerate(lines)
    ]
    for label in labels:
        label.pinned = True
    return labels


def caption_labels(text: str, lang: str, sheet: Sheet = VIDEO) -> list[Label]:
    """Set a caption, centred at the bottom.

    `text`: the sentence, or several lines. `lang`: Chinese may break between any two characters,
    but no line begins with punctuation. `sheet`: of the frame's aspect. Result: a line each: one or
    two, or up to five where the frame is narrow. Raises ValueError if it takes more lines.
    """
    left, top = corner_of(sheet)
    if sheet is VIDEO:
        lines = [line for part in text.split("\n") for line in wrap(part, lang)]
        most, middle = 2, _CAPTION_Y
    else:
        box = sheet.caption_box
        lines = [line for part in text.split("\n") for line in _narrow(part, lang, box.width)]
        most = int(box.height // _LINE)
        # On a phone the lower end of an upright frame lies under buttons.
        middle = top + (box.middle[1] if sheet.width >= sheet.height else box.y + 0.3 * box.height)
    if len(lines) > most:
        raise ValueError(f"the caption {text!r} takes more than {most} lines: shorten it")
    labels = [
        Label(
            line,
            left + sheet.width / 2,
            middle + (number - (len(lines) - 1) / 2) * _LINE,
            CAPTION_SIZE,
            anchor="centre",
        )
        for number, line in enumerate(lines)
    ]
    for label in labels:
        label.pinned = True
    return labels


def corner_of(sheet: Sheet) -> tuple[float, float]:
    """Return where the corner of a sheet is on the stage."""
    return WIDTH / 2 - sheet.width / 2, HEIGHT / 2 - sheet.height / 2


def sheet_of(width: float, height: float) -> Sheet:
    """Return the sheet whose aspect is nearest to that of a frame."""
    ratio = math.log(width / height)
    return min(ASPECTS.values(), key=lambda s: abs(math.log(s.width / s.height) - ratio))


def _narrow(text: str, lang: str, width: float) -> list[str]:
    """Break a caption as in a wide frame where two lines are enough, or else into more."""
    try:
        return wrap(text, lang, width)
    except ValueError:
        return words.wrap(text, width, CAPTION_SIZE)


def wrap(text: str, lang: str, width: float = _CAPTION_WIDTH) -> list[str]:
    """Break a caption into at most two lines of about the same length."""
    if width_of(text, CAPTION_SIZE) <= width:
        return [text]
    best: tuple[float, list[str]] | None = None
    for at in range(1, len(text)):
        if lang == "en" and text[at] != " ":
            continue
        if lang == "zh" and not may_break(text, at):
            continue
        lines = [text[:at].strip(), text[at:].strip()]
        longest = max(width_of(line, CAPTION_SIZE) for line in lines)
        # Chinese reads best when a line ends with its clause.
        cost = longest - (0.25 * width if text[at - 1] in "，。：；" else 0)
        if longest <= width and (best is None or cost < best[0]):
            best = (cost, lines)
    if best is None:
        raise ValueError(f"the caption {text!r} takes more than two lines: shorten it")
    return best[1]


def may_break(text: str, at: int) -> bool:
    """Return whether a Chinese line may begin here: not with punctuation, not within a number."""
    before, after = text[at - 1], text[at]
    within = before.isascii() and after.isascii() and " " not in (before, after)
    return after not in NOT_FIRST and before not in NOT_LAST and not within
