"""A video cut into one clip for each beat, without encoding anything again."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from convexplain.errors import ConvexplainError

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.stream import VideoStream


def cut(video: Path, starts: Sequence[float], clips: Sequence[Path]) -> None:
    """Copy the packets of a video into a clip for each start; a clip ends where the next begins.

    Starts are in seconds, the first at 0. A clip that would not start with a key frame is refused:
    its first frames could not be shown.
    """
    import av

    with av.open(str(video)) as source:
        stream = source.streams.video[0]
        frame = 1 / float(stream.average_rate or 30)
        packets = [packet for packet in source.demux(stream) if packet.size]
        # A clip begins with the key frame nearest to its start; what is decoded before that frame
        # is also shown before it.
        firsts = []
        for start in starts:
            first = min(
                (index for index, packet in enumerate(packets) if packet.is_keyframe),
                key=lambda index: abs(_seconds(packets[index]) - start),
            )
            if abs(_seconds(packets[first]) - start) > frame:
                raise ConvexplainError(
                    f"{video.name} has no key frame at {start:.2f} s, where a clip would start"
                )
            firsts.append(first)
        for clip, (first, end) in zip(clips, pairwise([*firsts, len(packets)]), strict=True):
            # An mp4's index goes before its pictures, so that a browser plays it while it loads.
            options = {"movflags": "+faststart"} if clip.suffix == ".mp4" else {}
            with av.open(str(clip), "w", options=options) as target:
                copy = target.add_stream_from_template(stream)
                offset = packets[first].pts or 0
                for packet in packets[first:end]:
                    packet.stream = copy
                    packet.pts = None if packet.pts is None else packet.pts - offset
                    packet.dts = None if packet.dts is None else packet.dts - offset
                    target.mux(packet)


def _seconds(packet: Packet[VideoStream]) -> float:
    return float((packet.pts or 0) * packet.time_base)
