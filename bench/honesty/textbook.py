"""What textbook estimators promise for the same draws, and what the untouched part says of what they ship."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass

import numpy as np

from bench.honesty.draws import Draw
from bench.honesty.learners import MENU
from bench.honesty.tables import Source
from lowtide.metrics import default, get
from lowtide.validate.estimators import ESTIMATORS, Evidence
from lowtide.validate.selection import blend


@dataclass(frozen=True, slots=True)
class Textbook:
    """One estimator on one draw. Scores in units of the metric; the floor is None where the method gives none."""

    method: str
    table: str
    scheme: str
    n: int
    seed: int
    sign: int
    unit: float
    real: float
    expected: float | None
    floor: float | None
    seconds: float


def textbook(draw: Draw, source: Source, n: int, seed: int) -> list[Textbook]:
    """Judge every estimator that applies, in the default metric of the kind."""
    metric = get(default(source.kind))  # type: ignore[arg-type]
    there = draw.folds[0] >= 0
    y = draw.y[there]
    few = source.kind == "binary" and min(y.sum(), (1 - y).sum()) < 2
    if few or not there.any():
        return []
    evidence = Evidence(
        y=y,
        cube=draw.cube[:, there],
        folds=draw.folds[:, there].astype(np.int64),
        units=np.flatnonzero(there) if source.scheme != "groups" else draw.units[there].astype(np.int64),
        candidates=np.asarray([c.learner != "prior" for c in MENU]),
        metric=metric,
        kind=source.kind,  # type: ignore[arg-type]
        scheme=source.scheme,  # type: ignore[arg-type]
        seed=seed,
        nested=draw.nested if draw.nested.size else None,
        halves=draw.halves if draw.halves.size else None,
    )
    unit = 1.0
    if metric.unit == "target":
        unit = metric(draw.y_test, np.full(len(draw.y_test), np.median(draw.y_test)))
    found = []
    for estimator in ESTIMATORS:
        if source.scheme not in estimator.schemes:
            continue
        began = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            bound = estimator.bound(evidence)
        seconds = time.perf_counter() - began
        if bound is None:
            continue
        real = metric.at(draw.y_test, blend(draw.test, bound.weights), float("nan"))
        found.append(
            Textbook(
                method=estimator.name, table=source.name, scheme=source.scheme, n=n, seed=seed,
                sign=1 if metric.greater_is_better else -1, unit=unit, real=real, expected=_known(bound.expected),
                floor=_known(bound.floor), seconds=seconds,
            )
        )  # fmt: skip
    return found


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
