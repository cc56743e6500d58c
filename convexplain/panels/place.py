"""Layout: the largest cells with which a picture fits its sheet, and where everything then is.

Sizes of text belong to the sheet and stay. All else grows with one number, so that halving finds
the largest that fits; no equations are solved. Then each group of panels grows on by itself as
far as it can, and the gaps take the width that is left.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import zip_longest

from convexplain.errors import UsageError, choose
from convexplain.messages import Message, joined
from convexplain.panels.arrange import Aligned, turns
from convexplain.panels.box import Box, around
from convexplain.panels.cells import FILLED
from convexplain.panels.links import Link
from convexplain.panels.panel import Bounds, Extent, Panel, Part, Setting
from convexplain.panels.pieces import Grid, Piece
from convexplain.panels.scale import Scale
from convexplain.panels.sheet import Sheet
from convexplain.panels.words import Legend
from convexplain.style.captions import Caption

_HALVINGS = 20
#: Of what is comfortable, so much can be borne.
_BEARABLE = 0.65
#: In what is clearly larger, grids and charts cover so much of what they would cover otherwise.
_LARGER = 1.15
#: And so much in a row that is folded into two, which breaks it.
_MUCH_LARGER = 1.5
#: By how much gaps between columns, and between rows, are widened at most.
_SPREAD = 2.4, 1.6
#: How numbers in cells are printed: with so many decimals, at last not at all.
_FORMS: tuple[int | None, ...] = (2, 1, None)
_PLACE = re.compile(r"(?P<panel>[^\[\]]+)\[(?P<places>[\d\s,]+)\]")


@dataclass(frozen=True, eq=False)
class Diagram:
    """A picture: panels in an arrangement, and links between them.

    Parameters
    ----------
    root : Part
    links : tuple of Link
    about : Caption, optional
        With which the alternative text begins.

    Raises
    ------
    ValueError
        If two panels have one name.
    """

    root: Part
    links: tuple[Link, ...] = ()
    about: Caption | None = None

    def __post_init__(self) -> None:
        names = [panel.name for panel in self.root.panels()]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"two panels are called {sorted(twice)[0]!r}: give each its own name")

    def alternative_text(self, lang: str) -> str:
        """Return its alternative text: what it is, and each panel with its numbers, in order."""
        about = self.about.text(lang) if self.about else ""
        return ("" if lang == "zh" else " ").join(
            filter(None, (about, *self.root.descriptions(lang)))
        )

    def panel(self, name: str) -> Panel:
        """Return the panel of a name."""
        found = {panel.name: panel for panel in self.root.panels()}
        if name not in found:
            raise ValueError(f"there is no panel {name!r}: {choose(name, found)}")
        return found[name]


@dataclass(frozen=True, eq=False)
class Placed(Mapping[str, Box]):
    """Where everything is: a mapping of names to boxes in the unit of the sheet.

    A panel's name stands for its body, the grid without its title. ``"input[3, 4]"`` is a cell,
    ``"input[3]"`` a row (of many maps: a map, and ``"maps[7, 3, 4]"`` its cell), ``"input.all"``
    all of a panel; these are found, but not listed.

    Attributes
    ----------
    diagram : Diagram
    sheet : Sheet
    lang : {"en", "zh"}
    decimals : int or None
        How numbers in cells are printed.
    pieces : tuple of Piece
        In the order of drawing.
    width, height : float
        Of the sheet; the height of paper is what the picture needs.
    """

    diagram: Diagram
    sheet: Sheet
    lang: str
    decimals: int | None
    width: float
    height: float
    pieces: tuple[Piece, ...]
    panels: Mapping[str, Panel] = field(repr=False)

    @cached_property
    def _boxes(self) -> dict[str, Box]:
        """The box of each name; of a panel without a piece of its own all that it consists of."""
        found: dict[str, Box] = {}
        for piece in self.pieces:
            found.setdefault(piece.name, piece.box)
        for name in self.panels:
            own = [piece.box for piece in self.of(name)]
            if name not in found and own:
                found[name] = around(own)
        return found

    def of(self, panel: str) -> tuple[Piece, ...]:
        """Return the pieces of one panel."""
        return tuple(piece for piece in self.pieces if piece.panel == panel)

    def piece(self, name: str) -> Piece:
        """Return the first piece of a name."""
        return next(piece for piece in self.pieces if piece.name == name)

    def __getitem__(self, name: str) -> Box:
        """Return the box of a name."""
        if name in self._boxes:
            return self._boxes[name]
        if name.endswith(".all") and name[:-4] in self.panels:
            return around(piece.box for piece in self.of(name[:-4]))
        found = _PLACE.fullmatch(name)
        if found:
            panel, places = found["panel"], [int(n) for n in found["places"].split(",")]
            grids = {piece.name: piece for piece in self.pieces if isinstance(piece, Grid)}
            if panel not in grids:
                panel, places = f"{panel}[{places[0]}]", places[1:]
            if panel in grids and len(places) <= 2:
                grid, (rows, cols) = grids[panel], grids[panel].shape
                if not places:
                    return grid.box
                row, col = [*places, None][:2]
                if row is not None and row < rows and (col is None or col < cols):
                    return grid.cell(row, 0, 1, cols) if col is None else grid.cell(row, col)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        """Yield all names that are listed."""
        return iter(self._boxes)

    def __len__(self) -> int:
        """Count them."""
        return len(self._boxes)


def place(diagram: Diagram, sheet: Sheet, lang: str = "en") -> Placed:
    """Lay a picture out on a sheet.

    Parameters
    ----------
    diagram : Diagram
    sheet : Sheet
    lang : {"en", "zh"}

    Returns
    -------
    Placed
        The same for the same picture, sheet and language, always.

    Raises
    ------
    UsageError
        If there is no arrangement in which it fits: which panel is in the way, how much room is
        missing, and what helps.
    ValueError
        If a colour has neither a number nor a legend.
    """
    arranged = list(diagram.root.arrangements())
    printed = any(panel.numbered() for panel in diagram.root.panels())
    possible: list[_Fit] = []
    for decimals in _FORMS if printed else (None,):
        first = _Fit(arranged[0], sheet, lang, decimals)
        written = [first, *map(first.arranged, arranged[1:])]
        # Neither words nor numbers are given up for a little more room.
        found, fits = _fitting([fit for fit in written if fit.tells(first)])
        if found is None:
            found, fits = _fitting(written)
        if found is None:
            turned = [
                fit for one in written for folded in (False, True)
                for fit in one.turned(folded=folded) if fit.possible
            ]  # fmt: skip
            found, fits = _bearable(turned), fits or turned
        if found is not None:
            return _placed(diagram, _clearly_larger(found, fits))
        possible += fits
    best = _most_comfortable(possible)
    if best is not None:
        return _placed(diagram, _clearly_larger(best, possible))
    raise _refusal(min((_Fit(root, sheet, lang, None) for root in arranged), key=_Fit.lacking))


def _fitting(written: list[_Fit]) -> tuple[_Fit | None, list[_Fit]]:
    """Return the first that is comfortable, or the best that can be borne, and what it was of."""
    for fit in written:
        if fit.comfortable:
            return fit, written
    possible = [fit for fit in written if fit.possible]
    return _bearable(possible), possible


def _bearable(fits: Iterable[_Fit]) -> _Fit | None:
    """Return the most comfortable, if that can be borne."""
    best = _most_comfortable(fits)
    return best if best is not None and best.comfort >= _BEARABLE else None


def _clearly_larger(found: _Fit, others: Iterable[_Fit]) -> _Fit:
    """Return the arrangement in which grids and charts are clearly larger, if there is one."""
    best = _larger(found, lambda: (*others, *found.turned()), _LARGER)
    return _larger(best, partial(found.turned, folded=True), _MUCH_LARGER)


def _larger(found: _Fit, others: Callable[[], Iterable[_Fit]], much: float) -> _Fit:
    """Return the one that is so much larger; no cell loses a greater share than all gain."""
    if found.filled(much) > 1:
        return found
    best, least = found, much * found.area
    for fit in others():
        if fit is not found and fit.rivals(found, much) and fit.has_all_of(found):
            area = sum(fit.areas[name] for name in found.areas)
            if area > least and area * fit.kept(found) >= found.area:
                best, least = fit, area
    return best


def _most_comfortable(fits: Iterable[_Fit]) -> _Fit | None:
    """Return the first of the most comfortable; what cannot be better is not grown."""
    best: _Fit | None = None
    for fit in fits:
        if best is None or (fit.allows(best.comfort) and fit.comfort > best.comfort):
            best = fit
    return best


class _Fit:
    """One arrangement with one way of printing numbers, as large as it can be."""

    def __init__(self, root: Part, sheet: Sheet, lang: str, decimals: int | None) -> None:
        self.root, self.sheet, self.panels = root, sheet, tuple(root.panels())
        scales = _unexplained(self.panels, lang, decimals)
        bare = Setting(sheet, lang, decimals, {}, {}, scales=scales)
        self.bounds = _groups(self.panels, bare)
        self._bare = replace(bare, known={})  # sides are known from here on

    def arranged(self, root: Part) -> _Fit:
        """Return another arrangement; of the same panels what they measured is known."""
        if any(a is not b for a, b in zip_longest(root.panels(), self.panels)):
            return _Fit(root, self.sheet, self._bare.lang, self._bare.decimals)
        fit = object.__new__(_Fit)
        fit.root, fit.sheet, fit.panels = root, self.sheet, self.panels
        fit.bounds, fit._bare = self.bounds, self._bare
        return fit

    def turned(self, *, folded: bool = False) -> Iterator[_Fit]:
        """Yield it with rows that are columns now, or two rows, and columns that are rows."""
        yield from map(self.arranged, turns(self.root, folded=folded))

    @cached_property
    def _cells(self) -> dict[str, Panel]:
        """All grids and charts by name."""
        return {panel.name: panel for panel in self.panels if panel.group in self.bounds}

    @cached_property
    def areas(self) -> dict[str, float]:
        """What each grid and chart covers; on paper, comfortable ones need not be larger."""
        at = self.at({name: min(side, self._most(name)) for name, side in self.sides.items()})
        return _areas(self._cells, at)

    @property
    def area(self) -> float:
        """What all grids and charts cover."""
        return sum(self.areas.values())

    def _most(self, name: str) -> float:
        """Return the side at which cells cover as much as counts."""
        return self.bounds[name].most if self.sheet.fixed else self.bounds[name].good

    def rivals(self, other: _Fit, much: float) -> bool:
        """Tell at a few looks whether it could be so much larger than another.

        Cells of one group are then larger by the root of that at least, and fit beside all others
        of which so much is kept as would be if grids and charts covered the whole sheet.
        """
        if not self.possible or self.panels is not other.panels:
            return self.possible
        room, spare = self.sheet.body_box, 1 - 1e-6
        whole = room.width * room.height * _layers(self.root)
        kept = spare * min(1.0, other.area / whole) ** 0.5 if whole else 0.0
        least = {
            name: max(bounds.least, kept * other.sides[name])
            for name, bounds in self.bounds.items()
        }
        for name, side in other.sides.items():
            larger = spare * much**0.5 * min(side, self._most(name))
            if larger <= self._most(name) and self._fits(
                self.at({**least, name: max(larger, least[name])})
            ):
                return True
        return False

    def has_all_of(self, other: _Fit) -> bool:
        """Tell whether no grid, no chart and no words of another arrangement are lacking."""
        return self._cells.keys() >= other._cells.keys() and all(
            own.get(name, 0.0) >= area
            for own, others in ((self._words, other._words), (self._counts, other._counts))
            for name, area in others.items()
        )

    def tells(self, other: _Fit) -> bool:
        """Tell whether no words of another arrangement are lacking."""
        own, others = ({p.name for p in fit.panels if p.one_way} for fit in (self, other))
        return own >= others

    def kept(self, other: _Fit) -> float:
        """Return the least share that a cell keeps of its area in another arrangement."""
        was = other.sides
        return min(
            ((side / was[name]) ** 2 for name, side in self.sides.items() if was.get(name)),
            default=1.0,
        )

    @cached_property
    def _words(self) -> dict[str, float]:
        """What words and formulas cover, by name, however large cells are."""
        words = {p.name: p for p in self.panels if p.one_way and p.name not in self._cells}
        return _areas(words, self.at({}))

    @cached_property
    def _counts(self) -> dict[str, float]:
        """What is counted along cells covers, by name."""
        counts = {name: panel for name, panel in self._cells.items() if panel.one_way}
        return _areas(counts, self.at(self.sides)) if counts else {}

    def filled(self, larger: float) -> float:
        """Return the share of the sheet that all takes at least, if grids and charts grow so."""
        at, room = self.at(self.sides), self.sheet.body_box
        whole = sum(size.across * size.high for size in self._leaves(self.root, at))
        return (whole + (larger - 1) * self.area) / (room.width * room.height)

    def _leaves(self, part: Part, at: Setting) -> Iterator[Extent]:
        """Yield the room of all that stands in rows and columns."""
        if isinstance(part, Aligned):
            for inner in part.parts():
                yield from self._leaves(inner, at)
        else:
            yield part.extent(at)

    @cached_property
    def possible(self) -> bool:
        """Whether it fits with the least cells."""
        return self._fits(self.at({}))

    @cached_property
    def comfortable(self) -> bool:
        """Whether it fits with cells that are comfortable."""
        return self._fits(self.at({name: bounds.good for name, bounds in self.bounds.items()}))

    @cached_property
    def setting(self) -> Setting:
        """The setting with the largest cells, and then the widest gaps."""
        sides = self.sides
        wide = _largest(1.0, _SPREAD[0], lambda many: self._spare(self.at(sides, (many, 1.0))))
        if not self.sheet.fixed:  # paper takes no more height than it needs
            return self.at(sides, (wide, 1.0))
        high = _largest(1.0, _SPREAD[1], lambda many: self._spare(self.at(sides, (wide, many))))
        return self.at(sides, (wide, high))

    def at(self, sides: Mapping[str, float], spread: tuple[float, float] = (1.0, 1.0)) -> Setting:
        """Return the setting with cells of these sides, the least where none is given."""
        bare, sheet = self._bare, self.sheet
        chosen = {**self._least, **sides}
        sizes = {
            name: min(
                b.number or sheet.number, max(sheet.least, FILLED * chosen[name] / b.widest)
            )
            for name, b in self.bounds.items()
            if b.widest
        }  # fmt: skip
        # Not by `replace`, which asks for all fields' names each time.
        return Setting(
            sheet, bare.lang, bare.decimals, chosen, sizes, spread, bare.scales, bare.known,
            bare.words,
        )  # fmt: skip

    @cached_property
    def _least(self) -> dict[str, float]:
        """The least cells."""
        return {name: bounds.least for name, bounds in self.bounds.items()}

    def allows(self, comfort: float) -> bool:
        """Tell whether it fits with all cells so comfortable."""
        sides = {name: max(b.least, comfort * b.good) for name, b in self.bounds.items() if b.good}
        large = any(side > self.bounds[name].most for name, side in sides.items())
        return not large and self._fits(self.at(sides))

    @cached_property
    def comfort(self) -> float:
        """The least of all cells relative to a comfortable one; 1 or more is good."""
        sides = self.at(self.sides).sides
        return min((sides[name] / b.good for name, b in self.bounds.items() if b.good), default=1.0)

    def lacking(self) -> float:
        """Return how much room is missing with the least cells."""
        return sum(max(0.0, much) for much in self.missing())

    def missing(self) -> tuple[float, float]:
        """Return how much width and height are missing with the least cells."""
        extent, room = self.root.extent(self.at({})), self.sheet.body_box
        return extent.across - room.width, extent.high - room.height

    def _fits(self, setting: Setting) -> bool:
        return self._spare(setting) >= 0

    def _spare(self, setting: Setting) -> float:
        """Return how much room is left where there is less of it."""
        extent, room = self.root.extent(setting), self.sheet.body_box
        return min(room.width + 1e-6 - extent.across, room.height + 1e-6 - extent.high)

    @cached_property
    def sides(self) -> dict[str, float]:
        """The largest cells: all grow together, then each group by itself."""

        def scaled(scale: float) -> dict[str, float]:
            return {
                name: min(max(scale * b.weight, b.good if self.comfortable else b.least), b.most)
                for name, b in self.bounds.items()
            }

        def spare_with(name: str, side: float) -> float:
            return self._spare(self.at({**sides, name: side}))

        most = max((b.most / b.weight for b in self.bounds.values()), default=0.0)
        sides = scaled(_largest(0.0, most, lambda scale: self._spare(self.at(scaled(scale)))))
        for name, bounds in self.bounds.items():
            sides[name] = _largest(sides[name], bounds.most, partial(spare_with, name))
        return sides


def _areas(panels: Mapping[str, Panel], at: Setting) -> dict[str, float]:
    """Return what the bodies of panels cover."""
    sizes = {name: panel.extent(at) for name, panel in panels.items()}
    return {name: size.width * size.height for name, size in sizes.items()}


def _layers(part: Part) -> int:
    """Return how many panels may lie on one another at most."""
    inner = [_layers(one) for one in part.parts()]
    if isinstance(part, Aligned):
        return max(inner, default=1)
    return sum(inner) + isinstance(part, Panel)


def _largest(low: float, high: float, spare: Callable[[float], float]) -> float:
    """Halve the way to the largest value with which no room is missing; with the lowest none is.

    Room shrinks in straight lines with few bends, steeper and steeper: the line through the two
    least values that are too large leads near to the one that is looked for, and most halves are
    then known without asking.
    """
    missing = spare(high) if high > low else 0.0
    if missing >= 0:
        return max(low, high)
    fits, fails = low, [(high, missing)]

    def ask(value: float) -> None:
        nonlocal fits
        room = spare(value)
        if room >= 0:
            fits = value
        else:
            fails.append((value, room))

    finest = (high - low) / 2**_HALVINGS
    ask(low + finest)
    if fits == low:  # so fail all others: what else is there has taken the room
        return low
    ask(high - (high - low) / 64)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        for beyond in (-finest, finest):
            if len(fails) > 1 and fits < middle < fails[-1][0]:
                (x, y), (nearer, less) = fails[-2:]
                tried = nearer - less * (x - nearer) / (y - less) + beyond if y < less else fits
                if fits < tried < nearer:
                    ask(tried)
        if fits < middle < fails[-1][0]:
            ask(middle)
        low, high = (middle, high) if middle <= fits else (low, middle)
    return low


def _groups(panels: Sequence[Panel], at: Setting) -> dict[str, Bounds]:
    """Return how large cells can be, by group: what all panels of it allow."""
    found: dict[str, Bounds] = {}
    for panel in panels:
        bounds = panel.bounds(at)
        if bounds is None:
            continue
        known = found.get(panel.group)
        if known is not None:
            least, good = max(known.least, bounds.least), max(known.good, bounds.good)
            bounds = Bounds(
                max(known.weight, bounds.weight), least, good,
                max(min(known.most, bounds.most), least), max(known.widest, bounds.widest),
                max(known.number, bounds.number),
            )  # fmt: skip
        found[panel.group] = bounds
    return found


def _unexplained(
    panels: Sequence[Panel], lang: str, decimals: int | None
) -> tuple[tuple[Scale, Caption | str], ...]:
    """Return the scales that a legend is to explain, each once, and how they are called."""
    found: dict[Scale, Caption | str] = {}
    every = any(isinstance(panel, Legend) and panel.every for panel in panels)
    for panel in panels:
        if panel.numbered() and decimals is not None and not every:
            continue
        for scale in panel.scales_shown():
            found.setdefault(scale, scale.name or panel.title or panel.name)
    if found and not any(isinstance(panel, Legend) for panel in panels):
        called = (name if isinstance(name, str) else name.text(lang) for name in found.values())
        named = ", ".join(called)
        raise ValueError(
            f"the colours of {named} have no numbers on this sheet: add a Legend to the picture"
        )
    first = [scale for panel in panels if isinstance(panel, Legend) for scale in panel.first]
    order = [*(scale for scale in first if scale in found), *found]
    return tuple((scale, found[scale]) for scale in dict.fromkeys(order))


def _placed(diagram: Diagram, fit: _Fit) -> Placed:
    sheet, at = fit.sheet, fit.setting
    extent, room = fit.root.extent(at), sheet.body_box
    height = sheet.height if sheet.fixed else extent.high + 2 * sheet.margin
    left = room.x + (room.width - extent.across) / 2
    top = room.y + (room.height - extent.high) / 2 if sheet.fixed else sheet.margin
    pieces = _explained(fit, tuple(fit.root.pieces(at, left + extent.left, top + extent.up)))
    panels = {panel.name: panel for panel in fit.panels}
    placed = Placed(diagram, sheet, at.lang, at.decimals, sheet.width, height, pieces, panels)
    lines: list[Piece] = []
    lanes = Box(0, 0, sheet.width, height).grown(-0.1 * sheet.margin)
    for link in diagram.links:
        try:
            lines += link.pieces(placed.__getitem__, (*pieces, *lines), lanes, sheet.gap)
        except KeyError as error:
            raise ValueError(
                f"a link leads to {error.args[0]!r}, which is no panel, mark or cell: "
                f"{choose(error.args[0], placed)}"
            ) from None
    return replace(placed, pieces=(*pieces, *lines))


def _explained(fit: _Fit, pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Move the scales of a legend under what alone has their colours, where there is room."""
    scales = fit.setting.scales
    legends = [
        panel for panel in fit.panels
        # Scales under one another stay so.
        if isinstance(panel, Legend) and panel.of is None and (panel.row or len(scales) == 1)
    ]  # fmt: skip
    # Twice: one may stand where another one then goes away.
    for legend in (*legends, *legends):
        for n, (scale, _) in enumerate(scales):
            pieces = _under(fit, pieces, legend, n, _coloured(fit, scale, pieces))
    return pieces


