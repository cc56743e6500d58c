"""The opening, the title cards and the summary: what they say, and that nothing overlaps."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from convexplain import lessons, panels
from convexplain.data import digits
from convexplain.lessons._card import APART, Card, heading
from convexplain.lessons._closing import Closing
from convexplain.lessons._opening import Opening
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
    opening = Opening(picture=digits.first(8))
    colours = np.zeros((28, 28, 3))
    made = [card.diagram() for card in cards()]
    made += [opening.front(colours), opening.table(colours), Closing().diagram()]
    for diagram in made:
        assert panels.problems(panels.place(diagram, panels.video(aspect), lang)) == []


@pytest.mark.parametrize(
    ("aspect", "lang"), [("16:9", "zh"), ("4:3", "en"), ("1:1", "zh"), ("9:16", "en")]
)
def test_opening_card_and_closing_show_all_that_they_have(aspect, lang, tmp_path):
    pytest.importorskip("manim", reason="scenes need the extra 'video'")
    card = next(cards())
    assert card.numbered.text(lang) in show(card, lang, aspect, tmp_path)
    seen = show(Opening(picture=digits.first(8)), lang, aspect, tmp_path)
    assert {"99.15%", "98.18%"} <= seen
    assert "9 : 784" in show(Closing(), lang, aspect, tmp_path)


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


def test_the_opening_tells_what_was_measured_beside_what_the_chapter_claims():
    stored = json.loads((files("convexplain") / "assets" / "facts.json").read_text("utf-8"))
    measured = {
        row["network"]: row["accuracy"] for row in stored["shift"]["rows"] if row["pixels"] == 0
    }
    cnn, dense = Opening().scores
    assert (cnn.measured, dense.measured) == (measured["cnn"], measured["dense"])
    assert (cnn.told, dense.told) == (0.991, 0.9822)
    told = {beat.name: beat.caption for beat in Opening().beats()}
    for lang in ("en", "zh"):
        assert f"{100 * measured['cnn']:.2f}%" in told["scores"].text(lang)
        assert f"{100 * measured['dense']:.2f}%" in told["scores"].text(lang)


def test_the_closing_counts_as_the_chapter_does():
    beats = Closing().beats()
    numbers = [beat.data.numbers for beat in beats[:-1]]
    assert len(numbers) == 8
    assert numbers[1] == "9 : 784"
    assert numbers[3:] == [
        "3 → 8 → 18",
        "26 × 26 × 32",
        "26 × 26",
        "3 × 3; 32, 64, 128",
        "28 → 26 → 13 → 11 → 5 → 3",
    ]
    said = [beat.caption.text("en") for beat in beats]
    assert f"{104_202 / 407_050:.0%} of the parameters" in said[0]
    assert f"{3_100_032 / 406_528:.1f} times" in said[0]
    assert f"{26 * 26} answers" in said[5]
    assert f"{3 * 3 * 128:,} numbers" in said[7]
    stored = json.loads((files("convexplain") / "assets" / "facts.json").read_text("utf-8"))
    share = {
        (row["network"], row["pixels"]): f"{row['accuracy']:.0%}"
        for row in stored["samples"]["rows"]
        if row["digits"] == 100
    }
    assert numbers[2] == f"{share['cnn', 'in place']} : {share['dense', 'in place']}"
    assert f"{share['cnn', 'shuffled']} against {share['dense', 'shuffled']}" in said[2]
