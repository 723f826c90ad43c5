"""Which scheme, for which evidence."""

from __future__ import annotations

import numpy as np
import pytest

from lowtide.core.errors import UsageError
from lowtide.core.finding import Finding
from lowtide.core.task import Task
from lowtide.project import parse
from lowtide.splits.choose import choose, second
from lowtide.splits.hashing import group_keys
from lowtide.splits.make import make
from lowtide.splits.moments import moments
from lowtide.splits.plan import Plan
from lowtide.tables.table import Table
from tests.splits.tables import table, target

DAYS = np.datetime64("2020-01-01") + np.arange(120)


def panel() -> Table:
    """Make 20 shops on 120 days."""
    return table(
        shop=[f"점포{i % 20}" for i in range(2400)],
        day=np.repeat(DAYS, 20),
        y=np.arange(2400) % 7,
    )


def repeats(column: str, severity: str = "warning") -> Finding:
    return Finding(code="LT301", severity=severity, columns=(column,))


def dated(column: str | None, severity: str = "warning") -> Finding:
    columns = () if column is None else (column,)
    return Finding(code="LT302", severity=severity, columns=columns, facts={"time": ":order"})


def plan_of(t: Table, task: Task, *findings: Finding) -> Plan:
    plan, assumptions = choose(t, target(t.numbers("y")), task, findings)
    for assumption in assumptions:
        assert assumption.code
        parse(f'[task]\ntarget = "y"\n{assumption.setting}\n')
    keys = np.arange(len(t), dtype=np.uint64)
    groups = None if plan.group is None else group_keys(t, plan.group)
    times = None if plan.time is None else moments(t, plan.time, plan.parts)
    folds = make(plan, keys=keys, groups=groups, times=times, y=t.numbers("y"), seed=0)
    if plan.scheme != "groups+future":
        assert len(folds) == plan.folds * plan.repeats
    return plan


@pytest.mark.parametrize(
    ("findings", "scheme", "reason"),
    [
        ((), "rows", "nothing_seen"),
        ((repeats("shop"),), "groups", "repeats_seen"),
        ((dated("day"),), "future", "time_seen"),
        ((dated(None),), "future", "time_seen"),
        ((repeats("shop"), dated("day")), "future", "time_and_repeats_seen"),
        ((repeats("shop", "note"), dated("day", "note")), "rows", "nothing_seen"),
    ],
)
def test_evidence_decides(findings: tuple[Finding, ...], scheme: str, reason: str) -> None:
    plan = plan_of(panel(), Task(target="y"), *findings)
    assert (plan.scheme, plan.reason) == (scheme, reason)


@pytest.mark.parametrize(
    ("task", "scheme", "reason"),
    [
        (Task(target="y", group="shop"), "groups", "group_declared"),
        (Task(target="y", time="day"), "future", "time_declared"),
        (Task(target="y", time=":order"), "future", "time_declared"),
        (Task(target="y", time="day", group="shop"), "future", "time_and_repeats_declared"),
        (Task(target="y", time="day", group="shop", deploy="groups+future"), "groups+future", "declared"),
        (Task(target="y", time="day", group="shop", deploy="groups"), "groups", "declared"),
        (Task(target="y", deploy="rows"), "rows", "declared"),
    ],
)
def test_what_was_declared_wins(task: Task, scheme: str, reason: str) -> None:
    plan = plan_of(panel(), task, repeats("shop"))
    assert (plan.scheme, plan.reason) == (scheme, reason)


def test_a_time_that_cannot_hold_the_future_out_is_said() -> None:
    plan = plan_of(panel(), Task(target="y", horizon=1e6), dated("day"))
    assert (plan.scheme, plan.reason) == ("rows", "time_too_short")


def test_both_name_the_second_scenario_and_how_many_come_again() -> None:
    plan = plan_of(panel(), Task(target="y"), repeats("shop"), dated("day"))
    assert plan.facts["returning"] == 1.0
    other = second(plan)
    assert other is not None
    assert (other.scheme, other.group) == ("groups", "shop")
    assert second(plan_of(panel(), Task(target="y"))) is None


