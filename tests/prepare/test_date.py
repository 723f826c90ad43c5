"""Dates: calendar parts with a whole cycle behind them, and elapsed time that stops where the rows end."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lowtide.prepare import fit, fit_transform
from lowtide.prepare.date import STEPS, _calendar
from tests.prepare.build import make


def _hours(start: datetime, count: int, step: float = 1.0) -> list[datetime]:
    return [start + timedelta(hours=step * i) for i in range(count)]


@given(st.datetimes())
def test_calendar_is_that_of_the_standard_library(moment: datetime) -> None:
    micros = (moment - datetime(1970, 1, 1)) // timedelta(microseconds=1)
    parts = {name: int(values[0]) for name, values in _calendar(np.array([micros])).items()}
    assert parts == {
        "year": moment.year, "month": moment.month, "day": moment.day, "weekday": moment.weekday(),
        "hour": moment.hour, "minute": moment.minute,
        "month end": int(moment.day == calendar.monthrange(moment.year, moment.month)[1]),
    }  # fmt: skip


def test_parts_need_their_whole_cycle() -> None:
    def names(dates: list[datetime]) -> list[str]:
        found = fit(make({"d": dates}, {"d": "date"}), ["d"], style="tree").names
        return [name.removeprefix("d: ") for name in found]

    start = datetime(2021, 1, 1)
    assert names(_hours(start, 500, 24.0)) == ["elapsed days", "year", "month", "day", "weekday", "month end"]
    assert "month" in names(_hours(start, 365, 24.0)) and "month" not in names(_hours(start, 330, 24.0))
    assert names(_hours(start, 90, 24.0)) == ["elapsed days", "day", "weekday", "month end"]
    assert names(_hours(start, 100)) == ["elapsed days", "hour"]
    assert names(_hours(start, 300)) == ["elapsed days", "weekday", "hour"]
    assert names([start] * 9) == ["elapsed days"]


def test_the_future_is_the_last_step() -> None:
    dates = _hours(datetime(2020, 1, 1), 1000, 24.0)
    for style in ("tree", "linear"):
        table = make({"d": dates}, {"d": "date"})
        prepared, matrix = fit_transform(table, ["d"], style=style)  # type: ignore[arg-type]
        later = prepared.transform_row({"d": datetime(2099, 1, 1)})[0]
        assert later == matrix[:, 0].max()
        assert prepared.transform_row({"d": datetime(1900, 1, 1)})[0] == matrix[:, 0].min()
        if style == "tree":
            assert len(np.unique(matrix[:, 0])) == STEPS
            assert (matrix[:, 0] == later).mean() >= 0.9 / STEPS


def test_linear_waves_and_missing() -> None:
    dates: list[datetime | None] = [*_hours(datetime(2020, 1, 1), 800, 24.0), *([None] * 9)]
    prepared, matrix = fit_transform(make({"d": dates}, {"d": "date"}), ["d"], style="linear")
    assert {"d: month sin", "d: month cos", "d: weekday sin", "d is missing"} <= set(prepared.names)
    assert np.isfinite(matrix).all() and np.abs(matrix).max() <= 1.0
    sin, cos = (prepared.names.index(f"d: month {wave}") for wave in ("sin", "cos"))
    assert matrix[-1, [sin, cos]].tolist() == [0.0, 0.0]
    april = prepared.transform_row({"d": datetime(2021, 4, 9)})
    np.testing.assert_allclose(april[[sin, cos]], [1.0, 0.0], atol=1e-15)


def test_zones_are_taken_in_utc() -> None:
    table = make({"d": _hours(datetime(2020, 1, 1), 300)}, {"d": "date"})
    prepared = fit(table, ["d"], style="tree")
    here = datetime(2020, 1, 5, 18, tzinfo=timezone(timedelta(hours=9)))
    there = here.astimezone(UTC)
    naive = datetime(2020, 1, 5, 9)
    for value in (there, here):
        assert prepared.transform_row({"d": value}).tolist() == prepared.transform_row({"d": naive}).tolist()
