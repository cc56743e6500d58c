"""A user's own picture: what is read from a file, and which files are refused."""

import io
import pickle
import struct
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from convexplain.data.pictures import LONGEST, Picture, load_image
from convexplain.errors import ConvexplainError, UsageError


def save(path: Path, pixels: npt.NDArray[np.generic], **options: object) -> Path:
    Image.fromarray(pixels).save(path, **options)
    return path


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


# --- Picture ----------------------------------------------------------------------------------


def test_a_picture_keeps_a_read_only_copy() -> None:
    pixels = np.zeros((2, 3, 1))
    picture = Picture(pixels, 7, "made here")
    pixels[0, 0] = 1
    assert picture.shape == (2, 3, 1)
    assert picture.pixels.dtype == np.float32
    assert picture.pixels.max() == 0
    with pytest.raises(ValueError, match="read-only"):
        picture.pixels[0, 0] = 1


def test_a_picture_survives_pickling_read_only() -> None:
    picture = Picture(np.full((1, 2, 3), 0.25), 3, "here", ("made gray",))
    again = pickle.loads(pickle.dumps(picture))
    np.testing.assert_array_equal(again.pixels, picture.pixels)
    assert (again.label, again.origin, again.steps) == (3, "here", ("made gray",))
    assert not again.pixels.flags.writeable


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        (np.zeros((28, 28)), "newaxis"),
        (np.zeros((0, 28, 1)), "none of them 0"),
        (np.full((2, 2, 1), 255), "divide bytes by 255"),
        (np.full((2, 2, 1), -0.1), "0 to 1"),
        (np.full((2, 2, 1), np.nan), "0 to 1"),
    ],
)
def test_a_picture_refuses_other_arrays(pixels: npt.NDArray[np.generic], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Picture(pixels, None, "made here")  # type: ignore[arg-type]


# --- Any file as RGB --------------------------------------------------------------------------

COLOURS = np.array(
    [[[255, 0, 0], [0, 255, 0], [0, 0, 255]], [[0, 0, 0], [51, 102, 153], [255, 255, 255]]],
    dtype=np.uint8,
)


@pytest.mark.parametrize("suffix", ["png", "bmp", "tiff", "ppm", "gif"])
def test_rgb_keeps_every_pixel_of_a_lossless_file(tmp_path: Path, suffix: str) -> None:
    picture = load_image(save(tmp_path / f"colours.{suffix}", COLOURS), mode="rgb")
    np.testing.assert_array_equal(picture.pixels, COLOURS / np.float32(255))
    assert picture.origin == f"colours.{suffix}"
    assert picture.label is None
    assert picture.steps == ()


# What a camera stores when it is held so: by the EXIF standard, stored row 0 is the ... side of
# the scene, stored column 0 the ... side.
STORED = {
    1: lambda scene: scene,  # top, left
    2: lambda scene: scene[:, ::-1],  # top, right
    3: lambda scene: scene[::-1, ::-1],  # bottom, right
    4: lambda scene: scene[::-1],  # bottom, left
    5: lambda scene: scene.swapaxes(0, 1),  # left, top
    6: lambda scene: scene[:, ::-1].swapaxes(0, 1),  # right, top
    7: lambda scene: scene[::-1, ::-1].swapaxes(0, 1),  # right, bottom
    8: lambda scene: scene[::-1].swapaxes(0, 1),  # left, bottom
}


@pytest.mark.parametrize("suffix", ["png", "tiff", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_upright(tmp_path: Path, orientation: int, suffix: str) -> None:
    stored = np.ascontiguousarray(STORED[orientation](COLOURS))
    options = {"lossless": True} if suffix == "webp" else {}
    path = save(tmp_path / f"held.{suffix}", stored, exif=exif(orientation), **options)
    picture = load_image(path, mode="rgb")
    np.testing.assert_array_equal(picture.pixels, COLOURS / np.float32(255))
    turned = (f"turned upright (EXIF orientation {orientation})",)
    assert picture.steps == (() if orientation == 1 else turned)


def test_transparency_is_laid_on_white(tmp_path: Path) -> None:
    pixels = np.array([[[255, 0, 0, 255], [0, 0, 0, 0], [0, 0, 255, 51]]], dtype=np.uint8)
    picture = load_image(save(tmp_path / "clear.png", pixels), mode="rgb")
    # A fifth of blue on white: red and green are 0.2 * 0 + 0.8 * 1.
    expected = [[[1, 0, 0], [1, 1, 1], [0.8, 0.8, 1]]]
    np.testing.assert_allclose(picture.pixels, expected, atol=0.5 / 255)
    assert picture.steps == ("laid on white, where it is transparent",)


def test_a_transparent_palette_entry_is_laid_on_white(tmp_path: Path) -> None:
    image = Image.frombytes("P", (3, 1), bytes([0, 1, 2]))
    image.putpalette([10, 20, 30, 40, 50, 60, 70, 80, 90])
    image.save(tmp_path / "plain.png")
    image.save(tmp_path / "clear.png", transparency=1)
    plain = load_image(tmp_path / "plain.png", mode="rgb").pixels * 255
    clear = load_image(tmp_path / "clear.png", mode="rgb").pixels * 255
    np.testing.assert_allclose(plain, [[[10, 20, 30], [40, 50, 60], [70, 80, 90]]], atol=1e-4)
    np.testing.assert_allclose(clear, [[[10, 20, 30], [255, 255, 255], [70, 80, 90]]], atol=1e-4)


def test_gray_becomes_three_equal_channels(tmp_path: Path) -> None:
    pixels = np.array([[0, 51, 255]], dtype=np.uint8)
    picture = load_image(save(tmp_path / "gray.png", pixels), mode="rgb")
    expected = np.repeat([[[0.0], [0.2], [1.0]]], 3, axis=2)
    np.testing.assert_allclose(picture.pixels, expected, atol=1e-6)


def test_one_bit_and_gray_with_alpha_are_read(tmp_path: Path) -> None:
    Image.fromarray(np.array([[True, False]])).save(tmp_path / "bits.png")
    two = np.array([[[0, 255], [0, 0]]], dtype=np.uint8)  # gray, alpha
    Image.fromarray(two).save(tmp_path / "two.png")
    assert load_image(tmp_path / "bits.png", mode="rgb").pixels[0, :, 0].tolist() == [1, 0]
    assert load_image(tmp_path / "two.png", mode="rgb").pixels[0, :, 0].tolist() == [0, 1]


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_sixteen_bits_keep_their_full_range(tmp_path: Path, suffix: str) -> None:
    pixels = np.array([[0, 257 * 51, 257 * 128, 65535]], dtype=np.uint16)
    picture = load_image(save(tmp_path / f"deep.{suffix}", pixels), mode="rgb")
    np.testing.assert_allclose(picture.pixels[0, :, 0] * 255, [0, 51, 128, 255], atol=1e-4)
    assert picture.steps == ("16 bits a pixel made 8",)


def test_values_beyond_sixteen_bits_are_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "deep.tiff", np.array([[0, 70000]], dtype=np.int32))
    with pytest.raises(ConvexplainError, match="values from 0 to 70000: save the picture with 8"):
        load_image(path)


def test_cmyk_is_read_as_the_colours_it_prints(tmp_path: Path) -> None:
    # No cyan, full magenta, full yellow: red; black ink alone: black.
    inks = np.zeros((8, 16, 4), dtype=np.uint8)
    inks[:, :8] = [0, 255, 255, 0]
    inks[:, 8:] = [0, 0, 0, 255]
    Image.frombytes("CMYK", (16, 8), inks.tobytes()).save(tmp_path / "print.jpg", quality=100)
    pixels = load_image(tmp_path / "print.jpg", mode="rgb").pixels
    np.testing.assert_allclose(pixels[:, :8].mean(axis=(0, 1)), [1, 0, 0], atol=0.03)
    np.testing.assert_allclose(pixels[:, 8:].mean(axis=(0, 1)), [0, 0, 0], atol=0.03)


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_a_large_picture_is_scaled_down(tmp_path: Path, suffix: str) -> None:
    pixels = np.zeros((1500, 3000, 3), dtype=np.uint8)
    pixels[:, 1500:] = 255
    picture = load_image(save(tmp_path / f"large.{suffix}", pixels), mode="rgb")
    assert picture.shape == (LONGEST // 2, LONGEST, 3)
    np.testing.assert_allclose(picture.pixels[:, : LONGEST // 2 - 2], 0, atol=0.01)
    np.testing.assert_allclose(picture.pixels[:, LONGEST // 2 + 2 :], 1, atol=0.01)
    assert picture.steps == ("scaled down from 1500 × 3000 to 512 × 1024",)


def photograph(path: Path, size: tuple[int, int], **options: Any) -> Path:
    """A phone's photograph of a thick black bar on paper, upright in the middle."""
    width, height = size
    image = Image.new("RGB", size, "white")
    image.paste((0, 0, 0), (width * 9 // 20, height // 4, width * 11 // 20, height * 3 // 4))
    image.save(path, quality=85, **options)
    return path


def test_a_phones_photograph_of_fifty_megapixels_is_read(tmp_path: Path) -> None:
    small = load_image(photograph(tmp_path / "small.jpg", (1024, 768)))
    second = Image.new("RGB", (64, 48))
    for name, options in (
        ("one.jpg", {}),
        ("two.jpg", {"format": "MPO", "save_all": True, "append_images": [second]}),
    ):
        read = load_image(photograph(tmp_path / name, (8192, 6144), **options))
        assert "scaled down from 6144 × 8192 to 768 × 1024" in read.steps
        np.testing.assert_allclose(read.pixels, small.pixels, atol=0.05)
        assert read.pixels.max() > 0.9


def test_a_large_jpeg_in_several_scans_is_refused(tmp_path: Path) -> None:
    path = photograph(tmp_path / "several.jpg", (6000, 4500), progressive=True)
    with pytest.raises(ConvexplainError, match=r"4,500, more than the 25,000,000 pixels"):
        load_image(path)


def test_a_pictures_first_frame_is_read(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (4, 3), colour) for colour in ("#FF0000", "#00FF00")]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    assert load_image(tmp_path / "moving.gif", mode="rgb").pixels[0, 0].tolist() == [1, 0, 0]


# --- What is refused --------------------------------------------------------------------------


def png_header(width: int, height: int) -> bytes:
    """A PNG that only claims to be that large."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"")),
        (b"IEND", b""),
    ]
    packed = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + packed


def truncated_jpeg() -> bytes:
    file = io.BytesIO()
    Image.effect_noise((64, 64), 50).save(file, "JPEG")
    return file.getvalue()[:1000]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"Not a picture at all.\n", "not a picture that can be read: save it as PNG or JPEG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture that can be read"),
        (truncated_jpeg(), "damaged or no picture"),
        (png_header(28, 28), "damaged or no picture"),
        (png_header(20_000, 20_000), "more than the 16,000,000 pixels that are read"),
        (png_header(10_000, 10_000), "is 10,000 × 10,000, more than the 16,000,000 pixels"),
        (png_header(8_000, 8_000), "is 8,000 × 8,000, more than the 16,000,000 pixels"),
    ],
)
@pytest.mark.parametrize("mode", ["digit", "rgb"])
def test_bad_files_are_refused_in_one_line(
    tmp_path: Path, data: bytes, message: str, mode: str
) -> None:
    path = tmp_path / "file.png"
    path.write_bytes(data)
    with pytest.raises(ConvexplainError) as caught:
        load_image(path, mode)  # type: ignore[arg-type]
    assert message in str(caught.value)
    assert "file.png" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_a_missing_file_and_an_impossible_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConvexplainError, match="is a folder"):
        load_image(tmp_path)
    with pytest.raises(ConvexplainError, match="there is no such file"):
        load_image(tmp_path / "nothing.png")
    with pytest.raises(ConvexplainError, match=r"cannot be read|no such file"):
        load_image("a\0b.png")
    with pytest.raises(UsageError, match="'digit', 'gray' or 'rgb'"):
        load_image(tmp_path, mode="grey")  # type: ignore[arg-type]


@pytest.mark.parametrize("noise", [0, 4, 20])
def test_a_blank_page_is_refused(tmp_path: Path, noise: float) -> None:
    rng = np.random.default_rng(1)
    page = np.clip(rng.normal(220, noise, (300, 200)), 0, 255).astype(np.uint8)
    with pytest.raises(ConvexplainError, match=r"blank\.png: no ink found"):
        load_image(save(tmp_path / "blank.png", page))
    assert load_image(tmp_path / "blank.png", mode="rgb").shape == (300, 200, 3)


def test_pillows_warnings_stay_inside(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(png_header(10_000, 10_000))
    with pytest.warns(Image.DecompressionBombWarning):
        Image.open(path).close()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        with pytest.raises(ConvexplainError):
            load_image(path)
    assert seen == []
