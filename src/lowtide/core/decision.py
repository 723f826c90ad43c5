"""What to do next: which of model and rule to ship, whether rows or columns would help, what a better floor costs."""

from __future__ import annotations

import math
from typing import Any, Literal

import msgspec

from lowtide.core.rounding import Toward, finite, significant

Ship = Literal["model", "rule", "nothing"]
Verdict = Literal["above", "ahead", "level", "below", "no_floor", "no_baseline"]
RowsAnswer = Literal["help", "little", "not_measurably", "unclear", "hurt", "unknown"]
ColumnsAnswer = Literal["rows_first", "exhausted", "needed", "unclear", "unknown"]


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """An estimate with its two-sided interval (each end is a one-sided bound at the floor's confidence)."""

    value: float
    low: float
    high: float


class CurvePoint(msgspec.Struct, frozen=True, kw_only=True):
    """Score at a number of training rows: measured on held-out rows, or read off the fitted curve.

    ``far``: beyond four times the rows that there are, where nothing was checked.
    """

    rows: int
    score: float
    low: float
    high: float
    measured: bool
    far: bool = False


class LearningCurve(msgspec.Struct, frozen=True, kw_only=True):
    """How the score grows with training rows.

    Gains are in units of the metric and positive when the score improves, also for losses.

    Attributes
    ----------
    member : name of the shipped combination's heaviest member, whose curve this is.
    parts : how the smaller training sets were drawn: ``random`` rows, whole ``groups``, ``recent`` rows.
    rows : training rows of the shipped model; ``largest`` those of the largest measured training set.
    chains : number of folds or windows on which it was measured.
    points : measured, then extrapolated.
    greater_is_better : direction of the scores.
    full_data : gain from the training rows of a fold to all rows.
    last : gain from half of the largest training set to all of it, as measured.
    double, fourfold : gain from all rows to twice and to four times as many.
    limit : score without limit of rows: the curve's own end, of this kind of model on these columns.

    enough : rows from which on doubling them brings less than what is taken to be small; None beyond sixteen times the present.

    The last four are None where rows are added to the past (``recent``): an older past than the one that was measured may be
    of another kind, and in the bench such extrapolations did not hold.
    """

    member: str
    parts: str
    rows: int
    largest: int
    chains: int
    greater_is_better: bool
    points: tuple[CurvePoint, ...]
    full_data: Range
    last: Range
    double: Range | None = None
    fourfold: Range | None = None
    limit: Range | None = None
    enough: int | None = None

    def rows_for(self, score: float) -> tuple[int | None, int | None, int | None]:
        """Return the training rows at which a score is reached: by the estimate, at the soonest, at the latest.

        Read off the extrapolated points, up to eight times the present rows (beyond four times nothing was checked); None
        where it is not reached there.
        """
        ahead = [p for p in self.points if not p.measured]
        sign = 1.0 if self.greater_is_better else -1.0
        best, worst = ("high", "low") if self.greater_is_better else ("low", "high")
        found = []
        for end in ("score", best, worst):
            values = [sign * float(getattr(p, end)) for p in ahead]
            found.append(_reached([p.rows for p in ahead], values, sign * score))
        return found[0], found[1], found[2]


def _reached(rows: list[int], values: list[float], goal: float) -> int | None:
    """Return where a polygon over the logarithm of rows first reaches a goal."""
    for k, value in enumerate(values):
        if value < goal:
            continue
        if k == 0 or values[k - 1] >= value:
            return rows[k]
        part = (goal - values[k - 1]) / (value - values[k - 1])
        return math.ceil(rows[k - 1] * math.pow(rows[k] / rows[k - 1], part))
    return None


class Twins(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that are alike in every column that the model may use.

    Attributes
    ----------
    rows : rows that have at least one twin; ``share`` of all rows.
    differ : chance that a row and a random twin of it end differently (classes); None for numbers.
    spread : standard deviation of the outcome among twins, as a share of that of all rows (numbers); None for classes.
    best : score on this table of the best function of the columns that there can be: an upper bound.
    error_low, error_high : bounds of the least error rate among rows with twins (classes).
    """

    rows: int
    share: float
    differ: float | None = None
    spread: float | None = None
    best: float | None = None
    error_low: float | None = None
    error_high: float | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """The floor to be expected with ``factor`` times the data; ``low`` and ``high`` by the learning curve's interval."""

    factor: float
    units: int
    floor: float
    low: float
    high: float


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """Units in all that a floor of ``floor`` needs; None: more than sixteen times the present ones.

    ``soonest`` and ``latest`` follow the ends of the learning curve's interval.
    """

    floor: float
    units: int | None
    soonest: int | None
    latest: int | None
    far: bool = False


class FloorPrice(msgspec.Struct, frozen=True, kw_only=True):
    """What a better floor costs in data.

    Attributes
    ----------
    unit : ``rows``, ``groups`` or ``periods``; ``units`` that there are now.
    assumption : ``root`` (the distance to the floor shrinks as one over the root of the units) or ``windows`` (the spread
        between periods stays; only what is unknown about it shrinks).
    curve : the expected score was moved along the learning curve; otherwise it is taken to stay.
    """

    unit: str
    units: int
    assumption: str
    curve: bool
    steps: tuple[Step, ...]
    to_baseline: Need | None = None
    to_half: Need | None = None


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What to do next.

    Attributes
    ----------
    ship : what the honest advice is to use; ``reason`` is the stable code of why (`verdict`, or ``no_model``).
    facts : numbers behind it (``floor``, ``baseline``, ``lead``) and what the bundle holds (``bundle``: ``model`` or ``rule``).
    rows, columns : whether more of them would help.
    small : a gain below this (in units of the metric) is not worth a word.
    curve, twins, price : the evidence; ``missing`` says by code why a part of it is not there.
    seconds : time that all of this took.
    """

    ship: Ship
    reason: str
    facts: dict[str, Any] = {}
    rows: RowsAnswer = "unknown"
    columns: ColumnsAnswer = "unknown"
    small: float | None = None
    curve: LearningCurve | None = None
    twins: Twins | None = None
    price: FloorPrice | None = None
    missing: dict[str, str] = {}
    seconds: float = 0.0


def verdict(floor: object, baseline: object, lead: object, *, greater_is_better: bool) -> Verdict:
    """Say whether the model is worth more than the rule, for sure.

    Parameters
    ----------
    floor : of the model; None when there is none.
    baseline : score of the best rule under the same scheme.
    lead : lower bound of the model's lead on the same rows, when it is known.

    Returns
    -------
    Verdict
        ``above``: the floor clears the baseline, as far as the digits that are shown tell. ``ahead``: it does
        not, but on the same rows the model is better than the rule for sure (a bad month is bad for both).
    """
    low, bed, ahead = finite(floor), finite(baseline), finite(lead)
    if low is None:
        return "no_floor"
    if bed is None:
        return "no_baseline"
    toward: Toward = "down" if greater_is_better else "up"
    same = significant(low, toward=toward) == significant(bed)
    clears = (low > bed if greater_is_better else low < bed) and not same
    if ahead is not None and ahead > 0:
        return "above" if clears else "ahead"
    if clears and ahead is None:
        return "above"
    return "level" if clears or same else "below"


def advice(reason: str) -> Ship:
    """Return what to ship when this is the verdict.

    >>> advice("ahead"), advice("below"), advice("no_floor")
    ('model', 'rule', 'nothing')
    """
    if reason in ("above", "ahead", "no_baseline"):
        return "model"
    return "rule" if reason in ("level", "below", "no_model") else "nothing"
