"""What holds for every lesson: its beats, its words, its layout at the end of each beat."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from played import lasting, lesson_of, play

from convexplain import lessons
from convexplain.data import digits
from tests.often import covering

NAMES = lessons.names()


@pytest.fixture(scope="module", params=NAMES)
def lesson(request):
    return lesson_of(request.param)


def test_the_chapter_names_lessons_that_exist():
    assert set(lessons.CHAPTER) <= set(NAMES)
    with pytest.raises(KeyError):
        lessons.find("sliding-door")


def test_a_lesson_lasts_30_to_60_seconds(lesson):
    assert 30 <= lesson.seconds <= 60.01


@pytest.mark.parametrize(("name", "digit"), covering(NAMES, range(10)))
def test_of_any_digit_a_lesson_can_last_30_seconds(name, digit):
    kind = lessons.find(name)
    if "picture" not in {field.name for field in kind.options()}:
        pytest.skip("takes no picture")
    assert kind(picture=digits.first(digit)).shortest <= 30


def test_beats_have_distinct_names_and_time_to_read(lesson):
    beats = lesson.beats()
    assert len({beat.name for beat in beats}) == len(beats)
    for beat in beats:
        for lang, speed in (("en", 17), ("zh", 6)):
            assert len(beat.caption.text(lang)) / speed <= beat.seconds + 1e-9


def test_a_lesson_opens_with_its_question_and_closes_with_its_answer(lesson):
    beats = lesson.beats()
    first, last = (
        [event.caption for event in beat.events if event.caption] or [beat.caption]
        for beat in (beats[0], beats[-1])
    )
    # What is wrong with the answer may be said before.
    assert first[0].text("en").endswith(lesson.question.text("en"))
    assert first[0].text("zh").endswith(lesson.question.text("zh"))
    assert last[-1].template("en") == lesson.answer.template("en")


def test_options_have_help_in_both_languages(lesson):
    for field in lesson.options():
        assert field.metadata["en"].strip()
        assert any("\u4e00" <= character <= "\u9fff" for character in field.metadata["zh"])


def test_a_lesson_travels_to_another_process_as_its_options(lesson):
    lesson.beats()
    packed = pickle.dumps(lesson)
    assert len(packed) < 10_000
    assert [beat.caption for beat in pickle.loads(packed).beats()] == [
        beat.caption for beat in lesson.beats()
    ]


@pytest.mark.parametrize(
    # Of the longest all events are looked at, in test_lessons_played.py.
    ("name", "factor"),
    [
        pytest.param(name, factor, id=f"{name}-{how}", marks=marks)
        for n, name in enumerate(NAMES)
        for how, factor in (("short", 0.0), ("long", 1.6))
        for marks in [() if factor == 0 and n % 2 == 0 else pytest.mark.soak]
    ],
)
def test_a_lesson_fits_any_length_between_its_captions_and_a_lecture(name, factor):
    pytest.importorskip("manim", reason="scenes need the extra 'video'")
    designed = lesson_of(name)
    length = max(designed.shortest, factor * designed.seconds)
    lesson = lasting(designed, length)
    assert lesson.seconds == pytest.approx(length, abs=1e-6)
    # It raises if a beat overruns.
    assert play(lesson, rate=30).seconds == pytest.approx(length, abs=0.04)


def test_the_sliding_window_tells_the_numbers_of_its_steps():
    from scipy.signal import correlate2d

    lesson = lessons.find("sliding-window")()
    picture = lesson.shown_picture.pixels[:, :, 0].astype(np.float64)
    weights = lesson.network.weights
    kernel = weights["conv1/kernel"][:, :, 0, lesson.shown_filter].astype(np.float64)
    bias = float(weights["conv1/bias"][lesson.shown_filter])
    expected = np.maximum(correlate2d(picture, kernel, mode="valid") + bias, 0)
    np.testing.assert_allclose(lesson.response_map, expected, atol=1e-6)
    assert lesson.best.activated == pytest.approx(expected.max(), abs=1e-6)
    captions = {beat.name: beat.caption.text("en") for beat in lesson.beats()}
    blank = lesson.stops["blank"].step
    assert captions["blank"] == "No ink: the bias alone is left."
    assert blank.activated == pytest.approx(expected[blank.row, blank.col]) == bias
    assert lesson.stops["negative"].step.activated == 0
    assert not lesson.stops["blank"].step.patch.any()
    assert all(stop.adds_up for stop in lesson.stops.values())


@pytest.mark.parametrize("name", NAMES)
def test_every_lesson_takes_the_lengths_that_help_tells(name):
    for length in (30.0, 120.0):
        assert lasting(lesson_of(name), length).seconds == pytest.approx(length)
