"""A metric made of any function of outcomes and predictions."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar, Literal

import numpy as np

from lowtide.core.errors import UsageError
from lowtide.core.task import Kind
from lowtide.metrics.metric import Column, Floats, Metric, Needs, mean_column
from lowtide.validate.anyone.checks import Anything

Takes = Literal["labels", "probability", "score", "value", "as given"]
"""What a function wants as predictions; ``labels`` are made of probabilities as ``predict`` does."""

Rows = Callable[[Floats, Floats], Floats]
CUT = 0.5
_NEEDS: Mapping[Takes, Needs] = {
    "labels": "probability", "probability": "probability", "score": "score", "value": "value", "as given": "value",
}  # fmt: skip
_UNDEFINED = (ValueError, ZeroDivisionError, FloatingPointError, IndexError)


class Called(Metric):
    """A function ``f(y, p)`` judged under weightings: by ``sample_weight`` if it takes one, else on repeated rows.

    One call a weighting and trial, so it is slower by far than a metric of `lowtide.metrics.METRICS`.

    Attributes
    ----------
    classes : labels that codes stand for, in order; empty for numbers.
    takes : what ``f`` wants as predictions.
    """

    name = "called"
    kinds = ("binary", "multiclass", "regression")
    takes: ClassVar[Takes] = "as given"

    def __init__(
        self,
        function: Callable[..., Any],
        options: Mapping[str, Any],
        *,
        codes: bool = False,
        labels: bool = False,
        rows: Rows | None = None,
    ) -> None:
        self.function, self.options = function, dict(options)
        self.classes: Anything = np.empty(0)
        self.weighted = _accepts(function, "sample_weight")
        self._codes, self._labels, self.rows = codes, labels, rows

    def of(self, classes: Anything) -> None:
        """Take the labels of the target, in order (of two classes the positive one last)."""
        self.classes = classes

    def column(self, y: Floats, p: Floats) -> Column:
        rows = self.per_row(y, p)
        if rows is not None:
            return mean_column(rows)
        return _Column(self, self._outcomes(y), self._ready(p), cut=self.takes == "labels" and p.ndim == 1)

    def per_row(self, y: Floats, p: Floats) -> Floats | None:
        return None if self.rows is None else self.rows(y, p)

    def probe(self, y: Floats, p: Floats) -> None:
        """Raise a clear error when the function does not work on all rows."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                result = self.function(self._outcomes(y), self._ready(p), **self.keywords(p))
        except Exception as error:  # anything may come out of another's function
            hint = ""
            if self.takes == "as given" and len(self.classes):
                hint = "; if it wants labels, wrap it: sklearn.metrics.make_scorer(function, response_method='predict')"
            raise UsageError(
                f"The metric {self.name!r} fails on these rows: {type(error).__name__}: {error}{hint}"
            ) from error
        if np.ndim(result) != 0 or not np.isrealobj(result) or isinstance(result, (str, bytes, type(None))):
            raise UsageError(f"The metric {self.name!r} must return one number, not {type(result).__name__}.")

    def keywords(self, p: Floats) -> dict[str, Any]:
        """Return the options of a call; classes that a resample lacks are named where the function can hear it."""
        if p.ndim == 2 and self._labels and "labels" not in self.options:
            return {**self.options, "labels": self.classes}
        return self.options

    def _outcomes(self, y: Floats) -> Anything:
        if not len(self.classes):
            return y
        code = y.astype(np.int64)
        return code if self._codes and len(self.classes) <= 2 else np.asarray(self.classes[code])

    def _ready(self, p: Floats) -> Anything:
        if self.takes != "labels" or not len(self.classes):
            return p
        code = np.argmax(p, axis=1) if p.ndim == 2 else (p > CUT).astype(np.int64)
        if self._codes and len(self.classes) <= 2:
            return code
        return np.asarray(self.classes[np.minimum(code, len(self.classes) - 1)])

    def __repr__(self) -> str:
        return f"Called({self.name})"


class _Column(Column):
    def __init__(self, metric: Called, y: Anything, p: Anything, cut: bool) -> None:
        self._metric, self._y, self._p, self._cut = metric, y, p, cut
        self._keywords = metric.keywords(np.empty((0, 0)) if p.ndim == 2 else np.empty(0))

    def scores(self, weights: Floats, thresholds: Floats | None = None) -> Floats:
        with warnings.catch_warnings(), _quick(self._metric.function):
            warnings.simplefilter("ignore")
            return np.asarray([self._one(weight) for weight in weights], dtype=np.float64)

    def choose(self, weights: Floats) -> Floats:
        """Return the fixed cut where labels are made of probabilities."""
        return np.full(len(weights), CUT if self._cut else np.nan)

    def _one(self, weight: Floats) -> float:
        rows = np.flatnonzero(weight > 0)
        if not len(rows):
            return float("nan")
        inside = weight[rows]
        extra: dict[str, Any] = {}
        if (inside != 1).any():
            if self._metric.weighted:
                extra = {"sample_weight": inside}
            elif (inside % 1 == 0).all():
                rows = np.repeat(rows, inside.astype(np.int64))
            else:
                raise UsageError(
                    f"The metric {self._metric.name!r} takes no sample_weight, but weights are needed."
                )
        try:
            return float(self._metric.function(self._y[rows], self._p[rows], **self._keywords, **extra))
        except _UNDEFINED:
            return float("nan")


def called(
    function: Callable[..., Any],
    *,
    name: str,
    greater_is_better: bool,
    takes: Takes = "as given",
    kinds: tuple[Kind, ...] = Called.kinds,
    low: float = -float("inf"),
    high: float = float("inf"),
    options: Mapping[str, Any] | None = None,
    codes: bool = False,
    rows: Rows | None = None,
) -> Called:
    """Make a metric of a function.

    Parameters
    ----------
    options : keywords of every call.
    codes : give 0 and 1 (the positive class) instead of two classes' labels.
    rows : (n,) contributions of the rows where the function is their plain mean: then no call is needed.
    """
    one = type("Called", (Called,), {
        "name": name, "kinds": kinds, "greater_is_better": greater_is_better, "takes": takes,
        "needs": _NEEDS[takes], "low": low, "high": high,
    })  # fmt: skip
    labels = takes in ("probability", "score") and _accepts(function, "labels")
    made: Called = one(function, options or {}, codes=codes, labels=labels, rows=rows)
    return made


def _quick(function: Callable[..., Any]) -> AbstractContextManager[Any]:
    """Let scikit-learn's functions skip the checks that `Called.probe` has passed once."""
    if not getattr(function, "__module__", "").startswith("sklearn."):
        return nullcontext()
    import sklearn

    context: AbstractContextManager[Any] = sklearn.config_context(
        assume_finite=True, skip_parameter_validation=True
    )
    return context


def _accepts(function: Callable[..., Any], name: str) -> bool:
    try:
        return name in inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False
