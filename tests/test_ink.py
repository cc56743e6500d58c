"""From a page with a digit on it to a digit as MNIST stores them."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from scipy import ndimage

from convexplain.data import digits
from convexplain.data.mnist import load_mnist
from convexplain.data.pictures import load_image
from convexplain.network import Network

Bytes = npt.NDArray[np.uint8]


def save(path: Path, pixels: npt.NDArray[np.generic], **options: object) -> Path:
    Image.fromarray(pixels).save(path, **options)
    return path


def page_with(ink: npt.NDArray[np.float64], page: tuple[int, int], at: tuple[int, int]) -> Bytes:
    """White paper with (h, w) of ink, 1 black, at a (row, column)."""
    paper = np.full(page, 255.0)
    rows, columns = slice(at[0], at[0] + ink.shape[0]), slice(at[1], at[1] + ink.shape[1])
    paper[rows, columns] -= 255 * ink
    return paper.astype(np.uint8)


def test_a_bar_is_scaled_to_twenty_and_centred(tmp_path: Path) -> None:
    bar = page_with(np.ones((200, 60)), page=(400, 300), at=(30, 200))
    picture = load_image(save(tmp_path / "bar.png", bar))
    # 200 x 60 becomes 20 x 6: its middle, 9.5 and 2.5 from its corner, comes closest to the
    # pixel (14, 14) from rows 4 or 5 and columns 11 or 12; ties go to the even number.
    expected = np.zeros((28, 28))
    expected[4:24, 12:18] = 1
    np.testing.assert_array_equal(picture.pixels[..., 0], expected)
    assert picture.shape == (28, 28, 1)
    assert picture.steps == (
        "inverted: the ink is dark, the paper light",
        "cut to the ink: rows 30–229, columns 200–259",
        "scaled to 20 × 6, to fit 20 × 20",
        "centred by mass in 28 × 28",
    )


def test_the_centre_of_mass_counts_not_the_box(tmp_path: Path) -> None:
    # A T: the bar is heavy, so the box sits lower than the middle of the field.
    letter = np.zeros((200, 200))
    letter[:40] = 1
    letter[40:, 60:140] = 1
    path = save(tmp_path / "t.png", page_with(letter, (260, 280), (30, 40)))
    pixels = load_image(path).pixels[..., 0]
    # In the 20 x 20 box: 4 rows of 20 around row 1.5, 16 rows of 8 around row 11.5: the mean is
    # 7.65, and 14 - 7.65 is nearest to 6.
    rows = np.flatnonzero(pixels.any(axis=1))
    assert (rows[0], rows[-1]) == (6, 25)
    np.testing.assert_allclose(ndimage.center_of_mass(pixels), (14, 14), atol=0.501)


def test_a_digit_stays_inside_where_its_mass_is_at_its_end(tmp_path: Path) -> None:
    letter = np.zeros((200, 200))
    letter[:60] = 1
    letter[60:, 90:110] = 1
    path = save(tmp_path / "t.png", page_with(letter, (260, 280), (30, 40)))
    # 6 rows of 20 around row 2.5, 14 rows of 2 around 12.5: centred, it would reach row 28.
    rows = np.flatnonzero(load_image(path).pixels.any(axis=(1, 2)))
    assert (rows[0], rows[-1]) == (8, 27)


@pytest.mark.parametrize(("paper", "ink"), [(255, 0), (0, 255), (200, 120), (60, 140)])
def test_ink_is_bright_whatever_it_was(tmp_path: Path, paper: int, ink: int) -> None:
    page = np.full((120, 100), paper, dtype=np.uint8)
    page[30:90, 40:52] = ink
    picture = load_image(save(tmp_path / "page.png", page))
    # 60 x 12 becomes 20 x 4.
    assert picture.pixels.sum() == 80
    assert set(np.unique(picture.pixels)) == {0, 1}
    assert ("inverted: the ink is dark, the paper light" in picture.steps) == (ink < paper)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "CMYK", "I;16", "1", "LA"])
def test_every_kind_of_file_gives_the_same_digit(tmp_path: Path, mode: str) -> None:
    letter = np.zeros((100, 80))
    letter[:, :20] = letter[80:] = 1
    page = Image.fromarray(page_with(letter, (160, 150), (20, 30)))
    page.save(tmp_path / "gray.png")
    if mode == "I;16":
        page = Image.fromarray(np.asarray(page).astype(np.uint16) * 257)
    else:
        page = page.convert(mode)
    page.save(tmp_path / "other.tiff")
    gray, other = load_image(tmp_path / "gray.png"), load_image(tmp_path / "other.tiff")
    np.testing.assert_allclose(other.pixels, gray.pixels, atol=1.01 / 255)


def test_black_ink_on_a_transparent_page_is_read(tmp_path: Path) -> None:
    page = np.zeros((120, 100, 4), dtype=np.uint8)  # black and clear
    page[30:90, 40:52, 3] = 255
    picture = load_image(save(tmp_path / "clear.png", page))
    assert picture.pixels.sum() == 80
    assert picture.steps[:3] == (
        "laid on white, where it is transparent",
        "made gray",
        "inverted: the ink is dark, the paper light",
    )


def test_specks_do_not_count(tmp_path: Path) -> None:
    page = page_with(np.ones((200, 60)), page=(400, 400), at=(100, 170))
    clean = load_image(save(tmp_path / "clean.png", page))
    page[20:24, 30:34] = page[380:386, 350:353] = 0
    dirty = load_image(save(tmp_path / "dirty.png", page))
    np.testing.assert_array_equal(dirty.pixels, clean.pixels)
    assert "small specks left out" in dirty.steps
    assert "small specks left out" not in clean.steps


def test_uneven_light_does_not_count(tmp_path: Path) -> None:
    letter = np.ones((200, 120))
    letter[:170, 40:] = 0
    page = page_with(letter, page=(400, 300), at=(100, 90)) / 255.0
    flat = load_image(save(tmp_path / "flat.png", (page * 255).astype(np.uint8)))
    shade = np.linspace(0.95, 0.45, 300) - np.linspace(0, 0.2, 400)[:, np.newaxis]
    lit = np.rint((shade - 0.25 * (1 - page)) * 255).astype(np.uint8)
    shaded = load_image(save(tmp_path / "shaded.png", lit))
    np.testing.assert_allclose(shaded.pixels, flat.pixels, atol=0.05)


def test_a_tiny_drawing_is_scaled_up(tmp_path: Path) -> None:
    page = page_with(np.ones((5, 2)), page=(9, 8), at=(2, 3))
    pixels = load_image(save(tmp_path / "tiny.png", page)).pixels[..., 0]
    assert pixels.any(axis=1).sum() == 20
    assert pixels.any(axis=0).sum() == 8


@pytest.mark.parametrize("inverted", [False, True])
def test_a_digit_that_is_mnists_already_stays_as_it_is(tmp_path: Path, inverted: bool) -> None:
    for picture in digits.load()[::20]:
        stored = np.rint(picture.pixels[..., 0] * 255).astype(np.uint8)
        path = save(tmp_path / "digit.png", 255 - stored if inverted else stored)
        again = load_image(path)
        np.testing.assert_array_equal(again.pixels, picture.pixels)
        assert again.steps[-1] == "already as MNIST stores digits: neither scaled nor moved"


# --- There and back ---------------------------------------------------------------------------


def painted(digit: npt.NDArray[np.floating], rng: np.random.Generator) -> Bytes:
    """A digit twelve times as large, dark on an off-white, grainy page, off its middle."""
    ink = ndimage.zoom(digit.astype(np.float64), 12, order=1, grid_mode=True, mode="grid-constant")
    page = np.zeros((520, 440))
    top, left = rng.integers(0, 520 - 336), rng.integers(0, 440 - 336)
    page[top : top + 336, left : left + 336] = ink
    gray = 0.92 - 0.7 * page + rng.normal(0, 0.04, page.shape)
    return np.rint(np.clip(gray, 0, 1) * 255).astype(np.uint8)


def there_and_back(
    originals: list[npt.NDArray[np.float32]], folder: Path
) -> npt.NDArray[np.float32]:
    """Paint digits, save them turned, read them."""
    rng = np.random.default_rng(0)
    on_its_side = Image.Exif()
    on_its_side[0x0112] = 6
    read = []
    for digit in originals:
        # A camera held on its side: what it stores as its first row is the page's right edge.
        stored = np.ascontiguousarray(np.rot90(painted(digit, rng)))
        path = save(folder / "page.jpg", stored, exif=on_its_side, quality=85)
        read.append(load_image(path).pixels)
    return np.stack(read)


def test_a_painted_digit_comes_back_and_is_read_right(tmp_path: Path, cnn: Network) -> None:
    pictures = digits.load()[::16]
    originals = [picture.pixels[..., 0] for picture in pictures]
    read = there_and_back(originals, tmp_path)
    difference = np.abs(read[..., 0] - np.stack(originals)).mean(axis=(1, 2))
    # A digit has a mean of 0.13; a wrong turn, a wrong size or a missing inversion gives 0.1
    # and more.
    assert difference.mean() < 0.035
    assert difference.max() < 0.1
    before = cnn(np.stack(originals)[..., np.newaxis]).argmax(axis=1)
    after = cnn(read).argmax(axis=1)
    assert (before == after).mean() >= 0.97


@pytest.mark.mnist
@pytest.mark.soak
def test_painted_test_digits_are_read_right(
    tmp_path: Path, cnn: Network, mnist_folder: Path
) -> None:
    images, labels = load_mnist("test", mnist_folder)
    read = there_and_back(list(images[:200].astype(np.float32) / 255), tmp_path)
    assert (cnn(read).argmax(axis=1) == labels[:200]).mean() >= 0.98
