"""The first frame of a video, and the picture that stands for it before it plays."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("manim", reason="scenes need the extra 'video'")

import played as plays
from short_lesson import ShortLesson
from test_rendering import SCENE

from convexplain import lessons
from convexplain.errors import UsageError
from convexplain.lessons.pooling import Pooling
from convexplain.stage.poster import filled
from convexplain.style.theme import Look
from convexplain.video.film import Film, select
from convexplain.video.job import POSTER, QUALITIES, Job
from convexplain.video.rendering import check, render

#: How much of a frame without title and caption the least of first pictures fills.
PICTURE = 0.15


@pytest.mark.parametrize("name", lessons.names())
def test_a_lesson_begins_with_its_picture_and_its_question(name):
    lesson = plays.lesson_of(name)
    stage, frame = plays.first_frame(lesson)

    first = lesson.beats()[0]
    asked = first.events[0].said.text("en")
    assert "".join(stage.caption.split()) == "".join(asked.split())
    titles = [part.text for part in stage.parts if getattr(part, "text", "")]
    assert first.title.text("en") in titles
    body = frame[int(0.12 * 480) : int(0.86 * 480)]
    assert filled(body) > PICTURE


@pytest.mark.parametrize("number", [0, 1])
def test_no_part_of_a_film_begins_with_an_empty_frame(number, tmp_path):
    parts = Film(select(["pooling"], {}), tmp_path / "a.mp4").parts
    _, frame = plays.first_frame(parts[number])
    assert filled(frame) > 0.02


def test_a_frame_is_filled_by_blocks_that_hold_anything():
    frame = np.zeros((400, 800, 4), dtype=np.uint8)
    frame[..., 3] = 255
    assert filled(frame) == 0
    frame[100:110, 200:220] = 9  # two of 40 by 80 blocks
    assert filled(frame) == pytest.approx(2 / 3200)


@pytest.mark.usefixtures("one_process")
@pytest.mark.render
def test_the_poster_is_the_fullest_event_end_of_the_whole_stage_without_a_caption(tmp_path):
    lesson = Pooling()
    seen = {}

    class Watching(plays.scene_of(lesson)):
        def on_event(self, event):
            camera = self.renderer.camera
            if camera.shot == camera.home_shot:
                self.renderer.update_frame(self)
                pixels = camera.picture.pixels
                ground = (pixels == pixels[0, 0]).all(axis=2)
                # 40 blocks high: counted one by one, not by reshaping.
                seen[event.name] = (
                    pixels[..., :3].copy(),
                    sum(
                        not ground[y : y + 12, x : x + 12].all()
                        for y in range(0, 480, 12)
                        for x in range(0, 854 - 11, 12)
                    ),
                )

    plays.play_dry(Watching, lesson, Look(captions=False))
    fullest = max(seen, key=lambda name: seen[name][1])
    job = Job(lesson, tmp_path / "a.png", quality=QUALITIES["l"], still=POSTER)
    render([job])
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "a.png")), seen[fullest][0])
    assert fullest == "drop"  # the digit beside its response map, both large


@pytest.mark.usefixtures("one_process")
@pytest.mark.render
def test_a_poster_stands_beside_the_video_if_asked_for(tmp_path):
    made = Job(ShortLesson(), tmp_path / "a.mp4", quality=QUALITIES["l"], poster=True,
               scene_file=SCENE)  # fmt: skip
    render([made])
    assert {path.name for path in tmp_path.iterdir()} == {"a.mp4", "a.srt", "a.vtt", "a.png"}
    with Image.open(tmp_path / "a.png") as poster:
        assert poster.size == (854, 480)


def test_a_poster_belongs_to_a_video(tmp_path):
    with pytest.raises(UsageError, match="leave it or --still out"):
        check(Job(Pooling(), tmp_path / "a.png", still="answer", poster=True))
