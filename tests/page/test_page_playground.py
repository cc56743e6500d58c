"""The playground of windows: the map and its size are those of the core, whatever is chosen."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from convexplain import Window
from convexplain.data import digits
from convexplain.ops import avg_pool2d, conv2d, conv2d_transpose, max_pool2d
from tests.often import covering
from tests.page.looking import DESK, PHONE, address, fragment, numbers, settled, sparing, texts

Open = Callable[..., Page]
PICTURE = digits.sample(100).pixels
KERNEL = [0.5, -1, 2, 0, 0.25, -3, 1, 1, -0.75]


def playing(play: str, **keys: object) -> str:
    return fragment(d=5, v="windows", pg=play, **keys)


@pytest.mark.parametrize(
    ("stride", "padding", "dilation", "op"),
    covering([1, 2, 3], ["valid", "same", 2], [1, 2], ["conv", "max", "average"]),
)
def test_map_and_size_follow_what_is_chosen(
    show: Open, op: str, dilation: int, padding: str | int, stride: int
) -> None:
    weights = ":" + ",".join(map(str, KERNEL)) if op == "conv" else ""
    page = show(playing(f"{op}.3.{stride}.{padding}.{dilation}.all.4.5{weights}"))
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    if op == "conv":
        kernel = np.array(KERNEL, np.float32).reshape(3, 3, 1, 1)
        expected = conv2d(PICTURE, kernel, **options)
    else:
        pool = max_pool2d if op == "max" else avg_pool2d
        expected = pool(PICTURE, 3, **options)
    rows, cols = expected.shape[:2]
    assert texts(page, ".play-map .play-title")[1] == f"Output: {rows} × {cols}"
    (formula,) = texts(page, ".formula")
    assert formula.endswith(f" {rows}")
    # The formula's own numbers give it, too.
    terms = re.match(r"size = \((\d+) \+ (\d+) \+ (\d+) − (.*)\) / (\d+) \+ 1 =", formula)
    assert terms is not None
    side, before, after, span, step = terms.groups()
    wide = eval(span.replace("−", "-").replace("×", "*"))
    assert (int(side) + int(before) + int(after) - wide) // int(step) + 1 == rows
    assert texts(page, ".playground .output-cell") == numbers([float(expected[4, 5, 0])])
    said = [" ".join(text.split()) for text in texts(page, ".play-sum .sign")]
    assert said == (["× kernel, cell by cell ="] if op == "conv" else [])
    window = Window(3, stride=stride, padding=padding, dilation=dilation)
    assert window.output_size((28, 28)) == (rows, cols)
    # Another cell, by keyboard.
    page.locator('[data-key="play-output"]').focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    settled(page)
    assert texts(page, ".playground .output-cell") == numbers([float(expected[5, 6, 0])])
    assert page.evaluate("document.activeElement.dataset.key") == "play-output"


STAMPS = """(({ size, stride, padding, dilation, kernel, x, at }) => {
  const options = { stride, dilation, padding };
  const on = core.stamps.landing(size, [7, 9], options);
  const window = new core.geometry.Window(size, on, options);
  return [
    window.size, core.ops.conv2dTranspose(unpack(x), window, unpack(kernel)),
    core.stamps.stamps(window, at), core.stamps.countsInside(window),
  ];
})(argument)"""


@pytest.mark.parametrize(
    ("size", "stride", "padding", "dilation"),
    covering(
        [(1, 1), (3, 3), (2, 5)],
        [(1, 1), (2, 3), (4, 2)],
        ["valid", "same", 1],
        [(1, 1), (2, 1)],
        pairs=True,
    ),
)
def test_a_transposed_convolution_is_the_core_s(
    core: Any, size: Any, stride: Any, padding: Any, dilation: Any
) -> None:
    random = np.random.default_rng(5)
    x = random.normal(size=(7, 9)).astype(np.float32)
    kernel = random.normal(size=size).astype(np.float32)
    at = (4, 5)
    asked = {
        "size": list(size), "stride": list(stride), "padding": padding, "dilation": list(dilation),
        "kernel": kernel.ravel(), "x": x.ravel(), "at": list(at),
    }  # fmt: skip
    found_size, values, stamped, inside = core(STAMPS, asked)
    options = {"stride": stride, "padding": padding, "dilation": dilation}

    def through(picture: np.ndarray, weights: np.ndarray) -> np.ndarray:
        return conv2d_transpose(picture[..., None], weights[..., None, None], **options)[..., 0]

    expected = through(x, kernel)
    assert tuple(found_size) == expected.shape
    np.testing.assert_allclose(values.reshape(expected.shape), expected, atol=1e-5)
    # What one number reaches, and how many numbers reach a cell: pictures of ones say both.
    alone = np.zeros_like(x)
    alone[at] = 1
    ones = np.ones(size, np.float32)
    reached = {tuple(cell) for cell in stamped["reached"] if cell is not None}
    assert reached == {tuple(cell) for cell in np.argwhere(through(alone, ones)).tolist()}
    counts = through(np.ones_like(x), ones)
    assert stamped["count"] == max(counts[cell] for cell in reached)
    assert counts[tuple(stamped["framed"])] == stamped["count"]
    assert set(inside) <= set(counts.ravel().tolist())
    assert max(inside) == counts.max()


def test_one_number_paints_a_patch(show: Open) -> None:
    own = ":" + ",".join(map(str, KERNEL))
    page = show(playing("transposed.3.2.valid.1.all.9.12" + own))
    kernel = np.array(KERNEL, np.float32).reshape(3, 3, 1, 1)
    expected = conv2d_transpose(PICTURE, kernel, stride=2)[..., 0]
    assert texts(page, ".play-map .play-title") == ["input: 28 × 28", "Output: 57 × 57"]
    assert texts(page, ".formula") == ["size = (28 − 1) × 2 + 3 − 0 − 0 = 57"]
    assert texts(page, ".counts") == ["Stamps a cell, inside: 1, 2, 4"]
    assert [" ".join(text.split()) for text in texts(page, ".play-sum .sign")] == [
        "× each weight ="
    ]
    number = float(PICTURE[9, 12, 0])
    assert number > 0
    assert texts(page, ".play-sum td") == numbers([number * weight for weight in KERNEL])
    # Four stamps meet at its corner.
    value = float(expected[18, 24])
    here = number * KERNEL[0]
    assert texts(page, ".playground .output-cell") == numbers([number, value])
    assert texts(page, ".play-sum dd") == numbers([here, value - here, value])
    assert texts(page, ".play-sum dt")[1] == "other stamps: 3"
    page.locator('[data-key="play-input"]').focus()
    page.keyboard.press("ArrowDown")
    settled(page)
    below = [float(PICTURE[10, 12, 0]), float(expected[20, 24])]
    assert texts(page, ".playground .output-cell") == numbers(below)
    # Padding takes cells away: of the corner's stamp a part is lost.
    page = show(playing("transposed.3.2.1.1.all.0.0"))
    assert texts(page, ".formula") == ["size = (28 − 1) × 2 + 3 − 1 − 1 = 55"]
    assert page.locator(".play-sum td.padding").count() == 5
    page = show(playing("transposed.3.2.same.1.all.0.0"))
    assert texts(page, ".formula") == ["size = 28 × 2 = 56"]


def test_a_convolution_becomes_its_way_back(show: Open) -> None:
    page = show(playing("conv.3.1.valid.1.all.9.12"))
    page.locator('[data-key="play-op"]').select_option("transposed")
    settled(page)
    assert texts(page, ".play-map .play-title")[1] == "Output: 57 × 57"
    assert address(page)["pg"].startswith("transposed.3.2.")
    page.locator('[data-key="play-classic"]').select_option("laplacian")
    settled(page)
    page.locator('[data-key="play-op"]').select_option("conv")
    settled(page)
    assert page.locator('[data-key="play-classic"]').input_value() == "laplacian"


@pytest.mark.parametrize("size", sparing([3, 5], 5))  # of 7, products alone have room
def test_the_frame_lies_around_what_is_read(show: Open, size: int) -> None:
    page = show(playing(f"conv.{size}.1.3.1.all.9.12"))
    around = page.locator(".play-sum .patch").bounding_box()
    table = page.locator(".play-sum .patch table").bounding_box()
    assert around is not None
    assert table is not None
    assert around["x"] == pytest.approx(table["x"], abs=1)
    assert around["width"] == pytest.approx(table["width"], abs=1)


def test_a_row_alone_is_read_by_a_row_of_weights(show: Open) -> None:
    page = show(playing("conv.5.2.same.1.14.0.6:1,-2,0.5,0,1"))
    kernel = np.array([1, -2, 0.5, 0, 1], np.float32).reshape(1, 5, 1, 1)
    row = PICTURE[14:15]
    expected = conv2d(row, kernel, stride=(1, 2), padding="same")
    assert texts(page, ".play-map .play-title") == [
        "input: 1 × 28",
        f"Output: 1 × {expected.shape[1]}",
    ]
    assert texts(page, ".playground .output-cell") == numbers([float(expected[0, 6, 0])])
    page.locator('[data-key="play-row"]').click()
    settled(page)
    assert texts(page, ".play-map .play-title")[0] == "input: 28 × 28"


def test_weights_of_one_s_own_are_typed_and_stay_in_the_address(show: Open) -> None:
    page = show(playing("conv.3.1.valid.1.all.9.12"))
    page.locator('[data-key="play-weight-4"]').fill("2.5")
    page.keyboard.press("Enter")
    settled(page)
    page.locator('[data-key="play-weight-0"]').fill("-1")
    page.keyboard.press("Tab")
    settled(page)
    weights = [float(n) for n in address(page)["pg"].split(":")[1].split(",")]
    assert weights[4] == 2.5
    assert weights[0] == -1
    kernel = np.array(weights, np.float32).reshape(3, 3, 1, 1)
    expected = conv2d(PICTURE, kernel)
    shown = texts(page, ".playground .output-cell")
    assert shown == numbers([float(expected[9, 12, 0])])
    assert texts(show(page.evaluate("location.hash")), ".playground .output-cell") == shown
    page.locator('[data-key="play-classic"]').select_option("laplacian")
    settled(page)
    assert texts(page, ".playground .output-cell") != shown


def test_a_window_larger_than_the_picture_is_said(show: Open) -> None:
    page = show(playing("conv.7.1.valid.7.all.0.0"))
    assert "larger than the picture" in texts(page, ".caption-text")[0]
    page = show(playing("conv.99.1.valid.1.all.0.0"))  # cannot be: left out
    assert texts(page, ".play-map .play-title")[0] == "input: 28 × 28"


@pytest.mark.parametrize(
    ("size", "screen", "lang"),
    covering(
        [7, 1, 3],
        {"phone": PHONE, "desk": DESK, "small": {"viewport": {"width": 760, "height": 600}}},
        ["zh", "en"],
    ),
)
def test_everything_has_room_on_every_screen(
    show: Open, size: int, screen: dict[str, Any], lang: str
) -> None:
    page = show(playing(f"conv.{size}.1.3.2.all.2.2", lang=lang), **screen)
    width = page.viewport_size["width"]  # type: ignore[index]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if screen is DESK:
        box = page.locator(".caption-text").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 1080


def test_the_window_stays_where_it_lies_when_it_changes(show: Open) -> None:
    page = show(playing("conv.3.1.valid.1.all.9.12"))  # its middle is row 10, column 13
    for what, value, at in (
        ("stride", "2", "5.6"),  # its middle is row 5 x 2 + 1, column 6 x 2 + 1
        ("size", "5", "5.6"),  # row 5 x 2 + 2, column 6 x 2 + 2
        ("op", "transposed", "12.14"),  # where the number that is stamped lies
    ):
        page.locator(f'[data-key="play-{what}"]').select_option(value)
        settled(page)
        assert address(page)["pg"].split(":")[0].endswith(f".{at}"), what
