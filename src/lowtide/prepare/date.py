"""Dates: calendar parts and elapsed time, without guesses about a time that was not seen.

Two choices keep a model from going astray in the period after its training rows:

- A part of the calendar is given only when the rows fitted on span its whole cycle (a year for the month, a
  week for the weekday, ...). Within less than a cycle it would be one more name for elapsed time, and its
  values outside the span would be guesses.
- Elapsed time stops at both ends of the rows fitted on. For trees it also goes in `STEPS` steps: all later
  rows fall into the last one, so what a tree says of the future rests on at least that share of the time and
  not on the last few rows before the end.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from lowtide.prepare import cells
from lowtide.prepare.cells import DAY, NEVER, Value
from lowtide.prepare.encoder import Fitting, Shape, State
from lowtide.tables.table import Floats, Ints, Table

STEPS = 32
# Part: length of its cycle in days, number of its values.
PARTS: dict[str, tuple[float, int]] = {
    "month": (365.0, 12), "day": (31.0, 31), "weekday": (7.0, 7), "hour": (1.0, 24), "minute": (1 / 24, 60),
}  # fmt: skip
# sin and cos of whole cycles are looked up: the same bits for every row on every machine with this table.
WAVES: dict[str, Floats] = {
    part: np.array(
        [[f(2.0 * math.pi * i / size) for f in (math.sin, math.cos)] for i in range(size)] + [[0.0, 0.0]]
    )
    for part, (_, size) in PARTS.items()
}


@dataclass(frozen=True, eq=False)
class DateEncoder:
    """Calendar parts and elapsed time of one column of dates.

    Attributes
    ----------
    parts : outputs besides elapsed time: ``year``, names in `PARTS`, ``month end``.
    first, last : ends of the rows fitted on, in microseconds since 1970.
    fill : moment that stands for a missing one (linear style): the median.
    indicator : whether missing dates have an output.
    """

    kind: ClassVar[str] = "date"

    source: str
    shape: Shape
    parts: tuple[str, ...]
    first: int
    last: int
    fill: int
    indicator: bool

    @classmethod
    def fit(cls, source: str, moments: Ints, fitting: Fitting) -> tuple[DateEncoder, Floats]:
        """Fit on (n,) microseconds since 1970 (`NEVER`: missing); return encoder and (n, k) training block."""
        missing = moments == NEVER
        seen = np.sort(moments[~missing])
        first, last, fill = (int(seen[i]) for i in (0, -1, len(seen) // 2)) if len(seen) else (0, 0, 0)
        made = cls(
            source, fitting.shape, _parts(seen, fitting.shape), first, last, fill, fitting.indicator(missing)
        )
        block = np.empty((len(moments), len(made.names)))
        made.fill_rows(moments, block)
        return made, block

    @cached_property
    def names(self) -> tuple[str, ...]:
        names = [f"{self.source}: elapsed days"]
        for part in self.parts:
            waves = ("sin", "cos") if self.shape == "linear" and part in PARTS else ("",)
            names += [f"{self.source}: {part} {wave}".rstrip() for wave in waves]
        return (*names, f"{self.source} is missing") if self.indicator else tuple(names)

    @property
    def categorical(self) -> tuple[bool, ...]:
        return (False,) * len(self.names)

    def fill_rows(self, moments: Ints, out: Floats) -> None:
        """Fill ``out`` (n, k) from (n,) microseconds since 1970."""
        missing = moments == NEVER
        tree = self.shape == "tree"
        known = np.where(missing, self.fill, moments)
        out[:, 0] = self._elapsed(known)
        at = 1
        calendar = _calendar(known)
        for part in self.parts:
            values = calendar[part]
            if tree or part not in PARTS:
                out[:, at] = values
                at += 1
            else:
                size = PARTS[part][1]
                start = 1 if part in ("month", "day") else 0
                out[:, at : at + 2] = WAVES[part][np.where(missing, size, values - start)]
                at += 2
        if tree:
            out[missing, :at] = np.nan
        if self.indicator:
            out[:, at] = missing

    def _elapsed(self, known: Ints) -> Floats:
        """Days since the first row for trees, in steps; for linear models from -1 to 1."""
        span = self.last - self.first
        passed = np.minimum(np.maximum(known, self.first), self.last) - self.first
        if self.shape == "tree":
            step = span // STEPS + 1
            return (passed // step * step) / float(DAY)
        return passed / float(max(span, 1)) * 2.0 - 1.0

    def table(self, table: Table, out: Floats) -> None:
        self.fill_rows(cells.moments(table, self.source), out)

    def value(self, value: Value, out: Floats) -> None:
        self.fill_rows(np.array([cells.moment(value, self.source)], dtype=np.int64), out.reshape(1, -1))

    def state(self) -> State:
        plain = {
            "shape": self.shape, "parts": list(self.parts), "first": self.first, "last": self.last,
            "fill": self.fill, "indicator": self.indicator,
        }  # fmt: skip
        return plain, {}

    @classmethod
    def restore(
        cls, source: str, state: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]
    ) -> DateEncoder:
        first, last, fill = (int(state[name]) for name in ("first", "last", "fill"))
        parts, indicator = tuple(state["parts"]), bool(state["indicator"])
        return cls(source, state["shape"], parts, first, last, fill, indicator)


def _parts(seen: Ints, shape: Shape) -> tuple[str, ...]:
    """Choose the calendar parts that the (sorted, known) moments can tell something about."""
    if not len(seen):
        return ()
    days = (int(seen[-1]) - int(seen[0])) / DAY
    calendar = _calendar(seen)
    # 364 days from first to last see all months: a cycle counts as whole when its last part has begun.
    whole = {part: cycle * (1.0 - 1.0 / size) for part, (cycle, size) in PARTS.items()}
    parts = [part for part in PARTS if days >= whole[part] and np.ptp(calendar[part])]
    if "day" in parts:
        parts.append("month end")
    if shape == "tree" and np.ptp(calendar["year"]):
        parts.insert(0, "year")
    return tuple(parts)


def _calendar(moments: Ints) -> dict[str, Ints]:
    """Return the parts of (n,) moments; whole numbers, by numpy's proleptic Gregorian calendar."""
    moment = moments.astype("datetime64[us]")
    day, month = moment.astype("datetime64[D]"), moment.astype("datetime64[M]")
    days, months = day.astype(np.int64), month.astype(np.int64)
    within = moments - days * DAY
    return {
        "year": month.astype("datetime64[Y]").astype(np.int64) + 1970,
        "month": months % 12 + 1,
        "day": days - month.astype("datetime64[D]").astype(np.int64) + 1,
        "weekday": (days + 3) % 7,
        "hour": within // (DAY // 24),
        "minute": within // (DAY // 1440) % 60,
        "month end": (days + 1 == (month + 1).astype("datetime64[D]").astype(np.int64)).astype(np.int64),
    }
