"""Batch normalization: what training stores, one number's steps, and the fold into the kernel."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from manim.utils.rate_functions import linear

from convexplain.lessons import batch_norm
from convexplain.lessons.parts.beats import Event
from convexplain.stage import LessonScene
from convexplain.stage.board import DIM
from convexplain.stage.pace import Move, eased, in_turn, together

#: What explains colours where there are several scales.
LEGENDS = ("legend", "legend-normal", "legend-seen", "legend-even")
#: What stands between the map before and after.
WAY = (
    "faint-number", "number", "times", "times-is", "plus", "plus-is", "faint-gives", "gives",
    "sums", "sums.faint", "sums.cell", "normal", "normal.faint", "normal.cell",
)  # fmt: skip


class BatchNorm(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = batch_norm.BatchNorm
    lesson: batch_norm.BatchNorm

    def prepare(self) -> None:
        """Lay out the picture; it is there from the first moment."""
        self.board.lay(self.lesson.opening())
        self.board.show("input", "legend", *self.seen("seen"))(1.0)

    def seen(self, name: str) -> list[str]:
        """Return the names of the channels' maps, or of the one map."""
        return [f"{name}-{n}" for n in self.lesson.compared] or ["sums"]

    def show_reads(self, event: Event) -> None:
        """The picture and the maps of several channels, one after the other."""
        maps = map(self.board.pulse, self.seen("seen"))
        self.during(0.25, self.board.pulse("input"))
        self.during(1, in_turn(*maps, overlap=0.3), rate=linear)

    def show_uneven(self, event: Event) -> None:
        """How large their numbers are: the largest, and then the smallest."""
        self.turn_into(self.lesson.opening(told=True), 0.15)
        first, *_, last = self.seen("seen")
        self.during(0.4, self.board.pulse(first, times=2))
        self.during(1, self.board.pulse(last, times=2))

    # What training stores.

    def show_batches(self, event: Event) -> None:
        """Maps of a batch; mean and spread of batch after batch."""
        self.during(0.04, self.board.leave("input", "legend", *self.seen("seen")))
        self.turn_into(self.lesson.training(), 0.06, show=("batch",))
        self.during(0.05, self.board.show(*self.board.frame("batches")))
        names = batch_norm.STEPS[:2]
        labels = {name: f"batches.{name}.label" for name in names}
        for name in names:
            self.during(0.12, self.board.pulse("batch"))
            self.during(0.04, self.board.show(f"batches.{name}-first", labels[name]))
        curves = [self.board.trace(f"batches.{name}") for name in names]
        self.during(0.5, *curves, rate=linear)

    def show_averages(self, event: Event) -> None:
        """The numbers that are stored, and the lines that lead to them."""
        if not self.board.has("batches"):
            self.turn_into(self.lesson.training(), 0.2, show=("batch", "batches"))
        lines = [f"batches.{name}-kept" for name in batch_norm.STEPS[:2]]
        self.during(0.6, *map(self.board.trace, lines), rate=linear)
        self.during(0.1, self.board.show(*(f"{line}.label" for line in lines)))

    # One number.

    def constants(self, *names: str) -> list[str]:
        """Return the parts of some constants: the sign, the number, and what it is."""
        return [f"{name}.{part}" for name in names for part in ("sign", "constant")] + [
            f"{name}.constant.over" for name in names
        ]

    def show_constants(self, event: Event) -> None:
        """One number of a picture's map, the two stored numbers, and the two that were learned."""
        shown = ("sums", "sums.cell", *self.constants(*batch_norm.STEPS))
        self.turn_into(self.lesson.one(), 0.1, show=shown)
        self.during(0.12, self.send_number())
        for names in (batch_norm.STEPS[:2], batch_norm.STEPS[2:]):
            self.during(0.3, self.board.pulse(*(f"{name}.constant" for name in names)))

    def send_number(self) -> Move:
        """Return the flight of the cell to the first step."""
        return self.board.carry("sums.cell", "mean.value")

    def show_steps(self, event: Event) -> None:
        """A number of the map goes through the four steps, row by row."""
        self.board.show("sums.cell", *self.constants(*batch_norm.STEPS))(1.0)
        if not self.board.shown("mean.value"):
            self.during(0.08, self.send_number())
        names = batch_norm.STEPS
        for row, name in enumerate(names):
            looked = [f"{name}.{part}" for part in ("value", "constant")]
            self.during(0.07, self.board.pulse(*looked))
            self.during(0.05, self.board.show(f"{name}.equals", f"{name}.result"))
            if row + 1 < len(names):
                self.during(0.07, self.goes_on(name, names[row + 1]))

    def goes_on(self, name: str, after: str) -> Move:
        """Return how a step's result becomes the number of the step after it."""
        looks, comes = self.board.pulse(f"{name}.result"), self.board.show(f"{after}.value")
        return together(looks, comes)

    def show_together(self, event: Event) -> None:
        """The four steps become two, beside the map; the same number comes out."""
        picture = self.lesson.everywhere()
        self.known = np.zeros(self.lesson.response_map.shape, dtype=bool)
        ways = ("number", "times", "times-is", "plus", "plus-is")
        # Old lines would be seen through the new ones.
        self.during(0.08, self.board.leave(*batch_norm.STEPS))
        shown = ("sums", "sums.cell", "normal", "legend-normal", *ways)
        self.during(0.1, self.board.become(picture, show=shown), lambda _: self.refill())
        for name in ("times", "plus"):
            self.during(0.15, self.board.pulse(name))
        self.during(0.08, self.board.show("gives"))
        self.land("gives", "cell", self.lesson.place)

    def land(self, number: str, mark: str, cell: tuple[int, int]) -> None:
        """Look at a result, and at its cell of the normalized map, which gets its colour."""
        mark = f"normal.{mark}"
        self.during(0.15, self.board.pulse(number))
        self.known[cell] = True
        self.refill()
        self.during(0.05, self.board.show(mark))
        self.during(0.25, self.board.pulse(mark, times=2))

    def refill(self) -> None:
        """Leave blank what has not come yet of the normalized map."""
        values = np.where(self.known, self.lesson.response_map, np.nan)
        self.board.part("normal").values[:] = values

    def spread(self, share: float, cells: npt.NDArray[np.bool_]) -> None:
        """Let some cells of the normalized map come, row by row."""
        before = self.known.copy()

        def fill(alpha: float) -> None:
            rows = np.arange(len(cells))[:, np.newaxis] < round(alpha * len(cells))
            self.known = before | (cells & rows)
            self.refill()

        self.during(share, fill, rate=linear)

    def show_everywhere(self, event: Event) -> None:
        """All numbers of the map take the same way, but those that will be asked for."""
        asked = any(e.name == "faint" for beat in self.beats for e in beat.events)
        cells = ~self.lesson.faint if asked else np.ones(self.known.shape, dtype=bool)
        self.during(0.2, self.board.pulse("times", "plus"))
        self.spread(0.6, cells)
        self.during(1, self.board.pulse("normal"))

    def show_predict(self, event: Event) -> None:
        """Another cell's number takes the place of the first; the video waits."""
        self.change_number(0.35 / event.seconds)
        # What is asked is looked at, not what answers it.
        looked = [self.board.pulse(name) for name in ("sums.faint", "faint-number", "normal.faint")]
        self.during(min(1.0, 4.0 / event.seconds), in_turn(*looked, overlap=0.2), rate=linear)

    def change_number(self, share: float) -> None:
        """Lead from one cell's number to that of another cell."""
        self.during(share, self.board.hide("number", "gives", "sums.cell", "normal.cell"))
        picture = self.lesson.everywhere(faint=True)
        change = self.board.become(picture, hold=("faint-number", "faint-gives"))
        self.during(share, change, lambda _: self.refill())
        self.board.show("sums.faint")(1.0)
        self.during(share, self.board.pulse("sums.faint"))
        self.during(share, self.board.carry("sums.faint", "faint-number"))

    def show_faint(self, event: Event) -> None:
        """What comes of it, and where it comes: there, and wherever the sum is the same."""
        if not self.board.has("faint-gives"):
            self.change_number(0.1)
        self.during(0.12, self.board.show("faint-gives"))
        self.land("faint-gives", "faint", self.lesson.faintest)
        self.spread(0.3, np.ones(self.known.shape, dtype=bool))
        self.during(1, self.board.pulse("plus"))

    def show_alike(self, event: Event) -> None:
        """Maps of several channels: how far their sums reach; one by one they are normalized."""
        told = [
            tuple(f"{name}-sizes.{n}" for n in self.lesson.compared) for name in ("seen", "even")
        ]
        titles = [f"{name}-sizes.{part}" for name in ("seen", "even") for part in ("title", "zero")]
        picture = self.lesson.alike(0)
        self.during(0.04, self.board.leave(*WAY, *LEGENDS))
        self.turn_into(
            picture, 0.06, show=(*self.seen("seen"), *titles[:2]), hold=(*told[0], *told[1])
        )
        bars = (eased(self.board.rise(bar)) for bar in told[0])
        self.during(0.16, in_turn(*bars, overlap=0.3), rate=linear)
        self.during(0.03, self.board.show(*self.board.there(*titles[2:])))
        for n, (channel, bar) in enumerate(zip(self.lesson.compared, told[1], strict=True)):
            self.during(0.07, self.normalise(channel))
            after = self.lesson.alike(n + 1)
            self.turn_into(after, 0, show=(f"even-{channel}",), hold=told[1][n:])
            self.during(0.07, eased(self.board.rise(bar)), self.board.pulse(f"even-{channel}"))

    def show_closer(self, event: Event) -> None:
        """The longest and the shortest bar are looked at, before and after."""
        if not self.board.has("even-sizes"):
            self.show_alike(event)
        for name, maps in (("seen", self.lesson.sums), ("even", self.lesson.maps)):
            sizes = self.lesson.sizes(maps)
            order = np.argsort(sizes)
            bars = [f"{name}-sizes.{n}" for n in self.lesson.compared]
            ends = [bars[int(order[n])] for n in (-1, 0)]
            self.during(0.08, self.step_back([bar for bar in bars if bar not in ends]))
            self.during(0.32, self.board.pulse(*ends, times=2))

    def step_back(self, bars: list[str]) -> Move:
        """Return how bars step back; their names and numbers can still be read."""
        parts = [self.board.part(bar) for bar in bars]

        def go(alpha: float) -> None:
            for part in parts:
                part.opacity = 1 + alpha * (DIM - 1)

        return go

    def normalise(self, channel: int) -> Move:
        """Let a map's colours become those that it has normalized, in the scale of all of these."""
        sums, maps = (each[:, :, channel] for each in (self.lesson.sums, self.lesson.maps))
        one, other = (scale.most for scale in self.lesson.scales())

        def go(alpha: float) -> None:
            self.board.fill(f"seen-{channel}", sums + alpha * (maps * one / other - sums))

        return go

    # Into the kernel.

    def show_fold(self, event: Event) -> None:
        """Factor and shift go into kernel and bias; above, the way without it."""
        picture = self.lesson.folding()
        first = ("kernel", "sums", "times", "plus", "normal")
        lines = [[f"{name}-is", name, f"{name}-gives"] for name in ("weight", "bias")]
        new = ("after", "joined", "apart", *lines[0], *lines[1])
        old = [f"{name}-sizes" for name in ("seen", "even")]
        self.during(0.05, self.board.leave(*old, *LEGENDS, *self.seen("even")))
        self.turn_into(picture, 0.07, show=first, hold=new)
        self.during(0.1, self.board.show("kernel.cell", *lines[0][:2]), self.board.pulse("times"))
        after = self.lesson.kernel[1]
        cells = np.arange(after.size).reshape(after.shape)
        row, col = self.lesson.weight[0]
        # The framed one, which is multiplied beside, comes last.
        cells[cells > cells[row, col]] -= 1
        cells[row, col] = after.size - 1

        def fill(alpha: float) -> None:
            known = cells < round(alpha * after.size)
            self.board.fill("after", np.where(known, after, np.nan))

        fill(0.0)
        self.during(0.04, self.board.show("after"))
        self.during(0.22, fill, rate=linear)
        self.during(
            0.08, self.board.show("after.cell", lines[0][2]), self.board.pulse("after.cell")
        )
        self.during(0.1, self.board.show(*lines[1][:2]), self.board.pulse("plus"))
        self.during(0.06, self.board.show(lines[1][2]))
        self.during(1, self.board.pulse("bias-gives"))

    def show_same(self, event: Event) -> None:
        """The map of the folded kernel, below that of both layers, and what is left between."""
        if not self.board.has("joined"):
            self.show_fold(event)
        maps = self.lesson.folded_maps[:, :, self.lesson.shown_filter]

        def fill(alpha: float) -> None:
            known = np.arange(len(maps))[:, np.newaxis] < round(alpha * len(maps))
            self.board.fill("joined", np.where(known, maps, np.nan))

        fill(0.0)
        self.during(0.1, self.board.show("joined"))
        self.during(0.4, fill, rate=linear)
        self.during(0.1, self.board.show("apart"))
        self.during(1, self.board.pulse("normal", "joined"))

    def show_answer(self, event: Event) -> None:
        """Both ways once more: two layers, and one."""
        ways = (
            ("kernel", "sums", "times", "plus", "normal"),
            ("after", "weight-gives", "bias-gives"),
        )
        for names in ways:
            looks = (self.board.pulse(name) for name in names)
            self.during(0.4, in_turn(*looks, overlap=0.3), rate=linear)
        self.during(1, self.board.pulse("joined"))
