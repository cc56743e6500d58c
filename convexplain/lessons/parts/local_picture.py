"""The pictures of the lesson on local patterns: a unit, a filter, piles of patches, bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from convexplain.lessons.parts import local_words as words
from convexplain.ops import Breakdown
from convexplain.panels import (
    INK,
    Aligned,
    Bar,
    Bars,
    Cells,
    Column,
    Diagram,
    Either,
    Legend,
    Maps,
    Mark,
    Part,
    Row,
    Scale,
    Sum,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

Floats = npt.NDArray[np.float32]
#: How large the cells of patches are that are looked at, by those of a picture.
LARGE = 6.0
#: From one bar to the next, in sizes of the text.
PITCH = 3.0
#: Which network a bar is of can be seen at a glance.
TONES = {"cnn": "accent", "dense": "muted"}


@dataclass(frozen=True, eq=False)
class LocalPicture:
    """What all pictures of the lesson are made of."""

    #: The picture, in place or shuffled, (height, width).
    pixels: Floats
    #: The dense unit.
    unit: int
    #: Its weights, each where its pixel is on the digit in place, (height, width).
    weights: Floats
    #: What it makes of the picture.
    account: Breakdown
    #: The filter of the convolution.
    filter: int
    #: (height, width).
    kernel: Floats
    #: Its map.
    responses: Floats
    #: End of the scale of responses.
    limit: float
    #: Row and column of the window.
    at: tuple[int, int] = (0, 0)

    def opening(self) -> Diagram:
        """Describe the picture alone, with all of it and one window marked."""
        height, width = self.pixels.shape
        marks = {"whole": Mark(0, 0, height, width, "muted"), "window": self._window}
        return Diagram(self._read(marks))

    def dense(self) -> Diagram:
        """Describe the picture, and as many weights as it has pixels."""
        *parts, _ = self._dense_parts()
        return Diagram(Column(Row(*parts), Legend("scale", row=True), align="middle"))

    def asked(self) -> Diagram:
        """Describe the picture twice, with how much of it either network looks at at a time."""
        height, width = self.pixels.shape
        units = words.UNITS.fill(w=fmt.count(self.weights.size))
        filters = words.FILTERS.fill(w=self.kernel.size)
        whole = replace(self._read({"whole": Mark(0, 0, height, width)}), title=units)
        parts = replace(self._read({"window": self._window}), name="parts", title=filters)
        return Diagram(Row(whole, parts, gap=2))

    def apart(self, shuffled: LocalPicture, came_from: Sequence[tuple[int, int]]) -> Diagram:
        """Describe the picture and its pixels shuffled, large, with a window on both.

        `came_from`: where the pixels under the shuffled one's window are in this picture.
        """
        marks = {f"from-{n}": Mark(*at) for n, at in enumerate(came_from)}
        first, second = (
            replace(
                picture._read({"window": picture._window} | own),
                name=name, title=words.RUN[run].capital,
            )
            for picture, own, name, run in (
                (self, marks, "place", "in place"), (shuffled, {}, "input", "shuffled"),
            )
        )  # fmt: skip
        return Diagram(Row(first, second, gap=2))

    def sweep(self) -> Diagram:
        """Describe the picture, the filter, and what it finds at every place."""
        read, kernel, filled = self._sweep_parts()
        return Diagram(
            Either(
                Column(Row(read, kernel, filled), Legend("legend", row=True), align="middle"),
                Column(read, Row(kernel, Column(filled, Legend("legend"))), align="middle"),
            )
        )

    def diagram(self, about: Caption) -> Diagram:
        """Describe the unit above the filter, for a figure."""
        read, weights, total = self._dense_parts()
        legend = Legend("legend", row=True)
        first = Text("once", words.DENSE.fill(n=fmt.count(self.weights.size)), role="note")
        places = fmt.count(self.responses.size)
        second = Text("everywhere", words.FILTER.fill(w=self.kernel.size, n=places), role="note")
        height, width = self.pixels.shape
        read = self._read({"whole": Mark(0, 0, height, width, "muted")})
        row, col = (int(n) for n in np.unravel_index(self.responses.argmax(), self.responses.shape))
        found, kernel, filled = replace(self, at=(row, col))._sweep_parts()
        again = replace(found, name="again")
        return Diagram(
            Either(
                Column(
                    first, Row(read, weights, total), second, Row(again, kernel, filled), legend
                ),
                Column(
                    first, Row(read, weights, gap=0.6), total, second,
                    Row(again, filled, gap=0.6), Row(kernel), Legend("legend"),
                ),
            ),
            about=about,
        )  # fmt: skip

    def piles(
        self,
        patches: Mapping[int, Sequence[Floats]],
        counts: Mapping[int | None, int],
        kernels: Floats,
    ) -> Diagram:
        """Describe the picture beside filters, each with the patches that excite it most.

        `patches`: by filter. `counts`: how many fly to each in all, and by None to all other
        filters. `kernels`, (height, width, filters).
        """
        scale = Scale(float(np.abs(kernels).max()) or 1.0, terms.WEIGHT)
        heads = (
            None,
            Text("head-kernel", words.FILTER_HEAD, role="note"),
            Text("head-patches", words.STRONGEST, role="note"),
            Text("head-count", words.IN_ALL, role="note"),
        )
        rows: list[tuple[Part | None, ...]] = [
            (
                Text(f"name-{n}", str(n), role="heading"),
                Cells(f"kernel-{n}", kernels[:, :, n], scale, share="patches", weight=LARGE),
                Maps(f"pile-{n}", np.stack(pile, axis=2), INK, share="patches", weight=LARGE,
                     columns=len(pile)),
                Text(f"count-{n}", fmt.count(counts[n]), role="heading"),
            )
            for n, pile in patches.items()
        ]  # fmt: skip
        if None in counts:
            others = words.OTHERS.fill(n=kernels.shape[2] - len(patches))
            count = Text("count-others", fmt.count(counts[None]), role="heading")
            rows.append((None, None, Text("others", others, role="heading"), count))
        table = Aligned([heads, *rows], gap=0.8, row_gap=0.5, down="middle")
        inked = words.INKED.fill(n=fmt.count(sum(counts.values())))
        read = replace(self._read({"window": self._window}), note=inked)
        legend = Legend("scale", row=True)
        return Diagram(
            Either(
                Row(Column(read, legend), table, gap=1.5),
                Column(Row(read, table, gap=0.8), legend, gap=0.6),
                Column(read, table, legend, align="middle", gap=0.6),
            )
        )

    def _dense_parts(self) -> tuple[Cells, Cells, Part]:
        weights = Cells(
            "weights", self.weights, Scale(float(np.abs(self.weights).max()), words.UNIT_WEIGHTS),
            share="pixels", lines=False,
            title=words.UNIT.fill(n=self.unit, w=fmt.count(self.weights.size)),
        )  # fmt: skip
        value = Scale(max(abs(self.account.value), 1e-9), None)
        return self._read({}), weights, Sum.of("sum", self.account, value)

    def _sweep_parts(self) -> tuple[Cells, Cells, Cells]:
        kernel = Cells(
            "kernel", self.kernel, Scale(float(np.abs(self.kernel).max()), terms.WEIGHT),
            numbers=True, share="numbers",
            title=words.KERNEL.fill(n=self.filter, w=self.kernel.size),
        )  # fmt: skip
        filled = Cells(
            "map", self.responses, Scale(self.limit, terms.RESPONSE, signed=False), share="pixels",
            lines=False, title=terms.RESPONSE_MAP.capital, marks={"cell": Mark(*self.at)},
        )  # fmt: skip
        return self._read({"window": self._window}), kernel, filled

    @property
    def _window(self) -> Mark:
        return Mark(*self.at, *self.kernel.shape)

    def _read(self, marks: Mapping[str, Mark]) -> Cells:
        return Cells(
            "input", self.pixels, share="pixels", lines=False, title=terms.INPUT.capital,
            marks=marks,
        )  # fmt: skip


def control(
    in_place: Floats, shuffled: Floats, errors: Mapping[tuple[str, str], float], trainings: int
) -> Diagram:
    """Describe the errors of both networks, with pixels in place and shuffled.

    `in_place` and `shuffled`, (height, width): a digit as both kinds of training show it. `errors`:
    shares of the test set, by network and pixels. `trainings`: how often each was trained.
    """
    rows: list[list[Part]] = []
    for name, pixels, picture in (("place", "in place", in_place), ("input", "shuffled", shuffled)):
        bars = [
            Bar(network, words.RUN[network], share, fmt.percent(share, 2), TONES[network])
            for (network, how), share in errors.items()
            if how == pixels
        ]
        read = Cells(name, picture, share="pixels", lines=False, title=words.RUN[pixels].capital)
        rows.append([read, Bars(
            f"errors-{name}", bars, Scale(max(errors.values())), length=16, share="errors",
            pitch=PITCH, title=words.ERRORS,
        )])  # fmt: skip
    note = Text("runs", words.RUNS.fill(n=trainings), role="note", tone="muted")
    return Diagram(
        Either(
            Column(Aligned(rows, gap=1.5, row_gap=1.2, down="middle"), note, align="middle"),
            Column(*(part for row in rows for part in row), note, align="middle"),
        )
    )
