"""From outcomes and a promise to a verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from lowtide.core.errors import UsageError
from lowtide.core.settlement import BatchPromise, Evidence, Verdict
from lowtide.metrics.metric import Floats, Metric
from lowtide.settlement import wealth
from lowtide.settlement.blocks import Stream
from lowtide.settlement.game import Game, game
from lowtide.settlement.rows import Rows

# With fewer units nothing is said about how many more are needed.
LEAST_UNITS = 10
# What was seen says little about more than this many times as much.
FARTHEST = 10.0
# More margins than this are rounded, to the cautious side, before bounds are looked for.
MOST_MARGINS = 20_000
STEPS = 30


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised.

    Attributes
    ----------
    floor : on the bad side: for losses the greatest.
    threshold : P(positive) from which a row is called positive.
    grouped : the promise is about new groups.
    width, largest : range and greatest absolute value of outcomes in training, if known.
    batch : size and floor of the first batch, if promised.
    """

    metric: Metric
    floor: float
    threshold: float = 0.5
    grouped: bool = False
    width: float | None = None
    largest: float | None = None
    batch: tuple[int, float] | None = None


def judge(promise: Promise, rows: Rows, confidence: float = 0.95) -> dict[str, Any]:
    """Return the fields of a `Settlement` that outcomes decide.

    Parameters
    ----------
    rows : all outcomes counted so far, in order of arrival; rows of one group together.
    confidence : 1 - the greatest chance that a promise that holds is ever called broken.
    """
    batch = _batch(promise, rows)
    facts: dict[str, Any] = {
        "value": _score(promise, rows, len(rows)), "rows": len(rows), "batch": batch, "confidence": confidence,
        "needed_evidence": round(1.0 / (1.0 - confidence), 6),
    }  # fmt: skip
    played = _game(promise, rows)
    if played is None:
        return facts | _by_batch(batch, len(rows))
    return facts | _by_evidence(promise, played, len(rows), confidence)


def _score(promise: Promise, rows: Rows, first: int) -> float | None:
    value = (
        promise.metric.at(rows.y[:first], rows.p[:first], promise.threshold)
        if 0 < first <= len(rows)
        else math.nan
    )
    return value if math.isfinite(value) else None


def _batch(promise: Promise, rows: Rows) -> BatchPromise | None:
    if promise.batch is None:
        return None
    size, floor = promise.batch
    value = _score(promise, rows, size)
    kept = None if value is None else not promise.metric.better(floor, value)
    return BatchPromise(rows=size, floor=floor, value=value, kept=kept)


def _by_batch(batch: BatchPromise | None, rows: int) -> dict[str, Any]:
    """Judge by the one look that was promised: the score of the first batch."""
    verdict: Verdict = "too early"
    if batch is not None and batch.kept is not None:
        verdict = "kept" if batch.kept else "broken"
    decided = verdict != "too early"
    needed = max(batch.rows - rows, 0) if batch is not None and not decided else None
    return {
        "verdict": verdict,
        "reason": "cannot_watch",
        "needed": needed or None,
        "settled_after": batch.rows if decided and batch is not None else None,
    }


def evidence(promise: Promise, rows: Rows) -> tuple[Floats, Floats | None]:
    """Return (n,) the log evidence that the promise is broken, and that it is kept, after each row.

    The second is None when nothing bounds how bad a row can be.

    Raises
    ------
    UsageError
        When the metric is no mean of what rows or blocks of rows contribute.
    """
    played = _game(promise, rows)
    if played is None:
        raise UsageError(f"The metric {promise.metric.name} cannot be judged outcome by outcome.")
    against, favour = _courses(promise, played)
    return _whole(against, played.against, len(rows)), _whole(
        favour, played.favour, len(rows)
    ) if favour else None


def _game(promise: Promise, rows: Rows) -> Game | None:
    return game(
        promise.metric, rows.y, rows.p, threshold=promise.threshold, groups=rows.groups if promise.grouped else None,
        width=promise.width, largest=promise.largest,
    )  # fmt: skip


def _courses(promise: Promise, played: Game) -> tuple[list[wealth.Course], list[wealth.Course]]:
    phi, floor = played.phi(promise.floor), promise.floor
    against = [wealth.course(s.margins(phi), played.up(floor)) for s in played.against]
    favour = [wealth.course(-s.margins(phi), played.down(floor)) for s in played.favour]
    return against, favour


def _whole(courses: list[wealth.Course], streams: tuple[Stream, ...], rows: int) -> Floats:
    return wealth.mean_of([c.log for c in courses], [s.ends for s in streams], rows)


