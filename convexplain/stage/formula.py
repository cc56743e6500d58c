"""Formulas in a serif face, set by Typst with the fonts that it brings: no LaTeX, no network.

A formula is drawn from outlines, as labels are, so that it is sharp at every size. Its parts have
names, so that a scene can light one of them, or let them come one after another.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import ClassVar, NamedTuple

import cairo
import numpy as np
import numpy.typing as npt
import typst
from svgelements import SVG, Close, CubicBezier, Line, Move, Path, QuadraticBezier  # type: ignore[import-untyped]

from convexplain.stage.canvas import Canvas, Pixels, coverage
from convexplain.stage.mobject import StageMobject, State
from convexplain.stage.text import Anchor
from convexplain.stage.units import Rect, from_scene

#: The name of all that belongs to no named part.
REST = ""

# One em in Typst's points; large, since Typst rounds coordinates in its pictures.
_EM = 1000
# The colour of the minus sign that tells where the middle of the formula lies.
_MARK = 0xFFFF
_STEPS = 4  # quarters of a pixel, as for labels

Segment = tuple[str, tuple[float, ...]]


class Outline(NamedTuple):
    """A formula of one em, its axis (the level of fraction bars and minus signs) at y = 0.

    Parameters
    ----------
    parts : dict of str to tuple of segments
        What each part fills: cairo's "move_to", "line_to", "curve_to", "close_path", and their
        coordinates; x from the left end of the ink, y downwards.
    boxes : dict of str to ndarray of float64, shape (n, 4)
        Left, top, right, bottom of each glyph of a part.
    """

    parts: dict[str, tuple[Segment, ...]]
    boxes: dict[str, npt.NDArray[np.float64]]

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the whole, in em."""
        every = np.concatenate(list(self.boxes.values()))
        left, top = every[:, :2].min(axis=0)
        right, bottom = every[:, 2:].max(axis=0)
        return float(left), float(top), float(right), float(bottom)


@lru_cache(maxsize=256)
def outline(source: str, fields: tuple[tuple[str, str], ...] = ()) -> Outline:
    """Set a formula.

    Parameters
    ----------
    source : str
        Mathematics as Typst writes it, with ``{name}`` where a named part stands.
    fields : tuple of (str, str)
        Names of parts and their own sources.

    Returns
    -------
    Outline

    Raises
    ------
    ValueError
        If the source names a part that is not given, or Typst cannot read it.
    """
    names = [name for name, _ in fields]
    # Each part has a colour of its own, by which it is found again in the picture.
    coloured = {
        name: f'#text(fill: rgb("#{number:06x}"))[${part}$]'
        for number, (name, part) in enumerate(fields, start=1)
    }
    try:
        body = source.format_map(coloured)
    except KeyError as error:
        raise ValueError(
            f"the formula {source!r} names a part {error}, but is given {names}: give that part too"
        ) from None
    document = (
        "#set page(width: auto, height: auto, margin: 0pt, fill: none)\n"
        f'#set text(size: {_EM}pt)\n#text(fill: rgb("#{_MARK:06x}"))[$-$]$display({body})$'
    )
    try:
        picture = typst.compile(document.encode(), format="svg", ignore_system_fonts=True)
    except typst.TypstError as error:
        raise ValueError(f"Typst cannot read the formula {body!r}: {error}") from None
    assert isinstance(picture, bytes)
    drawn: dict[str, list[list[Segment]]] = {name: [] for name in (*names, REST)}
    mark: list[Segment] = []
    image = SVG.parse(io.BytesIO(picture))
    for shape in image.elements():
        if not isinstance(shape, Path) or len(shape) < 2:
            continue
        colour = shape.stroke if shape.fill.value is None else shape.fill
        number = colour.value >> 8  # its last byte is the opacity
        segments = _stroked(shape) if shape.fill.value is None else _filled(shape)
        if number == _MARK:
            mark = segments
        else:
            drawn[names[number - 1] if number else REST].append(segments)
    return _placed(drawn, mark, _EM * image.width / image.viewbox.width)


