"""What only a played lesson shows: how long it stands still, and when its numbers are seen."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator
from itertools import count, groupby
from typing import Any, NamedTuple

import numpy as np
from played import unpainted

#: Numbers that were computed: those with decimals.
COMPUTED = re.compile(r"\d[\d,]*\.\d+")


class Stillness(NamedTuple):
    """What was measured: the longest stretch, the share of the whole, and when the stretch began.

    Times are in seconds; a pause point counts no more than `allowed` seconds. `late` is by how much
    each number of a caption comes on the stage after the caption; those that never do are left out.
    """

    longest: float
    share: float
    start: float
    event: str
    late: dict[tuple[str, str], float]


def _numbers(scene: Any) -> Iterator[str]:
    """Yield the numbers that can be read on the stage, without title and caption."""
    from convexplain.stage import Label
    from convexplain.stage.grid import PixelGrid

    spoken = {id(label) for label in (*scene._title, *scene._caption)}
    for part in scene.mobjects:
        if getattr(part, "opacity", 1) < 0.3 or id(part) in spoken:
            continue
        if isinstance(part, Label):
            yield from COMPUTED.findall(part.text)
        elif isinstance(part, PixelGrid) and part.numbers:
            yield from (f"{abs(value):.2f}" for value in part.values[np.isfinite(part.values)])


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
    said: dict[tuple[str, str], float] = {}
    late: dict[tuple[str, str], float] = {}

    class Watched(base if painted else unpainted(base)):  # type: ignore[misc, valid-type]
        event = ""

        def _show(self, told: Any) -> None:
            self.event = "?" if getattr(told, "ask", None) else told.name
            if told.caption is not None:
                found = COMPUTED.findall(told.caption.text(look.lang))
                said.clear()
                said.update({(told.name, n): self.renderer.time for n in found})
            super()._show(told)

        def on_frame(self, seconds: float) -> None:
            super().on_frame(seconds)
            area = self.camera.stage_area
            if painted:
                picture = self.camera.picture.pixels[area.top : area.bottom, area.left : area.right]
                pinned = np.ascontiguousarray(picture)
                hashed = hashlib.blake2b(pinned.tobytes(), digest_size=8).hexdigest()
            elif any(rect.meets(area) for rect in self.camera.changed) or not seen:
                hashed = str(next(changes))
            else:
                hashed = seen[-1][0]
            there = set(_numbers(self)) if said else set()
            for key in [key for key in said if key[1] in there]:
                late[key] = seconds - said.pop(key)
            while len(seen) < round(seconds * rate):
                seen.append((hashed, self.event))

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
    return Stillness(worst / rate, still / len(seen), start / rate, where, late)
