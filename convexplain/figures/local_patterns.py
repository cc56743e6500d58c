"""One unit of a dense layer and one filter compare the same digit: once, and at every place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convexplain.figures import _base, _cells, _shapes, _words
from convexplain.figures._base import HEADING, LABEL, NOTE, POINTS, AnyFigure, Sheet
from convexplain.lessons.local_patterns import APART, LEAST, TEMPLATES, LocalPatterns, Place
from convexplain.lessons.parts import local_labels as labels
from convexplain.lessons.parts import local_words as words
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption
from convexplain.style.theme import Look

Options = LocalPatterns

_RULE = Caption(
    en="Frames: where filter {n} responds with at least {p} of its largest response to that digit, "
    "{a} cells or more apart.",
    zh="方框：过滤器 {n} 的响应不低于它在该样本上最大响应的 {p}，且相距至少 {a} 格。",
)
_ALT = Caption(
    en="Two rows. Dense unit {u}: the digit times a template of {w} weights, added up, {t}, plus "
    "the bias {b}, gives one number, {v}; beside it the templates of units {others}. Filter {f}: "
    "one kernel, by rows {kernel}, with the bias {c}, meets all {n} places; the map's largest "
    "response is {m}. {found} On other digits: {elsewhere}.",
    zh="共两行。全连接单元 {u}：样本与 {w} 个权重的模板逐元素相乘，求和得 {t}，加上偏置 {b}，"
    "得到一个数 {v}；旁边是单元 {others} 的模板。过滤器 {f}：同一个卷积核（按行为 {kernel}），"
    "偏置 {c}，在全部 {n} 个位置各比对一次，响应图的最大值为 {m}。{found}其他样本：{elsewhere}。",
)
_FOUND = Caption(en="It finds its pattern at {places}.", zh="它在{places}找到了自己的模式。")
_NOWHERE = Caption(en="It finds its pattern nowhere.", zh="它没有找到自己的模式。")
_PLACE = Caption(en="row {r}, column {c} ({v})", zh="行 {r} 列 {c}（{v}）")
_ON = Caption(en="{n} on a digit {k}", zh="“{k}”上 {n} 处")


@dataclass(frozen=True)
class _Row:
    """Where a row's parts lie, in points."""

    y: float
    picture: float
    template: float
    result: float
    cell: float
    side: float  # of the picture

    @property
    def middle(self) -> float:
        """Height of the signs between the parts."""
        return self.y + self.side / 2


