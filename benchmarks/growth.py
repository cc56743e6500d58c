"""How the cost of a frame grows: with the cells of a picture, stops of a sweep, and channels.

    python benchmarks/growth.py            # 720p30, one core

Each row is one scene of six seconds on the stage: a window sweeps over a picture of so many cells,
and a map of the same size fills up; or so many maps, on glass, glide past one another. Processor
time is given for each second of video.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from functools import partial

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
    kernel = LESSON.weights[..., np.newaxis]
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


def glide(channels: int) -> type[StageScene]:
    """Make a scene in which so many maps of 26 by 26 cells, a fan of glass, move together."""
    rng = np.random.default_rng(0)

    class Glide(StageScene):
        def construct(self) -> None:
            sheets = [
                PixelGrid(rng.uniform(-1, 1, (26, 26)), 200, 200, 18, glass=0.8, lines=False)
                for _ in range(channels)
            ]
            self.add(*sheets)
            starts = [sheet.points.copy() for sheet in sheets]

            def spread(alpha: float) -> None:
                for number, (sheet, start) in enumerate(zip(sheets, starts, strict=True)):
                    sheet.points = start + alpha * np.array([6 * number / channels, 0, 0])

            self.drive(spread, SECONDS)

    return Glide


def measure(kind: Callable[[], type[StageScene]], size: tuple[int, int, int]) -> str:
    """Render a scene; return its cost and the most memory that this process has held."""
    width, height, rate = size
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
            scene = kind()()
            start = time.process_time()
            scene.render()
            cost = (time.process_time() - start) / SECONDS
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"{cost:14.2f}  {memory:14.0f}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quality", choices=list(QUALITIES), default="m")
    size = QUALITIES[parser.parse_args().quality]
    print("cells      stops  CPU s a second  peak memory MB")
    for cells in (28, 56, 112, 224):
        every = (cells - 2) ** 2
        for stops in sorted({26, 676, every}):
            told = measure(partial(sweep, cells, min(stops, every)), size)
            print(f"{cells:3} × {cells:<3} {stops:7,}  {told}", flush=True)
    print("channels          CPU s a second  peak memory MB")
    for channels in (1, 8, 32, 128):
        print(f"{channels:8}         {measure(partial(glide, channels), size)}", flush=True)


if __name__ == "__main__":
    main()
