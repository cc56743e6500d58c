"""A class of videos: one for each pupil and lesson, made once where several are equal."""

from __future__ import annotations

import dataclasses
import html
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from convexplain.errors import ConvexplainError
from convexplain.files import atomic
from convexplain.style.captions import Caption
from convexplain.video import clip_cache, rendering
from convexplain.video.job import Job
from convexplain.video.shares import Shard

#: The folder of all different videos, within that of the class.
STORE = "videos"
INDEX = "index.html"


@dataclass(frozen=True)
class Member:
    """A row of the list."""

    #: Its number in the file.
    row: int
    #: As it is written there.
    name: str
    #: That of this member's videos, within that of the class.
    folder: str
    #: What is rendered; where to is not yet said.
    jobs: tuple[Job, ...]

    def __str__(self) -> str:
        return f"row {self.row}, {self.name}"


@dataclass(frozen=True)
class Made:
    """What was done."""

    #: Videos of all members, and how many of them differ.
    wanted: int
    different: int
    #: Of those that differ: what stood there before, what was rendered now, and what could not be.
    there: int
    rendered: int
    failed: int
    #: How many are left to other shares.
    open: int


def make(
    members: Sequence[Member],
    place: Path,
    *,
    title: str,
    lang: str = "en",
    workers: int = 1,
    executor: Executor | None = None,
    shard: Shard = Shard(),  # noqa: B008
    progress: Callable[[float, str], None] | None = None,
    failed: Callable[[str], None] | None = None,
) -> Made:
    """Render what is missing of a class, and write its page.

    What several members share is rendered once, into the folder `STORE`; each member's folder has
    links to it. What a run before has finished stays, if this program made it, whole. `place`: the
    folder of the class, which is there. `title`: of the page. `lang`: of the page. `workers`: how
    many videos are rendered at the same time, here. `executor`: what renders them instead. `shard`:
    which part of the different videos is made; the page shows whatever is there. `progress`: called
    with the share that is done, 0 to 1, and whose video is in work. `failed`: called with a line
    about a video that could not be made; the others go on.
    """
    store = place / STORE
    store.mkdir(exist_ok=True)
    owners: dict[Path, list[Member]] = defaultdict(list)
    work: dict[Path, Job] = {}
    for member in members:
        for job in member.jobs:
            kept = _kept(job, store)
            work.setdefault(kept.output, kept)
            owners[kept.output].append(member)
    mine = shard.of([*work])
    missing = [work[path] for path in mine if clip_cache.look_up(path) is not None]
    done: dict[Path, float] = {}
    problems: dict[Path, str] = {}

    def advance(job: Job, fraction: float) -> None:
        done[job.output] = fraction
        if progress:
            progress(sum(done.values()) / len(missing), str(owners[job.output][0]))

    def finish(result: rendering.Result) -> None:
        clip_cache.mark_valid(result.job.output)
        _hand_out(result.job, owners[result.job.output], place)

    def fail(job: Job, error: ConvexplainError) -> None:
        done[job.output] = 1.0
        problems[job.output] = str(error)
        if failed:
            whose = owners[job.output]
            more = f" and {len(whose) - 1} more" if whose[1:] else ""
            failed(f"{whose[0]}{more}: {job.lesson.name}: {error}")

    if missing:
        rendering.render(
            missing,
            workers=workers,
            executor=executor,
            progress=advance,
            finished=finish,
            failed=fail,
        )
    there = {path for path in work if path not in problems and clip_cache.look_up(path) is None}
    for path in there:
        _hand_out(work[path], owners[path], place)
    atomic.write(place / INDEX, _page(members, store, there, problems, title, lang))
    return Made(
        sum(len(whose) for whose in owners.values()),
        len(work),
        len(mine) - len(missing),
        len(missing) - len(problems),
        len(problems),
        len(work) - len(mine),
    )


def _kept(job: Job, store: Path) -> Job:
    """Return a job with its place in the store, and without what was computed to check it."""
    bare = dataclasses.replace(job, output=Path(f"x.{job.format}"))
    return dataclasses.replace(bare, output=clip_cache.path_of(bare, store))


def _hand_out(job: Job, members: Iterable[Member], place: Path) -> None:
    """Put a finished video and what belongs to it into the folders of members."""
    for member in members:
        folder = place / member.folder
        folder.mkdir(exist_ok=True)
        for source in (job.main, *job.subtitle_files, *job.poster_files):
            _link(source, folder / f"{job.lesson.name}{source.suffix}")


def _link(source: Path, target: Path) -> None:
    """Let a file be another one, too; where the file system has no such thing, copy it."""
    known, there = source.stat(), target.stat() if target.exists() else None
    if there and (
        os.path.samestat(known, there)
        or (there.st_size == known.st_size and there.st_mtime >= known.st_mtime)
    ):
        return
    link = target.with_name(atomic.temporary_name())
    try:
        os.link(source, link)
    except OSError:
        atomic.write(target, source)
    else:
        link.replace(target)


_PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }}
body {{ margin: 2rem auto; max-width: 72rem; padding: 0 1rem }}
section {{ border-top: 1px solid #8886; padding: .75rem 0 }}
h1 {{ font-size: 1.5rem }} h2 {{ font-size: 1.1rem; margin: 0 0 .5rem }}
ul {{ display: grid; gap: .75rem; list-style: none; margin: 0; padding: 0;
     grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr)) }}
a {{ color: inherit; display: block }} img {{ display: block; height: auto; width: 100% }}
.none {{ opacity: .75 }}
</style></head><body>
<h1>{title}</h1>
<p>{count}</p>
{members}
</body></html>
"""
_COUNT = Caption(en="{n} people, {v} videos", zh="{n} 人，{v} 个视频")
_FAILED = Caption(en="could not be rendered: {why}", zh="无法渲染：{why}")
_OPEN = Caption(en="not rendered yet", zh="尚未渲染")


def _page(
    members: Sequence[Member],
    store: Path,
    there: set[Path],
    problems: dict[Path, str],
    title: str,
    lang: str,
) -> str:
    """Write the page of a class: each member's videos, and what is missing."""
    parts, shown = [], 0
    for member in members:
        items = []
        for job in member.jobs:
            path = _kept(job, store).output
            name = html.escape(job.lesson.beats()[0].title.text(lang))
            base = quote(f"{member.folder}/{job.lesson.name}")
            if path in there:
                shown += 1
                poster = f'<img src="{base}.png" alt="" loading="lazy">' if job.poster else ""
                items.append(f'<li><a href="{base}{path.suffix}">{poster}{name}</a></li>')
            else:
                why = problems.get(path)
                said = _OPEN if why is None else _FAILED.fill(why=why)
                items.append(f'<li class="none">{name}: {html.escape(said.text(lang))}</li>')
        heading = html.escape(member.name)
        parts.append(f"<section><h2>{heading}</h2><ul>\n{chr(10).join(items)}\n</ul></section>")
    count = _COUNT.fill(n=len(members), v=shown).text(lang)
    heading = html.escape(title)
    return _PAGE.format(lang=lang, title=heading, count=count, members="\n".join(parts))
