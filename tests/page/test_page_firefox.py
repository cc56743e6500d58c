"""The page in Firefox: the core's numbers, a cell that is pointed at, a stroke of the pen."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import numpy as np
import pytest

from convexplain.network import Network, Trace
from convexplain.style import format as fmt
from tests.page import firefox
from tests.page.firefox import Firefox
from tests.page.handle import app_page
from tests.page.looking import fragment, trace_of

pytestmark = pytest.mark.soak

#: The middle of a cell, in the window.
PLACE = """(([layer, row, col, rows, cols]) => {
  const canvas = document.querySelector(`.map[data-layer="${layer}"] canvas`);
  const { left, top, width, height } = canvas.getBoundingClientRect();
  return [left + (col + 0.5) / cols * width, top + (row + 0.5) / rows * height];
})"""
OUTPUTS = """[...window.app.model.trace.outputs].map(([name, values]) => {
  let text = "";
  for (const byte of new Uint8Array(values.buffer)) text += String.fromCharCode(byte);
  return [name, btoa(text)];
})"""
FRAME = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
SHARES = '[...document.querySelectorAll(".bar .share")].map((part) => part.textContent)'


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """The page in Firefox; what it says to the console or asks of others fails the test."""
    program = firefox.program()
    if program is None:
        pytest.skip(f"needs Firefox: none of {', '.join(firefox.PROGRAMS)} is on the PATH")
    folder = tmp_path_factory.mktemp("firefox")
    page = folder / "page.html"
    page.write_text(app_page(Network.load("cnn")), encoding="utf-8")
    with Firefox(program, folder, (1920, 1080)) as opened:
        opened.open(page.as_uri() + fragment(d=5))
        yield opened
        assert opened.problems == []


def place(window: Firefox, *cell: object) -> tuple[float, float]:
    x, y = window.evaluate(f"{PLACE}({list(cell)!r})")
    return x, y


def text(window: Firefox, selector: str) -> str:
    window.evaluate(FRAME)
    found: str = window.evaluate(f"document.querySelector({selector!r}).textContent")
    return found


def test_firefox_computes_the_core_s_numbers(window: Firefox) -> None:
    found = window.evaluate(OUTPUTS)
    trace = trace_of(5)
    assert {name for name, _ in found} == {"input", *trace.activations}
    for name, packed in found:
        numbers = np.frombuffer(base64.b64decode(packed), np.float32)
        expected = trace.image if name == "input" else trace.activations[name]
        limit = float(np.abs(expected).max())
        np.testing.assert_allclose(numbers, expected.ravel(), rtol=0, atol=1e-6 * limit)


def test_firefox_explains_the_cell_under_the_mouse(window: Firefox) -> None:
    window.pointer(place(window, "conv3", 1, 2, 3, 3))
    assert text(window, "#panel-title").startswith("conv3, filter ")
    filter = int(text(window, "#panel-title").split()[2].rstrip(":"))
    step = trace_of(5).steps("conv3", filter).at(1, 2)
    assert text(window, ".panel .output-cell") == fmt.number(step.activated)
    window.pointer(place(window, "conv3", 1, 2, 3, 3), down=True)
    window.evaluate(FRAME)
    assert "l=conv3" in window.evaluate("location.hash")
    assert "c=1,2" in window.evaluate("location.hash")


def test_firefox_reads_what_is_drawn(window: Firefox) -> None:
    window.evaluate('document.querySelector(".draw").click()')
    window.evaluate(FRAME)
    stroke = [place(window, "input", row, 14, 28, 28) for row in (5, 10, 16, 22)]
    window.pointer(*stroke, down=True)
    window.evaluate(FRAME)
    packed = window.evaluate('new URLSearchParams(location.hash.slice(1)).get("p")')
    content = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
    levels = np.frombuffer(content, np.uint8)
    picture = np.stack([levels >> 4, levels & 15], axis=1).reshape(28, 28, 1) / np.float32(15)
    assert (picture[5:23, 14] == 1).all()
    assert picture[:, :11].sum() == 0
    trace = Trace(Network.load("cnn"), picture.astype(np.float32))
    assert window.evaluate(SHARES) == [fmt.probability(p) for p in trace.probabilities]


def test_a_problem_in_firefox_is_noticed(window: Firefox) -> None:
    window.evaluate('console.error("said") ?? fetch("https://school.example/").catch(() => 0)')
    window.evaluate("setTimeout(() => { throw new Error('thrown'); }) && 0")
    window.evaluate("new Promise((done) => setTimeout(done, 100))")
    found, window.problems[:] = [*window.problems], []
    for problem in ("said", "thrown", "school.example"):
        assert any(problem in each for each in found), (problem, found)
