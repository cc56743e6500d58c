"""The digit moves: its response map moves along, exactly; the answer does not always hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal, get_args

import numpy as np
import numpy.typing as npt

from convexplain.data import digits, examples, facts
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.parts.beats import Beat
from convexplain.lessons.parts.checks import check_filter, check_picture
from convexplain.lessons.parts.lesson import Lesson, option
from convexplain.lessons.parts.subject import name_of, with_maps
from convexplain.network import Network, Trace
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

Direction = Literal["left", "right", "up", "down"]
Floats = npt.NDArray[np.float32]

#: Rows and columns by which one pixel in a direction moves a picture.
_STEP: dict[str, tuple[int, int]] = {
    "left": (0, -1),
    "right": (0, 1),
    "up": (-1, 0),
    "down": (1, 0),
}
#: How far the digit walks; beyond this little of it is left in the frame.
FAR = 6
#: Shifts for which the layers' differences are shown.
SHIFTS = (1, 2, 3, 4)


def moved(picture: Floats, direction: str, pixels: int) -> Floats:
    """Move a picture or a map; zeros come in.

    Parameters
    ----------
    picture : numpy.ndarray, shape (height, width, channels)
    direction : {"left", "right", "up", "down"}
    pixels : int
        At least 0, less than its size.

    Returns
    -------
    numpy.ndarray of the same shape and dtype
    """
    down, right = (pixels * part for part in _STEP[direction])
    height, width = picture.shape[:2]
    out = np.zeros_like(picture)
    out[max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)] = picture[
        max(-down, 0) : height - max(down, 0), max(-right, 0) : width - max(right, 0)
    ]
    return out


@dataclass(frozen=True)
class Translation(Lesson):
    """Equivariance of the maps, and how far the answer is from being invariant."""

    name: ClassVar[str] = "translation"
    title: ClassVar[Caption] = Caption(
        en="Shift the digit: the map follows. Does the answer hold?",
        zh="平移数字：响应图跟着移动，预测还对吗？",
    )
    question: ClassVar[Caption] = Caption(
        en="Move a digit by a few pixels. What moves with it, and what stays?",
        zh="把手写数字平移几个像素，什么会跟着动，什么保持不变？",
    )
    answer: ClassVar[Caption] = Caption(
        en="The map moves with the digit: equivariance. The answer may still change: no full "
        "invariance.",
        zh="响应图随数字一起平移，这叫平移等变；预测仍可能改变，并非完全平移不变。",
    )

    picture: Picture | None = option(
        None, en="the digit or picture that is moved", zh="要平移的手写数字或图片"
    )
    filter: int | None = option(
        None,
        en="filter of the first convolution whose map is shown, counted from 0",
        zh="显示第一个卷积层哪个过滤器的响应图，编号从 0 开始",
        metavar="N",
    )
    direction: Direction | None = option(
        None, en="where it moves: left, right, up or down", zh="平移方向：left、right、up 或 down"
    )
    shift: int = option(
        3, en=f"by how many pixels, 1 to {FAR}", zh=f"平移多少像素，1 到 {FAR}", metavar="PIXELS"
    )

    def __post_init__(self) -> None:
        if not 1 <= self.shift <= FAR:
            raise UsageError(f"a shift by {self.shift} pixels is not shown: give 1 to {FAR}")
        if self.direction is not None and self.direction not in _STEP:
            raise UsageError(
                f"there is no direction {self.direction!r}: give {', '.join(get_args(Direction))}"
            )
        check_filter(self.filter, self.cnn.shapes[self.layer][-1], self.layer)
        check_picture(self.picture, self.cnn)
        self.beats()  # a length that cannot be is refused at once

    @cached_property
    def cnn(self) -> Network:
        """The convnet that ships."""
        return Network.load("cnn")

    @cached_property
    def dense(self) -> Network:
        """The dense baseline that ships."""
        return Network.load("dense")

    @cached_property
    def layers(self) -> tuple[str, ...]:
        """Names of the convnet's layers with maps."""
        return tuple(layer.name for layer in with_maps(self.cnn))

    @property
    def layer(self) -> str:
        """Name of the first convolution."""
        return self.layers[0]

    @cached_property
    def _example(self) -> tuple[Picture, str]:
        """The digit and the direction that are shown.

        The stored example; for other shifts or directions the bundled digit that both networks
        read right in place, from which no ink leaves the frame, and that after the shift only the
        convnet reads right, as surely as can be found. For a digit of the user's the direction
        alone is chosen so.
        """
        stored = examples.load()[self.name]
        if self.picture is None and self.direction is None and self.shift == stored["pixels"]:
            return digits.sample(stored["sample"]), stored["direction"]
        pictures = (self.picture,) if self.picture is not None else digits.load()
        directions = (self.direction,) if self.direction is not None else tuple(_STEP)
        pairs = [(picture, direction) for picture in pictures for direction in directions]
        still = np.stack([picture.pixels for picture, _ in pairs])
        gone = np.stack([moved(p.pixels, d, self.shift) for p, d in pairs])
        labels = np.array(
            [self._label(picture, self.cnn(picture.pixels[np.newaxis])[0]) for picture in pictures]
        ).repeat(len(directions))
        whole = np.isclose(still.sum(axis=(1, 2, 3)), gone.sum(axis=(1, 2, 3)))
        each = np.arange(len(pairs))
        before = [network(still)[each, labels] for network in (self.cnn, self.dense)]
        after = [network(gone)[each, labels] for network in (self.cnn, self.dense)]
        shows = whole & (before[0] > 0.5) & (before[1] > 0.5) & (after[0] > 0.5)
        score = np.where(shows, 1.0, 0.0) + whole + after[0] - after[1]
        picture, direction = pairs[int(np.argmax(score))]
        return picture, direction

    @staticmethod
    def _label(picture: Picture, probabilities: Floats) -> int:
        """Its class if it is known, or what the convnet takes it for."""
        return int(np.argmax(probabilities)) if picture.label is None else picture.label

    @property
    def shown_picture(self) -> Picture:
        """The picture that is moved."""
        return self._example[0]

    @property
    def shown_direction(self) -> str:
        """Where it is moved to."""
        return self._example[1]

    @cached_property
    def traces(self) -> tuple[Trace, ...]:
        """The picture, moved by 0 to FAR pixels, on its way through the convnet."""
        return tuple(
            Trace(self.cnn, moved(self.shown_picture.pixels, self.shown_direction, pixels))
            for pixels in range(FAR + 1)
        )

    @property
    def label(self) -> int:
        """The class that is asked for."""
        return self._label(self.shown_picture, self.traces[0].probabilities)

    @cached_property
    def chances(self) -> tuple[Floats, Floats]:
        """Probabilities by the convnet and the dense network, each (FAR + 1, classes)."""
        pictures = np.stack([trace.image for trace in self.traces])
        cnn = np.stack([trace.probabilities for trace in self.traces])
        return cnn, np.stack([Trace(self.dense, picture).probabilities for picture in pictures])

    @cached_property
    def shown_filter(self) -> int:
        """The filter asked for, or the one with the largest response to the picture."""
        if self.filter is not None:
            return self.filter
        return int(self.traces[0].activations[self.layer].max(axis=(0, 1)).argmax())

    def map_at(self, pixels: int) -> Floats:
        """Return the filter's response map of the picture moved by so many pixels."""
        return np.asarray(self.traces[pixels].activations[self.layer][:, :, self.shown_filter])

    @property
    def map_limit(self) -> float:
        """The largest response of the first convolution wherever the picture is moved to."""
        return max(float(trace.activations[self.layer].max()) for trace in self.traces)

    @cached_property
    def shared(self) -> tuple[int, float]:
        """How many rows or columns both maps share, and their largest difference there.

        Compared are the map of the moved picture and the moved map of the picture, all filters.
        Where ink has left the frame, or zeros came in, they need not agree.
        """
        first, second = (self.traces[n].activations[self.layer] for n in (0, self.shift))
        down, right = (self.shift * part for part in _STEP[self.shown_direction])
        size = first.shape[0]
        count = size - self.shift
        rows = slice(max(down, 0), size + min(down, 0))
        cols = slice(max(right, 0), size + min(right, 0))
        expected = moved(first, self.shown_direction, self.shift)
        return count, float(np.abs(second - expected)[rows, cols].max())

    @cached_property
    def stop(self) -> tuple[int, int]:
        """The place of the largest response whose window stays in the frame all the way."""
        response = self.map_at(0).copy()
        down, right = (FAR * part for part in _STEP[self.shown_direction])
        keep = np.zeros_like(response)
        size = response.shape[0]
        keep[max(-down, 0) : size - max(down, 0), max(-right, 0) : size - max(right, 0)] = 1
        row, col = np.unravel_index(int((response * keep).argmax()), response.shape)
        return int(row), int(col)

    def stop_at(self, pixels: int) -> tuple[int, int]:
        """Return where that place is after a shift."""
        down, right = _STEP[self.shown_direction]
        return self.stop[0] + pixels * down, self.stop[1] + pixels * right

    @cached_property
    def differences(self) -> npt.NDArray[np.float64]:
        """How far map(moved) is from moved(map) on 20 test digits, (layers, shifts), as stored."""
        rows = [facts.row("shift", pixels=pixels, network="cnn") for pixels in SHIFTS]
        return np.array([[row[f"{layer}_differs"] for row in rows] for layer in self.layers])

    def accuracy(self, network: str) -> tuple[float, ...]:
        """Return the stored accuracy on 10,000 digits after shifts by 0 to FAR pixels."""
        return tuple(
            facts.row("shift", pixels=pixels, network=network)["accuracy"]
            for pixels in range(FAR + 1)
        )

    def by_place(self, pixels: int) -> npt.NDArray[np.float64]:
        """Return what each place of the last map adds to the class's logit, (height, width)."""
        last = name_of(self.cnn, "last map")
        maps = self.traces[pixels].activations[last].astype(np.float64)
        kernel = self.cnn.weights_of(name_of(self.cnn, "classifier"))["kernel"]
        weights = kernel[:, self.label].astype(np.float64)
        return np.asarray((maps * weights.reshape(maps.shape)).sum(axis=2))

    def bias(self) -> float:
        """Return the bias of the class's logit."""
        return float(self.cnn.biases(name_of(self.cnn, "classifier"))[self.label])

    def make_beats(self) -> Iterator[Beat]:
        """Tell the lesson: what follows exactly, what nearly, and what does not."""
        count, difference = self.shared
        where = terms.DIRECTIONS[self.shown_direction]
        yield self.beat("question", self.question, 4.5)
        follows = _FOLLOWS.fill(
            n=count,
            lines=_LINES[self.shown_direction in ("left", "right")],
            s=self.shift,
            d=plain(difference),
            f=fmt.count(self._filters),
        )
        yield self.beat("follows", follows, 9.0)
        first = self.differences[1]
        yield self.beat(
            "layers",
            _LAYERS.fill(layer=self.layers[1], a=fmt.number(first[0]), b=plain(first[1])),
            7.0,
        )
        yield self.beat("guess", self._guess_caption(where), 11.0)
        cnn, dense = (self.accuracy(network)[self.shift] for network in ("cnn", "dense"))
        chosen = self.picture is None and self._disagree
        curve = (_CURVE_CHOSEN if chosen else _CURVE).fill(
            s=self.shift, p=fmt.percent(cnn), q=fmt.percent(dense)
        )
        yield self.beat("curve", curve, 7.5)
        yield self.beat("why", _WHY.fill(n=self.by_place(0).size), 7.5)
        yield self.beat("answer", self.answer, 6.5)

    @property
    def _filters(self) -> int:
        return int(self.traces[0].activations[self.layer].shape[2])

    @property
    def _disagree(self) -> bool:
        """Whether the networks say different things after the shift."""
        cnn, dense = (int(chances[self.shift].argmax()) for chances in self.chances)
        return cnn != dense

    def _guess_caption(self, where: Caption) -> Caption:
        said = [chances.argmax(axis=1) for chances in self.chances]
        values: dict[str, Any] = {
            "w": where,
            "s": self.shift,
            "a": int(said[0][self.shift]),
            "b": int(said[1][self.shift]),
            "f": FAR,
            "c": int(said[0][FAR]),
            "e": int(said[1][FAR]),
        }
        if self.shift == FAR:
            return _GUESS_ONCE.fill(**{name: values[name] for name in _GUESS_ONCE.fields})
        return _GUESS.fill(**values)


