"""The kernels of a layer, sorted by what they look for; or the classic ones, by name."""

from __future__ import annotations

import numpy as np

from convexplain.figures import _base, _cells
from convexplain.figures._base import AnyFigure, Sheet
from convexplain.lessons.parts.kernels import LEAST, Kernels, whole
from convexplain.style import format as fmt
from convexplain.style.captions import Caption
from convexplain.style.theme import Look

Options = Kernels

_MARGIN, _LABEL, _GAP, _BAR = 4.0, 10.0, 6.0, 32.0


def draw(
    options: Kernels,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw learned kernels on one colour scale, or classic ones with their numbers."""
    across, wide = width * _base.POINTS - 2 * _MARGIN, width >= _base.WIDE
    if options.classic:
        return _classic(options, look, width, figure)
    per_row = 12 if wide else 7
    tile = (across - _GAP * (per_row - 1)) / per_row
    pitch = tile + _LABEL + _GAP
    lines = {kind: -(-len(numbers) // per_row) for kind, numbers in options.groups.items()}
    height = sum(14 + count * pitch for count in lines.values()) + 6 + _BAR
    sheet = _base.sheet(look, width, 2 * _MARGIN + height, figure)
    y = _MARGIN
    for kind, numbers in options.groups.items():
        words = _KINDS[kind].fill(n=len(numbers), of=len(options.patterns))
        sheet.text(_MARGIN, y + 6, words.text(look.lang), ha="left")
        y += 14
        for n, number in enumerate(numbers):
            row, column = divmod(n, per_row)
            corner = _MARGIN + column * (tile + _GAP), y + row * pitch + _LABEL
            _tile(sheet, options, number, corner, tile)
        y += lines[kind] * pitch
    _cells.colour_bar(
        sheet, _MARGIN, y + 6, min(150.0, 0.6 * across), options.limit,
        label=_weights(options).text(look.lang),
    )  # fmt: skip
    return sheet.figure


def _tile(
    sheet: Sheet, options: Kernels, number: int, corner: tuple[float, float], tile: float
) -> None:
    weights = options.weights[:, :, number]
    _cells.signed(sheet, *corner, weights, options.limit, tile / max(weights.shape), lines=True)
    muted = sheet.theme.muted
    sheet.text(corner[0], corner[1] - 5.5, str(number), 6.5, colour=muted, ha="left")


def _weights(options: Kernels) -> Caption:
    if options.one_filter:
        return _WEIGHTS_OF.fill(layer=options.shown_layer, n=options.shown_filter)
    return _WEIGHTS.fill(layer=options.shown_layer)


def _classic(options: Kernels, look: Look, width: float, figure: AnyFigure | None) -> AnyFigure:
    """Draw the classic kernels; each has a scale of its own, since they differ a hundredfold."""
    across = width * _base.POINTS - 2 * _MARGIN
    per_row = 8 if width >= 6 else 6 if width >= _base.WIDE else 4
    gap = 13.0
    tile = (across - gap * (per_row - 1)) / per_row
    side = min(tile, 54.0)
    pitch = side + _LABEL + 9
    lines = -(-len(options.classics) // per_row)
    sheet = _base.sheet(look, width, 2 * _MARGIN + lines * pitch - 9, figure)
    for n, kernel in enumerate(options.classics):
        row, column = divmod(n, per_row)
        x, y = _MARGIN + column * (tile + gap), _MARGIN + row * pitch + _LABEL
        numbers, denominator = whole(kernel.weights)
        limit, cell = float(np.abs(numbers).max()), side / len(numbers)
        colours = sheet.theme.signed(numbers, limit)
        texts = [[fmt.count(int(value)) for value in values] for values in numbers]
        _cells.grid(
            sheet, x, y, colours, cell, texts=texts, size=7.5 if len(numbers) < 4 else 5.2,
            quiet=numbers == 0,
        )  # fmt: skip
        sheet.text(x, y - 6, kernel.name, 6.0, ha="left")
        if denominator > 1:
            after = x + _base.text_width(f"{kernel.name} ", 6.0)
            sheet.text(after, y - 6, f"/{denominator}", 6.0, colour=look.tokens.muted, ha="left")
    return sheet.figure


def alternative(options: Kernels, lang: str = "en") -> str:
    """Say how many kernels look for what, and which."""
    gap, comma = ("；", "、") if lang == "zh" else ("; ", ", ")
    if options.classic:
        told = gap.join(
            _FINDS.fill(name=k.name, what=Caption(en=k.finds, zh=k.finds_zh)).text(lang)
            for k in options.classics
        )
        return _CLASSIC.fill(n=len(options.classics), all=Caption(en=told, zh=told)).text(lang)
    told = gap.join(
        _KINDS[kind].fill(n=len(numbers), of=len(options.patterns)).text(lang)
        + ("（" if lang == "zh" else " (")
        + comma.join(str(n) for n in numbers)
        + ("）" if lang == "zh" else ")")
        for kind, numbers in options.groups.items()
    )
    words = _ALT.fill(
        what=_what(options), w=fmt.number(options.limit), all=Caption(en=told, zh=told)
    )
    return words.text(lang)


def caption(options: Kernels, lang: str = "en") -> str:
    """Say what the figure shows, and by which rule they are sorted."""
    if options.classic:
        return _CLASSIC_CAPTION.fill(n=len(options.classics)).text(lang)
    return _CAPTION.fill(what=_what(options), c=fmt.number(LEAST, 1)).text(lang)


def _what(options: Kernels) -> Caption:
    count = len(options.patterns)
    if options.one_filter:
        return _OF_FILTER.fill(n=count, filter=options.shown_filter, layer=options.shown_layer)
    return _OF_LAYER.fill(n=count, layer=options.shown_layer)


_KINDS = {
    "edge": Caption(en="edge: {n} of {of}", zh="边缘：{of} 个中的 {n} 个"),
    "line": Caption(en="line: {n} of {of}", zh="线条：{of} 个中的 {n} 个"),
    "spot": Caption(en="spot: {n} of {of}", zh="斑点：{of} 个中的 {n} 个"),
    "mixed": Caption(en="mixed: {n} of {of}", zh="混合：{of} 个中的 {n} 个"),
}
_WEIGHTS = Caption(en="weights, {layer}", zh="{layer} 的权重")
_WEIGHTS_OF = Caption(en="weights, {layer}, filter {n}", zh="{layer} 过滤器 {n} 的权重")
_OF_LAYER = Caption(en="the {n} kernels of {layer}", zh="{layer} 的 {n} 个卷积核")
_OF_FILTER = Caption(
    en="the {n} kernels of filter {filter} of {layer}, one for each channel",
    zh="{layer} 的过滤器 {filter} 的 {n} 个卷积核（每个通道一个）",
)
_ALT = Caption(
    en="A sheet with {what}, on one colour scale that ends at {w}, sorted by what they look for: "
    "{all}.",
    zh="{what}，共用一个色标，最大为 {w}，按所寻找的模式排列：{all}。",
)
_CAPTION = Caption(
    en="Learned, not designed: {what}. A kernel bears the name of the ideal pattern whose cosine "
    "with it is at least {c}; the others are mixed. Numbers count from 0.",
    zh="由训练得来，不是人工设计：{what}。与某种理想模式的余弦相似度不低于 {c} 的，归入该模式，"
    "其余为混合。编号从 0 开始。",
)
_FINDS = Caption(en="{name} finds {what}", zh="{name}：{what}")
_CLASSIC = Caption(
    en="{n} classic kernels with their weights: {all}.", zh="{n} 个经典卷积核及其权重：{all}。"
)
_CLASSIC_CAPTION = Caption(
    en="{n} kernels that people designed, as they are laid on the picture. Each has a colour scale "
    "of its own; a denominator behind the name divides all weights.",
    zh="{n} 个人工设计的卷积核，按放在图上的方向书写。各用自己的色标；名称后的分母除以全部权重。",
)
