"""A lesson's poster: the fullest of its pictures, as it stands at the end of an event."""

from __future__ import annotations

from convexplain.lessons.parts.beats import Beat, Event
from convexplain.lessons.parts.lesson import Lesson
from convexplain.stage.canvas import Pixels
from convexplain.stage.lesson_scene import LessonScene
from convexplain.style.theme import Look

#: Blocks along the shorter side of a frame: one with anything in it is filled.
_BLOCKS = 40


def poster(kind: type[LessonScene], lesson: Lesson, look: Look) -> Pixels:
    """Play a lesson and return the picture that fills the most of the frame.

    Of the moments at which an event ends, those count at which all of the stage is seen; any, where
    there is none.

    Parameters
    ----------
    kind : type of LessonScene
        Whose `construct` plays the lesson.
    lesson : Lesson
    look : Look
        A caption, if it has them, counts as any other part of the picture.

    Returns
    -------
    numpy.ndarray of uint8, shape (height, width, 3)
        RGB. In a tie the earliest.
    """
    best: Pixels | None = None
    most = (False, -2.0)

    class Posing(kind):  # type: ignore[misc, valid-type]
        def on_event(self, event: Event) -> None:
            self.consider()

        def on_beat(self, beat: Beat) -> None:
            if not beat.events:
                self.consider()

        def consider(self) -> None:
            nonlocal best, most
            camera = self.renderer.camera
            self.renderer.update_frame(self)
            pixels = camera.picture.pixels
            if (rank := (camera.shot == camera.home_shot, filled(pixels))) > most:
                best, most = pixels[..., :3].copy(), rank

    Posing(lesson, look, skip_animations=True).render()
    assert best is not None, "a lesson has at least one beat"
    return best


def filled(pixels: Pixels) -> float:
    """Return how much of a frame holds anything but its background, in blocks: 0 to 1."""
    height, width = pixels.shape[:2]
    side = max(1, min(height, width) // _BLOCKS)
    inked = (pixels[..., :3] != pixels[0, 0, :3]).any(axis=2)
    whole = inked[: height // side * side, : width // side * side]
    blocks = whole.reshape(height // side, side, width // side, side)
    return float(blocks.any(axis=(1, 3)).mean())
