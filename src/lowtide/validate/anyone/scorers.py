"""Metrics by lowtide's names, scikit-learn's scorers, and plain functions."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lowtide.core.errors import UsageError
from lowtide.core.task import Kind
from lowtide.metrics import METRICS, Metric, get
from lowtide.validate.anyone.called import Called, Rows, Takes, called

# Functions of scikit-learn that a metric of lowtide equals: name, what predictions it takes.
_OWN: Mapping[str, tuple[str, Takes]] = {
    "roc_auc_score": ("roc_auc", "score"),
    "average_precision_score": ("average_precision", "score"),
    "log_loss": ("log_loss", "probability"),
    "brier_score_loss": ("brier", "probability"),
    "balanced_accuracy_score": ("balanced_accuracy", "labels"),
    "accuracy_score": ("accuracy", "labels"),
    "f1_score": ("f1", "labels"),
    "mean_absolute_error": ("mae", "labels"),
    "root_mean_squared_error": ("rmse", "labels"),
    "r2_score": ("r2", "labels"),
}
# Options that say no more than the default does.
_PLAIN: Mapping[str, Mapping[str, Any]] = {"f1_score": {"average": "binary"}}
_WEIGHTED_AUC = {"multi_class": "ovr", "average": "weighted"}
_OF_NUMBERS = (
    "mean_absolute_error", "root_mean_squared_error", "r2_score", "explained_variance_score", "max_error", "mean_squared_error", "mean_squared_log_error",
    "root_mean_squared_log_error", "median_absolute_error", "mean_absolute_percentage_error",
    "mean_poisson_deviance", "mean_gamma_deviance", "mean_tweedie_deviance", "mean_pinball_loss",
    "d2_absolute_error_score", "d2_pinball_score", "d2_tweedie_score",
)  # fmt: skip
_ROWS: Mapping[str, Rows] = {
    "mean_squared_error": lambda y, p: np.asarray((y - p) ** 2),
    "mean_absolute_percentage_error": lambda y, p: np.asarray(
        np.abs(y - p) / np.maximum(np.abs(y), np.finfo(np.float64).eps)
    ),
}
_SIGNED = ("matthews_corrcoef", "cohen_kappa_score")
_RATIOS = ("class_likelihood_ratios", "positive_likelihood_ratio", "negative_likelihood_ratio")


@dataclass(frozen=True, slots=True)
class Asked:
    """A metric, and how the caller called it.

    Attributes
    ----------
    name : the caller's own name of it.
    turned : it is a scorer whose sign scikit-learn turns (``neg_...``); here it is a loss again.
    positive : label of the positive class that the scorer was made with.
    """

    metric: Metric
    name: str
    turned: bool = False
    positive: Any = None


def resolve(metric: Any, greater_is_better: bool | None = None) -> Asked:
    """Return the metric that a name, a scorer or a function stands for.

    Parameters
    ----------
    metric : name in lowtide or in scikit-learn, a scorer of ``make_scorer`` or ``get_scorer``, or ``f(y, p)``.
    greater_is_better : of a function that is not scikit-learn's.

    Raises
    ------
    UsageError
        If it is unknown, or cannot be applied to predictions, or its direction is not said.
    """
    if isinstance(metric, Metric):
        return Asked(metric, metric.name)
    if isinstance(metric, str):
        return _named(metric)
    if _is_scorer(metric):
        return _scorer(metric, repr(metric))
    if not callable(metric):
        raise UsageError(
            f"metric must be a name, a scorer or a function of (y, predictions), not {type(metric).__name__}."
        )
    if _of_sklearn(metric):
        return _sklearn_function(metric)
    return _function(metric, greater_is_better)


def _named(name: str) -> Asked:
    if name in {m.name for m in METRICS}:
        return Asked(get(name), name)
    from sklearn.metrics import get_scorer, get_scorer_names

    if name in get_scorer_names():
        return _scorer(get_scorer(name), name, name.removeprefix("neg_"))
    return Asked(get(name), name)


def _is_scorer(metric: Any) -> bool:
    return all(hasattr(metric, a) for a in ("_score_func", "_sign", "_kwargs"))


def _of_sklearn(metric: Any) -> bool:
    return inspect.isfunction(metric) and metric.__module__.startswith("sklearn.metrics")


def _scorer(scorer: Any, name: str, short: str | None = None) -> Asked:
    """Return what a scorer of scikit-learn judges, with its sign turned back to a loss where it was turned."""
    function, options = scorer._score_func, dict(scorer._kwargs)
    takes = _takes(getattr(scorer, "_response_method", "predict"))
    turned = scorer._sign < 0
    positive = options.get("pos_label")
    own = _own(function, options, takes, turned) if _of_sklearn(function) else None
    if own is not None:
        return Asked(get(own), name, turned, positive)
    made = _called(function, options, takes, greater=not turned, name=short)
    return Asked(made, name, turned, positive)


def _takes(response: Any) -> Takes:
    methods = (response,) if isinstance(response, str) else tuple(response)
    if methods[0] == "predict":
        return "labels"
    return "probability" if methods == ("predict_proba",) else "score"


def _own(function: Callable[..., Any], options: Mapping[str, Any], takes: Takes, turned: bool) -> str | None:
    """Return the name of lowtide's metric that equals a scorer, or None."""
    own, wants = _OWN.get(function.__name__, ("", "score"))
    # A ranking may as well be made by probabilities.
    fits = takes == wants or (wants == "score" and takes == "probability")
    if not own or not fits or turned == get(own).greater_is_better:
        return None
    said = {k: v for k, v in options.items() if k != "pos_label"}
    if not said or said == _PLAIN.get(function.__name__) or (own == "roc_auc" and said == _WEIGHTED_AUC):
        return own
    return None


