"""What every learner must do; inherit `LearnerContract` in a test class and name the learner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from lowtide.core.task import Kind
from lowtide.learn import from_files
from lowtide.learn.learner import Fitted, Floats, Learner

CLASSES: dict[Kind, int] = {"binary": 2, "multiclass": 4, "regression": 0}


class LearnerContract:
    """Shared tests of learners.

    >>> from lowtide.learn.learners.prior import Prior
    >>> class TestPrior(LearnerContract):
    ...     learner = Prior()
    """

    learner: ClassVar[Learner]

    def _matrix(self, rows: int, kind: Kind, seed: int = 0) -> tuple[Floats, Floats]:
        """Make data with a constant, an empty, a coded and a sparse column, in the learner's style."""
        rng = np.random.default_rng([rows, seed])
        X = rng.normal(size=(rows, 7))
        signal = X[:, 0] + np.abs(X[:, 1]) + 0.5 * rng.normal(size=rows)
        X[:, 2] = 3.0
        X[:, 3] = np.nan
        X[:, 4] = rng.integers(0, 5, rows)
        X[rng.random(rows) < 0.3, 5] = np.nan
        X[:, 6] *= 1e6
        if self.learner.style == "linear":
            X = np.nan_to_num(X)
            X[:, 6] /= 1e6
        ranks = np.argsort(np.argsort(signal))
        y = {
            "regression": 1000.0 + 10.0 * signal,
            "binary": (ranks >= rows // 2).astype(np.float64),
            "multiclass": (ranks * 4 // rows).astype(np.float64),
        }[kind]
        return X, y

    def _fit(self, X: Floats, y: Floats, kind: Kind, *, seed: int = 5, threads: int = 1) -> Fitted:
        return self.learner.fit(
            X,
            y,
            kind=kind,
            classes=CLASSES[kind],
            params={},
            seed=seed,
            threads=threads,
            categorical=() if self.learner.style == "linear" else (4,),
            names=tuple("abcdefg"[: X.shape[1]]),
        )

    def _cases(self, rows: int) -> Iterator[tuple[Kind, Floats, Floats, Fitted]]:
        for kind in self.learner.kinds:
            X, y = self._matrix(rows, kind)
            yield kind, X, y, self._fit(X, y, kind)

    def test_shapes_and_ranges(self) -> None:
        for kind, X, y, fitted in self._cases(120):
            P = fitted.predict(X)
            assert P.dtype == np.float64
            assert np.isfinite(P).all()
            if kind == "multiclass":
                assert P.shape == (120, 4)
                assert np.allclose(P.sum(axis=1), 1.0, atol=1e-9)
            else:
                assert P.shape == (120,)
            if kind == "regression":
                assert y.min() - 100 < P.min() <= P.max() < y.max() + 100
            else:
                assert P.min() >= 0.0
                assert P.max() <= 1.0

    def test_saved_and_loaded_gives_the_same_bits(self) -> None:
        for _, X, _, fitted in self._cases(120):
            files = fitted.to_files()
            assert files
            again = from_files(self.learner.name, files)
            assert np.array_equal(fitted.predict(X), again.predict(X))
            assert again.to_files() == files
            assert again.facts() == fitted.facts()

    def test_row_equals_batch_to_the_last_bit(self) -> None:
        for kind in self.learner.kinds:
            X, y = self._matrix(90, kind)
            fitted = self._fit(X, y, kind)
            new, _ = self._matrix(40, kind, seed=1)
            batch = fitted.predict(new)
            for i in range(len(new)):
                assert np.array_equal(fitted.predict_row(new[i]), batch[i])
            assert fitted.predict_row(new[0]).shape == ((4,) if kind == "multiclass" else ())
            assert np.array_equal(fitted.predict(new[7:23]), batch[7:23])
            assert np.array_equal(fitted.predict(np.asfortranarray(new)), batch)

    def test_threads_change_nothing(self) -> None:
        for kind in self.learner.kinds:
            X, y = self._matrix(120, kind)
            one, two = self._fit(X, y, kind, threads=1), self._fit(X, y, kind, threads=2)
            assert one.to_files() == two.to_files()
            assert np.array_equal(one.predict(X), two.predict(X))

    def test_fitting_changes_no_input(self) -> None:
        for kind in self.learner.kinds:
            X, y = self._matrix(60, kind)
            before = X.copy(), y.copy()
            self._fit(X, y, kind).predict(X)
            assert np.array_equal(X, before[0], equal_nan=True)
            assert np.array_equal(y, before[1])

    def test_thirty_rows(self) -> None:
        for _, X, _, fitted in self._cases(30):
            assert np.isfinite(fitted.predict(X)).all()

    def test_one_single_outcome(self) -> None:
        for kind in self.learner.kinds:
            X, _ = self._matrix(40, kind)
            fitted = self._fit(X, np.ones(40), kind)
            P = fitted.predict(X)
            assert np.isfinite(P).all()
            assert (P[:, 1] > 0.8).all() if kind == "multiclass" else (P > 0.97).all()
            assert np.array_equal(from_files(self.learner.name, fitted.to_files()).predict(X), P)

    def test_a_class_that_training_did_not_see(self) -> None:
        if "multiclass" not in self.learner.kinds:
            return
        X, y = self._matrix(120, "multiclass")
        for most in (2.0, 1.0):
            P = self._fit(X[y <= most], y[y <= most], "multiclass").predict(X)
            assert P.shape == (120, 4)
            assert np.isfinite(np.log(P[:, 3])).all(), "a log loss must stay finite"
            assert np.allclose(P.sum(axis=1), 1.0, atol=1e-9)
            assert P[:, 3].max() < 0.1

    def test_no_column_and_no_row_to_predict(self) -> None:
        for kind in self.learner.kinds:
            X, y = self._matrix(40, kind)
            assert np.isfinite(self._fit(X[:, :0], y, kind).predict(X[:, :0])).all()
            assert len(self._fit(X, y, kind).predict(X[:0])) == 0

    def test_weights_count(self) -> None:
        """Doubling the weight of high outcomes raises the mean answer."""
        for kind in self.learner.kinds:
            if kind == "multiclass":
                continue
            X, y = self._matrix(200, kind)
            weight = np.where(y > np.median(y) - (kind == "binary") * 0.5, 1.9, 0.1)
            plain, heavy = (
                self.learner.fit(X, y, kind=kind, classes=CLASSES[kind], params={}, seed=1, weight=w)
                for w in (np.ones(200), weight)
            )
            assert heavy.predict(X).mean() > plain.predict(X).mean()
