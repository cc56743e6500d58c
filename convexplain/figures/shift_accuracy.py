"""How many test digits both networks still read when all are shifted by a few pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from convexplain.data import facts
from convexplain.errors import UsageError
from convexplain.figures import _base, _charts, _shapes, _words
from convexplain.figures._base import HEADING, NOTE, AnyFigure
from convexplain.lessons import option
from convexplain.lessons.dense_vs_conv import CNN, DENSE
from convexplain.style import format as fmt
from convexplain.style.captions import Caption
from convexplain.style.theme import Look

_UP = Caption(en="test accuracy, {n} digits", zh="{n} 个样本的测试准确率")
_ACROSS = Caption(
    en="shift in pixels; shaded: lowest to highest of 4 directions",
    zh="平移的像素数；阴影：4 个方向的最低到最高",
)
_ALT = Caption(
    en="Line chart of the accuracy on {n} test digits, mean of 4 directions, with the shift in "
    "pixels in parentheses. CNN: {cnn}. Dense network: {dense}. From {s} pixels on even the CNN "
    "misreads most digits.",
    zh="折线图：{n} 个测试样本的准确率，取 4 个方向的平均，括号内为平移的像素数。CNN：{cnn}。"
    "全连接网络：{dense}。从 {s} 个像素起，CNN 也会读错多数样本。",
)
_CAPTION = Caption(
    en="On {n} test digits shifted by {s} pixels, the convnet reads {a} right, the dense network "
    "{b}: more tolerant, but not invariant. Both were trained on digits that were not shifted.",
    zh="{n} 个测试样本平移 {s} 个像素后，卷积网络的准确率为 {a}，全连接网络为 {b}："
    "容忍度更高，但并非不变。两者都用未平移的样本训练。",
)
_DIGITS = 10_000


@dataclass(frozen=True)
class Options:
    """Which shift's numbers are written beside the curves."""

    title: ClassVar[Caption] = Caption(
        en="Accuracy when the digits are shifted", zh="手写数字平移后的准确率"
    )

    shift: int = option(
        3,
        en="the shift whose numbers are printed, in pixels",
        zh="标出哪个平移量的数值，单位为像素",
        metavar="PIXELS",
    )

    def __post_init__(self) -> None:
        if self.shift not in self.pixels:
            raise UsageError(
                f"accuracy was not measured for a shift by {self.shift} pixels: "
                f"give {self.pixels[0]} to {self.pixels[-1]}"
            )

    @cached_property
    def pixels(self) -> tuple[int, ...]:
        """The shifts that were measured."""
        return tuple(row["pixels"] for row in self.rows(CNN))

    def rows(self, network: str) -> tuple[dict[str, Any], ...]:
        """Return what was measured of a network, shift by shift."""
        return facts.rows("shift", network=network)

    def accuracy(self, network: str) -> tuple[float, ...]:
        """Return the mean accuracy of the directions, shift by shift."""
        return tuple(row["accuracy"] for row in self.rows(network))


def draw(
    options: Options,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw the curves of both networks.

    Parameters
    ----------
    options : Options
    look : Look
        Language and theme.
    width : float
        In inches; 6.3 fills a page of A4, 3.1 a column.
    figure : Figure or SubFigure, optional
        What is drawn into.

    Returns
    -------
    matplotlib.figure.Figure or SubFigure
    """
    height = 208.0 if width >= _shapes.BROAD else 172.0
    sheet = _base.sheet(look, width, height, figure)
    head = _UP.fill(n=fmt.count(_DIGITS)).text(look.lang)
    sheet.text(4, 9, head, HEADING, ha="left", weight="bold")
    left, top = 32.0, 30.0
    place = (left, top, sheet.width - left - 10, height - top - 30)
    chart = _charts.axes(
        sheet, place, options.pixels, (0, 0.25, 0.5, 0.75, 1),
        x_text=lambda x: str(int(x)), y_text=lambda y: fmt.percent(y, 0),
    )  # fmt: skip
    mark = options.shift
    chart.axvline(mark, color=sheet.theme.muted, lw=0.7 * sheet.scale, ls=(0, (1, 1.6)), zorder=1)
    for network, end in ((CNN, "highest"), (DENSE, "lowest")):
        rows = options.rows(network)
        low, high = ([row[side] for row in rows] for side in ("lowest", "highest"))
        _charts.band(sheet, chart, options.pixels, low, high, network, gid=f"band-{network}")
        ys = options.accuracy(network)
        _charts.curve(sheet, chart, options.pixels, ys, network, gid=f"curve-{network}")
        words = f"{_charts.NAMES[network].text(look.lang)} {fmt.percent(ys[mark])}"
        edge = options.pixels, [row[end] for row in rows]
        _charts.name(
            sheet, chart, place, mark, words, network, edge,
            above=network == CNN, gid=f"name-{network}",
        )  # fmt: skip
    sheet.text(left, height - 8, _ACROSS.text(look.lang), NOTE, ha="left", colour=sheet.theme.muted)
    return sheet.figure


def alternative(options: Options, lang: str = "en") -> str:
    """Say the numbers of both curves.

    Parameters
    ----------
    options : Options
    lang : {"en", "zh"}
    """
    few = next(x for x, y in zip(options.pixels, options.accuracy(CNN), strict=True) if y < 0.5)
    said = {network: _listed(options, network) for network in (CNN, DENSE)}
    return _ALT.fill(n=fmt.count(_DIGITS), s=few, **said).text(lang)


def caption(options: Options, lang: str = "en") -> str:
    """Say what the chart shows.

    Parameters
    ----------
    options : Options
    lang : {"en", "zh"}
    """
    first, second = (fmt.percent(options.accuracy(n)[options.shift]) for n in (CNN, DENSE))
    return _CAPTION.fill(n=fmt.count(_DIGITS), s=options.shift, a=first, b=second).text(lang)


def _listed(options: Options, network: str) -> Caption:
    return _words.paired(map(fmt.percent, options.accuracy(network)), map(str, options.pixels))
