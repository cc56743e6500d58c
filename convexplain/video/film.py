"""The chapter as one film, or lessons of a choice with a title card each, joined."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from time import monotonic
from typing import Any

from convexplain import extras, lessons
from convexplain.errors import ConvexplainError, UsageError, choose, shortened
from convexplain.files import atomic
from convexplain.lessons import Lesson
from convexplain.lessons._card import Card, heading
from convexplain.messages import Message
from convexplain.style.captions import LANGUAGES
from convexplain.style.theme import Look
from convexplain.video import (
    clip_cache,
    concatenate,
    measure_video,
    rendering,
    sound,
    subtitles,
    transcript,
)
from convexplain.video.job import (
    ASPECTS,
    QUALITIES,
    SUBTITLE_FORMATS,
    TRANSCRIPT_FORMATS,
    WORDS,
    Job,
    Quality,
)
from convexplain.video.shares import Shard
from convexplain.video.sound import Sound
from convexplain.video.subtitles import Cue

_logger = logging.getLogger(__name__)
_FLAGS = {"picture": "--digit, --sample or --image"}


@dataclass(frozen=True)
class Film:
    """What is to be made.

    Parameters
    ----------
    lessons : tuple of Lesson
        In order; `select` makes those of a choice, ``convexplain.lessons.tell`` those of the story.
    output : Path
        An mp4; the subtitles and the poster stand beside it.
    look : Look
        Language, theme, captions.
    quality : Quality
        Size and frame rate.
    embed_subtitles : bool
        Whether the subtitles are also tracks of the file, in both languages.
    aspect : {"16:9", "4:3", "1:1", "9:16"}
        Width to height, for all parts.
    voice : Path, optional
        A folder of sounds, with one for each lesson that is spoken (``convexplain.video.sound``).
    transcript : bool
        Whether what is said and seen is written beside it, as HTML and as text.
    """

    lessons: tuple[Lesson, ...]
    output: Path
    look: Look = field(default_factory=Look)
    quality: Quality = QUALITIES["m"]
    embed_subtitles: bool = False
    aspect: str = ASPECTS[0]
    voice: Path | None = None
    transcript: bool = False

    def job(self, part: Lesson, output: Path, **how: Any) -> Job:
        """Return how one part is rendered."""
        return Job(part, output, self.look, self.quality, aspect=self.aspect, **how)

    @property
    def main(self) -> Path:
        """The film; where the output is a link, what it points to."""
        return atomic.followed(self.output)

    @property
    def poster(self) -> Path:
        """The picture beside it."""
        return self.main.with_suffix(".png")

    @property
    def transcript_files(self) -> tuple[Path, ...]:
        """The transcript beside it, if there is to be one."""
        if not self.transcript:
            return ()
        return tuple(self.main.with_suffix(f".transcript.{kind}") for kind in TRANSCRIPT_FORMATS)

    @property
    def subtitle_files(self) -> dict[Path, str]:
        """The subtitles beside it, each with its language."""
        return {
            self.main.with_suffix(f".{lang}.{kind}"): lang
            for lang in LANGUAGES
            for kind in SUBTITLE_FORMATS
        }

    @cached_property
    def parts(self) -> tuple[Lesson, ...]:
        """Everything that is shown, in order, at the pace of its sounds."""
        return tuple(lesson for lesson, _ in self._spoken)

    @property
    def sounds(self) -> tuple[tuple[Sound, ...], ...]:
        """What is spoken over each part."""
        return tuple(sounds for _, sounds in self._spoken)

    @cached_property
    def _spoken(self) -> tuple[tuple[Lesson, tuple[Sound, ...]], ...]:
        if self.voice is None:
            return tuple((part, ()) for part in self._told)
        # A card's sound lies in the folder of its lesson, whose own are not the card's.
        owners = [
            after if isinstance(part, Card) else part
            for part, after in zip(self._told, (*self._told[1:], self._told[-1]), strict=True)
        ]
        own = map(_folder, owners)
        folders = sound.folders(self.voice, dict.fromkeys([*lessons.names(), *own]))
        return tuple(
            sound.speak(part, self.voice, name, sound.all_events(owner)) if name in folders
            else (part, ())
            for part, owner, name in zip(self._told, owners, map(_folder, owners), strict=True)
        )  # fmt: skip

    @cached_property
    def _told(self) -> tuple[Lesson, ...]:
        """Everything that is shown, in order; each lesson with its card, but in a story.

        A card shows its lesson's digit; where it has none, the picture of the first lesson that was
        given one.
        """
        if any(lesson.telling is not None for lesson in self.lessons):
            return self.lessons
        given = (getattr(lesson, "picture", None) for lesson in self.lessons)
        picture = next((each for each in given if each is not None), None)
        between: list[Lesson] = []
        for number, lesson in enumerate(self.lessons, start=1):
            card = Card(
                number=number,
                count=len(self.lessons),
                heading=heading(lesson.title),
                asked=lesson.question,
                picture=getattr(lesson, "shown_picture", picture),
            )
            between += [card, lesson]
        return tuple(between)


@dataclass(frozen=True)
class Result:
    """What was made.

    Parameters
    ----------
    film : Film
        As it was given.
    seconds : float
        How long it lasts.
    size : int
        Its bytes.
    chapters : tuple of (float, str)
        Start in seconds and title of each marker.
    rendered : int
        How many parts were rendered now; the others were there.
    """

    film: Film
    seconds: float
    size: int
    chapters: tuple[tuple[float, str], ...]
    rendered: int


def select(names: Sequence[str], options: Mapping[str, Any]) -> tuple[Lesson, ...]:
    """Make the lessons of a film.

    Parameters
    ----------
    names : sequence of str, optional
        In the order in which they are shown.
    options : mapping
        Fields and their values, each for the lessons that have it; None is not given.

    Returns
    -------
    tuple of Lesson
        At least one.

    Raises
    ------
    UsageError
        If there is no such lesson, one is named twice, no lesson has an option, or one cannot
        take its value.
    """
    known = lessons.names()
    chosen = list(names)
    for name in chosen:
        if name not in known:
            raise UsageError(
                "there is no lesson {name!r}: {choice}", name=name, choice=choose(name, known)
            )
        if chosen.count(name) > 1:
            raise UsageError(
                "the lesson {name} is named twice: a film shows each one once", name=name
            )
    if not chosen:
        raise UsageError("a film of no lessons: name one or more")
    given = {name: value for name, value in options.items() if value is not None}
    kinds = [lessons.find(name) for name in chosen]
    for option in given:
        if not any(option in _fields(kind) for kind in kinds):
            raise UsageError(
                "none of these lessons has {flag}: leave it out, or add a lesson that has it",
                flag=_FLAGS.get(option, "--" + option),
            )
    made = []
    for kind in kinds:
        own = {name: value for name, value in given.items() if name in _fields(kind)}
        try:
            made.append(kind(**own))
        except UsageError as error:
            raise UsageError("{name}: {error}", name=kind.name, error=error) from error
    return tuple(made)


def _fields(kind: type[Lesson]) -> set[str]:
    return {each.name for each in kind.options()}


def make(
    film: Film,
    *,
    workers: int = 1,
    executor: Executor | None = None,
    shard: Shard = Shard(),  # noqa: B008
    progress: Callable[[float, str], None] | None = None,
    say: Callable[[str], None] | None = None,
) -> Result | None:
    """Render what is missing, and join everything.

    Parameters
    ----------
    film : Film
        What to make.
    workers : int
        How many parts are rendered at the same time.
    executor : concurrent.futures.Executor, optional
        What renders the parts, as for `convexplain.video.rendering.render`.
    shard : Shard
        Which of the parts are rendered, into the cache; of a share no film is made.
    progress : callable, optional
        Called with the share of the film that is done, 0 to 1, and the lesson in work.
    say : callable, optional
        Called with a line about stored pieces that could not be used.

    Returns
    -------
    Result or None
        Once every file stands in its place; None of a share.

    Raises
    ------
    UsageError
        If the output cannot be right. Nothing has been written.
    ConvexplainError
        If a part fails, or a file cannot be written. Parts that are finished stay in the cache;
        the output file is left as it was.
    """
    _check(film)
    extras.require("video", Message("videos"))
    parts = film.parts  # sounds that cannot be are told before anything is made
    place = clip_cache.folder()
    for folder in (film.main.parent, place):
        atomic.sweep(folder)
    still = film.job(parts[0], film.poster, still=parts[0].beats()[0].name)
    videos = [film.job(part, film.main, subtitles=False) for part in parts]
    told = [
        film.job(part, film.main.with_suffix(".words"), still=WORDS)
        for part in parts * film.transcript
    ]
    jobs = [_kept(job, place) for job in (*videos, *told, still)]
    reasons = {job.output: clip_cache.look_up(job.output) for job in jobs}
    if say:
        for line in _remarks(jobs, reasons):
            say(line)
        for part, sounds in zip(parts, film.sounds, strict=True):
            if sounds and (remark := sound.silent(part, sounds)):
                say(Message("{lesson}: {remark}", lesson=_called(part), remark=remark))
    missing = [job for job in shard.of(jobs) if reasons[job.output] is not None]
    _logger.info(
        Message(
            "{kept} of {count} pieces are kept in {place}",
            kept=len(jobs) - len(missing),
            count=len(jobs),
            place=place,
        )
    )
    _render(missing, parts, workers, executor, progress)
    if not shard.whole:
        return None
    *paths, picture = [job.output for job in jobs]
    words = paths[len(parts) :]
    result = _join(film, paths[: len(parts)], words, picture, len(missing))
    clip_cache.prune(place, [*paths, picture])
    return result


def _check(film: Film) -> None:
    """Refuse an output that cannot be written, before any work."""
    if film.output.suffix.lower() != ".mp4":
        raise UsageError(
            "the film {name!r} has the extension {suffix}: a film is an mp4, which holds its "
            "chapters; name it so",
            name=film.output.name,
            suffix=film.output.suffix or Message("(none)"),
        )
    rendering.check_aspect(film.aspect, film.lessons)
    rendering.check(film.job(film.lessons[0], film.output, subtitles=False))
    if film.main in (film.poster, *film.subtitle_files):
        raise UsageError(
            "{output!r} leads to a file that is no film: name another", output=str(film.output)
        )
    for target in (film.poster, *film.subtitle_files):
        if target.is_dir():
            raise UsageError(
                "{target!r}, which would be written too, is a folder", target=str(target)
            )


def _kept(job: Job, place: Path) -> Job:
    return dataclasses.replace(job, output=clip_cache.path_of(job, place))


def _remarks(jobs: Sequence[Job], reasons: Mapping[Path, str | None]) -> Iterator[str]:
    """Return which stored pieces are not used and why, a line for each reason."""
    whys = {
        clip_cache.STALE: Message("made by another version of the program or its libraries"),
        clip_cache.UNFINISHED: Message("not finished"),
        clip_cache.DAMAGED: Message("damaged, or another's"),
    }
    for reason, why in whys.items():
        names = [_called(job.lesson) for job in jobs if reasons[job.output] == reason]
        if names:
            yield Message(
                "stored pieces {why}, rendered again: {names}", why=why, names=shortened(names)
            )


def _folder(part: Lesson) -> str:
    """Return in which folder the sounds of a part are."""
    return (part.telling and part.telling.name) or part.name.strip("_")


def _called(part: Lesson) -> str:
    """Name a part of the film to the user."""
    if isinstance(part, Card):
        return Message("title of {heading!r}", heading=part.heading)
    return _folder(part)


def _render(
    missing: Sequence[Job],
    parts: Sequence[Lesson],
    workers: int,
    executor: Executor | None,
    progress: Callable[[float, str], None] | None,
) -> None:
    """Render clips; each is marked as valid as soon as it is complete."""
    if not missing:
        return
    lengths = {id(job): 1.0 if job.still else job.lesson.seconds for job in missing}
    total = sum(lengths.values())
    done: dict[int, float] = {}

    def advance(job: Job, fraction: float) -> None:
        done[id(job)] = fraction
        if progress:
            share = sum(lengths[each] * part for each, part in done.items()) / total
            progress(share, _called(job.lesson))

    def fail(job: Job, error: ConvexplainError) -> None:
        raise type(error)(
            Message("{lesson}: {error}", lesson=_called(job.lesson), error=error)
        ) from error

    rendering.render(
        missing,
        workers=workers,
        executor=executor,
        progress=advance,
        finished=lambda result: clip_cache.mark_valid(result.job.output),
        failed=fail,
    )


def _join(
    film: Film, paths: Sequence[Path], words: Sequence[Path], picture: Path, rendered: int
) -> Result:
    """Concatenate valid clips; put the film and what belongs to it in place together."""
    try:
        lengths = [concatenate.length(path) for path in paths]
    except OSError as error:
        raise ConvexplainError("cannot read a finished lesson: {error}", error=error) from error
    starts = [*accumulate(lengths, initial=lengths[0] * 0)]
    marks = tuple(_chapters(film, [float(start) for start in starts]))
    heard = [
        (float(start) + begin[each.event], each)
        for part, sounds, start in zip(film.parts, film.sounds, starts, strict=False)
        for begin in [sound.starts(part)]
        for each in sounds
    ]
    cues = {lang: _cues(film.parts, starts, lang) for lang in LANGUAGES}

    def whole(file: Path) -> None:
        began = monotonic()
        embedded = cues if film.embed_subtitles else {}
        concatenate.join(
            paths, file, chapters=marks, subtitles=embedded, voice=heard, lang=film.look.lang
        )
        frame = film.quality.at(film.aspect)
        measure_video.check_video(file, frame, [float(each) for each in lengths])
        _logger.info(
            Message("joined and looked at in {seconds:.2f} s", seconds=monotonic() - began)
        )

    texts = {
        target: subtitles.encode(target.suffix, cues[lang])
        for target, lang in film.subtitle_files.items()
    }
    moments = transcript.joined(
        moment._replace(start=moment.start + float(start))
        for path, start in zip(words, starts, strict=False)
        for moment in transcript.read(path)
    )
    title, lang = film.parts[0].beats()[0].title.text(film.look.lang), film.look.lang
    for target in film.transcript_files:
        write = transcript.page if target.suffix == ".html" else transcript.text
        texts[target] = write(title, "", moments, lang).encode()
    atomic.write(film.output, whole, beside={film.poster: picture, **texts})
    size, seconds = film.main.stat().st_size, starts[-1]
    return Result(film, float(seconds), size, marks, rendered)


def _chapters(film: Film, starts: Sequence[float]) -> Iterator[tuple[float, str]]:
    """Yield a marker for each lesson, at its card if it has one.

    The beats are not marked: a hundred chapters of a few seconds are no table of contents.
    """
    lang = film.look.lang
    for number, part in enumerate(film.parts):
        if isinstance(part, Card):
            yield starts[number], film.parts[number + 1].title.text(lang)
        elif part.telling is not None:
            yield starts[number], part.shown_title.text(lang)


def _cues(parts: Sequence[Lesson], starts: Sequence[Any], lang: str) -> tuple[Cue, ...]:
    """Return the captions of all parts as cues, each part from its first frame to its last.

    What is said at the end of a part, and still at the beginning of the next, is one cue.
    """
    cues: list[Cue] = []
    for part, start, end in zip(parts, starts, starts[1:], strict=False):
        own = list(subtitles.cues_of(part, lang, float(start)))
        # A part lasts whole frames, its beats may not.
        own[-1] = own[-1]._replace(end=float(end))
        if cues and cues[-1].text == own[0].text:
            own[0] = own[0]._replace(start=cues.pop().start)
        cues += own
    return tuple(cues)
