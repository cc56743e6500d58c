"""Two networks, one task: what they look at, what they misread, what happens without neighbours."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from manim.utils.rate_functions import linear

from convexplain.lessons import dense_vs_conv
from convexplain.lessons.dense_vs_conv import CNN, DENSE
from convexplain.lessons.parts.beats import Event
from convexplain.lessons.parts.comparing_picture import MISTAKES, ONE_PLACE, PLACES
from convexplain.panels import Bars, Diagram
from convexplain.stage import LessonScene
from convexplain.stage.board.drawing import set_opacity
from convexplain.stage.pace import Move, eased, in_turn, lazily, together
from convexplain.style import format as fmt

NETWORKS = (CNN, DENSE)
#: Ink from which a pixel is seen to fly.
_SEEN = 0.25
#: How much is seen of bars that are not compared.
_BACK = 0.3


class DenseVsConv(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = dense_vs_conv.DenseVsConv
    lesson: dense_vs_conv.DenseVsConv

    def prepare(self) -> None:
        """Lay out the digit, once for each network."""
        self.board.lay(self.lesson.looks())
        self.board.show("cnn", "cnn.window", "dense")(1.0)

    # What they look at, and what they learned.

    def show_looks(self, event: Event) -> None:
        """A small window runs over one digit, and a large one stands round the other."""
        self.during(
            1, self.sweep(0.0, 0.5), self.board.pulse("dense", colour="muted", times=2), rate=linear
        )

    def sweep(self, start: float, end: float) -> Move:
        """Return the move in which the small window runs row by row, from one share to another."""
        rows, cols = self.lesson.pixels.shape
        high, wide = self.lesson.kernels.shape[:2]
        # Every third row is enough to see where it goes.
        stops = [(r, c) for r in range(0, rows - high + 1, high) for c in range(cols - wide + 1)]

        def at(alpha: float) -> tuple[float, float]:
            row, col = stops[round((start + (end - start) * alpha) * (len(stops) - 1))]
            return float(row), float(col)

        return self.board.visit("cnn.window", at)

    def show_whole(self, event: Event) -> None:
        """The small window goes on; the large one comes, and looks once."""
        self.board.show("dense.window")(1.0)
        looks = [self.board.pulse("cnn.note", times=2)]
        looks.append(self.board.pulse("dense.note", colour="muted", times=2))
        self.during(1, self.sweep(0.5, 1.0), *looks, rate=linear)

    def show_learned(self, event: Event) -> None:
        """Some kernels come where the small window was, some templates where the large one was."""
        words = ("legend", "kernels.title", "templates.title")
        small = range(self.lesson.shown_kernels.shape[2])
        large = range(self.lesson.templates.shape[2])
        kernels = [self.board.show(f"kernels[{n}]") for n in small]
        whole = [self.board.show(f"templates[{n}]") for n in large]
        # The first digit goes before kernels come: nothing is seen through it.
        self.during(0.08, self.board.hide(*self.but("dense")))
        first = eased(kernels[0]), eased(whole[0])
        self.become(self.lesson.learned(), 0.08, *first, show=words)
        both = [in_turn(*map(eased, each[1:]), overlap=0.8) for each in (kernels, whole)]
        self.during(0.5, *both)
        looks = [
            self.board.pulse(name, colour=colour, times=2)
            for name, colour in (("kernels[0]", "accent"), ("templates[0]", "muted"))
        ]
        self.during(1, *looks)

    def show_parameters(self, event: Event) -> None:
        """Below what was learned come bars of all that was learned."""
        maps = ("kernels", "templates", "legend", "parameters.title", "parameters.zero")
        self.become(self.lesson.learned(counted=True), 0.25, show=maps)
        self.grow_bars("parameters")

    def grow_bars(self, name: str) -> None:
        """Let two bars grow from zero; each number comes as its bar stands."""
        self.during(0.25, *(eased(self.board.rise(f"{name}.{n}")) for n in NETWORKS))
        numbers = [f"{name}.{network}.value" for network in NETWORKS]
        self.during(1, self.board.pulse(*numbers, colour="muted", times=2))

    # Their mistakes.

    def show_stream(self, event: Event) -> None:
        """All test digits run through both; what is misread lights up, and is counted."""
        tested = self.lesson.wall(CNN).size

        def read(alpha: float) -> None:
            until = round(alpha * tested)
            for network in NETWORKS:
                self.board.fill(network, self.lesson.wall(network, until))
                wrong = int((self.lesson.misread[network] < until).sum())
                self.board.say(f"{network}-count", self.mistakes(wrong))

        # Walls are dark at first: till they are there, bars are seen, and the stage is never empty.
        bars = [part for name, part in self.board.parts.items() if name.startswith("parameters")]
        bars = [part for part in bars if part in self.mobjects]

        def begin(alpha: float) -> None:
            walls(alpha)
            read(0.0)
            set_opacity(bars, 1 - alpha)

        counts = [f"{network}-count" for network in NETWORKS]
        walls = self.board.become(self.lesson.walls(), show=(*NETWORKS, *counts, "told"))
        self.during(0.06, begin)
        self.during(1, read, rate=linear)

    def mistakes(self, count: int) -> str:
        """Return how many mistakes there are, as it stands below a wall."""
        return self.text(MISTAKES.fill(n=fmt.count(count)))

    def show_counted(self, event: Event) -> None:
        """Both numbers are looked at."""
        counters = [f"{network}-count" for network in NETWORKS]
        self.during(0.6, in_turn(*(self.board.pulse(name, colour="muted") for name in counters)))
        self.during(1, self.board.pulse(*NETWORKS, colour="muted"))

    # Why.

    def show_places(self, event: Event) -> None:
        """A kernel's window goes to every place of a digit; how often it meets ink is counted."""
        lesson = self.lesson
        cols = lesson.pixels.shape[1] - lesson.met.shape[2] + 1

        def know(count: int) -> None:
            self.board.fill("kernel", lesson.met[count].astype(float))
            self.board.say("kernel-places", self.places(count))

        def begin(alpha: float) -> None:
            know(0)
            self.board.fill("template", np.zeros(lesson.met_once.shape))
            self.board.say("template-places", self.places(0))

        panels = ("kernel", "kernel-places", "digit", "template", "template-places", "legend")
        self.become(lesson.counted(), 0.1, begin, show=(*panels, "digit.window"))

        def at(alpha: float) -> tuple[float, float]:
            count = round(alpha * lesson.stops)
            know(count)
            row, col = divmod(max(0, count - 1), cols)
            return float(row), float(col)

        self.during(0.75, self.board.visit("digit.window", at), rate=linear)
        self.during(1, self.board.pulse("kernel", times=1))

    def places(self, count: int) -> str:
        """Return at how many places something has been, as it stands below it."""
        return self.text(ONE_PLACE if count == 1 else PLACES.fill(n=fmt.count(count)))

    def show_once(self, event: Event) -> None:
        """Weights of a template lie at one place of the digit: each meets ink there, or not."""
        self.during(0.08, self.board.hide("digit.window"))
        self.during(0.1, self.board.show("digit.part"))
        self.during(0.12, self.board.walk("digit.part->template"))

        def count(alpha: float) -> None:
            self.board.fill("template", np.asarray(self.lesson.met_once, float))
            self.board.say("template-places", self.places(1))

        count(1.0)
        self.during(0.2, self.board.pulse("template", colour="muted"))
        looks = [
            self.board.pulse(name, f"{name}-places", colour=colour)
            for name, colour in (("kernel", "accent"), ("template", "muted"))
        ]
        self.during(1, in_turn(*looks))

    def but(self, panel: str) -> list[str]:
        """Return the names of all that is seen but one panel."""
        seen = (name for name in self.board.parts if self.board.shown(name))
        return [name for name in seen if name.partition(".")[0] != panel]

    @property
    def rows(self) -> list[str]:
        """Names of the bars of mistakes, the dense network's first."""
        return self.rows_of(self.lesson.needed())

    @staticmethod
    def rows_of(picture: Diagram) -> list[str]:
        """Return the names of a picture's bars of mistakes."""
        bars = picture.panel("needed")
        assert isinstance(bars, Bars)
        return [f"needed.{bar.name}" for bar in bars.bars]

    def show_dense(self, event: Event) -> None:
        """The dense network's mistakes, which are to beat, and the convnet's from fewest digits."""
        first, *others = self.rows_of(self.lesson.needed())
        labels = [f"{name}.label" for name in others]
        come = ("needed.title", "needed.zero", f"{first}.label", *labels, "trained")
        self.become(self.lesson.needed(), 0.12, show=come)
        self.during(0.2, eased(self.board.rise(first)))
        self.during(0.15, self.board.walk("needed.level"))
        self.during(0.06, self.board.show("needed.level.label"))
        if self.lesson.too_few is None:
            self.during(1, self.board.pulse(f"{first}.value", colour="muted", times=2))
            return
        self.during(0.35, self.raised(others[0]))
        self.during(1, self.board.pulse(f"{others[0]}.value"))

    def show_predict(self, event: Event) -> None:
        """The dense network's bar is looked at, and the video waits."""
        share = min(1.0, 6.0 / event.seconds)
        self.during(share, self.board.pulse(self.rows[0], colour="muted", times=2))

    def show_more(self, event: Event) -> None:
        """The convnet's mistakes grow, from few digits to many."""
        self.during(1, in_turn(*map(self.raised, self.hidden)))

    @property
    def hidden(self) -> list[str]:
        """Names of those of the convnet's bars that have not come yet."""
        return [name for name in self.rows[1:] if not self.board.shown(f"{name}.value")]

    def raised(self, name: str) -> Move:
        """Let a bar grow whose label stands."""

        def stand(alpha: float) -> None:
            self.board.part(f"{name}.label").opacity = 1.0

        return together(eased(self.board.rise(name)), stand)

    def show_enough(self, event: Event) -> None:
        """Both that are compared are looked at."""
        if self.hidden:
            self.during(0.4, in_turn(*map(self.raised, self.hidden)))
        few = self.lesson.enough or max(self.lesson.compared)
        both = self.rows[0], f"needed.cnn-{few}"
        pieces = [self.board.part(name) for name in self.rows if name not in both]

        def step_back(alpha: float) -> None:
            for piece in pieces:
                piece.opacity = 1 - (1 - _BACK) * alpha

        self.during(0.15, step_back)
        for name in both:
            self.during(0.2, self.board.pulse(name, f"{name}.value", colour="muted"))
        self.during(1, self.board.pulse(f"{both[1]}.value", times=2))

    # The control.

    def show_shuffle(self, event: Event) -> None:
        """Every pixel with ink flies to where the fixed permutation takes it."""
        self.become(self.lesson.shuffling(), 0.12, show=("before", "after.title"))
        shuffled = np.zeros_like(self.lesson.pixels)
        self.board.fill("after", shuffled)
        self.during(0.06, self.board.show("after"))
        width = shuffled.shape[1]
        places = np.argsort(self.lesson.order)  # where each pixel goes
        flat = self.lesson.pixels.reshape(-1)
        flights = []
        for pixel in np.flatnonzero(flat > 0):
            start, end = divmod(int(pixel), width), divmod(int(places[pixel]), width)
            if flat[pixel] > _SEEN:
                flights.append(self.flight(start, end, shuffled))
            else:
                flights.append(self.landing(start, end, shuffled))
        self.during(1, in_turn(*flights, overlap=0.93), rate=linear)

    def flight(
        self, start: tuple[int, int], end: tuple[int, int], shuffled: npt.NDArray[np.float32]
    ) -> Move:
        """Return the move in which one pixel flies to its place."""
        goal = f"after[{end[0]}, {end[1]}]"

        def land() -> None:
            shuffled[end] = self.lesson.pixels[start]
            self.board.fill("after", shuffled)

        return self.board.send(f"before[{start[0]}, {start[1]}]", goal, land)

    def landing(
        self, start: tuple[int, int], end: tuple[int, int], shuffled: npt.NDArray[np.float32]
    ) -> Move:
        """Return the move in which a faint pixel is where it goes."""

        def go(alpha: float) -> None:
            shuffled[end] = self.lesson.pixels[start]

        return go

    def show_windows(self, event: Event) -> None:
        """The small window goes over both pictures at once; what it sees is drawn large."""
        row, col, high, wide = self.lesson.place
        both = {"before": self.lesson.pixels, "after": self.lesson.shuffled}

        def see(left: float) -> None:
            at = round(left)
            for name, pixels in both.items():
                self.board.fill(f"{name}-cut", pixels[row : row + high, at : at + wide])

        see(0)
        for name in both:
            self.board.move(f"{name}.window", row, 0)(1.0)
        cuts = [f"{name}-cut" for name in both]
        self.during(0.1, self.board.show(*(f"{name}.window" for name in both), *cuts))

        def go(alpha: float) -> None:
            for name in both:
                self.board.visit(f"{name}.window", lambda _: (float(row), alpha * col))(alpha)
            see(alpha * col)

        self.during(0.6, go)
        self.during(0.1, *(self.board.walk(f"{name}.window->{name}-cut") for name in both))
        self.during(1, self.board.pulse(*cuts, times=1))

    def show_predict_shuffled(self, event: Event) -> None:
        """Both pictures are looked at, and the video waits."""
        share = min(1.0, 6.0 / event.seconds)
        looks = [self.board.pulse(name, colour="muted") for name in ("before", "after")]
        self.during(share, in_turn(*looks))

    def show_control(self, event: Event) -> None:
        """The pictures make room for bars of mistakes: of each network with pixels in place."""
        self.compare(0.8)
        self.during(1, self.board.pulse("before"))

    def compare(self, share: float) -> None:
        """Lay out the bars, and let those of pixels in place grow."""
        words = ("control.title", "control.zero")
        # What lies on the pictures goes before they move.
        small = [name for name in self.board.parts if ".window" in name or "-cut" in name]
        self.during(0.1 * share, self.board.hide(*small) if small else together())
        self.become(self.lesson.control_picture(), 0.4 * share, show=("before", "after", *words))
        notes = [name for name in self.board.names("control") if name.startswith("control.note")]
        self.board.show(*notes)(1.0)
        for network in NETWORKS:
            self.during(0.3 * share, self.board.rise(f"control.{network}-0"))

    def show_worse(self, event: Event) -> None:
        """Below each bar grows that of the network that was trained on shuffled pixels."""
        if not self.board.has("control"):
            self.compare(0.3)
        self.during(0.2, *(self.board.rise(f"control.{network}-1") for network in NETWORKS))
        numbers = [
            self.board.pulse(f"control.{network}-1.value", colour="muted") for network in NETWORKS
        ]
        self.during(1, in_turn(self.board.pulse("after", colour="muted"), *numbers))

    # Few digits, and the price.

    def show_fewer(self, event: Event) -> None:
        """Both curves grow from few digits to many."""
        self.frame()
        self.during(
            1, *(self.board.trace(f"samples.{network}") for network in NETWORKS), rate=linear
        )

    def frame(self) -> None:
        """Show the axes of the chart, and whose curve ends where."""
        names = [f"samples.{network}.label" for network in NETWORKS]
        axes = lazily(lambda: self.board.show(*self.board.frame("samples"), *names))
        self.during(0.2, self.board.become(self.lesson.samples()), axes)

    def show_few(self, event: Event) -> None:
        """Every point is marked, that of fewest digits first, with its numbers."""
        if not self.board.has("samples.axes"):
            self.frame()
            for network in NETWORKS:
                self.board.trace(f"samples.{network}")(1.0)
        count = len(self.lesson.curve(CNN, dense_vs_conv.IN_PLACE).digits)
        marks = [
            self.board.show(*(f"samples.{network}-{n}" for network in NETWORKS))
            for n in range(count)
        ]
        self.during(0.6, in_turn(*marks))
        self.during(1, self.board.pulse(*(f"samples.{n}-0.label" for n in NETWORKS), times=2))

    def show_price(self, event: Event) -> None:
        """Beside the parameters, what the convnet computes more."""
        names = ("parameters", "work.title", "work.counter", "work.zero")
        self.become(self.lesson.costs(), 0.25, show=names)
        self.grow_bars("work")

    def show_answer(self, event: Event) -> None:
        """The kernel leaves its response at every place; the template has one."""
        responses = self.lesson.strongest[1]

        def known(alpha: float) -> npt.NDArray[np.float64]:
            seen = np.full(responses.size, np.nan)
            until = round(alpha * responses.size)
            seen[:until] = responses.reshape(-1)[:until]
            return seen.reshape(responses.shape)

        def know(alpha: float) -> None:
            self.board.fill("map", known(alpha))
            self.board.say("map.counter", self.places(round(alpha * responses.size)))

        come = ("kernel", "map", "template", "legend")
        self.become(self.lesson.trained(), 0.1, lambda _: know(0.0), show=come)
        self.during(0.3, know, rate=linear)
        wrong = [f"{network}-wrong" for network in NETWORKS]
        self.during(0.06, self.board.show(*wrong))
        self.during(1, in_turn(*(self.board.pulse(name, colour="muted") for name in wrong)))
