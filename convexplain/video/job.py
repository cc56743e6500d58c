"""What is to be rendered: a lesson, a look, a size, and the file that it becomes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from convexplain.files import atomic
from convexplain.lessons import Lesson
from convexplain.style.theme import Look
from convexplain.video.sound import Sound

VIDEO_FORMATS = ("mp4", "gif", "webm")
SUBTITLE_FORMATS = ("srt", "vtt")


@dataclass(frozen=True)
class Quality:
    """Size and frame rate of a video.

    Parameters
    ----------
    name : str
        As ``--quality`` takes it.
    width, height : int
        In pixels.
    rate : int
        Frames a second.
    """

    name: str
    width: int
    height: int
    rate: int

    @property
    def lines(self) -> int:
        """The shorter side in pixels: what 720p counts."""
        return min(self.width, self.height)

    def at(self, aspect: str) -> Quality:
        """Return the size with the same shorter side and another aspect, one of `ASPECTS`."""
        long, short = self.width, self.height
        sizes = {
            "16:9": (long, short),
            "4:3": (short * 4 // 3, short),
            "1:1": (short, short),
            "9:16": (short, long),
        }
        width, height = sizes[aspect]
        return replace(self, width=width, height=height)

    def __str__(self) -> str:
        return f"{self.name}: {self.width} × {self.height} at {self.rate}"


QUALITIES = {
    quality.name: quality
    for quality in (
        Quality("l", 854, 480, 15),
        Quality("m", 1280, 720, 30),
        Quality("h", 1920, 1080, 60),
        Quality("p", 2560, 1440, 60),
        Quality("k", 3840, 2160, 60),
    )
}
#: Width to height, as ``--aspect`` takes it; the first is that of the `QUALITIES`.
ASPECTS = ("16:9", "4:3", "1:1", "9:16")
#: What `Job.still` calls the picture that fills the most of the frame, instead of a beat's end.
POSTER = "poster"
#: What `Job.still` calls the lesson in words, as ``convexplain.video.transcript`` reads them.
WORDS = "words"
TRANSCRIPT_FORMATS = ("html", "txt")
# A GIF has one size: larger ones cannot be sent to anyone.
GIF_FRAME = Quality("gif", 640, 360, 10)


@dataclass(frozen=True)
class Job:
    """One lesson to render into one file.

    Parameters
    ----------
    lesson : Lesson
        With its options.
    output : Path
        Its extension is the format: mp4, gif or webm; png for a still.
    look : Look
        Language, theme, captions.
    quality : Quality
        Size and frame rate; a GIF is always `GIF_FRAME`.
    still : str, optional
        Name of a beat: a picture of its end is written instead of a video; or `POSTER`, or `WORDS`.
    subtitles : bool
        Whether the .srt and .vtt are written beside an mp4 or webm.
    poster : bool
        Whether a poster, a PNG without caption, is written beside a video.
    transcript : bool
        Whether what is said and seen is written beside a video, as HTML and as text.
    voice : tuple of Sound
        What is spoken over the events of an mp4 or webm; the lesson has its pace
        (`Lesson.with_sounds`).
    sections : Path, optional
        A folder, made if it is missing, for a clip of each beat of an mp4 or webm.
    scene_file : Path, optional
        A scene of the user's own instead of the bundled one with the lesson's name.
    aspect : {"16:9", "4:3", "1:1", "9:16"}
        Width to height; the quality counts the shorter side.
    """

    lesson: Lesson
    output: Path
    look: Look = field(default_factory=Look)
    quality: Quality = QUALITIES["m"]
    still: str | None = None
    subtitles: bool = True
    poster: bool = False
    transcript: bool = False
    voice: tuple[Sound, ...] = ()
    sections: Path | None = None
    scene_file: Path | None = None
    aspect: str = ASPECTS[0]

    @property
    def format(self) -> str:
        """The output's extension, without the dot, in lower case."""
        return self.output.suffix[1:].lower()

    @property
    def frame(self) -> Quality:
        """Size and frame rate of what is rendered."""
        return (GIF_FRAME if self.format == "gif" else self.quality).at(self.aspect)

    @property
    def module(self) -> str:
        """Name of the lesson's module and scene file, ``sliding_window``."""
        return self.lesson.name.replace("-", "_")

    @property
    def main(self) -> Path:
        """The video or still; where the output is a link, what it points to."""
        return atomic.followed(self.output)

    @property
    def subtitle_files(self) -> tuple[Path, ...]:
        """The subtitles, beside the video."""
        if self.still is not None or not self.subtitles or self.format == "gif":
            return ()
        return tuple(self.main.with_suffix(f".{kind}") for kind in SUBTITLE_FORMATS)

    @property
    def poster_files(self) -> tuple[Path, ...]:
        """The poster, beside the video, if there is to be one."""
        return (self.main.with_suffix(".png"),) if self.poster else ()

    @property
    def transcript_files(self) -> tuple[Path, ...]:
        """The transcript, beside the video, if there is to be one."""
        if not self.transcript:
            return ()
        return tuple(self.main.with_suffix(f".transcript.{kind}") for kind in TRANSCRIPT_FORMATS)

    @property
    def section_files(self) -> tuple[Path, ...]:
        """A clip for each beat, in order."""
        if self.sections is None:
            return ()
        name, ending = self.lesson.name, self.output.suffix.lower()
        return tuple(
            self.sections / f"{name}-{number:02d}-{beat.name}{ending}"
            for number, beat in enumerate(self.lesson.beats())
        )

    @property
    def targets(self) -> tuple[Path, ...]:
        """All that will be written, the main file first."""
        beside = (*self.subtitle_files, *self.poster_files, *self.transcript_files)
        return (self.main, *beside, *self.section_files)
