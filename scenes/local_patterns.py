"""A unit and a filter compare one digit; its patches fly to the filters; then the pixels fly."""

from __future__ import annotations

from typing import Any

import numpy as np

from convexplain.lessons import local_patterns
from convexplain.lessons.local_patterns import STRONGEST, TEMPLATES
from convexplain.lessons.parts import local_labels as labels
from convexplain.lessons.parts.beats import Beat
from convexplain.stage import (
    CellMarks,
    ColourBar,
    Label,
    LessonScene,
    Line,
    PixelGrid,
    Thumbnails,
    WindowFrame,
    zoom_lines,
)
from convexplain.stage.filter_bins import FilterBins
from convexplain.stage.flights import Flights
from convexplain.stage.pace import accelerating, smoothly
from convexplain.stage.slope import Slope
from convexplain.stage.tag import Tag
from convexplain.stage.template_row import TemplateRow
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

DIM = 0.4
# The two rows of the comparison: tops of the pictures; 10 pixels of the stage a cell.
DENSE_ROW, FILTER_ROW, CELL = 206.0, 586.0, 10.0
PICTURE, VALUE, MAP, RIGHT = 96.0, 912.0, 822.0, 1221.0
SIDE, PITCH = 184.0, 209.5  # of the pictures on the right
# The digit when it comes apart, and the filters to which its patches fly.
LARGE, LARGE_CORNER = 18.0, (96.0, 200.0)
FILTERS, COLUMNS, STEP = (690.0, 232.0), 8, (145.0, 164.0)
FLIGHT = 0.9