def _filled(shape: Path) -> list[Segment]:
    """Return what a path fills, in cairo's words."""
    found: list[Segment] = []
    for part in shape:
        end = () if part.end is None else (part.end.x, part.end.y)
        if isinstance(part, Move):
            if found and found[-1][0] == "move_to":
                found.pop()  # Typst begins every glyph at its origin, and leaves at once
            found.append(("move_to", end))
        elif isinstance(part, Close):
            found.append(("close_path", ()))
        elif isinstance(part, Line):
            found.append(("line_to", end))
        elif isinstance(part, CubicBezier):
            one, two = part.control1, part.control2
            found.append(("curve_to", (one.x, one.y, two.x, two.y, *end)))
        elif isinstance(part, QuadraticBezier):
            one = part.start + (part.control - part.start) * (2 / 3)
            two = part.end + (part.control - part.end) * (2 / 3)
            found.append(("curve_to", (one.x, one.y, two.x, two.y, *end)))
    return found


def _stroked(shape: Path) -> list[Segment]:
    """Return what a straight line with a width, such as a fraction bar, fills."""
    found: list[Segment] = []
    half = shape.stroke_width / 2
    points = [(part.end.x, part.end.y) for part in shape if part.end is not None]
    for (x0, y0), (x1, y1) in pairwise(points):
        along = np.array([x1 - x0, y1 - y0])
        dx, dy = np.array([-along[1], along[0]]) / max(float(np.hypot(*along)), 1e-9) * half
        found += [
            ("move_to", (x0 + dx, y0 + dy)),
            ("line_to", (x1 + dx, y1 + dy)),
            ("line_to", (x1 - dx, y1 - dy)),
            ("line_to", (x0 - dx, y0 - dy)),
            ("close_path", ()),
        ]
    return found


def _placed(drawn: dict[str, list[list[Segment]]], mark: list[Segment], em: float) -> Outline:
    """Bring the glyphs to ems, the left end of the ink to x = 0 and the axis to y = 0."""
    _, high, _, low = _box(mark)
    axis = (high + low) / 2
    left = min(_box(glyph)[0] for glyphs in drawn.values() for glyph in glyphs)

    def moved(glyph: list[Segment]) -> list[Segment]:
        shift = np.array([left, axis])
        return [
            (word, tuple(((np.reshape(xy, (-1, 2)) - shift) / em).ravel().tolist()))
            for word, xy in glyph
        ]

    placed = {name: [moved(g) for g in glyphs] for name, glyphs in drawn.items() if glyphs}
    return Outline(
        {name: tuple(s for glyph in glyphs for s in glyph) for name, glyphs in placed.items()},
        {name: np.array([_box(glyph) for glyph in glyphs]) for name, glyphs in placed.items()},
    )


def _box(glyph: list[Segment]) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of a glyph; control points may lie a little outside of it."""
    xy = np.concatenate([np.reshape(numbers, (-1, 2)) for _, numbers in glyph])
    (left, top), (right, bottom) = xy.min(axis=0), xy.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


@lru_cache(maxsize=512)
def _mask(segments: tuple[Segment, ...], size: float, fraction: int) -> tuple[Pixels, int, int]:
    """Rasterise one part: its coverage, and the corner of that from the formula's origin."""
    xy = np.concatenate([np.reshape(numbers, (-1, 2)) for _, numbers in segments]) * size
    shift = fraction / _STEPS
    low = np.floor(xy.min(axis=0)).astype(int) - 1
    high = np.ceil(xy.max(axis=0)).astype(int) + 2
    surface = cairo.ImageSurface(cairo.FORMAT_A8, *(high - low).tolist())
    context = cairo.Context(surface)
    context.translate(shift - low[0], -low[1])
    context.scale(size, size)
    for word, numbers in segments:
        getattr(context, word)(*numbers)
    context.set_source_rgba(1, 1, 1, 1)
    context.fill()
    return coverage(surface), int(low[0]), int(low[1])


