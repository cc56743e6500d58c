"""Photographs of handwriting, made by a seed: a bundled digit as pen strokes, paper, light, things.

Each kind is a function of a random generator that returns a `Photo`. None is a photograph; they
stand for those that people take, and hold what made such photographs be misread.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw
from scipy import ndimage

from convexplain.data import digits
from convexplain.network import Network

Floats = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]
Random = np.random.Generator
Colour = tuple[int, int, int]

PENS: dict[str, Colour] = {
    "black": (34, 32, 40),
    "blue": (30, 45, 150),
    "red": (190, 30, 40),
    "green": (25, 110, 60),
    "pencil": (140, 140, 142),
}
PAPER = (236, 234, 226)


@dataclass(frozen=True)
class Photo:
    """A picture, the digits on it from left to right, and whether they can be read at all."""

    pixels: Bytes  # (H, W, 3)
    labels: tuple[int, ...]
    quality: int = 88  # of its JPEG

    def file(self) -> bytes:
        """As a camera saves it."""
        content = io.BytesIO()
        Image.fromarray(self.pixels).save(content, "JPEG", quality=self.quality)
        return content.getvalue()


def strokes(number: int, height: int, *, thin: float = 0.0) -> Floats:
    """A bundled digit as a pen draws it, cut to its ink: 0 to 1, `height` rows."""
    pixels = digits.sample(number).pixels[..., 0].astype(float)
    rows, cols = np.flatnonzero(pixels.max(1) > 0.3), np.flatnonzero(pixels.max(0) > 0.3)
    cut = np.pad(pixels[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1], 2)
    scale = height / (len(rows) + 1)
    large = ndimage.zoom(cut, scale, order=3, mode="constant")
    large = ndimage.gaussian_filter(large, scale * 0.35)
    edge = 0.5 + thin
    ink = np.clip((large - edge) * scale * 0.5 + 0.5, 0, 1)
    rows, cols = np.flatnonzero(ink.max(1) > 0.3), np.flatnonzero(ink.max(0) > 0.3)
    kept: Floats = ink[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
    return kept


@cache
def readable() -> tuple[int, ...]:
    """The bundled digits that the network reads without hesitation as scans."""
    every = digits.load()
    shares = Network.load("cnn")(np.stack([picture.pixels for picture in every]))
    labels = np.array([picture.label for picture in every])
    return tuple(map(int, np.flatnonzero(shares[np.arange(len(every)), labels] > 0.9)))


def chosen(random: Random) -> tuple[int, int]:
    """The number and the class of a digit."""
    number = int(random.choice(readable()))
    return number, int(digits.sample(number).label or 0)


def sheet(size: tuple[int, int], colour: Colour = PAPER) -> Floats:
    """Paper, (H, W, 3), 0 to 255."""
    return np.ones((*size, 1)) * np.array(colour, float)


def lay(
    page: Floats, ink: Floats, at: tuple[int, int], colour: Colour, strength: float = 1
) -> None:
    """Draw ink onto a page, whatever of it lies inside."""
    top, left = at
    height, width = page.shape[:2]
    rows = slice(max(0, top), min(height, top + ink.shape[0]))
    cols = slice(max(0, left), min(width, left + ink.shape[1]))
    part = ink[rows.start - top : rows.stop - top, cols.start - left : cols.stop - left]
    amount = (strength * part)[..., np.newaxis]
    page[rows, cols] = page[rows, cols] * (1 - amount) + amount * np.array(colour, float)


def write(
    page: Floats, random: Random, *, pen: str = "black", share: float | None = None
) -> tuple[int, ...]:
    """Write one digit near the middle of a page."""
    number, label = chosen(random)
    height = round((share or random.uniform(0.25, 0.5)) * min(page.shape[:2]))
    ink = strokes(number, height, thin=random.uniform(-0.1, 0.1))
    free = [page.shape[axis] - ink.shape[axis] for axis in (0, 1)]
    at = [round(room * random.uniform(0.3, 0.7)) for room in free]
    lay(page, ink, (at[0], at[1]), PENS[pen])
    return (label,)


def camera(page: Floats, random: Random, *, noise: float = 2, blur: float = 0.7) -> Bytes:
    """As a camera sees a page: a little blur, a little noise."""
    seen = ndimage.gaussian_filter(page, (blur, blur, 0))
    seen = seen + random.normal(0, noise, page.shape[:2])[..., np.newaxis]
    return np.rint(np.clip(seen, 0, 255)).astype(np.uint8)


def size(random: Random) -> tuple[int, int]:
    """Of a photograph, upright or on its side."""
    short, long = int(random.integers(480, 760)), int(random.integers(760, 1020))
    return (long, short) if random.random() < 0.6 else (short, long)


def warped(page: Floats, corners: Floats, ground: Floats) -> Floats:
    """Lay a page onto a ground so that its corners, from the top left clockwise, come there."""
    height, width = page.shape[:2]
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    rows = []
    for (x, y), (u, v) in zip(corners, flat, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    system = np.array(rows)
    a = np.append(np.linalg.solve(system[:, :8], system[:, 8]), 1).reshape(3, 3)
    y, x = np.mgrid[: ground.shape[0], : ground.shape[1]]
    u, v, w = np.einsum("ij,jhw->ihw", a, np.stack([x + 0.5, y + 0.5, np.ones(x.shape)]))
    u, v = u / w - 0.5, v / w - 0.5
    inside = (u > -0.5) & (v > -0.5) & (u < width - 0.5) & (v < height - 0.5)
    seen = np.stack(
        [ndimage.map_coordinates(page[..., n], [v, u], order=1, mode="nearest") for n in range(3)],
        axis=-1,
    )
    edge = ndimage.gaussian_filter(inside.astype(float), 0.8)[..., np.newaxis]
    return ground * (1 - edge) + seen * edge


def turned(
    shape: tuple[int, int], angle: float, middle: tuple[float, float], tilt: float = 0
) -> Floats:
    """The corners of a sheet (height, width) turned by an angle in degrees around its middle."""
    height, width = shape
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    near = width * (0.5 + tilt / 2)
    far = width * (0.5 - tilt / 2)
    flat = np.array(
        [[-far, -height / 2], [far, -height / 2], [near, height / 2], [-near, height / 2]]
    )
    return flat @ np.array([[c, s], [-s, c]]) + np.array([middle[1], middle[0]])


def ruled(
    page: Floats,
    random: Random,
    *,
    across: bool = True,
    down: bool = False,
    colour: Colour = (130, 165, 215),
    gap: int | None = None,
    thick: float = 1.2,
    slope: float | None = None,
) -> None:
    """Print parallel lines, turned a little."""
    height, width = page.shape[:2]
    gap = gap or int(random.integers(28, 60))
    slope = random.uniform(-0.03, 0.03) if slope is None else slope
    y, x = np.mgrid[:height, :width]
    start = random.uniform(0, gap)
    lines = np.zeros((height, width))
    for on, distance in ((across, y + slope * x), (down, x - slope * y)):
        if on:
            off = np.abs((distance + start) % gap - gap / 2)
            lines = np.maximum(lines, np.clip(thick / 2 + 0.5 - off, 0, 1))
    page[:] = page * (1 - lines[..., np.newaxis]) + lines[..., np.newaxis] * np.array(colour, float)


Kind = Callable[[Random], Photo]
KINDS: dict[str, Kind] = {}


def kind(make: Kind) -> Kind:
    """List a kind by its name."""
    KINDS[make.__name__] = make
    return make


# --- Kinds --------------------------------------------------------------------------------------


@kind
def plain(random: Random) -> Photo:
    page = sheet(size(random))
    labels = write(page, random)
    return Photo(camera(page, random), labels)


@kind
def coloured_pen(random: Random) -> Photo:
    page = sheet(size(random))
    labels = write(page, random, pen=str(random.choice(["blue", "red", "green"])))
    return Photo(camera(page, random), labels)


@kind
def pencil(random: Random) -> Photo:
    page = sheet(size(random))
    labels = write(page, random, pen="pencil")
    return Photo(camera(page, random, noise=3), labels)


@kind
def gradient(random: Random) -> Photo:
    page = sheet(size(random))
    labels = write(page, random, pen=str(random.choice(list(PENS)[:4])))
    height, width = page.shape[:2]
    angle = random.uniform(0, 2 * np.pi)
    y, x = np.mgrid[:height, :width]
    along = (x - width / 2) / width * np.cos(angle) + (y - height / 2) / height * np.sin(angle)
    light = 1 - 0.55 * np.clip(along + 0.5, 0, 1) ** random.uniform(0.8, 1.8)
    return Photo(camera(page * light[..., np.newaxis], random), labels)


def _shadow(shape: tuple[int, int], random: Random, soft: float) -> Floats:
    height, width = shape
    angle = random.uniform(0, 2 * np.pi)
    y, x = np.mgrid[:height, :width]
    off = random.uniform(-0.12, 0.12) * min(shape)
    side = (x - width / 2) * np.cos(angle) + (y - height / 2) * np.sin(angle) - off
    edge = np.clip(side / soft + 0.5, 0, 1)
    return (1 - random.uniform(0.35, 0.6) * edge)[..., np.newaxis]


@kind
def hard_shadow(random: Random) -> Photo:
    page = sheet(size(random))
    labels = write(page, random)
    return Photo(camera(page * _shadow(page.shape[:2], random, 3), random), labels)


@kind
def soft_shadow(random: Random) -> Photo:
    page = sheet(size(random))
    labels = write(page, random, pen=str(random.choice(["black", "blue"])))
    return Photo(camera(page * _shadow(page.shape[:2], random, 120), random), labels)


@kind
def window_shadow(random: Random) -> Photo:
    """The bar of a window frame throws a band of shadow over the page."""
    page = sheet(size(random))
    labels = write(page, random)
    height, width = page.shape[:2]
    angle = random.uniform(0.3, 1.2)
    y, x = np.mgrid[:height, :width]
    side = (x - width / 2) * np.cos(angle) + (y - height / 2) * np.sin(angle)
    side = np.abs(side - random.uniform(-0.2, 0.2) * width)
    band = np.clip((random.uniform(50, 110) - side) / 6 + 0.5, 0, 1)
    return Photo(camera(page * (1 - 0.4 * band[..., np.newaxis]), random), labels)


LINES: tuple[Colour, ...] = (
    (120, 160, 220),
    (150, 150, 150),
    (220, 120, 120),
    (110, 180, 140),
    (60, 60, 160),
)


@kind
def lined(random: Random) -> Photo:
    page = sheet(size(random))
    colour = LINES[int(random.integers(len(LINES)))]
    ruled(page, random, colour=colour, thick=random.uniform(1, 2.5))
    if random.random() < 0.5:
        page[:, 60:62] = (225, 110, 110)
    labels = write(page, random, pen=str(random.choice(["black", "blue"])))
    return Photo(camera(page, random), labels)


@kind
def squared(random: Random) -> Photo:
    page = sheet(size(random))
    colour = LINES[int(random.integers(len(LINES)))]
    ruled(page, random, down=True, colour=colour, thick=random.uniform(1, 2.2))
    labels = write(page, random, pen=str(random.choice(["black", "blue"])))
    return Photo(camera(page, random), labels)


@kind
def graph_paper(random: Random) -> Photo:
    page = sheet(size(random))
    gap = int(random.integers(14, 20))
    ruled(page, random, down=True, colour=(235, 190, 150), gap=gap, thick=1, slope=0.0)
    ruled(page, random, down=True, colour=(220, 140, 100), gap=5 * gap, thick=1.6, slope=0.0)
    labels = write(page, random)
    return Photo(camera(page, random), labels)


@kind
def strong_lines(random: Random) -> Photo:
    """Lines as dark as the pen, thinner than its strokes."""
    page = sheet(size(random))
    ruled(page, random, colour=(40, 40, 60), thick=random.uniform(2.5, 4))
    labels = write(page, random)
    return Photo(camera(page, random), labels)


@kind
def pencil_on_lines(random: Random) -> Photo:
    page = sheet(size(random))
    ruled(page, random, down=random.random() < 0.5, colour=(150, 175, 215), thick=1.5)
    labels = write(page, random, pen="pencil")
    return Photo(camera(page, random), labels)


@kind
def lines_in_perspective(random: Random) -> Photo:
    """A ruled page from aside: its lines run together; the picture lies inside of the page."""
    page = sheet((1300, 1200))
    ruled(page, random, down=random.random() < 0.5, gap=55, thick=2, slope=0.0)
    number, label = chosen(random)
    lay(page, strokes(number, 330), (560, 480), PENS["black"])
    shape = size(random)
    corners = turned((1300, 1150), random.uniform(-12, 12), (shape[0] / 2, shape[1] / 2), 0.25)
    seen = warped(page, corners, sheet(shape))
    return Photo(camera(seen, random), (label,))


DESKS: tuple[Colour, ...] = ((58, 46, 40), (150, 108, 76), (95, 95, 100), (40, 70, 60))


@kind
def desk(random: Random) -> Photo:
    shape = size(random)
    ground = sheet(shape, DESKS[int(random.integers(len(DESKS)))])
    grain = ndimage.gaussian_filter(random.normal(0, 1, shape), (1, 25))
    ground = ground * (1 + 0.9 * grain[..., np.newaxis])
    page = sheet((round(0.72 * shape[0]), round(0.72 * shape[1])))
    labels = write(page, random, pen=str(random.choice(["black", "blue"])))
    off = [random.uniform(-0.04, 0.04) * n for n in shape]
    middle = (shape[0] / 2 + off[0], shape[1] / 2 + off[1])
    corners = turned(page.shape[:2], random.uniform(-4, 4), middle)
    return Photo(camera(warped(page, corners, ground), random), labels)


@kind
def turned_desk(random: Random) -> Photo:
    """A sheet that lies askew on a desk, seen from the front."""
    shape = size(random)
    ground = sheet(shape, DESKS[int(random.integers(len(DESKS)))])
    page = sheet((round(0.6 * min(shape)), round(0.5 * min(shape))))
    labels = write(page, random)
    angle = random.choice([-1, 1]) * random.uniform(8, 22)
    corners = turned(page.shape[:2], angle, (shape[0] / 2, shape[1] / 2), random.uniform(0, 0.25))
    return Photo(camera(warped(page, corners, ground), random), labels)


@kind
def lined_on_desk(random: Random) -> Photo:
    shape = size(random)
    ground = sheet(shape, DESKS[int(random.integers(len(DESKS)))])
    page = sheet((round(0.75 * shape[0]), round(0.7 * shape[1])))
    ruled(page, random, down=random.random() < 0.5, thick=1.6)
    labels = write(page, random)
    corners = turned(page.shape[:2], random.uniform(-8, 8), (shape[0] / 2, shape[1] / 2), 0.08)
    return Photo(camera(warped(page, corners, ground), random), labels)


@kind
def light_desk(random: Random) -> Photo:
    """White paper on a desk that is hardly darker, its shadow along two edges."""
    shape = size(random)
    ground = sheet(shape, (205, 198, 186))
    top, left = round(0.12 * shape[0]), round(0.14 * shape[1])
    bottom, right = round(0.9 * shape[0]), round(0.87 * shape[1])
    ground[top + 6 : bottom + 6, left + 6 : right + 6] *= 0.8
    ground = ndimage.gaussian_filter(ground, (3, 3, 0))
    page = sheet((bottom - top, right - left), (240, 239, 235))
    labels = write(page, random, pen=str(random.choice(["black", "blue", "red"])))
    ground[top:bottom, left:right] = page
    return Photo(camera(ground, random), labels)


@kind
def sticky_note(random: Random) -> Photo:
    shape = size(random)
    ground = sheet(shape, (210, 212, 214))
    side = round(0.5 * min(shape))
    page = sheet((side, side), (245, 225, 110))
    labels = write(page, random, share=random.uniform(0.4, 0.6))
    corners = turned(page.shape[:2], random.uniform(-10, 10), (shape[0] / 2, shape[1] / 2))
    return Photo(camera(warped(page, corners, ground), random), labels)


@kind
def scan_border(random: Random) -> Photo:
    page = sheet(size(random), (238, 238, 238))
    labels = write(page, random)
    thick = [int(random.integers(8, 40)) for _ in range(4)]
    sides = random.permutation(4)[: int(random.integers(1, 5))]
    for side in sides:
        first, last = slice(thick[side]), slice(-thick[side], None)
        part = [(first, ...), (last, ...), (slice(None), first), (slice(None), last)][side]
        page[part] = 18
    return Photo(camera(page, random, noise=1), labels, quality=95)


@kind
def thumb(random: Random) -> Photo:
    page = sheet(size(random))
    labels = write(page, random, share=random.uniform(0.25, 0.4))
    height, width = page.shape[:2]
    y, x = np.mgrid[:height, :width]
    corner = random.integers(0, 2, 2) * [height, width]
    reach = random.uniform(0.18, 0.3) * min(height, width)
    form = ((y - corner[0]) / (1.6 * reach)) ** 2 + ((x - corner[1]) / reach) ** 2
    cover = np.clip((1 - form) * reach / 8, 0, 1)[..., np.newaxis]
    skin = np.array([(205, 150, 125), (140, 92, 72), (90, 60, 48)][int(random.integers(3))], float)
    return Photo(camera(page * (1 - cover) + cover * skin, random), labels)


@kind
def ring_of_dirt(random: Random) -> Photo:
    """Specks, a hair, and the faint ring of a cup."""
    page = sheet(size(random))
    height, width = page.shape[:2]
    y, x = np.mgrid[:height, :width]
    r = np.hypot(y - 0.8 * height, x - 0.85 * width)
    page *= 1 - 0.12 * np.exp(-(((r - 0.22 * width) / 6) ** 2))[..., np.newaxis]
    for _ in range(8):
        row, col = int(random.integers(10, height - 10)), int(random.integers(10, width - 10))
        page[row : row + 3, col : col + 3] *= 0.4
    labels = write(page, random)
    return Photo(camera(page, random), labels)


def several(random: Random, count: int, share: float = 0.3) -> Photo:
    height, width = 620, 300 + 260 * count
    page = sheet((height, width))
    labels = []
    left = round(0.08 * width)
    for _ in range(count):
        number, label = chosen(random)
        ink = strokes(number, round(share * height * random.uniform(0.85, 1.15)))
        lay(page, ink, (round(0.32 * height + random.uniform(-20, 20)), left), PENS["black"])
        left += ink.shape[1] + round(random.uniform(0.35, 0.8) * share * height)
        labels.append(label)
    return Photo(camera(page, random), tuple(labels))


@kind
def two_digits(random: Random) -> Photo:
    return several(random, 2)


@kind
def four_digits(random: Random) -> Photo:
    return several(random, 4, 0.25)


@kind
def two_on_lines(random: Random) -> Photo:
    photo = several(random, 2)
    page = photo.pixels.astype(float)
    lines = sheet(page.shape[:2], (255, 255, 255))
    ruled(lines, random, down=True, gap=45)
    return Photo(camera(page * lines / 255, random), photo.labels)


@kind
def dim(random: Random) -> Photo:
    page = sheet(size(random))
    labels = write(page, random)
    return Photo(camera(page * 0.3, random, noise=random.uniform(4, 8)), labels)


@kind
def dim_and_dark(random: Random) -> Photo:
    """So little light that single pixels are mostly noise."""
    page = sheet(size(random))
    labels = write(page, random)
    return Photo(camera(page * 0.22, random, noise=random.uniform(9, 13)), labels)


@kind
def blackboard(random: Random) -> Photo:
    shape = size(random)
    smear = ndimage.zoom(random.normal(0, 1, (12, 16)), (shape[0] / 12, shape[1] / 16), order=1)
    page = sheet(shape, (52, 74, 64)) * (1 + 0.16 * smear[..., np.newaxis])
    number, label = chosen(random)
    ink = strokes(number, round(0.4 * min(shape)))
    chalk = ndimage.gaussian_filter(random.normal(0, 1, ink.shape), 1.2)
    lay(
        page,
        ink * np.clip(0.85 + 0.35 * chalk, 0, 1),
        (shape[0] // 4, shape[1] // 3),
        (215, 218, 210),
    )
    return Photo(camera(page, random), (label,))


@kind
def whiteboard(random: Random) -> Photo:
    shape = size(random)
    page = sheet(shape, (205, 207, 209))
    labels = write(page, random, pen=str(random.choice(["green", "red", "blue"])))
    y, x = np.mgrid[: shape[0], : shape[1]]
    spot = np.hypot(y - 0.12 * shape[0], x - random.uniform(0.1, 0.9) * shape[1])
    glare = np.exp(-((spot / 70) ** 2))[..., np.newaxis]
    return Photo(camera(page * (1 - glare) + 255 * glare, random), labels)


@kind
def small(random: Random) -> Photo:
    page = sheet((1100, 1500))
    number, label = chosen(random)
    ink = strokes(number, int(random.integers(45, 75)))
    at = int(random.integers(150, 900)), int(random.integers(150, 1300))
    lay(page, ink, at, PENS["black"])
    return Photo(camera(page, random), (label,))


@kind
def large(random: Random) -> Photo:
    page = sheet(size(random))
    number, label = chosen(random)
    room = min(page.shape[0], page.shape[1])
    ink = strokes(number, round(0.86 * room))
    at = [(page.shape[axis] - ink.shape[axis]) // 2 for axis in (0, 1)]
    lay(page, ink, (at[0], at[1]), PENS["black"])
    return Photo(camera(page, random), (label,))


@kind
def bad_jpeg(random: Random) -> Photo:
    photo = plain(random)
    return Photo(photo.pixels, photo.labels, quality=int(random.integers(8, 22)))


@kind
def blurred(random: Random) -> Photo:
    page = sheet(size(random))
    labels = write(page, random)
    return Photo(camera(page, random, blur=random.uniform(3, 6)), labels)


@kind
def thin_pen(random: Random) -> Photo:
    page = sheet(size(random))
    number, label = chosen(random)
    ink = strokes(number, round(0.4 * min(page.shape[:2])))
    spine = ndimage.distance_transform_edt(ink > 0.5)
    ridge = spine >= ndimage.maximum_filter(spine, 5) - 0.6
    line = ndimage.gaussian_filter((ridge & (spine > 2)).astype(float), 2.2)
    lay(page, np.clip(line / 0.2, 0, 1), (page.shape[0] // 4, page.shape[1] // 3), PENS["blue"])
    return Photo(camera(page, random), (label,))


@kind
def gaps(random: Random) -> Photo:
    """A pen that skips: strokes come apart, as a 4's and a 5's often do."""
    page = sheet(size(random))
    number, label = chosen(random)
    ink = strokes(number, round(random.uniform(0.35, 0.5) * min(page.shape[:2])))
    row = round(random.uniform(0.3, 0.7) * ink.shape[0])
    wide = max(4, round(0.035 * ink.shape[0]))
    ink[row : row + wide] = 0
    lay(page, ink, (page.shape[0] // 4, page.shape[1] // 3), PENS["black"])
    return Photo(camera(page, random), (label,))


@kind
def caption_below(random: Random) -> Photo:
    page = sheet(size(random))
    number, label = chosen(random)
    ink = strokes(number, round(0.4 * min(page.shape[:2])))
    lay(page, ink, (page.shape[0] // 5, page.shape[1] // 3), PENS["black"])
    image = Image.fromarray(page.astype(np.uint8))
    draw = ImageDraw.Draw(image)
    draw.text((page.shape[1] // 4, round(0.82 * page.shape[0])), "exercise 3, page 12", "black")
    return Photo(camera(np.asarray(image).astype(float), random), (label,))


@kind
def show_through(random: Random) -> Photo:
    """What stands on the other side of the paper is seen faintly."""
    page = sheet(size(random))
    for _ in range(4):
        number, _label = chosen(random)
        ink = strokes(number, 140)[:, ::-1]
        at = (
            int(random.integers(0, page.shape[0] - 150)),
            int(random.integers(0, page.shape[1] - 150)),
        )
        lay(page, ink, at, PENS["black"], 0.1)
    labels = write(page, random)
    return Photo(camera(page, random), labels)


@kind
def crossed_out(random: Random) -> Photo:
    """A digit that was struck out, and the right one beside it."""
    photo = several(random, 2)
    image = Image.fromarray(photo.pixels)
    draw = ImageDraw.Draw(image)
    for shift in (0, 30, 60):
        draw.line((50, 200 + shift + 60, 175, 190 + shift), fill=PENS["black"], width=9)
    return Photo(np.asarray(image), photo.labels)


@kind
def cut_by_the_frame(random: Random) -> Photo:
    """The digit leaves the picture; it may be read, but not without a doubt."""
    page = sheet((560, 560))
    number, label = chosen(random)
    ink = strokes(number, 300)
    at = [(130, -ink.shape[1] // 5), (-60, 180), (320, 180)][int(random.integers(3))]
    lay(page, ink, at, PENS["black"])
    return Photo(camera(page, random), (label,))


@kind
def crease(random: Random) -> Photo:
    """A sheet that was folded, each part in a light of its own."""
    page = sheet(size(random))
    labels = write(page, random)
    row = round(random.uniform(0.3, 0.7) * page.shape[0])
    page[:row] *= random.uniform(0.82, 0.95)
    page[row : row + 2] *= 0.85
    return Photo(camera(page, random), labels)


@kind
def coloured_paper(random: Random) -> Photo:
    """White or black ink on paper that is neither."""
    colour = [(190, 90, 80), (80, 120, 170), (110, 150, 90)][int(random.integers(3))]
    page = sheet(size(random), colour)
    number, label = chosen(random)
    ink = strokes(number, round(0.4 * min(page.shape[:2])))
    pen = (250, 250, 250) if random.random() < 0.5 else (20, 20, 20)
    lay(page, ink, (page.shape[0] // 4, page.shape[1] // 3), pen)
    return Photo(camera(page, random), (label,))


@kind
def barred_seven(random: Random) -> Photo:
    """A 7 with a bar through its stem, as it is written in much of the world."""
    page = sheet(size(random))
    unit = 0.4 * min(page.shape[:2])
    image = Image.fromarray(page.astype(np.uint8))
    draw = ImageDraw.Draw(image)
    x, y = 0.35 * page.shape[1], 0.25 * page.shape[0]
    wide = round(random.uniform(0.07, 0.12) * unit)
    slant = random.uniform(0.2, 0.32)
    points = [(x, y), (x + 0.6 * unit, y), (x + (0.6 - slant) * unit, y + unit)]
    draw.line(points, fill=PENS["black"], width=wide, joint="curve")
    draw.line(
        (x + 0.2 * unit, y + 0.5 * unit, x + 0.7 * unit, y + 0.48 * unit),
        fill=PENS["black"],
        width=wide,
    )
    return Photo(camera(np.asarray(image).astype(float), random, blur=1.5), (7,))


@kind
def boxed(random: Random) -> Photo:
    """In the field of a form."""
    page = sheet(size(random))
    number, label = chosen(random)
    height = round(random.uniform(0.25, 0.4) * min(page.shape[:2]))
    ink = strokes(number, height)
    top, left = round(0.3 * page.shape[0]), round(0.35 * page.shape[1])
    lay(page, ink, (top, left), PENS["blue"])
    image = Image.fromarray(page.astype(np.uint8))
    gap = round(0.22 * height)
    box = (left - gap, top - gap, left + ink.shape[1] + gap, top + ink.shape[0] + gap)
    ImageDraw.Draw(image).rectangle(box, outline=(60, 60, 70), width=int(random.integers(2, 5)))
    return Photo(camera(np.asarray(image).astype(float), random), (label,))


@kind
def circled(random: Random) -> Photo:
    """With a ring drawn around it."""
    page = sheet(size(random))
    number, label = chosen(random)
    height = round(random.uniform(0.22, 0.32) * min(page.shape[:2]))
    ink = strokes(number, height)
    top, left = round(0.35 * page.shape[0]), round(0.4 * page.shape[1])
    lay(page, ink, (top, left), PENS["black"])
    image = Image.fromarray(page.astype(np.uint8))
    y, x, r = top + ink.shape[0] / 2, left + ink.shape[1] / 2, 0.85 * max(ink.shape)
    ImageDraw.Draw(image).ellipse((x - r, y - r, x + r, y + r), outline=PENS["red"], width=6)
    return Photo(camera(np.asarray(image).astype(float), random), (label,))


@kind
def underlined(random: Random) -> Photo:
    page = sheet(size(random))
    number, label = chosen(random)
    height = round(random.uniform(0.25, 0.4) * min(page.shape[:2]))
    ink = strokes(number, height)
    top, left = round(0.3 * page.shape[0]), round(0.35 * page.shape[1])
    lay(page, ink, (top, left), PENS["blue"])
    image = Image.fromarray(page.astype(np.uint8))
    y = top + ink.shape[0] + round(random.uniform(0.08, 0.2) * height)
    ends = (left - 0.15 * height, y + 6, left + ink.shape[1] + 0.2 * height, y)
    ImageDraw.Draw(image).line(ends, fill=PENS["blue"], width=round(0.05 * height))
    return Photo(camera(np.asarray(image).astype(float), random), (label,))


@kind
def pen_on_the_page(random: Random) -> Photo:
    """A pen lies beside the digit, and reaches out of the picture."""
    page = sheet(size(random))
    height, width = page.shape[:2]
    labels = write(page, random, share=0.3)
    image = Image.fromarray(page.astype(np.uint8))
    draw = ImageDraw.Draw(image)
    x = random.choice([0.12, 0.88]) * width
    draw.line((x, 0.15 * height, x + 0.08 * width, height + 30), fill=(40, 60, 120), width=26)
    return Photo(camera(np.asarray(image).astype(float), random), labels)


@kind
def coin(random: Random) -> Photo:
    """Something round lies on the page; the digit may be read, with or without a doubt."""
    page = sheet(size(random))
    height, width = page.shape[:2]
    labels = write(page, random, share=0.32)
    image = Image.fromarray(page.astype(np.uint8))
    x, y, r = random.choice([0.12, 0.88]) * width, 0.85 * height, 0.07 * min(height, width)
    ImageDraw.Draw(image).ellipse((x - r, y - r, x + r, y + r), fill=(150, 125, 80))
    return Photo(camera(np.asarray(image).astype(float), random), labels)


@kind
def dotted(random: Random) -> Photo:
    page = sheet(size(random))
    gap = int(random.integers(26, 44))
    for row in range(gap // 2, page.shape[0] - 3, gap):
        for col in range(gap // 2, page.shape[1] - 3, gap):
            page[row : row + 3, col : col + 3] = (120, 120, 130)
    labels = write(page, random)
    return Photo(camera(page, random), labels)


@kind
def crumpled(random: Random) -> Photo:
    """Paper that was crumpled: its facets lie in different lights."""
    page = sheet(size(random))
    height, width = page.shape[:2]
    labels = write(page, random)
    y, x = np.mgrid[:height, :width]
    light = np.ones((height, width))
    for _ in range(10):
        angle, at = random.uniform(0, np.pi), random.uniform(-0.6, 0.6) * width
        side = (x - width / 2) * np.cos(angle) + (y - height / 2) * np.sin(angle) - at
        light *= 1 - random.uniform(0.02, 0.1) * np.clip(side / 8 + 0.5, 0, 1)
    return Photo(camera(page * light[..., np.newaxis], random), labels)


@kind
def sheet_out_of_the_frame(random: Random) -> Photo:
    """A sheet on a desk, of which the picture shows one or two edges."""
    shape = size(random)
    ground = sheet(shape, DESKS[int(random.integers(len(DESKS)))])
    page = sheet((round(1.1 * shape[0]), round(1.1 * shape[1])))
    if random.random() < 0.5:
        ruled(page, random)
    number, label = chosen(random)
    lay(
        page,
        strokes(number, round(0.35 * min(shape))),
        (round(0.4 * shape[0]), round(0.4 * shape[1])),
        PENS["black"],
    )
    middle = (shape[0] * random.choice([0.35, 0.65]), shape[1] * random.choice([0.35, 0.65]))
    corners = turned(page.shape[:2], random.uniform(-9, 9), middle)
    return Photo(camera(warped(page, corners, ground), random), (label,))


@kind
def bold(random: Random) -> Photo:
    """A broad marker, whose strokes take a large part of the picture."""
    page = sheet(size(random))
    number, label = chosen(random)
    room = min(page.shape[:2])
    ink = strokes(number, round(0.75 * room), thin=-0.35)
    at = [(page.shape[axis] - ink.shape[axis]) // 2 for axis in (0, 1)]
    lay(page, ink, (at[0], at[1]), PENS["black"])
    return Photo(camera(page * _shadow(page.shape[:2], random, 4), random), (label,))


@kind
def phone_shadow(random: Random) -> Photo:
    """The shadow of the phone itself, with corners."""
    page = sheet(size(random))
    labels = write(page, random)
    height, width = page.shape[:2]
    angle = random.uniform(-0.5, 0.5)
    y, x = np.mgrid[:height, :width]
    x, y = x - random.uniform(0.2, 0.8) * width, y - random.uniform(0.8, 1.1) * height
    u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    inside = np.minimum(0.25 * width - np.abs(u), 0.5 * height - np.abs(v))
    cover = np.clip(inside / random.uniform(4, 30) + 0.5, 0, 1)
    return Photo(camera(page * (1 - 0.4 * cover[..., np.newaxis]), random), labels)


@kind
def dappled(random: Random) -> Photo:
    """Light through leaves."""
    page = sheet(size(random))
    labels = write(page, random)
    height, width = page.shape[:2]
    blots = ndimage.zoom(random.normal(0, 1, (9, 9)), (height / 9, width / 9), order=3)
    light = 1 - 0.35 * np.clip(blots[:height, :width] * 3 + 0.5, 0, 1)
    return Photo(camera(page * light[..., np.newaxis], random), labels)


@kind
def framed_board(random: Random) -> Photo:
    """A blackboard with its wooden frame and the wall around."""
    shape = size(random)
    page = sheet(shape, (200, 190, 170))
    edge = round(0.08 * min(shape))
    page[edge:-edge, edge:-edge] = (140, 95, 55)
    board = page[edge + 18 : -edge - 18, edge + 18 : -edge - 18]
    board[:] = (46, 66, 58)
    number, label = chosen(random)
    ink = strokes(number, round(0.35 * min(shape)))
    lay(board, ink, (board.shape[0] // 4, board.shape[1] // 3), (220, 222, 215))
    return Photo(camera(page, random), (label,))


@kind
def letterhead(random: Random) -> Photo:
    """Print above and below, smaller than the digit."""
    page = sheet(size(random))
    number, label = chosen(random)
    ink = strokes(number, round(0.3 * min(page.shape[:2])))
    lay(page, ink, (round(0.35 * page.shape[0]), page.shape[1] // 3), PENS["blue"])
    image = Image.fromarray(page.astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for row in (0.06, 0.1, 0.14, 0.88, 0.92):
        text = "Mathematics, second form. Write the number that follows."
        draw.text((0.08 * page.shape[1], row * page.shape[0]), text, "black", font_size=20)
    return Photo(camera(np.asarray(image).astype(float), random), (label,))


@kind
def spiral(random: Random) -> Photo:
    """A page torn from a pad: lines, and the holes along one edge."""
    page = sheet(size(random))
    ruled(page, random)
    image = Image.fromarray(page.astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for row in range(30, page.shape[0] - 20, 48):
        draw.ellipse((16, row, 34, row + 18), fill=(50, 45, 42))
    page = np.asarray(image).astype(float)
    labels = write(page, random)
    return Photo(camera(page, random), labels)


@kind
def low_resolution(random: Random) -> Photo:
    page = sheet((150, 110))
    number, label = chosen(random)
    lay(page, strokes(number, 50), (40, 30), PENS["black"])
    return Photo(camera(page * _shadow((150, 110), random, 20), random), (label,))


@kind
def faint(random: Random) -> Photo:
    """A pen that is hardly darker than the paper."""
    page = sheet(size(random))
    number, label = chosen(random)
    ink = strokes(number, round(0.4 * min(page.shape[:2])))
    lay(page, ink, (page.shape[0] // 4, page.shape[1] // 3), (205, 200, 150))
    return Photo(camera(page, random, noise=4), (label,))


@kind
def screen(random: Random) -> Photo:
    """A photograph of a screen: white, with a moiré."""
    page = sheet(size(random), (225, 230, 240))
    labels = write(page, random)
    y, x = np.mgrid[: page.shape[0], : page.shape[1]]
    wave = np.sin(x * 0.35 + y * 0.05) * np.sin(y * 0.31 - x * 0.03)
    return Photo(camera(page * (1 - 0.06 * wave[..., np.newaxis]), random), labels)


@kind
def dark_sheet(random: Random) -> Photo:
    """White ink on a dark card that lies on a light table."""
    shape = size(random)
    ground = sheet(shape, (215, 205, 190))
    page = sheet((round(0.6 * min(shape)), round(0.55 * min(shape))), (35, 38, 48))
    number, label = chosen(random)
    ink = strokes(number, round(0.5 * page.shape[0]))
    lay(page, ink, (page.shape[0] // 4, page.shape[1] // 4), (235, 235, 230))
    corners = turned(page.shape[:2], random.uniform(-8, 8), (shape[0] / 2, shape[1] / 2))
    return Photo(camera(warped(page, corners, ground), random), (label,))


@kind
def squared_shadow(random: Random) -> Photo:
    photo = squared(random)
    light = _shadow(photo.pixels.shape[:2], random, 5)
    return Photo(camera(photo.pixels * light, random), photo.labels)


@kind
def lined_with_a_thumb(random: Random) -> Photo:
    photo = thumb(random)
    lines = sheet(photo.pixels.shape[:2], (255, 255, 255))
    ruled(lines, random, thick=1.6)
    return Photo(camera(photo.pixels * lines / 255, random), photo.labels)


def photo(name: str, seed: int) -> Photo:
    """One of a kind; the same seed gives the same picture."""
    return KINDS[name](np.random.default_rng([seed, *name.encode()]))