def plain(value: float) -> str:
    """Print an exact zero as 0, anything else with two decimals or the power of ten it has."""
    if value == 0:
        return "0"
    return fmt.number(value) if value >= 0.005 else f"{value:.0e}".replace("-", fmt.MINUS)


_LINES = (Caption(en="rows", zh="行"), Caption(en="columns", zh="列"))
_FOLLOWS = Caption(
    en="The digit moves {s} pixels, the map {s} cells: on the {n} {lines} that stay in view, "
    "the largest difference of all {f} maps is {d}.",
    zh="手写数字平移 {s} 个像素，响应图也平移 {s} 格："
    "{f} 张图在前后重叠的 {n} {lines}上，最大差值为 {d}。",
)
_LAYERS = Caption(
    en="Pooling moves in steps of 2: after 1 pixel {layer} differs by up to {a}, after 2 by {b}.",
    zh="池化每次移动 2 格：平移 1 个像素，{layer} 最多相差 {a}；平移 2 个像素，相差 {b}。",
)
_GUESS = Caption(
    en="Moved {w} by {s}, the convnet says {a}, the dense network {b}; by {f}, they say {c} and "
    "{e}.",
    zh="向{w}平移 {s} 个像素，卷积网络预测为 {a}，全连接网络为 {b}；"
    "平移 {f} 个像素，分别为 {c} 和 {e}。",
)
_GUESS_ONCE = Caption(
    en="Moved {w} by {s} pixels, the convnet says {a}, the dense network {b}.",
    zh="向{w}平移 {s} 个像素，卷积网络预测为 {a}，全连接网络为 {b}。",
)
_CURVE = Caption(
    en="That is one digit. On 10,000 digits moved by {s} pixels: {p} against {q} right.",
    zh="这只是一个样本。10,000 个样本平移 {s} 个像素后，准确率为 {p} 对 {q}。",
)
_CURVE_CHOSEN = Caption(
    en="This digit was chosen because they disagree. On 10,000 digits moved by {s}: {p} against "
    "{q} right.",
    zh="选这个样本，是因为两者预测不同。10,000 个样本平移 {s} 个像素后，准确率为 {p} 对 {q}。",
)
_WHY = Caption(
    en="Flatten gives each of the {n} places its own weights; a shifted digit meets other weights.",
    zh="展平后，{n} 个位置各用各的权重；数字移动后，乘上的就是另一组权重。",
)
