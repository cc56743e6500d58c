"""A picture as lessons take it, and a user's own file read as one."""

from __future__ import annotations

import dataclasses
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from convexplain.data import ink
from convexplain.errors import ConvexplainError, UsageError
from convexplain.messages import Message

if TYPE_CHECKING:
    from PIL import Image

#: Larger pictures are refused before they are unpacked, so that none takes more than 200 MB.
MOST_PIXELS = 16_000_000
#: A camera's JPEG is unpacked line by line, at a fraction of its size.
MOST_OF_A_CAMERA = 110_000_000
# A JPEG in several scans is kept whole; WebP's decoder needs much.
_MOST = {("JPEG", "L"): 25_000_000, ("JPEG", "RGB"): 25_000_000}
_MOST |= {("WEBP", mode): 10_000_000 for mode in ("RGB", "RGBA")}
#: Pictures are scaled down to this many pixels along their longer side.
LONGEST = 1024
# Only what needs no other program and can hold no script: EPS, for one, would run Ghostscript.
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")

# By the brand in a file's first box (ISO/IEC 23008-12).
_TELEPHONE = dict.fromkeys(("heic", "heix", "heim", "heis", "hevc", "hevx", "mif1"), "HEIC")
_TELEPHONE |= dict.fromkeys(("avif", "avis"), "AVIF")

_ORIENTATION = 0x0112  # the EXIF tag: 1 is upright
# What undoes each orientation.
_TURNS = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture, channels last.

    Parameters
    ----------
    pixels : (H, W, C) array of float32
        Values from 0 to 1. A read-only copy is kept.
    label : int or None
        The class, where it is known.
    origin : str
        Where the picture came from, for people: ``"bundled digit 83"`` or a file's name.
    steps : tuple of str
        What was done to the original to get these pixels, in order, in English.
    doubts : tuple of str
        What may be wrong with a digit that was read off a picture: names of `ink.DOUBTS`.

    Raises
    ------
    ValueError
        If `pixels` is not (H, W, C), is empty, or leaves 0..1.
    """

    pixels: npt.NDArray[np.float32]
    label: int | None
    origin: str
    steps: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        pixels = np.array(self.pixels, dtype=np.float32, order="C")
        if pixels.ndim != 3 or pixels.size == 0:
            raise ValueError(
                f"pixels of shape {pixels.shape}: a picture is (height, width, channels), "
                "none of them 0; add the missing axis with [..., np.newaxis]"
            )
        if not (pixels.min() >= 0 and pixels.max() <= 1):  # also false where there is a NaN
            raise ValueError(
                f"pixels from {pixels.min():g} to {pixels.max():g}: a picture's values go from "
                "0 to 1; divide bytes by 255"
            )
        pixels.flags.writeable = False
        object.__setattr__(self, "pixels", pixels)

    def __reduce__(self) -> tuple[Any, ...]:
        # Through the constructor: a plain unpickling would give back a writable array.
        return Picture, (self.pixels, self.label, self.origin, self.steps, self.doubts)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels."""
        height, width, channels = self.pixels.shape
        return height, width, channels


Mode = Literal["digit", "gray", "rgb"]


class Handwriting(NamedTuple):
    """The digits that were found on a picture file."""

    page: npt.NDArray[np.uint8]  # (H, W), 0 to 255: the picture, or the sheet cut out of it
    digits: tuple[Picture, ...]  # from left to right, (28, 28, 1) each
    boxes: tuple[tuple[int, int, int, int], ...]  # on the page: top, left, bottom, right
    largest: int  # the digit that stands for the picture


