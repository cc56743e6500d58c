"""How many training digits both networks need, and the same with all pixels shuffled."""

from __future__ import annotations

import math

from convexplain.data import facts
from convexplain.figures import _base, _charts, _shapes, _words
from convexplain.figures._base import HEADING, LABEL, NOTE, AnyFigure, Sheet
from convexplain.lessons.dense_vs_conv import CNN, DENSE, IN_PLACE, SHUFFLED, DenseVsConv, Points
from convexplain.style import format as fmt
from convexplain.style.captions import Caption
from convexplain.style.theme import Look

Options = DenseVsConv

_HEADS = {
    IN_PLACE: Caption(en="pixels in place", zh="像素在原位"),
    SHUFFLED: Caption(en="control: pixels shuffled by one rule", zh="对照：像素按同一规则打乱"),
}
_NOTES = (
    Caption(
        en="Test accuracy; the axis starts at {p}.",
        zh="测试准确率；纵轴从 {p} 开始。",
    ),
    Caption(
        en="Across: different training digits read in {n} steps (logarithmic).",
        zh="横轴：{n} 步里读过的不同训练样本数（对数刻度）。",
    ),
    Caption(en="Shaded: lowest to highest of {n} seeds.", zh="阴影：{n} 个随机种子的最低到最高。"),
)
_ALT = Caption(
    en="Two line charts of test accuracy, with the number of training digits in parentheses. "
    "Pixels in place: CNN {a}; dense network {b}. Pixels shuffled by one rule for all digits: CNN "
    "{c}; dense network {d}.",
    zh="两幅折线图：测试准确率，括号内为训练样本数。像素在原位：CNN {a}；全连接网络 {b}。"
    "所有样本的像素按同一规则打乱：CNN {c}；全连接网络 {d}。",
)
_CAPTION = Caption(
    en="Trained on {n} digits, the convnet reads {a} of the test right, the dense network {b}. "
    "With the pixels shuffled by one rule it is {c} against {d}: the lead rests on neighbours.",
    zh="只用 {n} 个样本训练，卷积网络的测试准确率为 {a}，全连接网络为 {b}。"
    "按同一规则打乱像素后为 {c} 对 {d}：领先靠的是相邻像素的关系。",
)
_CAPTION_EQUAL = Caption(
    en="Trained on {n} digits, the convnet reads {a} of the test right, the dense network {b}. "
    "With the pixels shuffled by one rule it is {c} against {d}.",
    zh="只用 {n} 个样本训练，卷积网络的测试准确率为 {a}，全连接网络为 {b}。"
    "按同一规则打乱像素后为 {c} 对 {d}。",
)


