"""The title cards before the lessons of a choice: what they mark, and that nothing overlaps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from convexplain import lessons, panels
from convexplain.data import digits
from convexplain.lessons._card import APART, Card, heading
from convexplain.style.captions import Caption
from convexplain.style.theme import Look


def show(lesson, lang, aspect, tmp_path):
    """Run a scene without drawing, and look at it at the end of its beats."""
    from manim import tempconfig

    from convexplain.stage.layout import problems
    from convexplain.video.job import QUALITIES, Job
    from convexplain.video.worker import scene_class, settings

    job = Job(lesson, Path("none.mp4"), Look(lang=lang), QUALITIES["l"], aspect=aspect)
    seen = set()
    sheet = panels.video(aspect)
    left, top = 960 - sheet.width / 2, 540 - sheet.height / 2
    frame = (left, top, left + sheet.width, top + sheet.height)

    class Checked(scene_class(job)):
        def play(self, *args, **kwargs):
            super().play(*args, **kwargs)
            seen.update(part.text for part in self.mobjects if getattr(part, "text", ""))

        def on_beat(self, beat):
            assert not problems(self.mobjects, frame), f"{lesson}, {aspect}"

    with tempconfig({**settings(job, tmp_path), "dry_run": True}):
        scene = Checked(lesson=lesson, look=job.look, skip_animations=True)
        scene.render()
    assert scene.renderer.time == pytest.approx(lesson.seconds, abs=0.1)
    return seen


def cards():
    names = lessons.names()
    for number, name in enumerate(names, start=1):
        kind = lessons.find(name)
        yield Card(
            number=number, count=len(names), heading=heading(kind.title), asked=kind.question
        )


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("aspect", panels.ASPECTS)
def test_every_card_has_a_layout_in_which_nothing_overlaps(aspect, lang):
    for card in cards():
        placed = panels.place(card.diagram(), panels.video(aspect), lang)
        assert panels.problems(placed) == []


@pytest.mark.parametrize(
    ("aspect", "lang"), [("16:9", "zh"), ("4:3", "en"), ("1:1", "zh"), ("9:16", "en")]
)
def test_a_card_shows_all_that_it_has(aspect, lang, tmp_path):
    pytest.importorskip("manim", reason="scenes need the extra 'video'")
    card = next(cards())
    assert card.numbered.text(lang) in show(card, lang, aspect, tmp_path)


def test_a_card_marks_the_strongest_responses_of_its_filter():
    from scipy.signal import correlate2d

    from convexplain.network import Network

    caption = Caption(en="a", zh="一")
    weights = Network.load("cnn").weights
    picture = digits.first(4).pixels[:, :, 0].astype(np.float64)
    strongest = []
    for number in (1, 2, 3):
        card = Card(number=number, count=3, heading=caption, asked=caption)
        kernel = weights["conv1/kernel"][:, :, 0, card.filter].astype(np.float64)
        response = correlate2d(picture, kernel, mode="valid") + weights["conv1/bias"][card.filter]
        values = [response[place] for place in card.places]
        assert values[0] == pytest.approx(response.max(), abs=1e-5)
        assert values == sorted(values, reverse=True)
        assert (
            min(
                max(abs(a.row - b.row), abs(a.col - b.col))
                for a in card.places
                for b in card.places
                if a != b
            )
            >= APART
        )
        strongest.append(values[0])
    assert strongest == sorted(strongest, reverse=True)
