"""Numbers as a reader wants them: thousands marks, three significant digits, percent."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Literal

Toward = Literal["near", "down", "up"]
_ROUNDING = {"near": ROUND_HALF_EVEN, "down": ROUND_FLOOR, "up": ROUND_CEILING}
UNKNOWN = "?"


def finite(value: object) -> float | None:
    """Return a number as float, and None for anything that cannot be drawn or told (None, NaN, infinite)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def significant(value: object, digits: int = 3, toward: Toward = "near") -> str:
    """Return ``value`` with ``digits`` significant digits.

    ``toward`` rounds a promise to its bad side, so that the page never promises more than was computed.
    Whole numbers keep all their digits up to 999,999.

    >>> significant(0.83849), significant(0.8389, toward="down"), significant(12345.6), significant(41)
    ('0.838', '0.838', '12,300', '41')
    """
    number = finite(value)
    if number is None:
        return UNKNOWN
    if number == 0:
        return "0"
    if isinstance(value, int) and abs(value) < 1_000_000:
        return f"{value:,}"
    exponent = math.floor(math.log10(abs(number)))
    if not -5 < exponent < 15:
        return f"{number:.{digits - 1}e}"
    decimals = digits - 1 - exponent
    # Binary noise beyond the twelfth digit must not push a directed rounding one step on.
    exact = Decimal(f"{number:.11e}").quantize(Decimal(1).scaleb(-decimals), rounding=_ROUNDING[toward])
    return f"{exact:,.{max(0, decimals)}f}"


def parsed(told: str) -> float | None:
    """Return the number that a told score begins with; None when it does not begin with one.

    >>> parsed("1,230 KRW"), parsed("none")
    (1230.0, None)
    """
    try:
        return finite(float(told.split(" ", 1)[0].replace(",", "")))
    except ValueError:
        return None


def difference(value: object, digits: int = 2) -> str:
    """Return a difference with a few significant digits and no idle zeros.

    >>> difference(0.0071), difference(0.1198), difference(58.7), difference(0.30)
    ('0.0071', '0.12', '59', '0.3')
    """
    text = significant(finite(value), digits)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def percent(value: object, toward: Toward = "near") -> str:
    """Return a share as percent, with a decimal only near the ends.

    >>> percent(0.034), percent(0.5), percent(0.9731), percent(1)
    ('3.4%', '50%', '97.3%', '100%')
    """
    number = finite(value)
    if number is None:
        return UNKNOWN
    if abs(number) > 1e6:
        return f"{significant(number * 100)}%"
    near_an_end = abs(number) < 0.1 or 0.9 < abs(number) < 1
    scale = Decimal("0.1") if near_an_end else Decimal(1)
    exact = Decimal(f"{number * 100:.9f}").quantize(scale, rounding=_ROUNDING[toward])
    text = f"{exact:,f}"
    return (text[:-2] if text.endswith(".0") else text) + "%"


def count(value: object) -> str:
    """Return a whole number with thousands marks."""
    number = finite(value)
    return UNKNOWN if number is None else f"{round(number):,}"


def any_number(value: int | float) -> str:
    """Return a number of unknown meaning: whole numbers whole, others with three significant digits."""
    number = finite(value)
    if number is None:
        return UNKNOWN
    if number == round(number) and abs(number) < 1e15:
        return f"{round(number):,}"
    return significant(number) if abs(number) < 1000 else f"{number:,.0f}"
