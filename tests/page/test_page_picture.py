"""A picture of one's own becomes the digit that `convexplain.load_image` makes of it."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps
from scipy import ndimage

from convexplain.data import _writing, digits, ink, pictures
from convexplain.data.pictures import load_image
from convexplain.errors import ConvexplainError
from convexplain.page.words import WORDS
from convexplain.style.captions import Caption
from tests import photographs
from tests.page.looking import sparing

Gray = NDArray[np.float32]


def photo(seed: int) -> Gray:
    """A digit on a page under uneven light, turned, scaled, with noise and perhaps a speck."""
    random = np.random.default_rng(seed)
    digit = digits.sample(int(random.integers(200))).pixels[..., 0]
    large = ndimage.zoom(digit, float(random.uniform(0.6, 6)), order=1)
    large = ndimage.rotate(large, float(random.uniform(-20, 20)), order=1)
    height, width = (int(n + random.integers(6, 120)) for n in large.shape)
    page = np.zeros((height, width))
    top = int(random.integers(1, height - large.shape[0]))
    left = int(random.integers(1, width - large.shape[1]))
    page[top : top + large.shape[0], left : left + large.shape[1]] = large
    if seed % 3 == 0:
        page[2:4, 2:4] = 1
    light = 0.9 - np.outer(np.linspace(0, 0.15, height), np.linspace(0, 1, width))
    gray = light - 0.6 * page + random.normal(0, 0.01, page.shape)
    gray = np.clip(gray if seed % 4 else 1 - gray, 0, 1)
    return (np.rint(gray * 255) / 255).astype(np.float32)


def said(steps: list[dict[str, Any]]) -> tuple[str, ...]:
    """What the page says was done, in English."""

    def text(caption: Caption, values: dict[str, Any]) -> str:
        return caption.fill(**values).text("en")

    return tuple(text(WORDS[step["key"]], step.get("values", {})) for step in steps)


DIGITS = "core.picture.digitsOf(window.unpack(argument.gray), ...argument.size)"


def in_page(core: Any, gray: Gray) -> list[dict[str, Any]]:
    return core(DIGITS, {"gray": gray, "size": list(gray.shape)})  # type: ignore[no-any-return]


def assert_same(found: list[dict[str, Any]], gray: Gray) -> None:
    digits = ink.read(gray).digits
    assert len(found) == len(digits)
    for there, digit in zip(found, digits, strict=True):
        assert said(there["steps"]) == digit.steps
        assert (tuple(there["doubts"]), there["mass"]) == (digit.doubts, digit.mass)
        difference = np.abs(there["pixels"].reshape(28, 28) - digit.pixels)
        # What is decided is equal to the bit; in the last scaling, sums run in another order here
        # and there: a value may lie on a byte's rounding edge.
        assert difference.max() <= 1.01 / 255
        assert (difference > 0).sum() <= 2


@pytest.mark.parametrize("seed", sparing(range(24), 0, 1, 2, 4, 7, 9))
def test_a_photographed_digit_is_prepared_as_in_python(core: Any, seed: int) -> None:
    gray = photo(seed)
    assert_same(in_page(core, gray), gray)


def test_shapes_of_all_kinds_are_prepared_as_in_python(core: Any) -> None:
    bar = np.ones((400, 300), np.float32)
    bar[30:230, 200:260] = 0
    dot = np.zeros((9, 40), np.float32)
    dot[3:6, 20:23] = 1
    two = np.ones((150, 90), np.float32)
    two[20:130, 20:40] = two[20:130, 60:70] = 0
    for gray in (bar, dot, two, 1 - bar[::3, ::3].copy()):
        assert_same(in_page(core, gray), gray)


def test_a_bundled_digit_is_recognised_as_one(core: Any) -> None:
    (found,) = in_page(core, digits.first(2).pixels[..., 0].copy())
    assert said(found["steps"])[-1].startswith("already as MNIST")
    np.testing.assert_array_equal(found["pixels"], digits.first(2).pixels.ravel())


def test_an_empty_page_is_refused_as_in_python(core: Any) -> None:
    blank = np.full((60, 50), 0.8, np.float32)
    with pytest.raises(ConvexplainError, match="no ink"):
        ink.read(blank)
    found = core(
        f"(() => {{ try {{ return {DIGITS}; }} catch (error) {{ return error.key; }} }})()",
        {"gray": blank, "size": [60, 50]},
    )
    assert found == "pictureNoInk"
    assert WORDS[found].text("en").startswith("No ink found")


#: Kinds of photographs that take every way through the preparation, and some more.
KINDS = (
    "plain", "hard_shadow", "lined", "squared", "pencil_on_lines", "lines_in_perspective", "desk",
    "turned_desk", "scan_border", "thumb", "four_digits", "dim_and_dark", "blackboard", "boxed",
    "underlined", "crossed_out", "cut_by_the_frame", "dark_sheet", "low_resolution", "letterhead",
)  # fmt: skip
#: Those of them that differ most in what is done to them.
VARIED = ("squared", "turned_desk", "four_digits", "cut_by_the_frame")


@pytest.mark.parametrize("kind", sparing(KINDS, VARIED[0], VARIED[-1]))
def test_a_photograph_is_read_as_in_python(core: Any, kind: str) -> None:
    image = Image.open(io.BytesIO(photographs.photo(kind, 3).file())).convert("L")
    image = image.reduce(2)  # a quarter of the time; those that are given are read as large as ever
    gray = np.asarray(image, np.float32) / np.float32(255)
    assert_same(in_page(core, gray), gray)


@pytest.mark.parametrize("every", sparing([1, 25], 25))
def test_given_photographs_are_read_as_in_python(
    core: Any, photos_folder: Path, every: int
) -> None:
    for path in sorted(photos_folder.glob("*.[jp][pn]g"))[::every]:
        image = ImageOps.exif_transpose(Image.open(path)).convert("L")
        image.thumbnail((pictures.LONGEST, pictures.LONGEST))
        gray = np.asarray(image, np.float32) / np.float32(255)
        assert_same(in_page(core, gray), gray)


READ = """window.core.picture.readPicture(new Blob([window.unpack(argument)]))
  .then(([digit]) => digit)
  .catch((error) => ({ error: error.key }))"""


def read_file(core: Any, content: bytes) -> dict[str, Any]:
    code = f"(argument) => {READ}.then(window.core.packed)"
    packed = {"kind": "Uint8Array", "bytes": base64.b64encode(content).decode()}
    found = core.page.evaluate(code, packed)
    if "pixels" in found:
        pixels = np.frombuffer(base64.b64decode(found["pixels"]["bytes"]), np.float32)
        found["pixels"] = pixels.reshape(28, 28)
    return found


def coloured(mode: str) -> Image.Image:
    letter = np.full((160, 150, 3), (250, 240, 200), np.uint8)
    letter[20:120, 30:50] = letter[100:120, 30:110] = (40, 20, 120)
    picture = Image.fromarray(letter)
    if mode == "white on nothing":
        letter[:] = 255
        alpha = np.zeros((160, 150), np.uint8)
        alpha[20:120, 30:50] = alpha[100:120, 30:110] = 255
        return Image.fromarray(np.dstack([letter, alpha]))
    if mode == "RGBA":
        alpha = np.where((letter[..., 0] == 40), 255, 0).astype(np.uint8)
        picture.putalpha(Image.fromarray(alpha))
    return picture if mode == "RGBA" else picture.convert(mode)


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA", "white on nothing"])
def test_a_file_is_read_as_load_image_reads_it(core: Any, tmp_path: Path, mode: str) -> None:
    file = tmp_path / "letter.png"
    coloured(mode).save(file)
    expected = load_image(file)
    found = read_file(core, file.read_bytes())
    # How transparency is blended is rounded differently.
    np.testing.assert_allclose(found["pixels"], expected.pixels[..., 0], atol=2.01 / 255)
    assert [step for step in expected.steps if "cut to" in step] == [
        step for step in said(found["steps"]) if "cut to" in step
    ]


def test_a_turned_photograph_stands_upright(core: Any, tmp_path: Path) -> None:
    tags = Image.Exif()
    tags[0x0112] = 6
    file = tmp_path / "turned.jpg"
    coloured("RGB").save(file, exif=tags, quality=95)
    expected = load_image(file)
    found = read_file(core, file.read_bytes())
    np.testing.assert_allclose(found["pixels"], expected.pixels[..., 0], atol=0.1)


def test_a_large_picture_is_scaled_down_before_it_is_read(core: Any, tmp_path: Path) -> None:
    large = coloured("L").resize((1500, 1600))
    file = tmp_path / "large.png"
    large.save(file)
    found = read_file(core, file.read_bytes())
    assert said(found["steps"])[0] == "scaled down from 1600 × 1500 to 1024 × 960"
    expected = load_image(file)
    assert "scaled down from 1600 × 1500 to 1024 × 960" in expected.steps
    np.testing.assert_allclose(found["pixels"], expected.pixels[..., 0], atol=0.15)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "pictureUnread"),
        (b"<script>alert(1)</script>", "pictureUnread"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "pictureUnread"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "pictureHeic"),
    ],
)
def test_what_is_no_picture_is_refused(core: Any, content: bytes, key: str) -> None:
    assert read_file(core, content) == {"error": key}
    assert WORDS[key].text("zh")


def test_a_blank_picture_file_is_refused(core: Any) -> None:
    file = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(file, "PNG")
    assert read_file(core, file.getvalue()) == {"error": "pictureNoInk"}


def test_brightness_is_pillow_s(core: Any) -> None:
    rgba = np.random.default_rng(0).integers(0, 256, (50, 40, 4)).astype(np.uint8)
    rgba[..., 3] = 255
    found = core("core.picture.brightness(window.unpack(argument))", rgba)
    expected = np.asarray(Image.fromarray(rgba[..., :3]).convert("L"), np.float32) / np.float32(255)
    assert found.tobytes() == expected.tobytes()


@pytest.mark.parametrize("shift", [(3, 0), (-2, 5), (0, -6), (30, 0)])
def test_a_shift_brings_in_paper(core: Any, shift: tuple[int, int]) -> None:
    picture = digits.first(5).pixels[..., 0]
    right, down = shift
    found = core(
        f"core.picture.shifted(window.unpack(argument), {right}, {down})", picture.copy()
    ).reshape(28, 28)
    expected = ndimage.shift(picture, (down, right), order=0, cval=0)
    np.testing.assert_array_equal(found, expected)


def test_noise_comes_from_its_seed_and_stays_between_paper_and_ink(core: Any) -> None:
    half = np.full(784, 0.5, np.float32)
    noisy = "core.picture.noisy(window.unpack(argument), 0.1, {})"
    first, again, other = (core(noisy.format(seed), half) for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes() != other.tobytes()
    assert abs(first.mean() - 0.5) < 0.02
    assert abs(first.std() - 0.1) < 0.01
    loud = core("core.picture.noisy(window.unpack(argument), 2, 3)", half)
    assert (loud.min(), loud.max()) == (0, 1)


def test_the_generator_s_numbers_are_uniform(core: Any) -> None:
    found = np.array(
        core("(() => { const next = core.picture.generator(5);"
             " return Array.from({ length: 20000 }, () => next()); })()")
    )  # fmt: skip
    counts, _ = np.histogram(found, bins=20, range=(0, 1))
    # Chi-squared with 19 degrees of freedom: 43.8 is exceeded once in a thousand.
    assert ((counts - 1000) ** 2 / 1000).sum() < 43.8
    assert abs(np.corrcoef(found[:-1], found[1:])[0, 1]) < 0.03


def test_erasing_makes_a_box_paper(core: Any) -> None:
    picture = digits.first(8).pixels[..., 0]
    found = core(
        "core.picture.erased(window.unpack(argument), { top: -1, left: 5, bottom: 12, right: 40 })",
        picture.copy(),
    ).reshape(28, 28)
    expected = picture.copy()
    expected[:12, 5:] = 0
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("turned", [False, True], ids=["lined", "squared"])
def test_printed_lines_are_those_that_python_finds(core: Any, turned: bool) -> None:
    mask = np.zeros((260, 300), bool)
    mask[20::24] = True
    mask[21::24] = True
    if turned:
        mask[:, 15::30] = True
    mask[60:180, 140:152] = True  # a stroke across them
    expected = _writing.printed(mask)
    assert expected[20, 40]
    assert expected[30, 45] == turned
    assert not expected[100, 146]
    asked = {"mask": mask.astype(np.uint8).ravel(), "height": 260, "width": 300}
    found = core(
        "core.writing.printed(window.unpack(argument.mask), argument.height, argument.width)",
        asked,
    )
    assert np.array_equal(np.reshape(found, mask.shape).astype(bool), expected)
