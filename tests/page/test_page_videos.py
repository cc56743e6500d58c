"""Videos in Chromium and Firefox: they play to their end, and a moment is jumped to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from convexplain.style.theme import Look
from convexplain.video.job import QUALITIES, Job
from convexplain.video.rendering import render
from tests.page import firefox
from tests.page.firefox import Firefox
from tests.short_lesson import ShortLesson

pytestmark = [pytest.mark.soak, pytest.mark.render]

SCENE = Path(__file__).parents[1] / "scenes" / "short.py"
#: What is waited for comes, or is told to be missing: a browser that cannot play waits for ever.
PLAY = """(async (address) => {
  const video = document.createElement("video");
  const coming = (name) => new Promise((done, fail) => {
    video.addEventListener(name, done, { once: true });
    video.addEventListener("error", () => fail(new Error(video.error.message)), { once: true });
    setTimeout(() => fail(new Error(`${name} did not come`)), 60000);
  });
  video.muted = true;
  const there = coming("loadeddata");
  video.src = address;
  document.body.append(video);
  await there;
  const jumped = coming("seeked");
  video.currentTime = 0.8;
  await jumped;
  const moments = [video.currentTime];
  video.addEventListener("timeupdate", () => moments.push(video.currentTime));
  const over = coming("ended");
  await video.play();
  await over;
  const { videoWidth, videoHeight, duration } = video;
  return { moments, size: [videoWidth, videoHeight], duration };
})"""

Evaluate = Callable[[str], Any]


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A lesson of 1.6 seconds in every container that a browser plays."""
    folder = tmp_path_factory.mktemp("videos")
    files = {kind: folder / f"short.{kind}" for kind in ("mp4", "webm")}
    render(
        [
            Job(ShortLesson(), file, Look(), QUALITIES["l"], subtitles=False, scene_file=SCENE)
            for file in files.values()
        ]
    )
    return files


@pytest.fixture(params=["chromium", "firefox"])
def evaluate(
    request: pytest.FixtureRequest, tmp_path: Path, browser: Browser
) -> Iterator[Evaluate]:
    """An empty page of either browser, in which JavaScript is evaluated."""
    page = tmp_path / "empty.html"
    page.write_text('<!doctype html><html lang="en"><title>video</title><body></body></html>')
    if request.param == "chromium":
        opened = browser.new_page()
        opened.goto(page.as_uri())
        yield opened.evaluate
        opened.close()
        return
    program = firefox.program()
    if program is None:
        pytest.skip(f"needs Firefox: none of {', '.join(firefox.PROGRAMS)} is on the PATH")
    with Firefox(program, tmp_path, (1280, 720)) as window:
        window.open(page.as_uri())
        yield window.evaluate


@pytest.mark.parametrize("kind", ["mp4", "webm"])
def test_a_browser_jumps_to_a_chapter_and_plays_to_the_end(
    evaluate: Evaluate, videos: dict[str, Path], kind: str
) -> None:
    told = evaluate(f"{PLAY}({json.dumps(videos[kind].as_uri())})")
    assert told["size"] == [854, 480]
    assert told["duration"] == pytest.approx(1.6, abs=0.1)
    moments = told["moments"]
    assert moments[0] == pytest.approx(0.8)
    assert moments == sorted(moments)
    assert moments[-1] == pytest.approx(told["duration"], abs=0.1)
