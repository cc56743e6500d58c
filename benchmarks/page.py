"""How quickly the classroom page answers, in a real browser, and how large its file is.

    python benchmarks/page.py                  # the processor as it is, and four times slower
    python benchmarks/page.py --throttle 6 --runs 200

Times are medians and 95th percentiles in milliseconds. "work" is the time until layout is done;
"shown" runs from the event until the frame after it is painted, and so holds up to 17 ms of waiting
for that frame. Both suffer from whatever else the machine does; "processor" is the time that the
page's own thread computed, painting included, and hardly does.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from convexplain import page as classroom
from convexplain.page import data, document
from convexplain.page.bundle import bundle, read

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]

# What is done, as a function of the app and a number that makes each time different.
ACTS = {
    "a stroke of the pen, on the overview": """(app, n) => {
      app.store.state.tool ?? app.actions.setTool("draw");
      const x = 4 + (7 * n) % 19, y = 4 + (11 * n) % 19;
      app.drawing.last = [x, y]; // as while the pen is down
      app.drawing.stroke([x, y], [x + 1.5, y + 1]);
    }""",
    "a shift by one pixel, on the overview": """(app, n) => {
      app.actions.shiftTo(n % 7 - 3, n % 5 - 2);
    }""",
    "a cell of conv1 is pointed at": """(app, n) => app.actions.point(
      { layer: "conv1", filter: 28, row: (5 * n) % 26, col: (7 * n) % 26 })""",
    "a cell of pool2 is pointed at": """(app, n) => app.actions.point(
      { layer: "pool2", filter: 28, row: n % 5, col: (2 * n) % 5 })""",
    "a cell of conv3 is pointed at": """(app, n) => app.actions.point(
      { layer: "conv3", filter: 20, row: n % 3, col: (2 * n) % 3 })""",
}
ONCE = """({ act, n }) => {
  eval(act)(window.app, n);
  window.app.store.render();
  document.body.getBoundingClientRect();
}"""
MEASURE = """async ({ act, runs }) => {
  const app = window.app;
  const perform = eval(act);
  const frame = () => new Promise((done) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = done;
    port2.postMessage(0);
  }));
  const work = [], shown = [];
  for (let n = 0; n < runs; n += 1) {
    await frame();
    let start = performance.now();
    perform(app, 2 * n);
    app.store.render();
    document.body.getBoundingClientRect();
    work.push(performance.now() - start);
    await frame();
    start = performance.now();
    perform(app, 2 * n + 1);
    await frame();
    shown.push(performance.now() - start);
  }
  return { work, shown };
}"""
LOADED = """async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const [navigation] = performance.getEntriesByType("navigation");
  return { built: navigation.domContentLoadedEventEnd, shown: performance.now() };
}"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=60, help="how often each thing is done")
    parser.add_argument("--loads", type=int, default=7, help="how often the page is opened")
    parser.add_argument("--throttle", type=int, nargs="+", default=[1, 4], metavar="TIMES")
    options = parser.parse_args()
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        parser.error(f"no browser: install one of {', '.join(PROGRAMS)}")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "page.html"
        size = classroom.write(file, lang="en", theme="light")
        within = Path(folder) / "within.html"
        within.write_text(with_handle(), encoding="utf-8")
        sizes(size)
        browser = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        print(f"\nChromium {browser.version}, {options.runs} runs, {options.loads} loads\n")
        print("| slower | what happens | processor | p95 | work | p95 | shown | p95 |")
        print("|---|---|---|---|---|---|---|---|")
        for times in options.throttle:
            loads(browser, file, times, options.loads)
            view = Opened(browser, within, times)
            for name, act in ACTS.items():
                found = view.page.evaluate(MEASURE, {"act": act, "runs": options.runs})
                spent = [processor(view, act, n) for n in range(options.runs)]
                row(times, name, spent, found["work"], found["shown"])
            view.context.close()
        browser.close()


def with_handle() -> str:
    """Make the same page with its application in ``window.app``, for the measuring to reach."""
    sources = read(document.FOLDER)
    assert "\nnew App(" in sources["app"]
    sources["app"] = sources["app"].replace("\nnew App(", "\nwindow.app = new App(")
    return document.document(data.collect(lang="en", theme="light"), sources=sources)


def sizes(size: int) -> None:
    """Print what the file is made of."""
    content = data.collect()
    script = len(bundle(read(document.FOLDER), document.ENTRY).encode())
    print(f"file: {size:,} bytes")
    for name, part in (
        ("the explained network", content["networks"]["cnn"]),
        ("the network beside it", content["networks"]["dense"]),
        ("200 digits", content["digits"]["pixels"]),
    ):
        print(f"  {name}: {len(part):,}")
    print(f"  script: {script:,}")


class Opened:
    """The page, opened in a fresh profile on a processor that is so many times slower."""

    def __init__(self, browser: Browser, file: Path, times: int) -> None:
        self.context = browser.new_context(viewport={"width": 1920, "height": 1080})
        self.page = self.context.new_page()
        self.session = self.context.new_cdp_session(self.page)
        self.session.send("Performance.enable", {"timeDomain": "threadTicks"})
        self.session.send("Emulation.setCPUThrottlingRate", {"rate": times})
        self.page.goto(file.as_uri())

    def spent(self) -> float:
        """Milliseconds that the page's thread has computed since it was opened."""
        metrics = self.session.send("Performance.getMetrics")["metrics"]
        (spent,) = [metric["value"] for metric in metrics if metric["name"] == "TaskDuration"]
        return 1000 * float(spent)


def loads(browser: Browser, file: Path, times: int, count: int) -> None:
    """Open the page again and again, each time in a fresh profile."""
    found: list[Any] = []
    for _ in range(count):
        view = Opened(browser, file, times)
        found.append({**view.page.evaluate(LOADED), "spent": view.spent()})
        view.context.close()
    columns = ([each[key] for each in found] for key in ("spent", "built", "shown"))
    row(times, "the file is opened", *columns)


def processor(view: Opened, act: str, n: int) -> float:
    """Do something once; give the milliseconds that the page's thread computed for it."""
    before = view.spent()
    view.page.evaluate(ONCE, {"act": act, "n": n})
    return view.spent() - before


def row(times: int, name: str, *columns: list[float]) -> None:
    """Print one line of the table."""
    texts = [f"{statistics.median(c):.1f} | {percentile(c):.1f}" for c in columns]
    print(f"| {times}x | {name} | {' | '.join(texts)} |", flush=True)


def percentile(values: list[float]) -> float:
    """The smallest value that at least 95% do not exceed."""
    return sorted(values)[-(-95 * len(values) // 100) - 1]


if __name__ == "__main__":
    main()