def draw(
    options: LocalPatterns,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw both rows, and what else the other units and the same filter compare.

    Parameters
    ----------
    options : LocalPatterns
    look : Look
        Language and theme.
    width : float
        In inches; 6.3 fills a page of A4, 3.1 a column.
    figure : Figure or SubFigure, optional
        What is drawn into.

    Returns
    -------
    matplotlib.figure.Figure or SubFigure
    """
    page, across = width >= _shapes.BROAD, width * POINTS
    unit = across / 454.0 if page else min(across / 223.0, 1.3)
    cell = (2.85 if page else 2.15) * unit
    side = len(options.shown_picture.pixels) * cell
    sign = (18.0 if page else 15.0) * unit
    template, result = 4 + side + sign, 4 + 2 * (side + sign)
    heads = 22.0 if page else 32.0
    small = (across - result - 26 * cell - 26 - 12) / 3 if page else (223 * unit - 24) / 3
    beside = across - 4 - 3 * small - 12
    row = heads + side + 30 + (0.0 if page else small + 46)
    notes = _words.notes(_notes(options).text(look.lang), width)
    height = 2 * row + 6 + len(notes) * _base.leading(NOTE)
    sheet = _base.sheet(look, width, height, figure)
    rows = [_Row(n * row + heads, 4, template, result, cell, side) for n in range(2)]
    where = [
        (beside, placed.middle - small / 2) if page else (4.0, placed.y + side + 58)
        for placed in rows
    ]
    _heads(sheet, options, rows, page)
    _dense(sheet, options, rows[0], page)
    _filter(sheet, options, rows[1], page)
    gap = 6.0 if page else 8.0
    _templates(sheet, options, where[0], small, gap)
    _others(sheet, options, where[1], small, gap)
    _words.write_notes(sheet, notes)
    return sheet.figure


def _heads(sheet: Sheet, options: LocalPatterns, rows: Sequence[_Row], page: bool) -> None:
    """Name both rows, and say how much each template compares."""
    lang, unit = sheet.look.lang, options.shown_units[0]
    told = (
        (labels.DENSE.fill(n=unit.number), labels.ONE_PICTURE.fill(w=unit.template.size)),
        (
            terms.FILTER.capital.fill(n=options.shown_filter),
            labels.EVERY_PLACE.fill(w=options.kernel.size),
        ),
    )
    for row, (name, what) in zip(rows, told, strict=True):
        y = row.y - (12 if page else 23)
        head = sheet.text(4, y, name.text(lang), HEADING, ha="left", weight="bold")
        wide = _base.text_width(head.get_text(), HEADING, "bold")
        x, below = (4 + wide + 8, y) if page else (4.0, y + 12)
        sheet.text(x, below, what.text(lang), NOTE, ha="left", colour=sheet.theme.muted)


def _compared(sheet: Sheet, options: LocalPatterns, row: _Row) -> _cells.Grid:
    """Draw the digit, and the signs between the parts of a row."""
    pixels = options.shown_picture.pixels.squeeze(axis=2)
    placed = _cells.picture(sheet, row.picture, row.y, pixels, row.cell)
    sheet.text((row.picture + row.side + row.template) / 2, row.middle, "⊙", 9)
    gap = row.result - row.template - row.side
    start = row.template + row.side + gap * 0.2
    _cells.line(
        sheet, [(start, row.middle), (row.result - gap * 0.2, row.middle)], head=True, width=0.7
    )
    return placed


def _dense(sheet: Sheet, options: LocalPatterns, row: _Row, page: bool) -> None:
    """Draw the unit's row: digit, template, one number, and what it is the sum of."""
    unit, lang = options.shown_units[0], sheet.look.lang
    _compared(sheet, options, row)
    limit = float(np.abs(unit.template).max())
    _cells.signed(sheet, row.template, row.y, unit.template, limit, row.cell)
    _bar(sheet, row.template, row, limit, signed=True)
    box, value = min(30.0, 13 * row.cell), unit.account.value
    _cells.numbers(
        sheet, row.result, row.middle - box / 2, [[value]], max(abs(value), limit), box, size=LABEL,
    )  # fmt: skip
    size, total = fmt.count(unit.template.size), fmt.number(unit.account.total)
    addends = (
        labels.PRODUCTS.fill(n=size, v=total).text(lang),
        terms.BIAS_OF.fill(v=fmt.number(unit.account.bias)).text(lang),
    )
    under, quiet = row.y + row.side + 8, sheet.theme.muted
    if not page:
        sheet.text(row.picture, under + 24, " · ".join(addends), NOTE, ha="left", colour=quiet)
        return
    for n, term in enumerate(addends):
        x = row.template + row.side + 6
        sheet.text(x, under + 10 * n, term, NOTE, ha="left", colour=quiet)


def _filter(sheet: Sheet, options: LocalPatterns, row: _Row, page: bool) -> None:
    """Draw the filter's row: digit, kernel, map; the places where it finds its pattern."""
    digit = _compared(sheet, options, row)
    side = (0.78 if page else 1.0) * row.side
    kernel = options.kernel
    limit = float(np.abs(kernel).max())
    _cells.numbers(
        sheet, row.template + (row.side - side) / 2, row.middle - side / 2, kernel, limit, side / 3,
        size=6.5 if side > 60 else 5.5,
    )  # fmt: skip
    largest = float(options.response_map.max())
    # A map's cell is level with the middle of its window.
    placed = _cells.signed(
        sheet, row.result, row.y + row.cell, options.response_map, largest, row.cell
    )
    _bar(sheet, row.result, row, largest, signed=False)
    nine = labels.NINE.fill(n=kernel.size, v=fmt.number(options.bias)).text(sheet.look.lang)
    under, quiet = row.y + row.side + 8, sheet.theme.muted
    if page:
        sheet.text(row.template + row.side / 2, under, nine, NOTE, colour=quiet)
    else:
        sheet.text(row.picture, under + 24, nine, NOTE, ha="left", colour=quiet)
    _found(sheet, digit, options.places, 3, "positive", numbered=True)
    _found(sheet, placed, options.places, 1, "ink", numbered=True)


def _found(
    sheet: Sheet,
    grid: _cells.Grid,
    places: Sequence[Place],
    span: int,
    token: str,
    *,
    numbered: bool,
) -> None:
    """Frame cells; their numbers stand beside them where no frame and no other number is."""
    colour = _shapes.colour_of(sheet, token)
    parts = [grid.part(row, col, span, span) for row, col in places]
    taken = [_cells.outline(sheet, part, colour=colour, width=1.1) for part in parts]
    if not numbered:
        return
    for number, frame in enumerate(taken[:], start=1):
        (x, y), wide, high = frame.middle, 4.2, 4.6
        beside = [(frame.x1 + wide, y), (frame.x0 - wide, y)]
        if x > grid.box.middle[0]:
            beside.reverse()
        spots = [*beside, (x, frame.y0 - high), (x, frame.y1 + high)]
        boxes = [_cells.Box(a - 2.6, b - 3.4, a + 2.6, b + 3.4) for a, b in spots]
        free = [
            n for n, box in enumerate(boxes)
            if not any(_meet(box, other) for other in taken) and _within(box, grid.box)
        ]  # fmt: skip
        chosen = free[0] if free else 0
        tag = sheet.text(*spots[chosen], str(number), 6, weight="bold", zorder=6)
        _shapes.set_off(sheet, tag)
        taken.append(boxes[chosen])


def _meet(a: _cells.Box, b: _cells.Box) -> bool:
    return a.x0 < b.x1 and b.x0 < a.x1 and a.y0 < b.y1 and b.y0 < a.y1


def _within(a: _cells.Box, b: _cells.Box) -> bool:
    return b.x0 <= a.x0 and a.x1 <= b.x1 and b.y0 <= a.y0 and a.y1 <= b.y1


def _bar(sheet: Sheet, x: float, row: _Row, limit: float, *, signed: bool) -> None:
    """Draw a colour bar below a template or a map."""
    wide = row.side * (0.92 if signed else 0.7)
    _cells.colour_bar(sheet, x, row.y + row.side + 5, wide, limit, signed=signed, size=6.5)


def _templates(
    sheet: Sheet, options: LocalPatterns, corner: tuple[float, float], side: float, gap: float
) -> None:
    """Draw what other units of the dense layer compare with, each on its own scale."""
    (x, y), lang = corner, sheet.look.lang
    head = labels.TEMPLATES_OF.fill(n=TEMPLATES, m=fmt.count(options.units - 1)).text(lang)
    _small_head(sheet, head, x, y, 3 * side + 2 * gap)
    for n, unit in enumerate(options.shown_units[1:]):
        left = x + n * (side + gap)
        own = float(np.abs(unit.template).max())
        _cells.signed(sheet, left, y, unit.template, own, side / len(unit.template))
        name = terms.UNIT.fill(n=unit.number).text(lang)
        sheet.text(left + side / 2, y + side + 7, name, 6.5, colour=sheet.theme.muted)


def _others(
    sheet: Sheet, options: LocalPatterns, corner: tuple[float, float], side: float, gap: float
) -> None:
    """Draw other digits, and where the same filter finds its pattern on them."""
    x, y = corner
    _small_head(sheet, labels.SAME.text(sheet.look.lang), x, y, 3 * side + 2 * gap)
    for n, (picture, places) in enumerate(options.others):
        grid = _cells.picture(
            sheet,
            x + n * (side + gap),
            y,
            picture.pixels.squeeze(axis=2),
            side / len(picture.pixels),
        )
        _found(sheet, grid, places, 3, "positive", numbered=False)


def _small_head(sheet: Sheet, words: str, x: float, y: float, width: float) -> None:
    lines = _base.wrap(words, width, NOTE)
    for n, line in enumerate(reversed(lines)):
        sheet.text(
            x, y - 8 - n * _base.leading(NOTE), line, NOTE, ha="left", colour=sheet.theme.muted
        )


def _notes(options: LocalPatterns) -> Caption:
    rule = _RULE.fill(n=options.shown_filter, p=fmt.percent(LEAST, 0), a=APART)
    never = words.NEVER.fill(n=int(options.never_inked.sum()))
    return Caption(
        en=f"{rule.text('en')} {never.text('en')}", zh=rule.text("zh") + never.text("zh")
    )


def alternative(options: LocalPatterns, lang: str = "en") -> str:
    """Say both comparisons in numbers.

    Parameters
    ----------
    options : LocalPatterns
    lang : {"en", "zh"}
    """
    unit, *rest = options.shown_units
    kernel = [", ".join(fmt.number(weight) for weight in row) for row in options.kernel]
    found = [
        _PLACE.fill(r=r, c=c, v=fmt.number(options.response_map[r, c])) for r, c in options.places
    ]
    elsewhere = [_ON.fill(n=len(on), k=str(picture.label)) for picture, on in options.others]
    return _ALT.fill(
        u=unit.number,
        w=unit.template.size,
        t=fmt.number(unit.account.total),
        b=fmt.number(unit.account.bias),
        v=fmt.number(unit.account.value),
        others=_words.listed(str(other.number) for other in rest),
        f=options.shown_filter,
        kernel=Caption(en="; ".join(kernel), zh="；".join(kernel).replace(", ", "、")),
        c=fmt.number(options.bias),
        n=options.response_map.size,
        m=fmt.number(options.response_map.max()),
        found=_FOUND.fill(places=_words.listed(found)) if found else _NOWHERE,
        elsewhere=_words.listed(elsewhere),
    ).text(lang)


def caption(options: LocalPatterns, lang: str = "en") -> str:
    """Say what the rows show, as the lesson does.

    Parameters
    ----------
    options : LocalPatterns
    lang : {"en", "zh"}
    """
    return _words.sentences(options, lang, "answer", "found")
