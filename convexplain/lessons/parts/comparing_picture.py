"""What there is to see of two networks with one task: what they look at, learn and misread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain.panels import (
    Axis,
    Bar,
    Bars,
    Cells,
    Chart,
    Column,
    Curve,
    Diagram,
    Dot,
    Either,
    Legend,
    Link,
    Maps,
    Mark,
    Part,
    Row,
    Scale,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

Floats = npt.NDArray[Any]
#: What a cell of a wall of test digits means: read right, or misread.
RIGHT, WRONG = 0.0, 1.0
#: How far apart bars stand that have a frame to themselves, in sizes of their text.
_PITCH = 2.4
#: The same where their text is large.
_CLOSE = 1.9
#: The same in a frame that is high.
_UPRIGHT = 3.4
#: A count of one is seen, where others are many times as many.
_SEEN = 0.12
#: What a small window sees is drawn so large, as a part of the picture's side.
_CUT = 0.42
#: Token of the theme in which each network's bars and curves are drawn.
TONES = {"cnn": "accent", "dense": "muted"}
NAMES = {"cnn": terms.CNN, "dense": terms.DENSE_NETWORK}
SHORT = {"cnn": terms.CNN, "dense": terms.DENSE}


def looks(pixels: Floats, window: tuple[int, int]) -> Diagram:
    """Describe one digit twice: under a small window, and as a whole.

    `pixels`, (height, width). `window`: height and width of the small one.
    """
    small = Cells(
        "cnn", pixels, lines=False, share="digit", title=FIRST_LAYER.fill(name=terms.CNN.capital),
        note=PIXELS_AT_ONCE.fill(n=window[0] * window[1]), marks={"window": Mark(0, 0, *window)},
    )  # fmt: skip
    whole = Cells(
        "dense", pixels, lines=False, share="digit",
        title=FIRST_LAYER.fill(name=terms.DENSE_NETWORK.capital),
        note=PIXELS_AT_ONCE.fill(n=pixels.size),
        marks={"window": replace(Mark(0, 0, *pixels.shape), tone="muted")},
    )  # fmt: skip
    return Diagram(Row(small, whole))


def counted(
    pixels: Floats, kernel: Floats, part: Floats, place: tuple[int, int, int, int], places: int
) -> Diagram:
    """Describe a digit between how often weights of a kernel, and of a template, meet its ink.

    `pixels`, (height, width). `kernel` and `part`: counts for all weights of a kernel, and for
    those of a template at one place. `place`: where these are: row, column, height and width.
    `places`: at how many a kernel lies.
    """
    marks = {
        "window": Mark(0, 0, *kernel.shape),
        "part": replace(Mark(*place), tone="muted"),
    }
    digit = Cells(
        "digit", pixels, lines=False, share="digit", weight=1.0, title=ONE_DIGIT, marks=marks
    )
    most = Scale(float(kernel.max()), MET, signed=False, counts=True, floor=_SEEN)
    everywhere = PLACES.fill(n=fmt.count(places))
    titles = {
        "kernel": KERNEL_OF.fill(n=kernel.size),
        "template": TEMPLATE_OF.fill(n=part.size, m=pixels.size),
    }
    sides = []
    for (name, title), counts in zip(titles.items(), (kernel, part), strict=True):
        # In cells so large that it is as large as the digit.
        grid = Cells(
            name, counts, most, weight=len(pixels) / len(counts), large=True, numbers=True,
            exactly=0, title=title,
        )  # fmt: skip
        told = everywhere if name == "kernel" else ONE_PLACE
        sides.append(Column(grid, _told(f"{name}-places", told, everywhere), gap=0.6,
                            align="middle"))  # fmt: skip
    legend = Legend("legend", every=True)
    beside = Row(sides[0], Column(digit, legend, gap=0.6, align="middle"), sides[1], gap=2.7,
                 align="top")  # fmt: skip
    upright = Column(digit, Row(*sides), legend, align="middle")
    return Diagram(Either(beside, upright), (Link("digit.part", "template", "zoom", "muted"),))


def _told(name: str, words: Caption, widest: Caption) -> Text:
    """Say in large words what is counted."""
    return Text(name, words, role="heading", weight="bold", widest=widest)


def needed(
    dense: tuple[int, float],
    convnet: Mapping[int, float],
    steps: int,
    seeds: int,
) -> Diagram:
    """Describe the share of mistakes after learning from so many digits.

    `dense`: how many digits the dense network read, and its share of mistakes. `convnet`: the
    convnet's, by how many it read. `steps` and `seeds`: how the networks were trained.
    """
    measured = [("dense", *dense), *(("cnn", *each) for each in convnet.items())]
    bars = [
        Bar(f"{network}-{digits}", LEARNED_FROM.fill(name=SHORT[network], n=fmt.count(digits)),
            share, fmt.percent(share), TONES[network])
        for network, digits, share in measured
    ]  # fmt: skip
    most = max(share for _, _, share in measured)
    first = bars[0]
    lost = Bars(
        "needed", bars, Scale(most), title=SHARE_WRONG, thick=1.2, role="heading",
        level=(first.name, TO_BEAT.fill(p=first.text)),
    )  # fmt: skip
    told = REPEATED.fill(n=fmt.count(steps), m=seeds)
    # Where the frame is not that broad, their text is smaller.
    sizes: list[tuple[int, float, Literal["text", "heading"], int]] = [
        (44, _UPRIGHT, "heading", 16),
        *((44, pitch, "heading", 52) for pitch in (_PITCH, _CLOSE)),
        *((length, _CLOSE, "heading", length + 8) for length in (36, 28, 22)),
        *((length, _PITCH, "text", length + 8) for length in (24, 16, 12)),
    ]
    return Diagram(
        Either(
            *(
                Column(
                    replace(lost, length=length, pitch=pitch, role=role),
                    Text("trained", told, tone="muted", measure=measure),
                    gap=0.6, align="middle",
                )
                for length, pitch, role, measure in sizes
            )
        )
    )  # fmt: skip


def learned(
    kernels: Floats,
    filters: int,
    templates: Floats,
    units: int,
    parameters: Mapping[str, int] | None = None,
) -> Diagram:
    """Describe the first layers: some kernels of the one, some templates of the other.

    `kernels`, (height, width, shown). `filters`: how many kernels there are in all. `templates`,
    (height, width, shown). `units`: how many templates there are in all. `parameters`: by network;
    bars of them stand below.
    """
    limit = float(max(np.abs(kernels).max(), np.abs(templates).max()))
    scale = Scale(limit, terms.WEIGHT)
    small = Maps(
        "kernels", kernels, scale, columns=4 if kernels.shape[2] % 4 == 0 else None, apart=1.0,
        title=KERNELS.fill(n=kernels.shape[2], m=filters, size=fmt.shape(kernels.shape[:2])),
    )  # fmt: skip
    large = Maps(
        "templates", templates, scale, columns=2 if templates.shape[2] % 2 == 0 else None,
        apart=0.5,
        title=TEMPLATES.fill(n=templates.shape[2], m=units, size=fmt.shape(templates.shape[:2])),
    )  # fmt: skip
    legend = Legend("legend")
    below: list[Part] = [legend]
    if parameters is not None:
        below.append(cost("parameters", terms.PARAMETERS.capital, parameters))
    return Diagram(
        Either(
            Column(Row(small, large, align="top"), Row(*below), align="middle"),
            Column(small, large, *below, align="middle"),
        )
    )


def trained(
    kernel: Floats, responses: Floats, template: Floats, mistakes: Mapping[str, int]
) -> Diagram:
    """Describe a kernel and its response at every place, and a template, which has one.

    `kernel`, `responses` and `template`, (height, width). `mistakes`: of both networks, each told
    below its own.
    """
    weights = Scale(float(max(np.abs(kernel).max(), np.abs(template).max())), terms.WEIGHT)
    places = PLACES.fill(n=fmt.count(responses.size))
    small = Cells(
        "kernel", kernel, weights, share="digit", fine=kernel.shape[0] / template.shape[0],
        title=terms.KERNEL.capital,
    )  # fmt: skip
    answers = Scale(float(responses.max()), terms.RESPONSE_MAP, signed=False)
    everywhere = Cells(
        "map", responses, answers, lines=False, share="digit", title=terms.RESPONSE_MAP.capital,
        counter=places,
    )  # fmt: skip
    whole = Cells("template", template, weights, share="digit", lines=False, title=A_TEMPLATE)
    wrong = {
        network: Text(
            f"{network}-wrong",
            NAMED_MISTAKES.fill(name=SHORT[network].capital, n=fmt.count(n), places=told),
            role="heading", weight="bold",
        )
        for (network, n), told in zip(mistakes.items(), (places, ONE_PLACE), strict=True)
    }  # fmt: skip
    by_kernel, by_template = (wrong[network] for network in NAMES)
    left = Column(Row(small, everywhere, align="top"), by_kernel, align="middle")
    right = Column(whole, by_template, align="middle")
    legend = Legend("legend", row=True)
    return Diagram(
        Either(
            *(
                Column(one, legend, align="middle")
                for one in (Row(left, right, align="bottom"), Column(left, right, align="middle"))
            )
        )
    )


def cost(
    name: str,
    title: Caption,
    values: Mapping[str, int],
    ranges: Mapping[str, Sequence[int]] | None = None,
) -> Bars:
    """Describe what one thing costs both networks: two bars that begin at zero.

    `values`: by network. `ranges`: what several trainings came to; the lowest and the highest are
    told in parentheses.
    """
    bars = [
        Bar(
            network, SHORT[network], value,
            fmt.count(value) + (f" ({min(runs)}–{max(runs)})" if runs else ""), TONES[network],
        )
        for network, value in values.items()
        for runs in [ranges[network] if ranges else ()]
    ]  # fmt: skip
    return Bars(name, bars, Scale(max(values.values())), title=title, length=18, thick=1.4)


def comparison(
    parameters: Mapping[str, int],
    work: Mapping[str, int],
    mistakes: Mapping[str, int],
    ranges: Mapping[str, Sequence[int]],
    tested: int,
    note: Caption,
) -> Diagram:
    """Describe what both networks cost, and what they misread, side by side.

    `parameters`, `work` and `mistakes`: by network. `ranges`: mistakes of each training. `tested`:
    test digits. `note`: what is said below.
    """
    wrong = MISTAKES_ON.fill(n=fmt.count(tested))
    three = (
        cost("parameters", terms.PARAMETERS.capital, parameters),
        cost("multiplications", terms.MULTIPLICATIONS.capital, work),
        cost("mistakes", wrong, mistakes, ranges),
    )
    broad, narrow = (
        Text("note", note, role="note", tone="muted", measure=measure) for measure in (54, 24)
    )
    return Diagram(
        Either(
            Column(Row(*three), broad, align="middle"),
            Column(*three, narrow, align="middle"),
        )
    )


def costs(parameters: Mapping[str, int], work: Mapping[str, int], times: str) -> Diagram:
    """Describe what both networks cost: parameters, and multiplications for one picture.

    How many times as many of these the one makes is told above them.
    """
    first = replace(cost("parameters", terms.PARAMETERS.capital, parameters), pitch=_PITCH)
    told = Caption(en=f"× {times}", zh=f"× {times}")
    second = replace(cost("work", terms.MULTIPLICATIONS.capital, work), counter=told, pitch=_PITCH)
    return Diagram(Column(first, second, gap=2.0, align="right"))


def walls(
    misread: Mapping[str, Floats],
    counters: Mapping[str, int],
    told: Caption,
) -> Diagram:
    """Describe all test digits, twice, a cell each; what a network misreads is lit.

    `misread`, (rows, cols): by network; `RIGHT` or `WRONG` for each digit. `counters`: how many
    mistakes are told below each. `told`: what the colours mean.
    """
    widest = MISTAKES.fill(n="000")
    both = [
        Column(
            Cells(network, values, share="test", lines=False, title=NAMES[network].capital),
            _told(f"{network}-count", MISTAKES.fill(n=fmt.count(counters[network])), widest),
            gap=0.6, align="middle",
        )
        for network, values in misread.items()
    ]  # fmt: skip
    note = Text("told", told, role="note", tone="muted")
    return Diagram(Column(Row(*both), note, align="middle"))


def shuffling(pixels: Floats, shuffled: Floats, place: tuple[int, int, int, int]) -> Diagram:
    """Describe a digit, and the same pixels where the fixed permutation takes them.

    Beside each stands what a small window sees, at one place of both. `pixels` and `shuffled`,
    (height, width). `place`: row, column, height and width of the window.
    """
    row, col, high, wide = place
    pairs: list[Part] = []
    for panel in _pair(pixels, shuffled):
        seen = panel.values[row : row + high, col : col + wide]
        fine = high / (_CUT * panel.shape[0])
        cut = Cells(f"{panel.name}-cut", seen, share="digit", lines=False, fine=fine)
        whole = replace(panel, marks={"window": Mark(*place)})
        pairs.append(Row(whole, cut, gap=0.7, align="middle"))
    links = [Link(f"{name}.window", f"{name}-cut", "zoom") for name in ("before", "after")]
    return Diagram(Row(*pairs, gap=1.2), tuple(links))


def _pair(pixels: Floats, shuffled: Floats) -> tuple[Cells, Cells]:
    return (
        Cells("before", pixels, lines=False, share="digit", title=IN_PLACE),
        Cells("after", shuffled, lines=False, share="digit", title=SHUFFLED),
    )


def control(
    pixels: Floats,
    shuffled: Floats,
    mistakes: Mapping[str, tuple[float, float]],
    steps: int,
    seeds: int,
) -> Diagram:
    """Describe the share of mistakes of both networks, with pixels in place and shuffled.

    `pixels` and `shuffled`, (height, width). `mistakes`: by network: in place, shuffled. `steps`
    and `seeds`: how the networks were trained.
    """
    bars = [
        Bar(f"{network}-{n}", words.fill(name=SHORT[network]), share, fmt.percent(share),
            TONES[network])
        for network, shares in mistakes.items()
        for n, (words, share) in enumerate(zip((_PLAIN, _SHUFFLED), shares, strict=True))
    ]  # fmt: skip
    most = max(share for shares in mistakes.values() for share in shares)
    note = TRAINED.fill(n=fmt.count(steps), m=seeds)
    lost = Bars(
        "control", bars, Scale(most), title=SHARE_WRONG, note=note, length=18, pitch=1.4 * _PITCH,
    )  # fmt: skip
    before, after = _pair(pixels, shuffled)
    return Diagram(
        Either(
            Row(Column(before, after), lost),
            Column(Row(before, after), lost, align="middle"),
        )
    )


class Measured(NamedTuple):
    """What one network's trainings on fewer and fewer digits came to."""

    digits: Sequence[int]
    accuracy: Sequence[float]
    by_seed: Sequence[Sequence[float]]