def load_image(path: str | Path, mode: Mode = "digit", nth: int | None = None) -> Picture:
    """Read a picture file of the user's.

    Turned upright by its EXIF orientation, laid on white where it is transparent; 16-bit, palette,
    gray and CMYK pictures are converted. Of an animation, the first frame is read.

    Parameters
    ----------
    path : path
        A PNG, JPEG, GIF, BMP, TIFF, WebP or PPM file of at most 16 million pixels; as WebP 10
        million, as JPEG 110 million where it has a single scan, as photographs from cameras and
        phones have, and else ("progressive") 25 million.
    mode : {"digit", "gray", "rgb"}
        ``"digit"`` finds a digit and prepares it like one of MNIST's (`convexplain.data.ink`), and
        lays light ink on black where the picture is transparent; ``"gray"`` and ``"rgb"`` keep its
        brightness or its colours, and scale it down to at most 1,024 pixels a side.
    nth : int, optional
        Which digit, from left to right, counted from 0; without it the one with most ink.

    Returns
    -------
    Picture
        (28, 28, 1), (H, W, 1) or (H, W, 3). `Picture.steps` says what was done, `Picture.doubts`
        what may be wrong with it.

    Raises
    ------
    UsageError
        If there is no such mode, or no such digit.
    ConvexplainError
        If there is no such file, if it is no sound picture, is too large, or, for a digit, if
        there is no ink on it.
    """
    if mode not in get_args(Mode):
        raise UsageError("mode {mode!r}: a picture is read as 'digit', 'gray' or 'rgb'", mode=mode)
    if mode == "digit":
        return choose_digit(load_handwriting(path), path, nth)
    if nth is not None:
        raise UsageError(
            "nth={nth} chooses one of several digits: read the picture as 'digit'", nth=nth
        )
    image, steps = _opened(path, by_ink=False)
    if mode == "rgb":
        return Picture(_fractions(image.convert("RGB")), None, Path(path).name, steps)
    gray, steps = _gray(image, steps)
    return Picture(gray[..., np.newaxis], None, Path(path).name, steps)


def load_handwriting(path: str | Path) -> Handwriting:
    """Find all digits on a picture file.

    Parameters
    ----------
    path : path
        As for `load_image`.

    Returns
    -------
    Handwriting

    Raises
    ------
    ConvexplainError
        As for `load_image`.
    """
    gray, steps = _gray(*_opened(path, by_ink=True))
    try:
        reading = ink.read(gray)
    except ConvexplainError as error:
        raise ConvexplainError("{path}: {error}", path=path, error=error) from None
    name, several = Path(path).name, len(reading.digits) > 1
    found = tuple(
        Picture(
            digit.pixels[..., np.newaxis],
            None,
            f"{name}, digit {n}" if several else name,
            (*steps, *digit.steps),
            digit.doubts,
        )
        for n, digit in enumerate(reading.digits)
    )
    boxes = tuple(digit.box for digit in reading.digits)
    return Handwriting(reading.page.astype(np.uint8), found, boxes, reading.largest)


def choose_digit(written: Handwriting, path: str | Path, nth: int | None) -> Picture:
    """Give one digit, as `load_image`; who asks for it by number knows that there are several."""
    if nth is None:
        return written.digits[written.largest]
    last = len(written.digits) - 1
    if isinstance(nth, bool) or not 0 <= nth <= last:
        there = Message("only one digit was found, 0")
        if last:
            there = Message("the digits found are 0 to {last}", last=last)
        raise UsageError("{path} has no digit {nth}: {there}", path=path, nth=nth, there=there)
    return without_others(written.digits[nth])


def without_others(digit: Picture) -> Picture:
    """Give one of several digits, without the doubt that there are others."""
    doubts = tuple(doubt for doubt in digit.doubts if doubt != "several digits")
    return dataclasses.replace(digit, doubts=doubts)


