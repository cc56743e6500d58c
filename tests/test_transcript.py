"""The transcript: all that is said and every number that is seen, told when it is seen."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

pytest.importorskip("manim", reason="scenes need the extra 'video'")

import played as plays
from short_lesson import ShortLesson
from test_rendering import SCENE

from convexplain.lessons.sliding_window import SlidingWindow
from convexplain.stage import Label, PixelGrid
from convexplain.style import format as fmt
from convexplain.style.theme import Look
from convexplain.video import subtitles, transcript
from convexplain.video.job import QUALITIES, WORDS, Job
from convexplain.video.rendering import render
from tests.often import covering

NUMBER = re.compile(r"\d[\d,.]*\d|\d")


def told(lesson, look):
    """Play a lesson for its transcript, without what Manim needs beside it."""
    from manim import tempconfig

    settings = {"dry_run": True, "pixel_height": 480, "pixel_width": 854, "frame_rate": 15}
    with tempconfig(settings):
        moments = plays.scene_of(lesson).transcript(lesson, look)
    return [transcript.Moment(*moment) for moment in moments]


@pytest.mark.parametrize(
    ("name", "look"),
    covering(
        ["sliding-window", "pooling", "dense-vs-conv"],
        dict(zip(["en", "zh"], plays.LOOKS, strict=True)),
    ),
)
def test_all_that_is_said_and_every_number_on_the_stage_is_told(name, look):
    lesson = plays.lesson_of(name)
    moments = told(lesson, look)
    cues = subtitles.cues_of(lesson, look.lang)
    said = [moment for moment in moments if moment.said]
    assert [moment.said for moment in said] == [" ".join(cue.text.split()) for cue in cues]
    assert [moment.start for moment in said] == pytest.approx([cue.start for cue in cues])
    everything = " ".join(line for moment in moments for line in moment.seen)

    seen = set()

    class Watching(plays.scene_of(lesson)):
        def on_event(self, event):
            spoken = {id(label) for label in (*self._title, *self._caption)}
            for part in self.mobjects:
                if getattr(part, "opacity", 1.0) <= 0.05 or id(part) in spoken:
                    continue
                if isinstance(part, Label):
                    seen.update(NUMBER.findall(part.text))
                elif isinstance(part, PixelGrid) and part.numbers and part.values.ndim == 2:
                    seen.update(fmt.number(value) for value in part.values.flat if value == value)

    plays.play_dry(Watching, lesson, look)
    assert len(seen) > 10
    missing = {number for number in seen if number not in everything}
    assert missing == set()


def test_what_is_seen_is_told_when_it_is_there():
    """The numbers of the first stop, by hand: its products are those of the step, its map one."""
    lesson = SlidingWindow()
    moments = told(lesson, Look("en"))
    names = [event.name for beat in lesson.beats() for event in beat.events]
    at = dict(zip(names, moments, strict=True))
    assert any(line.startswith("Now to be seen: Input: 28 × 28") for line in at["search"].seen)
    step = lesson.first
    products = "; ".join(
        ", ".join(fmt.number(value) for value in row) for row in step.products[:, :, 0]
    )
    assert f"Now to be seen: Products, cell by cell: {products}." in at["products"].seen
    assert any(", 1 of 676 computed" in line for line in at["place"].seen)
    assert "1 / 676" in " ".join(at["place"].seen)
    assert any(", 2 of 676 computed" in line for line in at["cut"].seen)
    assert not any("676 computed" in line for line in at["rise"].seen)
    assert any(line.startswith("Gone: Patch") for line in at["sweep"].seen)
    assert "The camera comes near." in at["filter"].seen
    assert "All of the picture is seen again." in at["place"].seen


class Texts(HTMLParser):
    """All text of a page, and its language."""

    def __init__(self):
        super().__init__()
        self.found, self.lang = [], None

    def handle_starttag(self, tag, attributes):
        if tag == "html":
            self.lang = dict(attributes)["lang"]

    def handle_data(self, data):
        self.found.append(data)


def test_the_page_and_the_text_say_the_same_and_escape_what_is_html():
    moments = [
        transcript.Moment(0.0, "1 < 2 & <b>", ("Now to be seen: <i>.",)),
        transcript.Moment(65.5, "", ()),
    ]
    text = transcript.text("Title", "Why?", moments, "en")
    assert text.splitlines()[3:] == ["0:00  1 < 2 & <b>", "      Now to be seen: <i>.", "1:05"]
    page = Texts()
    page.feed(transcript.page("Ti<tle", "为什么？", moments, "zh"))
    read = " ".join("".join(page.found).split())
    assert page.lang == "zh"
    assert "Ti<tle" in read
    assert "0:00 1 < 2 & <b>" in read
    assert "为什么？以下是" in read


@pytest.mark.render
def test_what_is_said_across_a_seam_is_told_once():
    seam = [
        transcript.Moment(0.0, "Look.", ("Gone: a",)), transcript.Moment(2.0, "Look.", ("b",)),
        transcript.Moment(3.0, "", ()), transcript.Moment(4.0, "", ()),
    ]  # fmt: skip
    assert transcript.joined(seam) == [(0.0, "Look.", ("Gone: a", "b")), *seam[2:]]


@pytest.mark.usefixtures("one_process")
def test_a_transcript_stands_beside_the_video_or_alone(tmp_path):
    beside = Job(ShortLesson(), tmp_path / "a.mp4", Look("zh"), QUALITIES["l"], scene_file=SCENE,
                 subtitles=False, transcript=True)  # fmt: skip
    alone = Job(ShortLesson(), tmp_path / "b.words", Look("zh"), QUALITIES["l"], scene_file=SCENE,
                still=WORDS)  # fmt: skip
    render([beside, alone])
    assert {path.name for path in tmp_path.iterdir()} == {
        "a.mp4", "a.transcript.html", "a.transcript.txt", "b.words",
    }  # fmt: skip
    moments = transcript.read(tmp_path / "b.words")
    assert [moment.start for moment in moments] == [0.0, 0.8]
    text = (tmp_path / "a.transcript.txt").read_text("utf-8")
    title, about = (caption.text("zh") for caption in (ShortLesson.title, ShortLesson.question))
    assert text == transcript.text(title, about, moments, "zh")


def test_a_moment_has_the_second_in_which_it_begins():
    parts = [2.8, 0.2, 2.4]  # 2.8 + 0.2 is a hair below 3
    assert [transcript._clock(sum(parts[:n])) for n in (1, 2, 3)] == ["0:02", "0:03", "0:05"]
    assert transcript._clock(3.0 - 1e-9) == "0:03"
    assert transcript._clock(119.9) == "1:59"
