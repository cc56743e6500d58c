"""The film as one story: whom it is about, which events of each lesson it shows, what carries over.

The digit of the film goes through all lessons; the last picture of each becomes the first picture
of the next, so that there is no card between them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from convexplain.data import digits, examples, facts, kernels
from convexplain.data.pictures import Picture
from convexplain.lessons._card import heading
from convexplain.lessons._closing import Closing
from convexplain.lessons._opening import Opening
from convexplain.lessons.parts.answer_bars import class_label
from convexplain.lessons.parts.beats import USUAL_DETAIL
from convexplain.lessons.parts.finding import find
from convexplain.lessons.parts.lesson import Lesson
from convexplain.lessons.parts.subject import name_of
from convexplain.lessons.parts.telling import HERO, Telling
from convexplain.lessons.parts.walking import find_walks
from convexplain.network import Network, Trace
from convexplain.style.captions import Caption

#: Seconds for which the film rests at a question.
PAUSE = 4.0
#: How sure the convnet and the dense network are of a digit that a film is about.
SURE = (0.99, 0.9)
#: By how many pixels the convnet holds longer, at least; by one where no digit has more.
_LEADS = (2, 1)
#: Under which name of the stored examples the film's digit is found.
EXAMPLE = "film"


@dataclass(frozen=True)
class Protagonist:
    """Whom a film is about."""

    picture: Picture
    #: Where it walks out of its answers; None: the lesson finds it.
    direction: str | None = None


def protagonist(digit: int | None = None) -> Protagonist:
    """Give the digit that a film is about.

    Both networks read it right and are sure (`SURE`). There is a direction in which it walks out of
    both answers before ink is lost, out of the convnet's at least two pixels later. Of such digits
    it is the one that was read right and then wrong again most often during training, then the one
    with the largest lead; the first in a tie. Where a class has none, a lead of one pixel is
    enough. `digit`: of this class; the stored one of all, if not given. Raises UsageError if there
    is no such class.
    """
    if digit is None:
        chosen = examples.load()[EXAMPLE]
        return Protagonist(digits.sample(chosen["sample"]), chosen["direction"])
    first = digits.first(digit)
    numbers = [n for n, each in enumerate(digits.load()) if each.label == first.label]
    found = best(numbers)
    return Protagonist(first) if found is None else Protagonist(digits.sample(found[0]), found[1])


def best(numbers: list[int]) -> tuple[int, str] | None:
    """Return which of some bundled digits a film is best about, and where it walks.

    Result: None if no digit meets the need.
    """
    bundled = digits.load()
    labels = [int(bundled[n].label or 0) for n in numbers]
    networks = [Network.load("cnn"), Network.load("dense")]
    pictures = [bundled[n].pixels for n in numbers]
    for lead in _LEADS:
        walks = find_walks(pictures, labels, networks, least=SURE, lead=lead)
        if walks:
            # Of a digit's directions `find_walks` gives the best first; `max` keeps the first.
            walk = max(
                sorted(walks, key=lambda walk: walk.sample),
                key=lambda walk: (_relapses(numbers[walk.sample]), walk.fails[0] - walk.fails[1]),
            )
            return numbers[walk.sample], walk.direction
    return None


def _relapses(sample: int) -> int:
    """Return how often a bundled digit was read right and then wrong again during training."""
    answers = facts.learning().probabilities[:, sample].argmax(axis=1)
    right = answers == digits.sample(sample).label
    return int((right[:-1] & ~right[1:]).sum())


class Chapter(NamedTuple):
    """How the film tells one lesson."""

    #: Its name.
    lesson: str
    #: What is said as the lesson before becomes it, and as it begins.
    opened: Caption
    #: Names of its usual events that are not shown, with spaces between them.
    left_out: str
    #: Parts of its first picture, and what they come out of; a function of both lessons.
    carried: Mapping[str, str] | Callable[[Any, Any], Mapping[str, str]] = {}  # noqa: RUF012
    #: Gives its options, of the picture of whom the film is about, where they are not the film's.
    options: Callable[[Picture], Mapping[str, Any]] | None = None
    #: What tells it from the chapter of the same lesson before it, in the name of its sounds.
    again: str = ""

    @property
    def name(self) -> str:
        """What its sounds are called after, and what tells it from all other chapters."""
        return f"{self.lesson}-{self.again}" if self.again else self.lesson


def _compared(picture: Picture) -> Mapping[str, Any]:
    """A photograph's tree is built, and stands beside that of whom the film is about."""
    return {"picture": None, "model": "photo", "compared": picture}


def _read(before: Any, after: Any) -> Mapping[str, str]:
    """The map that was pooled takes its place among those that the next layer reads."""
    return {f"map-{before.shown_filter}": "pooled"}


