"""The videos of a whole class: lists as people's programs write them, shares, what is made once."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from short_lesson import ShortLesson

from convexplain.cli import cli
from convexplain.cli.class_ import folder_name
from convexplain.errors import ConvexplainError, UsageError
from convexplain.files import table
from convexplain.style.theme import Look
from convexplain.video import classroom, rendering
from convexplain.video.classroom import Member, make
from convexplain.video.job import QUALITIES, Job
from convexplain.video.shares import Shard

LIST = "name,digit,lessons\nAnna,5,pooling\nBen,7,pooling\n"


def written(tmp_path, content):
    path = tmp_path / "list.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# Lists.


@pytest.mark.parametrize(
    "content",
    [
        LIST,
        LIST.replace(",", ";"),
        LIST.replace(",", "\t"),
        LIST.replace("\n", "\r\n"),
        LIST.replace("\n", "\r"),
        "sep=;\n" + LIST.replace(",", ";"),
        "\n\n" + LIST + "\n,,\n",
        b"\xef\xbb\xbf" + LIST.encode(),
        LIST.encode("utf-16"),
        LIST.replace("Anna", '"Anna"'),
    ],
)
def test_a_list_is_read_however_a_program_writes_it(tmp_path, content):
    read = table.read(written(tmp_path, content))
    assert read.columns == ("name", "digit", "lessons")
    assert [[*row.cells.values()] for row in read.rows] == [
        ["Anna", "5", "pooling"], ["Ben", "7", "pooling"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("王伟", "gbk"), ("欧阳震华", "gb18030"), ("Müller", "cp1252"), ("José", "cp1252")],
)
def test_old_encodings_are_found_out(tmp_path, name, encoding):
    path = written(tmp_path, f"name;digit\n{name};3\n".encode(encoding))
    (row,) = table.read(path).rows
    assert row.cells["name"] == name
    (row,) = table.read(path, encoding).rows
    assert row.cells["name"] == name


def test_rows_have_the_numbers_of_their_lines(tmp_path):
    read = table.read(written(tmp_path, "\nname,digit\n\nAnna,5\n\nBen,7,x\n"))
    assert [(row.number, row.surplus) for row in read.rows] == [(4, 0), (6, 1)]


@pytest.mark.parametrize(
    ("content", "encoding", "words"),
    [
        (b"", None, ["is empty", "first row names the columns"]),
        (b"\n \n", None, ["is empty"]),
        (b"name\0,digit\n", None, ["is no text"]),
        (b"name\n\xff\xfe\xfd\n", "utf-8", ["not written in utf-8", "--encoding"]),
        (b"name\n", "klingon", ["klingon", "--encoding"]),
        (b'name,digit\n"Anna,' + b"x" * 200_000, None, ["is no table"]),
    ],
)
def test_what_is_no_list_is_refused_in_a_line(tmp_path, content, encoding, words):
    with pytest.raises(UsageError) as caught:
        table.read(written(tmp_path, content), encoding)
    assert "\n" not in str(caught.value)
    assert all(word in str(caught.value) for word in words), caught.value


def test_a_list_that_is_missing_or_a_folder_is_refused(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(UsageError, match="cannot read"):
            table.read(path)


# Names.


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("Anna", "Anna"),
        ("王 伟", "王 伟"),
        ("a/b\\c:d", "a-b-c-d"),
        ("../../etc/passwd", "etc-passwd"),
        ("..", "name"),
        (".hidden", "hidden"),
        ("NUL", "name-NUL"),
        ("com1.txt", "name-com1.txt"),
        ("ends. ", "ends"),
        ("a\x07b\u202ec", "a-b-c"),
    ],
)
def test_a_folder_can_be_called_so_on_any_system(name, folder):
    assert folder_name(name, set()) == folder


def test_two_people_of_one_name_have_a_folder_each():
    taken = set()
    for expected in ("Anna", "anna-2", "ANNA-3"):
        found = folder_name(expected.removesuffix("-2").removesuffix("-3"), taken)
        assert found == expected
        taken.add(found.casefold())


def test_a_long_name_is_cut_between_characters():
    found = folder_name("王" * 200, set())
    assert found == "王" * 40
    assert len(found.encode()) <= 255


# Rendered.

SCENE = Path(__file__).parent / "scenes" / "short.py"


def job(half=0.8, mode="well"):
    return Job(ShortLesson(mode, half), Path("video.mp4"), Look(), QUALITIES["l"],
               scene_file=SCENE, poster=True)  # fmt: skip


def members():
    return [
        Member(2, "Anna <b>", "Anna", (job(0.8),)),
        Member(3, "Ben", "Ben", (job(0.8),)),
        Member(4, "Cleo", "Cleo", (job(0.9),)),
    ]


@pytest.fixture
def rendered(monkeypatch):
    """The seconds of the lessons that were really rendered."""
    found, real = [], rendering.render

    def render(jobs, **how):
        found.extend(round(each.lesson.half, 2) for each in jobs)
        return real(jobs, **how)

    monkeypatch.setattr(rendering, "render", render)
    return found


@pytest.mark.usefixtures("one_process")
@pytest.mark.render
def test_what_rows_share_is_rendered_once_and_what_is_finished_stays(tmp_path, rendered):
    made = make(members(), tmp_path, title="3 a & b")
    assert rendered == [0.8, 0.9]
    assert (made.wanted, made.different, made.rendered, made.there) == (3, 2, 2, 0)
    anna, ben = tmp_path / "Anna" / "short.mp4", tmp_path / "Ben" / "short.mp4"
    assert anna.samefile(ben)
    assert {path.name for path in ben.parent.iterdir()} == {
        "short.mp4", "short.srt", "short.vtt", "short.png",
    }  # fmt: skip
    page = (tmp_path / "index.html").read_text("utf-8")
    assert "<h2>Anna &lt;b&gt;</h2>" in page
    assert "3 a &amp; b" in page
    assert page.count('href="') == 3
    assert 'href="Cleo/short.mp4"' in page
    assert "3 people, 3 videos" in page

    # One is damaged, another's folder is gone: no more than that is made again.
    (stored,) = [path for path in (tmp_path / "videos").glob("*.mp4") if path.samefile(anna)]
    stored.write_bytes(b"no video")
    (tmp_path / "Cleo" / "short.mp4").unlink()
    made = make(members(), tmp_path, title="3")
    assert rendered == [0.8, 0.9, 0.8]
    assert (made.rendered, made.there) == (1, 1)
    assert all((tmp_path / name / "short.mp4").stat().st_size > 1000 for name in ("Ben", "Cleo"))


@pytest.mark.usefixtures("one_process")
@pytest.mark.render
def test_shares_together_make_all_and_each_page_tells_what_is_missing(tmp_path, rendered):
    first = make(members(), tmp_path, title="x", shard=Shard(1, 2))
    assert rendered == [0.8]
    assert (first.rendered, first.open) == (1, 1)
    page = (tmp_path / "index.html").read_text("utf-8")
    assert page.count("not rendered yet") == 1
    make(members(), tmp_path, title="x", shard=Shard(2, 2))
    assert rendered == [0.8, 0.9]
    assert "not rendered yet" not in (tmp_path / "index.html").read_text("utf-8")


@pytest.mark.usefixtures("one_process")
@pytest.mark.render
def test_a_row_that_fails_is_told_with_its_name_and_the_others_go_on(tmp_path):
    told = []
    rows = [Member(2, "Anna", "Anna", (job(mode="raise"),)), Member(3, "Ben", "Ben", (job(),))]
    made = make(rows, tmp_path, title="x", lang="zh", failed=told.append)
    assert (made.rendered, made.failed) == (1, 1)
    (line,) = told
    assert line.startswith("row 2, Anna: short: the scene says no")
    page = (tmp_path / "index.html").read_text("utf-8")
    assert "无法渲染：the scene says no" in page


def test_where_files_cannot_be_linked_they_are_copied(tmp_path, monkeypatch):
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_bytes(b"one")

    def refuse(*_):
        raise OSError("no such thing on this disk")

    monkeypatch.setattr(os, "link", refuse)
    classroom._link(source, target)
    assert target.read_bytes() == b"one"
    assert not target.samefile(source)


def run(tmp_path, content, *options):
    path = written(tmp_path, content)
    result = CliRunner().invoke(cli, ["class", str(path), "-o", str(tmp_path / "out"), *options])
    return result, [line for line in result.output.splitlines() if line.startswith("Error")]


def test_rows_that_cannot_be_right_are_told_one_by_one(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(
        classroom, "make", lambda rows, *_, **__: seen.extend(rows) or classroom.Made(*[0] * 6)
    )
    result, errors = run(
        tmp_path,
        "Name,Digit,Picture,Lessons,Language,Options,Class\n"
        "Anna,5.0,,pooling;sliding-window,zh,--theme light,3a\n"
        ",5,,pooling,,,\n"
        "Ben,12,,pooling,,,\n"
        "Cleo,5,none.png,pooling,,,\n"
        "Dan,,none.png,pooling,,,\n"
        "Eve,,,poling,,,\n"
        "Fay,,,pooling,de,,\n"
        "Gil,,,pooling,,--fliter 3,\n"
        'Hal,,,pooling,,"--filter ""3",\n'
        "Ida,,,pooling,,,3a,too,much\n"
        "Jon,,,pooling,,-o x.mp4,\n"
        "Anna,,,pooling dense-vs-conv,,,\n",
    )
    assert result.exit_code == 1
    expected = [
        ("row 3:", "no name"),
        ("row 4, Ben:", "no digit 12"),
        ("row 5, Cleo:", "--digit and --image exclude"),
        ("row 6, Dan:", "none.png"),
        ("row 7, Eve:", "pooling?"),
        ("row 8, Fay:", "en or zh"),
        ("row 9, Gil:", "did you mean --filter?"),
        ("row 10, Hal:", "No closing quotation"),
        ("row 11, Ida:", "9 cells for 7 columns"),
        ("row 12, Jon:", "no option -o"),
    ]
    assert len(errors) == len(expected)
    for line, words in zip(errors, expected, strict=True):
        assert all(word in line for word in words), line
    assert "columns that mean nothing here: Class" in result.output
    anna, other = seen
    assert (anna.folder, other.folder) == ("Anna", "Anna-2")
    assert [each.lesson.name for each in anna.jobs] == ["pooling", "sliding-window"]
    assert anna.jobs[0].look == Look("zh", "light")
    assert anna.jobs[0].lesson.picture.label == 5
    # What reads no digit is the same for all, whatever digit a row has.
    assert [each.lesson.name for each in other.jobs] == ["pooling", "dense-vs-conv"]


def test_a_list_without_a_header_is_refused(tmp_path):
    result, _ = run(tmp_path, "Anna,5\nBen,7\n")
    assert result.exit_code == 2 or isinstance(result.exception, ConvexplainError)


def test_chinese_columns_are_known(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(
        classroom, "make", lambda rows, *_, **__: seen.extend(rows) or classroom.Made(*[0] * 6)
    )
    result, errors = run(tmp_path, "姓名;数字;课程\n王伟;3;pooling\n".encode("gbk"))
    assert errors == []
    assert "read as gb18030" in result.output
    (member,) = seen
    assert member.name == member.folder == "王伟"
    assert member.jobs[0].lesson.picture.label == 3


@pytest.mark.parametrize("text", ["0/3", "4/3", "x", "1/", "1/0", "-1/2", "1/2/3"])
def test_a_share_that_is_none_is_refused(text):
    with pytest.raises(UsageError, match="share"):
        Shard.parse(text)


def test_shares_are_a_partition():
    work = [*range(17)]
    parts = [Shard(k, 5).of(work) for k in range(1, 6)]
    assert sorted(itertools.chain(*parts)) == work
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
