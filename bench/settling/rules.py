"""Rules that raise an alarm: lowtide's, and those that are in use. Each returns after how many outcomes, or None."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.special import ndtri

from lowtide.metrics import get
from lowtide.settlement.judge import Promise, evidence, judge
from lowtide.settlement.rows import Rows

Floats = np.ndarray
DAY, WEEK = 20, 140  # outcomes
BURN_IN = 30  # looks at fewer outcomes are not taken seriously by the other rules


@dataclass(frozen=True, slots=True)
class Case:
    """A stream beside a promise; ``short`` (n,) is by how much each row falls short (None for AUC).

    ``seen`` keeps what several rules look at.
    """

    metric: str
    floor: float
    y: Floats
    p: Floats
    width: float | None
    short: Floats | None
    seen: dict[object, Any] = field(default_factory=dict)


def case(metric: str, floor: float, y: Floats, p: Floats, width: float | None) -> Case:
    """Prepare a stream for all rules."""
    if metric == "accuracy":
        short = floor - ((p >= 0.5) == (y == 1)).astype(float)
    elif metric == "roc_auc":
        short = None
    else:
        rows = get(metric).per_row(y, p)
        assert rows is not None
        short = rows - floor
    return Case(metric, floor, y, p, width, short)


def lowtide(c: Case, looks: Floats) -> tuple[int | None, int | None]:
    """Return when the promise is called broken, and when it could first be called kept."""
    if "evidence" not in c.seen:
        c.seen["evidence"] = evidence(*_promised(c, len(c.y)))
    against, favour = c.seen["evidence"]
    limit = math.log(20.0)
    return _at(against[looks - 1] >= limit, looks), None if favour is None else _at(
        favour[looks - 1] >= limit, looks
    )


def needed(c: Case, first: int) -> int | None:
    """Return how many more outcomes lowtide asks for after the first ones; None when it cannot say."""
    facts = judge(*_promised(c, first))
    return facts.get("needed") if facts.get("likely") else None


def _promised(c: Case, first: int) -> tuple[Promise, Rows]:
    promise = Promise(get(c.metric), c.floor, width=c.width, largest=c.width)
    return promise, Rows(np.arange(first, dtype=np.uint64), c.y[:first], c.p[:first])


def adaptive(c: Case, looks: Floats) -> int | None:
    """Bets that follow the past: aGRAPA of Waudby-Smith & Ramdas 2024 (appendix B.3), truncated at 1/2."""
    assert c.short is not None
    reach = c.floor if c.metric == "brier" else 1.0 - c.floor
    n = np.arange(1, len(c.short) + 1)
    mean = (np.cumsum(c.short)) / (n + 1)
    spread = (0.25 + np.cumsum((c.short - mean) ** 2)) / (n + 1)
    bet = np.concatenate([[0.0], (mean / (spread + mean**2))[:-1]])
    wealth = np.cumsum(np.log1p(np.clip(bet, 0.0, 0.5 / reach) * c.short))
    return _at(wealth[looks - 1] >= math.log(20.0), looks)


def below(c: Case, looks: Floats) -> int | None:
    """Alarm as soon as the score so far is worse than promised."""
    gap, _ = _gaps(c, looks)
    return _at((gap > 0) & (looks >= BURN_IN), looks)


def tested(c: Case, looks: Floats, level: float = 0.05) -> int | None:
    """Alarm as soon as a one-sided test (normal; DeLong for AUC) of the score so far is significant."""
    gap, error = _gaps(c, looks)
    return _at((gap > -ndtri(level) * error) & (looks >= BURN_IN), looks)


def shared(c: Case, looks: Floats) -> int | None:
    """Like `tested`, the level divided by the number of planned looks (Bonferroni)."""
    return tested(c, looks, 0.05 / len(looks))


def cusum(c: Case, looks: Floats) -> int | None:
    """One-sided CUSUM (Page 1954) in units of the spread in the first 30 rows: k = 1/4, h = 8."""
    assert c.short is not None
    unit = max(float(c.short[:BURN_IN].std()), 1e-9)
    walk = np.cumsum(c.short / unit - 0.25)
    height = walk - np.minimum.accumulate(np.concatenate([[0.0], walk]))[:-1]
    return _at((height[looks - 1] > 8.0) & (looks >= BURN_IN), looks)


def _at(hit: Floats, looks: Floats) -> int | None:
    where = np.flatnonzero(hit)
    return int(looks[where[0]]) if len(where) else None


def _gaps(c: Case, looks: Floats) -> tuple[Floats, Floats]:
    """Return by how much the score falls short at each look, and its standard error."""
    if c.short is not None:
        n = np.asarray(looks, dtype=float)
        mean = np.cumsum(c.short)[looks - 1] / n
        square = np.cumsum(c.short**2)[looks - 1] / n
        return mean, np.sqrt(np.maximum(square - mean**2, 0.0) / np.maximum(n - 1, 1))
    for k in looks.tolist():
        if k not in c.seen:
            c.seen[k] = _delong(c.y[:k], c.p[:k])
    found = [c.seen[k] for k in looks.tolist()]
    return np.asarray([c.floor - a for a, _ in found]), np.asarray([e for _, e in found])


def _delong(y: Floats, p: Floats) -> tuple[float, float]:
    """Return AUC and its standard error (DeLong, DeLong & Clarke-Pearson 1988)."""
    positive, negative = np.sort(p[y == 1]), np.sort(p[y != 1])
    m, n = len(positive), len(negative)
    if m < 2 or n < 2:
        return 1.0, 0.0
    of_positive = (
        0.5 * (np.searchsorted(negative, positive) + np.searchsorted(negative, positive, "right")) / n
    )
    of_negative = (
        1 - 0.5 * (np.searchsorted(positive, negative) + np.searchsorted(positive, negative, "right")) / m
    )
    return float(of_positive.mean()), math.sqrt(of_positive.var(ddof=1) / m + of_negative.var(ddof=1) / n)


RULES: dict[str, tuple[int, Callable[[Case, Floats], int | None]]] = {
    "lowtide, every outcome": (1, lambda c, looks: lowtide(c, looks)[0]),
    "lowtide, every day": (DAY, lambda c, looks: lowtide(c, looks)[0]),
    "adaptive bets, every outcome": (1, adaptive),
    "score below the floor, every day": (DAY, below),
    "5 % test, every outcome": (1, tested),
    "5 % test, every day": (DAY, tested),
    "5 % test, every week, Bonferroni": (WEEK, shared),
    "5 % test, once at the end": (0, tested),
    "CUSUM, every outcome": (1, cusum),
}
# Rules that cannot judge every metric: no bound for the bets, no value of a single row.
JUDGES = {
    "adaptive bets, every outcome": ("accuracy", "brier"),
    "CUSUM, every outcome": ("accuracy", "brier", "mae"),
}
