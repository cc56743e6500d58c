"""Every lesson as it is watched: it moves, and nothing overlaps or is cut, in any frame."""

from __future__ import annotations

import pytest

from convexplain import lessons
from convexplain.panels import ASPECTS
from convexplain.style.theme import Look

pytest.importorskip("manim", reason="scenes need the extra 'video'")
pytestmark = pytest.mark.render

import stillness  # noqa: E402
from played import check_events, lasting, lesson_of, scene_of  # noqa: E402

from tests.often import later  # noqa: E402

#: Seconds of a stretch, and share of the whole, in which nothing but the caption may change.
LONGEST, MOST = 3.5, 0.25
#: Seconds after a caption within which its computed numbers are seen: what comes later is given
#: away.
LATE = 0.8
LOOKS = (Look("en", "dark"), Look("zh", "light"))
#: Sizes, frames a second, and whether pixels are compared or what the camera would paint anew: few
#: frames see what stands still; upright pictures move as wide ones.
SEEN = [((426, 240), 4, False), later((426, 240), 10, True), later((240, 426), 10, True)]


#: The chapter's lessons are looked at each time as the film tells them, in test_film_story.py.
ALONE = [
    later(name) if name in lessons.CHAPTER and name != "sliding-window" else name
    for name in lessons.names()
]


@pytest.mark.parametrize(("size", "rate", "painted"), SEEN, ids=["wide", "wide often", "upright"])
@pytest.mark.parametrize("name", ALONE)
def test_the_picture_stands_still_for_moments_only(
    name: str, size: tuple[int, int], rate: int, painted: bool
) -> None:
    lesson = lesson_of(name)
    found = stillness.measure(scene_of(lesson), lesson, Look(), size, rate, painted=painted)
    assert found.longest <= LONGEST, found
    assert found.share <= MOST, found
    early = {key: seconds for key, seconds in found.late.items() if seconds > LATE + 1 / rate}
    assert early == {}, "a caption tells a number before the picture does"


#: Each lesson, in turn, in one of the two frames that differ most; all others take longer.
OFTEN = ((LOOKS[0], "9:16"), (LOOKS[1], "16:9"))
FRAMES = [
    pytest.param(name, look, aspect, id=f"{name}-{look.lang}-{aspect}", marks=marks)
    for n, name in enumerate(lessons.names())
    for look in LOOKS
    for aspect in ASPECTS
    for marks in [() if (look, aspect) == OFTEN[n % 2] else pytest.mark.soak]
]


@pytest.mark.parametrize(("name", "look", "aspect"), FRAMES)
def test_nothing_overlaps_or_is_cut_at_any_event(name: str, look: Look, aspect: str) -> None:
    """The longest video is played, in which all events are."""
    check_events(lasting(lesson_of(name), 120.0), look, aspect)
