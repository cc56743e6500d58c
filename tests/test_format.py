from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convexplain.style import format as text


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (0.125, "0.13"),  # an exact half goes away from zero
        (-0.125, "−0.13"),
        (0.375, "0.38"),
        (1.005, "1.00"),  # the double lies below the half: 1.00499999999999989...
        (-0.005, "−0.01"),  # and this one beyond it: 0.005000000000000000104...
        (-0.0049, "0.00"),
        (-0.0, "0.00"),
        (2.345, "2.35"),  # 2.3450000000000001954...
        (7, "7.00"),
        (-1234.5, "−1234.50"),
        (np.float32(0.1), "0.10"),
        (np.float32(-2.5), "−2.50"),
        (1e22, "10000000000000000000000.00"),
    ],
)
def test_two_decimals_round_halves_away_from_zero(value, printed):
    assert text.number(value) == printed


def test_sign_is_for_what_prints_above_zero():
    assert text.number(0.5, sign=True) == "+0.50"
    assert text.number(-0.5, sign=True) == "−0.50"
    assert text.number(0.004, sign=True) == "0.00"
    assert text.number(0.0, sign=True) == "0.00"


def test_decimals_can_be_any_number_from_zero():
    assert text.number(2.5, 0) == "3"
    assert text.number(-0.5, 0) == "−1"
    assert text.number(0.0625, 3) == "0.063"
    with pytest.raises(ValueError, match="-1 decimals were asked for"):
        text.number(1.0, -1)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), np.float32("nan")])
def test_what_is_not_finite_is_refused(value):
    for function in (text.number, text.percent):
        with pytest.raises(ValueError, match="only finite values"):
            function(value)


@given(st.integers(-(10**9), 10**9), st.integers(0, 30))
def test_number_agrees_with_rational_arithmetic(numerator, shift):
    value = numerator / 2**shift  # exact in binary
    hundredths, rest = divmod(abs(numerator) * 100, 2**shift)
    hundredths += 2 * rest >= 2**shift
    sign = "−" if numerator < 0 and hundredths else ""
    assert text.number(value) == f"{sign}{hundredths // 100}.{hundredths % 100:02d}"


@given(st.floats(-1e15, 1e15), st.integers(0, 8))
def test_printed_number_is_the_nearest(value, decimals):
    printed = Decimal(text.number(value, decimals).replace("−", "-"))
    assert abs(printed - Decimal(value)) <= Decimal(1).scaleb(-decimals) / 2
    assert not text.number(value, decimals).startswith("-")


@pytest.mark.parametrize(
    ("share", "printed"),
    [
        (0.9912, "99.1%"),
        (0.5, "50.0%"),
        (1, "100.0%"),
        (0, "0.0%"),
        (0.9996, ">99.9%"),
        (0.99949, "99.9%"),
        (0.0004, "<0.1%"),
        (0.0006, "0.1%"),
        (-0.1, "−10.0%"),
        (7.6, "760.0%"),
        (np.float32(0.25), "25.0%"),
    ],
)
def test_percent_claims_no_certainty(share, printed):
    assert text.percent(share) == printed


def test_percent_without_decimals():
    assert text.percent(0.256, 0) == "26%"
    assert text.percent(0.996, 0) == ">99%"
    assert text.percent(0.004, 0) == "<1%"


def test_count_groups_thousands():
    assert text.count(104202) == "104,202"
    assert text.count(np.int64(3_100_032)) == "3,100,032"
    assert text.count(320) == "320"
    assert text.count(-1152) == "−1,152"
    with pytest.raises(TypeError):
        text.count(1.5)


def test_shape_is_joined_by_multiplication_signs():
    assert text.shape((26, 26, 32)) == "26 × 26 × 32"
    assert text.shape(np.zeros((3, 3)).shape) == "3 × 3"
    assert text.shape([1152]) == "1152"
    with pytest.raises(TypeError):
        text.shape((2.5,))


def test_adds_up_as_a_person_adds():
    assert text.adds_up([0.26, 0.15, -0.05], 0.36)
    # 0.004 + 0.004 prints as 0.00 + 0.00, but the sum as 0.01.
    assert not text.adds_up([0.004, 0.004], 0.008)
    assert text.adds_up([0.004, 0.004], 0.008, decimals=3)
    assert text.adds_up(np.array([0.125, 0.125], np.float32), 0.26)
    assert not text.adds_up(np.array([0.125, 0.125]), 0.25)
    assert text.adds_up([], 0.0)


@given(st.lists(st.floats(-100, 100), max_size=9), st.floats(-100, 100))
def test_adds_up_agrees_with_the_printed_text(addends, total):
    def hundredths(value):
        return int(Decimal(text.number(value).replace("−", "-")) * 100)

    assert text.adds_up(addends, total) == (sum(map(hundredths, addends)) == hundredths(total))
    exact = Decimal(total).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert hundredths(total) == int(exact * 100)


@pytest.mark.parametrize(
    ("value", "printed"),
    [(1.0, ">99.9%"), (np.float32(1), ">99.9%"), (0.0, "<0.1%"), (0.5, "50.0%"), (0.9994, "99.9%")],
)
def test_a_probability_is_never_certain(value, printed):
    assert text.probability(value) == printed
