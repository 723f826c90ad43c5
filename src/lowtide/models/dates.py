"""Write a moment by a strptime format, in English on any platform and locale."""

from __future__ import annotations

import re
from datetime import datetime

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def write_date(moment: datetime, form: str | None) -> str:
    """Return ``moment`` as text; ISO when there is no format.

    >>> write_date(datetime(2024, 3, 9, 18, 5), "%d-%b-%y %I:%M %p")
    '09-Mar-24 06:05 PM'
    """
    if form is None:
        return moment.isoformat()
    parts = {
        "Y": f"{moment.year:04d}",
        "y": f"{moment.year % 100:02d}",
        "m": f"{moment.month:02d}",
        "d": f"{moment.day:02d}",
        "b": MONTHS[moment.month - 1],
        "B": MONTHS[moment.month - 1],
        "H": f"{moment.hour:02d}",
        "I": f"{(moment.hour - 1) % 12 + 1:02d}",
        "M": f"{moment.minute:02d}",
        "S": f"{moment.second:02d}",
        "f": f"{moment.microsecond:06d}",
        "p": "AM" if moment.hour < 12 else "PM",
        "z": "Z",
        "a": WEEKDAYS[moment.weekday()],
        "A": WEEKDAYS[moment.weekday()],
        "%": "%",
    }
    return re.sub(r"%(.)", lambda found: parts.get(found[1], found[0]), form)
