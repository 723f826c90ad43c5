"""LT209: a model's score of the target, left in the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lowtide.auditing import quick
from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.task import Task
from lowtide.stats.association import Floats, Ints, skill
from lowtide.tables.table import Table
from lowtide.tables.target import Target

LEAST_ROWS = 150
LEAST_VALUES = 15
LEAST_SKILL = 0.03
MOST_JUDGED = 3
SLOPES = (0.85, 1.8)
NARROW = 0.12
OFFSET = 2.5
LIKE_JOINT = 0.8
KNOWN = 0.5
MADE = 0.75
CATEGORY = 0.85
FOLDS = 3


@dataclass(frozen=True, slots=True)
class Scale:
    """A column read as an expected value of the target (or of one class).

    Attributes
    ----------
    scale : ``same``, ``share``, ``percent``, ``permille`` or ``logodds``.
    outcome : position of the class, 0 for a number.
    slope, error : of the target on the column, without any other fitting, and its standard error.
    offset : mean difference of target and column, in standard errors.
    """

    scale: str
    outcome: int
    slope: float
    error: float
    offset: float
    expected: Floats
    goal: Floats

    @property
    def explained(self) -> float:
        return float(np.corrcoef(self.expected, self.goal)[0, 1] ** 2)

    @property
    def fits(self) -> bool:
        """True when the column says how large the target is: same mean, and slope 1 (more: learned by heart)."""
        near = SLOPES[0] <= self.slope <= SLOPES[1]
        return near and self.error <= NARROW and abs(self.offset) <= OFFSET

    @property
    def exact(self) -> bool:
        """True when mean and slope agree far better than rows drawn at random could: fitted on these very rows."""
        return abs(self.slope - 1) <= 0.05 * self.error and abs(self.offset) <= 0.02


class ModelScore(Check):
    """A score is on the target's own scale, and the other columns know it far better than they know the target.

    The scale is a coincidence that no ordinary column shows: the mean of the target at each value *is* the value (for
    classes as a share, a percentage, in thousandths or as log-odds). Left alone are columns that one category
    explains (a target encoding: LT113), and the target's own past (its values are values of the target).
    """

    code = "LT209"
    cost = "model"

    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        if context.sampled < LEAST_ROWS:
            return NotApplicable(code=self.code, reason="too_few_rows", facts={"rows": context.sampled})
        out = context.accused()
        names = tuple(n for n in context.features if n not in out)
        fitting = {n: s for n in names if (s := _scale(context, n)) is not None}
        history = [n for n in fitting if _past(context, n)]
        found = []
        for name in sorted(fitting, key=lambda n: (-fitting[n].explained, n))[:MOST_JUDGED]:
            # Lags and their means share the target's unit: beside one lag the others prove nothing.
            if history or _one_category(context, name, names):
                continue
            others = tuple(n for n in names if n != name and not _same(context, n, name))
            facts = _judge(context, name, fitting[name], others)
            if facts is not None:
                severity = facts.pop("severity")
                found.append(
                    Finding(
                        code=self.code, severity=severity, columns=(name,), facts=facts, remedy="drop_columns"
                    )
                )
        return found


def _scales(context: Context, values: Floats) -> list[tuple[str, Floats]]:
    """Return the ways in which numbers can be read as probabilities."""
    low, high = float(values.min()), float(values.max())
    if low < 0:
        return [("logodds", 1.0 / (1.0 + np.exp(-np.clip(values, -30, 30))))]
    if high <= 1 + 1e-9:
        return [("share", values)]
    return (
        [("percent", values / 100)] if high <= 100 else [("permille", values / 1000)] if high <= 1000 else []
    )


def _scale(context: Context, name: str) -> Scale | None:
    """Return the reading of a column under which it fits the target best, or ``None``."""
    view = context.view(name)
    if view.values is None or view.type != "number" or view.distinct < LEAST_VALUES:
        return None
    known = np.isfinite(view.values)
    if known.sum() < LEAST_ROWS or not context.alone(name).real:
        return None
    values, y = view.values[known], context.y[known]
    classes = len(context.target.classes)
    if classes == 0:
        readings = [("same", 0, values, y)]
    else:
        readings = [
            (scale, k, read, (y == k).astype(np.float64))
            for scale, read in _scales(context, values) for k in range(classes)
        ]  # fmt: skip
    fitting = [
        s for s in (_read(*r) for r in readings)
        if s is not None and s.fits and s.explained >= LEAST_SKILL
    ]  # fmt: skip
    if not fitting:
        return None
    return max(fitting, key=lambda s: s.explained)


def _read(scale: str, outcome: int, expected: Floats, goal: Floats) -> Scale | None:
    n = len(goal)
    centred = expected - expected.mean()
    size = float((centred**2).sum())
    if size <= 0 or np.ptp(goal) == 0:
        return None
    slope = float(centred @ goal) / size
    left = goal - goal.mean() - slope * centred
    # Errors that hold when rows scatter unevenly (White 1980).
    error = float(np.sqrt(((centred * left) ** 2).sum())) / size
    gap = goal - expected
    offset = float(gap.mean()) / max(float(gap.std()) / n**0.5, 1e-300)
    return Scale(scale, outcome, slope, error, offset, expected, goal)


def _past(context: Context, name: str) -> bool:
    """True when the values of a column are values of the target, as spread as the target is: its own past."""
    view = context.view(name)
    if context.target.kind != "regression" or view.values is None:
        return False
    values = view.values[np.isfinite(view.values)]
    wide = float(values.var()) >= 0.9 * float(context.y.var())
    return wide and float(np.isin(values, context.y).mean()) >= 0.7


def _same(context: Context, one: str, other: str) -> bool:
    """True when two columns are the same numbers in other units: they must not vouch for each other."""
    a, b = context.view(one).values, context.view(other).values
    if a is None or b is None:
        return False
    rows = context.model_rows
    both = np.isfinite(a[rows]) & np.isfinite(b[rows])
    x, z = a[rows][both], b[rows][both]
    if len(x) < 30 or x.std() == 0 or z.std() == 0:
        return False
    return bool(abs(np.corrcoef(x, z)[0, 1]) >= 0.9999)


def _one_category(context: Context, name: str, names: tuple[str, ...]) -> bool:
    """True when one category of few levels explains the column: an encoding of it, not a score of the row."""
    values = context.view(name).values
    assert values is not None
    known = np.isfinite(values)
    whole = float(values[known].var()) * known.sum()
    for other in names:
        view = context.view(other)
        if other == name or view.distinct < 2 or (view.values is not None and view.distinct > 60):
            continue
        bins = view.bins[known]
        number = np.bincount(bins).astype(np.float64)
        if np.sum(number > 0) > known.sum() / 5:
            continue
        total = np.bincount(bins, weights=values[known])
        between = (
            float((total**2 / np.maximum(number, 1)).sum()) - float(values[known].sum()) ** 2 / known.sum()
        )
        if between >= CATEGORY * whole:
            return True
    return False


def _fold(context: Context, rows: Ints) -> Ints:
    return np.asarray(context.fold[rows] % FOLDS)


def _judge(context: Context, name: str, scale: Scale, others: tuple[str, ...]) -> dict[str, Any] | None:
    values = context.view(name).values
    assert values is not None
    rows = context.model_rows[np.isfinite(values[context.model_rows])]
    chosen = context.for_model(others)
    if len(rows) < LEAST_ROWS or not chosen:
        return None
    matrix, fold = context.matrix(chosen, rows), _fold(context, rows)
    tables = {j: context.view(n).bins[rows] for j, n in enumerate(chosen) if context.view(n).values is None}

    def told(goal: Floats, with_target: bool = False) -> float:
        columns = np.column_stack([matrix, context.y[rows]]) if with_target else matrix
        guess = quick.out_of_fold(columns, goal[:, None], fold, FOLDS, context.seed, classes=0, tables=tables)
        return skill(goal[:, None], guess)

    goal = (
        context.y[rows]
        if not context.target.classes
        else (context.y[rows] == scale.outcome).astype(np.float64)
    )
    of_target = max(told(goal), 0.0)
    of_score = told(values[rows])
    if scale.explained < LIKE_JOINT * of_target or of_score < max(KNOWN, of_target):
        return None
    if scale.scale == "logodds" and scale.explained < 0.8 * of_target:
        return None  # centred numbers look like log-odds more easily
    with_target = told(values[rows], with_target=True)
    if max(of_score, with_target) < MADE:
        return None
    heart = scale.explained >= of_target + 0.25 * (1 - of_target) and 1 - with_target <= 0.6 * (1 - of_score)
    facts: dict[str, Any] = {
        "variant": "by_heart" if heart else "score", "severity": "error" if heart or scale.exact else "question",
        "scale": scale.scale, "slope": scale.slope, "slope_error": scale.error, "offset": scale.offset,
        "explains": scale.explained, "others_explain": of_target, "others_know_it": of_score,
        "fitted_on_these_rows": heart or scale.exact, "rows_looked_at": len(rows),
    }  # fmt: skip
    if context.target.classes:
        facts["outcome"] = context.target.classes[scale.outcome]
    return facts
