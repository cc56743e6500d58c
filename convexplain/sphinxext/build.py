"""What documents need, made once: noted while they are read, drawn before they are written.

A file's name in the cache holds what was asked for and what it was made by, as hashes. It appears
whole or not at all, so that several builds may share a cache.
"""

from __future__ import annotations

import dataclasses
import hashlib
import time
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.util import logging
from sphinx.util.parallel import ParallelTasks, SerialTasks, parallel_available

from convexplain import extras, figures
from convexplain.errors import ConvexplainError
from convexplain.files import atomic
from convexplain.messages import Message
from convexplain.sphinxext.requests import FigureRequest, VideoRequest
from convexplain.style.captions import LANGUAGES
from convexplain.style.theme import Look
from convexplain.video import clip_cache, rendering, subtitles
from convexplain.video.job import QUALITIES, WORDS, Job

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.builders import Builder
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment

_LOG = logging.getLogger(__name__)
#: What the pages of a builder show, by its format.
FORMATS = {"html": "svg", "latex": "pdf"}
#: Themes that have no dark side: Sphinx's own, and one that many sites use.
ALWAYS_LIGHT = frozenset(
    [
        "agogo",
        "alabaster",
        "basic",
        "bizstyle",
        "classic",
        "default",
        "haiku",
        "nature",
        "nonav",
        "pyramid",
        "scrolls",
        "sphinxdoc",
        "sphinx_rtd_theme",
        "traditional",
    ]
)
_LIBRARIES = ("matplotlib", "numpy", "pillow")

# What a directive asks for, and where it stands.
Need = tuple[FigureRequest | VideoRequest, str]


def register(app: Sphinx) -> None:
    """Connect to the events of a build."""
    app.connect("env-get-outdated", _outdated)
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
    app.connect("write-started", make)


def need(env: BuildEnvironment, request: FigureRequest | VideoRequest, location: str) -> None:
    """Note that the document that is being read needs a figure or a video."""
    _needs(env).setdefault(env.docname, []).append((request, location))


def stem(request: FigureRequest) -> str:
    """Return how the names of a figure's files begin: a theme and an extension follow."""
    return f"{request.name}-{request.digest}-{_program()}"


def themes(drawn: Sequence[str], builder: Builder) -> tuple[str, ...]:
    """Return those of a figure's themes that the pages of a builder show."""
    light = builder.format != "html" or builder.config.html_theme in ALWAYS_LIGHT
    # Readers of ebooks know one page, and hide no picture.
    return tuple(drawn[:1] if light or builder.name == "epub" else drawn)


def film(request: VideoRequest, place: Path) -> tuple[Path, Path]:
    """Return the files of a video and its poster in the cache, made or not."""
    video, poster, *_ = _jobs(request, place)
    return video.output, poster.output


def words(request: VideoRequest, place: Path) -> Path:
    """Return the file of what is said and seen in a video, made or not."""
    return _jobs(dataclasses.replace(request, transcript=True), place)[2].output


def track(video: str, lang: str) -> str:
    """Return the name of a video's subtitles in a language."""
    return f"{video.removesuffix('.mp4')}.{lang}.vtt"


def wants_videos(config: Config) -> bool:
    """Return whether videos are wanted; what ``-D convexplain_videos=0`` gives is a text."""
    return str(config.convexplain_videos).lower() not in ("0", "false", "no", "")


@cache
def can_render() -> bool:
    """Return whether the extra that renders videos is installed."""
    return not extras.lacking("video", Message("videos"))


def folder(build: BuildEnvironment | Builder) -> Path:
    """Return the cache: as configured, relative to the sources, or beside the doctrees."""
    configured = build.config.convexplain_cache
    return Path(build.srcdir, configured) if configured else Path(build.doctreedir, "convexplain")


def make(app: Sphinx, builder: Builder) -> None:
    """Make what documents need and the cache does not hold; of what fails, a warning."""
    needs = [each for found in _needs(app.env).values() for each in found]
    if builder.format not in FORMATS or not needs:
        return
    place = folder(builder)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        _warn(f"cannot make the folder {str(place)!r}: {error.strerror}", "")
        return
    atomic.sweep(place)
    shows_videos = builder.format == "html" and builder.name != "epub"
    videos = [each for each in needs if isinstance(each[0], VideoRequest)]
    drawn = [each for each in needs if isinstance(each[0], FigureRequest)]
    if shows_videos and wants_videos(app.config) and can_render():
        _render(app, videos, place)
    for request, location in videos:
        assert isinstance(request, VideoRequest)
        still = request.still(app.config.convexplain_theme)
        shown = shows_videos and can_render() and film(request, place)[0].exists()
        if still is not None and not (shown and wants_videos(app.config)):
            drawn.append((still, location))
    _draw(app, builder, drawn, place)
    _prune(place, needs, app)