class Formula(StageMobject):
    """A formula with named parts.

    Parameters
    ----------
    source : str
        Mathematics as Typst writes it, with ``{name}`` where a named part stands.
    x, y : float
        Anchor, and the axis (the level of fraction bars, plus and minus signs), in pixels of the
        stage.
    size : float
        Font size in pixels of the stage.
    parts : mapping of str to str, optional
        Sources of the named parts.
    colour : str
        Token of the theme.
    anchor : {"left", "centre", "right"}
        Which point of the formula lies at x.

    Attributes
    ----------
    names : tuple of str
        Of the parts; the last, ``""``, is all that belongs to no other.
    shares : numpy.ndarray of float64, shape (parts,)
        Opacity of each part, in the order of `names`.

    Raises
    ------
    ValueError
        If the source names a part that is not given, or Typst cannot read it.

    Examples
    --------
    ::

        law = Formula("floor(({n} - {k}) / {s}) + 1", 960, 540, 64, parts={"n": "28", "k": "3",
                      "s": "2"}, anchor="centre")
        self.appear(law)
        law.light("k")  # all other parts step back
    """

    animated: ClassVar[tuple[str, ...]] = ("opacity", "shares")

    def __init__(
        self,
        source: str,
        x: float,
        y: float,
        size: float = 64,
        *,
        parts: Mapping[str, str] | None = None,
        colour: str = "ink",
        anchor: Anchor = "left",
        opacity: float = 1.0,
    ) -> None:
        self.outline = outline(source, tuple((parts or {}).items()))
        self.text = source.format_map(dict(parts or {}))
        self.names = tuple(self.outline.parts)
        self.colour = colour
        self.shares = np.ones(len(self.names))
        _, top, right, bottom = self.outline.extent
        start = x - {"left": 0.0, "centre": 0.5, "right": 1.0}[anchor] * right * size
        above, below = y + top * size, y + bottom * size
        super().__init__(
            [(start, above), (start + right * size, above), (start, below)], opacity=opacity
        )

    def drawn_size(self) -> float:
        """Return the font size in pixels of the stage, after Manim may have scaled it."""
        places = self.places
        return float(places[1, 0] - places[0, 0]) / self.outline.extent[2]

    def set_shares(self, share: float, *names: str) -> Formula:
        """Give parts an opacity; all parts if none is named."""
        for name in names or self.names:
            self.shares[self.names.index(name)] = share
        return self

    def light(self, *names: str, others: float = 0.4) -> Formula:
        """Let the named parts stand out, and the others step back."""
        self.set_shares(others)
        return self.set_shares(1.0, *names)

    def box_of(self, name: str) -> tuple[float, float, float, float]:
        """Return left, top, right, bottom of a part, in pixels of the stage."""
        boxes = self.glyph_boxes(name)
        low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def glyph_boxes(self, *names: str) -> npt.NDArray[np.float64]:
        """Return left, top, right, bottom of each glyph, in pixels of the stage; (n, 4)."""
        boxes = np.concatenate([self.outline.boxes[name] for name in names or self.names])
        left, axis = self._origin()
        return np.asarray(boxes * self.drawn_size() + np.array([left, axis, left, axis]))

    def _origin(self) -> tuple[float, float]:
        """The left end of the ink, and the axis."""
        left, top = from_scene(self.points)[0]
        return float(left), float(top) - self.outline.extent[1] * self.drawn_size()

    def state(self) -> State:
        """Return all that its looks depend on."""
        return (*super().state(), self.shares.tobytes(), self.colour)

    def reach(self) -> float:
        """Smooth edges end within two pixels."""
        return 2.0

    def damage(self, before: State, scale: float) -> Rect:
        """Return the pixels of the parts that changed, if nothing else did."""
        now = self.state()
        if (*now[:2], *now[3:]) != (*before[:2], *before[3:]):
            return self.bounds(scale)
        changed = np.flatnonzero(self.shares != np.frombuffer(before[2]))
        if len(changed) == 0:
            return Rect(0, 0, 0, 0)
        boxes = self.glyph_boxes(*(self.names[n] for n in changed)) * scale
        low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
        left, top = np.floor(low).astype(int).tolist()
        right, bottom = np.ceil(high).astype(int).tolist()
        return Rect(left - 2, top - 2, right + 2, bottom + 2)

    def paint(self, canvas: Canvas) -> None:
        """Draw the parts."""
        left, axis = self._origin()
        whole, fraction = divmod(round(left * canvas.scale * _STEPS), _STEPS)
        size = round(self.drawn_size() * canvas.scale, 3)
        for name, share in zip(self.names, self.shares.tolist(), strict=True):
            if share * self.opacity <= 0:
                continue
            mask, x, y = _mask(self.outline.parts[name], size, fraction)
            canvas.stencil(
                mask,
                whole + x,
                round(axis * canvas.scale) + y,
                canvas.colour(self.colour),
                self.opacity * share,
            )

    def ink_boxes(self) -> list[Rect]:
        """Return the pixels that its visible glyphs cover, for layout tests."""
        names = [n for n, share in zip(self.names, self.shares.tolist(), strict=True) if share > 0]
        if not names:
            return []
        return [
            Rect(int(left), int(top), int(np.ceil(right)), int(np.ceil(bottom)))
            for left, top, right, bottom in self.glyph_boxes(*names).tolist()
        ]
