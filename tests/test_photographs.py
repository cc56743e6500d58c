"""Photographs of handwriting: read right, or doubted by name."""

from __future__ import annotations

import csv
import io
import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from convexplain.cli import cli
from convexplain.data import _paper, _writing, digits, ink
from convexplain.data.pictures import Handwriting, load_handwriting, load_image
from convexplain.errors import ConvexplainError, UsageError
from convexplain.lessons.sliding_window import SlidingWindow
from convexplain.network import Network
from tests import photographs
from tests.often import later, some
from tests.photographs import KINDS, Photo, photo

#: Kinds that need not be read right, though not without a doubt where they are not.
HARD = ("cut_by_the_frame", "dappled")


def gray(taken: Photo) -> NDArray[np.float32]:
    image = Image.open(io.BytesIO(taken.file())).convert("L")
    image.thumbnail((1024, 1024), Image.Resampling.BOX)
    return np.asarray(image, np.float32) / np.float32(255)


@cache
def read(kind: str, seed: int) -> ink.Reading:
    return ink.read(gray(photo(kind, seed)))


def answers(found: list[NDArray[np.float32]]) -> tuple[tuple[int, ...], NDArray[np.float32]]:
    shares = Network.load("cnn")(np.stack(found).reshape(-1, 28, 28, 1))
    return tuple(map(int, shares.argmax(axis=1))), shares.max(axis=1)


@pytest.mark.parametrize("kinds", some([[*KINDS][::8], [*KINDS]], 1), ids=["few", "all"])
def test_photographs_are_read_right_or_doubted_and_rarely_both(kinds: list[str]) -> None:
    plain = doubted = 0
    for kind in kinds:
        taken, reading = photo(kind, 1), read(kind, 1)
        told, shares = answers([digit.pixels for digit in reading.digits])
        doubts = {doubt for digit in reading.digits for doubt in digit.doubts}
        assert doubts <= set(ink.DOUBTS), kind
        assert told == taken.labels or doubts or shares.max() < 0.9, kind
        assert ("several digits" in doubts) == (len(told) > 1), kind
        if kind not in HARD:
            assert told == taken.labels, kind
            plain += len(taken.labels) == 1
            doubted += len(taken.labels) == 1 and bool(doubts)
    assert doubted <= plain / 8


@pytest.mark.parametrize("seed", some((1, 0, 2), 1))
def test_a_digit_that_leaves_the_picture_is_doubted(seed: int) -> None:
    reading = read("cut_by_the_frame", seed)
    assert "ink at the frame" in reading.digits[reading.largest].doubts


def test_a_broad_end_that_was_taken_for_the_rim_is_doubted() -> None:
    # A stroke along the frame is as a scan's dark rim is; what runs on beyond the digit tells.
    page = np.full((560, 560), 0.9)
    page[330:560, 250:290] = 0.1
    page[530:560, 150:400] = 0.1
    assert "no paper found" in ink.read(page).digits[0].doubts


def test_ink_that_hardly_stands_out_is_doubted() -> None:
    page = np.full((300, 240), 0.9)
    page[80:220, 100:130] -= 0.105
    (digit,) = ink.read(page).digits
    assert digit.doubts == ("faint ink",)
    page[80:220, 100:130] -= 0.4
    assert ink.read(page).digits[0].doubts == ()


def test_a_filled_shape_is_no_digit_without_a_doubt() -> None:
    page = np.full((300, 240), 0.9)
    page[100:200, 70:170] = 0.1
    assert ink.read(page).digits[0].doubts == ("no strokes",)


def test_steps_say_what_was_left_out() -> None:
    named = {
        "desk": "cut to the sheet of paper and straightened",
        "strong_lines": "printed lines left out",
        "pen_on_the_page": "left out what reaches the picture's frame",
        "boxed": "left out what is drawn around or under the digit",
        "underlined": "left out what is drawn around or under the digit",
        "letterhead": "other marks left out",
    }
    for kind, step in named.items():
        assert step in read(kind, 1).digits[0].steps, kind
        assert step not in read("plain", 1).digits[0].steps


