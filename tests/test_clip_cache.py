"""Finished lessons that are kept: found again whole and right, or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from short_lesson import ShortLesson

from convexplain.data import digits
from convexplain.lessons._card import Card
from convexplain.lessons._opening import Opening
from convexplain.style.captions import Caption
from convexplain.style.theme import Look
from convexplain.video import clip_cache
from convexplain.video.film import select
from convexplain.video.job import QUALITIES, Job

pytest.importorskip("manim", reason="pieces are made by manim: its version is part of their names")


def job(**options):
    given = {"look": Look(), "quality": QUALITIES["l"], **options}
    lesson = given.pop("lesson", None) or ShortLesson()
    return Job(lesson, given.pop("output", Path("film.mp4")), **given)


@pytest.fixture
def stored(tmp_path):
    """Two pieces that are complete."""
    paths = [
        clip_cache.path_of(job(lesson=ShortLesson(half=half)), tmp_path) for half in (0.8, 0.9)
    ]
    for number, path in enumerate(paths):
        path.write_bytes(bytes([number]) * 1000)
        clip_cache.mark_valid(path)
    return paths


def test_a_complete_piece_is_found_again(stored):
    assert [clip_cache.look_up(path) for path in stored] == [None, None]


def test_a_piece_that_was_never_there_is_not_spoken_of(tmp_path):
    assert clip_cache.look_up(clip_cache.path_of(job(), tmp_path)) == ""


def test_a_truncated_piece_is_damaged(stored):
    stored[0].write_bytes(stored[0].read_bytes()[:-1])
    assert clip_cache.look_up(stored[0]) == clip_cache.DAMAGED


def test_one_changed_bit_is_damage(stored):
    content = bytearray(stored[0].read_bytes())
    content[500] ^= 1
    stored[0].write_bytes(content)
    assert clip_cache.look_up(stored[0]) == clip_cache.DAMAGED


@pytest.mark.parametrize("with_sidecar", [False, True])
def test_exchanged_pieces_are_noticed(stored, with_sidecar):
    one, other = stored
    swap = [(one, other)]
    if with_sidecar:
        swap.append((Path(f"{one}.json"), Path(f"{other}.json")))
    for first, second in swap:
        content = first.read_bytes()
        first.write_bytes(second.read_bytes())
        second.write_bytes(content)
    assert [clip_cache.look_up(path) for path in stored] == [clip_cache.DAMAGED] * 2


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"piece": 1}', b"\xff\xfe"])
def test_a_damaged_sidecar_vouches_for_nothing(stored, content):
    Path(f"{stored[0]}.json").write_bytes(content)
    assert clip_cache.look_up(stored[0]) == clip_cache.DAMAGED


def test_a_piece_without_a_sidecar_was_not_finished(stored):
    Path(f"{stored[0]}.json").unlink()
    assert clip_cache.look_up(stored[0]) == clip_cache.UNFINISHED


def test_pieces_of_another_version_are_stale(stored, monkeypatch, tmp_path):
    versions = {**clip_cache.versions(), "manim": "0.0"}
    monkeypatch.setattr(clip_cache, "versions", lambda: versions)
    clip_cache._made_by.cache_clear()
    try:
        path = clip_cache.path_of(job(lesson=ShortLesson(half=0.8)), tmp_path)
    finally:
        clip_cache._made_by.cache_clear()
    assert path != stored[0]
    assert clip_cache.look_up(path) == clip_cache.STALE


def test_nobody_vouches_for_a_piece_during_which_the_program_changed(monkeypatch, tmp_path):
    path = clip_cache.path_of(job(), tmp_path)
    path.write_bytes(b"made by the old and the new program")
    monkeypatch.setattr(clip_cache, "files", lambda name: tmp_path)
    clip_cache.mark_valid(path)
    assert clip_cache.look_up(path) == clip_cache.UNFINISHED


def test_the_program_s_files_are_part_of_a_piece_s_name(monkeypatch, tmp_path):
    package = tmp_path / "package"
    (package / "assets").mkdir(parents=True)
    (package / "a.py").write_text("x = 1\n")
    (package / "assets" / "weights").write_bytes(b"\0\1")
    monkeypatch.setattr(clip_cache, "files", lambda name: package)
    seen = []

    def look():
        clip_cache._made_by.cache_clear()
        seen.append(clip_cache._made_by())

    try:
        look()
        (package / "__pycache__").mkdir()
        (package / "__pycache__" / "a.pyc").write_bytes(b"made by Python")
        look()
        assert seen[0] == seen[1]
        (package / "a.py").write_text("x = 2\n")
        look()
        (package / "assets" / "weights").write_bytes(b"\0\2")
        look()
        (package / "a.py").rename(package / "b.py")
        look()
    finally:
        clip_cache._made_by.cache_clear()
    assert len(set(seen)) == 4


def test_what_is_asked_for_is_part_of_a_piece_s_name(tmp_path):
    caption = Caption(en="a", zh="一")
    cards = [Card(number=n, count=2, heading=caption, asked=caption) for n in (1, 2)]
    jobs = [
        job(),
        job(lesson=ShortLesson(half=0.9)),
        job(lesson=ShortLesson(mode="slow")),
        job(look=Look(lang="zh")),
        job(look=Look(theme="light")),
        job(look=Look(captions=False)),
        job(quality=QUALITIES["m"]),
        job(output=Path("x.png"), still="first"),
        job(output=Path("x.png"), still="second"),
        *(job(lesson=card) for card in cards),
        *(job(lesson=lesson) for lesson in select(["pooling"], {})),
        *(job(lesson=lesson) for lesson in select(["pooling"], {"filter": 3})),
        *(
            job(lesson=Opening(picture=picture))
            for picture in (None, digits.first(3), digits.first(4))
        ),
    ]
    names = [clip_cache.path_of(each, tmp_path).name for each in jobs]
    assert len(set(names)) == len(names)
    again = clip_cache.path_of(
        job(lesson=Opening(picture=digits.first(4)), output=Path("elsewhere.mp4")), tmp_path
    )
    assert again.name == names[-1]


def test_a_piece_is_named_alike_by_every_process(tmp_path):
    code = (
        "from pathlib import Path; from convexplain.data import digits; "
        "from convexplain.video import clip_cache; from convexplain.video.job import Job; "
        "from convexplain.lessons._opening import Opening; "
        "job = Job(Opening(picture=digits.first(3)), Path('x.mp4')); "
        "print(clip_cache.path_of(job, Path('.')).name)"
    )
    run = [sys.executable, "-c", code]
    name = subprocess.run(run, check=True, capture_output=True, text=True).stdout.strip()
    assert (
        name
        == clip_cache.path_of(Job(Opening(picture=digits.first(3)), Path("x.mp4")), tmp_path).name
    )


def test_pieces_that_nobody_uses_go_and_the_others_stay(stored, tmp_path, monkeypatch):
    old, new = stored
    os.utime(old, (0, time.time() - clip_cache.KEPT_FOR - 60))
    (tmp_path / "gone-1-2.mp4.json").write_text("{}")
    (tmp_path / "notes.txt").write_text("not a piece")
    clip_cache.prune(tmp_path, used=[old])
    assert old.exists()
    clip_cache.prune(tmp_path, used=[])
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {new.name, f"{new.name}.json", "notes.txt"}
    monkeypatch.setattr(clip_cache, "KEPT_BYTES", 999)
    clip_cache.prune(tmp_path, used=[])
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_using_a_piece_keeps_it(stored):
    os.utime(stored[0], (0, 0))
    assert clip_cache.look_up(stored[0]) is None
    assert stored[0].stat().st_mtime > time.time() - 60
