"""One trial: a curve measured on 500 rows, and what training on 1,000 and 2,000 really gave."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from scipy.optimize import curve_fit

from bench.honesty import draws
from bench.honesty.learners import MENU, Configuration, Prepared, _make
from bench.honesty.tables import Data
from lowtide import metrics
from lowtide.splits.hashing import mix
from lowtide.validate import learning_curve as curves

START, TARGETS = 500, (1000, 2000)
FOLDS, WINDOWS = 5, 6
LEARNERS = ("boost-small", "linear", "extra-10")
REPLICATES = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """Predicted and true scores of one draw, learner and target size; scores and gains as in the metric.

    ``unit``: what differences are divided by (1 for AUC, the error of the best constant for MAE).
    """

    table: str
    scheme: str
    purpose: str
    learner: str
    seed: int
    rows: int
    truth: float
    truth_gain: float
    single_gain: float
    score: tuple[float, float, float]
    gain: tuple[float, float, float]
    same: float
    plain: float
    plain_gain: float
    unit: float


def run(data: Data, seed: int) -> list[Outcome] | str:
    """Measure curves of the learners on 500 rows of a draw and hold them against the truth; or why not."""
    kind = data.source.kind
    metric = metrics.get("roc_auc" if kind == "binary" else "mae")
    made = _sets(data, seed)
    test = made[-1]
    truth: dict[tuple[str, int], list[float]] = {}
    for size, sets in ((START, made[0]), (TARGETS[0], made[1]), (TARGETS[1], made[2])):
        for rows in sets:
            if kind == "binary" and len(np.unique(data.y[rows])) < 2:
                return "one_class"
            for name, p in _predict(data, rows, test, seed).items():
                truth.setdefault((name, size), []).append(metric(data.y[test], p))
    chains = _chains(data, made[0][0], seed)
    if isinstance(chains, str):
        return chains
    unit = 1.0 if kind == "binary" else metric(data.y[test], np.full(len(test), np.median(data.y)))
    out: list[Outcome] = []
    for name in LEARNERS:
        points = curves.measure(chains[name], metric, seed)
        if points is None:
            return "too_few_chains"
        curve = curves.fit(points, metric, rows=START, next_draw=data.source.scheme != "rows")
        scale = START / points.rows
        for size in TARGETS:
            k = size / START
            score, gain = curve.score(scale * k), curve.gain(scale, scale * k)
            before, after = np.array(truth[name, START]), np.array(truth[name, size])
            plain, plain_gain = _plain(points, scale, k, metric)
            out.append(
                Outcome(
                    data.source.name, data.source.scheme, data.source.purpose, name, seed, size, float(after.mean()),
                    curve.sign * float(after.mean() - before.mean()), curve.sign * float(after[0] - before[0]),
                    (score.value, score.low, score.high), (gain.value, gain.low, gain.high),
                    float(points.scores[:, -1].mean()), plain, plain_gain, unit,
                )
            )  # fmt: skip
    return out


def _sets(data: Data, seed: int) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray], np.ndarray]:
    """Return training sets of 500, 1,000 and 2,000 rows (the first of each nested) and the test rows."""
    most = TARGETS[-1]
    if data.source.scheme == "future":
        line, after = draws.sample(data, most, seed)
        return [line[-START:]], [line[-TARGETS[0] :]], [line], after
    if data.source.scheme == "groups":
        pool, test = draws.sample(data, most, seed)
        assert data.groups is not None
        order = mix(data.groups[pool], seed)
    else:
        pool, test = draws.sample(data, 2 * most, seed)
        order = mix(pool, seed)
    ranked = pool[np.argsort(order, kind="stable")]

    def parts(size: int) -> list[np.ndarray]:
        count = min(REPLICATES, len(ranked) // size)
        return [np.sort(ranked[i * size : (i + 1) * size]) for i in range(max(1, count))]

    return parts(START), parts(TARGETS[0]), parts(TARGETS[1]), test


def _chains(data: Data, rows: np.ndarray, seed: int) -> dict[str, list[curves.Chain]] | str:
    """Measure the curve as lowtide does: nested parts of each fold's training rows, the same rows held out."""
    y = data.y
    if data.source.scheme == "future":
        size = len(rows) // (WINDOWS + 2)
        folds = [(rows[: k * size], rows[k * size : (k + 1) * size]) for k in range(4, WINDOWS + 2)]
    else:
        units = rows if data.groups is None else data.groups[rows]
        place = draws._hashed(units, salt=1000 * seed)
        folds = [(rows[place != k], rows[place == k]) for k in range(FOLDS)]
    out: dict[str, list[curves.Chain]] = {name: [] for name in LEARNERS}
    for k, (train, test) in enumerate(folds):
        rare = (
            int(np.bincount(y[train].astype(int), minlength=2).min())
            if data.source.kind == "binary"
            else None
        )
        fractions = curves.fractions_for(len(train), rare)
        if fractions is None:
            return "too_few_rows"
        if data.source.scheme == "future":
            order: np.ndarray = -train
        else:
            order = mix(train if data.groups is None else data.groups[train], seed, k)
        parts = curves.nested(order, fractions)
        if data.source.kind == "binary" and any(len(np.unique(y[train[p]])) < 2 for p in parts):
            continue
        if any(len(p) < 40 for p in parts):
            continue
        found = [_predict(data, train[p], test, seed) for p in parts]
        for name in LEARNERS:
            out[name].append(
                curves.Chain(
                    y[test], test if data.groups is None else data.groups[test], np.array([len(p) for p in parts]),
                    np.stack([f[name] for f in found]),
                )
            )  # fmt: skip
    return out


def _predict(data: Data, train: np.ndarray, test: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    prepared = Prepared(data.features.iloc[train], data.features.iloc[test])
    return {c.name: _one(prepared, c, data, train, seed) for c in MENU if c.name in LEARNERS}


def _one(prepared: Prepared, c: Configuration, data: Data, train: np.ndarray, seed: int) -> np.ndarray:
    a, b = prepared.matrices(c)
    model = _make(c, data.source.kind, seed).fit(a, data.y[train])
    found = model.predict_proba(b)[:, 1] if data.source.kind == "binary" else model.predict(b)
    return np.asarray(found, dtype=np.float64)


def _plain(points: curves.Points, scale: float, k: float, metric: metrics.Metric) -> tuple[float, float]:
    """Return score and gain by an ordinary power law through the mean points (Figueroa et al. 2012).

    Least squares with all three parameters free, each point weighted by its training rows; where it does
    not converge, the last point.
    """
    sign = 1.0 if metric.greater_is_better else -1.0
    x, mean = points.fractions, sign * points.scores.mean(axis=0)

    def law(f: np.ndarray, a: float, b: float, c: float) -> np.ndarray:
        return np.asarray(a - b * f**-c)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            at, _ = curve_fit(
                law, x, mean, p0=(mean[-1], 0.01 * abs(mean[-1]), 0.5), sigma=1 / np.sqrt(x), maxfev=4000
            )
    except (RuntimeError, ValueError):
        return float(sign * mean[-1]), 0.0
    there, here = law(np.array([scale * k, scale]), *at)
    there = sign * metric.clip(sign * float(there))
    return sign * there, there - float(here)
