"""The page that is written: how large, what it names, and the command that writes it."""

from __future__ import annotations

import base64
import re
import socket
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser

from convexplain import page as classroom
from convexplain.cli import cli
from convexplain.data import digits, examples
from convexplain.lessons.pooling import Pooling
from convexplain.network import Conv2D, Dense, Flatten, Network
from convexplain.page import data, document
from convexplain.page.examples import find_examples
from convexplain.page.lesson import Slides
from convexplain.style.theme import Look
from tests.page.conftest import Watch
from tests.page.parts import Parts, data_of
from tests.texts import difference


def test_the_page_is_small_and_the_same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "find_examples", find_examples)  # each time anew
    text = classroom.html(digits.first(5), lang="zh", theme="dark")
    assert len(text.encode()) <= 3_000_000
    assert not difference(text, classroom.html(digits.first(5), lang="zh", theme="dark"))
    assert text != classroom.html(digits.first(6), lang="zh", theme="dark")


def test_the_page_names_no_other_file_and_no_address() -> None:
    parts = Parts(classroom.html())
    for tag, attributes, _ in parts.found:
        for name in ("src", "href", "action", "srcset", "poster", "data"):
            value = attributes.get(name) or "data:,"
            assert value.startswith(("data:", "#")), f"<{tag} {name}={value!r}>"
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag


def test_nothing_of_the_page_s_code_reads_text_as_html_or_as_code() -> None:
    risky = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
        r"|DOMParser|createContextualFragment|setAttribute\(\"(style|on\w+)\"|\bfetch\(|XMLHttp"
        r"|WebSocket|EventSource|sendBeacon|(?<!\{)\bimport\("
    )
    for file in document.FOLDER.rglob("*.js"):
        assert not risky.search(file.read_text("utf-8")), file.name


def run(*arguments: str) -> Any:
    return CliRunner().invoke(cli, ["page", *arguments])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_writes_one_file_and_says_so(here: Path) -> None:
    done = run("-o", "cell.html", "--digit", "7", "--lang", "zh", "--theme", "dark")
    assert done.exit_code == 0, done.output
    size = (here / "cell.html").stat().st_size
    assert done.output == f"已写出 cell.html：{size / 1e6:.1f} MB\n"
    assert [path.name for path in here.iterdir()] == ["cell.html"]
    opening = data_of(here / "cell.html")["opening"]
    shift = opening.pop("shift")
    assert opening == {
        "sample": 140,
        "picture": None,
        "lang": "zh",
        "theme": "dark",
        "embed": False,
    }
    assert sum(map(abs, shift)) <= 3


def test_a_network_of_one_s_own_goes_into_the_page(here: Path) -> None:
    layers = (
        Conv2D("a", 3, 5, stride=2, padding="same", activation="tanh"),
        Flatten("b"),
        Dense("c", 10, "softmax"),
    )
    Network.initialised(layers).save(here / "mine.safetensors")
    assert run("--model", "mine.safetensors").exit_code == 0
    content = data_of(here / "lesson.html")
    assert content["model"] == "mine.safetensors"
    (here / "again.safetensors").write_bytes(base64.b64decode(content["networks"]["cnn"]))
    assert Network.load(here / "again.safetensors").layers == layers


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--digit", "12"], "there is no digit 12: digits are 0 to 9"),
        (["--digit", "1", "--sample", "3"], "--digit and --sample exclude one another"),
        (["--image", "no.png"], "no.png: there is no such file"),
        (["--lang", "fr"], "there is no language 'fr': choose en or zh"),
        (["--theme", "blue"], "there is no theme 'blue': choose dark or light"),
        (["--lesson", "poling"], "did you mean pooling?"),
        (["--model", "no.safetensors"], "no model or file 'no.safetensors'"),
        (["-o", "page.pdf"], "'page.pdf' is not the name of a page: let it end in .html or .htm"),
    ],
)
def test_what_cannot_be_written_gets_one_line(here: Path, arguments: list[str], line: str) -> None:
    done = run(*arguments)
    assert done.exit_code in (1, 2)
    assert done.output.startswith("Error: ")
    assert line in done.output
    assert done.output.count("\n") == 1
    assert list(here.iterdir()) == []


def test_a_file_that_cannot_be_replaced_stays(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "lesson.html").write_text("before")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("convexplain.files.atomic._fill", full)
    done = run()
    assert (done.exit_code, done.output) == (
        1,
        "Error: cannot write 'lesson.html': No space left on device\n",
    )
    assert [path.name for path in here.iterdir()] == ["lesson.html"]
    assert (here / "lesson.html").read_text() == "before"


def test_after_the_slides_the_page_shows_the_lesson_s_picture(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered = []

    def render(jobs: list[Any], progress: Any) -> None:
        rendered.extend(jobs)
        jobs[0].output.write_bytes(b"mp4")

    monkeypatch.setattr("convexplain.video.rendering.render", render)
    slides = Slides("pooling", Pooling.title, "zh", "light", b"mp4", ())
    monkeypatch.setattr("convexplain.page.lesson.Slides.of", lambda *_: slides)
    done = run("--lesson", "pooling", "--lang", "zh", "--theme", "light", "-q", "l")
    assert done.exit_code == 0, done.output
    (job,) = rendered
    assert (job.lesson.name, job.quality.name, job.look) == ("pooling", "l", Look("zh", "light"))
    content = data_of(here / "lesson.html")
    assert content["opening"]["sample"] == examples.load()["pooling"]["sample"]
    assert base64.b64decode(content["lesson"]["video"]) == b"mp4"
    # A digit that is asked for goes into both.
    assert run("--lesson", "pooling", "--digit", "2").exit_code == 0
    assert rendered[1].lesson.picture.label == 2
    assert data_of(here / "lesson.html")["opening"]["sample"] == 40


def test_the_watch_notices_what_it_looks_for(browser: Browser, tmp_path: Path) -> None:
    watch = Watch()
    page = browser.new_page()
    watch.over(page)
    (tmp_path / "bad.html").write_text(
        "<img src='http://127.0.0.1:9/a.png'><script>console.error('said');"
        "setTimeout(() => { throw new Error('thrown'); });</script>"
    )
    with page.expect_event("pageerror"):
        page.goto((tmp_path / "bad.html").as_uri())
    page.close()
    kinds = {problem.partition(":")[0] for problem in watch.problems}
    assert kinds == {"error", "request"}
    for what in ("said", "thrown", "http://127.0.0.1:9/a.png"):
        assert [problem for problem in watch.problems if what in problem]


def test_the_policy_stops_what_a_script_in_the_page_would_try(
    browser: Browser, written: Path
) -> None:
    watch = Watch()
    page = browser.new_page()
    page.goto(written.as_uri())
    watch.over(page)
    host = socket.create_server(("127.0.0.1", 0))
    host.settimeout(0.5)
    page.evaluate(
        """async (host) => {
          const image = document.createElement("img");
          image.src = `http://${host}/a.png`;
          const script = document.createElement("script");
          script.textContent = "window.ran = true;";
          const style = document.createElement("div");
          style.setAttribute("style", "color: red");
          document.body.append(image, script, style);
          await fetch(`http://${host}/b`).catch(() => {});
        }""",
        f"127.0.0.1:{host.getsockname()[1]}",
    )
    assert page.evaluate("window.ran") is None
    assert page.locator("body > div").last.evaluate("(part) => part.style.color") == ""
    page.close()
    refused = [problem for problem in watch.problems if "Content Security Policy" in problem]
    assert len(refused) >= 4
    with pytest.raises(TimeoutError):
        host.accept()
    host.close()
