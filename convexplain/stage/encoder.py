"""Frames into a video file: BT.709, tagged as such, encoded beside the drawing."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
import numpy.typing as npt

from convexplain.stage.canvas import Pixels
from convexplain.stage.units import Rect

# ITU-R BT.709: luma weights, and the ranges of studio levels. A fourth weight, of alpha, is 0:
# whole pixels are multiplied faster than three of their channels. Chroma is of the sum of four.
_KR, _KG, _KB = 0.2126, 0.7152, 0.0722
_LUMA = np.array([_KR, _KG, _KB, 0], dtype=np.float32) * np.float32(219 / 255)
_CHROMA = np.array(
    [
        np.array([-_KR, -_KG, 1 - _KB, 0]) / (2 * (1 - _KB)),
        np.array([1 - _KR, -_KG, -_KB, 0]) / (2 * (1 - _KR)),
    ],
    dtype=np.float32,
).T * np.float32(224 / 255 / 4)
_STRIP = 64_000  # pixels converted at once: what fits into a core's cache is converted fastest
_MANY = 0.3  # of all blocks: if more have changed, all are converted

_WAITING = 48_000_000  # bytes of pictures that wait for the encoder at most

_BT709 = 1  # in FFmpeg's tables of primaries, transfer characteristics and matrices alike
_STUDIO_RANGE = 1


class Chapter(NamedTuple):
    """A chapter marker: where it begins and ends, in seconds, and what it is called."""

    start: float
    end: float
    title: str


class Format(NamedTuple):
    """How one kind of file is encoded."""

    codec: str
    pixels: str
    options: dict[str, str]
    container: dict[str, str] = {}  # noqa: RUF012  # a named tuple's default is never changed


# Every picture is encoded as it comes, from the one before: what moves here are flat colours and
# thin lines, of which looking ahead, or between pixels, saves few bytes and costs half of the time.
# All of it alike (qp), which takes less time than to weigh parts against one another; with colours
# a little finer, and edges of blocks not smoothed, lines and text are nearer to what was drawn.
_AT_ONCE = (
    "bframes=0:ref=1:rc-lookahead=0:mbtree=0:scenecut=0:weightp=0:subme=0:"
    "aq-mode=0:no-deblock=1:chroma-qp-offset=-2"
)

FORMATS = {
    ".mp4": Format(
        "libx264",
        "yuv420p",
        {"preset": "superfast", "qp": "17", "threads": "1", "x264-params": _AT_ONCE},
        # The index goes before the pictures: a browser plays the file while it still loads.
        container={"movflags": "+faststart"},
    ),
    ".webm": Format(
        "libvpx-vp9",
        "yuv420p",
        {"crf": "24", "b:v": "0", "deadline": "realtime", "cpu-used": "6", "threads": "2"},
    ),
    # Without loss, for what is made of the frames afterwards.
    ".mkv": Format("libx264rgb", "rgb24", {"preset": "ultrafast", "qp": "0", "threads": "1"}),
}


class YUVFrame:
    """The current frame in the encoder's colours, kept up to date rectangle by rectangle.

    Of what is painted anew most looks as before: where it does, it is not converted again. `width`
    and `height`: size of the frame in pixels; both even.
    """

    def __init__(self, width: int, height: int) -> None:
        self.size = (width, height)
        # Black, as a picture of nothing but zeros is.
        self.planes: npt.NDArray[np.uint8] = np.full((height * 3 // 2, width), 128, dtype=np.uint8)
        self.luma = self.planes[:height]
        self.luma[...] = 16
        quarter = (height // 2, width // 2)
        flat = self.planes[height:].reshape(-1)
        self.blue = flat[: quarter[0] * quarter[1]].reshape(quarter)
        self.red = flat[quarter[0] * quarter[1] :].reshape(quarter)
        # What was converted last, two pixels in one number, and where their luma is.
        self._last = np.zeros((height, width // 2), dtype=np.uint64)
        self._pairs = self.luma.reshape(-1).view(np.uint16)

    def update(self, pixels: Pixels, rects: Sequence[Rect]) -> None:
        """Convert what changed.

        `pixels`, (height, width, 4): RGBA. `rects`: where it changed.
        """
        width, height = self.size
        for rect in rects:
            # Colour has half the resolution: whole 2 by 2 blocks are converted.
            x0, y0 = rect.left // 2 * 2, rect.top // 2 * 2
            x1, y1 = min(-(-rect.right // 2) * 2, width), min(-(-rect.bottom // 2) * 2, height)
            rows = max(2, _STRIP // max(1, x1 - x0) // 2 * 2)
            for top in range(y0, y1, rows):
                self._convert(pixels, x0, top, x1, min(top + rows, y1))

    def _convert(self, pixels: Pixels, x0: int, y0: int, x1: int, y1: int) -> None:
        whole = pixels.reshape(len(pixels), -1).view(np.uint64)
        part = whole[y0:y1, x0 // 2 : x1 // 2]
        last = self._last[y0:y1, x0 // 2 : x1 // 2]
        differs = part != last
        # Which blocks of 2 by 2 pixels, counted row by row.
        found = (differs[0::2] | differs[1::2]).ravel().nonzero()[0]
        if len(found) == 0:
            return
        last[...] = part
        if len(found) > _MANY * part.size / 2:
            self._convert_all(pixels[y0:y1, x0:x1], x0, y0)
            return
        # Where the upper two of each block are in the frame, and its one colour.
        half, across = self.size[0] // 2, (x1 - x0) // 2
        rows = found // across
        blocks = found + rows * (half - across) + (y0 // 2 * half + x0 // 2)
        upper = blocks + (rows + y0 // 2) * half
        two = np.empty((len(found), 2), np.uint64)
        two[:, 0], two[:, 1] = whole.take(upper), whole.take(upper + half)
        four = two.view(np.uint8).reshape(-1, 4)
        luma = _luma(four).astype(np.uint8).view(np.uint16).reshape(-1, 2)
        self._pairs[upper], self._pairs[upper + half] = luma[:, 0], luma[:, 1]
        whole_pixels = four.astype(np.uint16).view(np.uint64).reshape(-1, 4)
        first, second, third, fourth = whole_pixels.T
        chroma = _chroma(first + second + third + fourth).astype(np.uint8)
        self.blue.reshape(-1)[blocks], self.red.reshape(-1)[blocks] = chroma.T

    def _convert_all(self, part: Pixels, x0: int, y0: int) -> None:
        height, width = part.shape[:2]
        self.luma[y0 : y0 + height, x0 : x0 + width] = _luma(part).reshape(height, width)
        whole = part.astype(np.uint16).view(np.uint64).squeeze(axis=-1)
        rows = whole[0::2] + whole[1::2]
        chroma = _chroma(rows[:, 0::2] + rows[:, 1::2]).reshape(height // 2, width // 2, 2)
        quarter = np.s_[y0 // 2 : (y0 + height) // 2, x0 // 2 : (x0 + width) // 2]
        self.blue[quarter], self.red[quarter] = chroma[..., 0], chroma[..., 1]


def _luma(pixels: Pixels) -> npt.NDArray[np.float32]:
    """Return the luma of all pixels, RGBA, to be cut off to whole numbers."""
    luma: npt.NDArray[np.float32] = pixels.astype(np.float32).reshape(-1, 4) @ _LUMA
    luma += np.float32(16.5)
    return luma


def _chroma(sums: npt.NDArray[np.uint64]) -> npt.NDArray[np.float32]:
    """Return blue and red of blocks, (n, 2), to be cut off to whole numbers.

    The four channels of a pixel are added as one number: a sum of four bytes has 16 bits.
    """
    channels = np.ascontiguousarray(sums).reshape(-1, 1).view(np.uint16)
    chroma: npt.NDArray[np.float32] = channels.astype(np.float32) @ _CHROMA
    chroma += np.float32(128.5)
    return chroma


def _ring(width: int, height: int, pixels: str) -> deque[Any]:
    """Return frames to be filled in turn: new ones each time would tear the memory to pieces."""
    frame: Any = av.VideoFrame(width, height, pixels)
    waiting = max(1, min(8, _WAITING // sum(plane.buffer_size for plane in frame.planes)))
    return deque([frame, *(av.VideoFrame(width, height, pixels) for _ in range(waiting + 1))])


def _fill(frame: Any, parts: Sequence[Pixels]) -> None:
    """Give a frame its planes, each (height, bytes a row)."""
    frame.make_writable()
    for plane, values in zip(frame.planes, parts, strict=True):
        rows = np.asarray(memoryview(plane)).reshape(plane.height, plane.line_size)
        rows[:, : values.shape[1]] = values


class Encoder:
    """Writes a video file in a thread of its own, so that drawing and encoding share two cores.

    `path`: where to; its extension chooses the format: .mp4, .webm, or lossless .mkv. `width` and
    `height`: size of the frames in pixels; both even. `frame_rate`: frames a second. `chapters`:
    markers written into the file, of every format alike.
    """

    def __init__(
        self,
        path: Path,
        width: int,
        height: int,
        frame_rate: float,
        chapters: Sequence[Chapter] = (),
    ) -> None:
        self.path = path
        self.format = FORMATS[path.suffix]
        self.frames = 0
        rate = Fraction(frame_rate).limit_denominator(1001)
        self._tick = 1 / rate
        self._keyframes = {round(chapter.start * float(rate)) for chapter in chapters}
        self._yuv = YUVFrame(width, height) if self.format.pixels == "yuv420p" else None
        self._last: av.VideoFrame | None = None
        self._ring = _ring(width, height, self.format.pixels)
        self._container = av.open(str(path), "w", options=self.format.container)
        stream: Any = self._container.add_stream(
            self.format.codec, rate=rate, options=dict(self.format.options)
        )
        stream.width, stream.height = width, height
        stream.pix_fmt = self.format.pixels
        stream.codec_context.gop_size = max(1, round(10 * float(rate)))
        if self._yuv is not None:
            context = stream.codec_context
            context.color_primaries = context.color_trc = context.colorspace = _BT709
            context.color_range = _STUDIO_RANGE
        if chapters:
            self._container.set_chapters(
                [
                    {
                        "id": number,
                        "start": round(chapter.start * 1000),
                        "end": round(chapter.end * 1000),
                        "time_base": Fraction(1, 1000),
                        "metadata": {"title": chapter.title},
                    }
                    for number, chapter in enumerate(chapters)
                ]
            )
        self._stream = stream
        self._error: BaseException | None = None
        # A frame comes again after all the others: of those that wait and the one that is encoded.
        self._queue: queue.Queue[tuple[av.VideoFrame, int, int] | None] = queue.Queue(
            maxsize=len(self._ring) - 2
        )
        self._thread = threading.Thread(target=self._work, name="encoder", daemon=True)
        self._thread.start()

    @property
    def seconds(self) -> float:
        """Length of what has been written so far."""
        return float(self.frames * self._tick)

    def write(self, pixels: Pixels, changed: Sequence[Rect], repeat: int = 1) -> None:
        """Append the current picture.

        `pixels`, (height, width, 4): RGBA; may be painted on again as soon as this returns.
        `changed`: where it differs from the picture before. `repeat`: for how many frames it stands
        still.
        """
        self._raise()
        if changed or self._last is None:
            self._last = self._ring[0]
            self._ring.rotate(-1)
            if self._yuv is None:
                _fill(self._last, [pixels[..., :3].reshape(len(pixels), -1)])
            else:
                self._yuv.update(pixels, changed)
                _fill(self._last, [self._yuv.luma, self._yuv.blue, self._yuv.red])
        self._queue.put((self._last, self.frames, repeat))
        self.frames += repeat

    def close(self) -> None:
        """Finish the file.

        Raises OSError if it could not be written, as on a full disk.
        """
        self._queue.put(None)
        self._thread.join()
        self._container.close()
        self._raise()

    def abandon(self) -> None:
        """Stop at once and remove the unfinished file."""
        if self._thread.is_alive():
            self._error = self._error or RuntimeError("abandoned")
            self._queue.put(None)
            self._thread.join()
        self._container.close()
        self.path.unlink(missing_ok=True)

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            if self._error is None:
                try:
                    self._encode(*item)
                except BaseException as error:  # shown to the drawing thread by its next call
                    self._error = error
        if self._error is None:
            try:
                self._container.mux(self._stream.encode(None))
            except BaseException as error:
                self._error = error

    def _encode(self, frame: av.VideoFrame, number: int, repeat: int) -> None:
        for index in range(number, number + repeat):
            frame.pts = index
            frame.time_base = self._tick
            # A chapter begins with a frame that players can jump to.
            first = index in self._keyframes
            frame.pict_type = (
                av.video.frame.PictureType.I if first else av.video.frame.PictureType.NONE
            )
            self._container.mux(self._stream.encode(frame))
