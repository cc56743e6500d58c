"""The film: pieces kept and verified, joined to the bit, with chapters and subtitles in place."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from fractions import Fraction
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from short_lesson import ShortLesson

from convexplain import lessons, pieces
from convexplain.captions import Caption
from convexplain.cli import cli
from convexplain.errors import ConvexplainError, UsageError
from convexplain.lessons._card import APART, Card, heading
from convexplain.lessons._closing import Closing
from convexplain.lessons._opening import Opening
from convexplain.rendering import QUALITIES, Job, Quality
from convexplain.theme import Look

av = pytest.importorskip("av", reason="films need the extra 'video'")
pytest.importorskip("manim", reason="films need the extra 'video'")

from convexplain import film as films  # noqa: E402
from convexplain.film import Film, make, select  # noqa: E402
from convexplain.joining import join, length  # noqa: E402

TINY = Quality("tiny", 320, 180, 5)


# Joining.


def clip(path, frames, *, size=(64, 48), rate=15, seed=0):
    """Write a video of noise with the stage's own encoder."""
    from convexplain.stage.encoder import Chapter, Encoder
    from convexplain.stage.units import Rect

    noise = np.random.default_rng(seed)
    encoder = Encoder(path, *size, rate, [Chapter(0.0, frames / rate, "piece")])
    for _ in range(frames):
        pixels = noise.integers(0, 256, (size[1], size[0], 4), dtype=np.uint8)
        encoder.write(pixels, [Rect(0, 0, *size)])
    encoder.close()
    return path


def pictures(path):
    with av.open(str(path)) as video:
        return [frame.to_ndarray(format="yuv420p") for frame in video.decode(video=0)]


@pytest.fixture
def clips(tmp_path):
    return [clip(tmp_path / f"{n}.mp4", n, seed=n) for n in (23, 1, 40)]


def test_joined_frames_are_those_of_the_pieces_to_the_bit(clips, tmp_path):
    seconds = join(clips, tmp_path / "film.tmp")
    assert seconds == length(tmp_path / "film.tmp") == Fraction(64, 15)
    expected = [picture for each in clips for picture in pictures(each)]
    for made, wanted in zip(pictures(tmp_path / "film.tmp"), expected, strict=True):
        np.testing.assert_array_equal(made, wanted)
    with av.open(str(tmp_path / "film.tmp")) as video:
        stream = video.streams.video[0]
        times = [frame.time for frame in video.decode(stream)]
        assert video.format.name.startswith("mov,mp4")
        context = stream.codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1)
    # Every frame a fifteenth after the one before, across the joins too.
    np.testing.assert_allclose(times, np.arange(64) / 15, atol=1e-4)


def test_each_piece_of_a_joined_video_can_be_jumped_to(clips, tmp_path):
    join(clips, tmp_path / "film.mp4")
    with av.open(str(tmp_path / "film.mp4")) as video:
        stream = video.streams.video[0]
        keys = [
            packet.pts * packet.time_base
            for packet in video.demux(stream)
            if packet.size and packet.is_keyframe
        ]
    assert {Fraction(0), Fraction(23, 15), Fraction(24, 15)} <= set(keys)


def test_chapters_and_subtitles_lie_where_they_were_put(clips, tmp_path):
    told = {
        "en": [(0.0, 1.5, "One"), (2.0, 4.266, "Two")],
        "zh": [(0.0, 1.5, "滑动窗口"), (1.5, 4.0, "池化\n第二行")],
    }
    target = tmp_path / "film.mp4"
    target.write_bytes(b"what was reserved")
    join(clips, target, chapters=[(0.0, "Opening"), (23 / 15, "池化")], subtitles=told)
    with av.open(str(target)) as video:
        assert [
            (mark["start"], mark["end"], mark["metadata"]["title"]) for mark in video.chapters()
        ] == [(0, 1533, "Opening"), (1533, 4267, "池化")]
        tracks = video.streams.subtitles
        assert [track.metadata["language"] for track in tracks] == ["eng", "zho"]
        assert [track.codec_context.name for track in tracks] == ["mov_text", "mov_text"]
    for number, cues in enumerate(told.values()):
        with av.open(str(target)) as video:
            track = video.streams.subtitles[number]
            # Two bytes for the length, then the text; an empty one is a pause.
            found = [
                (float(p.pts * p.time_base), float(p.duration * p.time_base), bytes(p)[2:].decode())
                for p in video.demux(track)
                if len(bytes(p)) > 2
            ]
        assert [text for _, _, text in found] == [text for _, _, text in cues]
        for (begin, lasts, _), (start, end, _) in zip(found, cues, strict=True):
            assert (begin, begin + lasts) == pytest.approx((start, end), abs=0.001)


