"""A video cut into one clip for each beat, without encoding anything again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convexplain.errors import ConvexplainError

if TYPE_CHECKING:
    from av.packet import Packet


def cut(video: Path, starts: Sequence[float], clips: Sequence[Path]) -> None:
    """Copy the packets of a video into a clip for each start; a clip ends where the next begins.

    Starts are in seconds, the first at 0. A clip that would not start with a key frame is refused:
    its first frames could not be shown.
    """
    import av

    with av.open(str(video)) as source:
        stream = source.streams.video[0]
        frame = 1 / float(stream.average_rate or 30)
        packets: dict[int, list[Packet[Any]]] = {each.index: [] for each in source.streams}
        for packet in source.demux(*source.streams.video, *source.streams.audio):
            if packet.size:
                packets[packet.stream.index].append(packet)
        pictures = packets.pop(stream.index)
        # A clip begins with the key frame nearest to its start; what is decoded before that frame
        # is also shown before it.
        firsts = []
        for start in starts:
            first = min(
                (index for index, packet in enumerate(pictures) if packet.is_keyframe),
                key=lambda index: abs(_seconds(pictures[index]) - start),
            )
            if abs(_seconds(pictures[first]) - start) > frame:
                raise ConvexplainError(
                    "{name} has no key frame at {start:.2f} s, where a clip would start",
                    name=video.name,
                    start=start,
                )
            firsts.append(first)
        for clip, (first, end) in zip(clips, pairwise([*firsts, len(pictures)]), strict=True):
            begin = _seconds(pictures[first])
            until = _seconds(pictures[end]) if end < len(pictures) else math.inf
            tracks: dict[Any, list[Packet[Any]]] = {stream: pictures[first:end]}
            for each in source.streams.audio:
                heard = packets[each.index]
                tracks[each] = [packet for packet in heard if begin <= _seconds(packet) < until]
            _write(clip, tracks, begin)


def _write(clip: Path, tracks: dict[Any, list[Packet[Any]]], begin: float) -> None:
    """Write packets of some streams into a clip that begins at a second of theirs."""
    import av

    # An mp4's index goes before its pictures, so that a browser plays it while it loads.
    options = {"movflags": "+faststart"} if clip.suffix == ".mp4" else {}
    with av.open(str(clip), "w", options=options) as target:
        moved = []
        for stream, packets in tracks.items():
            copy = target.add_stream_from_template(stream)
            for packet in packets:
                offset = round(begin / packet.time_base)
                packet.stream = copy
                packet.pts = None if packet.pts is None else packet.pts - offset
                packet.dts = None if packet.dts is None else packet.dts - offset
                moved.append(packet)
        # Players read a file from front to back: packets go in by time.
        for packet in sorted(moved, key=lambda packet: (packet.dts or 0) * packet.time_base):
            target.mux(packet)


def _seconds(packet: Packet[Any]) -> float:
    return float((packet.pts or 0) * packet.time_base)
