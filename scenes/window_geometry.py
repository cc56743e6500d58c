"""Window geometry: places are counted along a row, then zeros, longer hops and gaps change them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from manim.utils.rate_functions import linear

from convexplain.lessons import window_geometry
from convexplain.lessons.parts.beats import Event
from convexplain.lessons.parts.window_picture import HOPS, PADDED, PIXELS
from convexplain.lessons.parts.windows import Geometry
from convexplain.panels import Cells, Mark
from convexplain.stage import LessonScene
from convexplain.stage.board.drawing import Region
from convexplain.stage.pace import Move, in_turn, together

WINDOW = "input.window"
#: How much of the colours is seen that lie on a picture.
SHEER = 0.65
#: How large a 0 stands in its cell, and what is seen of a picture with zeros, from nearby.
ZERO, NEAR = 0.6, (0.4, 0.7)
#: Hops that are made slowly while the places are to be guessed.
TRIED = 2


class WindowGeometry(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = window_geometry.WindowGeometry
    lesson: window_geometry.WindowGeometry

    def prepare(self) -> None:
        """Lay out the picture and its window; no place has been counted yet."""
        self.at, self.shown = 0.0, self.lesson.geometries[0]
        self.board.lay(self.lesson.opening(self.lesson.geometries[0]))

    # One row.

    def show_drift(self, event: Event) -> None:
        """The window drifts over the picture and comes to its first place."""
        self.board.show("input", WINDOW)(1.0)
        self.during(1, self.board.search(WINDOW, self.lesson.way), rate=linear)

    def show_row(self, event: Event) -> None:
        """Some rows of the picture come out of it; the first post stands on them."""
        self.strip(event.data, 0.6)
        self.during(1, self.board.walk("hops.post-0"))

    def strip(self, geometry: Geometry, share: float) -> None:
        """Take the rows that the window reads out of the picture, unless they are out."""
        if self.board.has("hops.post-0") and not self.board.has("map"):
            return
        row, size = self.lesson.inked_row(geometry), geometry.padded.shape[:2]
        read = self.board.within("input", row, 0, geometry.window.span[0], size[1])
        whole = self.board.within("input", 0, 0, *size)
        self.board.hide(*(name for name in ("input.edge", WINDOW) if self.seen(name)))(1.0)
        picture = self.lesson.picture_of(geometry, self.sheet)
        self.board.become(picture, show=("input",))(1.0)
        self.zeros(geometry, row - round(self.mark.row))
        stays = self.board.part("input").shape_in_cells == size
        self.during(share, self.board.grow("input", out_of=whole if stays else read), self.near())
        edge = [name for name in ("input.edge",) if self.board.has(name)]
        self.board.show(*edge, WINDOW)(1.0)

    @property
    def mark(self) -> Mark:
        """The window at its first place, among the rows that are shown."""
        assert self.board.placed is not None
        shown = self.board.placed.panels["input"]
        assert isinstance(shown, Cells)
        return shown.marks["window"]

    def zeros(self, geometry: Geometry, first: int = 0) -> None:
        """Write a 0 into each cell that is no pixel, of the rows from one on."""
        if not any(geometry.margins):
            return
        grid = self.board.part("input")
        (top, _, left, _), (rows, cols) = geometry.margins, geometry.size
        high, wide = grid.shape_in_cells
        grid.printed = tuple(
            tuple(
                "" if 0 <= first + row - top < rows and 0 <= col - left < cols else "0"
                for col in range(wide)
            )
            for row in range(high)
        )
        grid.text_share, grid.number_opacity = ZERO, 1.0

    def near(self, *names: str) -> Move:
        """Return what brings the camera to the rows, to their posts and arcs, and to more."""
        return self.camera.to(self.board.around(*names, "hops.all", "input"), share=0.95)

    def show_predict_places(self, event: Event) -> None:
        """The first hops, slowly; then the video waits."""
        geometry: Geometry = event.data
        self.strip(geometry, min(0.2, 0.8 / event.seconds))
        said = PADDED if any(geometry.margins) else PIXELS
        self.board.say("hops.counter", self.text(said.fill(n=geometry.padded.shape[1])))
        self.during(min(0.1, 0.3 / event.seconds), self.board.show("hops.counter"))
        self.hop(event.data, TRIED, min(0.6, 2.2 / event.seconds), told=False)

    show_predict_stride = show_predict_chosen = show_predict_places

    def hop(
        self, geometry: Geometry, last: float, share: float, *others: Move, told: bool = True
    ) -> None:
        """Let the window hop on to a place, each hop with an arc, each landing with a post.

        While places are to be guessed, it is not told how many there are so far.
        """
        first, last = self.at, min(float(geometry.hops), last)
        self.board.show("hops.post-0", *(["hops.counter"] if told else []))(1.0)

        def go(alpha: float) -> None:
            now = first + (last - first) * alpha
            for n in range(int(first), int(np.ceil(now))):
                arc = self.board.part(f"hops.arc-{n}")
                self.board.show(f"hops.arc-{n}")(1.0)
                arc.drawn = min(1.0, now - n)
                if now >= n + 1 - 1e-6:
                    self.board.show(f"hops.post-{n + 1}")(1.0)
            if told:
                self.count(int(now + 1e-6))
            self.at = now

        starts = np.array(geometry.starts, dtype=float)
        top = self.mark.row

        def place(alpha: float) -> tuple[float, float]:
            now = first + (last - first) * alpha
            return top, float(np.interp(now, np.arange(len(starts)), starts))

        def follow(mark: str, down: int, along: int) -> Move:
            def tap(alpha: float) -> tuple[float, float]:
                return top + down, place(alpha)[1] + along

            return self.board.visit(mark, tap)

        moved = [
            follow(f"input.tap-{n}", *at)
            for n, at in enumerate(geometry.taps())
            if self.seen(f"input.tap-{n}")
        ]
        self.during(share, self.board.visit(WINDOW, place, *moved, go), *others)

    def seen(self, name: str) -> bool:
        """Tell whether the picture has something of this name, and it is shown."""
        return self.board.has(name) and self.board.shown(name)

    def count(self, hops: int) -> None:
        """Say how many hops and places there are so far."""
        self.board.say("hops.counter", self.text(HOPS.fill(h=hops, p=hops + 1)))

    def show_hops(self, event: Event) -> None:
        """On to the end of the row."""
        self.strip(event.data, 0.2)
        self.hop(event.data, event.data.hops, 0.7)
        if event.data.left_over:
            self.during(1, self.board.show("input.left"))
        else:
            self.during(1, self.board.pulse(f"hops.post-{event.data.hops}"))

    def show_covers(self, event: Event) -> None:
        """What the window covers at its first place is framed, and taken off."""
        self.strip(event.data, 0.1)
        rows, cols = event.data.window.span
        first = self.board.within("input", self.mark.row, 0, rows, cols)
        self.during(0.3, self.board.pulse_at(first, times=2))
        self.write(0.5, "size", "span", "hops")

    def show_first(self, event: Event) -> None:
        """The count is written down, each term out of what it counts."""
        self.strip(event.data, 0.1)
        self.write(0.7)
        looks = [self.board.pulse("law.one", "hops.post-0")]
        if event.data.left_over:
            looks.append(self.board.pulse("law.rest", "input.left", colour="ink"))
        self.during(1, in_turn(*looks))

    def write(self, share: float, *only: str) -> None:
        """Let terms of the count come as what they count is looked at: some, or all to come."""
        counted = {
            "size": "input", "padding": "input", "span": WINDOW, "by": "hops.arc-0",
            "hops": "hops", "one": "hops.post-0", "places": "hops",
        }  # fmt: skip
        with_it = {
            "padding": ("plus",), "span": ("minus",), "hops": ("gives", "rest"),
            "one": ("again",), "places": ("equals",),
        }  # fmt: skip
        window, wide = self.mark, self.board.part("input").shape_in_cells[1]
        row = self.board.within("input", window.row, 0, window.rows, wide)
        steps = [
            together(
                self.board.show(*self.terms(name, *with_it.get(name, ()))),
                self.board.pulse_at(row) if source == "input" else self.board.pulse(source),
            )
            for name, source in counted.items()
            if self.terms(name) and (not only or name in only)
            if not self.board.shown(f"law.{name}")
        ]
        self.during(0.15 * share, self.near("law.all"))
        self.during(0.85 * share, in_turn(*steps, overlap=0.2), rate=linear)

    # All places.

    def show_sweep(self, event: Event) -> None:
        """The window stands at every place; each fills its cell of the map."""
        geometry: Geometry = event.data
        filled = self.lesson.filled(geometry)
        rows = [name for name in ("law", "input.edge", WINDOW) if self.seen(name)]
        self.during(0.08, self.camera.home(), self.board.hide(*rows))
        self.during(0.12, self.board.become(filled, show=self.beside()))
        self.board.show(*self.board.there("input.edge"), WINDOW)(1.0)
        self.during(0.75, self.sweep([("", geometry)], maps=True), rate=linear)
        self.during(1, self.board.pulse("map"))

    def beside(self) -> Iterator[str]:
        """Yield what comes beside the picture, once it is laid out."""
        yield "map"
        # The scale of how often a pixel is read comes with what it is the scale of.
        yield from (name for name in self.board.names("legend") if name.startswith("legend.1"))

    def sweep(
        self, shown: Sequence[tuple[str, Geometry]], *, maps: bool = False, reads: bool = False
    ) -> Move:
        """Return a move of windows over all their places, which fills maps and counts what is read.

        `shown`: what the names of the panels end with, and what they show. `maps` and `reads`: what
        comes of it.
        """
        known = {suffix: np.full(each.output, np.nan) for suffix, each in shown}
        counted = {suffix: np.zeros(each.padded.shape[:2]) for suffix, each in shown}
        done = dict.fromkeys(known, 0)

        def go(alpha: float) -> None:
            for suffix, each in shown:
                width = each.output[1]
                reached = max(1, round(alpha * known[suffix].size))
                for place in range(done[suffix], reached):
                    at = divmod(place, width)
                    known[suffix][at] = each.map[at]
                    counted[suffix][each.reads(*at)] += 1
                done[suffix] = reached
                row, col = divmod(reached - 1, width)
                down, along = each.window.stride
                self.board.move(f"input{suffix}.window", row * down, col * along)(1.0)
                if maps:
                    self.board.fill(f"map{suffix}", known[suffix])
                if reads:
                    self.board.fill(f"reads{suffix}", counted[suffix])

        return go

    def show_whole(self, event: Event) -> None:
        """The map is looked at as a whole."""
        self.during(1, self.board.pulse("map", "map.counter", times=2))

    def show_reads(self, event: Event) -> None:
        """The windows of all places lie on the picture like glass: the more, the deeper."""
        self.board.show("reads", dim=SHEER)(1.0)
        self.board.show("legend")(1.0)
        sweep = self.sweep([("", event.data)], reads=True)
        self.during(0.9, sweep, self.camera.home(), rate=linear)
        self.during(1, self.board.hide(WINDOW))

    def show_corners(self, event: Event) -> None:
        """A corner, an edge and the middle are read so often."""
        self.during(0.25, self.camera.home(), self.board.show("counts"))
        names = ("corner", "edge", "inside")
        pulses = [
            self.board.pulse(f"reads[{row}, {col}]", f"counts.{name}")
            for name, (row, col) in zip(names, event.data.watched, strict=True)
        ]
        self.during(1, in_turn(*pulses))

    # What changes the count.

    def show_other(self, event: Event) -> None:
        """Another geometry: what belonged to the last one goes first, the picture stays."""
        self.leave(0.15)
        self.reshape(event.data, 0.25)
        mark = "input.edge" if self.board.has("input.edge") else WINDOW
        self.zeros(event.data)
        self.during(0.08, self.board.show(mark, WINDOW))
        if any(event.data.margins):  # zeros are small: a corner is seen from nearby
            rows, cols = event.data.padded.shape[:2]
            corner = self.board.within("input", 0, 0, NEAR[0] * rows, NEAR[1] * cols)
            self.during(0.2, self.camera.to(corner, share=0.95))
        self.during(1, self.board.pulse(mark))

    def leave(self, share: float) -> None:
        """Take away all that is only true of the last geometry."""
        whole = ("law", "hops", "reads", "map", "counts", "legend", "input.left", WINDOW)
        names = [name for name in (*whole, *self.taps()) if self.seen(name)]
        self.during(share, self.board.hide(*names))
        self.at = 0.0

    def taps(self) -> list[str]:
        """Return the names of the frames round each cell of the window."""
        return [name for name in self.board.parts if name.startswith("input.tap-")]

    def reshape(self, geometry: Geometry, share: float) -> None:
        """Lay out another geometry and go near; the pixels stay, zeros come round them."""
        before = self.pixels()
        self.board.become(self.lesson.opening(geometry), show=("input",))(1.0)
        self.shown = geometry
        around = _padded(before, geometry)
        self.during(share, self.board.grow("input", out_of=around), self.camera.home())

    def pixels(self, name: str = "input") -> Region:
        """Return where the picture is without its zeros."""
        top, _, left, _ = self.shown.margins
        return self.board.within(name, top, left, *self.shown.size)

    def show_spread(self, event: Event) -> None:
        """The cells of one window step apart, and its frame grows round them."""
        plain = self.lesson.geometries[0]
        self.leave(0.15)
        if not self.board.has("map"):  # the last one's rows stand there
            self.board.become(self.lesson.opening(self.shown), show=("input",))(1.0)
        self.reshape(plain, 0.15)
        self.strip(plain, 0.15)
        self.board.show(*self.taps())(1.0)
        self.during(0.2, *(self.board.pulse(name) for name in self.taps()))
        spread = self.board.become(self.lesson.picture_of(event.data, self.sheet))
        self.during(0.3, spread)
        self.during(0.3, self.near())
        self.shown = event.data
        self.during(1, *(self.board.pulse(name) for name in self.taps()))

    def show_all(self, event: Event) -> None:
        """All geometries at once, each at its own pace: what is read how often, and the maps."""
        named = [(f"-{each.name}", each) for each in self.lesson.geometries]
        before = self.pixels() if self.seen("input") else None
        self.board.become(self.lesson.all_of_them())(1.0)
        inputs = [
            self.board.show(f"input{suffix}")
            if before is None
            else self.board.grow(f"input{suffix}", out_of=_padded(before, each))
            for suffix, each in named
        ]
        self.during(0.18, *inputs, self.camera.home())
        windows = [f"input{suffix}.window" for suffix, _ in named]
        maps = [f"map{suffix}" for suffix, _ in named]
        self.during(0.08, self.board.show(*windows, *maps, "legend"))
        self.board.show(*(f"reads{suffix}" for suffix, _ in named), dim=SHEER)(1.0)
        self.during(0.66, self.sweep(named, maps=True, reads=True), rate=linear)
        self.during(1, self.board.hide(*windows))

    # The kernel turned round, and the law.

    def show_flip(self, event: Event) -> None:
        """The kernel, and beside it the kernel turned by half a turn."""
        self.during(
            0.4, self.board.become(self.lesson.flip(), show=("kernel",)), self.camera.home()
        )
        self.during(1, self.board.grow("turned", out_of="kernel"))

    def show_no_flip(self, event: Event) -> None:
        """Only the kernel as it is stays."""
        self.during(0.5, self.board.fold("turned", into="kernel"))
        self.during(1, self.board.pulse("kernel", times=2))

    def show_law(self, event: Event) -> None:
        """Arcs and posts once more; the count stands, while the window goes over all places."""
        picture = self.lesson.picture_of(event.data, self.sheet)
        self.leave(0.05)
        self.during(0.12, self.board.become(picture, show=("input", "hops")), self.camera.home())
        self.board.show(*self.board.there("input.left"), WINDOW)(1.0)
        starts = np.array(event.data.starts, dtype=float)
        top = self.mark.row

        def place(alpha: float) -> tuple[float, float]:
            return top, float(np.interp(alpha * (len(starts) - 1), np.arange(len(starts)), starts))

        self.write(0.4)
        self.during(0.8, self.board.visit(WINDOW, place), rate=linear)
        self.during(1, self.board.pulse("law.one", "law.places"))

    def terms(self, *names: str) -> list[str]:
        """Return terms of the count, each with what stands above it."""
        full = [f"law.{name}{over}" for name in names for over in ("", ".over")]
        return [each for each in full if each in self.board.parts]


def _padded(pixels: Region, geometry: Geometry) -> Region:
    """Return the room of a geometry's padded picture if its pixels are in this place."""
    left, top, width, height = pixels
    rows, cols = geometry.size
    above, below, before, after = geometry.margins
    wide, high = width / cols, height / rows
    return (
        left - before * wide,
        top - above * high,
        width + (before + after) * wide,
        height + (above + below) * high,
    )
