"""Presorted predictions: any number of weightings in one pass each."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lowtide.metrics.metric import Column, Floats

# From cumulative (b, cuts) true and false positives at each distinct score, best first, to (b,) scores.
Judge = Callable[[Floats, Floats], Floats]


class Sorted:
    """Rows in falling order of score, equal scores counted together.

    Attributes
    ----------
    order : (n,) row numbers by falling score.
    starts : (g,) where each distinct score begins in that order.
    values : (g,) the distinct scores, falling.
    """

    def __init__(self, positive: Floats, score: Floats) -> None:
        self.order = np.argsort(-score, kind="stable")
        ranked = score[self.order]
        new = np.ones(len(ranked), dtype=bool)
        new[1:] = ranked[1:] != ranked[:-1]
        self.starts = np.flatnonzero(new)
        self.values = ranked[self.starts]
        self._positive = positive[self.order]
        self._distinct = len(self.starts) == len(ranked)

    def split(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return (b, g) weight of positives and of negatives at each distinct score."""
        ranked = weights[:, self.order]
        positive = ranked * self._positive
        negative = ranked - positive
        if self._distinct:
            return positive, negative
        add = np.add.reduceat
        return add(positive, self.starts, axis=1), add(negative, self.starts, axis=1)


class RankingColumn(Column):
    """A score of positives against negatives that only depends on the order.

    ``judge`` gets (b, g) weights of positives and negatives at each distinct score, best score first.
    """

    def __init__(self, positive: Floats, score: Floats, judge: Judge) -> None:
        self._sorted = Sorted(positive, score)
        self._judge = judge

    def scores(self, weights: Floats, thresholds: Floats | None = None) -> Floats:
        if weights.shape[1] == 0:
            return np.full(len(weights), np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            return self._judge(*self._sorted.split(weights))


class OneVersusRest(Column):
    """Mean over classes of a binary ranking score, each class weighted by its prevalence.

    Classes without rows (or with all rows) under a weighting are left out of that mean.
    """

    def __init__(self, y: Floats, p: Floats, judge: Judge) -> None:
        self._member = [(y == c).astype(np.float64) for c in range(p.shape[1])]
        self._columns = [RankingColumn(m, p[:, c], judge) for c, m in enumerate(self._member)]

    def scores(self, weights: Floats, thresholds: Floats | None = None) -> Floats:
        parts = np.stack([c.scores(weights) for c in self._columns], axis=1)
        mass = np.stack([weights @ m for m in self._member], axis=1)
        mass = np.where(np.isnan(parts), 0.0, mass)
        with np.errstate(divide="ignore", invalid="ignore"):
            result: Floats = (np.nan_to_num(parts) * mass).sum(axis=1) / mass.sum(axis=1)
        return result


def ranking_column(y: Floats, p: Floats, judge: Judge) -> Column:
    """Prepare a binary ranking, or its one-versus-rest mean for (n, classes)."""
    return OneVersusRest(y, p, judge) if p.ndim == 2 else RankingColumn(y, p, judge)