def _render(app: Sphinx, videos: Iterable[Need], place: Path) -> None:
    """Render the videos that are missing, with their posters and subtitles."""
    missing: dict[Path, tuple[Job, str]] = {}
    for request, location in videos:
        assert isinstance(request, VideoRequest)
        for job in _jobs(request, place):
            if clip_cache.look_up(job.output) is not None:
                missing[job.output] = (job, location)
        for lang in LANGUAGES:
            name = place / track(film(request, place)[0].name, lang)
            if not name.exists():
                atomic.write(name, subtitles.vtt(subtitles.cues_of(request.lesson, lang)))
    if not missing:
        return
    _LOG.info("convexplain: rendering %d videos and posters", len(missing))

    def failed(job: Job, error: ConvexplainError) -> None:
        _warn(f"{job.lesson.name}: {error}", missing[job.output][1])

    def finished(result: rendering.Result) -> None:
        clip_cache.mark_valid(result.job.output)
        _LOG.info("convexplain: %s", result.job.output.name)

    jobs = [job for job, _ in missing.values()]
    try:
        rendering.render(jobs, workers=app.parallel, finished=finished, failed=failed)
    except ConvexplainError as error:
        _warn(str(error), next(iter(missing.values()))[1])


def _jobs(request: VideoRequest, place: Path) -> tuple[Job, ...]:
    """Return the work that makes a video, its poster, and its transcript if there is to be one."""
    quality = QUALITIES[request.quality]

    def kept(ending: str, still: str | None) -> Job:
        # The player's own controls lie where a poster's caption would be.
        look = dataclasses.replace(request.look, captions=request.look.captions and not still)
        unnamed = Job(request.lesson, place / f"x{ending}", look, quality, still, subtitles=False)
        return dataclasses.replace(unnamed, output=clip_cache.path_of(unnamed, place))

    told = [kept(".words", WORDS)] * request.transcript
    return kept(".mp4", None), kept(".png", request.poster), *told


def _draw(app: Sphinx, builder: Builder, needed: Iterable[Need], place: Path) -> None:
    """Draw the figures that are missing, several at a time if the build may."""
    missing: dict[Path, tuple[FigureRequest, str, str]] = {}
    for request, location in needed:
        assert isinstance(request, FigureRequest)
        for theme in themes(request.themes, builder):
            path = place / f"{stem(request)}-{theme}.{FORMATS[builder.format]}"
            if not path.exists():
                missing[path] = (request, theme, location)
    if not missing:
        return
    _LOG.info("convexplain: drawing %d figures", len(missing))
    several = parallel_available and app.parallel > 1 and len(missing) > 1
    tasks: Any = ParallelTasks(app.parallel) if several else SerialTasks()
    for path, (request, theme, location) in missing.items():
        tasks.add_task(_write, (path, request, theme, location))
    tasks.join()


def _write(work: tuple[Path, FigureRequest, str, str]) -> None:
    """Draw one figure into the cache, or say what went wrong."""
    path, request, theme, location = work
    look = Look(lang=request.lang, theme=theme)
    try:
        figure = figures.draw_made(request.name, request.options, look, width=request.width)
        figures.write(figure, path)
    except ConvexplainError as error:
        _warn(f"{request.name}: {error}", location)
    except Exception as error:  # whatever it is, it ends no build of a hundred other pages
        _warn(f"{request.name}: unexpected {type(error).__name__}: {error}", location)


def _prune(place: Path, needs: Iterable[Need], app: Sphinx) -> None:
    """Remove what no document needs, and nobody has made or read for long."""
    used: set[str] = set()
    for request, _ in needs:
        if isinstance(request, FigureRequest):
            used.add(stem(request))
            continue
        still = request.still(app.config.convexplain_theme)
        used |= {stem(still)} if still else set()
        used |= {job.output.stem for job in _jobs(request, place)} if can_render() else set()
    for path in place.iterdir():
        old = time.time() - path.stat().st_mtime > clip_cache.KEPT_FOR
        if old and not path.name.startswith(tuple(used)):
            atomic.remove([path])


@cache
def _program() -> str:
    """Hash what figures depend on beside their options: the program and its libraries."""
    from matplotlib import ft2font

    digest = hashlib.sha256(clip_cache.program_hash().encode())
    versions = [metadata.version(name) for name in _LIBRARIES]
    digest.update(repr((versions, str(ft2font.__freetype_version__))).encode())
    return digest.hexdigest()[:12]


def _needs(env: BuildEnvironment) -> dict[str, list[Need]]:
    if not hasattr(env, "convexplain_needs"):
        env.convexplain_needs = {}  # type: ignore[attr-defined]
    needs: dict[str, list[Need]] = env.convexplain_needs  # type: ignore[attr-defined]
    return needs


def _outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Name the documents whose figures another program has made, or with another extra."""
    now = f"{_program()} {can_render()}"
    before = getattr(env, "convexplain_made_by", now)
    env.convexplain_made_by = now  # type: ignore[attr-defined]
    return [] if before == now else list(_needs(env))


def _purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    _needs(env).pop(docname, None)


def _merge(
    app: Sphinx, env: BuildEnvironment, docnames: Iterable[str], other: BuildEnvironment
) -> None:
    found = _needs(other)
    _needs(env).update({name: found[name] for name in docnames if name in found})


def _warn(message: str, location: str) -> None:
    _LOG.warning(
        "convexplain: %s", message, location=location or None, type="convexplain", subtype="build"
    )
