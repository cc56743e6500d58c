"""What two networks cost and what they get wrong: three pairs of bars."""

from __future__ import annotations

from convexplain.figures import _base, _cells, _charts, _shapes, _words
from convexplain.figures._base import FRAME, HEADING, LABEL, NOTE, AnyFigure, Sheet
from convexplain.lessons.dense_vs_conv import CHAPTER_DENSE, CNN, DENSE, DenseVsConv, Pair
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption
from convexplain.style.theme import Look

Options = DenseVsConv

_MISTAKES = Caption(en="mistakes on {n} digits", zh="{n} 个样本中的错误数")
_NOTES = Caption(
    en="Dots: mistakes of {n} trainings from different seeds; bar: the network that ships. "
    "Test accuracy: CNN {a} ({b}), dense {c} ({d}); the chapter reports {e} for its dense network.",
    zh="圆点：{n} 次不同随机种子训练的错误数；条形：随附的网络。"
    "测试准确率：CNN {a}（{b}），全连接 {c}（{d}）；教材中的全连接网络为 {e}。",
)
_ALT = Caption(
    en="Three pairs of bars. Parameters: CNN {a}, dense network {b}. Multiplications for one "
    "picture: CNN {c}, dense network {d}. Mistakes on {n} test digits: CNN {e} (trainings from "
    "other seeds: {f}), dense network {g} ({h}).",
    zh="三组条形图。参数：CNN {a}，全连接网络 {b}。处理一幅图的乘法次数：CNN {c}，全连接网络 {d}。"
    "{n} 个测试样本中的错误数：CNN {e}（其他随机种子：{f}），全连接网络 {g}（{h}）。",
)
_CAPTION = Caption(
    en="On this task the CNN has {w}% of the parameters and makes {e}% of the mistakes, for {m} "
    "times the multiplications.",
    zh="在这个任务上，CNN 的参数量是全连接网络的 {w}%，错误数是它的 {e}%，乘法次数是它的 {m} 倍。",
)
_DIGITS = 10_000
# Of a bar, and from the middle of one to the middle of the next.
_BAR, _NEXT = 12.0, 18.0