def _opened(path: str | Path, *, by_ink: bool) -> tuple[Image.Image, tuple[str, ...]]:
    """Read a file as a picture without transparency; an error says what is wrong with it."""
    if not str(path):
        raise ConvexplainError("'' names no picture: give the name of a file")
    path = Path(path)
    _check_file(path)
    with warnings.catch_warnings():
        # Pillow warns of sizes, which are checked here, and of odd metadata, which is not used.
        warnings.simplefilter("ignore")
        try:
            return _decode(path, by_ink=by_ink)
        except ConvexplainError:
            raise
        except Exception as error:  # decoders raise almost anything on broken files
            reason = " ".join(str(error).split()) or type(error).__name__
            raise ConvexplainError(
                "{path} is damaged or no picture: {reason}", path=path, reason=reason
            ) from None


def _gray(
    image: Image.Image, steps: tuple[str, ...]
) -> tuple[npt.NDArray[np.float32], tuple[str, ...]]:
    """Give a picture's brightness, 0 to 1."""
    if image.mode == "L":
        return _fractions(image), steps
    return _fractions(image.convert("L")), (*steps, Message("made gray"))


def _fractions(image: Image.Image) -> npt.NDArray[np.float32]:
    """Bytes as 0 to 1."""
    return np.asarray(image, dtype=np.float32) / np.float32(255)


def _check_file(path: Path) -> None:
    """Refuse what needs no decoder to be refused."""
    try:
        if path.is_dir():
            raise ConvexplainError("{path} is a folder: name a picture file in it", path=path)
        if not path.exists():
            raise ConvexplainError("{path}: there is no such file", path=path)
        if not path.is_file():
            raise ConvexplainError(
                "{path} is not an ordinary file: save the picture to one", path=path
            )
        if path.stat().st_size == 0:
            raise ConvexplainError("{path} is empty: save the picture again", path=path)
        with path.open("rb"):
            pass
    except (OSError, ValueError) as error:
        raise ConvexplainError("{path} cannot be read: {error}", path=path, error=error) from None


