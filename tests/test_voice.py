"""Sounds that set the pace of a lesson and are heard in its video, and the script of them."""

from __future__ import annotations

import csv
import io
import json
import math
import shutil
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from played import told as film
from short_lesson import ShortLesson

from convexplain.cli import cli
from convexplain.errors import UsageError
from convexplain.lessons.parts.beats import Beat, Choice, Event, Question
from convexplain.lessons.parts.voice import lines, voiced
from convexplain.lessons.pooling import Pooling
from convexplain.style.captions import Caption
from convexplain.style.theme import Look
from convexplain.video import subtitles

SCENE = Path(__file__).parent / "scenes" / "short.py"
WORD = Caption(en="Look.", zh="看。")


def tone(path, seconds, hertz=440.0, rate=16000, channels=1):
    """Write a WAV of one frequency with the standard library."""
    moments = np.arange(round(seconds * rate)) / rate
    values = (0.5 * np.sin(2 * math.pi * hertz * moments) * 32767).astype("<i2")
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.repeat(values, channels).tobytes())
    return path


def seconds_of(beats):
    return {event.name: event.seconds for beat in beats for event in beat.events}


# Pace.


def hand_made():
    choices = Choice(WORD), Choice(WORD, reply=WORD)
    return (
        Beat.of("one", WORD, Event("a", 2.0, WORD), Event("b", 4.0), Event("c", 3.0, WORD)),
        Beat.of(
            "two", WORD, Event("asks", 3.0, ask=Question(WORD, choices)), Event("d", 6.0, WORD)
        ),
    )


@pytest.mark.parametrize(
    ("sounds", "expected"),
    [
        ({}, {"a": 2, "b": 4, "c": 3, "asks": 3, "d": 6}),
        # The sound of a belongs to b, too, which says nothing: both become 1.5 times as slow.
        ({"a": 9.0}, {"a": 3, "b": 6, "c": 3, "asks": 3, "d": 6}),
        ({"a": 5.0, "b": 4.0}, {"a": 5, "b": 4, "c": 3, "asks": 3, "d": 6}),
        # A question rests after its sound.
        ({"asks": 2.5}, {"a": 2, "b": 4, "c": 3, "asks": 5.5, "d": 6}),
        # Nothing moves more than twice as fast.
        ({"d": 4.0}, {"a": 2, "b": 4, "c": 3, "asks": 3, "d": 4}),
        ({"d": 0.5}, {"a": 2, "b": 4, "c": 3, "asks": 3, "d": 3}),
    ],
)
def test_an_event_lasts_as_long_as_its_sound(sounds, expected):
    assert WORD.reading_time() < 3
    told = voiced(hand_made(), sounds, {"asks": 3.0})
    assert seconds_of(told) == pytest.approx(expected)
    assert [beat.seconds for beat in told] == pytest.approx(
        [sum(expected[name] for name in names) for names in (("a", "b", "c"), ("asks", "d"))]
    )


def test_a_caption_is_read_however_short_its_sound_is():
    lesson = Pooling()
    names = [line.event for line in lines(lesson.beats())]
    short = lesson.with_sounds(dict.fromkeys(names, 0.2))
    for before, after in zip(lines(lesson.beats()), lines(short.beats()), strict=True):
        assert after.seconds >= before.caption.reading_time() - 1e-9
    assert short.seconds < lesson.seconds


def test_sounds_and_a_length_exclude_one_another():
    with pytest.raises(UsageError, match="leave --seconds out"):
        Pooling(length=40.0).with_sounds({"drop": 2.0})


def test_a_lesson_with_sounds_travels_to_another_process():
    import pickle

    lesson = Pooling().with_sounds({"drop": 9.0})
    assert pickle.loads(pickle.dumps(lesson)).seconds == lesson.seconds != Pooling().seconds


# The script.


