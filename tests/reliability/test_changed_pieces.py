"""Finished lessons of a film that were changed behind its back: noticed, said, rendered again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from running import frames, run

pytest.importorskip("manim", reason="rendering needs the extra 'video'")
# What is stale or damaged is asked each time, too: in test_film.py and test_clip_cache.py.
pytestmark = [pytest.mark.render, pytest.mark.soak]

FILM = ("film", "--lessons", "short", "-q", "l", "-j", "1", "--quiet", "-o", "a.mp4")
DAMAGED = "stored pieces damaged, or another's, rendered again: short\n"
UNFINISHED = "stored pieces not finished, rendered again: short\n"
STALE = (
    "stored pieces made by another version of the program or its libraries, rendered again: short\n"
)


def sidecar(piece: Path) -> Path:
    return Path(f"{piece}.json")


def truncated(one: Path, other: Path) -> None:
    one.write_bytes(one.read_bytes()[:-1000])


def emptied(one: Path, other: Path) -> None:
    one.write_bytes(b"")


def another_valid_clip(one: Path, other: Path) -> None:
    shutil.copy(other, one)


def another_valid_clip_with_its_digest(one: Path, other: Path) -> None:
    shutil.copy(other, one)
    shutil.copy(sidecar(other), sidecar(one))


def not_vouched_for(one: Path, other: Path) -> None:
    sidecar(one).unlink()


def of_another_version(one: Path, other: Path) -> None:
    """As the program of yesterday left it: whole, with a digest, and a name of its own."""
    name = one.name.rpartition("-")[0] + "-" + "0" * 24 + one.suffix
    told = json.loads(sidecar(one).read_text("utf-8"))
    sidecar(one).rename(sidecar(one.with_name(name)))
    one.rename(one.with_name(name))
    sidecar(one.with_name(name)).write_text(json.dumps({**told, "piece": name}))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (truncated, DAMAGED),
        (emptied, DAMAGED),
        (another_valid_clip, DAMAGED),
        (another_valid_clip_with_its_digest, DAMAGED),
        (not_vouched_for, UNFINISHED),
        (of_another_version, STALE),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_piece_that_was_changed_is_rendered_again(
    here, lone, change: Callable[[Path, Path], None], said: str
):
    shutil.copytree(lone / "cache", here.parent / "cache")
    one, other, *_ = sorted((here.parent / "cache" / "convexplain" / "film").glob("*.mp4"))
    before = frames(one)
    change(one, other)
    done = run(*FILM, cwd=here)
    assert done.err == said
    assert frames(here / "a.mp4") == frames(lone / "film" / "a.mp4")
    assert frames(one) == before
    assert run(*FILM, cwd=here).err == ""


def test_pieces_of_other_options_are_not_used(here, lone):
    shutil.copytree(lone / "cache", here.parent / "cache")
    done = run(*FILM, "--theme", "light", "-v", cwd=here)
    assert "0 of 4 pieces are kept" in done.err
    assert frames(here / "a.mp4") != frames(lone / "film" / "a.mp4")
    assert "4 of 4 pieces are kept" in run(*FILM, "-v", cwd=here).err
    assert frames(here / "a.mp4") == frames(lone / "film" / "a.mp4")
