"""``convexplain class``: the videos of a whole class, as a list of rows asks for them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convexplain.cli import _explain, _log, _options
from convexplain.cli._lesson import LessonCommand
from convexplain.cli._progress import Progress
from convexplain.cli._speak import say, tell
from convexplain.cli._types import Count, Name
from convexplain.cli.film import Names, cores
from convexplain.errors import ConvexplainError, UsageError, choose, listed
from convexplain.messages import Message
from convexplain.style.format import name as shown_name

if TYPE_CHECKING:
    from convexplain.files.table import Row, Table
    from convexplain.lessons import Lesson
    from convexplain.video.classroom import Made, Member
    from convexplain.video.job import Job

#: The columns of a list, and what else they may be called.
COLUMNS = {
    "name": ("names", "姓名", "名字"),
    "digit": ("数字", "手写数字"),
    "sample": ("样本",),
    "picture": ("image", "图片"),
    "lessons": ("lesson", "课程"),
    "language": ("lang", "语言"),
    "options": ("选项",),
}
# What no file may be called on some system, and what no name of one may hold.
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]+')
#: Bytes of a folder's name: what belongs to it stands behind.
_LONGEST = 120


@click.command("class", short_help="Render the videos of a whole class, from a list.")
@click.argument("list", type=click.Path(path_type=Path), metavar="LIST.csv")
@click.option(
    "--lessons",
    metavar="A,B,C",
    type=Names(),
    help="Of rows that name none.  [default: the chapter's]",
)
@_options.render_look
@click.option("--encoding", metavar="NAME", help="Of the list, if it is neither UTF-8 nor GBK.")
@click.option(
    "-j",
    "--jobs",
    type=Count(1),
    metavar="N",
    help="How many videos are rendered at the same time.  [default: one a processor]",
)
@_options.shared_out
@click.option(
    "-o", "--output", metavar="DIR", type=click.Path(), required=True, help="The folder of all."
)
@click.option("--quiet", is_flag=True, help="No progress, only the last line.")
@_log.verbose
def class_(
    list: Path,
    lessons: tuple[str, ...] | None,
    quality: str,
    aspect: str,
    lang: str,
    theme: str,
    no_captions: bool,
    encoding: str | None,
    jobs: int | None,
    shard: str | None,
    cluster: str | None,
    output: str,
    quiet: bool,
    verbose: int,
) -> int:
    """Render the videos of a whole class, from a list with a row for each pupil.

    The columns of the list: name; digit, sample or picture; lessons; language; options. Videos
    that several rows share are rendered once, what a run before has finished stays, and a page
    shows all.
    """
    from convexplain.files import table
    from convexplain.video import classroom
    from convexplain.video.shares import Shard
    from convexplain.video.shares import cluster as connected

    share = Shard.parse(shard) if shard else Shard()
    read = table.read(list, encoding)
    if read.encoding not in ("utf-8", "utf-8-sig") and encoding is None and not quiet:
        say(
            "{path}: read as {encoding}; --encoding says otherwise",
            path=list,
            encoding=read.encoding,
            err=True,
        )
    given = ["--quality", quality, "--aspect", aspect, "--lang", lang, "--theme", theme]
    given += ["--no-captions"] * no_captions
    columns = _columns(read, list, quiet)
    place = _options.made_folder(_options.expanded(output))
    with (
        Progress(list.stem, quiet=quiet) as progress,
        _log.log_lines(verbose, partial(progress.line, err=True)),
        connected(cluster) as executor,
    ):

        def report(line: str) -> None:
            progress.line(Message("Error: {message}", message=line), err=True)

        requests = _Requests(given, lessons, list.parent)
        members, refused = _members(read, columns, requests, report)
        made = classroom.make(
            members,
            place,
            title=list.stem,
            lang=lang,
            workers=jobs or cores(),
            executor=executor,
            shard=share,
            progress=progress,
            failed=report,
        )
    click.echo(tell(describe(made, place)))
    return 1 if refused or made.failed else 0


def describe(made: Made, place: Path) -> Message:
    """Say what was done."""
    parts = [
        Message("{count} rendered", count=made.rendered),
        Message("{count} there already", count=made.there),
    ]
    if made.failed:
        parts.append(Message("{count} failed", count=made.failed))
    if made.open:
        parts.append(Message("{count} left to other shares", count=made.open))
    return Message(
        "wrote {path}: {videos} videos, {different} of them different: {parts}",
        path=shown_name(place / "index.html"),
        videos=made.wanted,
        different=made.different,
        parts=listed(parts),
    )


def _columns(read: Table, path: Path, quiet: bool) -> dict[str, str]:
    """Find out which column of a list is which."""
    known = {other: name for name, others in COLUMNS.items() for other in (name, *others)}
    found = {written.casefold().strip(): written for written in read.columns if written}
    columns = {known[word]: written for word, written in found.items() if word in known}
    if "name" not in columns:
        raise UsageError(
            "{path!r} begins with {columns!r}: its first row names the columns, of which name "
            "must be one; {choice}",
            path=str(path),
            columns=", ".join(read.columns)[:60],
            choice=choose("", COLUMNS),
        )
    others = [written for word, written in found.items() if word not in known]
    if others and not quiet:
        say(
            "{path}: columns that mean nothing here: {names}",
            path=path,
            names=listed(others),
            err=True,
        )
    return columns


def _members(
    read: Table, columns: dict[str, str], requests: _Requests, report: Callable[[str], None]
) -> tuple[list[Member], int]:
    """Make the members of all rows that can be right; of the others tell what is wrong."""
    from convexplain.video.classroom import STORE, Member

    members: list[Member] = []
    folders = {STORE}
    refused = 0
    for row in read.rows:
        cells = {name: row.cells.get(written, "") for name, written in columns.items()}
        name = cells["name"]
        try:
            jobs = requests.jobs(row, cells, len(read.columns))
        except ConvexplainError as error:
            where = Message("row {number}", number=row.number)
            if name:
                where = Message("row {number}, {name}", number=row.number, name=name)
            report(Message("{where}: {error}", where=where, error=error))
            refused += 1
            continue
        folder = folder_name(name, folders)
        folders.add(folder.casefold())
        members.append(Member(row.number, name, folder, jobs))
    return members, refused


def folder_name(name: str, taken: set[str]) -> str:
    """Return what the folder of someone is called, on any system, unlike all that are taken.

    >>> folder_name("../Anna", {"anna"}), folder_name("CON", set())
    ('Anna-2', 'name-CON')
    """
    plain = _FORBIDDEN.sub("-", name).strip(" .-")
    if not plain or _RESERVED.fullmatch(plain):
        plain = f"name-{plain}".strip("-")
    while len(plain.encode()) > _LONGEST:
        plain = plain[:-1].rstrip(" .-")
    number, found = 1, plain
    while found.casefold() in taken:
        number += 1
        found = f"{plain}-{number}"
    return found


class _Requests:
    """Reads rows by the parser of ``convexplain render``: the same options, the same errors."""

    def __init__(self, given: list[str], lessons: tuple[str, ...] | None, folder: Path) -> None:
        self.given = given
        self.lessons = lessons
        self.folder = folder  # in which the list is: pictures are named relative to it
        self._known: dict[tuple[str, ...], Job] = {}

    def jobs(self, row: Row, cells: dict[str, str], width: int) -> tuple[Job, ...]:
        """Return what a row asks for."""
        if not cells["name"]:
            raise UsageError("there is no name: give one")
        if row.surplus > 0:
            raise UsageError(
                "{cells} cells for {columns} columns: put quotes round what holds a separator",
                cells=width + row.surplus,
                columns=width,
            )
        arguments = [*self.given, *self._arguments(cells)]
        return tuple(self._job([name, *arguments]) for name in self._lessons(cells))

    def _lessons(self, cells: dict[str, str]) -> Iterator[str]:
        from convexplain import lessons

        written = cells.get("lessons", "")
        named = re.split(r"[\s,;，；、]+", written.strip()) if written else []
        known = lessons.names()
        if named in ([], ["all"]):
            named = [*(self.lessons or (name for name in lessons.CHAPTER if name in known))]
        kind = Name("lesson", known)
        yield from dict.fromkeys(kind.convert(name, None, None) for name in named)

    def _arguments(self, cells: dict[str, str]) -> Iterator[str]:
        """Write cells as on a command line."""
        for name in ("digit", "sample"):
            if text := cells.get(name, ""):
                yield f"--{name}={text.removesuffix('.0')}"  # as spreadsheets write whole numbers
        if text := cells.get("picture", ""):
            yield f"--image={self.folder / Path(text).expanduser()}"
        if text := cells.get("language", ""):
            yield f"--lang={text}"
        try:
            yield from shlex.split(cells.get("options", ""))
        except ValueError as error:
            raise UsageError(
                "the options {options!r}: {error}", options=cells["options"], error=error
            ) from error

    def _job(self, arguments: list[str]) -> Job:
        from convexplain import lessons
        from convexplain.video import rendering

        key = tuple(arguments)
        if key not in self._known:
            # A lesson that reads no digit is the same for all.
            kind = lessons.find(arguments[0])
            if not any(field.name == "picture" for field in kind.options()):
                own = ("--digit=", "--sample=", "--image=")
                arguments = [each for each in arguments if not each.startswith(own)]
            try:
                job: Job = _row.main(arguments, "class", standalone_mode=False)
                rendering.check(job)
            except (ConvexplainError, click.ClickException) as error:
                _, text = _explain(error)
                raise UsageError(text) from error
            self._known[key] = job
        return self._known[key]


@click.command(cls=LessonCommand, add_help_option=False)
@_options.render_look
def _row(
    lesson: Lesson, quality: str, aspect: str, lang: str, theme: str, no_captions: bool
) -> Any:
    """Make the job of a row, whose place is not yet said."""
    from convexplain.style.theme import Look
    from convexplain.video.job import QUALITIES, Job

    look = Look(lang=lang, theme=theme, captions=not no_captions)
    return Job(
        lesson.bare(), Path("video.mp4"), look, QUALITIES[quality], poster=True, aspect=aspect
    )