def script(*arguments):
    result = CliRunner().invoke(cli, ["script", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_script_has_what_the_subtitles_say_when_they_say_it(lang):
    told = json.loads(script("pooling", "--lang", lang, "--format", "json"))
    cues = subtitles.cues_of(Pooling(), lang)
    assert len(told["lines"]) == len(cues)
    for line, cue in zip(told["lines"], cues, strict=True):
        assert line["start"] == pytest.approx(cue.start, abs=0.006)
        assert line["seconds"] == pytest.approx(cue.end - cue.start, abs=0.006)
        words = cue.text.replace("\n", " ").replace(" · ", "、" if lang == "zh" else ", ")
        assert line["text"] == words
        assert line["file"].startswith("pooling/")
        assert line["file"].endswith(".wav")
    assert told["seconds"] == pytest.approx(Pooling().seconds, abs=0.006)

    rows = list(csv.DictReader(io.StringIO(script("pooling", "--lang", lang, "--format", "csv"))))
    assert [(row["file"], row["text"]) for row in rows] == [
        (line["file"], line["text"]) for line in told["lines"]
    ]
    text = script("pooling", "--lang", lang)
    assert [line.split()[1] for line in text.splitlines()] == [row["file"] for row in rows]
    assert all(row["text"] in text for row in rows)


# Files.

av = pytest.importorskip("av", reason="sounds need the extra 'video'")
sound = pytest.importorskip("convexplain.video.sound")


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (44100, 2), (48000, 1), (22050, 2)])
def test_sounds_of_any_rate_keep_their_length_and_frequency(tmp_path, rate, channels):
    path = tone(tmp_path / "a.wav", 1.25, 500.0, rate, channels)
    heard = sound.samples(path.read_bytes())
    assert heard.shape[1] == 2
    assert len(heard) / sound.RATE == pytest.approx(1.25, abs=0.005)
    spectrum = np.abs(np.fft.rfft(heard[:, 0]))
    assert np.argmax(spectrum) * sound.RATE / len(heard) == pytest.approx(500, abs=2)


@pytest.mark.parametrize("ending", ["flac", "mp3", "ogg", "m4a"])
def test_sounds_come_in_any_format(tmp_path, ending):
    source = sound.samples(tone(tmp_path / "a.wav", 1.0, 700.0).read_bytes())
    codec = {"flac": "flac", "mp3": "libmp3lame", "ogg": "libopus", "m4a": "aac"}[ending]
    path = tmp_path / f"pooling/drop.{ending}"
    path.parent.mkdir()
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=48000, layout="stereo")
        for packet in sound.encoded(source, stream):
            file.mux(packet)
    (read,) = sound.read(tmp_path, Pooling())
    assert read.event == "drop"
    assert read.seconds == pytest.approx(1.0, abs=0.06)  # mp3 and aac fill their last frame


def refused(folder, words, lesson=None):
    with pytest.raises(UsageError) as caught:
        sound.read(folder, lesson or Pooling())
    line = str(caught.value)
    assert "\n" not in line
    for word in words:
        assert word in line


def test_files_that_are_no_sounds_of_the_lesson_are_refused_in_a_line(tmp_path):
    refused(tmp_path / "none", ["no folder", "pooling/drop.wav", "convexplain script pooling"])
    place = tmp_path / "pooling"
    place.mkdir()
    (place / ".DS_Store").write_bytes(b"x")
    refused(tmp_path, ["holds no sounds", "drop.wav"])

    tone(place / "dorp.wav", 0.5)
    refused(tmp_path, ["dorp", "named after no event", "did you mean drop?"])
    (place / "dorp.wav").unlink()

    (place / "drop.wav").write_bytes(b"RIFF, but no more than that")
    refused(tmp_path, ["drop.wav", "cannot be read as a sound"])
    (place / "drop.wav").write_bytes(b"")
    refused(tmp_path, ["drop.wav", "cannot be read as a sound"])
    tone(place / "drop.wav", 0.0)
    refused(tmp_path, ["drop.wav", "holds no sound"])
    tone(place / "drop.wav", 60.5, rate=8000)
    refused(tmp_path, ["drop.wav", "longer than the 60 s", "shorten it"])

    tone(place / "drop.wav", 0.5)
    tone(place / "DROP.aiff", 0.5)
    refused(tmp_path, ["two sounds", "drop.wav", "DROP.aiff", "keep one"])


def test_a_picture_is_no_sound(tmp_path):
    from PIL import Image

    (tmp_path / "pooling").mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "pooling" / "drop.png")
    refused(tmp_path, ["drop.png", "no sound in it"])


