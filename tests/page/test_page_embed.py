"""The page in other documents: notebooks, Sphinx, frames; and links that lead everyone to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from convexplain import page as classroom
from convexplain import panels
from convexplain.data import digits
from convexplain.errors import UsageError
from convexplain.lessons.sliding_window import SlidingWindow
from convexplain.network import Network, Trace
from convexplain.style import format as fmt
from convexplain.style.theme import Look
from tests.page.conftest import Contexts, Visits
from tests.page.looking import DESK, cell, settled, texts

Open = Callable[..., Page]
FRAME = {"viewport": {"width": 1000, "height": 640}}


def notebook_like(path: Path, html: str) -> Path:
    """A document as a notebook's, with an output in it."""
    path.write_text(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>n</title></head>'
        f"<body>{html}</body></html>",
        encoding="utf-8",
    )
    return path


def test_a_notebook_runs_the_page(open_page: Open, tmp_path: Path) -> None:
    from convexplain import notebook

    shown = notebook.page(7, lang="en", theme="light")
    page = open_page(notebook_like(tmp_path / "n.html", shown._repr_html_()), **FRAME)
    inner = page.frame_locator("iframe")
    inner.locator(".bar.best").wait_for()
    trace = Trace(Network.load("cnn"), digits.first(7).pixels)
    share = fmt.probability(float(trace.probabilities[trace.prediction]))
    assert inner.locator(".bar.best .share").inner_text() == share
    box = inner.locator('.map[data-layer="conv1"] canvas').bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    inner.locator("#panel-title").wait_for()
    assert inner.locator("#panel-title").inner_text().startswith("conv1, filter")
    assert inner.locator("h1").bounding_box()["width"] <= 1  # type: ignore[index]


def test_a_notebook_shows_a_picture_as_a_page_or_as_a_column_whichever_can_be_read(
    open_page: Open, tmp_path: Path
) -> None:
    from convexplain.notebook import _draw

    lesson = SlidingWindow()
    shown = _draw.diagram(lesson.diagram(lesson.best), Look("en", "light"))
    page = open_page(notebook_like(tmp_path / "n.html", f"<main>{shown}</main>"), **FRAME)
    for wide in (420, 900, 610, 660):
        page.evaluate(f"document.querySelector('main').style.width = '{wide}px'")
        seen = page.evaluate(
            "[...document.querySelectorAll('svg')].map(each => [each.clientWidth, "
            "each.clientHeight, each.clientWidth / each.viewBox.baseVal.width])"
        )
        (gone,) = [n for n, (_, high, _) in enumerate(seen) if high == 0]
        assert gone == (0 if wide < 620 else 1)
        across, _, zoom = seen[1 - gone]
        assert across <= wide
        least = panels.PAGE.least if gone else panels.COLUMN.least
        assert zoom * least >= 6.5  # CSS pixels; labels are half as large again


@pytest.mark.parametrize(
    ("model", "lang"),
    [pytest.param("cnn", "en", marks=pytest.mark.soak), ("photo", "zh")],
)
def test_where_nothing_is_trusted_a_still_picture_and_the_remedy_are_seen(
    open_page: Open, tmp_path: Path, model: str, lang: str
) -> None:
    from convexplain import notebook

    shown = notebook.page(model=model, lang=lang)._repr_html_()
    left = re.sub(r"<iframe.*</iframe>", "", shown, flags=re.DOTALL)
    page = open_page(notebook_like(tmp_path / "n.html", left), **FRAME)
    picture = page.locator("img")
    assert picture.evaluate("(e) => e.complete && e.naturalWidth") >= 300
    assert picture.is_visible()
    assert "Trust Notebook" in page.locator("p").inner_text()


def test_a_notebook_s_page_is_refused_in_a_line() -> None:
    from convexplain import notebook

    with pytest.raises(UsageError, match="height 20: give 320 to 4000"):
        notebook.page(height=20)
    with pytest.raises(UsageError, match="no language 'fr'"):
        notebook.page(lang="fr")


