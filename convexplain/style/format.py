"""Numbers as the text that people see: one rounding rule, one minus sign, in every view.

Rounding is that of school arithmetic, halves away from zero, applied to the exact value of the
float: ``number(0.125)`` is "0.13", and 1.005, whose nearest double lies below it, is "1.00".
JavaScript's ``toFixed`` rounds the same way, so that a page and a video print the same digits.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache
from typing import SupportsFloat, SupportsIndex

MINUS = "\N{MINUS SIGN}"
TIMES = "\N{MULTIPLICATION SIGN}"

# Wide enough for every digit of any double (at most 767), so that no sum or tie is rounded twice.
_EXACT = Context(prec=1200, rounding=ROUND_HALF_UP)


def name(path: object) -> str:
    r"""Write a file's name on one line.

    Parameters
    ----------
    path : path or str

    Returns
    -------
    str
        As it is; in quotes and with escapes where it holds a line end, or what cannot be printed.

    Examples
    --------
    >>> name("数 4.mp4")
    '数 4.mp4'
    >>> print(name("two\nlines.mp4"))
    'two\nlines.mp4'
    """
    text = str(path)
    return text if text.isprintable() else repr(text)


def number(value: SupportsFloat, decimals: int = 2, sign: bool = False) -> str:
    """Print a value with a fixed number of decimals.

    Parameters
    ----------
    value : float
        Any finite real number, numpy scalars included.
    decimals : int
        Digits after the point, at least 0.
    sign : bool
        Whether a positive number carries a plus sign.

    Returns
    -------
    str
        As "−0.53": U+2212 for minus, and no sign on what prints as zero.

    Raises
    ------
    ValueError
        If the value is not finite, or `decimals` is negative.

    Examples
    --------
    >>> number(-0.534), number(0.125, sign=True), number(-0.001)
    ('−0.53', '+0.13', '0.00')
    """
    return _text(rounded(value, decimals), "+" if sign else "")


def percent(share: SupportsFloat, decimals: int = 1) -> str:
    """Print a share of one as a percentage that claims no certainty it has not.

    Parameters
    ----------
    share : float
        1 is all of it.
    decimals : int
        Digits after the point, at least 0.

    Returns
    -------
    str
        As "99.1%". A share below 1 never prints as 100% but as ">99.9%", and one above 0 never
        as 0% but as "<0.1%".

    Raises
    ------
    ValueError
        If the share is not finite, or `decimals` is negative.

    Examples
    --------
    >>> percent(0.9912), percent(0.99999), percent(0.25, 0), percent(1e-9)
    ('99.1%', '>99.9%', '25%', '<0.1%')
    """
    # The hundredfold is exact here; as a float it would be rounded once more.
    exact = _exact(share)
    hundredfold = _quantized(_EXACT.multiply(exact, Decimal(100)), decimals)
    smallest = _unit(decimals)
    if exact < 1 and hundredfold == 100:
        return f">{100 - smallest:f}%"
    if exact > 0 and hundredfold == 0:
        return f"<{smallest:f}%"
    return _text(hundredfold) + "%"


def probability(p: SupportsFloat, decimals: int = 1) -> str:
    """Print a softmax's number: never 100% nor 0%, even where float32 has rounded it to that.

    Parameters
    ----------
    p : float
        In 0..1.
    decimals : int
        Digits after the point, at least 0.

    Returns
    -------
    str
        As "70.5%", ">99.9%" or "<0.1%".

    Examples
    --------
    >>> probability(1.0), probability(0.7049), probability(0.0)
    ('>99.9%', '70.5%', '<0.1%')
    """
    tiny = 1e-12
    return percent(min(max(float(p), tiny), 1 - tiny), decimals)


def count(n: SupportsIndex) -> str:
    """Print a whole number with a comma between groups of three digits.

    Parameters
    ----------
    n : int
        Any integer, numpy integers included.

    Returns
    -------
    str
        As "104,202".

    Raises
    ------
    TypeError
        If `n` is not an integer.

    Examples
    --------
    >>> count(3100032), count(-1200)
    ('3,100,032', '−1,200')
    """
    return f"{operator.index(n):,}".replace("-", MINUS)


def shape(sizes: Iterable[SupportsIndex]) -> str:
    """Print the shape of a tensor.

    Parameters
    ----------
    sizes : iterable of int
        Such as ``(height, width, channels)``.

    Returns
    -------
    str
        As "26 × 26 × 32".

    Examples
    --------
    >>> shape((26, 26, 32)), shape([1152])
    ('26 × 26 × 32', '1152')
    """
    return f" {TIMES} ".join(str(operator.index(size)) for size in sizes)


def addend(value: float, decimals: int = 2) -> tuple[str, str]:
    """Print a number behind another: the sign between them, and its size.

    Examples
    --------
    >>> addend(0.2), addend(-0.53), addend(-0.001)
    (('+', '0.20'), ('−', '0.53'), ('+', '0.00'))
    """
    printed = number(value, decimals)
    return (MINUS, printed[1:]) if printed.startswith(MINUS) else ("+", printed)


def bracketed(value: float, decimals: int = 2) -> str:
    """Print a number behind a sign: a negative one in brackets.

    Examples
    --------
    >>> bracketed(0.2), bracketed(-0.53)
    ('0.20', '(−0.53)')
    """
    printed = number(value, decimals)
    return f"({printed})" if printed.startswith(MINUS) else printed


def rounded(value: SupportsFloat, decimals: int = 2) -> Decimal:
    """Return what `number` prints as an exact number, to calculate with it as a person does."""
    return _quantized(_exact(value), decimals)


def adds_up(
    addends: Iterable[SupportsFloat], total: SupportsFloat, decimals: int = 2, *, share: int = 1
) -> bool:
    """Return whether the printed addends sum to the printed total, digit for digit.

    Parameters
    ----------
    addends : iterable of float
        What is added, unrounded; a one-dimensional array will do.
    total : float
        Their sum, as computed in full precision.
    decimals : int
        Digits after the point with which `number` prints them.
    share : int
        What their sum is divided by, for a mean.

    Returns
    -------
    bool
        True if a person who adds the printed numbers finds the printed total.

    Examples
    --------
    >>> adds_up([0.12, 0.34], 0.46), adds_up([0.004, 0.004], 0.008)
    (True, False)
    """
    printed = Decimal(0)
    for addend in addends:
        printed = _EXACT.add(printed, rounded(addend, decimals))
    if share != 1:
        printed = _quantized(_EXACT.divide(printed, Decimal(share)), decimals)
    return printed == rounded(total, decimals)


def multiplies(factors: Iterable[SupportsFloat], decimals: int = 2) -> bool:
    """Return whether what is printed of a product is a rounding of the printed factors' product.

    Examples
    --------
    >>> multiplies([0.5, 0.3]), multiplies([0.204, 0.224])
    (True, False)
    """
    printed, exact = Decimal(1), Decimal(1)
    for factor in factors:
        printed = _EXACT.multiply(printed, rounded(factor, decimals))
        exact = _EXACT.multiply(exact, _exact(factor))
    off = _EXACT.subtract(printed, rounded(exact, decimals))
    # In the middle between two numbers, either is right.
    return 2 * abs(off) <= _unit(decimals)


def _exact(value: SupportsFloat) -> Decimal:
    if isinstance(value, Decimal) and value.is_finite():
        return value
    as_float = float(value)
    if not math.isfinite(as_float):
        raise ValueError(f"{as_float} cannot be printed as a number: only finite values can")
    return Decimal(as_float)


def _quantized(exact: Decimal, decimals: int) -> Decimal:
    if decimals < 0:
        raise ValueError(f"{decimals} decimals were asked for: give 0 or more")
    return exact.quantize(_unit(decimals), context=_EXACT)


@cache
def _unit(decimals: int) -> Decimal:
    """Return one in the last of so many decimals."""
    return Decimal(1).scaleb(-decimals)


def _text(rounded: Decimal, plus: str = "") -> str:
    """Print a rounded decimal; `plus` goes before what is above zero."""
    prefix = MINUS if rounded < 0 else plus if rounded > 0 else ""
    return f"{prefix}{abs(rounded):f}"
