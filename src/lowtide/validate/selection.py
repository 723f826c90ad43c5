"""Which trials are shipped, and with what weight: greedy ensemble selection."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lowtide.core.task import Kind
from lowtide.metrics import Metric
from lowtide.metrics.metric import Column, Floats

Bools = npt.NDArray[np.bool_]

POOL = 6
"""Trials that may join the best one."""
STEPS = 5
"""Members of the ensemble, counted with repetition."""
ENOUGH_ROWS = 4000
"""Selection looks at no more rows than this; differences that need more rows are not worth having.
Of many classes fewer, because each class costs a sort."""


def complete_trials(cube: Floats) -> tuple[Bools, Bools]:
    """Return which rows are judged (n,) and which trials (T,) predicted all of them.

    A row is judged when the trial with the widest coverage (the first of equals) predicted it. Trials that
    lack some of these rows (dropped early, or run on other rows) cannot be compared and are never chosen.
    """
    finite: Bools = np.isfinite(cube)
    there: Bools = finite if finite.ndim == 2 else np.all(finite, axis=2)
    if there.shape[1] == 0:
        return np.zeros(len(cube), dtype=bool), np.zeros(0, dtype=bool)
    judged = there[:, int(np.argmax(there.sum(axis=0)))]
    complete: Bools = np.all(there[judged], axis=0) & bool(judged.any())
    return judged, complete


def blend(cube: Floats, weights: Floats) -> Floats:
    """Return (n,) or (n, classes) the weighted mean over trials; trials without weight may be NaN."""
    used = np.flatnonzero(weights > 0)
    # One after the other, as the shipped model does it: a product of matrices may round otherwise.
    mixed: Floats = np.zeros((len(cube), *cube.shape[2:]))
    for trial in used:
        mixed += cube[:, trial] * weights[trial]
    return mixed


class Selector:
    """Greedy ensemble selection with replacement (Caruana et al. 2004) under many weightings of the rows.

    The best single trial comes first, ties going to the earlier one; then the trial of the best `POOL`
    whose addition to the running mean helps most, as long as it helps; at most `STEPS` members. A trial
    that is not complete on all rows is never chosen.

    Parameters
    ----------
    y : (n,) outcomes, all finite.
    cube : (n, T) or (n, T, classes) out-of-fold predictions of the same rows.
    candidates : (T,) trials that may be chosen.
    members : of the ensemble at most; 1 takes the best single trial.
    """

    def __init__(
        self, y: Floats, cube: Floats, metric: Metric, candidates: Bools, members: int = STEPS
    ) -> None:
        self._y, self._cube, self._metric, self._members = y, cube, metric, members
        self.candidates = np.flatnonzero(candidates)
        self.trials = cube.shape[1]
        self._columns: list[Column] = [metric.column(y, cube[:, t]) for t in self.candidates]
        self._sign = 1.0 if metric.greater_is_better else -1.0

    def pick(self, weights: Floats) -> Floats:
        """Return (b, T) ensemble weights, each row summing to 1, for (b, n) weightings of the rows."""
        singles = np.stack([self._oriented(c, weights) for c in self._columns], axis=1)
        return np.stack([self._greedy(w, s) for w, s in zip(weights, singles, strict=True)])

    def _oriented(self, column: Column, weights: Floats) -> Floats:
        """Return (b,) scores with greater always better; the threshold is the best one, if any."""
        cuts = column.choose(weights) if self._metric.thresholded else None
        scores = self._sign * column.scores(weights, cuts)
        return np.where(np.isnan(scores), -np.inf, scores)

    def _greedy(self, weight: Floats, singles: Floats) -> Floats:
        order = np.argsort(-singles, kind="stable")
        pool = order[:POOL]
        counts = np.zeros(self.trials)
        best = float(singles[order[0]])
        counts[self.candidates[order[0]]] = 1
        if self._members < 2:
            return counts
        # Rows that a resample leaves out cost time and change nothing.
        rows = np.flatnonzero(weight)
        y, w = self._y[rows], weight[None, rows]
        parts = self._cube[np.ix_(rows, self.candidates[pool])]
        total = parts[:, 0].copy()
        for step in range(2, self._members + 1):
            mixes = ((total[:, None] + parts) / step).swapaxes(0, 1)
            scores = np.asarray([self._oriented(self._metric.column(y, m), w)[0] for m in mixes])
            add = int(np.argmax(scores))
            if not scores[add] > best + self._least_gain(best):
                break
            best = float(scores[add])
            total += parts[:, add]
            counts[self.candidates[pool[add]]] += 1
        shares: Floats = counts / counts.sum()
        return shares

    def _least_gain(self, score: float) -> float:
        """Return what rounding alone could give."""
        return 1e-12 * max(1.0, abs(score))


def select(
    y: Floats,
    cube: Floats,
    metric: Metric,
    *,
    weight: Floats | None = None,
    candidates: Bools | None = None,
    kind: Kind = "binary",
    seed: int = 0,
    members: int = STEPS,
) -> Floats:
    """Choose the trials to ship and their weights.

    Parameters
    ----------
    y : (n,) outcomes; rows where it is NaN do not count.
    cube : (n, T) or (n, T, classes) out-of-fold predictions, NaN where a trial did not predict.
    weight : (n,) weights of rows, or None.
    candidates : (T,) trials that may be chosen; None means all.
    seed : only matters above `ENOUGH_ROWS` rows, where a fixed sample is looked at.
    members : of the ensemble at most; 1 takes the best single trial.

    Returns
    -------
    (T,) weights >= 0 summing to 1; all zero when no trial can be chosen.
    """
    judged, complete = complete_trials(cube)
    allowed = complete if candidates is None else complete & np.asarray(candidates, dtype=bool)
    if not allowed.any():
        return np.zeros(cube.shape[1])
    classes = cube.shape[2] if cube.ndim == 3 else 2
    rows = looked_at(np.flatnonzero(judged & np.isfinite(y)), seed, classes)
    w = np.ones(len(rows)) if weight is None else np.asarray(weight, dtype=np.float64)[rows]
    chosen: Floats = Selector(y[rows], cube[rows], metric, allowed, members).pick(w[None, :])[0]
    return chosen


def looked_at(rows: npt.NDArray[np.int64], seed: int, classes: int = 2) -> npt.NDArray[np.int64]:
    """Return the rows that selection looks at: all, or a fixed random sample of them."""
    enough = max(1500, 2 * ENOUGH_ROWS // classes)
    if len(rows) <= enough:
        return rows
    rng = np.random.default_rng([seed, len(rows), 0x5E1EC7])
    return np.sort(rng.choice(rows, enough, replace=False))