def test_sphinx_puts_the_page_into_a_document(open_page: Open, tmp_path: Path) -> None:
    pytest.importorskip("sphinx", reason="needs the extra 'sphinx'")
    from sphinx.testing.util import SphinxTestApp

    source = tmp_path / "src"
    (source / "deep").mkdir(parents=True)
    (source / "conf.py").write_text("")
    (source / "index.rst").write_text(
        "Title\n=====\n\n.. convexplain-page::\n   :digit: 5\n   :at: "
        + cell("conv3", 20, 1, 2, d=5)
        + "\n\n.. toctree::\n\n   deep/more\n",
        encoding="utf-8",
    )
    (source / "deep" / "more.md").write_text(
        "# More\n\n```{convexplain-page}\n:digit: 5\n:height: 400\n```\n\n"
        "```{convexplain-page}\n:height: 7\n```\n"
    )
    extensions = ["myst_parser", "convexplain.sphinxext"]
    app = SphinxTestApp(
        "html", srcdir=source, builddir=tmp_path / "build",
        confoverrides={"extensions": extensions},
    )  # fmt: skip
    app.build()
    out = Path(app.outdir)
    assert "height 7: give 320 to 4000" in app.warning.getvalue()
    assert app.warning.getvalue().count("WARNING") == 1
    app.cleanup()
    assert len(list(out.rglob("convexplain-page-*.html"))) == 1
    deep = (out / "deep" / "more.html").read_text("utf-8")
    (address,) = re.findall(r'<iframe src="([^"#]+)"', deep)
    assert (out / "deep" / address).is_file()
    assert "height:400px" in deep
    page = open_page(out / "index.html", **DESK)
    inner = page.frame_locator("iframe")
    inner.locator("#panel-title").wait_for()
    assert inner.locator("#panel-title").inner_text() == "conv3, filter 20: row 1, column 2"


@pytest.fixture(scope="module")
def taken(contexts: Contexts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visits]:
    """A page to stand in a frame, taken away from where its lessons lie."""
    path = tmp_path_factory.mktemp("embed") / "taken.html"
    classroom.write(
        path, digits.first(5), embed=True, lessons="gallery/lessons", lang="en", theme="light"
    )
    with Visits(contexts, path) as visits:
        yield visits


@pytest.fixture(scope="module")
def published(contexts: Contexts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visits]:
    """A page that everyone can open, its lessons beside it."""
    path = tmp_path_factory.mktemp("embed") / "published.html"
    classroom.write(
        path, digits.first(5), url="https://school.example/cnn/page.html",
        lessons="gallery/lessons", lang="en", theme="light",
    )  # fmt: skip
    with Visits(contexts, path) as visits:
        yield visits


def test_an_embedded_page_spends_nothing_on_a_title(
    taken: Visits, visit: Open, open_page: Open, written: Path
) -> None:
    where = cell("conv1", 28, 8, 20, d=5)
    embedded, plain = taken.to(where, **FRAME), visit(where, **FRAME)
    tops = [p.locator(".panel").bounding_box()["y"] for p in (embedded, plain)]  # type: ignore[index]
    assert tops[0] < tops[1]
    assert embedded.locator("html").get_attribute("data-embed") == "true"
    assert embedded.locator("h1").bounding_box()["width"] <= 1  # type: ignore[index]
    assert embedded.locator(".play").is_visible()
    taken.done()
    # The address can ask for it, too.
    asked = settled(open_page(written, "?embed" + where, **FRAME))
    assert asked.locator("html").get_attribute("data-embed") == "true"


def test_links_lead_to_where_the_page_is_published(published: Visits) -> None:
    page = published.to(cell("conv1", 28, 8, 20, d=5))
    page.evaluate(
        "() => { navigator.clipboard.writeText = async (text) => { window.copied = text; }; }"
    )
    page.locator('[data-key="share"]').click()
    settled(page)
    copied = page.evaluate("window.copied")
    assert copied.startswith("https://school.example/cnn/page.html#")
    assert "l=conv1&m=28&c=8,20" in copied
    assert texts(page, ".caption-text") == ["Copied."]
    published.done()


def lessons_of(page: Page) -> list[str | None]:
    """Where the links of the glossary lead."""
    page.locator('[data-key="term-bias"]').click()
    settled(page)
    assert len(texts(page, ".glossary dd")) > 10
    return [link.get_attribute("href") for link in page.locator(".glossary a").all()]


def test_a_file_that_was_taken_along_has_no_link_that_leads_nowhere(
    taken: Visits, visit: Open
) -> None:
    where = cell("conv3", 20, 1, 2)
    for page in (taken.to(where), visit(where)):
        assert lessons_of(page) == []
        assert "Lesson: sliding-window" in texts(page, ".glossary .chosen dd")[0]
        assert "convexplain render NAME" in texts(page, ".glossary code")
    taken.done()


def test_where_a_page_is_published_its_glossary_leads_to_the_lessons(published: Visits) -> None:
    page = published.to(cell("conv3", 20, 1, 2))
    links = lessons_of(page)
    assert "https://school.example/cnn/gallery/lessons/sliding-window.html" in links
    assert len(links) == len(texts(page, ".glossary dd"))
    published.done()


@pytest.mark.soak
def test_lessons_may_have_an_address_of_their_own(open_page: Open, tmp_path: Path) -> None:
    path = tmp_path / "lesson.html"
    classroom.write(path, lessons="https://school.example/lessons/", lang="en", theme="light")
    page = settled(open_page(path, cell("conv3", 20, 1, 2), **DESK))
    assert "https://school.example/lessons/sliding-window.html" in lessons_of(page)