def samples(curves: Mapping[str, Measured], steps: int, seeds: int) -> Diagram:
    """Describe the share of mistakes of both networks against how many digits they read.

    `curves`: by network. `steps` and `seeds`: how the networks were trained.
    """
    wrong = {
        network: measured._replace(accuracy=[1 - share for share in measured.accuracy])
        for network, measured in curves.items()
    }
    most = max(max(measured.accuracy) for measured in wrong.values())
    axis = Axis(SHARE_WRONG, 0.0, np.ceil(20 * most) / 20, percent=True)
    note = TRAINED.fill(n=fmt.count(steps), m=seeds)
    return Diagram(_against_digits("samples", wrong, axis, note=note).broad())


def samples_and_control(
    curves: Mapping[str, Measured],
    shuffled: Mapping[str, Measured],
    steps: int,
    seeds: int,
    about: Caption,
) -> Diagram:
    """Describe the same twice, with pixels in place and shuffled, and how far trainings differ.

    `curves` and `shuffled`: by network. `steps` and `seeds`: how the networks were trained.
    `about`: with which the alternative text begins.
    """
    every = [*curves.values(), *shuffled.values()]
    low = min(share for each in every for trained in each.by_seed for share in trained)
    axis = Axis(terms.ACCURACY, np.floor(20 * low) / 20, 1.0, percent=True)
    plain = _against_digits("in-place", curves, axis, title=IN_PLACE, seeds=True)
    control = _against_digits("shuffled", shuffled, axis, title=CONTROL, seeds=True)
    note = Text("note", EACH_SEED.fill(n=fmt.count(steps), m=seeds), role="note", tone="muted")
    return Diagram(
        Column(Either(Row(plain, control), Column(plain, control)), note), about=about
    )  # fmt: skip


