"""Where the numbers of the windows go on the picture, so that each can be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

#: Side of the printed picture, in millimetres, as the sheet sets it.
SIDE = 34.0
#: A digit of a number, and the space between it and its window, in millimetres.
DIGIT, HEIGHT, GAP = 2.1, 2.4, 1.1

#: Left, top, right and bottom, in pixels of the picture.
Box = tuple[float, float, float, float]


def beside(marks: Sequence[Mapping[str, int]], shape: tuple[int, int]) -> list[Box]:
    """Place each number above, below, right or left of its window.

    Each takes the first side on which it covers least of the other windows, the numbers before it
    and the paper outside the picture. A mark has "number", "top", "left", "height" and "width" in
    pixels, as the picture's shape is; what each number covers is returned.
    """
    pixel = SIDE / max(shape)
    windows = [_window(mark) for mark in marks]
    placed: list[Box] = []
    for mark, window in zip(marks, windows, strict=True):
        width, height = DIGIT / pixel * len(str(mark["number"])), HEIGHT / pixel
        others = [*(other for other in windows if other is not window), *placed]

        def cost(box: Box, others: Sequence[Box] = others) -> float:
            outside = (box[2] - box[0]) * (box[3] - box[1]) - overlap(
                box, (0, 0, shape[1], shape[0])
            )
            return outside + sum(overlap(box, other) for other in others)

        placed.append(min(_sides(window, width, height, GAP / pixel), key=cost))
    return placed


def overlap(a: Box, b: Box) -> float:
    """Give the area that two boxes share."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    return max(width, 0) * max(height, 0)


def _window(mark: Mapping[str, int]) -> Box:
    left, top = mark["left"], mark["top"]
    return (left, top, left + mark["width"], top + mark["height"])


def _sides(window: Box, width: float, height: float, gap: float) -> list[Box]:
    left, top, right, bottom = window
    x, y = (left + right - width) / 2, (top + bottom - height) / 2
    corners = (
        (x, top - gap - height),
        (x, bottom + gap),
        (right + gap, y),
        (left - gap - width, y),
    )
    return [(a, b, a + width, b + height) for a, b in corners]
