"""Was the documented leak found, and how far up?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.leaks.documented.spec import Leak
from bench.leaks.raised import Raised

FIRST = 3
"""A finding counts when at most this many things were raised up to and including it."""

_ABOUT = {
    "column": ("column",),
    "set": ("column",),
    "group": ("group", "site"),
    "site": ("site", "group"),
    "time": ("time", "order"),
    "order": ("order", "time"),
    "duplicates": ("duplicates", "overlap"),
    "overlap": ("overlap",),
    "drift": ("drift",),
    "immature": ("immature",),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far up the leak was named (1 is first; None: not at all), and at what level."""

    rank: int | None
    level: str | None = None

    @property
    def found(self) -> bool:
        return self.rank is not None and self.rank <= FIRST


def judge(leak: Leak, raised: Sequence[Raised]) -> Verdict:
    """Compare a documented leak with what a tool raised, in the tool's order.

    Errors and questions count. Where the rows hang together the remedy is another split, which lowtide calls a
    warning: there warnings count, of every tool. What the tool itself calls a note never counts.
    """
    rows = leak.topic not in ("column", "set")
    counted = [r for r in raised if r.level in ("error", "question") or (rows and r.level == "warning")]
    wanted = _ABOUT[leak.topic]
    if leak.topic == "set":
        return _set(leak, [r if r.about in wanted else None for r in counted])
    for place, one in enumerate(counted, 1):
        names = set(one.columns) & set(leak.columns)
        nameless = rows and (not leak.columns or not one.columns)
        if one.about in wanted and (names or nameless):
            return Verdict(place, one.level)
    return Verdict(None)


def _set(leak: Leak, counted: list[Raised | None]) -> Verdict:
    """Every column of the set must be named, by one finding or by several; the first naming gives the rank."""
    left = set(leak.columns)
    first: tuple[int, str] | None = None
    for place, one in enumerate(counted, 1):
        if one is None or not left & set(one.columns):
            continue
        left -= set(one.columns)
        first = first or (place, one.level)
    return Verdict(*first) if first is not None and not left else Verdict(None)