def _called(
    function: Callable[..., Any], options: Mapping[str, Any], takes: Takes, *, greater: bool, name: str | None
) -> Called:
    own = getattr(function, "__name__", type(function).__name__)
    known = _of_sklearn(function)
    kinds: tuple[Kind, ...] = ("binary", "multiclass") if known else Called.kinds
    if known and own in _OF_NUMBERS:
        kinds, takes = ("regression",), "value"
    low, high = _bounds(own, known, greater)
    codes = known and "pos_label" in inspect.signature(function).parameters and "pos_label" not in options
    return called(
        function, name=name or own, greater_is_better=greater, takes=takes, kinds=kinds, low=low, high=high,
        options=options, codes=codes, rows=_ROWS.get(own) if known and not options else None,
    )  # fmt: skip


def _bounds(name: str, known: bool, greater: bool) -> tuple[float, float]:
    """Return the bounds of scikit-learn's functions; without bounds for others."""
    endless = float("inf")
    if not known or name in _RATIOS:
        return -endless, endless
    if name in _SIGNED or name == "adjusted_rand_score":
        return -1.0, 1.0
    if not greater:
        return 0.0, endless
    if name.startswith("d2_") or name in (
        "explained_variance_score",
        "adjusted_mutual_info_score",
        "r2_score",
    ):
        return -endless, 1.0
    if name == "mutual_info_score":
        return 0.0, endless
    return 0.0, 1.0


def _sklearn_function(function: Callable[..., Any]) -> Asked:
    """Return the scorer of scikit-learn that a bare function of it stands for."""
    from sklearn.metrics import get_scorer, get_scorer_names, make_scorer

    for name in get_scorer_names():
        scorer = get_scorer(name)
        plain = set(scorer._kwargs) <= {"average"} and scorer._kwargs.get("average", "binary") == "binary"
        if scorer._score_func is function and plain:
            return _scorer(scorer, function.__name__)
    # The convention of scikit-learn: functions in _score are to be maximised, in _error and _loss minimised.
    loss = function.__name__.endswith(("_error", "_loss", "_deviance"))
    return _scorer(make_scorer(function, greater_is_better=not loss), function.__name__)


def _function(function: Callable[..., Any], greater_is_better: bool | None) -> Asked:
    name = getattr(function, "__name__", type(function).__name__)
    if _required(function) > 2:
        raise UsageError(
            f"The metric {name!r} wants more than (y, predictions); a scorer of (estimator, X, y) cannot judge "
            "predictions, so give the function itself, or sklearn.metrics.make_scorer(function)."
        )
    if greater_is_better is None:
        raise UsageError(
            f"Is a greater {name!r} better? Say greater_is_better=True or False, or wrap the function with "
            "sklearn.metrics.make_scorer."
        )
    return Asked(called(function, name=name, greater_is_better=greater_is_better), name)


def _required(function: Callable[..., Any]) -> int:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 2
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(1 for p in parameters if p.kind in positional and p.default is inspect.Parameter.empty)
