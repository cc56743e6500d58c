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

#: Seconds of a stretch, and share of the whole, in which nothing but the caption may change.
LONGEST, MOST = 3.5, 0.25
LOOKS = (Look("en", "dark"), Look("zh", "light"))


@pytest.mark.parametrize("size", [(426, 240), (240, 426)], ids=["wide", "upright"])
@pytest.mark.parametrize("name", lessons.names())
def test_the_picture_stands_still_for_moments_only(name: str, size: tuple[int, int]) -> None:
    lesson = lessons.find(name)()
    scene = scene_class(Job(lesson, Path("none.mp4")))
    found = stillness.measure(scene, lesson, Look(), size)
    assert found.longest <= LONGEST, found
    assert found.share <= MOST, found


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("name", lessons.names())
def test_nothing_overlaps_or_is_cut_at_any_event(name: str, aspect: str, look: Look) -> None:
    """The longest video is played, in which all events are."""
    kind = lessons.find(name)
    if aspect not in kind.aspects:
        pytest.skip(f"{name} is refused in {aspect}")
    check_events(kind(length=120.0), look, aspect)