def test_what_is_not_spoken_is_told(tmp_path):
    tone(tmp_path / "pooling" / "drop.wav", 3.0)
    lesson, sounds = sound.speak(Pooling(), tmp_path)
    said = len(lines(lesson.beats()))
    remark = sound.silent(lesson, sounds)
    assert remark.startswith(f"no sound for {said - 1} of {said} events: four, largest")
    for line in lines(lesson.beats()):
        tone(tmp_path / "pooling" / f"{line.event}.wav", 1.0)
    lesson, sounds = sound.speak(Pooling(), tmp_path)
    assert sound.silent(lesson, sounds) == ""


def test_a_film_leaves_sounds_of_events_alone_that_it_does_not_tell(tmp_path):
    told = next(part for part in film() if part.name == "pooling")
    heard = [line.event for line in lines(told.beats())]
    left_out = next(line.event for line in lines(Pooling().beats()) if line.event not in heard)
    tone(tmp_path / "pooling" / f"{left_out}.wav", 2.0)
    tone(tmp_path / "pooling" / "drop.wav", 9.0)
    assert [each.event for each in sound.read(tmp_path, told)] == ["drop"]
    assert {left_out, "drop"} <= {each.event for each in sound.read(tmp_path, Pooling())}


def test_folders_of_sounds_are_named_after_lessons(tmp_path):
    with pytest.raises(UsageError, match="there is no folder"):
        sound.folders(tmp_path / "none", ["pooling"])
    with pytest.raises(UsageError, match="holds no folder"):
        sound.folders(tmp_path, ["pooling"])
    (tmp_path / "poling").mkdir()
    with pytest.raises(UsageError, match="named after no lesson: choose pooling"):
        sound.folders(tmp_path, ["pooling", "channels"])


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
@pytest.mark.parametrize(("lang", "voice"), [("en", "en"), ("zh", "cmn")])
def test_a_speech_program_speaks_the_script(tmp_path, lang, voice):
    for line in json.loads(script("pooling", "--lang", lang, "--format", "json"))["lines"]:
        path = tmp_path / line["file"]
        path.parent.mkdir(exist_ok=True)
        subprocess.run(["espeak-ng", "-v", voice, "-w", path, line["text"]], check=True)
    lesson, sounds = sound.speak(Pooling(), tmp_path)
    assert sound.silent(lesson, sounds) == ""
    lengths = {each.event: each.seconds for each in sounds}
    assert all(length > 0.4 for length in lengths.values())
    for line in lines(lesson.beats()):
        assert line.seconds >= lengths[line.event] - 1e-9


# What is heard.


def track(path):
    """Decode a file's sound: samples by their time in the file."""
    with av.open(str(path)) as file:
        (stream,) = file.streams.audio
        rate = stream.rate
        heard = np.zeros(round(90 * rate), dtype=np.float32)
        for frame in file.decode(stream):
            first = round(float(frame.pts * frame.time_base) * rate)
            values = frame.to_ndarray()
            values = values if values.shape[0] == 2 else values.reshape(-1, 2).T
            heard[first : first + values.shape[1]] = values[0, : len(heard) - first]
        return heard, rate, stream.metadata.get("language")