class LocalPatterns(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = local_patterns.LocalPatterns
    lesson: local_patterns.LocalPatterns

    def prepare(self) -> None:
        """Make both rows of the comparison; the rest is made with its beats."""
        self.pixels = self.lesson.shown_picture.pixels.squeeze(axis=2)
        self.make_dense_row()
        self.make_filter_row()

    def make_dense_row(self) -> None:
        """Picture, template, one number; other templates on the right."""
        unit, *others = self.lesson.shown_units
        account = unit.account
        row = self.dense = TemplateRow(
            self.pixels, unit.template, PICTURE, DENSE_ROW, cell=CELL, template_cell=CELL,
            result=VALUE, name=self.text(labels.DENSE.fill(n=unit.number)),
            what=self.text(labels.ONE_PICTURE.fill(w=unit.template.size)),
            then=self.text(labels.SUM),
        )  # fmt: skip
        left, limit = float(row.template.places[0, 0]), row.template.limit
        self.bar = ColourBar(limit, left, DENSE_ROW + 306, 280, low=-limit, height=16, size=24)
        self.value = PixelGrid(
            [[account.value]], VALUE, row.middle - 40, 80, limit=max(abs(account.value), limit),
            numbers=True, text_size=30, bold=True, lines=False,
        )  # fmt: skip
        total = labels.PRODUCTS.fill(n=unit.template.size, v=fmt.number(account.total))
        self.terms = [
            Label(self.text(term), VALUE + 40, row.middle + y, 26, colour="muted", anchor="centre")
            for term, y in ((total, 74), (terms.BIAS_OF.fill(v=fmt.number(account.bias)), 114))
        ]
        head = labels.TEMPLATES_OF.fill(n=TEMPLATES, m=fmt.count(self.lesson.units - 1))
        self.templates: list[Any] = [Label(self.text(head), RIGHT, DENSE_ROW - 34, colour="muted")]
        for n, other in enumerate(others):
            left, top = RIGHT + n * PITCH, row.middle - SIDE / 2
            own = float(np.abs(other.template).max())
            grid = PixelGrid(
                other.template,
                left,
                top,
                SIDE / len(other.template),
                limit=own,
                lines=False,
                frame=2,
            )
            name = Label(
                self.text(terms.UNIT.fill(n=other.number)), left + SIDE / 2, top + SIDE + 30, 26,
                colour="muted", anchor="centre",
            )  # fmt: skip
            self.templates += [grid, name]
        self.dense_parts = [*row.parts, self.bar, self.value, *self.terms, *self.templates]

    def make_filter_row(self) -> None:
        """Picture, kernel, map; other digits on the right."""
        lesson = self.lesson
        row = TemplateRow(
            self.pixels, lesson.kernel, PICTURE, FILTER_ROW, cell=CELL, template_cell=68,
            result=MAP, name=self.text(terms.FILTER.capital.fill(n=lesson.shown_filter)),
            what=self.text(labels.EVERY_PLACE.fill(w=lesson.kernel.size)),
            then=self.text(labels.SUM), numbers=True,
        )  # fmt: skip
        self.digit = row.picture
        limit = float(lesson.response_map.max())
        # A map's cell is level with the middle of its window.
        self.map = PixelGrid(
            np.full(lesson.response_map.shape, np.nan), MAP, FILTER_ROW + CELL, CELL,
            limit=limit or 1.0, lines=False, frame=2,
        )  # fmt: skip
        nine = labels.NINE.fill(n=lesson.kernel.size, v=fmt.number(lesson.bias))
        below = float(row.template.places[0, 0]) + 102, FILTER_ROW + 276
        # What there is of this row before the filter is spoken of.
        self.waiting: list[Any] = [
            *row.parts, self.map, ColourBar(limit, MAP, FILTER_ROW + 306, 260, height=16, size=24),
            Label(self.text(nine), *below, 26, colour="muted", anchor="centre"),
        ]  # fmt: skip
        self.found: list[Any] = []
        for number, place in enumerate(lesson.places, start=1):
            self.found += self.numbered(number, place)
        self.others: list[Any] = [
            Label(self.text(labels.SAME), RIGHT, FILTER_ROW - 34, colour="muted")
        ]
        for n, (picture, places) in enumerate(lesson.others):
            grid = PixelGrid(
                picture.pixels.squeeze(axis=2), RIGHT + n * PITCH, row.middle - SIDE / 2,
                SIDE / len(picture.pixels),
                scale="picture", lines=False, frame=2,
            )  # fmt: skip
            frames = [WindowFrame(grid, *at, 3, 3, colour="positive", line=3) for at in places]
            self.others += [grid, *frames]
        self.filter_parts = [*self.waiting, *self.others, *self.found]

    def numbered(self, number: int, place: tuple[int, int]) -> list[Any]:
        """Make a frame on the digit and one on the map, with a number on the emptier side."""
        row, col = place
        beside = self.pixels[row : row + 3]
        to_left = col >= 4 and beside[:, col - 4 : col].sum() < beside[:, col + 3 : col + 7].sum()
        parts: list[Any] = []
        for grid, span, colour in ((self.digit, 3, "positive"), (self.map, 1, "ink")):
            frame = WindowFrame(grid, row, col, span, span, colour=colour, line=3)
            (left, top), (right, _), (_, bottom) = frame.places.tolist()
            x = left - 22 if to_left else right + 22
            parts += [frame, Tag(str(number), x, (top + bottom) / 2)]
        return parts

    # The comparison.

    def show_question(self, beat: Beat) -> None:
        """The digit, and how little of it a window sees."""
        picture = self.dense.picture
        small, large = picture.points.copy(), self.large_points
        picture.points = large
        # The window goes where the filter will find its pattern; anywhere if it will not.
        stops = self.lesson.places or (self.lesson.sent[0],)
        window = WindowFrame(picture, *stops[0], 3, 3)
        seen = PixelGrid(self.patch_at(stops[0]), 960, 308, 96, scale="picture", frame=2)
        links = zoom_lines(window, seen)
        self.appear(picture, seconds=0.5)
        self.appear(window, *links, seen, seconds=0.4)
        each = (self.remaining - 1.2) / len(stops)
        self.wait(each)
        for place in stops[1:]:
            self.glide(window, links, seen, place, 0.4)
            self.wait(each - 0.4)
        self.vanish(window, *links, seen, seconds=0.3)
        self.drive(lambda alpha: _put(picture, large + (small - large) * alpha), 0.6, smoothly)

    def patch_at(self, place: tuple[int, int]) -> np.ndarray:
        """Return the 3 by 3 pixels under the window."""
        row, col = place
        return np.asarray(self.pixels[row : row + 3, col : col + 3])

    def glide(
        self,
        window: WindowFrame,
        links: tuple[Line, Line],
        seen: PixelGrid,
        place: tuple[int, int],
        seconds: float,
    ) -> None:
        """Move the window, with what it sees, to another place."""
        start = window.points.copy()
        goal = WindowFrame(self.dense.picture, *place, 3, 3).points

        def go(alpha: float) -> None:
            window.points = start + (goal - start) * alpha
            for link, now in zip(links, zoom_lines(window, seen), strict=True):
                link.points = now.points
            if alpha >= 0.5:
                seen.values[...] = self.patch_at(place)

        self.drive(go, seconds, smoothly)

    def show_dense(self, beat: Beat) -> None:
        """All pixels, all weights, one number; the filter below waits."""
        row = self.dense
        for part in self.waiting:
            part.set_opacity(DIM)
        self.appear(*row.heads, row.template, self.bar, *self.waiting, seconds=0.7)
        self.appear(row.signs[0], seconds=0.3)
        self.lay_over()
        self.appear(*row.signs[1:], *self.terms, self.value, seconds=0.6)
        self.appear(*self.templates, seconds=0.6)

    def lay_over(self) -> None:
        """Let a copy of the template slide over the digit, which it fits only once."""
        template = self.dense.template
        copy = PixelGrid(
            template.values, 0, 0, CELL, limit=template.limit, lines=False, opacity=0.75
        )
        start, goal = template.points.copy(), self.dense.picture.points
        copy.points = start.copy()
        self.add(copy)
        self.drive(lambda alpha: _put(copy, start + (goal - start) * alpha), 1.2, smoothly)
        self.wait(0.5)
        self.vanish(copy, seconds=0.4)

    def show_never_inked(self, beat: Beat) -> None:
        """The rim of the template: weights that no digit has ever moved."""
        never, template = self.lesson.never_inked, self.dense.template
        label = Label(self.text(labels.STILL.fill(n=int(never.sum()))), 752, DENSE_ROW + 16, 26)
        marks = [CellMarks(template, np.argwhere(never), "outline", colour="ink")]

        def dim(alpha: float) -> None:
            template.shares[~never] = 1 + (DIM - 1) * alpha

        self.drive(dim, 0.4)
        self.appear(*marks, label, seconds=0.5)
        self.wait(self.remaining - 0.7)
        self.vanish(*marks, label, seconds=0.3)
        self.drive(lambda alpha: dim(1 - alpha), 0.4)

    def show_filter(self, beat: Beat) -> None:
        """Nine weights visit every place."""
        self.fade_to(DIM, *self.dense_parts)
        self.fade_to(1.0, *self.waiting)
        window = WindowFrame(self.digit, 0, 0, 3, 3, line=3)
        fed = WindowFrame(self.map, 0, 0, line=3)
        self.appear(window, fed, seconds=0.2)
        values = self.lesson.response_map
        seconds = self.remaining - 0.7
        path = accelerating(values.size - 1, seconds, begin=12.0)
        flat = self.map.values.reshape(-1)

        def go(alpha: float) -> None:
            now = round(path.position(alpha * seconds))
            flat[: now + 1] = values.reshape(-1)[: now + 1]
            row, col = divmod(now, values.shape[1])
            window.put(self.digit, row, col)
            fed.put(self.map, row, col)

        self.drive(go, seconds)
        self.vanish(window, fed, seconds=0.3)

    def show_found(self, beat: Beat) -> None:
        """Where the pattern is, on this digit and on others."""
        for n in range(0, len(self.found), 4):
            self.appear(*self.found[n : n + 4], seconds=0.4)
            self.wait(0.3)
        self.appear(*self.others, seconds=0.6)

    def fade_to(self, opacity: float, *parts: Any, seconds: float = 0.4) -> None:
        """Let what is not spoken of step back, or come again."""
        family = [part for whole in parts for part in whole.get_family() if len(part.points)]
        starts = [part.opacity for part in family]

        def go(alpha: float) -> None:
            for part, start in zip(family, starts, strict=True):
                part.opacity = start + (opacity - start) * alpha

        self.drive(go, seconds)

    # The digit comes apart.

    def show_patches(self, beat: Beat) -> None:
        """Patch after patch flies to the filter that it excites most."""
        lesson, digit = self.lesson, self.digit
        rest = [*self.dense_parts, *self.filter_parts]
        self.vanish(*(part for part in rest if part is not digit), seconds=0.4)
        start, goal = digit.points.copy(), self.large_points
        self.drive(lambda alpha: _put(digit, start + (goal - start) * alpha), 0.6, smoothly)
        self.make_filters()
        self.appear(*self.bins.parts, *self.heads, *self.rules, seconds=0.4)
        window = WindowFrame(digit, *lesson.sent[0], 3, 3, line=3)
        self.appear(window, seconds=0.2)
        seconds = self.remaining - 0.6
        flights = self.flights = self.make_flights(seconds)
        self.add(flights)
        window.z_index = 1
        last = np.zeros(self.pixels.shape)
        for (row, col), moment in zip(lesson.sent, flights.leaves.tolist(), strict=True):
            last[row : row + 3, col : col + 3] = moment
        winners = self.winners

        def go(alpha: float) -> None:
            now = alpha * seconds
            flights.at(now)
            counts = np.bincount(winners[flights.landed], minlength=lesson.filters)
            for n in np.flatnonzero(counts).tolist():
                self.bins.counts[n].say(str(counts[n]))
            # A pixel steps back when the last patch that holds it has left.
            digit.shares[...] = np.where((last > 0) & (now >= last), DIM, 1)
            window.put(digit, *lesson.sent[min(int(flights.gone.sum()), len(winners) - 1)])

        self.drive(go, seconds)
        self.vanish(window, seconds=0.3)

    def make_flights(self, seconds: float) -> Flights:
        """All patches with ink, row by row, faster and faster."""
        sent, winners = np.array(self.lesson.sent), self.winners
        path = accelerating(len(sent), seconds - FLIGHT, begin=6.0)
        return Flights(
            [self.patch_at(place) for place in self.lesson.sent],
            np.array(LARGE_CORNER) + sent[:, ::-1] * LARGE,
            [self.bins.landing(n) for n in winners.tolist()],
            np.interp(np.arange(len(sent)), path.stops, path.times),
            cell=LARGE,
            seconds=FLIGHT,
            frame=1,
            strengths=self.lesson.trace.activations[self.lesson.layer][
                sent[:, 0], sent[:, 1], winners
            ],
        )

    @property
    def winners(self) -> np.ndarray:
        """The filter to which each patch flies, in the order in which they leave."""
        return np.array([self.lesson.winners[place] for place in self.lesson.sent])

    @property
    def large_points(self) -> np.ndarray:
        """Where the digit's corners lie when it is large."""
        return np.asarray(PixelGrid(self.pixels, *LARGE_CORNER, LARGE).points)

    def make_filters(self) -> None:
        """The kernels of the layer, with room beside each; what decides is said below."""
        lesson = self.lesson
        self.bins = FilterBins(
            lesson.kernels, *FILTERS, LARGE,
            columns=COLUMNS, pitch=STEP,
        )  # fmt: skip
        self.heads = [
            Label(
                self.text(labels.KERNELS.fill(n=lesson.filters, layer=lesson.layer)),
                FILTERS[0],
                172,
            ),
            Label(self.text(labels.COUNTS), 1824, 206, 24, colour="muted", anchor="right"),
        ]
        self.rules = self.lines(labels.RULES[0], labels.RULES[1].fill(n=lesson.bundled))

    def lines(self, *captions: Caption) -> list[Label]:
        """Make lines of text below the large digit."""
        return [
            Label(self.text(line), PICTURE, 748 + 36 * n, 26, colour="muted")
            for n, line in enumerate(captions)
        ]

    def show_again(self, beat: Beat) -> None:
        """One filter: all its patches in this digit, and the strongest in others."""
        lesson, n = self.lesson, self.lesson.shown_filter
        seen, winners = self.flights.seen(), self.winners
        theirs = [self.flights.tiles[i] for i in seen if winners[i] != n]
        dimmed = self.digit.shares.copy()

        def step_back(alpha: float) -> None:
            self.bins.light(n, alpha, others=DIM)
            for tile in theirs:
                tile.opacity = 1 + (DIM - 1) * alpha
            self.digit.shares[...] = dimmed + (1 - dimmed) * alpha

        self.drive(step_back, 0.5)
        self.vanish(*self.rules, seconds=0.3)
        own = np.argwhere(lesson.winners == n)
        self.again: list[Any] = [*self.lines(labels.MIDDLES.fill(n=len(own)))]
        if len(own):
            self.again.append(CellMarks(self.digit, own + 1, "dot", colour="positive"))
        self.appear(*self.again, seconds=0.5)
        patches = np.stack([p.patch.squeeze(axis=2) for p in lesson.top[:STRONGEST]], axis=2)
        strongest: list[Any] = [
            Label(self.text(labels.ELSEWHERE), PICTURE, 798, 26, colour="muted"),
            Thumbnails(patches, PICTURE, 828, LARGE, STRONGEST, pitch=(90, 90), scale="picture"),
        ]
        self.appear(*strongest, seconds=0.5)
        self.again += strongest

    # The control.

    def show_shuffled(self, beat: Beat) -> None:
        """The pixels fly; both networks are trained again."""
        self.vanish(*self.bins.parts, *self.heads, self.flights, *self.again, seconds=0.4)
        self.shuffle()
        self.draw_change()

    def shuffle(self) -> None:
        """Every pixel with ink goes where the fixed permutation takes it."""
        order, flat = self.lesson.shuffled_from, self.pixels.reshape(-1)
        ink = np.flatnonzero(flat)
        # The pixel order[i] comes to place i.
        starts, goals = (
            np.array(LARGE_CORNER) + np.stack(divmod(at, self.pixels.shape[1])[::-1], 1) * LARGE
            for at in (ink, np.argsort(order)[ink])
        )
        flights = Flights(
            flat[ink][:, None, None], starts, goals, np.zeros(len(ink)), cell=LARGE, seconds=1.4
        )
        self.control: list[Any] = [Label(self.text(labels.ONE_RULE), PICTURE, 172, colour="muted")]
        self.appear(*self.control, seconds=0.2)
        flights.at(0.0)
        self.add(flights)
        self.digit.values[...] = 0
        self.drive(lambda alpha: flights.at(1.4 * alpha), 1.4)
        self.digit.values[...] = flat[order].reshape(self.pixels.shape)
        self.remove(flights)
        lines = self.lines(*labels.RENAMED)
        self.appear(*lines, seconds=0.4)
        self.control += lines

    def draw_change(self) -> None:
        """Accuracy before and after, for both networks."""
        lesson = self.lesson
        changes = [lesson.change(name) for name in ("cnn", "dense")]
        lowest = min(low for change in changes for low, _ in change.ranges)
        ticks = [n / 100 for n in range(int(lowest * 100) // 2 * 2, 101, 2)]
        slope = Slope(
            930, 250, 790, 500, (self.text(labels.IN_PLACE), self.text(labels.SHUFFLED)), ticks,
            lambda y: fmt.percent(y, 0),
        )  # fmt: skip
        note = labels.FROM.fill(p=fmt.percent(ticks[0], 0), n=lesson.trainings)
        parts = [
            *slope.parts,
            Label(self.text(labels.CHART), 850, 172, colour="muted"),
            Label(self.text(note), 1325, 842, 26, colour="muted", anchor="centre"),
        ]
        self.appear(*parts, seconds=0.4)
        self.control += parts
        for name, change in zip((terms.CNN, terms.DENSE), changes, strict=True):
            before, after = (fmt.percent(v, 2) for v in (change.in_place, change.shuffled))
            moved = fmt.number(change.points, sign=True)
            series = slope.series(
                (change.in_place, change.shuffled), change.ranges,
                (f"{self.text(name)} {before}", f"{after} ({moved})"), main=name is terms.CNN,
            )  # fmt: skip
            self.appear(*series.before, seconds=0.2)
            self.add(series.curve)
            self.play(series.curve.animate.set_drawn(1.0), run_time=0.8)
            self.appear(*series.after, seconds=0.2)
            self.control += series.parts

    def show_answer(self, beat: Beat) -> None:
        """Both rows again, one above the other."""
        self.vanish(*self.control, self.digit, seconds=0.4)
        self.digit.values[...] = self.pixels
        self.digit.points = PixelGrid(self.pixels, PICTURE, FILTER_ROW, CELL).points
        for part in self.dense_parts:
            part.set_opacity(1.0)
        self.appear(*self.dense_parts, *self.filter_parts, seconds=0.8)


def _put(grid: PixelGrid, points: np.ndarray) -> None:
    grid.points = points
