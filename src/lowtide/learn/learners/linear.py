"""Ridge and logistic regression with an L2 penalty."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lowtide.core.recipe import Style
from lowtide.core.task import Kind
from lowtide.learn.arrays import seen_classes, softmax, with_absent
from lowtide.learn.files import json_bytes, json_value, npz_arrays, npz_bytes
from lowtide.learn.learner import Files, Fitted, Floats
from lowtide.learn.learners import constant
from lowtide.learn.one_thread import one_blas_thread

BLOCK = 1024
# Above this many coefficients the Hessian of Newton's method costs more than L-BFGS saves.
NEWTON_COEFFICIENTS = 300


@dataclass(frozen=True, slots=True)
class LinearFit:
    """Weights of a linear model.

    Attributes
    ----------
    coef : (k, p); k is 1 for regression and binary, else one row a class seen.
    intercept : (k,).
    kind : decides the link: identity, expit or softmax.
    seen, classes, rows : classes seen in training, all classes, and training rows (multiclass).
    """

    coef: Floats
    intercept: Floats
    kind: Kind
    seen: tuple[int, ...] = ()
    classes: int = 0
    rows: int = 0
    settings: dict[str, Any] = field(default_factory=dict)
    names: tuple[str, ...] = ()

    def predict(self, X: Floats) -> Floats:
        return self._link(self._scores(np.asarray(X, dtype=np.float64)))

    def predict_row(self, x: Floats) -> Floats:
        # ``add.accumulate`` adds the terms one after another, in the order in which `_scores` adds columns.
        terms = np.asarray(x, dtype=np.float64)[:, None] * self.coef.T
        score = np.add.accumulate(np.concatenate([self.intercept[None, :], terms]), axis=0)[-1]
        answer = self._link(score[None, :])[0]
        return answer if self.kind == "multiclass" else np.asarray(answer)

    def _scores(self, X: Floats) -> Floats:
        """Return (n, k) scores, one column of ``X`` added at a time.

        No BLAS: its kernels change the order of the sum with the number of rows, and with it the last bit.
        """
        n, p = X.shape
        out = np.tile(self.intercept, (n, 1))
        weights = np.ascontiguousarray(self.coef.T)
        for start in range(0, n, BLOCK):
            columns = np.ascontiguousarray(X[start : start + BLOCK].T)
            part = out[start : start + BLOCK]
            for j in range(p):
                part += columns[j][:, None] * weights[j]
        return out

    def _link(self, scores: Floats) -> Floats:
        if self.kind == "regression":
            return scores[:, 0].copy()
        if self.kind == "binary":
            from scipy.special import expit

            return np.asarray(expit(scores[:, 0]), dtype=np.float64)
        return with_absent(softmax(scores), np.asarray(self.seen), self.classes, self.rows)

    def to_files(self) -> dict[str, bytes]:
        about = {
            "kind": self.kind,
            "seen": list(self.seen),
            "classes": self.classes,
            "rows": self.rows,
            "settings": self.settings,
            "names": list(self.names),
        }
        arrays = {"coef": self.coef, "intercept": self.intercept}
        return {"linear.json": json_bytes(about), "linear.npz": npz_bytes(arrays)}

    def facts(self) -> dict[str, Any]:
        size = np.abs(self.coef).max(axis=0) if self.coef.size else np.zeros(0)
        order = np.argsort(-size, kind="stable")[:20]
        name = self.names if len(self.names) == self.coef.shape[1] else [str(j) for j in range(len(size))]
        return {
            **self.settings,
            "inputs": int(self.coef.shape[1]),
            "strongest": [[name[j], float(size[j])] for j in order if size[j] > 0],
        }


@dataclass(frozen=True, slots=True)
class Linear:
    """``params``: ``penalty``, the weight of the squared coefficients against the *sum* of row losses (1).

    Regression is scikit-learn's ``Ridge(alpha=penalty)``, the other kinds its
    ``LogisticRegression(C=1/penalty)``, multinomial for several classes.
    """

    name: str = "linear"
    style: Style = "linear"
    kinds: tuple[Kind, ...] = ("binary", "multiclass", "regression")

    def fit(
        self,
        X: Floats,
        y: Floats,
        *,
        kind: Kind,
        classes: int,
        params: Mapping[str, Any],
        seed: int,
        threads: int = 1,
        categorical: tuple[int, ...] = (),
        names: tuple[str, ...] = (),
        weight: Floats | None = None,
    ) -> Fitted:
        penalty = float(params.get("penalty", 1.0))
        if constant.hopeless(y, kind) or X.shape[1] == 0:
            return constant.average(y, kind, classes, weight, {"rule": "constant", "rows": len(y)})
        with one_blas_thread(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            coef, intercept = (
                _ridge(X, y, penalty, weight)
                if kind == "regression"
                else _logistic(X, y, penalty, weight, int(params.get("iterations", 300)))
            )
        seen = tuple(int(c) for c in seen_classes(y)) if kind == "multiclass" else ()
        if kind == "multiclass" and len(seen) == 2:  # scikit-learn then keeps one score: of the second class
            coef, intercept = np.vstack([0 * coef, coef]), np.concatenate([[0.0], intercept])
        settings = {"penalty": penalty, "rows": len(y)}
        return LinearFit(coef, intercept, kind, seen, classes, len(y), settings, names)

    def load(self, files: Files) -> Fitted:
        fallback = constant.load(files)
        if fallback is not None:
            return fallback
        about, arrays = json_value(files, "linear.json"), npz_arrays(files, "linear.npz")
        return LinearFit(
            coef=arrays["coef"],
            intercept=arrays["intercept"],
            kind=about["kind"],
            seen=tuple(about["seen"]),
            classes=int(about["classes"]),
            rows=int(about["rows"]),
            settings=dict(about["settings"]),
            names=tuple(about["names"]),
        )


def _ridge(X: Floats, y: Floats, penalty: float, weight: Floats | None) -> tuple[Floats, Floats]:
    from sklearn.linear_model import Ridge

    model = Ridge(alpha=penalty, solver="cholesky").fit(X, y, sample_weight=weight)
    return np.asarray(model.coef_, dtype=np.float64).reshape(1, -1), np.asarray([float(model.intercept_)])


def _logistic(
    X: Floats, y: Floats, penalty: float, weight: Floats | None, iterations: int
) -> tuple[Floats, Floats]:
    from sklearn.linear_model import LogisticRegression

    codes = y.astype(np.int64)
    size = (X.shape[1] + 1) * (len(seen_classes(y)) if len(seen_classes(y)) > 2 else 1)
    solver = "newton-cholesky" if size <= NEWTON_COEFFICIENTS else "lbfgs"
    model = LogisticRegression(C=1.0 / penalty, solver=solver, tol=1e-6, max_iter=iterations)
    model.fit(X, codes, sample_weight=weight)
    return np.asarray(model.coef_, dtype=np.float64), np.asarray(model.intercept_, dtype=np.float64)
