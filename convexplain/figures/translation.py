"""A digit in place and moved: its maps agree exactly, the answers of two networks do not."""

from __future__ import annotations

from typing import Any

import numpy as np

from convexplain.figures import _base, _cells, _charts, _shapes, _words
from convexplain.figures._base import HEADING, NOTE, POINTS, AnyFigure, Sheet
from convexplain.lessons.dense_vs_conv import CNN, DENSE
from convexplain.lessons.translation import SHIFTS, Translation, plain
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption
from convexplain.style.theme import Look

Options = Translation

_DIGIT = Caption(en="digit", zh="手写数字")
_MAP = Caption(en="map of filter {n}", zh="过滤器 {n} 的响应图")
_MOVED = Caption(en="moved {w} by {s}", zh="{w}移 {s} 格")
_SAYS = Caption(en="{network} says {k}, before {j}", zh="{network}预测为 {k}，平移前为 {j}")
_LEGEND = Caption(
    en="bars: probability, moved; short lines: before", zh="条形：平移后的概率；短线：平移前"
)
_SHARED = Caption(
    en="dotted: shared {lines}; largest difference, all {f} maps: {d}",
    zh="虚线框：重叠的{lines}；全部 {f} 张图的最大差值：{d}",
)
_LINES = (Caption(en="rows", zh="行"), Caption(en="columns", zh="列"))
_PIXELS = Caption(en="{n} px", zh="{n} 像素")
_PLACES = Caption(
    en="what the {n} places add to the logit of {k}", zh="{n} 个位置对“{k}”logit 的贡献"
)
_IN_PLACE = Caption(en="in place: {z} in all", zh="平移前：合计 {z}")
_AFTER = Caption(en="moved: {z} in all", zh="平移后：合计 {z}")
_LEFT = Caption(en="Some ink has left the picture. ", zh="部分笔画已移出画面。")
_NOTE = Caption(
    en="Table: 20 test digits; 0 is exact. Pooling moves in steps of 2.",
    zh="表格：20 个测试样本；0 表示完全相等。池化每次移动 2 格。",
)
_ALT = Caption(
    en="A digit {k}, and moved {w} by {s} pixels, each with its map of filter {n} of {first}: on "
    "the {c} {lines} that both share the largest difference of all {f} maps is {d}. In place the "
    "CNN gives {k} the probability {p}, the dense network {q}; moved, the CNN says {a} ({pa}), the "
    "dense network {b} ({qb}). After a shift by {shifts} pixels the largest differences of maps "
    "are: {table}. The {places} places of {last} add to the logit of {k}, by rows, in place "
    "{before}; moved {after}.",
    zh="一个“{k}”，以及{w}移 {s} 个像素之后，各有 {first} 过滤器 {n} 的响应图："
    "在前后重叠的 {c} {lines}上，全部 {f} 张图的最大差值为 {d}。平移前 CNN 给“{k}”的概率为 {p}，"
    "全连接网络为 {q}；平移后 CNN 预测为 {a}（{pa}），全连接网络预测为 {b}（{qb}）。"
    "平移 {shifts} 个像素后各层响应图的最大差值：{table}。"
    "{last} 的 {places} 个位置对“{k}”logit 的贡献（按行），平移前 {before}；平移后 {after}。",
)


