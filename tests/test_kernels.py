"""Classic kernels against SciPy's filters, the parser, and what a kernel looks for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from convexplain import ops
from convexplain.data.kernels import KERNELS, Pattern, closest_pattern, named, parse, read

PICTURE = np.random.default_rng(8).normal(size=(9, 10))


def apply(name: str) -> Any:
    """Convolve the test picture with a named kernel, where the window fits."""
    return ops.conv2d(PICTURE[..., None], KERNELS[name].weights[..., None, None])[..., 0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("identity", PICTURE),
        ("box-blur", ndimage.uniform_filter(PICTURE, 3)),
        ("sobel-x", ndimage.sobel(PICTURE, axis=1)),
        ("sobel-y", ndimage.sobel(PICTURE, axis=0)),
        ("prewitt-x", ndimage.prewitt(PICTURE, axis=1)),
        ("prewitt-y", ndimage.prewitt(PICTURE, axis=0)),
        ("laplacian", ndimage.laplace(PICTURE)),
        ("sharpen", PICTURE - ndimage.laplace(PICTURE)),
    ],
)
def test_a_named_kernel_is_scipys_filter(name: str, expected: Any) -> None:
    np.testing.assert_allclose(apply(name), expected[1:-1, 1:-1], rtol=0, atol=1e-6)


def test_gaussians_are_binomial() -> None:
    for name, row in (("gaussian-3", [1, 2, 1]), ("gaussian-5", [1, 4, 6, 4, 1])):
        smooth = np.array(row) / np.sum(row)
        once = ndimage.correlate1d(PICTURE, smooth, axis=0)
        twice = ndimage.correlate1d(once, smooth, axis=1)
        rim = len(row) // 2
        np.testing.assert_allclose(apply(name), twice[rim:-rim, rim:-rim], rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "total"),
    [
        ("identity", 1),
        ("box-blur", 1),
        ("gaussian-3", 1),
        ("gaussian-5", 1),
        ("sharpen", 1),
        ("sobel-x", 0),
        ("sobel-y", 0),
        ("prewitt-x", 0),
        ("prewitt-y", 0),
        ("scharr-x", 0),
        ("scharr-y", 0),
        ("laplacian", 0),
        ("log-5", 0),
        ("line-horizontal", 0),
        ("line-vertical", 0),
        ("emboss", 1),
    ],
)
def test_even_paper_keeps_its_brightness_or_vanishes(name: str, total: float) -> None:
    assert KERNELS[name].weights.sum() == pytest.approx(total, abs=1e-6)


def test_scharr_weighs_the_middle_row_10_to_3() -> None:
    assert KERNELS["scharr-x"].weights.tolist() == [[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]]
    assert (KERNELS["scharr-y"].weights == KERNELS["scharr-x"].weights.T).all()


def test_emboss_lights_a_dot_from_the_lower_right() -> None:
    picture = np.zeros((5, 5, 1))
    picture[3:, 3:] = 1
    relief = ops.conv2d(picture, KERNELS["emboss"].weights[..., None, None])[..., 0]
    assert (
        relief[1, 1]
        > 0
        > ops.conv2d(picture[::-1, ::-1], KERNELS["emboss"].weights[..., None, None])[1, 1, 0]
    )


def test_every_kernel_says_where_it_is_from_and_what_it_finds() -> None:
    assert len(KERNELS) == 16
    for name, kernel in KERNELS.items():
        assert kernel.name == name == name.lower()
        assert kernel.source
        assert kernel.finds.isascii()
        assert any("\u4e00" <= character <= "\u9fff" for character in kernel.finds_zh)
        assert kernel.weights.dtype == np.float32
        with pytest.raises(ValueError, match="read-only"):
            kernel.weights[0, 0] = 1


def test_an_unknown_name_gets_the_nearest_and_all_of_them() -> None:
    with pytest.raises(ValueError) as caught:
        named("Sobel X")
    assert str(caught.value) == (
        "no kernel is named 'Sobel X': give your own as rows (\"1,0,-1;2,0,-2;1,0,-1\"), or did "
        "you mean sobel-x?"
    )
    with pytest.raises(ValueError, match=r"no kernel is named 'zzz': .* or emboss$"):
        named("zzz")


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("1,0,-1;2,0,-2;1,0,-1", [[1, 0, -1], [2, 0, -2], [1, 0, -1]]),
        (" 0.5 , -1e-1 ", [[0.5, -0.1]]),
        ("1/4;-3/8", [[0.25], [-0.375]]),
        ("\N{MINUS SIGN}1,+2", [[-1, 2]]),
    ],
)
def test_a_kernel_can_be_written_as_rows(text: str, rows: list[list[float]]) -> None:
    weights = parse(text)
    assert weights.dtype == np.float32
    assert weights.tolist() == np.array(rows, np.float32).tolist()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,2;3", "the kernel '1,2;3' has rows of 2, 1 numbers: give every row the same number"),
        *(
            (
                text,
                f"the kernel {text!r} holds {cell!r}, which is no number from -999 to 999: write "
                'rows as in "1,0,-1;2,0,-2;1,0,-1"',
            )
            for text, cell in (
                ("1,a;2,3", "a"),
                ("", ""),
                ("1,2;", ""),
                ("1,,2", ""),
                ("1 2 3", "1 2 3"),
                ("nan,1", "nan"),
                ("1,-inf", "-inf"),
                ("1e39", "1e39"),
                ("1000,-1000", "1000"),
                ("1,-999.01", "-999.01"),
                ("1/0", "1/0"),
                ("1/2/3", "1/2/3"),
                ("1/", "1/"),
                ("1e999999999", "1e999999999"),
            )
        ),
    ],
)
def test_a_malformed_kernel_is_refused_with_the_part_that_is_wrong(text: str, said: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse(text)
    assert str(caught.value) == said


def test_read_takes_a_name_or_rows() -> None:
    assert read("sobel-x").tolist() == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    assert read("-1,0,1").tolist() == [[-1, 0, 1]]
    with pytest.raises(ValueError, match="no kernel is named 'sobel'"):
        read("sobel")
    with pytest.raises(ValueError, match="the kernel 'a,b;c,d' holds 'a'"):
        read("a,b;c,d")


PREWITT = np.array([[-1.0, 0, 1], [-1, 0, 1], [-1, 0, 1]])
LINE = np.array([[-1.0, -1, -1], [2, 2, 2], [-1, -1, -1]])
SPOT = np.array([[-1.0, -1, -1], [-1, 8, -1], [-1, -1, -1]])


@pytest.mark.parametrize(
    ("kernel", "kind", "angle"),
    [
        (PREWITT, "edge", 0),  # bright on the right
        (np.rot90(PREWITT), "edge", 90),  # above
        (np.rot90(PREWITT, 2), "edge", 180),
        (np.rot90(PREWITT, 3), "edge", 270),
        ([[0, 1, 2], [-1, 0, 1], [-2, -1, 0]], "edge", 45),
        (LINE, "line", 0),
        (LINE.T, "line", 90),
        (SPOT, "spot", 0),
    ],
)
def test_ideal_kernels_are_recognised_with_cosine_1(kernel: Any, kind: str, angle: float) -> None:
    pattern = closest_pattern(3.5 * np.asarray(kernel))
    assert (pattern.kind, pattern.angle) == (kind, angle)
    assert pattern.cosine == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    ("kernel", "angle"),
    [([[-1, -1, 2], [-1, 2, -1], [2, -1, -1]], 45), ([[2, -1, -1], [-1, 2, -1], [-1, -1, 2]], 135)],
)
def test_diagonal_lines_have_their_angle(kernel: Any, angle: float) -> None:
    pattern = closest_pattern(kernel)
    assert (pattern.kind, pattern.angle) == ("line", angle)
    assert 0.8 < pattern.cosine < 1


def test_the_cosine_is_that_of_the_two_kernels_as_vectors() -> None:
    sobel = KERNELS["sobel-x"].weights.astype(float)
    cosine = (sobel * PREWITT).sum() / np.sqrt((sobel**2).sum() * (PREWITT**2).sum())
    assert closest_pattern(sobel) == Pattern("edge", 0.0, pytest.approx(cosine))


@pytest.mark.parametrize("name", ["box-blur", "gaussian-3", "laplacian"])
def test_what_is_near_no_ideal_is_mixed(name: str) -> None:
    pattern = closest_pattern(KERNELS[name].weights)
    assert (pattern.kind, pattern.angle) == ("mixed", 0)
    assert pattern.cosine < 0.8


def test_the_threshold_decides_what_is_mixed() -> None:
    kernel = PREWITT + 0.7 * SPOT / 4
    cosine = closest_pattern(kernel).cosine
    assert closest_pattern(kernel, least=cosine).kind != "mixed"
    assert closest_pattern(kernel, least=cosine + 1e-6) == Pattern("mixed", 0.0, cosine)


def test_larger_kernels_are_recognised_too() -> None:
    ramp = np.tile(np.arange(-2.0, 3), (5, 1))
    assert closest_pattern(ramp) == Pattern("edge", 0.0, pytest.approx(1))
    assert closest_pattern(np.pad(SPOT, 1)).kind == "spot"
    assert closest_pattern(np.outer([-1, -1, 4, -1, -1], np.ones(5))) == Pattern(
        "line", 0.0, pytest.approx(1)
    )
    assert closest_pattern(KERNELS["log-5"].weights).kind == "spot"


def test_zeros_and_a_single_weight_look_for_nothing() -> None:
    assert closest_pattern(np.zeros((3, 3))) == Pattern("mixed", 0.0, 0.0)
    assert closest_pattern([[2.0]]) == Pattern("mixed", 0.0, 0.0)


@pytest.mark.parametrize("kernel", [np.zeros((3, 3, 1)), np.zeros((0, 3)), [[np.nan]], [[np.inf]]])
def test_only_one_channel_of_finite_weights_is_compared(kernel: Any) -> None:
    with pytest.raises(ValueError, match="give the finite weights of one channel"):
        closest_pattern(kernel)
