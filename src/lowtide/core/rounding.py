"""Numbers as they are promised: a few significant digits, rounded to the bad side."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Literal

Toward = Literal["near", "down", "up"]
ROUNDING = {"near": ROUND_HALF_EVEN, "down": ROUND_FLOOR, "up": ROUND_CEILING}
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
    exact = Decimal(f"{number:.11e}").quantize(Decimal(1).scaleb(-decimals), rounding=ROUNDING[toward])
    return f"{exact:,.{max(0, decimals)}f}"