def _against_digits(
    name: str,
    curves: Mapping[str, Measured],
    axis: Axis,
    *,
    title: Caption | None = None,
    note: Caption | None = None,
    seeds: bool = False,
) -> Chart:
    # Before the first point there is room for what it says.
    first = min(measured.digits[0] for measured in curves.values()) / 8
    lines: list[Curve] = []
    dots: list[Dot] = []
    for network, measured in curves.items():
        digits, shares = measured.digits, measured.accuracy
        end = NAMED.fill(name=SHORT[network], p=fmt.percent(shares[-1]))
        lines.append(
            Curve(
                network, np.array(digits, float), np.array(shares), end if seeds else
                NAMES[network], TONES[network], dashed=network == "dense",
            )
        )  # fmt: skip
        marked = 1 if seeds else len(digits)
        dots += [
            Dot(f"{network}-{n}", digits[n], shares[n],
                fmt.percent(shares[n], int(seeds)) if n == 0 else "",
                TONES[network], side="left")
            for n in range(marked)
        ]  # fmt: skip
        if seeds:
            lines += [
                Curve(
                    f"{network}-{end_name}", np.array(digits, float),
                    np.array([extreme(each) for each in measured.by_seed]), tone=TONES[network],
                    strong=False,
                )
                for end_name, extreme in (("lowest", min), ("highest", max))
            ]  # fmt: skip
    return Chart(
        name, lines, Axis(READ, first, log=True), axis,
        size=(16, 28), dots=dots, title=title, note=note,
    )  # fmt: skip