def test_pieces_that_do_not_fit_are_refused(clips, tmp_path):
    other = clip(tmp_path / "large.mp4", 5, size=(96, 48))
    with pytest.raises(ConvexplainError, match=r"large\.mp4 is encoded otherwise than 23\.mp4"):
        join([clips[0], other], tmp_path / "film.mp4")
    faster = clip(tmp_path / "fast.mp4", 5, rate=30)
    with pytest.raises(ConvexplainError, match=r"fast\.mp4 is encoded otherwise"):
        join([clips[0], faster], tmp_path / "film.mp4")
    headless = tmp_path / "headless.mp4"
    with av.open(str(clips[2])) as source, av.open(str(headless), "w") as target:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        for packet in [packet for packet in source.demux(stream) if packet.size][1:]:
            packet.stream = copy
            target.mux(packet)
    with pytest.raises(ConvexplainError, match=r"headless\.mp4 does not begin with a key frame"):
        join([clips[0], headless], tmp_path / "film.mp4")


# Pieces.


def job(**options):
    given = {"look": Look(), "quality": QUALITIES["l"], **options}
    lesson = given.pop("lesson", None) or ShortLesson()
    return Job(lesson, given.pop("output", Path("film.mp4")), **given)


@pytest.fixture
def stored(tmp_path):
    """Two pieces that are complete."""
    paths = [pieces.path_of(job(lesson=ShortLesson(half=half)), tmp_path) for half in (0.8, 0.9)]
    for number, path in enumerate(paths):
        path.write_bytes(bytes([number]) * 1000)
        pieces.keep(path)
    return paths


def test_a_complete_piece_is_found_again(stored):
    assert [pieces.look_up(path) for path in stored] == [None, None]


def test_a_piece_that_was_never_there_is_not_spoken_of(tmp_path):
    assert pieces.look_up(pieces.path_of(job(), tmp_path)) == ""


def test_a_truncated_piece_is_damaged(stored):
    stored[0].write_bytes(stored[0].read_bytes()[:-1])
    assert pieces.look_up(stored[0]) == pieces.DAMAGED


def test_one_changed_bit_is_damage(stored):
    content = bytearray(stored[0].read_bytes())
    content[500] ^= 1
    stored[0].write_bytes(content)
    assert pieces.look_up(stored[0]) == pieces.DAMAGED


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
    assert [pieces.look_up(path) for path in stored] == [pieces.DAMAGED] * 2


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"piece": 1}', b"\xff\xfe"])
def test_a_damaged_sidecar_vouches_for_nothing(stored, content):
    Path(f"{stored[0]}.json").write_bytes(content)
    assert pieces.look_up(stored[0]) == pieces.DAMAGED


def test_a_piece_without_a_sidecar_was_not_finished(stored):
    Path(f"{stored[0]}.json").unlink()
    assert pieces.look_up(stored[0]) == pieces.UNFINISHED


def test_pieces_of_another_version_are_stale(stored, monkeypatch, tmp_path):
    versions = {**pieces.versions(), "manim": "0.0"}
    monkeypatch.setattr(pieces, "versions", lambda: versions)
    pieces._made_by.cache_clear()
    try:
        path = pieces.path_of(job(lesson=ShortLesson(half=0.8)), tmp_path)
    finally:
        pieces._made_by.cache_clear()
    assert path != stored[0]
    assert pieces.look_up(path) == pieces.STALE


