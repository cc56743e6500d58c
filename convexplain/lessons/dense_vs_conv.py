"""Two networks, one task: parameters, multiplications, mistakes, and how few digits suffice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain.data import digits, facts
from convexplain.data.pictures import Picture
from convexplain.lessons.parts import comparing_picture as pictures
from convexplain.lessons.parts import comparing_words as words
from convexplain.lessons.parts.beats import Beat, Choice, Event, Question
from convexplain.lessons.parts.lesson import Lesson
from convexplain.lessons.parts.subject import name_of
from convexplain.network import Network
from convexplain.panels import Diagram
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, same

CNN, DENSE = "cnn", "dense"
IN_PLACE, SHUFFLED = "in place", "shuffled"
#: What the chapter reports for its dense network; ours is measured, and shown beside it.
CHAPTER_DENSE = 0.9822


class Pair(NamedTuple):
    """One number for each network."""

    cnn: float
    dense: float

    @property
    def ratio(self) -> float:
        """The convnet's as a share of the dense network's."""
        return self.cnn / self.dense


Wall = npt.NDArray[np.float64]


class Points(NamedTuple):
    """Test accuracy against the number of training digits."""

    digits: tuple[int, ...]
    accuracy: tuple[float, ...]


@dataclass(frozen=True)
class DenseVsConv(Lesson):
    """What a convnet gains over a dense network on the same task, and where the gain comes from."""

    name: ClassVar[str] = "dense-vs-conv"
    title: ClassVar[Caption] = Caption(
        en="Convnet or dense network?", zh="卷积网络还是全连接网络？"
    )
    question: ClassVar[Caption] = Caption(
        en="Same digits, a quarter of the parameters: why fewer mistakes?",
        zh="同样的样本，参数只有四分之一：错误为什么更少？",
    )
    answer: ClassVar[Caption] = Caption(
        en="Learned once, a small pattern serves every place: fewer mistakes.",
        zh="小模式只学一次，处处可用：错误更少。",
    )
    alone: ClassVar[Caption] = Caption(
        en="it compares the package's two networks, which learned from the same digits",
        zh="它比较自带的两个网络，它们用同样的手写数字训练",
    )

    #: The digit that both look at, where a film is about it; a typical four if None.
    picture: Picture | None = field(default=None, kw_only=True)

    @cached_property
    def networks(self) -> tuple[Network, Network]:
        """The convnet and the dense baseline, as they ship."""
        return Network.load(CNN), Network.load(DENSE)

    @property
    def parameters(self) -> Pair:
        """Trained numbers of each."""
        return Pair(*(network.parameters for network in self.networks))

    @property
    def multiplications(self) -> Pair:
        """Multiplications for one picture."""
        return Pair(*(network.multiplications for network in self.networks))

    @cached_property
    def accuracy(self) -> Pair:
        """Share of the 10,000 test digits that the shipped networks read right."""
        return Pair(*(facts.row("shift", pixels=0, network=n)["accuracy"] for n in (CNN, DENSE)))

    @property
    def mistakes(self) -> Pair:
        """Test digits of 10,000 that the shipped networks misread."""
        return Pair(*(round((1 - share) * 10_000) for share in self.accuracy))

    @cached_property
    def spread(self) -> tuple[Pair, Pair]:
        """The lowest and the highest accuracy over the seeds that were trained."""
        by_seed = [
            tuple(network.provenance["test_accuracy_by_seed"].values()) for network in self.networks
        ]
        return Pair(*map(min, by_seed)), Pair(*map(max, by_seed))

    @property
    def steps(self) -> int:
        """How many batches the networks of the curves learned from, whatever their digits."""
        return facts.steps("samples")

    def curve(self, network: str, pixels: str) -> Points:
        """Return the measured curve of one network.

        Digits are those that were really read: a training that ends early reads no more. `network`,
        "cnn" or "dense". `pixels`, "in place" or "shuffled".
        """
        rows = facts.rows("samples", network=network, pixels=pixels)
        return Points(tuple(row["read"] for row in rows), tuple(row["accuracy"] for row in rows))

    @property
    def widens(self) -> bool:
        """Whether the convnet's lead grows wherever digits become fewer."""
        cnn, dense = (self.curve(network, IN_PLACE).accuracy for network in (CNN, DENSE))
        leads = [a - b for a, b in zip(cnn, dense, strict=True)]
        return all(more > less for more, less in pairwise(leads))

    @property
    def wrong(self) -> tuple[dict[int, float], dict[int, float]]:
        """Share of mistakes of the convnet and of the dense network, by the digits they read."""
        cnn, dense = (self.curve(network, IN_PLACE) for network in (CNN, DENSE))
        convnet, other = (
            {n: 1 - share for n, share in zip(points.digits, points.accuracy, strict=True)}
            for points in (cnn, dense)
        )
        return convnet, other

    @property
    def enough(self) -> int | None:
        """From how few digits the convnet does better than the dense network from all of them."""
        convnet, other = self.wrong
        better = (n for n, share in convnet.items() if share < other[max(other)])
        return min(better, default=None)

    @cached_property
    def misread(self) -> dict[str, npt.NDArray[np.intp]]:
        """Which of the 10,000 test digits each network misreads, counted from 0."""
        return {
            network: np.sort(
                [n for row in facts.rows("confusion", network=network) for n in row["misread"]]
            )
            for network in (CNN, DENSE)
        }

    @cached_property
    def control(self) -> dict[str, tuple[float, float]]:
        """Share of mistakes of each network, trained with pixels in place and shuffled."""
        return {
            network: tuple(
                1 - facts.row("permuted", network=network, pixels=pixels)["accuracy"]
                for pixels in (IN_PLACE, SHUFFLED)
            )
            for network in (CNN, DENSE)
        }

    def suffers(self, network: str) -> bool:
        """Tell whether shuffling adds more than half a percentage point of mistakes."""
        before, after = self.control[network]
        return after - before > _NOTABLE

    # What is seen.

    @property
    def pixels(self) -> npt.NDArray[np.float32]:
        """The digit that both look at, (height, width)."""
        picture = self.picture or digits.first(_DIGIT)
        return np.asarray(picture.pixels.squeeze(axis=2))

    @cached_property
    def order(self) -> npt.NDArray[np.int64]:
        """Which pixel comes to each place in the experiments with shuffled pixels."""
        return facts.shuffled_pixels(self.pixels.size)

    @property
    def shuffled(self) -> npt.NDArray[np.float32]:
        """The digit with its pixels shuffled."""
        return self.pixels.reshape(-1)[self.order].reshape(self.pixels.shape)

    @cached_property
    def kernels(self) -> npt.NDArray[np.float32]:
        """The convnet's first layer, (height, width, filters)."""
        name = name_of(self.networks[0], "first convolution")
        return np.asarray(self.networks[0].weights[f"{name}/kernel"].squeeze(axis=2))

    @cached_property
    def shown_kernels(self) -> npt.NDArray[np.float32]:
        """Those kernels with most weight, so few that each is seen, (height, width, n)."""
        weights = self.kernels.reshape(-1, self.kernels.shape[2])
        return self.kernels[..., _heaviest(weights, _KERNELS)]

    @cached_property
    def templates(self) -> npt.NDArray[np.float32]:
        """Templates of the dense network's first layer, those with most weight, (height, width, n).

        A unit's weights stand where the pixels are that they are multiplied by.
        """
        weights = self._template_weights
        return weights[:, _heaviest(weights, _TEMPLATES)].reshape(*self.pixels.shape, -1)

    @property
    def _template_weights(self) -> npt.NDArray[np.float32]:
        network = self.networks[1]
        name = next(
            layer.name for layer in network.layers if f"{layer.name}/kernel" in network.weights
        )
        return np.asarray(network.weights[f"{name}/kernel"])

    def wall(self, network: str, until: int | None = None) -> Wall:
        """Return what is known of each test digit once so many were read.

        `network`, "cnn" or "dense". `until`: all of them if not given.
        """
        values = np.full(_TESTED, pictures.RIGHT)
        values[self.misread[network]] = pictures.WRONG
        values[_TESTED if until is None else until :] = pictures.RIGHT
        return values.reshape(_ROWS, -1)

    def looks(self) -> Diagram:
        """Describe the digit under a small window, and as a whole."""
        return pictures.looks(self.pixels, self._window)

    @property
    def stops(self) -> int:
        """At how many places a kernel sees the digit."""
        return len(self.met) - 1

    @cached_property
    def met(self) -> npt.NDArray[np.int64]:
        """How often each weight of a kernel has met ink, after ever more places, from none on."""
        ink = np.lib.stride_tricks.sliding_window_view(self.pixels > 0, self._window)
        met = ink.reshape(-1, *self._window).cumsum(axis=0)
        return np.concatenate([np.zeros_like(met[:1]), met])

    @cached_property
    def part(self) -> tuple[int, int, int, int]:
        """A window of a template's weights: row, column, height and width.

        As nearly as can be half of them have ink; the one nearest to the middle.
        """
        window = self._window
        ink = np.lib.stride_tricks.sliding_window_view(self.pixels > 0, window).mean(axis=(2, 3))
        off = np.abs(ink - 0.5)
        rows, cols = np.nonzero(off == off.min())
        away = np.hypot(*(at - (n - 1) / 2 for at, n in zip((rows, cols), ink.shape, strict=True)))
        nearest = int(away.argmin())
        return int(rows[nearest]), int(cols[nearest]), *window

    @property
    def met_once(self) -> npt.NDArray[np.int64]:
        """Whether these weights of a template meet ink, 1 or 0: each has one place."""
        row, col, high, wide = self.part
        return (self.pixels[row : row + high, col : col + wide] > 0).astype(np.int64)

    def counted(self) -> Diagram:
        """Describe the digit between how often weights of a kernel, and of a template, meet ink."""
        return pictures.counted(self.pixels, self.met[-1], self.met_once, self.part, self.stops)

    @property
    def _window(self) -> tuple[int, int]:
        return self.kernels.shape[0], self.kernels.shape[1]

    @property
    def compared(self) -> dict[int, float]:
        """The convnet's mistakes that one scale shows beside the dense network's, largely.

        They are not many times as many; all of them are in the figure of this experiment.
        """
        convnet, other = self.wrong
        most = _SCALE * other[max(other)]
        near = {digits: share for digits, share in convnet.items() if share < most}
        return near if len(near) >= _FEWEST else convnet

    def needed(self) -> Diagram:
        """Describe the dense network's mistakes, and the convnet's from ever more digits."""
        _, other = self.wrong
        seeds = len(facts.load("samples")["seeds"])
        most = max(other)
        return pictures.needed((most, other[most]), self.compared, self.steps, seeds)

    def learned(self, *, counted: bool = False) -> Diagram:
        """Describe what the first layers have learned; counted, with all parameters below."""
        return pictures.learned(
            self.shown_kernels, self.kernels.shape[2],
            self.templates, self._template_weights.shape[1],
            self._whole(self.parameters) if counted else None,
        )  # fmt: skip

    @cached_property
    def strongest(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """The kernel that responds most to the digit, and its response map."""
        convnet = self.networks[0]
        name = name_of(convnet, "first convolution")
        maps = convnet.activations(self.pixels[np.newaxis, :, :, np.newaxis])[name][0]
        number = int(maps.max(axis=(0, 1)).argmax())
        return self.kernels[..., number], maps[..., number]

    def trained(self) -> Diagram:
        """Describe a kernel with all of its responses, and a template, which has one place."""
        kernel, responses = self.strongest
        wrong = {network: len(self.misread[network]) for network in (CNN, DENSE)}
        return pictures.trained(kernel, responses, self.template, wrong)

    @property
    def template(self) -> npt.NDArray[np.float32]:
        """The one of those shown that responds most to the digit, (height, width)."""
        responses = np.tensordot(self.pixels, self.templates, axes=2)
        return np.asarray(self.templates[..., int(responses.argmax())])

    def costs(self) -> Diagram:
        """Describe the parameters of both, and their multiplications for one picture."""
        work = self._whole(self.multiplications)
        return pictures.costs(self._whole(self.parameters), work, self.times)

    @property
    def times(self) -> str:
        """How many times as many multiplications the convnet makes, as it is printed."""
        return fmt.number(self.multiplications.ratio, 1)

    def walls(self) -> Diagram:
        """Describe all test digits, and which of them each network misreads."""
        return pictures.walls(
            {network: self.wall(network) for network in (CNN, DENSE)},
            {network: len(self.misread[network]) for network in (CNN, DENSE)},
            words.EACH,
        )

    def shuffling(self) -> Diagram:
        """Describe the digit before and after its pixels are shuffled."""
        return pictures.shuffling(self.pixels, self.shuffled, self.place)

    @property
    def place(self) -> tuple[int, int, int, int]:
        """The window in which a kernel responds most: its row, column, height and width."""
        kernel, responses = self.strongest
        row, col = np.unravel_index(int(responses.argmax()), responses.shape)
        return int(row), int(col), *kernel.shape

    def control_picture(self) -> Diagram:
        """Describe the mistakes with pixels in place and shuffled."""
        seeds = len(facts.load("permuted")["seeds"])
        return pictures.control(
            self.pixels, self.shuffled, self.control, facts.steps("permuted"), seeds
        )

    def samples(self) -> Diagram:
        """Describe how many digits suffice."""
        return pictures.samples(
            self._measured(IN_PLACE), self.steps, len(facts.load("samples")["seeds"])
        )

    @property
    def mistakes_by_seed(self) -> tuple[tuple[int, ...], ...]:
        """Test digits that every training of each network misreads."""
        return tuple(
            tuple(
                round((1 - share) * _TESTED)
                for share in network.provenance["test_accuracy_by_seed"].values()
            )
            for network in self.networks
        )

    def comparison(self, note: Caption) -> Diagram:
        """Describe what both networks cost, and what they misread, seed by seed."""
        return pictures.comparison(
            self._whole(self.parameters), self._whole(self.multiplications),
            self._whole(self.mistakes), dict(zip((CNN, DENSE), self.mistakes_by_seed, strict=True)),
            _TESTED, note,
        )  # fmt: skip

    def samples_and_control(self, about: Caption) -> Diagram:
        """Describe the same beside the control, with every training."""
        seeds = len(facts.load("samples")["seeds"])
        both = self._measured(IN_PLACE), self._measured(SHUFFLED)
        return pictures.samples_and_control(*both, self.steps, seeds, about)

    def _measured(self, pixels: str) -> dict[str, pictures.Measured]:
        measured = {}
        for network in (CNN, DENSE):
            rows = facts.rows("samples", network=network, pixels=pixels)
            curve = self.curve(network, pixels)
            by_seed = [row["by_seed"] for row in rows]
            measured[network] = pictures.Measured(curve.digits, curve.accuracy, by_seed)
        return measured

    @staticmethod
    def _whole(pair: Pair) -> dict[str, int]:
        return {CNN: int(pair.cnn), DENSE: int(pair.dense)}

    # What is said.

    def make_beats(self) -> Iterator[Beat]:
        """Tell what they look at, their mistakes, why; with time all points, the control."""
        yield Beat.of("question", self.title, *self._tell_looks())
        yield Beat.of("mistakes", words.MISTAKES_TITLE, *self._tell_mistakes())
        yield Beat.of("why", words.WHY_TITLE, *self._tell_why())
        yield Beat.of("samples", words.CURVES, *self._tell_samples())
        yield Beat.of("shuffled", words.CONTROL_TITLE, *self._tell_shuffled())
        yield Beat.of(
            "answer", self.title,
            Event("price", 2.8, words.WORK.fill(m=self.times), detail=2),
            Event("answer", 5.2, self.answer),
        )  # fmt: skip

    def _tell_looks(self) -> Iterator[Event]:
        yield Event("looks", 3.6, self.question)
        sizes = {"a": self.kernels[..., -1].size, "b": self.pixels.size}
        yield Event("whole", 3.2, words.LOOKS.fill(**sizes), detail=1)
        yield Event("learned", 3.0, words.LEARNED, detail=1)
        cost = self.parameters
        share = fmt.number(100 * cost.ratio, 0)
        yield Event("parameters", 3.2, words.PARAMETERS.fill(w=share))

    def _tell_mistakes(self) -> Iterator[Event]:
        yield Event("stream", 4.0, words.STREAM.fill(n=fmt.count(_TESTED)))
        p, q = (fmt.percent(len(self.misread[network]) / _TESTED, 2) for network in (CNN, DENSE))
        yield Event("counted", 3.0, words.COUNTED.fill(p=p, q=q))

    def _tell_why(self) -> Iterator[Event]:
        yield Event("places", 4.3, words.PLACES, detail=1)
        counts = [fmt.count(int(n)) for n in (self.met[-1].min(), self.met[-1].max())]
        yield Event("once", 3.0, words.ONCE.fill(m="–".join(dict.fromkeys(counts))), detail=1)
        convnet, other = self.wrong
        yield Event("dense", 3.8, words.DENSE)
        if self.enough is not None:
            yield Event("predict", self.pause, ask=self._ask_how_many(self.enough), detail=1)
        yield Event("more", 3.6, words.MORE, detail=1)
        said = (
            words.FROM.fill(d=fmt.count(max(convnet)))
            if self.enough is None
            else words.BEAT.fill(d=fmt.count(self.enough))
        )
        yield Event("enough", 3.8, said.fill(m=fmt.count(max(other))))

    @property
    def too_few(self) -> int | None:
        """Of how few digits it is shown, before any question, that they are not enough."""
        fewest = min(self.compared)
        return fewest if self.enough is not None and fewest < self.enough else None

    @property
    def asked(self) -> list[int]:
        """Of how many digits it is asked whether they are enough."""
        convnet, enough = self.wrong[0], self.enough
        assert enough is not None
        counts = [n for n in convnet if self.too_few is None or n > self.too_few]
        if len(counts) < _CHOICES:
            counts = list(convnet)
        at, last = counts.index(enough), len(counts) - 1
        # All of them, then such as are far enough from the right one to be told from it.
        far = [last, max(0, at - 2), min(at + 2, last), *range(last)]
        others = [counts[n] for n in dict.fromkeys(far) if n != at][: _CHOICES - 1]
        return sorted([enough, *others])

    def _ask_how_many(self, enough: int) -> Question:
        """Ask from how few digits the convnet does better; nearer ones than all are possible."""
        convnet, _ = self.wrong
        shown = self.asked
        replies = {
            n: words.TOO_FEW.fill(p=fmt.percent(convnet[n])) if n < enough
            else words.FEWER_DO.fill(n=fmt.count(self.stops))
            for n in shown
        }  # fmt: skip
        few = self.too_few
        asks = words.HOW_MANY if few is None else words.MORE_THAN.fill(n=fmt.count(few))
        return Question(
            asks,
            tuple(Choice(same(fmt.count(n)), None if n == enough else replies[n]) for n in shown),
        )

    def _tell_shuffled(self) -> Iterator[Event]:
        yield Event("shuffle", 4.4, words.SHUFFLE, detail=2)
        size = fmt.shape(self.kernels.shape[:2])
        yield Event("windows", 4.0, words.WINDOWS.fill(size=size), detail=2)
        yield Event("predict-shuffled", self.pause, ask=self._ask(), detail=2)
        steps = fmt.count(facts.steps("permuted"))
        yield Event("control", 2.8, words.ANEW.fill(n=steps), detail=2)
        yield Event("worse", 4.4, self._control_caption(), detail=2)

    def _ask(self) -> Question:
        """Ask who gets worse; wrong ones come of what is thought of networks and information."""
        right = (self.suffers(CNN), self.suffers(DENSE))
        choices = {
            (True, False): (words.ONLY_CNN, words.DENSE_LOSES),
            (False, True): (words.ONLY_DENSE, words.ANY_ORDER),
            (True, True): (words.BOTH, words.NEVER_KNEW),
            (False, False): (words.NEITHER, words.NEIGHBOURS),
        }
        return Question(
            words.WHO,
            tuple(
                Choice(text, None if which == right else reply)
                for which, (text, reply) in choices.items()
            ),
        )

    def _control_caption(self) -> Caption:
        shares = [fmt.percent(share) for network in (CNN, DENSE) for share in self.control[network]]
        if self.suffers(CNN) and not self.suffers(DENSE):
            return words.ONLY.fill(a=shares[0], b=shares[1])
        return words.CONTROL.fill(**dict(zip("abcd", shares, strict=True)))

    def _tell_samples(self) -> Iterator[Event]:
        yield Event("fewer", 3.6, words.FEWER.fill(n=fmt.count(self.steps)), detail=2)
        cnn, dense = (self.curve(network, IN_PLACE) for network in (CNN, DENSE))
        few = (words.GROWS if self.widens else words.FEW).fill(
            d=fmt.count(cnn.digits[0]), a=fmt.percent(1 - cnn.accuracy[0], 0),
            b=fmt.percent(1 - dense.accuracy[0], 0),
        )  # fmt: skip
        yield Event("few", 3.6, few, detail=2)


def _heaviest(weights: npt.NDArray[np.float32], many: int) -> npt.NDArray[np.intp]:
    """Return which columns have the largest sums of squares, in their order."""
    return np.sort(np.argsort(-np.square(weights).sum(axis=0), kind="stable")[:many])


#: The digit that both look at; how many kernels are shown, and templates of the dense network.
_DIGIT, _KERNELS, _TEMPLATES = 4, 12, 4
#: Test digits, and in how many rows they are drawn.
_TESTED, _ROWS = 10_000, 100
#: Up to how many times the dense network's mistakes bars go; how many bars there are at least.
_SCALE, _FEWEST = 3.0, 3
#: Of how many answers one is chosen.
_CHOICES = 3
#: A difference that is more than the trainings' luck.
_NOTABLE = 0.005
