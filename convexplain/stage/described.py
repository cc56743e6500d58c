"""What stands on the stage, in words: the alternative texts of its panels, as they are now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from convexplain.panels import Cells, Panel, Text
from convexplain.panels.panel import Part
from convexplain.stage.board import Board
from convexplain.stage.grid import PixelGrid
from convexplain.stage.text import Label
from convexplain.style.captions import Caption

# What is fainter than this cannot be seen.
_FAINT = 0.05
_COMES = Caption(en="Now to be seen: {what}", zh="出现：{what}")
_CHANGES = Caption(en="Becomes: {what}", zh="变为：{what}")
_GOES = Caption(en="Gone: {what}", zh="消失：{what}")
_WRITTEN = Caption(en="Also written: {what}", zh="另有文字：{what}")
_NEAR = Caption(en="The camera comes near.", zh="镜头拉近。")
_FAR = Caption(en="All of the picture is seen again.", zh="镜头拉远，回到全景。")
_GRID = Caption(en="A picture", zh="图片")
_AND = {"en": "; ", "zh": "；"}


@dataclass(frozen=True)
class Seen:
    """What can be seen at one moment."""

    #: The title of each panel, if it has one, and what it shows with its numbers, by its name.
    panels: dict[str, tuple[str, str]]
    #: The names of those that are nothing but words.
    words: frozenset[str] = frozenset()
    #: Words with numbers that no panel tells.
    written: tuple[str, ...] = ()
    #: Whether the camera is near to a part of it.
    near: bool = False


NOTHING = Seen({})


def seen(scene: Any, titles: dict[str, Caption]) -> Seen:
    """Look at what stands on a lesson's stage now.

    A panel without a title is called as one of its name was before, which `titles` keeps.
    """
    lang, board = scene.shown_look.lang, scene.board
    there = {id(part) for part in scene.mobjects if getattr(part, "opacity", 1.0) > _FAINT}
    shown = [_titled(panel, titles) for panel in _shown(board, there, lang)]
    panels = {
        panel.name: ("" if panel.title in (None, _GRID) else panel.called(lang), text)
        for panel in shown
        if (text := _told(panel, board, there, lang))
    }
    told = " ".join(text for _, text in panels.values())
    spoken = {id(label) for label in (*scene._title, *scene._caption)}
    labels = [
        part.text
        for part in scene.mobjects
        if isinstance(part, Label) and id(part) in there and id(part) not in spoken
    ]
    written = dict.fromkeys(
        text for text in labels if any(map(str.isdigit, text)) and text not in told
    )
    camera = scene.renderer.camera
    words = frozenset(panel.name for panel in shown if isinstance(panel, Text))
    return Seen(panels, words, tuple(written), camera.shot != camera.home_shot)


def _shown(board: Board, there: set[int], lang: str) -> Iterator[Panel]:
    """Yield the panels of which something can be seen, in reading order."""
    if board.placed is None:
        return
    parts = board.parts
    for panel in _telling(board.placed.diagram.root, lang):
        if board.has(panel.name) and any(id(parts[n]) in there for n in board.names(panel.name)):
            yield panel


def _telling(part: Part, lang: str) -> Iterator[Panel]:
    """Yield the panels that tell something, without those that another one tells of."""
    if isinstance(part, Panel):
        yield part
        if sum(1 for _ in part.descriptions(lang)) == 1:
            return
    for inner in part.parts():
        yield from _telling(inner, lang)


def _titled(panel: Panel, titles: dict[str, Caption]) -> Panel:
    """Give a panel the title that it had before, or keep its own."""
    if panel.title is None:
        title = titles.get(panel.name, _GRID if isinstance(panel, Cells) else None)
        return replace(panel, title=title)
    titles[panel.name] = panel.title
    return panel


def _told(panel: Panel, board: Board, there: set[int], lang: str) -> str:
    """Tell what a panel shows, with the values and the frames that it has now."""
    if panel.alternative is not None:
        return panel.alternative.text(lang)
    if isinstance(panel, Cells):
        panel = _now(panel, board, there)
    return panel.describe(lang)


def _now(panel: Cells, board: Board, there: set[int]) -> Cells:
    grid = board.parts.get(panel.name)
    if not isinstance(grid, PixelGrid) or grid.values.shape != panel.values.shape:
        return panel
    marks = {}
    for name, mark in panel.marks.items():
        frame = board.parts.get(f"{panel.name}.{name}")
        if frame is not None and id(frame) in there:
            (left, top), origin = frame.places[0], grid.places[0]
            row, col = round((top - origin[1]) / grid.cell), round((left - origin[0]) / grid.cell)
            marks[name] = replace(mark, row=row, col=col)
    finite = np.isfinite(grid.values)
    if finite.all() or finite.ndim != 2:
        return replace(panel, values=grid.values, computed=None, marks=marks)
    known = np.where(finite, grid.values, 0.0)
    return replace(panel, values=known, computed=finite, marks=marks)


def changes(before: Seen, now: Seen, lang: str) -> tuple[str, ...]:
    """Tell how what is seen differs from what was seen before.

    Result: what comes, what shows something else, what is gone, what the camera does: a sentence
    each.
    """
    lines: list[str] = []
    for how, names in (
        (_COMES, [name for name in now.panels if name not in before.panels]),
        (_CHANGES, [n for n, told in now.panels.items() if before.panels.get(n, told) != told]),
    ):
        told = [now.panels[name][1] for name in names if name not in now.words]
        words = [now.panels[name][1] for name in names if name in now.words]
        told += [_listed(words, lang)] * bool(words)
        lines += [how.fill(what=text).text(lang) for text in told]
    if new := [text for text in now.written if text not in before.written]:
        lines.append(_WRITTEN.fill(what=_listed(new, lang)).text(lang))
    gone = [
        called for name, (called, _) in before.panels.items() if called and name not in now.panels
    ]
    if gone:
        lines.append(_GOES.fill(what=_listed(gone, lang)).text(lang))
    if before.near != now.near:
        lines.append((_NEAR if now.near else _FAR).text(lang))
    return tuple(lines)


def _listed(texts: Iterable[str], lang: str) -> str:
    """Join texts; one that was broken into lines may end in a mark of its own."""
    return _AND[lang].join(text.rstrip("；; ") for text in texts)
