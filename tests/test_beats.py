"""Beats and events: captions keep their reading time while things move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from convexplain.errors import UsageError
from convexplain.lessons import Beat, Caption, Choice, Event, Lesson, Question
from convexplain.lessons.parts.beats import chapters, marks, paced, shortest, spoken
from convexplain.video import subtitles

TITLE = Caption(en="Sliding window", zh="滑动窗口")
LONG = Caption(en="Multiply each pixel by its weight. " * 2, zh="逐个相乘，再求和。" * 2)
SHORT = Caption(en="Sum?", zh="求和")
ASK = Question(
    SHORT,
    (Choice(Caption(en="0.55", zh="0.55")), Choice(Caption(en="0", zh="0"), SHORT)),
)


def told(pause=3.0):
    """Eight events: one asks, two say nothing, one goes first, one comes last."""
    return (
        Beat.of("question", TITLE, Event("search", 3.0, SHORT)),
        Beat.of(
            "strong",
            TITLE,
            Event("patch", 1.0, LONG),
            Event("filter", 1.0),
            Event("predict", pause, ask=ASK, detail=1),
            Event("products", 4.0, SHORT),
        ),
        Beat.of("blank", TITLE, Event("jump", 5.0, SHORT, detail=1)),
        Beat.of("further", TITLE, Event("more", 20.0, SHORT, detail=2)),
        Beat.of("answer", TITLE, Event("fold", 4.0, SHORT)),
    )


def seconds(beats):
    return {event.name: event.seconds for beat in beats for event in beat.events}


def test_what_moves_takes_the_time_that_its_caption_takes_to_read():
    planned = seconds(paced(told(), None))
    assert planned["patch"] + planned["filter"] == pytest.approx(LONG.reading_time())
    assert planned["patch"] == planned["filter"]  # slowed down alike
    assert planned["products"] == 4.0  # read long before it is over
    assert "more" not in planned


def test_a_short_video_leaves_events_out_and_a_long_one_has_more():
    least = shortest(told())
    short = paced(told(), 12.0)
    assert seconds(short).keys() == {"search", "patch", "filter", "products", "fold"}
    assert [beat.name for beat in short] == ["question", "strong", "answer"]
    long = paced(told(), 60.0)
    assert "more" in seconds(long)
    for length in (least, 12.0, 25.0, 60.0):
        assert sum(beat.seconds for beat in paced(told(), length)) == pytest.approx(length)
    with pytest.raises(UsageError, match=f"1 s is no length .* give {int(np.ceil(least))} "):
        paced(told(), 1.0)
    with pytest.raises(UsageError, match="1000 s is no length"):
        paced(told(), 1000.0)


def test_a_question_rests_as_long_as_it_is_asked_to_in_every_length():
    for length in (30.0, 60.0):
        assert seconds(paced(told(pause=6.0), length))["predict"] == 6.0
    # Too short a pause is as long as the question takes to be read.
    assert seconds(paced(told(pause=0.1), None))["predict"] == pytest.approx(
        ASK.caption.reading_time()
    )


def test_captions_stand_until_the_next_one():
    beats = paced(told(), None)
    said = spoken(beats)
    assert [caption for _, caption in said] == [SHORT, LONG, ASK.caption, SHORT, SHORT, SHORT]
    assert sum(length for length, _ in said) == pytest.approx(sum(b.seconds for b in beats))
    for length, caption in said:
        assert length >= caption.reading_time() - 1e-9


def test_a_beat_says_what_its_events_say():
    strong = told()[1]
    assert strong.caption.text("zh") == LONG.text("zh") + "求和\n0.55 · 0" + "求和"
    assert strong.seconds == 9.0
    with pytest.raises(ValueError, match="nothing happens in beat 'none'"):
        Beat.of("none", TITLE)


def test_a_video_can_be_stopped_at_its_questions_and_before_their_answers():
    beats = paced(told(), None)
    found = marks(beats)
    assert [mark.asks for mark in found] == [False, False, True, False, False, False]
    assert [mark.start for mark in found[1:]] == pytest.approx([mark.end for mark in found[:-1]])
    named = chapters(beats, "en")
    assert named[2][2] == "Predict: Sum?"
    assert named[3][2] == "Sum?"
    assert len(named) == 6


def test_a_question_has_one_right_answer():
    with pytest.raises(ValueError, match="2 choices of 'Sum\\?' are right"):
        Question(SHORT, (Choice(SHORT), Choice(SHORT)))
    with pytest.raises(ValueError, match="asks and says"):
        Event("both", 2.0, SHORT, ask=ASK)
    with pytest.raises(ValueError, match="lasts 0 s"):
        Event("none", 0.0)


@dataclass(frozen=True)
class Eventful(Lesson):
    """Eight events of plain squares."""

    name: ClassVar[str] = "eventful"
    title: ClassVar[Caption] = TITLE
    question: ClassVar[Caption] = SHORT
    answer: ClassVar[Caption] = SHORT

    def make_beats(self):
        return told()


def play(tmp_path, length=None, *, skip=True, rate=30):
    pytest.importorskip("manim", reason="scenes need the extra 'video'")
    from manim import tempconfig

    from convexplain.stage import LessonScene, PixelGrid

    class Scene(LessonScene):
        lesson_type = Eventful

        def prepare(self):
            self.grid = PixelGrid([[0.0]], 500, 300, 200, scale="picture")
            self.add(self.grid)
            self.captions, self.ends = [], {}

        def _do(self, event):
            def fill(alpha):
                self.grid.values[0, 0] = alpha
                if alpha > 0.5:
                    self.captions.append([label.text for label in self._caption])

            self.during(0.5, fill)
            self.during(1, fill)

        show_search = show_patch = show_filter = show_predict = show_products = _do
        show_jump = show_more = show_fold = _do

        def on_event(self, event):
            self.ends[event.name] = self.renderer.time

    with tempconfig({"dry_run": True, "media_dir": str(tmp_path), "frame_rate": rate}):
        scene = Scene(Eventful(length=length), skip_animations=skip)
        scene.render()
    return scene


@pytest.mark.parametrize("length", [None, 12.0, 60.0])
@pytest.mark.parametrize("skip", [True, False])
def test_a_scene_shows_events_in_their_time(tmp_path, length, skip):
    scene = play(tmp_path, length, skip=skip, rate=30 if skip else 8)
    expected = np.cumsum([*seconds(scene.beats).values()])
    np.testing.assert_allclose([*scene.ends.values()], expected, atol=0.5 / (30 if skip else 8))
    assert scene.renderer.time == pytest.approx(scene.lesson.seconds, abs=0.1)
    cues = subtitles.cues_of(scene.lesson, "en")
    assert [cue.text for cue in cues] == [cue.caption.text("en") for cue in scene.cues]
    assert [cue.start for cue in cues] == pytest.approx([cue.start for cue in scene.cues])


def test_a_caption_comes_while_things_move_and_goes_when_the_next_one_comes(tmp_path):
    scene = play(tmp_path, skip=False, rate=8)
    shown = [
        each for n, each in enumerate(scene.captions) if n == 0 or each != scene.captions[n - 1]
    ]
    assert shown[0] == ["Sum?"]
    assert ["Sum?", "0.55 · 0"] in shown
    assert len(scene._caption) == 1  # nothing of the others is left
    visible = [label for label in scene.mobjects if getattr(label, "pinned", False)]
    assert [label.opacity for label in visible] == [1.0, 1.0]  # title and last caption
