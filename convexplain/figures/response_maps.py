"""The response maps of a layer, on one colour scale: all, or of many the strongest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from convexplain.errors import UsageError
from convexplain.figures import _draw
from convexplain.figures._base import AnyFigure
from convexplain.lessons.parts import walls
from convexplain.lessons.parts.lesson import option
from convexplain.lessons.response_map import ResponseMap
from convexplain.panels import Column, Diagram, Legend, Maps, Scale, Sheet
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, joined, listed
from convexplain.style.theme import Look

if TYPE_CHECKING:
    from convexplain.lessons.response_map import Alike


@dataclass(frozen=True)
class AllMaps(ResponseMap):
    """Whose maps are shown: by default those of the first convolution."""

    title: ClassVar[Caption] = Caption(en="All response maps of a layer", zh="一层的全部响应图")
    most: int | None = option(
        None,
        en="show at most so many maps, those with the largest responses; by default all of a layer "
        "of 32 or fewer, else 16",
        zh="最多展示多少张响应最大的图；默认：不超过 32 张时全部展示，否则 16 张",
    )

    def validate(self) -> None:
        """Refuse a wall of no maps."""
        super().validate()
        if self.most is not None and self.most < 1:
            raise UsageError(
                "--most {most} is not possible: at least 1 map is shown", most=self.most
            )

    @cached_property
    def on_wall(self) -> tuple[int, ...]:
        """The filters whose maps are shown."""
        most = {} if self.most is None else {"whole": self.most, "most": self.most}
        return walls.on_wall(self.maps, (self.shown_filter,), **most)

    @cached_property
    def correlations(self) -> npt.NDArray[np.float64]:
        """Of the shown maps with each other; NaN for the others, and for those that do not vary."""
        likeness = super().correlations.copy()
        others = [n for n in range(self.filters) if n not in self.on_wall]
        likeness[others], likeness[:, others] = np.nan, np.nan
        return likeness


Options = AllMaps


def diagram(options: AllMaps, columns: int) -> Diagram:
    """Describe the maps, each with its filter's number; of a layer that reads it, its kernel.

    The shown filter has a frame and a bold number; the two that are most alike a quieter frame.
    """
    alike, shown, every = options.alike, options.shown_filter, options.on_wall
    maps = options.maps[:, :, every]
    marks = {"shown": shown}
    if alike is not None:
        both = {"first": alike.first, "second": alike.second}
        marks |= {name: n for name, n in both.items() if n != shown}
    wall = Maps(
        "maps",
        maps,
        Scale(options.limit, _RESPONSE.fill(layer=options.shown_layer), bool(maps.min() < 0)),
        columns=columns,
        marks={name: every.index(n) for name, n in marks.items()},
        quiet=("first", "second"),
        labels=[str(n) for n in every],
        kernels=options.weights[:, :, every] if options.reads_picture else None,
        kernel_scale=_weights(options) if options.reads_picture else None,
    )
    return Diagram(Column(wall, Legend("legend", row=True)))


def _weights(options: AllMaps) -> Scale:
    return Scale(float(np.abs(options.weights).max()), _WEIGHTS)


def draw(
    options: AllMaps,
    look: Look,
    *,
    on: Sheet,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw the maps on one colour scale."""
    columns = _per_row(options.maps.shape[0], on.broad)
    return _draw.diagram(diagram(options, columns), look, on=on, figure=figure)


def _per_row(rows: int, wide: bool) -> int:
    """Choose how many maps stand side by side: fewer where they have more cells."""
    if rows >= 20:
        return 8 if wide else 4
    if rows >= 8:
        return 10 if wide else 6
    return 16 if wide else 8


def alternative(options: AllMaps) -> Caption:
    """Say which filters respond most, which not at all, and which alike."""
    maps = options.maps
    peaks = maps.max(axis=(0, 1))
    strongest = [int(n) for n in np.argsort(-peaks, kind="stable")[:3]]
    words = _ALT.fill(
        count=len(options.on_wall),
        shape=fmt.shape(maps.shape[:2]),
        layer=options.shown_layer,
        v=fmt.number(options.limit),
        peaks=listed(_PEAK.fill(n=n, v=fmt.number(peaks[n])) for n in strongest),
    )
    return joined([words, _told_alike(options.alike)])


def _told_alike(alike: Alike | None) -> Caption:
    if alike is None:
        return _NONE
    return _LIKE.fill(
        a=alike.first, b=alike.second, c=fmt.number(alike.correlation), d=len(alike.blank)
    )


def caption(options: AllMaps) -> Caption:
    """Say what the figure shows, in the words of the lesson."""
    some = walls.told(options.maps, options.on_wall, (options.shown_filter,))
    said = _OF if some is None else _SOME
    values = {"layer": options.shown_layer, "n": options.maps.shape[2], "some": some}
    parts = [said.fill(**{name: values[name] for name in said.fields})]
    if options.tinted in options.on_wall:
        parts.append(_TINT)
    alike = options.alike
    if alike is not None:
        parts.append(_FRAMED.fill(n=options.shown_filter, a=alike.first, b=alike.second))
    return joined(parts)


_RESPONSE = Caption(en="response, {layer}", zh="{layer} 的响应")
_WEIGHTS = Caption(en="weights of the kernels", zh="卷积核的权重")
_OF = Caption(
    en="All {n} response maps of {layer}, on one colour scale.",
    zh="{layer} 的全部 {n} 张响应图，同一色标。",
)
_SOME = Caption(
    en="Response maps of {layer}, on one colour scale. {some}",
    zh="{layer} 的响应图，同一色标。{some}",
)
_TINT = Caption(en="A tint on blank paper is a positive bias.", zh="空白处的底色来自正偏置。")
_FRAMED = Caption(
    en="Framed: filter {n}, and the two most alike, {a} and {b}.",
    zh="加框的是过滤器 {n}，以及最相似的两张：{a} 和 {b}。",
)
_PEAK = Caption(en="filter {n} ({v})", zh="过滤器 {n}（{v}）")
_ALT = Caption(
    en="{count} response maps of {layer}, {shape} numbers each, on one colour scale that ends at "
    "{v}. The largest responses: {peaks}.",
    zh="{layer} 的 {count} 张响应图，每张 {shape} 个数，共用一个色标，最大为 {v}。"
    "响应最强的是：{peaks}。",
)
_LIKE = Caption(
    en="Most alike are the maps of filters {a} and {b} (correlation {c}); {d} find nothing.",
    zh="最相似的是过滤器 {a} 和 {b} 的响应图（相关系数 {c}）；没有响应的有 {d} 张。",
)
_NONE = Caption(en="Fewer than two maps respond.", zh="有响应的不到两张。")
