"""What every metric must keep; a test class inherits it and names its metric."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowtide.metrics.metric import Floats, Metric


def sample(metric: Metric, n: int, seed: int, classes: int = 2) -> tuple[Floats, Floats]:
    """Return outcomes and predictions with some signal and with ties."""
    rng = np.random.default_rng(seed)
    if "regression" in metric.kinds:
        y = np.round(np.exp(rng.normal(size=n)), 2)
        return y, np.round(y + rng.normal(size=n), 1)
    y = rng.integers(0, classes, n).astype(float)
    y[:classes] = np.arange(classes)
    if classes == 2:
        return y, np.round(np.clip(0.25 * y + 0.75 * rng.random(n), 0.01, 0.99), 2)
    p = rng.dirichlet(np.ones(classes), n)
    p[np.arange(n), y.astype(int)] += 0.4
    return y, p / p.sum(axis=1, keepdims=True)


class MetricContract:
    """Inherit, set ``metric``; ``chance`` is the score of a useless prediction where that is a fixed number."""

    metric: Metric
    best: float
    chance: float | None = None

    def perfect(self, y: Floats) -> Floats:
        return y

    def useless(self, y: Floats) -> Floats:
        return np.full(len(y), y.mean())

    def test_perfect_is_best(self) -> None:
        y, _ = sample(self.metric, 60, 1)
        assert self.metric(y, self.perfect(y)) == pytest.approx(self.best, abs=1e-9)

    def test_useless_is_worse_than_perfect_and_at_chance(self) -> None:
        y, _ = sample(self.metric, 60, 2)
        score = self.metric(y, self.useless(y))
        assert self.metric.better(self.best, score)
        if self.chance is not None:
            assert score == pytest.approx(self.chance)

    def test_more_signal_scores_better(self) -> None:
        y, p = sample(self.metric, 400, 3)
        halfway = 0.5 * p + 0.5 * self.perfect(y)
        assert self.metric.better(self.metric(y, halfway), self.metric(y, p))

    def test_within_bounds(self) -> None:
        for seed in range(20):
            y, p = sample(self.metric, 15, seed)
            assert self.metric.low <= self.metric(y, p) <= self.metric.high

    @given(st.integers(0, 10_000), st.integers(4, 30), st.booleans())
    def test_weights_are_repetition(self, seed: int, n: int, many: bool) -> None:
        classes = 3 if many and "multiclass" in self.metric.kinds and n >= 6 else 2
        y, p = sample(self.metric, n, seed, classes)
        counts = np.random.default_rng(seed).integers(0, 4, n)
        repeated = self.metric(np.repeat(y, counts), np.repeat(p, counts, axis=0))
        weighted = self.metric(y, p, counts.astype(float))
        np.testing.assert_allclose(weighted, repeated, rtol=1e-9, atol=1e-12)

    @given(st.integers(0, 10_000))
    def test_row_order_does_not_matter(self, seed: int) -> None:
        y, p = sample(self.metric, 40, seed)
        order = np.random.default_rng(seed).permutation(40)
        assert self.metric(y[order], p[order]) == pytest.approx(self.metric(y, p), rel=1e-9)

    @given(st.integers(0, 10_000))
    def test_many_weightings_at_once_equal_one_by_one(self, seed: int) -> None:
        y, p = sample(self.metric, 25, seed)
        weights = np.random.default_rng(seed).integers(0, 3, (5, 25)).astype(float)
        column = self.metric.column(y, p)
        cuts = column.choose(weights)
        together = column.scores(weights, cuts)
        alone = [self.metric.at(y, p, c, w) for c, w in zip(cuts, weights, strict=True)]
        np.testing.assert_allclose(together, alone, rtol=1e-9, atol=1e-12)

    def test_threshold_only_where_there_is_one(self) -> None:
        y, p = sample(self.metric, 80, 5)
        assert np.isnan(self.metric.choose(y, p)) != self.metric.thresholded

    @given(st.integers(0, 10_000))
    def test_chosen_threshold_is_the_best(self, seed: int) -> None:
        y, p = sample(self.metric, 20, seed)
        if not self.metric.thresholded:
            return
        chosen = self.metric.at(y, p, self.metric.choose(y, p))
        for cut in [*p, -1.0, 2.0]:
            assert not self.metric.better(self.metric.at(y, p, float(cut)) - 1e-9 * self.sign, chosen)

    @property
    def sign(self) -> float:
        return 1.0 if self.metric.greater_is_better else -1.0

    def test_rows_average_to_the_score(self) -> None:
        y, p = sample(self.metric, 50, 6)
        rows = self.metric.per_row(y, p)
        if rows is not None:
            assert rows.mean() == pytest.approx(self.metric(y, p))

    def test_nothing_is_nan(self) -> None:
        assert np.isnan(self.metric(np.empty(0), np.empty(0)))
        y, p = sample(self.metric, 10, 7)
        assert np.isnan(self.metric(y, p, np.zeros(10)))