def draw(
    options: DenseVsConv,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw the curves of both networks, and beside them those of the control.

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
    height = (170.0 if page else 328.0) + len(notes) * _base.leading(NOTE)
    sheet = _base.sheet(look, width, height, figure)
    left, right, top = 30.0, 58.0, 24.0
    step = sheet.width / 2 if page else 0.0
    across = (step or sheet.width) - left - right
    down = 118.0
    first, second = (left, top, across, down), (left + step, top, across, down)
    if not page:
        second = left, top + down + 40, across, down
    _panel(sheet, options, IN_PLACE, first)
    _panel(sheet, options, SHUFFLED, second)
    _words.write_notes(sheet, notes)
    return sheet.figure


def _panel(
    sheet: Sheet, options: DenseVsConv, pixels: str, place: tuple[float, float, float, float]
) -> None:
    """Draw both networks' curves, with numbers at their first point and names at their last."""
    lang, lowest = sheet.look.lang, _lowest()
    head = sheet.text(
        place[0] - 26, place[1] - 15, _HEADS[pixels].text(lang), HEADING, ha="left", weight="bold"
    )
    head.set_gid(f"head-{pixels}")
    curves = {network: options.curve(network, pixels) for network in (CNN, DENSE)}
    digits = curves[CNN].digits
    decade = (place[2] - 29) / math.log10(digits[-1] / digits[0])
    # A number that would lie upon the last one is left out.
    between = [n for n in (1_000, 10_000) if decade * math.log10(digits[-1] / n) > 28]
    ticks = [digits[0], *between, digits[-1]]
    tens = [n / 10 for n in range(round(10 * lowest), 11)]
    chart = _charts.axes(
        sheet, place, ticks, tens,
        x_text=lambda x: fmt.count(int(x)), y_text=lambda y: fmt.percent(y, 0), log_x=True,
        margin=(29 * 1.03 / (place[2] - 29), 0.03),
    )  # fmt: skip
    chart.set_gid(f"chart-{pixels}")
    for network, points in curves.items():
        rows = facts.rows("samples", network=network, pixels=pixels)
        low, high = ([row[end] for row in rows] for end in ("lowest", "highest"))
        _charts.band(sheet, chart, digits, low, high, network, gid=f"band-{network}-{pixels}")
        _charts.curve(
            sheet, chart, digits, points.accuracy, network, gid=f"curve-{network}-{pixels}"
        )
        style, y = _charts.STYLES[network], points.accuracy[0]
        first = chart.annotate(
            fmt.percent(y), (digits[0], y), (-5 * sheet.scale, 0), textcoords="offset points",
            ha="right", va="center_baseline", color=_shapes.colour_of(sheet, style.colour),
            fontproperties=_base.font(LABEL * sheet.scale, style.weight), zorder=6,
        )  # fmt: skip
        first.set_gid(f"first-{network}-{pixels}")
        _shapes.set_off(sheet, first)
    last = {network: points.accuracy[-1] for network, points in curves.items()}
    words = {n: f"{_charts.NAMES[n].text(lang)} {fmt.percent(last[n])}" for n in last}
    _charts.ends(
        sheet, place, place[0] + place[2] + 4, last, (tens[0], tens[-1]), words,
        gid=f"last-{pixels}",
    )  # fmt: skip


def _notes(options: DenseVsConv) -> Caption:
    """Say what the axes and the shade are."""
    seeds = len(facts.load("samples")["seeds"])
    low = fmt.percent(_lowest(), 0)
    said = _NOTES[0].fill(p=low), _NOTES[1].fill(n=options.steps), _NOTES[2].fill(n=seeds)
    english = " ".join(part.text("en") for part in said)
    return Caption(en=english, zh="".join(part.text("zh") for part in said))


def _lowest() -> float:
    """Return where the axis begins: the ten per cent below all that is shown."""
    least = min(row["lowest"] for row in facts.rows("samples"))
    return int(10 * least) / 10


def alternative(options: DenseVsConv, lang: str = "en") -> str:
    """Say the numbers of all four curves.

    Parameters
    ----------
    options : DenseVsConv
    lang : {"en", "zh"}
    """
    four = [options.curve(n, p) for p in (IN_PLACE, SHUFFLED) for n in (CNN, DENSE)]
    return _ALT.fill(**dict(zip("abcd", map(_listed, four), strict=True))).text(lang)


def caption(options: DenseVsConv, lang: str = "en") -> str:
    """Say what the charts show.

    Parameters
    ----------
    options : DenseVsConv
    lang : {"en", "zh"}
    """
    four = [options.curve(n, p) for p in (IN_PLACE, SHUFFLED) for n in (CNN, DENSE)]
    told = _CAPTION if four[0].accuracy[0] > four[1].accuracy[0] else _CAPTION_EQUAL
    if four[2].accuracy[0] > four[3].accuracy[0]:
        told = _CAPTION_EQUAL
    shares = {key: fmt.percent(c.accuracy[0]) for key, c in zip("abcd", four, strict=True)}
    return told.fill(n=fmt.count(four[0].digits[0]), **shares).text(lang)


def _listed(points: Points) -> Caption:
    return _words.paired(map(fmt.percent, points.accuracy), map(fmt.count, points.digits))
