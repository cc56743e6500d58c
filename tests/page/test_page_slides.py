"""A lesson's video on the page: it pauses at the end of each chapter, to the frame."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from convexplain import page as classroom
from convexplain.errors import ConvexplainError
from convexplain.page.lesson import Chapter, Slides
from convexplain.style.captions import Caption
from convexplain.style.theme import Look
from convexplain.video import rendering
from convexplain.video.job import QUALITIES, Job
from tests.often import later
from tests.page.conftest import Contexts, Visits
from tests.page.looking import DESK, PHONE, violations

sys.path.insert(0, str(Path(__file__).parents[1]))
from short_lesson import ShortLesson

RATE, FRAMES = 15, 12
LOOK = "#lang=en&th=light"
TITLE = Caption(en="Counting frames", zh="数一数画面")


def gray(frame: int) -> int:
    """Each frame has a gray of its own, so that a look at the screen tells which one is shown."""
    return 20 + 6 * frame


def film(chapters: int = 3) -> bytes:
    """An mp4 whose frames differ, with as many frames for each chapter."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = 64, 36, "yuv420p"
        stream.options = {"crf": "0"}
        for number in range(chapters * FRAMES):
            picture = np.full((36, 64, 3), gray(number), np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return file.getvalue()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    length = FRAMES / RATE
    chapters = tuple(
        Chapter(n * length, (n + 1) * length, f"Title {n}", f"Caption {n}.") for n in range(3)
    )
    path = tmp_path_factory.mktemp("slides") / "slides.html"
    slides = Slides("counting", TITLE, "en", "dark", film(), chapters)
    classroom.write(path, lang="en", theme="light", slides=slides)
    return path


def shown(page: Page) -> int:
    """The number of the frame that is on the screen."""
    level = page.locator("video").evaluate(
        """async (video) => {
          if (video.seeking) await new Promise((done) => video.addEventListener("seeked", done));
          await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          const canvas = document.createElement("canvas");
          const context = canvas.getContext("2d");
          context.drawImage(video, 0, 0, 8, 8);
          return context.getImageData(4, 4, 1, 1).data[0];
        }"""
    )
    return round((level - gray(0)) / 6)


def resting(page: Page, chapter: int) -> None:
    """Wait until the video stands still in a chapter."""
    expect(page.locator(".slides-place")).to_have_text(f"{chapter + 1} of 3: Title {chapter}")
    playing = page.locator("video").evaluate_handle("(video) => video")
    for _ in range(100):
        if playing.evaluate("(video) => video.paused && !video.seeking"):
            return
        page.wait_for_timeout(30)
    raise AssertionError("the video plays on")


@pytest.fixture(scope="module")
def opened(contexts: Contexts, file: Path) -> Iterator[Visits]:
    with Visits(contexts, file) as visits:
        yield visits


@pytest.fixture
def slides(opened: Visits) -> Iterator[Page]:
    """The slides at their beginning, in a page that stays open for all tests of this file."""
    page = opened.to(LOOK)
    if not page.locator("dialog.slides").is_visible():
        page.locator(".open-slides").click()
    page.locator(".slides-mark").first.click()
    resting(page, 0)
    yield page
    opened.done()


def test_the_video_opens_paused_over_the_page(open_page: Callable[..., Page], file: Path) -> None:
    page = open_page(file, LOOK)
    dialog = page.get_by_role("dialog", name="Slides: Counting frames")
    expect(dialog).to_be_visible()
    expect(page.locator(".slides-place")).to_have_text("1 of 3: Title 0")
    expect(page.get_by_role("button", name="Go on")).to_be_focused()
    assert page.locator("video").evaluate("(video) => video.paused")
    assert shown(page) == 0


def test_space_plays_to_the_last_frame_of_each_chapter_and_no_further(slides: Page) -> None:
    for chapter in range(3):
        slides.keyboard.press("Space")
        resting(slides, chapter)
        assert shown(slides) == (chapter + 1) * FRAMES - 1
    expect(slides.get_by_role("button", name="Go on")).to_be_disabled()


def test_a_clicker_s_key_while_it_plays_shows_the_end_of_the_chapter_at_once(slides: Page) -> None:
    slides.keyboard.press("PageDown")
    slides.keyboard.press("PageDown")
    resting(slides, 0)
    assert shown(slides) == FRAMES - 1


def test_back_leads_to_the_beginning_and_then_to_the_chapter_before(slides: Page) -> None:
    slides.get_by_role("button", name="2 of 3: Title 1").click()
    resting(slides, 1)
    assert shown(slides) == FRAMES
    slides.keyboard.press("Space")
    resting(slides, 1)
    slides.keyboard.press("PageUp")
    resting(slides, 1)
    assert shown(slides) == FRAMES
    slides.keyboard.press("ArrowLeft")
    resting(slides, 0)
    assert shown(slides) == 0
    slides.keyboard.press("End")
    resting(slides, 2)
    assert shown(slides) == 2 * FRAMES


def test_escape_leaves_to_the_network_and_the_toolbar_leads_back(slides: Page) -> None:
    slides.keyboard.press("Space")
    slides.keyboard.press("Escape")
    expect(slides.get_by_role("dialog")).to_be_hidden()
    assert slides.locator("video").evaluate("(video) => video.paused")
    slides.get_by_role("button", name="Slides").click()
    expect(slides.get_by_role("dialog")).to_be_visible()


@pytest.mark.parametrize("screen", [DESK, later(PHONE)], ids=["desk", "phone"])
@pytest.mark.parametrize("look", [later(LOOK), "#lang=zh&th=dark"])
def test_axe_finds_nothing_in_the_slides(
    open_page: Callable[..., Page], file: Path, look: str, screen: dict[str, object]
) -> None:
    page = open_page(file, look, **screen)
    assert violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_a_page_without_a_lesson_has_no_slides(show: Callable[..., Page]) -> None:
    page = show(LOOK)
    assert page.locator("video").count() == 0
    expect(page.get_by_role("button", name="Slides")).to_have_count(0)


@pytest.mark.render
def test_chapters_come_from_the_rendered_video(tmp_path: Path) -> None:
    lesson = ShortLesson()
    job = Job(
        lesson,
        tmp_path / "short.mp4",
        quality=QUALITIES["l"],
        scene_file=Path(__file__).parents[1] / "scenes" / "short.py",
        subtitles=False,
    )
    rendering.render([job])
    slides = Slides.of(lesson, job.main, Look(lang="zh"))
    assert [chapter.title for chapter in slides.chapters] == ["过滤器", "过滤器"]
    assert [chapter.start for chapter in slides.chapters] == pytest.approx([0, 0.8], abs=0.07)
    assert slides.chapters[-1].end == pytest.approx(1.6, abs=0.07)


def test_a_video_that_is_not_the_lesson_s_is_refused(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(film())
    with pytest.raises(ConvexplainError, match="0 chapters, but short has 2: render"):
        Slides.of(ShortLesson(), tmp_path / "film.mp4", Look())
    (tmp_path / "text.mp4").write_text("no video")
    with pytest.raises(ConvexplainError, match="cannot be read"):
        Slides.of(ShortLesson(), tmp_path / "text.mp4", Look())
