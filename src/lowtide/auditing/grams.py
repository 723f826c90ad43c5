"""Least squares on many subsets of the same columns, judged on rows that were not used, from sums of products alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lowtide.stats.association import Bools, Floats

FIT = 0.6


@dataclass(frozen=True)
class Grams:
    """Sums of products of the lags (and 1) over the first part of some rows and over the rest."""

    design: Floats
    cut: int
    first: Floats
    rest: Floats

    @classmethod
    def of(cls, design: Floats) -> Grams:
        design = np.column_stack([design, np.ones(len(design))])
        cut = int(FIT * len(design))
        head, tail = design[:cut], design[cut:]
        return cls(design, cut, head.T @ head, tail.T @ tail)

    def r2(self, x: Floats, keep: Bools, fixed: Floats | None = None) -> tuple[float, Floats]:
        """Return held-out R² of least squares on the lags to ``keep`` (and 1, and ``fixed``), and the weights."""
        at = np.flatnonzero(np.r_[keep, True])
        first, rest = self.first[np.ix_(at, at)], self.rest[np.ix_(at, at)]
        head, tail = (
            self.design[: self.cut, at].T @ x[: self.cut],
            self.design[self.cut :, at].T @ x[self.cut :],
        )
        if fixed is not None:
            early, late = fixed[: self.cut], fixed[self.cut :]
            first = _bordered(first, self.design[: self.cut, at].T @ early, float(early @ early))
            rest = _bordered(rest, self.design[self.cut :, at].T @ late, float(late @ late))
            head, tail = np.r_[head, early @ x[: self.cut]], np.r_[tail, late @ x[self.cut :]]
        # A breath of ridge: the lags of a smooth target are nearly collinear.
        weights = np.linalg.solve(first + np.eye(len(first)) * 1e-12 * np.trace(first), head)
        last = x[self.cut :]
        spread = float(((last - last.mean()) ** 2).sum())
        if spread <= 1e-12 * len(last):
            return 0.0, weights
        missed = float(last @ last - 2 * weights @ tail + weights @ rest @ weights)
        return 1.0 - max(missed, 0.0) / spread, weights


def _bordered(gram: Floats, side: Floats, corner: float) -> Floats:
    return np.block([[gram, side[:, None]], [side[None, :], np.array([[corner]])]])
