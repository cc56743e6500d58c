"""Checks of finished files: they open, have the right size, and videos the right length."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from convexplain.errors import ConvexplainError

if TYPE_CHECKING:
    from convexplain.video.job import Quality


def check_video(path: Path, frame: Quality, beats: Sequence[float]) -> float:
    """Return a video's seconds, counted in whole frames, if it is what was to be rendered.

    It opens, has the right size, and is as long as its beats, given in seconds.
    """
    import av

    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            size = (stream.width, stream.height)
            # Packets, not the header's duration: a truncated file keeps its header.
            frames = sum(1 for packet in container.demux(stream) if packet.size)
            rate = stream.average_rate or frame.rate  # a GIF may have given up some frames
    except (OSError, IndexError, ValueError) as error:
        raise ConvexplainError(
            "the rendered video {name} does not open: {error}", name=path.name, error=error
        ) from error
    _check_size(path, size, frame)
    seconds = float(frames / rate)
    # Each beat may be rounded to whole frames.
    if abs(seconds - sum(beats)) > (len(beats) + 1) / rate:
        raise ConvexplainError(
            "the rendered video {name} lasts {seconds:.1f} s instead of {sum:.1f} s: is the disk "
            "full?",
            name=path.name,
            seconds=seconds,
            sum=sum(beats),
        )
    return seconds


def check_picture(path: Path, frame: Quality) -> None:
    """Check that a PNG opens whole and has the right size."""
    from PIL import Image

    try:
        with Image.open(path) as picture:
            picture.load()
            size = picture.size
    except (OSError, SyntaxError) as error:  # what Pillow raises for damaged files
        raise ConvexplainError(
            "the rendered picture {name} does not open: {error}", name=path.name, error=error
        ) from error
    _check_size(path, size, frame)


def _check_size(path: Path, size: tuple[int, int], frame: Quality) -> None:
    if size != (frame.width, frame.height):
        raise ConvexplainError(
            "{name} has {size[0]} × {size[1]} pixels instead of {width} × {height}",
            name=path.name,
            size=size,
            width=frame.width,
            height=frame.height,
        )