def draw(
    options: Translation,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw digit and map before and after, both answers, and why they may change.

    Parameters
    ----------
    options : Translation
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
    cell = (2.75 if page else 2.6) * unit
    side, top = len(options.traces[0].image) * cell, 20.0
    gap = 24.0 * unit
    notes = _words.notes(_notes(options).text(look.lang), width)
    right = 4 + 2 * side + gap + 34 if page else 4.0
    pairs = top + 2 * side + 30
    charts = 8.0 if page else pairs + 14
    chart = pairs / 2 - 38 if page else 56.0
    under = pairs + 20 if page else charts + 2 * (chart + 40) + 12
    table = 76.0
    square = 24.0
    places = under if page else under + table + 6
    height = (under + table if page else places + 16 + 3 * square + 18) + 8
    height += len(notes) * _base.leading(NOTE)
    sheet = _base.sheet(look, width, height, figure)
    _pictures(sheet, options, (top, top + side + 16), cell, gap)
    _answers(sheet, options, right, charts, across - right - 4, chart)
    _table(sheet, options, under, min(across - 8, 208.0))
    x = across - 4 - 6 * square - 16 if page else 4.0
    _why(sheet, options, x, places, square)
    _words.write_notes(sheet, notes)
    return sheet.figure


def _pictures(
    sheet: Sheet, options: Translation, tops: tuple[float, float], cell: float, gap: float
) -> None:
    """Draw the digit and its map, then both moved, with what both maps share."""
    lang, side = sheet.look.lang, len(options.traces[0].image) * cell
    right = 4 + side + gap
    heads = _DIGIT.text(lang), _MAP.fill(n=options.shown_filter).text(lang)
    for x, head in zip((4.0, right + cell), heads, strict=True):
        sheet.text(x, 9, head, NOTE, ha="left", colour=sheet.theme.muted)
    moved = _MOVED.fill(w=terms.DIRECTIONS[options.shown_direction], s=options.shift).text(lang)
    for n, (pixels, y) in enumerate(zip((0, options.shift), tops, strict=True)):
        digit = _cells.picture(sheet, 4, y, options.traces[pixels].image.squeeze(axis=2), cell)
        # A map's cell is level with the middle of its window.
        placed = _cells.signed(
            sheet, right + cell, y + cell, options.map_at(pixels), options.map_limit, cell
        )
        row, col = options.stop_at(pixels)
        _cells.outline(sheet, digit.part(row, col, 3, 3), width=1.1)
        _cells.outline(sheet, placed.part(row, col), width=1.1)
        middle = y + side / 2
        _cells.line(sheet, [(8 + side, middle), (right + cell - 4, middle)], head=True, width=0.7)
        shared = placed.part(*_shared(options, pixels))
        _shapes.box(
            sheet, shared.x0, shared.y0, shared.x1 - shared.x0, shared.y1 - shared.y0, "ink", 0.8,
            dotted=True, zorder=3.5, gid=f"shared-{n}",
        )  # fmt: skip
        if n:
            for x in (4.0, right + cell):
                sheet.text(x, y - 8.5, moved, NOTE, ha="left", colour=sheet.theme.muted)
    count, difference = options.shared
    said = _SHARED.fill(lines=_lines(options, count), f=_filters(options), d=plain(difference))
    y = tops[1] + side + 9
    sheet.text(4, y, said.text(lang), 6.5, ha="left")


def _shared(options: Translation, pixels: int) -> tuple[int, int, int, int]:
    """Return row, column, rows and columns of what both maps share, on the map after a shift."""
    rows, cols = options.map_at(0).shape
    down, right = (options.stop_at(1)[n] - options.stop_at(0)[n] for n in range(2))
    away = options.shift
    begin = [(part > 0) * away if pixels else (part < 0) * away for part in (down, right)]
    return begin[0], begin[1], rows - abs(down) * away, cols - abs(right) * away


def _answers(
    sheet: Sheet, options: Translation, x: float, y: float, width: float, high: float
) -> None:
    """Draw the probabilities of both networks: bars after the shift, short lines before."""
    lang = sheet.look.lang
    for n, (network, chances) in enumerate(zip((CNN, DENSE), options.chances, strict=True)):
        top = y + n * (high + 40)
        before, after = chances[0], chances[options.shift]
        name = _charts.NAMES[network].text(lang) + (" " if lang == "zh" and network == CNN else "")
        head = _SAYS.fill(network=name, k=int(after.argmax()), j=int(before.argmax()))
        sheet.text(x, top, head.text(lang), HEADING, ha="left", weight="bold")
        _probabilities(sheet, network, before, after, (x, top + 20, width, high - 4), options.label)
    sheet.text(
        x + width, y + 2 * (high + 40) - 7, _LEGEND.text(lang), 6.5, ha="right",
        colour=sheet.theme.muted,
    )  # fmt: skip


def _probabilities(
    sheet: Sheet,
    network: str,
    before: Any,
    after: Any,
    place: tuple[float, float, float, float],
    label: int,
) -> None:
    """Draw ten probabilities on an axis from 0 to 100%."""
    x, y, width, high = place
    pitch = width / len(after)
    _cells.line(sheet, [(x, y + high), (x + width, y + high)], width=_base.FRAME)
    for k, (was, now) in enumerate(zip(before.tolist(), after.tolist(), strict=True)):
        middle = x + (k + 0.5) * pitch
        bold = k == int(after.argmax())
        _shapes.box(
            sheet, middle - 0.3 * pitch, y + (1 - now) * high, 0.6 * pitch, now * high, line=0,
            fill="positive", gid=f"{network}-{k}",
        )  # fmt: skip
        if max(was, now) >= 0.005:
            level = y + (1 - was) * high
            _cells.line(
                sheet, [(middle - 0.42 * pitch, level), (middle + 0.42 * pitch, level)],
                colour=sheet.theme.ink, width=1.1, zorder=3,
            )  # fmt: skip
            if was - now >= 0.2:
                gone = fmt.probability(was, 1 if pitch > 26 else 0)
                sheet.text(middle, level - 6, gone, 6.5, colour=sheet.theme.muted)
        if now >= 0.005:
            told = sheet.text(
                middle, y + (1 - max(now, was if was - now < 0.2 else 0)) * high - 6,
                fmt.probability(now, 1 if pitch > 26 else 0), 6.5,
                weight="bold" if bold else "regular",
            )  # fmt: skip
            told.set_gid(f"probability-{network}-{k}")
        sheet.text(
            middle, y + high + 7, str(k), NOTE, weight="bold" if k == label else "regular",
            colour=sheet.theme.ink if k == label else sheet.theme.muted,
        )  # fmt: skip


def _table(sheet: Sheet, options: Translation, y: float, width: float) -> None:
    """Write how far each layer's maps are from moved maps, by the shift."""
    lang, quiet = sheet.look.lang, sheet.theme.muted
    sheet.text(4, y, terms.SHIFT_CHANGE.text(lang), HEADING, ha="left", weight="bold")
    first = 40.0
    pitch = (width - first) / len(SHIFTS)
    for n, shift in enumerate(SHIFTS):
        words = _PIXELS.fill(n=shift).text(lang)
        sheet.text(4 + first + (n + 1) * pitch, y + 13, words, NOTE, ha="right", colour=quiet)
    for row, (layer, differences) in enumerate(
        zip(options.layers, options.differences, strict=True)
    ):
        level = y + 24 + 10.5 * row
        sheet.text(4, level, layer, NOTE, ha="left", colour=quiet)
        for n, difference in enumerate(differences.tolist()):
            exact = difference == 0
            told = sheet.text(
                4 + first + (n + 1) * pitch, level, plain(difference), NOTE, ha="right",
                weight="bold" if exact else "regular",
            )  # fmt: skip
            told.set_gid(f"difference-{layer}-{SHIFTS[n]}")


def _why(sheet: Sheet, options: Translation, x: float, y: float, square: float) -> None:
    """Draw what each place of the last map adds to the logit, in place and moved."""
    lang = sheet.look.lang
    grids = [options.by_place(pixels) for pixels in (0, options.shift)]
    limit = max(float(np.abs(grid).max()) for grid in grids)
    head = _PLACES.fill(n=grids[0].size, k=options.label).text(lang)
    wide = _base.text_width(head, NOTE)
    sheet.text(min(x, sheet.width - 4 - 1.03 * wide), y, head, NOTE, ha="left", weight="bold")
    for n, (grid, name) in enumerate(zip(grids, (_IN_PLACE, _AFTER), strict=True)):
        left = x + n * (3 * square + 16)
        _cells.numbers(sheet, left, y + 8, grid, limit, square, size=6.5)
        words = name.fill(z=fmt.number(float(grid.sum()))).text(lang)
        sheet.text(left, y + 8 + 3 * square + 8, words, NOTE, ha="left", colour=sheet.theme.muted)


def _filters(options: Translation) -> int:
    return int(options.cnn.shapes[options.layer][2])


def _lines(options: Translation, count: int) -> Caption:
    line = _LINES[options.shown_direction in ("left", "right")]
    return Caption(en=f"{count} {line.text('en')}", zh=f" {count} {line.text('zh')}")


def _notes(options: Translation) -> Caption:
    still, gone = (options.traces[n].image.sum() for n in (0, options.shift))
    if np.isclose(still, gone):
        return _NOTE
    return Caption(en=_LEFT.en + _NOTE.en, zh=_LEFT.zh + _NOTE.zh)


def alternative(options: Translation, lang: str = "en") -> str:
    """Say the difference, the answers, and both tables in numbers.

    Parameters
    ----------
    options : Translation
    lang : {"en", "zh"}
    """
    count, difference = options.shared
    cnn, dense = options.chances
    k, s = options.label, options.shift
    a, b = int(cnn[s].argmax()), int(dense[s].argmax())
    differences = [_words.listed(map(plain, row)) for row in options.differences.tolist()]
    rows = [
        Caption(en=f"{layer} {row.text('en')}", zh=f"{layer} {row.text('zh')}")
        for layer, row in zip(options.layers, differences, strict=True)
    ]
    places = [_words.listed(map(fmt.number, options.by_place(n).ravel())) for n in (0, s)]
    lines = _LINES[options.shown_direction in ("left", "right")]
    return _ALT.fill(
        k=k,
        w=terms.DIRECTIONS[options.shown_direction],
        s=s,
        n=options.shown_filter,
        first=options.layer,
        last=options.layers[-1],
        c=count,
        lines=lines,
        f=_filters(options),
        d=plain(difference),
        p=fmt.probability(cnn[0][k]),
        q=fmt.probability(dense[0][k]),
        a=a,
        pa=fmt.probability(cnn[s][a]),
        b=b,
        qb=fmt.probability(dense[s][b]),
        shifts=_words.listed(map(str, SHIFTS)),
        table=_words.listed(rows, Caption(en="; ", zh="；")),
        places=options.by_place(0).size,
        before=places[0],
        after=places[1],
    ).text(lang)


def caption(options: Translation, lang: str = "en") -> str:
    """Say what the figure shows, as the lesson does.

    Parameters
    ----------
    options : Translation
    lang : {"en", "zh"}
    """
    return _words.sentences(options, lang, "follows", "answer")
