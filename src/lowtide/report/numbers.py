"""Numbers as a reader wants them: thousands marks, three significant digits, percent."""

from __future__ import annotations

from decimal import Decimal

from lowtide.core.rounding import ROUNDING, UNKNOWN, Toward, finite, significant

__all__ = [
    "UNKNOWN", "Toward", "any_number", "count", "difference", "finite", "parsed", "percent", "significant",
]  # fmt: skip


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
    exact = Decimal(f"{number * 100:.9f}").quantize(scale, rounding=ROUNDING[toward])
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
