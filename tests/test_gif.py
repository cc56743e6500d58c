"""GIFs: exact colours, all frames, endless, small."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from convexplain.stage.gif import write_gif

RNG = np.random.default_rng(3)
BLUE, INK = (77, 168, 255), (231, 236, 244)


@pytest.fixture
def make(tmp_path):
    """Write frames (N, H, W, 3) as a lossless video of 10 frames a second."""

    def write(frames):
        path = tmp_path / "frames.mkv"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264rgb", rate=10, options={"qp": "0"})
            stream.height, stream.width = frames[0].shape[:2]
            stream.pix_fmt = "rgb24"
            for number, pixels in enumerate(frames):
                frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
                frame.pts, frame.time_base = number, Fraction(1, 10)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    return write


def shown(path):
    with Image.open(path) as gif:
        return gif.n_frames, gif.info["duration"], gif.info.get("loop")


def test_a_gif_has_every_frame_in_its_exact_colours(make, tmp_path):
    frames = np.zeros((12, 40, 60, 3), np.uint8)
    for number, frame in enumerate(frames):
        frame[:, : 5 * number] = BLUE
        frame[10:20] = INK
    target = tmp_path / "a.gif"
    assert write_gif(make(frames), target) == ()
    assert shown(target) == (12, 100, 0)
    with av.open(str(target)) as gif:
        decoded = [frame.to_ndarray(format="rgb24") for frame in gif.decode(video=0)]
    np.testing.assert_array_equal(decoded, frames)  # no dither, not one pixel


def test_a_gif_that_is_too_large_gives_up_colours_first_and_says_so(make, tmp_path):
    gradient = np.linspace(0, 255, 120, dtype=np.uint8)
    frames = np.stack(
        [np.stack([np.roll(gradient, 7 * n)[None].repeat(80, 0)] * 3, -1) for n in range(8)]
    )
    frames[..., 2] = RNG.integers(0, 60, (80, 120), np.uint8)
    source, target = make(frames), tmp_path / "a.gif"
    write_gif(source, target)
    full = target.stat().st_size
    notes = write_gif(source, target, limit=round(0.95 * full))
    assert notes[0].startswith(("128 colours, to stay", "64 colours, to stay"))
    assert shown(target)[:2] == (8, 100)
    assert target.stat().st_size <= 0.95 * full


def test_then_it_gives_up_frames_and_keeps_its_duration(make, tmp_path):
    frames = RNG.integers(0, 256, (8, 16, 24, 3), np.uint8)
    target = tmp_path / "a.gif"
    source = make(frames)
    write_gif(source, target)
    notes = write_gif(source, target, limit=target.stat().st_size // 3)
    assert "frames a second, to stay below" in notes[0]
    count, duration, _ = shown(target)
    assert count < 8
    assert count * duration == 800
    notes = write_gif(source, target, limit=10)
    assert "even with 16 colours, 1 frames a second" in notes[0]