#: The chapters of the film, in the order in which one follows from the other.
CHAPTERS: tuple[Chapter, ...] = (
    Chapter(
        "local-patterns",
        Caption(en="Why? Let us follow this one {k}.", zh="为什么？跟着这个 {k} 去看看。"),
        "shuffle predict train trained neighbours scattered",
        {"input": "digit"},
    ),
    Chapter(
        "sliding-window",
        Caption(en="One small window. What does it compute?", zh="一个小窗口，它算的是什么？"),
        "rise answer",
    ),
    Chapter(
        "response-map",
        Caption(
            en="The window has drawn a map. What do its numbers mean?",
            zh="窗口画出了一张图。这些数说明什么？",
        ),
        "another answer",
    ),
    Chapter(
        "pooling",
        Caption(en="So many numbers. Are all of them needed?", zh="这么多数，都需要吗？"),
        "reads predict-reach with alone layers answer",
        {},
    ),
    Chapter(
        "channels",
        Caption(en="Many maps. Who reads them all?", zh="这么多张图，谁来读？"),
        "question peel window kernels sums added predict-maps answer",
        _read,
    ),
    Chapter(
        "window-size",
        Caption(
            en="Two choices: how many filters, how large a window. Padding, stride: second.",
            zh="两个主要选择：过滤器数量，窗口尺寸；填充和步幅其次。",
        ),
        "predict third reads-3 field-3 three choice",
        {"input": HERO},
    ),
    Chapter(
        "architecture",
        Caption(
            en="Again and again, until ten numbers are left.", zh="一层又一层，直到剩下 10 个数。"
        ),
        "ends",
        {"layer-input": HERO},
    ),
    Chapter(
        "forward-pass",
        Caption(en="Ten numbers. How do they make an answer?", zh="10 个数怎样变成答案？"),
        "respond keep layers products pushes push whole",
        {"input": HERO},
    ),
    Chapter(
        "learning",
        Caption(en="Who made these filters?", zh="这些过滤器是谁做的？"),
        "",
    ),
    Chapter(
        "hierarchy",
        Caption(en="How do such small patterns become a {k}?", zh="这样的小模式怎样变成一个 {k}？"),
        "smallest passes",
        {"input": HERO},
    ),
    Chapter(
        "hierarchy",
        Caption(en="And a photograph? What is it made of?", zh="换成照片呢？它由什么组成？"),
        "pushes predict removing tips hide lost branch",
        options=_compared,
        again="photo",
    ),
    Chapter(
        "translation",
        Caption(en="The {k} stands here. And a little aside?", zh="{k} 在这里。挪开一点呢？"),
        "unit sums",
        {"input": "other-input"},
    ),
    Chapter(
        "dense-vs-conv",
        Caption(en="Now the first question can be answered.", zh="现在可以回答开头的问题了。"),
        "whole learned",
        {"cnn": "step-0", "dense": "step-0"},
    ),
)
_PICTURE = Caption(en="picture", zh="图片")
_LAST = Caption(
    en="The whole way of the {k}, in one picture.", zh="这个 {k} 走过的路，一幅图看完。"
)


#: The lessons that follow one filter of the first convolution.
_FOLLOWING = ("sliding-window", "response-map", "pooling")


def followed_filter(trace: Trace) -> int:
    """Return the edge filter of the first convolution that responds most to a picture."""
    layer = name_of(trace.network, "convolution of the picture")
    weights = trace.network.weights_of(layer)["kernel"].squeeze(axis=2)
    strongest = trace.activations[layer].max(axis=(0, 1))
    edges = [
        n for n in range(weights.shape[-1])
        if kernels.closest_pattern(weights[:, :, n]).kind == "edge"
    ]  # fmt: skip
    return max(edges, key=lambda n: float(strongest[n]))


def tell(
    whom: Protagonist, lang: str, *, filter: int | None = None, pause: float = PAUSE
) -> tuple[Lesson, ...]:
    """Make the parts of the film, each with how it is told.

    `lang`: whose reading time counts. `filter`: of the first convolution, for those lessons that
    follow one; `followed_filter` if not given. `pause`: seconds for which the film rests at a
    question.
    """
    picture = whom.picture
    trace = Trace(Network.load("cnn"), picture.pixels)
    label = _PICTURE if picture.label is None else class_label(trace.network, picture.label)
    shown = followed_filter(trace) if filter is None else filter
    options = {"picture": picture, "pause": pause, "direction": whom.direction}

    def part(kind: type[Lesson], chapter: Chapter | None, **more: Any) -> Lesson:
        taken = {field.name for field in dataclasses.fields(kind)}
        given: dict[str, Any] = options | more
        own = {name: value for name, value in given.items() if name in taken}
        alone = kind(**own)
        left_out = chapter.left_out.split() if chapter else []
        events = tuple(
            event.name
            for beat in alone.designed
            for event in beat.events
            if event.detail <= USUAL_DETAIL and event.name not in left_out
        )
        title = heading(alone.shown_title) if chapter else None
        return alone.retold(Telling(lang, title, events, name=chapter.name if chapter else ""))

    parts = [part(Opening, None)]
    for chapter in CHAPTERS:
        more = {"filter": shown} if chapter.lesson in _FOLLOWING else {}
        more |= chapter.options(picture) if chapter.options else {}
        lesson = part(find(chapter.lesson), chapter, **more)
        said = _with_label(chapter.opened, label)
        parts.append(_retold(lesson, opened=said, hero=picture))
    parts.append(_retold(part(Closing, None, filter=shown), opened=_with_label(_LAST, label)))
    carried = [*(chapter.carried for chapter in CHAPTERS), {"digit": HERO}]
    return (*map(_handing, parts, parts[1:], carried), parts[-1])


def _handing(
    part: Lesson,
    following: Lesson,
    carried: Mapping[str, str] | Callable[[Any, Any], Mapping[str, str]],
) -> Lesson:
    """Let a part hand on what it shows to the next one."""
    names = carried(part, following) if callable(carried) else carried
    return _retold(part, following=following, carried=tuple(names.items()))


def _retold(lesson: Lesson, **how: Any) -> Lesson:
    """Tell a lesson somewhat differently."""
    assert lesson.telling is not None
    return lesson.retold(dataclasses.replace(lesson.telling, **how))


def _with_label(caption: Caption, label: Caption) -> Caption:
    return caption.fill(k=label) if "k" in caption.fields else caption