def _coloured(fit: _Fit, scale: Scale, pieces: Sequence[Piece]) -> list[Box]:
    """Return where panels are whose colours have a scale, and no numbers on them."""
    boxes: list[Box] = []
    for panel in fit.panels:
        printed = panel.numbered() and fit.setting.decimals is not None
        if scale in panel.scales_shown() and not printed:
            boxes.append(around(piece.box for piece in pieces if piece.panel == panel.name))
    return boxes


def _under(
    fit: _Fit, pieces: tuple[Piece, ...], legend: Legend, number: int, coloured: Sequence[Box]
) -> tuple[Piece, ...]:
    """Return pieces with a scale under the left edge of what it explains, if that is one panel."""
    own, before = (_of_scale(pieces, f"{legend.name}.{n}") for n in (number, number - 1))
    if len(coloured) != 1 or not own:
        return pieces
    box, (above,), sheet = around(piece.box for piece in own), coloured, fit.sheet
    if box.y < above.bottom:
        return pieces
    # Where another scale is already, it stands beside that.
    places = [above.x, *(around(p.box for p in before).right + sheet.gap for _ in before[:1])]
    others = [piece.box for piece in pieces if piece not in own]
    for x in places:
        moved = box.moved(min(x, sheet.body_box.right - box.width) - box.x, 0)
        if not any(moved.grown(0.4 * sheet.gap).meets(other) for other in others):
            return tuple(
                replace(piece, box=piece.box.moved(moved.x - box.x, 0)) if piece in own else piece
                for piece in pieces
            )
    return pieces


def _of_scale(pieces: Iterable[Piece], name: str) -> list[Piece]:
    """Return the pieces of one scale of a legend."""
    return [piece for piece in pieces if piece.name == name or piece.name.startswith(f"{name}.")]


def _refusal(fit: _Fit) -> UsageError:
    """Say which panel is in the way, how much is missing, and what helps."""
    sheet, (wide, high) = fit.sheet, fit.missing()
    at = fit.at({})

    def size(panel: Panel) -> float:
        extent: Extent = panel.extent(at)
        return extent.across if wide > 0 else extent.high

    largest = max(fit.panels, key=size)
    lacking = []
    if wide > 0:
        lacking.append(Message("{much} of width", much=sheet.missing(wide)))
    if high > 0:
        lacking.append(Message("{much} of height", much=sheet.missing(high)))
    larger = Message("another --aspect") if sheet.fixed else Message("more width")
    return UsageError(
        "the picture does not fit {name}: {lacking} are missing, and {panel!r} takes "
        "{missing} at least; give {larger}, or fewer cells",
        name=sheet.name,
        lacking=joined("{first} and {others}", lacking),
        panel=largest.name,
        missing=sheet.missing(size(largest)),
        larger=larger,
    )
