"""Bootstrap bias correction over folds instead of predictions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lowtide.core.task import Scheme
from lowtide.metrics.metric import Floats
from lowtide.stats.resampling import Ints
from lowtide.validate.estimators.estimator import Bound, Evidence
from lowtide.validate.estimators.single import ship

RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class FoldTable:
    """Scores (R * K, C) of the candidates in every fold, greater is better.

    ``trials`` (C,) are their numbers, ``repeat`` (R * K,) that of each fold's partition.
    """

    scores: Floats
    trials: Ints
    repeat: Ints


def fold_table(evidence: Evidence) -> FoldTable:
    """Score every candidate in every fold of every repeat; its threshold is chosen on all rows."""
    metric, mean = evidence.metric, evidence.mean_cube
    trials = np.flatnonzero(evidence.candidates)
    cuts = [metric.choose(evidence.y, mean[:, t]) if metric.thresholded else np.nan for t in trials]
    lines, repeats = [], []
    for r, (cube, fold) in enumerate(zip(evidence.cube, evidence.folds, strict=True)):
        for k in np.unique(fold):
            rows = np.flatnonzero(fold == k)
            y = evidence.y[rows]
            lines.append([metric.at(y, cube[rows, t], c) for t, c in zip(trials, cuts, strict=True)])
            repeats.append(r)
    return FoldTable(evidence.sign * np.asarray(lines), trials, np.asarray(repeats))


class BbcF:
    """BBC-F: folds are drawn with replacement, the best mean wins and is scored on the folds not drawn.

    Paraschakis, Castellani, Borboudakis & Tsamardinos (2024), "Confidence interval estimation of predictive
    performance in the context of AutoML", AutoML 2024 (arXiv 2406.08099), as in the program published with it: a draw
    that leaves no fold out is drawn again, scores are means over folds, ``expected`` is the mean and the floor the
    quantile of the scores on the folds left out. Ships the trial with the best mean over folds.

    The program knows one partition only. With repeats, each is resampled by itself, and the means and the quantiles
    of the repeats are averaged: our choice, as folds of two repeats hold the same rows.
    """

    name = "bbc_f"
    schemes: tuple[Scheme, ...] = ("rows", "groups", "future", "groups+future")

    def bound(self, evidence: Evidence) -> Bound | None:
        """Return the bound; None when fewer than two folds can be scored."""
        if not evidence.candidates.any():
            return None
        table = fold_table(evidence)
        there = np.isfinite(table.scores).all(axis=1)
        scores, repeat = table.scores[there], table.repeat[there]
        if not len(scores) or min(np.bincount(repeat, minlength=len(evidence.cube))) < 2:
            return None
        best = int(np.argmax(scores.mean(axis=0)))
        tail, expected, floor = 1 - evidence.confidence, 0.0, 0.0
        for r in range(len(evidence.cube)):
            rng = np.random.default_rng([evidence.seed, r, 0xBBCF])
            drawn = _left_out(scores[repeat == r], RESAMPLES, rng)
            expected += float(drawn.mean()) / len(evidence.cube)
            floor += float(np.quantile(drawn, tail)) / len(evidence.cube)
        return ship(evidence, int(table.trials[best]), evidence.sign * expected, evidence.sign * floor)


def _left_out(scores: Floats, times: int, rng: np.random.Generator) -> Floats:
    """Return (times,) scores on the folds not drawn of the best trial on the folds drawn, from (K, C)."""
    folds = len(scores)
    counts = np.empty((0, folds))
    while len(counts) < times:
        drawn = rng.integers(0, folds, (times, folds))
        new = (drawn[:, :, None] == np.arange(folds)).sum(axis=1)
        counts = np.concatenate([counts, new[(new == 0).any(axis=1)]])
    counts = counts[:times]
    best = np.argmax(counts @ scores, axis=1)
    out = counts == 0
    return np.asarray((out * scores[:, best].T).sum(axis=1) / out.sum(axis=1))
