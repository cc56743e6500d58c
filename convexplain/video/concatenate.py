"""Videos joined packet by packet: what was encoded stays as it is, to the bit."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convexplain.errors import ConvexplainError
from convexplain.video import sound

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.stream import VideoStream

    from convexplain.video.sound import Sound

# An mp4's index goes before its pictures, so that a browser plays it while it loads.
_CONTAINER = {".mp4": {"movflags": "+faststart"}}
_MILLISECOND = Fraction(1, 1000)
#: Names of languages in files, ISO 639-2.
_LANGUAGES = {"en": "eng", "zh": "zho"}
# The encoder of subtitles wants styles in the format of Advanced SubStation Alpha.
_STYLE = b"""[Script Info]
ScriptType: v4.00+
PlayResX: 384
PlayResY: 288

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, \
Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, \
Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,0

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""

Cues = Iterable[tuple[float, float, str]]


def length(video: Path) -> Fraction:
    """Return how long a video of constant rate lasts, in seconds: its frames over their rate."""
    import av

    with av.open(str(video)) as source:
        stream = source.streams.video[0]
        frames = sum(1 for packet in source.demux(stream) if packet.size)
        return frames / Fraction(stream.average_rate or 1)


def join(
    clips: Sequence[Path],
    target: Path,
    *,
    chapters: Sequence[tuple[float, str]] = (),
    subtitles: Mapping[str, Cues] | None = None,
    voice: Sequence[tuple[float, Sound]] = (),
    lang: str = "en",
) -> Fraction:
    """Write videos one after the other into one file, without decoding any; return its seconds.

    The clips are encoded alike, each with a key frame at its start. Chapters are starts in seconds
    and titles; subtitles are cues by language, each a track that is shown only if asked for; voice
    is sounds in a language, each with the second at which it begins.
    """
    import av

    lengths = [length(clip) for clip in clips]
    total = sum(lengths, Fraction(0))
    lead = max(map(_lead, clips))
    kind = clips[0].suffix
    with (
        av.open(str(clips[0])) as first,
        # The target may be called otherwise until it is whole.
        av.open(str(target), "w", kind[1:], options=_CONTAINER.get(kind, {})) as film,
    ):
        template = first.streams.video[0]
        video = film.add_stream_from_template(template)
        starts = [sum(lengths[:number], Fraction(0)) for number in range(len(clips))]
        tracks = [_moved(clips, starts, lead, template, video)]
        if voice:
            spoken = sound.add_stream(film, kind, _LANGUAGES[lang])
            heard = sound.encoded(sound.mixed(voice, float(total)), spoken)
            tracks.append(_timed(heard, spoken.index))
        for language, cues in (subtitles or {}).items():
            track = film.add_stream("mov_text")
            track.metadata["language"] = _LANGUAGES[language]
            track.codec_context.time_base = _MILLISECOND
            track.codec_context.subtitle_header = _STYLE
            tracks.append(_told(cues, track))
        film.set_chapters([*_marks(chapters, float(total))])
        # Players read a file from front to back: packets go in by time.
        for _, _, packet in heapq.merge(*tracks, key=lambda item: item[:2]):
            film.mux(packet)
    return total


Timed = tuple[Fraction, int, "Packet[Any]"]


def _moved(
    clips: Sequence[Path],
    starts: Sequence[Fraction],
    lead: Fraction,
    template: VideoStream,
    target: Any,
) -> Iterator[Timed]:
    """Yield the packets of all clips, each clip later by those before it.

    Every clip is decoded by the same `lead` before it is shown, so that no clip is to be decoded
    before the end of the one before it: a clip of one frame has no lead of its own.
    """
    import av

    for path, start in zip(clips, starts, strict=True):
        with av.open(str(path)) as source:
            stream = source.streams.video[0]
            if _coding(stream) != _coding(template):
                raise ConvexplainError(
                    "{name} is encoded otherwise than {first}: render both again",
                    name=path.name,
                    first=clips[0].name,
                )
            tick = Fraction(stream.time_base or 1)
            offset, earlier = round(start / tick), round((lead - _lead(path)) / tick)
            for number, packet in enumerate(p for p in source.demux(stream) if p.size):
                if number == 0 and not packet.is_keyframe:
                    raise ConvexplainError("{name} does not begin with a key frame", name=path.name)
                assert packet.pts is not None
                assert packet.dts is not None
                packet.pts += offset
                packet.dts += offset - earlier
                packet.stream = target
                yield packet.dts * Fraction(packet.time_base), 0, packet


def _lead(video: Path) -> Fraction:
    """Return how long before it is shown the first frame of a video is decoded, in seconds."""
    import av

    with av.open(str(video)) as source:
        first = next(source.demux(source.streams.video[0]))
        return Fraction((first.pts or 0) - (first.dts or 0)) * Fraction(first.time_base)


def _coding(stream: VideoStream) -> tuple[object, ...]:
    """Return all that must be the same for one header to serve both."""
    context = stream.codec_context
    return (
        context.name,
        context.extradata,
        stream.width,
        stream.height,
        stream.average_rate,
        stream.time_base,
    )


def _told(cues: Cues, track: Any) -> Iterator[Timed]:
    """Yield cues as packets of 3GPP timed text: the length of the text in two bytes, then UTF-8."""
    import av

    for begin, end, text in cues:
        data = text.encode()
        packet: Packet[Any] = av.Packet(len(data).to_bytes(2, "big") + data)
        packet.stream = track
        packet.time_base = _MILLISECOND
        packet.pts = packet.dts = round(1000 * begin)
        packet.duration = round(1000 * end) - packet.pts
        yield packet.pts * _MILLISECOND, track.index, packet


def _timed(packets: Iterable[Packet[Any]], index: int) -> Iterator[Timed]:
    """Yield packets with the second at which each is decoded."""
    for packet in packets:
        assert packet.dts is not None
        yield packet.dts * Fraction(packet.time_base), index, packet


def _marks(chapters: Sequence[tuple[float, str]], total: float) -> Iterator[Any]:
    """Yield chapters as PyAV takes them; each ends where the next begins."""
    begins = [*(start for start, _ in chapters), total]
    for number, ((start, end), (_, title)) in enumerate(
        zip(pairwise(begins), chapters, strict=True)
    ):
        yield {
            "id": number,
            "start": round(1000 * start),
            "end": round(1000 * end),
            "time_base": _MILLISECOND,
            "metadata": {"title": title},
        }