def test_the_program_s_files_are_part_of_a_piece_s_name(monkeypatch, tmp_path):
    package = tmp_path / "package"
    (package / "assets").mkdir(parents=True)
    (package / "a.py").write_text("x = 1\n")
    (package / "assets" / "weights").write_bytes(b"\0\1")
    monkeypatch.setattr(pieces, "files", lambda name: package)
    seen = []

    def look():
        pieces._made_by.cache_clear()
        seen.append(pieces._made_by())

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
        pieces._made_by.cache_clear()
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
        *(job(lesson=Opening(picture=picture)) for picture in (None, digit(3), digit(4))),
    ]
    names = [pieces.path_of(each, tmp_path).name for each in jobs]
    assert len(set(names)) == len(names)
    again = pieces.path_of(
        job(lesson=Opening(picture=digit(4)), output=Path("elsewhere.mp4")), tmp_path
    )
    assert again.name == names[-1]


def digit(label):
    from convexplain import digits

    return digits.first(label)


def test_a_piece_is_named_alike_by_every_process(tmp_path):
    code = (
        "from pathlib import Path; from convexplain import digits, pieces; "
        "from convexplain.rendering import Job; from convexplain.lessons._opening import Opening; "
        "job = Job(Opening(picture=digits.first(3)), Path('x.mp4')); "
        "print(pieces.path_of(job, Path('.')).name)"
    )
    run = [sys.executable, "-c", code]
    name = subprocess.run(run, check=True, capture_output=True, text=True).stdout.strip()
    assert name == pieces.path_of(Job(Opening(picture=digit(3)), Path("x.mp4")), tmp_path).name


def test_pieces_that_nobody_uses_go_and_the_others_stay(stored, tmp_path, monkeypatch):
    old, new = stored
    os.utime(old, (0, time.time() - pieces.KEPT_FOR - 60))
    (tmp_path / "gone-1-2.mp4.json").write_text("{}")
    (tmp_path / "notes.txt").write_text("not a piece")
    pieces.prune(tmp_path, used=[old])
    assert old.exists()
    pieces.prune(tmp_path, used=[])
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {new.name, f"{new.name}.json", "notes.txt"}
    monkeypatch.setattr(pieces, "KEPT_BYTES", 999)
    pieces.prune(tmp_path, used=[])
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_using_a_piece_keeps_it(stored):
    os.utime(stored[0], (0, 0))
    assert pieces.look_up(stored[0]) is None
    assert stored[0].stat().st_mtime > time.time() - 60


# The programme.


def test_lessons_are_shown_in_the_order_asked_for():
    chosen = select(["pooling", "sliding-window"], {})
    assert [lesson.name for lesson in chosen] == ["pooling", "sliding-window"]
    film = Film(chosen, Path("x.mp4"))
    assert [part.name for part in film.parts] == [
        "_opening", "_card", "pooling", "_card", "sliding-window", "_closing"
    ]  # fmt: skip
    cards = [part for part in film.parts if isinstance(part, Card)]
    assert [(card.number, card.count) for card in cards] == [(1, 2), (2, 2)]


def test_without_names_it_is_the_chapter():
    assert [lesson.name for lesson in select(None, {})] == list(lessons.CHAPTER)


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
    seven = digit(7)
    film = Film(
        select(["dense-vs-conv", "pooling"], {"picture": seven, "filter": 5}), Path("x.mp4")
    )
    opening, first, plain, second, pooling, _ = film.parts
    assert (pooling.picture, pooling.filter) == (seven, 5)
    assert not hasattr(plain, "picture")
    assert opening.picture is first.picture is second.picture is seven


