"""Which picture of a lesson is its poster: the one that fills the most of the frame."""

from __future__ import annotations

from typing import Any

from convexplain.stage.canvas import Pixels

#: Blocks along the shorter side of a frame: one with anything in it is filled.
_BLOCKS = 40


class Fullest:
    """Keeps the fullest of the pictures that it is shown, the earliest in a tie.

    One at which all of the stage is seen is preferred to any at which the camera is near. `pixels`,
    (height, width, 3): RGB; None before the first.
    """

    def __init__(self) -> None:
        self.pixels: Pixels | None = None
        self._rank = (False, -1.0)

    def consider(self, scene: Any) -> None:
        """Look at what stands on a scene's stage now."""
        camera = scene.renderer.camera
        scene.renderer.update_frame(scene)
        shown = camera.picture.pixels[..., :3]
        rank = camera.shot == camera.home_shot, filled(shown)
        if rank > self._rank:
            self.pixels, self._rank = shown.copy(), rank


def filled(pixels: Pixels) -> float:
    """Return how much of a frame holds anything but its background, in blocks: 0 to 1."""
    height, width = pixels.shape[:2]
    side = max(1, min(height, width) // _BLOCKS)
    inked = (pixels[..., :3] != pixels[0, 0, :3]).any(axis=2)
    whole = inked[: height // side * side, : width // side * side]
    blocks = whole.reshape(height // side, side, width // side, side)
    return float(blocks.any(axis=(1, 3)).mean())