def draw(
    options: DenseVsConv,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw parameters, multiplications and mistakes of both networks.

    Parameters
    ----------
    options : DenseVsConv
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
    page = width >= _shapes.BROAD
    notes = _words.notes(_notes(options).text(look.lang), width)
    panel, top = 62.0, 9.0
    height = panel * (1 if page else 3) + 10 + len(notes) * _base.leading(NOTE)
    sheet = _base.sheet(look, width, height, figure)
    names, gap = 38.0, 14.0
    across = (sheet.width - names - 3 * gap) / 3 if page else sheet.width - names - gap
    pairs = (
        ("parameters", terms.PARAMETERS, options.parameters),
        ("multiplications", terms.MULTIPLICATIONS, options.multiplications),
        ("mistakes", _MISTAKES.fill(n=fmt.count(_DIGITS)), options.mistakes),
    )
    for n, (gid, head, pair) in enumerate(pairs):
        x, y = (names + n * (across + gap), top) if page else (names, top + n * panel)
        sheet.text(x, y, head.text(look.lang), HEADING, ha="left", weight="bold")
        _bars(sheet, gid, pair, x, y + 19, across, seeds=_by_seed(options) if n == 2 else None)
        if n == 0 or not page:
            for network, at in ((CNN, y + 19), (DENSE, y + 19 + _NEXT)):
                style = _charts.STYLES[network]
                sheet.text(
                    4, at, _charts.NAMES[network].text(look.lang), LABEL, ha="left",
                    weight=style.weight, colour=_shapes.colour_of(sheet, style.colour),
                )  # fmt: skip
    _words.write_notes(sheet, notes)
    return sheet.figure


def _bars(
    sheet: Sheet,
    gid: str,
    pair: Pair,
    x: float,
    y: float,
    across: float,
    seeds: tuple[tuple[int, ...], tuple[int, ...]] | None,
) -> None:
    """Draw two bars from x on, each with its number behind it; the axis begins at 0."""
    numbers = [fmt.count(int(value)) for value in pair]
    if seeds:
        ranges = (f"{min(all_)}–{max(all_)}" for all_ in seeds)
        numbers = [f"{number} ({r})" for number, r in zip(numbers, ranges, strict=True)]
    room = max(_base.text_width(number, LABEL, "bold") for number in numbers) + 8
    largest = max(*pair, *(max(seeds[0] + seeds[1]),) if seeds else ())
    scale = (across - room) / largest
    _cells.line(sheet, [(x, y - _BAR), (x, y + _NEXT + _BAR)], width=_base.FRAME)
    for n, (network, value) in enumerate(zip((CNN, DENSE), pair, strict=True)):
        at, own = y + n * _NEXT, network == CNN
        _shapes.box(
            sheet, x, at - _BAR / 2, value * scale, _BAR, line=0 if own else FRAME,
            fill="ink" if own else "line", gid=f"{gid}-{network}",
        )  # fmt: skip
        end = value * scale
        for seed in seeds[n] if seeds else ():
            # A rim parts the dots from the bar, and from one another.
            (dot,) = sheet.axes.plot(
                [x + seed * scale], [at], "o", ms=4.2 * sheet.scale, mew=0.9 * sheet.scale,
                color=sheet.theme.muted, mec=sheet.theme.background, zorder=3,
                gid=f"seed-{network}",
            )  # fmt: skip
            dot.set_clip_on(False)
            end = max(end, seed * scale + 3)
        number = sheet.text(
            x + end + 4, at, numbers[n], LABEL, ha="left", weight="bold" if own else "regular",
            colour=sheet.theme.ink if own else sheet.theme.muted,
        )  # fmt: skip
        number.set_gid(f"number-{gid}-{network}")


def alternative(options: DenseVsConv, lang: str = "en") -> str:
    """Say all that the bars stand for.

    Parameters
    ----------
    options : DenseVsConv
    lang : {"en", "zh"}
    """
    values = [*options.parameters, *options.multiplications]
    said = dict(zip("abcd", (fmt.count(int(value)) for value in values), strict=True))
    cnn, dense = options.mistakes
    others = [_others(options, n) for n in range(2)]
    return _ALT.fill(
        n=fmt.count(_DIGITS), e=int(cnn), f=others[0], g=int(dense), h=others[1], **said
    ).text(lang)


def caption(options: DenseVsConv, lang: str = "en") -> str:
    """Say what the bars show.

    Parameters
    ----------
    options : DenseVsConv
    lang : {"en", "zh"}
    """
    return _CAPTION.fill(
        w=fmt.number(100 * options.parameters.ratio, 0),
        e=fmt.number(100 * options.mistakes.ratio, 0),
        m=fmt.number(options.multiplications.ratio, 1),
    ).text(lang)


def _by_seed(options: DenseVsConv) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the mistakes of every training of both networks."""
    cnn, dense = (
        tuple(
            round((1 - share) * _DIGITS)
            for share in network.provenance["test_accuracy_by_seed"].values()
        )
        for network in options.networks
    )
    return cnn, dense


def _others(options: DenseVsConv, n: int) -> Caption:
    """List the mistakes of the trainings that do not ship."""
    shipped = options.networks[n].provenance["seed"]
    seeds = options.networks[n].provenance["test_accuracy_by_seed"]
    pairs = zip(seeds, _by_seed(options)[n], strict=True)
    counts = [str(mistakes) for seed, mistakes in pairs if int(seed) != shipped]
    return _words.listed(counts)


def _notes(options: DenseVsConv) -> Caption:
    low, high = options.spread
    ranges = [f"{fmt.number(100 * a)}–{fmt.percent(b, 2)}" for a, b in zip(low, high, strict=True)]
    return _NOTES.fill(
        n=len(options.networks[0].provenance["test_accuracy_by_seed"]),
        a=fmt.percent(options.accuracy.cnn, 2),
        b=ranges[0],
        c=fmt.percent(options.accuracy.dense, 2),
        d=ranges[1],
        e=fmt.percent(CHAPTER_DENSE, 2),
    )
