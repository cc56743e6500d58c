"""A real browser for the page, and a watch over everything that must not happen in it."""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Page,
    Request,
    sync_playwright,
)

from convexplain import page as classroom
from convexplain.data import digits
from tests.page.handle import core_page
from tests.page.looking import COUNTING, DESK, settled

#: Of a page for which nothing else is said.
SIZE = {"width": 1280, "height": 720}
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium or Chrome, headless."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        missing = f"needs a browser: none of {', '.join(PROGRAMS)} is on the PATH"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        yield running
        running.close()


@dataclass
class Watch:
    """What a page did that no page of ours may do."""

    problems: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        for event, heard in self._ears():
            page.on(event, heard)  # type: ignore[call-overload]

    def no_more(self, page: Page) -> None:
        for event, heard in self._ears():
            page.remove_listener(event, heard)

    def _ears(self) -> tuple[tuple[str, Callable[[Any], None]], ...]:
        return ("console", self._said), ("pageerror", self._threw), ("request", self._asked)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"{message.type}: {message.text}")

    def _threw(self, error: Error) -> None:
        self.problems.append(f"error: {error}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(("file:", "data:", "blob:")):
            self.problems.append(f"request: {request.url}")


class Contexts:
    """The browser's tabs, each in a window of its own, with those that nobody looks at now.

    A new tab, with a process of its own, takes a third of the time in which a page opens. Behind
    another tab of its window one would hardly be painted.
    """

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self._free: dict[str, list[Page]] = {}

    def page(self, watch: Watch, **options: Any) -> Page:
        """Open an empty page that is watched."""
        size = options.pop("viewport", SIZE)
        free = self._free.setdefault(json.dumps(options, sort_keys=True), [])
        if free:
            page = free.pop()
        else:
            page = self.browser.new_page(viewport=size, **options)
            page.add_init_script(f"({COUNTING})()")
        page.set_default_timeout(10_000)
        page.set_default_navigation_timeout(60_000)  # where much else runs, a page opens slowly
        if page.viewport_size != size:
            page.set_viewport_size(size)
        watch.over(page)
        return page

    def leave(self, page: Page, watch: Watch, **options: Any) -> None:
        """Give a page back as it was opened: empty, on a screen, with nothing watched."""
        page.goto("about:blank")
        watch.no_more(page)
        page.emulate_media(
            media="null",
            color_scheme=options.get("color_scheme", "light"),
            reduced_motion="no-preference",
            forced_colors="none",
        )
        page.mouse.move(0, 0)
        options.pop("viewport", None)
        self._free[json.dumps(options, sort_keys=True)].append(page)


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> Contexts:
    """The tabs of all tests; the page keeps nothing in them."""
    return Contexts(browser)


@pytest.fixture
def open_page(contexts: Contexts) -> Iterator[Callable[..., Page]]:
    """Open a file, as ``open_page(path, fragment="", **options of new_context)``.

    The test fails afterwards if a page wrote an error or a warning to the console, threw an error
    that nobody caught, or asked for anything outside of its file.
    """
    watch = Watch()
    pages = []

    def opened(path: Path, fragment: str = "", **options: Any) -> Page:
        page = contexts.page(watch, **options)
        pages.append((page, options))
        page.goto(path.as_uri() + fragment)
        return page

    yield opened
    for page, options in pages:
        contexts.leave(page, watch, **options)
    assert watch.problems == []


class Core:
    """The page's computing modules in a browser, each by its name: ``core("trace.Trace")``."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def __call__(self, code: str, argument: Any = None) -> Any:
        """Evaluate ``(core, argument) => code``; typed arrays come back as numpy arrays."""
        found = self.page.evaluate(
            f"(argument) => {{ const core = window.core; return core.packed({code}); }}",
            _packed(argument),
        )
        return _unpacked(found)


@pytest.fixture(scope="session")
def core(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Core]:
    """A page of the same making as the real one, whose script only hands out its modules."""
    path = tmp_path_factory.mktemp("page") / "core.html"
    path.write_text(core_page(), encoding="utf-8")
    context = browser.new_context()
    page = context.new_page()
    watch = Watch()
    watch.over(page)
    page.goto(path.as_uri())
    yield Core(page)
    context.close()
    assert watch.problems == []


_KINDS = {
    "Float32Array": np.float32,
    "Float64Array": np.float64,
    "Int32Array": np.int32,
    "Uint8Array": np.uint8,
    "Uint8ClampedArray": np.uint8,
}


def _unpacked(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {"kind", "bytes"}:
            return np.frombuffer(base64.b64decode(value["bytes"]), _KINDS[value["kind"]])
        return {key: _unpacked(part) for key, part in value.items()}
    return [_unpacked(part) for part in value] if isinstance(value, list) else value


def _packed(value: Any) -> Any:
    """Arrays as what ``unpack`` in the page takes."""
    if isinstance(value, np.ndarray):
        (kind,) = [name for name, dtype in _KINDS.items() if dtype == value.dtype][:1]
        return {"kind": kind, "bytes": base64.b64encode(value.tobytes()).decode()}
    if isinstance(value, dict):
        return {key: _packed(part) for key, part in value.items()}
    return [_packed(part) for part in value] if isinstance(value, (list, tuple)) else value


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as the command writes it with --digit 5."""
    path = tmp_path_factory.mktemp("classroom") / "lesson.html"
    classroom.write(path, digits.sample(100))
    return path


@pytest.fixture
def fresh(open_page: Callable[..., Page], written: Path) -> Callable[..., Page]:
    """Open the page at a fragment, on a desk's screen unless something else is said."""

    def shown(where: str = "", **options: Any) -> Page:
        return settled(open_page(written, where, **{**DESK, **options}))

    return shown


# Follow an address, and wait until everything is shown. An address that stands there already
# changes nothing: go by way of another.
_FOLLOW = """async (where) => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const go = async (hash) => {
    if (location.hash === hash) return;
    const gone = new Promise((done) => addEventListener("hashchange", done, { once: true }));
    location.hash = hash;
    await gone;
  };
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  document.activeElement.blur();
  scrollTo(0, 0);
  if (location.hash === where) await go("");
  await go(where);
  await frame();
  await new Promise((done) => setTimeout(done));
  if (window.awaited?.size !== 0) await frame();
}"""


class Visits:
    """A file that stays open for all tests; each visit follows an address."""

    def __init__(self, contexts: Contexts, path: Path) -> None:
        self.contexts = contexts
        self.path = path
        self.watch = Watch()
        self._pages: dict[str, tuple[Page, dict[str, Any]]] = {}

    def to(self, where: str = "", **options: Any) -> Page:
        """Bring a page to an address, as somebody who types it does."""
        options = {**DESK, **options}
        # One page for windows of all sizes.
        key = json.dumps({**options, "viewport": None}, sort_keys=True)
        page, _ = self._pages.get(key, (None, {}))
        if page is None:
            page = self.contexts.page(self.watch, **options)
            self._pages[key] = page, options
            page.goto(self.path.as_uri() + where)
            return settled(page)
        if page.viewport_size != options["viewport"]:
            page.set_viewport_size(options["viewport"])
        page.mouse.move(0, 0)
        page.evaluate(_FOLLOW, where)
        return page

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for page, options in self._pages.values():
            self.contexts.leave(page, self.watch, **options)
        self.done()

    def done(self) -> None:
        """Fail for what went wrong since the last time."""
        problems, self.watch.problems[:] = [*self.watch.problems], []
        assert problems == []


@pytest.fixture(scope="session")
def visits(contexts: Contexts, written: Path) -> Visits:
    return Visits(contexts, written)


@pytest.fixture
def visit(visits: Visits) -> Iterator[Callable[..., Page]]:
    """Show an address in a page that other tests have visited, too: it costs no loading.

    An address decides all but language, theme, speed, and whether letters are shortcuts: a test
    that changes the last two puts them back.
    """
    yield visits.to
    visits.done()


@pytest.fixture
def show(visit: Callable[..., Page]) -> Callable[..., Page]:
    """The same; a file whose tests show another page overrides this."""
    return visit
