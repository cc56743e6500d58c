import numpy as np
import pytest

from convexplain.style.theme import contrast, from_oklab, luminance, oklab, prefers_black, rgb


@pytest.mark.parametrize(
    ("colour", "lab"),
    [
        ("#FFFFFF", (1.0, 0.0, 0.0)),
        ("#000000", (0.0, 0.0, 0.0)),
        ("#FF0000", (0.62796, 0.22486, 0.12585)),
        ("#00FF00", (0.86644, -0.23389, 0.17950)),
        ("#0000FF", (0.45201, -0.03246, -0.31153)),
    ],
)
def test_oklab_has_the_published_values(colour, lab):
    assert oklab(rgb(colour)) == pytest.approx(lab, abs=1e-5)


def test_oklab_and_back_is_the_same_colour():
    colours = np.random.default_rng(0).integers(0, 256, (50, 40, 3))
    np.testing.assert_array_equal(from_oklab(oklab(colours)), colours)


def test_colours_outside_srgb_are_clipped_to_it():
    np.testing.assert_array_equal(from_oklab([[2.0, 0, 0], [-1.0, 0, 0]]), [[255] * 3, [0] * 3])


def test_contrast_is_the_wcag_ratio():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#FFFFFF", (255, 255, 255)) == 1
    # The lightest gray that passes on white, and the next that does not, as WCAG tools give them.
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.005)
    assert contrast("#FFFFFF", "#777777") == pytest.approx(4.48, abs=0.005)
    assert luminance([255, 0, 0]) == pytest.approx(0.2126)


def test_rgb_splits_hexadecimal_digits():
    assert rgb("#4DA8FF") == (77, 168, 255)
    assert rgb("#4da8ff") == (77, 168, 255)
    for wrong in ("4DA8FF", "#4DA8F", "#GGGGGG", "#4DA8FF0", "blue"):
        with pytest.raises(ValueError, match="is not a colour"):
            rgb(wrong)


def test_black_is_preferred_where_it_has_more_contrast():
    grays = np.repeat(np.arange(256)[:, None], 3, axis=1)
    expected = [contrast("#000000", g) >= contrast("#FFFFFF", g) for g in grays]
    np.testing.assert_array_equal(prefers_black(grays), expected)
    assert 0 < sum(expected) < 256
