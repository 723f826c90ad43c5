"""The conservative z-bound from repeated cross-validation of two disjoint halves."""

from __future__ import annotations

import math

import numpy as np

from lowtide.core.task import Scheme
from lowtide.stats.intervals import t_quantile
from lowtide.validate.estimators.estimator import Bound, Evidence
from lowtide.validate.estimators.single import overall, ship, winner


class ConservativeZ:
    """Best score minus z sigma, sigma^2 = sum over J splits of (difference of the halves' best scores)^2 / (2 J).

    Nadeau & Bengio (2003), "Inference for the generalization error", the conservative Z; as in Schulz-Kuempel
    et al. (2024). Halves share no rows, so their difference shows all of the variance that a choice and its score have,
    for half the rows: an overestimate for all of them. Selection is repeated in each half, so the spread holds it; its
    bias is not taken off. Needs ``evidence.halves``.
    """

    name = "conservative_z"
    schemes: tuple[Scheme, ...] = ("rows", "groups")

    def bound(self, evidence: Evidence) -> Bound | None:
        """Return the bound; None without halves, or when none can be scored."""
        best = overall(evidence)
        if best is None or evidence.halves is None:
            return None
        squares = []
        for split in evidence.halves:
            scores = [_best_score(evidence, half) for half in split]
            if all(np.isfinite(scores)):
                squares.append((scores[0] - scores[1]) ** 2)
        if not squares:
            return None
        sigma = math.sqrt(float(np.mean(squares)) / 2)
        z = t_quantile(evidence.confidence, math.inf)
        return ship(evidence, best.trial, best.score, best.score - evidence.sign * z * sigma)


def _best_score(evidence: Evidence, half: np.ndarray) -> float:
    """Return the best score within a half; only rows that every candidate predicted count."""
    there = np.isfinite(half[:, evidence.candidates]).reshape(len(half), -1).all(axis=1)
    found = winner(evidence.y, half, evidence.metric, evidence.candidates, np.flatnonzero(there))
    return float("nan") if found is None else found.score
