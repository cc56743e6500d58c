"""GIFs made of a lossless video's frames: one palette for all, no dither, small enough to send.

Without dither flat areas stay flat: the colours that stand for values are not mixed with
neighbours, and frames that change little take little space.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from convexplain.errors import listed
from convexplain.messages import Message

LIMIT = 5_000_000  # bytes; what mail and chat programs take
# What is tried in turn until the file is small enough: colours, and every how many-th frame.
_ATTEMPTS = ((256, 1), (128, 1), (64, 1), (64, 2), (32, 2), (32, 4), (16, 4), (16, 10))


def write_gif(source: Path, target: Path, *, limit: int = LIMIT) -> tuple[str, ...]:
    """Make an endlessly repeating GIF of a video.

    `source`: a video of the size and frame rate that the GIF shall have, best without loss.
    `target`: the file to write. `limit`: size in bytes above which colours, then frames, are taken
    away. Result: what was taken away, for people; empty if nothing was. Raises OSError if the video
    cannot be read or the GIF not be written.

    FFmpeg's filters ``palettegen`` and ``paletteuse``, in two passes, so that no more than one
    frame is in memory.
    """
    size = 0
    for colours, step in _ATTEMPTS:
        rate = _convert(source, target, colours, step)
        size = target.stat().st_size
        if size <= limit:
            break
    notes = []
    if colours < 256:
        notes.append(Message("{count} colours", count=colours))
    if step > 1:
        notes.append(Message("{rate:g} frames a second", rate=float(rate)))
    if size > limit:
        return (
            Message(
                "the GIF has {size:.1f} MB even with {what}", size=size / 1e6, what=listed(notes)
            ),
        )
    if notes:
        return (
            Message("{what}, to stay below {limit:.3g} MB", what=listed(notes), limit=limit / 1e6),
        )
    return ()


def _frames(source: Path, step: int) -> Iterator[Any]:
    """Yield every `step`-th frame of a video, numbered one by one in its slower time base."""
    import av

    with av.open(str(source)) as container:
        rate = Fraction(container.streams.video[0].average_rate or 10) / step
        for number, frame in enumerate(container.decode(video=0)):
            if number % step == 0:
                frame.pts = number // step
                frame.time_base = 1 / rate
                yield frame


def _convert(source: Path, target: Path, colours: int, step: int) -> Fraction:
    """Write the GIF once; return its frame rate."""
    import av

    palette = _palette(source, colours, step)
    graph: Any = None
    with av.open(str(target), "w", format="gif", options={"loop": "0"}) as out:
        stream: Any = None
        for frame in _frames(source, step):
            if graph is None:
                rate = 1 / Fraction(frame.time_base)
                stream = out.add_stream("gif", rate=rate)
                stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "pal8"
                graph, pictures = _palette_use(frame, palette)
            pictures.push(frame)
            for shown in _pulled(graph):
                out.mux(stream.encode(shown))
        if graph is None:
            raise OSError(f"{source} has no frames")
        pictures.push(None)
        for shown in _pulled(graph):
            out.mux(stream.encode(shown))
        out.mux(stream.encode(None))
    return rate


def _palette(source: Path, colours: int, step: int) -> Any:
    """Choose the colours that stand for those of all frames."""
    from av.filter import Graph

    graph: Any = None
    for frame in _frames(source, step):
        if graph is None:
            graph = Graph()
            pictures = _buffer(graph, frame)
            generator = graph.add("palettegen", f"max_colors={colours}:reserve_transparent=0")
            pictures.link_to(generator)
            generator.link_to(graph.add("buffersink"))
            graph.configure()
        pictures.push(frame)
    if graph is None:
        raise OSError(f"{source} has no frames")
    pictures.push(None)
    return graph.pull()


def _palette_use(frame: Any, palette: Any) -> tuple[Any, Any]:
    """Build the graph that gives frames the palette's colours."""
    from av.filter import Graph

    graph = Graph()
    pictures, chosen = _buffer(graph, frame), _buffer(graph, palette)
    use = graph.add("paletteuse", "dither=none:diff_mode=rectangle")
    pictures.link_to(use, 0, 0)
    chosen.link_to(use, 0, 1)
    use.link_to(graph.add("buffersink"))
    graph.configure()
    chosen.push(palette)
    chosen.push(None)
    return graph, pictures


def _buffer(graph: Any, frame: Any) -> Any:
    return graph.add_buffer(
        width=frame.width,
        height=frame.height,
        format=frame.format,
        time_base=Fraction(frame.time_base) if frame.time_base else Fraction(1, 10),
    )


def _pulled(graph: Any) -> Iterator[Any]:
    """Yield what the graph has ready."""
    from av.error import BlockingIOError as NotYet
    from av.error import EOFError as AtEnd

    while True:
        try:
            yield graph.pull()
        except (NotYet, AtEnd):
            return
