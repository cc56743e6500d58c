"""How the cost of a frame grows: with the cells of a picture, and with the stops of a sweep.

    python benchmarks/growth.py            # 720p30, one core

Each row is one scene of six seconds on the stage: a window sweeps over a picture of so many cells,
and a map of the same size fills up; processor time is given for each second of video.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time

import numpy as np
from manim import tempconfig

from convexplain import ops
from convexplain.lessons.sliding_window import SlidingWindow
from convexplain.stage import PixelGrid, StageScene, WindowFrame

SECONDS = 6.0
QUALITIES = {"l": (854, 480, 15), "m": (1280, 720, 30), "h": (1920, 1080, 60)}
LESSON = SlidingWindow()


def sweep(cells: int, stops: int) -> type[StageScene]:
    """Make a scene in which a window visits so many stops of a picture of cells by cells."""
    small = LESSON.shown_picture.pixels[:, :, 0]
    picture = np.kron(small, np.ones((cells // 28, cells // 28), np.float32))
    kernel = LESSON.weights[:, :, np.newaxis, np.newaxis]
    found = ops.conv2d(picture[:, :, np.newaxis], kernel)[:, :, 0]
    limit = float(np.abs(found).max())

    class Sweep(StageScene):
        def construct(self) -> None:
            side = 504 / cells
            digit = PixelGrid(picture, 96, 226, side, scale="picture", lines=cells <= 56)
            filled = PixelGrid(
                np.full(found.shape, np.nan), 1290, 226, side, limit=limit, lines=cells <= 56
            )
            window = WindowFrame(digit, 0, 0, 3, 3)
            self.add(digit, filled, window)

            def visit(alpha: float) -> None:
                now = int(alpha * (stops - 1))
                row, col = divmod(now, found.shape[1])
                window.put(digit, row, col)
                filled.values.flat[: now + 1] = found.flat[: now + 1]

            self.drive(visit, SECONDS)

    return Sweep


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quality", choices=list(QUALITIES), default="m")
    width, height, rate = QUALITIES[parser.parse_args().quality]
    print("cells      stops  CPU s a second  peak memory MB")
    for cells in (28, 56, 112, 224):
        every = (cells - 2) ** 2
        for stops in sorted({26, 676, every}):
            with tempfile.TemporaryDirectory() as media:
                settings = {
                    "pixel_width": width,
                    "pixel_height": height,
                    "frame_rate": rate,
                    "media_dir": media,
                    "progress_bar": "none",
                    "verbosity": "ERROR",
                }
                with tempconfig(settings):
                    scene = sweep(cells, min(stops, every))()
                    start = time.process_time()
                    scene.render()
                    cost = (time.process_time() - start) / SECONDS
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"{cells:3} × {cells:<3} {stops:7,}  {cost:14.2f}  {memory:14.0f}", flush=True)


if __name__ == "__main__":
    main()
