"""The same slide of a kernel, as one would first write it for Manim, and on the stage.

Three rows of 26 stops, a tenth of a second each, with ten running numbers: once with a Square for
each cell, a play for each stop and DecimalNumbers; once with pixel grids and one play. Both show
the same numbers of the same digit and filter, in one run, on one core.

    python benchmarks/naive.py            # 480p15
    python benchmarks/naive.py --quality m h
"""

from __future__ import annotations

import argparse
import tempfile
import time

import numpy as np
from manim import DecimalNumber, Scene, Square, Text, VGroup, linear, tempconfig

from convexplain.lessons.sliding_window import SlidingWindow
from convexplain.stage import Label, PixelGrid, StageScene, WindowFrame
from convexplain.stage.units import to_scene

FIRST_ROW, ROWS, STEP = 6, 3, 0.1
QUALITIES = {"l": (854, 480, 15), "m": (1280, 720, 30), "h": (1920, 1080, 60)}
LESSON = SlidingWindow()
PICTURE = LESSON.shown_picture.pixels[:, :, 0]
STOPS = [LESSON.all_steps[FIRST_ROW * 26 + n] for n in range(26 * ROWS)]
LIMIT = LESSON.map_limit


class Naive(Scene):
    """One mobject for each cell, one play for each stop."""

    def construct(self) -> None:
        """Slide."""
        cell = 18 / 135

        def square(x: float, y: float, value: float) -> Square:
            made = Square(cell, stroke_width=0.5, fill_opacity=float(np.clip(value, 0, 1)))
            return made.move_to(to_scene([(x + 9, y + 9)])[0])

        digit = VGroup(
            *(square(96 + 18 * c, 226 + 18 * r, PICTURE[r, c]) for r, c in np.ndindex(28, 28))
        )
        found = VGroup(*(square(1356 + 18 * c, 244 + 18 * r, 0) for r, c in np.ndindex(26, 26)))
        window = Square(3 * cell, color="#FF6FB5").move_to(digit[29])
        numbers = VGroup(*(DecimalNumber(0, font_size=20, mob_class=Text) for _ in range(10)))
        places = [(700 + 90 * (n % 3), 300 + 60 * (n // 3)) for n in range(9)] + [(790, 560)]
        self.add(digit, window, found, numbers)
        for stop in STOPS:
            self.play(
                window.animate.move_to(digit[(stop.row + 1) * 28 + stop.col + 1]),
                run_time=STEP,
                rate_func=linear,
            )
            values = [*stop.products.ravel(), stop.value]
            for number, place, value in zip(numbers, places, values, strict=True):
                number.set_value(float(value)).move_to(to_scene([place])[0])
            found[stop.row * 26 + stop.col].set_fill(opacity=stop.activated / LIMIT)


class Fast(StageScene):
    """Pixel grids, and one play for all stops."""

    def construct(self) -> None:
        """Slide."""
        digit = PixelGrid(PICTURE, 96, 226, 18, scale="picture")
        found = PixelGrid(np.full((26, 26), np.nan), 1356, 244, 18, limit=LIMIT)
        window = WindowFrame(digit, FIRST_ROW, 0, 3, 3)
        numbers = [Label("", 700 + 90 * (n % 3), 300 + 60 * (n // 3), 20) for n in range(9)]
        numbers.append(Label("", 790, 560, 20))
        self.add(digit, found, window, *numbers)

        def visit(alpha: float) -> None:
            at = alpha * (len(STOPS) - 1)
            stop = STOPS[int(at)]
            window.put(digit, stop.row, stop.col + at % 1 * (stop.col < 25))
            for number, value in zip(numbers, [*stop.products.ravel(), stop.value], strict=True):
                number.say(f"{value:.2f}")
            found.values[stop.row, stop.col] = stop.activated

        self.drive(visit, STEP * len(STOPS))


def measure(scene: type[Scene], quality: str) -> tuple[float, float]:
    """Return seconds of the wall clock and of the processor, for each second of video."""
    width, height, rate = QUALITIES[quality]
    with tempfile.TemporaryDirectory() as media:
        settings = {
            "pixel_width": width,
            "pixel_height": height,
            "frame_rate": rate,
            "media_dir": media,
            "progress_bar": "none",
            "verbosity": "ERROR",
            "disable_caching": True,
        }
        with tempconfig(settings):
            wall, processor = time.perf_counter(), time.process_time()
            scene().render()
            length = STEP * len(STOPS)
            return (
                (time.perf_counter() - wall) / length,
                (time.process_time() - processor) / length,
            )


def main() -> None:
    """Measure both, one after the other, and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quality", nargs="+", choices=list(QUALITIES), default=["l"])
    print("quality  naive wall  stage wall  naive CPU  stage CPU  CPU ratio")
    for quality in parser.parse_args().quality:
        measure(Fast, quality)  # fonts and glyphs are read once, by either
        naive, fast = measure(Naive, quality), measure(Fast, quality)
        print(
            f"{quality:7}  {naive[0]:10.2f}  {fast[0]:10.2f}  {naive[1]:9.2f}  {fast[1]:9.2f}"
            f"  {naive[1] / fast[1]:8.1f}x"
        )


if __name__ == "__main__":
    main()