def _decode(path: Path, *, by_ink: bool) -> tuple[Image.Image, tuple[str, ...]]:
    """Read a file as an upright picture without transparency, of mode L or RGB.

    `by_ink`: it is laid on black where it is transparent and what is drawn is light.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        file = Image.open(path, formats=FORMATS)
    except UnidentifiedImageError:
        if (kind := _telephone_format(path)) is not None:
            raise ConvexplainError(
                "{path} is a {kind} picture, which is not read: share or export it as JPEG (on a "
                'telephone, "most compatible")',
                path=path,
                kind=kind,
            ) from None
        raise ConvexplainError(
            "{path} is not a picture that can be read: save it as PNG or JPEG", path=path
        ) from None
    except Image.DecompressionBombError:
        raise ConvexplainError(
            "{path} has {too_many}", path=path, too_many=_too_many(MOST_PIXELS)
        ) from None
    with file:
        width, height = file.size
        # Phones put a second picture after the first; Pillow calls such a JPEG an MPO.
        kind = "JPEG" if file.format == "MPO" else file.format or ""
        most = _MOST.get((kind, file.mode), MOST_PIXELS)
        if kind == "JPEG" and file.mode in ("L", "RGB") and _has_one_scan(path):
            most = MOST_OF_A_CAMERA
        if width * height > most:
            raise ConvexplainError(
                "{path} is {width:,} × {height:,}, {too_many}",
                path=path,
                width=width,
                height=height,
                too_many=_too_many(most),
            )
        orientation = file.getexif().get(_ORIENTATION, 1)
        is_moving = kind != "JPEG" and getattr(file, "is_animated", False)
        # A large JPEG is unpacked at a fraction of its size, no smaller than what is wanted.
        scale = LONGEST / max(width, height)
        file.draft(None, (max(1, int(width * scale)), max(1, int(height * scale))))
        file.load()
        # TIFFs have been turned by now, others have not.
        turn = _TURNS.get(file.getexif().get(_ORIENTATION, 1))
        # First smaller, then converted, which takes memory; what has a palette needs its colours.
        small = file if file.mode in ("1", "P", "PA") else _scaled_down(file)
        image, steps = _in_eight_bits(small)
        image = _scaled_down(image)
    if is_moving:
        steps.insert(0, Message("the first of its frames"))
    if max(width, height) > LONGEST:
        steps.append(
            Message(
                "scaled down from {before[0]} × {before[1]} to {after[0]} × {after[1]}",
                before=(height, width),
                after=(image.height, image.width),
            )
        )
    if turn is not None:
        image = image.transpose(Image.Transpose[turn])
    if orientation in _TURNS:
        steps.append(Message("turned upright (EXIF orientation {number})", number=orientation))
    if image.mode == "RGBA":
        light = by_ink and _is_light_on_nothing(image)
        ground = "black" if light else "white"
        image = Image.alpha_composite(Image.new("RGBA", image.size, ground), image).convert("RGB")
        steps.append(
            Message("laid on black, where it is transparent")
            if light
            else Message("laid on white, where it is transparent")
        )
    return image, tuple(steps)


def _telephone_format(path: Path) -> str | None:
    """Name a format of telephones by the first box of the file (ISO/IEC 14496-12), None if none."""
    with path.open("rb") as file:
        head = file.read(12)
    brand = head[8:].decode("latin-1")
    return _TELEPHONE.get(brand) if head[4:8] == b"ftyp" else None


def _is_light_on_nothing(image: Image.Image) -> bool:
    """Whether most of a picture is clear, and what is drawn is rather light."""
    alpha = np.asarray(image.getchannel("A"), dtype=np.int64)
    gray = np.asarray(image.convert("RGB").convert("L"), dtype=np.int64)
    drawn = int(alpha.sum())
    return 2 * drawn < 255 * alpha.size and 2 * int((gray * alpha).sum()) > 255 * drawn


def _has_one_scan(path: Path) -> bool:
    """Return whether a JPEG holds its channels together, in one scan from top to bottom.

    Others, such as progressive ones, must be held in memory whole (ITU-T T.81, B.2.2 and B.2.3).
    """
    channels = 0
    with path.open("rb") as file:
        file.seek(2)  # the start of the image
        while len(head := file.read(4)) == 4 and head[0] == 0xFF:
            marker, length = head[1], int.from_bytes(head[2:], "big")
            segment = file.read(length - 2) if length > 2 else b""
            if marker in (0xC0, 0xC1) and len(segment) > 5:  # a frame in sequential order
                channels = segment[5]
            if marker == 0xDA and segment:  # a scan
                return channels > 0 and segment[0] == channels
    return False


def _in_eight_bits(image: Image.Image) -> tuple[Image.Image, list[str]]:
    """Convert any mode to L, RGB or, where there is transparency, RGBA."""
    from PIL import Image

    if image.mode.startswith("I"):
        # The upper eight of sixteen bits; Pillow's own conversion cuts off at 255.
        values = np.asarray(image)
        if values.min() < 0 or values.max() > 65535:
            raise ConvexplainError(
                "pixel values from {min} to {max}: save the picture with 8 or 16 bits a channel",
                min=values.min(),
                max=values.max(),
            )
        return Image.fromarray((values // 257).astype(np.uint8)), [
            Message("16 bits a pixel made 8")
        ]
    if image.has_transparency_data:
        mode = "RGBA"
    elif image.mode in ("1", "L"):
        mode = "L"
    else:
        mode = "RGB"
    return image if image.mode == mode else image.convert(mode), []


def _scaled_down(image: Image.Image) -> Image.Image:
    """Bring the longer side down to `LONGEST`."""
    from PIL import Image

    if max(image.size) <= LONGEST:
        return image
    scale = LONGEST / max(image.size)
    width, height = (max(1, round(length * scale)) for length in image.size)
    return image.resize((width, height), Image.Resampling.BOX)


def _too_many(most: int) -> Message:
    return Message("more than the {most:,} pixels that are read: scale it down", most=most)
