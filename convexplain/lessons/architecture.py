"""The whole network at once: maps shrink, their stack grows; and where the weights are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from convexplain.lessons.parts.beats import Beat, slug
from convexplain.lessons.parts.columns import Column, columns
from convexplain.lessons.parts.network_lesson import NetworkLesson
from convexplain.lessons.parts.subject import Role
from convexplain.style import format as fmt
from convexplain.style.captions import Caption


@dataclass(frozen=True)
class Architecture(NetworkLesson):
    """The network as volumes to scale, filled with what one digit makes of them.

    The digit is the hierarchy's unless another is asked for: read right, with a positive logit,
    so that the film looks at it again.
    """

    name: ClassVar[str] = "architecture"
    title: ClassVar[Caption] = Caption(
        en="Architecture: the picture gets smaller, the stack gets deeper",
        zh="网络结构：尺寸越来越小，通道越来越多",
    )
    question: ClassVar[Caption] = Caption(
        en="How does a picture become an answer, and where are the parameters?",
        zh="一幅图怎样一步步变成答案？参数又集中在哪里？",
    )
    answer: ClassVar[Caption] = Caption(
        en="{total} parameters in all: {share}% of them in {layer}, none in pooling.",
        zh="共 {total} 个参数，{share}% 在{layer}；池化层没有参数。",
    )

    needs: ClassVar[tuple[Role, ...]] = ("chain",)
    example: ClassVar[str] = "hierarchy"

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The picture and all layers, from left to right."""
        return columns(self.trace)

    @property
    def winner(self) -> tuple[int, float]:
        """The most probable class and its probability, in float64: near 1 it is not 1."""
        logits = self.trace.logits.astype(np.float64)
        best = int(np.argmax(logits))
        return best, float(1 / np.exp(logits - logits[best]).sum())

    @property
    def total(self) -> int:
        """All parameters of the network."""
        return sum(column.parameters for column in self.columns)

    @property
    def largest(self) -> Column:
        """The layer with the most parameters; the first such in a tie."""
        return max(self.columns, key=lambda column: column.parameters)

    def make_beats(self) -> tuple[Beat, ...]:
        """Tell the lesson: one layer after another, then the whole."""
        return tuple(self._make_beats())

    def _make_beats(self) -> Iterator[Beat]:
        taken = ["question", "shape", "flatten", "dense", "answer"]
        yield self.beat("question", self.question, 4.5)
        for index, column in enumerate(self.columns):
            if column.kind in ("convolution", "pooling"):
                seconds = 6.0 if index <= 2 else 4.5
                name = slug(column.name, taken)
                taken.append(name)
                yield self.beat(name, self._caption(index), seconds, index, shown_by="maps")
        yield self.beat("shape", self._shape_caption(), 5.0)
        *_, last, flat, dense = self.columns
        count, places = fmt.count(flat.shape[0]), last.shape[0] * last.shape[1]
        flatten = _FLATTEN.fill(n=count, places=places)
        yield self.beat("flatten", flatten, 5.5, len(self.columns) - 2)
        told = _DENSE.fill(u=dense.shape[0], n=count)
        yield self.beat("dense", told, 5.0, len(self.columns) - 1)
        answer = self.answer.fill(
            total=fmt.count(self.total),
            share=fmt.percent(self.largest.share, 0).removesuffix("%"),
            layer=self._ordinal(self.largest),
        )
        yield self.beat("answer", answer, 7.0)

    def _caption(self, index: int) -> Caption:
        """Say what a convolution or a pooling does to the volume before it."""
        before, column = self.columns[index - 1], self.columns[index]
        if column.kind == "convolution":
            told = _NEXT.fill(c=before.shape[-1]) if index > 1 else _FIRST
            return told.fill(layer=column.name, n=column.shape[-1])
        size, smaller = np.array(before.shape[:2]), np.array(column.shape[:2])
        if (size == 2 * smaller).all():
            return _POOL.fill(layer=column.name, c=column.shape[-1])
        told = _HALVED if (size // 2 == smaller).all() else _SHRUNK
        return told.fill(layer=column.name, a=fmt.shape(size), b=fmt.shape(smaller))

    def _shape_caption(self) -> Caption:
        first, last = self.columns[0], self.columns[-3]
        return _SHAPE.fill(
            b=fmt.shape(last.shape[:2]),
            c=first.shape[2],
            d=last.shape[2],
        )

    def _ordinal(self, column: Column) -> Caption:
        """Name a layer with weights as people do."""
        if column.kind == "dense":
            return Caption(en="the dense layer", zh="全连接层")
        convolutions = [c for c in self.columns if c.kind == "convolution"]
        if len(convolutions) == 1:
            return Caption(en="the convolution", zh="卷积层")
        en, zh = _ORDINALS[convolutions.index(column)]
        return Caption(en=f"the {en} convolution", zh=f"第{zh}个卷积层")


_ORDINALS = (
    ("first", "一"),
    ("second", "二"),
    ("third", "三"),
    ("fourth", "四"),
    ("fifth", "五"),
)
_FIRST = Caption(
    en="{layer}: {n} filters give {n} maps, one sheet each. Below: how weights and biases count.",
    zh="{layer}：{n} 个过滤器得到 {n} 张响应图，一张一层；下面是参数怎么数。",
)
_NEXT = Caption(
    en="{layer}: each of its {n} filters reads all {c} channels.",
    zh="{layer}：{n} 个过滤器各自读取全部 {c} 个通道。",
)
_POOL = Caption(
    en="{layer}: height and width halve, all {c} channels stay. No parameters.",
    zh="{layer}：高和宽减半，{c} 个通道不变，没有参数。",
)
_HALVED = Caption(
    en="{layer}: half of {a}, rounded down, is {b}. No parameters.",
    zh="{layer}：{a} 减半，向下取整，得到 {b}。",
)
_SHRUNK = Caption(
    en="{layer}: {a} becomes {b}, the channels stay. No parameters.",
    zh="{layer}：{a} 变成 {b}，通道数不变。",
)
_SHAPE = Caption(
    en="Height and width shrink to {b}; depth goes from {c} to {d}, a choice of design.",
    zh="高和宽缩小到 {b}；通道数从 {c} 到 {d}，由设计者选定。",
)
_FLATTEN = Caption(
    en="Flatten: {n} numbers as one vector, here folded into {places} columns, one for each place.",
    zh="展平：{n} 个数排成一个向量，这里按位置折成 {places} 列。",
)
_DENSE = Caption(
    en="Each of the {u} outputs reads all {n} numbers, and has a bias.",
    zh="{u} 个输出各自读取全部 {n} 个数，各有一个偏置。",
)
