"""Every lesson as it is watched: it moves, and nothing overlaps or is cut, in any frame."""

from __future__ import annotations

from pathlib import Path

import pytest

from convexplain import lessons
from convexplain.panels import ASPECTS
from convexplain.style.theme import Look

pytest.importorskip("manim", reason="scenes need the extra 'video'")
pytestmark = pytest.mark.render

import stillness  # noqa: E402
from played import check_events  # noqa: E402

from convexplain.video.job import Job  # noqa: E402
from convexplain.video.worker import scene_class  # noqa: E402
from tests.often import later  # noqa: E402

#: Seconds of a stretch, and share of the whole, in which nothing but the caption may change.
LONGEST, MOST = 3.5, 0.25
LOOKS = (Look("en", "dark"), Look("zh", "light"))
#: Sizes and frames a second: few frames see what stands still; upright pictures move as wide ones.
SEEN = [((426, 240), 4), later((426, 240), 10), later((240, 426), 10)]


@pytest.mark.parametrize(("size", "rate"), SEEN, ids=["wide", "wide often", "upright"])
@pytest.mark.parametrize("name", lessons.names())
def test_the_picture_stands_still_for_moments_only(
    name: str, size: tuple[int, int], rate: int
) -> None:
    lesson = lessons.find(name)()
    scene = scene_class(Job(lesson, Path("none.mp4")))
    found = stillness.measure(scene, lesson, Look(), size, rate)
    assert found.longest <= LONGEST, found
    assert found.share <= MOST, found


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
    kind = lessons.find(name)
    if aspect not in kind.aspects:
        pytest.skip(f"{name} is refused in {aspect}")
    check_events(kind(length=120.0), look, aspect)
