"""How long a lesson's picture stands still while only its caption changes, measured on frames."""

from __future__ import annotations

import hashlib
import tempfile
from itertools import count, groupby
from typing import Any, NamedTuple

import numpy as np
from played import unpainted


class Stillness(NamedTuple):
    """What was measured: the longest stretch, the share of the whole, and when the stretch began.

    Times are in seconds; a pause point counts no more than `allowed` seconds.
    """

    longest: float
    share: float
    start: float
    event: str


def measure(
    base: type[Any],
    lesson: Any,
    look: Any,
    size: tuple[int, int],
    rate: int,
    *,
    painted: bool = True,
) -> Stillness:
    """Play a scene, drawing every frame and encoding none.

    Where it is not `painted`, the camera is asked whether it would paint anything anew.
    """
    from manim import tempconfig

    seen: list[tuple[str, str]] = []
    changes = count()

    class Watched(base if painted else unpainted(base)):  # type: ignore[misc, valid-type]
        event = ""

        def _show(self, told: Any) -> None:
            self.event = "?" if getattr(told, "ask", None) else told.name
            super()._show(told)

        def on_frame(self, seconds: float) -> None:
            super().on_frame(seconds)
            area = self.camera.stage_area
            if painted:
                picture = self.camera.picture.pixels[area.top : area.bottom, area.left : area.right]
                pinned = np.ascontiguousarray(picture)
                look = hashlib.blake2b(pinned.tobytes(), digest_size=8).hexdigest()
            elif any(rect.meets(area) for rect in self.camera.changed) or not seen:
                look = str(next(changes))
            else:
                look = seen[-1][0]
            while len(seen) < round(seconds * rate):
                seen.append((look, self.event))

    width, height = size
    short = min(size)
    settings = {
        "dry_run": True,
        "pixel_width": width,
        "pixel_height": height,
        "frame_width": 8 * width / short,
        "frame_height": 8 * height / short,
        "frame_rate": rate,
        "verbosity": "ERROR",
    }
    with tempfile.TemporaryDirectory() as media, tempconfig({**settings, "media_dir": media}):
        Watched(lesson, look).render()
    still, worst, start, where, at = 0, 0, 0, "", 0
    for _, group in groupby(seen, key=lambda each: each[0]):
        events = [event for _, event in group]
        answered = [event for event in events if event != "?"]
        length = len(answered) - 1
        if length > worst:
            worst, start, where = length, at, answered[0]
        still += max(0, length)
        at += len(events)
    return Stillness(worst / rate, still / len(seen), start / rate, where)
