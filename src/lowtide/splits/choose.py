"""Which scheme: what was declared, otherwise the worst that the evidence supports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lowtide.core.errors import UsageError
from lowtide.core.finding import Fact, Finding, Severity
from lowtide.core.task import Assumption, Scheme, Task
from lowtide.splits.hashing import group_keys
from lowtide.splits.moments import moments
from lowtide.splits.plan import ORDER, Plan
from lowtide.splits.windows import windows
from lowtide.tables.table import Floats, Ints, Table
from lowtide.tables.target import Target

REPEATING = "LT301"
TIME_ORDER = "LT302"

FOLDS = 5
MOST_WINDOWS, FEWEST_WINDOWS = 8, 4
# A window must let its score be told from noise, if only roughly.
WINDOW_ROWS, WINDOW_POSITIVES = 30, 10
# Late rows of entities met before, above which the same entities are expected in the future too.
RETURNING = 0.5


@dataclass(frozen=True, slots=True)
class _Groups:
    """The column of the entity, whether a person named it, and its keys."""

    column: str
    given: bool
    values: Ints
    count: int


@dataclass(frozen=True, slots=True)
class _Times:
    """The column of the moment, whether a person named it, and its values."""

    column: str
    given: bool
    values: Floats
    kind: str
    parts: tuple[str, ...] = ()


def choose(
    table: Table, target: Target, task: Task, findings: Sequence[Finding]
) -> tuple[Plan, tuple[Assumption, ...]]:
    """Decide how held-out data is made.

    ``task.deploy``, ``task.group`` and ``task.time`` win. Otherwise findings of severity ``warning`` or
    worse decide: ``LT301`` (an entity repeats) asks for ``groups``, ``LT302`` (time order) for
    ``future``; with both, ``future`` is the headline and ``groups`` the second scenario (see `second`),
    unless the time only counts within each entity. ``groups+future`` is used only when declared.

    Returns
    -------
    plan, assumptions : each assumption carries the line of ``lowtide.toml`` that changes it.

    Raises
    ------
    UsageError
        When the declared scheme has no column, or the column cannot serve it.
    """
    group = _group(table, task, findings, asked=task.deploy in ("groups", "groups+future"))
    time = _time(table, task, findings, asked=task.deploy in ("future", "groups+future"))
    facts: dict[str, Fact] = {"rows": len(table)}
    if group is not None:
        facts |= {"groups": group.count, "missing_group": int((group.values < 0).sum())}
    if time is not None:
        known = time.values[np.isfinite(time.values)]
        facts |= {
            "time_type": time.kind,
            "periods": len(np.unique(known)),
            "missing_time": len(time.values) - len(known),
        }
    if task.deploy is not None:
        scheme, reason = task.deploy, "declared"
        _check_declared(scheme, group, time)
    else:
        scheme, reason = _worst(group, time, target, task, facts)
    plan = Plan(
        scheme=scheme,
        group=group.column if group else None,
        time=time.column if time else None,
        reason=reason,
        facts=facts,
        parts=time.parts if time else (),
    )
    plan = _sized(plan, target, task, group, time)
    return plan, _assumptions(plan, task, group, time)


def second(plan: Plan) -> Plan | None:
    """Return the plan of the second scenario (``facts["second"]``), or None when there is none."""
    if plan.facts.get("second") != "groups" or plan.group is None:
        return None
    count = plan.facts.get("groups")
    folds = min(FOLDS, count) if isinstance(count, int) else FOLDS
    return replace(plan, scheme="groups", folds=folds, repeats=1, gap=0.0, reason="second")


def _worst(
    group: _Groups | None, time: _Times | None, target: Target, task: Task, facts: dict[str, Fact]
) -> tuple[Scheme, str]:
    """Return scheme and reason when no scheme was declared; adds what it measured to ``facts``."""
    groups_fit = group is not None and group.count >= 2
    if time is not None and not _windows(time.values, target, _gap(task)):
        if time.given:
            raise UsageError(
                f"The time column {time.column!r} has too few distinct moments before and after the gap "
                f'({_gap(task):g}) to test on the future: set a smaller gap, or deploy = "rows".'
            )
        facts["time_unusable"] = time.column
        time = None
    if group is not None and groups_fit and time is not None:
        facts["returning"] = _returning(group.values, time.values)
        if not time.given and _own_clock(group.values, time.values):
            return "groups", "own_clock"
        facts["second"] = "groups"
        if time.given:
            return "future", "time_and_repeats_declared" if group.given else "time_declared"
        return "future", "time_and_repeats_seen"
    if time is not None:
        return "future", "time_declared" if time.given else "time_seen"
    if group is not None and groups_fit:
        return "groups", "group_declared" if group.given else "repeats_seen"
    return "rows", "time_too_short" if "time_unusable" in facts else "nothing_seen"


def _check_declared(scheme: Scheme, group: _Groups | None, time: _Times | None) -> None:
    if scheme in ("groups", "groups+future"):
        if group is None:
            raise UsageError(
                f'deploy = "{scheme}" needs the column of the entity: add group = "COLUMN" to [task] '
                "(or --group COLUMN)."
            )
        if group.count < 2:
            raise UsageError(
                f'deploy = "{scheme}" needs at least two distinct values in the group column {group.column!r}.'
            )
    if scheme in ("future", "groups+future") and time is None:
        raise UsageError(
            f'deploy = "{scheme}" needs the column of the moment: add time = "COLUMN" to [task] '
            f'(or --time COLUMN); time = "{ORDER}" means the order of the rows.'
        )


def _sized(plan: Plan, target: Target, task: Task, group: _Groups | None, time: _Times | None) -> Plan:
    """Set folds and gap by the number of rows, groups, positives and moments."""
    if plan.by_time and time is not None:
        gap = _gap(task)
        found = _windows(time.values, target, gap)
        if not found:
            raise UsageError(
                f"No test window can be cut from the time column {time.column!r} with a gap of {gap:g}: "
                "it has too few distinct moments. Set a smaller gap, or another deploy."
            )
        return replace(plan, folds=found, repeats=1, gap=gap)
    # One repeat: the mean of several predictions is better than the model that is shipped (docs/decisions/floor.md).
    folds = min(FOLDS, group.count) if plan.scheme == "groups" and group is not None else FOLDS
    return replace(plan, folds=folds, repeats=1)


def _gap(task: Task) -> float:
    """Pause plus outcome window: a label may train only when it was known before the test begins."""
    return (task.gap or 0.0) + (task.horizon or 0.0)


def _windows(times: Floats, target: Target, gap: float) -> int:
    """Return the largest number of windows, 8 down to 4, that each have enough; fewer if need be."""
    usable = np.isfinite(target.y) & np.isfinite(times)
    times, y = times[usable], target.y[usable]
    for count in range(MOST_WINDOWS, FEWEST_WINDOWS - 1, -1):
        found = windows(times, count, gap)
        if len(found) == count and all(
            _enough(y[(times >= w.start) & (times <= w.stop)], target.kind) for w in found
        ):
            return count
    return len(windows(times, FEWEST_WINDOWS, gap))


def _enough(y: Floats, kind: str) -> bool:
    if len(y) < WINDOW_ROWS:
        return False
    if kind == "binary":
        ones = float(y.sum())
        return min(ones, len(y) - ones) >= WINDOW_POSITIVES
    return True


def _group(table: Table, task: Task, findings: Sequence[Finding], *, asked: bool) -> _Groups | None:
    column = task.group
    given = column is not None
    if column is None:
        finding = _seen(findings, REPEATING, asked)
        column = finding.columns[0] if finding is not None and finding.columns else None
    if column is None:
        return None
    table.column(column)
    keys = group_keys(table, column)
    return _Groups(column, given, keys, len(np.unique(keys[keys >= 0])))


def _time(table: Table, task: Task, findings: Sequence[Finding], *, asked: bool) -> _Times | None:
    column = task.time
    given = column is not None
    parts: tuple[str, ...] = ()
    if column is None:
        finding = _seen(findings, TIME_ORDER, asked)
        if finding is not None:
            column, *finer = finding.columns or (ORDER,)
            parts = tuple(finer)
    if column is None:
        return None
    kind = "order"
    if column != ORDER:
        kind = table.column(column).type
        if kind == "text":
            if not given or task.deploy in ("rows", "groups"):
                return None
            raise UsageError(
                f"The time column {column!r} was read as text. Say how its dates are written: "
                f"date_format in [columns.{column!r}] of lowtide.toml."
            )
    return _Times(column, given, moments(table, column, parts), "date" if parts else kind, parts)


def _seen(findings: Sequence[Finding], code: str, asked: bool) -> Finding | None:
    """Return the worst finding of ``code``; notes count only when its scheme was declared."""
    least = Severity.note if asked else Severity.warning
    found = [f for f in findings if f.code == code and f.level >= least and f.answer != "drop"]
    return max(found, key=lambda f: f.level, default=None)


def _returning(groups: Ints, times: Floats) -> float:
    """Return the share of the last 30 % of the rows whose entity was met before them."""
    known = np.isfinite(times) & (groups >= 0)
    if not known.any():
        return 0.0
    start = float(np.quantile(times[known], 0.7))
    late, early = known & (times >= start), known & (times < start)
    return float(np.isin(groups[late], groups[early]).mean()) if late.any() else 0.0


def _own_clock(groups: Ints, times: Floats) -> bool:
    """Tell whether the time counts from the beginning of each entity (cycles of a machine, say).

    Such a clock begins at about 0 or 1 for nearly every entity and ends at different values: the
    future of one entity then is the past of another, and new data means new entities.
    """
    known = np.isfinite(times) & (groups >= 0)
    codes, inverse = np.unique(groups[known], return_inverse=True)
    if len(codes) < 5:
        return False
    first = np.full(len(codes), np.inf)
    last = np.full(len(codes), -np.inf)
    np.minimum.at(first, inverse, times[known])
    np.maximum.at(last, inverse, times[known])
    span = float(last.max() - first.min())
    from_start = float(((first >= -0.02 * span) & (first <= max(1.0, 0.02 * span))).mean())
    return span > 0 and from_start >= 0.9 and float(np.std(last)) > 0.05 * span


def _assumptions(
    plan: Plan, task: Task, group: _Groups | None, time: _Times | None
) -> tuple[Assumption, ...]:
    """Return what nobody said, each with the line that changes it."""
    made = []
    if task.deploy is None and plan.reason not in ("group_declared", "time_declared"):
        setting = 'deploy = "rows"'
        if plan.scheme == "rows":
            # Whoever knows of a time or an entity that was not seen can name it.
            setting = 'time = "COLUMN"'
        elif plan.facts.get("second") == "groups":
            setting = 'deploy = "groups"'
        facts: dict[str, str | int | float | bool | None] = {
            "scheme": plan.scheme,
            "reason": plan.reason,
            "group": plan.group,
            "time": plan.time,
        }
        for name in ("groups", "periods", "returning"):
            value = plan.facts.get(name)
            if isinstance(value, (int, float)):
                facts[name] = value
        made.append(Assumption(code=f"split_{plan.reason}", facts=facts, setting=setting))
    if task.deploy is not None and plan.by_group and group is not None and not group.given:
        made.append(Assumption(code="group_seen", facts={"group": group.column}, setting='group = "COLUMN"'))
    if task.deploy is not None and plan.by_time and time is not None and not time.given:
        made.append(Assumption(code="time_seen", facts={"time": time.column}, setting='time = "COLUMN"'))
    missing = plan.facts.get("missing_time")
    if plan.by_time and isinstance(missing, int) and missing:
        made.append(
            Assumption(
                code="missing_time_left_out",
                facts={"time": plan.time, "rows": missing},
                setting='deploy = "rows"',
            )
        )
    return tuple(made)