def _by_evidence(promise: Promise, played: Game, rows: int, confidence: float) -> dict[str, Any]:
    target = -math.log1p(-confidence)
    against, favour = _courses(promise, played)
    broken = _whole(against, played.against, rows)
    kept = _whole(favour, played.favour, rows) if favour else np.zeros(rows)
    # What was broken stays broken. "Kept" speaks of the outcomes so far, and is taken back if they get worse.
    broken_at, kept_at = _first(broken, target), _first(kept, target)
    now = float(kept[-1]) if rows else 0.0
    verdict: Verdict = "broken" if broken_at is not None else "kept" if now >= target else "too early"
    low, high = bounds(promise.metric, played, target)
    units = max(len(s.u) for s in played.against)
    facts: dict[str, Any] = {
        "verdict": verdict,
        "tested": _tested(played),
        "low": low,
        "high": high,
        "evidence": Evidence(broken=_plain(max(broken.max(initial=0.0), 0.0)), kept=_plain(now)),
        "settled_after": {"broken": broken_at, "kept": kept_at}.get(verdict),
        "units": units,
        "unit": played.unit,
        "cap": played.cap,
        "capped": played.capped,
        "reason": None if played.favour else "no_bound",
    }
    if verdict == "too early":
        times, facts["likely"] = _needed(against, favour, target)
        if times is not None:
            facts["needed"] = rounded_up(times * rows)
            facts["needed_units"] = rounded_up(times * units)
    return facts


def _first(log: Floats, target: float) -> int | None:
    """Return after how many rows the evidence reached ``target``."""
    hit = np.flatnonzero(log >= target)
    return int(hit[0]) + 1 if len(hit) else None


def _plain(log: float) -> float:
    return float(f"{math.exp(min(log, 690.0)):.6g}")


def _tested(played: Game) -> float | None:
    """Return the score as the bets weigh it."""
    found = []
    for stream in played.against:
        weight = float(stream.v.sum())
        if weight != 0.0:
            found.append(float(stream.u.sum()) / weight)
    return played.score(float(np.mean(found))) if found else None


def _needed(
    against: list[wealth.Course], favour: list[wealth.Course], target: float
) -> tuple[float | None, Verdict | None]:
    """Return about how many times as many units as seen must still come for a verdict, and which.

    Beyond `FARTHEST` times, that many and no verdict: fewer will not do.
    """
    best: tuple[float | None, Verdict | None] = (None, None)
    sides: tuple[tuple[list[wealth.Course], Verdict], ...] = ((against, "broken"), (favour, "kept"))
    for courses, verdict in sides:
        if max((len(c.log) for c in courses), default=0) < LEAST_UNITS:
            continue
        times = wealth.more_times([c.last for c in courses], target, FARTHEST)
        if times is not None and (best[0] is None or times < best[0]):
            best = times, verdict
        elif best[0] is None:
            best = FARTHEST, None
    return best


def rounded_up(number: float) -> int:
    """Return a whole number with two significant digits, not below ``number`` and at least 1.

    >>> rounded_up(0.2), rounded_up(347.2), rounded_up(12)
    (1, 350, 12)
    """
    whole = max(1, math.ceil(number - 1e-9))
    step = int(10 ** max(0, len(str(whole)) - 2))
    return -(-whole // step) * step


def bounds(metric: Metric, played: Game, target: float) -> tuple[float | None, float | None]:
    """Return the scores below and above which the evidence rules out: each holds at every look."""
    middle = _tested(played)
    if middle is None:
        return None, None
    start, end = played.span
    worse, better = (start, end) if metric.greater_is_better else (end, start)
    pessimist = _edge(played, played.favour, -1.0, middle, worse, target, metric)
    optimist = _edge(played, played.against, 1.0, middle, better, target, metric)
    return (pessimist, optimist) if metric.greater_is_better else (optimist, pessimist)


def _edge(
    played: Game,
    streams: tuple[Stream, ...],
    sign: float,
    middle: float,
    end: float,
    target: float,
    metric: Metric,
) -> float | None:
    """Return the score nearest to ``middle``, towards ``end``, that is ruled out."""
    if not streams:
        return None

    def ruled_out(score: float) -> bool:
        phi = played.phi(score)
        reach = played.up(score) if sign > 0 else played.down(score)
        logs = [wealth.mixed(_last(sign * s.margins(phi), reach)) for s in streams]
        return bool(np.logaddexp.reduce(logs) - math.log(len(logs)) >= target)

    if not ruled_out(end):
        return end if end in (metric.low, metric.high) else None
    inner, outer = middle, end
    for _ in range(STEPS):
        half = 0.5 * (inner + outer)
        inner, outer = (inner, half) if ruled_out(half) else (half, outer)
    return outer


def _last(margins: Floats, reach: float) -> Floats:
    values: Floats = margins
    counts: Floats | None = None
    if len(margins) > MOST_MARGINS:
        low, high = float(margins.min()), float(margins.max())
        step = max((high - low) / MOST_MARGINS, 1e-300)
        place = np.ceil((margins - low) / step).astype(np.int64)
        counts = np.bincount(place).astype(np.float64)
        values = low + step * np.arange(len(counts), dtype=np.float64)
    return wealth.last(values, reach, counts)