PIXELS_AT_ONCE = Caption(en="{n} pixels at once", zh="一次看 {n} 个像素")
NAMED_MISTAKES = Caption(en="{name}, {places}: {n} misread", zh="{name}，{places}：认错 {n} 个")
ONE_DIGIT = Caption(en="One digit", zh="一个样本")
MET = Caption(en="times a weight met ink", zh="权重遇到墨迹的次数")
KERNEL_OF = Caption(en="Kernel: ink met, all {n}", zh="卷积核：{n} 个权重的次数")
TEMPLATE_OF = Caption(en="Template: ink met, {n} of {m}", zh="模板：{m} 个中 {n} 个的次数")
FIRST_LAYER = Caption(en="{name}, first layer", zh="{name}，第一层")
KERNELS = Caption(
    en="First layer: {n} of {m} kernels, {size}", zh="第一层：{m} 个卷积核中的 {n} 个，{size}"
)
TEMPLATES = Caption(
    en="First layer: {n} of {m} templates, {size}", zh="第一层：{m} 个模板中的 {n} 个，{size}"
)
PLACES = Caption(en="{n} places", zh="{n} 处")
ONE_PLACE = Caption(en="1 place", zh="1 处")
A_TEMPLATE = Caption(en="Template", zh="整幅模板")
LEARNED_FROM = Caption(en="{name}, {n} digits", zh="{name}，{n} 个样本")
MISTAKES = Caption(en="{n} misread", zh="认错 {n} 个")
MISTAKES_ON = Caption(en="Mistakes on {n} digits", zh="{n} 个样本中的错误数")
IN_PLACE = Caption(en="Pixels in place", zh="像素在原位")
SHUFFLED = Caption(en="The same pixels, shuffled", zh="同样的像素，打乱后")
_PLAIN = Caption(en="{name}", zh="{name}")
_SHUFFLED = Caption(en="{name}, shuffled", zh="{name}，打乱")
SHARE_WRONG = Caption(en="Test digits misread", zh="测试样本中认错的比例")
TO_BEAT = Caption(en="to beat: {p}", zh="要胜过：{p}")
REPEATED = Caption(
    en="{n} steps of 64 digits each (small sets are reused), mean of {m} trainings",
    zh="各训练 {n} 步，每步 64 个样本（少的反复使用），{m} 次训练平均",
)
TRAINED = Caption(
    en="{n} steps of 64 digits each, mean of {m} trainings",
    zh="各训练 {n} 步，每步 64 个样本，{m} 次训练平均",
)
READ = Caption(en="different training digits read (logarithmic)", zh="不同训练样本数（对数刻度）")
CONTROL = Caption(en="Control: pixels shuffled by one rule", zh="对照：像素按同一规则打乱")
NAMED = Caption(en="{name} {p}", zh="{name} {p}")
EACH_SEED = Caption(
    en="{n} steps of 64 digits each. Thick: mean of {m} seeds; thin: lowest and highest.",
    zh="各训练 {n} 步，每步 64 个样本。粗线：{m} 次平均；细线：最低和最高。",
)