def test_declared_without_a_column_takes_the_evidence_even_a_note_or_says_what_to_add() -> None:
    plan, assumptions = choose(
        panel(), target(np.zeros(2400)), Task(target="y", deploy="future"), [dated("day", "note")]
    )
    assert plan.time == "day"
    assert [a.code for a in assumptions] == ["time_seen"]
    with pytest.raises(UsageError, match='add time = "COLUMN"'):
        choose(panel(), target(np.zeros(2400)), Task(target="y", deploy="future"), [])
    with pytest.raises(UsageError, match='add group = "COLUMN"'):
        choose(panel(), target(np.zeros(2400)), Task(target="y", deploy="groups"), [])


def test_nothing_is_assumed_when_everything_is_said() -> None:
    _, assumptions = choose(
        panel(), target(np.zeros(2400)), Task(target="y", deploy="groups", group="shop"), [dated("day")]
    )
    assert assumptions == ()


def test_horizon_and_gap_both_keep_training_away() -> None:
    plan = plan_of(panel(), Task(target="y", time="day", gap=2, horizon=7))
    assert plan.gap == 9


def test_columns_that_cannot_serve() -> None:
    t = table(shop=["a"] * 50, when=["soon", "later"] * 25, y=np.arange(50))
    y = target(t.numbers("y"))
    with pytest.raises(UsageError, match="two distinct values"):
        choose(t, y, Task(target="y", group="shop", deploy="groups"), [])
    with pytest.raises(UsageError, match="read as text"):
        choose(t, y, Task(target="y", time="when"), [])
    with pytest.raises(UsageError, match="Closest: 'shop'"):
        choose(t, y, Task(target="y", group="shpo"), [])
    with pytest.raises(UsageError, match="too few distinct moments"):
        choose(t, y, Task(target="y", time=":order", gap=1000), [])


def test_a_clock_of_its_own_for_each_machine_is_no_calendar() -> None:
    life = [30 + 7 * (i % 11) for i in range(40)]
    t = table(
        unit=[f"m{i}" for i, n in enumerate(life) for _ in range(n)],
        cycle=[c + 1 for n in life for c in range(n)],
        y=np.zeros(sum(life)),
    )
    plan = plan_of(t, Task(target="y"), repeats("unit"), dated("cycle"))
    assert (plan.scheme, plan.reason) == ("groups", "own_clock")


def test_windows_are_fewer_when_positives_are_few() -> None:
    t = table(y=[float(i % 40 == 0) for i in range(2000)])
    rare = choose(t, target(t.numbers("y"), "binary"), Task(target="y", time=":order"), [])[0]
    t2 = table(y=[float(i % 4 == 0) for i in range(2000)])
    common = choose(t2, target(t2.numbers("y"), "binary"), Task(target="y", time=":order"), [])[0]
    assert common.folds == 8
    assert 4 <= rare.folds < 8


def test_rows_without_a_moment_are_counted() -> None:
    days = np.repeat(DAYS, 5)
    days[::10] = np.datetime64("NaT")
    t = table(day=days, y=np.zeros(600))
    plan, assumptions = choose(t, target(np.zeros(600)), Task(target="y", time="day"), [])
    assert plan.facts["missing_time"] == 60
    assert [a.code for a in assumptions] == ["missing_time_left_out"]


def test_a_date_in_parts_is_put_together() -> None:
    hours = np.arange(0, 24 * 90, 3)
    when = np.datetime64("2019-12-01T00") + hours.astype("timedelta64[h]")
    months = when.astype("datetime64[M]").astype(int)
    t = table(
        year=1970 + months // 12,
        month=months % 12 + 1,
        day=(when.astype("datetime64[D]") - when.astype("datetime64[M]").astype("datetime64[D]")).astype(int)
        + 1,
        hour=hours % 24,
        date=when.astype("datetime64[D]"),
        y=np.zeros(len(when)),
    )
    exact = (when - np.datetime64("1970-01-01T00")).astype(float) / 24
    assert np.allclose(moments(t, "year", ("month", "day", "hour")), exact)
    assert np.allclose(moments(t, "year", ("month", "day")), np.floor(exact))
    assert np.allclose(moments(t, "date", ("hour",)), exact)
    assert moments(t, "year", ("month",))[0] == 18231
    finding = Finding(code="LT302", severity="warning", columns=("year", "month", "day", "hour"))
    plan = plan_of(t, Task(target="y"), finding)
    assert (plan.time, plan.parts, plan.folds) == ("year", ("month", "day", "hour"), 8)
    assert plan.facts["periods"] == len(when)
    assert plan.facts["time_type"] == "date"
