"""What lowtide promises for a draw, and what the untouched part says."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from bench.honesty.draws import Draw
from bench.honesty.learners import MENU
from bench.honesty.tables import Source
from lowtide.metrics import default, get
from lowtide.validate.floor import estimate
from lowtide.validate.selection import blend

BATCH = 300
"""Rows of the batch whose floor is settled."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One draw, judged; scores in units of ``metric``, differences divided by ``unit``.

    ``unit`` is 1, or for errors in the target's unit the error of the best constant on the untouched part.
    ``batch_*`` are about one batch of untouched rows (whole groups where there are groups; future: the
    whole next period), ``real`` about all of them.
    """

    table: str
    purpose: str
    scheme: str
    n: int
    seed: int
    metric: str
    sign: int
    unit: float
    real: float
    expected: float | None
    floor: float | None
    refusal: str | None
    naive: float | None
    seconds: float
    batch_rows: int = 0
    batch_floor: float | None = None
    batch_real: float = float("nan")
    cv_seconds: float = 0.0

    @property
    def batch_held(self) -> bool | None:
        """Return whether the floor of the batch was kept; None when there was none."""
        if self.batch_floor is None or not np.isfinite(self.batch_real):
            return None
        return self.sign * (self.batch_real - self.batch_floor) >= 0

    @property
    def slack(self) -> float:
        """How much better the model was than its floor; negative when the floor broke."""
        assert self.floor is not None
        return self.sign * (self.real - self.floor) / self.unit

    def optimism(self, reported: float) -> float:
        """How much better than the truth a reported score is."""
        return self.sign * (reported - self.real) / self.unit


def judge(
    draw: Draw, test_units: np.ndarray, source: Source, n: int, seed: int, metric_name: str | None = None
) -> Outcome:
    """Select and bound with the draw's cube, then score the shipped blend on the untouched part.

    ``test_units`` are rows or groups of the untouched part.
    """
    metric = get(metric_name or default(source.kind))  # type: ignore[arg-type]
    cube = draw.cube.mean(axis=0)
    began = time.perf_counter()
    found = estimate(
        draw.y,
        cube,
        units=draw.units.astype(np.int64),
        metric=metric,
        kind=source.kind,  # type: ignore[arg-type]
        scheme=source.scheme,  # type: ignore[arg-type]
        folds=draw.folds[0].astype(np.int64),
        times=draw.rows.astype(np.float64),
        selectable=np.asarray([c.learner != "prior" for c in MENU]),
        seed=seed,
    )
    seconds = time.perf_counter() - began
    real = float("nan")
    if found.weights.any():
        real = metric.at(draw.y_test, blend(draw.test, found.weights), found.threshold)
    batch = _batch(len(draw.y_test), test_units, source, seed)
    batch_floor, batch_real = found.batch_floor(len(batch)), float("nan")
    if batch_floor is not None:
        mixed = blend(draw.test[batch], found.weights)
        batch_real = metric.at(draw.y_test[batch], mixed, found.threshold)
    unit = 1.0
    if metric.unit == "target":
        unit = metric(draw.y_test, np.full(len(draw.y_test), np.median(draw.y_test)))
    return Outcome(
        table=source.name,
        purpose=source.purpose,
        scheme=source.scheme,
        n=n,
        seed=seed,
        metric=metric.name,
        sign=1 if metric.greater_is_better else -1,
        unit=unit,
        real=real,
        expected=found.expected,
        floor=found.floor.value,
        refusal=found.floor.refusal,
        naive=found.best_cv,
        seconds=seconds,
        batch_rows=len(batch),
        batch_floor=batch_floor,
        batch_real=batch_real,
        cv_seconds=draw.seconds,
    )


def _batch(m: int, units: np.ndarray, source: Source, seed: int) -> np.ndarray:
    """Return about `BATCH` untouched rows: random ones, those of random groups, or the next period."""
    rng = np.random.default_rng([seed, m, *source.name.encode()])
    if source.scheme == "future" or m <= BATCH:
        return np.arange(m)
    if source.scheme == "rows":
        return np.sort(rng.permutation(m)[:BATCH])
    order = rng.permutation(np.unique(units))
    place = np.argsort(order, kind="stable")
    rank = place[np.searchsorted(np.sort(order), units)]
    return np.argsort(rank, kind="stable")[:BATCH]
