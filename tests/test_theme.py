import dataclasses
import pickle

import numpy as np
import pytest

from convexplain.errors import UsageError
from convexplain.style.theme import DARK, LIGHT, THEMES, Look, contrast, oklab, prefers_black, rgb

BOTH = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])


def scalar_oklab(colour):
    """Ottosson's published C code, one colour at a time."""
    r, g, b = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (v / 255 for v in colour)
    )
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    medium = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def scalar_srgb(lightness, a, b):
    """The published inverse, in 0..255 and unrounded."""
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return [
        255 * (12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055)
        for c in (min(max(c, 0), 1) for c in linear)
    ]


@BOTH
def test_the_ends_and_the_middle_are_the_tokens(theme):
    colours = theme.signed([-2.0, 0.0, 2.0], limit=2.0)
    assert colours.dtype == np.uint8
    assert [tuple(c) for c in colours] == [theme.rgb(t) for t in ("negative", "zero", "positive")]
    assert tuple(theme.signed(0, 1)) == rgb(theme.zero)
    assert tuple(theme.signed(-0.0, 1)) == rgb(theme.zero)


@BOTH
@pytest.mark.parametrize("end", ["positive", "negative"])
def test_the_scale_is_straight_in_oklab(theme, end):
    sign = 1 if end == "positive" else -1
    shares = np.linspace(0, 1, 517)
    zero, far = scalar_oklab(rgb(theme.zero)), scalar_oklab(theme.rgb(end))
    expected = [
        scalar_srgb(*((1 - t) * z + t * f for z, f in zip(zero, far, strict=True))) for t in shares
    ]
    # Half a code value of rounding, and less than a tenth for the table.
    found = theme.signed(sign * shares * 3.7, limit=3.7)
    assert np.abs(found - np.array(expected)).max() < 0.6


@BOTH
def test_the_scale_is_symmetric_around_zero(theme):
    values = np.linspace(0, 1, 201)
    zero = oklab(rgb(theme.zero))

    def share(colours, end):
        way = oklab(rgb(end)) - zero
        return (oklab(colours) - zero) @ way / (way @ way)

    up = share(theme.signed(values, 1), theme.positive)
    down = share(theme.signed(-values, 1), theme.negative)
    np.testing.assert_allclose(up, values, atol=0.01)
    np.testing.assert_allclose(down, values, atol=0.01)


@BOTH
def test_every_step_of_the_scale_moves_away_from_zero(theme):
    lightness = oklab(theme.signed(np.linspace(0, 1, 60), 1))[:, 0]
    sign = 1 if theme is DARK else -1
    assert (sign * np.diff(lightness) > 0).all()


def test_any_shape_is_coloured():
    assert DARK.signed(np.zeros((26, 26, 32)), 1).shape == (26, 26, 32, 3)
    assert DARK.signed(0.5, 1).shape == (3,)
    assert DARK.signed([], 1).shape == (0, 3)
    assert DARK.picture(np.zeros((28, 28))).shape == (28, 28, 3)


def test_a_map_of_zeros_needs_no_scale():
    assert (DARK.signed(np.zeros((2, 2)), 0) == rgb(DARK.zero)).all()
    with pytest.raises(ValueError, match="outside the scale"):
        DARK.signed([1e-9], 0)


def test_float32_rounding_stays_inside_the_scale():
    limit = 0.1
    assert tuple(DARK.signed(np.float32(limit), limit)) == rgb(DARK.positive)


@pytest.mark.parametrize("limit", [-1.0, float("nan"), float("inf")])
def test_a_scale_without_an_end_is_refused(limit):
    with pytest.raises(ValueError, match="a scale cannot end at"):
        DARK.signed([0.0], limit)


def test_what_no_colour_can_show_is_refused():
    with pytest.raises(ValueError, match="a NaN has no colour"):
        DARK.signed([0.0, np.nan], 1)
    with pytest.raises(ValueError, match="a NaN has no colour"):
        DARK.picture([np.nan])
    with pytest.raises(ValueError, match=r"1\.5 lies outside the scale -1 to 1: raise the limit"):
        DARK.signed([0.0, 1.5], 1)
    with pytest.raises(ValueError, match=r"255 lies outside the scale .* scale the picture"):
        DARK.picture([0, 255])


@BOTH
def test_pictures_run_straight_from_paper_to_pen(theme):
    colours = theme.picture(np.linspace(0, 1, 256)).astype(int)
    paper, pen = np.array(theme.rgb("paper")), np.array(theme.rgb("pen"))
    assert (colours[0] == paper).all()
    assert (colours[-1] == pen).all()
    # Level 51 of 255 is a fifth of the way.
    np.testing.assert_array_equal(colours[51], np.floor(0.8 * paper + 0.2 * pen + 0.5))
    assert (np.diff(colours, axis=0) * np.sign(pen - paper) >= 0).all()


@BOTH
def test_text_on_every_colour_of_the_scales_is_readable(theme):
    shares = np.linspace(-1, 1, 2001)
    cells = np.concatenate([theme.signed(shares, 1), theme.picture(np.abs(shares))])
    for cell in np.unique(cells, axis=0):
        ink = theme.text_on(cell)
        assert ink in ("#000000", "#FFFFFF")
        assert contrast(ink, cell) >= 4.5
        other = "#FFFFFF" if ink == "#000000" else "#000000"
        assert contrast(ink, cell) >= contrast(other, cell)


def test_text_on_takes_tokens_and_whole_grids():
    assert DARK.text_on("#FFFFFF") == "#000000"
    assert DARK.text_on(DARK.background) == "#FFFFFF"
    grid = DARK.picture([[0.0, 1.0]])
    np.testing.assert_array_equal(prefers_black(grid), [[False, True]])


@BOTH
@pytest.mark.parametrize("token", ["ink", "muted"])
@pytest.mark.parametrize("under", ["background", "surface"])
def test_text_of_the_frame_is_readable(theme, token, under):
    assert contrast(getattr(theme, token), getattr(theme, under)) >= 4.5


@BOTH
@pytest.mark.parametrize("under", ["background", "zero", "paper"])
def test_the_accent_stands_out_as_a_graphic_does(theme, under):
    assert contrast(theme.accent, getattr(theme, under)) >= 3


@BOTH
def test_every_token_is_a_colour(theme):
    tokens = [f.name for f in dataclasses.fields(theme) if f.name != "name"]
    assert len(tokens) == 11
    for token in tokens:
        assert theme.rgb(token) == rgb(getattr(theme, token))


def test_a_look_finds_its_theme():
    assert Look().tokens is DARK
    assert Look(theme="light", lang="zh", captions=False).tokens is LIGHT
    assert {name: theme.name for name, theme in THEMES.items()} == {
        "dark": "dark",
        "light": "light",
    }


def test_a_look_that_does_not_exist_is_a_usage_error():
    with pytest.raises(UsageError, match="no language 'fr': choose en or zh"):
        Look(lang="fr")
    with pytest.raises(UsageError, match="no theme 'blue': choose dark or light"):
        Look(theme="blue")


def test_a_look_travels_to_workers():
    look = Look(lang="zh", theme="light")
    assert pickle.loads(pickle.dumps(look)) == look
