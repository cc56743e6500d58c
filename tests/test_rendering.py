"""Rendering in worker processes: whole files, nothing beside them, whatever goes wrong."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import stat
import tempfile
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from pathlib import Path

import av
import boxes
import numpy as np
import pytest
from PIL import Image
from short_lesson import ShortLesson

from convexplain.errors import ConvexplainError, UsageError
from convexplain.style.theme import DARK, LIGHT, Look
from convexplain.video import pool
from convexplain.video.job import QUALITIES, Job
from convexplain.video.pool import _Worker as Worker
from convexplain.video.rendering import check, render, render_one
from convexplain.video.sections import cut
from tests.often import some

SCENE = Path(__file__).parent / "scenes" / "short.py"


def job(output, mode="well", **options):
    half = options.pop("half", 0.8)
    options = {"quality": QUALITIES["l"], "scene_file": SCENE, **options}
    return Job(ShortLesson(mode=mode, half=half), Path(output), **options)


def temporaries():
    folders = [Path.cwd(), Path(tempfile.gettempdir())]
    return [path for folder in folders for path in folder.glob(f".convexplain-*-{os.getpid()}-*")]


def frame_at(path, number):
    with av.open(str(path)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            if index == number:
                return frame.to_ndarray(format="rgb24")
    raise AssertionError(f"{path} has no frame {number}")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty current folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def here(folder):
    """The same; no process of another test waits for a job."""
    pool._end()
    return folder


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache folder of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def assert_chapters_are_jumped_to(path, starts):
    with av.open(str(path)) as video:
        frames = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
        chapters = [float(each["start"] * each["time_base"]) for each in video.chapters()]
        assert chapters == pytest.approx(starts)
        for start in reversed(starts):
            video.seek(round(start * av.time_base))
            # The chapter's own frame, and none before it has to be decoded.
            frame = next(video.decode(video=0))
            assert frame.time == pytest.approx(start, abs=0.001)
            np.testing.assert_array_equal(
                frame.to_ndarray(format="rgb24"), frames[round(start * 15)]
            )


@pytest.mark.render
def test_every_format_is_written_whole_and_nothing_else(here, monkeypatch):
    (here / "manim.cfg").write_text("[CLI]\nbackground_color = RED\nframe_rate = 3\n")
    (here / "manim.py").write_text("raise SystemExit('the current folder was imported')\n")
    (here / "media").write_text("not a folder\n")
    monkeypatch.setenv("HOME", str(here))
    (here / ".config" / "manim").mkdir(parents=True)
    (here / ".config" / "manim" / "manim.cfg").write_text("[CLI]\nbackground_color = RED\n")
    umask = os.umask(0o027)
    seen = []
    try:
        results = render(
            [
                job("a.mp4", sections=Path("clips")),
                job("a.gif"),
                job("b.webm", look=Look(lang="zh", theme="light"), subtitles=False),
                job("中 文.png", still="first", look=Look(theme="light")),
            ],
            progress=lambda job, fraction: seen.append((job.output.name, fraction)),
        )
    finally:
        os.umask(umask)

    made = {"a.mp4", "a.srt", "a.vtt", "clips", "a.gif", "b.webm", "中 文.png"}
    assert {path.name for path in here.iterdir()} == made | {
        "manim.cfg",
        "manim.py",
        "media",
        ".config",
    }
    assert temporaries() == []
    names = ["a.mp4", "a.gif", "b.webm", "中 文.png"]
    assert [result.job.output.name for result in results] == names
    assert [result.size for result in results] == [r.job.output.stat().st_size for r in results]
    assert stat.S_IMODE((here / "a.mp4").stat().st_mode) == 0o640

    with av.open("a.mp4") as video:
        stream = video.streams.video[0]
        assert (stream.width, stream.height, stream.average_rate) == (854, 480, 15)
        assert [chapter["end"] for chapter in video.chapters()] == [800, 1600]
    assert [result.seconds for result in results] == pytest.approx([1.6, 1.6, 1.6, 0])
    # The paper of the theme, not the red of the current folder's manim.cfg; YUV moves it by 2.
    background = np.array(DARK.rgb("background"))
    assert np.abs(frame_at("a.mp4", 20)[5, 5].astype(int) - background).max() <= 2
    assert frame_at("a.gif", 10)[5, 5].tolist() == list(background)
    assert np.asarray(Image.open("中 文.png"))[5, 5, :3].tolist() == list(LIGHT.rgb("background"))

    for name in ("a.mp4", "b.webm"):
        assert_chapters_are_jumped_to(name, [0.0, 0.8])

    clips = sorted(Path("clips").iterdir())
    assert [clip.name for clip in clips] == ["short-00-first.mp4", "short-01-second.mp4"]
    for clip, first in zip(clips, [0, 12], strict=True):
        for number in (0, 11):
            np.testing.assert_array_equal(frame_at(clip, number), frame_at("a.mp4", first + number))
        assert av.open(str(clip)).streams.video[0].frames == 12
    assert all(boxes.plays_while_it_loads(video) for video in ("a.mp4", *clips))
    with Image.open("a.gif") as gif:
        assert gif.size == (640, 360)
        assert gif.info["loop"] == 0
    assert (here / "a.srt").read_text("utf-8-sig") == (
        "1\n00:00:00,000 --> 00:00:00,800\nSum?\n\n2\n00:00:00,800 --> 00:00:01,600\nSum.\n\n"
    )
    # Every job's progress ascends and ends with 1.
    for name in names:
        fractions = [fraction for each, fraction in seen if each == name]
        assert fractions == sorted(fractions)
        assert fractions[-1] == 1


SAID = {
    "raise": "the scene says no (log: ",
    "bug": "ZeroDivisionError: one by zero (log: ",
    "die": "the process that rendered short was killed",
    "longer": "lasts 2.6 s instead of 1.6 s",
    "exit": "exit code 7",
    "memory": "out of memory at 480 lines",
}


@pytest.mark.render
@pytest.mark.parametrize("modes", some([[*SAID][:4], [*SAID]], 1), ids=["four", "all"])
def test_a_job_that_fails_is_named_and_the_others_go_on(here, cache, modes):
    for name in ("raise", "bug", "die"):
        (here / f"{name}.mp4").write_text("old video")
        (here / f"{name}.srt").write_text("old subtitles")
    errors = {}
    results = render(
        [*(job(f"{mode}.mp4", mode) for mode in modes), job("well.mp4")],
        workers=2,
        failed=lambda job, error: errors.__setitem__(job.lesson.mode, error),
    )
    assert [result.job.output.name for result in results] == ["well.mp4"]
    logs = sorted(cache.glob("convexplain/logs/*.txt"))
    assert len(logs) == len(errors) == len(modes)
    for mode in modes:
        assert SAID[mode] in str(errors[mode])
    (told,) = (log for log in logs if "the scene says no" in log.read_text("utf-8"))
    assert str(errors["raise"]) == f"the scene says no (log: {told})"
    assert "short.py" in str(errors["bug"].__cause__)  # for --debug
    assert "last words" in str(errors["die"])
    for name in ("raise", "bug", "die"):
        assert (here / f"{name}.mp4").read_text() == "old video"
        assert (here / f"{name}.srt").read_text() == "old subtitles"
    assert not (here / "longer.mp4").exists()
    assert temporaries() == []


@pytest.mark.usefixtures("one_process")
@pytest.mark.render
def test_the_longest_lesson_is_rendered_first_and_a_link_stays_one(folder):
    (folder / "folder").mkdir()
    (folder / "folder" / "real.mp4").write_text("old")
    (folder / "long.mp4").symlink_to("folder/real.mp4")
    order = []

    def note(job, fraction):
        if fraction == 1 and job.output.name not in order:
            order.append(job.output.name)

    render([job("short.mp4"), job("long.mp4", half=1.2)], progress=note)
    assert order == ["long.mp4", "short.mp4"]
    assert (folder / "long.mp4").is_symlink()
    assert av.open("folder/real.mp4").streams.video[0].frames == 36


@pytest.mark.usefixtures("one_process")
@pytest.mark.render
def test_progress_tells_the_share_of_the_video_that_is_done(folder):
    shares = []
    render(
        [job("slow.mp4", mode="slow", half=2.0)],
        progress=lambda job, fraction: shares.append(fraction),
    )
    # The second of two beats waits before its first frame: half of the video is done then.
    assert max(share for share in shares if share < 1) >= 0.4, shares


@pytest.mark.usefixtures("one_process")
@pytest.mark.render
def test_a_frame_can_be_upright(folder, cache):
    result, still = render(
        [job("a.mp4", aspect="9:16"), job("b.png", aspect="1:1", still="first")], workers=1
    )
    assert result.job.frame.width == 480
    assert frame_at("a.mp4", 3).shape == (854, 480, 3)
    with Image.open(still.job.main) as picture:
        assert picture.size == (480, 480)
        # The middle of the stage, where a cell of the grid lies, is the middle of the frame.
        assert picture.getpixel((230, 240)) == picture.getpixel((200, 240))


def test_what_cannot_be_right_is_said_before_anything_is_done(here):
    (here / "folder.mp4").mkdir()
    (here / "a.srt").mkdir()
    (here / "file").write_text("")
    for bad, words in [
        (job("a.avi"), ["'a.avi'", ".avi", ".mp4, .gif or .webm"]),
        (job("a.mp"), ["did you mean .mp4?"]),
        (job("plain"), ["(none)"]),
        (job("a.mp4", still="first"), [".mp4", ".png", "still"]),
        (job("a.png"), [".png", ".mp4, .gif or .webm"]),
        (
            job("a.png", still="frist"),
            ["'frist'", "first, second or poster", "did you mean first?"],
        ),
        (job("none/a.mp4"), ["'none'", "does not exist"]),
        (job("file/a.mp4"), ["'file'", "not a folder"]),
        (job("folder.mp4"), ["'folder.mp4'", "folder"]),
        (job("b.gif", sections=here), ["sections", "mp4 or webm", "gif"]),
        (job("b.mp4", sections=here / "none" / "clips"), ["none'", "does not exist"]),
        (job("b.mp4", sections=here / "file"), ["file'", "not a folder"]),
        (job("a.mp4"), ["a.srt", "folder"]),
    ]:
        with pytest.raises(UsageError) as caught:
            check(bad)
        for word in words:
            assert word in str(caught.value)
        assert "\n" not in str(caught.value)
    with pytest.raises(UsageError, match="two lessons would write"):
        render([job("b.mp4"), job(here / "b.webm")])  # the subtitles are the same files
    assert {path.name for path in here.iterdir()} == {"folder.mp4", "a.srt", "file"}


def test_a_folder_that_refuses_files_is_said_before_anything_is_done(here):
    folder = here / "locked"
    folder.mkdir()
    folder.chmod(0o500)
    if os.geteuid() == 0:  # for whom no folder is locked
        folder = Path("/proc")
    with pytest.raises(UsageError, match=f"cannot write to the folder '{folder}'"):
        check(job(folder / "a.mp4"))


def test_a_clip_that_could_not_be_shown_from_its_start_is_refused(here):
    with av.open("a.mp4", "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(10):
            container.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
        container.mux(stream.encode(None))
    with pytest.raises(ConvexplainError, match=r"a\.mp4 has no key frame at 0\.50 s"):
        cut(Path("a.mp4"), [0.0, 0.5], [Path("b.mp4"), Path("c.mp4")])


def test_without_manim_it_is_said_what_to_type(here, absent):
    absent.add("manim")
    with pytest.raises(ConvexplainError, match=r"^videos need manim, .* install 'manim<"):
        render([job("a.mp4")])


@pytest.mark.render
def test_an_executor_renders_elsewhere_and_the_files_are_written_here(here, tmp_path):
    there = tmp_path / "there"
    there.mkdir()
    # The first failure is raised where nobody takes it, and what was finished before stays.
    with pytest.raises(ConvexplainError, match="the scene says no"):
        render([job(there / "a.mp4", sections=there / "clips"), job(there / "b.mp4", "raise")])
    assert temporaries() == []
    finished, failed = [], []
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as executor:
        results = render(
            [job("a.mp4", sections=Path("clips")), job("b.mp4", "raise"), job("c.mp4", "die")],
            executor=executor,
            finished=lambda result: finished.append(result.job.output.name),
            failed=lambda job, error: failed.append((job.output.name, str(error))),
        )
    assert [result.job.output.name for result in results] == finished == ["a.mp4"]
    assert results[0].seconds == pytest.approx(1.6)
    assert sorted(name for name, _ in failed) == ["b.mp4", "c.mp4"]
    assert "the scene says no" in dict(failed)["b.mp4"]
    made = {path.relative_to(here): path for path in here.rglob("*") if path.is_file()}
    lone = {
        path.relative_to(tmp_path / "there"): path for path in (tmp_path / "there").rglob("*.*")
    }
    assert made.keys() == lone.keys()
    for name, path in made.items():
        if path.suffix == ".mp4":
            np.testing.assert_array_equal(frame_at(path, 5), frame_at(lone[name], 5))
        else:
            assert path.read_bytes() == lone[name].read_bytes()
    assert temporaries() == []


@pytest.mark.render
def test_one_process_renders_what_comes_one_by_one_and_does_not_wait_for_ever(here, monkeypatch):
    started = []
    monkeypatch.setattr(pool, "_Worker", lambda: started.append(Worker()) or started[-1])
    with pytest.raises(ConvexplainError, match="the scene says no"):
        render_one(job("b.mp4", "raise"))
    first = render_one(job("a.mp4"))
    monkeypatch.setattr(pool, "PATIENCE", 0.5)
    assert render_one(job("a.mp4")).contents == first.contents
    assert len(started) == 2  # what failed is not trusted with another job
    deadline = time.monotonic() + 30
    while temporaries():  # they go when the processes have ended
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert not any(each.child.process.is_alive() for each in started)


def test_an_executor_that_loses_a_job_names_it(here):
    class Losing(Executor):
        def submit(self, function, /, *args, **kwargs):
            pickle.dumps((function, args))
            future = Future()
            future.set_exception(OSError("the machine is gone"))
            return future

    errors = []
    render([job("a.mp4")], executor=Losing(), failed=lambda _, error: errors.append(str(error)))
    assert errors == ["short was not rendered: OSError: the machine is gone"]
    with pytest.raises(ConvexplainError, match="the machine is gone"):
        render([job("a.mp4")], executor=Losing())
    assert list(here.iterdir()) == []


def test_jobs_travel_to_other_processes():
    original = job("a.mp4", "die")
    copy = pickle.loads(pickle.dumps(original))
    assert copy == original


@pytest.mark.parametrize(
    ("name", "width", "height", "rate"),
    [
        ("l", 854, 480, 15),
        ("m", 1280, 720, 30),
        ("h", 1920, 1080, 60),
        ("p", 2560, 1440, 60),
        ("k", 3840, 2160, 60),
    ],
)
def test_qualities_are_manims(name, width, height, rate):
    constants = pytest.importorskip("manim.constants")
    manims = next(q for q in constants.QUALITIES.values() if q["flag"] == name)
    quality = QUALITIES[name]
    assert (quality.width, quality.height, quality.rate) == (width, height, rate)
    assert (manims["pixel_width"], manims["pixel_height"], manims["frame_rate"]) == (
        width,
        height,
        rate,
    )


@pytest.mark.parametrize("name", QUALITIES)
def test_an_aspect_keeps_the_shorter_side(name):
    quality = QUALITIES[name]
    for aspect, ratio in (("16:9", 16 / 9), ("4:3", 4 / 3), ("1:1", 1.0), ("9:16", 9 / 16)):
        frame = quality.at(aspect)
        assert frame.lines == quality.height
        assert frame.width / frame.height == pytest.approx(ratio, rel=0.002)
        assert frame.width % 2 == frame.height % 2 == 0
        assert frame.rate == quality.rate


def test_a_lesson_refuses_an_aspect_for_which_it_is_not_laid_out(here, monkeypatch):
    monkeypatch.setattr(ShortLesson, "aspects", ("16:9",))
    wide = Job(ShortLesson(), Path("a.mp4"), aspect="9:16")
    with pytest.raises(UsageError, match="not for 9:16: short; leave --aspect out, or render"):
        check(wide)
    with pytest.raises(UsageError, match="there is no aspect '16:10'"):
        check(job("a.mp4", aspect="16:10"))
