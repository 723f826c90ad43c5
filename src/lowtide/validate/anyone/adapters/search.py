"""The searches of scikit-learn, and others that keep ``cv_results_`` as they do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lowtide.core.errors import UsageError
from lowtide.metrics.metric import Floats
from lowtide.validate.anyone.adapters.adapter import Request, Tried
from lowtide.validate.anyone.adapters.estimators import classifies, kind_of
from lowtide.validate.anyone.checks import Anything
from lowtide.validate.anyone.crossfit import Candidate
from lowtide.validate.anyone.words import Note


class Search:
    """``GridSearchCV``, ``RandomizedSearchCV``, ``Halving...SearchCV``: every candidate is fitted again.

    Attributes of the search that are read: ``cv_results_``, ``estimator``, ``cv``, ``scoring``, ``refit``, ``n_jobs``.
    """

    name = "scikit-learn search"

    def claims(self, model: Any) -> bool:
        return isinstance(getattr(model, "cv_results_", None), Mapping) and hasattr(model, "estimator")

    def collect(self, model: Any, request: Request) -> Tried:
        results = model.cv_results_
        params = list(results["params"])
        scored = _scored(results)
        distinct = _distinct(params) if "iter" in results else np.arange(len(params))
        kept = [int(i) for i in distinct if scored[i]]
        if not kept:
            raise UsageError("Every candidate of this search failed; there is nothing to judge.")
        total = len(kept)
        notes = [Note("failed_before", len(distinct) - total)] if total < len(distinct) else []
        if request.limit is not None and request.limit < total:
            kept = sorted(kept, key=lambda i: (_ranks(results, model.refit)[i], i))[: request.limit]
        return Tried(
            candidates=tuple(
                Candidate(_name(params[i], i), _maker(model.estimator, params[i])) for i in kept
            ),
            X=request.X,
            y=request.y,
            kind=kind_of(request.y, classifies(model.estimator)),
            metric=_metric(model, request),
            total=total,
            searched=True,
            cv=getattr(model, "cv", None),
            n_jobs=getattr(model, "n_jobs", None),
            notes=tuple(notes),
        )


def _maker(estimator: Any, params: Mapping[str, Any]) -> Any:
    def make() -> Any:
        from sklearn.base import clone

        return clone(estimator).set_params(**{k: clone(v, safe=False) for k, v in params.items()})

    return make


def _name(params: Mapping[str, Any], place: int) -> str:
    return ", ".join(f"{k}={_value(v)}" for k, v in params.items()) or f"candidate {place}"


def _value(value: Any) -> str:
    if isinstance(value, (float, np.floating)):
        return f"{float(value):.4g}"
    text = str(value)
    return text if len(text) <= 40 else f"{type(value).__name__}(…)"


def _scored(results: Mapping[str, Any]) -> Anything:
    """Return (candidates,) which had a score, and so could have been chosen."""
    means = [np.asarray(v, dtype=np.float64) for k, v in results.items() if k.startswith("mean_test_")]
    if not means:
        return np.ones(len(results["params"]), dtype=bool)
    return np.asarray(np.isfinite(means).any(axis=0))


def _distinct(params: list[Mapping[str, Any]]) -> Anything:
    """Return the first place of each configuration: halving tries the survivors again with more rows."""
    seen: dict[str, int] = {}
    for place, one in enumerate(params):
        seen.setdefault(repr(sorted(one.items(), key=lambda item: item[0])), place)
    return np.asarray(sorted(seen.values()))


def _ranks(results: Mapping[str, Any], refit: Any) -> Floats:
    for key in ("rank_test_score", f"rank_test_{refit}"):
        if key in results:
            return np.asarray(results[key], dtype=np.float64)
    raise UsageError("limit needs a ranking: this search has several scores and refit names none of them.")


def _metric(model: Any, request: Request) -> Any:
    """Return what the search judged by: a scorer, or what ``estimator.score`` computes."""
    if request.metric is not None:
        return request.metric
    scoring = getattr(model, "scoring", None)
    if scoring is None:
        return "accuracy" if classifies(model.estimator) else "r2"
    if isinstance(scoring, str):
        return scoring
    refit = model.refit
    if isinstance(scoring, Mapping) and isinstance(refit, str):
        return scoring[refit]
    if isinstance(scoring, (list, tuple, set)):
        if isinstance(refit, str):
            return refit
        if len(scoring) == 1:
            return next(iter(scoring))
    if isinstance(scoring, (Mapping, list, tuple, set)):
        raise UsageError("This search has several scores and refit names none of them; say metric=.")
    return scoring
