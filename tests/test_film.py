"""The film: lessons chosen, rendered, joined, and found again by the next film."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import boxes
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from convexplain import lessons
from convexplain.cli import cli
from convexplain.data import digits
from convexplain.errors import ConvexplainError, UsageError
from convexplain.lessons._card import Card
from convexplain.lessons.parts.beats import spoken
from convexplain.style.theme import Look
from convexplain.video import clip_cache
from convexplain.video import film as films
from convexplain.video.film import Film, make, select
from convexplain.video.job import Quality

TINY = Quality("tiny", 320, 180, 5)


def test_lessons_are_shown_in_the_order_asked_for():
    chosen = select(["pooling", "sliding-window"], {})
    assert [lesson.name for lesson in chosen] == ["pooling", "sliding-window"]
    film = Film(chosen, Path("x.mp4"))
    assert [part.name for part in film.parts] == ["_card", "pooling", "_card", "sliding-window"]
    cards = [part for part in film.parts if isinstance(part, Card)]
    assert [(card.number, card.count) for card in cards] == [(1, 2), (2, 2)]


@pytest.mark.parametrize(
    ("names", "options", "said"),
    [
        (["poling"], {}, "no lesson 'poling': choose .* did you mean pooling"),
        (["pooling", "channels", "pooling"], {}, "pooling is named twice"),
        ([], {}, "a film of no lessons"),
        (["dense-vs-conv"], {"filter": 3}, "none of these lessons has --filter"),
        (["sliding-window"], {"filter": 99}, "^sliding-window: there is no filter 99"),
        (["_card"], {}, "there is no lesson '_card'"),
    ],
)
def test_a_film_that_cannot_be_is_refused(names, options, said):
    with pytest.raises(UsageError, match=said):
        select(names, options)


def test_options_reach_the_lessons_that_have_them():
    seven = digits.first(7)
    film = Film(
        select(["dense-vs-conv", "pooling"], {"picture": seven, "filter": 5}), Path("x.mp4")
    )
    first, plain, second, pooling = film.parts
    assert (pooling.picture, pooling.filter) == (seven, 5)
    assert plain.picture is None
    assert first.picture is second.picture is seven


def test_a_film_has_one_aspect_for_which_all_its_lessons_are_laid_out(monkeypatch):
    pooling = lessons.find("pooling")
    monkeypatch.setattr(pooling, "aspects", ("16:9",))
    film = Film(select(["sliding-window", "pooling"], {}), Path("x.mp4"), aspect="9:16")
    with pytest.raises(UsageError, match="not for 9:16: pooling; leave --aspect out, or render"):
        make(film)
    monkeypatch.setattr(pooling, "aspects", ("16:9", "9:16"))
    assert {film.job(part, film.main).frame for part in film.parts} == {film.quality.at("9:16")}


@pytest.mark.soak
@pytest.mark.render
def test_an_upright_film_is_upright_from_its_first_card_to_its_end(tmp_path, monkeypatch):
    pytest.importorskip("manim", reason="films need the extra 'video'")
    import av

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    make(Film(select(["sliding-window"], {}), Path("x.mp4"), Look(), TINY, aspect="9:16"))
    with av.open("x.mp4") as video:
        assert (video.streams.video[0].width, video.streams.video[0].height) == (180, 320)


def test_the_command_line_says_what_is_wrong_in_one_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for arguments, said in (
        (["--lessons", "sliding-windw"], "did you mean sliding-window?"),
        (["--lessons", ","], "a film of no lessons"),
        (["--beyond", "--lessons", "pooling"], "--lessons and --beyond exclude one another"),
        (["--lessons", "pooling", "-o", "film.webm"], "has the extension .webm: a film is an mp4"),
        (["--lessons", "pooling", "-o", "/proc/none/film.mp4"], "choose another"),
        (["--digit", "3", "--sample", "4"], "exclude one another"),
        (["--digit", "12"], "there is no digit 12"),
        (["--lessons", "pooling", "--aspect", "16:10"], "no aspect '16:10': choose"),
    ):
        result = CliRunner().invoke(cli, ["film", *arguments], prog_name="convexplain")
        assert result.exit_code == 2, result.output
        assert said in result.output
        assert result.output.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_beyond_joins_all_lessons_that_are_beyond_the_chapter(monkeypatch):
    wanted = []

    def keep(film, **how):
        wanted.append(film)

    monkeypatch.setattr(films, "make", keep)
    result = CliRunner().invoke(cli, ["film", "--beyond", "--pause", "5", "--lang", "zh"])
    assert result.exit_code == 0, result.output
    (film,) = wanted
    names = [lesson.name for lesson in film.lessons]
    files = {path.stem.replace("_", "-") for path in Path(lessons.__file__).parent.glob("*.py")}
    assert names == [name for name in lessons.BEYOND if name in files]
    assert not set(names) & set(lessons.CHAPTER)
    assert film.output.name == "beyond.mp4"
    assert {lesson.pause for lesson in film.lessons} == {5.0}


def test_each_chapter_begins_with_its_card_and_has_its_lesson_s_title():
    film = Film(select(["pooling", "window-size"], {}), Path("x.mp4"), Look("zh"), TINY)
    titles = [lessons.find(name)().title.text("zh") for name in ("pooling", "window-size")]
    marks = [*films._chapters(film, [0.0, 4.0, 60.0, 64.0])]
    assert marks == [(0.0, titles[0]), (60.0, titles[1])]


# The whole.


def cue_of(text):
    """When the subtitles in Chinese say a text, in seconds."""
    for cue in Path("film.zh.srt").read_text("utf-8").strip().split("\n\n"):
        _, times, *lines = cue.splitlines()
        if "".join(lines).replace(" ", "") == text.replace(" ", ""):
            hours, minutes, seconds = times.split(" --> ")[0].replace(",", ".").split(":")
            return 3600 * int(hours) + 60 * int(minutes) + float(seconds)
    raise AssertionError(f"no subtitle says {text}")


@pytest.mark.usefixtures("one_process")
@pytest.mark.render
def test_a_film_is_whole_and_a_second_one_renders_only_what_is_not_right(tmp_path, monkeypatch):
    pytest.importorskip("manim", reason="films need the extra 'video'")
    import av

    from convexplain.stage.poster import filled

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    film = Film(select(["pooling"], {}), Path("film.mp4"), Look(), TINY, embed_subtitles=True)
    pooling = film.lessons[0]
    shares, said = [], []
    result = make(film, workers=2, progress=lambda share, _: shares.append(share), say=said.append)
    beside = {f"film.{lang}.{kind}" for lang in ("en", "zh") for kind in ("srt", "vtt")}
    made = {path.name for path in tmp_path.iterdir()} - {"cache"}
    assert made == {"film.mp4", "film.png"} | beside
    assert (result.rendered, said) == (3, [])
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)

    assert boxes.plays_while_it_loads("film.mp4")
    lengths = [4.0, pooling.seconds]
    assert [part.seconds for part in film.parts] == lengths
    assert result.seconds == pytest.approx(sum(lengths), abs=0.3)
    with av.open("film.mp4") as video:
        marks = [(m["start"], m["metadata"]["title"]) for m in video.chapters()]
        assert len(video.streams.subtitles) == 2
    # The lesson's chapter begins with its card.
    assert marks == [(0, pooling.title.text("en"))]
    with Image.open("film.png") as poster:  # the whole card: it is there to the end
        assert filled(np.asarray(poster)) > 0.15
    # The captions of the lesson stand where the lesson is shown.
    told = [caption for _, caption in spoken(pooling.beats())]
    first, last = (cue_of(caption.text("zh")) for caption in (told[0], told[-1]))
    assert first == pytest.approx(4, abs=0.3)
    assert last < 4 + pooling.seconds
    cues = Path("film.zh.srt").read_text("utf-8-sig").strip().split("\n\n")
    assert len(cues) == sum(len(spoken(part.beats())) for part in film.parts)
    assert cues[-1].splitlines()[2] == told[-1].text("zh")
    ends = cues[-1].splitlines()[1].split(" --> ")[1]
    hours, minutes, seconds = ends.replace(",", ".").split(":")
    end = 3600 * int(hours) + 60 * int(minutes) + float(seconds)
    assert end == pytest.approx(result.seconds, abs=0.001)

    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    cache = clip_cache.folder()
    assert cache == tmp_path / "cache" / "convexplain" / "film"
    (card,) = cache.glob("card-*.mp4")
    card.write_bytes(card.read_bytes()[:-100])
    result = make(film, say=said.append)
    assert result.rendered == 1
    assert said == ["stored pieces damaged, or another's, rendered again: title of 'Pooling'"]
    # As the program of yesterday left it: whole, with its digest, and under a name of its own.
    for path in (card, Path(f"{card}.json")):
        path.rename(path.with_name(path.name.replace(path.name.split("-")[-1][:24], "0" * 24)))
    result = make(film, say=said.append)
    assert result.rendered == 1
    assert said[1].startswith("stored pieces made by another version of the program or its")
    result = make(film, say=said.append)
    assert (result.rendered, len(said)) == (0, 2)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before

    def fail(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(films.concatenate, "join", fail)
    with pytest.raises(ConvexplainError, match=r"cannot write 'film.mp4': No space left"):
        make(film)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


@pytest.mark.render
@pytest.mark.soak
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_film_that_is_stopped_keeps_the_finished_pieces_and_nothing_else(tmp_path, name, code):
    pytest.importorskip("manim", reason="films need the extra 'video'")
    here = tmp_path / "here"
    here.mkdir()
    (here / "film.mp4").write_text("old film")
    command = ["film", "--lessons", "pooling", "-q", "l", "-j", "1", "--quiet", "-o", "film.mp4"]
    process = subprocess.Popen(
        [sys.executable, "-m", "convexplain", *command],
        cwd=here,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    cache, deadline = tmp_path / "cache" / "convexplain" / "film", time.monotonic() + 60
    while not list(cache.glob("*.json")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(getattr(signal, name))
    _, errors = process.communicate(timeout=30)
    assert process.returncode == code
    assert errors.strip() == {"SIGINT": "interrupted", "SIGTERM": ""}[name]
    assert [(path.name, path.read_text()) for path in here.iterdir()] == [("film.mp4", "old film")]
    finished = sorted(cache.iterdir())
    assert len(finished) == 2
    assert clip_cache.look_up(finished[0]) is None


@pytest.mark.usefixtures("one_process")
@pytest.mark.render
def test_shares_of_a_film_are_joined_with_its_voice_and_its_transcript(tmp_path, monkeypatch):
    pytest.importorskip("manim", reason="films need the extra 'video'")
    import test_voice as voices

    from convexplain.video.shares import Shard

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    voices.tone(tmp_path / "voice" / "window-size" / "tiles.wav", 5.0, 700)
    film = Film(
        select(["window-size"], {}), Path("x.mp4"), Look(), TINY, voice=tmp_path / "voice",
        transcript=True,
    )  # fmt: skip
    rendered = []
    for number in (1, 2):
        assert make(film, shard=Shard(number, 2), progress=lambda *_: rendered.append(0)) is None
        assert not Path("x.mp4").exists()
    result = make(film)
    assert result.rendered == 0

    card, lesson = film.parts
    begins = card.seconds + voices.sound.starts(lesson)["tiles"]
    heard, rate, language = voices.track(Path("x.mp4"))
    assert language == "eng"
    assert voices.onset(heard, rate, 700) == pytest.approx(begins, abs=1 / TINY.rate)
    text = Path("x.transcript.txt").read_text("utf-8")
    at = f"{int(begins // 60)}:{int(begins % 60):02d}"
    said = {line.event: line.text("en") for line in voices.lines(lesson.beats())}["tiles"]
    assert f"{at}  {said}" in text
    assert "3 × 3: 3 × 3, from" in text
    assert said in Path("x.transcript.html").read_text("utf-8")
