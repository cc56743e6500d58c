"""Manim's renderer and file writer, replaced by ones that draw changes and encode once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from manim import config
from manim.mobject.mobject import Mobject
from manim.renderer.cairo_renderer import CairoRenderer
from manim.scene.scene import Scene
from manim.scene.scene_file_writer import SceneFileWriter

from convexplain.stage.camera import StageCamera
from convexplain.stage.encoder import Chapter, Encoder
from convexplain.stage.gif import write_gif
from convexplain.style.theme import Theme


class StageWriter(SceneFileWriter):
    """Writes the whole scene into one file, without pieces and without a cache.

    `chapters`: to be set before the first frame; they become markers in the file. `notes`: remarks
    for the user on the finished file.
    """

    def __init__(self, settings: Any) -> None:
        super().__init__(settings)
        self.chapters: Sequence[Chapter] = ()
        self.notes: tuple[str, ...] = ()
        self._encoder: Encoder | None = None

    def add_partial_movie_file(self, hash_animation: str | None) -> None:
        """Do nothing: there are no pieces."""

    def begin_animation(
        self,
        allow_write: bool = False,
        *,
        animation_index: int,
        file_path: Any = None,
    ) -> None:
        """Do nothing: the file is open from the first frame to the last."""

    def end_animation(self, allow_write: bool = False) -> None:
        """Do nothing: the file is open from the first frame to the last."""

    def show(self, camera: StageCamera, repeat: int = 1) -> None:
        """Append what the camera sees to the video."""
        if self.output_spec.is_image_sequence:
            for _ in range(repeat):
                super().write_frame(camera.pixel_array.copy())
            return
        if not self.output_spec.is_video:
            return
        if self._encoder is None:
            self._unfinished.parent.mkdir(parents=True, exist_ok=True)
            height, width = camera.picture.pixels.shape[:2]
            self._encoder = Encoder(
                self._unfinished, width, height, float(config.frame_rate), self.chapters
            )
        self._encoder.write(camera.picture.pixels, camera.changed, repeat)

    @property
    def _unfinished(self) -> Path:
        """Where frames are collected until the file is whole."""
        target = self.movie_file_path
        suffix = ".mkv" if self.output_spec.is_gif else target.suffix
        return target.with_name(f".{target.stem}.unfinished{suffix}")

    def finish(self) -> None:
        """Close the file, make a GIF of it if one was asked for, and move it into place."""
        if self._encoder is not None:
            self._encoder.close()
            if self.output_spec.is_gif:
                self.notes = write_gif(self._unfinished, self.movie_file_path)
                self._unfinished.unlink()
            else:
                self._unfinished.replace(self.movie_file_path)
        if self.subcaptions:
            self.write_subcaption_file()

    def abort_encode_jobs(self, reraise_encoder_failures: bool = False) -> None:
        """Leave nothing behind of an interrupted scene."""
        if self._encoder is not None:
            self._encoder.abandon()


class StageRenderer(CairoRenderer):
    """Lets the stage's camera find out what moves, instead of Manim's caches.

    `theme`: colours of the background and of all tokens.
    """

    camera: StageCamera
    file_writer: StageWriter

    def __init__(self, theme: Theme, **kwargs: Any) -> None:
        camera: Any = partial(StageCamera, theme)
        super().__init__(file_writer_class=StageWriter, camera_class=camera, **kwargs)
        self.on_frame: Callable[[float], None] = lambda seconds: None
        self.before_frame: Callable[[float], None] = lambda seconds: None

    def play(self, scene: Scene, *args: Any, **kwargs: Any) -> None:
        """Play animations frame by frame."""
        self.skip_animations = self._original_skipping_status
        self.update_skipping_status()
        scene.compile_animation_data(*args, **kwargs)
        scene.begin_animations()
        frames = max(1, round(scene.duration * config.frame_rate))
        end = self.time + frames / config.frame_rate
        if not scene.is_current_animation_frozen_frame():
            scene.play_internal()
        elif not self.skip_animations:
            self.update_frame(scene)
            self.file_writer.show(self.camera, repeat=frames)
        self.time = end
        self.before_frame(end)
        self.on_frame(self.time)
        self.num_plays += 1

    def update_frame(
        self,
        scene: Scene,
        mobjects: Iterable[Mobject] | None = None,
        include_submobjects: bool = True,
        ignore_skipping: bool = True,
        **kwargs: Any,
    ) -> None:
        """Bring the picture up to date; what moves and what does not, the camera finds out."""
        self.camera.capture_mobjects([*scene.mobjects, *scene.foreground_mobjects])

    def render(
        self, scene: Scene, time: float, moving_mobjects: Iterable[Mobject] | None = None
    ) -> None:
        """Draw and write one frame."""
        if self.skip_animations:
            return
        self.before_frame(self.time + 1 / config.frame_rate)
        self.update_frame(scene)
        self.file_writer.show(self.camera)
        self.time += 1 / config.frame_rate
        self.on_frame(self.time)

    def save_static_frame_data(self, scene: Scene, static_mobjects: Iterable[Mobject]) -> None:
        """Do nothing: the camera knows what stands still."""