def test_the_command_line_says_what_is_wrong_in_one_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for arguments, said in (
        (["--lessons", "sliding-windw"], "did you mean sliding-window?"),
        (["--lessons", ","], "a film of no lessons"),
        (["-o", "film.webm"], "has the extension .webm: a film is an mp4"),
        (["-o", "missing/film.mp4"], "does not exist"),
        (["--digit", "3", "--sample", "4"], "exclude one another"),
        (["--digit", "12"], "there is no digit 12"),
    ):
        result = CliRunner().invoke(cli, ["film", *arguments], prog_name="convexplain")
        assert result.exit_code == 2, result.output
        assert said in result.output
        assert result.output.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


# Cards.


def scene_class(name):
    path = Path(str(files("convexplain.scenes"))) / f"_{name}.py"
    spec = importlib.util.spec_from_file_location(f"scene_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name.capitalize())


def show(lesson, lang, tmp_path):
    """Run a scene without drawing; look at it whenever something goes, and at the end of beats."""
    from manim import tempconfig

    from convexplain.stage.layout import problems

    class Checked(scene_class(lesson.name.strip("_"))):
        looked = 0

        def look(self):
            found = problems(self.mobjects)
            assert not found, f"{lesson}: " + "; ".join(found)
            type(self).looked += 1

        def vanish(self, *mobjects, **options):
            self.look()
            super().vanish(*mobjects, **options)

        def on_beat(self, beat):
            self.look()

    with tempconfig({"dry_run": True, "media_dir": str(tmp_path), "frame_rate": 60}):
        scene = Checked(lesson=lesson, look=Look(lang=lang), skip_animations=True)
        scene.render()
    assert scene.looked > len(lesson.beats()) - 1
    assert scene.renderer.time == pytest.approx(lesson.seconds, abs=0.02)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_overlaps_on_any_card(lang, tmp_path):
    names = lessons.names()
    for number, name in enumerate(names, start=1):
        kind = lessons.find(name)
        name = heading(kind.title)
        card = Card(number=number, count=len(names), heading=name, asked=kind.question)
        show(card, lang, tmp_path)
    show(Opening(picture=digit(8)), lang, tmp_path)
    show(Closing(), lang, tmp_path)


def test_a_card_marks_the_strongest_responses_of_its_filter():
    from scipy.signal import correlate2d

    from convexplain.network import Network

    caption = Caption(en="a", zh="一")
    weights = Network.load("cnn").weights
    picture = digit(4).pixels[:, :, 0].astype(np.float64)
    strongest = []
    for number in (1, 2, 3):
        card = Card(number=number, count=3, heading=caption, asked=caption)
        kernel = weights["conv1/kernel"][:, :, 0, card.filter].astype(np.float64)
        response = correlate2d(picture, kernel, mode="valid") + weights["conv1/bias"][card.filter]
        values = [response[place] for place in card.places]
        assert values[0] == pytest.approx(response.max(), abs=1e-5)
        assert values == sorted(values, reverse=True)
        assert (
            min(
                max(abs(a.row - b.row), abs(a.col - b.col))
                for a in card.places
                for b in card.places
                if a != b
            )
            >= APART
        )
        strongest.append(values[0])
    assert strongest == sorted(strongest, reverse=True)


def test_the_opening_tells_what_was_measured_beside_what_the_chapter_claims():
    stored = json.loads((files("convexplain") / "assets" / "facts.json").read_text("utf-8"))
    measured = {
        row["network"]: row["accuracy"] for row in stored["shift"]["rows"] if row["pixels"] == 0
    }
    cnn, dense = Opening().scores
    assert (cnn.measured, dense.measured) == (measured["cnn"], measured["dense"])
    assert (cnn.told, dense.told) == (0.991, 0.9822)
    told = {beat.name: beat.caption for beat in Opening().beats()}
    for lang in ("en", "zh"):
        assert f"{100 * measured['cnn']:.2f}%" in told["scores"].text(lang)
        assert f"{100 * measured['dense']:.2f}%" in told["scores"].text(lang)


def test_the_closing_counts_as_the_chapter_does():
    beats = Closing().beats()
    numbers = [beat.data.numbers for beat in beats[:-1]]
    assert len(numbers) == 8
    assert numbers[1] == "9 : 784"
    assert numbers[3:] == [
        "3 → 8 → 18",
        "26 × 26 × 32",
        "26 × 26",
        "3 × 3; 32, 64, 128",
        "28 → 26 → 13 → 11 → 5 → 3",
    ]
    said = [beat.caption.text("en") for beat in beats]
    assert f"{104_202 / 407_050:.0%} of the parameters" in said[0]
    assert f"{3_100_032 / 406_528:.1f} times" in said[0]
    assert f"{26 * 26} answers" in said[5]
    assert f"{3 * 3 * 128:,} numbers" in said[7]
    stored = json.loads((files("convexplain") / "assets" / "facts.json").read_text("utf-8"))
    share = {
        (row["network"], row["pixels"]): f"{row['accuracy']:.0%}"
        for row in stored["samples"]["rows"]
        if row["digits"] == 100
    }
    assert numbers[2] == f"{share['cnn', 'in place']} : {share['dense', 'in place']}"
    assert f"{share['cnn', 'shuffled']} against {share['dense', 'shuffled']}" in said[2]


# The whole.


class Trailer(Film):
    """A film without lessons: what it consists of beside them, and quickly made."""

    @property
    def parts(self):
        name = Caption(en="Max pooling", zh="最大池化")
        asked = lessons.find("pooling").question
        return (Opening(), Card(number=1, count=1, heading=name, asked=asked), Closing())


@pytest.mark.render
def test_a_film_is_whole_and_a_second_one_renders_only_what_is_not_right(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    film = Trailer(select(["pooling"], {}), Path("film.mp4"), Look(), TINY, embed_subtitles=True)
    shares, said = [], []
    result = make(film, workers=2, progress=lambda share, _: shares.append(share), say=said.append)
    beside = {f"film.{lang}.{kind}" for lang in ("en", "zh") for kind in ("srt", "vtt")}
    made = {path.name for path in tmp_path.iterdir()} - {"cache"}
    assert made == {"film.mp4", "film.png"} | beside
    assert (result.rendered, said) == (4, [])
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)

    lengths = [24.0, 4.0, 51.0]
    assert [part.seconds for part in film.parts] == lengths
    assert result.seconds == pytest.approx(sum(lengths), abs=0.3)
    with av.open("film.mp4") as video:
        marks = [(m["start"], m["metadata"]["title"]) for m in video.chapters()]
        assert len(video.streams.subtitles) == 2
    assert [title for _, title in marks] == [title for _, title in result.chapters]
    assert [start for start, _ in marks] == pytest.approx([0, 24_000, 28_000], abs=300)
    cues = Path("film.zh.srt").read_text("utf-8").strip().split("\n\n")
    assert len(cues) == sum(len(part.beats()) for part in film.parts)
    assert cues[-1].splitlines()[2] == Closing().answer.text("zh")
    ends = cues[-1].splitlines()[1].split(" --> ")[1]
    hours, minutes, seconds = ends.replace(",", ".").split(":")
    end = 3600 * int(hours) + 60 * int(minutes) + float(seconds)
    assert end == pytest.approx(result.seconds, abs=0.001)

    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    cache = pieces.folder()
    assert cache == tmp_path / "cache" / "convexplain" / "film"
    (card,) = cache.glob("card-*.mp4")
    card.write_bytes(card.read_bytes()[:-100])
    result = make(film, say=said.append)
    assert result.rendered == 1
    assert said == ["stored pieces damaged, or another's, rendered again: title of 'Max pooling'"]
    result = make(film, say=said.append)
    assert (result.rendered, len(said)) == (0, 1)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before

    def fail(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(films.joining, "join", fail)
    with pytest.raises(ConvexplainError, match=r"cannot write 'film.mp4': No space left"):
        make(film)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


@pytest.mark.render
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_film_that_is_stopped_keeps_the_finished_pieces_and_nothing_else(tmp_path, name, code):
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
    assert pieces.look_up(finished[0]) is None
