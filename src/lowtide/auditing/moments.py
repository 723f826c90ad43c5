"""Which column says when a row happened? Dates, or year/month/day/hour columns put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lowtide.auditing import words
from lowtide.stats.association import Floats

if TYPE_CHECKING:
    from lowtide.auditing.context import Context

FILLED = 0.8


@dataclass(frozen=True, slots=True)
class Moment:
    """A time for every row.

    Attributes
    ----------
    columns : the date column, or the parts from year to hour.
    when : (n,) days of the sampled rows, NaN unknown (parts: days since 1970, unknown parts at their start).
    clear : no other date comes after it, so it is the row's own moment.
    """

    columns: tuple[str, ...]
    when: Floats
    clear: bool
    others: tuple[str, ...] = ()

    @property
    def span(self) -> float:
        return float(np.nanmax(self.when) - np.nanmin(self.when))

    @property
    def periods(self) -> int:
        return len(np.unique(self.when[~np.isnan(self.when)]))


def find_moment(context: Context) -> Moment | None:
    """Return the moment of the rows, or ``None`` when no column tells it."""
    declared = context.task.time
    if declared is not None and declared in context.table.names:
        return Moment((declared,), _days(context, declared), True)
    accused = context.accused()
    found = [m for m in (*_dates(context), *_parts(context)) if not accused & set(m.columns)]
    found = [m for m in found if np.mean(~np.isnan(m.when)) >= FILLED and m.periods >= 3]
    if not found:
        return None
    birth = [m for m in found if not words.says(m.columns[0], words.BIRTH, words.BIRTH_KO)]
    return _latest(birth) if birth else None


def _latest(found: list[Moment]) -> Moment:
    """Return the one that is never earlier than the others (in 98 of 100 rows); else the latest on average."""
    found = sorted(found, key=lambda m: (-round(float(np.nanmean(m.when)), 6), -m.periods, m.columns))
    best = found[0]
    clear = True
    for other in found[1:]:
        both = ~np.isnan(best.when) & ~np.isnan(other.when)
        # A year alone stands for its first day: compare at the coarser of the two.
        grain = 366.0 if (len(best.columns) == 1 and _is_year(best)) or _is_year(other) else 1.0
        later = np.floor(best.when[both] / grain) >= np.floor(other.when[both] / grain)
        clear &= bool(both.any()) and float(later.mean()) >= 0.98
    return Moment(best.columns, best.when, clear, tuple(m.columns[0] for m in found[1:]))


def _is_year(moment: Moment) -> bool:
    return len(moment.columns) == 1 and bool(
        np.all(np.abs(np.diff(np.unique(moment.when[~np.isnan(moment.when)]))) > 300)
    )


def _days(context: Context, name: str) -> Floats:
    view = context.view(name)
    if view.values is None:
        return view.codes.astype(np.float64)
    if view.type == "number" and _years(view.values):
        return from_parts(view.values, None, None, None)
    return view.values


def _years(values: Floats) -> bool:
    known = values[~np.isnan(values)]
    return len(known) > 0 and bool(np.all((known >= 1700) & (known <= 2150) & (known == np.floor(known))))


def _dates(context: Context) -> list[Moment]:
    found = []
    for name in context.candidates:
        view = context.view(name)
        if view.type != "date" or view.values is None:
            continue
        when: Floats = view.values
        columns: tuple[str, ...] = (name,)
        if np.all(np.isnan(when) | (when == np.floor(when))):
            hour = _part(context, words.HOUR, words.HOUR_KO, 0, 24, set())
            if hour is not None:
                hours = context.view(hour).values
                assert hours is not None
                when, columns = when + np.nan_to_num(hours) / 24.0, (name, hour)
        found.append(Moment(columns, when, True))
    return found


def _parts(context: Context) -> list[Moment]:
    """Return moments made of a year column and, when there are, its month, day and hour."""
    found = []
    for name in context.candidates:
        view = context.view(name)
        if view.type != "number" or view.values is None or not _years(view.values):
            continue
        if not words.says(name, words.YEAR, words.YEAR_KO):
            continue
        about = set(words.tokens(name)) - words.YEAR
        month = _part(context, words.MONTH, words.MONTH_KO, 1, 12, about)
        day = _part(context, words.DAY, words.DAY_KO, 1, 31, about) if month else None
        hour = _part(context, words.HOUR, words.HOUR_KO, 0, 24, about) if day else None
        parts = [None if p is None else context.view(p).values for p in (month, day, hour)]
        columns = tuple(c for c in (name, month, day, hour) if c is not None)
        found.append(Moment(columns, from_parts(view.values, *parts), True))
    return found


def _part(
    context: Context, english: frozenset[str], korean: tuple[str, ...], low: int, high: int, about: set[str]
) -> str | None:
    """Return the column that is this part of the date: by name, by range, and about the same thing."""
    for name in context.candidates:
        view = context.view(name)
        if not view.whole or view.values is None or view.distinct < 2:
            continue
        inside = np.nanmin(view.values) >= low and np.nanmax(view.values) <= high
        said = set(words.tokens(name)) & english or any(name.strip().endswith(k) for k in korean)
        if inside and said and about <= set(words.tokens(name)):
            return name
    return None


def from_parts(year: Floats, month: Floats | None, day: Floats | None, hour: Floats | None) -> Floats:
    known = ~np.isnan(year)
    for part in (month, day, hour):
        if part is not None:
            known &= ~np.isnan(part)
    out = np.full(len(year), np.nan)
    months = (year[known] - 1970) * 12 + (0 if month is None else month[known] - 1)
    days = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.float64)
    out[known] = days + (0 if day is None else day[known] - 1) + (0 if hour is None else hour[known] / 24.0)
    return out
