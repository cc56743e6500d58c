"""The answer of a network in two classes, how wrong it is, and what both become."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import expm1, log1p
from typing import Any, Literal

from convexplain.lessons.parts import backward_words as words
from convexplain.panels import Bar, Bars, Column, Part, Scale
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

#: By so much the score of a class is raised, to see how fast the loss grows.
NUDGE = 0.1
#: How long the bars of an answer are, in pixels of the picture.
LENGTH = 17.0


@dataclass(frozen=True)
class Outcome:
    """What a network gives two of its classes, and the loss."""

    #: What the classes are called: the right one, and the one that it is taken for.
    names: dict[int, Caption]
    right: int
    #: How many classes there are.
    of: int
    #: Their probabilities.
    shares: dict[int, float]
    #: -ln of the right one's.
    loss: float

    def nudged(self, raised: int) -> Outcome:
        """Raise the score of a class: the softmax and the loss follow."""
        grown = self.shares[raised] * expm1(NUDGE)
        shares = {k: (p + grown * (k == raised)) / (1 + grown) for k, p in self.shares.items()}
        return replace(self, shares=shares, loss=self.loss + log1p(grown)
                       - NUDGE * (raised == self.right))  # fmt: skip

    @property
    def most(self) -> float:
        """The largest loss that it shows: what a raised score makes of it, too."""
        return max([1.0, self.loss, *(self.nudged(k).loss for k in self.shares)])

    @property
    def unknown(self) -> Outcome:
        """The same while nothing is known yet: bars grow out of it."""
        return replace(self, shares=dict.fromkeys(self.shares, 0.0), loss=0.0)

    def errors(self) -> Iterator[Bar]:
        """Describe the errors of the scores: the answer less the target."""
        for k, share in self.shares.items():
            target = int(k == self.right)
            source = f"{fmt.number(share)} − {target} ="
            yield Bar(str(k), self.names[k], share - target, source=source)

    def seen(self, *, first: Outcome | None = None, raised: int | None = None) -> list[Bars]:
        """Describe answer and loss as bars.

        `first`: how much the loss differs from its loss is told, on one scale. `raised`: the class
        whose score is raised, which is said before its bar: it is the cause.
        """
        cause = words.SCORE.fill(d=f"{NUDGE:g}")
        bars = [Bar(str(k), self.names[k], p, tone="ink", source=cause if k == raised else "")
                for k, p in self.shares.items()]  # fmt: skip
        start = first or self
        said: Caption | str = fmt.number(self.loss)
        if first:
            said = _changed(self.loss, self.loss - first.loss)
        loss = Bar("now", "", self.loss, said, "ink")
        room = _changed(self.loss, -NUDGE)
        return [
            self._answer(bars, words.TWO.capital.fill(n=self.of)),
            _bars("loss", [loss], start.most, words.LOSS.capital, widest=room),
        ]

    def _answer(self, bars: Sequence[Bar], title: Caption, **how: Any) -> Bars:
        """Describe bars of the classes; with room for all that they come to: nothing else moves."""
        sources = [words.SCORE.fill(d=f"{NUDGE:g}").text("en"), *(e.source for e in self.errors())]
        before = max(map(str, sources), key=len)
        widest = fmt.number(-1.0)
        return _bars("answer", bars, 1.0, title, before=before, widest=widest, **how)

    def mistaken(self) -> list[Bars]:
        """Describe the errors of the scores, and the loss as it was before any was raised."""
        errors = self._answer([*self.errors()], words.WRONG.capital, lowest=-1.0, length=0.5)
        return [errors, self.seen()[1]]

    def became(self, now: Outcome, most: float) -> list[Bars]:
        """Describe answer and loss before and after a step, in one scale each."""
        bars = []
        for k, share in self.shares.items():
            bars.append(Bar(f"{k}-was", words.ONE_BEFORE.fill(k=self.names[k]), share, "", "muted"))
            said = words.ONE_NOW.fill(k=self.names[k])
            bars.append(Bar(str(k), said, now.shares[k], "", "ink"))
        losses = [Bar("was", words.BEFORE, self.loss, "", "muted"),
                  Bar("now", words.NOW, now.loss, "", "ink")]  # fmt: skip
        return [_bars("answer", bars, 1.0, terms.ANSWER.capital),
                _bars("loss", losses, most, words.LOSS.capital)]  # fmt: skip


def _changed(loss: float, change: float) -> Caption:
    """Say what a loss is, and by how much a raised score changed it."""
    changed = fmt.number(change, sign=True)
    return words.CHANGE.fill(p=fmt.number(loss), c=changed, d=f"{NUDGE:g}")


def _bars(
    name: str, bars: Sequence[Bar], most: float, title: Caption, *, length: float = 1.0, **how: Any
) -> Bars:
    return Bars(
        name, bars, Scale(most), title=title, length=LENGTH * length, role="heading",
        share="" if name == "answer" else "answer", **how,
    )  # fmt: skip


def column(panels: Sequence[Bars], role: Literal["text", "heading"] = "heading") -> Part:
    """Stand answer and loss under one another."""
    return Column(*(replace(panel, role=role) for panel in panels), turns=False)
