"""What tests of figures ask of artists, and the chapter's network computed by SciPy alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.text import Text
from scipy.signal import correlate

from convexplain.figures._base import settings


def named(figure: Any, gid: str) -> list[Any]:
    """All artists of this name."""
    return list(figure.findobj(lambda artist: artist.get_gid() == gid))


def one(figure: Any, gid: str) -> Any:
    """The artist of this name."""
    (found,) = named(figure, gid)
    return found


def words(figure: Any) -> list[str]:
    """All that is written, in charts too."""
    return [text.get_text() for text in visible(figure)]


def visible(figure: Any) -> list[Text]:
    """All texts that are seen."""
    return [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]


def pictures(figure: Any) -> list[tuple[tuple[float, float, float, float], np.ndarray]]:
    """The grids of cells on the sheet: left, right, bottom, top; and the colour of each cell."""
    return [
        (tuple(image.get_extent()), np.asarray(image.get_array())[4::8, 4::8])
        for image in figure.axes[0].images
    ]


def seen(figure: Any, colours: np.ndarray) -> list[tuple[float, float, float, float]]:
    """Where cells of just these colours are drawn."""
    return [
        extent
        for extent, cells in pictures(figure)
        if cells.shape == colours.shape and np.array_equal(cells, colours)
    ]


def rectangle(patch: Any) -> tuple[float, float, float, float]:
    """Left, top, width and height of a rectangle in points."""
    return patch.get_x(), patch.get_y(), patch.get_width(), patch.get_height()


def overlapping(figure: Any) -> list[tuple[str, str]]:
    """Pairs of texts that lie upon one another, and texts that leave the figure."""
    renderer = figure.canvas.get_renderer()
    with settings():
        figure.canvas.draw()
        boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in visible(figure)]
    frame = figure.bbox
    found = [
        (text, "the margin")
        for text, box in boxes
        if box.x0 < 0 or box.y0 < 0 or box.x1 > frame.x1 or box.y1 > frame.y1
    ]
    for n, (text, box) in enumerate(boxes):
        for other, there in boxes[:n]:
            across = min(box.x1, there.x1) - max(box.x0, there.x0)
            down = min(box.y1, there.y1) - max(box.y0, there.y0)
            if across > 0.5 and down > 0.25 * min(box.height, there.height):
                found.append((text, other))
    return found


_known: dict[tuple[bytes, bytes], dict[str, np.ndarray]] = {}


def forward(weights: Any, pixels: np.ndarray) -> dict[str, np.ndarray]:
    """All activations of the chapter's convnet for a picture (28, 28), in float64."""
    x = np.asarray(pixels, dtype=np.float64)[:, :, None]
    asked = x.tobytes(), weights["conv1/kernel"].tobytes()
    return _known[asked] if asked in _known else _known.setdefault(asked, _forward(weights, x))


def _forward(weights: Any, x: np.ndarray) -> dict[str, np.ndarray]:
    out: dict[str, np.ndarray] = {}
    for n in (1, 2, 3):
        kernel = weights[f"conv{n}/kernel"].astype(np.float64)
        maps = [
            correlate(x, kernel[..., f], mode="valid", method="direct")[:, :, 0]
            + float(weights[f"conv{n}/bias"][f])
            for f in range(kernel.shape[3])
        ]
        x = out[f"conv{n}"] = np.maximum(np.stack(maps, axis=-1), 0)
        if n < 3:
            rows, cols = (size // 2 * 2 for size in x.shape[:2])
            blocks = x[:rows, :cols].reshape(rows // 2, 2, cols // 2, 2, -1)
            x = out[f"pool{n}"] = blocks.max(axis=(1, 3))
    kernel = weights["dense/kernel"].astype(np.float64)
    out["logits"] = x.ravel() @ kernel + weights["dense/bias"]
    for activations in out.values():
        activations.flags.writeable = False
    return out


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities, in float64."""
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum())
