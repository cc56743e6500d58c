"""The opening, the title cards and the summary: what they say, and that nothing overlaps."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from convexplain import lessons
from convexplain.data import digits
from convexplain.lessons._card import APART, Card, heading
from convexplain.lessons._closing import Closing
from convexplain.lessons._opening import Opening
from convexplain.style.captions import Caption
from convexplain.style.theme import Look


def show(lesson, lang, tmp_path):
    """Run a scene without drawing; look at it whenever something goes, and at the end of beats."""
    from manim import tempconfig

    from convexplain.stage.layout import problems
    from convexplain.video.job import Job
    from convexplain.video.worker import scene_class

    class Checked(scene_class(Job(lesson, Path("none.mp4")))):
        looked = 0

        def look(self):
            found = problems(self.mobjects)
            assert not found, f"{lesson}: " + "; ".join(found)
            type(self).looked += 1

        def vanish(self, *mobjects, **options):
            self.look()
            super().vanish(*mobjects, **options)

        def on_beat(self, beat):
            self.look()

    with tempconfig({"dry_run": True, "media_dir": str(tmp_path), "frame_rate": 60}):
        scene = Checked(lesson=lesson, look=Look(lang=lang), skip_animations=True)
        scene.render()
    assert scene.looked > len(lesson.beats()) - 1
    assert scene.renderer.time == pytest.approx(lesson.seconds, abs=0.02)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_overlaps_on_any_card(lang, tmp_path):
    pytest.importorskip("manim", reason="scenes need the extra 'video'")
    names = lessons.names()
    for number, name in enumerate(names, start=1):
        kind = lessons.find(name)
        name = heading(kind.title)
        card = Card(number=number, count=len(names), heading=name, asked=kind.question)
        show(card, lang, tmp_path)
    show(Opening(picture=digits.first(8)), lang, tmp_path)
    show(Closing(), lang, tmp_path)


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