def onset(heard, rate, hertz):
    """Return when a frequency begins to be heard, in seconds, in windows of 10 ms."""
    size = rate // 100
    windows = heard[: len(heard) // size * size].reshape(-1, size)
    wave_ = np.exp(-2j * math.pi * hertz * np.arange(size) / rate)
    power = np.abs(windows @ wave_) / size
    return float(np.argmax(power > 0.5 * power.max())) / 100


@pytest.mark.usefixtures("one_process")
@pytest.mark.render
@pytest.mark.parametrize("ending", ["mp4", "webm"])
def test_a_sound_begins_with_its_event(tmp_path, ending):
    from convexplain.video.job import QUALITIES, Job
    from convexplain.video.rendering import render

    tone(tmp_path / "short" / "first.wav", 1.5, 500)
    tone(tmp_path / "short" / "second.wav", 2.0, 2000, rate=44100, channels=2)
    lesson, sounds = sound.speak(ShortLesson(), tmp_path)
    assert [beat.seconds for beat in lesson.beats()] == pytest.approx([1.5, 2.0], abs=0.001)
    output = tmp_path / f"a.{ending}"
    clips = tmp_path / "clips"
    job = Job(lesson, output, Look("zh"), QUALITIES["l"], scene_file=SCENE, voice=sounds,
              sections=clips)  # fmt: skip
    (result,) = render([job])
    assert result.notes == ()
    heard, rate, language = track(output)
    assert language == "zho"
    frame = 1 / QUALITIES["l"].rate
    assert onset(heard, rate, 500) == pytest.approx(0.0, abs=frame)
    assert onset(heard, rate, 2000) == pytest.approx(1.5, abs=frame)
    assert np.abs(heard[round(3.6 * rate) :]).max() < 0.01
    with av.open(str(output)) as file:
        types = [stream.type for stream in file.streams]
        assert [kind for kind in types if kind != "data"] == ["video", "audio"]  # chapters are data
        assert file.streams.audio[0].codec_context.name in ("aac", "opus", "libopus")
        length = file.duration / 1e6
        ends = [float(chapter["end"] * chapter["time_base"]) for chapter in file.chapters()]
        assert ends == pytest.approx([1.5, 3.5], abs=frame)  # of whole frames
    assert length == pytest.approx(3.5, abs=0.1)
    cues = output.with_suffix(".srt").read_text("utf-8-sig")
    assert "00:00:01,500 --> 00:00:03,500" in cues
    second, rate, _ = track(sorted(clips.iterdir())[1])
    assert onset(second, rate, 2000) == pytest.approx(0.0, abs=frame)
    assert np.abs(second[: 2 * rate]).max() > 0.2


@pytest.mark.usefixtures("one_process")
@pytest.mark.render
def test_clips_are_joined_with_what_is_spoken_over_them(tmp_path):
    from convexplain.video import concatenate
    from convexplain.video.job import QUALITIES, Job
    from convexplain.video.rendering import render

    render([Job(ShortLesson(), tmp_path / "a.mp4", Look(), QUALITIES["l"], scene_file=SCENE)])
    read = sound.Sound("first", 0.5, tone(tmp_path / "tone.wav", 0.5, 900).read_bytes())
    joined = tmp_path / "joined.mp4"
    clip = tmp_path / "a.mp4"
    concatenate.join(
        [clip, clip], joined, voice=[(1.6 + 0.8, read)], subtitles={"en": [(0, 1, "x")]}
    )
    heard, rate, language = track(joined)
    assert language == "eng"
    assert onset(heard, rate, 900) == pytest.approx(2.4, abs=1 / 15)
    assert np.abs(heard[: 2 * rate]).max() < 0.01
    with av.open(str(joined)) as file:
        assert [stream.type for stream in file.streams] == ["video", "audio", "subtitle"]


def test_a_gif_has_no_sound(tmp_path):
    from convexplain.video.job import Job
    from convexplain.video.rendering import check

    tone(tmp_path / "pooling" / "drop.wav", 3.0)
    lesson, sounds = sound.speak(Pooling(), tmp_path)
    with pytest.raises(UsageError, match="a gif has no sound"):
        check(Job(lesson, tmp_path / "a.gif", voice=sounds))


def test_a_film_takes_the_pace_of_its_sounds(tmp_path):
    from convexplain.video.film import Film, select

    tone(tmp_path / "voice" / "pooling" / "drop.wav", 9.0)
    plain = Film(select(["pooling"], {}), tmp_path / "a.mp4")
    film = Film(select(["pooling"], {}), tmp_path / "a.mp4", voice=tmp_path / "voice")
    longer = 9.0 - seconds_of(Pooling().beats())["drop"]
    assert sum(part.seconds for part in film.parts) - sum(
        part.seconds for part in plain.parts
    ) == pytest.approx(longer, abs=0.01)
    assert [len(sounds) for sounds in film.sounds] == [0, 1]


def test_a_title_card_is_spoken_from_its_lessons_folder(tmp_path):
    from convexplain.video.film import Film, select

    tone(tmp_path / "voice" / "pooling" / "card.wav", 7.0)
    tone(tmp_path / "voice" / "pooling" / "drop.wav", 9.0)
    chosen = select(["channels", "pooling"], {})
    film = Film(chosen, tmp_path / "a.mp4", voice=tmp_path / "voice")
    heard = [[each.event for each in sounds] for sounds in film.sounds]
    assert heard == [[], [], ["card"], ["drop"]]
    assert film.parts[2].seconds == pytest.approx(7.0)
    # A lesson that is rendered alone has no card.
    assert [each.event for each in sound.read(tmp_path / "voice", Pooling())] == ["drop"]
