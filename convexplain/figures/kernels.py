"""The kernels of a layer, sorted by what they look for; or the classic ones, by name."""

from __future__ import annotations

import numpy as np

from convexplain.figures import _draw
from convexplain.figures._base import AnyFigure
from convexplain.lessons.parts.kernels import LEAST, Kernels, whole
from convexplain.panels import Cells, Column, Diagram, Legend, Maps, Rows, Scale, Sheet
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, listed, same
from convexplain.style.theme import Look

Options = Kernels


def diagram(options: Kernels, columns: int) -> Diagram:
    """Describe learned kernels on one colour scale, group by group."""
    scale = Scale(options.limit, _weights(options))
    groups = [
        Maps(
            kind, options.weights[:, :, list(numbers)], scale, share="kernels", columns=columns,
            labels=[str(n) for n in numbers], lines=True,
            title=_KINDS[kind].fill(n=len(numbers), of=len(options.patterns)),
        )
        for kind, numbers in options.groups.items()
    ]  # fmt: skip
    return Diagram(Column(*groups, Legend("legend")))


def _weights(options: Kernels) -> Caption:
    if options.one_filter:
        return _WEIGHTS_OF.fill(layer=options.shown_layer, n=options.shown_filter)
    return _WEIGHTS.fill(layer=options.shown_layer)


def classics(options: Kernels) -> Diagram:
    """Describe the classic kernels, each on a scale of its own: they differ a hundredfold."""
    cells = []
    for kernel in options.classics:
        numbers, denominator = whole(kernel.weights)
        over = f"/{denominator}" if denominator > 1 else ""
        cells.append(
            Cells(
                kernel.name, numbers, Scale(float(np.abs(numbers).max()), counts=True),
                numbers=True, share="classic", title=same(kernel.name),
                counter=same(over) if over else None,
            )
        )  # fmt: skip
    return Diagram(Rows(*cells, lengths=(6, 5, 4, 3)))


def draw(
    options: Kernels,
    look: Look,
    *,
    on: Sheet,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw learned kernels on one colour scale, or classic ones with their numbers."""
    columns = 12 if on.broad else 7
    shown = classics(options) if options.classic else diagram(options, columns)
    return _draw.diagram(shown, look, on=on, figure=figure)


def alternative(options: Kernels) -> Caption:
    """Say how many kernels look for what, and which."""
    if options.classic:
        told = [
            _FINDS.fill(name=k.name, what=Caption(en=k.finds, zh=k.finds_zh))
            for k in options.classics
        ]
        return _CLASSIC.fill(n=len(told), all=listed(told, _GAP))
    told = [
        _OF_KIND.fill(
            kind=_KINDS[kind].fill(n=len(numbers), of=len(options.patterns)), all=listed(numbers)
        )
        for kind, numbers in options.groups.items()
    ]
    return _ALT.fill(what=_what(options), w=fmt.number(options.limit), all=listed(told, _GAP))


def caption(options: Kernels) -> Caption:
    """Say what the figure shows, and by which rule they are sorted."""
    if options.classic:
        return _CLASSIC_CAPTION.fill(n=len(options.classics))
    return _CAPTION.fill(what=_what(options), c=fmt.number(LEAST, 1))


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
_OF_KIND = Caption(en="{kind} ({all})", zh="{kind}（{all}）")
_GAP = Caption(en="; ", zh="；")
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