def test_boxes_lie_around_the_ink_from_left_to_right() -> None:
    page = np.full((300, 500), 0.9)
    places = [(60, 40, 200, 60), (80, 150, 190, 180), (70, 330, 210, 350)]
    for top, left, bottom, right in places:
        page[top:bottom, left:right] = 0.1
    reading = ink.read(page)
    assert [digit.box for digit in reading.digits] == places
    assert reading.largest == 1
    assert [digit.mass for digit in reading.digits] == [
        140 * 20 * 255,
        110 * 30 * 255,
        140 * 20 * 255,
    ]


# --- The given set ------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [2, later(1)])
def test_the_given_photographs(photos_folder: Path, step: int) -> None:
    right, doubted, wrong, sure = [], [], [], []
    with (photos_folder / "labels.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[::step]
    for row in rows:
        written = load_handwriting(photos_folder / row["file"])
        told, shares = answers([digit.pixels for digit in written.digits])
        several = "|" in row["label"]
        doubts = {doubt for digit in written.digits for doubt in digit.doubts}
        if told == tuple(map(int, row["label"].split("|"))):
            right.append(row["file"])
            if doubts and not several:
                doubted.append(row["file"])
        elif not doubts:
            wrong.append(row["file"])
            if shares.max() > 0.9:
                sure.append(row["file"])
    assert not sure
    assert len(wrong) <= len(rows) / 24
    assert len(right) >= len(rows) * 21 / 24
    assert len(doubted) <= len(right) / 4


# --- Paper and marks, against other programs ----------------------------------------------------


def random_mask(seed: int) -> NDArray[np.bool_]:
    random = np.random.default_rng(seed)
    return np.asarray(random.random((57, 83)) < random.uniform(0.05, 0.95))


@pytest.mark.parametrize("seed", range(6))
def test_what_is_joined_is_numbered_as_by_scipy(seed: int) -> None:
    mask = random_mask(seed)
    expected, _ = ndimage.label(mask, np.ones((3, 3)))
    np.testing.assert_array_equal(_paper.labelled(mask), expected)


def test_growing_is_scipy_s_dilation() -> None:
    mask = random_mask(0) & random_mask(1)
    for by in (0, 1, 3):
        expected = ndimage.maximum_filter(mask, 2 * by + 1)
        np.testing.assert_array_equal(_writing.grown(mask, by), expected)


def test_the_paper_is_scipy_s_closing() -> None:
    values = np.random.default_rng(0).integers(0, 4081, (60, 47)).astype(np.int32)
    wide = np.pad(values, 10, mode="edge")
    expected = ndimage.grey_closing(wide, size=(11, 11), mode="nearest")[10:-10, 10:-10]
    np.testing.assert_array_equal(_paper._closed(values, 5), expected)


def test_the_rim_s_plane_is_numpy_s_least_squares() -> None:
    random = np.random.default_rng(0)
    y, x = np.mgrid[:50, :70]
    levels = np.rint(200 - 0.6 * y - 0.3 * x + random.normal(0, 2, y.shape)).astype(np.int32)
    rim = np.ones(levels.shape, bool)
    rim[2:-2, 2:-2] = False
    terms = np.stack([np.ones(rim.sum()), y[rim], x[rim]], axis=1)
    level, down, along = np.linalg.lstsq(terms, levels[rim], rcond=None)[0]
    view = _paper.flat(levels)
    off = (levels - (level + down * y + along * x)) / 255
    np.testing.assert_allclose(view.ink, np.clip(-off if view.dark else off, 0, 1), atol=1e-9)


def test_two_kinds_of_levels_are_parted_where_the_variance_between_them_is_largest() -> None:
    random = np.random.default_rng(0)
    levels = np.concatenate([random.normal(60, 9, 500), random.normal(180, 20, 300)])
    levels = np.clip(np.rint(levels), 0, 255).astype(np.int32)

    def within(level: int) -> float:
        parts = [levels[levels <= level], levels[levels > level]]
        return sum(len(part) * float(part.var()) for part in parts if len(part))

    level, step = _paper.two_kinds(levels)
    assert within(level) == pytest.approx(min(within(n) for n in range(255)))
    assert step == pytest.approx(levels[levels > level].mean() - levels[levels <= level].mean())


def test_a_sheet_in_perspective_is_seen_from_the_front() -> None:
    page = photographs.sheet((400, 300))
    page[100:200, 150:200] = 20
    ground = photographs.sheet((600, 600), (60, 50, 40))
    corners = np.array([[150.0, 80], [480, 110], [430, 520], [110, 470]])
    seen = photographs.warped(page, corners, ground)
    levels = np.asarray(Image.fromarray(seen.astype(np.uint8)).convert("L"), np.int32)
    found = _paper.sheet(levels, light=True)
    assert found is not None
    np.testing.assert_allclose(np.array(found)[:, ::-1], corners, atol=8)
    front = _paper.straightened(levels, found)
    rows, columns = np.flatnonzero((front < 120).any(1)), np.flatnonzero((front < 120).any(0))
    # What is cut off at each side is 3 hundredths.
    places = [(n / 0.94 * 0.94 / size * 0.94 + 0.03) for n, size in (
        (rows[0], front.shape[0]), (rows[-1], front.shape[0]),
        (columns[0], front.shape[1]), (columns[-1], front.shape[1]),
    )]  # fmt: skip
    np.testing.assert_allclose(places, [0.25, 0.5, 0.5, 2 / 3], atol=0.025)
    assert _paper.sheet(255 - levels, light=True) is None
    assert _paper.sheet(255 - levels, light=False) == found


@pytest.mark.parametrize("slope", [0.0, 0.04, -0.13])
def test_printed_lines_are_found_and_strokes_are_not(slope: float) -> None:
    page = np.zeros((400, 500), dtype=bool)
    y, x = np.mgrid[:400, :500]
    lines = np.abs((y + slope * x) % 40 - 20) < 1.2
    page[100:300, 200:225] = page[100:115, 200:330] = True  # thick strokes, one along the lines
    found = _writing.printed(page | lines)
    assert (found & lines).sum() > 0.85 * (lines & ~page).sum()
    assert not (found & page & ~lines).any()
    assert (found & page).sum() < 0.05 * page.sum()
    assert not _writing.printed(page).any()


# --- Files and commands -------------------------------------------------------------------------


@pytest.fixture
def two(tmp_path: Path) -> Path:
    path = tmp_path / "two.jpg"
    path.write_bytes(photo("two_digits", 1).file())
    return path


def ran(*args: str) -> str:
    result = CliRunner().invoke(cli, list(args))
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_each_of_several_digits_is_read(two: Path, tmp_path: Path) -> None:
    labels = photo("two_digits", 1).labels
    document = json.loads(ran("predict", "--image", str(two), "--json"))
    assert document["doubts"] == ["several digits"]
    assert [digit["prediction"] for digit in document["digits"]] == list(labels)
    lefts = [digit["box"]["left"] for digit in document["digits"]]
    assert lefts == sorted(lefts)
    text = ran("predict", "--image", str(two))
    for n, label in enumerate(labels):
        assert f"two.jpg, digit {n}, prepared" in text
        assert f"cnn reads {label}: " in text
    assert f"2 digits from left to right: {labels[0]} {labels[1]}; --nth 0 to 1" in text


def test_one_of_several_digits_is_chosen_by_its_number(two: Path) -> None:
    for n, label in enumerate(photo("two_digits", 1).labels):
        told = ran("predict", "--image", str(two), "--nth", str(n))
        assert told.count("cnn reads") == 1
        assert f"cnn reads {label}: " in told
        document = json.loads(ran("predict", "--image", str(two), "--nth", str(n), "--json"))
        assert (document["prediction"], document["doubts"]) == (label, [])
        step = json.loads(ran("step", "--image", str(two), "--nth", str(n), "--json"))
        assert step["picture"]["origin"] == f"two.jpg, digit {n}"
        assert load_image(two, nth=n).doubts == ()


def test_a_digit_that_is_not_there_is_refused(two: Path) -> None:
    with pytest.raises(UsageError, match="the digits found are 0 to 1"):
        load_image(two, nth=2)
    with pytest.raises(UsageError, match="read the picture as 'digit'"):
        load_image(two, "rgb", nth=0)


def test_doubts_are_said_wherever_the_picture_is_used(two: Path) -> None:
    for command in (["step"], ["pixel"]):
        result = CliRunner().invoke(cli, [*command, "--image", str(two), "--lang", "zh"])
        assert ink.DOUBTS["several digits"].text("zh") in result.stderr


def test_a_lesson_says_behind_its_question_what_may_be_wrong(two: Path) -> None:
    plain = SlidingWindow(picture=digits.first(4)).beats()
    doubted = SlidingWindow(picture=load_image(two)).beats()
    assert "doubt" not in [beat.name for beat in plain]
    assert [beat.name for beat in doubted[:2]] == ["question", "doubt"]
    said = doubted[1].events[0]
    assert said.caption == ink.DOUBTS["several digits"]
    assert said.seconds >= said.caption.reading_time()


def test_what_was_read_is_shown(two: Path, tmp_path: Path) -> None:
    ran("predict", "--image", str(two), "--show", str(tmp_path / "read.png"))
    shown = np.asarray(Image.open(tmp_path / "read.png"), float)
    written: Handwriting = load_handwriting(two)
    for n, digit in enumerate(written.digits):
        part = shown[n * 232 : n * 232 + 224, -224:].mean(axis=2)
        cells = part.reshape(28, 8, 28, 8).mean(axis=(1, 3)) / 255
        np.testing.assert_allclose(cells, digit.pixels[..., 0], atol=1e-6)
    ran("predict", "--digit", "3", "--show", str(tmp_path / "three.png"))
    three = np.asarray(Image.open(tmp_path / "three.png"), float).mean(axis=2)
    cells = three.reshape(28, 8, 28, 8).mean(axis=(1, 3)) / 255
    np.testing.assert_allclose(cells, digits.first(3).pixels[..., 0], atol=1e-6)


def test_a_telephone_s_format_is_named_with_its_remedy(tmp_path: Path) -> None:
    for brand, name in ((b"heic", "HEIC"), (b"mif1", "HEIC"), (b"avif", "AVIF")):
        path = tmp_path / "photo.heic"
        path.write_bytes(b"\0\0\0\x18ftyp" + brand + bytes(40))
        with pytest.raises(ConvexplainError, match=f"{name}.*as JPEG"):
            load_image(path)


def test_white_ink_on_nothing_is_laid_on_black(tmp_path: Path) -> None:
    page = np.zeros((120, 100, 4), dtype=np.uint8)
    page[..., :3] = 255
    page[30:90, 40:52, 3] = 255
    Image.fromarray(page).save(tmp_path / "clear.png")
    picture = load_image(tmp_path / "clear.png")
    assert picture.pixels.sum() == 80
    assert picture.steps[0] == "laid on black, where it is transparent"
    assert load_image(tmp_path / "clear.png", "gray").pixels.min() == 1


def test_of_an_animation_the_first_frame_is_read_and_said(tmp_path: Path) -> None:
    frames = [Image.new("L", (100, 120), 255) for _ in range(3)]
    for n, frame in enumerate(frames):
        frame.paste(0, (40 + 10 * n, 30, 52 + 10 * n, 90))
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    picture = load_image(tmp_path / "moving.gif")
    assert picture.steps[0] == "the first of its frames"
    assert "columns 40–51" in " ".join(picture.steps)
