"""Videos joined packet by packet: the same frames to the bit, chapters and subtitles in place."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from convexplain.errors import ConvexplainError

av = pytest.importorskip("av", reason="films need the extra 'video'")
pytest.importorskip("manim", reason="the encoder stands beside the stage, which needs manim")

from convexplain.video.concatenate import join, length  # noqa: E402


def clip(path, frames, *, size=(64, 48), rate=15, seed=0):
    """Write a video of noise with the stage's own encoder."""
    from convexplain.stage.encoder import Chapter, Encoder
    from convexplain.stage.units import Rect

    noise = np.random.default_rng(seed)
    encoder = Encoder(path, *size, rate, [Chapter(0.0, frames / rate, "piece")])
    for _ in range(frames):
        pixels = noise.integers(0, 256, (size[1], size[0], 4), dtype=np.uint8)
        encoder.write(pixels, [Rect(0, 0, *size)])
    encoder.close()
    return path


def pictures(path):
    with av.open(str(path)) as video:
        return [frame.to_ndarray(format="yuv420p") for frame in video.decode(video=0)]


@pytest.fixture
def clips(tmp_path):
    return [clip(tmp_path / f"{n}.mp4", n, seed=n) for n in (23, 1, 40)]


def test_joined_frames_are_those_of_the_pieces_to_the_bit(clips, tmp_path):
    seconds = join(clips, tmp_path / "film.tmp")
    assert seconds == length(tmp_path / "film.tmp") == Fraction(64, 15)
    expected = [picture for each in clips for picture in pictures(each)]
    for made, wanted in zip(pictures(tmp_path / "film.tmp"), expected, strict=True):
        np.testing.assert_array_equal(made, wanted)
    with av.open(str(tmp_path / "film.tmp")) as video:
        stream = video.streams.video[0]
        times = [frame.time for frame in video.decode(stream)]
        assert video.format.name.startswith("mov,mp4")
        context = stream.codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1)
    # Every frame a fifteenth after the one before, across the joins too.
    np.testing.assert_allclose(times, np.arange(64) / 15, atol=1e-4)


def test_each_piece_of_a_joined_video_can_be_jumped_to(clips, tmp_path):
    join(clips, tmp_path / "film.mp4")
    with av.open(str(tmp_path / "film.mp4")) as video:
        stream = video.streams.video[0]
        keys = [
            packet.pts * packet.time_base
            for packet in video.demux(stream)
            if packet.size and packet.is_keyframe
        ]
    assert {Fraction(0), Fraction(23, 15), Fraction(24, 15)} <= set(keys)


def test_chapters_and_subtitles_lie_where_they_were_put(clips, tmp_path):
    told = {
        "en": [(0.0, 1.5, "One"), (2.0, 4.266, "Two")],
        "zh": [(0.0, 1.5, "滑动窗口"), (1.5, 4.0, "池化\n第二行")],
    }
    target = tmp_path / "film.mp4"
    target.write_bytes(b"what was reserved")
    join(clips, target, chapters=[(0.0, "Opening"), (23 / 15, "池化")], subtitles=told)
    with av.open(str(target)) as video:
        assert [
            (mark["start"], mark["end"], mark["metadata"]["title"]) for mark in video.chapters()
        ] == [(0, 1533, "Opening"), (1533, 4267, "池化")]
        tracks = video.streams.subtitles
        assert [track.metadata["language"] for track in tracks] == ["eng", "zho"]
        assert [track.codec_context.name for track in tracks] == ["mov_text", "mov_text"]
    for number, cues in enumerate(told.values()):
        with av.open(str(target)) as video:
            track = video.streams.subtitles[number]
            # Two bytes for the length, then the text; an empty one is a pause.
            found = [
                (float(p.pts * p.time_base), float(p.duration * p.time_base), bytes(p)[2:].decode())
                for p in video.demux(track)
                if len(bytes(p)) > 2
            ]
        assert [text for _, _, text in found] == [text for _, _, text in cues]
        for (begin, lasts, _), (start, end, _) in zip(found, cues, strict=True):
            assert (begin, begin + lasts) == pytest.approx((start, end), abs=0.001)


def test_pieces_that_do_not_fit_are_refused(clips, tmp_path):
    other = clip(tmp_path / "large.mp4", 5, size=(96, 48))
    with pytest.raises(ConvexplainError, match=r"large\.mp4 is encoded otherwise than 23\.mp4"):
        join([clips[0], other], tmp_path / "film.mp4")
    faster = clip(tmp_path / "fast.mp4", 5, rate=30)
    with pytest.raises(ConvexplainError, match=r"fast\.mp4 is encoded otherwise"):
        join([clips[0], faster], tmp_path / "film.mp4")
    headless = tmp_path / "headless.mp4"
    with av.open(str(clips[2])) as source, av.open(str(headless), "w") as target:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        for packet in [packet for packet in source.demux(stream) if packet.size][1:]:
            packet.stream = copy
            target.mux(packet)
    with pytest.raises(ConvexplainError, match=r"headless\.mp4 does not begin with a key frame"):
        join([clips[0], headless], tmp_path / "film.mp4")
