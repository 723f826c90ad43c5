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


@dataclass(frozen=True, slots=True)
class Outcome:
    """One draw, judged; scores in units of ``metric``, differences divided by ``unit``.

    ``unit`` is 1, or for errors in the target's unit the error of the best constant on the untouched part.
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

    @property
    def slack(self) -> float:
        """How much better the model was than its floor; negative when the floor broke."""
        assert self.floor is not None
        return self.sign * (self.real - self.floor) / self.unit

    def optimism(self, reported: float) -> float:
        """How much better than the truth a reported score is."""
        return self.sign * (reported - self.real) / self.unit


def judge(draw: Draw, source: Source, n: int, seed: int, metric_name: str | None = None) -> Outcome:
    """Select and bound with the draw's cube, then score the shipped blend on the untouched part."""
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
    )
